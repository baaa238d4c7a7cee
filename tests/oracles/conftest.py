"""purenn beside the libraries that people trust: NumPy, PyTorch, scikit-learn, pandas and others.

    python -m pip install torch scikit-learn pandas polars pyarrow scipy array-api-strict
    python -m pytest tests/oracles

A test whose library is missing is skipped, unless the environment variable
PURENN_EXPECT_ORACLES is "1": then it is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from purenn.backend import Backend, get_backend

EXPECTED = os.environ.get("PURENN_EXPECT_ORACLES") == "1"


@pytest.fixture(scope="session", params=["python", "numpy"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each backend in turn."""
    if request.param == "numpy":
        pytest.importorskip("purenn_numpy", reason="purenn-numpy is not installed")
    return get_backend(request.param)


def no_skip(report: Any) -> Any:
    """The report, as a failure if it is of something skipped where oracles were promised."""
    if EXPECTED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"PURENN_EXPECT_ORACLES is 1, but this was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return no_skip((yield))
