"""`purenn train`: what it learns, what it prints to whom, what it saves, and what it refuses."""

import gzip
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn.cli import main
from purenn.data import load_iris

ROOT = Path(__file__).parent.parent
IRIS = str(ROOT / "purenn" / "data" / "samples" / "iris.csv")
CLEAN = {k: v for k, v in os.environ.items() if k != "PURENN_BACKEND"}
# A parent may have told its children to ignore Ctrl-C; these must hear it.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from purenn.cli import main
sys.exit(main(sys.argv[1:]))
"""
BACKENDS = nn.available_backends()
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals need POSIX")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process: exit code, what it printed, what it complained."""

    def run(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stopped:  # argparse refuses an option
            code = int(str(stopped.code))
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def trained(run: Run) -> Callable[..., dict[str, Any]]:
    """`purenn train … --json`, which must succeed: the object that it prints."""

    def trained(*arguments: object) -> dict[str, Any]:
        code, out, err = run("train", *arguments, "--json")
        assert (code, err) == (0, "")
        assert out.count("\n") == 1
        result: dict[str, Any] = json.loads(out)
        return result

    return trained


def write_csv(path: Path, rows: list[list[object]], *header: str) -> Path:
    lines = [",".join(map(str, row)) for row in ([list(header)] if header else []) + rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def two_kinds(count: int = 40, seed: int = 3) -> list[list[object]]:
    """Rows a, b, word: "high" where a + b > 0."""
    points = nn.RandomState(seed).randn(count, 2)
    return [[a, b, "high" if a + b > 0 else "low"] for a, b in points]


def line_far_away(count: int = 60, seed: int = 4) -> list[list[object]]:
    """Rows a, b, y with y = 5000 + 300 a − 200 b."""
    points = nn.RandomState(seed).randn(count, 2)
    return [[a, b, 5000.0 + 300.0 * a - 200.0 * b] for a, b in points]


def idx(numbers: bytes, *shape: int) -> bytes:
    """An IDX file of bytes, as its format says."""
    return bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape) + numbers


def write_images(folder: Path, *, packed: bool = False, test: bool = True) -> Path:
    """A folder of 4 × 4 pictures of three classes: the row of pixels that is lit."""
    folder.mkdir()
    draw = nn.RandomState(6)
    for part, count in (("train", 60), ("t10k", 21))[: 2 if test else 1]:
        labels = bytes(k % 3 for k in range(count))
        pixels = b"".join(
            bytes((200 + noise % 56 if place // 4 == label else noise % 30) for place, noise in
                  enumerate(draw.randint(1000, size=16)))
            for label in labels
        )  # fmt: skip
        for name, data in (
            (f"{part}-images-idx3-ubyte", idx(pixels, count, 4, 4)),
            (f"{part}-labels-idx1-ubyte", idx(labels, count)),
        ):
            (folder / (name + ".gz" if packed else name)).write_bytes(
                gzip.compress(data) if packed else data
            )
    return folder


@pytest.fixture
def kinds(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "kinds.csv", two_kinds(), "a", "b", "kind")


# -------------------------------------------------------------------------- what it learns


def test_iris_with_words_as_labels(trained: Any) -> None:
    result = trained(IRIS, "--epochs", 60, "--learning-rate", 0.01)
    assert result["task"] == "classification"
    assert result["judged_on"] == "training data"
    assert result["epochs"] == len(result["losses"]) == 60
    assert result["losses"][-1] < result["losses"][0]
    assert result["result"]["accuracy"] > 0.95
    assert result["result"]["rows"] == 150
    assert result["result"]["classes"]["names"] == ["setosa", "versicolor", "virginica"]
    assert result["interrupted"] is False
    assert result["best_epoch"] is None


def test_numbers_as_labels(trained: Any, tmp_path: Path) -> None:
    rows = [[a, b, 7 if kind == "high" else 3] for a, b, kind in two_kinds()]
    result = trained(write_csv(tmp_path / "n.csv", rows), "--epochs", 30, "--learning-rate", 0.02)
    assert result["task"] == "classification"
    assert result["result"]["classes"]["names"] == ["3", "7"]
    assert result["result"]["accuracy"] > 0.95


def test_a_regression_far_from_0_comes_back_in_its_units(trained: Any, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "far.csv", line_far_away(), "a", "b", "price")
    result = trained(path, "--epochs", 60, "--learning-rate", 0.01, "--save", tmp_path / "m.json")
    assert result["task"] == "regression"
    assert list(result["metrics"]) == ["mean_absolute_error"]
    assert result["result"]["r2"] > 0.99
    assert 0 < result["result"]["mean_absolute_error"] < 50  # of prices about 5000 ± 360
    assert 100 < result["metrics"]["mean_absolute_error"][0] < 1000  # in the same units
    model = nn.load(tmp_path / "m.json")
    assert model.target_name == "price"
    assert model.target_scaler is not None


def test_a_linear_regression_has_no_hidden_layer(trained: Any, tmp_path: Path) -> None:
    """Without a bend in it the network finds the line itself."""
    path = write_csv(tmp_path / "far.csv", line_far_away(), "a", "b", "price")
    result = trained(
        path, "--hidden", 0, "--epochs", 40, "--optimizer", "sgd", "--save", tmp_path / "m.json"
    )
    assert result["result"]["r2"] > 1 - 1e-9
    assert [repr(layer) for layer in nn.load(tmp_path / "m.json").network.layers] == ["Dense(2, 1)"]


def test_whole_numbers_can_be_values(trained: Any, tmp_path: Path) -> None:
    rows: list[list[object]] = [[k, k % 7, k % 3] for k in range(30)]
    path = write_csv(tmp_path / "whole.csv", rows, "a", "b", "y")
    assert trained(path, "--epochs", 1)["task"] == "classification"
    assert trained(path, "--epochs", 1, "--task", "regression")["task"] == "regression"


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_of_images(trained: Any, tmp_path: Path, packed: bool) -> None:
    folder = write_images(tmp_path / "pictures", packed=packed)
    result = trained(folder, "--epochs", 15, "--learning-rate", 0.01, "--save", tmp_path / "m.json")
    assert result["judged_on"] == "test data"
    assert result["result"]["rows"] == 21
    assert result["result"]["accuracy"] == 1.0
    model = nn.load(tmp_path / "m.json")
    assert model.image_shape == (4, 4)
    assert model.scaler is None  # pixels lie between 0 and 1
    assert model.label_names == ["0", "1", "2"]


def test_a_folder_without_a_test_part(trained: Any, tmp_path: Path) -> None:
    folder = write_images(tmp_path / "pictures", test=False)
    assert trained(folder, "--epochs", 1)["judged_on"] == "training data"
    result = trained(folder, "--epochs", 1, "--validation", 0.2)
    assert result["judged_on"] == "validation data"
    assert result["result"]["rows"] == 12


# ------------------------------------------------------------------------- its options


def test_a_test_file(trained: Any, kinds: Path, tmp_path: Path) -> None:
    """Its columns may stand in another order, and others among them."""
    rows = [[kind, "x", b, a] for a, b, kind in two_kinds(25, seed=9)]
    other = write_csv(tmp_path / "test.csv", rows, "kind", "more", "b", "a")
    result = trained(
        kinds, "--label", "kind", "--test", other, "--epochs", 30, "--learning-rate", 0.02
    )
    assert result["judged_on"] == "test data"
    assert result["result"]["rows"] == 25
    assert result["result"]["accuracy"] > 0.85


@pytest.mark.parametrize("label", ["kind", "0", "-3"])
def test_the_label_by_name_and_by_number(
    trained: Any, kinds: Path, tmp_path: Path, label: str
) -> None:
    rows = [[kind, a, b] for a, b, kind in two_kinds()]
    first = write_csv(tmp_path / "first.csv", rows, "kind", "a", "b")
    result = trained(first, f"--label={label}", "--epochs", 2)
    assert result["losses"] == trained(kinds, "--epochs", 2)["losses"]


def test_validation_rows_are_kept_out_of_training(trained: Any, kinds: Path) -> None:
    result = trained(kinds, "--validation", 0.25, "--epochs", 3)
    assert result["judged_on"] == "validation data"
    assert result["result"]["rows"] == 10
    assert len(result["validation_losses"]) == 3
    assert len(result["validation_metrics"]["accuracy"]) == 3
    assert result["validation_metrics"]["accuracy"][-1] == result["result"]["accuracy"]


def test_rows(trained: Any, tmp_path: Path, kinds: Path) -> None:
    few = write_csv(tmp_path / "few.csv", two_kinds()[:20], "a", "b", "kind")
    result = trained(kinds, "--rows", 20, "--epochs", 3)
    assert result["losses"] == trained(few, "--epochs", 3)["losses"]
    assert result["result"]["rows"] == 20


@pytest.mark.parametrize(
    "how,kind", [("none", None), ("standard", "standard"), ("minmax", "min_max")]
)
def test_scale(trained: Any, kinds: Path, tmp_path: Path, how: str, kind: str | None) -> None:
    trained(kinds, "--scale", how, "--epochs", 1, "--save", tmp_path / "m.json")
    scaler = nn.load(tmp_path / "m.json").scaler
    assert (scaler.kind if scaler else None) == kind


def test_the_scaler_is_fitted_on_the_training_part_only(
    trained: Any, kinds: Path, tmp_path: Path
) -> None:
    trained(
        kinds, "--scale", "minmax", "--validation", 0.5, "--epochs", 1,
        "--save", tmp_path / "m.json",
    )  # fmt: skip
    scaler: Any = nn.load(tmp_path / "m.json").scaler
    column = [float(str(a)) for a, _, _ in two_kinds()]
    part, _ = nn.data.split(nn.data.read_csv(kinds), 0.5, 0, stratify=True)
    assert scaler.to_dict()["minimum"][0] == min(row[0] for row in part.features)
    assert scaler.to_dict()["range"][0] < max(column) - min(column)


@pytest.mark.parametrize("hidden,shape", [("0", [2]), ("5", [2, 5]), ("6,4,3", [2, 6, 4, 3])])
def test_hidden(trained: Any, kinds: Path, tmp_path: Path, hidden: str, shape: list[int]) -> None:
    trained(kinds, "--hidden", hidden, "--epochs", 1, "--save", tmp_path / "m.json")
    network = nn.load(tmp_path / "m.json").network
    dense = [layer for layer in network.layers if isinstance(layer, nn.Dense)]
    assert [layer.n_in for layer in dense] == shape
    assert isinstance(network.layers[-1], nn.Softmax)
    assert network.n_out == 2


@pytest.mark.parametrize(
    "name", ["elu", "gelu", "leaky-relu", "relu", "sigmoid", "silu", "softplus", "tanh"]
)
def test_activations(trained: Any, kinds: Path, tmp_path: Path, name: str) -> None:
    trained(
        kinds, "--activation", name, "--epochs", 2, "--hidden", "4,3", "--save", tmp_path / "m.json"
    )
    layers = nn.load(tmp_path / "m.json").network.layers
    assert [type(layer).__name__.lower() for layer in layers[1:4:2]] == [name.replace("-", "")] * 2


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "sgd"])
def test_optimizers(trained: Any, kinds: Path, tmp_path: Path, name: str) -> None:
    result = trained(
        kinds, "--optimizer", name, "--epochs", 5, "--weight-decay", 0.001, "--clip-norm", 5,
        "--save", tmp_path / "m.json",
    )  # fmt: skip
    assert result["losses"][-1] < result["losses"][0]
    saved = nn.load(tmp_path / "m.json").run
    assert saved is not None
    assert type(saved.optimizer).__name__.lower() == name
    assert (saved.optimizer.weight_decay, saved.optimizer.clip_norm) == (0.001, 5.0)
    assert saved.optimizer.learning_rate == (0.1 if name == "sgd" else 0.001)


def test_momentum_is_for_sgd(trained: Any, run: Run, kinds: Path, tmp_path: Path) -> None:
    trained(
        kinds, "--optimizer", "sgd", "--momentum", 0.9, "--epochs", 1, "--save", tmp_path / "m.json"
    )
    saved: Any = nn.load(tmp_path / "m.json").run
    assert saved.optimizer.momentum == 0.9
    code, _, err = run("train", kinds, "--momentum", 0.9)
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("purenn: --momentum goes with --optimizer sgd")


def test_dropout(trained: Any, kinds: Path, tmp_path: Path) -> None:
    trained(
        kinds, "--dropout", 0.25, "--hidden", "4,3", "--epochs", 1, "--save", tmp_path / "m.json"
    )
    layers = nn.load(tmp_path / "m.json").network.layers
    dropped: list[Any] = [layers[2], layers[5]]
    assert [layer.probability for layer in dropped] == [0.25, 0.25]
    assert len(layers) == 8


def test_a_cosine_schedule_ends_at_0(trained: Any, kinds: Path, tmp_path: Path) -> None:
    trained(kinds, "--schedule", "cosine", "--epochs", 4, "--save", tmp_path / "m.json")
    saved: Any = nn.load(tmp_path / "m.json").run
    schedule = saved.optimizer.schedule
    assert [schedule(epoch) for epoch in (0, 2, 4)] == pytest.approx([1.0, 0.5, 0.0], abs=1e-15)
    trained(kinds, "--schedule", "constant", "--epochs", 4, "--save", tmp_path / "m.json")
    saved = nn.load(tmp_path / "m.json").run
    assert saved.optimizer.schedule is None


def test_patience_keeps_the_best_weights(trained: Any, kinds: Path, tmp_path: Path) -> None:
    """Without hidden units and at this rate the validation loss rises soon."""
    result = trained(
        kinds, "--validation", 0.4, "--patience", 2, "--epochs", 200, "--learning-rate", 0.5,
        "--save", tmp_path / "m.json",
    )  # fmt: skip
    losses = result["validation_losses"]
    best = min(losses)
    assert result["epochs"] < 200
    assert result["best_epoch"] == losses.index(best) + 1 == result["epochs"] - 2
    at_best = result["validation_metrics"]["accuracy"][result["best_epoch"] - 1]
    assert result["result"]["accuracy"] == at_best


def test_epochs_are_chosen_by_the_size_of_the_data(trained: Any, kinds: Path) -> None:
    """About 3000 steps, but not less than 5 epochs."""
    assert trained(kinds, "--hidden", 0, "--batch-size", 2)["epochs"] == 150
    assert trained(kinds, "--hidden", 0, "--batch-size", 40)["epochs"] == 3000


def test_weight_decay_where_nothing_is_said(trained: Any, kinds: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    for words, shown in (
        ([], "AdamW(0.001, weight_decay=0.2)"),
        (["--optimizer", "adamw", "--learning-rate", 0.1], "AdamW(0.1, weight_decay=0.2)"),
        (["--weight-decay", 0.5], "AdamW(0.001, weight_decay=0.5)"),
        (["--optimizer", "adam"], "Adam(0.001)"),
        (["--optimizer", "rmsprop"], "RMSProp(0.001)"),
    ):
        trained(kinds, *words, "--epochs", 1, "--save", path)
        assert repr(getattr(nn.load(path).run, "optimizer", None)) == shown


def without_time(result: dict[str, Any]) -> dict[str, Any]:
    assert result.pop("seconds") > 0
    return result


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_seed_one_run(trained: Any, kinds: Path, backend: str) -> None:
    options = [
        "--epochs", 3, "--dropout", 0.2, "--validation", 0.2, "--hidden", "5,4",
        "--batch-size", 7, "--backend", backend,
    ]  # fmt: skip
    first, again, other = (
        without_time(trained(kinds, *options, "--seed", seed)) for seed in (5, 5, 6)
    )
    assert first == again
    assert first["backend"] == backend
    assert first["losses"] != other["losses"]
    default, zero = (without_time(trained(kinds, *options, *more)) for more in ([], ["--seed", 0]))
    assert default == zero


def test_backends_agree(trained: Any, kinds: Path) -> None:
    results = [
        trained(kinds, "--epochs", 4, "--dropout", 0.2, "--backend", backend)
        for backend in BACKENDS
    ]
    for other in results[1:]:
        assert other["losses"] == pytest.approx(results[0]["losses"], rel=1e-9)


# ---------------------------------------------------------------------- what it prints


def test_a_plain_line_an_epoch_where_nobody_watches(run: Run, kinds: Path) -> None:
    code, out, err = run("train", kinds, "--epochs", 11, "--validation", 0.2)
    assert (code, err) == (0, "")
    assert "\r" not in out
    lines = re.findall(
        r"^epoch +(\d+) of 11  loss \d\.\d{4}  accuracy \d+\.\d\d%  "
        r"validation \d\.\d{4}  \d+\.\d\d%$",  # what does not fit into 80 columns is left out
        out,
        re.MULTILINE,
    )
    assert lines == [str(k) for k in range(1, 12)]
    assert "backend  python (the default)" in out
    assert "data     kinds.csv: 32 rows to train on, 8 to validate; 2 classes" in out
    assert "network  Dense(2, 32) - ReLU - Dense(32, 2) - Softmax" in out
    assert re.search(r"validation data:\nclass +precision", out)


def test_a_regression_says_so(run: Run, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "far.csv", line_far_away(), "a", "b", "price")
    code, out, _ = run("train", path, "--epochs", 2)
    assert code == 0
    assert "far.csv: 60 rows to train on; regression" in out
    # The error is in units of the price, the loss is not.
    error = r"^epoch 2 of 2  scaled loss \d\.\d+  mae \d{3}\.\d  [\d,]+ rows/s$"
    assert re.search(r"^loss     of the target divided by its spread, \d+", out, re.MULTILINE)
    assert re.search(error, out, re.MULTILINE)
    assert re.search(r"^r2 +-?\d", out, re.MULTILINE)


def test_a_terminal_gets_a_progress_line(on_a_terminal: Callable[..., str]) -> None:
    program = (sys.executable, "-c", PROGRAM, "train", IRIS, "--epochs", "60")
    text = on_a_terminal(*program, columns=90)
    progress = r"\repoch \d+ of 60 +\d+%  loss \d\.\d{4}  .*[\d,]+ rows/s  \d+:\d\d left *\r"
    assert re.search(progress, text)
    kept = re.findall(r"\repoch +(\d+) of 60  loss [^\r]* rows/s\r\n", text)
    assert kept == ["1", *(str(k) for k in range(5, 61, 5))]
    lines = text.replace("\r\n", "\n").split("\n")
    assert max(len(part) for line in lines for part in line.split("\r")) <= 90


@POSIX
def test_a_reader_that_stops_early_does_not_lose_the_model(tmp_path: Path) -> None:
    """`purenn train … --save m.json | head -1`."""
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "train", IRIS, "--epochs", "40", "--hidden", "4",
         "--save", str(tmp_path / "m.json")],
        cwd=ROOT, env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr is not None
    assert child.stderr.read() == ""
    child.stderr.close()
    assert child.wait(timeout=60) == 0
    saved = nn.load(tmp_path / "m.json").run
    assert saved is not None
    assert saved.epochs == 40


# ------------------------------------------------------------------ what it writes down


@pytest.mark.parametrize("what", ["kinds", "far", "pictures"])
def test_a_report(run: Run, tmp_path: Path, what: str) -> None:
    data: dict[str, Callable[[], Path]] = {
        "kinds": lambda: write_csv(tmp_path / "kinds.csv", two_kinds(), "a", "b", "kind"),
        "far": lambda: write_csv(tmp_path / "far.csv", line_far_away(), "a", "b", "price"),
        "pictures": lambda: write_images(tmp_path / "pictures"),
    }
    page = tmp_path / "page.html"
    code, out, err = run(
        "train", data[what](), "--epochs", 2, "--validation", 0.2, "--patience", 1, "--report", page
    )
    assert (code, err) == (0, "")
    assert out.endswith(f"report written to {page}\n")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert what in text
    assert "<svg" in text
    assert "AdamW(" in text


def test_the_model_is_saved_before_it_is_judged(
    run: Run, kinds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise nn.errors.DataError("judging fails")

    monkeypatch.setattr("purenn.cli.train.judge", fail)
    code, _, err = run("train", kinds, "--epochs", 2, "--save", tmp_path / "m.json")
    assert (code, err) == (2, "purenn: judging fails\n")
    assert nn.load(tmp_path / "m.json").run is not None


@pytest.mark.parametrize("option", ["--save", "--report"])
@pytest.mark.parametrize(
    "path,complaint",
    [
        ("nowhere/out", "there is no folder"),
        ("folder", "this is a folder; add the name of a file"),
        ("folder/", "this is a folder; add the name of a file"),
        ("file/out", "there is no folder"),
        ("kinds.csv", "this would replace the data that is read from there"),
        ("link.csv", "this would replace the data that is read from there"),
        ("test.csv", "this would replace the data that is read from there"),
        ("", "the path is empty"),
    ],
)
def test_a_place_that_cannot_be_written_is_told_before_the_training(
    run: Run, kinds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    option: str, path: str, complaint: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "link.csv").symlink_to(kinds)
    (tmp_path / "test.csv").write_bytes(kinds.read_bytes())
    before = sorted(p.name for p in tmp_path.iterdir())
    code, out, err = run("train", "kinds.csv", "--test", "test.csv", option, path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"purenn: {option} {path}: {complaint}")
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_model_and_report_need_two_files(run: Run, kinds: Path, tmp_path: Path) -> None:
    code, _, err = run("train", kinds, "--save", tmp_path / "m", "--report", tmp_path / "m")
    assert code == 2
    assert "--save writes to this file too" in err


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device")
def test_a_device_takes_the_output(run: Run, kinds: Path) -> None:
    code, _, err = run(
        "train", kinds, "--epochs", 1, "--save", "/dev/null", "--report", "/dev/null"
    )
    assert (code, err) == (0, "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_without_permission(run: Run, kinds: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    code, out, err = run("train", kinds, "--save", folder / "m.json")
    assert (code, out) == (2, "")
    assert "no permission to write to the folder" in err


# ------------------------------------------------------------------------------- Ctrl-C


class Child:
    """A training run in another process that would take for ever."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "train", IRIS, "--epochs", "100000000", *options],
            cwd=ROOT, env=CLEAN, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        while not self.process.stdout.readline().startswith("epoch"):
            assert self.process.poll() is None, self.process.stderr.read()
        self.process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@POSIX
def test_ctrl_c_finishes_the_epoch_saves_and_says_so(tmp_path: Path) -> None:
    path, page = tmp_path / "m.json", tmp_path / "page.html"
    code, out, err = Child("--save", str(path), "--report", str(page), "--hidden", "2").end()
    assert code == 130
    assert err.strip() == ("purenn: Ctrl-C: finishing this epoch; press it again to stop at once")
    saved = nn.load(path).run
    assert saved is not None
    assert f"stopped by Ctrl-C after epoch {saved.epochs}\nmodel saved to {path}" in out
    assert "training data:\n" in out
    assert f"report written to {page}" in out
    assert page.exists()
    assert saved.optimizer.steps == 5 * saved.epochs  # no epoch was cut in two


@POSIX
def test_ctrl_c_with_json_prints_the_object() -> None:
    """A test program that presses Ctrl-C itself, after the first epoch."""
    program = PROGRAM.replace(
        "from purenn.cli import main",
        "from purenn.cli import main, progress\n"
        "was = progress.GentleStop.__call__\n"
        "def press(self, told):\n"
        "    if told.epoch == 3: signal.raise_signal(signal.SIGINT)\n"
        "    was(self, told)\n"
        "progress.GentleStop.__call__ = press\n",
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "train", IRIS, "--epochs", "9", "--json"],
        cwd=ROOT, env=CLEAN, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 130
    result = json.loads(done.stdout)
    assert result["interrupted"] is True
    assert result["epochs"] == 3


@POSIX
def test_ctrl_c_twice_stops_at_once(tmp_path: Path) -> None:
    """The second one comes in the middle of an epoch: from a batch of the test's own."""
    program = PROGRAM.replace(
        "from purenn.cli import main",
        "from purenn.cli import main, progress\n"
        "def press(self, told):\n"
        "    if told.epoch == 1 and told.batch < 3: signal.raise_signal(signal.SIGINT)\n"
        "progress.Reporter.batch = press\n",
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "train", IRIS, "--epochs", "9",
         "--save", str(tmp_path / "m.json")],
        cwd=ROOT, env=CLEAN, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 130
    assert done.stdout.count("\nepoch ") == 1
    first, second = done.stderr.split("\n\n")
    assert first.strip() == "purenn: Ctrl-C: finishing this epoch; press it again to stop at once"
    assert second.strip() == "purenn: stopped with Ctrl-C"
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_judging_says_that_the_model_is_saved(
    run: Run, kinds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("purenn.cli.train.judge", press)
    path = tmp_path / "m.json"
    code, out, err = run("train", kinds, "--epochs", 2, "--save", path)
    assert (code, err) == (130, "\npurenn: stopped with Ctrl-C\n")
    assert out.endswith(f"model saved to {path}\n")
    assert path.exists()


@POSIX
def test_ctrl_c_while_saving_lets_it_finish(
    run: Run, kinds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(path: str, model: nn.Model) -> None:
        signal.raise_signal(signal.SIGINT)
        nn.save(path, model)

    monkeypatch.setattr("purenn.cli.train.save", press)
    code, out, err = run("train", kinds, "--epochs", 2, "--save", tmp_path / "m.json")
    assert code == 130
    assert err == "\npurenn: Ctrl-C: saving the model; press it again to stop at once\n"
    assert "model saved to" in out
    assert nn.load(tmp_path / "m.json").run is not None


def test_training_works_outside_of_the_main_thread(tmp_path: Path, kinds: Path) -> None:
    """Only the main thread may handle signals."""
    codes: list[int] = []
    options = ["train", str(kinds), "--epochs", "1", "--json"]
    thread = threading.Thread(target=lambda: codes.append(main(options)))
    thread.start()
    thread.join()
    assert codes == [0]


@POSIX
def test_the_handler_is_put_back(run: Run, kinds: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    run("train", kinds, "--epochs", 1)
    assert signal.getsignal(signal.SIGINT) is before
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:  # a job in the background, which the shell tells to ignore Ctrl-C
        run("train", kinds, "--epochs", 1)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, old)


def test_help_tells_of_ctrl_c(run: Run) -> None:
    code, out, _ = run("train", "--help")
    assert code == 0
    assert "130" in out


# ---------------------------------------------------------------------------- bad input

GOOD = "a,b,kind\n1,2,x\n3,4,y\n5,6,x\n"
BAD_FILES: dict[str, tuple[str, str]] = {
    "empty": ("", "bad.csv: the file is empty"),
    "only a header": ("a,b,kind\n", "bad.csv, line 1: only a header"),
    "a word among numbers": (
        "a,b,kind\n1,2,x\n3,four,y\n5,6,x\n", "bad.csv, line 3, column 2 ('b'): found 'four'"),
    "an empty cell": ("a,b,kind\n1,2,x\n3,,y\n", "bad.csv, line 3, column 2 ('b'): "),
    "NaN": ("a,b,kind\n1,2,x\n3,nan,y\n", "bad.csv, line 3, column 2 ('b'): found 'nan'"),
    "a short row": ("a,b,kind\n1,2,x\n3,y\n", "bad.csv, line 3, column 3 ('kind'): found 2 cells"),
    "one class": ("a,b,kind\n1,2,x\n3,4,x\n", "bad.csv, column 3 ('kind'): found one class only"),
    "one column": ("a\n1\n2\n", "bad.csv, line 1: found one column"),
}  # fmt: skip


def refused(run: Run, *arguments: object) -> str:
    """Exit code 2, nothing but one line, which is returned."""
    code, out, err = run("train", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("purenn: ")
    assert "Traceback" not in err
    return err.removeprefix("purenn: ")


@pytest.mark.parametrize("name", BAD_FILES)
def test_files_that_are_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text, message = BAD_FILES[name]
    (tmp_path / "bad.csv").write_text(text)
    assert refused(run, "bad.csv").startswith(message)


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "missing.csv"
    assert refused(run, missing) == f"{missing}: there is no such file; check the path\n"


def test_folders_that_are_refused(run: Run, tmp_path: Path) -> None:
    assert "the folder is empty; expected IDX files" in refused(run, tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    assert "found 'notes.txt'; expected IDX files" in refused(run, tmp_path)
    pictures = write_images(tmp_path / "pictures")
    labels = pictures / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1])
    assert refused(run, pictures).startswith(f"{labels}: ")
    labels.write_bytes(idx(b"\7" * 21, 21))
    assert refused(run, pictures).startswith(f"{labels}: label 0 (counted from 0) is 7")


@pytest.mark.parametrize(
    "options,message",
    [
        (["--task", "regression"], "IDX files hold class numbers"),
        (["--test", IRIS], f"--test {IRIS}: the test files of"),
        (["--label", "kind"], "for CSV files"),
        (["--no-header"], "for CSV files"),
    ],
)
def test_options_that_folders_do_not_have(
    run: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    assert message in refused(run, write_images(tmp_path / "pictures"), *options)


def test_an_unknown_label_column(run: Run, kinds: Path) -> None:
    message = refused(run, kinds, "--label", "kid")
    assert message.startswith(f"{kinds}, line 1: no column is named 'kid'")
    assert "Did you mean 'kind'?" in message
    assert "there is no label column 5" in refused(run, kinds, "--label", 5)


def test_a_label_that_training_never_saw(run: Run, kinds: Path, tmp_path: Path) -> None:
    other = write_csv(tmp_path / "t.csv", [[1, 2, "high"], [3, 4, "hihg"]], "a", "b", "kind")
    message = refused(run, kinds, "--test", other)
    assert message.startswith(f"{other}, line 3, column 3 ('kind'): found label 'hihg'")
    assert "'high', 'low'" in message


@pytest.mark.parametrize(
    "header,message",
    [(("a", "c", "kind"), "no column is named 'b'"), (("a", "b", "sort"), "no column is named")],
)
def test_a_test_file_with_other_columns(
    run: Run, kinds: Path, tmp_path: Path, header: tuple[str, ...], message: str
) -> None:
    other = write_csv(tmp_path / "t.csv", [[1, 2, "high"]], *header)
    refusal = refused(run, kinds, "--label", "kind", "--test", other)
    assert refusal.startswith(f"{other}, line 1: {message}")


def test_a_test_file_that_is_missing(run: Run, kinds: Path) -> None:
    assert "there is no such file" in refused(run, kinds, "--test", "missing.csv")


def test_rows_of_one_class_only(run: Run) -> None:
    assert "--rows 50: these rows of iris.csv are all of one class" in refused(
        run, IRIS, "--rows", 50
    )
    assert "--rows 151: iris.csv has 150" in refused(run, IRIS, "--rows", 151)


def test_a_validation_share_that_leaves_nothing(run: Run, tmp_path: Path) -> None:
    far = write_csv(tmp_path / "far.csv", line_far_away(3), "a", "b", "price")
    assert "leaves a part empty" in refused(run, far, "--validation", 0.01)


@pytest.mark.parametrize(
    "options,message",
    [
        (["--hidden", "8,"], "'' is not a whole number"),
        (["--hidden", "8,0"], "0 is below 1"),
        (["--dropout", "1"], "1 is not above 0 and below 1"),
        (["--validation", "1.5"], "1.5 is not above 0 and below 1"),
        (["--patience", "0"], "0 is below 1"),
        (["--optimizer", "adan"], "invalid choice: 'adan'"),
        (["--activation", "softmax"], "invalid choice: 'softmax'"),
        (["--seed", "-1"], "-1 is not from 0 to 4294967295"),
        (["--learning-rate", "inf"], "inf is not a finite number above 0"),
    ],
)
def test_options_that_are_refused(run: Run, kinds: Path, options: list[str], message: str) -> None:
    code, out, err = run("train", kinds, *options)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("option,value", [("--activation", "tanh"), ("--dropout", "0.5")])
def test_options_of_hidden_layers_that_are_not_there(
    run: Run, kinds: Path, option: str, value: str
) -> None:
    message = refused(run, kinds, "--hidden", 0, option, value)
    assert message == f"{option} is for hidden layers, but --hidden 0 asks for none\n"


def test_a_loss_that_explodes_is_exit_code_1(run: Run, tmp_path: Path) -> None:
    far = write_csv(tmp_path / "far.csv", line_far_away(), "a", "b", "price")
    code, _, err = run(
        "train", far, "--optimizer", "sgd", "--learning-rate", "1e200", "--save", tmp_path / "m"
    )
    assert (code, err.count("\n")) == (1, 1)
    assert re.match(r"purenn: epoch \d+, .*Try a smaller learning rate", err)
    assert not (tmp_path / "m").exists()


def test_values_too_large_to_scale(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = [[1, 1e200], [2, -1e200], [4, 0.5]]
    assert "too large or too near to scale" in refused(run, write_csv(tmp_path / "huge.csv", rows))


def test_a_metric_beyond_the_floats_is_null_in_json(run: Run, tmp_path: Path) -> None:
    near = write_csv(tmp_path / "near.csv", line_far_away(), "a", "b", "y")
    far = write_csv(tmp_path / "far.csv", [[1, 2, 1e200], [2, 1, -1e308]], "a", "b", "y")
    code, out, err = run("train", near, "--test", far, "--epochs", 1, "--json")
    assert (code, err) == (0, "")
    result = json.loads(out, parse_constant=lambda text: pytest.fail(text))
    assert result["result"]["mean_squared_error"] is None
    assert result["result"]["mean_absolute_error"] > 1e307


def test_iris_is_what_the_package_holds() -> None:
    """The file that these tests train on is the one that load_iris reads."""
    assert len(load_iris()) == 150
    assert math.isclose(load_iris().features[0][0], 5.1)
