"""Tables with texts and gaps, as people have them: columns that are dropped, picked or filled."""

import csv
import tracemalloc
from array import array
from collections.abc import Callable
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from purenn.data import (
    ByteRows,
    Column,
    Columns,
    DataFileError,
    EncodedRows,
    FloatRows,
    columns_from_dict,
    read_csv,
    read_csv_features,
)
from purenn.data.csv_chunks import csv_chunks
from purenn.data.messages import spoken_to
from purenn.errors import ArgumentError, DataError

TITANIC = """PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Fare,Ticket,Cabin,Embarked
1,0,3,"Braund, Mr. Owen Harris",male,22,1,7.25,A/5 21171,,S
2,1,1,"Cumings, Mrs. John Bradley (Florence Briggs ""Thayer"")",female,38,1,71.2833,PC 17599,C85,C
3,1,3,"Heikkinen, Miss. Laina",female,26,0,7.925,STON/O2. 3101282,,S
4,1,1,"Futrelle, Mrs. Jacques Heath (Lily May Peel)",female,35,1,53.1,113803,C123,S
5,0,3,"Allen, Mr. William Henry",male,35,0,8.05,373450,,S
6,0,3,"Moran, Mr. James",male,,0,8.4583,330877,,Q
7,0,1,"McCarthy, Mr. Timothy J",male,54,0,51.8625,17463,E46,
"""
UNUSED = ["PassengerId", "Name", "Ticket", "Cabin"]
READ: dict[str, Any] = {"label": "Survived", "drop": UNUSED}
PLAIN = "a,b,kind\n1,2,x\n3,4,y\n5,6.5,x\n"
Write = Callable[[str], Path]


def error_of(path: Path, **options: Any) -> str:
    """What read_csv says, without the folder."""
    with pytest.raises(DataFileError) as caught:
        read_csv(path, **options)
    return str(caught.value).replace(str(path.parent) + "/", "")


# --------------------------------------------------------------------------- the Titanic


def test_a_table_of_numbers_texts_and_gaps(write: Write) -> None:
    data = read_csv(write(TITANIC), **READ, missing="mean")
    assert data.feature_names == (
        "Pclass", "Sex=female", "Sex=male", "Age", "SibSp", "Fare",
        "Embarked=C", "Embarked=Q", "Embarked=S",
    )  # fmt: skip
    assert data.features[0] == [3.0, 0.0, 1.0, 22.0, 1.0, 7.25, 0.0, 0.0, 1.0]
    assert data.features[5] == [3.0, 0.0, 1.0, 35.0, 0.0, 8.4583, 0.0, 1.0, 0.0]
    assert data.features[6] == [1.0, 0.0, 1.0, 54.0, 0.0, 51.8625, 0.0, 0.0, 1.0]  # S is frequent
    assert data.targets == [0, 1, 1, 1, 0, 0, 0]
    assert isinstance(data.features, EncodedRows)
    assert data.columns is not None
    assert [c.fill for c in data.columns.columns][1:3] == ["male", 35.0]
    assert data.notes[:3] == (
        "column 'Sex' holds words: 2 categories ('female', 'male'), an input for each; "
        "drop=['Sex'] leaves the column out",
        "column 'Embarked' holds words: 3 categories ('C', 'Q', 'S'), an input for each; "
        "drop=['Embarked'] leaves the column out",
        "filled in 2 missing cells ('Age' 1, 'Embarked' 1) with the mean of the column or its "
        "most frequent text; missing='drop' leaves such rows out",
    )
    assert read_csv(write(TITANIC), **READ, missing="median").features[5][3] == 35.0


def test_rows_with_gaps_are_dropped(write: Write) -> None:
    data = read_csv(write(TITANIC), **READ, missing="drop")
    assert len(data) == len(data.targets) == 5
    assert data.feature_names is not None
    assert data.feature_names[-2:] == (
        "Embarked=C",
        "Embarked=S",
    )  # Q stands in no row that is left
    assert data.notes[2] == (
        "left out 2 rows with a missing cell ('Age' 1, 'Embarked' 1); missing='mean' fills them in"
    )
    assert data.columns is not None
    assert all(column.fill is None for column in data.columns.columns)


def test_as_many_rows_may_be_left_out_as_are_kept(write: Write) -> None:
    path = write("a,b,kind\nred,1,x\n,2,y\nred,3,y\n,4,y\n")
    assert list(read_csv(path, missing="drop").features) == [[1.0, 1.0], [1.0, 3.0]]


def test_every_complaint_names_its_mend(write: Write) -> None:
    path = write(TITANIC)
    assert error_of(path, label="Survived") == (
        "data.csv, line 2, column 10 ('Cabin'): found an empty cell, expected a number or a word; "
        "fill it in, or let missing='mean' or missing='median' do it; drop=['Cabin'] leaves the "
        "column out; missing='drop' leaves such rows out"
    )
    ticket = error_of(path, label="Survived", missing="mean")
    assert ticket == (
        "data.csv, line 5, column 9 ('Ticket'): found '113803', expected a word, as the column "
        "began with 'A/5 21171' in line 2; text=['Ticket'] takes all of the column as text, "
        "drop=['Ticket'] leaves the column out"
    )
    token = spoken_to.set("command line")
    try:
        assert "--text Ticket takes all" in error_of(path, label="Survived", missing="mean")
        assert "--missing mean or --missing median do it; --drop Cabin" in error_of(path, label=1)
    finally:
        spoken_to.reset(token)


def test_the_file_to_test_with_is_read_as_the_one_to_train_on(write: Write) -> None:
    train = read_csv(write(TITANIC), **READ, missing="mean")
    test = write("Embarked,Sex,Name,Fare,SibSp,Age,Pclass,Survived\n,male,x,1,0,NA,2,1\n")
    columns = columns_from_dict(train.columns.to_dict()) if train.columns else None
    data = read_csv(test, label="Survived", label_names=["0", "1"], columns=columns)
    assert list(data.features) == [[2.0, 0.0, 1.0, 35.0, 0.0, 1.0, 0.0, 0.0, 1.0]]
    assert (data.targets, data.feature_names) == ([1], train.feature_names)
    assert data.notes == (
        "filled in 2 missing cells ('Age' 1, 'Embarked' 1) with what the training says; "
        "missing='drop' leaves such rows out",
    )
    for names in (train.feature_names, columns.raw_names if columns else None):
        assert list(read_csv_features(test, columns=columns, feature_names=names)) == list(
            data.features
        )
    with pytest.raises(ArgumentError, match="feature_names are others than those of columns"):
        read_csv_features(test, columns=columns, feature_names=["Age"])


def test_texts_that_the_training_did_not_hold(write: Write) -> None:
    columns = Columns([Column("Sex", ["female", "male"])])
    path = write("Sex,kind\nfemale,x\nMale,y\n")
    with pytest.raises(DataFileError) as caught:
        read_csv_features(path, label="kind", columns=columns)
    assert str(caught.value).endswith(
        "line 3, column 1 ('Sex'): found 'Male', expected one of the 2 texts of the training: "
        "'female', 'male'. Did you mean 'male'? unseen='ignore' takes it for none of them"
    )
    ignoring = columns.with_unseen("ignore")
    data = read_csv(path, columns=ignoring)
    assert list(data.features) == [[1.0, 0.0], [0.0, 0.0]]
    assert data.notes == (
        "took 1 text that the training did not hold ('Sex' 1) for none of the known ones",
    )


def test_a_gap_where_the_training_had_none(write: Write) -> None:
    columns = Columns([Column("a", fill=1.0), Column("b")])
    path = write("a,b,k\n,2,x\n1,,y\n")
    assert (
        "line 3, column 2 ('b'): found an empty cell, but the training had none; fill it in; "
        "missing='drop' leaves such rows out"
    ) in error_of(path, columns=columns)
    rows = read_csv_features(write("a,b\n,2\n1,\n1,3\n"), columns=columns, missing="drop")
    assert list(rows) == [[1.0, 3.0]]
    path = write("a,b,k\n,2,x\n1,,y\n")
    assert "each of the 2 rows has a missing cell" in error_of(
        path, columns=columns, missing="drop"
    )


def test_words_need_the_columns_of_the_training(write: Write) -> None:
    path = write("sex,kind\nmale,x\nmale,y\n")
    for known in ({"label_names": ["x", "y"]}, {"width": 1}, {"feature_names": ["sex"]}):
        message = error_of(path, **known)  # else one category would pass for a number
        assert "found 'male', expected a number; texts are read with the columns of" in message
    with pytest.raises(DataError, match="texts are read with the columns of the training"):
        read_csv_features(path, label="kind")
    for more in ({"text": ["sex"]}, {"missing": "mean"}):
        with pytest.raises(ArgumentError, match="is learned from the file to train on; for an"):
            read_csv_features(path, label="kind", **more)
        with pytest.raises(ArgumentError, match="pass columns=, those of the data set"):
            read_csv(path, width=1, **more)
        with pytest.raises(ArgumentError, match="pass columns="):
            csv_chunks(path, **more)


# ------------------------------------------------------------------ which columns, by name


def test_columns_are_dropped_by_name_or_number(write: Write) -> None:
    path = write("id,a,b,kind\n7,1,2,x\n8,3,4,y\n")
    for drop in (["id"], [0], ["0"], [-4], ("id", "id"), [" id "]):
        data = read_csv(path, drop=drop)
        assert (list(data.features), data.feature_names) == ([[1.0, 2.0], [3.0, 4.0]], ("a", "b"))
        assert isinstance(data.features, ByteRows)
        assert data.columns is None
    for features in (["b", "a"], [2, 1], ["2", "a"], [-2, 1]):
        data = read_csv(path, features=features)
        assert (list(data.features), data.feature_names) == ([[2.0, 1.0], [4.0, 3.0]], ("b", "a"))
    assert list(read_csv(path, features=["a"], drop=["id"]).features) == [[1.0], [3.0]]
    assert list(read_csv_features(path, drop=["id", "kind"])) == [[1.0, 2.0], [3.0, 4.0]]
    assert list(read_csv_features(path, features=["b"])) == [[2.0], [4.0]]


def test_digits_are_a_number_where_there_is_such_a_column(write: Write) -> None:
    path = write("2,1,0,kind\n5,6,7,x\n5,6,8,y\n")
    assert read_csv(path, header=True, drop=["2"]).feature_names == ("2", "1")
    assert read_csv(path, header=True, drop=[2]).feature_names == ("2", "1")
    path = write("2020,2021,kind\n5,6,x\n5,8,y\n")
    assert read_csv(path, header=True, features=["2021"]).features[1] == [8.0]


def test_a_name_that_is_asked_for_makes_a_header(write: Write) -> None:
    path = write("a,2020,kind\n1,2,x\n3,4,y\n")
    ways: list[dict[str, Any]] = [{"drop": ["a"]}, {"features": ["a"]}, {"text": ["a"]}]
    for asked in ways:
        assert len(read_csv(path, **asked)) == 2


def test_without_a_header_columns_have_numbers(write: Write) -> None:
    path = write("9,1,red,x\n9,3,blue,y\n")
    data = read_csv(path, header=False, drop=[0])
    assert (list(data.features), data.feature_names) == ([[1.0, 0.0, 1.0], [3.0, 1.0, 0.0]], None)
    assert data.notes[0].startswith("column 2 holds words: 2 categories ('blue', 'red')")
    assert "drop=[2] leaves the column out" in data.notes[0]
    again = write("9,1,red\n9,4,blue\n")  # no label, but what was dropped
    rows = read_csv_features(again, label=-1, header=False, drop=[0], columns=data.columns)
    assert list(rows) == [[1.0, 0.0, 1.0], [4.0, 1.0, 0.0]]
    rows = read_csv_features(again, label=3, header=False, features=[1, 2], columns=data.columns)
    assert list(rows) == [[1.0, 0.0, 1.0], [4.0, 1.0, 0.0]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop": ["c"]}, "line 1: drop=['c']: no column is named 'c'; the columns are 'a', 'b', "),
        ({"drop": ["kidn"]}, "Did you mean 'kind'?"),
        ({"features": ["a", "kin"]}, "features=['kin']: no column is named 'kin'"),
        ({"text": ["z"]}, "text=['z']: no column is named 'z'"),
        ({"drop": [3]}, "drop=[3]: there is no column 3: columns are numbered 0 to 2, or -3 to"),
        ({"drop": ["-4"]}, "there is no column -4"),
        (
            {"drop": ["kind"]},
            "line 1, column 3 ('kind'): this is the label column, which is needed",
        ),
        ({"features": ["a", "kind"]}, "column 3 ('kind'): this is the label column, no feature"),
        ({"features": ["a", 0]}, "line 1, column 1 ('a'): this column stands twice in features"),
        ({"features": ["a"], "drop": [0]}, "column 1 ('a'): this column stands in features and in"),
        ({"drop": ["a", "b"]}, "found 0 feature columns besides the label, expected one or more"),
        ({"text": ["kind"]}, "column 3 ('kind'): this column is the label, and no feature"),
        ({"text": ["a"], "drop": ["a"]}, "column 1 ('a'): this column is left out, and no feature"),
        ({"header": False, "drop": ["a"]}, "the file has no header, so no column has a name; give"),
        ({"drop": ["a"], "feature_names": ["a", "b"]}, ""),
    ],
)
def test_columns_that_cannot_be_picked(write: Write, options: Any, message: str) -> None:
    path = write(PLAIN)
    if options.get("feature_names"):
        assert list(read_csv(path, **options).features)  # the names of the training say which
    else:
        assert message in error_of(path, **options)


def test_a_name_that_stands_twice(write: Write) -> None:
    path = write("a,a,b,kind\n1,2,3,x\n4,5,6,y\n")
    message = "line 1, column 1 ('a'): the name 'a' stands in columns 1, 2; give the number, from 0"
    assert message in error_of(path, drop=["a"])
    assert list(read_csv(path, drop=[0]).features) == [[2.0, 3.0], [5.0, 6.0]]
    assert "drop=[1] leaves" in error_of(write("a,a,b,k\n1,,3,x\n"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop": "a"}, r"drop is 'a', must be a list: drop=\['a'\]"),
        ({"drop": 1}, r"drop is 1, must be a list: drop=\[1\]"),
        ({"text": None}, "text is None, must be a list of names"),
        ({"text": {"a"}}, "text is a set, which has no order"),
        ({"drop": [1.5]}, "drop: found 1.5, must be the name of a column or its number"),
        ({"drop": [True]}, "drop: found True, must be the name of a column or its number"),
        ({"features": []}, "features is empty, must name one column or more"),
        ({"features": [None]}, "features: found None"),
        (
            {"missing": "zero"},
            "missing is 'zero', must be one of 'error', 'drop', 'mean', 'median'",
        ),
        ({"missing": None}, "missing is None"),
        ({"columns": []}, r"columns is \[\], must be the columns of a data set"),
    ],
)
def test_arguments_that_cannot_work(write: Write, options: Any, message: str) -> None:
    for read in (read_csv, read_csv_features, csv_chunks):
        with pytest.raises(ArgumentError, match=message):
            read(write(PLAIN), **options)


# -------------------------------------------------------------------- numbers and words


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1", "two"], "line 3, column 1 ('a'): found 'two', expected a number; text=['a'] takes "),
        (["1", "two"], "drop=['a'] leaves the column out"),
        (["", "1", "x"], "line 4, column 1 ('a'): found 'x', expected a number"),
        (
            ["red", "3"],
            "found '3', expected a word, as the column began with 'red' in line 2; text",
        ),
        (["", "red", "3"], "the column began with 'red' in line 3"),
        (["red", "3%"], "found '3%', expected a word"),
        (["red", "inf"], "found 'inf', expected a word"),
        (
            ["12%"],
            "found '12%', expected a number or a word; text=['a'] takes all of the column as",
        ),
        (["2020-01-31"], "found '2020-01-31', expected a number or a word; text=['a'] takes"),
        (["1 234"], "found '1 234', expected a number or a word"),
        (["5", "unknown"], "if it stands for a missing value, leave the cell empty and pass "),
        (["5", "n.a."], "missing='mean' or missing='drop'"),
        (["5", "#N/A"], "if it stands for a missing value"),
        (["5", "--"], "if it stands for a missing value"),
        (["5", "inf"], "found 'inf', expected a finite number"),
        (["inf"], "found 'inf', expected a finite number"),
        (["5", "-nan"], "found '-nan', expected a finite number"),
    ],
)
def test_a_column_is_one_of_numbers_or_of_words(
    write: Write, rows: list[str], message: str
) -> None:
    text = "a,b,kind\n" + "".join(f"{cell},{i},{'xy'[i % 2]}\n" for i, cell in enumerate(rows))
    assert message in error_of(write(text), missing="mean")


@pytest.mark.parametrize(
    "cell", ["", " ", "NA", "N/A", "na", "n/a", "NaN", "nan", "null", "NULL", "None", "?", "-"]
)
def test_what_stands_for_a_missing_value(write: Write, cell: str) -> None:
    path = write(f"a,b,kind\n1,x,x\n{cell},y,y\n3,{cell},x\n3,y,y\n")
    assert "line 3, column 1 ('a')" in error_of(path)
    filled = read_csv(path, missing="mean")
    assert list(filled.features)[1:3] == [[7 / 3, 0.0, 1.0], [3.0, 0.0, 1.0]]
    assert list(read_csv(path, missing="drop").features) == [[1.0, 1.0, 0.0], [3.0, 0.0, 1.0]]


def test_codes_are_text_where_one_says_so(write: Write) -> None:
    path = write("zip,n,kind\n02139,1,x\n2139,2,y\n02139,3,x\n?,4,y\n")
    data = read_csv(path, text=["zip"], missing="median")
    assert data.feature_names == ("zip=02139", "zip=2139", "n")
    assert list(data.features) == [[1, 0, 1], [0, 1, 2], [1, 0, 3], [1, 0, 4]]
    assert data.notes[0].startswith("column 'zip' is taken as text: 2 categories ('02139', '2139')")
    assert read_csv(path, text=[0], missing="median").columns == data.columns


def test_categories_are_as_written_and_sorted(write: Write) -> None:
    path = write('c,kind\n"b, c",x\nA,y\n a ,x\nÄ,y\n" b, c",x\n猫,y\n')
    data = read_csv(path)
    assert data.columns is not None
    assert data.columns.columns[0].categories == ("A", "a", "b, c", "Ä", "猫")
    assert [row.index(1.0) for row in data.features] == [2, 0, 1, 3, 2, 4]
    assert [sum(row) for row in data.features] == [1.0] * 6


def test_a_column_that_tells_nothing(write: Write) -> None:
    notes = read_csv(write("a,b,kind\nyes,1,x\n,2,y\n"), missing="mean").notes
    assert notes[0] == (
        "column 'a' holds 'yes' wherever it holds something, and so tells nothing; "
        "drop=['a'] leaves the column out"
    )
    assert "with its most frequent text" in notes[1]


def test_a_column_without_any_value(write: Write) -> None:
    path = write("a,b,kind\n,1,x\nNA,2,y\n")
    for way in ("mean", "median"):
        assert error_of(path, missing=way) == (
            "data.csv, column 1 ('a'): found no value in all 2 rows; drop=['a'] leaves the column "
            "out"
        )
        assert "found no value in all 2 rows" in error_of(path, missing=way, text=["a"])
    assert error_of(path, missing="drop") == (
        "data.csv: each of the 2 rows has a missing cell, so that missing='drop' leaves out all of "
        "them; most are in column 'a': drop=['a'] leaves the column out"
    )
    assert list(read_csv(path, drop=["a"]).features) == [[1.0], [2.0]]


def test_names_and_ids_are_no_categories(write: Write) -> None:
    def table(texts: list[str]) -> Path:
        rows = (f"{text},{i},{'xy'[i % 2]}\n" for i, text in enumerate(texts))
        return write("name,b,kind\n" + "".join(rows))

    half = table([f"n{i % 10}" for i in range(20)])
    assert read_csv(half).features.width == 11
    message = error_of(table([f"n{i % 11}" for i in range(20)]))
    assert message == (
        "data.csv, column 1 ('name'): found 11 different texts in 20 rows (such as 'n0'); they "
        "look like names or ids; drop=['name'] leaves the column out, text=['name'] takes all of "
        "the column as text (at most 1,000)"
    )
    assert read_csv(table([f"n{i}" for i in range(19)])).features.width == 20
    many = table([f"n{i % 101}" for i in range(300)])
    assert "line 102, column 1 ('name'): found more than 100 different texts" in error_of(many)
    assert read_csv(many, text=["name"]).features.width == 102
    assert read_csv(table([f"n{i % 100}" for i in range(300)])).features.width == 101
    most = table([f"n{i}" for i in range(1001)])
    assert error_of(most, text=["name"]) == (
        "data.csv, line 1002, column 1 ('name'): found more than 1,000 different texts; "
        "drop=['name'] leaves the column out"
    )
    assert read_csv(table([f"n{i}" for i in range(1000)]), text=["name"]).features.width == 1001


def test_categories_are_bounded_together(write: Write) -> None:
    long = "x" * 99_990
    path = write("a,kind\n" + "".join(f"{long}{i},{'xy'[i % 2]}\n" for i in range(15)))
    assert "line 12, column 1 ('a'): the columns of texts hold more than 10,000" in error_of(path)
    names, words = ["c"] * 10_001 + ["kind"], ["w"] * 10_002
    wide = write(",".join(names) + "\n" + ",".join(words) + "\n")
    assert "column 10001 ('c'): the columns of texts hold more than 10,000" in error_of(
        wide, header=True
    )
    name = write(f"{'n' * 130_000},kind\n" + "".join(f"t{i},{'xy'[i % 2]}\n" for i in range(9)))
    assert "line 10, column 1" in error_of(name, header=True)


# ------------------------------------------------------------------------------- labels


def test_rows_without_a_label(write: Write) -> None:
    path = write("a,kind\n1,x\n2,\n3,y\n,NA\n,y\n")
    data = read_csv(path, missing="drop")
    assert (list(data.features), data.targets) == ([[1.0], [3.0]], [0, 1])
    assert data.notes == (
        "left out 2 rows without a label",
        "left out 1 row with a missing cell ('a' 1); missing='mean' fills them in",
    )
    for way in ("mean", "median"):
        assert error_of(path, missing=way) == (
            "data.csv, line 3, column 2 ('kind'): found no label, which cannot be filled in; "
            "missing='drop' leaves the row out"
        )
    assert "found 'NA' for a missing label" in error_of(write("a,k\n1,NA\n2,x\n"), missing="mean")
    all_of_them = write("a,kind\n1,\n2,?\n")
    assert "each of the 2 rows has a missing cell" in error_of(all_of_them, missing="drop")


def test_signs_are_classes(write: Write) -> None:
    path = write("a,kind\n1,+\n2,-\n,+\n4,None\n")
    assert read_csv(path, missing="drop").label_names == ("+", "-", "None")
    path = write("a,kind\n1,NA\n2,y\n")
    assert read_csv(path, missing="drop", label_names=["NA", "y"]).targets == [0, 1]


# ------------------------------------------------------------------- numbers stay packed


def test_tables_of_numbers_are_as_before(write: Write) -> None:
    data = read_csv(write("a,b,k\n1,2,x\n3,255,y\n"))
    assert isinstance(data.features, ByteRows)
    assert (data.columns, data.notes) == (None, ())
    data = read_csv(write("a,b,k\n1,2,x\n3,256,y\n"))
    assert isinstance(data.features, FloatRows)
    data = read_csv(write("a,b,k\n1,2,x\n3,,y\n0,1,y\n"), missing="drop")
    assert isinstance(data.features, ByteRows)  # a row that is left out turns nothing into floats


def test_texts_take_a_byte_while_the_numbers_do(write: Write) -> None:
    data = read_csv(write("a,b,k\nred,2,x\ngreen,255,y\nred,0,x\n"))
    assert isinstance(data.features, EncodedRows)
    assert isinstance(data.features.raw, ByteRows)
    assert list(data.features) == [[0, 1, 2], [1, 0, 255], [0, 1, 0]]
    names = "".join(f"w{i % 300},{i},{'xy'[i % 2]}\n" for i in range(1200))
    many = read_csv(write("a,b,k\n" + names), text=["a"])
    assert [row.index(1.0) for row in many.features[:300]] == [
        sorted(f"w{i}" for i in range(300)).index(f"w{i}") for i in range(300)
    ]


@pytest.mark.parametrize("missing", ["mean", "median"])
def test_filling_is_asked_for_and_learned_without_gaps_too(write: Write, missing: str) -> None:
    data = read_csv(write("a,k\n1,x\n5,y\n6,x\n"), missing=missing)
    assert data.columns is not None
    assert data.columns.columns[0].fill == {"mean": 4.0, "median": 5.0}[missing]
    assert list(data.features) == [[1.0], [5.0], [6.0]]
    assert data.notes == ()


def traced(work: Callable[[], Any]) -> int:
    """The most bytes that it held."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("missing", ["mean", "median"])
def test_memory_of_a_table_of_texts_and_gaps(write: Write, missing: str) -> None:
    words, rows = ("red", "green", "blue", ""), 10_000
    path = write(
        "a,b,c,k\n" + "".join(f"{words[i % 4]},{i / 7:.3f},,{i % 2}\n" for i in range(rows))
        + "red,1,1,0\n"
    )  # fmt: skip
    assert traced(lambda: read_csv(path, missing=missing)) < 9 * 4 * rows + 2_000_000


# ------------------------------------------------------------------------------- chunks


def chunks_of(path: Path, **options: Any) -> list[Any]:
    return list(csv_chunks(path, **options))


def test_chunks_are_the_file(write: Write) -> None:
    path = write("a,b,kind\n" + "".join(f"{i},{i}.5,{'xyz'[i % 3]}\n" for i in range(10)))
    whole = read_csv(path)
    for rows in (1, 3, 5, 10, 1000):
        chunks = chunks_of(path, rows=rows, needs_label=True, label_names=["x", "y", "z"])
        assert [len(c.features) for c in chunks][:-1] == [rows] * (len(chunks) - 1)
        assert [row for c in chunks for row in c.features] == list(whole.features)
        assert [t for c in chunks for t in c.targets] == whole.targets
        assert [c.first for c in chunks] == list(range(0, 10, rows))
        assert [c.line for c in chunks] == list(range(2, 12, rows))
    regression = chunks_of(path, rows=4, label="a", task="regression", needs_label=True, drop=[2])
    assert [t for c in regression for t in c.targets] == list(map(float, range(10)))


def test_chunks_pass_cells_through(write: Write) -> None:
    path = write("id,a,kind\nn 1,1,x\nn2 ,2,y\n,3,x\n")
    (chunk,) = csv_chunks(path, label="kind", drop=["id"], keep=["kind", "id", "a"])
    assert chunk.names == ["kind", "id", "a"]
    assert chunk.kept == [["x", "n 1", "1"], ["y", "n2 ", "2"], ["x", "", "3"]]
    assert (list(chunk.features), chunk.targets) == ([[1.0], [2.0], [3.0]], None)
    (chunk,) = csv_chunks(path, feature_names=["a"], keep=[0])
    assert (chunk.names, chunk.kept) == (["id"], [["n 1"], ["n2 "], [""]])
    (chunk,) = csv_chunks(write("1,2\n3,4\n"), keep=[1])
    assert (chunk.names, chunk.kept) == (["1"], [["2"], ["4"]])
    with pytest.raises(DataError, match=r"keep=\['idd'\]: no column is named 'idd'.* mean 'id'\?"):
        chunks_of(write("id,a,k\n1,2,x\n"), keep=["idd"])
    with pytest.raises(ArgumentError, match="keep is 'id', must be a list"):
        csv_chunks(path, keep="id")


def test_chunks_leave_rows_out(write: Write) -> None:
    path = write("id,a,kind\n0,,x\n1,,y\n2,2,x\n3,3,\n4,4,y\n5,,x\n")
    notes: list[str] = []
    chunks = chunks_of(
        path, rows=2, missing="drop", keep=["id"], drop=["id"], needs_label=True,
        label_names=["x", "y"], notes=notes,
    )  # fmt: skip
    assert [list(c.features) for c in chunks] == [[[2.0]], [[4.0]]]
    assert [c.targets for c in chunks] == [[0], [1]]
    assert [c.kept for c in chunks] == [[["2"]], [["4"]]]
    assert [c.first for c in chunks] == [0, 1]
    assert notes[0] == "left out 1 row without a label"
    assert notes[1].startswith("left out 3 rows with a missing cell ('a' 3)")
    with pytest.raises(DataError, match="each of the 2 rows has a missing cell"):
        chunks_of(write("a,b\n,1\n?,2\n"), missing="drop", drop=[1])


def test_chunks_are_read_as_the_training(write: Write) -> None:
    train = read_csv(write(TITANIC), **READ, missing="mean")
    notes: list[str] = []
    chunks = chunks_of(
        write(TITANIC), rows=3, label="Survived", columns=train.columns, needs_label=True,
        label_names=train.label_names, keep=["Name"], notes=notes,
    )  # fmt: skip
    assert [row for c in chunks for row in c.features] == list(train.features)
    assert [t for c in chunks for t in c.targets] == train.targets
    assert chunks[2].kept == [["McCarthy, Mr. Timothy J"]]
    assert notes == [
        "filled in 2 missing cells ('Age' 1, 'Embarked' 1) with what the training says; "
        "missing='drop' leaves such rows out"
    ]


def test_chunks_say_what_is_wrong_where_they_meet_it(write: Write) -> None:
    chunks = csv_chunks(write("a,k\n1,x\n2,x\nbad,y\n"), rows=2, label="k")
    assert len(next(chunks).features) == 2
    with pytest.raises(DataFileError, match=r"line 4, column 1 \('a'\): found 'bad'"):
        next(chunks)
    for options in ({}, {"task": "classification"}):
        with pytest.raises(ArgumentError, match="needs_label goes with label_names"):
            csv_chunks(write(PLAIN), needs_label=True, **options)  # type: ignore[arg-type]
    for rows in (0, True, "3", 1.5):
        with pytest.raises(ArgumentError, match="csv_chunks: rows is"):
            csv_chunks(write(PLAIN), rows=rows)  # type: ignore[arg-type]
    with pytest.raises(DataFileError, match="found label 'z'"):
        chunks_of(write("a,k\n1,z\n"), needs_label=True, label_names=["x", "y"])
    with pytest.raises(DataFileError, match="only a header"):
        chunks_of(write("a,k\n"))


def test_memory_of_chunks_does_not_grow(write: Write) -> None:
    columns = Columns([Column("a", fill=1.0), Column("b", ["x", "y"], "x")])
    rows = 20_000
    path = write("id,a,b\n" + "".join(f"{i},{i % 50 or ''},{'xy'[i % 2]}\n" for i in range(rows)))
    count = 0

    def work() -> None:
        nonlocal count
        for chunk in csv_chunks(path, columns=columns, keep=["id"]):
            count += len(chunk.kept)

    assert traced(work) < 1_500_000
    assert count == rows


# --------------------------------------------------------------------------- properties

many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = st.floats(-1e6, 1e6).map(repr) | st.integers(0, 300).map(str)
words = st.sampled_from(["red", "green", "dark blue", "a,b", 'say "x"', "Ä", "x1", "+", "red "])
gaps = st.sampled_from(["", "NA", "?", "null", " "])


@st.composite
def a_table(draw: st.DrawFn) -> list[list[str]]:
    """Columns of numbers or of words, each with a value, some with gaps; and a label."""
    kinds = draw(st.lists(st.sampled_from([numbers, words]), min_size=1, max_size=4))
    rows = draw(st.integers(2, 12))
    columns = []
    for kind in kinds:
        cells = draw(st.lists(kind | gaps, min_size=rows, max_size=rows))
        cells[draw(st.integers(0, rows - 1))] = draw(kind)
        columns.append(cells)
    return [[*row, "xy"[i % 2]] for i, row in enumerate(zip(*columns, strict=True))]


def as_csv(table: list[list[str]]) -> str:
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows(
        [[*(f"c{j}" for j in range(len(table[0]) - 1)), "label"], *table]
    )
    return stream.getvalue()


@many
@given(a_table(), st.sampled_from(["mean", "median", "drop"]), st.integers(1, 5))
def test_a_table_is_read_with_its_columns_as_it_was_learned(
    tmp_path: Path, table: list[list[str]], missing: str, rows: int
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(as_csv(table), encoding="utf-8")
    try:
        data = read_csv(path, missing=missing)
    except DataFileError:
        assume(False)
        raise
    inputs = list(data.features)
    assert all(map(isfinite, array("d", [x for row in inputs for x in row])))
    if data.columns is None:
        assert missing == "drop"
        return
    columns = columns_from_dict(data.columns.to_dict())
    how: dict[str, Any] = {"columns": columns, "missing": missing}
    again = read_csv(path, label_names=data.label_names, **how)
    assert (list(again.features), again.targets) == (inputs, data.targets)
    assert again.feature_names == data.feature_names
    if missing != "drop":  # which needs the label to leave out its rows
        assert list(read_csv_features(path, label="label", **how)) == inputs
    pieces = csv_chunks(path, rows=rows, label="label", **how)
    assert [row for piece in pieces for row in piece.features] == inputs
    if missing != "drop":
        people = [list(map(_cell, columns.columns, row)) for row in table]
        assert list(map(columns.encode, people)) == inputs


def _cell(column: Column, text: str) -> Any:
    """What a person would write in Python for this cell."""
    if text.strip() in ("", "NA", "?", "null"):
        return None
    return float(text) if column.categories is None else text
