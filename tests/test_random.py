"""RandomState: NumPy's legacy draws bit for bit, against stored numbers and NumPy itself."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purenn.errors import ArgumentError, PurennError
from purenn.random import RandomState

REFERENCE = json.loads(
    (Path(__file__).parent / "reference" / "tutorials.json").read_text(encoding="utf-8")
)
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
    assert random.rand(0) == []
    assert random.rand(2, 0) == random.rand(0, 2) == []
    assert len(random.normal(0, 1, 3)) == 3
    assert len(random.uniform(size=[2, 2])) == 2


def test_a_seed_repeats_and_another_does_not() -> None:
    assert RandomState(5).rand(9) == RandomState(5).rand(9) != RandomState(6).rand(9)


def test_without_a_seed_every_generator_is_its_own() -> None:
    first, second = RandomState(), RandomState()
    assert first.rand(4) != second.rand(4)
    assert RandomState(first.seed).rand(4) == RandomState(first.seed).rand(4)


def test_pythons_own_random_is_left_alone() -> None:
    import random

    random.seed(1)
    expected = random.random()
    random.seed(1)
    RandomState(7).randn(10)
    assert random.random() == expected


def test_repr() -> None:
    assert repr(RandomState(42)) == "RandomState(42)"


def test_uniform_and_normal_are_scaled_draws() -> None:
    assert RandomState(3).uniform(-2, 4, 5) == [-2 + 6 * u for u in RandomState(3).rand(5)]
    assert RandomState(3).normal(1, 2, 5) == [1 + 2 * z for z in RandomState(3).randn(5)]
    assert RandomState(3).normal(1, 0, 2) == [1.0, 1.0]


def test_permutation_and_shuffle() -> None:
    letters = list("abcdefgh")
    assert RandomState(1).permutation(letters) == [
        letters[i] for i in RandomState(1).permutation(8)
    ]
    assert letters == list("abcdefgh")
    RandomState(1).shuffle(letters)
    assert letters == RandomState(1).permutation("abcdefgh")
    assert RandomState(1).permutation(1) == [0]
    assert RandomState(1).permutation(0) == []


def test_randint_reaches_both_ends() -> None:
    assert set(RandomState(0).randint(-1, 2, 200)) == {-1, 0, 1}
    assert RandomState(0).randint(5, 6, 3) == [5, 5, 5]
    assert all(0 <= value < 3 for value in RandomState(0).randint(3, size=50))


# --------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", True, [1]])
def test_bad_seeds(seed: Any) -> None:
    with pytest.raises(ArgumentError, match="4294967295"):
        RandomState(seed)


@pytest.mark.parametrize("shape", [(-1,), (2, -1), (1.5,), (True,)])
def test_bad_shapes(shape: Any) -> None:
    with pytest.raises(ArgumentError, match="sizes are whole numbers, 0 or more"):
        RandomState(0).rand(*shape)


@pytest.mark.parametrize("low,high", [(3, 3), (4, 3), (0, 2**63 + 1), (-(2**63) - 1, 0), (0, None)])
def test_bad_ranges(low: int, high: int | None) -> None:
    with pytest.raises(ArgumentError, match="low must be below high"):
        RandomState(0).randint(low, high)


@pytest.mark.parametrize("scale", [-1.0, float("nan")])
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
        ("MT19937", WORDS, 624),
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
