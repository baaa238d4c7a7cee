"""Where pytest finds the suite; the tests stand in purenn/testing/conformance.py."""

from purenn.testing.conformance import *  # noqa: F403 (all of its tests)
