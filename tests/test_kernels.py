"""The faster forms on lists: which code path runs depends on the shape, so each is tried.

That they agree with the definitions is the business of the conformance suite; here every
special case (widths 1 to 6) is met for certain, and wrong shapes are refused.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from purenn import kernels, matrix
from purenn.backend import DERIVED, ArrayAPIBackend, Backend
from purenn.errors import ShapeError
from purenn.matrix import Matrix, asarray
from purenn.random import RandomState

DEFINITIONS = ArrayAPIBackend("definitions", matrix)
WIDTHS = (1, 2, 3, 4, 5, 6)


def draw(m: int, n: int, seed: int = 0) -> Matrix:
    return asarray(RandomState(seed).randn(m, n))


def same(got: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        for a, b in zip(got, expected, strict=True):
            same(a, b)
    elif isinstance(expected, Matrix):
        assert got.shape == expected.shape
        for a, b in zip(got, expected, strict=True):
            assert a == pytest.approx(b, rel=1e-14, abs=1e-14)
    else:
        assert got == pytest.approx(expected, rel=1e-13)


def test_the_kernels_are_in_use() -> None:
    from purenn.backend import get_backend

    python = get_backend("python")
    replaced = [name for name in DERIVED if hasattr(kernels, name)]
    assert len(replaced) >= 10
    assert all(getattr(python, name) is getattr(kernels, name) for name in replaced)


@pytest.mark.parametrize("m,k,n", list(product((1, 2, 4, 5), WIDTHS, (1, 2, 3))))
def test_dense_layer(m: int, k: int, n: int) -> None:
    X, W, b, dZ = draw(m, k), draw(k, n, 1), draw(1, n, 2), draw(m, n, 3)
    for bias in (b, None):
        same(kernels.linear(X, W, bias), DEFINITIONS.linear(X, W, bias))
    same(kernels.linear_gradients(X, dZ), DEFINITIONS.linear_gradients(X, dZ))
    same(kernels.linear_gradients(dZ, X), DEFINITIONS.linear_gradients(dZ, X))
    same(kernels.linear_input_gradient(dZ, W), DEFINITIONS.linear_input_gradient(dZ, W))


ENTRY_BY_ENTRY: dict[str, tuple[Any, ...]] = {
    "sigmoid": (),
    "relu": (),
    "leaky_relu": (0.1,),
    "softmax": (),
    "sigmoid_backward_from_output": ("second",),
    "tanh_backward_from_output": ("second",),
    "relu_backward_from_output": ("second",),
    "leaky_relu_backward_from_input": ("second", 0.1),
    "squared_error": ("second", 0.5),
    "softmax_cross_entropy": ("second",),
    "sigmoid_cross_entropy": ("second",),
    "descend": ("second", 0.1),
}


@pytest.mark.parametrize("m,n", list(product((1, 3), WIDTHS)))
@pytest.mark.parametrize("name", ENTRY_BY_ENTRY)
def test_entry_by_entry(name: str, m: int, n: int) -> None:
    arguments = [draw(m, n, 1) if a == "second" else a for a in ENTRY_BY_ENTRY[name]]
    X = draw(m, n)
    got = getattr(kernels, name)(X, *arguments)
    same(got, getattr(Backend, name)(DEFINITIONS, X, *arguments))


@pytest.mark.parametrize(
    "name", [name for name, rest in ENTRY_BY_ENTRY.items() if rest[:1] == ("second",)]
)
@pytest.mark.parametrize("shape", [(1, 3), (2, 1), (2, 2), (3, 3)])
def test_different_shapes_are_refused(name: str, shape: tuple[int, int]) -> None:
    """Where the definition would repeat a row, the fast form refuses: no layer asks for it."""
    rest = [a for a in ENTRY_BY_ENTRY[name] if a != "second"]
    with pytest.raises(ShapeError, match=rf"{name}: .*\(2 × 3\) and \({shape[0]} × {shape[1]}\)"):
        getattr(kernels, name)(draw(2, 3), draw(*shape), *rest)


WRONG: list[tuple[str, Callable[[], Any]]] = [
    (r"\(2 × 3\) @ \(2 × 4\)", lambda: kernels.linear(draw(2, 3), draw(2, 4), None)),
    (r"\(2 × 3\) @ \(2 × 4\)", lambda: kernels.linear(draw(2, 3), draw(2, 4), draw(1, 4))),
    (r"\(2 × 4\) and \(1 × 3\)", lambda: kernels.linear(draw(2, 3), draw(3, 4), draw(1, 3))),
    (r"\(3 × 2\) @ \(4 × 5\)", lambda: kernels.linear_gradients(draw(2, 3), draw(4, 5))),
    (r"\(2 × 3\) @ \(4 × 2\)", lambda: kernels.linear_input_gradient(draw(2, 3), draw(2, 4))),
]


@pytest.mark.parametrize("message,call", WRONG)
def test_a_dense_layer_names_shapes_that_do_not_fit(message: str, call: Callable[[], Any]) -> None:
    with pytest.raises(ShapeError, match=message):
        call()


def test_take_repeats_and_reorders() -> None:
    assert kernels.take(asarray([[1.0], [2.0], [3.0]]), [2, 0, 2]).tolist() == [[3.0], [1.0], [3.0]]
