"""The data that a command is given: a CSV file, or a folder of IDX files."""

from __future__ import annotations

import argparse
import os

from purenn.cli.predicting import class_names
from purenn.data import read_csv, read_csv_features, read_idx_folder
from purenn.errors import ArgumentError, DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.data import Dataset, RowSource
    from purenn.storage import Model

__all__ = ["add_columns", "features_for", "labelled_for", "read_training"]


def add_columns(parser: argparse.ArgumentParser) -> None:
    """Options that say how a CSV file is laid out."""
    parser.add_argument(
        "--label",
        metavar="COL",
        help="the label column of a CSV file: a name, or a number from 0 (default: the last)",
    )
    parser.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="the first line holds names, or not (default: told from the line)",
    )


def read_training(arguments: argparse.Namespace) -> tuple[Dataset, Dataset | None]:
    """The training data and the test data, if there are any."""
    if os.path.isdir(arguments.data):
        _check_no_columns(arguments)
        if arguments.task == "regression":
            raise ArgumentError("IDX files hold class numbers: --task regression needs a CSV file")
        train, test = read_idx_folder(arguments.data)
        if arguments.test:
            raise ArgumentError(
                f"--test {arguments.test}: the test files of {arguments.data} are in that folder"
            )
        return train, test
    train = read_csv(
        arguments.data, label=arguments.label, header=arguments.header, task=arguments.task
    )
    if not arguments.test:
        return train, None
    test = read_csv(
        arguments.test,
        label=arguments.label,
        header=arguments.header,
        task=None if train.is_classification else "regression",
        label_names=train.label_names,
        feature_names=train.feature_names,
        width=train.features.width,
    )
    return train, test


def labelled_for(model: Model, arguments: argparse.Namespace) -> Dataset:
    """The data to judge a model on: of an IDX folder the test part, if it has one."""
    names = class_names(model) if model.task == "classification" else None
    if os.path.isdir(arguments.data):
        _check_no_columns(arguments)
        if names is None:
            raise DataError(
                f"{arguments.data}: IDX files hold classes, but the model predicts values"
            )
        train, test = read_idx_folder(arguments.data, classes=len(names))
        data = test or train
    else:
        data = read_csv(
            arguments.data,
            label=_label(model, arguments),
            header=arguments.header,
            task="regression" if names is None else None,
            label_names=names,
            feature_names=model.feature_names,
            width=model.network.n_in,
        )
    _check_width(model, data.features, arguments.data)
    return data


def features_for(model: Model, arguments: argparse.Namespace) -> RowSource:
    """The rows to predict from; a label column may be there, and is left out."""
    features: RowSource
    if os.path.isdir(arguments.data):
        _check_no_columns(arguments)
        train, test = read_idx_folder(arguments.data)
        features = (test or train).features
    else:
        features = read_csv_features(
            arguments.data,
            label=_label(model, arguments),
            header=arguments.header,
            feature_names=model.feature_names,
            width=model.network.n_in,
        )
    _check_width(model, features, arguments.data)
    return features


def _label(model: Model, arguments: argparse.Namespace) -> str | None:
    """The label column: as asked for, else as in the training, by its name or its number."""
    if arguments.label is not None:
        return str(arguments.label)
    asked = model.run.options.get("label") if model.run is not None else None
    return model.target_name or (asked if isinstance(asked, str) else None)


def _check_no_columns(arguments: argparse.Namespace) -> None:
    if arguments.label is not None or arguments.header is not None:
        raise ArgumentError(f"{arguments.data} is a folder: --label and --header are for CSV files")


def _check_width(model: Model, features: RowSource, path: str) -> None:
    if features.width != model.network.n_in:
        raise DataError(
            f"{path}: rows of {features.width} numbers, but the model takes {model.network.n_in}"
        )
