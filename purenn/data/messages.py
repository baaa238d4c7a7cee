"""How this package says what is wrong with a file: where, what was found, what was expected.

Line and column numbers start at 1, as in an editor or a spreadsheet.
"""

import os
from collections.abc import Iterable, Sequence
from contextvars import ContextVar

from purenn.errors import DataError
from purenn.guessing import nearest

__all__ = ["DataFileError", "StrPath", "guess", "listed", "option", "shown", "spoken_to"]

StrPath = str | os.PathLike[str]


class DataFileError(DataError):
    """A file cannot be used. `path`, `line` and `column` (None where unknown) say where."""

    def __init__(
        self,
        path: StrPath,
        message: str,
        *,
        line: int | None = None,
        column: int | None = None,
        name: str | None = None,
    ) -> None:
        self.path = os.fspath(path)
        self.line = line
        self.column = column
        where = self.path.replace("\0", "\\0")
        if line is not None:
            where += f", line {line}"
        if column is not None:
            where += f", column {column}"
        if name:
            where += f" ({shown(name)})"
        super().__init__(f"{where}: {message}")

    def __reduce__(self) -> tuple[object, ...]:
        # The base class would call __init__ with the finished message as the path.
        return (_restored, (self.path, str(self), self.line, self.column))


def _restored(path: str, message: str, line: int | None, column: int | None) -> DataFileError:
    """A DataFileError as it came out of another process."""
    error = DataFileError.__new__(DataFileError, message)
    error.path, error.line, error.column = path, line, column
    return error


spoken_to: ContextVar[str] = ContextVar("spoken_to", default="python")  # or "command line"


def option(name: str, value: object = None) -> str:
    """An argument with its value, as the one who is spoken to writes it.

    `drop=['Name']` in Python, `--drop Name` on the command line; there a tab is called so.
    """
    if spoken_to.get() == "python":
        return f"{name}={shown(value)}"
    dashed = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{dashed}" if value else f"--no-{dashed}"
    values = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    return " ".join([f"--{dashed}", *(_quoted(str(each)) for each in values)])


def _quoted(word: str) -> str:
    from shlex import quote  # only a message needs it

    return "tab" if word == "\t" else quote(word)


def shown(value: object, limit: int = 40) -> str:
    """The value in quotes, cut to a length that fits into a message."""
    if isinstance(value, str) and len(value) > limit:
        return repr(value[:limit]) + "..."
    text = repr(value)
    return text if len(text) <= limit + 2 else text[:limit] + "..."


def listed(names: Iterable[object], limit: int = 10) -> str:
    """The first names of a list, and how many more there are."""
    known = list(names)
    text = ", ".join(shown(name) for name in known[:limit])
    return text if len(known) <= limit else f"{text} and {len(known) - limit:,} more"


def guess(wrong: str, names: Sequence[str]) -> str:
    """` Did you mean 'x'?` for the nearest name, or nothing where none is near."""
    near = nearest(wrong, names[:1000])
    return "" if near is None else f" Did you mean {shown(near)}?"
