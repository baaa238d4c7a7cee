"""`purenn train --report`: where the worst answers stand in the file, and how the run was made."""

import csv
import gzip
import shlex
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import chain
from math import prod
from pathlib import Path

import pytest

from purenn.cli import main
from purenn.data import load_digits
from purenn.random import RandomState


class Page(HTMLParser):
    """The tables and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self.inside: str = ""
        self.feed(page[page.index("</style>") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""
        if tag in ("dt", "dd"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.inside:
            self.tables[-1][-1][-1] += data

    def fact(self, name: str) -> str:
        """The value of a fact of the head."""
        return self.text[self.text.index(f"\n{name}\n") :].split("\n")[2]


Report = Callable[..., Page]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    def report(*words: object) -> Page:
        path = tmp_path / "page.html"
        assert main(["train", *map(str, words), "--report", str(path)]) == 0
        return Page(path.read_text(encoding="utf-8"))

    return report


def passengers(
    path: Path,
    last: Callable[[str, int, RandomState], object],
    sexes: tuple[str, str] = ("female", "male"),
) -> Path:
    """Rows with a text column, and blank lines between them."""
    draw = RandomState(3)
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["sex", "age", "target"])
        for i in range(60):
            sex, age = sexes[draw.randint(2)], draw.randint(80)
            writer.writerow([sex, age, last(sex, age, draw)])
            if i % 7 == 0:
                stream.write("\r\n")
    return path


@pytest.mark.parametrize("kind", ["classes", "values"])
@pytest.mark.parametrize("judged", ["training", "validation", "test"])
def test_the_worst_answers_are_found_in_the_file(
    report: Report, tmp_path: Path, kind: str, judged: str
) -> None:
    def luck(sex: str, age: int, draw: RandomState) -> object:
        return ["lost", "saved"][draw.randint(2)] if kind == "classes" else age + draw.uniform()

    sexes = ("female", "male") if judged != "test" else ("1", "2")
    path = passengers(tmp_path / "ship.csv", luck, sexes)
    words: list[object] = [path, "--epochs", 3]
    words += ["--validation", 0.3] if judged != "training" else []
    if judged == "test":
        path = passengers(tmp_path / "other.csv", luck, sexes)
        words += ["--test", path]
    page = report(*words)
    head, *rows = page.tables[-1]
    lines = path.read_text().splitlines()
    assert head[0] == "Line"
    assert head[-2:] == ["sex", "age"]
    assert 0 < len(rows) <= 24
    for line, truth, *_, sex, age in rows:
        cells = lines[int(line) - 1].split(",")
        assert cells[:2] == [sex, age]
        assert truth == cells[2] if kind == "classes" else f"{float(cells[2]):.4g}" == truth
    assert f"Lines of {path.name}, counted from 1." in page.text


def test_pictures_are_counted_from_1(report: Report, tmp_path: Path) -> None:
    digits = load_digits()
    for name, shape, data in (
        ("train-images-idx3-ubyte", (60, 8, 8), [int(16 * x) for x in chain(*digits.features)]),
        ("train-labels-idx1-ubyte", (60,), digits.targets),
    ):
        sizes = b"".join(size.to_bytes(4, "big") for size in shape)
        values = bytes(data[: prod(shape)])
        with gzip.open(tmp_path / f"{name}.gz", "wb") as stream:
            stream.write(bytes([0, 0, 8, len(shape)]) + sizes + values)
    page = report(tmp_path, "--epochs", 1)
    assert "counted from 1." in page.text
    for said in page.text.split("\nrow\n")[1:]:
        assert 1 <= int(said.split("\n")[0]) <= 60


def test_the_head_tells_how_the_run_was_made(report: Report, tmp_path: Path) -> None:
    path = passengers(tmp_path / "a ship.csv", lambda sex, age, draw: sex == "male")
    words = [path, "--epochs", 4, "--validation", 0.25, "--patience", 9, "--seed", 5]
    words += ["--batch-size", 10, "--class-weight", "balanced", "--dropout", 0.5]
    page = report(*words)
    command = page.fact("command")
    assert command.startswith("purenn train ")
    assert shlex.split(command)[2:-2] == list(map(str, words))
    assert page.fact("rows") == "45 to train on, 15 to validate"
    assert page.fact("split") == "25 % to validate, drawn with seed 5"
    assert page.fact("features") == "StandardScaler of the training rows"
    assert page.fact("loss") == "CrossEntropy(), class weights balanced"
    assert page.fact("batch size") == "10 rows, 5 steps an epoch"
    assert page.fact("early stopping").startswith("patience 9")


def test_the_head_of_a_plain_run(report: Report, tmp_path: Path) -> None:
    path = passengers(tmp_path / "ship.csv", lambda sex, age, draw: age + draw.uniform())
    page = report(path, "--scale", "none", "--rows", 40, "--epochs", 2, "--batch-size", 40)
    assert page.fact("batch size") == "40 rows, 1 step an epoch"
    assert page.fact("rows") == "40 to train on"
    assert page.fact("split") == "the first 40 rows only; none to validate"
    assert page.fact("features") == "as they are"
    assert page.fact("early stopping") == "none"
    loss = page.fact("loss")
    assert loss.startswith("MeanSquaredError() of the targets divided by their spread, ")
    assert "Scaled loss" in page.text


def test_early_stopping_tells_when_it_stopped(report: Report, tmp_path: Path) -> None:
    path = passengers(tmp_path / "ship.csv", lambda sex, age, draw: draw.randint(2))
    page = report(path, "--epochs", 200, "--patience", 1, "--validation", 0.3)
    said = page.fact("early stopping")
    assert said == f"patience 1, stopped after epoch {page.fact('epochs')}"


def test_the_command_is_cleaned(report: Report, tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[31m<b>&\u202e"
    folder.mkdir()
    path = passengers(folder / "ship.csv", lambda sex, age, draw: sex)
    page = report(path, "--epochs", 1)
    assert "\x1b" not in page.text
    assert "<b>&" in page.fact("command")
    assert "\u202e" not in page.fact("command")


def test_gaps_and_texts_are_shown_as_in_the_file(tmp_path: Path) -> None:
    from purenn.cli.page import as_text, column_names
    from purenn.data import read_csv, shuffle

    path = tmp_path / "gaps.csv"
    path.write_text("sex,age,y\nmale,3.5,a\n,4,b\nfemale,,a\nmale,1e9,b\n")
    data = shuffle(read_csv(path, missing="mean"), 1)
    assert column_names(data) == ["sex", "age"]
    known = {2: ["male", "3.5"], 3: ["missing", "4"], 4: ["female", "missing"]}
    known[5] = ["male", "1e+09"]
    for row in range(4):
        assert as_text(data, [row]) == [known[data.line(row) or 0]]
