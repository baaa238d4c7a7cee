"""From the bytes of a CSV file to records: (line, cells), with no more than one in memory.

The text must be UTF-8 (a byte-order mark is dropped). Quoting follows RFC 4180, read by the
standard library's csv module in its strict mode. Blank lines are passed over; `""` in a file
of one column is a cell that lacks its value, as csv.writer and pandas write it. A record may go
on over many lines, where quoted cells hold line ends; it has no more bytes than a line.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, TypeVar

from purenn.data.csv_dialect import Dialect, find_dialect
from purenn.data.formats import check_is_text
from purenn.data.messages import DataFileError

__all__ = ["Record", "open_records", "read_records", "read_sample"]

T = TypeVar("T")
Record = tuple[int, list[str]]  # the line where it starts, counted from 1, and its cells

HEAD_LINES = 200  # and bytes: what is looked at to find the dialect
HEAD_BYTES = 2**18
SAMPLE_ROWS = 100  # and cells: what is looked at to find the layout
SAMPLE_CELLS = 20_000
LONGEST_LINE = 16 * 2**20  # bytes; 100,000 columns of 160 characters fit
MOST_LINES = 2**20  # of a record, and of blank ones between two
TOO_FAR = f"more than {LONGEST_LINE:,} bytes or {MOST_LINES:,} lines"
UTF8_MARK = b"\xef\xbb\xbf"
OTHER_MARKS = {  # the longer ones first: UTF-32 starts like UTF-16
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
MENDS = {  # what the csv module says, and what it means to the reader of the message
    "unexpected end of data": "a quoted cell that starts here is never closed; add the quote",
    "field larger than": "a cell is too long; is a quote left open, or is this no CSV file?",
    "expected after": "text follows a closing quote; write a quote inside a cell twice",
    "new-line character": "a carriage return inside the line; end lines with LF or CR LF",
}


def open_records(
    stream: BinaryIO, path: str, asked: Dialect, notes: list[str]
) -> tuple[Dialect, Iterator[Record]]:
    """The dialect of a file, found from its first lines, and its records.

    notes: what was found and not asked for is added here, a sentence each.
    """
    lines = iter(lambda: stream.readline(LONGEST_LINE + 1), b"")
    head: list[bytes] = []
    size = 0
    for raw in lines:
        head.append(raw)
        size += len(raw)
        if len(head) >= HEAD_LINES or size >= HEAD_BYTES:
            break
    _check_marks(head, path)
    dialect = find_dialect(head, asked, path, notes)
    return dialect, read_records(chain(_emptied(head[::-1]), lines), path, dialect)


def read_sample(records: Iterator[Record]) -> tuple[list[Record], Iterator[Record]]:
    """Some of the first records to look at, and all of them once more.

    A record that is damaged raises its error when it is reached the second time.
    """
    sample: list[Record] = []
    cells = letters = 0
    failed: Iterator[Record] = iter(())
    try:
        for record in records:
            sample.append(record)
            cells += len(record[1])
            letters += sum(map(len, record[1]))
            full = cells > SAMPLE_CELLS or letters > HEAD_BYTES
            if len(sample) > SAMPLE_ROWS or (full and len(sample) > 1):
                break
    except DataFileError as error:
        if not sample:
            raise
        failed = _raise(error)
    again = list(reversed(sample))
    return sample, chain(_emptied(again), failed, records)


def _raise(error: DataFileError) -> Iterator[Record]:
    raise error
    yield  # a generator: the error comes when this is asked for


def _emptied(backwards: list[T]) -> Iterator[T]:
    """What a list holds, from its end, each let go as soon as it is taken."""
    while backwards:
        yield backwards.pop()


def _check_marks(head: list[bytes], path: str) -> None:
    """DataFileError for what its first bytes show to be no CSV file, or in another encoding."""
    start = b"".join(line[:HEAD_BYTES] for line in head)[:HEAD_BYTES]
    for mark, encoding in OTHER_MARKS.items():
        if start.startswith(mark):
            raise DataFileError(path, _save_as_utf8(encoding), line=1)
    check_is_text(start, path)


def read_records(lines: Iterable[bytes], path: str, dialect: Dialect) -> Iterator[Record]:
    """The records of a CSV file, one after the other; DataFileError says where it is damaged."""
    import csv  # here: `import purenn.data` stays cheap

    extent, delimiter = _Extent(), dialect.delimiter or ","
    texts = _texts(lines, path, dialect, extent)
    skips = dialect.skips_spaces
    reader = csv.reader(texts, delimiter=delimiter, skipinitialspace=skips, strict=True)
    last = blank = 0  # line of the last record, and bytes of the blank lines since then
    single = False  # that record had one cell
    while True:
        extent.start, extent.bytes = reader.line_num + 1, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataFileError(path, _meaning(str(error)), line=extent.start) from error
        gap = cells == [""] and single  # quotes with nothing in them
        if cells and (len(cells) > 1 or cells[0].strip() or gap):
            last, blank, single = reader.line_num, 0, len(cells) == 1
            yield extent.start, cells
            continue
        blank += extent.bytes
        if blank > LONGEST_LINE or reader.line_num - last > MOST_LINES:
            message = f"{TOO_FAR} up to here are blank; is this a CSV file?"
            raise DataFileError(path, message, line=reader.line_num)


def _meaning(complaint: str) -> str:
    """The csv module's words, with what they mean."""
    for words, mend in MENDS.items():
        if words in complaint:
            return f"{mend} ({complaint})"
    return f"not a CSV record ({complaint})"


class _Extent:
    """Where the record that is read starts, and how many bytes it has so far."""

    __slots__ = ("bytes", "start")

    def __init__(self) -> None:
        self.start, self.bytes = 1, 0


def _texts(lines: Iterable[bytes], path: str, dialect: Dialect, extent: _Extent) -> Iterator[str]:
    """The lines as text, each checked as it comes; those that are passed over are blank."""
    comment, delimiter = dialect.comment, dialect.delimiter or ","
    for number, raw in enumerate(lines, 1):
        if number == 1:
            raw = raw.removeprefix(UTF8_MARK)
        if len(raw) > LONGEST_LINE:
            message = f"longer than {LONGEST_LINE:,} bytes; is this a CSV file with line ends?"
            raise DataFileError(path, message, line=number)
        extent.bytes += len(raw)
        if extent.bytes > LONGEST_LINE or number - extent.start >= MOST_LINES:
            message = f"the row that starts here goes on over {TOO_FAR}; is a quote left open?"
            raise DataFileError(path, message, line=extent.start)
        if b"\0" in raw:
            raise _nul(raw, path, number, delimiter)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _undecodable(raw, path, number, delimiter, error) from error
        starts = number == extent.start  # a record, and does not go on with one
        if number < dialect.first_line or (comment and starts and text.startswith(comment)):
            text = "\n"
        yield text.rstrip(" \r\n") + "\n" if delimiter == " " else text


def _save_as_utf8(encoding: str) -> str:
    way = "in Excel: Save As, CSV UTF-8 (Comma delimited)"
    return f"found {encoding} text, expected UTF-8; save the file as UTF-8 ({way})"


def _nul(raw: bytes, path: str, line: int, delimiter: str) -> DataFileError:
    """A NUL byte: every second one means UTF-16 without a mark, else the file is no text."""
    start = raw[:64]
    if start.count(0) * 3 > len(start) and any(start):
        return DataFileError(path, _save_as_utf8("UTF-16"), line=line)
    place = raw.index(0)
    message = (
        f"found a NUL byte (byte {place + 1} of the line), expected text; is the file damaged?"
    )
    return DataFileError(path, message, line=line, column=_column(raw[:place], delimiter))


def _undecodable(
    raw: bytes, path: str, line: int, delimiter: str, error: UnicodeDecodeError
) -> DataFileError:
    """A byte that UTF-8 does not allow: most often a file in Latin-1 or a Windows code page."""
    found = f"found byte 0x{raw[error.start]:02X} (byte {error.start + 1} of the line)"
    message = f"{found}, which is not UTF-8; save the file as UTF-8"
    return DataFileError(path, message, line=line, column=_column(raw[: error.start], delimiter))


def _column(before: bytes, delimiter: str) -> int | None:
    """In which column a line goes wrong, from the bytes before that place."""
    import csv

    text = before.decode("latin-1").replace("\r", " ")
    try:
        cells = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return None
    return max(1, len(cells))
