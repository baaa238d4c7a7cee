"""The backend "numpy": NumPy's namespace follows the array API standard, so it is one.

What stands here again is faster than the contract's own form: NumPy's sum() is a Python
function around a C one, add.reduce, and neither the bytes of images nor class numbers need
become lists on their way. Subclasses of ndarray give their plain array, whose `*` is always
entry by entry; masked ones are no arrays here: a masked entry is no number.
"""

from collections.abc import Sequence
from math import isfinite
from types import SimpleNamespace
from typing import Any

import numpy as np

from purenn.backend import ArrayAPIBackend


def as_floats(X: Any) -> Any:
    """The array as a plain one of float64; nothing is copied where it holds those."""
    return np.asarray(X, dtype=np.float64)


def all_finite(X: Any) -> bool:
    """True if no entry is infinite or NaN: then ΣX² is neither, unless it overflows."""
    quick = X.flags.c_contiguous and isfinite(np.vdot(X, X))
    return quick or bool(np.isfinite(X).all())


def linear_gradients(X: Any, dZ: Any) -> tuple[Any, Any]:
    """dW = Xᵀ @ dZ and db = the sum of dZ's rows."""
    return X.T @ dZ, np.add.reduce(dZ, axis=0, keepdims=True)


def squared_error(P: Any, Y: Any, scale: float) -> tuple[Any, Any]:
    """L = scale · Σ (P − Y)² and dP = 2 · scale · (P − Y)."""
    E = P - Y
    return scale * np.vdot(E, E), (2.0 * scale) * E


def from_classes(numbers: Sequence[int], n: int) -> Any:
    """One-hot rows: 1 in the place of the class."""
    Y = np.zeros((len(numbers), n))
    Y[np.arange(len(numbers)), numbers] = 1.0
    return Y


def from_source(source: Any, indices: Sequence[int]) -> Any:
    """The rows of these numbers; images stay bytes until here."""
    if not hasattr(source, "take_bytes"):
        return np.asarray(source.take(indices), dtype=np.float64)
    pixels = np.frombuffer(source.take_bytes(indices), dtype=np.uint8)
    return np.asarray(source.table)[pixels].reshape(-1, source.width)


class NumPyBackend(ArrayAPIBackend):
    """As any namespace of the standard, but for masked arrays and arrays of named fields."""

    def is_array(self, X: Any) -> bool:
        """True for an array of bools, whole numbers or floats."""
        plain = isinstance(X, np.ndarray) and not isinstance(X, np.ma.MaskedArray)
        return plain and X.dtype.kind in "biuf"


def backend() -> ArrayAPIBackend:
    """What the entry point "numpy" starts."""
    faster = SimpleNamespace(
        as_floats=as_floats,
        all_finite=all_finite,
        linear_gradients=linear_gradients,
        squared_error=squared_error,
        from_classes=from_classes,
        from_source=from_source,
    )
    return NumPyBackend("numpy", np, faster=faster)
