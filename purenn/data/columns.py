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
from heapq import merge
from itertools import islice
from math import fsum, inf, isnan, nan

from purenn.checks import as_real, check_keys, is_number, real, short
from purenn.data.messages import guess, listed, option, shown
from purenn.data.rows import RowSource
from purenn.errors import ArgumentError, DataError
from purenn.inputs import as_things

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Self

__all__ = [
    "FILLS",
    "MISSING",
    "UNSEEN",
    "WAYS",
    "Column",
    "Columns",
    "EncodedRows",
    "columns_from_dict",
    "is_missing",
]

MISSING = frozenset(  # what stands in a cell that holds nothing, exactly so
    ["", "NA", "N/A", "na", "n/a", "NaN", "nan", "null", "NULL", "None", "?", "-"]
)
FILLS = ("mean", "median")  # what a missing number may be filled with
WAYS = ("error", "drop", *FILLS)  # what may become of a row with a missing cell
UNSEEN = -1.0  # the raw number of a text that is none of the categories
KEYS = ("name", "categories", "fill")
BLOCK = 2**16  # numbers that are sorted at once


def is_missing(text: str) -> bool:
    """Whether a cell of this text holds nothing."""
    return text.strip() in MISSING


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
        if not (name is None or isinstance(name, str)):
            raise ArgumentError(f"Column: name is {short(name)}, must be a text or None")
        self.name = name
        self.categories = None if categories is None else _texts(categories)
        self._codes = {text: float(code) for code, text in enumerate(self.categories or ())}
        self.fill = fill
        if fill is not None and self.categories is None:
            self.fill = real(fill, "Column: fill")
        elif fill is not None and fill not in self._codes:
            raise ArgumentError(f"Column: fill is {short(fill)}, must be one of the categories")

    @property
    def width(self) -> int:
        """How many inputs it becomes."""
        return 1 if self.categories is None else len(self.categories)

    @property
    def raw_fill(self) -> float:
        """The fill as a raw number; NaN if there is none."""
        if self.fill is None:
            return nan
        return self._codes[self.fill] if isinstance(self.fill, str) else self.fill

    def code(self, text: str) -> float | None:
        """The raw number of a text; None for one that is no category."""
        return self._codes.get(text)

    def inputs(self, raw: float) -> list[float]:
        """The inputs of one raw number."""
        if isnan(raw):
            raw = self._filled()
        if self.categories is None:
            return [raw]
        row = [0.0] * len(self.categories)
        if raw != UNSEEN:
            row[int(raw)] = 1.0
        return row

    def input_column(self, number: int, raw: array[float]) -> array[float]:
        """One of its inputs, of many raw numbers."""
        if any(map(isnan, raw)):
            fill = self._filled()
            raw = array("d", [fill if isnan(cell) else cell for cell in raw])
        if self.categories is None:
            return raw
        return array("d", [float(cell == number) for cell in raw])

    def _filled(self) -> float:
        if self.fill is None:
            raise DataError(
                f"{self.title}: found a missing cell, but the training had none; fill it in"
            )
        return self.raw_fill

    def fitted(self, raw: array[float], how: str) -> Column:
        """This column with the fill of these raw numbers, those that are missing left out."""
        unknown = nan if self.categories is None else UNSEEN
        there = array("d", [cell for cell in raw if not isnan(cell) and cell != unknown])
        if not there:
            raise DataError(
                f"{self.title} is empty in all {len(raw):,} rows; leave it out: "
                f"{option('drop', [self.name or 'its number'])}"
            )
        if self.categories is None:
            return Column(self.name, None, mean(there) if how == "mean" else median(there))
        counts = Counter(there)
        most = max(counts, key=lambda code: (counts[code], -code))
        return Column(self.name, self.categories, self.categories[int(most)])

    @property
    def title(self) -> str:
        """What it is called in messages."""
        return "a column" if self.name is None else f"the column {shown(self.name)}"

    def to_dict(self) -> dict[str, Any]:
        """The column as plain JSON types."""
        categories = None if self.categories is None else list(self.categories)
        return {"name": self.name, "categories": categories, "fill": self.fill}

    def __repr__(self) -> str:
        kind = "numbers" if self.categories is None else f"{len(self.categories)} texts"
        filled = "" if self.fill is None else f", missing: {shown(self.fill)}"
        return f"<Column {shown(self.name)}: {kind}{filled}>"


def _texts(categories: Iterable[str]) -> tuple[str, ...]:
    """Categories that a cell can hold; ArgumentError for others."""
    texts = tuple(as_things(categories, "Column: categories"))
    for text in texts:
        if complaint := _no_category(text):
            raise ArgumentError(f"Column: the category {short(text)} {complaint}")
    if not texts or len(set(texts)) < len(texts):
        raise ArgumentError(
            f"Column: categories is {short(texts)}, must be a list of different texts"
        )
    return texts


def _no_category(text: Any) -> str | None:
    """Why no cell can hold this text, if so."""
    if not isinstance(text, str):
        return "is no text"
    return None if text and text == text.strip() else "is empty, or has spaces around it"


class Columns:
    """The columns of the features, in order.

    unseen  what a text that is no category becomes: "error", or "ignore" for zeros everywhere

    `read_csv` makes them: it learns the categories of a column from all rows of the file.
    They tell nothing of the labels, and so a row that is held out may have a part in them;
    what fills a gap is learned from the rows that `fit` is given, those to train on.
    """

    def __init__(self, columns: Iterable[Column], *, unseen: str = "error") -> None:
        self.columns = tuple(columns)
        if not self.columns or not all(isinstance(column, Column) for column in self.columns):
            raise ArgumentError(f"Columns: found {short(self.columns)}, must be a list of Column")
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
        """The same columns with fills learned from these raw rows.

        how  "mean" or "median" for numbers; of texts it is the most frequent one, the first of
             them where several are. A column without gaps learns one, too: the next rows may
             have some. "error" and "drop" learn none.
        """
        if how not in WAYS:
            raise ArgumentError(f"fit: how is {short(how)}, must be one of {listed(WAYS)}")
        if how not in FILLS:
            return Columns([Column(c.name, c.categories) for c in self.columns], unseen=self.unseen)
        self._check_width(raw)
        fitted = [column.fitted(raw.column(j), how) for j, column in enumerate(self.columns)]
        return Columns(fitted, unseen=self.unseen)

    def _check_width(self, raw: RowSource) -> None:
        if raw.width != len(self.columns):
            raise DataError(
                f"found rows of {raw.width} cells, expected {len(self.columns)}, "
                "one for each column"
            )

    def inputs(self, raw: Sequence[float]) -> list[float]:
        """The inputs of one raw row."""
        row: list[float] = []
        for column, cell in zip(self.columns, raw, strict=True):
            if column.categories is None and cell == cell:
                row.append(cell)
            else:
                row += column.inputs(cell)
        return row

    def transform(self, raw: RowSource) -> EncodedRows:
        """Raw rows as inputs, made when they are taken."""
        return EncodedRows(raw, self)

    def encode(self, row: Sequence[Any]) -> list[float]:
        """The inputs of a row as a person has it: numbers, texts, None for what is missing."""
        if len(row) != len(self.columns):
            names = self.raw_names
            what = "column" if names is None else f"of the columns {listed(names)}"
            raise DataError(
                f"found a row of {len(row)} cells, expected {len(self.columns)}, "
                f"one for each {what}"
            )
        return self.inputs([self._raw(c, cell) for c, cell in zip(self.columns, row, strict=True)])

    def decode(self, inputs: Sequence[float]) -> list[float | str | None]:
        """The row as a person has it that `encode` makes these inputs of.

        Gaps are filled; None stands for a text that was none of the categories.
        """
        if len(inputs) != self.width:
            raise DataError(f"found {len(inputs)} inputs, expected {self.width}")
        row: list[float | str | None] = []
        start = 0
        for column in self.columns:
            values = inputs[start : start + column.width]
            start += column.width
            if column.categories is None:
                row.append(values[0])
            else:
                texts = zip(values, column.categories, strict=True)
                row.append(next((text for value, text in texts if value == 1.0), None))
        return row

    def _raw(self, column: Column, cell: Any) -> float:
        """The raw number of a cell of any type."""
        if isinstance(cell, str):
            text = cell.strip()
            if column.code(text) is None and text in MISSING:
                return nan
            if column.categories is not None:
                return self.code(column, text)
            number = None
        else:
            number = as_real(cell)
            if cell is None or (number is not None and isnan(number)):
                return nan
            if column.categories is not None:
                return self.code(column, _text_of(column, cell, number))
        if number is None or number in (inf, -inf):
            raise DataError(f"{column.title}: found {short(cell)}, expected a finite number")
        return number

    def code(self, column: Column, text: str) -> float:
        """The raw number of a text; DataError for one that the training did not hold."""
        code = column.code(text)
        if code is not None:
            return code
        if self.unseen == "ignore":
            return UNSEEN
        raise DataError(f"{column.title}: {unknown(column, text)}")

    def to_dict(self) -> dict[str, Any]:
        """The columns as plain JSON types."""
        return {"columns": [column.to_dict() for column in self.columns]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Columns) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Columns: {len(self.columns)} columns, {self.width} inputs>"


def unknown(column: Column, text: str) -> str:
    """What is wrong with a text that is none of the categories."""
    known = column.categories or ()
    return (
        f"found {shown(text)}, expected one of the {len(known)} texts of the training: "
        f"{listed(known)}.{guess(text, known)} {option('unseen', 'ignore')} takes it for none "
        "of them"
    )


def _text_of(column: Column, cell: Any, number: float | None) -> str:
    """A cell that is no text, as it would stand in a file: 3 and 3.0 may both be written 3."""
    text = str(cell)
    if column.code(text) is None and number is not None and number.is_integer():
        return str(int(number))
    return text


class EncodedRows(RowSource):
    """Raw rows of a table, as inputs made when they are taken.

    source   the raw rows: numbers, numbers of categories, NaN where a cell is missing
    columns  what makes inputs of them
    """

    def __init__(self, source: RowSource, columns: Columns) -> None:
        columns._check_width(source)
        super().__init__(columns.width, range(len(source)))
        self.source, self.columns = source, columns

    @property
    def raw(self) -> RowSource:
        """The raw rows in the order of these."""
        if self._order == range(len(self.source)):
            return self.source
        return self.source.subset(self._order)

    def with_columns(self, columns: Columns) -> EncodedRows:
        """The same rows, encoded by other columns: those that were fitted to a part of them."""
        made = EncodedRows(self.source, columns)
        made._order = self._order
        return made

    def _row(self, place: int) -> list[float]:
        return self.columns.inputs(self.source[place])

    def _column(self, number: int) -> array[float]:
        for j, column in enumerate(self.columns.columns):
            if number < column.width:
                return column.input_column(number, self.raw.column(j))
            number -= column.width
        raise AssertionError(number)  # pragma: no cover (RowSource.column has checked it)

    def _view(self, order: Sequence[int]) -> Self:
        made = type(self)(self.source, self.columns)
        made._order = order
        return made


def mean(numbers: Sequence[float]) -> float:
    """Σ x / n, also where the sum is no float."""
    try:
        return fsum(numbers) / len(numbers)
    except OverflowError:
        return fsum(x / len(numbers) for x in numbers)


def median(numbers: array[float]) -> float:
    """The number in the middle, or the mean of the two there.

    Sorted in blocks: the numbers stay packed.
    """
    n = len(numbers)
    blocks = [array("d", sorted(numbers[start : start + BLOCK])) for start in range(0, n, BLOCK)]
    middle = list(islice(merge(*blocks), (n - 1) // 2, n // 2 + 1))
    return mean(middle)


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
    from purenn.strict_json import check_text  # here: `import purenn.data` stays cheap

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
        if complaint := _no_category(text):
            raise DataError(f"{where}.categories[{place}] is {short(text)}, which {complaint}")
    if len(set(categories)) < len(categories):
        raise DataError(f"{where}.categories holds a text twice: {short(categories)}")
    if not (fill is None or fill in categories):
        raise DataError(f"{where}.fill is {short(fill)}, expected one of the categories, or null")
    return Column(name, categories, fill)
