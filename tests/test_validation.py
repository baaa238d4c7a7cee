"""Validation data and evaluate(): equal to plain computing, in pieces too, and nothing changes."""

import math
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.data import FloatRows
from purenn.errors import ArgumentError, DataError, ShapeError
from purenn.losses import Loss

MANY = 2503  # rows: two whole pieces of a thousand, and 503
DRAW = nn.RandomState(8)
X = DRAW.randn(MANY, 3)
VALUES = [[a * b + 0.1 * c, a - 3.0] for a, b, c in X]
CLASSES = [int(a > 0) + int(b > 0.5) for a, b, _ in X]
YES = [float(a > c) for a, _, c in X]

Case = tuple[Callable[[], Loss], int, Callable[[], Any], Any]
LOSSES: dict[str, Case] = {
    "MeanSquaredError": (nn.MeanSquaredError, 2, nn.Identity, VALUES),
    "SumSquaredError": (lambda: nn.SumSquaredError(0.5), 2, nn.Tanh, VALUES),
    "MeanAbsoluteError": (nn.MeanAbsoluteError, 2, nn.Identity, VALUES),
    "Huber": (lambda: nn.Huber(0.7), 2, nn.Identity, VALUES),
    "CrossEntropy": (nn.CrossEntropy, 3, nn.Softmax, CLASSES),
    "BinaryCrossEntropy": (nn.BinaryCrossEntropy, 1, nn.Sigmoid, YES),
}


def a_network(outputs: int, last: Callable[[], Any], backend: str | Backend) -> nn.Network:
    layers = [nn.Dense(3, 4), nn.Tanh(), nn.Dropout(0.3), nn.Dense(4, outputs), last()]
    return nn.Network(layers, seed=6, backend=backend)


def whole(network: nn.Network, loss: Loss, y: Any) -> float:
    """The loss on all rows at once."""
    examples = network.examples(X, y, loss)
    A, Y = examples.all()
    for layer in network.path(loss):
        A = layer.predict(A)
    return loss.forward(A, Y)


@pytest.mark.parametrize("name", LOSSES)
def test_in_pieces_it_is_the_loss_of_all_rows(backend: Backend, name: str) -> None:
    make, outputs, last, y = LOSSES[name]
    network = a_network(outputs, last, backend)
    mean, values = nn.evaluate(network, X, y, loss=make())
    assert mean == pytest.approx(whole(network, make(), y), rel=1e-12)
    assert type(mean) is float
    assert values == {}
    of_source, _ = nn.evaluate(network, FloatRows(X), y, loss=make())
    assert of_source == mean


def test_losses_by_plain_computing() -> None:
    network = a_network(2, nn.Identity, "python")
    P = network.predict(X).tolist()
    squares = [(p - t) ** 2 for row, target in zip(P, VALUES, strict=True) for p, t in
               zip(row, target, strict=True)]  # fmt: skip
    mean, _ = nn.evaluate(network, X, VALUES, loss=nn.MeanSquaredError())
    assert mean == pytest.approx(math.fsum(squares) / (2 * MANY), rel=1e-12)
    total, _ = nn.evaluate(network, X, VALUES, loss=nn.SumSquaredError(2.0))
    assert total == pytest.approx(2.0 * math.fsum(squares), rel=1e-12)


def test_metrics_by_plain_computing(backend: Backend) -> None:
    network = a_network(2, nn.Identity, backend)
    P = backend.to_list(network.predict(X))
    _, values = nn.evaluate(
        network, X, VALUES, loss=nn.MeanSquaredError(),
        metrics=["mean_squared_error", "mean_absolute_error", "r2"],
    )  # fmt: skip
    errors = [[p - t for p, t in zip(*pair, strict=True)] for pair in zip(P, VALUES, strict=True)]
    flat = [e for row in errors for e in row]
    assert list(values) == ["mean_squared_error", "mean_absolute_error", "r2"]
    assert values["mean_squared_error"] == pytest.approx(
        math.fsum(e * e for e in flat) / len(flat), rel=1e-12
    )
    assert values["mean_absolute_error"] == pytest.approx(
        math.fsum(map(abs, flat)) / len(flat), rel=1e-12
    )
    shares = []
    for j in (0, 1):
        mean = math.fsum(t[j] for t in VALUES) / MANY
        left = math.fsum(row[j] ** 2 for row in errors)
        shares.append(1.0 - left / math.fsum((t[j] - mean) ** 2 for t in VALUES))
    assert values["r2"] == pytest.approx(sum(shares) / 2, rel=1e-11)


def test_accuracy_by_counting(backend: Backend) -> None:
    network = a_network(3, nn.Softmax, backend)
    P = backend.to_list(network.predict(X))
    right = sum(row.index(max(row)) == label for row, label in zip(P, CLASSES, strict=True))
    _, values = nn.evaluate(network, X, CLASSES, loss=nn.CrossEntropy(), metrics=["accuracy"])
    assert values["accuracy"] == pytest.approx(right / MANY, rel=1e-13)


def test_r2_of_an_epoch_is_that_of_all_its_rows() -> None:
    """Steps too small to matter, batches of one row: the mean of their R² would be nonsense."""
    rows, y = X[:30], VALUES[:30]
    network = nn.Network([nn.Dense(3, 2)], seed=0, backend="python")
    _, expected = nn.evaluate(network, rows, y, loss=nn.MeanSquaredError(), metrics=["r2"])
    for batch_size in (None, 7, 1):
        history = nn.train(
            network, rows, y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(1e-15), epochs=2,
            batch_size=batch_size, metrics=["r2", "mean_absolute_error"], validation=(rows, y),
        )  # fmt: skip
        assert history.metrics["r2"] == pytest.approx([expected["r2"]] * 2, rel=1e-9)
        assert history.validation_metrics["r2"] == pytest.approx([expected["r2"]] * 2, rel=1e-9)
        assert list(history.metrics) == ["r2", "mean_absolute_error"]


def test_evaluating_changes_nothing(backend: Backend) -> None:
    network = a_network(3, nn.Softmax, backend)
    before = network.parameters, network.random.get_state()
    gradients = [p.gradient for p in network.trainable]
    nn.evaluate(network, X[:20], CLASSES[:20], loss=nn.CrossEntropy(), metrics=["accuracy"])
    assert (network.parameters, network.random.get_state()) == before
    assert [p.gradient for p in network.trainable] == gradients


@pytest.mark.parametrize("batch_size", [None, 8])
def test_validation_has_no_influence_on_training(backend: Backend, batch_size: int | None) -> None:
    def run(**more: Any) -> tuple[nn.Network, nn.History]:
        network = a_network(3, nn.Softmax, backend)
        history = nn.train(
            network, X[:30], CLASSES[:30], loss=nn.CrossEntropy(), optimizer=nn.Adam(0.01),
            epochs=3, batch_size=batch_size, metrics=["accuracy"], **more,
        )  # fmt: skip
        return network, history

    (plain, without), (other, with_it) = run(), run(validation=(X[30:90], CLASSES[30:90]))
    assert plain.parameters == other.parameters
    assert plain.random.get_state() == other.random.get_state()
    assert without.losses == with_it.losses
    assert without.metrics == with_it.metrics
    assert without.validation_losses == []
    assert without.validation_metrics == {}
    assert len(with_it.validation_losses) == len(with_it.validation_metrics["accuracy"]) == 3
    expected = nn.evaluate(
        other, X[30:90], CLASSES[30:90], loss=nn.CrossEntropy(), metrics=["accuracy"]
    )
    last = with_it.validation_losses[-1], {"accuracy": with_it.validation_metrics["accuracy"][-1]}
    assert last == expected


@pytest.mark.parametrize(
    "validation,error,message",
    [
        (([[0.0, 1.0]], [0]), ShapeError, "input has 2 columns, needs 3"),
        (([[0.0, 1.0, math.nan]], [0]), DataError, r"X\[0\]\[2\] is nan"),
        ((X[:2], [0]), DataError, "X has 2 rows, but y has 1"),
        ((X[:1], [3]), DataError, "3"),
        (([], []), DataError, "X is empty"),
    ],
)
def test_validation_data_are_checked_before_anything_is_trained(
    validation: Any, error: type[Exception], message: str
) -> None:
    network = a_network(3, nn.Softmax, "python")
    before = network.parameters, network.random.get_state()
    with pytest.raises(error, match=message):
        nn.train(
            network, X[:30], CLASSES[:30], loss=nn.CrossEntropy(), optimizer=nn.SGD(), epochs=2,
            validation=validation,
        )  # fmt: skip
    assert (network.parameters, network.random.get_state()) == before


def test_evaluate_refuses_what_train_refuses() -> None:
    network = a_network(3, nn.Softmax, "python")
    with pytest.raises(ArgumentError, match="unknown metric 'acuracy'"):
        nn.evaluate(network, X, CLASSES, loss=nn.CrossEntropy(), metrics=["acuracy"])
    with pytest.raises(ArgumentError, match="goes with a last Sigmoid layer"):
        nn.evaluate(network, X, CLASSES, loss=nn.BinaryCrossEntropy())
    with pytest.raises(DataError, match="every example needs one target"):
        nn.evaluate(network, X, CLASSES[1:], loss=nn.CrossEntropy())
