"""10,000 epochs of tutorial 001's XOR: the tutorial's own NumPy script against purenn.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python tests/benchmarks/xor_speed.py [rounds]

Prints microseconds an epoch (median over the rounds) and the ratio to the script, as the
median of the ratios within each round: the three run in turn, because other work on the
machine makes all of them slower at times. The two variables, where set, slow a current
NumPy. Needs NumPy and purenn-numpy.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import purenn as nn

EPOCHS = 10_000
X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]


def tutorial() -> None:
    """The script's operations one by one, its print every 1,000 epochs left out."""

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    def sigmoid_derivative(x: Any) -> Any:
        return x * (1 - x)

    np.random.seed(42)
    inputs, targets = np.array(X), np.array(y)
    weights_hidden, bias_hidden = np.random.randn(2, 2), np.zeros((1, 2))
    weights_output, bias_output = np.random.randn(2, 1), np.zeros((1, 1))
    for epoch in range(EPOCHS):
        hidden = sigmoid(np.dot(inputs, weights_hidden) + bias_hidden)
        output = sigmoid(np.dot(hidden, weights_output) + bias_output)
        d_output = (targets - output) * sigmoid_derivative(output)
        d_hidden = d_output.dot(weights_output.T) * sigmoid_derivative(hidden)
        weights_output += hidden.T.dot(d_output) * 0.1
        bias_output += np.sum(d_output, axis=0, keepdims=True) * 0.1
        weights_hidden += inputs.T.dot(d_hidden) * 0.1
        bias_hidden += np.sum(d_hidden, axis=0, keepdims=True) * 0.1
        if epoch % 1000 == 0:
            np.mean((targets - output) ** 2)


def purenn_on(backend: str) -> Callable[[], None]:
    def run() -> None:
        draw = nn.initializers.Normal()
        network = nn.Network(
            [
                nn.Dense(2, 2, weights=draw),
                nn.Sigmoid(),
                nn.Dense(2, 1, weights=draw),
                nn.Sigmoid(),
            ],
            seed=42,
            backend=backend,
        )
        nn.train(network, X, y, loss=nn.SumSquaredError(0.5), optimizer=nn.SGD(0.1), epochs=EPOCHS)

    return run


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    runs: dict[str, Callable[[], None]] = {
        "the tutorial's NumPy script": tutorial,
        "purenn on lists": purenn_on("python"),
        "purenn on NumPy": purenn_on("numpy"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    base = seconds["the tutorial's NumPy script"]
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {rounds} rounds in turn")
    for name, times in seconds.items():
        ratio = statistics.median(t / b for t, b in zip(times, base, strict=True))
        print(f"{name:28s} {statistics.median(times) / EPOCHS * 1e6:6.1f} us/epoch {ratio:6.2f} x")


if __name__ == "__main__":
    main()
