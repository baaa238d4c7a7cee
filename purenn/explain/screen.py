"""Where the terminal reader writes: how wide it is, whether in colour, in which signs."""

from __future__ import annotations

import os
import re
import shutil
import sys
from textwrap import wrap

from purenn.signs import clean, columns_of, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Stream(Protocol):
        """What is needed of a text stream."""

        @property
        def encoding(self) -> str | None: ...
        def write(self, text: str, /) -> object: ...
        def flush(self) -> object: ...
        def isatty(self) -> bool: ...


__all__ = ["Screen"]

WIDTH = 80
NARROWEST = 64  # below this, lines are cut by the terminal
COLOURS = {"negative": "\x1b[38;5;74m", "positive": "\x1b[38;5;173m"}
NORMAL = "\x1b[0m"
NUMBER = re.compile(r"(?<![\w.\[,])−?\d+(?:\.\d+)?(?:e[+−]\d+)?(?![\w.\],])")


class Screen:
    """A stream of text, and what can be shown on it.

    width   columns; 80 where no terminal tells another number
    colour  True on a terminal that may be coloured: NO_COLOR is obeyed
    """

    def __init__(self, stream: Stream | None = None) -> None:
        self.stream: Stream = sys.stdout if stream is None else stream
        dumb = os.environ.get("TERM") == "dumb"  # knows no escape sequence
        self.terminal = self.stream.isatty() and not dumb
        self.width = max(NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)
        self.colour = self.terminal and not os.environ.get("NO_COLOR")

    def line(self, text: str = "") -> None:
        """One line as it is, cut at the width."""
        self._write(self._cut(text) + "\n")

    def numbers(self, text: str) -> None:
        """As `line`, for numbers: coloured by sign, beside the sign itself."""
        self._write(self._cut(text) + "\n", numbers=True)

    def paragraph(self, text: str, indent: str = "") -> None:
        """Text, broken at the width."""
        for line in wrap(text, self.width - 1, subsequent_indent=indent, break_on_hyphens=False):
            self._write(line + "\n")

    def _cut(self, text: str) -> str:
        text = text.rstrip()
        if columns_of(text) <= self.width:
            return text
        while columns_of(text) >= self.width:
            text = text[:-1]
        return text + "…"

    def _write(self, text: str, numbers: bool = False) -> None:
        text = plain(clean(text.removesuffix("\n")) + "\n", self.stream.encoding or "ascii")
        if numbers and self.colour:
            text = NUMBER.sub(_coloured, text)
        self.stream.write(text)


def _coloured(match: re.Match[str]) -> str:
    text = match[0]
    if not text.strip("0.−e+"):
        return text  # 0 has no sign
    kind = "negative" if text.startswith(("−", "-")) else "positive"
    return COLOURS[kind] + text + NORMAL
