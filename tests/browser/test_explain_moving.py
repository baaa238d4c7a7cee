"""Moving through the page: keys, buttons, clicks, touch and addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]


def address(page: Any) -> str:
    return str(page.evaluate("decodeURIComponent(location.hash)"))


TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
Z1 = "#s=0&op=Z1&i=1&j=0&k=1"
MOVES = [
    ("ArrowRight", "[data-move=term][data-by='1']", "#s=0&op=Z1&i=1&j=0&k=2"),
    ("ArrowLeft", "[data-move=term][data-by='-1']", "#s=0&op=Z1&i=1&j=0&k=0"),
    ("Shift+ArrowRight", "[data-move=cell][data-by='1']", "#s=0&op=Z1&i=1&j=0&k=2"),
    ("Shift+ArrowLeft", "[data-move=cell][data-by='-1']", "#s=0&op=Z1&i=0&j=1&k=2"),
    ("Control+ArrowRight", "[data-move=op][data-by='1']", "#s=0&op=A1&i=0&j=0&k=0"),
    ("PageDown", "[data-move=step][data-by='1']", "#s=1&op=Z1&i=1&j=0&k=1"),
    ("Home", "[data-move=home]", "#s=0&op=Z1&i=0&j=0&k=0"),
    ("End", "[data-move=end]", "#s=1&op=b2&i=0&j=0&k=1"),
]


@pytest.mark.parametrize("key, button, to", MOVES)
def test_each_key_and_its_button(open_page: Open, key: str, button: str, to: str) -> None:
    page = open_page(at=Z1)
    page.keyboard.press(key)
    assert address(page) == to
    page.evaluate(f"location.hash = {Z1!r}")
    page.locator("#op-where", has_text="term 2").wait_for()
    page.click(button)
    assert address(page) == to


def test_back_over_operations_and_steps(open_page: Open) -> None:
    page = open_page(at="#s=1&op=A1&i=2&j=1&k=0")
    page.keyboard.press("Control+ArrowLeft")
    assert address(page) == "#s=1&op=Z1&i=0&j=0&k=0"
    page.keyboard.press("Control+ArrowLeft")
    assert address(page) == "#s=0&op=b2&i=0&j=0&k=0"
    page.keyboard.press("PageDown")
    page.click("[data-move=step][data-by='-1']")
    assert address(page) == "#s=0&op=b2&i=0&j=0&k=0"


WALK = """(key) => {
  const visited = [];
  do {
    visited.push(decodeURIComponent(location.hash));
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  } while (decodeURIComponent(location.hash) !== visited[visited.length - 1]);
  return visited;
}"""


def test_term_by_term_through_everything(open_page: Open, record: Callable[..., Any]) -> None:
    page = open_page()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    visited = page.evaluate(WALK, "ArrowRight")
    assert len(visited) == len(set(visited))
    assert visited[-1] == "#s=1&op=b2&i=0&j=0&k=1"
    cells = {address.split("&k=")[0] for address in visited}
    data = record("xor")
    shapes = [data["arrays"][op["output"]]["shape"] for op in data["ops"]]
    assert len(cells) == sum(m * n for m, n in shapes)
    assert page.evaluate(WALK, "ArrowLeft") == visited[::-1]


@pytest.mark.parametrize("by_key", [True, False])
def test_space_plays_and_the_button_too(open_page: Open, by_key: bool) -> None:
    page = open_page()

    def press() -> None:
        if by_key:
            page.keyboard.press("Space")
        else:
            page.click("#play")

    press()
    assert page.get_attribute("#play", "aria-pressed") == "true"
    page.wait_for_url(re.compile("&k=1"))
    press()
    assert page.get_attribute("#play", "aria-pressed") == "false"


def test_help(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("?")
    assert page.is_visible("#help-box")
    assert page.locator("#help-box").evaluate("box => box.scrollTop") == 0
    page.keyboard.press("Escape")
    assert not page.is_visible("#help-box")
    page.click("#help")
    assert page.is_visible("#help-box")
    page.click("#help-box button")
    assert not page.is_visible("#help-box")


def test_clicks_on_cells_timeline_and_scrubber(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=0&j=0&k=0")
    page.click(".view.out .cell[data-r='2'][data-c='1']")
    assert address(page) == "#s=0&op=Z1&i=2&j=1&k=2"
    page.click(".view.left .cell[data-r='2'][data-c='0']")
    assert address(page) == "#s=0&op=Z1&i=2&j=1&k=0"
    page.click(".view.left .cell[data-r='3'][data-c='1']")
    assert address(page) == "#s=0&op=Z1&i=3&j=1&k=1"
    page.click("#four [data-k='0'] >> nth=0")
    assert address(page) == "#s=0&op=Z1&i=3&j=1&k=0"
    page.click("#timeline [data-op='7']")
    assert address(page) == "#s=0&op=dW2&i=0&j=0&k=0"
    page.fill("#scrub", "11")
    assert address(page) == "#s=0&op=dW1&i=0&j=0&k=0"
    page.select_option("#step", "1")
    assert address(page) == "#s=1&op=dW1&i=0&j=0&k=0"


def test_by_touch(open_page: Open) -> None:
    page = open_page(at=Z1, width=360, has_touch=True, is_mobile=True)
    page.tap("[data-move=term][data-by='1']")
    assert address(page) == "#s=0&op=Z1&i=1&j=0&k=2"
    page.tap(".view.out .cell[data-r='0'][data-c='1']")
    assert address(page) == "#s=0&op=Z1&i=0&j=1&k=2"


def test_on_a_phone_the_digits_stay_while_the_lines_scroll(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=0&j=0&k=0", width=360, has_touch=True, is_mobile=True)
    scrolled = "document.getElementById('four').scrollLeft"
    before = page.evaluate(scrolled)
    page.tap(".view.left .cell[data-r='0'][data-c='1']")
    page.evaluate(TWO_FRAMES)
    page.evaluate(TWO_FRAMES)
    assert page.evaluate(scrolled) > before
    assert page.inner_text("#tip") == "0.0"


def test_deep_links_both_ways(open_page: Open) -> None:
    page = open_page(at="#s=1&op=dW1&i=1&j=0&k=2")
    assert "dW1" in page.inner_text("#op-name")
    assert page.inner_text("#op-where") == "Row 1, column 0, term 3 of 4"
    page.evaluate("location.hash = '#s=0&op=A1&i=3&j=1&k=1'")
    page.locator("#op-name", has_text="A1 =").wait_for()
    assert page.inner_text("#op-where") == "Row 3, column 1, term 2 of 3"
    page.evaluate("location.hash = '#s=0&op=Q9&i=99&j=-1&k=x'")
    page.locator("#notice").wait_for()
    assert "no operation Q9. It has: Z1, A1" in page.inner_text("#notice")
    page.evaluate("location.hash = '#s=7&op=Z1&i=99&j=0&k=1'")
    page.locator("#op-phase", has_text="Step 1").wait_for()
    assert address(page) == "#s=1&op=Z1&i=3&j=0&k=1"  # which there is
    page.evaluate("location.hash = '#s=0&op=b1'")
    page.locator("#op-name", has_text="b1 ←").wait_for()
    assert not page.is_visible("#notice")


def test_what_changed_is_said(open_page: Open) -> None:
    page = open_page(at=Z1)
    page.keyboard.press("ArrowRight")
    said = page.inner_text("#live")
    assert said.startswith("Z1[1,0], term 3 of 3, b1[0], is ")
    assert "running sum" in said
    assert page.get_attribute("#live", "aria-live") == "polite"


def test_everything_can_be_reached_by_tab(open_page: Open) -> None:
    page = open_page(at=Z1)
    reached = set()
    for _ in range(140):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "(e => e.id || e.dataset.move || e.dataset.op || e.className)"
                "(document.activeElement)"
            )
        )
    for name in ("step", "predict", "print", "help", "scrub", "16", "board", "code", "four"):
        assert name in reached
    assert {"home", "step", "op", "cell", "term", "play", "end"} <= reached
