"""`purenn check`: every formula of backward against central differences of the loss."""

from __future__ import annotations

import argparse

import purenn as nn
from purenn.backend import Backend, choose_backend
from purenn.cli import options
from purenn.gradients import GradientReport
from purenn.layers import Layer
from purenn.losses import Loss

ROWS = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_backend(parser)
    options.add_seed(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 if all slopes agree, else 1."""
    backend, why = choose_backend(arguments.backend)
    print(f"backend  {backend.name} ({why})")
    print("network  3 inputs, 4 hidden (tanh), 3 classes (softmax with cross-entropy)\n")
    first = check(nn.Tanh(), nn.CrossEntropy(), arguments.seed, backend)
    print(first)
    print("\nWorst relative error for each activation (down) and loss (across):\n")
    losses: list[Loss] = [
        nn.MeanSquaredError(),
        nn.SumSquaredError(),
        nn.BinaryCrossEntropy(),
        nn.CrossEntropy(),
    ]
    activations: list[Layer] = [
        nn.Identity(),
        nn.Sigmoid(),
        nn.Tanh(),
        nn.ReLU(),
        nn.LeakyReLU(),
        nn.Softmax(),
    ]
    print(" " * 10 + "".join(f"{type(loss).__name__:>20}" for loss in losses))
    ok = first.ok
    for activation in activations:
        reports = [check(activation, loss, arguments.seed, backend) for loss in losses]
        cells = "".join(f"{report.max_error:>20.1e}" for report in reports)
        print(f"{type(activation).__name__:<10}{cells}")
        ok = ok and all(reports)
    print("\nAll agree." if ok else "\nSome DISAGREE: a formula is wrong.")
    return 0 if ok else 1


def check(activation: Layer, loss: Loss, seed: int, backend: Backend) -> GradientReport:
    """The check of a 3-4-3 network with this activation in the middle, on random rows."""
    last: Layer = loss.fused_with() if loss.fused_with else nn.Tanh()
    network = nn.Network(
        [nn.Dense(3, 4), activation, nn.Dense(4, 3), last], seed=seed, backend=backend
    )
    draw = nn.RandomState(seed)
    X = draw.randn(ROWS, 3)
    y = draw.randn(ROWS, 3)
    if isinstance(loss, nn.BinaryCrossEntropy):
        y = [[float(value > 0.0) for value in row] for row in y]
    if isinstance(loss, nn.CrossEntropy):
        y = draw.randint(3, size=ROWS)
    return nn.gradient_check(network, loss, X, y)
