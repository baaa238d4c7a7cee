"""The contract between a network and a matrix library, and how a library is chosen.

Layers, losses and optimizers ask for matrix operations only through a Backend. So
the same network code runs on lists, on NumPy, or on any library with a plugin.

Arrays are two-dimensional, of 64-bit floats, one example a row. Their operators
`+ - * / @ ** < <= > >= == != -x .T` and the functions of a backend mean what the
Python array API standard (https://data-apis.org/array-api) says, with numbers, rows
(1 × n) and columns (m × 1) broadcast. A backend is made of

- primitives: the standard's functions, taken from the library as they are;
- derived operations: each has its definition in this file, written with primitives
  and operators. A backend may replace one by a faster equal one;
- conversions: rows of numbers to an array and back.

Network code never writes into an array, and turns arrays into Python numbers only
through `item` and `to_list`.

Letters: X (m × n_in) inputs, W (n_in × n_out) weights, b (1 × n_out) bias,
Z = X @ W + b, A = g(Z); dZ is dL/dZ, the slope of the loss L along Z, and so on.
"""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from math import inf

from purenn import kernels, matrix
from purenn.checks import as_real, as_whole, one_line, short
from purenn.errors import (
    BackendError,
    BackendImportError,
    BackendNotInstalledError,
    BackendVersionError,
    IncompleteBackendError,
    UnknownBackendError,
)
from purenn.tables import nested

TYPE_CHECKING = False  # as in typing, whose import would take longer than all of purenn's
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.metadata import EntryPoint
    from typing import Any, Self

    from purenn.array import Array, Reduction, RowSource

__all__ = [
    "API_VERSION",
    "DERIVED",
    "DERIVED_CONVERSIONS",
    "PRIMITIVES",
    "ArrayAPIBackend",
    "Backend",
    "available_backends",
    "choose_backend",
    "describe_backends",
    "get_backend",
    "use_backend",
]

API_VERSION = 1
GROUP = "purenn.backends"  # the entry-point group in which plugins register
VARIABLE = "PURENN_BACKEND"
KNOWN_PLUGINS = {"numpy": "purenn-numpy"}  # backend name: distribution, for the hint to install it


FUNCTIONS = (  # taken from the library as they are
    *("abs", "exp", "isfinite", "log", "log1p", "sqrt", "tanh"),  # of one array
    *("maximum", "minimum", "where"),  # of several arrays, or arrays and numbers
    *("all", "argmax", "max", "mean", "sum"),  # reductions
)
CONVERSIONS = ("astype", "compute", "from_list", "is_array", "item", "take", "to_list")
PRIMITIVES = (*FUNCTIONS, *CONVERSIONS)
NUMERIC = ("bool", "integral", "real floating")  # the standard's kinds of dtype that can be used
DTYPES = (  # the standard's names of them
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float32", "float64", "complex64", "complex128"),
)
LARGEST_EXPONENT = 709.0  # e^709.78 is the largest float; at 709 the sigmoid is 1 to the last bit


class Backend:
    """What network code may ask of a matrix library.

    A plugin usually makes an ArrayAPIBackend, which takes the primitives from a
    library that follows the array API standard. Any other object of a subclass
    serves as well, once it has every name in PRIMITIVES.

    name         what `backend=` and PURENN_BACKEND call it
    version      of the library, for people to read
    api_version  the version of this contract that the plugin was written for
    tolerance    how far a result may be from the exact one, relative
    device       where the arrays are, for people to read
    lazy         True if operations only note what to do, until `compute`
    float64      the library's name for 64-bit floats, for `astype`

    A Backend is copied as itself. A pickle holds its name, by which it is found again as by
    `get_backend`; an object that is no installed plugin is found in the same process only.
    """

    name: str
    version: str = ""
    api_version: int = API_VERSION
    tolerance: float = 1e-12
    device: str = "cpu"
    lazy: bool = False
    float64: Any

    # Primitives: attributes, so that a call goes straight to the library's function.
    abs: Callable[[Array], Array]
    exp: Callable[[Array], Array]
    isfinite: Callable[[Array], Array]
    log: Callable[[Array], Array]
    log1p: Callable[[Array], Array]
    sqrt: Callable[[Array], Array]
    tanh: Callable[[Array], Array]
    maximum: Callable[[Array, Array | float], Array]
    minimum: Callable[[Array, Array | float], Array]
    where: Callable[[Array, Array | float, Array | float], Array]
    all: Reduction
    argmax: Reduction
    max: Reduction
    mean: Reduction
    sum: Reduction
    astype: Callable[[Array, Any], Array]
    take: Callable[[Array, Sequence[int]], Array]  # the rows of these numbers
    from_list: Callable[[Sequence[Sequence[float]]], Array]
    to_list: Callable[[Array], list[list[float]]]
    is_array: Callable[[Any], bool]
    item: Callable[[Any], float]  # a full reduction's result as a Python float
    compute: Callable[[Any], Any]  # carries out what a lazy backend has only noted

    def __repr__(self) -> str:
        return f"<purenn backend {short(getattr(self, 'name', None))}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _found_again, _pickled_name(self)

    # ---------------------------------------------------- derived: conversions

    def as_floats(self, X: Array) -> Array:
        """An array of this library as plain float64; one that is so already may be X itself."""
        return self.astype(X, self.float64)

    def all_finite(self, X: Array) -> bool:
        """True if no entry is infinite or NaN."""
        return bool(self.item(self.all(self.isfinite(X))))

    def from_classes(self, numbers: Sequence[int], n: int) -> Array:
        """One-hot rows, (k × n): 1 in the place of the class of these k numbers, else 0."""
        rows = [[0.0] * n for _ in numbers]
        for row, number in zip(rows, numbers, strict=True):
            row[number] = 1.0
        return self.from_list(rows)

    def concat(self, arrays: Sequence[Array]) -> Array:
        """The rows of several arrays, all (· × n), one array below the other."""
        return self.from_list([row for X in arrays for row in self.to_list(X)])

    def from_source(self, source: RowSource, indices: Sequence[int]) -> Array:
        """The rows of these numbers of a data set that is no array yet, (k × width)."""
        return self.from_list(source.take(indices))

    # ----------------------------------------------- derived: the dense layer

    def linear(self, X: Array, W: Array, b: Array | None) -> Array:
        """Z = X @ W + b: (m × n_in) @ (n_in × n_out) + (1 × n_out) → (m × n_out)."""
        return X @ W if b is None else X @ W + b

    def linear_gradients(self, X: Array, dZ: Array) -> tuple[Array, Array]:
        """dW = Xᵀ @ dZ, (n_in × m) @ (m × n_out); db = Σᵢ dZ[i,:], (1 × n_out).

        b was copied to every row going forward, so its slopes add up coming back.
        """
        return X.T @ dZ, self.sum(dZ, axis=0, keepdims=True)

    def linear_input_gradient(self, dZ: Array, W: Array) -> Array:
        """dX = dZ @ Wᵀ: (m × n_out) @ (n_out × n_in) → (m × n_in)."""
        return dZ @ W.T

    # ------------------------------------------------ derived: activations

    def sigmoid(self, Z: Array) -> Array:
        """σ(z) = 1 / (1 + e⁻ᶻ) = eᶻ / (1 + eᶻ), with eᶻ kept from overflowing."""
        E = self.exp(self.minimum(Z, LARGEST_EXPONENT))
        return E / (1.0 + E)

    def sigmoid_backward_from_output(self, dA: Array, A: Array) -> Array:
        """dZ = dA · A · (1 − A), as σ′(z) = σ(z) (1 − σ(z))."""
        return dA * A * (1.0 - A)

    def tanh_backward_from_output(self, dA: Array, A: Array) -> Array:
        """dZ = dA · (1 − A²), as tanh′(z) = 1 − tanh²(z)."""
        return dA * (1.0 - A * A)

    def relu(self, Z: Array) -> Array:
        """max(z, 0)."""
        return self.maximum(Z, 0.0)

    def relu_backward_from_output(self, dA: Array, A: Array) -> Array:
        """dZ = dA where A > 0 (which is where Z > 0), else 0; the slope at 0 is taken as 0."""
        return self.where(A > 0.0, dA, 0.0)

    def leaky_relu(self, Z: Array, slope: float) -> Array:
        """z where z > 0, else slope · z."""
        return self.where(Z > 0.0, Z, slope * Z)

    def leaky_relu_backward_from_input(self, dA: Array, Z: Array, slope: float) -> Array:
        """dZ = dA where Z > 0, else slope · dA."""
        return self.where(Z > 0.0, dA, slope * dA)

    def softmax(self, Z: Array) -> Array:
        """P[i,j] = e^Z[i,j] / Σₖ e^Z[i,k]; each row is shifted by its maximum first.

        The shift cancels in the quotient and keeps the exponentials from overflowing.
        """
        E = self.exp(Z - self.max(Z, axis=1, keepdims=True))
        return E / self.sum(E, axis=1, keepdims=True)

    def softmax_backward_from_output(self, dA: Array, A: Array) -> Array:
        """dZ[i,j] = A[i,j] (dA[i,j] − Σₖ dA[i,k] A[i,k])."""
        return A * (dA - self.sum(dA * A, axis=1, keepdims=True))

    # ----------------------------------------------------- derived: losses

    def log_softmax(self, Z: Array) -> Array:
        """ln softmax(Z): Z[i,j] − M − ln Σₖ e^(Z[i,k] − M), where M is the row's maximum."""
        S = Z - self.max(Z, axis=1, keepdims=True)
        return S - self.log(self.sum(self.exp(S), axis=1, keepdims=True))

    def softplus(self, Z: Array) -> Array:
        """ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|), finite for every finite z."""
        return self.maximum(Z, 0.0) + self.log1p(self.exp(-self.abs(Z)))

    def squared_error(self, P: Array, Y: Array, scale: float) -> tuple[Array, Array]:
        """L = scale · Σᵢⱼ (P[i,j] − Y[i,j])², a full reduction, and dP = 2 · scale · (P − Y)."""
        E = P - Y
        return scale * self.sum(E * E), (2.0 * scale) * E

    def softmax_cross_entropy(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """−Σᵢⱼ Y[i,j] · ln P[i,j], a full reduction, and P = softmax(Z)."""
        S = self.log_softmax(Z)
        return -self.sum(Y * S), self.exp(S)

    def sigmoid_cross_entropy(self, Z: Array, Y: Array) -> tuple[Array, Array]:
        """−Σᵢⱼ (Y ln P + (1 − Y) ln(1 − P)), a full reduction, and P = sigmoid(Z).

        With P = 1 / (1 + e⁻ᶻ) the term is ln(1 + eᶻ) − Y·Z, finite for every finite z. The
        large part of ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|) meets Y·Z first: they may cancel.
        """
        large, small = self.maximum(Z, 0.0), self.log1p(self.exp(-self.abs(Z)))
        return self.sum(large - Y * Z + small), self.sigmoid(Z)

    # ------------------------------------------------- derived: optimizers

    def descend(self, W: Array, dW: Array, rate: float) -> Array:
        """W − rate · dW: one step of gradient descent."""
        return W - rate * dW


DERIVED_CONVERSIONS = ("all_finite", "as_floats", "concat", "from_classes", "from_source")
DERIVED = tuple(
    name
    for name, f in vars(Backend).items()
    if callable(f) and name[0] != "_" and name not in DERIVED_CONVERSIONS
)  # operations on arrays
CONTRACT = (*PRIMITIVES, *DERIVED_CONVERSIONS, *DERIVED)  # all that can be called


class ArrayAPIBackend(Backend):
    """A backend over a namespace that follows the array API standard.

    namespace  holds the functions: `numpy`, for one
    faster     holds faster equal forms of derived operations and conversions, under the
               same names: a module, or any object
    """

    def __init__(self, name: str, namespace: Any, *, faster: Any = None, version: str = "") -> None:
        self.name = name
        self.version = version or str(getattr(namespace, "__version__", ""))
        self.namespace = namespace
        self.float64 = namespace.float64
        for function in (*FUNCTIONS, "astype", "concat"):
            if hasattr(namespace, function):
                setattr(self, function, getattr(namespace, function))
        for operation in (*DERIVED, *CONVERSIONS, *DERIVED_CONVERSIONS):
            if hasattr(faster, operation):
                setattr(self, operation, getattr(faster, operation))
        sample = namespace.asarray([[0.0]], dtype=self.float64)
        self.array_type = type(sample)
        if self.array_type is not matrix.Matrix and not _is_copyable(sample):
            import copyreg

            copyreg.pickle(self.array_type, self._reduced)

    def from_list(self, rows: Sequence[Sequence[float]]) -> Array:
        """An array of float64 from equally long rows of numbers."""
        made: Array = self.namespace.asarray(rows, dtype=self.float64)
        return made

    def to_list(self, X: Array) -> list[list[float]]:
        """The array's rows as lists of Python floats (bools, where it holds bools)."""
        computed = self.compute(X)
        if hasattr(computed, "tolist"):
            return computed.tolist()  # type: ignore[no-any-return]
        return nested(computed, self.namespace)  # type: ignore[no-any-return]

    def is_array(self, X: Any) -> bool:
        """True if X is an array of real numbers (or bools) of this library."""
        if not isinstance(X, self.array_type):
            return False
        dtype = getattr(X, "dtype", self.float64)
        return bool(dtype == self.float64 or self.namespace.isdtype(dtype, NUMERIC))

    def item(self, X: Any) -> float:
        """The Python float of a full reduction."""
        return float(self.compute(X))

    def compute(self, X: Any) -> Any:
        """X itself: nothing was put off."""
        return X

    def take(self, X: Array, indices: Sequence[int]) -> Array:
        """The rows of these numbers, in this order."""
        places = self.namespace.asarray(indices, dtype=self.namespace.int64)
        rows: Array = self.namespace.take(X, places, axis=0)
        return rows

    def _reduced(self, X: Any) -> tuple[Any, ...]:
        """How to make this array anew, for a library whose arrays refuse to be copied."""
        of_plugins = (b for b in list(_LOADED.values()) if _array_type(b) is type(X))
        owner: Any = next(of_plugins, self)  # a plugin is found in another process, too
        dtype = next((d for d in DTYPES if getattr(owner.namespace, d, None) == X.dtype), None)
        if dtype is None:
            raise TypeError(f"{self.name}: an array of {short(X.dtype)} cannot be copied")
        return _array_again, (owner, owner.to_list(X), tuple(X.shape), dtype)


def _array_type(backend: Any) -> type | None:
    return getattr(backend, "array_type", None)


def _array_again(backend: Any, rows: Any, shape: tuple[int, ...], dtype: str) -> Any:
    """The array that `_reduced` told of."""
    space = backend.namespace
    return space.reshape(space.asarray(rows, dtype=getattr(space, dtype)), shape)


def _is_copyable(sample: Any) -> bool:
    """True if an array comes out of a pickle again."""
    import pickle  # which any array library has imported by now

    try:
        return type(pickle.loads(pickle.dumps(sample))) is type(sample)  # noqa: S301 (its own)
    except Exception:
        return False


# --------------------------------------------------------------------- choosing one

_LOADED: dict[str, Backend] = {"python": ArrayAPIBackend("python", matrix, faster=kernels)}
# The use_backend blocks around here, the innermost last: what tells one from others, its backend.
_AMBIENT: ContextVar[tuple[tuple[object, Backend], ...]] = ContextVar("purenn", default=())
# Backend objects that were pickled and are no plugins, by what the pickle calls them.
_BY_HAND: dict[str, Backend] = {}
GENERATOR = 0x20 | 0x80 | 0x200  # inspect's CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
LISTED = 20  # names in a message


def get_backend(backend: str | Backend | None = None) -> Backend:
    """The backend of this name, or the one in force here where no name is given.

    Strongest first: the argument, `with use_backend(...)`, PURENN_BACKEND, "python".
    Raises a BackendError that says what is wrong, where the name came from, and the mend.
    """
    return choose_backend(backend)[0]


def choose_backend(backend: str | Backend | None = None) -> tuple[Backend, str]:
    """As `get_backend`, with the reason for the choice in words."""
    if isinstance(backend, Backend):
        return _checked(backend), "the backend= argument"
    if backend is not None:
        return _load(backend, "the backend= argument"), "the backend= argument"
    if blocks := _AMBIENT.get():
        ambient = blocks[-1][1]
        return ambient, f'with use_backend("{one_line(ambient.name)}")'
    if name := os.environ.get(VARIABLE, "").strip():
        source = f"the environment variable {VARIABLE}={one_line(name)}"
        return _load(name, source), source
    return _LOADED["python"], "the default"


class use_backend:  # noqa: N801 (used like a function)
    """`with use_backend("numpy"):` networks built inside use it, in this context only.

    The choice follows the thread or asynchronous task (it is a ContextVar), and ends
    with the block, also when the block raises, or ends within another block, as that of a
    generator may. `as` gives the Backend. An ExitStack, or a function that enters a block
    for others, needs an object of its own for each block.

    Raises a BackendError at once if there is no such backend.
    """

    def __init__(self, backend: str | Backend) -> None:
        self.backend = get_backend(backend)
        self._of_generators: dict[int, list[object]] = {}  # blocks, by the generator's frame

    # A function's blocks end in turn, the innermost first: this object is enough to find one.
    # Only a generator or coroutine can go away and come back; it has one frame all its life.

    def __enter__(self) -> Backend:
        frame = sys._getframe(1)
        block: object = self
        if frame.f_code.co_flags & GENERATOR:
            block = object()
            self._of_generators.setdefault(id(frame), []).append(block)
        _AMBIENT.set((*_AMBIENT.get(), (block, self.backend)))
        return self.backend

    def __exit__(self, *exception: object) -> None:
        frame = id(sys._getframe(1))
        block: object = self
        if frame in self._of_generators:
            block = self._of_generators[frame].pop()
            if not self._of_generators[frame]:
                del self._of_generators[frame]
        blocks = _AMBIENT.get()
        for place in reversed(range(len(blocks))):  # none in a context that it did not begin in
            if blocks[place][0] is block:
                _AMBIENT.set(blocks[:place] + blocks[place + 1 :])
                break


def available_backends() -> list[str]:
    """The names that `get_backend` takes here: "python", then the installed plugins."""
    return ["python", *sorted(_entry_points())]


def describe_backends() -> list[tuple[str, str, str]]:
    """(name, version, "" if installed, else the command that installs it) of each backend.

    The plugins are not loaded: a broken one is listed too.
    """
    import platform

    points = _entry_points()
    rows = [("python", platform.python_version(), "")]
    for name in sorted({*points, *KNOWN_PLUGINS}):
        if name in points:
            rows.append((name, _distribution(points[name][0])[1], ""))
        else:
            rows.append((name, "", install_command(name)))
    return rows


def _entry_points() -> dict[str, list[EntryPoint]]:
    """The installed plugins' entry points by name; none is loaded."""
    from importlib.metadata import entry_points  # slow to import, and not needed for lists

    try:
        points = list(entry_points(group=GROUP))
    except Exception:  # one package's list is damaged; those of the others are as good as ever
        points, _ = _one_by_one()
    found: dict[str, list[EntryPoint]] = {}
    for point in points:
        if point.name != "python":  # the built-in keeps its name
            found.setdefault(point.name, []).append(point)
    return found


def _one_by_one() -> tuple[list[EntryPoint], list[str]]:
    """The plugins' entry points that can be read, and what is wrong with the other packages."""
    from importlib.metadata import distributions

    points: list[EntryPoint] = []
    damaged = []
    for distribution in distributions():
        try:
            points += distribution.entry_points.select(group=GROUP)
        except Exception as error:
            damaged.append(f"{' '.join(_name_and_version(distribution))}: {_told(error)}")
    return points, damaged


def _load(name: str, source: str) -> Backend:
    """The backend of this name; its plugin's module is imported the first time."""
    if not isinstance(name, str):
        raise UnknownBackendError(
            f"backend {short(name)} (from {source}): give a backend's name or a Backend object"
        )
    if name in _LOADED:
        return _LOADED[name]
    points = _entry_points()
    what = f"backend {short(name)} (from {source})"
    if name not in points:
        raise _not_found(name, what, sorted(points))
    if len({point.value for point in points[name]}) > 1:
        owners = _listed(sorted({_package(point) for point in points[name]}))
        raise BackendError(
            f"{what} is offered by several packages: {owners}; uninstall all but one"
        )
    return _LOADED.setdefault(name, _start(points[name][0], what))  # another thread's, if it was


def _start(point: EntryPoint, what: str) -> Backend:
    """Import the plugin and check what it gives: a Backend, or a function that makes one."""
    package, value = _package(point), one_line(point.value)
    fault = "this is a fault of that package"
    try:
        made = point.load()
        backend = made if isinstance(made, Backend) else made()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit, too: no plugin ends the program
        raise BackendImportError(
            f"{what}: the package {package} is installed, but starting "
            f"{value} failed with {_told(error)}; repair or reinstall it{_reinstall(point)}"
        ) from error
    if not isinstance(backend, Backend):
        raise BackendImportError(
            f"{what}: {value} of the package {package} gave "
            f"{one_line(type(backend).__name__)}, not a purenn Backend; {fault}"
        )
    _checked(backend, f" of the package {package}")
    if backend.name != point.name:
        raise BackendImportError(
            f"{what}: {value} of the package {package} gave a backend of the name "
            f"{short(backend.name)}, not {short(point.name)} as its entry point is called; {fault}"
        )
    return backend


def _checked(backend: Backend, owner: str = "") -> Backend:
    """The backend, if it fulfils this version of the contract."""
    try:
        _check(backend, f"backend {short(getattr(backend, 'name', None))}{owner}")
    except (KeyboardInterrupt, BackendError):
        raise
    except BaseException as error:  # of an attribute that is computed
        raise IncompleteBackendError(
            f"a backend of the class {one_line(type(backend).__name__)}{owner} failed with "
            f"{_told(error)} when it was asked for what the contract names"
        ) from error
    return backend


def _check(backend: Backend, who: str) -> None:
    """Raises a BackendError for what the contract does not allow."""
    version = getattr(backend, "api_version", None)
    if as_whole(version) != API_VERSION:
        raise BackendVersionError(
            f"{who} is written for version {short(version)} of the backend contract, "
            f"this purenn has version {API_VERSION}; {_version_mend(version)}"
        )
    missing = [name for name in CONTRACT if not callable(getattr(backend, name, None))]
    if not hasattr(backend, "float64"):
        missing.append("float64")
    if missing:
        raise IncompleteBackendError(
            f"{who} lacks {', '.join(missing)}; a backend has float64 and every name in "
            "purenn.backend.PRIMITIVES"
        )
    name, tolerance = getattr(backend, "name", None), getattr(backend, "tolerance", None)
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise IncompleteBackendError(f"{who}: a name is printable text, such as 'numpy'")
    if not 0.0 < (as_real(tolerance) or 0.0) < inf:
        raise IncompleteBackendError(
            f"{who}: its tolerance is {short(tolerance)}, must be a number above 0, such as 1e-12"
        )
    made = backend.from_list([[0.5]])
    known = backend.is_array(made) is True and backend.is_array([[0.5]]) is False
    if not (known and tuple(made.shape) == (1, 1) and backend.to_list(made) == [[0.5]]):
        raise IncompleteBackendError(
            f"{who}: from_list([[0.5]]) gave {short(made)}, which is_array and to_list do not "
            "know as an array of one row and one column"
        )


def _version_mend(version: Any) -> str:
    number = as_whole(version)
    if number is None:
        return "a version is a whole number, so this is a fault of the plugin"
    return f"upgrade the {'plugin' if number < API_VERSION else 'purenn'}"


def _not_found(name: str, what: str, plugins: list[str]) -> BackendError:
    if name in KNOWN_PLUGINS:
        return BackendNotInstalledError(
            f"{what} is not installed here; install it with: {install_command(name)}"
        )
    from purenn.guessing import or_guess

    names = ["python", *plugins]
    mend = or_guess(name, sorted({*names, *KNOWN_PLUGINS}), " Did you mean {!r}?")
    _, damaged = _one_by_one()
    if damaged:
        mend += f" These packages are damaged and say nothing of backends: {_listed(damaged)}."
    return UnknownBackendError(f"unknown {what}; found here: {_listed(names)}.{mend}")


def install_command(name: str) -> str:
    """What to type to install a known plugin: from this checkout if there is one."""
    checkout = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.isfile(os.path.join(checkout, "backends", name, "pyproject.toml")):
        try:
            root = os.path.relpath(checkout)
        except (OSError, ValueError):  # the working directory is gone, or on another drive
            root = checkout
        return f"python -m pip install -e {root} -e {os.path.join(root, 'backends', name)}"
    return f"python -m pip install {KNOWN_PLUGINS[name]}"


def _reinstall(point: EntryPoint) -> str:
    """The command, for a package whose name is one."""
    name = _distribution(point)[0]
    plain = name.isascii() and name.translate(dict.fromkeys(map(ord, "-_."))).isalnum()
    return f" (python -m pip install --force-reinstall {name})" if plain else ""


def _package(point: EntryPoint) -> str:
    """'name version' of the package that an entry point belongs to."""
    return " ".join(filter(None, _distribution(point))) or "(of unknown origin)"


def _distribution(point: EntryPoint) -> tuple[str, str]:
    """Name and version of the package of an entry point; "" for what is not known."""
    return _name_and_version(point.dist)


def _name_and_version(distribution: Any) -> tuple[str, str]:
    """As a package's metadata has it; "" for what is not there, or cannot be read."""
    try:
        name, version = (distribution.metadata.get(key, "") for key in ("Name", "Version"))
        return one_line(str(name)), one_line(str(version))
    except Exception:
        return "", ""


def _told(error: BaseException) -> str:
    """An exception in a few words."""
    kind = one_line(type(error).__name__)
    try:
        words = one_line(str(error), 200)
    except KeyboardInterrupt:
        raise
    except BaseException:  # a broken __str__, even one that would end the program
        words = ""
    return f"{kind}: {words}" if words else kind


def _listed(names: list[str]) -> str:
    """Names with commas between them; the last of very many are counted only."""
    shown = [one_line(name, 200) for name in names[:LISTED]]
    return ", ".join([*shown, f"{len(names) - LISTED:,} more"] if len(names) > LISTED else shown)


# -------------------------------------------------------------------------- pickles
# Pickles name `_found_again` and `_array_again`: those that were written need them here.


def _pickled_name(backend: Backend) -> tuple[str, ...]:
    """What a pickle says of a backend: a plugin's name; of any other object also a key.

    The key is drawn once an object, so that no other process has it.
    """
    for name, loaded in list(_LOADED.items()):
        if loaded is backend:
            return (name,)
    for key, made in list(_BY_HAND.items()):
        if made is backend:
            return backend.name, key
    key = os.urandom(8).hex()
    _BY_HAND[key] = backend
    return backend.name, key


def _found_again(name: str, key: str = "") -> Backend:
    """The backend that a pickle tells of. It can name installed plugins only, no module."""
    if not key:
        return _load(name, "a pickle")
    if str(key) in _BY_HAND:
        return _BY_HAND[str(key)]
    raise UnknownBackendError(
        f"backend {short(name)} (from a pickle) was an object made by hand in another process; "
        "only an installed plugin is found by its name. Make it one, or move the network to an "
        'installed backend before it is pickled: network.to("python")'
    )
