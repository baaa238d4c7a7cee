"""Schedules: how the learning rate changes from epoch to epoch.

A schedule is called with e, the number of epochs that the run has finished (0 at the
start; a fraction where the rate moves within an epoch), and gives the factor by which
the optimizer multiplies its learning rate. It remembers nothing: a run that was saved
and goes on needs to know e only.
"""

from __future__ import annotations

from math import cos, floor, pi

from purenn.checks import check_keys, real, short, whole
from purenn.errors import ArgumentError, DataError
from purenn.guessing import or_part
from purenn.parts import Part, check_methods
from purenn.registering import is_registered, made_of, plain_settings, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "SCHEDULES",
    "CosineDecay",
    "ExponentialDecay",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "schedule_from_dict",
    "schedule_to_dict",
]


class Schedule(Part):
    """What an optimizer asks of a schedule: `schedule(epoch)` → factor."""

    methods = {"at": "e"}  # noqa: RUF012 (as Part declares it)
    needed = ("at",)

    def __call__(self, epoch: float) -> float:
        """The factor after this many finished epochs; ArgumentError for a negative number."""
        return self.at(real(epoch, f"{type(self).__name__}: epoch", least=0.0))

    def at(self, e: float) -> float:
        """The factor after e epochs: the formula."""
        self.lacks("at")

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
        return f"{type(self).__name__}({settings})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))


class StepDecay(Schedule):
    """factor ^ ⌊e / every⌋: a drop after every so many epochs."""

    arguments = ("every", "factor")

    def __init__(self, every: int, factor: float) -> None:
        self.every = whole(every, "StepDecay: every")
        self.factor = real(factor, "StepDecay: factor", above=0.0, most=1.0)

    def at(self, e: float) -> float:
        return float(self.factor ** floor(e / self.every))


class ExponentialDecay(Schedule):
    """factor ^ e: the same small drop in each epoch."""

    arguments = ("factor",)

    def __init__(self, factor: float) -> None:
        self.factor = real(factor, "ExponentialDecay: factor", above=0.0, most=1.0)

    def at(self, e: float) -> float:
        return float(self.factor**e)


class CosineDecay(Schedule):
    """final + (1 − final) (1 + cos(π e / epochs)) / 2: from 1 down to `final`, then flat.

    Half a wave of the cosine: slow at both ends (Loshchilov and Hutter 2017, SGDR, eq. 5).
    `final` is reached when `epochs` epochs are finished.
    """

    arguments = ("epochs", "final")

    def __init__(self, epochs: int, final: float = 0.0) -> None:
        self.epochs = whole(epochs, "CosineDecay: epochs")
        self.final = real(final, "CosineDecay: final", least=0.0, most=1.0)

    def at(self, e: float) -> float:
        if e >= self.epochs:
            return self.final
        wave = (1.0 + cos(pi * e / self.epochs)) / 2.0  # from 1 to 0
        return self.final + (1.0 - self.final) * wave


class WarmUp(Schedule):
    """(e + 1) / (epochs + 1) while e < epochs, then the schedule `then`, or 1.

    A straight line up to 1, which `then` goes on from: it counts its epochs from the end
    of the warm-up. The first epoch has the factor 1 / (epochs + 1), not 0, or it would
    teach nothing (Goyal et al. 2017, section 2.2, "gradual warmup").
    """

    arguments = ("epochs", "then")

    def __init__(self, epochs: int, then: Schedule | None = None) -> None:
        self.epochs = whole(epochs, "WarmUp: epochs")
        if then is not None and not isinstance(then, Schedule):
            mend = or_part(then, SCHEDULES, call="(…)", home="nn.schedules.")
            raise ArgumentError(f"WarmUp: then is {short(then)}, not a schedule{mend}")
        if then is not None:
            check_methods(then, Schedule)
        if isinstance(then, WarmUp):
            raise ArgumentError("WarmUp: then is a second WarmUp; one is enough")
        self.then = then

    def at(self, e: float) -> float:
        if e < self.epochs:
            return (e + 1.0) / (self.epochs + 1.0)
        return 1.0 if self.then is None else self.then(e - self.epochs)


SCHEDULES: dict[str, type[Schedule]] = {
    schedule.__name__: schedule for schedule in (StepDecay, ExponentialDecay, CosineDecay, WarmUp)
}


def schedule_to_dict(schedule: Schedule | None) -> dict[str, Any] | None:
    """A schedule as plain data, for a file: its class and its settings."""
    if schedule is None:
        return None
    name = type(schedule).__name__
    if SCHEDULES.get(name) is not type(schedule):
        raise ArgumentError(
            f"{name} is not one of purenn's schedules ({', '.join(SCHEDULES)}), "
            f"so it cannot be saved; write @nn.register above class {name}"
        )
    if is_registered(type(schedule)):
        return {"class": name, "settings": plain_settings(schedule, "schedule")}
    settings = schedule.settings()
    if "then" in settings:
        settings["then"] = schedule_to_dict(settings["then"])
    return {"class": name, "settings": settings}


def schedule_from_dict(data: Any, where: str = "schedule") -> Schedule | None:
    """The schedule that `schedule_to_dict` gave as plain data; DataError for anything else."""
    if data is None:
        return None
    data = check_keys(data, ("class", "settings"), where)
    name = data["class"]
    if not isinstance(name, str) or name not in SCHEDULES:
        raise DataError(unknown("schedule", name, f"{where}.class", SCHEDULES))
    cls = SCHEDULES[name]
    settings = dict(check_keys(data["settings"], cls.arguments, f"{where}.settings"))
    if is_registered(cls):
        made: Schedule = made_of(cls, settings, f"{where}.settings")
        return made
    if "then" in settings:
        settings["then"] = _then_from_dict(settings["then"], f"{where}.settings.then")
    try:
        return cls(**settings)
    except ArgumentError as error:
        raise DataError(f"{where}.settings: {error}") from error


def _then_from_dict(data: Any, where: str) -> Schedule | None:
    """What comes after a warm-up: any schedule but a warm-up, so that data never nests deep."""
    if isinstance(data, dict) and data.get("class") == "WarmUp":
        raise DataError(f"{where}.class is 'WarmUp', a second one; one is enough")
    return schedule_from_dict(data, where)
