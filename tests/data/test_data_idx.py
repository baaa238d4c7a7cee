"""Reading IDX files: bytes stay bytes, and a damaged file says what is damaged."""

import gzip
import hashlib
import os
import struct
import tracemalloc
from pathlib import Path

import pytest

from purenn.data import (
    ByteRows,
    DataFileError,
    read_idx,
    read_idx_folder,
    read_idx_images,
    read_idx_labels,
    read_idx_pair,
)
from purenn.errors import ArgumentError

MD5 = {  # of the unpacked files, as first published
    "train-images": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels": "a25bea736e30d166cdddb491f175f624",
    "t10k-images": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels": "27ae3e4e09519cfbb04c329615203637",
}


def idx(shape: tuple[int, ...], data: bytes) -> bytes:
    """The bytes of an IDX file of unsigned bytes."""
    return struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape) + data


IMAGES = idx((3, 2, 2), bytes(range(12)))
LABELS = idx((3,), bytes([1, 0, 1]))


def fill(folder: Path, **parts: bytes) -> Path:
    """A folder of files under MNIST's names: train_images=..., t10k_labels=..."""
    for part, content in parts.items():
        digit = 3 if part.endswith("images") else 1
        name = part.replace("_", "-") + f"-idx{digit}-ubyte"
        (folder / name).write_bytes(content)
    return folder


def error_of(path: Path) -> str:
    """What read_idx says, without the folder."""
    with pytest.raises(DataFileError) as caught:
        read_idx(path)
    return str(caught.value).replace(f"{path.parent}{os.sep}", "")


@pytest.mark.parametrize("shape", [(12,), (3, 4), (3, 2, 2)])
@pytest.mark.parametrize("packed", [False, True])
def test_one_to_three_dimensions(tmp_path: Path, shape: tuple[int, ...], packed: bool) -> None:
    content = idx(shape, bytes(range(12)))
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert read_idx(path) == (shape, bytearray(range(12)))


def test_images_and_labels(tmp_path: Path) -> None:
    fill(tmp_path, train_images=IMAGES, train_labels=LABELS)
    rows, shape = read_idx_images(tmp_path / "train-images-idx3-ubyte")
    assert (rows[1], shape) == ([4 / 255, 5 / 255, 6 / 255, 7 / 255], (2, 2))
    assert read_idx_labels(tmp_path / "train-labels-idx1-ubyte") == [1, 0, 1]


FAILURES = [
    (b"", "file: found 0 bytes, expected an IDX header of 8 or more"),
    (b"\0\0\x08", "file: found 3 bytes, expected an IDX header"),
    (IMAGES[:10], "file: found 10 bytes, expected a header of 16"),
    (
        b"\x89PNG....",
        "file: found the magic number 2303741511 (bytes 89 50 4e 47), expected 2049 (",
    ),
    (b"\0\0\x0d\x03" + IMAGES[4:], "IDX items other than unsigned bytes are not read"),
    (b"\0\0\x08\x04" + bytes(20), "found the magic number 2052"),
    (b"\0\0\x08\0" + bytes(20), "found the magic number 2048"),
    (
        IMAGES[:-1],
        "found 11 bytes after the header, expected 12 bytes (3 × 2 × 2); the file is cut",
    ),
    (
        IMAGES + b"xy",
        "found 14 bytes after the header, expected 12 bytes (3 × 2 × 2); the file is ",
    ),
    (IMAGES + bytes(3 << 20), "found at least 1,048,588 bytes after the header"),
    (idx((0,), b""), "the header claims 0 items, expected 1 to 2,147,483,648"),
    (idx((0, 28, 28), b""), "the header claims 0 × 28 × 28 items"),
    (
        idx((2**32 - 1,) * 3, b"x"),
        "the header claims 4,294,967,295 × 4,294,967,295 × 4,294,967,295",
    ),
    (idx((2**31,), b"x" * 9), "found 9 bytes after the header, expected 2,147,483,648 bytes"),
    (gzip.compress(IMAGES)[:-9], "file: the gzip data ends too early (a cut-off download?)"),
    (gzip.compress(IMAGES)[:-6] + b"123456", "file: the gzip data is damaged (CRC check failed"),
    (gzip.compress(IMAGES) + b"junk", "file: the gzip data is damaged"),
    (gzip.compress(IMAGES)[:10] + b"\xff" * 20, "file: the gzip data is damaged"),
]


@pytest.mark.parametrize(("content", "message"), FAILURES, ids=range(len(FAILURES)))
def test_what_is_wrong_with_a_file(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert message in error_of(path)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    assert "there is no such file" in error_of(tmp_path / "none")
    assert "this is a folder, expected a file" in error_of(tmp_path)


def test_a_claim_of_two_gigabytes_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(idx((2**21, 32, 32), b"few"))
    tracemalloc.start()
    assert "cut short" in error_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_images_and_labels_swapped(tmp_path: Path) -> None:
    fill(tmp_path, train_images=LABELS, train_labels=IMAGES)
    with pytest.raises(DataFileError, match=r"2049 \(1 dimensions\), expected 2051.*swapped"):
        read_idx_images(tmp_path / "train-images-idx3-ubyte")
    with pytest.raises(DataFileError, match=r"2051 \(3 dimensions\), expected 2049.*swapped"):
        read_idx_labels(tmp_path / "train-labels-idx1-ubyte")


def test_labels_out_of_range(tmp_path: Path) -> None:
    path = fill(tmp_path, train_labels=idx((3,), bytes([1, 10, 1]))) / "train-labels-idx1-ubyte"
    with pytest.raises(DataFileError, match=r"label 1 \(counted from 0\) is 10, expected 0 to 9"):
        read_idx_labels(path, classes=10)
    images = fill(tmp_path, train_images=IMAGES) / "train-images-idx3-ubyte"
    with pytest.raises(DataFileError, match=r"label 1 .* is 10, but there are only 2 different"):
        read_idx_pair(images, path)
    assert read_idx_pair(images, path, classes=11).classes == 11
    for classes in (1, 257, True, "10"):
        with pytest.raises(ArgumentError, match="classes"):
            read_idx_pair(images, path, classes=classes)  # type: ignore[arg-type]


def test_a_folder(tmp_path: Path) -> None:
    train, test = read_idx_folder(fill(tmp_path, train_images=IMAGES, train_labels=LABELS))
    assert test is None
    assert (len(train), train.classes, train.image_shape) == (3, 2, (2, 2))
    fill(tmp_path, t10k_images=IMAGES, t10k_labels=LABELS)
    assert read_idx_folder(tmp_path)[1] is not None


def test_other_spellings_of_the_names(tmp_path: Path) -> None:
    (tmp_path / "emnist-train-images.idx3-ubyte").write_bytes(IMAGES)
    (tmp_path / "emnist-train-labels-idx1-ubyte.gz").write_bytes(LABELS)  # not packed
    (tmp_path / "emnist-test-images-idx3-ubyte").write_bytes(gzip.compress(IMAGES))
    (tmp_path / "emnist-test-labels-idx1-ubyte").write_bytes(LABELS)
    (tmp_path / "emnist-test-labels-idx1-ubyte.gz").write_bytes(b"the plain one is taken")
    (tmp_path / "README").write_text("something else")
    train, test = read_idx_folder(tmp_path)
    assert test is not None
    assert list(train.features) == list(test.features)
    (tmp_path / "other-train-images-idx3-ubyte").write_bytes(IMAGES)
    with pytest.raises(DataFileError, match="expected one; take the other away"):
        read_idx_folder(tmp_path)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"train_images": IMAGES}, "found 'train-images-idx3-ubyte' but no train-labels file"),
        ({"train_labels": LABELS}, "found 'train-labels-idx1-ubyte' but no train-images file"),
        ({"t10k_images": IMAGES, "t10k_labels": LABELS}, "found a test part only"),
        (
            {"train_images": IMAGES, "train_labels": idx((2,), b"\0\1")},
            "train-labels-idx1-ubyte: found 2 labels, expected 3 as there are images in",
        ),
        ({"train_images": IMAGES, "train_labels": idx((3,), bytes(3))}, "found one class only, 0"),
        (
            {
                "train_images": IMAGES,
                "train_labels": LABELS,
                "t10k_images": IMAGES,
                "t10k_labels": idx((3,), bytes([0, 7, 0])),
            },
            r"t10k-labels-idx1-ubyte: label 1 \(counted from 0\) is 7, expected 0 to 1",
        ),
        (
            {
                "train_images": IMAGES,
                "train_labels": idx((3,), bytes([0, 2, 0])),
                "t10k_images": IMAGES,
                "t10k_labels": idx((3,), bytes([0, 1, 0])),
            },
            r"label 1 \(counted from 0\) is 1, which the training never has",
        ),
        (
            {"train_images": IMAGES, "train_labels": LABELS, "t10k_labels": LABELS},
            "no t10k-images file beside it",
        ),
    ],
)
def test_what_is_wrong_with_a_folder(tmp_path: Path, parts: dict[str, bytes], message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read_idx_folder(fill(tmp_path, **parts))


def test_two_test_parts_of_different_names(tmp_path: Path) -> None:
    fill(tmp_path, train_images=IMAGES, train_labels=LABELS, t10k_images=IMAGES, test_labels=LABELS)
    with pytest.raises(DataFileError, match="found test files named t10k and test"):
        read_idx_folder(tmp_path)


def test_folders_that_are_named_like_the_files_in_them(tmp_path: Path) -> None:
    """As some programs unpack them; a file that lies beside such a folder is taken."""
    for name, content in (
        ("train-images-idx3-ubyte", IMAGES),
        ("train-labels-idx1-ubyte", LABELS),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_bytes(content)
        (tmp_path / name / "notes.txt").write_bytes(b"")
    (tmp_path / "t10k-images-idx3-ubyte").mkdir()  # empty: there is no test part
    train, test = read_idx_folder(tmp_path)
    assert test is None
    (tmp_path / "train-labels.idx1-ubyte").write_bytes(LABELS)
    assert read_idx_folder(tmp_path)[0].targets == train.targets


def test_folders_without_idx_files(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="the folder is empty; expected IDX files such as"):
        read_idx_folder(tmp_path)
    (tmp_path / "a.csv").write_text("1")
    with pytest.raises(DataFileError, match=r"found 'a\.csv'; expected IDX files"):
        read_idx_folder(tmp_path)
    with pytest.raises(DataFileError, match="this is a file, expected a folder"):
        read_idx_folder(tmp_path / "a.csv")
    with pytest.raises(DataFileError, match="there is no such folder"):
        read_idx_folder(tmp_path / "none")
    with pytest.raises(DataFileError, match="the folder cannot be read"):
        read_idx_folder("a\0b")


@pytest.fixture(scope="module")
def mnist() -> Path:
    """The folder of MNIST, or the reason why these tests are skipped."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "mnist"
    folder = Path(os.environ.get("PURENN_MNIST") or beside)
    if not folder.is_dir():
        pytest.skip(f"MNIST is not here: PURENN_MNIST is unset or wrong, and there is no {folder}")
    return folder


def test_mnist_is_read_bit_for_bit(mnist: Path) -> None:
    train, test = read_idx_folder(mnist)
    assert test is not None
    assert (len(train), len(test), train.classes) == (60_000, 10_000, 10)
    assert train.targets[:10] == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert test.targets[:10] == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    for part, data in (("train", train), ("t10k", test)):
        assert isinstance(data.features, ByteRows)
        assert data.image_shape == (28, 28)
        pixels = data.features.take_bytes(range(len(data)))
        images = idx((len(data), 28, 28), pixels)
        labels = idx((len(data),), bytes(data.targets))
        assert hashlib.md5(images, usedforsecurity=False).hexdigest() == MD5[f"{part}-images"]
        assert hashlib.md5(labels, usedforsecurity=False).hexdigest() == MD5[f"{part}-labels"]


def test_mnist_takes_the_memory_of_its_bytes(mnist: Path) -> None:
    tracemalloc.start()
    parts = read_idx_folder(mnist)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(parts[0]) == 60_000
    assert peak < 75e6  # 55 MB of pixels, the room a growing bytearray keeps, the labels
