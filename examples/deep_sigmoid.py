"""Tutorial 002, second part: layers of sigmoids and the mean binary cross-entropy.

    python -m examples.deep_sigmoid
    python -m examples.deep_sigmoid --scale 0.01        the tutorial's own start, which stalls

Three errata. The tutorial's forward pass never keeps its caches (only the last layer's are
made, and none returned), and its cost calls a `log` that is not defined. Its first weights,
randn × 0.01, are so small that every sigmoid starts at 0.5 and stays there: the cost never
leaves ln 2 = 0.6931. With randn × 1 the same network learns.
"""

import argparse
import itertools

import purenn as nn
from purenn.training import Progress

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]
DIMENSIONS = [2, 4, 3, 1]


def tutorial_network(scale: float, seed: int) -> nn.Network:
    """Its draws are (n_out × n_in), examples in columns; here they are transposed."""
    draws = nn.RandomState(seed)
    layers: list[nn.Dense | nn.Sigmoid] = []
    for n_in, n_out in itertools.pairwise(DIMENSIONS):
        W = [[value * scale for value in row] for row in draws.randn(n_out, n_in)]
        layers.append(nn.Dense(n_in, n_out, weights=list(zip(*W, strict=True))))
        layers.append(nn.Sigmoid())
    return nn.Network(layers, seed=seed)


def report(progress: Progress) -> None:
    epoch = progress.epoch - 1
    if epoch % 300 == 0:
        print(f"Epoch {epoch}: cost {progress.loss:.6f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="of the first weights")
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    network = tutorial_network(arguments.scale, arguments.seed)
    nn.train(
        network,
        X,
        y,
        loss=nn.BinaryCrossEntropy(),
        optimizer=nn.SGD(0.5),
        epochs=3000,
        callbacks=[report],
    )
    print("Predictions:", *(f"{p:.4f}" for (p,) in network.backend.to_list(network.predict(X))))


if __name__ == "__main__":
    main()
