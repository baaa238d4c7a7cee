"""Toy sets: small problems of two inputs that show what a network can and cannot learn.

Each comes from a seed, by the draws of RandomState, and is the same on every machine. In the
sets with classes, row i belongs to class i modulo the number of classes, so every slice of
them holds all classes in near equal shares.

n = number of rows, t = the place along a curve, noise = standard deviation of the Gaussian
noise that is added to each coordinate
"""

from math import cos, pi, sin

from purenn.checks import real, whole
from purenn.data.dataset import Dataset
from purenn.random import RandomState

__all__ = ["circles", "noisy_sine", "spirals", "two_moons", "xor"]

POINT = ("x", "y")


def xor() -> Dataset:
    """The four rows of "one or the other, but not both": no straight line parts the classes.

    Source: M. Minsky and S. Papert, "Perceptrons", 1969.
    """
    rows = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    return Dataset(rows, [0, 1, 1, 0], label_names=("0", "1"), feature_names=("a", "b"), name="xor")


def two_moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """Two half circles of radius 1 that reach into each other; 2 classes, n ≥ 2 rows.

    The upper moon is (cos t, sin t), the lower one (1 - cos t, 1/2 - sin t), 0 ≤ t ≤ π.
    """
    n, noise = _checked("two_moons", n, 2, noise)
    upper = [(cos(t), sin(t)) for t in _steps(0.0, pi, (n + 1) // 2)]
    lower = [(1.0 - cos(t), 0.5 - sin(t)) for t in _steps(0.0, pi, n // 2)]
    return _classes([upper, lower], n, noise, seed, "two_moons")


def circles(n: int = 200, noise: float = 0.05, seed: int = 0, *, factor: float = 0.5) -> Dataset:
    """A circle of radius 1 and one of radius `factor` within it; 2 classes, n ≥ 2 rows."""
    n, noise = _checked("circles", n, 2, noise)
    factor = real(factor, "circles: factor", above=0.0, below=1.0)
    curves = []
    for radius, count in ((1.0, (n + 1) // 2), (factor, n // 2)):
        angles = _steps(0.0, 2.0 * pi, count + 1)[:-1]  # the end of a circle is its start
        curves.append([(radius * cos(t), radius * sin(t)) for t in angles])
    return _classes(curves, n, noise, seed, "circles")


def spirals(
    n: int = 300, classes: int = 3, noise: float = 0.05, seed: int = 0, *, turns: float = 0.75
) -> Dataset:
    """Arms that wind out of the middle, one a class, the hardest of these sets.

    Arm c is (t cos φ, t sin φ) with φ = 2π (c / classes + turns · t), 0 < t ≤ 1.
    Source of the idea: K. Lang and M. Witbrock, "Learning to tell two spirals apart", 1988.
    """
    classes = whole(classes, "spirals: classes", 2)
    n, noise = _checked("spirals", n, classes, noise)
    turns = real(turns, "spirals: turns")
    arms = []
    for c in range(classes):
        count = (n - c + classes - 1) // classes
        arms.append([_on_arm((i + 1) / count, c / classes, turns) for i in range(count)])
    return _classes(arms, n, noise, seed, "spirals")


def _on_arm(t: float, start: float, turns: float) -> tuple[float, float]:
    angle = 2.0 * pi * (start + turns * t)
    return t * cos(angle), t * sin(angle)


def noisy_sine(n: int = 200, noise: float = 0.1, seed: int = 0) -> Dataset:
    """A regression: y = sin x + noise, for n ≥ 1 places x drawn evenly from -π to π."""
    n, noise = _checked("noisy_sine", n, 1, noise)
    draw = RandomState(seed)
    rows = [[draw.uniform(-pi, pi)] for _ in range(n)]
    targets = [sin(x) + draw.normal(0.0, noise) for (x,) in rows]
    return Dataset(rows, targets, feature_names=("x",), target_name="y", name="noisy_sine")


def _classes(
    curves: list[list[tuple[float, float]]], n: int, noise: float, seed: int, name: str
) -> Dataset:
    """The points of the curves by turns, with noise; the class is the number of the curve."""
    draw = RandomState(seed)
    labels = [i % len(curves) for i in range(n)]
    rows = []
    for i, label in enumerate(labels):
        x, y = curves[label][i // len(curves)]
        rows.append([x + draw.normal(0.0, noise), y + draw.normal(0.0, noise)])
    names = map(str, range(len(curves)))
    return Dataset(rows, labels, label_names=names, feature_names=POINT, name=name)


def _steps(start: float, stop: float, count: int) -> list[float]:
    """`count` evenly spaced numbers from start to stop, both included."""
    return [start + (stop - start) * i / max(1, count - 1) for i in range(count)]


def _checked(name: str, n: int, least: int, noise: float) -> tuple[int, float]:
    return whole(n, f"{name}: n", least), real(noise, f"{name}: noise", least=0.0)
