"""Typing each value before it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Open = Callable[..., Any]


def test_predicting(open_page: Open) -> None:
    page = open_page(at="#s=0&op=A1&i=1&j=0&k=2")
    result = page.inner_text("#total")
    page.keyboard.press("p")
    assert page.get_attribute("#predict", "aria-pressed") == "true"
    assert page.inner_text(".view.out .cell.current") == "?"
    assert result not in page.inner_text("main")
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    assert "Type a number" in page.inner_text("#guess-answer")
    page.fill("#guess-value", f"{float(result) * 0.95:.4f}")
    page.click("#guess button")
    said = page.inner_text("#guess-answer")
    assert said.startswith(f"Close: it is {result}, you were off by 0.03"), said
    assert said.endswith("(5.0 %).")
    assert page.inner_text("#total") == result
    page.keyboard.press("Shift+ArrowRight")
    page.locator("#guess-value").press("Enter")  # goes on to the next cell
    assert page.inner_text(".view.out .cell.current") == "?"
    page.click("#predict")
    assert page.is_hidden("#guess")
    assert page.inner_text("#total") != "?"


def test_predicting_exactly_with_a_true_minus(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=1&j=1&k=2")
    page.click("[data-move=term][data-by='1']")
    page.goto(page.url.split("#")[0] + "#s=0&op=dZ1&i=0&j=0&k=2")
    page.locator("#op-name", has_text="dZ1 =").wait_for()
    result = page.inner_text("#total")
    assert result.startswith("−")
    page.click("#predict")
    page.fill("#guess-value", result)
    page.keyboard.press("Enter")
    assert page.inner_text("#guess-answer") == f"Exact to four digits: {result}."


def test_a_small_value_of_the_other_sign_is_not_close(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=1&j=1&k=2")
    page.goto(page.url.split("#")[0] + "#s=0&op=dZ1&i=0&j=0&k=2")
    page.locator("#op-name", has_text="dZ1 =").wait_for()
    page.click("#predict")
    page.fill("#guess-value", "0.0001")
    page.keyboard.press("Enter")
    assert page.inner_text("#guess-answer").startswith("Other sign: it is −")


def test_far_off(open_page: Open) -> None:
    page = open_page(at="#s=0&op=A1&i=0&j=0&k=2")  # of a row of zeros: 1/2
    page.click("#predict")
    page.fill("#guess-value", "2")
    page.keyboard.press("Enter")
    said = "Not yet: it is 0.5000, you were off by 1.500 (300 %)."
    assert page.inner_text("#guess-answer") == said
