"""How this package says what is wrong with a file: where, what was found, what was expected.

Line and column numbers start at 1, as in an editor or a spreadsheet.
"""

import os
from collections.abc import Iterable, Sequence

from purenn.errors import DataError

__all__ = ["DataFileError", "StrPath", "guess", "listed", "shown"]

StrPath = str | os.PathLike[str]
LONGEST_GUESS = 100  # letters of a name for which a similar one is looked for


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
    """` Did you mean 'x'?` for the nearest name, or nothing where none is near.

    Near is the one name that begins so, or else what differs in a few letters; case is ignored.
    """
    from difflib import get_close_matches  # only a message needs it

    if not 0 < len(wrong) <= LONGEST_GUESS:  # comparing takes the product of the lengths
        return ""
    meant, known = wrong.casefold(), {name.casefold(): name for name in names[:1000]}
    begin = [name for name in known if name.startswith(meant)]
    near = begin if len(begin) == 1 else get_close_matches(meant, known, n=1)
    return f" Did you mean {shown(known[near[0]])}?" if near else ""
