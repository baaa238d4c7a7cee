"""From the notes of a run to its record: ids, names, rows, formulas and source lines."""

from __future__ import annotations

import linecache
import sys
from functools import cache

from purenn.backend import DERIVED, Backend
from purenn.explain.numbers import short_number
from purenn.explain.record import Op, RecordedArray
from purenn.explain.recording import Note, Traced, TracedNumber
from purenn.explain.wording import describe
from purenn.sparse import SparseMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Built: TypeAlias = tuple[list[RecordedArray], list[Op], dict[str, str]]

__all__ = ["build"]

USUAL_NAMES = {"softmax_cross_entropy part 0": "S", "sigmoid_cross_entropy part 0": "S"}


def build(notes: list[Note], inner: Backend, owners: dict[str, str]) -> Built:
    """Arrays, operations and sources. `owners`: parameter → title of its layer."""
    builder = _Builder(inner, owners)
    for call, note in enumerate(notes):
        builder.add(call, note)
    return builder.arrays, builder.ops, builder.sources


class _Builder:
    def __init__(self, inner: Backend, owners: dict[str, str]) -> None:
        self.inner = inner
        self.arrays: list[RecordedArray] = []
        self.ops: list[Op] = []
        self.sources: dict[str, str] = {}
        self.ids: dict[Any, int] = {}  # of an array: its identity; of a number: its digits
        self.layers = {f"d{name}": layer for name, layer in owners.items()} | owners
        self.owners: dict[int, str] = {}  # array id: the layer that it belongs to
        self.step = -1
        self.unnamed = {"T": 0, "E": 0}

    def add(self, call: int, note: Note) -> None:
        """An operation for each output of the call."""
        if note.step != self.step:
            self.step, self.unnamed["T"] = note.step, 0
        given = [value for value in note.inputs if value is not None]
        inputs = [self.id_of(value) for value in given]
        layer = note.layer or next((self.owners[n] for n in inputs if n in self.owners), None)
        operands = [self.arrays[number] for number in inputs]
        source, definition = self.source(note.module, note.line), self.definition(note.name)
        for part, traced in enumerate(note.outputs):
            output = self.output(traced, layer, note, part)
            words = describe(note.name, part, self.arrays[output], operands, note.options)
            self.ops.append(
                Op(
                    n=len(self.ops),
                    call=call,
                    step=note.step,
                    phase=note.phase,
                    op=note.name,
                    output=output,
                    inputs=inputs,
                    part=part,
                    options=note.options,
                    name=self.arrays[output].name,
                    symbol=words[0],
                    index=words[1],
                    sentence=words[2],
                    layer=layer,
                    source=source,
                    definition=definition,
                )
            )

    def id_of(self, value: Any) -> int:
        """The id of an operand; the first time, it becomes an array of the record."""
        if type(value) is TracedNumber:
            value = value.source
        traced = type(value) is Traced
        number = not traced and isinstance(value, (int, float))
        key = repr(float(value)) if number else id(value)
        if key in self.ids:
            return self.ids[key]
        if number:
            array = RecordedArray(short_number(float(value)), "number", [[float(value)]])
        elif traced:
            raw = value.raw
            array = RecordedArray(
                value.name or "C", value.kind or "input", self.rows(raw), type(raw) is SparseMatrix
            )
        else:  # an array that a layer of another package has made for itself
            array = RecordedArray("C", "input", self.rows(value))
        return self.keep(key, array)

    def keep(self, key: Any, array: RecordedArray) -> int:
        self.ids[key] = number = len(self.arrays)
        self.arrays.append(array)
        if array.name in self.layers:
            self.owners[number] = self.layers[array.name]
        return number

    def output(self, traced: Traced, layer: str | None, note: Note, part: int) -> int:
        """The id of what a call made."""
        usual = USUAL_NAMES.get(f"{note.name} part {part}") if note.phase == "loss" else None
        name = traced.name or usual or self.next_name(note)
        kind = "value" if len(traced.shape) == 2 else "number"
        number = self.keep(id(traced), RecordedArray(name, kind, self.rows(traced.raw)))
        if layer:
            self.owners[number] = layer
        return number

    def next_name(self, note: Note) -> str:
        """T1, T2 … anew in each step; what an epoch adds up goes on from step to step."""
        letter = "E" if note.phase == "epoch" else "T"
        self.unnamed[letter] += 1
        return f"{letter}{self.unnamed[letter]}"

    def rows(self, raw: Any) -> list[list[float]]:
        """The array's rows; of a number one row of it alone."""
        if len(getattr(raw, "shape", ())) == 2:
            return [list(map(float, row)) for row in self.inner.to_list(raw)]
        return [[float(self.inner.item(raw))]]

    def source(self, module: str, line: int) -> dict[str, Any]:
        """The statement that asked, and its file for the sources."""
        file, text = source_file(module)
        self.sources.setdefault(file, text)
        lines = _lines(text)
        statement = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return {"file": file, "line": line, "text": statement}

    def definition(self, name: str) -> dict[str, Any] | None:
        """Where the contract defines a derived operation."""
        if name not in DERIVED:
            return None
        return self.source("purenn.backend", getattr(Backend, name).__code__.co_firstlineno)


@cache
def _lines(text: str) -> list[str]:
    return text.splitlines()


@cache
def source_file(module: str) -> tuple[str, str]:
    """The path of a module from the folder of the package, and its text."""
    loaded = sys.modules[module]
    path = module.replace(".", "/") + ("/__init__.py" if hasattr(loaded, "__path__") else ".py")
    lines = linecache.getlines(loaded.__file__ or "", vars(loaded))
    return path, "".join(lines)
