"""Random draws, bit for bit those of NumPy's legacy generator, in plain Python.

One seed gives one network on every backend, and NumPy users meet the numbers
they know: `RandomState(42).randn(2, 2)` has the bits of
`np.random.RandomState(42).randn(2, 2)`.

The engine is the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), which
Python's own `random.Random` runs as well. The two differ in how a whole number
becomes the 624 words of state: NumPy's legacy seeding is the paper's first,
`init_genrand`. We compute those words and hand them to Python's engine. How draws
are made of the raw words (53-bit doubles, polar method, mask and rejection) is
fixed by NumPy's policy for RandomState (NEP 19): it never changes again.
"""

from __future__ import annotations

from math import log, prod, sqrt

from purenn.errors import ArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, MutableSequence, Sequence
    from typing import Any

    State = tuple[str, list[int], int, int, float]

__all__ = ["RandomState"]

WORDS = 624  # the length of MT19937's state, in words of 32 bits
WORD = 0xFFFFFFFF  # the largest 32-bit word


def words_from_seed(seed: int) -> list[int]:
    """The 624 words that MT19937's `init_genrand` makes of one 32-bit number.

    w₀ = seed, wᵢ = 1812433253 · (wᵢ₋₁ ⊕ (wᵢ₋₁ >> 30)) + i   (mod 2³²)
    """
    word = seed
    words = [word]
    for i in range(1, WORDS):
        word = (1812433253 * (word ^ (word >> 30)) + i) & WORD
        words.append(word)
    return words


class RandomState:
    """A stream of random draws, fixed by its seed.

    `seed` is a whole number from 0 to 2³² − 1, or None for one taken from the
    operating system. Draws of a shape come as nested lists (rows of floats),
    draws without a shape as single numbers.

    Raises ArgumentError for a seed out of range.
    """

    def __init__(self, seed: int | None = None) -> None:
        from random import Random, SystemRandom  # not at the top: `import purenn` stays fast

        if seed is None:
            seed = SystemRandom().getrandbits(32)
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= WORD:
            raise ArgumentError(
                f"seed {seed!r}: a seed is a whole number from 0 to 4294967295 (or None)"
            )
        self.seed = seed
        self._engine = Random()
        self._spare: float | None = None  # randn makes two numbers at a time and keeps one
        self._load(words_from_seed(seed), WORDS)

    def __repr__(self) -> str:
        return f"RandomState({self.seed})"

    # ------------------------------------------------------------ draws of floats

    def rand(self, *shape: int) -> Any:
        """Draws from [0, 1): `rand()` is a float, `rand(2, 3)` two rows of three.

        Each is k / 2⁵³ for a whole k of 53 random bits.
        """
        return self._fill(self._engine.random, shape)

    def randn(self, *shape: int) -> Any:
        """Draws from the normal distribution of mean 0 and standard deviation 1."""
        return self._fill(self._gauss, shape)

    def uniform(
        self, low: float = 0.0, high: float = 1.0, size: int | Sequence[int] | None = None
    ) -> Any:
        """Draws from [low, high): low + (high − low) · rand."""
        draw, width = self._engine.random, high - low
        return self._fill(lambda: low + width * draw(), _shape(size))

    def normal(
        self, loc: float = 0.0, scale: float = 1.0, size: int | Sequence[int] | None = None
    ) -> Any:
        """Draws from the normal distribution: loc + scale · randn."""
        if not scale >= 0.0:
            raise ArgumentError(f"normal: scale is {scale!r}, must be 0 or more")
        gauss = self._gauss
        return self._fill(lambda: loc + scale * gauss(), _shape(size))

    def _gauss(self) -> float:
        """One normal draw by Marsaglia's polar method (1964).

        A point (x, y) uniform in the unit circle, r² = x² + y², gives two normal
        numbers, x·f and y·f with f = √(−2 ln r² / r²). y·f is used first.
        """
        if self._spare is not None:
            spare, self._spare = self._spare, None
            return spare
        draw = self._engine.random
        while True:
            x = 2.0 * draw() - 1.0
            y = 2.0 * draw() - 1.0
            r2 = x * x + y * y
            if 0.0 < r2 < 1.0:
                break
        f = sqrt(-2.0 * log(r2) / r2)
        self._spare = f * x
        return f * y

    # ---------------------------------------------------- draws of whole numbers

    def randint(
        self, low: int, high: int | None = None, size: int | Sequence[int] | None = None
    ) -> Any:
        """Whole numbers from low to high − 1 (from 0 to low − 1 where high is None)."""
        if high is None:
            low, high = 0, low
        if not -(2**63) <= low < high <= 2**63:
            raise ArgumentError(
                f"randint({low}, {high}): low must be below high, both within 64 bits"
            )
        largest = high - 1 - low
        return self._fill(lambda: low + self._at_most(largest), _shape(size))

    def permutation(self, x: int | Sequence[Any]) -> list[Any]:
        """The numbers 0 … x − 1 in random order, or a shuffled copy of a sequence."""
        mixed: list[Any] = list(range(x)) if isinstance(x, int) else list(x)
        self.shuffle(mixed)
        return mixed

    def shuffle(self, x: MutableSequence[Any]) -> None:
        """Shuffle in place (Fisher and Yates, from the last place down)."""
        for i in range(len(x) - 1, 0, -1):
            j = self._at_most(i)
            x[i], x[j] = x[j], x[i]

    def _at_most(self, largest: int) -> int:
        """A whole number from 0 to `largest`: mask to its bits, reject what is above."""
        bits = largest.bit_length()
        if bits > 32:
            return self._at_most_64(largest)
        mask = (1 << bits) - 1
        word = self._engine.getrandbits
        if mask == 0:
            return 0  # nothing to choose: no word is drawn
        while (value := word(32) & mask) > largest:
            pass
        return value

    def _at_most_64(self, largest: int) -> int:
        """As `_at_most` for ranges over 32 bits: two words a draw, the high word first."""
        mask = (1 << largest.bit_length()) - 1
        word = self._engine.getrandbits
        while (value := (word(32) << 32 | word(32)) & mask) > largest:
            pass
        return value

    # ----------------------------------------------------------- save and restore

    def get_state(self) -> State:
        """The state as NumPy's `get_state()` gives it, with a list for the words.

        ("MT19937", 624 words, position, 1 if randn holds a spare number, that number).
        It holds plain numbers only, so it can be written as JSON.
        """
        internal = self._engine.getstate()[1]
        spare = self._spare
        held = (0, 0.0) if spare is None else (1, spare)
        return ("MT19937", list(internal[:WORDS]), internal[WORDS], *held)

    def set_state(self, state: Sequence[Any]) -> None:
        """Go on from a state of `get_state()`, of this class or of NumPy's RandomState.

        Raises ArgumentError if it is not one; the generator is then unchanged.
        """
        try:
            name, words, position, has_spare, spare = state
            words = [int(word) for word in words]
            position, has_spare, spare = int(position), int(has_spare), float(spare)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"set_state: not a state of a RandomState ({error})") from error
        if (
            name != "MT19937"
            or len(words) != WORDS
            or not all(0 <= word <= WORD for word in words)
            or not 0 <= position <= WORDS
            or has_spare not in (0, 1)
        ):
            raise ArgumentError(
                "set_state: a state is ('MT19937', 624 words of 32 bits, "
                "position 0 to 624, 0 or 1, float)"
            )
        self._load(words, position)
        self._spare = spare if has_spare else None

    def _load(self, words: list[int], position: int) -> None:
        self._engine.setstate((3, (*words, position), None))

    @staticmethod
    def _fill(draw: Callable[[], Any], shape: Sequence[int]) -> Any:
        """Draws in row-major order, nested as the shape says."""
        if not shape:
            return draw()
        if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in shape):
            raise ArgumentError(f"shape {tuple(shape)}: sizes are whole numbers, 0 or more")
        values = [draw() for _ in range(prod(shape))]
        for n in reversed(shape[1:]):
            values = [values[i * n : i * n + n] for i in range(len(values) // n)] if n else []
        return values


def _shape(size: int | Sequence[int] | None) -> tuple[int, ...]:
    if size is None:
        return ()
    return (size,) if isinstance(size, int) else tuple(size)
