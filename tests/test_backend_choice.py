"""Which backend is in force: argument, use_backend, PURENN_BACKEND, "python"; and why."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context, copy_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


# ------------------------------------------------------------ blocks end in any order


def block(chosen: nn.use_backend) -> Iterator[None]:
    """A block that ends when the generator is closed."""
    with chosen:
        yield


def test_a_generator_ends_its_own_block_only(other: Backend) -> None:
    third = Other("third")
    generator = block(nn.use_backend(other))
    next(generator)
    with nn.use_backend(third):
        generator.close()  # type: ignore[attr-defined]
        assert nn.get_backend() is third
    assert nn.get_backend() is PYTHON


@pytest.mark.parametrize("first", [0, 1])
def test_one_object_in_two_generators(other: Backend, first: int) -> None:
    chosen = nn.use_backend("other")
    generators = [block(chosen), block(chosen)]
    next(generators[0])
    with nn.use_backend("python"):
        next(generators[1])
        generators[first].close()  # type: ignore[attr-defined]
        assert nn.get_backend() is (PYTHON if first else other)
        generators[1 - first].close()  # type: ignore[attr-defined]
        assert nn.get_backend() is PYTHON
    assert nn.get_backend() is PYTHON


def test_stacks_that_end_in_the_order_in_which_they_began(other: Backend) -> None:
    outer, inner = ExitStack(), ExitStack()
    outer.enter_context(nn.use_backend("other"))
    inner.enter_context(nn.use_backend("python"))
    outer.close()
    assert nn.get_backend() is PYTHON
    inner.close()
    assert choose_backend() == (PYTHON, "the default")


def test_calls_by_hand_end_the_innermost_of_the_object(other: Backend) -> None:
    chosen, built_in = nn.use_backend("other"), nn.use_backend("python")
    for each in (chosen, built_in, chosen):
        each.__enter__()
    chosen.__exit__(None, None, None)
    assert nn.get_backend() is PYTHON
    built_in.__exit__(None, None, None)
    assert nn.get_backend() is other
    chosen.__exit__(None, None, None)
    for _ in range(2):
        chosen.__exit__(None, None, None)  # nothing is left to end
    assert choose_backend() == (PYTHON, "the default")


def test_a_context_manager_made_of_a_generator(other: Backend) -> None:
    chosen = nn.use_backend("other")

    @contextmanager
    def manager() -> Iterator[None]:
        with chosen:
            yield

    with chosen:
        with manager(), chosen:
            assert nn.get_backend() is other
        assert nn.get_backend() is other
    assert nn.get_backend() is PYTHON


ACTIONS = st.tuples(st.sampled_from(("begin", "begin", "end", "copy")), *[st.integers(0, 99)] * 2)


@given(st.lists(ACTIONS, max_size=30))
def test_blocks_are_a_list_from_which_each_takes_itself(
    actions: list[tuple[str, int, int]],
) -> None:
    """Generators begin and end blocks of a few objects, in any order and in any context.

    The model: a context is the list of its blocks; a copied one has the list as it was.
    """
    objects = [nn.use_backend(Other(str(i))) for i in range(3)]
    contexts = [Context()]
    models: list[list[int]] = [[]]  # for each context the numbers of its blocks
    blocks: list[tuple[Any, nn.use_backend]] = []
    going = []  # the numbers of the blocks that have not ended
    for action, a, b in actions:
        where = a % len(contexts)
        if action == "begin":
            chosen = objects[b % 3]
            blocks.append((block(chosen), chosen))
            contexts[where].run(next, blocks[-1][0])
            models[where].append(len(blocks) - 1)
            going.append(len(blocks) - 1)
        elif action == "copy":
            contexts.append(contexts[where].copy())
            models.append(list(models[where]))
        elif going:
            number = going.pop(b % len(going))
            contexts[where].run(blocks[number][0].close)
            if number in models[where]:
                models[where].remove(number)
        for context, model in zip(contexts, models, strict=True):
            expected = blocks[model[-1]][1].backend if model else PYTHON
            assert context.run(nn.get_backend) is expected
    for number in going:
        Context().run(blocks[number][0].close)  # a context that has never seen any of them


def test_a_block_ends_in_the_context_where_it_is_told_to(other: Backend) -> None:
    chosen = nn.use_backend("other")
    with chosen:
        copied = copy_context()
        assert copied.run(nn.get_backend) is other
        copied.run(chosen.__exit__, None, None, None)
        assert copied.run(nn.get_backend) is PYTHON
        Context().run(chosen.__exit__, None, None, None)
        assert nn.get_backend() is other
    assert nn.get_backend() is PYTHON


def test_asynchronous_tasks_share_an_object(other: Backend) -> None:
    chosen = nn.use_backend("other")

    async def numbers() -> AsyncIterator[int]:
        with chosen:
            yield 1

    async def task(mine: asyncio.Event, others: asyncio.Event) -> None:
        with chosen:
            mine.set()
            await others.wait()
            assert nn.get_backend() is other
            with nn.use_backend("python"):
                await asyncio.gather(*[asyncio.create_task(nested()) for _ in range(3)])
                assert nn.get_backend() is PYTHON
        assert nn.get_backend() is PYTHON

    async def nested() -> None:
        assert nn.get_backend() is PYTHON
        stream = numbers()
        assert await anext(stream) == 1
        with nn.use_backend("python"):
            await stream.aclose()  # type: ignore[attr-defined]
            assert nn.get_backend() is PYTHON
        assert nn.get_backend() is PYTHON

    async def main() -> None:
        first, second = asyncio.Event(), asyncio.Event()
        await asyncio.gather(task(first, second), task(second, first))
        assert nn.get_backend() is PYTHON

    asyncio.run(main())
    assert nn.get_backend() is PYTHON


def test_an_asynchronous_generator_that_ends_in_another_task(other: Backend) -> None:
    chosen = nn.use_backend("other")

    async def numbers() -> AsyncIterator[int]:
        with chosen:
            yield 1

    async def main() -> None:
        stream = numbers()
        await asyncio.create_task(stream.__anext__())  # type: ignore[arg-type]
        with chosen:
            await stream.aclose()  # type: ignore[attr-defined]  # did not begin in this context
            assert nn.get_backend() is other
        assert nn.get_backend() is PYTHON

    asyncio.run(main())


def test_threads_share_an_object(other: Backend) -> None:
    chosen = nn.use_backend("other")
    generator = block(chosen)
    here = Context()
    here.run(next, generator)
    seen: list[Backend] = []

    def work() -> None:
        with chosen:
            generator.close()  # type: ignore[attr-defined]  # did not begin in this thread
            seen.append(nn.get_backend())
        seen.append(nn.get_backend())

    thread = threading.Thread(target=Context().run, args=(work,))
    thread.start()
    thread.join(10)
    assert seen == [other, PYTHON]
    assert here.run(nn.get_backend) is other


# ---------------------------------------------------------------- objects of odd shapes


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


DOORS: dict[str, Callable[[Backend], Any]] = {
    "get_backend": nn.get_backend,
    "choose_backend": choose_backend,
    "use_backend": nn.use_backend,
    "Network": lambda backend: nn.Network([nn.Dense(1, 1)], backend=backend),
    "to": lambda backend: nn.Network([nn.Dense(1, 1)], backend="python").to(backend),
}


def refused(door: str, backend: Backend, error: type[BackendError]) -> str:
    """What is said where the backend is refused: one short line."""
    with pytest.raises(error) as raised:
        DOORS[door](backend)
    message = str(raised.value)
    assert message.isprintable()
    assert len(message) < 1000
    return message


VERSIONS: list[Any] = [None, "1", 1.0, True, float("nan"), [], 10**5000, "v" * 100_000]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("version", VERSIONS, ids=range(len(VERSIONS)))
def test_a_version_that_is_no_whole_number(door: str, version: Any) -> None:
    backend = Other()
    backend.api_version = version
    message = refused(door, backend, BackendVersionError)
    assert message.startswith("backend 'other' is written for version ")
    if type(version) is not int:
        assert message.endswith("a version is a whole number, so this is a fault of the plugin")


def test_a_version_of_another_library_is_a_version() -> None:
    class Whole:
        def __index__(self) -> int:
            return choice.API_VERSION

    backend = Other()
    backend.api_version = Whole()  # type: ignore[assignment]
    assert nn.get_backend(backend) is backend


def broken(attribute: str, error: BaseException) -> Backend:
    """A backend with an attribute that raises when it is asked for."""

    def fail(self: Any) -> Any:
        raise error

    made: Backend = type("Broken", (Other,), {attribute: property(fail)})()
    return made


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("error", [ValueError("no\nline"), SystemExit(3), GeneratorExit()])
@pytest.mark.parametrize("attribute", ["api_version", "tolerance", "is_array"])
def test_an_attribute_that_raises(door: str, attribute: str, error: BaseException) -> None:
    message = refused(door, broken(attribute, error), IncompleteBackendError)
    assert f"failed with {type(error).__name__}" in message


def test_attributes_that_are_missing() -> None:
    none = AttributeError("none")
    with pytest.raises(BackendVersionError, match="version None of the backend contract"):
        nn.get_backend(broken("api_version", none))
    with pytest.raises(IncompleteBackendError, match="tolerance is None"):
        nn.get_backend(broken("tolerance", none))
    backend = Other()
    del backend.float64
    with pytest.raises(IncompleteBackendError, match="'other' lacks float64; a backend has"):
        nn.get_backend(backend)


def test_ctrl_c_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        nn.get_backend(broken("api_version", KeyboardInterrupt()))


@pytest.mark.parametrize("name", [None, 3, b"other", "", " ", ["other"], "a\nb", "\x1b[31m"])
def test_a_name_that_is_none(name: Any) -> None:
    backend = Other()
    backend.name = name
    for door in DOORS:
        message = refused(door, backend, IncompleteBackendError)
        assert message.endswith(": a name is printable text, such as 'numpy'")
    assert repr(backend).isprintable()


def test_a_backend_without_a_name() -> None:
    backend = Other()
    del backend.name
    refused("get_backend", backend, IncompleteBackendError)
    assert repr(backend) == "<purenn backend None>"


@pytest.mark.parametrize(
    "tolerance", [None, "1e-12", True, float("nan"), float("inf"), 0, -1.0, 1j]
)
def test_a_tolerance_that_is_no_number(tolerance: Any) -> None:
    backend = Other()
    backend.tolerance = tolerance
    for door in DOORS:
        message = refused(door, backend, IncompleteBackendError)
        assert "must be a number above 0, such as 1e-12" in message


def test_very_long_names(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "n\n\x1b" + "m" * 100_000
    with pytest.raises(UnknownBackendError) as raised:
        nn.get_backend(name)
    shown = str(raised.value)
    monkeypatch.setenv("PURENN_BACKEND", name)
    with pytest.raises(UnknownBackendError) as raised:
        choose_backend()
    for message in (shown, str(raised.value)):
        assert message.isprintable()
        assert "n\\n\\x1bmmm" in message
        assert len(message) < 1000
    backend = Other("m" * 100_000)
    assert len(repr(backend)) < 200
    with nn.use_backend(backend):
        assert len(choose_backend()[1]) < 200
    monkeypatch.setitem(choice._LOADED, backend.name, backend)
    monkeypatch.setenv("PURENN_BACKEND", backend.name)
    chosen, why = choose_backend()
    assert chosen is backend
    assert len(why) < 200


@pytest.mark.skipif(os.name != "posix", reason="the bytes of a variable are a matter of POSIX")
def test_a_variable_that_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURENN_BACKEND", "b\udcff")
    with pytest.raises(UnknownBackendError) as raised:
        choose_backend()
    assert str(raised.value).isprintable()


def test_the_command_where_the_working_directory_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def relpath(path: str) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(os.path, "relpath", relpath)
    monkeypatch.setattr(choice, "__file__", str(tmp_path / "purenn" / "backend.py"))
    (tmp_path / "backends" / "numpy").mkdir(parents=True)
    (tmp_path / "backends" / "numpy" / "pyproject.toml").touch()
    assert choice.install_command("numpy").startswith(f"python -m pip install -e {tmp_path} -e ")


def test_a_library_that_gives_its_version_as_something_else() -> None:
    library = SimpleNamespace(**vars(matrix), __version__=(1, 2))
    assert ArrayAPIBackend("other", library).version == "(1, 2)"


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
