"""The numbers of a CSV file, packed row by row as they are read.

As long as every number is one of 0, 1, ... 255, a number takes one byte (MNIST as a CSV file:
47 MB instead of 376 MB). The first other number turns all of them into floats of 8 bytes.
"""

from array import array
from collections.abc import Sequence
from itertools import compress
from math import isfinite

from purenn.data.rows import ByteRows, FloatRows

__all__ = ["NumberStore", "as_floats", "is_number", "wrong_cell"]

BYTES = {str(k): k for k in range(256)}
BLOCK = 2**14  # rows whose numbers are changed at once


def is_number(text: str) -> bool:
    """True for what may stand for a number in a file: Python's float syntax in plain ASCII.

    float() itself takes more: underscores and the digits of all scripts. NaN and inf do count
    here; they are refused with a message of their own.
    """
    if "_" in text or not text.isascii():
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


def wrong_cell(text: str) -> str | None:
    """What is wrong with a cell that should hold a finite number, or None."""
    if not text.strip():
        return "found an empty cell, expected a number; fill it in or leave the row out"
    if not is_number(text):
        hint = "; write decimals with a point" if is_number(text.replace(",", ".", 1)) else ""
        return f"found {_quoted(text)}, expected a number{hint}"
    if not isfinite(float(text)):
        return f"found {_quoted(text)}, expected a finite number; fill it in or leave the row out"
    return None


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")


class NumberStore:
    """All features of a file: bytes while they suffice, floats from then on."""

    def __init__(self) -> None:
        self._bytes: bytearray | None = bytearray()
        self._floats = array("d")

    def add(self, cells: list[str]) -> int | None:
        """Keep one row; the place of the first cell that is no finite number, else None."""
        if self._bytes is not None:
            try:
                self._bytes += bytes([BYTES[cell] for cell in cells])
                return None
            except KeyError:
                pass
        row = as_floats(cells)
        if isinstance(row, int):
            return row
        self.extend(row)
        return None

    def extend(self, row: "array[float]") -> None:
        """Keep one row of numbers; NaN stands for a missing one."""
        if self._bytes is not None:
            self._floats.extend(self._bytes)
            self._bytes = None
        self._floats.extend(row)

    def renumber(self, column: int, width: int, numbers: Sequence[int]) -> None:
        """Put numbers[k] in the place of each k in this column; NaN stays."""
        size = len(self._floats if self._bytes is None else self._bytes)
        table = bytes(numbers[:256]).ljust(256, b"\0") if self._bytes is not None else b""
        for start in range(column, size, BLOCK * width):
            part = slice(start, start + BLOCK * width, width)
            if self._bytes is not None:
                self._bytes[part] = self._bytes[part].translate(table)
            else:
                old = self._floats[part]
                new = [numbers[int(k)] if k == k else k for k in old]
                self._floats[part] = array("d", new)

    def rows(self, width: int) -> ByteRows | FloatRows:
        """What was kept, as a row source."""
        if self._bytes is not None:
            return ByteRows(self._bytes, width, divisor=1.0)
        return FloatRows.packed(self._floats, width)


def as_floats(cells: list[str]) -> "array[float] | int":
    """The numbers of a row, or the place of the first cell that is no finite number."""
    text = "".join(cells)
    try:
        row = array("d", map(float, cells))
    except ValueError:
        return _first_wrong(cells)
    # A sum is finite only if all are; if it is not, it may have overflowed: look at each.
    if "_" in text or not text.isascii() or not isfinite(sum(row)):
        wrong = next(compress(range(len(cells)), map(wrong_cell, cells)), None)
        if wrong is not None:
            return wrong
    return row


def _first_wrong(cells: list[str]) -> int:
    return next(compress(range(len(cells)), map(wrong_cell, cells)))
