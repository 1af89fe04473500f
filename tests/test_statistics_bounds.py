"""The bounds of 3.6 and 3.7, the event behind 3.7, the penalized fit, and the rate."""

import math
from fractions import Fraction as F

import mpmath
import numpy as np
import pytest
from scipy import integrate, optimize, stats

from verify.dynamics.truth import Truth
from verify.model import InputError
from verify.statistics.binomial import lower_limit, upper_limit
from verify.statistics.bounds import (
    WeakToStrong,
    best_coarse,
    crowding,
    gamma_of,
    norm_bound,
)
from verify.statistics.fits import dual_value, jumps_of, penalized_likelihood
from verify.statistics.rate import Rate, slope_interval
from verify.statistics.settings import (
    Broken,
    Descent,
    Penalized,
    Setting,
    coarse_basis,
    places,
    prepare,
    slope_variation,
)
from verify.statistics.trial import divergences, event_share


@pytest.mark.parametrize(
    ("n", "coarse", "value"), [(200, 4, 0.9955), (3200, 5, 0.09304), (100_000, 6, 0.005257)]
)
def test_weak_to_strong_at_known_values(n: int, coarse: int, value: float) -> None:
    known = {"n": n, "length": 2.0, "delta": 0.05}
    assert best_coarse(**known, variation=84.0, height=1.5) == coarse
    bound = WeakToStrong(**known, coarse=coarse).bound(variation=84.0, height=1.5)
    assert bound == pytest.approx(value, rel=1e-3)


def test_weak_to_strong_against_the_formula_as_it_is_written() -> None:
    n, l0, delta, length, variation, height, tau, kappa = 300, 3, 0.1, 1.5, 20.0, 2.0, 0.01, 1.25
    d, t = 2**l0 + 1, mpmath.log(2 / mpmath.mpf(delta))
    square = (d + 2 * mpmath.sqrt(d * t) + 2 * t) / (4 * n)

    def term(r: int) -> mpmath.mpf:
        log = mpmath.log(4 * mpmath.mpf(2) ** r * mpmath.mpf(2) ** (r - l0 + 1) / delta)
        size = (kappa * n * mpmath.mpf(2) ** -r + 1) * log / (2 * n**2)
        return length * variation * mpmath.mpf(2) ** -r / 4 * mpmath.sqrt(size)

    softness = 1 / (2 + mpmath.exp(height) + mpmath.exp(-height))
    fine = mpmath.fsum(term(r) for r in range(l0, l0 + 200))
    found = WeakToStrong(n=n, length=length, coarse=l0, delta=delta, crowding=kappa)
    expected = float(2 * square / softness + 2 * fine + 2 * tau)
    assert found.bound(variation=variation, height=height, tau=tau) == pytest.approx(expected)
    assert found.bound(variation=1.0, height=800.0) == math.inf


def test_norm_bound_by_hand() -> None:
    x = np.array([0.0, 0.0, 0.0, math.sqrt(3.0)])
    delta = math.exp(-2.0)
    # mean(1 + x^2) = 7/4, 1 + x_max^2 = 4, n = 4, log(1/delta) = 2.
    first, offset = math.sqrt(7 / 8), math.sqrt((2 + math.log(2)) / 8)
    common = {"radius": 3.0, "offset": 2.0, "delta": delta}
    stated, sharper = norm_bound(x, **common), norm_bound(x, **common, form="sharper")
    assert stated == pytest.approx(3 * (first + 1.0) + 2 * offset)
    assert sharper == pytest.approx(3 * (first + math.sqrt(7 / 16)) + 2 * offset)


@pytest.mark.parametrize("delta", [0.0, 1.0, -1.0, math.nan])
def test_a_level_is_a_probability(delta: float) -> None:
    with pytest.raises(InputError, match="delta"):
        norm_bound(np.ones(3), radius=1.0, offset=0.0, delta=delta)
    with pytest.raises(InputError, match="delta"):
        WeakToStrong(n=5, length=1.0, coarse=0, delta=delta)


def test_an_interval_needs_positive_numbers() -> None:
    with pytest.raises(InputError, match="positive numbers"):
        WeakToStrong(n=0, length=1.0, coarse=0, delta=0.1)


def test_gamma_of_is_the_softness() -> None:
    assert gamma_of(0.0) == 0.25
    assert gamma_of(-3.0) == gamma_of(3.0) == pytest.approx(math.e**3 / (1 + math.e**3) ** 2)


def test_crowding_is_the_least_factor() -> None:
    grid = [F(-1) + F(2 * j, 99) for j in range(100)]
    assert crowding(grid, F(-1), F(1)) == 1
    # Three of four data in the first quarter: kappa >= (3 - 1) 4/4, and more on finer levels.
    uneven = [F(1, 16), F(1, 10), F(1, 5), F(3, 4)]
    found = crowding(uneven, F(0), F(1))
    levels = range(8)
    counts = [max(sum(c < x * 2**r < c + 1 for x in uneven) for c in range(2**r)) for r in levels]
    assert found == max(F((count - 1) * 2**r, 4) for r, count in zip(levels, counts, strict=True))
    assert found > 1
    with pytest.raises(InputError, match="different"):
        crowding([F(0), F(0)], F(-1), F(1))
    with pytest.raises(InputError, match="interval"):
        crowding([], F(-1), F(1))


def hats(shares: np.ndarray, level: int) -> np.ndarray:
    centres = (np.arange(2**level) + 0.5) / 2**level
    return np.maximum(0.0, 1.0 - np.abs(shares[:, None] - centres) * 2.0 ** (level + 1))


@pytest.mark.parametrize("seed", range(8))
def test_the_event_share_against_dense_projections(seed: int) -> None:
    draw = np.random.default_rng(seed)
    shares = np.sort(draw.random(40))
    xi = draw.uniform(-1.0, 1.0, 40)
    strong = WeakToStrong(n=40, length=2.0, coarse=2, delta=0.05, crowding=3.0)
    nodes = np.arange(5) / 4
    tents = np.maximum(0.0, 1.0 - 4 * np.abs(shares[:, None] - nodes))
    projected = tents @ np.linalg.lstsq(tents, xi, rcond=None)[0]
    parts = [math.sqrt(np.mean(projected**2)) / strong.coarse_noise()]
    for level in range(2, 14):
        sums = hats(shares, level).T @ (xi - projected) / 40
        parts.append(np.abs(sums).max() / strong.hat_noise(level))
    found = event_share(strong, coarse_basis(shares, 2), shares, xi)
    assert max(parts) <= found * (1 + 1e-9)
    assert found <= max(*parts, 2.0 / 40 / strong.hat_noise(12)) * (1 + 1e-9)


def spline(draw: np.random.Generator) -> Broken:
    knots = np.sort(np.concatenate([[-1.0, 1.0], draw.uniform(-0.99, 0.99, 6)]))
    values = draw.uniform(-2.0, 2.0, 8)
    return Broken(knots=tuple(knots.tolist()), values=tuple(values.tolist()))


def test_where_the_event_holds_the_bound_holds_for_every_function() -> None:
    """The deterministic half of 3.7: adversarial labels and functions, not fitted ones."""
    draw, tight = np.random.default_rng(1), 0.0
    setting = Setting(name="any", n=120, truth=Truth(), fit=Penalized())
    prepared = prepare(setting)
    for _ in range(300):
        y = np.where(draw.random(120) < draw.random(), 1.0, -1.0)
        xi = (y > 0) - 1.0 / (1.0 + np.exp(-prepared.f0))
        share = event_share(prepared.strong, prepared.basis, prepared.shares, xi)
        other = spline(draw)
        f = np.asarray(other(prepared.x))
        variation = other.slope_variation(-1, 1) + prepared.truth_variation
        losses = np.logaddexp(0, -y * f) - np.logaddexp(0, -y * prepared.f0)
        height = max(np.abs(f).max(), np.abs(prepared.f0).max())
        bound = prepared.strong.bound(
            variation=variation, height=height, tau=max(0.0, losses.mean())
        )
        # Noise that is `share` times too large costs at most share^2 (and at least as much) more.
        excess = divergences(prepared.f0, f).mean()
        assert excess <= max(1.0, share) ** 2 * bound
        tight = max(tight, excess / bound)
    assert tight > 0.02


def objective(x: np.ndarray, y: np.ndarray, mu: float, f: np.ndarray) -> float:
    return float(np.logaddexp(0, -y * f).mean() + mu * np.abs(jumps_of(x, f)).sum())


@pytest.mark.parametrize(("seed", "mu"), [(0, 0.001), (1, 0.01), (2, 0.1), (3, 3.0)])
def test_the_penalized_fit_against_another_solver(seed: int, mu: float) -> None:
    draw = np.random.default_rng(seed)
    x = np.sort(draw.uniform(-1, 1, 25))
    y = np.where(draw.random(25) < 0.5 + 0.3 * np.sin(3 * x), 1.0, -1.0)
    found = penalized_likelihood(x, y, mu)
    # f = c0 + c1 x + sum of (up - down) (x - x_j)_+ with up, down >= 0, by L-BFGS-B.
    ramps = np.maximum(0.0, x[:, None] - x[1:-1])
    basis = np.column_stack([np.ones(25), x, ramps, -ramps])
    weights = np.concatenate([[0.0, 0.0], np.full(46, mu)])

    def value(c: np.ndarray) -> tuple[float, np.ndarray]:
        f = basis @ c
        slope = -y / (1 + np.exp(y * f)) / 25
        return np.logaddexp(0, -y * f).mean() + weights @ c, basis.T @ slope + weights

    limits = [(None, None)] * 2 + [(0.0, None)] * 46
    options = {"maxiter": 20000, "maxfun": 10**6, "ftol": 1e-14, "gtol": 1e-10}
    other = optimize.minimize(
        value, np.zeros(48), jac=True, method="L-BFGS-B", bounds=limits, options=options
    )
    reached = objective(x, y, mu, found.f)
    assert 0 <= found.gap <= 1e-6
    assert reached <= other.fun + 1e-7
    assert other.fun <= reached + 1e-3
    assert reached - found.gap <= other.fun + 1e-12  # rounding of both sums


def test_the_dual_value_is_never_above_an_objective() -> None:
    draw = np.random.default_rng(4)
    x, y = np.linspace(-1, 1, 12), np.where(draw.random(12) < 0.5, 1.0, -1.0)
    best = penalized_likelihood(x, y, 0.01)
    for _ in range(200):
        f, u = draw.normal(size=12), draw.uniform(-0.01, 0.01, 10)
        assert dual_value(x, y, u) <= objective(x, y, 0.01, best.f)
        assert objective(x, y, 0.01, best.f) - best.gap <= objective(x, y, 0.01, f)


@pytest.mark.parametrize(
    ("x", "mu", "message"),
    [([0, 1], 1.0, "at least 3"), ([0, 0, 1], 1.0, "strictly"), ([0, 1, 2], 0.0, "positive")],
)
def test_the_penalized_fit_refuses(x: list[float], mu: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        penalized_likelihood(np.array(x, float), np.ones(len(x)), mu)


@pytest.mark.parametrize(("failures", "tried"), [(0, 59), (3, 60), (30, 60), (60, 60)])
def test_confidence_limits_solve_their_equations(failures: int, tried: int) -> None:
    upper, lower = upper_limit(failures, tried), lower_limit(failures, tried)
    two_sided = stats.binomtest(failures, tried).proportion_ci(0.9, method="exact")
    assert (lower, upper) == pytest.approx((two_sided.low, two_sided.high))
    if failures == 0:
        assert upper == pytest.approx(1 - 0.05 ** (1 / tried))


def test_59_is_the_least_number_of_replicates_that_can_support_one_in_twenty() -> None:
    assert upper_limit(0, 58) > 0.05 >= upper_limit(0, 59)


@pytest.mark.parametrize(("failures", "tried", "level"), [(2, 1, 0.9), (0, 0, 0.9), (0, 1, 1.0)])
def test_confidence_limits_refuse(failures: int, tried: int, level: float) -> None:
    for limit in (upper_limit, lower_limit):
        with pytest.raises(InputError):
            limit(failures, tried, level)


def test_the_slope_of_a_power_law_and_its_interval() -> None:
    sizes = (50, 100, 200, 400)
    slope, low, high = slope_interval(sizes, [3 * n**-0.8 for n in sizes])
    assert slope == pytest.approx(-0.8)
    assert high - low < 1e-10
    draw = np.random.default_rng(0)
    values = [n**-0.5 * math.exp(0.1 * draw.normal()) for n in sizes]
    other = stats.linregress(np.log(sizes), np.log(values))
    slope, low, high = slope_interval(sizes, values)
    assert (slope, high - slope) == pytest.approx(
        (other.slope, other.stderr * stats.t.ppf(0.975, 2))
    )
    with pytest.raises(InputError, match="three or more"):
        slope_interval((1, 2), (1, 2))


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.9, -0.7, "faster than -2/5, -4/5 is in the interval"),
        (-0.3, -0.1, "slower than -2/5, slower than -4/5"),
        (-0.9, -0.85, "faster than -2/5, faster than -4/5"),
        (-0.5, -0.3, "-2/5 is in the interval, slower than -4/5"),
    ],
)
def test_a_rate_says_what_its_interval_says(low: float, high: float, words: str) -> None:
    sizes, slope = (1, 2, 3), (low + high) / 2
    rate = Rate(
        name="r", sizes=sizes, means=(1.0,) * 3, replicates=1, slope=slope, low=low, high=high
    )
    assert rate.words == words


@pytest.mark.parametrize(
    ("truth", "second"),
    [
        (Truth(shape="sin", height=1.5, waves=1.5), lambda u, v: -1.5 * v**2 * math.sin(u)),
        (Truth(shape="cos", height=-2.0, waves=0.7), lambda u, v: 2.0 * v**2 * math.cos(u)),
    ],
)
def test_the_slope_variation_of_a_wave(truth: Truth, second) -> None:
    speed = truth.waves * math.pi
    value, _ = integrate.quad(lambda x: abs(second(speed * x, speed)), -0.9, 0.8, limit=500)
    assert slope_variation(truth, -0.9, 0.8) == pytest.approx(value, rel=1e-6)


def test_the_slope_variation_of_a_broken_line_counts_inner_knots() -> None:
    tent = Broken(knots=(-1.0, 0.0, 1.0), values=(-1.0, 1.0, -1.0))
    assert slope_variation(tent, -1.0, 1.0) == 4.0
    assert slope_variation(tent, -2.0, 0.5) == 6.0
    assert slope_variation(tent, 0.1, 0.9) == 0.0
    with pytest.raises(InputError, match="knots"):
        Broken(knots=(0.0, 0.0), values=(1.0, 1.0))


@pytest.mark.parametrize("design", ["grid", "midpoints", "jittered", "arcsine"])
def test_designs_increase_within_the_interval(design) -> None:
    x = places(design, 50)
    assert x.shape == (50,)
    assert (np.diff(x) > 0).all()
    assert np.abs(x).max() <= 1.0
    assert (x == places(design, 50)).all()


def test_settings_refuse() -> None:
    with pytest.raises(InputError, match="at least 4"):
        places("grid", 3)
    with pytest.raises(InputError, match="design"):
        places("spiral", 9)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="I is"):
        Setting(name="x", n=9, truth=Truth(), fit=Penalized(), low=0.5, high=0.5)


def test_the_label_free_slope_is_infinite_where_h_vanishes() -> None:
    common = {"name": "x", "n": 60, "truth": Truth(height=1.0, waves=1.0)}
    whole = prepare(Setting(**common, fit=Descent()))
    inner = prepare(Setting(**common, fit=Descent(eps=0.01), low=-0.25, high=0.25))
    weak = prepare(Setting(**common, fit=Descent(eps=10.0), low=-0.25, high=0.25))
    assert whole.slope_limit == weak.slope_limit == math.inf
    assert 100.0 < inner.slope_limit < 10_000.0
