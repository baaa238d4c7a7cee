"""Walking through a record: by term, entry, operation and training step, with a guess.

The moves are those of the page's keys. On a terminal each is a key; elsewhere a word a line.
"""

from __future__ import annotations

from math import isfinite

from purenn.explain.numbers import digits
from purenn.explain.terms import Cell, terms
from purenn.signs import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.explain.record import Op, Record

__all__ = ["HELP", "WORDS", "Walk", "guessed", "number_in"]

# key on a terminal, word of a line, what it does
MOVES = (
    ("→, l", "next", "one term on"),
    ("←", "back", "one term back"),
    ("Shift →, L", "cell", "one entry on"),
    ("Shift ←, H", "cell-", "one entry back"),
    ("Ctrl →, >", "op", "one operation on"),
    ("Ctrl ←, <", "op-", "one operation back"),
    ("PgDn", "step", "one training step on"),
    ("PgUp", "step-", "one training step back"),
    ("Home", "home", "to the first operation"),
    ("End", "end", "to the last operation"),
    ("Space", "play", "play, or stop playing"),
    ("P", "predict", "predict: type the value before it shows"),
    ("?, h", "help", "this list"),
    ("Q", "quit", "leave"),
)
WORDS = tuple(word for _, word, _ in MOVES)
HELP = [f"{key:<10} or {word:<8} {what}" for key, word, what in MOVES]


class Walk:
    """A place in a record: an operation n, an entry (i, j) of it, and k terms of that."""

    def __init__(self, record: Record, n: int = 0, i: int = 0, j: int = 0, k: int = 0) -> None:
        self.record = record
        self.n, self.i, self.j, self.k = n, i, j, k

    @property
    def op(self) -> Op:
        return self.record.ops[self.n]

    @property
    def cell(self) -> Cell:
        return terms(self.record, self.op, self.i, self.j)

    @property
    def length(self) -> int:
        """How many terms the entry has."""
        return len(self.cell.parts())

    def pending(self, hide: bool = False) -> tuple[int, int]:
        """The first entry that is still to come: this one until all its terms are there."""
        if hide or self.k < self.length:
            return self.i, self.j
        n = self.record.arrays[self.op.output].shape[1]
        return divmod(self.i * n + self.j + 1, n)

    def move(self, word: str) -> bool:
        """Do what the word says; False where there is nothing further that way."""
        before = (self.n, self.i, self.j, self.k)
        backward = word.endswith("-") or word == "back"
        if word in ("next", "back"):
            self._by_term(backward)
        elif word.startswith("cell"):
            self._by_cell(backward)
        elif word.startswith("op"):
            self._to(self.n + (-1 if backward else 1))
        elif word.startswith("step"):
            self._by_step(backward)
        else:
            self._to(0 if word == "home" else len(self.record.ops) - 1)
        return (self.n, self.i, self.j, self.k) != before

    def _to(self, n: int) -> bool:
        """The first entry of an operation, if there is one of this number."""
        if not 0 <= n < len(self.record.ops):
            return False
        self.n, self.i, self.j, self.k = n, 0, 0, 0
        return True

    def _by_term(self, backward: bool) -> None:
        k = self.k + (-1 if backward else 1)
        if 0 <= k <= self.length:
            self.k = k
        elif self._by_cell(backward) and backward:
            self.k = self.length

    def _by_cell(self, backward: bool) -> bool:
        m, n = self.record.arrays[self.op.output].shape
        place = self.i * n + self.j + (-1 if backward else 1)
        if 0 <= place < m * n:
            self.i, self.j, self.k = place // n, place % n, 0
            return True
        if not self._to(self.n + (-1 if backward else 1)):
            return False
        if backward:
            m, n = self.record.arrays[self.op.output].shape
            self.i, self.j = m - 1, n - 1
        return True

    def _by_step(self, backward: bool) -> None:
        """The same operation one training step on, or one back."""
        ops, here = self.record.ops, self.op
        step = here.step + (-1 if backward else 1)
        same = [op.n for op in ops if op.step == step and op.symbol == here.symbol]
        others = [op.n for op in ops if op.step == step]
        if others:
            place = here.n - next(op.n for op in ops if op.step == here.step)
            self._to(others[min(place, len(others) - 1)] if not same else same[0])


def number_in(text: str) -> float | None:
    """The number that somebody typed; a comma may be its point."""
    try:
        value = float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if isfinite(value) else None


def guessed(text: str, result: float) -> str:
    """What is said of a guess: how close it was."""
    guess = number_in(text)
    if guess is None:
        return f"{clean(text)!r} is no number, such as −0.25; guess again"
    if digits(guess) == digits(result):
        return f"right: {digits(result)}"
    off = abs(guess - result)
    share = f" ({off / abs(result):.0%} of it)" if result else ""
    close = "close" if off <= 0.05 * abs(result) else "not yet"
    close = "other sign" if guess * result < 0 else close
    return f"{close}: the value is {digits(result)}, you were {digits(off)} off{share}"
