"""Sample data by name: the same everywhere, and learned well with the defaults of `train`."""

import csv
import json
from pathlib import Path

import pytest

from purenn.cli import main
from purenn.data import load_digits, load_iris, load_sample, sample_names, xor
from purenn.errors import ArgumentError

NAMES = ("iris", "digits", "xor", "moons", "circles", "spirals")


def test_the_names() -> None:
    assert sample_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_the_same_each_time_and_has_names_for_all(name: str) -> None:
    data, again = load_sample(name), load_sample(name)
    assert data.name == name
    assert list(data.features) == list(again.features)
    assert data.targets == again.targets
    assert data.label_names
    assert data.image_shape or len(data.feature_names or ()) == data.features.width
    assert len(set(data.targets)) == data.classes


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_another_seed_gives_other_points_of_the_same_classes(name: str) -> None:
    data, other = load_sample(name), load_sample(name, seed=1)
    assert list(data.features) != list(other.features)
    assert data.targets == other.targets


def test_samples_that_are_not_drawn_have_no_seed() -> None:
    for name, data in (("iris", load_iris()), ("digits", load_digits()), ("xor", xor())):
        sample = load_sample(name, seed=3)
        assert (list(sample.features), sample.targets) == (list(data.features), data.targets)


@pytest.mark.parametrize(
    "name,message",
    [
        ("moon", r"'moon'; there are 'iris', .*'spirals'\. Did you mean 'moons'\?"),
        ("x" * 1000, "there are 'iris'"),
        ("", "there are 'iris'"),
        (["iris"], "there are 'iris'"),
        (None, "None; there are 'iris'"),
    ],
)
def test_other_names_are_refused(name: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        load_sample(name)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "name,share,least",
    [("iris", 0.3, 0.9), ("xor", None, 1.0), ("moons", 0.3, 0.95), ("circles", 0.3, 0.95),
     ("spirals", 0.3, 0.85)],
)  # fmt: skip
def test_train_learns_a_sample_with_its_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, share: float, least: float
) -> None:
    pytest.importorskip("purenn_numpy")  # for its speed
    data, path = load_sample(name), tmp_path / f"{name}.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*(data.feature_names or ()), "kind"])
        for row, target in zip(data.features, data.targets, strict=True):
            writer.writerow([*row, target])
    words = ["--validation", str(share)] if share else []
    assert main(["train", str(path), "--json", "--backend", "numpy", *words]) == 0
    assert json.loads(capsys.readouterr().out)["result"]["accuracy"] >= least
