"""What the tutorials get wrong: each test shows the wrong form and the right one."""

import math
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]]
Y = [[0], [1], [1], [0]]


def column(network: nn.Network) -> list[float]:
    return [row[0] for row in network.backend.to_list(network.predict(XOR))]


# 1. Tutorial 003 sums the bias gradient over the classes too: one number for all of them.


def test_the_bias_gradient_is_summed_over_rows_only(backend: Backend) -> None:
    dZ = nn.RandomState(0).randn(5, 3)
    X = backend.from_list(nn.RandomState(1).randn(5, 2))
    _, db = backend.linear_gradients(X, backend.from_list(dZ))
    right = [[sum(row[j] for row in dZ) for j in range(3)]]
    assert tuple(db.shape) == (1, 3)
    assert backend.to_list(db)[0] == pytest.approx(right[0], rel=1e-13)
    wrong = sum(a for row in dZ for a in row)  # np.sum(dZ): also over the columns
    assert all(abs(wrong - b) > 0.1 for b in right[0])


def test_the_bias_of_each_class_learns_on_its_own() -> None:
    """Softmax slopes of a row add up to 0, so the wrong sum is 0: the biases never move."""
    network = nn.Network([nn.Dense(2, 3), nn.Softmax()], seed=0)
    loss = nn.CrossEntropy()
    X = network.input_array([[0, 0]] * 4)
    loss.forward(network.layers[0].forward(X), loss.targets(network.backend, [0, 0, 0, 1], 3))
    wrong = sum(a for row in network.backend.to_list(loss.backward()) for a in row)
    assert wrong == pytest.approx(0.0, abs=1e-15)
    nn.train(network, [[0, 0]] * 4, [0, 0, 0, 1], loss=loss, optimizer=nn.SGD(1.0), epochs=500)
    P: Any = network.predict([[0, 0]])
    assert P[0] == pytest.approx([0.75, 0.25, 0.0], abs=0.01)  # the shares of the labels


# 2. Tutorial 003's softmax overflows, and 001's and 002's sigmoid in plain Python.


def test_softmax_by_the_book_overflows(backend: Backend) -> None:
    row = [1000.0, 999.0]
    with pytest.raises(OverflowError):
        [math.exp(z) for z in row]
    P = backend.to_list(backend.softmax(backend.from_list([row])))[0]
    assert pytest.approx([1 / (1 + math.exp(-1)), 1 / (1 + math.exp(1))], rel=1e-13) == P


def test_sigmoid_by_the_book_overflows(backend: Backend) -> None:
    z = -1000.0
    with pytest.raises(OverflowError):
        1 / (1 + math.exp(-z))
    A = backend.to_list(backend.sigmoid(backend.from_list([[-1000.0, 1000.0, -700.0]])))[0]
    assert A[:2] == [0.0, 1.0]
    assert A[2] == pytest.approx(math.exp(-700), rel=1e-13)


def test_cross_entropy_by_the_book_has_no_logarithm() -> None:
    """−log(P) of a P that was rounded to 0; fused, the loss is the distance of the logits."""
    with pytest.raises(ValueError, match=r"domain|positive"):
        math.log(math.exp(-800.0))
    backend = nn.get_backend("python")
    loss = nn.CrossEntropy()
    labels = loss.targets(backend, [1], 2)
    assert loss.forward(backend.from_list([[800.0, 0.0]]), labels) == 800.0


# 3. Tutorial 002's forward pass keeps no caches, and its cost uses a name without a meaning.


def test_forward_has_to_keep_what_backward_needs(backend: Backend) -> None:
    def wrong_forward(A: float, weights: list[float]) -> tuple[float, list[tuple[float, float]]]:
        caches: list[tuple[float, float]] = []
        for w in weights:
            cache = (A, w)  # made for each layer, and never put into caches
            A = 1.0 / (1.0 + math.exp(-w * cache[0]))
        return A, caches

    _, caches = wrong_forward(1.0, [0.5, -0.25])
    with pytest.raises(IndexError):
        caches[len(caches) - 1]  # where its backward pass begins
    layers = [nn.Dense(2, 3), nn.Sigmoid(), nn.Dense(3, 1), nn.Sigmoid()]
    network = nn.Network(layers, seed=0, backend=backend)
    assert nn.gradient_check(network, nn.BinaryCrossEntropy(), XOR, Y).ok
    nn.train(network, XOR, Y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.1), epochs=1)
    assert all(p.gradient is not None for p in network.trainable)


def test_the_cost_is_the_mean_cross_entropy(backend: Backend) -> None:
    network = nn.Network([nn.Dense(2, 1), nn.Sigmoid()], seed=3, backend=backend)
    P = column(network)
    right = -sum(math.log(p if y else 1.0 - p) for p, (y,) in zip(P, Y, strict=True)) / 4
    cost, _ = nn.evaluate(network, XOR, Y, loss=nn.BinaryCrossEntropy())
    assert cost == pytest.approx(right, rel=1e-12)


# 4. Tutorial 001 reports the mean but descends on half the sum.


def test_half_the_sum_is_not_the_mean() -> None:
    """For four rows and one output, half the sum is twice the mean, and so is its slope."""
    steps = {}
    for name, loss, rate in (
        ("half sum", nn.SumSquaredError(0.5), 0.1),
        ("mean", nn.MeanSquaredError(), 0.1),
        ("mean, twice the rate", nn.MeanSquaredError(), 0.2),
    ):
        network = nn.Network([nn.Dense(2, 2), nn.Sigmoid(), nn.Dense(2, 1), nn.Sigmoid()], seed=42)
        history = nn.train(network, XOR, Y, loss=loss, optimizer=nn.SGD(rate), epochs=50)
        steps[name] = history.losses[0], network.parameters
    assert steps["half sum"][0] == pytest.approx(2 * steps["mean"][0])
    assert steps["half sum"][1] != steps["mean"][1]
    for (_, A), (_, B) in zip(steps["half sum"][1], steps["mean, twice the rate"][1], strict=True):
        for row, other in zip(A, B, strict=True):
            assert row == pytest.approx(other, rel=1e-12)


# 5. Tutorial 001's seed 42 with two hidden units never learns XOR.


def tutorial_001(hidden: int, seed: int = 42) -> nn.Network:
    draw = nn.initializers.Normal()
    network = nn.Network(
        [
            nn.Dense(2, hidden, weights=draw),
            nn.Sigmoid(),
            nn.Dense(hidden, 1, weights=draw),
            nn.Sigmoid(),
        ],
        seed=seed,
    )
    nn.train(network, XOR, Y, loss=nn.SumSquaredError(0.5), optimizer=nn.SGD(0.1), epochs=10_000)
    return network


def test_seed_42_with_two_hidden_units_does_not_learn_xor() -> None:
    assert column(tutorial_001(2)) == pytest.approx([0.05, 0.50, 0.95, 0.50], abs=0.005)


def test_seed_42_with_four_hidden_units_does() -> None:
    assert [round(p) for p in column(tutorial_001(4))] == [0, 1, 1, 0]


# 6. Tutorial 002's initial weights of 0.01 stall a deep sigmoid network.


def deep(weights: Any) -> list[float]:
    layers: list[Any] = []
    for n_in, n_out in ((2, 4), (4, 3), (3, 1)):
        layers += [nn.Dense(n_in, n_out, weights=weights), nn.Sigmoid()]
    network = nn.Network(layers, seed=42)
    history = nn.train(
        network, XOR, Y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.5), epochs=3000
    )
    return history.losses


def test_tiny_first_weights_stall_a_deep_sigmoid_network() -> None:
    tiny = deep(nn.initializers.Normal(0.0, 0.01))
    assert tiny[-1] == pytest.approx(math.log(2), abs=1e-5)  # as good as tossing a coin
    assert min(tiny) > 0.693
    usual = deep(nn.initializers.Normal(0.0, 1.0))
    assert usual[-1] < 0.01


# 7. Tutorial 000 calls four functions that it never shows; 003 judges on its training rows.


def test_the_four_functions_that_000_does_not_show(backend: Backend) -> None:
    one_hot = nn.CrossEntropy().targets(backend, [2, 0], 3)
    assert backend.to_list(one_hot) == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    Z, dA = backend.from_list([[-1.0, 0.0, 2.0]]), backend.from_list([[5.0, 6.0, 7.0]])
    slope = backend.relu_backward_from_output(dA, backend.relu(Z))
    assert backend.to_list(slope) == [[0.0, 0.0, 7.0]]  # 1 where z > 0, else 0
    P = backend.from_list([[0.1, 0.2, 0.7], [0.3, 0.6, 0.1]])
    assert nn.metrics.predicted_classes(backend, P) == [2, 1]
    assert nn.accuracy(backend, P, one_hot) == 0.5


def test_accuracy_on_training_rows_says_little_about_others() -> None:
    draws = nn.RandomState(0)
    X, labels = draws.randn(80, 10), draws.randint(2, size=80)  # labels by chance: nothing to learn
    network = nn.Network([nn.Dense(10, 40), nn.Tanh(), nn.Dense(40, 2), nn.Softmax()], seed=0)
    loss = nn.CrossEntropy()
    nn.train(network, X[:40], labels[:40], loss=loss, optimizer=nn.Adam(0.02), epochs=150)
    _, wrong = nn.evaluate(network, X[:40], labels[:40], loss=loss, metrics=["accuracy"])
    _, right = nn.evaluate(network, X[40:], labels[40:], loss=loss, metrics=["accuracy"])
    assert wrong["accuracy"] == 1.0  # learned by heart
    assert right["accuracy"] < 0.75
