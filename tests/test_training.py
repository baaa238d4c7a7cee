"""The training loop: what is measured when, batches, resuming, callbacks, and the stop on a
loss that is not finite."""

import math
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.errors import NonFiniteError
from purenn.losses import Loss
from purenn.optimizers import Optimizer
from purenn.training import Progress

RANDOM = nn.RandomState(11)
X = RANDOM.randn(7, 2)  # 7 rows: batches of 3 leave a last one of 1
Y = [[float(a * b > 0)] for a, b in X]
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "SGD": lambda: nn.SGD(0.5),
    "momentum": lambda: nn.SGD(0.1, momentum=0.9),
    "Nesterov": lambda: nn.SGD(0.1, momentum=0.9, nesterov=True),
    "Adam": lambda: nn.Adam(0.05),
}


def network(seed: int = 0) -> nn.Network:
    return nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=seed)


def train(target: nn.Network, epochs: int, **changes: Any) -> nn.History:
    arguments: dict[str, Any] = {"loss": nn.MeanSquaredError(), "optimizer": nn.SGD(0.5)}
    return nn.train(target, X, Y, epochs=epochs, **(arguments | changes))


def squares(target: nn.Network) -> list[float]:
    """(P − Y)² of each example, by plain counting."""
    P: Any = target.predict(X)
    return [(p - y) ** 2 for (p,), (y,) in zip(P, Y, strict=True)]


# --------------------------------------------------------------------- what is measured


def test_the_loss_is_measured_before_the_update() -> None:
    target = network()
    expected = []
    for _ in range(4):
        expected.append(math.fsum(squares(target)) / 7)
        train(target, 1)
    again = network()
    history = train(again, 4)
    assert history.losses == pytest.approx(expected, rel=1e-13)
    assert again.parameters == target.parameters
    assert history.losses == sorted(history.losses, reverse=True)


def test_what_a_history_holds() -> None:
    history = train(network(), 3, metrics=["accuracy", nn.mean_squared_error])
    assert len(history.losses) == 3
    assert {type(value) for value in history.losses} == {float}
    assert list(history.metrics) == ["accuracy", "mean_squared_error"]
    assert history.metrics["mean_squared_error"] == pytest.approx(history.losses, rel=1e-13)
    assert history.seconds > 0.0
    assert repr(history).startswith(f"History(3 epochs, loss {history.losses[0]:.6g} → ")
    assert repr(nn.History()) == "History(no epoch)"


def test_metrics_are_of_the_predictions_before_the_update() -> None:
    target = network()
    P: Any = target.predict(X)
    right = [(p >= 0.5) == (y == 1.0) for (p,), (y,) in zip(P, Y, strict=True)]
    history = train(target, 1, loss=nn.BinaryCrossEntropy(), metrics=["accuracy"])
    assert history.metrics["accuracy"] == [sum(right) / 7]


def test_a_metric_of_ones_own() -> None:
    def largest(backend: Any, P: Any, Y: Any) -> float:
        return float(backend.item(backend.max(P)))

    class Count:
        def __call__(self, backend: Any, P: Any, Y: Any) -> float:
            return float(P.shape[0])

    target = network()
    top = max(row[0] for row in target.predict(X))
    history = train(target, 2, metrics=[largest, Count()])
    assert history.metrics["largest"][0] == top
    assert history.metrics["Count"] == [7.0, 7.0]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 100])
def test_an_epochs_loss_weighs_every_example_alike(batch_size: int) -> None:
    """With steps too small to matter, batches of any size add up to the whole."""
    for loss, expected in (
        (nn.MeanSquaredError(), math.fsum(squares(network())) / 7),
        (nn.SumSquaredError(0.5), math.fsum(squares(network())) / 2),
        (nn.SumSquaredError(2.0), math.fsum(squares(network())) * 2),
        (nn.BinaryCrossEntropy(), train(network(), 1, loss=nn.BinaryCrossEntropy()).losses[0]),
    ):
        history = train(
            network(), 1, loss=loss, optimizer=nn.SGD(1e-15), batch_size=batch_size,
            metrics=["mean_squared_error"],
        )  # fmt: skip
        assert history.losses == pytest.approx([expected], rel=1e-12)
        mean = math.fsum(squares(network())) / 7
        assert history.metrics["mean_squared_error"] == pytest.approx([mean], rel=1e-12)


# ------------------------------------------------------------------------------ batches


def test_mini_batches_are_shuffled_by_the_seed() -> None:
    """The order is the network's own generator's: the draws after its weights."""
    target = network(5)
    order: list[list[int]] = []
    twin = nn.RandomState(0)
    twin.set_state(target.random.get_state())

    @nn.metrics.mean_over_rows
    def note(backend: Any, P: Any, Y: Any) -> float:
        seen.append(len(backend.to_list(P)))
        return 0.0

    seen: list[int] = []
    start = network(5)
    for _ in range(2):
        permutation = twin.permutation(7)
        order += [permutation[:3], permutation[3:6], permutation[6:]]
    train(target, 2, batch_size=3, metrics=[note])
    assert seen == [3, 3, 1] * 2
    optimizer, loss = nn.SGD(0.5), nn.MeanSquaredError()
    for rows in order:  # the same steps, one batch a run
        nn.train(
            start, [X[i] for i in rows], [Y[i] for i in rows],
            loss=loss, optimizer=optimizer, epochs=1,
        )  # fmt: skip
    assert start.parameters == target.parameters


def test_mini_batches_repeat_with_the_seed_and_only_then() -> None:
    first, again, other = network(5), network(5), network(5)
    other.random = nn.RandomState(6)
    runs = [train(n, 3, batch_size=2).losses for n in (first, again, other)]
    assert runs[0] == runs[1] != runs[2]
    assert first.parameters == again.parameters != other.parameters


def test_every_epoch_has_its_own_order() -> None:
    seen: list[list[list[float]]] = []

    def note(backend: Any, P: Any, Y: Any) -> float:
        seen.append(backend.to_list(P))
        return 0.0

    train(network(), 4, batch_size=7, optimizer=nn.SGD(1e-15), metrics=[note])
    assert len({str([round(row[0], 9) for row in rows]) for rows in seen}) == 4


def test_full_batches_draw_nothing() -> None:
    target = network()
    before = target.random.get_state()
    train(target, 3)
    assert target.random.get_state() == before


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_runs_of_five_epochs_are_one_of_ten(name: str, batch_size: int | None) -> None:
    once, twice = network(), network()
    whole = train(once, 10, optimizer=OPTIMIZERS[name](), batch_size=batch_size)
    optimizer = OPTIMIZERS[name]()
    first = train(twice, 5, optimizer=optimizer, batch_size=batch_size)
    second = train(twice, 5, optimizer=optimizer, batch_size=batch_size)
    assert first.losses + second.losses == whole.losses
    assert once.parameters == twice.parameters


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_forgets_another_network(name: str) -> None:
    fresh, used = network(1), network(1)
    optimizer = OPTIMIZERS[name]()
    train(network(0), 5, optimizer=optimizer)
    train(used, 5, optimizer=optimizer)
    train(fresh, 5, optimizer=OPTIMIZERS[name]())
    assert used.parameters == fresh.parameters
    assert optimizer.steps == 5


# ---------------------------------------------------------------------------- callbacks


def test_callbacks_are_called_in_order_after_each_epoch() -> None:
    calls: list[tuple[str, int, int]] = []
    target = network()
    history = train(
        target, 3,
        callbacks=[
            lambda progress: calls.append(("a", progress.epoch, progress.epochs)),
            lambda progress: calls.append(("b", progress.epoch, len(progress.history.losses))),
        ],
    )  # fmt: skip
    assert calls == [("a", 1, 3), ("b", 1, 1), ("a", 2, 3), ("b", 2, 2), ("a", 3, 3), ("b", 3, 3)]
    assert len(history.losses) == 3


def test_what_a_callback_is_told() -> None:
    target = network()
    told: list[tuple[float, dict[str, float]]] = []

    def note(progress: Progress) -> None:
        assert progress.network is target
        told.append((progress.loss, progress.metrics))

    history = train(target, 2, metrics=["accuracy"], callbacks=[note])
    accuracies = history.metrics["accuracy"]
    assert told == [
        (loss, {"accuracy": a}) for loss, a in zip(history.losses, accuracies, strict=True)
    ]


def test_stop_ends_the_run_after_this_epoch() -> None:
    seen: list[int] = []

    def stop_at_two(progress: Progress) -> None:
        if progress.epoch == 2:
            progress.stop()

    target = network()
    history = train(
        target, 9, callbacks=[stop_at_two, lambda progress: seen.append(progress.epoch)]
    )
    assert len(history.losses) == 2
    assert seen == [1, 2]
    plain = network()
    train(plain, 2)
    assert target.parameters == plain.parameters


def test_an_exception_in_a_callback_comes_through() -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(network(), 9, callbacks=[interrupt])


# ------------------------------------------------------------------- losses not finite


def diverging(last: Any = nn.Identity, scale: float = 1.0) -> nn.Network:
    rows = nn.RandomState(1).randn(2, 3), nn.RandomState(2).randn(3, 1)
    W1, W2 = ([[scale * w for w in row] for row in r] for r in rows)
    return nn.Network([nn.Dense(2, 3, weights=W1), nn.Dense(3, 1, weights=W2), last()], seed=0)


def stop(target: nn.Network, optimizer: Optimizer, **changes: Any) -> str:
    arguments: dict[str, Any] = {"loss": nn.MeanSquaredError(), "epochs": 1000}
    with pytest.raises(NonFiniteError) as raised:
        nn.train(target, X, Y, optimizer=optimizer, **(arguments | changes))
    assert isinstance(raised.value, ArithmeticError)
    return str(raised.value)


@pytest.mark.parametrize("name", ["SGD", "momentum", "Nesterov"])
def test_a_diverging_run_stops_at_its_last_finite_state(name: str) -> None:
    settings = {"SGD": {}, "momentum": {"momentum": 0.9}}
    settings["Nesterov"] = {"momentum": 0.9, "nesterov": True}
    optimizer = nn.SGD(50.0, **settings[name])  # type: ignore[arg-type]
    target = diverging()
    message = stop(target, optimizer)
    assert message.startswith("epoch ")
    assert ", batch 1: the loss became " in message
    assert "Try a smaller learning rate than 50, or scale the columns of X" in message
    assert all(math.isfinite(w) for _, rows in target.parameters for row in rows for w in row)
    P: Any = target.predict(X)
    assert all(math.isfinite(p) for (p,) in P)
    epoch = int(message.split()[1].rstrip(","))
    assert optimizer.steps == epoch - 2  # before the step that led to the loss of this epoch
    for memory in optimizer.state:
        for V in memory.values():
            assert all(math.isfinite(v) for row in target.backend.to_list(V) for v in row)


def test_the_last_finite_state_is_that_of_the_last_finite_loss() -> None:
    target = diverging()
    message = stop(target, nn.SGD(50.0))
    epoch = int(message.split()[1].rstrip(","))
    assert epoch > 2
    finite = diverging()
    for _ in range(epoch - 2):
        nn.train(finite, X, Y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(50.0), epochs=1)
    assert finite.parameters == target.parameters


def test_the_epoch_batch_and_layer_are_named() -> None:
    target = diverging(scale=1e160)
    with pytest.raises(NonFiniteError) as raised:
        nn.train(
            target, X, Y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=5, batch_size=3
        )
    message = str(raised.value)
    assert message.startswith("epoch 1, batch 1: the loss became ")
    assert "first seen in Dense 2 (3 → 1); training stopped" in message
    assert target.parameters == diverging(scale=1e160).parameters


def test_a_later_batch_is_named() -> None:
    """The bad rows come in a batch of their own; the parameters are those before it."""
    x = [[0.1, 0.2], [0.2, 0.1], [1e200, 1e200]]
    target = nn.Network([nn.Dense(2, 1)], seed=0)
    with pytest.raises(NonFiniteError, match=r"^epoch 1, batch [123]: .*first seen in the loss"):
        nn.train(
            target, x, [0, 1, 0], loss=nn.MeanSquaredError(), optimizer=nn.SGD(1e-3), epochs=1,
            batch_size=1,
        )  # fmt: skip


def test_parameters_that_overflow_in_the_last_step_are_put_back() -> None:
    target = nn.Network([nn.Dense(2, 1, weights=[[1e150], [1e150]])], seed=0)
    before = target.parameters
    with pytest.raises(NonFiniteError, match=r"^epoch 1, last step: W1 is no longer finite"):
        nn.train(
            target, [[1.0, 1.0]], [0.0], loss=nn.MeanSquaredError(), optimizer=nn.SGD(1e200),
            epochs=1,
        )  # fmt: skip
    assert target.parameters == before


def test_a_stopped_optimizer_starts_anew() -> None:
    target = diverging()
    optimizer = nn.SGD(50.0, momentum=0.9)
    stop(target, optimizer)
    optimizer.learning_rate = 1e-6
    target, fresh = diverging(), diverging()
    train(target, 3, optimizer=optimizer)
    train(fresh, 3, optimizer=nn.SGD(1e-6, momentum=0.9))
    assert target.parameters == fresh.parameters


# --------------------------------------------------------------------- learning at all


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "loss,last", [(nn.MeanSquaredError(), nn.Sigmoid), (nn.BinaryCrossEntropy(), nn.Sigmoid)]
)
def test_every_optimizer_learns_xor(name: str, loss: Loss, last: Any) -> None:
    x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    target = nn.Network([nn.Dense(2, 4), nn.Tanh(), nn.Dense(4, 1), last()], seed=1)
    history = nn.train(
        target, x, y, loss=loss, optimizer=OPTIMIZERS[name](), epochs=1500, metrics=["accuracy"]
    )
    assert history.metrics["accuracy"][-1] == 1.0
    assert history.losses[-1] < 0.1 * history.losses[0]


def test_class_numbers_spread_into_rows_are_the_same_examples(backend: Backend) -> None:
    network = nn.Network([nn.Dense(2, 3), nn.Softmax()], seed=0, backend=backend)
    rows, classes = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [2, 0, 1]
    examples = network.examples(rows, classes, nn.CrossEntropy(), None)
    before = [backend.to_list(array) for array in examples.take([2, 0])]
    examples.spread()
    assert not examples.classes
    assert backend.is_array(examples.Y)
    assert backend.to_list(examples.all()[1]) == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert [backend.to_list(array) for array in examples.take([2, 0])] == before
    examples.spread()  # once is enough
    assert backend.to_list(examples.all()[1]) == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
