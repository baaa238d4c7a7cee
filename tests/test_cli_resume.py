"""`purenn train --resume`: a run that goes on in a new process ends in the same bits."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn.cli import main
from purenn.storage import Model, Run

ROOT = Path(__file__).parent.parent
CLEAN = {k: v for k, v in os.environ.items() if k != "PURENN_BACKEND"}
BACKENDS = nn.available_backends()
Refused = Callable[..., str]


def write_csv(path: Path, *, seed: int = 3, header: str = "a,b,c,kind", rows: int = 45) -> Path:
    lines = [header] if header else []
    for k, row in enumerate(nn.RandomState(seed).randn(rows, 3)):
        lines.append(f"{','.join(map(repr, row))},{'xyz'[k % 3]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "data.csv")


def purenn(*arguments: object) -> None:
    """In this process; it must succeed."""
    assert main([str(argument) for argument in arguments]) == 0


def anew(*arguments: object) -> None:
    """In a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "purenn", *map(str, arguments)],
        cwd=ROOT, env=CLEAN, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


SETTINGS: dict[str, list[object]] = {
    "adam": ["--validation", 0.2, "--dropout", 0.3, "--hidden", "6,5", "--batch-size", 7],
    "momentum": ["--optimizer", "sgd", "--momentum", 0.9, "--rows", 40, "--label", "kind"],
    "adamw": ["--optimizer", "adamw", "--weight-decay", 0.01, "--clip-norm", 0.5, "--seed", 8],
    "rmsprop": ["--optimizer", "rmsprop", "--scale", "minmax", "--hidden", 0],
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", SETTINGS)
def test_two_epochs_and_two_in_a_new_process_are_four(
    data: Path, tmp_path: Path, name: str, backend: str
) -> None:
    whole, half = tmp_path / "whole.json", tmp_path / "half.json"
    options = ["train", data, "--backend", backend]
    purenn(*options, *SETTINGS[name], "--epochs", 4, "--save", whole)
    purenn(*options, *SETTINGS[name], "--epochs", 2, "--save", half)
    assert half.read_bytes() != whole.read_bytes()
    step = purenn if name == "rmsprop" else anew
    step(*options, "--resume", half, "--epochs", 2, "--save", half)
    assert half.read_bytes() == whole.read_bytes()
    saved = json.loads(half.read_text())["run"]
    assert saved["epochs"] == 4
    assert saved["batch_size"] == (7 if name == "adam" else 32)


def test_a_folder_of_images_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    pixels = bytes((7 * k + 60 * (k // 4 % 3)) % 256 for k in range(4 * 30))
    head = bytes([0, 0, 8])
    sizes = b"".join(n.to_bytes(4, "big") for n in (30, 2, 2))
    (folder / "train-images-idx3-ubyte").write_bytes(head + b"\3" + sizes + pixels)
    (folder / "train-labels-idx1-ubyte").write_bytes(
        head + b"\1" + sizes[:4] + bytes(k % 3 for k in range(30))
    )
    whole, half = tmp_path / "whole.json", tmp_path / "half.json"
    purenn("train", folder, "--epochs", 2, "--save", whole)
    purenn("train", folder, "--epochs", 1, "--save", half)
    purenn("train", folder, "--resume", half, "--epochs", 1, "--save", half)
    assert half.read_bytes() == whole.read_bytes()


def test_the_values_of_a_regression_go_on(tmp_path: Path) -> None:
    path = tmp_path / "far.csv"
    lines = [f"{a!r},{b!r},{900 + a * b!r}" for a, b in nn.RandomState(2).randn(30, 2)]
    path.write_text("\n".join(lines))
    whole, half = tmp_path / "whole.json", tmp_path / "half.json"
    purenn("train", path, "--epochs", 2, "--save", whole)
    purenn("train", path, "--epochs", 1, "--save", half)
    purenn("train", path, "--resume", half, "--epochs", 1, "--save", half)
    assert half.read_bytes() == whole.read_bytes()


def test_whole_numbers_stay_values(tmp_path: Path) -> None:
    """Few whole numbers look like classes; the run knows that they were none."""
    path, half = tmp_path / "whole.csv", tmp_path / "half.json"
    path.write_text("\n".join(f"{k},{k * k},{k % 3}" for k in range(30)))
    purenn("train", path, "--task", "regression", "--epochs", 1, "--save", half)
    purenn("train", path, "--resume", half, "--epochs", 1, "--save", half)
    assert nn.load(half).task == "regression"


def test_a_label_in_front_is_found_again(tmp_path: Path) -> None:
    """The run knows which column it was; with a header and without one."""
    for header in ("kind,a,b,c", ""):
        path = tmp_path / "front.csv"
        rows = write_csv(path, header="").read_text().splitlines()
        turned = [",".join([*line.split(",")[3:], *line.split(",")[:3]]) for line in rows]
        path.write_text("\n".join([header, *turned] if header else turned) + "\n")
        half = tmp_path / "half.json"
        purenn("train", path, "--label", 0, "--epochs", 1, "--save", half)
        purenn("train", path, "--resume", half, "--epochs", 1)
        purenn("train", path, "--resume", half, "--epochs", 1, "--label", 0)


def test_without_epochs_it_trains_as_long_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = tmp_path / "half.json"
    purenn("train", data, "--epochs", 3, "--save", half)
    capsys.readouterr()
    purenn("train", data, "--resume", half, "--json", "--save", tmp_path / "other.json")
    assert json.loads(capsys.readouterr().out)["epochs"] == 6
    assert nn.load(half).run.epochs == 3  # type: ignore[union-attr]


def test_a_run_that_goes_on_is_saved_where_it_was(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, other = tmp_path / "m.json", tmp_path / "other.json"
    purenn("train", data, "--epochs", 3, "--save", path)
    purenn("train", data, "--resume", path, "--epochs", 2, "--save", other)
    capsys.readouterr()
    purenn("train", data, "--resume", path, "--epochs", 2)
    assert f"\nmodel saved to {path}\n" in capsys.readouterr().out
    assert path.read_bytes() == other.read_bytes()
    assert nn.load(path).run.epochs == 5  # type: ignore[union-attr]


def test_epochs_are_counted_from_the_beginning(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = tmp_path / "half.json"
    purenn("train", data, "--epochs", 3, "--save", half)
    capsys.readouterr()
    purenn("train", data, "--resume", half, "--epochs", 2, "--report", tmp_path / "page.html")
    out = capsys.readouterr().out
    assert "\nepoch 4 of 5  " in out
    assert "\nepoch 5 of 5  " in out
    assert "epoch 3 of" not in out
    assert (tmp_path / "page.html").exists()


@pytest.mark.parametrize("there", BACKENDS)
def test_a_run_may_go_on_on_another_backend(data: Path, tmp_path: Path, there: str) -> None:
    half, here, other = tmp_path / "half.json", tmp_path / "here.json", tmp_path / "other.json"
    purenn("train", data, "--epochs", 2, "--save", half, "--backend", "python")
    purenn("train", data, "--resume", half, "--epochs", 2, "--save", here, "--backend", "python")
    purenn("train", data, "--resume", half, "--epochs", 2, "--save", other, "--backend", there)
    weights = [
        [w for _, rows in nn.load(path, "python").network.parameters for row in rows for w in row]
        for path in (here, other)
    ]
    assert weights[1] == pytest.approx(weights[0], rel=1e-9, abs=1e-12)


# ----------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "options",
    [
        ["--hidden", "4"], ["--activation", "tanh"], ["--dropout", "0.1"], ["--optimizer", "sgd"],
        ["--learning-rate", "1"], ["--momentum", "0.5"], ["--weight-decay", "1"],
        ["--clip-norm", "1"], ["--class-weight", "balanced"], ["--batch-size", "2"],
        ["--scale", "none"], ["--validation", "0.5"], ["--rows", "9"], ["--seed", "0"],
    ],
    ids=lambda options: str(options[0]),
)  # fmt: skip
def test_settings_come_from_the_file(
    refused: Refused, data: Path, tmp_path: Path, options: list[str]
) -> None:
    half = tmp_path / "half.json"
    purenn("train", data, "--epochs", 1, "--save", half)
    message = refused("train", data, "--resume", half, *options)
    assert message == f"--resume takes {options[0]} from {half}; leave it out\n"


def test_other_data_are_refused(refused: Refused, data: Path, tmp_path: Path) -> None:
    half, other = tmp_path / "half.json", tmp_path / "other.csv"
    purenn("train", data, "--epochs", 1, "--save", half)
    text = data.read_text()

    write_csv(other, header="a,b,kind")
    other.write_text("a,b,kind\n" + "".join(f"{k},{k * k},{'xyz'[k % 3]}\n" for k in range(20)))
    assert "trained on 3 columns and the labels 'x', 'y', 'z'; " in refused(
        "train", other, "--resume", half
    )
    other.write_text(text.replace(",z\n", ",w\n"))
    assert "has 3 and the labels 'w', 'x', 'y'" in refused("train", other, "--resume", half)
    other.write_text("a,b,c,kind\n" + "".join(f"{k},{k * k},1,{k / 7}\n" for k in range(20)))
    assert "has 3 and values to predict" in refused("train", other, "--resume", half)

    for changed in (
        text.replace("a,b,c,", "b,a,c,"),  # other names
        text[: text.rindex(",") - 3] + text[text.rindex(",") :],  # the last digits of a number
        "\n".join(text.splitlines()[:-1]) + "\n",  # a row less
        text[:-2] + "y\n",  # another label
    ):
        other.write_text(changed)
        message = refused("train", other, "--resume", half)
        assert message.startswith(f"--resume {half}: {other} does not hold the rows")
    other.write_text(text)
    purenn("train", other, "--resume", half, "--epochs", 1)  # the same under another name


def test_models_without_a_run_of_the_command_line(
    refused: Refused, data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.json"
    network = nn.Network([nn.Dense(3, 3), nn.Softmax()], seed=0)
    names = ["x", "y", "z"]
    nn.save(path, Model(network, label_names=names))
    assert "no run to go on with is saved in this model" in refused("train", data, "--resume", path)
    nn.save(path, Model(network, label_names=names, run=Run(nn.SGD())))
    message = refused("train", data, "--resume", path)
    assert message.startswith(f"{path}: run.options.seed is missing; ")


@pytest.mark.parametrize(
    "name,value",
    [
        ("batch_size", 0), ("batch_size", "32"), ("batch_size", True), ("seed", -1),
        ("seed", 2**32), ("validation", 1.0), ("validation", "0.1"), ("rows", 0), ("rows", []),
        ("table", 3), ("table", {"label": 3}), ("table", {"x": "y"}), ("table", {"drop": "y"}),
        ("data", None), ("scale", {}),
    ],
)  # fmt: skip
def test_options_that_somebody_changed(
    refused: Refused, data: Path, tmp_path: Path, name: str, value: Any
) -> None:
    half = tmp_path / "half.json"
    purenn("train", data, "--epochs", 1, "--save", half)
    document = json.loads(half.read_text())
    document["run"]["options"][name] = value
    half.write_text(json.dumps(document))
    message = refused("train", data, "--resume", half)
    assert message.startswith(f"{half}: run.options.{name} is {value!r}; ")


def test_the_report_does_not_replace_the_run(refused: Refused, data: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.json"
    purenn("train", data, "--epochs", 1, "--save", half)
    message = refused("train", data, "--resume", half, "--report", half)
    assert message.startswith(f"--report {half}: this would replace the data that is read")


def test_a_loss_that_somebody_took_away(refused: Refused, data: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.json"
    purenn("train", data, "--epochs", 1, "--save", half)
    document = json.loads(half.read_text())
    document["loss"] = None
    half.write_text(json.dumps(document))
    assert refused("train", data, "--resume", half).startswith(f"{half}: loss is null")


def test_files_that_are_no_models(refused: Refused, data: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    assert refused("train", data, "--resume", missing).startswith(f"{missing}: there is no such")
    assert refused("train", data, "--resume", data).startswith(f"{data}")


# ----------------------------------------------------------------- the best and the last


STOPPING: list[object] = [
    "--validation", 0.3, "--learning-rate", 0.2, "--optimizer", "sgd", "--hidden", 4,
]  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("validation", [[], ["--validation", 0.3]])
def test_a_run_with_patience_goes_on_from_its_last_weights(
    data: Path, tmp_path: Path, backend: str, validation: list[object]
) -> None:
    """The file holds the best weights to predict with, and the last ones to go on from."""
    whole, half = tmp_path / "whole.json", tmp_path / "half.json"
    options = ["train", data, "--backend", backend]
    first = [*options, *STOPPING[2:], *validation, "--patience", 50]
    purenn(*first, "--epochs", 9, "--save", whole)
    purenn(*first, "--epochs", 4, "--save", half)
    purenn(*options, "--resume", half, "--epochs", 5, "--save", half)
    assert half.read_bytes() == whole.read_bytes()
    run = json.loads(whole.read_text())["run"]
    stopping, history = run["stopping"], run["history"]
    losses = history["validation_losses"] or history["losses"]
    assert stopping["best_loss"] == min(losses) == losses[stopping["best_epoch"] - 1]
    assert stopping["patience"] == 50


@pytest.mark.parametrize("seed", range(6))
def test_a_resumed_run_never_ends_with_a_worse_model(
    data: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.json"
    purenn("train", data, *STOPPING, "--seed", seed, "--patience", 2, "--epochs", 4, "--save", path)
    before = json.loads(path.read_text())["run"]["stopping"]
    capsys.readouterr()
    purenn("train", data, "--resume", path, "--patience", 3, "--epochs", 4, "--save", path)
    said = capsys.readouterr().out
    after = json.loads(path.read_text())["run"]["stopping"]
    assert f"patience 3; the best epoch so far is {before['best_epoch']}, with a loss" in said
    assert after["patience"] == 3
    assert after["best_loss"] <= before["best_loss"]


def test_patience_counts_on(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that its patience has ended takes one more epoch, and stops unless that is better."""
    path = tmp_path / "m.json"
    worse = [*STOPPING[:2], "--learning-rate", 50, "--optimizer", "sgd", "--hidden", 4]
    purenn("train", data, *worse, "--patience", 3, "--epochs", 40, "--save", path)
    saved = json.loads(path.read_text())["run"]
    assert saved["epochs"] < 40
    purenn("train", data, "--resume", path, "--epochs", 20, "--save", path)
    run = json.loads(path.read_text())["run"]
    assert run["epochs"] == saved["epochs"] + 1 or run["stopping"] != saved["stopping"]
    assert "patience 3 as before; the best epoch so far is" in capsys.readouterr().out


def test_a_file_of_version_1_begins_to_count(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.json"
    purenn("train", data, *STOPPING, "--epochs", 2, "--save", path)
    document = json.loads(path.read_text())
    document["version"] = 1
    assert document.pop("columns") is None
    assert document["run"].pop("stopping") is None
    del document["run"]["options"]["class_weight"]
    assert document["run"]["options"].pop("table") == {}
    document["run"]["options"]["label"] = None
    path.write_text(json.dumps(document))
    capsys.readouterr()
    purenn("train", data, "--resume", path, "--patience", 9, "--epochs", 2, "--save", path)
    assert "patience 9: no best epoch was saved, counting begins anew" in capsys.readouterr().out
    run = json.loads(path.read_text())["run"]
    assert run["stopping"]["best_epoch"] in (3, 4)


def test_a_schedule_that_is_over(refused: Refused, data: Path, tmp_path: Path) -> None:
    path, again = tmp_path / "m.json", tmp_path / "again.json"
    purenn("train", data, "--schedule", "cosine", "--epochs", 3, "--save", path)
    message = refused("train", data, "--resume", path, "--epochs", 2, "--save", again)
    assert "has 0 epochs left, and then a learning rate of 0" in message
    assert "--schedule cosine or --schedule constant" in message
    assert "has 0 epochs left" in refused("train", data, "--resume", path)
    assert not again.exists()
    for kind, saved in (("cosine", {"epochs": 2, "final": 0.0}), ("constant", None)):
        purenn("train", data, "--resume", path, "--epochs", 2, "--schedule", kind, "--save", again)
        run = json.loads(again.read_text())["run"]
        schedule = run["optimizer"]["settings"]["schedule"]
        assert (schedule and schedule["settings"]) == saved
        assert run["epochs"] == 5


def test_a_schedule_that_is_cut_short_goes_on(data: Path, tmp_path: Path, refused: Refused) -> None:
    """Saved after 2 of 5 epochs, as Ctrl-C does, three are left, and not one more."""
    path, whole = tmp_path / "m.json", tmp_path / "whole.json"
    purenn("train", data, "--schedule", "cosine", "--epochs", 5, "--save", whole)
    model = nn.load(whole, "python")
    network = nn.Network(model.network.layers, model.network.seed)  # fresh weights are enough
    assert model.run is not None
    optimizer = nn.Adam(0.001, schedule=nn.schedules.CosineDecay(5))
    history = nn.train(
        network, [[0.0, 0.0, 0.0]], [0], loss=nn.CrossEntropy(), optimizer=optimizer, epochs=2,
        batch_size=1, metrics=["accuracy"],
    )  # fmt: skip
    model.network, model.run = (
        network,
        Run(optimizer, batch_size=32, history=history, options=model.run.options),
    )
    nn.save(path, model)
    assert "has 3 epochs left" in refused("train", data, "--resume", path, "--epochs", 4)
    purenn("train", data, "--resume", path, "--epochs", 3, "--save", path)


# ------------------------------------------------------------------------- class weights


def rare(path: Path) -> Path:
    """Two classes that overlap, one of them nine times as common."""
    lines = ["a,kind"]
    for k, (value,) in enumerate(nn.RandomState(1).randn(200, 1)):
        lines.append(f"{value + (k % 10 == 0)!r},{'rare' if k % 10 == 0 else 'common'}")
    path.write_text("\n".join(lines))
    return path


def test_balanced_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, plain, even = rare(tmp_path / "d.csv"), tmp_path / "plain.json", tmp_path / "even.json"
    purenn("train", data, "--epochs", 30, "--save", plain)
    assert "weights" not in capsys.readouterr().out
    options = ["--class-weight", "balanced", "--validation", 0.2]
    purenn("train", data, *options, "--epochs", 30, "--save", even)
    assert "weights  balanced: a row counts common 0.556, rare 5" in capsys.readouterr().out

    def recall(path: Path) -> float:
        purenn("evaluate", path, data, "--json")
        found = json.loads(capsys.readouterr().out)["classes"]["recall"]
        return float(found[1])

    assert recall(plain) < 0.2 < 0.5 < recall(even)
    half = tmp_path / "half.json"
    purenn("train", data, *options, "--epochs", 12, "--save", half)
    purenn("train", data, "--resume", half, "--epochs", 18, "--save", half)
    assert half.read_bytes() == even.read_bytes()


def test_class_weights_need_classes(refused: Refused, tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_text("\n".join(f"{k},{k * 0.37}" for k in range(30)))
    assert "has values to predict, not classes" in refused(
        "train", path, "--class-weight", "balanced"
    )
