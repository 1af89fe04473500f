"""The exact decisions inside the checker of B_opt against brute force and numpy."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from verify.optimum import checker
from verify.optimum.checker import Certificate, Rejected, is_nonnegative, is_semidefinite

F = Fraction
SHIPPED = checker.read(
    Path(checker.__file__).with_name("six_points.json").read_text(encoding="utf-8")
)
FAR = F(10**6)
Form = tuple[Fraction, Fraction, Fraction]

coefficients = st.integers(-6, 6).map(F)
forms = st.tuples(coefficients, coefficients, coefficients)
places = st.integers(-4, 4).map(lambda half: F(half, 2))


@settings(max_examples=400)
@given(form=forms, at=places, width=st.sampled_from([None, F(1, 2), F(1), F(8)]), up=st.booleans())
@example(form=(F(1), F(-2), F(1)), at=F(0), width=F(2), up=True)
@example(form=(F(1), F(-2), 1 - F(1, 10**9)), at=F(0), width=F(2), up=True)
@example(form=(F(1), F(-1), F(0)), at=F(0), width=None, up=True)
@example(form=(F(1), F(1), F(0)), at=F(0), width=None, up=False)
@example(form=(F(9), F(0), F(-1)), at=F(0), width=None, up=False)
def test_a_quadratic_on_an_interval(form: Form, at: F, width: F | None, up: bool) -> None:
    """Against its least value over ends, far points and the vertex, in exact numbers."""
    other = at + (1 if up else -1) * (FAR if width is None else width)
    low, high = sorted((at, other))
    tried = [low, high, *([-form[1] / (2 * form[2])] if form[2] else [])]
    least = min(form[0] + t * form[1] + t * t * form[2] for t in tried if low <= t <= high)
    ends = (None if width is None and not up else low, None if width is None and up else high)
    assert is_nonnegative(form, *ends) == (least >= 0)


@settings(max_examples=300)
@given(
    rows=st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=5),
    shift=st.sampled_from((0, 0, 1, -1)),
    at=st.integers(0, 4),
)
def test_semidefinite_matrices(rows: list[list[int]], shift: int, at: int) -> None:
    """Gram matrices of integers, singular ones too, with one entry of the diagonal changed."""
    gram = np.array(rows) @ np.array(rows).T
    gram[at % len(rows), at % len(rows)] += shift
    least = float(np.linalg.eigvalsh(gram)[0])
    form = [[F(int(entry), 6) for entry in row] for row in gram]
    # Eigenvalues of small integer matrices are 0 or far from it; numpy says which.
    assert is_semidefinite(form) == (least > -1e-9)


def ratio(stated: Certificate, reach: float) -> float:
    """The largest |nu'd| over (2/n) sqrt(d'Zd (xi'Z xi + e'Z e)) on a fine grid of neurons."""
    x, nu = (np.array([float(one) for one in values]) for values in (stated.x, stated.nu))
    root = np.array([[float(entry) for entry in row] for row in stated.factor])
    inside = np.linspace(x.min(), x.max(), 4001)[1:-1]
    steps = np.geomspace(1e-7, reach, 2000)
    kinks = np.concatenate([inside, x.min() - steps, x.max() + steps, x - 1e-7, x + 1e-7])
    top = 0.0
    for side in (1, -1):
        z = side * (x - kinks[:, None])
        seen, ramp = (z > 0).astype(float), np.maximum(z, 0)
        outer = np.hypot(*(np.linalg.norm(one @ root, axis=1) for one in (seen, seen * x)))
        size = np.linalg.norm(ramp @ root, axis=1) * outer
        live = seen.any(axis=1)
        top = max(top, float(np.max(len(x) / 2 * abs(ramp @ nu)[live] / size[live])))
    return top


def test_the_dual_inequality_of_the_example_holds_on_a_fine_grid() -> None:
    assert 0.99999 < ratio(SHIPPED, reach=1e4) <= 1 + 1e-7


@settings(max_examples=100, deadline=None)
@given(
    x=st.lists(st.integers(-8, 8), min_size=2, max_size=4, unique=True),
    entries=st.lists(st.integers(-3, 3), min_size=16, max_size=16),
    nu=st.lists(st.integers(-4, 4), min_size=4, max_size=4),
    share=st.sampled_from((0.5, 0.99, 1.01, 2.0)),
)
def test_exactly_the_feasible_dual_points_are_accepted(
    x: list[int], entries: list[int], nu: list[int], share: float
) -> None:
    """nu is a multiple of what brute force allows, of which the checker knows nothing."""
    n = len(x)
    factor = [[F(4 * (i == j) + entries[4 * i + j]) for j in range(n)] for i in range(n)]
    # A nearly singular Z makes the grid too coarse for a verdict.
    assume(abs(np.linalg.det(np.array(factor, dtype=np.float64))) > 8)
    free = [F(entry) for entry in nu[: n - 1]]
    stated = replace(
        SHIPPED,
        x=[F(at, 8) for at in x],
        y=[F(1)] * n,
        factor=factor,
        nu=[*free, -sum(free, F(0))],
        lower=F(0),
    )
    assume(any(free))
    scale = F(share / ratio(stated, reach=1e4))
    trial = replace(stated, nu=[scale * one for one in stated.nu])
    if share < 1:
        checker.prove_lower(trial)
    else:
        with pytest.raises(Rejected, match="dual inequality"):
            checker.prove_lower(trial)


def test_a_corrupted_certificate_fails_the_grid_too() -> None:
    """The oracle itself can tell: it rejects what the checker has to reject."""
    worse = replace(SHIPPED, nu=[one * F("1.00001") for one in SHIPPED.nu])
    assert ratio(worse, reach=1e4) > 1 + 1e-6
