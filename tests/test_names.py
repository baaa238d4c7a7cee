"""What `import purenn as nn` offers, and what a name that is not there gets for an answer."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import purenn as nn
from purenn import initializers, losses, optimizers, schedules
from purenn.errors import ArgumentError, DataError, UnknownBackendError
from purenn.guessing import nearest, or_guess


def test_the_bases_are_there() -> None:
    assert nn.Layer is nn.layers.Layer
    assert nn.Parameter is nn.layers.Parameter
    assert nn.Loss is losses.Loss
    assert nn.Optimizer is optimizers.Optimizer
    assert nn.Schedule is schedules.Schedule
    assert nn.Progress is nn.training.Progress


def test_every_name_is_there_and_in_dir() -> None:
    assert len(set(nn.__all__)) == len(nn.__all__)
    for name in nn.__all__:
        assert hasattr(nn, name)
        assert getattr(nn, name).__doc__
        assert name in dir(nn)
    names: dict[str, Any] = {}
    exec("from purenn import *", names)  # noqa: S102
    assert set(nn.__all__) <= set(names)


def test_dir_names_what_is_loaded_later_before_it_is_loaded() -> None:
    program = "import purenn; print({'load', 'save', 'Model', '__version__'} <= set(dir(purenn)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


def test_a_module_that_was_not_imported_is_told() -> None:
    program = "import purenn as nn; assert not hasattr(nn, 'cli'); nn.data"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr.endswith(
        "AttributeError: module 'purenn' has no attribute 'data'; "
        "it is a module of its own: import purenn.data\n"
    )


@pytest.mark.parametrize(
    "name,end",
    [
        ("Relu", "; did you mean nn.ReLU?"),
        ("relu", "; did you mean nn.ReLU?"),
        ("leaky_relu", "; did you mean nn.LeakyReLU?"),
        ("Sigmod", "; did you mean nn.Sigmoid?"),
        ("softmax", "; did you mean nn.Softmax?"),
        ("dense", "; did you mean nn.Dense?"),
        ("Linear", "; did you mean nn.Dense?"),
        ("Sequential", "; did you mean nn.Network?"),
        ("sgd", "; did you mean nn.SGD?"),
        ("RMSprop", "; did you mean nn.RMSProp?"),
        ("mean_square_error", "; did you mean nn.mean_squared_error?"),
        ("MSELoss", "; did you mean nn.MeanSquaredError?"),
        ("CrossEntropyLoss", "; did you mean nn.CrossEntropy?"),
        ("binary_crossentropy", "; did you mean nn.BinaryCrossEntropy?"),
        ("fit", "; did you mean nn.train?"),
        ("laod", "; did you mean nn.load?"),
        ("CosineDecay", "; did you mean nn.schedules.CosineDecay?"),
        ("HeNormal", "; did you mean nn.initializers.HeNormal?"),
        ("f1", "; did you mean nn.metrics.f1?"),
        ("zebra_crossing", "'zebra_crossing'"),
        ("猫", "'猫'"),
        ("", "''"),
    ],
)
def test_near_names_are_guessed(name: str, end: str) -> None:
    assert not hasattr(nn, name)
    with pytest.raises(AttributeError) as caught:
        getattr(nn, name)
    assert str(caught.value).startswith(f"module 'purenn' has no attribute {name!r}")
    assert str(caught.value).endswith(end)


def test_what_python_asks_for_is_answered_plainly() -> None:
    for name in ("__path_", "__wrapped__", "_repr_html_", "_ipython_display_", "__custom__"):
        with pytest.raises(AttributeError) as caught:
            getattr(nn, name)
        assert str(caught.value) == f"module 'purenn' has no attribute {name!r}"
    network = nn.Network([nn.Dense(2, 1)], seed=0)
    assert pickle.loads(pickle.dumps(network)).parameters == network.parameters  # noqa: S301
    assert copy.deepcopy(network).parameters == network.parameters
    with pytest.raises(ImportError):
        exec("from purenn import Relu", {})  # noqa: S102


def test_a_wrong_name_of_any_length_is_answered_at_once() -> None:
    assert not hasattr(nn, "x" * 1_000_000)
    assert nearest("relu" * 100_000, nn.__all__) is None


def refusal(action: Callable[[], Any], error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        action()
    return str(caught.value)


def train(**changes: Any) -> nn.History:
    network = nn.Network([nn.Dense(1, 1)], seed=0)
    arguments: dict[str, Any] = {"loss": nn.Huber(), "optimizer": nn.SGD(0.1)}
    return nn.train(network, [[1.0]], [1.0], epochs=1, **(arguments | changes))


@pytest.mark.parametrize(
    "action,error,end",
    [
        (lambda: nn.Network([nn.Dense(2, 2), "relu"]), ArgumentError, "; did you mean nn.ReLU?"),  # type: ignore[list-item]
        (lambda: nn.Network([nn.Dense(2, 2), nn.Tanh]), ArgumentError, "; write Tanh()"),  # type: ignore[list-item]
        (lambda: train(loss="mse"), ArgumentError, "; did you mean nn.MeanSquaredError?"),
        (lambda: train(loss="huber"), ArgumentError, "; did you mean nn.Huber?"),
        (lambda: train(optimizer="adam"), ArgumentError, "; did you mean nn.Adam?"),
        (lambda: train(optimizer="lbfgs"), ArgumentError, "not a purenn optimizer"),
        (lambda: train(metrics="acuracy"), ArgumentError, "; did you mean 'accuracy'?"),
        (lambda: train(metrics=["R2"]), ArgumentError, "; did you mean 'r2'?"),
        (lambda: train(metrics="mse"), ArgumentError, "; did you mean 'mean_squared_error'?"),
        (lambda: train(metrics="gini"), ArgumentError, ", or a function"),
        (lambda: nn.SGD(0.1, schedule="cosine"), ArgumentError, "mean nn.schedules.CosineDecay?"),  # type: ignore[arg-type]
        (lambda: nn.Dense(2, 2, weights="he_normal"), DataError, "nn.initializers.HeNormal?"),
        (lambda: nn.Dense(2, 2, bias="zeros"), DataError, "nn.initializers.Zeros?"),
        (lambda: nn.Dense(2, 2, weights="7"), DataError, "weights is '7', not rows of numbers"),
        (lambda: nn.get_backend("NUMPY"), UnknownBackendError, "Did you mean 'numpy'?"),
        (lambda: nn.get_backend("np"), UnknownBackendError, "Did you mean 'numpy'?"),
        (lambda: nn.get_backend("Python"), UnknownBackendError, "Did you mean 'python'?"),
    ],
)
def test_parts_given_by_a_text(action: Any, error: type[Exception], end: str) -> None:
    assert refusal(action, error).endswith(end)


def test_the_guess() -> None:
    assert nearest("Tahn", ["Tanh", "ReLU"]) == "Tanh"
    assert nearest("", ["Tanh"]) is None
    assert nearest("Dense", []) is None
    assert or_guess(3, ["3"]) == ""
    assert set(initializers.__all__) >= {"HeNormal"}
