"""Plain data to JSON text and back; what is read is taken only if nothing about it is doubtful.

Python's json module takes more than the standard (RFC 8259) and keeps quiet about some
of it: NaN, the same key twice, numbers beyond the floats. Here each is an error, with its
place. Writing keeps a list of numbers on one line, so that a row of weights is a line.
"""

from __future__ import annotations

import json
import os
import re

from purenn.checks import is_number, short
from purenn.errors import ArgumentError, DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "LARGEST",
    "at",
    "check_json",
    "check_size",
    "check_text",
    "nesting",
    "parsed",
    "read_text",
    "text_of",
]

LARGEST = 2**29  # bytes: some 25 million weights; nothing larger is read into memory
MOST_LISTS = 2**22  # and dictionaries: an empty one has two bytes here and 64 in memory
DEEPEST = 20  # levels of lists and dictionaries within each other
LONGEST = 400  # digits of a whole number; floats end at 309
WIDTH = 90  # characters of a dictionary that stays on one line
CHUNK = 2**20
SIGNATURES = (  # how files begin that are something else
    (b"\xef\xbb\xbf", "a byte-order mark (EF BB BF); save it as UTF-8 without one"),
    (b"\xff\xfe", "a byte-order mark of UTF-16 (FF FE); save it as UTF-8"),
    (b"\xfe\xff", "a byte-order mark of UTF-16 (FE FF); save it as UTF-8"),
    (b"\x1f\x8b", "the mark of a gzip file (1F 8B); unpack it first"),
    (b"\0", "NUL bytes; this is no text, or what was in it is lost"),
)


# ----------------------------------------------------------------- from file to text


def read_text(path: str | os.PathLike[str], kind: str = "model") -> tuple[str, str]:
    """The name of the file, and its text. A file that cannot be JSON is not read whole.

    kind  what it should be of purenn's, for the messages
    """
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(name, str):
        raise ArgumentError(f"path is {short(path)}, must be a str or a pathlib.Path")
    try:
        data = _bytes(name, kind)
    except OSError as error:
        raise DataError(f"{name}: {_reason(name, error, kind)}") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{name!a}: no file can have this name") from error
    try:
        return name, data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name}, line {line}: the byte {data[error.start]:#04x} (number {error.start:,}) "
            f"is not UTF-8; a {kind} file is, so this one is damaged or something else"
        ) from error


def _bytes(name: str, kind: str) -> bytearray:
    """The bytes of the file; its beginning and its size are looked at first."""
    with open(name, "rb") as file:
        chunk = file.read(64)
        _check_beginning(name, chunk, kind)
        if (size := os.fstat(file.fileno()).st_size) > LARGEST:
            raise DataError(f"{name}: the file has {size:,} bytes, a {kind} at most {LARGEST:,}")
        data = bytearray(chunk)
        while chunk:
            chunk = file.read(CHUNK)
            data += chunk
            if len(data) > LARGEST:  # a pipe, which has no size
                raise DataError(f"{name}: longer than {LARGEST:,} bytes, which no {kind} is")
    return data


def _check_beginning(name: str, beginning: bytes, kind: str) -> None:
    if not beginning:
        raise DataError(f"{name}: the file is empty; expected a purenn {kind}")
    for signature, what in SIGNATURES:
        if beginning.startswith(signature):
            raise DataError(f"{name}: begins with {what}")
    text = beginning.lstrip(b" \t\r\n")
    if text and text[:1] != b"{":
        raise DataError(
            f"{name}: begins with {text[:12]!r}, expected {{; this is not a purenn {kind}"
        )


def _reason(name: str, error: OSError, kind: str) -> str:
    if isinstance(error, FileNotFoundError):
        folder = os.path.dirname(name) or "."
        also = "" if os.path.isdir(folder) else f", nor the folder {folder!r}"
        return f"there is no such file{also}; check the path"
    if isinstance(error, IsADirectoryError) or os.path.isdir(name):
        return f"this is a folder, expected the file of a {kind}"
    if isinstance(error, PermissionError):
        return "no permission to read this file"
    return f"cannot be read ({error.strerror or error})"


# ----------------------------------------------------------------- from text to data


class Refused:
    """Stands in the data for what JSON text can say but no file of purenn holds."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


NO_NUMBERS = {name: Refused(name) for name in ("NaN", "Infinity", "-Infinity")}


def parsed(text: str, name: str, kind: str = "model") -> Any:
    """The data that the text of the file `name` tells of.

    NaN, Infinity and endless whole numbers become Refused, which no check lets pass.
    DataError for a text that is not JSON, for one that is too large (see `check_size`), and
    for a key that stands twice. RecursionError for data nested too deeply, see `nesting`.
    """
    check_size(text, name, kind)
    twice: list[tuple[dict[str, Any], str]] = []

    def dictionary(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            twice[:] = [(made, _repeated(pairs))]  # the last one is surely a part of the data
        return made

    try:
        data = json.loads(
            text,
            object_pairs_hook=dictionary,
            parse_constant=NO_NUMBERS.__getitem__,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        raise DataError(f"{name}{_syntax(text, error, kind)}") from error
    for made, key in twice:
        where = place_of(made, data) or "top level"
        raise DataError(f"{name}: {where}: the key {short(key)} stands twice")
    return data


def check_size(text: str, where: str, kind: str = "model") -> None:
    """DataError for a text that is too long, or whose data would fill the memory."""
    lists = "lists and dictionaries", text.count("[") + text.count("{"), MOST_LISTS
    for what, found, most in (("characters", len(text), LARGEST), lists):
        if found > most:
            raise DataError(f"{where}: found {found:,} {what}, a {kind} has at most {most:,}")


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    """The first key that was there before."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            break
        seen.add(key)
    return key


def _whole(digits: str) -> int | Refused:
    if len(digits) > LONGEST:  # Python itself refuses to read more than some thousands
        return Refused(f"a whole number of {len(digits.lstrip('-')):,} digits")
    return int(digits)


def _syntax(text: str, error: json.JSONDecodeError, kind: str) -> str:
    """What is wrong, and where."""
    where = f", line {error.lineno}, column {error.colno}: "
    rest = text[error.pos : error.pos + 20]
    in_a_word = rest and any(word.startswith(rest) for word in ("true", "false", "null", "-"))
    if not rest.strip() or in_a_word or error.msg.startswith("Unterminated"):
        return f"{where}the file ends in the middle of the {kind}; it was cut off"
    if rest[0] == "\0":
        return f"{where}found NUL bytes; the end of the file is lost"
    return f"{where}found {rest!r}, which is not JSON here ({error.msg[0].lower()}{error.msg[1:]})"


def nesting(text: str, kind: str = "model") -> str:
    """What to say about data nested too deeply, with the place where it becomes so."""
    depth = 0
    for match in re.finditer(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            return (
                f", line {line}, column {column}: lists or dictionaries nested more than "
                f"{DEEPEST} deep, which no {kind} has"
            )
    return ": nested too deeply"


def place_of(thing: Any, data: Any) -> str:
    """Where in the data this very thing stands, as `layers[2].bias`."""
    left: list[tuple[Any, Any, Any]] = [(data, None, None)]  # value, its key, what holds it
    while left:
        value, _, _ = entry = left.pop()
        if value is thing:
            return _path(entry)
        if isinstance(value, dict):
            left += [(child, key, entry) for key, child in value.items() if _holds(child)]
        elif isinstance(value, list):
            left += [(child, i, entry) for i, child in enumerate(value) if _holds(child)]
    return ""


def _holds(value: Any) -> bool:
    return isinstance(value, (dict, list))


def _path(entry: tuple[Any, Any, Any]) -> str:
    """The place of an entry that `place_of` found."""
    keys = []
    while entry[2] is not None:
        keys.append(entry[1])
        entry = entry[2]
    where = ""
    for key in keys[: -DEEPEST - 1 : -1]:
        where = at(where, key) if isinstance(key, str) else f"{where}[{key}]"
    return where + "…" * (len(keys) > DEEPEST)


def at(where: str, key: str) -> str:
    """The place of a key: `run.options`, or `run.options['two words']`."""
    if len(key) < 40 and key.isidentifier():
        return f"{where}.{key}" if where else key
    return f"{where}[{short(key)}]"


# --------------------------------------------------------------------------- checks


def check_text(value: Any, where: str) -> str:
    """The value, if it is text that a file can hold."""
    if not isinstance(value, str):
        raise DataError(f"{where} is {short(value)}, expected text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise DataError(f"{where} is {short(value)}, which holds half a character") from None
    return value


def check_json(value: Any, where: str, depth: int = 0) -> Any:
    """The value, if it is plain data that comes back from JSON as it was."""
    if depth > DEEPEST:
        raise DataError(f"{where}: nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        for key, child in value.items():
            check_json(child, at(where, check_text(key, f"{where}, a key")), depth + 1)
    elif isinstance(value, list):
        for i, child in enumerate(value):
            if not is_number(child):
                check_json(child, f"{where}[{i}]", depth + 1)
    elif isinstance(value, str):
        check_text(value, where)
    elif not (value is None or isinstance(value, bool) or is_number(value)):
        raise DataError(
            f"{where} is {short(value)}, expected text, a finite number, true, false, null, "
            "a list or a dictionary of these"
        )
    return value


# ----------------------------------------------------------------- from data to text

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def text_of(document: dict[str, Any]) -> str:
    """Checked data as JSON text, for people too: indented, a list of numbers on one line."""
    return _shown(document, "") + "\n"


def _shown(value: Any, indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, dict) and not _fits(value):
        entries = [f"{_encode(key)}: {_shown(child, inner)}" for key, child in value.items()]
        return _block("{", entries, "}", indent)
    if isinstance(value, list) and _holds_more(value):
        rows = [_shown(child, inner) for child in value]
        return f"[{rows[0]}]" if _is_row(value) else _block("[", rows, "]", indent)
    return _encode(value)


def _block(opening: str, entries: list[str], closing: str, indent: str) -> str:
    lines = f",\n{indent}  ".join(entries)
    return f"{opening}\n{indent}  {lines}\n{indent}{closing}"


def _holds_more(value: Any) -> bool:
    """Whether there are lists or dictionaries in it that hold something."""
    children = value.values() if isinstance(value, dict) else value
    return any(isinstance(child, (list, dict)) and child for child in children)


def _is_row(value: list[Any]) -> bool:
    """A matrix of one row: a bias."""
    return len(value) == 1 and isinstance(value[0], list) and not _holds_more(value[0])


def _fits(value: dict[str, Any]) -> bool:
    return not _holds_more(value) and len(_encode(value)) <= WIDTH
