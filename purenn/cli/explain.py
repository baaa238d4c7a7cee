"""`purenn explain`: every number of a training step, from the formula to the cells."""

from __future__ import annotations

import argparse
import os

import purenn as nn
from purenn.backend import get_backend
from purenn.checks import short
from purenn.cli import datasets, options
from purenn.cli.screen import carry_on, complain, out
from purenn.data.messages import guess
from purenn.errors import ArgumentError
from purenn.explain import Record, explain, terms
from purenn.explain.screen import Screen
from purenn.explain.stepper import walk_through
from purenn.explain.terminal import show_cell, show_op, show_overview
from purenn.explain.walking import Walk
from purenn.storage import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.backend import Backend
    from purenn.explain import Op
    from purenn.losses import Loss
    from purenn.optimizers import Optimizer
    from purenn.storage import Model

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]
ROWS = 4  # of a data set, where --rows does not say
STEPS = 2  # to record, where --steps does not say
OF_RUNS = (
    *("example", "model", "data", "rows", "hidden", "seed", "learning_rate", "after", "steps"),
    *("batch_size", "backend", "label", "header"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("example", nargs="?", metavar="xor", help="tutorial 001's network")
    parser.add_argument("--model", metavar="FILE", help="a file that `purenn train --save` wrote")
    parser.add_argument("--data", metavar="FILE", help="a CSV file, or a folder of IDX files")
    parser.add_argument(
        "--rows", type=row_range, metavar="A:B", help=f"of the data (default: 0:{ROWS})"
    )
    datasets.add_table(parser)
    parser.add_argument(
        "--hidden", type=options.count, metavar="N", help="hidden units of xor (default: 2)"
    )
    parser.add_argument(
        "--seed", type=options.seed, metavar="N", help="of xor's weights (default: 42)"
    )
    parser.add_argument(
        "--learning-rate", type=options.rate, metavar="R", help="(default: 0.1, or the model's)"
    )
    parser.add_argument(
        "--after", type=options.count, metavar="N", help="train N epochs first, unrecorded"
    )
    parser.add_argument(
        "--steps", type=options.count, metavar="N", help=f"to record (default: {STEPS})"
    )
    parser.add_argument(
        "--batch-size", type=options.count, metavar="N", help="rows a step (default: all)"
    )
    options.add_backend(parser)
    parser.add_argument("--force", action="store_true", help="record also what is very large")
    parser.add_argument("--op", metavar="N|NAME", help="show this operation, such as 0, Z1 or dW1")
    parser.add_argument(
        "--in-step", type=whole, metavar="N", help="where --op NAME is (default: 0)"
    )
    parser.add_argument("--cell", type=pair, metavar="I,J", help="show this entry of it in full")
    parser.add_argument("--step", action="store_true", help="walk through it (? lists the keys)")
    parser.add_argument("--record", metavar="FILE", help="read what --json wrote, and run nothing")
    parser.add_argument("--json", metavar="FILE", help="write the record here")
    parser.add_argument("--html", metavar="FILE", help="write a page to study it here")
    parser.add_argument("--open", action="store_true", help="open that page in a browser")


def whole(text: str) -> int:
    """A whole number, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def pair(text: str) -> tuple[int, int]:
    """Two whole numbers with a comma between them."""
    row, comma, column = text.partition(",")
    if not comma:
        raise argparse.ArgumentTypeError(f"{text!r} is not row,column, such as 1,0")
    return whole(row.strip()), whole(column.strip())


def row_range(text: str) -> tuple[int, int]:
    """A:B, the rows from A to before B; a single number is that row alone."""
    first, colon, end = text.partition(":")
    start = whole(first) if first else 0
    stop = whole(end) if end else start + 1 if not colon else -1
    if stop == -1:
        raise argparse.ArgumentTypeError(f"{text!r}: say where the rows end, such as 0:4")
    if stop <= start:
        raise argparse.ArgumentTypeError(f"{text!r} holds no row")
    return start, stop


def run(arguments: argparse.Namespace) -> int:
    named = arguments.op is not None and not arguments.op.strip().isdecimal()
    if arguments.in_step is not None and not (named or (arguments.step and not arguments.op)):
        raise ArgumentError("--in-step needs --op NAME: a number says itself in which step it is")
    record = made_record(arguments)
    carry_on(bool(arguments.json or arguments.html))
    screen = Screen(out)
    written = write_files(record, arguments, screen)
    if arguments.step or arguments.op is not None or arguments.cell is not None:
        show_place(record, arguments, screen)
    elif not written:
        show_overview(record, screen)
    return 0


def made_record(arguments: argparse.Namespace) -> Record:
    """The record of xor, of a saved model on some rows of its data, or of a file."""
    if arguments.record is not None:
        return read_record(arguments)
    backend = get_backend(arguments.backend)
    if arguments.model is None:
        return xor_record(arguments, backend)
    if arguments.example is not None or arguments.hidden or arguments.seed is not None:
        raise ArgumentError("--model brings its own network: leave out xor, --hidden and --seed")
    if arguments.data is None:
        raise ArgumentError("--model needs --data FILE: the rows to run it on")
    return model_record(arguments, load(arguments.model, backend))


def read_record(arguments: argparse.Namespace) -> Record:
    """A record that was written with --json."""
    given = [name for name in OF_RUNS if getattr(arguments, name) is not None]
    if given:
        named = ["xor" if n == "example" else f"--{n.replace('_', '-')}" for n in given]
        raise ArgumentError(f"--record runs nothing: leave out {' and '.join(named)}")
    return Record.load(arguments.record)


def xor_record(arguments: argparse.Namespace, backend: Backend) -> Record:
    """Tutorial 001: exclusive or with sigmoid units and half the sum of squared errors."""
    if arguments.example not in (None, "xor"):
        raise ArgumentError(
            f"{short(arguments.example)} is not known; there is xor, or --model FILE --data FILE."
            f"{guess(arguments.example, ['xor'])}"
        )
    if arguments.data is not None:
        raise ArgumentError("--data needs --model FILE: the network to run on it")
    start, stop = arguments.rows or (0, len(X))
    check_rows(stop, len(X), "xor")
    hidden, normal = arguments.hidden or 2, nn.initializers.Normal()
    network = nn.Network(
        [
            nn.Dense(2, hidden, weights=normal),
            nn.Sigmoid(),
            nn.Dense(hidden, 1, weights=normal),
            nn.Sigmoid(),
        ],
        seed=42 if arguments.seed is None else arguments.seed,
        backend=backend,
    )
    names = {
        "row_names": [f"{a} xor {b}" for a, b in X[start:stop]],
        "feature_names": ["x1", "x2"],
    }
    optimizer = nn.SGD(arguments.learning_rate or 0.1)
    data = (X[start:stop], y[start:stop])
    return recorded(arguments, network, data, nn.SumSquaredError(0.5), optimizer, names, "xor")


def model_record(arguments: argparse.Namespace, model: Model) -> Record:
    """A saved model on some rows, trained on from where it is."""
    from purenn.cli.fitting import prepared

    notes: list[str] = []
    data = datasets.labelled_for(model, arguments, notes)
    for note in notes:
        complain(f"note: {note}")
    start, stop = arguments.rows or (0, min(ROWS, len(data)))
    check_rows(stop, len(data), data.name)
    features, targets = prepared(model, data.subset(range(start, stop)))
    if model.loss is None:
        raise ArgumentError(f"{arguments.model}: the model has no loss, so no step can be recorded")
    optimizer: Optimizer = nn.SGD(0.1) if model.run is None else model.run.optimizer
    optimizer.learning_rate = arguments.learning_rate or optimizer.learning_rate
    names = {
        "row_names": [f"row {number}" for number in range(start, stop)],
        "feature_names": model.feature_names,
        "label_names": model.label_names,
        "image_shape": model.image_shape,
    }
    rows = (features.take(range(len(features))), targets)
    title = os.path.basename(arguments.model)
    if model.scaler is not None:
        title += f" (inputs through its {type(model.scaler).__name__})"
    return recorded(arguments, model.network, rows, model.loss, optimizer, names, title)


def check_rows(stop: int, count: int, name: str) -> None:
    """ArgumentError if the rows go beyond what there is."""
    if stop > count:
        raise ArgumentError(
            f"--rows ends at {stop}, but {name} has {count:,} rows: 0:{count} at most"
        )


def recorded(
    arguments: argparse.Namespace,
    network: nn.Network,
    data: tuple[Any, Any],
    loss: Loss,
    optimizer: Optimizer,
    names: dict[str, Any],
    title: str,
) -> Record:
    """Train as long as --after says, then record."""
    if arguments.after:
        epochs = arguments.after
        batch_size = arguments.batch_size
        nn.train(
            network, *data, loss=loss, optimizer=optimizer, epochs=epochs, batch_size=batch_size
        )
    return explain(
        network,
        *data,
        loss=loss,
        optimizer=optimizer,
        steps=arguments.steps or STEPS,
        batch_size=arguments.batch_size,
        names=names,
        title=title,
        force=arguments.force,
    )


# --------------------------------------------------------------------------- reading


def write_files(record: Record, arguments: argparse.Namespace, screen: Screen) -> bool:
    """The record and the page, where they were asked for."""
    if arguments.open and not arguments.html:
        raise ArgumentError("--open needs --html FILE: the page to write and open")
    if arguments.json:
        record.save(arguments.json)
        screen.paragraph(f"record written to {arguments.json}")
    if arguments.html:
        from purenn.explain.page import write_page

        write_page(arguments.html, record)
        screen.paragraph(f"page written to {arguments.html}")
    if arguments.open:
        import webbrowser
        from pathlib import Path

        webbrowser.open(Path(arguments.html).resolve().as_uri())
    return bool(arguments.json or arguments.html)


def show_place(record: Record, arguments: argparse.Namespace, screen: Screen) -> None:
    """An operation, an entry of it, or a walk that begins there."""
    op = wanted_op(record, arguments)
    i, j = arguments.cell or (0, 0)
    cell = terms(record, op, i, j) if arguments.cell or arguments.step else None
    if arguments.step:
        walk_through(Walk(record, op.n, i, j), screen)
        return
    show_op(record, op, screen, cell)
    if cell is not None:
        show_cell(record, cell, screen)


def wanted_op(record: Record, arguments: argparse.Namespace) -> Op:
    """The operation of --op; the first one for a walk without it."""
    step = arguments.in_step or 0
    if arguments.op is None:
        if arguments.cell is not None and not arguments.step:
            raise ArgumentError("--cell needs --op N or --op NAME: an entry of which operation?")
        return record.find(record.find(0).name, step)
    text = arguments.op.strip()
    return record.find(int(text) if text.isdecimal() else text, step)
