"""Sequences of any kind: the items of one, and how two items of one change places.

A list holds references: a, b = b, a is all that it takes. A row of an array is a view, a
window on the array's own memory, and the assignment copies numbers: `x[i], x[j] = x[j], x[i]`
overwrites one row before it is read, so that it is there twice and the other one nowhere.
"""

from __future__ import annotations

from purenn.checks import as_real, as_whole, short
from purenn.errors import ArgumentError
from purenn.tables import complaint_about

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["items_of", "swapper"]


def items_of(x: Any) -> list[Any] | None:
    """The items of a sequence in a new list; an array's as Python's numbers, rows as lists.

    None for a single value, such as a number or text, and for what has no order or no
    length: sets, dictionaries, iterators.
    """
    if type(x) is int:
        return None
    if type(x) is list:
        return x.copy()
    kind = str(getattr(x, "dtype", ""))
    if "datetime" in kind or "timedelta" in kind:
        return list(x)  # times in units that Python has not would become numbers
    if not _has_fields(x) and (complaint := complaint_about(x, "x")):
        raise ArgumentError(f"x is {complaint}")
    if hasattr(x, "tolist") or _is_array(x):
        x = _plain(x)
        return x if isinstance(x, list) else None
    sized = hasattr(x, "__len__") and hasattr(x, "__getitem__")
    return list(x) if sized and not isinstance(x, (str, bytes)) and not _has_names(x) else None


def swapper(x: Any, what: str) -> tuple[int, Callable[[int, int], None]]:
    """The number of items, and a function that lets the items i and j change places.

    An array with an axis of length 0 has nothing to move: it counts as empty, as in NumPy.

    Raises ArgumentError for what cannot be written into by place; nothing is moved then.
    """
    rows = _is_array(x) and x.ndim > 1

    def at(i: int) -> Any:
        return (i, ...) if rows else i  # x[i, ...] is how the array API standard names a row

    try:
        if not hasattr(x, "__setitem__") or _has_names(x):
            raise TypeError(f"{type(x).__name__!r} has no places to write into")
        empty = rows and 0 in x.shape
        n = 0 if empty else len(x) if hasattr(x, "__len__") else x.shape[0]
        views = n > 0 and _is_view(x[at(0)], x[at(0)])
        if n > 0:
            x[at(0)] = _copied(x[at(0)]) if views else x[at(0)]
    except Exception as error:  # of any library: read-only memory, a name where a place should be
        raise ArgumentError(
            f"{what}: cannot move the items of {short(x)} in place ({error}); a list or an array "
            "can be shuffled, anything else taken in the order of permutation(len(x))"
        ) from error

    def swap(i: int, j: int) -> None:
        kept = _copied(x[at(i)]) if views else x[at(i)]
        x[at(i)] = x[at(j)]
        x[at(j)] = kept

    return n, swap


def _is_view(item: Any, again: Any) -> bool:
    """True if an item, asked for twice, is made anew each time, and no plain number or text."""
    return item is not again and not isinstance(item, (int, float, complex, str, bytes))


def _copied(item: Any) -> Any:
    """A copy that shares no memory with the item."""
    for name in ("copy", "clone"):  # NumPy and most others; PyTorch
        if hasattr(item, name):
            return getattr(item, name)()
    from copy import deepcopy  # not at the top: `import purenn` stays fast

    return deepcopy(item)


def _plain(x: Any) -> Any:
    """An array of any library as nested lists of Python's numbers."""
    if hasattr(x, "tolist"):
        return x.tolist()
    if x.shape:
        return [_plain(x[i, ...]) for i in range(x.shape[0])]
    numbers = as_whole(x), as_real(x)
    return next((number for number in numbers if number is not None), x)


def _is_array(x: Any) -> bool:
    return hasattr(x, "dtype") and hasattr(x, "ndim") and not _has_names(x)


def _has_fields(x: Any) -> bool:
    """An array of named fields: its items go where they go."""
    return bool(getattr(getattr(x, "dtype", None), "names", None))


def _has_names(x: Any) -> bool:
    """Dictionaries and tables: what they hold goes by names, and x[0] is no place."""
    return hasattr(type(x), "keys") or hasattr(type(x), "columns")
