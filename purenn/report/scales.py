"""From a value to a place along an axis, with ticks at round numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from purenn.report.markup import SPACE, number, power_of_ten

__all__ = ["Scale", "epoch_scale", "fitting_scale", "linear_scale", "log_scale", "percent_scale"]

LARGEST = 1e300  # so that a difference of two values is still a finite number
DECADES = 2.0  # a range wider than this is drawn on a log scale


@dataclass(frozen=True)
class Scale:
    """low and high are the ends of the axis; where `log`, they are powers of ten."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]  # place from 0 to 1, and label
    log: bool = False
    factor: float = 1.0

    def place(self, value: float) -> float:
        """0 at the low end, 1 at the high end; the value must be finite."""
        along = log10(value) if self.log else _bounded(value * self.factor)
        return _share(along, self.low, self.high)


def fitting_scale(values: Sequence[float], count: int = 6) -> Scale:
    """A log scale where positive values span more than two decades, else a linear one."""
    finite = [value for value in values if isfinite(value)]
    if finite and min(finite) > 0 and log10(max(finite)) - log10(min(finite)) > DECADES:
        return log_scale(min(finite), max(finite), count)
    return linear_scale(finite, count)


def linear_scale(
    values: Sequence[float],
    count: int = 6,
    *,
    ceiling: float = LARGEST,
    factor: float = 1.0,
    unit: str = "",
) -> Scale:
    """Round ticks around the values; starts at 0 where the values come near it."""
    finite = [_bounded(value * factor) for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    ceiling = ceiling if high <= ceiling else LARGEST
    if high - low <= max(1e-9 * max(abs(low), abs(high)), 1e-290):  # all the same
        pad = 0.1 * abs(high) if abs(high) > 1e-280 else 1.0
        low, high = low - pad, min(high + pad, ceiling)
    if 0 <= low <= 0.5 * high:
        low = 0.0
    step = round_step((high - low) / max(1, count - 1))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    places = [i * step for i in range(first, last + 1) if i * step <= ceiling * (1 + 1e-12)]
    bottom, top = places[0], max(places[-1], high)
    ticks = tuple((_share(at, bottom, top), _label(at, step) + unit) for at in places)
    return Scale(bottom, top, ticks, factor=factor)


def percent_scale(values: Sequence[float], count: int = 6) -> Scale:
    """Shares from 0 to 1, labelled in percent."""
    return linear_scale(values, count, ceiling=100.0, factor=100.0, unit=f"{SPACE}%")


def log_scale(low: float, high: float, count: int = 6) -> Scale:
    """Ticks at powers of ten; at 1, 2 and 5 times them where there are few."""
    first, last = floor(log10(low)), ceil(log10(high))
    every = max(1, ceil((last - first) / count))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    marks = [
        (exponent + log10(factor), exponent, factor)
        for exponent in range(first, last + every + 1, every)
        for factor in factors
    ]
    pad = 0.04 * (log10(high) - log10(low))
    below, above = log10(low) - pad, log10(high) + pad
    ticks = tuple(
        (_share(at, below, above), _power(exponent, factor))
        for at, exponent, factor in marks
        if below <= at <= above
    )
    return Scale(below, above, ticks, log=True)


def epoch_scale(epochs: int, count: int = 6) -> Scale:
    """Whole numbers from 1."""
    step = max(1, round(round_step((epochs - 1) / count))) if epochs > 1 else 1
    numbers = list(range(step, epochs + 1, step))
    if numbers[0] - 1 > 0.6 * step:
        numbers.insert(0, 1)
    low, high = (1.0, float(epochs)) if epochs > 1 else (0.0, 2.0)  # a single one: in the middle
    ticks = tuple((_share(float(n), low, high), f"{n:,}") for n in numbers)
    return Scale(low, high, ticks)


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(k * power for k in (1.0, 2.0, 5.0, 10.0) if k * power >= least * (1 - 1e-9))


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low)


def _bounded(value: float) -> float:
    return max(-LARGEST, min(LARGEST, value))


def _label(value: float, step: float) -> str:
    """Just the digits that tell neighbouring ticks apart."""
    if abs(value) < step / 2:
        return "0"
    if step > 1e-5 and abs(value) < 1e7:
        return f"{value:,.{max(0, -floor(log10(step) + 1e-9))}f}".replace("-", "−")
    return number(value)


def _power(exponent: int, factor: int) -> str:
    """factor · 10^exponent."""
    if 0 <= exponent <= 4:
        return f"{factor * 10**exponent:,}"
    if -4 <= exponent < 0:
        return f"{factor / 10**-exponent:.{-exponent}f}"
    return power_of_ten(exponent) if factor == 1 else f"{factor}×{power_of_ten(exponent)}"
