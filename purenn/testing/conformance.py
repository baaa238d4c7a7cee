"""The tests of a backend: every operation against its definition, laws, and networks.

Each test takes the fixture `backend`. The operations are held against the definitions in
purenn.testing.plain on matrices that hypothesis makes up: from 1 × 1, with rows and
columns to repeat, zeros of both signs, denormals and numbers up to 1e300. The networks
are held against the same networks on the built-in lists of rows with no faster form of
any operation.

The examples are the same in every run. PURENN_TEST_EXAMPLES=1000 tries as many random
ones a test instead.

How far a result may be off is never a guess: elementwise results the backend's own
tolerance; a sum of k terms a few roundings of Σ|terms| (Higham 2002, section 3.1).
"""

from __future__ import annotations

import math
import operator
import os
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn import initializers, kernels, matrix
from purenn.backend import API_VERSION, DERIVED, PRIMITIVES, ArrayAPIBackend, Backend
from purenn.errors import DataError, NonFiniteError
from purenn.losses import Loss
from purenn.optimizers import Optimizer
from purenn.testing import plain
from purenn.testing.plain import Rows

EXAMPLES = os.environ.get("PURENN_TEST_EXAMPLES", "")
searching = settings(
    max_examples=int(EXAMPLES or 20),
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# ------------------------------------------------------------------ matrices to try

EPSILON = sys.float_info.epsilon
TINY = 1e-322  # some denormals: how far roundings that underflow may add up to
LARGEST = sys.float_info.max
INFINITE = math.inf

SPECIAL = (0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, 1e300, -1e300)
moderate = st.floats(-10, 10)
numbers = st.sampled_from(SPECIAL) | moderate | st.floats(-1e300, 1e300)
odd_numbers = numbers | st.sampled_from((math.inf, -math.inf, math.nan))
logits = (
    st.sampled_from((0.0, -0.0, 1e4, -1e4, 709.5, 745.2, -745.2, 37.0, -37.0))
    | st.floats(-40, 40)
    | st.floats(-1e4, 1e4)
)
shares = st.sampled_from((0.0, 1.0, 0.5, 5e-324, 1.0 - 1e-16)) | st.floats(0, 1)
sizes = st.integers(1, 6)

Strategy = st.SearchStrategy[Any]


def rows_of(m: int, n: int, entries: Strategy) -> Strategy:
    """m rows of n entries."""
    return st.lists(st.lists(entries, min_size=n, max_size=n), min_size=m, max_size=m)


@st.composite
def matrices(draw: Any, entries: Strategy = numbers) -> Rows:
    """One matrix."""
    return draw(rows_of(draw(sizes), draw(sizes), entries))  # type: ignore[no-any-return]


@st.composite
def equal_shapes(draw: Any, *entries: Strategy) -> tuple[Rows, ...]:
    """As many matrices of one shape as kinds of entries are given."""
    m, n = draw(sizes), draw(sizes)
    return tuple(draw(rows_of(m, n, kind)) for kind in entries)


@st.composite
def operands(
    draw: Any, entries: Strategy = odd_numbers, number_first: bool = True
) -> tuple[Any, Any]:
    """Two operands: matrices of one shape; or one is a row, a column, 1 × 1 or a number."""
    m, n = draw(sizes), draw(sizes)
    first: Any = draw(rows_of(m, n, entries))
    kind = draw(st.sampled_from(("matrix", "row", "column", "single", "number", "both")))
    if kind == "number":
        second: Any = draw(entries)
    elif kind == "both":  # (m × 1) with (1 × n)
        first = draw(rows_of(m, 1, entries))
        second = draw(rows_of(1, n, entries))
    else:
        rows, columns = kind in ("row", "single"), kind in ("column", "single")
        second = draw(rows_of(1 if rows else m, 1 if columns else n, entries))
    if draw(st.booleans()) and (number_first or kind != "number"):
        first, second = second, first
    return first, second


@st.composite
def factors(draw: Any, entries: Strategy = numbers, bias: bool = False) -> tuple[Rows, ...]:
    """A (m × k) and B (k × n), and a row (1 × n) where there is to be a bias."""
    m, k, n = draw(sizes), draw(sizes), draw(sizes)
    made = draw(rows_of(m, k, entries)), draw(rows_of(k, n, entries))
    return (*made, draw(rows_of(1, n, entries))) if bias else made


@st.composite
def classified(draw: Any, hard: bool) -> tuple[Rows, Rows]:
    """Logits Z, and targets Y: one 1 a row, or rows of shares that add up to about 1."""
    m, n = draw(sizes), draw(sizes)
    Z = draw(rows_of(m, n, logits))
    if not hard:
        S = draw(rows_of(m, n, st.floats(0.01, 1)))
        return Z, [[s / sum(row) for s in row] for row in S]
    labels = draw(st.lists(st.integers(0, n - 1), min_size=m, max_size=m))
    return Z, [[float(j == label) for j in range(n)] for label in labels]


# ---------------------------------------------------------------------- comparing


@contextmanager
def warnings_are(action: Any) -> Iterator[None]:
    """Within the block: "ignore" what a library says of infinities, or "error"."""
    with warnings.catch_warnings():
        warnings.simplefilter(action)
        yield


def array_of(backend: Backend, operand: Any) -> Any:
    """Rows as an array of the backend; a number stays one."""
    return backend.from_list(operand) if isinstance(operand, list) else operand


def bits(rows: Rows) -> list[list[str]]:
    """The numbers as text that tells every bit, the sign of zero too."""
    return [[float(a).hex() for a in row] for row in rows]


def near(a: float, b: float, tolerance: float, slack: float = 0.0) -> bool:
    """a is b, to a relative tolerance and an absolute slack (infinite: anything goes)."""
    if a == b or slack == INFINITE or math.isnan(slack):
        return True
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):  # one overflowed: the other must have been about to
        return (a > 0) == (b > 0) and min(abs(a), abs(b)) >= LARGEST * (1.0 - tolerance)
    return abs(a - b) <= tolerance * max(abs(a), abs(b)) + slack + TINY


def assert_near(
    backend: Backend,
    got: Any,
    expected: Rows,
    slack: Rows | float = 0.0,
    tolerance: float | None = None,
) -> None:
    """An array of the backend has the shape and the numbers that are expected."""
    tolerance = backend.tolerance if tolerance is None else tolerance
    assert tuple(got.shape) == plain.shape(expected)
    for i, row in enumerate(backend.to_list(got)):
        for j, value in enumerate(row):
            wanted, extra = expected[i][j], plain.entry(slack, i, j)
            assert near(value, wanted, tolerance, extra), (i, j, value, wanted, extra)


def assert_number(backend: Backend, got: Any, expected: float, slack: float = 0.0) -> None:
    """A full reduction of the backend is the number that is expected."""
    value = backend.item(got)
    assert type(value) is float
    assert near(value, expected, backend.tolerance, slack), (value, expected, slack)


def roundings(terms: int, sizes_added: Rows) -> Rows:
    """The slack of sums of so many terms, from the sums of the terms' sizes."""
    unsafe = LARGEST / 4.0  # a partial sum may overflow in one order and not in another
    return [
        [INFINITE if not s < unsafe else 4.0 * (terms + 2) * EPSILON * s for s in row]
        for row in sizes_added
    ]


def slack_of_product(A: Rows, B: Rows) -> Rows:
    """For A @ B: roundings of Σₖ |A[i,k]| |B[k,j]|."""
    return roundings(len(B), plain.matmul(plain.abs(A), plain.abs(B)))


def forms(backend: Backend, name: str, *arguments: Any) -> list[Any]:
    """What the backend's own form of a derived operation gives, and what the definition in
    the contract gives on this backend."""
    arrays = [array_of(backend, a) for a in arguments]
    return [getattr(backend, name)(*arrays), getattr(Backend, name)(backend, *arrays)]


# ------------------------------------------------------------------- the contract


def test_the_backend_fulfils_the_contract(backend: Backend) -> None:
    assert backend.name
    assert backend.api_version == API_VERSION
    assert isinstance(backend.lazy, bool)
    assert 0.0 < backend.tolerance <= 1e-6
    assert [name for name in PRIMITIVES if not callable(getattr(backend, name, None))] == []
    assert nn.get_backend(backend) is backend


def test_every_operation_has_a_definition() -> None:
    conversions = {"astype", "compute", "from_list", "from_source", "is_array", "item", "to_list"}
    named = {*PRIMITIVES, *DERIVED} - conversions
    assert [name for name in sorted(named) if not callable(getattr(plain, name, None))] == []


@searching
@given(A=matrices(odd_numbers))
def test_rows_come_back_bit_for_bit(backend: Backend, A: Rows) -> None:
    array = backend.from_list(A)
    assert tuple(array.shape) == plain.shape(A)
    back = backend.to_list(array)
    assert bits(back) == bits(A)
    assert {type(a) for row in back for a in row} == {float}
    assert bits(backend.to_list(backend.compute(array))) == bits(A)


def test_whole_numbers_become_floats(backend: Backend) -> None:
    back = backend.to_list(backend.from_list([[1, 2], [3, 4]]))
    assert back == [[1.0, 2.0], [3.0, 4.0]]
    assert {type(a) for row in back for a in row} == {float}


def test_is_array_knows_its_own(backend: Backend) -> None:
    array = backend.from_list([[1.0, 2.0]])
    assert backend.is_array(array)
    assert backend.is_array(array > 1.0)
    assert not any(map(backend.is_array, ([[1.0, 2.0]], 1.0, "1", None)))


def test_item_is_a_python_float(backend: Backend) -> None:
    array = backend.from_list([[1.0, 2.5]])
    assert_number(backend, backend.sum(array), 3.5)
    assert_number(backend, backend.all(array > 0.0), 1.0)
    assert_number(backend, backend.all(array > 1.0), 0.0)


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 (its own)


@pytest.mark.parametrize("again", [copy, deepcopy, pickled])
def test_copies_and_pickles(backend: Backend, again: Callable[[Any], Any]) -> None:
    array = backend.from_list([[0.1, -0.0, math.inf], [5e-324, math.nan, -1e300]])
    for each in (array, array > 0.5, array.T):
        made = again(each)
        assert backend.is_array(made)
        assert repr(backend.to_list(made)) == repr(backend.to_list(each))  # True is not 1.0
    assert again(backend) is backend


@searching
@given(A=matrices(odd_numbers), data=st.data())
def test_take(backend: Backend, A: Rows, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(A) - 1), min_size=1, max_size=8))
    got = backend.take(backend.from_list(A), places)
    assert bits(backend.to_list(got)) == bits(plain.take(A, places))


@searching
@given(A=matrices(odd_numbers))
def test_astype_makes_ones_and_zeros_of_bools(backend: Backend, A: Rows) -> None:
    got = backend.astype(backend.from_list(A) > 0.5, backend.float64)
    assert backend.to_list(got) == [[float(a > 0.5) for a in row] for row in A]
    assert {type(a) for row in backend.to_list(got) for a in row} == {float}


# ------------------------------------------------------------------- operators

ARITHMETIC = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}
COMPARISONS = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


@pytest.mark.parametrize("name", ARITHMETIC)
@searching
@given(pair=operands())
def test_arithmetic(backend: Backend, name: str, pair: tuple[Any, Any]) -> None:
    A, B = (array_of(backend, operand) for operand in pair)
    with warnings_are("ignore"):
        got = ARITHMETIC[name](A, B)
    assert_near(backend, got, getattr(plain, name)(*pair))


@searching
@given(A=matrices(), B=st.sampled_from((2.0, 0.5, 3.0, -1.0, 0.0, -2.0)) | moderate)
def test_power_of_a_number(backend: Backend, A: Rows, B: float) -> None:
    with warnings_are("ignore"):
        assert_near(backend, backend.from_list(A) ** B, plain.pow(A, B))


@searching
@given(pair=operands(number_first=False))
def test_power(backend: Backend, pair: tuple[Any, Any]) -> None:
    A, B = (array_of(backend, operand) for operand in pair)
    with warnings_are("ignore"):
        assert_near(backend, A**B, plain.pow(*pair))


@pytest.mark.parametrize("name", COMPARISONS)
@searching
@given(pair=operands(st.sampled_from((0.0, -0.0, 1.0)) | odd_numbers))
def test_comparisons(backend: Backend, name: str, pair: tuple[Any, Any]) -> None:
    A, B = (array_of(backend, operand) for operand in pair)
    got = backend.to_list(COMPARISONS[name](A, B))
    assert got == getattr(plain, name)(*pair)
    assert {type(value) for row in got for value in row} == {bool}


@searching
@given(A=matrices(odd_numbers))
def test_negative_and_transpose(backend: Backend, A: Rows) -> None:
    array = backend.from_list(A)
    assert bits(backend.to_list(-array)) == bits(plain.negative(A))
    assert bits(backend.to_list(array.T)) == bits(plain.transpose(A))
    assert bits(backend.to_list(array.T.T)) == bits(A)


@searching
@given(pair=factors())
def test_matmul(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    A, B = pair
    with warnings_are("ignore"):
        got = backend.from_list(A) @ backend.from_list(B)
    assert_near(backend, got, plain.matmul(A, B), slack_of_product(A, B), 0.0)


def test_matmul_carries_nan_and_infinity(backend: Backend) -> None:
    A = backend.from_list([[math.nan, 0.0], [math.inf, 1.0]])
    with warnings_are("ignore"):
        got = backend.to_list(A @ backend.from_list([[0.0, 2.0], [1.0, 1.0]]))
    assert all(map(math.isnan, (*got[0], got[1][0])))
    assert got[1][1] == math.inf


# ------------------------------------------------------------------- functions

ONE = ("abs", "exp", "isfinite", "log", "log1p", "sqrt", "tanh")


@pytest.mark.parametrize("name", ONE)
@searching
@given(A=matrices(odd_numbers | logits))
def test_functions_of_one_array(backend: Backend, name: str, A: Rows) -> None:
    with warnings_are("ignore"):
        got = getattr(backend, name)(backend.from_list(A))
    assert_near(backend, got, getattr(plain, name)(A))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@searching
@given(pair=operands(number_first=False))
def test_maximum_and_minimum(backend: Backend, name: str, pair: tuple[Any, Any]) -> None:
    A, B = (array_of(backend, operand) for operand in pair)
    with warnings_are("ignore"):
        assert_near(backend, getattr(backend, name)(A, B), getattr(plain, name)(*pair), 0.0, 0.0)


@searching
@given(pair=operands(), bound=moderate)
def test_where(backend: Backend, pair: tuple[Any, Any], bound: float) -> None:
    A, B = pair
    condition = plain.each(lambda a, b: min(a, b) > bound, A, B)
    C = backend.from_list([[float(yes) for yes in row] for row in condition]) > 0.5
    got = backend.where(C, array_of(backend, A), array_of(backend, B))
    assert_near(backend, got, plain.where(condition, A, B), 0.0, 0.0)


# ------------------------------------------------------------------- reductions


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "mean"])
@searching
@given(A=matrices(odd_numbers))
def test_sum_and_mean(backend: Backend, name: str, axis: int | None, A: Rows) -> None:
    expected = getattr(plain, name)(A, axis)
    exact = all(map(math.isfinite, (a for row in A for a in row)))
    slack: Any = roundings(len(A) * len(A[0]), plain.sum(plain.abs(A), axis)) if exact else 0.0
    with warnings_are("ignore"):
        if axis is None:
            result = getattr(backend, name)(backend.from_list(A))
            assert_number(backend, result, expected[0][0], plain.entry(slack, 0, 0))
        else:
            got = getattr(backend, name)(backend.from_list(A), axis=axis, keepdims=True)
            if not exact:  # an overflow on the way may come before the infinity or after it
                assume(all(map(math.isfinite, plain.sum(finite_part(A), axis)[0])))
            assert_near(backend, got, expected, slack)


def finite_part(A: Rows) -> Rows:
    """The sizes of the finite entries; 0 for the others."""
    return [[abs(a) if math.isfinite(a) else 0.0 for a in row] for row in A]


@pytest.mark.parametrize("axis", [None, 0, 1])
@searching
@given(A=matrices(odd_numbers))
def test_max(backend: Backend, axis: int | None, A: Rows) -> None:
    expected = plain.max(A, axis)
    with warnings_are("ignore"):
        if axis is None:
            assert_number(backend, backend.max(backend.from_list(A)), expected[0][0])
        else:
            got = backend.max(backend.from_list(A), axis=axis, keepdims=True)
            assert_near(backend, got, expected, 0.0, 0.0)


@pytest.mark.parametrize("axis", [None, 0, 1])
@searching
@given(A=matrices(st.sampled_from((0.0, 1.0, 2.0)) | numbers | st.just(-math.inf)))
def test_argmax(backend: Backend, axis: int | None, A: Rows) -> None:
    expected = plain.argmax(A, axis)
    if axis is None:
        assert backend.item(backend.argmax(backend.from_list(A))) == expected[0][0]
    else:
        got = backend.argmax(backend.from_list(A), axis=axis, keepdims=True)
        assert backend.to_list(got) == expected


@pytest.mark.parametrize("axis", [None, 0, 1])
@searching
@given(A=matrices(st.sampled_from((1.0, 1.0, 1.0, 0.0))))
def test_all(backend: Backend, axis: int | None, A: Rows) -> None:
    B = backend.from_list(A) > 0.5
    expected = plain.all([[a > 0.5 for a in row] for row in A], axis)
    if axis is None:
        assert_number(backend, backend.all(B), float(expected[0][0]))
    else:
        assert backend.to_list(backend.all(B, axis=axis, keepdims=True)) == expected


# ------------------------------------------------------------ derived: the dense layer


@pytest.mark.parametrize("entries", [moderate, numbers])
@searching
@given(data=st.data())
def test_linear(backend: Backend, entries: Strategy, data: st.DataObject) -> None:
    X, W, b = data.draw(factors(entries, bias=True))
    sizes_added = plain.linear(*(plain.abs(A) for A in (X, W, b)))
    with warnings_are("ignore"):
        for Z in forms(backend, "linear", X, W, b):
            assert_near(backend, Z, plain.linear(X, W, b), roundings(len(W) + 1, sizes_added), 0.0)
        for Z in forms(backend, "linear", X, W, None):
            assert_near(backend, Z, plain.linear(X, W, None), slack_of_product(X, W), 0.0)


@pytest.mark.parametrize("entries", [moderate, numbers])
@searching
@given(data=st.data())
def test_linear_gradients(backend: Backend, entries: Strategy, data: st.DataObject) -> None:
    XT, dZ = data.draw(factors(entries))
    X = plain.transpose(XT)
    dW, db = plain.linear_gradients(X, dZ)
    ones = [[1.0] * len(dZ)]
    with warnings_are("ignore"):
        for got_dW, got_db in forms(backend, "linear_gradients", X, dZ):
            assert_near(backend, got_dW, dW, slack_of_product(XT, dZ), 0.0)
            assert_near(backend, got_db, db, slack_of_product(ones, dZ), 0.0)


@pytest.mark.parametrize("entries", [moderate, numbers])
@searching
@given(data=st.data())
def test_linear_input_gradient(backend: Backend, entries: Strategy, data: st.DataObject) -> None:
    dZ, WT = data.draw(factors(entries))
    W = plain.transpose(WT)
    with warnings_are("ignore"):
        for dX in forms(backend, "linear_input_gradient", dZ, W):
            expected = plain.linear_input_gradient(dZ, W)
            assert_near(backend, dX, expected, slack_of_product(dZ, WT), 0.0)


# ------------------------------------------------------------ derived: activations


def exponent_error(Z: Rows) -> Rows:
    """Along each row, how far the rounding of z − M may move e^(z − M), relative."""
    return [[4.0 * EPSILON * (1.0 + max(map(abs, row)))] for row in Z]


@searching
@given(Z=matrices(logits))
def test_sigmoid(backend: Backend, Z: Rows) -> None:
    with warnings_are("error"):
        for A in forms(backend, "sigmoid", Z):
            assert_near(backend, A, plain.sigmoid(Z))


def test_sigmoid_of_infinities(backend: Backend) -> None:
    Z = [[-math.inf, -1e300, -5e-324, 0.0, 1e300, math.inf, math.nan]]
    with warnings_are("ignore"):
        for A in forms(backend, "sigmoid", Z):
            got = backend.to_list(A)[0]
            assert got[:6] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
            assert math.isnan(got[6])


@searching
@given(pair=equal_shapes(numbers, shares))
def test_sigmoid_backward_from_output(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    for dZ in forms(backend, "sigmoid_backward_from_output", *pair):
        assert_near(backend, dZ, plain.sigmoid_backward_from_output(*pair))


@searching
@given(pair=equal_shapes(numbers, shares | st.floats(-1, 1)))
def test_tanh_backward_from_output(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    slack = plain.multiply(plain.abs(pair[0]), 4.0 * EPSILON)  # 1 − a² near a = ±1
    for dZ in forms(backend, "tanh_backward_from_output", *pair):
        assert_near(backend, dZ, plain.tanh_backward_from_output(*pair), slack)


@searching
@given(Z=matrices(odd_numbers), dA=st.data(), slope=shares)
def test_relus(backend: Backend, Z: Rows, dA: st.DataObject, slope: float) -> None:
    D = dA.draw(rows_of(*plain.shape(Z), odd_numbers))
    with warnings_are("ignore"):
        for A in forms(backend, "relu", Z):
            assert_near(backend, A, plain.relu(Z), 0.0, 0.0)
        for A in forms(backend, "leaky_relu", Z, slope):
            assert_near(backend, A, plain.leaky_relu(Z, slope))
        for dZ in forms(backend, "relu_backward_from_output", D, Z):
            assert_near(backend, dZ, plain.relu_backward_from_output(D, Z), 0.0, 0.0)
        for dZ in forms(backend, "leaky_relu_backward_from_input", D, Z, slope):
            assert_near(backend, dZ, plain.leaky_relu_backward_from_input(D, Z, slope))


@searching
@given(Z=matrices(logits))
def test_softmax(backend: Backend, Z: Rows) -> None:
    P = plain.softmax(Z)
    with warnings_are("error"):
        for got in forms(backend, "softmax", Z):
            assert_near(backend, got, P, plain.multiply(P, exponent_error(Z)))


def test_softmax_carries_nan(backend: Backend) -> None:
    with warnings_are("ignore"):
        for row in ([math.nan, 1.0, 2.0], [1.0, math.nan, 2.0], [1.0, 2.0, math.inf]):
            for got in forms(backend, "softmax", [row]):
                assert any(map(math.isnan, backend.to_list(got)[0]))


@searching
@given(pair=equal_shapes(moderate, shares))
def test_softmax_backward_from_output(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    dA, A = pair
    added = plain.sum(plain.multiply(plain.abs(dA), A), 1)
    slack = plain.multiply(A, roundings(len(A[0]) + 2, plain.add(plain.abs(dA), added)))
    for dZ in forms(backend, "softmax_backward_from_output", dA, A):
        assert_near(backend, dZ, plain.softmax_backward_from_output(dA, A), slack)


# ------------------------------------------------------------ derived: losses


@searching
@given(Z=matrices(logits))
def test_log_softmax(backend: Backend, Z: Rows) -> None:
    with warnings_are("error"):
        for got in forms(backend, "log_softmax", Z):
            assert_near(backend, got, plain.log_softmax(Z), 8.0 * EPSILON)


@searching
@given(Z=matrices(logits | st.sampled_from((1e300, -1e300))))
def test_softplus(backend: Backend, Z: Rows) -> None:
    with warnings_are("error"):
        for got in forms(backend, "softplus", Z):
            assert_near(backend, got, plain.softplus(Z))


@searching
@given(pair=equal_shapes(numbers, numbers), scale=st.sampled_from((1.0, 0.5, 0.125, 1 / 3)))
def test_squared_error(backend: Backend, pair: tuple[Rows, Rows], scale: float) -> None:
    L, dP = plain.squared_error(*pair, scale)
    with warnings_are("ignore"):
        for got, slope in forms(backend, "squared_error", *pair, scale):
            assert_number(backend, got, L)
            assert_near(backend, slope, dP)


@pytest.mark.parametrize("hard", [True, False])
@searching
@given(data=st.data())
def test_softmax_cross_entropy(backend: Backend, hard: bool, data: st.DataObject) -> None:
    Z, Y = data.draw(classified(hard))
    L, P = plain.softmax_cross_entropy(Z, Y)
    slack = 8.0 * EPSILON * (len(Z) + L)
    with warnings_are("error"):
        for got, got_P in forms(backend, "softmax_cross_entropy", Z, Y):
            assert_number(backend, got, L, slack)
            assert_near(backend, got_P, P, plain.multiply(P, exponent_error(Z)))


@pytest.mark.parametrize("targets", [st.sampled_from((0.0, 1.0)), shares])
@searching
@given(data=st.data())
def test_sigmoid_cross_entropy(backend: Backend, targets: Strategy, data: st.DataObject) -> None:
    Z, Y = data.draw(equal_shapes(logits, targets))
    L, P = plain.sigmoid_cross_entropy(Z, Y)
    hard = all(y in (0.0, 1.0) for row in Y for y in row)  # then nothing cancels
    largest = max(abs(z) for row in Z for z in row)
    slack = 0.0 if hard else 8.0 * EPSILON * largest * len(Z) * len(Z[0])
    with warnings_are("error"):
        for got, got_P in forms(backend, "sigmoid_cross_entropy", Z, Y):
            assert_number(backend, got, L, slack)
            assert_near(backend, got_P, P)


def test_small_losses_keep_their_digits(backend: Backend) -> None:
    """Of a right and sure prediction a small loss is left, not the rounding of large logits.

    softmax: −ln p = ln(1 + e^−d) for logits d apart, here as far as 1 + e^−d can tell.
    """
    for z, y in ((30.0, 1.0), (-30.0, 0.0), (700.0, 1.0), (5e3, 1.0), (-5e3, 0.0)):
        for L, _ in forms(backend, "sigmoid_cross_entropy", [[z]], [[y]]):
            assert_number(backend, L, math.log1p(math.exp(-abs(z))))
    for z in (20.0, 1e4):
        for L, _ in forms(backend, "softmax_cross_entropy", [[z, z - 20.0]], [[1.0, 0.0]]):
            assert_number(backend, L, math.log1p(math.exp(-20.0)), 2.0 * EPSILON)


# ------------------------------------------------------------ derived: optimizers


@searching
@given(pair=equal_shapes(numbers, numbers), rate=st.sampled_from((0.1, 1.0, 1e-3)) | shares)
def test_descend(backend: Backend, pair: tuple[Rows, Rows], rate: float) -> None:
    W, dW = pair
    slack = plain.multiply(plain.add(plain.abs(W), plain.multiply(plain.abs(dW), rate)), EPSILON)
    for got in forms(backend, "descend", W, dW, rate):
        assert_near(backend, got, plain.descend(W, dW, rate), slack)


# --------------------------------------------------------------------------- laws


@searching
@given(Z=matrices(logits))
def test_sigmoid_is_symmetric(backend: Backend, Z: Rows) -> None:
    """1 − σ(z) = σ(−z)."""
    A = backend.from_list(Z)
    assert_near(
        backend, 1.0 - backend.sigmoid(A), backend.to_list(backend.sigmoid(-A)), 2.0 * EPSILON
    )


@searching
@given(Z=matrices(logits))
def test_rows_of_softmax_add_up_to_one(backend: Backend, Z: Rows) -> None:
    P = backend.softmax(backend.from_list(Z))
    assert_near(backend, backend.sum(P, axis=1, keepdims=True), [[1.0]] * len(Z))
    assert backend.item(backend.all(P >= 0.0)) == 1.0


@searching
@given(Z=matrices(logits), shift=st.integers(-1000, 1000))
def test_softmax_does_not_see_a_shift(backend: Backend, Z: Rows, shift: int) -> None:
    A = backend.from_list(Z)
    P = backend.to_list(backend.softmax(A))
    error = plain.add(exponent_error(Z), 4.0 * EPSILON * abs(shift))
    assert_near(backend, backend.softmax(A + float(shift)), P, plain.multiply(P, error))


@searching
@given(Z=matrices(logits))
def test_sigmoid_is_softmax_of_two(backend: Backend, Z: Rows) -> None:
    """σ(z) is the first of softmax(z, 0)."""
    column = [[z] for row in Z for z in row]
    P = backend.to_list(backend.softmax(backend.from_list([[z, 0.0] for (z,) in column])))
    slack = plain.multiply([[p] for p, _ in P], exponent_error(column))
    assert_near(backend, backend.sigmoid(backend.from_list(column)), [[p] for p, _ in P], slack)


@searching
@given(Z=matrices(st.floats(-300, 300)))
def test_log_softmax_is_the_logarithm_of_softmax(backend: Backend, Z: Rows) -> None:
    A = backend.from_list(Z)
    logarithms = backend.to_list(backend.log(backend.softmax(A)))
    assert_near(backend, backend.log_softmax(A), logarithms, 1e4 * EPSILON)


@searching
@given(pair=factors(moderate))
def test_transposed_product(backend: Backend, pair: tuple[Rows, Rows]) -> None:
    """(A @ B)ᵀ = Bᵀ @ Aᵀ."""
    A, B = map(backend.from_list, pair)
    slack = plain.transpose(slack_of_product(*pair))
    assert_near(backend, B.T @ A.T, backend.to_list((A @ B).T), slack, 0.0)


@pytest.mark.parametrize("name", ARITHMETIC)
@searching
@given(A=matrices(moderate), data=st.data())
def test_broadcasting_is_copying(backend: Backend, name: str, A: Rows, data: st.DataObject) -> None:
    """A row stands for m equal rows, a column for n equal columns, a number for both."""
    m, n = plain.shape(A)
    f, X = ARITHMETIC[name], backend.from_list(A)
    (row,) = data.draw(rows_of(1, n, moderate))
    column = data.draw(rows_of(m, 1, moderate))
    with warnings_are("ignore"):
        for short, copies in (
            ([row], [row] * m),
            (column, [c * n for c in column]),
            (row[0], [[row[0]] * n] * m),
        ):
            B, C = array_of(backend, short), backend.from_list(copies)
            assert bits(backend.to_list(f(X, B))) == bits(backend.to_list(f(X, C)))
            assert bits(backend.to_list(f(B, X))) == bits(backend.to_list(f(C, X)))


@searching
@given(A=matrices(moderate), data=st.data())
def test_operations_leave_their_operands_alone(
    backend: Backend, A: Rows, data: st.DataObject
) -> None:
    B = data.draw(rows_of(*plain.shape(A), moderate))
    X, Y = backend.from_list(A), backend.from_list(B)
    backend.descend(X, Y, 0.1)
    backend.sigmoid_backward_from_output(X, Y)
    backend.squared_error(X, Y, 0.5)
    backend.softmax_cross_entropy(X, Y)
    backend.linear_gradients(X, Y)
    assert bits(backend.to_list(X)) == bits(A)
    assert bits(backend.to_list(Y)) == bits(B)


# ----------------------------------------------------------------------- networks
# The reference: the built-in matrix, with every derived operation as the contract
# defines it.

REFERENCE = ArrayAPIBackend("definitions", matrix, faster=SimpleNamespace(take=kernels.take))
XOR_X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
XOR_Y = [0.0, 1.0, 1.0, 0.0]
LABELS = [0, 1, 2, 1, 0]
ROWS = nn.RandomState(7).randn(5, 3)
TARGETS = nn.RandomState(8).uniform(-0.9, 0.9, (5, 3))

ACTIVATIONS: dict[str, Callable[[], Any]] = {
    "Identity": nn.Identity,
    "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh,
    "ReLU": nn.ReLU,
    "LeakyReLU": lambda: nn.LeakyReLU(0.1),
    "Softmax": nn.Softmax,
}
LOSSES: dict[str, tuple[Callable[[], Loss], Any]] = {
    "MeanSquaredError": (nn.MeanSquaredError, TARGETS),
    "SumSquaredError": (nn.SumSquaredError, TARGETS),
    "BinaryCrossEntropy": (
        nn.BinaryCrossEntropy,
        [[float(t > 0.0) for t in row] for row in TARGETS],
    ),
    "CrossEntropy": (nn.CrossEntropy, LABELS),
}
ENDS = [
    *(("MeanSquaredError", last) for last in ACTIVATIONS),
    *(("SumSquaredError", last) for last in ACTIVATIONS),
    ("BinaryCrossEntropy", "Sigmoid"),
    ("CrossEntropy", "Softmax"),
]
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "SGD": lambda: nn.SGD(0.1),
    "momentum": lambda: nn.SGD(0.1, momentum=0.9),
    "Nesterov": lambda: nn.SGD(0.1, momentum=0.9, nesterov=True),
    "Adam": lambda: nn.Adam(0.001),
}


def network_of(backend: Backend, hidden: str, last: str, bias: bool = True) -> nn.Network:
    """3 → 4 → 3, with and without biases that are not 0."""
    draw = initializers.Normal(0.0, 0.3) if bias else None
    return nn.Network(
        [
            nn.Dense(3, 4, bias=draw),
            ACTIVATIONS[hidden](),
            nn.Dense(4, 3, bias=draw),
            ACTIVATIONS[last](),
        ],
        seed=3,
        backend=backend,
    )


def assert_same_parameters(got: nn.Network, expected: nn.Network, tolerance: float) -> None:
    """The same names, and numbers that agree (below 1e-3 absolutely, above relatively)."""
    assert [name for name, _ in got.parameters] == [name for name, _ in expected.parameters]
    for (name, A), (_, B) in zip(got.parameters, expected.parameters, strict=True):
        for row, other in zip(A, B, strict=True):
            for a, b in zip(row, other, strict=True):
                assert near(a, b, tolerance, 1e-3 * tolerance), (name, a, b)


@pytest.mark.parametrize(("loss", "last"), ENDS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_one_step_agrees(backend: Backend, hidden: str, loss: str, last: str) -> None:
    make_loss, y = LOSSES[loss]
    for optimizer, make_optimizer in OPTIMIZERS.items():
        here, there = (
            network_of(b, hidden, last, bias=optimizer != "momentum") for b in (backend, REFERENCE)
        )
        losses = [
            nn.train(n, ROWS, y, loss=make_loss(), optimizer=make_optimizer(), epochs=1).losses[0]
            for n in (here, there)
        ]
        assert near(losses[0], losses[1], 1e-12)
        assert_same_parameters(here, there, 1e-12)
        assert_near(backend, here.predict(ROWS), REFERENCE.to_list(there.predict(ROWS)), 1e-14)


@pytest.mark.parametrize(("loss", "last"), ENDS)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_gradients_are_right(backend: Backend, hidden: str, loss: str, last: str) -> None:
    make_loss, y = LOSSES[loss]
    network = network_of(backend, hidden, last)
    report = nn.gradient_check(network, make_loss(), ROWS, y)
    assert report.max_error <= 1e-6, str(report)
    assert not any(entry.kink for entry in report.entries)


LONG_RUNS = [
    ("Sigmoid", "SumSquaredError", "Sigmoid", "SGD"),
    ("Tanh", "BinaryCrossEntropy", "Sigmoid", "momentum"),
    ("LeakyReLU", "MeanSquaredError", "Identity", "Nesterov"),
    ("ReLU", "CrossEntropy", "Softmax", "Adam"),
    ("Softmax", "MeanSquaredError", "Tanh", "Adam"),
    ("Identity", "MeanSquaredError", "Sigmoid", "momentum"),
]


def xor_run(
    backend: Backend, hidden: str, loss: str, last: str, optimizer: str, epochs: int
) -> tuple[list[float], nn.Network]:
    """XOR with four hidden units: the losses and the trained network."""
    n_out = 2 if loss == "CrossEntropy" else 1
    network = nn.Network(
        [nn.Dense(2, 4), ACTIVATIONS[hidden](), nn.Dense(4, n_out), ACTIVATIONS[last]()],
        seed=5,
        backend=backend,
    )
    history = nn.train(
        network, XOR_X, XOR_Y, loss=LOSSES[loss][0](), optimizer=OPTIMIZERS[optimizer](),
        epochs=epochs,
    )  # fmt: skip
    return history.losses, network


@cache
def xor_on_lists(*run: Any) -> tuple[list[float], nn.Network]:
    """The same run on the built-in backend, made once for all others."""
    return xor_run(nn.get_backend("python"), *run)


@pytest.mark.parametrize("run", LONG_RUNS, ids="-".join)
def test_a_long_run_agrees(backend: Backend, run: tuple[str, str, str, str], epochs: int) -> None:
    if backend.name == "python":  # against the definitions, which take their time
        epochs = min(epochs, 1000)
        expected_losses, expected = xor_run(REFERENCE, *run, epochs)
    else:
        expected_losses, expected = xor_on_lists(*run, epochs)
    losses, network = xor_run(backend, *run, epochs)
    assert len(losses) == len(expected_losses) == epochs
    assert all(near(a, b, 1e-8, 1e-12) for a, b in zip(losses, expected_losses, strict=True))
    assert_same_parameters(network, expected, 1e-8)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_mini_batches_agree(backend: Backend, optimizer: str) -> None:
    runs = []
    for b in (backend, REFERENCE):
        network = network_of(b, "Tanh", "Softmax")
        history = nn.train(
            network, ROWS, LABELS, loss=nn.CrossEntropy(), optimizer=OPTIMIZERS[optimizer](),
            epochs=4, batch_size=2, metrics=["accuracy", "mean_squared_error"],
        )  # fmt: skip
        runs.append((history, network))
    (here, network), (there, expected) = runs
    assert all(near(a, b, 1e-11) for a, b in zip(here.losses, there.losses, strict=True))
    assert here.metrics["accuracy"] == there.metrics["accuracy"]
    assert here.metrics["mean_squared_error"] == pytest.approx(
        there.metrics["mean_squared_error"], rel=1e-11
    )
    assert_same_parameters(network, expected, 1e-11)


INITIALIZERS = [
    initializers.Zeros(),
    initializers.Uniform(-0.5, 0.5),
    initializers.Normal(0.1, 0.01),
    initializers.GlorotUniform(),
    initializers.GlorotNormal(),
    initializers.HeUniform(),
    initializers.HeNormal(),
    initializers.LeCunUniform(),
    initializers.LeCunNormal(),
]


@pytest.mark.parametrize("draw", INITIALIZERS, ids=repr)
def test_one_seed_gives_the_same_bits(backend: Backend, draw: Any) -> None:
    layers = [nn.Dense(3, 4, weights=draw, bias=draw), nn.Tanh(), nn.Dense(4, 2, weights=draw)]
    for seed in (0, 42, 2**32 - 1):
        here = nn.Network(layers, seed=seed, backend=backend).parameters
        there = nn.Network(layers, seed=seed, backend=REFERENCE).parameters
        assert [(n, bits(rows)) for n, rows in here] == [(n, bits(rows)) for n, rows in there]


def test_moving_a_network_keeps_every_bit(backend: Backend) -> None:
    network = network_of(REFERENCE, "Tanh", "Identity")
    before = network.parameters
    assert network.to(backend) is network
    assert network.backend is backend
    assert backend.is_array(network.predict(ROWS))
    assert [bits(rows) for _, rows in network.parameters] == [bits(rows) for _, rows in before]
    network.to(REFERENCE)
    assert [bits(rows) for _, rows in network.parameters] == [bits(rows) for _, rows in before]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on_after_a_move(backend: Backend, optimizer: str) -> None:
    stay, move = (network_of(REFERENCE, "Sigmoid", "Identity") for _ in range(2))
    ways = [OPTIMIZERS[optimizer](), OPTIMIZERS[optimizer]()]
    for home, away in ((REFERENCE, REFERENCE), (REFERENCE, backend)):
        for network, way, place in ((stay, ways[0], home), (move, ways[1], away)):
            network.to(place)
            nn.train(network, ROWS, TARGETS, loss=nn.MeanSquaredError(), optimizer=way, epochs=3)
    assert_same_parameters(move, stay, 1e-11)


def test_arrays_of_this_backend_are_taken(backend: Backend) -> None:
    X, Y = backend.from_list(ROWS), backend.from_list(TARGETS)
    labels = backend.from_list([[float(label)] for label in LABELS])
    here = network_of(backend, "Tanh", "Softmax")
    there = network_of(backend, "Tanh", "Softmax")
    for loss, given_y, rows_y in (
        (nn.MeanSquaredError(), Y, TARGETS),
        (nn.CrossEntropy(), labels, LABELS),
    ):
        for network, x, y in ((here, X, given_y), (there, ROWS, rows_y)):
            nn.train(network, x, y, loss=loss, optimizer=nn.SGD(0.1), epochs=2)
    assert here.parameters == there.parameters


def test_arrays_of_one_backend_are_taken_by_another(backend: Backend) -> None:
    X, Y = backend.from_list(ROWS), backend.from_list(TARGETS)
    if not hasattr(X, "tolist"):
        pytest.skip(f"arrays of {backend.name} have no tolist")
    network, expected = (network_of(REFERENCE, "Tanh", "Identity") for _ in range(2))
    for n, x, y in ((network, X, Y), (expected, ROWS, TARGETS)):
        nn.train(n, x, y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=2)
    assert network.parameters == expected.parameters


def test_matrices_are_taken_by_this_backend(backend: Backend) -> None:
    network, expected = (network_of(backend, "Tanh", "Identity") for _ in range(2))
    X, Y = matrix.asarray(ROWS), matrix.asarray(TARGETS)
    for n, x, y in ((network, X, Y), (expected, ROWS, TARGETS)):
        nn.train(n, x, y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=2)
    assert network.parameters == expected.parameters


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_bad_numbers_in_arrays_are_refused(backend: Backend, bad: float) -> None:
    network = network_of(backend, "Tanh", "Identity")
    X, Y = [list(row) for row in ROWS], [list(row) for row in TARGETS]
    X[2][1] = Y[4][0] = bad
    with pytest.raises(DataError, match=r"X\[2\]\[1\] is .*finite"):
        network.predict(backend.from_list(X))
    with pytest.raises(DataError, match=r"y\[4\]\[0\] is .*finite"):
        nn.train(
            network, ROWS, backend.from_list(Y),
            loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=1,
        )  # fmt: skip


def test_a_loss_that_is_not_finite_stops_the_run(backend: Backend) -> None:
    network = network_of(backend, "Identity", "Identity")
    with warnings_are("ignore"), pytest.raises(NonFiniteError, match=r"^epoch \d+, batch 1: "):
        nn.train(
            network, ROWS, TARGETS, loss=nn.MeanSquaredError(), optimizer=nn.SGD(1e6), epochs=500
        )
    assert all(math.isfinite(w) for _, rows in network.parameters for row in rows for w in row)


def test_metrics(backend: Backend) -> None:
    P, Y = [[0.2, 0.8], [0.6, 0.4], [0.5, 0.5]], [[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]
    arrays = backend.from_list(P), backend.from_list(Y)
    assert nn.accuracy(backend, *arrays) == pytest.approx(2 / 3)
    assert nn.mean_squared_error(backend, *arrays) == pytest.approx(1.3 / 6)
    column = backend.from_list([[0.5], [0.4], [0.9], [0.1]])
    wanted = backend.from_list([[1.0], [1.0], [1.0], [0.0]])
    assert nn.accuracy(backend, column, wanted) == 0.75
