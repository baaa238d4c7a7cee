"""Optimizers: how a parameter moves, once its gradient is known.

Arrays are never written into: a step makes new ones. What an optimizer remembers from
step to step (a velocity, running means) stands in `state`, one dictionary a parameter.

Letters: W a parameter, dW its gradient, η the learning rate.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite, sqrt
from operator import is_
from typing import Any

from purenn.backend import Array, Backend
from purenn.errors import ArgumentError
from purenn.layers import Parameter

__all__ = ["SGD", "Adam", "Optimizer"]


class Optimizer:
    """What training asks of an optimizer: `start` once a run, then `step` after each batch."""

    def __init__(self, learning_rate: float) -> None:
        if not (_is_number(learning_rate) and isfinite(learning_rate) and learning_rate > 0.0):
            raise ArgumentError(
                f"{type(self).__name__}: learning_rate is {learning_rate!r}, "
                "must be a number above 0"
            )
        self.learning_rate = float(learning_rate)
        self.reset()

    def reset(self) -> None:
        """Forget what was remembered."""
        self.steps = 0
        self.state: list[dict[str, Array]] = []
        self._of: list[Parameter] = []
        self._backend: Backend

    def start(self, parameters: list[Parameter], backend: Backend) -> None:
        """Begin a run; a run of the same network goes on where the last one ended."""
        same = len(parameters) == len(self._of) and all(map(is_, parameters, self._of))
        if not same:
            self.reset()
            self._of = list(parameters)
            self.state = [{} for _ in parameters]
        elif backend is not self._backend:  # the network was moved: what is remembered follows
            for memory in self.state:
                for name, array in memory.items():
                    memory[name] = backend.from_list(self._backend.to_list(array))
        self._backend = backend

    def step(self) -> None:
        """Move every parameter once, by its gradient."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent: W ← W − η dW.

    With momentum μ it has a velocity, V ← μ V + dW, W ← W − η V (Polyak 1964); with
    `nesterov` it looks one step ahead, W ← W − η (dW + μ V) (Sutskever et al. 2013).
    """

    def __init__(
        self, learning_rate: float = 0.1, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate)
        if not (_is_number(momentum) and 0.0 <= momentum < 1.0):
            raise ArgumentError(f"SGD: momentum is {momentum!r}, must be from 0 to below 1")
        if nesterov and momentum == 0.0:
            raise ArgumentError("SGD: nesterov needs a momentum above 0")
        self.momentum, self.nesterov = momentum, nesterov

    def step(self) -> None:
        self.steps += 1
        descend, rate = self._backend.descend, self.learning_rate
        if self.momentum:
            self._follow_velocity(descend)
            return
        for W in self._of:
            W.value = descend(W.value, W.gradient, rate)  # W − η dW

    def _follow_velocity(self, descend: Callable[..., Array]) -> None:
        mu = self.momentum
        for W, memory in zip(self._of, self.state, strict=True):
            dW: Any = W.gradient
            V = mu * memory["velocity"] + dW if memory else dW  # V starts at 0
            memory["velocity"] = V
            W.value = descend(W.value, dW + mu * V if self.nesterov else V, self.learning_rate)

    def __repr__(self) -> str:
        return f"SGD({self.learning_rate!r}, momentum={self.momentum!r}, nesterov={self.nesterov})"


class Adam(Optimizer):
    """Steps of about η, whatever the gradient's size (Kingma and Ba 2015, algorithm 1).

    M ← β₁ M + (1 − β₁) dW      the running mean of the gradient
    V ← β₂ V + (1 − β₂) dW²     and of its square; both start at 0, so at step t
    W ← W − η M̂ / (√V̂ + ε)      they are too small by 1 − βᵗ: M̂ = M / (1 − β₁ᵗ), same for V̂
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(learning_rate)
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not (_is_number(beta) and 0.0 <= beta < 1.0):
                raise ArgumentError(f"Adam: {name} is {beta!r}, must be from 0 to below 1")
        if not (_is_number(epsilon) and 0.0 < epsilon < float("inf")):
            raise ArgumentError(f"Adam: epsilon is {epsilon!r}, must be above 0")
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def step(self) -> None:
        self.steps += 1
        backend = self._backend
        beta1, beta2 = self.beta1, self.beta2
        correction1, correction2 = 1.0 - beta1**self.steps, 1.0 - beta2**self.steps
        rate = self.learning_rate / correction1
        for parameter, memory in zip(self._of, self.state, strict=True):
            dW: Any = parameter.gradient
            M, V = (1.0 - beta1) * dW, (1.0 - beta2) * (dW * dW)
            if memory:
                M, V = beta1 * memory["mean"] + M, beta2 * memory["square"] + V
            memory["mean"], memory["square"] = M, V
            root = backend.sqrt(V) * (1.0 / sqrt(correction2)) + self.epsilon  # √V̂ + ε
            parameter.value = backend.descend(parameter.value, M / root, rate)

    def __repr__(self) -> str:
        return f"Adam({self.learning_rate!r})"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
