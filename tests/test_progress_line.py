"""What people see of a run in Python: the progress line, and Progress itself."""

import io
import sys
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn import progress as module
from purenn.backend import Backend
from purenn.errors import ArgumentError, NonFiniteError
from purenn.progress import clock, number, step_of

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0, 1, 1, 0]


class Terminal(io.StringIO):
    """Something that is watched."""

    def isatty(self) -> bool:
        return True


def train(line: Any, epochs: int = 3, backend: Any = "python", **changes: Any) -> nn.History:
    network = nn.Network(
        [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=0, backend=backend
    )
    arguments: dict[str, Any] = {
        "loss": nn.BinaryCrossEntropy(), "optimizer": nn.Adam(0.1), "metrics": "accuracy",
    }  # fmt: skip
    return nn.train(network, X, Y, epochs=epochs, callbacks=line, **(arguments | changes))


# --------------------------------------------------------------------- nobody watches


def test_plain_lines(backend: Backend, capsys: pytest.CaptureFixture[str]) -> None:
    history = train(nn.ProgressLine(), backend=backend, validation=(X, Y))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for place, line in enumerate(lines):
        assert line == (
            f"epoch {place + 1} of 3  loss {history.losses[place]:.4f}  "
            f"accuracy {history.metrics['accuracy'][place]:.2%}  validation  "
            f"loss {history.validation_losses[place]:.4f}  "
            f"accuracy {history.validation_metrics['accuracy'][place]:.2%}"
        )


def told(out: str) -> list[int]:
    """The epochs of the lines."""
    assert "\r" not in out
    return [int(line.split()[1]) for line in out.splitlines()]


@pytest.mark.parametrize("epochs", [1, 2, 19, 20, 21, 99, 450, 2000])
def test_the_lines_are_few_however_long_it_takes(epochs: int) -> None:
    out = io.StringIO()
    train(nn.ProgressLine(file=out), epochs)
    epochs_told = told(out.getvalue())
    assert len(epochs_told) <= 22
    assert epochs_told[0] == 1
    assert epochs_told[-1] == epochs
    assert epochs_told == sorted(set(epochs_told))


@pytest.mark.parametrize("epochs", [*range(1, 300), 10_000, 123_456, 10**9])
def test_steps_are_round_numbers(epochs: int) -> None:
    step = step_of(epochs)
    assert epochs / step <= 20
    assert step == 1 or epochs / step > 8 - 1e-9
    assert str(step).rstrip("0") in ("1", "2", "5")


def test_every_so_many_epochs() -> None:
    out = io.StringIO()
    train(nn.ProgressLine(every=4, file=out), 10)
    assert told(out.getvalue()) == [1, 4, 8, 10]


def test_a_run_that_goes_on_counts_from_its_beginning() -> None:
    out = io.StringIO()
    line = nn.ProgressLine(file=out)
    network = nn.Network([nn.Dense(2, 1), nn.Sigmoid()], seed=0)
    arguments: dict[str, Any] = {
        "loss": nn.BinaryCrossEntropy(), "optimizer": nn.SGD(0.1), "callbacks": line,
    }  # fmt: skip
    history = nn.train(network, X, Y, epochs=2, **arguments)
    nn.train(network, X, Y, epochs=2, history=history, **arguments)
    assert told(out.getvalue()) == [1, 2, 3, 4]
    assert "epoch 3 of 4" in out.getvalue()


def test_a_run_that_is_stopped_ends_with_its_last_epoch() -> None:
    out = io.StringIO()

    def stop(progress: nn.Progress) -> None:
        if progress.epoch == 37:
            progress.stop()

    train([nn.ProgressLine(file=out), stop], 1000)
    assert told(out.getvalue()) == [1, 37]


def test_standard_output_is_taken_when_the_run_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line, out = nn.ProgressLine(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    train(line)
    assert told(out.getvalue()) == [1, 2, 3]


class Refuses(io.StringIO):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(28, "full"), ValueError("closed")])
@pytest.mark.parametrize("kind", [Refuses, type("Watched", (Refuses, Terminal), {})])
def test_a_screen_that_is_gone_ends_no_training(
    error: Exception, kind: Callable[[Exception], Any]
) -> None:
    assert len(train(nn.ProgressLine(file=kind(error)), 5).losses) == 5


def test_no_screen_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    assert len(train(nn.ProgressLine(file=closed)).losses) == 3
    monkeypatch.setattr(sys, "stdout", None)
    assert len(train(nn.ProgressLine()).losses) == 3


def test_a_name_that_the_screen_cannot_show() -> None:
    def größe(backend: Any, P: Any, Y: Any) -> float:
        return 1.0

    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    train(nn.ProgressLine(file=out), metrics=größe)
    assert rb"gr\xf6\xdfe 1" in raw.getvalue()
    größe.__name__ = "a\x1b[2Jb"
    plain = io.StringIO()
    train(nn.ProgressLine(file=plain), metrics=größe)
    assert "\x1b" not in plain.getvalue()


# ---------------------------------------------------------------------- somebody watches


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("TERM", raising=False)


@pytest.mark.usefixtures("at_once")
def test_one_line_is_written_over() -> None:
    out = Terminal()
    history = train(nn.ProgressLine(file=out), 4, batch_size=2)
    text = out.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    looks = text.rstrip("\n").split("\r")[1:]
    assert {len(look) for look in looks} == {59}
    assert looks[0].startswith("epoch 1 of 4   50%  loss ")
    assert " left" in looks[0]
    last = looks[-1].rstrip()
    assert last.startswith(f"epoch 4 of 4  loss {history.losses[-1]:.4f}  accuracy ")
    assert last.endswith("  0:00")


@pytest.mark.usefixtures("at_once")
def test_a_narrow_terminal_gets_short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in ("1", "2", "20"):
        monkeypatch.setenv("COLUMNS", columns)
        out = Terminal()
        train(nn.ProgressLine(file=out))
        width = max(int(columns) - 1, 1)
        assert {len(look) for look in out.getvalue().strip("\n").split("\r")[1:]} == {width}


def test_what_is_watched_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look each tenth of a second, by a clock that goes on 1 ms a look at it."""
    ticks = iter(range(10**9))
    monkeypatch.setattr(module, "perf_counter", lambda: next(ticks) / 1000)
    monkeypatch.delenv("TERM", raising=False)
    out = Terminal()
    train(nn.ProgressLine(file=out), 1000)
    assert out.getvalue().count("\r") <= next(ticks) / 100 + 2


@pytest.mark.usefixtures("at_once")
def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    train(nn.ProgressLine(file=out), 10_000 // 100)
    assert len(told(out.getvalue())) == 21


@pytest.mark.usefixtures("at_once")
def test_an_error_begins_on_a_line_of_its_own() -> None:
    def fails(progress: nn.Progress) -> None:
        raise KeyboardInterrupt

    out = Terminal()
    line = nn.ProgressLine(file=out)
    with pytest.raises(KeyboardInterrupt):
        train([line, fails])
    assert out.getvalue().endswith("\n")
    assert out.getvalue().rstrip().endswith("left")
    out.truncate(0)
    with pytest.raises(NonFiniteError):
        train(line, 50, loss=nn.SumSquaredError(1e300), optimizer=nn.SGD(1e10))
    assert out.getvalue() == "" or out.getvalue().endswith("\n")
    plain = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        train([nn.ProgressLine(file=plain), fails])
    assert told(plain.getvalue()) == [1]


def test_callbacks_are_told_that_a_run_broke_off() -> None:
    calls: list[str] = []

    class Diary:
        def __call__(self, progress: nn.Progress) -> None:
            calls.append("epoch")
            if progress.epoch == 2:
                raise RuntimeError("enough")

        def end(self, progress: nn.Progress) -> None:
            calls.append("end")

        def broken_off(self, progress: nn.Progress) -> None:
            calls.append(f"broken off in epoch {progress.epoch}")

    with pytest.raises(RuntimeError, match="enough"):
        train(Diary())
    assert calls == ["epoch", "epoch", "broken off in epoch 2"]


def test_on_a_real_terminal(on_a_terminal: Callable[..., str]) -> None:
    program = (
        "import purenn as nn\n"
        "network = nn.Network([nn.Dense(1, 1)], seed=0)\n"
        "nn.train(network, [[1.0], [2.0]], [1.0, 2.0], loss=nn.MeanSquaredError(),"
        " optimizer=nn.SGD(0.01), epochs=3000, callbacks=nn.ProgressLine())\n"
    )
    seen = on_a_terminal(sys.executable, "-c", program, columns=50)
    looks = seen.replace("\r\n", "").split("\r")
    assert looks[-1].startswith("epoch 3000 of 3000  loss ")
    assert all(len(look) <= 49 for look in looks)


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2", True])
def test_an_every_that_is_refused(bad: Any) -> None:
    with pytest.raises(ArgumentError, match=r"ProgressLine: every is .*, must be a whole number"):
        nn.ProgressLine(every=bad)


def test_repr_of_the_line() -> None:
    assert repr(nn.ProgressLine()) == "ProgressLine()"
    assert repr(nn.ProgressLine(5)) == "ProgressLine(5)"


# ----------------------------------------------------------------------------- Progress


def test_progress_prints_itself(backend: Backend) -> None:
    seen: list[str] = []

    class Watch:
        def begin(self, progress: nn.Progress) -> None:
            seen.append(repr(progress))
            with pytest.raises(ArgumentError, match="no epoch is finished yet"):
                _ = progress.loss
            assert progress.metrics == {}

        def __call__(self, progress: nn.Progress) -> None:
            seen.append(repr(progress))
            seen.append(str(progress))

    history = train(Watch(), 1, backend=backend, validation=(X, Y))
    figures = (
        f"epoch 1 of 1  loss {history.losses[0]:.4f}  accuracy "
        f"{history.metrics['accuracy'][0]:.2%}  validation  "
        f"loss {history.validation_losses[0]:.4f}  accuracy "
        f"{history.validation_metrics['accuracy'][0]:.2%}"
    )
    assert seen == ["<Progress: epoch 0 of 1>", f"<Progress: {figures}>", figures]


@pytest.mark.parametrize(
    "value,text",
    [(0.0, "0.0000"), (0.69314718, "0.6931"), (1.5e-5, "1.5e-05"), (123456.789, "123456.7890"),
     (3.2e20, "3.2e+20"), (-0.5, "-0.5000"), (float("nan"), "nan"), (float("inf"), "inf")],
)  # fmt: skip
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_clock() -> None:
    assert [clock(s) for s in (0.2, 5, 65, 3723)] == ["0:00", "0:05", "1:05", "1:02:03"]
