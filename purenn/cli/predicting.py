"""Predictions of a saved model for many rows: scaled in, and back in the units of the data."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.data import RowSource
    from purenn.storage import Model

__all__ = ["class_names", "predict_rows"]

CHUNK = 1000  # rows that are numbers at the same time


def predict_rows(model: Model, features: RowSource) -> list[list[float]]:
    """m rows of n numbers: a probability for each class, or values in the units of the data.

    A single output of a classification is the probability p of the second of two classes;
    its rows become (1 − p, p).
    """
    network = model.network
    source = features if model.scaler is None else model.scaler.transform(features)
    rows: list[list[float]] = []
    for start in range(0, len(source), CHUNK):
        chunk = range(start, min(start + CHUNK, len(source)))
        X = network.backend.from_source(source, chunk)
        rows += network.backend.to_list(network.forward(X))
    if model.task == "classification" and network.n_out == 1:
        return [[1.0 - p, p] for (p,) in rows]
    return rows if model.target_scaler is None else model.target_scaler.inverse(rows)


def class_names(model: Model) -> list[str]:
    """The names of the classes; where the model has none, their numbers from 0."""
    return model.label_names or [str(k) for k in range(max(2, model.network.n_out))]
