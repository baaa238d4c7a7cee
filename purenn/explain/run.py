"""Running the real network and the real training code on a recording backend.

What runs is a copy, so the network, the loss and the optimizer that one has stay as they
are.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import suppress
from copy import deepcopy
from math import inf, nan

from purenn.batches import Batch
from purenn.checks import as_whole, check_label_names, short, whole
from purenn.errors import ArgumentError
from purenn.explain.building import build
from purenn.explain.copying import copies, trace
from purenn.explain.record import Record
from purenn.explain.recording import Recorder, RecordingBackend
from purenn.explain.watching import Enough, Watch
from purenn.gradients import check_entries
from purenn.inputs import as_things
from purenn.layers import Dense
from purenn.losses import checked_loss
from purenn.metrics import find_metrics, is_mean, unchecked
from purenn.network import check_network
from purenn.training import check_optimizer, train

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from purenn.explain.building import Built
    from purenn.explain.recording import Note
    from purenn.explain.watching import Start
    from purenn.losses import Loss
    from purenn.metrics import Metric
    from purenn.network import Network
    from purenn.optimizers import Optimizer

__all__ = ["LIMIT", "explain"]

LIMIT = 1_000_000  # numbers in a record; each takes about 20 bytes of JSON
CHECKED = 200  # parameters up to which the gradient check is a part of the record
WANTED = {"row_names": "a list of text", "feature_names": "a list of text"}
WANTED |= {"label_names": "a list of text", "image_shape": "two whole numbers, rows and columns"}
NAMES = tuple(WANTED)


def explain(
    network: Network,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    steps: int = 1,
    batch_size: int | None = None,
    metrics: str | Metric | Sequence[str | Metric] = (),
    names: Mapping[str, Any] | None = None,
    title: str = "",
    force: bool = False,
) -> Record:
    """Train a copy of the network for some steps, and record every operation.

    X, y, loss, optimizer, batch_size, metrics   as `purenn.train` takes them; without a
            batch_size every step takes all rows
    steps   how many times the parameters are updated
    names   what the readers call things, each may be missing: "row_names", "feature_names",
            "label_names" (lists of text; labels all different) and "image_shape"
            (rows, columns)
    title   what the record is called
    force   record also what would take more than a million numbers

    The network, the loss and the optimizer are the same afterwards. A run goes on where
    the optimizer's last one ended. Raises what `purenn.train` raises, and ArgumentError for
    a network and rows too large to record, for a layer or a loss that computes with other
    functions than its backend's, and for R², which belongs to no step.
    """
    steps = whole(steps, "explain: steps")
    batch_size = None if batch_size is None else whole(batch_size, "explain: batch_size")
    check_network(network, "explain")
    check_optimizer(optimizer)
    names = _checked_names(names)
    _check_shape(names["image_shape"], network.n_in)
    _check_metrics(metrics, checked_loss(loss))
    epochs = _epochs(X, steps, batch_size)
    limits = _Limits(network, X, steps, batch_size, LIMIT if not force else inf)
    limits.check_least()
    recorder = Recorder()
    backend = RecordingBackend(network.backend, recorder)
    small = limits.entries <= CHECKED
    before = copies(network, loss, optimizer, network.backend)[:2] if small else None
    twin, twin_loss, twin_optimizer = copies(network, loss, optimizer, backend)
    trace(twin, twin_loss, twin_optimizer, backend)
    watch = Watch(recorder, twin, twin_loss, twin_optimizer, steps, batch_size)
    watch.after_step = limits.check_step
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
    if before is not None:
        before[1].targets(network.backend, y, network.n_out)  # where a loss prepares itself
    header = {
        "title": title,
        "backend": network.backend.name,
        "network": {
            "layers": [layer.title for layer in network.layers],
            "loss": repr(loss),
            "optimizer": repr(optimizer),
            "seed": network.seed,
        },
        "steps": steps,
        **names,
    }
    owners = {p.name: layer.title for layer in twin.layers for p in layer.parameters()}

    def make() -> Built:
        return build(recorder.notes, backend.inner, owners)

    return Record(header, make, lambda: before and _checks(*before, watch.starts))


def _check_shape(shape: Sequence[int] | None, width: int) -> None:
    if shape is not None and shape[0] * shape[1] != width:
        raise ArgumentError(
            f"names: image_shape is {short(list(shape))}, {shape[0] * shape[1]} pixels, but the "
            f"network has {width} inputs"
        )


def _checked_names(names: Mapping[str, Any] | None) -> dict[str, Any]:
    """The names, None for those that are missing."""
    if not (names is None or hasattr(names, "keys")):
        raise ArgumentError(f"names is {short(names)}, must be a dictionary, or None")
    given = dict(names or {})
    if unknown := [name for name in given if name not in NAMES]:
        raise ArgumentError(f"names: unknown key {short(unknown[0])}; there are {', '.join(NAMES)}")
    made: dict[str, Any] = {
        name: None if given.get(name) is None else as_things(given[name], f"names: {name}")
        for name in NAMES
    }
    if sides := made["image_shape"]:
        made["image_shape"] = [as_whole(side) or 0 for side in sides]
    for name, values in made.items():
        good = _is_shape if name == "image_shape" else _are_texts
        if values is not None and not good(values):
            raise ArgumentError(f"names: {name} is {short(given[name])}, must be {WANTED[name]}")
    check_label_names(made["label_names"] or (), "names: ", ArgumentError)
    return made


def _is_shape(values: list[int]) -> bool:
    return len(values) == 2 and min(values) >= 1


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _epochs(X: Any, steps: int, batch_size: int | None) -> int:
    """How many passes over the data that many steps need; the last may be cut short."""
    rows = _rows_of(X)
    if batch_size is None or not rows:
        return steps
    return -(-steps // -(-rows // batch_size))


def _check_metrics(metrics: Any, loss: Loss) -> None:
    """ArgumentError for what is measured on all rows of an epoch together."""
    for name, metric in find_metrics(metrics, loss).items():
        if not is_mean(unchecked(metric)):
            raise ArgumentError(
                f"explain: {name} is measured on a whole epoch's predictions and so belongs to "
                "no step; leave it out, or say of it that it is a mean: @metrics.mean_over_rows"
            )


class _Limits:
    """Refuses what would make a record of more numbers than the limit.

    Before the run by the least that it takes, so that large data are refused at once; after
    each of the first two steps by what that step took.
    """

    def __init__(
        self, network: Network, X: Any, steps: int, batch_size: int | None, limit: float
    ) -> None:
        self.network, self.steps, self.batch_size, self.limit = network, steps, batch_size, limit
        self.rows = _rows_of(X) or 0
        self.entries = sum(m * n for m, n in (p.value.shape for p in network.trainable))

    def check_least(self) -> None:
        """X, and for each step what the dense layers give and the slopes along that."""
        width, units = self.network.n_in, 0
        for layer in self.network.layers:
            width = layer.n_out if isinstance(layer, Dense) else width
            units += 2 * width
        self._check(2 * self.entries, units, "at most ")

    def check_step(self, notes: list[Note]) -> None:
        """The arrays that a step has made: some have a row for each of its rows."""
        rows = self.rows if self.batch_size is None else min(self.rows, self.batch_size)
        shapes = [part.shape for note in notes for part in note.outputs if len(part.shape) == 2]
        self._check(
            sum(m * n for m, n in shapes if m != rows), sum(n for m, n in shapes if m == rows)
        )

    def _check(self, fixed: int, units: int, most: str = "") -> None:
        """ArgumentError if steps of `fixed` numbers and `units` for each row are too much."""

        def needed(rows: int) -> int:
            batch = rows if self.batch_size is None else min(rows, self.batch_size)
            return rows * self.network.n_in + self.steps * (fixed + batch * units)

        if needed(self.rows) <= self.limit:
            return
        fitting = max(bisect_right(range(self.rows), self.limit, key=needed) - 1, 0)
        few = {0: "not one row would fit", 1: f"{most}one row would fit"}
        fits = few.get(fitting, f"{most}the first {fitting:,} rows would fit")
        raise ArgumentError(
            f"too large to record: {self.rows:,} rows, {self.entries:,} parameters and "
            f"{self.steps:,} step{'s' * (self.steps > 1)} are about {needed(self.rows):,} numbers, "
            f"more than {LIMIT:,}; {fits} "
            "(take fewer --rows or --steps, or record it all the same with --force, force=True)"
        )


def _rows_of(X: Any) -> int | None:
    """How many rows there are; None for what has no rows, of which training will complain."""
    shape = getattr(X, "shape", ())
    return len(X) if hasattr(X, "__len__") else shape[0] if shape else None


def _checks(
    network: Network, loss: Loss, starts: list[Start]
) -> list[dict[str, list[list[float]]]]:
    """The slopes of each step by central differences; NaN on a kink, where there is none."""
    backend = network.backend
    network, loss = deepcopy((network, loss), {id(backend): backend})  # each caller has its own
    checks = []
    for start in starts:
        for parameter, value in zip(network.trainable, start.values, strict=True):
            parameter.value = value
        network.random.set_state(start.draws)
        slopes: dict[str, list[list[float]]] = {}
        for entry in check_entries(network, loss, Batch(1, start.X, start.Y)):
            rows = slopes.setdefault(entry.parameter, [])
            rows += [[]] if entry.column == 0 else []
            rows[-1].append(nan if entry.kink else entry.numeric)
        checks.append(slopes)
    return checks
