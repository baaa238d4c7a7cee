"""Every error that purenn raises on purpose, under one base class.

A message names the operation, what was found, what was expected, and the mend.
Each class is also the built-in error that a Python programmer would expect, so
`except ValueError` goes on working for those who do not know purenn.
"""

__all__ = [
    "ArgumentError",
    "BackendError",
    "BackendImportError",
    "BackendNotInstalledError",
    "BackendVersionError",
    "DataError",
    "IncompleteBackendError",
    "MissingMethodError",
    "NonFiniteError",
    "NotReadyError",
    "PurennError",
    "RangeError",
    "ShapeError",
    "UnknownBackendError",
]


class PurennError(Exception):
    """Base class: `except PurennError` catches all that purenn raises on purpose."""


class ArgumentError(PurennError, ValueError):
    """An argument (a rate, a size, a layer, a loss) has a value that cannot work."""


class RangeError(ArgumentError, OverflowError):
    """A range of numbers to draw from has no finite width."""


class ShapeError(PurennError, ValueError):
    """Two matrices, or a matrix and a layer, do not fit together."""


class DataError(PurennError, ValueError):
    """The data handed over cannot be used: ragged, empty, not numbers, out of range."""


class NonFiniteError(PurennError, ArithmeticError):
    """A loss or a prediction is NaN or infinite.

    Where training stopped for it, the run is back at the last step that had a finite loss.
    """


class NotReadyError(PurennError, AttributeError):
    """An attribute is not there: its object is no part of a network yet, or never has it."""


class MissingMethodError(PurennError, NotImplementedError):
    """A layer, a loss, an optimizer or a schedule of one's own lacks a method."""


class BackendError(PurennError):
    """Base class of what can go wrong in choosing a backend."""


class UnknownBackendError(BackendError, ValueError):
    """No backend of this name is installed, and purenn knows of none."""


class BackendNotInstalledError(BackendError, ImportError):
    """purenn knows this backend, but its package is not installed here."""


class BackendImportError(BackendError, ImportError):
    """The backend's package is installed, but importing or starting it failed."""


class BackendVersionError(BackendError, ImportError):
    """The backend was written for another version of the contract."""


class IncompleteBackendError(BackendError, TypeError):
    """The backend lacks operations that the contract asks for."""
