"""README and the pages behind it are true: what they run prints what they say."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

import purenn as nn
from tests.pages import ROOT, Page, checkout, run, without_times

README = Page("README.md")
PAGES = [
    README,
    Page("backends/README.md"),
    *(Page(f"examples/{path.name}") for path in sorted((ROOT / "examples").glob("*.md"))),
]
GUIDES = [  # which tests/test_guides.py runs
    Page(f"examples/guides/{path.name}") for path in sorted(ROOT.glob("examples/guides/*.md"))
]
HAS_NUMPY = "numpy" in nn.available_backends()
on_pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
@on_pages
def test_commands_and_programs_print_what_is_shown(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands in order, then the programs, which may read what those have written."""
    folder = checkout(tmp_path)
    ran = page.run_commands(folder, HAS_NUMPY)
    assert ran >= (5 if page is README else 0)
    if HAS_NUMPY:  # which some programs compare lists with
        monkeypatch.chdir(folder)
        page.run_snippets()


@pytest.mark.parametrize("page", [*PAGES, *GUIDES], ids=lambda page: page.path)
def test_paths_that_are_named_exist(page: Page) -> None:
    assert len(README.paths()) > 10
    for path in page.paths():
        assert (ROOT / path).exists(), path


def test_the_readme_keeps_its_budget() -> None:
    assert README.text.count("\n") <= 300
    assert len(README.snippets()) >= 2


def test_every_page_can_be_found() -> None:
    """From the README in one step, or by a page that is found so."""
    every = [*PAGES, *GUIDES]
    found = {path for page in every for path in page.paths()}
    assert {page.path for page in every} - {"README.md"} <= found


def test_the_lines_of_a_backend_run_on_any_library_that_follows_the_standard() -> None:
    """The snippet of NumPy, word for word, on a namespace that has nothing beside the standard."""
    strict = pytest.importorskip("array_api_strict")
    assert not hasattr(strict.asarray([[0.0]]), "tolist")
    page = Page("backends/README.md")
    (lines,) = (body for body, _ in page.snippets() if "def backend():" in body)
    assert "import numpy as np\n" in lines
    namespace: dict[str, Any] = {}
    swapped = lines.replace("import numpy as np", "import array_api_strict as np")
    exec(compile(swapped, page.path, "exec"), namespace)  # noqa: S102
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


def test_first_screen_needs_nothing_but_python() -> None:
    command, expected = README.commands()[0]
    assert command == "python -m purenn xor"
    done = run(command, ROOT, "-S")
    assert done.returncode == 0
    assert without_times(done.stdout) == without_times(expected)


def test_ci_runs_the_readme_test_command() -> None:
    assert any(
        command.endswith("-m tox") and command in (ROOT / ".ci/run").read_text(encoding="utf-8")
        for command, _ in README.commands()
    )


def test_versions_that_are_named_are_those_of_the_package() -> None:
    wanted = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert wanted is not None
    assert f"Python {wanted[1]} or newer" in README.text
