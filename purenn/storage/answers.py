"""From rows as people have them to answers: encoded, scaled, predicted, and put into words.

rows ─ columns ─ scaler ─ network ─ outputs ─┬─ shares of the classes ─ names
                                             └─ target scaler ─ values in their units
"""

from __future__ import annotations

from math import isfinite

from purenn.errors import ArgumentError, DataError, NonFiniteError
from purenn.guard import check_predictions
from purenn.inputs import as_list_of, as_rows
from purenn.tables import named_columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.data import RowSource, Scaler
    from purenn.storage.model import Model

__all__ = ["check_shares", "inputs_of", "likeliest", "names_of", "outputs_of"]

CHUNK = 1000  # rows that are numbers at the same time


def inputs_of(model: Model, X: Any) -> RowSource:
    """Rows as people have them, as a source of the numbers that the model's scaler takes.

    A table (pandas, polars, Arrow) gives its columns by the names of the training.
    """
    from purenn.data.rows import FloatRows, RowSource

    if isinstance(X, RowSource):
        return X
    table = named_columns(X)
    if table is not None:
        X = _in_order(model, *table)
    if model.columns is None:
        return FloatRows(as_rows(X, "X"))
    rows = as_list_of(X, "X")
    return FloatRows(
        [model.columns.encode(as_list_of(row, f"X[{i}]")) for i, row in enumerate(rows)]
    )


def _in_order(model: Model, names: list[Any], columns: list[list[Any]]) -> list[list[Any]]:
    """The rows of a table, with the columns of the training in their order."""
    wanted = model.feature_names
    if model.columns is not None:
        wanted = model.columns.raw_names
    if wanted is not None:
        missing = [name for name in wanted if names.count(name) != 1]
        if missing:
            raise DataError(
                f"X has no column named {missing[0]!r}, or several; the model was trained on "
                f"{', '.join(map(repr, wanted))}"
            )
        columns = [columns[names.index(name)] for name in wanted]
    return [list(row) for row in zip(*columns, strict=True)]


def outputs_of(model: Model, source: RowSource, first: int = 0) -> list[list[float]]:
    """m rows of n numbers: a share for each class, or values in the units of the data.

    A single output of a classification is the probability p of the second of two classes;
    its rows become (1 − p, p). `first` is the number of the first row, for messages.
    Raises NonFiniteError for predictions that are NaN or infinite.
    """
    network = model.network
    network.check_width(len(source), source.width)
    scaled = source if model.scaler is None else model.scaler.transform(source)
    rows: list[list[float]] = []
    for start in range(0, len(scaled), CHUNK):
        X = network.backend.from_source(scaled, range(start, min(start + CHUNK, len(scaled))))
        P = network.forward(X)
        check_predictions(network, X, P, first + start)
        rows += network.backend.to_list(P)
    if model.task == "classification":
        return [[1.0 - p, p] for (p,) in rows] if network.n_out == 1 else rows
    return rows if model.target_scaler is None else _in_units(model.target_scaler, rows, first)


def _in_units(scaler: Scaler, rows: list[list[float]], first: int) -> list[list[float]]:
    """The outputs in the units of the targets, which the floats must be able to hold."""
    values = scaler.inverse(rows)
    for i, row in enumerate(values, first):
        if not all(map(isfinite, row)):
            raise NonFiniteError(
                f"the prediction for row {i} (counted from 0) is not finite: {row} in the units "
                "of the target; the targets of the training were too large, scale them down"
            )
    return values


def names_of(model: Model, outputs: list[list[float]]) -> list[Any]:
    """What the outputs say: of each row the name of the likeliest class; where the outputs are
    yes-or-no answers, a list of the names of those that are yes."""
    names = model.class_names
    if model.multilabel:
        return [[name for name, p in zip(names, row, strict=True) if p >= 0.5] for row in outputs]
    return [names[likeliest(row, model.network.n_out == 1)] for row in outputs]


def likeliest(row: list[float], single: bool) -> int:
    """The number of the class: the first of the largest; of a single output yes from 0.5 on."""
    return int(row[1] >= 0.5) if single else max(range(len(row)), key=row.__getitem__)


def check_shares(model: Model) -> None:
    """ArgumentError for a model that predicts values: they have no shares."""
    if model.task != "classification":
        raise ArgumentError(
            "predict_proba is for classes, but this model predicts values; take model.predict"
        )
