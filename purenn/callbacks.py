"""Callbacks: what happens after each epoch, besides training."""

from __future__ import annotations

from math import inf

from purenn.checks import real, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.array import Array
    from purenn.training import Progress

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Stop when the validation loss no longer falls, and go back to the best weights.

    patience   epochs without improvement that are waited for, 1 or more
    min_delta  how much lower the loss must be to count as an improvement

    Without validation data the training loss is watched. The best weights are restored at
    the end of the run, whether it was stopped or not.
    """

    def __init__(self, patience: int = 5, min_delta: float = 0.0) -> None:
        self.patience = whole(patience, "EarlyStopping: patience")
        self.min_delta = real(min_delta, "EarlyStopping: min_delta", least=0.0)
        self._forget()

    def _forget(self) -> None:
        self.best_loss = inf
        self.best_epoch = self._seen = 0
        self._of: object = None  # the network of the run, and its backend
        self._best: list[Array] = []  # arrays are never written into: no copies are needed

    def __call__(self, progress: Progress) -> None:
        now = (progress.network, progress.network.backend)
        if now != self._of or progress.epoch <= self._seen:
            self._forget()  # another run has begun
        self._of, self._seen = now, progress.epoch
        validated = progress.history.validation_losses
        loss = validated[-1] if validated else progress.loss
        loss = inf if loss != loss else loss  # NaN is no improvement
        if loss < self.best_loss - self.min_delta or not self._best:
            self.best_loss, self.best_epoch = loss, progress.epoch
            self._best = [p.value for p in progress.network.trainable]
        elif progress.epoch - self.best_epoch >= self.patience:
            progress.stop()

    def end(self, progress: Progress) -> None:
        """Put the best weights back."""
        for parameter, value in zip(progress.network.trainable, self._best, strict=True):
            parameter.value = value
