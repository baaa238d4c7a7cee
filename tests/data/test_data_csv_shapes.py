"""Tables as people have them: each is read right, with a line for each guess, or refused."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from purenn.data import DataFileError, Dataset, read_csv, read_csv_features
from purenn.data.messages import option, spoken_to
from purenn.errors import ArgumentError

Write = Callable[[str | bytes], Path]

KINDS = ("setosa", "versicolor", "virginica")
MEASURED = [[0.5 + i % 7, 1.25 + i % 3, 3.1 + i % 5] for i in range(15)]
ROWS = [[*map(str, row), KINDS[i % 3]] for i, row in enumerate(MEASURED)]
NAMES = ["length", "width", "height", "species"]


def text(rows: list[list[str]], mark: str = ",", *, decimal: str = ".", end: str = "\n") -> str:
    """The rows as a file, decimals written with another mark."""
    return "".join(mark.join(row).replace(".", decimal) + end for row in rows)


def error_of(path: Path, **options: Any) -> str:
    with pytest.raises(DataFileError) as caught:
        read_csv(path, **options)
    return str(caught.value).replace(str(path.parent) + "/", "")


def assert_iris(data: Dataset, names: list[str] | None = NAMES) -> None:
    """The table above, with this header or none."""
    assert list(data.features) == MEASURED
    assert data.label_names == KINDS
    assert data.targets == [i % 3 for i in range(15)]
    assert data.feature_names == (None if names is None else tuple(names[:3]))
    assert data.target_name == (None if names is None else names[3])


# ------------------------------------------------------------------------- delimiters


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    ("mark", "called"),
    [(";", "';'"), ("\t", "tabs"), ("|", "'|'"), (" ", "spaces"), ("   ", "spa")],
)
def test_a_delimiter_is_found_and_said(
    write: Write, mark: str, called: str, decimal: str, header: bool
) -> None:
    rows = [NAMES, *ROWS] if header else ROWS
    data = read_csv(write(text(rows, mark, decimal=decimal)))
    assert_iris(data, NAMES if header else None)
    assert data.notes[0].startswith(f"cells are split at {called}")
    assert "delimiter=','" in data.notes[0]
    assert any("decimal='.'" in note for note in data.notes) == (decimal == ",")
    assert any("header=True" in note for note in data.notes) == (not header)


def test_commas_need_no_note(write: Write) -> None:
    assert read_csv(write(text([NAMES, *ROWS]))).notes == ()


@pytest.mark.parametrize("start", ["sep=;\r\n", "\ufeffsep=;\r\n", '"sep=;"\r\n', "SEP=;\r\n"])
def test_what_excel_writes_in_europe(write: Write, start: str) -> None:
    data = read_csv(write(start + text([NAMES, *ROWS], ";", decimal=",", end="\r\n")))
    assert_iris(data)
    assert data.notes[0].startswith("cells are split at ';', as line 1 of the file says")
    error = error_of(write(start + text([*ROWS, ["1", "x", "2", "setosa"]], ";", end="\r\n")))
    assert "line 17, column 2: found 'x'" in error


def test_a_line_that_names_tabs_or_commas(write: Write) -> None:
    assert_iris(read_csv(write("sep=\t\n" + text([NAMES, *ROWS], "\t"))))
    assert_iris(read_csv(write("sep=,\n" + text([NAMES, *ROWS]))))
    assert_iris(read_csv(write("sep=;\n" + text([NAMES, *ROWS])), delimiter=","))


def test_european_numbers_without_a_header(write: Write) -> None:
    data = read_csv(write("1,5;2\n2,5;1\n3,25;2\n4,5;1\n"))
    assert list(data.features) == [[1.5], [2.5], [3.25], [4.5]]
    assert data.label_names == ("1", "2")


def test_wine_quality(write: Write) -> None:
    """The file at UCI: semicolons, a header in quotes, points in numbers."""
    names = ["fixed acidity", "volatile acidity", "pH", "quality"]
    rows = [["7.4", "0.7", "3.51", "5"], ["7.8", "0.88", "3.2", "5"], ["11.2", "0.28", "3.16", "6"]]
    content = ";".join(f'"{name}"' for name in names) + "\n" + text(rows * 4, ";")
    data = read_csv(write(content))
    assert data.feature_names == tuple(names[:3])
    assert list(data.features)[2] == [11.2, 0.28, 3.16]
    assert data.label_names == ("5", "6")
    assert any("task='regression'" in note for note in data.notes)


@pytest.mark.parametrize(
    ("content", "features"),
    [
        ('name;k\n"a;b";x\n"c;d";y\n', None),  # text: not this test's matter
        ("weight, kg;height, cm;k\n70,5;180,25;x\n61,5;175,5;y\n", [[70.5, 180.25], [61.5, 175.5]]),
        ('"1;5",x\n"2;5",y\n', None),
        ("1|2,5|x\n3|4,5|y\n", [[1.0, 2.5], [3.0, 4.5]]),
        ("a b,c d,k\n1,2,x y\n3,4,z y\n", [[1.0, 2.0], [3.0, 4.0]]),
        ("1 2 x\n3 4 y\n", [[1.0, 2.0], [3.0, 4.0]]),
        ("  1   2.5 x  \n 3  4.5   y\n", [[1.0, 2.5], [3.0, 4.5]]),
    ],
)
def test_marks_within_cells(write: Write, content: str, features: Any) -> None:
    if features is None:
        assert "found" in error_of(write(content))
        return
    data = read_csv(write(content))
    assert list(data.features) == features


def test_two_delimiters_that_fit_alike_are_refused(write: Write) -> None:
    message = error_of(write("a;b|c\nx;1|2\ny;3|4\n"))
    assert "delimiter=';' or delimiter='|'" in message
    assert "the line holds ':': delimiter=':'?" in error_of(write("a:b\n1:x\n"))


@pytest.mark.parametrize("name", ["tab", "\\t", "\t"])
def test_a_delimiter_by_its_name(write: Write, name: str) -> None:
    data = read_csv(write(text([NAMES, *ROWS], "\t")), delimiter=name)
    assert_iris(data)
    assert data.notes == ()


# --------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("content", "options", "first"),
    [
        ("a;k\n1,234;x\n2,345;y\n", {"decimal": ","}, 1.234),
        ("a;k\n1,234;x\n2,345;y\n", {"thousands": ","}, 1234.0),
        ('a,k\n"1,234.5",x\n"2,345",y\n', {"thousands": ","}, 1234.5),
        ("a;k\n1.234,5;x\n22,3;y\n", {"decimal": ",", "thousands": "."}, 1234.5),
        ("a;k\n1.234;x\n22;y\n", {"thousands": "."}, 1234.0),
        ("a,k\n1 234,x\n22,y\n", {"thousands": " "}, 1234.0),
        ("a,k\n1\u202f234\u202f567.5,x\n22,y\n", {"thousands": " "}, 1234567.5),
        ("a,k\n1'234,x\n22,y\n", {"thousands": "'"}, 1234.0),
        ('a,k\n"3,5",x\n"4",y\n', {"decimal": ","}, 3.5),
        ("a;k\n-0,5e1;x\n3;y\n", {}, -5.0),
    ],
)
def test_decimals_and_thousands(
    write: Write, content: str, options: dict[str, Any], first: float
) -> None:
    assert read_csv(write(content), **options).features[0] == [first]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (
            "a;k\n1,234;x\n2,345;y\n",
            {},
            "line 2: found '1,234', which may be two numbers; it is 1.234 with decimal=',', "
            "1234 with thousands=','",
        ),
        ('a,k\n"1,234",x\n', {}, "it is 1.234 with decimal=',', 1234 with thousands=','"),
        ("a;k\n1.234,5;x\n", {}, "it is 1234.5 with decimal=',' and thousands='.'"),
        (
            "a;k\n1,5;x\n1.5;y\n",
            {},
            "line 3, column 1 ('a'): found '1.5', expected a number; it is",
        ),
        ("a;k\n1;x\n1.5;y\n", {"decimal": ","}, "found '1.5', expected a number"),
        ('a,k\n"12,34",x\n', {"thousands": ","}, "found '12,34', expected a number"),
        ('a,k\n"1,2345",x\n', {"thousands": ","}, "found '1,2345', expected a number"),
        ("a,k\n'1','x'\n", {}, "line 2, column 1: found \"'1'\" in single quotes"),
        ("1,x\\,2\n2,y\\,3\n", {}, "a backslash before the next cell"),
        ("# made by hand\na,b,k\n1,2,x\n", {}, "is it a comment? comment='#' passes over"),
    ],
)
def test_what_could_be_read_in_two_ways(
    write: Write, content: str, options: dict[str, Any], message: str
) -> None:
    assert message in error_of(write(content), **options)


def test_a_point_that_may_stand_between_thousands_is_said(write: Write) -> None:
    data = read_csv(write("a;k\n1.234;x\n12.345;y\n"))
    assert data.features[0] == [1.234]
    assert "decimal=',' and thousands='.' read it as 1234" in data.notes[-1]


def test_labels_are_numbers_in_the_same_way(write: Write) -> None:
    rows = "".join(f"{i},5;{i},25\n" for i in range(30))
    data = read_csv(write("a;b\n" + rows))
    assert data.targets == [i + 0.25 for i in range(30)]


def test_comments(write: Write) -> None:
    content = "# made by hand\n# 1;2;3\n" + text([NAMES, *ROWS[:9]]) + "#\n" + text(ROWS[9:])
    assert_iris(read_csv(write(content), comment="#"))
    quoted = read_csv(write('a,k\n1,"x\n# y"\n2,z\n'), comment="#")
    assert quoted.label_names == ("x\n# y", "z")


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": ""},
        {"delimiter": ";;"},
        {"delimiter": 5},
        {"decimal": ";"},
        {"thousands": "x"},
        {"decimal": ",", "thousands": ","},
        {"comment": ""},
        {"comment": 5},
    ],
)
def test_arguments_that_cannot_work(write: Write, options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        read_csv(write("a,k\n1,x\n2,y\n"), **options)


# ----------------------------------------------------------- marks at the end of lines


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("ends", [(1, 1), (0, 1), (1, 0), (3, 3)])
@pytest.mark.parametrize("header", [True, False])
def test_a_comma_at_every_lines_end(
    write: Write, mark: str, ends: tuple[int, int], header: bool
) -> None:
    head = mark.join(NAMES) + mark * ends[0] + "\n"
    rows = "".join(mark.join(row) + mark * ends[1] + "\n" for row in ROWS)
    data = read_csv(write(head + rows if header else rows))
    assert_iris(data, NAMES if header else None)
    found = [note for note in data.notes if "left out" in note]
    assert len(found) == (1 if ends[1] or (ends[0] and header) else 0)


def test_one_line_that_ends_otherwise(write: Write) -> None:
    content = "".join("1,2,x,\n3,4,y,\n" for _ in range(100))
    assert "line 201, column 4" in error_of(write(content + "1,2,x,3\n"))
    plain = content.replace(",\n", "\n")
    assert "line 201, column 4: found 4 cells, expected 3" in error_of(write(plain + "1,2,x,\n"))
    assert list(read_csv_features(write("1,2,\n"))) == [[1.0, 2.0]]


# --------------------------------------------------------------------------- headers


def numbered(count: int, *, start: int = 0, target: bool = True) -> list[list[str]]:
    """Rows of numbers, the last one a class."""
    return [[*(f"{i * j % 7}.5" for j in range(count)), str(i % 3)] for i in range(start, 12)]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (text([["0", "1", "2", "target"], *numbered(3)]), ("0", "1", "2")),
        (text([["0", "target"], *numbered(1)]), None),
        (text([["0", "1", "2", "3"], *numbered(3)]), None),
        (text([["0", "1"], *numbered(1)]), None),
        (text([["", "0", "1", "2"], *([str(i), *row] for i, row in enumerate(numbered(2)))]),
         ("0", "1")),
        (text([["2016", "2017", "2018", "species"], *ROWS]), ("2016", "2017", "2018")),
        (text([["2010", "2015", "2020", "species"], *ROWS]), ("2010", "2015", "2020")),
        (text([["2011", "2015", "2017", "species"], *ROWS]), ("2011", "2015", "2017")),
        (text([["2016", "2017", "2018", "2019"], *numbered(3)]), None),
        (text([["1", "2", "3", "4", "5", "6"], *numbered(5)]), None),
        (text([["400.5", "401.0", "401.5", "402.0", "kind"],
               *([*row[:3], "2.5", row[3]] for row in ROWS)]),
         ("400.5", "401.0", "401.5", "402.0")),
        (text([["label", "0", "1"], *([str(i % 3), "0.5", "0.1"] for i in range(9))]),
         ("label", "0")),
    ],
)  # fmt: skip
def test_a_header_of_numbers_is_told_or_refused(
    write: Write, content: str, names: tuple[str, ...] | None
) -> None:
    last: dict[str, Any] = {"label": -1}
    if names is None:
        assert "header=True or header=False" in error_of(write(content), **last)
        return
    data = read_csv(write(content), **last)
    assert data.feature_names == names
    assert len(data) == content.count("\n") - 1
    assert any("header=False" in note for note in data.notes)


@pytest.mark.parametrize(
    "content",
    [
        "0,1,2,x\n1,0,3,y\n0,2,2,x\n1,3,0,y\n",
        "0,5.1,x\n1,4.2,y\n0,2.2,x\n",
        "1,2,3,x\n4,5,6,y\n7,8,9,x\n",
        "1,2,x\n5,9,y\n",
        "5,3,1,x\n4.9,3.1,1.4,x\n4.8,3.2,1.5,y\n",
        text(ROWS),
        text([[*row[:3], str(i % 3)] for i, row in enumerate(ROWS)]),
        "0,0,0\n0,1,1\n1,0,1\n1,1,0\n",
        "1,2\n2,4\n3,6\n4,8\n5,10\n6,12\n",
    ],
)
def test_data_is_no_header(write: Write, content: str) -> None:
    data = read_csv(write(content))
    assert len(data) == content.count("\n")
    assert data.feature_names is None
    assert any("header=True" in note for note in data.notes)


def test_a_label_of_digits_is_a_number(write: Write) -> None:
    """A cell that holds the same text makes no header of the first row."""
    data = read_csv(write("0,5.1,0\n1,4.2,1\n0,2.2,3\n1,3.3,4\n"), label="0")
    assert (len(data), data.label_names) == (4, ("0", "1"))
    content = "a,0,b\n" + "".join(f"{i % 2},{i}.5,{i % 3}\n" for i in range(9))
    data = read_csv(write(content), label="0", header=True)
    assert (data.target_name, data.feature_names) == ("a", ("0", "b"))
    assert any("label=1 is that" in note for note in data.notes)
    years = "2016,2017,2018,k\n" + "".join(f"{i % 2},{i % 3},{i % 4},x\n" for i in range(9))
    assert read_csv(write(years), label="2016", header=True, feature_names=["2017", "2018"]).classes
    known = read_csv(write(content), label="0", header=True, feature_names=["a", "b"])
    assert (known.target_name, known.feature_names) == ("0", ("a", "b"))


def test_a_label_that_recurs_is_no_name(write: Write) -> None:
    message = error_of(write("1,2,x\n3,4,y\n5,6,x\n"), label="x")
    assert "the file has no header" in message


def test_the_layout_of_mnist_at_kaggle(write: Write) -> None:
    """The label is the first column, and the last one is a pixel."""
    head = ["label", *(f"pixel{i}" for i in range(16))]
    rows = [[str(i % 10), *(str(i * j % 256) for j in range(16))] for i in range(40)]
    data = read_csv(write(text([head, *rows])), label="label")
    assert data.label_names == tuple("0123456789")
    assert data.feature_names == tuple(head[1:])
    message = error_of(write(text([head, *rows])))
    assert "did you mean label='label'? Else pass label='pixel15'" in message


def test_emnist_letters(write: Write) -> None:
    """No header, the label first, 26 classes from 1 on."""
    rows = [[str(i % 26 + 1), *(str(i * j % 256) for j in range(16))] for i in range(520)]
    data = read_csv(write(text(rows)), label=0)
    assert len(data) == 520
    assert data.label_names == tuple(str(k + 1) for k in range(26))


# ----------------------------------------------------------------------------- index


@pytest.mark.parametrize("first", ["", "Unnamed: 0"])
@pytest.mark.parametrize("index", [range(15), range(1, 16), range(3, 48, 3), [7, 2, 9, 1, 0]])
def test_the_index_of_pandas_is_left_out(write: Write, index: Any, first: str) -> None:
    rows = [[str(i), *row] for i, row in zip(index, ROWS, strict=False)]
    path = write(text([[first, *NAMES], *rows]))
    data = read_csv(path)
    assert data.feature_names == ("length", "width", "height")
    assert list(data.features) == MEASURED[: len(rows)]
    assert any("left out, as the index of a table" in note for note in data.notes)
    assert read_csv_features(path, label="species", width=3).width == 3


def test_a_first_column_without_a_name_that_is_no_index(write: Write) -> None:
    rows = [[f"{i % 4}.5", *row] for i, row in enumerate(ROWS)]
    assert read_csv(write(text([["", *NAMES], *rows]))).features.width == 4
    index = [[str(i), *row[:3]] for i, row in enumerate(ROWS)]
    data = read_csv(write(text([["", *NAMES[:3]], *index])), label=0, task="regression")
    assert data.targets[:3] == [0, 1, 2]


@pytest.mark.parametrize(("name", "step"), [("id", 1), ("n", 1), ("customer_id", 7), ("Id", 7)])
def test_a_column_that_numbers_the_rows_gets_advice(write: Write, name: str, step: int) -> None:
    rows = [[str(100 + i * step % 15), *row] for i, row in enumerate(ROWS)]
    data = read_csv(write(text([[name, *NAMES], *rows])))
    assert data.features.width == 4
    assert [note for note in data.notes if f"drop=['{name}']" in note]


# ---------------------------------------------------------------------------- messages


def test_options_in_the_words_of_the_command_line() -> None:
    assert option("delimiter", ";") == "delimiter=';'"
    assert option("header", False) == "header=False"
    token = spoken_to.set("command line")
    try:
        assert option("delimiter", ";") == "--delimiter ';'"
        assert option("delimiter", "\t") == "--delimiter tab"
        assert option("header", True) == "--header"
        assert option("header", False) == "--no-header"
        assert option("drop", ("a", "b c")) == "--drop a 'b c'"
        assert option("decimal", ",") == "--decimal ,"
        assert option("thousands", "'") == "--thousands ''\"'\"''"
    finally:
        spoken_to.reset(token)


def test_notes_stay_with_the_parts_of_a_data_set(write: Write) -> None:
    data = read_csv(write(text(ROWS, ";")))
    assert data.notes
    assert data.subset([0, 1]).notes == data.notes
    assert data.with_features(data.features).notes == data.notes
    assert Dataset([[1.0]], [0.5], notes=["a", "b"]).notes == ("a", "b")


def test_a_stream_that_is_open(write: Write) -> None:
    content = text([NAMES, *ROWS]).encode()
    for packed in (content, gzip.compress(content)):
        stream = io.BytesIO(packed)
        assert_iris(read_csv(stream))
        assert not stream.closed
        with open(write(packed), "rb") as file:
            assert_iris(read_csv(file))
    data = read_csv(io.BytesIO(content))
    assert data.name == "standard input"
    with pytest.raises(DataFileError, match=r"^standard input, line 2, column 1"):
        read_csv(io.BytesIO(b"a,b\n?,x\n1,y\n"))
    with pytest.raises(ArgumentError, match="must give bytes"):
        read_csv(io.StringIO("a,b\n1,x\n"))  # type: ignore[arg-type]
