"""Whatever ends a run, it ends after a whole step, and can be saved and go on.

An exception is raised before any line of purenn that a run comes by: network, optimizer,
generator and history must then be as a whole run has them after one of its steps.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn import schedules
from purenn.backend import Backend
from purenn.errors import NonFiniteError
from purenn.storage import Model, Run, load, save
from purenn.training import Progress

X = nn.RandomState(3).randn(7, 2)
Y = [[float(a * b > 0.0)] for a, b in X]
HELD_OUT = [[0.5, 0.5], [-0.5, 0.5], [0.5, -0.5]], [[1.0], [0.0], [0.0]]


class Boom(KeyboardInterrupt):
    """It may come at any moment."""


class Steps:
    """A callback that calls a function after each step, and one after each epoch."""

    def __init__(
        self, after_step: Callable[[], object], after_epoch: Callable[[], object] = lambda: None
    ) -> None:
        self.after_step, self.after_epoch = after_step, after_epoch

    def batch(self, progress: Progress) -> None:
        self.after_step()

    def __call__(self, progress: Progress) -> None:
        self.after_epoch()


class Trial:
    """A network and all that its training needs."""

    def __init__(self, name: str, backend: Backend | str = "python") -> None:
        dropout = [nn.Dropout(0.3)] if "dropout" in name else []
        self.network = nn.Network(
            [nn.Dense(2, 3), nn.Tanh(), *dropout, nn.Dense(3, 1), nn.Sigmoid()],
            seed=1, backend=backend,
        )  # fmt: skip
        optimizers: dict[str, Any] = {
            "plain": partial(nn.SGD, 0.5),
            "momentum": partial(nn.SGD, 0.5, 0.9, clip_norm=1.0),
            "batches": partial(nn.Adam, 0.1, schedule=schedules.CosineDecay(9)),
            "batches, dropout": partial(nn.AdamW, 0.1),
            "dropout": partial(nn.RMSProp, 0.1),
        }
        self.optimizer: Any = optimizers[name]()
        self.history = nn.History()
        self.batch_size = 3 if "batches" in name else None

    def train(self, epochs: int, **more: Any) -> None:
        nn.train(
            self.network, X, Y, loss=nn.MeanSquaredError(), optimizer=self.optimizer,
            epochs=epochs, batch_size=self.batch_size, history=self.history,
            metrics=["accuracy", "r2"], validation=HELD_OUT, **more,
        )  # fmt: skip

    def state(self) -> str:
        """Every bit that a step changes; the generator where a layer draws in it."""
        memory = self.optimizer.state_dict()
        del memory["epochs_begun"]
        draws = any(isinstance(layer, nn.Dropout) for layer in self.network.layers)
        generator = self.network.random.get_state() if draws else None
        return json.dumps([self.network.parameters, memory, generator])

    def measured(self) -> dict[str, Any]:
        held = vars(self.history)
        return {name: value for name, value in held.items() if name != "seconds"}


NAMES = ["plain", "momentum", "batches", "batches, dropout", "dropout"]
EPOCHS = 3


class Whole:
    """What a run that nobody interrupts goes through."""

    def __init__(self, name: str) -> None:
        trial = Trial(name)
        self.states, self.measured = [trial.state()], [json.dumps(trial.measured())]

        note = Steps(
            lambda: self.states.append(trial.state()),
            lambda: self.measured.append(json.dumps(trial.measured())),
        )
        trial.train(EPOCHS, callbacks=[note])
        other = Trial(name)
        self.lines = lines_of(lambda: other.train(EPOCHS))


def in_purenn(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("purenn.")


def lines_of(run: Callable[[], object]) -> int:
    """How many lines of purenn it comes by."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line" and in_purenn(frame)
        return trace

    traced(run, trace)
    return count


def interrupted(run: Callable[[], object], line: int) -> bool:
    """Run it until this line, counted from 0, and raise before it; whether that was reached."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "line" and in_purenn(frame):
            count += 1
            if count == line + 1:
                sys.settrace(None)
                raise Boom
        return trace

    try:
        traced(run, trace)
    except Boom:
        return True
    return False


def traced(run: Callable[[], object], trace: Any) -> None:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)


WHOLE: dict[str, Whole] = {}


def whole_run(name: str) -> Whole:
    if name not in WHOLE:
        WHOLE[name] = Whole(name)
    return WHOLE[name]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(share=st.floats(0.0, 1.0))
def test_an_exception_before_any_line(name: str, share: float) -> None:
    whole = whole_run(name)
    trial = Trial(name)
    interrupted(lambda: trial.train(EPOCHS), round(share * (whole.lines - 1)))
    assert trial.state() in whole.states
    assert json.dumps(trial.measured()) in whole.measured
    epochs = len(trial.history.losses)
    trial.train(2)
    assert len(trial.history.losses) == epochs + 2
    lists = [*trial.history.metrics.values(), *trial.history.validation_metrics.values()]
    assert {len(values) for values in (trial.history.validation_losses, *lists)} == {epochs + 2}
    if trial.optimizer.schedule is not None:
        assert trial.optimizer.epochs_begun == epochs + 2  # the epoch cut short does not count


@pytest.mark.parametrize("name", NAMES)
def test_after_an_exception_a_run_is_saved_and_goes_on(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    whole = whole_run(name)
    trial = Trial(name)
    assert interrupted(lambda: trial.train(EPOCHS), whole.lines * 5 // 7)
    run = Run(trial.optimizer, batch_size=trial.batch_size, history=trial.history)
    save(path, Model(trial.network, run=run))
    loaded = load(path, "python")
    assert loaded.run is not None
    twin = Trial(name)
    twin.network, twin.optimizer = loaded.network, loaded.run.optimizer
    twin.history = loaded.run.history
    for each in (trial, twin):
        each.train(2)
    assert trial.state() == twin.state()
    assert json.dumps(trial.measured()) == json.dumps(twin.measured())


@pytest.mark.parametrize("where", ["batch", "epoch", "validation", "step"])
@pytest.mark.parametrize("name", NAMES)
def test_exceptions_of_other_peoples_code(backend: Backend, name: str, where: str) -> None:
    trial, twin = Trial(name, backend), Trial(name, backend)
    network, optimizer = trial.network, trial.optimizer
    states: list[str] = []
    twin.train(3, callbacks=[Steps(lambda: states.append(twin.state()))])

    def fail(*_: Any) -> Any:
        if optimizer.steps >= 2:
            raise KeyboardInterrupt

    def half_a_step() -> None:
        if optimizer.steps >= 2:
            network.trainable[0].value = network.trainable[0].value + 1.0
            optimizer.steps += 1
            if optimizer.remembers():
                optimizer.state[0]["more"] = network.trainable[0].value
            raise KeyboardInterrupt
        type(optimizer).step(optimizer)

    def predict(X: Any) -> Any:
        return fail() or type(network.layers[1]).predict(network.layers[1], X)

    if where == "validation":
        vars(network.layers[1])["predict"] = predict
    if where == "step":
        vars(optimizer)["step"] = half_a_step
    watch = Steps(
        fail if where == "batch" else lambda: None, fail if where == "epoch" else lambda: None
    )
    with pytest.raises(KeyboardInterrupt):
        trial.train(3, callbacks=[watch])
    vars(network.layers[1]).pop("predict", None)
    vars(optimizer).pop("step", None)
    assert trial.state() == states[optimizer.steps - 1]
    assert len(trial.history.losses) == len(trial.history.validation_losses) < 3
    trial.train(1)


def test_a_network_that_moves_is_moved_as_a_whole() -> None:
    numpy = pytest.importorskip("purenn_numpy").backend()
    python = nn.get_backend("python")
    rows = nn.Network([nn.Dense(2, 3), nn.Dense(3, 1)], seed=0).parameters

    def moved() -> tuple[nn.Network, int]:
        network = nn.Network([nn.Dense(2, 3), nn.Dense(3, 1)], seed=0, backend=python)
        return network, lines_of(lambda: network.to(numpy))

    for line in range(moved()[1]):
        network = nn.Network([nn.Dense(2, 3), nn.Dense(3, 1)], seed=0, backend=python)
        interrupted(lambda network=network: network.to(numpy), line)  # type: ignore[misc]
        backend = network.backend
        assert {layer.backend for layer in network.layers} == {backend}
        assert all(backend.is_array(p.value) for p in network.trainable)
        assert network.parameters == rows


def test_the_best_weights_come_back_as_a_whole() -> None:
    """An exception in EarlyStopping.end leaves the last weights or the best ones."""
    trial = Trial("plain")
    stopping = nn.EarlyStopping(9)
    trial.train(4, callbacks=[stopping])
    best = trial.network.parameters
    progress = Progress(trial.network, trial.optimizer, trial.history, 4)
    stopping.best = [p.value for p in Trial("momentum").network.trainable]
    others = Trial("momentum").network.parameters
    for line in range(lines_of(lambda: None), 40):
        interrupted(lambda: stopping.end(progress), line)
        assert trial.network.parameters in (best, others)
        for parameter, (_, rows) in zip(trial.network.trainable, best, strict=True):
            parameter.value = trial.network.backend.from_list(rows)


# ------------------------------------------------------------- numbers that are not finite


class Draws(nn.Dropout):
    """Notes each mask that it draws."""

    def forward(self, X: Any) -> Any:
        A = super().forward(X)
        seen.append(self.backend.to_list(self.M))
        return A


seen: list[Any] = []


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_the_diagnosis_of_a_loss_draws_nothing(backend: Backend) -> None:
    """With the masks of the step that failed, the layer is found; the generator stays."""
    seen.clear()
    huge = [[1e200, 1e200]]
    network = nn.Network(
        [nn.Dense(1, 2, weights=huge), Draws(0.5), nn.Dense(2, 1, weights=[[1e200], [1.0]])],
        seed=4, backend=backend,
    )  # fmt: skip
    before = network.random.get_state()
    with pytest.raises(NonFiniteError, match=r"first seen in Dense 2 \(2 → 1\)"):
        nn.train(
            network, [[1.0]] * 3, [0.0] * 3, loss=nn.MeanAbsoluteError(), optimizer=nn.SGD(0.1),
            epochs=1,
        )  # fmt: skip
    assert len(seen) == 2  # the step's, and the diagnosis'
    assert seen[0] == seen[1]
    assert network.random.get_state() == before  # no step is whole


@pytest.mark.parametrize("name", NAMES)
def test_after_a_loss_that_is_not_finite_the_run_goes_on(backend: Backend, name: str) -> None:
    """The state is that before the last step that had a finite loss, the optimizer's too."""
    trial, twin = Trial(name, backend), Trial(name, backend)
    states: list[str] = []
    twin.train(1 if twin.batch_size else 3, callbacks=[Steps(lambda: states.append(twin.state()))])

    def spoil() -> None:
        if trial.optimizer.steps == 2:  # as a step that went too far
            trial.network.trainable[0].value = backend.from_list([[float("nan")] * 3] * 2)

    with pytest.raises(NonFiniteError, match=r"^epoch \d, .*Dense 1"):
        trial.train(5, callbacks=[Steps(spoil)])
    assert trial.optimizer.steps == 1
    assert trial.state() == states[0]
    trial.train(2)
    assert all(loss == loss for loss in trial.history.losses)
