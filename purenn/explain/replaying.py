"""Running a record again: its operations on its inputs, with nothing else."""

from __future__ import annotations

from purenn.backend import get_backend
from purenn.errors import DataError
from purenn.explain.recording import OPERATIONS, OPERATORS
from purenn.matrix import Matrix
from purenn.sparse import SparseMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.backend import Backend
    from purenn.explain.record import Op, Record, RecordedArray

__all__ = ["replay"]

DAMAGE = (ArithmeticError, AttributeError, IndexError, TypeError, ValueError)  # of a changed file


def replay(record: Record, backend: str | Backend | None = None) -> list[list[list[float]]]:
    """The rows of every array, computed anew from those that no operation made.

    backend  a name or a Backend; None takes the record's own. On that one, every bit of
             every array comes out as it was recorded.

    Raises DataError where the arrays do not fit an operation, as in a file that somebody
    changed.
    """
    chosen = get_backend(record.backend if backend is None else backend)
    made: dict[int, Any] = {op.output: None for op in record.ops}
    values: list[Any] = [
        None if number in made else _given(chosen, array)
        for number, array in enumerate(record.arrays)
    ]
    parts: tuple[Any, ...] = ()
    for op in record.ops:
        try:
            if op.part == 0:
                result = _run(chosen, op, [values[n] for n in op.inputs])
                parts = result if isinstance(result, tuple) else (result,)
            value = parts[op.part]
            if record.arrays[op.output].kind == "number":  # as a network takes it, by item()
                value = chosen.item(value)
        except DAMAGE as error:
            raise DataError(f"operation {op.n}: its arrays do not fit {op.op!r}") from error
        values[op.output] = value
    return [
        [[float(value)]] if array.kind == "number" else _rows(chosen, value)
        for array, value in zip(record.arrays, values, strict=True)
    ]


def _given(backend: Backend, array: RecordedArray) -> Any:
    """What the run began with."""
    if array.kind == "number":
        return array.rows[0][0]
    if array.sparse and isinstance(backend.from_list([[0.0]]), Matrix):
        entries = [
            (tuple(k for k, x in enumerate(row) if x), tuple(x for x in row if x))
            for row in array.rows
        ]
        return SparseMatrix(entries, array.shape[1])
    return backend.from_list(array.rows)


def _run(backend: Backend, op: Op, operands: list[Any]) -> Any:
    """One call."""
    if op.op in OPERATORS:
        return OPERATORS[op.op](*operands)
    if op.op == "linear" and len(operands) == 2:
        operands.append(None)
    if op.op == "astype":
        operands.append(backend.float64)
    if op.op == "take":
        return backend.take(operands[0], op.options["indices"])
    if op.op not in OPERATIONS:
        raise DataError(f"operation {op.n}: no backend has an operation {op.op!r}")
    return getattr(backend, op.op)(*operands, **op.options)


def _rows(backend: Backend, value: Any) -> list[list[float]]:
    return [list(map(float, row)) for row in backend.to_list(value)]
