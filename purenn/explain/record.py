"""The record: arrays, and the operations that made them, as plain data with a version.

`to_dict` gives the one structure that both readers use:

    {
      "format": "purenn record",
      "version": 1,                      of the format; `from_dict` refuses any other
      "purenn": "0.1.0",                 that wrote it
      "backend": "python",
      "title": "xor",
      "network": {"layers": ["Dense 1 (2 → 2)", …], "loss": …, "optimizer": …, "seed": 42},
      "row_names": null,                 or a list of text, as the next two
      "feature_names": null,
      "label_names": null,
      "image_shape": null,               or [rows, columns]
      "steps": 2,
      "arrays": [                        whose place in this list is their id
        {"name": "X", "kind": "input", "shape": [4, 2], "rows": [[0.0, 1.0], …]}
                                         and "sparse": true, see RecordedArray
      ],
      "ops": [ … ],                      see Op; in the order in which they ran
      "sources": {"purenn/layers.py": text},
      "gradient_check": [{"W1": rows of slopes by central differences, …}, …]   or null
    }

A number that is not finite is written as the text "nan", "inf" or "-inf".
"""

from __future__ import annotations

import json
from functools import cached_property
from math import isfinite

import purenn
from purenn.checks import as_whole, short
from purenn.errors import ArgumentError, DataError
from purenn.files import write_atomically
from purenn.strict_json import check_size, nesting, parsed, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import Any

    from purenn.explain.building import Built

__all__ = ["FORMAT", "KEYS", "KINDS", "PHASES", "VERSION", "Op", "Record", "RecordedArray"]

FORMAT, VERSION = "purenn record", 1
KINDS = ("input", "target", "parameter", "value", "number")
PHASES = ("forward", "loss", "backward", "update", "epoch")
HEADER = (
    *("backend", "title", "network", "row_names", "feature_names", "label_names"),
    *("image_shape", "steps"),
)
KEYS = ("format", "version", "purenn", *HEADER, "arrays", "ops", "sources", "gradient_check")


class RecordedArray:
    """A matrix of the run, or a number, which has the shape (1, 1).

    kind    "input", "target", "parameter": what the run began with; "number": a Python
            number (a rate, the loss); "value": every other matrix
    sparse  True where the run held it as a matrix of mostly zeros (purenn.sparse)
    """

    __slots__ = ("kind", "name", "rows", "shape", "sparse")

    def __init__(self, name: str, kind: str, rows: list[list[float]], sparse: bool = False) -> None:
        self.name, self.kind, self.rows, self.sparse = name, kind, rows, sparse
        self.shape = (len(rows), len(rows[0]))

    def to_dict(self) -> dict[str, Any]:
        made = {
            "name": self.name,
            "kind": self.kind,
            "shape": list(self.shape),
            "rows": _written_rows(self.rows),
        }
        return made | ({"sparse": True} if self.sparse else {})

    def __repr__(self) -> str:
        return "<{} {} ({} × {})>".format(self.kind, self.name, *self.shape)


class Op:
    """One output of one call of the backend.

    n, call     its number, and that of the call: some calls have several outputs
    part        which output of the call it is
    step, layer   where in the run; layer is None in an update of no layer
    phase       "forward", "loss", "backward", "update", or "epoch" for what training does
                around them: taking a batch's rows, adding up its loss, measuring
    op          the name in the contract (purenn.backend), or of the operator: "add", "matmul"
    inputs      ids of arrays in the order of the arguments; plain numbers are arrays too
    options     arguments by name: the axis of a reduction, the indices of rows taken
    output      id of the array that it made
    name        the output's name
    symbol, index, sentence   the formula of matrices, the rule for one entry, plain words
    source      {"file", "line", "text"} of the statement of purenn that asked for it
    definition  the same of the operation's definition in the contract, or None
    """

    FIELDS = (
        *("n", "call", "step", "phase", "op", "output", "inputs", "part", "options", "name"),
        *("symbol", "index", "sentence", "layer", "source", "definition"),
    )
    __slots__ = FIELDS

    n: int
    call: int
    step: int
    phase: str
    op: str
    output: int
    inputs: list[int]
    part: int
    options: dict[str, Any]
    name: str
    symbol: str
    index: str
    sentence: str
    layer: str | None
    source: dict[str, Any]
    definition: dict[str, Any] | None

    def __init__(self, **fields: Any) -> None:
        for name in self.FIELDS:
            setattr(self, name, fields[name])

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.FIELDS}

    def __repr__(self) -> str:
        return f"<Op {self.n}: {self.symbol}>"


class Record:
    """What a run did. Made by `explain`, or by `from_dict` and `from_json`.

    arrays, ops, sources   as in the file; they are made of the notes when first asked for
    gradient_check         a dictionary a step, parameter → rows of slopes by central
                           differences, NaN on a kink; None for large networks
    """

    title: str
    backend: str
    network: dict[str, Any]
    row_names: list[str] | None
    feature_names: list[str] | None
    label_names: list[str] | None
    image_shape: list[int] | None
    steps: int

    def __init__(
        self, header: dict[str, Any], make: Callable[[], Built], check: Callable[[], Any]
    ) -> None:
        for name in HEADER:
            setattr(self, name, header[name])
        self._make, self._check = make, check

    @cached_property
    def _built(self) -> Built:
        return self._make()

    @property
    def arrays(self) -> list[RecordedArray]:
        """Every array that an operation read or made."""
        return self._built[0]

    @property
    def ops(self) -> list[Op]:
        """The operations, in the order in which they ran."""
        return self._built[1]

    @property
    def sources(self) -> dict[str, str]:
        """The whole text of each file that an operation names."""
        return self._built[2]

    @cached_property
    def gradient_check(self) -> list[dict[str, list[list[float]]]] | None:
        """The slopes of each step by central differences."""
        checked: list[dict[str, list[list[float]]]] | None = self._check()
        return checked

    @property
    def losses(self) -> list[float]:
        """The loss of each step."""
        return [
            self.arrays[op.output].rows[0][0]
            for op in self.ops
            if (op.phase, op.name) == ("loss", "L")
        ]

    def names_of_rows(self, step: int) -> list[str] | None:
        """What the rows of this step are called: of a batch those that it took."""
        names = self.row_names
        for op in self.ops:
            if names and op.step == step and (op.op, op.name) == ("take", "Y"):
                return [names[i] if i < len(names) else "" for i in op.options["indices"]]
        return names

    def find(self, wanted: int | str, step: int = 0) -> Op:
        """The operation of this number, or the one of this name in this step.

        Raises ArgumentError, with the names that there are, where there is none.
        """
        number = as_whole(wanted)
        if number is not None:
            if 0 <= number < len(self.ops):
                return self.ops[number]
            raise ArgumentError(f"operation {number}: there are 0 to {len(self.ops) - 1}")
        if not 0 <= (-1 if as_whole(step) is None else step) < self.steps:
            raise ArgumentError(f"step {short(step)}: there are 0 to {self.steps - 1}")
        if not isinstance(wanted, str):
            raise ArgumentError(f"{short(wanted)} is no operation: give its number or its name")
        name = wanted.replace("'", "′")
        here = [op for op in self.ops if op.step == step]
        for op in here:
            if op.name == name:
                return op
        raise ArgumentError(
            f"there is no operation {short(wanted)} in step {step}; there are the numbers "
            f"0 to {len(self.ops) - 1} and the names {', '.join(op.name for op in here)}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it stands at the top of this file."""
        checks = self.gradient_check
        written = None
        if checks is not None:
            written = [{name: _written_rows(rows) for name, rows in c.items()} for c in checks]
        return {
            "format": FORMAT,
            "version": VERSION,
            "purenn": purenn.__version__,
            **{name: getattr(self, name) for name in HEADER},
            "arrays": [array.to_dict() for array in self.arrays],
            "ops": [op.to_dict() for op in self.ops],
            "sources": dict(self.sources),
            "gradient_check": written,
        }

    def to_json(self) -> str:
        """The same as one line of JSON, every bit of every number kept."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: Any) -> Record:
        """The record that gave this `to_dict()`. Raises DataError for anything else."""
        from purenn.explain.reading import checked_record
        from purenn.explain.terms import terms

        header, built, checks = checked_record(data)
        record = cls(header, lambda: built, lambda: checks)
        alike = {record._form(op): op for op in record.ops}
        for op in alike.values():  # do its arrays fit it, from the first entry to the last?
            m, n = record.arrays[op.output].shape
            terms(record, op, 0, 0)
            terms(record, op, m - 1, n - 1)
        return record

    def __reduce__(self) -> tuple[Any, ...]:
        return Record.from_dict, (self.to_dict(),)  # it makes its parts when they are asked for

    def _form(self, op: Op) -> tuple[Any, ...]:
        """Equal for operations that differ only in their numbers."""
        shapes = [self.arrays[number].shape for number in (op.output, *op.inputs)]
        return op.op, op.part, op.options.get("axis"), *shapes

    @classmethod
    def from_json(cls, text: str) -> Record:
        """The record that gave this `to_json()`. Raises DataError for anything else."""
        if not isinstance(text, str):
            raise DataError(f"the text is {short(text)}, expected a record as text")
        return cls._of_text(text, "the text")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file, as a whole or not at all; ArgumentError for a path that cannot be."""
        text = self.to_json()
        check_size(text, f"{path}: the record was not saved", "record")
        write_atomically(path, text + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Record:
        """The record in a file. Raises DataError for any that does not hold just a record."""
        name, text = read_text(path, "record")
        return cls._of_text(text, name)

    @classmethod
    def _of_text(cls, text: str, name: str) -> Record:
        try:
            data = parsed(text, name, "record")
        except RecursionError:
            raise DataError(f"{name}{nesting(text, 'record')}") from None
        try:
            return cls.from_dict(data)
        except DataError as error:
            raise DataError(f"{name}: {error}") from error

    def __repr__(self) -> str:
        return f"<Record {self.title!r}: {self.steps} steps on {self.backend}>"


def _written_rows(rows: list[list[float]]) -> list[list[float | str]]:
    return [list(map(_written, row)) for row in rows]


def _written(value: float) -> float | str:
    """A number as JSON can hold it."""
    return value if isfinite(value) else repr(value)
