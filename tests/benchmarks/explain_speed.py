"""What recording costs: a step that is recorded against the same step that is not.

    python tests/benchmarks/explain_speed.py

The steps of tutorial 001's XOR network (2-2-1, four rows) on each backend, the best of
several runs: noting every operation, and everything that `to_dict` then makes of the notes.
At most 20 times the plain step is allowed for the recording.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import purenn as nn
from purenn.explain import explain

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOWED = 20.0
STEPS, RUNS = 300, 7
X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]


def network(backend: str) -> nn.Network:
    normal = nn.initializers.Normal()
    layers = [nn.Dense(2, 2, weights=normal), nn.Sigmoid(), nn.Dense(2, 1, weights=normal)]
    return nn.Network([*layers, nn.Sigmoid()], seed=42, backend=backend)


def best(run: Callable[[], object]) -> float:
    """Seconds a step, of the fastest run."""
    times = []
    for _ in range(RUNS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times) / STEPS


def measure(backend: str) -> float:
    """Prints the figures; returns the ratio."""
    loss = nn.SumSquaredError()

    def plain() -> object:
        return nn.train(network(backend), X, y, loss=loss, optimizer=nn.SGD(0.1), epochs=STEPS)

    def recorded() -> object:
        made = network(backend)
        return explain(made, X, y, loss=loss, optimizer=nn.SGD(0.1), steps=STEPS, force=True)

    def whole() -> object:
        record = recorded()
        return record.ops  # type: ignore[attr-defined]

    times = [best(run) * 1e6 for run in (plain, recorded, whole)]
    ratio = times[1] / times[0]
    print(f"{backend:<8} {times[0]:9.1f} {times[1]:9.1f} {ratio:6.1f} {times[2]:14.1f}")
    return ratio


def main() -> int:
    """Exit code 1 if recording costs more than is allowed."""
    print("backend  µs plain  recorded  ratio  with its texts")
    return 0 if max(map(measure, nn.available_backends())) <= ALLOWED else 1


if __name__ == "__main__":
    raise SystemExit(main())
