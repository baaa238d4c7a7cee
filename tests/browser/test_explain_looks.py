"""The page as it looks: how fast it opens, at each width, light and dark, for all people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]

VIEWS = [
    ("xor", "#s=0&op=Z1&i=1&j=0&k=1"),
    ("xor", "#s=0&op=A1&i=1&j=0&k=2"),
    ("xor", "#s=0&op=L&k=2"),
    ("named", "#s=0&op=dW1&i=1&j=0&k=2"),
    ("named", "#s=0&op=db1&j=1&k=2"),
    ("named", "#s=0&op=P&i=1&j=1&k=3"),
    ("named", "#s=0&op=W1&i=1&j=1&k=1"),
    ("batches", "#s=0&op=X&i=1&j=1"),
    ("batches", "#s=0&op=E1"),
    ("digits", "#s=0&op=Z1&i=1&j=2&k=350"),
    ("digits", "#s=0&op=dW1&i=400&j=2&k=3"),
]


def test_opens_within_a_second_from_a_file_of_less_than_400_kb(
    open_page: Open, files: Callable[..., Path]
) -> None:
    assert files("xor").stat().st_size < 400_000
    ready = [int(open_page().get_attribute("html", "data-ready")) for _ in range(3)]
    assert min(ready) < 1000  # milliseconds; the browser's own start does not count


def test_digits_open_from_less_than_4_mb(open_page: Open, files: Callable[..., Path]) -> None:
    assert files("digits").stat().st_size < 4_000_000
    page = open_page("digits", "#s=0&op=Z1&i=1&j=2&k=350")
    assert page.locator(".at-left canvas").count() == 8
    assert page.locator(".at-left canvas").first.evaluate("c => [c.width, c.height]") == [28, 28]
    assert page.locator(".at-top canvas").count() == 10


@pytest.mark.parametrize("width, height", [(360, 740), (800, 1000), (1024, 768), (1440, 900)])
def test_the_four_lines_are_in_sight_while_stepping(
    open_page: Open, width: int, height: int
) -> None:
    page = open_page("named", "#s=0&op=Z1")
    page.set_viewport_size({"width": width, "height": height})
    lines, buttons = (page.locator(part).bounding_box() for part in ("#four", ".transport"))
    assert lines is not None
    assert buttons is not None
    assert lines["y"] + lines["height"] <= buttons["y"] + 1
    assert buttons["y"] + buttons["height"] <= height + 1


CUT_OFF = """[...document.querySelectorAll(".cell")]
  .filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"""


@pytest.mark.parametrize("name, at", VIEWS)
def test_each_view_fits_each_width(
    open_page: Open, sizes: dict[int, int], name: str, at: str
) -> None:
    page = open_page(name, at)
    for width, height in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for part in ("#op-name", "#board", "#four", "#code", ".transport"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.evaluate(CUT_OFF) == [], width


def test_the_whole_step_stands_in_the_pipeline_without_scrolling(open_page: Open) -> None:
    page = open_page()
    pipeline = page.locator(".pipeline")
    assert page.locator("#timeline [data-op]").count() >= 17
    assert pipeline.evaluate("nav => nav.scrollHeight <= nav.clientHeight")


def test_light_and_dark(open_page: Open) -> None:
    page = open_page()
    colours = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.add(page.evaluate("getComputedStyle(document.body).color"))
    assert len(colours) == 2


def test_the_sign_shows_by_colour_and_by_a_minus(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=1&j=0&k=1")

    def colour(kind: str) -> str:
        cell = page.locator(f".view .cell.{kind}:not(.hot, .ghost)").first
        assert ("−" in cell.inner_text()) == (kind == "neg")
        return str(cell.evaluate("e => getComputedStyle(e).color"))

    assert len({colour("neg"), colour("pos"), colour("zero")}) == 3
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert colour("zero") == ink


def test_reduced_motion(open_page: Open) -> None:
    style = "getComputedStyle(document.querySelector('.turned .cells')).animationName"
    page = open_page(at="#s=0&op=dW1")
    assert page.evaluate(style) == "turn"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(style) == "none"


SERIOUS = """async () => (await axe.run()).violations
  .filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => [found.id, found.nodes.slice(0, 3)
    .map(node => [node.html.slice(0, 160), node.failureSummary])])"""


@pytest.mark.parametrize("name, at", VIEWS)
def test_axe_finds_no_serious_violation(
    open_page: Open, axe: str, sizes: dict[int, int], name: str, at: str
) -> None:
    page = open_page(name, at, reduced_motion="reduce")
    page.evaluate(axe)
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": sizes[width]})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(SERIOUS) == [], (width, scheme)


@pytest.mark.parametrize("button", ["#help", "#print", "#predict"])
def test_axe_finds_nothing_in_what_opens(open_page: Open, axe: str, button: str) -> None:
    page = open_page(reduced_motion="reduce")
    page.evaluate(axe)
    page.click(button)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(SERIOUS) == [], scheme
