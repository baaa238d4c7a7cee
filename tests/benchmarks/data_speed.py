"""How fast the four MNIST files are read, beside unpacking them alone, and in what memory.

    python tests/benchmarks/data_speed.py [FOLDER]

FOLDER defaults to PURENN_MNIST, then to ../shared/mnist beside the checkout. The two times are
taken by turns, so that what else the machine does meets both; their medians are compared.
"""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

ROUNDS = 11


def unpack(folder: Path) -> None:
    """What any reader has to do at least."""
    for path in sorted(folder.glob("*.gz")):
        gzip.decompress(path.read_bytes())


def read(folder: Path) -> None:
    """The four files into the two data sets."""
    from purenn.data import read_idx_folder

    read_idx_folder(folder)


def seconds(work: Callable[[Path], None], folder: Path) -> float:
    start = perf_counter()
    work(folder)
    return perf_counter() - start


def peak_megabytes(statement: str, folder: Path) -> float:
    """The most memory that a new process held at once."""
    program = (
        f"import sys, resource\nsys.path.insert(0, {str(ROOT)!r})\nimport purenn.data\n"
        f"folder = {str(folder)!r}\n{statement}\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS reports bytes, Linux KiB
    return int(done.stdout) * unit / 1e6


def main() -> int:
    default = os.environ.get("PURENN_MNIST") or ROOT.parent / "shared" / "mnist"
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else default)
    if not folder.is_dir():
        print(f"no MNIST here: {folder}", file=sys.stderr)
        return 1
    # Memory first: on Linux a new process starts with the peak of the one that started it.
    empty = peak_megabytes("", folder)
    full = peak_megabytes("data = purenn.data.read_idx_folder(folder)", folder)
    read(folder)  # once without a clock: imports, and the files into the system's cache
    pairs = [(seconds(unpack, folder), seconds(read, folder)) for _ in range(ROUNDS)]
    unpacking, reading = (median(times) for times in zip(*pairs, strict=True))
    print(f"python      {sys.version.split()[0]}")
    print(f"unpacking   {unpacking:.3f} s   (median of {ROUNDS}, by turns)")
    print(f"reading     {reading:.3f} s   ({reading / unpacking:.2f} times unpacking)")
    print(f"peak memory {full:.0f} MB with MNIST, {empty:.0f} MB without")
    return 0


if __name__ == "__main__":
    sys.exit(main())
