"""Random draws, bit for bit those of NumPy's legacy generator, in plain Python.

One seed gives one network on every backend, and NumPy users meet the numbers
they know: `RandomState(42).randn(2, 2)` has the bits of
`np.random.RandomState(42).randn(2, 2)`.

The engine is the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), which
Python's own `random.Random` runs as well. The two differ in how a seed becomes the 624
words of state, which is told in purenn/seeding.py: we compute the words and hand them
to Python's engine. How draws are made of the raw words (53-bit doubles, polar method,
mask and rejection) is fixed by NumPy's policy for RandomState (NEP 19): it never
changes again.
"""

from __future__ import annotations

from itertools import accumulate
from math import isfinite, log, prod, sqrt

from purenn.checks import LARGEST_WHOLE, as_real, as_whole, real, short, whole
from purenn.errors import ArgumentError, RangeError
from purenn.seeding import WORDS, checked_seed, checked_state, new_seed, words_of
from purenn.sequences import items_of, swapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random
    from typing import Any, SupportsIndex

    Size = SupportsIndex | Sequence[SupportsIndex] | None
    State = tuple[str, list[int], int, int, float]

__all__ = ["RandomState"]

# The spacing of numbers near 1, for probabilities that were rounded to fewer bits than 53.
SPACINGS = {"float16": 2.0**-10, "float32": 2.0**-23}


class RandomState:
    """A stream of random draws, fixed by its seed.

    `seed` is a whole number from 0 to 2³² − 1, a sequence of such numbers, or None for a
    number taken from the operating system; `initial_seed` is what it was. Draws of a shape
    come as nested lists (rows of floats), draws without a shape as single numbers.

    Raises ArgumentError for a seed out of range.
    """

    _spare: float | None  # randn makes two numbers at a time and keeps one

    def __init__(self, seed: SupportsIndex | Sequence[SupportsIndex] | None = None) -> None:
        self._engine = _new_engine()
        self.seed(seed)

    def seed(self, seed: SupportsIndex | Sequence[SupportsIndex] | None = None) -> None:
        """Begin again, as RandomState(seed) does."""
        self.initial_seed = new_seed() if seed is None else checked_seed(seed)
        self._load(words_of(self.initial_seed), WORDS, None)

    def __repr__(self) -> str:
        return f"RandomState({short(self.initial_seed)})"

    # ------------------------------------------------------------ draws of floats

    def rand(self, *shape: SupportsIndex) -> Any:
        """Draws from [0, 1): `rand()` is a float, `rand(2, 3)` two rows of three.

        Each is k / 2⁵³ for a whole k of 53 random bits.
        """
        return _fill(self._engine.random, shape)

    def random_sample(self, size: Size = None) -> Any:
        """As `rand`, with the shape in one argument: `random_sample((2, 3))`."""
        return _fill(self._engine.random, _shape(size))

    random = random_sample

    def randn(self, *shape: SupportsIndex) -> Any:
        """Draws from the normal distribution of mean 0 and standard deviation 1."""
        return _fill(self._gauss, shape)

    def standard_normal(self, size: Size = None) -> Any:
        """As `randn`, with the shape in one argument."""
        return _fill(self._gauss, _shape(size))

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Size = None) -> Any:
        """Draws from [low, high): low + (high − low) · rand.

        Raises RangeError if high − low is not finite.
        """
        start, end = as_real(low), as_real(high)
        if start is None or end is None:
            found = f"uniform({short(low)}, {short(high)})"
            raise ArgumentError(f"{found}: low and high must be numbers, each a single one")
        draw, width = self._engine.random, end - start
        if not isfinite(width):
            raise RangeError(
                f"uniform({start}, {end}): high - low must be finite; where it is too large for "
                "a float, draw between the halves of both and double what comes"
            )
        return _fill(lambda: start + width * draw(), _shape(size))

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: Size = None) -> Any:
        """Draws from the normal distribution: loc + scale · randn.

        Where the sum is beyond the largest float it is infinite, as in NumPy.
        """
        mean, deviation = real(loc, "normal: loc"), real(scale, "normal: scale", least=0.0)
        gauss = self._gauss
        return _fill(lambda: mean + deviation * gauss(), _shape(size))

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
        self,
        low: SupportsIndex,
        high: SupportsIndex | None = None,
        size: Size = None,
        dtype: Any = int,
    ) -> Any:
        """Whole numbers from low to high − 1 (from 0 to low − 1 where high is None).

        They are NumPy's 64-bit ones: `dtype` is int or int64, others would draw other bits.
        """
        if str(getattr(dtype, "__name__", dtype)) not in ("int", "int64"):
            raise ArgumentError(f"randint: dtype is {short(dtype)}, must be int or int64")
        shape = _shape(size)
        start, end = (0, as_whole(low)) if high is None else (as_whole(low), as_whole(high))
        if start is None or end is None or not (-(2**63) <= start < end <= 2**63 or 0 in shape):
            ends = (0, low) if high is None else (low, high)
            raise ArgumentError(
                f"randint({', '.join(map(short, ends))}): low must be below high, "
                "both whole numbers within 64 bits"
            )
        largest = end - 1 - start
        return _fill(lambda: start + self._at_most(largest), shape)

    def permutation(self, x: SupportsIndex | Sequence[Any]) -> list[Any]:
        """The numbers 0 … x − 1 in random order, or the items of a sequence.

        Rows of an array come as lists of numbers, and share nothing with it; to keep an
        array one, take its rows in the order of `permutation(len(x))`.
        """
        if type(x) is int and 0 <= x <= LARGEST_WHOLE:  # the rows of an epoch, at once
            mixed = list(range(x))
        elif (items := items_of(x)) is not None:
            mixed = items
        else:
            mixed = list(range(whole(x, "permutation: x", 0, also=", or a sequence")))
        self.shuffle(mixed)
        return mixed

    def shuffle(self, x: Any) -> None:
        """Shuffle a list or an array in place (Fisher and Yates, from the last place down).

        An array of any library is shuffled along its first axis: rows keep their numbers.

        Raises ArgumentError for what has no places to write into, such as a tuple.
        """
        draw = self._at_most
        if type(x) is list:
            for i in range(len(x) - 1, 0, -1):
                j = draw(i)
                x[i], x[j] = x[j], x[i]
            return
        n, swap = swapper(x, "shuffle")
        for i in range(n - 1, 0, -1):
            swap(i, draw(i))

    def _at_most(self, largest: int) -> int:
        """A whole number from 0 to `largest`: mask to its bits, reject what is above."""
        bits = largest.bit_length()
        if bits > 32:
            return self._at_most_64(largest)
        mask = (1 << bits) - 1
        if mask == 0:
            return 0  # nothing to choose: no word is drawn
        word = self._engine.getrandbits
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

    # ------------------------------------------------------------- draws from a sequence

    def choice(
        self,
        a: SupportsIndex | Sequence[Any],
        size: Size = None,
        replace: bool = True,
        p: Sequence[float] | None = None,
    ) -> Any:
        """Items of a sequence, or of 0 … a − 1 where a is a whole number.

        replace  False: none is taken twice
        p        the probability of each; None: all have the same

        Raises ArgumentError for rows (choose their numbers), for more draws than there are
        items to take, and for a p that does not hold a probability for each or sum to 1.
        """
        items, shape = items_of(a), _shape(size)
        n = whole(a, "choice: a", 0, 2**63, also=", or a sequence") if items is None else len(items)
        weights = None if p is None else _probabilities(p, n)
        _check_choice(items, n, prod(shape), replace, weights)
        if weights is not None:
            places = (self._weighted if replace else self._weighted_once)(weights, prod(shape))
        elif replace:
            places = [self._at_most(n - 1) for _ in range(prod(shape))]
        else:
            places = self.permutation(n)[: prod(shape)]
        return _nested(places if items is None else [items[i] for i in places], shape)

    def _weighted(self, p: Sequence[float], count: int) -> list[int]:
        """Places with these probabilities: i where p₀ + … + pᵢ is the first sum above a draw."""
        from bisect import bisect  # not at the top: `import purenn` stays fast

        sums = list(accumulate(p))
        reached = [s / sums[-1] for s in sums]
        return [bisect(reached, self._engine.random()) for _ in range(count)]

    def _weighted_once(self, p: Sequence[float], count: int) -> list[int]:
        """Different places: those that came up get probability 0, and what lacks is drawn anew."""
        found: dict[int, None] = {}
        while len(found) < count:
            left = [0.0 if i in found else weight for i, weight in enumerate(p)]
            found |= dict.fromkeys(self._weighted(left, count - len(found)))
        return list(found)

    # ----------------------------------------------------------- save and restore

    def get_state(self, legacy: bool = True) -> Any:
        """The state as NumPy's `get_state()` gives it, with a list for the words.

        ("MT19937", 624 words, position, 1 if randn holds a spare number, that number).
        It holds plain numbers only, so it can be written as JSON.
        """
        internal = self._engine.getstate()[1]
        spare = self._spare
        held = (0, 0.0) if spare is None else (1, spare)
        words, position = list(internal[:WORDS]), internal[WORDS]
        if legacy:
            return ("MT19937", words, position, *held)
        twister = {"key": words, "pos": position}
        return {
            "bit_generator": "MT19937", "state": twister, "has_gauss": held[0], "gauss": held[1],
        }  # fmt: skip

    def set_state(self, state: Sequence[Any] | dict[str, Any]) -> None:
        """Go on from a state of `get_state()`, of this class or of NumPy's RandomState.

        It may end after the position (no spare number is held then), or be NumPy's
        dictionary. Raises ArgumentError if it is no state; nothing changes then.
        """
        self._load(*checked_state(state))

    def _load(self, words: list[int], position: int, spare: float | None) -> None:
        self._engine.setstate((3, (*words, position), None))
        self._spare = spare

    def __getstate__(self) -> dict[str, Any]:
        """For copy and pickle: a copy has an engine of its own."""
        return {**self.__dict__, "_engine": self.get_state()}

    def __setstate__(self, attributes: dict[str, Any]) -> None:
        self.__dict__.update(attributes, _engine=_new_engine())
        self.set_state(attributes["_engine"])


def _new_engine() -> Random:
    from random import Random  # not at the top: `import purenn` stays fast

    return Random(0)


# ------------------------------------------------------------------ checks for choice


def _check_choice(
    items: list[Any] | None, n: int, count: int, replace: Any, p: Sequence[float] | None
) -> None:
    if items and items_of(items[0]) is not None:
        raise ArgumentError(
            f"choice: {short(items[0])} is a row, needed are single items; "
            f"choose the numbers of rows: choice({n})"
        )
    if items_of(replace) is not None:
        raise ArgumentError(
            f"choice: replace is {short(replace)}, must be True or False; probabilities go in as p="
        )
    different = n if p is None else sum(weight > 0.0 for weight in p)
    if count > different and not (replace and n):
        kind = "" if p is None else " of a probability above 0"
        mend = "" if replace else "; replace=True lets items come up again"
        raise ArgumentError(f"choice: {count} to draw from {different or 'nothing'}{kind}{mend}")


def _probabilities(p: Any, n: int) -> list[float]:
    """p as floats, one for each of n items, that are 0 or more and sum to 1."""
    items = items_of(p)
    if items is None or len(items) != n:
        found = short(p) if items is None else f"{len(items)} numbers"
        raise ArgumentError(f"choice: p is {found}, must be a probability for each of {n} items")
    weights = []
    for place, item in enumerate(items):
        weight = as_real(item)
        if weight is None or not weight >= 0.0:
            raise ArgumentError(f"choice: p[{place}] is {short(item)}, must be 0 or more")
        weights.append(weight)
    total = sum(weights)
    spacing = SPACINGS.get(str(getattr(p, "dtype", "")).rpartition(".")[2], 2.0**-52)
    if not abs(total - 1.0) <= sqrt(spacing):
        raise ArgumentError(f"choice: p sums to {total:.9g}, not to 1; divide each by that sum")
    return weights


# --------------------------------------------------------------------------- shapes


def _shape(size: Any) -> tuple[int, ...]:
    """The shape for a `size`: None is that of a single number, 3 is (3,)."""
    if size is None:
        return ()
    sizes = items_of(size)
    return _checked((size,) if sizes is None else sizes)


def _checked(shape: Sequence[Any]) -> tuple[int, ...]:
    sizes = tuple(n for n in map(as_whole, shape) if n is not None and n >= 0)
    if len(sizes) != len(shape):
        nested = any(items_of(n) is not None for n in shape)
        mend = "; rand and randn take them one by one, as rand(2, 3)" if nested else ""
        found = short(tuple(shape))
        raise ArgumentError(f"shape {found}: sizes are whole numbers, 0 or more{mend}")
    if prod(sizes) > LARGEST_WHOLE:
        raise ArgumentError(f"shape {short(sizes)}: no memory holds so many numbers")
    return sizes


def _fill(draw: Callable[[], Any], shape: Sequence[Any]) -> Any:
    """Draws in row-major order, nested as the shape says; a single one for the shape ()."""
    if not shape:
        return draw()
    sizes = _checked(shape)
    return _nested([draw() for _ in range(prod(sizes))], sizes)


def _nested(values: list[Any], shape: Sequence[int]) -> Any:
    """Values in row-major order as nested lists, from the innermost rows out."""
    for axis in range(len(shape) - 1, 0, -1):
        n = shape[axis]
        values = [values[i * n : i * n + n] for i in range(prod(shape[:axis]))]
    return values if shape else values[0]
