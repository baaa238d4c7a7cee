"""Classes of one's own in model files: known by a name once they are registered.

    @nn.register
    class Scale(nn.Layer):
        arguments = ("factor",)

A file holds the name of the class and its settings, and nothing is ever imported by a name
from a file: a program that loads it defines, or imports, and registers the class first.
"""

from __future__ import annotations

from purenn.checks import as_real, as_whole, is_number, one_line, short
from purenn.errors import ArgumentError, DataError, NotReadyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, TypeVar

    from purenn.parts import Part

    Kind = TypeVar("Kind", bound=type[Part])

__all__ = ["is_registered", "made_of", "plain_settings", "register", "unknown"]

RESERVED = ("kind", "parameters")  # keys of the file beside the settings


def register(cls: Kind) -> Kind:
    """Let model files name this layer, loss, optimizer or schedule; returns the class.

    Its settings, the values of the attributes that `arguments` names, are what is saved: each
    argument of the constructor, a number, a text, true, false or None. Of a layer the
    parameters are saved as well; of an optimizer, what `state` holds.

    Raises ArgumentError for what is no such class, for arguments that its constructor does not
    take or that would be forgotten, and for a name that is taken. (A class that is defined
    again, by a notebook's cell that runs twice, takes the place of the one before.)
    """
    table, sort = _table_of(cls)
    name = cls.__name__
    taken = table.get(name)
    if taken is cls:
        return cls
    if taken is not None and not _is_the_same_again(taken, cls):
        raise ArgumentError(
            f"register: {taken.__module__} has the {sort} {name} already; give the class another "
            "name"
        )
    _check_arguments(cls)
    table[name] = cls
    return cls


def is_registered(cls: type) -> bool:
    """Of a class in a table: whether a program has put it there, as it is not purenn's own."""
    return not cls.__module__.startswith("purenn.")


def _table_of(cls: Any) -> tuple[dict[str, Any], str]:
    """Where a class of this sort is listed, and what the sort is called."""
    from purenn.layers import Layer
    from purenn.losses import Loss
    from purenn.optimizers import OPTIMIZERS, Optimizer
    from purenn.schedules import SCHEDULES, Schedule
    from purenn.storage.kinds import LAYERS, LOSSES

    sorts: list[tuple[type, dict[str, Any], str]] = [
        (Layer, LAYERS, "layer"),
        (Loss, LOSSES, "loss"),
        (Optimizer, OPTIMIZERS, "optimizer"),
        (Schedule, SCHEDULES, "schedule"),
    ]
    for base, table, sort in sorts:
        if isinstance(cls, type) and issubclass(cls, base) and cls is not base:
            return table, sort
    mend = "" if isinstance(cls, type) else "; write @nn.register above the class"
    raise ArgumentError(
        f"register: {short(cls)} is no class below nn.Layer, nn.Loss, nn.Optimizer or "
        f"nn.Schedule{mend}"
    )


def _is_the_same_again(old: type, new: type) -> bool:
    """A class that was made by running its definition twice, at the top of a file or a cell."""
    same_place = (old.__module__, old.__qualname__) == (new.__module__, new.__qualname__)
    at_the_top = new.__qualname__ == new.__name__
    return is_registered(old) and same_place and at_the_top and not issubclass(new, old)


def _check_arguments(cls: type[Part]) -> None:
    """The constructor takes what `arguments` names, and has no other argument."""
    from inspect import Parameter, signature

    from purenn.layers import Dense

    name, arguments = cls.__name__, cls.arguments
    listed = isinstance(arguments, (tuple, list))
    if not listed or not all(isinstance(each, str) for each in arguments):
        raise ArgumentError(
            f"register: {name}.arguments is {short(arguments)}, must be a tuple of names"
        )
    found = signature(cls).parameters.values()
    any_name = any(each.kind is Parameter.VAR_KEYWORD for each in found)  # **options
    by_name = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    taken = [each.name for each in found if each.kind in by_name]
    unsaved = {"weights", "bias"} if issubclass(cls, Dense) else set()
    wrong = [each for each in arguments if each in RESERVED or not (any_name or each in taken)]
    forgotten = [
        each.name
        for each in found
        if each.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        and each.name not in {*arguments, *unsaved}
    ]
    if wrong or forgotten:
        what = (
            f"names {short(wrong[0])}, which its constructor does not take by that name"
            if wrong
            else f"lacks {short(forgotten[0])}, an argument of its constructor, which no file "
            "would then hold"
        )
        right = ", ".join(repr(each) for each in taken if each not in {*RESERVED, *unsaved})
        right += "," if right and right.count(",") == 0 else ""
        raise ArgumentError(
            f"register: {name}.arguments {what}; write `arguments = ({right})` in the class, "
            "and keep each in an attribute of that name"
        )


# ------------------------------------------------------------------ to files and back


def unknown(sort: str, name: Any, where: str, table: Iterable[str]) -> str:
    """The message for a name in a file that no class has."""
    own = isinstance(name, str) and name.isidentifier()
    mend = (
        f"; if {name} is a {sort} of your own, define it (or import its module) and register it, "
        "with @nn.register above the class, before nn.load (commands know purenn's own only)"
    )
    return f"{where} is {short(name)}, expected one of {', '.join(table)}{mend if own else ''}"


def plain_settings(thing: Part, where: str, base: tuple[str, ...] = ()) -> dict[str, Any]:
    """The settings of a part of a registered class as plain data; ArgumentError for others.

    base  names of settings that the caller writes down
    """
    kind = type(thing)
    try:
        settings = thing.settings()
    except NotReadyError as error:
        raise ArgumentError(
            f"{where}: {error}. Its constructor has to keep each of {', '.join(kind.arguments)} "
            "in an attribute of that name"
        ) from error
    if not isinstance(settings, dict) or set(settings) != set(kind.arguments):
        raise ArgumentError(
            f"{where}: {kind.__name__}.settings() gave {short(settings)}, must be a dictionary "
            f"with the keys {', '.join(kind.arguments) or '(none)'}"
        )
    return {
        key: _plain(settings[key], f"{where}: {kind.__name__}: {key}")
        for key in kind.arguments
        if key not in base
    }


def _plain(value: Any, what: str) -> Any:
    """The value as JSON has it, if it is one number, a text, true, false or None."""
    if isinstance(value, str):
        return _text(value, what)
    if value is None or isinstance(value, bool):
        return value
    number = as_whole(value)
    if not is_number(number if number is not None else as_real(value)):
        raise ArgumentError(
            f"{what} is {short(value)}; a file can hold a finite number, a text, True, False "
            "or None"
        )
    return as_real(value) if number is None else number


def _text(value: str, what: str) -> str:
    """The text, if a file can hold it."""
    from purenn.strict_json import check_text  # most runs never save

    return check_text(value, what)


def made_of(
    cls: type[Part], settings: dict[str, Any], where: str, checked: dict[str, Any] | None = None
) -> Any:
    """The part with these settings from a file, and those that were checked before.

    Raises DataError for what its constructor refuses.
    """
    for key, value in settings.items():
        if isinstance(value, str):
            _text(value, f"{where}.{key}")
        elif not (value is None or isinstance(value, bool) or is_number(value)):
            raise DataError(
                f"{where}.{key} is {short(value)}, expected a number, a text, true, false or null"
            )
    try:
        return cls(**settings, **(checked or {}))
    except Exception as error:  # whatever a constructor of somebody else's does
        told = f"{type(error).__name__}: {one_line(str(error), 200)}"
        raise DataError(f"{where}: {cls.__name__} cannot be made of this: {told}") from error
