"""From rows as people have them to an answer: Model.predict and predict_proba."""

import re
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.data import FloatRows, MinMaxScaler, StandardScaler, load_iris, scale
from purenn.data.columns import Column, Columns
from purenn.errors import ArgumentError, DataError, NonFiniteError
from purenn.storage import Model


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows its scaler and its names, in a file."""
    data = load_iris()
    scaler = StandardScaler().fit(data.features)
    network = nn.Network([nn.Dense(4, 8), nn.Tanh(), nn.Dense(8, 3), nn.Softmax()], seed=0)
    scaled = scale(data, scaler)
    nn.train(
        network, scaled.features, scaled.targets,
        loss=nn.CrossEntropy(), optimizer=nn.Adam(0.02), epochs=30, batch_size=15,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("models") / "iris.json"
    nn.save(
        path,
        Model(
            network, label_names=data.label_names, feature_names=data.feature_names, scaler=scaler
        ),
    )
    return path


def test_names_of_classes_for_rows_as_they_are(iris: Path, backend: Backend) -> None:
    model, data = nn.load(iris, backend), load_iris()
    assert model.predict([[5.1, 3.5, 1.4, 0.2]]) == ["setosa"]
    said = model.predict(data.features)
    names = data.label_names or ()
    assert sum(a == names[b] for a, b in zip(said, data.targets, strict=True)) >= 144
    shares = model.predict_proba([[5.1, 3.5, 1.4, 0.2], [6.0, 2.9, 4.5, 1.5]])
    assert [len(row) for row in shares] == [3, 3]
    assert [sum(row) for row in shares] == pytest.approx([1.0, 1.0])
    assert model.class_names == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize("rows", [2500, 1000])
def test_many_rows_are_answered_in_pieces(iris: Path, rows: int) -> None:
    model = nn.load(iris, "python")
    row = [[5.1, 3.5, 1.4, 0.2], [6.5, 3.0, 5.5, 2.0]]
    said = model.predict([row[i % 2] for i in range(rows)])
    assert said == ["setosa", "virginica"] * (rows // 2)


def test_a_table_gives_its_columns_by_their_names(iris: Path) -> None:
    pandas = pytest.importorskip("pandas")
    model = nn.load(iris, "python")
    names = model.feature_names or []
    table = pandas.DataFrame([[5.1, 3.5, 1.4, 0.2], [6.5, 3.0, 5.5, 2.0]], columns=names)
    assert model.predict(table) == ["setosa", "virginica"]
    other = table[names[::-1]].assign(more="not asked for")
    assert model.predict(other) == ["setosa", "virginica"]
    with pytest.raises(DataError, match=f"no column named {re.escape(repr(names[2]))}"):
        model.predict(table.drop(columns=names[2]))


@pytest.mark.parametrize(
    "rows,message",
    [
        ([[1.0, 2.0]], "input has 2 columns, needs 4"),
        ([], "X is empty"),
        ([[1.0, 2.0, 3.0, "4"]], r"X\[0\]\[3\] is '4'"),
        ([5.1, 3.5, 1.4, 0.2], r"one example is written \[\[5.1"),
    ],
)
def test_rows_that_are_refused(iris: Path, rows: Any, message: str) -> None:
    with pytest.raises(nn.PurennError, match=message):
        nn.load(iris, "python").predict(rows)


def test_values_come_in_their_units(backend: Backend) -> None:
    scaler = MinMaxScaler().fit([[0.0], [10.0]])
    units = StandardScaler().fit([[100.0], [300.0]])
    network = nn.Network([nn.Dense(1, 1, weights=[[2.0]], bias=[[-1.0]])], seed=0, backend=backend)
    model = Model(network, scaler=scaler, target_scaler=units)
    assert model.predict([[0.0], [5.0], [10.0]]) == [100.0, 200.0, 300.0]
    with pytest.raises(ArgumentError, match="predict_proba is for classes"):
        model.predict_proba([[0.0]])


def test_several_values_are_a_list_a_row() -> None:
    network = nn.Network([nn.Dense(1, 2, weights=[[1.0, 2.0]], bias=None)], seed=0)
    assert Model(network).predict([[1.0], [3.0]]) == [[1.0, 2.0], [3.0, 6.0]]


def test_yes_or_no_answers_are_the_names_of_those_that_are_yes(backend: Backend) -> None:
    layers = [nn.Dense(1, 2, weights=[[1.0, -1.0]], bias=[[0.5, 0.0]]), nn.Sigmoid()]
    model = Model(nn.Network(layers, seed=0, backend=backend), label_names=["warm", "windy"])
    assert model.multilabel
    assert model.predict([[1.0], [-1.0], [-0.25]]) == [["warm"], ["windy"], ["warm", "windy"]]
    assert model.predict_proba([[-0.5]])[0][0] == 0.5


def test_a_single_output_is_the_share_of_the_second_class() -> None:
    layers = [nn.Dense(1, 1, weights=[[1.0]], bias=None), nn.Sigmoid()]
    model = Model(nn.Network(layers, seed=0, backend="python"), label_names=["no", "yes"])
    assert not model.multilabel
    assert model.predict([[-3.0], [3.0]]) == ["no", "yes"]
    assert model.predict_proba([[0.0]]) == [[0.5, 0.5]]
    unnamed = Model(model.network)
    assert unnamed.predict([[-3.0], [3.0]]) == ["0", "1"]


def test_predictions_that_are_not_finite() -> None:
    network = nn.Network([nn.Dense(1, 1, weights=[[1e200]], bias=None)], seed=0, backend="python")
    with pytest.raises(NonFiniteError, match=r"row 1 of X"):
        Model(network).predict([[1.0], [1e200]])
    units = StandardScaler().fit([[0.0], [1e150]])
    with pytest.raises(NonFiniteError, match=r"row 1 .*in the units of the target"):
        Model(network, target_scaler=units).predict([[0.0], [1.0]])


# -------------------------------------------------------------------- texts and gaps


def a_table() -> Model:
    """age → x, sex → two inputs; x + 10 for "male"."""
    columns = Columns([Column("age", fill=30.0), Column("sex", ["female", "male"], "male")])
    network = nn.Network([nn.Dense(3, 1, weights=[[1.0], [0.0], [10.0]], bias=None)], seed=0)
    return Model(network, columns=columns, feature_names=columns.names)


def test_texts_and_gaps(tmp_path: Path) -> None:
    nn.save(tmp_path / "m.json", a_table())
    model = nn.load(tmp_path / "m.json")
    assert model.columns == a_table().columns
    assert model.feature_names == ["age", "sex=female", "sex=male"]
    rows = [[22, "male"], [22.5, "female"], [None, "female"], [float("nan"), ""], ["", None]]
    assert model.predict(rows) == [32.0, 22.5, 30.0, 40.0, 40.0]
    assert model.predict(FloatRows([[1.0, 0.0, 1.0]])) == [11.0]  # inputs, as they are


def test_tables_with_texts_and_gaps() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"sex": ["male", "female", None], "age": [22, None, 1]})
    assert a_table().predict(table) == [32.0, 30.0, 11.0]


@pytest.mark.parametrize(
    "row,message",
    [
        ([22], r"a row of 1 cells, expected 2, one for each of the columns 'age', 'sex'"),
        (["22", "male"], r"column 'age': found '22', expected a finite number"),
        ([float("inf"), "male"], r"column 'age': found inf, expected a finite number"),
        ([22, "Male"], r"'sex': found 'Male', expected one of the 2 texts .* mean 'male'\?"),
        ([22, 1], r"'sex': found '1', expected one of the 2 texts"),
        ("ab", r"X\[0\]|column"),
    ],
)
def test_cells_that_are_refused(row: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        a_table().predict([row])


def test_a_text_that_the_training_did_not_hold_may_be_ignored() -> None:
    model = a_table()
    assert model.columns is not None
    model.columns = model.columns.with_unseen("ignore")
    assert model.predict([[5, "other"]]) == [5.0]


def test_a_gap_where_the_training_had_none() -> None:
    columns = Columns([Column("age"), Column("sex", ["female", "male"])])
    model = Model(a_table().network, columns=columns)
    for row in ([None, "male"], [1.0, None]):
        with pytest.raises(DataError, match="found a missing cell, but the training had none"):
            model.predict([row])
