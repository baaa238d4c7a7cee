"""What a person sees in a terminal: a progress line and a small curve.

When output goes to a file or a pipe, or to a terminal that can only print (TERM=dumb), there
is neither: plain lines only.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise

from purenn.cli.screen import columns, out
from purenn.signs import clean

__all__ = ["clear_line", "curve", "cut", "is_terminal", "show_line"]

EIGHTHS = " ▁▂▃▄▅▆▇█"


def is_terminal() -> bool:
    """True if a person is watching standard output, on a terminal that can write over a line."""
    return out.isatty() and os.environ.get("TERM") != "dumb"


def show_line(text: str) -> None:
    """Write over the current line, cut to the terminal's width."""
    width = columns() - 1
    out.write("\r" + clean(text)[:width].ljust(width))


def clear_line() -> None:
    """Take the progress line away."""
    show_line("")
    out.write("\r")


def cut(text: str) -> str:
    """The text as far as it fits into a line."""
    width = columns()
    return text if len(text) <= width else text[: width - 1] + "…"


def curve(values: Sequence[float], title: str, *, width: int = 60, height: int = 6) -> str:
    """The values from left to right as a block of columns, 0 at the bottom.

    Each column is the mean of the values that fall into it. Where the output's encoding
    has no block characters, '#' stands for half a line and more.
    """
    width = max(1, min(width, len(values), columns() - 12))
    bounds = [round(i * len(values) / width) for i in range(width + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(bounds)]
    top = max(means) or 1.0
    eighths = [round(value / top * height * 8) for value in means]
    marks = EIGHTHS if _can_show(EIGHTHS) else "    #####"
    side = "│" if _can_show("│") else "|"
    lines = []
    for line in range(height - 1, -1, -1):
        label = f"{top:9.3g}" if line == height - 1 else " " * 8 + "0" if line == 0 else " " * 9
        bars = "".join(marks[max(0, min(8, value - 8 * line))] for value in eighths)
        lines.append(f"{label} {side}{bars}".rstrip())
    return "\n".join([*lines, f"{'':9}  {title}"])


def _can_show(text: str) -> bool:
    try:
        text.encode(out.encoding)
    except UnicodeEncodeError:
        return False
    return True
