"""Metrics: how good predictions are, in numbers for people; nothing is trained on them.

A metric is a function (backend, P, Y) → float of predictions P and targets Y, both
(m × n), one example a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from purenn.backend import Array, Backend
from purenn.errors import ArgumentError

__all__ = ["METRICS", "Metric", "accuracy", "find_metric", "mean_squared_error"]

Metric: TypeAlias = Callable[[Backend, Array, Array], float]


def accuracy(backend: Backend, P: Array, Y: Array) -> float:
    """The share of examples whose most probable class is the right one.

    With a single output, P ≥ 0.5 means yes.
    """
    if Y.shape[1] == 1:
        right = (P >= 0.5) == (Y >= 0.5)
    else:
        right = backend.argmax(P, axis=1, keepdims=True) == backend.argmax(Y, axis=1, keepdims=True)
    return backend.item(backend.mean(backend.astype(right, backend.float64)))  # type: ignore[arg-type]


def mean_squared_error(backend: Backend, P: Array, Y: Array) -> float:
    """Σᵢⱼ (P − Y)² / (m·n)."""
    m, n = Y.shape
    return backend.item(backend.squared_error(P, Y, 1.0 / (m * n))[0])


METRICS: dict[str, Metric] = {"accuracy": accuracy, "mean_squared_error": mean_squared_error}


def find_metric(metric: str | Metric) -> tuple[str, Metric]:
    """The name and the function of a metric, given as either."""
    if callable(metric):
        return getattr(metric, "__name__", type(metric).__name__), metric
    if metric in METRICS:
        return metric, METRICS[metric]
    raise ArgumentError(f"unknown metric {metric!r}; there are {', '.join(METRICS)}, or a function")
