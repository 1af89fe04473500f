"""B_opt: its enclosure against closed forms, symmetries, and networks that try to be flatter."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from verify.ball import ball, working_precision
from verify.counterexample import EXAMPLE, analyse, ramp_network
from verify.counterexample.oracle import independent_lambda_max
from verify.model import Dataset, InputError, Network, data_on_kinks
from verify.optimum import describe, describe_margin, document, enclosure, prove
from verify.spectrum import lambda_max

F = Fraction
FOUND = enclosure()


def bounds(x: Sequence[Fraction | int], y: Sequence[int]) -> tuple[Fraction, Fraction]:
    found = enclosure(Dataset(x=x, y=y), width=1e-5)
    assert found.relative_width is not None
    assert found.relative_width < F(1, 10**4)
    return found.lower, found.upper


def limit_matrix(network: Network, data: Dataset, margin: float) -> NDArray[np.float64]:
    """(J J' - 1 1') / (n m) from the parameters, not from the certificate."""
    x = data.floats()[0]
    form = np.zeros((data.n, data.n))
    for w, b, a in zip(*network.floats()[:3], strict=True):
        z = w * x + b
        seen = (z > 0).astype(float)
        form += np.outer(np.maximum(z, 0), np.maximum(z, 0))
        form += a * a * (np.outer(seen, seen) + np.outer(seen * x, seen * x))
    return form / (data.n * margin)


def test_the_example_is_enclosed_to_seven_digits() -> None:
    assert F("7.48491") < FOUND.lower < FOUND.upper < F("7.48492")
    assert FOUND.relative_width is not None
    assert FOUND.relative_width < F(1, 10**7)
    assert FOUND.data == EXAMPLE


def test_a_margin_that_is_a_square_needs_no_rounding() -> None:
    network = FOUND.network(F(10**4))
    for one, a, w in zip(FOUND.proved.neurons, network.a, network.w, strict=True):
        assert a * abs(w) == 10**4 * one.slope
        assert math.isclose(abs(a), 100 * one.outer, rel_tol=1e-15)
    assert [network(x) for x in EXAMPLE.x] == [10**4 * y for y in EXAMPLE.y]
    assert data_on_kinks(network, EXAMPLE) == ()


def test_the_matrix_of_the_network_is_below_the_bound() -> None:
    top = np.linalg.eigvalsh(limit_matrix(FOUND.network(F(10**4)), EXAMPLE, 1e4))[-1]
    assert float(FOUND.lower) < top < float(FOUND.upper)


@pytest.mark.parametrize("margin", [F(1, 3), F(1), F(10), F(10**4), F(10**9)])
def test_the_network_lies_between_floor_and_ceiling(margin: Fraction) -> None:
    network = FOUND.network(margin)
    assert [network(x) for x in EXAMPLE.x] == [margin * y for y in EXAMPLE.y]
    found = lambda_max(network, EXAMPLE, width=F(1, 10**20))
    assert FOUND.floor(margin).hi <= found.lo
    assert found.hi <= FOUND.ceiling(margin).lo


def test_mpmath_finds_the_limit_at_a_large_margin() -> None:
    margin = F(10**4)
    scaled = independent_lambda_max(FOUND.network(margin), EXAMPLE, margin).scaled
    with mpmath.workdps(40):
        ratio = mpmath.mpf(scaled) / 10**4
        root = mpmath.sqrt(1 + mpmath.mpf("0.81"))
        assert float(FOUND.lower) - root / 10**4 <= ratio
        assert ratio <= float(FOUND.upper) + (1 + root) / 10**4


@pytest.mark.parametrize(("p", "q"), [(F(0), F(1)), (F(-3), F(-1)), (F(1, 2), F(7, 2))])
@pytest.mark.parametrize("copies", [1, 3])
def test_two_points_have_a_closed_form(p: Fraction, q: Fraction, copies: int) -> None:
    """One neuron for each point: 2 / (1/sqrt(1 + p^2) + 1/sqrt(1 + q^2)), as long as no
    neuron that sees both is cheaper; that of x = 0, 1 is worked out in the note."""
    low, high = bounds([p] * copies + [q] * copies, [1] * copies + [-1] * copies)
    truth = 2 / (1 / math.sqrt(1 + p * p) + 1 / math.sqrt(1 + q * q))
    assert float(high) <= truth * (1 + 1e-5)
    if (p, q) == (0, 1):
        assert low < truth < high


def test_numbers_of_very_different_sizes() -> None:
    far = 10**9
    low, high = bounds([0, far], [1, -1])
    truth = 2 / (1 + 1 / math.sqrt(1 + far**2))
    assert float(low) <= truth <= float(high)
    low, high = bounds([1, 1 + F(1, far), far], [1, -1, 1])
    assert 3 * float(high) > 2 * 2 / (1 / math.sqrt(2) + 1 / math.sqrt(2))
    bounds([F(-1, far), 0, F(1, 10**6), far], [1, -1, 1, 1])


@settings(max_examples=8, deadline=None)
@given(
    x=st.lists(st.integers(-9, 9), min_size=2, max_size=4, unique=True).map(sorted),
    labels=st.lists(st.sampled_from((-1, 1)), min_size=2, max_size=2),
)
def test_symmetries_and_subsets(x: list[int], labels: list[int]) -> None:
    """Reflection, the opposite labels and a copy of all data keep B_opt; n B_opt grows with n."""
    y = [1, -1, *labels][: len(x)]
    points = [F(at, 8) for at in x]
    low, high = bounds(points, y)
    for other in (
        bounds([-at for at in points], y),
        bounds(points, [-label for label in y]),
        bounds([*points, *points], [*y, *y]),
    ):
        assert other[0] <= high
        assert low <= other[1]
    if len(x) > 2:
        fewer = bounds(points[:-1], y[:-1])
        assert (len(x) - 1) * fewer[0] <= len(x) * high


def random_network(draw: Sequence[float], sides: Sequence[bool], margin: Fraction) -> Network:
    """An interpolator of EXAMPLE: a right-active neuron per gap fits what the others leave."""
    values = [F(value).limit_denominator(1000) for value in draw]
    extra = [
        (F(1 if side else -1), 3 * kink, 20 * slope)
        for side, kink, slope in zip(sides, values[0::2], values[1::2], strict=False)
    ]
    x, wanted = EXAMPLE.x, [margin * y for y in EXAMPLE.y]

    def ramp(side: Fraction, kink: Fraction, at: Fraction) -> Fraction:
        return max(side * (at - kink), F(0))

    rest = [
        goal - sum(margin * s * ramp(side, kink, at) for side, kink, s in extra)
        for goal, at in zip(wanted, x, strict=True)
    ]
    shares = [F(1, 2) + value / 3 for value in values[-5:]]
    fit: list[tuple[Fraction, Fraction, Fraction]] = []
    for j, share in enumerate(shares):
        kink = x[j] + share * (x[j + 1] - x[j])
        left = rest[j + 1] - rest[0] - sum(s * ramp(side, t, x[j + 1]) for side, t, s in fit)
        fit.append((F(1), kink, left / (x[j + 1] - kink)))
    rows = [(side, kink, margin * s) for side, kink, s in extra if s] + [
        row for row in fit if row[2]
    ]
    outer = [
        F(math.sqrt(abs(s) * (1 + value / 2)))
        for (_, _, s), value in zip(rows, values, strict=False)
    ]
    w = [side * abs(s) / size for (side, _, s), size in zip(rows, outer, strict=True)]
    a = [math.copysign(1, s) * size for (_, _, s), size in zip(rows, outer, strict=True)]
    b = [-one * kink for one, (_, kink, _) in zip(w, rows, strict=True)]
    # A neuron with w = 0, one with a = 0, a dead one: they count in H and not in the bound.
    return Network(w=[*w, 0, 1, -1], b=[*b, 1, 2, -5], a=[*a, 1, 0, 3], c=rest[0] - 1)


@settings(max_examples=60, deadline=None)
@given(
    draw=st.lists(st.floats(-1, 1, width=32), min_size=14, max_size=14),
    sides=st.lists(st.booleans(), max_size=4),
    margin=st.sampled_from([F(1, 2), F(4), F(100), F(10**6)]),
)
def test_no_interpolator_is_flatter_than_the_floor(
    draw: list[float], sides: list[bool], margin: Fraction
) -> None:
    network = random_network(draw, sides, margin)
    assume(not data_on_kinks(network, EXAMPLE))
    assert [network(x) for x in EXAMPLE.x] == [margin * y for y in EXAMPLE.y]
    assert lambda_max(network, EXAMPLE, width=F(1, 100)).lo >= FOUND.floor(margin).hi
    top = np.linalg.eigvalsh(limit_matrix(network, EXAMPLE, float(margin)))[-1]
    assert top >= float(FOUND.lower) * (1 - 1e-12)


def test_control_a_greater_floor_is_refuted_by_the_network() -> None:
    """The constant of the floor cannot be raised beyond the upper bound."""
    margin = F(10**9)
    raised = replace(FOUND, proved=replace(FOUND.proved, lower=FOUND.upper * F("1.0000001")))
    found = lambda_max(FOUND.network(margin), EXAMPLE, width=F(1, 10**20))
    assert FOUND.floor(margin).hi <= found.lo
    assert found.hi < raised.floor(margin).lo


def test_ramps_are_ten_times_as_steep() -> None:
    ratio = analyse(EXAMPLE, margin=F(1)).limit
    with working_precision(64):
        assert ratio.lo > 10 * ball(FOUND.upper)


def test_control_margins_of_at_least_m_are_not_enough() -> None:
    """With one datum at m and the others far above it, lambda_max falls below the floor."""
    network = ramp_network(EXAMPLE, margin=F(40))
    # The left-active ramp ends before the second datum, where |f| stays as it was.
    lowered = Network(
        w=[*network.w, -35], b=[*network.b, F(-105, 4)], a=[*network.a, F(-80, 21)], c=network.c
    )
    margins = [y * lowered(x) for x, y in zip(EXAMPLE.x, EXAMPLE.y, strict=True)]
    assert margins == [20, *[40] * 5]
    flat = lambda_max(lowered, EXAMPLE, width=F(1, 100))
    assert flat.hi < FOUND.floor(F(20)).lo


@pytest.mark.parametrize("margin", [F(0), F(-1), F(10**19)])
def test_bad_margins(margin: Fraction) -> None:
    for call in (FOUND.floor, FOUND.ceiling, FOUND.network):
        with pytest.raises(InputError, match="margin"):
            call(margin)


@pytest.mark.parametrize("text", ["", FOUND.text.replace("7.4849", "7.4850", 1)])
def test_what_the_checker_refuses_is_bad_input(text: str) -> None:
    with pytest.raises(InputError, match="B_opt"):
        prove(text)


def test_words() -> None:
    facts = document(FOUND)
    assert facts == {
        "lower": FOUND.proved.bounds[0],
        "upper": FOUND.proved.bounds[1],
        "relative_width": facts["relative_width"],
        "data": 6,
        "neurons": 6,
    }
    text = "\n".join([*describe(FOUND), *describe_margin(FOUND, F(10))])
    assert f"{facts['lower']} <= B_opt <= {facts['upper']} for 6 data" in text
    assert text.count("active on x") == 6
    assert FOUND.floor(F(10)).lower in text
    trivial = enclosure(Dataset(x=[0], y=[1]))
    assert next(iter(list(describe(trivial))[1:2])) == "  0 <= B_opt <= 0 for 1 data"
    assert document(trivial)["relative_width"] is None
    assert json.dumps(document(trivial))
