"""Running the real network and the real training code on a recording backend.

What runs is a copy, so the network, the loss and the optimizer that one has stay as they
are. Names are learned by watching the copy's layers: what a Dense layer gives is Z, what an
activation gives is A, and the slope along anything is d and its name.
"""

from __future__ import annotations

from copy import deepcopy

from purenn.dropout import Dropout
from purenn.errors import ArgumentError
from purenn.explain.building import build
from purenn.explain.record import Record
from purenn.explain.recording import Recorder, RecordingBackend, Traced, TracedNumber
from purenn.gradients import gradient_check
from purenn.layers import Dense
from purenn.optimizers import SGD
from purenn.training import train

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from purenn.backend import Backend
    from purenn.explain.building import Built
    from purenn.layers import Layer
    from purenn.losses import Loss
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
    names: Mapping[str, Any] | None = None,
    title: str = "",
    force: bool = False,
) -> Record:
    """Train a copy of the network on all rows for some steps, and record every operation.

    X, y, loss, optimizer   as `purenn.train` takes them
    names   what the readers call things, each may be missing: "row_names", "feature_names",
            "label_names" (lists of text) and "image_shape" (rows, columns)
    title   what the record is called
    force   record also what would take more than a million numbers

    The network, the loss and the optimizer are the same afterwards. A run goes on where
    the optimizer's last one ended. Raises what `purenn.train` raises, and ArgumentError for
    a network and rows too large to record.
    """
    names = _checked_names(names)
    if not force:
        _check_size(network, X, optimizer, steps)
    recorder = Recorder()
    backend = RecordingBackend(network.backend, recorder)
    before = _copies(network, loss, optimizer, network.backend)
    twin, twin_loss, twin_optimizer = _copies(network, loss, optimizer, backend)
    _trace(twin, twin_optimizer, backend)
    _Watch(recorder, twin, twin_loss, twin_optimizer)
    train(twin, X, y, loss=twin_loss, optimizer=twin_optimizer, epochs=steps)
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

    return Record(header, make, lambda: _checks(*before, X, y, steps))


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


def _check_size(network: Network, X: Any, optimizer: Any, steps: int) -> None:
    """ArgumentError if the record would hold more numbers than the limit."""
    if not hasattr(X, "__len__") or not isinstance(steps, int):
        return  # training will say what is wrong with it
    width, units = network.n_in, network.n_out
    for layer in network.layers:
        width = layer.n_out if isinstance(layer, Dense) else width
        units += 2 * width
    entries = sum(m * n for m, n in (p.value.shape for p in network.trainable))
    updates = 2 if isinstance(optimizer, SGD) and not optimizer.momentum else MATRICES
    fixed, each = entries * (1 + updates * steps), network.n_in + units * steps
    needed = fixed + len(X) * each
    if needed <= LIMIT:
        return
    fitting = (LIMIT - fixed) // each
    mend = f"the first {fitting:,} rows would fit" if fitting > 0 else "not one row would fit"
    raise ArgumentError(
        f"too large to record: {len(X):,} rows, {entries:,} parameters and {steps:,} "
        f"step{'s' * (steps > 1)} are about {needed:,} numbers, more than {LIMIT:,}; {mend} "
        "(take fewer --rows or --steps, or record it all the same with --force, force=True)"
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
    network: Network, loss: Loss, optimizer: Optimizer, X: Any, y: Any, steps: int
) -> list[dict[str, list[list[float]]]] | None:
    """The slopes of each step by central differences; None for a large network."""
    if sum(m * n for m, n in (p.value.shape for p in network.trainable)) > CHECKED:
        return None
    network, loss, optimizer = _copies(network, loss, optimizer, network.backend)
    checks = []
    for _ in range(steps):
        slopes: dict[str, list[list[float]]] = {}
        for entry in gradient_check(network, loss, X, y).entries:
            rows = slopes.setdefault(entry.parameter, [])
            rows += [[]] if entry.column == 0 else []
            rows[-1].append(entry.numeric)
        checks.append(slopes)
        train(network, X, y, loss=loss, optimizer=optimizer, epochs=1)
    return checks


class _Watch:
    """Tells the recorder where the run is, and gives names to what comes out."""

    def __init__(
        self, recorder: Recorder, network: Network, loss: Loss, optimizer: Optimizer
    ) -> None:
        self.recorder, self.network, self.loss, self.optimizer = recorder, network, loss, optimizer
        self.inputs: dict[int, Any] = {}  # of each layer, to name the slope along it
        self.taken: set[str] = set()  # names of this step
        number = 0
        for layer in network.layers:
            number += isinstance(layer, Dense)
            letter = "Z" if isinstance(layer, Dense) else "D" if isinstance(layer, Dropout) else "A"
            self._replace(layer, "forward", self._forward(layer, f"{letter}{number}"))
            self._replace(layer, "backward", self._backward(layer))
        self._replace(loss, "forward", self._measure(loss))
        self._replace(optimizer, "step", self._step(optimizer))

    def _replace(self, thing: Any, method: str, function: Callable[..., Any]) -> None:
        vars(thing)[method] = function

    def _during(self, phase: str, layer: str, run: Callable[..., Any], *arguments: Any) -> Any:
        """Run it, noting."""
        recorder = self.recorder
        recorder.phase, recorder.layer = phase, layer
        try:
            return run(*arguments)
        finally:
            recorder.phase = recorder.layer = ""

    def _name(self, thing: Any, name: str, kind: str = "") -> None:
        """Give an array its name, if it has none yet."""
        if type(thing) is TracedNumber:
            thing = thing.source
        if type(thing) is not Traced or thing.name:
            return
        while name in self.taken:
            name += "′"
        thing.name, thing.kind = name, kind or thing.kind
        self.taken.add(name)

    def _name_kept(self, thing: Any, number: str) -> None:
        """What a layer keeps for backward is called as the layer calls it."""
        for attribute, value in vars(thing).items():
            if type(value) is Traced and not value.name:
                self._name(value, attribute + number)

    def _forward(self, layer: Layer, name: str) -> Callable[[Any], Any]:
        run = layer.forward

        def forward(X: Any) -> Any:
            if layer is self.network.layers[0]:
                self._name(X, "X", "input")
            self.inputs[id(layer)] = X
            A = self._during("forward", layer.title, run, X)
            self._name(A, name)
            self._name_kept(layer, name[1:])
            return A

        return forward

    def _measure(self, loss: Loss) -> Callable[[Any, Any], float]:
        run = loss.forward

        def forward(P: Any, Y: Any) -> float:
            self._name(Y, "Y", "target")
            L: float = self._during("loss", type(loss).__name__, run, P, Y)
            self._name(L, "L")
            if loss.fused_with:
                self._name(loss.P, "P")
            self._name(loss.slope, "d" + P.name)
            return L

        return forward

    def _backward(self, layer: Layer) -> Callable[[Any], Any]:
        run = layer.backward

        def backward(dA: Any) -> Any:
            dX = self._during("backward", layer.title, run, dA)
            for parameter in layer.parameters():
                self._name(parameter.gradient, "d" + parameter.name)
            self._name(dX, "d" + self.inputs[id(layer)].name)
            return dX

        return backward

    def _step(self, optimizer: Optimizer) -> Callable[[], None]:
        run = optimizer.step

        def step() -> None:
            self._during("update", "", run)
            for parameter, memory in zip(optimizer._of, optimizer.state, strict=True):
                self._name(parameter.value, parameter.name)
                for key, value in memory.items():
                    self._name(value, f"{parameter.name}.{key}")
            self.recorder.step += 1
            self.taken.clear()

        return step
