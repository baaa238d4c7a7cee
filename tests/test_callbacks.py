"""Callbacks: when they are called and what they are told; EarlyStopping by scripted losses."""

from typing import Any

import pytest

import purenn as nn
from purenn.backend import Backend
from purenn.errors import ArgumentError
from purenn.training import Progress

X = nn.RandomState(11).randn(7, 2)
Y = [[float(a * b > 0)] for a, b in X]
HELD_OUT = [[0.5, 0.5], [-0.5, 0.5], [0.5, -0.5]], [[1.0], [0.0], [0.0]]


def a_network(seed: int = 0, backend: str | Backend = "python") -> nn.Network:
    layers = [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()]
    return nn.Network(layers, seed=seed, backend=backend)


def train(network: nn.Network, epochs: int, **changes: Any) -> nn.History:
    arguments: dict[str, Any] = {"loss": nn.MeanSquaredError(), "optimizer": nn.SGD(0.5)}
    return nn.train(network, X, Y, epochs=epochs, **(arguments | changes))


class Script:
    """A callback that puts a validation loss of its own into the history."""

    def __init__(self, *losses: float) -> None:
        self.losses = losses
        self.weights: list[Any] = []

    def __call__(self, progress: Progress) -> None:
        assert len(progress.history.validation_losses) == progress.epoch
        progress.history.validation_losses[-1] = self.losses[progress.epoch - 1]
        self.weights.append(progress.network.parameters)


def scripted(stopping: nn.EarlyStopping, *losses: float) -> tuple[nn.Network, Script, int]:
    network, script = a_network(), Script(*losses)
    history = train(
        network, len(losses), callbacks=[script, stopping], validation=HELD_OUT
    )  # fmt: skip
    return network, script, len(history.losses)


# -------------------------------------------------------------------- order of the calls


class Diary:
    """A callback that notes its calls."""

    def __init__(self, name: str, calls: list[Any]) -> None:
        self.name, self.calls = name, calls

    def batch(self, progress: Progress) -> None:
        self.calls.append((self.name, "batch", progress.epoch, progress.batch, progress.batches))

    def __call__(self, progress: Progress) -> None:
        self.calls.append((self.name, "epoch", progress.epoch))

    def end(self, progress: Progress) -> None:
        self.calls.append((self.name, "end", progress.epoch))


def test_batch_epoch_and_end() -> None:
    calls: list[Any] = []
    train(
        a_network(), 2, batch_size=3,
        callbacks=[Diary("a", calls), Diary("b", calls), lambda p: calls.append("plain")],
    )  # fmt: skip
    expected: list[Any] = []
    for epoch in (1, 2):
        for batch in (1, 2, 3):
            expected += [(name, "batch", epoch - 1, batch, 3) for name in "ab"]
        expected += [*((name, "epoch", epoch) for name in "ab"), "plain"]
    assert calls == [*expected, ("a", "end", 2), ("b", "end", 2)]


def test_a_full_batch_is_one_batch() -> None:
    calls: list[Any] = []
    train(a_network(), 1, callbacks=[Diary("a", calls)])
    assert calls == [("a", "batch", 0, 1, 1), ("a", "epoch", 1), ("a", "end", 1)]


def test_the_loss_of_a_batch() -> None:
    losses: list[float] = []

    class Note:
        def batch(self, progress: Progress) -> None:
            losses.append(progress.batch_loss)

        def __call__(self, progress: Progress) -> None:
            pass

    history = train(a_network(), 1, batch_size=3, callbacks=[Note()])
    assert history.losses[0] == pytest.approx(
        (3 * losses[0] + 3 * losses[1] + losses[2]) / 7, rel=1e-14
    )


def test_the_validation_is_there_when_callbacks_are_called() -> None:
    network = a_network()
    told: list[Any] = []

    def note(progress: Progress) -> None:
        now = nn.evaluate(network, *HELD_OUT, loss=nn.MeanSquaredError(), metrics=["accuracy"])
        told.append((now, (progress.validation_loss, progress.validation_metrics)))

    train(network, 3, callbacks=[note], validation=HELD_OUT, metrics=["accuracy"])
    assert len(told) == 3
    assert all(now == said for now, said in told)


def test_without_validation_data_there_is_no_validation_loss() -> None:
    def note(progress: Progress) -> None:
        assert progress.validation_metrics == {}
        with pytest.raises(ArgumentError, match=r"there is no validation loss: give train\("):
            _ = progress.validation_loss

    train(a_network(), 1, callbacks=[note])


def test_stop_from_a_batch_ends_the_run_after_the_epoch() -> None:
    class Stop:
        def batch(self, progress: Progress) -> None:
            progress.stop()

        def __call__(self, progress: Progress) -> None:
            pass

    calls: list[Any] = []
    history = train(a_network(), 9, batch_size=3, callbacks=[Stop(), Diary("a", calls)])
    assert len(history.losses) == 1
    assert calls[-2:] == [("a", "epoch", 1), ("a", "end", 1)]
    assert len(calls) == 5


def test_epochs_go_on_counting_with_a_history() -> None:
    network, optimizer = a_network(), nn.SGD(0.5)
    history = train(network, 2, optimizer=optimizer, validation=HELD_OUT)
    calls: list[tuple[int, int]] = []
    again = train(
        network, 3, optimizer=optimizer, validation=HELD_OUT, history=history,
        callbacks=[lambda progress: calls.append((progress.epoch, progress.epochs))],
    )  # fmt: skip
    assert again is history
    assert calls == [(3, 5), (4, 5), (5, 5)]
    assert len(history.validation_losses) == 5
    assert history.losses == train(a_network(), 5).losses


# ------------------------------------------------------------------------ EarlyStopping


def test_the_best_weights_come_back_when_it_stops() -> None:
    stopping = nn.EarlyStopping(2)
    network, script, epochs = scripted(stopping, 5.0, 3.0, 4.0, 3.5, 1.0)
    assert epochs == 4  # two epochs without improvement after the second
    assert (stopping.best_epoch, stopping.best_loss) == (2, 3.0)
    assert network.parameters == script.weights[1] != script.weights[3]


def test_the_best_weights_come_back_when_the_epochs_are_over() -> None:
    stopping = nn.EarlyStopping(9)
    network, script, epochs = scripted(stopping, 5.0, 3.0, 4.0)
    assert epochs == 3
    assert network.parameters == script.weights[1]


@pytest.mark.parametrize("patience", [1, 2, 3, 4])
def test_patience_counts_epochs_without_improvement(patience: int) -> None:
    losses = [9.0, 8.0, *[8.0] * 9]
    assert scripted(nn.EarlyStopping(patience), *losses)[2] == 2 + patience


def test_an_improvement_begins_the_count_anew() -> None:
    losses = [9.0, 9.5, 8.0, 8.5, 7.0, 7.5, 7.5, 6.0]
    stopping = nn.EarlyStopping(2)
    assert scripted(stopping, *losses)[2] == 7
    assert stopping.best_epoch == 5


def test_min_delta() -> None:
    losses = [9.0, 8.75, 8.5, 8.25, 7.75]
    by_half, by_any = nn.EarlyStopping(2, min_delta=0.5), nn.EarlyStopping(2)
    assert scripted(by_half, *losses)[2] == 3
    assert (by_half.best_epoch, by_half.best_loss) == (1, 9.0)
    assert scripted(by_any, *losses)[2] == 5
    slow = nn.EarlyStopping(3, min_delta=0.5)  # small steps add up, measured from the best
    assert scripted(slow, *losses)[2] == 5
    assert slow.best_epoch == 4


def test_a_loss_that_is_no_number_is_no_improvement() -> None:
    nan = float("nan")
    stopping = nn.EarlyStopping(2)
    network, script, epochs = scripted(stopping, nan, 4.0, nan, nan, 1.0)
    assert epochs == 4
    assert (stopping.best_epoch, stopping.best_loss) == (2, 4.0)
    assert network.parameters == script.weights[1]


def test_without_validation_data_the_training_loss_is_watched() -> None:
    """At a rate that is too large the loss of training rises again."""
    stopping = nn.EarlyStopping(1, min_delta=1e-9)
    network = nn.Network([nn.Dense(2, 1, weights=[[0.1], [0.1]])], seed=0, backend="python")
    history = train(network, 50, optimizer=nn.SGD(5.0), callbacks=[stopping])
    assert len(history.losses) == 2
    assert stopping.best_epoch == 1
    assert stopping.best_loss == history.losses[0] < history.losses[1]


def test_the_weights_are_those_of_the_best_validation(backend: Backend) -> None:
    network = a_network(backend=backend)
    stopping = nn.EarlyStopping(3)
    history = train(
        network, 40, optimizer=nn.Adam(0.3), validation=HELD_OUT, callbacks=[stopping]
    )  # fmt: skip
    best = min(history.validation_losses)
    assert stopping.best_loss == best
    assert history.validation_losses[stopping.best_epoch - 1] == best
    assert nn.evaluate(network, *HELD_OUT, loss=nn.MeanSquaredError())[0] == best


def test_one_stopper_for_two_networks_mixes_nothing_up() -> None:
    """The second run is worse throughout; the weights of the first must not come back in it."""
    stopping = nn.EarlyStopping(2)
    scripted(stopping, 0.5, 0.25)
    network, script, epochs = scripted(stopping, 9.0, 8.0, 8.5, 8.5, 1.0)
    assert epochs == 4
    assert stopping.best_epoch == 2
    assert network.parameters == script.weights[1]


def test_one_stopper_for_two_parts_of_a_run_goes_on() -> None:
    network, optimizer, stopping = a_network(), nn.SGD(0.5), nn.EarlyStopping(3)
    script = Script(5.0, 4.0, 4.5, 4.5, 4.5)
    both: dict[str, Any] = {
        "optimizer": optimizer, "callbacks": [script, stopping], "validation": HELD_OUT,
    }  # fmt: skip
    history = train(network, 3, **both)
    assert network.parameters == script.weights[1]
    train(network, 9, history=history, **both)
    assert len(history.losses) == 5
    assert stopping.best_epoch == 2
    assert network.parameters == script.weights[1]


def test_a_network_that_was_moved_keeps_to_its_backend(backend: Backend) -> None:
    network, stopping = a_network(), nn.EarlyStopping(5)
    history = train(network, 2, callbacks=[stopping], validation=HELD_OUT)
    network.to(backend)
    train(network, 2, callbacks=[stopping], validation=HELD_OUT, history=history)
    for parameter in network.trainable:
        assert backend.is_array(parameter.value)


@pytest.mark.parametrize("patience", [0, -1, 1.5, "3", None, True])
def test_patience_that_is_refused(patience: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"EarlyStopping: patience is .*, must be a whole number, 1 or more"
    ):
        nn.EarlyStopping(patience)


@pytest.mark.parametrize("delta", [-1e-9, float("nan"), float("inf"), "0", None, True])
def test_min_delta_that_is_refused(delta: Any) -> None:
    with pytest.raises(
        ArgumentError, match=r"EarlyStopping: min_delta is .*, must be a number, 0 or more"
    ):
        nn.EarlyStopping(3, min_delta=delta)


# ------------------------------------------------- the weights that a loss belongs to


XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("seed", range(8))
def test_without_validation_the_weights_of_the_best_loss_come_back(
    backend: Backend, seed: int, batch_size: int | None
) -> None:
    """At this rate the losses jump: one update later they are far from the best one."""
    network = nn.Network(
        [nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=seed, backend=backend
    )
    stopping, loss = nn.EarlyStopping(4), nn.BinaryCrossEntropy()
    history = nn.train(
        network, *XOR, loss=loss, optimizer=nn.SGD(12.0), epochs=40, callbacks=stopping,
        batch_size=batch_size,
    )  # fmt: skip
    assert stopping.best_loss == min(history.losses)
    again, _ = nn.evaluate(network, *XOR, loss=loss)
    # The order of a sum differs where a batch is shuffled.
    assert again == pytest.approx(stopping.best_loss, rel=1e-12)


def test_what_progress_offers_as_measured(backend: Backend) -> None:
    for batch_size, before in ((None, True), (7, True), (3, False)):
        network = a_network(backend=backend)
        states = [network.parameters]

        def check(progress: Progress, states: list[Any] = states, before: bool = before) -> None:
            states.append(progress.network.parameters)
            measured = [backend.to_list(W) for W in progress.measured]
            assert measured == [rows for _, rows in states[-2 if before else -1]]

        train(network, 3, batch_size=batch_size, callbacks=check)


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("held_out", [None, HELD_OUT])
def test_a_run_in_pieces_is_the_run_that_never_stopped(
    backend: Backend, batch_size: int | None, held_out: Any
) -> None:
    """The best weights come back after each piece, but the next one goes on from the last."""

    def run(*pieces: int) -> tuple[Any, ...]:
        network, optimizer, history = a_network(3, backend), nn.Adam(0.2), nn.History()
        stopping = nn.EarlyStopping(6, min_delta=0.001)
        for epochs in pieces:
            train(
                network, epochs, optimizer=optimizer, history=history, callbacks=[stopping],
                batch_size=batch_size, validation=held_out,
            )  # fmt: skip
        return (
            network.parameters, history.losses, history.validation_losses, stopping.best_epoch,
            stopping.best_loss, [backend.to_list(W) for W in stopping.last],
            optimizer.state_dict(), network.random.get_state(),
        )  # fmt: skip

    whole = run(14)
    assert run(5, 9) == whole
    assert run(1, 2, 11) == whole


def test_a_moved_network_goes_on_from_its_last_weights(backend: Backend) -> None:
    network, stopping, optimizer = a_network(3), nn.EarlyStopping(9), nn.SGD(3.0)
    twin, whole = a_network(3), nn.EarlyStopping(9)
    settings: dict[str, Any] = {"optimizer": optimizer, "validation": HELD_OUT}
    history = train(network, 5, callbacks=stopping, **settings)
    network.to(backend)
    train(network, 3, callbacks=stopping, history=history, **settings)
    expected = train(twin, 8, optimizer=nn.SGD(3.0), validation=HELD_OUT, callbacks=whole)
    assert history.losses == pytest.approx(expected.losses, rel=1e-9)
    assert stopping.best_epoch == whole.best_epoch


def test_a_network_that_was_changed_by_hand_goes_on_as_it_is() -> None:
    """Only the best weights that `end` put back make room for the last ones."""
    network, stopping = a_network(3), nn.EarlyStopping(9)
    history = train(network, 4, callbacks=stopping, validation=HELD_OUT)
    for parameter in network.trainable:
        parameter.value = parameter.value * 0.5
    loss, _ = nn.evaluate(network, X, Y, loss=nn.MeanSquaredError())
    train(network, 1, callbacks=stopping, validation=HELD_OUT, history=history)
    assert history.losses[-1] == pytest.approx(loss, rel=1e-12)


def test_hooks_before_the_run() -> None:
    class Begins:
        def begin(self, progress: Progress) -> None:
            told.append((progress.epoch, progress.epochs))

        def __call__(self, progress: Progress) -> None:
            told.append(progress.epoch)

    told: list[Any] = []
    train(a_network(), 2, callbacks=Begins())
    assert told == [(0, 2), 1, 2]
