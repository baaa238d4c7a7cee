"""The gradient check: it passes what is right, fails what is wrong, and leaves no trace."""

from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.errors import ArgumentError
from purenn.gradients import Entry, _nudge, _Run, _Weight
from purenn.slopes import EPSILON

X = nn.RandomState(1).randn(4, 2)
Y = [[0.1], [0.9], [0.4], [-0.3]]


def network(*layers: Any, backend: str | Backend = "python") -> nn.Network:
    layers = layers or (nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1))
    return nn.Network(layers, seed=2, backend=backend)


def test_right_gradients_pass(backend: Backend) -> None:
    report = nn.gradient_check(network(backend=backend), nn.MeanSquaredError(), X, Y)
    assert report
    assert report.ok
    assert report.max_error <= 1e-6
    assert [(name, len(entries)) for name, entries in report.by_parameter().items()] == [
        ("W1", 6), ("b1", 3), ("W2", 3), ("b2", 1),
    ]  # fmt: skip
    lines = str(report).splitlines()
    assert lines[0].split()[:2] == ["parameter", "entries"]
    assert lines[-1].startswith("13 slopes, worst relative error ")
    assert lines[-1].endswith("(allowed 1e-06): they agree")


class Twisted(nn.Tanh):
    """A tanh whose slope is wrong by a factor."""

    factor = 1.0

    def backward(self, dA: Any) -> Any:
        return super().backward(dA) * self.factor


class Forgetful(nn.Dense):
    """A dense layer with the first erratum of tutorial 003: one bias slope for all outputs."""

    def backward(self, dZ: Any) -> Any:
        dX = super().backward(dZ)
        assert self.b is not None
        total = self.backend.item(self.backend.sum(dZ))
        self.b.gradient = self.backend.from_list([[total] * self.n_out])
        return dX


@pytest.mark.parametrize("factor", [-1.0, 0.0, 0.5, 1.001, 1.00001])
def test_a_wrong_slope_is_found(backend: Backend, factor: float) -> None:
    twisted = Twisted()
    twisted.factor = factor
    wrong = network(nn.Dense(2, 3), twisted, nn.Dense(3, 1), backend=backend)
    report = nn.gradient_check(wrong, nn.MeanSquaredError(), X, Y)
    assert not report
    assert report.worst.parameter in ("W1", "b1")  # the layers before the fault
    assert {e.parameter for e in report.entries if e.error > 1e-6} == {"W1", "b1"}
    assert not any(entry.kink for entry in report.entries)
    text = str(report)
    assert text.endswith("DISAGREE: a formula is wrong")
    worst = report.worst
    assert repr(worst).startswith(f"{worst.parameter}[{worst.row}][{worst.column}]: analytic ")


def test_a_wrong_bias_gradient_is_found() -> None:
    wrong = network(Forgetful(2, 3), nn.Tanh(), nn.Dense(3, 1))
    report = nn.gradient_check(wrong, nn.MeanSquaredError(), X, Y)
    assert not report.ok
    assert {e.parameter for e in report.entries if e.error > 1e-6} == {"b1"}


class HalfLoss(nn.MeanSquaredError):
    """A loss that reports one thing and descends on another (tutorial 001's erratum)."""

    def backward(self) -> Any:
        return super().backward() * 0.5


def test_a_loss_with_the_wrong_factor_is_found() -> None:
    report = nn.gradient_check(network(), HalfLoss(), X, Y)
    assert not report.ok
    assert report.max_error == pytest.approx(0.5, rel=1e-3)


def test_the_tolerance_can_be_chosen() -> None:
    assert not nn.gradient_check(network(), nn.MeanSquaredError(), X, Y, tolerance=1e-20).ok
    assert nn.gradient_check(network(), HalfLoss(), X, Y, tolerance=0.6).ok


@pytest.mark.parametrize("tolerance", [0.0, -1e-6, "much", True, float("nan"), None])
def test_a_tolerance_is_a_number_above_0(tolerance: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^gradient_check: tolerance is "):
        nn.gradient_check(network(), nn.MeanSquaredError(), X, Y, tolerance=tolerance)


def test_the_network_is_the_same_afterwards(backend: Backend) -> None:
    checked = network(backend=backend)
    before = checked.parameters, checked.random.get_state()
    values = [p.value for p in checked.trainable]
    nn.gradient_check(checked, nn.MeanSquaredError(), X, Y)
    assert (checked.parameters, checked.random.get_state()) == before
    assert all(p.value is v for p, v in zip(checked.trainable, values, strict=True))


@pytest.mark.parametrize("bend,slopes", [(nn.ReLU, (0.0, 1.0)), (nn.LeakyReLU, (0.01, 1.0))])
def test_a_weight_on_a_kink_is_reported_and_not_counted(bend: Any, slopes: Any) -> None:
    """With weights 0 every input of the ReLU is exactly 0: the loss has no slope there."""
    kinked = network(
        nn.Dense(1, 1, weights=[[0.0]]), bend(), nn.Dense(1, 1, weights=[[1.0]]),
    )  # fmt: skip
    report = nn.gradient_check(kinked, nn.MeanSquaredError(), [[1.0]], [[1.0]])
    kinks = {entry.parameter for entry in report.entries if entry.kink}
    assert kinks == {"W1", "b1"}
    assert report.ok
    assert all(entry.error == 0.0 for entry in report.entries if entry.kink)
    left, right = (-2.0 * slope for slope in slopes)
    assert all(right <= e.analytic <= left for e in report.entries if e.kink)
    assert "(1 on a kink, not counted)" in str(report)
    assert "(on a kink)" in repr(next(e for e in report.entries if e.kink))


class Backwards(nn.ReLU):
    """A ReLU whose slope is wrong on both sides of its kink."""

    def backward(self, dA: Any) -> Any:
        return dA * -3.0


def test_a_kink_does_not_excuse_a_slope_outside_of_both_sides() -> None:
    wrong = network(
        nn.Dense(1, 1, weights=[[0.0]]), Backwards(), nn.Dense(1, 1, weights=[[1.0]]),
    )  # fmt: skip
    report = nn.gradient_check(wrong, nn.MeanSquaredError(), [[1.0]], [[1.0]])
    assert not report.ok
    assert not any(entry.kink for entry in report.entries)


@pytest.mark.parametrize("distance", [1e-3, 1e-5, -1e-5, 3e-6])
def test_a_kink_nearby_is_no_excuse_either(distance: float) -> None:
    """The nudge of the check may reach over a kink that the weight is not on."""
    near = network(
        nn.Dense(1, 1, weights=[[distance]]), nn.ReLU(), nn.Dense(1, 1, weights=[[1.0]]),
    )  # fmt: skip
    report = nn.gradient_check(near, nn.MeanSquaredError(), [[1.0]], [[1.0]])
    assert report.ok, str(report)
    assert not any(entry.kink for entry in report.entries)


def test_small_slopes_are_compared_as_large_ones_are() -> None:
    """What counts is the noise of the numeric slope, not a size that is small for some units."""
    assert Entry("W1", 0, 0, 1e-13, 3e-13, False).verdict == "disagrees"
    assert Entry("W1", 0, 0, 1e-13, 3e-13, False).error == pytest.approx(2 / 3)
    lost = Entry("W1", 0, 0, 1e-13, 3e-13, False, noise=1e-12)
    assert (lost.verdict, lost.error) == ("too small to check", 0.0)
    assert Entry("W1", 0, 0, 1.0, 1.1, False).error == pytest.approx(0.1 / 1.1)


def test_bad_data_is_refused() -> None:
    with pytest.raises(nn.PurennError, match="X has 4 rows, but y has 1"):
        nn.gradient_check(network(), nn.MeanSquaredError(), X, [[1.0]])


# ------------------------------------------------------------------- rounding and nudges


@pytest.mark.parametrize("bias", [[[0.5, -1.0]], None])
def test_rounding_by_hand(backend: Backend, bias: Any) -> None:
    """Of Z as far as its terms are off, of P as far as it moves dZ = (P − Y) / m: ε times that."""
    W = [[1.0, -2.0], [3.0, 0.25]]
    layers = [nn.Dense(2, 2, weights=W, bias=bias), nn.Softmax()]
    made = nn.Network(layers, seed=0, backend=backend)
    rows, loss = [[1.0, -1.0], [0.5, 2.0]], nn.CrossEntropy()
    Y = [[1.0, 0.0], [0.0, 1.0]]
    targets = loss.targets(backend, Y, 2)
    run = _Run(made, made.path(loss), loss, backend.from_list(rows), (targets,))
    P = backend.to_list(made.predict(rows))
    expected = run.L
    for i, x in enumerate(rows):
        for j in range(2):
            terms = sum(abs(x[k] * W[k][j]) for k in range(2)) + abs(bias[0][j] if bias else 0.0)
            expected += terms * abs(P[i][j] - Y[i][j]) / 2 + P[i][j] / 2
    assert run.rounding / EPSILON == pytest.approx(expected, rel=1e-12)


def test_nudges_become_as_small_as_the_last_bits() -> None:
    assert _nudge(0.5, 0) == 1e-6
    assert _nudge(0.5, 1) == 1e-15
    assert _nudge(3.0, 1) == 12.0 * EPSILON
    assert _nudge(-1e12, 0) == 4e12 * EPSILON


def test_slopes_around_a_weight_are_of_the_same_draws(backend: Backend) -> None:
    """With another mask of the Dropout they would be other slopes."""
    layers = [nn.Dense(2, 8), nn.Tanh(), nn.Dropout(0.5), nn.Dense(8, 1)]
    made = nn.Network(layers, seed=4, backend=backend)
    loss = nn.MeanSquaredError()
    targets = loss.targets(backend, Y, 1)
    run = _Run(made, made.path(loss), loss, backend.from_list(X), (targets,))
    weight = _Weight(run, made.trainable[0])
    w = weight.choose(0, 0)
    slope, _ = weight.slope_at(w)
    assert weight.slopes_around(w) == pytest.approx(
        [slope] * len(weight.slopes_around(w)), rel=0.01
    )
