"""Weights for examples: a row of weight w counts as w equal rows, in losses, slopes and metrics."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn import metrics
from purenn.backend import Backend
from purenn.errors import ArgumentError, DataError
from purenn.losses import Loss
from purenn.training import forward_and_backward

searching = settings(max_examples=25, derandomize=True, database=None, deadline=None)

X = nn.RandomState(5).randn(6, 2)
REAL = nn.RandomState(6).randn(6, 2)
YES_NO = [[1, 0], [0, 0], [1, 1], [0, 1], [1, 1], [0, 0]]
CLASSES = [0, 1, 1, 0, 1, 1]
SHARES: list[list[float]] = [[0.25, 0.75], [1, 0], [0, 1], [0.5, 0.5], [0.125, 0.875], [1, 0]]
WEIGHTS = [2, 0, 1, 3, 1, 4]

LOSSES: list[tuple[Callable[[], Loss], Any, Any]] = [
    (nn.MeanSquaredError, nn.Identity, REAL),
    (nn.SumSquaredError, nn.Tanh, REAL),
    (nn.MeanAbsoluteError, nn.Identity, REAL),
    (nn.Huber, nn.Identity, REAL),
    (nn.BinaryCrossEntropy, nn.Sigmoid, YES_NO),
    (nn.BinaryCrossEntropy, nn.Sigmoid, SHARES),
    (nn.CrossEntropy, nn.Softmax, CLASSES),
    (nn.CrossEntropy, nn.Softmax, SHARES),
]
each_loss = pytest.mark.parametrize("make,last,y", LOSSES)


def repeated(rows: Any) -> Any:
    return [row for row, times in zip(rows, WEIGHTS, strict=True) for _ in range(times)]


def a_network(last: Any, backend: Backend | str = "python") -> nn.Network:
    return nn.Network(
        [nn.Dense(2, 3), nn.GELU(), nn.Dense(3, 2), last()], seed=2, backend=backend
    )  # fmt: skip


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-13)


def all_close(a: nn.Network, b: nn.Network) -> bool:
    pairs = zip(a.parameters, b.parameters, strict=True)
    return all(
        close(v, w)
        for (_, rows), (_, others) in pairs
        for row, other in zip(rows, others, strict=True)
        for v, w in zip(row, other, strict=True)
    )


@each_loss
def test_weights_equal_repeated_rows(
    backend: Backend, make: Callable[[], Loss], last: Any, y: Any
) -> None:
    weighted, plain = a_network(last, backend), a_network(last, backend)
    arguments: dict[str, Any] = {
        "optimizer": nn.SGD(0.1, 0.5), "epochs": 5,
        "metrics": ["accuracy", "mean_squared_error", "mean_absolute_error", "r2"],
    }  # fmt: skip
    first = nn.train(
        weighted, X, y, loss=make(), sample_weight=WEIGHTS, validation=(X, y, WEIGHTS), **arguments
    )
    arguments["optimizer"] = nn.SGD(0.1, 0.5)
    more = repeated(X), repeated(y)
    second = nn.train(plain, *more, loss=make(), validation=more, **arguments)
    assert all_close(weighted, plain)
    assert all(map(close, first.losses, second.losses))
    assert all(map(close, first.validation_losses, second.validation_losses))
    for name in first.metrics:
        assert all(map(close, first.metrics[name], second.metrics[name])), name
        assert all(map(close, first.validation_metrics[name], second.validation_metrics[name]))
    loss, values = nn.evaluate(
        weighted, X, y, loss=make(), metrics=["accuracy", "r2"], sample_weight=WEIGHTS
    )
    other, others = nn.evaluate(plain, *more, loss=make(), metrics=["accuracy", "r2"])
    assert close(loss, other)
    assert all(close(values[name], others[name]) for name in values)


@each_loss
def test_weights_of_one_change_nothing(
    backend: Backend, make: Callable[[], Loss], last: Any, y: Any
) -> None:
    """Only proportions matter where the loss is a mean."""
    weight = 1.0 if not make().per_example else 7.5
    weighted, plain = a_network(last, backend), a_network(last, backend)
    for batch_size in (None, 4):
        first = nn.train(
            weighted, X, y, loss=make(), optimizer=nn.SGD(0.1), epochs=2, batch_size=batch_size,
            sample_weight=[weight] * 6, metrics=["accuracy"],
        )  # fmt: skip
        second = nn.train(
            plain, X, y, loss=make(), optimizer=nn.SGD(0.1), epochs=2, batch_size=batch_size,
            metrics=["accuracy"],
        )  # fmt: skip
        assert all(map(close, first.losses, second.losses))
        assert all(map(close, first.metrics["accuracy"], second.metrics["accuracy"]))
    assert all_close(weighted, plain)


def test_a_batch_of_one_class_keeps_its_weight() -> None:
    """Normalised over the whole data set: not over the batch, where it would cancel."""
    rows, y = [[1.0]] * 4, [0, 0, 1, 1]
    network = nn.Network([nn.Dense(1, 2, weights=[[0.0, 0.0]]), nn.Softmax()], backend="python")
    loss = nn.CrossEntropy()
    examples = network.examples(rows, y, loss, [3, 3, 1, 1])
    first, second = examples.batches(2)
    slopes = []
    for batch in (first, second):
        forward_and_backward(network.path(loss), loss, batch.X, batch.Y, batch.weights)
        slopes.append(network.trainable[1].gradient[0, 0])
    assert slopes == [pytest.approx(-0.75), pytest.approx(0.25)]
    assert [batch.share for batch in (first, second)] == [0.75, 0.25]


@searching
@given(
    st.lists(st.tuples(*[st.floats(0, 1)] * 4, st.integers(0, 5)), min_size=1, max_size=8).filter(
        lambda rows: any(row[-1] for row in rows)
    )
)
def test_metrics_with_weights(rows: Any) -> None:
    backend = nn.get_backend("python")
    P, Y = [list(row[:2]) for row in rows], [list(row[2:4]) for row in rows]
    weights = [row[-1] for row in rows]
    more = [
        [row for row, times in zip(table, weights, strict=True) for _ in range(times)]
        for table in (P, Y)
    ]
    for name, metric in metrics.METRICS.items():
        expected = metric(backend, *more)
        assert math.isclose(metric(backend, P, Y, weights), expected, rel_tol=1e-9, abs_tol=1e-9), (
            name
        )


def test_r2_of_rows_that_do_not_count(backend: Backend) -> None:
    """Only the row of weight 0 has another target: 0.1 + 0.1 + 0.1 has no spread to explain."""
    Y, weights = [[0.1], [0.1], [0.1], [0.7]], [1, 1, 1, 0]
    for last in (0.7, 5.0):
        assert metrics.r2(backend, [[0.1], [0.1], [0.1], [last]], Y, weights) == 1.0
        assert metrics.r2(backend, [[0.1], [0.1], [0.2], [last]], Y, weights) == 0.0
        assert metrics.r2(backend, [[last], [0.1], [0.2]], [Y[3], *Y[:2]], [0, 1, 1]) == 0.0
    assert metrics.r2(backend, [[1.0], [2.0], [9.0]], [[1.0], [2.0], [3.0]], [1, 2, 0]) == 1.0


def test_a_report_of_classes_with_weights() -> None:
    truth, said = [0, 1, 1, 0, 2, 2], [0, 1, 0, 0, 2, 1]
    weighted = metrics.ClassReport(truth, said, 3, WEIGHTS)
    plain = metrics.ClassReport(repeated(truth), repeated(said), 3)
    assert weighted.matrix == plain.matrix
    assert weighted.macro == plain.macro
    assert str(weighted) == str(plain)
    assert weighted.confusion() == plain.confusion()
    half = metrics.ClassReport(truth, said, 3, [0.5] * 6)
    assert "accuracy 0.667: 2 of 3 right" in str(half)


def test_gradients_with_weights(backend: Backend) -> None:
    for make, last, y in LOSSES:
        network = a_network(last, backend)
        assert nn.gradient_check(network, make(), X, y, sample_weight=WEIGHTS).ok


@pytest.mark.parametrize(
    "weights,message",
    [
        ([1, 1], "X has 6 rows, but sample_weight has 2 numbers; one a row"),
        ([1, 1, 1, 1, 1, -1], r"sample_weight\[5\] is -1, must be 0 or more"),
        ([0] * 6, "sample_weight adds up to 0; some must be above 0"),
        ([1, 1, 1, 1, 1, math.nan], r"sample_weight\[5\]\[0\] is nan"),
        ([1e308] * 6, "sample_weight adds up to inf"),
        ([[1, 2]] * 6, "sample_weight has 2 columns; it is one number for each row of X"),
        (["a"] * 6, r"sample_weight\[0\] is 'a', a text"),
        ({1, 2, 3, 4, 5, 6}, r"sample_weight is .* \(set\), which has no order"),
        (2.0, r"sample_weight is 2.0 \(float\); needed is"),
    ],
)
def test_weights_that_are_refused(weights: Any, message: str) -> None:
    network = a_network(nn.Identity)
    before = network.parameters
    for run in (
        lambda: nn.train(
            network, X, REAL, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=1,
            sample_weight=weights,
        ),
        lambda: nn.evaluate(network, X, REAL, loss=nn.MeanSquaredError(), sample_weight=weights),
        lambda: nn.gradient_check(network, nn.MeanSquaredError(), X, REAL, sample_weight=weights),
    ):  # fmt: skip
        with pytest.raises(DataError, match=f"^{message}"):
            run()
    with pytest.raises(DataError):
        nn.accuracy(network.backend, REAL, REAL, weights)
    assert network.parameters == before


def test_parts_of_ones_own_that_take_no_weights() -> None:
    class Mine(Loss):
        def forward(self, P: Any, Y: Any) -> float:
            raise AssertionError("not reached")

    def measure(backend: Any, P: Any, Y: Any) -> float:
        raise AssertionError("not reached")

    network = a_network(nn.Identity)
    arguments: dict[str, Any] = {
        "optimizer": nn.SGD(0.1), "epochs": 1, "sample_weight": [1] * 6,
    }  # fmt: skip
    with pytest.raises(ArgumentError, match=r"Mine.forward is called with \(P, Y, weights\)"):
        nn.train(network, X, REAL, loss=Mine(), **arguments)
    with pytest.raises(ArgumentError, match=r"metrics: measure is called with .*weights\)"):
        nn.train(network, X, REAL, loss=nn.Huber(), metrics=[measure], **arguments)


# -------------------------------------------------------------------------- soft targets


def test_shares_between_two_classes_are_a_mixture(backend: Backend) -> None:
    """The loss of a share is the shares' mixture of the losses of the classes."""
    network = a_network(nn.Softmax, backend)
    mixed, _ = nn.evaluate(network, X[:1], [[0.25, 0.75]], loss=nn.CrossEntropy())
    zero, one = (nn.evaluate(network, X[:1], [k], loss=nn.CrossEntropy())[0] for k in (0, 1))
    assert mixed == pytest.approx(0.25 * zero + 0.75 * one, rel=1e-12)
    network = nn.Network([nn.Dense(2, 1), nn.Sigmoid()], seed=0, backend=backend)
    mixed, _ = nn.evaluate(network, X[:1], [0.25], loss=nn.BinaryCrossEntropy())
    zero, one = (nn.evaluate(network, X[:1], [k], loss=nn.BinaryCrossEntropy())[0] for k in (0, 1))
    assert mixed == pytest.approx(0.75 * zero + 0.25 * one, rel=1e-12)


def test_shares_are_taken_as_arrays_of_the_backend(backend: Backend) -> None:
    network = a_network(nn.Softmax, backend)
    for y in (SHARES, [[1.0, 0.0], [0.0, 1.0]] * 3):
        rows = nn.evaluate(network, X, y, loss=nn.CrossEntropy())
        assert rows == nn.evaluate(network, X, backend.from_list(y), loss=nn.CrossEntropy())
    labels = nn.evaluate(network, X, CLASSES, loss=nn.CrossEntropy())
    column = backend.from_list([[k] for k in CLASSES])
    assert labels == nn.evaluate(network, X, column, loss=nn.CrossEntropy())


@pytest.mark.parametrize(
    "y",
    [
        [[0.5, 0.4]] * 6,
        [[1.5, -0.5]] * 6,
        [[1, 1]] * 6,
        [[0.5, 0.50001]] * 6,
    ],
)
def test_what_is_neither_a_share_nor_a_class(backend: Backend, y: Any) -> None:
    network = a_network(nn.Softmax, backend)
    for given_as in (y, backend.from_list(y)):
        with pytest.raises(DataError, match=r"CrossEntropy: y\[0\] is \[.*\], not one 1 among"):
            nn.evaluate(network, X, given_as, loss=nn.CrossEntropy())
