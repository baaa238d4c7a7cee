"""A network: layers in a row. Forward runs through them, backward runs back."""

from __future__ import annotations

from itertools import pairwise

from purenn.backend import get_backend
from purenn.batches import ClassNumbers, Examples, is_source
from purenn.checks import short, whole
from purenn.errors import ArgumentError, ShapeError
from purenn.guard import check_predictions
from purenn.guessing import or_part
from purenn.inputs import as_array, as_weights
from purenn.layers import Dense, Layer, Parameter, assign
from purenn.losses import Loss, checked_loss
from purenn.metrics import predicted_classes
from purenn.parts import CheckedLayer, check_array, check_call, check_methods, is_foreign
from purenn.random import RandomState
from purenn.seeding import WORD, new_seed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend

__all__ = ["Network"]


class Network:
    """Layers in a row, on one backend, with weights drawn from one seed.

    layers   descriptions of layers; the network makes its own copies and draws their
             weights in order, so one seed gives the same network on every backend
    seed     a whole number from 0 to 2³² − 1, or None for a random one (the attribute
             `seed` tells which); shuffling in training goes on with the same generator
    backend  a name or a Backend; None takes the one in force (see purenn.get_backend)

    Raises ArgumentError for no layers or layers that do not fit each other.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        seed: int | None = None,
        backend: str | Backend | None = None,
    ) -> None:
        self.backend = get_backend(backend)
        if seed is not None:
            seed = whole(seed, "Network: seed", 0, WORD, also=", or None")
        self.seed = new_seed() if seed is None else seed
        self.random = RandomState(self.seed)
        self.layers = [layer.copy() for layer in _checked(layers)]
        built: dict[type[Layer], int] = {}
        for layer in self.layers:
            kind = _kind(layer)
            built[kind] = number = built.get(kind, 0) + 1
            layer.build(self.backend, self.random, number)
        first, last = _dense_ends(self.layers)
        self.n_in, self.n_out = first.n_in, last.n_out
        for layer in self.layers:
            layer.input_gradient_needed = layer is not self.layers[0]
        self.trainable: list[Parameter] = _parameters(self.layers)
        # What is run: the layers, those of somebody else with a check of what they give.
        self.chain: list[Any] = [
            CheckedLayer(layer) if is_foreign(layer) else layer for layer in self.layers
        ]

    # ------------------------------------------------------------------ predicting

    def predict(self, X: Any) -> Any:
        """The output (m × n_out) for m rows of n_in numbers, as an array of the backend.

        Raises DataError for what is not rows of finite numbers, ShapeError for a width
        other than the first layer's, NonFiniteError for a prediction that is NaN or infinite.
        """
        if is_source(X):
            self.check_width(len(X), X.width)
            array = self.backend.from_source(X, range(len(X)))
        else:
            array = self.input_array(X)
        P = self.forward(array)
        check_predictions(self, array, P)
        return P

    def predict_classes(self, X: Any) -> list[int]:
        """The class (0, 1, 2 …) of each of m rows: the column of the largest output.

        With a single output, 1 where it is 0.5 or more, else 0. Where the outputs are
        several yes-or-no questions, no one class is the answer: see `predict(X) >= 0.5`.
        X and the errors are those of `predict`.
        """
        return predicted_classes(self.backend, self.predict(X))

    def forward(self, X: Array) -> Array:
        """As `predict`, for an array of the backend; neither it nor the output is checked."""
        if not self.backend.is_array(X):
            raise ArgumentError(
                f"forward: X is {short(X)} ({type(X).__name__}), not an array of the backend "
                f"{self.backend.name!r}; network.predict takes rows of any kind"
            )
        for layer in self.chain:
            X = layer.predict(X)
        return X

    def input_array(self, X: Any) -> Array:
        """X as a checked array of the backend, as wide as the first layer needs."""
        array = as_array(self.backend, X, "X")
        self.check_width(*array.shape)
        return array

    def check_width(self, m: int, n: int) -> None:
        """Raises ShapeError unless n is the width that the first layer needs."""
        if n != self.n_in:
            first, _ = _dense_ends(self.layers)
            raise ShapeError(
                f"{first.title}: input has {n} columns, needs {self.n_in} "
                f"(matmul ({m} × {n}) @ ({first.n_in} × {first.n_out})); "
                "is a layer missing before it, or a column too many or too few in X?"
            )

    # ------------------------------------------------------------------- training

    def examples(self, X: Any, y: Any, loss: Loss, sample_weight: Any = None) -> Examples:
        """X and y, checked: inputs (m × n_in) and the loss's targets (m × n_out).

        sample_weight  m numbers, brought to a mean of 1 where the loss is a mean
        """
        self.path(checked_loss(loss))
        if is_source(X):
            self.check_width(len(X), X.width)
            inputs: Any = X
        else:
            inputs = self.input_array(X)
        Y = loss.kept_targets(self.backend, y, self.n_out)
        if is_foreign(loss):
            what = f"{type(loss).__name__}: targets"
            check_array(Y, self.backend, (None, self.n_out), what, also=ClassNumbers)
        if sample_weight is None:
            return Examples(self.backend, inputs, Y)
        check_call(loss.forward, f"{type(loss).__name__}.forward", "P, Y, weights")
        weights = as_weights(sample_weight, Y.shape[0])
        if loss.per_example:
            largest = max(weights)  # first, or sums of tiny numbers become 0
            weights = [weight / largest for weight in weights]
            mean = sum(weights) / len(weights)
            weights = [weight / mean for weight in weights]
        return Examples(self.backend, inputs, Y, weights)

    def path(self, loss: Loss) -> list[Layer]:
        """The layers up to where the loss sits: all, or all but the one it is fused with.

        Raises ArgumentError for a loss that would give a wrong gradient here.
        """
        partner = loss.fused_with
        if partner is None:
            return self.chain
        if not (isinstance(partner, type) and issubclass(partner, Layer)):
            raise ArgumentError(
                f"{type(loss).__name__}: fused_with is {short(partner)}, must be a class of "
                "layers, such as nn.Softmax, or None"
            )
        last = self.layers[-1]
        if not isinstance(last, partner):
            raise ArgumentError(
                f"{type(loss).__name__} goes with a last {partner.__name__} layer, but this "
                f"network ends in {last.title}; end it in nn.{partner.__name__}(), "
                "or choose another loss"
            )
        return self.chain[:-1]

    # ------------------------------------------------------------------ parameters

    @property
    def parameters(self) -> list[tuple[str, list[list[float]]]]:
        """(name, rows) of each parameter as plain lists: W1, b1, W2, b2 …"""
        return [(p.name, self.backend.to_list(p.value)) for p in self.trainable]

    def to(self, backend: str | Backend) -> Network:
        """Move this network to another backend, every bit kept; returns the network itself."""
        new = get_backend(backend)
        values = [p.value for p in self.trainable]
        moved = [new.from_list(self.backend.to_list(value)) for value in values]
        old = self.backend
        try:
            self._go(new, moved)
        except BaseException:  # Ctrl-C too: all of it is moved, or nothing
            self._go(old, values)
            raise
        return self

    def _go(self, backend: Backend, values: list[Array]) -> None:
        self.backend = backend
        for layer in self.layers:
            layer.backend = backend
        for parameter in self.trainable:
            parameter.gradient = None
        assign(self.trainable, values)

    def summary(self) -> str:
        """A table to print: each layer, the width of its output, how many numbers it learns.

        A layer of somebody else's is taken to be as wide as the Dense before it.
        """
        lines, width, total = [("layer", "output", "parameters")], self.n_in, 0
        for layer in self.layers:
            width = layer.n_out if isinstance(layer, Dense) else width
            shapes = [p.value.shape for p in layer.parameters()]
            count = sum(m * n for m, n in shapes)
            total += count
            lines.append((layer.title, f"{width:,}", f"{count:,}"))
        lines.append(("", "", f"{total:,}"))
        longest = max(24, *(len(title) for title, _, _ in lines))
        return "\n".join(f"{a:<{longest}} {b:>8} {c:>12}" for a, b, c in lines)

    def __repr__(self) -> str:
        layers = ", ".join(map(repr, self.layers))
        return f"Network([{layers}], seed={self.seed}, backend={self.backend.name!r})"


def _checked(layers: Sequence[Layer]) -> list[Layer]:
    """The layers, if each is one and the widths of the dense ones fit."""
    layers = list(layers) if isinstance(layers, (list, tuple)) else [layers]  # type: ignore[list-item]
    for place, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            from purenn.storage.kinds import LAYERS  # only a message needs it

            mend = or_part(layer, LAYERS)
            raise ArgumentError(f"layers[{place}] is {short(layer)}, not a purenn layer{mend}")
        check_methods(layer, Layer)
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    if not dense:
        raise ArgumentError(
            "a network needs at least one layer with weights: nn.Dense(n_in, n_out)"
        )
    for number, (before, after) in enumerate(pairwise(dense), start=1):
        if before.n_out != after.n_in:
            raise ArgumentError(
                f"Dense {number + 1} ({after.n_in} → {after.n_out}) needs {after.n_in} columns, "
                f"but Dense {number} ({before.n_in} → {before.n_out}) before it "
                f"gives {before.n_out}"
            )
    return layers


def _kind(layer: Layer) -> type[Layer]:
    """The class below Layer that it is of: layers of a kind are numbered together, and so a
    Dense of somebody else's has parameters with names of their own."""
    kinds = type(layer).__mro__
    return kinds[kinds.index(Layer) - 1]


def _dense_ends(layers: list[Layer]) -> tuple[Dense, Dense]:
    """The first and the last dense layer: they fix the width of input and output."""
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    return dense[0], dense[-1]


def check_network(network: Any, what: str) -> None:
    """ArgumentError for what is no network."""
    if not isinstance(network, Network):
        raise ArgumentError(f"{what}: network is {short(network)}, not a purenn network")


def _listed(layer: Layer) -> list[Parameter]:
    """The parameters of a layer; those of somebody else's are checked."""
    made: Any = layer.parameters()
    if not isinstance(made, (list, tuple)):
        raise ArgumentError(
            f"{layer.title}: parameters() gave {short(made)}, not a list of purenn Parameters"
        )
    for parameter in made:
        if not (isinstance(parameter, Parameter) and isinstance(parameter.name, str)):
            raise ArgumentError(
                f"{layer.title}: parameters() gave {short(parameter)}, not a purenn Parameter "
                "with a text as its name"
            )
        if is_foreign(layer):
            what, backend = f"{layer.title}: {parameter.name}", layer.backend
            check_array(parameter.value, backend, (None, None), what)
            kind = getattr(parameter.value, "dtype", backend.float64)
            if kind != backend.float64:
                raise ArgumentError(
                    f"{what} is an array of {kind}, not of float64; "
                    "make it with self.backend.from_list"
                )
    return list(made)


def _parameters(layers: list[Layer]) -> list[Parameter]:
    """All that training changes, each under a name of its own."""
    found: dict[str, Parameter] = {}
    for layer in layers:
        for parameter in _listed(layer):
            if parameter.name in found:
                raise ArgumentError(f"{layer.title}: a second parameter is called {parameter.name}")
            found[parameter.name] = parameter
    return list(found.values())
