"""Running the real network and the real training code on a recording backend.

What runs is a copy, so the network, the loss and the optimizer that one has stay as they
are.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import suppress
from copy import deepcopy

from purenn.errors import ArgumentError
from purenn.explain.building import build
from purenn.explain.record import Record
from purenn.explain.recording import Recorder, RecordingBackend
from purenn.explain.watching import Enough, Watch
from purenn.gradients import check_entries
from purenn.layers import Dense
from purenn.metrics import find_metric
from purenn.optimizers import SGD
from purenn.training import NO_MEANS, train

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from purenn.backend import Backend
    from purenn.explain.building import Built
    from purenn.explain.watching import Start
    from purenn.losses import Loss
    from purenn.metrics import Metric
    from purenn.network import Network
    from purenn.optimizers import Optimizer

__all__ = ["LIMIT", "explain"]

LIMIT = 1_000_000  # numbers in a record; each takes about 20 bytes of JSON
MATRICES = 14  # of a parameter's size in an update with memory, at most (Adam with decay)
CHECKED = 200  # parameters up to which the gradient check is a part of the record
NAMES = ("row_names", "feature_names", "label_names", "image_shape")


def explain(
    network: Network,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    steps: int = 1,
    batch_size: int | None = None,
    metrics: Sequence[str | Metric] = (),
    names: Mapping[str, Any] | None = None,
    title: str = "",
    force: bool = False,
) -> Record:
    """Train a copy of the network for some steps, and record every operation.

    X, y, loss, optimizer, batch_size, metrics   as `purenn.train` takes them; without a
            batch_size every step takes all rows
    steps   how many times the parameters are updated
    names   what the readers call things, each may be missing: "row_names", "feature_names",
            "label_names" (lists of text) and "image_shape" (rows, columns)
    title   what the record is called
    force   record also what would take more than a million numbers

    The network, the loss and the optimizer are the same afterwards. A run goes on where
    the optimizer's last one ended. Raises what `purenn.train` raises, and ArgumentError for
    a network and rows too large to record.
    """
    names = _checked_names(names)
    _check_metrics(metrics)
    epochs = _epochs(X, steps, batch_size)
    if not force:
        _check_size(network, X, optimizer, steps, batch_size)
    recorder = Recorder()
    backend = RecordingBackend(network.backend, recorder)
    before, before_loss, _ = _copies(network, loss, optimizer, network.backend)
    twin, twin_loss, twin_optimizer = _copies(network, loss, optimizer, backend)
    _trace(twin, twin_optimizer, backend)
    watch = Watch(recorder, twin, twin_loss, twin_optimizer, steps, batch_size)
    with suppress(Enough):
        train(
            *(twin, X, y),
            loss=twin_loss,
            optimizer=twin_optimizer,
            epochs=epochs,
            batch_size=batch_size,
            metrics=metrics,
            callbacks=[watch],
        )
    header = {
        "title": title,
        "backend": network.backend.name,
        "network": {
            "layers": [layer.title for layer in network.layers],
            "loss": repr(loss),
            "optimizer": repr(optimizer),
            "seed": network.random.seed,
        },
        "steps": steps,
        **names,
    }
    owners = {p.name: layer.title for layer in twin.layers for p in layer.parameters()}

    def make() -> Built:
        return build(recorder.notes, backend.inner, owners)

    return Record(header, make, lambda: _checks(before, before_loss, watch.starts))


def _copies(
    network: Network, loss: Loss, optimizer: Optimizer, backend: Backend
) -> tuple[Network, Loss, Optimizer]:
    """Copies that share nothing with the originals, on another backend of the same arrays."""
    known = [getattr(loss, "backend", None), getattr(optimizer, "_backend", None), network.backend]
    memo = {id(old): backend for old in known if old is not None}
    return deepcopy((network, loss, optimizer), memo)


def _checked_names(names: Mapping[str, Any] | None) -> dict[str, Any]:
    """The names, None for those that are missing."""
    given = dict(names or {})
    if unknown := [name for name in given if name not in NAMES]:
        raise ArgumentError(f"names: unknown key {unknown[0]!r}; there are {', '.join(NAMES)}")
    return {name: None if given.get(name) is None else list(given[name]) for name in NAMES}


def _epochs(X: Any, steps: Any, batch_size: Any) -> int:
    """How many passes over the data that many steps need; the last may be cut short."""
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise ArgumentError(f"explain: steps is {steps!r}, must be a whole number, 1 or more")
    if not isinstance(batch_size, int) or batch_size < 1 or not hasattr(X, "__len__"):
        return steps  # training will say what is wrong with it
    return -(-steps // -(-len(X) // batch_size)) if len(X) else steps


def _check_metrics(metrics: Sequence[str | Metric]) -> None:
    """ArgumentError for what is measured on all rows of an epoch together."""
    for name, metric in map(find_metric, metrics):
        if metric in NO_MEANS:
            raise ArgumentError(
                f"explain: {name} is measured on a whole epoch's predictions and so belongs to "
                "no step; leave it out, or take mean_squared_error"
            )


def _check_size(
    network: Network, X: Any, optimizer: Any, steps: int, batch_size: int | None
) -> None:
    """ArgumentError if the record would hold more numbers than the limit."""
    if not hasattr(X, "__len__"):
        return  # training will say what is wrong with it
    width, units = network.n_in, network.n_out
    for layer in network.layers:
        width = layer.n_out if isinstance(layer, Dense) else width
        units += 2 * width
    units += 0 if batch_size is None else network.n_in  # each batch has its own X
    entries = sum(m * n for m, n in (p.value.shape for p in network.trainable))
    updates = 2 if isinstance(optimizer, SGD) and not optimizer.momentum else MATRICES

    def needed(rows: int) -> int:
        batch = rows if batch_size is None else min(rows, batch_size)
        return entries * (1 + updates * steps) + rows * network.n_in + steps * batch * units

    if needed(len(X)) <= LIMIT:
        return
    fitting = max(bisect_right(range(len(X)), LIMIT, key=needed) - 1, 0)
    few = {0: "not one row would fit", 1: "one row would fit"}
    mend = few.get(fitting, f"the first {fitting:,} rows would fit")
    raise ArgumentError(
        f"too large to record: {len(X):,} rows, {entries:,} parameters and {steps:,} "
        f"step{'s' * (steps > 1)} are about {needed(len(X)):,} numbers, more than {LIMIT:,}; "
        f"{mend} (take fewer --rows or --steps, or record it all the same with --force, force=True)"
    )


def _trace(network: Network, optimizer: Optimizer, backend: RecordingBackend) -> None:
    """Wrap every array that the network and the optimizer hold."""
    for layer in network.layers:
        for name, value in vars(layer).items():
            if backend.is_array(value):
                setattr(layer, name, backend.traced(value))
    for parameter in network.trainable:
        parameter.value = backend.traced(parameter.value, parameter.name, "parameter")
        parameter.gradient = None
    for parameter, memory in zip(optimizer._of, optimizer.state, strict=True):
        for key, value in memory.items():
            memory[key] = backend.traced(value, f"{parameter.name}.{key}", "parameter")


def _checks(
    network: Network, loss: Loss, starts: list[Start]
) -> list[dict[str, list[list[float]]]] | None:
    """The slopes of each step by central differences; None for a large network."""
    if sum(m * n for m, n in (p.value.shape for p in network.trainable)) > CHECKED:
        return None
    loss.backend = network.backend  # as its `targets` does
    checks = []
    for start in starts:
        for parameter, value in zip(network.trainable, start.values, strict=True):
            parameter.value = value
        network.random.set_state(start.draws)
        slopes: dict[str, list[list[float]]] = {}
        for entry in check_entries(network, loss, start.X, start.Y):
            rows = slopes.setdefault(entry.parameter, [])
            rows += [[]] if entry.column == 0 else []
            rows[-1].append(entry.numeric)
        checks.append(slopes)
    return checks
