"""Where a command writes to: looked at before the work begins, not after hours of it."""

from __future__ import annotations

import os
from contextlib import suppress

from purenn.errors import ArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["check_outputs"]


def check_outputs(outputs: dict[str, str | None], inputs: Iterable[str | None]) -> None:
    """ArgumentError for an output that could not be written, or that would replace an input.

    outputs  option → path, None where it was not given
    inputs   paths of the files that are read
    """
    taken: dict[str, str] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        if complaint := _complaint(path):
            raise ArgumentError(f"{option} {path}: {complaint}")
        for source in inputs:
            if source and _same(path, source):
                raise ArgumentError(
                    f"{option} {path}: this would replace the data that is read from there; "
                    "choose another name"
                )
        place = os.path.realpath(path)
        if place in taken and not _is_device(path):
            raise ArgumentError(
                f"{option} {path}: {taken[place]} writes to this file too; choose another name"
            )
        taken[place] = option


def _complaint(path: str) -> str:
    """Why nothing can be written under this name; '' if it looks possible."""
    if not path.strip():
        return "the path is empty; give the name of the file to write"
    if "\0" in path:
        return "a file name cannot hold a NUL character"
    if os.path.isdir(path) or path.endswith("/"):
        return "this is a folder; add the name of a file"
    if os.path.exists(path) and not os.access(path, os.W_OK):
        return "the file is write-protected; choose another name, or allow writing to it"
    if _is_device(path):
        return ""
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        return f"there is no folder {folder!r}; make it first, or check the path"
    if not os.access(folder, os.W_OK):
        return f"no permission to write to the folder {folder!r}; choose another one"
    return ""


def _is_device(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path)


def _same(path: str, other: str) -> bool:
    with suppress(OSError, ValueError):  # what is not there yet is no input
        return os.path.isfile(path) and os.path.samefile(path, other)
    return False
