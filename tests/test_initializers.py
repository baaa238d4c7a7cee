"""How first weights are drawn: the spread that each initializer promises."""

from collections.abc import Callable
from math import sqrt
from statistics import fmean, pstdev
from typing import Any

import pytest

from purenn import initializers as init
from purenn.errors import ArgumentError
from purenn.random import RandomState

N_IN, N_OUT = 60, 40


def numbers(rows: list[list[float]]) -> list[float]:
    return [w for row in rows for w in row]


@pytest.mark.parametrize(
    "draw,variance",
    [
        (init.GlorotUniform(), 2 / (N_IN + N_OUT)),
        (init.GlorotNormal(), 2 / (N_IN + N_OUT)),
        (init.HeUniform(), 2 / N_IN),
        (init.HeNormal(), 2 / N_IN),
        (init.LeCunUniform(), 1 / N_IN),
        (init.LeCunNormal(), 1 / N_IN),
        (init.Normal(0.0, 0.3), 0.09),
        (init.Uniform(-0.5, 0.5), 1 / 12),
    ],
    ids=repr,
)
def test_spread(draw: Callable[..., Any], variance: float) -> None:
    rows = draw(RandomState(0), N_IN, N_OUT)
    assert (len(rows), len(rows[0])) == (N_IN, N_OUT)
    weights = numbers(rows)
    assert fmean(weights) == pytest.approx(0.0, abs=0.1 * sqrt(variance))
    assert pstdev(weights) == pytest.approx(sqrt(variance), rel=0.05)
    if "Uniform" in repr(draw):
        limit = sqrt(3 * variance)  # even draws from [−a, a) have the variance a²/3
        assert max(map(abs, weights)) <= limit
        assert max(map(abs, weights)) > 0.99 * limit


def test_draws_are_the_generators_own() -> None:
    assert init.Normal(1.0, 2.0)(RandomState(3), 2, 3) == RandomState(3).normal(1.0, 2.0, (2, 3))
    assert init.Uniform(1.0, 2.0)(RandomState(3), 2, 3) == RandomState(3).uniform(1, 2, (2, 3))


def test_zeros_draw_nothing() -> None:
    random = RandomState(3)
    assert init.Zeros()(random, 2, 3) == [[0.0] * 3] * 2
    assert random.rand() == RandomState(3).rand()


def test_repr() -> None:
    assert [repr(i) for i in (init.Zeros(), init.Uniform(), init.Normal(), init.HeNormal())] == [
        "Zeros()", "Uniform(-0.5, 0.5)", "Normal(0.0, 1.0)", "HeNormal()",
    ]  # fmt: skip


@pytest.mark.parametrize("low,high", [(1.0, 1.0), (2.0, 1.0)])
def test_uniform_refuses_an_empty_range(low: float, high: float) -> None:
    with pytest.raises(ArgumentError, match="low must be below high"):
        init.Uniform(low, high)


def test_uniform_refuses_a_range_wider_than_floats() -> None:
    with pytest.raises(ArgumentError, match="high - low finite"):
        init.Uniform(-1e308, 1e308)


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), None, "1", True])
def test_uniform_refuses_bounds_that_are_no_numbers(bound: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Uniform: low is .*, must be a finite number"):
        init.Uniform(low=bound)
    with pytest.raises(ArgumentError, match=r"Uniform: high is .*, must be a finite number"):
        init.Uniform(high=bound)


@pytest.mark.parametrize("deviation", [-1.0, float("nan")])
def test_normal_refuses_a_negative_deviation(deviation: float) -> None:
    with pytest.raises(ArgumentError, match="deviation is"):
        init.Normal(0.0, deviation)
