"""`purenn summary`: what is in a model file."""

from __future__ import annotations

import argparse

from purenn.cli.progress import loss_name
from purenn.storage import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")


def run(arguments: argparse.Namespace) -> int:
    model = load(arguments.model, "python")
    print(f"task     {model.task}" + (f" of {model.target_name}" if model.target_name else ""))
    if model.label_names:
        print(f"labels   {', '.join(model.label_names)}")
    if model.image_shape:
        print("images   {} × {}".format(*model.image_shape))
    elif model.feature_names:
        print(f"features {', '.join(model.feature_names)}")
    if model.scaler is not None:
        print(f"scaler   {type(model.scaler).__name__}")
    if model.columns is not None:
        for column in model.columns.columns:
            if column.categories is not None:
                print(f"texts    {column.name}: {', '.join(column.categories)}")
        fills = [f"{c.name} {c.fill}" for c in model.columns.columns if c.fill is not None]
        if fills:
            print(f"missing  {', '.join(fills)}")
    if model.loss is not None:
        of = f" of the target divided by {model.loss_scale:.6g}" if model.loss_scale else ""
        print(f"loss     {model.loss}{of}")
    if model.run is not None:
        losses = model.run.history.losses
        last = f", last {loss_name(model)} {losses[-1]:.6g}" if losses else ""
        print(f"training {len(losses)} epochs with {model.run.optimizer}{last}")
    print(f"\n{model.network.summary()}")
    return 0
