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
    before = half.read_bytes()
    capsys.readouterr()
    purenn("train", data, "--resume", half, "--json")
    assert json.loads(capsys.readouterr().out)["epochs"] == 6
    assert half.read_bytes() == before


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
        ("label", 3),
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
