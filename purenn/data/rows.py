"""Row sources: where the rows of a data set live until a batch asks for them.

Training takes a few rows at a time, so only those few need to be Python floats. A row source
keeps all numbers packed (8 bytes a float, 1 byte a pixel, against 32 bytes for a float object
in a list) and makes floats in `take`. Its order is a list of row numbers beside the numbers,
so shuffling or splitting moves row numbers and shares the data.

n = number of rows, w = width = numbers in a row
"""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any, Self, overload

from purenn.checks import as_whole, real, short, whole
from purenn.errors import ArgumentError, DataError
from purenn.inputs import as_list_of, each_row

__all__ = ["ByteRows", "FloatRows", "RowIndexError", "RowSource"]


class RowIndexError(DataError, IndexError):
    """A row number is outside of the data (also a plain IndexError)."""


class RowSource(ABC):
    """n rows of w floats. A sequence: `len`, `[i]`, `[a:b]` and `for` work as on a list."""

    def __init__(self, width: int, order: Sequence[int]) -> None:
        self._width = width
        self._order = order  # place of each row in the packed numbers: a range or an array

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return self._width

    @abstractmethod
    def _row(self, place: int) -> list[float]:
        """The w floats that lie at this place."""

    @abstractmethod
    def _view(self, order: Sequence[int]) -> Self:
        """A source of the same numbers in another order."""

    def take(self, indices: Iterable[int]) -> list[list[float]]:
        """The rows of these numbers as new lists of floats; RowIndexError if one is outside."""
        order, row = self._order, self._row
        plain = isinstance(indices, list) and bool(indices) and type(indices[0]) is int
        numbers = indices if plain else places(indices, len(self), repr(self))
        try:
            return [row(order[i]) for i in numbers]
        except IndexError as error:
            raise self._outside() from error

    def subset(self, indices: Iterable[int]) -> Self:
        """A view of these rows in this order; the numbers are shared, not copied.

        indices  numbers of rows, or a True or False for each row
        """
        numbers = places(indices, len(self), repr(self))
        try:
            return self._view(array("q", map(self._order.__getitem__, numbers)))
        except IndexError as error:
            raise self._outside() from error

    def column(self, number: int) -> "array[float]":
        """All n numbers of one column, the columns counted from 0."""
        if not 0 <= number < self._width:
            raise ArgumentError(f"column {number}: these rows have columns 0 to {self._width - 1}")
        return self._column(number)

    @abstractmethod
    def _column(self, number: int) -> "array[float]":
        """The numbers of a column that exists."""

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> list[float]: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> list[float] | Self:
        if isinstance(index, slice):
            return self._view(self._order[index])
        try:
            return self._row(self._order[index])
        except IndexError as error:
            raise self._outside() from error

    def __iter__(self) -> Iterator[list[float]]:
        return map(self._row, self._order)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {len(self):,} × {self._width:,}>"

    def _outside(self) -> RowIndexError:
        return RowIndexError(f"row number outside of the {len(self):,} rows of {self!r}")


def places(indices: Any, n: int, name: str) -> Sequence[int]:
    """Numbers of rows; of True or False for each of n rows the numbers of those that are True."""
    if isinstance(indices, (range, array)):
        return indices
    given = as_list_of(indices, f"{name}: indices")
    if given and all(isinstance(i, bool) for i in given):
        if len(given) != n:
            raise RowIndexError(f"{name}: {len(given):,} times True or False for {n:,} rows")
        return [i for i, chosen in enumerate(given) if chosen]
    numbers = [as_whole(i) for i in given]
    if None in numbers:
        wrong = given[numbers.index(None)]
        raise RowIndexError(f"{name}: {short(wrong)} is no number of a row")
    return numbers  # type: ignore[return-value]


class FloatRows(RowSource):
    """Rows of floats, packed.

    `FloatRows([[0.0, 1.0], [1.0, 0.0]])` copies rows of finite numbers, in any form that
    `nn.train` takes; rows of different length, text, NaN and infinity raise DataError.
    `FloatRows.packed(values, width)` takes an `array('d')` as it is.
    """

    def __init__(self, rows: Iterable[Sequence[float]], width: int | None = None) -> None:
        self._values: array[float] = array("d")
        for row in each_row(rows, "rows"):
            width = len(row) if width is None else width
            self._values.extend(row)
        if not width or width < 1:
            raise DataError("rows: found no numbers, need at least one row of one number")
        super().__init__(width, range(len(self._values) // width))

    @classmethod
    def packed(cls, values: "array[float]", width: int) -> Self:
        """Rows over an array('d') of n·w finite numbers, row after row; nothing is copied."""
        if not isinstance(values, array) or values.typecode != "d":
            raise ArgumentError("packed: the values must be an array of typecode 'd'")
        width = whole(width, "packed: width")
        made = cls.__new__(cls)
        made._values = values
        RowSource.__init__(made, width, range(_row_count(len(values), width)))
        return made

    def _row(self, place: int) -> list[float]:
        start = place * self._width
        return self._values[start : start + self._width].tolist()

    def _column(self, number: int) -> "array[float]":
        stride = _stride(self._order, self._width, number)
        if stride is not None:
            return self._values[stride]
        return array("d", [self._values[i * self._width + number] for i in self._order])

    def _view(self, order: Sequence[int]) -> Self:
        made = type(self).__new__(type(self))
        made._values = self._values
        RowSource.__init__(made, self._width, order)
        return made


class ByteRows(RowSource):
    """Rows of bytes that become floats when taken: byte k is read as `table[k]`.

    The default table is k / 255, so that pixels lie between 0 and 1; `divisor=1` keeps the
    numbers 0 to 255. All rows share the 256 floats of the table. The data (bytes, bytearray or
    a memoryview of bytes) holds n·w bytes and is not copied.
    """

    def __init__(
        self, data: bytes | bytearray | memoryview, width: int, *, divisor: float = 255.0
    ) -> None:
        width, divisor = whole(width, "ByteRows: width"), real(divisor, "ByteRows: divisor")
        if divisor == 0.0:
            raise ArgumentError("ByteRows: divisor is 0, must be another number")
        if isinstance(data, memoryview) and (data.format != "B" or not data.c_contiguous):
            raise ArgumentError("a memoryview must be contiguous and of format 'B'")
        self._data = data
        self._table = tuple(k / divisor for k in range(256))
        super().__init__(width, range(_row_count(len(data), width)))

    @property
    def table(self) -> tuple[float, ...]:
        """The 256 floats that the bytes 0 to 255 stand for."""
        return self._table

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles. A view of another's memory cannot travel: its rows do."""
        state = self.__dict__.copy()
        if not isinstance(self._data, (bytes, bytearray)):
            n = len(self)
            state |= {"_data": self.take_bytes(range(n)), "_order": range(n)}
        return state

    def with_table(self, table: Sequence[float]) -> Self:
        """The same bytes, read through another table of 256 finite numbers."""
        if len(table) != 256 or not all(map(isfinite, table)):
            raise DataError("a table of bytes needs 256 finite numbers")
        made = self._view(self._order)
        made._table = tuple(table)
        return made

    def row_bytes(self, index: int) -> bytes:
        """The w bytes of one row, as they are in the data."""
        try:
            start = self._order[index] * self._width
        except IndexError as error:
            raise self._outside() from error
        return bytes(self._data[start : start + self._width])

    def take_bytes(self, indices: Iterable[int]) -> bytes:
        """The bytes of these rows, one row after the other."""
        return b"".join(map(self.row_bytes, indices))

    def _row(self, place: int) -> list[float]:
        table, start = self._table, place * self._width
        return [table[k] for k in self._data[start : start + self._width]]

    def _column(self, number: int) -> "array[float]":
        table, data, width = self._table, self._data, self._width
        stride = _stride(self._order, width, number)
        if stride is not None:
            return array("d", [table[k] for k in data[stride]])
        return array("d", [table[data[i * width + number]] for i in self._order])

    def _view(self, order: Sequence[int]) -> Self:
        made = type(self).__new__(type(self))
        made._data, made._table = self._data, self._table
        RowSource.__init__(made, self._width, order)
        return made


def _stride(order: Sequence[int], width: int, number: int) -> slice | None:
    """Where the numbers of a column lie, if the rows follow each other evenly."""
    if not isinstance(order, range) or order.step < 1:
        return None
    return slice(order.start * width + number, order.stop * width, order.step * width)


def _row_count(size: int, width: int) -> int:
    """n of n·w numbers."""
    if size % width:
        raise DataError(f"{size:,} numbers do not fill whole rows of {width:,}")
    return size // width
