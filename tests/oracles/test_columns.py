"""Texts and gaps beside scikit-learn's OneHotEncoder and SimpleImputer, read by pandas."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purenn.data import EncodedRows, read_csv, split

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
impute = pytest.importorskip("sklearn.impute")
preprocessing = pytest.importorskip("sklearn.preprocessing")

WORDS = ["red", "green", "dark blue", "Ä", 'a "b", c']
some_words = st.sampled_from(WORDS)
some_numbers = st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float)
many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[Any]]:
    """Two columns of numbers and two of words, each with a value; None is a gap."""
    rows = draw(st.integers(2, 15))
    columns = []
    for kind in (some_numbers, some_words, some_numbers, some_words):
        cells = draw(st.lists(st.none() | kind, min_size=rows, max_size=rows))
        cells[draw(st.integers(0, 1))] = draw(kind)  # among the rows to fit, too
        columns.append(cells)
    return [list(row) for row in zip(*columns, strict=True)]


def written(path: Path, table: list[list[Any]]) -> Path:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["n", "t", "m", "u", "label"])
        writer.writerows([*row, "xy"[i % 2]] for i, row in enumerate(table))
    return path


def of_sklearn(frame: Any, rows: int, strategy: str) -> Any:
    """All rows as inputs; fills are learned from the first rows, categories from all."""
    made = []
    for name in ("n", "m", "t", "u"):
        column, words = frame[[name]], name in ("t", "u")
        column = column.astype(object) if words else column
        imputer = impute.SimpleImputer(strategy="most_frequent" if words else strategy)
        filled = imputer.fit(column[:rows]).transform(column)
        if words:
            known = [sorted(frame[name].dropna().unique())]
            filled = preprocessing.OneHotEncoder(categories=known).fit_transform(filled).toarray()
        made.append(filled)
    n, m, t, u = made
    return np.hstack([n, t, m, u])


@many
@given(tables(), st.sampled_from(["mean", "median"]))
def test_inputs_are_those_of_scikit_learn(
    tmp_path: Path, table: list[list[Any]], strategy: str
) -> None:
    path = written(tmp_path / "t.csv", table)
    frame = pd.read_csv(path)
    data = read_csv(path, missing=strategy)
    found = np.array(list(data.features))
    np.testing.assert_allclose(found, of_sklearn(frame, len(table), strategy), rtol=1e-9, atol=1e-9)
    assert isinstance(data.features, EncodedRows)
    assert data.columns is not None
    first = data.columns.fit(data.features.raw[:2], strategy)  # of the rows to train on only
    found = np.array(list(first.transform(data.features.raw)))
    np.testing.assert_allclose(found, of_sklearn(frame, 2, strategy), rtol=1e-9, atol=1e-9)


@many
@given(tables())
def test_dropped_rows_are_those_of_pandas(tmp_path: Path, table: list[list[Any]]) -> None:
    path = written(tmp_path / "t.csv", table)
    frame = pd.read_csv(path).dropna()
    if frame["label"].nunique() < 2:
        return
    data = read_csv(path, missing="drop")
    names = data.label_names or ()
    assert [names[target] for target in data.targets] == list(frame["label"])
    expected = pd.get_dummies(frame[["n", "t", "m", "u"]], columns=["t", "u"], prefix_sep="=")
    assert data.feature_names is not None
    assert sorted(data.feature_names) == sorted(expected.columns)
    values = expected[list(data.feature_names)].to_numpy(dtype=float)
    np.testing.assert_allclose(np.array(list(data.features)), values, rtol=1e-12)


def test_a_split_keeps_what_pandas_has(tmp_path: Path) -> None:
    table = [[float(i) if i % 3 else None, WORDS[i % 4], i / 2, WORDS[i % 5]] for i in range(60)]
    data = read_csv(written(tmp_path / "t.csv", table), missing="mean")
    train, test = split(data, 0.25, seed=3)
    assert data.columns is not None
    assert isinstance(train.features, EncodedRows)
    columns = data.columns.fit(train.features.raw, "mean")
    rows = [row for part in (train, test) for row in part.with_columns(columns).features]
    known = [row[0] for row in train.features.raw if row[0] == row[0]]
    filled = [row[0] for row in rows if row[0] not in {float(i) for i in range(60)}]
    assert filled in ([], pytest.approx([np.mean(known)] * 20))
    assert len(rows) == 60
