"""Options that several commands share, and the types of their values."""

from __future__ import annotations

import argparse

__all__ = ["add_backend", "add_seed", "count", "rate", "seed", "share", "sizes"]


def count(text: str) -> int:
    """A whole number, 1 or more."""
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return value


def seed(text: str) -> int:
    """A whole number from 0 to 2³² − 1."""
    value = _whole(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 4294967295")
    return value


def rate(text: str) -> float:
    """A finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0.0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number above 0")
    return value


def share(text: str) -> float:
    """A number above 0 and below 1."""
    value = rate(text)
    if value >= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and below 1")
    return value


def sizes(text: str) -> list[int]:
    """Whole numbers with commas between them; a single 0 stands for none."""
    return [0] if text.strip() == "0" else [count(part) for part in text.split(",")]


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        metavar="NAME",
        help="the backend to run on (default: PURENN_BACKEND, else python)",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed",
        type=seed,
        default=0,
        metavar="N",
        help="where the random draws start (default: 0)",
    )
