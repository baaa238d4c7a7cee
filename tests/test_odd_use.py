"""Odd uses that a reviewer found: right, or refused by a sentence, and never a raw error."""

import copy
import functools
import math
import pickle
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn import schedules
from purenn.backend import ArrayAPIBackend, Backend
from purenn.cli import main
from purenn.data import Dataset, RowIndexError, StandardScaler, one_hot, split
from purenn.errors import (
    ArgumentError,
    DataError,
    IncompleteBackendError,
    NonFiniteError,
    PurennError,
)
from purenn.explain import Record, explain
from purenn.layers import Layer, Parameter
from purenn.losses import Loss
from purenn.optimizers import Optimizer
from purenn.storage import Model, Run
from purenn.training import Progress

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [[0.0], [1.0], [1.0], [0.0]]


def net(*middle: Any, backend: str | Backend = "python") -> nn.Network:
    layers = [nn.Dense(2, 3), *(middle or (nn.Tanh(),)), nn.Dense(3, 1)]
    return nn.Network(layers, seed=1, backend=backend)


def train(network: nn.Network, **changes: Any) -> nn.History:
    how: dict[str, Any] = {"loss": nn.MeanSquaredError(), "optimizer": nn.SGD(0.1), "epochs": 3}
    return nn.train(network, X, Y, **(how | changes))


def values(network: nn.Network) -> list[Any]:
    return network.parameters


# --------------------------------------------------------------------- early stopping


class Raises:
    """A callback that raises in its n-th call."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, progress: Progress) -> None:
        self.left -= 1
        if self.left == 0:
            raise ValueError("stop here")


@pytest.mark.parametrize("first", [True, False])
def test_early_stopping_goes_on_when_a_callback_raised(backend: Backend, first: bool) -> None:
    """Whether it was called in that epoch or not, what was best is not forgotten."""
    network, optimizer, history = net(backend=backend), nn.SGD(0.1), nn.History()
    stopping, bad = nn.EarlyStopping(50), Raises(5)
    how = {"optimizer": optimizer, "history": history, "validation": (X, Y)}
    callbacks = [bad, stopping] if first else [stopping, bad]
    with pytest.raises(ValueError, match="stop here"):
        train(network, epochs=8, callbacks=callbacks, **how)
    assert len(history.losses) == 5
    optimizer.learning_rate = 30.0  # from here on it gets worse
    train(network, epochs=4, callbacks=callbacks, **how)
    assert stopping.best_loss == min(history.validation_losses)
    loss, _ = nn.evaluate(network, X, Y, loss=nn.MeanSquaredError())
    assert loss == pytest.approx(stopping.best_loss, rel=1e-12)


def test_a_run_is_saved_as_it_goes_on_there(tmp_path: Path) -> None:
    """Where another callback raised before early stopping saw the epoch."""
    network, optimizer, history = net(), nn.SGD(0.1), nn.History()
    stopping = nn.EarlyStopping(50)
    how = {"optimizer": optimizer, "history": history, "validation": (X, Y)}
    with pytest.raises(ValueError, match="stop here"):
        train(network, epochs=8, callbacks=[Raises(5), stopping], **how)
    run = Run(optimizer, history=history, stopping=stopping)
    nn.save(tmp_path / "m.json", Model(network, loss=nn.MeanSquaredError(), run=run))
    loaded = nn.load(tmp_path / "m.json", "python")
    assert loaded.run is not None
    again = {"optimizer": loaded.run.optimizer, "history": loaded.run.history}
    train(loaded.network, epochs=3, callbacks=loaded.run.stopping, validation=(X, Y), **again)
    train(network, epochs=3, callbacks=stopping, **how)
    assert values(loaded.network) == values(network)
    assert loaded.run.history.losses == history.losses


def test_early_stopping_that_saw_nothing_is_saved(tmp_path: Path) -> None:
    network, optimizer, history = net(), nn.SGD(0.1), nn.History()
    stopping = nn.EarlyStopping(5)
    with pytest.raises(ValueError, match="stop here"):
        train(network, optimizer=optimizer, history=history, callbacks=[Raises(1), stopping])
    run = Run(optimizer, history=history, stopping=stopping)
    nn.save(tmp_path / "m.json", Model(network, run=run))
    loaded = nn.load(tmp_path / "m.json").run
    assert loaded is not None
    assert loaded.stopping is None


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))  # noqa: S301 (made here)


@pytest.mark.parametrize("again", [copy.deepcopy, pickled])
def test_early_stopping_copied_apart_from_its_network(backend: Backend, again: Any) -> None:
    def begun() -> tuple[Any, ...]:
        network, optimizer, history = net(backend=backend), nn.SGD(2.0), nn.History()
        stopping = nn.EarlyStopping(4)
        train(network, optimizer=optimizer, history=history, callbacks=stopping, validation=(X, Y))
        return network, optimizer, history, stopping

    def finished(run: tuple[Any, ...]) -> Any:
        network, optimizer, history, stopping = run
        train(
            network, optimizer=optimizer, history=history, callbacks=stopping, epochs=9,
            validation=(X, Y),
        )  # fmt: skip
        return values(network), history.losses, stopping.best_epoch, stopping.best_loss

    assert finished(tuple(map(again, begun()))) == finished(begun())


# ------------------------------------------------------------------------- optimizers


@pytest.mark.parametrize("twin", [lambda o: o.copy(), copy.copy])
@pytest.mark.parametrize("optimizer", [nn.SGD(0.1, momentum=0.9), nn.Adam(0.1)])
def test_a_copy_of_an_optimizer_has_steps_of_its_own(twin: Any, optimizer: Optimizer) -> None:
    network = net()
    train(network, optimizer=optimizer)
    other, before = twin(optimizer), [dict(memory) for memory in optimizer.state]
    train(copy.deepcopy(network), optimizer=other)
    assert optimizer.steps == 3
    for memory, kept in zip(optimizer.state, before, strict=True):
        assert all(memory[name] is array for name, array in kept.items())


def test_settings_of_plain_descent_hold_from_the_next_step_on() -> None:
    def decays(progress: Progress) -> None:
        progress.optimizer.weight_decay = 1.0

    one, other = net(), net()
    train(one, callbacks=decays)
    train(other)
    assert values(one) != values(other)


class Own(Optimizer):
    """An optimizer of one's own that does what it is told to the first parameter."""

    def __init__(self, make: Callable[[Any, Any], Any]) -> None:
        super().__init__(0.1)
        self.make = make

    def step(self) -> None:
        self.steps += 1
        self._of[0].value = self.make(self._of[0].value, self._backend)


@pytest.mark.parametrize(
    "make,message",
    [
        (lambda W, b: b.sum(W, axis=0, keepdims=True), r"W1 gave an array \(1 × 3\), needed is"),
        (lambda W, b: [[1.0]], r"W1 gave \[\[1.0\]\] \(list\), not an array"),
        (lambda W, b: None, "W1 gave None"),
    ],
)
def test_what_an_optimizer_makes_of_a_parameter(backend: Backend, make: Any, message: str) -> None:
    network = net(backend=backend)
    before = values(network)
    with pytest.raises(PurennError, match=f"^Own: step: {message}"):
        train(network, optimizer=Own(make))
    assert values(network) == before


def test_parameters_stay_64_bits_wide() -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("purenn_numpy")
    with pytest.raises(ArgumentError, match="W1 became an array of float32, it was float64"):
        train(net(backend="numpy"), optimizer=Own(lambda W, b: W.astype(np.float32)))


class Collects(Optimizer):
    """Memory in collections of many kinds."""

    def __init__(self) -> None:
        super().__init__(0.1)
        self.counts: Any = defaultdict(int)
        self.last: Any = deque()
        self.seen: Any = ({"steps": [0]}, {0})

    def step(self) -> None:
        self.steps += 1
        self.counts["n"] += 1
        self.last.append(self.steps)
        self.seen[0]["steps"].append(self.steps)
        self.seen[1].add(self.steps)
        if self.steps == 3:
            raise KeyboardInterrupt

    def all(self) -> str:
        return repr((dict(self.counts), list(self.last), self.seen))


def test_memory_of_any_kind_comes_back() -> None:
    optimizer, straight = Collects(), Collects()
    with pytest.raises(KeyboardInterrupt):
        train(net(), optimizer=optimizer)
    train(net(), optimizer=straight, epochs=2)
    assert optimizer.all() == straight.all()


# ------------------------------------------------------------------------- generators


class Noise(Layer):
    """Draws from a generator of its own."""

    def __init__(self) -> None:
        self.own = nn.RandomState(3)

    def forward(self, X: Any) -> Any:
        return X + self.own.randn()

    def predict(self, X: Any) -> Any:
        return X

    def backward(self, dA: Any) -> Any:
        return dA


class Wraps(Layer):
    """Holds a layer that draws from the network's generator."""

    def build(self, backend: Any, random: Any, number: int) -> None:
        super().build(backend, random, number)
        self.parts = [nn.Dropout(0.5)]
        self.parts[0].build(backend, random, number)

    def forward(self, X: Any) -> Any:
        return self.parts[0].forward(X)

    def predict(self, X: Any) -> Any:
        return X

    def backward(self, dA: Any) -> Any:
        return self.parts[0].backward(dA)


class Interrupted(nn.SGD):
    def step(self) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("layer", [Noise, Wraps])
def test_generators_that_layers_hold_come_back(layer: Any, backend: Backend) -> None:
    network = net(layer(), backend=backend)
    own = network.layers[1]
    generators = [network.random] + ([own.own] if isinstance(own, Noise) else [])
    before = [generator.get_state() for generator in generators]
    with pytest.raises(KeyboardInterrupt):
        train(network, optimizer=Interrupted(0.1))
    assert [generator.get_state() for generator in generators] == before


# ------------------------------------------------------------------------- numbers


def test_complex_numbers_are_no_settings_and_no_data() -> None:
    np = pytest.importorskip("numpy")
    value = np.complex128(0.1 + 5j)
    with pytest.raises(ArgumentError, match="learning_rate"):
        nn.SGD(value)
    with pytest.raises(DataError, match=r"X\[0\]\[0\]"):
        net().predict([[value, 0.0]])


@pytest.mark.parametrize("kind", ["datetime64[ns]", "timedelta64[ns]", "datetime64[s]"])
def test_times_are_no_numbers(kind: str, backend: Backend) -> None:
    np = pytest.importorskip("numpy")
    times = np.array([[1, 2]], dtype=kind)
    with pytest.raises(DataError, match="times; make numbers of them"):
        net(backend=backend).predict(times)
    with pytest.raises(DataError, match=r"X\[0\]\[0\] is"):
        net(backend=backend).predict([[times[0, 0], 1.0]])


@pytest.mark.parametrize("weights", [[5e-324, 0, 0, 0], [1e-320] * 4, [1e300] * 4])
def test_weights_of_any_size(weights: list[float], backend: Backend) -> None:
    history = train(net(backend=backend), sample_weight=weights)
    assert all(loss < 10.0 for loss in history.losses)


# ------------------------------------------------------------------------- callbacks


async def later(progress: Progress) -> None: ...


def gives(progress: Progress) -> Any:
    yield progress


@pytest.mark.parametrize("callback", [later, gives])
def test_callbacks_that_would_never_run(callback: Any) -> None:
    with pytest.raises(ArgumentError, match="a call would not run it"):
        train(net(), callbacks=callback)


class Counts:
    """Attributes with the names of methods are no methods."""

    begin, end = None, 3

    def __init__(self) -> None:
        self.batch = 0

    def __call__(self, progress: Progress) -> None:
        self.batch += 1


class WrongBatch(Counts):
    def __init__(self) -> None:
        pass

    def batch(self) -> None:  # type: ignore[override]
        ...


def test_attributes_of_callbacks() -> None:
    counts = Counts()
    train(net(), callbacks=counts)
    assert counts.batch == 3
    with pytest.raises(ArgumentError, match=r"WrongBatch.batch is called with \(progress\)"):
        train(net(), callbacks=WrongBatch())


def test_progress_before_the_first_epoch_is_finished() -> None:
    class Asks:
        def begin(self, progress: Progress) -> None:
            with pytest.raises(ArgumentError, match="no epoch is finished yet; batch_loss"):
                _ = progress.loss
            with pytest.raises(ArgumentError, match="no epoch is finished yet"):
                _ = progress.validation_loss
            self.asked = True

        def __call__(self, progress: Progress) -> None: ...

    asks = Asks()
    train(net(), callbacks=asks, validation=(X, Y))
    assert asks.asked


@pytest.mark.parametrize("method", ["batch", "__call__"])
def test_a_network_stays_where_it_is_while_it_trains(method: str, strict: Backend) -> None:
    class Moves:
        def __call__(self, progress: Progress) -> None:
            if method == "__call__":
                progress.network.to(strict)

        def batch(self, progress: Progress) -> None:
            if method == "batch":
                progress.network.to(strict)

    with pytest.raises(ArgumentError, match="was moved to strict in the middle of a run"):
        train(net(), callbacks=Moves())


@pytest.fixture
def strict() -> Backend:
    return ArrayAPIBackend("strict", pytest.importorskip("array_api_strict"))


# ------------------------------------------------------------------------- own parts


def a_layer(**methods: Any) -> Layer:
    return type("Mine", (Noise,), methods)()  # type: ignore[no-any-return]


def a_loss(**methods: Any) -> Loss:
    return type("Mine", (nn.MeanSquaredError,), methods)()  # type: ignore[no-any-return]


class Scale(schedules.Schedule):
    def at(self) -> float:  # type: ignore[override]
        return 1.0


class Negative(nn.initializers.HeNormal):
    def variance(self, n_in: int, n_out: int) -> float:
        return -1.0


SLIPS: dict[str, tuple[Callable[[], Any], str]] = {
    "forward None": (lambda: net(a_layer(forward=None)), "Mine.forward is called as"),
    "parameters None": (
        lambda: net(a_layer(parameters=lambda self: None)),
        "Mine 1: parameters\\(\\) gave None",
    ),
    "a parameter of rows": (
        lambda: net(a_layer(parameters=lambda self: [Parameter("Q", [[1.0]])])),  # type: ignore[arg-type]
        r"Mine 1: Q gave \[\[1.0\]\] \(list\), not an array",
    ),
    "a parameter without name": (
        lambda: net(a_layer(parameters=lambda self: [Parameter(5, [[1.0]])])),  # type: ignore[arg-type]
        "with a text as its name",
    ),
    "targets None": (
        lambda: train(net(), loss=a_loss(kept_targets=lambda self, backend, y, n: None)),
        "Mine: targets gave None",
    ),
    "fused with a text": (
        lambda: train(net(), loss=a_loss(fused_with="Softmax")),
        "Mine: fused_with is 'Softmax', must be a class of layers",
    ),
    "an unknown accuracy": (
        lambda: train(net(), loss=a_loss(accuracy="foo"), metrics="accuracy"),
        "Mine: accuracy is 'foo', must be the name of a metric",
    ),
    "a schedule within another": (lambda: schedules.WarmUp(1, Scale()), "Scale.at is called as"),
    "a negative variance": (
        lambda: nn.Network([nn.Dense(2, 1, weights=Negative())], seed=0),
        r"Negative: variance\(2, 1\) is -1.0",
    ),
    "a class as metric": (lambda: train(net(), metrics=int), "unknown metric <class 'int'>"),
    "no network": (lambda: train("x"), "train: network is 'x'"),  # type: ignore[arg-type]
    "nothing to evaluate": (
        lambda: nn.evaluate("x", X, Y, loss=nn.Huber()),  # type: ignore[arg-type]
        "evaluate: network is 'x'",
    ),
    "nothing to check": (
        lambda: nn.gradient_check(None, nn.Huber(), X, Y),  # type: ignore[arg-type]
        "gradient_check: network is None",
    ),
    "no history": (lambda: train(net(), history={}), "history is {}, must be what train returned"),
    "images of one side": (lambda: Model(net(), image_shape=5), "image_shape is 5"),  # type: ignore[arg-type]
    "no run": (lambda: Model(net(), run=3), "run is 3, must be a Run"),  # type: ignore[arg-type]
    "no history of a run": (lambda: Run(nn.SGD(), history="x"), "history is 'x'"),  # type: ignore[arg-type]
    "no stopping": (lambda: Run(nn.SGD(), stopping="x"), "stopping is 'x'"),  # type: ignore[arg-type]
    "no shape": (lambda: Dataset(X, Y, image_shape={}), r"image_shape is {}, must be \(rows"),  # type: ignore[arg-type]
    "no rows": (lambda: Dataset(X, Y).subset(None), "indices is None"),  # type: ignore[arg-type]
    "no row": (lambda: Dataset(X, Y)[None], "row None is outside"),  # type: ignore[index]
    "nothing to split": (lambda: split(None, 0.5, 0), "split: None is no Dataset"),  # type: ignore[arg-type]
    "no parameters": (
        lambda: nn.SGD().load_state({}, None, nn.get_backend("python")),  # type: ignore[arg-type]
        "parameters is None, must be a list",
    ),
    "names of no kind": (lambda: a_record(names=5), "names is 5, must be a dictionary"),
    "an image of other pixels": (
        lambda: a_record(names={"image_shape": (1, 3)}),
        "3 pixels, but the network has 2 inputs",
    ),
    "no optimizer": (lambda: a_record(optimizer=None), "optimizer is None"),
    "no operation": (lambda: a_record().find(None), "None is no operation"),  # type: ignore[arg-type]
    "no step": (lambda: a_record().find("L", "x"), "step 'x'"),  # type: ignore[arg-type]
    "too many draws": (lambda: nn.RandomState(0).randn(10**400), "sizes are|no memory"),
    "too long an order": (lambda: nn.RandomState(0).permutation(10**400), "permutation: x"),
}


def a_record(**changes: Any) -> Record:
    how: dict[str, Any] = {"loss": nn.MeanSquaredError(), "optimizer": nn.SGD(0.1)}
    return explain(net(), X, Y, **(how | changes))


@pytest.mark.parametrize("name", SLIPS)
def test_slips_are_told_in_a_sentence(name: str) -> None:
    slip, message = SLIPS[name]
    with pytest.raises(PurennError, match=message):
        slip()


# -------------------------------------------------------------------- copies and files


def test_a_record_and_metrics_can_be_pickled(backend: Backend) -> None:
    record = explain(net(backend=backend), X, Y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1))
    for made in (record, Record.from_json(record.to_json())):
        assert pickled(made).to_json() == record.to_json()
    for metric in nn.metrics.METRICS.values():
        assert pickled(metric) is metric


def test_a_run_holds_the_optimizer_of_its_network(tmp_path: Path) -> None:
    optimizer = nn.Adam(0.1)
    train(net(), optimizer=optimizer)
    with pytest.raises(ArgumentError, match="has trained another network than the one to save"):
        nn.save(tmp_path / "m.json", Model(net(), run=Run(optimizer)))


def test_validation_measures_what_training_does(tmp_path: Path) -> None:
    history = nn.History()
    train(net(), validation=(X, Y), history=history)
    history.validation_metrics["r2"] = [0.1, 0.2, 0.3]
    with pytest.raises(ArgumentError, match="measure the same, or begin a new history"):
        train(net(), validation=(X, Y), history=history)
    with pytest.raises(DataError, match="a run measures the same on both"):
        nn.save(tmp_path / "m.json", Model(net(), run=Run(nn.SGD(), history=history)))


# ------------------------------------------------------------------------- backends


def bad(name: str, value: Any) -> Backend:
    """The python backend, but for one attribute."""
    python = nn.get_backend("python")
    made: Backend = object.__new__(type(python))
    vars(made).update(vars(python) | {"name": "bad", name: value})
    return made


@pytest.mark.parametrize(
    "name,value",
    [
        ("linear", 5),
        ("descend", None),
        ("all_finite", None),
        ("from_list", lambda rows: None),
        ("from_list", lambda rows: rows),
        ("to_list", lambda array: None),
        ("is_array", lambda array: False),
    ],
)
def test_a_backend_that_cannot_work_is_refused_at_once(name: str, value: Any) -> None:
    with pytest.raises(IncompleteBackendError, match=f"{name}|from_list"):
        nn.get_backend(bad(name, value))


@pytest.mark.parametrize("sizes", [[3], [1, 2, 1]])
def test_arrays_one_below_the_other(backend: Backend, sizes: list[int]) -> None:
    rows, arrays, begun = X[:4], [], 0
    for size in sizes:
        arrays.append(backend.from_list(rows[begun : begun + size]))
        begun += size
    assert backend.to_list(backend.concat(arrays)) == rows[: sum(sizes)]


def test_a_number_that_is_not_finite_is_found_in_pieces(backend: Backend) -> None:
    rows = [[0.5, 1.0]] * 2500
    array = backend.from_list([*rows, [0.0, float("nan")]])
    with pytest.raises(DataError, match=r"^X\[2500\]\[1\] is nan; every entry must be finite"):
        net(backend=backend).predict(array)


# ------------------------------------------------------------------ metrics and weights


@functools.wraps(nn.metrics.mean_squared_error)
def rmse(backend: Any, P: Any, Y: Any, weights: Any = None) -> float:
    return math.sqrt(nn.metrics.mean_squared_error(backend, P, Y, weights))


def test_what_wraps_a_metric_is_measured_itself(backend: Backend) -> None:
    network = net(backend=backend)
    vars(rmse)["__name__"] = rmse.__name__ = "rmse"
    P = network.predict(X)
    expected = rmse(backend, P, backend.from_list(Y))
    _, found = nn.evaluate(network, X, Y, loss=nn.MeanSquaredError(), metrics=[rmse])
    assert found == {"rmse": expected}
    history = train(network, metrics=[rmse], batch_size=1, optimizer=nn.SGD(1e-12), epochs=1)
    assert history.metrics["rmse"][0] == pytest.approx(expected, rel=1e-6)  # no mean of roots


@pytest.mark.parametrize("rows,size", [(10, 1), (10, 3), (100, 7), (49, 5), (1000, 3)])
def test_a_perfect_accuracy_is_1(rows: int, size: int, backend: Backend) -> None:
    layers = [nn.Dense(1, 1, weights=[[1.0]], bias=None), nn.Sigmoid()]
    network = nn.Network(layers, seed=0, backend=backend)
    inputs = [[100.0 if i % 3 else -100.0] for i in range(rows)]
    targets = [float(x > 0) for (x,) in inputs]
    history = nn.train(
        network, inputs, targets, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(1e-9),
        epochs=1, batch_size=size, metrics="accuracy", validation=(inputs, targets),
    )  # fmt: skip
    assert history.metrics["accuracy"] == history.validation_metrics["accuracy"] == [1.0]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", [nn.MeanSquaredError, nn.Huber, nn.SumSquaredError])
def test_a_row_without_weight_counts_nothing_even_where_it_overflows(
    kind: Any, backend: Backend
) -> None:
    network = net(backend=backend)
    names = ["mean_squared_error", "mean_absolute_error", "r2"]
    rows, targets = X[:3], [[1e308], [0.5], [0.25]]
    loss, metrics = nn.evaluate(
        network, rows, targets, loss=kind(), sample_weight=[0, 1, 1], metrics=names
    )
    alone = nn.evaluate(network, rows[1:], targets[1:], loss=kind(), metrics=names)
    assert loss == pytest.approx(alone[0], rel=1e-12)
    assert metrics == pytest.approx(alone[1], rel=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_r2_has_no_units(size: float, backend: Backend) -> None:
    P, Y = [[1.0], [0.0], [2.0]], [[1.0], [1.5], [2.0]]
    scaled = [[[size * value for value in row] for row in rows] for rows in (P, Y)]
    assert nn.metrics.r2(backend, *scaled) == pytest.approx(-3.5, rel=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loss_that_is_no_number_is_told(backend: Backend) -> None:
    layers = [nn.Dense(1, 1, weights=[[1e300]], bias=None), nn.Sigmoid()]
    network = nn.Network(layers, seed=0, backend=backend)
    with pytest.raises(NonFiniteError, match="the loss is not a number, although"):
        nn.evaluate(network, [[1e10]], [[0.0]], loss=nn.BinaryCrossEntropy())


def test_validation_weights_need_a_metric_that_takes_them() -> None:
    def half(backend: Any, P: Any, Y: Any) -> float:
        return 0.5

    with pytest.raises(ArgumentError, match="metrics: half is called with"):
        train(net(), metrics=[half], validation=(X, Y, [1] * 4))


@pytest.mark.parametrize("values", [([1, 2], [[1]]), (["a"],), ([None],)])
def test_macro_averages_of_what_is_none(values: Any) -> None:
    with pytest.raises(DataError, match="macro_average"):
        nn.metrics.macro_average(*values)


def test_a_mean_is_said_of_functions_only() -> None:
    for thing in ("a", max):
        with pytest.raises(ArgumentError, match=r"mean_over_rows: .* is no function"):
            nn.metrics.mean_over_rows(thing)  # type: ignore[arg-type]


class Kept(Loss):
    """A loss that keeps what it needs in a dictionary of its own."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def forward(self, P: Any, Y: Any) -> float:
        self.kept["E"] = P - Y
        return self.backend.item(self.backend.sum(self.kept["E"] * self.kept["E"]))

    def backward(self) -> Any:
        return 2.0 * self.kept["E"]


def test_what_a_loss_keeps_is_a_runs_own() -> None:
    loss = Kept()
    train(net(), loss=loss)
    assert loss.kept == {}
    assert loss.copy().kept is not loss.kept


def test_long_runs_begin_at_once() -> None:
    asked: list[float] = []

    class Falls(schedules.Schedule):
        def at(self, e: float) -> float:
            asked.append(e)
            return 1.0

    class Stops:
        def __call__(self, progress: Progress) -> None:
            progress.stop()

    for schedule in (schedules.StepDecay(100, 0.99999), Falls()):
        optimizer = nn.SGD(0.1, schedule=schedule)
        train(net(), optimizer=optimizer, epochs=3 * 10**6, callbacks=Stops())
    assert len(asked) < 20_000
    with pytest.raises(ArgumentError, match="a learning rate of 0 from its epoch 11 on"):
        train(net(), optimizer=nn.SGD(0.1, schedule=schedules.CosineDecay(10)), epochs=10**6)


# ------------------------------------------------------------------------------- data


def test_true_and_false_choose_rows() -> None:
    data = Dataset([[float(i)] for i in range(4)], range(4))
    for mask in ([False, False, True, True], [i > 1 for i in range(4)]):
        assert data.subset(mask).targets == [2.0, 3.0]
        assert data.features.subset(mask).take(range(2)) == [[2.0], [3.0]]
    np = pytest.importorskip("numpy")
    chosen = np.array([False, False, True, True])
    assert data.subset(chosen).targets == [2.0, 3.0]
    assert data.features.take(chosen) == [[2.0], [3.0]]
    wrong: Any
    for wrong in ([True, False], [0.5], ["a"]):
        with pytest.raises(RowIndexError):
            data.subset(wrong)
        with pytest.raises(RowIndexError):
            data.features.take(wrong)


def added(numbers: Iterable[float]) -> float:
    """A sum with a rounding after each number, which `sum` of Python 3.12 makes good."""
    return functools.reduce(lambda a, b: a + b, numbers)


SHARES = [[(7 * i + 3 * j) % 11 + 1.0 for j in range(300)] for i in range(200)]


@pytest.mark.parametrize(
    "column",
    [
        [added(x / added(row) for x in row) for row in SHARES],
        [added([0.1] * k) / k for k in range(1, 1000)],
    ],
)
def test_columns_that_vary_by_the_rounding_of_sums_are_constant(column: list[float]) -> None:
    assert len(set(column)) > 1
    scaler = StandardScaler().fit([[value] for value in column])
    assert scaler.transform([[1.03 * column[0]]])[0][0] < 1.0


@pytest.mark.parametrize("column", [[1e15, 1e15 + 1], [3.0, 3.0 + 1e-9], [1e-100, 2e-100]])
def test_columns_that_vary_little_are_not(column: list[float]) -> None:
    assert StandardScaler().fit([[value] for value in column]).span != [1.0]


def test_names_are_texts() -> None:
    for names in ([{"a"}, "b"], [1, 2], [None, "a"]):
        with pytest.raises(ArgumentError, match="must be text"):
            Model(net(), label_names=names)  # type: ignore[arg-type]
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ArgumentError, match="is a table"):
        Model(net(), label_names=pandas.DataFrame({"a": ["x"], "b": ["y"]}))


def test_sets_have_no_order() -> None:
    with pytest.raises(DataError, match="has no order"):
        one_hot({1, 0}, 2)


def test_entries_that_are_arrays_without_an_axis(backend: Backend) -> None:
    np = pytest.importorskip("numpy")
    y, plain = [np.array(value) for value in (0.0, 1.0, 1.0, 0.0)], [0.0, 1.0, 1.0, 0.0]
    loss = nn.MeanSquaredError()
    network = net(backend=backend)
    assert nn.evaluate(network, X, y, loss=loss) == nn.evaluate(network, X, plain, loss=loss)


def test_p_of_a_half_is_yes_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network = nn.Network([nn.Dense(2, 1, weights=[[0.0], [0.0]]), nn.Sigmoid()], seed=0)
    nn.save(tmp_path / "m.json", Model(network, label_names=["no", "yes"]))
    (tmp_path / "d.csv").write_text("a,b,c\n1,2,yes\n2,1,yes\n3,3,no\n")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n2,1\n3,3\n")
    assert main(["evaluate", str(tmp_path / "m.json"), str(tmp_path / "d.csv"), "--json"]) == 0
    assert '"accuracy": 0.666' in capsys.readouterr().out
    assert main(["predict", str(tmp_path / "m.json"), str(tmp_path / "x.csv")]) == 0
    assert capsys.readouterr().out.count("\nyes,0.5,0.5") == 3


# ----------------------------------------------------------------------- random draws


def test_random_state_refuses_what_it_would_read_wrongly() -> None:
    np = pytest.importorskip("numpy")
    draw = nn.RandomState(0)
    for call in (draw.permutation, draw.choice):
        with pytest.raises(ArgumentError, match="masked"):
            call(np.ma.array([1, 2, 3], mask=[0, 1, 0]))
    times = np.array([1, 2], dtype="datetime64[ns]")
    assert sorted(draw.permutation(times)) == list(times)
    for state in ((np.array([1, 2]), [1] * 624, 3), (3, [1] * 624, 3)):
        with pytest.raises(ArgumentError, match="set_state: a state is"):
            draw.set_state(state)
    sparse = pytest.importorskip("scipy.sparse")
    for kind in (sparse.csr_matrix, sparse.coo_matrix, sparse.csr_array):
        for call in (draw.permutation, draw.choice):
            with pytest.raises(ArgumentError, match="sparse"):
                call(kind([[1, 2], [3, 4]]))


def test_arguments_that_ported_programs_give() -> None:
    one, other = nn.RandomState(3), nn.RandomState(3)
    assert one.randint(10, size=3, dtype=int) == other.randint(10, size=3)
    assert one.randint(0, 10, 5, "int64") == other.randint(0, 10, 5)
    with pytest.raises(ArgumentError, match="dtype is 'int8', must be int or int64"):
        one.randint(0, 10, 5, "int8")
    other.set_state(one.get_state(legacy=False))
    assert one.rand(3) == other.rand(3)
    np = pytest.importorskip("numpy")
    assert one.randint(10, size=3, dtype=np.int64) == other.randint(10, size=3)
    theirs = np.random.RandomState(0)
    theirs.set_state(one.get_state(False))
    assert theirs.rand(2).tolist() == one.rand(2)
