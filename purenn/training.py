"""Training: predict, measure the loss, walk back for the gradients, take a step; again.

An epoch is one pass over the data: one step on all of it, or one a mini-batch.
"""

from __future__ import annotations

from math import isfinite
from time import perf_counter

from purenn.checks import as_real, short, whole
from purenn.errors import ArgumentError, NonFiniteError
from purenn.guard import Guard, check_predictions
from purenn.inputs import as_list_of
from purenn.losses import checked_loss
from purenn.metrics import find_metrics
from purenn.optimizers import Optimizer
from purenn.parts import check_array, check_call, check_methods, is_foreign
from purenn.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.batches import Batch, Examples
    from purenn.layers import Layer
    from purenn.losses import Loss
    from purenn.metrics import Metric
    from purenn.network import Network

    Callback = Callable[["Progress"], Any]
    Values = dict[str, float]  # of the metrics, by name

__all__ = ["History", "Progress", "evaluate", "forward_and_backward", "train"]

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

    def add(self, measured: tuple[float, Values], validated: tuple[float, Values] | None) -> None:
        """One more epoch: loss and metrics, and those of the validation data."""
        self.losses.append(measured[0])
        for name, value in measured[1].items():
            self.metrics.setdefault(name, []).append(value)
        if validated is not None:
            self.validation_losses.append(validated[0])
            for name, value in validated[1].items():
                self.validation_metrics.setdefault(name, []).append(value)

    def cut(self, epochs: int) -> None:
        """Forget what is there of later epochs."""
        for values in (self.metrics, self.validation_metrics):
            for name in list(values):
                del values[name][epochs:]
                if not values[name]:
                    del values[name]
        del self.losses[epochs:]
        del self.validation_losses[epochs:]

    def check_goes_on(self, metrics: Iterable[str], validation: bool) -> None:
        """ArgumentError if a run would measure something else than the epochs that are here."""
        if not self.losses:
            return
        before, now = sorted(self.metrics), sorted(metrics)
        if before != now:
            raise ArgumentError(
                f"history has the metrics {', '.join(before) or 'none'}, this run would measure "
                f"{', '.join(now) or 'none'}; measure the same, or begin a new history"
            )
        if bool(self.validation_losses) != validation:
            had = "has validation losses" if self.validation_losses else "has no validation losses"
            raise ArgumentError(
                f"history {had}, this run would have {'some' if validation else 'none'}; "
                "go on with validation data as before, or begin a new history"
            )

    def __repr__(self) -> str:
        if not self.losses:
            return "History(no epoch)"
        ends = f"loss {self.losses[0]:.6g} → {self.losses[-1]:.6g}"
        return f"History({len(self.losses)} epochs, {ends}, {self.seconds:.2f} s)"


class Progress:
    """What callbacks are told; `stop()` ends the run after the epoch.

    batch, batches  how many batches of this epoch are done, and how many it has
    batch_loss      the loss of the last batch
    measured        values of network.trainable, after an epoch: those that its loss belongs to.
                    Where the epoch was one step these are the values before it, as the loss
                    is measured on the way there; the loss of an epoch of mini-batches is a mean
                    over moving values, and these are the values after it
    """

    def __init__(
        self, network: Network, optimizer: Optimizer, history: History, epochs: int
    ) -> None:
        self.network, self.optimizer, self.history = network, optimizer, history
        self.epochs = epochs
        self.batch, self.batches, self.batch_loss = 0, 1, 0.0
        self.measured = [p.value for p in network.trainable]
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
    sample_weight: Any = None,
    metrics: str | Metric | Sequence[str | Metric] = (),
    callbacks: Callback | Sequence[Callback] = (),
    validation: Sequence[Any] | None = None,
    history: History | None = None,
) -> History:
    """Train the network on m examples; returns what was measured.

    X              m rows of n_in numbers: lists, arrays, tables, or rows of purenn.data that
                   become numbers when their batch comes
    y              m targets, as the loss takes them
    epochs         passes over the data, 1 or more
    batch_size     rows a step, shuffled each epoch by the network's generator; None: all
    sample_weight  m numbers, 0 or more: how much each example counts in the loss and in the
                   metrics. Only their proportions matter where the loss is a mean: a row of
                   weight 2 counts as two equal rows
    metrics        names ("accuracy", "mean_squared_error") or functions of purenn.metrics'
                   form; "accuracy" is what the loss says (see purenn.metrics)
    callbacks      are called with a Progress after each epoch; those that have a method
                   `begin`, `batch` or `end` also before the run, after each batch, after it
    validation     (X, y) to measure loss and metrics on after each epoch; or, with weights of
                   their own, (X, y, sample_weight)
    history        of an earlier run that measured the same, to go on with

    Raises ArgumentError, DataError or ShapeError before anything is changed, and
    NonFiniteError if the loss or a prediction becomes NaN or infinite. Whatever exception
    ends the run (Ctrl-C too), network, optimizer and generator are at the end of a whole
    step, and the history ends with the last whole epoch: the run can be saved, or go on.
    """
    epochs = whole(epochs, "train: epochs")
    batch_size = None if batch_size is None else whole(batch_size, "train: batch_size")
    _check_optimizer(optimizer)
    watching = _checked_callbacks(callbacks)
    loss = checked_loss(loss).copy()
    measures = find_metrics(metrics, loss, weighted=sample_weight is not None)
    examples = network.examples(X, y, loss, sample_weight)
    held_out = None if validation is None else _held_out(network, validation, loss)
    history = History() if history is None else history
    history.check_goes_on(measures, held_out is not None)
    goes_on = optimizer.goes_on(network.trainable, network.backend)
    optimizer.check_rates(optimizer.epochs_begun if goes_on else 0, epochs)
    optimizer.start(network.trainable, network.backend)
    progress = Progress(network, optimizer, history, len(history.losses) + epochs)
    for callback in _having("begin", watching):
        callback.begin(progress)
    run = Run(progress, loss, measures, examples, batch_size, held_out, watching)
    start = perf_counter() - history.seconds
    for _ in range(epochs):
        run.epoch()
        history.seconds = perf_counter() - start
        for callback in watching:
            callback(progress)
        if progress.stopped:
            break
    run.guard.check_parameters(examples, f"epoch {progress.epoch}, last step")
    for callback in _having("end", watching):
        callback.end(progress)
    return history


class Run:
    """What stays the same from epoch to epoch."""

    def __init__(
        self,
        progress: Progress,
        loss: Loss,
        measures: dict[str, Metric],
        examples: Examples,
        batch_size: int | None,
        held_out: Examples | None,
        callbacks: Sequence[Any],
    ) -> None:
        self.progress, self.loss, self.measures = progress, loss, measures
        self.network, self.optimizer = progress.network, progress.optimizer
        self.examples, self.batch_size, self.held_out = examples, batch_size, held_out
        self.on_batch = [callback.batch for callback in _having("batch", callbacks)]
        self.path = self.network.path(loss)
        self.guard = Guard(self.network, self.optimizer)
        self.tally = Tally(self.network.backend, measures)
        self.before_shuffle: Any = None  # the generator's state, until the epoch's first step
        self.everything: list[Batch] = [examples.everything()] if batch_size is None else []
        if batch_size is not None:
            progress.batches = -(-examples.rows // batch_size)

    def epoch(self) -> None:
        """A pass over the data, and what was measured into the history; or nothing of it."""
        progress, optimizer = self.progress, self.optimizer
        epochs, begun = progress.epoch, optimizer.epochs_begun
        try:
            optimizer.begin_epoch(begun)
            if optimizer.rate == 0.0:
                raise ArgumentError(
                    f"epoch {epochs + 1}: the learning rate became 0, so nothing would be learned"
                )
            measured = self.steps(epochs + 1, self.batches())
            progress.measured = self.guard.values
            if progress.batches > 1:
                progress.measured = [p.value for p in self.network.trainable]
            progress.history.add(measured, self.validated(epochs + 1))
        except BaseException as error:  # Ctrl-C too
            if isinstance(error, NonFiniteError):  # of the validation data, perhaps
                self.guard.go_back()
            self.guard.put_back()
            if self.before_shuffle is not None:
                self.network.random.set_state(self.before_shuffle)
            progress.history.cut(epochs)
            optimizer.epochs_begun = begun
            raise

    def validated(self, epoch: int) -> tuple[float, Values] | None:
        """Loss and metrics on the validation data, if there are any."""
        if self.held_out is None:
            return None
        try:
            return measure(self.network, self.loss, self.held_out, self.measures)
        except NonFiniteError as error:
            raise NonFiniteError(
                f"epoch {epoch}, validation data: {error}; training stopped and the parameters "
                "are back at their last finite state"
            ) from error

    def batches(self) -> Iterable[Batch]:
        """All rows, or some at a time in an order drawn anew."""
        if self.batch_size is None:
            return self.everything
        random = self.network.random
        self.before_shuffle = random.get_state()
        return self.examples.batches(self.batch_size, random.permutation(self.examples.rows))

    def steps(self, epoch: int, batches: Iterable[Batch]) -> tuple[float, Values]:
        """A step for each batch; the mean loss and the metrics, measured before each step."""
        loss, guard, tally = self.loss, self.guard, self.tally
        mean = 0.0
        tally.begin()
        for batch in batches:
            guard.begin_step()
            L, P = forward_and_backward(self.path, loss, batch.X, batch.Y, batch.weights)
            if not isfinite(L):
                guard.stop(f"the loss became {L}", batch.X, f"epoch {epoch}, batch {batch.number}")
            mean += L * batch.rows_share if loss.per_example else L
            if self.measures:
                tally.add(P, batch.Y, batch.weights, batch.share)
            self.optimizer.step()
            guard.end_step()
            self.before_shuffle = None
            for callback in self.on_batch:
                self.progress.batch, self.progress.batch_loss = batch.number, L
                callback(self.progress)
        return mean, tally.values()


def forward_and_backward(
    path: Sequence[Layer], loss: Loss, X: Array, Y: Array, weights: Array | None = None
) -> tuple[float, Array]:
    """Through the layers to the loss and back: L and the predictions P.

    `path` is `network.path(loss)`; weights (m × 1), where examples have some. Afterwards
    every parameter has its gradient.
    """
    A = X
    for layer in path:
        A = layer.forward(A)
    L = measured(loss, A, Y, weights)
    dA = loss.backward()
    if type(dA) is not type(A):  # only a loss of one's own can give such a thing
        check_array(dA, loss.backend, A.shape, f"{type(loss).__name__}: backward")
    for layer in reversed(path):
        dA = layer.backward(dA)
    return L, loss.P if loss.fused_with else A


def measured(loss: Loss, P: Array, Y: Array, weights: Array | None) -> float:
    """The loss of predictions P, as a Python float."""
    arguments = (P, Y) if weights is None else (P, Y, weights)
    L = loss.forward(*arguments)
    if isinstance(L, float):
        return L
    number = as_real(L)
    if number is None:
        name = type(loss).__name__
        raise ArgumentError(
            f"{name}: forward gave {short(L)}, not a number; end it in self.backend.item(…)"
        )
    return number


def evaluate(
    network: Network,
    X: Any,
    y: Any,
    *,
    loss: Loss,
    metrics: str | Metric | Sequence[str | Metric] = (),
    sample_weight: Any = None,
) -> tuple[float, dict[str, float]]:
    """The loss and the metrics on these examples; nothing is trained.

    Arguments as of `train`. Large data are taken a thousand rows at a time. Raises
    NonFiniteError for a prediction that is NaN or infinite.
    """
    loss = checked_loss(loss).copy()
    measures = find_metrics(metrics, loss, weighted=sample_weight is not None)
    return measure(network, loss, network.examples(X, y, loss, sample_weight), measures)


def measure(
    network: Network, loss: Loss, examples: Examples, measures: dict[str, Metric]
) -> tuple[float, Values]:
    """Loss and metrics of examples that were checked."""
    path = network.path(loss)
    total, tally, done = 0.0, Tally(network.backend, measures), 0
    for batch in examples.batches(CHUNK):
        A, Y, weights = batch.X, batch.Y, batch.weights
        for layer in path:
            A = layer.predict(A)
        L = measured(loss, A, Y, weights)
        P = loss.P if loss.fused_with else A
        check_predictions(network, batch.X, P, done)
        total += L * batch.rows_share if loss.per_example else L
        tally.add(P, Y, weights, batch.share)
        done += Y.shape[0]
    return total, tally.values()


# -------------------------------------------------------------------- what was handed over


def _check_optimizer(optimizer: Any) -> None:
    if not isinstance(optimizer, Optimizer):
        mend = f"; write {optimizer.__name__}()" if isinstance(optimizer, type) else ""
        raise ArgumentError(f"optimizer is {short(optimizer)}, not a purenn optimizer{mend}")
    check_methods(optimizer, Optimizer)


def _checked_callbacks(callbacks: Any) -> list[Any]:
    """One callback or several, each of which can be called."""
    given = [callbacks] if callable(callbacks) else as_list_of(callbacks, "callbacks")
    for callback in given:
        if not callable(callback) or isinstance(callback, type):
            mend = f"; write {callback.__name__}(…)" if isinstance(callback, type) else ""
            raise ArgumentError(f"callbacks: {short(callback)} is no callback{mend}")
        if is_foreign(callback):
            check_call(callback, f"callbacks: {short(callback)}", "progress")
    return given


def _having(method: str, callbacks: Sequence[Any]) -> list[Any]:
    return [callback for callback in callbacks if hasattr(callback, method)]


def _held_out(network: Network, validation: Any, loss: Loss) -> Examples:
    """The validation data, checked."""
    parts = validation if isinstance(validation, (tuple, list)) else ()
    if len(parts) not in (2, 3):
        raise ArgumentError(
            f"validation is {short(validation)}, must be (X, y) or (X, y, sample_weight); "
            "purenn.data.split makes two parts of a data set"
        )
    X, y, *weights = parts
    return network.examples(X, y, loss, *weights)
