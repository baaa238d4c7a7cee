"""RandomState beside NumPy's: random programs of calls, played on both, every bit compared.

A program is a seed and a list of calls. Both generators must give the same types, numbers
and nesting, refuse the same calls, and end in the same state.
"""

import pickle
import struct
from array import array
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purenn.random import RandomState

np = pytest.importorskip("numpy")

thorough = settings(max_examples=200, derandomize=True, database=None, deadline=None)

LARGEST = 2**32 - 1
Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def bits(value: Any) -> Any:
    """A result as plain data in which numbers of other bits are never equal."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [bits(item) for item in value]
    if isinstance(value, float):
        return struct.pack(">d", value)
    return type(value).__name__, value


def state_bits(random: Any) -> Any:
    name, words, position, has_spare, spare = random.get_state()
    return name, list(map(int, words)), position, has_spare, struct.pack(">d", spare)


def outcome(random: Any, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a call gives, or that it was refused."""
    try:
        return bits(getattr(random, name)(*deepcopy(arguments), **options))
    except (ValueError, OverflowError) as error:
        return isinstance(error, OverflowError)


# ------------------------------------------------------------------- what is drawn

words = st.sampled_from((0, 1, 2**31, LARGEST)) | st.integers(0, LARGEST)
numbers = words | words.map(np.uint32) | words.map(np.int64)
long_keys = st.builds(
    lambda n, word: [(word * i) & LARGEST for i in range(n)], st.integers(600, 700), words
)
keys = st.lists(words, min_size=1, max_size=8) | long_keys
seeds = st.one_of(
    numbers,
    keys,
    keys.map(tuple),
    keys.map(np.array),
    keys.map(lambda key: np.array(key, dtype=np.uint32)),
    keys.map(lambda key: np.array([key])),
    keys.map(lambda key: array("Q", key).tolist()),
    st.integers(1, 9).map(range),
    st.binary(min_size=1).map(bytearray),
)

lengths = st.integers(0, 6)
shapes = st.lists(st.integers(0, 4), max_size=3)
sizes = st.one_of(
    st.none(), lengths, lengths.map(np.int64), shapes, shapes.map(tuple), shapes.map(np.array)
)
sizes = sizes.map(lambda s: () if getattr(s, "shape", None) == (0,) else s)

reals = st.one_of(
    st.sampled_from((0.0, -0.0, 1.0, 5e-324, 1e-308, 1e308, -1e308, 3, -7)),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-10.0, 10.0),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(np.float32),
)
spreads = st.floats(0.0, 1e308) | st.integers(0, 9)
starts = st.sampled_from((0, -5, -(2**63), -(2**31), 2**40)) | st.integers(-(2**63), 2**63 - 1)
WIDTHS = (1, 2, 3, 255, 256, 257, 2**31, 2**31 + 1, LARGEST, 2**32, 2**32 + 1, 2**63, 2**64 - 1)
widths = st.sampled_from(WIDTHS) | st.integers(0, 20) | st.integers(0, 2**64)
ranges = st.tuples(starts, widths).map(lambda pair: (pair[0], min(pair[0] + pair[1], 2**63)))
items = st.one_of(
    st.lists(st.integers(-9, 9), max_size=12),
    st.lists(st.floats(allow_nan=False), max_size=12),
    st.lists(st.text("abc", min_size=1, max_size=3), max_size=12),
)


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """An array of 1 to 3 axes, of any kind of number and any layout."""
    shape = draw(st.lists(st.integers(0, 5), min_size=1, max_size=3))
    kind = draw(st.sampled_from(("i8", "f8", "f2", "u1", "?", "c16", "O", "U3", "i4,f8", "M8[D]")))
    count = int(np.prod(shape))
    made = np.array([*range(count)]).astype("f8,f8" if "," in kind else kind).reshape(shape)
    layout = draw(st.sampled_from(("C", "F", "every other", "backwards")))
    if layout == "every other":
        return np.repeat(made, 2, axis=0)[::2]
    return made[::-1] if layout == "backwards" else np.asarray(made, order=layout)


@st.composite
def choices(draw: st.DrawFn) -> Call:
    """`choice`: of a number or a sequence, with or without p, again and again or once each."""
    n = draw(st.integers(1, 9))
    a = draw(
        st.sampled_from(
            (n, np.int64(n), [*range(3, 3 + n)], np.arange(n) / 4, tuple("abcdefghi"[:n]))
        )
    )
    options: dict[str, Any] = {"size": draw(sizes), "replace": draw(st.booleans())}
    if draw(st.booleans()):
        shares = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), float)
        shares = shares / shares.sum() if shares.any() else np.full(n, 1.0 / n)
        options["p"] = draw(st.sampled_from((shares, shares.tolist(), shares.astype(np.float32))))
    return "choice", (a,), options


def call(names: tuple[str, ...], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Call]:
    return st.tuples(st.sampled_from(names), st.tuples(*arguments), st.just({}))


calls: st.SearchStrategy[Call] = st.one_of(
    call(("random_sample", "random", "standard_normal"), sizes),
    st.tuples(st.sampled_from(("rand", "randn")), shapes.map(tuple), st.just({})),
    call(("uniform",), reals, reals, sizes),
    call(("normal",), reals, spreads, sizes),
    st.tuples(ranges, sizes).map(lambda drawn: ("randint", (*drawn[0], drawn[1]), {})),
    call(("randint",), st.integers(1, 2**63)),
    call(("permutation",), lengths | lengths.map(np.int64) | items | items.map(tuple) | arrays()),
    choices(),
    call(("seed",), seeds),
)


# ------------------------------------------------------------------------ the tests


@thorough
@given(seed=seeds, program=st.lists(calls, max_size=12))
def test_programs_of_calls(seed: Any, program: list[Call]) -> None:
    ours, theirs = RandomState(seed), np.random.RandomState(seed)
    for name, arguments, options in program:
        with np.errstate(all="ignore"):
            expected = outcome(theirs, name, arguments, options)
        assert outcome(ours, name, arguments, options) == expected
    assert state_bits(ours) == state_bits(theirs)


@thorough
@given(seed=seeds)
def test_the_state_after_a_seed(seed: Any) -> None:
    assert state_bits(RandomState(seed)) == state_bits(np.random.RandomState(seed))


@thorough
@given(seed=words, thing=arrays() | items)
def test_shuffle_in_place(seed: int, thing: Any) -> None:
    ours, theirs = RandomState(seed), np.random.RandomState(seed)
    mine, other = deepcopy(thing), deepcopy(thing)
    ours.shuffle(mine)
    theirs.shuffle(other)
    assert bits(mine) == bits(other)
    assert state_bits(ours) == state_bits(theirs)


@thorough
@given(seed=words, data=st.data())
def test_shuffle_of_a_window_on_an_array(seed: int, data: st.DataObject) -> None:
    """What lies beside the window stays as it is."""
    whole = np.arange(60).reshape(6, 10)
    top, left = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 9))
    mine, other = whole.copy(), whole.copy()
    RandomState(seed).shuffle(mine[top:, left:])
    np.random.RandomState(seed).shuffle(other[top:, left:])
    assert mine.tolist() == other.tolist()


def masked() -> Any:
    return np.ma.masked_array(np.arange(14).reshape(7, 2), mask=[[0, 1]] * 6 + [[1, 0]])


@pytest.mark.parametrize(
    "make",
    [
        masked,
        lambda: masked()[:, 0],
        lambda: np.zeros(7, "i8,f8").view(np.recarray),
        lambda: np.asmatrix(np.arange(14).reshape(7, 2)),
        lambda: np.array([[i] for i in range(7)] + [None], dtype=object)[:7],
        lambda: array("d", range(7)),
        lambda: bytearray(range(7)),
        lambda: [*np.arange(14).reshape(7, 2)],
    ],
)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_shuffle_of_arrays_that_are_more_and_less(make: Any) -> None:
    mine, other = make(), make()
    RandomState(3).shuffle(mine)
    np.random.RandomState(3).shuffle(other)
    assert type(mine) is type(other)
    assert repr(mine) == repr(other)


@pytest.mark.parametrize("library", ["array_api_strict", "torch"])
def test_shuffle_of_other_libraries_arrays(library: str) -> None:
    xp = pytest.importorskip(library)
    for shape in ((7,), (7, 2), (7, 2, 2)):
        rows = np.arange(np.prod(shape)).reshape(shape)
        mine = xp.asarray(rows.tolist())
        RandomState(3).shuffle(mine)
        np.random.RandomState(3).shuffle(rows)
        assert np.asarray(mine).tolist() == rows.tolist()
        mixed = RandomState(5).permutation(mine)
        assert bits(mixed) == bits(np.random.RandomState(5).permutation(rows))


def test_an_array_that_nothing_may_write_into() -> None:
    rows = np.broadcast_to(np.arange(2), (3, 2))
    with pytest.raises(ValueError, match=r"shuffle: cannot move the items of .*read-only"):
        RandomState(0).shuffle(rows)


@thorough
@given(seed=seeds, program=st.lists(calls, max_size=4), after=st.lists(calls, max_size=4))
def test_states_copies_and_pickles_go_on(seed: Any, program: Any, after: Any) -> None:
    ours, theirs = RandomState(seed), np.random.RandomState(seed)
    for each in program:
        outcome(ours, *each)
        with np.errstate(all="ignore"):
            outcome(theirs, *each)
    given_back, from_dictionary = RandomState(0), RandomState(0)
    state: Any = theirs.get_state()
    given_back.set_state(state)
    from_dictionary.set_state(theirs.get_state(legacy=False))
    from_ours = np.random.RandomState(0)
    from_ours.set_state(ours.get_state())
    pickled = pickle.loads(pickle.dumps(ours))  # noqa: S301 (our own)
    everyone = [ours, theirs, given_back, from_dictionary, from_ours, deepcopy(ours), pickled]
    for each in after:
        with np.errstate(all="ignore"):
            results = [outcome(random, *each) for random in everyone]
        assert all(result == results[0] for result in results)
    assert all(state_bits(random) == state_bits(ours) for random in everyone)


def test_the_state_of_three_parts() -> None:
    theirs = np.random.RandomState(3)
    theirs.randn()
    ours, other = RandomState(0), np.random.RandomState(0)
    for random in (ours, other):
        random.set_state(theirs.get_state()[:3])
    assert state_bits(ours) == state_bits(other)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_how_far_from_1_p_may_sum(dtype: str) -> None:
    for power in range(-30, -2):
        for rest in (0.5 + 2.0**power, 0.5 - 2.0**power):
            p = np.array([0.5, rest], dtype=dtype)
            expected = outcome(np.random.RandomState(0), "choice", (2, 3), {"p": p})
            assert outcome(RandomState(0), "choice", (2, 3), {"p": p}) == expected


@pytest.mark.parametrize("seed", [0, 42, LARGEST, [1, 2, 3]])
def test_long_draws(seed: Any) -> None:
    ours, theirs = RandomState(seed), np.random.RandomState(seed)
    assert bits(ours.randn(300, 100)) == bits(theirs.randn(300, 100))
    assert ours.permutation(70_000) == theirs.permutation(70_000).tolist()
    assert ours.randint(0, 10**12, 10_000) == theirs.randint(0, 10**12, 10_000).tolist()
    p = theirs.rand(1000)
    ours.rand(1000)
    p /= p.sum()
    for replace in (True, False):
        mine, other = (r.choice(1000, 900, replace, p).copy() for r in (ours, theirs))
        assert mine == other.tolist()
    assert state_bits(ours) == state_bits(theirs)


@pytest.mark.parametrize(
    "seed",
    [
        -1, 2**32, 1.0, "1", b"1", [], (), [1.0], [-1], [2**32], [2**63], [[1, 2]], {1, 2}, {1: 2},
        np.float64(1), np.array([1.0]), np.array([]), np.zeros((2, 2), int), np.array(["1"]),
    ],
)  # fmt: skip
def test_seeds_that_both_refuse(seed: Any) -> None:
    for kind in (np.random.RandomState, RandomState):
        with pytest.raises((ValueError, TypeError)):
            kind(seed)


def test_nothing_that_numpy_does_not_have() -> None:
    mine = {name for name in dir(RandomState) if not name.startswith("_")}
    assert mine - set(dir(np.random.RandomState)) == set()
    assert "initial_seed" in vars(RandomState(0))
