"""From settings and data to a new model: its network, its scalers, its optimizer."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import purenn as nn
from purenn import losses, optimizers, schedules
from purenn.cli.settings import remembered
from purenn.data import MinMaxScaler, StandardScaler
from purenn.errors import ArgumentError
from purenn.storage import Model, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from purenn.backend import Backend
    from purenn.cli.settings import Settings
    from purenn.data import Dataset
    from purenn.layers import Layer
    from purenn.optimizers import Optimizer

__all__ = ["ACTIVATIONS", "OPTIMIZERS", "WEIGHT_DECAY", "new_model", "target_rows", "usual_epochs"]

ACTIVATIONS: dict[str, type[Layer]] = {
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "leaky-relu": nn.LeakyReLU,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}
BENDED_AT_ZERO = ("elu", "gelu", "leaky-relu", "relu", "silu", "softplus")  # He's weights
OPTIMIZERS: dict[str, tuple[type[Optimizer], float]] = {  # with the usual learning rate
    "adam": (optimizers.Adam, 0.001),
    "adamw": (optimizers.AdamW, 0.001),
    "rmsprop": (optimizers.RMSProp, 0.001),
    "sgd": (optimizers.SGD, 0.1),
}
STEPS = 3000  # that a run without --epochs takes, about
# Of adamw where --weight-decay says nothing. Found, with STEPS, on 13 tables of 150 to 1,800 rows:
# it holds back a network that has many units for few rows, and costs the others nothing.
WEIGHT_DECAY = 0.2
SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler}


def usual_epochs(rows: int, batch_size: int) -> int:
    """As many passes as make about 3,000 steps, and 5 at least."""
    steps = -(-rows // batch_size)
    return max(5, ceil(STEPS / steps))


def new_model(
    settings: Settings, train: Dataset, epochs: int, backend: Backend, data: str
) -> Model:
    """A new network for this data, and how it will be trained.

    data  a fingerprint of all rows, for a run that goes on
    """
    classify = train.is_classification
    if settings.class_weight and not classify:
        raise ArgumentError(
            f"--class-weight {settings.class_weight}: {train.name} has values to predict, "
            "not classes"
        )
    last = [nn.Softmax()] if classify else []
    network = nn.Network(
        [*hidden_layers(settings, train), *last], seed=settings.seed, backend=backend
    )
    how = settings.scale or ("standard" if train.image_shape is None else "none")
    return Model(
        network=network,
        task="classification" if classify else "regression",
        label_names=train.label_names,
        feature_names=train.feature_names,
        target_name=train.target_name,
        image_shape=train.image_shape,
        columns=train.columns,
        scaler=SCALERS[how]().fit(train.features) if how in SCALERS else None,
        target_scaler=None if classify else StandardScaler().fit(target_rows(train.targets)),
        loss=losses.CrossEntropy() if classify else losses.MeanSquaredError(),
        run=Run(
            optimizer=new_optimizer(settings, epochs),
            batch_size=settings.batch_size,
            options=remembered(settings, data),
            stopping=nn.EarlyStopping(settings.patience) if settings.patience else None,
        ),
    )


def hidden_layers(settings: Settings, train: Dataset) -> list[Layer]:
    """Dense and activation for each hidden layer, and the last dense one."""
    kind = settings.activation or "relu"
    how: dict[str, Any] = {}
    if kind in BENDED_AT_ZERO:
        how["weights"] = nn.initializers.HeUniform()
    widths = [train.features.width, *(settings.hidden or [32])]
    if settings.hidden == [0]:
        for name in ("activation", "dropout"):
            if getattr(settings, name) is not None:
                raise ArgumentError(f"--{name} is for hidden layers, but --hidden 0 asks for none")
        widths = widths[:1]
    layers: list[Layer] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Dense(n_in, n_out, **how), ACTIVATIONS[kind]()]
        if settings.dropout:
            layers.append(nn.Dropout(settings.dropout))
    return [*layers, nn.Dense(widths[-1], train.outputs)]


def new_optimizer(settings: Settings, epochs: int) -> Optimizer:
    kind, usual = OPTIMIZERS[settings.optimizer or "adamw"]
    if settings.momentum is not None and kind is not optimizers.SGD:
        raise ArgumentError("--momentum goes with --optimizer sgd; the others have their own")
    names = ("momentum", "weight_decay", "clip_norm")
    extra = {name: getattr(settings, name) for name in names}
    extra["schedule"] = schedules.CosineDecay(epochs) if settings.schedule == "cosine" else None
    given = {name: value for name, value in extra.items() if value is not None}
    if kind is optimizers.AdamW:
        given.setdefault("weight_decay", WEIGHT_DECAY)
    return kind(settings.learning_rate or usual, **given)


def target_rows(targets: Iterable[Any]) -> list[list[float]]:
    """The values to predict as rows, also where there is one a row."""
    return [list(t) if isinstance(t, (list, tuple)) else [t] for t in targets]
