"""Columns that the caller names: by their names in the header, or by their numbers from 0.

A text of digits is a number, if there is such a column: the command line has texts only. -1 is
the last column.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from purenn.checks import as_whole, short
from purenn.data.messages import DataFileError, guess, listed, option, shown
from purenn.errors import ArgumentError
from purenn.inputs import as_things

__all__ = ["Asked", "Names", "Picked", "as_number", "checked_columns", "picked"]

Names = tuple[str | int, ...]


class Asked(NamedTuple):
    """What the caller says about columns other than the label."""

    drop: Names = ()
    features: Names | None = None
    text: Names = ()
    keep: Names = ()

    @property
    def names(self) -> set[str]:
        """All that must be names, since they are no numbers."""
        some = (*self.drop, *(self.features or ()), *self.text, *self.keep)
        return {name for name in some if isinstance(name, str) and as_number(name) is None}


class Picked(NamedTuple):
    """The same as numbers from 0."""

    drop: tuple[int, ...] = ()
    features: tuple[int, ...] | None = None
    text: tuple[int, ...] = ()
    keep: tuple[int, ...] = ()


def checked_columns(columns: object, what: str) -> Names:
    """Names and numbers; ArgumentError for anything else."""
    if isinstance(columns, str) or as_whole(columns) is not None:
        raise ArgumentError(
            f"{what} is {short(columns)}, must be a list: {what}=[{short(columns)}]"
        )
    checked: list[str | int] = []
    for column in as_things(columns, what):
        number = None if isinstance(column, str) else as_whole(column)
        if number is None and not isinstance(column, str):
            raise ArgumentError(
                f"{what}: found {short(column)}, must be the name of a column or its number"
            )
        checked.append(column if number is None else number)
    return tuple(checked)


def picked(asked: Asked, names: Sequence[str] | None, count: int, path: str, line: int) -> Picked:
    """The columns that the caller names; DataFileError for one that is not there."""

    def places(columns: Names, what: str) -> tuple[int, ...]:
        return tuple(_place(column, what, names, count, path, line) for column in columns)

    drop, text, keep = (places(getattr(asked, what), what) for what in ("drop", "text", "keep"))
    if asked.features is None:
        return Picked(drop, None, text, keep)
    features = places(asked.features, "features")
    twice = [place for place, count in Counter(features).items() if count > 1]
    both = [place for place in features if place in drop]
    for some, where in ((twice, "twice in features"), (both, "in features and in drop")):
        if some:
            name = None if names is None else names[some[0]]
            message = f"this column stands {where}"
            raise DataFileError(path, message, line=line, column=some[0] + 1, name=name)
    return Picked(drop, features, text, keep)


def _place(
    column: str | int, what: str, names: Sequence[str] | None, count: int, path: str, line: int
) -> int:
    """The number of a column, from 0."""
    number = as_number(column) if isinstance(column, str) else column
    if number is not None and -count <= number < count:
        return number % count
    if isinstance(column, str) and names is not None and column.strip() in names:
        return _only_place(column.strip(), names, path, line)
    asked = option(what, [column])
    if number is not None:
        message = f"{asked}: there is no column {column}: columns are numbered 0 to {count - 1}"
        raise DataFileError(path, f"{message}, or -{count} to -1 from the end", line=line)
    if names is None:
        message = f"{asked}: the file has no header, so no column has a name; give its number"
        raise DataFileError(path, message, line=line)
    message = f"{asked}: no column is named {shown(column)}; the columns are {listed(names)}."
    raise DataFileError(path, message + guess(str(column), names), line=line)


def _only_place(name: str, names: Sequence[str], path: str, line: int) -> int:
    """Where the name stands, if it stands in one place."""
    found = [i for i, each in enumerate(names) if each == name]
    if len(found) > 1:
        columns = listed(i + 1 for i in found)
        message = f"the name {shown(name)} stands in columns {columns}; give the number, from 0"
        raise DataFileError(path, message, line=line, column=found[0] + 1, name=name)
    return found[0]


def as_number(text: str) -> int | None:
    """The number of a column, if the text is one."""
    if len(text) < 10 and text.isascii() and text.removeprefix("-").isdecimal():
        return int(text)
    return None
