"""The tutorials' runs, number for number, on every backend (see tests/reference)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend

REFERENCE = json.loads(
    (Path(__file__).parent / "reference" / "tutorials.json").read_text(encoding="utf-8")
)
XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
SEEDS = ["42", "0", "1"]
Rows = list[list[float]]


def close(got: Rows, expected: Rows, relative: float) -> None:
    assert [len(row) for row in got] == [len(row) for row in expected]
    for row, other in zip(got, expected, strict=True):
        assert row == pytest.approx(other, rel=relative, abs=0.0)


def flipped(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def xor_001(backend: Backend, seed: str) -> nn.Network:
    draw = nn.initializers.Normal()
    return nn.Network(
        [nn.Dense(2, 2, weights=draw), nn.Sigmoid(), nn.Dense(2, 1, weights=draw), nn.Sigmoid()],
        seed=int(seed),
        backend=backend,
    )


@cache
def xor_001_on_lists(seed: str, epochs: int) -> tuple[list[float], list[tuple[str, Rows]]]:
    """A shorter run, for a backend too slow for the whole one."""
    network = xor_001(nn.get_backend("python"), seed)
    run = nn.train(
        network, *XOR, loss=nn.SumSquaredError(0.5), optimizer=nn.SGD(0.1), epochs=epochs
    )
    return run.losses, network.parameters


@pytest.mark.parametrize("seed", SEEDS)
def test_xor_001(backend: Backend, seed: str, epochs: int) -> None:
    network = xor_001(backend, seed)
    run = nn.train(
        network, *XOR, loss=nn.SumSquaredError(0.5), optimizer=nn.SGD(0.1), epochs=epochs
    )
    expected = REFERENCE[seed]["xor_001"]
    mean_losses = [loss / 2 for loss in run.losses[::1000]]  # half the sum → the mean of four
    assert mean_losses == pytest.approx(expected["losses"][: len(mean_losses)], rel=1e-9, abs=0)
    parameters = network.parameters
    assert [name for name, _ in parameters] == ["W1", "b1", "W2", "b2"]
    if epochs < 10_000:
        losses, on_lists = xor_001_on_lists(seed, epochs)
        assert run.losses == pytest.approx(losses, rel=1e-12, abs=0)
        for (_, rows), (_, other) in zip(parameters, on_lists, strict=True):
            close(rows, other, 1e-9)
        return
    for name, rows in parameters:
        close(rows, expected[name], 1e-9)
    predictions = [row[0] for row in backend.to_list(network.predict(XOR[0]))]
    assert predictions == pytest.approx(expected["predictions"], rel=1e-9, abs=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_sse_002(backend: Backend, seed: str) -> None:
    draw = nn.initializers.Uniform(0.0, 1.0)
    network = nn.Network(
        [
            nn.Dense(3, 4, weights=draw, bias=None),
            nn.Sigmoid(),
            nn.Dense(4, 1, weights=draw, bias=None),
            nn.Sigmoid(),
        ],
        seed=int(seed),
        backend=backend,
    )
    X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    epochs = 200 if backend.name == "array-api-strict" else 1500
    run = nn.train(
        network, X, XOR[1], loss=nn.SumSquaredError(1.0), optimizer=nn.SGD(1.0), epochs=epochs
    )
    expected = REFERENCE[seed]["sse_002"]
    got = run.losses[::100]
    assert got == pytest.approx(expected["losses"][: len(got)], rel=1e-9, abs=0)
    assert [name for name, _ in network.parameters] == ["W1", "W2"]
    if epochs == 1500:
        for name, rows in network.parameters:
            close(rows, expected[name], 1e-9)


def deep_002(backend: Backend, seed: str, scale: float) -> nn.Network:
    """The tutorial's weights: W_l drawn as (outputs × inputs), times the scale."""
    random = nn.RandomState(int(seed))
    layers: list[Any] = []
    for n_in, n_out in ((2, 4), (4, 3), (3, 1)):
        W = [[scale * w for w in row] for row in random.randn(n_out, n_in)]
        layers += [nn.Dense(n_in, n_out, weights=flipped(W)), nn.Sigmoid()]
    return nn.Network(layers, backend=backend)


@pytest.mark.parametrize("seed", SEEDS)
def test_deep_002(backend: Backend, seed: str) -> None:
    network = deep_002(backend, seed, 1.0)
    epochs = 60 if backend.name == "array-api-strict" else 3000
    run = nn.train(
        network, *XOR, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.5), epochs=epochs
    )
    expected = REFERENCE[seed]["deep_002"]
    got = run.losses[::300]
    assert got == pytest.approx(expected["costs"][: len(got)], rel=1e-9, abs=0)
    if epochs == 3000:
        parameters = dict(network.parameters)
        for number in (1, 2, 3):
            close(parameters[f"W{number}"], flipped(expected["W"][number - 1]), 1e-8)
            close(parameters[f"b{number}"], flipped(expected["b"][number - 1]), 1e-8)
