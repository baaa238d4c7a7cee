"""What `purenn train` shows while it runs, and how Ctrl-C ends it cleanly."""

from __future__ import annotations

import signal
import threading
from time import perf_counter

from purenn.cli import terminal
from purenn.cli.screen import columns, complain, say, say_fact
from purenn.progress import clock, measured, number, step_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.callbacks import EarlyStopping
    from purenn.storage import Model
    from purenn.training import Progress

__all__ = ["GentleStop", "Growth", "Reporter", "loss_name"]

PAUSE = 0.1  # seconds between two progress lines, at least
SILENCE = 60.0  # seconds after which an epoch has its line in any case


class Reporter:
    """A callback: a line for every n-th epoch; on a terminal, what is between is written over.

    rows      of the training data
    stopping  what may end the run early, which is told at its end
    loss      what the loss is called, such as "scaled loss" where the targets are scaled
    """

    def __init__(
        self, rows: int, stopping: EarlyStopping | None = None, *, loss: str = "loss"
    ) -> None:
        self.rows, self.stopping, self.loss = rows, stopping, loss
        self.watched = terminal.is_terminal()
        self.epoch_start = self.start = self.said = perf_counter()
        self.every, self.first = 1, 1  # a line for every n-th epoch, and for the first one
        self.shown, self.line = 0.0, ""  # when a line was written over; one that was not said
        self.growth = Growth()

    def begin(self, progress: Progress) -> None:
        """Before the first epoch of this run."""
        self.every = step_of(progress.epochs - progress.epoch)
        self.first = progress.epoch + 1

    def batch(self, progress: Progress) -> None:
        """After a batch: only for people."""
        now = perf_counter()
        if not self.watched or now - self.shown < PAUSE:
            return
        self.shown = now
        share = progress.batch / progress.batches
        done = progress.epoch + 1 - self.first + share
        left = (now - self.start) / done * (progress.epochs - progress.epoch - share)
        speed = share * self.rows / max(now - self.epoch_start, 1e-9)
        # The accuracy is that of the epoch before: a single batch says too little.
        figures = [f"{self.loss} {number(progress.batch_loss)}", *measured(progress.metrics)]
        terminal.show_line(
            f"epoch {progress.epoch + 1} of {progress.epochs}  {share:4.0%}  "
            f"{'  '.join(figures)}  {speed:,.0f} rows/s  {clock(left)} left"
        )

    def __call__(self, progress: Progress) -> None:
        """After an epoch."""
        now = perf_counter()
        speed = self.rows / max(now - self.epoch_start, 1e-9)
        self.line = epoch_line(progress, speed, self.loss)
        self.epoch_start = now
        ends = progress.epoch in (self.first, progress.epochs)
        if ends or progress.epoch % self.every == 0 or now - self.said > SILENCE:
            self._say()
        elif self.watched and now - self.shown >= PAUSE:
            self.shown = now
            terminal.show_line(self.line)
        if warning := self.growth.seen(progress.loss):
            self._say()
            rate = f"{progress.optimizer.learning_rate:g}"
            say_fact("", f"{warning}: lower the learning rate (--learning-rate, now {rate})")

    def end(self, progress: Progress) -> None:
        """After the last epoch: its line, and why it was the last."""
        self._say()
        if self.stopping is not None and (told := stopped_early(self.stopping, progress)):
            say_fact("", told)

    def _say(self) -> None:
        """The line of the last epoch, if it was not said yet."""
        if self.line:
            if self.watched:
                terminal.clear_line()
            say(self.line)
            self.said, self.line = perf_counter(), ""


def loss_name(model: Model) -> str:
    """What the loss of this model is called: that of scaled targets is in no units of theirs."""
    return "scaled loss" if model.loss_scale else "loss"


def epoch_line(progress: Progress, speed: float, name: str = "loss") -> str:
    """Loss and metrics of an epoch, with as many words as fit into a line."""
    width = columns() - 1  # a terminal may break the line after the last column
    wide = len(str(progress.epochs))
    epoch = f"epoch {progress.epoch:>{wide}} of {progress.epochs}"
    loss = f"{name} {number(progress.loss)}"
    full = short = [epoch, loss, *measured(progress.metrics)]
    least = [epoch, loss]
    if progress.history.validation_losses:
        below = f"{name} {number(progress.validation_loss)}"
        others = measured(progress.validation_metrics)
        full = [*full, "validation", below, *others]
        figures = "  ".join(part.split()[-1] for part in (below, *others))
        short = [*short, f"validation {figures}"]
        least = [*least, f"validation {below.split()[-1]}"]
    for parts in ([*full, f"{speed:,.0f} rows/s"], full, short, least):
        line = "  ".join(parts)
        if len(line) <= width:
            return line
    return line[:width]


def stopped_early(stopping: EarlyStopping, progress: Progress) -> str:
    """Whether the run was stopped for want of progress, and which weights it ends with."""
    epoch, best = progress.epoch, stopping.best_epoch
    which = "validation loss" if progress.history.validation_losses else "loss"
    waited, told = epoch - best, ""
    if progress.stopped and waited >= stopping.patience:
        told = (
            f"stopped early, after epoch {epoch} of {progress.epochs}: the {which} has not fallen "
            f"for {waited} epoch{'s' if waited > 1 else ''} (--patience {stopping.patience}); "
        )
    kept = f"the weights of epoch {best} are kept, with a {which} of {number(stopping.best_loss)}"
    return told + kept if waited else ""


class Growth:
    """Notices a loss that grows and grows, before it is no number any more; tells it once.

    A plateau goes up and down: a tenth more after five epochs, or ten times the first loss of
    all, is none.
    """

    PATIENCE = 5  # epochs
    SHARE, LEAP = 1.1, 10.0  # how many times the loss

    def __init__(self) -> None:
        self.rising: list[float] = []  # the last losses, each larger than the one before
        self.first: float | None = None
        self.told = False

    def seen(self, loss: float) -> str:
        """What to say of the loss of one more epoch; mostly nothing."""
        if self.rising and not loss > self.rising[-1]:
            self.rising.clear()
        self.rising.append(loss)
        self.first = loss if self.first is None else self.first
        epochs, lowest = len(self.rising) - 1, self.rising[0]
        slow = epochs >= self.PATIENCE and loss > self.SHARE * lowest
        fast = epochs >= 1 and loss > self.LEAP * self.first
        if self.told or self.first < 0.0 or lowest < 0.0 or not (slow or fast):
            return ""
        self.told = True
        for_ = f"for {epochs} epochs" if epochs > 1 else "in one epoch"
        return f"the loss has grown {for_}, from {lowest:.3g} to {loss:.3g}"


SIGNALS = {"SIGINT": "Ctrl-C", "SIGTERM": "SIGTERM", "SIGHUP": "the end of the terminal"}
HANGUP = getattr(signal, "SIGHUP", None)  # Windows has none
AGAIN = {signal.SIGINT: "; press it again to stop at once", HANGUP: ""}


class GentleStop:
    """The first Ctrl-C lets the epoch finish, so that nothing is lost; a second one stops at once.

    So does SIGTERM, and so does the end of the terminal (SIGHUP), which may come several times
    and counts once. Used as a context manager around training and saving, and as a callback in
    training.

    asked  Ctrl-C was pressed, or one of the others came; why: which, "Ctrl-C"
    code   the exit code for it: 128 + the number of the signal; 0 while none came
    doing  what is finished first, for the message
    """

    def __init__(self) -> None:
        self.asked = False
        self.why = ""
        self.code = 0
        self.doing = "finishing this epoch"
        self.before: dict[int, Any] = {}  # the handlers that were there

    def __enter__(self) -> GentleStop:
        # Only the main thread may handle signals.
        if threading.current_thread() is threading.main_thread():
            for number in (getattr(signal, name, None) for name in SIGNALS):
                if number is not None and _may_be_handled(number):
                    self.before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *exception: object) -> None:
        for signum, handler in self.before.items():
            if signum != HANGUP or self.code != 128 + signum:  # else one more is on its way
                signal.signal(signum, handler)

    def _on_signal(self, number: int, frame: Any) -> None:
        if self.asked:
            if number == signal.SIGINT or (number != HANGUP and self.code == 128 + number):
                raise KeyboardInterrupt
            return
        self.asked, self.code = True, 128 + number
        self.why = SIGNALS[signal.Signals(number).name]
        again = AGAIN.get(number, "; a second one stops at once")
        complain(f"{self.why}: {self.doing}{again}", below=True)

    def __call__(self, progress: Progress) -> None:
        if self.asked:
            progress.stop()


def _may_be_handled(number: int) -> bool:
    """Not what a job in the background is told to ignore, nor what a host program handles."""
    handler = signal.getsignal(number)
    if number == signal.SIGINT:
        return handler not in (None, signal.SIG_IGN)
    return handler is signal.SIG_DFL
