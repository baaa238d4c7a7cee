"""What `purenn train` shows while it runs, and how Ctrl-C ends it cleanly."""

from __future__ import annotations

import os
import signal
import sys
import threading
from time import perf_counter

from purenn.cli import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.storage import Model
    from purenn.training import Progress

__all__ = ["GentleStop", "Reporter", "loss_name", "tell"]

PAUSE = 0.1  # seconds between two progress lines, at least


def tell(text: str, *, go_on: bool) -> None:
    """Print a line at once. Where its reader is gone (`| head`), go on in silence if asked."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        if not go_on:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Reporter:
    """A callback: a line that is written over on a terminal, one plain line an epoch elsewhere.

    go_on  train on although nobody reads the lines any more: the model is to be saved
    loss   what the loss is called, such as "scaled loss" where the targets are scaled
    """

    def __init__(self, rows: int, *, go_on: bool = False, loss: str = "loss") -> None:
        self.rows, self.go_on, self.loss = rows, go_on, loss
        self.watched = terminal.is_terminal()
        self.epoch_start = self.start = perf_counter()
        self.done = 0  # epochs of this run
        self.shown = 0.0

    def batch(self, progress: Progress) -> None:
        """After a batch: only for people."""
        now = perf_counter()
        if not self.watched or now - self.shown < PAUSE:
            return
        self.shown = now
        share = progress.batch / progress.batches
        speed = share * self.rows / max(now - self.epoch_start, 1e-9)
        epochs_left = progress.epochs - progress.epoch - share
        left = (now - self.start) / (self.done + share) * epochs_left
        # The accuracy is that of the epoch before: a single batch says too little.
        figures = [f"{self.loss} {progress.batch_loss:.4f}", *shown(progress.metrics)]
        terminal.show_line(
            f"epoch {progress.epoch + 1} of {progress.epochs}  {share:4.0%}  "
            f"{'  '.join(figures)}  {speed:,.0f} rows/s  {clock(left)} left"
        )

    def __call__(self, progress: Progress) -> None:
        """After an epoch."""
        now = perf_counter()
        speed = self.rows / max(now - self.epoch_start, 1e-9)
        self.epoch_start = now
        self.done += 1
        digits = len(str(progress.epochs))
        figures = [f"{self.loss} {progress.loss:.4f}", *shown(progress.metrics)]
        if progress.history.validation_losses:
            figures += ["validation", f"{self.loss} {progress.validation_loss:.4f}"]
            figures += shown(progress.validation_metrics)
        if self.watched:
            terminal.clear_line()
        tell(
            f"epoch {progress.epoch:>{digits}} of {progress.epochs}  {'  '.join(figures)}  "
            f"{speed:,.0f} rows/s",
            go_on=self.go_on,
        )


class GentleStop:
    """The first Ctrl-C lets the epoch finish, so that nothing is lost; a second one stops at once.

    Used as a context manager around training and saving, and as a callback in training.

    asked  Ctrl-C was pressed
    doing  what is finished first, for the message
    """

    def __init__(self) -> None:
        self.asked = False
        self.doing = "finishing this epoch"

    def __enter__(self) -> GentleStop:
        self.before = signal.getsignal(signal.SIGINT)
        # Only the main thread may handle signals; a job in the background ignores this one.
        main = threading.current_thread() is threading.main_thread()
        self.listens = main and self.before not in (None, signal.SIG_IGN)
        if self.listens:
            signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(self, *exception: object) -> None:
        if self.listens:
            signal.signal(signal.SIGINT, self.before)

    def _on_interrupt(self, number: int, frame: Any) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        message = f"\npurenn: Ctrl-C: {self.doing}; press it again to stop at once"
        print(message, file=sys.stderr, flush=True)

    def __call__(self, progress: Progress) -> None:
        if self.asked:
            progress.stop()


def loss_name(model: Model) -> str:
    """What the loss of this model is called: that of scaled targets is in no units of theirs."""
    return "scaled loss" if model.loss_scale else "loss"


def shown(metrics: dict[str, float]) -> list[str]:
    """The metrics as people read them."""
    names = {"mean_squared_error": "mse", "mean_absolute_error": "mae"}
    return [
        f"{name} {value:.2%}" if name == "accuracy" else f"{names.get(name, name)} {value:.4g}"
        for name, value in metrics.items()
    ]


def clock(seconds: float) -> str:
    """Seconds as 0:05 or 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
