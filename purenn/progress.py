"""How far a training run is, in a line for people.

    nn.train(…, callbacks=nn.ProgressLine())

In a terminal one line is written over again and again. Where nobody watches (a file, a pipe,
a notebook) there are plain lines, about twenty of them however many epochs there are.
"""

from __future__ import annotations

import os
import sys
from time import perf_counter

from purenn.checks import one_line, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from purenn.training import Progress

__all__ = ["ProgressLine", "clock", "epoch_line", "figures", "is_watched", "step_of"]

PAUSE = 0.1  # seconds between two looks of a line that is written over, at least
LINES = 20  # plain lines of a run, about
SHORT = {"mean_squared_error": "mse", "mean_absolute_error": "mae"}


class ProgressLine:
    """A callback that shows epoch, loss and metrics while `nn.train` runs.

    every  where nobody watches: a line every so many epochs, besides the first and the last;
           None: so many that there are about 20 lines
    file   where to write; None: standard output, as it is when the run begins

    A file that takes no more lines (a closed pipe, a full disk) ends the lines, not the run.
    Raises ArgumentError for an `every` that is not a whole number, 1 or more.
    """

    def __init__(self, every: int | None = None, file: TextIO | None = None) -> None:
        self.every = (
            None if every is None else whole(every, "ProgressLine: every", also=", or None")
        )
        self.file = file
        self._out: Any = None  # from begin to end
        self._watched = self._open = False
        self._step, self._first, self._told = 1, 0, 0
        self._start = self._shown = 0.0

    def begin(self, progress: Progress) -> None:
        """A run begins, or goes on."""
        self._out = sys.stdout if self.file is None else self.file
        self._watched, self._open = is_watched(self._out), False
        self._first = self._told = progress.epoch
        self._step = self.every or step_of(progress.epochs - progress.epoch)
        self._start, self._shown = perf_counter(), 0.0

    def batch(self, progress: Progress) -> None:
        """After a batch, for those who watch."""
        if self._watched and perf_counter() - self._shown >= PAUSE:
            share = progress.batch / progress.batches
            loss = f"loss {number(progress.batch_loss)}"
            head = f"epoch {progress.epoch + 1} of {progress.epochs}  {share:4.0%}"
            self._over("  ".join([head, loss, *measured(progress.metrics)]), progress, share)

    def __call__(self, progress: Progress) -> None:
        """After an epoch."""
        epoch = progress.epoch
        if self._watched:
            if perf_counter() - self._shown >= PAUSE:
                self._over(epoch_line(progress), progress, 0.0)
        elif epoch % self._step == 0 or epoch == self._first + 1:
            self._tell(progress)

    def end(self, progress: Progress) -> None:
        """The last epoch stays on the screen."""
        if self._watched:
            seconds = perf_counter() - self._start
            self._write(_fitted(f"{epoch_line(progress)}  {clock(seconds)}") + "\n")
        elif self._told != progress.epoch:
            self._tell(progress)
        self._out = None

    def broken_off(self, progress: Progress) -> None:
        """What tells of the error begins on a line of its own."""
        if self._open:
            self._write("\n")
        self._out = None

    def _over(self, text: str, progress: Progress, share: float) -> None:
        now = self._shown = perf_counter()
        done = progress.epoch + share - self._first
        left = (now - self._start) / max(done, 1e-9) * (progress.epochs - progress.epoch - share)
        self._write(_fitted(f"{text}  {clock(left)} left"))
        self._open = True

    def _tell(self, progress: Progress) -> None:
        self._told = progress.epoch
        self._write(f"{epoch_line(progress)}\n")

    def _write(self, text: str) -> None:
        try:
            if self._out is not None:
                _put(self._out, text)
        except (OSError, ValueError):  # nobody reads any more: that is no reason to stop training
            self._out, self._watched = None, False

    def __repr__(self) -> str:
        return "ProgressLine()" if self.every is None else f"ProgressLine({self.every})"


def is_watched(out: Any) -> bool:
    """True if a person is looking at this file, on a terminal that can write over a line."""
    try:
        return bool(out.isatty()) and os.environ.get("TERM") != "dumb"
    except (AttributeError, OSError, ValueError):  # None, no real file, or closed
        return False


def step_of(epochs: int) -> int:
    """Each how manieth of so many epochs is told: 1, 2, 5, 10, 20, 50 …"""
    step = 1
    while epochs > LINES * step:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


def epoch_line(progress: Progress) -> str:
    """The epoch, and what was measured in it: "epoch  5 of 10  loss 0.6931"."""
    head = f"epoch {progress.epoch:>{len(str(progress.epochs))}} of {progress.epochs}"
    return "  ".join([head, *figures(progress)])


def figures(progress: Progress) -> list[str]:
    """Loss and metrics of the last epoch, then those of the validation data."""
    history = progress.history
    if not history.losses:
        return []
    texts = [f"loss {number(progress.loss)}", *measured(progress.metrics)]
    if history.validation_losses:
        texts += ["validation", f"loss {number(progress.validation_loss)}"]
        texts += measured(progress.validation_metrics)
    return texts


def measured(metrics: dict[str, float]) -> list[str]:
    """The metrics as people read them."""
    return [
        f"{name} {value:.2%}"
        if name == "accuracy"
        else f"{SHORT.get(name, one_line(name))} {value:.4g}"
        for name, value in metrics.items()
    ]


def number(value: float) -> str:
    """Four digits behind the point, where these tell something."""
    return f"{value:.4f}" if value == 0.0 or 0.001 <= abs(value) < 1e6 else f"{value:.3g}"


def clock(seconds: float) -> str:
    """Seconds as 0:05 or 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _fitted(text: str) -> str:
    """The text as what stands on the current line from now on."""
    from shutil import get_terminal_size  # most runs show nothing

    width = max(get_terminal_size().columns - 1, 1)
    return "\r" + text[:width].ljust(width)


def _put(out: Any, text: str) -> None:
    """Write at once; where the encoding lacks a character, its number."""
    try:
        out.write(text)
    except UnicodeEncodeError:
        out.write(text.encode("ascii", "backslashreplace").decode())
    if hasattr(out, "flush"):
        out.flush()
