"""Handwritten digits for the examples: MNIST where there is some, else 8 × 8 images.

MNIST is taken from the folder in the environment variable PURENN_MNIST, or from
../shared/mnist; it is not part of purenn. The small images are (600 of them, 64 pixels
instead of 784), so that every example runs without a download.
"""

import os
from pathlib import Path

from purenn.data import Dataset, load_digits, read_idx_folder, split


def load(rows: int) -> tuple[Dataset, Dataset]:
    """The first `rows` training images (or all there are), and the test images."""
    folder = Path(os.environ.get("PURENN_MNIST") or "../shared/mnist")
    if folder.is_dir():
        train, test = read_idx_folder(folder)
    else:
        train, test = split(load_digits(), 0.8, seed=0, stratify=True)
    assert test is not None
    return train.subset(range(min(rows, len(train)))), test
