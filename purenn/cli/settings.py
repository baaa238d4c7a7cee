"""What `purenn train` is asked for: one object, made once from the arguments.

Nothing writes to it on the way. A run that goes on takes some of it from the file instead:
`resumed` makes the settings of such a run, `remembered` is what the file keeps of them.
"""

from __future__ import annotations

from itertools import starmap
from typing import NamedTuple

from purenn.checks import is_number, short
from purenn.errors import ArgumentError, DataError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import Any

    from purenn.storage import Model, Run

__all__ = ["Settings", "Table", "remembered", "resumed"]


class Table(NamedTuple):
    """How the cells of a CSV file are to be read: arguments of purenn.data.read_csv."""

    label: str | None = None
    header: bool | None = None
    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    comment: str | None = None
    drop: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None
    text: tuple[str, ...] = ()
    missing: str = "error"
    unseen: str = "error"

    @classmethod
    def asked(cls, arguments: argparse.Namespace, otherwise: Table | None = None) -> Table:
        """What the arguments say; where they say nothing, what stands in `otherwise`."""
        given: dict[str, Any] = {name: getattr(arguments, name, None) for name in cls._fields}
        asked: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
            if value is not None
        }
        return (otherwise or cls())._replace(**asked)

    @classmethod
    def remembered(cls, saved: dict[str, Any], changed: Table | None = None) -> Table:
        """The table of `differences`, and what was asked for besides."""
        more = {} if changed is None else changed.differences()
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in {**saved, **more}.items()
        }
        return cls(**given)

    def differences(self) -> dict[str, Any]:
        """What is not as usual, as plain JSON."""
        usual = Table()._asdict()
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self._asdict().items()
            if value != usual[name]
        }


class Settings(NamedTuple):
    """The arguments of `purenn train`; None is what was not asked for."""

    data: str
    test: str | None
    table: Table
    task: str | None
    rows: int | None
    scale: str | None
    validation: float | None
    hidden: list[int] | None
    activation: str | None
    dropout: float | None
    optimizer: str | None
    learning_rate: float | None
    momentum: float | None
    weight_decay: float | None
    clip_norm: float | None
    schedule: str | None
    class_weight: str | None
    epochs: int | None
    batch_size: int | None
    patience: int | None
    seed: int | None
    backend: str | None
    save: str | None
    resume: str | None
    report: str | None
    json: bool
    command: tuple[str, ...]  # the words of the command line

    @classmethod
    def asked(cls, arguments: argparse.Namespace) -> Settings:
        """The arguments; a run that goes on is saved to its own file, if to no other one."""
        names = [name for name in cls._fields if name != "table"]
        given: dict[str, Any] = {name: getattr(arguments, name, None) for name in names}
        given["save"] = arguments.resume if arguments.save is None else arguments.save
        given["command"] = tuple(given["command"] or ())
        return cls(table=Table.asked(arguments), **given)

    def for_a_new_run(self) -> Settings:
        """With the seed and the batch size that are usual."""
        return self._replace(seed=self.seed or 0, batch_size=self.batch_size or 32)


FROM_FILE = (  # what a run that goes on takes from its file
    *("hidden", "activation", "dropout", "optimizer", "learning_rate", "momentum"),
    *("weight_decay", "clip_norm", "batch_size", "scale", "validation", "rows"),
    *("class_weight", "seed"),
)
OPTIONS: dict[str, Callable[[Any], bool]] = {  # of Run.options, and what each may be
    "seed": lambda value: is_whole(value, 0) and value < 2**32,
    "batch_size": lambda value: is_whole(value, 1),
    "validation": lambda value: value is None or (is_number(value) and 0.0 < value < 1.0),
    "rows": lambda value: value is None or is_whole(value, 1),
    "scale": lambda value: value is None or isinstance(value, str),
    "class_weight": lambda value: value in (None, "balanced"),
    "table": lambda value: isinstance(value, dict) and all(starmap(may_be_asked, value.items())),
    "data": lambda value: isinstance(value, str),
}
OF_THE_RUN = tuple(name for name in OPTIONS if name not in ("table", "data"))
TEXTS = ("drop", "features", "text")  # options of a table that are lists of texts


def remembered(settings: Settings, data: str) -> dict[str, Any]:
    """What the next run must do in the same way, as plain JSON; `data` is a fingerprint."""
    kept = {name: getattr(settings, name) for name in OF_THE_RUN}
    return {**kept, "table": settings.table.differences(), "data": data}


def resumed(settings: Settings, model: Model, run: Run) -> Settings:
    """The settings of a run that goes on; ArgumentError if it shall go on in another way."""
    given = [name for name in FROM_FILE if getattr(settings, name) is not None]
    if given:
        names = ", ".join("--" + name.replace("_", "-") for name in given)
        raise ArgumentError(f"--resume takes {names} from {settings.resume}; leave it out")
    saved = checked(run.options, settings.resume)
    return settings._replace(
        **{name: saved[name] for name in OF_THE_RUN},
        table=Table.remembered(saved["table"], settings.table),
        task=settings.task or (model.task if model.task == "regression" else None),
    )


def table_of(run: Run | None) -> Table:
    """How the table of a run was read; as usual, where that is not known."""
    saved = None if run is None else with_names_of_today(run.options).get("table")
    if saved is None or not OPTIONS["table"](saved):
        return Table()
    return Table.remembered(saved)


def checked(saved: dict[str, Any], path: str | None) -> dict[str, Any]:
    """The options of a run that the command line began; DataError for other ones."""
    saved = with_names_of_today(saved)
    for name, is_right in OPTIONS.items():
        if name not in saved or not is_right(saved[name]):
            found = short(saved[name]) if name in saved else "missing"
            raise DataError(
                f"{path}: run.options.{name} is {found}; "
                "`purenn train` can go on with a run that it began itself only"
            )
    return saved


def with_names_of_today(saved: dict[str, Any]) -> dict[str, Any]:
    """Runs of the first purenn 0.1.0 know no weights, and of a table its label only."""
    label = saved.get("label")
    return {"class_weight": None, "table": {} if label is None else {"label": label}, **saved}


def may_be_asked(name: Any, value: Any) -> bool:
    """Whether this is an option of a table, with a value that it may have."""
    if name in TEXTS:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    if name == "header":
        return isinstance(value, bool)
    return name in Table._fields and isinstance(value, str)


def is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
