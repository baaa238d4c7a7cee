"""Whatever happens to the screen: files are written, the exit code tells, nothing raises.

Also which signs reach it: in every encoding, and none that a terminal would obey.
"""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest

import purenn as nn
from purenn.cli import main, screen
from purenn.signs import clean, columns_of, plain
from purenn.storage import Model

ROOT = Path(__file__).parent.parent
IRIS = str(ROOT / "purenn" / "data" / "samples" / "iris.csv")
PURENN = [sys.executable, "-m", "purenn"]
HIDDEN = ("PURENN_BACKEND", "PYTHONIOENCODING", "PYTHONUTF8", "NO_COLOR", "COLUMNS")
CLEAN = {k: v for k, v in os.environ.items() if k not in HIDDEN}
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals need POSIX")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
FOR_EVER = ["train", IRIS, "--epochs", "100000000", "--hidden", "2"]
# A parent may have told its children to ignore Ctrl-C; these must hear it.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from purenn.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("models") / "iris.json"
    layers = [nn.Dense(4, 3), nn.Softmax()]
    names = ["setosa", "versicolor", "virginica"]
    network = nn.Network(layers, seed=1, backend="python")
    nn.save(path, Model(
        network, label_names=names, target_name="species", loss=nn.CrossEntropy(),
        feature_names=[f"{part} {side} (cm)" for part in ("sepal", "petal")
                       for side in ("length", "width")],
    ))  # fmt: skip
    return str(path)


def shell(command: str, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """Run by a shell; `$P` is Python, `$@` the arguments. Exit code, output, errors."""
    done = subprocess.run(
        ["bash", "-c", command, "bash", *arguments],
        cwd=ROOT, env={**CLEAN, "P": sys.executable, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


EVERY = {
    "xor": ["xor", "--epochs", "300"],
    "xor --json": ["xor", "--json"],
    "train": ["train", IRIS, "--epochs", "2"],
    "train --json": ["train", IRIS, "--epochs", "2", "--json"],
    "evaluate": ["evaluate", "MODEL", IRIS],
    "evaluate --json": ["evaluate", "MODEL", IRIS, "--json"],
    "predict": ["predict", "MODEL", IRIS],
    "summary": ["summary", "MODEL"],
    "explain": ["explain", "xor"],
    "explain --step": ["explain", "xor", "--step"],
    "backends": ["backends"],
    "help": ["train", "--help"],
    "version": ["--version"],
}
WAYS = {  # how the screen is lost, the exit code, and what standard error says
    ">/dev/full": (3, r"purenn: standard output: No space left on device; stopped\. Free some .*"),
    ">&-": (3, r"purenn: there is no standard output to print to, and no file .* asked for"),
    ">&- 2>&- <&-": (3, ""),
    ">/dev/full 2>/dev/full": (3, ""),
    "| true": (0, ""),
    "2>&1 | true": (0, ""),
}


@POSIX
@FULL
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("command", EVERY)
def test_every_command_without_a_screen(command: str, way: str, model: str) -> None:
    code, message = WAYS[way]
    words = [model if word == "MODEL" else word for word in EVERY[command]]
    redirected = f'set -o pipefail; "$P" -m purenn "$@" {way}'
    found, out, err = shell(redirected, *words)
    assert out == ""
    assert re.fullmatch(message, err.removesuffix("\n")), err
    assert found == code


WRITERS: dict[str, list[str]] = {
    "train": ["train", IRIS, "--epochs", "2", "--save", "FILE", "--report", "FILE2"],
    "train --json": ["train", IRIS, "--epochs=2", "--json", "--report", "FILE2", "--save", "FILE"],
    "train --report": ["train", IRIS, "--epochs", "2", "--report", "FILE"],
    "predict": ["predict", "MODEL", IRIS, "--output", "FILE"],
    "explain": ["explain", "xor", "--json", "FILE", "--html", "FILE2"],
}  # fmt: skip


@POSIX
@FULL
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("command", WRITERS)
def test_files_are_written_without_a_screen(
    command: str, way: str, model: str, tmp_path: Path
) -> None:
    """A full disk under the log is told by the code; a screen that nobody has asked for is not."""
    places = {"MODEL": model, "FILE": str(tmp_path / "a"), "FILE2": str(tmp_path / "b.html")}
    words = [places.get(word, word) for word in WRITERS[command]]
    found, _, err = shell(f'set -o pipefail; "$P" -m purenn "$@" {way}', *words)
    lost = "full" in way and command != "predict"  # which prints nothing
    assert found == (3 if lost else 0)
    assert "Traceback" not in err
    if lost and "2>" not in way:
        assert err == (
            "purenn: standard output: No space left on device; the run goes on without it\n"
        )
    for name in {"FILE", "FILE2"} & set(WRITERS[command]):
        assert Path(places[name]).stat().st_size > 1000


def test_no_streams_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """pythonw has None for them."""
    for name in ("stdout", "stderr", "stdin"):
        monkeypatch.setattr(sys, name, None)
    path = tmp_path / "m.json"
    assert main(["train", IRIS, "--epochs", "1", "--save", str(path)]) == 0
    assert main(["train", IRIS, "--epochs", "1"]) == 3
    assert main(["predict", model, IRIS]) == 3
    assert main(["predict", model, str(tmp_path / "none.csv")]) == 2
    assert main(["explain", "xor", "--step"]) == 3
    with pytest.raises(SystemExit):
        main(["train"])
    assert path.exists()


def test_closed_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        stream = io.StringIO()
        stream.close()
        monkeypatch.setattr(sys, name, stream)
    path = tmp_path / "m.json"
    assert main(["train", IRIS, "--epochs", "1", "--save", str(path)]) == 0
    assert main(["xor"]) == 3
    assert path.exists()


def test_a_stream_of_text_alone(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """A notebook's has no bytes under it."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["predict", model, IRIS]) == 0
    assert stream.getvalue().count("\n") == 151


def test_a_disk_that_is_full_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The log of a long run: its first lines are written, then no more."""

    class Disk(io.StringIO):
        encoding = "utf-8"

        def write(self, text: str) -> int:
            if self.tell() > 300:
                raise OSError(28, "No space left on device")
            return super().write(text)

    monkeypatch.setattr(sys, "stdout", Disk())
    path = tmp_path / "m.json"
    assert main(["train", IRIS, "--epochs", "9", "--save", str(path)]) == 3
    run = nn.load(path).run
    assert run is not None
    assert run.epochs == 9


def test_a_command_begins_with_a_new_screen(capsys: pytest.CaptureFixture[str]) -> None:
    screen.out.trouble = OSError(28, "No space left on device")
    assert main(["backends"]) == 0
    assert "in force" in capsys.readouterr().out


@POSIX
def test_a_file_does_not_take_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """Or the warnings of a C library would be written into the model."""
    program = (
        "import sys, os; from purenn.cli import main\n"
        "from purenn import files\n"
        "was = os.fsync\n"
        "def warn(number): was(number); os.write(2, b'WARNING of a C library')\n"
        "os.fsync = warn\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    path = tmp_path / "m.json"
    code, _, _ = shell(
        '"$P" -c "$@" >&- 2>&- <&-', program, "train", IRIS, "--epochs", "1", "--save", str(path)
    )
    assert code == 0
    assert b"WARNING" not in path.read_bytes()
    nn.load(path)


# ---------------------------------------------------------------------------- signals


@POSIX
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("merged", [True, False])
def test_a_signal_whose_screen_is_gone_saves_the_model(
    tmp_path: Path, number: str, merged: bool
) -> None:
    """`train … --save m.json 2>&1 | tee log`, where the Ctrl-C ends tee as well."""
    path, page = tmp_path / "m.json", tmp_path / "page.html"
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *FOR_EVER, "--save", str(path), "--report", str(page)],
        cwd=ROOT, env=CLEAN, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    while not child.stdout.readline().startswith("epoch"):
        assert child.poll() is None
    child.stdout.close()
    if child.stderr is not None:
        child.stderr.close()
    which = getattr(signal, number)
    child.send_signal(which)
    assert child.wait(timeout=60) == 128 + which
    run = nn.load(path).run
    assert run is not None
    assert run.optimizer.steps == 5 * run.epochs
    assert page.exists()


TERMINAL = """
import os
os.open(os.ttyname(1), os.O_RDWR)  # it is this session's terminal now
"""


@POSIX
def test_a_terminal_that_is_closed_saves_the_model(tmp_path: Path) -> None:
    import pty

    path = tmp_path / "m.json"
    leader, follower = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", TERMINAL + PROGRAM, *FOR_EVER, "--save", str(path)],
        cwd=ROOT, env=CLEAN, stdin=follower, stdout=follower, stderr=follower,
        start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    seen = b""
    while b"epoch" not in seen:
        seen += os.read(leader, 4096)
    os.close(leader)
    assert child.wait(timeout=60) == 128 + signal.SIGHUP
    assert nn.load(path).run is not None


@POSIX
def test_hanging_up_counts_once() -> None:
    """The system and the shell both send it; Ctrl-C, and SIGTERM twice, stop at once."""
    from purenn.cli.progress import GentleStop

    before = [signal.getsignal(n) for n in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)]
    try:
        with GentleStop() as stopper:
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGTERM)
            assert (stopper.asked, stopper.code) == (True, 129)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGHUP)  # one more is on its way
        signal.signal(signal.SIGHUP, before[0])
        with GentleStop() as stopper:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGHUP)
            assert (stopper.why, stopper.code) == ("SIGTERM", 143)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
        after = [signal.getsignal(n) for n in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)]
        assert after == before
    finally:
        signal.signal(signal.SIGHUP, before[0])


def test_a_handler_may_complain_in_the_middle_of_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python refuses a write to a stream that is being written to."""

    class Busy(io.StringIO):
        def write(self, text: str) -> int:
            raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")

    monkeypatch.setattr(sys, "stderr", Busy())
    screen.begin()
    screen.complain("Ctrl-C")
    assert screen.err.trouble is None


# -------------------------------------------------------------------------- encodings

CAT, DOG = "猫", "犬"
NARROW: dict[str, dict[str, str]] = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "utf-16": {"PYTHONIOENCODING": "utf-16"},
    "C": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
}


def named_model(path: Path, *names: str) -> tuple[str, str]:
    """A model of two classes with these names, and rows of both."""
    network = nn.Network([nn.Dense(1, 2), nn.Softmax()], seed=0, backend="python")
    nn.save(path / "m.json", Model(
        network, label_names=list(names), feature_names=["x"], target_name="kind",
        loss=nn.CrossEntropy(),
    ))  # fmt: skip
    with open(path / "d.csv", "w", encoding="utf-8", newline="") as file:
        rows: list[list[object]] = [["x", "kind"], *([k - 5.5, names[k % 2]] for k in range(12))]
        csv.writer(file).writerows(rows)
    return str(path / "m.json"), str(path / "d.csv")


def raw(*arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PURENN, *arguments], cwd=ROOT, env={**CLEAN, **variables}, capture_output=True,
        timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", NARROW)
def test_data_for_programs_is_utf_8(encoding: str, tmp_path: Path) -> None:
    model, data = named_model(tmp_path, CAT, DOG)
    variables = NARROW[encoding]
    done = raw("predict", model, data, **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    assert raw("predict", model, data, "--output", str(tmp_path / "o.csv")).returncode == 0
    assert done.stdout == (tmp_path / "o.csv").read_bytes()
    lines = done.stdout.decode("utf-8").split("\n")
    assert lines[0] == f"kind,p({CAT}),p({DOG})"
    done = raw("evaluate", model, data, "--json", **variables)
    assert json.loads(done.stdout.decode("ascii"))["classes"]["names"] == [CAT, DOG]
    done = raw("train", data, "--epochs", "1", "--json", **variables)
    assert json.loads(done.stdout.decode("ascii"))["result"]["rows"] == 12


@pytest.mark.parametrize("encoding", [name for name in NARROW if name != "utf-16"])
def test_names_stay_different_on_every_screen(encoding: str, tmp_path: Path) -> None:
    model, data = named_model(tmp_path, CAT, DOG)
    for command in (["evaluate", model, data], ["summary", model], ["train", data, "--epochs=1"]):
        done = raw(*command, **NARROW[encoding])
        assert (done.returncode, done.stderr) == (0, b"")
        if command[0] != "train" or b"\\u" in done.stdout:
            assert b"\\u732b" in done.stdout
            assert b"\\u72ac" in done.stdout
        assert b"?" not in done.stdout
    done = raw("explain", "--model", model, "--data", data, "--op", "P", "--cell", "0,1",
               **NARROW[encoding])  # fmt: skip
    assert b"\\u72ac" in done.stdout
    done = raw("summary", str(tmp_path / f"{CAT}.json"), **NARROW[encoding])
    assert done.returncode == 2
    assert encoding == "C" or b"\\u732b.json" in done.stderr  # C: names of files are bytes


def terminal(*arguments: str, **variables: str) -> tuple[int, str]:
    """On a terminal of 80 columns: the exit code, and what it shows (errors, too)."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals need POSIX")
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [*PURENN, *arguments], cwd=ROOT, env={**CLEAN, "COLUMNS": "80", **variables},
        stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    with suppress(OSError):  # Linux says so when the other end is closed
        while piece := os.read(ours, 4096):
            seen += piece
    os.close(ours)
    return child.wait(timeout=60), seen.decode().replace("\r\n", "\n")


@POSIX
@pytest.mark.parametrize("encoding", [name for name in NARROW if name != "utf-16"])
def test_a_terminal_that_lacks_a_name_is_told_of_output(encoding: str, tmp_path: Path) -> None:
    model, data = named_model(tmp_path, CAT, DOG)
    code, text = terminal("predict", model, data, **NARROW[encoding])
    assert code == 2
    assert text.startswith("purenn: this terminal (")
    assert "\\u732b" in text
    assert "--output FILE" in text
    assert text.count("\n") == 1
    code, text = terminal("predict", model, data, PYTHONIOENCODING="utf-8")
    assert code == 0
    assert text.startswith(f"kind,p({CAT}),p({DOG})\n")


# -------------------------------------------------------------------- signs and names

# ESC, BEL, backspace, DEL, C1 (CSI), marks of direction, separators of lines and paragraphs.
STEERING = [
    *("\x1b", "\x07", "\x08", "\x7f", "\x9b", "\u202e", "\u200f", "\u2066", "\u061c"),
    *("\u2028", "\u2029", "\x00", "\r", "\x85"),
]


def steers(text: str) -> list[str]:
    """The signs of the text that a terminal would obey."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]


@pytest.mark.parametrize("sign", [c for c in STEERING if c not in "\x00\r"])
def test_names_cannot_steer_the_terminal(sign: str, tmp_path: Path) -> None:
    """In classes and columns, in everything that people read; programs get it as it is."""
    names = [f"a{sign}[31mb", f"{sign}c"]
    network = nn.Network([nn.Dense(1, 2), nn.Softmax()], seed=0, backend="python")
    path = str(tmp_path / "m.json")
    nn.save(path, Model(network, label_names=names, feature_names=[f"x{sign}x"],
                        target_name=f"k{sign}k", loss=nn.CrossEntropy()))  # fmt: skip
    data = tmp_path / "d.csv"
    with open(data, "w", encoding="utf-8", newline="") as file:
        rows: list[list[object]] = [
            [f"x{sign}x", f"k{sign}k"],
            *([k - 5.5, names[k % 2]] for k in range(12)),
        ]
        csv.writer(file).writerows(rows)
    for command in (
        ["summary", path],
        ["evaluate", path, str(data)],
        ["train", str(data), "--epochs", "1", "--class-weight", "balanced"],
        ["explain", "--model", path, "--data", str(data), "--op", "P", "--cell", "0,1"],
        ["train", str(data), "--label", f"nothing{sign}"],
        ["train", str(tmp_path / f"no{sign}file.csv")],
        ["summary", str(tmp_path / f"no{sign}file.json")],
        ["train", str(data), f"--no{sign}option"],
        ["train", str(data), "--optimizer", f"ad{sign}am"],
        [f"tra{sign}in"],
        ["xor", "--backend", f"num{sign}py"],
        ["xor", "--epochs", f"1{sign}"],
        ["explain", f"x{sign}or"],
        ["explain", "xor", "--op", f"Z{sign}"],
    ):
        done = raw(*command, PYTHONIOENCODING="utf-8")
        assert b"Traceback" not in done.stderr
        assert steers((done.stdout + done.stderr).decode("utf-8")) == [], command
    done = raw("predict", path, str(data), PYTHONIOENCODING="ascii")
    header = next(csv.reader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
    assert header == [f"k{sign}k", *(f"p({name})" for name in names)]


@POSIX
def test_a_terminal_does_not_get_data_that_steers_it(tmp_path: Path) -> None:
    model, data = named_model(tmp_path, "a\x1b[31m", "b")
    code, text = terminal("predict", model, data, PYTHONIOENCODING="utf-8")
    assert code == 2
    assert "\x1b" not in text
    assert "'p(a\\x1b'" in text
    assert "--output FILE" in text


def test_a_plugins_error_is_cleaned(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise nn.errors.BackendError("bad \x1b[31m\x07 plugin\nand \u202e more")

    monkeypatch.setattr("purenn.cli.xor.choose_backend", fail)
    assert main(["xor"]) == 2
    assert capsys.readouterr().err == "purenn: bad �[31m� plugin and � more\n"


def test_class_tables_in_python_are_clean() -> None:
    report = nn.metrics.ClassReport([0, 1], [0, 1], ["a\x1b[2J\nb", "c\x08"])
    assert "a�[2J�b" in str(report)
    assert steers(str(report) + report.confusion()) == []
    assert report.to_dict()["names"] == ["a\x1b[2J\nb", "c\x08"]


def test_clean_keeps_what_people_write() -> None:
    persian = "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    kept = f"naïve 猫 {persian} 👩\u200d🔬 10\u00a0000 − ²"
    assert clean(kept) == kept
    assert clean("".join(STEERING)) == "�" * len(STEERING)
    assert clean("\udcff") == "�"


def test_plain_signs() -> None:
    assert plain("W → x²", "ascii") == "W -> x^2"
    assert plain("W → x²", "utf-8") == "W → x²"
    assert plain(f"{CAT} × {DOG}", "latin-1") == "\\u732b x \\u72ac"
    assert plain("é", "cp1252") == "é"
    assert columns_of("猫a") == 3


def test_commands_print_through_the_screen_alone() -> None:
    for path in sorted((ROOT / "purenn" / "cli").glob("*.py")):
        if path.name != "screen.py":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?<![\w.])print\(|sys\.std(out|err)", text), path
