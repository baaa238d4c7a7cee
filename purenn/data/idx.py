"""Reading IDX files, the format in which MNIST was published.

    bytes 0-1   zero
    byte  2     type of an item: 8 is an unsigned byte, the only one that is read here
    byte  3     number of dimensions, 1 to 3
    then        the size of each dimension, 4 bytes, the most significant byte first
    then        the items

Bytes stay bytes: they become floats row by row when a batch is taken.
Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998.
"""

import os
from math import prod
from typing import BinaryIO, NamedTuple

from purenn.checks import whole
from purenn.data.dataset import Dataset
from purenn.data.files import checked_path, open_bytes
from purenn.data.messages import DataFileError, StrPath, listed, shown
from purenn.data.rows import ByteRows

__all__ = [
    "IdxArray",
    "read_idx",
    "read_idx_folder",
    "read_idx_images",
    "read_idx_labels",
    "read_idx_pair",
]

STEP = 2**20  # bytes read at a time: what a header claims is never allocated before it is there
MOST_BYTES = 2**31
UNSIGNED_BYTE = 8
DIGITS = 10  # labels below this are taken as they are, see _told_classes
FILE_NAME = r".*?(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx[13]-ubyte(\.gz)?"


class IdxArray(NamedTuple):
    """The items of an IDX file: the size of each dimension, and prod(shape) bytes."""

    shape: tuple[int, ...]
    data: bytearray


def read_idx(path: StrPath) -> IdxArray:
    """An IDX file of unsigned bytes in 1 to 3 dimensions, plain or gzip (told by its content).

    DataFileError for a missing, truncated, over-long or damaged file, a wrong magic number, and
    a header that claims nothing or more than 2 GiB.
    """
    name = checked_path(path)
    with open_bytes(name) as stream:
        shape = _read_shape(stream, name)
        return IdxArray(shape, _read_items(stream, name, shape))


def _read_shape(stream: BinaryIO, path: str) -> tuple[int, ...]:
    """The header: the size of each dimension."""
    magic = stream.read(4)
    if len(magic) < 4:
        raise DataFileError(path, f"found {len(magic)} bytes, expected an IDX header of 8 or more")
    if magic[:2] != b"\0\0" or magic[2] != UNSIGNED_BYTE or not 1 <= magic[3] <= 3:
        raise DataFileError(path, _wrong_magic(magic))
    sizes = stream.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        found = 4 + len(sizes)
        raise DataFileError(path, f"found {found} bytes, expected a header of {4 + 4 * magic[3]}")
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4))
    if not 0 < prod(shape) <= MOST_BYTES:
        claim = f"the header claims {_times(shape)} items"
        raise DataFileError(path, f"{claim}, expected 1 to {MOST_BYTES:,}; is the file damaged?")
    return shape


def _wrong_magic(magic: bytes) -> str:
    found = f"found the magic number {int.from_bytes(magic, 'big')} (bytes {magic.hex(' ')})"
    expected = "expected 2049 (labels), 2050 or 2051 (images)"
    if magic[:2] == b"\0\0" and 1 <= magic[3] <= 3 and 9 <= magic[2] <= 14:
        return f"{found}, {expected}: IDX items other than unsigned bytes are not read"
    return f"{found}, {expected}; is this an IDX file?"


def _read_items(stream: BinaryIO, path: str, shape: tuple[int, ...]) -> bytearray:
    """Exactly the items that the header tells of."""
    expected = prod(shape)
    data = bytearray()
    while missing := expected - len(data):
        chunk = stream.read(min(STEP, missing))
        if not chunk:
            raise DataFileError(path, f"{_counts(len(data), shape)}; the file is cut short")
        data += chunk
    surplus = len(stream.read(STEP))  # reading to the end also checks the gzip check sum
    if surplus:
        least = "at least " if surplus == STEP else ""
        message = f"{_counts(expected + surplus, shape, least)}; the file is too long"
        raise DataFileError(path, message)
    return data


def _counts(found: int, shape: tuple[int, ...], least: str = "") -> str:
    wanted = f"{prod(shape):,} bytes" + (f" ({_times(shape)})" if len(shape) > 1 else "")
    return f"found {least}{found:,} bytes after the header, expected {wanted}"


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


def read_idx_images(path: StrPath, *, divisor: float = 255.0) -> tuple[ByteRows, tuple[int, int]]:
    """Images of an IDX file of 3 dimensions: one row an image, and (rows, columns) of an image.

    Byte k is taken as the float k / divisor. Errors as in read_idx.
    """
    shape, data = read_idx(path)
    if len(shape) != 3:
        raise DataFileError(
            path,
            f"found the magic number {2048 + len(shape)} ({len(shape)} dimensions), expected 2051 "
            "(images: 3 dimensions); are images and labels swapped?",
        )
    return ByteRows(data, shape[1] * shape[2], divisor=divisor), (shape[1], shape[2])


def read_idx_labels(path: StrPath, *, classes: int | None = None) -> list[int]:
    """Labels of an IDX file of 1 dimension: a number from 0 to 255 each.

    classes: if given, a label that is not below it is an error. Errors as in read_idx.
    """
    shape, data = read_idx(path)
    if len(shape) != 1:
        raise DataFileError(
            path,
            f"found the magic number {2048 + len(shape)} ({len(shape)} dimensions), expected 2049 "
            "(labels: 1 dimension); are images and labels swapped?",
        )
    if classes is not None and max(data) >= classes:
        wrong = next(i for i, label in enumerate(data) if label >= classes)
        message = f"label {wrong} (counted from 0) is {data[wrong]}, expected 0 to {classes - 1}"
        raise DataFileError(path, message)
    return list(data)


def read_idx_pair(
    images: StrPath,
    labels: StrPath,
    *,
    classes: int | None = None,
    divisor: float = 255.0,
    name: str | None = None,
) -> Dataset:
    """A data set from a file of images and the file of their labels.

    classes: the number of classes; None takes the largest label plus one. DataFileError if the
    counts differ, a label is out of range, or there is one class only; else as in read_idx.
    """
    if classes is not None:
        classes = whole(classes, "read_idx_pair: classes", 2, 256, also=", or None")
    pixels, shape = read_idx_images(images, divisor=divisor)
    numbers = read_idx_labels(labels, classes=classes)
    if len(numbers) != len(pixels):
        found = f"found {len(numbers):,} labels"
        raise DataFileError(
            labels, f"{found}, expected {len(pixels):,} as there are images in {os.fspath(images)}"
        )
    if classes is None:
        classes = _told_classes(numbers, labels)
    called = os.path.basename(os.fspath(images)) if name is None else name
    names = map(str, range(classes))
    return Dataset(pixels, numbers, label_names=names, image_shape=shape, name=called)


def _told_classes(numbers: list[int], path: StrPath) -> int:
    """The largest label plus one, unless the labels look damaged."""
    present = _check_classes(numbers, path)
    largest = max(present)
    if largest >= DIGITS and 2 * len(present) <= largest:
        wrong = numbers.index(largest)
        raise DataFileError(
            path,
            f"label {wrong} (counted from 0) is {largest}, but there are only {len(present)} "
            f"different labels; if this is right, pass classes={largest + 1}",
        )
    return largest + 1


def _check_classes(numbers: list[int], path: StrPath) -> set[int]:
    """The different labels, two or more: nothing can be learned from one."""
    present = set(numbers)
    if len(present) < 2:
        message = f"found one class only, {numbers[0]}, expected two or more classes"
        raise DataFileError(path, message)
    return present


def read_idx_folder(
    folder: StrPath, *, classes: int | None = None
) -> tuple[Dataset, Dataset | None]:
    """The training and the test part of a folder of IDX files under the names of MNIST.

    train-images-idx3-ubyte, train-labels-idx1-ubyte, and t10k- or test- for the test part, which
    may be missing (None). `.idx` for `-idx`, `.gz` at the end and a common prefix (as in
    EMNIST) are fine, and so is a folder of such a name with the file in it. DataFileError as in
    read_idx_pair; also if there is no folder, no such files, one file of a pair only, or a test
    label that the training part never has.
    """
    path = checked_path(folder)
    found = _find_files(path)
    train = _pair(path, found, ("train",))
    test = _pair(path, found, ("t10k", "test"))
    if train is None:
        raise DataFileError(path, "found a test part only; train-images-idx3-ubyte is missing")
    base = os.path.basename(os.path.abspath(path))
    data = read_idx_pair(*train, classes=classes, name=f"{base} train")
    _check_classes(data.targets, train[1])
    if test is None:
        return data, None
    other = read_idx_pair(*test, classes=data.classes, name=f"{base} test")
    _check_seen(data.targets, other.targets, test[1])
    return data, other


def _find_files(path: str) -> dict[tuple[str, str], str]:
    """The files of a folder by (part, images or labels)."""
    try:
        names = sorted(os.listdir(path))
    except NotADirectoryError as error:
        raise DataFileError(path, "this is a file, expected a folder of IDX files") from error
    except FileNotFoundError as error:
        raise DataFileError(path, "there is no such folder; check the path") from error
    except (OSError, ValueError) as error:
        raise DataFileError(path, f"the folder cannot be read ({error})") from error
    folders = [name for name in names if os.path.isdir(os.path.join(path, name))]
    found = _first_of_each(path, [name for name in names if name not in folders])
    within = [os.path.join(name, each) for name in folders for each in _named_alike(path, name)]
    found = _first_of_each(path, within) | found  # a file beside a folder of its name is taken
    if not found:
        holds = f"found {listed(names)}" if names else "the folder is empty"
        expected = "expected IDX files such as train-images-idx3-ubyte.gz"
        raise DataFileError(path, f"{holds}; {expected}")
    return found


def _key(name: str) -> tuple[str, str] | None:
    """Which part of a data set a file is, and whether images or labels, by its name."""
    import re  # here: `import purenn.data` stays cheap

    match = re.fullmatch(FILE_NAME, os.path.basename(name), re.IGNORECASE)
    return None if match is None else (match["part"].lower(), match["what"].lower())


def _first_of_each(path: str, names: list[str]) -> dict[tuple[str, str], str]:
    """A file for each key; the names are sorted, so a plain file comes before a packed one."""
    found: dict[tuple[str, str], str] = {}
    for name in names:
        key = _key(name)
        if key is not None:
            _check_one_set(path, found.get(key), name)
            found.setdefault(key, name)
    return found


def _named_alike(path: str, folder: str) -> list[str]:
    """The files in a folder that unpacking has named like the file in it."""
    if _key(folder) is None:
        return []
    try:
        return sorted(os.listdir(os.path.join(path, folder)))
    except OSError as error:
        raise DataFileError(os.path.join(path, folder), f"cannot be read ({error})") from error


def _check_one_set(path: str, known: str | None, name: str) -> None:
    """Two files for one part may differ in `.gz` only."""
    if known is not None and known != name.removesuffix(".gz"):
        message = f"found both {shown(known)} and {shown(name)}, expected one; take the other away"
        raise DataFileError(path, message)


def _pair(
    path: str, found: dict[tuple[str, str], str], parts: tuple[str, ...]
) -> tuple[str, str] | None:
    """The paths of images and labels of one part, None if there is neither."""
    there = [part for part in parts if (part, "images") in found or (part, "labels") in found]
    if len(there) > 1:
        raise DataFileError(path, "found test files named t10k and test, expected one of them")
    if not there:
        return None
    for what, other in (("images", "labels"), ("labels", "images")):
        if (there[0], what) not in found:
            have = shown(found[there[0], other])
            raise DataFileError(path, f"found {have} but no {there[0]}-{what} file beside it")
    images, labels = found[there[0], "images"], found[there[0], "labels"]
    return os.path.join(path, images), os.path.join(path, labels)


def _check_seen(train: list[int], test: list[int], path: str) -> None:
    """Every class of the test part occurs in the training part."""
    unseen = set(test) - set(train)
    if unseen:
        wrong = next(i for i, label in enumerate(test) if label in unseen)
        message = f"label {wrong} (counted from 0) is {test[wrong]}, which the training never has"
        raise DataFileError(path, message)
