"""Training as the command line does it: the data as the network takes them, weights, metrics."""

from __future__ import annotations

from collections import Counter

import purenn as nn
from purenn import metrics
from purenn.cli.building import target_rows
from purenn.data import scale

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.data import Dataset
    from purenn.metrics import Metric
    from purenn.storage import Model, Run

__all__ = ["balance", "fit", "prepared"]


def fit(
    model: Model,
    run: Run,
    train: Dataset,
    validation: Dataset | None,
    epochs: int,
    watchers: Iterable[Any],
) -> None:
    """Train for so many epochs, as the run's options say."""
    assert model.loss is not None  # noqa: S101 (made or checked with the model)
    weights = balance(train) if run.options["class_weight"] else None
    held_out = None
    if validation is not None:
        held_out = (*prepared(model, validation), weights_of(validation, weights))
    nn.train(
        model.network,
        *prepared(model, train),
        loss=model.loss,
        optimizer=run.optimizer,
        epochs=epochs,
        sample_weight=weights_of(train, weights),
        batch_size=run.batch_size,
        metrics=["accuracy" if model.task == "classification" else error_in_units(model)],
        callbacks=[*watchers, *([run.stopping] if run.stopping else [])],
        validation=held_out,
        history=run.history,
    )


def prepared(model: Model, data: Dataset) -> tuple[Any, Any]:
    """Features and targets as the network takes them: scaled as the model says."""
    if model.scaler is not None:
        data = scale(data, model.scaler)
    if model.target_scaler is not None:
        return data.features, model.target_scaler.transform(target_rows(data.targets))
    return data.features, data.targets


def error_in_units(model: Model) -> Metric:
    """The mean absolute error in the units of the data, of targets that were scaled."""
    unit = model.loss_scale or 1.0

    @metrics.mean_over_rows
    def mean_absolute_error(backend: Backend, P: Array, Y: Array) -> float:
        return metrics.mean_absolute_error(backend, P, Y) * unit

    return mean_absolute_error


def balance(train: Dataset) -> list[float]:
    """What a row of each class counts, so that all classes count the same together.

    m / (k · mₖ) for k classes and mₖ rows of class k: 1 for all where they are equally many.
    """
    counts = Counter(train.targets)
    return [
        len(train) / (len(counts) * counts[k]) if counts[k] else 1.0 for k in range(train.classes)
    ]


def weights_of(data: Dataset, weights: list[float] | None) -> list[float] | None:
    """A weight for each row."""
    return None if weights is None else [weights[k] for k in data.targets]
