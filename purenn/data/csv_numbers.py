"""The numbers of a CSV file, packed row by row as they are read.

As long as every number is one of 0, 1, ... 255, a number takes one byte (MNIST as a CSV file:
47 MB instead of 376 MB). The first other number turns all of them into floats of 8 bytes.
"""

from array import array
from collections.abc import Sequence
from itertools import compress
from math import isfinite
from typing import NamedTuple

from purenn.data.messages import option, shown
from purenn.data.rows import ByteRows, FloatRows

__all__ = [
    "NumberStore",
    "Numerals",
    "as_floats",
    "is_missing",
    "is_number",
    "seems_grouped",
    "seems_number",
    "two_readings",
    "wrong_cell",
]

BYTES = {str(k): k for k in range(256)}
BLOCK = 2**14  # rows whose numbers are changed at once
MISSING = {
    *("", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "null", "(null)", "\\n"),
    *("nil", "none", "nat", "missing", "?", "-", "--", "."),
}
SPACES = " \u00a0\u202f"  # between thousands: plain, unbreakable, unbreakable and narrow
SWAPPED = {ord(","): ".", ord("."): "?"}  # 1,5 becomes a number, 1.5 none


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


def is_missing(text: str) -> bool:
    """True for an empty cell, and for what programs write where a value is missing."""
    return text.strip().lower() in MISSING


class Numerals(NamedTuple):
    """How a file writes its numbers: 1234.5, 1234,5 or 1.234,5."""

    decimal: str = "."
    thousands: str | None = None

    def plain(self, text: str) -> str:
        """The number in Python's syntax; a text that is no number stays none."""
        if self == PYTHON:
            return text
        text = text.strip()
        if self.thousands is not None and any(mark in text for mark in self._marks):
            if not self._is_grouped(text):
                return "?"
            for mark in self._marks:
                text = text.replace(mark, "")
        return text if self.decimal == "." else text.translate(SWAPPED)

    def row(self, cells: list[str]) -> list[str]:
        """All of these in Python's syntax."""
        if self == PYTHON:
            return cells
        if self.thousands is not None:
            return list(map(self.plain, cells))
        return "\0".join(cells).translate(SWAPPED).split("\0")  # a file has no NUL

    def reads(self, text: str) -> bool:
        """Whether this is a number here. NaN and inf do count, as in `is_number`."""
        return is_number(self.plain(text))

    def value(self, text: str) -> float:
        """The number."""
        return float(self.plain(text.strip()))  # which takes more for spaces than float does

    @property
    def _marks(self) -> str:
        return SPACES if self.thousands == " " else self.thousands or ""

    def _is_grouped(self, text: str) -> bool:
        """One to three digits, then groups of three behind one and the same mark."""
        import re  # here: `import purenn.data` stays cheap

        mark, point = f"[{re.escape(self._marks)}]", re.escape(self.decimal)
        form = (
            rf"[+-]?\d{{1,3}}(?P<mark>{mark})\d{{3}}((?P=mark)\d{{3}})*({point}\d*)?([eE][+-]?\d+)?"
        )
        return re.fullmatch(form, text) is not None


PYTHON = Numerals()
SPELLINGS = (  # that a message can name, where this file is read in another one
    Numerals(",", None),
    Numerals(".", None),
    Numerals(".", ","),
    Numerals(",", "."),
    Numerals(".", " "),
    Numerals(",", " "),
    Numerals(".", "'"),
)


def seems_number(text: str) -> bool:
    """Whether this is a number in some spelling, be it another one than the file's."""
    if is_number(text):
        return True
    short = len(text) < 40 and any(map(str.isdecimal, text))
    return short and any(spelling.reads(text) for spelling in SPELLINGS)


def wrong_cell(text: str, numerals: Numerals = PYTHON) -> str | None:
    """What is wrong with a cell that should hold a finite number, or None."""
    if not text.strip():
        return "found an empty cell, expected a number; fill it in or leave the row out"
    if not numerals.reads(text):
        return f"found {shown(text)}, expected a number{_other_readings(text.strip(), numerals)}"
    if not isfinite(numerals.value(text)):
        return f"found {shown(text)}, expected a finite number; fill it in or leave the row out"
    return None


def seems_grouped(text: str, mark: str) -> bool:
    """Whether this mark may stand between thousands: 1,234 and 12,345,678, not 1,5 or 0,123."""
    sign = text[:1] if text[:1] in "+-" else ""
    first, *groups = text.removeprefix(sign).split(mark)
    return (
        0 < len(first) < 4
        and first.isdecimal()
        and first[0] != "0"
        and bool(groups)
        and all(len(group) == 3 and group.isdecimal() for group in groups)
    )


def two_readings(text: str) -> str:
    """A number such as 1,234, of which nobody knows whether it is small or large."""
    return f"found {shown(text)}, which may be two numbers{_other_readings(text, None)}"


def _other_readings(text: str, numerals: Numerals | None) -> str:
    """The options under which a cell would be a number, and which one."""
    ways: dict[str, str] = {}
    for other in SPELLINGS:
        if other != numerals and text.isascii() and len(text) < 40 and other.reads(text):
            ways.setdefault(f"{other.value(text):.15g}", _asked(other, text))
    if not ways:
        return ""
    told = ", ".join(f"{value} with {asked}" for value, asked in ways.items())
    one = numerals == PYTHON and is_number(text.replace(",", ".", 1))
    point = "write decimals with a point; " if one and len(ways) == 1 else ""
    return f"; {point}it is {told}"


def _asked(numerals: Numerals, text: str) -> str:
    """The options that a file with such cells needs."""
    asked = []
    if numerals.thousands is None or numerals.decimal in text or numerals.decimal == ",":
        asked.append(option("decimal", numerals.decimal))
    if numerals.thousands is not None:
        asked.append(option("thousands", numerals.thousands))
    return " and ".join(asked)


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
