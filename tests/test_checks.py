"""Settings: whole numbers are what operator.index takes, reals what float takes, bools neither."""

import math
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

import purenn as nn
from purenn import data, schedules
from purenn.checks import (
    as_real,
    as_whole,
    check_label_names,
    check_rows,
    check_whole,
    real,
    short,
    whole,
)
from purenn.errors import ArgumentError, DataError
from purenn.explain import explain
from purenn.metrics import ClassReport, confusion_matrix


class Index:
    """A whole number of another library."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Float:
    """A real number of another library."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


class Bool:
    """A truth value of an array library: float() takes it, and it says what it is."""

    dtype = "bool"

    def __float__(self) -> float:
        return 1.0

    def __index__(self) -> int:
        return 1


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize("value", [3, Index(3)])
def test_whole_numbers(value: Any) -> None:
    assert as_whole(value) == 3
    assert type(as_whole(value)) is int
    assert whole(value, "n") == whole(value, "n", 0, 3) == 3


@pytest.mark.parametrize("value", [3.0, "3", None, True, False, Bool(), [3], 3j, Broken()])
def test_what_is_no_whole_number(value: Any) -> None:
    assert as_whole(value) is None
    with pytest.raises(ArgumentError, match=r"^n is .*, must be a whole number, 1 or more$"):
        whole(value, "n")


@pytest.mark.parametrize("value", [0.5, Float(0.5), Fraction(1, 2)])
def test_reals(value: Any) -> None:
    assert as_real(value) == 0.5
    assert type(real(value, "rate")) is float


@pytest.mark.parametrize("value", ["0.5", b"0.5", None, True, Bool(), [0.5], 1j, Broken(), 10**400])
def test_what_is_no_real(value: Any) -> None:
    assert as_real(value) is None
    with pytest.raises(ArgumentError, match=r"^rate is .*, must be a finite number$"):
        real(value, "rate")


@pytest.mark.parametrize(
    "bounds,good,bad,rule",
    [
        ({"above": 0}, (1e-9, 5), (0, -1), "a number above 0"),
        ({"least": 0}, (0, 5), (-1e-9,), "a number, 0 or more"),
        ({"least": 0, "most": 1}, (0, 1), (-0.1, 1.1), "from 0 to 1"),
        ({"least": 0, "below": 1}, (0, 0.9), (1, -0.1), "from 0 to below 1"),
        ({"above": 0, "most": 1}, (0.1, 1), (0, 1.1), "above 0 and at most 1"),
        ({"above": 0, "below": 1}, (0.1, 0.9), (0, 1), "between 0 and 1"),
        ({}, (0, -5.5), (float("nan"), float("inf")), "a finite number"),
    ],
)
def test_bounds_and_their_words(bounds: Any, good: Any, bad: Any, rule: str) -> None:
    for value in good:
        assert real(value, "it", **bounds) == value
    for value in bad:
        with pytest.raises(ArgumentError) as error:
            real(value, "it", **bounds, also=", please")
        assert str(error.value) == f"it is {value!r}, must be {rule}, please"


def test_short() -> None:
    assert short("x" * 10**6) == "'" + "x" * 58 + "…"
    assert short([1] * 10**6) == short([[1] * 10**6]) == "a long list"
    assert short({"a": {"b": ["x" * 10**6]}}) == "a long dict"
    assert short([[1, "x"], {"a": None}]) == "[[1, 'x'], {'a': None}]"
    assert short(Broken()) == "a value of type Broken that cannot be shown"
    assert "\n" not in short(type("A", (), {"__repr__": lambda self: "two\nlines"})())


def test_a_message_about_much_takes_little_memory() -> None:
    values: list[Any] = [[[1] * 10**6], [["x"] * 10**6], {"a": {"b": "x y " * 10**6}}]
    tracemalloc.start()
    for value in values:
        short(value)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**5


def test_plain_data_is_taken_only_as_it_should_be() -> None:
    assert check_whole(3, "n", 3) == 3
    wrong: list[Any] = [2, True, 3.0, "3", None, 2**53 + 1, 10**400]
    for value in wrong:
        with pytest.raises(DataError, match=r"^n is .*, expected a whole number, 3 or more$"):
            check_whole(value, "n", 3)
    words = ("nan", "inf")
    assert check_rows([[1, 0.5, "inf"]], (1, 3), "rows", words) == [[1.0, 0.5, math.inf]]
    wrong = [True, "1", "-inf", [], {}, None, math.nan, 10**400]
    for value in wrong:
        with pytest.raises(DataError, match=r"^rows\[0\]\[1\] is .*, expected a number, or 'nan'"):
            check_rows([[1, value]], (1, 2), "rows", words)
        with pytest.raises(DataError, match=r"^rows\[0\]\[1\] is .*, expected a finite number$"):
            check_rows([[1, value]], (1, 2), "rows")


def test_names_of_classes() -> None:
    check_label_names(["a", "A", " a", " ", "\u2028", "0"])
    with pytest.raises(DataError, match=r"^label_names\[2\] is 'a', as is label_names\[0\]"):
        check_label_names(["a", "b", "a", "a"])
    with pytest.raises(ArgumentError, match=r"^here: label_names\[1\] is empty, expected a name"):
        check_label_names(["a", "", ""], "here: ", ArgumentError)


def _network(layer: Any = None) -> nn.Network:
    return nn.Network([nn.Dense(2, 2), *([layer] if layer else []), nn.Dense(2, 1)], seed=0)


def _train(**settings: Any) -> nn.History:
    settings = {"epochs": 1, **settings}
    return nn.train(
        _network(), [[0, 1], [1, 0]], [0, 1],
        loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), **settings,
    )  # fmt: skip


def _explain(**settings: Any) -> object:
    return explain(
        _network(), [[0, 1], [1, 0]], [0, 1],
        loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), **settings,
    )  # fmt: skip


WHOLE: list[Callable[[Any], object]] = [
    lambda n: nn.Dense(n, n),
    lambda n: _train(epochs=n),
    lambda n: _train(batch_size=n),
    lambda n: _explain(steps=n),
    lambda n: _explain(batch_size=n),
    nn.EarlyStopping,
    schedules.CosineDecay,
    schedules.WarmUp,
    lambda n: schedules.StepDecay(n, 0.5),
    lambda n: confusion_matrix([0, 1], [0, 1], n),
    lambda n: ClassReport([0, 1], [0, 1], n),
    lambda n: data.one_hot([0, 1], n),
    lambda n: data.one_hot([n], 3),
    lambda n: data.two_moons(n),
    lambda n: data.circles(n),
    lambda n: data.spirals(n, classes=2),
    lambda n: data.spirals(9, classes=n),
    lambda n: data.noisy_sine(n),
    lambda n: data.ByteRows(bytes(4), n),
]
REAL: list[Callable[[Any], object]] = [
    nn.SGD,
    nn.RMSProp,
    nn.Adam,
    nn.AdamW,
    lambda x: nn.SGD(0.1, momentum=x),
    lambda x: nn.SGD(0.1, weight_decay=x),
    lambda x: nn.SGD(0.1, clip_norm=x),
    lambda x: nn.RMSProp(decay=x),
    lambda x: nn.RMSProp(epsilon=x),
    lambda x: nn.Adam(beta1=x),
    lambda x: nn.Adam(beta2=x),
    lambda x: nn.Adam(epsilon=x),
    nn.LeakyReLU,
    nn.ELU,
    nn.Dropout,
    nn.Huber,
    nn.SumSquaredError,
    lambda x: nn.EarlyStopping(min_delta=x),
    lambda x: schedules.StepDecay(1, x),
    schedules.ExponentialDecay,
    lambda x: schedules.CosineDecay(1, x),
    lambda x: schedules.CosineDecay(5)(x),
    nn.initializers.Uniform,
    lambda x: nn.initializers.Normal(x, x),
    lambda x: data.split(data.load_iris(), x, seed=0),
    lambda x: data.two_moons(4, noise=x),
    lambda x: data.circles(4, factor=x),
    lambda x: data.spirals(9, turns=x),
    data.ConstantScaler,
    lambda x: data.ByteRows(bytes(4), 2, divisor=x),
]


@pytest.mark.parametrize("make", WHOLE)
def test_settings_that_are_whole_numbers_of_any_library(make: Callable[[Any], object]) -> None:
    make(Index(2))
    for bad in (True, Bool(), 2.0, "2"):
        with pytest.raises((ArgumentError, ValueError)) as error:
            make(bad)
        assert "whole number" in str(error.value)


@pytest.mark.parametrize("make", REAL)
def test_settings_that_are_reals_of_any_library(make: Callable[[Any], object]) -> None:
    made = make(Float(0.25))
    assert "test_checks" not in repr(getattr(made, "__dict__", made))  # it is Python's own float
    for bad in (True, Bool(), "0.25", b"0.25", [0.25], float("nan")):
        with pytest.raises(ArgumentError, match=r"must be"):
            make(bad)


def test_numpy_numbers() -> None:
    np = pytest.importorskip("numpy")
    assert (whole(np.int64(3), "n"), whole(np.uint8(3), "n"), whole(np.array(3), "n")) == (3, 3, 3)
    assert real(np.float32(0.5), "x") == real(np.array(0.5), "x") == real(np.int64(2), "x") / 4
    for value in (np.True_, np.array(True), np.array([0.5]), np.array([[1]]), np.str_("1")):
        assert as_whole(value) is as_real(value) is None
    assert data.one_hot(np.array([0, 2]), np.int64(3)) == [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    assert repr(nn.SGD(np.float32(0.5))) == repr(nn.SGD(0.5))
    history = _train(epochs=np.int64(2), batch_size=np.int32(1))
    assert history.losses == _train(epochs=2, batch_size=1).losses
