"""From the bytes of a CSV file to records: (line, cells), with no more than one in memory.

The text must be UTF-8 (a byte-order mark is dropped). Quoting follows RFC 4180, read by the
standard library's csv module in its strict mode. Blank lines are passed over. A record may
go on over many lines, where quoted cells hold line ends; it has no more bytes than a line.
"""

from collections.abc import Iterator
from typing import BinaryIO

from purenn.checks import short
from purenn.data.messages import DataFileError
from purenn.errors import ArgumentError

__all__ = ["Record", "checked_delimiter", "read_records"]

Record = tuple[int, list[str]]  # the line where it starts, counted from 1, and its cells

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


def checked_delimiter(delimiter: str) -> str:
    """The one character between cells."""
    if isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in '\r\n" \0':
        return delimiter
    raise ArgumentError(
        f"delimiter is {short(delimiter)}, must be one character such as ',' or ';'"
    )


def read_records(stream: BinaryIO, path: str, delimiter: str = ",") -> Iterator[Record]:
    """The records of a CSV file, one after the other; DataFileError says where it is damaged."""
    import csv  # here: `import purenn.data` stays cheap

    extent = _Extent()
    lines = _lines(stream, path, delimiter, extent)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    last = blank = 0  # line of the last record, and bytes of the blank lines since then
    while True:
        extent.start, extent.bytes = reader.line_num + 1, 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataFileError(path, _meaning(str(error)), line=extent.start) from error
        if cells and (len(cells) > 1 or cells[0].strip()):
            last, blank = reader.line_num, 0
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


def _lines(stream: BinaryIO, path: str, delimiter: str, extent: _Extent) -> Iterator[str]:
    """The lines as text, each checked as it comes."""
    number = 1
    while raw := stream.readline(LONGEST_LINE + 1):
        if number == 1:
            raw = _without_mark(raw, path)
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
            yield raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _undecodable(raw, path, number, delimiter, error) from error
        number += 1


def _without_mark(raw: bytes, path: str) -> bytes:
    """The first line without UTF-8's byte-order mark; the mark of another encoding is an error."""
    for mark, encoding in OTHER_MARKS.items():
        if raw.startswith(mark):
            raise DataFileError(path, _save_as_utf8(encoding), line=1)
    return raw.removeprefix(UTF8_MARK)


def _save_as_utf8(encoding: str) -> str:
    return f"found {encoding} text, expected UTF-8; save the file as UTF-8"


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
