"""The classes that a model file may name, in fixed tables, and how each is written down.

A class is called by its name; its settings are arguments of its constructor, all of them
numbers (of a class that was registered, see purenn.register, also texts, true, false and
null). A name that is not in the table is an error: nothing is imported or looked up for a
file.
"""

from __future__ import annotations

from purenn import activations as a
from purenn import losses as l
from purenn.checks import check_keys, is_number, short
from purenn.dropout import Dropout
from purenn.errors import ArgumentError, DataError
from purenn.layers import Dense, Layer
from purenn.registering import is_registered, made_of, plain_settings, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.losses import Loss

__all__ = ["LAYERS", "LOSSES", "from_plain", "to_plain"]

LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        *(Dense, a.Identity, a.Sigmoid, a.Tanh, a.Softmax, a.ReLU, a.LeakyReLU),
        *(a.ELU, a.GELU, a.SiLU, a.Softplus, Dropout),
    )
}
LOSSES: dict[str, type[Loss]] = {
    kind.__name__: kind
    for kind in (
        *(l.MeanSquaredError, l.SumSquaredError, l.MeanAbsoluteError, l.Huber),
        *(l.BinaryCrossEntropy, l.CrossEntropy),
    )
}
SETTINGS = {  # of the kinds that have some; part of the format, whatever the classes become
    "LeakyReLU": ("slope",),
    "ELU": ("alpha",),
    "Dropout": ("probability",),
    "SumSquaredError": ("scale",),
    "Huber": ("delta",),
}


def to_plain(thing: Layer | Loss, kinds: dict[str, Any], where: str) -> dict[str, Any]:
    """The kind and the settings; ArgumentError for a class that is not in the table."""
    kind = type(thing).__name__
    if kinds.get(kind) is not type(thing):
        raise ArgumentError(
            f"{where} is {short(thing)}, of a class that is not purenn's; "
            f"a file can hold {', '.join(kinds)}, and what is registered: write @nn.register "
            f"above class {kind}"
        )
    if is_registered(kinds[kind]):
        return {"kind": kind, **plain_settings(thing, where)}
    settings = thing.settings()
    return {"kind": kind, **{name: settings[name] for name in SETTINGS.get(kind, ())}}


def from_plain(data: Any, kinds: dict[str, Any], where: str) -> Any:
    """The layer or loss that `to_plain` told of; DataError for anything else."""
    kind = kind_of(data, kinds, where)
    if is_registered(cls := kinds[kind]):
        check_keys(data, ("kind", *cls.arguments), where)
        return made_of(cls, {name: data[name] for name in cls.arguments}, where)
    names = SETTINGS.get(kind, ())
    check_keys(data, ("kind", *names), where)
    for name in names:
        if not is_number(data[name]):
            raise DataError(f"{where}.{name} is {short(data[name])}, expected a finite number")
    try:
        return kinds[kind](**{name: data[name] for name in names})
    except (ArgumentError, DataError) as error:
        raise DataError(f"{where}: {error}") from error


def kind_of(data: Any, kinds: dict[str, Any], where: str) -> str:
    """The kind that the data names, if there is such a one."""
    if not isinstance(data, dict):
        raise DataError(f"{where}: found {short(data)}, expected a dictionary")
    if "kind" not in data:
        raise DataError(f"{where}: missing key 'kind'; expected one of {', '.join(kinds)}")
    kind = data["kind"]
    if not isinstance(kind, str) or kind not in kinds:
        sort = "loss" if kinds is LOSSES else "layer"
        raise DataError(unknown(sort, kind, f"{where}.kind", kinds))
    return kind
