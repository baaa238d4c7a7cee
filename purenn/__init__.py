"""purenn: neural networks in plain Python.

    import purenn as nn

    network = nn.Network([nn.Dense(2, 4), nn.Tanh(), nn.Dense(4, 1), nn.Sigmoid()], seed=0)
    nn.train(network, X, y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.5), epochs=1000)
    network.predict(X)

The same code runs on lists (built in), on NumPy, or on any library with a plugin:
see purenn.backend.
"""

from purenn import initializers
from purenn.activations import Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from purenn.backend import available_backends, get_backend, use_backend
from purenn.errors import PurennError
from purenn.gradients import gradient_check
from purenn.layers import Dense
from purenn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError, SumSquaredError
from purenn.metrics import accuracy, mean_squared_error
from purenn.network import Network
from purenn.optimizers import SGD, Adam
from purenn.random import RandomState
from purenn.training import History, train

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Dense",
    "History",
    "Identity",
    "LeakyReLU",
    "MeanSquaredError",
    "Network",
    "PurennError",
    "RandomState",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "SumSquaredError",
    "Tanh",
    "accuracy",
    "available_backends",
    "get_backend",
    "gradient_check",
    "initializers",
    "mean_squared_error",
    "train",
    "use_backend",
]
