"""Watching a run: in which phase it is, what its arrays are called, where each step began.

The network, the loss and the optimizer that run are copies. Some of their methods are
wrapped here, so names are learned by looking on: what a Dense layer gives is Z, what an
activation gives is A, and the slope along anything is d and its name.
"""

from __future__ import annotations

from purenn.dropout import Dropout
from purenn.errors import ArgumentError
from purenn.explain.recording import Traced, TracedNumber, plain
from purenn.layers import Dense

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from purenn.batches import Examples
    from purenn.explain.recording import Note, Recorder
    from purenn.layers import Layer
    from purenn.losses import Loss
    from purenn.network import Network
    from purenn.optimizers import Optimizer
    from purenn.training import Progress

__all__ = ["Enough", "Start", "Watch"]

NOT_TRACED = (
    "explain: {} gave a {} that was not computed with the operations of its backend alone, so "
    "it cannot be recorded; use those (backend.sqrt, backend.item, …) in place of others"
)


class Enough(Exception):  # nothing is wrong: the run may end here
    """The last step that was asked for is done, in the middle of an epoch."""


class Start:
    """Where a step began: its rows X and Y, the parameters' values, the generator's state."""

    __slots__ = ("X", "Y", "draws", "values")
    Y: Any

    def __init__(self, X: Any, values: list[Any], draws: Any) -> None:
        self.X, self.values, self.draws = X, values, draws


class Watch:
    """Tells the recorder where the run is, and gives names to what comes out.

    It is also a callback of the run: after an epoch nothing is noted until the next one, and
    the run ends after as many steps as were asked for.

    starts       a Start for each step
    after_step   is called with the notes of each of the first two steps
    """

    def __init__(
        self,
        recorder: Recorder,
        network: Network,
        loss: Loss,
        optimizer: Optimizer,
        steps: int,
        batch_size: int | None,
    ) -> None:
        self.recorder, self.network, self.loss, self.optimizer = recorder, network, loss, optimizer
        self.steps, self.batch_size = steps, batch_size
        self.starts: list[Start] = []
        self.after_step: Callable[[list[Note]], None] = lambda notes: None
        self.inputs: dict[int, Any] = {}  # of each layer, to name the slope along it
        self.taken: set[str] = set()  # names of this step
        number = 0
        for layer in network.layers:
            number += isinstance(layer, Dense)
            letter = "Z" if isinstance(layer, Dense) else "D" if isinstance(layer, Dropout) else "A"
            self._replace(layer, "forward", self._forward(layer, f"{letter}{number}"))
            self._replace(layer, "backward", self._backward(layer))
        self._replace(loss, "copy", lambda: loss)  # training takes the one that is watched
        self._replace(loss, "forward", self._measure(loss))
        self._replace(loss, "backward", self._slope(loss))
        self._replace(optimizer, "begin_epoch", self._begin_epoch(optimizer))
        self._replace(optimizer, "step", self._step(optimizer))
        self._replace(network, "examples", self._examples(network))

    def _replace(self, thing: Any, method: str, function: Callable[..., Any]) -> None:
        vars(thing)[method] = function

    def _during(self, phase: str, layer: str, run: Callable[..., Any], *arguments: Any) -> Any:
        """Run it, noting; then the epoch goes on."""
        recorder = self.recorder
        recorder.phase, recorder.layer = phase, layer
        try:
            return run(*arguments)
        finally:
            recorder.phase, recorder.layer = "epoch", ""

    # ------------------------------------------------------------------------ names

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

    # ---------------------------------------------------------------- the run's parts

    def _examples(self, network: Network) -> Callable[..., Examples]:
        run = network.examples

        def examples(*arguments: Any) -> Examples:
            made = run(*arguments)
            made.spread()
            if self.batch_size is not None:  # X and Y are the rows of a batch
                self._name(made.X, "X.all", "input")
                self._name(made.Y, "Y.all", "target")
            return made

        return examples

    def _begin_epoch(self, optimizer: Optimizer) -> Callable[[float], None]:
        run = optimizer.begin_epoch

        def begin_epoch(epoch: float) -> None:
            run(epoch)
            self.recorder.phase = "epoch"

        return begin_epoch

    def _forward(self, layer: Layer, name: str) -> Callable[[Any], Any]:
        run = layer.forward

        def forward(X: Any) -> Any:
            if layer is self.network.layers[0]:
                self._begin_step(X)
            self.inputs[id(layer)] = X
            A = self._during("forward", layer.title, run, X)
            if type(A) is not Traced:
                raise ArgumentError(NOT_TRACED.format(layer.title, type(A).__name__))
            self._name(A, name)
            self._name_kept(layer, name[1:])
            return A

        return forward

    def _begin_step(self, X: Any) -> None:
        self._name(X, "X", "input")
        values = [plain(parameter.value) for parameter in self.network.trainable]
        self.starts.append(Start(plain(X), values, self.network.random.get_state()))

    def _measure(self, loss: Loss) -> Callable[..., float]:
        run = loss.forward

        def forward(P: Any, Y: Any, *weights: Any) -> float:
            self._name(Y, "Y", "target")
            self.starts[-1].Y = plain(Y)
            self.output = P.name
            L: float = self._during("loss", type(loss).__name__, run, P, Y, *weights)
            if type(L) is not TracedNumber:
                raise ArgumentError(NOT_TRACED.format(type(loss).__name__, type(L).__name__))
            self._name(L, "L")
            if loss.fused_with:
                self._name(loss.P, "P")
            return L

        return forward

    def _slope(self, loss: Loss) -> Callable[[], Any]:
        run = loss.backward

        def backward() -> Any:
            slope = self._during("loss", type(loss).__name__, run)
            self._name(slope, "d" + self.output)
            return slope

        return backward

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
            step, notes = self.recorder.step, self.recorder.notes
            self.recorder.step += 1
            self.taken.clear()
            if step < 2:  # in the first one nothing is remembered yet
                self.after_step([note for note in notes if note.step == step])

        return step

    # ----------------------------------------------------------------- as a callback

    def batch(self, progress: Progress) -> None:
        """After a step."""
        if self.recorder.step == self.steps and progress.batch < progress.batches:
            raise Enough

    def __call__(self, progress: Progress) -> None:
        """After an epoch."""
        self.recorder.phase = ""
        if self.recorder.step >= self.steps:
            progress.stop()
        history = progress.history
        for name, values in {"L.epoch": history.losses, **history.metrics}.items():
            self._name(values[-1], name)
        self.taken.clear()
