"""The guides are true: their Python runs, in order, and prints what they show.

A block of Python runs in the guide's one namespace; the block of text that follows it is what
it prints. A block that names another library (```python scikit-learn) shows that library's
code: it has to be Python, and runs where the library is one that tests have. After a change of
what purenn prints, `python -m tests.test_guides` writes the new output into the guides.
"""

import contextlib
import importlib.util
import io
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

import purenn as nn

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "guides"
GUIDES = sorted(path.name for path in FOLDER.glob("*.md"))
BLOCK = re.compile(r"^```(\w+)(?: ([\w-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_TOO = {"scikit-learn": "sklearn"}  # library → module


def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def printed(body: str, namespace: dict[str, Any], name: str) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(body, name, "exec"), namespace)  # noqa: S102
    return output.getvalue()


def refreshed(text: str, name: str) -> str:
    """The guide with what its programs print now. A program that prints needs a block for it."""
    namespace: dict[str, Any] = {"__name__": "guide"}
    output = ""

    def block(match: re.Match[str]) -> str:
        nonlocal output
        language, library, body = match.groups()
        if language == "text":
            shown, output = output, ""
            return f"```text\n{shown}```"
        assert not output, f"nothing shows what was printed: {output}"
        if language == "python" and library is None:
            output = printed(body, namespace, name)
        return match[0]

    made = BLOCK.sub(block, text)
    assert not output
    return made


@pytest.mark.usefixtures("tables_as_before")
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_prints_what_it_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = text_of(name)
    assert text.count("```python\n") >= 3
    assert refreshed(text, name) == text


@pytest.mark.usefixtures("tables_as_before")
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_runs_on_numpy(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "numpy" not in nn.available_backends():
        pytest.skip("purenn-numpy is not installed")
    monkeypatch.chdir(tmp_path)
    text = text_of(name)
    with nn.use_backend("numpy"):
        assert refreshed(text, name) == text


@pytest.mark.parametrize("name", GUIDES)
def test_the_code_of_other_libraries_is_python(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for language, library, body in BLOCK.findall(text_of(name)):
        if language != "python" or not library:
            continue
        compile(body, f"{name}, {library}", "exec")
        module = RUN_TOO.get(library, "")
        if module and importlib.util.find_spec(module):
            warnings.simplefilter("ignore")  # scikit-learn warns of runs that could go on
            printed(body, {"__name__": "guide"}, name)


@pytest.mark.parametrize("name", GUIDES)
def test_what_a_guide_names_is_there(name: str) -> None:
    """Names of purenn in the prose, and links."""
    prose = BLOCK.sub("", text_of(name))
    for path in re.findall(r"\bnn((?:\.\w+)+)", prose):
        thing: Any = nn
        for step in path.strip(".").split("."):
            thing = getattr(thing, step)
    links = re.findall(r"\]\(([^)#]+)\)", prose)
    assert links
    for link in links:
        assert link.startswith("https://") or (FOLDER / link).exists(), link


def test_there_are_three_guides() -> None:
    assert GUIDES == ["coming-from.md", "saving-and-loading.md", "your-own-parts.md"]


if __name__ == "__main__":
    for guide in GUIDES:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            new = refreshed(text_of(guide), guide)
        (FOLDER / guide).write_text(new, encoding="utf-8")
