"""Toy sets: the shapes they promise, and the same numbers from the same seed."""

from collections.abc import Callable
from math import hypot, sin

import pytest

from purenn.data import Dataset, circles, noisy_sine, spirals, two_moons, xor
from purenn.errors import ArgumentError

MAKERS: list[Callable[..., Dataset]] = [two_moons, circles, spirals, noisy_sine]


def test_xor() -> None:
    data = xor()
    assert [(a, b, y) for (a, b), y in zip(data.features, data.targets, strict=True)] == [
        (0, 0, 0),
        (0, 1, 1),
        (1, 0, 1),
        (1, 1, 0),
    ]


@pytest.mark.parametrize("make", MAKERS)
def test_a_seed_gives_the_same_set_and_another_seed_another(make: Callable[..., Dataset]) -> None:
    first, again, other = make(31, seed=4), make(31, seed=4), make(31, seed=5)
    assert list(first.features) == list(again.features)
    assert first.targets == again.targets
    assert list(first.features) != list(other.features)
    assert len(first) == 31


@pytest.mark.parametrize("make", [two_moons, circles, spirals])
def test_classes_come_by_turns(make: Callable[..., Dataset]) -> None:
    data = make(11, seed=1)
    assert data.targets == [i % data.classes for i in range(11)]


def test_without_noise_the_points_lie_on_the_curves() -> None:
    for (x, y), label in zip(*parts(two_moons(41, 0.0)), strict=True):
        middle = (1.0, 0.5) if label else (0.0, 0.0)
        assert hypot(x - middle[0], y - middle[1]) == pytest.approx(1.0)
    for (x, y), label in zip(*parts(circles(41, 0.0, factor=0.3)), strict=True):
        assert hypot(x, y) == pytest.approx(0.3 if label else 1.0)
    for i, (x, y) in enumerate(spirals(40, 4, 0.0).features):
        assert hypot(x, y) == pytest.approx((i // 4 + 1) / 10)
    for (x,), target in zip(*parts(noisy_sine(20, 0.0)), strict=True):
        assert target == pytest.approx(sin(x))


def parts(data: Dataset) -> tuple[list[list[float]], list[float]]:
    return list(data.features), data.targets


def test_noise_moves_the_points_by_its_standard_deviation() -> None:
    clean, noisy = circles(2000, 0.0), circles(2000, 0.2, seed=3)
    moves = [b - a for a, b in zip(clean.features.column(0), noisy.features.column(0), strict=True)]
    assert (sum(m * m for m in moves) / 2000) ** 0.5 == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize("make", MAKERS)
def test_sizes_and_noise_that_cannot_be(make: Callable[..., Dataset]) -> None:
    for n in (0, -1, 1.5, True):
        with pytest.raises(ArgumentError, match="n is"):
            make(n)
    for noise in (-0.1, float("nan"), float("inf"), "0.1"):
        with pytest.raises(ArgumentError, match="noise is"):
            make(10, noise=noise)


def test_other_arguments_that_cannot_be() -> None:
    for classes in (1, 2.5, True):
        with pytest.raises(ArgumentError, match="classes is"):
            spirals(10, classes)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="turns"):
        spirals(10, turns=float("nan"))
    with pytest.raises(ArgumentError, match="factor"):
        circles(10, factor=1.0)
    with pytest.raises(ArgumentError, match="n is 4"):
        spirals(4, 5)
