"""`--report`: what the report page is made of."""

from __future__ import annotations

import shlex
from math import isnan

from purenn.cli.building import target_rows
from purenn.data.columns import EncodedRows
from purenn.dropout import Dropout
from purenn.report import Classification, Regression, Report, worst, write_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from purenn.callbacks import EarlyStopping
    from purenn.cli.judging import Judgement
    from purenn.data import Dataset
    from purenn.data.columns import Column
    from purenn.storage import Model, Run

__all__ = ["write_page"]


def write_page(
    path: str,
    model: Model,
    result: Judgement,
    judged_on: str,
    stopping: EarlyStopping | None,
    *,
    sizes: dict[str, int],
    command: Sequence[str] = (),
) -> None:
    """Write the page of a finished run.

    sizes    rows of each part: "to train on", "to validate", "to test"
    command  the words of the command line
    """
    run = model.run
    assert run is not None  # noqa: S101
    history, network, data = run.history, model.network, result.data
    assert data is not None  # noqa: S101 (of a run that has just ended)
    outcome = classified(data, result) if result.classes else valued(model, data, result)
    rows = worst(outcome)
    places, counted = origins(data)
    first = next(rows for _, rows in network.parameters)
    images = data.image_shape is not None
    write_report(
        path,
        Report(
            title=f"purenn: {data.name}",
            facts=facts(model, run, stopping, sizes, command),
            losses=history.losses,
            validation_losses=history.validation_losses or None,
            loss_title="Loss" if model.target_scaler is None else "Scaled loss",
            metrics=history.metrics,
            validation_metrics=history.validation_metrics,
            best_epoch=stopping.best_epoch if stopping else None,
            steps=steps(sizes, run),
            dropout=any(isinstance(layer, Dropout) for layer in network.layers),
            result=outcome,
            judged_on=judged_on,
            source=data.name,
            places=places,
            counted=counted,
            features={} if images else dict(zip(rows, as_text(data, rows), strict=True)),
            feature_names=None if images else column_names(data),
            image_shape=data.image_shape,
            images=dict(zip(rows, data.features.take(rows), strict=True)) if images else {},
            weights=first if images else None,
        ),
    )


# ------------------------------------------------------------------------ the facts


def facts(
    model: Model,
    run: Run,
    stopping: EarlyStopping | None,
    sizes: dict[str, int],
    command: Sequence[str],
) -> list[tuple[str, str]]:
    """How the run was made: enough to make it once more."""
    asked, network = run.options, model.network
    each = f"{run.batch_size:,} rows" if run.batch_size else "all rows"
    count = steps(sizes, run)
    told = [
        ("command", shlex.join(["purenn", *command]) if command else ""),
        ("network", " - ".join(map(repr, network.layers))),
        ("rows", ", ".join(f"{rows:,} {part}" for part, rows in sizes.items())),
        ("split", split_of(asked.get("validation"), asked.get("seed"), asked.get("rows"))),
        ("features", scaling(model)),
        ("loss", loss_of(model, asked.get("class_weight"))),
        ("optimizer", repr(run.optimizer)),
        (
            "batch size",
            each + (f", {count:,} step{'s' if count > 1 else ''} an epoch" if count else ""),
        ),
        ("early stopping", stopping_of(stopping, len(run.history.losses))),
        ("backend", network.backend.name),
        ("seed", str(network.seed)),
        ("epochs", f"{len(run.history.losses):,}"),
        ("time", f"{run.history.seconds:.1f} s"),
    ]
    return [(name, value) for name, value in told if value]


def steps(sizes: dict[str, int], run: Run) -> int | None:
    """Of the training, an epoch."""
    rows = sizes.get("to train on")
    if rows is None:
        return None
    return -(-rows // run.batch_size) if run.batch_size else 1


def split_of(share: float | None, seed: int | None, rows: int | None) -> str:
    """How the rows for the validation were chosen."""
    first = f"the first {rows:,} rows only; " if rows else ""
    if share is None:
        return f"{first}none to validate"
    return f"{first}{100 * share:.4g} % to validate, drawn with seed {seed}"


def scaling(model: Model) -> str:
    """What became of the features before they reached the network."""
    name = type(model.scaler).__name__
    return "as they are" if model.scaler is None else f"{name} of the training rows"


def loss_of(model: Model, class_weight: str | None) -> str:
    """The loss, with the units of what it measures."""
    span = getattr(model.target_scaler, "span", None)
    scaled = ""
    if span is not None:
        spread = f", {span[0]:.6g}" if len(span) == 1 else " each"
        scaled = f" of the targets divided by their spread{spread}; other errors are in their units"
    return f"{model.loss!r}{scaled}" + (f", class weights {class_weight}" if class_weight else "")


def stopping_of(stopping: EarlyStopping | None, epochs: int) -> str:
    if stopping is None:
        return "none"
    ended = epochs - stopping.best_epoch >= stopping.patience
    return f"patience {stopping.patience}, " + (
        f"stopped after epoch {epochs:,}" if ended else "not reached"
    )


# --------------------------------------------------------------------- rows and answers


def classified(data: Dataset, result: Judgement) -> Classification:
    """The answers of a classification."""
    return Classification(
        list(data.label_names or ()), data.targets, result.predicted, result.outputs
    )


def valued(model: Model, data: Dataset, result: Judgement) -> Regression:
    """The values of a regression."""
    outputs = len(result.outputs[0])
    name = model.target_name or "value"
    names = [name] if outputs == 1 else [f"{name} {k + 1}" for k in range(outputs)]
    return Regression(names, target_rows(data.targets), result.outputs)


def origins(data: Dataset) -> tuple[list[int], str]:
    """Where each row stands in its file: its line, or which row it is, from 1."""
    lines = [data.line(row) for row in range(len(data))]
    known = [line for line in lines if line is not None]
    if lines and len(known) == len(lines):
        return known, "line"
    return [data.place(row) + 1 for row in range(len(data))], "row"


def column_names(data: Dataset) -> Sequence[str] | None:
    """The names of the columns in the file."""
    if isinstance(data.features, EncodedRows):
        return data.features.columns.raw_names
    return data.feature_names


def as_text(data: Dataset, rows: Sequence[int]) -> list[list[str]]:
    """The features of these rows as they stand in the file: texts as texts, gaps as gaps."""
    features = data.features
    if not isinstance(features, EncodedRows):
        return [[f"{value:.6g}" for value in row] for row in features.take(rows)]
    columns = features.columns.columns
    return [
        [cell(column, raw) for column, raw in zip(columns, row, strict=True)]
        for row in features.raw.take(rows)
    ]


def cell(column: Column, raw: float) -> str:
    """A raw number as a person knows it."""
    if isnan(raw):
        return "missing"
    if column.categories is None:
        return f"{raw:.6g}"
    return column.categories[int(raw)] if raw >= 0 else "unknown"
