"""What a person sees in a terminal: a progress line and a small curve.

When output goes to a file or a pipe there is neither: plain lines only.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["clear_line", "curve", "is_terminal", "show_line"]

EIGHTHS = " ▁▂▃▄▅▆▇█"


def is_terminal() -> bool:
    """True if a person is watching standard output."""
    return sys.stdout.isatty()


def show_line(text: str) -> None:
    """Write over the current line, cut to the terminal's width."""
    width = shutil.get_terminal_size().columns - 1
    sys.stdout.write("\r" + text[:width].ljust(width))
    sys.stdout.flush()


def clear_line() -> None:
    """Take the progress line away."""
    show_line("")
    sys.stdout.write("\r")


def curve(values: Sequence[float], title: str, *, width: int = 60, height: int = 6) -> str:
    """The values from left to right as a block of columns, 0 at the bottom.

    Each column is the mean of the values that fall into it. Where the output's encoding
    has no block characters, '#' stands for half a line and more.
    """
    width = max(1, min(width, len(values), shutil.get_terminal_size().columns - 12))
    bounds = [round(i * len(values) / width) for i in range(width + 1)]
    columns = [sum(values[a:b]) / (b - a) for a, b in pairwise(bounds)]
    top = max(columns) or 1.0
    eighths = [round(value / top * height * 8) for value in columns]
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
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
