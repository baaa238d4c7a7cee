"""The gradient check: is each slope that backward computes the slope of the loss?

Backward finds all slopes at once by the chain rule. The slow way finds them one by
one: nudge a single weight w and see how much the loss changes. With a small h,

    dL/dw ≈ (8 (L(w+h) − L(w−h)) − (L(w+2h) − L(w−2h))) / 12h

is the central difference of fourth order: its error shrinks with h⁴ (Fornberg 1988).
Both ways must agree, or a formula is wrong.

Where a weight sits on a kink (a ReLU's input is 0) there is no slope; backward may
give any number between the slopes to the left and to the right.
"""

from __future__ import annotations

from purenn.training import forward_and_backward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from purenn.array import Array
    from purenn.layers import Parameter
    from purenn.losses import Loss
    from purenn.network import Network

__all__ = ["Entry", "GradientReport", "check_entries", "gradient_check"]

STEPS = (1e-4, 1e-6)  # times max(1, |w|)
TOLERANCE = 1e-6
SMALL = 1e-5  # slopes below this are compared as if they were this large: both are rounding


class Entry:
    """One weight: its analytic and numeric slope, and how far they are apart."""

    __slots__ = ("analytic", "column", "error", "kink", "numeric", "parameter", "row")

    def __init__(
        self, parameter: str, row: int, column: int, analytic: float, numeric: float, kink: bool
    ) -> None:
        self.parameter, self.row, self.column = parameter, row, column
        self.analytic, self.numeric, self.kink = analytic, numeric, kink
        largest = max(abs(analytic), abs(numeric), SMALL)
        self.error = 0.0 if kink else abs(analytic - numeric) / largest

    def __repr__(self) -> str:
        return (
            f"{self.parameter}[{self.row}][{self.column}]: analytic {self.analytic:.10g}, "
            f"numeric {self.numeric:.10g}, relative error {self.error:.1e}"
            + (" (on a kink)" if self.kink else "")
        )


class GradientReport:
    """All entries of all parameters; true if the worst relative error is at most 1e-6."""

    def __init__(self, entries: list[Entry], tolerance: float) -> None:
        self.entries = entries
        self.tolerance = tolerance

    @property
    def worst(self) -> Entry:
        """The entry with the largest error."""
        return max(self.entries, key=lambda entry: entry.error)

    @property
    def max_error(self) -> float:
        """The largest relative error."""
        return self.worst.error

    @property
    def ok(self) -> bool:
        """True if every entry agrees within the tolerance."""
        return self.max_error <= self.tolerance

    def __bool__(self) -> bool:
        return self.ok

    def by_parameter(self) -> dict[str, list[Entry]]:
        """The entries under their parameter's name, in the order of the network."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(entry.parameter, []).append(entry)
        return groups

    def __str__(self) -> str:
        lines = ["parameter  entries  worst entry      analytic       numeric  relative error"]
        for name, entries in self.by_parameter().items():
            e = max(entries, key=lambda entry: entry.error)
            kinks = sum(entry.kink for entry in entries)
            lines.append(
                f"{name:<9}  {len(entries):>7}  {f'[{e.row}][{e.column}]':<11}  {e.analytic:>12.5e}"
                f"  {e.numeric:>12.5e}  {e.error:>14.1e}"
                + (f"  ({kinks} on a kink, not counted)" if kinks else "")
            )
        verdict = "agree" if self.ok else "DISAGREE: a formula is wrong"
        lines.append(
            f"{len(self.entries)} slopes, worst relative error {self.max_error:.1e} "
            f"(allowed {self.tolerance:.0e}): they {verdict}"
        )
        return "\n".join(lines)


def gradient_check(
    network: Network, loss: Loss, X: Any, y: Any, *, tolerance: float = TOLERANCE
) -> GradientReport:
    """Compare every analytic gradient with central differences of the loss.

    The network is the same afterwards. It takes four forward passes for every weight,
    so use a small network and a few rows.
    """
    X, Y = network.examples(X, y, loss).all()
    return GradientReport(check_entries(network, loss, X, Y), tolerance)


def check_entries(network: Network, loss: Loss, X: Array, Y: Array) -> list[Entry]:
    """An Entry for every weight, of inputs and targets that are arrays already."""
    draws = network.random.get_state()  # what a layer draws (Dropout) is drawn again each time
    forward_and_backward(network.path(loss), loss, X, Y)
    network.random.set_state(draws)
    analytic = [network.backend.to_list(p.gradient) for p in network.trainable]
    entries: list[Entry] = []
    for parameter, slopes in zip(network.trainable, analytic, strict=True):
        for i, row in enumerate(slopes):
            for j, slope in enumerate(row):
                loss_at = _loss_along(network, loss, X, Y, parameter, i, j)
                value = parameter.value
                try:
                    w = network.backend.to_list(value)[i][j]
                    numeric, kink = _numeric(loss_at, w, slope)
                finally:
                    parameter.value = value
                    network.random.set_state(draws)
                entries.append(Entry(parameter.name, i, j, slope, numeric, kink))
    return entries


def _loss_along(
    network: Network, loss: Loss, X: Array, Y: Array, parameter: Parameter, i: int, j: int
) -> Callable[[float], float]:
    """The loss as a function of one entry of one parameter."""
    backend, draws = network.backend, network.random.get_state()
    rows = backend.to_list(parameter.value)

    def loss_at(w: float) -> float:
        rows[i][j] = w
        network.random.set_state(draws)
        parameter.value = backend.from_list(rows)
        A = X
        for layer in network.path(loss):
            A = layer.forward(A)
        return loss.forward(A, Y)

    return loss_at


def _numeric(loss_at: Callable[[float], float], w: float, analytic: float) -> tuple[float, bool]:
    """The slope of the loss at w by central differences, and whether w is on a kink.

    A second, smaller step decides where the first met a kink. If the numeric slope closes
    in on the analytic one as the step shrinks, the bend is in the second derivative only.
    """
    gaps = []
    for step in STEPS:
        h = step * max(1.0, abs(w))
        far_left, left, right, far_right = (loss_at(w + k * h) for k in (-2, -1, 1, 2))
        numeric = (8.0 * (right - left) - (far_right - far_left)) / (12.0 * h)
        gaps.append(abs(analytic - numeric))
        if gaps[-1] <= TOLERANCE * max(abs(analytic), abs(numeric), SMALL):
            return numeric, False
    if gaps[-1] < gaps[0] / 20.0:
        return numeric, True
    # The slopes to both sides differ by h · L″ where L is smooth, and so twice as much for
    # twice the h; on a kink they differ by the same for every h.
    middle = loss_at(w)
    low, high = sorted(((middle - left) / h, (right - middle) / h))
    jump, far_jump = high - low, abs(far_right - 2.0 * middle + far_left) / (2.0 * h)
    kink = jump > 1e-4 * max(abs(low), abs(high)) and far_jump < 1.5 * jump
    return numeric, kink and low - jump / 100 <= analytic <= high + jump / 100
