"""Of what a single entry is made: the products that are added up, or the formula's steps.

This is a reader's rule, not the computation: it takes the recorded numbers apart so that a
person can follow them, and a test holds each entry of each operation against the record.
"""

from __future__ import annotations

import operator
from math import exp, isfinite, log, log1p, nan, tanh

from purenn import matrix
from purenn.errors import ArgumentError, DataError
from purenn.explain.numbers import digits
from purenn.matrix import Matrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from purenn.explain.record import Op, Record, RecordedArray

__all__ = ["Cell", "Part", "Ref", "Step", "Term", "terms"]


class Ref:
    """An entry of an array of the record."""

    __slots__ = ("array", "column", "name", "row", "value")

    def __init__(self, array: int, name: str, row: int, column: int, value: float) -> None:
        self.array, self.name, self.row, self.column, self.value = array, name, row, column, value

    def __repr__(self) -> str:
        return f"{self.name}[{self.row},{self.column}]"


class Term:
    """left · right = product, or left alone without a right; `running` is the sum so far."""

    __slots__ = ("left", "left_text", "product", "right", "right_text", "running", "sources")

    def __init__(
        self,
        left: tuple[str, float],
        right: tuple[str, float] | None,
        sources: list[Ref],
    ) -> None:
        self.left_text, self.left = left
        self.right_text = "" if right is None else right[0]
        self.right = None if right is None else right[1]
        self.product = self.left if self.right is None else self.left * self.right
        self.running = nan
        self.sources = sources

    def part(self) -> Part:
        """As a line of the sum."""
        if self.right is None:
            return Part("+", self.left_text, "", self.product, self.running)
        text = f"{self.left_text} · {self.right_text}"
        numbers = f"{digits(self.left)} · {digits(self.right)}"
        if self.right_text == self.left_text:
            number = digits(self.left)
            text, numbers = f"{self.left_text}²", f"({number})²" if self.left < 0 else f"{number}²"
        return Part("+", text, numbers, self.product, self.running)


def _continued(total: float, sign: str, value: float) -> float:
    """The sum with a bias added, or scaled, or divided by a count."""
    return total + value if sign == "+" else total * value if sign == "×" else total / value


class Step:
    """A line of a formula: its name, the numbers put in, and what they give."""

    __slots__ = ("label", "text", "value")

    def __init__(self, label: str, text: str, value: float) -> None:
        self.label, self.text, self.value = label, text, value


class Part:
    """A line of how an entry comes about: a term, a bias or scale, or a line of a formula.

    running is the sum so far, or None where nothing is added up.
    """

    __slots__ = ("numbers", "running", "sign", "text", "value")

    def __init__(
        self, sign: str, text: str, numbers: str, value: float, running: float | None
    ) -> None:
        self.sign, self.text, self.numbers = sign, text, numbers
        self.value, self.running = value, running


class Cell:
    """How one entry of an operation's output comes about.

    terms    what is added up; empty where nothing is
    tail     (sign, text, value) of what is done to the sum: "+" a bias, "×" a scale, "÷" a count
    steps    a formula, line by line; the last one gives the entry
    sources  every entry that it is made of
    total    what the terms and the tail, or the steps, come to
    result   the entry as it was recorded
    """

    def __init__(self, op: Op, i: int, j: int, result: float) -> None:
        self.op, self.i, self.j, self.result = op, i, j, result
        self.terms: list[Term] = []
        self.tail: list[tuple[str, str, float]] = []
        self.steps: list[Step] = []
        self.sources: list[Ref] = []
        self.total = result

    def add_up(self, made: Iterable[Term], *tail: tuple[str, str, float]) -> Cell:
        """Fill in the running sums and the total."""
        total = 0.0
        for term in made:
            total += term.product
            term.running = total
            self.terms.append(term)
            self.sources += term.sources
        for sign, text, value in tail:
            self.tail.append((sign, text, value))
            total = _continued(total, sign, value)
        self.total = total
        return self

    def follow(self, steps: Iterable[tuple[str, str, float]], sources: list[Ref]) -> Cell:
        """Fill in the formula's lines."""
        self.steps = [Step(*step) for step in steps]
        self.sources = sources
        self.total = self.steps[-1].value
        return self

    def parts(self) -> list[Part]:
        """All of it, line by line."""
        if self.steps:
            return [Part("", step.label, step.text, step.value, None) for step in self.steps]
        made = [term.part() for term in self.terms]
        total = self.terms[-1].running if self.terms else 0.0
        for sign, text, value in self.tail:
            total = _continued(total, sign, value)
            made.append(Part(sign, text, "", value, total))
        return made


def terms(record: Record, op: Op, i: int, j: int) -> Cell:
    """The entry in row i and column j of the operation's output, taken apart.

    Raises ArgumentError for an entry that is not there, and DataError where the arrays do
    not fit the operation, as in a file that somebody changed.
    """
    output = record.arrays[op.output]
    m, n = output.shape
    if not (0 <= i < m and 0 <= j < n):
        raise ArgumentError(
            f"{op.name} has no entry {i},{j}: it is ({m} × {n}), so rows go from 0 to {m - 1} "
            f"and columns from 0 to {n - 1}"
        )
    try:
        return _taken_apart(_View(record, op, i, j), Cell(op, i, j, output.rows[i][j]))
    except (IndexError, KeyError, TypeError, ValueError) as error:  # a record from a file
        raise DataError(f"operation {op.n}: its arrays do not fit {op.op!r}") from error


def _taken_apart(view: _View, cell: Cell) -> Cell:
    op = cell.op
    rule = RULES.get(f"{op.op} {op.part}") or RULES.get(op.op)
    if rule is not None:
        return rule(view, cell)
    if op.op in FORMULAS:
        sources = [view.entry(place) for place in range(len(op.inputs))]
        return cell.follow(FORMULAS[op.op](*[ref.value for ref in sources]), sources)
    everything = [view.ref(p, 0, 0) for p in range(len(op.inputs))]
    return cell.follow([(op.name, "as the backend computed it", cell.result)], everything)


class _View:
    """The operands of an operation, as seen from one entry of its output."""

    def __init__(self, record: Record, op: Op, i: int, j: int) -> None:
        self.record, self.op, self.i, self.j = record, op, i, j
        self.arrays: list[RecordedArray] = [record.arrays[number] for number in op.inputs]

    def ref(self, place: int, row: int, column: int) -> Ref:
        array = self.arrays[place]
        return Ref(self.op.inputs[place], array.name, row, column, array.rows[row][column])

    def entry(self, place: int) -> Ref:
        """The entry that meets (i, j), where a row or a column may stand for many."""
        m, n = self.arrays[place].shape
        return self.ref(place, 0 if m == 1 else self.i, 0 if n == 1 else self.j)

    def product(self, left: Ref, right: Ref) -> Term:
        return Term((repr(left), left.value), (repr(right), right.value), [left, right])


# ------------------------------------------------------------------------------ sums


def _linear(view: _View, cell: Cell) -> Cell:
    k = view.arrays[0].shape[1]
    made = [view.product(view.ref(0, view.i, p), view.ref(1, p, view.j)) for p in range(k)]
    if len(view.arrays) == 2:
        return cell.add_up(made)
    bias = view.ref(2, 0, view.j)
    cell.add_up(made, ("+", repr(bias), bias.value))
    cell.sources.append(bias)
    return cell


def _weight_gradient(view: _View, cell: Cell) -> Cell:
    m = view.arrays[0].shape[0]
    return cell.add_up(
        view.product(view.ref(0, p, view.i), view.ref(1, p, view.j)) for p in range(m)
    )


def _alone(refs: Iterable[Ref]) -> list[Term]:
    return [Term((repr(ref), ref.value), None, [ref]) for ref in refs]


def _bias_gradient(view: _View, cell: Cell) -> Cell:
    m = view.arrays[1].shape[0]
    return cell.add_up(_alone(view.ref(1, p, view.j) for p in range(m)))


def _input_gradient(view: _View, cell: Cell) -> Cell:
    k = view.arrays[0].shape[1]
    return cell.add_up(
        view.product(view.ref(0, view.i, p), view.ref(1, view.j, p)) for p in range(k)
    )


def _reduced(view: _View) -> list[Ref]:
    """What a reduction takes together for this entry."""
    (m, n), axis = view.arrays[0].shape, view.op.options.get("axis")
    rows = [view.i] if axis == 1 else range(m)
    columns = [view.j] if axis == 0 else range(n)
    return [view.ref(0, row, column) for row in rows for column in columns]


def _sum(view: _View, cell: Cell) -> Cell:
    return cell.add_up(_alone(_reduced(view)))


def _mean(view: _View, cell: Cell) -> Cell:
    refs = _reduced(view)
    return cell.add_up(_alone(refs), ("÷", "count", float(len(refs))))


def _choice(of: Callable[[list[float]], float], word: str) -> Callable[[_View, Cell], Cell]:
    def rule(view: _View, cell: Cell) -> Cell:
        refs = _reduced(view)
        values = [ref.value for ref in refs]
        text = f"{word}({', '.join(digits(value) for value in values[:8])}"
        text += ", …)" if len(values) > 8 else ")"
        return cell.follow([(cell.op.name, text, float(of(values)))], refs)

    return rule


def _take(view: _View, cell: Cell) -> Cell:
    return cell.add_up(_alone([view.ref(0, view.op.options["indices"][view.i], view.j)]))


def _squared_error(view: _View, cell: Cell) -> Cell:
    m, n = view.arrays[0].shape
    made = []
    for i in range(m):
        for j in range(n):
            P, Y = view.ref(0, i, j), view.ref(1, i, j)
            error = (f"({P!r} − {Y!r})", P.value - Y.value)
            made.append(Term(error, error, [P, Y]))
    scale = view.arrays[2]
    return cell.add_up(made, ("×", "scale", scale.rows[0][0]))


def _cross_entropy(view: _View, cell: Cell) -> Cell:
    """Only what the target counts: the true class of each row."""
    made = []
    for i, row in enumerate(view.arrays[1].rows):
        logits = view.arrays[0].rows[i]
        M = max(logits)
        spread = log(sum(exp(z - M) for z in logits))
        for j, target in enumerate(row):
            if target:
                Y, Z = view.ref(1, i, j), view.ref(0, i, j)
                cost = (f"−ln P[{i},{j}]", spread - (Z.value - M))
                made.append(Term((repr(Y), target), cost, [Y, Z]))
    return cell.add_up(made)


def _binary_cross_entropy(view: _View, cell: Cell) -> Cell:
    made = []
    m, n = view.arrays[0].shape
    for i in range(m):
        for j in range(n):
            Z, Y = view.ref(0, i, j), view.ref(1, i, j)
            z, y = Z.value, Y.value
            cost = (max(z, 0.0) - y * z) + log1p(exp(-abs(z)))
            text = f"−ln P[{i},{j}]" if y == 1.0 else f"−ln(1 − P[{i},{j}])"
            made.append(Term((text, cost), None, [Z, Y]))
    return cell.add_up(made)


# -------------------------------------------------------------------------- formulas


def _ieee(f: Callable[..., Matrix]) -> Callable[..., float]:
    """A function of matrices for numbers: what is infinite or NaN is so as in a backend."""
    return lambda *values: float(f(*[Matrix([[value]]) for value in values]).rows[0][0])


_exp = _ieee(matrix.exp)


def _sigmoid(z: float) -> list[tuple[str, str, float]]:
    e = _exp(-z)
    return [
        ("e^−z", f"e^{digits(-z)}", e),
        ("σ", f"1 / (1 + {digits(e)})", 1.0 / (1.0 + e)),
    ]


def _softmax(view: _View, cell: Cell) -> Cell:
    """Row by row: max, shift, exp, sum, divide."""
    refs = [view.ref(0, view.i, k) for k in range(view.arrays[0].shape[1])]
    row = [ref.value for ref in refs]
    M = max(row)
    shifted = [z - M for z in row]
    E = [exp(s) for s in shifted]
    total, j = sum(E), view.j
    steps = [("max", f"largest of row {view.i}", M)]
    steps += [
        (f"shift {k}", f"{digits(z)} − {digits(M)}", s)
        for k, (z, s) in enumerate(zip(row, shifted, strict=True))
    ]
    exponentials = enumerate(zip(shifted, E, strict=True))
    steps += [(f"exp {k}", f"e^{digits(s)}", e) for k, (s, e) in exponentials]
    text = " + ".join(map(digits, E[:10]))
    steps += [("sum", text + (" + …" if len(E) > 10 else ""), total)]
    if cell.op.op == "log_softmax":
        steps += [("ln sum", f"ln {digits(total)}", log(total))]
        last = shifted[j] - log(total)
        steps += [(cell.op.name, f"{digits(shifted[j])} − {digits(log(total))}", last)]
    else:
        steps += [(cell.op.name, f"{digits(E[j])} / {digits(total)}", E[j] / total)]
    return cell.follow(steps, refs)


def _softmax_backward(view: _View, cell: Cell) -> Cell:
    columns = range(view.arrays[0].shape[1])
    slopes, shares = ([view.ref(p, view.i, k) for k in columns] for p in (0, 1))
    average = sum(d.value * a.value for d, a in zip(slopes, shares, strict=True))
    d, a = slopes[view.j].value, shares[view.j].value
    text = " + ".join(
        f"{digits(p.value)}·{digits(q.value)}"
        for p, q in list(zip(slopes, shares, strict=True))[:6]
    )
    steps = [
        ("average", text + (" + …" if len(slopes) > 6 else ""), average),
        ("above it", f"{digits(d)} − {digits(average)}", d - average),
        (cell.op.name, f"{digits(a)} · {digits(d - average)}", a * (d - average)),
    ]
    return cell.follow(steps, [*slopes, *shares])


def _infix(sign: str, f: Callable[[float, float], float]) -> Callable[..., Any]:
    return lambda a, b: [("", f"{digits(a)} {sign} {digits(b)}", float(f(a, b)))]


def _function(text: str, f: Callable[[float], float]) -> Callable[..., Any]:
    return lambda a: [("", text.format(digits(a)), float(f(a)))]


def _descend(w: float, d: float, rate: float) -> list[tuple[str, str, float]]:
    return [
        ("step", f"{digits(rate)} · {digits(d)}", rate * d),
        ("new", f"{digits(w)} − {digits(rate * d)}", w - rate * d),
    ]


def _sigmoid_backward(d: float, a: float) -> list[tuple[str, str, float]]:
    return [
        ("slope", f"{digits(a)} · (1 − {digits(a)})", a * (1.0 - a)),
        ("", f"{digits(d)} · {digits(a * (1.0 - a))}", d * (a * (1.0 - a))),
    ]


def _tanh_backward(d: float, a: float) -> list[tuple[str, str, float]]:
    return [
        ("slope", f"1 − {digits(a)}²", 1.0 - a * a),
        ("", f"{digits(d)} · {digits(1.0 - a * a)}", d * (1.0 - a * a)),
    ]


def _error_slope(p: float, y: float, scale: float) -> list[tuple[str, str, float]]:
    return [
        ("error", f"{digits(p)} − {digits(y)}", p - y),
        ("", f"2 · {digits(scale)} · {digits(p - y)}", 2.0 * scale * (p - y)),
    ]


def _pick(a: float, yes: bool, no: float, why: str) -> list[tuple[str, str, float]]:
    return [("", f"{why}: {'yes' if yes else 'no'}", a if yes else no)]


RULES: dict[str, Callable[[_View, Cell], Cell]] = {
    "linear": _linear,
    "matmul": _linear,
    "linear_gradients 0": _weight_gradient,
    "linear_gradients 1": _bias_gradient,
    "linear_input_gradient": _input_gradient,
    "sum": _sum,
    "mean": _mean,
    "max": _choice(max, "max"),
    "argmax": _choice(lambda values: values.index(max(values)), "place of the max"),
    "all": _choice(all, "all"),
    "take": _take,
    "squared_error 0": _squared_error,
    "softmax_cross_entropy 0": _cross_entropy,
    "softmax_cross_entropy 1": _softmax,
    "sigmoid_cross_entropy 0": _binary_cross_entropy,
    "softmax": _softmax,
    "log_softmax": _softmax,
    "softmax_backward_from_output": _softmax_backward,
    "transpose": lambda view, cell: cell.add_up(_alone([view.ref(0, view.j, view.i)])),
    "sigmoid_cross_entropy 1": lambda view, cell: cell.follow(
        _sigmoid(view.entry(0).value), [view.entry(0)]
    ),
}

FORMULAS: dict[str, Callable[..., Any]] = {
    "sigmoid": _sigmoid,
    "sigmoid_backward_from_output": _sigmoid_backward,
    "tanh": _function("tanh {}", tanh),
    "tanh_backward_from_output": _tanh_backward,
    "relu": _function("max({}, 0)", lambda z: max(z, 0.0)),
    "relu_backward_from_output": lambda d, a: _pick(d, a > 0.0, 0.0, f"{digits(a)} > 0"),
    "leaky_relu": lambda z, s: _pick(z, z > 0.0, s * z, f"{digits(z)} > 0"),
    "leaky_relu_backward_from_input": lambda d, z, s: _pick(d, z > 0.0, s * d, f"{digits(z)} > 0"),
    "softplus": _function("ln(1 + e^{})", lambda z: max(z, 0.0) + log1p(exp(-abs(z)))),
    "squared_error": _error_slope,
    "descend": _descend,
    "add": _infix("+", lambda a, b: a + b),
    "subtract": _infix("−", lambda a, b: a - b),
    "multiply": _infix("·", lambda a, b: a * b),
    "divide": _infix("/", _ieee(operator.truediv)),
    "power": _infix("^", _ieee(operator.pow)),
    "less": _infix("<", lambda a, b: a < b),
    "less_equal": _infix("≤", lambda a, b: a <= b),
    "greater": _infix(">", lambda a, b: a > b),
    "greater_equal": _infix("≥", lambda a, b: a >= b),
    "equal": _infix("==", lambda a, b: a == b),
    "not_equal": _infix("≠", lambda a, b: a != b),
    "maximum": lambda a, b: [("", f"max({digits(a)}, {digits(b)})", max(a, b))],
    "minimum": lambda a, b: [("", f"min({digits(a)}, {digits(b)})", min(a, b))],
    "where": lambda c, a, b: _pick(a, bool(c), b, "condition"),
    "negative": _function("−({})", lambda a: -a),
    "abs": _function("|{}|", abs),
    "exp": _function("e^{}", _exp),
    "isfinite": _function("isfinite({})", isfinite),
    "log": _function("ln {}", _ieee(matrix.log)),
    "log1p": _function("ln(1 + {})", _ieee(matrix.log1p)),
    "sqrt": _function("√{}", _ieee(matrix.sqrt)),
    "astype": _function("{}", float),
}
