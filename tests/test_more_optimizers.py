"""Optimizers against the published formulas, one number at a time; options; saved state."""

import json
import math
import random
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend, get_backend
from purenn.errors import ArgumentError, DataError
from purenn.layers import Parameter
from purenn.optimizers import (
    OPTIMIZERS,
    SGD,
    Adam,
    AdamW,
    Optimizer,
    RMSProp,
    clipped,
    global_norm,
    optimizer_from_dict,
)
from purenn.schedules import CosineDecay, ExponentialDecay, Schedule, WarmUp

Rows = list[list[float]]
SHAPES = {"W1": (2, 3), "b1": (1, 3), "W2": (3, 1), "b2": (1, 1)}
STEPS = 25


def some_rows(name: str, step: int = -1) -> Rows:
    """Rows of a parameter's shape: its start, or its gradient at a step."""
    draw = random.Random(f"{name} {step}")
    m, n = SHAPES[name]
    return [[draw.gauss(0.0, 2.0) for _ in range(n)] for _ in range(m)]


def parameters_on(backend: Backend) -> list[Parameter]:
    return [Parameter(name, backend.from_list(some_rows(name))) for name in SHAPES]


def walk(optimizer: Optimizer, parameters: list[Parameter], backend: Backend, steps: range) -> None:
    """One step after another, each an epoch, with gradients that depend on the step only."""
    optimizer.start(parameters, backend)
    for step in steps:
        optimizer.begin_epoch(step)
        for W in parameters:
            W.gradient = backend.from_list(some_rows(W.name, step))
        optimizer.step()


def rows_of(backend: Backend, parameters: list[Parameter]) -> dict[str, Rows]:
    return {W.name: backend.to_list(W.value) for W in parameters}


# -------------------------------------------------- the formulas, one number at a time
# Each takes w, its gradient g, what it remembered, the step t from 1, and η; the names
# are those of the papers.

Scalar = Callable[[float, float, dict[str, float], int, float], float]


def sgd(w: float, g: float, memory: dict[str, float], t: int, eta: float) -> float:
    return w - eta * g


def momentum(w: float, g: float, memory: dict[str, float], t: int, eta: float) -> float:
    memory["v"] = 0.8 * memory.get("v", 0.0) + g
    return w - eta * memory["v"]


def nesterov(w: float, g: float, memory: dict[str, float], t: int, eta: float) -> float:
    memory["v"] = 0.8 * memory.get("v", 0.0) + g
    return w - eta * (g + 0.8 * memory["v"])


def rmsprop(w: float, g: float, memory: dict[str, float], t: int, eta: float) -> float:
    memory["r"] = 0.7 * memory.get("r", 0.0) + 0.3 * g**2
    return w - eta * g / (math.sqrt(memory["r"]) + 1e-6)


def adam_step(g: float, memory: dict[str, float], t: int) -> float:
    memory["m"] = 0.8 * memory.get("m", 0.0) + 0.2 * g
    memory["v"] = 0.95 * memory.get("v", 0.0) + 0.05 * g**2
    m_hat, v_hat = memory["m"] / (1 - 0.8**t), memory["v"] / (1 - 0.95**t)
    return m_hat / (math.sqrt(v_hat) + 1e-6)


def adam(w: float, g: float, memory: dict[str, float], t: int, eta: float) -> float:
    return w - eta * adam_step(g, memory, t)


CASES: dict[str, tuple[Callable[..., Optimizer], Scalar]] = {
    "SGD": (lambda **o: SGD(0.03, **o), sgd),
    "momentum": (lambda **o: SGD(0.03, momentum=0.8, **o), momentum),
    "nesterov": (lambda **o: SGD(0.03, 0.8, nesterov=True, **o), nesterov),
    "RMSProp": (lambda **o: RMSProp(0.03, decay=0.7, epsilon=1e-6, **o), rmsprop),
    "Adam": (lambda **o: Adam(0.03, 0.8, 0.95, 1e-6, **o), adam),
    "AdamW": (lambda **o: AdamW(0.03, 0.8, 0.95, 1e-6, **({"weight_decay": 0.0} | o)), adam),
}


def expected(
    formula: Scalar,
    *,
    decay: float = 0.0,
    decoupled: bool = False,
    clip: float = math.inf,
    schedule: Callable[[float], float] = lambda epoch: 1.0,
) -> dict[str, Rows]:
    """Where the parameters are after STEPS steps, one number after another."""
    w = {name: some_rows(name) for name in SHAPES}
    memory: dict[Any, dict[str, float]] = {}
    for step in range(STEPS):
        g = {name: some_rows(name, step) for name in SHAPES}
        norm = math.sqrt(math.fsum(x * x for rows in g.values() for row in rows for x in row))
        factor, eta = min(1.0, clip / norm), 0.03 * schedule(step)
        for name, rows in w.items():
            is_weight = name.startswith("W")
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    slope = factor * g[name][i][j]
                    if is_weight and not decoupled:
                        slope += decay * value
                    kept = memory.setdefault((name, i, j), {})
                    moved = formula(value, slope, kept, step + 1, eta)
                    row[j] = moved - (eta * decay * value if is_weight and decoupled else 0.0)
    return w


def assert_near(found: dict[str, Rows], right: dict[str, Rows], slack: float = 1e-12) -> None:
    assert list(found) == list(right)
    for name in found:
        for found_row, right_row in zip(found[name], right[name], strict=True):
            assert found_row == pytest.approx(right_row, rel=slack, abs=1e-13), name


def flat(matrices: list[Rows]) -> list[float]:
    return [x for rows in matrices for row in rows for x in row]


OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "none": ({}, {}),
    "weight_decay": ({"weight_decay": 0.1}, {"decay": 0.1}),
    "clip_norm": ({"clip_norm": 3.0}, {"clip": 3.0}),
    "schedule": (
        {"schedule": WarmUp(5, CosineDecay(30, 0.1))},
        {"schedule": WarmUp(5, CosineDecay(30, 0.1))},
    ),
    "all": (
        {"weight_decay": 0.2, "clip_norm": 4.0, "schedule": ExponentialDecay(0.9)},
        {"decay": 0.2, "clip": 4.0, "schedule": ExponentialDecay(0.9)},
    ),
}


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", CASES)
def test_the_published_formula(backend: Backend, name: str, options: str) -> None:
    make, formula = CASES[name]
    given, meant = OPTIONS[options]
    parameters = parameters_on(backend)
    walk(make(**given), parameters, backend, range(STEPS))
    right = expected(formula, decoupled=name == "AdamW", **meant)
    assert_near(rows_of(backend, parameters), right)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", CASES)
def test_one_step_of_a_network_agrees(backend: Backend, name: str, options: str) -> None:
    """Within 1e-12 of the lists; three steps, so that what is remembered counts."""
    networks = [
        nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1)], seed=5, backend=b)
        for b in (backend, get_backend("python"))
    ]
    X, y = [[0.1, -1.0], [0.7, 0.4], [-0.3, 0.2]], [1.0, -0.5, 0.25]
    for network in networks:
        optimizer = CASES[name][0](**OPTIONS[options][0])
        nn.train(network, X, y, loss=nn.MeanSquaredError(), optimizer=optimizer, epochs=3)
    ours, theirs = (dict(network.parameters) for network in networks)
    assert_near(ours, theirs)


def test_plain_sgd_takes_the_short_way() -> None:
    """No option means no list of gradients: the step of a small network costs nothing more."""

    class Watched(SGD):
        def gradients(self) -> list[Any]:
            raise AssertionError("the long way")

    backend = get_backend("python")
    walk(Watched(0.1), parameters_on(backend), backend, range(2))
    for options in ({"weight_decay": 0.1}, {"clip_norm": 1.0}, {"momentum": 0.5}):
        with pytest.raises(AssertionError, match="the long way"):
            walk(Watched(0.1, **options), parameters_on(backend), backend, range(1))  # type: ignore[arg-type]


# ------------------------------------------------------------------------- weight decay


@pytest.mark.parametrize("name", CASES)
def test_biases_do_not_decay(backend: Backend, name: str) -> None:
    """With gradients of 0, weights shrink and biases stay to the last bit."""
    parameters = parameters_on(backend)
    optimizer = CASES[name][0](weight_decay=0.5)
    optimizer.start(parameters, backend)
    before = rows_of(backend, parameters)
    for W in parameters:
        W.gradient = 0.0 * W.value
    optimizer.step()
    for name_of_it, rows in rows_of(backend, parameters).items():
        if name_of_it.startswith("b"):
            assert rows == before[name_of_it]
        else:
            shrunk = zip(flat([rows]), flat([before[name_of_it]]), strict=True)
            assert all(abs(a) < abs(b) for a, b in shrunk)


def test_decoupled_decay_does_not_see_the_gradient(backend: Backend) -> None:
    """AdamW shrinks by η λ exactly; Adam with L2 divides the decay away."""
    parameters = parameters_on(backend)
    optimizer = AdamW(0.1, weight_decay=0.5)
    optimizer.start(parameters, backend)
    before = rows_of(backend, parameters)
    for W in parameters:
        W.gradient = 0.0 * W.value
    optimizer.step()
    right = {
        name: [[w * 0.95 if name[0] == "W" else w for w in row] for row in rows]
        for name, rows in before.items()
    }
    assert_near(rows_of(backend, parameters), right, 1e-15)


# ----------------------------------------------------------------------------- clipping


@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1.0, 1e5, 1e200, 1e300])
@pytest.mark.parametrize("limit", [1e-6, 1.0, 12.5])
def test_clipping(backend: Backend, limit: float, scale: float) -> None:
    """The norm is at most the limit afterwards, the direction is kept, short ones are as before."""
    rows = [[[scale * g for g in row] for row in some_rows(name, 0)] for name in SHAPES]
    gradients = [backend.from_list(matrix) for matrix in rows]
    norm = global_norm(gradients, backend)
    assert norm == pytest.approx(math.hypot(*flat(rows)), rel=1e-14)
    after = clipped(gradients, limit, backend)
    found = flat([backend.to_list(dW) for dW in after])
    if norm <= limit:
        assert found == flat(rows)
        return
    assert math.hypot(*found) == pytest.approx(limit, rel=1e-12)
    factors = [a / b for a, b in zip(found, flat(rows), strict=True)]
    assert factors == pytest.approx([limit / norm] * len(factors), rel=1e-12)


def test_clipping_leaves_zero_and_nonsense_alone(backend: Backend) -> None:
    zero = [backend.from_list([[0.0, -0.0]])]
    assert clipped(zero, 1.0, backend) is zero
    for bad in (math.nan, math.inf, -math.inf):
        gradients = [backend.from_list([[1.0, bad]]), backend.from_list([[2.0]])]
        assert clipped(gradients, 1.0, backend) is gradients
        assert clipped(gradients[::-1], 1.0, backend)[0] is gradients[1]


@pytest.mark.parametrize("name", CASES)
def test_clipping_tames_a_run_that_would_explode(backend: Backend, name: str) -> None:
    network = nn.Network([nn.Dense(1, 1, weights=[[3.0]], bias=None)], seed=0, backend=backend)
    history = nn.train(
        network, [[1e60], [-2e60]], [0.0, 0.0], loss=nn.MeanSquaredError(),
        optimizer=CASES[name][0](clip_norm=1.0), epochs=5,
    )  # fmt: skip
    assert all(math.isfinite(L) for L in history.losses)
    assert history.losses[-1] < history.losses[0]


# ------------------------------------------------------------------- settings, arguments

ALL = {"weight_decay": 0.25, "clip_norm": 2.0, "schedule": WarmUp(3, ExponentialDecay(0.5))}
SETTINGS: list[tuple[Optimizer, dict[str, Any]]] = [
    (SGD(), {"learning_rate": 0.1, "momentum": 0.0, "nesterov": False}),
    (SGD(0.5, 0.9, True, **ALL), {"learning_rate": 0.5, "momentum": 0.9, "nesterov": True, **ALL}),  # type: ignore[arg-type]
    (RMSProp(), {"learning_rate": 0.001, "decay": 0.9, "epsilon": 1e-8}),
    (RMSProp(0.5, 0.8, 0.1, **ALL), {"learning_rate": 0.5, "decay": 0.8, "epsilon": 0.1, **ALL}),  # type: ignore[arg-type]
    (Adam(), {"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
    (
        AdamW(),
        {
            "learning_rate": 0.001,
            "beta1": 0.9,
            "beta2": 0.999,
            "epsilon": 1e-8,
            "weight_decay": 0.01,
        },
    ),
]


@pytest.mark.parametrize("optimizer,right", SETTINGS)
def test_settings(optimizer: Optimizer, right: dict[str, Any]) -> None:
    assert (
        optimizer.settings() == {"weight_decay": 0.0, "clip_norm": None, "schedule": None} | right
    )
    assert type(optimizer)(**optimizer.settings()).settings() == optimizer.settings()


def test_repr() -> None:
    assert repr(SGD(0.5)) == "SGD(0.5, momentum=0.0, nesterov=False)"
    assert repr(Adam()) == "Adam(0.001)"
    assert repr(AdamW()) == "AdamW(0.001, weight_decay=0.01)"
    assert repr(RMSProp(0.25, clip_norm=2.0, schedule=ExponentialDecay(0.5))) == (
        "RMSProp(0.25, clip_norm=2.0, schedule=ExponentialDecay(factor=0.5))"
    )


@pytest.mark.parametrize("make", OPTIMIZERS.values())
@pytest.mark.parametrize(
    "name,bad,rule",
    [
        *[("learning_rate", bad, "must be a number above 0")
          for bad in (0.0, -0.1, math.nan, math.inf, "0.1", None, True, 10**400)],
        *[("weight_decay", bad, "must be a number, 0 or more")
          for bad in (-0.1, math.nan, math.inf, "0", None, True)],
        *[("clip_norm", bad, "must be a number above 0, or None")
          for bad in (0.0, -1.0, math.nan, math.inf, "1", True)],
        *[("schedule", bad, "not one of purenn.schedules, such as CosineDecay(epochs=20)")
          for bad in (0.5, "cosine", abs)],
    ],
)  # fmt: skip
def test_bad_options(make: Any, name: str, bad: Any, rule: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        make(**{name: bad})
    message = str(caught.value)
    assert message.startswith(f"{make.__name__}: {name} is ")
    assert rule in message


def test_a_schedule_without_brackets() -> None:
    with pytest.raises(ArgumentError, match=r"; write CosineDecay\(…\)$"):
        Adam(schedule=CosineDecay)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "make,name",
    [(SGD, "momentum"), (RMSProp, "decay"), (Adam, "beta1"), (Adam, "beta2"), (AdamW, "beta2")],
)
@pytest.mark.parametrize("bad", [-0.1, 1.0, math.nan, "0.9", None, True])
def test_bad_shares(make: Any, name: str, bad: Any) -> None:
    message = rf"^{make.__name__}: {name} is .*, must be from 0 to below 1$"
    with pytest.raises(ArgumentError, match=message):
        make(0.1, **{name: bad})


@pytest.mark.parametrize("make", [RMSProp, Adam, AdamW])
@pytest.mark.parametrize("bad", [0.0, -1e-8, math.nan, math.inf, "1e-8", None])
def test_bad_epsilon(make: Any, bad: Any) -> None:
    with pytest.raises(
        ArgumentError, match=rf"^{make.__name__}: epsilon is .*, must be a number above 0$"
    ):
        make(epsilon=bad)


def test_bad_nesterov() -> None:
    with pytest.raises(ArgumentError, match=r"^SGD: nesterov is 'yes', must be True or False$"):
        SGD(0.1, 0.9, "yes")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"^SGD: nesterov needs a momentum above 0$"):
        SGD(0.1, nesterov=True)


# -------------------------------------------------------------------------- saved state


def through_json(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=False))


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", CASES)
def test_a_run_goes_on_in_the_same_bits(backend: Backend, name: str, options: str) -> None:
    """25 steps; against 12, saved as JSON, loaded, and 13 more."""
    make, given = CASES[name][0], OPTIONS[options][0]
    whole, halves = parameters_on(backend), parameters_on(backend)
    walk(make(**given), whole, backend, range(STEPS))

    first = make(**given)
    walk(first, halves, backend, range(12))
    data = through_json(first.state_dict())
    loaded = [Parameter(W.name, backend.from_list(backend.to_list(W.value))) for W in halves]
    second = optimizer_from_dict(data, loaded, backend)
    assert type(second) is type(first)
    assert second.settings() == first.settings()
    assert (second.steps, second.epochs_begun, second.rate) == (12, 12, first.rate)
    assert through_json(second.state_dict()) == data
    walk(second, loaded, backend, range(12, STEPS))
    assert rows_of(backend, loaded) == rows_of(backend, whole)


@pytest.mark.parametrize("name", CASES)
def test_training_goes_on_in_the_same_bits(backend: Backend, name: str) -> None:
    """The same, through train(), which starts where the optimizer's state says."""
    X, y = [[0.1, -1.0], [0.7, 0.4], [-0.3, 0.2]], [1.0, -0.5, 0.25]

    def network() -> nn.Network:
        layers = [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1)]
        return nn.Network(layers, seed=5, backend=backend)

    def run(n: nn.Network, optimizer: Optimizer, epochs: int) -> None:
        nn.train(n, X, y, loss=nn.MeanSquaredError(), optimizer=optimizer, epochs=epochs)

    whole, halves = network(), network()
    run(whole, CASES[name][0](), 10)
    optimizer = CASES[name][0]()
    run(halves, optimizer, 5)
    again = optimizer_from_dict(
        through_json(optimizer.state_dict()), halves.trainable, halves.backend
    )
    run(halves, again, 5)
    assert halves.parameters == whole.parameters


def test_a_new_optimizer_can_be_saved(backend: Backend) -> None:
    for make, _ in CASES.values():
        optimizer = make()
        data = through_json(optimizer.state_dict())
        assert (data["steps"], data["epochs_begun"], data["state"]) == (0, 0, {})
        again = optimizer_from_dict(data, parameters_on(backend), backend)
        assert again.state == [{}, {}, {}, {}]


def test_load_state_keeps_the_hyper_parameters(backend: Backend) -> None:
    first = Adam(0.1)
    walk(first, parameters_on(backend), backend, range(3))
    second = Adam(0.01, schedule=ExponentialDecay(0.5))
    second.load_state(through_json(first.state_dict()), parameters_on(backend), backend)
    assert (second.learning_rate, second.steps, second.epochs_begun) == (0.01, 3, 3)
    assert second.rate == 0.0025
    assert second.state_dict()["state"] == first.state_dict()["state"]


def test_odd_floats_survive(backend: Backend) -> None:
    odd = [[0.1 + 0.2, 5e-324, -0.0, 1.7976931348623157e308, 1e-310, -1 / 3]]
    parameters = [Parameter("W1", backend.from_list(odd))]
    optimizer = SGD(0.1, momentum=0.5)
    optimizer.start(parameters, backend)
    parameters[0].gradient = backend.from_list(odd)
    optimizer.steps, optimizer.state = 1, [{"velocity": backend.from_list(odd)}]
    data = through_json(optimizer.state_dict())
    again = optimizer_from_dict(data, parameters, backend)
    assert repr(backend.to_list(again.state[0]["velocity"])) == repr(odd)


def test_state_that_is_not_finite_is_not_saved(backend: Backend) -> None:
    parameters = [Parameter("W1", backend.from_list([[1.0, 2.0]]))]
    optimizer = RMSProp()
    optimizer.start(parameters, backend)
    optimizer.steps, optimizer.state = 1, [{"square": backend.from_list([[1.0, math.inf]])}]
    with pytest.raises(
        DataError,
        match=r"^RMSProp: state of W1, square\[0\]\[1\] is inf, expected a finite number$",
    ):
        optimizer.state_dict()


def test_a_class_of_ones_own_is_not_saved() -> None:
    class Mine(SGD):
        pass

    with pytest.raises(ArgumentError, match=r"^Mine is not one of purenn's optimizers"):
        Mine().state_dict()

    class Half(Schedule):
        def at(self, e: float) -> float:
            return 0.5

    with pytest.raises(ArgumentError, match=r"^Half is not one of purenn's schedules"):
        SGD(schedule=Half()).state_dict()


def saved() -> dict[str, Any]:
    """A good Adam state, to be spoilt."""
    backend = get_backend("python")
    optimizer = Adam(schedule=CosineDecay(9))
    walk(optimizer, parameters_on(backend), backend, range(2))
    data: dict[str, Any] = through_json(optimizer.state_dict())
    return data


DROP = object()
BAD: list[tuple[str, Any, str]] = [
    ("steps", DROP, "optimizer: missing key 'steps'; expected class, settings, steps,"),
    ("more", 1, "optimizer: unknown key 'more'; expected class, settings, steps,"),
    ("class", "Optimizer", "optimizer.class is 'Optimizer', expected one of SGD, RMSProp, Adam"),
    ("class", "os.system", "optimizer.class is 'os.system', expected one of"),
    ("class", None, "optimizer.class is None, expected one of"),
    ("class", {"a": 1}, "optimizer.class is {'a': 1}, expected one of"),
    ("class", "RMSProp", "optimizer.settings: unknown keys 'beta1', 'beta2'; missing key 'decay'"),
    ("steps", -1, "optimizer.steps is -1, expected a whole number, 0 or more"),
    ("steps", 2.0, "optimizer.steps is 2.0, expected a whole number"),
    ("steps", True, "optimizer.steps is True, expected a whole number"),
    ("steps", 10**5000, "optimizer.steps is a value of type int that cannot be shown, expected"),
    ("epochs_begun", "3", "optimizer.epochs_begun is '3', expected a whole number"),
    ("steps", 0, "optimizer.state: unknown keys 'W1', 'b1', 'W2', 'b2'; expected none"),
    ("settings", None, "optimizer.settings: found None, expected a dictionary"),
    ("settings.beta1", DROP, "optimizer.settings: missing key 'beta1'"),
    ("settings.beta1", 1.0, "optimizer.settings: Adam: beta1 is 1.0, must be from 0 to below 1"),
    ("settings.learning_rate", "0.1", "optimizer.settings: Adam: learning_rate is '0.1', must be"),
    ("settings.schedule", 3, "optimizer.settings.schedule: found 3, expected a dictionary"),
    ("settings.schedule.class", "X", "optimizer.settings.schedule.class is 'X', expected one"),
    ("settings.schedule.settings.epochs", 0, "optimizer.settings.schedule.settings: CosineDecay"),
    ("state", [], "optimizer.state: found [], expected a dictionary"),
    ("state.W2", DROP, "optimizer.state: missing key 'W2'; expected W1, b1, W2, b2"),
    ("state.W3", {}, "optimizer.state: unknown key 'W3'; expected W1, b1, W2, b2"),
    ("state.W1", 7, "optimizer.state.W1: found 7, expected a dictionary"),
    ("state.W1.mean", DROP, "optimizer.state.W1: missing key 'mean'; expected mean, square"),
    ("state.W1.velocity", [], "optimizer.state.W1: unknown key 'velocity'; expected mean, sq"),
    ("state.W1.mean", [[1.0] * 3], "optimizer.state.W1.mean: found 1 rows, expected 2 rows of 3"),
    ("state.W1.mean", "abc", "optimizer.state.W1.mean: found 'abc', expected 2 rows of 3 numbers"),
    ("state.b1.mean", [[1.0, 2.0]], "optimizer.state.b1.mean[0]: found 2 numbers, expected 3"),
    ("state.b1.mean", [5], "optimizer.state.b1.mean[0]: found 5, expected 3 numbers"),
    ("state.b2.mean", [["1"]], "optimizer.state.b2.mean[0][0] is '1', expected a finite number"),
    ("state.b2.mean", [[None]], "optimizer.state.b2.mean[0][0] is None, expected a finite"),
    ("state.b2.mean", [[True]], "optimizer.state.b2.mean[0][0] is True, expected a finite"),
    ("state.b2.mean", [[math.nan]], "optimizer.state.b2.mean[0][0] is nan, expected a finite"),
    ("state.b2.mean", [[10**400]], "optimizer.state.b2.mean[0][0] is 1000"),
    ("state.b2.mean", [[[1.0]]], "optimizer.state.b2.mean[0][0] is [1.0], expected a finite"),
    ("state.b2.square", [[-1.0]], "optimizer.state.b2.square[0] holds -1.0, a square below 0"),
]


@pytest.mark.parametrize(
    "path,value,message", BAD, ids=[f"{path} {i}" for i, (path, _, _) in enumerate(BAD)]
)
def test_bad_state(backend: Backend, path: str, value: Any, message: str) -> None:
    data = saved()
    *way, last = path.split(".")
    place = data
    for key in way:
        place = place[key]
    if value is DROP:
        del place[last]
    else:
        place[last] = value
    with pytest.raises(DataError) as caught:
        optimizer_from_dict(data, parameters_on(backend), backend)
    assert str(caught.value).startswith(message)


def test_bad_state_of_another_kind(backend: Backend) -> None:
    for data in (None, 5, "Adam", [], [["class", "Adam"]]):
        with pytest.raises(DataError, match=r"^model\.json, optimizer: found .*, expected a dict"):
            optimizer_from_dict(data, parameters_on(backend), backend, "model.json, optimizer")
    optimizer = RMSProp()
    walk(optimizer, parameters_on(backend), backend, range(1))
    before = optimizer.state_dict()
    with pytest.raises(DataError, match=r"^optimizer\.class is 'Adam', expected 'RMSProp'$"):
        optimizer.load_state(saved(), parameters_on(backend), backend)
    assert optimizer.state_dict() == before
