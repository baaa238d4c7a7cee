"""Copies of a network, its loss and its optimizer, for a run that leaves the originals alone."""

from __future__ import annotations

from copy import deepcopy

from purenn.explain.recording import Traced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.backend import Backend
    from purenn.explain.recording import RecordingBackend
    from purenn.losses import Loss
    from purenn.network import Network
    from purenn.optimizers import Optimizer

__all__ = ["copies", "trace"]


def copies(
    network: Network, loss: Loss, optimizer: Optimizer, backend: Backend
) -> tuple[Network, Loss, Optimizer]:
    """Copies that share nothing with the originals, on another backend of the same arrays.

    If the network was moved since the optimizer's last run, what that remembers moves along.
    """
    old = getattr(optimizer, "_backend", None)
    known = [getattr(loss, "backend", None), old, network.backend]
    memo = {id(each): backend for each in known if each is not None}
    made = deepcopy((network, loss, optimizer), memo)
    if old is not None and old is not network.backend:
        made[2].state = [
            {name: network.backend.from_list(old.to_list(array)) for name, array in memory.items()}
            for memory in optimizer.state
        ]
    return made


def trace(network: Network, loss: Loss, optimizer: Optimizer, backend: RecordingBackend) -> None:
    """Wrap every array that they hold; what is known by name gets it."""
    for parameter in network.trainable:
        parameter.value = backend.traced(parameter.value, parameter.name, "parameter")
        parameter.gradient = None
    for parameter, memory in zip(optimizer._of, optimizer.state, strict=True):
        for key, value in memory.items():
            memory[key] = backend.traced(value, f"{parameter.name}.{key}", "parameter")
    wrapped: dict[int, Traced] = {}  # an array that is held twice stays one
    for thing in (*network.layers, loss, optimizer):
        held = vars(thing)
        for name, value in held.items():
            held[name] = _wrapped(value, backend, wrapped)


def _wrapped(value: Any, backend: RecordingBackend, wrapped: dict[int, Traced]) -> Any:
    """The value, with every array in it wrapped; in lists, tuples and dictionaries too."""
    if type(value) is list:
        value[:] = [_wrapped(each, backend, wrapped) for each in value]
    elif type(value) is tuple:
        return tuple([_wrapped(each, backend, wrapped) for each in value])
    elif type(value) is dict:
        for key, each in value.items():
            value[key] = _wrapped(each, backend, wrapped)
    elif type(value) is not Traced and backend.is_array(value):
        return wrapped.setdefault(id(value), backend.traced(value))
    return value
