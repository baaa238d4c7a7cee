"""Tables and columns of pandas, polars, Arrow and SciPy: rows of numbers here, or refused.

Whatever takes data takes the same: training, evaluating, predicting, targets, sample weights,
data sets and scalers. Tables of no library in particular are in tests/test_inputs.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn import data
from purenn.backend import Backend, get_backend
from purenn.errors import DataError

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
sparse = pytest.importorskip("scipy.sparse")

ROWS = [[0.0, 1.5], [1.0, -2.0], [0.5, 0.25]]
LABELS = [0, 1, 1]
WEIGHTS = [0.5, 2.0, 1.0]


def a_network(backend: Backend | str = "python") -> nn.Network:
    return nn.Network([nn.Dense(2, 2), nn.Softmax()], seed=1, backend=backend)


def trained(backend: Backend, X: Any, y: Any = LABELS, weights: Any = WEIGHTS) -> list[Any]:
    """Parameters, losses, metrics and predictions of a network that met these data."""
    network = a_network(backend)
    history = nn.train(
        network, X, y, loss=nn.CrossEntropy(), optimizer=nn.SGD(0.1), epochs=2, batch_size=2,
        sample_weight=weights, validation=(X, y, weights), metrics="accuracy",
    )  # fmt: skip
    measured = nn.evaluate(network, X, y, loss=nn.CrossEntropy(), sample_weight=weights)
    found = [network.parameters, history.losses, history.validation_losses, measured]
    return [*found, backend.to_list(network.predict(X))]


def assert_taken(backend: Backend, X: Any) -> None:
    assert trained(backend, X) == trained(backend, ROWS)
    scaler, expected = data.StandardScaler().fit(X), data.StandardScaler().fit(ROWS)
    assert scaler.to_dict() == expected.to_dict()
    assert scaler.transform(X) == expected.transform(ROWS)
    assert list(data.Dataset(X, LABELS, label_names=["no", "yes"]).features) == ROWS
    regression = nn.Network([nn.Dense(2, 2)], seed=0, backend=backend)
    losses = [
        nn.evaluate(regression, ROWS, Y, loss=nn.MeanSquaredError(), metrics="r2")
        for Y in (X, ROWS)
    ]
    assert losses[0] == losses[1]
    assert nn.mean_squared_error(backend, X, ROWS) == 0.0
    assert data.Dataset(ROWS, X).targets == ROWS


def assert_refused(X: Any, message: str) -> None:
    """By everything, with the same words; what it is called differs."""
    network, backend = a_network(), get_backend("python")
    loss: Any = {"loss": nn.CrossEntropy()}
    for take in (
        lambda: network.predict(X),
        lambda: nn.train(network, X, LABELS, **loss, optimizer=nn.SGD(0.1), epochs=1),
        lambda: nn.train(network, ROWS, X, **loss, optimizer=nn.SGD(0.1), epochs=1),
        lambda: nn.evaluate(network, X, LABELS, **loss),
        lambda: nn.evaluate(network, ROWS, LABELS, **loss, sample_weight=X),
        lambda: nn.accuracy(backend, X, ROWS),
        lambda: data.Dataset(X, LABELS),
        lambda: data.Dataset(ROWS, X),
        lambda: data.FloatRows(X),
        lambda: data.StandardScaler().fit(X),
        lambda: data.MinMaxScaler().fit(ROWS).transform(X),
        lambda: data.MinMaxScaler().fit(ROWS).inverse(X),
    ):
        with pytest.raises(DataError, match=message):
            take()


# ----------------------------------------------------------------------------- tables


def frame() -> Any:
    return pd.DataFrame(ROWS, columns=["a", "b"])


several = pd.MultiIndex.from_tuples([("k", "a"), ("k", "b")])
TABLES: dict[str, Callable[[], Any]] = {
    "pandas": frame,
    "names twice": lambda: frame().set_axis(["a", "a"], axis=1),
    "names of several parts": lambda: frame().set_axis(several, axis=1),
    "names that are numbers": lambda: frame().set_axis([1, 0], axis=1),
    "names that are missing": lambda: frame().set_axis([None, float("nan")], axis=1),
    "index of text": lambda: frame().set_axis(["z", "x", "y"]),
    "index out of order": lambda: frame().set_axis([2, 0, 1]),
    "index of equal numbers": lambda: frame().set_axis([7, 7, 7]),
    "index of dates": lambda: frame().set_axis(pd.date_range("2020-01-01", periods=3)),
    "index of several parts": lambda: frame().set_axis(
        pd.MultiIndex.from_tuples([(0, "a"), (0, "b"), (1, "a")])
    ),
    "objects": lambda: frame().astype(object),
    "nullable floats": lambda: frame().astype("Float64"),
    "converted": lambda: frame().convert_dtypes(),
    "of Arrow": lambda: frame().astype("double[pyarrow]"),
    "one kind each": lambda: frame().astype({"a": "float32", "b": "Float32"}),
    "a window": lambda: pd.DataFrame([[9.0, *row, 9] for row in [*ROWS, [8.0, 8.0]]]).iloc[:3, 1:3],
    "sparse columns": lambda: frame().astype(pd.SparseDtype("float64", 0.0)),
    "categories of numbers": lambda: frame().astype("category"),
    "polars": lambda: pl.DataFrame(ROWS, schema=["a", "b"], orient="row"),
    "polars, narrow": lambda: pl.DataFrame(
        ROWS, schema={"a": pl.Float32, "b": pl.Float32}, orient="row"
    ),
    "polars, decimals": lambda: pl.DataFrame(ROWS, schema=["a", "b"], orient="row").cast(
        pl.Decimal(10, 2)
    ),
    "Arrow": lambda: pa.table({"a": [0.0, 1.0, 0.5], "b": [1.5, -2.0, 0.25]}),
    "Arrow, in pieces": lambda: pa.concat_tables([pa.table(frame()[:2]), pa.table(frame()[2:])]),
    "Arrow, a batch": lambda: pa.RecordBatch.from_pandas(frame()),
    "Arrow, names twice": lambda: pa.table([[0.0, 1.0, 0.5], [1.5, -2.0, 0.25]], ["a", "a"]),
    "NumPy, of pandas": lambda: frame().to_numpy(),
    "lists of Series": lambda: [pd.Series(row) for row in ROWS],
    "rows of a frame": lambda: [row for _, row in frame().iterrows()],
    "tuples of a frame": lambda: frame().itertuples(index=False),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_that_are_taken(backend: Backend, name: str) -> None:
    if "tuples" in name:  # can be gone through once
        assert backend.to_list(a_network(backend).predict(TABLES[name]())) == trained_rows(backend)
        return
    assert_taken(backend, TABLES[name]())


def trained_rows(backend: Backend) -> list[Any]:
    predicted: list[Any] = backend.to_list(a_network(backend).predict(ROWS))
    return predicted


def test_truth_values_and_whole_numbers() -> None:
    """True and False are 1 and 0, of every width, nullable or not."""
    network = a_network()
    expected = network.predict([[1, 0], [0, 3]]).tolist()
    for table in (
        pd.DataFrame({"a": [True, False], "b": np.array([0, 3], dtype="uint8")}),
        pd.DataFrame({"a": [True, False], "b": [0, 3]}).convert_dtypes(),
        pl.DataFrame({"a": [True, False], "b": [0, 3]}, schema={"a": pl.Boolean, "b": pl.Int8}),
        pa.table({"a": [True, False], "b": pa.array([0, 3], pa.uint16())}),
    ):
        assert network.predict(table).tolist() == expected


def test_a_square_table_is_not_turned_around(backend: Backend) -> None:
    rows = ROWS[:2]
    expected = backend.to_list(a_network(backend).predict(rows))
    for table in (
        pd.DataFrame(rows),
        pl.DataFrame(rows, schema=["a", "b"], orient="row"),
        pa.table({"a": [0.0, 1.0], "b": [1.5, -2.0]}),
    ):
        assert backend.to_list(a_network(backend).predict(table)) == expected


# --------------------------------------------------------------------------- refused

MISSING = r"column '?b'?.*, row 1 \(counted from 0\): a missing value; leave the row out"
ABSENT: dict[str, Callable[[], Any]] = {
    "NaN": lambda: pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, float("nan")]}),
    "None": lambda: pd.DataFrame({"a": [0.0, 1.0], "b": [1.0, None]}),
    "None among objects": lambda: pd.DataFrame({"a": [0, 1], "b": [1, None]}, dtype=object),
    "pd.NA": lambda: pd.DataFrame({"a": [0, 1], "b": pd.array([1, None], dtype="Int64")}),
    "pd.NA of floats": lambda: pd.DataFrame({"a": [0, 1], "b": [1.5, pd.NA]}, dtype="Float64"),
    "pd.NA of truth": lambda: pd.DataFrame({"a": [0, 1], "b": pd.array([True, pd.NA])}),
    "pd.NA among objects": lambda: pd.DataFrame({"a": [0, 1], "b": [1, pd.NA]}, dtype=object),
    "pd.NA of Arrow": lambda: pd.DataFrame(
        {"a": [0, 1], "b": pd.array([1, None], dtype="int64[pyarrow]")}
    ),
    "a category": lambda: pd.DataFrame({"a": [0, 1], "b": pd.Categorical([1.0, None])}),
    "pd.NaT": lambda: pd.DataFrame({"a": [0, 1], "b": [1, pd.NaT]}, dtype=object),
    "polars null": lambda: pl.DataFrame({"a": [0.0, 1.0], "b": [1.0, None]}),
    "polars NaN": lambda: pl.DataFrame({"a": [0.0, 1.0], "b": [1.0, float("nan")]}),
    "Arrow null": lambda: pa.table({"a": [0.0, 1.0], "b": [1.0, None]}),
    "Arrow NaN": lambda: pa.table({"a": [0.0, 1.0], "b": [1.0, float("nan")]}),
}


@pytest.mark.parametrize("name", ABSENT)
def test_missing_values_are_named(name: str) -> None:
    assert_refused(ABSENT[name](), MISSING)


STRANGE: dict[str, tuple[Callable[[], Any], str]] = {
    "text": (lambda: pd.DataFrame({"a": [0], "b": ["x"]}), r"column 'b', row 0 .*: 'x' \(str\)"),
    "text of Arrow": (
        lambda: pd.DataFrame({"a": [0], "b": ["1"]}, dtype="string"),
        r"column 'a', row 0 .*: '0' \(str\)",
    ),
    "dates": (
        lambda: pd.DataFrame({"a": [0], "b": pd.to_datetime(["2020-01-01"])}),
        r"column 'b', row 0 .*\(Timestamp\); a number is needed: leave the column out",
    ),
    "times": (
        lambda: pd.DataFrame({"a": [0], "b": pd.to_timedelta([1], unit="s")}),
        r"column 'b', row 0 .*\(Timedelta\); a number is needed",
    ),
    "complex": (lambda: pd.DataFrame({"a": [0], "b": [1j]}), r"column 'b', row 0 .*\(complex\)"),
    "categories of text": (
        lambda: pd.DataFrame({"a": [0], "b": pd.Categorical(["x"])}),
        r"column 'b', row 0 .*: 'x' \(str\); a number is needed",
    ),
    "infinite": (
        lambda: pd.DataFrame({"a": [0.0], "b": [float("inf")]}),
        r"column 'b', row 0 .*: inf; every entry must be finite",
    ),
    "lists": (lambda: pd.DataFrame({"a": [0], "b": [[1, 2]]}), r"column 'b', row 0 .*\(list\)"),
    "polars text": (lambda: pl.DataFrame({"a": [0], "b": ["x"]}), r"column 'b', row 0 .*\(str\)"),
    "polars dates": (
        lambda: pl.DataFrame({"a": [0], "b": ["2020-01-01"]}).with_columns(
            pl.col("b").str.to_date()
        ),
        r"column 'b', row 0 .*\(date\); a number is needed",
    ),
    "polars lists": (
        lambda: pl.DataFrame({"a": [0], "b": [[1, 2]]}),
        r"column 'b', row 0 .*a number is needed",
    ),
    "a polars query": (
        lambda: pl.DataFrame({"a": [0], "b": [1]}).lazy(),
        r"is a query that has not run; write \w+\.collect\(\)",
    ),
    "Arrow text": (lambda: pa.table({"a": [0], "b": ["x"]}), r"column 'b', row 0 .*\(str\)"),
    "Arrow structs": (
        lambda: pa.table({"a": [0], "b": [{"c": 1}]}),
        r"column 'b', row 0 .*\(dict\); a number is needed",
    ),
    "sets": (lambda: {(0.0, 1.0)}, r"\(set\), which has no order"),
    "groups": (lambda: frame().groupby("a"), r"."),
}
for kind in ("coo", "csr", "csc", "lil", "dok", "bsr", "dia"):
    for family in ("array", "matrix"):
        STRANGE[f"SciPy {kind}_{family}"] = (
            lambda make=f"{kind}_{family}": getattr(sparse, make)(ROWS),  # type: ignore[misc]
            r"is a sparse matrix; write \w+\.toarray\(\)",
        )


@pytest.mark.parametrize("name", STRANGE)
def test_tables_that_are_refused(name: str) -> None:
    make, message = STRANGE[name]
    assert_refused(make(), message)


@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame, lambda: pa.table({})])
def test_empty_tables(table: Callable[[], Any]) -> None:
    with pytest.raises(DataError, match="X is empty"):
        a_network().predict(table())


# ---------------------------------------------------------------------------- columns

COLUMNS: dict[str, Callable[[list[Any]], Any]] = {
    "Series": pd.Series,
    "Series, index of text": lambda values: pd.Series(values, index=["c", "a", "b"]),
    "Series, index out of order": lambda values: pd.Series(values, index=[5, 7, 1]),
    "Series of objects": lambda values: pd.Series(values, dtype=object),
    "Series, nullable": lambda values: pd.Series(values).convert_dtypes(),
    "Series of Arrow": lambda values: pd.Series(values).convert_dtypes(dtype_backend="pyarrow"),
    "frame of one column": lambda values: pd.Series(values).to_frame("y"),
    "Index": pd.Index,
    "pandas array": pd.array,
    "polars Series": pl.Series,
    "polars frame of one column": lambda values: pl.DataFrame({"y": values}),
    "Arrow array": pa.array,
    "Arrow array, in pieces": lambda values: pa.chunked_array([values[:1], values[1:]]),
    "Arrow table of one column": lambda values: pa.table({"y": values}),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_as_targets_and_weights(backend: Backend, name: str) -> None:
    make = COLUMNS[name]
    assert trained(backend, ROWS, make(LABELS), make(WEIGHTS)) == trained(backend, ROWS)
    dataset = data.Dataset(ROWS, make(WEIGHTS))
    assert dataset.targets in (WEIGHTS, [[w] for w in WEIGHTS])
    if "column" not in name:  # class numbers are a flat list
        assert data.Dataset(ROWS, make(LABELS), label_names=["no", "yes"]).targets == LABELS
        matrix = nn.metrics.confusion_matrix(make(LABELS), make(LABELS), 2, make(WEIGHTS))
        assert matrix == [[0.5, 0], [0, 3.0]]


@pytest.mark.parametrize("make", [pd.Series, pl.Series, lambda values: pa.array(values)])
def test_columns_with_missing_values(make: Callable[[list[Any]], Any]) -> None:
    """A column of its own has no name to tell, but a row."""
    network = a_network()
    for values in ([0.0, None, 1.0], [0.0, float("nan"), 1.0]):
        with pytest.raises(DataError, match=r"^y\[1\]\[0\] is (nan|None)"):
            nn.evaluate(network, ROWS, make(values), loss=nn.CrossEntropy())
        with pytest.raises(DataError, match=r"^sample_weight\[1\]\[0\] is (nan|None)"):
            nn.evaluate(network, ROWS, LABELS, loss=nn.CrossEntropy(), sample_weight=make(values))


def test_nullable_columns_with_missing_values() -> None:
    for dtype in ("Int64", "Float64", "boolean", object):
        y = pd.Series([0, pd.NA, 1], dtype=dtype)
        with pytest.raises(DataError, match=r"^y\[1\]\[0\] is <NA> \(NAType\); a number is needed"):
            nn.evaluate(a_network(), ROWS, y, loss=nn.CrossEntropy())
        with pytest.raises(DataError, match=r"target of row 1 is <NA>|targets\[1\]\[0\] is <NA>"):
            data.Dataset(ROWS, y)


def test_text_labels_get_the_mend() -> None:
    for labels in (pd.Series(["a", "b", "b"]), pd.Categorical(["a", "b", "b"]),
                   pl.Series(["a", "b", "b"]), pa.array(["a", "b", "b"])):  # fmt: skip
        with pytest.raises(DataError, match=r"^y\[0\] is 'a', a text; .*names.index\(label\)"):
            nn.evaluate(a_network(), ROWS, labels, loss=nn.CrossEntropy())


def test_names_of_columns_as_feature_names() -> None:
    for names in (frame().columns, pl.Series(["a", "b"]), pa.array(["a", "b"])):
        made = data.Dataset(ROWS, LABELS, feature_names=names, label_names=pd.Series(["x", "y"]))
        assert made.feature_names == ("a", "b")
        assert made.label_names == ("x", "y")
