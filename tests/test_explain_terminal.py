"""`purenn explain` in a terminal and in a pipe: what it prints, how wide, in which colours."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import purenn as nn
from purenn.cli import main
from purenn.explain import Record, explain, terms
from purenn.explain.keys import PRESSED, decoded
from purenn.explain.numbers import aligned, digits, short_number
from purenn.explain.screen import Screen
from purenn.explain.stepper import walk_through
from purenn.explain.terminal import show_cell, show_op, show_overview
from purenn.explain.walking import HELP, Walk, guessed
from purenn.signs import clean, columns_of

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]
ESCAPE = "\x1b"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 2
    return capsys.readouterr().err


def record_of(*widths: int, rows: int = 4, steps: int = 2, **names: Any) -> Record:
    draw = nn.RandomState(0)
    layers = [layer for n, k in pairwise(widths) for layer in pair(n, k)]
    network = nn.Network([*layers[:-1], nn.Softmax()], seed=1)
    labels = [i % widths[-1] for i in range(rows)]
    return explain(
        network,
        draw.randn(rows, widths[0]),
        labels,
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        steps=steps,
        names=names,
        title="test",
    )


def pair(n: int, k: int) -> list[Any]:
    return [nn.Dense(n, k), nn.Tanh()]


class Pipe(io.StringIO):
    """A stream that can hold every sign."""

    encoding = "utf-8"


def shown(show: Callable[[Screen], None], **settings: Any) -> str:
    """What a function writes on a screen with these settings."""
    stream = Pipe()
    screen = Screen(stream)
    for name, value in settings.items():
        setattr(screen, name, value)
    show(screen)
    return stream.getvalue()


# ----------------------------------------------------------------------- what it says


def test_overview_lists_every_operation(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "xor").splitlines()
    assert lines[0] == "xor on python: 2 training steps, 36 operations, seed 42"
    assert "step 0, loss 0.5117" in lines
    assert "step 1, loss 0.5107" in lines
    first = next(line for line in lines if line.startswith("forward"))
    assert re.fullmatch(r"forward     0  \(4 × 2\)    Z1 = X @ W1 \+ b1 +layers\.py:\d+", first)
    assert sum(bool(re.search(r"\.py:\d+$", line)) for line in lines) == 36


def test_long_runs_are_cut_and_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "xor", "--steps", "9")
    assert "… 6 training steps left out" in text
    assert [line[:6] for line in text.splitlines() if line.startswith("step ")] == [
        *("step 0", "step 1", "step 8")
    ]


def test_an_operation_with_its_matrices(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "xor", "--op", "Z1")
    head, matrices = text.split("\n\n")
    assert head.startswith(
        "operation 0, step 0, forward, Dense 1 (2 → 2)\n"
        "Z1 = X @ W1 + b1\n"
        "Z1[i,j] = Σₖ X[i,k]·W1[k,j] + b1[j]\n"
    )
    assert re.search(r"purenn/layers\.py:\d+: return self\.backend\.linear\(X, self", head)
    assert matrices == (
        "X (4 × 2)     W1 (2 × 2)            b1 (1 × 2)     Z1 (4 × 2)\n"
        " 0  0      @   0.4967  −0.1383   +   0  0       =   0        0\n"
        " 0  1          0.6477   1.523                       0.6477   1.523\n"
        " 1  0                                               0.4967  −0.1383\n"
        " 1  1                                               1.144    1.385\n"
    )


def test_an_entry_term_by_term(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "xor", "--op", "dW1", "--cell", "1,0")
    assert "[0][1][0][1]" in text  # the row of X turned
    assert text.split("\n\n")[-1] == (
        "dW1[1,0]: row 1 belongs to x2\n"
        "  + X[0,1] · dZ1[0,0]  0 · −0.006377 =  0          sum 0\n"
        "  + X[1,1] · dZ1[1,0]   1 · 0.007504 =  0.007504   sum 0.007504\n"
        "  + X[2,1] · dZ1[2,0]   0 · 0.007631 =  0          sum 0.007504\n"
        "  + X[3,1] · dZ1[3,0]  1 · −0.004251 = −0.004251   sum 0.003253\n"
        "  = 0.003253   (all digits: 0.0032530063441529467)\n"
    )


def test_a_formula_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "xor", "--op", "1", "--cell", "1,0")
    assert "    e^−z         e^−0.6477 = 0.5233\n    σ     1 / (1 + 0.5233) = 0.6565\n" in text


def test_a_later_step_and_other_settings(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "--hidden", "3", "--seed", "7", "--op", "Z1", "--in-step", "1")
    assert "operation 18, step 1, forward, Dense 1 (2 → 3)" in text
    assert "b2 ← b2 − 0.5 · db2" in run(capsys, "xor", "--learning-rate", ".5", "--op", "b2")


@pytest.mark.parametrize("name", nn.available_backends())
def test_on_each_backend(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert f"xor on {name}:" in run(capsys, "xor", "--backend", name)


# ------------------------------------------------------------------------------ width


@pytest.mark.parametrize("width", [64, 80, 120])
@pytest.mark.parametrize("widths", [(2, 2), (4, 3, 3), (30, 20, 10), (784, 10, 10)])
def test_everything_fits_the_width(width: int, widths: tuple[int, ...]) -> None:
    record = record_of(*widths, rows=14, row_names=["a long name " * 9 + "🎉"] * 14)
    outputs = [shown(partial(show_overview, record), width=width)]
    for op in record.ops:
        m, n = record.arrays[op.output].shape
        cell = terms(record, op, m - 1, n - 1)
        outputs.append(shown(partial(show_op, record, op), width=width))
        outputs.append(shown(partial(show_op, record, op, cell=cell), width=width))
        outputs.append(shown(partial(show_cell, record, cell), width=width))
    wide = [line for text in outputs for line in text.splitlines() if columns_of(line) > width]
    assert not wide


def test_what_is_left_out_is_said() -> None:
    record = record_of(784, 10, 10)
    op = record.find("Z1")
    cell = terms(record, op, 1, 2)
    text = shown(partial(show_op, record, op, cell=cell))
    assert re.search(r"… 77\d columns left out, shown: \d+ \d+", text)
    assert "… 772 rows left out" in text
    assert "+ 770 smaller terms, together" in shown(partial(show_cell, record, cell))


def test_terms_that_are_shown_and_left_out_make_the_whole() -> None:
    record = record_of(40, 3)
    cell = terms(record, record.find("Z1"), 0, 0)
    text = shown(partial(show_cell, record, cell))
    lines = text.splitlines()
    values = [re.findall(r"(?:=|together) +(−?[\d.e−]+)", line) for line in lines if "  + " in line]
    total = sum(float(value.replace("−", "-")) for (value,) in values)
    assert total == pytest.approx(cell.result, abs=1e-3)
    assert text.count("sum") == 1  # with the bias, when all is there
    assert lines[-2].strip().startswith("+ b1")


# ----------------------------------------------------------------- colours and signs


class Terminal(Pipe):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def coloured(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    record = record_of(4, 3)
    show_op(record, record.find("Z1"), Screen(stream))
    return stream.getvalue()


def test_colour_by_sign_and_never_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    text = coloured(monkeypatch, TERM="xterm")
    negative = re.findall(r"\x1b\[38;5;74m(\S+)\x1b\[0m", text)
    positive = re.findall(r"\x1b\[38;5;173m(\S+)\x1b\[0m", text)
    assert negative
    assert positive
    assert all(number.startswith("−") for number in negative)
    assert not any(number.startswith("−") for number in positive)
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert plain == coloured(monkeypatch, NO_COLOR="1")


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    assert ESCAPE not in coloured(monkeypatch, **variables)


def test_no_colour_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert ESCAPE not in run(capsys, "xor", "--op", "Z1", "--cell", "0,1")


def test_an_encoding_without_the_signs_gets_plainer_ones() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "purenn", "explain", "xor", "--op", "dW1", "--cell", "1,0"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        encoding="ascii",
        check=True,
    )
    assert "dW1[i,j] = sum  X[k,i]*dZ1[k,j]" in done.stdout
    assert "X[3,1] * dZ1[3,0]  1 * -0.004251 = -0.004251   sum 0.003253" in done.stdout
    assert "?" not in done.stdout


def test_odd_names_cannot_steer_the_terminal() -> None:
    names = ["\x1b[31mred", "\u202eright", "</script>", "🎉 \u05d0"]
    record = record_of(4, 3, row_names=names, feature_names=names, label_names=["a", "b", "c"])
    for n, expected in enumerate(["�[31mred", "�right", "</script>", "🎉 \u05d0"]):
        cell = terms(record, record.find("P"), n, 1)
        text = shown(partial(show_cell, record, cell))
        assert f"P[{n},1]: row {n} is {expected}, column 1 is b\n" in text
        assert ESCAPE not in text
    assert clean("a\tb\nc") == "a�b�c"


def test_numbers_have_four_digits_and_a_true_minus() -> None:
    assert [digits(v) for v in (0.5, -0.0, -1.0, 12.3456, -1e-7, 123456.0, 1e300)] == [
        *("0.5000", "0", "−1", "12.35", "−1.000e−07", "1.235e+05", "1.000e+300")
    ]
    assert [digits(v) for v in (float("nan"), float("inf"), -float("inf"))] == ["NaN", "∞", "−∞"]
    assert [short_number(v) for v in (0.1, 3.0, 1e-8, -2.5)] == ["0.1", "3", "1e−08", "−2.5"]
    assert aligned([0.5, -12.0, 3.25]) == ["  0.5000", "−12     ", "  3.250 "]


# ----------------------------------------------------------------------------- walking


def walk() -> Walk:
    return Walk(record_of(2, 3, 3, rows=2))


def place(walk: Walk) -> tuple[int, int, int, int]:
    return walk.n, walk.i, walk.j, walk.k


def test_each_move_and_its_opposite() -> None:
    here = walk()
    for word, expected in [
        *(("next", (0, 0, 0, 1)), ("back", (0, 0, 0, 0)), ("cell", (0, 0, 1, 0))),
        *(("cell", (0, 0, 2, 0)), ("cell", (0, 1, 0, 0)), ("cell-", (0, 0, 2, 0))),
        *(("op", (1, 0, 0, 0)), ("op-", (0, 0, 0, 0)), ("step", (20, 0, 0, 0))),
        *(("step-", (0, 0, 0, 0)), ("end", (39, 0, 0, 0)), ("home", (0, 0, 0, 0))),
    ]:
        assert here.move(word)
        assert place(here) == expected, word


def test_terms_lead_into_the_next_entry_and_the_next_operation_and_back() -> None:
    here, seen = walk(), []
    while here.move("next"):
        seen.append(place(here))
    assert len(set(seen)) == len(seen)
    assert seen[-1][0] == len(here.record.ops) - 1
    for expected in reversed(seen[:-1]):
        assert here.move("back")
        assert place(here) == expected


def test_there_is_an_end_to_each_side() -> None:
    here = walk()
    for word in ("back", "cell-", "op-", "step-", "home"):
        assert not here.move(word)
    here.move("end")
    assert not here.move("op")
    assert not here.move("step")


def test_a_guess_is_told_how_close_it_was() -> None:
    assert guessed("0.4967", 0.49671) == "right: 0.4967"
    assert guessed("−0.5", -0.51).startswith("close: the value is −0.5100, you were 0.01000 off")
    assert guessed("1", 0.5) == "not yet: the value is 0.5000, you were 0.5000 off (100% of it)"
    assert guessed("x", 1.0) == "'x' is no number, such as −0.25; guess again"
    assert guessed("0,25", 0.25) == "right: 0.2500"
    assert guessed("0.5", -0.5).startswith("other sign: the value is −0.5000")
    assert guessed("0.0001", -2.87e-4).startswith("other sign")
    assert "no number" in guessed("inf", 1.0)


def test_words_walk_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["next", "", "predict 0.5", "op", "help", "play", "jump", "op-", "op-", "quit", "next"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(words)))
    text = run(capsys, "xor", "--step", "--op", "Z1", "--cell", "1,0")
    assert "[  ·   ]" in text
    assert "    2 more to come" in text
    assert "    1 more to come" in text
    assert "not yet: the value is 0.6477" in text
    assert all(line in text for line in HELP)
    assert "play needs a terminal" in text
    assert "unknown word 'jump'; there are next, back" in text
    assert text.count("there is nothing further that way") == 1
    assert ESCAPE not in text


@pytest.mark.parametrize(
    "sent, word",
    [
        *(("\x1b[C", "next"), ("\x1b[D", "back"), ("\x1b[1;2C", "cell"), ("\x1b[1;2D", "cell-")),
        *(("\x1b[1;5C", "op"), ("\x1b[1;5D", "op-"), ("\x1b[6~", "step"), ("\x1b[5~", "step-")),
        *(("\x1b[H", "home"), ("\x1b[F", "end"), (" ", "play"), ("p", "predict"), ("?", "help")),
        *(("q", "quit"), ("\x1b", "quit"), ("\x1b[24~", ""), ("x", "")),
    ],
)
def test_keys(sent: str, word: str) -> None:
    assert decoded(sent) == word


def test_keys_that_come_at_once_are_all_there() -> None:
    sent = "\x1b[C\x1b[1;5C\x1bOD p\x1b[6~"
    words = ["next", "op", "back", "play", "predict", "step"]
    assert [decoded(key) for key in PRESSED.findall(sent)] == words


class Pressed:
    """Keys that were pressed beforehand; "" is the end of a wait in which none was."""

    def __init__(self, *words: str, typed: str = "") -> None:
        self.words, self.typed = iter(words), typed
        self.waits: list[float | None] = []

    def __call__(self) -> "Pressed":
        return self

    def __enter__(self) -> "Pressed":
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def key(self, seconds: float | None) -> str:
        self.waits.append(seconds)
        return next(self.words)

    def line(self) -> str:
        return self.typed


def pressed(monkeypatch: pytest.MonkeyPatch, keys: Pressed) -> tuple[list[str], Walk]:
    """The screens that these keys bring up, and where they lead."""

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    stream, here = Terminal(), walk()
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("purenn.explain.stepper.Keys", keys)
    monkeypatch.setenv("NO_COLOR", "1")
    walk_through(here, Screen(stream))
    return stream.getvalue().split("\x1b[2J\x1b[H")[1:], here


def test_each_key_draws_the_screen_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, here = pressed(monkeypatch, Pressed("next", "back", "back", "op", "unknown", "quit"))
    assert "? lists the keys, Q leaves" in shown[0]
    assert "3 more to come" in shown[0]
    assert "2 more to come" in shown[1]
    assert "3 more to come" in shown[2]
    assert "there is nothing further that way" in shown[3]
    assert [screen.startswith("operation 1,") for screen in shown] == [False] * 4 + [True] * 2
    assert "nothing further" not in shown[5]
    assert here.n == 1


def test_play_goes_on_until_a_key_or_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Pressed("play", "", "", "play", "end", "play", *[""] * 9, "quit")
    _, here = pressed(monkeypatch, keys)
    assert here.n == len(here.record.ops) - 1
    assert keys.waits[:5] == [None, 0.8, 0.8, 0.8, None]
    assert keys.waits[-1] is None  # it stopped at the end by itself


def test_a_guess_by_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, here = pressed(monkeypatch, Pressed("predict", "help", "quit", typed="-7"))
    assert "Z1[0,0] = ? " in shown[1]
    assert "not yet: the value is" in shown[2]
    assert all(line in shown[3] for line in HELP)
    assert here.k == here.length
    assert "·" in shown[2].split("Z1[0,0]")[0]  # the entries after it are still to come
    slip, here = pressed(monkeypatch, Pressed("predict", "quit", typed="seven"))
    assert "'seven' is no number" in slip[2]
    assert here.k == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_keys_walk_on_a_terminal() -> None:
    import pty

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "purenn", "explain", "xor", "--step"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env={**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"},
    )
    os.close(follower)
    try:
        seen = until(leader, "Q leaves")
        for keys, expected in [
            ("\x1b[C", "2 more to come"),
            ("\x1b[1;5C", "operation 1,"),
            ("p", "= ?"),
            ("0.5\n", "right: 0.5000"),
            ("\x1b[6~", "operation 19,"),
            (" ", "1 more to come"),
            ("\x1b[H", "operation 0,"),
            ("?", "Enter goes on."),
            ("\n", "operation 0,"),
        ]:
            os.write(leader, keys.encode())
            seen = until(leader, expected)
        assert "\x1b[2J" in seen
        os.write(leader, b"q")
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)


def until(leader: int, expected: str) -> str:
    """What a terminal shows until this stands there."""
    import select

    seen = ""
    while expected not in re.sub(r"\x1b\[[\d;]*m", "", seen):
        assert select.select([leader], [], [], 20)[0], (expected, seen)
        seen += os.read(leader, 65536).decode(errors="replace")
    return seen


def test_mini_batches(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "xor", "--batch-size", "3", "--steps", "3")
    assert "epoch       0  (3 × 2)    X = rows " in text
    assert " of Y.all" in text
    assert re.search(r"L\.epoch = E1 \+ L +training\.py", text)
    text = run(capsys, "xor", "--batch-size", "1", "--steps", "2", "--op", "X", "--in-step", "1")
    assert "rows of" in text
    text = run(capsys, "xor", "--batch-size", "1", "--op", "Z1", "--cell", "0,0")
    (row,) = re.findall(r"X = rows (\d)", run(capsys, "xor", "--batch-size", "1", "--op", "0"))
    assert f"row 0 is {['0 xor 0', '0 xor 1', '1 xor 0', '1 xor 1'][int(row)]}" in text


# --------------------------------------------------------------------- files and models


@pytest.fixture
def model(tmp_path: Path) -> SimpleNamespace:
    """A model of three flowers with odd names, and its data."""
    data = tmp_path / "flowers.csv"
    data.write_text("a,b,kind\n1,2,</script>\n3,1,🎉\n2,2,</script>\n0.5,1,🎉\n1,1,🎉\n")
    network = nn.Network([nn.Dense(2, 2), nn.Softmax()], seed=1)
    saved = tmp_path / "flowers.json"
    labels = ["</script>", "🎉"]
    whole = nn.Model(network, label_names=labels, feature_names=["a", "b"], loss=nn.CrossEntropy())
    nn.save(saved, whole)
    return SimpleNamespace(path=str(saved), data=str(data), folder=tmp_path, model=whole)


def test_a_saved_model_on_rows_of_its_data(
    capsys: pytest.CaptureFixture[str], model: SimpleNamespace
) -> None:
    source = ("--model", model.path, "--data", model.data)
    text = run(capsys, *source, "--rows", "1:3", "--op", "P", "--cell", "0,1")
    assert "P[0,1]: row 0 is row 1, column 1 is 🎉" in text
    assert "X (4 × 2)" in run(capsys, *source, "--op", "Z1")
    assert "X (1 × 2)" in run(capsys, *source, "--rows", "4", "--op", "Z1")
    assert "b1 ← b1 − 0.1 · db1" in run(capsys, *source)


def test_a_run_that_was_saved_goes_on_with_its_optimizer(
    capsys: pytest.CaptureFixture[str], model: SimpleNamespace
) -> None:
    whole, optimizer = model.model, nn.Adam(0.05)
    data = ([[1.0, 2.0], [3.0, 1.0]], [0, 1])
    history = nn.train(whole.network, *data, loss=whole.loss, optimizer=optimizer, epochs=2)
    from purenn.storage import Run

    whole.run = Run(optimizer=optimizer, history=history)
    nn.save(model.path, whole)
    text = run(capsys, "--model", model.path, "--data", model.data)
    assert "optimizer Adam(0.05)" in text
    assert "W1.mean" in text
    text = run(capsys, "--model", model.path, "--data", model.data, "--learning-rate", "0.2")
    assert "optimizer Adam(0.2)" in text
    assert "W1.mean" in text


def test_json_is_the_record(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    text = run(capsys, "xor", "--json", str(path), "--steps", "1")
    assert text.split() == ["record", "written", "to", str(path)]
    data = json.loads(path.read_text(encoding="utf-8"))
    assert Record.from_dict(data).to_dict() == data
    assert (data["format"], data["version"], data["steps"]) == ("purenn record", 1, 1)


def test_a_record_is_read_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(tmp_path / "xor.json")
    run(capsys, "xor", "--hidden", "3", "--json", path)
    for arguments in ((), ("--op", "dW1", "--cell", "1,2"), ("--op", "W1", "--in-step", "1")):
        again = run(capsys, "--record", path, *arguments)
        assert again == run(capsys, "xor", "--hidden", "3", *arguments)
    page = str(tmp_path / "xor.html")
    assert "page written" in run(capsys, "--record", path, "--html", page)
    assert refused(capsys, "xor", "--record", path, "--batch-size", "2") == (
        "purenn: --record runs nothing: leave out xor and --batch-size\n"
    )
    Path(path).write_text("{}")
    assert "xor.json: this is no purenn record" in refused(capsys, "--record", path)


def test_bad_input(capsys: pytest.CaptureFixture[str], model: SimpleNamespace) -> None:
    source = ("--model", model.path, "--data", model.data)
    for arguments, message in [
        (("xor", "--rows", "2:9"), "--rows ends at 9, but xor has 4 rows: 0:4 at most"),
        ((*source, "--rows", "0:6"), "has 5 rows: 0:5 at most"),
        (("xor", "--op", "Q7"), "no operation 'Q7' in step 0; there are the numbers 0 to 35"),
        (("xor", "--op", "99"), "operation 99: there are 0 to 35"),
        (("xor", "--op", "0", "--in-step", "1"), "--in-step needs --op NAME"),
        (("xor", "--in-step", "1"), "--in-step needs --op NAME"),
        (("xor", "--op", "Z1", "--in-step", "5"), "step 5: there are 0 to 1"),
        (("xor", "--op", "Z1", "--cell", "7,0"), "Z1 has no entry 7,0: it is (4 × 2)"),
        (("xor", "--cell", "0,0"), "--cell needs --op"),
        (("xor", "--json", "/no/such/file.json"), "cannot be written: there is no folder"),
        (("xor", "--html", "/no/such/file.html"), "cannot be written: there is no folder"),
        (("xor", "--open"), "--open needs --html FILE"),
        (("nand",), "'nand' is not known; there is xor"),
        (("--data", model.data), "--data needs --model"),
        (("--model", model.path), "--model needs --data"),
        ((*source, "--seed", "1"), "--model brings its own network"),
        (("--model", "/no/model", "--data", "x"), "/no/model: there is no such file"),
        (("xor", "--steps", "100000"), "too large to record"),
    ]:
        assert message in refused(capsys, *arguments), arguments


def test_a_model_that_does_not_fit_the_data(
    capsys: pytest.CaptureFixture[str], model: SimpleNamespace
) -> None:
    other = model.folder / "other.csv"
    other.write_text("1,2,3,</script>\n3,1,2,🎉\n")
    assert "other.csv" in refused(capsys, "--model", model.path, "--data", str(other))
    other.write_text("a,b,kind\n1,2,unheard of\n")
    assert "unheard of" in refused(capsys, "--model", model.path, "--data", str(other))


def test_too_many_rows_and_force(
    capsys: pytest.CaptureFixture[str], model: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purenn.explain.run.LIMIT", 60)
    source = ("--model", model.path, "--data", model.data, "--rows", "0:5", "--steps", "1")
    message = refused(capsys, *source)
    assert "5 rows, 6 parameters and 1 step are" in message
    assert "about 62 numbers, more than 60; at most the first 4 rows would fit" in message
    assert "--force" in message
    assert "X (4 × 2)" in run(capsys, *source, "--rows", "0:4", "--op", "Z1")
    assert "X (5 × 2)" in run(capsys, *source, "--force", "--op", "Z1")


@pytest.mark.parametrize(
    "arguments",
    [("--rows", "3:1"), ("--rows", "x"), ("--rows", "2:"), ("--cell", "1"), ("--cell", "a,b")],
)
def test_arguments_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["explain", "xor", "--op", "Z1", *arguments])
    assert stopped.value.code == 2
    assert f"argument {arguments[0]}" in capsys.readouterr().err


def test_open_shows_the_page_in_a_browser(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import webbrowser

    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    path = tmp_path / "xor.html"
    assert "page written to" in run(capsys, "xor", "--html", str(path), "--open")
    assert opened == [path.as_uri()]
