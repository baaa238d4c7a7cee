"""copy.copy, copy.deepcopy and pickle: of backends, arrays, data, networks, and whole runs.

A run that is copied in its middle, as one object, goes on in the same bits.
"""

import copy
import io
import math
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import purenn as nn
from purenn import backend as choice
from purenn import kernels, matrix, schedules
from purenn.backend import ArrayAPIBackend, Backend, get_backend
from purenn.data import ByteRows, Dataset, FloatRows, StandardScaler, load_digits, scale
from purenn.errors import BackendNotInstalledError, UnknownBackendError
from purenn.losses import Loss
from purenn.matrix import Matrix, asarray
from purenn.optimizers import Optimizer
from purenn.sparse import SparseMatrix
from purenn.storage import Model, Run
from purenn.training import Progress, forward_and_backward

ROOT = Path(__file__).parent.parent
PYTHON = get_backend("python")
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

Copying = Callable[[Any], Any]


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 (its own)


WAYS: dict[str, Copying] = {"deepcopy": copy.deepcopy, "pickle": pickled}


@pytest.fixture(params=WAYS)
def again(request: pytest.FixtureRequest) -> Copying:
    """Each way to a copy that shares nothing with the original."""
    return WAYS[request.param]


# -------------------------------------------------------------------------- backends


class Other(ArrayAPIBackend):
    """A backend made by hand, on the matrices of lists."""

    def __init__(self, name: str = "by hand") -> None:
        super().__init__(name, matrix, faster=kernels)


class Watching(pickle.Unpickler):
    """Notes what a pickle asks to be imported."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.asked: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.asked.add(module)
        return super().find_class(module, name)


def test_a_backend_is_copied_as_itself(backend: Backend) -> None:
    assert copy.copy(backend) is backend
    assert copy.deepcopy([backend, {"b": backend}]) == [backend, {"b": backend}]
    for protocol in PROTOCOLS:
        data = pickle.dumps(backend, protocol)
        assert len(data) < 120
        reader = Watching(data)
        assert reader.load() is backend
        assert reader.asked == {"purenn.backend"}


def test_backends_made_by_hand_are_told_apart() -> None:
    backends = [Other(), Other(), Other("python"), Other("numpy")]
    for made in backends:
        network = nn.Network([nn.Dense(1, 1)], seed=0, backend=made)
        assert pickled(network).backend is made
        assert copy.deepcopy(network).backend is made
        assert pickle.dumps(made) == pickle.dumps(made)


def test_a_backend_made_by_hand_is_found_after_everything_else_forgot_it() -> None:
    data = pickle.dumps(nn.Network([nn.Dense(1, 1)], seed=0, backend=Other()))
    network = pickle.loads(data)  # noqa: S301 (its own)
    assert type(network.backend) is Other
    assert network.predict([[1.0]]).shape == (1, 1)


def in_another_process(data: bytes, *options: str) -> str:
    """What a fresh interpreter without installed packages says of a pickle."""
    script = (
        "import pickle, sys\n"
        "try:\n"
        "    print(pickle.loads(bytes.fromhex(sys.stdin.read())))\n"
        "except Exception as error:\n"
        "    print(f'{type(error).__name__}: {error}')\n"
    )
    clean = {k: v for k, v in os.environ.items() if k not in ("PURENN_BACKEND", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, *options, "-c", script],
        cwd=ROOT,
        env=clean,
        input=data.hex(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", nn.available_backends())
def test_another_process_finds_the_backend_by_its_name(name: str) -> None:
    network = nn.Network([nn.Dense(1, 1)], seed=0, backend=name)
    options = ["-S"] if name == "python" else []
    assert in_another_process(pickle.dumps(network), *options) == repr(network)


def test_another_process_does_not_know_what_was_made_by_hand() -> None:
    network = nn.Network([nn.Dense(1, 1)], seed=0, backend=Other("mine"))
    said = in_another_process(pickle.dumps(network), "-S")
    assert said.startswith(
        "UnknownBackendError: backend 'mine' (from a pickle) was an object made by hand in "
        "another process; only an installed plugin is found by its name."
    )
    assert said.endswith('network.to("python")')


def test_another_process_says_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(choice._LOADED, "numpy", Other("numpy"))  # as if it were the plugin
    network = nn.Network([nn.Dense(1, 1)], seed=0, backend="numpy")
    said = in_another_process(pickle.dumps(network), "-S")
    assert said.startswith(
        "BackendNotInstalledError: backend 'numpy' (from a pickle) is not installed here; "
        "install it with: python -m pip install"
    )


def test_numpy_networks_ask_for_numpy_where_it_is_missing() -> None:
    pytest.importorskip("purenn_numpy")
    network = nn.Network([nn.Dense(2, 1)], seed=0, backend="numpy")
    said = in_another_process(pickle.dumps(network), "-S")
    assert said.startswith("BackendNotInstalledError: backend 'numpy' (from a pickle)")


NO_NAMES = ("antigravity", "antigravity:fly", "os", "", "python ", "../x", "p" * 100_000)


@pytest.mark.parametrize("name", NO_NAMES, ids=range(len(NO_NAMES)))
def test_a_changed_name_imports_nothing(name: str) -> None:
    data = pickle.dumps(PYTHON, 0).replace(b"Vpython\n", b"V%s\n" % name.encode())
    with pytest.raises(
        UnknownBackendError, match=r"^unknown backend .*\(from a pickle\)"
    ) as raised:
        pickle.loads(data)  # noqa: S301 (its own)
    assert len(str(raised.value)) < 1000
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("name", [None, 3, ["python"], PYTHON, b"python"])
def test_a_pickle_with_something_else_than_a_name(name: Any) -> None:
    with pytest.raises(UnknownBackendError, match="give a backend's name"):
        choice._found_again(name)
    with pytest.raises(UnknownBackendError, match="made by hand in another process"):
        choice._found_again(name, ["key"])  # type: ignore[arg-type]


def test_the_usual_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(choice._LOADED, "abacus", Other("abacus"))
    data = pickle.dumps(nn.Network([nn.Dense(1, 1)], seed=0, backend="abacus"))
    monkeypatch.delitem(choice._LOADED, "abacus")
    with pytest.raises(UnknownBackendError, match=r"'abacus' \(from a pickle\); found here: "):
        pickle.loads(data)  # noqa: S301 (its own)
    monkeypatch.setitem(choice.KNOWN_PLUGINS, "abacus", "purenn-abacus")
    with pytest.raises(BackendNotInstalledError, match="pip install purenn-abacus"):
        pickle.loads(data)  # noqa: S301 (its own)


# ---------------------------------------------------------------------------- arrays

ODD = [[0.1, -0.0, math.inf], [5e-324, math.nan, -1e300]]


def bits(rows: Any) -> Any:
    """Every number with all its bits, and its type."""
    if isinstance(rows, (list, tuple)):
        return [bits(row) for row in rows]
    return repr(rows)


def every_copy(thing: Any, protocols: Iterable[int] = PROTOCOLS) -> Iterator[Any]:
    yield copy.copy(thing)
    yield copy.deepcopy(thing)
    for protocol in protocols:
        yield pickle.loads(pickle.dumps(thing, protocol))  # noqa: S301 (its own)


def test_arrays(backend: Backend) -> None:
    X = backend.from_list(ODD)
    arrays = [X, X > 0.5, backend.argmax(backend.from_list([[1.0, 2.0]]), axis=1, keepdims=True)]
    for array in [*arrays, X.T, backend.from_list([[0.5]])]:
        for made in every_copy(array, PROTOCOLS[2:]):  # some libraries refuse the oldest two
            assert type(made) is type(array)
            assert made.shape == array.shape
            assert bits(backend.to_list(made)) == bits(backend.to_list(array))
            assert backend.is_array(made)


def test_matrices() -> None:
    for A in (asarray(ODD), asarray(ODD) > 0.5, asarray(ODD) * 1.0):
        for made in every_copy(A):
            assert type(made) is Matrix
            assert bits(made.tolist()) == bits(A.tolist())


def test_a_deep_copy_of_a_matrix_has_rows_of_its_own() -> None:
    A = asarray([[1.0, 2.0], [3.0, 4.0]]) * 1.0  # rows that are lists
    assert type(A.rows[0]) is list
    B, C = copy.deepcopy(A), copy.copy(A)
    B.rows[0][0] = 9.0  # type: ignore[index]
    B.rows[1:] = []  # type: ignore[index]
    assert A.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert C.rows is A.rows


def test_sparse_matrices() -> None:
    X = SparseMatrix([((0, 2), (0.5, -1.0)), ((), ())], 3)
    for made in every_copy(X):
        assert type(made) is SparseMatrix
        assert (made.shape, made.entries, made.width) == (X.shape, X.entries, X.width)
        assert made.tolist() == X.tolist()
    B = copy.deepcopy(X)
    B.entries.clear()
    assert X.tolist() == [[0.5, 0.0, -1.0], [0.0, 0.0, 0.0]]


class Sealed:
    """An array of a library that follows the standard to the letter, and refuses to be copied."""

    __slots__ = ("dtype", "matrix", "shape")
    dtype: type
    matrix: Any
    shape: tuple[int, ...]

    def __new__(cls, *arguments: Any) -> Any:
        raise TypeError("use asarray")

    def __reduce__(self) -> Any:
        raise TypeError("cannot be copied")

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __getitem__(self, key: Any) -> Any:
        assert type(key) is int or (len(key) == 2 and key[1] is ...)
        place = key if type(key) is int else key[0]
        return sealed(self.matrix[place], self.dtype, self.shape[1:])

    def __gt__(self, other: float) -> Any:
        return sealed([[a > other for a in row] for row in self.matrix], bool, self.shape)

    def __bool__(self) -> bool:
        assert self.ndim == 0
        assert self.dtype is bool
        return bool(self.matrix)

    def __float__(self) -> float:
        assert self.ndim == 0
        return float(self.matrix)

    def __int__(self) -> int:
        assert self.ndim == 0
        assert self.dtype is int
        return int(self.matrix)


def sealed(entries: Any, dtype: type, shape: tuple[int, ...]) -> Any:
    made = object.__new__(Sealed)
    made.matrix, made.dtype, made.shape = entries, dtype, shape
    return made


def shape_of(entries: Any) -> tuple[int, ...]:
    if not isinstance(entries, (list, tuple)):
        return ()
    return (len(entries), *(shape_of(entries[0]) if entries else ()))


def sealed_library() -> SimpleNamespace:
    """The functions of the standard that the conversions of a backend need."""
    kinds = {"bool": bool, "integral": int, "real floating": float, "complex floating": complex}
    return SimpleNamespace(
        __version__=3,
        bool=bool,
        int64=int,
        float64=float,
        isdtype=lambda dtype, kind: (
            dtype in [kinds[k] for k in ([kind], kind)[type(kind) is tuple]]
        ),
        asarray=lambda entries, dtype: sealed(entries, dtype, shape_of(entries)),
        reshape=lambda X, shape: sealed(X.matrix, X.dtype, tuple(shape)),
    )


@pytest.fixture
def sealed_backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ArrayAPIBackend]:
    import copyreg

    yield ArrayAPIBackend("sealed", sealed_library())
    copyreg.dispatch_table.pop(Sealed, None)


def test_arrays_that_refuse_copies_go_through_rows(sealed_backend: ArrayAPIBackend) -> None:
    backend = sealed_backend
    X: Any = backend.from_list(ODD)
    space = backend.namespace
    arrays = [X, X > 0.5, space.asarray(2.5, float), space.asarray([1, 2], int)]
    for array in [*arrays, sealed([], float, (0, 3)), sealed([[], []], float, (2, 0))]:
        for made in every_copy(array):
            assert (made.dtype, made.shape) == (array.dtype, array.shape)
            assert bits(backend.to_list(made)) == bits(backend.to_list(array))


def test_an_array_of_a_strange_kind_is_still_refused(sealed_backend: ArrayAPIBackend) -> None:
    with pytest.raises(TypeError, match="sealed: an array of <class 'str'> cannot be copied"):
        copy.copy(sealed([["a"]], str, (1, 1)))


def test_arrays_that_refuse_copies_name_a_plugin_where_there_is_one(
    sealed_backend: ArrayAPIBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = ArrayAPIBackend("plugin", sealed_library())
    monkeypatch.setitem(choice._LOADED, "plugin", plugin)
    for made in (sealed_backend, plugin):
        data = pickle.dumps(made.from_list([[1.0]]))
        assert b"plugin" in data
        assert plugin.to_list(pickle.loads(data)) == [[1.0]]  # noqa: S301 (its own)


def test_types_that_can_be_copied_are_left_alone() -> None:
    import copyreg

    before = dict(copyreg.dispatch_table)
    Other()
    if "numpy" in nn.available_backends():
        get_backend("numpy")
        import numpy as np

        ArrayAPIBackend("another", np)
    assert copyreg.dispatch_table == before


# ------------------------------------------------------------------------------ data


def test_rows_and_data_sets(again: Copying) -> None:
    pixels = bytes(range(12))
    table = tuple(k / 255.0 for k in range(256))
    sources = [
        ByteRows(pixels, 3),
        ByteRows(bytearray(pixels), 3, divisor=2.0),
        ByteRows(memoryview(pixels), 3),
        ByteRows(memoryview(bytearray(pixels)), 3)[::2].with_table(table[::-1]),
        ByteRows(memoryview(pixels), 3).subset([3, 0, 0]),
        FloatRows([[1.0, -0.0], [5e-324, 2.0]]),
        FloatRows([[1.0, 2.0], [3.0, 4.0]]).subset([1, 1, 0]),
    ]
    scaler = StandardScaler().fit(sources[0])
    sources += [scaler.transform(sources[2]), scaler.transform(sources[2])[1:]]
    for source in sources:
        made = again(source)
        assert type(made) is type(source)
        assert (len(made), made.width) == (len(source), source.width)
        assert bits(list(made)) == bits(list(source))
        assert bits(made.take([-1, 0])) == bits(source.take([-1, 0]))
        assert list(made.column(1)) == list(source.column(1))
        assert bits(list(made[1:])) == bits(list(source[1:]))


def test_a_view_of_large_memory_takes_its_own_rows_only() -> None:
    rows = ByteRows(memoryview(bytes(100_000)), 10).subset([5, 7])
    assert len(pickle.dumps(rows)) < 6_000
    assert rows.take_bytes([0]) == copy.copy(rows).take_bytes([1])


def test_a_deep_copy_of_bytes_that_can_be_written_to_is_its_own() -> None:
    pixels = bytearray(4)
    for data in (pixels, memoryview(pixels)):
        made = copy.deepcopy(ByteRows(data, 2))
        pixels[0] = 255
        assert made[0] == [0.0, 0.0]
        pixels[0] = 0


def test_whole_data_sets(again: Copying) -> None:
    digits = load_digits().subset(range(20))
    scaled = scale(digits, StandardScaler().fit(digits.features))
    plain = Dataset([[1.0, 2.0]], [[3.0, 4.0]], feature_names=["a", "b"], target_name="c")
    for data in (digits, scaled, plain):
        made = again(data)
        assert repr(made) == repr(data)
        assert list(made.features) == list(data.features)
        assert made.targets == data.targets
        assert made.label_names == data.label_names
        assert made.feature_names == data.feature_names


# ----------------------------------------------------------------- networks and parts

LAYERS: dict[str, Callable[[], Any]] = {
    name: getattr(nn, name)
    for name in (
        *("ELU", "GELU", "Identity", "LeakyReLU", "ReLU", "SiLU", "Sigmoid", "Softmax"),
        *("Softplus", "Tanh", "Dropout"),
    )
}
LOSSES: dict[str, tuple[Callable[[], Any], Callable[[], Loss]]] = {
    "mean squared": (nn.Identity, nn.MeanSquaredError),
    "sum squared": (nn.Tanh, lambda: nn.SumSquaredError(0.25)),
    "mean absolute": (nn.Identity, nn.MeanAbsoluteError),
    "huber": (nn.Identity, lambda: nn.Huber(0.3)),
    "binary": (nn.Sigmoid, nn.BinaryCrossEntropy),
    "cross": (nn.Softmax, nn.CrossEntropy),
}
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "sgd": lambda: nn.SGD(0.3),
    "momentum": lambda: nn.SGD(0.1, 0.9, nesterov=True, weight_decay=0.01),
    "rmsprop": lambda: nn.RMSProp(0.01, schedule=schedules.StepDecay(2, 0.5)),
    "adam": lambda: nn.Adam(0.01, clip_norm=0.5, schedule=schedules.CosineDecay(12)),
    "adamw": lambda: nn.AdamW(
        0.01, schedule=schedules.WarmUp(2, then=schedules.ExponentialDecay(0.9))
    ),
}
X = [[0.1, 0.9], [0.8, -0.3], [-0.5, 0.4], [0.6, 0.7], [0.2, -0.8]]
Y = [0, 1, 1, 0, 1]


def network_of(backend: Backend, *hidden: Any, last: Any = None, n_out: int = 2) -> nn.Network:
    layers = [nn.Dense(2, 4), *hidden, nn.Dense(4, n_out, bias=None), last or nn.Softmax()]
    return nn.Network(layers, seed=3, backend=backend)


def train(
    network: nn.Network, epochs: int, *, optimizer: Optimizer | None = None, **how: Any
) -> nn.History:
    options: dict[str, Any] = {"loss": nn.CrossEntropy(), "batch_size": 2} | how
    optimizer = optimizer or nn.Adam(0.05)
    return nn.train(network, X, Y, optimizer=optimizer, epochs=epochs, **options)


def everything(network: nn.Network) -> str:
    """All bits that make the network what it is: parameters, and what it will draw."""
    return repr((network.parameters, network.random.get_state(), network.random.seed))


@pytest.mark.parametrize("name", LAYERS)
def test_a_network_with_every_layer(backend: Backend, again: Copying, name: str) -> None:
    network = network_of(backend, LAYERS[name](), nn.Dense(4, 4), LAYERS[name]())
    for _ in range(2):  # before and after training
        made = again(network)
        assert repr(made) == repr(network)
        assert made.backend is backend
        assert everything(made) == everything(network)
        assert bits(backend.to_list(made.predict(X))) == bits(backend.to_list(network.predict(X)))
        before = everything(network)
        train(made, 2)
        assert everything(network) == before
        train(network, 2)
        assert everything(made) == everything(network)


@pytest.mark.parametrize("name", LAYERS)
def test_single_layers(backend: Backend, again: Copying, name: str) -> None:
    network = network_of(backend, LAYERS[name]())
    train(network, 1)
    dense, layer = network.layers[:2]
    A = backend.from_list([[0.5, -0.25, 0.125, 1.0]] * 3)
    made: Any = again(layer)
    assert (repr(made), made.title, made.backend) == (repr(layer), layer.title, backend)
    for call in ("forward", "predict", "forward"):
        expected = backend.to_list(getattr(layer, call)(A))
        assert bits(backend.to_list(getattr(made, call)(A))) == bits(expected)
    expected = backend.to_list(layer.backward(A))
    assert bits(backend.to_list(made.backward(A))) == bits(expected)
    made = again(dense)
    for ours, theirs in zip(made.parameters(), dense.parameters(), strict=True):
        assert ours.name == theirs.name
        assert bits(backend.to_list(ours.value)) == bits(backend.to_list(theirs.value))


def test_initializers_and_weights_that_were_given(again: Copying) -> None:
    layers = [
        nn.Dense(2, 3, weights=nn.initializers.HeNormal(), bias=nn.initializers.Uniform(-1, 1)),
        nn.Dense(3, 1, weights=[[1.0], [2.0], [3.0]], bias=[0.5]),
    ]
    copies = again(layers)
    made, network = (nn.Network(each, seed=1, backend="python") for each in (copies, layers))
    assert made.parameters == network.parameters


@pytest.mark.parametrize("name", LOSSES)
def test_losses_that_were_used(backend: Backend, again: Copying, name: str) -> None:
    last, make = LOSSES[name]
    n_out = 2 if name == "cross" else 1
    network, loss = network_of(backend, nn.Tanh(), last=last(), n_out=n_out), make()
    assert repr(again(loss)) == repr(loss)
    A, B = network.examples(X, Y, loss).all()
    forward_and_backward(network.path(loss), loss, A, B)
    made = again(loss)
    assert repr(made) == repr(loss)
    slope = backend.to_list(loss.backward())
    assert bits(backend.to_list(made.backward())) == bits(slope)
    other: nn.Network = again(network)
    assert bits(train(other, 2, loss=made).losses) == bits(train(network, 2, loss=loss).losses)


def test_history_and_generator(again: Copying) -> None:
    history = train(
        network_of(PYTHON), 2, metrics=["accuracy"], validation=(X, Y), optimizer=nn.SGD(0.1)
    )
    made = again(history)
    assert vars(made) == vars(history)
    made.losses.append(0.0)
    assert len(history.losses) == 2
    draws = nn.RandomState(7)
    draws.randn()  # keeps a spare number
    before = draws.get_state()
    twin = again(draws)
    assert twin.get_state() == before
    assert [*twin.randn(3), twin.randint(100)] == [*draws.randn(3), draws.randint(100)]
    assert again(before) == before


# ------------------------------------------------------------------------ whole runs


TheRun = tuple[nn.Network, Optimizer, nn.History, Loss]


def begun(backend: Backend, name: str) -> TheRun:
    """A run with this optimizer, before its first epoch."""
    network = network_of(backend, nn.Dropout(0.2))
    return network, OPTIMIZERS[name](), nn.History(), nn.CrossEntropy()


def finished(run: TheRun, epochs: int) -> str:
    """All bits at the end of so many epochs more."""
    network, optimizer, history, loss = run
    if epochs:
        train(network, epochs, optimizer=optimizer, history=history, loss=loss)
    settings = (optimizer.steps, optimizer.epochs_begun, optimizer.rate)
    memory = [
        {key: network.backend.to_list(array) for key, array in held.items()}
        for held in optimizer.state
    ]
    return repr((everything(network), history.losses, settings, memory))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_between_two_calls_of_train(backend: Backend, again: Copying, name: str) -> None:
    run = begun(backend, name)
    straight = finished(copy.deepcopy(run), 5)
    assert finished(again(run), 5) == straight  # before it begins
    middle = finished(run, 2)
    made = again(run)
    assert finished(made, 0) == middle
    assert finished(made, 3) == straight
    assert finished(run, 0) == middle  # is not disturbed
    assert finished(run, 3) == straight


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_inside_of_a_callback(backend: Backend, again: Copying, name: str) -> None:
    run, kept = begun(backend, name), []
    network, optimizer, history, loss = run

    def keep(progress: Progress) -> None:
        kept.append(again((progress.network, progress.optimizer, progress.history, loss)))
        told = again(progress)
        assert (told.epoch, told.loss, told.epochs) == (progress.epoch, progress.loss, 5)
        assert told.network.trainable[0] is told.optimizer._of[0]
        told.stop()

    straight = finished(copy.deepcopy(run), 5)
    train(network, 5, optimizer=optimizer, history=history, loss=loss, callbacks=[keep])
    assert finished(run, 0) == straight
    assert len(kept) == 5
    for done, copied in enumerate(kept, start=1):
        assert finished(copied, 5 - done) == straight


class AfterBatches:
    """Copies a run after each of its batches."""

    def __init__(self, again: Copying, loss: Loss) -> None:
        self.again, self.loss = again, loss
        self.kept: list[Any] = []

    def __call__(self, progress: Progress) -> None: ...

    def batch(self, progress: Progress) -> None:
        run = (progress.network, progress.optimizer, progress.history, self.loss)
        self.kept.append((self.again(run), everything(progress.network)))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_after_a_batch(backend: Backend, again: Copying, name: str) -> None:
    """All rows are one batch: the copy has made this epoch's step, and the next ones follow."""
    network, optimizer, _, loss = begun(backend, name)
    watch = AfterBatches(again, loss)
    train(network, 5, optimizer=optimizer, loss=loss, batch_size=None, callbacks=[watch])
    for done, (copied, then) in enumerate(watch.kept, start=1):
        twin, its_optimizer, _, its_loss = copied
        assert everything(twin) == then
        if done < 5:
            train(twin, 5 - done, optimizer=its_optimizer, loss=its_loss, batch_size=None)
        assert everything(twin) == everything(network)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_between_backward_and_step(backend: Backend, again: Copying, name: str) -> None:
    """Copied in the middle of each step by hand: the steps that follow are the same."""
    network, optimizer, _, loss = begun(backend, name)
    examples = network.examples(X, Y, loss)
    optimizer.start(network.trainable, backend)
    optimizer.begin_epoch(0)
    batches = [(batch.X, batch.Y) for batch in examples.batches(2)]
    kept = []
    for place, (A, B) in enumerate(batches):
        forward_and_backward(network.path(loss), loss, A, B)
        kept.append((place, again((network, optimizer, loss))))
        optimizer.step()
    for place, (twin, its_optimizer, its_loss) in kept:
        its_optimizer.step()
        for A, B in batches[place + 1 :]:
            forward_and_backward(twin.path(its_loss), its_loss, A, B)
            its_optimizer.step()
        assert everything(twin) == everything(network)


def test_sparse_images_on_lists(again: Copying) -> None:
    digits = load_digits().subset(range(30))
    network = nn.Network(
        [nn.Dense(digits.features.width, 5), nn.ReLU(), nn.Dense(5, 10), nn.Softmax()], seed=1
    )
    optimizer, loss, history = nn.SGD(0.1, 0.9), nn.CrossEntropy(), nn.History()
    run = (network, optimizer, history, loss, digits)

    def go_on(run: Any, epochs: int) -> str:
        network, optimizer, history, loss, data = run
        nn.train(
            network, data.features, data.targets, loss=loss, optimizer=optimizer,
            epochs=epochs, batch_size=8, history=history,
        )  # fmt: skip
        return repr((network.parameters, history.losses))

    go_on(run, 1)
    assert type(network.layers[0].X) is SparseMatrix  # type: ignore[attr-defined]
    made = again(run)
    assert go_on(made, 2) == go_on(run, 2)


def test_early_stopping(backend: Backend, again: Copying) -> None:
    def go_on(run: Any, epochs: int) -> str:
        network, optimizer, history, loss, stopping = run
        how = {"validation": (X[:3], Y[:3]), "callbacks": [stopping], "history": history}
        train(network, epochs, optimizer=optimizer, loss=loss, **how)
        best = (stopping.best_loss, stopping.best_epoch)
        return repr((network.parameters, history.validation_losses, best))

    run = (network_of(backend), nn.SGD(0.5), nn.History(), nn.CrossEntropy(), nn.EarlyStopping(3))
    go_on(run, 4)
    made = again(run)
    assert go_on(made, 6) == go_on(run, 6)


def test_models(backend: Backend, again: Copying, tmp_path: Path) -> None:
    network, optimizer, loss = network_of(backend), nn.Adam(0.01), nn.CrossEntropy()
    history = train(network, 2, optimizer=optimizer, loss=loss)
    model = Model(
        network,
        label_names=["no", "yes"],
        feature_names=["a", "b"],
        scaler=StandardScaler().fit(X),
        loss=loss,
        run=Run(optimizer, batch_size=2, history=history, options={"hidden": [4]}),
    )
    made: Model = again(model)
    assert repr(made) == repr(model)
    nn.save(tmp_path / "model.json", model)
    nn.save(tmp_path / "copy.json", made)
    assert (tmp_path / "copy.json").read_bytes() == (tmp_path / "model.json").read_bytes()
    assert made.run is not None
    finished((made.network, made.run.optimizer, made.run.history, made.loss or loss), 2)
    assert everything(model.network) != everything(made.network)
    finished((network, optimizer, history, loss), 2)
    assert everything(model.network) == everything(made.network)


def test_a_network_that_was_moved(again: Copying) -> None:
    network = nn.Network([nn.Dense(2, 2), nn.Softmax()], seed=0, backend="python")
    train(network, 1)
    other = Other()
    network.to(other)
    made = again(network)
    assert made.backend is other
    assert made.layers[0].backend is other
    assert everything(made) == everything(network)


def test_a_matrix_is_what_a_network_on_lists_gives(again: Copying) -> None:
    P = network_of(PYTHON).predict(X)
    made = again(P)
    assert type(made) is Matrix
    assert made.tolist() == P.tolist()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_network_and_optimizer_copied_one_by_one(
    backend: Backend, again: Copying, name: str
) -> None:
    """The parameters are other objects, but those that the optimizer has left."""
    run = begun(backend, name)
    finished(run, 2)
    network, optimizer, history, loss = run
    made = (again(network), again(optimizer), again(history), loss)
    assert finished(made, 3) == finished(run, 3)
    other = network_of(backend, nn.Dropout(0.2))
    for p, q in zip(other.trainable, network.trainable, strict=True):
        p.value = q.value
    last = other.trainable[-1]
    last.value = last.value + 1.0
    optimizer.start(other.trainable, backend)  # other numbers: nothing to go on from
    assert (optimizer.steps, optimizer.epochs_begun) == (0, 0)
