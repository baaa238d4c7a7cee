"""RandomState: NumPy's legacy draws bit for bit, against stored numbers and NumPy itself."""

import ctypes
import importlib.util
import json
import pickle
from array import array
from collections import UserList, deque
from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from math import log, prod, sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purenn.errors import ArgumentError, PurennError, RangeError
from purenn.random import RandomState

HERE = Path(__file__).parent / "reference"
REFERENCE = json.loads((HERE / "tutorials.json").read_text(encoding="utf-8"))
STORED = json.loads((HERE / "random_state.json").read_text(encoding="utf-8"))
with_numpy = pytest.mark.skipif(
    importlib.util.find_spec("numpy") is None, reason="NumPy is not installed"
)
against_numpy = settings(max_examples=25, derandomize=True, database=None, deadline=None)
seeds = st.sampled_from((0, 1, 42, 2**31, 2**32 - 1)) | st.integers(0, 2**32 - 1)


def flat(values: Any) -> list[Any]:
    """The numbers of nested lists (or of an array), in order."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    return [a for v in values for a in flat(v)] if isinstance(values, list) else [values]


def hexadecimal(values: Any) -> list[str]:
    return [float(value).hex() for value in flat(values)]


# ------------------------------------------------------------------- stored draws


@pytest.mark.parametrize("seed", ["42", "0", "1"])
def test_stored_draws_bit_for_bit(seed: str) -> None:
    expected = REFERENCE[seed]["draws"]
    random = RandomState(int(seed))
    assert hexadecimal(random.rand(3, 4)) == expected["rand"]
    assert hexadecimal(random.randn(3, 3)) == expected["randn"]
    assert hexadecimal(random.uniform(-0.5, 0.5, (2, 5))) == expected["uniform"]
    assert random.permutation(17) == expected["permutation"]
    assert hexadecimal(random.randn(2, 2)) == expected["randn_after"]
    assert random.randint(0, 10, 12) == expected["randint"]
    assert hexadecimal(random.rand(2)) == expected["rand_last"]


P = [0.1, 0.0, 0.3, 0.45, 0.15]
CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("random_sample", ((2, 2),)),
    ("standard_normal", (3,)),
    ("choice", (10, 4)),
    ("choice", (10, 4, False)),
    ("random", (2,)),
    ("choice", (5, (2, 3), True, P)),
    ("choice", (5, 4, False, P)),
    ("choice", (["a", "b", "c", "d"], 3)),
    ("choice", ([0.5, 1.5, 2.5],)),
    ("randint", (-(2**40), 2**40, 2)),
    ("permutation", ([[1, 2], [3, 4], [5, 6], [7, 8]],)),
    ("normal", (1.0, 0.5, (1, 2))),
    ("uniform", (-2.0, 3.0)),
]
SEEDS: list[Any] = [0, 42, 2**32 - 1, [7], [1, 2, 3], [0, 2**32 - 1], range(1000)]


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_stored_draws_from_seeds_of_every_kind(seed: Any) -> None:
    random = RandomState(seed)
    drawn = [getattr(random, name)(*arguments) for name, arguments in CALLS]
    assert drawn == STORED[str(seed)]


# ---------------------------------------------------------------------------- seeds


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=700))
def test_words_as_a_seed_go_the_way_of_pythons_own_seeding(words: list[int]) -> None:
    """random.Random takes a whole number as the words that it is written with, no 0 in front."""
    from random import Random

    words[-1] = words[-1] or 1
    python = Random(sum(word << 32 * place for place, word in enumerate(words)))
    random = RandomState(words)
    assert random.get_state()[1] == list(python.getstate()[1][:-1])
    assert random.rand(3) == [python.random() for _ in range(3)]
    assert random.get_state()[1] == list(python.getstate()[1][:-1])


def test_seed_begins_again_in_place() -> None:
    random = RandomState(1)
    random.randn(3)  # a spare number is held, and dropped
    random.seed(7)
    assert repr(random) == "RandomState(7)"
    assert random.randn(5) == RandomState(7).randn(5)
    random.seed([1, 2])
    assert repr(random) == "RandomState((1, 2))"
    assert random.randn(5) == RandomState((1, 2)).randn(5)
    random.seed()
    assert isinstance(random.initial_seed, int)
    assert random.rand(2) == RandomState(random.initial_seed).rand(2)


def test_a_refused_seed_changes_nothing() -> None:
    random = RandomState(1)
    expected = RandomState(1).randn(4)
    assert random.randn() == expected[0]
    bad: Any = "7"
    with pytest.raises(ArgumentError):
        random.seed(bad)
    assert random.initial_seed == 1
    assert random.randn(3) == expected[1:]


class Whole:
    """A number of some other library: all that it offers is __index__."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


def test_whole_numbers_are_what_index_takes() -> None:
    one, two, five = Whole(1), Whole(2), Whole(5)
    assert RandomState(five).rand() == RandomState(5).rand()
    assert RandomState([one, two]).rand() == RandomState([1, 2]).rand()
    assert type(RandomState(five).initial_seed) is int
    draws: list[Callable[[RandomState, Any, Any], Any]] = [
        lambda r, a, b: r.rand(a, b),
        lambda r, a, b: r.randn(b),
        lambda r, a, b: r.uniform(size=b),
        lambda r, a, b: r.normal(size=(a, b)),
        lambda r, a, b: r.randint(a, b, b),
        lambda r, a, b: r.permutation(b),
        lambda r, a, b: r.choice(b, b),
    ]
    for draw in draws:
        assert draw(RandomState(0), two, five) == draw(RandomState(0), 2, 5)
    state: Any = ("MT19937", [Whole(word) for word in WORDS], Whole(624), Whole(0), 0)
    random = RandomState(3)
    random.set_state(state)
    assert random.rand() == RandomState(0).rand()


# --------------------------------------------------------------- shapes and repeats


def test_shapes() -> None:
    random = RandomState(0)
    for draw in (random.rand, random.randn):
        assert isinstance(draw(), float)
        assert [len(row) for row in draw(2, 3)] == [3, 3]
        assert len(draw(4)) == 4
        assert [[len(c) for c in b] for b in draw(2, 3, 4)] == [[4, 4, 4], [4, 4, 4]]
    assert isinstance(random.uniform(), float)
    assert isinstance(random.normal(), float)
    assert isinstance(random.randint(9), int)
    assert random.rand(0) == random.rand(0, 2) == random.rand(0, 2, 3) == []
    assert random.rand(2, 0) == random.randint(9, size=(2, 0)) == random.rand(2, 0, 3) == [[], []]
    assert random.rand(2, 1, 0) == random.choice(3, (2, 1, 0)) == [[[]], [[]]]
    assert len(random.normal(0, 1, 3)) == 3
    assert len(random.uniform(size=[2, 2])) == 2


def test_a_seed_repeats_and_another_does_not() -> None:
    assert RandomState(5).rand(9) == RandomState(5).rand(9) != RandomState(6).rand(9)


def test_without_a_seed_every_generator_is_its_own() -> None:
    first, second = RandomState(), RandomState()
    assert first.rand(4) != second.rand(4)
    assert RandomState(second.initial_seed).rand(4) == RandomState(second.initial_seed).rand(4)
    again = RandomState()
    assert RandomState(again.initial_seed).rand(4) == again.rand(4)
    drawn = [RandomState().get_state()[1][0] for _ in range(60)]  # the first word is the seed
    assert max(drawn) >= 2**31  # of all 32 bits
    assert len(set(drawn)) > 50


def test_pythons_own_random_is_left_alone() -> None:
    import random

    random.seed(1)
    expected = random.random()
    random.seed(1)
    RandomState(7).randn(10)
    assert random.random() == expected


def test_repr() -> None:
    assert repr(RandomState(42)) == "RandomState(42)"
    assert repr(RandomState([1, 2])) == "RandomState((1, 2))"
    assert repr(RandomState(range(700))) == "RandomState(a long tuple)"


def test_uniform_and_normal_are_scaled_draws() -> None:
    assert RandomState(3).uniform(-2, 4, 5) == [-2 + 6 * u for u in RandomState(3).rand(5)]
    assert RandomState(3).normal(1, 2, 5) == [1 + 2 * z for z in RandomState(3).randn(5)]
    assert RandomState(3).normal(1, 0, 2) == [1.0, 1.0]
    assert RandomState(3).uniform(size=5) == RandomState(3).rand(5)
    assert RandomState(3).normal(size=5) == RandomState(3).randn(5)


def test_points_on_the_rim_and_in_the_middle_are_drawn_again() -> None:
    """Of the polar method: there r² is 1 or 0, and the formula has no value."""
    random, draws = RandomState(0), iter((0.0, 0.5, 0.5, 0.5, 0.25, 0.75))
    engine: Any = SimpleNamespace(random=draws.__next__)
    random._engine = engine
    assert random.randn() == -random.randn() == sqrt(-2.0 * log(0.5) / 0.5) / 2.0
    assert next(draws, None) is None


def test_permutation_and_shuffle() -> None:
    letters = list("abcdefgh")
    assert RandomState(1).permutation(letters) == [
        letters[i] for i in RandomState(1).permutation(8)
    ]
    assert letters == list("abcdefgh")
    RandomState(1).shuffle(letters)
    assert letters == RandomState(1).permutation(tuple("abcdefgh"))
    assert RandomState(1).permutation(1) == [0]
    assert RandomState(1).permutation(0) == []


def test_randint_reaches_both_ends() -> None:
    assert set(RandomState(0).randint(-1, 2, 200)) == {-1, 0, 1}
    assert RandomState(0).randint(5, 6, 3) == [5, 5, 5]
    assert all(0 <= value < 3 for value in RandomState(0).randint(3, size=50))
    for bits in (32, 33, 34, 63):
        values = RandomState(0).randint(2**bits, size=50)
        assert 0 <= min(values) < 2**bits / 4 < 2**bits * 3 / 4 < max(values) < 2**bits


def test_nothing_is_drawn_of_an_empty_range_where_nothing_is_asked() -> None:
    random = RandomState(0)
    assert random.randint(0, size=0) == random.choice([], 0) == random.choice(0, 0) == []
    assert random.rand() == RandomState(0).rand()


# --------------------------------------------------------------------------- shuffle


def places(x: Any) -> list[Any]:
    return [x[i] for i in range(len(x))]


MUTABLE: dict[str, Callable[[], Any]] = {
    "list": lambda: [*range(7)],
    "list of lists": lambda: [[i, -i] for i in range(7)],
    "deque": lambda: deque(range(7)),
    "UserList": lambda: UserList(range(7)),
    "bytearray": lambda: bytearray(range(7)),
    "array of floats": lambda: array("d", range(7)),
    "array of large numbers": lambda: array("q", range(2**40, 2**40 + 7)),
    "memoryview": lambda: memoryview(bytearray(range(7))),
    "memoryview of floats": lambda: memoryview(array("d", range(7)))[::-1],
    "ctypes numbers": lambda: (ctypes.c_double * 7)(*range(7)),
}


@pytest.mark.parametrize("empty", [[], deque(), bytearray(), array("d"), UserList()])
def test_shuffle_of_nothing(empty: Any) -> None:
    random = RandomState(0)
    random.shuffle(empty)
    assert list(empty) == random.permutation(empty) == []
    assert random.rand() == RandomState(0).rand()


@pytest.mark.parametrize("name", MUTABLE)
def test_shuffle_moves_the_items_of_any_sequence(name: str) -> None:
    sequence, before = MUTABLE[name](), places(MUTABLE[name]())
    RandomState(3).shuffle(sequence)
    order = RandomState(3).permutation(7)
    assert places(sequence) == [before[i] for i in order] != before
    assert RandomState(3).permutation(MUTABLE[name]()) == places(sequence)


def test_shuffle_keeps_the_items_of_a_sequence_that_holds_them() -> None:
    for items in ([[i] for i in range(7)], UserList([i] for i in range(7))):
        before = {id(item) for item in items}
        RandomState(3).shuffle(items)
        assert {id(item) for item in items} == before


class Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_int))


class Windows(Sequence[Any]):
    """Rows that are made anew whenever one is asked for, and write through to one memory."""

    def __init__(self) -> None:
        self.numbers = [*range(14)]

    def __len__(self) -> int:
        return 7

    def __getitem__(self, i: Any) -> Any:
        return Window(self.numbers, i)

    def __setitem__(self, i: int, row: "Window") -> None:
        self.numbers[2 * i : 2 * i + 2] = row.plain()


class Window:
    def __init__(self, numbers: list[int], i: int) -> None:
        self.numbers, self.i = numbers, i

    def plain(self) -> list[int]:
        return self.numbers[2 * self.i : 2 * self.i + 2]


def test_shuffle_of_items_that_are_views() -> None:
    order = RandomState(3).permutation(7)
    pairs = [[2 * i, 2 * i + 1] for i in order]
    pair = ctypes.c_int * 2
    rows = (pair * 7)(*(pair(2 * i, 2 * i + 1) for i in range(7)))
    RandomState(3).shuffle(rows)
    assert [list(row) for row in rows] == pairs
    points = (Point * 7)(*(Point(2 * i, 2 * i + 1) for i in range(7)))
    RandomState(3).shuffle(points)
    assert [[point.x, point.y] for point in points] == pairs
    windows = Windows()
    RandomState(3).shuffle(windows)
    assert [row.plain() for row in places(windows)] == pairs


class Standard:
    """An array with what the array API standard promises, and no more: no len, no tolist.

    A row is named x[i, ...] and is a window on the same numbers.
    """

    def __init__(self, numbers: list[Any], *shape: int, dtype: str = "float64") -> None:
        self.numbers, self.shape, self.dtype, self.start = numbers, shape, dtype, 0
        self.ndim = len(shape)

    def __getitem__(self, key: Any) -> "Standard":
        if self.ndim == 1 and isinstance(key, int):
            key = (key, ...)
        if not isinstance(key, tuple) or key[1:] != (...,) or not 0 <= key[0] < self.shape[0]:
            raise IndexError(f"there is no {key}")
        part = Standard(self.numbers, *self.shape[1:], dtype=self.dtype)
        part.start = self.start + key[0] * prod(part.shape)
        return part

    def __setitem__(self, key: Any, value: "Standard") -> None:
        part, count = self[key], prod(value.shape)
        self.numbers[part.start : part.start + count] = value.held()

    def held(self) -> list[Any]:
        return self.numbers[self.start : self.start + prod(self.shape)]

    def __index__(self) -> int:
        if self.shape == () and self.dtype == "int64":
            return int(self.numbers[self.start])
        raise TypeError("only a whole number is an index")

    def __float__(self) -> float:
        return float(self.numbers[self.start])


@pytest.mark.parametrize("shape", [(7,), (7, 2), (7, 2, 2), (1, 3)])
def test_arrays_that_offer_the_standard_alone(shape: tuple[int, ...]) -> None:
    count, width = prod(shape), prod(shape[1:])
    order = RandomState(3).permutation(shape[0])
    expected = [i * width + j for i in order for j in range(width)]
    for dtype, kind in (("float64", float), ("int64", int)):
        x: Any = Standard([*range(count)], *shape, dtype=dtype)
        mixed = RandomState(3).permutation(x)
        assert x.numbers == [*range(count)]
        assert flat(mixed) == expected
        assert {type(number) for number in flat(mixed)} == {kind}
        RandomState(3).shuffle(x)
        assert x.numbers == expected
        words: Any = Standard([*range(count)], count, dtype="int64")
        assert RandomState(words).rand() == RandomState(range(count)).rand()


def test_an_array_item_that_is_no_number_stays_what_it_is() -> None:
    x: Any = Standard([True, False], 2, dtype="bool")
    assert sorted(item.held() for item in RandomState(0).permutation(x)) == [[False], [True]]


@pytest.mark.parametrize("shape", [(5, 0), (5, 2, 0), (0, 5), (0,)])
def test_an_array_without_numbers(shape: tuple[int, ...]) -> None:
    """Nothing is drawn to shuffle it; permutation draws the order of its rows, as NumPy does."""
    x: Any = Standard([], *shape)
    random = RandomState(0)
    random.shuffle(x)
    assert random.get_state() == RandomState(0).get_state()
    assert len(random.permutation(x)) == shape[0]
    drawn = RandomState(0)
    drawn.permutation(shape[0])
    assert random.get_state() == drawn.get_state()


class Named(UserList[int]):
    """A table, as of pandas: x[0] gives and takes a column."""

    columns = (0, 1)


def test_shuffle_of_what_has_no_places() -> None:
    read_only: list[Any] = [memoryview(bytes(3)), memoryview(bytes(1))]
    table: Any = memoryview(bytearray(6)).cast("B", [3, 2])
    bad: list[Any] = [
        (1, 2, 3), (), "abc", "", b"abc", range(3), {1, 2}, set(), {0: 1, 1: 0}, {}, {0: 1}.keys(),
        iter([1, 2]), 5, None, list, *read_only, table, Named(),
    ]  # fmt: skip
    random = RandomState(4)
    for x in bad:
        with pytest.raises(ArgumentError, match=r"shuffle: cannot move the items of .* in place"):
            random.shuffle(x)
    assert random.rand(3) == RandomState(4).rand(3)


def test_permutation_of_rows_shares_nothing_with_a_memory() -> None:
    rows = memoryview(bytearray(range(6))).cast("B", [3, 2])
    assert sorted(RandomState(0).permutation(rows)) == [[0, 1], [2, 3], [4, 5]]


# --------------------------------------------------------------------------- choice


def test_choice_of_numbers_and_of_items() -> None:
    names = ["a", "b", "c", "d"]
    for options in ({}, {"replace": False}, {"p": [0.1, 0.2, 0.3, 0.4]}):
        numbers = RandomState(5).choice(4, (2, 2), **options)
        items = RandomState(5).choice(names, (2, 2), **options)
        assert items == [[names[i] for i in row] for row in numbers]
        assert RandomState(5).choice(names, **options) in names
        assert RandomState(5).choice(tuple(names), (), **options) in names
    assert sorted(RandomState(5).choice(names, 4, replace=False)) == names
    assert RandomState(5).choice(2**63) == RandomState(5).randint(2**63)


def test_choice_never_takes_what_has_no_probability() -> None:
    p = [0.0, 0.5, 0.0, 0.5, 0.0]
    assert set(RandomState(0).choice(5, 200, p=p)) == {1, 3}
    assert sorted(RandomState(0).choice(5, 2, False, p)) == [1, 3]
    assert RandomState(0).choice(5, 2, False, [1 - 1e-300, 1e-300, 0, 0, 0]) == [0, 1]


@pytest.mark.parametrize(
    "arguments,message",
    [
        ((0,), "choice: 1 to draw from nothing$"),
        (([], 2), "choice: 2 to draw from nothing$"),
        ((-1,), "choice: a is -1, must be a whole number"),
        ((5.0,), "choice: a is 5.0, must be a whole number .*, or a sequence"),
        ((True,), "choice: a is True, must be"),
        (("abc",), "choice: a is 'abc', must be"),
        (({1, 2},), "choice: a is {1, 2}, must be"),
        (({1: 2},), "choice: a is {1: 2}, must be"),
        ((iter([1]),), "choice: a is .*iterator.*, must be"),
        (([[1, 2]],), r"choice: \[1, 2\] is a row"),
        (([[1, 2], [3, 4]],), r"choice: \[1, 2\] is a row, .* the numbers of rows: choice\(2\)"),
        ((3, 4, False), "choice: 4 to draw from 3; replace=True lets items come up again"),
        (
            (3, 2, False, [0, 0, 1]),
            "choice: 2 to draw from 1 of a probability above 0; repl",
        ),
        ((3, 2, [0.5, 0.5, 0]), r"choice: replace is \[0.5, 0.5, 0\], must be True or False; prob"),
        ((3, -1), r"shape \(-1,\): sizes are whole numbers"),
        ((3, 2.0), r"shape \(2.0,\): sizes are whole numbers"),
        ((3, 2, True, [0.5, 0.5]), "choice: p is 2 numbers, must be a probability for each"),
        ((3, 2, True, 0.5), "choice: p is 0.5, must be a probability for each"),
        ((3, 2, True, {0: 1, 1: 0, 2: 0}), "choice: p is {0: 1, 1: 0, 2: 0}, must be"),
        ((3, 2, True, {0, 0.5, 0.25}), "choice: p is {.*}, must be a probability for each"),
        ((3, 2, True, [0.5, 0.6, -0.1]), r"choice: p\[2\] is -0.1, must be 0 or more"),
        ((2, 2, True, [float("nan"), 1]), r"choice: p\[0\] is nan, must be 0 or more"),
        ((2, 2, True, [1, "0"]), r"choice: p\[1\] is '0', must be 0 or more"),
        ((2, 2, True, [True, False]), r"choice: p\[0\] is True, must be 0 or more"),
        ((2, 2, True, [[0.5, 0.5], [1, 0]]), r"choice: p\[0\] is \[0.5, 0.5\], must be"),
        ((2, 2, True, [0.5, 0.6]), "choice: p sums to 1.1, not to 1; divide each by that sum"),
        ((2, 2, True, [0.5, 0.5 + 1e-7]), "choice: p sums to 1.0000001, not to 1"),
        ((2, 2, True, [1e308, 1e308]), "choice: p sums to inf, not to 1"),
        ((2, 2, True, [0, 0]), "choice: p sums to 0, not to 1"),
        ((0, 0, True, []), "choice: p sums to 0.*, not to 1"),
    ],
)
def test_choice_refuses(arguments: Any, message: str) -> None:
    random = RandomState(4)
    with pytest.raises(ArgumentError, match=message):
        random.choice(*arguments)
    assert random.rand(3) == RandomState(4).rand(3)


class Rounded:
    """Probabilities in an array of another library, of fewer bits."""

    def __init__(self, dtype: str, *numbers: float) -> None:
        self.dtype, self.numbers = dtype, numbers

    def tolist(self) -> list[float]:
        return list(self.numbers)


@pytest.mark.parametrize(
    "dtype,room",  # the square root of a type's spacing near 1
    [("float16", 2.0**-5), ("float32", 2.0**-11.5), ("torch.float32", 2.0**-11.5), ("", 2.0**-26)],
)
def test_choice_allows_p_the_rounding_of_its_type(dtype: str, room: float) -> None:
    exact: Any = Rounded("float16", 0.5, 0.5 + 2.0**-5)
    assert RandomState(0).choice(2, p=exact) in (0, 1)
    for sign in (1.0, -1.0):
        p: Any = Rounded(dtype, 0.5, 0.5 + sign * 0.99 * room)
        assert len(RandomState(0).choice(2, 3, p=p)) == 3
        p = Rounded(dtype, 0.5, 0.5 + sign * 1.01 * room)
        with pytest.raises(ArgumentError, match="choice: p sums to"):
            RandomState(0).choice(2, 3, p=p)


# --------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    "seed",
    [
        -1, 2**32, 1.0, "1", b"12", True, [], (), [1.0], [-1], [1, 2**32], [True], [[1, 2]], ["1"],
        {1, 2}, {1: 2}, iter([1]), float("nan"), RandomState(1),
    ],
)  # fmt: skip
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(ArgumentError, match="a seed is a whole number from 0 to 4294967295, a seq"):
        RandomState(seed)


SIZED: list[Callable[[RandomState, Any], Any]] = [
    lambda r, size: r.random_sample(size),
    lambda r, size: r.random(size),
    lambda r, size: r.standard_normal(size),
    lambda r, size: r.uniform(size=size),
    lambda r, size: r.normal(size=size),
    lambda r, size: r.randint(5, size=size),
    lambda r, size: r.choice(5, size),
]


@pytest.mark.parametrize(
    "shape",
    [(-1,), (2, -1), (1.5,), (2.0,), (True,), (2, False), ("2",), (None,), ((2,), 2), (0, -1)],
)
def test_bad_shapes(shape: Any) -> None:
    for draw in (RandomState(0).rand, RandomState(0).randn):
        with pytest.raises(ArgumentError, match="sizes are whole numbers, 0 or more"):
            draw(*shape)
    for sized in SIZED:
        with pytest.raises(ArgumentError, match="sizes are whole numbers, 0 or more"):
            sized(RandomState(0), shape)


@pytest.mark.parametrize("size", [-1, 2.0, True, "23", b"23", {2, 3}, {2: 3}, iter([2]), object()])
def test_bad_sizes(size: Any) -> None:
    for sized in SIZED:
        with pytest.raises(ArgumentError, match="sizes are whole numbers, 0 or more"):
            sized(RandomState(0), size)


def test_a_shape_in_one_argument_of_rand() -> None:
    shape: Any = (2, 3)
    with pytest.raises(ArgumentError, match=r"one by one, as rand\(2, 3\)"):
        RandomState(0).rand(shape)


@pytest.mark.parametrize(
    "low,high",
    [
        (3, 3), (4, 3), (0, 2**63 + 1), (-(2**63) - 1, 0), (0, None), (-1, None), (5.0, None),
        (0, 5.5), (0.0, 5), ("0", 5), (True, 5), (0, True), (None, None), ([0], 5), (0, [5, 6]),
    ],
)  # fmt: skip
def test_bad_ranges(low: Any, high: Any) -> None:
    with pytest.raises(ArgumentError, match=r"randint\(.*\): low must be below high, both whole"):
        RandomState(0).randint(low, high)


def test_a_range_is_shown_as_it_was_asked_for() -> None:
    for asked, shown in (((5, 0), "5, 0"), ((0,), "0, 0"), ((-1,), "0, -1"), ((2, 1.5), "2, 1.5")):
        arguments: Any = asked
        with pytest.raises(ArgumentError, match=rf"^randint\({shown}\): "):
            RandomState(0).randint(*arguments)


@pytest.mark.parametrize("x", [-3, True, 5.0, "abc", b"abc", {1, 2}, {1: 2}, iter([1]), None])
def test_bad_permutations(x: Any) -> None:
    with pytest.raises(ArgumentError, match=r"permutation: x is .* 0 or more, or a sequence"):
        RandomState(0).permutation(x)


INFINITE, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    "low,high",
    [(0, INFINITE), (-INFINITE, 0), (INFINITE, INFINITE), (0, NAN), (NAN, 1), (-1e308, 1e308)],
)
def test_uniform_over_a_range_without_a_width(low: float, high: float) -> None:
    with pytest.raises(RangeError, match=r"uniform\(.*\): high - low must be finite") as raised:
        RandomState(0).uniform(low, high, 3)
    assert isinstance(raised.value, ArgumentError)
    assert isinstance(raised.value, OverflowError)


@pytest.mark.parametrize("bound", [None, "1", True, [0.0], 10**400, 1j])
def test_bounds_and_means_that_are_no_numbers(bound: Any) -> None:
    random = RandomState(0)
    for low, high in ((bound, 1.0), (0.0, bound)):
        with pytest.raises(ArgumentError, match=r"uniform\(.*\): low and high must be numbers"):
            random.uniform(low, high)
    with pytest.raises(ArgumentError, match=r"normal: loc is .*, must be a finite number"):
        random.normal(bound, 1.0)
    with pytest.raises(ArgumentError, match=r"normal: scale is .*, must be a number, 0 or more"):
        random.normal(0.0, bound)


@pytest.mark.parametrize("loc", [INFINITE, -INFINITE, NAN])
def test_bad_loc(loc: float) -> None:
    with pytest.raises(ArgumentError, match="normal: loc is"):
        RandomState(0).normal(loc)


@pytest.mark.parametrize("scale", [-1.0, NAN, INFINITE])
def test_bad_scale(scale: float) -> None:
    with pytest.raises(ArgumentError, match="scale is"):
        RandomState(0).normal(0.0, scale)


# ---------------------------------------------------------------------------- state


def test_a_state_restores_draws_and_the_spare_number() -> None:
    random = RandomState(9)
    random.randn(3)  # an odd count: one number is kept for the next draw
    state = random.get_state()
    assert state[3] == 1
    expected = random.randn(5), random.rand(2), random.permutation(9)
    random.set_state(state)
    assert (random.randn(5), random.rand(2), random.permutation(9)) == expected
    other = RandomState(0)
    other.set_state(json.loads(json.dumps(state)))
    assert (other.randn(5), other.rand(2), other.permutation(9)) == expected


def test_a_state_without_a_spare_drops_the_one_there_is() -> None:
    state = RandomState(9).get_state()
    random = RandomState(1)
    random.randn()
    random.set_state(state)
    assert random.randn(3) == RandomState(9).randn(3)


WORDS = RandomState(0).get_state()[1]


@pytest.mark.parametrize(
    "state",
    [
        None,
        (),
        ("MT19937", WORDS),
        ("MT19937", WORDS, 624, 0),
        ("MT19937", WORDS, 624, 0, 0.0, 0),
        ("MT19937", None, 624),
        ("MT19937", 624, 624),
        ("MT19937", [0] * 624, 624),
        ("MT19937", [5] + [0] * 623, 624),
        ("MT19937", [*WORDS[:-1], 1.0], 624),
        ("MT19937", WORDS, 1.5),
        ("MT19937", WORDS, 624, 1, float("nan")),
        ("MT19937", WORDS, 624, 1, "1.0"),
        {},
        {"bit_generator": "MT19937", "state": {"key": WORDS}},
        {"bit_generator": "PCG64", "state": {"key": WORDS, "pos": 624}},
        {"bit_generator": "MT19937", "state": WORDS},
        "MT1",
        ("PCG64", WORDS, 624, 0, 0.0),
        ("MT19937", WORDS[:-1], 624, 0, 0.0),
        ("MT19937", [*WORDS[:-1], 2**32], 624, 0, 0.0),
        ("MT19937", [*WORDS[:-1], -1], 624, 0, 0.0),
        ("MT19937", [*WORDS[:-1], "x"], 624, 0, 0.0),
        ("MT19937", WORDS, 625, 0, 0.0),
        ("MT19937", WORDS, -1, 0, 0.0),
        ("MT19937", WORDS, 624, 2, 0.0),
    ],
)
def test_bad_states_change_nothing(state: Any) -> None:
    random = RandomState(4)
    with pytest.raises(ArgumentError, match=r"^set_state: ") as raised:
        random.set_state(state)
    assert isinstance(raised.value, PurennError)
    assert random.rand(3) == RandomState(4).rand(3)


def test_a_state_may_end_after_the_position_or_be_numpys_dictionary() -> None:
    random = RandomState(9)
    random.randn()
    _, words, position, _, spare = random.get_state()
    expected = random.randn(3)
    held = {"bit_generator": "MT19937", "state": {"key": words, "pos": position}}
    for state, drawn in (
        (("MT19937", words, position), expected[1:]),
        (["MT19937", words, position], expected[1:]),
        (held, expected[1:]),
        ({**held, "has_gauss": 1, "gauss": spare}, expected),
    ):
        other = RandomState(0)
        other.randn()  # a spare number of its own, which goes
        other.set_state(state)
        assert other.randn(len(drawn)) == drawn


def test_states_at_the_edge_of_what_is_one() -> None:
    assert RandomState(0).get_state()[2:] == (624, 0, 0.0)
    random = RandomState(5)
    for words, position in ((WORDS, 0), ([0, 1] + [0] * 622, 624)):
        random.set_state(("MT19937", words, position))
        assert random.get_state() == ("MT19937", words, position, 0, 0.0)


class Tagged(RandomState):
    """With an attribute of its own, as a subclass may have."""

    tag = ""


def pickled(protocol: int) -> Callable[[RandomState], Any]:
    return lambda random: pickle.loads(pickle.dumps(random, protocol))  # noqa: S301 (our own)


COPIES: dict[str, Callable[[RandomState], Any]] = {"copy": copy, "deepcopy": deepcopy}
COPIES |= {f"pickle {n}": pickled(n) for n in range(pickle.HIGHEST_PROTOCOL + 1)}


@pytest.mark.parametrize("kind", [RandomState, Tagged])
@pytest.mark.parametrize("way", COPIES)
def test_copies_go_on_in_the_same_bits_and_alone(way: str, kind: type[RandomState]) -> None:
    for count in range(3):  # with and without a spare number
        random = kind([5, 6])
        if isinstance(random, Tagged):
            random.tag = "mine"
        random.randn(count)
        twin = COPIES[way](random)
        assert type(twin) is kind
        assert (repr(twin), vars(twin).get("tag")) == (repr(random), vars(random).get("tag"))
        assert twin.get_state() == random.get_state()
        expected = twin.randn(4), twin.rand(700), twin.permutation(9)
        assert (random.randn(4), random.rand(700), random.permutation(9)) == expected


# ---------------------------------------------------------------------- against NumPy

DRAWS: dict[str, Callable[[Any], Any]] = {
    "rand": lambda r: r.rand(3, 2),
    "one rand": lambda r: r.rand(),
    "randn": lambda r: r.randn(5),
    "one randn": lambda r: r.randn(),
    "uniform": lambda r: r.uniform(-3.0, 0.1, (2, 2)),
    "normal": lambda r: r.normal(0.5, 2.5, (3,)),
    "randint": lambda r: r.randint(-7, 1000, 6),
    "randint below a power of two": lambda r: r.randint(0, 256, 6),
    "randint to 32 bits": lambda r: r.randint(0, 2**32, 3),
    "randint over 32 bits": lambda r: r.randint(-(2**40), 2**40, 3),
    "randint of all 64 bits": lambda r: r.randint(-(2**63), 2**63 - 1, 3),
    "randint of nothing to choose": lambda r: r.randint(5, 6, 3),
    "one randint": lambda r: r.randint(10),
    "permutation": lambda r: r.permutation(11),
    "permutation of rows": lambda r: r.permutation(["a", "b", "c", "d", "e"]),
}


def shuffled(random: Any, n: int) -> list[int]:
    numbers = list(range(n))
    random.shuffle(numbers)
    return numbers


@with_numpy
@pytest.mark.parametrize("name", DRAWS)
@against_numpy
@given(seed=seeds)
def test_each_draw_is_numpys(name: str, seed: int) -> None:
    import numpy as np

    ours, theirs = RandomState(seed), np.random.RandomState(seed)
    for _ in range(3):
        a, b = flat(DRAWS[name](ours)), flat(DRAWS[name](theirs))
        assert [type(value) for value in a] == [type(value) for value in b]
        assert [getattr(value, "hex", value.__repr__)() for value in a] == [
            getattr(value, "hex", value.__repr__)() for value in b
        ]


@with_numpy
@against_numpy
@given(seed=seeds, order=st.lists(st.sampled_from(sorted(DRAWS)), max_size=8))
def test_draws_in_any_order_and_states_both_ways(seed: int, order: list[str]) -> None:
    import numpy as np

    ours, theirs = RandomState(seed), np.random.RandomState(seed)
    for name in order:
        assert flat(DRAWS[name](ours)) == flat(DRAWS[name](theirs))
    assert shuffled(ours, 6) == shuffled(theirs, 6)
    taken = RandomState(0)
    state: Any = theirs.get_state()
    taken.set_state(state)
    given_away = np.random.RandomState(0)
    state = ours.get_state()
    given_away.set_state(state)
    for random in (taken, given_away, theirs):
        random.rand(1)
    assert flat(taken.randn(5)) == flat(given_away.randn(5)) == flat(theirs.randn(5))


@with_numpy
def test_a_whole_run_over_a_refill_of_the_words() -> None:
    """624 words make 312 floats; then the engine makes new words."""
    import numpy as np

    assert RandomState(42).rand(2000) == np.random.RandomState(42).rand(2000).tolist()
