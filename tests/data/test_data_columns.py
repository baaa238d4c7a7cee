"""Columns of texts and gaps: what becomes an input, what fills a gap, and what a file may say."""

import copy
import pickle
from array import array
from math import inf, isnan, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn.data import (
    ByteRows,
    Column,
    Columns,
    Dataset,
    EncodedRows,
    FloatRows,
    MinMaxScaler,
    StandardScaler,
    columns_from_dict,
    scale,
    shuffle,
    split,
)
from purenn.errors import ArgumentError, DataError

SEX = ["female", "male"]
AGE_AND_SEX = Columns([Column("age", fill=30.0), Column("sex", SEX, "male")])


def raw_rows(*rows: list[float]) -> FloatRows:
    return FloatRows.packed(array("d", [cell for row in rows for cell in row]), len(rows[0]))


PEOPLE = raw_rows([22.0, 1.0], [nan, 0.0], [58.0, nan], [26.5, -1.0])
INPUTS = [[22.0, 0.0, 1.0], [30.0, 1.0, 0.0], [58.0, 0.0, 1.0], [26.5, 0.0, 0.0]]


def test_names_and_widths() -> None:
    assert AGE_AND_SEX.width == 3
    assert AGE_AND_SEX.names == ("age", "sex=female", "sex=male")
    assert AGE_AND_SEX.raw_names == ["age", "sex"]
    assert Columns([Column(None), Column(None, ["a", "b"])]).names is None
    assert Columns([Column("a"), Column("b")]).plain
    assert not Columns([Column("a", fill=1)]).plain
    assert repr(AGE_AND_SEX) == "<Columns: 2 columns, 3 inputs>"
    assert "2 texts, missing: 'male'" in repr(AGE_AND_SEX.columns[1])


@pytest.mark.parametrize(
    ("row", "inputs"),
    [
        ([22, "male"], [22.0, 0.0, 1.0]),
        ([22.5, " female "], [22.5, 1.0, 0.0]),
        ([None, "female"], [30.0, 1.0, 0.0]),
        ([nan, None], [30.0, 0.0, 1.0]),
        (["NA", "?"], [30.0, 0.0, 1.0]),
        (["", ""], [30.0, 0.0, 1.0]),
        ([1, float("nan")], [1.0, 0.0, 1.0]),
    ],
)
def test_a_row_as_a_person_has_it(row: list[Any], inputs: list[float]) -> None:
    assert AGE_AND_SEX.encode(row) == inputs


def test_numbers_stand_for_texts_that_are_written_so() -> None:
    columns = Columns([Column("zip", ["01234", "1234", "99", "True"])])
    assert columns.encode([1234]) == columns.encode([1234.0]) == [0.0, 1.0, 0.0, 0.0]
    assert columns.encode(["01234"]) == [1.0, 0.0, 0.0, 0.0]
    assert columns.encode([True]) == [0.0, 0.0, 0.0, 1.0]
    for other in (7, 1234.5, "1234.0", False):
        with pytest.raises(DataError, match="expected one of the 4 texts of the training"):
            columns.encode([other])


def test_a_text_that_stands_for_nothing_may_be_a_category() -> None:
    columns = Columns([Column("grade", ["-", "NA", "a"], "a")])
    assert columns.encode(["-"]) == [1.0, 0.0, 0.0]
    assert columns.encode(["NA"]) == [0.0, 1.0, 0.0]
    assert columns.encode(["?"]) == columns.encode([None]) == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([22], "found a row of 1 cells, expected 2, one for each of the columns 'age', 'sex'"),
        (["22", "male"], "the column 'age': found '22', expected a finite number"),
        ([True, "male"], "the column 'age': found True, expected a finite number"),
        ([inf, "male"], "the column 'age': found inf, expected a finite number"),
        ([-inf, "male"], "the column 'age': found -inf"),
        (
            [1, "Male"],
            "the column 'sex': found 'Male', expected one of the 2 texts of the training",
        ),
        ([1, "Male"], "Did you mean 'male'?"),
        ([1, "x"], "unseen='ignore' takes it for none of them"),
    ],
)
def test_cells_that_are_refused(row: list[Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        AGE_AND_SEX.encode(row)
    assert message in str(caught.value)


def test_a_gap_where_the_training_had_none() -> None:
    columns = Columns([Column("age"), Column(None, SEX)])
    for row in ([None, "male"], [1, None]):
        with pytest.raises(DataError, match="missing cell, but the training had none; fill it in"):
            columns.encode(row)
    with pytest.raises(DataError, match="missing cell"):
        list(columns.transform(PEOPLE))
    with pytest.raises(DataError, match="missing cell"):
        columns.transform(PEOPLE).column(0)


def test_texts_that_the_training_did_not_hold() -> None:
    columns = AGE_AND_SEX.with_unseen("ignore")
    assert columns.encode([1, "other"]) == [1.0, 0.0, 0.0]
    assert columns == AGE_AND_SEX  # what the file keeps is the same
    assert columns.fit(PEOPLE, "mean").unseen == "ignore"
    with pytest.raises(ArgumentError, match="unseen is 'skip', must be 'error' or 'ignore'"):
        AGE_AND_SEX.with_unseen("skip")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Column(1), "name is 1, must be a text or None"),  # type: ignore[arg-type]
        (lambda: Column("a", "xy"), "must be a list of names"),
        (lambda: Column("a", []), "must be a list of different texts"),
        (lambda: Column("a", ["x", "x"]), "must be a list of different texts"),
        (lambda: Column("a", ["x", ""]), "the category '' is empty, or has spaces"),
        (lambda: Column("a", [" x"]), "the category ' x' is empty, or has spaces"),
        (lambda: Column("a", [1]), "the category 1 is no text"),  # type: ignore[list-item]
        (lambda: Column("a", ["x"], "y"), "fill is 'y', must be one of the categories"),
        (lambda: Column("a", fill="y"), "fill is 'y', must be a finite number"),
        (lambda: Column("a", fill=nan), "fill is nan, must be a finite number"),
        (lambda: Columns([]), "must be a list of Column"),
        (lambda: Columns(["a"]), "must be a list of Column"),  # type: ignore[list-item]
        (lambda: AGE_AND_SEX.fit(PEOPLE, "mode"), "how is 'mode', must be one of 'error', 'drop'"),
    ],
)
def test_arguments_that_cannot_work(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        make()
    assert message in str(caught.value)


# ------------------------------------------------------------------------------- fills


def test_fills_come_from_the_rows_that_are_given() -> None:
    columns = Columns([Column("age"), Column("sex", SEX)])
    fills = [c.fill for c in columns.fit(PEOPLE, "mean").columns]
    assert fills == [35.5, "female"]  # one of each: the first in order
    assert [c.fill for c in columns.fit(PEOPLE[:1], "median").columns] == [22.0, "male"]
    assert columns.fit(PEOPLE, "median").columns[0].fill == 26.5
    assert columns.fit(PEOPLE[1:], "median").columns[0].fill == 42.25
    for how in ("error", "drop"):
        assert AGE_AND_SEX.fit(PEOPLE, how) == columns


def test_texts_of_no_category_are_not_the_most_frequent() -> None:
    column = Columns([Column("sex", SEX)]).fit(raw_rows([-1.0], [-1.0], [1.0]), "mean").columns[0]
    assert column.fill == "male"
    with pytest.raises(DataError, match="'sex' is empty in all 2 rows"):
        Columns([Column("sex", SEX)]).fit(raw_rows([-1.0], [nan]), "mean")


def test_a_column_without_any_value() -> None:
    with pytest.raises(DataError, match=r"'age' is empty in all 2 rows; .*drop=\['age'\]"):
        AGE_AND_SEX.fit(raw_rows([nan, 1.0], [nan, 0.0]), "mean")
    with pytest.raises(DataError, match="rows of 1 cells, expected 2"):
        AGE_AND_SEX.fit(raw_rows([1.0]), "mean")


@pytest.mark.parametrize("how", ["mean", "median"])
def test_numbers_whose_sum_is_too_large(how: str) -> None:
    columns = Columns([Column("x")]).fit(raw_rows([1.5e308], [1.7e308]), how)
    assert columns.columns[0].fill == pytest.approx(1.6e308)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 9))
def test_the_median_of_packed_numbers(numbers: list[float], block: int) -> None:
    from statistics import median

    from purenn.data import columns as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        assert module.median(array("d", numbers)) == pytest.approx(median(numbers))


# ------------------------------------------------------------------------- encoded rows


def test_rows_are_encoded_when_they_are_taken() -> None:
    rows = AGE_AND_SEX.transform(PEOPLE)
    assert (len(rows), rows.width) == (4, 3)
    assert list(rows) == rows.take(range(4)) == INPUTS
    assert rows[-1] == INPUTS[-1]
    assert [list(rows.column(j)) for j in range(3)] == [list(c) for c in zip(*INPUTS, strict=True)]
    assert rows.raw is PEOPLE
    with pytest.raises(ArgumentError, match="column 3: these rows have columns 0 to 2"):
        rows.column(3)
    with pytest.raises(IndexError):
        rows[4]
    with pytest.raises(DataError, match="rows of 2 cells, expected 1"):
        Columns([Column("a")]).transform(PEOPLE)


@pytest.mark.parametrize("order", [[3, 1], [0, 0, 2], [], range(4)])
def test_views_share_the_rows(order: list[int]) -> None:
    rows = AGE_AND_SEX.transform(PEOPLE).subset(order)
    expected = [INPUTS[i] for i in order]
    assert list(rows) == expected
    assert [list(rows.column(j)) for j in range(3)] == [
        [row[j] for row in expected] for j in range(3)
    ]
    assert list(rows[::-1]) == expected[::-1]
    assert list(rows[1:].subset(range(len(rows[1:])))) == expected[1:]
    assert len(rows.raw) == len(rows)
    again = pickle.loads(pickle.dumps(rows))  # noqa: S301 (its own bytes)
    assert list(again) == list(copy.deepcopy(rows)) == expected


def test_bytes_are_raw_rows_too() -> None:
    rows = AGE_AND_SEX.transform(ByteRows(bytes([22, 1, 30, 0]), 2, divisor=1.0))
    assert list(rows) == [[22.0, 0.0, 1.0], [30.0, 1.0, 0.0]]
    assert list(rows.column(2)) == [1.0, 0.0]


@pytest.mark.parametrize("scaler", [StandardScaler, MinMaxScaler])
def test_scalers_take_encoded_rows(scaler: type[StandardScaler] | type[MinMaxScaler]) -> None:
    rows = AGE_AND_SEX.transform(PEOPLE)
    fitted, expected = scaler().fit(rows), scaler().fit(INPUTS)
    assert fitted.to_dict() == expected.to_dict()
    assert list(fitted.transform(rows)) == expected.transform(INPUTS)
    assert (
        list(fitted.transform(rows)[1:].column(0)) == [r[0] for r in expected.transform(INPUTS)][1:]
    )


def test_a_data_set_keeps_its_columns_and_notes() -> None:
    def data() -> Dataset:
        rows = AGE_AND_SEX.transform(PEOPLE)
        return Dataset(
            rows, [0, 1, 0, 1], label_names=["no", "yes"], feature_names=AGE_AND_SEX.names,
            columns=AGE_AND_SEX, notes=["one"],
        )  # fmt: skip

    whole = data()
    some, rest = split(whole, 0.5, seed=0)
    parts = [shuffle(whole, seed=1), some, rest, scale(whole, StandardScaler().fit(whole.features))]
    for part in parts:
        assert part.columns is AGE_AND_SEX
        assert (part.notes, part.feature_names) == (("one",), AGE_AND_SEX.names)
    assert isinstance(some.features, EncodedRows)
    fitted = AGE_AND_SEX.fit(whole.features.raw[:2], "mean")  # type: ignore[attr-defined]
    refitted = rest.with_columns(fitted)
    assert refitted.columns is fitted
    assert list(refitted.features) == list(fitted.transform(rest.features.raw))  # type: ignore[attr-defined]
    with pytest.raises(DataError, match="the features are numbers, which no columns made"):
        Dataset(INPUTS, [0.0] * 4).with_columns(fitted)
    with pytest.raises(DataError, match="rows of 2, but the columns make 3 numbers"):
        Dataset(PEOPLE[:1], [0.0], columns=AGE_AND_SEX)


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_a_network_learns_from_encoded_rows(backend: str) -> None:
    import purenn as nn

    if backend == "numpy":
        pytest.importorskip("purenn_numpy")
    results = []
    for X in (AGE_AND_SEX.transform(PEOPLE), INPUTS):
        network = nn.Network([nn.Dense(3, 2), nn.Softmax()], seed=0, backend=backend)
        nn.train(
            network, X, [0, 1, 0, 1],
            loss=nn.CrossEntropy(), optimizer=nn.SGD(0.01), epochs=2, batch_size=3,
        )  # fmt: skip
        results.append(network.backend.to_list(network.predict(X)))
    assert results[0] == results[1]


# ---------------------------------------------------------------------------- properties

words = st.text(min_size=1, max_size=4).map(str.strip).filter(bool)
number_columns = st.builds(Column, st.just("n"), st.none(), st.floats(-9, 9))
text_columns = st.lists(words, min_size=1, max_size=5, unique=True).flatmap(
    lambda texts: st.builds(Column, st.just("t"), st.just(texts), st.sampled_from(texts))
)
tables = st.lists(number_columns | text_columns, min_size=1, max_size=5).map(Columns)


@st.composite
def columns_and_row(draw: st.DrawFn) -> tuple[Columns, list[Any]]:
    made = draw(tables)
    cells = [
        st.floats(-1e9, 1e9) if column.categories is None else st.sampled_from(column.categories)
        for column in made.columns
    ]
    return made, [draw(st.none() | cell) for cell in cells]


@given(columns_and_row())
def test_what_is_encoded_can_be_decoded(case: tuple[Columns, list[Any]]) -> None:
    made, row = case
    inputs = made.encode(row)
    assert len(inputs) == made.width
    filled = [c.fill if cell is None else cell for c, cell in zip(made.columns, row, strict=True)]
    assert made.decode(inputs) == filled
    assert made.encode(made.decode(inputs)) == inputs
    again = columns_from_dict(made.to_dict())
    assert again == made
    assert again.encode(row) == inputs
    raw = [
        nan if cell is None else cell if c.categories is None else c.categories.index(cell)
        for c, cell in zip(made.columns, row, strict=True)
    ]
    rows = made.transform(raw_rows(list(map(float, raw))))
    assert list(rows) == [inputs]
    assert [rows.column(j)[0] for j in range(made.width)] == inputs


def test_decoding_of_texts_that_were_not_known() -> None:
    assert AGE_AND_SEX.decode([1.0, 0.0, 0.0]) == [1.0, None]
    with pytest.raises(DataError, match="found 2 inputs, expected 3"):
        AGE_AND_SEX.decode([1.0, 0.0])


# ------------------------------------------------------------------------------- files


def test_columns_come_back_from_a_file() -> None:
    saved = AGE_AND_SEX.to_dict()
    assert saved == {
        "columns": [
            {"name": "age", "categories": None, "fill": 30.0},
            {"name": "sex", "categories": ["female", "male"], "fill": "male"},
        ]
    }
    again = columns_from_dict(saved)
    assert again == AGE_AND_SEX
    assert again != Columns([Column("age"), Column("sex", SEX)])
    whole_number = columns_from_dict({"columns": [{"name": None, "categories": None, "fill": 3}]})
    assert isinstance(whole_number.columns[0].fill, float)


NUMBERS = {"name": "a", "categories": None, "fill": None}
TEXTS = {"name": "b", "categories": ["x", "y"], "fill": None}
WRONG: list[tuple[Any, str]] = [
    (None, "columns: found None, expected a dictionary"),
    ([NUMBERS], "columns: found "),
    ({}, "columns: missing key 'columns'"),
    ({"columns": [NUMBERS], "more": 1}, "columns: unknown key 'more'"),
    ({"columns": []}, "columns.columns is [], expected a list of columns"),
    ({"columns": {}}, "columns.columns is {}, expected a list of columns"),
    ({"columns": "ab"}, "columns.columns is 'ab', expected a list of columns"),
    ({"columns": [3]}, "columns.columns[0]: found 3, expected a dictionary"),
    (
        {"columns": [NUMBERS, {"name": "b"}]},
        "columns.columns[1]: missing keys 'categories', 'fill'",
    ),
    ({"columns": [NUMBERS | {"width": 1}]}, "columns.columns[0]: unknown key 'width'"),
    ({"columns": [NUMBERS | {"name": 3}]}, "columns.columns[0].name is 3, expected text"),
    ({"columns": [NUMBERS | {"name": "\ud800"}]}, "columns.columns[0].name is"),
    ({"columns": [NUMBERS, TEXTS | {"name": None}]}, "columns.columns[1].name is null, but other"),
    ({"columns": [NUMBERS | {"fill": "1"}]}, "columns.columns[0].fill is '1', expected a finite"),
    ({"columns": [NUMBERS | {"fill": True}]}, "columns.columns[0].fill is True, expected a finite"),
    ({"columns": [NUMBERS | {"fill": nan}]}, "columns.columns[0].fill is nan, expected a finite"),
    ({"columns": [NUMBERS | {"fill": inf}]}, "columns.columns[0].fill is inf, expected a finite"),
    ({"columns": [NUMBERS | {"fill": 10**400}]}, "columns.columns[0].fill is"),
    ({"columns": [TEXTS | {"categories": []}]}, ".categories is [], expected texts, or null"),
    ({"columns": [TEXTS | {"categories": "xy"}]}, ".categories is 'xy', expected texts, or null"),
    ({"columns": [TEXTS | {"categories": {"x": 1}}]}, ".categories is {'x': 1}, expected texts"),
    ({"columns": [TEXTS | {"categories": False}]}, ".categories is False, expected texts"),
    ({"columns": [TEXTS | {"categories": ["x", 1]}]}, ".categories[1] is 1, expected text"),
    ({"columns": [TEXTS | {"categories": ["x", None]}]}, ".categories[1] is None, expected text"),
    ({"columns": [TEXTS | {"categories": ["x", "\udfff"]}]}, "which holds half a character"),
    ({"columns": [TEXTS | {"categories": [""]}]}, ".categories[0] is '', which is empty, or has"),
    ({"columns": [TEXTS | {"categories": ["x "]}]}, ".categories[0] is 'x ', which is empty, or"),
    ({"columns": [TEXTS | {"categories": ["x", "x"]}]}, ".categories holds a text twice"),
    ({"columns": [TEXTS | {"fill": "z"}]}, ".fill is 'z', expected one of the categories, or null"),
    ({"columns": [TEXTS | {"fill": 0}]}, ".fill is 0, expected one of the categories, or null"),
    ({"columns": [TEXTS | {"fill": ["x"]}]}, ".fill is ['x'], expected one of the categories"),
]


@pytest.mark.parametrize(("saved", "message"), WRONG, ids=range(len(WRONG)))
def test_what_a_file_may_not_say(saved: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        columns_from_dict(saved)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_nothing_is_missing_after_a_fill() -> None:
    assert not any(isnan(x) for row in AGE_AND_SEX.transform(PEOPLE) for x in row)
