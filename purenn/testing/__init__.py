"""The tests that every backend must pass.

    PURENN_BACKEND=numpy pytest --pyargs purenn.testing

runs them on one backend; they need pytest and hypothesis. A plugin's own test suite can
take them over with two lines, next to a session fixture `backend` (and `epochs`, the
length of the long runs) in its conftest.py:

    pytest.register_assert_rewrite("purenn.testing.conformance")
    from purenn.testing.conformance import *

plain        the definitions: each operation as index loops, beside its formula
conformance  the tests, which hold a backend's operations against the definitions
"""
