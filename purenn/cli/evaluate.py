"""`purenn evaluate`: how good a saved model is on labelled data."""

from __future__ import annotations

import argparse

from purenn.backend import choose_backend
from purenn.cli import datasets, options
from purenn.cli.judging import as_json, judge
from purenn.cli.screen import hand_out, say, say_fact
from purenn.storage import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")
    parser.add_argument("data", metavar="DATA", help=datasets.DATA)
    datasets.add_table(parser)
    options.add_backend(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object and no text")


def run(arguments: argparse.Namespace) -> int:
    backend, _ = choose_backend(arguments.backend)
    model = load(arguments.model, backend)
    notes: list[str] = []
    pieces = datasets.pieces(model, arguments, labelled=True, notes=notes)
    result = judge(model, None, ((piece.features, piece.targets) for piece in pieces))
    if arguments.json:
        hand_out(as_json(result.to_dict()) + "\n")
        return 0
    for note in notes:
        say_fact("note", note)
    if notes:
        say("")
    say("\n".join(result.lines()))
    return 0
