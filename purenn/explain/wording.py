"""What is said of an operation: its formula, the rule for one entry, and a plain sentence.

Each text is a template. In it `o` is the output, `a`, `b`, `c` are the names of the operands;
`A`, `B`, `C` are their entries, with the indices that fit where a row or a column stands for
many; `m` and `n` are the output's rows and columns, `k` is the columns of the first operand.
"""

from __future__ import annotations

from purenn.explain.record import RecordedArray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["WORDS", "describe"]


MOST_LISTED = 6  # numbers of rows, in the symbols' line
OF_NAMES = {"L.epoch": "The epoch's loss: what its batches lost, added up."}


def describe(
    name: str,
    part: int,
    output: RecordedArray,
    operands: list[RecordedArray],
    options: dict[str, Any],
) -> tuple[str, str, str]:
    """Symbol line, index rule and sentence of one output of a call."""
    texts = WORDS.get(_key(name, part, operands, options))
    names = [operand.name for operand in operands]
    if texts is None:  # an operation that this reader does not know: said in general words
        call = f"{output.name} = {name}({', '.join(names)})"
        return call, call, f"The operation {name} of the backend."
    m, n = output.shape
    values: dict[str, Any] = {"o": output.name, "m": m, "n": n, "O": _entry(output, output.shape)}
    if operands:
        values["rows"], values["k"] = operands[0].shape
    for letter, operand in zip("abc", operands, strict=False):
        values[letter] = operand.name
        values[letter.upper()] = _entry(operand, output.shape)
    if "indices" in options:
        values["indices"] = _listed(options["indices"])
    symbol, index, sentence = (text.format(**values) for text in texts)
    sentence = OF_NAMES.get(output.name, sentence)
    if name == "descend" and operands[1].name != f"d{operands[0].name}":
        sentence = f"Each entry takes one step, {operands[2].name} times {operands[1].name}."
    if output.name in names:  # an update: the same name before and after
        symbol, index = symbol.replace(" = ", " ← ", 1), index.replace(" = ", " ← ", 1)
    return symbol, index, sentence


def _key(name: str, part: int, operands: list[RecordedArray], options: dict[str, Any]) -> str:
    """Where the texts stand."""
    if name == "linear" and len(operands) == 2:
        return "linear without bias"
    if "axis" in options and options["axis"] is not None:
        return f"{name} {options['axis']}"
    return f"{name} part {part}" if f"{name} part {part}" in WORDS else name


def _listed(numbers: list[int]) -> str:
    """The first of them."""
    return ", ".join(map(str, numbers[:MOST_LISTED])) + ", …" * (len(numbers) > MOST_LISTED)


def _entry(array: RecordedArray, shape: tuple[int, int]) -> str:
    """One entry: W[i,j], or b[j] for a row that stands for many, or a number itself."""
    (m, n), name = array.shape, array.name
    if array.kind == "number":
        return name
    if m == 1 and shape[0] > 1:
        return f"{name}[j]" if n > 1 or shape[1] == 1 else name
    return f"{name}[i]" if n == 1 and shape[1] > 1 else f"{name}[i,j]"


def _binary(sign: str, sentence: str) -> tuple[str, str, str]:
    return f"{{o}} = {{a}} {sign} {{b}}", f"{{O}} = {{A}} {sign} {{B}}", sentence


def _each(formula: str, entry: str, sentence: str) -> tuple[str, str, str]:
    return f"{{o}} = {formula}", f"{{O}} = {entry}", sentence


def _compare(sign: str) -> tuple[str, str, str]:
    return _binary(sign, "1 where the comparison holds, 0 where it does not.")


WORDS: dict[str, tuple[str, str, str]] = {
    # the dense layer
    "linear": (
        "{o} = {a} @ {b} + {c}",
        "{o}[i,j] = Σₖ {a}[i,k]·{b}[k,j] + {c}[j]",
        "Each row of {a} meets each column of {b}: {m} × {n} sums; the bias is added.",
    ),
    "linear without bias": (
        "{o} = {a} @ {b}",
        "{o}[i,j] = Σₖ {a}[i,k]·{b}[k,j]",
        "Each row of {a} meets each column of {b}: {m} × {n} sums.",
    ),
    "linear_gradients part 0": (
        "{o} = {a}.T @ {b}",
        "{o}[i,j] = Σₖ {a}[k,i]·{b}[k,j]",
        "Column i of {a} meets column j of {b}: each row adds input times slope.",
    ),
    "linear_gradients part 1": (
        "{o} = sum of the rows of {b}",
        "{o}[j] = Σᵢ {b}[i,j]",
        "The bias was copied forward to every row, so its slopes are summed backward.",
    ),
    "linear_input_gradient": (
        "{o} = {a} @ {b}.T",
        "{o}[i,j] = Σₖ {a}[i,k]·{b}[j,k]",
        "Each slope goes back along the weights through which the input came.",
    ),
    # activations
    "sigmoid": _each("σ({a})", "1 / (1 + e^−{A})", "Every entry is squeezed between 0 and 1."),
    "sigmoid_backward_from_output": _each(
        "{a} · {b} · (1 − {b})",
        "{A} · {B} · (1 − {B})",
        "Each slope is multiplied by the steepness of the sigmoid, at most 1/4.",
    ),
    "tanh": _each("tanh({a})", "tanh {A}", "Every entry is squeezed between −1 and 1."),
    "tanh_backward_from_output": _each(
        "{a} · (1 − {b}²)",
        "{A} · (1 − {B}²)",
        "Each slope is multiplied by the steepness of tanh, at most 1.",
    ),
    "relu": _each("max({a}, 0)", "max({A}, 0)", "What is below 0 becomes 0."),
    "relu_backward_from_output": _each(
        "{a} where {b} > 0, else 0",
        "{A} if {B} > 0 else 0",
        "A slope passes where the unit was on, and stops where it was off.",
    ),
    "leaky_relu": _each(
        "{a} where {a} > 0, else {b} · {a}",
        "{A} if {A} > 0 else {b}·{A}",
        "What is below 0 is made small, not cut off.",
    ),
    "leaky_relu_backward_from_input": _each(
        "{a} where {b} > 0, else {c} · {a}",
        "{A} if {B} > 0 else {c}·{A}",
        "A slope passes where the input was above 0, and is made small elsewhere.",
    ),
    "softmax": _each(
        "softmax({a})",
        "e^({a}[i,j] − M) / Σₖ e^({a}[i,k] − M), M = max of row i",
        "Each row becomes {n} shares that are positive and add up to 1.",
    ),
    "softmax_backward_from_output": _each(
        "{b} · ({a} − row sums of {a} · {b})",
        "{B} · ({A} − Σₖ {a}[i,k]·{b}[i,k])",
        "A share rises when its own slope is above the row's average.",
    ),
    "log_softmax": _each(
        "ln softmax({a})",
        "{a}[i,j] − M − ln Σₖ e^({a}[i,k] − M), M = max of row i",
        "The logarithm of each share, found without ever taking the logarithm of 0.",
    ),
    "softplus": _each(
        "ln(1 + e^{a})", "ln(1 + e^{A})", "A ReLU without the kink: near 0 it bends smoothly."
    ),
    # losses
    "squared_error part 0": (
        "{o} = {c} · Σ ({a} − {b})²",
        "{o} = {c} · Σᵢⱼ ({a}[i,j] − {b}[i,j])²",
        "The squares of all errors are added up and multiplied by {c}.",
    ),
    "squared_error part 1": (
        "{o} = 2 · {c} · ({a} − {b})",
        "{o}[i,j] = 2 · {c} · ({a}[i,j] − {b}[i,j])",
        "How fast the loss grows with each output: the error, times 2 · {c}.",
    ),
    "softmax_cross_entropy part 0": (
        "{o} = −Σ {b} · ln softmax({a})",
        "{o} = −Σᵢ ln P[i, class of row i]",
        "Each row costs −ln of the share that it gave its true class.",
    ),
    "softmax_cross_entropy part 1": (
        "{o} = softmax({a})",
        "{o}[i,j] = e^({a}[i,j] − M) / Σₖ e^({a}[i,k] − M), M = max of row i",
        "Each row becomes {n} shares that are positive and add up to 1.",
    ),
    "sigmoid_cross_entropy part 0": (
        "{o} = −Σ ({b} · ln σ({a}) + (1 − {b}) · ln(1 − σ({a})))",
        "{o} = Σᵢⱼ (ln(1 + e^{a}[i,j]) − {b}[i,j]·{a}[i,j])",
        "Each answer costs −ln of the probability that it gave the truth.",
    ),
    "sigmoid_cross_entropy part 1": _each(
        "σ({a})", "1 / (1 + e^−{A})", "Every entry is squeezed between 0 and 1."
    ),
    # the update
    "descend": _each(
        "{a} − {c} · {b}",
        "{A} − {c} · {B}",
        "Each entry takes one step against its slope; the step is {c} times the slope.",
    ),
    # around the steps of an epoch
    "take": (
        "{o} = rows {indices} of {a}",
        "{o}[i,j] = {a}[row i of these,j]",
        "A batch takes its rows; the order of all rows is drawn anew for each epoch.",
    ),
    # operators
    "add": _binary("+", "The two are added, entry by entry."),
    "subtract": _binary("−", "The second is taken from the first, entry by entry."),
    "multiply": _binary("·", "The two are multiplied, entry by entry."),
    "divide": _binary("/", "The first is divided by the second, entry by entry."),
    "power": _binary("^", "The first to the power of the second, entry by entry."),
    "negative": _each("−{a}", "−{A}", "The sign is turned."),
    "matmul": (
        "{o} = {a} @ {b}",
        "{o}[i,j] = Σₖ {a}[i,k]·{b}[k,j]",
        "Each row of {a} meets each column of {b}: {m} × {n} sums.",
    ),
    "transpose": ("{o} = {a}.T", "{o}[i,j] = {a}[j,i]", "Rows become columns."),
    "less": _compare("<"),
    "less_equal": _compare("≤"),
    "greater": _compare(">"),
    "greater_equal": _compare("≥"),
    "equal": _compare("=="),
    "not_equal": _compare("≠"),
    # functions
    "abs": _each("|{a}|", "|{A}|", "The distance from 0."),
    "exp": _each("e^{a}", "e^{A}", "e to the power of each entry."),
    "isfinite": _each("isfinite({a})", "isfinite({A})", "1 where an entry is finite."),
    "log": _each("ln({a})", "ln {A}", "The natural logarithm of each entry."),
    "log1p": _each("ln(1 + {a})", "ln(1 + {A})", "The logarithm of 1 plus each entry."),
    "sqrt": _each("√{a}", "√{A}", "The square root of each entry."),
    "astype": _each("{a} as numbers", "{A}", "True becomes 1, False becomes 0."),
    "maximum": _each("max({a}, {b})", "max({A}, {B})", "The larger one, entry by entry."),
    "minimum": _each("min({a}, {b})", "min({A}, {B})", "The smaller one, entry by entry."),
    "where": _each(
        "{b} where {a}, else {c}", "{B} if {A} else {C}", "One or the other, entry by entry."
    ),
    # reductions
    "sum": _each("sum of all of {a}", "Σᵢⱼ {a}[i,j]", "All entries are added up."),
    "sum 0": _each("sum of the rows of {a}", "Σᵢ {a}[i,j]", "Each column is added up."),
    "sum 1": _each("sum of the columns of {a}", "Σⱼ {a}[i,j]", "Each row is added up."),
    "mean": _each("mean of all of {a}", "Σᵢⱼ {a}[i,j] / count", "The mean of all entries."),
    "mean 0": _each("mean of the rows of {a}", "Σᵢ {a}[i,j] / count", "Each column's mean."),
    "mean 1": _each("mean of the columns of {a}", "Σⱼ {a}[i,j] / count", "Each row's mean."),
    "max": _each("max of all of {a}", "maxᵢⱼ {a}[i,j]", "The largest entry."),
    "max 0": _each("max of the rows of {a}", "maxᵢ {a}[i,j]", "Each column's largest entry."),
    "max 1": _each("max of the columns of {a}", "maxⱼ {a}[i,j]", "Each row's largest entry."),
    "argmax": _each("place of the max of {a}", "argmax {a}", "Where the largest entry is."),
    "argmax 0": _each(
        "row of the max of {a}", "argmaxᵢ {a}[i,j]", "In which row each column is largest."
    ),
    "argmax 1": _each(
        "column of the max of {a}", "argmaxⱼ {a}[i,j]", "In which column each row is largest."
    ),
    "all": _each("all of {a}", "{a}[0,0] and {a}[0,1] and …", "1 if no entry is 0."),
    "all 0": _each("all rows of {a}", "allᵢ {a}[i,j]", "1 where a column has no 0."),
    "all 1": _each("all columns of {a}", "allⱼ {a}[i,j]", "1 where a row has no 0."),
}
