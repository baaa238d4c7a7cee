"""Other kinds of files, known by their first bytes, each with the way to a CSV file.

The numbers at the start of a file are those of the formats' own specifications.
"""

from purenn.data.messages import DataFileError

__all__ = ["check_is_text"]

ENOUGH = 4096  # bytes of the start in which a kind shows itself

AS_CSV = "open it there and save it as a CSV file"
PANDAS = "with pandas: pandas.{}({!r}).to_csv('table.csv', index=False)"
PICKLE = "write the table as CSV in the program that made it"
UNPACK = "unpack it and give the CSV file that is in it"
MARKS = {  # how a file begins: what it is, and the mend
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Excel workbook (.xls)", AS_CSV),
    b"PAR1": ("a Parquet file", PANDAS.format("read_parquet", "table.parquet")),
    b"ARROW1": ("an Arrow file (Feather)", PANDAS.format("read_feather", "table.feather")),
    b"FEA1": ("a Feather file", PANDAS.format("read_feather", "table.feather")),
    b"ORC": ("an ORC file", PANDAS.format("read_orc", "table.orc")),
    b"SQLite format 3\0": (
        "an SQLite database",
        "write a table of it as CSV: sqlite3 -header -csv FILE 'select * from TABLE'",
    ),
    b"\x89HDF\r\n\x1a\n": ("an HDF5 file", PANDAS.format("read_hdf", "table.h5")),
    b"<stata_dta>": ("a Stata file", PANDAS.format("read_stata", "table.dta")),
    b"$FL2": ("an SPSS file", PANDAS.format("read_spss", "table.sav")),
    b"\x93NUMPY": ("a NumPy file", "write it with numpy.savetxt(..., delimiter=',')"),
    **{bytes((0x80, k)): ("a Python pickle", PICKLE) for k in (2, 3, 4, 5)},
    b"\0\0\x08": ("an IDX file", "give the folder that holds it and its labels"),
    b"%PDF-": ("a PDF file", "copy the table into a spreadsheet and save it as CSV"),
    b"{\\rtf": ("an RTF document", "copy the table into a spreadsheet and save it as CSV"),
    b"\x89PNG": ("a PNG image", "a row of numbers for each image is needed"),
    b"\xff\xd8\xff": ("a JPEG image", "a row of numbers for each image is needed"),
    b"GIF8": ("a GIF image", "a row of numbers for each image is needed"),
    **{b"BZh%d1AY&SY" % k: ("a bzip2 file", "unpack it with bunzip2") for k in range(1, 10)},
    b"\xfd7zXZ\0": ("an xz file", "unpack it with unxz"),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file", "unpack it with unzstd"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", UNPACK),
    b"\x1f\x8b": ("a gzip file in a gzip file", "unpack it once with gunzip"),
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file: git lfs pull"),
    b"@relation": ("an ARFF file", "take the lines below @data, with a header of your own"),
}
ZIPPED = {  # what stands in a ZIP archive of this kind: what it is, and the mend
    b"xl/": ("an Excel workbook (.xlsx)", AS_CSV),
    b"application/vnd.oasis.opendocument.spreadsheet": ("an OpenDocument table (.ods)", AS_CSV),
    b"Index/Document.iwa": ("a table of Numbers", "export it there as CSV"),
    b"word/": ("a Word document (.docx)", "copy the table into a spreadsheet and save it as CSV"),
    b"[Content_Types].xml": ("an Excel workbook (.xlsx)", AS_CSV),
    b".npy": ("a NumPy archive (.npz)", "write its arrays with numpy.savetxt(..., delimiter=',')"),
}
TEXTS = {  # how a text begins, in small letters
    b"<!doctype html": ("an HTML page", "was a page with an error downloaded, not the file?"),
    b"<html": ("an HTML page", "was a page with an error downloaded, not the file?"),
    b"<table": ("an HTML table", "open it in a spreadsheet and save it as a CSV file"),
    b"<?xml": ("an XML file", "open it in a spreadsheet and save it as a CSV file"),
}
JSON = ("JSON", "with pandas: pandas.read_json('table.json').to_csv('table.csv', index=False)")


def check_is_text(start: bytes, path: str) -> None:
    """DataFileError if a file that begins with these bytes is of a kind that is no CSV file."""
    kind = _kind(start[:ENOUGH])
    if kind is not None:
        what, mend = kind
        raise DataFileError(path, f"this is {what}, expected a CSV file; {mend}")


def _kind(start: bytes) -> tuple[str, str] | None:
    """What it is and the mend; None for what may be a CSV file."""
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = (kind for mark, kind in ZIPPED.items() if mark in start)
        return next(found, ("a ZIP archive", UNPACK))
    for mark, kind in MARKS.items():
        if start.startswith(mark) and not _is_word(start, mark):
            return kind
    if start[257:262] == b"ustar":
        return "a tar archive", UNPACK
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, kind in TEXTS.items():
        if text.startswith(mark):
            return kind
    return JSON if _is_json(text) else None


def _is_word(start: bytes, mark: bytes) -> bool:
    """Whether the mark is no more than the start of a column's name: "ORC,a,b", "par1"."""
    rest = start[len(mark) : len(mark) + 16]
    return mark.isalnum() and len(mark) < 7 and rest.isascii() and b"\0" not in rest


def _is_json(text: bytes) -> bool:
    """An object, or a list of objects, lists or texts."""
    if text.startswith(b"{"):
        return text[1:].lstrip().startswith((b'"', b"}"))
    return text.startswith(b"[") and text[1:].lstrip().startswith((b"{", b"[", b'"'))
