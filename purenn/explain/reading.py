"""From plain data to the parts of a record. A file can hold anything: all of it is checked.

Each check gives the value back, or raises DataError with the place in the data, what was
found there and what was expected.
"""

from __future__ import annotations

from purenn.checks import check_keys, check_label_names, check_rows, check_whole, short
from purenn.errors import DataError, ShapeError
from purenn.explain.record import FORMAT, KEYS, KINDS, PHASES, VERSION, Op, RecordedArray
from purenn.explain.recording import OPERATIONS
from purenn.explain.shapes import shapes_of
from purenn.seeding import WORD
from purenn.strict_json import check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from purenn.explain.building import Built

    Checks: TypeAlias = list[dict[str, list[list[float]]]] | None

__all__ = ["checked_record"]

ARRAY = ("name", "kind", "shape", "rows")
NETWORK = ("layers", "loss", "optimizer", "seed")
PLACE = ("file", "line", "text")
CALL = ("call", "step", "phase", "op", "inputs", "options")  # the same in each output of a call
OPTIONS: dict[str, Callable[[Any], bool]] = {
    "axis": lambda value: value is None or (type(value) is int and value in (0, 1)),
    "keepdims": lambda value: isinstance(value, bool),
    "indices": lambda value: isinstance(value, list) and all(type(i) is int for i in value),
}
WORDS = ("nan", "inf", "-inf")  # numbers that JSON has no way to write


def checked_record(data: Any) -> tuple[dict[str, Any], Built, Checks]:
    """The data, if it is a record of this version; its arrays, operations and sources; and
    its gradient check."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise DataError(f"this is no {FORMAT}")
    version = data.get("version")
    if type(version) is not int or version != VERSION:
        raise DataError(
            f"this record has version {short(version)} of the format; "
            f"this purenn reads version {VERSION}"
        )
    check_keys(data, KEYS, "the record")
    _check_header(data)
    steps, arrays, ops = data["steps"], list[RecordedArray](), list[Op]()
    for n, each in enumerate(_list(data["arrays"], "arrays")):
        arrays.append(_array(each, f"arrays[{n}]"))
    for n, each in enumerate(_list(data["ops"], "ops")):
        ops.append(_op(each, n, arrays, steps, f"ops[{n}]"))
    _check_order(ops, steps)
    _check_outputs(ops, arrays)
    _check_calls(ops, arrays)
    checks = _gradients(data["gradient_check"], arrays, steps)
    return data, (arrays, ops, _sources(data["sources"], ops)), checks


def _check_header(data: dict[str, Any]) -> None:
    for key in ("title", "backend", "purenn"):
        check_text(data[key], key)
    network = check_keys(data["network"], NETWORK, "network")
    _check_texts(network["layers"], "network.layers")
    check_text(network["loss"], "network.loss")
    check_text(network["optimizer"], "network.optimizer")
    if network["seed"] is not None and check_whole(network["seed"], "network.seed") > WORD:
        raise DataError(f"network.seed is {network['seed']}, expected at most {WORD}")
    for key in ("row_names", "feature_names", "label_names"):
        if data[key] is not None:
            _check_texts(data[key], key)
    check_label_names(data["label_names"] or ())
    if data["image_shape"] is not None:
        _two_sides(data["image_shape"], "image_shape")
    check_whole(data["steps"], "steps", 1)


# ---------------------------------------------------------------------------- arrays


def _array(data: Any, where: str) -> RecordedArray:
    check_keys({k: v for k, v in _dictionary(data, where).items() if k != "sparse"}, ARRAY, where)
    name, kind = check_text(data["name"], f"{where}.name"), data["kind"]
    _one_of(kind, KINDS, f"{where}.kind")
    shape = _two_sides(data["shape"], f"{where}.shape")
    if kind == "number" and shape != (1, 1):
        raise DataError(
            f"{where}.shape is {short(data['shape'])}, but a number has the shape [1, 1]"
        )
    if data.get("sparse", True) is not True:
        raise DataError(f"{where}.sparse is {short(data['sparse'])}, expected true or nothing")
    rows = check_rows(data["rows"], shape, f"{where}.rows", WORDS)
    return RecordedArray(name, kind, rows, "sparse" in data)


def _two_sides(data: Any, where: str) -> tuple[int, int]:
    """Rows and columns."""
    if len(_list(data, where)) != 2:
        raise DataError(f"{where} is {short(data)}, expected rows and columns")
    m, n = (check_whole(side, f"{where}[{place}]", 1) for place, side in enumerate(data))
    return m, n


def _gradients(data: Any, arrays: list[RecordedArray], steps: int) -> Checks:
    """The slopes of each step: of each parameter as many as it has entries."""
    if data is None:
        return None
    if len(_list(data, "gradient_check")) != steps:
        raise DataError(f"gradient_check has {len(data)} entries, expected {steps}, one a step")
    shapes = {array.name: array.shape for array in arrays if array.kind == "parameter"}
    made: list[dict[str, list[list[float]]]] = []
    for step, checks in enumerate(data):
        made.append({})
        for name, rows in _dictionary(checks, f"gradient_check[{step}]").items():
            where = f"gradient_check[{step}].{short(name)}"
            if name not in shapes:
                raise DataError(f"{where}: the record has no parameter of this name")
            made[-1][name] = check_rows(rows, shapes[name], where, WORDS)
    return made


# ------------------------------------------------------------------------ operations


def _op(data: Any, n: int, arrays: list[RecordedArray], steps: int, where: str) -> Op:
    check_keys(data, Op.FIELDS, where)
    _check_numbers(data, n, len(arrays), steps, where)
    _check_words(data, where)
    _check_options(data, arrays, where)
    for key in ("source", "definition"):
        if data[key] is not None or key == "source":
            _check_place(data[key], f"{where}.{key}")
    return Op(**data)


def _check_numbers(data: dict[str, Any], n: int, arrays: int, steps: int, where: str) -> None:
    """Its place, its step, and the arrays that it reads and makes."""
    if check_whole(data["n"], f"{where}.n") != n:
        raise DataError(f"{where}.n is {data['n']}, expected {n}, its place")
    for key in ("call", "part"):
        check_whole(data[key], f"{where}.{key}")
    _below(data["step"], steps, f"{where}.step")
    _below(data["output"], arrays, f"{where}.output")
    for number in _list(data["inputs"], f"{where}.inputs"):
        _below(number, arrays, f"{where}.inputs")


def _check_words(data: dict[str, Any], where: str) -> None:
    """What it is, and what is said of it."""
    _one_of(data["phase"], PHASES, f"{where}.phase")
    for key in ("op", "name", "symbol", "index", "sentence"):
        check_text(data[key], f"{where}.{key}")
    if data["layer"] is not None:
        check_text(data["layer"], f"{where}.layer")
    if data["op"] not in OPERATIONS:
        raise DataError(
            f"{where}.op is {short(data['op'])}, expected an operation of the backends' contract, "
            "or an operator; if a newer purenn recorded it, upgrade this one"
        )


def _check_options(op: dict[str, Any], arrays: list[RecordedArray], where: str) -> None:
    """Arguments by name; the indices are of rows that there are."""
    for key, value in _dictionary(op["options"], f"{where}.options").items():
        if key not in OPTIONS or not OPTIONS[key](value):
            raise DataError(f"{where}.options: {short(key)} is {short(value)}, no such option")
    rows = arrays[op["inputs"][0]].shape[0] if op["inputs"] else 0
    for index in op["options"].get("indices", ()):
        _below(index, rows, f"{where}.options.indices")


def _check_place(data: Any, where: str) -> None:
    """A line of a file."""
    check_keys(data, PLACE, where)
    check_text(data["file"], f"{where}.file")
    check_text(data["text"], f"{where}.text")
    check_whole(data["line"], f"{where}.line")


def _check_order(ops: list[Op], steps: int) -> None:
    """Steps follow each other, and each operation reads what was there before it."""
    made = {op.output: op.n for op in reversed(ops)}
    for op in ops:
        where = f"ops[{op.n}]"
        if made[op.output] != op.n:
            raise DataError(f"{where}.output is {op.output}, as is that of ops[{made[op.output]}]")
        for number in op.inputs:
            if made.get(number, -1) >= op.n:
                raise DataError(f"{where}.inputs: array {number} is made later")
        last = ops[op.n - 1].step if op.n else -1
        if op.step not in (max(last, 0), last + 1):
            raise DataError(f"{where}.step is {op.step}, after step {last}")
    if not ops or ops[-1].step != steps - 1:
        raise DataError(f"ops: not each of the {steps} steps has an operation")
    losses = [op.step for op in ops if (op.phase, op.name) == ("loss", "L")]
    if losses != list(range(steps)):
        raise DataError("ops: each step must have one loss L")


def _check_outputs(ops: list[Op], arrays: list[RecordedArray]) -> None:
    """They have the operations' names; each is a value or a number, and no other array is one."""
    for op in ops:
        if op.name != (name := arrays[op.output].name):
            raise DataError(
                f"ops[{op.n}].name is {short(op.name)}, expected {short(name)} as its output has"
            )
    made = {op.output for op in ops}
    for number, array in enumerate(arrays):
        if array.kind != "number" and (array.kind == "value") != (number in made):
            by = "an operation" if number in made else "no operation"
            raise DataError(f"arrays[{number}].kind is {array.kind!r}, but {by} has made it")


def _check_calls(ops: list[Op], arrays: list[RecordedArray]) -> None:
    """Each call has all of its outputs, one after the other, in the shapes that it gives."""
    n = call = 0
    while n < len(ops):
        shapes = _shapes(ops[n], arrays)
        if len(ops) < n + len(shapes):
            raise DataError(f"ops: {ops[n].op!r} has {len(shapes)} outputs, the last is missing")
        for part, shape in enumerate(shapes):
            _check_output(ops[n + part], ops[n], call, part, len(shapes))
            found = arrays[ops[n + part].output]
            if found.shape != (shape or (1, 1)):
                raise _unfit(ops[n + part], "it gives ({} × {})".format(*(shape or (1, 1))))
        n, call = n + len(shapes), call + 1


def _check_output(op: Op, first: Op, call: int, part: int, parts: int) -> None:
    """This is the output number `part` of the call that began with `first`."""
    expected = {**{key: getattr(first, key) for key in CALL}, "call": call, "part": part}
    for key, value in expected.items():
        if (found := getattr(op, key)) != value:
            raise DataError(
                f"ops[{op.n}].{key} is {short(found)}, expected {short(value)}: call {call} "
                f"is {first.op!r} with {parts} output{'s' * (parts > 1)}"
            )


def _shapes(op: Op, arrays: list[RecordedArray]) -> list[tuple[int, ...]]:
    """Of each output of the operation's call; a number's is ()."""
    operands = [arrays[number] for number in op.inputs]
    sides = [() if array.kind == "number" else array.shape for array in operands]
    try:
        return shapes_of(op.op, sides, op.options)
    except ShapeError as error:
        raise _unfit(op, str(error)) from error


def _unfit(op: Op, why: str) -> DataError:
    return DataError(f"operation {op.n}: its arrays do not fit {op.op!r}: {why}")


def _sources(data: Any, ops: list[Op]) -> dict[str, str]:
    """The text of each file that an operation names."""
    sources = _dictionary(data, "sources")
    for file, text in sources.items():
        check_text(file, "sources, a key")
        check_text(text, f"sources[{short(file)}]")
    for op in ops:
        for place in filter(None, (op.source, op.definition)):
            if place["file"] not in sources:
                raise DataError(f"sources: {short(place['file'])} of ops[{op.n}] is missing")
    return sources


# ------------------------------------------------------------------------- small ones


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"{where} is {short(value)}, expected a list")
    return value


def _check_texts(value: Any, where: str) -> None:
    for n, each in enumerate(_list(value, where)):
        check_text(each, f"{where}[{n}]")


def _dictionary(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{where} is {short(value)}, expected a dictionary")
    return value


def _one_of(value: Any, choices: tuple[str, ...], where: str) -> None:
    if not isinstance(value, str) or value not in choices:
        raise DataError(f"{where} is {short(value)}, expected one of {', '.join(choices)}")


def _below(value: Any, end: int, where: str) -> None:
    if check_whole(value, where) >= end:
        raise DataError(f"{where} is {value}, but there are {end}, numbered from 0")
