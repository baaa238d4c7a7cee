"""A data set: rows of features, and for each row what the network should say.

n = number of rows
"""

from array import array
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from purenn.checks import as_whole, short
from purenn.data.columns import Columns, EncodedRows
from purenn.data.rows import ByteRows, FloatRows, RowIndexError, RowSource, places
from purenn.errors import ArgumentError, DataError
from purenn.inputs import as_list_of, as_names, as_rows, gone_through

__all__ = ["Dataset"]


class Dataset:
    """Features and targets that belong together; checked once, then not changed.

    features: a row source of n rows; plain rows of numbers are packed into FloatRows.
    targets: for classification n class numbers, 0 to classes - 1; for regression n floats,
        or n rows of floats where there are several values to predict.
    label_names: the name of each class, in order; None makes it a regression.
    feature_names: the name of each column; None where the file had none.
    target_name: the name of the column that the targets came from, if known.
    image_shape: (rows, columns) where each row of features is a picture.
    name: what to call it in messages, a file name for example.
    columns: how cells of a table became these features (see purenn.data.columns), where there
        were texts or gaps among them.
    notes: a sentence for each thing that a reader guessed, filled in or left out.
    lines: the line of the file that each row stands in, from 1, where a file has lines.
    DataError says what does not fit together.
    """

    def __init__(
        self,
        features: RowSource | Iterable[Sequence[float]],
        targets: Iterable[Any],
        *,
        label_names: Iterable[str] | None = None,
        feature_names: Iterable[str] | None = None,
        target_name: str | None = None,
        image_shape: tuple[int, int] | None = None,
        name: str = "data",
        columns: Columns | None = None,
        notes: Iterable[str] = (),
        lines: Sequence[int] | None = None,
    ) -> None:
        self.features = features if isinstance(features, RowSource) else FloatRows(features)
        self.label_names = _named(label_names, f"{name}: label_names")
        self.feature_names = _named(feature_names, f"{name}: feature_names")
        self.target_name = target_name
        self.image_shape = None if image_shape is None else as_shape(image_shape, name)
        self.name = name
        self.columns = columns
        self.notes: tuple[str, ...] = tuple(as_names(notes, f"{name}: notes"))
        self._places: Sequence[int] = range(len(self.features))  # that the rows had when given
        self._lines = lines  # of the rows as they were given
        if self.label_names is None:
            self.targets: list[Any] = _checked_values(targets, name)
        else:
            self.targets = _checked_classes(targets, len(self.label_names), name)
        self._check_sizes()

    def _check_sizes(self) -> None:
        rows, width = len(self.features), self.features.width
        if len(self.targets) != rows:
            raise DataError(f"{self.name}: {rows:,} rows but {len(self.targets):,} targets")
        if self._lines is not None and len(self._lines) != rows:
            raise DataError(f"{self.name}: {rows:,} rows but {len(self._lines):,} lines")
        if self.feature_names is not None and len(self.feature_names) != width:
            raise DataError(
                f"{self.name}: {width:,} columns but {len(self.feature_names):,} feature names"
            )
        if self.image_shape is not None and self.image_shape[0] * self.image_shape[1] != width:
            raise DataError(f"{self.name}: images {self.image_shape} do not have {width:,} pixels")
        if self.columns is not None and self.columns.width != width:
            made = self.columns.width
            raise DataError(
                f"{self.name}: rows of {width:,}, but the columns make {made:,} numbers"
            )

    @property
    def is_classification(self) -> bool:
        """True if the targets are class numbers, False if they are values to predict."""
        return self.label_names is not None

    @property
    def classes(self) -> int:
        """The number of classes; 0 for a regression."""
        return len(self.label_names) if self.label_names is not None else 0

    @property
    def outputs(self) -> int:
        """How many numbers a network must put out: one a class, or one a value to predict."""
        if self.label_names is not None:
            return len(self.label_names)
        first = self.targets[0] if self.targets else 0.0
        return 1 if isinstance(first, float) else len(first)

    def subset(self, indices: Iterable[int]) -> "Dataset":
        """These rows, in this order. The features are shared, not copied."""
        chosen = places(indices, len(self), self.name)
        features = self.features.subset(chosen)
        made = self._made_of(features, [self.targets[i] for i in chosen])
        made._places = array("q", [self._places[i] for i in chosen])
        return made

    def with_features(self, features: RowSource) -> "Dataset":
        """The same targets with other features, scaled ones for example."""
        if not isinstance(features, RowSource):
            features = FloatRows(features)
        if len(features) != len(self):
            raise DataError(f"{self.name}: {len(self):,} targets but {len(features):,} rows")
        return self._made_of(features, self.targets)

    def with_columns(self, columns: Columns) -> "Dataset":
        """The same rows, encoded by other columns: those that were fitted to a part of them."""
        if not isinstance(self.features, EncodedRows):
            raise DataError(f"{self.name}: the features are numbers, which no columns made")
        made = self._made_of(self.features.with_columns(columns), self.targets)
        made.columns = columns
        return made

    def place(self, row: int) -> int:
        """Which row this one was when the data set was made, from 0: before shuffle and split."""
        place: int = self._of_row(self._places, row)
        return place

    def line(self, row: int) -> int | None:
        """The line of the file that this row stands in, from 1; None where there are no lines."""
        return None if self._lines is None else self._lines[self.place(row)]

    def _of_row(self, values: Sequence[Any], row: int) -> Any:
        place = as_whole(row)
        if place is None or not -len(self) <= place < len(self):
            raise RowIndexError(f"{self.name}: row {short(row)} is outside of {len(self):,} rows")
        return values[place]

    def _made_of(self, features: RowSource, targets: list[Any]) -> "Dataset":
        """A data set with the names of this one; its parts were checked before."""
        same_columns = features.width == self.features.width
        made = Dataset.__new__(Dataset)
        made.features, made.targets = features, targets
        made.label_names, made.target_name = self.label_names, self.target_name
        made.feature_names = self.feature_names if same_columns else None
        made.image_shape = self.image_shape if same_columns else None
        made.name = self.name
        made.columns, made.notes = self.columns, self.notes
        made._places, made._lines = self._places, self._lines
        return made

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, index: int) -> tuple[list[float], Any]:
        """One row and its target."""
        target = self._of_row(self.targets, index)
        return self.features[index], target

    def __repr__(self) -> str:
        kind = "bytes" if isinstance(self.features, ByteRows) else "numbers"
        task = f"{self.classes} classes" if self.is_classification else "regression"
        shape = self.image_shape
        images = f", images {shape[0]} × {shape[1]}" if shape else ""
        size = f"{len(self):,} rows × {self.features.width:,} {kind}"
        return f"<Dataset {self.name!r}: {size}, {task}{images}>"


def as_shape(shape: Any, name: str) -> tuple[int, int]:
    """(rows, columns) of a picture."""
    sides = [as_whole(side) for side in shape] if isinstance(shape, (tuple, list)) else []
    if len(sides) != 2 or not all(side is not None and side > 0 for side in sides):
        raise ArgumentError(f"{name}: image_shape is {short(shape)}, must be (rows, columns)")
    return sides[0], sides[1]  # type: ignore[return-value]


def _named(names: Iterable[str] | None, what: str) -> tuple[str, ...] | None:
    return None if names is None else tuple(as_names(names, what))


def _checked_classes(targets: Iterable[Any], classes: int, name: str) -> list[int]:
    """Class numbers from 0 to classes - 1."""
    numbers = []
    for row, target in enumerate(as_list_of(targets, f"{name}: targets")):
        number = as_whole(target)
        if number is None or not 0 <= number < classes:
            raise DataError(
                f"{name}: the target of row {row} is {short(target)}, "
                f"expected a class number from 0 to {classes - 1}"
            )
        numbers.append(number)
    return numbers


def _checked_values(targets: Iterable[Any], name: str) -> list[Any]:
    """Finite floats, or equally long rows of them."""
    what = f"{name}: targets"
    values, flat = gone_through(targets, what)
    if not len(values):
        return []
    if flat and set(map(type, values)) == {float} and all(map(isfinite, values)):
        return list(values)  # of a file: nothing to make of them
    rows = as_rows([[value] for value in values] if flat else values, what)
    return [row[0] for row in rows] if flat else rows
