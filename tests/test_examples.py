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


@pytest.mark.parametrize("name", nn.available_backends())
def test_sse_network(name: str) -> None:
    lines = output("examples.sse_network", name).splitlines()
    expected = REFERENCE["42"]["sse_002"]
    assert lines[0] == f"Iteration 0: loss {expected['losses'][0]:.6f}"
    assert [line.split()[0] for line in lines[-4:]] == [f"{p:.3f}" for p in expected["predictions"]]


@pytest.mark.parametrize("name", nn.available_backends())
def test_deep_sigmoid_learns_and_with_the_tutorials_scale_stalls(name: str) -> None:
    learned = output("examples.deep_sigmoid", name).splitlines()
    expected = REFERENCE["42"]["deep_002"]
    assert learned[:-1] == [
        f"Epoch {300 * i}: cost {cost:.6f}" for i, cost in enumerate(expected["costs"])
    ]
    stalled = output("examples.deep_sigmoid", name, "--scale", "0.01").splitlines()
    assert stalled[-2] == "Epoch 2700: cost 0.693147"


@pytest.mark.parametrize("example", ["mnist_relu_softmax", "mnist_two_layer"])
@pytest.mark.parametrize("name", nn.available_backends())
def test_digits_without_mnist(
    name: str, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is not there: the images that come with purenn are used."""
    monkeypatch.setenv("PURENN_MNIST", str(tmp_path / "nothing"))
    lines = output(f"examples.{example}", name, "--rows", "100", "--iterations", "21").splitlines()
    if example == "mnist_relu_softmax":
        assert [line.split(":")[0] for line in lines] == [
            "Iteration 0",
            "Iteration 10",
            "Iteration 20",
        ]
    else:
        assert lines[0] == "Iteration: 0"
        assert lines[-1].startswith("Accuracy on 120 other images: 0.")
