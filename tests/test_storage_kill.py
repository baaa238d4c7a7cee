"""Killing the process at any moment while it saves leaves a file that loads.

A nursery process has everything imported and forks the children that get killed, so that
200 of them take seconds, not minutes.
"""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from purenn import Dense, Network, initializers
from purenn.storage import load, save

RANDOM_KILLS = 160
STEPS = list(product(("open", "fsync", "chmod", "replace"), ("before", "after")))  # of a save

NURSERY = """
import os, signal, sys
from purenn.storage import load, save

first, second, path = sys.argv[1:]
models = [load(first), load(second)]

def die_at(step, when):
    original = getattr(os, step)
    def last(*arguments):
        if when == "after":
            original(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(os, step, last)

for number, line in enumerate(sys.stdin):  # each line asks for a child
    child = os.fork()
    if not child:
        if line.strip():
            die_at(*line.split())
        for turn in range(1_000_000):
            os.write(1, b".")  # a save begins
            save(path, models[(number + turn) % 2])
        os._exit(1)
    os.write(1, b"%d\\n" % child)
    os.waitpid(child, 0)
    os.write(1, b"dead\\n")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as on POSIX")
def test_a_killed_save_leaves_a_whole_file(tmp_path: Path) -> None:
    """200 children save two models to one path in turn: 160 are killed at any moment, 40 at a
    step of the writing."""
    contents = []
    for name, n in (("first", 3), ("second", 50)):
        save(tmp_path / name, Network([Dense(n, n, weights=initializers.Normal())], seed=n))
        contents.append((tmp_path / name).read_bytes())
    folder = tmp_path / "saved"
    folder.mkdir()
    path = folder / "m.json"
    save(path, load(tmp_path / "first"))
    arguments = [str(tmp_path / "first"), str(tmp_path / "second"), str(path)]
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as nursery:
        for kill in range(RANDOM_KILLS):
            kill_at_any_moment(nursery, random.Random(kill))
            assert path.read_bytes() in contents
            load(path)
        for step, when in STEPS * 5:
            ask(nursery, f"{step} {when}")
            output = b""
            while b"dead\n" not in output:
                output += read(nursery)
            assert path.read_bytes() in contents, f"killed {when} {step}"
            load(path)
        assert nursery.stdin
        nursery.stdin.close()
        assert nursery.wait() == 0
    left = [file for file in folder.iterdir() if file != path]
    assert len(left) >= 5 * 6, "kills between open and replace leave the temporary file"


def kill_at_any_moment(nursery: "subprocess.Popen[bytes]", random: random.Random) -> None:
    """Let a child begin some saves, spin for a part of a save, and kill it."""
    ask(nursery, "")
    output, wanted = b"", random.randint(1, 4)
    duration, last = 0.0, time.perf_counter()
    while output.count(b".") < wanted or b"\n" not in output:
        output += read(nursery)
        now = time.perf_counter()
        duration, last = now - last, now
    end = last + random.random() * min(duration, 0.01)
    while time.perf_counter() < end:
        pass
    child = int(output.replace(b".", b"").split(b"\n")[0])
    os.kill(child, signal.SIGKILL)
    while b"dead\n" not in output:
        output += read(nursery)


def ask(nursery: "subprocess.Popen[bytes]", line: str) -> None:
    assert nursery.stdin
    nursery.stdin.write(line.encode() + b"\n")
    nursery.stdin.flush()


def read(nursery: "subprocess.Popen[bytes]") -> bytes:
    assert nursery.stdout
    output = os.read(nursery.stdout.fileno(), 100)
    assert output, "the nursery ended"
    return output
