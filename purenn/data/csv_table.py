"""The cells of a CSV file as raw rows: numbers packed, texts as the numbers of their categories.

A column is told by its first cell that is not missing: a number or a text. A later cell of
the other kind stops the reading, since a slip in a column of numbers must never turn it into
categories without a word.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from math import nan

from purenn.checks import short
from purenn.data.columns import FILLS, Column, Columns
from purenn.data.csv_layout import Layout
from purenn.data.csv_numbers import NumberStore, Numerals, is_missing, wrong_cell
from purenn.data.messages import DataFileError, listed, option, shown
from purenn.data.rows import RowSource
from purenn.errors import ArgumentError, DataError

__all__ = ["MISSING", "TableStore", "checked_missing"]

MISSING = ("error", "drop", *FILLS)
MOST_UNASKED = 100  # categories of a column of texts that nobody has asked for
MOST_CATEGORIES = 1_000
MOST_LETTERS = 2**20  # of all categories together
FEW_ROWS = 20  # below, texts may all be different


def checked_missing(missing: str) -> str:
    """What shall become of rows with missing cells."""
    if missing in MISSING:
        return missing
    raise ArgumentError(f"missing is {short(missing)}, must be one of {', '.join(MISSING)}")


class TableStore:
    """Rows as they come; `finish` gives them with what was learned about their columns.

    layout    where the features are
    numerals  how numbers are written
    columns   those of the training; None: they are found here
    texts     columns, by their places among the features, that hold texts whatever they look like
    missing   "error", "drop", "mean" or "median"
    """

    def __init__(
        self,
        layout: Layout,
        numerals: Numerals,
        *,
        columns: Columns | None = None,
        texts: Sequence[int] = (),
        missing: str = "error",
    ) -> None:
        self.layout, self.numerals, self.missing = layout, numerals, missing
        self.known = columns
        self.numbers = NumberStore()
        self.named = frozenset(texts)
        self.codes: dict[int, dict[str, float]] = {j: {} for j in texts}  # of columns of texts
        self.are_numbers: set[int] = set()
        self.gaps: Counter[int] = Counter()
        self.letters = self.rows = self.dropped = 0
        self.simple = not self.named and (columns is None or columns.plain)

    def add(self, line: int, cells: list[str]) -> bool:
        """Keep one row of feature cells; False if it is left out for what it lacks."""
        if self.simple:
            wrong = self.numbers.add(self.numerals.row(cells))
            if wrong is None:
                self.rows += 1
                return True
            if self.rows:  # so far there were numbers everywhere
                self.are_numbers.update(range(len(cells)))
        row = self._row(line, [cell.strip() for cell in cells])
        if row is None:
            self.dropped += 1
            return False
        self.rows += 1
        self.simple = self.simple and not self.codes
        self.numbers.add_floats(row)
        return True

    def _row(self, line: int, cells: list[str]) -> array[float] | None:
        """The raw row; None if it is left out."""
        gaps = [j for j, text in enumerate(cells) if self._is_missing(j, text)]
        if gaps and self.missing == "drop" and self._fill(gaps[0]) is None:
            return None
        for j in gaps:
            self._check_gap(line, j, cells[j])
        self.gaps.update(gaps)
        return array(
            "d", [nan if j in gaps else self._raw(line, j, text) for j, text in enumerate(cells)]
        )

    # ------------------------------------------------------------------------- gaps

    def _is_missing(self, j: int, text: str) -> bool:
        """An empty cell, or NA and the like, where that is no text of the training."""
        if self.known is not None and self.known.columns[j].code(text) is not None:
            return False
        return not text if j in self.named else is_missing(text)

    def _fill(self, j: int) -> float | str | None:
        return None if self.known is None else self.known.columns[j].fill

    def _check_gap(self, line: int, j: int, text: str) -> None:
        """DataFileError where nothing stands for a missing cell."""
        if self._fill(j) is not None or (self.known is None and self.missing in FILLS):
            return
        found = f"found {shown(text)}, a missing cell" if text else "found an empty cell"
        if self.known is not None:
            mend = "the training had none here; fill it in, or leave the row out"
        else:
            ways = " or ".join(option("missing", how) for how in FILLS)
            mend = (
                f"{option('missing', 'drop')} leaves such rows out, {ways} fills them in, "
                f"{self._drop(j)} leaves the column out"
            )
        raise self._error(line, j, f"{found}; {mend}")

    # ------------------------------------------------------------------------ cells

    def _raw(self, line: int, j: int, text: str) -> float:
        """The raw number of a cell that is there."""
        if self.known is not None:
            return self._as_in_training(self.known, line, j, text)
        if j in self.codes:
            return self._code(line, j, text)
        if self.numerals.reads(text):
            self.are_numbers.add(j)
            return self._number(line, j, text)
        if j in self.are_numbers:
            complaint = (wrong_cell(text, self.numerals) or "").removesuffix(", expected a number")
            raise self._error(
                line,
                j,
                f"{complaint}, expected a number as in the rows before; mend the cell, or "
                f"{self._text(j)} takes all of them as texts, {self._drop(j)} leaves them out",
            )
        self.codes[j] = {}
        return self._code(line, j, text)

    def _as_in_training(self, known: Columns, line: int, j: int, text: str) -> float:
        column = known.columns[j]
        if column.categories is None:
            return self._number(line, j, text)
        try:
            return known.code(Column(None, column.categories), text)
        except DataError as error:
            raise self._error(line, j, str(error).removeprefix("a column: ")) from error

    def _number(self, line: int, j: int, text: str) -> float:
        if complaint := wrong_cell(text, self.numerals):
            raise self._error(line, j, complaint)
        return self.numerals.value(text)

    def _code(self, line: int, j: int, text: str) -> float:
        """The number of a text, in the order in which they came."""
        codes = self.codes[j]
        if text in codes:
            return codes[text]
        if j not in self.named and self.numerals.reads(text):
            raise self._error(
                line,
                j,
                f"found the number {shown(text)} in a column of texts such as "
                f"{shown(next(iter(codes)))}; mend the cell, or {self._text(j)} takes it as a "
                f"text, {self._drop(j)} leaves the column out",
            )
        self.letters += len(text)
        if len(codes) >= MOST_CATEGORIES or self.letters > MOST_LETTERS:
            raise self._error(
                line, j, f"more than {len(codes):,} different texts; {self._drop(j)} leaves it out"
            )
        return codes.setdefault(text, float(len(codes)))

    # ----------------------------------------------------------------------- the end

    def finish(self, notes: list[str]) -> tuple[RowSource, Columns | None]:
        """The rows as inputs, and their columns where some are more than plain numbers."""
        width = len(self.layout.features)
        if self.known is not None:
            raw = self.numbers.rows(width)
            return (raw, None) if self.known.plain else (self.known.transform(raw), self.known)
        if self.dropped:
            notes.append(f"{self.dropped:,} rows with a missing cell are left out")
        if not self.codes and not self.gaps:
            return self.numbers.rows(width), None
        names = self.layout.feature_names or (None,) * width
        columns = Columns([Column(name, self._sorted(j)) for j, name in enumerate(names)])
        raw = self.numbers.rows(width)
        if self.codes:
            texts = ", ".join(self._told(j, columns.columns[j]) for j in sorted(self.codes))
            notes.append(
                f"{texts}: texts, an input for each; {option('drop', 'COL')} leaves one out"
            )
        if self.gaps:
            columns = columns.fit(raw, self.missing)
            cells, count = self.gaps.total(), len(self.gaps)
            places = f"{cells:,} missing cells in {count} column{'s' if count > 1 else ''}"
            notes.append(f"{places} are filled in with the {self.missing}{self._of_texts()}")
        return columns.transform(raw), columns

    def _of_texts(self) -> str:
        return ", of texts the most frequent one" if self.codes.keys() & self.gaps.keys() else ""

    def _sorted(self, j: int) -> list[str] | None:
        """The categories of a column of texts, sorted, and its cells renumbered so."""
        codes = self.codes.get(j)
        if codes is None:
            return None
        many = len(codes) > MOST_UNASKED or (self.rows >= FEW_ROWS and 2 * len(codes) > self.rows)
        if many and j not in self.named:
            raise self._error(
                None,
                j,
                f"{len(codes):,} different texts in {self.rows:,} rows, {listed(codes, 3)}: are "
                f"these names? {self._drop(j)} leaves the column out, {self._text(j)} takes it",
            )
        ordered = sorted(codes)
        rank = {codes[text]: float(k) for k, text in enumerate(ordered)}
        self.numbers.renumber(j, len(self.layout.features), rank)
        return ordered

    def _told(self, j: int, column: Column) -> str:
        name = self.layout.title(self.layout.features[j])
        return f"{name} ({', '.join(map(shown, (column.categories or ())[:5]))}{', …' if column.width > 5 else ''})"

    def _error(self, line: int | None, j: int, message: str) -> DataFileError:
        return self.layout.error(line, self.layout.features[j], message)

    def _drop(self, j: int) -> str:
        return option("drop", [self.layout.called(self.layout.features[j])])

    def _text(self, j: int) -> str:
        return option("text", [self.layout.called(self.layout.features[j])])
