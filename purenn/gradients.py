"""The gradient check: is each slope that backward computes the slope of the loss?

Backward finds all slopes at once by the chain rule. The slow way finds them one by
one: nudge a single weight and see how much the loss changes (purenn/slopes.py). Both
ways must agree, or a formula is wrong.

The numeric slope has some noise. An entry agrees if the two slopes differ by no more than
the tolerance, relative to the larger, and the noise. If the noise is more than 1/1000 of
the slope, the entry is too small to check: it may disagree, but it never counts as
agreeing. Where a weight sits on a kink (a ReLU's input is 0) there is no slope; backward
may give any number between the slopes around it.
"""

from __future__ import annotations

from math import inf, isfinite, nan

from purenn.checks import real
from purenn.layers import Dense, Layer
from purenn.losses import checked_loss
from purenn.network import check_network
from purenn.parts import watched_loss
from purenn.random import RandomState
from purenn.slopes import EPSILON, agree, checkable, measure
from purenn.training import forward_and_backward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from purenn.array import Array
    from purenn.batches import Batch
    from purenn.layers import Parameter
    from purenn.losses import Loss
    from purenn.network import Network

    Targets = tuple[Array, ...]  # Y, and the weights of its rows where there are any

__all__ = ["Entry", "GradientReport", "check_entries", "gradient_check"]

TOLERANCE = 1e-6
NUDGES = 32  # of all weights at once, to see the slopes around a kink
AGREES, DISAGREES, KINK, TOO_SMALL = "agrees", "disagrees", "kink", "too small to check"


class Entry:
    """One weight: its analytic and numeric slope, and how far they are apart.

    noise    the absolute error that the numeric slope may have
    verdict  "agrees", "disagrees", "kink" or "too small to check"
    error    relative to the larger slope; 0 for the last two verdicts, which do not count
    """

    __slots__ = (
        *("analytic", "column", "error", "kink", "noise", "numeric", "parameter", "row"),
        "verdict",
    )

    def __init__(
        self,
        parameter: str,
        row: int,
        column: int,
        analytic: float,
        numeric: float,
        kink: bool,
        noise: float = 0.0,
        tolerance: float = TOLERANCE,
    ) -> None:
        self.parameter, self.row, self.column = parameter, row, column
        self.analytic, self.numeric, self.noise, self.kink = analytic, numeric, noise, kink
        largest = max(abs(analytic), abs(numeric))
        self.verdict = TOO_SMALL
        if kink:
            self.verdict = KINK
        elif isfinite(numeric) and not agree(analytic, numeric, tolerance, noise):
            self.verdict = DISAGREES
        elif checkable(noise, largest, tolerance):
            self.verdict = AGREES
        self.error = 0.0
        if self.checked:
            error = abs(analytic - numeric) / largest
            self.error = error if isfinite(error) else inf

    @property
    def checked(self) -> bool:
        """True if the entry agrees or disagrees."""
        return self.verdict in (AGREES, DISAGREES)

    def __repr__(self) -> str:
        notes = {KINK: " (on a kink)", TOO_SMALL: " (too small to check)"}
        return (
            f"{self.parameter}[{self.row}][{self.column}]: analytic {self.analytic:.10g}, "
            f"numeric {self.numeric:.10g}, noise {self.noise:.1e}, "
            f"relative error {self.error:.1e}{notes.get(self.verdict, '')}"
        )


class GradientReport:
    """All entries of all parameters; true if some agree and none disagrees.

    tolerance  the relative error that is allowed beside the noise
    """

    def __init__(self, entries: list[Entry], tolerance: float) -> None:
        self.entries = entries
        self.tolerance = tolerance

    @property
    def worst(self) -> Entry:
        """Of the entries that were checked, the one that disagrees most, or is nearest to it."""
        return _worst(self.entries)

    @property
    def max_error(self) -> float:
        """The relative error of the worst entry; 0 if none could be checked."""
        return self.worst.error

    @property
    def ok(self) -> bool:
        """True if every entry that was checked agrees, and one was."""
        return self.count(AGREES) > 0 and self.count(DISAGREES) == 0

    def __bool__(self) -> bool:
        return self.ok

    def count(self, verdict: str) -> int:
        """How many entries have this verdict."""
        return sum(entry.verdict == verdict for entry in self.entries)

    def by_parameter(self) -> dict[str, list[Entry]]:
        """The entries under their parameter's name, in the order of the network."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(entry.parameter, []).append(entry)
        return groups

    def __str__(self) -> str:
        head = "parameter  entries  worst entry      analytic       numeric  rel. error    noise"
        rows = [_row(name, entries) for name, entries in self.by_parameter().items()]
        return "\n".join([head, *rows, self._summary()])

    def _summary(self) -> str:
        parts = [f"{len(self.entries)} slopes", *_not_counted(self.entries)]
        if not (self.count(AGREES) or self.count(DISAGREES)):
            return f"{', '.join(parts)}: NOTHING could be checked"
        parts.append(f"worst relative error {self.max_error:.1e} (allowed {self.tolerance:.0e})")
        told = "they agree" if self.ok else "they DISAGREE: a formula is wrong"
        return f"{', '.join(parts)}: {told}"


def _worst(entries: list[Entry]) -> Entry:
    return max(entries, key=lambda e: (e.verdict == DISAGREES, e.verdict == AGREES, e.error))


def _not_counted(entries: list[Entry]) -> list[str]:
    """["1 on a kink", "2 too small to check"], without what there is none of."""
    verdicts = [entry.verdict for entry in entries]
    counts = ((verdicts.count(KINK), "on a kink"), (verdicts.count(TOO_SMALL), TOO_SMALL))
    return [f"{count} {words}" for count, words in counts if count]


def _row(name: str, entries: list[Entry]) -> str:
    """A parameter's line in the report, and one of what was not counted."""
    e = _worst(entries)
    row = f"{name:<9}  {len(entries):>7}  "
    if e.checked:
        row += (
            f"{f'[{e.row}][{e.column}]':<11}  {e.analytic:>12.5e}  {e.numeric:>12.5e}  "
            f"{e.error:>10.1e}  {e.noise:>7.1e}"
        )
    else:
        row += "none checked"
    others = ", ".join(_not_counted(entries))
    return f"{row}\n{'':20}({others}, not counted)" if others else row


def gradient_check(
    network: Network,
    loss: Loss,
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    tolerance: float = TOLERANCE,
) -> GradientReport:
    """Compare every analytic gradient with central differences of the loss.

    X, y, sample_weight   as `train` takes them
    tolerance   the relative error that is allowed beside the noise of the numeric slope

    The network and the loss are the same afterwards, also after an exception. It takes six
    forward passes for every weight, from its layer on, and more where a slope is hard to
    measure: so use a small network and a few rows.
    """
    check_network(network, "gradient_check")
    tolerance = real(tolerance, "gradient_check: tolerance", above=0.0)
    loss = checked_loss(loss).copy()
    all_rows = network.examples(X, y, loss, sample_weight).everything()
    return GradientReport(check_entries(network, loss, all_rows, tolerance), tolerance)


def check_entries(
    network: Network, loss: Loss, batch: Batch, tolerance: float = TOLERANCE
) -> list[Entry]:
    """An Entry for every weight, of inputs and targets that are arrays already."""
    draws = network.random.get_state()
    kept = [(p, p.value, p.gradient) for p in network.trainable]
    try:
        return list(_entries(network, watched_loss(loss), batch, tolerance))
    finally:
        network.random.set_state(draws)
        for parameter, value, gradient in kept:
            parameter.value, parameter.gradient = value, gradient


def _entries(network: Network, loss: Loss, batch: Batch, tolerance: float) -> Iterator[Entry]:
    for parameter in network.trainable:
        parameter.gradient = None  # one of an earlier step must not pass for this one's
    twins = [Layer.copy(layer) for layer in network.path(loss)]
    targets = (batch.Y,) if batch.weights is None else (batch.Y, batch.weights)
    run = _Run(network, twins, loss, batch.X, targets)
    slopes = [_slopes(network, parameter) for parameter in network.trainable]
    for parameter, rows in zip(network.trainable, slopes, strict=True):
        value, weight = parameter.value, _Weight(run, parameter)
        for i, row in enumerate(rows):
            for j, analytic in enumerate(row):
                w = weight.choose(i, j)
                numeric, noise, kink = measure(weight, w, analytic, tolerance)
                yield Entry(parameter.name, i, j, analytic, numeric, kink, noise, tolerance)
        parameter.value = value


def _slopes(network: Network, parameter: Parameter) -> list[list[float]]:
    """The rows of the gradient; of NaN if backward left none, or one of another shape."""
    m, n = parameter.value.shape
    if tuple(getattr(parameter.gradient, "shape", ())) != (m, n):
        return [[nan] * n for _ in range(m)]
    return network.backend.to_list(parameter.gradient)


class _Watched(Layer):
    """A layer, and what goes in and out of it."""

    def __init__(self, layer: Layer, random: RandomState) -> None:
        self.layer, self.random, self.title = layer, random, layer.title

    def forward(self, X: Array) -> Array:
        self.X, self.draws = X, self.random.get_state()
        self.A = self.layer.forward(X)
        return self.A

    def backward(self, dA: Array) -> Array:
        self.dA = dA
        return self.layer.backward(dA)


class _Run:
    """Forward and backward through some layers: L, and what went in and out of each."""

    def __init__(
        self, network: Network, path: Sequence[Layer], loss: Loss, X: Array, targets: Targets
    ) -> None:
        self.network, self.loss, self.targets = network, loss, targets
        self.layers = [_Watched(layer, network.random) for layer in path]
        L, self.P = forward_and_backward(self.layers, loss, X, *targets)
        self.L = float(L)
        self.drew = network.random.get_state() != self.layers[0].draws

    @property
    def rounding(self) -> float:
        """ε (|L| + Σ|A · dA|): how far L may be off."""
        total = abs(self.L)
        total += sum(self._size(self._terms(layer) * layer.dA) for layer in self.layers)
        if self.loss.fused_with:
            total += self._size(self.P) * self._steepness()
        return EPSILON * (total if isfinite(total) else abs(self.L))

    def _steepness(self) -> float:
        """Of a fused loss dZ is a multiple of P − Y, and off as far as P is: which multiple?

        It is asked where P and Y are apart, at Z = 0.
        """
        self.loss.forward(self.layers[-1].A * 0.0, *self.targets)
        apart = self._size(self.loss.P - self.targets[0])
        return self._size(self.loss.backward()) / apart if apart else 0.0

    def _terms(self, watched: _Watched) -> Array:
        """A; but a sum is off as far as its terms are: of a Dense |X| @ |W| + |b|."""
        layer, size = watched.layer, self.network.backend.abs
        if not isinstance(layer, Dense):
            return watched.A
        Z = size(watched.X) @ size(layer.W.value)
        return Z if layer.b is None else Z + size(layer.b.value)

    def _size(self, A: Array) -> float:
        backend = self.network.backend
        return backend.item(backend.sum(backend.abs(A)))


class _Weight:
    """The loss as a function of one entry of one parameter.

    Only the layers from the parameter's own on run again; what they draw (Dropout) is drawn
    again as it was.
    """

    def __init__(self, run: _Run, parameter: Parameter) -> None:
        owned = [parameter in watched.layer.parameters() for watched in run.layers]
        first = owned.index(True) if True in owned else 0
        self.path = [watched.layer for watched in run.layers[first:]]
        self.X, self.draws = run.layers[first].X, run.layers[first].draws if run.drew else None
        self.network, self.criterion, self.targets = run.network, run.loss, run.targets
        self.parameter = parameter
        self.rows = self.network.backend.to_list(parameter.value)
        self.loss, self.rounding = run.L, run.rounding
        self.place = (0, 0)

    def choose(self, i: int, j: int) -> float:
        """Make it the entry [i][j]; returns the weight there."""
        self.place = i, j
        return self.rows[i][j]

    def _put(self, w: float) -> None:
        i, j = self.place
        old, self.rows[i][j] = self.rows[i][j], w
        self.parameter.value = self.network.backend.from_list(self.rows)
        self.rows[i][j] = old
        self._rewind()

    def _rewind(self) -> None:
        if self.draws is not None:
            self.network.random.set_state(self.draws)

    def loss_at(self, w: float) -> float:
        """L, with the weight at w."""
        self._put(w)
        A = self.X
        for layer in self.path:
            A = layer.forward(A)
        return float(self.criterion.forward(A, *self.targets))

    def slope_at(self, w: float) -> tuple[float, float]:
        """What backward says there, and how far rounding may move L."""
        self._put(w)
        return self._backward()

    def _backward(self) -> tuple[float, float]:
        i, j = self.place
        run = _Run(self.network, self.path, self.criterion, self.X, self.targets)
        return _slopes(self.network, self.parameter)[i][j], run.rounding

    def slopes_around(self, w: float) -> list[float]:
        """What backward says where all weights are nudged at random.

        The nudges become smaller and smaller, down to the last bits of each weight: a kink
        may be so near that no other nudge gets between.
        """
        backend, random = self.network.backend, RandomState(0)
        self._put(w)
        parameters = [p for layer in self.path for p in layer.parameters()]
        kept = [(p, p.value, backend.to_list(p.value)) for p in parameters]
        slopes = []
        for k in range(NUDGES):
            for p, _, rows in kept:
                nudged = [[v + _nudge(v, k) * random.randn() for v in row] for row in rows]
                p.value = backend.from_list(nudged)
            self._rewind()
            slopes.append(self._backward()[0])
        for p, value, _ in kept:
            p.value = value
        return slopes


def _nudge(v: float, k: int) -> float:
    return max(10.0 ** (-6 - 9 * k), 4.0 * EPSILON * abs(v))
