"""MNIST to 85 % test accuracy on lists alone, against the tutorial's own NumPy program.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python tests/benchmarks/mnist_speed.py [MNIST]

The tutorial (784-10-10, full batch, 500 iterations of 41,000 images) is timed for a few
iterations and scaled up. purenn runs its command line as a whole process on lists: reading
the files, one epoch over the first 12,000 images in mini-batches, judging 10,000 others.
The two are timed in turn; MNIST is a folder, or PURENN_MNIST, or ../shared/mnist. Needs NumPy.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from purenn.data import read_idx_folder

ROUNDS, TIMED, ITERATIONS = 3, 4, 500
COMMAND = (
    *("train", "--backend", "python", "--hidden", "10", "--optimizer", "sgd", "--seed", "0"),
    *("--learning-rate", "0.3", "--epochs", "1", "--rows", "12000", "--json"),
)


def tutorial(X: Any, Y: Any, iterations: int) -> float:
    """Seconds for some iterations of the tutorial's operations, examples in columns."""
    draw = np.random.RandomState(0).uniform
    W1, b1 = draw(-0.5, 0.5, (10, 784)), draw(-0.5, 0.5, (10, 1))
    W2, b2 = draw(-0.5, 0.5, (10, 10)), draw(-0.5, 0.5, (10, 1))
    m = X.shape[1]
    start = time.perf_counter()
    for iteration in range(iterations):
        Z1 = np.dot(W1, X) + b1
        A1 = np.maximum(Z1, 0)
        Z2 = np.dot(W2, A1) + b2
        E = np.exp(Z2 - np.max(Z2, axis=0, keepdims=True))
        A2 = E / np.sum(E, axis=0, keepdims=True)
        one_hot = np.zeros((m, 10))
        one_hot[np.arange(m), Y] = 1
        D2 = A2 - one_hot.T
        dW2, db2 = np.dot(D2, A1.T) / m, np.sum(D2, axis=1, keepdims=True) / m
        D1 = np.dot(W2.T, D2) * (Z1 > 0)
        dW1, db1 = np.dot(D1, X.T) / m, np.sum(D1, axis=1, keepdims=True) / m
        W1, b1, W2, b2 = W1 - 0.1 * dW1, b1 - 0.1 * db1, W2 - 0.1 * dW2, b2 - 0.1 * db2
        if iteration % 10 == 0:
            np.mean(np.argmax(A2, axis=0) == Y)
    return time.perf_counter() - start


def lists(folder: str) -> tuple[float, float]:
    """Seconds of the whole process, and the test accuracy that it reached."""
    command = [sys.executable, "-m", "purenn", COMMAND[0], folder, *COMMAND[1:]]
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    return seconds, json.loads(done.stdout)["result"]["accuracy"]


def main() -> None:
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PURENN_MNIST")
    folder = folder or str(Path("../shared/mnist"))
    train, _ = read_idx_folder(folder)
    rows = range(1000, 42000)  # the tutorial sets 1,000 of 42,000 aside
    pixels = np.frombuffer(train.features.take_bytes(rows), np.uint8)  # type: ignore[attr-defined]
    X = pixels.reshape(-1, 784).T / 255.0
    Y = np.array([train.targets[i] for i in rows])
    tutorial(X, Y, 1)
    theirs, ours = [], []
    for _ in range(ROUNDS):
        theirs.append(tutorial(X, Y, TIMED) / TIMED * ITERATIONS)
        ours.append(lists(folder))
    accuracy = ours[0][1]
    times = [seconds for seconds, _ in ours]
    ratio = statistics.median(t / s for t, s in zip(times, theirs, strict=True))
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, {ROUNDS} rounds in turn")
    print(f"the tutorial on NumPy, {ITERATIONS} iterations  {statistics.median(theirs):6.1f} s")
    print(f"purenn on lists, {accuracy:.2%} on the test  {statistics.median(times):6.1f} s")
    print(f"ratio{'':32}{ratio:6.3f}")


if __name__ == "__main__":
    main()
