"""The strategies on R^d keep their promises and reach what the theorems could fail on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

import pytest
from flint import fmpq_mat
from test_domains import sample

from properties.campaign import search
from properties.domains import DOMAINS
from properties.space import space_domains
from verify.ball import rational
from verify.claim import variant
from verify.claims.space.family import SPACE_FAMILY
from verify.judge import EXACT_SIZE
from verify.quantities import Instance
from verify.space.hyperplanes import grouped
from verify.space.quantities import SpaceInstance, SpaceQuantities, parameters

SPACE = space_domains(DOMAINS)


@cache
def drawn(domain: str) -> tuple[Instance, ...]:
    return sample(SPACE[domain], 600)


def exactly(instance: Instance) -> SpaceQuantities:
    assert isinstance(instance, SpaceInstance)
    return SpaceQuantities(instance=instance, number=rational, width=Fraction(0))


def share(domain: str, holds: Callable[[Instance], bool]) -> float:
    instances = drawn(domain)
    return sum(map(holds, instances)) / len(instances)


@pytest.mark.parametrize("domain", SPACE)
def test_every_dimension_is_drawn_and_judged_exactly_where_needed(domain) -> None:
    for d in range(1, 6):
        assert share(domain, lambda i, d=d: i.data.d == d) > 0.05
    assert all(parameters(i) <= EXACT_SIZE for i in drawn("space-stationary"))


@pytest.mark.parametrize("domain", ["space-plain", "space-weighted", "space-stationary"])
def test_no_datum_lies_on_a_hyperplane(domain) -> None:
    assert all(exactly(i).on_kinks == () for i in drawn(domain))


def test_data_on_hyperplanes_are_drawn_where_they_are_wanted() -> None:
    assert share("space-on-kink", lambda i: bool(exactly(i).on_kinks)) > 0.7
    assert all(i.formal for i in drawn("space-on-kink"))


def test_stationary_points_are_stationary_and_have_variation() -> None:
    assert all(exactly(i).is_stationary for i in drawn("space-stationary"))
    assert share("space-stationary", lambda i: any(exactly(i).moving)) > 0.5

    def spreads(instance: Instance) -> bool:
        """Some neuron is active, and the data lie on no line."""
        first, *rest = instance.data.x
        steps = [[rational(v - u) for u, v in zip(first, x, strict=True)] for x in rest]
        return any(exactly(instance).moving) and bool(steps) and fmpq_mat(steps).rank() > 1

    assert share("space-stationary", spreads) > 0.1


CORNERS: dict[str, tuple[float, Callable[[Instance], bool]]] = {
    "repeated data": (0.1, lambda i: len(set(i.data.x)) < i.data.n),
    "no neuron": (0.02, lambda i: i.network.k == 0),
    "w = 0": (0.01, lambda i: any(not any(w) for w in i.network.w)),
    "a = 0": (0.01, lambda i: 0 in i.network.a),
    "one hyperplane twice": (0.05, lambda i: any(len(m) > 1 for m in grouped(i.network).values())),
    "one hyperplane from both sides": (
        0.02,
        lambda i: any(len({m > 0 for m, _ in g}) > 1 for g in grouped(i.network).values()),
    ),
    "f = 0 somewhere": (0.2, lambda i: 0 in exactly(i).outs),
    "saturated": (0.01, lambda i: max(map(abs, exactly(i).outs)) > 100),
    "a law": (0.1, lambda i: i.q is not None),
    "both labels at one place": (
        0.1,
        lambda i: len(set(zip(i.data.x, i.data.y, strict=True))) > len(set(i.data.x)),
    ),
    "across the first axis": (0.2, lambda i: i.data.d > 1 and any(any(w[1:]) for w in i.network.w)),
}


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_are_reached(corner) -> None:
    least, holds = CORNERS[corner]
    assert share("space-weighted", holds) > least


@pytest.mark.parametrize("claim", SPACE_FAMILY, ids=lambda claim: claim.id)
def test_the_search_admits_what_it_draws_and_refutes_nothing(claim) -> None:
    found = search(claim, SPACE[claim.domain], examples=300, seed=2)
    assert found.violation is None
    assert found.admitted >= (240 if claim.id == "space-t-gamma" else 295)
    assert found.undecided <= 3


@pytest.mark.parametrize("claim", SPACE_FAMILY, ids=lambda claim: claim.id)
def test_the_search_finds_what_only_several_dimensions_refute(claim) -> None:
    for control in claim.controls:
        if control.id.startswith("space-"):
            false = variant(claim, control)
            found = search(false, SPACE[false.domain], examples=3_000, seed=5, shrink=False)
            assert found.violation is not None, control.id
            assert found.violation.data.d > 1
