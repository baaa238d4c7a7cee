"""Finding plugins by real entry points: packages written into a folder on sys.path."""

import importlib
import os
import pickle
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import purenn as nn
from purenn import backend as choice
from purenn.backend import API_VERSION, PRIMITIVES, Backend, available_backends, get_backend
from purenn.cli import main
from purenn.errors import (
    BackendError,
    BackendImportError,
    BackendNotInstalledError,
    BackendVersionError,
    IncompleteBackendError,
    UnknownBackendError,
)

Install = Callable[..., None]

GOOD = """
    from purenn import matrix
    from purenn.backend import ArrayAPIBackend

    def backend():
        return ArrayAPIBackend({name!r}, matrix, version="2.5")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """`install("pkg", "name", code)` is what pip does: a module and its metadata."""
    monkeypatch.setattr(choice, "_LOADED", {"python": get_backend("python")})
    monkeypatch.syspath_prepend(tmp_path)

    def write(
        package: str,
        names: str,
        code: str,
        attribute: str = ":backend",
        module: str = "",
        *,
        value: str | None = None,
        metadata: str | bytes | None = "Name: {package}\nVersion: 1.2\n",
    ) -> None:
        module = module or package.replace("-", "_")
        lines = code.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        body = "\n".join(line[indent:] for line in lines)
        (tmp_path / f"{module}.py").write_text(body + "\n", encoding="utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)
        info = tmp_path / f"{package.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        if isinstance(metadata, str):
            metadata = f"Metadata-Version: 2.1\n{metadata.format(package=package)}".encode()
        if metadata is not None:
            (info / "METADATA").write_bytes(metadata)
        value = f"{module}{attribute}" if value is None else value
        points = "\n".join(f"{name} = {value}" for name in names.split(" "))
        text = f"[{choice.GROUP}]\n{points}\n"
        (info / "entry_points.txt").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()

    return write


def test_a_plugin_is_found_started_once_and_runs(install: Install) -> None:
    install("purenn-abacus", "abacus", GOOD.format(name="abacus"))
    assert "abacus" in available_backends()
    assert available_backends()[0] == "python"
    backend = get_backend("abacus")
    assert (backend.name, backend.version) == ("abacus", "2.5")
    assert get_backend("abacus") is backend
    network = nn.Network([nn.Dense(2, 1)], seed=0, backend="abacus")
    assert network.parameters == nn.Network([nn.Dense(2, 1)], seed=0).parameters


def test_a_plugin_may_be_a_backend_object(install: Install) -> None:
    code = GOOD.format(name="abacus") + "\n    made = backend()\n"
    install("purenn-abacus", "abacus", code, attribute=":made")
    assert get_backend("abacus").name == "abacus"


def test_only_the_plugin_asked_for_is_loaded(install: Install) -> None:
    install("purenn-abacus", "abacus", GOOD.format(name="abacus"))
    install("purenn-bomb", "bomb", "raise SystemError('loaded')")
    assert {"abacus", "bomb"} <= set(available_backends())
    get_backend("abacus")
    assert "purenn_bomb" not in sys.modules


def test_an_unknown_name(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("purenn-abacus", "abacus", GOOD.format(name="abacus"))
    with pytest.raises(UnknownBackendError) as raised:
        get_backend("abacsu")
    message = str(raised.value)
    assert message.startswith("unknown backend 'abacsu' (from the backend= argument); found here: ")
    assert "python" in message
    assert "abacus" in message
    assert message.endswith(" Did you mean 'abacus'?")
    monkeypatch.setenv("PURENN_BACKEND", "zzz")
    with pytest.raises(
        UnknownBackendError, match=r"'zzz' \(from the environment variable PURENN_BACKEND=zzz\)"
    ) as raised:
        nn.Network([nn.Dense(1, 1)])
    assert "Did you mean" not in str(raised.value)


def test_known_but_not_installed(
    install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(choice.KNOWN_PLUGINS, "abacus", "purenn-abacus")
    with pytest.raises(BackendNotInstalledError) as raised:
        get_backend("abacus")
    assert str(raised.value) == (
        "backend 'abacus' (from the backend= argument) is not installed here; "
        "install it with: python -m pip install purenn-abacus"
    )
    assert isinstance(raised.value, ImportError)


def test_the_command_in_a_checkout_names_its_folders(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plugin = tmp_path / "backends" / "numpy"
    plugin.mkdir(parents=True)
    (plugin / "pyproject.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(choice, "__file__", str(tmp_path / "purenn" / "backend.py"))
    monkeypatch.chdir(tmp_path)
    plugin_path = os.path.join("backends", "numpy")
    command = choice.install_command("numpy")
    assert command.startswith("python -m pip install -e . -e ")
    assert os.path.normpath(command.split()[-1]) == plugin_path


def test_a_plugin_whose_import_fails(install: Install) -> None:
    install("purenn-broken", "broken", "import a_library_that_is_not_there")
    with pytest.raises(BackendImportError) as raised:
        get_backend("broken")
    message = str(raised.value)
    assert "the package purenn-broken 1.2 is installed" in message
    assert "ModuleNotFoundError: No module named 'a_library_that_is_not_there'" in message
    assert "python -m pip install --force-reinstall purenn-broken" in message
    assert isinstance(raised.value.__cause__, ModuleNotFoundError)
    assert "broken" not in choice._LOADED


@pytest.mark.parametrize(
    "code,attribute,error",
    [
        ("def backend():\n    1 / 0", ":backend", "ZeroDivisionError"),
        ("backend = 3", ":backend", "TypeError"),
        ("", ":backend", "AttributeError"),
    ],
)
def test_a_plugin_that_does_not_start(
    install: Install, code: str, attribute: str, error: str
) -> None:
    install("purenn-broken", "broken", code, attribute)
    with pytest.raises(BackendImportError, match=f"purenn-broken 1.2 .*{error}") as raised:
        get_backend("broken")
    assert type(raised.value.__cause__).__name__ == error


def test_a_plugin_that_gives_junk(install: Install) -> None:
    install("purenn-junk", "junk", "def backend():\n    return [1, 2]")
    with pytest.raises(
        BackendImportError, match=r"purenn_junk:backend of the package purenn-junk 1.2 gave list"
    ):
        get_backend("junk")


@pytest.mark.parametrize("step,mend", [(-1, "plugin"), (1, "purenn")])
def test_a_plugin_for_another_version_of_the_contract(
    install: Install, step: int, mend: str
) -> None:
    code = GOOD.format(name="old") + (
        f"\n    old = backend()\n    old.api_version = {API_VERSION + step}\n"
    )
    install("purenn-old", "old", code, attribute=":old")
    with pytest.raises(
        BackendVersionError,
        match=rf"of the package purenn-old 1.2 is written for version {API_VERSION + step} "
        rf".* purenn has version {API_VERSION}; upgrade the {mend}",
    ):
        get_backend("old")


@pytest.mark.parametrize("lacking", ["tanh", "take", "argmax"])
def test_a_plugin_that_lacks_a_primitive(install: Install, lacking: str) -> None:
    code = GOOD.format(name="half") + f"\n    half = backend()\n    half.{lacking} = None\n"
    install("purenn-half", "half", code, attribute=":half")
    assert lacking in PRIMITIVES
    with pytest.raises(
        IncompleteBackendError, match=f"of the package purenn-half 1.2 lacks {lacking};"
    ):
        get_backend("half")


def test_a_library_that_lacks_a_function(install: Install) -> None:
    code = """
        from types import SimpleNamespace
        from purenn import matrix
        from purenn.backend import ArrayAPIBackend

        functions = {k: v for k, v in vars(matrix).items() if k not in ("exp", "log")}

        def backend():
            return ArrayAPIBackend("half", SimpleNamespace(**functions))
    """
    install("purenn-half", "half", code)
    with pytest.raises(IncompleteBackendError, match="lacks exp, log;"):
        get_backend("half")


def test_two_packages_that_offer_one_name(install: Install) -> None:
    install("purenn-abacus", "abacus", GOOD.format(name="abacus"))
    install("other-abacus", "abacus", GOOD.format(name="abacus"))
    with pytest.raises(BackendError) as raised:
        get_backend("abacus")
    assert re.search(
        r"several packages: other-abacus 1.2, purenn-abacus 1.2; uninstall all but one",
        str(raised.value),
    )
    assert available_backends().count("abacus") == 1


def test_no_plugin_may_be_called_python(install: Install) -> None:
    install("purenn-cuckoo", "python", "raise SystemError('loaded')")
    assert available_backends().count("python") == 1
    assert isinstance(get_backend("python"), Backend)
    assert get_backend("python").namespace.__name__ == "purenn.matrix"  # type: ignore[attr-defined]
    assert "purenn_cuckoo" not in sys.modules


def test_one_package_with_two_backends(install: Install) -> None:
    install("purenn-abacus", "abacus soroban", GOOD.format(name="abacus"))
    assert {"abacus", "soroban"} <= set(available_backends())


def test_the_table_of_backends(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("purenn-bomb", "bomb", "raise SystemError('loaded')")
    monkeypatch.setitem(choice.KNOWN_PLUGINS, "abacus", "purenn-abacus")
    rows = {name: (version, command) for name, version, command in choice.describe_backends()}
    assert rows["bomb"] == ("1.2", "")
    assert rows["abacus"] == ("", "python -m pip install purenn-abacus")
    assert rows["python"][1] == ""
    assert "purenn_bomb" not in sys.modules


# ------------------------------------------------------------------------ odd plugins

DOORS: dict[str, Callable[[str], object]] = {
    "get_backend": get_backend,
    "choose_backend": choice.choose_backend,
    "use_backend": nn.use_backend,
    "Network": lambda name: nn.Network([nn.Dense(1, 1)], backend=name),
    "pickle": choice._found_again,
}


def refused(name: str, error: type[BackendError]) -> str:
    """What every door says of this plugin: one short line, the same but for where it came from."""
    messages = set()
    for door in DOORS.values():
        with pytest.raises(error) as raised:
            door(name)
        message = str(raised.value)
        assert message.isprintable()
        assert len(message) < 1000
        messages.add(re.sub(r"\(from (the backend= argument|a pickle)\)", "(from …)", message))
    (message,) = messages
    assert name not in choice._LOADED
    return message


RAISED = ("SystemExit", "SystemExit(3)", "GeneratorExit", "BaseException('odd')", "MemoryError")


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("raised", RAISED)
def test_a_plugin_does_not_end_the_program(install: Install, raised: str, started: bool) -> None:
    code = f"def backend():\n    raise {raised}" if started else f"raise {raised}"
    install("purenn-exit", "exit", code)
    message = refused("exit", BackendImportError)
    kind = raised.split("(")[0]
    assert f"starting purenn_exit:backend failed with {kind}" in message
    assert main(["backends", "--backend", "exit"]) == 2


@pytest.mark.parametrize(
    "code", ["raise KeyboardInterrupt", "def backend(): raise KeyboardInterrupt"]
)
def test_ctrl_c_while_a_plugin_starts(install: Install, code: str) -> None:
    install("purenn-slow", "slow", code)
    with pytest.raises(KeyboardInterrupt):
        get_backend("slow")


LONG = {
    "text": "raise ValueError('first\\n\\x1b[31msecond ' + 'w' * 100_000)",
    "class": "raise type('E' * 100_000, (Exception,), {})",
    "no text": "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
    "path": "raise OSError(2, 'No such file', 'C:\\\\lib')",
}


@pytest.mark.parametrize("kind", LONG)
def test_what_a_plugin_says_is_cut(install: Install, kind: str) -> None:
    install("purenn-long", "long", LONG[kind])
    message = refused("long", BackendImportError)
    if kind == "text":
        assert r"ValueError: first\n\x1b[31msecond www" in message
    if kind == "no text":
        assert "failed with Mute; repair" in message


VERSIONS = ("None", "'1'", "1.0", "True", "10**5000", "property(lambda self: self.none)")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plugin_whose_version_is_none(install: Install, version: str) -> None:
    code = (
        GOOD.format(name="odd")
        + f"""
    class Odd(ArrayAPIBackend):
        api_version = {version}

    odd = Odd("odd", matrix)
    """
    )
    install("purenn-odd", "odd", code, attribute=":odd")
    message = refused("odd", BackendVersionError)
    assert message.startswith("backend 'odd' of the package purenn-odd 1.2 is written for version ")
    assert main(["backends", "--backend", "odd"]) == 2


@pytest.mark.parametrize(
    "change,error,expected",
    [
        ("name = 3", IncompleteBackendError, "backend 3 of the package .*: a name is printable"),
        ("name = ''", IncompleteBackendError, "a name is printable text"),
        ("name = 'soroban'", BackendImportError, "of the name 'soroban', not 'odd' as its entry"),
        ("name = 'python'", BackendImportError, "of the name 'python', not 'odd'"),
        ("name = 'm' * 100_000", BackendImportError, "of the name 'mmm.*, not 'odd'"),
        ("tolerance = 'small'", IncompleteBackendError, "tolerance is 'small', must be a number"),
        ("tolerance = None", IncompleteBackendError, "tolerance is None, must be a number"),
        ("exp = 3", IncompleteBackendError, "lacks exp;"),
    ],
)
def test_a_plugin_that_says_odd_things(
    install: Install, change: str, error: type[BackendError], expected: str
) -> None:
    code = GOOD.format(name="odd") + f"\n    odd = backend()\n    odd.{change}\n"
    install("purenn-odd", "odd", code, attribute=":odd")
    assert re.search(expected, refused("odd", error))


VALUES = ("", "two words", ":backend", "..:backend", "purenn_odd:backend:more", "purenn_odd", "os")


@pytest.mark.parametrize("value", [*VALUES, "v" * 100_000])
def test_an_entry_point_that_leads_nowhere(install: Install, value: str) -> None:
    install("purenn-odd", "odd", "", value=value)
    message = refused("odd", BackendImportError)
    assert "the package purenn-odd 1.2" in message
    assert "odd" in available_backends()
    assert ("odd", "1.2", "") in choice.describe_backends()


ODD_METADATA: dict[str, str | bytes | None] = {
    "none": None,
    "empty": b"",
    "no text": b"Name: \xff\nVersion: 1.2\n",
    "no name": "Version: 1.2\n",
    "no version": "Name: {package}\n",
    "long": f"Name: {'n' * 100_000}\nVersion: {'1' * 100_000}\n",
    "several lines": "Name: a\n b\nVersion: 1\x1b[31m\n 2\n",
    "command": "Name: odd; rm -rf /\nVersion: 1\n",
}


@pytest.mark.parametrize("kind", ODD_METADATA)
def test_a_package_that_says_odd_things_of_itself(
    install: Install, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    metadata = ODD_METADATA[kind]
    install("purenn-odd", "odd", "raise SystemExit", metadata=metadata)
    install("purenn-good", "good", GOOD.format(name="good"), metadata=metadata)
    message = refused("odd", BackendImportError)
    assert "the package " in message
    assert ("--force-reinstall purenn-odd)" in message) == (kind == "no version")
    assert "rm -rf /)" not in message
    assert get_backend("good").name == "good"
    assert {"odd", "good"} <= set(available_backends())
    version = {name: version for name, version, _ in choice.describe_backends()}["odd"]
    assert len(version) <= 60
    assert version == "" or version.isprintable()
    capsys.readouterr()
    assert main(["backends"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 500
    assert "".join(lines).isprintable()


def test_names_of_any_length(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    long, coloured = "n" * 100_000, "red\x1b[31m"
    install("purenn-long", long, GOOD.format(name=long))
    install("purenn-red", coloured, "raise SystemExit")
    assert {long, coloured} <= set(available_backends())
    assert get_backend(long).name == long
    refused(coloured, BackendImportError)
    refused("nobody", UnknownBackendError)
    refused("n" * 99_999, UnknownBackendError)
    capsys.readouterr()
    assert main(["backends"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 500
    assert "".join(lines).isprintable()


def test_very_many_plugins(install: Install) -> None:
    names = [f"plugin{i:04d}" for i in range(1000)]
    install("purenn-many", " ".join(names), "")
    message = refused("plugin0500x", UnknownBackendError)
    assert re.search(r"plugin0001, .*, \d+ more\. Did you mean 'plugin0500'\?$", message)
    for number in range(30):
        install(f"purenn-a{number}", "abacus", "")
    message = refused("abacus", BackendError)
    assert re.search("several packages: .* 1.2, 10 more; uninstall all but one$", message)


@pytest.mark.parametrize("points", [b"[purenn.backends]\nodd\n", b"[x]\ny = \xff\n"])
def test_a_damaged_package_is_no_matter_of_the_others(
    install: Install, tmp_path: Path, points: bytes
) -> None:
    install("purenn-abacus", "abacus", GOOD.format(name="abacus"))
    install("damaged", "odd", "")
    (tmp_path / "damaged-1.2.dist-info" / "entry_points.txt").write_bytes(points)
    assert "abacus" in available_backends()
    assert "abacus" in [name for name, _, _ in choice.describe_backends()]
    assert get_backend("abacus").name == "abacus"
    message = refused("odd", UnknownBackendError)
    assert re.search(r"packages are damaged and say nothing of backends: damaged 1\.2: ", message)


def test_a_plugin_that_is_pickled_and_gone(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("purenn-abacus", "abacus", GOOD.format(name="abacus"))
    network = nn.Network([nn.Dense(1, 1)], seed=0, backend="abacus")
    data = pickle.dumps(network)
    assert b"purenn_abacus" not in data
    monkeypatch.setattr(choice, "_LOADED", {"python": get_backend("python")})  # a new process
    again = pickle.loads(data)  # noqa: S301 (its own)
    assert again.backend is get_backend("abacus")
    assert again.backend is not network.backend
    assert again.parameters == network.parameters

    monkeypatch.setattr(choice, "_LOADED", {"python": get_backend("python")})
    monkeypatch.delitem(sys.modules, "purenn_abacus")
    (tmp_path / "purenn_abacus.py").unlink()
    importlib.invalidate_caches()
    with pytest.raises(BackendImportError, match=r"'abacus' \(from a pickle\): the package pure"):
        pickle.loads(data)  # noqa: S301 (its own)


def test_two_threads_get_one_backend(install: Install) -> None:
    """The plugin asks for itself while it starts, as a second thread may."""
    code = """
        from purenn import backend as choice, matrix
        started = []

        def backend():
            started.append(1)
            if len(started) == 1:
                started.append(choice.get_backend("abacus"))
            return choice.ArrayAPIBackend("abacus", matrix)
    """
    install("purenn-abacus", "abacus", code)
    backend = get_backend("abacus")
    assert sys.modules["purenn_abacus"].started[-1] is backend
    assert get_backend("abacus") is backend
