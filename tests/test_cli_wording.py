"""What the command line says: near names, defaults in the help, lines that fit, why a run ended."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from purenn.cli import main, terminal
from purenn.cli.progress import Growth
from purenn.data.messages import guess
from purenn.progress import step_of

IRIS = str(Path(__file__).parent.parent / "purenn" / "data" / "samples" / "iris.csv")
PURENN = [sys.executable, "-m", "purenn"]


@pytest.fixture
def complaint(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """Usage and message of a command line that is refused with exit code 2."""

    def complaint(*words: str) -> tuple[str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        assert stopped.value.code == 2
        out, err = capsys.readouterr()
        assert out == ""
        usage, _, message = err.rstrip("\n").rpartition("\n")
        return usage, message

    return complaint


@pytest.mark.parametrize(
    ("line", "prog", "message"),
    [
        ("trian iris.csv", "purenn", "there is no command 'trian'. Did you mean 'train'?"),
        ("Train iris.csv", "purenn", "there is no command 'Train'. Did you mean 'train'?"),
        ("pred --help", "purenn", "there is no command 'pred'. Did you mean 'predict'?"),
        ("zzz", "purenn", "there is no command 'zzz'."),
        ("--verison", "purenn", "there is no option '--verison'. Did you mean '--version'?"),
        ("--backend numpy xor", "purenn", "no option '--backend'. Options of a command stand"),
        ("train --epoch 5 d.csv", "purenn train", "'--epoch'. Did you mean '--epochs'?"),
        ("train --epoch", "purenn train", "'--epoch'. Did you mean '--epochs'?"),
        ("train d.csv --EPOCHS=5", "purenn train", "Did you mean '--epochs'?"),
        ("train d.csv --val 0.1", "purenn train", "Did you mean '--validation'?"),
        ("train d.csv -epochs 5", "purenn train", "Did you mean '--epochs'?"),
        ("train d.csv --qqqq", "purenn train", "there is no option '--qqqq'."),
        ("train d.csv more.csv", "purenn train", "unrecognized arguments: 'more.csv'"),
        ("train d.csv --optimizer Adma", "purenn train", "'Adma' (choose from adam, adamw, "),
        ("train d.csv --optimizer Adma", "purenn train", "Did you mean 'adam'?"),
        ("train d.csv --activation ReLU", "purenn train", "Did you mean 'relu'?"),
        ("train d.csv --epochs ten", "purenn train", "--epochs: 'ten' is not a whole number"),
        ("predict m.json d.csv --ouput o", "purenn predict", "Did you mean '--output'?"),
        ("evaluate m.json d.csv --jsno", "purenn evaluate", "Did you mean '--json'?"),
        ("summary m.json --jsno", "purenn summary", "there is no option '--jsno'."),
        ("explain --recrod r", "purenn explain", "Did you mean '--record'?"),
        ("check --sed 3", "purenn check", "Did you mean '--seed'?"),
        ("xor --hiden 3", "purenn xor", "Did you mean '--hidden'?"),
        ("backends --bakend x", "purenn backends", "Did you mean '--backend'?"),
    ],
)
def test_the_nearest_name_with_the_right_usage(
    complaint: Callable[..., tuple[str, str]], line: str, prog: str, message: str
) -> None:
    usage, said = complaint(*line.split())
    assert re.match(rf"usage: {prog} \[-h\]", usage)
    assert said.startswith(f"{prog}: error: ")
    assert message in said
    assert message.endswith("?") or not message.endswith(".") or said.endswith(message)


def test_no_option_is_abbreviated_or_mistaken(complaint: Callable[..., tuple[str, str]]) -> None:
    assert "Did you mean '--learning-rate'?" in complaint("xor", "--learning", "0.1")[1]
    assert "required: COMMAND" in complaint()[1]
    assert "required: DATA" in complaint("train")[1]
    assert "--seed: -1 is not from 0" in complaint("xor", "--seed", "-1")[1]


def test_a_name_that_begins_with_a_minus(refused: Callable[..., str], tmp_path: Path) -> None:
    """After -- nothing is an option; a column may be called so, given with =."""
    assert "there is no such file" in refused("train", "--", "--epoch")
    assert "no column is named '--x'" in refused("train", "--label=--x", IRIS)


def test_guesses_ignore_case() -> None:
    assert guess("height", ["Weight", "Height"]) == " Did you mean 'Height'?"
    assert guess("HEIGHT", ["weight", "height"]) == " Did you mean 'height'?"
    assert guess("sepallength", ["Sepal Length", "Sepal Width"]) == " Did you mean 'Sepal Length'?"
    assert guess("sep", ["SepalLength", "Species"]) == " Did you mean 'SepalLength'?"
    assert guess("s", ["seed", "save"]) == guess("", ["a"]) == guess("x" * 101, ["x" * 100]) == ""
    assert guess("straße", ["STRASSE"]) == " Did you mean 'STRASSE'?"


def test_the_help_tells_the_real_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("train", "xor", "check", "explain", "predict", "evaluate"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        text = re.sub(r"\s+", " ", capsys.readouterr().out)
        assert "None" not in text
        if command in ("train", "xor", "check"):
            assert "where the random draws start (default: 0)" in text
        if command == "train":
            assert "(default: about 3,000 steps, but 5 epochs at least)" in text


# -------------------------------------------------------------------------- epoch lines


def test_about_twenty_lines() -> None:
    assert [step_of(n) for n in (1, 20, 21, 40, 41, 100, 101, 200, 201, 1000)] == [
        *(1, 1, 2, 2, 5, 5, 10, 10, 20, 50)
    ]
    assert all(n / step_of(n) <= 20 for n in range(1, 5000))


def epochs_of(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"^epoch +(\d+) of", text, re.MULTILINE)]


def test_long_runs_print_every_nth_epoch(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = str(tmp_path / "m.json")
    options = ["--hidden", "2", "--batch-size", "150", "--save", path]
    assert main(["train", IRIS, "--epochs", "200", *options]) == 0
    assert epochs_of(capsys.readouterr().out) == [1, *range(10, 201, 10)]
    assert main(["train", IRIS, "--epochs", "33", "--resume", path, "--save", path]) == 0
    assert epochs_of(capsys.readouterr().out) == [201, *range(202, 233, 2), 233]


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("epochs", [3, 1_000_000])
def test_lines_fit(
    columns: int, epochs: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    options = ["--patience", "2", "--validation", "0.3", "--learning-rate", "2"]
    hidden = ["--hidden", "9,8,7,6", "--batch-size", "50"]
    assert main(["train", IRIS, "--epochs", str(epochs), *options, *hidden]) == 0
    text = capsys.readouterr().out.split("validation data:")[0]
    assert max(map(len, text.splitlines())) <= columns
    assert "validation" in text.split("training")[1] or columns == 40
    if columns != 100:  # where it depends on the digits
        assert ("rows/s" in text) == (columns == 200)


def test_plain_lines_on_a_terminal_that_can_only_print(
    on_a_terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    for command in (["train", IRIS, "--epochs", "30"], ["xor"], ["explain", "xor"]):
        text = on_a_terminal(*PURENN, *command, columns=80).replace("\r\n", "\n")
        assert "\r" not in text
        assert "\x1b" not in text
        assert "█" not in text
    assert not terminal.is_terminal()


# ------------------------------------------------------------------------ why it ended


def test_early_stopping_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--validation", "0.2", "--patience", "3", "--learning-rate", "0.1"]
    assert main(["train", IRIS, "--epochs", "300", *options]) == 0
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    told = re.search(
        r"epoch +(\d+) of 300 (?:(?!epoch).)* stopped early, after epoch (\d+) "
        r"of 300: the validation loss "
        r"has not fallen for 3 epochs \(--patience 3\); the weights of epoch (\d+) are kept, "
        r"with a validation loss of 0\.\d{4} ",
        text,
    )
    assert told is not None
    assert int(told[1]) == int(told[2]) == int(told[3]) + 3


def test_a_run_to_its_end_says_nothing_of_stopping(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", IRIS, "--epochs", "3", "--patience", "9"]) == 0
    assert "stopped" not in capsys.readouterr().out


def test_a_loss_that_grows_is_told_before_it_is_no_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--optimizer", "sgd", "--learning-rate", "50", "--epochs", "30"]
    assert main(["train", IRIS, *options]) == 1
    out, err = capsys.readouterr()
    said = re.findall(r"the loss has grown [^:]+: lower the learning\s+rate [^)]+now 50\)", out)
    assert len(said) == 1
    assert "the loss became" in err


def test_what_counts_as_growth() -> None:
    growth = Growth()
    told = [growth.seen(loss) for loss in (0.7, 0.5, 0.52, 0.6, 0.7, 0.9, 1.1, 2.0, 9.0)]
    assert told[:6] == [""] * 6
    assert told[6] == "the loss has grown for 5 epochs, from 0.5 to 1.1"
    assert told[7:] == ["", ""]
    growth = Growth()
    assert [growth.seen(loss) for loss in (0.7, 8.0)][1] == (
        "the loss has grown in one epoch, from 0.7 to 8"
    )
    for losses in (
        [0.5, 0.5001, 0.5002, 0.5003, 0.5004, 0.5005, 0.5006],  # a plateau
        [1.0, 0.9, 1.0, 0.9, 1.0, 0.9, 1.0, 0.9],
        [1.0, 1e-9, 1e-7, 1e-8],
        [-5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0],  # a loss of one's own
    ):
        growth = Growth()
        assert not any(growth.seen(loss) for loss in losses)


def test_backends_tell_of_threads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backends"]) == 0
    text = capsys.readouterr().out
    assert "OPENBLAS_NUM_THREADS=1" in text
    assert max(map(len, text.split("in force")[1].splitlines())) <= 80
