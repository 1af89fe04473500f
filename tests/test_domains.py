"""The strategies keep what they promise, and reach the corners where a proof could go wrong."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from properties import shapes
from properties.blocks import BLOCKS
from properties.domains import DOMAINS, curvature_cap, networks_with_data, power_below
from properties.interpolation import crowd
from properties.shapes import root
from verify.ball import ball, working_precision
from verify.claim import Verdict, variant
from verify.claims import claim
from verify.judge import judge
from verify.quantities import Instance, Quantities

EXAMPLES = 1_000
STRATEGIES = {**DOMAINS, "general": networks_with_data()}
Predicate = Callable[[Instance], bool]


def sample(strategy: SearchStrategy[Instance], count: int) -> tuple[Instance, ...]:
    """Instances of a strategy, the same ones each time."""
    found: list[Instance] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(instance: Instance) -> None:
        found.append(instance)

    collect()
    return tuple(found)


@cache
def drawn(domain: str) -> tuple[Instance, ...]:
    """A thousand instances of a domain."""
    return sample(STRATEGIES[domain], EXAMPLES)


def share(domain: str, holds: Predicate) -> Fraction:
    """The share of drawn instances on which the predicate holds."""
    instances = drawn(domain)
    return Fraction(sum(holds(instance) for instance in instances), len(instances))


def neurons(instance: Instance) -> list[tuple[Fraction, Fraction, Fraction]]:
    """(a, w, b) of each neuron."""
    net = instance.network
    return list(zip(net.a, net.w, net.b, strict=True))


def activations(instance: Instance) -> list[list[Fraction]]:
    """w_i x_j + b_i: one row per neuron."""
    return [[w * x + b for x in instance.data.x] for _, w, b in neurons(instance)]


def outs(instance: Instance) -> list[Fraction]:
    """f(x_j), by the definition of f."""
    return [instance.network(x) for x in instance.data.x]


def kinks(instance: Instance) -> list[Fraction]:
    """The kinks of neurons with w != 0."""
    return [-b / w for _, w, b in neurons(instance) if w != 0]


def has_kink_outside(instance: Instance) -> bool:
    low, high = min(instance.data.x), max(instance.data.x)
    return any(t < low or t > high for t in kinks(instance))


def has_near_kink(instance: Instance) -> bool:
    pairs = [(abs(t - x), abs(x)) for t in kinks(instance) for x in instance.data.x]
    return any(0 < gap <= Fraction(1, 1 << 40) * min(1, x) for gap, x in pairs)


def has_opposite_labels_at_one_x(instance: Instance) -> bool:
    data = instance.data
    return len(set(data.x)) < len(set(zip(data.x, data.y, strict=True)))


def has_parameters(low: Fraction, high: Fraction) -> Predicate:
    def holds(instance: Instance) -> bool:
        values = {abs(value) for neuron in neurons(instance) for value in neuron} - {Fraction(0)}
        return any(low <= value <= high for value in values)

    return holds


def has_data(low: Fraction, high: Fraction) -> Predicate:
    return lambda instance: any(low <= abs(x) <= high for x in instance.data.x)


TWO = Fraction(2)
CORNERS: dict[str, Predicate] = {
    "a dead neuron": lambda i: any(max(row) < 0 for row in activations(i)),
    "an always active neuron": lambda i: any(min(row) > 0 for row in activations(i)),
    "w = 0": lambda i: any(w == 0 for _, w, _ in neurons(i)),
    "a = 0": lambda i: any(a == 0 for a, _, _ in neurons(i)),
    "coincident kinks": lambda i: len(set(kinks(i))) < len(kinks(i)),
    "a kink outside the data": has_kink_outside,
    "a kink within 2^-40 of a datum": has_near_kink,
    "equal x": lambda i: len(set(i.data.x)) < i.data.n,
    "one datum": lambda i: i.data.n == 1,
    "seven data": lambda i: i.data.n >= 7,
    "no neuron": lambda i: i.network.k == 0,
    "five neurons": lambda i: i.network.k == 5,
    "one label": lambda i: i.data.n > 1 and len(set(i.data.y)) == 1,
    "both labels": lambda i: len(set(i.data.y)) == 2,
    "opposite labels at one x": has_opposite_labels_at_one_x,
    "huge parameters": has_parameters(TWO**20, TWO**70),
    "enormous parameters": has_parameters(TWO**60, TWO**200),
    "tiny parameters": has_parameters(TWO**-70, TWO**-20),
    "very tiny parameters": has_parameters(TWO**-200, TWO**-58),
    "huge data": has_data(TWO**20, TWO**70),
    "tiny data": has_data(TWO**-70, TWO**-16),
    "a saturated output": lambda i: any(abs(f) > 700 for f in outs(i)),
    "f = 0 on all data": lambda i: set(outs(i)) == {0},
    "f = 0 on all data with an active neuron": lambda i: (
        set(outs(i)) == {0} and any(max(row) > 0 for row in activations(i))
    ),
    "f != 0 on all data": lambda i: 0 not in outs(i),
    "x = 3/4": lambda i: Fraction(3, 4) in i.data.x,
}


FREQUENT = (
    *("a dead neuron", "an always active neuron", "coincident kinks", "a kink outside the data"),
    *("equal x", "one datum", "no neuron", "one label", "both labels"),
    *("opposite labels at one x", "f = 0 on all data with an active neuron", "f != 0 on all data"),
)


@pytest.mark.parametrize("domain", ["general", "plain"])
@pytest.mark.parametrize("corner", CORNERS)
def test_general_domains_reach_the_corners(domain, corner):
    assert share(domain, CORNERS[corner]) > 0


@pytest.mark.parametrize("domain", ["weighted", "levels"])
@pytest.mark.parametrize("corner", FREQUENT)
def test_derived_domains_reach_the_frequent_corners(domain, corner):
    assert share(domain, CORNERS[corner]) > Fraction(1, 100)


@pytest.mark.parametrize(
    ("family", "id", "controls"),
    [
        (shapes.one_steep, "t", ("T-lead", "T-res-coeff")),
        (shapes.one_confident, "t", ("q-uniform", "P-forget-softness")),
        (shapes.twins_on_kinks, "t", ("T-tail-closed",)),
        (shapes.four_mirrored, "t-star", ("TS-const2", "TS-res-coeff")),
        (shapes.steep_mirrored, "t-gamma", ("gamma-slope", "Gamma-level")),
        (shapes.lopsided_twins, "t-gamma", ("gamma-lead", "gamma-res-coeff")),
        (shapes.crowds, "t-gamma", ("gamma-count",)),
        (shapes.nearly_stationary, "t-grad", ("TG-gradient",)),
        (shapes.stationary_twins, "t-stat", ("stat-imbalance", "stat-const2")),
        (shapes.constants, "master", ("M-lead",)),
        (crowd(), "flat-overfit", ("flat-lead", "flat-outer", "flat-inner")),
    ],
)
def test_shapes_refute_what_is_nearly_true(family, id, controls):
    """Each family refutes the variants that it is made for, often enough to be met at random."""
    true, instances = claim(id), sample(family, 200)
    assert all(judge(true, i).verdict is not Verdict.REFUTED for i in instances)
    for control in controls:
        false = variant(true, next(c for c in true.controls if c.id == control))
        refuted = sum(judge(false, i).verdict is Verdict.REFUTED for i in instances)
        assert refuted > len(instances) // 100, (control, refuted)


def test_confident_shapes_have_their_mass_on_one_side():
    for instance in sample(shapes.one_confident, 50):
        assert 0 in outs(instance)
        assert len({abs(f) for f in outs(instance)}) == 2


def test_a_corner_that_is_not_reached_is_noticed():
    assert share("plain", lambda i: i.network.k > 50) == 0
    assert share("plain", lambda i: any(0 in row for row in activations(i))) == 0


ON_THE_LINE = [
    domain
    for domain in sorted(DOMAINS)
    # Other losses have the networks of the logistic one; tests/test_space_domains.py has R^d.
    if not domain.endswith("on-kink")
    and not domain.startswith(("space-", "square-", "exponential-"))
]


@pytest.mark.parametrize("domain", ON_THE_LINE)
def test_no_datum_lies_on_a_kink(domain):
    for instance in sample(STRATEGIES[domain], 250):
        assert not instance.formal
        assert all(z != 0 for row in activations(instance) for z in row)


def test_instances_are_small():
    assert share("plain", lambda i: i.network.k <= 5 and i.data.n <= 8) == 1
    assert share("plain", lambda i: i.network.k > 0 and i.data.n > 1) > Fraction(1, 3)


def test_weights_are_a_law():
    assert share("weighted", lambda i: i.q is None) > Fraction(1, 4)
    with_q = [i for i in drawn("weighted") if i.q is not None]
    assert len(with_q) > EXAMPLES // 20
    for instance in with_q:
        assert len(instance.q) == instance.data.n
        assert min(instance.q) >= 0
        assert sum(instance.q) > 0
    assert any(0 in i.q for i in with_q)
    assert any(len(set(i.q)) > 1 for i in with_q)


def test_levels_meet_the_assumptions_of_theorem_3_5():
    found = [judge(claim("t-gamma"), instance) for instance in drawn("levels")]
    admitted = sum(judgement.verdict is Verdict.CERTIFIED for judgement in found)
    assert admitted > EXAMPLES // 2
    assert any("stable" in judgement.reason for judgement in found)
    assert any("uncertain" in judgement.reason for judgement in found)


@pytest.mark.parametrize(
    "holds",
    [
        lambda i: i.gamma is None,
        lambda i: i.gamma == 0,
        lambda i: i.gamma is not None and i.gamma != 0 and i.gamma in {abs(f) for f in outs(i)},
        lambda i: i.gamma is not None and i.gamma not in {0, *(abs(f) for f in outs(i))},
        lambda i: i.eta is None,
        lambda i: i.eta is not None,
        lambda i: i.gamma is not None and len({abs(f) <= i.gamma for f in outs(i)}) == 2,
    ],
)
def test_levels_reach_every_kind_of_level(holds):
    assert share("levels", holds) > 0


def test_the_curvature_cap_is_above_lambda_max():
    for instance in drawn("levels")[:100]:
        with working_precision(2048):
            quantities = Quantities(instance=instance, number=ball, width=Fraction(1, 1 << 300))
            assert quantities.lambda_max < ball(curvature_cap(instance))


@pytest.mark.parametrize("value", [Fraction(1), Fraction(3, 7), Fraction(1, 3), Fraction(1000)])
def test_power_below_is_a_power_below(value):
    power = power_below(value)
    assert value / 4 < power <= value
    assert (
        power.numerator & (power.numerator - 1),
        power.denominator & (power.denominator - 1),
    ) == (0, 0)


def gradient(instance: Instance) -> set[Fraction]:
    """2 n grad L where f = 0 on all data, so that l'_j = -y_j / 2; by its definition."""
    data = instance.data
    entries = {Fraction(sum(data.y))}
    for (a, _, _), row in zip(neurons(instance), activations(instance), strict=True):
        on = [(x, y, z) for x, y, z in zip(data.x, data.y, row, strict=True) if z > 0]
        entries |= {
            a * sum((y * x for x, y, _ in on), Fraction(0)),
            a * sum(y for _, y, _ in on),
            sum((y * z for _, y, z in on), Fraction(0)),
        }
    return entries


def test_stationary_instances_are_stationary_exactly():
    for instance in drawn("stationary"):
        assert set(outs(instance)) == {0}
        assert gradient(instance) == {0}


def is_rough(instance: Instance) -> bool:
    """S > 0: some neuron with a, w != 0 is active on some datum."""
    pairs = zip(neurons(instance), activations(instance), strict=True)
    return any(a != 0 and w != 0 and max(row) > 0 for (a, w, _), row in pairs)


def test_most_stationary_instances_are_rough():
    assert share("stationary", is_rough) > Fraction(1, 2)
    assert share("stationary", lambda i: len(set(i.data.x)) > 4 and is_rough(i)) > Fraction(1, 10)
    assert share("stationary", lambda i: i.network.k >= 6) > 0
    assert share("stationary", lambda i: i.network.k == 0) > 0


@pytest.mark.parametrize("block", BLOCKS)
def test_blocks_balance_both_moments(block):
    assert sum(y for _, y in block) == 0
    assert sum(x * y for x, y in block) == 0


def test_data_on_kinks_lie_on_kinks():
    def meets(instance: Instance) -> bool:
        return instance.formal and bool(set(kinks(instance)) & set(instance.data.x))

    assert share("on-kink", lambda i: i.formal) == 1
    assert share("on-kink", meets) > Fraction(3, 4)
    assert share("on-kink", lambda i: 0 in i.data.x and len(set(kinks(i))) == 1) > 0


def test_interpolators_share_one_positive_margin():
    def one_margin(instance: Instance) -> bool:
        margins = {y * f for y, f in zip(instance.data.y, outs(instance), strict=True)}
        return len(margins) == 1 and min(margins) > 0

    assert share("interpolators", one_margin) == 1


@pytest.mark.parametrize(
    ("holds", "least"),
    [
        (lambda i: not has_kink_outside(i), Fraction(3, 4)),
        (has_kink_outside, Fraction(1, 100)),
        (lambda i: len(set(i.data.y)) == 2, Fraction(1, 10)),
        (lambda i: len(set(i.data.x)) < i.data.n, Fraction(1, 10)),
        (lambda i: len(set(i.network.a)) > 2 and len(set(i.data.y)) == 2, Fraction(1, 20)),
        (lambda i: i.network.k == 0, Fraction(1, 100)),
        (lambda i: max(map(abs, outs(i))) > 1000, Fraction(1, 200)),
        (lambda i: i.data.n > 20, Fraction(1, 10)),
    ],
)
def test_interpolators_are_varied(holds, least):
    assert share("interpolators", holds) > least


@pytest.mark.parametrize("square", [Fraction(0), Fraction(2), Fraction(25, 16), Fraction(1, 7)])
def test_root_is_near_and_below(square):
    found = root(square)
    assert found**2 <= square < (found + Fraction(1, 1 << 30)) ** 2
