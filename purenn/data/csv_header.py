"""Has a CSV file a header? Its first record is compared with those that follow.

    a word above numbers                         -> a header
    a number above numbers, a word that recurs   -> data

A header may hold numbers too: the columns 0, 1, 2, ... of a pandas table, or years. Such
numbers count on, or lie far from all that stands below them. Where the signs disagree, the
caller must say.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import isclose, isfinite
from typing import NamedTuple

from purenn.data.csv_numbers import Numerals, is_missing, seems_number
from purenn.data.messages import DataFileError, option, shown

__all__ = ["is_header"]

SURE = 4  # rows in which all other words recur: then one in the first row only is told apart
FEW = 5  # the row 1, 2, 3 may well be data, a longer one is rather a header of numbers
YEARS = 1000  # as are numbers from here on, or from 0 on
FAR = 1.0  # in widths of a column's range: a number that far outside of it is rather a name


class _Signs(NamedTuple):
    """What the columns of the first record say, each by its number."""

    words: list[int]  # a word above numbers only
    numbers: list[int]  # a number above numbers only
    recurring: list[int]  # a word that stands below, too
    alone: list[int]  # a word, where all words below recur but never this one
    others: list[int]  # a word above other words
    counted: bool  # nothing above numbers that count the rows


def is_header(
    line: int,
    first: Sequence[str],
    sample: Sequence[Sequence[str]],
    numerals: Numerals,
    path: str,
    notes: list[str],
) -> bool:
    """Whether the first record holds names. What is not certain is a note, or DataFileError."""
    signs = _signs(first, sample, numerals)
    named = bool(signs.words or signs.counted)
    sure = named or bool(signs.alone)
    odd = _are_names(first, sample, signs.numbers, numerals, sure)
    if named and not signs.numbers and len(signs.words) + signs.counted > len(signs.recurring):
        return True
    if odd and (named or signs.alone) and not signs.recurring:
        example = shown(first[signs.numbers[0]])
        notes.append(
            f"line {line} is taken for a header, {example} for a name; "
            f"{option('header', False)} takes it for data"
        )
        return True
    if named or (odd and not signs.recurring):
        raise _cannot_tell(line, first, signs, path)
    if signs.alone and len(signs.numbers) > 1 and _are_whole([first[i] for i in signs.numbers]):
        raise _cannot_tell(line, first, signs, path)
    if not signs.numbers and not signs.recurring and (signs.alone or signs.others):
        if sample and not signs.alone and not _recur(sample):
            raise _cannot_tell(line, first, signs, path)
        return True
    notes.append(
        f"line {line} is taken for data, so the columns have no names; "
        f"{option('header', True)} takes it for a header"
    )
    return False


def _column(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place] for row in sample]


def _signs(first: Sequence[str], sample: Sequence[Sequence[str]], numerals: Numerals) -> _Signs:
    """Each column under one of the signs, or none."""
    signs = _Signs([], [], [], [], [], _counts_rows(first[0], _column(sample, 0)))
    for i, cell in enumerate(first):
        known = [row[i] for row in sample if not is_missing(row[i])]
        numeric = sum(map(seems_number, known))
        if is_missing(cell):
            continue
        if numerals.reads(cell) and (numeric or not known):
            if numeric == len(known):
                signs.numbers.append(i)
        elif known and numeric == len(known):
            signs.words.append(i)
        elif cell in known:
            signs.recurring.append(i)
        elif numeric == 0 and len(known) >= SURE and min(Counter(known).values()) > 1:
            signs.alone.append(i)
        else:
            signs.others.append(i)
    return signs


def _counts_rows(cell: str, column: Sequence[str]) -> bool:
    """An empty name above the numbers of the rows, as tables of pandas are written."""
    return not cell and bool(column) and column[0] in ("0", "1") and _count_on(list(column))


def _count_on(cells: Sequence[str]) -> bool:
    """Whole numbers, written plainly, of which each is one more than the last."""
    if not all(_is_plain_whole(cell) for cell in cells):
        return False
    numbers = list(map(int, cells))
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _is_plain_whole(cell: str) -> bool:
    digits = cell.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 16


def _are_whole(cells: Sequence[str]) -> bool:
    """Different whole numbers, written plainly: what names could be."""
    return all(map(_is_plain_whole, cells)) and len(set(cells)) == len(cells)


def _are_names(
    first: Sequence[str],
    sample: Sequence[Sequence[str]],
    columns: Sequence[int],
    numerals: Numerals,
    sure: bool,
) -> bool:
    """Whether numbers above numbers look like names: 0, 1, 2 ... or 2019, 2020 above small ones.

    sure: another column tells of a header, so that less is enough here.
    """
    cells = [first[i] for i in columns]
    if len(cells) < 2 or not sample:
        return False
    names = list(map(numerals.value, cells))
    whole = _are_whole(cells)
    if _has_even_steps(names):
        rows = [[row[i] for i in columns] for row in sample]
        rows = [row for row in rows if all(map(numerals.reads, row))]
        if sum(_has_even_steps(list(map(numerals.value, row))) for row in rows) * 2 > len(rows):
            return False  # they all do
        counted = whole and names[1] == names[0] + 1 and (names[0] == 0 or names[0] >= YEARS)
        if sure or len(cells) >= FEW or (len(cells) > 2 and counted):
            return True
    if not whole or (not sure and len(sample) < FEW):
        return False
    known = [[row[i] for row in sample if numerals.reads(row[i])] for i in columns]
    values = [list(map(numerals.value, some)) for some in known]
    broken = [sum(map(float.is_integer, some)) * FEW <= len(some) for some in values]
    if (len(cells) > 2 and all(broken)) or (names == [0, 1] and any(broken)):
        return True
    return all(map(_is_far, names, values))


def _has_even_steps(numbers: Sequence[float]) -> bool:
    """Numbers of which each is one step further than the last: 0, 1, 2 or 1990, 2000, 2010."""
    step = numbers[1] - numbers[0]
    return (step == 1 or (step != 0 and len(numbers) > 2)) and all(
        isclose(b - a, step, rel_tol=1e-6) for a, b in pairwise(numbers) if isfinite(a)
    )


def _is_far(number: float, column: Sequence[float]) -> bool:
    """Outside of the range of a column, by more than that range is wide."""
    known = [value for value in column if isfinite(value)]
    if len(known) < 2:
        return False
    low, high = min(known), max(known)
    return max(low - number, number - high) > FAR * (high - low)


def _recur(sample: Sequence[Sequence[str]]) -> bool:
    """Whether some column holds a text twice: then names would stand apart."""
    return any(len(set(_column(sample, i))) < len(sample) for i in range(len(sample[0])))


def _cannot_tell(line: int, first: Sequence[str], signs: _Signs, path: str) -> DataFileError:
    """The signs disagree: both are named, with the options that decide."""
    ways = f"{option('header', True)} or {option('header', False)}"
    word = next(iter([*signs.words, *signs.alone, *signs.others]), None)
    start = f"cannot tell whether line {line} is a header"
    if word is None:
        some = ", ".join(first[i] for i in signs.numbers[:3])
        message = f"numbers {some}, ... may be a header or data; pass {ways}"
        return DataFileError(path, message, line=line)
    found = f"found {shown(first[word])} here"
    if signs.numbers:
        number = signs.numbers[0]
        found += f" but the number {shown(first[number])} in column {number + 1}"
    else:
        found += ", which stands in no other row"
    return DataFileError(path, f"{start}: {found}; pass {ways}", line=line, column=word + 1)
