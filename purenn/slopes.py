"""The slope of the loss along one weight, found by nudging it, and how well it is known.

With L₋₃ … L₃ the losses at w − 3h … w + 3h,

    dL/dw ≈ (45 (L₁ − L₋₁) − 9 (L₂ − L₋₂) + (L₃ − L₋₃)) / 60h

is the central difference of sixth order (Fornberg 1988). How far off it may be, its
noise, is the sum of two parts:

- rounding. A layer's output A is off by up to ε|A|, which moves the loss by up to
  ε|A · dA|. So L is known to ε (|L| + Σ|A · dA|), and the slope to that divided by h.
- bend. If the loss is smooth between w − 3h and w + 3h, the differences of fifth and
  sixth order nearly vanish; what is left of them bounds the error of the slope.

The first grows as h shrinks, the second shrinks with h: where the first step does not
tell enough, smaller or larger ones may. No measure of noise is proof, so before backward
is called wrong, three more steps must give the same slope again.

A loss that is kinked at w (a ReLU's input is 0) has no slope there. Then backward must be
right on both sides of w, and at w must not leave the range of the slopes around it.
"""

from __future__ import annotations

from math import frexp, inf, isfinite, log2, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Protocol

    class Curve(Protocol):
        """The loss as a function of one weight."""

        loss: float  # L(w)
        rounding: float  # how far rounding may move L(w)

        def loss_at(self, w: float) -> float:
            """L, with the weight at w."""

        def slope_at(self, w: float) -> tuple[float, float]:
            """What backward says there, and how far rounding may move L."""

        def slopes_around(self, w: float) -> list[float]:
            """What backward says where all weights are nudged at random."""


__all__ = ["EPSILON", "Estimate", "agree", "checkable", "measure"]

EPSILON = 2.0**-52  # of 64-bit floats
# Times |w|, at least 1: where rounding, ε/h, and the error of fourth order, h⁴, are equal. All
# steps are powers of two, so that w + h has no rounding of its own.
STEP = 2.0 ** round(log2(EPSILON) / 5.0)
FACTOR = 16.0  # from one step to the next
TRIES = 8  # steps
AGAIN = (0.75, 0.5, 0.25)  # of the step, when a disagreement is looked at again
DEEPER = 3  # smaller steps, when backward is wrong at w but not beside it
JUMP = 0.6  # the bend that a kink leaves at w, in parts of the slope's jump
ONE_SIDED = 20.0 / 3.0  # the sum of the weights in a one-sided slope


def agree(a: float, b: float, tolerance: float, noise: float) -> bool:
    """True if two slopes differ by no more than the relative tolerance and the noise."""
    gap = abs(a - b)
    return gap < inf and gap <= tolerance * max(abs(a), abs(b)) + noise


def checkable(noise: float, slope: float, tolerance: float) -> bool:
    """True if the noise is at most 1/1000 of the slope: an error of 1 % is ten times the noise.

    A tolerance below 1e-6 asks for more: at most 1000 times the tolerance.
    """
    return noise < min(1e-3, 1000.0 * tolerance) * abs(slope)


class Estimate:
    """The slope at w by one step h, and what the same seven losses say beside it.

    numeric       the slope; it may be off by its noise, rounding + bend
    below, above  the slopes at w from the points of one side only: they differ on a kink
    before, after the slopes at w − h and w + h
    beside, jump  after `look_beside`: whether backward is right there, and how far its slopes
                  there are apart
    """

    beside = False
    jump = nan

    def __init__(self, curve: Curve, w: float, h: float) -> None:
        losses = [curve.loss_at(w + k * h) for k in (-3, -2, -1, 1, 2, 3)]
        L3, L2, L1, R1, R2, R3 = losses
        L = curve.loss
        self.w, self.h = w, h
        self.numeric = (45.0 * (R1 - L1) - 9.0 * (R2 - L2) + (R3 - L3)) / (60.0 * h)
        fourth_order = (8.0 * (R1 - L1) - (R2 - L2)) / (12.0 * h)
        sixth = (R3 + L3) - 6.0 * (R2 + L2) + 15.0 * (R1 + L1) - 20.0 * L
        # Chosen so that the bend covers the error if one kink, of the loss or of its first
        # derivative, is anywhere between w − 3h and w + 3h.
        self.bend = 10.0 * abs(self.numeric - fourth_order) + abs(sixth) / (10.0 * h)
        self.rounding = max(curve.rounding, EPSILON * max(map(abs, losses))) / h
        self.below = (11.0 * L - 18.0 * L1 + 9.0 * L2 - 2.0 * L3) / (6.0 * h)
        self.above = (-11.0 * L + 18.0 * R1 - 9.0 * R2 + 2.0 * R3) / (6.0 * h)
        if self.smooth:  # by all points
            before = 2.0 * L3 - 24.0 * L2 - 35.0 * L1 + 80.0 * L - 30.0 * R1 + 8.0 * R2 - R3
            after = L3 - 8.0 * L2 + 30.0 * L1 - 80.0 * L + 35.0 * R1 + 24.0 * R2 - 2.0 * R3
        else:  # by those of one side, as below and above
            before = 20.0 * L + 30.0 * L1 - 60.0 * L2 + 10.0 * L3
            after = -20.0 * L - 30.0 * R1 + 60.0 * R2 - 10.0 * R3
        self.before, self.after = before / (60.0 * h), after / (60.0 * h)
        self.flat = all(loss == L for loss in losses)

    @property
    def noise(self) -> float:
        """The absolute error that the numeric slope may have."""
        noise = self.rounding + self.bend
        return noise if isfinite(noise) else inf

    @property
    def smooth(self) -> bool:
        """True if no bend shows above the rounding."""
        return self.bend <= self.rounding

    def settles(self, analytic: float, tolerance: float) -> bool:
        """True if nothing remains to be asked: the slopes agree, and the noise is small."""
        exact = agree(analytic, self.numeric, tolerance, 0.0)
        return exact and checkable(self.noise, self.numeric, tolerance)

    def look_beside(self, curve: Curve, tolerance: float) -> None:
        """Ask backward at w − h and w + h, also for the rounding there."""
        left, rounding_left = curve.slope_at(self.w - self.h)
        right, rounding_right = curve.slope_at(self.w + self.h)
        self.rounding = max(self.rounding, rounding_left / self.h, rounding_right / self.h)
        self.jump = abs(right - left)
        self.beside = agree(left, self.before, tolerance, self.rounding) and agree(
            right, self.after, tolerance, self.rounding
        )

    @property
    def kinked(self) -> bool:
        """True if backward is right on both sides, and the jump explains all of the bend."""
        explained = abs(self.bend - JUMP * self.jump) < 0.1 * self.jump
        return self.beside and explained and not self.smooth

    def allows(self, analytic: float, curve: Curve, tolerance: float) -> bool:
        """True if a slope at w lies between those around w.

        Where other weights are nudged too, further kinks may show, which w alone does not
        tell apart. Some of their slopes may be missing: as much again is allowed.
        """
        if self._between(self.below, self.above, analytic, tolerance):
            return True
        slopes = [self.below, self.above, *curve.slopes_around(self.w)]
        low, high = min(slopes), max(slopes)
        more = high - low if JUMP * (high - low) > 1.01 * self.bend else 0.0
        return self._between(low - more, high + more, analytic, tolerance)

    def _between(self, a: float, b: float, slope: float, tolerance: float) -> bool:
        slack = tolerance * max(abs(a), abs(b)) + ONE_SIDED * self.rounding
        return min(a, b) - slack <= slope <= max(a, b) + slack


def measure(curve: Curve, w: float, analytic: float, tolerance: float) -> tuple[float, float, bool]:
    """The numeric slope at w, its noise, and whether w is on a kink that allows backward's."""
    if not isfinite(curve.loss):
        return nan, inf, False
    tried: list[Estimate] = []
    for estimate in _estimates(curve, w):
        if estimate.settles(analytic, tolerance):
            return estimate.numeric, estimate.noise, False
        estimate.look_beside(curve, tolerance)
        if estimate.kinked:
            noise = abs(estimate.above - estimate.below) / 2.0 + ONE_SIDED * estimate.rounding
            return estimate.numeric, noise, estimate.allows(analytic, curve, tolerance)
        tried.append(estimate)
    best = min(tried, key=lambda estimate: estimate.noise)
    noise = best.noise
    if not agree(analytic, best.numeric, tolerance, noise):
        again = [Estimate(curve, w, best.h * part).numeric for part in AGAIN]
        noise = max(noise, *(2.0 * abs(best.numeric - numeric) for numeric in again))
    if agree(analytic, best.numeric, tolerance, noise) or not best.beside:
        return best.numeric, noise, False
    # Backward is right beside w, but not at w. Either the loss has a dent there that a smaller
    # step may see; or w is on kinks one behind the other, whose jumps may hide each other.
    for k in range(1, DEEPER + 1):
        estimate = Estimate(curve, w, min(tried[0].h, tried[-1].h) / FACTOR**k)
        if agree(analytic, estimate.numeric, tolerance, estimate.noise):
            return estimate.numeric, estimate.noise, False
    return best.numeric, noise, best.allows(analytic, curve, tolerance)


def _estimates(curve: Curve, w: float) -> Iterator[Estimate]:
    """By smaller and smaller steps until no bend shows; or by larger ones while that helps."""
    h = STEP * 2.0 ** (frexp(max(1.0, abs(w)))[1] - 1)
    estimate = Estimate(curve, w, h)
    yield estimate
    if not estimate.smooth:
        for k in range(1, TRIES):
            estimate = Estimate(curve, w, h / FACTOR**k)
            yield estimate
            if estimate.smooth:
                return
    elif not estimate.flat:
        for k in range(1, TRIES):
            before, estimate = estimate, Estimate(curve, w, h * FACTOR**k)
            if estimate.flat or not estimate.smooth or estimate.noise > before.noise / 2.0:
                return
            yield estimate
