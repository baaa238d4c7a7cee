"""`purenn evaluate`, `predict` and `summary`: the figures by hand, the CSV to the last bit."""

import csv
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn.cli import main
from purenn.data import FloatRows, MinMaxScaler, StandardScaler
from purenn.storage import Model

BACKENDS = nn.available_backends()
NAMES = ["no", "perhaps", 'yes, "surely"']  # with a comma and quotes in it
Run = Callable[..., str]


def write_csv(path: Path, rows: Any, header: list[str] | None = None) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(([header] if header else []) + list(rows))
    return path


def read(text: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


ROWS = [[10 * a + 30, b / 7] for a, b in nn.RandomState(1).randn(1207, 2)]  # more than a chunk
CLASSES = [NAMES[(a > 30) + (b > 0)] for a, b in ROWS]
VALUES = [900.0 + a - 3 * b for a, b in ROWS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three models, and the data that they were made for."""
    here = tmp_path_factory.mktemp("models")
    scaler = StandardScaler().fit(FloatRows(ROWS))
    layers = [nn.Dense(2, 6), nn.Tanh(), nn.Dropout(0.5), nn.Dense(6, 3), nn.Softmax()]
    nn.save(here / "classes.json", Model(
        nn.Network(layers, seed=1, backend="python"), scaler=scaler, label_names=NAMES,
        feature_names=["a", "b"], target_name="answer", loss=nn.CrossEntropy(),
    ))  # fmt: skip
    targets = StandardScaler().fit([[v] for v in VALUES])
    network = nn.Network([nn.Dense(2, 6), nn.Tanh(), nn.Dense(6, 1)], seed=2, backend="python")
    nn.save(here / "values.json", Model(
        network, scaler=scaler, target_scaler=targets, feature_names=["a", "b"],
        target_name="price", loss=nn.MeanSquaredError(),
    ))  # fmt: skip
    nn.save(here / "bare.json", nn.Network([nn.Dense(2, 2)], seed=3, backend="python"))
    one = nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=4)
    nn.save(here / "one.json", Model(one, label_names=["bad", "good"]))
    nn.save(here / "unnamed.json", one)
    write_csv(here / "classes.csv", [[*row, y] for row, y in zip(ROWS, CLASSES, strict=True)],
              ["a", "b", "answer"])  # fmt: skip
    write_csv(here / "values.csv", [[*row, y] for row, y in zip(ROWS, VALUES, strict=True)],
              ["a", "b", "price"])  # fmt: skip
    write_csv(here / "features.csv", ROWS, ["a", "b"])
    write_csv(here / "bare.csv", ROWS)
    return here


def expected(model: Model) -> list[list[float]]:
    """What the network says, from the public API only."""
    rows = ROWS if model.scaler is None else model.scaler.transform(ROWS)
    P = model.network.backend.to_list(model.network.predict(rows))
    return P if model.target_scaler is None else model.target_scaler.inverse(P)


# ------------------------------------------------------------------------------ predict


@pytest.mark.parametrize("backend", BACKENDS)
def test_classes_and_probabilities_to_the_last_bit(run: Run, folder: Path, backend: str) -> None:
    header, rows = read(
        run("predict", folder / "classes.json", folder / "classes.csv", "--backend", backend)
    )
    assert header == ["answer", "p(no)", "p(perhaps)", 'p(yes, "surely")']
    P = expected(nn.load(folder / "classes.json", backend))
    assert len(rows) == len(P) == 1207
    found = [[float(cell) for cell in row[1:]] for row in rows]
    if backend == "python":
        assert found == P
    else:  # a product of 1207 rows is summed in another order than one of 1000
        for row, other in zip(found, P, strict=True):
            assert row == pytest.approx(other, rel=1e-14)
    assert [row[0] for row in rows] == [NAMES[p.index(max(p))] for p in found]
    assert {row[0] for row in rows} == set(NAMES)


def test_values_to_the_last_bit(run: Run, folder: Path) -> None:
    header, rows = read(run("predict", folder / "values.json", folder / "values.csv"))
    assert header == ["price"]
    P = expected(nn.load(folder / "values.json", "python"))
    assert [[float(cell)] for (cell,) in rows] == P
    assert min(p for (p,) in P) > 800  # in the units of the data


def test_a_bare_network_of_two_values(run: Run, folder: Path) -> None:
    header, rows = read(run("predict", folder / "bare.json", folder / "bare.csv"))
    assert header == ["prediction 1", "prediction 2"]
    P = expected(nn.load(folder / "bare.json", "python"))
    assert [list(map(float, row)) for row in rows] == P


@pytest.mark.parametrize("name,names", [("one", ["bad", "good"]), ("unnamed", ["0", "1"])])
def test_a_single_output_is_the_probability_of_the_second_class(
    run: Run, folder: Path, name: str, names: list[str]
) -> None:
    header, rows = read(run("predict", folder / f"{name}.json", folder / "bare.csv"))
    assert header == ["prediction", f"p({names[0]})", f"p({names[1]})"]
    P = [p for (p,) in expected(nn.load(folder / f"{name}.json", "python"))]
    assert [float(row[2]) for row in rows] == P
    assert [float(row[1]) for row in rows] == [1.0 - p for p in P]
    assert [row[0] for row in rows] == [names[p > 0.5] for p in P]
    assert {row[0] for row in rows} == set(names)


def test_the_label_column_may_be_there_or_not(run: Run, folder: Path) -> None:
    model = folder / "classes.json"
    with_label = run("predict", model, folder / "classes.csv")
    assert run("predict", model, folder / "features.csv") == with_label
    assert run("predict", model, folder / "bare.csv") == with_label


def test_columns_are_picked_by_their_names(run: Run, folder: Path, tmp_path: Path) -> None:
    rows = [["x", b, y, a] for (a, b), y in zip(ROWS, CLASSES, strict=True)]
    path = write_csv(tmp_path / "other.csv", rows, ["more", "b", "answer", "a"])
    model = folder / "classes.json"
    assert run("predict", model, path) == run("predict", model, folder / "classes.csv")
    assert run("evaluate", model, path) == run("evaluate", model, folder / "classes.csv")


def test_a_label_without_a_header(run: Run, folder: Path, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "o.csv", ([y, *x] for x, y in zip(ROWS, VALUES, strict=True)))
    model = folder / "values.json"
    assert run("predict", model, path, "--label", 0) == run("predict", model, folder / "bare.csv")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["classes", "values"])
def test_backends_agree(run: Run, folder: Path, name: str, backend: str) -> None:
    model, data = folder / f"{name}.json", folder / f"{name}.csv"
    _, here = read(run("predict", model, data, "--backend", "python"))
    _, there = read(run("predict", model, data, "--backend", backend))
    place = 1 if name == "classes" else 0
    for row, other in zip(here, there, strict=True):
        assert list(map(float, other[place:])) == pytest.approx(
            list(map(float, row[place:])), rel=1e-9
        )
        assert row[:place] == other[:place]


def test_output(run: Run, folder: Path, tmp_path: Path) -> None:
    model, data, path = folder / "classes.json", folder / "features.csv", tmp_path / "p.csv"
    assert run("predict", model, data, "--output", path) == ""
    assert path.read_bytes().decode() == run("predict", model, data)


def test_outputs_that_are_refused(refused: Run, folder: Path, tmp_path: Path) -> None:
    model, data = folder / "classes.json", folder / "features.csv"
    before = data.read_bytes(), model.read_bytes()
    for path, complaint in (
        (tmp_path / "nowhere" / "p.csv", "there is no folder"),
        (tmp_path, "this is a folder"),
        (data, "this would replace the data that is read from there"),
        (model, "this would replace"),
    ):
        message = refused("predict", model, data, "--output", path)
        assert message.startswith(f"--output {path}: {complaint}")
    assert (data.read_bytes(), model.read_bytes()) == before


# ----------------------------------------------------------------------------- evaluate


def test_the_figures_of_a_classification_by_hand(run: Run, folder: Path) -> None:
    model, data = folder / "classes.json", folder / "classes.csv"
    result = json.loads(run("evaluate", model, data, "--json"))
    _, rows = read(run("predict", model, data))
    said = [row[0] for row in rows]
    counts = [
        [sum(p == name and t == truth for p, t in zip(said, CLASSES, strict=True))
         for name in NAMES] for truth in NAMES
    ]  # fmt: skip
    right = [counts[k][k] for k in range(3)]
    assert result["rows"] == 1207
    assert result["classes"]["matrix"] == counts
    assert result["accuracy"] == sum(right) / 1207
    recall = [right[k] / sum(counts[k]) for k in range(3)]
    assert result["classes"]["recall"] == recall
    assert result["macro_recall"] == pytest.approx(sum(recall) / 3, rel=1e-15)
    asked = [max(1, said.count(name)) for name in NAMES]
    precision = [r / n for r, n in zip(right, asked, strict=True)]
    assert result["classes"]["precision"] == precision
    f1 = [2 * right[k] / (sum(counts[k]) + said.count(NAMES[k])) for k in range(3)]
    assert result["classes"]["f1"] == pytest.approx(f1, rel=1e-15)
    text = run("evaluate", model, data)
    assert f"accuracy {sum(right) / 1207:.3f}: {sum(right)} of 1207 right" in text
    assert "predicted" in text


def test_the_figures_of_a_regression_by_hand(run: Run, folder: Path) -> None:
    model, data = folder / "values.json", folder / "values.csv"
    result = json.loads(run("evaluate", model, data, "--json"))
    _, rows = read(run("predict", model, data))
    errors = [float(cell) - y for (cell,), y in zip(rows, VALUES, strict=True)]
    squares = math.fsum(e * e for e in errors)
    mean = math.fsum(VALUES) / 1207
    assert result == {
        "rows": 1207,
        "mean_squared_error": pytest.approx(squares / 1207, rel=1e-14),
        "root_mean_squared_error": pytest.approx(math.sqrt(squares / 1207), rel=1e-14),
        "mean_absolute_error": pytest.approx(math.fsum(map(abs, errors)) / 1207, rel=1e-14),
        "r2": pytest.approx(1 - squares / math.fsum((y - mean) ** 2 for y in VALUES), rel=1e-12),
    }
    text = run("evaluate", model, data)
    assert f"{'r2':<20} {result['r2']:.6g}" in text


@pytest.mark.parametrize("name,labels", [("one", ["bad", "good"]), ("unnamed", ["0", "1"])])
def test_a_single_output_is_judged(
    run: Run, folder: Path, tmp_path: Path, name: str, labels: list[str]
) -> None:
    model = folder / f"{name}.json"
    _, rows = read(run("predict", model, folder / "bare.csv"))
    truth = [labels[a > 30] for a, _ in ROWS]
    path = write_csv(tmp_path / "t.csv", [[*x, y] for x, y in zip(ROWS, truth, strict=True)])
    result = json.loads(run("evaluate", model, path, "--json"))
    right = sum(row[0] == t for row, t in zip(rows, truth, strict=True))
    assert result["accuracy"] == right / 1207
    assert result["classes"]["names"] == labels


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_figures_agree_on_every_backend(run: Run, folder: Path, backend: str) -> None:
    for name in ("classes", "values"):
        command = ["evaluate", folder / f"{name}.json", folder / f"{name}.csv", "--json"]
        here, there = (json.loads(run(*command, "--backend", b)) for b in ("python", backend))
        here.pop("classes", None), there.pop("classes", None)
        assert here == pytest.approx(there, rel=1e-9)


def test_the_label_column_is_found_as_in_the_training(
    run: Run, refused: Run, tmp_path: Path
) -> None:
    """A label in front, no header: its number is kept with the run."""
    rows = [[y, *x] for x, y in zip(ROWS[:60], VALUES, strict=False)]
    path, model = write_csv(tmp_path / "front.csv", rows), tmp_path / "m.json"
    run("train", path, "--label", "0", "--epochs", 40, "--learning-rate", 0.02, "--save", model)
    told = json.loads(run("evaluate", model, path, "--label", "0", "--json"))
    assert json.loads(run("evaluate", model, path, "--json")) == told
    assert told["r2"] > 0.5
    assert run("predict", model, path) == run("predict", model, path, "--label", "0")


def test_huge_values_are_no_traceback(run: Run, folder: Path, tmp_path: Path) -> None:
    rows = [[1, 2, 1e200], [2, 3, -1e308], [2, 3, 1e308]]
    path = write_csv(tmp_path / "huge.csv", rows, ["a", "b", "price"])
    text = run("evaluate", folder / "values.json", path, "--json")
    assert json.loads(text, parse_constant=lambda t: pytest.fail(t))["mean_squared_error"] is None
    assert "mean_squared_error   inf" in run("evaluate", folder / "values.json", path)


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_predictions_that_are_not_finite_end_with_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    """Not with `nan` as a probability, and not as class 0."""
    network = nn.Network(
        [nn.Dense(2, 2, weights=[[1e10, 1.0], [1.0, 1e10]]), nn.Softmax()], backend="python"
    )
    model, output = tmp_path / "m.json", tmp_path / "p.csv"
    nn.save(model, Model(network, label_names=["a", "b"], feature_names=["x", "y"]))
    rows = [[1, 2, "b"]] * 1100 + [[1e308, 1e308, "b"]]
    path = write_csv(tmp_path / "far.csv", rows, ["x", "y", "kind"])
    more = ["--output", str(output)] if command == "predict" else ["--label", "kind"]
    assert main([command, str(model), str(path), *more]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("purenn: the prediction for row 1100 of X (counted from 0) is not finite")
    assert "Scale the columns of X" in err
    assert not output.exists()


def test_values_beyond_the_floats_in_their_units(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    network = nn.Network([nn.Dense(1, 1, weights=[[1e10]])], backend="python")
    scaler = MinMaxScaler().fit([[0.0], [1e300]])
    nn.save(tmp_path / "m.json", Model(network, target_scaler=scaler))
    path = write_csv(tmp_path / "d.csv", [[0.5], [1.0]], ["a"])
    assert main(["predict", str(tmp_path / "m.json"), str(path)]) == 1
    assert "in the units of the target" in capsys.readouterr().err


# ------------------------------------------------------------------------ IDX and summary


def idx(numbers: bytes, *shape: int) -> bytes:
    return bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape) + numbers


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """12 pictures to train on and 5 to test, 2 × 2 pixels, classes 0 to 2."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for part, count in (("train", 12), ("t10k", 5)):
        pixels = bytes((7 * k + 60 * (k // 4 % 3)) % 256 for k in range(4 * count))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(pixels, count, 2, 2))
        labels = bytes(k % 3 for k in range(count))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels, count))
    return folder


def test_a_folder_of_images(run: Run, refused: Run, pictures: Path, tmp_path: Path) -> None:
    """The test part is judged and predicted."""
    path = tmp_path / "m.json"
    run("train", pictures, "--epochs", 3, "--save", path)
    header, rows = read(run("predict", path, pictures))
    assert header == ["prediction", "p(0)", "p(1)", "p(2)"]
    _, test = nn.data.read_idx_folder(pictures)
    assert test is not None
    P = nn.load(path).network.predict(list(test.features)).tolist()
    assert [[float(cell) for cell in row[1:]] for row in rows] == [
        pytest.approx(row, rel=1e-12) for row in P
    ]
    result = json.loads(run("evaluate", path, pictures, "--json"))
    assert result["rows"] == 5
    assert result["accuracy"] == sum(int(row[0]) == k % 3 for k, row in enumerate(rows)) / 5
    assert "is for CSV files" in refused("predict", path, pictures, "--label", "0")
    text = run("summary", path)
    assert "images   2 × 2" in text


def test_summary(run: Run, folder: Path) -> None:
    text = run("summary", folder / "classes.json")
    assert "task     classification of answer" in text
    assert "labels   no, perhaps" in text
    assert "features a, b" in text
    assert "scaler   StandardScaler" in text
    lines = [line.split() for line in text.splitlines()]
    assert ["Dense", "1", "(2", "→", "6)", "6", "18"] in lines
    assert ["Dense", "2", "(6", "→", "3)", "3", "21"] in lines
    assert lines[-1] == ["39"]
    assert "task     regression of price" in run("summary", folder / "values.json")
    assert run("summary", folder / "bare.json").startswith("task     regression\n")


def test_summary_of_a_run(run: Run, folder: Path, tmp_path: Path) -> None:
    run("train", folder / "values.csv", "--rows", 50, "--epochs", 3, "--save", tmp_path / "m.json")
    text = run("summary", tmp_path / "m.json")
    losses = nn.load(tmp_path / "m.json").run.history.losses  # type: ignore[union-attr]
    last = f"last scaled loss {losses[-1]:.6g}"
    assert f"training 3 epochs with AdamW(0.001, weight_decay=0.2), {last}\n" in text
    assert "loss     MeanSquaredError() of the target divided by " in text


# ---------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_wrong_columns(refused: Run, folder: Path, tmp_path: Path, command: str) -> None:
    model = folder / "classes.json"
    path = write_csv(tmp_path / "w.csv", [[1, 2, "no"]], ["a", "c", "answer"])
    message = refused(command, model, path)
    assert message.startswith(f"{path}, line 1: no column is named 'b'; the columns are 'a', 'c'")
    path = write_csv(tmp_path / "w.csv", [[1, 2, 3, 4, 5]])
    message = refused(command, model, path)
    assert message.startswith(f"{path}, line 1: ")
    assert "expected 2 as in the training" in message or "no column is named" in message


@pytest.mark.parametrize("command", ["evaluate", "predict"])
@pytest.mark.parametrize(
    "row,place",
    [
        (["one", "2", "no"], "line 3, column 1 ('a'): found 'one'"),
        (["1", "", "no"], "line 3, column 2 ('b'): "),
        (["1", "inf", "no"], "line 3, column 2 ('b'): found 'inf'"),
        (["1"], "line 3, column 2 ('b'): found 1 cells, expected 3"),
    ],
)
def test_bad_cells(
    refused: Run, folder: Path, tmp_path: Path, command: str, row: list[str], place: str
) -> None:
    path = write_csv(tmp_path / "w.csv", [["1", "2", "no"], row], ["a", "b", "answer"])
    assert refused(command, folder / "classes.json", path).startswith(f"{path}, {place}")


def test_a_label_that_the_model_does_not_know(refused: Run, folder: Path, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "w.csv", [[1, 2, "yes"]], ["a", "b", "answer"])
    message = refused("evaluate", folder / "classes.json", path)
    assert message.startswith(f"{path}, line 2, column 3 ('answer'): found label 'yes'")


def test_a_label_without_a_name(refused: Run, folder: Path, tmp_path: Path) -> None:
    """The file has no header, so the model's name of the label finds no column."""
    path = write_csv(tmp_path / "w.csv", [[1, 2, 3], [4, 5, 6]])
    message = refused("evaluate", folder / "values.json", path)
    assert message.startswith(f"{path}, line 1: no column is named 'price': the file has no header")


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_images_of_another_size(refused: Run, folder: Path, pictures: Path, command: str) -> None:
    message = refused(command, folder / "classes.json", pictures)
    assert message == f"{pictures}: rows of 4 numbers, but the model takes 2\n"


def test_images_for_a_regression(refused: Run, folder: Path, pictures: Path) -> None:
    message = refused("evaluate", folder / "values.json", pictures)
    assert message == f"{pictures}: IDX files hold classes, but the model predicts values\n"


@pytest.mark.parametrize("command", ["evaluate", "predict", "summary"])
@pytest.mark.parametrize(
    "text,complaint",
    [
        (b"", "is empty"),
        (b'{"format": "purenn mod', ""),
        (b'{"format": "another"}', "format is 'another', expected 'purenn model'"),
        (b"a,b\n1,2\n", ""),
        (b"\x00" * 50, ""),
        (None, "there is no such file"),
    ],
)
def test_broken_models(
    refused: Run, folder: Path, tmp_path: Path, command: str, text: bytes | None, complaint: str
) -> None:
    path = tmp_path / "broken.json"
    if text is not None:
        path.write_bytes(text)
    data = [] if command == "summary" else [folder / "classes.csv"]
    message = refused(command, path, *data)
    assert message.startswith(str(path))
    assert complaint in message


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_missing_data(refused: Run, folder: Path, tmp_path: Path, command: str) -> None:
    path = tmp_path / "missing.csv"
    message = refused(command, folder / "classes.json", path)
    assert message == f"{path}: there is no such file; check the path\n"
    assert "the folder is empty" in refused(command, folder / "classes.json", tmp_path)
