"""How good a model is on labelled data: figures for people, JSON and the report.

Rows come in pieces; of each only what the figures need is kept, so that a file of any length
can be judged.
"""

from __future__ import annotations

import json
from array import array
from math import inf, isfinite, sqrt

from purenn.cli.building import target_rows
from purenn.metrics import (
    ClassReport,
    f1_of_counts,
    mean_absolute_error,
    mean_squared_error,
    of_rows,
    r2_of_sums,
)
from purenn.storage.answers import CHUNK, likeliest, outputs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from purenn.data import Dataset, RowSource
    from purenn.storage import Model

__all__ = ["Judgement", "as_json", "judge"]

MOST_SHOWN = 20  # classes whose confusion matrix is printed


class Judgement:
    """What the model said about each row, and how far that is from the truth.

    data     the rows and targets, if they were given as a whole; and then of each row
    outputs  n numbers: shares of the classes, or values in the units of the data
    tally    the figures: of classes, of yes-or-no answers, or of values
    """

    def __init__(self, model: Model, data: Dataset | None = None) -> None:
        self.model, self.data = model, data
        self.outputs: list[list[float]] = []
        self.rows = 0
        self.tally: ClassTally | AnswerTally | ValueTally
        if model.multilabel:
            self.tally = AnswerTally(model.class_names)
        elif model.task == "classification":
            self.tally = ClassTally(model.class_names, single=model.network.n_out == 1)
        else:
            self.tally = ValueTally(model.network.n_out)

    def add(self, features: RowSource, targets: Sequence[Any]) -> None:
        """Judge some more rows."""
        outputs = outputs_of(self.model, features, self.rows)
        self.rows += len(outputs)
        self.tally.add(outputs, targets)
        if self.data is not None:
            self.outputs += outputs

    @property
    def classes(self) -> ClassReport | None:
        """The table of a classification, else None."""
        return self.tally.report() if isinstance(self.tally, ClassTally) else None

    @property
    def predicted(self) -> list[int]:
        """The class number of each row of a classification."""
        assert isinstance(self.tally, ClassTally)  # noqa: S101
        return self.tally.predicted.tolist()

    @property
    def figures(self) -> dict[str, float]:
        return {"rows": self.rows, **self.tally.figures()}

    def lines(self) -> list[str]:
        """The figures as text."""
        return self.tally.lines(self.figures)

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON."""
        return {**self.figures, **self.tally.detail()}


def judge(
    model: Model, data: Dataset | None, pieces: Iterable[tuple[RowSource, Any]] = ()
) -> Judgement:
    """Predict every row of a data set, or of rows and targets that come in pieces."""
    result = Judgement(model, data)
    for features, targets in pieces if data is None else in_pieces(data):
        result.add(features, targets)
    return result


def in_pieces(data: Dataset) -> Iterable[tuple[RowSource, Any]]:
    for start in range(0, len(data), CHUNK):
        part = slice(start, start + CHUNK)
        yield data.features[part], data.targets[part]


class ClassTally:
    """One class for each row: the right one, and the likeliest one."""

    def __init__(self, names: list[str], single: bool) -> None:
        self.names, self.single = names, single
        self.truth, self.predicted = array("l"), array("l")
        self.counted: ClassReport | None = None  # of all rows so far

    def add(self, outputs: list[list[float]], targets: Sequence[Any]) -> None:
        self.counted = None
        self.truth.extend(targets)
        self.predicted.extend(likeliest(row, self.single) for row in outputs)

    def report(self) -> ClassReport:
        if self.counted is None:
            self.counted = ClassReport(self.truth, self.predicted, self.names)
        return self.counted

    def figures(self) -> dict[str, float]:
        report = self.report()
        averages = {f"macro_{name}": value for name, value in report.macro.items()}
        return {"accuracy": report.accuracy, **averages}

    def lines(self, figures: dict[str, float]) -> list[str]:
        report = self.report()
        text = [*str(report).splitlines(), ""]
        if len(report.names) <= MOST_SHOWN:
            text += report.confusion().splitlines()
        return text

    def detail(self) -> dict[str, Any]:
        return {"classes": self.report().to_dict()}


class AnswerTally:
    """Several yes-or-no answers for each row, each to a question of its own.

    counts  of each question: said yes and right, said no and wrong, and so on
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.counts = [{(y, p): 0 for y in (0, 1) for p in (0, 1)} for _ in names]
        self.rows = self.all_right = 0

    def add(self, outputs: list[list[float]], targets: Sequence[Any]) -> None:
        for row, truth in zip(outputs, targets, strict=True):
            pairs = [(int(y >= 0.5), int(p >= 0.5)) for y, p in zip(truth, row, strict=True)]
            for counts, pair in zip(self.counts, pairs, strict=True):
                counts[pair] += 1
            self.rows += 1
            self.all_right += all(y == p for y, p in pairs)

    def figures(self) -> dict[str, float]:
        """accuracy: the share of right answers; all_right: of rows without a wrong one."""
        right = sum(counts[0, 0] + counts[1, 1] for counts in self.counts)
        n = len(self.names)
        return {"accuracy": right / (self.rows * n), "all_right": self.all_right / self.rows}

    def table(self) -> list[tuple[str, float, float, float, int]]:
        """Of each question: precision, recall and F1 of its yes, and the rows that are yes."""
        return [
            (
                name,
                counts[1, 1] / max(1, counts[0, 1] + counts[1, 1]),
                counts[1, 1] / max(1, counts[1, 0] + counts[1, 1]),
                f1_of_counts(
                    counts[1, 1], counts[1, 0] + counts[1, 1], counts[0, 1] + counts[1, 1]
                ),
                counts[1, 0] + counts[1, 1],
            )
            for name, counts in zip(self.names, self.counts, strict=True)
        ]

    def lines(self, figures: dict[str, float]) -> list[str]:
        width = max(8, *map(len, self.names))
        text = [f"{'answer':<{width}}  precision  recall     f1      yes"]
        for name, precision, recall, f1, yes in self.table():
            text.append(f"{name:<{width}}  {precision:>9.3f}  {recall:>6.3f}  {f1:>5.3f}  {yes:>7}")
        answers = self.rows * len(self.names)
        text.append(
            f"accuracy {figures['accuracy']:.3f} of {answers:,} answers; "
            f"all right in {figures['all_right']:.3f} of {self.rows:,} rows"
        )
        return text

    def detail(self) -> dict[str, Any]:
        keys = ("name", "precision", "recall", "f1", "yes")
        return {"answers": [dict(zip(keys, row, strict=True)) for row in self.table()]}


class ValueTally:
    """Values, and sums of their errors; of the targets mean and spread of each column.

    The spread Σ (y − mean)² of two pieces together is that of both, and what lies between
    their means: δ² m₁ m₂ / (m₁ + m₂), with δ = mean₂ − mean₁ (Chan, Golub and LeVeque 1979).
    R² has no units: both sums are of numbers divided by the largest of the first piece, or
    squares of huge or tiny ones would be lost.
    """

    def __init__(self, width: int) -> None:
        self.rows = 0
        self.squares = self.distances = 0.0  # sums over rows of the mean over columns
        self.left, self.mean, self.spread = ([0.0] * width for _ in range(3))
        self.low, self.high = [inf] * width, [-inf] * width
        self.units: list[float] = []

    def add(self, outputs: list[list[float]], targets: Sequence[Any]) -> None:
        truth = target_rows(targets)
        m = len(truth)
        self.squares += of_rows(mean_squared_error, outputs, truth) * m
        self.distances += of_rows(mean_absolute_error, outputs, truth) * m
        both = self.rows + m
        columns = list(zip(zip(*outputs, strict=True), zip(*truth, strict=True), strict=True))
        if not self.units:
            self.units = [max(map(abs, (*p, *y))) or 1.0 for p, y in columns]
        for j, (said, right) in enumerate(columns):
            p, y = ([value / self.units[j] for value in values] for values in (said, right))
            mean = sum(y) / m
            delta = mean - self.mean[j]
            self.left[j] += sum((a - b) * (a - b) for a, b in zip(p, y, strict=True))
            self.spread[j] += sum((b - mean) * (b - mean) for b in y)
            self.spread[j] += delta * delta * (self.rows * m / both)
            self.mean[j] += delta * (m / both)
            self.low[j], self.high[j] = min(self.low[j], *y), max(self.high[j], *y)
        self.rows = both

    def figures(self) -> dict[str, float]:
        """Mean squared error, its root, mean absolute error and R², as purenn.metrics has them."""
        squares = self.squares / self.rows
        varied = [low < high for low, high in zip(self.low, self.high, strict=True)]
        values = [
            r2_of_sums(left, spread if varies else 0.0)
            for left, spread, varies in zip(self.left, self.spread, varied, strict=True)
        ]
        return {
            "mean_squared_error": squares,
            "root_mean_squared_error": sqrt(squares),
            "mean_absolute_error": self.distances / self.rows,
            "r2": sum(values) / len(values),
        }

    def lines(self, figures: dict[str, float]) -> list[str]:
        return [f"{name:<20} {value:.6g}" for name, value in figures.items()]

    def detail(self) -> dict[str, Any]:
        return {}


def as_json(result: Any) -> str:
    """One JSON object on a line. JSON has no NaN and no infinity: they become null."""
    return json.dumps(_finite(result), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
