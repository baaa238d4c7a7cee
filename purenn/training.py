"""Training: predict, measure the loss, walk back for the gradients, take a step; again.

An epoch is one pass over the data: one step on all of it, or one a mini-batch.
"""

from __future__ import annotations

from math import isfinite
from time import perf_counter

from purenn.checks import whole
from purenn.errors import ArgumentError, NonFiniteError
from purenn.metrics import find_metric, r2
from purenn.optimizers import Optimizer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.batches import Batch, Examples
    from purenn.layers import Layer
    from purenn.losses import Loss
    from purenn.metrics import Metric
    from purenn.network import Network

    Callback = Callable[["Progress"], Any]

__all__ = ["History", "Progress", "evaluate", "forward_and_backward", "train"]

NO_MEANS = (r2,)  # metrics of which the mean over batches says nothing
CHUNK = 1000  # rows that are evaluated at a time, so that memory stays bounded


class History:
    """What a run measured, one entry an epoch.

    losses              the loss before each update, averaged over the epoch's batches (for a
                        loss that is a sum: added up); full batch: before that epoch's update
    metrics             name → list, measured on the same predictions as the losses
    validation_losses   the loss on the validation data after the epoch, if there are any
    validation_metrics  name → list, on the validation data
    seconds             how long the run took
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.metrics: dict[str, list[float]] = {}
        self.validation_losses: list[float] = []
        self.validation_metrics: dict[str, list[float]] = {}
        self.seconds = 0.0

    def __repr__(self) -> str:
        if not self.losses:
            return "History(no epoch)"
        ends = f"loss {self.losses[0]:.6g} → {self.losses[-1]:.6g}"
        return f"History({len(self.losses)} epochs, {ends}, {self.seconds:.2f} s)"


class Progress:
    """What callbacks are told; `stop()` ends the run after the epoch.

    batch, batches  how many batches of this epoch are done, and how many it has
    batch_loss      the loss of the last batch
    """

    def __init__(
        self, network: Network, optimizer: Optimizer, history: History, epochs: int
    ) -> None:
        self.network, self.optimizer, self.history = network, optimizer, history
        self.epochs = epochs
        self.batch, self.batches, self.batch_loss = 0, 1, 0.0
        self.stopped = False

    @property
    def epoch(self) -> int:
        """How many epochs are done, from 1; those of a resumed run count from its beginning."""
        return len(self.history.losses)

    @property
    def loss(self) -> float:
        """The loss of this epoch."""
        return self.history.losses[-1]

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of this epoch."""
        return {name: values[-1] for name, values in self.history.metrics.items()}

    @property
    def validation_loss(self) -> float:
        """The loss on the validation data; ArgumentError if there are none."""
        if not self.history.validation_losses:
            raise ArgumentError("there is no validation loss: give train(..., validation=(X, y))")
        return self.history.validation_losses[-1]

    @property
    def validation_metrics(self) -> dict[str, float]:
        """The metrics on the validation data."""
        return {name: values[-1] for name, values in self.history.validation_metrics.items()}

    def stop(self) -> None:
        """End training after this epoch."""
        self.stopped = True


def train(
    network: Network,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    metrics: Sequence[str | Metric] = (),
    callbacks: Sequence[Callback] = (),
    validation: tuple[Any, Any] | None = None,
    history: History | None = None,
) -> History:
    """Train the network on m examples; returns what was measured.

    X           m rows of n_in numbers: lists, arrays, any object with `tolist`, or rows of
                purenn.data that become numbers when their batch comes
    y           m targets, as the loss takes them
    epochs      passes over the data, 1 or more
    batch_size  rows a step, shuffled each epoch by the network's generator; None: all
    metrics     names ("accuracy", "mean_squared_error") or functions of purenn.metrics' form;
                those of a batch are averaged over the epoch's rows, but R² is that of all rows
    callbacks   are called with a Progress after each epoch; those that have a method `batch`
                or `end` also after each batch, or when the run is over
    validation  (X, y) to measure loss and metrics on after each epoch
    history     of an earlier run, to go on with

    Raises ArgumentError, DataError or ShapeError before anything is changed, and
    NonFiniteError, with the parameters back at the last finite state, if the loss
    becomes NaN or infinite.
    """
    epochs = whole(epochs, "train: epochs")
    batch_size = None if batch_size is None else whole(batch_size, "train: batch_size")
    _check_optimizer(optimizer)
    measures = dict(map(find_metric, metrics))
    examples = network.examples(X, y, loss)
    held_out = None if validation is None else network.examples(*validation, loss)
    history = History() if history is None else history
    progress = Progress(network, optimizer, history, len(history.losses) + epochs)
    optimizer.start(network.trainable, network.backend)
    run = Run(progress, loss, measures, [c.batch for c in callbacks if hasattr(c, "batch")])
    batches = _batching(examples, batch_size, progress)
    start = perf_counter() - history.seconds
    begun = max(optimizer.epochs_begun, len(history.losses))  # in the whole life of the run
    for epoch in range(len(history.losses) + 1, progress.epochs + 1):
        optimizer.begin_epoch(begun)
        begun += 1
        L, values = run.epoch(epoch, batches())
        _note(L, values, history.losses, history.metrics)
        if held_out is not None:
            L, values = _measure(network, loss, held_out, measures)
            _note(L, values, history.validation_losses, history.validation_metrics)
        history.seconds = perf_counter() - start
        for callback in callbacks:
            callback(progress)
        if progress.stopped:
            break
    run.guard.check_parameters(examples, len(history.losses))
    for callback in callbacks:
        if hasattr(callback, "end"):
            callback.end(progress)
    return history


class Run:
    """What stays the same from epoch to epoch."""

    def __init__(
        self,
        progress: Progress,
        loss: Loss,
        measures: dict[str, Metric],
        on_batch: list[Callback],
    ) -> None:
        self.progress, self.loss, self.measures, self.on_batch = progress, loss, measures, on_batch
        self.network, self.optimizer = progress.network, progress.optimizer
        self.path = self.network.path(loss)
        self.guard = Guard(self.network, self.optimizer, self.path)
        self.tally = Tally(self.network.backend, measures)

    def epoch(self, epoch: int, batches: Iterable[Batch]) -> tuple[float, dict[str, float]]:
        """A step for each batch; the mean loss and the metrics, measured before each step."""
        network, loss, guard, tally = self.network, self.loss, self.guard, self.tally
        mean = 0.0
        for batch, X, Y, share in batches:
            L, P = forward_and_backward(self.path, loss, X, Y)
            if not isfinite(L):
                guard.stop(f"the loss became {L}", X, f"epoch {epoch}, batch {batch}")
            guard.good = [p.value for p in network.trainable]
            mean += L * share if loss.per_example else L
            if self.measures:
                tally.add(P, Y, share)
            self.optimizer.step()
            for callback in self.on_batch:
                self.progress.batch, self.progress.batch_loss = batch, L
                callback(self.progress)
        return mean, tally.values()


class Tally:
    """The metrics over batches: means weighted by rows, and R² of all predictions together."""

    def __init__(self, backend: Backend, measures: dict[str, Metric]) -> None:
        self.backend, self.measures = backend, measures
        self.means = {name: f for name, f in measures.items() if f not in NO_MEANS}
        self.begin()

    def begin(self) -> None:
        self.sums = dict.fromkeys(self.measures, 0.0)
        self.P: list[list[float]] = []  # kept only for metrics that are no means
        self.Y: list[list[float]] = []

    def add(self, P: Array, Y: Array, share: float) -> None:
        """A batch, which is this share of all rows."""
        for name, measure in self.means.items():
            self.sums[name] += measure(self.backend, P, Y) * share
        if len(self.means) < len(self.measures):
            self.P += self.backend.to_list(P)
            self.Y += self.backend.to_list(Y)

    def values(self) -> dict[str, float]:
        """The metrics of what was added; then all begins anew."""
        sums, measures = self.sums, self.measures
        if len(self.means) < len(measures):
            P, Y = map(self.backend.from_list, (self.P, self.Y))
            sums |= {n: f(self.backend, P, Y) for n, f in measures.items() if n not in self.means}
        self.begin()
        return sums


def forward_and_backward(
    path: Sequence[Layer], loss: Loss, X: Array, Y: Array
) -> tuple[float, Array]:
    """Through the layers to the loss and back: L and the predictions P.

    `path` is `network.path(loss)`. Afterwards every parameter has its gradient.
    """
    A = X
    for layer in path:
        A = layer.forward(A)
    L = loss.forward(A, Y)
    dA = loss.backward()
    for layer in reversed(path):
        dA = layer.backward(dA)
    return L, loss.P if loss.fused_with else A


def evaluate(
    network: Network, X: Any, y: Any, *, loss: Loss, metrics: Sequence[str | Metric] = ()
) -> tuple[float, dict[str, float]]:
    """The loss and the metrics on these examples; nothing is trained.

    Large data are taken a thousand rows at a time.
    """
    examples = network.examples(X, y, loss)
    return _measure(network, loss, examples, dict(map(find_metric, metrics)))


def _measure(
    network: Network, loss: Loss, examples: Examples, measures: dict[str, Metric]
) -> tuple[float, dict[str, float]]:
    path = network.path(loss)
    total, tally = 0.0, Tally(network.backend, measures)
    for _, X, Y, share in examples.batches(CHUNK):
        A = X
        for layer in path:
            A = layer.predict(A)
        L = loss.forward(A, Y)
        P = loss.P if loss.fused_with else A
        total += L * share if loss.per_example else L
        tally.add(P, Y, share)
    return total, tally.values()


def _note(
    L: float, values: dict[str, float], losses: list[float], metrics: dict[str, list[float]]
) -> None:
    losses.append(L)
    for name, value in values.items():
        metrics.setdefault(name, []).append(value)


def _batching(
    examples: Examples, batch_size: int | None, progress: Progress
) -> Callable[[], Iterable[Batch]]:
    """A function that gives an epoch's batches: all rows, or some in an order drawn anew."""
    if batch_size is None:
        everything = [(1, *examples.all(), 1.0)]
        return lambda: everything
    progress.batches = -(-examples.rows // batch_size)
    draw = progress.network.random.permutation
    return lambda: examples.batches(batch_size, draw(examples.rows))


class Guard:
    """Stops a run whose loss is no longer finite, and puts the parameters back.

    Arrays are never written into, so keeping the last good ones costs nothing.
    """

    def __init__(self, network: Network, optimizer: Optimizer, path: list[Layer]) -> None:
        self.network, self.optimizer, self.path = network, optimizer, path
        self.good = [p.value for p in network.trainable]  # they gave a finite loss

    def check_parameters(self, examples: Examples, epoch: int) -> None:
        """After the last step, which no loss has been measured for."""
        for parameter in self.network.trainable:
            if not self.finite(parameter.value):
                X, _ = examples.take(range(min(CHUNK, examples.rows)))
                self.stop(f"{parameter.name} is no longer finite", X, f"epoch {epoch}, last step")

    def stop(self, what: str, X: Array, when: str) -> None:
        """Put the parameters back and raise."""
        where = self.first_bad_layer(X)
        for parameter, value in zip(self.network.trainable, self.good, strict=True):
            parameter.value = value
        rate = self.optimizer.learning_rate
        self.optimizer.reset()
        raise NonFiniteError(
            f"{when}: {what}, first seen in {where}; training stopped and the parameters are back "
            f"at their last finite state. Try a smaller learning rate than {rate:g}, "
            "or scale the columns of X to about −1 to 1"
        )

    def first_bad_layer(self, X: Array) -> str:
        for layer in self.path:
            X = layer.forward(X)
            if not self.finite(X):
                return layer.title
        return "the loss"

    def finite(self, X: Array) -> bool:
        backend = self.network.backend
        return bool(backend.item(backend.all(backend.isfinite(X))))


def _check_optimizer(optimizer: Any) -> None:
    if not isinstance(optimizer, Optimizer):
        mend = f"; write {optimizer.__name__}()" if isinstance(optimizer, type) else ""
        raise ArgumentError(f"optimizer is {optimizer!r}, not a purenn optimizer{mend}")
