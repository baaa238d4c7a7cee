"""Training: predict, measure the loss, walk back for the gradients, take a step; again.

An epoch is one pass over the data: one step on all of it, or one a mini-batch.
"""

from __future__ import annotations

from math import isfinite
from time import perf_counter

from purenn.checks import short, whole
from purenn.errors import ArgumentError, NonFiniteError
from purenn.guard import Guard, check_predictions
from purenn.guessing import or_part
from purenn.inputs import as_list_of
from purenn.losses import checked_loss
from purenn.metrics import find_metrics
from purenn.network import check_network
from purenn.optimizers import OPTIMIZERS, Optimizer
from purenn.parts import check_array, check_call, check_methods, is_foreign, watched_loss
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
        held_out = sorted(self.validation_metrics) if self.validation_losses else before
        if not before == now == held_out:
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
    """

    def __init__(
        self, network: Network, optimizer: Optimizer, history: History, epochs: int
    ) -> None:
        self.network, self.optimizer, self.history = network, optimizer, history
        self.epochs = epochs
        self.batch, self.batches, self.batch_loss = 0, 1, 0.0
        self.guard: Guard | None = None  # of the run
        self.stopped = False

    @property
    def epoch(self) -> int:
        """How many epochs are done, from 1; those of a resumed run count from its beginning."""
        return len(self.history.losses)

    @property
    def measured(self) -> list[Array]:
        """The values of network.trainable that the loss of this epoch belongs to.

        Where the epoch was one step these are the values before it, as the loss is measured
        on the way there. The loss of an epoch of mini-batches is a mean over moving values:
        these are then the values after it.
        """
        if self.guard is not None and self.batches == 1:
            return self.guard.values
        return [p.value for p in self.network.trainable]

    @property
    def loss(self) -> float:
        """The loss of this epoch; ArgumentError before the first one is finished."""
        if not self.history.losses:
            raise ArgumentError("no epoch is finished yet; batch_loss is the loss of a batch")
        return self.history.losses[-1]

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of this epoch."""
        return {name: values[-1] for name, values in self.history.metrics.items()}

    @property
    def validation_loss(self) -> float:
        """The loss on the validation data; ArgumentError if there are none."""
        if not self.history.losses:
            raise ArgumentError("no epoch is finished yet, so there is no validation loss")
        if not self.history.validation_losses:
            raise ArgumentError("there is no validation loss: give train(..., validation=(X, y))")
        return self.history.validation_losses[-1]

    @property
    def validation_metrics(self) -> dict[str, float]:
        """The metrics on the validation data."""
        return {name: values[-1] for name, values in self.history.validation_metrics.items()}

    def __str__(self) -> str:
        from purenn.progress import epoch_line  # training needs no words

        return epoch_line(self)

    def __repr__(self) -> str:
        return f"<Progress: {self}>"

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
                   `begin`, `batch` or `end` also before the run, after each batch, after it,
                   and `broken_off` where an exception ends it
    validation     (X, y) to measure loss and metrics on after each epoch; or, with weights of
                   their own, (X, y, sample_weight)
    history        of an earlier run that measured the same, to go on with

    Raises ArgumentError, DataError or ShapeError before anything is changed, and
    NonFiniteError if the loss or a prediction becomes NaN or infinite. Whatever exception
    ends the run (Ctrl-C too), network, optimizer and generator are at the end of a whole
    step, and the history ends with the last whole epoch: the run can be saved, or go on.
    """
    check_network(network, "train")
    epochs = whole(epochs, "train: epochs")
    batch_size = None if batch_size is None else whole(batch_size, "train: batch_size")
    check_optimizer(optimizer)
    watching = _checked_callbacks(callbacks)
    loss = checked_loss(loss).copy()
    held_out_weights = validation[2:] if isinstance(validation, (list, tuple)) else ()
    weighted = any(weights is not None for weights in (sample_weight, *held_out_weights))
    measures = find_metrics(metrics, loss, weighted=weighted)
    examples = network.examples(X, y, loss, sample_weight)
    held_out = None if validation is None else _held_out(network, validation, loss)
    history = History() if history is None else history
    if not isinstance(history, History):
        raise ArgumentError(f"history is {short(history)}, must be what train returned, or None")
    history.check_goes_on(measures, held_out is not None)
    goes_on = optimizer.goes_on(network.trainable, network.backend)
    optimizer.check_rates(optimizer.epochs_begun if goes_on else 0, epochs)
    optimizer.start(network.trainable, network.backend)
    progress = Progress(network, optimizer, history, len(history.losses) + epochs)
    for callback in _having("begin", watching):
        callback.begin(progress)
    run = Run(progress, loss, measures, examples, batch_size, held_out, watching)
    start = perf_counter() - history.seconds
    try:
        for _ in range(epochs):
            run.epoch()
            history.seconds = perf_counter() - start
            for callback in watching:
                callback(progress)
            run.check_unmoved()
            if progress.stopped:
                break
        run.guard.check_parameters(examples, f"epoch {progress.epoch}, last step")
    except BaseException:  # Ctrl-C too
        for callback in _having("broken_off", watching):
            callback.broken_off(progress)
        raise
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
        self.progress, self.loss, self.measures = progress, watched_loss(loss), measures
        self.network, self.optimizer = progress.network, progress.optimizer
        self.examples, self.batch_size, self.held_out = examples, batch_size, held_out
        self.on_batch = [callback.batch for callback in _having("batch", callbacks)]
        self.path = self.network.path(loss)
        self.guard = progress.guard = Guard(self.network, self.optimizer)
        self.tally = Tally(self.network.backend, measures)
        self.moves = is_foreign(self.optimizer)  # parameters, in a way of its own
        self.before_shuffle: Any = None  # the generator's state then, where a step moves it
        self.everything: list[Batch] = [examples.everything()] if batch_size is None else []
        if batch_size is not None:
            progress.batches = -(-examples.rows // batch_size)

    def epoch(self) -> None:
        """A pass over the data, and what was measured into the history; or nothing of it."""
        optimizer, history = self.optimizer, self.progress.history
        epochs, begun, steps = len(history.losses), optimizer.epochs_begun, optimizer.steps
        self.before_shuffle = None
        try:
            optimizer.begin_epoch(begun)
            if optimizer.rate == 0.0:
                raise ArgumentError(
                    f"epoch {epochs + 1}: the learning rate became 0, so nothing would be learned"
                )
            if self.batch_size is None:
                measured = self.steps(epochs + 1, self.everything)
            else:
                measured = self.steps(epochs + 1, self.batches(self.batch_size))
            validated = None if self.held_out is None else self.validated(epochs + 1, self.held_out)
            history.add(measured, validated)
        except BaseException:  # Ctrl-C too
            self.guard.put_back()
            if self.before_shuffle is not None and optimizer.steps == steps:  # no step was whole
                self.network.random.set_state(self.before_shuffle)
            history.cut(epochs)
            optimizer.epochs_begun = begun
            raise

    def validated(self, epoch: int, held_out: Examples) -> tuple[float, Values]:
        """Loss and metrics on the validation data."""
        try:
            return measure(self.network, self.loss, held_out, self.measures)
        except NonFiniteError as error:
            self.guard.go_back()
            raise NonFiniteError(
                f"epoch {epoch}, validation data: {error}; training stopped and the parameters "
                "are back at their last finite state"
            ) from error

    def batches(self, size: int) -> Iterable[Batch]:
        """Some rows at a time, in an order drawn anew."""
        random = self.network.random
        if self.guard.draws:
            self.before_shuffle = random.get_state()
        return self.examples.batches(size, random.permutation(self.examples.rows))

    def steps(self, epoch: int, batches: Iterable[Batch]) -> tuple[float, Values]:
        """A step for each batch; the mean loss and the metrics, measured before each step."""
        path, loss, guard, tally = self.path, self.loss, self.guard, self.tally
        mean, is_mean, measures = 0.0, loss.per_example, self.measures
        if measures:
            tally.begin()
        for batch in batches:
            guard.begin_step()
            L, P = forward_and_backward(path, loss, batch.X, batch.Y, batch.weights)
            if not isfinite(L):
                guard.stop(f"the loss became {L}", batch.X, f"epoch {epoch}, batch {batch.number}")
            mean += L * batch.rows_share if is_mean else L
            if measures:
                tally.add(P, batch.Y, batch.weights, batch.share)
            self.optimizer.step()
            if self.moves:
                self.check_parameters()
            guard.open = False
            for callback in self.on_batch:
                self.progress.batch, self.progress.batch_loss = batch.number, L
                callback(self.progress)
                self.check_unmoved()
        return mean, tally.values() if measures else {}

    def check_parameters(self) -> None:
        """ArgumentError or ShapeError for what an optimizer of somebody else's made of one."""
        backend, what = self.network.backend, f"{type(self.optimizer).__name__}: step"
        for p, old in zip(self.network.trainable, self.guard.values, strict=True):
            check_array(p.value, backend, old.shape, f"{what}: {p.name}")
            before, now = (getattr(array, "dtype", None) for array in (old, p.value))
            if before != now:
                raise ArgumentError(f"{what}: {p.name} became an array of {now}, it was {before}")

    def check_unmoved(self) -> None:
        """ArgumentError if a callback has taken the network to another backend."""
        if self.network.backend is not self.tally.backend:
            raise ArgumentError(
                f"callbacks: the network was moved to {self.network.backend.name} in the middle "
                "of a run; move it before or after train, or move a copy"
            )


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
    measured = (A, Y) if weights is None else (A, Y, weights)
    L = loss.forward(*measured)
    dA = loss.backward()
    for layer in reversed(path):
        dA = layer.backward(dA)
    return L, loss.P if loss.fused_with else A


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
    check_network(network, "evaluate")
    loss = checked_loss(loss).copy()
    measures = find_metrics(metrics, loss, weighted=sample_weight is not None)
    return measure(network, loss, network.examples(X, y, loss, sample_weight), measures)


def measure(
    network: Network, loss: Loss, examples: Examples, measures: dict[str, Metric]
) -> tuple[float, Values]:
    """Loss and metrics of examples that were checked."""
    path, loss = network.path(loss), watched_loss(loss)
    total, tally, done = 0.0, Tally(network.backend, measures), 0
    for batch in examples.batches(CHUNK):
        A, Y, weights = batch.X, batch.Y, batch.weights
        for layer in path:
            A = layer.predict(A)
        arguments = (A, Y) if weights is None else (A, Y, weights)
        L = loss.forward(*arguments)
        P = loss.P if loss.fused_with else A
        check_predictions(network, batch.X, P, done)
        total += L * batch.rows_share if loss.per_example else L
        tally.add(P, Y, weights, batch.share)
        done += Y.shape[0]
    if total != total:
        raise NonFiniteError(
            f"the loss is not a number, although the predictions are finite: {type(loss).__name__} "
            "met differences beyond the floats. Scale the columns of X to about −1 to 1, or the "
            "targets"
        )
    return total, tally.values()


# -------------------------------------------------------------------- what was handed over


def check_optimizer(optimizer: Any) -> None:
    if not isinstance(optimizer, Optimizer):
        mend = or_part(optimizer, OPTIMIZERS)
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
            for method in ("begin", "batch", "end", "broken_off"):
                for having in _having(method, [callback]):
                    what = f"callbacks: {type(having).__name__}.{method}"
                    check_call(getattr(having, method), what, "progress")
    return given


def _having(method: str, callbacks: Sequence[Any]) -> list[Any]:
    return [callback for callback in callbacks if callable(getattr(callback, method, None))]


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
