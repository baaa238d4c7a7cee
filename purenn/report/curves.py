"""The section on training: a chart for the loss, one for each metric, and the numbers."""

from collections.abc import Sequence
from itertools import chain
from math import isfinite

from purenn.report.content import Report
from purenn.report.line_chart import Curve, line_chart
from purenn.report.markup import join, metric_title, name, number, percent, table
from purenn.report.thinning import evenly

__all__ = ["SHARES", "training_section"]

SHARES = frozenset({"accuracy", "precision", "recall", "f1"})  # shown in percent
MOST_LINES = 500
KINDS = ("training", "validation")


def training_section(report: Report) -> str:
    """Charts side by side, and a table of the same numbers for those who cannot see them."""
    if not report.epochs:
        return '<section><h2>Training</h2><p class="note">No epoch was finished.</p></section>'
    measures = _measures(report)
    if report.epochs == 1:
        return join(
            ("<section>", "<h2>Training</h2>", _only_epoch(measures), _below(report), "</section>")
        )
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
            _below(report),
            _numbers(report, measures),
            "</section>",
        )
    )


def _only_epoch(measures: dict[str, list[Curve]]) -> str:
    """One epoch has no curves: its numbers."""
    kinds = [kind for kind in KINDS if any(c.name == kind for c in chain(*measures.values()))]
    rows = []
    for title, curves in measures.items():
        show = percent if title.lower() in SHARES else number
        values = {curve.name: show(curve.values[0]) for curve in curves}
        rows.append([name(title), *(values.get(kind, "–") for kind in kinds)])
    head = ["Epoch 1", *map(str.capitalize, kinds)]
    return f'<figure class="card only">{table(head, rows, label="The only epoch")}</figure>'


def _below(report: Report) -> str:
    """Why the accuracy in the training lies below that of the validation, where it does."""
    place, why = report.kept_epoch - 1, _why_below(report)
    training, validated = report.metrics, report.validation_metrics
    for metric in (metric for metric in validated if metric.lower() in SHARES and why):
        if metric in training and training[metric][place] < validated[metric][place]:
            return (
                f'<p class="note after">In epoch {place + 1:,} the {name(metric)} of the '
                f"training, {percent(training[metric][place])}, lies below that of the validation, "
                f"{percent(validated[metric][place])}. They are not measured alike: {why}</p>"
            )
    return ""


def _why_below(report: Report) -> str:
    """How the two are measured, as far as it is known."""
    moved = "a mean over the {:,} steps of the epoch, in which the weights still moved"
    how = []
    if report.steps is not None:
        few = "measured before the step of the epoch"
        how.append(moved.format(report.steps) if report.steps > 1 else few)
    if report.dropout:
        how.append("measured with dropout, which switches a part of the units off")
    if not how:
        return ""
    units = ", with all units" if report.dropout else ""
    told = " and ".join(how)
    return f"the training’s is {told}; the validation’s is measured after the epoch{units}."


def _measures(report: Report) -> dict[str, list[Curve]]:
    """Title of a chart → its curves."""
    pairs: dict[str, tuple[Sequence[float] | None, Sequence[float] | None]]
    pairs = {report.loss_title: (report.losses, report.validation_losses)}
    for metric in [*report.metrics, *report.validation_metrics]:
        same = metric_title(metric).lower() == report.loss_title.lower()
        title = f"{report.loss_title} as a metric" if same else metric_title(metric)
        pairs[title] = (report.metrics.get(metric), report.validation_metrics.get(metric))
    return {
        title: [
            Curve(kind, values)
            for kind, values in zip(KINDS, pair, strict=True)
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
