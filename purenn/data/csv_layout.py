"""The layout of a CSV file: has it a header, which column is the label, which are features.

It is settled on the first records, before any number is kept, so that a file is read once.
Columns are numbered from 0 in arguments (-1 is the last one) and from 1 in messages.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from purenn.checks import short
from purenn.data.csv_dialect import Dialect
from purenn.data.csv_header import is_header
from purenn.data.csv_index import about_ids, about_index, index_column
from purenn.data.csv_numbers import Numerals
from purenn.data.csv_picking import Asked, Picked, as_number, picked
from purenn.data.csv_records import Record
from purenn.data.messages import DataFileError, guess, listed, option, shown
from purenn.errors import ArgumentError

__all__ = ["Layout", "Wanted", "check_arguments", "find_layout"]

COMMENTS = ("#", "%", "//", "!", "*")  # how lines begin that are no part of a table


class Wanted(NamedTuple):
    """What the caller says about a file."""

    path: str
    label: str | int | None  # name or number of the label column; None: the last one, or none
    needs_label: bool
    header: bool | None
    feature_names: tuple[str, ...] | None  # those of the training, for a file to predict or test
    width: int | None
    dialect: Dialect
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
    numerals: Numerals = Numerals()  # how the numbers are written
    trailing: int = 0  # empty cells at the end of a record, which are no columns
    text: tuple[int, ...] = ()  # those of them that are text, whatever is in them
    kept: tuple[int, ...] = ()  # columns that are passed through as written

    def trimmed(self, record: Record) -> Record:
        """The record without the empty cells at its end, where the first ones had such."""
        line, cells = record
        surplus = cells[self.cells :]
        if self.trailing and len(surplus) <= self.trailing and not any(map(str.strip, surplus)):
            return line, cells[: self.cells]
        return record

    def error(self, line: int | None, column: int | None, message: str) -> DataFileError:
        """An error at this line and column (counted from 0 here, from 1 in the message)."""
        name = self.names[column] if self.names and column is not None else None
        place = None if column is None else column + 1
        return DataFileError(self.path, message, line=line, column=place, name=name)

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """The names of the feature columns."""
        return None if self.names is None else tuple(self.names[i] for i in self.features)


def find_layout(
    first: Record, sample: Sequence[Record], wanted: Wanted, notes: list[str]
) -> Layout:
    """The layout, from the first record of the file and some of those that follow.

    notes: what was told from them is added here, a sentence each.
    """
    line, cells = first
    trailing = _trailing([cells, *(cells for _, cells in sample)])
    if trailing:
        cells = cells[: trailing[0]]
        notes.append(_about_trailing(trailing, wanted))
    stripped = [cell.strip() for cell in cells]
    below = _alike(sample, len(cells))
    if sample and len(sample[-1][1]) != len(cells) and wanted.dialect.comment is None:
        _check_comment(line, stripped, sample[-1], wanted.path)
    _check_count(line, cells, wanted)
    names = tuple(stripped) if _is_header(line, stripped, below, wanted, notes) else None
    asked = picked(wanted.columns, names, len(cells), wanted.path, line)
    label = _label_column(line, cells, names, wanted, asked, notes)
    index = None if label == 0 else index_column(names, below)
    index = None if index in asked.text else index
    features = _feature_columns(line, len(cells), names, label, index, wanted, asked)
    if index is not None and index not in features and index not in asked.drop:
        notes.append(about_index(below))
    if wanted.feature_names is None and wanted.needs_label:
        notes += about_ids(names, below, features)
    numerals, surplus = wanted.dialect.numerals, trailing[1] if trailing else 0
    layout = Layout(
        wanted.path, line, len(cells), names, label, features, numerals, surplus,
        asked.text, asked.keep,
    )  # fmt: skip
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


def _alike(sample: Sequence[Record], count: int) -> list[list[str]]:
    """The cells of those records that are as long as the first one."""
    rows = [cells[:count] for _, cells in sample if not any(map(str.strip, cells[count:]))]
    return [list(map(str.strip, cells)) for cells in rows if len(cells) == count]


def _trailing(records: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """How many columns there are before the empty cells that end all records, and how many those.

    `1,2,x,` ends with a comma in each line. The header may go without, or be the only one.
    """
    filled = max(
        (i + 1 for cells in records for i, cell in enumerate(cells) if cell.strip()), default=0
    )
    longest = max(map(len, records))
    return (filled, longest - filled) if 0 < filled < longest else None


def _about_trailing(trailing: tuple[int, int], wanted: Wanted) -> str:
    mark = shown(wanted.dialect.delimiter)
    if trailing[1] == 1:
        return f"lines end with {mark}: the empty column behind it is left out"
    return f"the {trailing[1]} empty columns at the end of the lines are left out"


def _check_comment(line: int, cells: Sequence[str], other: Record, path: str) -> None:
    """DataFileError for a first line that is another text than the table, marked as such."""
    mark = next((mark for mark in COMMENTS if cells[0].startswith(mark)), None)
    if mark is not None:
        found = f"line {line} begins with {mark!r} and has {len(cells):,} cells"
        raise DataFileError(
            path,
            f"{found}, where {len(other[1]):,} stand in line {other[0]}: is it a comment? "
            f"{option('comment', mark)} passes over such lines",
            line=line,
        )


def _check_count(line: int, cells: Sequence[str], wanted: Wanted) -> None:
    """Enough columns and not too many."""
    if len(cells) > wanted.max_columns:
        message = f"found {len(cells):,} columns, expected at most {wanted.max_columns:,}"
        raise DataFileError(wanted.path, f"{message}; pass a larger max_columns", line=line)
    if wanted.needs_label and len(cells) < 2:
        raise DataFileError(
            wanted.path,
            "found one column, expected two or more: features and a label"
            + _other_delimiter(cells[0]),
            line=line,
        )


def _other_delimiter(cell: str) -> str:
    """A mark in a cell at which it might be split."""
    other = next((mark for mark in ",;\t|:^~" if mark in cell), None)
    return "" if other is None else f"; the line holds {other!r}: {option('delimiter', other)}?"


def _is_header(
    line: int, first: list[str], below: list[list[str]], wanted: Wanted, notes: list[str]
) -> bool:
    """As the caller says, or as the names that are asked for show; else told from the cells."""
    if wanted.header is not None:
        return wanted.header
    label, names = wanted.label, wanted.feature_names
    if isinstance(label, str) and as_number(label) is None and label in first:
        place = first.index(label)
        if all(cells[place] != label for cells in below):
            return True
    if names is not None and set(names) <= set(first):
        return True
    if not wanted.columns.names.isdisjoint(first):
        return True
    return is_header(line, first, below, wanted.dialect.numerals, wanted.path, notes)


def _label_column(
    line: int,
    cells: Sequence[str],
    names: tuple[str, ...] | None,
    wanted: Wanted,
    asked: Picked,
    notes: list[str],
) -> int | None:
    """The number of the label column."""
    label, count = wanted.label, len(cells)
    if label is None:
        return count - 1 if wanted.needs_label else None
    if isinstance(label, str):
        if as_number(label) is None or _is_rather_a_name(label, names, wanted):
            return _named(line, label, names, wanted)
        label = int(label)
        if names is not None and -count <= label < count and str(label) in names:
            place = names.index(str(label))
            if place != label % count:
                notes.append(
                    f"the label {label} is the column of this number, {shown(names[label])}, and "
                    f"not column {place + 1}, which has this name; {option('label', place)} is that"
                )
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


def _is_rather_a_name(label: str, names: tuple[str, ...] | None, wanted: Wanted) -> bool:
    """Whether digits can only be the name of a column: no column, or a feature, has this number."""
    if names is None or label not in names:
        return False
    number, count = int(label), len(names)
    known = wanted.feature_names or ()
    return not -count <= number < count or (names[number] in known and label not in known)


def _named(line: int, label: str, names: tuple[str, ...] | None, wanted: Wanted) -> int | None:
    """The label column by its name; None if it is absent where it may be."""
    found = [i for i, name in enumerate(names or ()) if name == label]
    if len(found) > 1:
        columns = listed(i + 1 for i in found)
        message = f"the label name {shown(label)} stands in columns {columns}; give its number"
        raise DataFileError(wanted.path, message, line=line, column=found[0] + 1, name=label)
    if found:
        return found[0]
    if not wanted.needs_label:
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
    index: int | None,
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
    left_out = {label, index, *asked.drop}
    features = asked.features or tuple(i for i in range(count) if i not in left_out)
    expected = _expected_width(wanted)
    if not features or (expected is not None and len(features) != expected):
        needed = "one or more" if expected is None else f"{expected:,} as in the training"
        besides = " besides the label" if label is not None else ""
        say = f"; if one of them is the label, say which: {option('label', -1)}"
        mend = "" if label is not None else say
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
