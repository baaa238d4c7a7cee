"""What csv.writer writes, in any dialect, is read as the same rows or refused: never merged."""

import csv
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purenn.data import read_csv
from purenn.errors import PurennError

many = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = st.one_of(
    st.integers(-3, 300), st.floats(allow_nan=False, allow_infinity=False), st.integers()
)
WORDS = """
    x y yes Yes YES 1 01 1.0 1E2 100 NA nan inf ? - null a,b a;b a|b 1,5 0.5 q"r ' 'x' 猫 # sep=;
    9007199254740993 9007199254740992 02139 2139 \\ |
"""
words = st.sampled_from([*WORDS.split(), "a b", "p\nq", " x", "x ", "1 2", "1, 2", "é", "e\u0301"])
labels = st.one_of(words, words, st.text(max_size=4).filter(lambda text: "\0" not in text))
names = st.sampled_from([None, None, ["height", "width", "kind"], ["0", "1", "target"]])


@st.composite
def tables(draw: st.DrawFn) -> list[list[Any]]:
    """Rows of two numbers and a label; a few labels, met again and again."""
    known = draw(st.lists(labels, min_size=2, max_size=4, unique=True))
    pair = st.tuples(numbers, numbers, st.sampled_from(known)).map(list)
    return draw(st.lists(pair, min_size=1, max_size=12))


def plain(label: str) -> str:
    return label.strip().replace("\\", "")


def written(path: Path, rows: list[list[Any]], names: list[str] | None, **dialect: Any) -> bool:
    """Whether csv.writer can write it."""
    with open(path, "w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        try:
            csv.writer(file, **dialect).writerows([names, *rows] if names else rows)
        except csv.Error:
            return False
    return True


dialects = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|: "),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "lineterminator": st.sampled_from(["\n", "\r\n"]),
        "doublequote": st.booleans(),
        "escapechar": st.just("\\"),  # which the reader leaves as it is
        "quotechar": st.sampled_from(['"', '"', "'"]),
    }
)


@many
@given(tables(), names, dialects, st.booleans())
def test_round_trip(
    tmp_path: Path, rows: list[list[Any]], names: Any, dialect: dict[str, Any], told: bool
) -> None:
    path = tmp_path / "table.csv"
    if dialect["delimiter"] == " " and not all(row[2].strip() for row in rows):
        return  # runs of spaces hold no empty cells
    if not written(path, rows, names, **dialect):
        return
    asked = {"delimiter": dialect["delimiter"], "header": names is not None} if told else {}
    try:
        data = read_csv(path, **asked)
    except PurennError:
        return
    if not told and (names is None) != (data.feature_names is None):
        assert any("header" in note for note in data.notes)  # undecidable, but not silent
        return
    if any("left out" in note for note in data.notes):
        assert not any(row[2] for row in rows)  # a comma at every line's end
        return
    assert list(data.features) == [list(map(float, row[:2])) for row in rows]
    found = [row[2] for row in rows]
    if data.label_names is None:
        assert data.targets == [float(label.replace(",", ".")) for label in found]
    else:
        read = [data.label_names[code] for code in data.targets]
        assert [plain(label) for label in read] == [plain(label) for label in found]
        assert len(set(read)) == len(set(found))
