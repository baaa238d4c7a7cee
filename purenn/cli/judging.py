"""How good a model is on labelled data: figures for people, JSON and the report."""

from __future__ import annotations

import json
from math import isfinite, sqrt

from purenn.cli.predicting import class_names, likeliest, predict_rows
from purenn.metrics import ClassReport, mean_absolute_error, mean_squared_error, of_rows, r2

TYPE_CHECKING = False
if TYPE_CHECKING:
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
            single = model.network.n_out == 1
            self.predicted = [likeliest(row, single) for row in self.outputs]
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
    """Mean squared error, its root, mean absolute error and R², as purenn.metrics has them."""
    truth = [target if isinstance(target, (list, tuple)) else [target] for target in targets]
    squares = of_rows(mean_squared_error, outputs, truth)
    return {
        "mean_squared_error": squares,
        "root_mean_squared_error": sqrt(squares),
        "mean_absolute_error": of_rows(mean_absolute_error, outputs, truth),
        "r2": of_rows(r2, outputs, truth),
    }


def as_json(result: Any) -> str:
    """One JSON object on a line. JSON has no NaN and no infinity: they become null."""
    return json.dumps(_finite(result), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
