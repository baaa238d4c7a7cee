"""The guard of a run: whatever ends it, it ends after a whole step, and with finite numbers.

Before a step it notes what the step will change: references to the parameters' values and
shallow copies of what the optimizer remembers. Arrays are never written into, so that costs
next to nothing. An exception in the middle of a step (Ctrl-C too) puts all of it back.

A loss, a parameter or a prediction that is NaN or infinite is followed through the layers,
to name the first one that gave such a number.
"""

from __future__ import annotations

from math import isfinite

from purenn.errors import NonFiniteError
from purenn.layers import assign
from purenn.parts import Part, is_foreign, shallow
from purenn.random import RandomState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeAlias

    from purenn.array import Array
    from purenn.batches import Examples
    from purenn.network import Network
    from purenn.optimizers import Optimizer

    # values of the parameters; what the optimizer keeps; states of the generators that a step
    # moves; what layers and optimizers of somebody else's hold
    State: TypeAlias = tuple[list[Array], Any, list[Any], list[dict[str, Any]]]

__all__ = ["Guard", "check_predictions"]

SHOWN = 1000  # rows that are followed through the layers


class Guard:
    """Keeps the state of a run before its last steps.

        guard.begin_step()
        …                        # forward, loss, backward, optimizer.step()
        guard.open = False

    In between, `put_back` undoes the step. `go_back` goes back further: to before the last
    step that had a finite loss.

    kept  the state before the last step that has begun; before: that before the one before it
    open  that step has not come to its end
    """

    def __init__(self, network: Network, optimizer: Optimizer) -> None:
        self.network, self.optimizer = network, optimizer
        self.trainable = network.trainable
        self.strangers = [part for part in (*network.layers, optimizer) if is_foreign(part)]
        self.generators = _generators([*network.layers, optimizer])
        self.draws = any(random is network.random for random in self.generators)
        self.open = False
        self.before = self.kept = self._state()

    @property
    def values(self) -> list[Array]:
        """Of the parameters, at the beginning of the last step."""
        return self.kept[0]

    def _state(self) -> State:
        return (
            [p.value for p in self.trainable],
            self.optimizer.keep(),
            [random.get_state() for random in self.generators] if self.generators else [],
            [_held(part) for part in self.strangers] if self.strangers else [],
        )

    def begin_step(self) -> None:
        """Note what the step may change."""
        self.before = self.kept
        self.kept = self._state()
        self.open = True

    def put_back(self) -> None:
        """Undo the step that has begun and not ended, if there is one."""
        if self.open:
            self._restore(self.kept)

    def go_back(self) -> None:
        """Be as before the last step that had a finite loss: of one that is open, it was not."""
        self._restore(self.before if self.open else self.kept)

    def _restore(self, state: State) -> None:
        values, memory, draws, held = state
        for part, attributes in zip(self.strangers, held, strict=True):
            vars(part).clear()
            vars(part).update(attributes)
        assign(self.trainable, values)
        self.optimizer.put_back(memory)
        for random, drawn in zip(self.generators, draws, strict=True):
            random.set_state(drawn)
        self.open = False

    # ------------------------------------------------------------ finite numbers only

    def check_parameters(self, examples: Examples, when: str) -> None:
        """NonFiniteError if the last step, which no loss has been measured for, went too far."""
        finite = self.network.backend.all_finite
        for parameter in self.trainable:
            if not finite(parameter.value):
                X, _ = examples.take(range(min(SHOWN, examples.rows)))
                self.stop(f"{parameter.name} is no longer finite", X, when)

    def stop(self, what: str, X: Array, when: str) -> None:
        """Go back to before the last step that had a finite loss, and raise."""
        rate = self.optimizer.learning_rate
        try:
            where = self._first_bad_layer(X)
        finally:
            self.go_back()
        raise NonFiniteError(
            f"{when}: {what}, first seen in {where}; training stopped and the parameters are back "
            f"at their last finite state. Try a smaller learning rate than {rate:g}, "
            "or scale the columns of X to about −1 to 1"
        )

    def _first_bad_layer(self, X: Array) -> str:
        """The layer's title. Where layers draw (Dropout), they draw what they drew in the step."""
        if self.open:
            for random, drawn in zip(self.generators, self.kept[2], strict=True):
                random.set_state(drawn)
        for layer in self.network.layers:
            X = layer.forward(X)
            if not self.network.backend.all_finite(X):
                return layer.title
        return "the loss"


def _held(part: Any) -> dict[str, Any]:
    """The attributes of a layer or an optimizer, its lists and dictionaries copied."""
    return {name: shallow(value) for name, value in vars(part).items()}


def _generators(parts: Iterable[Any]) -> list[RandomState]:
    """All that these parts, and what they hold, may draw from; each once."""
    found: list[RandomState] = []
    seen: set[int] = set()
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if isinstance(part, RandomState):
            if not any(part is random for random in found):
                found.append(part)
        elif isinstance(part, (Part, dict, list, tuple)) and id(part) not in seen:
            seen.add(id(part))
            held = vars(part) if isinstance(part, Part) else part
            waiting += held.values() if isinstance(held, dict) else held
    return found


def check_predictions(network: Network, X: Array, P: Array, first: int = 0) -> None:
    """NonFiniteError if a prediction P for the inputs X is NaN or infinite.

    first  the number of X's first row, for the message
    """
    finite = network.backend.all_finite
    if finite(P):
        return
    take, m = network.backend.take, P.shape[0]
    pieces = (range(i, min(i + SHOWN, m)) for i in range(0, m, SHOWN))
    piece = next(piece for piece in pieces if not finite(take(P, piece)))
    X, first = take(X, piece), first + piece[0]
    for layer in network.layers:
        X = layer.predict(X)
        if not finite(X):
            break
    rows = enumerate(network.backend.to_list(X))
    i, j, value = next((i, j, x) for i, row in rows for j, x in enumerate(row) if not isfinite(x))
    raise NonFiniteError(
        f"the prediction for row {first + i} of X (counted from 0) is not finite: {layer.title} "
        f"gives {value} as output {j}. Scale the columns of X to about −1 to 1, as for "
        "training, or train again with a smaller learning rate"
    )
