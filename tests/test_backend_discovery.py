"""Finding plugins by real entry points: packages written into a folder on sys.path."""

import importlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import purenn as nn
from purenn import backend as choice
from purenn.backend import API_VERSION, PRIMITIVES, Backend, available_backends, get_backend
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
        package: str, names: str, code: str, attribute: str = ":backend", module: str = ""
    ) -> None:
        module = module or package.replace("-", "_")
        lines = code.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        body = "\n".join(line[indent:] for line in lines)
        (tmp_path / f"{module}.py").write_text(body + "\n", encoding="utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)
        info = tmp_path / f"{package.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        points = "\n".join(f"{name} = {module}{attribute}" for name in names.split())
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
