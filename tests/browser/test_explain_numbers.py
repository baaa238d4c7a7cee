"""Every number that shows: as recorded, and true to the terms that stand beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import exp, log, log1p, sqrt, tanh
from typing import Any

import pytest

import purenn as nn

Open = Callable[..., Any]


def test_exact_digits_on_hover_and_on_focus(open_page: Open, record: Callable[..., Any]) -> None:
    page = open_page(at="#s=0&op=Z1&i=1&j=0&k=2")
    cell = page.locator(".view.top .cell").first
    assert page.is_hidden("#tip")
    cell.hover()
    value = record("xor")["arrays"][1]["rows"][0][0]
    assert page.inner_text("#tip") == repr(value)
    page.mouse.move(4, 400)
    assert page.is_hidden("#tip")
    cell.focus()
    assert page.inner_text("#tip") == repr(value)
    assert cell.inner_text() == f"{value:.4f}".replace("-", "−")


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
    "min": min,
    "eq": lambda a, b: float(a == b),
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
    elif f == "place":
        lows = [low for low, _ in args]
        ends = [float(lows.index(max(lows)))]
    elif f == "sqdiff":
        low, high = computed("sub", args)
        ends = [low * low, high * high] + ([0.0] if low < 0.0 < high else [])
    else:
        raise AssertionError(f"{f} cannot be checked")
    return min(ends), max(ends)


def meet(a: Interval, b: Interval) -> bool:
    slack = 1e-12 * max(abs(end) for end in (*a, *b))
    return a[0] <= b[1] + slack and b[0] <= a[1] + slack


def runs() -> list[tuple[str, str]]:
    on_python = [(name, "python") for name in ("xor", "softmax", "other", "batches")]
    others = [each for each in nn.available_backends() if each == "numpy"]
    return on_python + [(name, each) for each in others for name in ("xor", "softmax")]


@pytest.mark.parametrize("name, backend", runs())
def test_displayed_terms_make_the_displayed_result(
    open_page: Open, record: Callable[..., Any], name: str, backend: str
) -> None:
    data = record(name, backend)
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
    cells = open_page(name, backend=backend).evaluate(READ, places)
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
