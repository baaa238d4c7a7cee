"""Tutorial 000: digits with one hidden ReLU layer and softmax, full batch.

    python -m examples.mnist_relu_softmax
    PURENN_BACKEND=numpy python -m examples.mnist_relu_softmax --rows 41000 --iterations 500

The second line is the tutorial's own size. Erratum: the tutorial calls four functions that
it never shows (one-hot labels, the slope of ReLU, predicted labels, accuracy); here they
are CrossEntropy's targets, ReLU.backward and the metric "accuracy".

The tutorial keeps examples in columns, W (n_out × n_in); here they are rows, W (n_in × n_out),
so its draws are transposed. Its numbers come back digit for digit.
"""

import argparse

import purenn as nn
from examples.digits import load
from purenn.training import Progress


def tutorial_network(n_in: int, seed: int) -> nn.Network:
    """784 - 10 - 10, with W1, b1, W2, b2 drawn evenly from [-0.5, 0.5), as the tutorial draws."""
    draws = nn.RandomState(seed)
    layers = []
    for width in (n_in, 10):
        W = draws.uniform(-0.5, 0.5, (10, width))
        b = draws.uniform(-0.5, 0.5, (10, 1))
        rows = [list(column) for column in zip(*W, strict=True)]  # (n_in × n_out)
        layers.append(nn.Dense(width, 10, weights=rows, bias=[[value for (value,) in b]]))
    return nn.Network([layers[0], nn.ReLU(), layers[1], nn.Softmax()], seed=seed)


def report(progress: Progress) -> None:
    """The tutorial counts iterations from 0, and prints each tenth."""
    iteration = progress.epoch - 1
    if iteration % 10 == 0:
        print(f"Iteration {iteration}: Accuracy = {progress.metrics['accuracy']:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--iterations", type=int, default=50)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()
    train, _ = load(arguments.rows)
    nn.train(
        tutorial_network(train.features.width, arguments.seed),
        train.features,
        train.targets,
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        epochs=arguments.iterations,
        metrics=["accuracy"],
        callbacks=[report],
    )


if __name__ == "__main__":
    main()
