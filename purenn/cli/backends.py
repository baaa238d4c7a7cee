"""`purenn backends`: which backends there are, and which one is in force and why."""

from __future__ import annotations

import argparse

from purenn.backend import choose_backend, describe_backends
from purenn.checks import one_line
from purenn.cli import options
from purenn.cli.screen import say

# Measured with the NumPy plugin and OpenBLAS 0.3.31 on two busy cores, rows a second with one
# thread and with the default of two, batches of 32 (128): 4-32-10: 66,000 and 82,000;
# 64-32-10: 99,000 and 76,000; 784-128-10: 14,300 and 3,400 (20,500 and 8,600).
THREADS = """
Small networks on NumPy: try OPENBLAS_NUM_THREADS=1 before the command. On two
busy cores a 784-128-10 network then trained 4 times as fast (14,300 rows/s, not
3,400); where the cores are idle, or for a network of 32 units, it may not help."""


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
    say(THREADS)
    return 0
