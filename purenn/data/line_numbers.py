"""Which line of a file each row stands in: 16 bytes while the lines follow each other.

Blank lines, comments, rows that are left out and cells that go on over lines break that; from
then on a row takes 8 bytes more.
"""

from array import array
from collections.abc import Sequence

__all__ = ["LineNumbers"]


class LineNumbers:
    """Line numbers in the order of the rows; `lines` is what was added so far."""

    def __init__(self) -> None:
        self.lines: Sequence[int] = range(0)

    def add(self, line: int) -> None:
        """The line of the next row."""
        lines = self.lines
        if isinstance(lines, array):
            lines.append(line)
        elif not lines:
            self.lines = range(line, line + 1)
        elif line == lines[-1] + 1:
            self.lines = range(lines[0], line + 1)
        else:
            self.lines = array("q", lines)
            self.lines.append(line)
