"""Regression: what was predicted against what was true, and how far apart they are.

residual = predicted − true
MAE = mean |residual|,  RMSE = √(mean residual²)
R², MAE and RMSE are those of purenn.metrics
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import median

from purenn.metrics import mean_absolute_error, mean_squared_error, of_rows, r2
from purenn.report.content import Regression, Report
from purenn.report.markup import attribute, join, name, number, table
from purenn.report.mistakes import counting, features_left_out, largest_errors, rows_table
from purenn.report.scales import linear_scale
from purenn.report.thinning import evenly

__all__ = ["Residuals", "regression_section", "residuals"]

MOST_POINTS = 1500
FEW_POINTS = 200  # drawn with larger dots
MOST_PLOTS = 6
MOST_OUTPUTS = 4  # whose errors stand side by side
WIDTH, HEIGHT = 360.0, 340.0
TOP, RIGHT, BOTTOM = 26.0, 16.0, 40.0
LETTER = 6.8
MEASURES = ("R²", "MAE", "RMSE", "Mean", "Median", "Largest")


@dataclass(frozen=True)
class Residuals:
    """How far the predictions of one output lie from the truth."""

    mae: float
    rmse: float
    r2: float
    mean: float
    median: float
    worst: float
    worst_row: int


def residuals(truth: Sequence[float], predicted: Sequence[float]) -> Residuals:
    """The summary of m ≥ 1 predictions."""
    m = len(truth)
    apart = [p - t for t, p in zip(truth, predicted, strict=True)]
    rows = [[p] for p in predicted], [[t] for t in truth]
    row = max(range(m), key=lambda i: abs(apart[i]))
    return Residuals(
        mae=of_rows(mean_absolute_error, *rows),
        rmse=sqrt(of_rows(mean_squared_error, *rows)),
        r2=of_rows(r2, *rows),
        mean=sum(apart) / m,
        median=median(apart),
        worst=apart[row],
        worst_row=row,
    )


def regression_section(result: Regression, report: Report) -> str:
    """A plot for each output, the residuals as a table, and the rows with the largest ones."""
    outputs = [result.output(i) for i in range(len(result.names))]
    plots = [_plot(*known) for known in zip(result.names, outputs[:MOST_PLOTS], strict=False)]
    note = ""
    if len(outputs) > MOST_PLOTS:
        note = f'<p class="note">Plots of the first {MOST_PLOTS} of {len(outputs)} outputs.</p>'
    figures = [_figures(residuals(truth, predicted), report) for truth, predicted in outputs]
    measures = [*MEASURES, f"in {report.counted}"]
    if len(outputs) == 1:  # beside its plot, one figure a line
        lines = [list(pair) for pair in zip(measures, figures[0], strict=True)]
        grid = [*plots, _card(table(("Measure", "Value"), lines, label="Residuals"), report)]
    else:
        lines = [[name(n), *row] for n, row in zip(result.names, figures, strict=True)]
        grid = plots
    return join(
        (
            "<section>",
            f"<h2>Predictions, on the {name(report.judged_on)}</h2>",
            note,
            '<div class="plots">',
            *grid,
            "</div>",
            _card(table(("Output", *measures), lines, label="Residuals of each output"), report)
            if len(outputs) > 1
            else "",
            "</section>",
            _errors_section(result, report),
        )
    )


def _errors_section(result: Regression, report: Report) -> str:
    """The rows that are furthest off, with their features."""
    rows = largest_errors(result)
    if not rows:
        return ""
    shown = range(min(len(result.names), MOST_OUTPUTS))
    outputs = [result.output(k) for k in shown]
    head, lines = [], {}
    for k in shown:
        which = f" {name(result.names[k])}" if len(result.names) > 1 else ""
        head += [f"{word}{which}" for word in ("True", "Predicted", "Residual")]
    for row in rows:
        pairs = [(truth[row], predicted[row]) for truth, predicted in outputs]
        lines[row] = [number(value) for t, p in pairs for value in (t, p, p - t)]
    far = " Of several outputs the one counts that is furthest off, in its own mean errors."
    some = f"{len(rows)} of {len(result.truth):,} rows." + (far if len(result.names) > 1 else "")
    return join(
        (
            "<section>",
            "<h2>Largest errors</h2>",
            '<figure class="card">',
            rows_table(report, head, lines, label="The largest errors", words=0),
            f"<figcaption>{some} {counting(report)}{features_left_out(report)}</figcaption>",
            "</figure>",
            "</section>",
        )
    )


def _card(residual_table: str, report: Report) -> str:
    return (
        f'<figure class="card"><h3>Residuals</h3>\n{residual_table}\n'
        "<figcaption>Residual: predicted − true. MAE: mean of its size. RMSE: root of its mean "
        "square. R²: 1 is perfect, 0 no better than always saying the mean. "
        f"{counting(report)}</figcaption></figure>"
    )


def _figures(r: Residuals, report: Report) -> list[str]:
    """In the order of MEASURES, and then where the largest one is."""
    sizes = (r.mae, r.rmse, r.mean, r.median, r.worst)
    return [number(r.r2), *(number(size) for size in sizes), f"{report.place(r.worst_row):,}"]


def _plot(output: str, values: tuple[list[float], list[float]]) -> str:
    """Both axes alike, so that the diagonal is where a perfect network would be."""
    truth, predicted = values
    m = len(truth)
    scale = linear_scale([*truth, *predicted])
    left = 14 + LETTER * max(len(label) for _, label in scale.ticks)
    across, tall = WIDTH - left - RIGHT, HEIGHT - TOP - BOTTOM
    base, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    grid, labels = [], []
    for share, label in scale.ticks:
        x, y = left + share * across, base - share * tall
        grid.append(f"M{left:.1f} {y:.1f}H{end:.1f}M{x:.1f} {TOP:.1f}V{base:.1f}")
        labels.append(f'<text class="y" x="{left - 8:.1f}" y="{y + 4:.1f}">{label}</text>')
        labels.append(f'<text class="x" x="{x:.1f}" y="{base + 18:.1f}">{label}</text>')
    places = evenly(m, MOST_POINTS)
    dots = [
        f"M{left + scale.place(t) * across:.1f} {base - scale.place(p) * tall:.1f}h0"
        for t, p in ((truth[i], predicted[i]) for i in places)
        if isfinite(t) and isfinite(p)
    ]
    few = " few" if len(dots) <= FEW_POINTS else ""
    some = f"{len(places):,} of {m:,} rows" if len(places) < m else f"{m:,} rows"
    about = f"{attribute(output)}: predicted against true values, {some}"
    return join(
        (
            f'<figure class="card"><h3>{name(output)}</h3>',
            f'<svg class="chart" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" '
            f'aria-label="{about}">',
            f'<path class="grid" d="{"".join(grid)}"/>',
            f'<path class="ideal" d="M{left:.1f} {base:.1f}L{end:.1f} {TOP:.1f}"/>',
            f'<path class="dots{few}" d="{"".join(dots)}"/>',
            *labels,
            '<text class="title" x="2" y="14">predicted</text>',
            f'<text class="x" x="{(left + end) / 2:.1f}" y="{HEIGHT - 4:.1f}">true</text>',
            f"</svg><figcaption>{some}. On the dashed line predicted = true.</figcaption></figure>",
        )
    )
