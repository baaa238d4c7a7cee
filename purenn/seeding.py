"""The 624 words that the Mersenne Twister starts from: of a seed, or of a saved state.

NumPy's legacy seeding is the one of the generator's authors, frozen by NEP 19: a whole
number goes through `init_genrand`, a sequence of them through `init_by_array`
(Matsumoto and Nishimura, mt19937ar.c, 2002). Python's own `random.Random` always takes
the second way, which is why its draws for one seed are others.

A word is a whole number of 32 bits; all arithmetic is modulo 2³².
"""

from __future__ import annotations

from math import isfinite

from purenn.checks import as_real, as_whole, short
from purenn.errors import ArgumentError
from purenn.sequences import items_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["WORD", "WORDS", "checked_seed", "checked_state", "new_seed", "words_of"]

WORDS = 624  # the length of MT19937's state, in words
WORD = 0xFFFFFFFF  # the largest word


def new_seed() -> int:
    """A seed from the operating system."""
    from random import SystemRandom  # not at the top: `import purenn` stays fast

    return SystemRandom().getrandbits(32)


def checked_seed(seed: Any) -> int | tuple[int, ...]:
    """A seed as Python's numbers: a word, or one or more words.

    An array of a single number counts as that number, as in NumPy; a list of one does not.

    Raises ArgumentError for anything else.
    """
    squeezed = seed.squeeze() if hasattr(seed, "squeeze") else seed
    items = items_of(squeezed)
    words = _words([squeezed] if items is None else items)
    if not words:
        raise ArgumentError(
            f"seed {short(seed)}: a seed is a whole number from 0 to {WORD}, "
            "a sequence of one or more of them, or None"
        )
    return words[0] if items is None else tuple(words)


def checked_state(state: Any) -> tuple[list[int], int, float | None]:
    """The words, the position and the spare number (or None) of a state in any of its forms.

    Raises ArgumentError for anything else.
    """
    try:
        if isinstance(state, dict):  # NumPy's get_state(legacy=False)
            twister = state["state"]
            parts = [state["bit_generator"], twister["key"], twister["pos"]]
            parts += [state.get("has_gauss", 0), state.get("gauss", 0.0)]
        else:
            parts = list(state)
        name, key, position, has_spare, spare = parts if len(parts) != 3 else [*parts, 0, 0.0]
    except (KeyError, TypeError, ValueError) as error:
        raise ArgumentError(f"set_state: not a state of a RandomState ({error})") from error
    words, position = _words(items_of(key) or []), as_whole(position)
    has_spare, spare = as_whole(has_spare), as_real(spare)
    if (
        not (isinstance(name, str) and name == "MT19937")
        or len(words) != WORDS
        or not any(words[1:])  # zeros would give zeros for ever
        or position is None
        or not 0 <= position <= WORDS
        or has_spare not in (0, 1)
        or spare is None
        or not isfinite(spare)
    ):
        raise ArgumentError(
            "set_state: a state is ('MT19937', 624 words of 32 bits, not all of them 0, "
            "position 0 to 624, 0 or 1, float)"
        )
    return words, position, spare if has_spare else None


def _words(items: list[Any]) -> list[int]:
    """The items as ints, if every one is a word; else none at all."""
    numbers = map(as_whole, items)
    words = [number for number in numbers if number is not None and 0 <= number <= WORD]
    return words if len(words) == len(items) else []


def words_of(seed: int | tuple[int, ...]) -> list[int]:
    """The 624 words for a checked seed."""
    return _init_genrand(seed) if isinstance(seed, int) else _init_by_array(seed)


def _init_genrand(seed: int) -> list[int]:
    """w₀ = seed, wᵢ = 1812433253 · (wᵢ₋₁ ⊕ (wᵢ₋₁ >> 30)) + i"""
    word = seed
    words = [word]
    for i in range(1, WORDS):
        word = (1812433253 * (word ^ (word >> 30)) + i) & WORD
        words.append(word)
    return words


def _init_by_array(key: tuple[int, ...]) -> list[int]:
    """Stir the key k₀ … into words that are there, twice around the state.

    wᵢ ← (wᵢ ⊕ 1664525 · (wᵢ₋₁ ⊕ (wᵢ₋₁ >> 30))) + kⱼ + j   until all k and all w had their turn
    wᵢ ← (wᵢ ⊕ 1566083941 · (wᵢ₋₁ ⊕ (wᵢ₋₁ >> 30))) − i      for each w but one

    w₀ has no turn: it becomes a copy of w₆₂₃ whenever i comes around, and in the end 2³¹.
    """
    words = _init_genrand(19650218)
    i = 0
    for turn in range(max(WORDS, len(key))):
        i, j = _next(words, i), turn % len(key)
        words[i] = ((words[i] ^ 1664525 * _mixed(words[i - 1])) + key[j] + j) & WORD
    for _ in range(WORDS - 1):
        i = _next(words, i)
        words[i] = ((words[i] ^ 1566083941 * _mixed(words[i - 1])) - i) & WORD
    words[0] = 0x80000000  # never are all words 0
    return words


def _next(words: list[int], i: int) -> int:
    """The place after i, of the places 1 to 623."""
    if i < WORDS - 1:
        return i + 1
    words[0] = words[-1]
    return 1


def _mixed(word: int) -> int:
    return word ^ (word >> 30)
