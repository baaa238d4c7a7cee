"""Pages of Markdown whose programs and commands run, and print what the page shows."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MNIST = Path(os.environ.get("PURENN_MNIST") or ROOT.parent / "shared/mnist")
CLEAN = {k: v for k, v in os.environ.items() if k not in ("PURENN_BACKEND", "COLUMNS")}
CHECKOUT = ("purenn", "examples", "tests")  # what commands find in the folder where they run


class Page:
    """A page by its path from the root of the checkout."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = (ROOT / path).read_text(encoding="utf-8")
        self.blocks: list[tuple[str, str]] = re.findall(
            r"^```(\w+)\n(.*?)^```$", self.text, flags=re.MULTILINE | re.DOTALL
        )

    def snippets(self) -> list[tuple[str, str]]:
        """Each Python block with the text block that follows it at once, or ''."""
        found = []
        for place, (language, body) in enumerate(self.blocks):
            if language == "python":
                after = self.blocks[place + 1] if place + 1 < len(self.blocks) else ("", "")
                found.append((body, after[1] if after[0] == "text" else ""))
        return found

    def commands(self) -> list[tuple[str, str]]:
        """Each command of a console block with the output shown below it, or ''."""
        return [
            (command, output)
            for language, body in self.blocks
            if language == "console"
            for command, output in re.findall(
                r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, flags=re.MULTILINE
            )
        ]

    def paths(self) -> list[str]:
        """The files that it links to or names, from the root."""
        folder = os.path.dirname(self.path)
        linked = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", self.text)
        named = re.findall(r"\b(?:tests/\w+/\w+|tests/\w+|purenn/[\w/]+)\.(?:py|csv)", self.text)
        return [os.path.normpath(os.path.join(folder, path)) for path in linked] + named

    def run_snippets(self) -> None:
        """One after the other, as one program."""
        namespace: dict[str, Any] = {}
        for body, expected in self.snippets():
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(body, self.path, "exec"), namespace)  # noqa: S102
            assert printed.getvalue() == expected, body

    def run_commands(self, folder: Path, numpy: bool) -> int:
        """Those of purenn, one after the other; how many ran."""
        ran = 0
        for command, expected in self.commands():
            if " -m purenn " not in command:
                continue
            if "numpy" in command and (not numpy or " mnist " in command):
                continue  # twenty epochs of MNIST take too long here: tests/benchmarks has them
            if " mnist " in command and not MNIST.is_dir():
                continue
            done = run(command, folder)
            assert done.returncode == 0, (command, done.stderr)
            if expected:
                assert_shown(done.stdout, expected, command)
            ran += 1
        return ran


def run(command: str, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """`NAME=value python -m purenn …` in a folder."""
    variables = dict(re.findall(r"^(\w+)=(\S+)", command))
    words = shlex.split(command[command.index("-m") :])
    return subprocess.run(
        [sys.executable, *options, *words],
        cwd=folder,
        env={**CLEAN, "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def without_times(text: str) -> str:
    """How long a run took is the one thing that differs from run to run."""
    return re.sub(r"[\d.,]+ (s|rows/s)\b", r"_ \1", text)


def assert_shown(printed: str, expected: str, command: str) -> None:
    """A line "…" stands for any lines that are left out."""
    parts = without_times(expected).split("…\n")
    pattern = r"(?:.*\n)*".join(re.escape(part) for part in parts)
    if len(parts) == 1 or not re.fullmatch(pattern, without_times(printed)):
        assert without_times(printed) == without_times(expected), command


def checkout(folder: Path) -> Path:
    """What a reader's checkout looks like to a command, where it may write files."""
    for name in CHECKOUT:
        (folder / name).symlink_to(ROOT / name)
    if MNIST.is_dir():
        (folder / "mnist").symlink_to(MNIST.resolve())
    return folder
