"""The report as a page: whole, self-contained, escaped, and with the numbers it was given."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purenn.errors import ArgumentError
from purenn.random import RandomState
from purenn.report import (
    Classification,
    Regression,
    Report,
    largest_errors,
    render_report,
    worst_mistakes,
    write_report,
)

VOID = {"meta", "img", "br", "hr", "link", "input"}
NASTY = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</title></style>&amp;",
    "🙂 emoji",
    "שלום עולם",
    'it\'s "quoted"',
    "a\0b\x07c\udc80",
]


class Page(HTMLParser):
    """Reads a page strictly: every element is closed, and in the right order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.tables: list[list[list[str]]] = []
        self.texts: list[tuple[str, str]] = []  # innermost element, text
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        assert len({key for key, _ in attrs}) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data

    def named(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of this name."""
        return [attributes for found, attributes in self.tags if found == tag]

    @property
    def text(self) -> str:
        """All that can be read on the page."""
        return "".join(text for tag, text in self.texts if tag != "style")


def read(report: Report) -> Page:
    """The page of the report, after the checks that every page must stand."""
    page = render_report(report)
    parsed = Page(page)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"(?s)<style>.*?</style>", "", page))
    allowed = {"src": "data:image/png;base64,"}
    for tag, attributes in parsed.tags:
        assert tag not in ("script", "link", "iframe", "object", "embed", "base", "form")
        for key, value in attributes.items():
            assert not key.startswith("on")
            assert key not in ("href", "xlink:href", "srcset", "action", "data")
            if key in allowed:
                assert value.startswith(allowed[key])
    assert "url(" not in page
    assert "@import" not in page
    levels = [int(tag[1]) for tag, _ in parsed.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1
    assert all(svg.get("aria-hidden") or svg.get("aria-label") for svg in parsed.named("svg"))
    assert all(img.get("alt") for img in parsed.named("img"))
    assert all(th.get("scope") for th in parsed.named("th"))
    assert not re.search(r"</figcaption>\s*<p", page)  # a caption comes first or last
    ids = [attributes["id"] for _, attributes in parsed.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    return parsed


def classes(k: int, m: int = 200, wrong: float = 0.2, seed: int = 0) -> Classification:
    """m answers over k classes, a share of them wrong."""
    draw = RandomState(seed)
    truth = [i % k for i in range(m)]
    said = [(t + 1) % k if draw.uniform() < wrong else t for t in truth]
    shares = []
    for p in said:
        row = [0.5 * draw.uniform() / k for _ in range(k)]
        row[p] += 1.0 - sum(row)
        shares.append(row)
    return Classification([f"class {c}" for c in range(k)], truth, said, shares)


def run(epochs: int, **more: Any) -> Report:
    """A run whose curves fall and rise as they should."""
    losses = [2.0 / (e + 1) + 0.01 * (e % 7) for e in range(epochs)]
    report = Report(
        "A run",
        [("Network", "4 → 3"), ("Seed", "7")],
        losses,
        [1.1 * loss for loss in losses],
        {"accuracy": [1 - loss / 3 for loss in losses]},
        {"accuracy": [1 - loss / 2.5 for loss in losses]},
    )
    return replace(report, **more)


def test_the_tables_hold_the_numbers_that_were_given() -> None:
    report = run(30, best_epoch=12, result=classes(3))
    page = read(report)
    head, *lines = page.tables[0]
    assert head == [
        "Epoch",
        "Loss, training",
        "Loss, validation",
        "Accuracy, training",
        "Accuracy, validation",
    ]
    assert [line[0] for line in lines[:3]] == ["1", "2", "3"]
    assert lines[11][0] == "12 best"
    columns = list(zip(*lines, strict=True))[1:]
    given = [
        report.losses,
        report.validation_losses or (),
        report.metrics["accuracy"],
        report.validation_metrics["accuracy"],
    ]
    for column, values in zip(columns, given, strict=True):
        assert [float(cell) for cell in column] == pytest.approx(list(values), rel=1e-5)


def test_the_matrix_and_the_class_table_count_right() -> None:
    result = Classification(["cat", "dog"], [0, 0, 0, 1, 1], [0, 0, 1, 1, 1])
    page = read(run(2, result=result))
    matrix, per_class = page.tables[1], page.tables[2]
    assert matrix[1:] == [["true ↓", "cat", "dog"], ["cat", "2", "1"], ["dog", "0", "2"]]
    assert per_class[1:] == [
        ["cat", "3", "100.00\u202f%", "66.67\u202f%", "80.00\u202f%"],
        ["dog", "2", "66.67\u202f%", "100.00\u202f%", "80.00\u202f%"],
    ]
    assert "80.00\u202f%" in page.text
    assert "All mistakes" in page.text


def test_a_class_that_nobody_said_and_nobody_is_has_dashes() -> None:
    page = read(run(1, result=Classification(["a", "b"], [0], [0])))
    assert page.tables[2][2] == ["b", "0", "–", "–", "–"]


@pytest.mark.parametrize("k", [1, 2, 12, 13, 20, 21, 30, 150])
def test_any_number_of_classes(k: int) -> None:
    page = read(run(3, result=classes(k, 600)))
    matrix, per_class = page.tables[1], page.tables[2]
    assert len(matrix) == 2 + min(k, 20)
    assert len(per_class) == 1 + min(k, 100)
    assert ("classes with the most mistakes" in page.text) == (k > 20)


def test_the_matrix_keeps_the_most_confused_classes() -> None:
    truth = [*range(30), 28, 29]
    page = read(
        run(1, result=Classification([str(c) for c in range(30)], truth, [*truth[:30], 29, 28]))
    )
    shown = [line[0] for line in page.tables[1][2:]]
    assert shown == [*(str(c) for c in range(18)), "28", "29"]
    assert "10 rows lie outside" in page.text


@pytest.mark.parametrize("name", NASTY)
def test_names_stay_text(name: str) -> None:
    seen = name.replace("\0", "\ufffd").replace("\x07", "\ufffd").replace("\udc80", "\ufffd")
    result = Classification([name, "b"], [0, 1, 1], [0, 1, 0], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])
    report = Report(
        name, [(name, name)], [1.0], metrics={name: [0.5]}, result=result, judged_on=name
    )
    page = read(report)
    page_text = page.text
    assert page_text.count(seen) >= 9
    isolated = [text for tag, text in page.texts if tag == "bdi"]
    assert isolated.count(seen) >= 7
    assert page.named("h1")
    assert ("title", f"{seen} · purenn report") in page.texts
    render_report(report).encode()

    pictured = replace(report, image_shape=(1, 1), images={2: [0.5]}, weights=[[0.1]])
    alternative = read(pictured).named("img")[0]["alt"]
    assert seen in alternative
    regression = replace(report, result=Regression([name], [1.0, 2.0], [1.5, 2.0]))
    assert any(seen in svg.get("aria-label", "") for svg in read(regression).named("svg"))


def test_one_epoch_is_numbers_and_no_chart() -> None:
    page = read(run(1))
    assert not page.named("svg")
    assert page.tables[0] == [
        ["Epoch 1", "Training", "Validation"],
        ["Loss", "2", "2.2"],
        ["Accuracy", "33.33\u202f%", "20.00\u202f%"],
    ]
    alone = read(Report("r", losses=[0.5], metrics={"mae": [nan]}))
    assert alone.tables[0] == [["Epoch 1", "Training"], ["Loss", "0.5"], ["Mae", "not finite"]]
    assert not alone.named("svg")


BELOW = {
    "losses": [1.0, 0.5],
    "validation_losses": [1.0, 0.5],
    "metrics": {"accuracy": [0.5, 0.8]},
    "validation_metrics": {"accuracy": [0.4, 0.9]},
}
MOVING = "is a mean over the 12 steps of the epoch, in which the weights still moved"


@pytest.mark.parametrize(
    "more,said",
    [
        ({"steps": 12}, [MOVING + "; the validation’s is measured after the epoch."]),
        ({"steps": 12, "dropout": True}, [MOVING + " and measured with dropout", "all units."]),
        ({"steps": 1}, ["the training’s is measured before the step of the epoch; the"]),
        ({"steps": 1, "dropout": True}, ["before the step of the epoch and measured with dropout"]),
        ({"dropout": True}, ["the training’s is measured with dropout, which switches a part"]),
    ],
)
def test_why_the_training_lies_below_the_validation(more: dict[str, Any], said: list[str]) -> None:
    text = read(Report("r", **{**BELOW, **more})).text
    where = "In epoch 2 the accuracy of the training, 80.00\u202f%, lies below that of the "
    for part in (where + "validation, 90.00\u202f%.", *said):
        assert part in text
    if not more.get("dropout"):
        assert "dropout" not in text


@pytest.mark.parametrize(
    "more",
    [
        {},  # how it was measured is unknown
        {"steps": 12, "best_epoch": 1},  # of that epoch it lies above
        {"steps": 12, "metrics": {"accuracy": [0.5, 0.9]}},
        {"steps": 12, "validation_metrics": {}, "validation_losses": None},
        {"steps": 12, "metrics": {"r2": [0.5, 0.8]}, "validation_metrics": {"r2": [0.4, 0.9]}},
        {"steps": 12, "metrics": {"accuracy": [0.5, nan]}},
    ],
)
def test_nothing_is_explained_that_is_not_so(more: dict[str, Any]) -> None:
    assert "not measured alike" not in read(Report("r", **{**BELOW, **more})).text


def test_the_loss_of_scaled_targets_is_called_so() -> None:
    page = read(Report("r", losses=[0.5, 0.25], loss_title="Scaled loss", metrics={"loss": [1, 2]}))
    assert page.tables[0][0] == ["Epoch", "Scaled loss, training", "Loss, training"]
    assert "Training scaled loss" in page.text


def test_no_epoch_at_all() -> None:
    assert "No epoch was finished" in read(Report("nothing")).text


@pytest.mark.parametrize(
    "losses",
    [
        [0.5] * 10,
        [0.0] * 10,
        [nan, 1.0, inf, 0.5],
        [nan, nan],
        [1e300, 1e-300],
        [1.7e308, -1.7e308],
        [5e-324, 5e-324],
        [5e-324, 1.0],
        [1e15, 1e15 + 1],
        [-3.0, 2.0],
        [0.0, 1e-12],
    ],
)
def test_losses_of_every_kind_can_be_drawn(losses: list[float]) -> None:
    page = read(
        Report("odd", losses=losses, validation_losses=losses, metrics={"accuracy": losses})
    )
    for path in page.named("path"):
        assert re.fullmatch(r"[MLHVhv\d. -]*", path["d"])


def test_a_wide_range_gets_a_log_scale() -> None:
    labels = [text for tag, text in read(Report("r", losses=[1.0, 0.001])).texts if tag == "text"]
    assert "Loss (log scale)" in labels
    assert {"0.001", "0.01", "0.1", "1"} <= set(labels)
    assert "log scale" not in read(Report("r", losses=[1.0, 0.02])).text
    assert "log scale" not in read(Report("r", losses=[1.0, 0.0])).text


def test_ten_thousand_epochs_stay_small() -> None:
    report = run(10_000, best_epoch=7_777)
    page = read(report)
    for path in page.named("path"):
        if "curve" in path.get("class", ""):
            assert len(re.findall("[ML]", path["d"])) <= 500
    assert len(page.tables[0]) <= 503
    assert [line[0] for line in page.tables[0]].count("7777 best") == 1
    assert page.tables[0][-1][0] == "10000"
    assert len(render_report(report).encode()) < 200_000


def test_the_best_epoch_is_marked() -> None:
    page = read(run(20, best_epoch=8))
    assert [text for tag, text in page.texts if text == "best: 8"] == ["best: 8"] * 4
    assert "weights of epoch 8" in page.text
    assert "best" not in {text for _, text in read(run(20)).texts}


def test_no_mistakes() -> None:
    page = read(run(2, result=classes(3, wrong=0.0)))
    assert "No mistakes: all 200 rows are right." in page.text


def test_no_rows() -> None:
    assert "no rows" in read(run(2, result=Classification(["a"], [], []))).text
    read(run(2, result=Regression(["y"], [], [])))


def test_mistakes_without_pictures_are_a_table() -> None:
    result = classes(3)
    page = read(run(2, result=result))
    rows = [int(line[0]) for line in page.tables[3][1:]]
    assert rows == worst_mistakes(result)
    assert len(rows) == 24
    assert not page.named("img")


def test_mistakes_tell_line_and_features() -> None:
    result = Classification(["a", "b"], [0, 1, 1], [1, 1, 0], [[0.1, 0.9], [0, 1], [0.8, 0.2]])
    page = read(
        run(
            2,
            result=result,
            source="kinds.csv",
            places=[7, 2, 4],
            counted="line",
            features={0: ["1.5", "female"], 2: ["-3", "missing"]},
            feature_names=["age", "sex"],
        )
    )
    assert page.tables[3] == [
        ["Line", "True", "Said", "Probability", "of the true one", "age", "sex"],
        ["7", "a", "b", "90.00\u202f%", "10.00\u202f%", "1.5", "female"],
        ["4", "b", "a", "80.00\u202f%", "20.00\u202f%", "-3", "missing"],
    ]
    assert "Lines of kinds.csv, counted from 1." in page.text
    assert "count from 0" not in page.text


def test_features_without_names_and_in_great_number() -> None:
    result = Classification(["a", "b"], [0], [1])
    report = run(2, result=result, places=[3], features={0: [str(j) for j in range(800)]})
    page = read(report)
    assert page.tables[3][0][3:5] == ["column 1", "column 2"]
    assert len(page.tables[3][1]) == 3 + 30
    assert "The first 30 of 800 features." in page.text
    assert "Rows count from 1." in page.text
    long = replace(report, features={0: ["x" * 1000]}, feature_names=["y" * 1000])
    assert max(map(len, read(long).tables[3][1])) <= 61


@pytest.mark.parametrize("name", NASTY)
def test_features_stay_text(name: str) -> None:
    seen = name.replace("\0", "\ufffd").replace("\x07", "\ufffd").replace("\udc80", "\ufffd")
    more: dict[str, Any] = {"features": {0: [name]}, "feature_names": [name], "source": name}
    for result in (Classification(["a", "b"], [0], [1]), Regression(["v"], [1.0], [2.0])):
        page = read(run(2, result=result, places=[1], **more))
        isolated = [text for tag, text in page.texts if tag == "bdi"]
        assert isolated.count(seen) >= 3


def test_pictures_tell_their_place() -> None:
    result = Classification(["a", "b"], [0, 1], [0, 0])
    page = read(
        run(
            2, result=result, image_shape=(1, 1), images={1: [0.5]}, places=[9, 1234], source="t10k"
        )
    )
    assert page.named("img")[0]["alt"].startswith("Row 1234: ")
    assert "1,234" in page.text
    assert "Rows of t10k, counted from 1." in page.text


def test_the_largest_errors_of_a_regression() -> None:
    result = Regression(["price"], [1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 3.25, 3.0])
    assert largest_errors(result) == [3, 0, 2]
    assert largest_errors(result, 1) == [3]
    more: dict[str, Any] = {"features": {3: ["a"], 0: ["b"], 2: ["c"]}, "feature_names": ["x"]}
    page = read(run(2, result=result, places=[11, 12, 13, 15], counted="line", **more))
    assert page.tables[2] == [
        ["Line", "True", "Predicted", "Residual", "x"],
        ["15", "4", "3", "−1", "a"],
        ["11", "1", "1.5", "0.5", "b"],
        ["13", "3", "3.25", "0.25", "c"],
    ]
    assert ["in line", "15"] in page.tables[1]
    assert "3 of 4 rows. Lines count from 1." in page.text
    right = read(run(2, result=Regression(["price"], [1.0], [1.0])))
    assert "Largest errors" not in right.text


def test_errors_of_several_outputs_are_compared_in_their_own_mean_errors() -> None:
    truth = [[0.0, 0.0]] * 4
    said = [[1.0, 2000.0], [9.0, 1000.0], [1.0, 1000.0], [1.0, 0.0]]
    assert largest_errors(Regression(["a", "b"], truth, said)) == [1, 0, 2, 3]
    page = read(run(2, result=Regression(["a", "b"], truth, said)))
    assert page.tables[2][0][:4] == ["Row", "True a", "Predicted a", "Residual a"]
    assert "in its own mean errors" in page.text


def test_an_error_that_is_not_finite_is_the_largest() -> None:
    result = Regression(["y"], [0.0, 0.0, 0.0], [5.0, nan, -inf])
    assert largest_errors(result) == [1, 2, 0]
    assert largest_errors(Regression(["y"], [], [])) == []
    huge = Regression(["y"], [0.0] * 3, [1.7e308, -1.7e308, 1.0])
    assert largest_errors(huge) == [0, 1, 2]


def test_mistakes_with_pictures() -> None:
    result = classes(3)
    rows = worst_mistakes(result)
    images = {row: [0.0, 0.25, 1.0, 2.0, -1.0, nan] for row in rows}
    page = read(run(2, result=result, image_shape=(2, 3), images=images))
    assert len(page.named("img")) == 24
    row, shares = rows[0], result.probabilities or ()
    assert page.named("img")[0]["alt"].startswith(f"Row {row}: ")
    assert f"{100 * shares[row][result.predicted[row]]:.2f}\u202f%" in page.text


@pytest.mark.parametrize("units,shown", [(1, 1), (64, 64), (65, 64), (128, 64)])
def test_the_first_layer_shows_at_most_64_units(units: int, shown: int) -> None:
    weights = [[(j + 1) * (-1.0) ** i for j in range(units)] for i in range(6)]
    page = read(run(1, image_shape=(2, 3), weights=weights))
    alternatives = [img["alt"] for img in page.named("img")]
    assert alternatives == [f"Weights of unit {j + 1}" for j in range(units - shown, units)]
    assert ("units with the largest weights" in page.text) == (units > shown)


def test_weights_of_another_shape_are_left_out() -> None:
    assert not read(run(1, image_shape=(2, 3), weights=[[1.0]] * 5)).named("img")
    assert read(run(1, image_shape=(1, 2), weights=[[0.0], [nan]])).named("img")


def test_regression_of_one_output() -> None:
    truth, said = [1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 3.0, 3.0]
    page = read(Report("r", losses=[1.0], result=Regression(["price"], truth, said)))
    figures = dict(line for line in page.tables[1][1:])
    assert figures == {
        "R²": "0.75",
        "MAE": "0.375",
        "RMSE": "0.559",
        "Mean": "−0.125",
        "Median": "0",
        "Largest": "−1",
        "in row": "3",
    }
    dots = next(
        path["d"] for path in page.named("path") if path.get("class", "").startswith("dots")
    )
    assert dots.count("h0") == 4


def test_regression_of_many_outputs_and_rows() -> None:
    rows = [[float(i), 5.0, *([0.0] * 6)] for i in range(4_000)]
    names = [f"y{j}" for j in range(8)]
    report = Report("r", losses=[1.0], result=Regression(names, rows, rows))
    page = read(report)
    assert len(page.tables[1]) == 9
    assert page.tables[1][2][:3] == ["y1", "1", "0"]  # a constant truth: 1 as all is right
    plots = [path["d"] for path in page.named("path") if path.get("class", "").startswith("dots")]
    assert len(plots) == 6
    assert max(d.count("h0") for d in plots) <= 1500
    assert len(render_report(report)) < 250_000


@pytest.mark.parametrize("said", [[nan, 1.0], [inf, -inf], [1e308, -1e308]])
def test_predictions_that_are_not_finite_can_be_shown(said: list[float]) -> None:
    read(Report("r", losses=[1.0], result=Regression(["y"], [1.0, 2.0], said)))


@pytest.mark.parametrize(
    "make,message",
    [
        (lambda: Report("r", losses=[1.0], validation_losses=[]), "validation_losses has 0"),
        (lambda: Report("r", losses=[1.0], metrics={"a": [1.0, 2.0]}), r"metrics\['a'\] has 2"),
        (lambda: Report("r", result=Classification(["a"], [0], [0]), places=[]), "places has 0"),
        (lambda: Report("r", features={0: ["1"], 1: []}), r"features\[1\] has 0 .*expected 1"),
        (lambda: Report("r", features={0: ["1"]}, feature_names=["a", "b"]), "expected 2"),
        (lambda: Report("r", losses=[1.0], best_epoch=2), "best_epoch is 2, expected 1 to 1"),
        (lambda: Report("r", images={0: [1.0]}), "need an image_shape"),
        (lambda: Report("r", image_shape=(2, 2), images={0: [1.0]}), "2 × 2 = 4"),
        (lambda: Classification(["a"], [0], []), "truth has 1 entries, but predicted has 0"),
        (lambda: Classification(["a"], [0], [1]), r"predicted\[0\] is 1, .* 0 to 0"),
        (lambda: Classification(["a"], [-1], [0]), r"truth\[0\] is -1"),
        (lambda: Classification(["a"], [0], [0], [[]]), r"probabilities\[0\] has 0"),
        (lambda: Regression(["y"], [[1.0, 2.0]], [1.0]), r"truth\[0\] has 2 numbers"),
        (lambda: Regression(["y"], [1.0], []), "predicted has 0"),
    ],
)
def test_what_does_not_fit_together_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


def test_the_worst_mistakes_are_the_surest() -> None:
    shares = [[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.1, 0.9], [0.6, 0.4]]
    result = Classification(["a", "b"], [0, 1, 1, 0, 1], [0, 0, 0, 1, 0], shares)
    assert worst_mistakes(result) == [3, 2, 1, 4]
    assert worst_mistakes(result, 2) == [3, 2]
    assert worst_mistakes(replace(result, probabilities=None)) == [1, 2, 3, 4]


@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=20),
    st.lists(st.text(max_size=8), min_size=1, max_size=5),
    st.lists(st.floats(), min_size=1, max_size=8),
)
def test_any_text_and_numbers_make_a_whole_page(
    title: str, names: list[str], losses: list[float]
) -> None:
    k = len(names)
    result = Classification(names, list(range(k)), [(c + 1) % k for c in range(k)])
    page = Page(render_report(Report(title, losses=losses, result=result)))
    assert not page.named("script")


def test_the_page_is_written_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    report = run(3, result=classes(2))
    write_report(path, report)
    assert path.read_text(encoding="utf-8") == render_report(report)
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ArgumentError, match=r"there is no folder '.*gone'; make it first"):
        write_report(tmp_path / "gone" / "run.html", report)


def test_importing_purenn_leaves_the_report_alone() -> None:
    code = "import purenn, sys; print([m for m in sys.modules if m.startswith('purenn.report')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
