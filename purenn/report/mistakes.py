"""Which answers are worth looking at: the surest mistakes, the largest errors."""

from collections.abc import Sequence
from heapq import nlargest
from math import inf, isfinite

from purenn.report.content import Classification, Regression, Report
from purenn.report.markup import name, table

__all__ = [
    "MOST_MISTAKES",
    "counting",
    "features_left_out",
    "largest_errors",
    "rows_table",
    "worst",
    "worst_mistakes",
]

MOST_MISTAKES = 24
MOST_FEATURES = 30  # columns of a table
LONGEST_CELL = 60  # letters


def worst(result: Classification | Regression, most: int = MOST_MISTAKES) -> list[int]:
    """Row numbers of the answers that are furthest from the truth, the worst first."""
    if isinstance(result, Classification):
        return worst_mistakes(result, most)
    return largest_errors(result, most)


def worst_mistakes(result: Classification, most: int = MOST_MISTAKES) -> list[int]:
    """Row numbers of wrong answers, the highest probability for a wrong class first.

    Equal ones, and all where there are no probabilities, come in the order of the rows.
    """
    pairs = zip(result.truth, result.predicted, strict=True)
    wrong = [row for row, (truth, said) in enumerate(pairs) if truth != said]
    shares = result.probabilities
    if shares is None:
        return wrong[:most]
    return nlargest(most, wrong, key=lambda row: (shares[row][result.predicted[row]], -row))


def largest_errors(result: Regression, most: int = MOST_MISTAKES) -> list[int]:
    """Row numbers of the predictions that are furthest from the truth; none that are right.

    Of several outputs the one counts that is furthest off, in mean errors of that output.
    """
    furthest = [0.0] * len(result.truth)
    for k in range(len(result.names)):
        sizes = [_size(p - t) for t, p in zip(*result.output(k), strict=True)]
        usual = sum(size / len(sizes) for size in sizes)
        if len(result.names) > 1 and 0.0 < usual < inf:
            sizes = [size / usual for size in sizes]
        furthest = [max(pair) for pair in zip(furthest, sizes, strict=True)]
    wrong = [row for row, far in enumerate(furthest) if far]
    return nlargest(most, wrong, key=lambda row: (furthest[row], -row))


def _size(error: float) -> float:
    """Of an error; one that is not finite is larger than all others."""
    return abs(error) if isfinite(error) else inf


def rows_table(
    report: Report, head: Sequence[str], lines: dict[int, list[str]], *, label: str, words: int
) -> str:
    """A line for each row: its place in the file, these cells, and its features.

    head, lines  markup; of the head without the place. words: how many of the columns hold text
    """
    width = max((len(report.features.get(row, ())) for row in lines), default=0)
    names = report.feature_names or [f"column {j + 1}" for j in range(width)]
    titles = [name(_cut(title)) for title in names[: min(width, MOST_FEATURES)]]
    rows = [
        [
            f"{report.place(row):,}",
            *line,
            *(name(_cut(cell)) for cell in report.features.get(row, ())[:MOST_FEATURES]),
        ]
        for row, line in lines.items()
    ]
    counted = report.counted if report.places is not None else "row"
    return table([counted.capitalize(), *head, *titles], rows, label=label, words=1 + words)


def counting(report: Report) -> str:
    """What the numbers of the rows are, as a sentence of markup."""
    if report.places is None:
        return f"Rows of the {name(report.judged_on)} count from 0."
    kind = f"{report.counted.capitalize()}s"
    if not report.source:
        return f"{kind} count from 1."
    return f"{kind} of {name(report.source)}, counted from 1."


def features_left_out(report: Report) -> str:
    """What to say where a table cannot show all features."""
    width = max((len(cells) for cells in report.features.values()), default=0)
    return f" The first {MOST_FEATURES} of {width:,} features." if width > MOST_FEATURES else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…"
