"""What data may come as: arrays that are more than arrays, tables, and what is refused."""

import re
import tracemalloc
from typing import Any

import pytest

import purenn as nn
from purenn import data
from purenn.backend import Backend
from purenn.errors import ArgumentError, DataError, PurennError
from purenn.inputs import as_names, as_rows
from purenn.metrics import ClassReport, confusion_matrix
from purenn.storage import Model

ROWS = [[0.0, 1.5], [1.0, -2.0], [0.5, 0.25]]
LABELS = [0, 1, 1]


def a_network(backend: Backend | str = "python", n_out: int = 1) -> nn.Network:
    last = [nn.Softmax()] if n_out > 1 else []
    return nn.Network([nn.Dense(2, n_out), *last], seed=1, backend=backend)


def trained(backend: Backend | str, X: Any, y: Any, n_out: int = 1) -> list[Any]:
    network = a_network(backend, n_out)
    loss = nn.CrossEntropy() if n_out > 1 else nn.MeanSquaredError()
    nn.train(network, X, y, loss=loss, optimizer=nn.SGD(0.1), epochs=2, batch_size=2)
    return network.parameters


# ----------------------------------------------------------------- collections of Python


@pytest.mark.parametrize(
    "y",
    [
        range(3),
        map(int, "012"),
        {"a": 0, "b": 1, "c": 2}.values(),
        {0: "a", 1: "b", 2: "c"}.keys(),
        (k for k in range(3)),
        (0, 1, 2),
        [[0], [1], [2]],
        iter([[0], (1,), range(2, 3)]),
    ],
)
def test_targets_that_are_taken(y: Any) -> None:
    assert trained("python", ROWS, y, 3) == trained("python", ROWS, [0, 1, 2], 3)


def test_rows_that_are_taken() -> None:
    expected = trained("python", ROWS, LABELS)
    for X in (iter(ROWS), (map(float, row) for row in ROWS), dict(enumerate(ROWS)).values()):
        assert trained("python", X, LABELS) == expected
    assert as_rows([range(2), (3, 4)], "X") == [[0.0, 1.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    "rows,message",
    [
        ({(0, 1), (1, 0)}, r"X is .* \(set\), which has no order that can be relied on"),
        (frozenset([(0, 1)]), r"X is .* \(frozenset\), which has no order"),
        ({"a": 1}, r"X is .* \(dict\), which has no order"),
        ({"a": 1}.items(), r"X is .* \(dict_items\), which has no order"),
        ([{0.0, 1.0}], r"X\[0\] is .* \(set\), which has no order"),
        ([[0, 1], {0: 1, 1: 2}], r"X\[1\] is .* \(dict\), which has no order"),
        (["01"], r"X\[0\] is '01' \(str\); needed is a row of numbers"),
        ([b"01"], r"X\[0\] is b'01' \(bytes\); needed is a row"),
    ],
)
def test_collections_that_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^{message}"):
        a_network().predict(rows)
    with pytest.raises(DataError, match=message.replace("X", "(rows|data)", 1)):
        data.Dataset(rows, [0])
    with pytest.raises(DataError):
        data.StandardScaler().fit(rows)
    with pytest.raises(DataError):
        data.StandardScaler().fit(ROWS).transform(rows)


@pytest.mark.parametrize("names", [{"a", "b"}, {"a": 0, "b": 1}, "ab", 5, frozenset("ab")])
def test_names_without_an_order_are_refused(names: Any) -> None:
    """A set of names has another order in each process, and the order goes into the file."""
    for take in (
        lambda: Model(a_network(n_out=2), label_names=names),
        lambda: Model(a_network(n_out=2), feature_names=names),
        lambda: data.Dataset(ROWS, LABELS, label_names=names),
        lambda: data.Dataset(ROWS, LABELS, feature_names=names),
        lambda: as_names(names, "names"),
    ):
        with pytest.raises(ArgumentError, match=r"must be a list of names|which has no order"):
            take()
    if not isinstance(names, int):
        with pytest.raises(PurennError):
            ClassReport([0], [0], names)


def test_names_that_have_an_order() -> None:
    assert as_names({"b": 0, "a": 1}.keys(), "names") == ["b", "a"]
    assert as_names(map(str, range(2)), "names") == ["0", "1"]


def test_class_numbers_for_judging() -> None:
    assert confusion_matrix(iter([0, 1]), (1, 1), 2) == [[0, 1], [0, 1]]  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"truth is .* \(set\)"):
        confusion_matrix({0, 1}, [0, 1], 2)  # type: ignore[arg-type]


def test_text_labels_get_the_mend() -> None:
    network = a_network(n_out=2)
    message = r"y\[0\] is 'no', a text; .*names = sorted\(set\(y\)\).*names.index\(label\)"
    with pytest.raises(DataError, match=message):
        nn.train(network, ROWS, ["no", "yes", "yes"], loss=nn.CrossEntropy(),
                 optimizer=nn.SGD(0.1), epochs=1)  # fmt: skip


# ------------------------------------------------------------------------------- NumPy


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_subclasses_of_ndarray_are_plain(backend: Backend, tmp_path: Any) -> None:
    np = pytest.importorskip("numpy")
    expected = trained(backend, ROWS, LABELS)
    plain = np.array(ROWS)
    stored = np.memmap(tmp_path / "X", dtype=float, mode="w+", shape=(3, 2))
    stored[:] = plain
    for X in (np.matrix(ROWS), stored, np.asfortranarray(plain), np.array(ROWS, dtype=object),
              plain[::-1][::-1], np.array(ROWS, dtype=np.longdouble)):  # fmt: skip
        assert trained(backend, X, LABELS) == expected
        assert data.FloatRows(X).take(range(3)) == ROWS
        assert data.StandardScaler().fit(X).to_dict() == data.StandardScaler().fit(ROWS).to_dict()
        found = data.MinMaxScaler().fit(ROWS).transform(X)
        assert list(found) == data.MinMaxScaler().fit(ROWS).transform(ROWS)
    assert trained(backend, ROWS, np.matrix([[0], [1], [1]])) == expected
    assert trained(backend, ROWS, np.array(LABELS, dtype=np.uint8)) == expected
    assert data.Dataset(plain, np.array(LABELS), label_names=np.array(["a", "b"])).targets == LABELS


def test_arrays_that_are_refused(backend: Backend) -> None:
    np = pytest.importorskip("numpy")
    fields = np.array([(0.0, 1.0)], dtype=[("a", float), ("b", float)])
    masked = np.ma.masked_array(ROWS, mask=[[False, True], [False, False], [False, False]])
    for X, message in (
        (masked, r"^X is a masked array; write X.filled\(…\)"),
        (np.ma.masked_array(ROWS), r"^X is a masked array"),
        (fields, r"^X is an array of named fields \('a, b'\); give its columns"),
        (fields.view(np.recarray), r"^X is an array of named fields"),
        ([masked[0], masked[1]], r"^X\[0\] is a masked array"),
        (list(fields), r"^X\[0\] is an array of named fields"),
        (np.array([["2020-01-01"]], dtype="M8[D]"), "X is an array of times"),
    ):
        with pytest.raises(DataError, match=message):
            trained(backend, X, LABELS)
        with pytest.raises(DataError) as error:
            data.FloatRows(X)
        assert re.search(message.replace("X", "rows"), str(error.value))
    with pytest.raises(DataError, match=r"^y is a masked array"):
        trained(backend, ROWS, np.ma.masked_array(LABELS))


def test_arrays_of_another_library(backend: Backend) -> None:
    strict = pytest.importorskip("array_api_strict")
    expected = trained(backend, ROWS, LABELS)
    assert trained(backend, strict.asarray(ROWS), strict.asarray(LABELS)) == expected


def test_metrics_check_what_they_are_given(backend: Backend) -> None:
    np = pytest.importorskip("numpy")
    P, Y = np.array([[250], [3]], dtype=np.uint8), np.array([[3], [250]], dtype=np.uint8)
    assert nn.mean_squared_error(backend, P, Y) == 247.0**2  # bytes would wrap
    assert nn.metrics.mean_absolute_error(backend, P, Y) == 247.0
    assert nn.metrics.r2(backend, P, Y) == pytest.approx(-3.0)
    C = np.array([[200, 100], [100, 200]], dtype=np.uint8)
    assert nn.metrics.precision(C) == nn.metrics.recall(C) == pytest.approx([2 / 3, 2 / 3])
    for metric in nn.metrics.METRICS.values():
        with pytest.raises(PurennError, match=r"P is \(3 × 1\), but Y is \(1 × 3\)"):
            metric(backend, [[1], [2], [3]], [[1, 2, 3]])
        with pytest.raises(DataError, match=r": P\[0\]\[0\] is nan"):
            metric(backend, [[float("nan")]], [[1]])
    for measure in (nn.metrics.precision, nn.metrics.recall, nn.metrics.f1):
        with pytest.raises(DataError, match=r"C is \(1 × 2\); a confusion matrix has a row and"):
            measure([[1, 2]])


# ------------------------------------------- tables, as those of tests/oracles/test_tables.py


class Column:
    """A column of no library in particular, by what it offers."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def to_list(self) -> list[Any]:
        return self.values


class Table:
    """As polars has it: columns by number, and its rows are not what one iterates over."""

    def __init__(self, **columns: list[Any]) -> None:
        self._columns = columns

    @property
    def columns(self) -> list[str]:
        return list(self._columns)

    def get_columns(self) -> list[Column]:
        return list(map(Column, self._columns.values()))

    def __iter__(self) -> Any:
        return iter(self.get_columns())


class NA:
    """pandas' word for a missing value: not even comparing it gives an answer."""

    def __eq__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None  # type: ignore[assignment]


NA.__name__ = "NAType"


def test_a_table_is_rows(backend: Backend) -> None:
    table = Table(a=[0, 1.0, 0.5], b=[1.5, -2.0, 0.25])
    assert trained(backend, table, LABELS) == trained(backend, ROWS, LABELS)
    assert trained(backend, table, Column(LABELS)) == trained(backend, ROWS, LABELS)
    assert trained(backend, table, Table(y=LABELS)) == trained(backend, ROWS, LABELS)
    assert data.FloatRows(table).take([1]) == [[1.0, -2.0]]


@pytest.mark.parametrize(
    "value,message",
    [
        (None, r"column 'b', row 1 \(counted from 0\): a missing value; leave the row out, or"),
        (float("nan"), r"column 'b', row 1 \(counted from 0\): a missing value"),
        (NA(), r"column 'b', row 1 \(counted from 0\): a missing value"),
        (float("inf"), r"column 'b', row 1 .*: inf; every entry must be finite"),
        ("red", r"column 'b', row 1 .*: 'red' \(str\); a number is needed: leave the column out"),
        (10**400, r"column 'b', row 1 .*; a number is needed"),
    ],
)
def test_tables_that_are_refused(value: Any, message: str) -> None:
    table = Table(a=[0, 1], b=[1.5, value])
    with pytest.raises(DataError, match=f"^X: {message}"):
        a_network().predict(table)
    with pytest.raises(DataError, match=message):
        data.FloatRows(table)


class Query:
    """As polars' LazyFrame: it has columns, but no numbers yet."""

    def collect(self) -> Table:
        raise AssertionError("not asked for")


class Sparse:
    """As SciPy's matrices."""

    def toarray(self) -> Any:
        raise AssertionError("not asked for")


@pytest.mark.parametrize("thing,call", [(Query(), "collect"), (Sparse(), "toarray")])
def test_the_mend_is_a_line_of_code(thing: Any, call: str) -> None:
    """Also where a message calls the data by more than their name."""
    python = nn.get_backend("python")
    for take, name in (
        (lambda: a_network().predict(thing), "X"),
        (lambda: trained("python", ROWS, thing), "y"),
        (lambda: a_network().predict([thing]), "X[0]"),
        (lambda: nn.accuracy(python, thing, ROWS), "P"),
        (lambda: data.Dataset(ROWS, thing), "targets"),
        (lambda: nn.Dense(2, 2, weights=thing), "weights"),
    ):
        with pytest.raises(DataError, match=rf"; write {re.escape(name)}\.{call}\(\)"):
            take()


def test_empty_tables() -> None:
    for table in (Table(), Table(a=[], b=[])):
        with pytest.raises(DataError, match="X is empty"):
            a_network().predict(table)


# ------------------------------------------------------------------------------ memory


def test_class_numbers_stay_numbers() -> None:
    """20,000 one-hot rows of 5,000 classes would take gigabytes."""
    m, n = 20_000, 5_000
    network = nn.Network([nn.Dense(1, n), nn.Softmax()], seed=0, backend="python")
    rows = data.FloatRows([[0.5]] * m)
    tracemalloc.start()
    try:
        examples = network.examples(rows, [k % n for k in range(m)], nn.CrossEntropy())
        batch = next(examples.batches(2))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert batch.Y.shape == (2, n)
    assert peak < 20_000_000


def test_arrays_of_the_backend_are_checked_without_a_copy() -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("purenn_numpy")
    X = np.random.RandomState(0).rand(4000, 784)
    y = np.arange(4000) % 10
    network = nn.Network([nn.Dense(784, 10), nn.Softmax()], seed=0, backend="numpy")
    tracemalloc.start()
    try:
        examples = network.examples(X, y, nn.CrossEntropy())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert examples.X is X
    assert peak < 0.3 * 8 * 4000 * 784
