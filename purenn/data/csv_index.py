"""Columns that number the rows: the index that tables of pandas are written with, and ids.

Nothing can be learned from them, but a network that is let to will know the rows by heart.
"""

from collections.abc import Sequence
from itertools import pairwise

from purenn.data.csv_numbers import is_number
from purenn.data.messages import option, shown

__all__ = ["about_ids", "about_index", "index_column"]

ENOUGH = 5  # rows that count on, before a column is called one that numbers them
UNNAMED = ("", "Unnamed: 0")  # what pandas writes, and reads, above the index of a table
MOST_NOTES = 3
IDS = ("id", "index", "nr", "no", "number")


def index_column(names: tuple[str, ...] | None, below: Sequence[Sequence[str]]) -> int | None:
    """0 if the first column has no name and numbers or names the rows below, else None."""
    if names is None or names[0] not in UNNAMED or len(names) < 2:
        return None
    column = [cells[0] for cells in below]
    rising = _are_whole(column) and all(a < b for a, b in pairwise(map(int, column)))
    words = not any(map(is_number, column))
    different = len(set(column)) == len(column)
    return 0 if rising or (different and (words or _are_whole(column))) else None


def about_index(below: Sequence[Sequence[str]]) -> str:
    """What is said of it, with the mend."""
    some = ", ".join(shown(cells[0])[1:-1] for cells in below[:3])
    found = f" ({some}, ...)" if some else ""
    return (
        f"column 1 has no name and numbers the rows{found}: it is left out, as the index of a "
        "table; give it a name to learn from it"
    )


def about_ids(
    names: tuple[str, ...] | None, below: Sequence[Sequence[str]], features: Sequence[int]
) -> list[str]:
    """A line for a feature that seems to number the rows, unless it is the only one."""
    if len(features) < 2 or len(below) < ENOUGH:
        return []
    notes = []
    for i in features:
        name: str | int = i if names is None else names[i]
        if _counts(name, [cells[i] for cells in below]):
            column = f"column {i + 1}" if names is None else f"column {shown(name)}"
            notes.append(
                f"{column} seems to number the rows; if it does, {option('drop', [name])} "
                "leaves it out, since nothing can be learned from it"
            )
    return notes[:MOST_NOTES]


def _counts(name: str | int, column: Sequence[str]) -> bool:
    """Whole numbers, each one more than the last; of a column called id, different ones."""
    if not _are_whole(column):
        return False
    called = isinstance(name, str) and name.lower().replace("_", " ").split()[-1:]
    if called and (called[0] in IDS or str(name).endswith("Id")):
        return len(set(column)) == len(column)
    return all(a + 1 == b for a, b in pairwise(map(int, column)))


def _are_whole(column: Sequence[str]) -> bool:
    """Whole numbers, not below 0, written with digits only."""
    return all(len(cell) < 16 and cell.isascii() and cell.isdecimal() for cell in column)
