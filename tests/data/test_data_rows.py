"""Row sources: the same rows as lists would hold, in less memory, shared by their views."""

from array import array
from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn.data import ByteRows, DataFileError, FloatRows, RowIndexError, RowSource
from purenn.errors import ArgumentError, DataError, PurennError

PIXELS = bytes(range(12))


@pytest.fixture(params=["floats", "bytes", "bytearray", "memoryview"])
def source(request: pytest.FixtureRequest) -> RowSource:
    """Four rows of three numbers, 0 to 11."""
    kinds = {"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview}
    if request.param == "floats":
        return FloatRows([[float(3 * i + j) for j in range(3)] for i in range(4)])
    return ByteRows(kinds[request.param](PIXELS), 3, divisor=1)


def test_a_source_is_a_sequence_of_rows(source: RowSource) -> None:
    assert len(source) == 4
    assert source.width == 3
    assert source[1] == [3.0, 4.0, 5.0]
    assert source[-1] == [9.0, 10.0, 11.0]
    assert list(source) == source.take(range(4)) == [source[i] for i in range(4)]
    assert "4 × 3" in repr(source)


def test_take_gives_new_lists_in_the_order_asked_for(source: RowSource) -> None:
    rows = source.take([2, 0, 2])
    assert rows == [source[2], source[0], source[2]]
    rows[0][0] = -1.0
    assert source[2] == rows[2] == [6.0, 7.0, 8.0]
    assert source.take([]) == []


def test_views_of_views(source: RowSource) -> None:
    assert list(source[1:3]) == source.take([1, 2])
    assert list(source[::-2]) == source.take([3, 1])
    assert list(source.subset([3, 1, 0])[1:]) == source.take([1, 0])
    assert list(source[1:].subset([2, 0])) == source.take([3, 1])
    assert len(source[4:]) == 0


def test_columns(source: RowSource) -> None:
    for view in (source, source[1:], source[::2], source[::-1], source.subset([3, 0])):
        for number in range(3):
            assert list(view.column(number)) == [row[number] for row in view]
    with pytest.raises(ArgumentError, match="columns 0 to 2"):
        source.column(3)


@pytest.mark.parametrize("wrong", [4, -5])
def test_a_row_number_outside_is_an_index_error_of_purenn(source: RowSource, wrong: int) -> None:
    with pytest.raises(RowIndexError):
        source[wrong]
    with pytest.raises(IndexError):
        source.take([0, wrong])
    with pytest.raises(PurennError):
        source.subset([wrong])


def test_pixels_are_exactly_k_over_255() -> None:
    rows = ByteRows(bytes(range(256)), 256)
    assert rows[0] == [k / 255 for k in range(256)]
    assert rows.table == tuple(rows[0])


def test_all_rows_share_the_floats_of_the_table() -> None:
    rows = ByteRows(bytes([7, 7]), 1)
    assert rows[0][0] is rows[1][0]


def test_bytes_are_shared_by_views_and_given_back() -> None:
    data = bytearray(PIXELS)
    rows = ByteRows(data, 3)
    view = rows[2:].subset([1])
    data[9] = 255
    assert view[0][0] == 1.0
    assert view.row_bytes(0) == bytes([255, 10, 11])
    assert rows.take_bytes([1, 0]) == bytes([3, 4, 5, 0, 1, 2])
    with pytest.raises(RowIndexError):
        view.row_bytes(1)


def test_with_table_reads_the_same_bytes_otherwise() -> None:
    rows = ByteRows(PIXELS, 3)[1:]
    assert rows.with_table([float(-k) for k in range(256)])[0] == [-3.0, -4.0, -5.0]
    for table in ([0.0], [float("nan")] * 256):
        with pytest.raises(DataError, match="256 finite"):
            rows.with_table(table)


def test_packed_floats_are_not_copied() -> None:
    values = array("d", [1.0, 2.0, 3.0, 4.0])
    rows = FloatRows.packed(values, 2)
    values[3] = 9.0
    assert rows[1] == [3.0, 9.0]
    with pytest.raises(ArgumentError, match="typecode"):
        FloatRows.packed(array("f", [1.0]), 1)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1.0, 2.0], [1.0]], r"rows\[1\] has 1 entries, but rows\[0\] has 2"),
        ([[1.0, float("nan")]], r"rows\[0\]\[1\] is nan"),
        ([[1.0], [float("inf")]], r"rows\[1\]\[0\] is inf"),
        ([[1.0, "2"]], r"rows\[0\]\[1\] is '2' \(str\)"),
        ([[10**400]], r"rows\[0\] holds a whole number too large"),
        ([], "found no numbers"),
        ([[]], r"rows\[0\] is empty"),
    ],
)
def test_rows_that_are_no_rows_of_finite_numbers(rows: list[list[float]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        FloatRows(rows)


@pytest.mark.parametrize("width", [0, -1, 1.5, True])
def test_a_width_that_cannot_be(width: int) -> None:
    with pytest.raises(ArgumentError, match="width"):
        ByteRows(PIXELS, width)


def test_bytes_that_fill_no_rows() -> None:
    with pytest.raises(DataError, match="12 numbers do not fill whole rows of 5"):
        ByteRows(PIXELS, 5)
    for divisor in (0, float("nan"), "2"):
        with pytest.raises(ArgumentError, match="divisor"):
            ByteRows(PIXELS, 3, divisor=divisor)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="memoryview"):
        ByteRows(memoryview(PIXELS)[::2], 3)


def test_an_error_can_be_copied_and_sent_to_another_process() -> None:
    error = DataFileError("a.csv", "found x", line=3, column=2, name="b")
    again = copy(error)  # by __reduce__, as pickle does
    assert str(again) == str(error) == "a.csv, line 3, column 2 ('b'): found x"
    assert (again.path, again.line, again.column) == ("a.csv", 3, 2)


@given(st.lists(st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=3), min_size=1))
def test_packing_keeps_every_bit(rows: list[list[float]]) -> None:
    assert list(FloatRows(rows)) == rows
