"""Tutorial 002, first part: two weight matrices, no bias, the sum of squared errors.

    python -m examples.sse_network
    PURENN_BACKEND=numpy python -m examples.sse_network

Erratum: the tutorial leaves its sigmoid out, and the plain 1 / (1 + e⁻ᶻ) overflows in Python
for z below −709; the one here is finite for every z.

It takes steps of 1 along the slope of Σ (P − Y)², and shows the loss as a curve and the
predictions as a table: both are printed here.
"""

import purenn as nn
from purenn.training import Progress

X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
y = [[0], [1], [1], [0]]


def report(progress: Progress) -> None:
    iteration = progress.epoch - 1
    if iteration % 100 == 0:
        print(f"Iteration {iteration}: loss {progress.loss:.6f}")


def main() -> None:
    rand = nn.initializers.Uniform(0.0, 1.0)  # np.random.rand, number for number
    network = nn.Network(
        [
            nn.Dense(3, 4, weights=rand, bias=None),
            nn.Sigmoid(),
            nn.Dense(4, 1, weights=rand, bias=None),
            nn.Sigmoid(),
        ],
        seed=42,
    )
    nn.train(
        network,
        X,
        y,
        loss=nn.SumSquaredError(scale=1.0),
        optimizer=nn.SGD(learning_rate=1.0),
        epochs=1500,
        callbacks=[report],
    )
    print("Prediction  Y (Actual)")
    predictions = network.backend.to_list(network.predict(X))
    for (prediction,), (actual,) in zip(predictions, y, strict=True):
        print(f"{prediction:10.3f}  {actual:10d}")


if __name__ == "__main__":
    main()
