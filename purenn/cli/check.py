"""`purenn check`: every formula of backward against central differences of the loss."""

from __future__ import annotations

import argparse
import re

import purenn as nn
from purenn.backend import Backend, choose_backend
from purenn.cli import options
from purenn.cli.screen import say, say_fact
from purenn.gradients import GradientReport
from purenn.layers import Layer
from purenn.losses import Loss
from purenn.registering import is_registered
from purenn.storage.kinds import LAYERS, LOSSES

ROWS = 6
LABEL = 18  # columns for the names of the layers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_backend(parser)
    options.add_seed(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 if all slopes agree, else 1."""
    backend, why = choose_backend(arguments.backend)
    say_fact("backend", f"{backend.name} ({why})")
    say("network  3 inputs, 4 hidden (tanh), 3 classes (softmax with cross-entropy)\n")
    reports = [check(nn.Tanh(), nn.CrossEntropy(), arguments.seed, backend)]
    say(str(reports[0]))
    say("\nWorst relative error for each layer in the middle (down) and loss (across):\n")
    losses = [kind() for kind in LOSSES.values() if not is_registered(kind)]
    say(heading(losses))
    for name, layer in middles().items():
        row = [check(layer, loss, arguments.seed, backend) for loss in losses]
        say(f"{name:<{LABEL}}" + "".join(f"{cell(report):>10}" for report in row))
        reports += row
    say(f"\n{verdict(reports)}")
    return 0 if all(reports) else 1


def middles() -> dict[str, Layer]:
    """One layer of every kind there is, 4 wide, and a Dense without bias."""
    dense: dict[str, Layer] = {
        "Dense": nn.Dense(4, 4),
        "Dense without bias": nn.Dense(4, 4, bias=None),
    }
    own = {name: kind for name, kind in LAYERS.items() if not is_registered(kind)}
    return dense | {name: kind() for name, kind in own.items() if name not in dense}


def heading(losses: list[Loss]) -> str:
    """The names of the losses, a word a line: "Mean", "Squared", "Error"."""
    names = [re.findall("[A-Z]+(?![a-z])|[A-Z][a-z]*", type(loss).__name__) for loss in losses]
    height = max(map(len, names))
    columns = [[""] * (height - len(name)) + name for name in names]
    lines = ["".join(f"{word:>10}" for word in line) for line in zip(*columns, strict=True)]
    return "\n".join(" " * LABEL + line.rstrip() for line in lines)


def cell(report: GradientReport) -> str:
    """The worst error, with a mark if it is too large."""
    if not any(entry.checked for entry in report.entries):
        return "none"
    return f"{report.max_error:.1e}" + ("" if report.ok else "!")


def verdict(reports: list[GradientReport]) -> str:
    """How many slopes there were, and whether all that could be checked agree."""
    entries = [entry for report in reports for entry in report.entries]
    kinks = sum(entry.verdict == "kink" for entry in entries)
    unchecked = sum(not entry.checked for entry in entries) - kinks
    counts = f"{len(entries):,} slopes, {kinks} on a kink, {unchecked} too small to check."
    if all(reports):
        return f"{counts}\nAll agree."
    if any(entry.verdict == "disagrees" for entry in entries):
        return f"{counts}\nSome DISAGREE (!): a formula is wrong."
    return f"{counts}\nIn some networks nothing could be checked."


def check(layer: Layer, loss: Loss, seed: int, backend: Backend) -> GradientReport:
    """The check of a 3-4-3 network with this layer in the middle, on random rows."""
    last: Layer = loss.fused_with() if loss.fused_with else nn.Tanh()
    network = nn.Network([nn.Dense(3, 4), layer, nn.Dense(4, 3), last], seed=seed, backend=backend)
    draw = nn.RandomState(seed)
    X = draw.randn(ROWS, 3)
    y = draw.randn(ROWS, 3)
    if loss.fused_with is nn.Sigmoid:
        y = [[float(value > 0.0) for value in row] for row in y]
    if loss.fused_with is nn.Softmax:
        y = draw.randint(3, size=ROWS)
    return nn.gradient_check(network, loss, X, y)
