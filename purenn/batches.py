"""Examples in batches: inputs and targets side by side, cut as training asks for them.

Inputs may be an array, or a data set whose rows become floats only when their batch
comes (purenn.data): 60,000 images stay bytes, one batch of them is numbers.
"""

from __future__ import annotations

from purenn.errors import DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeGuard

    from purenn.array import Array, RowSource
    from purenn.backend import Backend

__all__ = ["Examples", "is_source"]


def is_source(data: Any) -> TypeGuard[RowSource]:
    """True for a data set's rows (purenn.data.RowSource), which are no array yet."""
    return hasattr(data, "take") and hasattr(data, "width") and not hasattr(data, "tolist")


class Examples:
    """m inputs X (an array, or rows that are no array yet) and their targets Y (m × n)."""

    def __init__(self, backend: Backend, X: Array | RowSource, Y: Array) -> None:
        self.backend = backend
        self.X, self.Y = X, Y
        self.source = is_source(X)
        self.rows = Y.shape[0]
        found = len(X) if is_source(X) else X.shape[0]  # type: ignore[union-attr]
        if found != self.rows:
            raise DataError(
                f"X has {found} rows, but y has {self.rows}; every example needs one target"
            )

    def all(self) -> tuple[Array, Array]:
        """All inputs and targets at once."""
        if not self.source:
            return self.X, self.Y  # type: ignore[return-value]
        return self.take(range(self.rows))

    def take(self, indices: Sequence[int]) -> tuple[Array, Array]:
        """The examples of these numbers, in this order."""
        backend = self.backend
        take: Callable[..., Array] = backend.from_source if self.source else backend.take
        return take(self.X, indices), backend.take(self.Y, indices)

    def batches(self, size: int, order: Sequence[int] | None = None) -> Iterator[Batch]:
        """Batches of `size` rows, in this order or as they stand; the last may be smaller."""
        order = range(self.rows) if order is None else order
        for number, start in enumerate(range(0, self.rows, size), start=1):
            rows = order[start : start + size]
            X, Y = self.take(rows)
            yield number, X, Y, len(rows) / self.rows


if TYPE_CHECKING:
    Batch = tuple[int, Array, Array, float]  # number, inputs, targets, share of all rows
