"""Losses: one number for how wrong the predictions are, and its slope along each of them.

Each loss states its factor, in one place. Forward returns L and keeps dL; backward
returns it. Two losses are fused with the last activation, because apart the pair
divides by numbers near 0 while together it is dZ = (P − Y) / m and finite for any Z:
CrossEntropy with Softmax, BinaryCrossEntropy with Sigmoid. Forward of a fused loss is
handed that layer's input Z; of the others, the network's output P.

Letters: P (m × n) predictions, Y (m × n) targets, m examples, n outputs.
"""

from __future__ import annotations

from purenn.activations import Sigmoid, Softmax
from purenn.checks import real
from purenn.errors import DataError
from purenn.inputs import as_array, as_list, as_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.layers import Layer

__all__ = [
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Huber",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SumSquaredError",
]


class Loss:
    """What training asks of a loss."""

    fused_with: type[Layer] | None = None  # the last layer that this loss takes the place of
    per_example = True  # a mean over examples; False: a sum, which grows with the batch
    arguments: ClassVar[tuple[str, ...]] = ()  # names of the constructor's arguments

    def targets(self, backend: Backend, y: Any, n: int) -> Array:
        """y as an array (m × n) of targets. A flat list serves where n is 1."""
        self.backend = backend
        data = y if backend.is_array(y) and len(y.shape) == 2 else as_column(backend, y)
        Y = as_array(backend, data, "y")
        if Y.shape[1] != n:
            raise DataError(
                f"y has {Y.shape[1]} columns, but the network has {n} outputs; they must be equal"
            )
        return Y

    def forward(self, P: Array, Y: Array) -> float:
        """L; keeps its slope for `backward`."""
        raise NotImplementedError

    def backward(self) -> Array:
        """The slope of L along what forward was handed, (m × n)."""
        return self.slope

    backend: Backend  # set by `targets`
    slope: Array
    P: Array  # of a fused loss: the predictions that its activation would have made

    def settings(self) -> dict[str, Any]:
        """The constructor's arguments by name."""
        return {name: getattr(self, name) for name in self.arguments}

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
        return f"{type(self).__name__}({settings})"


class MeanSquaredError(Loss):
    """L = Σᵢⱼ (P − Y)² / (m·n), the mean over all entries; dP = 2 (P − Y) / (m·n)."""

    def forward(self, P: Array, Y: Array) -> float:
        m, n = Y.shape
        L, self.slope = self.backend.squared_error(P, Y, 1.0 / (m * n))
        return self.backend.item(L)


class SumSquaredError(Loss):
    """L = scale · Σᵢⱼ (P − Y)², a sum over all entries; dP = 2 · scale · (P − Y)."""

    per_example = False
    arguments = ("scale",)

    def __init__(self, scale: float = 0.5) -> None:
        self.scale = real(scale, "SumSquaredError: scale", above=0.0)

    def forward(self, P: Array, Y: Array) -> float:
        L, self.slope = self.backend.squared_error(P, Y, self.scale)
        return self.backend.item(L)


class MeanAbsoluteError(Loss):
    """L = Σᵢⱼ |P − Y| / (m·n), the mean over all entries; dP = sign(P − Y) / (m·n).

    The sign of 0 is 0: there L has a kink. Far-off targets pull no harder than near ones.
    """

    def forward(self, P: Array, Y: Array) -> float:
        m, n = Y.shape
        backend, E = self.backend, P - Y
        above, below = (backend.astype(side, backend.float64) for side in (E > 0.0, E < 0.0))
        self.slope = (above - below) / (m * n)  # sign(P − Y) / (m·n)
        return backend.item(backend.sum(backend.abs(E))) / (m * n)


class Huber(Loss):
    """L = Σᵢⱼ h(P − Y) / (m·n), the mean over all entries (Huber 1964).

    h(e) = e²/2 where |e| ≤ δ, else δ (|e| − δ/2): round at the bottom as half the squared
    error, straight further out as the absolute error. With c = e, but kept from −δ to δ,
    both are h(e) = c (e − c/2), and h′(e) = c: dP = c / (m·n).
    """

    arguments = ("delta",)

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = real(delta, "Huber: delta", above=0.0)

    def forward(self, P: Array, Y: Array) -> float:
        m, n = Y.shape
        backend, delta, E = self.backend, self.delta, P - Y
        C = backend.maximum(backend.minimum(E, delta), -delta)  # c
        self.slope = C / (m * n)  # c / (m·n)
        return backend.item(backend.sum(C * (E - C / 2.0))) / (m * n)  # Σ c (e − c/2) / (m·n)


class BinaryCrossEntropy(Loss):
    """L = −Σᵢⱼ (Y ln P + (1 − Y) ln(1 − P)) / m, fused with a last Sigmoid; dZ = (P − Y) / m.

    Targets are 0 or 1. Several outputs are as many yes-or-no questions, added up.
    """

    fused_with = Sigmoid

    def targets(self, backend: Backend, y: Any, n: int) -> Array:
        Y = super().targets(backend, y, n)
        for i, row in enumerate(backend.to_list(Y)):
            if not set(row) <= {0.0, 1.0}:
                j = next(j for j, value in enumerate(row) if value not in (0.0, 1.0))
                raise DataError(f"BinaryCrossEntropy: y[{i}][{j}] is {row[j]:g}, must be 0 or 1")
        return Y

    def forward(self, Z: Array, Y: Array) -> float:
        m = Y.shape[0]
        L, self.P = self.backend.sigmoid_cross_entropy(Z, Y)
        self.slope = (self.P - Y) / m
        return self.backend.item(L) / m


class CrossEntropy(Loss):
    """L = −Σᵢ ln P[i, class of i] / m, fused with a last Softmax; dZ = (P − Y) / m.

    y holds class numbers from 0 to n − 1 (a flat list or one column), or rows that are
    1 in the place of the class and 0 elsewhere ("one-hot").
    """

    fused_with = Softmax

    def targets(self, backend: Backend, y: Any, n: int) -> Array:
        self.backend = backend
        rows = as_rows(as_column(backend, y), "y")
        if len(rows[0]) == 1:
            return backend.from_list([one_hot(label, i, n) for i, (label,) in enumerate(rows)])
        if len(rows[0]) != n:
            raise DataError(
                f"CrossEntropy: y has {len(rows[0])} columns, but the network has {n} classes; "
                "give one class number a row, or one-hot rows"
            )
        for i, row in enumerate(rows):
            if sorted(row) != [0.0] * (n - 1) + [1.0]:
                raise DataError(f"CrossEntropy: y[{i}] is {row}, not one 1 among zeros")
        return backend.from_list(rows)

    def forward(self, Z: Array, Y: Array) -> float:
        m = Y.shape[0]
        L, self.P = self.backend.softmax_cross_entropy(Z, Y)
        self.slope = (self.P - Y) / m
        return self.backend.item(L) / m


def one_hot(label: float, i: int, n: int) -> list[float]:
    """n numbers: 1 in the place of the label, 0 elsewhere."""
    if label != int(label):
        raise DataError(f"CrossEntropy: y[{i}] is {label:g}; a class number is a whole number")
    if not 0 <= label < n:
        raise DataError(
            f"CrossEntropy: y[{i}] is {label:g}, but the network has {n} classes, 0 to {n - 1}"
        )
    row = [0.0] * n
    row[int(label)] = 1.0
    return row


def as_column(backend: Backend, y: Any) -> Any:
    """A flat list of numbers as one column; anything else as it is."""
    data = backend.to_list(y) if backend.is_array(y) else as_list(y)
    if isinstance(data, (list, tuple)) and data and not hasattr(data[0], "__iter__"):
        return [[value] for value in data]
    return data
