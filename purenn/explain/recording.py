"""A backend that notes what it is asked for, and lets another backend do it.

Arrays become Traced: the other backend's array, and a name once it has one. Each function
of the contract and each operator hands the plain arrays to the other backend's own function
and notes the call, so a recorded run computes the same bits. What a note costs is kept
small: the words, formulas and rows of a record are made of the notes when someone asks.
"""

from __future__ import annotations

import operator
import sys
from inspect import signature

from purenn.backend import DERIVED, FUNCTIONS, Backend

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from purenn.array import RowSource

__all__ = [
    "OPERATIONS",
    "OPERATORS",
    "Note",
    "Recorder",
    "RecordingBackend",
    "Traced",
    "TracedNumber",
    "plain",
]

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "matmul": operator.matmul,
    "negative": operator.neg,
    "transpose": lambda A: A.T,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
PASSED_OVER = ("purenn.explain", "purenn.parts")  # what stands between an operation and its line
OPTIONS = {"axis", "keepdims"}  # arguments that are given by name and are no operands
NOTED = (*FUNCTIONS, *DERIVED)
OPERATIONS = (*OPERATORS, *NOTED, "astype", "take")  # every name that a note can have


class Note:
    """One call: what was asked for, by which line, in which part of which step."""

    __slots__ = ("inputs", "layer", "line", "module", "name", "options", "outputs", "phase", "step")

    def __init__(
        self,
        name: str,
        inputs: tuple[Any, ...],
        options: dict[str, Any],
        outputs: tuple[Traced, ...],
        recorder: Recorder,
    ) -> None:
        self.name, self.inputs, self.options, self.outputs = name, inputs, options, outputs
        self.phase, self.layer, self.step = recorder.phase, recorder.layer, recorder.step
        self.module, self.line = asking_line()


class Recorder:
    """The notes of a run. Notes are taken while `phase` has a name.

    phase  "forward", "loss", "backward", "update", or "epoch" for what training does around
           them: taking a batch's rows, adding up its loss; "" while nothing of interest runs
    layer  the title of the layer that runs, or ""
    step   which training step it is, from 0
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.phase = self.layer = ""
        self.step = 0

    def note(self, name: str, inputs: tuple[Any, ...], result: Any, options: dict[str, Any]) -> Any:
        """Wrap the result of a call, and note the call if this is the time to."""
        if type(result) is tuple:
            outputs = tuple([Traced(part, self) for part in result])
            if self.phase:
                self.notes.append(Note(name, inputs, options, outputs, self))
            return outputs
        output = Traced(result, self)
        if self.phase:
            self.notes.append(Note(name, inputs, options, (output,), self))
        return output


def asking_line() -> tuple[str, int]:
    """Module and line number of the statement in purenn, outside of here, that is running."""
    frame = sys._getframe(2)
    while frame:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("purenn.") and not module.startswith(PASSED_OVER):
            return module, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return "", 0


def plain(value: Any) -> Any:
    """The other backend's array of a Traced one; anything else as it is."""
    kind = type(value)
    return value.raw if kind is Traced else float(value) if kind is TracedNumber else value


# --------------------------------------------------------------------------- arrays


def _binary(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The operator and its reflected form, for operands that may be numbers."""
    compute = OPERATORS[name]

    def forward(self: Any, other: Any) -> Any:
        return self.recorder.note(name, (self, other), compute(plain(self), plain(other)), {})

    def reflected(self: Any, other: Any) -> Any:
        return self.recorder.note(name, (other, self), compute(plain(other), plain(self)), {})

    return forward, reflected


class Traced:
    """An array of the other backend; every operator on it is noted.

    raw   the other backend's array (or the number that a full reduction gives)
    name  what the record calls it: W1, dZ2 … ; "" until someone knows
    kind  "input", "target" or "parameter" of what no operation has made, else ""
    """

    __slots__ = ("kind", "name", "raw", "recorder")
    __hash__ = None  # type: ignore[assignment]  # == compares entry by entry
    __array_ufunc__ = None  # NumPy's arrays leave mixed operations to this class

    def __init__(self, raw: Any, recorder: Recorder, name: str = "", kind: str = "") -> None:
        self.raw = raw
        self.recorder = recorder
        self.name = name
        self.kind = kind

    @property
    def shape(self) -> tuple[int, ...]:
        return getattr(self.raw, "shape", ())

    @property
    def T(self) -> Any:
        return self.recorder.note("transpose", (self,), self.raw.T, {})

    def __neg__(self) -> Any:
        return self.recorder.note("negative", (self,), -self.raw, {})

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __pow__, __rpow__ = _binary("power")
    __matmul__, __rmatmul__ = _binary("matmul")
    __lt__, _ = _binary("less")
    __le__, _ = _binary("less_equal")
    __gt__, _ = _binary("greater")
    __ge__, _ = _binary("greater_equal")
    __eq__, _ = _binary("equal")
    __ne__, _ = _binary("not_equal")

    def __bool__(self) -> bool:
        return bool(self.raw)

    def __float__(self) -> float:
        return float(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def __getitem__(self, key: Any) -> Any:
        return self.raw[key]

    def tolist(self) -> Any:
        return self.raw.tolist()

    def __repr__(self) -> str:
        return f"<Traced {self.name or 'array'}: {self.raw!r}>"


class TracedNumber(float):
    """A number that `item` took out of an array: what is computed with it is noted too."""

    __slots__ = ("recorder", "source")
    recorder: Recorder
    source: Traced

    def __new__(cls, value: float, source: Traced) -> TracedNumber:
        made = super().__new__(cls, value)
        made.source, made.recorder = source, source.recorder
        return made


def _number_method(name: str, place: int) -> Callable[[TracedNumber, Any], Any]:
    """An operator of numbers; arrays take over where one is the other operand."""
    method = _binary(name)[place]

    def compute(self: TracedNumber, other: Any) -> Any:
        if not isinstance(other, (int, float)):
            return NotImplemented
        result = method(self, other)
        return TracedNumber(result.raw, result)

    return compute


def _negated(number: TracedNumber) -> TracedNumber:
    result = number.recorder.note("negative", (number,), -float(number), {})
    return TracedNumber(result.raw, result)


OF_NUMBERS = (("add", "add"), ("subtract", "sub"), ("multiply", "mul"))
for _name, _function in (*OF_NUMBERS, ("divide", "truediv"), ("power", "pow")):
    setattr(TracedNumber, f"__{_function}__", _number_method(_name, 0))
    setattr(TracedNumber, f"__r{_function}__", _number_method(_name, 1))
setattr(TracedNumber, "__neg__", _negated)  # noqa: B010  # as the others are


# -------------------------------------------------------------------------- backend


class RecordingBackend(Backend):
    """Every operation of the contract as another backend has it, noted.

    It goes by the other backend's name: for the network nothing has changed.
    """

    def __init__(self, inner: Backend, recorder: Recorder) -> None:
        self.inner, self.recorder = inner, recorder
        self.name, self.version, self.api_version = inner.name, inner.version, inner.api_version
        self.tolerance, self.device, self.lazy = inner.tolerance, inner.device, inner.lazy
        self.float64 = inner.float64
        for name in NOTED:
            setattr(self, name, self._noting(name, getattr(inner, name)))

    def _noting(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, noted; what is given by name becomes an operand in its place."""
        note = self.recorder.note

        def call(*inputs: Any, **options: Any) -> Any:
            if options and not options.keys() <= OPTIONS:
                inputs, options = signature(function).bind(*inputs, **options).args, {}
            result = function(*[plain(value) for value in inputs], **options)
            return note(name, inputs, result, options)

        return call

    def take(self, X: Any, indices: Sequence[int]) -> Any:
        rows = self.inner.take(plain(X), indices)
        return self.recorder.note("take", (X,), rows, {"indices": list(indices)})

    # What goes into arrays and comes out of them is no operation: nothing is noted.

    def traced(self, raw: Any, name: str = "", kind: str = "") -> Traced:
        """An array that no noted operation has made."""
        return Traced(raw, self.recorder, name, kind)

    def from_list(self, rows: Sequence[Sequence[float]]) -> Any:
        return self.traced(self.inner.from_list(rows))

    def from_classes(self, numbers: Sequence[int], n: int) -> Any:
        return self.traced(self.inner.from_classes(numbers, n))

    def as_floats(self, X: Any) -> Any:
        """A copy: whoever handed X over may change it before the record is read."""
        return self.traced(self.inner.astype(plain(X), self.inner.float64))

    def all_finite(self, X: Any) -> bool:
        return self.inner.all_finite(plain(X))

    def from_source(self, source: RowSource, indices: Sequence[int]) -> Any:
        return self.traced(self.inner.from_source(source, indices))

    def to_list(self, X: Any) -> list[list[float]]:
        return self.inner.to_list(plain(X))

    def is_array(self, X: Any) -> bool:
        return type(X) is Traced or self.inner.is_array(X)

    def astype(self, X: Any, dtype: Any) -> Any:
        return self.recorder.note("astype", (X,), self.inner.astype(plain(X), dtype), {})

    def compute(self, X: Any) -> Any:
        if type(X) is not Traced:
            return self.inner.compute(X)
        X.raw = self.inner.compute(X.raw)
        return X

    def item(self, X: Any) -> float:
        value = self.inner.item(plain(X))
        return TracedNumber(value, X) if type(X) is Traced else value
