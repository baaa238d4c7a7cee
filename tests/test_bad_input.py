"""A wrong input never trains silently: each is refused, with the place and the mend."""

import math
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn.errors import ArgumentError, DataError, PurennError, ShapeError
from purenn.losses import Loss

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0.0, 1.0, 1.0, 0.0]
NAN, INF = math.nan, math.inf


def network(n_out: int = 1, last: Callable[[], Any] = nn.Sigmoid) -> nn.Network:
    return nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, n_out), last()], seed=0)


def train(target: nn.Network, x: Any = X, y: Any = Y, **changes: Any) -> nn.History:
    arguments: dict[str, Any] = {
        "loss": nn.MeanSquaredError(), "optimizer": nn.SGD(0.1), "epochs": 2,
    }  # fmt: skip
    return nn.train(target, x, y, **(arguments | changes))


def refused(error: type[PurennError], message: str, **changes: Any) -> None:
    """Training raises this, and the network is as it was."""
    target = network()
    before = target.parameters, target.random.get_state()
    with pytest.raises(error, match=message):
        train(target, **changes)
    assert (target.parameters, target.random.get_state()) == before


class Thing:
    """Any object with tolist."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def tolist(self) -> Any:
        return self.rows


# ------------------------------------------------------------------------------- rows

BAD_X = [
    ([[0, 0], [0]], r"X\[1\] has 1 entries, but X\[0\] has 2; all rows must have the same length"),
    ([[0, 0], [0, 1, 2]], r"X\[1\] has 3 entries, but X\[0\] has 2"),
    ([], "X is empty; at least one row"),
    ((), "X is empty; at least one row"),
    ([[]], r"X\[0\] is empty; a row has at least one number"),
    ([[0, 0], []], r"X\[1\] is empty"),
    (None, r"X is None; needed is a list of rows"),
    (3.5, r"X is 3.5 \(float\); needed is a list of rows"),
    ("0 1", r"X is '0 1' \(str\); needed is a list of rows"),
    (b"01", r"X is b'01' \(bytes\)"),
    ({"a": [1, 2]}, r"X is \{'a': \[1, 2\]\} \(dict\)"),
    ([0.5, 1.5], r"X\[0\] is 0.5 \(float\); needed is a row of numbers; .*\[\[0.5, …\]\]"),
    (["01", "10"], r"X\[0\] is '01' \(str\); needed is a row of numbers"),
    ([[0, 0], None], r"X\[1\] is None; needed is a row of numbers"),
    ([[0, 0], {1: 2}], r"X\[1\] is \{1: 2\} \(dict\), which has no order"),
    ([[0, 0], [0, None]], r"X\[1\]\[1\] is None; a number is needed"),
    ([[0, 0], [0, "1"]], r"X\[1\]\[1\] is '1' \(str\); a number is needed"),
    ([[0, 0], [1j, 0]], r"X\[1\]\[0\] is 1j \(complex\); a number is needed"),
    ([[0, 0], [[1], 0]], r"X\[1\]\[0\] is \[1\] \(list\); a number is needed"),
    ([[0, "x" * 90]], r"X\[0\]\[1\] is 'x{58}… \(str\)"),
    ([[0, 0], [0, NAN]], r"X\[1\]\[1\] is nan; every entry must be finite"),
    ([[0, INF], [0, 0]], r"X\[0\]\[1\] is inf; every entry must be finite \(drop the row"),
    ([[0, 0], [-INF, 0]], r"X\[1\]\[0\] is -inf"),
    ([[0, 10**400]], r"X\[0\] holds a whole number too large for a float"),
    (Thing([[0, 0], [0, NAN]]), r"X\[1\]\[1\] is nan"),
    (Thing(0.5), r"X is 0.5 \(float\); needed is a list of rows"),
]


@pytest.mark.parametrize("rows,message", BAD_X)
def test_rows_that_are_refused(rows: Any, message: str) -> None:
    refused(DataError, f"^{message}", x=rows)
    with pytest.raises(DataError, match=f"^{message}"):
        network().predict(rows)


@pytest.mark.parametrize(
    "y,message",
    [
        ([0, 1, NAN, 0], r"y\[2\]\[0\] is nan; every entry must be finite"),
        ([[0], [1], [1], [INF]], r"y\[3\]\[0\] is inf"),
        ([0, 1, None, 0], r"y\[2\]\[0\] is None; a number is needed"),
        ([0, "1", 1, 0], r"y\[1\]\[0\] is '1' \(str\)"),
        ("0110", r"y is '0110' \(str\); needed is a list of numbers or rows"),
        ([], "y is empty"),
        ([[0], [1], [1, 1], [0]], r"y\[2\] has 2 entries, but y\[0\] has 1"),
        ([0, 1, 1], "X has 4 rows, but y has 3; every example needs one target"),
        ([0, 1, 1, 0, 1], "X has 4 rows, but y has 5"),
        ([[0, 1]] * 4, "y has 2 columns, but the network has 1 outputs"),
    ],
)
def test_targets_that_are_refused(y: Any, message: str) -> None:
    refused(DataError, message, y=y)


def test_true_and_false_count_as_1_and_0() -> None:
    plain, bools = network(), network()
    train(plain, batch_size=2)
    train(bools, [[bool(a) for a in row] for row in X], [bool(a) for a in Y], batch_size=2)
    assert plain.parameters == bools.parameters


@pytest.mark.parametrize(
    "x,y",
    [
        (tuple(map(tuple, X)), tuple(Y)),
        (Thing(X), Thing([[y] for y in Y])),
        ([Thing(row) for row in X], Thing(Y)),
        ([[int(a) for a in row] for row in X], [[int(a)] for a in Y]),
        (
            nn.get_backend("python").from_list(X),
            nn.get_backend("python").from_list([[y] for y in Y]),
        ),
    ],
)
def test_forms_of_rows_that_are_taken(x: Any, y: Any) -> None:
    plain, other = network(), network()
    assert train(plain).losses == train(other, x, y).losses
    assert plain.parameters == other.parameters


def test_numpy_arrays(backend: Any) -> None:
    np = pytest.importorskip("numpy")
    target = nn.Network([nn.Dense(2, 1)], seed=0, backend=backend)
    expected = backend.to_list(target.predict(X))
    for dtype in ("float64", "float32", "int64", "uint8", "bool"):
        assert backend.to_list(target.predict(np.array(X).astype(dtype))) == expected
    assert backend.to_list(target.predict([np.array(row) for row in X])) == expected
    assert backend.to_list(target.predict([list(row) for row in np.array(X)])) == expected
    for bad, message in (
        (np.array([[0.0, NAN]]), r"X\[0\]\[1\] is nan"),
        (np.array([[INF, 0.0]]), r"X\[0\]\[0\] is inf"),
        (np.array([["a", "b"]]), r"X\[0\]\[0\] is 'a' \(str\)"),
        (np.array([[1j, 0]]), r"X\[0\]\[0\] is 1j \(complex\)"),
        (np.array([[0, None]]), r"X\[0\]\[1\] is None"),
        (np.array([0.0, 1.0]), r"X\[0\] is 0.0 \(float\); needed is a row"),
        (np.array(1.0), r"X is 1.0 \(float\)"),
        (np.zeros((0, 2)), "X is empty"),
        (np.zeros((2, 0)), r"X\[0\] is empty"),
        (np.zeros((1, 2, 2)), r"X\[0\]\[0\] is \[0.0, 0.0\] \(list\)"),
    ):
        with pytest.raises(DataError, match=message):
            target.predict(bad)


@pytest.mark.parametrize("width", [1, 3])
def test_the_wrong_width(width: int) -> None:
    message = (
        rf"Dense 1 \(2 → 3\): input has {width} columns, needs 2 "
        rf"\(matmul \(4 × {width}\) @ \(2 × 3\)\); is a layer missing"
    )
    refused(ShapeError, message, x=[[0.0] * width] * 4)


# ----------------------------------------------------------------------------- labels

LABELS = [0, 2, 1, 2]


@pytest.mark.parametrize(
    "y,message",
    [
        ([0, 3, 1, 2], r"y\[1\] is 3, but the network has 3 classes, 0 to 2"),
        ([0, 2, -1, 2], r"y\[2\] is -1, but the network has 3 classes"),
        ([0, 1.5, 1, 2], r"y\[1\] is 1.5; a class number is a whole number"),
        ([[0], [1], [2], [3]], r"y\[3\] is 3, but the network has 3 classes"),
        ([[1, 0, 0]] * 3 + [[1, 1, 0]], r"y\[3\] is \[1.0, 1.0, 0.0\], not one 1 among zeros"),
        ([[1, 0, 0]] * 3 + [[0, 0, 0]], r"y\[3\] is \[0.0, 0.0, 0.0\], not one 1"),
        ([[1, 0, 0]] * 3 + [[0.5, 0.4, 0]], r"y\[3\] is \[0.5, 0.4, 0.0\], not one 1"),
        ([[1, 0, 0]] * 3 + [[1.5, -0.5, 0]], r"y\[3\] is \[1.5, -0.5, 0.0\], .* add up to 1"),
        ([[1, 0]] * 4, "y has 2 columns, but the network has 3 classes"),
        ([0, 1, NAN, 2], r"y\[2\]\[0\] is nan"),
        (["0", "1", "2", "0"], r"y\[0\] is '0', a text; numbers are needed. Of names of classes"),
        ([0, 1, 2], "X has 4 rows, but y has 3"),
    ],
)
def test_class_labels_that_are_refused(y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        train(network(3, nn.Softmax), y=y, loss=nn.CrossEntropy())


def test_class_labels_that_are_taken() -> None:
    hot = [[float(j == label) for j in range(3)] for label in LABELS]
    runs = []
    for y in (LABELS, [float(a) for a in LABELS], [[a] for a in LABELS], hot, Thing(LABELS)):
        target = network(3, nn.Softmax)
        train(target, y=y, loss=nn.CrossEntropy())
        runs.append(target.parameters)
    assert all(run == runs[0] for run in runs)


@pytest.mark.parametrize("bad,shown", [(1.5, "1.5"), (-1, "-1"), (2, "2")])
def test_yes_or_no_targets_are_0_or_1(bad: float, shown: str) -> None:
    message = rf"BinaryCrossEntropy: y\[2\]\[0\] is {shown}, must be 0 or 1"
    refused(DataError, message, y=[0, 1, bad, 0], loss=nn.BinaryCrossEntropy())


# -------------------------------------------------------------------------- arguments


@pytest.mark.parametrize("rate", [0, 0.0, -0.1, NAN, INF, "0.1", None, True, [0.1]])
@pytest.mark.parametrize("optimizer", [nn.SGD, nn.Adam])
def test_learning_rates_that_are_refused(optimizer: Any, rate: Any) -> None:
    with pytest.raises(
        ArgumentError, match=f"{optimizer.__name__}: learning_rate is .*must be a number above 0"
    ):
        optimizer(rate)


@pytest.mark.parametrize("momentum", [-0.1, 1.0, 2, NAN, "0.9", None, True])
def test_momentum_that_is_refused(momentum: Any) -> None:
    with pytest.raises(ArgumentError, match=r"SGD: momentum is .*from 0 to below 1"):
        nn.SGD(0.1, momentum=momentum)


def test_nesterov_needs_momentum() -> None:
    with pytest.raises(ArgumentError, match="nesterov needs a momentum above 0"):
        nn.SGD(0.1, nesterov=True)


@pytest.mark.parametrize(
    "argument,value", [("beta1", 1.0), ("beta2", -0.1), ("beta1", NAN), ("beta2", "0.9")]
)
def test_betas_that_are_refused(argument: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=f"Adam: {argument} is .*from 0 to below 1"):
        nn.Adam(0.1, **{argument: value})


@pytest.mark.parametrize("epsilon", [0.0, -1e-8, NAN, INF, "x"])
def test_epsilon_that_is_refused(epsilon: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Adam: epsilon is .*must be a number above 0"):
        nn.Adam(0.1, epsilon=epsilon)


@pytest.mark.parametrize("value", [0, -1, 1.5, 2.0, "3", True, NAN])
@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_counts_that_are_refused(name: str, value: Any) -> None:
    message = f"train: {name} is .*must be a whole number, 1 or more"
    refused(ArgumentError, message, **{name: value})


def test_epochs_are_needed() -> None:
    refused(ArgumentError, "train: epochs is None", epochs=None)


@pytest.mark.parametrize(
    "loss,message",
    [
        (nn.MeanSquaredError, r"not a purenn loss; write MeanSquaredError\(\)"),
        ("mse", "loss is 'mse', not a purenn loss"),
        (None, "loss is None, not a purenn loss"),
    ],
)
def test_losses_that_are_none(loss: Any, message: str) -> None:
    refused(ArgumentError, message, loss=loss)


@pytest.mark.parametrize("optimizer", [nn.SGD, "sgd", None, 0.1])
def test_optimizers_that_are_none(optimizer: Any) -> None:
    refused(ArgumentError, "optimizer is .*not a purenn optimizer", optimizer=optimizer)


@pytest.mark.parametrize(
    "loss,last,partner",
    [
        (nn.CrossEntropy(), nn.Sigmoid, "Softmax"),
        (nn.CrossEntropy(), nn.Identity, "Softmax"),
        (nn.BinaryCrossEntropy(), nn.Softmax, "Sigmoid"),
        (nn.BinaryCrossEntropy(), nn.Tanh, "Sigmoid"),
    ],
)
def test_a_loss_with_the_wrong_last_layer(loss: Loss, last: Any, partner: str) -> None:
    message = (
        rf"{type(loss).__name__} goes with a last {partner} layer, but this network ends in "
        rf"{last.__name__} \d; end it in nn.{partner}\(\), or choose another loss"
    )
    with pytest.raises(ArgumentError, match=message):
        train(network(last=last), loss=loss)


def test_a_loss_with_no_last_activation() -> None:
    target = nn.Network([nn.Dense(2, 3)], seed=0)
    with pytest.raises(ArgumentError, match=r"ends in Dense 1 \(2 → 3\); end it in nn.Softmax"):
        train(target, y=LABELS, loss=nn.CrossEntropy())


@pytest.mark.parametrize("scale", [0.0, -1.0, NAN, INF])
def test_scales_that_are_refused(scale: float) -> None:
    with pytest.raises(ArgumentError, match="SumSquaredError: scale is"):
        nn.SumSquaredError(scale)


def test_unknown_metrics() -> None:
    refused(
        ArgumentError,
        "unknown metric 'acuracy'; there are accuracy, .*mean_squared_error, .*or a function",
        metrics=["acuracy"],
    )


# ----------------------------------------------------------------------------- layers


@pytest.mark.parametrize("sizes", [(0, 1), (1, 0), (-1, 1), (1.0, 1), (1, "2"), (True, 1)])
def test_sizes_of_dense_that_are_refused(sizes: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"Dense: n_(in|out) is .*must be a whole number, 1 or more"
    ):
        nn.Dense(*sizes)


@pytest.mark.parametrize("slope", [-0.1, 1.1, NAN])
def test_slopes_that_are_refused(slope: float) -> None:
    with pytest.raises(ArgumentError, match="LeakyReLU: slope is"):
        nn.LeakyReLU(slope)


@pytest.mark.parametrize(
    "arguments,error,message",
    [
        (
            {"weights": [[1, 2, 3]]},
            ArgumentError,
            r"Dense\(2, 3\): weights given as \(1 × 3\), needed are \(2 × 3\)",
        ),
        ({"weights": [[1, 2], [3, 4]]}, ArgumentError, r"given as \(2 × 2\), needed are \(2 × 3\)"),
        ({"weights": [[1, 2, 3], [4, 5]]}, DataError, r"weights\[1\] has 2 entries"),
        ({"weights": [[1, 2, 3], [4, 5, NAN]]}, DataError, r"weights\[1\]\[2\] is nan"),
        ({"weights": "HeNormal"}, DataError, "weights is 'HeNormal'"),
        ({"weights": None}, DataError, "weights is None"),
        ({"bias": [1, 2]}, ArgumentError, r"bias given as \(1 × 2\), needed are \(1 × 3\)"),
        ({"bias": [[1], [2], [3]]}, ArgumentError, r"bias given as \(3 × 1\)"),
        ({"bias": [1, 2, "3"]}, DataError, r"bias\[0\]\[2\] is '3'"),
        ({"bias": 0.0}, DataError, "bias is 0.0"),
    ],
)
def test_given_weights_that_are_refused(
    arguments: dict[str, Any], error: type[PurennError], message: str
) -> None:
    with pytest.raises(error, match=message):
        nn.Dense(2, 3, **arguments)


@pytest.mark.parametrize(
    "layers,message",
    [
        ([], r"at least one layer with weights: nn.Dense\(n_in, n_out\)"),
        ([nn.Sigmoid()], "at least one layer with weights"),
        ([nn.Dense(2, 3), nn.Tanh], r"layers\[1\] is .*not a purenn layer; write Tanh\(\)"),
        ([nn.Dense(2, 3), "tanh"], r"layers\[1\] is 'tanh', not a purenn layer"),
        (None, r"layers\[0\] is None, not a purenn layer"),
        (
            [nn.Dense(2, 3), nn.Tanh(), nn.Dense(4, 1)],
            r"Dense 2 \(4 → 1\) needs 4 columns, but Dense 1 \(2 → 3\) before it gives 3",
        ),
    ],
)
def test_layers_that_do_not_fit(layers: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        nn.Network(layers, seed=0)


@pytest.mark.parametrize("seed", [-1, 2**32, "0", 1.5, True, [1], (1, 2), range(3)])
def test_seeds_that_are_refused(seed: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"Network: seed is .* whole number from 0 to 4294967295"
    ):
        nn.Network([nn.Dense(2, 1)], seed=seed)


def test_all_errors_are_purenn_errors_and_value_errors() -> None:
    for error in (ArgumentError, DataError, ShapeError):
        assert issubclass(error, PurennError)
        assert issubclass(error, ValueError)
