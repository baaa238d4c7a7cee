"""How long each example takes on lists and on NumPy: the columns of examples/README.md.

    python tests/benchmarks/examples_time.py

Whole processes, the median of three, in turn. Needs purenn-numpy; MNIST as the examples do.
"""

import os
import statistics
import subprocess
import sys
import time

EXAMPLES = (
    *("xor", "mnist_relu_softmax", "xor_tutorial"),
    *("sse_network", "deep_sigmoid", "mnist_two_layer"),
)


def seconds(example: str, backend: str) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", f"examples.{example}"],
        env={**os.environ, "PURENN_BACKEND": backend},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def main() -> None:
    print(f"{'example':20}  lists  NumPy")
    for example in EXAMPLES:
        rounds = [(seconds(example, "python"), seconds(example, "numpy")) for _ in range(3)]
        lists, arrays = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(f"{example:20} {lists:5.1f}s {arrays:5.1f}s")


if __name__ == "__main__":
    main()
