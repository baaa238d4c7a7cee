"""Labels of a CSV file: classes as they are written, and the task by what the numbers look like."""

from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from purenn.data import DataFileError, Dataset, read_csv

Read = Callable[..., Dataset]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a table with these labels."""

    def made(labels: Iterable[str], **options: Any) -> Dataset:
        path = tmp_path / "data.csv"
        path.write_text("a,k\n" + "".join(f"{i % 7},{text}\n" for i, text in enumerate(labels)))
        return read_csv(path, **options)

    return made


def names_of(data: Dataset) -> list[str]:
    """The class of each row, as it is shown."""
    assert data.label_names is not None
    return [data.label_names[code] for code in data.targets]


@pytest.mark.parametrize(
    ("labels", "names", "alike"),
    [
        (["01", "1"], ("1", "01"), True),
        (["01234", "1234"], ("1234", "01234"), True),
        (["02139", "10001"], ("02139", "10001"), False),
        (["1E2", "100"], ("100", "1E2"), True),
        (["9007199254740993", "9007199254740992"], ("9007199254740992", "9007199254740993"), True),
        (["yes", "Yes", "no"], ("Yes", "no", "yes"), True),
        (["1", "1.0"], ("1", "1.0"), True),
        (["\u00e9", "e\u0301"], ("e\u0301", "\u00e9"), True),
        (["10", "9", "2"], ("2", "9", "10"), False),
        (["b", "a"], ("a", "b"), False),
    ],
)
def test_different_text_is_a_different_class(
    read: Read, labels: list[str], names: tuple[str, ...], alike: bool
) -> None:
    data = read(labels * 5)
    assert data.label_names == names
    assert names_of(data) == labels * 5
    assert any("differ in case or form only" in note for note in data.notes) == alike


@pytest.mark.parametrize("text", ["01", "1.0", "+1", "1e0"])
def test_a_test_part_has_the_same_texts(read: Read, text: str) -> None:
    with pytest.raises(
        DataFileError, match=r"found label .* It is not '1': classes are told apart"
    ):
        read([text, "0"], label_names=["0", "1"])


def test_a_class_in_another_case_is_not_known(read: Read) -> None:
    with pytest.raises(DataFileError, match=r"found label 'Yes'.* It is not 'yes'"):
        read(["Yes"], label_names=["no", "yes"])
    assert read([" yes ", "no"], label_names=["no", "yes"]).targets == [1, 0]


@pytest.mark.parametrize("text", ["NA", "?", "N/A", "null", "-", "nan", "None", "inf", "Infinity"])
def test_a_missing_label_among_numbers(read: Read, text: str) -> None:
    for numbers in (["0", "1"], [f"{i}.5" for i in range(40)]):
        with pytest.raises(DataFileError, match=r"line \d+, column 2 .*task='classification'"):
            read([*numbers, text] * 3)
    data = read(["0", "1", text] * 3, task="classification")
    assert set(names_of(data)) == {"0", "1", text}


@pytest.mark.parametrize("text", ["NA", "?", "N/A", "null", "-", "nan"])
def test_a_missing_label_among_words_may_be_a_class(read: Read, text: str) -> None:
    data = read(["no", "yes", text] * 3)
    assert set(names_of(data)) == {"no", "yes", text}
    assert any(f"{text!r} (line 4) is taken for the name of a class" in n for n in data.notes)


@pytest.mark.parametrize("text", ["nan", "inf", "Infinity", "NaN", "-inf", "1e999"])
def test_a_class_may_be_called_like_a_number_that_is_none(read: Read, text: str) -> None:
    assert names_of(read([text, "roti"] * 3)) == [text, "roti"] * 3
    with pytest.raises(DataFileError, match=r"expected a finite number|found '-?[iI]nf"):
        read([text, "1"], task="regression")


def test_labels_that_differ_in_spaces_only(read: Read) -> None:
    with pytest.raises(DataFileError, match=r"line 3, .* found ' x', but 'x' before"):
        read(["x", " x", "y"])
    assert names_of(read([" x", "y"] * 2)) == ["x", "y"] * 2
    assert read([" 0.5", "0.5", "1.5 "]).targets == [0.5, 0.5, 1.5]


# ----------------------------------------------------------------------------- the task

draw = Random(1)
CLASSES = {
    "26 letters": [str(k % 26 + 1) for k in range(2600)],
    "26 letters from 0": [str(k % 26) for k in range(2600)],
    "47 classes": [str(k % 47) for k in range(4700)],
    "26 few": [str(k % 26) for k in range(260)],
    "ASCII codes": [str(65 + k % 26) for k in range(520)],
    "uneven": [str(k % 43 if k % 4 else k % 9) for k in range(4300)],
    "two": ["5"] * 10 + ["70"],
    "signs": ["-1", "1"] * 4,
    "wine": [str(3 + k % 6) for k in range(40)],
    "gaps": [str((1, 2, 3, 5, 6, 7)[k % 6]) for k in range(60)],
    "floats": [f"{k % 3}.0" for k in range(60)],
    "postal": [("02139", "10001", "94103")[k % 3] for k in range(60)],
}
VALUES = {
    "prices": [str(draw.choice([199, 249, 299, 349, 999, 1299])) for _ in range(600)],
    "many prices": [str(draw.randrange(100, 900)) for _ in range(600)],
    "ages": [str(round(draw.gauss(45, 12))) for _ in range(6000)],
    "counts": [str(int(draw.expovariate(0.05))) for _ in range(6000)],
    "years": [str(1950 + min(k % 70, k % 60)) for k in range(2000)],
    "decimals": [f"{k % 5}.5" for k in range(100)],
    "each once": [str(k) for k in range(30)],
}


@pytest.mark.parametrize("kind", CLASSES)
def test_numbers_of_classes(read: Read, kind: str) -> None:
    data = read(CLASSES[kind])
    assert names_of(data) == CLASSES[kind]
    assert any("are taken for classes; task='regression'" in note for note in data.notes)
    assert read(CLASSES[kind], task="regression").label_names is None


@pytest.mark.parametrize("kind", VALUES)
def test_values(read: Read, kind: str) -> None:
    data = read(VALUES[kind])
    assert data.targets == list(map(float, VALUES[kind]))
    told = any("are taken for values; task='classification'" in note for note in data.notes)
    assert told == (kind != "decimals")
    assert names_of(read(VALUES[kind], task="classification")) == VALUES[kind]


def test_a_control_sign_before_a_number_is_a_space(tmp_path: Path) -> None:
    """str.strip takes it for one, float does not."""
    path = tmp_path / "d.csv"
    path.write_bytes(b"x|y\n1|2.5\n2|3.5\n4|\x1e.25\n")
    assert read_csv(path).targets == [2.5, 3.5, 0.25]
