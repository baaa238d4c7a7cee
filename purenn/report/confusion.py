"""Which classes are taken for which: the confusion matrix, and each class in three numbers.

count[t][p] = rows of class t that the network took for class p
precision of p = count[p][p] / all that were taken for p
recall of t = count[t][t] / all that are t
F1 = 2 · precision · recall / (precision + recall)

The numbers are those of purenn.metrics; where there are no rows to take a share of, they are
0 there, and a dash stands here.
"""

from purenn.metrics import f1_of_counts
from purenn.report.content import Classification
from purenn.report.markup import attribute, join, name, percent, table

__all__ = ["confusion_counts", "confusion_section"]

MOST_CLASSES = 20  # in the matrix
MOST_LINES = 100  # in the table of classes
LONG_NAME = 4  # letters; longer names stand upright over their column
# A cell's shade says which share of its row it holds, in steps: 1 % of mistakes must be seen.
STEPS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75)
STEP_NAMES = ("&lt; 0.5 %", "0.5–2", "2–5", "5–10", "10–25", "25–50", "50–75", "≥ 75 %")

Counts = dict[tuple[int, int], int]


def confusion_section(result: Classification, judged_on: str) -> str:
    """The matrix beside the table of classes."""
    counts = confusion_counts(result)
    small = "pair" if len(result.label_names) <= 12 else "stack"
    return join(
        (
            "<section>",
            f"<h2>Classes, on the {name(judged_on)}</h2>",
            f'<div class="{small}">',
            _matrix(result, counts),
            _class_table(result, counts),
            "</div>",
            "</section>",
        )
    )


def confusion_counts(result: Classification) -> Counts:
    """(truth, predicted) → how many rows, where there is any."""
    counts: Counts = {}
    for pair in zip(result.truth, result.predicted, strict=True):
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def _most_confused(classes: int, counts: Counts) -> list[int]:
    """The classes of the matrix: all, or those that take part in the most mistakes."""
    if classes <= MOST_CLASSES:
        return list(range(classes))
    mistakes = [0] * classes
    for (truth, said), count in counts.items():
        if truth != said:
            mistakes[truth] += count
            mistakes[said] += count
    order = sorted(range(classes), key=lambda c: (-mistakes[c], c))
    return sorted(order[:MOST_CLASSES])


def _matrix(result: Classification, counts: Counts) -> str:
    labels = result.label_names
    shown = _most_confused(len(labels), counts)
    totals = [0] * len(labels)
    for (truth, _), count in counts.items():
        totals[truth] += count
    tall = " tall" if any(len(str(labels[c])) > LONG_NAME for c in shown) else ""
    heads = "".join(f'<th scope="col"><span>{name(labels[c])}</span></th>' for c in shown)
    lines = []
    for t in shown:
        cells = "".join(
            _cell(labels[t], labels[p], counts.get((t, p), 0), totals[t], right=t == p)
            for p in shown
        )
        lines.append(f'<tr><th scope="row"><span>{name(labels[t])}</span></th>{cells}</tr>')
    return join(
        (
            '<figure class="card">',
            '<h3 id="matrix">Confusion matrix</h3>',
            '<div class="scroll" role="region" tabindex="0" aria-labelledby="matrix">',
            f'<table class="matrix{tall}">',
            f'<thead><tr><td></td><th class="over" colspan="{len(shown)}" scope="colgroup">'
            "predicted →</th></tr>",
            f'<tr><th class="over" scope="col">true ↓</th>{heads}</tr></thead>',
            "<tbody>",
            *lines,
            "</tbody></table></div>",
            _left_out(shown, len(labels), counts),
            _legend(),
            "</figure>",
        )
    )


def _cell(truth: str, said: str, count: int, total: int, *, right: bool) -> str:
    """A count, shaded by its share of the row; the right answers in the other colour."""
    kind = "r" if right else "w"
    if not count:
        return f'<td class="{kind} none">0</td>'
    share = count / total
    step = sum(share >= edge for edge in STEPS)
    told = (
        f"true {attribute(truth, 40)}, predicted {attribute(said, 40)}: "
        f"{count:,} of {total:,} ({percent(share)})"
    )
    return f'<td class="{kind} s{step}" title="{told}">{count:,}</td>'


def _legend() -> str:
    """The shades and what they stand for."""
    items = [
        f'<li><i class="r s{i}"></i><i class="w s{i}"></i>{step}</li>'
        for i, step in enumerate(STEP_NAMES)
    ]
    return (
        "<figcaption>A row holds all that truly are of its class. Right answers lie on the "
        "diagonal, in blue; mistakes beside it, in orange. The shade is the cell’s share of "
        f'its row:<ul class="shades">{"".join(items)}</ul></figcaption>'
    )


def _left_out(shown: list[int], classes: int, counts: Counts) -> str:
    """What the matrix does not show."""
    if len(shown) == classes:
        return ""
    kept = set(shown)
    outside = sum(n for (t, p), n in counts.items() if t not in kept or p not in kept)
    return (
        f'<p class="note">The {len(shown)} of {classes:,} classes with the most mistakes; '
        f"{outside:,} rows lie outside of this matrix.</p>"
    )


def _class_table(result: Classification, counts: Counts) -> str:
    """Precision, recall and F1 of each class."""
    classes = len(result.label_names)
    true, said = [0] * classes, [0] * classes
    for (t, p), count in counts.items():
        true[t] += count
        said[p] += count
    right = [counts.get((c, c), 0) for c in range(classes)]
    shown = list(range(classes))
    note = ""
    if classes > MOST_LINES:  # of those that occur at all, if they are enough

        def order(c: int) -> tuple[bool, float, int]:
            return true[c] + said[c] == 0, f1_of_counts(right[c], true[c], said[c]), c

        shown = sorted(sorted(shown, key=order)[:MOST_LINES])
        note = f'<p class="note">The {MOST_LINES} of {classes:,} classes with the lowest F1.</p>'
    rows = [
        [
            name(result.label_names[c]),
            f"{true[c]:,}",
            _ratio(right[c], said[c]),
            _ratio(right[c], true[c]),
            percent(f1_of_counts(right[c], true[c], said[c])) if true[c] + said[c] else "–",
        ]
        for c in shown
    ]
    head = ("Class", "Rows", "Precision", "Recall", "F1")
    return join(
        (
            '<figure class="card">',
            "<h3>Each class</h3>",
            table(head, rows, label="Precision, recall and F1 of each class"),
            note,
            "<figcaption>Precision: of all rows that were taken for the class, the share that "
            "are of it. Recall: of all rows of the class, the share that were found. F1: their "
            "harmonic mean. A dash: there are no such rows.</figcaption>",
            "</figure>",
        )
    )


def _ratio(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "–"
