"""Sparse matrices are matrices like any other: every operation equals the dense one's."""

import operator
from array import array
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn import kernels, matrix, sparse
from purenn.backend import Backend, get_backend
from purenn.data import ByteRows, ConstantScaler, FloatRows, RowSource, StandardScaler
from purenn.errors import ShapeError
from purenn.matrix import Matrix
from purenn.sparse import SparseMatrix

Rows = list[list[float]]
HALF = tuple(k / 2 for k in range(256))  # of these numbers every sum here is exact


@st.composite
def images(draw: st.DrawFn) -> tuple[list[bytes], tuple[float, ...]]:
    """Rows of bytes, most of them 0, and a table that keeps 0 as it is."""
    m, n = draw(st.integers(1, 5)), draw(st.integers(1, 7))
    byte = st.one_of(st.just(0), st.just(0), st.integers(0, 255))
    rows = [bytes(draw(st.lists(byte, min_size=n, max_size=n))) for _ in range(m)]
    tables = [HALF, tuple(-k / 4 for k in range(256)), tuple(float(k) for k in range(256))]
    return rows, draw(st.sampled_from(tables))


def both(rows: Sequence[bytes], table: Sequence[float] = HALF) -> tuple[SparseMatrix, Matrix]:
    """The same numbers, sparse and dense."""
    made = sparse.from_bytes(rows, table)
    assert type(made) is SparseMatrix
    return made, Matrix([[table[byte] for byte in row] for row in rows])


def plain(value: Any) -> Any:
    """Matrices as lists, so that == compares everything."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    return value.tolist() if isinstance(value, Matrix) else value


SHAPES = [
    [b"\0"],
    [b"\7"],
    [b"\0\0\0"],
    [b"\0\0\0", b"\0\0\0"],
    [b"\0\5\0"],
    [b"\1\2\3"],
    [b"\1\2\3", b"\0\0\0", b"\0\0\4", b"\4\0\0"],
    [b"\0", b"\3"],
]

UNARY: dict[str, Callable[[Any], Any]] = {
    "-X": operator.neg,
    "X.T": lambda X: X.T,
    "shape": lambda X: X.shape,
    "len": len,
    "tolist": lambda X: X.tolist(),
    "iteration": list,
    "repr": lambda X: repr(X).replace("-0", "0"),
    "first row": lambda X: X[0],
    "last row": lambda X: X[-1],
    "entry": lambda X: X[0, -1],
    "slice": lambda X: X[:1],
    "astype": lambda X: matrix.astype(X, float),
    "asarray": matrix.asarray,
    "exp": lambda X: matrix.exp(X * 0.125),
    "abs": matrix.abs,
    "tanh": matrix.tanh,
    "sqrt": lambda X: matrix.sqrt(matrix.abs(X)),
    "log1p": lambda X: matrix.log1p(matrix.abs(X)),
    "isfinite": matrix.isfinite,
    "sum": matrix.sum,
    "sum down": lambda X: matrix.sum(X, axis=0, keepdims=True),
    "mean along": lambda X: matrix.mean(X, axis=1, keepdims=True),
    "max": matrix.max,
    "argmax": lambda X: matrix.argmax(X, axis=1, keepdims=True),
    "all": lambda X: matrix.all(X == X),
    "take": lambda X: kernels.take(X, [len(X) - 1, 0, 0]),
    "relu": kernels.relu,
    "sigmoid": kernels.sigmoid,
    "softmax": kernels.softmax,
    "to_list": lambda X: get_backend("python").to_list(X),
    "no bias": lambda X: kernels.linear(X, ones(X.shape[1], 2), None),
}

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "maximum": matrix.maximum,
    "minimum": matrix.minimum,
    "where": lambda A, B: matrix.where(matrix.asarray(A > 1.0, bool), A, B),
}


def ones(m: int, n: int) -> Matrix:
    return Matrix([[1.0 + i - 2.0 * j for j in range(n)] for i in range(m)])


@given(made=images())
@settings(max_examples=60, deadline=None)
def test_operations_of_one_matrix(made: tuple[list[bytes], tuple[float, ...]]) -> None:
    X, dense = both(*made)
    for name, f in UNARY.items():
        assert plain(f(X)) == plain(f(dense)), name


@given(made=images(), number=st.sampled_from([-2.25, 0.5, 7.5]))
@settings(max_examples=60, deadline=None)
def test_operations_of_two(made: tuple[list[bytes], tuple[float, ...]], number: float) -> None:
    X, dense = both(*made)
    other = dense * 0.5 + 1.0
    row = Matrix([[number + j for j in range(X.shape[1])]])
    column = Matrix([[number - i] for i in range(len(X))])
    for name, f in BINARY.items():
        for operand in (number, other, row, column):
            assert plain(f(X, operand)) == plain(f(dense, operand)), name
        if name in "+-*/":
            assert plain(f(number, X + 0.25)) == plain(f(number, dense + 0.25)), name
            assert plain(f(other, X + 0.25)) == plain(f(other, dense + 0.25)), name
            assert plain(f(other, X)) == plain(f(other, dense)), name


@settings(max_examples=60, deadline=None)
@given(made=images(), outputs=st.integers(1, 4))
def test_the_dense_layer(made: tuple[list[bytes], tuple[float, ...]], outputs: int) -> None:
    """These numbers are halves and quarters: sums are exact in any order."""
    X, dense = both(*made)
    m, n = dense.shape
    W, b, dZ = ones(n, outputs), ones(1, outputs), ones(m, outputs) * 0.5
    assert kernels.linear(X, W, b).tolist() == (dense @ W + b).tolist()
    assert kernels.linear(X, W, None).tolist() == (dense @ W).tolist()
    dW, db = kernels.linear_gradients(X, dZ)
    assert dW.tolist() == (dense.T @ dZ).tolist()
    assert db.tolist() == matrix.sum(dZ, axis=0, keepdims=True).tolist()
    zeros = dZ * 0.0
    assert kernels.linear_gradients(X, zeros)[0].tolist() == (dense.T @ zeros).tolist()
    assert (X @ W).tolist() == (dense @ W).tolist()
    assert (W.T @ X.T).tolist() == (W.T @ dense.T).tolist()


@pytest.mark.parametrize("rows", SHAPES, ids=repr)
def test_rows_of_zeros_of_one_place_and_of_all(rows: list[bytes]) -> None:
    X, dense = both(rows)
    assert X.tolist() == dense.tolist()
    assert [len(places) for places, _ in X.entries] == [len(r) - r.count(0) for r in rows]
    W, b = ones(len(rows[0]), 3), ones(1, 3)
    assert kernels.linear(X, W, b).tolist() == (dense @ W + b).tolist()
    dZ = ones(len(rows), 3)
    assert kernels.linear_gradients(X, dZ)[0].tolist() == (dense.T @ dZ).tolist()


def test_a_bias_of_a_wrong_shape_is_refused_as_for_a_dense_matrix() -> None:
    X, _ = both([b"\0\1\0"])
    with pytest.raises(ShapeError, match=r"matmul: \(1 × 3\) @ \(2 × 2\)"):
        kernels.linear(X, ones(2, 2), ones(1, 2))
    with pytest.raises(ShapeError, match=r"add: shapes \(1 × 2\) and \(1 × 3\)"):
        kernels.linear(X, ones(3, 2), ones(1, 3))
    with pytest.raises(ShapeError, match=r"matmul: \(3 × 1\) @ \(2 × 2\)"):
        kernels.linear_gradients(X, ones(2, 2))
    with pytest.raises(IndexError):
        X[1:]


def test_a_bias_for_each_row_is_added_as_to_a_dense_matrix() -> None:
    X, W = SparseMatrix([((0,), (2.0,)), ((1,), (3.0,))], 2), Matrix([[1.0, 2.0], [3.0, 4.0]])
    b = Matrix([[10.0, 20.0], [30.0, 40.0]])
    assert kernels.linear(X, W, b).rows == [[12.0, 24.0], [39.0, 52.0]]


def test_an_operation_makes_a_new_matrix() -> None:
    X, dense = both([b"\0\1\0\2"])
    X.rows[0][1] = 99.0  # type: ignore[index]  # rows are made anew each time
    assert X.tolist() == dense.tolist()
    assert type(X + 0.0) is Matrix


# ------------------------------------------------------------------- rows of a data set


def pixels(m: int, n: int, zeros: int = 4) -> bytes:
    draw = nn.RandomState(5)
    return bytes(
        k % 256 if k % zeros == 0 else 0 for k in draw.randint(2 + 255 * zeros, size=m * n)
    )


BYTES = ByteRows(pixels(9, 6), 6)
FLOATS = FloatRows(nn.RandomState(1).randn(9, 6))
SOURCES: dict[str, RowSource] = {
    "bytes": BYTES,
    "bytes, few zeros": ByteRows(bytes(range(1, 55)), 6),
    "bytes of zeros": ByteRows(bytes(54), 6),
    "bytes of one column": ByteRows(pixels(9, 1), 1),
    "bytes, scaled table": ConstantScaler(3.0, divisor=7.0).transform(BYTES),
    "bytes, a table without 0": BYTES.with_table([k / 8 - 1 for k in range(256)]),
    "bytes, standardized": StandardScaler().fit(BYTES).transform(BYTES),
    "floats": FLOATS,
    "floats, standardized": StandardScaler().fit(FLOATS).transform(FLOATS),
    "packed": FloatRows.packed(array("d", range(54)), 6),
}
VIEWS: dict[str, Callable[[RowSource], RowSource]] = {
    "whole": lambda rows: rows,
    "subset": lambda rows: rows.subset([8, 3, 3, 0, 5]),
    "slice": lambda rows: rows[2:7],
    "backwards": lambda rows: rows[::-2],
    "slice of a subset": lambda rows: rows.subset([4, 1, 7, 7, 2])[1:],
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", SOURCES)
def test_every_backend_takes_the_same_numbers(backend: Backend, name: str, view: str) -> None:
    source = VIEWS[view](SOURCES[name])
    for indices in (range(len(source)), [1], [3, 0, 0, 2]):
        expected = [source[i] for i in indices]
        taken = backend.from_source(source, indices)
        assert taken.shape == (len(expected), source.width)
        assert backend.to_list(taken) == expected
        assert backend.to_list(backend.take(taken, [0])) == expected[:1]


def test_lists_take_images_sparsely_only_where_it_pays() -> None:
    python = get_backend("python")
    kinds = {name: type(python.from_source(rows, range(9))) for name, rows in SOURCES.items()}
    sparse_ones = {name for name, kind in kinds.items() if kind is SparseMatrix}
    assert sparse_ones == {"bytes", "bytes of zeros", "bytes of one column", "bytes, scaled table"}


def classifier(backend: Backend, width: int) -> nn.Network:
    layers = [nn.Dense(width, 5), nn.Tanh(), nn.Dense(5, 3), nn.Softmax()]
    return nn.Network(layers, seed=3, backend=backend)


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("name", SOURCES)
def test_training_from_a_source_equals_training_from_lists(
    backend: Backend, name: str, batch_size: int | None
) -> None:
    source = SOURCES[name]
    y = [0, 1, 2, 2, 1, 0, 0, 1, 2]

    def run(X: Any) -> tuple[nn.Network, nn.History]:
        network = classifier(backend, source.width)
        history = nn.train(
            network, X, y, loss=nn.CrossEntropy(), optimizer=nn.Adam(0.01), epochs=4,
            batch_size=batch_size, metrics=["accuracy"], validation=(X, y),
        )  # fmt: skip
        return network, history

    (a, of_source), (b, of_lists) = run(source), run(source.take(range(9)))
    flat = [
        [v for _, rows in n.parameters for row in rows for v in row]
        + [*h.losses, *h.validation_losses, *h.metrics["accuracy"]]
        + [v for row in backend.to_list(n.predict(source)) for v in row]
        for n, h in ((a, of_source), (b, of_lists))
    ]
    if backend.name == "python":
        assert flat[0] == pytest.approx(flat[1], rel=1e-12, abs=1e-12)
    else:
        assert flat[0] == flat[1]
    assert a.random.get_state() == b.random.get_state()


def test_a_source_as_wide_as_another_first_layer_is_refused() -> None:
    network = classifier(get_backend("python"), 7)
    with pytest.raises(ShapeError, match=r"input has 6 columns, needs 7"):
        nn.train(network, BYTES, [0] * 9, loss=nn.CrossEntropy(), optimizer=nn.SGD(), epochs=1)
    with pytest.raises(ShapeError, match=r"input has 6 columns, needs 7"):
        network.predict(BYTES)
    with pytest.raises(nn.errors.DataError, match="X has 9 rows, but y has 8"):
        nn.train(
            classifier(get_backend("python"), 6), BYTES, [0] * 8,
            loss=nn.CrossEntropy(), optimizer=nn.SGD(), epochs=1,
        )  # fmt: skip


def test_images_stay_bytes_until_their_batch_comes() -> None:
    """Of 400 images at most a batch of 20 is taken at a time, and no image as floats."""

    class Watched(ByteRows):
        taken: int = 0
        floats: int = 0

        def row_bytes(self, index: int) -> bytes:
            type(self).taken += 1
            return super().row_bytes(index)

        def _row(self, place: int) -> list[float]:
            type(self).floats += 1
            return super()._row(place)

    rows = Watched(pixels(400, 6), 6)
    network = classifier(get_backend("python"), 6)
    largest = 0

    class Watch:
        def batch(self, progress: Any) -> None:
            nonlocal largest
            largest, Watched.taken = max(largest, Watched.taken), 0

        def __call__(self, progress: Any) -> None:
            pass

    nn.train(
        network, rows, [k % 3 for k in range(400)], loss=nn.CrossEntropy(), optimizer=nn.SGD(0.1),
        epochs=2, batch_size=20, callbacks=[Watch()],
    )  # fmt: skip
    assert largest == 20
    assert Watched.floats == 0
