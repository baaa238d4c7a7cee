"""How a layer's first weights are drawn.

An initializer is called with a RandomState and the shape of the matrix, and returns
its rows: `rows = initializer(random, n_in, n_out)`. Weights that start too large or
too small make the signals of deep networks explode or die out, so the usual choices
scale with the number of inputs (fan in) and outputs (fan out) of the layer.
"""

from __future__ import annotations

from math import inf, sqrt

from purenn.checks import real
from purenn.errors import ArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from purenn.random import RandomState

    Rows = list[list[float]]
    Initializer = Callable[[RandomState, int, int], Rows]

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LeCunNormal",
    "LeCunUniform",
    "Normal",
    "Uniform",
    "Zeros",
]


class Zeros:
    """All zeros: the usual start of a bias. No number is drawn."""

    def __call__(self, random: RandomState, n_in: int, n_out: int) -> Rows:
        return [[0.0] * n_out for _ in range(n_in)]

    def __repr__(self) -> str:
        return "Zeros()"


class Uniform:
    """Evenly from [low, high)."""

    def __init__(self, low: float = -0.5, high: float = 0.5) -> None:
        self.low, self.high = real(low, "Uniform: low"), real(high, "Uniform: high")
        if not 0.0 < self.high - self.low < inf:
            raise ArgumentError(
                f"Uniform({low!r}, {high!r}): low must be below high, and high - low finite"
            )

    def __call__(self, random: RandomState, n_in: int, n_out: int) -> Rows:
        rows: Rows = random.uniform(self.low, self.high, (n_in, n_out))
        return rows

    def __repr__(self) -> str:
        return f"Uniform({self.low!r}, {self.high!r})"


class Normal:
    """Normal with this mean and standard deviation: mean + deviation · randn."""

    def __init__(self, mean: float = 0.0, deviation: float = 1.0) -> None:
        self.mean = real(mean, "Normal: mean")
        self.deviation = real(deviation, "Normal: deviation", least=0.0)

    def __call__(self, random: RandomState, n_in: int, n_out: int) -> Rows:
        rows: Rows = random.normal(self.mean, self.deviation, (n_in, n_out))
        return rows

    def __repr__(self) -> str:
        return f"Normal({self.mean!r}, {self.deviation!r})"


class _Scaled:
    """Mean 0 and the variance that a class below states, drawn evenly or normally."""

    normal: bool

    def variance(self, n_in: int, n_out: int) -> float:
        raise NotImplementedError

    def __call__(self, random: RandomState, n_in: int, n_out: int) -> Rows:
        what = f"{type(self).__name__}: variance({n_in}, {n_out})"
        variance = real(self.variance(n_in, n_out), what, above=0.0)
        if self.normal:
            return Normal(0.0, sqrt(variance))(random, n_in, n_out)
        limit = sqrt(3.0 * variance)  # even draws from [−a, a) have the variance a²/3
        return Uniform(-limit, limit)(random, n_in, n_out)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _Glorot(_Scaled):
    """Variance 2 / (n_in + n_out): for tanh, sigmoid and softmax (Glorot and Bengio 2010)."""

    def variance(self, n_in: int, n_out: int) -> float:
        return 2.0 / (n_in + n_out)


class _He(_Scaled):
    """Variance 2 / n_in: for ReLU, which drops half of its input (He et al. 2015)."""

    def variance(self, n_in: int, n_out: int) -> float:
        return 2.0 / n_in


class _LeCun(_Scaled):
    """Variance 1 / n_in (LeCun et al. 1998, Efficient BackProp, section 4.6)."""

    def variance(self, n_in: int, n_out: int) -> float:
        return 1.0 / n_in


class GlorotUniform(_Glorot):
    """Evenly from ±√(6 / (n_in + n_out)): for tanh, sigmoid and softmax layers."""

    normal = False


class GlorotNormal(_Glorot):
    """Normal with the deviation √(2 / (n_in + n_out)): for tanh, sigmoid and softmax layers."""

    normal = True


class HeUniform(_He):
    """Evenly from ±√(6 / n_in): for ReLU layers."""

    normal = False


class HeNormal(_He):
    """Normal with the deviation √(2 / n_in): for ReLU layers."""

    normal = True


class LeCunUniform(_LeCun):
    """Evenly from ±√(3 / n_in)."""

    normal = False


class LeCunNormal(_LeCun):
    """Normal with the deviation √(1 / n_in)."""

    normal = True
