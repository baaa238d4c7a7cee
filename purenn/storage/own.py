"""Layers of registered classes (see purenn.register) in a model file.

    {"kind": "Scale", "factor": 0.5, "parameters": {"s1": [[1.0, 0.25]]}}

The settings stand beside the kind; each parameter is rows of numbers under its name. What a
layer keeps besides its parameters is not in the file.
"""

from __future__ import annotations

from purenn.checks import check_keys, check_rows, one_line, short
from purenn.errors import ArgumentError, DataError, PurennError
from purenn.layers import Dense
from purenn.network import Network
from purenn.registering import is_registered
from purenn.storage.kinds import LAYERS, from_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.backend import Backend
    from purenn.layers import Layer

__all__ = ["built", "fill_own", "own_layer"]


def own_layer(data: dict[str, Any], where: str) -> Layer:
    """The layer that the settings describe; its parameters come once the network is built."""
    if not isinstance(data.get("parameters"), dict):
        found = short(data["parameters"]) if "parameters" in data else "no such key"
        raise DataError(f"{where}.parameters: found {found}, expected a dictionary, name → rows")
    layer: Layer = from_plain(
        {key: value for key, value in data.items() if key != "parameters"}, LAYERS, where
    )
    if isinstance(layer, Dense):
        _give(layer, data["parameters"], f"{where}.parameters")
    return layer


def _give(layer: Dense, saved: dict[str, Any], where: str) -> None:
    """A dense layer is built with the weights of the file, and has a bias if the file has one."""
    rows = {name[0]: (name, saved[name]) for name in saved if name[1:].isdigit()}
    for letter, what, n in (("W", "weights", layer.n_in), ("b", "bias", 1)):
        name, value = rows.get(letter, (letter, None))
        if letter == "W" or value is not None:
            value = check_rows(value, (n, layer.n_out), f"{where}.{name}")
        setattr(layer, what, value)


def built(layers: list[Layer], seed: int, backend: Backend) -> Network:
    """The network; ArgumentError or DataError for settings that a build does not like."""
    try:
        return Network(layers, seed, backend)
    except PurennError:
        raise
    except Exception as error:  # whatever a layer of somebody else's does
        if not any(is_registered(type(layer)) for layer in layers):
            raise
        told = f"{type(error).__name__}: {one_line(str(error), 200)}"
        raise ArgumentError(f"a layer of your own cannot be built of this: {told}") from error


def fill_own(network: Network, data: list[dict[str, Any]]) -> None:
    """Put the parameters that stand in the file into the layers of registered classes."""
    for place, layer in enumerate(network.layers):
        if not is_registered(type(layer)):
            continue
        where, saved = f"layers[{place}].parameters", data[place]["parameters"]
        parameters = layer.parameters()
        check_keys(saved, [p.name for p in parameters], where)
        for p in parameters:
            rows = check_rows(saved[p.name], p.value.shape, f"{where}.{p.name}")
            p.value = network.backend.from_list(rows)
