"""The columns of a table: how texts and missing cells become the numbers that a network takes.

A column of numbers is one input. A column of texts is one input for each of its categories,
1 for the one that stands in the cell and 0 for the others ("one-hot"). What stands for a
missing cell is learned from the training rows: the mean or the median of the numbers, the
most frequent category of the texts.

    raw row      (22.0, 1.0)                    a text is the number of its category
    as a person  [22.0, "male"]                 has it
    inputs       [22.0, 0.0, 1.0]               Age, Sex=female, Sex=male
"""

from __future__ import annotations

from array import array
from collections import Counter
from math import fsum, isnan, nan

from purenn.checks import as_real, check_keys, is_number, short
from purenn.data.messages import guess, listed, option, shown
from purenn.data.rows import RowSource
from purenn.errors import ArgumentError, DataError
from purenn.strict_json import check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Self

__all__ = ["FILLS", "UNSEEN", "Column", "Columns", "EncodedRows", "columns_from_dict"]

FILLS = ("mean", "median")  # what a missing number may be filled with
UNSEEN = -1.0  # the raw number of a text that is none of the categories
KEYS = ("name", "categories", "fill")


class Column:
    """One column, and how its cells become numbers.

    name        of the header, or None
    categories  the texts it may hold, in the order of their inputs; None: a column of numbers
    fill        the number or the category that stands for a missing cell; None: there must
                be none
    """

    def __init__(
        self,
        name: str | None,
        categories: Iterable[str] | None = None,
        fill: float | str | None = None,
    ) -> None:
        self.name = name
        self.categories = None if categories is None else tuple(categories)
        self.fill = fill
        self._codes = {text: float(code) for code, text in enumerate(self.categories or ())}

    @property
    def width(self) -> int:
        """How many inputs it becomes."""
        return 1 if self.categories is None else len(self.categories)

    @property
    def raw_fill(self) -> float:
        """The fill as a raw number; NaN if there is none."""
        if self.fill is None:
            return nan
        return self.fill if isinstance(self.fill, float) else self._codes[self.fill]

    def code(self, text: str) -> float | None:
        """The raw number of a text; None for one that is no category."""
        return self._codes.get(text)

    def inputs(self, raw: float) -> list[float]:
        """The inputs of one raw number."""
        if isnan(raw):
            raw = self.raw_fill
        if self.categories is None:
            return [raw]
        return [float(raw == code) for code in range(len(self.categories))]

    def fitted(self, cells: Sequence[float], how: str) -> Column:
        """This column with the fill of these raw cells, those that are missing left out."""
        there = [cell for cell in cells if not isnan(cell)]
        if not there:
            raise DataError(
                f"{self.title} is empty in all {len(cells):,} rows; leave it out: "
                f"{option('drop', self.name or 'its number')}"
            )
        if self.categories is None:
            return Column(self.name, None, mean(there) if how == "mean" else median(there))
        counts = Counter(there)
        most = max(counts, key=lambda code: (counts[code], -code))
        return Column(self.name, self.categories, self.categories[int(most)])

    @property
    def title(self) -> str:
        return "a column" if self.name is None else f"the column {shown(self.name)}"

    def to_dict(self) -> dict[str, Any]:
        categories = None if self.categories is None else list(self.categories)
        return {"name": self.name, "categories": categories, "fill": self.fill}

    def __repr__(self) -> str:
        kind = "numbers" if self.categories is None else f"{len(self.categories)} texts"
        filled = "" if self.fill is None else f", missing: {shown(self.fill)}"
        return f"<Column {shown(self.name)}: {kind}{filled}>"


class Columns:
    """The columns of the features, in order.

    unseen  what a text that is no category becomes: "error", or "ignore" for zeros everywhere
    """

    def __init__(self, columns: Iterable[Column], *, unseen: str = "error") -> None:
        self.columns = tuple(columns)
        if unseen not in ("error", "ignore"):
            raise ArgumentError(f"unseen is {short(unseen)}, must be 'error' or 'ignore'")
        self.unseen = unseen

    @property
    def width(self) -> int:
        """How many inputs a row becomes."""
        return sum(column.width for column in self.columns)

    @property
    def raw_names(self) -> list[str] | None:
        """The names in the header; None without one."""
        names = [column.name for column in self.columns if column.name is not None]
        return names if len(names) == len(self.columns) else None

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of the inputs: Age, Sex=female, Sex=male; None without a header."""
        if self.raw_names is None:
            return None
        return tuple(
            name
            for column in self.columns
            for name in (
                [str(column.name)]
                if column.categories is None
                else [f"{column.name}={text}" for text in column.categories]
            )
        )

    @property
    def plain(self) -> bool:
        """Whether raw rows are inputs already: numbers everywhere, and none stands for a gap."""
        return all(c.categories is None and c.fill is None for c in self.columns)

    def with_unseen(self, unseen: str) -> Columns:
        """The same columns, for texts that the training did not hold."""
        return Columns(self.columns, unseen=unseen)

    def fit(self, raw: RowSource, how: str) -> Columns:
        """The same columns with fills learned from these raw rows, where there are gaps.

        how  "mean" or "median" for numbers; of texts it is the most frequent one. A column
             without gaps learns one, too: the next rows may have some.
        """
        if how not in FILLS:
            raise ArgumentError(f"fit: how is {short(how)}, must be 'mean' or 'median'")
        fitted = [column.fitted(raw.column(j), how) for j, column in enumerate(self.columns)]
        return Columns(fitted, unseen=self.unseen)

    def inputs(self, raw: Sequence[float]) -> list[float]:
        """The inputs of one raw row."""
        return [
            value
            for column, cell in zip(self.columns, raw, strict=True)
            for value in column.inputs(cell)
        ]

    def transform(self, raw: RowSource) -> RowSource:
        """Raw rows as inputs, made when they are taken."""
        return EncodedRows(raw, self)

    def encode(self, row: Sequence[Any]) -> list[float]:
        """The inputs of a row as a person has it: numbers, texts, None for what is missing."""
        if len(row) != len(self.columns):
            raise DataError(
                f"found a row of {len(row)} cells, expected {len(self.columns)}, one for each of "
                f"the columns {listed([c.name for c in self.columns])}"
            )
        return self.inputs([self._raw(c, cell) for c, cell in zip(self.columns, row, strict=True)])

    def _raw(self, column: Column, cell: Any) -> float:
        number = None if isinstance(cell, str) else as_real(cell)
        if cell is None or cell == "" or (number is not None and isnan(number)):
            if column.fill is None:
                raise DataError(
                    f"{column.title}: found a missing cell, but the training had none; fill it in"
                )
            return nan
        if column.categories is not None:
            return self.code(column, cell if isinstance(cell, str) else str(cell))
        if number is None or number - number != 0.0:
            raise DataError(f"{column.title}: found {short(cell)}, expected a finite number")
        return number

    def code(self, column: Column, text: str) -> float:
        """The raw number of a text; DataError for one that the training did not hold."""
        code = column.code(text.strip())
        if code is not None:
            return code
        if self.unseen == "ignore":
            return UNSEEN
        known = column.categories or ()
        raise DataError(
            f"{column.title}: found {shown(text)}, expected one of the {len(known)} texts of the "
            f"training: {listed(known)}.{guess(text, known)} "
            f"{option('unseen', 'ignore')} takes it for none of them"
        )

    def to_dict(self) -> dict[str, Any]:
        """The columns as plain JSON types."""
        return {"columns": [column.to_dict() for column in self.columns]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Columns) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Columns: {len(self.columns)} columns, {self.width} inputs>"


class EncodedRows(RowSource):
    """Raw rows of a table, as inputs made when they are taken.

    source   the raw rows: numbers, numbers of categories, NaN where a cell is missing
    columns  what makes inputs of them
    """

    def __init__(self, source: RowSource, columns: Columns) -> None:
        if len(columns.columns) != source.width:
            raise DataError(f"rows of {source.width} cells, but {len(columns.columns)} columns")
        super().__init__(columns.width, range(len(source)))
        self.source, self.columns = source, columns

    @property
    def raw(self) -> RowSource:
        """The raw rows in the order of these."""
        return self.source.subset(self._order)

    def _row(self, place: int) -> list[float]:
        return self.columns.inputs(self.source[place])

    def _column(self, number: int) -> array[float]:
        for j, column in enumerate(self.columns.columns):
            if number < column.width:
                return array("d", [column.inputs(raw)[number] for raw in self.raw.column(j)])
            number -= column.width
        raise AssertionError(number)  # pragma: no cover (RowSource.column has checked it)

    def _view(self, order: Sequence[int]) -> Self:
        made = type(self)(self.source, self.columns)
        made._order = order
        return made


def mean(numbers: Sequence[float]) -> float:
    return fsum(numbers) / len(numbers)


def median(numbers: Sequence[float]) -> float:
    """The number in the middle, or the mean of the two there."""
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(numbers) % 2 else (ordered[half - 1] + ordered[half]) / 2.0


# ----------------------------------------------------------------------------- from a file


def columns_from_dict(saved: Any) -> Columns:
    """The columns of a to_dict(); DataError for anything else."""
    check_keys(saved, ("columns",), "columns")
    entries = saved["columns"]
    if not isinstance(entries, list) or not entries:
        raise DataError(f"columns.columns is {short(entries)}, expected a list of columns")
    columns = [_column(entry, f"columns.columns[{j}]") for j, entry in enumerate(entries)]
    named = [column.name is not None for column in columns]
    if any(named) and not all(named):
        place = f"columns.columns[{named.index(False)}].name"
        raise DataError(f"{place} is null, but other columns have names")
    return Columns(columns)


def _column(data: Any, where: str) -> Column:
    check_keys(data, KEYS, where)
    name, categories, fill = (data[key] for key in KEYS)
    if name is not None:
        check_text(name, f"{where}.name")
    if categories is None:
        if not (fill is None or is_number(fill)):
            raise DataError(f"{where}.fill is {short(fill)}, expected a finite number, or null")
        return Column(name, None, None if fill is None else float(fill))
    if not (isinstance(categories, list) and categories):
        raise DataError(f"{where}.categories is {short(categories)}, expected texts, or null")
    for place, text in enumerate(categories):
        check_text(text, f"{where}.categories[{place}]")
    if len(set(categories)) < len(categories):
        raise DataError(f"{where}.categories holds a text twice: {short(categories)}")
    if not (fill is None or fill in categories):
        raise DataError(f"{where}.fill is {short(fill)}, expected one of the categories, or null")
    return Column(name, categories, fill)
