"""`purenn summary`: what is in a model file."""

from __future__ import annotations

import argparse

from purenn.cli.progress import loss_name
from purenn.storage import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.data.columns import Columns


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")


def of_columns(columns: Columns) -> list[str]:
    """Which texts there may be, and what stands for a missing cell."""
    texts = [c for c in columns.columns if c.categories is not None]
    fills = [f"{c.name} {c.fill}" for c in columns.columns if c.fill is not None]
    lines = [f"texts    {c.name}: {', '.join(c.categories or ())}" for c in texts]
    return lines + ([f"missing  {', '.join(fills)}"] if fills else [])


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
        print("\n".join(of_columns(model.columns)))
    if model.loss is not None:
        of = f" of the target divided by {model.loss_scale:.6g}" if model.loss_scale else ""
        print(f"loss     {model.loss}{of}")
    if model.run is not None:
        losses = model.run.history.losses
        last = f", last {loss_name(model)} {losses[-1]:.6g}" if losses else ""
        print(f"training {len(losses)} epochs with {model.run.optimizer}{last}")
    print(f"\n{model.network.summary()}")
    return 0
