"""How the cells of a CSV file are told apart: by which delimiter, and how decimals are written.

It is found from the first lines, before any number is kept. A delimiter fits where it gives
every line the same number of cells, each of them a number or a plain word: `1,5;2` is split at
the semicolon, since a comma would leave the cell `5;2`. Excel's first line `sep=;` is obeyed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from purenn.checks import short
from purenn.data.csv_numbers import Numerals, is_number, seems_grouped, two_readings
from purenn.data.messages import DataFileError, option, shown
from purenn.errors import ArgumentError

__all__ = ["Dialect", "checked_dialect", "find_dialect"]

DELIMITERS = ",;\t|"  # and runs of spaces, where none of these fits
NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "space": " "}
MOST_LETTERS = 2**18  # of the first lines that are looked at
MOST_CELLS = 4_000
THOUSANDS = (",", ".", "'", " ", "_", "\u2019", "\u00a0", "\u202f")


class Dialect(NamedTuple):
    """How a file writes its cells; None: to be found from the file."""

    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    comment: str | None = None  # lines that begin with it are passed over
    skips_spaces: bool = True  # before a cell, so that a quote may follow them
    first_line: int = 1  # 2 after a line `sep=;`

    @property
    def numerals(self) -> Numerals:
        """How the numbers are written."""
        return Numerals(self.decimal or ".", self.thousands)


def checked_dialect(
    delimiter: object = None,
    decimal: object = None,
    thousands: object = None,
    comment: object = None,
) -> Dialect:
    """The arguments; ArgumentError for what no file could be written with."""
    if isinstance(delimiter, str):
        delimiter = NAMES.get(delimiter, delimiter)
    if not (delimiter is None or _is_mark(delimiter)):
        raise ArgumentError(
            f"delimiter is {short(delimiter)}, must be one character such as ',' or ';', or None"
        )
    if decimal not in (None, ".", ","):
        raise ArgumentError(f"decimal is {short(decimal)}, must be '.', ',' or None")
    if thousands not in (None, *THOUSANDS):
        raise ArgumentError(
            f"thousands is {short(thousands)}, must be ',', '.', ' ', \"'\", '_' or None"
        )
    if decimal is None and thousands in (",", "."):
        decimal = "." if thousands == "," else ","
    if thousands is not None and thousands == decimal:
        raise ArgumentError(f"decimal and thousands are both {short(decimal)}, must differ")
    if not (
        comment is None or (isinstance(comment, str) and comment.strip() and "\n" not in comment)
    ):
        raise ArgumentError(f"comment is {short(comment)}, must be a text such as '#', or None")
    return Dialect(delimiter, decimal, thousands, comment)  # type: ignore[arg-type]


def _is_mark(delimiter: object) -> bool:
    return isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in '\r\n"\0'


def find_dialect(head: Sequence[bytes], asked: Dialect, path: str, notes: list[str]) -> Dialect:
    """What was asked for, and the rest as the first lines of the file show it."""
    lines = _texts(head)
    told = _sep_line(lines[0]) if lines else None
    if told is not None:
        asked = asked._replace(first_line=2)
        lines = lines[1:]
        if asked.delimiter is None:
            asked = asked._replace(delimiter=told)
            notes.append(
                f"cells are split at {_called(told)}, as line 1 of the file says; "
                f"{option('delimiter', ';' if told == ',' else ',')} says otherwise"
            )
    if asked.comment is not None:
        lines = [line for line in lines if not line.startswith(asked.comment)]
    if asked.delimiter is None:
        asked = asked._replace(delimiter=_find_delimiter(lines, path, notes))
    records = _parsed(lines, asked.delimiter or ",")
    _check_quotes(records, path)
    asked = asked._replace(skips_spaces=_needs_skipping(records, asked.delimiter))
    if asked.decimal is None:
        found = "." if asked.delimiter == "," else _find_decimal(records, path, asked, notes)
        asked = asked._replace(decimal=found)
    return asked


def _texts(head: Sequence[bytes]) -> list[str]:
    """The first lines as text, no more than is needed to judge them."""
    lines: list[str] = []
    letters = 0
    for raw in head:
        text = raw[: MOST_LETTERS - letters].decode("utf-8", "replace")
        lines.append(text.removeprefix("\ufeff") if not lines else text)
        letters += len(raw)
        if letters >= MOST_LETTERS:
            break
    return lines


def _sep_line(line: str) -> str | None:
    """The delimiter that a first line such as `sep=;` names."""
    text = line.strip("\r\n").strip('"')
    if text[:4].lower() != "sep=":
        return None
    mark = NAMES.get(text[4:], text[4:])
    return mark if _is_mark(mark) else None


def _called(delimiter: str) -> str:
    return {"\t": "tabs", " ": "spaces"}.get(delimiter, shown(delimiter))


# ------------------------------------------------------------------------ the delimiter


def _find_delimiter(lines: Sequence[str], path: str, notes: list[str]) -> str:
    """The delimiter that fits best; a file of one column has none, and commas will do."""
    text = "".join(lines)
    present = [mark for mark in DELIMITERS if mark in text]
    scores = {mark: _score(_parsed(lines, mark), mark) for mark in present}
    fitting = {mark: score for mark, score in scores.items() if score > 0}
    if present == [","] and fitting.get(",", 0) == 1:
        return ","
    if max(fitting.values(), default=0) < 1 and _fits_spaces(lines):
        fitting = {" ": 1.0}
    if not fitting:
        return ","
    best = max(fitting, key=fitting.__getitem__)
    equal = [mark for mark in fitting if fitting[mark] == fitting[best]]
    if len(equal) > 1:
        ways = " or ".join(option("delimiter", mark) for mark in equal)
        marks = " and at ".join(map(_called, equal))
        raise DataFileError(path, f"the lines can be split at {marks}; pass {ways}", line=1)
    if best != "," or len(fitting) > 1:
        others = [mark for mark in fitting if mark != best] or [","]
        other = option("delimiter", others[0])
        notes.append(
            f"cells are split at {_called(best)}, as the first lines show; {other} says otherwise"
        )
    return best


def _parsed(lines: Iterable[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records: line and cells; none after one that this delimiter cannot read."""
    import csv  # here: `import purenn.data` stays cheap

    records: list[tuple[int, list[str]]] = []
    spaces = delimiter == " "
    reader = csv.reader(
        (line.strip() if spaces else line for line in lines),
        delimiter=delimiter, skipinitialspace=spaces, strict=True,
    )  # fmt: skip
    cells = 0
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append((reader.line_num, record))
                cells += len(record)
            if cells > MOST_CELLS and len(records) > 1:
                break
    except csv.Error:
        pass
    return records


def _score(records: Sequence[tuple[int, list[str]]], delimiter: str) -> float:
    """The share of cells that are as this delimiter would leave them; 0 if it splits nothing."""
    sizes = Counter(len(cells) for _, cells in records)
    usual = sizes.most_common(1)[0][0] if sizes else 1
    if usual < 2 or len(records[0][1]) < 2:
        return 0.0
    plain = sum(
        _is_plain(cell, delimiter) for _, cells in records if len(cells) == usual for cell in cells
    )
    return plain / sum(len(cells) for _, cells in records)


def _is_plain(cell: str, delimiter: str) -> bool:
    """A number, or a word in which no other delimiter stands."""
    text = cell.strip()
    if is_number(text) or (delimiter != "," and EUROPEAN.reads(text)):
        return True
    if any(mark in text for mark in DELIMITERS if mark != delimiter):
        return False
    parts = text.split()
    return len(parts) < 2 or not all(map(is_number, parts))


def _fits_spaces(lines: Sequence[str]) -> bool:
    """Runs of spaces split all lines alike, and some column has numbers only below its name."""
    records = [cells for _, cells in _parsed(lines, " ")]
    if not records or len(records[0]) < 2 or len({len(cells) for cells in records}) > 1:
        return False
    below = records[1:] or records
    return any(all(_is_any_number(cell) for cell in column) for column in zip(*below, strict=True))


def _is_any_number(cell: str) -> bool:
    return is_number(cell) or EUROPEAN.reads(cell)


def _needs_skipping(records: Iterable[tuple[int, list[str]]], delimiter: str | None) -> bool:
    """Whether spaces stand between delimiters and quotes, as in `1, "a, b"`."""
    return delimiter == " " or any(
        cell.startswith(" ") and cell.lstrip().startswith('"')
        for _, cells in records
        for cell in cells
    )


def _check_quotes(records: Iterable[tuple[int, list[str]]], path: str) -> None:
    """DataFileError for cells in single quotes, and for marks behind a backslash: not read here."""
    for line, cells in records:
        for place, cell in enumerate(cells):
            text = cell.strip()
            if len(text) > 1 and text[0] == text[-1] == "'":
                message = f"found {shown(text)} in single quotes, expected double quotes or none"
                raise DataFileError(path, message, line=line, column=place + 1)
            if text.endswith("\\") and place + 1 < len(cells):
                message = f"found {shown(text)}, a backslash before the next cell; put a cell "
                message += "that holds a delimiter in double quotes, and take the backslash away"
                raise DataFileError(path, message, line=line, column=place + 1)


# -------------------------------------------------------------------------- the decimals

EUROPEAN = Numerals(",", None)


def _find_decimal(
    records: Iterable[tuple[int, list[str]]], path: str, asked: Dialect, notes: list[str]
) -> str:
    """A comma if numbers are written with one, a point else."""
    grouped: tuple[int, str] | None = None
    pointed: list[str] = []
    for line, cells in records:
        for cell in cells:
            text = cell.strip()
            if "." in text and is_number(text):
                pointed.append(text)
            if "," not in text or not EUROPEAN.reads(text):
                continue
            if not seems_grouped(text, ","):
                notes.append(
                    f"decimals are written with a comma, as in {shown(text)}; "
                    f"{option('decimal', '.')} says otherwise"
                )
                return ","
            grouped = grouped or (line, text)
    if grouped is not None and asked.thousands is None:
        line, text = grouped
        raise DataFileError(path, two_readings(text), line=line)
    if pointed and asked.delimiter == ";" and all(seems_grouped(text, ".") for text in pointed):
        text = pointed[0]
        ways = f"{option('decimal', ',')} and {option('thousands', '.')}"
        notes.append(f"{text} is read as a small number; {ways} read it as {text.replace('.', '')}")
    return "."
