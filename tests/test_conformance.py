"""The tests of a backend (purenn/testing/conformance.py), on each backend of conftest.py."""

from purenn.testing.conformance import *  # noqa: F403 (all of its tests)
