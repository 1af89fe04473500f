"""d = 1 forced through the room for R^d agrees with the line: values, enclosures and verdicts."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest
from flint import arb
from test_domains import sample

from properties.domains import DOMAINS
from verify.ball import NotExact, Scalar, ball, rational, working_precision
from verify.claim import Verdict, variant
from verify.claims import claim
from verify.claims.space.family import SPACE_FAMILY
from verify.judge import judge
from verify.quantities import Instance, Quantities
from verify.space.embedding import along, reflection
from verify.space.quantities import SpaceInstance, quantities_of

WIDTH = Fraction(1, 1 << 40)
NAMES = (
    *("lambda_max", "P", "S", "TV", "v_squared", "rho", "inverse_D", "residual"),
    *("largest_r", "gradient_residual"),
)
EVERYWHERE = ("plain", "weighted", "stationary", "on-kink", "square-plain")


@cache
def drawn(domain: str, count: int = 60) -> tuple[Instance, ...]:
    return sample(DOMAINS[domain], count)


def forced(instance: Instance) -> SpaceInstance:
    return along(instance, ((Fraction(1),),))


def both(instance: Instance, number) -> Iterator[tuple[Quantities, Quantities]]:
    for pair in (instance, forced(instance)):
        yield quantities_of(pair, number=number, width=WIDTH)


def value(quantities: Quantities, name: str) -> Scalar | None:
    try:
        return getattr(quantities, name)
    except NotExact:
        return None


@pytest.mark.parametrize("domain", EVERYWHERE)
def test_exact_values_are_the_same(domain) -> None:
    compared = 0
    for instance in drawn(domain):
        line, space = both(instance, rational)
        assert line.outs == space.outs
        assert line.on_kinks == space.on_kinks
        for name in NAMES:
            one, other = value(line, name), value(space, name)
            assert one == other, (name, instance)
            compared += one is not None
    assert compared > 60


@pytest.mark.parametrize("domain", EVERYWHERE)
def test_enclosures_overlap(domain) -> None:
    for instance in drawn(domain):
        with working_precision(128):
            line, space = both(instance, ball)
            for name in NAMES:
                assert arb(getattr(line, name)).overlaps(arb(getattr(space, name))), name
            for one, other in zip(
                line.kinks_under(line.q), space.kinks_under(space.q), strict=True
            ):
                assert (one.at, one.jump, one.right, one.left) == (
                    other.at,
                    other.jump,
                    other.right,
                    other.left,
                )
                assert one.g_right.overlaps(other.g_right)
                assert one.g_left.overlaps(other.g_left)


@pytest.mark.parametrize("claim_in_space", SPACE_FAMILY, ids=lambda found: found.id)
def test_verdicts_are_the_same(claim_in_space) -> None:
    true = claim(claim_in_space.id.removeprefix("space-"))
    seen = set()
    for instance in drawn(true.domain):
        verdict = judge(true, instance).verdict
        assert judge(claim_in_space, forced(instance)).verdict is verdict
        seen.add(verdict)
    assert Verdict.CERTIFIED in seen
    for control in true.controls:
        moved = next(c for c in claim_in_space.controls if c.id == control.id)
        false = variant(claim_in_space, moved)
        assert judge(false, forced(control.witness)).verdict is Verdict.REFUTED, control.id


@pytest.mark.parametrize("d", [2, 4])
def test_a_line_in_space_has_the_values_of_the_line(d) -> None:
    turn = reflection((1, *(-1 - i for i in range(d - 1))))
    for instance in drawn("weighted", 30):
        placed = along(instance, turn)
        with working_precision(128):
            line = quantities_of(instance, number=ball, width=WIDTH)
            space = quantities_of(placed, number=ball, width=WIDTH)
            for name in NAMES:
                assert arb(getattr(line, name)).overlaps(arb(getattr(space, name))), name
