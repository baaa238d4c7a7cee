"""Tutorial 003: digits with two layers, "just NumPy", trained and then judged on new images.

    python -m examples.mnist_two_layer
    PURENN_BACKEND=numpy python -m examples.mnist_two_layer --rows 41000 --iterations 500

Three errata. The tutorial sums the gradient of the bias over the classes as well, so that
all ten share one number (it is one sum a class: the bias was copied to each example, not to
each class). Its softmax overflows for large inputs; here each row is shifted first. And the
accuracy that it reports is of the rows it trained on: the last line here is of others.
"""

import argparse

import purenn as nn
from examples.digits import load
from examples.mnist_relu_softmax import tutorial_network
from purenn.training import Progress


def report(progress: Progress) -> None:
    """The tutorial's two lines, each tenth iteration."""
    iteration = progress.epoch - 1
    if iteration % 10 == 0:
        print(f"Iteration: {iteration}")
        print(f"Accuracy: {progress.metrics['accuracy']:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--iterations", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    train, test = load(arguments.rows)
    network = tutorial_network(train.features.width, arguments.seed)
    loss = nn.CrossEntropy()
    nn.train(
        network,
        train.features,
        train.targets,
        loss=loss,
        optimizer=nn.SGD(0.1),
        epochs=arguments.iterations,
        metrics=["accuracy"],
        callbacks=[report],
    )
    _, figures = nn.evaluate(network, test.features, test.targets, loss=loss, metrics=["accuracy"])
    print(f"Accuracy on {len(test)} other images: {figures['accuracy']:.4f}")


if __name__ == "__main__":
    main()
