"""Dropout: in training, each input is set to 0 with a given probability.

No unit can then rely on any other one, which keeps large networks from learning their
examples by heart (Srivastava et al. 2014). What is left is scaled up, so that sums stay
as large on average, and nothing has to be done when predicting ("inverted dropout").

Letters: X (m × n) input, M (m × n) mask of 0 and 1/(1 − p), A = X · M output.
"""

from __future__ import annotations

from purenn.checks import real
from purenn.layers import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.random import RandomState

__all__ = ["Dropout"]


class Dropout(Layer):
    """A = X · M in training, A = X when predicting.

    probability  p, of an input to be dropped, from 0 to below 1

    The masks are drawn from the network's generator: one seed, one run.
    """

    arguments = ("probability",)
    kept = ("M",)

    def __init__(self, probability: float = 0.5) -> None:
        self.probability = real(probability, "Dropout: probability", least=0.0, below=1.0)

    def build(self, backend: Backend, random: RandomState, number: int) -> None:
        super().build(backend, random, number)
        self.random = random

    def forward(self, X: Array) -> Array:
        m, n = X.shape
        p, scale = self.probability, 1.0 / (1.0 - self.probability)
        kept = [[scale if draw >= p else 0.0 for draw in row] for row in self.random.rand(m, n)]
        M = self.M = self.backend.from_list(kept)
        return X * M

    def backward(self, dA: Array) -> Array:
        return dA * self.M  # dX = dA · M

    def predict(self, X: Array) -> Array:
        return X
