"""What a report is made of: plain numbers and text, checked once.

n = number of epochs, m = number of rows that the network was judged on, k = classes or outputs
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from purenn.checks import short
from purenn.errors import ArgumentError

__all__ = ["Classification", "Regression", "Report"]

Values = Sequence[float | Sequence[float]]


@dataclass(frozen=True)
class Classification:
    """What the network said about m rows, and what was right.

    label_names    the k names of the classes, in order
    truth          m class numbers, from 0
    predicted      m class numbers that the network chose
    probabilities  m rows of k numbers; None where the network's outputs are no probabilities
    """

    label_names: Sequence[str]
    truth: Sequence[int]
    predicted: Sequence[int]
    probabilities: Sequence[Sequence[float]] | None = None

    def __post_init__(self) -> None:
        classes = len(self.label_names)
        _check_lengths("truth", self.truth, "predicted", self.predicted)
        _check_classes("truth", self.truth, classes)
        _check_classes("predicted", self.predicted, classes)
        if self.probabilities is not None:
            _check_lengths("truth", self.truth, "probabilities", self.probabilities)
            for row, shares in enumerate(self.probabilities):
                if len(shares) != classes:
                    raise ArgumentError(
                        f"report: probabilities[{row}] has {len(shares)} numbers, "
                        f"expected one for each of the {classes} classes"
                    )


@dataclass(frozen=True)
class Regression:
    """What the network said about m rows, and what was right.

    names             the k names of the values that were to be predicted
    truth, predicted  m rows of k numbers; or m numbers where k is 1
    """

    names: Sequence[str]
    truth: Values
    predicted: Values

    def __post_init__(self) -> None:
        _check_lengths("truth", self.truth, "predicted", self.predicted)
        _check_widths("truth", self.truth, len(self.names))
        _check_widths("predicted", self.predicted, len(self.names))

    def output(self, number: int) -> tuple[list[float], list[float]]:
        """The m true and the m predicted values of one output."""
        return _column(self.truth, number), _column(self.predicted, number)


@dataclass(frozen=True)
class Report:
    """All that the page shows; what is not given is left out of it.

    facts               (name, value) pairs for the head: architecture, backend, seed, ...
    losses              n numbers, one an epoch; empty if no epoch was finished
    validation_losses   n numbers, or None
    loss_title          what the loss is called: "Scaled loss" where the targets were scaled
    metrics             name → n numbers ("accuracy" is shown in percent)
    validation_metrics  name → n numbers
    best_epoch          the epoch, from 1, whose weights early stopping restored
    steps               an epoch, in the training; None if unknown
    dropout             whether the training switched units off, by Dropout layers
    result              how the network did on the data called `judged_on`
    source              the file of those rows
    places              m numbers, counted from 1: where each row stands in that file
    counted             what `places` are: "line" or "row"
    features            row number → its features as text, of the rows in worst(result)
    feature_names       what they are called; None where they have no names
    image_shape         (rows, columns) where each row of the data is a picture
    images              row number → pixels from 0 to 1, of the rows in worst(result)
    weights             the first layer's weights: a row for each input, a column for each unit
    """

    title: str
    facts: Sequence[tuple[str, str]] = ()
    losses: Sequence[float] = ()
    validation_losses: Sequence[float] | None = None
    metrics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    validation_metrics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    best_epoch: int | None = None
    result: Classification | Regression | None = None
    judged_on: str = "test data"
    image_shape: tuple[int, int] | None = None
    images: Mapping[int, Sequence[float]] = field(default_factory=dict)
    weights: Sequence[Sequence[float]] | None = None
    loss_title: str = "Loss"
    steps: int | None = None
    dropout: bool = False
    source: str = ""
    places: Sequence[int] | None = None
    counted: str = "row"
    features: Mapping[int, Sequence[str]] = field(default_factory=dict)
    feature_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        curves: dict[str, Sequence[float]]
        curves = {f"metrics[{name!r}]": values for name, values in self.metrics.items()}
        for name, values in self.validation_metrics.items():
            curves[f"validation_metrics[{name!r}]"] = values
        if self.validation_losses is not None:
            curves["validation_losses"] = self.validation_losses
        for name, values in curves.items():
            _check_lengths("losses", self.losses, name, values)
        if self.best_epoch is not None and not 1 <= self.best_epoch <= len(self.losses):
            raise ArgumentError(
                f"report: best_epoch is {short(self.best_epoch)}, expected 1 to {len(self.losses)}"
            )
        if self.places is not None and self.result is not None:
            _check_lengths("truth", self.result.truth, "places", self.places)
        self._check_features()
        self._check_images()

    def _check_features(self) -> None:
        width = len(self.feature_names) if self.feature_names is not None else None
        for row, cells in self.features.items():
            width = len(cells) if width is None else width
            if len(cells) != width:
                raise ArgumentError(
                    f"report: features[{row}] has {len(cells):,} entries, expected {width:,}"
                )

    def _check_images(self) -> None:
        if self.image_shape is None:
            if self.images:
                raise ArgumentError("report: images need an image_shape, (rows, columns)")
            return
        height, width = self.image_shape
        for row, pixels in self.images.items():
            if len(pixels) != height * width:
                raise ArgumentError(
                    f"report: images[{row}] has {len(pixels):,} pixels, "
                    f"expected {height} × {width} = {height * width:,}"
                )

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.losses)

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights the network has, counted from 1."""
        return self.best_epoch or self.epochs

    def place(self, row: int) -> int:
        """Where a row of the result stands: in its file, if that is known, else the row itself."""
        return row if self.places is None else self.places[row]


def _check_lengths(
    first: str, first_values: Sequence[object], second: str, second_values: Sequence[object]
) -> None:
    if len(first_values) != len(second_values):
        raise ArgumentError(
            f"report: {first} has {len(first_values):,} entries, "
            f"but {second} has {len(second_values):,}"
        )


def _check_classes(name: str, numbers: Sequence[int], classes: int) -> None:
    for row, number in enumerate(numbers):
        if not isinstance(number, int) or not 0 <= number < classes:
            raise ArgumentError(
                f"report: {name}[{row}] is {short(number)}, "
                f"expected a class number from 0 to {classes - 1}"
            )


def _check_widths(name: str, values: Values, width: int) -> None:
    for row, value in enumerate(values):
        found = 1 if isinstance(value, (int, float)) else len(value)
        if found != width:
            raise ArgumentError(
                f"report: {name}[{row}] has {found} numbers, "
                f"expected one for each of the {width} names"
            )


def _column(values: Values, number: int) -> list[float]:
    return [value if isinstance(value, (int, float)) else value[number] for value in values]
