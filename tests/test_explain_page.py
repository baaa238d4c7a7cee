"""The page of a record as a file: whole, self-contained, and no text of the data can break it."""

import json
import re
from copy import deepcopy
from html.parser import HTMLParser
from importlib.resources import files
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purenn.errors import ArgumentError
from purenn.explain.page import SCRIPT, embedded_json, render_page, write_page

NASTY = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "\"quotes\" and 'quotes' & <b>",
    "🙂 emoji",
    "שלום עולם",
    "line\u2028and\u2029paragraph",
    "a\0b\x07c\udc80",
    "{{script}} {{record}} \\1 \\g<0>",
]

RECORD: dict[str, Any] = {
    "format": "purenn record",
    "version": 1,
    "purenn": "0.1.0",
    "backend": "python",
    "title": "one neuron",
    "network": {"layers": ["Dense 1 (2 → 1)"], "loss": "", "optimizer": "", "seed": 1},
    "row_names": None,
    "feature_names": None,
    "label_names": None,
    "image_shape": None,
    "steps": 1,
    "arrays": [
        {"name": "X", "kind": "input", "shape": [1, 2], "rows": [[0.1, 0.2]]},
        {"name": "W1", "kind": "parameter", "shape": [2, 1], "rows": [[3.0], [0.7]]},
        {"name": "b1", "kind": "parameter", "shape": [1, 1], "rows": [[1e-320]]},
        {"name": "Z1", "kind": "value", "shape": [1, 1], "rows": [[0.1 * 3.0 + 0.2 * 0.7]]},
    ],
    "ops": [
        {
            "n": 0,
            "call": 0,
            "step": 0,
            "phase": "forward",
            "op": "linear",
            "output": 3,
            "inputs": [0, 1, 2],
            "part": 0,
            "options": {},
            "name": "Z1",
            "symbol": "Z1 = X @ W1 + b1",
            "index": "Z1[i,j] = Σₖ X[i,k]·W1[k,j] + b1[j]",
            "sentence": "The row of X meets the column of W1; the bias is added.",
            "layer": "Dense 1 (2 → 1)",
            "source": {"file": "purenn/layers.py", "line": 1, "text": "Z = X @ W + b"},
            "definition": None,
        }
    ],
    "sources": {"purenn/layers.py": "Z = X @ W + b\n"},
    "gradient_check": None,
}


class Page(HTMLParser):
    """What stands in a page: its elements, and the text of its scripts and its title."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self.inside = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.texts[self.inside] = self.texts.get(self.inside, "") + data

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    @property
    def record(self) -> Any:
        return json.loads(self.texts["record"])


def test_the_page_holds_the_whole_record() -> None:
    assert Page(render_page(RECORD)).record == RECORD


def test_anything_with_to_dict_is_taken() -> None:
    class Recorded:
        def to_dict(self) -> dict[str, Any]:
            return RECORD

    assert render_page(Recorded()) == render_page(RECORD)


def test_a_recorded_run_is_taken() -> None:
    import purenn as nn
    from purenn.explain import explain

    network = nn.Network([nn.Dense(2, 2), nn.Sigmoid(), nn.Dense(2, 1), nn.Sigmoid()], seed=42)
    X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
    record = explain(network, X, y, loss=nn.SumSquaredError(), optimizer=nn.SGD(0.5), steps=2)
    page = render_page(record)
    assert Page(page).record == record.to_dict()
    assert len(page.encode()) < 400_000


def test_the_page_loads_nothing() -> None:
    page = render_page(RECORD)
    for tag, attributes in Page(page).tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not {"src", "href", "srcset", "data", "action"} & set(attributes), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
    policy = next(a["content"] for t, a in Page(page).tags if "http-equiv" in a)
    assert policy.startswith("default-src 'none';")
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_script_is_one_classic_script_that_sets_no_markup() -> None:
    page = render_page(RECORD)
    scripts = [attributes for tag, attributes in Page(page).tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "record"}, {}]
    code = Page(page).texts["script"]
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
    ):
        assert word not in code


def test_the_parts_of_the_script_are_joined_in_order() -> None:
    folder = files("purenn.explain.page") / "script"
    assert sorted(each.name for each in folder.iterdir()) == sorted(f"{name}.js" for name in SCRIPT)
    code = Page(render_page(RECORD)).texts["script"].strip()
    assert code.startswith('(function () {\n"use strict";\n')
    assert code.endswith("})();")
    places = []
    for name in SCRIPT:
        part = (folder / f"{name}.js").read_text(encoding="utf-8")
        assert part.startswith("/* "), f"{name} does not say what it is for"
        places.append(code.index(part.rstrip()))
    assert places == sorted(places)


def test_every_id_is_there_once_and_every_label_names_one() -> None:
    tags = Page(render_page(RECORD)).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in tags:
        for key in ("for", "aria-labelledby"):
            assert set(attributes.get(key, "").split()) <= set(ids)


@pytest.mark.parametrize("text", NASTY)
def test_text_of_the_data_breaks_nothing(text: str) -> None:
    data = deepcopy(RECORD)
    data["title"] = text
    data["row_names"] = data["label_names"] = [text]
    data["sources"] = {"purenn/layers.py": text}
    data["ops"][0]["sentence"] = text
    page = render_page(data)
    read = Page(page)
    assert read.record == data
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in Page(render_page(RECORD)).tags]
    assert page.count("</script>") == 2
    assert "\u2028" not in page
    assert "\u2029" not in page
    page.encode()


@given(st.recursive(st.text() | st.floats() | st.none() | st.integers(), st.lists, max_leaves=8))
def test_embedded_json_keeps_every_bit_and_ends_no_script(data: Any) -> None:
    text = embedded_json(data)
    assert not re.search("[<>\u2028\u2029]", text)

    def same(a: Any, b: Any) -> bool:
        if isinstance(a, list):
            return len(a) == len(b) and all(map(same, a, b))
        if isinstance(a, float) and not abs(a) < inf:
            return bool(b == repr(a))
        return repr(a) == repr(b)

    assert same(data, json.loads(text))


def test_numbers_that_json_has_no_word_for() -> None:
    assert json.loads(embedded_json({"rows": [[nan, inf, -inf, 1.5]]})) == {
        "rows": [["nan", "inf", "-inf", 1.5]]
    }


def test_write_page(tmp_path: Path) -> None:
    write_page(tmp_path / "step.html", RECORD)
    assert (tmp_path / "step.html").read_text(encoding="utf-8") == render_page(RECORD)
    assert [path.name for path in tmp_path.iterdir()] == ["step.html"]


def test_an_unwritable_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="no folder"):
        write_page(tmp_path / "none" / "step.html", RECORD)
