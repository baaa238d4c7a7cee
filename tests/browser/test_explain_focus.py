"""Focus stays where it was when something is drawn anew, and never falls to the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]

FOCUSED = """(() => {
  const element = document.activeElement, block = element.closest("[data-block]");
  return [block ? block.dataset.block : element.id || element.tagName, element.dataset.at || "",
    element.dataset.exact || ""];
})()"""


def focused(page: Any) -> tuple[str, str, str]:
    block, at, exact = page.evaluate(FOCUSED)
    return block, at, exact


def test_a_number_of_the_four_lines(open_page: Open) -> None:
    page = open_page(at="#s=0&op=dW1&i=0&j=0&k=1")
    page.focus("#four [data-block='numbers 2'] .n >> nth=1")
    before = focused(page)
    page.keyboard.press("ArrowRight")
    assert focused(page) == before
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert focused(page)[0] == "numbers 2"  # the same place, of the next cell
    page.focus("#four [data-block='numbers 3'] .n >> nth=0")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+ArrowRight")  # an update has two terms only
    assert focused(page)[0] == "four"


def test_the_result_of_a_cell_that_is_left(open_page: Open) -> None:
    page = open_page(at="#s=0&op=A1&i=0&j=0&k=2")
    page.focus("#total .n")
    page.keyboard.press("ArrowLeft")
    assert focused(page)[0] == "four"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#four') !== null")


def test_a_cell_of_a_matrix(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=3&j=1&k=2")
    page.focus(".view.out [data-at='2,1']")
    before = focused(page)
    page.keyboard.press("Control+ArrowRight")  # Z1 is an operand there
    assert page.inner_text("#op-name").startswith("A1")
    assert focused(page) == before
    page.keyboard.press("PageDown")
    assert focused(page)[:2] == ("Z1", "2,1")
    page.keyboard.press("Control+ArrowRight")  # and is not there any more
    assert page.inner_text("#op-name").startswith("Z2")
    assert focused(page)[0] == "board"


def test_a_number_of_the_stage(open_page: Open) -> None:
    page = open_page(at="#s=0&op=W1&i=0&j=0&k=1")
    page.focus(".scalar .n")
    before = focused(page)
    page.keyboard.press("Control+ArrowRight")
    assert focused(page) == before  # the rate, of the next update
    page.focus(".check .n >> nth=1")
    page.keyboard.press("Shift+ArrowRight")
    assert focused(page)[0] == "check"


def test_one_of_the_largest_terms(open_page: Open) -> None:
    page = open_page("digits", "#s=0&op=Z1&i=1&j=2&k=350")
    page.focus(".largest button >> nth=2")
    before = focused(page)
    page.keyboard.press("Enter")
    assert focused(page) == before
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    page.keyboard.press("Control+ArrowRight")  # a relu has no such list
    assert focused(page)[0] == "board"


def test_a_picture(open_page: Open) -> None:
    page = open_page("digits", "#s=0&op=Z1&i=1&j=2&k=350")
    page.focus(".at-top .cursor")
    page.keyboard.press("PageDown")
    page.keyboard.press("Shift+ArrowRight")
    assert focused(page)[:2] == ("W1", "cursor")


def test_a_button_of_the_pipeline(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1")
    page.focus("#timeline [data-at='dW2']")
    page.keyboard.press("Enter")
    assert focused(page)[:2] == ("timeline", "dW2")
    page.keyboard.press("PageDown")  # the pipeline is drawn anew
    assert focused(page)[:2] == ("timeline", "dW2")


def test_predicting_ends_in_the_four_lines(open_page: Open) -> None:
    page = open_page(at="#s=0&op=A1&i=1&j=0&k=2")
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.id") == "guess-value"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "four"


def test_focus_never_falls_to_the_document(open_page: Open) -> None:
    page = open_page("named", "#s=0&op=Z2&i=0&j=0&k=0")
    page.focus("#four .n >> nth=0")
    for key in ["ArrowRight", "Shift+ArrowRight", "Control+ArrowRight", "Control+ArrowLeft"] * 8:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement !== document.body"), key
