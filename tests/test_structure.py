"""The structure theorem's margins against their definitions, and the strategies made for it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from mpmath import mp, mpf

from properties.domains import networks_with_data
from properties.stationary import structure, weightless
from tests.test_domains import activations, gradient, outs, sample
from tests.witnesses import Evaluated, as_mpf
from verify.ball import ball, rational, working_precision
from verify.claim import Verdict
from verify.claims.common import SHARP
from verify.claims.stationary.calibration import CALIBRATION
from verify.claims.stationary.cells import lambda_min
from verify.claims.stationary.gaps import GAPS
from verify.claims.stationary.structure import STRUCTURE
from verify.judge import judge
from verify.quantities import Instance, Quantities

CLAIMS = (STRUCTURE, CALIBRATION, GAPS)
GENERAL = [
    one
    for one in sample(networks_with_data(), 80)
    if max(map(abs, outs(one))) < 40 and max(map(abs, one.data.x)) < 100
][:25]


def evaluated(instance: Instance) -> Evaluated:
    net, data = instance.network, instance.data
    w, b, a, x = ([as_mpf(value) for value in part] for part in (net.w, net.b, net.a, data.x))
    return Evaluated(x=x, y=data.y, w=w, b=b, a=a, c=as_mpf(net.c))


def in_balls(instance: Instance) -> Quantities:
    return Quantities(instance=instance, number=ball, width=Fraction(1, 10**30))


def near(value: object, truth: mpf, scale: mpf) -> bool:
    return bool(abs(mpf(value.mid().str(60, radius=False)) - truth) < mpf(10) ** -25 * (1 + scale))  # type: ignore[attr-defined]


@pytest.mark.parametrize("instance", GENERAL)
def test_calibration_is_that_of_the_definition(instance: Instance) -> None:
    with mp.workdps(50), working_precision(256):
        e = evaluated(instance)
        chance = [1 / (1 + mp.exp(-e.f(x))) for x in e.x]
        excess = [p - (y == 1) for p, y in zip(chance, e.y, strict=True)]
        total = abs(mp.fsum(excess))
        for row in activations(instance):
            for power in (0, 1):
                terms = [d * x**power for d, x, z in zip(excess, e.x, row, strict=True) if z > 0]
                total += abs(mp.fsum(terms))
        sides = CALIBRATION.margin(in_balls(instance), CALIBRATION.constants)
        assert near(-sides.margin.ball, total, total)


@pytest.mark.parametrize("instance", GENERAL)
def test_the_least_eigenvalue_is_that_of_mpmath(instance: Instance) -> None:
    with mp.workdps(60), working_precision(400):
        e = evaluated(instance)
        rows = e.rows()
        values = mp.eigsy(rows.T * mp.diag(e.p()) * rows + e.R(), eigvals_only=True)
        found = lambda_min(in_balls(instance))
        assert near(found, min(values), max(map(abs, values)))


def test_the_least_eigenvalue_is_exact_in_rationals() -> None:
    exact = Quantities(instance=SHARP, number=rational, width=Fraction(0))
    assert lambda_min(exact) == 0


def occupied(instance: Instance) -> int:
    """The gaps that hold the kink of a neuron with active and inactive data, by looking at each."""
    gaps = set()
    rows = zip(activations(instance), instance.network.w, instance.network.b, strict=True)
    for row, w, b in rows:
        if max(row) > 0 > min(row):
            kink = -b / w
            gaps |= {g for g in pairwise(sorted(set(instance.data.x))) if g[0] < kink < g[1]}
    return len(gaps)


@pytest.mark.parametrize("instance", [*GENERAL, *sample(weightless(), 10), *sample(structure, 10)])
def test_occupied_gaps_are_counted(instance: Instance) -> None:
    sides = GAPS.margin(in_balls(instance), GAPS.constants)
    assert sides.smaller == occupied(instance)
    assert sides.larger == rational(Fraction(instance.data.n, 2) - 1)


def test_the_structure_strategy_is_stationary_and_lopsided() -> None:
    instances = sample(structure, 300)
    assert all(set(outs(one)) == {0} and gradient(one) == {0} for one in instances)
    assert all(z != 0 for one in instances for row in activations(one) for z in row)
    admitted = [one for one in instances if judge(CALIBRATION, one).verdict is Verdict.CERTIFIED]
    assert len(admitted) > 240
    moment = [sum(x * y for x, y in zip(o.data.x, o.data.y, strict=True)) for o in instances]
    assert sum(m != 0 for m in moment) > 30
    assert sum(occupied(one) >= 2 for one in instances) > 30


def test_weightless_points_are_stationary_but_not_for_the_theorem() -> None:
    instances = sample(weightless(), 100)
    assert all(set(outs(one)) == {0} and gradient(one) == {0} for one in instances)
    assert all(z != 0 for one in instances for row in activations(one) for z in row)
    assert all(set(one.network.a) == {0} for one in instances)
    for one in instances:
        for claim in CLAIMS:
            assert judge(claim, one).verdict is Verdict.VACUOUS
    assert any(occupied(one) == 3 for one in instances)


def test_a_single_label_meets_no_assumption() -> None:
    one = Instance(network=SHARP.network, data=type(SHARP.data)(x=SHARP.data.x, y=(1, 1, 1, 1)))
    assert all(judge(claim, one).verdict is Verdict.VACUOUS for claim in CLAIMS)
