"""The command line: one module a command, each with add_arguments and run.

Exit codes
    0    done; also where a reader (`| head`, a pager) has seen enough and gone
    1    done, but the answer is no: not learned, gradients disagree, a number not finite
    2    wrong use or input
    3    what was to be printed is lost: a full disk, or no standard output at all. Files that
         were asked for (--save, --report, --output …) are written all the same; without a
         standard output they are all that was asked for, and the code is 0
    129, 130, 143   stopped because the terminal was closed, with Ctrl-C, by SIGTERM (`train`
         finishes its epoch and saves first, see there)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from purenn import __version__
from purenn.cli import screen
from purenn.cli.parsing import Parser
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
    screen.begin()
    try:
        return screen.exit_code(_run(sys.argv[1:] if argv is None else list(argv)))
    except PurennError as error:
        screen.complain(str(error))
        return 1 if isinstance(error, NonFiniteError) else 2
    except KeyboardInterrupt:
        screen.complain("stopped with Ctrl-C", below=True)
        return 130
    except screen.ScreenLost:
        return screen.exit_code(0)
    finally:
        spoken_to.reset(spoken)


def _run(words: list[str]) -> int:
    arguments = build_parser(words).parse_args(words)
    arguments.command = words  # as given, for the report
    code: int = arguments.run(arguments)
    return code


def build_parser(argv: Sequence[str]) -> Parser:
    """The parser of `purenn`; only the module of the command in argv is imported."""
    parser = Parser(
        prog="purenn",
        description="Neural networks in plain Python. "
        "The environment variable PURENN_BACKEND names the backend to run on.",
        epilog="`purenn COMMAND --help` tells of its options.",
        commands=COMMANDS,
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
