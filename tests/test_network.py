"""The network: parameters, predictions, and layers that never share what they learn."""

from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.data import ByteRows, FloatRows
from purenn.errors import ArgumentError, DataError, ShapeError
from purenn.layers import Layer, assign
from purenn.losses import Loss

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0.0, 1.0, 1.0, 0.0]


def small(seed: int = 0) -> nn.Network:
    return nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=seed)


def test_parameters_in_order() -> None:
    network = nn.Network(
        [nn.Dense(2, 3), nn.Dense(3, 4, bias=None), nn.ReLU(), nn.Dense(4, 1, bias=[0.5])], seed=0
    )
    parameters = network.parameters
    shapes = [(name, len(rows), len(rows[0])) for name, rows in parameters]
    assert shapes == [("W1", 2, 3), ("b1", 1, 3), ("W2", 3, 4), ("W3", 4, 1), ("b3", 1, 1)]
    assert dict(parameters)["b1"] == [[0.0, 0.0, 0.0]]
    assert dict(parameters)["b3"] == [[0.5]]
    assert {type(w) for _, rows in parameters for row in rows for w in row} == {float}


def test_parameters_given_out_are_copies() -> None:
    network = small()
    network.parameters[0][1][0][0] = 99.0
    assert network.parameters[0][1][0][0] != 99.0


def test_weights_are_drawn_in_order_from_one_generator() -> None:
    random = nn.RandomState(7)
    draw = nn.initializers.Normal()
    network = nn.Network(
        [nn.Dense(2, 3, weights=draw, bias=draw), nn.Tanh(), nn.Dense(3, 1, weights=draw)], seed=7
    )
    W1, b1, W2 = random.randn(2, 3), random.randn(1, 3), random.randn(3, 1)
    expected = [("W1", W1), ("b1", b1), ("W2", W2), ("b2", [[0.0]])]
    assert network.parameters == expected


def test_given_weights_are_used_and_kept_apart() -> None:
    W, b = [[1, 2], [3, 4]], [[0.5, -0.5]]
    for bias in (b, b[0], tuple(b[0])):
        network = nn.Network([nn.Dense(2, 2, weights=W, bias=bias)])
        assert network.predict([[1, 1]]).tolist() == [[4.5, 5.5]]
        nn.train(network, X, X, loss=nn.MeanSquaredError(), optimizer=nn.SGD(1.0), epochs=1)
        assert network.parameters[0][1] != W
    assert (W, b) == ([[1, 2], [3, 4]], [[0.5, -0.5]])


def test_predict_on_one_row(backend: Backend) -> None:
    network = nn.Network(
        [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=0, backend=backend
    )
    together = backend.to_list(network.predict(X))
    assert len(together) == 4
    for row, expected in zip(X, together, strict=True):
        alone = network.predict([row])
        assert backend.is_array(alone)
        assert tuple(alone.shape) == (1, 1)
        assert backend.to_list(alone)[0] == pytest.approx(expected, rel=1e-14)


def test_a_seed_repeats_and_none_does_not() -> None:
    assert small(3).parameters == small(3).parameters
    assert small(3).parameters != small(4).parameters
    first, second = (nn.Network([nn.Dense(3, 3)]) for _ in range(2))
    assert first.parameters != second.parameters
    assert nn.Network([nn.Dense(3, 3)], seed=first.seed).parameters == first.parameters


def test_the_seed_is_the_one_of_the_weights_whatever_is_drawn_later() -> None:
    network = small(3)
    network.random.seed([1, 2])
    assert network.seed == 3
    assert "seed=3," in repr(network)


def test_rows_of_a_data_set_are_predicted() -> None:
    for rows in (FloatRows(X), ByteRows(bytes([0, 255, 255, 0]), 2)):
        network = small()
        assert network.predict(rows).tolist() == network.predict(list(rows)).tolist()
        with pytest.raises(ShapeError, match=r"Dense 1 \(3 → 1\): input has 2 columns, needs 3"):
            nn.Network([nn.Dense(3, 1)]).predict(rows)


def test_a_network_that_moves(backend: Backend) -> None:
    """Every bit is kept; what belongs to the old backend is forgotten."""
    network = nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 2)], seed=0, backend="python")
    nn.train(network, X, X, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=1)
    before = network.parameters
    assert network.to(backend) is network
    assert network.backend is backend
    assert all(layer.backend is backend for layer in network.layers)
    assert all(backend.is_array(p.value) and p.gradient is None for p in network.trainable)
    assert network.parameters == before


def test_parameters_are_assigned_all_or_none() -> None:
    parameters = small().trainable
    before = [p.value for p in parameters]
    with pytest.raises(ValueError, match="shorter"):
        assign(parameters, before[::-1][:-1])
    assert all(p.value is value for p, value in zip(parameters, before, strict=True))
    assign(parameters, before[::-1])
    assert all(p.value is value for p, value in zip(parameters, before[::-1], strict=True))


class Three:
    def __index__(self) -> int:
        return 3


def test_a_whole_number_of_any_library_is_a_seed() -> None:
    seed: Any = Three()
    assert small(seed).parameters == small(3).parameters
    assert type(small(seed).seed) is int


def test_one_layer_needs_no_list() -> None:
    alone: Any = nn.Dense(2, 1)
    assert nn.Network(alone, seed=1).parameters == nn.Network([alone], seed=1).parameters


def test_an_activation_may_come_first() -> None:
    network = nn.Network([nn.Tanh(), nn.Dense(2, 1, weights=[[1], [1]])], seed=0)
    assert network.n_in == 2
    assert nn.gradient_check(network, nn.MeanSquaredError(), X, Y).ok


def run(network: nn.Network) -> Any:
    nn.train(network, X, Y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.5), epochs=3)
    return network.parameters


def test_layers_used_in_two_networks_are_independent() -> None:
    layers = [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()]
    first, second = nn.Network(layers, seed=0), nn.Network(layers, seed=0)
    before = second.parameters
    assert run(first) != before
    assert second.parameters == before
    assert run(second) == first.parameters
    assert run(nn.Network(layers, seed=0)) == first.parameters


def test_a_layer_twice_in_one_list_is_two_layers() -> None:
    dense, bend = nn.Dense(2, 2), nn.Tanh()
    network = nn.Network([dense, bend, dense, bend], seed=0)
    apart = nn.Network([nn.Dense(2, 2), nn.Tanh(), nn.Dense(2, 2), nn.Tanh()], seed=0)
    y = [[0.1, 0.2]] * 4
    for target in (network, apart):
        nn.train(target, X, y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.5), epochs=3)
    assert network.parameters == apart.parameters
    assert dict(network.parameters)["W1"] != dict(network.parameters)["W2"]
    assert nn.gradient_check(network, nn.MeanSquaredError(), X, y).ok


def test_layers_taken_from_another_network_learn_at_their_new_place() -> None:
    """The first layer of one network needs no gradient of its input; in the middle of
    another it does."""
    first = nn.Network([nn.Dense(2, 2)], seed=0).layers[0]
    network = nn.Network([nn.Dense(2, 2), nn.Tanh(), first, nn.Tanh(), nn.Dense(2, 1)], seed=1)
    report = nn.gradient_check(network, nn.MeanSquaredError(), X, Y)
    assert report.ok, str(report)


def test_titles_count_layers_of_a_kind() -> None:
    network = nn.Network(
        [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()]
    )
    assert [layer.title for layer in network.layers] == [
        "Dense 1 (2 → 3)", "Tanh 1", "Dense 2 (3 → 3)", "Tanh 2", "Dense 3 (3 → 1)", "Sigmoid 1",
    ]  # fmt: skip


def test_repr() -> None:
    text = "Network([Dense(2, 3), Tanh, Dense(3, 1), Sigmoid], seed=0, backend='python')"
    assert repr(small()).replace("()", "") == text
    assert repr(nn.MeanSquaredError()) == "MeanSquaredError()"
    assert repr(nn.SumSquaredError(2.0)) == "SumSquaredError(scale=2.0)"
    assert "0.25" in repr(nn.Adam(0.25))
    assert "0.9" in repr(nn.SGD(0.25, momentum=0.9))


def test_rows_given_are_never_changed(backend: Backend) -> None:
    x, y, labels = [list(row) for row in X], [[v] for v in Y], [0, 1, 2, 1]
    arrays = backend.from_list(x), backend.from_list(y)
    losses: list[tuple[Loss, Any, Any, int]] = [
        (nn.MeanSquaredError(), nn.Identity, y, 1),
        (nn.SumSquaredError(), nn.LeakyReLU, y, 1),
        (nn.BinaryCrossEntropy(), nn.Sigmoid, y, 1),
        (nn.CrossEntropy(), nn.Softmax, labels, 3),
        (nn.MeanSquaredError(), nn.Softmax, arrays[1], 1),
    ]
    optimizers = (nn.SGD(0.1), nn.SGD(0.1, momentum=0.5, nesterov=True), nn.Adam(0.1))
    for loss, last, target, n in losses:
        for optimizer in optimizers:
            network = nn.Network(
                [nn.Dense(2, 3), nn.ReLU(), nn.Dense(3, n), last()], seed=0, backend=backend
            )
            for data in (x, arrays[0]):
                nn.train(network, data, target, loss=loss, optimizer=optimizer, epochs=2)
    assert (x, y, labels) == ([list(row) for row in X], [[v] for v in Y], [0, 1, 2, 1])
    assert [backend.to_list(a) for a in arrays] == [x, y]


def test_what_a_layer_and_a_loss_must_have() -> None:
    network = small()
    array = network.input_array(X)
    with pytest.raises(NotImplementedError):
        Layer().forward(array)
    with pytest.raises(NotImplementedError):
        Layer().backward(array)
    with pytest.raises(NotImplementedError):
        Loss().forward(array, array)
    with pytest.raises(NotImplementedError):
        nn.optimizers.Optimizer(0.1).step()


def test_a_layer_of_ones_own() -> None:
    """Any subclass of Layer works, with the backend's operations."""

    class Square(Layer):
        def forward(self, Z: Any) -> Any:
            self.Z = Z
            return Z * Z

        def backward(self, dA: Any) -> Any:
            return dA * (2.0 * self.Z)

    network = nn.Network([nn.Dense(2, 3), Square(), nn.Dense(3, 1)], seed=0)
    assert nn.gradient_check(network, nn.MeanSquaredError(), X, Y).ok
    with pytest.raises(ArgumentError):
        nn.Network([nn.Dense(2, 3), Square])  # type: ignore[list-item]


# ---------------------------------------------------------------------- for people to read


@pytest.mark.parametrize("last", [nn.Softmax(), nn.Sigmoid(), nn.Identity()])
def test_predicted_classes(backend: Backend, last: Layer) -> None:
    network = nn.Network([nn.Dense(2, 3), last], seed=0, backend=backend)
    P = backend.to_list(network.predict(X))
    classes = network.predict_classes(X)
    assert classes == [row.index(max(row)) for row in P]
    assert {type(each) for each in classes} == {int}
    assert network.predict_classes(backend.from_list(X)) == classes
    assert network.predict_classes(FloatRows(X)) == classes


def test_predicted_classes_of_a_single_output(backend: Backend) -> None:
    weights, bias = [[1.0], [1.0]], [-1.0]
    network = nn.Network([nn.Dense(2, 1, weights=weights, bias=bias), nn.Sigmoid()], 0, backend)
    assert network.predict_classes(X) == [0, 1, 1, 1]  # exactly 0.5 is a yes
    one_of_many = nn.Network([nn.Dense(2, 2, weights=[[0.0] * 2] * 2)], 0, backend)
    assert one_of_many.predict_classes(X) == [0, 0, 0, 0]  # the first of equal ones


def test_predicted_classes_of_bad_rows(backend: Backend) -> None:
    network = nn.Network([nn.Dense(2, 3)], seed=0, backend=backend)
    with pytest.raises(ShapeError, match="input has 1 columns, needs 2"):
        network.predict_classes([[1.0]])
    with pytest.raises(DataError):
        network.predict_classes([])


def test_summary(backend: Backend) -> None:
    network = nn.Network(
        [nn.Dense(2, 1000), nn.Tanh(), nn.Dense(1000, 3, bias=None), nn.Softmax()],
        seed=0,
        backend=backend,
    )
    assert network.summary() == (
        "layer                      output   parameters\n"
        "Dense 1 (2 → 1000)          1,000        3,000\n"
        "Tanh 1                      1,000            0\n"
        "Dense 2 (1000 → 3)              3        3,000\n"
        "Softmax 1                       3            0\n"
        "                                         6,000"
    )


def test_summary_of_a_layer_with_a_long_name() -> None:
    class AVeryLongNameOfALayerOfOnesOwn(nn.Tanh):
        pass

    lines = (
        nn.Network([nn.Dense(1, 1), AVeryLongNameOfALayerOfOnesOwn()], seed=0)
        .summary()
        .splitlines()
    )
    assert len({len(line) for line in lines}) == 1
    assert lines[2].startswith("AVeryLongNameOfALayerOfOnesOwn 1 ")


def test_a_parameter_shows_its_numbers(backend: Backend) -> None:
    layer = nn.Dense(2, 3, weights=[[1.0, -0.5, 1 / 3], [1e-9, 0.0, 12.0]])
    W, b = nn.Network([layer], seed=0, backend=backend).trainable
    assert repr(W) == "Parameter W1 (2 × 3)\n  [1, -0.5, 0.333333]\n  [1e-09, 0, 12]"
    assert repr(b) == "Parameter b1 (1 × 3)\n  [0, 0, 0]"


def test_a_large_parameter_is_cut(backend: Backend) -> None:
    (W,) = nn.Network([nn.Dense(500, 300, bias=None)], seed=0, backend=backend).trainable
    lines = repr(W).splitlines()
    assert lines[0] == "Parameter W1 (500 × 300)"
    assert len(lines) == 10
    assert lines[-1] == "  …"
    assert all(line.endswith(", …]") and line.count(",") == 8 for line in lines[1:-1])


@pytest.mark.parametrize("value", [None, 3.0, "x", [[1.0]], "y" * 1000])
def test_a_parameter_of_anything_else_shows_itself(value: Any) -> None:
    assert repr(nn.Parameter("p", value)).startswith("Parameter 'p': ")
    assert len(repr(nn.Parameter("p", value))) < 100
