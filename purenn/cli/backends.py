"""`purenn backends`: which backends there are, and which one is in force and why."""

from __future__ import annotations

import argparse

from purenn.backend import choose_backend, describe_backends
from purenn.checks import one_line
from purenn.cli import options
from purenn.cli.screen import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_backend(parser)


def run(arguments: argparse.Namespace) -> int:
    chosen, why = choose_backend(arguments.backend)
    table = [("", "name", "version", "status")]
    for name, version, install in describe_backends():
        mark = "*" if name == chosen.name else ""
        status = f"not installed: {install}" if install else "installed"
        table.append((mark, one_line(name), version or "-", status))
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        say("  ".join([*cells, row[3]]).rstrip())
    say(f"\n* in force: {chosen.name} ({why})")
    return 0
