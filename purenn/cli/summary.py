"""`purenn summary`: what is in a model file."""

from __future__ import annotations

import argparse

from purenn.cli.screen import clean, say, say_fact
from purenn.layers import Dense
from purenn.storage import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")


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
    if model.loss is not None:
        say_fact("loss", f"{model.loss}")
    if model.run is not None:
        losses = model.run.history.losses
        last = f", last loss {losses[-1]:.6g}" if losses else ""
        say_fact("training", f"{len(losses)} epochs with {model.run.optimizer}{last}")
    say(f"\n{'layer':<24} {'output':>8} {'parameters':>12}")
    width, total = model.network.n_in, 0
    for layer in model.network.layers:
        width = layer.n_out if isinstance(layer, Dense) else width
        shapes = [p.value.shape for p in layer.parameters()]
        count = sum(m * n for m, n in shapes)
        total += count
        say(f"{clean(layer.title):<24} {width:>8,} {count:>12,}")
    say(f"{'':<24} {'':>8} {total:>12,}")
    return 0
