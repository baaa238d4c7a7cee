"""The README is true: its Python runs and prints what it says, and so do its commands."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import purenn as nn

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
MNIST = Path(os.environ.get("PURENN_MNIST") or ROOT.parent / "shared/mnist")
CLEAN = {k: v for k, v in os.environ.items() if k != "PURENN_BACKEND"}
HAS_NUMPY = "numpy" in nn.available_backends()


def without_times(text: str) -> str:
    """How long a run took is the one thing that differs from run to run."""
    return re.sub(r"[\d.,]+ (s|rows/s)\b", r"_ \1", text)


def assert_shown(printed: str, expected: str, command: str) -> None:
    """A line "…" stands for any lines that are left out."""
    parts = without_times(expected).split("…\n")
    pattern = r"(?:.*\n)*".join(re.escape(part) for part in parts)
    if len(parts) == 1 or not re.fullmatch(pattern, without_times(printed)):
        assert without_times(printed) == without_times(expected), command


def snippets() -> list[tuple[str, str]]:
    """Each Python block with the text block that follows it at once, or ''."""
    found = []
    for place, (language, body) in enumerate(BLOCKS):
        if language == "python":
            after = BLOCKS[place + 1] if place + 1 < len(BLOCKS) else ("", "")
            found.append((body, after[1] if after[0] == "text" else ""))
    return found


def commands() -> list[tuple[str, str]]:
    """Each command of a console block with the output shown below it, or ''."""
    return [
        (command, output)
        for language, body in BLOCKS
        if language == "console"
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE)
    ]


@pytest.mark.skipif(not HAS_NUMPY, reason="the snippets compare lists with NumPy")
def test_python_snippets_run_in_order_and_print_what_follows() -> None:
    namespace: dict[str, Any] = {}
    assert len(snippets()) >= 4
    for body, expected in snippets():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(body, "README.md", "exec"), namespace)  # noqa: S102
        assert printed.getvalue() == expected, body


def test_the_lines_of_a_backend_run_on_any_library_that_follows_the_standard() -> None:
    """The snippet of NumPy, word for word, on a namespace that has nothing beside the standard."""
    strict = pytest.importorskip("array_api_strict")
    assert not hasattr(strict.asarray([[0.0]]), "tolist")
    (lines,) = (body for body, _ in snippets() if "def backend():" in body)
    assert "import numpy as np\n" in lines
    namespace: dict[str, Any] = {}
    swapped = lines.replace("import numpy as np", "import array_api_strict as np")
    exec(compile(swapped, "README.md", "exec"), namespace)  # noqa: S102
    backend = namespace["backend"]()
    networks = [
        nn.Network([nn.Dense(2, 4), nn.Tanh(), nn.Dense(4, 2), nn.Softmax()], seed=1, backend=each)
        for each in (backend, "python")
    ]
    X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    losses = [
        nn.train(
            network,
            X,
            [0, 1, 1, 0],
            loss=nn.CrossEntropy(),
            optimizer=nn.Adam(0.05),
            epochs=20,
            batch_size=2,
            metrics=["accuracy"],
            validation=(backend.from_list(X) if network.backend is backend else X, [0, 1, 1, 0]),
        ).losses
        for network in networks
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    strict_rows = backend.to_list(networks[0].predict(X) > 0.5)
    assert strict_rows == [[p > 0.5 for p in row] for row in networks[1].predict(X)]
    assert {type(value) for row in strict_rows for value in row} == {bool}
    assert networks[0].to("python").predict(X).shape == (4, 2)
    assert backend.is_array(backend.from_list(X))
    assert backend.to_list(backend.take(backend.from_list(X), [3, 0])) == [[1.0, 1.0], [0.0, 0.0]]
    assert backend.item(backend.sum(backend.from_list(X))) == 4.0


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader's checkout looks like to a command, where it may write files."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("purenn", "examples"):
        (folder / name).symlink_to(ROOT / name)
    if MNIST.is_dir():
        (folder / "mnist").symlink_to(MNIST.resolve())
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
def test_commands_run_in_order_and_print_what_is_shown(checkout: Path) -> None:
    ran = 0
    for command, expected in commands():
        if " -m purenn " not in command:
            continue
        variables = dict(re.findall(r"^(\w+)=(\S+)", command))
        if "numpy" in command and (not HAS_NUMPY or " mnist " in command):
            continue  # twenty epochs of MNIST take too long here: tests/benchmarks has them
        if " mnist " in command and not MNIST.is_dir():
            continue
        done = subprocess.run(
            [sys.executable, *command[command.index("-m") :].split()],
            cwd=checkout,
            env={**CLEAN, "PYTHONIOENCODING": "utf-8", **variables},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        if expected:
            assert_shown(done.stdout, expected, command)
        ran += 1
    assert ran >= 6


def test_first_screen_needs_nothing_but_python() -> None:
    command, expected = commands()[0]
    assert command == "python -m purenn xor"
    done = subprocess.run(
        [sys.executable, "-S", *command.split()[1:]],
        cwd=ROOT,
        env={**CLEAN, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert without_times(done.stdout) == without_times(expected)


def test_ci_runs_the_readme_test_command() -> None:
    assert any(
        command.endswith("-m tox") and command in (ROOT / ".ci/run").read_text(encoding="utf-8")
        for command, _ in commands()
    )


def test_paths_named_in_the_readme_exist() -> None:
    paths = re.findall(r"\]\(([^)#:]+)\)", README)
    paths += re.findall(r"\btests/benchmarks/\w+\.py", README)
    assert len(paths) > 10
    for path in paths:
        assert (ROOT / path).exists(), path
