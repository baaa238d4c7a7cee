"""Each row of a CSV file knows its line, whatever stands between the rows."""

from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn.data import read_csv
from purenn.data.line_numbers import LineNumbers


@given(st.lists(st.integers(1, 5), max_size=50))
def test_lines_are_kept_as_they_come(steps: list[int]) -> None:
    numbers, given, line = LineNumbers(), [], 0
    for step in steps:
        line += step
        numbers.add(line)
        given.append(line)
    assert list(numbers.lines) == given


def test_lines_that_follow_each_other_take_no_memory() -> None:
    numbers = LineNumbers()
    for line in range(2, 10_000):
        numbers.add(line)
    assert numbers.lines == range(2, 10_000)
    numbers.add(10_001)
    assert isinstance(numbers.lines, array)
    assert list(numbers.lines) == [*range(2, 10_000), 10_001]


@pytest.mark.parametrize(
    "text,options,lines",
    [
        ("a,y\n1,x\n2,z\n3,x\n", {}, [2, 3, 4]),
        ("1,x\n2,z\n", {}, [1, 2]),
        ("a,y\n\n1,x\n\n\n2,z\n", {}, [3, 6]),
        ('a,y\n1,"x\nx"\n2,z\n', {}, [2, 4]),
        ('"a\nb",y\n1,x\n2,z\n', {}, [3, 4]),
        ("a,y\n1,x\n,z\n3,z\n", {"missing": "drop"}, [2, 4]),
        ("a,y\n1,x\n,z\n3,z\n", {"missing": "mean"}, [2, 3, 4]),
        ("a,y\r\n1,x\r\n2,z\r\n", {}, [2, 3]),
    ],
)
def test_a_row_knows_its_line(
    tmp_path: Path, text: str, options: dict[str, str], lines: list[int]
) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text, newline="")
    data = read_csv(path, **options)  # type: ignore[arg-type]
    assert [data.line(i) for i in range(len(data))] == lines
    assert [data.place(i) for i in range(len(data))] == list(range(len(data)))
