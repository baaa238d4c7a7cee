"""Sample data by name, for `purenn train iris` and the other commands.

    iris, digits               150 flowers, 600 pictures: real, see small_sets.py
    xor                        the four rows of "one or the other, but not both"
    moons, circles, spirals    points of 2, 2 and 3 classes, made from a seed, see toys.py

Those with a seed have as many rows, and as much noise, as let the network that `purenn train`
makes learn them well but not by heart.
"""

from collections.abc import Callable

from purenn.checks import short
from purenn.data.dataset import Dataset
from purenn.data.messages import guess, listed
from purenn.data.small_sets import load_digits, load_iris
from purenn.data.toys import circles, spirals, two_moons, xor
from purenn.errors import ArgumentError

__all__ = ["load_sample", "sample_names"]

SAMPLES: dict[str, Callable[[int], Dataset]] = {  # name → the data set of a seed
    "iris": lambda seed: load_iris(),
    "digits": lambda seed: load_digits(),
    "xor": lambda seed: xor(),
    "moons": lambda seed: two_moons(400, 0.15, seed),
    "circles": lambda seed: circles(400, 0.1, seed),
    "spirals": lambda seed: spirals(600, 3, 0.03, seed),
}


def sample_names() -> tuple[str, ...]:
    """The names that load_sample knows."""
    return tuple(SAMPLES)


def load_sample(name: str, seed: int = 0) -> Dataset:
    """The sample data of this name, the same on every machine.

    seed  another one gives other points of moons, circles and spirals, to test with for
          example; the other sets are what they are.
    ArgumentError for a name that is none of sample_names().
    """
    if not isinstance(name, str) or name not in SAMPLES:
        near = guess(name, sample_names()) if isinstance(name, str) else ""
        raise ArgumentError(
            f"no sample data are called {short(name)}; there are {listed(SAMPLES)}.{near}"
        )
    data = SAMPLES[name](seed)
    data.name = name
    return data
