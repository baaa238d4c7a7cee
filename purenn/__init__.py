"""purenn: neural networks in plain Python.

    import purenn as nn

    network = nn.Network([nn.Dense(2, 4), nn.Tanh(), nn.Dense(4, 1), nn.Sigmoid()], seed=0)
    nn.train(network, X, y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.5), epochs=1000)
    network.predict(X)

The same code runs on lists (built in), on NumPy, or on any library with a plugin:
see purenn.backend. Reading data is in purenn.data.
"""

from purenn import initializers, metrics, schedules
from purenn.activations import (
    ELU,
    GELU,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from purenn.backend import available_backends, get_backend, use_backend
from purenn.callbacks import EarlyStopping
from purenn.dropout import Dropout
from purenn.errors import PurennError
from purenn.gradients import gradient_check
from purenn.layers import Dense, Layer, Parameter
from purenn.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SumSquaredError,
)
from purenn.metrics import accuracy, mean_squared_error
from purenn.network import Network
from purenn.optimizers import SGD, Adam, AdamW, Optimizer, RMSProp
from purenn.progress import ProgressLine
from purenn.random import RandomState
from purenn.registering import register
from purenn.schedules import Schedule
from purenn.training import History, Progress, evaluate, train

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.storage import Model, load, save

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "GELU",
    "SGD",
    "Adam",
    "AdamW",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "History",
    "Huber",
    "Identity",
    "Layer",
    "LeakyReLU",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Model",
    "Network",
    "Optimizer",
    "Parameter",
    "Progress",
    "ProgressLine",
    "PurennError",
    "RMSProp",
    "RandomState",
    "ReLU",
    "Schedule",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "SumSquaredError",
    "Tanh",
    "accuracy",
    "available_backends",
    "evaluate",
    "get_backend",
    "gradient_check",
    "initializers",
    "load",
    "mean_squared_error",
    "metrics",
    "register",
    "save",
    "schedules",
    "train",
    "use_backend",
]


def __getattr__(name: str) -> object:
    """Model files are read and written by purenn.storage, imported when first asked for."""
    if name in ("Model", "load", "save"):
        from purenn import storage

        return getattr(storage, name)
    raise AttributeError(f"module 'purenn' has no attribute {name!r}{_mend(name)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _mend(name: str) -> str:
    """What may have been meant; Python itself asks for names that begin with "_"."""
    if name.startswith("_"):
        return ""
    from importlib.util import find_spec

    from purenn.guessing import or_guess

    if name.isidentifier() and find_spec(f"purenn.{name}") is not None:
        return f"; it is a module of its own: import purenn.{name}"
    for home, names in (
        ("", __all__),
        ("schedules.", schedules.SCHEDULES),
        ("initializers.", initializers.__all__),
        ("metrics.", metrics.__all__),
    ):
        if guess := or_guess(name, names, f"; did you mean nn.{home}{{}}?"):
            return guess
    return ""
