"""A chart of one measure by epoch, as SVG: training solid, validation dashed.

It is drawn twice, for wide and for narrow windows, and the style sheet shows one of them: a
picture that is only made smaller would leave its text too small to read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from purenn.report.markup import number, percent, text
from purenn.report.scales import Scale, epoch_scale, fitting_scale, percent_scale
from purenn.report.thinning import evenly, outline

__all__ = ["Curve", "line_chart"]

MOST_POINTS = 500
MANY_POINTS = 250  # drawn with a finer pen
MOST_BANDS = 60  # places along the curve that show their values under the pointer
LABEL_HEIGHT = 31.0  # of the name and the value at the end of a curve
LONGEST_TITLE = 34  # letters, so that it fits the narrow drawing
LETTER = 6.8  # width of a digit, in pixels


@dataclass(frozen=True)
class Curve:
    """A line of the chart; `name` is "training" or "validation", which also gives its looks."""

    name: str
    values: Sequence[float]

    @property
    def kind(self) -> str:
        """Its class in the style sheet."""
        return "valid" if self.name == "validation" else "train"


@dataclass(frozen=True)
class Frame:
    """The size of the drawing and the margins around the plot, in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x: Scale
    y: Scale

    def across(self, epoch: float) -> float:
        """Where an epoch lies."""
        return self.left + self.x.place(epoch) * (self.width - self.left - self.right)

    def up(self, value: float) -> float:
        """Where a value lies."""
        return self.up_to(self.y.place(value))

    def up_to(self, share: float) -> float:
        """Where a share of the axis lies."""
        return self.height - self.bottom - share * (self.height - self.top - self.bottom)


def line_chart(
    title: str, curves: Sequence[Curve], *, best_epoch: int | None = None, shares: bool = False
) -> str:
    """The chart, wide and narrow; with `shares` the values are labelled in percent."""
    everything = [value for curve in curves for value in curve.values]
    y = percent_scale(everything) if shares else fitting_scale(everything)
    show = percent if shares else number
    epochs = len(curves[0].values)
    left = 14 + LETTER * max(len(label) for _, label in y.ticks)
    wide = Frame(560, 310, left, 82, 34, 40, epoch_scale(epochs), y)
    narrow = Frame(340, 270, left, 74, 34, 40, epoch_scale(epochs, 4), y)
    drawn = []
    for frame, kind in ((wide, "wide"), (narrow, "narrow")):
        size = f"0 0 {frame.width:g} {frame.height:g}"
        about = text(_summary(title, curves, show, best_epoch))
        drawn.append(f'<svg class="chart {kind}" viewBox="{size}" role="img" aria-label="{about}">')
        drawn += _axes(frame, title)
        if best_epoch is not None:
            drawn += _best_mark(frame, best_epoch)
        drawn += [_line(frame, curve) for curve in curves]
        drawn += _end_labels(frame, curves, show)
        if frame is wide:
            drawn += _bands(frame, curves, show)
        drawn.append("</svg>")
    return "\n".join(drawn)


def _summary(
    title: str, curves: Sequence[Curve], show: Callable[[float], str], best_epoch: int | None
) -> str:
    """The chart in words."""
    parts = [
        f"{curve.name} from {show(curve.values[0])} to {show(curve.values[-1])}" for curve in curves
    ]
    best = "" if best_epoch is None else f"; best epoch: {best_epoch}"
    return f"{title} by epoch, 1 to {len(curves[0].values)}: {', '.join(parts)}{best}"


def _axes(frame: Frame, title: str) -> list[str]:
    end, base = frame.width - frame.right, frame.height - frame.bottom
    lines, labels = [], []
    for share, label in frame.y.ticks:
        at = frame.up_to(share)
        lines.append(f"M{frame.left:.1f} {at:.1f}H{end:.1f}")
        labels.append(f'<text class="y" x="{frame.left - 8:.1f}" y="{at + 4:.1f}">{label}</text>')
    marks = []
    for share, label in frame.x.ticks:
        at = frame.left + share * (end - frame.left)
        marks.append(f"M{at:.1f} {base:.1f}v5")
        labels.append(f'<text class="x" x="{at:.1f}" y="{base + 18:.1f}">{label}</text>')
    scale = " (log scale)" if frame.y.log else ""
    short = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    return [
        f'<path class="grid" d="{"".join(lines)}"/>',
        f'<path class="axis" d="M{frame.left:.1f} {base:.1f}H{end:.1f}{"".join(marks)}"/>',
        *labels,
        f'<text class="title" x="2" y="14">{text(short)}{scale}</text>',
        f'<text class="x" x="{(frame.left + end) / 2:.1f}" y="{frame.height - 4:.1f}">epoch</text>',
    ]


def _best_mark(frame: Frame, epoch: int) -> list[str]:
    """A vertical line at the epoch whose weights were restored."""
    at, base = frame.across(epoch), frame.height - frame.bottom
    side = "end" if at > frame.left + 90 else "start"
    return [
        f'<path class="best" d="M{at:.1f} {frame.top - 12:.1f}V{base:.1f}"/>',
        f'<text class="{side}" x="{at + (5 if side == "start" else -5):.1f}" '
        f'y="{frame.top - 4:.1f}">best: {epoch:,}</text>',
    ]


def _line(frame: Frame, curve: Curve) -> str:
    """The curve; a value that is not finite leaves a gap, a value between gaps is a dot."""
    steps, pen = [], "M"
    for place in outline(curve.values, min(MOST_POINTS, int(frame.width))):
        value = curve.values[place]
        if not isfinite(value):
            pen = "M"
            continue
        steps.append(f"{pen}{frame.across(place + 1):.1f} {frame.up(value):.1f}")
        if pen == "M":
            steps.append("h0")
        pen = "L"
    dense = " dense" if len(curve.values) > MANY_POINTS else ""
    return f'<path class="curve {curve.kind}{dense}" d="{"".join(steps)}"/>' if steps else ""


def _end_labels(frame: Frame, curves: Sequence[Curve], show: Callable[[float], str]) -> list[str]:
    """Name and last value beside the end of each curve, moved apart where they would overlap."""
    ends = [(frame.up(c.values[-1]), c) for c in curves if isfinite(c.values[-1])]
    ends.sort(key=lambda end: end[0])
    lowest = frame.height - frame.bottom - 18
    heights = _apart([at for at, _ in ends], frame.top, lowest)
    x, last = frame.width - frame.right, float(len(curves[0].values))
    drawn = []
    for (at, curve), height in zip(ends, heights, strict=True):
        value = show(curve.values[-1])
        drawn += [
            f'<circle class="{curve.kind}" cx="{frame.across(last):.1f}" cy="{at:.1f}" r="3.5"/>',
            f'<text class="label {curve.kind}" x="{x + 10:.1f}" y="{height:.1f}">{curve.name}',
            f'<tspan class="value" x="{x + 10:.1f}" dy="15">{value}</tspan></text>',
        ]
    return drawn


def _apart(places: list[float], top: float, bottom: float) -> list[float]:
    """The places from top to bottom, at least a label's height from each other."""
    heights = [max(top, min(bottom, place)) for place in places]
    for i in range(1, len(heights)):
        gap = LABEL_HEIGHT - (heights[i] - heights[i - 1])
        if gap > 0:
            heights[i - 1] -= gap / 2
            heights[i] += gap / 2
    if heights:
        shift = max(0.0, top - heights[0]) - max(0.0, heights[-1] - bottom)
        heights = [height + shift for height in heights]
    return heights


def _bands(frame: Frame, curves: Sequence[Curve], show: Callable[[float], str]) -> list[str]:
    """Invisible columns over the plot that tell their values when pointed at; no script needed."""
    places = evenly(len(curves[0].values), MOST_BANDS)
    centres = [frame.across(place + 1) for place in places]
    middles = [(a + b) / 2 for a, b in pairwise(centres)]
    edges = [frame.left - 4, *middles, frame.width - frame.right + 4]
    top, tall = frame.top, frame.height - frame.top - frame.bottom
    drawn = []
    for i, (place, centre) in enumerate(zip(places, centres, strict=True)):
        told, dots = [f"epoch {place + 1:,}"], []
        for curve in curves:
            value = curve.values[place]
            told.append(f"{curve.name} {show(value)}")
            if isfinite(value):
                dots.append(
                    f'<circle class="{curve.kind}" cx="{centre:.1f}" cy="{frame.up(value):.1f}" '
                    'r="3"/>'
                )
        drawn.append(
            f'<g class="band"><title>{chr(10).join(told)}</title><rect x="{edges[i]:.1f}" '
            f'y="{top:g}" width="{edges[i + 1] - edges[i]:.1f}" height="{tall:g}"/>'
            f'<path d="M{centre:.1f} {top:g}v{tall:g}"/>{"".join(dots)}</g>'
        )
    return drawn
