"""How the tests of our own code run: one thread per worker, no display, the same examples always.

Nothing of the project is imported here, so that coverage sees every line of it.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings

for _name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{_name}_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "Agg"

MUTATING = "MUTANT_UNDER_TEST" in os.environ
MOST_WORKERS = 4

settings.register_profile(
    "tests",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors] if MUTATING else [],
)


def pytest_xdist_auto_num_workers() -> int:
    """One worker per core up to a few; none where a mutation tool watches this process."""
    return 0 if MUTATING else min(os.cpu_count() or 1, MOST_WORKERS)


@contextmanager
def _profile_of_tests() -> Iterator[None]:
    """The profile "tests" inside the block, then the one before it (that of properties/)."""
    before = settings.get_current_profile_name()
    settings.load_profile("tests")
    try:
        yield
    finally:
        settings.load_profile(before)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, object, object]:
    """Hypothesis fixes a test's settings when its module is imported: here."""
    with _profile_of_tests():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """For tests that call Hypothesis themselves."""
    with _profile_of_tests():
        return (yield)
