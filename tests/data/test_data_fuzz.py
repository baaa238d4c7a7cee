"""Whatever bytes a file holds: it is read, or purenn's own error comes out, and nothing else."""

import csv
import gzip
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purenn.data import (
    columns_from_dict,
    read_csv,
    read_csv_features,
    read_idx,
    read_idx_pair,
    scaler_from_dict,
)
from purenn.data.csv_dialect import Dialect
from purenn.data.csv_records import open_records
from purenn.errors import DataError, PurennError

CSV = b'"a",b,kind\n1,2,x\n3,"4",y\r\n5,6.5,x\n'
IDX = struct.pack(">4I", 0x803, 3, 2, 2) + bytes(range(12))
LABELS = struct.pack(">2I", 0x801, 3) + b"\0\1\0"

many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
cells = st.one_of(
    st.sampled_from(["", "1", "-2.5", "nan", "1e400", '"', '""', "x", "\r", "\n", "\0", "1_0"]),
    st.text(max_size=5),
    st.floats().map(repr),
    st.integers().map(str),
)
tables = st.lists(st.lists(cells, max_size=4).map(",".join), max_size=6).map("\n".join)


def mutated(valid: bytes) -> st.SearchStrategy[bytes]:
    """A valid file with some bytes changed, and cut or made longer."""
    change = st.tuples(st.integers(0, len(valid) - 1), st.integers(0, 255))

    def apply(changes: list[tuple[int, int]], end: int, more: bytes) -> bytes:
        data = bytearray(valid)
        for place, value in changes:
            data[place] = value
        return bytes(data[:end]) + more

    ends = st.integers(0, len(valid))
    return st.builds(apply, st.lists(change, max_size=4), ends, st.binary(max_size=4))


def files(valid: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, nearly valid files, and both within gzip, itself whole or damaged."""
    inner = st.one_of(st.binary(max_size=200), mutated(valid), mutated(valid))
    packed = inner.map(lambda data: gzip.compress(data, mtime=0))
    return st.one_of(inner, packed, mutated(gzip.compress(valid, mtime=0)))


csv_files = st.one_of(files(CSV), tables.map(lambda text: text.encode("utf-8", "surrogatepass")))


def read(reader: Callable[..., Any], path: Path, content: bytes, **options: Any) -> Any:
    """The result of a reader, or None where it refused the file."""
    path.write_bytes(content)
    with suppress(PurennError):
        return reader(path, **options)
    return None


@many
@given(csv_files, st.sampled_from([None, 0, "kind", "1"]), st.sampled_from([None, True, False]))
def test_csv(tmp_path: Path, content: bytes, label: Any, header: bool | None) -> None:
    for task in (None, "classification", "regression"):
        data = read(read_csv, tmp_path / "f", content, label=label, header=header, task=task)
        if data is not None:
            assert len(data) == len(data.targets) == len(list(data.features)) > 0
            assert not data.is_classification or data.classes >= 2


@many
@given(csv_files, st.sampled_from([None, ["a", "b"], ["b"]]), st.sampled_from([None, "kind", 1]))
def test_csv_features(tmp_path: Path, content: bytes, names: Any, label: Any) -> None:
    path = tmp_path / "f"
    rows = read(read_csv_features, path, content, feature_names=names, label=label)
    assert rows is None or names is None or rows.width == len(names)
    read(read_csv, path, content, feature_names=names, label=label, label_names=["x", "y"])


@many
@given(
    csv_files,
    st.sampled_from(["error", "drop", "mean", "median"]),
    st.sampled_from([(), ["a"], [0], ["0", "b"]]),
    st.sampled_from([(), ["b"], [-2]]),
)
def test_csv_texts_and_gaps(
    tmp_path: Path, content: bytes, missing: str, text: Any, drop: Any
) -> None:
    path = tmp_path / "f"
    data = read(read_csv, path, content, missing=missing, text=text, drop=drop)
    if data is None:
        return
    assert len(data) == len(data.targets) > 0
    rows = list(data.features)
    assert all(isfinite(number) for row in rows for number in row)
    if data.columns is not None:
        assert columns_from_dict(data.columns.to_dict()) == data.columns
        again = columns_from_dict(data.columns.to_dict())
        how: dict[str, Any] = {"columns": again, "missing": missing, "drop": drop}
        same = read(read_csv, path, content, label_names=data.label_names, **how)
        assert same is None or list(same.features) == rows


@many
@given(files(IDX))
def test_idx(tmp_path: Path, content: bytes) -> None:
    read(read_idx, tmp_path / "f", content)


@many
@given(files(IDX), files(LABELS))
def test_idx_pair(tmp_path: Path, images: bytes, labels: bytes) -> None:
    (tmp_path / "labels").write_bytes(labels)
    data = read(read_idx_pair, tmp_path / "f", images, labels=tmp_path / "labels")
    assert data is None or len(data) == len(data.targets)


pieces = st.sampled_from(["1", "", '""', '"\n"', '"x\n\ny"', '"\n', " ", '"a\n\n\n\n\n\n"'])
rows = st.lists(st.lists(pieces, max_size=4).map(",".join), max_size=12).map("\n".join)


def records_of(text: str, skips: bool) -> list[tuple[int, int, list[str]]]:
    """First and last line, and cells, of each record that the csv module finds."""
    reader = csv.reader(text.splitlines(keepends=True), skipinitialspace=skips, strict=True)
    found = []
    with suppress(csv.Error):
        last = 0
        for cells in reader:
            found.append((last + 1, last := reader.line_num, cells))
    return found


@many
@given(rows)
def test_a_record_has_no_more_bytes_and_lines_than_the_limits(text: str) -> None:
    lines = text.splitlines(keepends=True)
    dialect, _ = open_records(BytesIO(text.encode()), "f", Dialect(","), [])
    expected = records_of(text, dialect.skips_spaces)
    good: list[tuple[int, int, list[str]]] = []
    for record in expected:
        single = bool(good) and len(good[-1][2]) == 1
        if len(record[2]) > 1 or "".join(record[2]).strip() or (record[2] == [""] and single):
            good.append(record)
    read: list[tuple[int, list[str]]] = []
    told = ""
    with patch.multiple("purenn.data.csv_records", LONGEST_LINE=20, MOST_LINES=5):
        try:
            read.extend(open_records(BytesIO(text.encode()), "f", Dialect(","), [])[1])
        except DataError as error:
            told = str(error)
    assert read == [(start, cells) for start, _, cells in good[: len(read)]]
    for start, end, _ in good[: len(read)]:
        assert end - start < 5
        assert len("".join(lines[start - 1 : end])) <= 20
    if not told:
        assert len(read) == len(good)
    elif len(text) <= 20 and len(lines) <= 5:  # then a quote is wrong
        assert "bytes or" not in told


@many
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=3), st.binary(max_size=20))
def test_what_an_idx_header_claims_is_not_believed(
    tmp_path: Path, sizes: list[int], items: bytes
) -> None:
    path = tmp_path / "f"
    path.write_bytes(struct.pack(f">{len(sizes) + 1}I", 0x800 + len(sizes), *sizes) + items)
    tracemalloc.start()
    with suppress(DataError):
        assert len(read_idx(path).data) == len(items)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**22  # a step of the reading, and its buffer


json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
keys = st.sampled_from(["factor", "divisor", "mean", "deviation", "minimum", "range", "more"])
kinds = st.sampled_from(["constant", "standard", "min_max", "other"])


@many
@given(json, kinds, st.dictionaries(keys, json, max_size=3))
def test_scalers(anything: Any, kind: str, saved: dict[str, Any]) -> None:
    for value in (anything, saved, {"kind": kind, **saved}):
        with suppress(DataError):
            assert scaler_from_dict(value).to_dict()["kind"] == kind


@pytest.mark.parametrize("place", range(len(IDX)))
def test_every_cut_of_an_idx_file(tmp_path: Path, place: int) -> None:
    path = tmp_path / "f"
    for content in (IDX[:place], gzip.compress(IDX)[: max(2, place)]):
        path.write_bytes(content)
        with pytest.raises(PurennError):
            read_idx(path)
