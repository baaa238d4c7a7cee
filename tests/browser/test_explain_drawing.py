"""What is drawn: the pipeline, names of rows and columns, rows that are taken, pictures, db."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest

Open = Callable[..., Any]
NASTY = ["</script><script>alert(1)</script>", "\"><img src=x onerror='alert(1)'>", "שלום 🙂"]


def address(page: Any) -> str:
    return str(page.evaluate("decodeURIComponent(location.hash)"))


def test_data_shows_as_text(open_page: Open) -> None:
    page = open_page("nasty", "#s=0&op=P&i=0&j=0&k=4")
    for place in (".ladder thead", ".view .heads.columns >> nth=0"):
        shown = page.inner_text(place)
        for name in NASTY:
            assert name in shown
    assert NASTY[0] in page.inner_text("#op-where")
    assert page.locator("img").count() == 0


def test_a_name_cannot_turn_the_words_around_it(open_page: Open) -> None:
    page = open_page("turning", "#s=0&op=dW1&i=1&j=0")
    assert "\u202e" not in page.inner_text("body")
    assert page.inner_text("#op-where").startswith("Row 1 (\ufffdabc), column 0")


# ------------------------------------------------------------------ the pipeline


def test_the_pipeline_begins_with_x_and_goes_forward_and_back(open_page: Open) -> None:
    page = open_page(at="#s=0&op=dW1")
    names = page.locator("#timeline .name").all_inner_texts()
    assert names[:7] == ["X", "Z1", "A1", "Z2", "A2", "L", "dA2"]
    assert names[7:14] == ["dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
    assert page.locator("#timeline section.back .name").all_inner_texts() == names[7:14]
    page.click("#timeline [data-at=begin]")
    assert address(page) == "#s=0&op=Z1&i=0&j=0&k=0"


def test_phases_come_in_any_order(open_page: Open, record: Callable[..., Any]) -> None:
    page = open_page("batches")
    headings = [text.split()[0] for text in page.locator("#timeline h2").all_inner_texts()]
    phases = [op["phase"].title() for op in record("batches")["ops"] if op["step"] == 0]
    assert headings == [name for name, _ in groupby(phases)]
    assert headings == ["Epoch", "Forward", "Loss", "Backward", "Epoch", "Update"]
    assert page.inner_text("#op-phase") == "Step 0 · Epoch"


# ------------------------------------------------------------------ names


def texts(page: Any, place: str) -> list[str]:
    return [text.strip() for text in page.locator(place).all_inner_texts()]


def test_rows_and_columns_have_their_names(open_page: Open) -> None:
    page = open_page("named", "#s=0&op=Z1&i=1&j=0&k=1", width=360)
    page.set_viewport_size({"width": 1440, "height": 900})
    rows, columns = ["flower 1", "flower 51", "flower 101"], ["setosa", "versicolor", "virginica"]
    assert texts(page, ".at-left .heads.rows span") == rows
    assert texts(page, ".at-left .heads.columns span")[3] == "petal width"
    assert texts(page, ".at-top .heads.rows span")[3] == "petal width"
    title = page.get_attribute(".at-left .heads.columns span >> nth=0", "title")
    assert title == "sepal length (cm)"
    assert page.locator(".at-cross .heads").count() == 0
    assert "Row 1 (flower 51)" in page.inner_text("#op-where")
    assert page.inner_text("#op-where").endswith("term 2 of 5 (sepal width (cm))")
    for op in ("Z2", "P", "dZ2"):
        page.click(f"#timeline [data-at='{op}']")
        assert texts(page, ".view.out .heads.columns span") == columns
    page.click("#timeline [data-at='L']")
    assert page.locator(".heads").count() == 0


@pytest.mark.parametrize("width", [360, 1440])
def test_names_leave_the_cross_in_line(open_page: Open, width: int) -> None:
    page = open_page("named", "#s=0&op=Z1&i=1&j=2&k=1", width=width)

    def box(place: str, r: int, c: int) -> Any:
        return page.locator(f"{place} [data-at='{r},{c}']").bounding_box()

    assert box(".at-left", 2, 0)["y"] == box(".at-cross", 2, 0)["y"]
    assert box(".at-top", 0, 1)["x"] == box(".at-cross", 0, 1)["x"]
    page.click("#timeline [data-at='db1']")
    assert box(".view.in", 0, 1)["x"] == box(".view.out", 0, 1)["x"]


# ------------------------------------------------------------------ taking rows, small numbers


def test_taken_rows_are_banded(open_page: Open, record: Callable[..., Any]) -> None:
    page = open_page("batches", "#s=0&op=X&i=1&j=1")
    first, second = record("batches")["ops"][0]["options"]["indices"]
    source = page.locator(".view.in")
    banded = source.locator(".cell.band")
    assert {cell.get_attribute("data-r") for cell in banded.all()} == {str(first), str(second)}
    assert source.locator(".cell.hot").get_attribute("data-at") == f"{second},1"
    assert page.inner_text("#four [data-value='0']").split("\n")[-1] == f"row {second}"
    source.locator(f"[data-at='{first},3']").click()
    assert address(page) == "#s=0&op=X&i=0&j=3&k=0"
    assert f"(flower {(1, 51, 101)[first]})" in page.inner_text("#op-where")


def test_a_batch_has_the_names_of_its_rows(open_page: Open, record: Callable[..., Any]) -> None:
    page = open_page("batches", "#s=0&op=X")
    take = next(op for op in record("batches")["ops"] if op["op"] == "take")
    rows = [f"flower {(1, 51, 101)[index]}" for index in take["options"]["indices"]]
    assert texts(page, ".view.out .heads.rows span") == rows
    for op, place in (("Z1", ".at-left"), ("dZ2", ".view.in"), ("E3", ".view.in")):
        page.click(f"#timeline [data-at='{op}']")
        assert texts(page, f"{place} .heads.rows span") == rows
        assert f"Row 0 ({rows[0]})" in page.inner_text("#op-where")


def test_the_next_step_stands_at_the_same_operation(open_page: Open) -> None:
    page = open_page("batches", "#s=0&op=E3")  # whose name in the next step is another
    page.keyboard.press("PageDown")
    assert "column of the max of P" in page.inner_text("#op-name")
    assert address(page).startswith("#s=1&op=E")


@pytest.mark.parametrize("function, sign", [("multiply", "×"), ("divide", "÷"), ("add", "+")])
def test_numbers_stand_as_numbers(
    open_page: Open, record: Callable[..., Any], function: str, sign: str
) -> None:
    data = record("batches")
    arrays = data["arrays"]
    op = next(
        each
        for each in data["ops"]
        if each["op"] == function and {arrays[n]["kind"] for n in each["inputs"]} == {"number"}
    )
    page = open_page("batches", f"#s={op['step']}&op={op['name']}")
    text = " ".join(page.inner_text("#board").split())
    shown = []
    for name, value in ((arrays[n]["name"], arrays[n]["rows"][0][0]) for n in op["inputs"]):
        digits = f"{value:#.4g}" if value else "0.000"
        shown.append(digits if re.match(r"[\d.]", name) else f"{name} = {digits}")
    assert text.startswith(f" {sign} ".join(shown) + " = "), text
    assert f"1 × 1 {sign}" not in text
    assert page.inner_text("#total") == page.inner_text(".view.out .cell")


# ------------------------------------------------------------------ db


PRESS_AND_LOOK = """() => {
  for (let n = 0; n < 2; n++) {
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", {key: "ArrowRight", ctrlKey: true, bubbles: true}));
  }
  return [...document.querySelectorAll(".slip")].map((each) => [
    getComputedStyle(each).animationName, parseFloat(each.style.getPropertyValue("--drop"))]);
}"""


def test_the_rows_of_dz_fall_into_db(open_page: Open) -> None:
    page = open_page(at="#s=0&op=dZ1")
    slips = page.evaluate(PRESS_AND_LOOK)  # at once: they are soon gone
    assert [name for name, _ in slips] == ["fall"] * 4
    assert all(drop > 30 for _, drop in slips)
    assert page.inner_text("#op-name").startswith("db1")
    page.wait_for_selector(".slip", state="detached")
    sums = []
    for _ in range(4):
        sums.append(page.inner_text(".view.out .cell.current"))
        page.keyboard.press("ArrowRight")
    assert len(set(sums)) == 4  # the running sum grows in its place


def test_nothing_falls_where_motion_is_reduced(open_page: Open) -> None:
    page = open_page(at="#s=0&op=db1", reduced_motion="reduce")
    assert page.locator(".slip").count() == 0
    assert page.locator(".slips .cell").count() == 8


# ------------------------------------------------------------------ heat maps and pictures

DIGITS = "#s=0&op=Z1&i=1&j=2&k=350"


def test_clicks_on_pictures(open_page: Open) -> None:
    page = open_page("digits", DIGITS)
    assert page.locator(".largest button").count() == 8
    page.locator(".largest button").first.click()
    assert re.fullmatch(r"#s=0&op=Z1&i=1&j=2&k=\d+", address(page))
    page.locator(".at-left canvas").nth(3).click(position={"x": 24, "y": 24})
    assert "&i=3&" in address(page)


def test_each_picture_view_is_one_stop_of_the_tab_key(open_page: Open) -> None:
    page = open_page("digits", DIGITS)
    page.focus("#board")
    labels = []
    for _ in range(2):
        page.keyboard.press("Tab")
        labels.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert re.fullmatch(r"W1\[350,2\]: −?[\d.]+(e−\d+)?", labels[0])
    assert re.fullmatch(r"X\[1,350\]: [\d.]+", labels[1])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("cell")


def test_arrow_keys_move_over_a_picture_and_enter_goes_there(
    open_page: Open, record: Callable[..., Any]
) -> None:
    page = open_page("digits", DIGITS)
    cursor = page.locator(".at-left .cursor")
    cursor.focus()
    X = record("digits")["arrays"][0]["rows"]
    assert page.inner_text("#tip") == f"X[1,350]: {X[1][350]!r}"
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    assert cursor.get_attribute("aria-label").startswith("X[1,379]: ")
    assert page.inner_text("#tip") == f"X[1,379]: {X[1][379]!r}"
    assert page.inner_text("#live").startswith("X[1,379]: ")
    assert address(page) == DIGITS  # only the cursor has moved
    page.keyboard.press("Enter")
    assert address(page) == "#s=0&op=Z1&i=1&j=2&k=379"
    assert cursor.evaluate("e => e === document.activeElement")
    for _ in range(15):
        page.keyboard.press("ArrowDown")  # over the edge into the next picture
    assert cursor.get_attribute("aria-label").startswith("X[2,15]: ")
    page.keyboard.press("Space")
    assert address(page) == "#s=0&op=Z1&i=2&j=2&k=15"
    page.keyboard.press("Shift+ArrowRight")
    assert "&k=784" in address(page)


def test_a_pointer_over_a_picture_shows_the_number(
    open_page: Open, record: Callable[..., Any]
) -> None:
    page = open_page("digits", DIGITS)
    canvas = page.locator(".at-left canvas").nth(2)
    box = canvas.bounding_box()
    canvas.hover(position={"x": box["width"] * 5.5 / 28, "y": box["height"] * 3.5 / 28})
    value = record("digits")["arrays"][0]["rows"][2][3 * 28 + 5]
    assert page.inner_text("#tip") == f"X[2,89]: {value!r}"
    page.mouse.move(700, 20)
    assert page.is_hidden("#tip")


def test_what_is_still_to_come_is_not_told(open_page: Open) -> None:
    page = open_page("digits", "#s=0&op=dW1&i=0&j=1&k=3")
    cursor = page.locator(".view.out .cursor")
    assert cursor.get_attribute("aria-label") == "dW1[0,1]: still to come"
    cursor.focus()
    page.keyboard.press("ArrowLeft")
    assert cursor.get_attribute("aria-label") == "dW1[27,0]: still to come"
    assert "still to come" in page.inner_text("#tip")
    page.keyboard.press("End")
    page.click("#timeline [data-at='dW1']")
    assert cursor.count() == 1


def test_a_picture_does_not_tell_what_is_to_be_predicted(open_page: Open) -> None:
    page = open_page("digits", "#s=0&op=dW1&i=0&j=1&k=7")
    cursor = page.locator(".view.out .cursor")
    assert re.fullmatch(r"dW1\[0,1\]: [−\d.e]+", cursor.get_attribute("aria-label"))
    page.click("#predict")
    assert cursor.get_attribute("aria-label") == "dW1[0,1]: to be computed now"


def test_pictures_of_a_batch_have_the_names_of_its_rows(
    open_page: Open, record: Callable[..., Any]
) -> None:
    page = open_page("pictures", "#s=0&op=Z1")
    (take,) = [op for op in record("pictures")["ops"] if op["op"] == "take" and op["step"] == 0]
    rows = [f"picture {index}" for index in take["options"]["indices"]]
    assert rows != sorted(rows)
    assert f"({rows[0]})" in page.inner_text("#op-where")
    labels = page.locator(".at-left .sheet").evaluate_all(
        "all => all.map((each) => each.getAttribute('aria-label'))"
    )
    assert labels == [f"row {n} ({name})" for n, name in enumerate(rows)]


def test_a_sum_of_one_row_has_one_term(open_page: Open) -> None:
    page = open_page("one row", "#s=0&op=T1")
    assert page.inner_text("#op-name") == "T1 = sum of the rows of Z1"
    assert page.locator("#four [data-value]").count() == 1


# ------------------------------------------------------------------ the gradient check


def test_weights_that_decay_have_their_gradient_check(open_page: Open) -> None:
    page = open_page("adamw", "#s=0&op=W1&i=1&j=0")
    assert page.inner_text(".check b") == "✓ Gradient check of dW1[1,0]"


def test_the_check_stands_beside_each_entry(open_page: Open) -> None:
    page = open_page("softmax", "#s=0&op=W1&i=2&j=1&k=1")
    assert page.locator(".view .cell.ok").count() == 12
    assert page.inner_text(".check b") == "✓ Gradient check of dW1[2,1]"


def test_the_check_is_of_the_slope_wherever_the_update_goes(open_page: Open) -> None:
    page = open_page("other", "#s=0&op=W1&i=1&j=1&k=1")  # Adam does not go down the slope
    assert page.inner_text(".check b") == "✓ Gradient check of dW1[1,1]"
    assert page.locator(".view .cell.ok, .view .cell.off").count() == 0


# ------------------------------------------------------------------ the four lines


def test_results_and_running_sums_stand_under_each_other(open_page: Open) -> None:
    page = open_page(at="#s=0&op=dW1&i=1&j=1&k=0")

    def columns() -> list[list[float]]:
        found: list[list[float]] = page.evaluate(
            "[...document.querySelectorAll('#four [data-value]')].map(term => [term,"
            " ...term.querySelectorAll('.n')].map(e => e.getBoundingClientRect().right))"
        )
        return found

    before = columns()
    assert len(before) == 4
    for _, value, run in before:
        assert value == pytest.approx(run, abs=0.5)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    for old, new in zip(before, columns(), strict=True):
        assert new == pytest.approx(old, abs=0.5)
