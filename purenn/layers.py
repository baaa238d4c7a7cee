"""A layer turns a matrix of rows into another, and can say how its output depends on it.

Forward keeps what backward needs. Backward is handed dA = dL/dA for the layer's
output A, sets the gradients of the layer's own parameters, and returns dL/dX for its
input X: the chain rule, one link a layer. What forward returns it never reads back from
what it keeps: so two threads can predict with one network.

Letters: X (m × n_in) input, W (n_in × n_out), b (1 × n_out), Z = X @ W + b (m × n_out).
"""

from __future__ import annotations

from purenn import initializers
from purenn.checks import short, whole
from purenn.errors import ArgumentError, DataError
from purenn.guessing import or_part
from purenn.initializers import GlorotUniform, Zeros
from purenn.inputs import as_row, as_rows
from purenn.matrix import shown
from purenn.parts import Part, check_call, is_foreign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.initializers import Initializer
    from purenn.random import RandomState

__all__ = ["Dense", "Layer", "Parameter", "assign"]


class Parameter:
    """A matrix that training changes, and the slope of the loss along it.

    `value` and `gradient` are arrays of the network's backend, of the same shape.
    """

    __slots__ = ("gradient", "name", "value")

    def __init__(self, name: str, value: Array) -> None:
        self.name = name
        self.value = value
        self.gradient: Any = None  # an Array, from the first backward on

    def __getstate__(self) -> tuple[Any, ...]:
        return self.name, self.value, self.gradient

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.name, self.value, self.gradient = state

    def __repr__(self) -> str:
        """The name, the shape and the numbers, of a large one the first."""
        try:
            return f"Parameter {self.name} {shown(self.value)}"
        except Exception:  # a value of somebody else's, in the middle of a compiled step
            return f"Parameter {short(self.name)}: {short(self.value)}"


def assign(parameters: Sequence[Parameter], values: Sequence[Array]) -> None:
    """Give each parameter its value: all of them, or none where that is interrupted."""
    before = [parameter.value for parameter in parameters]
    try:
        for parameter, value in zip(parameters, values, strict=True):
            parameter.value = value
    except BaseException:  # Ctrl-C too
        for parameter, value in zip(parameters, before, strict=True):
            parameter.value = value
        raise


class Layer(Part):
    """What a network asks of a layer. The layers without parameters are in activations.py.

    `build` is called once, by the Network that the layer becomes a part of.
    """

    methods = {  # noqa: RUF012 (as Part declares it)
        "build": "backend, random, number",
        "parameters": "",
        "forward": "X",
        "predict": "X",
        "backward": "dA",
    }
    needed = ("forward", "backward")
    not_yet = (
        ": it has none, or not yet. A layer gets its backend and its parameters when "
        "nn.Network([…]) makes a copy of it and calls build, which a build of one's own passes "
        "on: super().build(backend, random, number); they are in network.layers"
    )
    kept: ClassVar[tuple[str, ...]] = ()  # what forward keeps for backward; no copy holds it

    backend: Backend
    input_gradient_needed = True  # not of a first layer, which has nobody to pass it on to
    title: str = ""  # how messages call the layer: "Dense 2 (128 → 10)"

    def build(self, backend: Backend, random: RandomState, number: int) -> None:
        """Take the backend and draw the parameters; `number` counts layers of a kind from 1."""
        self.backend = backend
        self.title = f"{type(self).__name__} {number}"

    def parameters(self) -> list[Parameter]:
        """What training changes, weights before bias."""
        return []

    def forward(self, X: Array) -> Array:
        """The output for the input X, one example a row."""
        self.lacks("forward")

    def predict(self, X: Array) -> Array:
        """As forward, but outside of training: Dropout does nothing then."""
        return self.forward(X)

    def backward(self, dA: Array) -> Array:
        """dL/dX, given dL/dA of the last forward's output A."""
        self.lacks("backward")

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: the backend first, so that one that is missing says so."""
        held = {name: value for name, value in vars(self).items() if name not in self.kept}
        return {"backend": self.backend} | held if "backend" in held else held

    def __repr__(self) -> str:
        return type(self).__name__


class Dense(Layer):
    """Z = X @ W + b: each output is a weighted sum of all inputs, plus a bias.

    weights  an initializer, or n_in rows of n_out numbers
    bias     an initializer, one row of n_out numbers, or None for a layer without bias

    Raises ArgumentError for sizes below 1, DataError for rows that are not numbers.
    """

    arguments = ("n_in", "n_out")
    kept = ("X",)

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        weights: Initializer | Any = GlorotUniform(),  # noqa: B008 (has no state)
        bias: Initializer | Any = Zeros(),  # noqa: B008
    ) -> None:
        self.n_in, self.n_out = whole(n_in, "Dense: n_in"), whole(n_out, "Dense: n_out")
        for what, given in (("weights", weights), ("bias", bias)):
            if isinstance(given, str):
                guess = or_part(given, initializers.__all__, home="nn.initializers.")
                raise DataError(f"{self}: {what} is {short(given)}, not rows of numbers{guess}")
        self.weights = weights if callable(weights) else self._given("weights", weights, n_in)
        self.bias = bias
        if bias is not None and not callable(bias):
            self.bias = self._given("bias", as_row(bias, f"{self}: bias"), 1)
        self.b: Parameter | None = None

    def _given(self, what: str, data: Any, n: int) -> list[list[float]]:
        rows = as_rows(data, f"{self}: {what}")
        if (len(rows), len(rows[0])) != (n, self.n_out):
            raise ArgumentError(
                f"{self}: {what} given as ({len(rows)} × {len(rows[0])}), "
                f"needed are ({n} × {self.n_out}): a row for each "
                + ("input, a column for each output" if what == "weights" else "layer")
            )
        return rows

    def build(self, backend: Backend, random: RandomState, number: int) -> None:
        """Draw W, then b."""
        self.backend = backend
        self.title = f"Dense {number} ({self.n_in} → {self.n_out})"
        W = self._drawn("weights", self.weights, random, self.n_in)
        self.W = self._parameter(f"W{number}", W)
        if self.bias is not None:
            b = self._drawn("bias", self.bias, random, 1)
            self.b = self._parameter(f"b{number}", b)

    def _parameter(self, name: str, rows: list[list[float]]) -> Parameter:
        value = self.backend.from_list(rows)
        if not self.backend.all_finite(value):
            raise ArgumentError(f"{self}: {name} was drawn as large as no float can be")
        return Parameter(name, value)

    def _drawn(self, what: str, given: Any, random: RandomState, n: int) -> list[list[float]]:
        """The n rows of a parameter, drawn if an initializer was given; of a stranger, checked."""
        if not callable(given):
            rows: list[list[float]] = given
            return rows
        if not is_foreign(given):
            return given(random, n, self.n_out)  # type: ignore[no-any-return]
        check_call(given, f"{self}: {what}: the initializer", "random, n_in, n_out")
        return self._given(what, given(random, n, self.n_out), n)

    def parameters(self) -> list[Parameter]:
        return [self.W] if self.b is None else [self.W, self.b]

    def forward(self, X: Array) -> Array:
        self.X = X  # (m × n_in)
        b = None if self.b is None else self.b.value
        return self.backend.linear(X, self.W.value, b)  # Z = X @ W + b, (m × n_out)

    def backward(self, dZ: Array) -> Array:
        # dW = Xᵀ @ dZ, (n_in × n_out); db = the sum of dZ's rows, (1 × n_out)
        self.W.gradient, db = self.backend.linear_gradients(self.X, dZ)
        if self.b is not None:
            self.b.gradient = db
        if not self.input_gradient_needed:
            return dZ
        return self.backend.linear_input_gradient(dZ, self.W.value)  # dX = dZ @ Wᵀ, (m × n_in)

    W: Parameter  # from build on

    def __repr__(self) -> str:
        return f"Dense({self.n_in}, {self.n_out})"
