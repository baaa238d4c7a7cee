"""What pandas and polars write with their defaults and their options, read back here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from purenn.data import Dataset, read_csv, read_csv_features
from purenn.errors import DataError

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

ROWS = 40
FLOATS = {"a": [0.1 * i + 0.05 for i in range(ROWS)], "b": [i * 7 % 5 - 2.5 for i in range(ROWS)]}
KINDS = [("no", "yes", "it, depends")[i % 3] for i in range(ROWS)]
CODES = [i % 3 for i in range(ROWS)]
EXPECTED = [list(row) for row in zip(FLOATS["a"], FLOATS["b"], strict=True)]


def assert_same(data: Dataset, labels: list[Any], names: tuple[str, ...] | None) -> None:
    assert list(data.features) == EXPECTED
    assert data.label_names is not None
    assert [data.label_names[code] for code in data.targets] == list(map(str, labels))
    assert data.feature_names == names


@pytest.mark.parametrize("labels", [KINDS, CODES], ids=["words", "numbers"])
@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sep": ";"},
        {"sep": ";", "decimal": ","},
        {"sep": "\t"},
        {"sep": "|"},
        {"quoting": 1},
        {"encoding": "utf-8-sig"},
        {"lineterminator": "\r\n"},
        {"compression": "gzip"},
    ],
    ids=str,
)
def test_pandas(tmp_path: Path, options: dict[str, Any], index: bool, labels: list[Any]) -> None:
    path = tmp_path / "table.csv"
    frame = pd.DataFrame({**FLOATS, "kind": labels})
    frame.to_csv(path, index=index, **options)
    data = read_csv(path)
    assert_same(data, labels, ("a", "b"))
    assert index == any("index of a table" in note for note in data.notes)


@pytest.mark.parametrize("labels", [KINDS, CODES], ids=["words", "numbers"])
def test_pandas_without_a_header(tmp_path: Path, labels: list[Any]) -> None:
    path = tmp_path / "table.csv"
    pd.DataFrame({**FLOATS, "kind": labels}).to_csv(path, index=False, header=False)
    assert_same(read_csv(path), labels, None)


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("target", ["kind", 2])
@pytest.mark.parametrize("labels", [KINDS, CODES], ids=["words", "numbers"])
def test_columns_that_pandas_numbers(
    tmp_path: Path, index: bool, target: Any, labels: list[Any]
) -> None:
    """0, 1, ... above the numbers: read as names, or refused."""
    path = tmp_path / "table.csv"
    frame = pd.DataFrame(np.array(EXPECTED))
    frame[target] = labels
    frame.to_csv(path, index=index)
    told = ""
    try:
        data = read_csv(path)
    except DataError as error:
        told = str(error)
        data = read_csv(path, header=True)
    assert not told or "header=True or header=False" in told
    assert_same(data, labels, ("0", "1"))
    assert read_csv_features(path, label=-1, header=True).width == 2


def test_an_index_that_was_shuffled(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    frame = pd.DataFrame({**FLOATS, "kind": KINDS}).sample(frac=1, random_state=1)
    frame.to_csv(path)
    data = read_csv(path)
    assert list(data.features) == frame[["a", "b"]].values.tolist()
    frame.to_csv(path, index_label="id")
    assert any("drop=['id']" in note for note in read_csv(path).notes)


@pytest.mark.parametrize("labels", [["01", "1"], ["yes", "Yes"], ["nan", "inf"], [" x", "y"]])
def test_classes_that_pandas_writes(tmp_path: Path, labels: list[str]) -> None:
    path = tmp_path / "table.csv"
    several = [labels[i % 2] for i in range(ROWS)]
    pd.DataFrame({**FLOATS, "kind": several}).to_csv(path, index=False)
    data = read_csv(path)
    assert_same(data, [label.strip() for label in several], ("a", "b"))


@pytest.mark.parametrize("labels", [KINDS, CODES], ids=["words", "numbers"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"separator": ";"},
        {"separator": ";", "decimal_comma": True},
        {"separator": "\t"},
        {"include_bom": True},
        {"quote_style": "always"},
        {"line_terminator": "\r\n"},
    ],
    ids=str,
)
def test_polars(tmp_path: Path, options: dict[str, Any], labels: list[Any]) -> None:
    path = tmp_path / "table.csv"
    pl.DataFrame({**FLOATS, "kind": labels}).write_csv(path, **options)
    assert_same(read_csv(path), labels, ("a", "b"))
