"""Rows of numbers as pictures: the weights of the first layer, and images that fooled it."""

from collections.abc import Sequence
from math import isfinite

from purenn.report.content import Classification, Report
from purenn.report.markup import attribute, join, name, number, percent
from purenn.report.mistakes import counting, features_left_out, rows_table, worst_mistakes
from purenn.report.png import Colour, data_uri, encode_png
from purenn.report.style import NEGATIVE, POSITIVE

__all__ = ["mistakes_section", "shrink", "weights_section"]

MOST_UNITS = 64
LARGEST_SIDE = 64  # of a picture, in pixels; larger ones are made smaller
OUTLIERS = 0.005  # share of the weights that may lie beyond the ends of the colour scale
LEVELS = 31  # shades on each side of 0

# 0 is transparent and shows the page, light or dark; the largest weights are opaque.
PALETTE: tuple[Colour, ...] = tuple(
    (*(POSITIVE if level > 0 else NEGATIVE), round(255 * abs(level) / LEVELS))
    for level in range(-LEVELS, LEVELS + 1)
)


def weights_section(weights: Sequence[Sequence[float]], shape: tuple[int, int]) -> str:
    """Each unit's weights in the shape of the input picture; nothing where they do not fit."""
    if len(weights) != shape[0] * shape[1] or not weights[0]:
        return ""
    columns = [[w if isfinite(w) else 0.0 for w in column] for column in zip(*weights, strict=True)]
    units = _strongest(columns)
    sizes = sorted(abs(w) for unit in units for w in columns[unit])
    end = sizes[int((1 - OUTLIERS) * (len(sizes) - 1))] or sizes[-1] or 1.0
    pictures = []
    for unit in units:
        address = _weights_picture(columns[unit], shape, end)
        pictures.append(
            f'<li><img class="pixels" src="{address}" alt="Weights of unit {unit + 1}">'
            f"<span>unit {unit + 1}</span></li>"
        )
    left_out = ""
    if len(units) < len(columns):
        left_out = (
            f" These are the {len(units)} of {len(columns):,} units with the largest weights."
        )
    return join(
        (
            "<section>",
            "<h2>What the first layer looks for</h2>",
            '<figure class="card">',
            f'<ul class="units">{"".join(pictures)}</ul>',
            '<figcaption><span class="diverging" role="img" '
            f'aria-label="Colour scale: blue is −{number(end)}, clear is 0, orange is '
            f'{number(end)}"><b>−{number(end)}</b><i></i><b>0</b><i></i><b>+{number(end)}</b>'
            "</span>The weights that lead from each pixel to a unit, all on one scale: orange "
            "pixels drive the unit up, blue ones down, clear ones leave it alone."
            f"{left_out}</figcaption>",
            "</figure>",
            "</section>",
        )
    )


def _strongest(columns: Sequence[Sequence[float]]) -> list[int]:
    """The units to show, in their order."""
    strength = [sum(w * w for w in column) for column in columns]
    order = sorted(range(len(columns)), key=lambda unit: (-strength[unit], unit))
    return sorted(order[:MOST_UNITS])


def _weights_picture(column: Sequence[float], shape: tuple[int, int], end: float) -> str:
    values, (height, width) = shrink(column, shape)
    levels = (round(LEVELS * max(-1.0, min(1.0, w / end))) + LEVELS for w in values)
    return data_uri(encode_png(bytes(levels), width, height, PALETTE))


def mistakes_section(result: Classification, report: Report) -> str:
    """The worst mistakes, as pictures where there are any, else as a table."""
    total = sum(t != p for t, p in zip(result.truth, result.predicted, strict=True))
    m = len(result.truth)
    if not total:
        text = f"No mistakes: all {m:,} rows are right." if m else "There were no rows to judge."
        return f'<section><h2>Worst mistakes</h2><p class="note">{text}</p></section>'
    rows = worst_mistakes(result)
    order = "those that the network was surest of" if result.probabilities else "the first ones"
    some = f"{len(rows)} of {total:,} mistakes: {order}" if len(rows) < total else "All mistakes"
    shape, more = report.image_shape, ""
    if shape is not None and any(row in report.images for row in rows):
        shown = [_mistake(result, row, report, shape) for row in rows if row in report.images]
        body = f'<ul class="mistakes">{"".join(shown)}</ul>'
    else:
        body = _mistakes_table(result, report, rows)
        more = features_left_out(report)
    return join(
        (
            "<section>",
            "<h2>Worst mistakes</h2>",
            '<figure class="card">',
            body,
            f"<figcaption>{some}. {counting(report)}{more}</figcaption>",
            "</figure>",
            "</section>",
        )
    )


def _mistake(result: Classification, row: int, report: Report, shape: tuple[int, int]) -> str:
    """One picture: what was said, what is true, and how sure the network was."""
    values, (height, width) = shrink(report.images[row], shape)
    greys = bytes(round(255 * max(0.0, min(1.0, v))) if isfinite(v) else 0 for v in values)
    address = data_uri(encode_png(greys, width, height))
    truth, said = (result.label_names[k] for k in (result.truth[row], result.predicted[row]))
    sure = known = ""
    if result.probabilities is not None:
        shares = result.probabilities[row]
        sure = f" <span>{percent(shares[result.predicted[row]])}</span>"
        known = f" <span>{percent(shares[result.truth[row]])}</span>"
    place = report.place(row)
    return (
        f'<li><img class="pixels" src="{address}" alt="Row {place}: {attribute(truth, 40)}, '
        f'taken for {attribute(said, 40)}"><dl>'
        f"<div><dt>said</dt><dd><strong>{name(said)}</strong>{sure}</dd></div>"
        f"<div><dt>true</dt><dd><strong>{name(truth)}</strong>{known}</dd></div>"
        f"<div><dt>row</dt><dd>{place:,}</dd></div></dl></li>"
    )


def _mistakes_table(result: Classification, report: Report, rows: Sequence[int]) -> str:
    head = ["True", "Said"]
    if result.probabilities is not None:
        head += ["Probability", "of the true one"]
    lines = {}
    for row in rows:
        truth, said = result.truth[row], result.predicted[row]
        line = [name(result.label_names[truth]), name(result.label_names[said])]
        if result.probabilities is not None:
            line += [percent(result.probabilities[row][k]) for k in (said, truth)]
        lines[row] = line
    return rows_table(report, head, lines, label="The worst mistakes", words=2)


def shrink(
    pixels: Sequence[float], shape: tuple[int, int], side: int = LARGEST_SIDE
) -> tuple[Sequence[float], tuple[int, int]]:
    """A picture of at most `side` pixels each way: the mean of every small square."""
    height, width = shape
    step = -(-max(shape) // side)
    if step <= 1:
        return pixels, shape
    small = [
        _mean(
            [
                pixels[i * width + j]
                for i in _square(top, step, height)
                for j in _square(left, step, width)
            ]
        )
        for top in range(0, height, step)
        for left in range(0, width, step)
    ]
    return small, (-(-height // step), -(-width // step))


def _square(start: int, step: int, end: int) -> range:
    return range(start, min(start + step, end))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
