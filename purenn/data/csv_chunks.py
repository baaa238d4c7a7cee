"""A CSV file in pieces: so many rows at a time, whatever the size of the file."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from purenn.data.columns import Column, Columns
from purenn.data.csv_files import Reading, Source, begin
from purenn.data.csv_labels import FixedLabels, LabelStore
from purenn.data.csv_layout import find_columns
from purenn.data.csv_table import TableStore
from purenn.data.rows import RowSource

__all__ = ["Chunk", "csv_chunks"]


class Chunk(NamedTuple):
    """Some rows of a file.

    features  of a model, as its inputs
    targets   class numbers or values; empty where no label was asked for
    kept      the cells of the columns to keep, as they are written
    names     of these columns
    first     the number of the first row, from 0
    """

    features: RowSource
    targets: list[Any]
    kept: list[list[str]]
    names: list[str]
    first: int


def csv_chunks(
    path: Source,
    *,
    rows: int = 1000,
    keep: Sequence[str | int] = (),
    needs_label: bool = False,
    label_names: Sequence[str] | None = None,
    columns: Columns | None = None,
    notes: list[str] | None = None,
    **how: Any,
) -> Iterator[Chunk]:
    """The rows of a file for a model that has been trained, some at a time.

    keep         columns whose cells pass through as they are written: names or numbers
    needs_label  targets are read as well: class numbers by label_names, else values
    columns      those of the training; None: all features are numbers
    The other arguments and errors are those of read_csv_features.
    """
    with begin(path, needs_label=needs_label, columns=columns, **how) as reading:
        layout = reading.layout
        kept = find_columns(keep, layout, "keep")
        names = [layout.called(i) for i in kept]
        if columns is None:
            columns = Columns([Column(name) for name in layout.feature_names or ()] or
                              [Column(None) for _ in layout.features])
        first = 0
        while True:
            store = TableStore(layout, reading.numerals, columns=columns)
            labels = _labels(label_names) if needs_label else None
            cells: list[list[str]] = []
            for line, record in reading.some(rows):
                reading.add(line, record, store, labels)
                cells.append([record[i] for i in kept])
            if not cells and first:
                break
            features, _ = store.finish([])
            targets = labels.finish()[0] if labels is not None and cells else []
            yield Chunk(features, targets, cells, names, first)
            first += len(cells)
            if len(cells) < rows:
                break
        if notes is not None:
            notes += reading.notes


def _labels(names: Sequence[str] | None) -> LabelStore | FixedLabels:
    return LabelStore("regression") if names is None else FixedLabels(names)
