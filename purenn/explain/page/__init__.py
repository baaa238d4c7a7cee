"""The record of a run as one HTML file, to step through number by number, without a network.

The page is put together from files beside this one: page.html (the bare structure), page.css
and paper.css (the looks, on a screen and printed) and the parts in the folder script (all that
moves). The record stands in it as JSON; the script sets every text of it as text, never as
markup.
"""

from __future__ import annotations

import json
import re
from html import escape
from importlib.resources import files
from math import isfinite

from purenn.files import write_atomically

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from typing import Any, Protocol

    class HasDict(Protocol):
        """A Record, or anything else that gives one as plain data."""

        def to_dict(self) -> dict[str, Any]: ...


__all__ = ["render_page", "write_page"]

# The parts of the script, in the order in which they are joined into one.
SCRIPT = (
    *("record", "names", "elements", "cells", "recipes"),
    *("state", "pipeline", "matrices", "heatmaps", "stage"),  # the place, and what is there
    *("beside", "lines", "predicting", "source"),  # around it
    *("controls", "paper", "start"),
)


def write_page(path: str | os.PathLike[str], record: HasDict | Mapping[str, Any]) -> None:
    """Write the page as one HTML file, as a whole or not at all.

    ArgumentError names the path and what to do about it.
    """
    write_atomically(path, render_page(record))


def render_page(record: HasDict | Mapping[str, Any]) -> str:
    """The page as text, from a Record or from what its `to_dict` gives."""
    data: Any = record.to_dict() if hasattr(record, "to_dict") else record
    parts = {
        "title": _markup(str(data.get("title") or "a training step")),
        "style": _part("page.css") + _part("paper.css"),
        "record": embedded_json(data),
        "script": _script(),
    }
    # In one pass, so that a name in the data that looks like {{script}} stays what it is.
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _part("page.html"))


def embedded_json(data: Any) -> str:
    """JSON that can stand in a <script> element: nothing in it can end the element.

    Floats are written as `repr` writes them, so every bit arrives. Infinite numbers and NaN,
    which JSON has no word for, become the strings "inf", "-inf" and "nan".
    """
    try:
        text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    except ValueError:  # rare, so the copy is made only then
        text = json.dumps(_in_words(data), separators=(",", ":"), allow_nan=False)
    # `<` stands only inside strings. Letters beyond ASCII, U+2028 and U+2029 among them, are
    # escaped by `dumps` already.
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _in_words(value: Any) -> Any:
    if isinstance(value, float) and not isfinite(value):
        return repr(value)
    if isinstance(value, dict):
        return {key: _in_words(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_in_words(each) for each in value]
    return value


def _markup(text: str) -> str:
    """Text for the <title>: escaped, without line separators and what UTF-8 cannot hold."""
    return escape(" ".join(text.encode("utf-8", "replace").decode().replace("\0", "�").split()))


def _script() -> str:
    """One classic script: its parts share one scope, and nothing of it is global."""
    parts = "\n".join(_part(f"script/{name}.js") for name in SCRIPT)
    return f'(function () {{\n"use strict";\n\n{parts}\n}})();\n'


def _part(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
