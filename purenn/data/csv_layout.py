"""The layout of a CSV file: has it a header, which column is the label, which are features.

It is settled on the first record, before any number is kept, so that a file is read once.
Columns are numbered from 0 in arguments (-1 is the last one) and from 1 in messages.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from purenn.checks import short
from purenn.data.csv_numbers import is_number
from purenn.data.csv_picking import Asked, Picked, as_number, picked
from purenn.data.csv_records import Record
from purenn.data.messages import DataFileError, guess, listed, option, shown
from purenn.errors import ArgumentError

__all__ = ["Layout", "Wanted", "check_arguments", "find_layout"]

FEW = 5  # the row 0, 1, 2, 3 may well be data, a longer one is rather a header of numbers


class Wanted(NamedTuple):
    """What the caller says about a file."""

    path: str
    label: str | int | None  # name or number of the label column; None: the last one, or none
    needs_label: bool
    header: bool | None
    feature_names: tuple[str, ...] | None  # those of the training, for a file to predict or test
    width: int | None
    delimiter: str
    max_columns: int
    columns: Asked = Asked()  # that are left out, picked, taken as text or passed through


class Layout(NamedTuple):
    """Where things are in each record."""

    path: str
    line: int  # of the first record
    cells: int  # in every record
    names: tuple[str, ...] | None  # all of the header, None if there is none
    label: int | None
    features: tuple[int, ...]
    text: tuple[int, ...] = ()  # those of them that are text, whatever is in them
    kept: tuple[int, ...] = ()  # columns that are passed through as written

    def error(self, line: int | None, column: int | None, message: str) -> DataFileError:
        """An error at this line and column (counted from 0 here, from 1 in the message)."""
        name = self.names[column] if self.names and column is not None else None
        place = None if column is None else column + 1
        return DataFileError(self.path, message, line=line, column=place, name=name)

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """The names of the feature columns."""
        return None if self.names is None else tuple(self.names[i] for i in self.features)


def find_layout(first: Record, wanted: Wanted) -> Layout:
    """The layout, from the first record of the file."""
    line, cells = first
    _check_count(line, cells, wanted)
    names = tuple(cell.strip() for cell in cells) if _is_header(first, wanted) else None
    asked = picked(wanted.columns, names, len(cells), wanted.path, line)
    label = _label_column(line, cells, names, wanted, asked)
    features = _feature_columns(line, len(cells), names, label, wanted, asked)
    layout = Layout(wanted.path, line, len(cells), names, label, features, asked.text, asked.keep)
    _check_asked(layout, asked, wanted.needs_label)
    return layout


def _check_asked(layout: Layout, asked: Picked, needs_label: bool) -> None:
    """DataFileError for columns that are asked to be two things at once."""
    line, label = layout.line, layout.label
    if needs_label and label in asked.drop:
        message = f"this is the label column, which is needed; {option('label', 'COL')} names it"
        raise layout.error(line, label, message)
    for place in asked.text:
        if place not in layout.features:
            what = "the label" if place == label else "left out"
            message = f"this column is {what}, and no feature that could be taken as text"
            raise layout.error(line, place, message)


def _check_count(line: int, cells: Sequence[str], wanted: Wanted) -> None:
    """Enough columns and not too many."""
    if len(cells) > wanted.max_columns:
        message = f"found {len(cells):,} columns, expected at most {wanted.max_columns:,}"
        raise DataFileError(wanted.path, f"{message}; pass a larger max_columns", line=line)
    if wanted.needs_label and len(cells) < 2:
        other = next((mark for mark in ";\t|" if mark in cells[0]), None)
        hint = f"; the line holds {other!r}: pass delimiter={other!r}?" if other else ""
        raise DataFileError(
            wanted.path,
            f"found one column, expected two or more: features and a label{hint}",
            line=line,
        )


def _is_header(first: Record, wanted: Wanted) -> bool:
    """Words only: a header. Numbers only, the label apart: data. Else the caller must say."""
    line, cells = first
    stripped = [cell.strip() for cell in cells]
    if wanted.header is not None:
        return wanted.header
    if isinstance(wanted.label, str) and wanted.label in stripped:
        return True
    if wanted.feature_names is not None and set(wanted.feature_names) <= set(stripped):
        return True
    if not wanted.columns.names.isdisjoint(stripped):
        return True
    checked = _cells_to_judge(stripped, wanted)
    words = [i for i in checked if stripped[i] and not is_number(stripped[i])]
    numbers = [i for i in checked if is_number(stripped[i])]
    if words and numbers:
        message = (
            f"cannot tell whether line {line} is a header: found {shown(stripped[words[0]])} here "
            f"but the number {shown(stripped[numbers[0]])} in column {numbers[0] + 1}; "
            "mend the cell, or pass header=True or header=False"
        )
        raise DataFileError(wanted.path, message, line=line, column=words[0] + 1)
    if stripped == [str(i) for i in range(len(cells))] and len(cells) >= FEW:
        message = "numbers 0, 1, 2, ... may be a header or data; pass header=True or header=False"
        raise DataFileError(wanted.path, message, line=line)
    return bool(words)


def _cells_to_judge(cells: Sequence[str], wanted: Wanted) -> list[int]:
    """All columns but the label, which may be a word in a row of data."""
    label = wanted.label
    if label is None and wanted.needs_label:
        label = -1
    if isinstance(label, str):
        label = as_number(label)
    skip = label + len(cells) if label is not None and label < 0 else label
    return [i for i in range(len(cells)) if i != skip]


def _label_column(
    line: int,
    cells: Sequence[str],
    names: tuple[str, ...] | None,
    wanted: Wanted,
    asked: Picked,
) -> int | None:
    """The number of the label column."""
    label, count = wanted.label, len(cells)
    if label is None:
        return count - 1 if wanted.needs_label else None
    if isinstance(label, str) and (found := _named(line, label, names, wanted)) is not None:
        return found
    if isinstance(label, str):
        label = as_number(label)
    if label is None:
        return None
    if not wanted.needs_label:  # a file to predict from may have the features only
        expected = _expected_width(wanted)
        if expected is not None and count == expected + len(set(asked.drop)):
            return None
        if asked.features is not None and not -count <= label < count:
            return None
    if not -count <= label < count:
        message = f"there is no label column {label}: the {count} columns are 0 to {count - 1}"
        raise DataFileError(wanted.path, f"{message}, or -{count} to -1 from the end", line=line)
    return label % count


def _named(line: int, label: str, names: tuple[str, ...] | None, wanted: Wanted) -> int | None:
    """The label column by its name; None if it is absent where it may be, or is a number."""
    found = [i for i, name in enumerate(names or ()) if name == label]
    if len(found) > 1:
        columns = listed(i + 1 for i in found)
        message = f"the label name {shown(label)} stands in columns {columns}; give its number"
        raise DataFileError(wanted.path, message, line=line, column=found[0] + 1, name=label)
    if found:
        return found[0]
    if as_number(label) is not None or not wanted.needs_label:
        return None
    if names is None:
        message = (
            f"no column is named {shown(label)}: the file has no header; give the label's number"
        )
    else:
        known = f"the columns are {listed(names)}."
        message = f"no column is named {shown(label)}; {known}{guess(label, names)}"
    raise DataFileError(wanted.path, message, line=line)


def _expected_width(wanted: Wanted) -> int | None:
    return wanted.width if wanted.feature_names is None else len(wanted.feature_names)


def _feature_columns(
    line: int,
    count: int,
    names: tuple[str, ...] | None,
    label: int | None,
    wanted: Wanted,
    asked: Picked,
) -> tuple[int, ...]:
    """The numbers of the feature columns, in the order of the training."""
    if names is not None and wanted.feature_names is not None:
        return _columns_by_name(line, names, wanted.feature_names, wanted.path)
    if asked.features is not None and label in asked.features:
        name = names[label] if names and label is not None else None
        message = f"this is the label column, no feature; {option('label', 'COL')} names another"
        place = None if label is None else label + 1
        raise DataFileError(wanted.path, message, line=line, column=place, name=name)
    left_out = {label, *asked.drop}
    features = asked.features or tuple(i for i in range(count) if i not in left_out)
    expected = _expected_width(wanted)
    if not features or (expected is not None and len(features) != expected):
        needed = "one or more" if expected is None else f"{expected:,} as in the training"
        besides = " besides the label" if label is not None else ""
        mend = "" if label is not None else "; if one of them is the label, say which: label=-1"
        raise DataFileError(
            wanted.path,
            f"found {len(features):,} feature columns{besides}, expected {needed}{mend}",
            line=line,
        )
    return features


def _columns_by_name(
    line: int, names: tuple[str, ...], wanted: tuple[str, ...], path: str
) -> tuple[int, ...]:
    """Features picked by their names, wherever they stand; other columns are left out."""
    places = {name: i for i, name in enumerate(names)}
    missing = [name for name in wanted if name not in places]
    if missing:
        message = f"no column is named {listed(missing)}; the columns are {listed(names)}."
        raise DataFileError(path, message + guess(missing[0], names), line=line)
    counts = Counter(names)
    doubled = [name for name in wanted if counts[name] > 1]
    if doubled and names[: len(wanted)] != wanted:
        message = f"more than one column is named {shown(doubled[0])}, so names cannot pick them"
        raise DataFileError(path, message, line=line)
    return tuple(range(len(wanted))) if doubled else tuple(places[name] for name in wanted)


def check_arguments(label: object, header: object, feature_names: object) -> None:
    """ArgumentError for what no file could fulfil."""
    if isinstance(label, bool) or not (label is None or isinstance(label, (str, int))):
        raise ArgumentError(f"label is {short(label)}, must be a column's name, its number or None")
    if header is not None and not isinstance(header, bool):
        raise ArgumentError(f"header is {short(header)}, must be True, False or None")
    if isinstance(feature_names, str):
        raise ArgumentError("feature_names must be a list of names, not one text")
