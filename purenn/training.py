"""Training: predict, measure the loss, walk back for the gradients, take a step; again.

An epoch is one pass over the data: one step on all of it, or one a mini-batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite
from time import perf_counter
from typing import Any, TypeAlias

from purenn.backend import Array
from purenn.errors import ArgumentError, NonFiniteError
from purenn.layers import Layer
from purenn.losses import Loss
from purenn.metrics import Metric, find_metric
from purenn.network import Network
from purenn.optimizers import Optimizer

__all__ = ["Callback", "History", "Progress", "forward_and_backward", "train"]


class History:
    """What a run measured, one entry an epoch.

    losses   the loss before each update, averaged over the epoch's batches (for a loss
             that is a sum: added up); full batch: before that epoch's update
    metrics  name → list, measured on the same predictions as the losses
    seconds  how long the run took
    """

    def __init__(self, metrics: Iterable[str] = ()) -> None:
        self.losses: list[float] = []
        self.metrics: dict[str, list[float]] = {name: [] for name in metrics}
        self.seconds = 0.0

    def add(self, loss: float, metrics: Iterable[float], seconds: float) -> None:
        """Note what an epoch measured; `seconds` since the start of the run."""
        self.losses.append(loss)
        for values, value in zip(self.metrics.values(), metrics, strict=True):
            values.append(value)
        self.seconds = seconds

    def __repr__(self) -> str:
        if not self.losses:
            return "History(no epoch)"
        ends = f"loss {self.losses[0]:.6g} → {self.losses[-1]:.6g}"
        return f"History({len(self.losses)} epochs, {ends}, {self.seconds:.2f} s)"


class Progress:
    """What a callback is told after each epoch; `stop()` ends the run after this one."""

    def __init__(self, network: Network, history: History, epochs: int) -> None:
        self.network, self.history, self.epochs = network, history, epochs
        self.stopped = False

    @property
    def epoch(self) -> int:
        """How many epochs are done, from 1."""
        return len(self.history.losses)

    @property
    def loss(self) -> float:
        """The loss of this epoch."""
        return self.history.losses[-1]

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of this epoch."""
        return {name: values[-1] for name, values in self.history.metrics.items()}

    def stop(self) -> None:
        """End training after this epoch."""
        self.stopped = True


Batch: TypeAlias = tuple[int, Array, Array, float]  # number, inputs, targets, share of all rows
Callback: TypeAlias = Callable[[Progress], Any]


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
) -> History:
    """Train the network on m examples; returns what was measured.

    X           m rows of n_in numbers: lists, arrays, or any object with `tolist`
    y           m targets, as the loss takes them
    epochs      passes over the data, 1 or more
    batch_size  rows a step, shuffled each epoch by the network's generator; None: all
    metrics     names ("accuracy", "mean_squared_error") or functions of purenn.metrics' form
    callbacks   functions that are called with a Progress after each epoch

    Raises ArgumentError, DataError or ShapeError before anything is changed, and
    NonFiniteError, with the parameters back at the last finite state, if the loss
    becomes NaN or infinite.
    """
    _check_count("epochs", epochs)
    if batch_size is not None:
        _check_count("batch_size", batch_size)
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError(
            f"optimizer is {optimizer!r}, not a purenn optimizer such as nn.SGD(0.1)"
        )
    measures = [find_metric(metric) for metric in metrics]
    X_all, Y_all = network.data(X, y, loss)
    optimizer.start(network.trainable, network.backend)
    history = History(name for name, _ in measures)
    progress = Progress(network, history, epochs)
    path = network.path(loss)
    guard = Guard(network, optimizer, path)
    batches = _batching(network, X_all, Y_all, batch_size)
    start = perf_counter()
    for epoch in range(1, epochs + 1):
        epoch_loss, sums = 0.0, [0.0] * len(measures)
        for batch, X_batch, Y, share in batches():
            L, P = forward_and_backward(path, loss, X_batch, Y)
            if not isfinite(L):
                guard.stop(f"the loss became {L}", X_batch, f"epoch {epoch}, batch {batch}")
            guard.good = [p.value for p in network.trainable]
            epoch_loss += L * share if loss.per_example else L
            if measures:
                values = [measure(network.backend, P, Y) for _, measure in measures]
                sums = [total + value * share for total, value in zip(sums, values, strict=True)]
            optimizer.step()
        history.add(epoch_loss, sums, perf_counter() - start)
        for callback in callbacks:
            callback(progress)
        if progress.stopped:
            break
    guard.check_parameters(X_all, len(history.losses))
    return history


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


def _batching(
    network: Network, X: Array, Y: Array, batch_size: int | None
) -> Callable[[], Iterable[Batch]]:
    """A function that gives an epoch's batches."""
    if batch_size is None:
        everything = [(1, X, Y, 1.0)]
        return lambda: everything
    m, take = X.shape[0], network.backend.take

    def shuffled() -> Iterator[Batch]:
        order = network.random.permutation(m)
        for number, start in enumerate(range(0, m, batch_size), start=1):
            rows = order[start : start + batch_size]
            yield number, take(X, rows), take(Y, rows), len(rows) / m

    return shuffled


class Guard:
    """Stops a run whose loss is no longer finite, and puts the parameters back.

    Arrays are never written into, so keeping the last good ones costs nothing.
    """

    def __init__(self, network: Network, optimizer: Optimizer, path: list[Layer]) -> None:
        self.network, self.optimizer, self.path = network, optimizer, path
        self.good = [p.value for p in network.trainable]

    def check_parameters(self, X: Array, epoch: int) -> None:
        """After the last step, which no loss has been measured for."""
        for parameter in self.network.trainable:
            if not self.finite(parameter.value):
                self.stop(f"{parameter.name} is no longer finite", X, f"epoch {epoch}, last step")

    def stop(self, what: str, X: Array, when: str) -> None:
        where = self.first_bad_layer(X)
        for parameter, value in zip(self.network.trainable, self.good, strict=True):
            parameter.value = value
        self.optimizer.reset()
        raise NonFiniteError(
            f"{when}: {what}, first seen in {where}; training stopped and the parameters are back "
            f"at their last finite state. Try a smaller learning rate than "
            f"{self.optimizer.learning_rate:g}, or scale the columns of X to about −1 to 1"
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


def _check_count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(f"train: {name} is {value!r}, must be a whole number, 1 or more")
