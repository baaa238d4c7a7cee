"""The defaults of `purenn train` against scikit-learn's multi-layer perceptrons.

    python tests/benchmarks/defaults_against_sklearn.py [seeds] [OPTION of purenn train ...]

scikit-learn's wine, breast_cancer, diabetes and digits are written as CSV files, a quarter of
the rows for the test, another split for each seed (classes in equal shares). `purenn train`
reads them with its defaults. MLPClassifier and MLPRegressor have as many hidden units (32) and
a StandardScaler before them; all else is their default too.

Prints the mean test score (accuracy, or R² for diabetes) over the seeds (10) with its standard
error, and the mean of the differences in standard errors of that mean: each difference is of
one split, so the luck of the split is in neither. Exit code 1 if purenn is more than one
standard error below on any set. Needs scikit-learn and purenn-numpy (or PURENN_BACKEND=python,
which gives the same figures later).
"""

import csv
import io
import json
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from math import inf, sqrt
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory
from typing import Any

from purenn import cli

datasets, exceptions, selection, networks, pipeline, scalers = (
    import_module(f"sklearn.{name}")  # which has no types
    for name in (
        *("datasets", "exceptions", "model_selection"),
        *("neural_network", "pipeline", "preprocessing"),
    )
)
SETS: dict[str, Any] = {
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
    "diabetes": datasets.load_diabetes,
    "digits": datasets.load_digits,
}
UNITS = 32  # of the hidden layer, the default of `purenn train`
Parts = Sequence[Any]  # training rows, test rows, training targets, test targets


def split(name: str, seed: int) -> tuple[Parts, list[str]]:
    """The parts of one split, and the names of the columns."""
    data = SETS[name]()
    classes = data.target if name != "diabetes" else None
    parts = selection.train_test_split(
        data.data, data.target, test_size=0.25, stratify=classes, random_state=seed
    )
    names = getattr(data, "feature_names", range(data.data.shape[1]))
    return parts, [str(name) for name in names]


def of_sklearn(name: str, parts: Parts, seed: int) -> float:
    """The test score of scikit-learn."""
    X, X_test, y, y_test = parts
    kind = networks.MLPRegressor if name == "diabetes" else networks.MLPClassifier
    network = kind(hidden_layer_sizes=(UNITS,), random_state=seed)
    model = pipeline.make_pipeline(scalers.StandardScaler(), network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exceptions.ConvergenceWarning)
        model.fit(X, y)
    return float(model.score(X_test, y_test))


def of_purenn(folder: Path, parts: Parts, names: list[str], seed: int, options: list[str]) -> float:
    """The test score of `purenn train`."""
    X, X_test, y, y_test = parts
    files = [folder / "train.csv", folder / "test.csv"]
    for path, rows, targets in zip(files, (X, X_test), (y, y_test), strict=True):
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*names, "target"])
            for row, target in zip(rows.tolist(), targets.tolist(), strict=True):
                writer.writerow([*row, target])
    command = ["train", files[0], "--test", files[1], "--seed", seed, "--json", *options]
    printed = io.StringIO()
    with redirect_stdout(printed):
        code = cli.main([str(word) for word in command])
    if code:
        raise SystemExit(f"purenn train ended with exit code {code}")
    result = json.loads(printed.getvalue())["result"]
    return float(result["accuracy"] if "accuracy" in result else result["r2"])


def standard_error(values: Sequence[float]) -> float:
    """Of the mean."""
    return stdev(values) / sqrt(len(values))


def compare(name: str, seeds: int, options: list[str]) -> float:
    """Print a line of the table; the mean difference in its standard errors."""
    ours, theirs = [], []
    with TemporaryDirectory() as folder:
        for seed in range(seeds):
            parts, names = split(name, seed)
            theirs.append(of_sklearn(name, parts, seed))
            ours.append(of_purenn(Path(folder), parts, names, seed, options))
    apart = [a - b for a, b in zip(ours, theirs, strict=True)]
    error = standard_error(apart)
    away = mean(apart) / error if error else inf if mean(apart) > 0 else 0.0
    figures = " ".join(f"{mean(v):8.4f} ± {standard_error(v):.4f}" for v in (ours, theirs, apart))
    print(f"{name:14s} {figures} {away:+6.1f}", flush=True)
    return away


def main() -> int:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    os.environ.setdefault("PURENN_BACKEND", "numpy")
    print(f"{seeds} splits and seeds; mean test score ± its standard error")
    print(f"{'':14s} {'purenn':>17s} {'scikit-learn':>17s} {'difference':>17s}   in errors")
    away = [compare(name, seeds, sys.argv[2:]) for name in SETS]
    return 0 if min(away) >= -1.0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
