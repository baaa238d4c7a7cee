"""`--resume`: go on with a saved run, on the same data and with the same settings."""

from __future__ import annotations

import sys
from array import array
from hashlib import sha256

from purenn.callbacks import EarlyStopping
from purenn.checks import is_number, short
from purenn.data import ByteRows
from purenn.data.messages import listed
from purenn.errors import ArgumentError, DataError
from purenn.schedules import CosineDecay
from purenn.storage import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import Any

    from purenn.backend import Backend
    from purenn.data import Dataset
    from purenn.optimizers import Optimizer
    from purenn.storage import Model, Run

__all__ = ["check_same_data", "fingerprint", "new_schedule", "saved_run", "watching"]

FROM_FILE = (
    *("hidden", "activation", "dropout", "optimizer", "learning_rate", "momentum"),
    *("weight_decay", "clip_norm", "batch_size", "scale", "validation", "rows"),
    *("class_weight", "seed"),
)
OPTIONS: dict[str, Callable[[Any], bool]] = {  # of Run.options, and what each may be
    "seed": lambda value: is_whole(value, 0) and value < 2**32,
    "batch_size": lambda value: is_whole(value, 1),
    "validation": lambda value: value is None or (is_number(value) and 0.0 < value < 1.0),
    "rows": lambda value: value is None or is_whole(value, 1),
    "scale": lambda value: value is None or isinstance(value, str),
    "label": lambda value: value is None or isinstance(value, str),
    "class_weight": lambda value: value in (None, "balanced"),
    "data": lambda value: isinstance(value, str),
}
LATER = {"class_weight": None}  # options that runs of purenn 0.1.0 do not have, and their value


def fingerprint(data: Dataset) -> str:
    """A text that is another one for other rows, targets or names."""
    digest = sha256(repr((data.label_names, data.feature_names, data.features.width)).encode())
    if isinstance(data.features, ByteRows):
        digest.update(repr(data.features.table).encode())
        for i in range(len(data)):
            digest.update(data.features.row_bytes(i))
    else:
        for row in data.features:
            packed = array("d", row)
            if sys.byteorder == "big":
                packed.byteswap()
            digest.update(packed)
    digest.update(repr(data.targets).encode())
    return digest.hexdigest()


def saved_run(arguments: argparse.Namespace, backend: Backend) -> Model:
    """The saved run, if nothing else was asked for than to go on with it."""
    given = [name for name in FROM_FILE if getattr(arguments, name) is not None]
    if given:
        names = ", ".join("--" + name.replace("_", "-") for name in given)
        raise ArgumentError(f"--resume takes {names} from {arguments.resume}; leave it out")
    model = load(arguments.resume, backend)
    if model.run is None:
        raise ArgumentError(f"{arguments.resume}: no run to go on with is saved in this model")
    saved = model.run.options
    for name, usual in LATER.items():
        saved.setdefault(name, usual)
    for name, is_right in OPTIONS.items():
        if name not in saved or not is_right(saved[name]):
            found = short(saved[name]) if name in saved else "missing"
            raise DataError(
                f"{arguments.resume}: run.options.{name} is {found}; "
                "`purenn train` can go on with a run that it began itself only"
            )
    if model.loss is None:
        raise DataError(f"{arguments.resume}: loss is null, so the run cannot go on")
    if arguments.label is None:
        arguments.label = saved["label"]
    if arguments.task is None and model.task == "regression":
        arguments.task = model.task  # or whole numbers would be taken for classes
    return model


def new_schedule(optimizer: Optimizer, kind: str | None, epochs: int) -> None:
    """The schedule of --schedule for these epochs; without it the old one, if it is not over."""
    if kind is not None:
        optimizer.schedule = CosineDecay(epochs) if kind == "cosine" else None
        return
    try:
        optimizer.check_rates(optimizer.epochs_begun, epochs)
    except ArgumentError as error:
        left = next(
            left for left in range(epochs) if optimizer.rate_at(optimizer.epochs_begun + left) == 0
        )
        raise ArgumentError(
            f"--epochs {epochs}: the schedule of the saved run, {optimizer.schedule}, has {left} "
            "epochs left, and then a learning rate of 0: ask for no more of them, or begin a new "
            "schedule with --schedule cosine or --schedule constant"
        ) from error


def watching(arguments: argparse.Namespace, run: Run) -> tuple[EarlyStopping | None, str]:
    """What watches the run for its best weights, and what to say about it."""
    stopping = run.stopping
    if arguments.patience is None:
        if stopping is None:
            return None, ""
        said = f"patience {stopping.patience} as before"
    elif stopping is None:
        said = f"patience {arguments.patience}: no best epoch was saved, counting begins anew"
        return EarlyStopping(arguments.patience), said
    else:
        stopping.patience = arguments.patience
        said = f"patience {stopping.patience}"
    best = f"the best epoch so far is {stopping.best_epoch}, with a loss of {stopping.best_loss:g}"
    return stopping, f"{said}; {best}" if stopping.best_epoch else said


def check_same_data(arguments: argparse.Namespace, model: Model, train: Dataset) -> None:
    """ArgumentError if the run to go on with was begun on other data."""
    labels = None if train.label_names is None else list(train.label_names)
    if model.label_names != labels or model.network.n_in != train.features.width:
        raise ArgumentError(
            f"{arguments.resume} was trained on {model.network.n_in} columns and "
            f"{labels_of(model.label_names)}; "
            f"{arguments.data} has {train.features.width} and {labels_of(labels)}"
        )
    assert model.run is not None  # noqa: S101 (checked by saved_run)
    if model.run.options["data"] != fingerprint(train):
        raise ArgumentError(
            f"--resume {arguments.resume}: {arguments.data} does not hold the rows that this run "
            "was begun on; begin a new run for other data"
        )


def labels_of(names: list[str] | None) -> str:
    return "values to predict" if names is None else f"the labels {listed(names)}"


def is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
