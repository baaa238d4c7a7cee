"""Matrices side by side, in lines of text no wider than the screen.

A block is a list of lines of one width. Too many rows or columns are left out, and it is
said how many.
"""

from __future__ import annotations

from purenn.explain.numbers import aligned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from purenn.explain.record import RecordedArray

__all__ = ["Marks", "matrix_block", "side_by_side", "sign_block"]

MOST = 12  # rows and columns that are shown of a matrix
Marks = list[tuple[int, int]]  # the entries between brackets, those of most weight first


def shown_places(count: int, wanted: Iterable[int], most: int) -> list[int]:
    """Which rows (or columns) are shown: all, or the first wanted ones, then the first ones."""
    if count <= most:
        return list(range(count))
    must = list(dict.fromkeys(wanted))[:most]
    free = [place for place in range(count) if place not in must]
    return sorted(must + free[: most - len(must)])


def matrix_block(
    title: str,
    array: RecordedArray,
    marks: Marks,
    width: int,
    turned: bool = False,
    pending: tuple[int, int] | None = None,
) -> list[str]:
    """The matrix below its name and shape; marked entries stand between brackets.

    pending  the entry from which on, row by row, a dot stands for what is not yet computed
    """
    rows, places = array.rows, list(marks)
    if turned:
        rows = [list(column) for column in zip(*rows, strict=True)]
        places = [(j, i) for i, j in marks]
    m, n = len(rows), len(rows[0])
    lines = shown_places(m, (i for i, _ in places), MOST)
    columns = shown_places(n, (j for _, j in places), MOST)
    while True:
        made = _entries(rows, lines, columns, places, pending)
        left_out = _left_out("row", m, lines) + _left_out("column", n, columns)
        head = [f"{title} ({m} × {n})", *left_out]
        size = max(map(len, made))
        if size <= width or len(columns) == 1:
            break
        columns = shown_places(n, (j for _, j in places), len(columns) - 1)
    size = max(size, *map(len, head))
    return [line.ljust(size) for line in [head[0], *made, *head[1:]]]


def _left_out(word: str, count: int, shown: list[int]) -> list[str]:
    """How many are not shown, and which ones are where they are not the first ones."""
    missing = count - len(shown)
    if not missing:
        return []
    line = f"… {missing} {word}{'s' * (missing > 1)} left out"
    if shown[-1] == len(shown) - 1:
        return [line]
    numbers = " ".join(map(str, shown[:6])) + (" …" if len(shown) > 6 else "")
    return [f"{line}, shown: {numbers}"]


def _entries(
    rows: list[list[float]],
    lines: list[int],
    columns: list[int],
    marks: Marks,
    pending: tuple[int, int] | None,
) -> list[str]:
    """The numbers, aligned column by column; "…" where something is left out in between."""
    marked = set(marks)
    texts = [aligned([rows[i][j] for i in lines]) for j in columns]
    made = []
    for place, i in enumerate(lines):
        line, before = "", -1
        for j, column in zip(columns, texts, strict=True):
            line += "… " if j != before + 1 else ""
            text = column[place]
            if pending is not None and (i, j) >= pending:
                text = "·".center(len(text))
            line += f"[{text}]" if (i, j) in marked else f" {text} "
            before = j
        if columns[-1] != len(rows[0]) - 1:
            line += "…"
        made.append(line)
    return made


def sign_block(sign: str) -> list[str]:
    """A sign between two matrices, beside the first row."""
    return [" " * len(sign), sign]


def side_by_side(blocks: list[list[str]], width: int) -> list[str]:
    """The blocks from left to right; where the width ends, a new row of them begins.

    A sign, which is a block of two lines, begins the row rather than ending one.
    """
    rows: list[list[list[str]]] = [[]]
    used = 0
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        size = len(block[0]) + 2
        following = len(after[0]) + 2 if after is not None and len(block) == 2 else 0
        if rows[-1] and used + size + following - 2 > width:
            rows.append([])
            used = 0
        rows[-1].append(block)
        used += size
    lines: list[str] = []
    for row in rows:
        height = max(map(len, row))
        padded = [block + [" " * len(block[0])] * (height - len(block)) for block in row]
        made = ["  ".join(parts).rstrip() for parts in zip(*padded, strict=True)]
        lines += ["", *made] if lines else made
    return lines
