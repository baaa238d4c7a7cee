"""Activations: the bend between two dense layers, A = g(Z), entry by entry.

Without one, a stack of dense layers is one dense layer: X @ W1 @ W2 = X @ (W1 @ W2).
By the chain rule dZ = dA · g′(Z); where g′ is easier to write by the output A, forward
keeps A; `kept` names it. Softmax works on whole rows: its outputs are positive and add up
to 1.

Letters: Z (m × n) input, A (m × n) output, dA and dZ the slopes of the loss along them.
"""

from __future__ import annotations

from math import pi, sqrt

from purenn.checks import real
from purenn.layers import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from purenn.array import Array

__all__ = [
    "ELU",
    "GELU",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]

ROOT = sqrt(2.0 / pi)  # of GELU
CUBIC = 0.044715


class Identity(Layer):
    """g(z) = z: for a last layer that predicts any number."""

    def forward(self, Z: Array) -> Array:
        return Z

    def backward(self, dA: Array) -> Array:
        return dA


class Sigmoid(Layer):
    """g(z) = 1 / (1 + e⁻ᶻ), from 0 to 1; g′(z) = A (1 − A)."""

    kept = ("A",)

    def forward(self, Z: Array) -> Array:
        A = self.A = self.backend.sigmoid(Z)
        return A

    def backward(self, dA: Array) -> Array:
        return self.backend.sigmoid_backward_from_output(dA, self.A)  # dA · A · (1 − A)


class Tanh(Layer):
    """g(z) = tanh z, from −1 to 1; g′(z) = 1 − A²."""

    kept = ("A",)

    def forward(self, Z: Array) -> Array:
        A = self.A = self.backend.tanh(Z)
        return A

    def backward(self, dA: Array) -> Array:
        return self.backend.tanh_backward_from_output(dA, self.A)  # dA · (1 − A²)


class ReLU(Layer):
    """g(z) = max(z, 0); g′(z) is 1 where z > 0, else 0 (at 0 as well, where it has a kink)."""

    kept = ("A",)

    def forward(self, Z: Array) -> Array:
        A = self.A = self.backend.relu(Z)
        return A

    def backward(self, dA: Array) -> Array:
        return self.backend.relu_backward_from_output(dA, self.A)  # dA where A > 0, else 0


class LeakyReLU(Layer):
    """g(z) = z where z > 0, else slope · z: a ReLU that never goes quite silent."""

    arguments = ("slope",)
    kept = ("Z",)

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = real(slope, "LeakyReLU: slope", least=0.0, most=1.0)

    def forward(self, Z: Array) -> Array:
        self.Z = Z
        return self.backend.leaky_relu(Z, self.slope)

    def backward(self, dA: Array) -> Array:
        # dA where Z > 0, else slope · dA
        return self.backend.leaky_relu_backward_from_input(dA, self.Z, self.slope)


class ELU(Layer):
    """g(z) = z where z > 0, else α (eᶻ − 1): bends down to −α (Clevert et al. 2016).

    g′(z) is 1 where z > 0, else α eᶻ. With α = 1 the slope has no jump at 0.
    """

    arguments = ("alpha",)
    kept = ("Z",)

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = real(alpha, "ELU: alpha", above=0.0)

    def forward(self, Z: Array) -> Array:
        self.Z = Z
        # eᶻ − 1 = 2t / (1 − t), t = tanh(z/2): near 0 it keeps the digits that eᶻ − 1 would lose
        t = self.backend.tanh(self.backend.minimum(Z, 0.0) / 2.0)
        return self.backend.where(Z > 0.0, Z, (2.0 * self.alpha) * t / (1.0 - t))

    def backward(self, dA: Array) -> Array:
        E = self.backend.exp(self.backend.minimum(self.Z, 0.0))  # eᶻ where it is needed
        return self.backend.where(self.Z > 0.0, dA, dA * (self.alpha * E))  # dA · 1 or dA · α eᶻ


class GELU(Layer):
    """g(z) = z/2 · (1 + tanh u), u = √(2/π) (z + 0.044715 z³), which is z · σ(2u).

    This is the approximation by tanh (Hendrycks and Gimpel 2016, section 2) of z · Φ(z),
    where Φ is the normal distribution; it is at most 0.0005 off. The exact form needs the
    error function, which the array API standard does not have. By the product rule
    g′(z) = s + z · s (1 − s) · 2u′, with s = σ(2u) and u′ = √(2/π) (1 + 3 · 0.044715 z²).
    """

    kept = ("Z", "S")

    def forward(self, Z: Array) -> Array:
        self.Z = Z
        S = self.S = self.backend.sigmoid((2.0 * ROOT) * (Z + CUBIC * (Z * Z * Z)))  # s = σ(2u)
        return Z * S  # z · s

    def backward(self, dA: Array) -> Array:
        Z, S = self.Z, self.S
        dU = (2.0 * ROOT) * (1.0 + (3.0 * CUBIC) * (Z * Z))  # 2u′
        return dA * (S + Z * S * (1.0 - S) * dU)  # dA · (s + z · s (1 − s) · 2u′)


class SiLU(Layer):
    """g(z) = z · σ(z), also called swish (Elfwing et al. 2018; Ramachandran et al. 2017).

    By the product rule g′(z) = σ + z · σ (1 − σ) = σ + A (1 − σ).
    """

    kept = ("S", "A")

    def forward(self, Z: Array) -> Array:
        S = self.S = self.backend.sigmoid(Z)
        A = self.A = Z * S  # z · σ(z)
        return A

    def backward(self, dA: Array) -> Array:
        return dA * (self.S + self.A * (1.0 - self.S))  # dA · (σ + A (1 − σ))


class Softplus(Layer):
    """g(z) = ln(1 + eᶻ), a ReLU without a kink (Dugas et al. 2001); g′(z) = σ(z)."""

    kept = ("Z",)

    def forward(self, Z: Array) -> Array:
        self.Z = Z
        return self.backend.softplus(Z)  # max(z, 0) + ln(1 + e^−|z|)

    def backward(self, dA: Array) -> Array:
        return dA * self.backend.sigmoid(self.Z)  # dA · σ(z)


class Softmax(Layer):
    """g(Z)[i,j] = e^Z[i,j] / Σₖ e^Z[i,k]: each row becomes probabilities."""

    kept = ("A",)

    def forward(self, Z: Array) -> Array:
        A = self.A = self.backend.softmax(Z)
        return A

    def backward(self, dA: Array) -> Array:
        # dZ[i,j] = A[i,j] (dA[i,j] − Σₖ dA[i,k] A[i,k])
        return self.backend.softmax_backward_from_output(dA, self.A)
