"""`purenn predict`: CSV in, CSV out: the class and its probabilities, or the values."""

from __future__ import annotations

import argparse
import csv
import io

from purenn.backend import choose_backend
from purenn.cli import datasets, options
from purenn.cli.outputs import check_outputs
from purenn.cli.screen import complain, hand_out
from purenn.files import write_atomically
from purenn.storage import load
from purenn.storage.answers import names_of, outputs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from purenn.storage import Model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `purenn train --save` wrote")
    parser.add_argument("data", metavar="DATA", help=datasets.DATA)
    datasets.add_table(parser)
    parser.add_argument(
        "--keep", metavar="COL", nargs="+", default=[], help="columns of DATA to pass through"
    )
    options.add_backend(parser)
    parser.add_argument(
        "--output", metavar="FILE.csv", help="write here instead of printing (- prints)"
    )


def run(arguments: argparse.Namespace) -> int:
    output = None if arguments.output == "-" else arguments.output
    check_outputs({"--output": output}, [arguments.data, arguments.model])
    backend, _ = choose_backend(arguments.backend)
    notes: list[str] = []
    lines = as_csv(table(load(arguments.model, backend), arguments, notes))
    if output:
        write_atomically(output, lines)
    else:
        for text in lines:
            hand_out(text)
    for note in notes:  # beside the answers, which programs read
        complain(f"note: {note}")
    return 0


def as_csv(rows: Iterable[list[str]]) -> Iterator[str]:
    """The rows as lines of a CSV file, some at a time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % 1000 == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def table(model: Model, arguments: argparse.Namespace, notes: list[str]) -> Iterator[list[str]]:
    """A header, then a line for each row; numbers with every digit."""
    first, begun = 0, False
    for piece in datasets.pieces(model, arguments, keep=arguments.keep, notes=notes):
        if not begun:
            yield header(model, piece.names)
            begun = True
        outputs = outputs_of(model, piece.features, first)
        first += len(outputs)
        for kept, said in zip(piece.kept, answers(model, outputs), strict=True):
            yield kept + said


def header(model: Model, kept: list[str]) -> list[str]:
    """The names of the columns; a column of this name may have been kept."""
    target = model.target_name or "prediction"
    names = model.class_names if model.task == "classification" else []
    chances = [f"p({name})" for name in names]
    if model.multilabel:
        said = list(names)
    elif names or model.network.n_out == 1:
        said = [target]
    else:
        said = [f"{target} {k + 1}" for k in range(model.network.n_out)]
    return kept + [f"predicted {name}" if name in kept else name for name in said] + chances


def answers(model: Model, outputs: list[list[float]]) -> Iterator[list[str]]:
    """What stands in each line: the answer, and how sure the model is of it."""
    if model.task != "classification":
        yield from (list(map(repr, row)) for row in outputs)
    elif model.multilabel:
        yield from ([str(int(p >= 0.5)) for p in row] + list(map(repr, row)) for row in outputs)
    else:
        for name, row in zip(names_of(model, outputs), outputs, strict=True):
            yield [name, *map(repr, row)]
