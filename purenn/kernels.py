"""Faster forms of derived operations, for matrices that are lists of rows.

Each does in one pass over the rows what its definition in purenn/backend.py does in
several, without the matrices in between; the definitions are the tests' oracle.
Nothing here is new mathematics. Letters and shapes are those of purenn/backend.py.

Where the time goes in small networks is not arithmetic but starting loops. Hence two
habits: sums of up to four products are written out, and so are the rows of matrices
one or two columns wide.
"""

# ruff: noqa: B905 (zip's strict= takes as long as the arithmetic; shapes are checked once)

from __future__ import annotations

from math import exp, isfinite, log, log1p
from operator import mul

from purenn import sparse
from purenn.errors import ShapeError
from purenn.matrix import Matrix, columns_of, products
from purenn.sparse import SparseMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from purenn.matrix import Row

# ------------------------------------------------------------------ the dense layer


def short_products(rows: Iterable[Row], columns: Sequence[Row]) -> list[Row]:
    """As purenn.matrix.products, with sums of up to four terms written out."""
    k = len(columns[0])
    if k == 1:
        if len(columns) == 2:
            (p,), (q,) = columns
            return [(a * p, a * q) for (a,) in rows]
        return [[a * p for (p,) in columns] for (a,) in rows]
    if k == 2:
        return [[a * p + b * q for p, q in columns] for a, b in rows]
    if k == 3:
        return [[a * p + b * q + c * r for p, q, r in columns] for a, b, c in rows]
    if k == 4:
        if len(columns) == 1:
            ((p, q, r, s),) = columns
            return [(a * p + b * q + c * r + d * s,) for a, b, c, d in rows]
        return [[a * p + b * q + c * r + d * s for p, q, r, s in columns] for a, b, c, d in rows]
    return products(rows, columns)


def linear(X: Matrix, W: Matrix, b: Matrix | None) -> Matrix:
    """Z = X @ W + b."""
    k, n = len(W.rows), len(W.rows[0])
    if type(X) is SparseMatrix and b is not None and X.width == k and b.shape == (1, n):
        return sparse.linear(X, W, b.rows[0])
    if b is None or len(X.rows[0]) != k or len(b.rows) != 1 or len(b.rows[0]) != n:
        return X @ W if b is None else X @ W + b  # either raises an error that names the shapes
    rows, (bias,) = X.rows, b.rows
    columns = zip(*W.rows, bias)  # (w₁ … wₖ, b): a column of W and its bias
    if k == 1:
        return Matrix(columns_of([[x * w + c for (x,) in rows] for w, c in columns]))
    if k == 2:
        if n == 1:
            ((w, v, c),) = columns
            return Matrix([(x * w + y * v + c,) for x, y in rows])
        if n == 2:
            (w, v, c), (r, s, d) = columns
            return Matrix([(x * w + y * v + c, x * r + y * s + d) for x, y in rows])
        Z = [[x * w + y * v + c for x, y in rows] for w, v, c in columns]
        return Matrix(columns_of(Z))
    if k == 3:
        Z = [[x * w + y * v + z * u + c for x, y, z in rows] for w, v, u, c in columns]
        return Matrix(columns_of(Z))
    XW = short_products(rows, columns_of(W.rows))
    return Matrix([[z + c for z, c in zip(row, bias)] for row in XW])


def linear_gradients(X: Matrix, dZ: Matrix) -> tuple[Matrix, Matrix]:
    """dW = Xᵀ @ dZ and db = the sums of dZ's columns."""
    slopes = dZ.rows
    columns = columns_of(slopes)
    db = Matrix([list(map(sum, columns))])
    if type(X) is SparseMatrix and len(X) == len(slopes):
        return sparse.weight_gradient(X, columns), db
    rows = X.rows
    if len(rows) != len(slopes):
        return X.T @ dZ, db  # raises an error that names the shapes
    return Matrix(short_products(zip(*rows), columns)), db


def linear_input_gradient(dZ: Matrix, W: Matrix) -> Matrix:
    """dX = dZ @ Wᵀ; the columns of Wᵀ are the rows of W."""
    if len(dZ.rows[0]) != len(W.rows[0]):
        return dZ @ W.T  # raises an error that names the shapes
    return Matrix(short_products(dZ.rows, W.rows))


# ---------------------------------------------------------------------- activations
# e^min(z, 709) is written `exp(709.0 if z > 709.0 else z)`: a NaN stays a NaN.


def sigmoid(Z: Matrix) -> Matrix:
    """eᶻ / (1 + eᶻ)."""
    rows = Z.rows
    width = len(rows[0])
    if width == 1:
        return Matrix([((e := exp(709.0 if z > 709.0 else z)) / (1.0 + e),) for (z,) in rows])
    if width == 2:
        return Matrix(
            [
                (
                    (e := exp(709.0 if z > 709.0 else z)) / (1.0 + e),
                    (f := exp(709.0 if y > 709.0 else y)) / (1.0 + f),
                )
                for z, y in rows
            ]
        )
    return Matrix(
        [[(e := exp(709.0 if z > 709.0 else z)) / (1.0 + e) for z in row] for row in rows]
    )


def sigmoid_backward_from_output(dA: Matrix, A: Matrix) -> Matrix:
    """dZ = dA · A · (1 − A)."""
    slopes, rows = dA.rows, A.rows
    width = len(rows[0])
    if len(slopes) != len(rows) or len(slopes[0]) != width:
        raise different_shapes("sigmoid_backward_from_output", dA, A)
    if width == 1:
        return Matrix([(d * a * (1.0 - a),) for (d,), (a,) in zip(slopes, rows)])
    if width == 2:
        return Matrix(
            [(d * a * (1.0 - a), e * b * (1.0 - b)) for (d, e), (a, b) in zip(slopes, rows)]
        )
    return Matrix([[d * a * (1.0 - a) for d, a in zip(ds, row)] for ds, row in zip(slopes, rows)])


def tanh_backward_from_output(dA: Matrix, A: Matrix) -> Matrix:
    """dZ = dA · (1 − A²)."""
    pairs = same_shape("tanh_backward_from_output", dA, A)
    return Matrix([[d * (1.0 - a * a) for d, a in zip(drow, row)] for drow, row in pairs])


def relu(Z: Matrix) -> Matrix:
    """max(z, 0); a NaN stays a NaN."""
    return Matrix([[0.0 if z <= 0.0 else z for z in row] for row in Z.rows])


def relu_backward_from_output(dA: Matrix, A: Matrix) -> Matrix:
    """dZ = dA where A > 0, else 0."""
    pairs = same_shape("relu_backward_from_output", dA, A)
    return Matrix([[d if a > 0.0 else 0.0 for d, a in zip(drow, row)] for drow, row in pairs])


def leaky_relu(Z: Matrix, slope: float) -> Matrix:
    """z where z > 0, else slope · z."""
    return Matrix([[z if z > 0.0 else slope * z for z in row] for row in Z.rows])


def leaky_relu_backward_from_input(dA: Matrix, Z: Matrix, slope: float) -> Matrix:
    """dZ = dA where Z > 0, else slope · dA."""
    pairs = same_shape("leaky_relu_backward_from_input", dA, Z)
    return Matrix([[d if z > 0.0 else slope * d for d, z in zip(drow, row)] for drow, row in pairs])


def softmax(Z: Matrix) -> Matrix:
    """e^(Z[i,j] − M) / Σₖ e^(Z[i,k] − M), where M is the row's maximum."""
    rows: list[Row] = []
    for row in Z.rows:
        M = max(row)
        E = [exp(z - M) for z in row]
        total = sum(E)
        rows.append([e / total for e in E])
    return Matrix(rows)


# --------------------------------------------------------------------------- losses


def squared_error(P: Matrix, Y: Matrix, scale: float) -> tuple[float, Matrix]:
    """L = scale · Σ (P − Y)² and dP = 2 · scale · (P − Y)."""
    rows, targets = P.rows, Y.rows
    width = len(rows[0])
    if len(rows) != len(targets) or len(targets[0]) != width:
        raise different_shapes("squared_error", P, Y)
    c = 2.0 * scale
    if width == 1:
        column = [p - y for (p,), (y,) in zip(rows, targets)]
        return scale * sum(map(mul, column, column)), Matrix([(c * e,) for e in column])
    E = [[p - y for p, y in zip(row, target)] for row, target in zip(rows, targets)]
    dP: list[Row] = [[c * e for e in row] for row in E]
    return scale * sum([e * e for row in E for e in row]), Matrix(dP)


def softmax_cross_entropy(Z: Matrix, Y: Matrix) -> tuple[float, Matrix]:
    """−Σ Y · ln softmax(Z) and P = softmax(Z)."""
    L = 0.0
    P: list[Row] = []
    for row, target in same_shape("softmax_cross_entropy", Z, Y):
        M = max(row)
        S = [z - M for z in row]
        E = list(map(exp, S))
        total = sum(E)
        P.append([e / total for e in E])
        log_total = log(total)  # not added to M, which may be so large that it would vanish
        L -= sum([y * (s - log_total) for s, y in zip(S, target)])
    return L, Matrix(P)


def sigmoid_cross_entropy(Z: Matrix, Y: Matrix) -> tuple[float, Matrix]:
    """Σ (max(z, 0) − Y·z + ln(1 + e^−|z|)) and P = sigmoid(Z)."""
    L = 0.0
    for row, target in same_shape("sigmoid_cross_entropy", Z, Y):
        L += sum(
            [(z if z > 0.0 else 0.0) - y * z + log1p(exp(-abs(z))) for z, y in zip(row, target)]
        )
    return L, sigmoid(Z)


# ------------------------------------------------------------------------- the rest

item = float  # a full reduction of lists is a Python number already


def all_finite(X: Matrix) -> bool:
    """True if no entry is infinite or NaN: then the sum of all is neither, unless it overflows."""
    rows = X.rows
    return isfinite(sum(map(sum, rows))) or all(all(map(isfinite, row)) for row in rows)


def from_classes(numbers: Sequence[int], n: int) -> Matrix:
    """One-hot rows; those of one class are one row."""
    rows: dict[int, Row] = {}
    for k in set(numbers):
        rows[k] = (*[0.0] * k, 1.0, *[0.0] * (n - 1 - k))
    return Matrix([rows[k] for k in numbers])


def from_source(source: Any, indices: Sequence[int]) -> Matrix:
    """The rows of these numbers; images that are mostly 0 as a SparseMatrix."""
    if hasattr(source, "row_bytes") and source.table[0] == 0.0:
        rows = [source.row_bytes(i) for i in indices]
        if 2 * sum(row.count(0) for row in rows) > len(rows) * source.width:
            return sparse.from_bytes(rows, source.table)
    return Matrix(source.take(indices))


def take(X: Matrix, indices: Sequence[int]) -> Matrix:
    """The rows of these numbers, in this order; they are shared, not copied."""
    rows = X.rows
    return Matrix([rows[i] for i in indices])


def descend(W: Matrix, dW: Matrix, rate: float) -> Matrix:
    """W − rate · dW."""
    rows, slopes = W.rows, dW.rows
    width = len(rows[0])
    if len(rows) != len(slopes) or len(slopes[0]) != width:
        raise different_shapes("descend", W, dW)
    if width == 1:
        return Matrix([(w - rate * d,) for (w,), (d,) in zip(rows, slopes)])
    if width == 2:
        return Matrix([(w - rate * d, v - rate * e) for (w, v), (d, e) in zip(rows, slopes)])
    return Matrix([[w - rate * d for w, d in zip(row, ds)] for row, ds in zip(rows, slopes)])


def same_shape(name: str, A: Matrix, B: Matrix) -> Iterable[tuple[Row, Row]]:
    """The rows of both, side by side; raises ShapeError where the shapes differ."""
    if A.shape != B.shape:
        raise different_shapes(name, A, B)
    return zip(A.rows, B.rows)


def different_shapes(name: str, A: Matrix, B: Matrix) -> ShapeError:
    return ShapeError("{}: shapes ({} × {}) and ({} × {}) differ".format(name, *A.shape, *B.shape))
