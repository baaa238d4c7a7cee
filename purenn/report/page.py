"""The page itself: head, figures, and the sections below each other."""

import os

from purenn.files import write_atomically
from purenn.report.confusion import confusion_section
from purenn.report.content import Classification, Regression, Report
from purenn.report.curves import SHARES, training_section
from purenn.report.markup import join, metric_title, name, number, percent, text
from purenn.report.pictures import mistakes_section, weights_section
from purenn.report.scatter import regression_section, residuals
from purenn.report.style import style_sheet

__all__ = ["render_report", "write_report"]

LONG_FACT = 36  # letters; a longer fact has a line of its own
MOST_TILES = 6
# Should anything slip through the escapes: the page may load and run nothing at all.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

Tile = tuple[str, str, str]  # name, value, and what to add in small letters


def write_report(path: str | os.PathLike[str], report: Report) -> None:
    """Write the report as one HTML file, as a whole or not at all.

    ArgumentError names the path and what to do about it.
    """
    write_atomically(path, render_report(report))


def render_report(report: Report) -> str:
    """The page as text."""
    return join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{text(report.title)} · purenn report</title>",
            f"<style>{style_sheet()}</style>",
            "</head>",
            "<body>",
            "<main>",
            _head(report),
            training_section(report),
            *_result_sections(report),
            "<footer>Written by purenn. This page is complete in itself: it loads nothing and "
            "runs no script.</footer>",
            "</main>",
            "</body>",
            "</html>\n",
        )
    )


def _result_sections(report: Report) -> list[str]:
    sections = []
    if isinstance(report.result, Classification):
        sections.append(confusion_section(report.result, report.judged_on))
        sections.append(mistakes_section(report.result, report))
    elif isinstance(report.result, Regression) and len(report.result.truth):
        sections.append(regression_section(report.result, report))
    if report.weights and report.image_shape is not None:
        sections.append(weights_section(report.weights, report.image_shape))
    return sections


def _head(report: Report) -> str:
    tiles = []
    for title, value, more in _tiles(report)[:MOST_TILES]:
        small = f'<dd class="more">{more}</dd>' if more else ""
        tiles.append(f"<div><dt>{title}</dt><dd>{value}</dd>{small}</div>")
    facts = []
    for fact, value in report.facts:
        kind = ' class="long"' if len(str(value)) > LONG_FACT else ""
        facts.append(f"<div{kind}><dt>{name(fact)}</dt><dd>{name(value)}</dd></div>")
    return join(
        (
            "<header>",
            '<p class="kind">Training report</p>',
            f"<h1>{name(report.title)}</h1>",
            f'<dl class="tiles">{"".join(tiles)}</dl>' if tiles else "",
            f'<dl class="facts">{"".join(facts)}</dl>' if facts else "",
            "</header>",
        )
    )


def _tiles(report: Report) -> list[Tile]:
    """The figures that a reader looks for first: the result, then the curves' ends."""
    tiles = _result_tiles(report)
    if report.epochs:
        kept, loss = report.kept_epoch, name(report.loss_title.lower())
        when = f"epoch {kept:,}" + (" (best)" if report.best_epoch else "")
        if report.validation_losses is not None:
            tiles.append((f"Validation {loss}", number(report.validation_losses[kept - 1]), when))
        tiles.append((f"Training {loss}", number(report.losses[kept - 1]), when))
        for kind, metrics in (
            ("Validation", report.validation_metrics),
            ("Training", report.metrics),
        ):
            for metric, values in metrics.items():
                title = metric_title(metric)
                show = percent if title.lower() in SHARES else number
                shown = f"{kind} {name(title[:1].lower() + title[1:])}"
                tiles.append((shown, show(values[kept - 1]), when))
    return tiles


def _result_tiles(report: Report) -> list[Tile]:
    result, where = report.result, f"on the {name(report.judged_on)}"
    if isinstance(result, Classification) and len(result.truth):
        m = len(result.truth)
        right = sum(t == p for t, p in zip(result.truth, result.predicted, strict=True))
        return [
            ("Accuracy", percent(right / m), where),
            ("Mistakes", f"{m - right:,}", f"of {m:,} rows"),
        ]
    if isinstance(result, Regression) and len(result.truth) and len(result.names) == 1:
        r = residuals(*result.output(0))
        r2 = "–" if r.r2 is None else number(r.r2)
        return [("R²", r2, where), ("Mean absolute error", number(r.mae), where)]
    return []
