"""Layers, losses, optimizers and callbacks of one's own: a slip is told in a sentence."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn import schedules
from purenn.backend import Backend
from purenn.errors import (
    ArgumentError,
    MissingMethodError,
    NotReadyError,
    PurennError,
    ShapeError,
)
from purenn.layers import Layer, Parameter
from purenn.losses import Loss
from purenn.optimizers import Optimizer
from purenn.schedules import Schedule
from purenn.training import Progress

X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [[1.0], [1.0], [0.0]]


class Double(Layer):
    """A layer that is right: A = 2 X."""

    def forward(self, X: Any) -> Any:
        return 2.0 * X

    def backward(self, dA: Any) -> Any:
        return 2.0 * dA


def train(*middle: Layer, backend: Any = "python", **changes: Any) -> nn.Network:
    network = nn.Network(
        [nn.Dense(2, 2), *middle, nn.Dense(2, 1)], seed=0, backend=backend
    )  # fmt: skip
    arguments: dict[str, Any] = {
        "loss": nn.MeanSquaredError(), "optimizer": nn.SGD(0.1), "epochs": 2,
    }  # fmt: skip
    nn.train(network, X, Y, **(arguments | changes))
    return network


def told(error: type[PurennError], message: str, *middle: Layer, **changes: Any) -> None:
    with pytest.raises(error, match=message):
        train(*middle, **changes)


def test_parts_that_are_right_are_taken(backend: Backend) -> None:
    class Half(Loss):
        def forward(self, P: Any, Y: Any) -> float:
            self.slope = P - Y
            return self.backend.item(self.backend.sum((P - Y) * (P - Y))) / 2.0

    class Signs(Optimizer):
        def step(self) -> None:
            for W in self._of:
                W.value = W.value - self.rate * W.gradient

    class Falling(Schedule):
        def at(self, e: float) -> float:
            return 1.0 / (1.0 + e)

    network = train(
        Double(), backend=backend, loss=Half(), optimizer=Signs(0.1, schedule=Falling())
    )
    assert nn.gradient_check(network, Half(), X, Y).ok
    assert network.predict(X).shape == (3, 1)


# --------------------------------------------------------------------------- layers


class NoForward(Layer):
    def backward(self, dA: Any) -> Any: ...


class NoBackward(Layer):
    def forward(self, X: Any) -> Any: ...


class Arguments(Double):
    def forward(self) -> Any:  # type: ignore[override]
        ...


class ByName(Double):
    def forward(self, X: Any, *, scale: float) -> Any:  # type: ignore[override]
        ...


class BuildsAlone(Double):
    def build(self, backend: Any, random: Any, number: int) -> None:
        pass

    def forward(self, X: Any) -> Any:
        return self.backend.exp(X)


class GivesNothing(Double):
    def forward(self, X: Any) -> Any:
        return None


class GivesRows(Double):
    def forward(self, X: Any) -> Any:
        return self.backend.to_list(X)


class GivesFewerRows(Double):
    def forward(self, X: Any) -> Any:
        return self.backend.take(X, [0])


class ReturnsNothing(Double):
    def backward(self, dA: Any) -> Any:
        return None


class ReturnsAnother(Double):
    def backward(self, dA: Any) -> Any:
        return dA.T


class NoGradient(Double):
    def build(self, backend: Any, random: Any, number: int) -> None:
        super().build(backend, random, number)
        self.s = Parameter(f"s{number}", backend.from_list([[1.0, 1.0]]))

    def parameters(self) -> list[Parameter]:
        return [self.s]


class WrongGradient(NoGradient):
    def backward(self, dA: Any) -> Any:
        self.s.gradient = dA
        return dA


class NoParameters(Double):
    def parameters(self) -> list[Any]:
        return [[1.0]]


@pytest.mark.parametrize(
    "layer,error,message",
    [
        (NoForward, MissingMethodError, r"NoForward has no method forward: write `def forward\("),
        (NoBackward, MissingMethodError, r"NoBackward has no method backward: write"),
        (Arguments, ArgumentError, r"Arguments.forward is called as forward\(X\), but it"),
        (ByName, ArgumentError, r"ByName.forward is called as forward\(X\)"),
        (BuildsAlone, NotReadyError, r"BuildsAlone has no attribute 'backend'.*super\(\).build\("),
        (GivesNothing, ArgumentError, r"GivesNothing 1: forward gave None \(NoneType\), not"),
        (GivesRows, ArgumentError, r"GivesRows 1: forward gave .* \(list\), not an array"),
        (GivesFewerRows, ShapeError, r"GivesFewerRows 1: forward gave an array \(1 × 2\), needed"),
        (ReturnsNothing, ArgumentError, r"ReturnsNothing 1: backward gave None"),
        (ReturnsAnother, ShapeError, r"backward gave an array \(2 × 3\), needed is \(3 × 2\)"),
        (NoGradient, ArgumentError, r"backward: the gradient of s1 gave None"),
        (WrongGradient, ShapeError, r"gradient of s1 gave an array \(3 × 2\), needed is \(1 × 2\)"),
        (NoParameters, ArgumentError, r"parameters\(\) gave \[1.0\], not a purenn Parameter"),
    ],
)  # fmt: skip
def test_layers(
    backend: Backend, layer: type[Layer], error: type[PurennError], message: str
) -> None:
    told(error, message, layer(), backend=backend)


def test_two_parameters_of_one_name() -> None:
    class Same(NoGradient):
        def build(self, backend: Any, random: Any, number: int) -> None:
            super().build(backend, random, number)
            self.s.name = "W1"

    told(ArgumentError, "Same 1: a second parameter is called W1", Same())


def test_a_dense_layer_of_ones_own_is_numbered_with_the_others() -> None:
    class Mine(nn.Dense):
        pass

    network = nn.Network([nn.Dense(2, 2), Mine(2, 2), nn.Dense(2, 1)], seed=0)
    assert [name for name, _ in network.parameters] == ["W1", "b1", "W2", "b2", "W3", "b3"]


def test_what_is_not_there_yet() -> None:
    dense = nn.Dense(2, 2)
    for name in ("W", "backend", "no_such_thing"):
        with pytest.raises(NotReadyError, match=rf"^Dense has no attribute '{name}': .*nn.Network"):
            getattr(dense, name)
        assert not hasattr(dense, name)
    with pytest.raises(NotReadyError, match=r"^MeanSquaredError has no attribute 'slope'.*forward"):
        nn.MeanSquaredError().backward()
    with pytest.raises(NotReadyError, match=r"^SGD has no attribute '_backend'.*start\("):
        nn.SGD(0.1).step()
    with pytest.raises(AttributeError):
        dense.__getattribute__("__no_such_thing__")
    anything: Any = None
    calls: list[Callable[[], object]] = [
        lambda: Layer().forward(anything),
        lambda: Layer().backward(anything),
        lambda: Loss().forward(anything, anything),
        lambda: Optimizer(0.1).step(),
        lambda: Schedule()(1),
    ]
    for call in calls:
        with pytest.raises(MissingMethodError, match=r"has no method \w+: write `def "):
            call()


# ------------------------------------------------------- losses, optimizers, schedules


class NumberOnly(Loss):
    def forward(self, P: Any, Y: Any) -> Any:
        return self.backend.sum(P, keepdims=True)


class NoSlope(Loss):
    def forward(self, P: Any, Y: Any) -> float:
        return 1.0


class RowsForSlope(Loss):
    def forward(self, P: Any, Y: Any) -> float:
        self.slope: Any = [[1.0]] * 3
        return 1.0


class WrongSlope(Loss):
    def forward(self, P: Any, Y: Any) -> float:
        self.slope = P.T
        return 1.0


class LossArguments(Loss):
    def forward(self, P: Any) -> float:  # type: ignore[override]
        return 1.0


def test_losses(backend: Backend) -> None:
    told(MissingMethodError, "Loss has no method forward", loss=Loss(), backend=backend)
    told(NotReadyError, "NoSlope has no attribute 'slope'", loss=NoSlope(), backend=backend)
    told(ArgumentError, r"RowsForSlope: backward gave .*not an array", loss=RowsForSlope(),
         backend=backend)  # fmt: skip
    told(ArgumentError, r"LossArguments.forward is called as forward\(P, Y\)", loss=LossArguments())
    with pytest.raises((PurennError, ValueError)):
        train(loss=WrongSlope(), backend=backend)
    if backend.name == "python":
        told(ArgumentError, r"NumberOnly: forward gave .*, not a number; end it in self.backend.it",
             loss=type("NumberOnly", (Loss,), {"forward": lambda self, P, Y: "1"})())  # fmt: skip


class NoInit(Optimizer):
    def __init__(self) -> None:
        pass

    def step(self) -> None: ...


def test_optimizers_and_schedules() -> None:
    class NoStep(Optimizer):
        pass

    class StepArguments(Optimizer):
        def step(self, gradients: Any) -> None:  # type: ignore[override]
            ...

    class NoAt(Schedule):
        pass

    class AtArguments(Schedule):
        def at(self) -> float:  # type: ignore[override]
            return 1.0

    class AtText(Schedule):
        def at(self, e: float) -> Any:
            return "1"

    told(
        MissingMethodError,
        r"NoStep has no method step: write `def step\(self\)",
        optimizer=NoStep(0.1),
    )
    told(ArgumentError, r"StepArguments.step is called as step\(\)", optimizer=StepArguments(0.1))
    told(NotReadyError, r"NoInit has no attribute .*super\(\).__init__\(", optimizer=NoInit())
    with pytest.raises(
        MissingMethodError, match=r"NoAt has no method at: write `def at\(self, e\)"
    ):
        nn.SGD(0.1, schedule=NoAt())
    with pytest.raises(ArgumentError, match=r"AtArguments.at is called as at\(e\)"):
        nn.SGD(0.1, schedule=AtArguments())
    with pytest.raises(ArgumentError, match=r"AtText\(\): the factor at epoch 0 is '1', must be a"):
        nn.SGD(0.1, schedule=AtText())


# ---------------------------------------------- initializers, callbacks, metrics, arguments


@pytest.mark.parametrize(
    "initializer,message",
    [
        (lambda random: [[1.0]], r"weights: the initializer is called with \(random, n_in"),
        (lambda random, n, m: None, r"Dense\(2, 2\): weights is None; needed is a list of rows"),
        (lambda random, n, m: [[1.0] * m], r"weights given as \(1 × 2\), needed are \(2 × 2\)"),
        (lambda random, n, m: [["a"] * m] * n, r"Dense\(2, 2\): weights\[0\]\[0\] is 'a'"),
        (lambda random, n, m: [[float("nan")] * m] * n, r"weights\[0\]\[0\] is nan"),
    ],
)  # fmt: skip
def test_initializers(initializer: Any, message: str) -> None:
    with pytest.raises(PurennError, match=message):
        nn.Network([nn.Dense(2, 2, weights=initializer)])


def test_an_initializer_that_is_right() -> None:
    def rows(random: Any, n: int, m: int) -> Any:
        return ((k, 2) for k in range(n))

    network = nn.Network([nn.Dense(2, 2, weights=rows)])
    assert network.parameters[0] == ("W1", [[0.0, 2.0], [1.0, 2.0]])


@pytest.mark.parametrize(
    "changes,message",
    [
        ({"validation": 0.2}, r"validation is 0.2, must be \(X, y\) or .*purenn.data.split"),
        ({"validation": (X,)}, r"validation is .*, must be \(X, y\)"),
        ({"validation": {"X": X}}, r"validation is .*, must be \(X, y\)"),
        ({"callbacks": 5}, r"callbacks is 5 \(int\); needed is a list"),
        ({"callbacks": [5]}, r"callbacks: 5 is no callback$"),
        ({"callbacks": nn.EarlyStopping}, r"is no callback; write EarlyStopping\(…\)"),
        ({"callbacks": [lambda: None]}, r"is called with \(progress\), but takes other arguments"),
        ({"metrics": 5}, r"metrics is 5, must be a list of names"),
        ({"metrics": [5]}, r"unknown metric 5; there are accuracy"),
        ({"metrics": {"accuracy"}}, r"metrics is a set, which has no order"),
        ({"metrics": ["accuracy", nn.accuracy]}, r"metrics: two are called 'accuracy'"),
        ({"metrics": [lambda b, P, Y: 1.0, lambda b, P, Y: 2.0]}, r"two are called '<lambda>'"),
        ({"metrics": lambda P, Y: 1.0}, r"metrics: <lambda> is called with \(backend, P, Y\)"),
        ({"metrics": lambda b, P, Y: "much"}, r"metrics: <lambda> gave 'much', which is no number"),
        ({"metrics": lambda b, P, Y: None}, r"metrics: <lambda> gave None"),
        ({"optimizer": nn.SGD}, r"optimizer is <class .*, not a purenn optimizer; write SGD\(\)"),
        ({"loss": nn.Huber}, r"loss is <class .*, not a purenn loss; write Huber\(\)"),
    ],
)  # fmt: skip
def test_arguments_of_training(changes: dict[str, Any], message: str) -> None:
    told(PurennError, message, **changes)


def test_one_callback_and_one_metric_need_no_list() -> None:
    network, stopping = train(), nn.EarlyStopping(1)
    history = nn.train(
        network, X, Y, loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1), epochs=2,
        metrics="mean_squared_error", callbacks=stopping,
    )  # fmt: skip
    assert list(history.metrics) == ["mean_squared_error"]
    assert stopping.best_epoch == 2


def test_forward_of_rows_is_refused(backend: Backend) -> None:
    network = train(backend=backend)
    with pytest.raises(
        ArgumentError, match=r"^forward: X is .* \(list\), not an array of the backend"
    ):
        network.forward(X)  # type: ignore[arg-type]


# ------------------------------------------------------- one object in several networks


def a_run(seed: int, loss: Loss, **more: Any) -> list[Any]:
    network = nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1)], seed=seed)
    nn.train(network, X, Y, loss=loss, optimizer=nn.SGD(0.1), epochs=30, **more)
    return network.parameters


def test_a_callback_uses_the_loss_of_the_training_on_another_backend(backend: Backend) -> None:
    loss, other = nn.BinaryCrossEntropy(), nn.Network([nn.Dense(2, 1), nn.Sigmoid()], seed=9,
                                                      backend=backend)  # fmt: skip
    measured = []

    def callback(progress: Progress) -> None:
        measured.append(nn.evaluate(other, X, Y, loss=loss)[0])
        nn.train(other, X, Y, loss=loss, optimizer=nn.SGD(0.1), epochs=1)
        nn.gradient_check(other, loss, X, Y)

    network = nn.Network([nn.Dense(2, 1), nn.Sigmoid()], seed=1)
    twin = nn.Network([nn.Dense(2, 1), nn.Sigmoid()], seed=1)
    callback_each: dict[str, Any] = {"batch_size": 1, "callbacks": [callback]}
    nn.train(network, X, Y, loss=loss, optimizer=nn.SGD(0.1), epochs=4, **callback_each)
    nn.train(
        twin, X, Y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.1), epochs=4, batch_size=1
    )
    assert network.parameters == twin.parameters
    assert len(set(measured)) == 4


def test_one_loss_in_several_threads() -> None:
    loss = nn.MeanSquaredError()
    found: dict[int, Any] = {}
    threads = [
        threading.Thread(target=lambda seed=seed: found.update({seed: a_run(seed, loss)}))
        for seed in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {seed: a_run(seed, nn.MeanSquaredError()) for seed in range(6)}


@pytest.mark.parametrize(
    "activation",
    [nn.Identity, nn.Sigmoid, nn.Tanh, nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU,
     nn.Softplus, nn.Softmax],
)  # fmt: skip
def test_predictions_in_two_threads_do_not_mix(activation: Any) -> None:
    """Another prediction comes in between whenever the layer has kept something."""

    class Restless(activation):  # type: ignore[misc]
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name in self.kept and others:
                others.pop()()

    others: list[Callable[[], object]] = []
    network = nn.Network([nn.Dense(2, 3), Restless(), nn.Dense(3, 2), Restless()], seed=0)
    expected = network.predict(X).tolist()
    other = network.backend.from_list([[5.0, -5.0]])
    for moments in range(1, 5):
        others += [lambda: network.forward(other)] * moments
        assert network.predict(X).tolist() == expected
        others.clear()


def test_schedules_that_are_over(backend: Backend) -> None:
    network = nn.Network([nn.Dense(2, 1)], seed=0, backend=backend)
    optimizer = nn.SGD(0.1, schedule=schedules.CosineDecay(3))
    arguments: dict[str, Any] = {"loss": nn.MeanSquaredError(), "optimizer": optimizer}
    with pytest.raises(ArgumentError, match=r"learning rate of 0 from its epoch 4 on, .*4 epochs"):
        nn.train(network, X, Y, epochs=4, **arguments)
    assert optimizer.steps == 0
    history = nn.train(network, X, Y, epochs=3, **arguments)
    before = network.parameters
    for epochs in (1, 5):
        with pytest.raises(ArgumentError, match=r"CosineDecay\(epochs=3, final=0.0\) gives a lear"):
            nn.train(network, X, Y, epochs=epochs, history=history, **arguments)
    assert network.parameters == before
    assert len(history.losses) == optimizer.steps == 3
    optimizer.schedule = schedules.CosineDecay(2)  # a new one with an old history begins anew
    nn.train(network, X, Y, epochs=2, history=history, **arguments)
    assert network.parameters != before
    other = nn.SGD(0.1, schedule=schedules.CosineDecay(2))
    nn.train(network, X, Y, epochs=2, history=history, loss=nn.MeanSquaredError(), optimizer=other)
    assert len(history.losses) == 7


def test_rates_that_become_0_on_the_way() -> None:
    network = nn.Network([nn.Dense(2, 1)], seed=0)
    fading = nn.SGD(0.1, schedule=schedules.ExponentialDecay(1e-200))
    with pytest.raises(ArgumentError, match="learning rate of 0 from its epoch 3 on"):
        nn.train(network, X, Y, loss=nn.MeanSquaredError(), optimizer=fading, epochs=9)
    optimizer = nn.SGD(0.1, schedule=schedules.StepDecay(1, 1e-100))

    def smaller(progress: Progress) -> None:
        progress.optimizer.learning_rate = 1e-300

    history = nn.History()
    with pytest.raises(ArgumentError, match="epoch 2: the learning rate became 0"):
        nn.train(network, X, Y, loss=nn.MeanSquaredError(), optimizer=optimizer, epochs=3,
                 history=history, callbacks=smaller)  # fmt: skip
    assert len(history.losses) == 1


def test_histories_that_measured_something_else() -> None:
    network, optimizer = nn.Network([nn.Dense(2, 1)], seed=0), nn.SGD(0.1)
    arguments: dict[str, Any] = {"loss": nn.MeanSquaredError(), "optimizer": optimizer, "epochs": 1}
    history = nn.train(network, X, Y, metrics="r2", **arguments)
    before = network.parameters
    for changes, message in (
        ({}, "history has the metrics r2, this run would measure none"),
        ({"metrics": ["r2", "accuracy"]}, "the metrics r2, this run would measure accuracy, r2"),
        ({"metrics": "r2", "validation": (X, Y)}, "history has no validation losses, this run"),
    ):
        with pytest.raises(ArgumentError, match=message):
            nn.train(network, X, Y, history=history, **arguments, **changes)
    assert network.parameters == before
    nn.train(network, X, Y, metrics="r2", history=history, **arguments)
    assert len(history.metrics["r2"]) == 2
