"""Files of other kinds are named for what they are, with the way to a CSV file."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest

from purenn.data import DataFileError, read_csv, read_csv_features


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,x\n")
    return packed.getvalue()


def a_tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("data.csv"))
    return packed.getvalue()


def a_database(folder: Path) -> bytes:
    connection = sqlite3.connect(folder / "db")
    connection.execute("create table t (a)")
    connection.commit()
    connection.close()
    return (folder / "db").read_bytes()


KINDS = [
    (zipped("data.csv"), "this is a ZIP archive, expected a CSV file; unpack it"),
    (zipped(), "this is a ZIP archive"),
    (
        zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
        "this is an Excel workbook (.xlsx), expected a CSV file; open it there and save it as",
    ),
    (zipped("[Content_Types].xml", "word/document.xml"), "this is a Word document"),
    (zipped("arr_0.npy"), "this is a NumPy archive (.npz)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "this is an old Excel workbook (.xls)"),
    (
        b"PAR1\x15\x04\x15\x00\x4c" + bytes(9),
        "this is a Parquet file, expected a CSV file; with pan",
    ),
    (b"ARROW1\0\0\xff\xff\xff\xff", "this is an Arrow file"),
    (b"\x89HDF\r\n\x1a\n" + bytes(9), "this is an HDF5 file"),
    (b"\x93NUMPY\x01\x00", "this is a NumPy file"),
    (pickle.dumps([1, 2]), "this is a Python pickle"),
    (bz2.compress(b"a,b\n1,x\n"), "this is a bzip2 file, expected a CSV file; unpack it with bunz"),
    (lzma.compress(b"a,b\n1,x\n"), "this is an xz file"),
    (b"\0\0\x08\x03" + bytes(12), "this is an IDX file"),
    (a_tar(), "this is a tar archive"),
    (b"%PDF-1.7\n", "this is a PDF file"),
    (
        b"<!DOCTYPE html>\n<html>",
        "this is an HTML page, expected a CSV file; was a page with an er",
    ),
    (b"\xef\xbb\xbf\n <HTML lang=en>", "this is an HTML page"),
    (b"<?xml version='1.0'?><a/>", "this is an XML file"),
    (json.dumps([{"a": 1}]).encode(), "this is JSON, expected a CSV file"),
    (json.dumps({"a": [1, 2]}, indent=1).encode(), "this is JSON"),
    (b'{"a": 1}\n{"a": 2}\n', "this is JSON"),
    (b"version https://git-lfs.github.com/spec/v1\n", "this is a pointer of Git LFS"),
    (gzip.compress(b"a,b\n1,x\n"), "this is a gzip file in a gzip file"),
    (
        "a,b\n1,x\n".encode("utf-16"),
        "found UTF-16 text, expected UTF-8; save the file as UTF-8 (in",
    ),
]


@pytest.mark.parametrize(("content", "message"), KINDS, ids=range(len(KINDS)))
def test_a_file_of_another_kind(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "data.csv"
    for packed in (content, gzip.compress(content)):
        if packed is content and content[:2] == b"\x1f\x8b":
            continue
        path.write_bytes(packed)
        for read in (read_csv, read_csv_features):
            with pytest.raises(DataFileError) as caught:
                read(path)
            assert message in str(caught.value)


def test_a_database(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(a_database(tmp_path))
    with pytest.raises(DataFileError, match=r"this is an SQLite database.*sqlite3 -header -csv"):
        read_csv(path)


@pytest.mark.parametrize(
    "name", ["PAR1", "ORC", "FEA1", "ARROW1", "GIF8", "BZh", "{a}", "[b]", "PK"]
)
def test_names_of_columns_that_begin_like_a_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(f"{name},kind\n1,x\n2,y\n")
    assert read_csv(path).feature_names == (name,)
