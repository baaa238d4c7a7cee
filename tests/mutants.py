"""Mutants: would a fault in the mathematics be noticed by the tests of its own module?

A mutant is purenn with one small fault: + where − stands, < for ≤, a number a little larger,
a branch the other way around, a line left out. A seeded sample of them is drawn; each is run
on its module's tests (MODULES below says which). A mutant that fails them, or does not come
to an end, is killed. One that survives shows a test that is missing, unless it is equivalent:
no input tells it from the original. That is for people to judge.

    python tests/mutants.py                                     # 300 mutants, of seed 0
    python tests/mutants.py --seed 1 --count 40 losses kernels
    python tests/mutants.py --minutes 30 --jobs 4 >mutants.txt

It needs what the tests need, NumPy and its plugin among it, and a system that forks. The
imports that tests have in common are made once; each mutant is a fork of that, in a copy of
the tree of its own, so the tree itself is never changed. 300 mutants take about an hour on
two cores. Messages, annotations and `strict=` of zip are left alone. Neither CI nor pytest
runs this file.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
OUT = (".git", ".tox", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "dist")
OPTIONS = (  # of pytest
    *("-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what `prepare` imports
)
MEMORY = 4 << 30  # bytes that a mutant may ask for
LEAST = 5  # mutants of each module, if it has so many

MODULES = {  # each module's own tests, those first that find most
    "activations": "tests/test_more_activations.py tests/test_network.py",
    "batches": "tests/test_training.py tests/test_sample_weight.py tests/test_inputs.py",
    "dropout": "tests/test_dropout.py",
    "gradients": "tests/test_gradient_check.py tests/test_slopes.py",
    "guard": "tests/test_whole_steps.py tests/test_predictions.py tests/test_training.py",
    "initializers": "tests/test_initializers.py tests/test_more_activations.py",
    "kernels": "tests/test_kernels.py tests/test_sparse.py purenn/testing",
    "layers": "tests/test_network.py tests/test_parts.py tests/test_bad_input.py"
    " tests/test_whole_steps.py tests/test_copying.py",
    "losses": "tests/test_losses.py tests/test_more_losses.py tests/test_sample_weight.py",
    "matrix": "tests/test_matrix.py purenn/testing",
    "metrics": "tests/test_more_metrics.py tests/test_sample_weight.py tests/test_inputs.py",
    "network": "tests/test_network.py tests/test_predictions.py tests/test_bad_input.py"
    " tests/test_parts.py tests/test_sample_weight.py tests/test_copying.py",
    "optimizers": "tests/test_optimizers.py tests/test_more_optimizers.py tests/test_storage.py"
    " tests/test_parts.py tests/test_copying.py",
    "random": "tests/test_random.py",
    "schedules": "tests/test_schedules.py",
    "seeding": "tests/test_random.py",
    "sequences": "tests/test_random.py",
    "slopes": "tests/test_slopes.py tests/test_gradient_check.py",
    "sparse": "tests/test_sparse.py",
    "tally": "tests/test_validation.py tests/test_sample_weight.py",
    "training": "tests/test_training.py tests/test_predictions.py tests/test_validation.py"
    " tests/test_callbacks.py tests/test_sample_weight.py tests/test_whole_steps.py"
    " tests/test_parts.py tests/test_bad_input.py",
}


# --------------------------------------------------------------------------- the faults

OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.MatMult: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.FloorDiv(),
    ast.Pow: ast.Mult(),
    ast.LShift: ast.RShift(),
    ast.RShift: ast.LShift(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
    ast.BitXor: ast.BitOr(),
}
COMPARISONS: dict[type[ast.cmpop], list[ast.cmpop]] = {
    ast.Lt: [ast.LtE(), ast.Gt()],
    ast.LtE: [ast.Lt(), ast.GtE()],
    ast.Gt: [ast.GtE(), ast.Lt()],
    ast.GtE: [ast.Gt(), ast.LtE()],
    ast.Eq: [ast.NotEq()],
    ast.NotEq: [ast.Eq()],
    ast.Is: [ast.IsNot()],
    ast.IsNot: [ast.Is()],
    ast.In: [ast.NotIn()],
    ast.NotIn: [ast.In()],
}
FOR_PEOPLE = ("__repr__", "__str__", "confusion")  # methods that give text to read


class Mutant(NamedTuple):
    """One fault: in the module's bytes from `start` to `end` stands `after`, not `before`."""

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def text(self, source: bytes) -> bytes:
        """The module with the fault; all its other lines keep their numbers."""
        lost = source[self.start : self.end].count(b"\n") - self.after.count("\n")
        return source[: self.start] + self.after.encode() + b"\n" * lost + source[self.end :]

    def __str__(self) -> str:
        return f"purenn/{self.module}.py:{self.line}: {one_line(self.before)} → {self.after}"


def path_of(module: str, tree: Path) -> Path:
    return tree / "purenn" / f"{module}.py"


def one_line(code: str) -> str:
    return " ".join(code.split())


def mutants_of(module: str, source: bytes) -> Iterator[Mutant]:
    """Every mutant that there is of a module."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, inside in parts(ast.parse(source), inside=False):
        for place, after in faults(node, inside):
            assert place.end_lineno is not None
            assert place.end_col_offset is not None
            start = starts[place.lineno - 1] + place.col_offset
            end = starts[place.end_lineno - 1] + place.end_col_offset
            yield Mutant(module, place.lineno, start, end, source[start:end].decode(), after)


def parts(node: ast.AST, inside: bool) -> Iterator[tuple[ast.AST, bool]]:
    """What may get a fault, and whether it is inside of a function."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not left_alone(child):
                yield child, inside
                yield from parts(child, inside or isinstance(child, (ast.FunctionDef, ast.Lambda)))


def left_alone(node: ast.AST) -> bool:
    """Messages and what is only for people or type checkers."""
    match node:
        case ast.Raise() | ast.JoinedStr() | ast.keyword(arg="strict"):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="TYPE_CHECKING")]):
            return True
        case ast.FunctionDef(name=name):
            return name in FOR_PEOPLE
    return False


def faults(node: ast.AST, inside: bool) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The faults of a node: what is replaced, and by which code."""
    match node:
        case ast.Constant(value=value):
            yield from ((node, other) for other in other_values(value))
        case ast.If(test=test) | ast.While(test=test):
            if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)):
                yield test, code(ast.UnaryOp(ast.Not(), test))
        case ast.AugAssign(target=target, op=op, value=added) if type(op) in OPERATORS:
            yield node, code(ast.AugAssign(target, OPERATORS[type(op)], added))
        case ast.expr():
            yield from ((node, code(other)) for other in other_expressions(node))
    match node:
        case ast.Assign() | ast.AugAssign() | ast.Expr(value=ast.Call()) if inside:
            yield node, "pass"


def code(made: ast.expr | ast.stmt) -> str:
    text = ast.unparse(ast.fix_missing_locations(made))
    return f"({text})" if isinstance(made, ast.expr) else text


def other_values(value: object) -> list[str]:
    match value:
        case bool():
            return [repr(not value)]
        case int():
            return [repr(value + 1)]
        case float():
            return [repr(1.5 * value or 1.0)]
    return []


def other_expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left=a, op=op, right=b) if type(op) in OPERATORS:
            yield ast.BinOp(a, OPERATORS[type(op)], b)
        case ast.Compare(left=a, ops=signs, comparators=others):
            for i, sign in enumerate(signs):
                for other in COMPARISONS[type(sign)]:
                    yield ast.Compare(a, [*signs[:i], other, *signs[i + 1 :]], others)
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=a, orelse=b):
            yield ast.IfExp(test, b, a)


def sample(sources: dict[str, bytes], count: int, seed: int) -> list[Mutant]:
    """So many mutants in random order: each module's share is that of all its mutants."""
    draw = random.Random(seed)
    there = {module: list(mutants_of(module, source)) for module, source in sources.items()}
    total = sum(map(len, there.values()))
    chosen: list[Mutant] = []
    for mutants in there.values():
        share = max(LEAST, round(count * len(mutants) / total))
        chosen += draw.sample(mutants, min(share, len(mutants)))
    draw.shuffle(chosen)
    return chosen[:count]


# ------------------------------------------------------------------------------ the runs


class Run:
    """The tests of one module, in a fork, in a copy of the tree."""

    def __init__(self, tree: Path, module: str, seconds: int) -> None:
        self.tree, self.module, self.seconds = tree, module, seconds
        self.log = tree / f"{module}.log"
        self.began = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            self.tests()

    def tests(self) -> NoReturn:
        """In the fork: run pytest, and end with its exit code."""
        code = 3
        try:
            os.setsid()  # what a test starts ends with it
            signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
            log = os.open(self.log, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(log, stream)
            os.chdir(self.tree)
            own = [str(self.tree), str(self.tree / "backends" / "numpy")]
            sys.path[:0] = own
            os.environ["PYTHONPATH"] = os.pathsep.join(own)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (self.seconds, self.seconds))
            import pytest

            code = int(pytest.main([*OPTIONS, *MODULES[self.module].split()]))
        finally:
            os._exit(code)

    def ended(self) -> tuple[int, float] | None:
        """Exit status and seconds of the processor, once the run is over."""
        if time.monotonic() - self.began > 10 * self.seconds:  # it waits for something
            self.end()
        pid, status, used = os.wait4(self.pid, os.WNOHANG)
        if pid == 0:
            return None
        self.end()
        return status, used.ru_utime + used.ru_stime

    def end(self) -> None:
        """End the fork, and what its tests have started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def limits(tree: Path, modules: list[str], jobs: int) -> dict[str, int]:
    """Seconds of the processor that each module's tests may take: measured without a fault."""
    seconds: dict[str, int] = {}
    waiting, running = list(modules), list[Run]()
    while waiting or running:
        while waiting and len(running) < jobs:
            running.append(Run(tree, waiting.pop(), 600))
        for run in list(running):
            if ended := run.ended():
                running.remove(run)
                if ended[0]:
                    log = run.log.read_text(encoding="utf-8", errors="replace")
                    raise SystemExit(f"{run.module}: its tests fail without a fault\n{log}")
                seconds[run.module] = 20 + int(4 * ended[1])
        time.sleep(0.02)
    return seconds


def outcomes(
    mutants: list[Mutant], trees: list[Path], seconds: dict[str, int], until: float
) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether it survived, in the order in which they end."""
    free, running = list(trees), dict[Run, tuple[Mutant, bytes, float]]()
    try:
        while running or (mutants and time.monotonic() < until):
            while mutants and free and time.monotonic() < until:
                mutant, tree = mutants.pop(), free.pop()
                path = path_of(mutant.module, tree)
                source, modified = path.read_bytes(), path.stat().st_mtime
                path.write_bytes(mutant.text(source))
                run = Run(tree, mutant.module, seconds[mutant.module])
                running[run] = mutant, source, modified
            for run in list(running):
                if ended := run.ended():
                    mutant, source, modified = running.pop(run)
                    path = path_of(mutant.module, run.tree)
                    path.write_bytes(source)
                    os.utime(path, (modified, modified))  # so what was compiled of it is valid
                    free.append(run.tree)
                    yield mutant, ended[0] == 0
            time.sleep(0.02)
    finally:
        for run in running:
            run.end()


def prepare() -> None:
    """What tests of purenn have in common is imported before the forks; purenn is not."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["PURENN_TEST_EPOCHS"] = "500"  # of the long runs in purenn/testing
    os.environ.pop("PURENN_BACKEND", None)
    import concurrent.futures
    import importlib.metadata
    import unittest.mock

    import array_api_strict
    import hypothesis.strategies
    import numpy
    import pytest

    del array_api_strict, hypothesis, numpy, pytest, concurrent, importlib, unittest


def main() -> int:
    parser = argparse.ArgumentParser(description="Run mutants of purenn on its tests.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300, help="of mutants (default: 300)")
    parser.add_argument("--minutes", type=float, default=240.0, help="to begin new ones in")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    arguments = parser.parse_args()
    modules = arguments.modules or list(MODULES)
    if unknown := set(modules) - set(MODULES):
        parser.error(f"no such modules: {', '.join(sorted(unknown))}")
    prepare()
    until = time.monotonic() + 60.0 * arguments.minutes
    done: Counter[str] = Counter()
    alive: list[Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder, str(k)) for k in range(arguments.jobs)]
        shutil.copytree(ROOT, trees[0], ignore=shutil.ignore_patterns(*OUT))
        sources = {module: path_of(module, trees[0]).read_bytes() for module in modules}
        mutants = sample(sources, arguments.count, arguments.seed)
        seconds = limits(trees[0], sorted({mutant.module for mutant in mutants}), arguments.jobs)
        sys.dont_write_bytecode = True  # what is compiled by now is; no mutant is
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        for tree in trees[1:]:
            shutil.copytree(trees[0], tree)
        for mutant, survived in outcomes(mutants, trees, seconds, until):
            done[mutant.module] += 1
            if survived:
                alive.append(mutant)
                print(f"survived  {mutant}", flush=True)
    report(done, alive)
    return 1 if alive else 0


def report(done: Counter[str], alive: list[Mutant]) -> None:
    """A line a module, then all together, then the survivors."""
    survived = Counter(mutant.module for mutant in alive)
    rows = [(module, done[module], survived[module]) for module in sorted(done)]
    print("\nmodule        killed  survived")
    for name, count, lived in (*rows, ("all", done.total(), len(alive))):
        print(f"{name:<12}  {count - lived:>6}  {lived:>8}")
    for mutant in sorted(alive):
        print(mutant)


if __name__ == "__main__":
    sys.exit(main())
