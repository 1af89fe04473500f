"""Theorem 3.1's networks against exact rationals, numpy, mpmath and values of the paper's note."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.ball import Enclosure, ball, dyadic, working_precision
from verify.claims.common import CONSTANT, SHARP, STEEP
from verify.claims.flat_overfit import FLAT_OVERFIT
from verify.claims.flat_overfit import bound as bound_of_claim
from verify.counterexample import (
    EXAMPLE,
    SCALINGS,
    analyse,
    family,
    least_margin,
    margins_table,
    ramp_network,
)
from verify.counterexample.bounds import floor_of_all
from verify.counterexample.family import is_above
from verify.counterexample.oracle import MOST_ROWS, independent_lambda_max
from verify.counterexample.ramps import near_root
from verify.model import Dataset, InputError, Network, data_on_kinks
from verify.quantities import Instance, Quantities
from verify.spectrum import lambda_max

HALF = Fraction(1, 2)
PURE = Dataset(x=(0, 1, 2), y=(1, 1, 1))


def ends(enclosure: Enclosure) -> tuple[Fraction, Fraction]:
    """The exact ends of an enclosure of moderate exponent."""
    return dyadic(enclosure.lo), dyadic(enclosure.hi)


def spells(enclosure: Enclosure, text: str) -> bool:
    """Whether every point of the enclosure rounds to the decimal `text`."""
    low, high = ends(enclosure)
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    return Fraction(text) - half <= low <= high <= Fraction(text) + half


def near(enclosure: Enclosure, value: object, digits: int) -> bool:
    """Whether the enclosure lies within a relative 10^-digits of a number of mpmath."""
    with mpmath.workdps(2 * digits):
        slack = mpmath.mpf(10) ** -digits * abs(value)
        low, high = (mpmath.mpf(e.numerator) / e.denominator for e in ends(enclosure))
        return bool(value - slack <= low <= high <= value + slack)


@st.composite
def datasets(draw: st.DrawFn, most: int = 7) -> Dataset:
    places = draw(st.lists(st.integers(-64, 64), min_size=1, max_size=most, unique=True))
    labels = draw(st.lists(st.sampled_from((-1, 1)), min_size=len(places), max_size=len(places)))
    return Dataset(x=[Fraction(place, 32) for place in places], y=labels)


margins = st.one_of(
    st.integers(1, 2000).map(lambda steps: Fraction(steps, 16)),
    st.sampled_from([Fraction(1, 10**6), Fraction(10**6), Fraction(10**12)]),
)
omegas = st.integers(1, 15).map(lambda sixteenths: Fraction(sixteenths, 16))
some = settings(max_examples=40)


def measured(network: Network, ends_at: Sequence[Fraction], gamma: Fraction) -> Fraction:
    """The length of {|f| <= gamma} between two points, segment by segment of the exact f."""
    low, high = ends_at
    kinks = {t for t in network.kinks() if t is not None and low < t < high}
    total = Fraction(0)
    for left, right in pairwise(sorted({low, high} | kinks)):
        at, slope = network(left), (network(right) - network(left)) / (right - left)
        if slope == 0:
            total += (right - left) if abs(at) <= gamma else 0
            continue
        crossings = sorted(left + (level - at) / slope for level in (-gamma, gamma))
        total += max(Fraction(0), min(right, crossings[1]) - max(left, crossings[0]))
    return total


@pytest.mark.parametrize("size", [1, 2, 3, 10**300, 2**106, 2**107 - 1, 2**108])
@pytest.mark.parametrize("over", [1, 7, 10**299, 2**53])
def test_the_rounded_root_is_dyadic_short_and_close(size: int, over: int) -> None:
    square = Fraction(size, over)
    root = near_root(square)
    odd = root.numerator // (root.numerator & -root.numerator)
    assert odd.bit_length() <= 53
    assert root.denominator & (root.denominator - 1) == 0
    assert root**2 <= square
    assert square * (1 - Fraction(1, 2**52)) ** 2 <= root**2


@pytest.mark.parametrize("root", [Fraction(2), Fraction(3, 8), Fraction(10) ** 15])
def test_a_root_of_53_bits_is_exact(root: Fraction) -> None:
    assert near_root(root**2) == root


@some
@given(data=datasets(), margin=margins, omega=omegas, scaling=st.sampled_from(SCALINGS))
def test_every_margin_is_exact(
    data: Dataset, margin: Fraction, omega: Fraction, scaling: str
) -> None:
    network = ramp_network(data, margin=margin, omega=omega, scaling=scaling)
    assert [y * network(x) for x, y in zip(data.x, data.y, strict=True)] == [margin] * data.n
    labels = data.in_order.y
    assert network.k == 2 * sum(one != two for one, two in pairwise(labels))
    assert data_on_kinks(network, data) == ()
    assert all(min(data.x) < kink < max(data.x) for kink in network.kinks() if kink is not None)
    assert min(network.w, default=1) > 0


@some
@given(data=datasets(), margin=margins, omega=omegas)
def test_each_ramp_has_its_width_and_slope(
    data: Dataset, margin: Fraction, omega: Fraction
) -> None:
    network = ramp_network(data, margin=margin, omega=omega)
    points = sorted(zip(data.x, data.y, strict=True))
    for (left, label), (right, other) in pairwise(points):
        inset = (1 - omega) / 2 * (right - left)
        for part, value in ((inset, label), (right - left - inset, other)):
            assert network(left + part) == value * margin
        assert network((left + right) / 2) == Fraction(label + other, 2) * margin


@pytest.mark.parametrize("scaling", SCALINGS)
def test_how_the_slope_is_split(scaling: str) -> None:
    margin = Fraction(10**6)
    network = ramp_network(EXAMPLE, margin=margin, scaling=scaling)
    gaps = [gap for gap in (0.3, 0.3, 0.2, 0.5) for _ in range(2)]
    steep = np.array([2 / (0.5 * gap) for gap in gaps])
    outer = {"balanced": np.sqrt(1e6 * steep), "outer-fixed": np.sqrt(steep), "unit-outer": 1.0}
    w, _, a, _ = network.floats()
    assert np.allclose(abs(a), outer[scaling], rtol=1e-14)
    assert np.allclose(w * abs(a), 1e6 * steep, rtol=1e-14)


@some
@given(data=datasets(), margin=margins, omega=omegas, scaling=st.sampled_from(SCALINGS))
def test_lambda_max_lies_between_the_floor_and_the_bounds(
    data: Dataset, margin: Fraction, omega: Fraction, scaling: str
) -> None:
    found = analyse(data, margin=margin, omega=omega, scaling=scaling, digits=12)
    assert found.margins_exact
    assert found.below_bound
    assert found.floor.hi <= found.lambda_max.lo
    if scaling == "balanced":
        assert found.explicit_bound is not None
        assert found.lambda_max.hi <= found.explicit_bound.lo
    else:
        assert found.explicit_bound is None


@some
@given(data=datasets(), margin=margins, scaling=st.sampled_from(SCALINGS))
def test_the_bound_is_that_of_the_claim(data: Dataset, margin: Fraction, scaling: str) -> None:
    found = analyse(data, margin=margin, scaling=scaling)
    instance = Instance(network=found.network, data=data)
    with working_precision(256):
        quantities = Quantities(instance=instance, number=ball, width=Fraction(1, 100))
        ratio = found.bound.ball / bound_of_claim(quantities, FLAT_OVERFIT.constants)
        assert abs(ratio - 1) < ball(Fraction(1, 10**30))


def test_a_broken_network_is_noticed() -> None:
    found = analyse(EXAMPLE, margin=Fraction(10))
    moved = replace(found.network, c=found.network.c + Fraction(1, 10**40))
    assert found.margins_exact
    assert not replace(found, network=moved).margins_exact


def test_a_bound_that_is_passed_is_noticed() -> None:
    found = analyse(EXAMPLE, margin=Fraction(10))
    assert found.below_bound
    assert not replace(found, network=replace(found.network, c=0)).below_bound


@pytest.mark.parametrize(
    ("margin", "expected"),
    [(10, "75.2473"), (100, "75.2011"), (10**4, "75.19531"), (10**6, "75.1952525")],
)
def test_the_balanced_example(margin: int, expected: str) -> None:
    found = analyse(EXAMPLE, margin=Fraction(margin))
    assert spells(found.scaled, expected)
    assert spells(found.limit, "75.1952519")
    assert found.agrees is True
    assert found.independent.digits == 60


@pytest.mark.parametrize(
    ("scaling", "expected"), [("outer-fixed", "25.5986"), ("unit-outer", "353.04")]
)
def test_the_unbalanced_examples(scaling: str, expected: str) -> None:
    found = analyse(EXAMPLE, margin=Fraction(10**6), scaling=scaling)
    assert spells(found.scaled, expected)
    assert spells(found.limit, expected)
    assert found.agrees is True


@some
@given(
    data=datasets().filter(lambda data: len(set(data.y)) > 1),
    omega=omegas,
    scaling=st.sampled_from(SCALINGS),
)
def test_the_limit_is_the_eigenvalue_of_a_matrix_of_the_data(
    data: Dataset, omega: Fraction, scaling: str
) -> None:
    found = analyse(data, margin=Fraction(1), omega=omega, scaling=scaling)
    x = np.array(data.in_order.x, dtype=np.float64)
    matrix = np.zeros((data.n, data.n))
    for kink, size in zip(found.network.kinks(), found.network.floats()[2], strict=True):
        assert kink is not None
        active = (x > float(kink)).astype(float)
        ramp = active * (x - float(kink))
        steep = abs(size * float(found.network.w[found.network.kinks().index(kink)]))
        inner = {"balanced": steep, "outer-fixed": steep, "unit-outer": steep**2}[scaling]
        matrix += inner * np.outer(ramp, ramp) / data.n
        if scaling == "balanced":
            for feature in (active, active * x):
                matrix += steep * np.outer(feature, feature) / data.n
    low, high = ends(found.limit)
    assert math.isclose(np.linalg.eigvalsh(matrix)[-1], (low + high) / 2, rel_tol=1e-11)
    assert high - low <= high / 10**30


@pytest.mark.parametrize("scaling", SCALINGS)
def test_the_limit_is_approached_like_one_over_the_margin(scaling: str) -> None:
    gaps = []
    for margin in (10**6, 10**9):
        found = analyse(EXAMPLE, margin=Fraction(margin), scaling=scaling)
        gaps.append(dyadic(found.scaled.lo) - dyadic(found.limit.hi))
    rate = gaps[0] / gaps[1]
    assert 900 < rate < 1100 or (scaling != "balanced" and 9e5 < rate < 11e5)


@some
@given(data=datasets(), margin=margins, omega=omegas)
def test_the_rate_of_the_limit_is_explicit(
    data: Dataset, margin: Fraction, omega: Fraction
) -> None:
    found = analyse(data, margin=margin, omega=omega)
    reach = max(abs(x) for x in data.x)
    with working_precision(256):
        m, limit = ball(margin), found.limit.ball
        root = ball(1 + reach**2).sqrt()
        rounding = limit * ball(Fraction(1, 2**49))
        allowed = (1 + root) / m + 2 * limit * (-m).exp() + rounding
        assert abs(found.scaled.ball - limit) <= allowed


@pytest.mark.parametrize("margin", [10**6, 10**12])
def test_far_beyond_float64_two_libraries_agree(margin: int) -> None:
    found = analyse(EXAMPLE, margin=Fraction(margin))
    assert found.agrees is True
    assert found.lambda_max.relative_width() <= 1e-30
    assert found.independent.value is not None
    mantissa, exponent = found.independent.value.split("e")
    assert found.lambda_max.lower[:16] == mantissa[:16]
    assert found.lambda_max.lower.endswith(f"E{exponent}")


@pytest.mark.parametrize("digit", [5, 20, 28])
def test_a_disagreement_is_noticed(digit: int) -> None:
    found = analyse(EXAMPLE, margin=Fraction(100))
    text = found.independent.scaled
    assert text is not None
    changed = text[:digit] + str((int(text[digit]) + 5) % 10) + text[digit + 1 :]
    vars(found)["independent"] = replace(found.independent, scaled=changed)
    assert found.agrees is False


@pytest.mark.parametrize(
    ("instance", "expected"), [(SHARP, Fraction(41, 64)), (CONSTANT, Fraction(1, 4))]
)
def test_the_second_opinion_knows_exact_eigenvalues(instance: Instance, expected: Fraction) -> None:
    found = independent_lambda_max(instance.network, instance.data, Fraction(0))
    assert found.value is not None
    assert abs(Fraction(found.value) - expected) <= Fraction(1, 10**59)
    assert found.digits == 60


def test_the_second_opinion_on_a_network_of_another_kind() -> None:
    found = independent_lambda_max(STEEP.network, STEEP.data, Fraction(0))
    assert found.value is not None
    enclosure = lambda_max(STEEP.network, STEEP.data, width=Fraction(1, 10**40))
    assert near(enclosure, mpmath.mpf(found.value), 15)
    low, high = ends(enclosure)
    slack = Fraction(1, 10**40)
    assert low * (1 - slack) <= Fraction(found.value) <= high * (1 + slack)


def test_the_second_opinion_is_skipped_and_says_so() -> None:
    n = MOST_ROWS // 6 + 3
    large = Dataset(x=range(n), y=[(-1) ** j for j in range(n)])
    found = analyse(large, margin=Fraction(5))
    assert found.agrees is None
    assert "skipped" in found.independent.note
    assert found.below_bound
    huge = Fraction(10) ** 400
    overflowing = ramp_network(EXAMPLE, margin=huge)
    assert "float64" in independent_lambda_max(overflowing, EXAMPLE, huge).note


@some
@given(data=datasets(), margin=margins, omega=omegas, gamma=margins)
def test_the_uncertain_set_is_measured(
    data: Dataset, margin: Fraction, omega: Fraction, gamma: Fraction
) -> None:
    hull = min(data.x), max(data.x)
    lengths = []
    for level in (Fraction(0), gamma / 3, gamma, margin, 2 * margin):
        found = analyse(data, margin=margin, omega=omega, gamma=level)
        assert found.uncertain_length == measured(found.network, hull, level)
        assert found.uncertain_data == (data.n if level >= margin else 0)
        lengths.append((level, found.uncertain_length))
    ordered = [length for _, length in sorted(lengths)]
    assert ordered == sorted(ordered)


@some
@given(data=datasets(), margin=margins, omega=omegas)
def test_the_norm_of_the_balanced_network(data: Dataset, margin: Fraction, omega: Fraction) -> None:
    found = analyse(data, margin=margin, omega=omega)
    net = found.network
    pairs = zip(net.a, net.w, net.kinks(), strict=True)
    formula = sum((abs(a * w) * (2 + t * t) for a, w, t in pairs if t is not None), margin**2)
    assert abs(found.norm_squared - formula) <= formula / 2**50


def by_hand(data: Dataset, margin: Fraction, truth: Sequence[Fraction]) -> object:
    """mean KL from its definition, p log(p/q) + (1-p) log((1-p)/(1-q)), by mpmath."""

    def number(value: Fraction) -> mpmath.mpf:
        return mpmath.mpf(value.numerator) / value.denominator

    def law(logit: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
        return 1 / (1 + mpmath.exp(-logit)), 1 / (1 + mpmath.exp(logit))

    total = mpmath.mpf(0)
    for y, value in zip(data.y, truth, strict=True):
        p, q = law(number(value)), law(y * number(margin))
        total += sum(u * mpmath.log(u / v) for u, v in zip(p, q, strict=True))
    return total / data.n


@some
@given(data=datasets(), margin=margins, numbers=st.lists(st.integers(-40, 40), min_size=7))
def test_excess_risk_and_training_loss(data: Dataset, margin: Fraction, numbers: list[int]) -> None:
    truth = [Fraction(value, 8) for value in numbers[: data.n]]
    found = analyse(data, margin=margin, truth=truth)
    with mpmath.workdps(80):
        assert found.excess_risk is not None
        low, high = (mpmath.mpf(e.numerator) / e.denominator for e in ends(found.excess_risk))
        expected = by_hand(data, margin, truth)
        assert low - mpmath.mpf(10) ** -40 <= expected <= high + mpmath.mpf(10) ** -40
        assert high - low <= mpmath.mpf(10) ** -25 * (1 + abs(expected))
        m = mpmath.mpf(margin.numerator) / margin.denominator
        if m < 1000:
            assert near(found.training_loss, mpmath.log1p(mpmath.exp(-m)), 30)


def test_the_truth_may_be_a_function_and_is_checked() -> None:
    one = analyse(EXAMPLE, margin=Fraction(3), truth=lambda x: 2 * x)
    two = analyse(EXAMPLE, margin=Fraction(3), truth=[2 * x for x in EXAMPLE.x])
    assert one.excess_risk is not None
    assert two.excess_risk is not None
    assert ends(one.excess_risk) == ends(two.excess_risk)
    assert analyse(EXAMPLE, margin=Fraction(3)).excess_risk is None
    with pytest.raises(InputError, match="2 values and the dataset 6 points"):
        analyse(EXAMPLE, margin=Fraction(3), truth=[0, 1])
    with pytest.raises(InputError, match=r"truth\[0\] is nan"):
        analyse(EXAMPLE, margin=Fraction(3), truth=lambda _: math.nan)


def test_one_label_needs_no_neuron() -> None:
    found = analyse(PURE, margin=Fraction(5), truth=[0, 0, 0])
    assert found.network == Network(w=(), b=(), a=(), c=5)
    assert ends(found.limit) == (0, 0)
    assert found.agrees is True
    softness = 1 / (2 + mpmath.exp(5) + mpmath.exp(-5))
    assert near(found.lambda_max, softness, 14)
    assert found.uncertain_length == 0
    assert found.norm_squared == 25


def test_equal_points_count_once_for_the_network_and_each_for_the_loss() -> None:
    once = Dataset(x=(0, 1, 2), y=(1, -1, 1))
    twice = Dataset(x=(1, 0, 2, 1), y=(-1, 1, 1, -1))
    assert ramp_network(once, margin=Fraction(7)) == ramp_network(twice, margin=Fraction(7))
    found = [analyse(data, margin=Fraction(7)) for data in (once, twice)]
    assert all(each.agrees for each in found)
    assert found[0].lambda_max.hi < found[1].lambda_max.lo or (
        found[1].lambda_max.hi < found[0].lambda_max.lo
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ramp_network(Dataset(x=(5, "1/3", "1/3"), y=(1, 1, -1)), margin=Fraction(1)),
            r"x\[1\] and x\[2\] are both 1/3 with opposite labels: they cannot be interpolated",
        ),
        (lambda: ramp_network(EXAMPLE, margin=Fraction(0)), "the margin is 0; a number above 0"),
        (
            lambda: ramp_network(EXAMPLE, margin=Fraction(1), omega=Fraction(1)),
            "omega is 1; a number strictly between 0 and 1",
        ),
        (
            lambda: ramp_network(EXAMPLE, margin=Fraction(1), omega=-(Fraction(10) ** 5000)),
            "omega is a number of more than 4300 digits",
        ),
        (
            lambda: ramp_network(EXAMPLE, margin=Fraction(1), scaling="even"),
            "the scaling is 'even'; one of balanced, outer-fixed, unit-outer",
        ),
        (lambda: analyse(EXAMPLE, margin=Fraction(10) ** 19), "the margin is 10000"),
        (lambda: analyse(EXAMPLE, margin=Fraction(1), digits=0), "digits is 0; a number from 1"),
        (lambda: analyse(EXAMPLE, margin=Fraction(1), gamma=Fraction(-1)), "gamma is -1"),
        (lambda: least_margin(EXAMPLE, eta=Fraction(0)), "eta is 0; a number above 0"),
    ],
)
def test_bad_input_is_refused_in_one_line(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("eta", [Fraction(1, 100), Fraction(1, 2), Fraction(8), Fraction(10**6)])
def test_the_least_margin_is_the_least_power_of_two(eta: Fraction) -> None:
    found = least_margin(EXAMPLE, eta=eta)
    level = 2 / eta
    margin = Fraction(1)
    while dyadic(analyse(EXAMPLE, margin=margin).lambda_max.lo) > level:
        margin *= 2
    assert found.margin == margin
    assert dyadic(found.analysis.lambda_max.hi) <= level
    assert found.previous == (None if margin == 1 else margin / 2)
    assert found.previous_is_above is (None if margin == 1 else True)


def test_an_undecided_margin_is_passed_over_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {1: True, 2: None, 4: False}

    def answer(*_: object, margin: Fraction, omega: Fraction) -> bool | None:
        assert omega == HALF
        return answers[int(margin)]

    monkeypatch.setattr(family, "is_above", answer)
    found = least_margin(EXAMPLE, eta=Fraction(1))
    assert (found.margin, found.previous, found.previous_is_above) == (4, 2, None)


@pytest.mark.parametrize(("power", "margin"), [(300, 2**10), (10**4, 2**15), (10**6, 2**22)])
def test_any_step_size_has_its_margin(power: int, margin: int) -> None:
    found = least_margin(EXAMPLE, eta=Fraction(10) ** power)
    assert found.margin == margin
    assert found.previous_is_above is True
    exponent = int(found.analysis.lambda_max.upper.split("E")[1])
    assert exponent < -power


def test_the_count_at_a_level_is_that_of_the_enclosure() -> None:
    found = analyse(EXAMPLE, margin=Fraction(20))
    low, high = ends(found.lambda_max)
    assert is_above(EXAMPLE, low, margin=Fraction(20), omega=HALF) is True
    assert is_above(EXAMPLE, high, margin=Fraction(20), omega=HALF) is False


def test_the_table_in_logarithms() -> None:
    at = [Fraction(1, 10), Fraction(10), Fraction(10**6), Fraction(10**12)]
    rows = margins_table(EXAMPLE, at)
    assert [row.margin for row in rows] == at
    for row in rows:
        value = mpmath.mpf(analyse(EXAMPLE, margin=row.margin).independent.value)
        assert math.isclose(row.log10_lambda_max, mpmath.log10(value), rel_tol=1e-14)
        assert row.log10_lambda_max < row.log10_bound
        m = float(row.margin)
        law = math.log10(75.19525194315491) + math.log10(m) - m / math.log(10)
        assert math.isclose(row.log10_limit, law, rel_tol=1e-14)
    assert rows[2].log10_lambda_max < -434286
    assert margins_table(PURE, at[:1])[0].log10_limit == -math.inf


@pytest.mark.parametrize("scaling", ["outer-fixed", "unit-outer"])
def test_the_table_of_an_unbalanced_family_falls_like_the_square(scaling: str) -> None:
    (row,) = margins_table(EXAMPLE, [Fraction(10**6)], scaling=scaling)
    assert math.isclose(row.log10_lambda_max, row.log10_limit, abs_tol=1e-6)


def test_the_closed_forms_on_the_example() -> None:
    found = analyse(EXAMPLE, margin=Fraction(10), omega=Fraction(1, 4))
    assert found.explicit_bound is not None
    with mpmath.workdps(50):
        m, root = mpmath.mpf(10), mpmath.sqrt(mpmath.mpf("1.81"))
        # N = 4, omega delta = 1/20, D = 17/10, X = 9/10
        bound = mpmath.exp(-m) * (
            1 + root + 320 * (mpmath.mpf("2.89") + 1 + mpmath.mpf("0.81")) * m
        )
        assert near(found.explicit_bound, bound, 14)
        roots = sum(mpmath.sqrt(1 + mpmath.mpf(t) ** 2 / 100) for t in (9, 6, 2, 1, 3, 8))
        curvature = 1 / (2 + mpmath.exp(m) + mpmath.exp(-m))
        floor = curvature * (1 + 4 * m * 3 / 36) - roots / 6 / (1 + mpmath.exp(m))
        assert near(found.floor, floor, 30)


@pytest.mark.parametrize("margin", [1, 8, 64, 10**6])
@pytest.mark.parametrize("kink", ["-1000", "-1", "-1/8", "1/2"])
def test_the_floor_holds_for_networks_that_are_no_ramps(margin: int, kink: str) -> None:
    data = Dataset(x=(0, 1), y=(-1, 1))
    start = max(Fraction(0), Fraction(kink))
    slope = 2 * margin / (1 - start)
    w = near_root(slope)
    network = Network(
        w=(w,),
        b=(-w * Fraction(kink),),
        a=(slope / w,),
        c=-margin - slope * (start - Fraction(kink)),
    )
    assert [network(0), network(1)] == [-margin, margin]
    with working_precision(256):
        floor = floor_of_all(data, Fraction(margin))
        assert floor <= lambda_max(network, data).lo


def test_a_hundred_random_labels_are_overfitted_flatly() -> None:
    draw = np.random.default_rng(3)
    x = [Fraction(int(place), 2**19) for place in draw.choice(2**20, 100, replace=False)]
    data = Dataset(x=x, y=[int(label) for label in draw.choice((-1, 1), 100)])
    found = analyse(data, margin=Fraction(10**6))
    assert found.network.k > 60
    assert found.margins_exact
    assert found.below_bound
    assert found.agrees is True
    assert found.independent.digits >= 50
