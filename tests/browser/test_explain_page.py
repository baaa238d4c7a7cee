"""The page of a record in a real browser, from a file, with the network off.

    pip install playwright
    pytest tests/browser

needs playwright and a chromium, at /usr/bin/chromium or in PATH. The check with axe-core runs
if PURENN_AXE names its file axe.min.js.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from math import exp, inf, log, log1p, sqrt, tanh
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import pytest

import purenn as nn
from purenn.explain import explain
from purenn.explain.page import write_page

CHROMIUM = next(
    (
        path
        for path in ("/usr/bin/chromium", shutil.which("chromium") or "")
        if os.path.exists(path)
    ),
    None,
)
playwright = pytest.importorskip(
    "playwright.sync_api", reason="needs playwright: pip install playwright"
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs chromium at /usr/bin/chromium or in PATH"
)

WIDTHS = {360: 780, 800: 1000, 1440: 900}
XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
FLOWERS = [[5.1, 3.5, 1.4, 0.2], [7.0, 3.2, 4.7, 1.4], [6.3, 3.3, 6.0, 2.5]]
NASTY = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "שלום 🙂",
]


def backends() -> list[str]:
    return [name for name in nn.available_backends() if name in {"python", "numpy"}]


def xor_record(backend: str = "python", steps: int = 2) -> Any:
    layers = [nn.Dense(2, 2), nn.Sigmoid(), nn.Dense(2, 1), nn.Sigmoid()]
    return explain(
        nn.Network(layers, seed=42, backend=backend),
        XOR,
        [0.0, 1.0, 1.0, 0.0],
        loss=nn.SumSquaredError(),
        optimizer=nn.SGD(0.5),
        steps=steps,
        title="xor",
    )


def softmax_record(backend: str = "python", names: Any = None) -> Any:
    layers = [nn.Dense(4, 3), nn.Tanh(), nn.Dense(3, 3), nn.Softmax()]
    return explain(
        nn.Network(layers, seed=1, backend=backend),
        FLOWERS,
        [0, 1, 2],
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        steps=2,
        names=names,
        title="flowers",
    )


def other_record(backend: str = "python") -> Any:
    """Operations that the two networks above do not have."""
    layers = [
        nn.Dense(4, 3),
        nn.LeakyReLU(),
        nn.Dense(3, 3),
        nn.ELU(),
        nn.Dense(3, 1),
        nn.Sigmoid(),
    ]
    return explain(
        nn.Network(layers, seed=1, backend=backend),
        FLOWERS,
        [0, 1, 1],
        loss=nn.BinaryCrossEntropy(),
        optimizer=nn.Adam(0.1),
        steps=2,
    )


def digits_record() -> Any:
    layers = [nn.Dense(784, 10), nn.ReLU(), nn.Dense(10, 10), nn.Softmax()]
    X = [[((7 * i + 13 * k) % 256) / 255.0 for k in range(784)] for i in range(8)]
    return explain(
        nn.Network(layers, seed=1),
        X,
        list(range(8)),
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        names={"image_shape": (28, 28)},
        title="digits",
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The page of a record, written once."""
    folder = tmp_path_factory.mktemp("pages")
    make: dict[str, Callable[[], Any]] = {
        "xor": xor_record,
        "softmax": softmax_record,
        "digits": digits_record,
        "nasty": lambda: softmax_record(names={"label_names": NASTY, "row_names": NASTY}),
    }

    def file(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            write_page(path, make[name]())
        return path

    return file


Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, files: Callable[[str], Path]) -> Iterator[Open]:
    """Opens a page with the network off; nothing may be fetched or said on the console."""
    contexts: list[Any] = []
    said: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            said.append(request.url)

    def open_it(name: str = "xor", at: str = "", width: int = 1440, **options: Any) -> Any:
        size = {"width": width, "height": WIDTHS[width]}
        context = browser.new_context(viewport=size, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(str(message.text)))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", asked)
        page.goto(files(name).as_uri() + at)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert said == []


def address(page: Any) -> str:
    return str(page.evaluate("decodeURIComponent(location.hash)"))


def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for the page; its policy allows no script that would wait inside it."""
    end = perf_counter() + seconds
    while not holds():
        assert perf_counter() < end, "nothing happened"
        sleep(0.05)


# ------------------------------------------------------------------ opening


def test_opens_within_a_second_from_a_file_of_less_than_400_kb(
    open_page: Open, files: Callable[[str], Path]
) -> None:
    assert files("xor").stat().st_size < 400_000
    ready = [int(open_page().get_attribute("html", "data-ready")) for _ in range(3)]
    assert min(ready) < 1000  # milliseconds; the browser's own start does not count


def test_digits_open_as_pictures_from_less_than_4_mb(
    open_page: Open, files: Callable[[str], Path]
) -> None:
    assert files("digits").stat().st_size < 4_000_000
    page = open_page("digits", "#s=0&op=Z1&i=1&j=2&k=350")
    assert page.locator(".at-left canvas").count() == 8
    assert page.locator(".at-left canvas").first.evaluate("c => [c.width, c.height]") == [28, 28]
    assert page.locator(".at-top canvas").count() == 10
    assert page.locator(".largest button").count() == 8
    page.locator(".largest button").first.click()
    assert re.fullmatch(r"#s=0&op=Z1&i=1&j=2&k=\d+", address(page))
    page.locator(".at-left canvas").nth(3).click(position={"x": 30, "y": 30})
    assert "&i=3&" in address(page)


def test_data_shows_as_text(open_page: Open) -> None:
    page = open_page("nasty", "#s=0&op=P&i=0&j=0&k=4")
    shown = page.inner_text(".ladder thead")
    for name in NASTY:
        assert name in shown
    assert NASTY[0] in page.inner_text("#op-where")
    assert page.locator("img").count() == 0


# ------------------------------------------------------------------ moving

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
    until(lambda: "term 2" in page.inner_text("#op-where"))
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


def test_term_by_term_through_everything(open_page: Open) -> None:
    page = open_page()
    visited = [address(page)]
    while True:
        page.keyboard.press("ArrowRight")
        now = address(page)
        if now == visited[-1]:
            break
        visited.append(now)
    assert len(visited) == len(set(visited))
    assert visited[-1] == "#s=1&op=b2&i=0&j=0&k=1"
    for expected in reversed(visited[-40:-1]):
        page.keyboard.press("ArrowLeft")
        assert address(page) == expected


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
    until(lambda: "&k=1" in address(page))
    press()
    assert page.get_attribute("#play", "aria-pressed") == "false"


def test_help(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("?")
    assert page.is_visible("#help-box")
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


def test_deep_links_both_ways(open_page: Open) -> None:
    page = open_page(at="#s=1&op=dW1&i=1&j=0&k=2")
    assert "dW1" in page.inner_text("#op-name")
    assert page.inner_text("#op-where") == "Row 1, column 0, term 3 of 4"
    page.evaluate("location.hash = '#s=0&op=A1&i=3&j=1&k=1'")
    until(lambda: page.inner_text("#op-name").startswith("A1"))
    assert page.inner_text("#op-where") == "Row 3, column 1, term 2 of 3"
    page.evaluate("location.hash = '#s=0&op=Q9&i=99&j=-1&k=x'")
    until(lambda: page.is_visible("#notice"))
    assert "no operation Q9. It has: Z1, A1" in page.inner_text("#notice")


def test_what_changed_is_said(open_page: Open) -> None:
    page = open_page(at=Z1)
    page.keyboard.press("ArrowRight")
    said = page.inner_text("#live")
    assert said.startswith("Z1[1,0], term 3 of 3, b1[0], is ")
    assert "running sum" in said
    assert page.get_attribute("#live", "aria-live") == "polite"


def test_exact_digits_on_hover_and_on_focus(open_page: Open) -> None:
    page = open_page(at="#s=0&op=Z1&i=1&j=0&k=2")
    cell = page.locator(".view.top .cell").first
    assert page.is_hidden("#tip")
    cell.hover()
    value = xor_record().to_dict()["arrays"][1]["rows"][0][0]
    assert page.inner_text("#tip") == repr(value)
    page.mouse.move(4, 400)
    assert page.is_hidden("#tip")
    cell.focus()
    assert page.inner_text("#tip") == repr(value)
    assert cell.inner_text() == f"{value:.4f}".replace("-", "−")


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


# ------------------------------------------------------------------ predicting, printing


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
    until(lambda: page.inner_text("#op-name").startswith("dZ1"))
    result = page.inner_text("#total")
    assert result.startswith("−")
    page.click("#predict")
    page.fill("#guess-value", result)
    page.keyboard.press("Enter")
    assert page.inner_text("#guess-answer") == f"Exact to four digits: {result}."


def test_print_gives_a_worksheet_and_answers(open_page: Open) -> None:
    page = open_page("softmax", "#s=1&op=Z1")
    page.emulate_media(media="print")
    page.wait_for_selector("#paper .worksheet")
    assert page.is_hidden("main")
    blank = page.locator("#paper .worksheet table.result td").all_inner_texts()
    answers = page.locator("#paper .answers table.result td").all_inner_texts()
    assert len(blank) == len(answers) > 50
    assert not "".join(blank).strip()
    assert all(re.fullmatch(r"−?[\d.]+(e−?\d+)?", text) for text in answers)
    given = page.locator("#paper .worksheet table:not(.result) td").all_inner_texts()
    assert "5.100" in given
    assert len(page.pdf()) > 10_000


def test_the_print_button(open_page: Open) -> None:
    page = open_page()
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.click("#print")
    assert page.title() == "printed"
    assert page.locator("#paper .answers").count() == 1


# ------------------------------------------------------------------ looks

VIEWS = [
    ("xor", "#s=0&op=Z1&i=1&j=0&k=1"),
    ("xor", "#s=0&op=A1&i=1&j=0&k=2"),
    ("xor", "#s=0&op=L&k=2"),
    ("xor", "#s=0&op=dW1&i=1&j=0&k=2"),
    ("xor", "#s=0&op=db1&j=1&k=2"),
    ("softmax", "#s=0&op=P&i=1&j=1&k=3"),
    ("softmax", "#s=0&op=W1&i=1&j=1&k=1"),
    ("digits", "#s=0&op=Z1&i=1&j=2&k=350"),
    ("digits", "#s=0&op=dW1&i=400&j=2&k=3"),
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name, at", VIEWS)
def test_no_view_scrolls_sideways(open_page: Open, width: int, name: str, at: str) -> None:
    page = open_page(name, at, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for part in ("#op-name", "#board", "#four", "#code", ".transport"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_light_and_dark(open_page: Open) -> None:
    colours = {
        scheme: open_page(color_scheme=scheme).evaluate(
            "(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))"
        )
        for scheme in ("light", "dark")
    }
    assert colours["light"] != colours["dark"]


def test_reduced_motion(open_page: Open) -> None:
    style = "getComputedStyle(document.querySelector('.turned .cells')).animationName"
    assert open_page(at="#s=0&op=dW1").evaluate(style) == "turn"
    assert open_page(at="#s=0&op=dW1", reduced_motion="reduce").evaluate(style) == "none"


AXE = os.environ.get("PURENN_AXE", "")


@pytest.mark.skipif(not AXE, reason="PURENN_AXE does not name the file axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name, at", VIEWS)
def test_axe_finds_no_serious_violation(open_page: Open, name: str, at: str, scheme: str) -> None:
    for width in (360, 1440):
        page = open_page(name, at, width, color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(Path(AXE).read_text(encoding="utf-8"))
        found = page.evaluate("axe.run().then(result => result.violations)")
        serious = [
            (v["id"], [(n["html"][:160], n["failureSummary"]) for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert serious == []


# ------------------------------------------------------------------ every number

READ = """(places) => places.map(([s, op, i, j]) => {
  history.replaceState(null, "", `#s=${s}&op=${encodeURIComponent(op)}&i=${i}&j=${j}&k=999999`);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  const four = document.getElementById("four");
  const text = (element) => element ? [element.textContent, element.dataset.exact] : null;
  return {
    name: document.getElementById("op-name").textContent,
    cell: text(document.querySelector(".view.out .cell.current")),
    total: text(four.querySelector("#total .n")),
    terms: [...four.querySelectorAll("[data-f]")].map((term) => ({
      f: term.dataset.f,
      join: term.dataset.join,
      args: [...term.querySelectorAll(".n")].map(text),
      value: text(four.querySelector(`[data-value="${term.dataset.k}"] > .n`)),
      run: text(four.querySelector(`[data-value="${term.dataset.k}"] .run .n`)),
    })),
  };
})"""

Interval = tuple[float, float]
ONE_NUMBER: dict[str, Callable[[float], float]] = {
    "is": lambda a: a,
    "neg": lambda a: -a,
    "exp": exp,
    "expneg": lambda a: exp(-a),
    "ln": log,
    "neglog": lambda a: -log(a),
    "log1p": log1p,
    "sqrt": sqrt,
    "abs": abs,
    "tanh": tanh,
    "softplus": lambda a: log1p(exp(a)),
    "softplusneg": lambda a: log1p(exp(-a)),
}
TWO_NUMBERS: dict[str, Callable[[float, float], float]] = {
    "mul": lambda a, b: a * b,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "div": lambda a, b: a / b,
    "gt": lambda a, b: float(a > b),
    "pow": lambda a, b: a**b,
}


def displayed(text: str) -> Interval:
    """What a number of four digits may stand for: half a unit of its last digit either way."""
    match = re.fullmatch(r"(−?)(\d+(?:\.(\d*))?)(?:e(−?\d+))?", text)
    assert match, text
    minus, digits, after, power = match.groups()
    assert len(digits.replace(".", "").lstrip("0")) == 4 or float(digits) == 0.0, text
    scale = 10.0 ** int((power or "0").replace("−", "-"))
    value = float(digits) * scale * (-1.0 if minus else 1.0)
    half = 0.0 if value == 0.0 else 0.5 * 10.0 ** -len(after or "") * scale
    return value - half, value + half


def computed(f: str, args: list[Interval]) -> Interval:
    """The least and the greatest value of a function of what is displayed."""
    if f in ONE_NUMBER:
        ends = [ONE_NUMBER[f](end) for end in args[0]]
    elif f in TWO_NUMBERS:
        ends = [TWO_NUMBERS[f](a, b) for a in args[0] for b in args[1]]
    elif f in {"sum", "max", "min"}:
        gather: Any = {"sum": sum, "max": max, "min": min}[f]
        ends = [gather(low for low, _ in args), gather(high for _, high in args)]
    elif f == "sqdiff":
        low, high = computed("sub", args)
        ends = [low * low, high * high] + ([0.0] if low < 0.0 < high else [])
    else:
        raise AssertionError(f"{f} cannot be checked")
    return min(ends), max(ends)


def meet(a: Interval, b: Interval) -> bool:
    slack = 1e-12 * max(abs(end) for end in (*a, *b))
    return a[0] <= b[1] + slack and b[0] <= a[1] + slack


@pytest.mark.parametrize("backend", backends())
@pytest.mark.parametrize("make", [xor_record, softmax_record, other_record])
def test_displayed_terms_make_the_displayed_result(
    browser: Any, tmp_path: Path, make: Callable[[str], Any], backend: str
) -> None:
    data = make(backend).to_dict()
    write_page(tmp_path / "page.html", data)
    arrays, places, results, sources = data["arrays"], [], [], {}
    seen: dict[tuple[int, str], int] = {}
    for op in data["ops"]:
        count = seen[op["step"], op["name"]] = seen.get((op["step"], op["name"]), 0) + 1
        key = op["name"] if count == 1 else f"{op['name']}:{count}"
        sources[op["step"], key] = op["inputs"][0]
        for i, row in enumerate(arrays[op["output"]]["rows"]):
            for j, value in enumerate(row):
                places.append([op["step"], key, i, j])
                results.append((op["symbol"], value))
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector("html[data-ready]")
    cells = page.evaluate(READ, places)
    page.close()
    recorded = {repr(v) for array in arrays for row in array["rows"] for v in row}
    recorded |= {"1.0", "2.0", "0.0"}  # the numbers that stand in formulas
    assert len(cells) > 130
    for place, (symbol, value), cell in zip(places, results, cells, strict=True):
        where = f"{place}: {cell}"
        assert cell["name"] == symbol, where
        assert cell["cell"] == cell["total"], where
        assert cell["total"][1] == repr(value), where
        run, made = (0.0, 0.0), set[str]()
        for n, term in enumerate(cell["terms"]):
            args = [displayed(text) for text, _ in term["args"]]
            if term["f"] == "sum":  # of a row's powers, each from the record's Z
                row = arrays[sources[tuple(place[:2])]]["rows"][place[2]]
                for (_, shown_power), z in zip(term["args"], row, strict=True):
                    assert float(shown_power) == pytest.approx(exp(z - max(row)), rel=1e-14)
            else:
                assert {exact for _, exact in term["args"]} <= recorded | made, where
            shown = displayed(term["value"][0])
            assert meet(computed(term["f"], args), shown), where
            if term["join"] == "+":
                run = (run[0] + shown[0], run[1] + shown[1]) if n else shown
            else:
                run = shown
            if term["run"] is not None:
                assert meet(run, displayed(term["run"][0])), where
                run = displayed(term["run"][0])
                made.add(term["run"][1])
            made.add(term["value"][1])
        assert meet(run, displayed(cell["total"][0])), where
        assert run != (-inf, inf)
