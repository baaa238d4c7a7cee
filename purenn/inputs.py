"""What a user hands over becomes a checked array: rows of finite numbers.

Accepted are lists of rows, arrays of the network's own backend, and any other object
with `tolist`. Whatever else comes is refused with the place and the mend: a wrong
input never trains silently.
"""

from __future__ import annotations

from math import isfinite

from purenn.errors import DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend

__all__ = ["as_array", "as_list", "as_rows"]

PLAIN = {float, int, bool}  # types of numbers that need no closer look


def as_array(backend: Backend, data: Any, name: str) -> Array:
    """`data` as an array of the backend, (m × n), all finite. `name` is for the messages.

    Raises DataError for what is not rows of finite numbers of one length.
    """
    if backend.is_array(data):
        if len(data.shape) == 2 and 0 not in data.shape:
            array = backend.astype(data, backend.float64)
            if backend.item(backend.all(backend.isfinite(array))):
                return array
        data = backend.to_list(data)  # for a closer look
    return backend.from_list(as_rows(data, name))


def as_list(data: Any) -> Any:
    """An array of any library as lists; anything else as it is."""
    return data.tolist() if hasattr(data, "tolist") else data


def as_rows(data: Any, name: str) -> list[list[float]]:
    """`data` as rows of finite floats, all of one length; True and False count as 1 and 0."""
    rows = as_list(data)
    if isinstance(rows, (str, bytes, dict)) or not hasattr(rows, "__iter__"):
        raise DataError(
            f"{name} is {_shown(rows)}; needed is a list of rows, such as [[0.0, 1.0], [1.0, 0.0]]"
        )
    checked = [_row(as_list(row), i, name) for i, row in enumerate(rows)]
    if not checked:
        raise DataError(f"{name} is empty; at least one row is needed")
    width = len(checked[0])
    for i, row in enumerate(checked):
        if len(row) != width:
            raise DataError(
                f"{name}[{i}] has {len(row)} entries, but {name}[0] has {width}; "
                "all rows must have the same length"
            )
    return checked


def _row(row: Any, i: int, name: str) -> list[float]:
    if isinstance(row, (str, bytes, dict)) or not hasattr(row, "__iter__"):
        mend = f"; one example is written [[{row}, …]]" if _is_real(row) else ""
        raise DataError(f"{name}[{i}] is {_shown(row)}, not a row of numbers{mend}")
    entries = list(row)
    if not entries:
        raise DataError(f"{name}[{i}] is empty; a row has at least one number")
    if not set(map(type, entries)) <= PLAIN:
        for j, entry in enumerate(entries):
            if not _is_real(entry):
                raise DataError(f"{name}[{i}][{j}] is {_shown(entry)}; a number is needed")
    try:
        numbers = [float(entry) for entry in entries]
    except OverflowError:
        raise DataError(f"{name}[{i}] holds a whole number too large for a float") from None
    if not all(map(isfinite, numbers)):
        j = next(j for j, number in enumerate(numbers) if not isfinite(number))
        raise DataError(
            f"{name}[{i}][{j}] is {numbers[j]}; every entry must be finite "
            "(drop the row, or fill in a number)"
        )
    return numbers


def _is_real(value: Any) -> bool:
    """True for a real number of any type, NumPy's among them."""
    from numbers import Real  # not at the top: `import purenn` stays fast

    return isinstance(value, Real)


def _shown(thing: Any) -> str:
    """A value and its type, cut to fit a message."""
    text = repr(thing)
    text = text if len(text) <= 40 else text[:37] + "…"
    return text if thing is None else f"{text} ({type(thing).__name__})"
