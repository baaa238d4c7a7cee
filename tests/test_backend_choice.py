"""Which backend is in force: argument, use_backend, PURENN_BACKEND, "python"; and why."""

import threading
from typing import Any

import pytest

import purenn as nn
from purenn import backend as choice
from purenn import kernels, matrix
from purenn.backend import ArrayAPIBackend, Backend, choose_backend
from purenn.errors import (
    BackendError,
    BackendVersionError,
    IncompleteBackendError,
    UnknownBackendError,
)

PYTHON = nn.get_backend("python")


class Other(ArrayAPIBackend):
    """A second backend on the same matrices."""

    def __init__(self, name: str = "other") -> None:
        super().__init__(name, matrix, faster=kernels)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """A backend that can be asked for by the name "other"."""
    backend = Other()
    monkeypatch.setitem(choice._LOADED, "other", backend)
    return backend


def test_the_default() -> None:
    assert choose_backend() == (PYTHON, "the default")


def test_precedence(other: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    third = Other("third")
    monkeypatch.setenv("PURENN_BACKEND", "other")
    assert choose_backend() == (other, "the environment variable PURENN_BACKEND=other")
    with nn.use_backend(third) as chosen:
        assert chosen is third
        assert choose_backend() == (third, 'with use_backend("third")')
        assert choose_backend("python") == (PYTHON, "the backend= argument")
        assert choose_backend(other) == (other, "the backend= argument")
    assert nn.get_backend() is other


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_variable_is_unset(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURENN_BACKEND", empty)
    assert choose_backend() == (PYTHON, "the default")


def test_the_variable_is_read_when_asked(other: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        monkeypatch.setenv("PURENN_BACKEND", "other")
        assert nn.get_backend() is other
        monkeypatch.delenv("PURENN_BACKEND")
        assert nn.get_backend() is PYTHON


def test_a_network_keeps_the_backend_it_was_built_with(other: Backend) -> None:
    with nn.use_backend("other"):
        inside = nn.Network([nn.Dense(1, 1)], seed=0)
        named = nn.Network([nn.Dense(1, 1)], seed=0, backend="python")
    assert inside.backend is other
    assert named.backend is PYTHON
    with nn.use_backend("python"):
        inside.predict([[1.0]])
        assert inside.backend is other


def test_nested_choices_and_exceptions(other: Backend) -> None:
    def fail() -> None:
        with nn.use_backend("python"):
            assert nn.get_backend() is PYTHON
            raise KeyError

    with nn.use_backend("other"):
        with pytest.raises(KeyError):
            fail()
        assert nn.get_backend() is other
        with nn.use_backend("python"), nn.use_backend("other"):
            assert nn.get_backend() is other
        assert nn.get_backend() is other
    assert nn.get_backend() is PYTHON


def test_one_choice_can_be_entered_twice(other: Backend) -> None:
    chosen = nn.use_backend("other")
    with chosen:
        with chosen:
            assert nn.get_backend() is other
        assert nn.get_backend() is other
    assert nn.get_backend() is PYTHON


def test_a_wrong_name_leaves_the_choice_alone(other: Backend) -> None:
    with nn.use_backend("other"):
        with pytest.raises(UnknownBackendError):
            nn.use_backend("no such backend").__enter__()
        assert nn.get_backend() is other


def test_a_choice_holds_in_its_own_thread_only(other: Backend) -> None:
    seen: dict[str, Backend] = {}
    inside, go_on = threading.Event(), threading.Event()

    def work() -> None:
        with nn.use_backend("other"):
            inside.set()
            go_on.wait(10)
            seen["in the thread"] = nn.get_backend()

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)
    seen["meanwhile"] = nn.get_backend()
    with nn.use_backend("python"):
        go_on.set()
        thread.join(10)
    assert seen == {"meanwhile": PYTHON, "in the thread": other}


@pytest.mark.parametrize("name", [3, ["numpy"], b"numpy", PYTHON.__class__])
def test_what_is_no_name(name: Any) -> None:
    with pytest.raises(UnknownBackendError, match="give a backend's name or a Backend object"):
        nn.get_backend(name)


def test_a_backend_object_is_checked() -> None:
    for version, mend in ((choice.API_VERSION - 1, "plugin"), (choice.API_VERSION + 1, "purenn")):
        backend = Other()
        backend.api_version = version
        with pytest.raises(
            BackendVersionError,
            match=rf"'other' is written for version {version}.*upgrade the {mend}",
        ):
            nn.Network([nn.Dense(1, 1)], backend=backend)


def test_a_backend_that_lacks_primitives_is_refused() -> None:
    class Half(Backend):
        name = "half"

        def exp(self, X: Any) -> Any:
            return X

    with pytest.raises(IncompleteBackendError, match=r"'half' lacks abs, isfinite, log, .*to_list"):
        nn.get_backend(Half())


def test_errors_are_what_a_python_programmer_expects() -> None:
    assert issubclass(BackendError, nn.PurennError)
    assert issubclass(UnknownBackendError, ValueError)
    assert issubclass(BackendVersionError, ImportError)
    assert issubclass(IncompleteBackendError, TypeError)


def test_repr() -> None:
    assert repr(PYTHON) == "<purenn backend 'python'>"


def test_moving_by_name(other: Backend) -> None:
    network = nn.Network([nn.Dense(1, 1)], seed=0)
    assert network.to("other").backend is other
