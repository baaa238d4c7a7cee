"""Layers, losses, optimizers and schedules of one's own in model files, once registered."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn.backend import Backend
from purenn.errors import ArgumentError, DataError
from purenn.optimizers import OPTIMIZERS
from purenn.schedules import SCHEDULES
from purenn.storage import Model, Run, load, save
from purenn.storage.kinds import LAYERS, LOSSES

X = [[0.0, 0.1], [0.2, 1.0], [1.0, 0.3], [1.0, 1.0], [0.5, 0.4]]
Y = [[0.0], [1.0], [1.0], [0.0], [0.5]]

pytestmark = pytest.mark.usefixtures("tables_as_before")


class Scale(nn.Layer):
    """A = X · s + shift: a learned factor for each column."""

    arguments = ("width", "shift", "note", "on", "nothing")
    kept = ("X",)

    def __init__(
        self,
        width: int,
        shift: float = 0.0,
        note: str = "",
        on: bool = True,
        nothing: None = None,
    ) -> None:
        self.width, self.shift, self.note, self.on, self.nothing = width, shift, note, on, nothing

    def build(self, backend: Any, random: Any, number: int) -> None:
        super().build(backend, random, number)
        self.s = nn.Parameter(f"s{number}", backend.from_list(random.rand(1, self.width)))

    def parameters(self) -> list[nn.Parameter]:
        return [self.s]

    def forward(self, X: Any) -> Any:
        self.X = X
        return X * self.s.value + self.shift

    def backward(self, dA: Any) -> Any:
        self.s.gradient = self.backend.sum(dA * self.X, axis=0, keepdims=True)
        return dA * self.s.value


class Cubed(nn.Loss):
    """L = Σ |P − Y|³ / (power · m), for a slope that has no scale factor to get wrong."""

    arguments = ("power",)

    def __init__(self, power: float = 3.0) -> None:
        self.power = power

    def forward(self, P: Any, Y: Any) -> float:
        E, m = P - Y, Y.shape[0]
        size = self.backend.abs(E)
        self.slope = (3.0 / (self.power * m)) * E * size
        total = self.backend.item(self.backend.sum(size * size * size))
        return float(total / (self.power * m))


class Heavy(nn.Optimizer):
    """SGD with a memory; its rate may change by hand."""

    arguments = ("learning_rate", "memory")

    def __init__(self, learning_rate: float, memory: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.memory = memory

    def remembers(self) -> tuple[str, ...]:
        return ("trace",)

    def step(self) -> None:
        self.steps += 1
        for W, kept, dW in zip(self._of, self.state, self.gradients(), strict=True):
            trace = kept["trace"] = self.memory * kept["trace"] + dW if kept else dW
            W.value = W.value - self.rate * trace


class Falling(nn.Schedule):
    arguments = ("speed",)

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def at(self, e: float) -> float:
        return 1.0 / (1.0 + self.speed * e)


class Halved(nn.Dense):
    """A Dense layer whose output is halved."""

    def forward(self, X: Any) -> Any:
        return 0.5 * super().forward(X)

    def backward(self, dZ: Any) -> Any:
        return super().backward(0.5 * dZ)


EVERY = (Scale, Cubed, Heavy, Falling, Halved)


def register_all() -> None:
    for cls in EVERY:
        assert nn.register(cls) is cls


def a_network(backend: Any = "python") -> nn.Network:
    layers = [
        nn.Dense(2, 3), Scale(3, 0.1 + 0.2, "für α", False), nn.Tanh(),
        Halved(3, 2, bias=None), Scale(2), Halved(2, 1),
    ]  # fmt: skip
    return nn.Network(layers, seed=4, backend=backend)


def train(network: nn.Network, optimizer: nn.Optimizer, **changes: Any) -> nn.History:
    return nn.train(
        network, X, Y, loss=Cubed(2.5), optimizer=optimizer, epochs=3, batch_size=2, **changes
    )


def test_own_layers_come_back_with_every_bit(backend: Backend, tmp_path: Path) -> None:
    register_all()
    network = a_network(backend)
    assert nn.gradient_check(network, Cubed(), X, Y).ok
    train(network, nn.SGD(0.1))
    save(tmp_path / "m.json", Model(network, loss=Cubed(2.5)))
    model = load(tmp_path / "m.json", backend)
    assert model.network.parameters == network.parameters
    assert [type(layer) for layer in model.network.layers] == [type(x) for x in network.layers]
    assert model.network.layers[1].settings() == {
        "width": 3, "shift": 0.1 + 0.2, "note": "für α", "on": False, "nothing": None,
    }  # fmt: skip
    assert type(model.loss) is Cubed
    assert model.loss.power == 2.5
    same = backend.to_list(model.network.predict(X)), backend.to_list(network.predict(X))
    assert same[0] == same[1]
    save(tmp_path / "again.json", model)
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "m.json").read_bytes()


def test_a_run_with_own_parts_goes_on_as_if_never_stopped(backend: Backend, tmp_path: Path) -> None:
    register_all()
    whole, parts = a_network(backend), a_network(backend)
    optimizer = Heavy(0.05)
    optimizer.schedule = Falling(0.5)
    history = train(whole, optimizer)
    train(whole, optimizer, history=history)

    optimizer = Heavy(0.05)
    optimizer.schedule, optimizer.weight_decay, optimizer.clip_norm = Falling(0.5), 0.0, None
    history = train(parts, optimizer)
    run = Run(optimizer, batch_size=2, history=history)
    save(tmp_path / "m.json", Model(parts, loss=Cubed(2.5), run=run))
    model = load(tmp_path / "m.json", backend)
    assert model.run is not None
    assert type(model.run.optimizer) is Heavy
    train(model.network, model.run.optimizer, history=model.run.history)
    assert model.network.parameters == whole.parameters


def test_what_was_set_by_hand_on_an_own_optimizer_is_saved(tmp_path: Path) -> None:
    register_all()
    network, optimizer = a_network(), Heavy(0.05)
    optimizer.weight_decay, optimizer.clip_norm, optimizer.learning_rate = 0.25, 1.5, 0.01
    history = train(network, optimizer)
    save(tmp_path / "m.json", Model(network, run=Run(optimizer, history=history)))
    run = load(tmp_path / "m.json").run
    assert run is not None
    made = run.optimizer
    assert (made.weight_decay, made.clip_norm, made.learning_rate) == (0.25, 1.5, 0.01)


def test_numbers_of_numpy_are_settings(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    nn.register(Scale)
    network = nn.Network([nn.Dense(2, 3), Scale(np.int64(3), np.float32(0.5))], seed=0)
    save(tmp_path / "m.json", network)
    assert load(tmp_path / "m.json").network.layers[1].settings()["shift"] == 0.5


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), [1.0], (1,), object(), b"a", 1j, 10**400]
)
def test_settings_that_no_file_holds_are_refused(bad: Any, tmp_path: Path) -> None:
    nn.register(Scale)
    network = nn.Network([nn.Dense(2, 3), Scale(3, note=bad)], seed=0)
    with pytest.raises(ArgumentError, match=r"layers\[1\]: Scale: note is .*a finite number, a t"):
        save(tmp_path / "m.json", network)
    assert not list(tmp_path.iterdir())


class Note(nn.Layer):
    arguments = ("note",)

    def __init__(self, note: Any) -> None:
        self.note = note

    def forward(self, X: Any) -> Any:
        return X

    def backward(self, dA: Any) -> Any:
        return dA


SCALARS = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(),
    st.integers(-(2**53), 2**53),
)  # fmt: skip


@given(SCALARS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_plain_setting_comes_back(tmp_path: Path, value: Any) -> None:
    LAYERS.pop("Note", None)
    nn.register(Note)
    save(tmp_path / "m.json", nn.Network([nn.Dense(1, 1), Note(value)], seed=0))
    made = load(tmp_path / "m.json").network.layers[1].settings()["note"]
    assert type(made) is type(value)
    assert (made, repr(made)) == (value, repr(value))


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    nn.register(Note)
    with pytest.raises(DataError, match=r"layers\[1\]: Note: note is .*holds half a character"):
        save(tmp_path / "m.json", nn.Network([nn.Dense(1, 1), Note("\ud800")], seed=0))


# ------------------------------------------------------------------------ registering


def test_what_is_not_registered_is_not_saved_and_the_mend_is_told(tmp_path: Path) -> None:
    network = a_network()
    with pytest.raises(ArgumentError, match=r"layers\[1\] is .*write @nn.register above class Sca"):
        save(tmp_path / "m.json", network)
    plain = nn.Network([nn.Dense(2, 1)], seed=0)
    with pytest.raises(ArgumentError, match=r"loss is .*write @nn.register above class Cubed"):
        save(tmp_path / "m.json", Model(plain, loss=Cubed()))
    for optimizer, name in ((Heavy(0.1), "Heavy"), (nn.SGD(0.1, schedule=Falling(1.0)), "Falling")):
        with pytest.raises(ArgumentError, match=f"write @nn.register above class {name}"):
            save(tmp_path / "m.json", Model(plain, run=Run(optimizer)))


def test_a_file_with_an_unknown_class_says_how_to_register_it(tmp_path: Path) -> None:
    register_all()
    network, optimizer = a_network(), Heavy(0.05)
    optimizer.schedule = Falling(0.5)
    run = Run(optimizer, history=train(network, optimizer))
    save(tmp_path / "m.json", Model(network, loss=Cubed(), run=run))
    for table, name, sort in (
        (SCHEDULES, "Falling", "schedule"),
        (OPTIMIZERS, "Heavy", "optimizer"),
        (LOSSES, "Cubed", "loss"),
        (LAYERS, "Scale", "layer"),
    ):
        del table[name]
        expected = rf"is '{name}', expected one of .*; if {name} is a {sort} of your own, define"
        with pytest.raises(DataError, match=expected):
            load(tmp_path / "m.json")


def test_nothing_is_imported_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "spy.py").write_text("raise SystemExit('imported')")
    save(tmp_path / "m.json", nn.Network([nn.Dense(2, 1), nn.Tanh()], seed=0))
    text = (tmp_path / "m.json").read_text()
    for name in ("spy.Spy", "spy", "os.system", "__main__.Scale", "purenn.layers.Layer", "Layer"):
        (tmp_path / "n.json").write_text(text.replace("Tanh", name))
        with pytest.raises(DataError, match=r"layers\[1\]\.kind is "):
            load(tmp_path / "n.json")


def test_a_name_that_is_taken_is_refused() -> None:
    nn.register(Scale)
    assert nn.register(Scale) is Scale
    assert nn.register(nn.Dense) is nn.Dense

    def again(name: str, base: type) -> type:
        return type(name, (base,), {})

    for name, base in (("Scale", Scale), ("Dense", nn.Dense), ("Huber", nn.Huber)):
        with pytest.raises(ArgumentError, match=rf"register: \S+ has the \w+ {name} already; give"):
            nn.register(again(name, base))
    with pytest.raises(ArgumentError, match=r"purenn\.optimizers has the optimizer SGD already"):
        nn.register(again("SGD", nn.SGD))
    assert LAYERS["Scale"] is Scale


def test_a_cell_of_a_notebook_may_run_twice(tmp_path: Path) -> None:
    cell = (
        "import purenn as nn\n@nn.register\nclass Twice(nn.Layer):\n"
        "    def forward(self, X):\n        return 2.0 * X\n"
        "    def backward(self, dA):\n        return 2.0 * dA\n"
    )
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(cell, names)  # noqa: S102
    old = names["Twice"]
    exec(cell, names)  # noqa: S102
    new = names["Twice"]
    assert LAYERS["Twice"] is new
    assert new is not old
    save(tmp_path / "m.json", nn.Network([nn.Dense(2, 1), new()], seed=0))
    with pytest.raises(ArgumentError, match="of a class that is not purenn's"):
        save(tmp_path / "m.json", nn.Network([nn.Dense(2, 1), old()], seed=0))


@pytest.mark.parametrize("bad", [3, "Scale", int, nn.Layer, nn.Loss, nn.Network, None, [Scale]])
def test_what_can_be_no_part_is_refused(bad: Any) -> None:
    with pytest.raises(ArgumentError, match=r"is no class below nn.Layer, nn.Loss"):
        nn.register(bad)
    with pytest.raises(ArgumentError, match=r"write @nn.register above the class"):
        nn.register(Scale(3))  # type: ignore[type-var]


class Forgets(nn.Layer):
    def __init__(self, rate: float = 1.0) -> None:
        self.rate = rate


class Unknown(nn.Loss):
    arguments = ("scale",)


class Inherited(nn.Optimizer):
    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)


class Text(nn.Layer):
    arguments = "rate"  # type: ignore[assignment]


class Kind(nn.Layer):
    arguments = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


class NotByName(nn.Layer):
    arguments = ("rate",)

    def __init__(self, rate: float, /) -> None:
        self.rate = rate


@pytest.mark.parametrize(
    "cls,message",
    [
        (Forgets, r"Forgets.arguments lacks 'rate', .*write `arguments = \('rate',\)`"),
        (Unknown, r"Unknown.arguments names 'scale', .*write `arguments = \(\)`"),
        (Inherited, r"names 'weight_decay', .*write `arguments = \('learning_rate',\)`"),
        (Text, r"Text.arguments is 'rate', must be a tuple of names"),
        (Kind, r"Kind.arguments names 'kind', "),
        (NotByName, r"NotByName.arguments names 'rate', "),
        (type("Bare", (NotByName,), {"arguments": ()}), r"Bare.arguments lacks 'rate', "),
        (type("Number", (nn.Tanh,), {"arguments": 3}), r"arguments is 3, must be a tuple of names"),
    ],
)
def test_arguments_that_would_not_come_back(cls: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        nn.register(cls)


def test_options_may_be_handed_on() -> None:
    class Handed(nn.Optimizer):
        def __init__(self, learning_rate: float, **options: Any) -> None:
            super().__init__(learning_rate, **options)

        def step(self) -> None:
            self.steps += 1

    nn.register(Handed)
    network, optimizer = nn.Network([nn.Dense(2, 1)], seed=0), Handed(0.1, weight_decay=0.5)
    train(network, optimizer)
    made = nn.optimizers.optimizer_from_dict(
        optimizer.state_dict(), network.trainable, network.backend
    )
    assert (type(made), made.weight_decay, made.steps) == (Handed, 0.5, optimizer.steps)


def test_a_setting_that_is_not_kept_is_told(tmp_path: Path) -> None:
    class Loses(nn.Layer):
        arguments = ("rate",)

        def __init__(self, rate: float = 1.0) -> None:
            self.r = rate

        def forward(self, X: Any) -> Any:
            return X

        def backward(self, dA: Any) -> Any:
            return dA

    nn.register(Loses)
    with pytest.raises(ArgumentError, match=r"layers\[1\]: .*'rate'.*in an attribute of that name"):
        save(tmp_path / "m.json", nn.Network([nn.Dense(2, 1), Loses()], seed=0))


def test_a_memory_that_remembers_does_not_name_is_told() -> None:
    class Silent(Heavy):
        def remembers(self) -> tuple[str, ...]:
            return ()

    nn.register(Silent)
    network, optimizer = nn.Network([nn.Dense(2, 1)], seed=0), Silent(0.1)
    train(network, optimizer)
    with pytest.raises(ArgumentError, match=r"Silent keeps trace in its state, but remembers\(\)"):
        optimizer.state_dict()


# ---------------------------------------------------------------------------- bad files


def changed(path: Path, change: Any) -> Path:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data["layers"])
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def put(*keys: Any, to: Any) -> Any:
    def change(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = to

    return change


def without(*keys: Any) -> Any:
    def change(data: Any) -> None:
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return change


@pytest.mark.parametrize(
    "change,message",
    [
        (without(1, "parameters"), r"layers\[1\].parameters: found no such key, expected a dict"),
        (put(1, "parameters", to=[1]), r"layers\[1\].parameters: found \[1\], expected a diction"),
        (put(1, "parameters", to={}), r"layers\[1\].parameters: missing key 's1'; expected s1"),
        (put(1, "parameters", "s9", to=[[1]]), r"layers\[1\].parameters: unknown key 's9'"),
        (put(1, "parameters", "s1", to=[[1.0]]), r"parameters.s1\[0\]: found 1 numbers, expe"),
        (put(1, "parameters", "s1", to=3), r"layers\[1\].parameters.s1: found 3, expected 1 rows"),
        (put(1, "parameters", "s1", 0, 1, to="a"), r"parameters.s1\[0\]\[1\] is 'a', expected a f"),
        (put(1, "shift", to=[1]), r"layers\[1\].shift is \[1\], expected a number, a text, true"),
        (put(1, "width", to="three"), r"layers\[1\]: Scale cannot be made|layers: "),
        (put(1, "width", to=4), r"layers\[1\].parameters.s1\[0\]: found 3 numbers, expected 4"),
        (without(1, "shift"), r"layers\[1\]: missing key 'shift'; expected kind, width, shift"),
        (put(1, "more", to=1), r"layers\[1\]: unknown key 'more'"),
        (put(3, "n_in", to=-1), r"layers\[3\]: Halved cannot be made of this: ArgumentError: "),
        (put(3, "n_in", to=10**9), r"layers\[3\].parameters.W2: found 3 rows, expected 10000000"),
        (put(3, "n_out", to=10**9), r"layers\[3\].parameters.W2\[0\]: found 2 numbers, expected 1"),
        (put(3, "parameters", "W2", to=[[1, 2]]), r"W2: found 1 rows, expected 3 rows of 2"),
        (put(3, "parameters", "b2", to=[[1, 2, 3]]), r"b2\[0\]: found 3 numbers, expected 2"),
        (without(3, "parameters", "W2"), r"layers\[3\].parameters.W: found None, expected 3 rows"),
        (put(5, "parameters", to={"W3": [[1], [1]], "b7": [[1]]}), r"unknown key 'b7'; missing k"),
        (put(0, "outputs", to=2), r"layers\[0\]"),
    ],
)  # fmt: skip
def test_bad_files(change: Any, message: str, tmp_path: Path) -> None:
    register_all()
    save(tmp_path / "m.json", a_network())
    with pytest.raises(DataError, match=message):
        load(changed(tmp_path / "m.json", change))


def test_a_dense_of_ones_own_that_does_not_fit_is_told(tmp_path: Path) -> None:
    register_all()
    save(tmp_path / "m.json", nn.Network([nn.Dense(2, 3), Halved(3, 1)], seed=0))
    wider = put(1, "n_in", to=1), put(1, "parameters", "W2", to=[[1.0]])
    for change in wider:
        changed(tmp_path / "m.json", change)
    with pytest.raises(DataError, match=r"layers\[1\]\.n_in is 1, expected 3 as the outputs"):
        load(tmp_path / "m.json")


def test_a_constructor_that_fails_in_any_way_is_a_bad_file(tmp_path: Path) -> None:
    class Fails(Scale):
        def __init__(self, width: int) -> None:
            super().__init__(len(range(width)))

        arguments = ("width",)  # type: ignore[assignment]

    nn.register(Fails)
    save(tmp_path / "m.json", nn.Network([nn.Dense(2, 3), Fails(3)], seed=0))
    with pytest.raises(DataError, match=r"layers\[1\]: Fails cannot be made of this: TypeError: "):
        load(changed(tmp_path / "m.json", put(1, "width", to="three")))


def test_a_build_that_fails_in_any_way_is_a_bad_file(tmp_path: Path) -> None:
    class Divides(Scale):
        def build(self, backend: Any, random: Any, number: int) -> None:
            self.part = 1 / (self.width - 4)
            super().build(backend, random, number)

    nn.register(Divides)
    save(tmp_path / "m.json", nn.Network([nn.Dense(2, 3), Divides(3)], seed=0))
    with pytest.raises(DataError, match=r"layers: a layer of your own .*: ZeroDivisionError: "):
        load(changed(tmp_path / "m.json", put(1, "width", to=4)))


def test_the_check_of_purenns_own_parts_leaves_others_alone() -> None:
    from purenn.cli.check import middles

    register_all()
    assert not {"Scale", "Halved"} & set(middles())
