"""The definitions: each operation of the backend contract as loops over indices.

This is the slow form that a learner can read beside the formula, and the oracle that
the tests hold every backend against. It knows nothing of purenn's other files.

A matrix is a list of rows of floats. Letters: A, B, C (m × n); X (m × k), W (k × n),
b (1 × n), Z = X @ W + b; P predictions, Y targets; dA is dL/dA, and so on. `A[i][j]`
of the code is A[i,j] of the formulas. Arithmetic is IEEE 754's: where Python would
raise an exception, the result is infinite or NaN.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Rows: TypeAlias = list[list[Any]]
Operand: TypeAlias = Rows | float

# --------------------------------------------------------------- shapes and broadcasting


def shape(A: Rows) -> tuple[int, int]:
    """(number of rows, number of columns)"""
    return len(A), len(A[0])


def zeros(m: int, n: int) -> Rows:
    """m rows of n zeros."""
    return [[0.0] * n for _ in range(m)]


def entry(A: Operand, i: int, j: int) -> Any:
    """A[i,j], where a number, a single row and a single column are repeated as needed."""
    if not isinstance(A, list):
        return A
    m, n = shape(A)
    return A[i if m > 1 else 0][j if n > 1 else 0]


def each(f: Callable[..., Any], *operands: Operand) -> Rows:
    """C[i,j] = f(A[i,j], B[i,j], …)."""
    shapes = [shape(A) for A in operands if isinstance(A, list)]
    C = zeros(builtins.max(m for m, _ in shapes), builtins.max(n for _, n in shapes))
    for i in range(len(C)):
        for j in range(len(C[0])):
            C[i][j] = f(*(entry(A, i, j) for A in operands))
    return C


# ------------------------------------------------------------------- one or two numbers


def quotient(a: float, b: float) -> float:
    """a / b; a/0 is infinite, 0/0 NaN."""
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, math.copysign(1.0, a) * math.copysign(1.0, b))


def power(a: float, b: float) -> float:
    """aᵇ; infinite where it is too large or 1/0, NaN for a broken power of a negative."""
    try:
        return math.pow(a, b)
    except OverflowError:
        odd = b == math.floor(b) and math.fmod(b, 2.0) != 0.0
        return -math.inf if a < 0.0 and odd else math.inf
    except ValueError:
        if a < 0.0:
            return math.nan
        odd = b == math.floor(b) and math.fmod(b, 2.0) != 0.0
        return math.copysign(math.inf, a) if odd else math.inf


def exponential(a: float) -> float:
    """eᵃ; infinite where it is too large."""
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def logarithm(a: float) -> float:
    """ln a; −∞ for 0, NaN below."""
    if a == 0.0:
        return -math.inf
    return math.nan if a < 0.0 else math.log(a)


def logarithm_of_one_plus(a: float) -> float:
    """ln(1 + a); −∞ for −1, NaN below."""
    if a == -1.0:
        return -math.inf
    return math.nan if a < -1.0 else math.log1p(a)


def root(a: float) -> float:
    """√a; NaN below 0."""
    return math.nan if a < 0.0 else math.sqrt(a)


def larger(a: float, b: float) -> float:
    """max(a, b); NaN if either is."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    return a if a > b else b


def smaller(a: float, b: float) -> float:
    """min(a, b); NaN if either is."""
    if math.isnan(a) or math.isnan(b):
        return math.nan
    return a if a < b else b


# ------------------------------------------------------------------------------ operators


def add(A: Operand, B: Operand) -> Rows:
    """C[i,j] = A[i,j] + B[i,j]."""
    return each(lambda a, b: a + b, A, B)


def subtract(A: Operand, B: Operand) -> Rows:
    """C[i,j] = A[i,j] − B[i,j]."""
    return each(lambda a, b: a - b, A, B)


def multiply(A: Operand, B: Operand) -> Rows:
    """C[i,j] = A[i,j] · B[i,j]."""
    return each(lambda a, b: a * b, A, B)


def divide(A: Operand, B: Operand) -> Rows:
    """C[i,j] = A[i,j] / B[i,j]."""
    return each(quotient, A, B)


def pow(A: Operand, B: Operand) -> Rows:  # noqa: A001 (the standard's name)
    """C[i,j] = A[i,j] to the power B[i,j]."""
    return each(power, A, B)


def negative(A: Rows) -> Rows:
    """C[i,j] = −A[i,j]."""
    return each(lambda a: -a, A)


def less(A: Operand, B: Operand) -> Rows:
    """C[i,j] is True where A[i,j] < B[i,j]."""
    return each(lambda a, b: a < b, A, B)


def less_equal(A: Operand, B: Operand) -> Rows:
    """C[i,j] is True where A[i,j] ≤ B[i,j]."""
    return each(lambda a, b: a <= b, A, B)


def greater(A: Operand, B: Operand) -> Rows:
    """C[i,j] is True where A[i,j] > B[i,j]."""
    return each(lambda a, b: a > b, A, B)


def greater_equal(A: Operand, B: Operand) -> Rows:
    """C[i,j] is True where A[i,j] ≥ B[i,j]."""
    return each(lambda a, b: a >= b, A, B)


def equal(A: Operand, B: Operand) -> Rows:
    """C[i,j] is True where A[i,j] = B[i,j]."""
    return each(lambda a, b: a == b, A, B)


def not_equal(A: Operand, B: Operand) -> Rows:
    """C[i,j] is True where A[i,j] ≠ B[i,j]."""
    return each(lambda a, b: a != b, A, B)


def transpose(A: Rows) -> Rows:
    """Aᵀ[j,i] = A[i,j]: (m × n) → (n × m)."""
    m, n = shape(A)
    C = zeros(n, m)
    for i in range(m):
        for j in range(n):
            C[j][i] = A[i][j]
    return C


def matmul(A: Rows, B: Rows) -> Rows:
    """C[i,j] = Σₖ A[i,k] · B[k,j]: (m × l) @ (l × n) → (m × n)."""
    m, n = len(A), len(B[0])
    C = zeros(m, n)
    for i in range(m):
        for j in range(n):
            for k in range(len(B)):
                C[i][j] += A[i][k] * B[k][j]
    return C


# ------------------------------------------------------- functions of one or more matrices


def abs(A: Rows) -> Rows:  # noqa: A001 (the standard's name)
    """C[i,j] = |A[i,j]|."""
    return each(math.fabs, A)


def exp(A: Rows) -> Rows:
    """C[i,j] = e^A[i,j]."""
    return each(exponential, A)


def isfinite(A: Rows) -> Rows:
    """C[i,j] is True where A[i,j] is neither infinite nor NaN."""
    return each(math.isfinite, A)


def log(A: Rows) -> Rows:
    """C[i,j] = ln A[i,j]."""
    return each(logarithm, A)


def log1p(A: Rows) -> Rows:
    """C[i,j] = ln(1 + A[i,j])."""
    return each(logarithm_of_one_plus, A)


def sqrt(A: Rows) -> Rows:
    """C[i,j] = √A[i,j]."""
    return each(root, A)


def tanh(A: Rows) -> Rows:
    """C[i,j] = tanh A[i,j]."""
    return each(math.tanh, A)


def maximum(A: Operand, B: Operand) -> Rows:
    """C[i,j] is the larger of A[i,j] and B[i,j]; NaN if either is."""
    return each(larger, A, B)


def minimum(A: Operand, B: Operand) -> Rows:
    """C[i,j] is the smaller of A[i,j] and B[i,j]; NaN if either is."""
    return each(smaller, A, B)


def where(condition: Rows, A: Operand, B: Operand) -> Rows:
    """C[i,j] = A[i,j] where condition[i,j] is True, else B[i,j]."""
    return each(lambda yes, a, b: a if yes else b, condition, A, B)


def take(A: Rows, indices: Sequence[int]) -> Rows:
    """C[i,j] = A[indices[i],j]."""
    C = zeros(len(indices), len(A[0]))
    for i in range(len(indices)):
        for j in range(len(A[0])):
            C[i][j] = A[indices[i]][j]
    return C


# ----------------------------------------------------------------------------- reductions
# axis=0 goes down the columns and leaves (1 × n), axis=1 along the rows and leaves
# (m × 1), axis=None takes all entries and leaves (1 × 1).


def reduce(f: Callable[[list[Any]], Any], A: Rows, axis: int | None) -> Rows:
    """f of each column (axis=0), of each row (axis=1) or of all entries (None)."""
    m, n = shape(A)
    if axis is None:
        return [[f([A[i][j] for i in range(m) for j in range(n)])]]
    if axis == 0:
        return [[f([A[i][j] for i in range(m)]) for j in range(n)]]
    return [[f([A[i][j] for j in range(n)])] for i in range(m)]


def total(values: list[float]) -> float:
    """Σₖ values[k]."""
    t = 0.0
    for value in values:
        t += value
    return t


def average(values: list[float]) -> float:
    """Σₖ values[k] / K."""
    return total(values) / len(values)


def largest(values: list[float]) -> float:
    """The largest value; NaN if any is."""
    best = values[0]
    for value in values:
        best = larger(best, value)
    return best


def place_of_largest(values: list[float]) -> int:
    """The place of the largest value, from 0; the first if there are several."""
    place = 0
    for k in range(len(values)):
        if values[k] > values[place]:
            place = k
    return place


def every(values: list[bool]) -> bool:
    """True if all are."""
    for value in values:  # noqa: SIM110 (the loop is the definition)
        if not value:
            return False
    return True


def sum(A: Rows, axis: int | None = None) -> Rows:  # noqa: A001 (the standard's name)
    """The sums."""
    return reduce(total, A, axis)


def mean(A: Rows, axis: int | None = None) -> Rows:
    """The sums divided by the count of entries."""
    return reduce(average, A, axis)


def max(A: Any, axis: int | None = None) -> Any:  # noqa: A001 (the standard's name)
    """The largest entries; NaN where any is."""
    return reduce(largest, A, axis)


def argmax(A: Rows, axis: int | None = None) -> Rows:
    """The places of the largest entries (for None: counted row by row)."""
    return reduce(place_of_largest, A, axis)


def all(A: Rows, axis: int | None = None) -> Rows:  # noqa: A001 (the standard's name)
    """True where every entry is."""
    return reduce(every, A, axis)


# ------------------------------------------------------------- derived: the dense layer


def linear(X: Rows, W: Rows, b: Rows | None) -> Rows:
    """Z[i,j] = Σₖ X[i,k] · W[k,j] + b[0,j]."""
    Z = matmul(X, W)
    return Z if b is None else add(Z, b)


def linear_gradients(X: Rows, dZ: Rows) -> tuple[Rows, Rows]:
    """dW[k,j] = Σᵢ X[i,k] · dZ[i,j] and db[0,j] = Σᵢ dZ[i,j]."""
    (m, n_in), n_out = shape(X), len(dZ[0])
    dW, db = zeros(n_in, n_out), zeros(1, n_out)
    for i in range(m):
        for j in range(n_out):
            for k in range(n_in):
                dW[k][j] += X[i][k] * dZ[i][j]
            db[0][j] += dZ[i][j]
    return dW, db


def linear_input_gradient(dZ: Rows, W: Rows) -> Rows:
    """dX[i,k] = Σⱼ dZ[i,j] · W[k,j]."""
    m, (n_in, n_out) = len(dZ), shape(W)
    dX = zeros(m, n_in)
    for i in range(m):
        for k in range(n_in):
            for j in range(n_out):
                dX[i][k] += dZ[i][j] * W[k][j]
    return dX


# --------------------------------------------------------------- derived: activations


def logistic(z: float) -> float:
    """σ(z) = 1 / (1 + e⁻ᶻ); below 0 in the form eᶻ / (1 + eᶻ), which cannot overflow."""
    return 1.0 / (1.0 + math.exp(-z)) if z >= 0.0 else math.exp(z) / (1.0 + math.exp(z))


def sigmoid(Z: Rows) -> Rows:
    """A[i,j] = σ(Z[i,j])."""
    return each(logistic, Z)


def sigmoid_backward_from_output(dA: Rows, A: Rows) -> Rows:
    """dZ[i,j] = dA[i,j] · A[i,j] · (1 − A[i,j])."""
    return each(lambda d, a: d * a * (1.0 - a), dA, A)


def tanh_backward_from_output(dA: Rows, A: Rows) -> Rows:
    """dZ[i,j] = dA[i,j] · (1 − A[i,j]²)."""
    return each(lambda d, a: d * (1.0 - a * a), dA, A)


def relu(Z: Rows) -> Rows:
    """A[i,j] = max(Z[i,j], 0)."""
    return each(lambda z: larger(z, 0.0), Z)


def relu_backward_from_output(dA: Rows, A: Rows) -> Rows:
    """dZ[i,j] = dA[i,j] where A[i,j] > 0, else 0."""
    return each(lambda d, a: d if a > 0.0 else 0.0, dA, A)


def leaky_relu(Z: Rows, slope: float) -> Rows:
    """A[i,j] = Z[i,j] where Z[i,j] > 0, else slope · Z[i,j]."""
    return each(lambda z: z if z > 0.0 else slope * z, Z)


def leaky_relu_backward_from_input(dA: Rows, Z: Rows, slope: float) -> Rows:
    """dZ[i,j] = dA[i,j] where Z[i,j] > 0, else slope · dA[i,j]."""
    return each(lambda d, z: d if z > 0.0 else slope * d, dA, Z)


def softmax(Z: Rows) -> Rows:
    """P[i,j] = e^(Z[i,j] − M) / Σₖ e^(Z[i,k] − M), with M the largest of row i.

    Any M gives the same P; this one keeps the exponentials from overflowing.
    """
    m, n = shape(Z)
    P = zeros(m, n)
    for i in range(m):
        M = largest(Z[i])
        S = total([math.exp(Z[i][k] - M) for k in range(n)])
        for j in range(n):
            P[i][j] = math.exp(Z[i][j] - M) / S
    return P


def softmax_backward_from_output(dA: Rows, A: Rows) -> Rows:
    """dZ[i,j] = Σₖ dA[i,k] · ∂A[i,k]/∂Z[i,j] = A[i,j] · (dA[i,j] − Σₖ dA[i,k] · A[i,k]).

    For ∂A[i,k]/∂Z[i,j] = A[i,k] · (1 − A[i,j]) where k = j, and −A[i,k] · A[i,j] elsewhere.
    """
    m, n = shape(A)
    dZ = zeros(m, n)
    for i in range(m):
        s = total([dA[i][k] * A[i][k] for k in range(n)])
        for j in range(n):
            dZ[i][j] = A[i][j] * (dA[i][j] - s)
    return dZ


# -------------------------------------------------------------------- derived: losses


def log_softmax(Z: Rows) -> Rows:
    """ln P[i,j] = (Z[i,j] − M) − ln Σₖ e^(Z[i,k] − M), with M the largest of row i.

    The largest term of the sum is e⁰ = 1, so the sum is 1 + the others, for log1p.
    """
    m, n = shape(Z)
    C = zeros(m, n)
    for i in range(m):
        top = place_of_largest(Z[i])
        M = Z[i][top]
        others = total([math.exp(Z[i][k] - M) for k in range(n) if k != top])
        for j in range(n):
            C[i][j] = (Z[i][j] - M) - math.log1p(others)
    return C


def softplus(Z: Rows) -> Rows:
    """ln(1 + e^Z[i,j]); above 0 in the form z + ln(1 + e⁻ᶻ), which cannot overflow."""
    return each(soft, Z)


def soft(z: float) -> float:
    """ln(1 + eᶻ)."""
    return z + math.log1p(math.exp(-z)) if z > 0.0 else math.log1p(math.exp(z))


def squared_error(P: Rows, Y: Rows, scale: float) -> tuple[float, Rows]:
    """L = scale · Σᵢⱼ (P[i,j] − Y[i,j])² and dP[i,j] = 2 · scale · (P[i,j] − Y[i,j])."""
    m, n = shape(P)
    L, dP = 0.0, zeros(m, n)
    for i in range(m):
        for j in range(n):
            e = P[i][j] - Y[i][j]
            L += e * e
            dP[i][j] = 2.0 * scale * e
    return scale * L, dP


def softmax_cross_entropy(Z: Rows, Y: Rows) -> tuple[float, Rows]:
    """L = −Σᵢⱼ Y[i,j] · ln P[i,j], and P = softmax(Z)."""
    S = log_softmax(Z)
    m, n = shape(Z)
    L = 0.0
    for i in range(m):
        for j in range(n):
            L -= Y[i][j] * S[i][j]
    return L, softmax(Z)


def sigmoid_cross_entropy(Z: Rows, Y: Rows) -> tuple[float, Rows]:
    """L = −Σᵢⱼ (Y[i,j] · ln P[i,j] + (1 − Y[i,j]) · ln(1 − P[i,j])), and P = σ(Z).

    −ln σ(z) = ln(1 + e⁻ᶻ) and −ln(1 − σ(z)) = ln(1 + eᶻ).
    """
    m, n = shape(Z)
    L = 0.0
    for i in range(m):
        for j in range(n):
            y, z = Y[i][j], Z[i][j]
            L += y * soft(-z) + (1.0 - y) * soft(z)
    return L, sigmoid(Z)


# ---------------------------------------------------------------- derived: optimizers


def descend(W: Rows, dW: Rows, rate: float) -> Rows:
    """W[k,j] − rate · dW[k,j]."""
    return each(lambda w, d: w - rate * d, W, dW)
