"""Atomic writing: the whole file or the old one, and nothing beside it."""

import os
import signal
import stat
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from purenn.errors import ArgumentError
from purenn.files import write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and signals of POSIX")
no_root = pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write anywhere"
)


def test_text_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    write_atomically(path, "naïve\n")
    assert path.read_bytes() == b"na\xc3\xafve\n"
    write_atomically(str(path), b"\0\xff\r\n")
    assert path.read_bytes() == b"\0\xff\r\n"
    assert os.listdir(tmp_path) == ["a file"]


def test_a_name_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomically("here", "x")
    assert os.listdir(tmp_path) == ["here"]


@posix
def test_modes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    before = os.umask(0o027)
    try:
        write_atomically(path, "new")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o604)
        write_atomically(path, "newer")
        assert stat.S_IMODE(path.stat().st_mode) == 0o604
    finally:
        os.umask(before)


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link, loose = tmp_path / "target", tmp_path / "link", tmp_path / "loose"
    target.write_text("old")
    link.symlink_to("target")
    loose.symlink_to("made")
    write_atomically(link, "new")
    write_atomically(loose, "first")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert (tmp_path / "made").read_text() == "first"


@posix
def test_a_device_is_written_to() -> None:
    write_atomically("/dev/null", "gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize(
    "where,message",
    [
        ("", "this is a folder; add the name of a file"),
        ("new/", "this is a folder; add the name of a file"),
        ("gone/file", r"there is no folder '.*gone'; make it first, or check the path"),
        ("plain/file", "a part of the path is a file where a folder is needed|there is no folder"),
        ("x" * 300, r"x: cannot be written: .*choose another place"),
    ],
)
def test_paths_that_cannot_be(tmp_path: Path, where: str, message: str) -> None:
    (tmp_path / "plain").write_text("plain")
    with pytest.raises(ArgumentError, match=message) as caught:
        write_atomically(f"{tmp_path}/{where}", "x")
    assert str(tmp_path) in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert os.listdir(tmp_path) == ["plain"]


@pytest.mark.parametrize(
    "path,message",
    [
        ("", "the path is empty"),
        ("a\0b", r"a\\x00b.*NUL"),
        ("\ud800", "no file can have this name"),
        (3, "path is 3"),
        (b"x", "path is b'x'"),
    ],
)
def test_paths_that_are_none(path: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        write_atomically(path, "x")


def test_text_that_cannot_be_encoded(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="surrogate pair at character 1"):
        write_atomically(tmp_path / "file", "a\ud800")
    assert not os.listdir(tmp_path)


@posix
@no_root
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(ArgumentError, match="write-protected"):
        write_atomically(path, "new")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(ArgumentError, match="no permission to write to the folder"):
            write_atomically(tmp_path / "other", "new")
    finally:
        tmp_path.chmod(0o755)
    assert path.read_text() == "old"


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
@pytest.mark.parametrize(
    "failure,told",
    [
        (OSError(ENOSPC, "No space left on device"), ArgumentError),
        (PermissionError(13, "Permission denied"), ArgumentError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["full", "forbidden", "ctrl-c"],
)
def test_a_failure_leaves_the_old_file_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    failure: BaseException,
    told: type[BaseException],
) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail(*_: object) -> None:
        assert len(os.listdir(tmp_path)) == 2
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(told) as caught:
        write_atomically(path, "new")
    if told is ArgumentError:
        assert str(path) in str(caught.value)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


FULL = """
import resource, sys
from purenn.errors import ArgumentError
from purenn.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(sys.argv[1], b"x" * 100_000)
except ArgumentError as error:
    print(error)
"""


@posix
def test_a_file_that_the_system_will_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    command = [sys.executable, "-c", FULL, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be written: File too large; free some space" in done.stdout
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


WRITER = """
import sys
from purenn.files import write_atomically
a, b = b"a" * 300_000, b"b" * 200_000
while True:
    for content in (a, b):
        write_atomically(sys.argv[1], content)
        print("written", flush=True)
"""


@posix
def test_a_killed_process_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for attempt in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer:
            for _ in range(attempt + 1):  # the next write has begun, or is about to
                assert writer.stdout.readline() == "written\n"
            writer.send_signal(signal.SIGKILL)
        assert path.read_bytes() in (b"a" * 300_000, b"b" * 200_000)
    assert {name for name in os.listdir(tmp_path) if not name.startswith(".purenn-")} == {"file"}
