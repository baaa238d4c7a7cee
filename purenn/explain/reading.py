"""From plain data to the parts of a record. A file can hold anything: all of it is checked.

Each check gives the value back, or raises DataError with the place in the data, what was
found there and what was expected.
"""

from __future__ import annotations

from purenn.checks import check_keys, check_whole, is_number, short
from purenn.errors import DataError
from purenn.explain.record import FORMAT, KEYS, KINDS, PHASES, VERSION, Op, RecordedArray

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
OPTIONS: dict[str, Callable[[Any], bool]] = {
    "axis": lambda value: value in (None, 0, 1) and not isinstance(value, bool),
    "keepdims": lambda value: isinstance(value, bool),
    "indices": lambda value: isinstance(value, list) and all(type(i) is int for i in value),
}
WORDS = ("nan", "inf", "-inf")  # numbers that JSON has no way to write


def checked_record(data: Any) -> tuple[dict[str, Any], Built, Checks]:
    """The data, if it is a record of this version; its arrays, operations and sources; and
    its gradient check."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise DataError(f"this is no {FORMAT}")
    if data.get("version") != VERSION:
        raise DataError(
            f"this record has version {short(data.get('version'))} of the format; "
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
    checks = _gradients(data["gradient_check"], steps)
    sources = _dictionary(data["sources"], "sources")
    for file, text in sources.items():
        _text(text, f"sources[{short(file)}]")
    return data, (arrays, ops, sources), checks


def _check_header(data: dict[str, Any]) -> None:
    for key in ("title", "backend", "purenn"):
        _text(data[key], key)
    network = check_keys(data["network"], NETWORK, "network")
    _texts(network["layers"], "network.layers")
    _text(network["loss"], "network.loss")
    _text(network["optimizer"], "network.optimizer")
    if network["seed"] is not None:
        check_whole(network["seed"], "network.seed")
    for key in ("row_names", "feature_names", "label_names"):
        if data[key] is not None:
            _texts(data[key], key)
    if (sides := data["image_shape"]) is not None:
        if len(_list(sides, "image_shape")) != 2:
            raise DataError(f"image_shape is {short(sides)}, expected rows and columns")
        for side in sides:
            _from_one(side, "image_shape")
    _from_one(data["steps"], "steps")


def _array(data: Any, where: str) -> RecordedArray:
    check_keys({k: v for k, v in _dictionary(data, where).items() if k != "sparse"}, ARRAY, where)
    name, kind, shape = _text(data["name"], f"{where}.name"), data["kind"], data["shape"]
    _one_of(kind, KINDS, f"{where}.kind")
    if len(_list(shape, f"{where}.shape")) != 2:
        raise DataError(f"{where}.shape is {short(shape)}, expected rows and columns")
    m, n = (_from_one(side, f"{where}.shape") for side in shape)
    if kind == "number" and (m, n) != (1, 1):
        raise DataError(f"{where}.shape is {short(shape)}, but a number has the shape [1, 1]")
    if data.get("sparse", True) is not True:
        raise DataError(f"{where}.sparse is {short(data['sparse'])}, expected true or nothing")
    rows = _rows(data["rows"], m, n, f"{where}.rows")
    return RecordedArray(name, kind, rows, "sparse" in data)


def _op(data: Any, n: int, arrays: list[RecordedArray], steps: int, where: str) -> Op:
    check_keys(data, Op.FIELDS, where)
    if data["n"] != n:
        raise DataError(f"{where}.n is {short(data['n'])}, expected {n}, its place")
    for key in ("call", "part"):
        check_whole(data[key], f"{where}.{key}")
    _below(data["step"], steps, f"{where}.step")
    _one_of(data["phase"], PHASES, f"{where}.phase")
    _below(data["output"], len(arrays), f"{where}.output")
    for number in _list(data["inputs"], f"{where}.inputs"):
        _below(number, len(arrays), f"{where}.inputs")
    for key, value in _dictionary(data["options"], f"{where}.options").items():
        if key not in OPTIONS or not OPTIONS[key](value):
            raise DataError(f"{where}.options: {short(key)} is {short(value)}, no such option")
    for key in ("op", "name", "symbol", "index", "sentence"):
        _text(data[key], f"{where}.{key}")
    if data["op"] == "take":
        _check_taken(data, arrays, where)
    _text(data["layer"] or "", f"{where}.layer")
    for key in ("source", "definition"):
        if data[key] is not None or key == "source":
            _check_place(data[key], f"{where}.{key}")
    return Op(**data)


def _check_taken(op: dict[str, Any], arrays: list[RecordedArray], where: str) -> None:
    """The indices of the rows that are taken."""
    rows = arrays[op["inputs"][0]].shape[0] if op["inputs"] else 0
    if len(op["options"].get("indices", [])) != arrays[op["output"]].shape[0]:
        raise DataError(f"{where}.options.indices: expected one for each row of the output")
    for index in op["options"]["indices"]:
        _below(index, rows, f"{where}.options.indices")


def _check_place(data: Any, where: str) -> None:
    """A line of a file."""
    check_keys(data, PLACE, where)
    _text(data["file"], f"{where}.file")
    _text(data["text"], f"{where}.text")
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


def _gradients(data: Any, steps: int) -> Checks:
    if data is None:
        return None
    if len(_list(data, "gradient_check")) != steps:
        raise DataError(f"gradient_check has {len(data)} entries, expected {steps}, one a step")
    made: list[dict[str, list[list[float]]]] = []
    for step, checks in enumerate(data):
        made.append({})
        for name, rows in _dictionary(checks, f"gradient_check[{step}]").items():
            where = f"gradient_check[{step}].{short(name)}"
            first = _list(rows, where)[0] if rows else None
            n = len(first) if isinstance(first, list) else 1
            made[-1][name] = _rows(rows, len(rows), n, where)
    return made


# ------------------------------------------------------------------------- small ones


def _rows(data: Any, m: int, n: int, where: str) -> list[list[float]]:
    """m rows of n numbers, some of which may be written as words."""
    if len(_list(data, where)) != m:
        raise DataError(f"{where}: found {len(data)} rows, expected {m}")
    for i, row in enumerate(data):
        if len(_list(row, f"{where}[{i}]")) != n:
            raise DataError(f"{where}[{i}]: found {len(row)} numbers, expected {n}")
        for j, value in enumerate(row):
            if not (is_number(value) or value in WORDS):
                raise DataError(f"{where}[{i}][{j}] is {short(value)}, expected a number")
    return [list(map(float, row)) for row in data]


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise DataError(f"{where} is {short(value)}, expected text")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"{where} is {short(value)}, expected a list")
    return value


def _texts(value: Any, where: str) -> None:
    for n, each in enumerate(_list(value, where)):
        _text(each, f"{where}[{n}]")


def _dictionary(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{where} is {short(value)}, expected a dictionary")
    return value


def _one_of(value: Any, choices: tuple[str, ...], where: str) -> None:
    if not isinstance(value, str) or value not in choices:
        raise DataError(f"{where} is {short(value)}, expected one of {', '.join(choices)}")


def _from_one(value: Any, where: str) -> int:
    if not check_whole(value, where):
        raise DataError(f"{where} is 0, expected a whole number, 1 or more")
    return int(value)


def _below(value: Any, end: int, where: str) -> None:
    if check_whole(value, where) >= end:
        raise DataError(f"{where} is {value}, but there are {end}, numbered from 0")
