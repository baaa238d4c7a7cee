"""Losses: one number for how wrong the predictions are, and its slope along each of them.

Each loss states its factor, in one place. Forward returns L and keeps dL; backward
returns it. Two losses are fused with the last activation, because apart the pair
divides by numbers near 0 while together it is dZ = (P − Y) / m and finite for any Z:
CrossEntropy with Softmax, BinaryCrossEntropy with Sigmoid. Forward of a fused loss is
handed that layer's input Z; of the others, the network's output P.

Where examples have weights w, the term of example i counts wᵢ times in L and in its slope.

Letters: P (m × n) predictions, Y (m × n) targets, w (m × 1), m examples, n outputs.
"""

from __future__ import annotations

from purenn.activations import Sigmoid, Softmax
from purenn.batches import ClassNumbers
from purenn.checks import real, short
from purenn.errors import ArgumentError, DataError
from purenn.guessing import or_part
from purenn.inputs import as_array, as_column, as_rows
from purenn.parts import Part, check_methods

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

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

ROUNDING = 1e-6  # by which a row of shares may miss 1: that of 32-bit floats


class Loss(Part):
    """What training asks of a loss.

    Training, evaluating and checking make a copy each, which keeps what is theirs between
    forward and backward: one object serves several networks at the same time.
    """

    methods = {  # noqa: RUF012 (as Part declares it)
        "targets": "backend, y, n",
        "forward": "P, Y",
        "backward": "",
        "kept_targets": "backend, y, n",
    }
    needed = ("forward",)
    not_yet = (
        ": it has none, or not yet. `targets` gives a loss its backend; forward keeps in "
        "self.slope what backward returns, and a loss that is fused with a layer keeps its "
        "predictions in self.P"
    )
    fused_with: type[Layer] | None = None  # the last layer that this loss takes the place of
    per_example = True  # a mean over examples; False: a sum, which grows with the batch
    accuracy = "accuracy"  # the metric of purenn.metrics that this name stands for after the loss

    def targets(self, backend: Backend, y: Any, n: int) -> Array:
        """y as an array (m × n) of targets. A flat list serves where n is 1."""
        self.backend = backend
        own = backend.is_array(y) and len(y.shape) == 2
        Y = as_array(backend, y if own else as_column(y, "y"), "y")
        if Y.shape[1] != n:
            raise DataError(
                f"y has {Y.shape[1]} columns, but the network has {n} outputs; they must be equal"
            )
        return Y

    def kept_targets(self, backend: Backend, y: Any, n: int) -> Array | ClassNumbers:
        """As `targets`, in the form in which a data set keeps them until their batch comes."""
        return self.targets(backend, y, n)

    def forward(self, P: Array, Y: Array) -> float:
        """L; keeps its slope for `backward`.

        A loss that takes sample weights has a third argument, `weights=None`, (m × 1): what
        each example counts, see purenn.batches.Examples.
        """
        self.lacks("forward")

    def backward(self) -> Array:
        """The slope of L along what forward was handed, (m × n)."""
        return self.slope

    backend: Backend  # set by `targets`
    slope: Array
    P: Array  # of a fused loss: the predictions that its activation would have made

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
        return f"{type(self).__name__}({settings})"


def checked_loss(loss: Any) -> Loss:
    """The loss, if it is one that can be called as it will be; ArgumentError for anything else."""
    if not isinstance(loss, Loss):
        mend = or_part(loss, __all__)
        raise ArgumentError(f"loss is {short(loss)}, not a purenn loss{mend}")
    check_methods(loss, Loss)
    return loss


def weighed(backend: Backend, X: Array, weights: Array | None) -> Array:
    """wᵢ · X[i,j], (m × 1) · (m × n); X itself without weights."""
    if weights is None:
        return X
    return backend.where(weights > 0.0, weights * X, 0.0)  # 0 where a row does not count


def weighed_squared_error(
    backend: Backend, P: Array, Y: Array, scale: float, weights: Array
) -> tuple[Array, Array]:
    """L = scale · Σᵢⱼ wᵢ (P − Y)², a full reduction, and dP = 2 · scale · wᵢ (P − Y)."""
    E = P - Y
    wE = weighed(backend, E, weights)
    return scale * backend.sum(weighed(backend, E * E, weights)), (2.0 * scale) * wE


class MeanSquaredError(Loss):
    """L = Σᵢⱼ (P − Y)² / (m·n), the mean over all entries; dP = 2 (P − Y) / (m·n)."""

    def forward(self, P: Array, Y: Array, weights: Array | None = None) -> float:
        m, n = Y.shape
        backend, scale = self.backend, 1.0 / (m * n)
        if weights is None:
            L, self.slope = backend.squared_error(P, Y, scale)
        else:
            L, self.slope = weighed_squared_error(backend, P, Y, scale, weights)
        return backend.item(L)


class SumSquaredError(Loss):
    """L = scale · Σᵢⱼ (P − Y)², a sum over all entries; dP = 2 · scale · (P − Y)."""

    per_example = False
    arguments = ("scale",)

    def __init__(self, scale: float = 0.5) -> None:
        self.scale = real(scale, "SumSquaredError: scale", above=0.0)

    def forward(self, P: Array, Y: Array, weights: Array | None = None) -> float:
        backend = self.backend
        if weights is None:
            L, self.slope = backend.squared_error(P, Y, self.scale)
        else:
            L, self.slope = weighed_squared_error(backend, P, Y, self.scale, weights)
        return backend.item(L)


class MeanAbsoluteError(Loss):
    """L = Σᵢⱼ |P − Y| / (m·n), the mean over all entries; dP = sign(P − Y) / (m·n).

    The sign of 0 is 0: there L has a kink. Far-off targets pull no harder than near ones.
    """

    def forward(self, P: Array, Y: Array, weights: Array | None = None) -> float:
        m, n = Y.shape
        backend, E = self.backend, P - Y
        above, below = (backend.astype(side, backend.float64) for side in (E > 0.0, E < 0.0))
        self.slope = weighed(backend, (above - below) / (m * n), weights)  # sign(P − Y) / (m·n)
        return backend.item(backend.sum(weighed(backend, backend.abs(E), weights))) / (m * n)


class Huber(Loss):
    """L = Σᵢⱼ h(P − Y) / (m·n), the mean over all entries (Huber 1964).

    h(e) = e²/2 where |e| ≤ δ, else δ (|e| − δ/2): round at the bottom as half the squared
    error, straight further out as the absolute error. With c = e, but kept from −δ to δ,
    both are h(e) = c (e − c/2), and h′(e) = c: dP = c / (m·n).
    """

    arguments = ("delta",)

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = real(delta, "Huber: delta", above=0.0)

    def forward(self, P: Array, Y: Array, weights: Array | None = None) -> float:
        m, n = Y.shape
        backend, delta, E = self.backend, self.delta, P - Y
        C = backend.maximum(backend.minimum(E, delta), -delta)  # c
        self.slope = weighed(backend, C / (m * n), weights)  # c / (m·n)
        H = weighed(backend, C * (E - C / 2.0), weights)  # c (e − c/2)
        return backend.item(backend.sum(H)) / (m * n)


class BinaryCrossEntropy(Loss):
    """L = −Σᵢⱼ (Y ln P + (1 − Y) ln(1 − P)) / m, fused with a last Sigmoid; dZ = (P − Y) / m.

    Targets are 0 or 1, or a probability between them. Several outputs are as many
    yes-or-no questions, added up.
    """

    fused_with = Sigmoid
    accuracy = "binary_accuracy"

    def targets(self, backend: Backend, y: Any, n: int) -> Array:
        Y = super().targets(backend, y, n)
        if not all_true(backend, Y >= 0.0, Y <= 1.0):
            i, j, value = first(backend.to_list(Y), lambda value: not 0.0 <= value <= 1.0)
            raise DataError(
                f"BinaryCrossEntropy: y[{i}][{j}] is {value:g}, must be 0 or 1, "
                "or a probability between them"
            )
        return Y

    def forward(self, Z: Array, Y: Array, weights: Array | None = None) -> float:
        m, backend = Y.shape[0], self.backend
        if weights is None:
            L, self.P = backend.sigmoid_cross_entropy(Z, Y)
        else:  # the same terms, see purenn.backend, each row times its weight
            large, small = backend.maximum(Z, 0.0), backend.log1p(backend.exp(-backend.abs(Z)))
            L, self.P = backend.sum(weights * (large - Y * Z + small)), backend.sigmoid(Z)
        self.slope = weighed(self.backend, (self.P - Y) / m, weights)
        return backend.item(L) / m


class CrossEntropy(Loss):
    """L = −Σᵢⱼ Y[i,j] ln P[i,j] / m, fused with a last Softmax; dZ = (P − Y) / m.

    y holds class numbers from 0 to n − 1 (a flat list or one column), rows that are 1 in
    the place of the class and 0 elsewhere ("one-hot"), or rows of shares that add up to 1.
    """

    fused_with = Softmax

    def targets(self, backend: Backend, y: Any, n: int) -> Array:
        Y = self.kept_targets(backend, y, n)
        return Y.all(backend) if isinstance(Y, ClassNumbers) else Y

    def kept_targets(self, backend: Backend, y: Any, n: int) -> Array | ClassNumbers:
        self.backend = backend
        if backend.is_array(y) and len(y.shape) == 2 and y.shape[1] == n > 1:
            return checked_shares(backend, as_array(backend, y, "y"))
        rows = as_rows(as_column(backend.to_list(y) if backend.is_array(y) else y, "y"), "y")
        if len(rows[0]) == 1:
            return ClassNumbers([class_number(row[0], i, n) for i, row in enumerate(rows)], n)
        if len(rows[0]) != n:
            raise DataError(
                f"CrossEntropy: y has {len(rows[0])} columns, but the network has {n} classes; "
                "give one class number a row, or one-hot rows"
            )
        return checked_shares(backend, backend.from_list(rows))

    def forward(self, Z: Array, Y: Array, weights: Array | None = None) -> float:
        m = Y.shape[0]
        L, self.P = self.backend.softmax_cross_entropy(Z, weighed(self.backend, Y, weights))
        self.slope = weighed(self.backend, (self.P - Y) / m, weights)
        return self.backend.item(L) / m


def class_number(label: float, i: int, n: int) -> int:
    """The label of row i as a whole number from 0 to n − 1."""
    if label != int(label):
        raise DataError(f"CrossEntropy: y[{i}] is {label:g}; a class number is a whole number")
    if not 0 <= label < n:
        raise DataError(
            f"CrossEntropy: y[{i}] is {label:g}, but the network has {n} classes, 0 to {n - 1}"
        )
    return int(label)


def checked_shares(backend: Backend, Y: Array) -> Array:
    """Y, if each of its rows is of numbers from 0 to 1 that add up to 1 (within 1e-6)."""
    off = backend.abs(backend.sum(Y, axis=1, keepdims=True) - 1.0)
    if not all_true(backend, Y >= 0.0, off <= ROUNDING):
        rows = backend.to_list(Y)
        i = next(i for i, y in enumerate(rows) if min(y) < 0.0 or abs(sum(y) - 1.0) > ROUNDING)
        raise DataError(
            f"CrossEntropy: y[{i}] is {short(rows[i])}, not one 1 among zeros, "
            "nor shares from 0 to 1 that add up to 1"
        )
    return Y


def all_true(backend: Backend, *conditions: Array) -> bool:
    """True if every entry of every array is true."""
    return all(backend.item(backend.all(condition)) for condition in conditions)


def first(rows: list[list[float]], wrong: Callable[[float], bool]) -> tuple[int, int, float]:
    """Row, column and value of the first wrong entry."""
    places = ((i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row))
    return next(place for place in places if wrong(place[2]))
