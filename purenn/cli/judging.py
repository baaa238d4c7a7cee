"""How good a model is on labelled data: figures for people, JSON and the report."""

from __future__ import annotations

import json
from math import fsum, inf, isfinite

from purenn.cli.predicting import class_names, predict_rows
from purenn.metrics import ClassReport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from purenn.data import Dataset
    from purenn.storage import Model

__all__ = ["Judgement", "as_json", "judge"]


class Judgement:
    """What the model said about each row, and how far that is from the truth.

    outputs  m rows of n numbers: probabilities, or values in the units of the data
    figures  accuracy and macro averages, or the errors of a regression
    classes  the table of a classification, else None
    """

    def __init__(self, model: Model, data: Dataset) -> None:
        self.data = data
        self.outputs = predict_rows(model, data.features)
        self.classes: ClassReport | None = None
        self.figures: dict[str, float] = {"rows": len(data)}
        if model.task == "classification":
            self.predicted = [max(range(len(row)), key=row.__getitem__) for row in self.outputs]
            self.classes = ClassReport(data.targets, self.predicted, class_names(model))
            self.figures["accuracy"] = self.classes.accuracy
            self.figures |= {f"macro_{k}": value for k, value in self.classes.macro.items()}
        else:
            self.figures |= regression_figures(data.targets, self.outputs)

    def lines(self) -> list[str]:
        """The figures as text."""
        if self.classes is not None:
            text = [*str(self.classes).splitlines(), ""]
            if len(self.classes.names) <= 20:
                text += self.classes.confusion().splitlines()
            return text
        return [f"{name:<20} {value:.6g}" for name, value in self.figures.items()]

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON."""
        detail = {} if self.classes is None else {"classes": self.classes.to_dict()}
        return {**self.figures, **detail}


def judge(model: Model, data: Dataset) -> Judgement:
    """Predict every row of the data and compare with its target."""
    return Judgement(model, data)


def regression_figures(targets: list[Any], outputs: list[list[float]]) -> dict[str, float]:
    """Mean squared error, its root, mean absolute error and R², over all entries.

    R² = 1 − Σ (y − p)² / Σ (y − mean y)²: 1 is perfect, 0 is as good as always saying the
    mean. Where all targets are equal it is 1 for a perfect prediction, else 0.
    """
    truth = [target if isinstance(target, (list, tuple)) else [target] for target in targets]
    pairs = [
        (y, p)
        for row, output in zip(truth, outputs, strict=True)
        for y, p in zip(row, output, strict=True)
    ]
    n = len(pairs)
    mean = total(y for y, _ in pairs) / n
    squares = total((y - p) * (y - p) for y, p in pairs)
    spread = total((y - mean) * (y - mean) for y, _ in pairs)
    return {
        "mean_squared_error": squares / n,
        "root_mean_squared_error": (squares / n) ** 0.5,
        "mean_absolute_error": total(abs(y - p) for y, p in pairs) / n,
        "r2": 1.0 - squares / spread if spread else float(squares == 0.0),
    }


def total(numbers: Iterable[float]) -> float:
    """The sum, rounded once; infinite where it is beyond the floats, as in IEEE 754."""
    try:
        return fsum(numbers)
    except OverflowError:
        return inf


def as_json(result: Any) -> str:
    """One JSON object on a line. JSON has no NaN and no infinity: they become null."""
    return json.dumps(_finite(result), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
