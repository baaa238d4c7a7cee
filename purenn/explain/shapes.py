"""The shapes that an operation gives: its definition in the contract, run on shapes alone.

A Shape is an array of which nothing is known but its sides, (m × n); a number has none. What
becomes of the sides is said here for the operators and the primitives only: the derived
operations follow from their definitions in purenn/backend.py.
"""

from __future__ import annotations

from functools import cache
from inspect import Signature, signature

from purenn.backend import FUNCTIONS, Backend
from purenn.errors import ShapeError
from purenn.explain.recording import OPERATORS
from purenn.matrix import broadcast_shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = ["shapes_of"]


def shapes_of(
    name: str, operands: Sequence[tuple[int, ...]], options: dict[str, Any]
) -> list[tuple[int, ...]]:
    """The shape of each output of an operation that was recorded; a number's is ().

    Raises ShapeError for operands of a wrong shape or number, and for options that the
    operation does not have.
    """
    given: list[Any] = [Shape(*sides) for sides in operands]
    if name == "linear" and len(given) == 2:
        given.append(None)  # no bias
    function, arguments = _function(name)
    try:
        arguments.bind(*given, **options)
    except TypeError as error:
        raise ShapeError(str(error)) from error
    result = function(*given, **options)
    return [part.sides for part in (result if type(result) is tuple else (result,))]


@cache
def _function(name: str) -> tuple[Callable[..., Any], Signature]:
    """The operation for shapes, and the arguments that it takes."""
    function = OPERATORS[name] if name in OPERATORS else getattr(ShapeBackend(), name)
    return function, signature(function)


class Shape:
    """An array of which nothing is known but its sides, (m, n); a number has none."""

    __slots__ = ("sides",)
    __hash__ = None  # type: ignore[assignment]  # == is an operation, as of arrays

    def __init__(self, *sides: int) -> None:
        self.sides = sides

    def _joined(self, other: Shape | float = 0.0) -> Shape:
        """Entry by entry; numbers, rows and columns are broadcast."""
        sides = other.sides if isinstance(other, Shape) else ()
        if not self.sides or not sides:
            return Shape(*(self.sides or sides))
        (m, n), (p, q) = self.sides, sides
        return Shape(*broadcast_shape("entry by entry", (m, n), (p, q)))

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _joined
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __neg__ = _joined
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _joined  # type: ignore[assignment]

    def both(self) -> tuple[int, int]:
        """m and n; ShapeError for a number."""
        if not self.sides:
            raise ShapeError("found a number, expected a matrix")
        m, n = self.sides
        return m, n

    @property
    def T(self) -> Shape:
        m, n = self.both()
        return Shape(n, m)

    def __matmul__(self, other: Shape) -> Shape:
        (m, k), (l, n) = self.both(), other.both()
        if k != l:
            raise ShapeError(f"matmul: ({m} × {k}) @ ({l} × {n})")
        return Shape(m, n)


class ShapeBackend(Backend):
    """The primitives for shapes. What is derived is inherited: it has its definition."""

    name = "shapes"

    def __init__(self) -> None:
        for name in (*FUNCTIONS, "astype", "take"):
            setattr(self, name, SPECIAL.get(name, _of_one))


def _of_one(A: Shape) -> Shape:
    return -A


def _of_two(A: Shape, B: Shape | float) -> Shape:
    return A + B


def _of_three(C: Shape, A: Shape | float, B: Shape | float) -> Shape:
    return C + A + B


def _reduced(A: Shape, *, axis: int | None = None, keepdims: bool = False) -> Shape:
    m, n = A.both()
    if axis is not None and not keepdims:
        raise ShapeError(f"axis={axis} goes with keepdims=True")
    if axis is None:
        return Shape(1, 1) if keepdims else Shape()
    return Shape(1, n) if axis == 0 else Shape(m, 1)


def _taken(A: Shape, *, indices: Sequence[int]) -> Shape:
    return Shape(len(indices), A.both()[1])


SPECIAL: dict[str, Callable[..., Shape]] = {
    "maximum": _of_two,
    "minimum": _of_two,
    "where": _of_three,
    "take": _taken,
    **dict.fromkeys(("all", "argmax", "max", "mean", "sum"), _reduced),
}
