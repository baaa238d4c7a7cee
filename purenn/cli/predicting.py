"""Predictions of a saved model for many rows: scaled in, and back in the units of the data."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.data import RowSource
    from purenn.storage import Model

__all__ = ["predict_rows"]

CHUNK = 1000  # rows that are numbers at the same time


def predict_rows(model: Model, features: RowSource) -> list[list[float]]:
    """m rows of n numbers: probabilities, or values in the units of the training data."""
    network = model.network
    source = features if model.scaler is None else model.scaler.transform(features)
    rows: list[list[float]] = []
    for start in range(0, len(source), CHUNK):
        chunk = range(start, min(start + CHUNK, len(source)))
        X = network.backend.from_source(source, chunk)
        rows += network.backend.to_list(network.forward(X))
    return rows if model.target_scaler is None else model.target_scaler.inverse(rows)
