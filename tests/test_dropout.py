"""Dropout: what is dropped, what is left, and that a run with it can be repeated and resumed."""

from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend, get_backend
from purenn.errors import ArgumentError
from purenn.random import RandomState
from purenn.storage import Model, Run

X = RandomState(2).randn(9, 3)
Y = [0, 1, 2, 2, 1, 0, 0, 1, 2]


def a_layer(probability: float, seed: int = 0, backend: str = "python") -> nn.Dropout:
    layer = nn.Dropout(probability)
    layer.build(get_backend(backend), RandomState(seed), 1)
    return layer


def a_network(seed: int, backend: str | Backend, probability: float = 0.4) -> nn.Network:
    layers = [
        *(nn.Dense(3, 6), nn.Tanh(), nn.Dropout(probability)),
        *(nn.Dense(6, 5), nn.Tanh(), nn.Dropout(0.2), nn.Dense(5, 3), nn.Softmax()),
    ]
    return nn.Network(layers, seed=seed, backend=backend)


def train(network: nn.Network, epochs: int, optimizer: Any = None, **more: Any) -> nn.History:
    return nn.train(
        network, X, Y, loss=nn.CrossEntropy(), optimizer=optimizer or nn.Adam(0.01), epochs=epochs,
        batch_size=4, **more,
    )  # fmt: skip


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped(probability: float) -> None:
    """200,000 draws: the share is within five standard deviations, √(p(1 − p)/n)."""
    layer = a_layer(probability)
    A = layer.forward(layer.backend.from_list([[1.0] * 500] * 400))
    dropped = sum(row.count(0.0) for row in layer.backend.to_list(A)) / 200_000
    assert abs(dropped - probability) < 5 * (probability * (1 - probability) / 200_000) ** 0.5


def test_what_is_left_is_scaled_up(backend: Backend) -> None:
    layer = nn.Dropout(0.75)
    layer.build(backend, RandomState(4), 1)
    rows = RandomState(5).randn(6, 7)
    A = backend.to_list(layer.forward(backend.from_list(rows)))
    kept = RandomState(4).rand(6, 7)
    expected = [
        [4.0 * x if draw >= 0.75 else 0.0 for x, draw in zip(row, draws, strict=True)]
        for row, draws in zip(rows, kept, strict=True)
    ]
    assert expected == A
    dA = backend.to_list(layer.backward(backend.from_list([[1.0] * 7] * 6)))
    assert dA == [[4.0 if draw >= 0.75 else 0.0 for draw in draws] for draws in kept]


def test_masks_differ_from_batch_to_batch() -> None:
    layer = a_layer(0.5)
    rows = layer.backend.from_list([[1.0] * 20])
    masks = [str(layer.backend.to_list(layer.forward(rows))) for _ in range(5)]
    assert len(set(masks)) == 5


def test_predicting_changes_and_draws_nothing(backend: Backend) -> None:
    network = a_network(1, backend)
    bare = nn.Network(
        [layer for layer in network.layers if not isinstance(layer, nn.Dropout)], 0, backend
    )
    before = network.random.get_state()
    for mine, other in zip(network.trainable, bare.trainable, strict=True):
        other.value = mine.value
    predicted = backend.to_list(network.predict(X))
    assert predicted == backend.to_list(bare.predict(X))
    assert nn.evaluate(network, X, Y, loss=nn.CrossEntropy()) == nn.evaluate(
        bare, X, Y, loss=nn.CrossEntropy()
    )
    assert network.random.get_state() == before


def test_a_probability_of_0_drops_nothing(backend: Backend) -> None:
    layer = nn.Dropout(0.0)
    layer.build(backend, RandomState(0), 1)
    rows = RandomState(6).randn(5, 4)
    assert backend.to_list(layer.forward(backend.from_list(rows))) == rows
    assert backend.to_list(layer.backward(backend.from_list(rows))) == rows


def test_gradients_agree_while_the_mask_is_held(backend: Backend) -> None:
    network = a_network(7, backend)
    before = network.parameters, network.random.get_state()
    report = nn.gradient_check(network, nn.CrossEntropy(), X, Y)
    assert report.ok, str(report)
    assert (network.parameters, network.random.get_state()) == before


def test_one_seed_gives_one_run_on_every_backend(backend: Backend) -> None:
    here, python = a_network(3, backend), a_network(3, "python")
    losses = [train(network, 3).losses for network in (here, python)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    masks = [
        network.backend.to_list(network.layers[2].M)  # type: ignore[attr-defined]
        for network in (here, python)
    ]
    assert masks[0] == masks[1]
    assert here.random.get_state() == python.random.get_state()
    assert train(a_network(4, backend), 3).losses != losses[0]


def test_the_masks_are_drawn_from_the_networks_generator() -> None:
    network = a_network(3, "python")
    twin = RandomState(0)
    twin.set_state(network.random.get_state())
    train(network, 1)
    order = twin.permutation(9)
    for start in (0, 4, 8):
        m = len(order[start : start + 4])
        first, second = twin.rand(m, 6), twin.rand(m, 5)
    for layer, draws, p in ((2, first, 0.4), (5, second, 0.2)):
        M: Any = network.layers[layer].M  # type: ignore[attr-defined]
        assert M.tolist() == [[1 / (1 - p) if u >= p else 0.0 for u in row] for row in draws]
    assert network.random.get_state() == twin.get_state()


def test_a_resumed_run_draws_the_masks_that_were_due(backend: Backend, tmp_path: Path) -> None:
    whole = a_network(5, backend)
    history = train(whole, 4)
    half, optimizer = a_network(5, backend), nn.Adam(0.01)
    model = Model(half, run=Run(optimizer, history=train(half, 2, optimizer)))
    nn.save(tmp_path / "half.json", model)
    loaded = nn.load(tmp_path / "half.json", backend)
    assert loaded.run is not None
    train(loaded.network, 2, loaded.run.optimizer, history=loaded.run.history)
    assert loaded.network.parameters == whole.parameters
    assert loaded.run.history.losses == history.losses
    assert loaded.network.random.get_state() == whole.random.get_state()


def test_a_moved_network_goes_on(backend: Backend) -> None:
    moved = a_network(5, "python")
    train(moved, 1)
    moved.to(backend)
    train(moved, 1)
    still = a_network(5, "python")
    train(still, 1)
    train(still, 1)
    for (_, mine), (_, other) in zip(moved.parameters, still.parameters, strict=True):
        for row, same in zip(mine, other, strict=True):
            assert row == pytest.approx(same, rel=1e-11)


@pytest.mark.parametrize("probability", [1, 1.0, -0.1, 1.5, float("nan"), "0.5", None, True, [0.5]])
def test_probabilities_that_are_refused(probability: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Dropout: probability is .*from 0 to below 1"):
        nn.Dropout(probability)


def test_settings() -> None:
    assert nn.Dropout().settings() == {"probability": 0.5}
    assert nn.Dropout(0).settings() == {"probability": 0.0}
