"""`purenn predict`: CSV in, CSV out: the class and its probabilities, or the values."""

from __future__ import annotations

import argparse
import csv
import io

from purenn.backend import choose_backend
from purenn.cli import datasets, options
from purenn.cli.outputs import check_outputs
from purenn.cli.predicting import class_names, predict_rows
from purenn.cli.screen import hand_out
from purenn.files import write_atomically
from purenn.storage import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from purenn.storage import Model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")
    parser.add_argument("data", metavar="DATA", help="a CSV file, or a folder of IDX files")
    datasets.add_columns(parser)
    options.add_backend(parser)
    parser.add_argument("--output", metavar="FILE.csv", help="write here instead of printing")


def run(arguments: argparse.Namespace) -> int:
    check_outputs({"--output": arguments.output}, [arguments.data, arguments.model])
    backend, _ = choose_backend(arguments.backend)
    model = load(arguments.model, backend)
    outputs = predict_rows(model, datasets.features_for(model, arguments))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table(model, outputs))
    if arguments.output:
        write_atomically(arguments.output, text.getvalue())
    else:
        hand_out(text.getvalue())
    return 0


def table(model: Model, outputs: list[list[float]]) -> Iterator[list[str]]:
    """A header, then a line for each row; numbers with every digit."""
    target = model.target_name or "prediction"
    if model.task == "classification":
        names = class_names(model)
        yield [target, *(f"p({name})" for name in names)]
        for row in outputs:
            best = max(range(len(row)), key=row.__getitem__)
            yield [names[best], *map(repr, row)]
        return
    width = len(outputs[0])
    yield [target] if width == 1 else [f"{target} {k + 1}" for k in range(width)]
    for row in outputs:
        yield list(map(repr, row))
