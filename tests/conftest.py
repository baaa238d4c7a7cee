"""The backends that tests run on, and a shell's PURENN_BACKEND kept out of them."""

import importlib.util
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: hypothesis must not fail a test for being slow.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest.register_assert_rewrite("purenn.testing.conformance")

from purenn.backend import ArrayAPIBackend, Backend, get_backend  # noqa: E402 (after the above)
from purenn.cli import main  # noqa: E402

ROOT = Path(__file__).parent.parent

MISSING = {
    "numpy": ("purenn_numpy", "purenn-numpy is not installed"),
    "array-api-strict": ("array_api_strict", "array-api-strict is not installed"),
}


@pytest.fixture(scope="session", autouse=True)
def no_backend_from_the_shell() -> Iterator[None]:
    """Tests that want PURENN_BACKEND set it themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PURENN_BACKEND", raising=False)
        yield


@pytest.fixture(scope="session", params=["python", *MISSING])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each backend in turn."""
    name: str = request.param
    module, reason = MISSING.get(name, ("purenn", ""))
    if importlib.util.find_spec(module) is None:
        pytest.skip(reason)
    return strict_backend() if name == "array-api-strict" else get_backend(name)


@pytest.fixture(scope="session")
def epochs(backend: Backend) -> int:
    """The length of long training runs: short where every call is checked at length."""
    return 200 if backend.name == "array-api-strict" else 10_000


def strict_backend() -> Backend:
    """array-api-strict refuses whatever the array API standard does not promise: a network
    that runs on it asks for nothing outside the contract."""
    import array_api_strict

    return ArrayAPIBackend("array-api-strict", array_api_strict)


@pytest.fixture
def tables_as_before() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    from purenn.optimizers import OPTIMIZERS
    from purenn.schedules import SCHEDULES
    from purenn.storage.kinds import LAYERS, LOSSES

    tables: list[dict[str, Any]] = [LAYERS, LOSSES, OPTIMIZERS, SCHEDULES]
    before = [dict(table) for table in tables]
    yield
    for table, kept in zip(tables, before, strict=True):
        table.clear()
        table.update(kept)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A command that ends with exit code 0, and with nothing but notes on standard error."""

    def run(*arguments: object) -> str:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert code == 0, err
        assert all(line.startswith("purenn: note: ") for line in err.splitlines()), err
        return out

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The command must end with exit code 2 and one line, which is returned."""

    def refused(*arguments: object) -> str:
        capsys.readouterr()
        assert main([str(argument) for argument in arguments]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1), err
        assert err.startswith("purenn: ")
        return err.removeprefix("purenn: ")

    return refused


@pytest.fixture
def on_a_terminal() -> Callable[..., str]:
    """What a program writes to a terminal of so many columns, until it ends well."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals need POSIX")

    def run(*command: str, columns: int) -> str:
        ours, theirs = pty.openpty()
        variables = {k: v for k, v in os.environ.items() if k != "PURENN_BACKEND"}
        variables |= {"PYTHONIOENCODING": "utf-8", "COLUMNS": str(columns)}
        child = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=theirs)
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # Linux says so when the other end is closed
            while piece := os.read(ours, 4096):
                seen += piece
        os.close(ours)
        assert child.wait(timeout=60) == 0
        return seen.decode()

    return run
