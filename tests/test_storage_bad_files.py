"""Model files that are not what they should be: each error names the file, the place and the mend.

Also here: hypothesis changes valid files; only purenn's own errors ever come out.
"""

import copy
import json
import os
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn import optimizers, schedules
from purenn.data import StandardScaler
from purenn.dropout import Dropout
from purenn.errors import ArgumentError, BackendError, DataError
from purenn.storage import Model, Run, load, save
from purenn.storage.writing import document_of
from purenn.strict_json import text_of


def a_model() -> Model:
    """One with every part that a file can hold."""
    network = nn.Network(
        [nn.Dense(2, 3), nn.LeakyReLU(0.1), nn.Dense(3, 2, bias=None), Dropout(0.1), nn.Softmax()],
        seed=1,
    )
    optimizer = optimizers.Adam(0.1, schedule=schedules.WarmUp(2, schedules.CosineDecay(5)))
    history = nn.train(
        network,
        [[0, 1], [1, 0], [1, 1]],
        [0, 1, 1],
        loss=nn.CrossEntropy(),
        optimizer=optimizer,
        epochs=2,
        batch_size=2,
        metrics=["accuracy"],
    )
    return Model(
        network,
        label_names=["no", "yes"],
        feature_names=["a", "b"],
        target_name="c",
        image_shape=(1, 2),
        scaler=StandardScaler().fit([[0, 1], [1, 0]]),
        loss=nn.CrossEntropy(),
        run=Run(optimizer, batch_size=2, history=history, options={"x": [1, {"y": None}]}),
    )


DOCUMENT = document_of(a_model())
TEXT = text_of(DOCUMENT)
Key = str | int


def changed(*path: Key, to: Any) -> str:
    """The valid file with one value changed; `to` may be a function of the old one."""
    data = copy.deepcopy(DOCUMENT)
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to(place[path[-1]]) if callable(to) else to
    return json.dumps(data)


def without(key: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda old: {name: value for name, value in old.items() if name != key}


def put(key: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda old: {**old, key: value}


def raw(old: str, new: str) -> str:
    """The valid text with its first `old` replaced: for what json.dumps would not write."""
    assert old in TEXT
    return TEXT.replace(old, new, 1)


FIRST = re.search(r"\[\n +(\[[^]]+\])", TEXT)
assert FIRST
ROW = FIRST[1]  # the first row of weights, as it stands in the text
NUMBER = ROW[1:].split(",")[0]
NESTED: list[Any] = []
for _ in range(40):
    NESTED = [NESTED]
LINES = TEXT.count("\n")
WEIGHTS = "layers", 0, "weights"
STATE = "run", "optimizer", "state"


def test_the_valid_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    for text in (TEXT, json.dumps(DOCUMENT), json.dumps(DOCUMENT, indent=5), f"\r\n {TEXT} \t\n"):
        path.write_text(text, "utf-8")
        assert text_of(document_of(load(path))) == TEXT


# fmt: off
BAD: list[tuple[str | bytes, str]] = [
    # not a text of JSON at all
    (b"", "m.json: the file is empty; expected a purenn model"),
    (b"\0" * 1000, "m.json: begins with NUL bytes; this is no text"),
    (b"\xef\xbb\xbf" + TEXT.encode(), "m.json: begins with a byte-order mark (EF BB BF)"),
    (TEXT.encode("utf-16"), "m.json: begins with a byte-order mark of UTF-16 (FF FE)"),
    (b"\xfe\xff" + TEXT.encode("utf-16-be"), "a byte-order mark of UTF-16 (FE FF)"),
    (b"\x1f\x8b\x08\0", "m.json: begins with the mark of a gzip file (1F 8B); unpack it first"),
    (b"a,b\n1,2\n", r"m.json: begins with b'a,b\n1,2\n', expected {; this is not a purenn model"),
    ("[1, 2]", "m.json: begins with b'[1, 2]', expected {"),
    ("  \n ", "m.json, line 2, column 2: the file ends in the middle of the model; it was cut"),
    (TEXT.encode().replace(b'"no"', b'"n\xf6"'), "m.json, line 6: the byte 0xf6 (number 115) is n"),
    (TEXT[:-3], f"m.json, line {LINES - 1}, column 4: the file ends in the middle of the model"),
    (TEXT[:100], "m.json, line 6, column 3: the file ends in the middle of the model"),
    (TEXT[:300], "the file ends in the middle of the model; it was cut off"),
    (TEXT[: TEXT.index("null") + 2], "the file ends in the middle of the model; it was cut off"),
    (TEXT + "\0" * 50, f"m.json, line {LINES + 1}, column 1: found NUL bytes; the end of the file"),
    (TEXT[: TEXT.rindex("null") - 2] + "\0" * 50, "found NUL bytes; the end of the file is lost"),
    (TEXT + "{}", f"line {LINES + 1}, column 1: found '{{}}', which is not JSON here (extra data)"),
    (raw('"version"', "version"), "m.json, line 3, column 3: found 'version: 2,"),
    (raw('"seed": 1,', '"seed": 1;'), "found ';"),
    (raw('"seed": 1,', '"seed": 01,'), "found '1,"),
    (raw('"seed": 1,', "'seed': 1,"), "(expecting property name"),
    (raw('"c"', '"c\n"'), "which is not JSON here (invalid control character"),
    # JSON, but more than it should say
    (raw('"seed": 1,', '"seed": 1, "seed": 1,'), "top level: the key 'seed' stands twice"),
    (raw('"slope":', '"slope": 1, "slope":'), "layers[1]: the key 'slope' stands twice"),
    (raw('{"y": null}', '{"y": 1, "y": 2}'), "run.options.x[1]: the key 'y' stands twice"),
    (raw('"x": [', '"x": {"y": 1, "y": 2}, "x": ['), "run.options: the key 'x' stands twice"),
    ("[" * 10 + TEXT, "begins with b'[[[[[[[[[[{"),
    ('{"a":' * 100_000, "m.json, line 1, column 101: lists or dictionaries nested more than 20"),
    ('{"format": ' + "[" * 100_000, ", line 1, column 31: lists or dictionaries nested more th"),
    ('{"[[[":"\\"[[","a":\n' + "[" * 100_000, "m.json, line 2, column 20: lists or"),
    (changed("run", "options", "x", to=NESTED), "nested more than 20 deep"),
    # another format
    ("{}", "m.json: format is None, expected 'purenn model': this is not a purenn model"),
    ('{"format": "PNG"}', "format is 'PNG', expected 'purenn model'"),
    ('{"format": "purenn model"}', "top level: missing key 'version'; expected 2"),
    (changed("version", to=3), "version is 3, written by purenn '0.1.0', but this purenn reads "
        "versions 1 to 2 of the format; upgrade purenn"),
    (changed("version", to=0), "version is 0, written by purenn '0.1.0', but this purenn reads "
        "versions 1 to 2 of the format; save it again with a newer purenn"),
    ('{"format": "purenn model", "version": 3, "new": 1}', "version is 3, but this purenn reads"),
    (changed("version", to="1"), "version is '1', expected a whole number"),
    (changed("version", to=True), "version is True, expected a whole number"),
    (changed("version", to=1.0), "version is 1.0, expected a whole number"),
    # keys
    (json.dumps(put("wights", 1)(DOCUMENT)), "top level: unknown key 'wights'; expected format"),
    (json.dumps(without("scaler")(DOCUMENT)), "top level: missing key 'scaler'; expected format"),
    (changed("layers", 0, to=without("bias")), "layers[0]: missing key 'bias'; expected kind, inp"),
    (changed("layers", 1, to=put("alpha", 1)), "layers[1]: unknown key 'alpha'; expected kind, sl"),
    (changed("layers", 4, to=put("__class__", 1)), "layers[4]: unknown key '__class__'"),
    (changed("layers", 4, to=without("kind")), "layers[4]: missing key 'kind'; expected one of"),
    # layers
    (changed("layers", to={}), "layers is {}, expected a list of layers"),
    (changed("layers", to=[]), "layers: found none with weights, expected at least one Dense"),
    (changed("layers", 1, to="ReLU"), "layers[1]: found 'ReLU', expected a dictionary"),
    (changed("layers", 1, "kind", to="Layer"), "layers[1].kind is 'Layer', expected one of Dense"),
    (changed("layers", 1, "kind", to="os.system"), "layers[1].kind is 'os.system', expected one"),
    (changed("layers", 1, "kind", to=["ReLU"]), "layers[1].kind is ['ReLU'], expected one of"),
    (changed("layers", 1, "slope", to="0.1"), "layers[1].slope is '0.1', expected a finite number"),
    (changed("layers", 1, "slope", to=True), "layers[1].slope is True, expected a finite number"),
    (changed("layers", 1, "slope", to=2), "layers[1]: LeakyReLU: slope is 2, must be from 0 to 1"),
    (changed("layers", 3, "probability", to=1), "layers[3]: Dropout: probability is 1"),
    (changed("layers", 0, "inputs", to=0), "layers[0].inputs is 0, expected a whole number, 1 or"),
    (changed("layers", 0, "inputs", to=-2), "layers[0].inputs is -2, expected a whole number"),
    (changed("layers", 0, "inputs", to=2.0), "layers[0].inputs is 2.0, expected a whole number"),
    (changed("layers", 0, "inputs", to=10**9),
        "layers[0].weights: found 2 rows, expected 1000000000 rows of 3 numbers"),
    (changed("layers", 0, "outputs", to=10**9),
        "layers[0].weights[0]: found 3 numbers, expected 1000000000 numbers"),
    (changed("layers", 0, "outputs", to=10**99), "layers[0].outputs is 1000000"),
    (raw('"outputs": 3', f'"outputs": {"9" * 5000}'),
        "layers[0].outputs is a whole number of 5,000 digits, expected a whole number"),
    (changed("layers", 2, to=lambda d: {**d, "inputs": 2, "weights": d["weights"][:2]}),
        "layers[2].inputs is 2, expected 3 as the outputs of layers[0]"),
    # weights
    (changed(*WEIGHTS, to="rows"), "layers[0].weights: found 'rows', expected 2 rows of 3"),
    (changed(*WEIGHTS, to=lambda w: w[:1]), "layers[0].weights: found 1 rows, expected 2 rows"),
    (changed(*WEIGHTS, 1, to="row"), "layers[0].weights[1]: found 'row', expected 3 numbers"),
    (changed(*WEIGHTS, 1, to=[0.5]), "layers[0].weights[1]: found 1 numbers, expected 3 numbers"),
    (changed(*WEIGHTS, 1, 2, to="0.5"), "layers[0].weights[1][2] is '0.5', expected a finite num"),
    (changed(*WEIGHTS, 1, 2, to=None), "layers[0].weights[1][2] is None, expected a finite numb"),
    (changed(*WEIGHTS, 1, 2, to=False), "layers[0].weights[1][2] is False, expected a finite num"),
    (changed(*WEIGHTS, 1, 2, to=[1.0]), "layers[0].weights[1][2] is [1.0], expected a finite"),
    (changed(*WEIGHTS, 1, 2, to=float("nan")), "layers[0].weights[1][2] is NaN, expected a fin"),
    (changed(*WEIGHTS, 1, 2, to=float("-inf")), "layers[0].weights[1][2] is -Infinity, expecte"),
    (raw(NUMBER, "1e999"), "layers[0].weights[0][0] is inf, expected a finite number"),
    (raw(NUMBER, "9" * 5000),
        "layers[0].weights[0][0] is a whole number of 5,000 digits, expected a finite number"),
    (raw(NUMBER, "9" * 350), "layers[0].weights[0][0] is 9999999"),
    (changed("layers", 0, "bias", to=[0.0, 0.0, 0.0]),
        "layers[0].bias: found 3 rows, expected 1 rows of 3 numbers"),
    (changed("layers", 0, "bias", 0, to=[0.0]), "layers[0].bias[0]: found 1 numbers, expected 3"),
    (changed("layers", 0, "bias", 0, 1, to="x"), "layers[0].bias[0][1] is 'x', expected a fin"),
    # what surrounds the network
    (changed("purenn", to=1), "m.json: purenn is 1, expected text"),
    (changed("task", to="x"), "task is 'x', expected 'classification' or 'regression'"),
    (changed("task", to=None), "task is None, expected 'classification' or 'regression'"),
    (changed("task", to="regression"), "label_names is ['no', 'yes'], expected null in a regress"),
    (changed("label_names", to="no"), "label_names is 'no', expected a list of names, or null"),
    (changed("label_names", to=["a"]), "label_names has 1 names, expected 2, one for each output"),
    (changed("label_names", 1, to=7), "label_names[1] is 7, expected text"),
    (changed("label_names", 1, to="\udc00"), r"label_names[1] is '\udc00', which holds half a ch"),
    (changed("label_names", 1, to="no"), "label_names[1] is 'no', as is label_names[0]; expected"),
    (changed("label_names", 0, to=""), "label_names[0] is empty, expected a name for each class"),
    (changed("feature_names", to=["a"]), "feature_names has 1 names, expected 2, one for each in"),
    (changed("feature_names", to=[1, 2]), "feature_names[0] is 1, expected text"),
    (changed("target_name", to=["c"]), "target_name is ['c'], expected text"),
    (changed("image_shape", to=[2]), "image_shape is [2], expected [rows, columns], or null"),
    (changed("image_shape", to=[2, 2]), "image_shape is 2 × 2 = 4 pixels, expected 2, one for"),
    (changed("image_shape", to=[2, "1"]), "image_shape[1] is '1', expected a whole number"),
    (changed("scaler", to=3), "scaler: kind is None, expected one of constant, min_max, standard"),
    (changed("scaler", "kind", to="pickle"), "scaler: kind is 'pickle', expected one of"),
    (changed("scaler", to=put("x", 1)), "scaler: unknown keys ['x'], missing keys []; expected"),
    (changed("scaler", "mean", 1, to=float("nan")), "scaler: mean[1] is NaN, expected a finite"),
    (changed("scaler", to={"kind": "standard", "mean": [0.5], "deviation": [1.0]}),
        "scaler does not fit the 2 inputs of the network: StandardScaler: a row has 2 numbers"),
    (changed("loss", to="CrossEntropy"), "loss: found 'CrossEntropy', expected a dictionary"),
    (changed("loss", "kind", to="Loss"), "loss.kind is 'Loss', expected one of MeanSquaredError"),
    (changed("loss", "kind", to="BinaryCrossEntropy"), "loss: BinaryCrossEntropy goes with a last"),
    (changed("loss", "kind", to="Huber"), "loss: missing key 'delta'; expected kind, delta"),
    (changed("loss", to={"kind": "Huber", "delta": 0}), "loss: Huber: delta is 0, must be a num"),
    (changed("seed", to=None), "seed is None, expected a whole number"),
    (changed("seed", to=2**32), "seed is 4294967296, expected a whole number from 0 to 4294967295"),
    # the run
    (changed("run", to=[]), "run: found [], expected a dictionary"),
    (changed("run", to=without("options")), "run: missing key 'options'; expected epochs, batch"),
    (changed("run", "epochs", to=3), "run.epochs is 3, expected 2 as there are numbers in"),
    (changed("run", "epochs", to=-1), "run.epochs is -1, expected a whole number, 0 or more"),
    (changed("run", "batch_size", to=0), "run.batch_size is 0, expected a whole number, 1 or mo"),
    (changed("run", "options", to=[]), "run.options is [], expected a dictionary"),
    (changed("run", "options", "x", 0, to=float("inf")), "run.options.x[0] is Infinity, expected"),
    (changed("run", "options", "x", to={"\udc00": 1}), r"run.options.x, a key is '\udc00', which"),
    (changed("run", "history", to=without("losses")), "run.history: missing key 'losses'"),
    (changed("run", "history", "losses", 1, to="x"), "run.history.losses[1] is 'x', expected a f"),
    (changed("run", "history", "metrics", to=[]), "run.history.metrics is [], expected a diction"),
    (changed("run", "history", "metrics", "accuracy", to=1), "run.history.metrics.accuracy is 1,"),
    (changed("run", "history", "metrics", "accuracy", to=[1.0]),
        "run.history.metrics.accuracy has 1 numbers, expected 2 as losses has; a run measures"),
    (changed("run", "history", "validation_losses", to=[1.0]),
        "run.history.validation_losses has 1 numbers, expected 2 as losses has, or none"),
    (changed("run", "history", "validation_metrics", to={"two words": [1.0, 1.0]}),
        "run.history.validation_metrics['two words'] has 2 numbers, expected 0 as validation_los"),
    (changed("run", "random", "words", to=[1]), "run.random.words: found 1 numbers, expected 624"),
    (changed("run", "random", "words", 5, to=-1), "run.random.words[5] is -1, expected a whole"),
    (changed("run", "random", "words", 5, to=2**32), "run.random.words[5] is 4294967296, expecte"),
    (changed("run", "random", "words", to=[2**31] + [0] * 623), "found nothing but zeros"),
    (changed("run", "random", "position", to=625), "run.random.position is 625, expected at most"),
    (changed("run", "random", "spare", to="x"), "run.random.spare is 'x', expected a finite numb"),
    (changed("run", "optimizer", to=None), "run.optimizer: found None, expected a dictionary"),
    (changed("run", "optimizer", "class", to="Optimizer"), "run.optimizer.class is 'Optimizer',"),
    (changed("run", "optimizer", "class", to="SGD"), "run.optimizer.settings: unknown keys 'beta"),
    (changed("run", "optimizer", "settings", "beta1", to=1), "run.optimizer.settings: Adam: beta1"),
    (changed("run", "optimizer", "settings", "schedule", to=1), "settings.schedule: found 1, exp"),
    (changed("run", "optimizer", "settings", "schedule", "class", to="x"),
        "run.optimizer.settings.schedule.class is 'x', expected one of StepDecay"),
    (changed("run", "optimizer", "steps", to="x"), "run.optimizer.steps is 'x', expected a whole"),
    (changed(*STATE, to=without("W2")), "run.optimizer.state: missing key 'W2'; expected W1, b1"),
    (changed(*STATE, "W1", to={}), "run.optimizer.state.W1: missing keys 'mean', 'square'"),
    (changed(*STATE, "W1", "mean", to=[]), "run.optimizer.state.W1.mean: found 0 rows, expected"),
    (changed(*STATE, "W1", "mean", 0, 0, to="x"), "run.optimizer.state.W1.mean[0][0] is 'x'"),
]
# fmt: on


@pytest.mark.parametrize("content, message", BAD, ids=[message[-60:] for _, message in BAD])
def test_bad_files(content: str | bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as caught:
        load(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert message in text
    assert len(text) < 600 + len(str(path))
    text.encode()  # can be printed


def test_every_cut_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    for end in [*range(0, len(TEXT) - 1, 97), len(TEXT) - 2]:
        path.write_text(TEXT[:end], "utf-8")
        with pytest.raises(DataError, match=r"the file is empty|the file ends in the middle|found"):
            load(path)


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no\.json: there is no such file; check the path"):
        load(tmp_path / "no.json")
    with pytest.raises(DataError, match=r"there is no such file, nor the folder '.*no'; check"):
        load(tmp_path / "no" / "m.json")
    with pytest.raises(DataError, match="this is a folder, expected the file of a model"):
        load(tmp_path)
    with pytest.raises(DataError, match="no file can have this name"):
        load("a\0b")
    with pytest.raises(DataError, match="no file can have this name"):
        load("\ud800")
    with pytest.raises(DataError, match=r"cannot be read|no such file"):
        load("x" * 5000)
    for path in (0, True, None, b"m.json"):
        with pytest.raises(ArgumentError, match=r"must be a str or a pathlib.Path"):
            load(path)  # type: ignore[arg-type]


def test_an_unknown_backend_is_told_before_the_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="unknown backend 'nope'"):
        load(tmp_path / "no.json", "nope")


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="sparse files as on Linux")
@pytest.mark.parametrize(
    "beginning, message",
    [(b"", "begins with NUL bytes"), (TEXT.encode(), "the file has 1,073,741,824 bytes, a model")],
)
def test_a_gigabyte_of_zeros_is_refused_unread(
    beginning: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "m.json"
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(2**30)
    tracemalloc.start()
    with pytest.raises(DataError, match=message):
        load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20, "only the beginning of the file is read"
    path.unlink()


def test_a_stream_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("there is no /dev/zero")
    with pytest.raises(DataError, match="begins with NUL bytes"):
        load("/dev/zero")


def test_a_pipe_longer_than_any_model_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    if not os.path.isdir("/dev/fd"):
        pytest.skip("there is no /dev/fd")
    monkeypatch.setattr("purenn.strict_json.LARGEST", 1000)
    reader, writer = os.pipe()
    os.write(writer, TEXT.encode())
    os.close(writer)
    with pytest.raises(DataError, match="longer than 1,000 bytes, which no model is"):
        load(f"/dev/fd/{reader}")
    os.close(reader)


# -------------------------------------------------------------------------------- fuzz

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.integers(),
    st.floats(),
    st.sampled_from([10**9, 10**400, -0.0, 5e-324, 1e308, [], {}, [[]], [[1.0]], "", "Dense"]),
    st.text(max_size=5),
    st.sampled_from(["\ud800", "a\udfff", {"\ud800": 1}]),
    st.recursive(
        st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["kind", "class", "a"]), inner, max_size=3)
        ),
        max_leaves=5,
    ),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "m.json"


def loads_or_tells(file: Path, content: bytes) -> None:
    """Either a DataError with the file's name, or a model that can be saved again."""
    file.write_bytes(content)
    told = ""
    try:
        model = load(file)
    except DataError as error:
        told = str(error)
    if told:
        assert told.startswith(str(file))
        told.encode()
        return
    save(file, model)
    assert text_of(document_of(load(file))) == text_of(document_of(model))


def places(data: Any, path: tuple[Key, ...] = ()) -> list[tuple[Key, ...]]:
    """The paths of all values in the data; of the 624 words of the generator only some."""
    children: list[tuple[Key, Any]] = []
    if isinstance(data, dict):
        children = list(data.items())
    elif isinstance(data, list):
        children = [(i, data[i]) for i in range(min(8, len(data)))]
    return [path, *(p for key, child in children for p in places(child, (*path, key)))]


PLACES = [path for path in places(DOCUMENT) if path]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_values_load_or_are_told(file: Path, data: st.DataObject) -> None:
    document = copy.deepcopy(DOCUMENT)
    for path in data.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        place: Any = document
        try:
            for key in path[:-1]:
                place = place[key]
            change(place, path[-1], data)
        except (KeyError, IndexError, TypeError):  # an earlier change took it away
            continue
    loads_or_tells(file, json.dumps(document).encode())


def change(place: Any, key: Any, data: st.DataObject) -> None:
    """Another value in this place, the value of another place, one gone, or one more."""
    how = data.draw(st.sampled_from(["value", "swap", "drop", "add"]))
    if how == "value":
        place[key] = data.draw(VALUES)
    elif how == "swap":
        source: Any = DOCUMENT
        for step in data.draw(st.sampled_from(PLACES)):
            source = source[step]
        place[key] = copy.deepcopy(source)
    elif how == "drop":
        del place[key]
    elif isinstance(place, list):
        place.insert(key, data.draw(VALUES))
    else:
        place[data.draw(st.text(max_size=8))] = data.draw(VALUES)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_bytes_load_or_are_told(file: Path, data: st.DataObject) -> None:
    content = bytearray(TEXT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 1, 1, 2, 30, len(content)]))
        snippet = data.draw(
            st.sampled_from([b"", b"0", b"-", b"e9", b'"', b"\\ud800", b"[", b"}", b",", b"NaN"])
            | st.binary(max_size=4)
        )
        content[start : start + length] = snippet
    loads_or_tells(file, bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_told(file: Path, content: bytes) -> None:
    loads_or_tells(file, content)
    loads_or_tells(file, b"{" + content)
