"""Dataset: features and targets that were checked to belong together."""

from copy import copy, deepcopy
from typing import Any

import pytest

from purenn.data import (
    ByteRows,
    Dataset,
    FloatRows,
    RowIndexError,
    StandardScaler,
    load_digits,
    load_iris,
    scale,
    shuffle,
    split,
)
from purenn.errors import DataError

ROWS = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


def test_a_classification() -> None:
    data = Dataset(ROWS, [0, 1, 1], label_names=["no", "yes"], feature_names=["a", "b"], name="d")
    assert data.is_classification
    assert (data.classes, data.outputs, len(data)) == (2, 2, 3)
    assert data.label_names == ("no", "yes")
    assert data[1] == data[-2] == ([2.0, 3.0], 1)
    with pytest.raises(RowIndexError, match="d: row 3 is outside of 3 rows"):
        data[3]
    assert repr(data) == "<Dataset 'd': 3 rows × 2 numbers, 2 classes>"


def test_a_regression_of_one_and_of_several_values() -> None:
    one = Dataset(ROWS, [1, 2, 3])
    assert (one.is_classification, one.classes, one.outputs) == (False, 0, 1)
    assert one.targets == [1.0, 2.0, 3.0]
    two = Dataset(ROWS, [(1, 2), (3, 4), (5, 6)])
    assert two.outputs == 2
    assert two.targets[0] == [1.0, 2.0]


def test_a_subset_shares_the_features_and_keeps_the_names() -> None:
    digits = load_digits()
    part = digits.subset([5, 3])
    assert part.targets == [digits.targets[5], digits.targets[3]]
    assert list(part.features) == digits.features.take([5, 3])
    assert part.image_shape == (8, 8)
    assert part.label_names == digits.label_names


def test_a_row_knows_its_place_and_its_line_after_shuffle_split_and_scale() -> None:
    data = Dataset(
        [[float(i)] for i in range(20)], [i % 2 for i in range(20)],
        label_names=["a", "b"], lines=[*range(2, 12), *range(15, 25)],
    )  # fmt: skip
    for part in split(shuffle(data, 1), 0.7, 2, stratify=True):
        part = scale(part.subset(range(len(part) - 1, 0, -1)), StandardScaler().fit(data.features))
        for row in range(len(part)):
            place = part.place(row)
            assert part.features[row] == pytest.approx([(place - 9.5) / 33.25**0.5])
            assert part.line(row) == (place + 2 if place < 10 else place + 5)
    assert data.place(-1) == 19
    with pytest.raises(RowIndexError, match="row 20 is outside of 20 rows"):
        data.line(20)
    assert Dataset(ROWS, [1, 2, 3]).line(1) is None
    with pytest.raises(DataError, match="3 rows but 2 lines"):
        Dataset(ROWS, [1, 2, 3], lines=[1, 2])


def test_copies_keep_places_and_lines() -> None:
    pixels = ByteRows(memoryview(bytes(8)), 2)
    data = Dataset(pixels, [1.0, 2.0, 3.0, 4.0], lines=[3, 5, 6, 9]).subset([3, 1])
    for again in (copy(data), deepcopy(data)):
        assert [(again.place(i), again.line(i)) for i in range(2)] == [(3, 9), (1, 5)]


def test_other_features_for_the_same_targets() -> None:
    iris = load_iris()
    wider = iris.with_features(FloatRows([[1.0] * 5] * 150))
    assert wider.targets is iris.targets
    assert wider.feature_names is None
    with pytest.raises(DataError, match="150 targets but 1 rows"):
        iris.with_features(FloatRows([[1.0]]))


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        ([0, 1], {"label_names": ["a", "b"]}, "3 rows but 2 targets"),
        ([0, 1, 2], {"label_names": ["a", "b"]}, "target of row 2 is 2, expected a class number"),
        ([0, 1, 0.5], {"label_names": ["a", "b"]}, "target of row 2 is 0.5"),
        ([0, True, 1], {"label_names": ["a", "b"]}, "target of row 1 is True"),
        ([0, 1, "x"], {}, "targets\\[2\\]\\[0\\] is 'x' \\(str\\); a number is needed"),
        ([0, 1, "3"], {}, "targets\\[2\\]\\[0\\] is '3' \\(str\\)"),
        ([0, float("nan"), 1], {}, "targets\\[1\\]\\[0\\] is nan"),
        ([0, None, 1], {}, "targets\\[1\\]\\[0\\] is None"),
        ([[1], [1, 2], [1]], {}, "all rows must have the same length"),
        ([0, 1, 2], {"feature_names": ["a"]}, "2 columns but 1 feature names"),
        ([0, 1, 2], {"image_shape": (2, 2)}, "do not have 2 pixels"),
    ],
)
def test_what_does_not_fit(targets: list[Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Dataset(ROWS, targets, **options)


def test_iris_is_the_one_of_the_paper() -> None:
    iris = load_iris()
    assert len(iris) == 150
    assert iris.label_names == ("setosa", "versicolor", "virginica")
    assert [iris.targets.count(k) for k in range(3)] == [50, 50, 50]
    assert iris.features[34] == [4.9, 3.1, 1.5, 0.2]  # UCI's copy differs in these two
    assert iris.features[37] == [4.9, 3.6, 1.4, 0.1]
    assert iris.target_name == "species"
    means = [sum(iris.features.column(j)) / 150 for j in range(4)]
    assert means == pytest.approx([5.8433, 3.0573, 3.758, 1.1993], abs=1e-4)


def test_digits_are_bytes_from_0_to_16() -> None:
    digits = load_digits()
    assert isinstance(digits.features, ByteRows)
    assert (len(digits), digits.features.width, digits.classes) == (600, 64, 10)
    assert digits.targets[:12] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert digits.features.row_bytes(0)[:8] == bytes([0, 0, 5, 13, 9, 1, 0, 0])
    assert max(max(row) for row in digits.features) == 1.0
