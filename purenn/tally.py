"""The tally of an epoch: its metrics, measured batch by batch.

A mean over rows is the mean of the batches' means, each weighted by its share of the rows.
Any other metric (R², one of your own) is measured on the predictions of all batches together.
"""

from __future__ import annotations

from purenn.checks import as_real, short
from purenn.errors import ArgumentError
from purenn.metrics import is_mean, unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.metrics import Metric

__all__ = ["Tally"]


class Tally:
    """`add` each batch, then take the `values`."""

    def __init__(self, backend: Backend, measures: dict[str, Metric]) -> None:
        self.backend = backend
        self.measures = {name: unchecked(metric) for name, metric in measures.items()}
        self.means = {name: f for name, f in self.measures.items() if is_mean(f)}
        self.begin()

    def begin(self) -> None:
        """Nothing is added yet."""
        self.means_so_far = dict.fromkeys(self.measures, 0.0)
        self.shares = 0.0  # of the batches so far
        self.kept: list[tuple[Array, Array, Array | None]] = []  # for metrics that are no means

    def add(self, P: Array, Y: Array, weights: Array | None = None, share: float = 1.0) -> None:
        """A batch, which is this share of all rows (or of their weight)."""
        self.shares += share
        part = share / self.shares if share else 0.0
        for name in self.means if share else ():  # a batch without weight has no mean
            mean, value = self.means_so_far[name], self._value(name, P, Y, weights)
            self.means_so_far[name] = mean + (value - mean) * part  # of ones it stays 1
        if len(self.means) < len(self.measures):
            self.kept.append((P, Y, weights))

    def values(self) -> dict[str, float]:
        """The metrics of what was added since the beginning."""
        values = self.means_so_far
        if self.kept:
            P, Y, weights = map(self._together, zip(*self.kept, strict=True))
            for name in self.measures.keys() - self.means.keys():
                values[name] = self._value(name, P, Y, weights)
        return values

    def _together(self, arrays: Sequence[Array | None]) -> Any:
        """Arrays one below the other."""
        if len(arrays) == 1 or arrays[0] is None:
            return arrays[0]
        return self.backend.concat(arrays)  # type: ignore[arg-type]

    def _value(self, name: str, P: Array, Y: Array, weights: Array | None) -> float:
        arguments = (P, Y) if weights is None else (P, Y, weights)
        value = self.measures[name](self.backend, *arguments)
        if isinstance(value, float):
            return value
        number = as_real(value)
        if number is None:
            raise ArgumentError(f"metrics: {name} gave {short(value)}, which is no number")
        return number
