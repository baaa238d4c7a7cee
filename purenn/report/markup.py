"""Text and numbers as they stand in the page. Whatever comes from data goes through here."""

from collections.abc import Iterable
from html import escape
from math import isfinite

__all__ = [
    "attribute",
    "join",
    "metric_title",
    "name",
    "number",
    "percent",
    "power_of_ten",
    "table",
    "text",
]

# What has no place in HTML: control characters, halves of surrogate pairs, and the signs that
# turn the direction of other text (a script that runs from right to left needs none).
_CONTROLS = [*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF]
_TURNS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_REPLACED = dict.fromkeys([*_CONTROLS, *_TURNS, *range(0xD800, 0xE000)], "\ufffd")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
SPACE = "\u202f"  # narrow and without a line break, as before a percent sign


def text(value: object) -> str:
    """The value as text that cannot be taken for markup, inside or outside of an attribute."""
    return escape(str(value).translate(_REPLACED), quote=True)


def name(value: object) -> str:
    """A name from the data, kept apart so that right-to-left text leaves its neighbours alone."""
    return f"<bdi>{text(value)}</bdi>"


def attribute(value: object, most: int = 200) -> str:
    """A name from the data for a tooltip or an alternative text, where no <bdi> can stand."""
    shown = str(value)
    cut = shown if len(shown) <= most else shown[:most] + "…"
    return f"{_ISOLATE}{text(cut)}{_END_ISOLATE}"


def number(value: float) -> str:
    """A number for people: four digits, or a power of ten."""
    if not isfinite(value):
        return "not finite"
    size = abs(value)
    if size != 0 and not 1e-4 <= size < 1e7:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa}×{power_of_ten(int(exponent))}".replace("-", "−")
    shown = f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
    return shown.replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """10 with the exponent set high."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def percent(share: float) -> str:
    """A share with two decimals; 100 % and 0 % only where it is exactly that."""
    if not isfinite(100 * share):
        return "not finite"
    if not 0 <= share <= 1:
        return f"{number(100 * share)}{SPACE}%"
    hundredths = round(10_000 * share)
    if 0 < share < 1:
        hundredths = min(max(hundredths, 1), 9_999)
    return f"{hundredths / 100:.2f}{SPACE}%"


def metric_title(metric: str) -> str:
    """`mean_squared_error` as "Mean squared error"."""
    words = metric.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def join(parts: Iterable[str]) -> str:
    """Pieces of markup, each on its own line."""
    return "\n".join(part for part in parts if part)


def table(head: Iterable[str], rows: Iterable[Iterable[str]], *, label: str, words: int = 1) -> str:
    """A table in a box that scrolls by itself; the first cell of each row is its heading.

    head and rows are markup; `words` is how many columns, from the left, hold text.
    """
    titles = "".join(_cells(head, words, 'th scope="col"', 'th scope="col"'))
    lines = ["".join(_cells(row, words, 'th scope="row"', "td")) for row in rows]
    return join(
        (
            f'<div class="scroll" role="region" tabindex="0" aria-label="{text(label)}"><table>',
            f"<thead><tr>{titles}</tr></thead>",
            "<tbody>",
            *(f"<tr>{line}</tr>" for line in lines),
            "</tbody></table></div>",
        )
    )


def _cells(row: Iterable[str], words: int, first: str, others: str) -> Iterable[str]:
    for i, cell in enumerate(row):
        tag = first if i == 0 else others
        kind = ' class="word"' if i < words else ""
        yield f"<{tag}{kind}>{cell}</{tag[:2]}>"
