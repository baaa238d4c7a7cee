"""Every field of a model file and of a record against every kind of JSON value.

A table says of each field which kinds of values it may hold; any other is refused by a
DataError. What is not refused is saved and loaded to the same again. A new field needs a
line in its table.
"""

import json
import re
import sys
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn import optimizers, schedules
from purenn.checks import check_keys
from purenn.data import ConstantScaler, MinMaxScaler, StandardScaler
from purenn.data.columns import Column, Columns
from purenn.errors import ArgumentError, DataError, ShapeError
from purenn.explain import Record, explain
from purenn.explain.recording import OPERATIONS
from purenn.explain.shapes import shapes_of
from purenn.explain.terms import Ref
from purenn.storage import Model, Run, load, save
from purenn.storage.writing import document_of
from purenn.strict_json import parsed, text_of

X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [[0.0], [1.0], [2.0]]
Read = Callable[[str, Path], str]  # a file's text, and a place for it → what is saved again

VALUES: dict[str, list[Any]] = {
    "null": [None],
    "truth": [True, False],
    "whole": [0, 1, 2, -1, 10**9, 2**53 + 1, 10**400],
    "fraction": [0.0, 1.0, 2.0, 0.5, -1.5, 1e308],
    "text": ["", "1", "x", "inf "],
    "list": [[], [1], [[]], [[1.0]], ["x"], [None], [{}]],
    "dictionary": [{}, {"a": 1}, {"kind": "ReLU"}, {"": []}],
}

# ------------------------------------------------------------------------- model files


def a_classification() -> Model:
    layers = [nn.Dense(2, 3), nn.LeakyReLU(0.1), nn.Dense(3, 2, bias=None), nn.Dropout(0.1)]
    network = nn.Network([*layers, nn.Softmax()], seed=1, backend="python")
    optimizer = optimizers.Adam(0.1, schedule=schedules.WarmUp(2, schedules.CosineDecay(5)))
    how: dict[str, Any] = {"loss": nn.CrossEntropy(), "optimizer": optimizer, "epochs": 2}
    stopping = nn.EarlyStopping(2, min_delta=9.0)  # the first epoch stays the best one
    history = nn.train(
        network, X, [0, 1, 1], batch_size=2, metrics=["accuracy"], callbacks=stopping, **how
    )
    return Model(
        network,
        label_names=["no", "yes"],
        feature_names=["a", "b"],
        target_name="c",
        image_shape=(1, 2),
        scaler=StandardScaler().fit(X),
        loss=nn.CrossEntropy(),
        run=Run(
            optimizer,
            batch_size=2,
            history=history,
            options={"x": [1, {"y": None}]},
            stopping=stopping,
        ),
    )


def a_regression() -> Model:
    network = nn.Network([nn.Dense(2, 3), nn.ELU(0.5), nn.Dense(3, 1)], seed=1, backend="python")
    optimizer = optimizers.SGD(0.1, 0.9, True, clip_norm=1.0, schedule=schedules.StepDecay(3, 0.5))
    how: dict[str, Any] = {"loss": nn.Huber(), "optimizer": optimizer, "epochs": 3}
    stopping = nn.EarlyStopping(2, min_delta=9.0)
    history = nn.train(network, X, Y, metrics=["r2"], validation=(X, Y), callbacks=stopping, **how)
    for parameter, last in zip(network.trainable, stopping.last, strict=True):
        parameter.value = last  # as in the middle of a run
    return Model(
        network,
        scaler=ConstantScaler(divisor=2.0),
        target_scaler=MinMaxScaler().fit(Y),
        loss=nn.Huber(),
        run=Run(optimizer, history=history, stopping=stopping),
    )


def a_table() -> Model:
    columns = Columns([Column("x", fill=0.5), Column("y", ["a", "b"], "b")])
    network = nn.Network([nn.Dense(3, 1)], seed=1, backend="python")
    return Model(network, columns=columns, feature_names=columns.names)


MODELS = [document_of(make()) for make in (a_classification, a_regression, a_table)]
MODEL_FIELDS = {
    "text": """format purenn task label_names[] feature_names[] scaler.kind target_scaler.kind
        loss.kind layers[].kind run.optimizer.class run.optimizer.settings.schedule.class
        run.optimizer.settings.schedule.settings.then.class
        columns.columns[].categories[]""",
    "text null": "target_name columns.columns[].name",
    "text whole fraction null": "columns.columns[].fill",
    "whole": """version seed image_shape[] layers[].inputs layers[].outputs run.epochs
        run.random.words[] run.random.position run.optimizer.steps run.optimizer.epochs_begun
        run.optimizer.settings.schedule.settings.every
        run.optimizer.settings.schedule.settings.epochs
        run.optimizer.settings.schedule.settings.then.settings.epochs
        run.stopping.patience run.stopping.best_epoch""",
    "whole null": "run.batch_size",
    "truth": "run.optimizer.settings.nesterov",
    "whole fraction": """layers[].weights[][] layers[].bias[][] layers[].slope
        layers[].probability layers[].alpha loss.delta scaler.mean[] scaler.deviation[]
        scaler.factor scaler.divisor target_scaler.minimum[] target_scaler.range[]
        run.optimizer.settings.learning_rate run.optimizer.settings.beta1
        run.optimizer.settings.beta2 run.optimizer.settings.epsilon
        run.optimizer.settings.weight_decay run.optimizer.settings.momentum
        run.optimizer.settings.schedule.settings.factor
        run.optimizer.settings.schedule.settings.then.settings.final
        run.optimizer.state.*.*[][] run.stopping.min_delta run.stopping.best.*[][]
        run.stopping.last.*[][]""",
    "whole fraction null": """run.history.losses[] run.history.validation_losses[]
        run.history.metrics.*[] run.history.validation_metrics.*[] run.random.spare
        run.optimizer.settings.clip_norm run.stopping.best_loss""",
    "list": """layers layers[].weights layers[].weights[] layers[].bias[] scaler.mean
        scaler.deviation target_scaler.minimum target_scaler.range run.history.losses
        run.history.validation_losses run.history.metrics.* run.history.validation_metrics.*
        run.random.words run.optimizer.state.*.* run.optimizer.state.*.*[] run.stopping.best.*
        run.stopping.best.*[] run.stopping.last.* run.stopping.last.*[] columns.columns""",
    "list null": """label_names feature_names image_shape layers[].bias
        columns.columns[].categories""",
    "dictionary": """columns.columns[] layers[] run.options run.history run.history.metrics
        run.history.validation_metrics run.random run.optimizer run.optimizer.settings
        run.optimizer.settings.schedule.settings
        run.optimizer.settings.schedule.settings.then.settings run.optimizer.state
        run.optimizer.state.*""",
    "dictionary null": """columns scaler target_scaler loss run run.optimizer.settings.schedule
        run.optimizer.settings.schedule.settings.then run.stopping run.stopping.best
        run.stopping.last""",
}


def read_model(text: str, folder: Path) -> str:
    (folder / "m.json").write_text(text)
    return text_of(document_of(load(folder / "m.json", "python")))


# ----------------------------------------------------------------------------- records


def a_record(**more: Any) -> Any:
    layers = [nn.Dense(2, 2), nn.Tanh(), nn.Dense(2, 2), nn.Softmax()]
    network = nn.Network(layers, seed=1, backend="python")
    arguments: dict[str, Any] = {"loss": nn.CrossEntropy(), "optimizer": nn.SGD(0.1), **more}
    record = explain(network, X, [0, 1, 1], title="a run", **arguments).to_dict()
    record["sources"] = {file: text[:40] for file, text in record["sources"].items()}
    return json.loads(json.dumps(record))


NAMES = {"row_names": ["p", "", "p"], "feature_names": ["a", ""], "label_names": ["no", "yes"]}
RECORDS = [
    a_record(batch_size=2, steps=2, names={**NAMES, "image_shape": (1, 2)}),
    a_record(metrics=["accuracy"], optimizer=nn.SGD(clip_norm=1.0)),
]
RECORDS[1]["arrays"][0]["sparse"] = True
RECORD_FIELDS = {
    "text": """format purenn backend title network.layers[] network.loss network.optimizer
        row_names[] feature_names[] label_names[] arrays[].name arrays[].kind ops[].phase ops[].op
        ops[].name ops[].symbol ops[].index ops[].sentence ops[].source.file ops[].source.text
        ops[].definition.file ops[].definition.text sources.*""",
    "text null": "ops[].layer",
    "whole": """version image_shape[] steps arrays[].shape[] ops[].n ops[].call ops[].step
        ops[].output ops[].inputs[] ops[].part ops[].options.indices[] ops[].source.line
        ops[].definition.line""",
    "whole null": "network.seed ops[].options.axis",
    "truth": "arrays[].sparse ops[].options.keepdims",
    "whole fraction": "arrays[].rows[][] gradient_check[].*[][]",
    "list": """network.layers arrays arrays[].shape arrays[].rows arrays[].rows[] ops ops[].inputs
        ops[].options.indices gradient_check[].* gradient_check[].*[]""",
    "list null": "row_names feature_names label_names image_shape gradient_check",
    "dictionary": "network arrays[] ops[] ops[].options ops[].source sources gradient_check[]",
    "dictionary null": "ops[].definition",
}


def read_record(text: str, _: Path) -> str:
    return Record.from_json(text).to_json()


# --------------------------------------------------------------------------- the fields

Key = str | int
FORMATS: dict[str, tuple[list[Any], dict[str, str], Read]] = {
    "model": (MODELS, MODEL_FIELDS, read_model),
    "record": (RECORDS, RECORD_FIELDS, read_record),
}


def places(data: Any, path: tuple[Key, ...] = ()) -> list[tuple[Key, ...]]:
    """The paths of all values in the data, but for those in run.options, which are free."""
    children: list[tuple[Key, Any]] = []
    if isinstance(data, dict) and path != ("run", "options"):
        children = list(data.items())
    elif isinstance(data, list):
        children = list(enumerate(data[:40]))
    return [path, *(p for key, child in children for p in places(child, (*path, key)))]


def form(path: tuple[Key, ...]) -> str:
    """Its name in the tables: list places as [], names of parameters and of metrics as *."""
    text = "".join("[]" if isinstance(key, int) else f"~{key}" for key in path)[1:]
    text = re.sub(
        r"(metrics|sources|gradient_check\[\]|stopping~best|stopping~last)~[^~[]+", r"\1~*", text
    )
    return re.sub(r"state(~\w+)?(~\w+)?", _stars, text).replace("~", ".")


def _stars(match: re.Match[str]) -> str:
    return "state" + "".join("~*" for group in match.groups() if group)


@cache
def found_in(name: str) -> dict[str, list[tuple[int, tuple[Key, ...]]]]:
    """Field → where it stands: which document, and the path."""
    found: dict[str, list[tuple[int, tuple[Key, ...]]]] = {}
    for number, document in enumerate(FORMATS[name][0]):
        for path in places(document)[1:]:
            found.setdefault(form(path), []).append((number, path))
    return found


@cache
def text_of_document(name: str, number: int) -> str:
    return json.dumps(FORMATS[name][0][number])


def changed(name: str, number: int, path: tuple[Key, ...], value: Any) -> str:
    """The text of the document with another value there."""
    data = place = json.loads(text_of_document(name, number))
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(data)


FIELDS = [
    (name, field, kinds.split())
    for name, (_, table, _) in FORMATS.items()
    for kinds, fields in table.items()
    for field in fields.split()
]


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_knows_every_field(name: str, tmp_path: Path) -> None:
    documents, _, read = FORMATS[name]
    for document in documents:
        text = json.dumps(document)
        assert json.loads(read(text, tmp_path)) == document
    listed = [field for format_name, field, _ in FIELDS if format_name == name]
    assert sorted(listed) == sorted(found_in(name))


@pytest.mark.parametrize("name, field, kinds", FIELDS, ids=[f"{n}-{f}" for n, f, _ in FIELDS])
def test_values_of_the_wrong_kind_are_refused(
    name: str, field: str, kinds: list[str], tmp_path: Path
) -> None:
    number, path = found_in(name)[field][-1]
    for kind, values in VALUES.items():
        for value in values:
            text = changed(name, number, path, value)
            if kind in kinds:
                same_or_told(name, text, tmp_path)
            else:
                with pytest.raises(DataError):
                    FORMATS[name][2](text, tmp_path)
    if "text" in kinds:
        with pytest.raises(DataError):
            FORMATS[name][2](changed(name, number, path, "half \ud83d"), tmp_path)


def same_or_told(name: str, text: str, folder: Path) -> None:
    """Either a DataError, or what is saved loads to the same."""
    read, told = FORMATS[name][2], ""
    try:
        again = read(text, folder)
    except DataError as error:
        told = str(error)
    if told:
        assert len(told) < 2000
        told.encode()  # can be printed
    else:
        assert read(again, folder) == again


JSON_TEXTS = st.text(max_size=4) | st.sampled_from(["\ud800", "a\udfff", "\0", "nan", "sum", "W1"])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.integers() | st.floats() | JSON_TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fields")


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_anywhere_is_refused_or_comes_back(
    name: str, folder: Path, data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(found_in(name))))
    number, path = data.draw(st.sampled_from(found_in(name)[field]))
    same_or_told(name, changed(name, number, path, data.draw(JSON_VALUES)), folder)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_fields_that_change_places_are_refused_or_come_back(
    name: str, folder: Path, data: st.DataObject
) -> None:
    """Values of the right kind, but of another field."""
    fields = st.sampled_from(sorted(found_in(name)))
    number, path = data.draw(st.sampled_from(found_in(name)[data.draw(fields)]))
    source, other = data.draw(st.sampled_from(found_in(name)[data.draw(fields)]))
    value: Any = FORMATS[name][0][source]
    for key in other:
        value = value[key]
    same_or_told(name, changed(name, number, path, value), folder)


# ------------------------------------------------------------------- what goes together

HISTORY = "run", "history"


@pytest.mark.parametrize(
    "path, value, message",
    [
        ((*HISTORY, "metrics", "r2"), [0.5] * 2, "metrics.r2 has 2 numbers, expected 3 as losses"),
        ((*HISTORY, "metrics", "r2"), [0.5] * 4, "metrics.r2 has 4 numbers, expected 3 as losses"),
        ((*HISTORY, "metrics", "r2"), [], "metrics.r2 has 0 numbers, expected 3 as losses has"),
        ((*HISTORY, "validation_losses"), [1.0], "validation_losses has 1 numbers, expected 3 as"),
        ((*HISTORY, "validation_losses"), [], "r2 has 3 numbers, expected 0 as validation_losses"),
        ((*HISTORY, "validation_metrics", "r2"), [], "r2 has 0 numbers, expected 3 as validation"),
        ((*HISTORY, "validation_metrics", "x"), [1.0] * 4, "a run measures the same on both"),
    ],
)
def test_a_history_has_a_number_for_each_epoch(
    path: tuple[Key, ...], value: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        read_model(changed("model", 1, path, value), tmp_path)
    model = a_regression()
    assert model.run is not None
    place: Any = vars(model.run.history)
    for key in path[2:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(DataError, match=message):
        save(tmp_path / "uneven.json", model)
    assert not (tmp_path / "uneven.json").exists()


def test_histories_that_a_run_can_have(tmp_path: Path) -> None:
    for settings_of_run in ({}, {"metrics": ["r2"]}, {"validation": (X, Y)}):
        network, optimizer = nn.Network([nn.Dense(2, 1)], seed=0), nn.SGD()
        loss = nn.MeanSquaredError()
        how: dict[str, Any] = {"loss": loss, "optimizer": optimizer, **settings_of_run}
        save(tmp_path / "m.json", Model(network, run=Run(optimizer)))
        history = nn.train(network, X, Y, epochs=2, **how)
        history = nn.train(network, X, Y, epochs=3, history=history, **how)
        save(tmp_path / "m.json", Model(network, run=Run(optimizer, history=history)))
        run = load(tmp_path / "m.json").run
        assert run is not None
        assert run.epochs == 5


@pytest.mark.parametrize(
    "names, message",
    [
        (["no", "no"], r"label_names\[1\] is 'no', as is label_names\[0\]; expected another name"),
        (["", "yes"], r"label_names\[0\] is empty, expected a name for each class"),
    ],
)
def test_each_class_has_a_name_of_its_own(names: list[str], message: str, tmp_path: Path) -> None:
    for name in FORMATS:
        with pytest.raises(DataError, match=message):
            FORMATS[name][2](changed(name, 0, ("label_names",), names), tmp_path)
    model = a_classification()
    with pytest.raises(ArgumentError, match=message):
        Model(model.network, label_names=names)
    model.label_names = names
    with pytest.raises(DataError, match=message):
        save(tmp_path / "names.json", model)
    with pytest.raises(ArgumentError, match=f"names: {message}"):
        a_record(names={"label_names": names})


def test_columns_may_have_the_same_name_or_none(tmp_path: Path) -> None:
    """As in a CSV file."""
    for names in (["a", "a"], ["", ""]):
        save(tmp_path / "m.json", Model(a_classification().network, feature_names=names))
        assert load(tmp_path / "m.json").feature_names == names


def op_of(number: int, name: str, part: int = 0) -> int:
    """Which operation of the record is the first of this name."""
    ops = RECORDS[number]["ops"]
    return next(n for n, op in enumerate(ops) if (op["op"], op["part"]) == (name, part))


@pytest.mark.parametrize(
    "number, op, part, change, message",
    [
        (0, "linear", 0, {"op": "linaer"}, r"op is 'linaer', expected an operation of the back"),
        (0, "linear", 0, {"op": "from_source"}, "op is 'from_source', expected an operation"),
        (0, "linear", 0, {"op": "item"}, "op is 'item', expected an operation"),
        (0, "linear", 0, {"op": "__class__"}, "op is '__class__', expected an operation"),
        (0, "linear", 0, {"op": "tanh"}, "do not fit 'tanh': too many positional arguments"),
        (0, "linear", 0, {"op": "add"}, "do not fit 'add': too many positional arguments"),
        (0, "linear", 0, {"inputs": [0]}, "do not fit 'linear': missing a required argument: 'W'"),
        (0, "linear", 0, {"inputs": []}, "do not fit 'linear': missing a required argument: 'X'"),
        (0, "linear", 0, {"inputs": [0, 0]}, r"matmul: \(3 × 2\) @ \(3 × 2\)"),
        (0, "tanh", 0, {"inputs": [0]}, r"do not fit 'tanh': it gives \(3 × 2\)"),
        (0, "tanh", 0, {"options": {"axis": 0}}, "got an unexpected keyword argument 'axis'"),
        (0, "tanh", 0, {"options": {"indices": []}}, "unexpected keyword argument 'indices'"),
        (0, "linear", 0, {"op": "take"}, "do not fit 'take': too many positional arguments"),
        (0, "take", 0, {"inputs": [0, 0]}, "do not fit 'take': too many positional arguments"),
        (0, "take", 0, {"options": {}}, "missing a required .*argument: 'indices'"),
        (0, "take", 0, {"options": {"indices": [0]}}, r"do not fit 'take': it gives \(1 × 2\)"),
        (0, "take", 0, {"options": {"indices": [0, 3]}}, "indices is 3, but there are 3"),
        (0, "tanh", 0, {"part": 1}, r"part is 1, expected 0: call \d+ is 'tanh' with 1 output"),
        (0, "tanh", 0, {"call": 0}, r"call is 0, expected \d+: call \d+ is 'tanh' with 1 output"),
        (0, "linear_gradients", 1, {"part": 2}, r"part is 2, expected 1: call \d+ is 'linear_g"),
        (0, "linear_gradients", 1, {"op": "tanh"}, "op is 'tanh', expected 'linear_gradients'"),
        (0, "linear_gradients", 1, {"inputs": [0, 0]}, r"inputs is \[0, 0\], expected \["),
        (0, "linear_gradients", 1, {"phase": "loss"}, "phase is 'loss', expected 'backward'"),
        (0, "tanh", 0, {"name": "other"}, "name is 'other', expected 'A1' as its output has"),
        (1, "sum", 0, {"options": {"axis": 0}}, r"axis=0 goes with keepdims=True"),
        (1, "argmax", 0, {"options": {"axis": 1}}, r"axis=1 goes with keepdims=True"),
        (1, "argmax", 0, {"options": {"axis": 0, "keepdims": True}}, r"it gives \(1 × 2\)"),
    ],
)
def test_operations_are_as_the_contract_has_them(
    number: int, op: str, part: int, change: dict[str, Any], message: str
) -> None:
    data = deepcopy(RECORDS[number])
    data["ops"][op_of(number, op, part)].update(change)
    with pytest.raises(DataError, match=message):
        Record.from_dict(data)


def test_any_operands_of_any_operation_fit_or_are_told() -> None:
    sides: list[tuple[int, ...]] = [(), (1, 1), (3, 2), (2, 3), (1, 2)]
    options: list[dict[str, Any]] = [{}, {"axis": None}, {"axis": 1, "keepdims": True}]
    options += [{"axis": 0}, {"keepdims": True}, {"indices": [0, 1]}, {"axis": 0, "indices": []}]
    fitting = set()
    for name, count in product(OPERATIONS, range(5)):
        for operands, named in product(product(sides, repeat=count), options):
            with suppress(ShapeError):
                made = shapes_of(name, operands, named)
                assert {len(shape) for shape in made} <= {0, 2}
                fitting.add(name)
    assert fitting == set(OPERATIONS)


def test_no_output_of_a_record_is_missing() -> None:
    data = deepcopy(RECORDS[1])
    *_, last = data["ops"]
    data["ops"][-1] = {**last, "op": "linear_gradients", "inputs": [0, 0]}
    with pytest.raises(DataError, match="'linear_gradients' has 2 outputs, the last is missing"):
        Record.from_dict(data)


def test_what_was_made_is_told_from_what_was_given() -> None:
    for number, kind in ((0, "value"), (RECORDS[0]["ops"][-1]["output"], "parameter")):
        data = deepcopy(RECORDS[0])
        data["arrays"][number]["kind"] = kind
        with pytest.raises(DataError, match=rf"arrays\[{number}\].kind is '{kind}', but (no|an)"):
            Record.from_dict(data)


def test_every_source_of_an_operation_is_there() -> None:
    data = deepcopy(RECORDS[0])
    del data["sources"]["purenn/layers.py"]
    with pytest.raises(DataError, match=r"sources: 'purenn/layers.py' of ops\[\d+\] is missing"):
        Record.from_dict(data)


@pytest.mark.parametrize(
    "value, message",
    [
        ({"W1": None}, r"gradient_check\[0\].'W1': found None, expected 2 rows of 2 numbers"),
        ({"W1": []}, r"gradient_check\[0\].'W1': found 0 rows, expected 2 rows of 2 numbers"),
        ({"W1": [[1.0, 2.0]]}, r"found 1 rows, expected 2 rows of 2 numbers"),
        ({"W9": [[1.0]]}, r"gradient_check\[0\].'W9': the record has no parameter of this name"),
        (None, r"gradient_check\[0\] is None, expected a dictionary"),
    ],
)
def test_the_slopes_of_a_gradient_check(value: Any, message: str) -> None:
    data = deepcopy(RECORDS[0])
    data["gradient_check"][0] = value
    with pytest.raises(DataError, match=message):
        Record.from_dict(data)


@pytest.mark.parametrize("text", [None, 1, b"{}", ["{}"]])
def test_a_record_is_read_from_text(text: Any) -> None:
    with pytest.raises(DataError, match="expected a record as text"):
        Record.from_json(text)


# --------------------------------------------------------------------- time and memory


def seconds(run: Callable[[], Any]) -> float:
    """Of the fastest of three runs, each of which ends in a DataError or not."""
    found = []
    for _ in range(3):
        start = time.process_time()
        with suppress(DataError):
            run()
        found.append(time.process_time() - start)
    return min(found)


def repeated_key(n: int) -> Callable[[], Any]:
    text = "{" + ",".join(f'"key {i}": 1' for i in range(n)) + f', "key {n - 1}": 1}}'
    return lambda: parsed(text, "name")


def many_layers(n: int) -> Callable[[], Any]:
    layers = [nn.Dense(1, 1), *(nn.ReLU() for _ in range(n))]
    return lambda: nn.Network(layers, seed=0, backend="python")


def one_large_array(n: int) -> Callable[[], Any]:
    """n operations that each add up the same n numbers."""
    data = deepcopy(RECORDS[1])
    place = op_of(1, "sum")
    old = data["ops"][place]
    number = len(data["arrays"])
    data["arrays"].append({"name": "C", "kind": "input", "shape": [1, n], "rows": [[1.0] * n]})
    sums = []
    for i in range(n):
        output = len(data["arrays"])
        data["arrays"].append({"name": f"S{i}", "kind": "number", "shape": [1, 1], "rows": [[n]]})
        sums.append({**old, "name": f"S{i}", "inputs": [number], "options": {}, "output": output})
    data["ops"][place:place] = sums
    call = -1
    for n_op, op in enumerate(data["ops"]):
        call += op["part"] == 0
        op["n"], op["call"] = n_op, call
    return lambda: Record.from_dict(data)


@pytest.mark.parametrize("make", [repeated_key, many_layers])
def test_time_grows_as_the_file_does(make: Callable[[int], Callable[[], Any]]) -> None:
    """Eight times as large: about eight times as long, and not 64 times."""
    assert seconds(make(8 * 4000)) < 40 * seconds(make(4000))


class Counted(str):
    """A key that counts with how many others it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_keys_are_not_compared_each_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "compared", 0)
    keys, same = ([Counted(f"W{i}") for i in range(1000)] for _ in "12")
    assert check_keys(dict.fromkeys(keys), same, "state")
    with pytest.raises(DataError, match=r"missing key 'W999'; expected W0, W1, .* and 980 more$"):
        check_keys(dict.fromkeys(keys[:-1]), same, "state")
    assert Counted.compared < 10 * len(keys)


def test_a_large_array_is_not_read_for_each_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    class Counting(Ref):
        def __init__(self, *arguments: Any) -> None:
            nonlocal read
            read += 1
            super().__init__(*arguments)

    monkeypatch.setattr(sys.modules[Ref.__module__], "Ref", Counting)
    found = []
    for n in (50, 400):
        read = 0
        one_large_array(n)()
        found.append(read)
    assert found[1] < 10 * found[0]


def peak_of(run: Callable[[], Any]) -> int:
    tracemalloc.start()
    with pytest.raises(DataError):
        run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


SIZE = 2**20
HEAD = '{"format": "purenn model", "version": 1, "x": '


@pytest.mark.parametrize(
    "text, most",
    [
        (HEAD + "1" * SIZE + "}", 4),
        (HEAD + "1e" + "9" * SIZE + "}", 4),
        (HEAD + "0." + "3" * SIZE + "}", 4),
        (HEAD + '"' + "x" * SIZE + '"}', 4),
        ('{"' + "x" * SIZE + '": 1}', 4),
        (HEAD + "[" * SIZE + "]" * SIZE + "}", 4),
        (HEAD + '{"x":' * (SIZE // 5), 4),
        (HEAD + "[" + "[]," * (SIZE // 3) + "1]}", 30),
        (HEAD + "[" + "NaN," * (SIZE // 4) + "1]}", 10),
        (HEAD + "[" + '"ab",' * (SIZE // 5) + "1]}", 20),
        (HEAD + '"' + "\\u0041" * (SIZE // 6) + '"}', 4),
        (HEAD + '"' + '\\"[' * (SIZE // 3), 4),
    ],
    ids=range(12),
)
def test_memory_while_refusing_is_a_multiple_of_the_file(
    text: str, most: int, tmp_path: Path
) -> None:
    path = tmp_path / "m.json"
    path.write_text(text)
    for run in (lambda: load(path), lambda: Record.load(path)):
        assert peak_of(run) < most * path.stat().st_size + 2**18


def test_more_lists_than_a_file_has_are_not_made(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(HEAD + "[" + "[]," * 5_000_000 + "1]}")
    for run in (lambda: load(path), lambda: Record.load(path)):
        assert peak_of(run) < 3 * path.stat().st_size  # as bytes, and as text


def test_a_model_of_too_many_lists_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("purenn.strict_json.MOST_LISTS", 20)
    with pytest.raises(DataError, match=r"the model was not saved: found .* lists and dictionar"):
        save(tmp_path / "m.json", a_regression())
    record = explain(a_regression().network, X, Y, loss=nn.Huber(), optimizer=nn.SGD())
    with pytest.raises(DataError, match=r"the record was not saved: found .* lists and dictionar"):
        record.save(tmp_path / "r.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text, where",
    [
        ('{"a": {"b": [1, {"c": 1, "d": 2, "c": 3}]}}', r"a.b\[1\]: the key 'c'"),
        ('{"a": {"b": 1, "b": 2}, "a": 3}', "top level: the key 'a'"),  # the inner one is gone
        ('{"a": 3, "b": {"a": 1, "a": 2}}', "b: the key 'a'"),
        (
            '{"a": 3, "' + "k" * 99 + '": {"a": 1, "a": 2}}',
            r"^name: \['k{57,60}…?'?\]: the key 'a'",
        ),
        ('{"a":' * 500 + '{"x": 1, "x": 2}' + "}" * 500, r"^name: a(.a){19}…: the key 'x' stands"),
    ],
)
def test_where_a_key_stands_twice(text: str, where: str) -> None:
    with pytest.raises(DataError, match=where) as caught:
        parsed(text, "name")
    assert len(str(caught.value)) < 200
