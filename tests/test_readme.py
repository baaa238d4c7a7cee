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
HAS_NUMPY = "numpy" in nn.available_backends()


def without_times(text: str) -> str:
    """How long a run took is the one thing that differs from run to run."""
    return re.sub(r"\d+\.\d+ s\b", "_ s", text)


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


def test_first_screen_needs_nothing_but_python() -> None:
    command, expected = commands()[0]
    assert command == "python -m purenn xor"
    environment = {k: v for k, v in os.environ.items() if k != "PURENN_BACKEND"}
    done = subprocess.run(
        [sys.executable, "-S", *command.split()[1:]],
        cwd=ROOT,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert without_times(done.stdout) == without_times(expected)


@pytest.mark.parametrize(
    "command", [command for command, _ in commands() if " -m purenn " in f" {command} "]
)
def test_commands_of_purenn_succeed(command: str) -> None:
    variables = dict(re.findall(r"(\w+)=(\S+)", command.split("python")[0]))
    if "numpy" in variables.values() and not HAS_NUMPY:
        pytest.skip("purenn-numpy is not installed")
    arguments = command[command.index("-m") :].split()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
    )


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
