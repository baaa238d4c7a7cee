"""Checks of settings, and of plain data that was read from a file.

A file can hold anything. What is read from one is taken only if it has exactly the
expected keys, types and shapes; else a DataError says where in the file, what was
found and what was expected.
"""

from __future__ import annotations

from math import isfinite

from purenn.errors import DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["check_keys", "check_rows", "check_whole", "is_number", "short"]

LARGEST_WHOLE = 2**53  # up to here every whole number is a float, in every JSON reader


def is_number(value: Any) -> bool:
    """A finite real number; True, False and whole numbers beyond the floats are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False


def check_keys(data: Any, keys: Sequence[str], where: str) -> dict[str, Any]:
    """The data, if it is a dictionary with exactly these keys; else DataError."""
    if not isinstance(data, dict):
        raise DataError(f"{where}: found {short(data)}, expected a dictionary")
    unknown = [key for key in data if key not in keys]
    missing = [key for key in keys if key not in data]
    if unknown or missing:
        raise DataError(
            f"{where}: "
            + "; ".join(
                f"{what} {'key' if len(names) == 1 else 'keys'} {', '.join(map(short, names[:10]))}"
                for what, names in (("unknown", unknown), ("missing", missing))
                if names
            )
            + f"; expected {', '.join(keys) or 'none'}"
        )
    return data


def check_whole(value: Any, where: str) -> int:
    """The value, if it is a whole number from 0 to 2⁵³; else DataError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_WHOLE:
        raise DataError(f"{where} is {short(value)}, expected a whole number, 0 or more")
    return value


def check_rows(data: Any, shape: tuple[int, ...], where: str) -> list[list[float]]:
    """The data as rows of floats, if it is m lists of n finite numbers; else DataError."""
    m, n = shape
    if not isinstance(data, list) or len(data) != m:
        found = f"{len(data)} rows" if isinstance(data, list) else short(data)
        raise DataError(f"{where}: found {found}, expected {m} rows of {n} numbers")
    for i, row in enumerate(data):
        if not isinstance(row, list) or len(row) != n:
            found = f"{len(row)} numbers" if isinstance(row, list) else short(row)
            raise DataError(f"{where}[{i}]: found {found}, expected {n} numbers")
        for j, value in enumerate(row):
            if not is_number(value):
                raise DataError(f"{where}[{i}][{j}] is {short(value)}, expected a finite number")
    return [list(map(float, row)) for row in data]


def short(value: Any) -> str:
    """How a value looks in a message: cut to a length that fits."""
    if isinstance(value, (str, list, dict)) and len(value) > 60:
        shown = repr(value[:60]) if isinstance(value, str) else f"a long {type(value).__name__}"
    else:
        try:
            shown = repr(value)
        except ValueError:  # in it is a whole number of thousands of digits
            shown = f"a value of type {type(value).__name__}, too long to show"
    return shown if len(shown) <= 60 else shown[:59] + "…"
