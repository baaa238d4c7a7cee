"""The cells of the features, record by record: numbers, texts of categories, and gaps.

What a column holds is told by its first cell that is not missing: a number or a word. A cell
of the other kind below it is an error: a typo among numbers must not make categories of them.
Texts are kept as the number of their category, gaps as NaN (see purenn.data.columns); as long
as all of them are one of 0, 1, ... 255, a cell takes one byte.
"""

from collections import Counter
from collections.abc import Sequence

from purenn.data.columns import FILLS, MISSING, Column, Columns, EncodedRows, unknown
from purenn.data.csv_layout import Layout
from purenn.data.csv_numbers import NumberStore, Numerals, as_floats, wrong_cell
from purenn.data.messages import DataFileError, listed, option, shown
from purenn.data.rows import RowSource

__all__ = ["CellReader"]

MOST_TOLD = 100  # categories of a column that was told to be one of texts
MOST_ASKED = 1_000  # and of one that the caller says is one
MOST_TEXTS = 10_000  # categories of all columns together
MOST_LETTERS = 2**20  # of all categories together, with the names of their columns
FEW_ROWS = 20  # in which any number of texts may stand
NAN = float("nan")


class Texts:
    """The texts of one column: each that was met, and its number as text.

    learns  whether new ones may come; else they are those of the training
    asked   whether the caller says that it is a column of texts
    line    where the first one was met, and `first` is it
    """

    def __init__(self, codes: dict[str, str], *, learns: bool, asked: bool = False) -> None:
        self.codes, self.learns, self.asked = codes, learns, asked
        self.line, self.first = 0, ""


class CellReader:
    """What the cells of the features become.

    columns  those of the training: its categories, and what fills a gap. None: all are numbers,
             or `learns` tells them from the cells
    missing  what becomes of a row with a gap: "error", "drop", or filled with "mean", "median"
    """

    def __init__(
        self, layout: Layout, columns: Columns | None, missing: str, *, learns: bool
    ) -> None:
        self._layout, self._columns, self._missing = layout, columns, missing
        self._learns = learns
        width = len(layout.features)
        self._undecided = set(range(width)) if learns else set()
        self._texts: dict[int, Texts] = {}
        if columns is not None:
            for j, column in enumerate(columns.columns):
                if column.categories is not None:
                    codes = {text: str(code) for code, text in enumerate(column.categories)}
                    self._texts[j] = Texts(codes, learns=False)
        else:
            for j in (layout.features.index(place) for place in layout.text):
                self._texts[j] = Texts({}, learns=True, asked=True)
                self._undecided.discard(j)
        self._known = self._letters = 0  # categories of all columns, and their letters
        self.gaps, self.unseen = Counter[int](), Counter[int]()  # of each column
        self.dropped = 0
        self.unlabelled = 0
        self._numerals = layout.numerals
        self._store = NumberStore()

    def add(self, line: int, cells: list[str]) -> bool:
        """Keep one row; False if it is left out."""
        if self._undecided:
            return self._add_slowly(line, cells)
        row = self._numerals.row(cells)
        if self._texts:
            row = row.copy()
            for j, texts in self._texts.items():
                code = texts.codes.get(cells[j].strip())
                if code is None:
                    return self._add_slowly(line, cells)
                row[j] = code
        return self._store.add(row) is None or self._add_slowly(line, cells)

    def add_unlabelled(self, line: int, text: str) -> None:
        """Leave out a row without a label; DataFileError if rows are to be filled, not left out."""
        if self._missing == "drop":
            self.unlabelled += 1
            return
        found = f"found {shown(text)} for a missing label" if text.strip() else "found no label"
        mend = f"which cannot be filled in; {option('missing', 'drop')} leaves the row out"
        raise self._layout.error(line, self._layout.label, f"{found}, {mend}")

    def _add_slowly(self, line: int, cells: Sequence[str]) -> bool:
        """The same for a row with a gap, a new text or an error."""
        texts = [cell.strip() for cell in cells]
        gaps = {j for j, text in enumerate(texts) if text in MISSING and not self._knows(j, text)}
        if gaps:
            self.gaps.update(gaps)
            if self._missing == "drop":
                self.dropped += 1
                return False
            self._check_gaps(line, sorted(gaps), cells)
        row = self._numerals.row(texts).copy()
        for j, text in enumerate(texts):
            if j in gaps:
                row[j] = "0"
            elif (known := self._kind(j, text)) is not None:
                row[j] = self._code(j, known, line, text)
        if not gaps:
            wrong = self._store.add(row)
        else:
            numbers = as_floats(row)
            wrong = numbers if isinstance(numbers, int) else None
            if not isinstance(numbers, int):
                for j in gaps:
                    numbers[j] = NAN
                self._store.extend(numbers)
        if wrong is not None:
            raise self._no_number(line, wrong, cells[wrong])
        return True

    def _knows(self, j: int, text: str) -> bool:
        """Whether a text such as "NA" is a category of the training."""
        return j in self._texts and text in self._texts[j].codes

    def _check_gaps(self, line: int, gaps: Sequence[int], cells: Sequence[str]) -> None:
        """DataFileError if these missing cells may not be filled."""
        columns, j = self._columns, gaps[0]
        if columns is not None:
            unfilled = [gap for gap in gaps if columns.columns[gap].fill is None]
            if not unfilled:
                return
            j = unfilled[0]
            mend = "but the training had none; fill it in"
        elif self._missing in FILLS:
            return
        else:
            mend = f"expected {self._kind_of(j)}; fill it in"
            if self._learns:
                ways = f"{option('missing', 'mean')} or {option('missing', 'median')}"
                mend += f", or let {ways} do it; {self._drop(j)}"
        text = cells[j].strip()
        found = f"found {shown(text)} for a missing value" if text else "found an empty cell"
        rows = f"{option('missing', 'drop')} leaves such rows out"
        raise self._error(line, j, f"{found}, {mend}; {rows}")

    def _kind_of(self, j: int) -> str:
        if j in self._undecided:
            return "a number or a word"
        return "a word" if j in self._texts else "a number"

    def _kind(self, j: int, text: str) -> Texts | None:
        """The texts of a column, None if it is one of numbers; its first cell decides."""
        if j not in self._undecided:
            return self._texts.get(j)
        self._undecided.discard(j)
        if self._numerals.reads(text):
            return None
        return self._texts.setdefault(j, Texts({}, learns=True))

    def _code(self, j: int, texts: Texts, line: int, text: str) -> str:
        """The number of a text in this column."""
        code = texts.codes.get(text)
        if code is not None:
            return code
        if not texts.learns:
            return self._unknown(j, line, text)
        if not texts.asked and not _is_word(text, self._numerals):
            raise self._no_word(j, texts, line, text)
        if len(texts.codes) >= (MOST_ASKED if texts.asked else MOST_TOLD):
            raise self._too_many(j, texts, line)
        self._letters += len(text) + len(self._name(j) or "")
        if self._letters > MOST_LETTERS or self._known >= MOST_TEXTS:
            most = f"{MOST_TEXTS:,} different texts, or {MOST_LETTERS:,} letters,"
            message = f"the columns of texts hold more than {most} together; {self._drop(j)}"
            raise self._error(line, j, message)
        if not texts.codes:
            texts.line, texts.first = line, text
        texts.codes[text] = code = str(len(texts.codes))
        self._known += 1
        return code

    def _unknown(self, j: int, line: int, text: str) -> str:
        """A text that the training did not hold."""
        assert self._columns is not None  # noqa: S101 (only columns have fixed texts)
        if self._columns.unseen == "error":
            raise self._error(line, j, unknown(self._columns.columns[j], text))
        self.unseen[j] += 1
        return "-1"

    # ------------------------------------------------------------------------ the end

    def rows(self) -> tuple[RowSource, Columns | None]:
        """What was kept, and how it becomes inputs; None if it is inputs already."""
        width = len(self._layout.features)
        raw: RowSource = self._store.rows(width)
        self.check_some(len(raw))
        if self._columns is not None:
            return EncodedRows(raw, self._columns), self._columns
        if not self._texts and self._missing not in FILLS:
            return raw, None
        columns = Columns([self._column(j, len(raw)) for j in range(width)])
        for j in range(width):
            if self._missing in FILLS and self.gaps[j] == len(raw):
                message = f"found no value in all {len(raw):,} rows; {self._drop(j)}"
                raise self._error(None, j, message)
        columns = columns.fit(raw, self._missing)
        return EncodedRows(raw, columns), columns

    def chunk(self) -> RowSource:
        """The rows that were kept since the last chunk, which may be none."""
        raw = self._store.rows(len(self._layout.features))
        self._store = NumberStore()
        return raw if self._columns is None else EncodedRows(raw, self._columns)

    def check_some(self, rows: int) -> None:
        """DataFileError if no row is left."""
        if not rows:
            raise DataFileError(
                self._layout.path,
                f"each of the {self.dropped + self.unlabelled:,} rows has a missing cell, so that "
                f"{option('missing', 'drop')} leaves out all of them{self._most_gaps()}",
            )

    def _column(self, j: int, rows: int) -> Column:
        """A column that was learned; its texts are sorted now, and renumbered."""
        texts = self._texts.get(j)
        if texts is None:
            return Column(self._name(j))
        known = len(texts.codes)
        if not texts.asked and rows >= FEW_ROWS and 2 * known > rows:
            raise self._too_many(j, texts, None, rows)
        categories = sorted(texts.codes)
        place = {text: number for number, text in enumerate(categories)}
        self._store.renumber(j, len(self._layout.features), [place[text] for text in texts.codes])
        return Column(self._name(j), categories or None)

    def notes(self) -> list[str]:
        """A sentence for each thing that was told from the cells, filled in or left out."""
        notes = [self._told(j, texts) for j, texts in sorted(self._texts.items()) if texts.learns]
        if self.unlabelled:
            notes.append(f"left out {_counted(self.unlabelled, 'row')} without a label")
        if self.dropped:
            mend = f"; {option('missing', 'mean')} fills them in" if self._learns else ""
            rows = _counted(self.dropped, "row")
            notes.append(f"left out {rows} with a missing cell ({self._listed(self.gaps)}){mend}")
        elif self.gaps:
            notes.append(
                f"filled in {_counted(self.gaps.total(), 'missing cell')} "
                f"({self._listed(self.gaps)}) with {self._filling()}; "
                f"{option('missing', 'drop')} leaves such rows out"
            )
        if self.unseen:
            notes.append(
                f"took {_counted(self.unseen.total(), 'text')} that the training did not hold "
                f"({self._listed(self.unseen)}) for none of the known ones"
            )
        return notes

    def _told(self, j: int, texts: Texts) -> str:
        known = sorted(texts.codes)
        if len(known) == 1:
            return (
                f"{self._called(j)} holds {shown(known[0])} wherever it holds something, and so "
                f"tells nothing; {self._drop(j)}"
            )
        what = "is taken as text" if texts.asked else "holds words"
        return (
            f"{self._called(j)} {what}: {len(known)} categories ({listed(known, 5)}), an input "
            f"for each; {self._drop(j)}"
        )

    def _filling(self) -> str:
        """What the gaps were filled with, in words."""
        if self._columns is not None:
            return "what the training says"
        texts = [j in self._texts for j in self.gaps]
        number = "" if all(texts) else f"the {self._missing} of the column"
        return (
            number + " or " * (0 < sum(texts) < len(texts)) + "its most frequent text" * any(texts)
        )

    def _listed(self, counts: Counter[int]) -> str:
        """`'Age' 177, 'Cabin' 687`: the columns with the highest counts."""
        known = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        text = ", ".join(f"{shown(self._reference(j))} {count:,}" for j, count in known[:5])
        return text if len(known) <= 5 else f"{text} and {len(known) - 5:,} more columns"

    def _most_gaps(self) -> str:
        if not self.gaps:
            return ""
        j = max(self.gaps, key=lambda j: (self.gaps[j], -j))
        return f"; most are in {self._called(j)}: {self._drop(j)}"

    # --------------------------------------------------------------------- complaints

    def _error(self, line: int | None, j: int, message: str) -> DataFileError:
        return self._layout.error(line, self._layout.features[j], message)

    def _name(self, j: int) -> str | None:
        names = self._layout.names
        return None if names is None else names[self._layout.features[j]]

    def _reference(self, j: int) -> str | int:
        """How an option names the column: by its name, or its number if that is not enough."""
        names, place = self._layout.names, self._layout.features[j]
        return names[place] if names and names.count(names[place]) == 1 and names[place] else place

    def _called(self, j: int) -> str:
        reference = self._reference(j)
        return f"column {shown(reference)}"

    def _drop(self, j: int) -> str:
        return f"{option('drop', [self._reference(j)])} leaves the column out"

    def _as_text(self, j: int) -> str:
        return f"{option('text', [self._reference(j)])} takes all of the column as text"

    def _no_number(self, line: int, j: int, cell: str) -> DataFileError:
        """A cell that is no number, in a column of numbers."""
        complaint = wrong_cell(cell, self._numerals) or "expected a number"
        if self._learns:
            if _seems_missing(cell):
                complaint += (
                    "; if it stands for a missing value, leave the cell empty and pass "
                    f"{option('missing', 'mean')} or {option('missing', 'drop')}"
                )
            complaint += f"; {self._as_text(j)}, {self._drop(j)}"
        elif self._columns is None and not self._numerals.reads(cell):
            complaint += "; texts are read with the columns of the training"
        return self._error(line, j, complaint)

    def _no_word(self, j: int, texts: Texts, line: int, text: str) -> DataFileError:
        """A number, or something like one, where words are expected."""
        if not texts.codes:
            found = str(wrong_cell(text, self._numerals)).replace(
                "a number", "a number or a word", 1
            )
        else:
            began = f"as the column began with {shown(texts.first)} in line {texts.line}"
            found = f"found {shown(text)}, expected a word, {began}"
        return self._error(line, j, f"{found}; {self._as_text(j)}, {self._drop(j)}")

    def _too_many(
        self, j: int, texts: Texts, line: int | None, rows: int | None = None
    ) -> DataFileError:
        """More different texts than a column of categories has: names or ids, it seems."""
        most = MOST_ASKED if texts.asked else MOST_TOLD
        if rows is not None:
            found = f"found {len(texts.codes):,} different texts in {rows:,} rows"
        else:
            found = f"found more than {most:,} different texts"
        mend = f"; {self._drop(j)}"
        if not texts.asked:
            example = f" (such as {shown(texts.first)})"
            mend = f"{example}; they look like names or ids{mend}, {self._as_text(j)}"
            mend += f" (at most {MOST_ASKED:,})"
        return self._error(line, j, found + mend)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _is_word(text: str, numerals: Numerals) -> bool:
    """A text that nobody takes for a number: not 12%, $3, 1,5 or 2020-01-01."""
    if numerals.reads(text):
        return False
    return any(map(str.isalpha, text)) or not any(map(str.isdigit, text))


def _seems_missing(cell: str) -> bool:
    """Whether a word is what other programs write for a missing value."""
    text = cell.strip().strip("<>()[]#.-*_ ").lower()
    return text in (
        "", "na", "n/a", "n.a", "nan", "null", "nil", "none", "nat", "missing", "unknown",
        "undefined", "not available", "no data",
    )  # fmt: skip
