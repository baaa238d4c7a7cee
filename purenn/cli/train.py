"""`purenn train`: from a file to a trained, judged and saved network.

Ctrl-C once lets the epoch finish, saves what --save asked for, judges what was learned and
ends with exit code 130. Ctrl-C twice stops at once, with exit code 130 and nothing saved.
SIGTERM and the end of the terminal do the same, with exit codes 143 and 129.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import pairwise
from math import ceil

import purenn as nn
from purenn import callbacks, losses, metrics, optimizers, schedules
from purenn.backend import choose_backend
from purenn.cli import datasets, options, screen
from purenn.cli.judging import as_json, judge
from purenn.cli.outputs import check_outputs
from purenn.cli.progress import GentleStop, Reporter
from purenn.cli.resuming import (
    check_same_data,
    fingerprint,
    new_schedule,
    saved_run,
    watching,
)
from purenn.cli.screen import say_fact
from purenn.data import MinMaxScaler, StandardScaler, scale, split
from purenn.errors import ArgumentError, DataError
from purenn.storage import Model, Run, save

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from purenn.array import Array
    from purenn.backend import Backend
    from purenn.cli.judging import Judgement
    from purenn.data import Dataset
    from purenn.layers import Layer
    from purenn.metrics import Metric
    from purenn.optimizers import Optimizer

ACTIVATIONS: dict[str, type[Layer]] = {
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "leaky-relu": nn.LeakyReLU,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
}
BENDED_AT_ZERO = ("elu", "gelu", "leaky-relu", "relu", "silu", "softplus")  # He's weights
OPTIMIZERS: dict[str, tuple[type[Optimizer], float]] = {  # with the usual learning rate
    "adam": (optimizers.Adam, 0.001),
    "adamw": (optimizers.AdamW, 0.001),
    "rmsprop": (optimizers.RMSProp, 0.001),
    "sgd": (optimizers.SGD, 0.1),
}
STEPS = 2000  # that a run without --epochs takes, about
EPOCHS = f"passes over the data (default: about {STEPS:,} steps, but from 5 to 200 epochs)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Ctrl-C once lets the epoch finish, saves what --save asked for and ends with exit code "
        "130; twice stops at once."
    )
    parser.add_argument("data", metavar="DATA", help="a CSV file, or a folder of IDX files")
    datasets.add_columns(parser)
    parser.add_argument("--test", metavar="FILE", help="a CSV file to judge the network on")
    parser.add_argument(
        "--task",
        choices=("classification", "regression"),
        help="what the label is (default: told from the column)",
    )
    parser.add_argument(
        "--rows", type=options.count, metavar="N", help="train on the first N rows only"
    )
    parser.add_argument(
        "--scale",
        choices=("none", "standard", "minmax"),
        help="fitted on the training part (default: standard for CSV, none for images)",
    )
    parser.add_argument(
        "--validation",
        type=options.share,
        metavar="SHARE",
        help="keep this share of the rows to measure on after each epoch, such as 0.1",
    )
    add_network_arguments(parser)
    parser.add_argument(
        "--class-weight",
        choices=("balanced",),
        help="balanced: rare classes count as much as common ones in the loss",
    )
    parser.add_argument("--epochs", type=options.count, metavar="N", help=EPOCHS)
    parser.add_argument("--batch-size", type=options.count, metavar="N", help="(default: 32)")
    parser.add_argument(
        "--patience",
        type=options.count,
        metavar="N",
        help="stop after N epochs without progress; the best weights are kept",
    )
    options.add_seed(parser)
    parser.set_defaults(seed=None)  # --resume must know whether it was given
    options.add_backend(parser)
    parser.add_argument("--save", metavar="FILE", help="write the model here when done")
    parser.add_argument("--resume", metavar="FILE", help="go on with a run that was saved")
    parser.add_argument("--report", metavar="FILE.html", help="write a page to look at")
    parser.add_argument("--json", action="store_true", help="print one JSON object and no text")


def add_network_arguments(parser: argparse.ArgumentParser) -> None:
    """Those that --resume takes from the file instead."""
    parser.add_argument(
        "--hidden",
        type=options.sizes,
        metavar="N,N",
        help="units of each hidden layer; 0 for none (default: 32)",
    )
    parser.add_argument("--activation", choices=sorted(ACTIVATIONS), help="(default: relu)")
    parser.add_argument(
        "--dropout", type=options.share, metavar="P", help="after each hidden layer"
    )
    parser.add_argument("--optimizer", choices=sorted(OPTIMIZERS), help="(default: adam)")
    parser.add_argument(
        "--learning-rate", type=options.rate, metavar="R", help="(default: the optimizer's usual)"
    )
    parser.add_argument("--momentum", type=options.share, metavar="M", help="for sgd")
    parser.add_argument("--weight-decay", type=options.rate, metavar="D")
    parser.add_argument("--clip-norm", type=options.rate, metavar="C")
    parser.add_argument(
        "--schedule",
        choices=("constant", "cosine"),
        help="cosine: the learning rate falls to 0 by the last epoch (default: constant)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when trained, 130 when Ctrl-C ended it early and all was saved."""
    check_outputs(
        {"--save": arguments.save, "--report": arguments.report}, [arguments.data, arguments.test]
    )
    check_outputs({"--report": arguments.report}, [arguments.resume])
    screen.carry_on(bool(arguments.save or arguments.report))
    screen.quiet(arguments.json)
    say = screen.say
    backend, why = choose_backend(arguments.backend)
    model = saved_run(arguments, backend) if arguments.resume else None
    train, test = datasets.read_training(arguments)
    if model is not None and model.run is not None:
        settings = model.run.options
        check_same_data(arguments, model, train)
    else:
        settings = chosen(arguments, train)
    train, validation = parts(train, settings)
    if model is None:
        model = fresh(arguments, settings, train, backend)
    assert model.run is not None  # noqa: S101 (made by fresh or checked by saved_run)
    said = watched(arguments, model.run)
    describe(model, f"{backend.name} ({why})", train, validation, test)
    say(said)
    stopping = model.run.stopping
    with GentleStop() as stopper:
        epochs = fit(model, train, validation, arguments, settings, stopper)
        if arguments.save:  # before anything else can go wrong
            stopper.doing = "saving the model"
            save(arguments.save, model)
    if stopper.asked:
        say(f"\nstopped by {stopper.why} after epoch {epochs}")
        say_saved(arguments, say)
    result = judged(arguments, model, test or validation or train, say)
    judged_on = "test data" if test else "validation data" if validation else "training data"
    say(f"\n{judged_on}:\n" + "\n".join(result.lines()))
    if not stopper.asked:
        say_saved(arguments, say)
    if arguments.report:
        from purenn.cli.page import write_page

        write_page(arguments.report, model, result, judged_on, stopping)
        say(f"report written to {arguments.report}")
    if arguments.json:
        answer = to_dict(model, result, judged_on, stopping, stopper.asked)
        screen.hand_out(as_json(answer) + "\n")
    return stopper.code


def watched(arguments: argparse.Namespace, run: Run) -> str:
    """Settle how long the run goes on and what watches it; what to say about that."""
    if not arguments.resume:
        run.stopping = callbacks.EarlyStopping(arguments.patience) if arguments.patience else None
        return ""  # an empty line
    arguments.epochs = arguments.epochs or max(1, run.epochs)
    new_schedule(run.optimizer, arguments.schedule, arguments.epochs)
    run.stopping, said = watching(arguments, run)
    return f"early    {said}\n" if said else said


def judged(
    arguments: argparse.Namespace, model: Model, data: Dataset, say: Callable[[str], None]
) -> Judgement:
    try:
        return judge(model, data)
    except KeyboardInterrupt:
        say_saved(arguments, say)
        raise


def say_saved(arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    if arguments.save:
        say(f"model saved to {arguments.save}")


# --------------------------------------------------------------------- setting it up


def chosen(arguments: argparse.Namespace, train: Dataset) -> dict[str, Any]:
    """What a resumed run must do in the same way, as plain JSON."""
    return {
        "seed": arguments.seed or 0,
        "batch_size": arguments.batch_size or 32,
        "validation": arguments.validation,
        "rows": arguments.rows,
        "scale": arguments.scale,
        "label": arguments.label,
        "class_weight": arguments.class_weight,
        "data": fingerprint(train) if arguments.save else "",
    }


def parts(train: Dataset, settings: dict[str, Any]) -> tuple[Dataset, Dataset | None]:
    """The rows to train on, and those to validate on."""
    if settings["rows"] is not None:
        if settings["rows"] > len(train):
            raise ArgumentError(f"--rows {settings['rows']}: {train.name} has {len(train)}")
        train = train.subset(range(settings["rows"]))
        if train.is_classification and len(set(train.targets)) < 2:
            raise DataError(
                f"--rows {settings['rows']}: these rows of {train.name} are all of one class; "
                "take more rows, or shuffle the file"
            )
    if settings["validation"] is None:
        return train, None
    share = 1.0 - settings["validation"]
    return split(train, share, settings["seed"], stratify=train.is_classification)


def fresh(
    arguments: argparse.Namespace, settings: dict[str, Any], train: Dataset, backend: Backend
) -> Model:
    """A new network for this data, and how it will be trained."""
    classify = train.is_classification
    if settings["class_weight"] and not classify:
        raise ArgumentError(
            f"--class-weight {settings['class_weight']}: {train.name} has values to predict, "
            "not classes"
        )
    last = [nn.Softmax()] if classify else []
    network = nn.Network(
        [*hidden_layers(arguments, train), *last], seed=settings["seed"], backend=backend
    )
    epochs = arguments.epochs or max(5, min(200, ceil(STEPS / steps(train, settings))))
    arguments.epochs = epochs
    standard = train.image_shape is None
    how = settings["scale"] or ("standard" if standard else "none")
    scalers = {"standard": StandardScaler, "minmax": MinMaxScaler}
    targets = None if classify else StandardScaler().fit(target_rows(train))
    return Model(
        network=network,
        task="classification" if classify else "regression",
        label_names=list(train.label_names) if train.label_names else None,
        feature_names=list(train.feature_names) if train.feature_names else None,
        target_name=train.target_name,
        image_shape=train.image_shape,
        scaler=scalers[how]().fit(train.features) if how in scalers else None,
        target_scaler=targets,
        loss=losses.CrossEntropy() if classify else losses.MeanSquaredError(),
        run=Run(
            optimizer=optimizer(arguments, epochs),
            batch_size=settings["batch_size"],
            options=settings,
        ),
    )


def hidden_layers(arguments: argparse.Namespace, train: Dataset) -> list[Layer]:
    """Dense and activation for each hidden layer, and the last dense one."""
    kind = arguments.activation or "relu"
    weights = nn.initializers.HeUniform() if kind in BENDED_AT_ZERO else None
    widths = [train.features.width, *(arguments.hidden or [32])]
    if arguments.hidden == [0]:
        for name in ("activation", "dropout"):
            if getattr(arguments, name) is not None:
                raise ArgumentError(f"--{name} is for hidden layers, but --hidden 0 asks for none")
        widths = widths[:1]
    layers: list[Layer] = []
    for n_in, n_out in pairwise(widths):
        layers.append(nn.Dense(n_in, n_out, **({"weights": weights} if weights else {})))
        layers.append(ACTIVATIONS[kind]())
        if arguments.dropout:
            layers.append(nn.Dropout(arguments.dropout))
    return [*layers, nn.Dense(widths[-1], train.outputs)]


def optimizer(arguments: argparse.Namespace, epochs: int) -> Optimizer:
    kind, usual = OPTIMIZERS[arguments.optimizer or "adam"]
    extra: dict[str, Any] = {}
    if arguments.momentum is not None:
        if kind is not optimizers.SGD:
            raise ArgumentError("--momentum goes with --optimizer sgd; the others have their own")
        extra["momentum"] = arguments.momentum
    if arguments.weight_decay is not None:
        extra["weight_decay"] = arguments.weight_decay
    if arguments.clip_norm is not None:
        extra["clip_norm"] = arguments.clip_norm
    if arguments.schedule == "cosine":
        extra["schedule"] = schedules.CosineDecay(epochs)
    return kind(arguments.learning_rate or usual, **extra)


def steps(train: Dataset, settings: dict[str, Any]) -> int:
    """Steps an epoch."""
    return -(-len(train) // int(settings["batch_size"]))


def target_rows(data: Dataset) -> list[list[float]]:
    """The values to predict as rows, also where there is one a row."""
    return [list(t) if isinstance(t, (list, tuple)) else [t] for t in data.targets]


# -------------------------------------------------------------------------- the run


def fit(
    model: Model,
    train: Dataset,
    validation: Dataset | None,
    arguments: argparse.Namespace,
    settings: dict[str, Any],
    stopper: GentleStop,
) -> int:
    """Train, with what is shown meanwhile; how many epochs the run has now."""
    run = model.run
    assert run is not None  # noqa: S101
    watchers: list[Any] = [] if arguments.json else [Reporter(len(train), run.stopping)]
    watchers += [run.stopping] if run.stopping else []
    assert model.loss is not None  # noqa: S101
    weights = balance(train) if settings["class_weight"] else None
    held_out = None
    if validation is not None:
        held_out = (*prepared(model, validation), weights_of(validation, weights))
    nn.train(
        model.network,
        *prepared(model, train),
        loss=model.loss,
        optimizer=run.optimizer,
        epochs=arguments.epochs,
        sample_weight=weights_of(train, weights),
        batch_size=settings["batch_size"],
        metrics=["accuracy" if model.task == "classification" else error_in_units(model)],
        callbacks=[*watchers, stopper],
        validation=held_out,
        history=run.history,
    )
    return run.epochs


def error_in_units(model: Model) -> Metric:
    """The mean absolute error in the units of the data, of targets that were scaled."""
    scaler = model.target_scaler
    unit = scaler.span[0] if isinstance(scaler, StandardScaler) and scaler.span else 1.0

    @metrics.mean_over_rows
    def mean_absolute_error(backend: Backend, P: Array, Y: Array) -> float:
        return metrics.mean_absolute_error(backend, P, Y) * unit

    return mean_absolute_error


def balance(train: Dataset) -> list[float]:
    """What a row of each class counts, so that all classes count the same together.

    m / (k · mₖ) for k classes and mₖ rows of class k: 1 for all where they are equally many.
    """
    counts = Counter(train.targets)
    return [
        len(train) / (len(counts) * counts[k]) if counts[k] else 1.0 for k in range(train.classes)
    ]


def weights_of(data: Dataset, weights: list[float] | None) -> list[float] | None:
    """A weight for each row."""
    return None if weights is None else [weights[k] for k in data.targets]


def prepared(model: Model, data: Dataset) -> tuple[Any, Any]:
    """Features and targets as the network takes them: scaled as the model says."""
    if model.scaler is not None:
        data = scale(data, model.scaler)
    if model.target_scaler is not None:
        return data.features, model.target_scaler.transform(target_rows(data))
    return data.features, data.targets


def describe(
    model: Model,
    backend: str,
    train: Dataset,
    validation: Dataset | None,
    test: Dataset | None,
) -> None:
    sizes = [f"{len(train):,} rows to train on"]
    sizes += [f"{len(validation):,} to validate"] if validation else []
    sizes += [f"{len(test):,} to test"] if test else []
    kind = f"{len(model.label_names)} classes" if model.label_names else "regression"
    assert model.run is not None  # noqa: S101
    say_fact("backend", f"{backend}")
    say_fact("data", f"{train.name}: {', '.join(sizes)}; {kind}")
    say_fact("network", f"{' - '.join(map(str, model.network.layers))}")
    say_fact("training", f"{model.run.optimizer}")
    if model.run.options["class_weight"]:
        each = zip(train.label_names or (), balance(train), strict=True)
        rows = ", ".join(f"{name} {weight:.3g}" for name, weight in each)
        say_fact("weights", f"balanced: a row counts {rows if len(rows) < 60 else 'by its class'}")


def to_dict(
    model: Model,
    result: Judgement,
    judged_on: str,
    stopping: callbacks.EarlyStopping | None,
    interrupted: bool,
) -> dict[str, Any]:
    """What `--json` prints."""
    assert model.run is not None  # noqa: S101
    history = model.run.history
    return {
        "backend": model.network.backend.name,
        "task": model.task,
        "epochs": len(history.losses),
        "best_epoch": stopping.best_epoch if stopping else None,
        "interrupted": interrupted,
        "seconds": history.seconds,
        "losses": history.losses,
        "metrics": history.metrics,
        "validation_losses": history.validation_losses,
        "validation_metrics": history.validation_metrics,
        "judged_on": judged_on,
        "result": result.to_dict(),
    }
