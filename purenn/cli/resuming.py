"""`--resume`: go on with a saved run, on the same data and with the same settings."""

from __future__ import annotations

import sys
from array import array
from hashlib import sha256

from purenn.callbacks import EarlyStopping
from purenn.data import ByteRows
from purenn.data.messages import listed
from purenn.errors import ArgumentError, DataError
from purenn.schedules import CosineDecay
from purenn.storage import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.backend import Backend
    from purenn.cli.settings import Settings
    from purenn.data import Dataset
    from purenn.optimizers import Optimizer
    from purenn.storage import Model, Run

__all__ = ["check_same_data", "fingerprint", "go_on", "saved_model"]


def saved_model(path: str, backend: Backend) -> tuple[Model, Run]:
    """The model with the run to go on with."""
    model = load(path, backend)
    if model.run is None:
        raise ArgumentError(f"{path}: no run to go on with is saved in this model")
    return model, model.run


def go_on(run: Run, settings: Settings, epochs: int) -> str:
    """Settle the schedule of a saved run and what watches it; what to say about that."""
    new_schedule(run.optimizer, settings.schedule, epochs)
    run.stopping, said = watching(settings.patience, run.stopping)
    return said


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


def watching(
    patience: int | None, stopping: EarlyStopping | None
) -> tuple[EarlyStopping | None, str]:
    """What watches the run for its best weights, and what to say about it."""
    if patience is None:
        if stopping is None:
            return None, ""
        said = f"patience {stopping.patience} as before"
    elif stopping is None:
        said = f"patience {patience}: no best epoch was saved, counting begins anew"
        return EarlyStopping(patience), said
    else:
        stopping.patience = patience
        said = f"patience {stopping.patience}"
    best = f"the best epoch so far is {stopping.best_epoch}, with a loss of {stopping.best_loss:g}"
    return stopping, f"{said}; {best}" if stopping.best_epoch else said


def check_same_data(settings: Settings, model: Model, run: Run, train: Dataset) -> None:
    """ArgumentError if the run to go on with was begun on other data."""
    if model.loss is None:
        raise DataError(f"{settings.resume}: loss is null, so the run cannot go on")
    labels = None if train.label_names is None else list(train.label_names)
    if model.label_names != labels or model.network.n_in != train.features.width:
        raise ArgumentError(
            f"{settings.resume} was trained on {model.network.n_in} columns and "
            f"{labels_of(model.label_names)}; "
            f"{settings.data} has {train.features.width} and {labels_of(labels)}"
        )
    if run.options["data"] != fingerprint(train):
        raise ArgumentError(
            f"--resume {settings.resume}: {settings.data} does not hold the rows that this run "
            "was begun on; begin a new run for other data"
        )


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


def labels_of(names: list[str] | None) -> str:
    return "values to predict" if names is None else f"the labels {listed(names)}"
