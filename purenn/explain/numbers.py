"""Numbers as people read them: four significant digits, a true minus, aligned."""

from __future__ import annotations

from math import isfinite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["aligned", "digits", "short_number"]

DIGITS = 4
WHOLE = 10_000  # whole numbers below this stand without a point


def short_number(value: float) -> str:
    """The number without needless zeros, with four digits where there are more."""
    if not isfinite(value):
        return "NaN" if value != value else "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < WHOLE:
        return str(int(value)).replace("-", "−")
    return f"{value:.{DIGITS}g}".replace("-", "−")


def digits(value: float) -> str:
    """Exactly four significant digits; a small whole number without a point."""
    if not isfinite(value) or (value == int(value) and abs(value) < WHOLE):
        return short_number(value)
    return f"{value:#.{DIGITS}g}".removesuffix(".").replace("-", "−")


def aligned(values: Sequence[float]) -> list[str]:
    """The numbers of a column, all equally wide, with their points below each other."""
    texts = [digits(value) for value in values]
    heads = [text.split(".")[0] for text in texts]
    width = max(map(len, heads))
    padded = [" " * (width - len(head)) + text for head, text in zip(heads, texts, strict=True)]
    whole = max(map(len, padded))
    return [text.ljust(whole) for text in padded]
