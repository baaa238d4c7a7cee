"""`purenn xor`: watch a network learn the exclusive or, from four examples."""

from __future__ import annotations

import argparse
import json
from typing import Any

import purenn as nn
from purenn.backend import choose_backend
from purenn.cli import options, terminal
from purenn.cli.screen import hand_out, say, say_fact
from purenn.training import Progress

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]
MARGIN = 0.25  # a prediction this near to its target counts as learned


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_backend(parser)
    parser.add_argument(
        "--hidden", type=options.count, default=8, metavar="N", help="hidden units (default: 8)"
    )
    options.add_seed(parser)
    parser.add_argument(
        "--epochs",
        type=options.count,
        default=1000,
        metavar="N",
        help="passes over the four examples (default: 1000)",
    )
    parser.add_argument(
        "--learning-rate",
        type=options.rate,
        default=0.5,
        metavar="R",
        help="step along the gradient (default: 0.5)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and no text")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 if all four examples are learned, else 1."""
    backend, why = choose_backend(arguments.backend)
    network = nn.Network(
        [nn.Dense(2, arguments.hidden), nn.Tanh(), nn.Dense(arguments.hidden, 1), nn.Sigmoid()],
        seed=arguments.seed,
        backend=backend,
    )
    if not arguments.json:
        say_fact("backend", f"{backend.name} ({why})")
        say_fact("network", f"2 inputs, {arguments.hidden} hidden (tanh), 1 output (sigmoid)")
        say(f"         seed {arguments.seed}, learning rate {arguments.learning_rate:g}\n")
    history = nn.train(
        network,
        X,
        y,
        loss=nn.BinaryCrossEntropy(),
        optimizer=nn.SGD(arguments.learning_rate),
        epochs=arguments.epochs,
        callbacks=[] if arguments.json else [report],
    )
    predictions = [p for (p,) in backend.to_list(network.predict(X))]
    learned = [abs(p - target) < MARGIN for p, (target,) in zip(predictions, y, strict=True)]
    if arguments.json:
        answer = result(arguments, backend.name, why, history, predictions, all(learned))
        hand_out(json.dumps(answer) + "\n")
    else:
        show(history, predictions, learned)
    return 0 if all(learned) else 1


def report(progress: Progress) -> None:
    """A line that is written over on a terminal; ten plain lines elsewhere."""
    watched = terminal.is_terminal()
    every = max(1, progress.epochs // (50 if watched else 10))
    if progress.epoch % every and progress.epoch not in (1, progress.epochs):
        return
    digits = len(str(progress.epochs))
    line = f"epoch {progress.epoch:>{digits}} of {progress.epochs}  loss {progress.loss:.5f}"
    if watched:
        terminal.show_line(line)
    else:
        say(line)


def show(history: nn.History, predictions: list[float], learned: list[bool]) -> None:
    """The curve, the truth table and the verdict."""
    epochs = len(history.losses)
    if terminal.is_terminal():
        terminal.clear_line()
        say(terminal.curve(history.losses, f"loss, epochs 1 to {epochs}"))
    say("\n x1  x2  target  prediction")
    for (x1, x2), (target,), p, right in zip(X, y, predictions, learned, strict=True):
        say(f"{x1:3d} {x2:3d} {target:7d}  {p:10.4f}  {'learned' if right else 'not learned'}")
    time = f"{epochs} epochs, {history.seconds:.2f} s"
    if all(learned):
        say(f"\nXOR is learned: loss {history.losses[-1]:.5f} after {time}")
    else:
        say(
            f"\nXOR is not learned: {sum(learned)} of 4 after {time}. "
            "Try more --epochs, more --hidden units or another --seed"
        )


def result(
    arguments: argparse.Namespace,
    backend: str,
    why: str,
    history: nn.History,
    predictions: list[float],
    learned: bool,
) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "backend": backend,
        "why": why,
        "hidden": arguments.hidden,
        "seed": arguments.seed,
        "epochs": len(history.losses),
        "learning_rate": arguments.learning_rate,
        "losses": history.losses,
        "seconds": history.seconds,
        "inputs": X,
        "targets": [target for (target,) in y],
        "predictions": predictions,
        "learned": learned,
    }
