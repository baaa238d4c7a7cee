"""The built-in matrix: what it shows, how it is indexed, and what it refuses."""

import math
import operator
from typing import Any

import pytest

from purenn import matrix
from purenn.errors import ArgumentError, DataError, ShapeError
from purenn.matrix import Matrix, asarray
from purenn.sparse import SparseMatrix, from_bytes

A = asarray([[1, 2.5, -3], [4, 5, 1e-9]])


def test_shape_length_and_rows() -> None:
    assert A.shape == (2, 3)
    assert len(A) == 2
    assert list(A) == [[1.0, 2.5, -3.0], [4.0, 5.0, 1e-9]]
    assert A.tolist() == list(A)
    assert asarray([[7]]).shape == (1, 1)


def test_repr_shows_the_shape_and_the_rows() -> None:
    assert repr(A) == "Matrix(2 × 3)\n  [1, 2.5, -3]\n  [4, 5, 1e-09]"


def test_repr_of_a_large_matrix_is_cut() -> None:
    lines = repr(asarray([[1.0 / 3.0] * 20] * 30)).splitlines()
    assert lines[0] == "Matrix(30 × 20)"
    assert lines[1] == "  [" + ", ".join(["0.333333"] * 8) + ", …]"
    assert len(lines) == 10
    assert lines[-1] == "  …"


def test_repr_of_bools() -> None:
    assert repr(A > 2) == "Matrix(2 × 3)\n  [0, 1, 0]\n  [1, 1, 0]"


def test_indexing() -> None:
    assert A[0] == [1.0, 2.5, -3.0]
    assert A[-1, 1] == 5.0
    assert isinstance(A[1:], Matrix)
    assert A[1:].tolist() == [[4.0, 5.0, 1e-9]]
    assert A[::-1].tolist() == list(reversed(A.tolist()))
    for beyond in (2, (0, 3), (2, 0)):
        with pytest.raises(IndexError):
            A[beyond]
    with pytest.raises(IndexError, match="none in a matrix of 2 rows"):
        A[2:]


def test_rows_given_out_are_copies() -> None:
    B = asarray([[1.0, 2.0], [3.0, 4.0]])
    B[0][0] = B.tolist()[0][1] = next(iter(B))[0] = 99.0
    assert B.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_rows_taken_in_are_copies() -> None:
    rows = [[1.0, 2.0]]
    B = asarray(rows)
    rows[0][0] = 99.0
    assert B.tolist() == [[1.0, 2.0]]


def test_float_of_a_single_number() -> None:
    assert float(asarray([[2.5]])) == 2.5
    with pytest.raises(ShapeError, match=r"\(2 × 3\) is not"):
        float(A)


def test_a_matrix_has_no_truth_and_no_hash() -> None:
    with pytest.raises(ShapeError, match="neither true nor false"):
        bool(A == A)
    with pytest.raises(TypeError, match="unhashable"):
        hash(A)


@pytest.mark.parametrize(
    "name,operation",
    [
        ("add", lambda X, Y: X + Y),
        ("subtract", lambda X, Y: X - Y),
        ("multiply", lambda X, Y: X * Y),
        ("divide", lambda X, Y: X / Y),
        ("pow", lambda X, Y: X**Y),
        ("less", lambda X, Y: X < Y),
        ("less_equal", lambda X, Y: X <= Y),
        ("greater", lambda X, Y: X > Y),
        ("greater_equal", lambda X, Y: X >= Y),
        ("equal", lambda X, Y: X == Y),
        ("not_equal", lambda X, Y: X != Y),
        ("maximum", matrix.maximum),
        ("minimum", matrix.minimum),
        ("where", lambda X, Y: matrix.where(X > 0, X, Y)),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_named(name: str, operation: object) -> None:
    assert callable(operation)
    with pytest.raises(ShapeError, match=rf"^{name}: shapes \(2 × 3\) and \(3 × 2\) do not fit"):
        operation(A, A.T)


def test_matmul_names_both_shapes() -> None:
    with pytest.raises(ShapeError, match=r"matmul: \(2 × 3\) @ \(2 × 3\): .* 3 columns.* 2 rows"):
        A @ A
    with pytest.raises(TypeError):
        A @ 2  # type: ignore[operator]


def test_matmul_of_wide_matrices() -> None:
    B = asarray([[1, 2, 3, 4, 5, 6]])
    assert (B @ B.T).tolist() == [[91.0]]
    assert (B.T @ B)[5] == [6.0, 12.0, 18.0, 24.0, 30.0, 36.0]


def test_a_number_may_stand_on_the_left() -> None:
    B = asarray([[1.0, 2.0]])
    assert (1 + B).tolist() == [[2.0, 3.0]]
    assert (1 - B).tolist() == [[0.0, -1.0]]
    assert (3 * B).tolist() == [[3.0, 6.0]]
    assert (1 / B).tolist() == [[1.0, 0.5]]
    assert (2.0**B).tolist() == [[2.0, 4.0]]
    assert operator.lt(1.5, B).tolist() == [[False, True]]


def test_arithmetic_follows_ieee_754() -> None:
    B = asarray([[1.0, -1.0, 0.0, math.nan]])
    quotients = (B / 0.0).tolist()[0]
    assert quotients[:2] == [math.inf, -math.inf]
    assert all(map(math.isnan, quotients[2:]))
    assert (B[0:1] / -0.0).tolist()[0][:2] == [-math.inf, math.inf]
    assert (asarray([[0.0, -0.0]]) ** -1.0).tolist() == [[math.inf, -math.inf]]
    assert (asarray([[0.0, -0.0]]) ** -2.0).tolist() == [[math.inf, math.inf]]
    assert math.isnan((asarray([[-8.0]]) ** (1 / 3))[0, 0])
    assert (asarray([[-1e200, 1e200]]) ** 3.0).tolist() == [[-math.inf, math.inf]]
    assert matrix.exp(asarray([[1000.0, -1000.0]])).tolist() == [[math.inf, 0.0]]
    assert matrix.log(asarray([[0.0, 1.0]])).tolist() == [[-math.inf, 0.0]]
    assert math.isnan(matrix.log(asarray([[-1.0]]))[0, 0])
    assert math.isnan(matrix.sqrt(asarray([[-1.0]]))[0, 0])
    assert matrix.log1p(asarray([[-1.0]]))[0, 0] == -math.inf
    assert math.isnan(matrix.log1p(asarray([[-2.0]]))[0, 0])


def test_whole_reductions_are_python_numbers() -> None:
    assert matrix.sum(A) == 9.5 + 1e-9
    assert matrix.max(A) == 5.0
    assert matrix.argmax(A) == 4
    assert matrix.all(A > -4) is True
    assert matrix.sum(A, keepdims=True).shape == (1, 1)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "all", "argmax"])
def test_reductions_refuse_what_has_not_two_axes(name: str) -> None:
    reduction = getattr(matrix, name)
    with pytest.raises(ShapeError, match=rf"{name}\(axis=0\).*keepdims=True"):
        reduction(A, axis=0)
    with pytest.raises(ShapeError, match=f"{name}: axis is 2, must be 0 .* 1 .* or None"):
        reduction(A, axis=2, keepdims=True)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_argmax_finds_a_nan(at: int) -> None:
    rows = [[1.0, 2.0, 3.0]]
    rows[0][at] = math.nan
    assert matrix.argmax(asarray(rows)) == at


@pytest.mark.parametrize(
    "rows,message",
    [
        ([], "at least one row"),
        ([[]], "at least one row and one column"),
        ([[1, 2], [3]], "row 1 has 1 entries, row 0 has 2"),
    ],
)
def test_asarray_refuses_what_is_no_matrix(rows: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        asarray(rows)


def test_asarray_takes_a_matrix() -> None:
    assert asarray(A > 2).tolist() == [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]


def test_products_without_sumprod(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 has no math.sumprod; the other form must be tested everywhere."""
    monkeypatch.setattr(matrix, "sumprod", None)
    assert (A @ A.T)[1, 0] == pytest.approx(16.5)


def test_matmul_with_sumprod(monkeypatch: pytest.MonkeyPatch) -> None:
    """And this one on Python 3.11."""
    monkeypatch.setattr(
        matrix, "sumprod", lambda p, q: sum(a * b for a, b in zip(p, q, strict=True))
    )
    assert (A @ A.T)[1, 0] == pytest.approx(16.5)


# ----------------------------------------------------------------------- rounded, copied


@pytest.mark.parametrize("digits", [0, 1, 3, -1, 400, -400])
def test_round_is_that_of_each_entry(digits: int) -> None:
    rows = [[1234.5678, -0.05, 2.5], [0.125, math.inf, -3.5]]
    made = asarray(rows).round(digits)
    assert type(made) is Matrix
    assert made.tolist() == [[round(a, digits) for a in row] for row in rows]
    assert round(asarray(rows), digits).tolist() == made.tolist()


def test_round_without_digits_and_of_what_is_no_float() -> None:
    assert asarray([[0.5, 1.5, -1.2]]).round().tolist() == [[0.0, 2.0, -1.0]]
    assert round(asarray([[0.5, 1.5]])).tolist() == [[0.0, 2.0]]
    assert math.isnan(asarray([[math.nan]]).round(2)[0, 0])
    assert (A > 2).round(1).tolist() == [[0, 1, 0], [1, 1, 0]]
    assert asarray([[1.7e308, -1.7e308]]).round(-308).tolist() == [[math.inf, -math.inf]]
    assert asarray([[0.1 + 0.2]]).round(2).tolist() == [[0.3]]


@pytest.mark.parametrize("digits", [1.5, "2", True, 401, -401])
def test_round_to_digits_that_are_refused(digits: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^Matrix\.round: digits is .*, must be a whole"):
        A.round(digits)


def test_round_takes_numbers_of_numpy() -> None:
    np = pytest.importorskip("numpy")
    assert A.round(np.int64(0)).tolist() == A.round().tolist()
    rows = [[0.125, 2.675, -7.5, 1e-9]]
    assert asarray(rows).round(2).tolist() == [[0.12, 2.67, -7.5, 0.0]]


def test_a_copy_has_rows_of_its_own() -> None:
    B = Matrix([[1.0, 2.0], [3.0, 4.0]])
    C = B.copy()
    assert type(C) is Matrix
    C.rows[0][0] = 9.0  # type: ignore[index]
    assert B.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert C.tolist() == [[9.0, 2.0], [3.0, 4.0]]
    sparse = from_bytes([b"\0\1", b"\2\0"], [float(k) for k in range(256)])
    twin = sparse.copy()
    assert type(twin) is SparseMatrix
    assert twin.tolist() == [[0.0, 1.0], [2.0, 0.0]]
    assert twin.entries is not sparse.entries  # type: ignore[attr-defined]
    assert repr(sparse) == "Matrix(2 × 2)\n  [0, 1]\n  [2, 0]"
