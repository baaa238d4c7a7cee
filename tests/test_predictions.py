"""Predictions that are NaN or infinite never pass without a word, and no others are refused."""

from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.data import FloatRows
from purenn.errors import NonFiniteError

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, of the overflow
LARGE = 1e200


def overflowing(backend: Backend) -> nn.Network:
    """x → (x, 10²⁰⁰ x) → 10²⁰⁰ · (x + 10²⁰⁰ x): infinite from the second layer on for x = 1."""
    layers = [
        nn.Dense(1, 2, weights=[[1.0, LARGE]], bias=None),
        nn.ReLU(),
        nn.Dense(2, 3, weights=[[0.0] * 3, [0.0, 0.0, LARGE]], bias=None),
    ]
    return nn.Network(layers, seed=0, backend=backend)


@pytest.mark.parametrize("rows", [list, FloatRows])
def test_a_prediction_that_overflows(backend: Backend, rows: Any) -> None:
    network = overflowing(backend)
    with pytest.raises(NonFiniteError) as raised:
        network.predict(rows([[0.0], [1e-300], [1.0], [2.0]]))
    assert str(raised.value).startswith(
        "the prediction for row 2 of X (counted from 0) is not finite: "
        "Dense 2 (2 → 3) gives inf as output 2. Scale the columns of X"
    )


def test_forward_checks_nothing(backend: Backend) -> None:
    network = overflowing(backend)
    P = network.forward(backend.from_list([[1.0]]))
    assert backend.to_list(P) == [[0.0, 0.0, float("inf")]]


@pytest.mark.parametrize("bad", [0, 999, 1000, 2345])
def test_evaluating_counts_rows_over_all_its_pieces(backend: Backend, bad: int) -> None:
    X = [[0.0]] * 2500
    X[bad] = [1.0]
    with pytest.raises(NonFiniteError, match=f"^the prediction for row {bad} of X .*Dense 2"):
        nn.evaluate(overflowing(backend), X, [[0.0] * 3] * 2500, loss=nn.MeanSquaredError())


def test_a_measure_that_overflows_stays_infinite(backend: Backend) -> None:
    network = nn.Network([nn.Dense(1, 1, weights=[[LARGE]], bias=None)], seed=0, backend=backend)
    loss, _ = nn.evaluate(network, [[1.0]], [[0.0]], loss=nn.MeanSquaredError())
    assert loss == float("inf")
    assert backend.to_list(network.predict([[1.0]])) == [[LARGE]]
