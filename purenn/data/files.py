"""Opening a data file: plain or gzip by its first bytes, each failure as a DataFileError.

A file is known by what it holds, not by what it is called: many copies of MNIST are named
`.gz` and were unpacked on the way, or the other way round.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOBase
from typing import Any, BinaryIO, cast

from purenn.checks import short
from purenn.data.messages import DataFileError, StrPath
from purenn.errors import ArgumentError

__all__ = ["Source", "checked_path", "name_of", "open_bytes"]

Source = StrPath | BinaryIO  # a path, or a stream of bytes that is open: standard input
GZIP_MAGIC = b"\x1f\x8b"


def checked_path(path: StrPath) -> str:
    """The path as text; a number is refused, because `open` would take it for an open file."""
    if isinstance(path, (str, os.PathLike)):
        text = os.fspath(path)
        if isinstance(text, str):
            return text
    raise ArgumentError(f"path is {short(path)}, must be a str or a pathlib.Path")


def name_of(source: Source) -> str:
    """What a file is called in messages: its path; a stream that has none is standard input."""
    if not hasattr(source, "read"):
        return checked_path(source)
    if isinstance(source, TextIOBase):
        raise ArgumentError(
            "the stream gives text, must give bytes: sys.stdin.buffer, open(.., 'rb')"
        )
    name = getattr(source, "name", None)
    return name if isinstance(name, str) and name != "<stdin>" else "standard input"


@contextmanager
def open_bytes(source: Source) -> Iterator[BinaryIO]:
    """The unpacked bytes of a file, as a stream to read within the `with` block.

    A stream that is open already is read from where it stands, and left open. What the operating
    system or gzip reports while the block reads comes out as DataFileError.
    """
    import zlib  # here and below: `import purenn.data` stays cheap

    name = name_of(source)
    try:
        with _opened(source) as raw:
            yield _unpacked(raw)
    except OSError as error:
        raise DataFileError(name, _reason(name, error)) from error
    except EOFError as error:
        message = "the gzip data ends too early (a cut-off download?); fetch the file again"
        raise DataFileError(name, message) from error
    except zlib.error as error:
        message = f"the gzip data is damaged ({error}); fetch the file again"
        raise DataFileError(name, message) from error
    except ValueError as error:
        if "\0" in name:
            raise DataFileError(name, "a file name cannot hold a NUL character") from error
        if isinstance(error, UnicodeEncodeError):
            raise DataFileError(ascii(name), "no file can have this name") from error
        raise


@contextmanager
def _opened(source: Source) -> Iterator[BufferedReader]:
    """The bytes as they are, in a stream that can show what comes next."""
    if not hasattr(source, "read"):
        with open(source, "rb") as raw:
            yield raw
    elif hasattr(source, "peek"):
        yield cast(BufferedReader, source)
    else:
        buffer = BufferedReader(cast(Any, source))
        try:
            yield buffer
        finally:
            buffer.detach()  # else the stream would be closed with it


def _unpacked(raw: BufferedReader) -> BinaryIO:
    """The stream itself, or one that unpacks it."""
    if raw.peek(2)[:2] != GZIP_MAGIC:
        return raw
    import gzip

    return cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="rb"))


def _reason(name: str, error: OSError) -> str:
    """Why a file cannot be opened or read, and what to do."""
    if isinstance(error, FileNotFoundError):
        folder = os.path.dirname(name) or "."
        if not os.path.isdir(folder):
            return f"there is no such file, nor the folder {folder!r}; check the path"
        return "there is no such file; check the path"
    if isinstance(error, IsADirectoryError) or os.path.isdir(name):
        return "this is a folder, expected a file (read_idx_folder reads a folder of IDX files)"
    if isinstance(error, PermissionError):
        return "no permission to read this file"
    if error.errno is None:  # gzip's own complaint: a wrong check sum, something behind the data
        return f"the gzip data is damaged ({error}); fetch the file again"
    return f"cannot be read ({error.strerror or error})"
