"""purenn's metrics, and the judging of classifiers, beside scikit-learn's.

A row of weight 0 counts in purenn as a row that is not there, also where it alone is of a
class, or alone makes targets differ; scikit-learn still sees its class. It is left out there.
"""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

import purenn as nn
from purenn import metrics
from purenn.backend import Backend
from purenn.cli.fitting import balance
from purenn.data import Dataset
from purenn.metrics import ClassReport

np = pytest.importorskip("numpy")
theirs = pytest.importorskip("sklearn.metrics")
weighing = pytest.importorskip("sklearn.utils.class_weight")

TRIALS = 200


def close(ours: Any, value: Any, size: float = 0.0) -> bool:
    return math.isclose(ours, value, rel_tol=1e-12, abs_tol=1e-15 * size)


def drawn_weights(draw: random.Random, m: int) -> list[float] | None:
    """None half of the time; some rows may weigh nothing, but never all."""
    weights = [draw.choice([0.0, 1.0, 2.5, draw.random()]) for _ in range(m)]
    weights[draw.randrange(m)] = 1.0
    return draw.choice([None, weights])


def counted(w: list[float] | None, *columns: Any) -> Any:
    """The columns and their weights, without rows of weight 0."""
    kept = [i for i in range(len(columns[0])) if w is None or w[i]]
    chosen = [np.array([column[i] for i in kept]) for column in columns]
    return *chosen, None if w is None else [w[i] for i in kept]


# ------------------------------------------------------------------------ of any network

REGRESSION = {
    metrics.mean_squared_error: theirs.mean_squared_error,
    metrics.mean_absolute_error: theirs.mean_absolute_error,
    metrics.r2: theirs.r2_score,
}


def drawn_numbers(draw: random.Random, m: int, n: int) -> tuple[Any, Any]:
    """Targets around an offset, with a spread, and predictions of them."""
    offset, spread = draw.choice([0.0, 1.0, 1e8, -1e15]), draw.choice([1.0, 1e-6, 1e6])
    Y = [[offset + spread * draw.gauss(0.0, 1.0) for _ in range(n)] for _ in range(m)]
    noise = draw.choice([0.0, 0.1, 3.0]) * spread
    P = [[y + noise * draw.gauss(0.0, 1.0) for y in row] for row in Y]
    return P, Y


def test_regression(backend: Backend) -> None:
    draw = random.Random(1)
    for _ in range(TRIALS):
        m, n = draw.choice([2, 3, 10, 50]), draw.choice([1, 1, 2, 3])
        P, Y = drawn_numbers(draw, m, n)
        w = drawn_weights(draw, m)
        for ours, other in REGRESSION.items():
            found = ours(backend, P, Y, w)
            p, y, v = counted(w, P, Y)
            if ours is metrics.r2 and len(y) == 1:
                continue  # scikit-learn has no answer
            expected, size = other(y, p, sample_weight=v), 1.0
            if ours is metrics.r2:  # the mean of Y is rounded, in both, and squared in D² below
                size += (1.0 + abs(expected)) * lost_by_rounding(y) / 1e-15
            assert close(found, expected, size), (P, Y, w)


def lost_by_rounding(Y: Any) -> float:
    """How much the rounding of a mean of Y may add to the spread around it, relative."""
    spread = min(column.std() for column in Y.T)
    return float(np.spacing(np.abs(Y).max()) / spread) ** 2 if spread else 0.0


@pytest.mark.parametrize("size", [1e-160, 1e-300, 1e150])
def test_tiny_and_huge_numbers(backend: Backend, size: float) -> None:
    """Where squares underflow, R² has no units here; there it is off, and 1 for 1e-300."""
    one, two = [[1.0], [3.0], [2.0]], [[1.1], [2.0], [2.0]]
    P, Y = ([[size * x for x in row] for row in rows] for rows in (one, two))
    for ours, other in REGRESSION.items():
        if ours is metrics.r2:
            assert close(ours(backend, P, Y), other(two, one))
        else:
            assert close(ours(backend, P, Y), other(Y, P))


def test_targets_without_a_spread(backend: Backend) -> None:
    """1 where every prediction is exactly right, else 0: scikit-learn's force_finite."""
    for Y, P in (
        ([[3.0]] * 4, [[3.0]] * 4),
        ([[3.0]] * 4, [[3.0], [3.0], [3.0], [3.5]]),
        ([[3.0, 1.0], [3.0, 2.0]], [[3.0, 1.0], [3.0, 1.5]]),
        ([[3.0, 1.0], [3.0, 2.0]], [[2.0, 1.0], [3.0, 1.5]]),
    ):
        assert close(metrics.r2(backend, P, Y), theirs.r2_score(Y, P))


def test_targets_whose_mean_is_rounded(backend: Backend) -> None:
    """0.1 + 0.1 + 0.1 is not 3 · 0.1: scikit-learn takes what is left for a spread."""
    Y, P = [[0.1]] * 3, [[0.1], [0.1], [0.2]]
    assert metrics.r2(backend, P, Y) == 0.0
    assert theirs.r2_score(Y, P) < -1e20
    weights = [1.0, 1.0, 1.0, 0.0]  # the last row is not there
    assert metrics.r2(backend, [*P, [5.0]], [*Y, [0.7]], weights) == 0.0
    assert metrics.r2(backend, [*Y, [5.0]], [*Y, [0.7]], weights) == 1.0


def test_accuracy(backend: Backend) -> None:
    """The first of equal outputs is the class, in both."""
    draw = random.Random(2)
    for _ in range(TRIALS):
        m, n = draw.choice([1, 2, 10, 50]), draw.randint(2, 5)
        levels = draw.choice([3, 1000])  # few levels: ties
        P = [[draw.randrange(levels) / levels for _ in range(n)] for _ in range(m)]
        truth, w = [draw.randrange(n) for _ in range(m)], drawn_weights(draw, m)
        found = nn.accuracy(backend, P, np.eye(n)[truth], w)
        assert close(found, theirs.accuracy_score(truth, np.argmax(P, axis=1), sample_weight=w))
        assert metrics.predicted_classes(backend, backend.from_list(P)) == list(
            np.argmax(P, axis=1)
        )


def test_accuracy_of_yes_or_no(backend: Backend) -> None:
    """Several outputs: the share of right answers, 1 minus the Hamming loss."""
    draw = random.Random(3)
    for _ in range(TRIALS):
        m, n = draw.choice([1, 2, 10, 50]), draw.randint(1, 4)
        P = [[draw.choice([0.5, draw.random()]) for _ in range(n)] for _ in range(m)]
        Y = [[float(draw.randrange(2)) for _ in range(n)] for _ in range(m)]
        w = drawn_weights(draw, m)
        said = np.array(P) >= 0.5
        found = metrics.binary_accuracy(backend, P, Y, w)
        assert close(found, 1.0 - theirs.hamming_loss(np.array(Y) > 0, said, sample_weight=w), 1.0)
        if n == 1:
            assert nn.accuracy(backend, P, Y, w) == found


def test_several_questions_in_training(backend: Backend) -> None:
    """After BinaryCrossEntropy the name "accuracy" is that share, also in batches."""
    draw = random.Random(4)
    X = [[draw.gauss(0.0, 1.0), draw.gauss(0.0, 1.0)] for _ in range(2500)]
    Y = [[float(draw.randrange(2)) for _ in range(3)] for _ in X]
    w = [draw.choice([0.0, 1.0, 2.0]) for _ in X]
    network = nn.Network([nn.Dense(2, 3), nn.Sigmoid()], seed=0, backend=backend)
    said = np.array(backend.to_list(network.predict(X))) >= 0.5
    for weights in (None, w):
        _, values = nn.evaluate(
            network, X, Y, loss=nn.BinaryCrossEntropy(), metrics="accuracy", sample_weight=weights
        )
        expected = 1.0 - theirs.hamming_loss(np.array(Y) > 0, said, sample_weight=weights)
        assert close(values["accuracy"], expected, 10.0)


# --------------------------------------------------------------------- judging a classifier

SCORES = {
    "precision": theirs.precision_score,
    "recall": theirs.recall_score,
    "f1": theirs.f1_score,
}


def drawn_classes(draw: random.Random) -> tuple[int, list[int], list[int]]:
    """Often right; some classes may never occur, or never be said."""
    k, m = draw.randint(1, 7), draw.choice([1, 2, 5, 20, 200])
    truth = [draw.randrange(draw.choice([k, max(1, k - 2)])) for _ in range(m)]
    return k, truth, [draw.choice([t, draw.randrange(max(1, k - 1))]) for t in truth]


@pytest.mark.filterwarnings("ignore:A single label was found")
def test_reports_of_classes() -> None:
    """0/0 counts as 0: zero_division=0. Labels that never occur are in no macro average."""
    draw = random.Random(5)
    absent = 0
    for _ in range(2 * TRIALS):
        k, truth, said = drawn_classes(draw)
        w = drawn_weights(draw, len(truth))
        report = ClassReport(truth, said, k, w)
        t, s, v = counted(w, truth, said)
        matrix = theirs.confusion_matrix(t, s, labels=range(k), sample_weight=v)
        assert np.allclose(report.matrix, matrix, rtol=1e-12, atol=0.0)
        assert close(report.accuracy, theirs.accuracy_score(t, s, sample_weight=v))
        for name, score in SCORES.items():
            options = {"sample_weight": v, "zero_division": 0.0}
            each = score(t, s, labels=range(k), average=None, **options)
            assert np.allclose(getattr(report, name), each, rtol=1e-12, atol=0.0)
            assert close(report.macro[name], score(t, s, average="macro", **options))
            plain = score(t, s, labels=range(k), average="macro", **options)
            assert close(metrics.macro_average(getattr(report, name)), plain)
        never = set(range(k)) - set(t.tolist()) - set(s.tolist())
        assert report.absent == [str(label) for label in sorted(never)]
        absent += bool(never)
    assert absent > TRIALS / 2


def test_perfect_with_labels_that_never_occur() -> None:
    """Letters 1 to 26 as class numbers: class 0 is no letter."""
    letters = list(range(1, 27))
    report = ClassReport(letters, letters, 27)
    expected = theirs.f1_score(letters, letters, average="macro", zero_division=0.0)
    assert report.macro == {"precision": 1.0, "recall": 1.0, "f1": expected}
    assert theirs.f1_score(
        letters, letters, labels=range(27), average="macro", zero_division=0.0
    ) == pytest.approx(metrics.macro_average(report.f1))


def test_f1_of_several_yes_or_no_labels() -> None:
    """Each label is a question of its own; one that never occurs and is never said has F1 0."""
    draw = random.Random(6)
    for _ in range(TRIALS):
        m, n = draw.choice([1, 2, 10, 50]), draw.randint(1, 5)
        often = [draw.choice([0.0, 0.5, 1.0]) for _ in range(n)]
        Y, P = (
            [[int(draw.random() < often[j]) for j in range(n)] for _ in range(m)] for _ in range(2)
        )
        expected = [
            theirs.f1_score([y[j] for y in Y], [p[j] for p in P], zero_division=0.0)
            for j in range(n)
        ]
        for j in range(n):
            truth, said = [y[j] for y in Y], [p[j] for p in P]
            right = sum(t * s for t, s in zip(truth, said, strict=True))
            assert close(metrics.f1_of_counts(right, sum(truth), sum(said)), expected[j])
            C = metrics.confusion_matrix(truth, said, 2)
            assert close(metrics.f1(C)[1], expected[j])
        if n > 1:
            each = theirs.f1_score(np.array(Y), np.array(P), average=None, zero_division=0.0)
            assert np.allclose(each, expected, rtol=1e-12, atol=0.0)


# ------------------------------------------------------------------------- class weights


def test_balanced_class_weights() -> None:
    """Of the classes that occur; scikit-learn is asked for those only."""
    draw = random.Random(7)
    for _ in range(TRIALS):
        k, truth, _ = drawn_classes(draw)
        dataset = Dataset([[0.0]] * len(truth), truth, label_names=[f"class {i}" for i in range(k)])
        found, there = balance(dataset), sorted(set(truth))
        expected = weighing.compute_class_weight("balanced", classes=np.array(there), y=truth)
        assert np.allclose([found[i] for i in there], expected, rtol=1e-12, atol=0.0)
        assert [found[i] for i in range(k) if i not in there] == [1.0] * (k - len(there))
