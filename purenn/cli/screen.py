"""Where every command prints. Whatever happens to the screen is met here, and nowhere else.

say       lines for people, on standard output
complain  a line for people, on standard error
hand_out  data for programs, on standard output: exact, and UTF-8 into files and pipes

Nothing here raises an OSError: a reader that has gone (`| head`, a `tee` that the same Ctrl-C
has ended), a full disk, a closed standard output or none at all (pythonw) end a command only if
nothing else was asked of it than to print. `carry_on` says that there is more: files to write.
The exit code tells at the end (`exit_code`).

Texts for people are cleaned (purenn.signs): what a file calls its classes, columns and itself
cannot steer the terminal. A name of more than one line is cleaned by whoever puts it into lines.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from shutil import get_terminal_size
from textwrap import wrap

from purenn.errors import ArgumentError
from purenn.signs import clean, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "OUTPUT_LOST",
    "ScreenLost",
    "begin",
    "carry_on",
    "clean",
    "columns",
    "complain",
    "err",
    "exit_code",
    "hand_out",
    "out",
    "quiet",
    "say",
    "say_fact",
]

OUTPUT_LOST = 3  # exit code
LABEL = 9  # columns of "network  ", "training "


class ScreenLost(Exception):
    """Nothing more can be printed, and that was all that the command was for."""


class Stream:
    """Standard output or standard error: a terminal, a file, a pipe, gone, or never there.

    Has what print() and purenn.explain need of a text stream.

    quiet    only programs read it
    goes_on  the command has more to do than to write here: what is lost raises no ScreenLost
    trouble  why nothing can be written any more; None while all is well
    """

    def __init__(self, name: str, *, goes_on: bool) -> None:
        self.name, self.goes_on = name, goes_on
        self.quiet = False
        self.trouble: Exception | None = None

    @property
    def stream(self) -> Any:
        return getattr(sys, self.name, None)

    @property
    def encoding(self) -> str:
        return getattr(self.stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """True if a person is watching."""
        try:
            return bool(self.stream.isatty())
        except (AttributeError, OSError, ValueError):  # there is none; closed
            return False

    def write(self, text: str) -> int:
        """Text for people at once, in signs that the stream's encoding has."""
        shown = plain(text, self.encoding)
        self._try(lambda stream: stream.write(shown))
        return len(text)

    def write_exactly(self, text: str) -> None:
        """Text for programs, at once: UTF-8, or in the encoding of a terminal that has all of it.

        ArgumentError if the terminal cannot show it as it is.
        """
        if self.isatty():
            _check_shown(text, self.encoding)
            self._try(lambda stream: stream.write(text))
            return
        data = _utf8(text)
        self._try(lambda stream: _write_bytes(stream, data, text))

    def flush(self) -> None:
        """Nothing is kept back: see `write`."""

    def _try(self, write: Callable[[Any], object]) -> None:
        if self.trouble is None:
            stream = self.stream
            try:
                write(stream)
                stream.flush()
            except RuntimeError:  # a signal came in the middle of another write to this stream
                return
            except (AttributeError, OSError, ValueError) as error:  # none; disk, pipe; closed
                self.trouble = error
                _let_go(stream)
                if self is out and is_loss():
                    complain(_loss())
        if self.trouble is not None and not self.goes_on:
            raise ScreenLost

    @property
    def reader_is_gone(self) -> bool:
        """The other end of the pipe is closed (Windows says EINVAL)."""
        error = self.trouble
        gone = isinstance(error, OSError) and error.errno == errno.EINVAL and os.name == "nt"
        return gone or isinstance(error, BrokenPipeError)


def _write_bytes(stream: Any, data: bytes, text: str) -> None:
    buffer = getattr(stream, "buffer", None)
    if buffer is None:  # a stream of text alone, such as a notebook's
        stream.write(text)
        return
    stream.flush()
    buffer.write(data)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(
            "standard output: the text holds half of a surrogate pair at character "
            f"{error.start:,}, which UTF-8 cannot hold"
        ) from error


def _check_shown(text: str, encoding: str) -> None:
    """ArgumentError if a terminal of this encoding would show anything else than this text."""
    bad = next((k for k, c in enumerate(text) if c not in "\t\n" and clean(c) != c), len(text))
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        bad = min(bad, error.start)
    if bad == len(text):
        return
    start = max(text.rfind("\n", 0, bad), text.rfind(",", 0, bad)) + 1
    raise ArgumentError(
        f"this terminal ({encoding}) cannot show {text[start : bad + 1]!a} as it is; "
        "write to a file with --output FILE, or into a pipe: there it is UTF-8"
    )


def _let_go(stream: Any) -> None:
    """What the stream still holds goes nowhere, so that nothing complains of it at the exit."""
    with suppress(AttributeError, OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


# ------------------------------------------------------------------------ for commands

out, err = Stream("stdout", goes_on=False), Stream("stderr", goes_on=True)


def begin() -> None:
    """A command begins: its screen is as good as new."""
    out.trouble = err.trouble = None
    out.goes_on = out.quiet = False
    if os.name == "posix":
        _keep_low_numbers()


def _keep_low_numbers() -> None:
    """A file that takes the number of a closed stderr would get the warnings of C libraries."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def carry_on(more: bool = True) -> None:
    """The command goes on without a screen, because it writes files as well."""
    out.goes_on = more


def quiet(on: bool = True) -> None:
    """`--json`: standard output has one JSON object and no text, so `say` says nothing."""
    out.quiet = on


def say(text: str = "") -> None:
    """Lines for people, cleaned and at once. Raises ScreenLost if there is nothing else to do."""
    if not out.quiet:
        out.write("\n".join(map(clean, text.split("\n"))) + "\n")


def say_fact(label: str, text: str) -> None:
    """A label and a text that is broken at the width: "network  Dense(2, 32) - ReLU - …".

    Without a label the text begins at the margin.
    """
    indent = LABEL if label else 0
    room = max(20, columns() - 1 - indent)
    lines = wrap(clean(text), room, break_long_words=False, break_on_hyphens=False) or [""]
    say("\n".join(f"{'' if k else label:<{indent}}{line}" for k, line in enumerate(lines)))


def hand_out(text: str) -> None:
    """Data for programs, exactly as it is.

    Raises as `say`, and ArgumentError for a terminal that cannot show it.
    """
    out.write_exactly(text)


def complain(text: str, *, below: bool = False) -> None:
    """`purenn: text` on standard error, as one line; never raises: signal handlers may call it.

    below  on a line of its own: the terminal has shown ^C, or a line that is written over
    """
    one_line = clean(text.replace("\r\n", " ").replace("\n", " "))
    err.write(("\n" if below else "") + f"purenn: {one_line}\n")


def is_loss() -> bool:
    """Whether something that was to be printed is lost, other than to a reader that had enough."""
    if out.trouble is None or out.reader_is_gone:
        return False
    return isinstance(out.trouble, OSError) or not out.goes_on


def _loss() -> str:
    """What to say of it, and what to do about it."""
    if not isinstance(out.trouble, OSError):
        return "there is no standard output to print to, and no file to write was asked for"
    what = f"standard output: {out.trouble.strerror or out.trouble}"
    if out.goes_on:
        return f"{what}; the run goes on without it"
    return f"{what}; stopped. Free some space, or send the output elsewhere"


def exit_code(code: int) -> int:
    """The code of a command that ended with this one, now that the screen has its say."""
    return code or (OUTPUT_LOST if is_loss() else 0)


def columns() -> int:
    """The columns of the terminal; 80 where there is none."""
    return get_terminal_size((80, 24)).columns
