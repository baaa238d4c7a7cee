"""Examples in batches: inputs, targets and weights side by side, cut as training asks.

What would take much memory as numbers becomes numbers only when its batch comes: the rows
of a data set (purenn.data: 60,000 images stay bytes), and one-hot rows, of which only the
class numbers are kept.
"""

from __future__ import annotations

from purenn.errors import DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeGuard

    from purenn.array import Array, RowSource
    from purenn.backend import Backend

__all__ = ["Batch", "ClassNumbers", "Examples", "is_source"]


def is_source(data: Any) -> TypeGuard[RowSource]:
    """True for a data set's rows (purenn.data.RowSource), which are no array yet."""
    return hasattr(data, "take") and hasattr(data, "width") and not hasattr(data, "tolist")


class ClassNumbers:
    """Targets that stand for m one-hot rows of n numbers: the class of each, from 0 to n − 1."""

    def __init__(self, numbers: list[int], n: int) -> None:
        self.numbers = numbers
        self.shape = (len(numbers), n)

    def take(self, backend: Backend, indices: Sequence[int]) -> Array:
        """The one-hot rows of these examples, (k × n)."""
        numbers = self.numbers
        return backend.from_classes([numbers[i] for i in indices], self.shape[1])

    def all(self, backend: Backend) -> Array:
        """All of them, (m × n)."""
        return backend.from_classes(self.numbers, self.shape[1])


class Batch:
    """Some of the examples, and how much they count among all of them.

    number      which batch of its epoch it is, from 1
    X, Y        inputs and targets, a row for each example
    weights     (k × 1), see Examples; None where every example counts the same
    rows_share  its rows as a part of all rows
    share       the same, but of weighted examples its weight as a part of all weights
    """

    __slots__ = ("X", "Y", "number", "rows_share", "share", "weights")

    def __init__(
        self,
        number: int,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        rows_share: float = 1.0,
        share: float = 1.0,
    ) -> None:
        self.number, self.X, self.Y, self.weights = number, X, Y, weights
        self.rows_share, self.share = rows_share, share


class Examples:
    """m inputs X (an array, or rows that are no array yet), their targets Y, their weights.

    weights  how much each example counts: m numbers, 1 on average over all of them where
             the loss is a mean, else as they were given; None: 1 each
    """

    def __init__(
        self,
        backend: Backend,
        X: Array | RowSource,
        Y: Array | ClassNumbers,
        weights: list[float] | None = None,
    ) -> None:
        self.backend = backend
        self.X, self.Y, self.weights = X, Y, weights
        self.weight = 0.0 if weights is None else sum(weights)
        self.source, self.classes = is_source(X), isinstance(Y, ClassNumbers)
        self.rows: int = Y.shape[0]
        found = len(X) if is_source(X) else X.shape[0]  # type: ignore[union-attr]
        if found != self.rows:
            raise DataError(
                f"X has {found} rows, but y has {self.rows}; every example needs one target"
            )

    def all(self) -> tuple[Array, Array]:
        """All inputs and targets at once."""
        X, Y = self.X, self.Y
        if is_source(X):
            X = self.backend.from_source(X, range(self.rows))
        return X, Y.all(self.backend) if isinstance(Y, ClassNumbers) else Y  # type: ignore[return-value]

    def take(self, indices: Sequence[int]) -> tuple[Array, Array]:
        """The examples of these numbers, in this order."""
        backend, X, Y = self.backend, self.X, self.Y
        take: Callable[..., Array] = backend.from_source if self.source else backend.take
        return (
            take(X, indices),
            Y.take(backend, indices) if self.classes else backend.take(Y, indices),  # type: ignore[union-attr, arg-type]
        )

    def spread(self) -> None:
        """Keep one-hot rows from now on, in place of class numbers."""
        if isinstance(self.Y, ClassNumbers):
            self.Y, self.classes = self.Y.all(self.backend), False

    def everything(self) -> Batch:
        """All examples as one batch."""
        return Batch(1, *self.all(), self._column(self.weights))

    def batches(self, size: int, order: Sequence[int] | None = None) -> Iterator[Batch]:
        """Batches of `size` rows, in this order or as they stand; the last may be smaller."""
        order = range(self.rows) if order is None else order
        for number, start in enumerate(range(0, self.rows, size), start=1):
            rows = order[start : start + size]
            X, Y = self.take(rows)
            rows_share = len(rows) / self.rows
            if self.weights is None:
                yield Batch(number, X, Y, None, rows_share, rows_share)
            else:
                weights = [self.weights[i] for i in rows]
                share = sum(weights) / self.weight
                yield Batch(number, X, Y, self._column(weights), rows_share, share)

    def _column(self, weights: list[float] | None) -> Array | None:
        return None if weights is None else self.backend.from_list([[w] for w in weights])
