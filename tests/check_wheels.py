"""Builds the distributions, installs them in a new environment, and runs them there.

python tests/check_wheels.py CHECKOUT DIST     (tox -e wheel calls it; needs `build`)
"""

import subprocess
import sys
import tarfile
import venv
from pathlib import Path

MOST_BYTES = 500_000  # of purenn's wheel: a guard against files that do not belong in it


def run(*command: str | Path, cwd: Path | None = None) -> str:
    print("$", *command, flush=True)
    done = subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def main() -> None:
    checkout, dist = Path(sys.argv[1]), Path(sys.argv[2])
    for folder in (checkout, checkout / "backends" / "numpy"):
        run(sys.executable, "-m", "build", "--outdir", dist, folder)
    (wheel,) = dist.glob("purenn-[0-9]*.whl")
    (plugin,) = dist.glob("purenn_numpy-*.whl")
    (sdist,) = dist.glob("purenn-[0-9]*.tar.gz")

    size = wheel.stat().st_size
    print(f"{wheel.name}: {size:,} bytes")
    assert size < MOST_BYTES, f"the wheel has {size} bytes, more than {MOST_BYTES}"
    with tarfile.open(sdist) as archive:
        names = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert {"purenn", "tests"} <= names, names
    assert "backends" not in names, "the sdist of purenn holds the plugins"

    home = dist.parent / "installed"
    venv.create(home, with_pip=True, clear=True)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(python, "-m", "pip", "install", "-q", wheel, plugin, "pytest", "hypothesis")
    empty = dist.parent / "empty"
    empty.mkdir(exist_ok=True)
    print(run(python, "-m", "purenn", "backends", cwd=empty))
    for backend in ("python", "numpy"):
        print(run(python, "-m", "purenn", "xor", "--backend", backend, cwd=empty))
    print(run(python, "-m", "pytest", "-q", "--pyargs", "purenn.testing", cwd=empty))


if __name__ == "__main__":
    main()
