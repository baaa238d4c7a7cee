"""Records as pages, and a browser to look at them: from a file, with the network off.

    python -m pip install playwright axe-playwright-python
    python -m pytest tests/browser

needs these two and a Chromium: Debian's package `chromium`, another of that name in PATH, or
what `playwright install chromium` fetches. What is missing is skipped, unless the environment
variable PURENN_EXPECT_BROWSER is "1": then it is a failure.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

import purenn as nn
from purenn.data import load_digits
from purenn.explain import explain
from purenn.explain.page import write_page
from purenn.layers import Layer

EXPECTED = os.environ.get("PURENN_EXPECT_BROWSER") == "1"
WIDTHS = {360: 780, 800: 1000, 1440: 900}
XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
FLOWERS = [[5.1, 3.5, 1.4, 0.2], [7.0, 3.2, 4.7, 1.4], [6.3, 3.3, 6.0, 2.5]]
NAMES = {
    "row_names": ["flower 1", "flower 51", "flower 101"],
    "feature_names": ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width"],
    "label_names": ["setosa", "versicolor", "virginica"],
}
NASTY = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "שלום 🙂",
]
TURNING_NAMES = {"feature_names": ["a", "\u202eabc", "\u2067d", "e"]}
NASTY_NAMES = {"row_names": NASTY, "feature_names": [*NASTY, "x"], "label_names": NASTY}


def xor_record(backend: str = "python", optimizer: Any = None) -> Any:
    layers = [nn.Dense(2, 2), nn.Sigmoid(), nn.Dense(2, 1), nn.Sigmoid()]
    return explain(
        nn.Network(layers, seed=42, backend=backend),
        XOR,
        [0.0, 1.0, 1.0, 0.0],
        loss=nn.SumSquaredError(),
        optimizer=optimizer or nn.SGD(0.5),
        steps=2,
        title="xor",
    )


def softmax_record(backend: str = "python", names: Any = None) -> Any:
    layers = [nn.Dense(4, 3), nn.Tanh(), nn.Dense(3, 3), nn.Softmax()]
    return explain(
        nn.Network(layers, seed=1, backend=backend),
        FLOWERS,
        [0, 1, 2],
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        steps=2,
        names=names,
        title="flowers",
    )


def other_record(backend: str = "python") -> Any:
    """Operations that the two networks above do not have."""
    layers = [
        nn.Dense(4, 3),
        nn.LeakyReLU(),
        nn.Dense(3, 3),
        nn.ELU(),
        nn.Dense(3, 1),
        nn.Sigmoid(),
    ]
    return explain(
        nn.Network(layers, seed=1, backend=backend),
        FLOWERS,
        [0, 1, 1],
        loss=nn.BinaryCrossEntropy(),
        optimizer=nn.Adam(0.1),
        steps=2,
    )


def batches_record() -> Any:
    """Batches of two of the three rows, then of the one that is left; slopes are clipped."""
    layers = [nn.Dense(4, 3), nn.Tanh(), nn.Dense(3, 3), nn.Softmax()]
    return explain(
        nn.Network(layers, seed=1),
        FLOWERS,
        [0, 1, 2],
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1, clip_norm=0.05),
        steps=2,
        batch_size=2,
        metrics=["accuracy"],
        names=NAMES,
    )


def digits_record() -> Any:
    layers = [nn.Dense(784, 10), nn.ReLU(), nn.Dense(10, 10), nn.Softmax()]
    X = [[((7 * i + 13 * k) % 256) / 255.0 for k in range(784)] for i in range(8)]
    return explain(
        nn.Network(layers, seed=1),
        X,
        list(range(8)),
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        names={"image_shape": (28, 28)},
        title="digits",
    )


def pictures_record() -> Any:
    """Images become an array when their batch comes, in another order."""
    data = load_digits().subset(range(5))
    return explain(
        nn.Network([nn.Dense(64, 10), nn.Softmax()], seed=1),
        data.features,
        data.targets,
        loss=nn.CrossEntropy(),
        optimizer=nn.SGD(0.1),
        batch_size=5,
        names={"image_shape": (8, 8), "row_names": [f"picture {n}" for n in range(5)]},
    )


class Summed(Layer):
    """A layer of another package: Z plus the sum of the rows of Z."""

    def forward(self, X: Any) -> Any:
        return X + self.backend.sum(X, axis=0, keepdims=True)

    def backward(self, dA: Any) -> Any:
        return dA + self.backend.sum(dA, axis=0, keepdims=True)


def one_row_record() -> Any:
    return explain(
        nn.Network([nn.Dense(4, 3), Summed()], seed=1),
        FLOWERS[:1],
        [[0.0, 1.0, 0.0]],
        loss=nn.SumSquaredError(),
        optimizer=nn.SGD(0.1),
    )


def missing(what: str) -> NoReturn:
    """Skip, or fail where a browser was promised."""
    if EXPECTED:
        pytest.fail(f"PURENN_EXPECT_BROWSER is 1, but this is missing: {what}")
    pytest.skip(f"needs {what}")


def module(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return missing(f"{package} (python -m pip install {package})")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = module("playwright.sync_api", "playwright")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with api.sync_playwright() as started:
        path = shutil.which("chromium") or started.chromium.executable_path
        if not os.path.exists(path):
            missing("chromium in PATH, or what `playwright install chromium` fetches")
        launched = started.chromium.launch(executable_path=path, args=flags)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe(browser: Any) -> str:
    """The script that finds what some people could not see or use."""
    script: str = module("axe_playwright_python.base", "axe-playwright-python").AXE_SCRIPT
    return script


@pytest.fixture(scope="session")
def record() -> Callable[..., Any]:
    """A record as plain data, by its name, made once."""
    made: dict[tuple[str, str], Any] = {}
    make: dict[str, Callable[[str], Any]] = {
        "xor": lambda backend: xor_record(backend).to_dict(),
        "softmax": lambda backend: softmax_record(backend).to_dict(),
        "other": lambda backend: other_record(backend).to_dict(),
        "digits": lambda _: digits_record().to_dict(),
        "named": lambda _: softmax_record(names=NAMES).to_dict(),
        "turning": lambda _: softmax_record(names=TURNING_NAMES).to_dict(),
        "nasty": lambda _: softmax_record(names=NASTY_NAMES).to_dict(),
        "batches": lambda _: batches_record().to_dict(),
        "pictures": lambda _: pictures_record().to_dict(),
        "one row": lambda _: one_row_record().to_dict(),
        "adamw": lambda _: xor_record(optimizer=nn.AdamW(0.1)).to_dict(),
    }

    def get(name: str, backend: str = "python") -> Any:
        if (name, backend) not in made:
            made[name, backend] = make[name](backend)
        return made[name, backend]

    return get


@pytest.fixture(scope="session")
def files(
    tmp_path_factory: pytest.TempPathFactory, record: Callable[..., Any]
) -> Callable[..., Path]:
    """The page of a record, written once."""
    folder = tmp_path_factory.mktemp("pages")

    def file(name: str, backend: str = "python") -> Path:
        path = folder / f"{name}-{backend}.html"
        if not path.exists():
            write_page(path, record(name, backend))
        return path

    return file


class Watched:
    """Pages with the network off; nothing may be fetched or said on the console."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.said: list[str] = []
        self.special: list[Any] = []  # contexts of their own, for one test
        self.shared = self.page()

    def page(self, **options: Any) -> Any:
        context = self.browser.new_context(offline=True, **options)
        if options:
            self.special.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.said.append(str(message.text)))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", self.asked)
        return page

    def asked(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.said.append(request.url)

    def as_new(self) -> Any:
        """The shared page, which is quicker than a new one, as it was at first."""
        self.shared.mouse.move(0, 0)
        self.shared.goto("about:blank")
        self.shared.emulate_media(media="null", color_scheme="null", reduced_motion="null")
        return self.shared


@pytest.fixture
def sizes() -> dict[int, int]:
    """The widths that are looked at, with their heights."""
    return WIDTHS


@pytest.fixture(scope="session")
def watched(browser: Any) -> Watched:
    return Watched(browser)


@pytest.fixture
def open_page(watched: Watched, files: Callable[..., Path]) -> Iterator[Callable[..., Any]]:
    """Opens the page of a record. Without further options it is one page for all tests."""
    watched.said.clear()

    def open_it(
        name: str = "xor",
        at: str = "",
        width: int = 1440,
        backend: str = "python",
        reduced_motion: str = "null",
        **options: Any,
    ) -> Any:
        page = watched.page(**options) if options else watched.as_new()
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.emulate_media(reduced_motion=reduced_motion)
        page.goto(files(name, backend).as_uri() + at)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_it
    while watched.special:
        watched.special.pop().close()
    watched.shared.evaluate("new Promise(requestAnimationFrame)")  # what is said late counts too
    assert watched.said == []
