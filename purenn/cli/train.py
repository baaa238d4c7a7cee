"""`purenn train`: from a file to a trained, judged and saved network.

Ctrl-C once lets the epoch finish, saves what --save asked for, judges what was learned and
ends with exit code 130. Ctrl-C twice stops at once, with exit code 130 and nothing saved.
SIGTERM and the end of the terminal do the same, with exit codes 143 and 129.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

from purenn.backend import choose_backend
from purenn.cli import datasets, options, screen
from purenn.cli.building import (
    ACTIVATIONS,
    OPTIMIZERS,
    STEPS,
    WEIGHT_DECAY,
    new_model,
    usual_epochs,
)
from purenn.cli.fitting import balance, fit
from purenn.cli.judging import as_json, judge
from purenn.cli.outputs import check_outputs
from purenn.cli.progress import GentleStop, Reporter, loss_name
from purenn.cli.resuming import check_same_data, fingerprint, go_on, saved_model
from purenn.cli.screen import say, say_fact
from purenn.cli.settings import Settings, remembered, resumed
from purenn.data import split
from purenn.data.columns import EncodedRows
from purenn.errors import ArgumentError, DataError
from purenn.storage import save

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from purenn.backend import Backend
    from purenn.cli.judging import Judgement
    from purenn.data import Dataset, RowSource
    from purenn.storage import Model, Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Ctrl-C once lets the epoch finish, saves what --save asked for and ends with exit code "
        "130; twice stops at once."
    )
    parser.add_argument("data", metavar="DATA", help=datasets.DATA)
    datasets.add_table(parser, training=True)
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
    parser.add_argument(
        "--epochs",
        type=options.count,
        metavar="N",
        help=f"passes over the data (default: about {STEPS:,} steps, but 5 epochs at least)",
    )
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
    parser.add_argument("--optimizer", choices=sorted(OPTIMIZERS), help="(default: adamw)")
    parser.add_argument(
        "--learning-rate", type=options.rate, metavar="R", help="(default: the optimizer's usual)"
    )
    parser.add_argument("--momentum", type=options.share, metavar="M", help="for sgd")
    parser.add_argument(
        "--weight-decay",
        type=options.rate,
        metavar="D",
        help=f"pull the weights towards 0 (default: {WEIGHT_DECAY} for adamw, none for the others)",
    )
    parser.add_argument("--clip-norm", type=options.rate, metavar="C")
    parser.add_argument(
        "--schedule",
        choices=("constant", "cosine"),
        help="cosine: the learning rate falls to 0 by the last epoch (default: constant)",
    )


class Plan(NamedTuple):
    """A run that may begin: what it trains, on what, and for how long."""

    settings: Settings
    model: Model
    run: Run
    train: Dataset
    validation: Dataset | None
    test: Dataset | None
    epochs: int
    said: str  # about a run that goes on

    def judged_on(self) -> tuple[Dataset, str]:
        """The rows that say most about new ones."""
        if self.test:
            return self.test, "test data"
        if self.validation:
            return self.validation, "validation data"
        return self.train, "training data"

    def sizes(self) -> dict[str, int]:
        """How many rows each part has."""
        parts = {"to train on": self.train, "to validate": self.validation, "to test": self.test}
        return {name: len(part) for name, part in parts.items() if part}


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when trained, 130 when Ctrl-C ended it early and all was saved."""
    settings = Settings.asked(arguments)
    check_outputs({"--report": settings.report}, [settings.resume])
    inputs = [settings.data, settings.test]
    if settings.save == settings.resume:
        check_outputs({"--resume": settings.save}, [])
        check_outputs({"--report": settings.report}, inputs)
    else:
        check_outputs({"--save": settings.save, "--report": settings.report}, inputs)
    screen.carry_on(bool(settings.save or settings.report))
    screen.quiet(settings.json)
    backend, why = choose_backend(settings.backend)
    plan = resumed_plan(settings, backend) if settings.resume else new_plan(settings, backend)
    describe(plan, f"{backend.name} ({why})")
    with GentleStop() as stopper:
        watchers: list[Any] = [stopper]
        if not settings.json:
            name = loss_name(plan.model)
            watchers.append(Reporter(len(plan.train), plan.run.stopping, loss=name))
        fit(plan.model, plan.run, plan.train, plan.validation, plan.epochs, watchers)
        if settings.save:  # before anything else can go wrong
            stopper.doing = "saving the model"
            save(settings.save, plan.model)
    if stopper.asked:
        say(f"\nstopped by {stopper.why} after epoch {plan.run.epochs}")
        say_saved(settings)
    show(plan, stopper.asked)
    return stopper.code


def new_plan(settings: Settings, backend: Backend) -> Plan:
    settings = settings.for_a_new_run()
    whole, test = datasets.read_training(settings)
    train, validation = parts(whole, settings)
    test = test or datasets.read_test(settings, train)
    epochs = settings.epochs or usual_epochs(len(train), settings.batch_size or len(train))
    model = new_model(settings, train, epochs, backend, fingerprint(whole) if settings.save else "")
    assert model.run is not None  # noqa: S101 (new_model makes one)
    return Plan(settings, model, model.run, train, validation, test, epochs, "")


def resumed_plan(asked: Settings, backend: Backend) -> Plan:
    """The saved run, if nothing else was asked for than to go on with it."""
    model, run = saved_model(str(asked.resume), backend)
    settings = resumed(asked, model, run)
    whole, test = datasets.read_training(settings)
    check_same_data(settings, model, run, whole)
    run.options = remembered(settings, run.options["data"])  # also of an older purenn
    train, validation = parts(whole, settings)
    test = test or datasets.read_test(settings, train)
    epochs = settings.epochs or max(1, run.epochs)
    said = go_on(run, settings, epochs)
    return Plan(settings, model, run, train, validation, test, epochs, said)


def show(plan: Plan, interrupted: bool) -> None:
    """How good the model is: on the screen, in the report, as JSON."""
    settings, model = plan.settings, plan.model
    data, judged_on = plan.judged_on()
    result = judged(settings, model, data)
    say(f"\n{judged_on}:\n" + "\n".join(result.lines()))
    if not interrupted:
        say_saved(settings)
    if settings.report:
        from purenn.cli.page import write_page

        write_page(
            settings.report,
            model,
            result,
            judged_on,
            plan.run.stopping,
            sizes=plan.sizes(),
            command=settings.command,
        )
        say(f"report written to {settings.report}")
    if settings.json:
        answer = to_dict(model, plan.run, result, judged_on, interrupted)
        screen.hand_out(as_json(answer) + "\n")


def judged(settings: Settings, model: Model, data: Dataset) -> Judgement:
    try:
        return judge(model, data)
    except KeyboardInterrupt:
        say_saved(settings)
        raise


def say_saved(settings: Settings) -> None:
    if settings.save:
        say(f"model saved to {settings.save}")


def parts(train: Dataset, settings: Settings) -> tuple[Dataset, Dataset | None]:
    """The rows to train on, and those to validate on; what fills gaps is of the former."""
    if settings.rows is not None:
        train = first_rows(train, settings.rows)
    validation = None
    if settings.validation is not None:
        share = 1.0 - settings.validation
        seed = settings.seed or 0
        train, validation = split(train, share, seed, stratify=train.is_classification)
    if train.columns is None:
        return train, validation
    columns = train.columns.fit(raw_of(train), settings.table.missing)
    return train.with_columns(columns), validation and validation.with_columns(columns)


def raw_of(data: Dataset) -> RowSource:
    """The rows of a table before texts and gaps become numbers."""
    return data.features.raw if isinstance(data.features, EncodedRows) else data.features


def first_rows(train: Dataset, count: int) -> Dataset:
    if count > len(train):
        raise ArgumentError(f"--rows {count}: {train.name} has {len(train)}")
    train = train.subset(range(count))
    if train.is_classification and len(set(train.targets)) < 2:
        raise DataError(
            f"--rows {count}: these rows of {train.name} are all of one class; "
            "take more rows, or shuffle the file"
        )
    return train


def describe(plan: Plan, backend: str) -> None:
    model, train = plan.model, plan.train
    sizes = [f"{rows:,} {part}" for part, rows in plan.sizes().items()]
    sizes[0] = sizes[0].replace(" to", " rows to", 1)
    kind = f"{len(model.label_names)} classes" if model.label_names else "regression"
    say_fact("backend", backend)
    say_fact("data", f"{train.name}: {', '.join(sizes)}; {kind}")
    for note in train.notes:
        say_fact("note", note)
    for note in plan.test.notes if plan.test else ():
        say_fact("note", f"{plan.settings.test}: {note}")
    say_fact("network", " - ".join(map(str, model.network.layers)))
    say_fact("training", str(plan.run.optimizer))
    if scale := plan.model.loss_scale:
        say_fact("loss", f"of the target divided by its spread, {scale:.6g}; errors in its units")
    if plan.settings.class_weight:
        each = zip(train.label_names or (), balance(train), strict=True)
        rows = ", ".join(f"{name} {weight:.3g}" for name, weight in each)
        counts = rows if len(rows) < 60 else "by its class"
        say_fact("weights", f"balanced: a row counts {counts}")
    if plan.said:
        say_fact("early", plan.said)
    say("")


def to_dict(
    model: Model, run: Run, result: Judgement, judged_on: str, interrupted: bool
) -> dict[str, Any]:
    """What `--json` prints."""
    history, stopping = run.history, run.stopping
    return {
        "backend": model.network.backend.name,
        "task": model.task,
        "epochs": len(history.losses),
        "best_epoch": stopping.best_epoch if stopping else None,
        "interrupted": interrupted,
        "seconds": history.seconds,
        "losses": history.losses,
        "loss_scale": model.loss_scale,
        "metrics": history.metrics,
        "validation_losses": history.validation_losses,
        "validation_metrics": history.validation_metrics,
        "judged_on": judged_on,
        "result": result.to_dict(),
    }
