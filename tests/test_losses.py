"""Losses and metrics against counting by hand."""

from math import exp, log

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.losses import Loss

LOGITS = [[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]
TARGETS = [[0.5, -1.0, 0.0], [0.25, 2.0, 1.0]]


def measure(
    loss: Loss, backend: Backend, rows: list[list[float]], y: object
) -> tuple[float, list[list[float]]]:
    Y = loss.targets(backend, y, 3)
    L = loss.forward(backend.from_list(rows), Y)
    assert type(L) is float
    return L, backend.to_list(loss.backward())


def flat(rows: list[list[float]]) -> list[float]:
    return [a for row in rows for a in row]


def test_squared_errors(backend: Backend) -> None:
    errors = [p - y for p, y in zip(flat(LOGITS), flat(TARGETS), strict=True)]
    total = sum(e * e for e in errors)
    for loss, factor in (
        (nn.MeanSquaredError(), 1 / 6),
        (nn.SumSquaredError(), 0.5),
        (nn.SumSquaredError(scale=2.0), 2.0),
    ):
        L, slope = measure(loss, backend, LOGITS, TARGETS)
        assert pytest.approx(factor * total, rel=1e-14) == L
        assert flat(slope) == pytest.approx([2 * factor * e for e in errors], rel=1e-14)


def test_cross_entropy(backend: Backend) -> None:
    labels = [2, 1]
    L, slope = measure(nn.CrossEntropy(), backend, LOGITS, labels)
    P = [[exp(z) / sum(map(exp, row)) for z in row] for row in LOGITS]
    expected = -sum(log(row[label]) for row, label in zip(P, labels, strict=True)) / 2
    assert pytest.approx(expected, rel=1e-13) == L
    dZ = [
        (p - (j == label)) / 2
        for row, label in zip(P, labels, strict=True)
        for j, p in enumerate(row)
    ]
    assert flat(slope) == pytest.approx(dZ, rel=1e-13)


def test_binary_cross_entropy(backend: Backend) -> None:
    Y = [[1, 0, 0], [1, 1, 0]]
    L, slope = measure(nn.BinaryCrossEntropy(), backend, LOGITS, Y)
    P = [[1 / (1 + exp(-z)) for z in row] for row in LOGITS]
    pairs = [(p, y) for row, ys in zip(P, Y, strict=True) for p, y in zip(row, ys, strict=True)]
    expected = -sum(y * log(p) + (1 - y) * log(1 - p) for p, y in pairs) / 2
    assert pytest.approx(expected, rel=1e-13) == L
    assert flat(slope) == pytest.approx([(p - y) / 2 for p, y in pairs], rel=1e-13)


@pytest.mark.parametrize("size", [1e2, 1e4])
def test_cross_entropies_are_finite_for_huge_logits(backend: Backend, size: float) -> None:
    rows = [[size, -size, 0.0], [-size, size, size]]
    L, slope = measure(nn.CrossEntropy(), backend, rows, [1, 1])
    assert pytest.approx((2 * size + log(2)) / 2, rel=1e-13) == L
    assert flat(slope) == pytest.approx([0.5, -0.5, 0.0, 0.0, -0.25, 0.25], abs=1e-13)
    L, slope = measure(nn.BinaryCrossEntropy(), backend, rows, [[0, 1, 1], [0, 1, 0]])
    assert pytest.approx((3 * size + log(2)) / 2, rel=1e-13) == L
    assert flat(slope) == pytest.approx([0.5, -0.5, -0.25, 0.0, 0.0, 0.5], abs=1e-13)


def test_predictions_of_a_fused_loss_are_those_of_the_network(backend: Backend) -> None:
    network = nn.Network([nn.Dense(3, 3), nn.Softmax()], seed=0, backend=backend)
    loss = nn.CrossEntropy()
    Y = loss.targets(backend, [0, 1], 3)
    loss.forward(network.layers[0].forward(network.input_array(LOGITS)), Y)
    assert flat(backend.to_list(loss.P)) == pytest.approx(
        flat(backend.to_list(network.predict(LOGITS))), rel=1e-14
    )


def test_accuracy_of_classes(backend: Backend) -> None:
    P = backend.from_list([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.4, 0.4, 0.2]])
    Y = backend.from_list([[0, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 0]])
    assert nn.accuracy(backend, P, Y) == 0.75  # of two equal ones the first counts


def test_accuracy_of_yes_or_no(backend: Backend) -> None:
    P = backend.from_list([[0.1], [0.5], [0.4999], [0.9], [1.0]])
    Y = backend.from_list([[0], [1], [1], [0], [1]])
    assert nn.accuracy(backend, P, Y) == pytest.approx(0.6)


def test_mean_squared_error(backend: Backend) -> None:
    P, Y = backend.from_list(LOGITS), backend.from_list(TARGETS)
    expected = measure(nn.MeanSquaredError(), backend, LOGITS, TARGETS)[0]
    assert nn.mean_squared_error(backend, P, Y) == pytest.approx(expected, rel=1e-14)
