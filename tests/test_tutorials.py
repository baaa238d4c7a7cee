"""The numbers of tutorials 000 and 002, from the public API, on every backend."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from examples import deep_sigmoid, mnist_relu_softmax
from purenn.backend import Backend
from purenn.data import read_idx_folder

FOLDER = Path(__file__).parent
REFERENCE = json.loads((FOLDER / "reference/tutorials.json").read_text(encoding="utf-8"))
MNIST = Path(os.environ.get("PURENN_MNIST") or FOLDER.parent.parent / "shared/mnist")
SLOW = ("array-api-strict", "strict")  # checks each operation: a few epochs must do there


def transposed(rows: Any) -> list[list[float]]:
    return [list(column) for column in zip(*rows, strict=True)]


def close(found: Any, expected: Any) -> None:
    if isinstance(expected, list):
        assert len(found) == len(expected)
        for f, e in zip(found, expected, strict=True):
            close(f, e)
    else:
        assert found == pytest.approx(expected, rel=1e-9)


@pytest.fixture(autouse=True)
def _on(backend: Backend) -> Any:
    if any(name in backend.name for name in SLOW):
        pytest.skip("thousands of epochs take minutes on a backend that checks each operation")
    with nn.use_backend(backend):
        yield


@pytest.mark.parametrize("seed", ["42", "0", "1"])
def test_sum_of_squares(seed: str) -> None:
    expected = REFERENCE[seed]["sse_002"]
    rand = nn.initializers.Uniform(0.0, 1.0)
    network = nn.Network(
        [
            nn.Dense(3, 4, weights=rand, bias=None),
            nn.Sigmoid(),
            nn.Dense(4, 1, weights=rand, bias=None),
            nn.Sigmoid(),
        ],
        seed=int(seed),
    )
    X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    y = [[0], [1], [1], [0]]
    history = nn.train(
        network, X, y, loss=nn.SumSquaredError(1.0), optimizer=nn.SGD(1.0), epochs=1500
    )
    close(history.losses[::100], expected["losses"])
    (_, W1), (_, W2) = network.parameters
    close([W1, W2], [expected["W1"], expected["W2"]])
    close([p for (p,) in network.backend.to_list(network.predict(X))], expected["predictions"])


@pytest.mark.parametrize("run", ["42", "0", "1", "0.01"])
def test_deep_sigmoid_and_erratum_6(run: str) -> None:
    stalls = run == "0.01"  # the tutorial's own scale
    expected = REFERENCE["deep_002_scale_0.01"] if stalls else REFERENCE[run]["deep_002"]
    network = deep_sigmoid.tutorial_network(expected["scale"], 42 if stalls else int(run))
    history = nn.train(
        network,
        deep_sigmoid.X,
        deep_sigmoid.y,
        loss=nn.BinaryCrossEntropy(),
        optimizer=nn.SGD(expected["learning_rate"]),
        epochs=expected["epochs"],
    )
    close(history.losses[::300], expected["costs"])
    values = [rows for _, rows in network.parameters]
    close([transposed(W) for W in values[::2]], expected["W"])
    close([transposed(b) for b in values[1::2]], expected["b"])
    assert (history.losses[-1] > 0.693) == stalls


@pytest.mark.skipif(
    not MNIST.is_dir(), reason="no MNIST: name its folder in the environment variable PURENN_MNIST"
)
def test_mnist() -> None:
    expected = json.loads((FOLDER / "reference/mnist_000.json").read_text(encoding="utf-8"))
    train, _ = read_idx_folder(MNIST)
    first = expected["first_row"]
    train = train.subset(range(first, first + expected["rows"]))
    network = mnist_relu_softmax.tutorial_network(784, expected["seed"])
    history = nn.train(
        network,
        train.features,
        train.targets,
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(expected["learning_rate"]),
        epochs=expected["iterations"],
        metrics=["accuracy"],
    )
    close(history.losses, expected["cross_entropy"])
    close(history.metrics["accuracy"], expected["accuracy"])
    (_, W1), (_, b1), (_, W2), (_, b2) = network.parameters
    close([b1[0], b2[0], transposed(W2)], [expected["b1"], expected["b2"], expected["W2"]])
    close([sum(row) for row in transposed(W1)], expected["W1_row_sums"])
