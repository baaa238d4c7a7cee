"""Reading CSV files: one pass, a line in memory at a time, the numbers packed as they come.

Nothing is guessed around: a cell that is no finite number, a row of another length or a label
that the training never saw stops the reading with the file, the line and the column.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import BinaryIO

from purenn.checks import short
from purenn.data.csv_dialect import Dialect, checked_dialect
from purenn.data.csv_labels import FixedLabels, LabelError, LabelStore
from purenn.data.csv_layout import Layout, Wanted, check_arguments, find_layout
from purenn.data.csv_numbers import NumberStore, wrong_cell
from purenn.data.csv_records import Record, open_records, read_sample
from purenn.data.dataset import Dataset
from purenn.data.files import Source, name_of, open_bytes
from purenn.data.messages import DataFileError, listed, option, shown
from purenn.data.rows import ByteRows, FloatRows
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
    max_columns: a first line with more cells is refused.
    What was found or left out, and not asked for, is a sentence in the notes of the data set.
    DataFileError (a DataError) gives file, line, column, what was found and what was expected;
    ArgumentError is for arguments that no file could fulfil.
    """
    dialect = checked_dialect(delimiter, decimal, thousands, comment)
    wanted = _wanted(path, label, True, header, feature_names, width, dialect, max_columns)
    names = _checked_task(task, label_names)
    notes: list[str] = []
    with open_bytes(path) as stream:
        layout, records = _begin(stream, wanted, notes)
        labels: LabelStore | FixedLabels = (
            LabelStore(task, layout.numerals) if names is None else FixedLabels(names)
        )
        features = _read_rows(records, layout, labels)
    return _dataset(layout, features, labels, notes, default_label=label is None)


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
    max_columns: int = MOST_COLUMNS,
) -> ByteRows | FloatRows:
    """The features of a CSV file to predict from; a label column may be there or not.

    Where the file has a header and feature_names are given, those columns are taken by name, in
    the order of feature_names, and all others are left out. Without names every column is a
    feature, but for the one that `label` names, if the file has it; their number must be
    `width` (or len(feature_names)), if given. Errors as in read_csv.
    """
    dialect = checked_dialect(delimiter, decimal, thousands, comment)
    wanted = _wanted(path, label, False, header, feature_names, width, dialect, max_columns)
    with open_bytes(path) as stream:
        layout, records = _begin(stream, wanted, [])
        return _read_rows(records, layout, None)


def _wanted(
    path: Source,
    label: str | int | None,
    needs_label: bool,
    header: bool | None,
    feature_names: Sequence[str] | None,
    width: int | None,
    dialect: Dialect,
    max_columns: int,
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
    )


def _checked_task(task: str | None, label_names: Sequence[str] | None) -> tuple[str, ...] | None:
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


def _begin(stream: BinaryIO, wanted: Wanted, notes: list[str]) -> tuple[Layout, Iterator[Record]]:
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


def _read_rows(
    records: Iterable[Record], layout: Layout, labels: LabelStore | FixedLabels | None
) -> ByteRows | FloatRows:
    """Every record into the packed numbers, and its label into the labels."""
    store = NumberStore()
    pick, numerals = _picker(layout), layout.numerals
    for line, cells in records:
        if len(cells) != layout.cells:
            line, cells = layout.trimmed((line, cells))
            if len(cells) != layout.cells:
                raise _wrong_length(layout, line, len(cells))
        numbers = pick(cells)
        wrong = store.add(numerals.row(numbers))
        if wrong is not None:
            complaint = wrong_cell(numbers[wrong], numerals) or "expected a number"
            raise layout.error(line, layout.features[wrong], complaint)
        if labels is not None and layout.label is not None:
            try:
                labels.add(cells[layout.label], line)
            except LabelError as error:
                raise layout.error(error.line, layout.label, str(error)) from error
    return store.rows(len(layout.features))


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
    features: ByteRows | FloatRows,
    labels: LabelStore | FixedLabels,
    notes: list[str],
    default_label: bool,
) -> Dataset:
    """All that was read, as a data set."""
    names, label = layout.names, layout.label
    try:
        targets, label_names = labels.finish()
    except LabelError as error:
        hint = _label_hint(layout) if default_label and error.line is None else ""
        raise layout.error(error.line, label, str(error) + hint) from error
    return Dataset(
        features,
        targets,
        label_names=label_names,
        feature_names=layout.feature_names,
        target_name=names[label] if names and label is not None else None,
        name=os.path.basename(layout.path) or layout.path,
        notes=[*notes, *labels.notes()],
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
