"""MAE, R², and the judging of classifiers, against tables worked out by hand."""

import json
import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import purenn as nn
from purenn.backend import Backend
from purenn.cli.judging import ValueTally
from purenn.errors import ArgumentError, DataError
from purenn.metrics import (
    METRICS,
    ClassReport,
    accuracy,
    binary_accuracy,
    confusion_matrix,
    f1,
    find_metrics,
    is_mean,
    macro_average,
    mean_absolute_error,
    mean_over_rows,
    mean_squared_error,
    precision,
    predicted_classes,
    r2,
    recall,
    unchecked,
)
from purenn.report.scatter import residuals

Rows = list[list[float]]
searching = settings(max_examples=40, derandomize=True, database=None, deadline=None)


def measure(metric: Any, backend: Backend, P: Rows, Y: Rows) -> float:
    value = metric(backend, backend.from_list(P), backend.from_list(Y))
    assert type(value) is float
    return value


# ---------------------------------------------------------------------- regression


def test_mean_absolute_error(backend: Backend) -> None:
    P, Y = [[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]], [[1.5, 2.0], [1.0, 5.0], [0.0, -1.0]]
    assert measure(mean_absolute_error, backend, P, Y) == pytest.approx(4.5 / 6, rel=1e-15)
    assert measure(mean_squared_error, backend, P, Y) == pytest.approx(6.25 / 6, rel=1e-15)


def test_r2_by_hand(backend: Backend) -> None:
    """Targets 1 2 3 4 (mean 2.5, spread 5); predictions off by 0.5 four times: 1 − 1/5."""
    Y = [[1.0], [2.0], [3.0], [4.0]]
    assert measure(r2, backend, [[1.5], [1.5], [3.5], [3.5]], Y) == pytest.approx(0.8, rel=1e-14)
    assert measure(r2, backend, Y, Y) == 1.0
    assert measure(r2, backend, [[2.5]] * 4, Y) == 0.0
    assert measure(r2, backend, [[4.0], [3.0], [2.0], [1.0]], Y) == pytest.approx(-3.0)


def test_r2_of_several_outputs_is_the_mean(backend: Backend) -> None:
    P = [[1.5, 10.0], [1.5, 20.0], [3.5, 30.0], [3.5, 40.0]]
    Y = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]
    assert measure(r2, backend, P, Y) == pytest.approx(0.9, rel=1e-14)


def test_r2_of_constant_targets(backend: Backend) -> None:
    """0.1 three times has a mean that is not 0.1 to the last bit: still a constant."""
    Y = [[0.1], [0.1], [0.1]]
    assert measure(r2, backend, Y, Y) == 1.0
    assert measure(r2, backend, [[0.1], [0.1], [0.2]], Y) == 0.0
    assert measure(r2, backend, [[7.0]], [[7.0]]) == 1.0
    assert measure(r2, backend, [[7.0]], [[8.0]]) == 0.0
    mixed = measure(r2, backend, [[1.0, 5.0], [2.0, 5.0]], [[1.0, 6.0], [2.0, 6.0]])
    assert mixed == 0.5


@searching
@given(
    st.integers(1, 3).flatmap(
        lambda n: st.lists(
            st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=n, max_size=n),
            min_size=1,
            max_size=6,
        )
    )
)
def test_regression_against_fractions(backend: Backend, table: Any) -> None:
    """Exact sums in fractions; whole numbers, so that nothing but the last division rounds."""
    m, n = len(table), len(table[0])
    each = []
    for j in range(n):
        pairs = [row[j] for row in table]
        centre = Fraction(sum(y for _, y in pairs), m)
        left = sum((p - y) ** 2 for p, y in pairs)
        total = sum((y - centre) ** 2 for _, y in pairs)
        each.append(1 - left / total if total else Fraction(left == 0))
    P, Y = ([[float(pair[k]) for pair in row] for row in table] for k in (0, 1))
    assert measure(r2, backend, P, Y) == pytest.approx(float(sum(each) / n), rel=1e-12, abs=1e-12)
    mae = Fraction(sum(abs(p - y) for row in table for p, y in row), m * n)
    assert measure(mean_absolute_error, backend, P, Y) == pytest.approx(float(mae), rel=1e-14)


def test_metrics_by_name(backend: Backend) -> None:
    assert ", ".join(METRICS) == (
        "accuracy, binary_accuracy, mean_squared_error, mean_absolute_error, r2"
    )
    loss = nn.MeanSquaredError()
    assert find_metrics("r2", loss) == find_metrics(["r2"], loss) == {"r2": r2}
    with pytest.raises(ArgumentError, match=r"unknown metric 'R2'; there are accuracy, .*, r2, or"):
        find_metrics("R2", loss)
    network = nn.Network([nn.Dense(1, 1)], seed=0, backend=backend)
    history = nn.train(
        network, [[0.0], [1.0], [2.0]], [[1.0], [3.0], [5.0]], loss=nn.MeanSquaredError(),
        optimizer=nn.SGD(0.1), epochs=150, metrics=["mean_absolute_error", "r2"],
    )  # fmt: skip
    assert history.metrics["r2"][-1] > 0.999
    assert history.metrics["mean_absolute_error"][-1] < 0.05


def test_metrics_say_what_they_are() -> None:
    for name, metric in METRICS.items():
        assert metric.__name__ == name
        assert metric.__doc__ == unchecked(metric).__doc__
        assert is_mean(unchecked(metric)) == (name != "r2")


# ------------------------------------------------------------------------- yes or no

QUESTIONS = [[1, 1], [0, 0], [1, 1]]
ANSWERS = [[0.9, 0.8], [0.1, 0.2], [0.9, 0.1]]  # the last one is wrong


def test_several_questions(backend: Backend) -> None:
    """Five of six answers are right; the most probable one of each row says nothing."""
    assert binary_accuracy(backend, ANSWERS, QUESTIONS) == pytest.approx(5 / 6, rel=1e-15)
    assert binary_accuracy(backend, ANSWERS, QUESTIONS, [1, 0, 3]) == pytest.approx(5 / 8)
    assert binary_accuracy(backend, ANSWERS[:2], QUESTIONS[:2]) == 1.0
    assert accuracy(backend, ANSWERS, QUESTIONS) == pytest.approx(2 / 3)  # blames the second row


def test_a_half_means_yes(backend: Backend) -> None:
    """Predictions and targets alike: 0.5 is yes, anything below it no."""
    below = math.nextafter(0.5, 0.0)
    for metric in (binary_accuracy, accuracy):
        for p, y, right in (
            (0.5, 1.0, 1.0), (below, 1.0, 0.0), (0.5, 0.0, 0.0), (below, 0.0, 1.0),
            (0.9, 0.5, 1.0), (0.1, 0.5, 0.0), (0.9, below, 0.0), (0.1, below, 1.0),
        ):  # fmt: skip
            assert metric(backend, [[p]], [[y]]) == right
    assert binary_accuracy(backend, [[0.5, below]], [[below, 0.5]]) == 0.0


def test_the_loss_says_what_accuracy_is(backend: Backend) -> None:
    network = nn.Network([nn.Dense(2, 2), nn.Sigmoid()], seed=0, backend=backend)
    for loss, metric in (
        (nn.BinaryCrossEntropy(), binary_accuracy),
        (nn.MeanSquaredError(), accuracy),
        (nn.CrossEntropy(), accuracy),
    ):
        assert find_metrics("accuracy", loss) == {"accuracy": metric}
        assert find_metrics([accuracy], loss) == {"accuracy": accuracy}
    expected = binary_accuracy(backend, network.predict(ANSWERS), QUESTIONS)
    _, values = nn.evaluate(
        network, ANSWERS, QUESTIONS, loss=nn.BinaryCrossEntropy(), metrics=["accuracy"]
    )
    assert values == {"accuracy": pytest.approx(expected)}


# ------------------------------------------------------------------------- classes


def test_predicted_classes(backend: Backend) -> None:
    P = backend.from_list([[0.1, 0.7, 0.2], [0.5, 0.1, 0.4], [0.3, 0.3, 0.4], [0.4, 0.4, 0.2]])
    found = predicted_classes(backend, P)
    assert found == [1, 0, 2, 0]
    assert all(type(label) is int for label in found)
    assert predicted_classes(backend, backend.from_list([[0.5], [0.49], [1.0], [0.0]])) == [
        1,
        0,
        1,
        0,
    ]


# Ten examples, three classes: worked out on paper.
TRUTH = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
FOUND = [0, 0, 1, 0, 1, 2, 1, 2, 0, 2]
C = [[3, 1, 0], [0, 2, 1], [1, 0, 2]]


def test_confusion_matrix() -> None:
    assert confusion_matrix(TRUTH, FOUND, 3) == C
    assert confusion_matrix([], [], 2) == [[0, 0], [0, 0]]
    assert confusion_matrix([1.0, True], (1, 0.0), 2) == [[0, 0], [1, 1]]
    assert confusion_matrix(FOUND, TRUTH, 3) == [list(column) for column in zip(*C, strict=True)]


def test_precision_recall_f1() -> None:
    assert precision(C) == [3 / 4, 2 / 3, 2 / 3]
    assert recall(C) == [3 / 4, 2 / 3, 2 / 3]
    D = [[5, 1, 0], [2, 2, 0], [0, 0, 0]]  # class 2 neither occurs nor is predicted
    assert precision(D) == [5 / 7, 2 / 3, 0.0]
    assert recall(D) == [5 / 6, 1 / 2, 0.0]
    assert f1(D) == [10 / 13, 4 / 7, 0.0]
    assert macro_average(recall(D)) == pytest.approx((5 / 6 + 1 / 2) / 3)


def test_nothing_predicted_or_nothing_there_counts_as_0() -> None:
    E = [[2, 0], [3, 0]]  # nothing was taken for class 1
    assert (precision(E), recall(E), f1(E)) == ([0.4, 0.0], [1.0, 0.0], [4 / 7, 0.0])
    F = [[2, 3], [0, 0]]  # there are no examples of class 1
    assert (precision(F), recall(F), f1(F)) == ([1.0, 0.0], [0.4, 0.0], [4 / 7, 0.0])


@searching
@given(
    st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=1),
        )
    )
)
def test_laws(backend: Backend, case: tuple[int, list[tuple[int, int]]]) -> None:
    """Counting example by example gives the same as the matrix; accuracy as the metric says."""
    n, pairs = case
    truth, found = [t for t, _ in pairs], [p for _, p in pairs]
    matrix = confusion_matrix(truth, found, n)
    for k in range(n):
        right = sum(t == p == k for t, p in pairs)
        assert precision(matrix)[k] == (right / found.count(k) if k in found else 0.0)
        assert recall(matrix)[k] == (right / truth.count(k) if k in truth else 0.0)
        P, R = precision(matrix)[k], recall(matrix)[k]
        assert f1(matrix)[k] == pytest.approx(2 * P * R / (P + R) if right else 0.0, rel=1e-14)
    report = ClassReport(truth, found, n)
    one_hot = [
        backend.from_list([[float(j == k) for j in range(max(n, 2))] for k in labels])
        for labels in (found, truth)
    ]
    assert report.accuracy == pytest.approx(accuracy(backend, *one_hot), rel=1e-14)
    assert predicted_classes(backend, one_hot[0]) == found


def test_report() -> None:
    report = ClassReport(TRUTH, FOUND, ["setosa", "versicolor", "virginica"])
    assert report.matrix == C
    assert report.rows == [4, 3, 3]
    assert report.accuracy == 0.7
    assert report.macro["recall"] == pytest.approx((3 / 4 + 2 / 3 + 2 / 3) / 3, rel=1e-15)
    assert str(report) == (
        "class          precision  recall     f1     rows\n"
        "setosa             0.750   0.750  0.750        4\n"
        "versicolor         0.667   0.667  0.667        3\n"
        "virginica          0.667   0.667  0.667        3\n"
        "macro average      0.694   0.694  0.694       10\n"
        "accuracy 0.700: 7 of 10 right"
    )
    assert report.confusion() == (
        "            predicted\n"
        "truth       setosa  versicolor  virginica\n"
        "setosa           3           1          0\n"
        "versicolor       0           2          1\n"
        "virginica        1           0          2"
    )
    assert repr(report) == "ClassReport(3 classes, 10 rows, accuracy 0.700)"
    data = json.loads(json.dumps(report.to_dict()))
    assert data["matrix"] == C
    assert data["names"] == ["setosa", "versicolor", "virginica"]
    assert set(data) == {
        "matrix", "names", "rows", "precision", "recall", "f1", "accuracy", "macro",
        "absent",
    }  # fmt: skip


def test_report_of_numbers_and_of_nothing() -> None:
    report = ClassReport(TRUTH, FOUND, 3)
    assert report.names == ["0", "1", "2"]
    assert "\n0                  0.750" in str(report)
    empty = ClassReport([], [], 2)
    assert (empty.accuracy, empty.f1) == (0.0, [0.0, 0.0])
    assert str(empty).endswith("accuracy 0.000: 0 of 0 right")


def test_classes_that_never_occur() -> None:
    """They are in no macro average, and the report says so."""
    letters = list(range(1, 27))
    report = ClassReport(letters, letters, 27)
    assert report.absent == ["0"]
    assert report.macro == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert str(report).endswith(
        "\nthe macro averages leave out 1 of 27 classes, which never occur: '0'"
    )
    half = ClassReport([0, 0], [0, 1], 4)  # 1 was only taken for, 2 and 3 not even that
    assert half.absent == ["2", "3"]
    assert half.macro == {"precision": 0.5, "recall": 0.25, "f1": pytest.approx(1 / 3)}
    assert macro_average([0.5, 0.25, 1.0, 1.0]) == 0.6875
    assert macro_average([0.5, 0.25, 1.0, 1.0], half.matrix) == 0.375
    assert ClassReport([0, 1], [1, 0], 2).absent == []
    nothing = ClassReport([], [], 2)
    assert nothing.absent == ["0", "1"]
    assert nothing.macro["f1"] == 0.0
    assert "leave out" not in str(nothing)


@pytest.mark.parametrize("label", [3, -1, 0.5, math.nan, math.inf, "1", None, [1]])
def test_bad_labels(label: Any) -> None:
    with pytest.raises(DataError, match=r"truth\[1\] is .*, must be a class number from 0 to 2$"):
        confusion_matrix([0, label], [0, 0], 3)
    with pytest.raises(DataError, match=r"predicted\[0\] is .*, must be a class number from 0 to"):
        confusion_matrix([0, 1], [label, 0], 3)


def test_bad_arguments() -> None:
    with pytest.raises(DataError, match="truth has 2 class numbers, predicted 1; every example"):
        confusion_matrix([0, 1], [0], 2)
    for classes in (0, -1, True, 2.0, None):
        with pytest.raises(
            ArgumentError, match=r"classes is .*, must be a whole number, 1 or more"
        ):
            confusion_matrix([0], [0], classes)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="classes is 0"):
        ClassReport([], [], [])


# --------------------------------------------------------- yes-or-no questions, and absent classes


def test_accuracy_of_several_yes_or_no_questions(backend: Backend) -> None:
    Y = [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    P = [[0.9, 0.8], [0.1, 0.2], [0.9, 0.1]]
    assert measure(binary_accuracy, backend, P, Y) == pytest.approx(5 / 6)
    network = nn.Network(
        [nn.Dense(2, 2, weights=[[8.0, 8.0], [0.0, -8.0]], bias=[-4.0, -4.0]), nn.Sigmoid()],
        backend=backend,
    )
    X = [[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]  # as P says: yes yes, no no, yes no
    for name in ("accuracy", "binary_accuracy"):
        _, values = nn.evaluate(network, X, Y, loss=nn.BinaryCrossEntropy(), metrics=name)
        assert values == {name: pytest.approx(5 / 6)}
    _, values = nn.evaluate(network, X, Y, loss=nn.BinaryCrossEntropy(), metrics=accuracy)
    assert values["accuracy"] != pytest.approx(5 / 6)  # the function keeps its meaning
    history = nn.train(
        network, X, Y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(1e-9), epochs=1,
        metrics=["accuracy"], validation=(X, Y), batch_size=1,
    )  # fmt: skip
    assert history.metrics["accuracy"] == [pytest.approx(5 / 6)]
    assert history.validation_metrics["accuracy"] == [pytest.approx(5 / 6)]


def test_a_loss_says_what_accuracy_is(backend: Backend) -> None:
    class Mine(nn.BinaryCrossEntropy):
        accuracy = "mean_squared_error"

    assert find_metrics("accuracy", Mine())["accuracy"] is mean_squared_error
    assert find_metrics("accuracy", nn.CrossEntropy())["accuracy"] is accuracy


def test_a_metric_of_ones_own_gets_all_rows(backend: Backend) -> None:
    """Its value does not depend on batches, nor on the thousand rows that evaluate takes."""
    rows = 2500
    X = [[k / rows] for k in range(rows)]
    Y = [[float(k)] for k in range(rows)]
    network = nn.Network([nn.Dense(1, 1)], seed=0, backend=backend)
    seen: list[int] = []

    def largest_error(backend: Backend, P: Any, Y: Any) -> float:
        seen.append(P.shape[0])
        return backend.item(backend.max(backend.abs(P - Y)))

    _, values = nn.evaluate(network, X, Y, loss=nn.Huber(), metrics=[largest_error, "r2"])
    P = network.predict(X)
    assert values["largest_error"] == largest_error(backend, P, backend.from_list(Y))
    nn.train(
        network, X[:7], Y[:7], loss=nn.Huber(), optimizer=nn.SGD(1e-9), epochs=2, batch_size=3,
        metrics=[largest_error], validation=(X[:5], Y[:5]),
    )  # fmt: skip
    assert seen == [rows, rows, 7, 5, 7, 5]

    @mean_over_rows
    def rows_of_a_batch(backend: Backend, P: Any, Y: Any) -> float:
        return float(P.shape[0])

    _, values = nn.evaluate(network, X, Y, loss=nn.Huber(), metrics=rows_of_a_batch)
    assert values["rows_of_a_batch"] == pytest.approx((2 * 1000 * 1000 + 500 * 500) / rows)


def test_classes_that_never_occur_are_left_out_of_the_averages() -> None:
    """Labels 1 to 26 of 27 classes: a perfect classifier gets 1."""
    letters = list(range(1, 27))
    report = ClassReport(letters, letters, 27)
    assert report.macro == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert report.absent == ["0"]
    assert str(report).endswith(
        "accuracy 1.000: 26 of 26 right\n"
        "the macro averages leave out 1 of 27 classes, which never occur: '0'"
    )
    assert len(report.f1) == 27  # the lists keep a place for it
    said = ClassReport([0, 0], [0, 2], 3)  # 2 occurs, as somebody said so
    assert said.absent == ["1"]
    assert said.macro["recall"] == pytest.approx((0.5 + 0.0) / 2)
    assert macro_average(recall(said.matrix)) == pytest.approx(0.5 / 3)
    assert macro_average(recall(said.matrix), said.matrix) == said.macro["recall"]


def test_one_definition_for_all() -> None:
    """The command and the report judge a regression and a class as the metrics do."""
    truth, said = [[1.0, 10.0], [2.0, 30.0], [4.0, 20.0]], [[1.5, 11.0], [2.0, 28.0], [3.0, 22.0]]
    python = nn.get_backend("python")
    for pieces in ([3], [1, 2], [1, 1, 1]):
        tally, begun = ValueTally(2), 0
        for rows in pieces:
            tally.add(said[begun : begun + rows], truth[begun : begun + rows])
            begun += rows
        figures = tally.figures()
        assert figures["r2"] == pytest.approx(r2(python, said, truth), rel=1e-12)
        squares = mean_squared_error(python, said, truth)
        assert figures["mean_squared_error"] == pytest.approx(squares, rel=1e-12)
    for j in (0, 1):
        column = residuals([t[j] for t in truth], [p[j] for p in said])
        assert column.r2 == r2(python, [[p[j]] for p in said], [[t[j]] for t in truth])
    constant = residuals([3.0, 3.0], [3.0, 3.5])
    assert (constant.r2, residuals([3.0], [3.0]).r2) == (0.0, 1.0)
