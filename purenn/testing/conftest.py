"""`pytest --pyargs purenn.testing` runs the suite on the backend in force: PURENN_BACKEND."""

import os

import pytest

pytest.register_assert_rewrite("purenn.testing.conformance")

from purenn.backend import Backend, choose_backend, get_backend  # noqa: E402 (after the above)
from purenn.errors import BackendError  # noqa: E402


@pytest.fixture(scope="session")
def backend() -> Backend:
    """The backend under test."""
    return get_backend()


@pytest.fixture(scope="session")
def epochs() -> int:
    """The length of the long training runs; PURENN_TEST_EPOCHS shortens them."""
    return int(os.environ.get("PURENN_TEST_EPOCHS", "10000"))


def pytest_configure() -> None:
    """Without a backend there is nothing to test: one message, not one for each test."""
    try:
        get_backend()
    except BackendError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which backend it was, and why."""
    backend, reason = choose_backend()
    terminalreporter.write_line(f"purenn backend: {backend.name} {backend.version} ({reason})")
