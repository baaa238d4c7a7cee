"""The record as text: an overview, an operation with its matrices, an entry term by term."""

from __future__ import annotations

from purenn.explain.matrices import Marks, matrix_block, side_by_side, sign_block
from purenn.explain.numbers import aligned, digits, short_number
from purenn.signs import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.explain.record import Op, Record
    from purenn.explain.screen import Screen
    from purenn.explain.terms import Cell, Part

__all__ = ["show_cell", "show_op", "show_overview"]

MOST_STEPS = 2  # whose operations are listed, beside the last one's
MOST_TERMS = 14  # that are shown of a sum; of longer ones the largest
# The sign before each operand, its place among the inputs, and whether it is turned.
LAYOUTS: dict[str, list[tuple[str, int, bool]]] = {
    "linear": [("", 0, False), ("@", 1, False), ("+", 2, False)],
    "matmul": [("", 0, False), ("@", 1, False)],
    "linear_gradients 0": [("", 0, True), ("@", 1, False)],
    "linear_gradients 1": [("sum of rows", 1, False)],
    "linear_input_gradient": [("", 0, False), ("@", 1, True)],
    "descend": [("", 0, False), ("−", 2, False), ("·", 1, False)],
    "add": [("", 0, False), ("+", 1, False)],
    "subtract": [("", 0, False), ("−", 1, False)],
    "multiply": [("", 0, False), ("·", 1, False)],
    "divide": [("", 0, False), ("/", 1, False)],
    "take": [("rows of", 0, False)],
    "transpose": [("", 0, True)],
    "softmax_cross_entropy 1": [("", 0, False)],
    "sigmoid_cross_entropy 1": [("", 0, False)],
}
LISTED = {"squared_error": [("", 0, False), ("−", 1, False), ("with scale", 2, False)]}


# -------------------------------------------------------------------------- overview


def show_overview(record: Record, screen: Screen) -> None:
    """What ran, and its operations, a line each."""
    network = record.network
    title = f"{clean(record.title)} on {record.backend}" if record.title else record.backend
    steps = f"{record.steps} training step{'s' * (record.steps > 1)}"
    screen.paragraph(f"{title}: {steps}, {len(record.ops)} operations, seed {network['seed']}")
    screen.paragraph("network   " + " - ".join(network["layers"]), " " * 10)
    screen.paragraph(f"loss      {network['loss']}", " " * 10)
    screen.paragraph(f"optimizer {network['optimizer']}", " " * 10)
    for step in range(record.steps):
        if MOST_STEPS <= step < record.steps - 1:
            if step == MOST_STEPS:
                left_out = record.steps - 1 - MOST_STEPS
                screen.line()
                screen.line(f"… {left_out} training steps left out")
            continue
        ops = [op for op in record.ops if op.step == step]
        screen.line()
        screen.line(f"step {step}, loss {digits(record.losses[step])}")
        phase = ""
        for op in ops:
            _overview_line(record, screen, op, op.phase if op.phase != phase else "")
            phase = op.phase
    screen.line()
    name = record.ops[0].name
    screen.paragraph(
        f"Look closer: --op {name} (or its number), --op {name} --cell 0,0 for an entry of it, "
        "--step to walk through, --html FILE for a page."
    )


def _overview_line(record: Record, screen: Screen, op: Op, phase: str) -> None:
    shape = "({} × {})".format(*record.arrays[op.output].shape)
    place = f"{op.source['file'].split('/')[-1]}:{op.source['line']}"
    room = screen.width - 26 - len(place) - 2
    symbol = op.symbol if len(op.symbol) <= room else op.symbol[: room - 1] + "…"
    screen.line(f"{phase:<9}{op.n:>4}  {shape:<10} {symbol:<{room}}  {place}")


# ------------------------------------------------------------------------- operation


def show_op(
    record: Record,
    op: Op,
    screen: Screen,
    cell: Cell | None = None,
    pending: tuple[int, int] | None = None,
) -> None:
    """The formula, the line of purenn, and the matrices side by side.

    With a cell, the entries that make it stand between brackets, and so does the result;
    from the pending entry on, the result is not shown.
    """
    where = f"operation {op.n}, step {op.step}, {op.phase}" + (f", {op.layer}" if op.layer else "")
    screen.paragraph(where)
    screen.paragraph(op.symbol, "    ")
    if op.index != op.symbol:
        screen.paragraph(op.index, "    ")
    screen.paragraph(op.sentence, "    ")
    screen.paragraph(f"{op.source['file']}:{op.source['line']}: {op.source['text']}", "    ")
    screen.line()
    for line in side_by_side(_blocks(record, op, screen.width, cell, pending), screen.width):
        screen.numbers(line)


def _blocks(
    record: Record, op: Op, width: int, cell: Cell | None, pending: tuple[int, int] | None
) -> list[list[str]]:
    """The operands with the signs between them, then the output."""
    layout = LAYOUTS.get(f"{op.op} {op.part}") or LAYOUTS.get(op.op)
    sign_before_output = "→" if layout is None or op.part == 1 else "="
    if layout is None:
        listed = [("," if place else "", place, False) for place in range(len(op.inputs))]
        layout = LISTED.get(op.op, listed)
    blocks = []
    for sign, place, turned in layout:
        if place >= len(op.inputs):
            continue  # a layer without bias
        blocks += [sign_block(sign)] if sign else []
        array = record.arrays[op.inputs[place]]
        if array.kind == "number" and array.name == short_number(array.rows[0][0]):
            blocks.append(sign_block(array.name))
            continue
        marks = _marks(cell, op.inputs[place])
        title = clean(array.name) + (".T" if turned else "")
        blocks.append(matrix_block(title, array, marks, width - len(sign) - 2, turned))
    blocks.append(sign_block(sign_before_output))
    marks = [(cell.i, cell.j)] if cell is not None else []
    title = op.name + (" new" if "←" in op.symbol else "")
    blocks.append(matrix_block(title, record.arrays[op.output], marks, width - 3, pending=pending))
    return blocks


def _marks(cell: Cell | None, array: int) -> Marks:
    """The entries that make the cell, those of the largest terms first."""
    if cell is None:
        return []
    ranked = sorted(cell.terms, key=lambda term: -abs(term.product))
    refs = [ref for term in ranked for ref in term.sources] + cell.sources
    return [(ref.row, ref.column) for ref in refs if ref.array == array]


# ----------------------------------------------------------------------------- entry


def show_cell(
    record: Record,
    cell: Cell,
    screen: Screen,
    upto: int | None = None,
    hide: bool = False,
) -> None:
    """The whole sum, term by term with the sum so far, or the formula line by line.

    upto  how many terms or lines are shown, from the first; None: all
    hide  True leaves the last line's value and the result out, for a guess
    """
    parts = cell.parts()
    count = len(parts) if upto is None else upto
    shown, left_out = _largest(parts[:count])
    screen.line()
    screen.paragraph(f"{cell.op.name}[{cell.i},{cell.j}]{names_of(record, cell)}")
    hidden = parts[-1] if hide else None
    lines = _part_lines(shown, hidden, screen.width, not left_out)
    if left_out:  # so there are no sums so far but in the end
        total, after = sum(part.value for part in left_out), sum(not p.numbers for p in shown)
        place = len(lines) - after
        lines[place:place] = [f"  + {len(left_out)} smaller terms, together {digits(total)}"]
    for line in lines:
        screen.numbers(line)
    if count < len(parts):
        screen.line(f"    {len(parts) - count} more to come")
    elif not hide:
        exact = repr(cell.result).replace("-", "−")
        screen.numbers(f"  = {digits(cell.result)}   (all digits: {exact})")


def names_of(record: Record, cell: Cell) -> str:
    """What the row and the column are called, where the data has names for them."""
    (m, n), found = record.arrays[cell.op.output].shape, []
    rows = record.names_of_rows(cell.op.step)
    ours = rows is not None and m == len(rows) and cell.op.phase in ("forward", "loss")
    if rows is not None and ours and rows[cell.i] != f"row {cell.i}":
        found.append(f"row {cell.i} is {clean(rows[cell.i])}")
    features = record.feature_names
    if cell.op.name in ("W1", "dW1") and features and m == len(features):
        found.append(f"row {cell.i} belongs to {clean(features[cell.i])}")
    if cell.op.name == "P" and record.label_names and n == len(record.label_names):
        found.append(f"column {cell.j} is {clean(record.label_names[cell.j])}")
    return f": {', '.join(found)}" if found else ""


def _largest(parts: list[Part]) -> tuple[list[Part], list[Part]]:
    """What is shown of a long sum: the terms of most weight, and all that is not a term."""
    terms_only = [part for part in parts if part.sign == "+" and part.numbers]
    if len(parts) <= MOST_TERMS or not terms_only:
        return parts, []
    ranked = sorted(terms_only, key=lambda part: -abs(part.value))
    left_out = set(map(id, ranked[MOST_TERMS:]))
    shown = [part for part in parts if id(part) not in left_out]
    return shown, [part for part in parts if id(part) in left_out]


def _part_lines(parts: list[Part], hidden: Part | None, width: int, whole: bool) -> list[str]:
    """A line each: sign, names, numbers put in, the value, and of a whole sum that so far."""
    if not parts:
        return []
    values = aligned([part.value for part in parts])
    sums = aligned([part.running or 0.0 for part in parts])
    names = max(len(part.text) for part in parts)
    room = width - names - len(values[0]) - len(sums[0]) - 22
    numbers = min(max(len(part.numbers) for part in parts), max(room, 12))
    lines = []
    for part, value, total in zip(parts, values, sums, strict=True):
        given = part.numbers
        given = given if len(given) <= numbers else given[: numbers - 1] + "…"
        line = f"  {part.sign:<1} {part.text:<{names}}  {given:>{numbers}} = {value}"
        if part is hidden:
            line = line.removesuffix(value) + "?"
        elif part.running is not None and (whole or not part.numbers):
            line += f"   sum {total}"
        lines.append(line)
    return lines
