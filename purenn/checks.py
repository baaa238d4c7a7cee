"""Checks of settings, and of plain data that was read from a file.

A setting is a number of any library: whole numbers are what `operator.index` takes, real
ones what `float` takes; True, False and text are neither. `whole` and `real` give Python's
own int or float, or raise an ArgumentError that names the setting and what it must be.

A file can hold anything. What is read from one is taken only if it has exactly the
expected keys, types and shapes; else a DataError says where in the file, what was
found and what was expected.
"""

from __future__ import annotations

from math import isfinite
from operator import index

from purenn.errors import ArgumentError, DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = [
    "as_real",
    "as_whole",
    "check_keys",
    "check_label_names",
    "check_rows",
    "check_whole",
    "is_number",
    "one_line",
    "real",
    "short",
    "whole",
]

LARGEST_WHOLE = 2**53  # up to here every whole number is a float, in every JSON reader
NO_NUMBERS = ("bool", "complex", "datetime", "timedelta")  # in the names of dtypes
WIDEST = 60  # characters of a value in a message, and values of a list


# -------------------------------------------------------------------------- settings


def whole(value: Any, what: str, least: int = 1, most: int | None = None, *, also: str = "") -> int:
    """The value as an int from `least` to `most`, and to 2⁵³ where that is not given.

    what  names the setting in the message: "SGD: steps"; `also` ends the message

    Raises ArgumentError for anything else.
    """
    number = as_whole(value)
    if number is None or not least <= number <= (LARGEST_WHOLE if most is None else most):
        bounds = f", {least} or more" if most is None else f" from {least} to {most}"
        raise ArgumentError(f"{what} is {short(value)}, must be a whole number{bounds}{also}")
    return number


def real(
    value: Any,
    what: str,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
    also: str = "",
) -> float:
    """The value as a finite float within bounds: > above, >= least, < below, <= most.

    what  names the setting in the message: "ELU: alpha"; `also` ends the message

    Raises ArgumentError for anything else.
    """
    number = as_real(value)
    if (
        number is None
        or not isfinite(number)
        or (above is not None and not number > above)
        or (least is not None and not number >= least)
        or (below is not None and not number < below)
        or (most is not None and not number <= most)
    ):
        rule = _rule(above, least, below, most)
        raise ArgumentError(f"{what} is {short(value)}, must be {rule}{also}")
    return number


def _rule(above: float | None, least: float | None, below: float | None, most: float | None) -> str:
    """The bounds of `real` in words."""
    if above is not None:
        if most is not None:
            return f"above {above:g} and at most {most:g}"
        return f"a number above {above:g}" if below is None else f"between {above:g} and {below:g}"
    if least is not None:
        if below is not None:
            return f"from {least:g} to below {below:g}"
        return f"a number, {least:g} or more" if most is None else f"from {least:g} to {most:g}"
    return "a finite number"


def as_whole(value: Any) -> int | None:
    """The int that `operator.index` makes of it; None for anything else, and for bools."""
    if type(value) is int:
        return value
    try:
        return None if _is_no_number(value) else index(value)
    except Exception:  # of whatever kind: it is somebody else's type
        return None


def as_real(value: Any) -> float | None:
    """The float that `float` makes of a number; None for anything else, text and bools."""
    if type(value) is float:
        return value
    if isinstance(value, (str, bytes, bytearray)) or getattr(value, "shape", ()) != ():
        return None
    try:
        return None if _is_no_number(value) else float(value)
    except Exception:  # of whatever kind: it is somebody else's type
        return None


def _is_no_number(value: Any) -> bool:
    """True or False, a complex number or a time, of Python or of an array library."""
    if isinstance(value, (bool, complex)):
        return True
    kind = getattr(value, "dtype", None)
    return kind is not None and any(word in str(kind) for word in NO_NUMBERS)


# ---------------------------------------------------------------- what a file may hold


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
    known = set(keys)  # a network may have thousands of parameters
    unknown = [key for key in data if key not in known]
    missing = [key for key in keys if key not in data]
    if unknown or missing:
        more = f" and {len(keys) - 20:,} more" if len(keys) > 20 else ""
        raise DataError(
            f"{where}: "
            + "; ".join(
                f"{what} {'key' if len(names) == 1 else 'keys'} {', '.join(map(short, names[:10]))}"
                for what, names in (("unknown", unknown), ("missing", missing))
                if names
            )
            + f"; expected {', '.join(keys[:20]) or 'none'}{more}"
        )
    return data


def check_whole(value: Any, where: str, least: int = 0) -> int:
    """The value, if it is a whole number from `least` to 2⁵³; else DataError."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST_WHOLE:
        raise DataError(f"{where} is {short(value)}, expected a whole number, {least} or more")
    return value


def check_label_names(
    names: Sequence[Any], where: str = "", error: type[Exception] = DataError
) -> None:
    """Raises the error for a class whose name is empty, or that of another class."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if not isinstance(name, str):
            continue  # of which others complain
        if not name:
            raise error(f"{where}label_names[{place}] is empty, expected a name for each class")
        if (first := places.setdefault(name, place)) != place:
            raise error(
                f"{where}label_names[{place}] is {short(name)}, as is label_names[{first}]; "
                "expected another name for each class"
            )


def check_rows(
    data: Any, shape: tuple[int, ...], where: str, words: tuple[str, ...] = ()
) -> list[list[float]]:
    """The data as rows of floats, if it is m lists of n finite numbers; else DataError.

    words  texts for which `float` has a number, where these may stand too: "nan", "inf"
    """
    m, n = shape
    if not isinstance(data, list) or len(data) != m:
        found = f"{len(data)} rows" if isinstance(data, list) else short(data)
        raise DataError(f"{where}: found {found}, expected {m} rows of {n} numbers")
    for i, row in enumerate(data):
        if not isinstance(row, list) or len(row) != n:
            found = f"{len(row)} numbers" if isinstance(row, list) else short(row)
            raise DataError(f"{where}[{i}]: found {found}, expected {n} numbers")
        for j, value in enumerate(row):
            if not (is_number(value) or value in words):
                what = "a number" if words else "a finite number"
                raise DataError(
                    f"{where}[{i}][{j}] is {short(value)}, expected "
                    + ", or ".join([what, *map(repr, words)])
                )
    return [list(map(float, row)) for row in data]


def short(value: Any) -> str:
    """How a value looks in a message: cut to a length that fits, on one line."""
    if isinstance(value, (bytes, bytearray, str)) and len(value) > WIDEST:
        value = value[:WIDEST]
    elif isinstance(value, (dict, list, set, tuple)) and _is_long(value):
        return f"a long {type(value).__name__}"
    try:
        shown = " ".join(repr(value).split())
    except KeyboardInterrupt:
        raise
    except BaseException:  # a whole number of thousands of digits; a broken __repr__
        shown = f"a value of type {type(value).__name__} that cannot be shown"
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 1] + "…"


def _is_long(value: Any) -> bool:
    """Whether it holds many values, at any depth, or a long text: its repr would be long."""
    left, seen = [value], 0
    while left and seen <= WIDEST:
        each = left.pop()
        if isinstance(each, (dict, list, set, tuple)):
            seen += len(each)
            if seen <= WIDEST:
                left += [*each, *each.values()] if isinstance(each, dict) else each
        elif isinstance(each, (bytes, bytearray, str)):
            seen += len(each) // WIDEST
    return seen > WIDEST


def one_line(text: str, most: int = 60) -> str:
    """As `short`, for text that stands in a message without quotes: a name, an error's words."""
    shown = "".join([c if c.isprintable() else repr(c)[1:-1] for c in text[: most + 1]])
    return shown if len(shown) <= most else shown[: most - 1] + "…"
