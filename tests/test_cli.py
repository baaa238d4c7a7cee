"""The command line: exit codes, what it prints to whom, Ctrl-C, and bad options."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import purenn as nn
from purenn.cli import main, terminal

ROOT = Path(__file__).parent.parent
PURENN = [sys.executable, "-S", "-m", "purenn"]
CLEAN = {k: v for k, v in os.environ.items() if k != "PURENN_BACKEND"}


def purenn(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -S -m purenn …` in the checkout: no site-packages, so nothing but Python."""
    return subprocess.run(
        [*PURENN, *arguments],
        cwd=ROOT,
        env={**CLEAN, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


# ------------------------------------------------------------------------------ xor


def test_xor_runs_on_python_alone() -> None:
    done = purenn("xor")
    assert done.returncode == 0
    assert "backend  python (the default)" in done.stdout
    assert "XOR is learned" in done.stdout
    assert done.stdout.count(" learned\n") == 4
    assert "\r" not in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("tens", range(10))
def test_xor_is_learned_from_every_seed(tens: int, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(20 * tens, 20 * tens + 20):
        assert main(["xor", "--backend", "python", "--json", "--seed", str(seed)]) == 0
        result = json.loads(capsys.readouterr().out)
        assert result["seed"] == seed
        for prediction, target in zip(result["predictions"], [0, 1, 1, 0], strict=True):
            assert abs(prediction - target) < 0.05


def test_json_says_what_ran(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--hidden", "3", "--seed", "5", "--epochs", "7", "--learning-rate", "0.25"]
    code = main(["xor", "--backend", "python", "--json", *options])
    result = json.loads(capsys.readouterr().out)
    assert code == 1
    assert result["learned"] is False
    assert (result["backend"], result["why"]) == ("python", "the backend= argument")
    assert (result["hidden"], result["epochs"], result["learning_rate"]) == (3, 7, 0.25)
    assert len(result["losses"]) == 7
    assert result["targets"] == [0, 1, 1, 0]


def test_not_learned_is_exit_code_1_and_says_what_to_try() -> None:
    done = purenn("xor", "--epochs", "3")
    assert done.returncode == 1
    assert re.search(r"XOR is not learned: \d of 4 after 3 epochs", done.stdout)
    assert "--hidden" in done.stdout


def test_backends_agree(capsys: pytest.CaptureFixture[str]) -> None:
    predictions = []
    for name in nn.available_backends():
        assert main(["xor", "--json", "--backend", name]) == 0
        predictions.append(json.loads(capsys.readouterr().out)["predictions"])
    for other in predictions[1:]:
        assert other == pytest.approx(predictions[0], rel=1e-8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--hidden", "0"], "0 is below 1"),
        (["--epochs", "-4"], "-4 is below 1"),
        (["--epochs", "ten"], "'ten' is not a whole number"),
        (["--seed", "-1"], "-1 is not from 0 to 4294967295"),
        (["--learning-rate", "nan"], "nan is not a finite number above 0"),
        (["--learning-rate", "0"], "0 is not a finite number above 0"),
        (["--learning-rate", "fast"], "'fast' is not a number"),
    ],
)
def test_bad_options(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["xor", *options])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_loss_that_explodes_is_one_line_and_exit_code_1() -> None:
    done = purenn("xor", "--learning-rate", "1e308")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.search(r"purenn: epoch \d+, .*learning rate", done.stderr)


def test_unknown_backend_names_the_variable() -> None:
    done = purenn("xor", PURENN_BACKEND="pyhton")
    assert done.returncode == 2
    assert "PURENN_BACKEND=pyhton" in done.stderr
    assert "Did you mean 'python'?" in done.stderr


def test_numpy_missing_gives_the_command() -> None:
    done = purenn("xor", "--backend", "numpy")
    assert done.returncode == 2
    assert "python -m pip install -e . -e" in done.stderr


# --------------------------------------------------------------------- interruptions


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a child needs POSIX")
def test_ctrl_c_is_exit_code_130_and_one_line() -> None:
    child = subprocess.Popen(
        [*PURENN, "xor", "--epochs", "100000000"],
        cwd=ROOT,
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    while "epoch" not in child.stdout.readline():  # the first epoch is done: it is training
        pass
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert errors.strip() == "purenn: stopped with Ctrl-C"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close differently there")
def test_a_reader_that_stops_early_is_no_error() -> None:
    child = subprocess.Popen(
        [*PURENN, "xor"], cwd=ROOT, env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    child.wait(timeout=60)
    assert errors == b""


# ------------------------------------------------------------------------ a terminal


def test_a_terminal_gets_a_progress_line_and_a_curve(on_a_terminal: Callable[..., str]) -> None:
    text = on_a_terminal(*PURENN, "xor", columns=80)
    assert "\repoch" in text
    assert "█" in text
    assert "loss, epochs 1 to 1000" in text
    lines = text.replace("\r\n", "\n").split("\n")
    assert max(len(line.split("\r")[-1]) for line in lines) <= 80


def test_ascii_output_has_a_curve_too(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ascii:
        encoding = "ascii"

    monkeypatch.setattr(sys, "stdout", Ascii())
    text = terminal.curve([4.0, 2.0, 1.0], "loss")
    assert text.isascii()
    assert "#" in text


def test_curve_heights() -> None:
    lines = terminal.curve([1.0, 0.5, 0.0], "loss", height=2).splitlines()
    assert lines[0].split()[0] == "1"
    assert [line.rsplit(maxsplit=1)[-1] for line in lines[:2]] == ["│█", "│██"]
    assert lines[-1].strip() == "loss"


def test_curve_of_zeros_and_of_one_value() -> None:
    assert "0" in terminal.curve([0.0] * 5, "loss")
    assert "█" in terminal.curve([3.0], "loss")


# ------------------------------------------------------------- the other commands


def test_backends_lists_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backends"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^\*  python +3\.\d+\.\d+ +installed$", text, re.MULTILINE)
    assert "in force: python (the default)" in text


def test_backends_without_plugins_says_how_to_install_them() -> None:
    done = purenn("backends")
    assert done.returncode == 0
    assert re.search(r"numpy +- +not installed: python -m pip install", done.stdout)


def test_backends_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    done = purenn("backends", PURENN_BACKEND="python")
    assert "in force: python (the environment variable PURENN_BACKEND=python)" in done.stdout


def test_check_agrees_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    for name in nn.available_backends():
        assert main(["check", "--backend", name]) == 0
        text = capsys.readouterr().out
        assert "they agree" in text
        assert "All agree." in text
        worst = max(float(n) for n in re.findall(r"\d\.\de-\d\d", text.split("across")[1]))
        assert worst <= 1e-6


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert nn.__version__ in capsys.readouterr().out
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2


@pytest.fixture(autouse=True)
def _no_choice_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PURENN_BACKEND", raising=False)
