"""The record is whole and true: the bits of an unrecorded run, each line, each number."""

import io
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn.backend import DERIVED, FUNCTIONS, Backend
from purenn.errors import ArgumentError, DataError, NonFiniteError, PurennError, ShapeError
from purenn.explain import Op, Record, explain, replay, terms
from purenn.explain.recording import OPERATORS
from purenn.explain.screen import Screen
from purenn.explain.terminal import show_cell, show_op, show_overview
from purenn.explain.terms import FORMULAS, RULES
from purenn.explain.wording import WORDS
from purenn.layers import Layer
from purenn.losses import Loss
from purenn.optimizers import Optimizer
from purenn.schedules import CosineDecay

ROOT = Path(__file__).parent.parent
X4 = [[0, 0], [0, 1], [1, 0], [1, 1]]
Y4 = [[0], [1], [1], [0]]
DRAW = nn.RandomState(3)
X: list[list[float]] = DRAW.randn(5, 4)
REAL: list[list[float]] = DRAW.randn(5, 3)
YES = [[float(value > 0.0) for value in row] for row in REAL]
CLASSES = [0, 2, 1, 0, 2]

ACTIVATIONS: dict[str, Callable[[], Layer]] = {
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "relu": nn.ReLU,
    "leaky relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "softmax": nn.Softmax,
    "identity": nn.Identity,
    "dropout": partial(nn.Dropout, 0.3),
}
LOSSES: dict[str, tuple[Callable[[], Loss], Any, Callable[[], Layer]]] = {
    "sum squared": (nn.SumSquaredError, REAL, nn.Identity),
    "mean squared": (nn.MeanSquaredError, REAL, nn.Identity),
    "mean absolute": (nn.MeanAbsoluteError, REAL, nn.Identity),
    "huber": (nn.Huber, REAL, nn.Identity),
    "binary": (nn.BinaryCrossEntropy, YES, nn.Sigmoid),
    "classes": (nn.CrossEntropy, CLASSES, nn.Softmax),
}
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "sgd": partial(nn.SGD, 0.1),
    "momentum": partial(nn.SGD, 0.1, 0.9),
    "nesterov": partial(nn.SGD, 0.1, 0.9, True),
    "decay and clip": partial(nn.SGD, 0.1, weight_decay=0.01, clip_norm=0.5),
    "adam": partial(nn.Adam, 0.01, schedule=CosineDecay(40)),
    "adamw": partial(nn.AdamW, 0.01),
    "rmsprop": partial(nn.RMSProp, 0.01),
}


def xor(backend: str | Backend | None = None) -> nn.Network:
    normal = nn.initializers.Normal()
    layers = [nn.Dense(2, 2, weights=normal), nn.Sigmoid(), nn.Dense(2, 1, weights=normal)]
    return nn.Network([*layers, nn.Sigmoid()], seed=42, backend=backend)


def xor_record(backend: str | Backend | None = None, **more: Any) -> Record:
    settings: dict[str, Any] = {"steps": 2, "title": "xor", **more}
    loss, optimizer = nn.SumSquaredError(), nn.SGD(0.1)
    return explain(xor(backend), X4, Y4, loss=loss, optimizer=optimizer, **settings)


def softmax_record(backend: str | Backend | None = None) -> Record:
    network = nn.Network(
        [nn.Dense(4, 3), nn.Tanh(), nn.Dense(3, 3), nn.Softmax()], seed=1, backend=backend
    )
    loss, optimizer = nn.CrossEntropy(), nn.SGD(0.1)
    return explain(network, X[:3], [0, 1, 2], loss=loss, optimizer=optimizer, steps=2)


def small(activation: Layer, last: Layer, backend: Backend | str) -> nn.Network:
    """A 4-3-3 network; its second dense layer has no bias."""
    layers = [nn.Dense(4, 3), activation, nn.Dense(3, 3, bias=None), last]
    return nn.Network(layers, seed=5, backend=backend)


CASES = [(a, "classes", "adam") for a in ACTIVATIONS]
CASES += [("tanh", loss, "sgd") for loss in LOSSES]
CASES += [("sigmoid", "sum squared", optimizer) for optimizer in OPTIMIZERS]


# ------------------------------------------------------------------------------ bits


@pytest.mark.parametrize("activation, loss, optimizer", CASES)
def test_a_recorded_run_has_the_bits_of_an_unrecorded_one_and_can_be_replayed(
    backend: Backend, activation: str, loss: str, optimizer: str
) -> None:
    make_loss, y, last = LOSSES[loss]
    make = partial(small, backend=backend)
    network = make(ACTIVATIONS[activation](), last())
    before = network.parameters
    record = explain(network, X, y, loss=make_loss(), optimizer=OPTIMIZERS[optimizer](), steps=2)
    plain = make(ACTIVATIONS[activation](), last())
    run = nn.train(plain, X, y, loss=make_loss(), optimizer=OPTIMIZERS[optimizer](), epochs=2)
    assert record.losses == run.losses
    updated = {op.name: record.arrays[op.output].rows for op in record.ops if op.phase == "update"}
    assert [updated[name] for name, _ in before] == [rows for _, rows in plain.parameters]
    assert network.parameters == before
    assert Record.from_dict(record.to_dict()).to_dict() == record.to_dict()
    again = replay(record, backend)
    assert repr(again) == repr([array.rows for array in record.arrays])


def test_what_is_explained_stays_as_it_is(backend: Backend) -> None:
    network, loss, optimizer = xor(backend), nn.SumSquaredError(), nn.Adam()
    nn.train(network, X4, Y4, loss=loss, optimizer=optimizer, epochs=3)
    parameters, state = network.parameters, json.dumps(optimizer.state_dict())
    explain(network, X4, Y4, loss=loss, optimizer=optimizer, steps=2)
    assert network.parameters == parameters
    assert json.dumps(optimizer.state_dict()) == state
    assert network.backend is backend
    assert vars(loss) == vars(nn.SumSquaredError())


def test_a_run_goes_on_where_it_ended(backend: Backend) -> None:
    network, optimizer = xor(backend), nn.Adam(0.1)
    loss = nn.SumSquaredError()
    nn.train(network, X4, Y4, loss=loss, optimizer=optimizer, epochs=3)
    record = explain(network, X4, Y4, loss=loss, optimizer=optimizer, steps=2)
    run = nn.train(network, X4, Y4, loss=loss, optimizer=optimizer, epochs=2)
    assert record.losses == run.losses
    assert {"W1.mean", "W1.square"} <= {a.name for a in record.arrays if a.kind == "parameter"}


def test_a_loss_that_was_used_on_another_backend() -> None:
    loss, optimizer = nn.SumSquaredError(), nn.SGD(0.1)
    for name in nn.available_backends():
        nn.train(xor(name), X4, Y4, loss=loss, optimizer=optimizer, epochs=1)
    for name in nn.available_backends():
        assert explain(xor(name), X4, Y4, loss=loss, optimizer=optimizer).backend == name


def test_images_of_a_data_set_keep_their_sparse_bits() -> None:
    from purenn.data import load_digits

    data = load_digits().subset(range(6))
    arguments: dict[str, Any] = {"loss": nn.CrossEntropy(), "optimizer": nn.SGD(0.1)}
    for name in nn.available_backends():
        network = nn.Network([nn.Dense(64, 10), nn.Softmax()], seed=1, backend=name)
        record = explain(network, data.features, data.targets, steps=2, **arguments)
        run = nn.train(network, data.features, data.targets, epochs=2, **arguments)
        assert record.losses == run.losses
        assert replay(Record.from_json(record.to_json())) == [a.rows for a in record.arrays]


def test_a_record_replays_on_another_backend_within_its_tolerance(backend: Backend) -> None:
    record = xor_record("python")
    for array, rows in zip(record.arrays, replay(record, backend), strict=True):
        for row, expected in zip(rows, array.rows, strict=True):
            assert row == pytest.approx(expected, rel=1e-9, abs=1e-15)


# ------------------------------------------------------------------- what is recorded


def test_names_and_phases_of_a_step() -> None:
    record = xor_record()
    first = [op for op in record.ops if op.step == 0]
    phases: dict[str, list[str]] = {}
    for op in first:
        phases.setdefault(op.phase, []).append(op.name)
    assert phases == {
        "forward": ["Z1", "A1", "Z2", "A2"],
        "loss": ["L", "dA2"],
        "backward": ["dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"],
        "epoch": ["L.epoch"],
        "update": ["W1", "b1", "W2", "b2"],
    }
    assert [op.n for op in record.ops] == list(range(36))
    assert [op.symbol for op in first] == [op.symbol for op in record.ops[18:]]
    assert first[0].symbol == "Z1 = X @ W1 + b1"
    assert first[0].index == "Z1[i,j] = Σₖ X[i,k]·W1[k,j] + b1[j]"
    assert first[13].symbol == "L.epoch = 0 + L"
    assert first[13].source["text"].startswith("mean += L")
    assert first[14].symbol == "W1 ← W1 − 0.1 · dW1"
    assert {op.layer for op in first} == {
        *("Dense 1 (2 → 2)", "Sigmoid 1", "Dense 2 (2 → 1)", "Sigmoid 2", "SumSquaredError")
    }
    assert [op.layer for op in first[14:]] == ["Dense 1 (2 → 2)"] * 2 + ["Dense 2 (2 → 1)"] * 2
    assert first[7].call == first[8].call
    assert (first[7].part, first[8].part) == (0, 1)


def test_a_step_reads_what_the_one_before_it_wrote() -> None:
    record = xor_record()
    written = record.find("W1", 0).output
    assert written in record.find("Z1", 1).inputs
    assert written not in record.find("Z1", 0).inputs


def test_softmax_and_cross_entropy_are_fused() -> None:
    record = softmax_record()
    names = [op.name for op in record.ops if op.step == 0 and op.phase == "loss"]
    assert names == ["S", "P", "T1", "dZ2", "L"]
    assert [op.symbol for op in record.ops if op.name == "L"] == ["L = S / 3"] * 2


def test_names_are_unique_within_a_step_also_of_what_has_none() -> None:
    layers = [nn.Dense(4, 3), nn.GELU(), nn.Dropout(0.5), nn.Tanh(), nn.Dense(3, 3)]
    network = nn.Network(layers, seed=0)
    record = explain(network, X, REAL, loss=nn.Huber(), optimizer=nn.Adam(clip_norm=1.0))
    names = [op.name for op in record.ops]
    assert len(set(names)) == len(names)
    assert {"S1", "A1", "D1", "A1′", "W1.mean", "W2.square", "T1"} <= set(names)
    assert any(array.name == "M1" and array.kind == "input" for array in record.arrays)


@pytest.mark.parametrize("activation, loss, optimizer", CASES)
def test_every_operation_names_the_line_that_asked_for_it(
    activation: str, loss: str, optimizer: str
) -> None:
    make_loss, y, last = LOSSES[loss]
    network = nn.Network([nn.Dense(4, 3), ACTIVATIONS[activation](), nn.Dense(3, 3), last()], 5)
    record = explain(network, X, y, loss=make_loss(), optimizer=OPTIMIZERS[optimizer]())
    for op in record.ops:
        for place in filter(None, (op.source, op.definition)):
            text = (ROOT / place["file"]).read_text(encoding="utf-8")
            assert text.splitlines()[place["line"] - 1].strip() == place["text"] != ""
            assert record.sources[place["file"]] == text
        assert not op.source["file"].startswith("purenn/explain")
        if op.op in DERIVED:
            assert op.definition is not None
            assert op.definition["text"].startswith(f"def {op.op}(")
            assert op.op in op.source["text"]


def test_the_whole_contract_has_words_and_rules() -> None:
    conversions = {"from_source", "astype"}
    for name in {*FUNCTIONS, *DERIVED, *OPERATORS} - conversions:
        assert any(key.split(" ")[0] == name for key in WORDS), name
        assert any(key.split(" ")[0] == name for key in (*RULES, *FORMULAS)), name


def test_the_gradient_check_is_a_part_of_it(backend: Backend) -> None:
    record = xor_record(backend)
    assert record.gradient_check is not None
    assert len(record.gradient_check) == 2
    for step, checks in enumerate(record.gradient_check):
        assert list(checks) == ["W1", "b1", "W2", "b2"]
        for name, rows in checks.items():
            slopes = record.arrays[record.find(f"d{name}", step).output].rows
            for row, expected in zip(rows, slopes, strict=True):
                assert row == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_large_network_has_no_gradient_check() -> None:
    network = nn.Network([nn.Dense(20, 20)], seed=0)
    rows = [[0.5] * 20]
    record = explain(network, rows, rows, loss=nn.MeanSquaredError(), optimizer=nn.SGD())
    assert record.gradient_check is None


# --------------------------------------------------------------------- around the steps

BATCHES: dict[str, Any] = {"batch_size": 2, "metrics": ["accuracy"]}


def batches_record(backend: Backend | str, steps: int = 5, **more: Any) -> tuple[Record, Any]:
    """A record of batches of 2, 2 and 1 rows, and the network that it was made of."""
    network = small(nn.Dropout(0.3), nn.Softmax(), backend)
    loss, optimizer = nn.CrossEntropy(), nn.SGD(0.1, clip_norm=0.05)
    settings: dict[str, Any] = {"loss": loss, "optimizer": optimizer, **BATCHES, **more}
    return explain(network, X, CLASSES, steps=steps, **settings), network


def test_mini_batches_have_the_bits_of_an_unrecorded_run(backend: Backend) -> None:
    record, network = batches_record(backend, steps=6)  # two epochs
    optimizer = nn.SGD(0.1, clip_norm=0.05)
    history = nn.train(
        *(network, X, CLASSES), loss=nn.CrossEntropy(), optimizer=optimizer, epochs=2, **BATCHES
    )
    written = {op.name: record.arrays[op.output].rows for op in record.ops if op.step == 5}
    assert [written[name] for name, _ in network.parameters] == [r for _, r in network.parameters]
    for name, values in {"L.epoch": history.losses, **history.metrics}.items():
        found = [record.arrays[op.output].rows for op in record.ops if op.name == name]
        assert found == [[[value]] for value in values], name
    assert len(set(record.losses)) == 6
    assert repr(replay(record, backend)) == repr([array.rows for array in record.arrays])
    again = Record.from_json(record.to_json())
    assert repr(replay(again, backend)) == repr([array.rows for array in record.arrays])
    check_terms(record)


def test_a_batch_takes_its_rows_from_all_of_them(backend: Backend) -> None:
    record, _ = batches_record(backend)
    assert [op.name for op in record.ops if op.op == "take"] == ["X", "Y"] * 5
    taken = [op.options["indices"] for op in record.ops if (op.op, op.name) == ("take", "X")]
    assert sorted(taken[0] + taken[1] + taken[2]) == [0, 1, 2, 3, 4]
    assert [len(rows) for rows in taken] == [2, 2, 1, 2, 2]
    for op in record.ops:
        if op.op == "take":
            source = record.arrays[op.inputs[0]]
            assert source.name == f"{op.name}.all"
            assert source.kind == {"X": "input", "Y": "target"}[op.name]
            assert record.arrays[op.output].rows == [source.rows[i] for i in op.options["indices"]]
            assert (op.phase, op.source["file"]) == ("epoch", "purenn/batches.py")


def test_a_run_may_end_in_the_middle_of_an_epoch() -> None:
    whole, _ = batches_record("python", steps=6)
    part, _ = batches_record("python", steps=4)
    assert part.losses == whole.losses[:4]
    assert {op.step for op in part.ops} == {0, 1, 2, 3}
    for op, other in zip(part.ops, whole.ops, strict=False):
        assert part.arrays[op.output].rows == whole.arrays[other.output].rows


def test_what_an_epoch_adds_up_has_names_of_its_own() -> None:
    record, _ = batches_record("python", steps=6)
    made: dict[str, int] = {}
    for op in record.ops:
        if op.name.startswith("E"):
            assert made.setdefault(op.name, op.n) == op.n
    (sums,) = [op for op in record.ops if op.step == 2 and op.name == "L.epoch"]
    before, share = (record.arrays[n].name for n in sums.inputs)
    assert sums.symbol == f"L.epoch = {before} + {share}"
    assert record.ops[made[before]].step == 1


def test_row_names_follow_the_rows(backend: Backend) -> None:
    names = [f"flower {i}" for i in range(5)]
    record, _ = batches_record(backend, names={"row_names": names})
    for step in range(5):
        taken = record.find("Y", step).options["indices"]
        assert record.names_of_rows(step) == [names[i] for i in taken]
    plain = xor_record(names={"row_names": ["a", "b", "c", "d"]})
    assert plain.names_of_rows(1) == ["a", "b", "c", "d"]
    assert xor_record().names_of_rows(0) is None


def test_images_in_batches_are_inputs_of_their_steps(backend: Backend) -> None:
    from purenn.data import load_digits

    data = load_digits().subset(range(5))
    network = nn.Network([nn.Dense(64, 10), nn.Softmax()], seed=1, backend=backend)
    arguments: dict[str, Any] = {"loss": nn.CrossEntropy(), "optimizer": nn.SGD(0.1)}
    record = explain(network, data.features, data.targets, steps=3, batch_size=2, **arguments)
    assert [a.shape for a in record.arrays if a.name == "X"] == [(2, 64), (2, 64), (1, 64)]
    run = nn.train(network, data.features, data.targets, epochs=1, batch_size=2, **arguments)
    (epoch,) = [op for op in record.ops if op.name == "L.epoch"]
    assert record.arrays[epoch.output].rows == [run.losses]
    assert repr(replay(record, backend)) == repr([array.rows for array in record.arrays])


def test_each_batch_has_its_gradient_check(backend: Backend) -> None:
    record, _ = batches_record(backend)
    assert record.gradient_check is not None
    assert len(record.gradient_check) == 5
    for step, checks in enumerate(record.gradient_check):
        for name, rows in checks.items():
            slopes = record.arrays[record.find(f"d{name}", step).output].rows
            for row, expected in zip(rows, slopes, strict=True):
                assert row == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_no_plain_number_of_a_record_depends_on_the_data(optimizer: str) -> None:
    """Else the record would be true of these rows only, and could not be run on others."""

    def numbers(scale: float) -> list[str]:
        rows = [[scale * x for x in row] for row in X]
        network = small(nn.Tanh(), nn.Softmax(), nn.get_backend("python"))
        made = OPTIMIZERS[optimizer]()
        record = explain(network, rows, CLASSES, loss=nn.CrossEntropy(), optimizer=made, steps=2)
        computed = {op.output for op in record.ops}
        arrays = enumerate(record.arrays)
        return [a.name for n, a in arrays if a.kind == "number" and n not in computed]

    assert numbers(1.0) == numbers(1.7)


def test_what_is_measured_over_a_whole_epoch_belongs_to_no_step() -> None:
    with pytest.raises(ArgumentError, match="r2 is measured on a whole epoch's predictions"):
        xor_record(metrics=["r2"])
    with pytest.raises(ArgumentError, match="unknown metric 'precision'"):
        xor_record(metrics=["precision"])
    with pytest.raises(ArgumentError, match="batch_size is 0"):
        xor_record(batch_size=0)


# ----------------------------------------------------------------------------- terms


@pytest.mark.parametrize("make", [xor_record, softmax_record])
def test_the_terms_of_each_entry_multiply_and_add_up(
    backend: Backend, make: Callable[[Backend], Record]
) -> None:
    check_terms(make(backend))


@pytest.mark.parametrize("activation, loss, optimizer", CASES)
def test_the_terms_of_all_operations_add_up(activation: str, loss: str, optimizer: str) -> None:
    make_loss, y, last = LOSSES[loss]
    network = nn.Network([nn.Dense(4, 3), ACTIVATIONS[activation](), nn.Dense(3, 3), last()], 5)
    check_terms(explain(network, X, y, loss=make_loss(), optimizer=OPTIMIZERS[optimizer]()))


def check_terms(record: Record) -> None:
    for op in record.ops:
        m, n = record.arrays[op.output].shape
        for i in range(m):
            for j in range(n):
                check_entry(record, op, i, j)


def check_entry(record: Record, op: Op, i: int, j: int) -> None:
    cell = terms(record, op, i, j)
    assert cell.result == record.arrays[op.output].rows[i][j]
    size = max([abs(cell.result), 1e-9, *(abs(term.product) for term in cell.terms)])
    assert abs(cell.total - cell.result) <= 1e-12 * size, (op, i, j)
    running = 0.0
    for term in cell.terms:
        assert term.product == term.left * (1.0 if term.right is None else term.right)
        running += term.product
        assert term.running == running
    for ref in cell.sources:
        assert ref.array in op.inputs
        assert record.arrays[ref.array].rows[ref.row][ref.column] == ref.value
    assert cell.parts()


def test_an_entry_that_is_not_there() -> None:
    record = xor_record()
    with pytest.raises(ArgumentError, match=r"Z1 has no entry 4,0: it is \(4 × 2\), so rows go"):
        terms(record, record.find("Z1"), 4, 0)


# ------------------------------------------------------------------------------ files


@pytest.mark.parametrize("make", [xor_record, softmax_record])
def test_json_there_and_back(backend: Backend, make: Callable[[Backend], Record]) -> None:
    record = make(backend)
    text = record.to_json()
    again = Record.from_json(text)
    assert again.to_dict() == record.to_dict() == json.loads(text)
    assert again.to_json() == text
    assert repr(replay(again, backend)) == repr([array.rows for array in record.arrays])


def test_names_with_odd_text_come_through() -> None:
    odd = ["</script>", '"quotes" & \\', "emoji 🎉 e\u0301", "\u202eright to left \u05d0"]
    record = xor_record(names={"row_names": odd, "label_names": ["\u2028"]}, title="<b>\x1b[31m")
    again = Record.from_json(record.to_json())
    assert again.row_names == odd
    assert again.label_names == ["\u2028"]
    assert again.title == "<b>\x1b[31m"


def test_numbers_that_are_not_finite_can_be_written() -> None:
    data = xor_record().to_dict()
    data["arrays"][0]["rows"][0][0] = "-inf"
    record = Record.from_dict(data)
    assert record.arrays[0].rows[0][0] == -inf
    assert '"-inf"' in record.to_json()


def changed(path: str, value: Any) -> Callable[[Any], None]:
    """Puts the value where the path leads to: "ops.0.step"."""
    *way, last = (int(part) if part.isdecimal() else part for part in path.split("."))

    def change(data: Any) -> None:
        for part in way:
            data = data[part]
        data[last] = value

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (changed("format", "x"), "no purenn record"),
        (changed("version", 2), "has version 2 of the format"),
        (changed("version", True), "has version True of the format"),
        (changed("version", 1.0), r"has version 1\.0 of the format"),
        (changed("ops.3.n", 3.0), r"ops\[3\].n is 3.0, expected a whole number"),
        (changed("ops.3.layer", []), r"ops\[3\].layer is \[\], expected text"),
        (changed("ops.3.op", "sigmoids"), r"ops\[3\].op is 'sigmoids', expected an operation"),
        (changed("title", "\ud83d"), r"title is '\\ud83d', which holds half a character"),
        (changed("gradient_check.0.W1", None), "'W1': found None, expected 2 rows of 2 numbers"),
        (lambda data: data.pop("ops"), "the record: missing key 'ops'"),
        (lambda data: data.update(more=1), "the record: unknown key 'more'"),
        (lambda data: data["ops"][0].pop("n"), r"ops\[0\]: missing key 'n'"),
        (changed("title", 7), "title is 7, expected text"),
        (changed("steps", 0), "steps is 0, expected a whole number, 1 or more"),
        (changed("steps", 3), "not each of the 3 steps has an operation"),
        (changed("network", []), r"network: found \[\], expected a dictionary"),
        (changed("network.seed", -1), "network.seed is -1"),
        (changed("network.layers", "x"), "network.layers is 'x', expected a list"),
        (changed("label_names", [1]), r"label_names\[0\] is 1, expected text"),
        (changed("image_shape", [28]), "image_shape is .28., expected rows and columns"),
        (changed("arrays.0.rows", [["x"]]), r"arrays\[0\].rows: found 1 rows, expected 4"),
        (changed("arrays.0.rows.1", [1.0]), r"arrays\[0\].rows\[1\]: found 1 numbers, expected 2"),
        (changed("arrays.0.rows.1.0", "1"), r"arrays\[0\].rows\[1\]\[0\] is '1', expected a n"),
        (changed("arrays.0.rows.1.0", True), "is True, expected a number"),
        (changed("arrays.0.kind", "value "), "kind is 'value ', expected one of input, target"),
        (changed("arrays.0.kind", "number"), r"but a number has the shape \[1, 1\]"),
        (changed("arrays.0.shape", [4]), r"shape is \[4\], expected rows and columns"),
        (changed("arrays.0.sparse", 1), "sparse is 1, expected true or nothing"),
        (changed("ops.3.n", 4), r"ops\[3\].n is 4, expected 3"),
        (changed("ops.3.step", 2), r"ops\[3\].step is 2, but there are 2, numbered from 0"),
        (changed("ops.3.step", 1), r"ops\[4\].step is 0, after step 1"),
        (changed("ops.3.phase", "after"), "phase is 'after', expected one of forward, loss"),
        (changed("ops.3.output", 999), r"ops\[3\].output is 999, but there are"),
        (changed("ops.3.inputs", [0.5]), r"ops\[3\].inputs is 0.5, expected a whole number"),
        (changed("ops.3.options", {"axis": 2}), "options: 'axis' is 2, no such option"),
        (changed("ops.3.options", {"code": "x"}), "options: 'code' is 'x', no such option"),
        (changed("ops.3.source.line", "1"), "source.line is '1'"),
        (changed("ops.3.symbol", None), "symbol is None, expected text"),
        (changed("sources", {"a.py": 1}), r"sources\['a.py'\] is 1, expected text"),
        (changed("gradient_check", [{}]), "gradient_check has 1 entries, expected 2, one a step"),
        (changed("gradient_check.0.W1.0", [1]), r"W1'\[0\]: found 1 numbers, expected 2"),
    ],
)
def test_what_is_no_record(change: Callable[[Any], Any], message: str) -> None:
    data = xor_record().to_dict()
    data = json.loads(json.dumps(data))
    change(data)
    with pytest.raises(DataError, match=message):
        Record.from_dict(data)


def test_an_operation_that_reads_what_is_not_made_yet() -> None:
    data = xor_record().to_dict()
    data["ops"][0]["inputs"][0] = data["ops"][2]["output"]
    with pytest.raises(DataError, match=r"ops\[0\].inputs: array \d+ is made later"):
        Record.from_dict(data)
    data = xor_record().to_dict()
    data["ops"][5]["output"] = data["ops"][2]["output"]
    with pytest.raises(DataError, match=r"ops\[5\].output is \d+, as is that of ops\[2\]"):
        Record.from_dict(data)


@pytest.mark.parametrize("inputs", [[0], []])
def test_arrays_that_do_not_fit_their_operation(inputs: list[int]) -> None:
    data = xor_record().to_dict()
    data["ops"][0]["inputs"] = inputs  # X alone, or nothing
    with pytest.raises(DataError, match="operation 0: its arrays do not fit 'linear'"):
        Record.from_dict(data)


def test_what_is_no_json() -> None:
    with pytest.raises(DataError, match="the text, line 1, column 2: the file ends in the middle"):
        Record.from_json("{")
    with pytest.raises(DataError, match="lists or dictionaries nested more than 20 deep"):
        Record.from_json('{"a":' + "[" * 100_000)


def test_a_record_in_a_file(tmp_path: Path) -> None:
    record, path = xor_record(), tmp_path / "xor.json"
    path.write_text(record.to_json(), encoding="utf-8")
    assert Record.load(path).to_json() == record.to_json()
    path.write_text(record.to_json()[:-1000], encoding="utf-8")
    with pytest.raises(DataError, match=r"xor\.json, line 1, .*in the middle of the record"):
        Record.load(path)
    path.write_text('{"format": "purenn model"}')
    with pytest.raises(DataError, match=r"xor\.json: this is no purenn record"):
        Record.load(path)
    with pytest.raises(DataError, match=r"gone\.json: there is no such file"):
        Record.load(tmp_path / "gone.json")


TEXT = batches_record(
    "python",
    names={
        "row_names": ["a", "b", "c", "d", "e"],
        "feature_names": ["p", "q", "r", "s"],
        "label_names": ["x", "y", "z"],
    },
)[0].to_json()
VALUES: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    7,
    1e9,
    "",
    "x",
    "linear",
    [],
    [0],
    [[]],
    {},
    {"axis": 1},
]


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every place in the data, as what holds it and the key."""
    pairs = list(data.items() if isinstance(data, dict) else enumerate(data))
    inner = [places(value) for _, value in pairs if isinstance(value, (dict, list))]
    return [(data, key) for key, _ in pairs] + [place for found in inner for place in found]


@settings(max_examples=150, deadline=None)
@given(drawn=st.data())
def test_changed_records_are_read_or_told_of(drawn: st.DataObject) -> None:
    data = json.loads(TEXT)
    for _ in range(drawn.draw(st.integers(1, 3))):
        holder, key = drawn.draw(st.sampled_from(places(data)))
        holder[key] = deepcopy(drawn.draw(st.sampled_from(VALUES)))
    record = None
    with suppress(DataError):
        record = Record.from_dict(data)
    if record is None:
        return
    with suppress(PurennError):
        show_overview(record, Screen(io.StringIO()))
        for op in record.ops:
            with suppress(PurennError):
                cell = terms(record, op, 0, 0)
                show_op(record, op, Screen(io.StringIO()), cell)
                show_cell(record, cell, Screen(io.StringIO()))
        replay(record, "python")


# -------------------------------------------------------------------------- bad input


def test_an_operation_that_is_not_there() -> None:
    record = xor_record()
    with pytest.raises(ArgumentError, match=r"'dW9' in step 0; there are the .* names Z1, A1, Z2"):
        record.find("dW9")
    with pytest.raises(ArgumentError, match="operation 36: there are 0 to 35"):
        record.find(36)
    with pytest.raises(ArgumentError, match="step 2: there are 0 to 1"):
        record.find("Z1", 2)
    assert record.find("Z1", 1) is record.find(18)


def test_too_large_to_record() -> None:
    network = nn.Network([nn.Dense(784, 10), nn.Softmax()], seed=0)
    rows, loss = [[0.0] * 784] * 3000, nn.CrossEntropy()
    with pytest.raises(ArgumentError, match=r"too large.*the first 1,\d\d\d rows would fit.*force"):
        explain(network, rows, [0] * 3000, loss=loss, optimizer=nn.SGD())
    with pytest.raises(ArgumentError, match="not one row would fit"):
        explain(network, rows, [0] * 3000, loss=loss, optimizer=nn.SGD(), steps=100)
    assert explain(network, rows, [0] * 3000, loss=loss, optimizer=nn.SGD(), force=True)


@pytest.mark.parametrize("activation, optimizer", [("gelu", "decay and clip"), ("elu", "adam")])
def test_a_record_has_as_many_numbers_as_the_limit_counts(
    monkeypatch: pytest.MonkeyPatch, activation: str, optimizer: str
) -> None:
    def make(steps: int) -> Record:
        network = small(ACTIVATIONS[activation](), nn.Identity(), "python")
        settings: dict[str, Any] = {"optimizer": OPTIMIZERS[optimizer](), "steps": steps}
        return explain(network, X, REAL, loss=nn.Huber(), **settings)

    made = {op.output for op in make(10).ops}
    arrays = [a for n, a in enumerate(make(10).arrays) if n in made or a.name == "X"]
    numbers = sum(m * n for m, n in (array.shape for array in arrays))
    monkeypatch.setattr("purenn.explain.run.LIMIT", 10)
    with pytest.raises(ArgumentError, match="too large to record: 5 rows"):
        make(10)
    monkeypatch.setattr("purenn.explain.run.LIMIT", numbers - 100)
    with pytest.raises(
        ArgumentError, match=r"more than .*; the first [1-4] rows would fit"
    ) as told:
        make(10)
    (counted,) = re.findall(r"are about ([\d,]+) numbers", str(told.value))
    assert int(counted.replace(",", "")) == pytest.approx(numbers, rel=0.1)


class Weighted(nn.SumSquaredError):
    """A loss that holds an array, and is a power of its sum."""

    def forward(self, P: Any, Y: Any, weights: Any = None) -> float:
        backend = self.backend
        self.w = getattr(self, "w", None) or [backend.from_list([[1.0], [2.0], [3.0], [4.0]])]
        E = self.w[0] * (P - Y)
        total = backend.item(backend.sum(E * E))
        self.dP = self.w[0] * E * total**-0.5
        below: float = -(total**0.5)
        return -below

    def backward(self) -> Any:
        return self.dP * 1.0


def test_a_loss_of_another_package_is_recorded_too(backend: Backend) -> None:
    def run(loss: Weighted) -> Any:
        return nn.train(xor(backend), X4, Y4, loss=loss, optimizer=nn.SGD(0.1), epochs=2)

    used = Weighted()
    plain = run(used)
    for loss in (Weighted(), used):  # `used` holds an array of this backend
        record = explain(xor(backend), X4, Y4, loss=loss, optimizer=nn.SGD(0.1), steps=2)
        assert record.losses == plain.losses
        assert record.find("dA2").phase == "loss"
        assert Record.from_json(record.to_json()).to_dict() == record.to_dict()
        assert repr(replay(record, backend)) == repr([array.rows for array in record.arrays])
        assert record.gradient_check is not None
        for name, rows in record.gradient_check[1].items():
            slopes = record.arrays[record.find(f"d{name}", 1).output].rows
            for row, expected in zip(rows, slopes, strict=True):
                assert row == pytest.approx(expected, rel=1e-6, abs=1e-9)


class Outside(nn.SumSquaredError):
    """A loss that leaves the backend."""

    def forward(self, P: Any, Y: Any, weights: Any = None) -> float:
        return math.sqrt(super().forward(P, Y))


class Alone(nn.Identity):
    """A layer that leaves the backend."""

    def forward(self, X: Any) -> Any:
        return nn.get_backend("python").from_list(self.backend.to_list(X))


def test_what_leaves_the_backend_cannot_be_recorded() -> None:
    network, optimizer = xor("python"), nn.SGD(0.1)
    alone = nn.Network([nn.Dense(2, 1), Alone()], seed=0, backend="python")
    with pytest.raises(ArgumentError, match="Alone 1 gave a Matrix that was not computed with"):
        explain(alone, X4, Y4, loss=nn.SumSquaredError(), optimizer=optimizer)
    with pytest.raises(ArgumentError, match="Outside gave a float that was not computed with"):
        explain(network, X4, Y4, loss=Outside(), optimizer=optimizer)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_network_that_was_moved_is_explained_where_it_is(optimizer: str) -> None:
    names = nn.available_backends()
    for old, new in zip(names, reversed(names), strict=True):
        network = small(nn.Tanh(), nn.Softmax(), old)
        made: dict[str, Any] = {"optimizer": OPTIMIZERS[optimizer](), "loss": nn.CrossEntropy()}
        nn.train(network, X, CLASSES, epochs=2, **made)
        network.to(new)
        record = explain(network, X, CLASSES, steps=2, **made)
        run = nn.train(network, X, CLASSES, epochs=2, **made)
        assert record.losses == run.losses


class Listed:
    """Rows of another library: they have no length, but they can be listed."""

    def tolist(self) -> list[list[int]]:
        return X4


def test_rows_of_unknown_number_end_in_time() -> None:
    arguments: dict[str, Any] = {"loss": nn.SumSquaredError(), "optimizer": nn.SGD(0.1)}
    record = explain(xor(), Listed(), Y4, steps=2, batch_size=2, **arguments)
    assert {op.step for op in record.ops} == {0, 1}
    assert Record.from_json(record.to_json()).to_json() == record.to_json()


def test_the_gradient_check_may_be_asked_for_by_several_threads() -> None:
    import threading

    expected = xor_record().gradient_check
    record, found = xor_record(), list[Any]()
    asking = [threading.Thread(target=lambda: found.append(record.gradient_check)) for _ in "1234"]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert found == [expected] * 4


def test_slopes_that_are_not_finite_can_be_written() -> None:
    network = nn.Network([nn.Dense(1, 1, weights=[[1.3407807e154]], bias=None)], seed=0)
    arguments: dict[str, Any] = {"loss": nn.SumSquaredError(1.0), "optimizer": nn.SGD(1e-300)}
    record = explain(network, [[1.0]], [[0.0]], **arguments)
    again = Record.from_json(record.to_json())
    assert repr(again.gradient_check) == repr(record.gradient_check) != repr([{"W1": [[1.0]]}])
    assert again.to_json() == record.to_json()


def test_wrong_names_and_data() -> None:
    with pytest.raises(ArgumentError, match="unknown key 'rows'; there are row_names"):
        xor_record(names={"rows": []})
    with pytest.raises(ArgumentError, match=r"row_names is .*, must be a list of text"):
        xor_record(names={"row_names": [1, 2, 3, 4]})
    with pytest.raises(ArgumentError, match=r"image_shape is .*, must be two whole numbers"):
        xor_record(names={"image_shape": (1, 2, 3)})
    with pytest.raises(ShapeError, match="input has 3 columns, needs 2"):
        explain(xor(), [[1, 2, 3]], [[1]], loss=nn.SumSquaredError(), optimizer=nn.SGD())
    with pytest.raises(ArgumentError, match="steps is 0"):
        xor_record(steps=0)


def test_a_run_that_goes_out_of_bounds_says_so() -> None:
    network = nn.Network([nn.Dense(1, 1)], seed=0)
    with pytest.raises(NonFiniteError):
        explain(
            network, [[1e200]], [[0.0]], loss=nn.SumSquaredError(), optimizer=nn.SGD(1e200), steps=9
        )


class Doubled(Layer):
    """A layer of another package: it keeps an array of its own, and names its arguments."""

    def build(self, backend: Backend, random: nn.RandomState, number: int) -> None:
        super().build(backend, random, number)
        self.twos = backend.from_list([[2.0, 2.0, 2.0]])

    def forward(self, X: Any) -> Any:
        self.X = X
        return self.twos * self.backend.leaky_relu(X, slope=0.5) ** 1.0

    def backward(self, dA: Any) -> Any:
        return self.backend.leaky_relu_backward_from_input(self.twos * dA, self.X, slope=0.5)


def test_a_layer_of_another_package_is_recorded_too(backend: Backend) -> None:
    network = nn.Network([nn.Dense(4, 3), Doubled(), nn.Dense(3, 3)], seed=0, backend=backend)
    loss, optimizer = nn.MeanSquaredError(), nn.SGD(0.1)
    record = explain(network, X, REAL, loss=loss, optimizer=optimizer, steps=2)
    assert (
        record.losses
        == nn.train(
            network, X, REAL, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=2
        ).losses
    )
    assert repr(replay(record, backend)) == repr([array.rows for array in record.arrays])
    check_terms(record)
    assert Record.from_json(record.to_json()).to_dict() == record.to_dict()
    assert record.find("A1").source["file"] == "purenn/training.py"


def test_importing_purenn_does_not_import_the_recorder() -> None:
    code = "import sys, purenn; assert not [m for m in sys.modules if 'explain' in m]"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
