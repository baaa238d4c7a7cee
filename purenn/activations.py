"""Activations: the bend between two dense layers, A = g(Z), entry by entry.

Without one, a stack of dense layers is one dense layer: X @ W1 @ W2 = X @ (W1 @ W2).
By the chain rule dZ = dA · g′(Z); where g′ is easier to write by the output A, forward
keeps A. Softmax works on whole rows: its outputs are positive and add up to 1.

Letters: Z (m × n) input, A (m × n) output, dA and dZ the slopes of the loss along them.
"""

from __future__ import annotations

from purenn.backend import Array
from purenn.errors import ArgumentError
from purenn.layers import Layer

__all__ = ["Identity", "LeakyReLU", "ReLU", "Sigmoid", "Softmax", "Tanh"]


class Identity(Layer):
    """g(z) = z: for a last layer that predicts any number."""

    def forward(self, Z: Array) -> Array:
        return Z

    def backward(self, dA: Array) -> Array:
        return dA


class Sigmoid(Layer):
    """g(z) = 1 / (1 + e⁻ᶻ), from 0 to 1; g′(z) = A (1 − A)."""

    def forward(self, Z: Array) -> Array:
        self.A = self.backend.sigmoid(Z)
        return self.A

    def backward(self, dA: Array) -> Array:
        return self.backend.sigmoid_backward_from_output(dA, self.A)  # dA · A · (1 − A)


class Tanh(Layer):
    """g(z) = tanh z, from −1 to 1; g′(z) = 1 − A²."""

    def forward(self, Z: Array) -> Array:
        self.A = self.backend.tanh(Z)
        return self.A

    def backward(self, dA: Array) -> Array:
        return self.backend.tanh_backward_from_output(dA, self.A)  # dA · (1 − A²)


class ReLU(Layer):
    """g(z) = max(z, 0); g′(z) is 1 where z > 0, else 0 (at 0 as well, where it has a kink)."""

    def forward(self, Z: Array) -> Array:
        self.A = self.backend.relu(Z)
        return self.A

    def backward(self, dA: Array) -> Array:
        return self.backend.relu_backward_from_output(dA, self.A)  # dA where A > 0, else 0


class LeakyReLU(Layer):
    """g(z) = z where z > 0, else slope · z: a ReLU that never goes quite silent."""

    def __init__(self, slope: float = 0.01) -> None:
        if not 0.0 <= slope <= 1.0:
            raise ArgumentError(f"LeakyReLU: slope is {slope!r}, must be from 0 to 1")
        self.slope = slope

    def forward(self, Z: Array) -> Array:
        self.Z = Z
        return self.backend.leaky_relu(Z, self.slope)

    def backward(self, dA: Array) -> Array:
        # dA where Z > 0, else slope · dA
        return self.backend.leaky_relu_backward_from_input(dA, self.Z, self.slope)


class Softmax(Layer):
    """g(Z)[i,j] = e^Z[i,j] / Σₖ e^Z[i,k]: each row becomes probabilities."""

    def forward(self, Z: Array) -> Array:
        self.A = self.backend.softmax(Z)
        return self.A

    def backward(self, dA: Array) -> Array:
        # dZ[i,j] = A[i,j] (dA[i,j] − Σₖ dA[i,k] A[i,k])
        return self.backend.softmax_backward_from_output(dA, self.A)
