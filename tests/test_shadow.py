"""The bound of float64 training against exact training: it holds, it is close, it can fail."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from verify.ball import approximate, ball, working_precision
from verify.dynamics import shadow as room
from verify.dynamics.shadow import Shadow, shadow
from verify.dynamics.start import parts, start
from verify.dynamics.walk import descend
from verify.dynamics.walker import Walker
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import StructuredHessian
from verify.model import InputError

Floats = NDArray[np.float64]
X = np.array([-1.0, -0.6, -0.2, 0.2, 0.6, 1.0])
ALTERNATING = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
MIXED = np.array([1.0, 1.0, -1.0, 1.0, -1.0, -1.0])
THETA = start("torch", k=3, seed=0)


def shadowed(
    y: Floats = ALTERNATING, *, seed: int = 0, eta: float = 0.5, steps: int = 200, **more: Any
) -> Shadow:
    return shadow(start("torch", k=3, seed=seed), X, y, eta=eta, steps=steps, **more)


def holds(found: Shadow) -> bool:
    return bool((found.difference <= found.bound).all())


@pytest.mark.parametrize(
    ("y", "seed", "eta"),
    [(ALTERNATING, 0, 0.5), (ALTERNATING, 1, 0.5), (MIXED, 2, 0.1), (MIXED, 1, 2.0)],
)
def test_the_difference_stays_below_a_bound_that_says_something(
    y: Floats, seed: int, eta: float
) -> None:
    found = shadowed(y, seed=seed, eta=eta, steps=400)
    assert (found.stopped, found.reason) == (None, "")
    assert found.bound.shape == found.difference.shape == (401,)
    assert holds(found)
    assert found.bound[0] == found.difference[0] == 0
    assert 1e-17 < found.difference[-1] <= found.bound[-1] < 1e-9


def mpmath_step(theta: list[Any], y: Floats, eta: float) -> list[Any]:
    """One step of gradient descent as the definitions spell it."""
    k, n = len(theta) // 3, len(X)
    w, b, a, c = theta[:k], theta[k : 2 * k], theta[2 * k : -1], theta[-1]
    gradient = [mpmath.mpf(0)] * len(theta)
    for x, label in zip(map(mpmath.mpf, X.tolist()), y.tolist(), strict=True):
        z = [w[i] * x + b[i] for i in range(k)]
        f = c + sum(a[i] * z[i] for i in range(k) if z[i] > 0)
        slope = -label / (1 + mpmath.exp(label * f)) / n
        for i in range(k):
            if z[i] > 0:
                gradient[i] += slope * a[i] * x
                gradient[k + i] += slope * a[i]
                gradient[2 * k + i] += slope * z[i]
        gradient[-1] += slope
    return [value - mpmath.mpf(eta) * rise for value, rise in zip(theta, gradient, strict=True)]


def test_the_difference_is_that_to_a_run_of_fifty_digits() -> None:
    found = shadowed(steps=100)
    with mpmath.workdps(50):
        precise = [mpmath.mpf(value) for value in THETA.tolist()]
        walker = room.prepare(THETA, X, ALTERNATING)
        for step in range(1, 101):
            precise = mpmath_step(precise, ALTERNATING, 0.5)
            descend(walker, 0.5, 1, math.inf)
            pairs = zip(room.position(walker).tolist(), precise, strict=True)
            distance = mpmath.sqrt(sum((mpmath.mpf(p) - q) ** 2 for p, q in pairs))
            assert float(distance) == pytest.approx(found.difference[step], rel=1e-12)


def test_the_step_is_named_at_which_the_bound_says_nothing_any_more() -> None:
    found = shadowed(MIXED, eta=2.0, steps=400)
    assert found.reason == "the bound exceeds 0.001"
    assert found.stopped == found.bound.size == found.difference.size
    assert 100 < found.stopped < 400
    assert 1e-4 < found.bound[-1] <= 1e-3
    assert holds(found)
    early = shadowed(MIXED, eta=2.0, steps=400, limit=1e-9)
    assert early.reason == "the bound exceeds 1e-09"
    assert early.stopped is not None
    assert early.stopped < found.stopped
    assert early.bound.tolist() == found.bound[: early.stopped].tolist()


def disturbed(monkeypatch: pytest.MonkeyPatch, change: Callable[[Walker], None], at: int) -> None:
    """Let the float64 run go wrong at one step."""
    taken = 0

    def wrong(walker: Walker, eta: float, steps: int, limit: float) -> int:
        nonlocal taken
        descend(walker, eta, steps, limit)
        taken += 1
        if taken == at:
            change(walker)
        return steps

    monkeypatch.setattr(room, "descend", wrong)


def test_an_error_of_the_training_code_is_in_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(walker: Walker) -> None:
        walker.a[0] += 1e-6

    disturbed(monkeypatch, change, at=50)
    found = shadowed(steps=120)
    assert found.bound[49] < 1e-12
    assert found.difference[50] == pytest.approx(1e-6, rel=1e-6)
    assert holds(found)


def test_a_bound_without_the_growth_of_errors_would_be_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "_growth", lambda *_: ball(0))
    assert not holds(shadowed(steps=120))


def test_the_bound_ends_where_the_patterns_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(walker: Walker) -> None:
        walker.b[:] += 1.0

    disturbed(monkeypatch, change, at=10)
    found = shadowed(steps=50, limit=10.0)
    assert (found.stopped, found.reason) == (11, "the activation patterns differ")
    assert holds(found)


def test_the_bound_ends_where_float64_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(walker: Walker) -> None:
        walker.c[0] = math.inf

    disturbed(monkeypatch, change, at=3)
    found = shadowed(steps=50)
    assert (found.stopped, found.reason) == (3, "float64 overflows")


def test_the_bound_ends_on_a_kink_and_where_no_count_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theta = np.array([1.0, -0.5, 1.0, 0.0])
    found = shadow(theta, np.array([0.5, 1.0]), np.array([1.0, -1.0]), eta=0.1, steps=5)
    assert (found.stopped, found.reason) == (1, "a datum may be on a kink")
    with monkeypatch.context() as patch:
        patch.setattr(room, "count_above", lambda *_: None)
        assert shadowed(steps=5).reason == "no count of eigenvalues is decided"
    monkeypatch.setattr(room, "guess", lambda _: None)
    assert shadowed(steps=5).stopped == 1


def steepest(h: StructuredHessian) -> Floats:
    """The unit vector along which I - H stretches most, in the order of theta."""
    matrix = np.array([[approximate(value) for value in row] for row in dense_hessian(h)])
    values, vectors = np.linalg.eigh(matrix)
    vector = vectors[:, np.argmax(np.abs(1 - values))]
    return np.concatenate([vector[0:-1:3], vector[1:-1:3], vector[2:-1:3], vector[-1:]])


def test_the_growth_bounds_how_far_two_points_are_driven_apart() -> None:
    """|Phi(s) - Phi(t)| <= growth |s - t|; without the term with T that would be false."""
    rng, seen, needed = np.random.default_rng(0), 0, 0
    labels = [int(label) for label in MIXED]
    with working_precision(room.BITS):
        x, eta = room._exact(X.tolist()), ball(1)
        for size in (0.05, -0.05, 0.3, -0.3) * 20:
            theta = rng.normal(0, 2, 10)
            here = room._look(room._exact(theta.tolist()), x, labels, eta)
            assert here is not None
            moved = room._exact((theta + size * steepest(here.hessian)).tolist())
            there = room._look(moved, x, labels, eta)
            assert there is not None
            if here.hessian.spans != there.hessian.spans:
                continue
            error = room._distance(moved, room._exact(theta.tolist()))
            growth, stretch = room._growth(here, eta, error), room._stretch(here.hessian, eta)
            assert growth is not None
            assert stretch is not None
            apart = room._distance(here.image, there.image)
            assert apart <= growth * error
            seen += 1
            needed += bool(apart > stretch * error)
    assert seen > 40
    assert needed > 5


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"eta": 0.0}, "eta is 0.0"), ({"eta": math.nan}, "eta is nan"), ({"steps": -1}, "is -1")],
)
def test_bad_arguments_are_refused(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        shadowed(**change)
    with pytest.raises(InputError, match="theta has shape"):
        shadow(np.zeros(5), X, MIXED, eta=0.1, steps=1)
    assert parts(THETA)[0].size == 3
