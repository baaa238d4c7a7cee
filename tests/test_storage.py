"""Saving and loading models: every bit comes back, and training goes on as if never stopped."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from purenn import activations, initializers, layers, losses, optimizers, schedules
from purenn.backend import Backend, get_backend
from purenn.data import ConstantScaler, MinMaxScaler, Scaler, StandardScaler
from purenn.dropout import Dropout
from purenn.storage import Model, Run, load, save
from purenn.storage.kinds import LAYERS, LOSSES, SETTINGS
from purenn.training import History

X = [[0.0, 0.1], [0.2, 1.0], [1.0, 0.3], [1.0, 1.0], [0.5, 0.4], [0.3, 0.8], [0.9, 0.7]]
CLASSES = [0, 1, 1, 0, 1, 2, 2]
GOLDEN = Path(__file__).parent / "reference" / "model_v1.json"

LAYER_EXAMPLES: dict[str, layers.Layer] = {
    "Dense": nn.Dense(3, 3, bias=None),
    "LeakyReLU": nn.LeakyReLU(0.1 + 0.2),
    "ELU": activations.ELU(0.7),
    "Dropout": Dropout(0.3),
}
LOSS_EXAMPLES: dict[str, losses.Loss] = {
    "SumSquaredError": nn.SumSquaredError(1 / 3),
    "Huber": losses.Huber(0.3),
}
OPTIMIZERS: dict[str, Callable[[], optimizers.Optimizer]] = {
    "SGD": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(0.1, 0.9, weight_decay=1e-3),
    "Nesterov": lambda: optimizers.SGD(0.1, 0.9, True, schedule=schedules.StepDecay(3, 0.5)),
    "RMSProp": lambda: optimizers.RMSProp(0.01, schedule=schedules.ExponentialDecay(0.9)),
    "Adam": lambda: optimizers.Adam(
        0.01, clip_norm=0.5, schedule=schedules.WarmUp(3, schedules.CosineDecay(9, 0.01))
    ),
    "AdamW": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
}


def bits(network: nn.Network) -> list[tuple[str, list[list[str]]]]:
    """All parameters, every bit in sight."""
    return [(name, [[x.hex() for x in row] for row in rows]) for name, rows in network.parameters]


def a_network(backend: str | Backend | None = None, seed: int = 3) -> nn.Network:
    """Small, with a generator that keeps a spare number, and layers that draw in training."""
    normal = initializers.HeNormal()
    return nn.Network(
        [
            *(nn.Dense(2, 5, weights=normal, bias=initializers.Normal()), nn.LeakyReLU(0.02)),
            *(Dropout(0.2), nn.Dense(5, 3, weights=normal), nn.Softmax()),
        ],
        seed=seed,
        backend=backend,
    )


# ------------------------------------------------------------------------ round trips


@pytest.mark.parametrize("kind", LAYERS)
def test_every_kind_of_layer_comes_back(kind: str, backend: Backend, tmp_path: Path) -> None:
    example = LAYER_EXAMPLES.get(kind) or LAYERS[kind]()
    network = nn.Network([nn.Dense(2, 3), example], seed=5, backend=backend)
    save(tmp_path / "m.json", network)
    loaded = load(tmp_path / "m.json", backend).network
    assert bits(loaded) == bits(network)
    assert [type(layer) for layer in loaded.layers] == [type(layer) for layer in network.layers]
    assert [layer.settings() for layer in loaded.layers] == [
        layer.settings() for layer in network.layers
    ]
    assert backend.to_list(loaded.predict(X)) == backend.to_list(network.predict(X))
    assert repr(loaded) == repr(network)


@pytest.mark.parametrize("kind", LOSSES)
def test_every_kind_of_loss_comes_back(kind: str, tmp_path: Path) -> None:
    loss = LOSS_EXAMPLES.get(kind) or LOSSES[kind]()
    last = loss.fused_with() if loss.fused_with else nn.Identity()
    save(tmp_path / "m.json", Model(nn.Network([nn.Dense(2, 3), last], seed=5), loss=loss))
    assert repr(load(tmp_path / "m.json").loss) == repr(loss)


def test_the_tables_know_every_class_of_purenn() -> None:
    """A new layer or loss needs a line in purenn/storage/kinds.py."""
    known = {cls for cls in vars(losses).values() if isinstance(cls, type)} | {
        cls for cls in (*vars(activations).values(), Dropout, nn.Dense) if isinstance(cls, type)
    }
    made = {
        cls
        for cls in known
        if issubclass(cls, (layers.Layer, losses.Loss)) and cls not in (layers.Layer, losses.Loss)
    }
    assert made == {*LAYERS.values(), *LOSSES.values()}
    for table, examples in ((LAYERS, LAYER_EXAMPLES), (LOSSES, LOSS_EXAMPLES)):
        for kind, cls in table.items():
            if kind != "Dense":
                thing: Any = examples.get(kind) or cls()
                assert tuple(thing.settings()) == SETTINGS.get(kind, ())


@pytest.mark.parametrize(
    "scaler",
    [
        ConstantScaler(divisor=255.0),
        MinMaxScaler().fit([[1.0, 2.0], [4.0, 9.0]]),
        StandardScaler().fit([[0.1, 2.0], [0.7, 9.0]]),
    ],
)
def test_every_kind_of_scaler_comes_back(scaler: Scaler, tmp_path: Path) -> None:
    save(tmp_path / "m.json", Model(a_network(), scaler=scaler))
    loaded = load(tmp_path / "m.json").scaler
    assert loaded is not None
    assert type(loaded) is type(scaler)
    assert loaded.to_dict() == scaler.to_dict()


def test_all_that_surrounds_the_network_comes_back(tmp_path: Path) -> None:
    options = {"hidden": [128, 64], "label": "größe \U0001f600", "seed": None, "deep": {"x": 1.5}}
    run = Run(optimizers.Adam(), batch_size=32, options=options)
    model = Model(
        a_network(),
        task="classification",
        label_names=("no", "yes", 'may "be"'),
        feature_names=["ä", "b"],
        target_name="c\td",
        image_shape=(1, 2),
        loss=nn.CrossEntropy(),
        run=run,
    )
    save(str(tmp_path / "m.json"), model)
    loaded = load(str(tmp_path / "m.json"))
    assert loaded.label_names == ["no", "yes", 'may "be"']
    assert (loaded.task, loaded.feature_names) == ("classification", ["ä", "b"])
    assert (loaded.target_name, loaded.image_shape, loaded.scaler) == ("c\td", (1, 2), None)
    assert loaded.run is not None
    assert (loaded.run.options, loaded.run.batch_size, loaded.run.epochs) == (options, 32, 0)
    assert "Model: classification" in repr(loaded)
    assert "0 epochs with Adam" in repr(loaded.run)


def test_extreme_numbers_keep_every_bit(tmp_path: Path) -> None:
    rows = [[-0.0, 5e-324, -1.7976931348623157e308], [0.1 + 0.2, 1 / 3, 2.0**-1022]]
    network = nn.Network([nn.Dense(2, 3, weights=rows, bias=[1e22, 123456789.125, -0.0])], seed=1)
    save(tmp_path / "m.json", network)
    assert bits(load(tmp_path / "m.json").network) == bits(network)


def test_the_task_is_told_from_the_network_where_it_is_not_given() -> None:
    regression = nn.Network([nn.Dense(2, 2)], seed=1)
    assert Model(a_network()).task == "classification"
    assert Model(regression).task == "regression"
    assert Model(regression, label_names=["a", "b"]).task == "classification"


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    save(first, a_network())
    save(second, load(first))
    assert first.read_bytes() == second.read_bytes()


def test_a_row_of_weights_is_a_line(tmp_path: Path) -> None:
    network = nn.Network([nn.Dense(2, 2, weights=[[1, -0.5], [0.25, 3]]), nn.ReLU()], seed=1)
    save(tmp_path / "m.json", network)
    assert (tmp_path / "m.json").read_text("utf-8") == (
        f"""\
{{
  "format": "purenn model",
  "version": 2,
  "purenn": "{nn.__version__}",
  "task": "regression",
  "label_names": null,
  "feature_names": null,
  "target_name": null,
  "image_shape": null,
  "columns": null,
  "scaler": null,
  "target_scaler": null,
  "loss": null,
  "seed": 1,
  "layers": [
    {{
      "kind": "Dense",
      "inputs": 2,
      "outputs": 2,
      "weights": [
        [1.0, -0.5],
        [0.25, 3.0]
      ],
      "bias": [[0.0, 0.0]]
    }},
    {{"kind": "ReLU"}}
  ],
  "run": null
}}
"""
    )


def test_what_is_saved_on_one_backend_loads_on_another(backend: Backend, tmp_path: Path) -> None:
    network = a_network("python")
    save(tmp_path / "python.json", network)
    there = load(tmp_path / "python.json", backend)
    assert there.network.backend is backend
    assert bits(there.network) == bits(network)
    save(tmp_path / "back.json", there)
    assert (tmp_path / "back.json").read_bytes() == (tmp_path / "python.json").read_bytes()
    assert bits(load(tmp_path / "back.json", "python").network) == bits(network)


def test_load_takes_the_backend_in_force(backend: Backend, tmp_path: Path) -> None:
    save(tmp_path / "m.json", a_network())
    with nn.use_backend(backend):
        assert load(tmp_path / "m.json").network.backend is backend
    assert load(tmp_path / "m.json").network.backend is get_backend("python")


def test_a_moved_network_is_saved_from_where_it_is(backend: Backend, tmp_path: Path) -> None:
    network = a_network("python")
    before = bits(network)
    optimizer = optimizers.Adam(0.01)
    history = nn.train(
        network, X, CLASSES, loss=nn.CrossEntropy(), optimizer=optimizer, epochs=2, batch_size=3
    )
    network.to(backend)
    save(tmp_path / "m.json", Model(network, run=Run(optimizer, batch_size=3, history=history)))
    assert bits(load(tmp_path / "m.json").network) == bits(network) != before


def test_the_golden_file_loads_for_ever() -> None:
    """Written by the first version of the format; it must never be written again."""
    model = load(GOLDEN)
    assert (model.task, model.label_names) == ("classification", ["setosa", "versicolor", "größe"])
    assert (model.feature_names, model.target_name) == (["a", "b"], "kind")
    assert model.network.parameters == [
        ("W1", [[0.5, -0.25, 1e-05], [0.1, 5e-324, -2.0]]),
        ("b1", [[0.0, -0.0, 1.0]]),
        ("W2", [[1.0, 0.0, 0.0], [0.0, 0.3333333333333333, 0.0], [0.0, 0.0, -1e22]]),
    ]
    assert [repr(layer) for layer in model.network.layers][1::2] == ["LeakyReLU", "Dropout"]
    assert isinstance(model.scaler, StandardScaler)
    assert isinstance(model.loss, nn.CrossEntropy)
    assert model.run is not None
    assert model.run.history.losses == [0.75]
    assert model.run.optimizer.steps == 2
    assert model.network.random.rand(2) == [0.5011204636599379, 0.07205113335976154]


# ------------------------------------------------------------------------------ resume

CONTINUE = """
import sys
import purenn as nn
from purenn.storage import load, save

X, y = eval(sys.argv[2])
for path in sys.argv[3:]:
    model = load(path, sys.argv[1])
    nn.train(model.network, X, y, loss=model.loss, optimizer=model.run.optimizer, epochs=5,
             batch_size=model.run.batch_size, metrics=["accuracy"], validation=(X, y),
             history=model.run.history)
    save(path, model)
"""


def trained(backend: str, name: str, epochs: int) -> Model:
    network, optimizer, loss = a_network(backend), OPTIMIZERS[name](), nn.CrossEntropy()
    history = nn.train(
        network,
        X,
        CLASSES,
        loss=loss,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=3,
        metrics=["accuracy"],
        validation=(X, CLASSES),
    )
    return Model(network, loss=loss, run=Run(optimizer, batch_size=3, history=history))


@pytest.mark.parametrize("backend_name", ["python", "numpy"])
def test_a_resumed_run_ends_in_the_same_bits(backend_name: str, tmp_path: Path) -> None:
    """10 epochs, or 5, saved, loaded in another process and 5 more: the same file in the end."""
    if backend_name == "numpy" and importlib.util.find_spec("purenn_numpy") is None:
        pytest.skip("purenn-numpy is not installed")
    resumed = {name: tmp_path / f"{name}.json" for name in OPTIMIZERS}
    for name, path in resumed.items():
        save(path, trained(backend_name, name, 5))
    halfway = {name: path.read_bytes() for name, path in resumed.items()}
    data = repr((X, CLASSES))
    subprocess.run(
        [sys.executable, "-c", CONTINUE, backend_name, data, *map(str, resumed.values())],
        check=True,
    )
    for name, path in resumed.items():
        whole = tmp_path / "whole.json"
        save(whole, trained(backend_name, name, 10))
        assert path.read_bytes() == whole.read_bytes() != halfway[name], name


def test_the_generator_goes_on_with_its_spare_number(tmp_path: Path) -> None:
    network = nn.Network([nn.Dense(3, 1, weights=initializers.HeNormal())], seed=8)
    state = network.random.get_state()
    assert state[3] == 1
    save(tmp_path / "m.json", Model(network, run=Run(optimizers.SGD())))
    loaded = load(tmp_path / "m.json").network
    assert loaded.random.get_state() == state
    assert loaded.random.randn(3) == network.random.randn(3)
    assert loaded.seed == 8


def test_the_seed_in_a_file_is_the_one_of_the_weights(tmp_path: Path) -> None:
    network = nn.Network([nn.Dense(3, 1)], seed=8)
    network.random.seed([1, 2, 3])  # for what is drawn from here on
    save(tmp_path / "m.json", Model(network, run=Run(optimizers.SGD())))
    loaded = load(tmp_path / "m.json").network
    assert loaded.seed == 8
    assert loaded.random.rand(3) == network.random.rand(3)


def test_the_optimizer_belongs_to_the_loaded_network(backend: Backend, tmp_path: Path) -> None:
    save(tmp_path / "m.json", trained("python", "Adam", 2))
    model = load(tmp_path / "m.json", backend)
    assert model.run is not None
    steps = model.run.optimizer.steps
    model.run.optimizer.start(model.network.trainable, backend)
    assert model.run.optimizer.steps == steps > 0


def test_a_history_may_hold_what_is_not_a_number(tmp_path: Path) -> None:
    """A metric without meaning is no reason to lose the network."""
    history = History()
    history.losses, history.metrics = [0.5, 0.25], {"r2": [float("nan"), 1.0]}
    save(tmp_path / "m.json", Model(a_network(), run=Run(optimizers.SGD(), history=history)))
    run = load(tmp_path / "m.json").run
    assert run is not None
    assert run.history.losses == [0.5, 0.25]
    assert repr(run.history.metrics["r2"]) == "[nan, 1.0]"


# --------------------------------------------------------------------- what save refuses


class OwnLayer(nn.ReLU):
    pass


class OwnLoss(nn.MeanSquaredError):
    pass


class OwnOptimizer(optimizers.SGD):
    pass


@pytest.mark.parametrize(
    "model, message",
    [
        (
            lambda: nn.Network([nn.Dense(2, 3), OwnLayer()], seed=1),
            r"layers\[1\] is OwnLayer, of a class that is not purenn's; a file can hold Dense, ",
        ),
        (lambda: Model(a_network(), loss=OwnLoss()), r"loss is OwnLoss\(\), of a class that is"),
        (
            lambda: Model(a_network(), run=Run(OwnOptimizer())),
            "OwnOptimizer is not one of purenn's optimizers",
        ),
        (lambda: Model(a_network(), scaler=3), "scaler is 3, not a scaler of purenn.data"),  # type: ignore[arg-type]
        (lambda: Model(a_network(), scaler=StandardScaler()), "StandardScaler: call fit on the"),
        (lambda: Model(a_network(), run=Run(3)), "run.optimizer is 3, not a purenn optimizer"),  # type: ignore[arg-type]
        (
            lambda: Model(a_network(), label_names=["a", "b"]),
            "label_names has 2 names, expected 3, one for each output of the network",
        ),
        (lambda: Model(a_network(), task="guessing"), "task is 'guessing', expected 'classifica"),
        (
            lambda: Model(a_network(), loss=nn.BinaryCrossEntropy()),
            "loss: BinaryCrossEntropy goes with a last Sigmoid layer",
        ),
        (
            lambda: Model(a_network(), run=Run(optimizers.SGD(), options={"a b": {"c": {1, 2}}})),
            r"run.options\['a b'\].c is \{1, 2\}, expected text, a finite number",
        ),
        (
            lambda: Model(a_network(), run=Run(optimizers.SGD(), options={"a": [float("nan")]})),
            r"run.options.a\[0\] is nan, expected text, a finite number",
        ),
        (
            lambda: Model(a_network(), target_name="\ud83d"),
            r"target_name is '\\ud83d', which holds half a character",
        ),
        (lambda: 3, "network is 3, not a purenn network"),
        (lambda: Model(a_network(), label_names="abc"), "label_names is 'abc', must be a list"),
    ],
)
def test_what_cannot_be_loaded_is_not_saved(
    model: Callable[[], Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "m.json"
    path.write_text("old")
    with pytest.raises(ValueError, match=message) as caught:
        save(path, model())
    assert isinstance(caught.value, nn.PurennError)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_finite_are_not_saved(
    value: float, backend: Backend, tmp_path: Path
) -> None:
    network = nn.Network([nn.Dense(2, 2)], seed=1, backend=backend)
    network.trainable[0].value = backend.from_list([[1.0, 2.0], [value, 3.0]])
    expected = rf"m.json: the model was not saved: layers\[0\].weights\[1\]\[0\] is {value}, expec"
    with pytest.raises(nn.errors.DataError, match=expected):
        save(tmp_path / "m.json", network)
    assert not (tmp_path / "m.json").exists()


def test_a_model_beyond_the_limit_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purenn.storage.LARGEST", 100)
    with pytest.raises(nn.errors.DataError, match=r"it would take \d+,?\d+ bytes, and the format"):
        save(tmp_path / "m.json", a_network())


def test_a_path_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(nn.errors.ArgumentError, match="there is no folder"):
        save(tmp_path / "no" / "m.json", a_network())
