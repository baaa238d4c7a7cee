"""Reading CSV files: one pass, a line in memory at a time, the numbers packed as they come.

Nothing is guessed around: a cell that is no finite number, a row of another length or a label
that the training never saw stops the reading with the file, the line and the column.
"""

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import BinaryIO

from purenn.checks import short
from purenn.data.columns import FILLS, MISSING, WAYS, Columns
from purenn.data.csv_cells import CellReader
from purenn.data.csv_dialect import Dialect, checked_dialect
from purenn.data.csv_labels import FixedLabels, LabelError, LabelStore
from purenn.data.csv_layout import Layout, Wanted, check_arguments, find_layout
from purenn.data.csv_picking import Asked, checked_columns
from purenn.data.csv_records import Record, open_records, read_sample
from purenn.data.dataset import Dataset
from purenn.data.files import Source, name_of, open_bytes
from purenn.data.line_numbers import LineNumbers
from purenn.data.messages import DataFileError, listed, option, shown
from purenn.data.rows import RowSource
from purenn.errors import ArgumentError
from purenn.inputs import as_names

__all__ = ["read_csv", "read_csv_features"]

MOST_COLUMNS = 100_000
TASKS = (None, "classification", "regression")
LABEL_NAMES = ("label", "class", "target", "species", "y")  # for a hint only, never for a choice
SURE_NAMES = ("label", "target")  # of which another column is hardly the label


def read_csv(
    path: Source,
    *,
    label: str | int | None = None,
    header: bool | None = None,
    task: str | None = None,
    label_names: Sequence[str] | None = None,
    feature_names: Sequence[str] | None = None,
    width: int | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    comment: str | None = None,
    drop: Sequence[str | int] = (),
    features: Sequence[str | int] | None = None,
    text: Sequence[str | int] = (),
    missing: str = "error",
    columns: Columns | None = None,
    max_columns: int = MOST_COLUMNS,
) -> Dataset:
    """A data set from a CSV file, plain or gzip, UTF-8 text, or from an open stream of bytes.

    label: name of the label column, or its number from 0 (-1 is the last one, which is the
        default); a text of digits is a number, if there is such a column.
    header: whether the first line holds names; None tells it from the lines.
    task: "classification" or "regression"; None tells it from the labels (see csv_labels).
    label_names: the classes of the training, for a file to test with; any other label is an
        error.
    feature_names: the columns of the training; where the file has a header, they are picked by
        name and other columns are left out. width: their number, where there are no names.
    delimiter: what stands between cells; None finds one of `,` `;` `|`, tabs and spaces.
    decimal: "." or ","; None finds it. thousands: what stands in 1,234, if anything does.
    comment: lines that begin with this are passed over.
    drop: columns to leave out, names or numbers from 0. features: those to take, in this order;
        None: all but the label.
    text: columns to take as text, whatever is in them: post codes, numbers that are names. Of
        another column the first cell tells whether it holds numbers or words; of words each
        different one becomes an input (one-hot), see purenn.data.columns. The categories are
        learned from all rows of the file; they hold nothing of the labels.
    missing: what becomes of a row with a missing cell, which is empty or one of NA, N/A, na, n/a,
        NaN, nan, null, NULL, None, ? and -. "error"; "drop" leaves the row out, as one without a
        label; "mean" and "median" fill numbers with that of their column in this file, words
        with the most frequent one.
    columns: those of the training (`Dataset.columns`), for a file to test with: it is read by
        their categories, and its gaps are filled as they say.
    max_columns: a first line with more cells is refused.
    Where a word is not expected (label_names, feature_names or width tell of a training, but
    columns does not), it is an error.
    What was found, filled in or left out is a sentence in the notes of the data set.
    DataFileError (a DataError) gives file, line, column, what was found and what was expected;
    ArgumentError is for arguments that no file could fulfil.
    """
    dialect = checked_dialect(delimiter, decimal, thousands, comment)
    asked = checked_asked(drop, features, text)
    feature_names, width = of_training(columns, feature_names, width)
    wanted = checked_wanted(
        path, label, True, header, feature_names, width, dialect, max_columns, asked
    )
    names = checked_task(task, label_names)
    learns = all(known is None for known in (columns, names, feature_names, width))
    check_missing(missing, text, columns, learns)
    notes: list[str] = []
    with open_bytes(path) as stream:
        layout, records = begin(stream, wanted, notes)
        labels: LabelStore | FixedLabels = (
            LabelStore(task, layout.numerals) if names is None else FixedLabels(names)
        )
        cells = CellReader(layout, columns, missing, learns=learns)
        lines = LineNumbers()
        read_rows(records, layout, cells, labels, missing_label(missing, names), lines=lines)
    return _dataset(layout, cells, labels, notes, lines.lines, default_label=label is None)


def read_csv_features(
    path: Source,
    *,
    feature_names: Sequence[str] | None = None,
    width: int | None = None,
    label: str | int | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    comment: str | None = None,
    drop: Sequence[str | int] = (),
    features: Sequence[str | int] | None = None,
    text: Sequence[str | int] = (),
    missing: str = "error",
    columns: Columns | None = None,
    max_columns: int = MOST_COLUMNS,
) -> RowSource:
    """The features of a CSV file to predict from; a label column may be there or not.

    Where the file has a header and feature_names are given, those columns are taken by name, in
    the order of feature_names, and all others are left out. Without names every column is a
    feature, but for the one that `label` names, if the file has it; their number must be
    `width` (or len(feature_names)), if given. drop, features, missing and columns as in read_csv;
    texts and what fills gaps are those of the training, so they need its columns. "drop" leaves
    rows out: then the predictions are fewer than the rows of the file. Errors as in read_csv.
    """
    dialect = checked_dialect(delimiter, decimal, thousands, comment)
    asked = checked_asked(drop, features, text)
    feature_names, width = of_training(columns, feature_names, width)
    wanted = checked_wanted(
        path, label, False, header, feature_names, width, dialect, max_columns, asked
    )
    check_missing(missing, text, columns, learns=False)
    with open_bytes(path) as stream:
        layout, records = begin(stream, wanted, [])
        cells = CellReader(layout, columns, missing, learns=False)
        read_rows(records, layout, cells, None)
    return cells.rows()[0]


def checked_wanted(
    path: Source,
    label: str | int | None,
    needs_label: bool,
    header: bool | None,
    feature_names: Sequence[str] | None,
    width: int | None,
    dialect: Dialect,
    max_columns: int,
    asked: Asked,
) -> Wanted:
    """The arguments, checked."""
    check_arguments(label, header, feature_names)
    names = None if feature_names is None else tuple(as_names(feature_names, "feature_names"))
    return Wanted(
        name_of(path),
        label,
        needs_label,
        header,
        names,
        width,
        dialect,
        max_columns,
        asked,
    )


def checked_asked(drop: object, features: object, text: object) -> Asked:
    """The columns that are named, checked."""
    some = None if features is None else checked_columns(features, "features")
    if some == ():
        raise ArgumentError("features is empty, must name one column or more")
    return Asked(checked_columns(drop, "drop"), some, checked_columns(text, "text"))


def of_training(
    columns: Columns | None, feature_names: Sequence[str] | None, width: int | None
) -> tuple[Sequence[str] | None, int | None]:
    """The names of the columns of the training, and how many they are."""
    if columns is None:
        return feature_names, width
    if not isinstance(columns, Columns):
        raise ArgumentError(f"columns is {short(columns)}, must be the columns of a data set")
    names = None if feature_names is None else as_names(feature_names, "feature_names")
    raw, inputs = columns.raw_names, columns.names
    if names is not None and names != raw and (inputs is None or names != [*inputs]):
        raise ArgumentError("feature_names are others than those of columns; leave them out")
    return raw, len(columns.columns)


def check_missing(
    missing: object, text: Sequence[str | int], columns: Columns | None, learns: bool
) -> None:
    """ArgumentError for ways that do not exist, or that need what the training learned."""
    if missing not in WAYS:
        raise ArgumentError(f"missing is {short(missing)}, must be one of {listed(WAYS)}")
    if columns is None and not learns and (text or missing in FILLS):
        asked = option("text", text) if text else option("missing", missing)
        raise ArgumentError(
            f"{asked} is learned from the file to train on; for another one pass columns=, those "
            "of the data set that was read from it"
        )


def missing_label(missing: str, label_names: Sequence[str] | None) -> frozenset[str]:
    """Labels that say that there is none. "None" and "-" may well be classes, of + and - say."""
    if missing == "error":
        return frozenset()
    return MISSING - {"None", "-", *(label_names or ())}


def checked_task(task: str | None, label_names: Sequence[str] | None) -> tuple[str, ...] | None:
    """The classes of the training, if it was a classification."""
    if task not in TASKS:
        raise ArgumentError(
            f"task is {short(task)}, must be 'classification', 'regression' or None"
        )
    if label_names is None:
        return None
    if task == "regression":
        raise ArgumentError("label_names name classes, but task is 'regression'")
    names = tuple(as_names(label_names, "label_names"))
    if not names or len(set(names)) < len(names):
        raise ArgumentError(
            f"label_names is {short(label_names)}, must be a list of different names"
        )
    return names


def begin(stream: BinaryIO, wanted: Wanted, notes: list[str]) -> tuple[Layout, Iterator[Record]]:
    """The layout, and the records that hold data."""
    dialect, records = open_records(stream, wanted.path, wanted.dialect, notes)
    sample, records = read_sample(records)
    if not sample:
        raise DataFileError(wanted.path, "the file is empty, expected rows of numbers")
    first = sample[0]
    layout = find_layout(first, sample[1:], wanted._replace(dialect=dialect), notes)
    if layout.names is None:
        return layout, records
    if wanted.label is None and wanted.needs_label:
        _check_label_name(layout)
    next(records)
    second = next(records, None)
    if second is None:
        message = f"only a header ({listed(layout.names, 5)}), expected rows of numbers below it"
        raise DataFileError(wanted.path, message, line=first[0])
    return layout, chain([second], records)


def read_rows(
    records: Iterable[Record],
    layout: Layout,
    cells_of: CellReader,
    labels: LabelStore | FixedLabels | None,
    no_labels: Container[str] = (),
    kept: list[list[str]] | None = None,
    lines: LineNumbers | None = None,
) -> None:
    """Every record into the packed numbers, its label into the labels, other cells into kept."""
    add, pick = cells_of.add, _picker(layout)
    for line, cells in records:
        if len(cells) != layout.cells:
            line, cells = layout.trimmed((line, cells))
            if len(cells) != layout.cells:
                raise _wrong_length(layout, line, len(cells))
        if no_labels and layout.label is not None and cells[layout.label].strip() in no_labels:
            cells_of.add_unlabelled(line, cells[layout.label])
            continue
        if not add(line, pick(cells)):
            continue
        if lines is not None:
            lines.add(line)
        if kept is not None:
            kept.append([cells[i] for i in layout.kept])
        if labels is not None and layout.label is not None:
            try:
                labels.add(cells[layout.label], line)
            except LabelError as error:
                raise layout.error(error.line, layout.label, str(error)) from error


def _picker(layout: Layout) -> Callable[[list[str]], list[str]]:
    """A function from the cells of a record to those of the features."""
    features, label = layout.features, layout.label
    if features == tuple(range(layout.cells)):
        return lambda cells: cells
    if label is not None and features == tuple(i for i in range(layout.cells) if i != label):
        return lambda cells: cells[:label] + cells[label + 1 :]
    if len(features) == 1:
        return lambda cells: [cells[features[0]]]
    several = itemgetter(*features)
    return lambda cells: list(several(cells))


def _wrong_length(layout: Layout, line: int, found: int) -> DataFileError:
    """A row that is longer or shorter than the first one."""
    column = min(found, layout.cells)
    error = f"found {found:,} cells, expected {layout.cells:,} as in line {layout.line}"
    if found > layout.cells:
        mend = "; is there a comma too many, or one inside a cell that has no quotes?"
        return DataFileError(layout.path, error + mend, line=line, column=column + 1)
    return layout.error(line, column, f"{error}; is the row cut short?")


def _dataset(
    layout: Layout,
    cells: CellReader,
    labels: LabelStore | FixedLabels,
    notes: list[str],
    lines: Sequence[int],
    default_label: bool,
) -> Dataset:
    """All that was read, as a data set."""
    names, label = layout.names, layout.label
    features, columns = cells.rows()
    try:
        targets, label_names = labels.finish()
    except LabelError as error:
        hint = _label_hint(layout) if default_label and error.line is None else ""
        raise layout.error(error.line, label, str(error) + hint) from error
    return Dataset(
        features,
        targets,
        label_names=label_names,
        feature_names=layout.feature_names if columns is None else columns.names,
        target_name=names[label] if names and label is not None else None,
        name=os.path.basename(layout.path) or layout.path,
        columns=columns,
        notes=[*notes, *cells.notes(), *labels.notes()],
        lines=lines,
    )


def _check_label_name(layout: Layout) -> None:
    """DataFileError where the last column is not the one that is called label."""
    names = [name.lower() for name in layout.names or ()]
    called = [name for name in SURE_NAMES if name in names]
    if called and names[-1] not in LABEL_NAMES:
        place = names.index(called[0])
        name, last = (layout.names or ())[place], (layout.names or ())[-1]
        raise layout.error(
            layout.line,
            place,
            f"the last column {shown(last)} would be the label, but one is called {shown(name)}: "
            f"did you mean {option('label', name)}? Else pass {option('label', last)}",
        )


def _label_hint(layout: Layout) -> str:
    """A hint at the column that is called as a label column would be."""
    names = layout.names
    if names is None:
        return f"; the last column was taken as the label, {option('label', 0)} takes another one"
    called = [
        name for i, name in enumerate(names) if name.lower() in LABEL_NAMES and i != layout.label
    ]
    if called:
        other = option("label", called[0])
        return f"; the last column was taken as the label, did you mean {other}?"
    return ""
