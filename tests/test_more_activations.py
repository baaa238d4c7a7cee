"""ELU, GELU, SiLU and Softplus: values, slopes, laws, gradients, bad arguments."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn.activations import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from purenn.backend import Backend, get_backend
from purenn.errors import ArgumentError
from purenn.layers import Layer
from purenn.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SumSquaredError,
)

ROOT = math.sqrt(2.0 / math.pi)


def sigma(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z)) if z >= 0.0 else math.exp(z) / (1.0 + math.exp(z))


def gelu_gate(z: float) -> float:
    """(1 + tanh u) / 2, the paper's form, with the tail of tanh written as a sigmoid."""
    return sigma(2.0 * ROOT * (z + 0.044715 * z**3))


def gelu_slope(z: float) -> float:
    s = gelu_gate(z)
    return s + z * s * gelu_gate(-z) * 2.0 * ROOT * (1.0 + 3.0 * 0.044715 * z**2)


Formula = Callable[[float], float]
CASES: dict[str, tuple[Callable[[], Layer], Formula, Formula]] = {
    "ELU": (
        ELU,
        lambda z: z if z > 0.0 else math.expm1(z),
        lambda z: 1.0 if z > 0.0 else math.exp(z),
    ),
    "ELU(0.3)": (
        lambda: ELU(alpha=0.3),
        lambda z: z if z > 0.0 else 0.3 * math.expm1(z),
        lambda z: 1.0 if z > 0.0 else 0.3 * math.exp(z),
    ),
    "GELU": (GELU, lambda z: z * gelu_gate(z), gelu_slope),
    "SiLU": (
        SiLU,
        lambda z: z * sigma(z),
        lambda z: sigma(z) + z * sigma(z) * sigma(-z),
    ),
    "Softplus": (
        Softplus,
        lambda z: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
        sigma,
    ),
}
SPECIAL = [0.0, -0.0, 1e-300, -1e-300, 5e-324, -1e-12, 1e-12, -1e-5, 1.0, -1.0, 37.0, -37.0]
SPECIAL += [709.5, -709.5, 745.2, -745.2, 1e4, -1e4, 3.3, -3.3, -0.5, 0.5]
logits = st.sampled_from(SPECIAL) | st.floats(-10, 10) | st.floats(-1e4, 1e4)
rows = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(logits, min_size=n, max_size=n), min_size=1, max_size=4)
)
searching = settings(max_examples=25, derandomize=True, database=None, deadline=None)


def on(backend: Backend, layer: Layer) -> Layer:
    layer.backend = backend
    return layer


def slopes(backend: Backend, layer: Layer, Z: list[list[float]]) -> list[list[float]]:
    """g′ of each entry: backward of ones."""
    layer.forward(backend.from_list(Z))
    return backend.to_list(layer.backward(backend.from_list([[1.0] * len(row) for row in Z])))


def assert_near(found: list[list[float]], right: list[list[float]], slack: float = 1e-12) -> None:
    for found_row, right_row in zip(found, right, strict=True):
        for a, b in zip(found_row, right_row, strict=True):
            assert math.isclose(a, b, rel_tol=slack, abs_tol=1e-300), (a, b)


@pytest.mark.parametrize("name", CASES)
@searching
@given(Z=rows)
def test_values(backend: Backend, name: str, Z: list[list[float]]) -> None:
    make, g, _ = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        A = on(backend, make()).forward(backend.from_list(Z))
    # in the tails 2u is in the thousands, and its rounding is multiplied by as much
    slack = 1e-11 if name in ("GELU", "SiLU") else 1e-12
    assert_near(backend.to_list(A), [[g(z) for z in row] for row in Z], slack)


@pytest.mark.parametrize("name", CASES)
@searching
@given(Z=rows)
def test_slopes(backend: Backend, name: str, Z: list[list[float]]) -> None:
    make, _, slope = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = slopes(backend, on(backend, make()), Z)
    for found_row, row in zip(found, Z, strict=True):
        for a, z in zip(found_row, row, strict=True):
            # terms that cancel (SiLU near -1.28) leave their rounding
            assert math.isclose(a, slope(z), rel_tol=1e-11, abs_tol=1e-14), (z, a, slope(z))


@pytest.mark.parametrize("name", CASES)
def test_far_out_it_is_finite_and_quiet(backend: Backend, name: str) -> None:
    make, g, slope = CASES[name]
    Z = [[1e4, -1e4, 0.0, -0.0]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer = on(backend, make())
        A = backend.to_list(layer.forward(backend.from_list(Z)))
        right = [[g(z) for z in Z[0]]]
        assert right == A
        assert slopes(backend, layer, Z) == [[slope(z) for z in Z[0]]]


@pytest.mark.parametrize("name", CASES)
def test_the_slope_is_passed_on_times_dA(backend: Backend, name: str) -> None:
    layer = on(backend, CASES[name][0]())
    Z = [[0.7, -0.3], [-2.0, 4.0]]
    dA = [[3.0, -2.0], [0.5, 0.0]]
    ones = slopes(backend, layer, Z)
    dZ = backend.to_list(layer.backward(backend.from_list(dA)))
    assert_near(
        dZ, [[d * s for d, s in zip(*pair, strict=True)] for pair in zip(dA, ones, strict=True)]
    )


def test_the_first_few_values_by_hand(backend: Backend) -> None:
    """From tables of the published functions (PyTorch's documentation gives the same)."""
    Z = backend.from_list([[1.0, -1.0]])
    right = {
        "ELU": [1.0, -0.6321205588285577],
        "GELU": [0.8411919906082768, -0.15880800939172324],
        "SiLU": [0.7310585786300049, -0.2689414213699951],
        "Softplus": [1.3132616875182228, 0.31326168751822286],
    }
    for name, values in right.items():
        assert_near(backend.to_list(on(backend, CASES[name][0]()).forward(Z)), [values])


# ------------------------------------------------------------------------------ laws


@searching
@given(Z=rows)
def test_silu_is_z_times_sigmoid(backend: Backend, Z: list[list[float]]) -> None:
    X = backend.from_list(Z)
    A = on(backend, SiLU()).forward(X)
    assert backend.to_list(A) == backend.to_list(X * backend.sigmoid(X))


@searching
@given(Z=rows)
def test_the_slope_of_softplus_is_sigmoid(backend: Backend, Z: list[list[float]]) -> None:
    right = backend.to_list(backend.sigmoid(backend.from_list(Z)))
    assert slopes(backend, on(backend, Softplus()), Z) == right


@pytest.mark.parametrize("name", ["GELU", "SiLU", "Softplus"])
@searching
@given(Z=rows)
def test_both_sides_differ_by_z(backend: Backend, name: str, Z: list[list[float]]) -> None:
    """g(z) − g(−z) = z, as σ(z) + σ(−z) = 1."""
    X = backend.from_list(Z)
    layer = on(backend, CASES[name][0]())
    found = backend.to_list(layer.forward(X) - layer.forward(-X))
    for found_row, row in zip(found, Z, strict=True):
        for a, z in zip(found_row, row, strict=True):
            assert math.isclose(a, z, rel_tol=1e-13, abs_tol=1e-15)


def test_gelu_is_near_the_exact_form(backend: Backend) -> None:
    """z · Φ(z) by the error function, at most 0.0005 off; its limits are z and 0."""
    Z = [[k / 50.0 for k in range(-400, 401)]]
    A = backend.to_list(on(backend, GELU()).forward(backend.from_list(Z)))[0]
    exact = [z * 0.5 * (1.0 + math.erf(z / math.sqrt(2.0))) for z in Z[0]]
    assert max(abs(a - b) for a, b in zip(A, exact, strict=True)) < 0.0005
    (far,) = backend.to_list(on(backend, GELU()).forward(backend.from_list([[50.0, -50.0]])))
    assert far == [50.0, 0.0]


def test_gelu_is_the_form_with_tanh(backend: Backend) -> None:
    Z = [[k / 10.0 for k in range(-30, 31)]]
    A = backend.to_list(on(backend, GELU()).forward(backend.from_list(Z)))
    right = [0.5 * z * (1.0 + math.tanh(ROOT * (z + 0.044715 * z**3))) for z in Z[0]]
    assert_near(A, [right], 1e-10)


def test_softplus_lies_above_relu_and_elu_above_minus_alpha(backend: Backend) -> None:
    Z = backend.from_list([[k / 4.0 for k in range(-200, 201)]])
    smooth = backend.to_list(on(backend, Softplus()).forward(Z))[0]
    sharp = backend.to_list(on(backend, ReLU()).forward(Z))[0]
    assert all(s >= r for s, r in zip(smooth, sharp, strict=True))
    assert min(backend.to_list(on(backend, ELU(0.5)).forward(Z))[0]) >= -0.5


def test_nan_stays_nan(backend: Backend) -> None:
    Z = backend.from_list([[math.nan, 1.0]])
    for make, g, _ in CASES.values():
        (a, b) = backend.to_list(on(backend, make()).forward(Z))[0]
        assert math.isnan(a)
        assert math.isclose(b, g(1.0), rel_tol=1e-12)


# ------------------------------------------------------------- gradients, and backends

X = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]
TARGETS = [[0.21, -0.4], [1.3, 0.62], [-0.9, 0.1]]
ALL: dict[str, Callable[[], Layer]] = {
    **{name: make for name, (make, _, _) in CASES.items()},
    "Identity": Identity,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "ReLU": ReLU,
    "LeakyReLU": LeakyReLU,
    "Softmax": Softmax,
}
LOSSES: dict[str, tuple[Callable[[], Loss], Callable[[], Layer] | None, Any]] = {
    "MeanSquaredError": (MeanSquaredError, None, TARGETS),
    "SumSquaredError": (SumSquaredError, None, TARGETS),
    "MeanAbsoluteError": (MeanAbsoluteError, None, TARGETS),
    "Huber": (Huber, None, TARGETS),
    "Huber(0.2)": (lambda: Huber(delta=0.2), None, TARGETS),
    "BinaryCrossEntropy": (BinaryCrossEntropy, Sigmoid, [[0, 1], [1, 1], [1, 0]]),
    "CrossEntropy": (CrossEntropy, Softmax, [1, 0, 1]),
}


def network_of(backend: Backend, hidden: str, last: Callable[[], Layer] | None) -> nn.Network:
    layers: list[Layer] = [nn.Dense(2, 3, bias=nn.initializers.Normal()), ALL[hidden]()]
    layers += [nn.Dense(3, 2), *([last()] if last else [])]
    return nn.Network(layers, seed=3, backend=backend)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ALL)
def test_gradients(backend: Backend, hidden: str, loss: str) -> None:
    make_loss, last, y = LOSSES[loss]
    report = nn.gradient_check(network_of(backend, hidden, last), make_loss(), X, y)
    assert report.max_error <= 1e-6, str(report)


@pytest.mark.parametrize("loss", ["MeanSquaredError", "MeanAbsoluteError", "Huber"])
@pytest.mark.parametrize("last", CASES)
def test_gradients_of_a_last_layer(backend: Backend, last: str, loss: str) -> None:
    make_loss, _, y = LOSSES[loss]
    report = nn.gradient_check(network_of(backend, "Tanh", ALL[last]), make_loss(), X, y)
    assert report.max_error <= 1e-6, str(report)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", CASES)
def test_one_step_agrees(backend: Backend, hidden: str, loss: str) -> None:
    make_loss, last, y = LOSSES[loss]
    ours, theirs = (network_of(b, hidden, last) for b in (backend, get_backend("python")))
    losses = [
        nn.train(n, X, y, loss=make_loss(), optimizer=nn.SGD(0.1), epochs=1).losses
        for n in (ours, theirs)
    ]
    assert math.isclose(losses[0][0], losses[1][0], rel_tol=1e-12)
    for (_, W), (_, right) in zip(ours.parameters, theirs.parameters, strict=True):
        for row, right_row in zip(W, right, strict=True):
            for a, b in zip(row, right_row, strict=True):
                assert math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)


# --------------------------------------------------------------- settings and errors


@pytest.mark.parametrize(
    "layer,right",
    [(ELU(), {"alpha": 1.0}), (ELU(2), {"alpha": 2}), (LeakyReLU(0.2), {"slope": 0.2})]
    + [(make(), {}) for make in (GELU, SiLU, Softplus, ReLU, Softmax)],
)
def test_settings(layer: Layer, right: dict[str, float]) -> None:
    assert layer.settings() == right
    assert type(layer)(**right).settings() == right


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.nan, math.inf, "1", None, True, 10**400])
def test_bad_alpha(alpha: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^ELU: alpha is .*, must be a number above 0$"):
        ELU(alpha)


@pytest.mark.parametrize("slope", [-0.1, 1.1, math.nan, "0.1", None])
def test_bad_slope(slope: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^LeakyReLU: slope is .*, must be from 0 to 1$"):
        LeakyReLU(slope)
