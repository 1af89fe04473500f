"""Gradient descent in O(n + k): gradients within derived bounds, and places of kinks."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training_cases import Case, Floats, drawn
from verify.ball import approximate, ball, working_precision
from verify.dynamics import descent
from verify.dynamics.run import train
from verify.dynamics.start import parts
from verify.dynamics.walk import descend, look, loss_and_gradient, outputs, walk
from verify.dynamics.walker import Walker, position, prepare
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.model import Dataset, Network, active_spans
from verify.model import outputs as exact_outputs
from verify.spectrum.floating.exponential import EXP_ERROR

UNIT = 2.0**-53


@pytest.fixture(autouse=True)
def _as_compiled() -> Iterator[None]:
    """Plain Python (NUMBA_DISABLE_JIT=1) warns where compiled code does not."""
    with np.errstate(over="ignore", invalid="ignore"):
        yield


CASES = [
    drawn(1, 1, 0),
    drawn(2, 5, 1),
    drawn(3, 6, 2),
    drawn(7, 20, 3),
    drawn(30, 50, 4, scale=0.3),
    drawn(30, 200, 5),
    drawn(5, 40, 6, scale=4.0),
]


def exact_gradient(case: Case) -> tuple[Floats, float]:
    """The gradient of L and L, by balls of 200 bits, rounded."""
    w, b, a, c = (part.tolist() for part in parts(case.theta))
    network = Network(w=w, b=b, a=a, c=c[0])
    data = Dataset(x=case.x.tolist(), y=case.y.tolist())
    with working_precision(200):
        h = loss_hessian(network, data, ball, LOGISTIC)
        f = [ball(value) for value in exact_outputs(network, data)]
        pairs = list(zip(data.in_order.y, f, strict=True))
        total = sum(LOGISTIC.slope(*pair) for pair in pairs) / data.n
        loss = sum(LOGISTIC.value(*pair) for pair in pairs) / data.n
        rows = list(zip(h.w, h.b, h.a, h.r, strict=True))
        values = [a * rx for _, _, a, (rx, _) in rows] + [a * r1 for _, _, a, (_, r1) in rows]
        values += [w * rx + b * r1 for w, b, _, (rx, r1) in rows]
        return np.array([approximate(v) for v in [*values, total]]), approximate(loss)


def gamma(roundings: int) -> float:
    return roundings * UNIT / (1 - roundings * UNIT)


def gradient_error(case: Case) -> Floats:
    """A bound of the error of each entry of the gradient, derived here.

    *f_j.* Each term a w x or a b of an active neuron, and c, goes through at most one
    product, k additions in its table entry, n in the running sum, a product by x and
    two more additions: |f~_j - f_j| <= gamma(k + n + 4) F_j =: phi_j, F_j the sum of
    |a| (|w x| + |b|) over active neurons and |c|.

    *slope_j.* |d log sigma / df| <= 1, so phi_j moves it by a factor of at most e^phi_j;
    e^-|f| is known to EXP_ERROR (|f| <= 700), which moves e/(1 + e) and 1/(1 + e) by no
    more; 1 + e, the product by n and the quotient round: relative delta_j <= 1.01 (phi_j
    + EXP_ERROR + 4 u).

    *Sums over active data* of slope_j and slope_j x_j: one product and n additions.
    *Entries:* a M, a S, w M + b S: at most three roundings more.

    The bound is itself computed in floats, with a relative error far below 1e-6.
    """
    w, b, a, c = parts(case.theta)
    x, n, k = case.x, case.x.size, w.size
    active = (np.multiply.outer(x, w) + b > 0).astype(float)
    size = active * (np.abs(np.outer(x, w)) + np.abs(b)) @ np.abs(a) + np.abs(c)
    phi = gamma(k + n + 4) * size
    assert phi.max() < 0.01
    f = outputs(case.theta, x)
    assert np.abs(f).max() < 700
    slope = 1 / (1 + np.exp(case.y * f)) / n
    error = slope * (1.01 * (phi + EXP_ERROR + 4 * UNIT) + gamma(n + 1)) * 1.01
    moment, mass = active.T @ (slope * np.abs(x)), active.T @ slope
    moment_error, mass_error = active.T @ (error * np.abs(x)), active.T @ error
    last = 1.01 * gamma(3)
    entries = [
        np.abs(a) * (moment_error + last * moment),
        np.abs(a) * (mass_error + last * mass),
        np.abs(w) * (moment_error + last * moment) + np.abs(b) * (mass_error + last * mass),
        [error.sum()],
    ]
    return np.concatenate(entries) * (1 + 1e-6)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_gradient_is_that_of_the_balls_within_its_bound(case: Case) -> None:
    loss, gradient = loss_and_gradient(case.theta, case.x, case.y)
    exact, exact_loss = exact_gradient(case)
    bound = gradient_error(case)
    # One more unit, because the exact values are rounded to be compared.
    assert (np.abs(gradient - exact) <= bound + UNIT * np.abs(exact)).all()
    assert bound.max() <= 1e-11 * np.abs(exact).max()
    assert abs(loss - exact_loss) <= 1e-13 * max(1, exact_loss)


def test_the_bound_notices_one_neuron_that_sees_one_datum_more() -> None:
    case = CASES[3]
    walker = prepare(case.theta, case.x, case.y)
    neuron = int(np.argmax((walker.place > 0) & (walker.place < case.x.size)))
    walker.place[neuron] -= 1
    look(walker)
    exact, bound = exact_gradient(case)[0], gradient_error(case)
    wrong = walker.a[neuron] * walker.mass[neuron]
    at = walker.w.size + neuron
    assert abs(wrong - exact[at]) > 1000 * bound[at]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_gradient_agrees_with_plain_numpy(case: Case) -> None:
    w, b, a, c = parts(case.theta)
    loss, plain = descent.loss_and_gradient((w, b, a, c[0]), case.x, case.y)
    mine, gradient = loss_and_gradient(case.theta, case.x, case.y)
    np.testing.assert_allclose(gradient, np.hstack(plain), rtol=1e-9, atol=1e-13)
    assert mine == pytest.approx(loss, rel=1e-13)


def test_a_step_is_the_start_less_eta_times_the_gradient_in_every_bit() -> None:
    case = CASES[4]
    _, gradient = loss_and_gradient(case.theta, case.x, case.y)
    found = train(case.theta, case.x, case.y, eta=0.3, at=np.array([0, 1]))
    assert found.theta[0].tobytes() == case.theta.tobytes()
    assert found.theta[1].tobytes() == (case.theta - 0.3 * gradient).tobytes()
    assert found.loss[0] == loss_and_gradient(case.theta, case.x, case.y)[0]


@pytest.mark.parametrize("label", [-1.0, 1.0])
def test_large_outputs_neither_overflow_nor_vanish(label: float) -> None:
    theta = np.array([1.0, 0.0, 1e5, 0.0])
    loss, gradient = loss_and_gradient(theta, np.array([1.0]), np.array([label]))
    assert loss == (1e5 if label < 0 else 0)
    if label < 0:
        assert gradient.tolist() == [1e5, 1e5, 1, 1]
    else:
        assert (gradient < 0).all()
        assert np.abs(gradient).max() < 1e-290


def test_a_kink_counts_as_inactive() -> None:
    _, gradient = loss_and_gradient(np.array([1.0, -1.0, 2.0, 0.0]), np.ones(1), np.ones(1))
    assert gradient.tolist() == [0, 0, 0, -0.5]


def searched(walker: Walker) -> list[int]:
    """The place of each neuron, by looking at all data."""
    found = []
    for w, b in zip(walker.w, walker.b, strict=True):
        active = int(np.count_nonzero(walker.x * w + b > 0))
        n = walker.x.size
        found.append(n - active if w >= 0 else 2 * n + 2 - active)
    return found


@pytest.mark.parametrize(
    ("seed", "eta", "steps"), [(0, 0.05, 5000), (1, 1.2, 5000), (2, 6.0, 3000), (3, 20.0, 3000)]
)
def test_places_are_right_after_thousands_of_steps(seed: int, eta: float, steps: int) -> None:
    case = drawn(60, 80, seed, scale=0.5)
    walker = prepare(case.theta, case.x, case.y)
    before = walker.place.copy()
    assert descend(walker, eta, steps, math.inf) == steps
    assert np.isfinite(position(walker)).all()
    assert walker.place.tolist() == searched(walker)
    assert np.count_nonzero(walker.place != before) > 10
    flipped = np.sign(walker.w) != np.sign(parts(case.theta)[0])
    assert flipped.any() == (eta > 1)


numbers = st.sampled_from([0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300, 0.1, -0.3]) | st.floats(
    -2, 2, allow_subnormal=True
)


@given(st.data())
def test_a_walk_from_anywhere_ends_where_a_search_does(data: st.DataObject) -> None:
    x = np.array(data.draw(st.lists(numbers, min_size=1, max_size=6)))
    k = data.draw(st.integers(1, 4))
    theta = np.array(data.draw(st.lists(numbers, min_size=3 * k + 1, max_size=3 * k + 1)))
    walker = prepare(theta, x, np.ones_like(x))
    assert walker.place.tolist() == searched(walker)
    n = x.size
    anywhere = st.sampled_from([*range(n + 1), *range(n + 2, 2 * n + 3)])
    walker.place[:] = data.draw(st.lists(anywhere, min_size=k, max_size=k))
    walk(walker)
    assert walker.place.tolist() == searched(walker)


def test_activity_in_floats_is_the_exact_one_away_from_kinks() -> None:
    case = CASES[5]
    w, b, a, c = (part.tolist() for part in parts(case.theta))
    network, data = Network(w=w, b=b, a=a, c=c[0]), Dataset(x=case.x.tolist(), y=case.y.tolist())
    walker = prepare(case.theta, case.x, case.y)
    counts = [stop - start for start, stop in active_spans(network, data)]
    n = case.x.size
    ends = [n if place <= n else 2 * n + 2 for place in walker.place.tolist()]
    assert [end - place for end, place in zip(ends, walker.place.tolist(), strict=True)] == counts


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["w", "b"])
def test_a_walk_with_numbers_that_overflowed_stays_inside_the_tables(
    name: str, value: float
) -> None:
    case = CASES[3]
    walker = prepare(case.theta, case.x, case.y)
    getattr(walker, name)[:] = value
    walk(walker)
    assert (walker.place <= 2 * case.x.size + 2).all()
