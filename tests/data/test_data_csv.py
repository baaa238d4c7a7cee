"""Reading CSV files: what is accepted, and the exact words for what is not."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from purenn.data import ByteRows, DataFileError, FloatRows, read_csv, read_csv_features
from purenn.errors import ArgumentError, DataError

PLAIN = "a,b,kind\n1,2,x\n3,4,y\n5,6.5,x\n"
Write = Callable[[str | bytes], Path]


def error_of(path: Path, **options: Any) -> str:
    """What read_csv says, without the folder."""
    with pytest.raises(DataFileError) as caught:
        read_csv(path, **options)
    return str(caught.value).replace(str(path.parent) + "/", "")


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        gzip.compress(PLAIN.encode()),
        gzip.compress(PLAIN[:20].encode()) + gzip.compress(PLAIN[20:].encode()),
        PLAIN.rstrip("\n"),
        "\n" + PLAIN.replace("\n", "\n\n") + "  \n",
        '"a","b","kind"\n"1","2","x"\n3, 4, y\n 5 ,6.5e0,"x"\n',
    ],
    ids=["plain", "windows", "mark", "gzip", "gzip-2", "no-end", "blank-lines", "quoted"],
)
def test_one_table_in_many_spellings(write: Write, content: str | bytes) -> None:
    data = read_csv(write(content))
    assert list(data.features) == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]]
    assert data.targets == [0, 1, 0]
    assert data.label_names == ("x", "y")
    assert data.feature_names == ("a", "b")
    assert (data.target_name, data.name) == ("kind", "data.csv")


@pytest.mark.parametrize("label", ["kind", 0, -3, "0", "-3"])
def test_the_label_by_name_or_by_number(write: Write, label: str | int) -> None:
    data = read_csv(write("kind,a,b\nx,1,2\ny,3,4\n"), label=label)
    assert data.targets == [0, 1]
    assert data.feature_names == ("a", "b")


def test_no_header(write: Write) -> None:
    data = read_csv(write("1,2,x\n3,4,y\n"))
    assert (len(data), data.feature_names, data.target_name) == (2, None, None)
    assert len(read_csv(write("1,2,x\n3,4,y\n5,6,y\n"), header=False)) == 3
    assert len(read_csv(write("1,2,x\n3,4,y\n5,6,x\n"), header=True)) == 2


def test_quotes_hold_commas_quotes_and_line_ends(write: Write) -> None:
    data = read_csv(write('"a, b","c\nd",k\n1,2,"x,""1"""\n3,4,"y\nz"\n'))
    assert data.feature_names == ("a, b", "c\nd")
    assert data.label_names == ('x,"1"', "y\nz")


def test_another_delimiter(write: Write) -> None:
    assert read_csv(write("a;b;c\n1;2;x\n3;4;y\n"), delimiter=";").targets == [0, 1]
    assert "the line holds ':': delimiter=':'?" in error_of(write("a:b:c\n1:2:x\n"))
    with pytest.raises(ArgumentError, match="delimiter"):
        read_csv(write(PLAIN), delimiter=";;")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["b", "a", "b"], ("a", "b")),
        (["10", "9", "10", "9"], ("9", "10")),  # as numbers, not as words
        (["1.0", "1", "0", "+0"], ("0", "+0", "1", "1.0")),  # as they are written
        (["1", "2", "unknown", "1"], ("1", "2", "unknown")),
        (["5"] * 10 + ["7"], ("5", "7")),
        ([str(i % 20) for i in range(40)], tuple(map(str, range(20)))),
    ],
)
def test_classes_are_told_from_the_labels(
    write: Write, labels: list[str], names: tuple[str, ...]
) -> None:
    data = read_csv(write("".join(f"{i},{label}\n" for i, label in enumerate(labels))))
    assert data.label_names == names
    assert len(data.targets) == len(labels)


@pytest.mark.parametrize(
    "labels",
    [["0.5", "1", "2"], [str(i % 21) for i in range(60)], ["1", "2", "3", "4"], ["1e3", "-2.5"]],
)
def test_a_regression_is_told_from_the_labels(write: Write, labels: list[str]) -> None:
    data = read_csv(write("".join(f"{i},{label}\n" for i, label in enumerate(labels))))
    assert data.label_names is None
    assert data.targets == [float(label) for label in labels]


def test_the_task_can_be_forced(write: Write) -> None:
    path = write("1,0\n2,1\n3,0\n4,1.5\n")
    assert read_csv(path, task="regression").targets == [0.0, 1.0, 0.0, 1.5]
    assert read_csv(path, task="classification").label_names == ("0", "1", "1.5")


def test_a_regression_of_more_values_than_classes_may_be(write: Write) -> None:
    data = read_csv(write("".join(f"1,{i}.5\n" for i in range(11_000))))
    assert data.targets == [i + 0.5 for i in range(11_000)]


def test_small_whole_numbers_stay_bytes(write: Write) -> None:
    data = read_csv(write("label,p1,p2\n3,0,255\n4,7,8\n"), label="label")
    assert isinstance(data.features, ByteRows)
    assert list(data.features) == [[0.0, 255.0], [7.0, 8.0]]
    late = read_csv(write("label,p1,p2\n3,0,255\n4,7,256\n"), label="label")
    assert isinstance(late.features, FloatRows)
    assert list(late.features) == [[0.0, 255.0], [7.0, 256.0]]


def test_large_numbers_whose_sum_is_infinite(write: Write) -> None:
    assert read_csv(write("1.5e308,1.5e308,x\n1,1,y\n")).features[0] == [1.5e308, 1.5e308]


def test_a_test_part_uses_the_classes_of_the_training(write: Write) -> None:
    assert read_csv(write("1,y\n2,y\n"), label_names=["x", "y"]).targets == [1, 1]
    data = read_csv(write("1,04\n2, 3\n"), label_names=["3", "04"])
    assert data.targets == [1, 0]


def test_features_are_picked_by_their_names(write: Write) -> None:
    path = write("kind,b,id,a\nx,1,77,2\ny,3,78,4\n")
    data = read_csv(path, label="kind", feature_names=["a", "b"])
    assert list(data.features) == [[2.0, 1.0], [4.0, 3.0]]
    assert list(read_csv_features(path, feature_names=["a", "b"])) == list(data.features)
    assert list(read_csv_features(path, feature_names=["a"])) == [[2.0], [4.0]]


def test_rows_to_predict_with_and_without_the_label(write: Write) -> None:
    bare = write("1,2\n3,4\n")
    assert list(read_csv_features(bare)) == [[1.0, 2.0], [3.0, 4.0]]
    assert list(read_csv_features(bare, width=2, label=-1)) == [[1.0, 2.0], [3.0, 4.0]]
    labelled = write("1,2,x\n3,4,y\n")
    assert list(read_csv_features(labelled, width=2, label=-1)) == [[1.0, 2.0], [3.0, 4.0]]
    named = write("a,b,kind\n1,2,x\n3,4,y\n")
    assert list(read_csv_features(named, label="kind", width=2)) == [[1.0, 2.0], [3.0, 4.0]]
    assert list(read_csv_features(write("a,b\n1,2\n"), label="kind")) == [[1.0, 2.0]]
    assert list(read_csv_features(write("2019,2020\n1,2\n"), feature_names=["2020", "2019"])) == [
        [2.0, 1.0]
    ]
    with pytest.raises(DataError, match=r"found 3 feature columns, expected 2.*label=-1"):
        read_csv_features(write("1,2,3\n"), width=2)


MANY = "".join(f"{i},{i}.5\n" for i in range(30))

FAILURES = [
    ("", {}, "data.csv: the file is empty, expected rows of numbers"),
    (" \n\n", {}, "data.csv: the file is empty, expected rows of numbers"),
    ("a,b,c\n", {}, "data.csv, line 1: only a header ('a', 'b', 'c'), expected rows"),
    ("a,b,c\n1,2,x\n1,x\n", {}, "data.csv, line 3, column 3 ('c'): found 2 cells, expected 3 as "),
    ("a,b,c\n1,2,x\n1,2,3,x\n", {}, "data.csv, line 3, column 4: found 4 cells, expected 3 as in "),
    ("a,b,c\n1,2,x\n1,two,x\n", {}, "line 3, column 2 ('b'): found 'two', expected a number; text"),
    (
        "a,b,c\n1,two,x\n1,2,x\n",
        {},
        "line 3, column 2 ('b'): found '2', expected a word, as the ",
    ),
    ("1,2,x\n1,two,x\n", {}, "data.csv, line 2, column 2: found 'two', expected a number"),
    ("a,b,c\n1,,x\n", {}, "data.csv, line 2, column 2 ('b'): found an empty cell, expected a num"),
    ("a,b,c\n1,NaN,x\n", {}, "line 2, column 2 ('b'): found 'NaN' for a missing value, expected a"),
    ("a,b,c\n1,NAN,x\n", {}, "data.csv, line 2, column 2 ('b'): found 'NAN', expected a finite "),
    ("a,b,c\n1,-inf,x\n", {}, "data.csv, line 2, column 2 ('b'): found '-inf', expected a finit"),
    ("a,b,c\n1,1e999,x\n", {}, "data.csv, line 2, column 2 ('b'): found '1e999', expected a fin"),
    ("a,b,c\n1,1_0,x\n", {}, "data.csv, line 2, column 2 ('b'): found '1_0', expected a number"),
    ("a,b,c\n1,٣,x\n", {}, "data.csv, line 2, column 2 ('b'): found '٣', expected a number"),
    (
        'a,b,c\n1,"3,5",x\n',
        {},
        "found '3,5', expected a number or a word; write decimals with a ",
    ),
    ("a,b,c\n1,2,\n", {}, "data.csv, line 2, column 3 ('c'): found an empty cell, expected a lab"),
    ("a,b,c\n1,2,nan\n", {}, "data.csv, column 3 ('c'): found one class only, 'nan' in all 1 ro"),
    ('a,"b\nb",c\n1,2,x\n1,bad,x\n', {}, "data.csv, line 4, column 2 ('b\\nb'): found 'bad'"),
    (PLAIN, {"label": "knd"}, "no column is named 'knd'; the columns are 'a', 'b', 'kind'. Did yo"),
    (PLAIN, {"label": 3}, "data.csv, line 1: there is no label column 3: the 3 columns are 0 to 2"),
    (PLAIN, {"label": -4}, "there is no label column -4"),
    (PLAIN, {"label": "a", "width": 2}, "line 2, column 3 ('kind'): found 'x', expected a number"),
    ("1,2\n3,4\n", {"label": "kind"}, "no column is named 'kind': the file has no header"),
    ("a,a,b\n1,2,3\n", {"label": "a"}, "line 1, column 1 ('a'): the label name 'a' stands in colu"),
    ("a,b\n1,x\n2,x\n", {}, "data.csv, column 2 ('b'): found one class only, 'x' in all 2 rows"),
    ("label,p\n1,0\n2,0\n", {}, "did you mean label='label'?"),
    ("label,1,3\n3,0,1\n4,5,5\n", {"label": 0}, "line 1, column 1: cannot tell whether line 1 is "),
    (PLAIN, {"label_names": ["x"]}, "data.csv, line 3, column 3 ('kind'): found label 'y', expec"),
    (PLAIN, {"task": "regression"}, "line 2, column 3 ('kind'): found 'x', expected a number"),
    (
        MANY + "1,oops\n",
        {},
        "line 31, column 2: found 'oops' in a column of numbers, expected a nu",
    ),
    (
        "".join(f"{i},n{i}\n" for i in range(30)),
        {},
        "30 different labels in 30 rows; is this the label column?",
    ),
    (
        "".join(f"{i},n{i}\n" for i in range(10_002)),
        {},
        "data.csv, line 10001, column 2: more than 10,000 different labels",
    ),
    (MANY * 400 + "1,oops\n", {}, "line 12001, column 2: found 'oops' in a column of numbers"),
    ("5\n6\n", {}, "data.csv, line 1: found one column, expected two or more"),
    ("1,two,3\n4,5,6\n", {}, "line 1, column 2: cannot tell whether line 1 is a header: found 't"),
    ("0,1,2,3,4\n1,1,1,1,1\n", {}, "line 1: numbers 0, 1, 2, ... may be a header or data"),
    (PLAIN, {"max_columns": 2}, "line 1: found 3 columns, expected at most 2"),
    (PLAIN, {"feature_names": ["b", "z"]}, "no column is named 'z'; the columns are 'a', 'b', "),
    (PLAIN, {"width": 3}, "found 2 feature columns besides the label, expected 3 as in the train"),
    ("a,a,k\n1,2,x\n", {"feature_names": ["k", "a"], "label": "k"}, "more than one column is nam"),
    ('a,b,c\n1,2,"x\n3,4,y\n', {}, "data.csv, line 2: a quoted cell that starts here is never clo"),
    ('a,b,c\n1,2,"x"y\n', {}, "data.csv, line 2: text follows a closing quote"),
    ("a,b,c\r1,2,x\r", {}, "data.csv, line 1: a carriage return inside the line"),
    ("a,b\n1," + "x" * 140_000 + "\n", {}, "data.csv, line 2: a cell is too long"),
    (b"a,b,c\n1,\xe9,x\n", {}, "data.csv, line 2, column 2: found byte 0xE9 (byte 3 of the line)"),
    (b"a,b,c\n1,2\x00,x\n", {}, "data.csv, line 2, column 2: found a NUL byte (byte 4 of the lin"),
    (b"\0" * 5000, {}, "data.csv, line 1, column 1: found a NUL byte"),
    (PLAIN.encode("utf-16"), {}, "data.csv, line 1: found UTF-16 text, expected UTF-8; save the"),
    (PLAIN.encode("utf-16-le"), {}, "found UTF-16 text, expected UTF-8; save the file as UTF-8"),
    (PLAIN.encode("utf-16-be"), {}, "found UTF-16 text, expected UTF-8; save the file as UTF-8"),
    (PLAIN.encode("utf-32"), {}, "found UTF-32 text, expected UTF-8; save the file as UTF-8"),
    (gzip.compress(PLAIN.encode())[:-9], {}, "data.csv: the gzip data ends too early"),
    (gzip.compress(PLAIN.encode())[:-6] + b"123456", {}, "data.csv: the gzip data is damaged"),
    (gzip.compress(PLAIN.encode()) + b"more", {}, "data.csv: the gzip data is damaged"),
    (b"\x1f\x8b", {}, "data.csv: the gzip data ends too early"),
]


@pytest.mark.parametrize(("content", "options", "message"), FAILURES, ids=range(len(FAILURES)))
def test_what_is_wrong_is_said_with_its_place(
    write: Write, content: str | bytes, options: dict[str, Any], message: str
) -> None:
    assert message in error_of(write(content), **options)


def test_an_error_knows_its_place(write: Write) -> None:
    with pytest.raises(DataFileError) as caught:
        read_csv(write("a,b,c\n1,inf,x\n"))
    assert (caught.value.line, caught.value.column) == (2, 2)
    assert caught.value.path.endswith("data.csv")


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    assert "there is no such file; check the path" in error_of(tmp_path / "none.csv")
    assert "nor the folder" in error_of(tmp_path / "none" / "none.csv")
    assert "this is a folder, expected a file" in error_of(tmp_path)
    assert "NUL" in error_of(Path("a\0b"))
    assert "no file can have this name" in error_of(Path("a\ud800b"))
    assert "cannot be read (File name too long)" in error_of(tmp_path / ("a" * 300))
    with pytest.raises(ArgumentError, match="path is 0"):
        read_csv(0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options",
    [
        {"task": "guess"},
        {"label": True},
        {"label": 1.5},
        {"header": "yes"},
        {"feature_names": "a"},
        {"label_names": []},
        {"label_names": ["x", "x"]},
        {"label_names": ["x", "y"], "task": "regression"},
    ],
)
def test_arguments_that_cannot_work(write: Write, options: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        read_csv(write(PLAIN), **options)


def test_a_line_without_end_is_refused_before_memory_is_gone(write: Write) -> None:
    path = write(gzip.compress(b"1" * 20_000_000, 1))
    assert "line 1: longer than 16,777,216 bytes" in error_of(path)


QUOTED = b'"' + b"x" * 998 + b'\n",'  # the rest of a row that began a line earlier


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (QUOTED * 30_000, "data.csv, line 1: the row that starts here goes on over more than 16,7"),
        (b"a,b\n1,x\n" + b'"\n",' * 40_000, "data.csv, line 3: the row that starts here goes"),
        (b"a,b\n1,x\n" + b"\n" * 40_000, "data.csv, line 30003: more than 16,777,216 bytes "),
        (b"a,b\n" + (b" " * 999 + b"\n") * 30_000, "lines up to here are blank; is this a CSV"),
        (
            b'a,b\n1,"\n' + (b"x" * 99 + b"\n") * 5000,
            "line 2: a cell is too long; is a quote left open",
        ),
        (b"1," + b"1" * 30_000_000, "line 1: longer than 16,777,216 bytes"),
        (b"1," + b"1" * 10_000_000, "line 1: a cell is too long"),
        (b"1,1e" + b"9" * 100_000 + b"\n", "line 1, column 2: found '1e9999999"),
        (b"1," + b"9" * 131_000 + b"\n", "line 1, column 2: found '999999999"),
        (b"1" * 131_000 + b",x\n", "line 1, column 1: found '111111111"),
        (
            b"".join(b'%d,"%d%s"\n' % (i, i, b"x" * 100_000) for i in range(200)),
            "line 168, column 2: the different labels have more than 16,777,216 letters together",
        ),
    ],
    ids=range(11),
)
def test_what_is_packed_small_and_never_ends(
    write: Write, content: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of some KB, which unpacks to much more: memory stays below a few lines."""
    monkeypatch.setattr("purenn.data.csv_records.MOST_LINES", 30_000)
    path = write(gzip.compress(content, 1))
    del content
    tracemalloc.start()
    assert message in error_of(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 7 * 2**24


def test_a_row_has_no_more_bytes_and_lines_than_the_limits(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purenn.data.csv_records.LONGEST_LINE", 100)
    monkeypatch.setattr("purenn.data.csv_records.MOST_LINES", 10)
    row = '1,"' + "\n" * 9 + 'x"\n'
    longer, larger = row.replace("x", "\nx"), row.replace("x", "x" * 90)
    goes_on = "the row that starts here goes on over more than .*; is a quote left open"
    data = read_csv(write(f"a,b\n{row}2,z\n\n\n\n{row}\n\n{row.replace('x', 'y')}"))
    assert data.label_names == ("x", "y", "z")  # nor do the rows add up
    for table in (longer, larger):
        with pytest.raises(DataFileError, match=f"data.csv, line 5: {goes_on}"):
            read_csv(write(f"a,b\n2,y\n\n\n{table}"))
    for line, lines in (("\n", 11), (" \n", 11), ('""\n', 11), (" " * 30 + "\n", 4)):
        blank = line * lines
        read_csv(write(f"a,b\n2,y\n{line * (lines - 1)}3,x\n"))
        with pytest.raises(DataFileError, match=r"lines up to here are blank; is this a CSV"):
            read_csv(write(f"a,b\n2,y\n{blank}3,x\n"))


def test_messages_do_not_grow_with_the_file(write: Write) -> None:
    many = ",".join(["a"] * 50_000)
    told = [
        error_of(write(f"{many}\n"), label="a"),
        error_of(write("a,b\n1,2\n"), label="x" * 100_000),
        error_of(write("1,2\n1,2\n"), label="x" * 100_000),
        error_of(write(f"a,b,{'c' * 100_000}\n1,2,3\n"), feature_names=["d" * 100_000]),
    ]
    assert "stands in columns 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 49,990 more" in told[0]
    assert max(map(len, told)) < 400


def test_ten_thousand_columns(write: Write) -> None:
    header = ",".join(f"c{i}" for i in range(10_000)) + ",kind\n"
    data = read_csv(write(header + ("0.5," * 10_000 + "x\n") * 9 + "1.5," * 10_000 + "y\n"))
    assert (len(data), data.features.width, data.targets[-1]) == (10, 10_000, 1)


def test_numbers_are_kept_packed(write: Write) -> None:
    path = write(("1.5," * 500 + "x\n") * 400 + "2," * 500 + "y\n")
    tracemalloc.start()
    data = read_csv(path)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    numbers = 500 * len(data)
    assert kept < 10 * numbers  # 8 bytes a number, and not 32
    assert peak < 12 * numbers


def test_quotes_with_nothing_in_them_are_a_cell_of_a_single_column(write: Write) -> None:
    """As csv.writer and pandas write a missing value; a blank line is none."""
    path = write('x\n1\n\n""\n3\n')
    with pytest.raises(DataFileError, match=r"line 4, column 1 \('x'\): found an empty cell"):
        read_csv_features(path)
    assert len(read_csv_features(write("x\n1\n\n3\n"))) == 2
    assert len(read_csv_features(write('x,y\n1,2\n""\n3,4\n'))) == 2
