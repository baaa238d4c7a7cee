"""Shuffle, split and one-hot: the last steps before training.

Both shuffle and split move row numbers only; the features are shared with the data set that
they come from. n = number of rows
"""

from collections.abc import Iterable, Sequence
from math import floor
from typing import Any

from purenn.checks import as_whole, real, short, whole
from purenn.data.dataset import Dataset
from purenn.errors import ArgumentError, DataError
from purenn.inputs import as_list_of
from purenn.random import RandomState

__all__ = ["one_hot", "shuffle", "split"]


def shuffle(dataset: Dataset, seed: int) -> Dataset:
    """The rows in the order of RandomState(seed).permutation(n)."""
    if not isinstance(dataset, Dataset):
        raise ArgumentError(f"shuffle: {short(dataset)} is no Dataset; make one: Dataset(X, y)")
    return dataset.subset(RandomState(seed).permutation(len(dataset)))


def split(
    dataset: Dataset, fraction: float, seed: int, stratify: bool = False
) -> tuple[Dataset, Dataset]:
    """Two parts without common rows, shuffled: `fraction` of the rows, and the rest.

    fraction: the share of the first part, between 0 and 1; 0.9 keeps a tenth for validation.
        The number of rows is rounded to the nearest, halves up.
    stratify: every class keeps its share in both parts, to the nearest row, and has at least
        one row in each.
    DataError if a part would be empty, or if a class has one row only and stratify is asked.
    """
    if not isinstance(dataset, Dataset):
        raise ArgumentError(f"split: {short(dataset)} is no Dataset; make one: Dataset(X, y)")
    fraction = real(fraction, "split: fraction", above=0.0, below=1.0)
    order = RandomState(seed).permutation(len(dataset))
    count = floor(fraction * len(dataset) + 0.5)
    if not 0 < count < len(dataset):
        raise DataError(
            f"split: {fraction} of {len(dataset)} rows is {count}, which leaves a part empty; "
            "take another fraction or more rows"
        )
    if stratify:
        order, count = _stratified(dataset, order, fraction, count)
    return dataset.subset(order[:count]), dataset.subset(order[count:])


def _stratified(
    dataset: Dataset, order: Sequence[int], fraction: float, count: int
) -> tuple[list[int], int]:
    """The order with the rows of the first part in front, and how many they are."""
    if dataset.label_names is None:
        raise ArgumentError("split: stratify needs classes, this data set is a regression")
    of_class: dict[int, list[int]] = {}
    for i in order:
        of_class.setdefault(dataset.targets[i], []).append(i)
    for label, rows in of_class.items():
        if len(rows) < 2:
            name = dataset.label_names[label]
            raise DataError(
                f"split: class {name!r} has one row only, stratify needs two or more of each class"
            )
    sizes = {label: len(rows) for label, rows in of_class.items()}
    quota = _quotas(sizes, fraction, count)
    first = {i for label, rows in of_class.items() for i in rows[: quota[label]]}
    return [i for i in order if i in first] + [i for i in order if i not in first], len(first)


def _quotas(sizes: dict[int, int], fraction: float, count: int) -> dict[int, int]:
    """How many rows of each class go to the first part: by the largest remainders.

    Every class first gets its share rounded down; the rows that are still missing go to the
    classes that lost most by the rounding. At least one row a class goes to each part, even if
    the total then differs from `count`.
    """
    quota = {label: floor(fraction * size) for label, size in sizes.items()}
    by_loss = sorted(sizes, key=lambda label: (quota[label] - fraction * sizes[label], label))
    for label in by_loss[: max(0, count - sum(quota.values()))]:
        quota[label] += 1
    return {label: min(max(1, quota[label]), size - 1) for label, size in sizes.items()}


def one_hot(labels: Iterable[Any], classes: int) -> list[tuple[float, ...]]:
    """A row of `classes` numbers for each label: 1.0 in the column of the label, else 0.0.

    Rows of the same class are one and the same tuple, so a million labels take little memory.
    DataError if a label is no whole number from 0 to classes - 1.
    """
    classes = whole(classes, "one_hot: classes")
    rows = [tuple(1.0 if j == k else 0.0 for j in range(classes)) for k in range(classes)]
    hot = []
    for place, label in enumerate(as_list_of(labels, "one_hot: labels")):
        number = as_whole(label)
        if number is None or not 0 <= number < classes:
            raise DataError(
                f"one_hot: label {place} is {short(label)}, "
                f"expected a whole number 0 to {classes - 1}"
            )
        hot.append(rows[number])
    return hot
