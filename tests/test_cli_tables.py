"""Tables as people have them, from a file to answers on the command line."""

import csv
import io
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import purenn as nn
from purenn.cli import main
from purenn.storage import Model

ROOT = Path(__file__).parent.parent
PENGUINS, NEW = ROOT / "examples/penguins.csv", ROOT / "examples/new_penguins.csv"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a table with semicolons, decimal commas, texts and gaps."""
    path = tmp_path_factory.mktemp("models") / "penguins.json"
    options = ["--label", "species", "--missing", "median", "--validation", "0.25"]
    words = [str(PENGUINS), *options, "--epochs", "40", "--save", str(path), "--json"]
    assert main(["train", *words]) == 0
    return path


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


# ------------------------------------------------------------------------- the whole way


def test_from_a_table_to_answers(run: Run, penguins: Path) -> None:
    figures = json.loads(run("evaluate", penguins, PENGUINS, "--json"))
    assert figures["rows"] == 344
    assert figures["accuracy"] > 0.97
    head, *rows = rows_of(run("predict", penguins, NEW, "--keep", "bird"))
    assert head == ["bird", "species", "p(Adelie)", "p(Chinstrap)", "p(Gentoo)"]
    assert [row[0] for row in rows] == ["N01", "N02", "N03", "N04", "N05", "N06"]
    assert [row[1] for row in rows] == ["Adelie"] * 3 + ["Gentoo"] * 2 + ["Chinstrap"]
    assert all(sum(map(float, row[2:])) == pytest.approx(1.0) for row in rows)


def test_what_was_told_is_printed(run: Run) -> None:
    out = run(
        "train",
        PENGUINS,
        "--label",
        "species",
        "--missing",
        "mean",
        "--epochs",
        1,
        "--drop",
        "year",
    )
    notes = [line for line in out.splitlines() if line.startswith(("note", "         "))]
    said = " ".join(" ".join(notes).split())
    for option in ("--delimiter ,", "--decimal .", "--drop island", "--missing drop"):
        assert option in said
    assert "Dense(9, 32)" in out


def test_what_is_told_of_another_file_is_said_too(
    run: Run, penguins: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the figures, and beside the answers on standard error."""
    told = "cells are split at ';', as the first lines show; --delimiter , says otherwise"
    out = run("evaluate", penguins, PENGUINS)
    notes, figures = out.split("\n\n", 1)
    assert told in " ".join(notes.replace("note ", "").split())
    assert figures.startswith("class ")
    assert main(["predict", str(penguins), str(NEW)]) == 0
    answers, said = capsys.readouterr()
    assert answers.startswith("species,p(Adelie)")
    assert said.splitlines()[0] == f"purenn: note: {told}"
    train = ["train", PENGUINS, "--label", "species", "--missing", "mean", "--epochs", 1]
    out = " ".join(run(*train, "--test", PENGUINS).split())
    assert f"note {PENGUINS}: {told}" in out


def test_no_row_of_the_answers_is_left_out_without_a_word(
    run: Run, refused: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--missing drop was for the training; whoever wants fewer answers than rows says so."""
    table, gap, model = (str(tmp_path / name) for name in ("t.csv", "gap.csv", "m.json"))
    Path(table).write_text("x,y\n1,a\n2,b\n,a\n4,b\n5,a\n6,b\n")
    Path(gap).write_text('x\n1\n""\n3\n')
    run("train", table, "--missing", "drop", "--epochs", 1, "--save", model)
    assert "5" in run("evaluate", model, table)
    said = refused("predict", model, gap)
    assert "line 3, column 1 ('x'): found an empty cell" in said
    assert "--missing drop leaves such rows out" in said
    assert main(["predict", model, gap, "--missing", "drop"]) == 0
    answers, notes = capsys.readouterr()
    assert len(rows_of(answers)) == 3
    assert notes == "purenn: note: left out 1 row with a missing cell ('x' 1)\n"


def test_r2_of_a_file_has_no_units(run: Run, tmp_path: Path) -> None:
    """Squares of 1e200 overflow, those of 1e-200 become 0."""
    found = []
    for size in ("", "e200", "e-200"):
        lines = ["x,y", *(f"{i % 7},{i % 5 + 1}{size}" for i in range(1500))]
        (tmp_path / "d.csv").write_text("\n".join(lines))
        layer = nn.Dense(1, 1, weights=[[float(f"0.5{size}")]], bias=None)
        model = Model(nn.Network([layer], seed=0), feature_names=["x"], target_name="y")
        nn.save(tmp_path / "m.json", model)
        found.append(json.loads(run("evaluate", tmp_path / "m.json", tmp_path / "d.csv", "--json")))
    r2 = [figures["r2"] for figures in found]
    assert r2 == pytest.approx([r2[0]] * 3, rel=1e-9)
    assert r2[0] < 0.0


def test_gaps_are_refused_with_the_options(refused: Run) -> None:
    said = refused("train", PENGUINS, "--label", "species")
    assert f"{PENGUINS}, line 5, column 3 ('bill_length_mm'): found an empty cell" in said
    for option in ("--missing mean", "--missing median", "--missing drop", "--drop bill_length_mm"):
        assert option in said


def test_what_was_learned_is_in_the_file(run: Run, penguins: Path) -> None:
    model = nn.load(penguins)
    assert model.columns is not None
    assert model.columns.raw_names == [
        "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex",
        "year",
    ]  # fmt: skip
    assert model.feature_names is not None
    assert model.feature_names[:4] == [
        "island=Biscoe", "island=Dream", "island=Torgersen", "bill_length_mm",
    ]  # fmt: skip
    row = ["Dream", 49.6, 18.2, 193, 3775, "male", 2009]
    assert model.predict([row]) == ["Chinstrap"]
    gap = ["Torgersen", None, "", 190, float("nan"), None, 2007]
    assert model.predict([gap]) == ["Adelie"]
    text = run("summary", penguins)
    assert "texts    island: Biscoe, Dream, Torgersen\n" in text
    assert "missing  island " in text


def test_fills_are_learned_from_the_rows_to_train_on(run: Run, tmp_path: Path) -> None:
    lines = ["x,y"] + [f"{'' if i % 7 == 0 else i},{i % 2}" for i in range(40)]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    for name, more in (("all", []), ("part", ["--validation", 0.5])):
        path = tmp_path / f"{name}.json"
        run("train", tmp_path / "d.csv", "--missing", "mean", "--epochs", 1, "--save", path, *more)
    fills = [nn.load(tmp_path / f"{name}.json").columns for name in ("all", "part")]
    whole = [i for i in range(40) if i % 7]
    assert fills[0] is not None
    assert fills[1] is not None
    assert fills[0].columns[0].fill == pytest.approx(sum(whole) / len(whole))
    assert fills[1].columns[0].fill != fills[0].columns[0].fill


def test_a_text_that_the_training_did_not_hold(refused: Run, run: Run, penguins: Path) -> None:
    text = NEW.read_text().replace("Dream", "Ross")
    path = penguins.parent / "ross.csv"
    path.write_text(text)
    said = refused("predict", penguins, path)
    assert "line 7, column 2 ('island'): found 'Ross', expected one of the 3 texts" in said
    assert "--unseen ignore" in said
    assert len(rows_of(run("predict", penguins, path, "--unseen", "ignore"))) == 7


def test_a_test_file_is_read_as_the_training(run: Run, tmp_path: Path) -> None:
    out = run(
        "train", PENGUINS, "--label", "species", "--missing", "median", "--epochs", 2,
        "--test", PENGUINS, "--report", tmp_path / "page.html",
    )  # fmt: skip
    assert "344 rows to train on, 344 to test" in out
    assert "island" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_run_on_a_table_goes_on(run: Run, tmp_path: Path) -> None:
    options = ["--label", "species", "--missing", "median", "--drop", "year", "--validation", 0.2]
    once, twice = tmp_path / "once.json", tmp_path / "twice.json"
    run("train", PENGUINS, *options, "--epochs", 4, "--save", once)
    run("train", PENGUINS, *options, "--epochs", 2, "--save", twice)
    run("train", PENGUINS, "--resume", twice, "--epochs", 2)
    assert once.read_bytes() == twice.read_bytes()


def test_explain_takes_the_table(run: Run, penguins: Path, tmp_path: Path) -> None:
    out = run("explain", "--model", penguins, "--data", PENGUINS, "--op", "Z1", "--cell", "0,0")
    assert "X[0,0] · W1[0,0]" in out


# ------------------------------------------------------------------- where rows come from


def test_standard_input_and_output(penguins: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "purenn", "predict", str(penguins), "-", "--output", "-"],
        input=NEW.read_bytes(),
        capture_output=True,
        env=environment,
        check=True,
    )
    assert done.stdout.startswith(b"species,p(Adelie)")
    assert done.stdout.count(b"\n") == 7
    broken = subprocess.run(
        [sys.executable, "-m", "purenn", "evaluate", str(penguins), "-"],
        input=b"species;island\nAdelie;x;y\n",
        capture_output=True,
        env=environment,
        check=False,
    )
    assert broken.returncode == 2
    assert b"standard input" in broken.stderr


@pytest.mark.parametrize("name", ["iris", "moons", "circles", "xor"])
def test_samples_by_name(
    run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("train", name, "--epochs", 3, "--save", "m.json")
    assert "accuracy" in run("evaluate", "m.json", name)
    assert len(rows_of(run("predict", "m.json", name))) > 4
    run("explain", "--model", "m.json", "--data", name, "--rows", "0:2")


def test_a_file_wins_over_a_sample(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "moons").write_text("a,b,c\n1,2,no\n2,1,yes\n3,3,no\n1,1,yes\n")
    assert "moons: 4 rows to train on" in run("train", "moons", "--epochs", 1)


def test_options_of_tables_are_for_tables(refused: Run, penguins: Path) -> None:
    assert "iris is no CSV file: --delimiter is for CSV files" in refused(
        "train", "iris", "--delimiter", ";"
    )
    said = refused("predict", penguins, "iris", "--keep", "a")
    assert "--keep is for the columns of a CSV file" in said


# ---------------------------------------------------------------------- several answers


def weather(tmp_path: Path) -> Path:
    """Warm where the first number is above 0, windy where the second one is."""
    layers = [nn.Dense(2, 2, weights=[[5.0, 0.0], [0.0, 5.0]], bias=None), nn.Sigmoid()]
    path = tmp_path / "weather.json"
    names = ["warm", "windy"]
    network = nn.Network(layers, seed=0)
    model = Model(
        network, label_names=names, feature_names=["t", "w"], loss=nn.BinaryCrossEntropy()
    )
    nn.save(path, model)
    return path


def test_several_answers_a_row(run: Run, tmp_path: Path) -> None:
    """One line of three is right in both; five of six answers are."""
    (tmp_path / "d.csv").write_text("t,w,windy,warm\n1,1,1,1\n-1,-1,0,0\n1,-1,1,1\n")
    model = weather(tmp_path)
    figures = json.loads(run("evaluate", model, tmp_path / "d.csv", "--json"))
    assert figures["accuracy"] == pytest.approx(5 / 6)
    assert figures["all_right"] == pytest.approx(2 / 3)
    assert [answer["recall"] for answer in figures["answers"]] == [1.0, 0.5]
    assert "accuracy 0.833 of 6 answers; all right in 0.667 of 3 rows" in run(
        "evaluate", model, tmp_path / "d.csv"
    )
    head, *rows = rows_of(run("predict", model, tmp_path / "d.csv"))
    assert head == ["warm", "windy", "p(warm)", "p(windy)"]
    assert [row[:2] for row in rows] == [["1", "1"], ["0", "0"], ["1", "0"]]
    run("explain", "--model", model, "--data", tmp_path / "d.csv", "--rows", "0:2")


def test_answers_that_are_none(refused: Run, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("t,w,windy,warm\n1,1,maybe,1\n")
    said = refused("evaluate", weather(tmp_path), tmp_path / "d.csv")
    assert "row 0 (counted from 0) has 'maybe' under 'windy'; the answers of this model" in said
    (tmp_path / "d.csv").write_text("t,w,warm\n1,1,1\n")
    assert "windy" in refused("evaluate", weather(tmp_path), tmp_path / "d.csv")


# --------------------------------------------------------------------------- long files


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_long_files_take_little_memory(command: str, tmp_path: Path) -> None:
    rows = 20_000
    with (tmp_path / "d.csv").open("w") as file:
        file.write("t,w,windy,warm\n")
        file.writelines(f"{i % 7 - 3.5},{i % 5 - 2.5},1,0\n" for i in range(rows))
    words = [command, str(weather(tmp_path)), str(tmp_path / "d.csv")]
    words += ["--output", str(tmp_path / "out.csv")] if command == "predict" else ["--json"]
    assert main(words) == 0  # imports are made
    tracemalloc.start()
    assert main(words) == 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000
    if command == "predict":
        assert (tmp_path / "out.csv").read_text().count("\n") == rows + 1


def test_an_error_late_in_the_file_leaves_the_old_output(tmp_path: Path, refused: Run) -> None:
    lines = ["t,w"] + ["1,2"] * 3000 + ["1,x"]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    (tmp_path / "out.csv").write_text("old")
    said = refused(
        "predict", weather(tmp_path), tmp_path / "d.csv", "--output", tmp_path / "out.csv"
    )
    assert "line 3002, column 2 ('w'): found 'x', expected a number" in said
    assert (tmp_path / "out.csv").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["d.csv", "out.csv", "weather.json"]
