"""`purenn evaluate`: how good a saved model is on labelled data."""

from __future__ import annotations

import argparse

from purenn.backend import choose_backend
from purenn.cli import datasets, options
from purenn.cli.judging import as_json, judge
from purenn.cli.screen import hand_out, say
from purenn.storage import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")
    parser.add_argument("data", metavar="DATA", help="a CSV file, or a folder of IDX files")
    datasets.add_columns(parser)
    options.add_backend(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no text")


def run(arguments: argparse.Namespace) -> int:
    backend, _ = choose_backend(arguments.backend)
    model = load(arguments.model, backend)
    result = judge(model, datasets.labelled_for(model, arguments))
    if arguments.json:
        hand_out(as_json(result.to_dict()) + "\n")
    else:
        say("\n".join(result.lines()))
    return 0
