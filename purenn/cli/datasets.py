"""The data that a command is given: a CSV file, standard input, a folder of IDX files, a sample."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NamedTuple

from purenn.cli.settings import Table, table_of
from purenn.data import Dataset, FloatRows, read_csv, read_idx_folder
from purenn.data.csv_chunks import csv_chunks
from purenn.data.named import load_sample, sample_names
from purenn.errors import ArgumentError, DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, BinaryIO

    from purenn.cli.settings import Settings
    from purenn.data import RowSource
    from purenn.data.columns import Columns
    from purenn.data.csv_chunks import Chunk
    from purenn.storage import Model

__all__ = ["DATA", "add_table", "labelled_for", "pieces", "read_test", "read_training"]

DATA = "a CSV file, - for standard input, a folder of IDX files, or " + ", ".join(sample_names())
CHUNK = 1000  # rows that are numbers at the same time


def add_table(parser: argparse.ArgumentParser, *, training: bool = False) -> None:
    """Options that say how a CSV file is laid out."""
    group = parser.add_argument_group("how a CSV file is read")
    group.add_argument(
        "--label",
        metavar="COL",
        help="the label column: a name, or a number from 0 (default: the last)",
    )
    group.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="the first line holds names, or not (default: told from the lines)",
    )
    group.add_argument(
        "--delimiter", metavar="C", help="between cells, such as ';' or tab (default: told)"
    )
    group.add_argument(
        "--decimal", choices=(".", ","), help="the mark in 1.5 or 1,5 (default: told)"
    )
    group.add_argument(
        "--thousands", metavar="C", help="the mark between thousands, as in 1,234 (default: none)"
    )
    group.add_argument("--comment", metavar="C", help="lines that begin with it are left out")
    group.add_argument(
        "--drop", metavar="COL", nargs="+", help="columns to leave out: names, or numbers from 0"
    )
    group.add_argument("--features", metavar="COL", nargs="+", help="the columns to learn from")
    group.add_argument(
        "--text", metavar="COL", nargs="+", help="columns of numbers that are names, such as codes"
    )
    fills = ("mean", "median") if training else ()  # which are learned in training
    group.add_argument(
        "--missing",
        choices=("error", "drop", *fills),
        help=f"rows with missing cells: refused, left out{', or filled in' if fills else ''} "
        f"(default: {'error' if fills else 'filled in, where the training has learned with what'})",
    )
    group.add_argument(
        "--unseen",
        choices=("error", "ignore"),
        help="a text that the training did not hold: refuse it, or take it for none of the known "
        "(default: error)",
    )


# ------------------------------------------------------------------------- to train on


def read_training(settings: Settings) -> tuple[Dataset, Dataset | None]:
    """The training data, and the test data of a folder that has some."""
    path = settings.data
    if os.path.isdir(path):
        check_no_table(path, settings.table)
        if settings.task == "regression":
            raise ArgumentError("IDX files hold class numbers: --task regression needs a CSV file")
        if settings.test:
            raise ArgumentError(
                f"--test {settings.test}: the test files of {path} are in that folder"
            )
        return read_idx_folder(path)
    if is_sample(path):
        check_no_table(path, settings.table)
        return load_sample(path), None
    return read_csv(source(path), task=settings.task, **arguments_of(settings.table)), None


def read_test(settings: Settings, train: Dataset) -> Dataset | None:
    """The rows of --test, read as those of the training."""
    if not settings.test:
        return None
    return read_csv(
        source(settings.test),
        task=None if train.is_classification else "regression",
        label_names=train.label_names,
        width=train.features.width,
        **as_in_training(settings.table, train.feature_names, train.columns),
    )


# ------------------------------------------------------------------------ for a model


class Piece(NamedTuple):
    """Some rows: features, targets if they are labelled, and the cells that are passed through."""

    features: RowSource
    targets: Sequence[Any]
    kept: list[list[str]]
    names: list[str]  # of the columns that are passed through


def pieces(
    model: Model,
    arguments: argparse.Namespace,
    *,
    labelled: bool = False,
    keep: Sequence[str] = (),
    notes: list[str],
) -> Iterator[Piece]:
    """The rows for a model, some at a time: to judge it on, if they are labelled.

    Of an IDX folder it is the test part, if it has one. A label column that is not needed may
    be there, and is left out. What is told from a file is added to the notes.
    """
    path = arguments.data
    if os.path.isdir(path) or is_sample(path):
        check_no_table(path, Table.asked(arguments))
        if keep:
            raise ArgumentError(f"--keep is for the columns of a CSV file, but {path} is none")
        yield from parts_of(model, whole(model, path, labelled), path)
    else:
        yield from parts_of_table(model, arguments, labelled, keep, notes)


def parts_of(model: Model, data: Dataset, path: str) -> Iterator[Piece]:
    check_width(model, data.features.width, path)
    for start in range(0, len(data), CHUNK):
        part = slice(start, min(start + CHUNK, len(data)))
        yield Piece(data.features[part], data.targets[part], [[]] * (part.stop - start), [])


def parts_of_table(
    model: Model,
    arguments: argparse.Namespace,
    labelled: bool,
    keep: Sequence[str],
    notes: list[str],
) -> Iterator[Piece]:
    path, several = arguments.data, labelled and model.multilabel
    known = for_model(model, arguments)
    if known["missing"] == "drop" and not labelled and arguments.missing is None:
        known["missing"] = "error"  # or there would be fewer answers than rows, without a word
    if labelled and not several:
        classify = model.task == "classification"
        known["label_names"] = model.class_names if classify else None
        known["task"] = None if classify else "regression"
    for chunk in csv_chunks(
        source(path),
        rows=CHUNK,
        keep=model.class_names if several else keep,
        needs_label=labelled and not several,
        width=model.network.n_in,
        notes=notes,
        **known,
    ):
        check_width(model, chunk.features.width, path)
        targets = answers(chunk, model.class_names, path) if several else chunk.targets
        yield Piece(chunk.features, targets or [], chunk.kept, chunk.names)


def labelled_for(model: Model, arguments: argparse.Namespace, notes: list[str]) -> Dataset:
    """All the rows to run a model on, with what it should say."""
    path = arguments.data
    if os.path.isdir(path) or is_sample(path):
        check_no_table(path, Table.asked(arguments))
        data = whole(model, path, labelled=True)
        check_width(model, data.features.width, path)
        return data
    parts = list(parts_of_table(model, arguments, True, (), notes))
    one_each = model.task == "classification" and not model.multilabel
    return Dataset(
        FloatRows(row for part in parts for row in part.features),
        [target for part in parts for target in part.targets],
        label_names=model.class_names if one_each else None,
        name=os.path.basename(path),
    )


def answers(chunk: Chunk, names: list[str], path: str) -> list[list[float]]:
    """The yes-or-no answers of each row: cells that hold 1 or 0."""
    known = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0}
    for i, row in enumerate(chunk.kept):
        for name, cell in zip(names, row, strict=True):
            if cell.strip() not in known:
                raise DataError(
                    f"{path}: the row {chunk.first + i} (counted from 0) has {cell!r} under "
                    f"{name!r}; the answers of this model are 0 and 1"
                )
    return [[known[cell.strip()] for cell in row] for row in chunk.kept]


# ----------------------------------------------------------------------- where it comes from


def source(path: str) -> str | BinaryIO:
    """A path, or standard input."""
    if path != "-":
        return path
    if sys.stdin is None:
        raise ArgumentError("-: there is no standard input here; give the name of a file")
    return sys.stdin.buffer


def is_sample(path: str) -> bool:
    """Whether this is the name of data that come with purenn; a file of that name wins."""
    return path in sample_names() and not os.path.exists(path)


def whole(model: Model, path: str, labelled: bool) -> Dataset:
    """The rows of a sample, or the test part of a folder, if it has one."""
    names = model.class_names if model.task == "classification" and labelled else None
    if is_sample(path):
        data = load_sample(path)
        if labelled and names != (list(data.label_names) if data.label_names else None):
            raise DataError(f"{path}: these are not the classes that the model was trained on")
        return data
    if labelled and names is None:
        raise DataError(f"{path}: IDX files hold classes, but the model predicts values")
    train, test = read_idx_folder(path, classes=None if names is None else len(names))
    return test or train


def for_model(model: Model, arguments: argparse.Namespace) -> dict[str, Any]:
    """How to read a table as that of the training: columns by their names, where they have some."""
    saved = table_of(model.run)
    table = Table.asked(arguments, saved)
    label = arguments.label or model.target_name or saved.label
    return as_in_training(table._replace(label=label), model.feature_names, model.columns)


def as_in_training(
    table: Table, feature_names: Sequence[str] | None, columns: Columns | None
) -> dict[str, Any]:
    """Arguments of read_csv; which columns are features is known, if they have names."""
    if columns is not None:
        columns = columns.with_unseen(table.unseen)
        feature_names = columns.raw_names
        table = table._replace(text=())
    if feature_names is not None:
        table = table._replace(drop=(), features=None, text=())
    return {**arguments_of(table), "feature_names": feature_names, "columns": columns}


def arguments_of(table: Table) -> dict[str, Any]:
    """Arguments of read_csv."""
    return {name: value for name, value in table._asdict().items() if name != "unseen"}


def check_no_table(path: str, table: Table) -> None:
    if asked := table.differences():
        names = " and ".join(f"--{name}" for name in asked)
        are = "is" if len(asked) == 1 else "are"
        raise ArgumentError(f"{path} is no CSV file: {names} {are} for CSV files")


def check_width(model: Model, width: int, path: str) -> None:
    if width != model.network.n_in:
        raise DataError(
            f"{path}: rows of {width} numbers, but the model takes {model.network.n_in}"
        )
