"""What `purenn train` shows while it runs, and how Ctrl-C ends it cleanly."""

from __future__ import annotations

import signal
import threading
from time import perf_counter

from purenn.cli import terminal
from purenn.cli.screen import columns, complain, say, say_fact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.callbacks import EarlyStopping
    from purenn.storage import Model
    from purenn.training import Progress

__all__ = ["GentleStop", "Growth", "Reporter", "every", "loss_name"]

PAUSE = 0.1  # seconds between two progress lines, at least
SILENCE = 60.0  # seconds after which an epoch has its line in any case
LINES = 20  # of a run, about


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
        self.every = every(progress.epochs - progress.epoch)
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
        figures = [f"{self.loss} {digits(progress.batch_loss)}", *shown(progress.metrics)]
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


def every(epochs: int) -> int:
    """1, 2, 5, 10, 20, 50, …: so that about 20 lines tell of so many epochs."""
    n = 1
    while epochs > n * LINES:
        n = n * 5 // 2 if str(n)[0] == "2" else n * 2
    return n


def epoch_line(progress: Progress, speed: float, name: str = "loss") -> str:
    """Loss and metrics of an epoch, with as many words as fit into a line."""
    width = columns() - 1  # a terminal may break the line after the last column
    wide = len(str(progress.epochs))
    epoch = f"epoch {progress.epoch:>{wide}} of {progress.epochs}"
    loss, measured = f"{name} {digits(progress.loss)}", shown(progress.metrics)
    full = short = [epoch, loss, *measured]
    least = [epoch, loss]
    if progress.history.validation_losses:
        below = f"{name} {digits(progress.validation_loss)}"
        others = shown(progress.validation_metrics)
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
    kept = f"the weights of epoch {best} are kept, with a {which} of {digits(stopping.best_loss)}"
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
        for number, handler in self.before.items():
            if number != HANGUP or self.code != 128 + number:  # else one more is on its way
                signal.signal(number, handler)

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


def shown(metrics: dict[str, float]) -> list[str]:
    """The metrics as people read them."""
    names = {"mean_squared_error": "mse", "mean_absolute_error": "mae"}
    return [
        f"{name} {value:.2%}" if name == "accuracy" else f"{names.get(name, name)} {value:.4g}"
        for name, value in metrics.items()
    ]


def digits(value: float) -> str:
    """Four decimals, or four digits where that would be too long or nothing."""
    return f"{value:.4f}" if 0.001 <= abs(value) < 10_000 or value == 0.0 else f"{value:.4g}"


def clock(seconds: float) -> str:
    """Seconds as 0:05 or 1:02:03."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
