"""A CSV file of any length, some rows at a time: to predict or to judge in bounded memory."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from purenn.checks import whole
from purenn.data.columns import Columns
from purenn.data.csv_cells import CellReader
from purenn.data.csv_files import (
    MOST_COLUMNS,
    begin,
    check_missing,
    checked_asked,
    checked_task,
    checked_wanted,
    missing_label,
    of_training,
    read_rows,
)
from purenn.data.csv_labels import FixedLabels, LabelError, LabelStore
from purenn.data.csv_layout import Layout, Wanted
from purenn.data.csv_picking import checked_columns
from purenn.data.csv_records import Record, read_records
from purenn.data.files import open_bytes
from purenn.data.messages import StrPath
from purenn.data.rows import RowSource
from purenn.errors import ArgumentError

__all__ = ["Chunk", "csv_chunks"]


class Chunk(NamedTuple):
    """Some rows of a file, one after the other."""

    features: RowSource
    targets: list[Any] | None  # class numbers or values; None where no label is needed
    kept: list[list[str]]  # of each row the cells that are passed through, as written
    names: list[str]  # of their columns; numbers from 0 where the file has no header
    line: int  # of the first row
    first: int  # its number among all rows that were given out


class _Way(NamedTuple):
    """How the rows of a chunk are read."""

    rows: int
    columns: Columns | None
    missing: str
    label_names: tuple[str, ...] | None


def csv_chunks(
    path: StrPath,
    *,
    rows: int = 1000,
    keep: Sequence[str | int] = (),
    needs_label: bool = False,
    label: str | int | None = None,
    header: bool | None = None,
    task: str | None = None,
    label_names: Sequence[str] | None = None,
    feature_names: Sequence[str] | None = None,
    width: int | None = None,
    delimiter: str = ",",
    drop: Sequence[str | int] = (),
    features: Sequence[str | int] | None = None,
    text: Sequence[str | int] = (),
    missing: str = "error",
    columns: Columns | None = None,
    max_columns: int = MOST_COLUMNS,
    notes: list[str] | None = None,
) -> Iterator[Chunk]:
    """The rows of a CSV file as they come, at most so many at a time.

    keep: columns whose cells are passed through as written, names or numbers from 0; the label
        may be among them, and what is no feature.
    needs_label: the file must have the label column, and each chunk gives its targets: class
        numbers of label_names, or values where task is "regression". Else a label column may be
        there or not.
    notes: what was filled in and left out is added here at the end, a sentence each.
    The other arguments are those of read_csv_features. Errors as in read_csv; those of the file
    come as soon as its place is reached.
    """
    rows = whole(rows, "csv_chunks: rows")
    asked = checked_asked(drop, features, text)._replace(keep=checked_columns(keep, "keep"))
    feature_names, width = of_training(columns, feature_names, width)
    wanted = checked_wanted(
        path, label, needs_label, header, feature_names, width, delimiter, max_columns, asked
    )
    names = checked_task(task, label_names)
    if needs_label and names is None and task != "regression":
        raise ArgumentError(
            "csv_chunks: needs_label goes with label_names, those of the training, or with "
            "task='regression'; a part of the file does not show all classes"
        )
    check_missing(missing, text, columns, learns=False)
    way = _Way(rows, columns, missing, names)
    return _chunks(wanted, way, [] if notes is None else notes)


def _chunks(wanted: Wanted, way: _Way, notes: list[str]) -> Iterator[Chunk]:
    with open_bytes(wanted.path) as stream:
        layout, records = begin(read_records(stream, wanted.path, wanted.delimiter), wanted)
        cells = CellReader(layout, way.columns, way.missing, learns=False)
        names = [str(i) if layout.names is None else layout.names[i] for i in layout.kept]
        count = 0
        for first in records:
            part = chain([first], islice(records, way.rows - 1))
            targets, kept = _read(part, layout, cells, way, wanted.needs_label)
            features = cells.chunk()
            if len(features):
                yield Chunk(features, targets, kept, names, first[0], count)
            count += len(features)
        cells.check_some(count)
        notes += cells.notes()


def _read(
    records: Iterator[Record], layout: Layout, cells: CellReader, way: _Way, needs_label: bool
) -> tuple[list[Any] | None, list[list[str]]]:
    """The targets of some records, and their cells that are passed through; features to cells."""
    labels: LabelStore | FixedLabels | None = None
    if needs_label:
        names = way.label_names
        labels = LabelStore("regression") if names is None else FixedLabels(names)
    kept: list[list[str]] = []
    no_label = missing_label(way.missing, way.label_names) if needs_label else ()
    read_rows(records, layout, cells, labels, no_label, kept)
    if labels is None:
        return None, kept
    try:
        return labels.finish()[0], kept
    except LabelError as error:
        raise layout.error(error.line, layout.label, str(error)) from error
