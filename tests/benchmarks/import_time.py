"""What `import purenn` costs: a fresh interpreter with and without it, in turn.

    python tests/benchmarks/import_time.py [rounds]

Prints medians in milliseconds, and the median of the differences within each round.
"""

import os
import statistics
import subprocess
import sys
import time

# With this variable set Python would compile the sources anew each time.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def milliseconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, env=ENVIRONMENT)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 41
    milliseconds("import purenn")  # writes the compiled files
    pairs = [(milliseconds("pass"), milliseconds("import purenn")) for _ in range(rounds)]
    bare, loaded = (statistics.median(column) for column in zip(*pairs, strict=True))
    extra = statistics.median(after - before for before, after in pairs)
    print(f"Python {sys.version.split()[0]}, {rounds} rounds in turn")
    print(f"python -c pass               {bare:6.1f} ms")
    print(f'python -c "import purenn"    {loaded:6.1f} ms')
    print(f"difference                   {extra:6.1f} ms")


if __name__ == "__main__":
    main()
