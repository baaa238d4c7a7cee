"""What layers, losses, optimizers and schedules have in common, purenn's own and other people's.

A part of one's own is a subclass with a few methods. Whether it has them, whether they can
be called as they will be, and whether they give what the next one needs is checked here, so
that a slip in it is told in a sentence and does not surface somewhere else.
"""

from __future__ import annotations

from math import inf

from purenn.checks import as_real, short
from purenn.errors import ArgumentError, MissingMethodError, NotReadyError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar, NoReturn, Self

    from purenn.array import Array
    from purenn.layers import Layer
    from purenn.losses import Loss

__all__ = [
    "CheckedLayer",
    "Part",
    "check_array",
    "check_call",
    "check_methods",
    "is_foreign",
    "shallow",
    "watched_loss",
]

VARIADIC = 0x04  # the flag of a function that takes *arguments
LATER = 0x20 | 0x80 | 0x200  # of a generator, a coroutine and both: a call begins it only


class Part:
    """Settings by name, a copy, and a sentence about what is missing.

    arguments  names of the constructor's arguments
    methods    what is called of it: name → its arguments, as a text
    needed     those of them that a subclass has to define
    not_yet    what to do about an attribute that is not there (yet)
    """

    arguments: ClassVar[tuple[str, ...]] = ()
    methods: ClassVar[dict[str, str]] = {}
    needed: ClassVar[tuple[str, ...]] = ()
    not_yet: ClassVar[str] = ""

    def settings(self) -> dict[str, Any]:
        """The constructor's arguments by name."""
        return {name: getattr(self, name) for name in self.arguments}

    def copy(self) -> Self:
        """One that shares what this one holds, and from now on keeps what is its own."""
        twin = object.__new__(type(self))
        held = self.__dict__
        if is_foreign(self):
            held = {name: shallow(value) for name, value in held.items()}
        twin.__dict__.update(held)
        return twin

    def lacks(self, method: str) -> NoReturn:
        """Raises MissingMethodError: a subclass does not define what it has to."""
        kind = type(self).__name__
        raise MissingMethodError(
            f"{kind} has no method {method}: write `def {method}({_listed(self, method)})`"
        )

    if not TYPE_CHECKING:  # or every name would pass for an attribute

        def __getattr__(self, name: str) -> Any:
            """Only asked for what is not there."""
            kind = type(self).__name__
            if name.startswith("__"):  # Python itself looks what an object can do
                raise AttributeError(f"{kind!r} object has no attribute {name!r}")
            raise NotReadyError(f"{kind} has no attribute {name!r}{self.not_yet}")


def is_foreign(thing: Any) -> bool:
    """True for an object of a class that is not purenn's."""
    return not type(thing).__module__.startswith("purenn.")


def shallow(value: Any) -> Any:
    """The collections of a value copied, subclasses too, and what they hold shared."""
    from collections import deque  # not at the top: `import purenn` stays fast
    from copy import copy

    if isinstance(value, (dict, list)):
        twin = copy(value)
        for key in twin if isinstance(twin, dict) else range(len(twin)):
            twin[key] = shallow(twin[key])
        return twin
    if type(value) is tuple:
        return tuple(map(shallow, value))
    return copy(value) if isinstance(value, (set, bytearray, deque)) else value


def check_methods(part: Part, base: type[Part]) -> None:
    """MissingMethodError or ArgumentError if a part of one's own cannot be called as it will be."""
    if not is_foreign(part):
        return
    kind = type(part)
    for name, arguments in base.methods.items():
        method = getattr(kind, name, None)
        if method is getattr(base, name):
            if name in base.needed:
                part.lacks(name)
            continue
        count = len(arguments.split(", ")) if arguments else 0
        if not _takes(method, count + 1):
            raise ArgumentError(
                f"{kind.__name__}.{name} is called as {name}({arguments}), but it takes other "
                f"arguments: write `def {name}({_listed(part, name)})`"
            )


def check_call(function: Callable[..., Any], what: str, arguments: str) -> None:
    """ArgumentError if a function, or an object that is called, cannot be called like this."""
    count = len(arguments.split(", "))
    if not hasattr(function, "__code__"):  # an object that is called
        function = function.__call__  # type: ignore[operator]
    if getattr(function, "__code__", None) and function.__code__.co_flags & LATER:
        raise ArgumentError(f"{what} is an `async def` or a generator: a call would not run it")
    if not _takes(function, count + hasattr(function, "__self__")):
        raise ArgumentError(f"{what} is called with ({arguments}), but takes other arguments")


def check_array(
    made: Any, backend: Any, shape: tuple[Any, ...], what: str, also: type | None = None
) -> None:
    """ArgumentError or ShapeError if `made` is no array of the backend, of this shape.

    None stands in the shape for any size; `also` is another class with a shape that will do.
    """
    if not (backend.is_array(made) or (also is not None and isinstance(made, also))):
        found = type(made).__name__
        raise ArgumentError(f"{what} gave {short(made)} ({found}), not an array of {backend.name}")
    fits = len(made.shape) == 2 and all(
        b in (None, a) for a, b in zip(made.shape, shape, strict=True)
    )
    if not fits:
        wanted = " × ".join("any" if n is None else str(n) for n in shape)
        raise ShapeError(
            f"{what} gave an array ({' × '.join(map(str, made.shape))}), needed is ({wanted})"
        )


def _listed(part: Part, method: str) -> str:
    arguments = part.methods[method]
    return f"self, {arguments}" if arguments else "self"


def _takes(function: Any, count: int) -> bool:
    """True if the function can be called with so many arguments by place; where it is not
    written in Python nobody can tell, and True stands for that."""
    code = getattr(function, "__code__", None)
    if code is None:
        return callable(function)
    least: int = code.co_argcount - len(function.__defaults__ or ())
    most = inf if code.co_flags & VARIADIC else code.co_argcount
    by_name = code.co_kwonlyargcount - len(function.__kwdefaults__ or ())
    return by_name == 0 and least <= count <= most


class CheckedLayer:
    """A layer of somebody else's, with a check of what it gives."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # Python itself looks what an object can do
            raise AttributeError(name)
        return getattr(self.layer, name)

    def forward(self, X: Array) -> Array:
        self.shape = X.shape
        return self._rows("forward", self.layer.forward(X), X)

    def predict(self, X: Array) -> Array:
        return self._rows("predict", self.layer.predict(X), X)

    def _rows(self, method: str, A: Array, X: Array) -> Array:
        """A, if it is an array with a row for each row of X."""
        layer = self.layer
        check_array(A, layer.backend, (X.shape[0], None), f"{layer.title}: {method}")
        return A

    def backward(self, dA: Array) -> Array:
        layer = self.layer
        dX = layer.backward(dA)
        if layer.input_gradient_needed:
            check_array(dX, layer.backend, self.shape, f"{layer.title}: backward")
        for p in layer.parameters():
            what = f"{layer.title}: backward: the gradient of {p.name}"
            check_array(p.gradient, layer.backend, p.value.shape, what)
        return dX


class CheckedLoss:
    """A loss of somebody else's, with a check of what it gives."""

    def __init__(self, loss: Loss) -> None:
        self.loss = loss

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.loss, name)

    def forward(self, P: Array, *targets: Array) -> float:
        self.shape = P.shape
        L = self.loss.forward(P, *targets)
        number = L if isinstance(L, float) else as_real(L)
        if number is None:
            raise ArgumentError(
                f"{type(self.loss).__name__}: forward gave {short(L)}, not a number; "
                "end it in self.backend.item(…)"
            )
        return number

    def backward(self) -> Array:
        dP = self.loss.backward()
        what = f"{type(self.loss).__name__}: backward"
        check_array(dP, self.loss.backend, self.shape, what)
        return dP


def watched_loss(loss: Loss) -> Loss:
    """The loss itself, or of somebody else's one that is checked."""
    return CheckedLoss(loss) if is_foreign(loss) else loss  # type: ignore[return-value]
