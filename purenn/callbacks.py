"""Callbacks: what happens after each epoch, besides training."""

from __future__ import annotations

from math import inf

from purenn.checks import real, whole
from purenn.layers import assign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.network import Network
    from purenn.training import History, Progress

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Stop when the validation loss no longer falls, and go back to the best weights.

    patience   epochs without improvement that are waited for, 1 or more
    min_delta  how much lower the loss must be to count as an improvement

    Without validation data the training loss is watched. Where an epoch is one step, the
    best weights are then those that the loss was measured with, before the step; the loss of
    an epoch of mini-batches is a mean over moving weights, and the weights after the epoch
    are taken for it.

    The best weights are put back at the end of the run, whether it was stopped or not. A run
    that goes on, with this object and the history, goes on from the last weights, as if it
    had never ended; what was best, and the count of epochs since, go on as well.

    best_loss, best_epoch   so far
    best, last              the values of network.trainable then, and after the last epoch
    """

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience = whole(patience, "EarlyStopping: patience")
        self.min_delta = real(min_delta, "EarlyStopping: min_delta", least=0.0)
        self._forget()

    def _forget(self) -> None:
        self.best_loss = inf
        self.best_epoch = self.epochs = 0
        self.network: Network | None = None  # that was watched, on its backend
        self.backend: Backend | None = None
        self.best: list[Array] = []  # arrays are never written into: no copies are needed
        self.last: list[Array] = []

    def watched(
        self,
        network: Network,
        epochs: int,
        best: tuple[int, float, list[Array]],
        last: list[Array],
    ) -> EarlyStopping:
        """Be as after so many epochs of this network; `best` is the epoch, loss and weights."""
        self.network, self.backend, self.epochs = network, network.backend, epochs
        self.best_epoch, self.best_loss, self.best = best
        self.last = last
        return self

    def knows(self, network: Network) -> bool:
        """Whether this network was watched; or a copy of it, as it was left: networks and what
        watches them may be copied or pickled one by one."""
        if network is self.network or self.network is None:
            return network is self.network
        old, new = self.network.trainable, network.trainable
        if [(p.name, p.value.shape) for p in old] != [(p.name, p.value.shape) for p in new]:
            return False
        rows = [network.backend.to_list(p.value) for p in new]
        return rows in (self._rows(self.last), self._rows(self.best))

    def _rows(self, values: list[Array]) -> list[list[list[float]]]:
        return [] if self.backend is None else list(map(self.backend.to_list, values))

    def begin(self, progress: Progress) -> None:
        """Go on with this run, or forget the one before."""
        network = progress.network
        if not (self.best and progress.epoch >= self.epochs and self.knows(network)):
            self._forget()
            return
        self.network = network
        self._follow(network.backend)
        if progress.epoch > self.epochs:  # something ended the run before this was called
            self._catch_up(progress.history)
        elif all(map(self._equal, self.best, [p.value for p in network.trainable])):
            assign(network.trainable, self.last)

    def _catch_up(self, history: History) -> None:
        """Of the epochs since, the last one's weights are there, for its validation loss."""
        assert self.network is not None  # noqa: S101
        now = [p.value for p in self.network.trainable]
        if history.validation_losses:
            self._note(len(history.losses), history.validation_losses[-1], now, now)
        else:
            vars(self).update(epochs=len(history.losses), last=now)

    def _note(self, epoch: int, loss: float, best: list[Array], last: list[Array]) -> bool:
        """Whether this is the best epoch so far. All is noted at once, or nothing of it."""
        better = loss < self.best_loss - self.min_delta or not self.best
        noted: dict[str, Any] = {"epochs": epoch, "last": last}
        if better:
            loss = inf if loss != loss else loss  # NaN is no improvement
            noted |= {"best_epoch": epoch, "best_loss": loss, "best": best}
        vars(self).update(noted)
        return better

    def _follow(self, backend: Backend) -> None:
        """The network was moved to another backend: what is kept of it moves as well."""
        old = self.backend
        if old is not None and old is not backend:
            self.best = [backend.from_list(old.to_list(W)) for W in self.best]
            self.last = [backend.from_list(old.to_list(W)) for W in self.last]
            self.backend = backend

    def _equal(self, A: Array, B: Array) -> bool:
        return A is B or (
            self.backend is not None and self.backend.to_list(A) == self.backend.to_list(B)
        )

    def __call__(self, progress: Progress) -> None:
        network, epoch = progress.network, progress.epoch
        if epoch <= self.epochs or network is not self.network:
            self._forget()  # its first epoch of a run
            self.network, self.backend = network, network.backend
        last = [p.value for p in network.trainable]
        validated = progress.history.validation_losses
        loss = validated[-1] if validated else progress.loss
        better = self._note(epoch, loss, last if validated else list(progress.measured), last)
        if not better and epoch - self.best_epoch >= self.patience:
            progress.stop()

    def end(self, progress: Progress) -> None:
        """Put the best weights back."""
        if self.best:
            assign(progress.network.trainable, self.best)

    def __repr__(self) -> str:
        return f"EarlyStopping({self.patience}, min_delta={self.min_delta!r})"
