"""A matrix is a list of rows; a row is a list of floats.

This file is the built-in backend "python": the class Matrix with its operators,
and functions with the names and meaning of the Python array API standard
(https://data-apis.org/array-api), for matrices only.

Letters: A, B are matrices, A is (m × n); c is a number. Where shapes differ, a row
(1 × n) stands for m equal rows and a column (m × 1) for n equal columns: they are
"broadcast". Arithmetic is IEEE 754's: 1/0 is infinite and 0/0 is NaN, no exception.

A matrix is never changed after it is made; every operation makes a new one.
"""

from __future__ import annotations

import builtins
import math
import operator
from itertools import repeat
from operator import mul

from purenn.checks import short, whole
from purenn.errors import DataError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    Row = Sequence[Any]
    Operand: TypeAlias = "Matrix | float"

__all__ = [
    "Matrix",
    "abs",
    "all",
    "argmax",
    "asarray",
    "astype",
    "exp",
    "float64",
    "isfinite",
    "log",
    "log1p",
    "max",
    "maximum",
    "mean",
    "minimum",
    "sqrt",
    "sum",
    "tanh",
    "where",
]

float64 = float  # the standard's name for the type that astype and asarray take

sumprod: Callable[[Row, Row], float] | None = getattr(math, "sumprod", None)  # Python 3.12+
_sum, _max, _abs, _all = builtins.sum, builtins.max, builtins.abs, builtins.all


# ------------------------------------------------------------------------ products


def products(rows: Iterable[Row], columns: Sequence[Row]) -> list[Row]:
    """Each of m rows times each of n columns, all of length k: m rows of n numbers.

    Z[i,j] = Σₖ rows[i][k] · columns[j][k]. The sums run in C, through sumprod where
    Python has it.
    """
    if sumprod:
        return [list(map(sumprod, repeat(row), columns)) for row in rows]
    return [[_sum(map(mul, row, column)) for column in columns] for row in rows]


def columns_of(rows: Iterable[Row]) -> list[Row]:
    """The columns of some rows: the rows of the transposed matrix."""
    return list(zip(*rows))  # noqa: B905 (strict= takes as long as the rest of a small product)


# ------------------------------------------------------------------- entry by entry


def elementwise(name: str, f: Callable[[Any, Any], Any], A: Any, B: Any) -> Matrix:
    """C[i,j] = f(A[i,j], B[i,j]), with numbers, rows and columns broadcast.

    Raises ShapeError, with both shapes, where they do not fit.
    """
    if not isinstance(B, Matrix):
        return Matrix([[f(a, B) for a in row] for row in A.rows])
    if not isinstance(A, Matrix):
        return Matrix([[f(A, b) for b in row] for row in B.rows])
    a, b = A.rows, B.rows
    if A.shape != B.shape:
        m, n = broadcast_shape(name, A.shape, B.shape)
        a, b = spread(A, m, n), spread(B, m, n)
    return Matrix([list(map(f, row, other)) for row, other in zip(a, b, strict=True)])


def broadcast_shape(name: str, a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    """The common shape: along each axis equal lengths, or one of them 1."""
    if _all(p == q or p == 1 or q == 1 for p, q in zip(a, b, strict=True)):
        return (a[0] if b[0] == 1 else b[0], a[1] if b[1] == 1 else b[1])
    raise ShapeError(
        f"{name}: shapes ({a[0]} × {a[1]}) and ({b[0]} × {b[1]}) do not fit; along each axis the "
        "lengths must be equal, or one of them 1 (a single row or column is repeated)"
    )


def spread(A: Matrix, m: int, n: int) -> list[Row]:
    """The m rows of n numbers that A stands for once its single row or column is repeated."""
    rows: list[Row] = list(A.rows) if A.shape[1] == n else [[a] * n for (a,) in A.rows]
    return rows if len(rows) == m else rows * m


# Python raises an exception where IEEE 754 has a result. Each function here gives the
# IEEE result of one number or one pair; the C functions are tried first, see `_map`.


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0.0 or a != a:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -math.inf if a < 0.0 and b % 2.0 == 1.0 else math.inf
    except ValueError:  # 0 to a negative power, or a negative number to a broken one
        if a != 0.0:
            return math.nan
        return math.copysign(math.inf, a) if b % 2.0 == 1.0 else math.inf


def _exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def _log(a: float) -> float:
    return math.log(a) if a > 0.0 else -math.inf if a == 0.0 else math.nan


def _log1p(a: float) -> float:
    return math.log1p(a) if a > -1.0 else -math.inf if a == -1.0 else math.nan


def _sqrt(a: float) -> float:
    return math.sqrt(a) if a >= 0.0 else math.nan


def _round(a: float, digits: int) -> float:
    try:
        return round(a, digits)
    except OverflowError:  # 1.7e308 to a multiple of 1e308
        return math.copysign(math.inf, a)


def _maximum(a: float, b: float) -> float:
    return a if a > b or a != a else b  # NaN wins


def _minimum(a: float, b: float) -> float:
    return a if a < b or a != a else b


def _map(fast: Callable[[float], Any], ieee: Callable[[float], Any], A: Matrix) -> Matrix:
    """f of each entry: the C function on all of them, the careful one if it refuses any."""
    try:
        return Matrix([list(map(fast, row)) for row in A.rows])
    except (OverflowError, ValueError):
        return Matrix([list(map(ieee, row)) for row in A.rows])


# ------------------------------------------------------------------------ the matrix


class Matrix:
    """m rows of n floats (comparisons make rows of bools, argmax rows of ints).

    `asarray(rows)` checks what it is given; this constructor trusts its caller.
    """

    __slots__ = ("rows",)
    __hash__ = None  # type: ignore[assignment]  # == compares entry by entry

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    @property
    def shape(self) -> tuple[int, int]:
        """(number of rows, number of columns)"""
        return len(self.rows), len(self.rows[0])

    # What a list of rows can do.

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[list[Any]]:
        return map(list, self.rows)

    def __getitem__(self, key: Any) -> Any:
        """A[i] is a row, A[i, j] a number, A[i:k] a matrix of those rows."""
        if isinstance(key, tuple):
            i, j = key
            return self.rows[i][j]
        if isinstance(key, slice):
            rows = self.rows[key]
            if not rows:
                raise IndexError(f"rows {key}: there are none in a matrix of {len(self)} rows")
            return Matrix(rows)
        return list(self.rows[key])

    def __repr__(self) -> str:
        return "Matrix" + shown(self)

    def tolist(self) -> list[list[Any]]:
        """The rows as lists of their own."""
        return [list(row) for row in self.rows]

    def round(self, digits: int = 0) -> Matrix:
        """Each entry with so many digits behind the point, for people to read; (m × n).

        Halves go to the even digit, as in Python's `round`; −1 stands for whole tens.
        Raises ArgumentError for digits that are not a whole number from −400 to 400.
        """
        digits = whole(digits, "Matrix.round: digits", -400, 400)
        return Matrix([[_round(a, digits) for a in row] for row in self.rows])

    def __round__(self, digits: int | None = None) -> Matrix:
        return self.round(0 if digits is None else digits)

    def copy(self) -> Matrix:
        """The same numbers in rows of its own, for those who write into `rows`; (m × n)."""
        return Matrix([row if type(row) is tuple else list(row) for row in self.rows])

    # `copy.copy` shares the rows, which nothing here writes into; `copy.deepcopy` does not.

    def __reduce__(self) -> tuple[Any, ...]:
        return Matrix, (self.rows,)

    def __deepcopy__(self, memo: dict[int, Any]) -> Matrix:
        return self.copy()

    def __float__(self) -> float:
        if self.shape != (1, 1):
            raise ShapeError(
                "float: a (1 × 1) matrix is a number, ({} × {}) is not".format(*self.shape)
            )
        return float(self.rows[0][0])

    # Linear algebra.

    @property
    def T(self) -> Matrix:
        """Rows become columns: Aᵀ[j,i] = A[i,j]."""
        return Matrix(columns_of(self.rows))

    def __matmul__(self, other: Matrix) -> Matrix:
        """(m × k) @ (k × n) → (m × n): (A @ B)[i,j] = Σₖ A[i,k] · B[k,j]."""
        if not isinstance(other, Matrix):
            return NotImplemented
        (m, k), (l, n) = self.shape, other.shape
        if k != l:
            raise ShapeError(
                f"matmul: ({m} × {k}) @ ({l} × {n}): the first has {k} columns, the second "
                f"{l} rows; they must be equal"
            )
        return Matrix(products(self.rows, columns_of(other.rows)))

    # Arithmetic, entry by entry.

    def __add__(self, other: Operand) -> Matrix:
        return elementwise("add", operator.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Matrix:
        return elementwise("subtract", operator.sub, self, other)

    def __rsub__(self, other: float) -> Matrix:
        return elementwise("subtract", operator.sub, other, self)

    def __mul__(self, other: Operand) -> Matrix:
        return elementwise("multiply", operator.mul, self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Matrix:
        return _quotient(self, other)

    def __rtruediv__(self, other: float) -> Matrix:
        return _quotient(other, self)

    def __pow__(self, other: Operand) -> Matrix:
        return elementwise("pow", _power, self, other)

    def __rpow__(self, other: float) -> Matrix:
        return elementwise("pow", _power, other, self)

    def __neg__(self) -> Matrix:
        return Matrix([list(map(operator.neg, row)) for row in self.rows])

    # Comparisons make a matrix of True and False.

    def __lt__(self, other: Operand) -> Matrix:
        return elementwise("less", operator.lt, self, other)

    def __le__(self, other: Operand) -> Matrix:
        return elementwise("less_equal", operator.le, self, other)

    def __gt__(self, other: Operand) -> Matrix:
        return elementwise("greater", operator.gt, self, other)

    def __ge__(self, other: Operand) -> Matrix:
        return elementwise("greater_equal", operator.ge, self, other)

    def __eq__(self, other: Operand) -> Matrix:  # type: ignore[override]
        return elementwise("equal", operator.eq, self, other)

    def __ne__(self, other: Operand) -> Matrix:  # type: ignore[override]
        return elementwise("not_equal", operator.ne, self, other)

    def __bool__(self) -> bool:
        raise ShapeError(
            "a matrix is neither true nor false; ask all(A == B), or one entry A[i, j]"
        )


def _quotient(A: Operand, B: Operand) -> Matrix:
    try:
        return elementwise("divide", operator.truediv, A, B)
    except ZeroDivisionError:
        return elementwise("divide", _divide, A, B)


def shown(A: Any) -> str:
    """The shape and the first 8 rows and columns of an array of any backend, for people."""
    m, n = A.shape
    top = A[:8] if isinstance(A, Matrix) else A
    lines = []
    for i in range(min(m, 8)):
        numbers = [f"{float(top[i, j]):.6g}" for j in range(min(n, 8))]
        lines.append("[" + ", ".join(numbers + ["…"] * (n > 8)) + "]")
    return "\n  ".join([f"({m} × {n})", *lines] + ["…"] * (m > 8))


# ------------------------------------------------------------------ making matrices


def asarray(rows: Any, dtype: type = float64) -> Matrix:
    """A matrix from a list of equally long rows of numbers.

    Raises DataError for no rows, empty rows or rows of different lengths.
    """
    if isinstance(rows, Matrix):
        return astype(rows, dtype)
    made = [tuple(map(dtype, row)) for row in rows]
    if not made or not made[0]:
        raise DataError("asarray: a matrix has at least one row and one column")
    n = len(made[0])
    for i, row in enumerate(made):
        if len(row) != n:
            raise DataError(f"asarray: row {i} has {len(row)} entries, row 0 has {n}")
    return Matrix(made)


def astype(A: Matrix, dtype: type) -> Matrix:
    """The entries as float64; True and False become 1 and 0."""
    return Matrix([list(map(dtype, row)) for row in A.rows])


# --------------------------------------------------------- functions of one matrix


def exp(A: Matrix) -> Matrix:
    """eᵃ of each entry."""
    return _map(math.exp, _exp, A)


def log(A: Matrix) -> Matrix:
    """The natural logarithm of each entry; log 0 is −∞."""
    return _map(math.log, _log, A)


def log1p(A: Matrix) -> Matrix:
    """ln(1 + a) of each entry, exact for small a."""
    return _map(math.log1p, _log1p, A)


def tanh(A: Matrix) -> Matrix:
    """(eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ) of each entry."""
    return Matrix([list(map(math.tanh, row)) for row in A.rows])


def sqrt(A: Matrix) -> Matrix:
    """The square root of each entry."""
    return _map(math.sqrt, _sqrt, A)


def abs(A: Matrix) -> Matrix:
    """The absolute value of each entry."""
    return Matrix([list(map(_abs, row)) for row in A.rows])


def isfinite(A: Matrix) -> Matrix:
    """True where an entry is neither infinite nor NaN."""
    return Matrix([list(map(math.isfinite, row)) for row in A.rows])


# ------------------------------------------------------- functions of two matrices


def maximum(A: Operand, B: Operand) -> Matrix:
    """The larger of each pair of entries; NaN where either is."""
    return elementwise("maximum", _maximum, A, B)


def minimum(A: Operand, B: Operand) -> Matrix:
    """The smaller of each pair of entries; NaN where either is."""
    return elementwise("minimum", _minimum, A, B)


def where(condition: Matrix, A: Operand, B: Operand) -> Matrix:
    """A's entry where the condition is true, else B's."""
    choices = elementwise("where", lambda yes, a: (yes, a), condition, A)
    return elementwise("where", lambda choice, b: choice[1] if choice[0] else b, choices, B)


# ---------------------------------------------------------------------- reductions
# axis=0 runs down the rows and leaves one row (1 × n); axis=1 runs along each row and
# leaves one column (m × 1); axis=None takes all entries and gives a Python number.
# A matrix has two axes, so a row or column that is left keeps its place: keepdims=True.


def _reduce(
    name: str, f: Callable[[Iterable[Any]], Any], A: Matrix, axis: int | None, keepdims: bool
) -> Any:
    if axis is None:
        value = f(a for row in A.rows for a in row)
        return Matrix([[value]]) if keepdims else value
    if not keepdims:
        raise ShapeError(f"{name}(axis={axis}): all arrays have two axes; pass keepdims=True")
    if axis == 0:
        return Matrix([list(map(f, columns_of(A.rows)))])
    if axis == 1:
        return Matrix([[f(row)] for row in A.rows])
    raise ShapeError(f"{name}: axis is {short(axis)}, must be 0 (down), 1 (along the rows) or None")


def _largest(values: Iterable[float]) -> float:
    values = list(values)
    return _max(values) if _all(a == a for a in values) else math.nan


def _average(values: Iterable[float]) -> float:
    values = list(values)
    total: float = _sum(values)
    return total / len(values)


def _place_of_largest(values: Iterable[float]) -> int:
    values = list(values)
    return next((i for i, a in enumerate(values) if a != a), None) or values.index(_max(values))


def sum(A: Matrix, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The sum of all entries, of each column (axis=0) or of each row (axis=1)."""
    return _reduce("sum", builtins.sum, A, axis, keepdims)


def mean(A: Matrix, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The sum divided by the count of entries."""
    return _reduce("mean", _average, A, axis, keepdims)


def max(A: Matrix, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The largest entry; NaN if any is."""
    return _reduce("max", _largest, A, axis, keepdims)


def all(A: Matrix, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """True if every entry is true."""
    return _reduce("all", builtins.all, A, axis, keepdims)


def argmax(A: Matrix, *, axis: int | None = None, keepdims: bool = False) -> Any:
    """The place (from 0) of the largest entry, the first if there are several."""
    return _reduce("argmax", _place_of_largest, A, axis, keepdims)
