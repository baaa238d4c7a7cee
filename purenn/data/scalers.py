"""Scalers: bring the columns of the features into ranges that a network learns well from.

A scaler is fitted on the training part only; the test part and every later row go through the
same numbers, which is why they are saved with the model. All three have the form

    y = (x - shift) / span        a shift and a span for each column

w = number of columns
"""

from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum, isfinite, sqrt
from typing import Any, ClassVar, Self, overload

from purenn.checks import LARGEST_WHOLE, is_number, real, short
from purenn.data.dataset import Dataset
from purenn.data.rows import ByteRows, FloatRows, RowSource
from purenn.errors import ArgumentError, DataError
from purenn.inputs import each_row

__all__ = [
    "ConstantScaler",
    "MinMaxScaler",
    "ScaledRows",
    "Scaler",
    "StandardScaler",
    "scale",
    "scaler_from_dict",
]

Rows = Sequence[Sequence[float]]
EPSILON = 2.0**-52  # the distance from 1 to the next larger float


class Scaler(ABC):
    """What the scalers have in common: rows in, rows out, and plain numbers to save."""

    kind: ClassVar[str]

    @abstractmethod
    def fit(self, features: RowSource | Rows) -> Self:
        """Find the numbers of this scaler on the training part; returns the scaler itself."""

    @abstractmethod
    def scale_row(self, row: Sequence[float]) -> list[float]:
        """One row of w numbers, scaled."""

    @abstractmethod
    def check_width(self, width: int) -> None:
        """DataError if this scaler cannot scale rows of this width."""

    @abstractmethod
    def scale_column(self, number: int, column: Iterable[float]) -> list[float]:
        """The numbers of one column, counted from 0, scaled."""

    @abstractmethod
    def unscale_row(self, row: Sequence[float]) -> list[float]:
        """The row that scale_row made this of, but for rounding."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The scaler as plain JSON types."""

    @classmethod
    @abstractmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """The scaler of a to_dict(); DataError for anything else."""

    @overload
    def transform(self, rows: RowSource) -> RowSource: ...
    @overload
    def transform(self, rows: Rows) -> list[list[float]]: ...
    def transform(self, rows: RowSource | Rows) -> RowSource | list[list[float]]:
        """The rows, scaled.

        A list of rows gives a new list. Of a row source, FloatRows become new FloatRows; other
        sources are scaled when taken, so that bytes stay bytes until a batch needs them.
        """
        if isinstance(rows, FloatRows):
            return FloatRows(map(self.scale_row, rows), rows.width)
        if isinstance(rows, RowSource):
            return ScaledRows(rows, self)
        return [self.scale_row(row) for row in each_row(rows, "rows")]

    def inverse(self, rows: Iterable[Sequence[float]]) -> list[list[float]]:
        """The rows in their own units again."""
        return [self.unscale_row(row) for row in each_row(rows, "rows")]


class ScaledRows(RowSource):
    """The rows of another source, scaled as they are taken."""

    def __init__(self, source: RowSource, scaler: Scaler) -> None:
        super().__init__(source.width, range(len(source)))
        scaler.check_width(source.width)  # now, not in the middle of the training
        self.source = source
        self.scaler = scaler

    def _row(self, place: int) -> list[float]:
        return self.scaler.scale_row(self.source[place])

    def _column(self, number: int) -> "array[float]":
        column = self.source.subset(self._order).column(number)
        return array("d", self.scaler.scale_column(number, column))

    def _view(self, order: Sequence[int]) -> Self:
        made = type(self)(self.source, self.scaler)
        made._order = order
        return made


class ConstantScaler(Scaler):
    """y = x · factor / divisor, the same for every column; nothing to fit.

    `ConstantScaler(divisor=255)` divides pixels by 255, to the last bit as x / 255 does
    (x · (1/255) does not). Bytes stay bytes: only their table of 256 floats is scaled.
    """

    kind = "constant"

    def __init__(self, factor: float = 1.0, *, divisor: float = 1.0) -> None:
        self.factor = real(factor, "ConstantScaler: factor")
        self.divisor = real(divisor, "ConstantScaler: divisor")
        if 0.0 in (self.factor, self.divisor):
            raise ArgumentError(f"{self}: factor and divisor must be other than 0")

    def fit(self, features: RowSource | Rows) -> Self:
        """Nothing to find: the constant was given."""
        return self

    def check_width(self, width: int) -> None:
        """Rows of any width can be scaled by a constant."""

    def scale_row(self, row: Sequence[float]) -> list[float]:
        """y = x · factor / divisor"""
        factor, divisor = self.factor, self.divisor
        return [x * factor / divisor for x in row]

    def scale_column(self, number: int, column: Iterable[float]) -> list[float]:
        """The numbers of one column, scaled as all others are."""
        return self.scale_row(list(column))

    def unscale_row(self, row: Sequence[float]) -> list[float]:
        """x = y · divisor / factor"""
        factor, divisor = self.factor, self.divisor
        return [y * divisor / factor for y in row]

    @overload
    def transform(self, rows: RowSource) -> RowSource: ...
    @overload
    def transform(self, rows: Rows) -> list[list[float]]: ...
    def transform(self, rows: RowSource | Rows) -> RowSource | list[list[float]]:
        """The rows, scaled; ByteRows stay ByteRows."""
        if isinstance(rows, ByteRows):
            return rows.with_table(self.scale_row(rows.table))
        return super().transform(rows)

    def to_dict(self) -> dict[str, Any]:
        """{"kind": "constant", "factor": ..., "divisor": ...}"""
        return {"kind": self.kind, "factor": self.factor, "divisor": self.divisor}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """The scaler of a to_dict(); DataError for anything else."""
        _check_keys(saved, cls.kind, ("factor", "divisor"))
        for key in ("factor", "divisor"):
            if not is_number(saved[key]) or saved[key] == 0:
                raise DataError(
                    f"scaler: {key} is {short(saved[key])}, expected a number other than 0"
                )
        return cls(saved["factor"], divisor=saved["divisor"])

    def __repr__(self) -> str:
        return f"ConstantScaler({self.factor!r}, divisor={self.divisor!r})"


class ColumnScaler(Scaler):
    """y = (x - shift) / span with a shift and a span of its own for each column.

    A column that holds one number only, but for rounding, has no spread to divide by; its
    span is 1, so that it becomes 0 everywhere. Rows outside of what was fitted are not clipped.
    """

    keys: ClassVar[tuple[str, str]]  # what shift and span are called in a saved scaler

    def __init__(self) -> None:
        self.shift: list[float] | None = None
        self.span: list[float] | None = None

    @staticmethod
    @abstractmethod
    def _of_column(column: "array[float]") -> tuple[float, float]:
        """Shift and span of a column that is not constant."""

    def fit(self, features: RowSource | Rows) -> Self:
        """Find shift and span of each column; DataError if the rows are empty or not numbers."""
        source = features if isinstance(features, RowSource) else FloatRows(features)
        if len(source) == 0:
            raise DataError(f"{type(self).__name__}.fit: found no rows, needs at least one")
        pairs = [self._fit_column(source, number) for number in range(source.width)]
        self.shift = [shift for shift, _ in pairs]
        self.span = [span for _, span in pairs]
        return self

    def _fit_column(self, source: RowSource, number: int) -> tuple[float, float]:
        column = source.column(number)
        if is_constant(column):
            return column[0], 1.0
        try:
            shift, span = self._of_column(column)
        except OverflowError:
            shift, span = 0.0, 0.0
        if not (isfinite(shift) and isfinite(span) and span > 0.0):
            raise DataError(
                f"{type(self).__name__}.fit: the numbers of column {number} (counted from 0), "
                f"{min(column)!r} to {max(column)!r}, are too large or too near to scale"
            )
        return shift, span

    def _fitted(self, width: int | None = None) -> tuple[list[float], list[float]]:
        """Shift and span, if they were found, and for rows of this width."""
        if self.shift is None or self.span is None:
            raise ArgumentError(f"{type(self).__name__}: call fit on the training part first")
        if width is not None and width != len(self.shift):
            raise DataError(
                f"{type(self).__name__}: a row has {width} numbers, "
                f"expected {len(self.shift)} as in the rows it was fitted on"
            )
        return self.shift, self.span

    def check_width(self, width: int) -> None:
        """DataError if this scaler was fitted on rows of another width."""
        self._fitted(width)

    def scale_row(self, row: Sequence[float]) -> list[float]:
        """y = (x - shift) / span"""
        shift, span = self._fitted(len(row))
        return [(x - a) / b for x, a, b in zip(row, shift, span, strict=True)]

    def scale_column(self, number: int, column: Iterable[float]) -> list[float]:
        """The numbers of one column, scaled by its shift and span."""
        shift, span = self._fitted()
        a, b = shift[number], span[number]
        return [(x - a) / b for x in column]

    def unscale_row(self, row: Sequence[float]) -> list[float]:
        """x = y · span + shift"""
        shift, span = self._fitted(len(row))
        return [y * b + a for y, a, b in zip(row, shift, span, strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """The kind, and two lists of w numbers."""
        shift, span = self._fitted()
        return {"kind": self.kind, self.keys[0]: list(shift), self.keys[1]: list(span)}

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """The scaler of a to_dict(); DataError for anything else."""
        _check_keys(saved, cls.kind, cls.keys)
        shift, span = (_numbers(saved, key) for key in cls.keys)
        if len(shift) != len(span) or not shift:
            first, second = cls.keys
            raise DataError(f"scaler: {first} has {len(shift)} numbers, {second} has {len(span)}")
        if min(span) <= 0.0:
            place = next(i for i, value in enumerate(span) if value <= 0.0)
            raise DataError(f"scaler: {cls.keys[1]}[{place}] is {span[place]!r}, must be above 0")
        made = cls()
        made.shift, made.span = shift, span
        return made

    def __repr__(self) -> str:
        state = "not fitted" if self.shift is None else f"{len(self.shift)} columns"
        return f"<{type(self).__name__} {state}>"


def is_constant(column: Sequence[float]) -> bool:
    """True if the numbers differ by no more than rounding: 0.3 beside 0.1 + 0.2.

    Their spread is then at most ten units in the last place of the largest; or their variance
    is what rounding makes of sums of n numbers, σ² ≤ n ε σ² + (n ε mean)², the bound of
    scikit-learn's StandardScaler. Whole numbers are exact up to 2⁵³ and differ, if they do.
    """
    low, high, n = min(column), max(column), len(column)
    size = max(-low, high)
    if high - low > max(10.0, 100.0 * n) * EPSILON * size:
        return False
    if size <= LARGEST_WHOLE and all(x.is_integer() for x in column):
        return low == high
    if high - low <= 10.0 * EPSILON * size:
        return True
    mean = fsum(column) / n
    variance, bound = fsum((x - mean) * (x - mean) for x in column) / n, n * EPSILON
    return variance <= bound * variance + (bound * mean) ** 2


class MinMaxScaler(ColumnScaler):
    """y = (x - min) / (max - min): the training part lies between 0 and 1."""

    kind = "min_max"
    keys = ("minimum", "range")

    @staticmethod
    def _of_column(column: "array[float]") -> tuple[float, float]:
        return min(column), max(column) - min(column)


class StandardScaler(ColumnScaler):
    """y = (x - mean) / deviation: the training part has mean 0 and standard deviation 1.

    deviation = √(Σ (x - mean)² / n), the one of the whole population; sums by math.fsum.
    """

    kind = "standard"
    keys = ("mean", "deviation")

    @staticmethod
    def _of_column(column: "array[float]") -> tuple[float, float]:
        n = len(column)
        mean = fsum(column) / n
        return mean, sqrt(fsum((x - mean) * (x - mean) for x in column) / n)


KINDS: dict[str, Callable[[Mapping[str, Any]], Scaler]] = {
    scaler.kind: scaler.from_dict for scaler in (ConstantScaler, MinMaxScaler, StandardScaler)
}


def scaler_from_dict(saved: Mapping[str, Any]) -> Scaler:
    """The scaler of any kind that a to_dict() tells of; DataError for anything else."""
    kind = saved.get("kind") if isinstance(saved, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise DataError(f"scaler: kind is {short(kind)}, expected one of {', '.join(KINDS)}")
    return KINDS[kind](saved)


def scale(dataset: Dataset, scaler: Scaler) -> Dataset:
    """The data set with its features scaled; the targets are shared."""
    if not isinstance(dataset, Dataset):
        raise ArgumentError(f"scale: {short(dataset)} is no Dataset; scaler.transform takes rows")
    return dataset.with_features(scaler.transform(dataset.features))


def _check_keys(saved: Mapping[str, Any], kind: str, keys: tuple[str, ...]) -> None:
    """Exactly these keys, and this kind."""
    if not isinstance(saved, Mapping):
        raise DataError(f"scaler: found {short(saved)}, expected a dictionary")
    unknown = [key for key in saved if key not in ("kind", *keys)]
    missing = [key for key in ("kind", *keys) if key not in saved]
    if unknown or missing:
        raise DataError(
            f"scaler: unknown keys {short(unknown)}, missing keys {short(missing)}; "
            f"expected kind, {', '.join(keys)}"
        )
    if saved["kind"] != kind:
        raise DataError(f"scaler: kind is {short(saved['kind'])}, expected {kind!r}")


def _numbers(saved: Mapping[str, Any], key: str) -> list[float]:
    """A list of finite numbers."""
    values = saved[key]
    if not isinstance(values, list):
        raise DataError(f"scaler: {key} is {short(values)}, expected a list of numbers")
    for place, value in enumerate(values):
        if not is_number(value):
            raise DataError(f"scaler: {key}[{place}] is {short(value)}, expected a finite number")
    return [float(value) for value in values]
