"""The command line: one module a command, each with add_arguments and run.

Exit codes: 0 done, 1 done but the answer is no (not learned, gradients disagree),
2 wrong use or input, 130 stopped with Ctrl-C (`train` has saved first, see there).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from purenn import __version__
from purenn.data.messages import spoken_to
from purenn.errors import NonFiniteError, PurennError

__all__ = ["main"]

COMMANDS = {
    "xor": "train a small network on exclusive or, and show what it has learned",
    "train": "train a network on a CSV file or a folder of IDX files",
    "evaluate": "judge a saved model on labelled data",
    "predict": "predict with a saved model: CSV in, CSV out",
    "summary": "show what is in a model file",
    "explain": "follow every number of a training step, line by line",
    "check": "compare the analytic gradients with central differences",
    "backends": "list the backends, how to install the missing ones, and which one is in force",
}  # modules of this package, imported when asked for


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    spoken = spoken_to.set("command line")
    try:
        return _main(argv)
    finally:
        spoken_to.reset(spoken)


def _main(argv: Sequence[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without "→" shows "?"
    try:
        words = list(sys.argv[1:] if argv is None else argv)
        arguments = build_parser(words).parse_args(words)
        arguments.command = words  # as given, for the report
        code: int = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except PurennError as error:
        print(f"purenn: {error}", file=sys.stderr)
        return 1 if isinstance(error, NonFiniteError) else 2
    except KeyboardInterrupt:
        print("\npurenn: stopped with Ctrl-C", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader (`head`, a pager) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of `purenn`; only the module of the command in argv is imported."""
    parser = argparse.ArgumentParser(
        prog="purenn",
        description="Neural networks in plain Python. "
        "The environment variable PURENN_BACKEND names the backend to run on.",
    )
    parser.add_argument("--version", action="version", version=f"purenn {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    asked = next((word for word in argv if word in COMMANDS), None)
    for name, what in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what)
        if name == asked:
            module = import_module(f"purenn.cli.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser
