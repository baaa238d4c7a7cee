"""From a model to plain data, the form of which purenn/storage/__init__.py shows."""

from __future__ import annotations

from math import isfinite

from purenn.checks import short
from purenn.errors import ArgumentError
from purenn.layers import Dense
from purenn.optimizers import Optimizer
from purenn.registering import is_registered
from purenn.storage.kinds import LAYERS, LOSSES, to_plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.callbacks import EarlyStopping
    from purenn.layers import Layer
    from purenn.network import Network
    from purenn.random import RandomState
    from purenn.storage.model import Model, Run
    from purenn.training import History

__all__ = ["FORMAT", "VERSION", "document_of"]

FORMAT = "purenn model"
VERSION = 2


def document_of(model: Model) -> dict[str, Any]:
    """The model as plain data, the keys in the order of the file."""
    from purenn import __version__

    network, loss, run = model.network, model.loss, model.run
    return {
        "format": FORMAT,
        "version": VERSION,
        "purenn": __version__,
        "task": model.task,
        "label_names": model.label_names,
        "feature_names": model.feature_names,
        "target_name": model.target_name,
        "image_shape": None if model.image_shape is None else list(model.image_shape),
        "columns": None if model.columns is None else model.columns.to_dict(),
        "scaler": None if model.scaler is None else _scaler(model.scaler),
        "target_scaler": None if model.target_scaler is None else _scaler(model.target_scaler),
        "loss": None if loss is None else to_plain(loss, LOSSES, "loss"),
        "seed": network.seed,
        "layers": _layers(network),
        "run": None if run is None else _run(run, network),
    }


def _layers(network: Network) -> list[dict[str, Any]]:
    return [
        _layer(layer, network.backend, f"layers[{place}]")
        for place, layer in enumerate(network.layers)
    ]


def _layer(layer: Layer, backend: Backend, where: str) -> dict[str, Any]:
    plain = to_plain(layer, LAYERS, where)
    if is_registered(type(layer)):
        return plain | {
            "parameters": {p.name: backend.to_list(p.value) for p in layer.parameters()}
        }
    if not isinstance(layer, Dense):
        return plain
    return {
        "kind": "Dense",
        "inputs": layer.n_in,
        "outputs": layer.n_out,
        "weights": backend.to_list(layer.W.value),
        "bias": None if layer.b is None else backend.to_list(layer.b.value),
    }


def _scaler(scaler: Any) -> dict[str, Any]:
    from purenn.data.scalers import Scaler  # only a model with a scaler needs purenn.data

    if not isinstance(scaler, Scaler):
        raise ArgumentError(f"scaler is {short(scaler)}, not a scaler of purenn.data")
    return scaler.to_dict()


def _run(run: Run, network: Network) -> dict[str, Any]:
    if not isinstance(run.optimizer, Optimizer):
        raise ArgumentError(f"run.optimizer is {short(run.optimizer)}, not a purenn optimizer")
    if run.optimizer.steps and not run.optimizer.goes_on(network.trainable, network.backend):
        raise ArgumentError("run.optimizer has trained another network than the one to save")
    return {
        "epochs": run.epochs,
        "batch_size": run.batch_size,
        "options": run.options,
        "history": _history(run.history),
        "random": _random(network.random),
        "optimizer": run.optimizer.state_dict(),
        "stopping": None if run.stopping is None else _stopping(run.stopping, network, run.epochs),
    }


def _stopping(stopping: EarlyStopping, network: Network, epochs: int) -> dict[str, Any] | None:
    """What was best and what was last; null where the weights in the layers are these."""
    if not stopping.best:
        return None  # it has not watched anything yet
    if not stopping.knows(network):
        raise ArgumentError("run.stopping has watched another network than the one to save")
    now = [network.backend.to_list(p.value) for p in network.trainable]
    old = stopping.backend or network.backend

    def weights(values: list[Array]) -> dict[str, Any] | None:
        rows = [old.to_list(value) for value in values]
        names = [p.name for p in network.trainable]
        return None if rows == now else dict(zip(names, rows, strict=True))

    return {
        "patience": stopping.patience,
        "min_delta": stopping.min_delta,
        "best_epoch": stopping.best_epoch,
        "best_loss": stopping.best_loss if isfinite(stopping.best_loss) else None,
        "best": weights(stopping.best),
        "last": weights(stopping.last) if stopping.epochs == epochs else None,
    }


def _history(history: History) -> dict[str, Any]:
    return {
        "losses": _finite(history.losses),
        "metrics": {name: _finite(values) for name, values in history.metrics.items()},
        "validation_losses": _finite(history.validation_losses),
        "validation_metrics": {
            name: _finite(values) for name, values in history.validation_metrics.items()
        },
    }


def _finite(values: Iterable[float]) -> list[float | None]:
    """JSON has no NaN, and a metric without meaning is no reason to lose a trained network."""
    return [float(value) if isfinite(value) else None for value in values]


def _random(random: RandomState) -> dict[str, Any]:
    _, words, position, has_spare, spare = random.get_state()
    return {"words": words, "position": position, "spare": spare if has_spare else None}
