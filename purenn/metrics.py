"""Metrics: how good predictions are, in numbers for people; nothing is trained on them.

A metric of training is a function (backend, P, Y) → float of predictions P and targets Y,
both (m × n), one example a row. In mini-batches `train` averages it by each batch's share
of the rows, which is right for a mean over rows; `r2` is none, see there.

The second half of this file judges a classifier by plain class numbers: how often each
class was taken for which, in a confusion matrix C, and what follows from it.
"""

from __future__ import annotations

from purenn.checks import whole
from purenn.errors import ArgumentError, DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend

    Metric = Callable[[Backend, Array, Array], float]

__all__ = [
    "METRICS",
    "ClassReport",
    "accuracy",
    "confusion_matrix",
    "f1",
    "find_metric",
    "macro_average",
    "mean_absolute_error",
    "mean_squared_error",
    "precision",
    "predicted_classes",
    "r2",
    "recall",
]


def accuracy(backend: Backend, P: Array, Y: Array) -> float:
    """The share of examples whose most probable class is the right one.

    With a single output, P ≥ 0.5 means yes.
    """
    if Y.shape[1] == 1:
        right = (P >= 0.5) == (Y >= 0.5)
    else:
        right = backend.argmax(P, axis=1, keepdims=True) == backend.argmax(Y, axis=1, keepdims=True)
    return backend.item(backend.mean(backend.astype(right, backend.float64)))  # type: ignore[arg-type]


def mean_squared_error(backend: Backend, P: Array, Y: Array) -> float:
    """Σᵢⱼ (P − Y)² / (m·n)."""
    m, n = Y.shape
    return backend.item(backend.squared_error(P, Y, 1.0 / (m * n))[0])


def mean_absolute_error(backend: Backend, P: Array, Y: Array) -> float:
    """Σᵢⱼ |P − Y| / (m·n), in the units of Y."""
    return backend.item(backend.mean(backend.abs(P - Y)))


def r2(backend: Backend, P: Array, Y: Array) -> float:
    """The coefficient of determination R² = 1 − Σᵢ (P − Y)² / Σᵢ (Y − mean of Y)².

    1 is perfect, 0 no better than always saying the mean, below 0 worse. Of several
    outputs it is the mean of their R². Where all targets of an output are equal there is
    nothing to explain: 1 if every prediction is exactly right, else 0.

    It is not a mean over rows: the average of R² over mini-batches is not the R² of the
    whole. `train` and `evaluate` measure it on all rows together.
    """
    E, D = P - Y, Y - backend.mean(Y, axis=0, keepdims=True)
    (left,) = backend.to_list(backend.sum(E * E, axis=0, keepdims=True))  # Σᵢ (P − Y)², (1 × n)
    (total,) = backend.to_list(backend.sum(D * D, axis=0, keepdims=True))
    (high,) = backend.to_list(backend.max(Y, axis=0, keepdims=True))
    (low,) = backend.to_list(-backend.max(-Y, axis=0, keepdims=True))
    values = [
        1.0 - left[j] / total[j] if high[j] > low[j] and total[j] > 0.0 else float(left[j] == 0.0)
        for j in range(len(left))
    ]
    return sum(values) / len(values)


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "r2": r2,
}


def find_metric(metric: str | Metric) -> tuple[str, Metric]:
    """The name and the function of a metric, given as either."""
    if callable(metric):
        return getattr(metric, "__name__", type(metric).__name__), metric
    if metric in METRICS:
        return metric, METRICS[metric]
    raise ArgumentError(f"unknown metric {metric!r}; there are {', '.join(METRICS)}, or a function")


# ------------------------------------------------------------- judging a classifier


def predicted_classes(backend: Backend, P: Array) -> list[int]:
    """The most probable class of each row of P; with a single output, 1 where P ≥ 0.5.

    One-hot targets become class numbers in the same way.
    """
    if P.shape[1] == 1:
        return [int(p >= 0.5) for (p,) in backend.to_list(P)]
    places = backend.to_list(backend.argmax(P, axis=1, keepdims=True))
    return [int(place) for (place,) in places]


def confusion_matrix(
    truth: Sequence[float], predicted: Sequence[float], classes: int
) -> list[list[int]]:
    """C[t][p] = how many examples of class t were taken for class p: truth down, predicted across.

    The right ones stand on the diagonal. Class numbers are whole, from 0 to classes − 1.
    Raises ArgumentError for no classes, DataError for lists that cannot be compared.
    """
    classes = whole(classes, "confusion_matrix: classes")
    if len(truth) != len(predicted):
        raise DataError(
            f"confusion_matrix: truth has {len(truth)} class numbers, predicted {len(predicted)}; "
            "every example needs one of each"
        )
    C = [[0] * classes for _ in range(classes)]
    for i, (t, p) in enumerate(zip(truth, predicted, strict=True)):
        C[_class(t, f"truth[{i}]", classes)][_class(p, f"predicted[{i}]", classes)] += 1
    return C


def precision(C: Sequence[Sequence[int]]) -> list[float]:
    """Of the examples taken for class k, the share that were: C[k][k] / Σₜ C[t][k].

    0 for a class that nothing was taken for (0/0).
    """
    return [_share(C[k][k], sum(column)) for k, column in enumerate(zip(*C, strict=True))]


def recall(C: Sequence[Sequence[int]]) -> list[float]:
    """Of the examples of class k, the share that was found: C[k][k] / Σₚ C[k][p].

    0 for a class without examples (0/0).
    """
    return [_share(C[k][k], sum(row)) for k, row in enumerate(C)]


def f1(C: Sequence[Sequence[int]]) -> list[float]:
    """The harmonic mean of precision and recall: 2 C[k][k] / (Σₜ C[t][k] + Σₚ C[k][p]).

    0 for a class that neither occurs nor was predicted (0/0).
    """
    columns = zip(*C, strict=True)
    return [
        _share(2 * C[k][k], sum(row) + sum(column))
        for k, (row, column) in enumerate(zip(C, columns, strict=True))
    ]


def macro_average(values: Sequence[float]) -> float:
    """The plain mean over the classes: a rare class counts as much as a common one."""
    return sum(values) / len(values)


class ClassReport:
    """How well each class was told from the others; `str` gives a table.

    truth, predicted  class numbers, one an example
    classes           the number of classes, or their names in the order of the numbers

    names, rows (examples of each class), matrix (truth down, predicted across),
    precision, recall and f1 hold one entry a class; 0/0 counts as 0. macro has the plain
    means of the last three, accuracy the share of right answers among all rows.
    """

    def __init__(
        self, truth: Sequence[float], predicted: Sequence[float], classes: int | Sequence[str]
    ) -> None:
        listed = hasattr(classes, "__iter__") and not isinstance(classes, str)
        named: Any = classes if listed else range(whole(classes, "ClassReport: classes"))
        self.names = [str(name) for name in named]
        count = len(self.names)
        self.matrix = confusion_matrix(truth, predicted, count)
        self.rows = [sum(row) for row in self.matrix]
        self.precision = precision(self.matrix)
        self.recall = recall(self.matrix)
        self.f1 = f1(self.matrix)
        self.accuracy = _share(sum(self.matrix[k][k] for k in range(count)), sum(self.rows))
        self.macro = {
            name: macro_average(getattr(self, name)) for name in ("precision", "recall", "f1")
        }

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain data, for JSON."""
        return dict(vars(self))

    def __str__(self) -> str:
        """A line a class, then the macro averages and the accuracy."""
        width = max(13, *map(len, self.names))
        lines = [f"{'class':<{width}}  precision  recall     f1     rows"]
        columns = zip(self.names, self.precision, self.recall, self.f1, self.rows, strict=True)
        last = ("macro average", *self.macro.values(), sum(self.rows))
        for name, p, r, f, rows in (*columns, last):
            lines.append(f"{name:<{width}}  {p:>9.3f}  {r:>6.3f}  {f:>5.3f}  {rows:>7}")
        right = sum(self.matrix[k][k] for k in range(len(self.names)))
        lines.append(f"accuracy {self.accuracy:.3f}: {right} of {sum(self.rows)} right")
        return "\n".join(lines)

    def confusion(self) -> str:
        """The confusion matrix as a table: truth down, predicted across."""
        cells = [[str(count) for count in row] for row in self.matrix]
        first = max(len("truth"), *map(len, self.names))
        widths = [
            max(len(name), *map(len, column))
            for name, column in zip(self.names, zip(*cells, strict=True), strict=True)
        ]
        lines = [
            f"{name:<{first}}  " + "  ".join(f"{c:>{w}}" for c, w in zip(row, widths, strict=True))
            for name, row in (("truth", self.names), *zip(self.names, cells, strict=True))
        ]
        return "\n".join([f"{'':<{first}}  predicted", *lines])

    def __repr__(self) -> str:
        classes, rows = len(self.names), sum(self.rows)
        return f"ClassReport({classes} classes, {rows} rows, accuracy {self.accuracy:.3f})"


def _class(label: Any, where: str, classes: int) -> int:
    """The label as a whole number, if it is one of the class numbers."""
    try:
        number = int(label)
        if number == label and 0 <= number < classes:
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise DataError(
        f"confusion_matrix: {where} is {label!r}, must be a class number from 0 to {classes - 1}"
    )


def _share(part: int, whole: int) -> float:
    """part / whole, and 0 for 0/0."""
    return part / whole if whole else 0.0
