"""The section on training: a chart for the loss, one for each metric, and the numbers."""

from collections.abc import Sequence
from math import isfinite

from purenn.report.content import Report
from purenn.report.line_chart import Curve, line_chart
from purenn.report.markup import join, metric_title, name, table
from purenn.report.thinning import evenly

__all__ = ["SHARES", "training_section"]

SHARES = frozenset({"accuracy", "precision", "recall", "f1"})  # shown in percent
MOST_LINES = 500


def training_section(report: Report) -> str:
    """Charts side by side, and a table of the same numbers for those who cannot see them."""
    if not report.epochs:
        return '<section><h2>Training</h2><p class="note">No epoch was finished.</p></section>'
    measures = _measures(report)
    charts = []
    for title, curves in measures.items():
        shares = title.lower() in SHARES
        chart = line_chart(title, curves, best_epoch=report.best_epoch, shares=shares)
        charts.append(f'<figure class="card">{_legend(curves)}\n{chart}</figure>')
    best = ""
    if report.best_epoch is not None:
        best = (
            f'<p class="note">Early stopping put back the weights of epoch '
            f"{report.best_epoch:,}, marked in the charts.</p>"
        )
    return join(
        (
            "<section>",
            "<h2>Training</h2>",
            best,
            '<div class="charts">',
            *charts,
            "</div>",
            _numbers(report, measures),
            "</section>",
        )
    )


def _measures(report: Report) -> dict[str, list[Curve]]:
    """Title of a chart → its curves."""
    pairs: dict[str, tuple[Sequence[float] | None, Sequence[float] | None]]
    pairs = {"Loss": (report.losses, report.validation_losses)}
    for metric in [*report.metrics, *report.validation_metrics]:
        title = metric_title(metric) if metric.lower() != "loss" else "Loss as a metric"
        pairs[title] = (report.metrics.get(metric), report.validation_metrics.get(metric))
    return {
        title: [
            Curve(kind, values)
            for kind, values in zip(("training", "validation"), pair, strict=True)
            if values is not None
        ]
        for title, pair in pairs.items()
    }


def _legend(curves: Sequence[Curve]) -> str:
    """What each kind of line stands for; a single line needs no legend but its own label."""
    if len(curves) < 2:
        return ""
    items = [
        f'<li><svg class="key" viewBox="0 0 28 8" aria-hidden="true"><path '
        f'class="curve {curve.kind}" d="M1 4H27"/></svg>{curve.name}</li>'
        for curve in curves
    ]
    return f'<figcaption><ul class="legend">{"".join(items)}</ul></figcaption>'


def _numbers(report: Report, measures: dict[str, list[Curve]]) -> str:
    """The table behind the charts, folded away."""
    columns = [(title, curve) for title, curves in measures.items() for curve in curves]
    places = evenly(report.epochs, MOST_LINES)
    if report.best_epoch is not None and report.best_epoch - 1 not in places:
        places = sorted([*places, report.best_epoch - 1])
    head = ["Epoch", *(f"{name(title)}, {curve.name}" for title, curve in columns)]
    rows = [
        [_epoch(report, place), *(_exact(curve.values[place]) for _, curve in columns)]
        for place in places
    ]
    left_out = ""
    if len(places) < report.epochs:
        left_out = f'<p class="note">{len(places)} of {report.epochs:,} epochs, in even steps.</p>'
    return join(
        (
            "<details>",
            "<summary>The numbers of these charts</summary>",
            left_out,
            table(head, rows, label="Loss and metrics by epoch"),
            "</details>",
        )
    )


def _epoch(report: Report, place: int) -> str:
    best = ' <span class="tag">best</span>' if place + 1 == report.best_epoch else ""
    return f"{place + 1}{best}"


def _exact(value: float) -> str:
    """Six digits, which a program can read as well."""
    return f"{value:.6g}" if isfinite(value) else "not finite"
