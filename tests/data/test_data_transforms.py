"""Shuffle, split, one-hot and the scalers, by their laws."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn.data import (
    ByteRows,
    ConstantScaler,
    Dataset,
    FloatRows,
    MinMaxScaler,
    ScaledRows,
    Scaler,
    StandardScaler,
    load_digits,
    load_iris,
    noisy_sine,
    one_hot,
    scale,
    scaler_from_dict,
    shuffle,
    split,
)
from purenn.errors import ArgumentError, DataError

numbers = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
tables = st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=20)


def of_sizes(*sizes: int) -> Dataset:
    """A data set with so many rows of each class, each row another number."""
    targets = [label for label, size in enumerate(sizes) for _ in range(size)]
    rows = [[float(i)] for i in range(len(targets))]
    return Dataset(rows, targets, label_names=[f"c{k}" for k in range(len(sizes))])


def test_shuffle_keeps_rows_and_targets_together() -> None:
    data = of_sizes(20, 30)
    mixed = shuffle(data, seed=1)
    assert sorted(mixed.features.column(0)) == list(data.features.column(0))
    assert list(mixed.features) != list(data.features)
    for (number,), target in zip(mixed.features, mixed.targets, strict=True):
        assert target == data.targets[int(number)]
    assert list(shuffle(data, 1).features) == list(mixed.features)


@given(
    st.lists(st.integers(2, 30), min_size=2, max_size=4),
    st.floats(0.1, 0.9),
    st.integers(0, 99),
    st.booleans(),
)
def test_split_deals_every_row_once(
    sizes: list[int], fraction: float, seed: int, stratify: bool
) -> None:
    data = of_sizes(*sizes)
    try:
        train, rest = split(data, fraction, seed, stratify)
    except DataError:
        assert min(fraction, 1 - fraction) * len(data) <= 0.5
        return
    rows = [*train.features.column(0), *rest.features.column(0)]
    assert sorted(rows) == list(data.features.column(0))
    if not stratify:
        assert len(train) == int(fraction * len(data) + 0.5)
        return
    for label, size in enumerate(sizes):
        assert abs(train.targets.count(label) - fraction * size) <= 1
        assert 1 <= train.targets.count(label) < size


def test_a_stratified_split_keeps_shares_and_total() -> None:
    train, rest = split(load_iris(), 0.7, seed=3, stratify=True)
    assert [train.targets.count(k) for k in range(3)] == [35, 35, 35]
    assert len(rest) == 45
    train, rest = split(of_sizes(5, 5, 5), 0.5, seed=0, stratify=True)
    assert (len(train), len(rest)) == (8, 7)
    assert train.targets != sorted(train.targets)


def test_splits_that_cannot_be() -> None:
    for fraction in (0.0, 1.0, -1, float("nan"), True, "half"):
        with pytest.raises(ArgumentError, match="fraction"):
            split(of_sizes(2, 2), fraction, 0)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"0\.9 of 4 rows is 4, which leaves a part empty"):
        split(of_sizes(2, 2), 0.9, 0)
    with pytest.raises(DataError, match="class 'c1' has one row only"):
        split(of_sizes(5, 1), 0.5, 0, stratify=True)
    with pytest.raises(ArgumentError, match="regression"):
        split(noisy_sine(9), 0.5, 0, stratify=True)


def test_one_hot() -> None:
    rows = one_hot([2, 0, 2], 3)
    assert rows == [(0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    assert rows[0] is rows[2]
    for wrong in (3, -1, 1.0, True, "1"):
        with pytest.raises(DataError, match="label 1 is"):
            one_hot([0, wrong], 3)
    for classes in (0, True, 2.0):
        with pytest.raises(ArgumentError, match="classes"):
            one_hot([0], classes)  # type: ignore[arg-type]


@given(tables)
def test_min_max_brings_the_training_part_between_0_and_1(rows: list[list[float]]) -> None:
    scaled = MinMaxScaler().fit(rows).transform(rows)
    for before, after in zip(zip(*rows, strict=True), zip(*scaled, strict=True), strict=True):
        constant = min(before) == max(before)
        assert (min(after), max(after)) == (0.0, 0.0 if constant else 1.0)


@given(tables)
def test_standard_gives_mean_0_and_deviation_1(rows: list[list[float]]) -> None:
    scaled = StandardScaler().fit(rows).transform(rows)
    for before, after in zip(zip(*rows, strict=True), zip(*scaled, strict=True), strict=True):
        n = len(after)
        constant = min(before) == max(before)
        assert sum(after) / n == pytest.approx(0.0, abs=1e-6)
        assert sum(y * y for y in after) / n == pytest.approx(0.0 if constant else 1.0, abs=1e-6)


@given(tables, st.sampled_from([MinMaxScaler, StandardScaler]))
def test_inverse_and_saving(rows: list[list[float]], kind: type[Scaler]) -> None:
    scaler = kind().fit(FloatRows(rows))
    scaled = scaler.transform(rows)
    for row, back in zip(rows, scaler.inverse(scaled), strict=True):
        assert back == pytest.approx(row, rel=1e-9, abs=1e-6)
    again = scaler_from_dict(json.loads(json.dumps(scaler.to_dict())))
    assert type(again) is kind
    assert again.transform(rows) == scaled  # to the last bit


def test_a_constant_column_of_numbers_that_no_mean_hits() -> None:
    rows = [[0.1], [0.1], [0.1]]
    for scaler in (MinMaxScaler(), StandardScaler()):
        assert scaler.fit(rows).transform([[0.1], [1.1]]) == [[0.0], [1.0]]


def test_a_constant_scales_bytes_through_their_table() -> None:
    digits = load_digits()
    raw = ByteRows(bytes(range(256)), 256, divisor=1)
    scaled = ConstantScaler(divisor=255).transform(raw)
    assert isinstance(scaled, ByteRows)
    assert scaled[0] == [k / 255 for k in range(256)]
    twice = scale(digits, ConstantScaler(2.0))
    assert isinstance(twice.features, ByteRows)
    assert twice.features[0] == [2.0 * x for x in digits.features[0]]
    assert twice.image_shape == (8, 8)
    half = ConstantScaler(4, divisor=8).fit(raw)
    assert half.inverse(half.transform([[6.0]])) == [[6.0]]
    assert half.transform(FloatRows([[6.0]]))[0] == half.scale_column(0, [6.0]) == [3.0]
    assert repr(half) == "ConstantScaler(4.0, divisor=8.0)"
    saved = ConstantScaler(3, divisor=7).to_dict()
    assert scaler_from_dict(json.loads(json.dumps(saved))).to_dict() == saved


def test_other_scalers_leave_bytes_packed_until_taken() -> None:
    digits = load_digits()
    scaler = StandardScaler().fit(digits.features)
    scaled = scale(digits, scaler).features
    assert isinstance(scaled, ScaledRows)
    assert scaled.take([3, 1]) == scaler.transform(digits.features.take([3, 1]))
    assert list(scaled[5:7].subset([1])) == scaled.take([6])
    assert list(scaled[2:].column(9)) == [row[9] for row in scaled[2:]]
    assert isinstance(scaler.transform(FloatRows([[0.0] * 64])), FloatRows)
    with pytest.raises(DataError, match="a row has 1 numbers, expected 64"):
        scaler.transform(ByteRows(b"12", 1))


LARGE = [[-1e308], [1e308]]  # max - min is beyond the floats


def test_scalers_refuse_what_they_cannot_do() -> None:
    for scaler in (MinMaxScaler(), StandardScaler()):
        with pytest.raises(ArgumentError, match="call fit"):
            scaler.transform([[1.0]])
        with pytest.raises(ArgumentError, match="call fit"):
            scaler.to_dict()
        with pytest.raises(DataError, match="too large or too near"):
            scaler.fit([[-1.7e308], [1.7e308]])
        with pytest.raises(DataError, match="too large or too near"):
            scaler.fit([[1.7e308], [1.7e308], [1.6e308]] if scaler.kind == "standard" else LARGE)
        assert "not fitted" in repr(scaler)
        with pytest.raises(DataError, match="found no rows"):
            scaler.fit(FloatRows([], 2))
        with pytest.raises(DataError, match="expected 1 as in the rows"):
            scaler.fit([[1.0]]).transform([[1.0, 2.0]])
    for factor in (0, float("inf"), "2", True):
        with pytest.raises(ArgumentError, match="factor"):
            ConstantScaler(factor)  # type: ignore[arg-type]


GOOD = {"kind": "standard", "mean": [1.0, 2.0], "deviation": [1.0, 0.5]}


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (None, "kind is None, expected one of constant, min_max, standard"),
        ({**GOOD, "kind": "other"}, "kind is 'other'"),
        ({**GOOD, "kind": ["standard"]}, "kind is"),
        ({**GOOD, "more": 1}, r"unknown keys \['more'\]"),
        ({"kind": "standard", "mean": [1.0]}, r"missing keys \['deviation'\]"),
        ({**GOOD, "mean": [1.0]}, "mean has 1 numbers, deviation has 2"),
        ({**GOOD, "mean": [], "deviation": []}, "mean has 0 numbers"),
        ({**GOOD, "mean": "12"}, "mean is '12', expected a list"),
        ({**GOOD, "mean": [1.0, "2"]}, r"mean\[1\] is '2', expected a finite number"),
        ({**GOOD, "mean": [1.0, float("nan")]}, r"mean\[1\] is nan"),
        ({**GOOD, "mean": [10**400, 1]}, r"mean\[0\] is 1000"),
        ({**GOOD, "deviation": [1.0, True]}, r"deviation\[1\] is True"),
        ({**GOOD, "deviation": [1.0, 0.0]}, r"deviation\[1\] is 0.0, must be above 0"),
        ({"kind": "constant", "factor": 0, "divisor": 1}, "factor is 0"),
        ({"kind": "constant", "factor": 1, "divisor": "1"}, "divisor is '1'"),
    ],
)
def test_saved_scalers_are_checked(saved: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        scaler_from_dict(saved)
    with pytest.raises(DataError):
        MinMaxScaler.from_dict(saved)


# ------------------------------------------------- spreads that are nothing but rounding


@pytest.mark.parametrize("kind", [StandardScaler, MinMaxScaler])
@pytest.mark.parametrize(
    "column",
    [
        [0.3, 0.1 + 0.2],
        [0.1 + 0.2, 0.3, 0.3],
        [-0.3, -(0.1 + 0.2)],
        [1e-300, 1e-300 * (1 + 2**-51)],
        [1e300, 1e300 * (1 + 2**-51)],
        [sum([0.1] * 10), 1.0],
    ],
)
def test_a_spread_that_is_only_rounding_counts_as_constant(kind: Any, column: list[float]) -> None:
    scaler = kind().fit([[x] for x in column])
    assert scaler.span == [1.0]
    ((scaled,),) = scaler.transform([[column[0] * 1.03]])
    assert abs(scaled) <= abs(column[0])


@pytest.mark.parametrize("kind", [StandardScaler, MinMaxScaler])
@pytest.mark.parametrize(
    "column",
    [
        [2.0**53 - 2, 2.0**53 - 1],  # whole numbers are exact
        [1e15, 1e15 + 1, 1e15 + 2],
        [1.0, 1.0 + 1e-12],
        [0.0, 5e-324],
        [1e8, 1e8 + 1e-6],
    ],
)
def test_a_spread_that_is_real_is_kept(kind: Any, column: list[float]) -> None:
    rows = [[x] for x in column]
    try:
        scaler = kind().fit(rows)
    except DataError as error:
        assert "too near to scale" in str(error)  # noqa: PT017
        return
    assert len({value for (value,) in scaler.transform(rows)}) == len(column)


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6),
    st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-3),
)
def test_rounding_of_one_number_never_becomes_a_large_one(others: list[float], x: float) -> None:
    """A column of one number, computed in different orders, and a new value near to it."""
    column = [x]
    for other in others:
        column.append((x + other) - other if abs(other) <= abs(x) else x)
    near = x * 1.01
    for kind in (StandardScaler, MinMaxScaler):
        scaler = kind().fit([[value] for value in column])
        if max(column) - min(column) <= 2.0**-50 * abs(x):
            ((scaled,),) = scaler.transform([[near]])
            assert abs(scaled) <= abs(x)
