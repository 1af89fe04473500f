"""What experiments measure, against formulas and matrices written out here."""

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import integrate, special

from verify.claims import claim
from verify.dynamics.start import start
from verify.dynamics.sweep import run_numbers
from verify.dynamics.truth import Truth, design, law
from verify.experiments import weak_to_strong
from verify.experiments.certify import FAMILY, rational, verdicts
from verify.experiments.noise import RUNS, SMALL
from verify.experiments.observe import (
    COLUMNS,
    Setting,
    divergence,
    gamma_bound,
    kink_shares,
    logit,
    observe,
    softness,
    spent,
    split,
    state_of,
)
from verify.experiments.survey import setting_of
from verify.experiments.trade_offs import exclusion
from verify.judge import judge
from verify.operators.weights import total_variation
from verify.quantities import Instance
from verify.spectrum.tracking import certified_lambda_max


def _theta(seed, k, size=3.0):
    """A network with live, dead and coincident kinks; neuron 0 has w = 0."""
    draw = np.random.default_rng(seed)
    w, a = draw.normal(size=k) * size, draw.normal(size=k) * size
    b = -w * draw.uniform(-1.2, 1.2, k)
    w[0], b[0] = 0.0, 0.7
    w[3], b[3] = -2.0 * w[2], -2.0 * b[2]
    return np.concatenate([w, b, a, [draw.normal()]])


def _data(seed, n):
    draw = np.random.default_rng(100 + seed)
    x = np.sort(draw.uniform(-1.0, 1.0, n))
    return x, np.where(draw.random(n) < 0.5, 1.0, -1.0)


def _dense(theta, x, y):
    """G, R, the rows g_j in the order (w, b, a) by blocks, then c, and p: textbook formulas."""
    k, n = theta.size // 3, x.size
    w, b, a, c = theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], theta[-1]
    z = np.outer(x, w) + b
    on, f = (z > 0).astype(float), np.maximum(z, 0.0) @ a + c
    sigma = special.expit
    p, slope = sigma(f) * sigma(-f) / n, -y * sigma(-y * f) / n
    g = np.hstack([on * a * x[:, None], on * a, np.maximum(z, 0.0), np.ones((n, 1))])
    r = np.zeros((3 * k + 1, 3 * k + 1))
    for i in range(k):
        first, mass = (slope * x * on[:, i]).sum(), (slope * on[:, i]).sum()
        r[i, 2 * k + i] = r[2 * k + i, i] = first
        r[k + i, 2 * k + i] = r[2 * k + i, k + i] = mass
    return g.T @ (p[:, None] * g), r, g, p


@pytest.mark.parametrize("seed", range(12))
def test_the_split_is_an_identity_with_a_gap_of_at_least_0(seed):
    theta, (x, y) = _theta(seed, 7), _data(seed, 15)
    outer, inner, g, p = _dense(theta, x, y)
    k = theta.size // 3
    w, b, a, c = theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], float(theta[-1])
    sharpness = certified_lambda_max(w, b, a, c, x, y).hi
    found = split(state_of(theta, x, y), sharpness)
    total = found["P"] * (1 + 2 * found["S"] + found["I"]) + found["rho"] + found["gap"]
    assert abs(total - sharpness) <= 1e-12 * sharpness
    v = (p / p.sum()) @ g
    square = v @ v
    assert found["P"] == pytest.approx(p.sum(), rel=1e-12)
    assert 1 + 2 * found["S"] + found["I"] == pytest.approx(square, rel=1e-12)
    assert found["rho"] == pytest.approx(v @ inner @ v / square, rel=1e-10, abs=1e-14)
    top = np.linalg.eigvalsh(outer + inner)[-1]
    assert found["gap"] >= top - v @ (outer + inner) @ v / square - 1e-9 * top
    assert found["gap"] >= 0


def _tail(t, x, q):
    right, left = x > t, x < t
    plus, minus = (
        (q[side] * np.abs(x[side] - t)).sum() * np.hypot((q[side] * x[side]).sum(), q[side].sum())
        for side in (right, left)
    )
    return min(plus, minus)


@pytest.mark.parametrize("seed", range(8))
def test_shares_of_the_variation_add_up_and_lie_where_they_are_said_to(seed):
    theta, (x, y) = _theta(seed, 9), _data(seed, 25)
    state = state_of(theta, x, y)
    k, gamma = theta.size // 3, 1.5
    w, b, a, c = theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], theta[-1]

    def f(t):
        return float(np.maximum(w * t + b, 0.0) @ a + c)

    outputs = np.array([f(t) for t in x])
    q = softness(outputs) / softness(outputs).sum()
    kinks = {}
    for i in range(k):
        if w[i] != 0:
            place = round(-b[i] / w[i], 12)
            kinks[place] = kinks.get(place, 0.0) + a[i] * abs(w[i])
    uncertain = x[np.abs(outputs) <= gamma]
    expected = {f"{kind}_{part}": 0.0 for kind in ("weighted", "plain") for part in PARTS}
    for t, jump in kinks.items():
        part = "out"
        if abs(f(t)) <= gamma:
            part = "in"
        elif uncertain.size and uncertain[0] <= t <= uncertain[-1]:
            part = "hull"
        expected[f"weighted_{part}"] += abs(jump) * _tail(t, x, q)
        expected[f"plain_{part}"] += abs(jump) * (x[0] < t < x[-1])
    found = spent(theta, state, gamma)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    weighted = sum(found[f"weighted_{part}"] for part in PARTS)
    assert weighted == pytest.approx(total_variation(state), rel=1e-12)
    assert kink_shares(state)[0].size == len(kinks)


PARTS = ("in", "hull", "out")


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.5])
def test_the_noisy_truth_is_the_logit_of_the_flipped_law(rate):
    f0 = np.linspace(-4.0, 4.0, 41)
    # sigma(f0) = 1 / (1 + e^-f0) on both sides of the ratio, multiplied out.
    direct = np.log((1 - rate + rate * np.exp(-f0)) / (rate + (1 - rate) * np.exp(-f0)))
    assert logit(law(f0, rate)) == pytest.approx(direct, abs=1e-13)


def test_excess_is_the_kullback_leibler_divergence():
    draw = np.random.default_rng(5)
    q, f = np.append(draw.random(50), [0.0, 1.0]), draw.normal(size=52) * 3
    p = special.expit(f)
    direct = special.rel_entr(q, p) + special.rel_entr(1 - q, 1 - p)
    assert divergence(q, f) == pytest.approx(direct, rel=1e-12, abs=1e-14)
    assert divergence(special.expit(f), f) == pytest.approx(np.zeros(52), abs=1e-14)


@pytest.mark.parametrize("gamma", [1.5, 2.0, 8.0])
def test_the_bound_of_t_gamma_is_that_of_the_claim(gamma):
    theta, (x, y) = _theta(1, 6, size=1.0), _data(1, 12)
    value, bound, count = gamma_bound(state_of(theta, x, y), 0.25, gamma)
    network, data = rational(theta, x, y)
    instance = Instance(network=network, data=data, eta=Fraction(1, 4), gamma=Fraction(gamma))
    margin = float(judge(claim("t-gamma"), instance).margin.ball)
    assert count > 0
    assert 2 * (bound - value) == pytest.approx(margin, rel=1e-9)


def test_without_uncertain_data_there_is_no_bound():
    theta, (x, y) = start("uniform", k=5, seed=0), _data(0, 9)
    theta[-1] = 50.0
    state = state_of(theta, x, y)
    assert gamma_bound(state, 0.5, 1.0)[1:] == (np.inf, 0)
    setting = Setting(x=x, y=y, law=np.full(9, 0.5), eta=0.5, gamma=1.0, inside=0.6)
    found = observe(theta, 1.0, setting)
    assert set(found) == set(COLUMNS)
    assert np.isnan(found["hull_low"])
    assert found["overlap"] == 0.0
    theta[-1] = 1e5
    assert all(np.isnan(value) for value in observe(theta, 1.0, setting).values())


def test_observed_sets_and_regions():
    x = np.linspace(-1.0, 1.0, 21)
    theta = np.array([1.0, -1.0, 0.0, 0.0, 4.0, -4.0, 0.0])  # f = 4 x
    truth = 2.0 * x
    setting = Setting(
        x=x, y=np.where(x > 0, 1.0, -1.0), law=special.expit(truth), eta=0.1, gamma=1.0, inside=0.5
    )
    found = observe(theta, 1.0, setting)
    excess = special.rel_entr(special.expit(truth), special.expit(4 * x))
    excess += special.rel_entr(special.expit(-truth), special.expit(-4 * x))
    assert (found["hull_low"], found["hull_high"]) == pytest.approx((-0.2, 0.2))
    assert (found["uncertain"], found["truth_uncertain"]) == (5 / 21, 11 / 21)
    assert found["overlap"] == 5 / 11
    assert found["excess_hull"] == pytest.approx(excess[8:13].mean())
    assert found["excess_inside"] == pytest.approx(excess[5:16].mean())


@pytest.mark.parametrize("waves", [1.0, 2.0])
def test_the_excluded_step_size_is_that_of_the_smooth_truth(waves):
    truth, x = Truth(waves=waves), design(60)
    q = softness(truth(x))
    q = q / q.sum()

    def integrand(t):
        return 1.5 * (waves * np.pi) ** 2 * abs(np.sin(waves * np.pi * t)) * _tail(t, x, q)

    variation = sum(integrate.quad(integrand, left, right)[0] for left, right in pairwise(x))
    p, tv, limit = exclusion(truth, 60)
    assert p == pytest.approx(softness(truth(x)).mean(), rel=1e-4)
    assert tv == pytest.approx(variation, rel=1e-3)
    assert limit == pytest.approx(2 / (p * (1 + 2 * variation)), rel=1e-3)


def test_the_price_of_the_transfer_lemma():
    assert weak_to_strong.price(1.0, 1.5) == pytest.approx(0.022622, abs=5e-7)
    assert weak_to_strong.price(1.5, 1.0) == pytest.approx(0.020636, abs=5e-7)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_the_robust_weight_is_below_the_weight_of_every_remaining_set(missing):
    x = np.array([-0.9, -0.6, -0.2, 0.1, 0.3, 0.55, 0.8])
    core = x[1:]
    n = x.size
    positive = 0
    for t in (-0.5, 0.0, 0.2, 0.4):
        h = weak_to_strong.robust_weight(core, missing, n, t)
        positive += h > 0
        for lost in range(missing + 1):
            for gone in combinations(range(core.size), lost):
                kept = np.delete(core, gone)
                q = np.full(kept.size, 1.0 / kept.size)
                assert kept.size / n * _tail(t, kept, q) >= h - 1e-15
    assert positive > 0


@pytest.mark.parametrize("seed", range(5))
def test_the_transfer_lemma_holds(seed):
    draw = np.random.default_rng(seed)
    x, y = _data(seed, 40)
    theta = _theta(seed, 6)
    truth = draw.normal(size=40) * 3
    setting = Setting(x=x, y=y, law=special.expit(truth), eta=1.0, gamma=1.0, inside=0.6)
    found = weak_to_strong.transfer(theta, setting)
    f = np.abs(state_of(theta, x, y).f)
    for high in weak_to_strong.HIGHS:
        assert found[f"lost {high:g}"] == ((np.abs(truth) <= 1) & (f > high)).sum()
        assert found[f"back lost {high:g}"] == ((np.abs(truth) > high) & (f <= 1)).sum()
        assert found[f"lost {high:g}"] <= found[f"budget {high:g}"]
        assert found[f"back lost {high:g}"] <= found[f"back budget {high:g}"]
        assert found[f"weight {high:g}"] <= found["full weight"]


def test_verdicts_are_those_of_the_claims():
    sweep = SMALL.sweeps[RUNS]
    setting = setting_of(sweep, sweep.points()[0], SMALL)
    theta = start("uniform", k=5, seed=1)
    found = verdicts(theta, setting.x, setting.y, eta=0.1, gamma=2.0)
    network, data = rational(theta, setting.x, setting.y)
    instance = Instance(network=network, data=data, eta=Fraction(0.1), gamma=Fraction(2))
    assert found == {name: judge(claim(name), instance).verdict for name in FAMILY}


def test_runs_are_told_apart_by_their_point():
    axes = {"seed": [0, 0, 1, 1], "noise": [0.0] * 4, "n": [5] * 4, "eta": [0.1, 0.1, 0.1, 0.2]}
    found = run_numbers({name: np.array(values) for name, values in axes.items()})
    assert found.tolist() == [0, 0, 1, 2]
