"""Where the terminal reader writes: how wide it is, whether in colour, in which signs."""

from __future__ import annotations

import os
import re
import shutil
import sys
from textwrap import wrap
from unicodedata import combining, east_asian_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["Screen", "clean", "columns_of"]

WIDTH = 80
NARROWEST = 64  # below this, lines are cut by the terminal
PLAINER = (
    {"−": "-", "·": "*", "×": "x", "÷": "/", "→": "->", "←": "<-", "′": "'", "…": "...", "›": ">"}
    | {"Σ": "sum ", "σ": "sigmoid", "√": "sqrt ", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!="}
    | {"ₖ": "", "ᵢ": "", "ⱼ": "", "²": "^2", "ᵀ": ".T", "η": "rate", "μ": "mu", "β": "beta"}
)
COLOURS = {"negative": "\x1b[38;5;74m", "positive": "\x1b[38;5;173m"}
NORMAL = "\x1b[0m"
NUMBER = re.compile(r"(?<![\w.\[,])−?\d+(?:\.\d+)?(?:e[+−]\d+)?(?![\w.\],])")


class Screen:
    """A stream of text, and what can be shown on it.

    width   columns; 80 where no terminal tells another number
    colour  True on a terminal that may be coloured: NO_COLOR is obeyed
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = sys.stdout if stream is None else stream
        self.terminal = self.stream.isatty()
        self.width = max(NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)
        dumb = os.environ.get("TERM") == "dumb"
        self.colour = self.terminal and not os.environ.get("NO_COLOR") and not dumb

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
        text = clean(text.removesuffix("\n")) + "\n"
        if not self._can_show(text):
            text = "".join(PLAINER.get(sign, sign) for sign in text)
        if numbers and self.colour:
            text = NUMBER.sub(_coloured, text)
        self.stream.write(text)

    def _can_show(self, text: str) -> bool:
        try:
            text.encode(self.stream.encoding or "ascii")
        except UnicodeEncodeError:
            return False
        return True


def _coloured(match: re.Match[str]) -> str:
    text = match[0]
    if not text.strip("0.−e+"):
        return text  # 0 has no sign
    kind = "negative" if text.startswith(("−", "-")) else "positive"
    return COLOURS[kind] + text + NORMAL


def clean(text: str) -> str:
    """A name from a file as a terminal can show it: no control signs, no turned direction."""
    return "".join(sign if sign.isprintable() else "�" for sign in str(text))


def columns_of(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
