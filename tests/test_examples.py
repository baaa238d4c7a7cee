"""Every example runs, on every backend, and prints what its tutorial prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import purenn as nn

ROOT = Path(__file__).parent.parent
REFERENCE = json.loads((ROOT / "tests/reference/tutorials.json").read_text(encoding="utf-8"))


def output(module: str, backend: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PURENN_BACKEND": backend},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=300,
    )
    return done.stdout


@pytest.mark.parametrize("name", nn.available_backends())
def test_xor(name: str) -> None:
    lines = output("examples.xor", name).splitlines()
    assert [float(line.split()[-1]) > 0.5 for line in lines] == [False, True, True, False]


@pytest.mark.parametrize("name", nn.available_backends())
def test_xor_tutorial_prints_the_tutorials_own_lines(name: str) -> None:
    expected = REFERENCE["42"]["xor_001"]
    lines = [f"Epoch {1000 * i}, Loss: {loss:.5f}" for i, loss in enumerate(expected["losses"])]
    rows = "\n ".join(f"[{p:.8f}]" for p in expected["predictions"])
    assert output("examples.xor_tutorial", name) == "\n".join(
        [*lines, "Final Predictions:", f"[{rows}]", ""]
    )
