"""Long runs have more epochs than a screen has points: which ones to keep."""

from collections.abc import Sequence
from math import isfinite

__all__ = ["evenly", "outline"]


def outline(values: Sequence[float], most: int) -> list[int]:
    """At most `most` places, in order, that keep the shape of the curve with all its peaks.

    Of each stretch the lowest and the highest value stay, and the two ends of the curve.
    """
    n = len(values)
    if n <= most:
        return list(range(n))
    stretches = (most - 2) // 2
    kept = {0, n - 1}
    for i in range(stretches):
        stretch = range(i * n // stretches, (i + 1) * n // stretches)
        finite = [place for place in stretch if isfinite(values[place])]
        if finite:
            kept.add(min(finite, key=values.__getitem__))
            kept.add(max(finite, key=values.__getitem__))
        else:
            kept.add(stretch[0])
    return sorted(kept)


def evenly(n: int, most: int) -> list[int]:
    """At most `most` of the places 0 to n - 1 in even steps, the two ends among them."""
    if n <= most:
        return list(range(n))
    step = -(-(n - 1) // (most - 1))
    places = list(range(0, n, step))
    return places if places[-1] == n - 1 else [*places, n - 1]
