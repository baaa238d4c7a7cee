"""Predictions of a saved model for many rows: scaled in, and back in the units of the data."""

from __future__ import annotations

from math import isfinite

from purenn.errors import NonFiniteError
from purenn.guard import check_predictions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.data import RowSource, Scaler
    from purenn.storage import Model

__all__ = ["class_names", "likeliest", "predict_rows"]

CHUNK = 1000  # rows that are numbers at the same time


def predict_rows(model: Model, features: RowSource) -> list[list[float]]:
    """m rows of n numbers: a probability for each class, or values in the units of the data.

    A single output of a classification is the probability p of the second of two classes;
    its rows become (1 − p, p). Raises NonFiniteError for predictions that are NaN or infinite.
    """
    network = model.network
    source = features if model.scaler is None else model.scaler.transform(features)
    rows: list[list[float]] = []
    for start in range(0, len(source), CHUNK):
        chunk = range(start, min(start + CHUNK, len(source)))
        X = network.backend.from_source(source, chunk)
        P = network.forward(X)
        check_predictions(network, X, P, start)
        rows += network.backend.to_list(P)
    if model.task == "classification" and network.n_out == 1:
        return [[1.0 - p, p] for (p,) in rows]
    return rows if model.target_scaler is None else in_units(model.target_scaler, rows)


def likeliest(row: list[float], single: bool) -> int:
    """The number of the class: the first of the largest; of a single output yes from 0.5 on."""
    return int(row[1] >= 0.5) if single else max(range(len(row)), key=row.__getitem__)


def in_units(scaler: Scaler, rows: list[list[float]]) -> list[list[float]]:
    """The outputs in the units of the targets, which the floats must be able to hold."""
    values = scaler.inverse(rows)
    for i, row in enumerate(values):
        if not all(map(isfinite, row)):
            raise NonFiniteError(
                f"the prediction for row {i} (counted from 0) is not finite: {row} in the units "
                "of the target; the targets of the training were too large, scale them down"
            )
    return values


def class_names(model: Model) -> list[str]:
    """The names of the classes; where the model has none, their numbers from 0."""
    return model.label_names or [str(k) for k in range(max(2, model.network.n_out))]
