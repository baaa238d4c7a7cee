"""purenn beside PyTorch: which class is which call there, and that the numbers are the same.

300 random networks train on each backend. Beside each step of purenn's stands PyTorch's, from
the same parameters: the loss and every slope are compared; then PyTorch's optimizer moves by
purenn's slopes, and every parameter is compared. So an error of a step is one of that step.

Letters as in purenn: X inputs, Y targets, W weights, b bias, Z = X @ W + b, w sample weights.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import purenn as nn
from purenn import initializers, schedules
from purenn.backend import Backend
from purenn.layers import Layer
from purenn.losses import Loss
from purenn.optimizers import Optimizer
from purenn.schedules import Schedule
from purenn.training import forward_and_backward

torch = pytest.importorskip("torch")
pytest.importorskip("purenn_numpy", reason="purenn-numpy is not installed")
F = torch.nn.functional

NETWORKS = 300
PER_TEST = 10


def tensor(rows: Any) -> Any:
    return torch.tensor(rows, dtype=torch.float64)


# ----------------------------------------------------------- what stands for what in PyTorch

ACTIVATIONS: dict[type[Layer], Callable[[Any, Any], Any]] = {
    nn.Identity: lambda layer, Z: Z,
    nn.Sigmoid: lambda layer, Z: torch.sigmoid(Z),
    nn.Tanh: lambda layer, Z: torch.tanh(Z),
    nn.ReLU: lambda layer, Z: F.relu(Z),
    nn.LeakyReLU: lambda layer, Z: F.leaky_relu(Z, layer.slope),
    nn.ELU: lambda layer, Z: F.elu(Z, layer.alpha),
    nn.GELU: lambda layer, Z: F.gelu(Z, approximate="tanh"),
    nn.SiLU: lambda layer, Z: F.silu(Z),
    nn.Softplus: lambda layer, Z: F.softplus(Z, threshold=1e9),  # PyTorch's gives z above it
    nn.Softmax: lambda layer, Z: F.softmax(Z, dim=1),
}

# The loss of each example. The two cross-entropies take Z, as in purenn; so the last layer,
# Softmax or Sigmoid, is left out.
LOSSES: dict[type[Loss], Callable[[Any, Any, Any], Any]] = {
    nn.MeanSquaredError: lambda loss, P, Y: F.mse_loss(P, Y, reduction="none").mean(dim=1),
    nn.SumSquaredError: (
        lambda loss, P, Y: loss.scale * F.mse_loss(P, Y, reduction="none").sum(dim=1)
    ),
    nn.MeanAbsoluteError: lambda loss, P, Y: F.l1_loss(P, Y, reduction="none").mean(dim=1),
    nn.Huber: (
        lambda loss, P, Y: F.huber_loss(P, Y, delta=loss.delta, reduction="none").mean(dim=1)
    ),
    nn.BinaryCrossEntropy: (
        lambda loss, Z, Y: F.binary_cross_entropy_with_logits(Z, Y, reduction="none").sum(dim=1)
    ),
    nn.CrossEntropy: lambda loss, Z, Y: F.cross_entropy(Z, Y, reduction="none"),
}


def loss_of(loss: Loss, P: Any, Y: Any, w: Any) -> Any:
    """The mean over the examples, or their sum where the loss is one; each weighs w."""
    terms = LOSSES[type(loss)](loss, P, Y) * w
    return terms.mean() if loss.per_example else terms.sum()


def forward(network: nn.Network, loss: Loss, parameters: dict[str, Any], X: Any) -> Any:
    """Through the layers to where the loss sits; the masks of Dropout are purenn's."""
    for layer in network.layers[:-1] if loss.fused_with else network.layers:
        if isinstance(layer, nn.Dense):
            b = parameters[layer.b.name][0] if layer.b else None
            X = F.linear(X, parameters[layer.W.name].T, b)
        elif isinstance(layer, nn.Dropout):
            X = X * tensor(network.backend.to_list(layer.M))  # F.dropout(X, layer.probability)
        else:
            X = ACTIVATIONS[type(layer)](layer, X)
    return X


OPTIMIZERS: dict[type[Optimizer], Callable[[Any, Any], Any]] = {
    nn.SGD: lambda ours, groups: torch.optim.SGD(
        groups, ours.learning_rate, momentum=ours.momentum, nesterov=ours.nesterov
    ),
    nn.RMSProp: lambda ours, groups: torch.optim.RMSprop(
        groups, ours.learning_rate, alpha=ours.decay, eps=ours.epsilon
    ),
    nn.Adam: lambda ours, groups: torch.optim.Adam(
        groups, ours.learning_rate, betas=(ours.beta1, ours.beta2), eps=ours.epsilon
    ),
    nn.AdamW: lambda ours, groups: torch.optim.AdamW(
        groups, ours.learning_rate, betas=(ours.beta1, ours.beta2), eps=ours.epsilon
    ),
}


def torch_optimizer(ours: Optimizer, parameters: dict[str, Any]) -> Any:
    """Weights decay, biases do not: in PyTorch these are two groups."""
    weights = [value for name, value in parameters.items() if name[0] == "W"]
    biases = [value for name, value in parameters.items() if name[0] == "b"]
    groups = [{"params": weights, "weight_decay": ours.weight_decay}]
    groups += [{"params": biases, "weight_decay": 0.0}] if biases else []
    return OPTIMIZERS[type(ours)](ours, groups)


def clip(parameters: dict[str, Any], clip_norm: float) -> None:
    """As torch.nn.utils.clip_grad_norm_, which adds 1e-6 to the norm that it divides by."""
    norm = torch.nn.utils.get_total_norm([value.grad for value in parameters.values()])
    if norm > clip_norm:
        for value in parameters.values():
            value.grad *= clip_norm / norm


SCHEDULES: dict[type[Schedule], Callable[[Any, Any], Any]] = {
    schedules.StepDecay: lambda ours, optimizer: torch.optim.lr_scheduler.StepLR(
        optimizer, ours.every, ours.factor
    ),
    schedules.ExponentialDecay: lambda ours, optimizer: torch.optim.lr_scheduler.ExponentialLR(
        optimizer, ours.factor
    ),
    schedules.CosineDecay: lambda ours, optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, ours.epochs, ours.final * optimizer.defaults["lr"]
    ),
    schedules.WarmUp: lambda ours, optimizer: warm_up(ours, optimizer),
}


def warm_up(ours: Any, optimizer: Any) -> Any:
    """The factor of the first epoch is 1 / (epochs + 1), not 0."""
    line = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0 / (ours.epochs + 1), 1.0, ours.epochs)
    if ours.then is None:
        return line
    then = SCHEDULES[type(ours.then)](ours.then, optimizer)
    return torch.optim.lr_scheduler.SequentialLR(optimizer, [line, then], [ours.epochs])


def lasts(schedule: Any) -> float:
    """Epochs until a cosine has come down: purenn stays there, PyTorch goes up again."""
    if isinstance(schedule, schedules.WarmUp):
        return schedule.epochs + lasts(schedule.then)
    return schedule.epochs if isinstance(schedule, schedules.CosineDecay) else math.inf


# --------------------------------------------------------------------------- side by side


def assert_close(ours: Any, theirs: Any, what: str, terms: float = 1.0) -> None:
    """Within 1e-12 of the largest entry; but sums of terms of such a size cancel to rounding."""
    ours, theirs = (torch.as_tensor(x, dtype=torch.float64).detach() for x in (ours, theirs))
    off, size = (ours - theirs).abs().max().item(), theirs.abs().max().item()
    assert off <= 1e-12 * size + 1e-14 * terms, f"{what}: {off:.1e} of {size:.1e}"


def assert_same_slopes(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    largest = max(slopes.abs().max().item() for slopes in theirs.values())
    for name in theirs:
        assert_close(ours[name], theirs[name], f"the slopes of {name}", max(1.0, largest))


def slopes_of(network: nn.Network) -> dict[str, Any]:
    to_list = network.backend.to_list
    return {p.name: tensor(to_list(p.gradient)) for p in network.trainable}


class Beside:
    """A callback that takes each step in PyTorch as well."""

    def __init__(self, network: nn.Network, loss: Loss, optimizer: Optimizer) -> None:
        self.network, self.loss, self.ours = network, loss, optimizer
        self.parameters = {name: tensor(rows).requires_grad_() for name, rows in network.parameters}
        self.optimizer = torch_optimizer(optimizer, self.parameters)
        self.schedule: Any = None
        if optimizer.schedule is not None:
            self.schedule = SCHEDULES[type(optimizer.schedule)](optimizer.schedule, self.optimizer)

    def data(self, X: Any, Y: Any, w: list[float] | None, batch_size: int | None) -> None:
        """Weights are 1 on average over all of the data; those of a sum stay as they are."""
        self.X, self.Y = tensor(X), torch.tensor(Y) if isinstance(Y[0], int) else tensor(Y)
        self.w = tensor(w or [1.0] * len(X))
        if self.loss.per_example:
            self.w = self.w / self.w.mean()
        self.batch_size = batch_size

    def begin(self, progress: Any) -> None:
        """The order of the next epoch: that which purenn will draw."""
        self.left = list(range(len(self.X)))
        if self.batch_size is not None:
            random = nn.RandomState()
            random.set_state(self.network.random.get_state())
            self.left = random.permutation(len(self.X))
        self.mean = 0.0

    def batch(self, progress: Any) -> None:
        size = self.batch_size or len(self.X)
        rows, self.left = self.left[:size], self.left[size:]
        parameters, to_list = self.parameters, self.network.backend.to_list
        P = forward(self.network, self.loss, parameters, self.X[rows])
        L = loss_of(self.loss, P, self.Y[rows], self.w[rows])
        self.optimizer.zero_grad()
        L.backward()
        assert_close(progress.batch_loss, L, "the loss")
        self.mean += L.item() * (len(rows) / len(self.X) if self.loss.per_example else 1.0)
        slopes = slopes_of(self.network)
        assert_same_slopes(slopes, {name: value.grad for name, value in parameters.items()})
        for name, value in parameters.items():
            value.grad = slopes[name]
        if self.ours.clip_norm is not None:
            clip(parameters, self.ours.clip_norm)
        self.optimizer.step()
        for p in self.network.trainable:
            value = tensor(to_list(p.value))
            assert_close(value, parameters[p.name], f"the step of {p.name}")
            parameters[p.name].data = value

    def __call__(self, progress: Any) -> None:
        """An epoch is done."""
        assert_close(progress.loss, self.mean, "the loss of the epoch")
        assert_close(self.ours.rate, self.optimizer.param_groups[0]["lr"], "the learning rate")
        if self.schedule is not None and progress.epoch <= lasts(self.ours.schedule):
            self.schedule.step()
        self.begin(progress)


# --------------------------------------------------------------------------- random networks


class Trial:
    """A network, data, and how it is trained: all drawn by one number."""

    def __init__(self, number: int) -> None:
        self.draw = draw = random.Random(number)
        self.seed, self.rows = number, draw.randint(1, 12)
        self.epochs, self.batch_size = draw.randint(2, 6), draw.choice([None, None, 1, 2, 5])
        self.loss = self.drawn_loss()
        self.layers = self.drawn_layers()
        self.optimizer = self.drawn_optimizer()
        n_in = next(layer.n_in for layer in self.layers if isinstance(layer, nn.Dense))
        size = draw.choice([1.0, 1.0, 3.0])
        self.X = [[draw.gauss(0.0, size) for _ in range(n_in)] for _ in range(self.rows)]
        self.y = self.drawn_targets()
        self.w = None
        if draw.random() < 0.5:
            self.w = [draw.choice([0.0, 1.0, 2.0, draw.random()]) for _ in range(self.rows)]
            self.w[0] = 1.5  # not all 0

    def drawn_loss(self) -> Loss:
        draw = self.draw
        return draw.choice(
            [
                nn.MeanSquaredError(),
                nn.SumSquaredError(draw.choice([0.5, 1.0, 0.01])),
                nn.MeanAbsoluteError(),
                nn.Huber(draw.choice([1.0, 0.1, 2.5])),
                nn.BinaryCrossEntropy(),
                nn.CrossEntropy(),
            ]
        )

    def drawn_layers(self) -> list[Layer]:
        draw, layers = self.draw, list[Layer]()
        widths = [draw.randint(1, 6) for _ in range(draw.randint(2, 5))]
        self.n_out = widths[-1] = draw.randint(2, 5) if self.loss.fused_with else widths[-1]
        for n_in, n_out in pairwise(widths):
            layers.append(self.drawn_dense(n_in, n_out))
            layers += [self.drawn_activation()] if draw.random() < 0.9 else []
            layers += [nn.Dropout(draw.choice([0.1, 0.5]))] if draw.random() < 0.2 else []
        if self.loss.fused_with:
            layers.append(self.loss.fused_with())
        return layers

    def drawn_dense(self, n_in: int, n_out: int) -> nn.Dense:
        draw = self.draw
        kind = draw.choice([initializers.GlorotUniform, initializers.HeNormal, initializers.Normal])
        bias = draw.choice([None, initializers.Zeros(), initializers.Normal(0.0, 0.5)])
        return nn.Dense(n_in, n_out, weights=kind(), bias=bias)

    def drawn_activation(self) -> Layer:
        kind: Any = self.draw.choice(list(ACTIVATIONS))
        if kind is nn.LeakyReLU:
            return nn.LeakyReLU(self.draw.choice([0.0, 0.01, 0.2, 1.0]))
        return nn.ELU(self.draw.choice([0.3, 1.0, 2.0])) if kind is nn.ELU else kind()

    def drawn_optimizer(self) -> Optimizer:
        draw = self.draw
        rate, epsilon = draw.choice([0.001, 0.01, 0.1]), draw.choice([1e-8, 1e-3])
        options: dict[str, Any] = {
            "weight_decay": draw.choice([0.0, 0.01, 0.1]),
            "clip_norm": draw.choice([None, 0.01, 1.0]),
            "schedule": self.drawn_schedule(),
        }
        betas = draw.choice([(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)])
        return draw.choice(
            [
                nn.SGD(rate, **options),
                nn.SGD(rate, draw.choice([0.5, 0.9]), **options),
                nn.SGD(rate, draw.choice([0.5, 0.9]), True, **options),
                nn.RMSProp(rate, draw.choice([0.9, 0.99]), epsilon, **options),
                nn.Adam(rate, *betas, epsilon, **options),
                nn.AdamW(rate, *betas, epsilon, **options),
            ]
        )

    def drawn_schedule(self) -> Schedule | None:
        draw, epochs = self.draw, self.epochs
        falling = draw.choice(
            [
                schedules.StepDecay(draw.randint(1, 3), draw.choice([0.5, 1.0])),
                schedules.ExponentialDecay(draw.choice([0.5, 0.9])),
                schedules.CosineDecay(epochs),
                schedules.CosineDecay(draw.randint(1, epochs), 0.1),
            ]
        )
        warm = schedules.WarmUp(draw.randint(1, epochs), draw.choice([None, falling]))
        return draw.choice([None, falling, warm])

    def drawn_targets(self) -> Any:
        """Of the cross-entropies class numbers, yes or no, or shares."""
        draw, m, n = self.draw, self.rows, self.n_out
        soft = draw.random() < 0.5
        if isinstance(self.loss, nn.CrossEntropy):
            if not soft:
                return [draw.randrange(n) for _ in range(m)]
            rows = [[draw.random() for _ in range(n)] for _ in range(m)]
            return [[share / sum(row) for share in row] for row in rows]
        if isinstance(self.loss, nn.BinaryCrossEntropy):
            return [
                [draw.random() if soft else float(draw.randrange(2)) for _ in range(n)]
                for _ in range(m)
            ]
        return [[draw.gauss(0.0, 1.0) for _ in range(n)] for _ in range(m)]

    def run(self, backend: Backend) -> None:
        network = nn.Network(self.layers, seed=self.seed, backend=backend)
        beside = Beside(network, self.loss, self.optimizer)
        beside.data(self.X, self.y, self.w, self.batch_size)
        nn.train(
            network,
            self.X,
            self.y,
            loss=self.loss,
            optimizer=self.optimizer,
            epochs=self.epochs,
            batch_size=self.batch_size,
            sample_weight=self.w,
            callbacks=beside,
        )


@pytest.mark.parametrize("first", range(0, NETWORKS, PER_TEST))
def test_random_networks(backend: Backend, first: int) -> None:
    for number in range(first, first + PER_TEST):
        try:
            Trial(number).run(backend)
        except Exception as error:
            error.add_note(f"network {number}")
            raise


def kinds(base: type) -> set[type]:
    """The classes of purenn below this one that a user can make."""
    below: list[Any] = base.__subclasses__()
    for kind in list(below):
        below += kind.__subclasses__()
    public: list[Any] = [
        getattr(module, name) for module in (nn, schedules) for name in module.__all__
    ]
    return {kind for kind in below if any(kind is each for each in public)}


def test_every_class_is_among_them() -> None:
    trials = [Trial(number) for number in range(NETWORKS)]
    assert {type(layer) for trial in trials for layer in trial.layers} == kinds(Layer)
    assert {type(trial.loss) for trial in trials} == kinds(Loss)
    assert {type(trial.optimizer) for trial in trials} == kinds(Optimizer)
    assert {type(trial.optimizer.schedule) for trial in trials} == kinds(Schedule) | {type(None)}


# ------------------------------------------------------- each pair of activation and loss

MADE: dict[type, Callable[[], Any]] = {  # with other settings than the usual
    nn.LeakyReLU: lambda: nn.LeakyReLU(0.1),
    nn.ELU: lambda: nn.ELU(1.5),
    nn.SumSquaredError: lambda: nn.SumSquaredError(0.3),
    nn.Huber: lambda: nn.Huber(0.4),
}


def made(kind: type) -> Any:
    return MADE.get(kind, kind)()


@pytest.mark.parametrize("scale", [1.0, 30.0])
@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda kind: kind.__name__)
def test_slopes_of_every_pair(
    backend: Backend, activation: type[Layer], kind: type[Loss], scale: float
) -> None:
    """Inputs of size 1, and of 30, where many activations are flat."""
    draw, m = random.Random(f"{activation} {kind} {scale}"), 5
    loss = made(kind)
    X = [[draw.gauss(0.0, scale) for _ in range(3)] for _ in range(m)]
    Y = [[draw.gauss(0.0, 1.0) for _ in range(2)] for _ in range(m)]
    if loss.fused_with:
        Y = [[share, 1.0 - share] for share in (0.0, 1.0, 0.25, draw.random(), draw.random())]
    bias = initializers.Normal(0.0, 0.3)
    last = loss.fused_with() if loss.fused_with else made(activation)
    network = nn.Network(
        [nn.Dense(3, 4, bias=bias), made(activation), nn.Dense(4, 2, bias=bias), last],
        seed=draw.randrange(1000),
        backend=backend,
    )
    arrays = network.examples(X, Y, loss).all()
    ours, _ = forward_and_backward(network.path(loss), loss, *arrays)
    parameters = {name: tensor(rows).requires_grad_() for name, rows in network.parameters}
    P = forward(network, loss, parameters, tensor(X))
    L = loss_of(loss, P, tensor(Y), torch.ones(m, dtype=torch.float64))
    L.backward()
    assert_close(ours, L, "the loss")
    assert_same_slopes(slopes_of(network), {name: value.grad for name, value in parameters.items()})


@pytest.mark.parametrize("kind", LOSSES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("size", [30.0, 800.0, 1e4])
def test_losses_of_huge_outputs_are_finite(backend: Backend, kind: type[Loss], size: float) -> None:
    """The network's last layer is handed ±size; class and shares as well as they can and not."""
    loss, Y = made(kind), [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]
    for z in (size, -size):
        X = [[z, -z], [z, z], [z, 0.0]]
        for rows in (X, [row[::-1] for row in X]):
            P = tensor(rows).requires_grad_()
            L = loss_of(loss, P, tensor(Y), torch.ones(3, dtype=torch.float64))
            L.backward()
            loss.targets(backend, Y, 2)
            ours = loss.forward(backend.from_list(rows), backend.from_list(Y))
            assert math.isfinite(ours)
            assert_close(ours, L, "the loss")
            assert_close(tensor(backend.to_list(loss.backward())), P.grad, "its slopes")
