"""Two small real data sets that come with the package, so that nothing has to be downloaded.

Where they come from, and under which licence, stands in samples/SOURCES.txt beside them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from purenn.data.csv_files import read_csv
from purenn.data.dataset import Dataset
from purenn.data.idx import read_idx_pair

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["load_digits", "load_iris"]


def load_iris() -> Dataset:
    """Iris: 150 flowers of 3 species, 4 lengths each in centimetres, 50 rows a species in order.

    Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of
    Eugenics 7 (1936), with the numbers of the paper. (The copy at UCI differs from the paper in
    two flowers, number 35 and number 38 counted from 1.)
    """
    with _sample("iris.csv") as path:
        data = read_csv(path, header=True)
    data.name = "iris"
    return data


def load_digits() -> Dataset:
    """Digits: 600 handwritten digits of 8 × 8 pixels, each a byte 0 to 16, read as k / 16.

    The first 600 images of the test part of "Optical Recognition of Handwritten Digits" by
    E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, doi 10.24432/C50P49,
    licence CC BY 4.0.
    """
    with (
        _sample("digits-images-idx3-ubyte.gz") as images,
        _sample("digits-labels-idx1-ubyte.gz") as labels,
    ):
        return read_idx_pair(images, labels, divisor=16.0, name="digits")


@contextmanager
def _sample(name: str) -> "Iterator[Path]":
    """The path of a sample file, also where the package lies in a zip file."""
    from importlib.resources import as_file, files  # here: `import purenn.data` stays cheap

    with as_file(files("purenn.data").joinpath("samples").joinpath(name)) as path:
        yield path
