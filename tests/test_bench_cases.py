"""The networks of the benchmark, and its own dense Hessian."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from tests.bench_oracle import DIGITS, H, exact_loss, moved
from verify.bench.cases import COMPARED, KINDS, MISLEADING, SCALING, TRAINED, Arrays, Case
from verify.bench.peers import CERTIFIED, DENSE, TOOLS, dense_matrix
from verify.model import Dataset, Network
from verify.spectrum import lambda_max


def by_differences(case: Arrays) -> list[list[mpmath.mpf]]:
    """The Hessian of L by central differences."""
    theta, loss = [mpmath.mpf(float(v)) for v in case.theta], exact_loss(case)
    signs = [(s, t) for s in (1, -1) for t in (1, -1)]
    return [
        [
            sum(s * t * loss(moved(theta, (i, s), (j, t))) for s, t in signs) / (4 * H * H)
            for j in range(len(theta))
        ]
        for i in range(len(theta))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_dense_hessian_is_that_of_the_loss(kind: str) -> None:
    case = Case(kind=kind, k=2, n=5, seed=3).arrays()
    with mpmath.workdps(DIGITS):
        expected = np.array([[float(v) for v in line] for line in by_differences(case)])
    assert np.abs(dense_matrix(case) - expected).max() <= 1e-13 * np.abs(expected).max()


@pytest.mark.parametrize("kind", KINDS)
def test_dense_and_certified_agree_with_balls(kind: str) -> None:
    arrays = Case(kind=kind, k=3, n=6, seed=1).arrays()
    network = Network(w=arrays.w.tolist(), b=arrays.b.tolist(), a=arrays.a.tolist(), c=arrays.c)
    data = Dataset(x=arrays.x.tolist(), y=arrays.y.astype(int).tolist())
    proved = lambda_max(network, data)
    truth = (float(proved.lo) + float(proved.hi)) / 2
    assert TOOLS[DENSE].prepare(arrays)().low == pytest.approx(truth, rel=1e-12)
    found = TOOLS[CERTIFIED].prepare(arrays)()
    assert found.low <= float(proved.hi)
    assert float(proved.lo) <= found.high
    assert found.high - found.low <= 1e-9 * truth


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_is_known_by_its_numbers(kind: str) -> None:
    case = Case(kind=kind, k=5, n=11, seed=2)
    one, two, other = case.arrays(), case.arrays(), replace(case, seed=4).arrays()
    assert one.w.shape == one.b.shape == one.a.shape == (5,)
    assert one.x.shape == one.y.shape == (11,)
    assert one.theta.tolist() == [*one.w, *one.b, *one.a, one.c]
    assert set(one.y.tolist()) <= {-1.0, 1.0}
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in "wbaxy")
    assert not np.array_equal(one.w, other.w)


def test_sizes_are_those_promised() -> None:
    sizes = [(400, 30), (400, 100), (400, 1000), (400, 10_000), (2000, 100)]
    assert [(case.k, case.n) for case in COMPARED] == sizes
    assert all(case.n - 10 < 10 * case.k <= case.n for case in SCALING)
    assert (SCALING[0].n, SCALING[-1].n) == (1000, 1_000_000)
    assert [(case.k, case.n) for case in TRAINED] == [(400, 100), (400, 1000)]
    assert all(case.steps >= 1000 for case in TRAINED)
    assert not any(case.steps for case in (*COMPARED, *SCALING, *MISLEADING))


def asymmetry(case: Case) -> float:
    """How far lambda_min is from -lambda_max, relative."""
    values = np.linalg.eigvalsh(dense_matrix(case.arrays()))
    return float(1.0 + values[0] / values[-1])


@pytest.mark.parametrize("case", MISLEADING, ids=lambda case: case.name)
def test_misleading_spectra_are_nearly_symmetric(case: Case) -> None:
    assert 0.0 <= asymmetry(case) < 0.01


def test_a_start_is_not_misleading() -> None:
    assert asymmetry(Case(kind="start", k=400, n=100)) > 0.5


def test_power_iteration_misleads() -> None:
    # The iteration itself, in numpy: it settles far below lambda_max and calls that converged.
    matrix = dense_matrix(MISLEADING[1].arrays())
    v = np.random.default_rng(0).standard_normal(len(matrix))
    v /= np.linalg.norm(v)
    last, value = math.inf, math.nan
    for _ in range(100):
        product = matrix @ v
        last, value = value, float(v @ product)
        v = product / np.linalg.norm(product)
    assert abs(value - last) <= 1e-3 * abs(value)
    assert value < 0.5 * np.linalg.eigvalsh(matrix)[-1]
