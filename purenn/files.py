"""Writing a file so that a crash, a full disk or a killed process leaves the old one whole.

The bytes go to a temporary file in the same folder, are forced to the disk, and only then take
the name of the old file in one step (POSIX `rename`), which happens as a whole or not at all.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from purenn.checks import short
from purenn.errors import ArgumentError

__all__ = ["write_atomically"]


def write_atomically(
    path: str | os.PathLike[str], data: str | bytes | Iterable[str | bytes]
) -> None:
    """Write the file as a whole or not at all; text is written as UTF-8.

    data  the content, or its pieces one after the other: an exception that they raise leaves
          the old file as it was, too

    An existing file keeps its mode (and its owner, where the system allows it), a new one gets
    the default of the umask. A link is followed: what it points to is replaced. A device or a
    pipe is written to directly, since nothing can take its place.

    ArgumentError names the path and what to do about it; no temporary file is left then, nor
    after Ctrl-C. Only a process that is killed outright may leave one, `.purenn-….tmp`.
    """
    name = _checked_path(path)
    pieces = [data] if isinstance(data, (str, bytes)) else data
    content = (_encoded(piece, name) for piece in pieces)
    with _told(name):
        old = _status(name)
        if name.endswith(("/", os.sep)) or (old is not None and stat.S_ISDIR(old.st_mode)):
            raise IsADirectoryError
        if old is not None and not stat.S_ISREG(old.st_mode):
            with open(name, "wb") as device:
                device.writelines(content)
            return
        _replace(os.path.realpath(name), content, old)


def _replace(target: str, content: Iterable[bytes], old: os.stat_result | None) -> None:
    """Write beside the target, then take its name."""
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError
    folder = os.path.dirname(target)
    temporary = os.path.join(folder, f".purenn-{os.urandom(8).hex()}.tmp")
    mode = 0o666 if old is None else 0o600  # open() takes the umask off; private until it is done
    try:
        with open(temporary, "xb", opener=lambda p, flags: os.open(p, flags, mode)) as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            _keep_owner_and_mode(temporary, old)
        os.replace(temporary, target)
    except BaseException:  # Ctrl-C too
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _keep_owner_and_mode(temporary: str, old: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root may give files away
            os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: str) -> None:
    """Force the new name to the disk as well; systems that cannot do so lose nothing but that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _checked_path(path: str | os.PathLike[str]) -> str:
    """The path as text that the system can take."""
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(name, str):
        raise ArgumentError(f"path is {short(path)}, must be a str or a pathlib.Path")
    if not name:
        raise ArgumentError("the path is empty; give the name of the file to write")
    if "\0" in name:
        raise ArgumentError(f"{name!r}: a file name cannot hold a NUL character")
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        raise ArgumentError(f"{name!a}: no file can have this name") from error
    return name


def _encoded(data: str | bytes, name: str) -> bytes:
    if not isinstance(data, str):
        return data
    try:
        return data.encode()
    except UnicodeEncodeError as error:
        raise ArgumentError(
            f"{name}: the text holds half of a surrogate pair at character {error.start:,}, "
            "which UTF-8 cannot hold"
        ) from error


def _status(name: str) -> os.stat_result | None:
    """What is there under this name; None if nothing is."""
    try:
        return os.stat(name)
    except FileNotFoundError:
        return None


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What the system reports comes out as an error with the path and the mend."""
    try:
        yield
    except OSError as error:
        raise ArgumentError(f"{name}: cannot be written: {_reason(name, error)}") from error


def _reason(name: str, error: OSError) -> str:
    folder = os.path.dirname(os.path.realpath(name))
    if isinstance(error, IsADirectoryError):
        return "this is a folder; add the name of a file"
    if isinstance(error, FileNotFoundError) and not os.path.isdir(folder):
        return f"there is no folder {folder!r}; make it first, or check the path"
    if isinstance(error, NotADirectoryError):
        return "a part of the path is a file where a folder is needed; check the path"
    if isinstance(error, PermissionError):
        if os.path.exists(name) and not os.access(name, os.W_OK):
            return "the file is write-protected; choose another name, or allow writing to it"
        return f"no permission to write to the folder {folder!r}; choose another one"
    what = error.strerror or str(error) or type(error).__name__
    return f"{what}; free some space, or choose another place. Any older file is still whole"
