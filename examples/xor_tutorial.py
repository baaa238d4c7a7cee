"""Tutorial 001: exclusive or with two hidden sigmoid units, seed 42, printing its own lines.

    python -m examples.xor_tutorial
    PURENN_BACKEND=numpy python -m examples.xor_tutorial

Two errata. The tutorial reports the mean of the squared errors, but its step follows the
slope of half their sum: the loss here is that half sum, and the mean is only a metric.
And with this seed the network never learns: it ends near 0.05, 0.50, 0.95, 0.50, because
its two hidden units settle where the slope is 0 and the answer is not. Try seed 1.
"""

import purenn as nn
from purenn.training import Progress

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]


def report(progress: Progress) -> None:
    """The tutorial counts epochs from 0, and prints each thousandth."""
    epoch = progress.epoch - 1
    if epoch % 1000 == 0:
        print(f"Epoch {epoch}, Loss: {progress.metrics['mean_squared_error']:.5f}")


def main() -> None:
    normal = nn.initializers.Normal()  # np.random.randn, number for number
    network = nn.Network(
        [
            nn.Dense(2, 2, weights=normal),
            nn.Sigmoid(),
            nn.Dense(2, 1, weights=normal),
            nn.Sigmoid(),
        ],
        seed=42,
    )
    nn.train(
        network,
        X,
        y,
        loss=nn.SumSquaredError(scale=0.5),
        optimizer=nn.SGD(learning_rate=0.1),
        epochs=10000,
        metrics=["mean_squared_error"],
        callbacks=[report],
    )
    print("Final Predictions:")
    rows = [f"[{p:.8f}]" for (p,) in network.backend.to_list(network.predict(X))]
    print("[" + "\n ".join(rows) + "]")


if __name__ == "__main__":
    main()
