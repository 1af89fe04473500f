"""The exact side of Theorems 3.6 and 3.7: suprema, risks, transfer, weight, false variants."""

import itertools
import math
import random
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest

from verify.ball import NotExact, approximate, as_fraction, ball, rational, sign
from verify.experiments.weak_to_strong import robust_weight as other_weight
from verify.inequalities.divergence import k
from verify.model import InputError, Network
from verify.statistics import bounds, dyadic, risk, transfer, weight
from verify.statistics.path_norm import (
    class_supremum,
    path_norm,
    squared_supremum,
    supremum,
)

ANGLES = np.linspace(0.0, 2.0 * np.pi, 20001)


def small_noise(draw: random.Random) -> tuple[np.ndarray, np.ndarray]:
    n = draw.randint(1, 8)
    places = [draw.randint(-5, 5) / 4 for _ in range(n)]
    return np.array(places), np.array([draw.randint(-8, 8) / 8 for _ in range(n)])


def on_grid(x: np.ndarray, xi: np.ndarray) -> float:
    reach = np.maximum(np.outer(np.cos(ANGLES), x) + np.sin(ANGLES)[:, None], 0.0)
    return float(np.abs(reach @ xi).max()) / x.size


def by_place(x: np.ndarray, xi: np.ndarray) -> tuple[list[F], list[F]]:
    sums: dict[F, F] = {}
    for at, value in sorted(zip(x.tolist(), xi.tolist(), strict=True)):
        sums[F(at)] = sums.get(F(at), F(0)) + F(value)
    return list(sums), list(sums.values())


@pytest.mark.parametrize("seed", range(60))
def test_the_supremum_is_what_a_grid_of_directions_finds(seed: int) -> None:
    x, xi = small_noise(random.Random(seed))
    found, seen = supremum(x, xi), on_grid(x, xi)
    lipschitz = float((np.abs(xi) * np.hypot(1.0, x)).mean())
    assert seen <= found + 1e-12
    assert found <= seen + lipschitz * (ANGLES[1] - ANGLES[0]) + 1e-12


@pytest.mark.parametrize("seed", range(60))
def test_the_supremum_is_exact_over_the_rationals_and_enclosed_in_balls(seed: int) -> None:
    x, xi = small_noise(random.Random(seed))
    places, sums = by_place(x, xi)
    low, high = squared_supremum(
        [rational(at) for at in places], [rational(value) for value in sums], x.size
    )
    assert low == high
    exact = as_fraction(low)
    assert math.sqrt(exact) == pytest.approx(supremum(x, xi), abs=1e-14)
    below, above = squared_supremum(
        [ball(at) for at in places], [ball(value) for value in sums], x.size
    )
    assert not below > rational(exact)
    assert not above < rational(exact)


def test_a_membership_that_is_not_decided_leaves_the_enclosure_sound() -> None:
    # The line of the pattern {0, 1} at the place -1 is xi_2, whose sign the ball does not tell.
    places = [F(-1), F(0), F(1)]
    wide = ball(F(-1, 100)).union(ball(F(1, 100)))
    xi = [ball(F(0)), wide, ball(F(1))]
    low, high = squared_supremum([ball(at) for at in places], xi, 3)
    for middle in (F(-1, 100), F(0), F(1, 100)):
        exact, _ = squared_supremum(
            [rational(at) for at in places], [rational(v) for v in (F(0), middle, F(1))], 3
        )
        assert not low > exact
        assert not high < exact


def test_supremum_by_hand() -> None:
    # One datum: the best direction is (x, 1) itself, with value |xi| sqrt(1 + x^2).
    assert supremum(np.array([0.75]), np.array([-0.5])) == pytest.approx(0.625)
    # xi = (1, -1) at x = (0, 1): (b - (w + b)_+)/2 is -w/2 where b = 0, and never beyond 1/2.
    assert supremum(np.array([0.0, 1.0]), np.array([1.0, -1.0])) == pytest.approx(0.5)
    # xi = (1, 1): both active, (w + 2 b)/2 with (w, b) along (1, 2).
    assert supremum(np.array([0.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(0.5 * 5**0.5)


def test_no_network_of_the_class_exceeds_the_class_supremum() -> None:
    draw = np.random.default_rng(3)
    x, xi = draw.uniform(-1, 1, 30), draw.uniform(-0.5, 0.5, 30)
    best = class_supremum(x, xi, radius=2.0, offset=0.5)
    found = []
    for _ in range(500):
        w, b, a = draw.normal(size=(3, 4))
        a *= 2.0 / float((np.abs(a) * np.hypot(w, b)).sum())
        f = np.maximum(np.outer(x, w) + b, 0.0) @ a + 0.5
        found.append(float(np.mean(xi * f)))
    assert 0.3 * best < max(found) <= best


def test_path_norm() -> None:
    network = Network(w=[3, -5], b=[4, 12], a=[2, -1], c=7)
    assert as_fraction(path_norm(network, rational)) == 23
    with pytest.raises(NotExact):
        path_norm(Network(w=[1], b=[1], a=[1], c=0), rational)
    # R1 <= (|theta|^2 - c^2)/2, with equality where |a_i| = |(w_i, b_i)|.
    even = Network(w=[3], b=[4], a=[5], c=0)
    assert as_fraction(path_norm(even, rational)) == F(9 + 16 + 25, 2)


@pytest.mark.parametrize(
    ("x", "xi"), [([], []), ([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]])], ids=["none", "odd", "2d"]
)
def test_supremum_refuses_other_shapes(x: list, xi: list) -> None:
    with pytest.raises(InputError, match="shapes"):
        supremum(np.array(x), np.array(xi))


def test_squared_supremum_refuses_places_that_do_not_increase() -> None:
    one = rational(F(1))
    with pytest.raises(InputError, match="increase"):
        squared_supremum([one, one], [one, one], 2)
    with pytest.raises(InputError, match="equal numbers"):
        squared_supremum([one], [], 1)


def cases(count: int):
    draw = random.Random(11)
    for _ in range(count):
        n = draw.randint(1, 6)
        truth = [F(draw.randint(-12, 12), 4) for _ in range(n)]
        outs = [F(draw.randint(-16, 16), 4) for _ in range(n)]
        yield truth, outs, [draw.choice((-1, 1)) for _ in range(n)]


def test_excess_risk_is_the_mean_divergence_and_k6_splits_it() -> None:
    for truth, outs, labels in cases(60):
        p, q = (
            [1 / (1 + mpmath.exp(-mpmath.mpf(v.numerator) / v.denominator)) for v in values]
            for values in (truth, outs)
        )
        terms = (
            s * mpmath.log(s / t) + (1 - s) * mpmath.log((1 - s) / (1 - t))
            for s, t in zip(p, q, strict=True)
        )
        found = risk.excess_risk(truth, outs)
        assert approximate(found) == pytest.approx(float(mpmath.fsum(terms) / len(p)), abs=1e-13)
        split = risk.excess_by_noise(labels, truth, outs)
        assert sign(found - split) in (None, 0)
        assert abs(approximate(found - split)) < 1e-13


def test_the_gap_is_linear_and_is_expected_less_training_loss() -> None:
    for truth, outs, labels in cases(30):
        gap = risk.correlation(risk.noise(labels, truth), outs)
        direct = risk.expected_loss(truth, outs) - risk.mean_loss(labels, outs)
        assert sign(gap - direct) in (None, 0)
        twice = risk.correlation(risk.noise(labels, truth), [2 * f for f in outs])
        assert abs(approximate(twice - 2 * gap)) < 1e-13
        assert abs(approximate(gap - direct)) < 1e-13


def test_noise_by_hand() -> None:
    found = risk.noise([1, -1], [F(0), F(0)])
    assert [approximate(value) for value in found] == [0.5, -0.5]
    with pytest.raises(InputError, match="equal numbers"):
        risk.noise([1], [F(0), F(0)])


def test_transfer_counts_cost_what_they_must() -> None:
    known = [F(1), F(2), F(0)], [F(2), F(1), F(0)]
    assert transfer.certain_in_core(*known, F(1), F(3, 2)) == 1
    assert transfer.uncertain_beyond(*known, F(1), F(3, 2)) == 1
    for truth, outs, _ in cases(200):
        for low, high in ((F(1), F(3, 2)), (F(0), F(1, 4)), (F(3, 4), F(3))):
            lost = transfer.certain_in_core(truth, outs, low, high)
            back = transfer.uncertain_beyond(truth, outs, low, high)
            budget = risk.total_divergence(truth, outs)
            assert sign(budget - lost * k(low, high)) != -1
            assert sign(budget - back * k(high, low)) != -1


def test_missing_at_most_rounds_to_the_safe_side() -> None:
    price = 0.022622301149527
    assert transfer.missing_at_most(100, F(10, 1000), F(1), F(3, 2)) == math.floor(1 / price)
    assert transfer.missing_at_most(100, F(0), F(1), F(3, 2)) == 0
    assert transfer.missing_at_most(100, F(5), F(1), F(3, 2)) == 100
    with pytest.raises(InputError, match="low < high"):
        transfer.missing_at_most(100, F(1), F(2), F(1))
    with pytest.raises(InputError, match="not negative"):
        transfer.missing_at_most(100, F(-1), F(1), F(2))


def random_core(draw: random.Random) -> weight.Core:
    n = draw.randint(1, 8)
    places = [F(draw.randint(-8, 8), 4) for _ in range(n)]
    return weight.Core(places=places, n=n + draw.randint(0, 3), missing=draw.randint(0, 3))


@pytest.mark.parametrize("seed", range(80))
def test_robust_weight_against_other_code_and_a_grid(seed: int) -> None:
    draw = random.Random(seed)
    core = random_core(draw)
    low, high = sorted(F(draw.randint(-8, 8), 3) for _ in range(2))
    grid = [low + (high - low) * F(step, 200) for step in range(201)]
    values = [weight.robust_weight(core, t) for t in grid]
    places = np.array([float(x) for x in core.places])
    for t, value in zip(grid[::40], values[::40], strict=True):
        assert other_weight(places, core.missing, core.n, float(t)) == pytest.approx(float(value))
    least = weight.least_weight(core, low, high)
    greatest = weight.greatest_weight(core, low, high)
    assert least <= min(values) <= max(values) <= greatest
    assert min(weight.right_weight(core, high), weight.left_weight(core, low)) == least
    assert greatest - max(values) <= F(1, 10) + greatest / 10


def test_robust_weight_by_hand() -> None:
    core = weight.Core(places=[F(-1), F(0), F(1), F(2)], n=5, missing=1)
    # Beyond 1/2: 1 and 2; without the largest term 1/2, and one datum: (1/20) (1/2) 1.
    assert weight.right_weight(core, F(1, 2)) == F(1, 40)
    assert weight.left_weight(core, F(1, 2)) == F(1, 40)
    assert weight.robust_weight(core, F(1)) == 0
    # Right of 0 the falling line is (1 - t)/20, the rising one t/20.
    assert weight.greatest_weight(core, F(0), F(1)) == F(1, 40)


@pytest.mark.parametrize("seed", range(25))
def test_every_core_with_few_gone_has_at_least_the_robust_weight(seed: int) -> None:
    core = random_core(random.Random(seed))
    for size in range(max(0, len(core.places) - core.missing), len(core.places) + 1):
        for kept in itertools.combinations(core.places, size):
            for t in (F(-3, 2), F(-1, 8), F(0), F(7, 8)):
                tail = weight.tail_weight(kept, core.n, t, ball)
                assert sign(tail - ball(weight.right_weight(core, t))) != -1


@pytest.mark.parametrize("seed", range(20))
def test_the_tail_weight_is_that_of_its_definition(seed: int) -> None:
    draw = random.Random(seed)
    n = draw.randint(1, 6)
    kept = [F(draw.randint(-8, 8), 4) for _ in range(n)]
    t = F(draw.randint(-8, 8), 3)
    beyond = [float(x) for x in kept if x > t]
    chance = len(beyond) / n
    mean = sum(beyond) / max(1, len(beyond))
    g = chance**2 * (mean - float(t)) * math.hypot(1.0, mean) if beyond else 0.0
    found = approximate(weight.tail_weight(kept, n + 3, t, ball))
    assert found == pytest.approx(n / (n + 3) * g)


def test_a_core_refuses_what_is_none() -> None:
    core = weight.Core(places=[F(0), F(1)], n=2, missing=0)
    with pytest.raises(InputError, match="1 to n"):
        weight.Core(places=[], n=2, missing=0)
    with pytest.raises(InputError, match=">= 0"):
        weight.Core(places=[F(0)], n=2, missing=-1)
    with pytest.raises(InputError, match="wrong way"):
        weight.least_weight(core, F(1), F(0))


@pytest.mark.parametrize("seed", range(40))
def test_the_places_above_a_level_are_those_where_h_is(seed: int) -> None:
    draw = random.Random(seed)
    core = random_core(draw)
    places = sorted({F(draw.randint(-16, 16), 7) for _ in range(12)})
    for level in (
        F(1, 1000),
        F(1, 50),
        weight.greatest_weight(core, F(-3), F(3)) / 4 + F(1, 10**6),
    ):
        above = [x for x in places if weight.robust_weight(core, x) >= level]
        assert weight.upper_level(core, level, places) == above


def test_the_slope_bound_in_both_forms() -> None:
    core = weight.Core(places=[F(-1), F(0), F(1)], n=4, missing=1)
    exact = weight.slope_variation(
        core, F(1, 40), stability=ball(F(2)), residual=ball(F(1)), gamma=F(1)
    )
    near = bounds.slope_bound(stability=2.0, residual=1.0, height=1.0, sure=0.5, c0=0.025)
    softness = math.e / (1 + math.e) ** 2
    assert approximate(exact) == pytest.approx(near) == pytest.approx((3 / softness - 0.5) * 20)
    with pytest.raises(InputError, match="c0 > 0"):
        weight.slope_variation(core, F(0), stability=ball(F(2)), residual=ball(F(1)), gamma=F(1))


def test_a_count_of_certain_core_data() -> None:
    truth, outs = [F(0), F(1), F(-1), F(2)], [F(3), F(2), F(-5), F(9)]
    assert transfer.certain_in_core(truth, outs, F(1), F(2)) == 2


def spline(x: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.interp(at, x, values)


@pytest.mark.parametrize("seed", range(20))
def test_the_event_on_dyadic_points_against_least_squares(seed: int) -> None:
    draw = np.random.default_rng(seed)
    levels = int(draw.integers(1, 5))
    inner = draw.integers(0, 2**levels + 1, 6)
    at = np.concatenate([[0, 2**levels], inner]).astype(float)
    places = [F(int(v)) * F(3, 7) - 1 for v in at]
    x, xi = np.array([float(p) for p in places]), draw.uniform(-1, 1, at.size)
    assert (
        dyadic.depth(places) == max((F(int(v), 2**levels)).denominator for v in at).bit_length() - 1
    )
    basis = np.column_stack([np.ones_like(x), x])
    fitted = basis @ np.linalg.lstsq(basis, xi, rcond=None)[0]
    square, rest = dyadic.split_noise(places, [ball(F(v)) for v in xi.tolist()])
    assert approximate(square) == pytest.approx(float(np.square(fitted).mean()))
    assert [approximate(v) for v in rest] == pytest.approx(xi - fitted)
    shares = (x - x.min()) / (x.max() - x.min())
    total = 0.0
    for level in range(dyadic.depth(places) or 0):
        hats = [
            spline(np.array([k, k + 0.5, k + 1]) / 2**level, np.array([0.0, 1.0, 0.0]), shares)
            for k in range(2**level)
        ]
        most = max(abs(float(np.mean((xi - fitted) * hat))) for hat in hats)
        assert approximate(dyadic.hat_noise(places, rest, level)) == pytest.approx(most, abs=1e-12)
        total += (x.max() - x.min()) * 5.0 / 4.0 / 2**level * most
    assert approximate(dyadic.fine_noise(places, rest, F(5))) == pytest.approx(total, abs=1e-12)


def test_places_that_are_not_dyadic_have_no_depth() -> None:
    assert dyadic.depth([F(0), F(1), F(3)]) is None
    assert dyadic.depth([F(0), F(1, 2**11), F(1)]) is None
    assert dyadic.depth([F(2), F(2)]) is None
    assert dyadic.depth([F(0), F(1)]) == 0


def test_the_variation_of_a_difference_counts_kinks_and_bends() -> None:
    # f' jumps by 6 at 1/2 and by 1 at 1 where f0' jumps by -2; the kink at 5 lies outside.
    network = Network(w=[2, 1, 1], b=[-1, -1, -5], a=[3, 1, 9], c=0)
    truth = [(F(0), F(0)), (F(1), F(1)), (F(2), F(0))]
    assert dyadic.difference_variation(network, truth) == 6 + 3
