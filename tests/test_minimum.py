"""Certified minima against mpmath, numpy, scipy, exact rationals and the published regression."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq_mat
from mpmath import mp, mpf

from properties.domains import networks_with_data
from properties.stationary import structure
from tests.test_domains import sample
from verify.ball import Enclosure, as_fraction, dyadic, rational, working_precision
from verify.data import REAL, load
from verify.formats import read_dataset, read_network
from verify.hessian.dense import dense_hessian
from verify.hessian.structured import loss_hessian
from verify.logistic import LOGISTIC
from verify.minimum import Minimum, certify_minimum, step_limit
from verify.minimum.examples import TWO_SIDED, WAVE, Near, real_examples
from verify.minimum.gauge import least_over_rescalings, lower_bound, rescaled
from verify.minimum.point import hessian_at
from verify.minimum.runs import follow
from verify.minimum.space import space_of
from verify.model import Dataset, Network
from verify.quantities import Instance
from verify.spectrum.exact import characteristic, roots_at

FILES = Path(__file__).parent.parent / "verify" / "data" / "minimum"
NEAR = (TWO_SIDED, WAVE, *real_examples()[:3])
each_example = pytest.mark.parametrize("near", NEAR, ids=lambda near: near.name)


@cache
def certified(near: Near) -> Minimum:
    found = certify_minimum(near.network, near.data)
    assert isinstance(found, Minimum)
    return found


def spells(enclosure: Enclosure, text: str) -> bool:
    """Whether every point of the enclosure rounds to the decimal `text`."""
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    low, high = dyadic(enclosure.lo), dyadic(enclosure.hi)
    return Fraction(text) - half <= low <= high <= Fraction(text) + half


def holds(enclosure: Enclosure, value: mpf, slack: float = 0.0) -> bool:
    low, high = (
        mpf(e.numerator) / e.denominator for e in map(dyadic, (enclosure.lo, enclosure.hi))
    )
    return bool(low - slack <= value <= high + slack)


def middle(value: arb) -> mpf:
    exact = dyadic(value.mid())
    return mpf(exact.numerator) / exact.denominator


def parameters(found: Minimum) -> tuple[list[mpf], list[mpf], list[mpf], mpf]:
    a = [mpf(v.numerator) / v.denominator for v in found.point.a]
    w, b = ([middle(v) for v in part] for part in (found.point.w, found.point.b))
    return w, b, a, middle(found.point.c)


def rows_and_slopes(found: Minimum, data: Dataset) -> tuple[mpmath.matrix, list[mpf], list[mpf]]:
    """g_j in rows, l'_j and l''_j at the certified point, from the definitions in mpmath."""
    w, b, a, c = parameters(found)
    rows, slopes, curvatures = [], [], []
    for at, y in zip(data.x, data.y, strict=True):
        x, row, f = mpf(at.numerator) / at.denominator, [], c
        for wi, bi, ai in zip(w, b, a, strict=True):
            z = wi * x + bi
            row += [ai * x, ai, z] if z > 0 else [0, 0, 0]
            f += ai * max(z, 0)
        rows.append([*row, 1])
        slopes.append(-y / (1 + mp.exp(y * f)))
        curvatures.append(1 / (2 + mp.exp(f) + mp.exp(-f)))
    return mp.matrix(rows), slopes, curvatures


@each_example
def test_the_point_is_stationary_and_its_spectrum_is_that_of_mpmath(near: Near) -> None:
    found = certified(near)
    with mp.workdps(60):
        rows, slopes, curvatures = rows_and_slopes(found, near.data)
        gradient = rows.T * mp.matrix(slopes) / near.data.n
        assert mp.norm(gradient) < mpf(10) ** -55
        H = rows.T * mp.diag(curvatures) * rows / near.data.n
        values = sorted(mp.eigsy(H, eigvals_only=True), reverse=True)
    assert len(values) == len(found.positive) + found.nullity
    assert all(holds(e, v) for e, v in zip(found.positive, values, strict=False))
    assert all(abs(value) < mpf(10) ** -50 for value in values[len(found.positive) :])
    assert found.least_positive.lo > 0


def test_the_example_of_the_thresholds() -> None:
    found = certified(TWO_SIDED)
    with working_precision(256):
        assert spells(Enclosure.of(found.point.w[0]), "4.26758")
        assert spells(Enclosure.of(found.point.b[0]), "-0.71419")
        assert Enclosure.of(found.point.c + arb(4).log()).is_nonnegative() is None
        limits = [step_limit(e) for e in (found.lambda_max, found.least, found.floor)]
    texts = ("0.53506", "0.38953", "0.05338", "0.01388", "0.00658")
    assert all(spells(e, text) for e, text in zip(found.positive, texts, strict=True))
    assert [spells(e, t) for e, t in zip(limits, ("3.7379", "4.235", "4.731"), strict=True)] == [
        True
    ] * 3
    assert spells(found.least, "0.47223")
    assert (found.nullity, found.sole) == (2, True)


@pytest.mark.parametrize(
    ("eta", "stays", "sharpness"),
    [
        (3.6, True, "0.5350"),
        (3.9, True, "0.51250"),
        (4.2, True, "0.47391"),
        (4.3, False, None),
        (4.6, False, "0.345"),
        (5.0, False, "0.345"),
    ],
)
def test_gradient_descent_does_what_the_thresholds_say(
    eta: float, stays: bool, sharpness: str | None
) -> None:
    """Up to 3.7379 it stays, up to 4.235 it rebalances, beyond it leaves the function."""
    run = follow(certified(TWO_SIDED), eta, 12_000, seed=1)
    assert (run.drift < 1e-5) == stays
    assert stays or run.drift > 0.1
    if sharpness is not None:
        assert run.slope < 1e-5
        assert spells(run.sharpness, sharpness)
        assert float(run.sharpness.ball) < 2 / eta
        there = certify_minimum(run.network, TWO_SIDED.data)
        assert isinstance(there, Minimum)
        assert there.far.hi < 1e-4
    else:
        assert run.slope > 0.01


def dense_top(found: Minimum, near: Near, factors: Sequence[float]) -> float:
    """lambda_max after (w/t, b/t, t a), by numpy from the definitions."""
    w, b, a, c = (np.array(part, dtype=float) for part in parameters(found))
    x = np.array([float(v) for v in near.data.x])
    t = np.array(factors)
    z = np.multiply.outer(x, w) + b
    on = z > 0
    f = np.maximum(z, 0) @ a + c
    p = 1 / (2 + np.exp(f) + np.exp(-f)) / x.size
    rows = np.hstack([x[:, None] * on * a * t, on * a * t, z * on / t, np.ones((x.size, 1))])
    return float(np.linalg.eigvalsh(rows.T @ (p[:, None] * rows))[-1])


@each_example
def test_the_least_sharpness_is_attained_and_never_beaten(near: Near) -> None:
    found = certified(near)
    low, high = float(found.least.lo), float(found.least.hi)
    assert found.floor.hi <= found.least.lo <= found.least.hi <= found.lambda_max.hi
    assert high - low < 1e-12 * high
    best = [float(t) for t in found.factors]
    assert abs(dense_top(found, near, best) - high) < 1e-12
    draw = np.random.default_rng(0)
    for spread in (1e-4, 1e-2, 1.0):
        for _ in range(30):
            factors = best * np.exp(spread * draw.standard_normal(len(best)))
            assert dense_top(found, near, factors.tolist()) >= low - 1e-13


def test_t_stat_is_the_bound_of_one_vector() -> None:
    found = certified(WAVE)
    with working_precision(256):
        h = hessian_at(found.point, found.space, found.fit)
        p = [dyadic(weight.mid()) for weight in h.p]
        assert lower_bound(h, [p]).overlaps(found.floor.ball)
        assert lower_bound(h, [[entry * (-1) ** j for j, entry in enumerate(p)]]) < found.least.lo
        far = rescaled(h, [Fraction(2) ** 20, Fraction(1), Fraction(2) ** -15])
        again = least_over_rescalings(far, Fraction(1, 10**15))
    assert abs(float(again.value.ball - found.least.ball)) < 1e-12


def test_copies_of_a_neuron_cannot_be_flatter() -> None:
    near = NEAR[2]
    one, net = certified(near), near.network
    a, w, b = net.a[0], net.w[0], net.b[0]
    twin = Network(w=[w, 2 * w], b=[b, 2 * b], a=[a / 3, a / 3], c=net.c)
    two = certify_minimum(twin, near.data)
    assert isinstance(two, Minimum)
    assert (one.sole, two.sole) == (True, False)
    assert (two.space.dimension, two.nullity) == (3, 4)
    assert abs(float(two.least.ball - one.least.ball)) < 1e-12


def test_an_always_active_neuron_is_the_published_logistic_regression() -> None:
    data = load(REAL[0])[1]
    found = certify_minimum(Network(w=[1], b=[5], a=[-1], c=0), data)
    assert isinstance(found, Minimum)
    assert (found.space.dimension, found.nullity, found.sole) == (2, 2, False)
    slope = float(found.fit.outs[1] - found.fit.outs[0]) / float(
        data.in_order.x[1] - data.in_order.x[0]
    )
    level = float(found.fit.outs[0]) - slope * float(data.in_order.x[0])
    # Logit of distress: 15.043 - 0.2322 t with t in degrees Fahrenheit, x = (t - 70)/10.
    assert abs(slope / 10 + 0.2322) < 5e-5
    assert abs(level - slope * 7 - 15.043) < 5e-3


def one_neuron_networks(data: Dataset) -> list[Network]:
    """One network for each gap, side and sign of a."""
    x = sorted(set(data.x))
    kinks = [(left + right) / 2 for left, right in pairwise(x)]
    return [
        Network(w=[w], b=[-w * kink], a=[a], c=0)
        for kink in kinks
        for w in (1, -1)
        for a in (1, -1)
    ]


def test_all_stationary_points_of_one_neuron_on_the_launches() -> None:
    data = load(REAL[0])[1]
    networks = one_neuron_networks(data)
    found = [certify_minimum(network, data) for network in networks]
    minima = [one for one in found if isinstance(one, Minimum)]
    assert (len(networks), len(minima)) == (60, 3)
    cuts = {(one.space.spans[0], one.point.a[0]) for one in minima}
    assert cuts == {((7, 16), -1), ((10, 16), -1), ((0, 9), 1)}


WEIGHTED = [one for one in sample(structure, 60) if 0 not in one.network.a]


@pytest.mark.parametrize("instance", WEIGHTED[::2])
def test_on_rational_points_the_kernel_is_that_of_the_exact_hessian(instance: Instance) -> None:
    network, data = instance.network, instance.data
    found = certify_minimum(network, data)
    assert isinstance(found, Minimum)
    chi = characteristic(dense_hessian(loss_hessian(network, data, rational, LOGISTIC)))
    assert roots_at(chi, Fraction(0)) == found.nullity
    with working_precision(found.fit.bits):
        assert all(f.contains(0) for f in found.fit.outs)
        assert found.far.hi < arb(2) ** -150


@pytest.mark.parametrize("instance", [*sample(networks_with_data(), 60), *WEIGHTED[:20]])
def test_the_basis_of_V_is_one_and_expands_every_generator(instance: Instance) -> None:
    space = space_of(instance.network, instance.data)
    count = 2 * len(space.sets) + 1
    columns = [space.generator(index) for index in range(count)]

    def rank(kept: Sequence[int]) -> int:
        entries = [rational(columns[i][j]) for j in range(len(space.x)) for i in kept]
        return int(fmpq_mat(len(space.x), len(kept), entries).rank())

    assert rank(range(count)) == rank(space.basis) == space.dimension
    table = space.coordinates.tolist()
    for index, column in enumerate(columns):
        weights = [as_fraction(row[index]) for row in table]
        basis = zip(weights, space.basis, strict=True)
        parts = [[weight * value for value in columns[i]] for weight, i in basis]
        assert column == [sum(values) for values in zip(*parts, strict=True)]
    for position, known in enumerate(space.determined()):
        own = {2 * position + 1, 2 * position + 2}
        others = [index for index in range(count) if index not in own]
        assert known == (rank(range(count)) == rank(others) + 2)


def test_the_files_of_the_readme_are_the_examples() -> None:
    for near, stem in ((TWO_SIDED, "two_sided"), (WAVE, "wave")):
        assert read_network(FILES / f"{stem}_network.json") == near.network
        assert read_dataset(FILES / f"{stem}.csv") == near.data
    assert read_network(FILES / "challenger_network.json") == real_examples()[0].network
