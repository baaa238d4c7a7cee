"""From plain data to a model: every part is checked before anything is built of it.

The form of the data is shown in purenn/storage/__init__.py. A DataError names the place
as a path, `layers[2].weights[3][1]`. No size in the data is believed before as many
numbers have been seen.
"""

from __future__ import annotations

from math import inf, isfinite, nan

from purenn.callbacks import EarlyStopping
from purenn.checks import (
    check_keys,
    check_label_names,
    check_rows,
    check_whole,
    is_number,
    short,
)
from purenn.errors import ArgumentError, DataError
from purenn.layers import Dense
from purenn.network import Network
from purenn.optimizers import optimizer_from_dict
from purenn.registering import is_registered
from purenn.seeding import WORD, WORDS
from purenn.storage.kinds import LAYERS, LOSSES, from_plain, kind_of
from purenn.storage.model import Model, Run
from purenn.storage.own import built, fill_own, own_layer
from purenn.storage.writing import FORMAT, VERSION
from purenn.strict_json import at, check_json, check_text
from purenn.training import History

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.data import Scaler
    from purenn.data.columns import Columns
    from purenn.layers import Layer
    from purenn.losses import Loss
    from purenn.random import RandomState

    Rows = list[list[float]]

__all__ = ["model_of"]

HEAD = ("format", "version", "purenn", "task", "label_names", "feature_names", "target_name")
TAIL = ("scaler", "target_scaler", "loss", "seed", "layers", "run")
KEYS_1 = (*HEAD, "image_shape", *TAIL)  # of version 1
KEYS = (*HEAD, "image_shape", "columns", *TAIL)
DENSE = ("kind", "inputs", "outputs", "weights", "bias")
RUN_1 = ("epochs", "batch_size", "options", "history", "random", "optimizer")  # of version 1
RUN = (*RUN_1, "stopping")
STOPPING = ("patience", "min_delta", "best_epoch", "best_loss", "best", "last")
HISTORY = ("losses", "metrics", "validation_losses", "validation_metrics")
RANDOM = ("words", "position", "spare")
TASKS = ("classification", "regression")


def model_of(data: Any, backend: Backend) -> Model:
    """The model that `document_of` wrote down, on this backend; DataError for anything else."""
    _check_format(data)
    check_keys(data, KEYS_1 if data["version"] == 1 else KEYS, "top level")
    check_text(data["purenn"], "purenn")
    network = _network(data["layers"], _seed(data["seed"]), backend)
    task = _task(data["task"])
    names = _feature_names(data["feature_names"], network.n_in)
    return Model(
        network,
        task=task,
        label_names=_label_names(data["label_names"], task, network.n_out),
        feature_names=names,
        target_name=_optional_text(data["target_name"], "target_name"),
        image_shape=_image_shape(data["image_shape"], network.n_in),
        columns=_columns(data.get("columns"), network.n_in, names),
        scaler=_scaler(data["scaler"], network.n_in, "scaler"),
        target_scaler=_scaler(data["target_scaler"], network.n_out, "target_scaler"),
        loss=_loss(data["loss"], network),
        run=_run(data["run"], network, RUN_1 if data["version"] == 1 else RUN),
    )


def _check_format(data: Any) -> None:
    """First of all: another version may have other keys."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = short(data.get("format")) if isinstance(data, dict) else short(data)
        raise DataError(f"format is {found}, expected {FORMAT!r}: this is not a purenn model")
    if "version" not in data:
        raise DataError(f"top level: missing key 'version'; expected {VERSION}")
    version = check_whole(data["version"], "version")
    if not 1 <= version <= VERSION:
        writer = data.get("purenn")
        by = f", written by purenn {short(writer)}" if isinstance(writer, str) else ""
        mend = "upgrade purenn" if version > VERSION else "save it again with a newer purenn"
        raise DataError(
            f"version is {version}{by}, but this purenn reads versions 1 to {VERSION} of the "
            f"format; {mend}"
        )


# --------------------------------------------------------------------------- network


def _network(data: Any, seed: int, backend: Backend) -> Network:
    if not isinstance(data, list):
        raise DataError(f"layers is {short(data)}, expected a list of layers")
    layers = [_layer(entry, f"layers[{place}]") for place, entry in enumerate(data)]
    _check_chain(layers)
    try:
        network = built(layers, seed, backend)
    except (ArgumentError, DataError) as error:
        raise DataError(f"layers: {error}") from error
    fill_own(network, data)
    return network


def _layer(data: Any, where: str) -> Layer:
    kind = kind_of(data, LAYERS, where)
    if kind == "Dense":
        return _dense(check_keys(data, DENSE, where), where)
    if is_registered(LAYERS[kind]):
        return own_layer(data, where)
    layer: Layer = from_plain(data, LAYERS, where)
    return layer


def _dense(data: dict[str, Any], where: str) -> Dense:
    n_in = _size(data["inputs"], f"{where}.inputs")
    n_out = _size(data["outputs"], f"{where}.outputs")
    weights = _rows(data["weights"], (n_in, n_out), f"{where}.weights")
    bias = data["bias"]
    if bias is not None:
        bias = _rows(bias, (1, n_out), f"{where}.bias")
    return Dense(n_in, n_out, weights=weights, bias=bias)


def _rows(data: Any, shape: tuple[int, int], where: str) -> Rows:
    """The data as rows of finite numbers: what is right is seen fast, the rest told in full."""
    m, n = shape
    if isinstance(data, list) and len(data) == m and all(_is_plain(row, n) for row in data):
        return data
    return check_rows(data, shape, where)


def _is_plain(row: Any, n: int) -> bool:
    fits = isinstance(row, list) and len(row) == n
    return fits and set(map(type, row)) == {float} and all(map(isfinite, row))


def _check_chain(layers: list[Layer]) -> None:
    """Each dense layer takes as many numbers as the one before it gives."""
    before: tuple[int, int] | None = None  # place and outputs
    for place, layer in enumerate(layers):
        if not isinstance(layer, Dense):
            continue
        if before and before[1] != layer.n_in:
            raise DataError(
                f"layers[{place}].{'n_in' if is_registered(type(layer)) else 'inputs'} "
                f"is {layer.n_in}, "
                f"expected {before[1]} as the outputs of layers[{before[0]}]"
            )
        before = place, layer.n_out
    if before is None:
        raise DataError("layers: found none with weights, expected at least one Dense")


def _seed(value: Any) -> int:
    if check_whole(value, "seed") > WORD:
        raise DataError(f"seed is {short(value)}, expected a whole number from 0 to {WORD}")
    return int(value)


def _size(value: Any, where: str) -> int:
    if check_whole(value, where) < 1:
        raise DataError(f"{where} is {value}, expected a whole number, 1 or more")
    return int(value)


# ------------------------------------------------------------------- what it is about


def _task(value: Any) -> str:
    if not isinstance(value, str) or value not in TASKS:
        raise DataError(f"task is {short(value)}, expected {' or '.join(map(repr, TASKS))}")
    return value


def _label_names(data: Any, task: str, outputs: int) -> list[str] | None:
    names = _names(data, "label_names")
    if names is None:
        return None
    if task == "regression":
        raise DataError(f"label_names is {short(names)}, expected null in a regression")
    if len(names) != outputs and (outputs, len(names)) != (1, 2):
        expected = "2, as the network has a single output" if outputs == 1 else f"{outputs}, one"
        expected += "" if outputs == 1 else " for each output of the network"
        raise DataError(f"label_names has {len(names)} names, expected {expected}")
    check_label_names(names)
    return names


def _feature_names(data: Any, inputs: int) -> list[str] | None:
    names = _names(data, "feature_names")
    if names is not None and len(names) != inputs:
        raise DataError(
            f"feature_names has {len(names)} names, expected {inputs}, "
            "one for each input of the network"
        )
    return names


def _names(data: Any, where: str) -> list[str] | None:
    if data is None:
        return None
    if not isinstance(data, list):
        raise DataError(f"{where} is {short(data)}, expected a list of names, or null")
    return [check_text(name, f"{where}[{place}]") for place, name in enumerate(data)]


def _optional_text(value: Any, where: str) -> str | None:
    return None if value is None else check_text(value, where)


def _image_shape(data: Any, inputs: int) -> tuple[int, int] | None:
    if data is None:
        return None
    if not isinstance(data, list) or len(data) != 2:
        raise DataError(f"image_shape is {short(data)}, expected [rows, columns], or null")
    rows, columns = (_size(data[i], f"image_shape[{i}]") for i in (0, 1))
    if rows * columns != inputs:
        raise DataError(
            f"image_shape is {rows} × {columns} = {rows * columns} pixels, "
            f"expected {inputs}, one for each input of the network"
        )
    return rows, columns


def _columns(data: Any, width: int, names: list[str] | None) -> Columns | None:
    if data is None:
        return None
    from purenn.data.columns import columns_from_dict  # only a model with texts or gaps needs it

    columns = columns_from_dict(data)
    if columns.width != width:
        raise DataError(
            f"columns make {columns.width} inputs, expected {width} as the network takes"
        )
    made = None if columns.names is None else list(columns.names)
    if made != names:
        raise DataError(
            f"columns make the inputs {short(made)}, but feature_names is {short(names)}"
        )
    return columns


def _scaler(data: Any, width: int, where: str) -> Scaler | None:
    if data is None:
        return None
    from purenn.data.scalers import scaler_from_dict  # only a model with a scaler needs it

    scaler = scaler_from_dict(data)
    try:
        scaler.check_width(width)
    except DataError as error:
        side = "inputs" if where == "scaler" else "outputs"
        raise DataError(
            f"{where} does not fit the {width} {side} of the network: {error}"
        ) from error
    return scaler


def _loss(data: Any, network: Network) -> Loss | None:
    if data is None:
        return None
    loss: Loss = from_plain(data, LOSSES, "loss")
    try:
        network.path(loss)
    except ArgumentError as error:
        raise DataError(f"loss: {error}") from error
    return loss


# ------------------------------------------------------------------------------- run


def _run(data: Any, network: Network, keys: tuple[str, ...]) -> Run | None:
    if data is None:
        return None
    check_keys(data, keys, "run")
    batch_size = data["batch_size"]
    if batch_size is not None:
        batch_size = _size(batch_size, "run.batch_size")
    if not isinstance(data["options"], dict):
        raise DataError(f"run.options is {short(data['options'])}, expected a dictionary")
    options = check_json(data["options"], "run.options")
    history = _history(data["history"])
    if check_whole(data["epochs"], "run.epochs") != len(history.losses):
        raise DataError(
            f"run.epochs is {data['epochs']}, expected {len(history.losses)} "
            "as there are numbers in run.history.losses"
        )
    _set_random(network.random, data["random"])
    optimizer = optimizer_from_dict(
        data["optimizer"], network.trainable, network.backend, "run.optimizer"
    )
    stopping = _stopping(data.get("stopping"), network, len(history.losses))
    return Run(
        optimizer, batch_size=batch_size, history=history, options=options, stopping=stopping
    )


def _stopping(data: Any, network: Network, epochs: int) -> EarlyStopping | None:
    if data is None:
        return None
    where = "run.stopping"
    check_keys(data, STOPPING, where)
    best_epoch, best_loss = _size(data["best_epoch"], f"{where}.best_epoch"), data["best_loss"]
    if best_epoch > epochs:
        raise DataError(f"{where}.best_epoch is {best_epoch}, but the run has {epochs} epochs")
    if not (best_loss is None or is_number(best_loss)):
        raise DataError(
            f"{where}.best_loss is {short(best_loss)}, expected a finite number, or null"
        )
    try:
        if not is_number(data["min_delta"]):
            raise ArgumentError(f"min_delta is {short(data['min_delta'])}, expected a number")
        stopping = EarlyStopping(data["patience"], data["min_delta"])
    except ArgumentError as error:
        raise DataError(f"{where}: {error}") from error
    best, last = (_weights(data[key], network, f"{where}.{key}") for key in ("best", "last"))
    loss = inf if best_loss is None else float(best_loss)
    return stopping.watched(network, epochs, (best_epoch, loss, best), last)


def _weights(data: Any, network: Network, where: str) -> list[Array]:
    """A value for each parameter; null stands for those of the network."""
    if data is None:
        return [p.value for p in network.trainable]
    check_keys(data, [p.name for p in network.trainable], where)
    return [
        network.backend.from_list(_rows(data[p.name], p.value.shape, f"{where}.{p.name}"))  # type: ignore[arg-type]
        for p in network.trainable
    ]


def _history(data: Any) -> History:
    where = "run.history"
    check_keys(data, HISTORY, where)
    history = History()
    history.losses = _values(data["losses"], f"{where}.losses")
    history.metrics = _lists(data["metrics"], f"{where}.metrics")
    history.validation_losses = _values(data["validation_losses"], f"{where}.validation_losses")
    history.validation_metrics = _lists(data["validation_metrics"], f"{where}.validation_metrics")
    _check_even(history, where)
    return history


def _check_even(history: History, where: str) -> None:
    """Each list has a number for each epoch; those of the validation may all be empty instead."""
    epochs, validated = len(history.losses), len(history.validation_losses)
    if validated not in (0, epochs):
        raise DataError(
            f"{where}.validation_losses has {validated} numbers, expected {epochs} as losses "
            "has, or none; a run measures the same in each epoch"
        )
    if validated and set(history.metrics) != set(history.validation_metrics):
        raise DataError(
            f"{where}.metrics has {short(sorted(history.metrics))}, but validation_metrics has "
            f"{short(sorted(history.validation_metrics))}; a run measures the same on both"
        )
    for key, expected in (("metrics", epochs), ("validation_metrics", validated)):
        for name, values in getattr(history, key).items():
            if len(values) != expected:
                raise DataError(
                    f"{at(f'{where}.{key}', name)} has {len(values)} numbers, expected {expected} "
                    f"as {key.removesuffix('metrics')}losses has; "
                    "a run measures the same in each epoch"
                )


def _lists(data: Any, where: str) -> dict[str, list[float]]:
    if not isinstance(data, dict):
        raise DataError(f"{where} is {short(data)}, expected a dictionary of lists")
    return {
        check_text(name, f"{where}, a key"): _values(values, at(where, name))
        for name, values in data.items()
    }


def _values(data: Any, where: str) -> list[float]:
    """Finite numbers; null stands for one that was not."""
    if not isinstance(data, list):
        raise DataError(f"{where} is {short(data)}, expected a list of numbers")
    for i, value in enumerate(data):
        if not (value is None or is_number(value)):
            raise DataError(f"{where}[{i}] is {short(value)}, expected a finite number, or null")
    return [nan if value is None else float(value) for value in data]


def _set_random(random: RandomState, data: Any) -> None:
    """Put the generator where it was, so that the next shuffle is the one that was due."""
    where = "run.random"
    check_keys(data, RANDOM, where)
    words, position, spare = data["words"], data["position"], data["spare"]
    if not isinstance(words, list) or len(words) != WORDS:
        found = f"{len(words)} numbers" if isinstance(words, list) else short(words)
        raise DataError(f"{where}.words: found {found}, expected {WORDS}")
    for i, word in enumerate(words):
        if check_whole(word, f"{where}.words[{i}]") > WORD:
            raise DataError(f"{where}.words[{i}] is {word}, expected at most {WORD}")
    if not any(words[1:]):  # this generator would give zeros for ever
        raise DataError(f"{where}.words: found nothing but zeros, expected random numbers")
    if check_whole(position, f"{where}.position") > WORDS:
        raise DataError(f"{where}.position is {position}, expected at most {WORDS}")
    if spare is not None and not is_number(spare):
        raise DataError(f"{where}.spare is {short(spare)}, expected a finite number, or null")
    random.set_state(
        ("MT19937", words, position, int(spare is not None), 0.0 if spare is None else spare)
    )
