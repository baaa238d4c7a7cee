"""The lessons are true: their commands and programs print what they show.

Each also links to a state of the page, which has to be there in the record. After a change
of what purenn prints, `python -m tests.test_lessons` writes the new output into them.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from purenn.cli.explain import made_record
from purenn.explain import Record, terms

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "lessons"
LESSONS = sorted(path.name for path in FOLDER.glob("*.md"))
LINK = re.compile(r"\((\w+)\.html#s=(\d+)&op=([\w.]+)&i=(\d+)&j=(\d+)&k=(\d+)\)")
PAGE = re.compile(r"`python -m purenn (explain [^`]*?--html\s+(\w+)\.html)`")


def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and body of each block."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def without_last_digits(text: str) -> str:
    """Versions of Python round sums differently: what is 1e-10 of a number is left out."""
    return re.sub(r"\d\.\d{9,}", lambda match: f"{float(match[0]):.9g}", text)


def printed(arguments: list[str], folder: Path) -> str:
    """What a command prints, wherever it runs."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PURENN_BACKEND", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def run_program(body: str) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(body, "lesson", "exec"), {})  # noqa: S102
    return output.getvalue()


def refreshed(text: str, folder: Path) -> str:
    """The lesson with what its commands and programs print now."""
    output = ""

    def block(match: re.Match[str]) -> str:
        nonlocal output
        language, body = match.groups()
        if language == "python":
            output = run_program(body)
        if language == "text":
            return f"```text\n{output}```"
        if language == "console":
            command = body.split("\n", 1)[0]
            return f"```console\n{command}\n{printed(shlex.split(command)[2:], folder)}```"
        return match[0]

    return re.sub(r"^```(\w+)\n(.*?)^```$", block, text, flags=re.MULTILINE | re.DOTALL)


def test_there_are_five_lessons() -> None:
    assert [name[0] for name in LESSONS] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_prints_what_it_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = text_of(name)
    assert text.count("```console\n$ python -m purenn explain") >= 2
    assert without_last_digits(refreshed(text, tmp_path)) == without_last_digits(text)


def record_of(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The record that the command's page is made of."""
    from purenn.cli import build_parser

    monkeypatch.chdir(folder)
    words = command.split()
    return made_record(build_parser(words).parse_args(words))


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_links_to_a_state_of_its_page(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = text_of(name)
    for language, body in blocks(text):
        if language == "python":
            run_program(body)
    links: list[Any] = LINK.findall(text)
    pages = {page: command for command, page in PAGE.findall(text)}
    assert links
    for page, step, op, i, j, k in links:
        record = record_of(pages[page], tmp_path, monkeypatch)
        cell = terms(record, record.find(op, int(step)), int(i), int(j))
        assert 0 <= int(k) < len(cell.parts())


@pytest.mark.parametrize("name", LESSONS)
def test_other_links_lead_somewhere(name: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text_of(name)) if ".html" not in link]
    assert links
    for link in links:
        assert (FOLDER / link).exists(), link


if __name__ == "__main__":
    for lesson in LESSONS:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            new = refreshed(text_of(lesson), Path(folder))
        (FOLDER / lesson).write_text(new, encoding="utf-8")
