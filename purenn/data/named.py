"""Sample data by name, for `purenn train iris` and the other commands.

    iris, digits                     real, see small_sets.py
    xor, moons, circles, spirals     made from a seed, see toys.py
"""

from collections.abc import Callable

from purenn.data.dataset import Dataset
from purenn.data.messages import guess, listed
from purenn.data.small_sets import load_digits, load_iris
from purenn.data.toys import circles, spirals, two_moons, xor
from purenn.errors import ArgumentError

__all__ = ["load_sample", "sample_names"]

SAMPLES: dict[str, Callable[[], Dataset]] = {
    "iris": load_iris,
    "digits": load_digits,
    "xor": xor,
    "moons": two_moons,
    "circles": circles,
    "spirals": spirals,
}


def sample_names() -> tuple[str, ...]:
    """The names that load_sample knows."""
    return tuple(SAMPLES)


def load_sample(name: str) -> Dataset:
    """The sample data of this name, the same on every machine; ArgumentError for another name."""
    if name not in SAMPLES:
        known = listed(SAMPLES)
        raise ArgumentError(
            f"no sample data are called {name!r}; there are {known}.{guess(name, sample_names())}"
        )
    data = SAMPLES[name]()
    data.name = name
    return data
