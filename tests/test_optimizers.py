"""Optimizers against the formulas in plain numbers: f(w) = (w − 3)², df/dw = 2 (w − 3).

A network of one weight, X = [[1]] and y = [[3]] with a sum of squares, is this function.
"""

import math

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.layers import Parameter
from purenn.optimizers import Optimizer


def path(optimizer: Optimizer, steps: int, w: float = 0.5) -> list[float]:
    """The weight after each step of training."""
    network = nn.Network([nn.Dense(1, 1, weights=[[w]], bias=None)], seed=0)
    seen: list[float] = []
    nn.train(
        network, [[1.0]], [[3.0]], loss=nn.SumSquaredError(1.0), optimizer=optimizer, epochs=steps,
        callbacks=[lambda progress: seen.append(progress.network.parameters[0][1][0][0])],
    )  # fmt: skip
    return seen


def gradient(w: float) -> float:
    return 2.0 * (w - 3.0)


def test_gradient_descent() -> None:
    w, expected = 0.5, []
    for _ in range(20):
        w -= 0.1 * gradient(w)
        expected.append(w)
    assert path(nn.SGD(0.1), 20) == pytest.approx(expected, rel=1e-14)
    assert expected[0] == 1.0  # 0.5 + 0.1 · 2 · 2.5
    assert expected[-1] == pytest.approx(3.0 - 2.5 * 0.8**20)  # each step leaves 0.8 of the gap


def test_momentum() -> None:
    """V ← μ V + dW, W ← W − η V (Polyak 1964)."""
    w, v, expected = 0.5, 0.0, []
    for _ in range(20):
        v = 0.9 * v + gradient(w)
        w -= 0.05 * v
        expected.append(w)
    assert path(nn.SGD(0.05, momentum=0.9), 20) == pytest.approx(expected, rel=1e-13)
    assert expected[:2] == pytest.approx([0.75, 1.2])  # by hand: v = −5, then −4.5 − 4.5


def test_nesterov() -> None:
    """W ← W − η (dW + μ V) is the usual form of a step whose gradient is taken ahead: with
    Θ = W + η μ V for the point in between, Θ' = Θ − η dL(W) and W' = Θ' − μ (Θ' − Θ) …

    Here in Sutskever's own letters: v ← μ v − η f′(θ + μ v), θ ← θ + v, and what the network
    holds is the point θ + μ v where the gradient is taken.
    """
    theta, v, expected = 0.5, 0.0, []
    for _ in range(20):
        v = 0.9 * v - 0.05 * gradient(theta + 0.9 * v)
        theta += v
        expected.append(theta + 0.9 * v)
    got = path(nn.SGD(0.05, momentum=0.9, nesterov=True), 20)
    assert got == pytest.approx(expected, rel=1e-12)


def test_adam() -> None:
    """Kingma and Ba 2015, algorithm 1, line by line."""
    eta, beta1, beta2, epsilon = 0.1, 0.8, 0.99, 1e-3
    w, m, v, expected = 0.5, 0.0, 0.0, []
    for t in range(1, 31):
        g = gradient(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w -= eta * m_hat / (math.sqrt(v_hat) + epsilon)
        expected.append(w)
    assert path(nn.Adam(eta, beta1, beta2, epsilon), 30) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_first_step_of_adam_is_the_learning_rate(size: float) -> None:
    """Whatever the gradient's size."""
    assert path(nn.Adam(0.01), 1, w=3.0 + size) == pytest.approx([3.0 + size - 0.01], rel=1e-6)


def test_adam_on_a_flat_place_stays() -> None:
    assert path(nn.Adam(0.1), 3, w=3.0) == [3.0] * 3


def test_defaults() -> None:
    assert nn.SGD().learning_rate == 0.1
    assert nn.Adam().learning_rate == 0.001
    assert nn.SGD(1).learning_rate == 1.0


def test_steps_are_counted_and_forgotten() -> None:
    optimizer = nn.Adam(0.1)
    path(optimizer, 4)
    assert optimizer.steps == 4
    assert [sorted(memory) for memory in optimizer.state] == [["mean", "square"]]
    optimizer.reset()
    assert (optimizer.steps, optimizer.state) == (0, [])


@pytest.mark.parametrize("optimizer", [nn.SGD(0.1, momentum=0.9), nn.Adam(0.1)])
def test_what_was_kept_before_a_step_comes_back(backend: Backend, optimizer: Optimizer) -> None:
    """As often as asked, whatever steps were taken since."""
    parameter = Parameter("W1", backend.from_list([[1.0, 2.0]]))

    def step(slope: float) -> str:
        parameter.gradient = backend.from_list([[slope, -slope]])
        optimizer.step()
        return remembered()

    def remembered() -> str:
        memory = [
            {key: backend.to_list(array) for key, array in held.items()} for held in optimizer.state
        ]
        return repr((optimizer.steps, memory))

    optimizer.start([parameter], backend)
    step(1.0)
    before, kept = remembered(), optimizer.keep()
    for slope in (3.0, -5.0):
        assert step(slope) != before
        optimizer.put_back(kept)
        assert remembered() == before
