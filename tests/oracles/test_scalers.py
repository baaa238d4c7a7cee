"""purenn's scalers beside scikit-learn's, on columns of every kind.

Where they differ it is by design, and said below: purenn takes a spread for rounding by its
size relative to the numbers, scikit-learn's MinMaxScaler by its absolute size; and purenn
refuses what cannot be scaled in floats, which scikit-learn leaves as it is, or makes NaN of.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

import pytest

from purenn.data import MinMaxScaler, Scaler, StandardScaler
from purenn.errors import DataError

np = pytest.importorskip("numpy")
preprocessing = pytest.importorskip("sklearn.preprocessing")

PAIRS = [(StandardScaler, "StandardScaler"), (MinMaxScaler, "MinMaxScaler")]
each_scaler = pytest.mark.parametrize("ours,name", PAIRS, ids=[name for _, name in PAIRS])
TRIALS = 100

COLUMNS: dict[str, Callable[[random.Random], float]] = {
    "normal": lambda draw: draw.gauss(3.0, 2.0),
    "whole numbers": lambda draw: float(draw.randrange(256)),
    "skewed": lambda draw: math.exp(draw.gauss(0.0, 3.0)),
    "around 1e8": lambda draw: 1e8 + draw.gauss(0.0, 1.0),
    "steps at 1e15": lambda draw: 1e15 + draw.randrange(3),
    "large": lambda draw: 1e100 * draw.gauss(0.0, 1.0),
    "two": lambda draw: draw.choice([-7.0, 11.0]),
}


def drawn(kind: str, number: int, least: int = 2) -> list[float]:
    draw = random.Random(f"{kind} {number}")
    return [COLUMNS[kind](draw) for _ in range(draw.choice([least, 3, 10, 100]))]


def scaled(ours: type[Scaler], name: str, column: list[float]) -> tuple[list[float], list[float]]:
    """A column, fitted and scaled, by purenn and by scikit-learn."""
    rows = [[x] for x in column]
    scaler = ours().fit(rows)
    expected = getattr(preprocessing, name)().fit_transform(np.array(rows))
    found = scaler.transform(rows)
    back = [x for (x,) in scaler.inverse(found)]
    assert np.allclose(back, column, rtol=1e-9, atol=1e-15)
    return [y for (y,) in found], expected.ravel().tolist()


@each_scaler
@pytest.mark.parametrize("kind", COLUMNS)
def test_columns(ours: type[Scaler], name: str, kind: str) -> None:
    """Within 1e-12 of the scaled range; a mean at 1e8 and beyond is rounded on both sides."""
    for number in range(TRIALS):
        column = drawn(kind, number)
        if min(column) == max(column):
            continue
        found, expected = scaled(ours, name, column)
        lost = 2.0**-52 * max(map(abs, column)) / (max(column) - min(column))
        size = max(map(abs, expected))
        assert np.allclose(found, expected, rtol=0.0, atol=size * (1e-12 + 8.0 * lost))


def test_the_deviation_is_exact_to_the_last_bits() -> None:
    """Also where the numbers are far from 0, by whole fractions."""
    for kind in COLUMNS:
        for number in range(20):
            column = drawn(kind, number)
            if min(column) == max(column):
                continue
            exact = list(map(Fraction, column))
            mean = sum(exact, Fraction()) / len(exact)
            variance = sum(((x - mean) ** 2 for x in exact), Fraction()) / len(exact)
            span = (StandardScaler().fit([[x] for x in column]).span or [0.0])[0]
            lost = float(abs(mean)) * 2.0**-52 / span  # by the rounding of the mean
            assert Fraction(span) ** 2 / variance == pytest.approx(1.0, abs=1e-14 + lost**2)


def test_several_columns_and_new_rows() -> None:
    draw = random.Random(0)
    rows = [[draw.gauss(j, 10.0**j) for j in range(-3, 4)] for _ in range(50)]
    new = [[draw.gauss(j, 10.0**j) for j in range(-3, 4)] for _ in range(20)]
    for ours, name in PAIRS:
        theirs = getattr(preprocessing, name)().fit(np.array(rows))
        scaler = ours().fit(rows)
        assert np.allclose(scaler.transform(new), theirs.transform(np.array(new)), atol=1e-12)
        assert np.allclose(scaler.inverse(new), theirs.inverse_transform(np.array(new)), atol=1e-12)


# ------------------------------------------------------------------------- constant columns


@each_scaler
@pytest.mark.parametrize("number", [0.0, 1.0, 0.1, -3.7, 1e8, 1e15 + 1, 1e300, -1e-310, 5e-324])
@pytest.mark.parametrize("rows", [1, 3, 10])
def test_constant_columns_become_0(ours: type[Scaler], name: str, number: float, rows: int) -> None:
    """To the bit, and what differs later is told by how much: the span is 1."""
    scaler = ours().fit([[number]] * rows)
    assert scaler.transform([[number]] * rows) == [[0.0]] * rows
    if abs(number) < 1e100:  # there even a rounded mean of equal numbers is told from them
        expected = getattr(preprocessing, name)().fit([[number]] * rows)
        assert np.allclose(expected.transform([[number]]), 0.0, atol=1e-9 * (abs(number) + 1.0))
        new = [[number + 0.5]]
        assert np.allclose(scaler.transform(new), expected.transform(new), atol=1e-9)


NEARLY = [
    [0.3, 0.1 + 0.2],
    [1.0, math.nextafter(1.0, 2.0)],
    [1e8, math.nextafter(1e8, 2e8), 1e8],
    [-0.7, -0.1 * 7.0, -0.7],
]


@pytest.mark.parametrize("column", NEARLY)
def test_a_spread_of_rounding_is_none(column: list[float]) -> None:
    """A new value of 0.31 beside 0.3 and 0.1 + 0.2 stays near, in both."""
    rows, new = [[x] for x in column], [[column[0] + 0.01]]
    found = StandardScaler().fit(rows).transform(new)
    expected = preprocessing.StandardScaler().fit(np.array(rows)).transform(new)
    assert np.allclose(found, expected, atol=1e-7)
    assert found == [[pytest.approx(0.01, abs=1e-7)]]
    near = MinMaxScaler().fit(rows).transform(new)
    assert near == [[pytest.approx(0.01, abs=1e-7)]]


def test_small_spreads_that_are_real() -> None:
    """Of numbers around 1e-20 a spread of 1e-20 is all there is: scikit-learn's MinMaxScaler
    takes any spread below 2e-15 for none."""
    rows = [[1e-20], [2e-20], [3e-20]]
    assert MinMaxScaler().fit(rows).transform(rows) == [[0.0], [pytest.approx(0.5)], [1.0]]
    assert np.allclose(preprocessing.MinMaxScaler().fit_transform(rows), 0.0)
    expected = preprocessing.StandardScaler().fit_transform(np.array(rows))
    assert np.allclose(StandardScaler().fit(rows).transform(rows), expected, rtol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_no_float_can_scale_is_refused() -> None:
    """Squares that overflow or underflow: scikit-learn's columns keep their size, or are NaN."""
    for column in ([1e200, -1e200, 3e200], [1.7e308, -1.7e308], [1e-170, 2e-170, 4e-170]):
        rows = [[x] for x in column]
        theirs = preprocessing.StandardScaler().fit_transform(np.array(rows))
        assert not np.allclose(theirs.std(), 1.0)
        with pytest.raises(DataError, match="too large or too near to scale"):
            StandardScaler().fit(rows)
    with pytest.raises(DataError, match="too large or too near to scale"):
        MinMaxScaler().fit([[1.7e308], [-1.7e308]])
    assert MinMaxScaler().fit([[0.0], [1e308]]).transform([[5e307]]) == [[0.5]]
    tiny = MinMaxScaler().fit([[0.0], [1e-300]]).transform([[5e-301]])
    assert tiny == [[pytest.approx(0.5)]]
