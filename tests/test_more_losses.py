"""MeanAbsoluteError and Huber: values, slopes, laws, bad arguments."""

import math
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn.backend import Backend
from purenn.errors import ArgumentError, DataError
from purenn.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SumSquaredError,
)

entries = st.sampled_from((0.0, -0.0, 1.0, -1.0, 1e-300, 1e150, -1e150)) | st.floats(-100, 100)
searching = settings(max_examples=30, derandomize=True, database=None, deadline=None)
Rows = list[list[float]]


@st.composite
def pairs(draw: Any) -> tuple[Rows, Rows]:
    """P and Y of one shape."""
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    matrix = st.lists(st.lists(entries, min_size=n, max_size=n), min_size=m, max_size=m)
    return draw(matrix), draw(matrix)


def measure(backend: Backend, loss: Loss, P: Rows, Y: Rows) -> tuple[float, Rows]:
    """L and dP."""
    targets = loss.targets(backend, Y, len(Y[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        L = loss.forward(backend.from_list(P), targets)
        return L, backend.to_list(loss.backward())


def errors(P: Rows, Y: Rows) -> Rows:
    return [[p - y for p, y in zip(*rows, strict=True)] for rows in zip(P, Y, strict=True)]


def mean(values: Rows) -> float:
    return math.fsum(value for row in values for value in row) / (len(values) * len(values[0]))


def sign(e: float) -> float:
    return float((e > 0.0) - (e < 0.0))


def huber(e: float, delta: float) -> float:
    """The two branches of the definition."""
    return e * e / 2.0 if abs(e) <= delta else delta * (abs(e) - delta / 2.0)


@searching
@given(pair=pairs())
def test_mean_absolute_error(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    L, dP = measure(backend, MeanAbsoluteError(), *pair)
    E = errors(*pair)
    count = len(E) * len(E[0])
    assert math.isclose(L, mean([[abs(e) for e in row] for row in E]), rel_tol=1e-13)
    assert dP == [[sign(e) / count for e in row] for row in E]


@pytest.mark.parametrize("delta", [1.0, 0.25, 30.0])
@searching
@given(pair=pairs())
def test_huber(backend: Backend, delta: float, pair: tuple[Rows, Rows]) -> None:
    L, dP = measure(backend, Huber(delta), *pair)
    E = errors(*pair)
    count = len(E) * len(E[0])
    assert math.isclose(L, mean([[huber(e, delta) for e in row] for row in E]), rel_tol=1e-12)
    assert dP == [[max(min(e, delta), -delta) / count for e in row] for row in E]


def test_by_hand(backend: Backend) -> None:
    P, Y = [[1.0, 5.0], [0.0, -2.0]], [[0.5, 1.0], [0.0, 0.0]]  # errors 0.5, 4, 0, −2
    L, dP = measure(backend, MeanAbsoluteError(), P, Y)
    assert L == 6.5 / 4
    assert dP == [[0.25, 0.25], [0.0, -0.25]]
    L, dP = measure(backend, Huber(), P, Y)
    assert L == (0.125 + 3.5 + 0.0 + 1.5) / 4
    assert dP == [[0.125, 0.25], [0.0, -0.25]]


@searching
@given(pair=pairs())
def test_huber_inside_is_half_the_squared_error(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    P, Y = ([[math.remainder(a, 10.0) for a in row] for row in rows] for rows in pair)
    L, dP = measure(backend, Huber(delta=10.0), P, Y)
    whole, slope = measure(backend, MeanSquaredError(), P, Y)
    assert math.isclose(L, whole / 2.0, rel_tol=1e-12)
    for row, other in zip(dP, slope, strict=True):
        for a, b in zip(row, other, strict=True):
            assert math.isclose(a, b / 2.0, rel_tol=1e-12)


def test_huber_outside_is_a_straight_line(backend: Backend) -> None:
    """Three points on one side of δ: equal steps of the error are equal steps of the loss."""
    Y = [[0.0]]
    low, middle, high = (measure(backend, Huber(0.5), [[p]], Y)[0] for p in (2.0, 3.0, 4.0))
    assert high - middle == middle - low == 0.5
    assert [measure(backend, Huber(0.5), [[p]], Y)[1] for p in (2.0, -9.0)] == [[[0.5]], [[-0.5]]]


def test_huber_joins_smoothly(backend: Backend) -> None:
    just = math.nextafter(1.0, 2.0)
    at, beyond = (measure(backend, Huber(), [[p]], [[0.0]]) for p in (1.0, just))
    assert at == (0.5, [[1.0]])
    assert math.isclose(beyond[0], 0.5, rel_tol=1e-15)
    assert beyond[1] == [[1.0]]


@pytest.mark.parametrize("loss", [MeanAbsoluteError(), Huber(), Huber(7.5)])
def test_huge_errors_do_not_overflow(backend: Backend, loss: Loss) -> None:
    L, dP = measure(backend, loss, [[1e300, -1e300]], [[-1e300, 1e300]])
    assert math.isfinite(L)
    assert all(math.isfinite(slope) for slope in dP[0])


def test_nan_is_seen(backend: Backend) -> None:
    for loss in (MeanAbsoluteError(), Huber()):
        Y = loss.targets(backend, [[0.0]], 1)
        assert math.isnan(loss.forward(backend.from_list([[math.nan]]), Y))


def test_one_outlier_pulls_no_harder(backend: Backend) -> None:
    """A line through the origin with one wrong target: MAE and Huber stay near, MSE does not."""
    X = [[float(k)] for k in range(1, 10)]
    y = [[2.0 * x] for (x,) in X]
    y[4] = [500.0]
    found = {}
    for loss in (MeanSquaredError(), MeanAbsoluteError(), Huber()):
        network = nn.Network([nn.Dense(1, 1, weights=[[0.0]], bias=None)], seed=0, backend=backend)
        nn.train(network, X, y, loss=loss, optimizer=nn.SGD(0.004), epochs=600)
        found[type(loss).__name__] = network.parameters[0][1][0][0]
    assert found["MeanSquaredError"] > 5.0
    assert abs(found["MeanAbsoluteError"] - 2.0) < 0.1
    assert abs(found["Huber"] - 2.0) < 0.1


@pytest.mark.parametrize("make", [MeanAbsoluteError, Huber])
def test_targets_are_checked_as_ever(backend: Backend, make: type[Loss]) -> None:
    with pytest.raises(DataError, match="y has 2 columns, but the network has 1 outputs"):
        make().targets(backend, [[1.0, 2.0]], 1)
    assert backend.to_list(make().targets(backend, [1, 2], 1)) == [[1.0], [2.0]]


@pytest.mark.parametrize(
    "loss,right",
    [
        (Huber(), {"delta": 1.0}),
        (Huber(2.5), {"delta": 2.5}),
        (SumSquaredError(0.25), {"scale": 0.25}),
        *[
            (make(), {})
            for make in (MeanAbsoluteError, MeanSquaredError, BinaryCrossEntropy, CrossEntropy)
        ],
    ],
)
def test_settings_and_repr(loss: Loss, right: dict[str, float]) -> None:
    assert loss.settings() == right
    shown = ", ".join(f"{name}={value}" for name, value in right.items())
    assert repr(loss) == f"{type(loss).__name__}({shown})"
    assert type(loss)(**right).settings() == right


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, math.inf, "1", None, False])
def test_bad_delta(delta: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^Huber: delta is .*, must be a number above 0$"):
        Huber(delta)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf, "1", None])
def test_bad_scale(scale: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"^SumSquaredError: scale is .*, must be a number above 0"
    ):
        SumSquaredError(scale)


# -------------------------------------------------------------------------- bad targets


@pytest.mark.parametrize("bad", [1.5, -0.25])
def test_the_place_of_a_target_that_is_no_probability(backend: Backend, bad: float) -> None:
    Y = [[0.0, 1.0], [0.5, bad], [bad, 0.0]]
    message = rf"^BinaryCrossEntropy: y\[1\]\[1\] is {bad}, must be 0 or 1, or a probability"
    with pytest.raises(DataError, match=message):
        BinaryCrossEntropy().targets(backend, Y, 2)
    assert BinaryCrossEntropy().targets(backend, [[0.0, 1.0]], 2).shape == (1, 2)


@pytest.mark.parametrize("bad", [[0.5, 0.5000021], [0.5, 0.4999979], [1.25, -0.25], [0.0, 0.0]])
def test_the_row_of_shares_that_are_none(backend: Backend, bad: list[float]) -> None:
    """They may miss 1 by a millionth, as 32-bit floats do."""
    close = [[0.5, 0.5000009], [0.5, 0.4999991], [1.0, 0.0]]
    assert backend.to_list(CrossEntropy().targets(backend, close, 2)) == close
    for rows in ([*close, bad, bad], backend.from_list([*close, bad, bad])):
        with pytest.raises(DataError, match=r"^CrossEntropy: y\[3\] is \[.*\], not one 1 among"):
            CrossEntropy().targets(backend, rows, 2)
