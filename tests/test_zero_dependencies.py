"""purenn stands on the standard library alone."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import purenn
from purenn import available_backends

PACKAGE = Path(purenn.__file__).parent
FILES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.relative_to(PACKAGE).parts[0] != "testing"  # the conformance suite needs pytest
)


def test_the_files_are_found() -> None:
    assert {"backend.py", "matrix.py", "network.py"} <= {path.name for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_are_of_the_standard_library_or_purenn(path: Path) -> None:
    """Every import statement of the file, wherever it stands."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add(node.module or "")
    foreign = {name.split(".")[0] for name in imported} - sys.stdlib_module_names - {"purenn"}
    assert foreign == set()


RUN = """
import sys
import purenn as nn
network = nn.Network([nn.Dense(2, 3), nn.Tanh(), nn.Dense(3, 1), nn.Sigmoid()], seed=0)
history = nn.train(
    network, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0],
    loss=nn.BinaryCrossEntropy(), optimizer=nn.Adam(0.05), epochs=100, batch_size=3,
    metrics=["accuracy"],
)
assert history.losses[-1] < history.losses[0]
assert network.backend.name == "python"
foreign = {name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names
print(sorted(foreign - {"purenn", "__main__", "sitecustomize", "usercustomize"}))
"""


def test_training_without_site_packages() -> None:
    """`python -S` has no installed package; what is imported is the library's own."""
    environment = {key: value for key, value in os.environ.items() if key != "PURENN_BACKEND"}
    environment["PYTHONPATH"] = str(PACKAGE.parent)
    done = subprocess.run(
        [sys.executable, "-S", "-W", "error", "-c", RUN],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")


@pytest.mark.skipif(
    os.environ.get("PURENN_EXPECT_NO_NUMPY") != "1", reason="PURENN_EXPECT_NO_NUMPY is not set"
)
def test_numpy_is_absent_where_it_must_be() -> None:
    assert importlib.util.find_spec("numpy") is None
    assert "numpy" not in available_backends()


@pytest.mark.skipif(
    os.environ.get("PURENN_EXPECT_NUMPY") != "1", reason="PURENN_EXPECT_NUMPY is not set"
)
def test_numpy_is_there_where_it_must_be() -> None:
    """So that its tests cannot be skipped unseen."""
    assert "numpy" in available_backends()
    assert purenn.get_backend("numpy").name == "numpy"
    assert importlib.util.find_spec("array_api_strict") is not None


def test_xor_in_a_bare_checkout_and_on_numpy_are_the_same(tmp_path: Path) -> None:
    """The promise of the project in one test: clone it, run it, switch the engine.

    The folder of the package, alone in another place, without site-packages; then the same
    command with NumPy installed. The losses and predictions agree within 1e-12.
    """
    shutil.copytree(
        PACKAGE, tmp_path / "purenn", ignore=shutil.ignore_patterns("__pycache__", "testing")
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PURENN_", "PYTHONPATH"))}
    command = ["-m", "purenn", "xor", "--json"]
    done = subprocess.run(
        [sys.executable, "-S", "-W", "error", *command],
        cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    lists = json.loads(done.stdout)
    assert lists["learned"]
    assert lists["backend"] == "python"
    if "numpy" not in available_backends():
        pytest.skip("NumPy is not installed: only the first half was run")
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path.parent,
        env={**clean, "PURENN_BACKEND": "numpy", "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    arrays = json.loads(done.stdout)
    assert arrays["backend"] == "numpy"
    for name in ("losses", "predictions"):
        assert lists[name] == pytest.approx(arrays[name], rel=1e-12, abs=0.0)
