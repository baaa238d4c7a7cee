"""Numeric slopes: what one step tells, and which steps are tried, on curves that are known."""

from collections.abc import Callable
from math import cos, exp, inf, isnan, nan, sin, tanh

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn import slopes
from purenn.slopes import EPSILON, Estimate, agree, checkable, measure

STEP = 2.0**-10


class Curve:
    """A function and its slope in the place of a network's loss; it notes where it is asked."""

    def __init__(
        self,
        f: Callable[[float], float],
        slope: Callable[[float], float] = lambda w: 0.0,
        *,
        w: float = 0.0,
        rounding: float = 0.0,
        around: tuple[float, ...] = (),
    ) -> None:
        self.f, self.slope, self.loss, self.rounding = f, slope, f(w), rounding
        self.around, self.asked = list(around), list[float]()

    def loss_at(self, w: float) -> float:
        self.asked.append(w)
        return self.f(w)

    def slope_at(self, w: float) -> tuple[float, float]:
        return self.slope(w), self.rounding

    def slopes_around(self, w: float) -> list[float]:
        return self.around

    def steps(self) -> list[float]:
        """The steps that were tried around 0."""
        return [points[3] for points in zip(*[iter(self.asked)] * 6, strict=True)]


def estimate(curve: Curve, w: float = 0.0, h: float = 1.0, look: bool = False) -> Estimate:
    made = Estimate(curve, w, h)
    if look:
        made.look_beside(curve, 1e-6)
    return made


# ---------------------------------------------------------------------------- one step


@pytest.mark.parametrize("power", range(7))
def test_polynomials_have_their_slope(power: int) -> None:
    """All is exact to the sixth order; the bend is 40 h⁴ for w⁵ and 72 h⁵ for w⁶."""
    made = estimate(Curve(lambda w: w**power, w=0.0), h=0.5)
    assert made.numeric == pytest.approx(1.0 if power == 1 else 0.0, abs=1e-13)
    assert made.bend == pytest.approx({5: 40 * 0.5**4, 6: 72 * 0.5**5}.get(power, 0.0), abs=1e-12)


@pytest.mark.parametrize("power", range(7))
def test_slopes_beside_a_smooth_point_are_by_all_points(power: int) -> None:
    made = estimate(Curve(lambda w: w**power, w=0.0, rounding=1e6), h=0.5)
    slope = power * 0.5 ** max(power - 1, 0)
    assert made.smooth
    assert made.after == pytest.approx(slope, abs=1e-12)
    assert made.before == pytest.approx(slope * (-1.0) ** (power - 1), abs=1e-12)


def test_slopes_on_the_sides_of_a_kink_are_by_the_points_of_one_side() -> None:
    def f(w: float) -> float:
        return 2.0 + w - 3.0 * w**2 + w**3 if w < 0.0 else 2.0 - 5.0 * w + w**2 - 2.0 * w**3

    made = estimate(Curve(f), h=0.25)
    assert not made.smooth
    assert (made.below, made.above) == pytest.approx((1.0, -5.0))
    assert made.before == pytest.approx(1.0 + 6.0 * 0.25 + 3.0 * 0.25**2)
    assert made.after == pytest.approx(-5.0 + 2.0 * 0.25 - 6.0 * 0.25**2)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("place", [k / 50.0 for k in range(-150, 151)])
def test_the_bend_covers_the_error_of_one_kink_anywhere(order: int, place: float) -> None:
    """A kink in the loss or in its first derivative."""
    made = estimate(Curve(lambda w: max(w - place, 0.0) ** order, w=0.0))
    right = 0.0 if place >= 0.0 else order * (-place) ** (order - 1)
    assert abs(made.numeric - right) <= made.bend + 1e-13


def test_a_kink_at_w_leaves_a_bend_of_six_tenths_of_its_jump() -> None:
    assert estimate(Curve(lambda w: max(w, 0.0)), h=0.125).bend == pytest.approx(slopes.JUMP)


def test_rounding_is_that_at_w_or_that_of_the_largest_loss() -> None:
    curve = Curve(lambda w: 3.0 + w, rounding=1e-12)
    assert estimate(curve, h=0.5).rounding == 2e-12
    curve.rounding = 0.0
    assert estimate(curve, h=0.5).rounding == EPSILON * 4.5 / 0.5
    assert estimate(Curve(lambda w: w - 3.0), h=0.5).rounding == EPSILON * 4.5 / 0.5


def test_rounding_beside_w_counts_too() -> None:
    class Louder(Curve):
        def slope_at(self, w: float) -> tuple[float, float]:
            return 1.0, 7.0 if w * self.side > 0.0 else 0.0

        side = 1.0

    for side in (1.0, -1.0):
        curve = Louder(lambda w: w)
        curve.side = side
        made = estimate(curve, h=0.5)
        made.look_beside(curve, 1e-6)
        assert made.rounding == 14.0


def test_noise_is_the_sum_of_both() -> None:
    made = estimate(Curve(lambda w: w**6, rounding=3.0), h=0.5)
    assert made.noise == made.bend + made.rounding > made.rounding == 6.0
    made.bend = nan
    assert made.noise == inf


def test_beside_needs_both_sides() -> None:
    for left, right, beside in ((1, 1, True), (1, 2, False), (2, 1, False)):
        made = estimate(Curve(lambda w: w, lambda w: left if w < 0 else right), look=True)  # noqa: B023
        assert (made.beside, made.jump) == (beside, abs(right - left))


@pytest.mark.parametrize(
    ("bend", "beside", "rounding", "kinked"),
    [
        (0.60, True, 0.0, True),
        (0.51, True, 0.0, True),
        (0.69, True, 0.0, True),
        (0.49, True, 0.0, False),
        (0.71, True, 0.0, False),
        (0.60, False, 0.0, False),
        (0.60, True, 0.6, False),
        (0.60, True, 0.59, True),
    ],
)
def test_a_kink_is_a_bend_that_the_jump_explains(
    bend: float, beside: bool, rounding: float, kinked: bool
) -> None:
    made = estimate(Curve(lambda w: w))
    made.bend, made.beside, made.rounding, made.jump = 10 * bend, beside, 10 * rounding, 10.0
    assert made.kinked is kinked


@pytest.mark.parametrize(
    ("analytic", "around", "allowed"),
    [
        (0.0, (), True),
        (0.5, (), True),
        (1.0, (), True),
        (1.5, (), False),
        (-0.01, (), False),
        (1.01, (0.5, 1.005), False),  # the others say the same: one kink
        (1.05, (0.0, 1.1), True),
        (2.1, (0.0, 1.1), True),  # another kink shows: as much again is allowed
        (2.3, (0.0, 1.1), False),
        (-1.0, (0.0, 1.1), True),
        (-1.2, (0.0, 1.1), False),
        (1.0 + 0.5e-6, (), True),
        (1.0 + 1.5e-6, (), False),
    ],
)
def test_a_kink_allows_what_lies_between(
    analytic: float, around: tuple[float, ...], allowed: bool
) -> None:
    curve = Curve(lambda w: max(w, 0.0), around=around)
    made = estimate(curve)
    made.rounding = 0.0
    assert made.allows(analytic, curve, 1e-6) is allowed


def test_a_kink_allows_for_the_rounding_of_one_sided_slopes() -> None:
    curve = Curve(lambda w: max(w, 0.0))
    made = estimate(curve)
    made.rounding = 0.3e-6  # times 20/3: 2e-6 more
    assert made.allows(1.0 + 2.9e-6, curve, 1e-6)
    assert not made.allows(1.0 + 3.1e-6, curve, 1e-6)
    assert made.allows(-1.9e-6, curve, 1e-12)
    assert not made.allows(-2.1e-6, curve, 1e-12)


def test_slopes_agree_by_tolerance_and_noise() -> None:
    assert agree(1.0, 1.1, 0.1, 0.0)
    assert not agree(1.0, 1.1, 0.09, 0.0)
    assert agree(1.0, 1.1, 0.09, 0.002)
    assert agree(0.0, -2.0, 0.0, 2.0)
    assert not agree(0.0, -2.0, 0.5, 0.99)
    assert not agree(inf, 1.0, 1e-6, 0.0)
    assert not agree(nan, 1.0, 1e-6, 1.0)
    assert not agree(inf, inf, 1e-6, 1.0)


def test_noise_of_a_thousandth_can_be_checked() -> None:
    assert checkable(0.9e-3, -1.0, 1e-6)
    assert not checkable(1.1e-3, 1.0, 1e-6)
    assert not checkable(1.1e-3, 1.0, 0.5)
    assert checkable(0.9e-5, 1.0, 1e-8)
    assert not checkable(1.1e-5, 1.0, 1e-8)
    assert not checkable(0.0, 0.0, 1e-6)


# ------------------------------------------------------------------------------- steps


@pytest.mark.parametrize(
    ("w", "h"),
    [(0.0, STEP), (0.7, STEP), (-1.0, STEP), (1.5, STEP), (-5.0, 4 * STEP), (1e300, 2.0**986)],
)
def test_the_first_step_is_a_power_of_two_and_grows_with_the_weight(w: float, h: float) -> None:
    curve = Curve(lambda x: x / 7.0, lambda x: 1.0 / 7.0, w=w)
    numeric, noise, kink = measure(curve, w, 1.0 / 7.0, 1e-6)
    assert curve.asked == [w + k * h for k in (-3, -2, -1, 1, 2, 3)]
    assert numeric == pytest.approx(1.0 / 7.0, rel=1e-9)
    assert noise < 1e-9
    assert not kink


def test_a_bend_makes_the_steps_smaller_until_it_is_gone() -> None:
    distance = STEP / 16**3
    curve = Curve(lambda w: max(w - distance, 0.0) + 1.0, lambda w: float(w > distance))
    assert measure(curve, 0.0, 0.0, 1e-6)[0] == 0.0
    assert curve.steps() == [STEP / 16**k for k in range(5)]


def test_smaller_steps_come_to_an_end() -> None:
    curve = Curve(lambda w: abs(w) ** 1.5, lambda w: 9.0)
    measure(curve, 0.0, 1.0, 1e-6)
    assert curve.steps()[:8] == [STEP / 16**k for k in range(8)]
    assert len(curve.steps()) == 8 + len(slopes.AGAIN)


def test_rounding_makes_the_steps_larger_while_that_helps() -> None:
    """The slope of a loss near 1 has a noise of 2⁻⁴² at the first step: 2⁻⁵⁰ is enough here."""
    slope = 2.0**-38
    curve = Curve(lambda w: 1.0 + slope * w, lambda w: slope)
    numeric, noise, _ = measure(curve, 0.0, slope, 1e-6)
    assert numeric == slope
    assert noise == pytest.approx(2.0**-50, rel=1e-6)
    assert curve.steps() == [STEP, 16 * STEP, 256 * STEP]


def test_larger_steps_end_at_a_bend() -> None:
    curve = Curve(lambda w: 1e9 + sin(w), lambda w: 0.5 * cos(w))
    numeric, noise, _ = measure(curve, 0.0, 0.5, 1e-6)
    assert curve.steps()[:2] == [STEP, 16 * STEP]
    assert max(curve.steps()) < 10.0
    assert 1e-7 < noise < 1e-2
    assert abs(numeric - 1.0) <= noise


def test_a_flat_loss_needs_one_step_only() -> None:
    curve = Curve(lambda w: 3.0)
    numeric, noise, kink = measure(curve, 0.0, 0.0, 1e-6)
    assert (numeric, noise, kink) == (0.0, 3.0 * EPSILON / STEP, False)
    assert curve.steps() == [STEP]


def test_a_loss_that_is_not_finite_has_no_slope() -> None:
    for loss in (inf, nan):
        numeric, noise, kink = measure(Curve(lambda w: loss), 0.0, 1.0, 1e-6)  # noqa: B023
        assert isnan(numeric)
        assert (noise, kink) == (inf, False)


# ------------------------------------------------------------------------- disagreement


@pytest.mark.parametrize("factor", [1.00001, 1.01, 2.0, -1.0, 0.0])
def test_a_wrong_slope_leaves_little_noise(factor: float) -> None:
    curve = Curve(exp, lambda w: factor * exp(w))
    numeric, noise, kink = measure(curve, 0.0, factor, 1e-6)
    assert numeric == pytest.approx(1.0, rel=1e-9)
    assert noise < 1e-9
    assert not kink


def test_before_backward_is_called_wrong_the_slope_is_found_again() -> None:
    """A loss with unknown rounding: what the slope changes by from step to step is noise."""
    curve = Curve(lambda w: round(exp(w) * 1e6) / 1e6, lambda w: 9.0)
    numeric, noise, _ = measure(curve, 0.0, 1.0, 1e-6)
    assert abs(numeric - 1.0) <= noise


class Scripted(Estimate):
    """An estimate whose slope is 1 at the first step, and less at other ones."""

    changes: dict[float, float] = {}  # noqa: RUF012

    def __init__(self, curve: Curve, w: float, h: float) -> None:
        super().__init__(curve, w, h)
        self.numeric = 1.0 - self.changes.get(h / STEP, 0.0)
        self.bend = self.rounding = 0.0
        self.flat = h == STEP


@pytest.mark.parametrize("part", [0.75, 0.5, 0.25])
def test_twice_the_change_at_other_steps_is_noise(
    monkeypatch: pytest.MonkeyPatch, part: float
) -> None:
    monkeypatch.setattr(slopes, "Estimate", Scripted)
    for change in (0.1, -0.1):
        monkeypatch.setattr(Scripted, "changes", {part: change})
        curve = Curve(lambda w: w, lambda w: 9.0)
        numeric, noise, kink = measure(curve, 0.0, 2.0, 1e-6)
        assert (numeric, kink) == (1.0, False)
        assert noise == pytest.approx(0.2)
        assert curve.steps() == [STEP, 0.75 * STEP, 0.5 * STEP, 0.25 * STEP]
    monkeypatch.setattr(Scripted, "changes", {0.125: 0.1})
    assert measure(Curve(lambda w: w, lambda w: 9.0), 0.0, 2.0, 1e-6)[1] == 0.0


# -------------------------------------------------------------------------------- kinks


@given(
    st.floats(-3.0, 3.0),
    st.floats(-3.0, 3.0),
    st.floats(-3.0, 3.0),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_a_kink_is_told(low: float, high: float, curvature: float, share: float) -> None:
    """Whatever backward gives between both sides is allowed, and nothing else is."""
    jump = abs(high - low)

    def f(w: float) -> float:
        return (low if w < 0.0 else high) * w + curvature * w * w + 1.0

    def slope(w: float) -> float:
        return (low if w < 0.0 else high) + 2.0 * curvature * w

    analytic = low + share * (high - low)
    numeric, noise, kink = measure(Curve(f, slope), 0.0, analytic, 1e-6)
    assert abs(numeric - (low + high) / 2.0) <= noise
    if jump > 1e-3 or (jump > 1e-6 and share in (0.0, 1.0)):
        assert kink or agree(analytic, numeric, 1e-6, 0.0) or jump < 2e-6 * abs(numeric)
    if jump > 1e-3:
        for wrong in (min(low, high) - jump / 50.0, max(low, high) + jump / 50.0):
            numeric, noise, kink = measure(Curve(f, slope), 0.0, wrong, 1e-6)
            assert not kink
            assert not agree(wrong, numeric, 1e-6, noise)


@pytest.mark.parametrize("wrong_side", [-1.0, 1.0])
def test_a_kink_is_no_excuse_where_backward_is_wrong_beside_it(wrong_side: float) -> None:
    """Half of the slope at every point is between both sides at the kink, but wrong."""

    def slope(w: float) -> float:
        return float(w > 0.0) if w * wrong_side < 0.0 else 0.5

    assert not measure(Curve(lambda w: max(w, 0.0), slope), 0.0, 0.5, 1e-6)[2]


def test_a_value_that_is_wrong_at_the_kink_only_is_found() -> None:
    curve = Curve(lambda w: max(w, 0.0), lambda w: float(w > 0.0), around=(0.0, 1.0, 0.0))
    for analytic in (2.0, -0.1, 1.1):
        numeric, noise, kink = measure(curve, 0.0, analytic, 1e-6)
        assert not kink
        assert not agree(analytic, numeric, 1e-6, noise)


def test_a_value_that_is_wrong_at_one_point_only_is_found() -> None:
    curve = Curve(exp, exp, around=(1.0, 1.0))
    numeric, noise, kink = measure(curve, 0.0, 1.01, 1e-6)
    assert not kink
    assert not agree(1.01, numeric, 1e-6, noise)


def test_kinks_that_hide_each_other_are_told() -> None:
    """f(−f(w)), f the leaky ReLU: the slope is −0.01 on both sides, but at 0 it is −0.0001."""
    curve = Curve(lambda w: -0.01 * w, lambda w: -0.01, around=(-0.0001, -0.01, -1.0))
    numeric, noise, kink = measure(curve, 0.0, -0.0001, 1e-6)
    assert kink
    assert numeric == pytest.approx(-0.01)
    assert noise < 1e-9


def test_a_dent_that_the_step_cannot_see_is_too_small_to_check() -> None:
    """A unit that saturates within 1e-6 adds 1e-12 to a loss of 10,000."""

    def slope(w: float) -> float:
        return 1e-3 + 1e-12 / 1e-6 * (1.0 - tanh(w / 1e-6) ** 2)

    curve = Curve(lambda w: 1e4 + 1e-3 * w + 1e-12 * tanh(w / 1e-6), slope)
    numeric, noise, kink = measure(curve, 0.0, slope(0.0), 1e-6)
    assert abs(slope(0.0) - numeric) <= noise
    assert noise > 1e-7
    assert not kink
    assert min(curve.steps()) == STEP / 16**2


def test_three_smaller_steps_must_not_see_a_dent() -> None:
    curve = Curve(exp, exp, rounding=1e-15, around=(1.0, 1.0))
    measure(curve, 0.0, 1.01, 1e-6)
    assert curve.steps()[-3:] == [STEP / 16, STEP / 16**2, STEP / 16**3]


def test_larger_steps_end_where_they_do_not_help() -> None:
    """The fourth step has as much noise by the curve's bend as the third has by rounding."""
    curve = Curve(lambda w: 100.0 + w + w**3, lambda w: 1.0)
    tried = list(slopes._estimates(curve, 0.0))
    assert [estimate.h for estimate in tried] == [STEP * 16**k for k in range(3)]
    assert curve.steps() == [STEP * 16**k for k in range(4)]
