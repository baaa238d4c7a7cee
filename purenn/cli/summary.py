"""`purenn summary`: what is in a model file."""

from __future__ import annotations

import argparse

from purenn.cli.progress import loss_name
from purenn.cli.screen import say, say_fact
from purenn.storage import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.data.columns import Columns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")


def of_columns(columns: Columns) -> list[tuple[str, str]]:
    """Which texts there may be, and what stands for a missing cell."""
    texts = [c for c in columns.columns if c.categories is not None]
    fills = [f"{c.name} {c.fill}" for c in columns.columns if c.fill is not None]
    facts = [("texts", f"{c.name}: {', '.join(c.categories or ())}") for c in texts]
    return facts + ([("missing", ", ".join(fills))] if fills else [])


def run(arguments: argparse.Namespace) -> int:
    model = load(arguments.model, "python")
    say_fact("task", f"{model.task}" + (f" of {model.target_name}" if model.target_name else ""))
    if model.label_names:
        say_fact("labels", f"{', '.join(model.label_names)}")
    if model.image_shape:
        say_fact("images", "{} × {}".format(*model.image_shape))
    elif model.feature_names:
        say_fact("features", f"{', '.join(model.feature_names)}")
    if model.scaler is not None:
        say_fact("scaler", f"{type(model.scaler).__name__}")
    if model.columns is not None:
        for name, what in of_columns(model.columns):
            say_fact(name, what)
    if model.loss is not None:
        of = f" of the target divided by {model.loss_scale:.6g}" if model.loss_scale else ""
        say_fact("loss", f"{model.loss}{of}")
    if model.run is not None:
        losses = model.run.history.losses
        last = f", last {loss_name(model)} {losses[-1]:.6g}" if losses else ""
        say_fact("training", f"{len(losses)} epochs with {model.run.optimizer}{last}")
    say(f"\n{model.network.summary()}")
    return 0
