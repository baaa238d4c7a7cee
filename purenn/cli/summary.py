"""`purenn summary`: what is in a model file."""

from __future__ import annotations

import argparse

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
    if model.loss is not None:
        print(f"loss     {model.loss}")
    if model.run is not None:
        losses = model.run.history.losses
        last = f", last loss {losses[-1]:.6g}" if losses else ""
        print(f"training {len(losses)} epochs with {model.run.optimizer}{last}")
    print(f"\n{model.network.summary()}")
    return 0
