"""What a user hands over becomes a checked array: rows of finite numbers.

Accepted are rows in any order-keeping collection (lists, tuples, ranges, iterators), arrays
of any library, and tables (see purenn.tables); a flat collection is one column where a
column is asked for. Whatever else comes is refused with the place and the mend: a wrong
input never trains silently.
"""

from __future__ import annotations

from math import isfinite

from purenn.checks import as_real, short
from purenn.errors import ArgumentError, DataError
from purenn.tables import as_list, complaint_about, is_table, rows_of_table, variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend

__all__ = [
    "as_array",
    "as_column",
    "as_list_of",
    "as_names",
    "as_row",
    "as_rows",
    "as_things",
    "as_weights",
    "each_row",
    "gone_through",
]

CHUNK = 1000  # rows that are looked at as lists at the same time
PLAIN = {float, int, bool}  # types of numbers that need no closer look
NO_ORDER = "has no order that can be relied on; use a list"


def as_array(backend: Backend, data: Any, name: str) -> Array:
    """`data` as an array of the backend, (m × n), all finite. `name` is for the messages.

    An array of the backend's own is neither copied nor turned into lists, if it holds
    float64 already. Raises DataError for what is not rows of finite numbers of one length.
    """
    if backend.is_array(data):
        if len(data.shape) == 2 and 0 not in data.shape:
            if complaint := complaint_about(data, name):
                raise DataError(f"{name} is {complaint}")
            array = backend.as_floats(data)
            _check_finite(backend, array, name)
            return array
        data = backend.to_list(data)  # for a closer look
    return backend.from_list(as_rows(data, name))


def _check_finite(backend: Backend, array: Array, name: str) -> None:
    """DataError with the place of an entry that is not finite; not all becomes lists for it."""
    if backend.all_finite(array):
        return
    m = array.shape[0]
    for first in range(0, m, CHUNK):
        some = backend.take(array, range(first, min(first + CHUNK, m)))
        if not backend.all_finite(some):
            for i, row in enumerate(backend.to_list(some), first):
                _check_row(row, i, name)


def as_rows(data: Any, name: str) -> list[list[float]]:
    """`data` as rows of finite floats, all of one length; True and False count as 1 and 0."""
    rows = list(each_row(data, name))
    if not rows:
        raise DataError(f"{name} is empty; at least one row is needed")
    return rows


def each_row(data: Any, name: str) -> Iterator[list[float]]:
    """The rows of `data` one by one, as as_rows checks them; none if it is empty."""
    table = rows_of_table(data, name)
    if table is not None:
        yield from table
        return
    width = None
    for i, row in enumerate(_collection(data, name, "a list of rows, such as [[0.0, 1.0]]")):
        checked = _row(row, i, name)
        width = len(checked) if width is None else width
        if len(checked) != width:
            raise DataError(
                f"{name}[{i}] has {len(checked)} entries, but {name}[0] has {width}; "
                "all rows must have the same length"
            )
        yield checked


def as_column(data: Any, name: str) -> Any:
    """A flat collection of numbers as one column, rows of one number; rows stay what they are.

    Raises DataError for text: labels have to be numbers first.
    """
    values, flat = gone_through(data, name)
    if flat and isinstance(values[0], str):
        labels = variable(name)
        raise DataError(
            f"{name}[0] is {short(values[0])}, a text; numbers are needed. Of names of classes "
            f"make class numbers: names = sorted(set({labels})), then "
            f"{labels} = [names.index(label) for label in {labels}]"
        )
    return [[value] for value in values] if flat else values


def as_row(data: Any, name: str) -> Any:
    """A flat collection of numbers as the only row; rows stay what they are."""
    values, flat = gone_through(data, name)
    return [values] if flat else values


def gone_through(data: Any, name: str) -> tuple[Any, bool]:
    """The data, gone through once, and whether it is flat: of entries and not of rows.

    Raises DataError for what has no order.
    """
    if rows_of_table(data, name) is not None:
        return data, False
    values = list(_collection(data, name, "a list of numbers or rows, such as [0, 1]"))
    first = values[0] if values else []
    flat = isinstance(first, (str, bytes)) or not hasattr(first, "__iter__")
    return values, flat or getattr(first, "shape", None) == ()


def as_list_of(data: Any, name: str) -> list[Any]:
    """The entries of a flat collection, whatever they are; DataError for what is none."""
    return list(_collection(data, name, "a list"))


def as_weights(data: Any, rows: int) -> list[float]:
    """`sample_weight` as a list of one number for each of so many rows, 0 or more.

    Raises DataError for anything else, and where all are 0.
    """
    name = "sample_weight"
    column = as_rows(as_column(data, name), name)
    if len(column[0]) != 1:
        raise DataError(f"{name} has {len(column[0])} columns; it is one number for each row of X")
    weights = [weight for (weight,) in column]
    if len(weights) != rows:
        raise DataError(f"X has {rows} rows, but {name} has {len(weights)} numbers; one a row")
    for i, weight in enumerate(weights):
        if weight < 0.0:
            raise DataError(f"{name}[{i}] is {weight:g}, must be 0 or more")
    if not (any(weights) and isfinite(sum(weights))):
        raise DataError(f"{name} adds up to {sum(weights):g}; some must be above 0, none so large")
    return weights


def as_things(things: Any, what: str) -> list[Any]:
    """A list, in an order: ArgumentError for a text, a set, a dictionary or a table."""
    if isinstance(things, str) or not hasattr(things, "__iter__"):
        raise ArgumentError(f"{what} is {short(things)}, must be a list of names")
    if _has_no_order(things):
        raise ArgumentError(f"{what} is a {type(things).__name__}, which {NO_ORDER}")
    if is_table(things):
        raise ArgumentError(f"{what} is a table ({type(things).__name__}); give one of its columns")
    return list(as_list(things))


def as_names(names: Any, what: str) -> list[str]:
    """A list of texts, in an order; ArgumentError for anything else."""
    listed = as_things(names, what)
    for place, name in enumerate(listed):
        if not isinstance(name, str):
            raise ArgumentError(f"{what}[{place}] is {short(name)}, must be text; str(…) makes it")
    return listed


def _collection(data: Any, name: str, wanted: str) -> Iterable[Any]:
    """What can be gone through once, in an order."""
    if type(data) is list:
        return data
    if complaint := complaint_about(data, name):
        raise DataError(f"{name} is {complaint}")
    if not _gives_rows(data):
        data = as_list(data)
    if isinstance(data, (str, bytes, bytearray)) or not hasattr(data, "__iter__"):
        raise DataError(f"{name} is {_shown(data)}; needed is {wanted}")
    if _has_no_order(data):
        raise DataError(f"{name} is {_shown(data)}, which {NO_ORDER}")
    return data  # type: ignore[no-any-return]


def _gives_rows(data: Any) -> bool:
    """An array that gives its rows one by one, so that not all of it becomes lists at once."""
    if getattr(data, "ndim", 0) != 2 or not hasattr(data, "tolist") or 0 in data.shape:
        return False
    return getattr(data[0], "ndim", 0) == 1  # of NumPy's matrix even a row has two axes


def _has_no_order(data: Any) -> bool:
    """Sets and dictionaries; a dictionary's keys and values have the order it was made in."""
    from collections.abc import KeysView, Mapping, Set

    return isinstance(data, (Mapping, Set)) and not isinstance(data, KeysView)


def _row(row: Any, i: int, name: str) -> list[float]:
    if type(row) is not list:
        mend = f"; one example is written [[{short(row)}, …]]" if as_real(row) is not None else ""
        row = _collection(row, f"{name}[{i}]", f"a row of numbers{mend}")
    entries = list(row)
    if not entries:
        raise DataError(f"{name}[{i}] is empty; a row has at least one number")
    if set(map(type, entries)) <= PLAIN:
        try:
            numbers: list[Any] = [float(entry) for entry in entries]
        except OverflowError:
            raise DataError(f"{name}[{i}] holds a whole number too large for a float") from None
    else:
        numbers = [float(e) if type(e) is bool else _number(e) for e in entries]
        if None in numbers:
            j = numbers.index(None)
            raise DataError(f"{name}[{i}][{j}] is {_shown(entries[j])}; a number is needed")
    _check_row(numbers, i, name)
    return numbers


def _check_row(numbers: list[float], i: int, name: str) -> None:
    """DataError for a number that is not finite."""
    if not all(map(isfinite, numbers)):
        j = next(j for j, number in enumerate(numbers) if not isfinite(number))
        raise DataError(
            f"{name}[{i}][{j}] is {numbers[j]}; every entry must be finite "
            "(drop the row, or fill in a number)"
        )


def _number(value: Any) -> float | None:
    """A real number of any type, a truth value of an array library too."""
    if "bool" in str(getattr(value, "dtype", "")):
        return float(bool(value))
    return as_real(value)


def _shown(thing: Any) -> str:
    """A value and its type, cut to fit a message."""
    return short(thing) if thing is None else f"{short(thing)} ({type(thing).__name__})"
