"""Metrics: how good predictions are, in numbers for people; nothing is trained on them.

A metric of training is a function (backend, P, Y) → float of predictions P and targets Y,
both (m × n), one example a row; one that takes sample weights has them as a fourth
argument, (m × 1). It is measured on all rows of an epoch together. A mean over rows may be
taken batch by batch, which needs no memory, if it says so: `@mean_over_rows`.

Called by hand, the metrics of this file take rows as well as arrays, and check them.

The second half of this file judges a classifier by plain class numbers: how often each
class was taken for which, in a confusion matrix C, and what follows from it.
"""

from __future__ import annotations

from math import inf

from purenn.backend import get_backend
from purenn.checks import as_real, short, whole
from purenn.errors import ArgumentError, DataError, ShapeError
from purenn.guessing import or_guess
from purenn.inputs import as_array, as_list_of, as_rows, as_things, as_weights
from purenn.parts import check_call
from purenn.signs import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.losses import Loss

    Metric = Callable[..., float]  # (backend, P, Y) or (backend, P, Y, weights)

__all__ = [
    "METRICS",
    "ClassReport",
    "accuracy",
    "binary_accuracy",
    "confusion_matrix",
    "f1",
    "find_metrics",
    "macro_average",
    "mean_absolute_error",
    "mean_over_rows",
    "mean_squared_error",
    "precision",
    "predicted_classes",
    "r2",
    "recall",
]


def mean_over_rows(metric: Metric) -> Metric:
    """Says of a metric that it is a mean over rows: the value of a whole is the mean of its
    parts' values, weighted by their rows (or by the weight of their rows)."""
    try:
        vars(metric)["mean_over_rows"] = metric  # itself: what wraps it may be no mean
    except TypeError:
        raise ArgumentError(
            f"mean_over_rows: {short(metric)} is no function written in Python"
        ) from None
    return metric


def is_mean(metric: Metric) -> bool:
    """Whether mean_over_rows was said of this metric itself."""
    return getattr(metric, "mean_over_rows", None) is metric


def unchecked(metric: Metric) -> Metric:
    """A metric of this file without the checks, for arrays of training's own; else itself."""
    return _UNCHECKED.get(metric, metric)


_UNCHECKED: dict[Metric, Metric] = {}  # what everybody calls → what is computed


def checked(metric: Metric) -> Metric:
    """The metric for everybody: P and Y may be rows too, and have to be finite and alike."""

    def measure(backend: Backend, P: Any, Y: Any, sample_weight: Any = None) -> float:
        name = measure.__name__
        backend = get_backend(backend)
        P, Y = as_array(backend, P, f"{name}: P"), as_array(backend, Y, f"{name}: Y")
        if P.shape != Y.shape:
            raise ShapeError(
                "{}: P is ({} × {}), but Y is ({} × {}); every prediction needs its target".format(
                    name, *P.shape, *Y.shape
                )
            )
        if sample_weight is not None:
            weights = as_weights(sample_weight, P.shape[0])
            sample_weight = backend.from_list([[w] for w in weights])
        return metric(backend, P, Y, sample_weight)

    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(measure, name, getattr(metric, name))
    _UNCHECKED[measure] = metric
    return measure


def _mean(backend: Backend, X: Array, weights: Array | None) -> float:
    """Σᵢⱼ wᵢ X[i,j] / (n · Σᵢ wᵢ), the mean over all entries; wᵢ is 1 without weights."""
    if weights is None:
        return backend.item(backend.mean(X))
    n = X.shape[1]
    total = backend.item(backend.sum(counted(backend, X, weights)))
    return total / (n * backend.item(backend.sum(weights)))


def counted(backend: Backend, X: Array, weights: Array) -> Array:
    """wᵢ X[i,j]; 0 in rows that do not count, also where X is infinite."""
    return backend.where(weights > 0.0, weights * X, 0.0)


@checked
@mean_over_rows
def accuracy(backend: Backend, P: Array, Y: Array, weights: Array | None = None) -> float:
    """The share of examples whose most probable class is the right one.

    With a single output, P ≥ 0.5 means yes. Several outputs are chances of as many classes;
    where they are yes-or-no questions, binary_accuracy is the one to take, and does stand
    under the name "accuracy" in a training with BinaryCrossEntropy.
    """
    if Y.shape[1] == 1:
        return unchecked(binary_accuracy)(backend, P, Y, weights)
    right = backend.argmax(P, axis=1, keepdims=True) == backend.argmax(Y, axis=1, keepdims=True)
    return _mean(backend, backend.astype(right, backend.float64), weights)  # type: ignore[arg-type]


@checked
@mean_over_rows
def binary_accuracy(backend: Backend, P: Array, Y: Array, weights: Array | None = None) -> float:
    """The share of entries on the right side: P ≥ 0.5 where Y ≥ 0.5, P < 0.5 elsewhere.

    Each output answers a question of its own (1 minus the Hamming loss).
    """
    right = (P >= 0.5) == (Y >= 0.5)
    return _mean(backend, backend.astype(right, backend.float64), weights)  # type: ignore[arg-type]


@checked
@mean_over_rows
def mean_squared_error(backend: Backend, P: Array, Y: Array, weights: Array | None = None) -> float:
    """Σᵢⱼ (P − Y)² / (m·n)."""
    m, n = Y.shape
    if weights is None:
        return backend.item(backend.squared_error(P, Y, 1.0 / (m * n))[0])
    return _mean(backend, (P - Y) * (P - Y), weights)


@checked
@mean_over_rows
def mean_absolute_error(
    backend: Backend, P: Array, Y: Array, weights: Array | None = None
) -> float:
    """Σᵢⱼ |P − Y| / (m·n), in the units of Y."""
    return _mean(backend, backend.abs(P - Y), weights)


@checked
def r2(backend: Backend, P: Array, Y: Array, weights: Array | None = None) -> float:
    """The coefficient of determination R² = 1 − Σᵢ wᵢ (P − Y)² / Σᵢ wᵢ (Y − mean of Y)².

    1 is perfect, 0 no better than always saying the (weighted) mean, below 0 worse. Of
    several outputs it is the mean of their R². Where all targets of an output are equal
    there is nothing to explain: 1 if every prediction is exactly right, else 0.

    It is not a mean over rows: the average of R² over mini-batches is not the R² of the
    whole.
    """

    def total(X: Array) -> Array:  # Σᵢ wᵢ X[i,j], (1 × n)
        terms = X if weights is None else counted(backend, X, weights)
        return backend.sum(terms, axis=0, keepdims=True)

    def largest(X: Array) -> list[float]:  # of each column, in the rows that count
        counted = X if weights is None else backend.where(weights > 0.0, X, -inf)
        return backend.to_list(backend.max(counted, axis=0, keepdims=True))[0]

    E = P - Y
    if weights is None:
        D = Y - backend.mean(Y, axis=0, keepdims=True)
    else:
        D = Y - total(Y) / backend.item(backend.sum(weights))
    sizes = zip(largest(backend.abs(E)), largest(backend.abs(D)), strict=True)
    scale = [[max(pair) or 1.0 for pair in sizes]]  # or squares of huge or tiny numbers are lost
    E, D = E / backend.from_list(scale), D / backend.from_list(scale)
    (left,), (spread,) = backend.to_list(total(E * E)), backend.to_list(total(D * D))
    high, low = largest(Y), [-y for y in largest(-Y)]
    values = [r2_of_sums(left[j], spread[j] if high[j] > low[j] else 0.0) for j in range(len(left))]
    return sum(values) / len(values)


def r2_of_sums(left: float, spread: float) -> float:
    """R² = 1 − Σ (P − Y)² / Σ (Y − mean of Y)² of one output; 1 or 0 where Y has no spread."""
    return 1.0 - left / spread if spread > 0.0 else float(left == 0.0)


def of_rows(metric: Metric, predicted: Any, truth: Any) -> float:
    """A metric of this file on plain rows, infinite and NaN ones too."""
    measure = unchecked(metric)
    python = get_backend("python")
    return measure(python, python.from_list(predicted), python.from_list(truth))


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "binary_accuracy": binary_accuracy,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "r2": r2,
}


def find_metrics(metrics: Any, loss: Loss, *, weighted: bool = False) -> dict[str, Metric]:
    """Name → function of the metrics, given as one or several of either.

    loss      decides what "accuracy" stands for (`loss.accuracy`)
    weighted  they have to take sample weights

    Raises ArgumentError for names that are unknown or come twice, and for what is no metric.
    """
    given = (
        [metrics]
        if isinstance(metrics, str) or callable(metrics)
        else as_things(metrics, "metrics")
    )
    found: dict[str, Metric] = {}
    for metric in given:
        name, measure = _find_metric(metric, loss)
        if name in found:
            raise ArgumentError(
                f"metrics: two are called {short(name)}; give one of them another __name__"
            )
        if measure not in _UNCHECKED:
            arguments = "backend, P, Y, weights" if weighted else "backend, P, Y"
            check_call(measure, f"metrics: {name}", arguments)
        found[name] = measure
    return found


def _find_metric(metric: Any, loss: Loss) -> tuple[str, Metric]:
    if callable(metric) and not isinstance(metric, type):
        name = getattr(metric, "__name__", type(metric).__name__)
        if not isinstance(name, str):
            raise ArgumentError(f"metrics: {short(metric)} has the __name__ {short(name)}, no text")
        return name, metric
    if metric == "accuracy" and loss.accuracy not in METRICS:
        raise ArgumentError(
            f"{type(loss).__name__}: accuracy is {short(loss.accuracy)}, must be the name of a "
            f"metric: {', '.join(METRICS)}"
        )
    if isinstance(metric, str) and metric in METRICS:
        return metric, METRICS[loss.accuracy if metric == "accuracy" else metric]
    raise ArgumentError(
        f"unknown metric {short(metric)}; there are {', '.join(METRICS)}, or a function"
        + or_guess(metric, METRICS)
    )


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
    truth: Sequence[float],
    predicted: Sequence[float],
    classes: int,
    sample_weight: Any = None,
) -> list[list[float]]:
    """C[t][p] = how many examples of class t were taken for class p: truth down, predicted across.

    The right ones stand on the diagonal. Class numbers are whole, from 0 to classes − 1. With
    sample_weight, one number an example, their weights are added up in place of counting.
    Raises ArgumentError for no classes, DataError for lists that cannot be compared.
    """
    classes = whole(classes, "confusion_matrix: classes")
    truth, predicted = as_list_of(truth, "truth"), as_list_of(predicted, "predicted")
    if len(truth) != len(predicted):
        raise DataError(
            f"confusion_matrix: truth has {len(truth)} class numbers, predicted {len(predicted)}; "
            "every example needs one of each"
        )
    weights: Any = [1] * len(truth)
    if sample_weight is not None:
        weights = as_weights(sample_weight, len(truth))
    C: list[list[float]] = [[0] * classes for _ in range(classes)]
    for i, (t, p, weight) in enumerate(zip(truth, predicted, weights, strict=True)):
        C[_class(t, f"truth[{i}]", classes)][_class(p, f"predicted[{i}]", classes)] += weight
    return C


def precision(C: Sequence[Sequence[float]]) -> list[float]:
    """Of the examples taken for class k, the share that were: C[k][k] / Σₜ C[t][k].

    0 for a class that nothing was taken for (0/0).
    """
    C = _square(C)
    return [_share(C[k][k], sum(column)) for k, column in enumerate(zip(*C, strict=True))]


def recall(C: Sequence[Sequence[float]]) -> list[float]:
    """Of the examples of class k, the share that was found: C[k][k] / Σₚ C[k][p].

    0 for a class without examples (0/0).
    """
    C = _square(C)
    return [_share(C[k][k], sum(row)) for k, row in enumerate(C)]


def f1(C: Sequence[Sequence[float]]) -> list[float]:
    """The harmonic mean of precision and recall: 2 C[k][k] / (Σₜ C[t][k] + Σₚ C[k][p]).

    0 for a class that neither occurs nor was predicted (0/0).
    """
    C = _square(C)
    columns = zip(*C, strict=True)
    return [
        f1_of_counts(C[k][k], sum(row), sum(column))
        for k, (row, column) in enumerate(zip(C, columns, strict=True))
    ]


def f1_of_counts(right: float, true: float, said: float) -> float:
    """2 · right / (true + said), of a class that so many rows are of and were taken for."""
    return _share(2 * right, true + said)


def macro_average(values: Sequence[float], C: Sequence[Sequence[float]] | None = None) -> float:
    """The plain mean over the classes: a rare class counts as much as a common one.

    With the confusion matrix C, classes that never occur are left out: those that no example
    is of and that nothing was taken for.
    """
    chosen: list[Any] = [as_real(value) for value in as_list_of(values, "values")]
    if None in chosen:
        raise DataError(f"macro_average: values is {short(values)}, must be numbers")
    if C is not None:
        seen = occurs(C)
        if len(seen) != len(chosen):
            raise DataError(f"macro_average: {len(chosen)} values, but C has {len(seen)} classes")
        chosen = [value for value, there in zip(chosen, seen, strict=True) if there]
    return float(sum(chosen) / len(chosen)) if chosen else 0.0


def occurs(C: Sequence[Sequence[float]]) -> list[bool]:
    """Of each class, whether any example is of it or was taken for it."""
    C = _square(C)
    return [any(row) or any(column) for row, column in zip(C, zip(*C, strict=True), strict=True)]


def _square(C: Any) -> list[list[float]]:
    """A confusion matrix as rows of floats: NumPy's small whole numbers would overflow."""
    rows = as_rows(C, "C")
    if len(rows) != len(rows[0]):
        raise DataError(
            f"C is ({len(rows)} × {len(rows[0])}); a confusion matrix has a row and a column "
            "for each class"
        )
    return rows


class ClassReport:
    """How well each class was told from the others; `str` gives a table.

    truth, predicted  class numbers, one an example
    classes           the number of classes, or their names in the order of the numbers
    sample_weight     how much each example counts; None: 1 each

    names, rows (examples of each class), matrix (truth down, predicted across),
    precision, recall and f1 hold one entry a class; 0/0 counts as 0. macro has the plain
    means of the last three over the classes that occur (`absent` names the others),
    accuracy the share of right answers among all rows.
    """

    def __init__(
        self,
        truth: Sequence[float],
        predicted: Sequence[float],
        classes: int | Sequence[str],
        sample_weight: Any = None,
    ) -> None:
        listed = hasattr(classes, "__iter__") and not isinstance(classes, str)
        named: Any = (
            as_things(classes, "ClassReport: classes")
            if listed
            else range(whole(classes, "ClassReport: classes"))
        )
        self.names = [str(name) for name in named]
        count = len(self.names)
        self.matrix = confusion_matrix(truth, predicted, count, sample_weight)
        self.rows = [sum(row) for row in self.matrix]
        self.precision = precision(self.matrix)
        self.recall = recall(self.matrix)
        self.f1 = f1(self.matrix)
        self.accuracy = _share(sum(self.matrix[k][k] for k in range(count)), sum(self.rows))
        self.macro = {
            name: macro_average(getattr(self, name), self.matrix)
            for name in ("precision", "recall", "f1")
        }
        seen = zip(self.names, occurs(self.matrix), strict=True)
        self.absent = [name for name, occurs_somewhere in seen if not occurs_somewhere]

    def to_dict(self) -> dict[str, Any]:
        """All figures as plain data, for JSON."""
        return dict(vars(self))

    def __str__(self) -> str:
        """A line a class, then the macro averages and the accuracy."""
        names = [clean(name) for name in self.names]
        width = max(13, *map(len, names))
        lines = [f"{'class':<{width}}  precision  recall     f1     rows"]
        columns = zip(names, self.precision, self.recall, self.f1, self.rows, strict=True)
        last = ("macro average", *self.macro.values(), sum(self.rows))
        for name, p, r, f, rows in (*columns, last):
            shown = _count(rows)  # type: ignore[arg-type]
            lines.append(f"{name:<{width}}  {p:>9.3f}  {r:>6.3f}  {f:>5.3f}  {shown:>7}")
        right = sum(self.matrix[k][k] for k in range(len(self.names)))
        of = f"{_count(right)} of {_count(sum(self.rows))}"
        lines.append(f"accuracy {self.accuracy:.3f}: {of} right")
        if 0 < len(self.absent) < len(self.names):
            lines.append(
                f"the macro averages leave out {len(self.absent)} of {len(self.names)} classes, "
                f"which never occur: {short(', '.join(self.absent))}"
            )
        return "\n".join(lines)

    def confusion(self) -> str:
        """The confusion matrix as a table: truth down, predicted across."""
        cells = [[_count(count) for count in row] for row in self.matrix]
        names = [clean(name) for name in self.names]
        first = max(len("truth"), *map(len, names))
        widths = [
            max(len(name), *map(len, column))
            for name, column in zip(names, zip(*cells, strict=True), strict=True)
        ]
        lines = [
            f"{name:<{first}}  " + "  ".join(f"{c:>{w}}" for c, w in zip(row, widths, strict=True))
            for name, row in (("truth", names), *zip(names, cells, strict=True))
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
        f"confusion_matrix: {where} is {short(label)}, "
        f"must be a class number from 0 to {classes - 1}"
    )


def _count(rows: float) -> str:
    """How many rows; of weighted ones their weight."""
    return str(rows) if isinstance(rows, int) else f"{rows:.6g}"


def _share(part: float, whole: float) -> float:
    """part / whole, and 0 for 0/0."""
    return part / whole if whole else 0.0
