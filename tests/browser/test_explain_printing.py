"""Worksheets with the results left blank, and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]
NUMBER = r"−?[\d.]+(e−?\d+)?"


def print_from_the_box(page: Any, what: str) -> None:
    """As a person would; the browser's own window is kept away."""
    page.evaluate("() => { window.print = () => { document.title += '*'; }; }")
    page.click("#print")
    page.click(f"[data-print={what}]")
    assert page.is_hidden("#print-box")
    assert page.title().endswith("*")


def test_printing_without_the_button_gives_this_step(open_page: Open) -> None:
    page = open_page("softmax", "#s=1&op=Z1")
    page.emulate_media(media="print")
    page.wait_for_selector("#paper .worksheet")
    assert page.is_hidden("main")
    assert "Training step 1." in page.inner_text("#paper .worksheet header")
    blank = page.locator("#paper .worksheet table.result td").all_inner_texts()
    answers = page.locator("#paper .answers table.result td").all_inner_texts()
    assert len(blank) == len(answers) > 50
    assert not "".join(blank).strip()
    assert all(re.fullmatch(NUMBER, text) for text in answers)
    given = page.locator("#paper .worksheet table:not(.result) td").all_inner_texts()
    assert "5.100" in given
    assert len(page.pdf()) > 10_000


def test_a_sheet_begins_with_what_it_is_and_room_for_a_name(open_page: Open) -> None:
    page = open_page()
    page.emulate_media(media="print")
    page.wait_for_selector("#paper .worksheet")
    head = page.inner_text("#paper .worksheet header")
    for text in ("xor: worksheet", "Dense 1 (2 → 2)", "Training step 0.", "Name", "Date"):
        assert text in head
    assert page.locator("#paper .answers .name").count() == 0
    style = "(e, name) => getComputedStyle(e)[name]"
    assert page.locator("#paper .answers").evaluate(style, "breakBefore") == "page"
    assert page.locator("#paper article").first.evaluate(style, "breakInside") == "avoid"
    exercises = page.locator("#paper .worksheet article").count()
    assert page.locator("#paper .worksheet .work").count() == exercises >= 17


@pytest.mark.parametrize("what", ["op", "step", "all"])
def test_the_box_offers_what_to_print(
    open_page: Open, record: Callable[..., Any], what: str
) -> None:
    steps = [op["step"] for op in record("xor")["ops"]]
    exercises = {"op": 1, "step": steps.count(1), "all": len(steps)}[what]
    page = open_page(at="#s=1&op=A1")
    print_from_the_box(page, what)
    assert page.locator("#paper .worksheet article").count() == exercises
    assert page.locator("#paper .answers article").count() == exercises
    blank = page.locator("#paper .worksheet .result td").all_text_contents()
    assert not "".join(blank)
    page.emulate_media(media="print")
    assert page.locator("#paper .answers article").count() == exercises


def test_the_box_can_be_left(open_page: Open) -> None:
    page = open_page()
    place = page.evaluate("location.hash")
    page.click("#print")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("location.hash") == place  # no key of the page works behind it
    page.keyboard.press("Escape")
    assert page.is_hidden("#print-box")
    assert page.evaluate("document.activeElement.id") == "print"


def value(text: str) -> float:
    return float(text.replace("−", "-"))


def test_of_a_large_matrix_one_entry_is_asked_for(open_page: Open) -> None:
    page = open_page("digits", "#s=0&op=Z1&i=1&j=2&k=350")
    print_from_the_box(page, "op")
    page.emulate_media(media="print")
    for sheet in (".worksheet", ".answers"):
        assert "Z1[1,2], by its largest 12 terms" in page.inner_text(f"#paper {sheet} article")
        assert page.locator(f"#paper {sheet} canvas").count() == 2
        assert page.locator(f"#paper {sheet} .terms tbody tr").count() == 14  # 12, b, the others
    assert not "".join(page.locator("#paper .worksheet .blank").all_text_contents())
    rest = page.locator("#paper .worksheet .terms tr", has_text="the other 772 terms add up to")
    assert re.search(NUMBER + "$", rest.inner_text().strip())
    cells = [
        [cell.strip() for cell in row.locator("td").all_inner_texts()]
        for row in page.locator("#paper .answers .terms tbody tr").all()
    ]
    total = 0.0
    for row in cells:
        *_, term, run = row
        total += value(term)
        assert value(run) == pytest.approx(total, abs=5e-4)
    result = page.inner_text("#paper .answers .final b")
    assert cells[-1][-1] == result
    page.emulate_media(media="screen")
    page.keyboard.press("End")
    page.evaluate("location.hash = '#s=0&op=Z1&i=1&j=2&k=784'")
    page.locator("#op-where", has_text="term 785").wait_for()
    assert page.inner_text("#total") == result


def test_a_step_with_large_matrices(open_page: Open) -> None:
    page = open_page("digits", "#s=0&op=dW1&i=400&j=2")
    page.emulate_media(media="print")
    page.wait_for_selector("#paper .worksheet")
    text = page.inner_text("#paper .worksheet")
    for entry in ("Z1[0,0]", "dW1[400,2]", "W1[0,0]"):
        assert f"One entry: {entry}" in text
    assert "too large" not in text
    # Z1 was not asked for as a whole, so the next exercise gives it; A1 was, so it is blank.
    a1, z2 = (page.locator("#paper .worksheet article").nth(n) for n in (1, 2))
    assert "".join(a1.locator("table").first.locator("td").all_inner_texts()).strip()
    assert not "".join(z2.locator("table").first.locator("td").all_inner_texts()).strip()


def test_an_exercise_shows_what_it_needs_and_no_more(open_page: Open) -> None:
    page = open_page("softmax")
    page.emulate_media(media="print")
    page.wait_for_selector("#paper .worksheet")

    def captions(title: str) -> list[str]:
        exercise = page.locator("#paper .worksheet article", has_text=title)
        return [text.split()[0] for text in exercise.locator("caption").all_inner_texts()]

    assert captions(". P = softmax(Z2)") == ["Z2", "P"]
    assert captions(". db1 = ") == ["dZ1", "db1"]
    assert captions(". Z1 = ") == ["X", "W1", "b1", "Z1"]
