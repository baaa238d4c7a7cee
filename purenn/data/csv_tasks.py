"""Are numbers the names of classes, or values to predict? By what they look like.

Numbers of classes are whole, close together, and each is met again and again. Prices have gaps;
counts and ages have values that are met once or twice. Codes such as 02139 are names.
"""

from collections.abc import Mapping, Sequence

from purenn.data.csv_numbers import PYTHON, Numerals

__all__ = ["are_codes", "form", "may_be_classes"]

FEW_CLASSES = 20  # up to here, gaps and rare classes are allowed for
ROWS = 10  # of the rarest of more classes
UNEVEN = 20  # how much rarer it may be than the most frequent, if they count from 0 or 1
EVEN = 2  # if they start elsewhere, like ages


def may_be_classes(counts: Mapping[float, int], rows: int) -> bool:
    """Whether these numbers, each met so often in so many rows, look like numbers of classes.

    Two whole numbers always may. Up to 20 are met twice or more on average, and fill a third of
    their range; more than 20 count on without a gap, and none of them is rare.
    """
    different = len(counts)
    if not counts or not all(number.is_integer() for number in counts):
        return False
    if different <= 2:
        return True
    width = max(counts) - min(counts) + 1
    if different <= FEW_CLASSES:
        return 2 * different <= rows and width <= 3 * different
    rarest, most = min(counts.values()), max(counts.values())
    uneven = UNEVEN if min(counts) in (0, 1) else EVEN
    return width == different and rarest >= ROWS and most <= uneven * rarest


def are_codes(numbers: Sequence[str]) -> bool:
    """Whether some of them begin with a zero that a value would not have: 007, 02139."""
    return any(len(text) > 1 and text[0] == "0" and text[1].isdecimal() for text in numbers)


def form(name: str, numerals: Numerals = PYTHON) -> str:
    """What is common to classes that differ in case or form only: yes and Yes, 1 and 1.0."""
    if numerals.reads(name):
        return repr(numerals.value(name))
    from unicodedata import normalize  # here: `import purenn.data` stays cheap

    return " ".join(normalize("NFKC", name).casefold().split())
