"""Schedules against values by hand, and how an optimizer follows them."""

import json
import math
from itertools import pairwise
from typing import Any

import pytest

from purenn.errors import ArgumentError, DataError
from purenn.optimizers import SGD, Adam, AdamW, Optimizer, RMSProp
from purenn.schedules import (
    SCHEDULES,
    CosineDecay,
    ExponentialDecay,
    Schedule,
    StepDecay,
    WarmUp,
    schedule_from_dict,
    schedule_to_dict,
)


def test_step_decay() -> None:
    schedule = StepDecay(every=3, factor=0.5)
    assert [schedule(e) for e in range(8)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]
    assert schedule(2.999) == 1.0
    assert schedule(10**6) == 0.0  # too small for a float


def test_exponential_decay() -> None:
    schedule = ExponentialDecay(0.5)
    assert [schedule(e) for e in range(4)] == [1, 0.5, 0.25, 0.125]
    assert schedule(0.5) == math.sqrt(0.5)
    assert ExponentialDecay(1.0)(1e9) == 1.0


def test_cosine_decay() -> None:
    schedule = CosineDecay(epochs=6)
    right = [1.0, (2 + math.sqrt(3)) / 4, 0.75, 0.5, 0.25, (2 - math.sqrt(3)) / 4, 0.0, 0.0]
    assert [schedule(e) for e in range(8)] == pytest.approx(right, abs=1e-15)
    assert schedule(0) == 1.0
    assert schedule(6) == 0.0


def test_cosine_decay_ends_at_final_and_never_rises() -> None:
    schedule = CosineDecay(epochs=7, final=0.1)
    factors = [schedule(e / 10.0) for e in range(100)]
    assert factors[0] == 1.0
    assert schedule(7) == schedule(7.5) == schedule(1e6) == 0.1
    assert all(a >= b for a, b in pairwise(factors))
    assert schedule(3.5) == pytest.approx(0.55, rel=1e-15)


def test_warm_up() -> None:
    schedule = WarmUp(epochs=4)
    assert [schedule(e) for e in range(6)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0])
    assert schedule(0.5) == pytest.approx(0.3)  # half way through the first epoch


def test_warm_up_then() -> None:
    """`then` starts from its own epoch 0 where the warm-up ends, without a jump."""
    then = CosineDecay(epochs=6, final=0.2)
    schedule = WarmUp(epochs=3, then=then)
    assert [schedule(e) for e in range(3)] == [0.25, 0.5, 0.75]
    assert [schedule(e) for e in range(3, 12)] == [then(e) for e in range(9)]
    assert schedule(3 - 1e-9) == pytest.approx(schedule(3), abs=1e-8)


def test_a_schedule_of_ones_own_after_a_warm_up() -> None:
    class Third(Schedule):
        def at(self, e: float) -> float:
            return 1.0 / (e + 3.0)

    schedule = WarmUp(epochs=3, then=Third())
    assert [schedule(e) for e in (2, 3, 4)] == [0.75, 1 / 3, 1 / 4]


@pytest.mark.parametrize(
    "schedule",
    [StepDecay(2, 0.1), ExponentialDecay(0.9), CosineDecay(9), WarmUp(5, StepDecay(1, 0.5))],
)
def test_a_schedule_remembers_nothing(schedule: Schedule) -> None:
    forward = [schedule(e) for e in range(12)]
    assert [schedule(e) for e in reversed(range(12))] == forward[::-1]
    assert all(0.0 <= factor <= 1.0 for factor in forward)


# --------------------------------------------------------------- bad arguments, and data


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, None, "3", 10**400])
@pytest.mark.parametrize(
    "make,name",
    [
        (lambda n: StepDecay(n, 0.5), "StepDecay: every"),
        (CosineDecay, "CosineDecay: epochs"),
        (WarmUp, "WarmUp: epochs"),
    ],
)
def test_bad_counts(make: Any, name: str, bad: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^{name} is .*, must be a whole number, 1 or more$"):
        make(bad)


@pytest.mark.parametrize("bad", [0.0, -0.5, 1.01, math.nan, math.inf, None, "0.5", True])
@pytest.mark.parametrize("make", [lambda f: StepDecay(3, f), ExponentialDecay])
def test_bad_factors(make: Any, bad: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Decay: factor is .*, must be above 0 and at most 1$"):
        make(bad)


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan, "0"])
def test_bad_final(bad: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^CosineDecay: final is .*, must be from 0 to 1$"):
        CosineDecay(5, bad)


def test_bad_then() -> None:
    with pytest.raises(ArgumentError, match=r"then is 0.5, not a schedule$"):
        WarmUp(2, 0.5)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"not a schedule; write CosineDecay\(…\)$"):
        WarmUp(2, CosineDecay)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="then is a second WarmUp; one is enough"):
        WarmUp(2, WarmUp(3))


@pytest.mark.parametrize("bad", [-1, -1e-9, math.nan, math.inf, "0", None])
def test_bad_epoch(bad: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^ExponentialDecay: epoch is .*, must be a number"):
        ExponentialDecay(0.5)(bad)


EVERY = [
    StepDecay(3, 0.1),
    ExponentialDecay(0.97),
    CosineDecay(20, final=0.05),
    WarmUp(4),
    WarmUp(4, then=CosineDecay(16)),
]


@pytest.mark.parametrize("schedule", EVERY)
def test_there_and_back(schedule: Schedule) -> None:
    again = schedule_from_dict(json.loads(json.dumps(schedule_to_dict(schedule))))
    assert again == schedule
    assert hash(again) == hash(schedule)
    assert repr(again) == repr(schedule)
    assert type(schedule)(**schedule.settings()) == schedule
    assert [again(e / 3) for e in range(90)] == [schedule(e / 3) for e in range(90)]


def test_each_class_is_in_the_table() -> None:
    assert set(SCHEDULES) == {type(schedule).__name__ for schedule in EVERY}
    assert schedule_to_dict(None) is None
    assert schedule_from_dict(None) is None
    assert StepDecay(3, 0.1) != ExponentialDecay(0.1) != ExponentialDecay(0.2)


def test_a_schedule_of_ones_own_works_but_cannot_be_saved() -> None:
    class Half(Schedule):
        def at(self, e: float) -> float:
            return 0.5

    optimizer = SGD(0.1, schedule=Half())
    assert optimizer.rate == 0.05
    with pytest.raises(ArgumentError, match=r"^Half is not one of purenn's schedules"):
        schedule_to_dict(Half())


COSINE = {"class": "CosineDecay", "settings": {"epochs": 5, "final": 0.0}}


@pytest.mark.parametrize(
    "data,message",
    [
        (5, "place: found 5, expected a dictionary"),
        ([], "place: found [], expected a dictionary"),
        ({"class": "StepDecay"}, "place: missing key 'settings'; expected class, settings"),
        ({**COSINE, "x": 1}, "place: unknown key 'x'; expected class, settings"),
        ({**COSINE, "class": "os"}, "place.class is 'os', expected one of StepDecay, Exp"),
        ({**COSINE, "class": ["WarmUp"]}, "place.class is ['WarmUp'], expected one of"),
        ({**COSINE, "class": "Schedule"}, "place.class is 'Schedule', expected one of"),
        (
            {**COSINE, "settings": {"epochs": 5, "last": 1}},
            "place.settings: unknown key 'last'; missing key 'final'; expected epochs, final",
        ),
        (
            {**COSINE, "settings": {"epochs": "5", "final": 0.0}},
            "place.settings: CosineDecay: epochs is '5', must be a whole number, 1 or more",
        ),
        (
            {"class": "WarmUp", "settings": {"epochs": 1, "then": {"class": "WarmUp"}}},
            "place.settings.then.class is 'WarmUp', a second one; one is enough",
        ),
        (
            {"class": "WarmUp", "settings": {"epochs": 1, "then": {"class": "X", "settings": 1}}},
            "place.settings.then.class is 'X', expected one of",
        ),
    ],
)
def test_bad_data(data: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        schedule_from_dict(data, "place")
    assert str(caught.value).startswith(message)


# ------------------------------------------------------------------- with an optimizer

MAKERS = [SGD, RMSProp, Adam, AdamW]


@pytest.mark.parametrize("make", MAKERS)
def test_the_rate_follows(make: Any) -> None:
    schedule = WarmUp(2, StepDecay(2, 0.5))
    optimizer: Optimizer = make(0.1, schedule=schedule)
    assert optimizer.rate == pytest.approx(0.1 / 3)
    for epoch in range(8):
        optimizer.begin_epoch(epoch)
        assert optimizer.rate == 0.1 * schedule(epoch)
        assert optimizer.learning_rate == 0.1
        assert optimizer.epochs_begun == epoch + 1
    optimizer.begin_epoch(0.5)
    assert optimizer.rate == pytest.approx(0.05)
    optimizer.reset()
    assert optimizer.rate == pytest.approx(0.1 / 3)
    assert optimizer.epochs_begun == 0


@pytest.mark.parametrize("make", MAKERS)
def test_without_a_schedule_the_rate_stays(make: Any) -> None:
    optimizer: Optimizer = make(0.3)
    for epoch in range(5):
        optimizer.begin_epoch(epoch)
        assert optimizer.rate == optimizer.learning_rate == 0.3


def test_the_learning_rate_may_be_set() -> None:
    optimizer = SGD(0.4, schedule=ExponentialDecay(0.5))
    optimizer.begin_epoch(1)
    optimizer.learning_rate = 0.2
    assert optimizer.rate == 0.1
    with pytest.raises(ArgumentError, match="SGD: learning_rate is 0, must be a number above 0"):
        optimizer.learning_rate = 0
    assert optimizer.learning_rate == 0.2


@pytest.mark.parametrize("factor", [math.nan, -1.0, math.inf, "1"])
def test_a_schedule_that_gives_nonsense(factor: Any) -> None:
    class Odd(Schedule):
        def at(self, e: float) -> float:
            return 1.0 if e == 0 else factor

    optimizer = Adam(schedule=Odd())
    with pytest.raises(ArgumentError, match=r"^Odd\(\): the factor at epoch 3 is .*, must be"):
        optimizer.begin_epoch(3)
