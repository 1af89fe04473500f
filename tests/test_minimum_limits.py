"""Minima at the edge: vanishing slopes, signs of a, extreme scales, many neurons."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from mpmath import mp, mpf

from tests.test_minimum import NEAR, certified, middle, spells
from verify.ball import Enclosure, dyadic, working_precision
from verify.hessian.structured import StructuredHessian
from verify.minimum import Minimum, NoMinimum, certify_minimum, describe, document
from verify.minimum.condensed import fewer_neurons, merged_cells
from verify.minimum.cooling import propose
from verify.minimum.examples import TWO_SIDED, Near
from verify.minimum.gauge import least_over_rescalings, lower_bound
from verify.minimum.point import hessian_at
from verify.minimum.separation import find_separation
from verify.minimum.space import space_of
from verify.minimum.standard import standard_of
from verify.model import Dataset, InputError, Network, Number

FLAT = Network(w=["1/10"], b=[1], a=[1], c=0)
"""Always active on the data of `valley`."""


def valley(right: Number) -> Dataset:
    return Dataset(x=[-1, 0, right], y=[1, -1, 1])  # type: ignore[list-item]


@pytest.mark.parametrize("offset", [Fraction(0), Fraction(1, 10**90)])
def test_a_slope_that_may_be_zero_leaves_the_path_sum_open(offset: Fraction) -> None:
    """S leaves out neurons with w = 0, and at 1 + 1e-90 the slope is -1e-91 or so, not 0."""
    found = certify_minimum(FLAT, valley(1 + offset))
    assert isinstance(found, Minimum)
    slope = found.point.w[0]
    assert slope.contains(0)
    with mp.workdps(40):
        b, p = middle(found.point.b[0]), [middle(value) for value in found.fit.p]
        P = mp.fsum(p)
        mean = (p[2] - p[0]) / P
        path_sum = b * mp.sqrt(1 + mean**2)
        low, high = (mpf(dyadic(e).numerator) / dyadic(e).denominator for e in ends(found.S))
        assert low == 0
        assert path_sum <= high < path_sum * (1 + mpf(10) ** -20)
    assert found.floor.lo <= found.P.hi
    assert found.floor.hi <= found.least.hi * (1 + arb(10) ** -12)


def ends(value: Enclosure) -> tuple[arb, arb]:
    return value.lo, value.hi


def test_a_slope_that_is_not_zero_counts() -> None:
    found = certify_minimum(FLAT, valley(Fraction(11, 10)))
    assert isinstance(found, Minimum)
    assert found.S.lo > 0.8


def test_a_misplaced_set_is_no_statement_about_the_other_sign() -> None:
    near = NEAR[2]
    flipped = Network(
        w=near.network.w, b=near.network.b, a=[-a for a in near.network.a], c=near.network.c
    )
    found = certify_minimum(flipped, near.data)
    assert isinstance(found, NoMinimum)
    assert isinstance(certified(near), Minimum)
    assert "these activation sets and signs of a with every" in describe(found)[2]
    assert document(found)["signs_of_a"] == "given"


def moved(near: Near, scale: Fraction, shift: Fraction) -> tuple[Network, Dataset]:
    net, data = near.network, near.data
    w = [slope / scale for slope in net.w]
    b = [level - slope * shift for level, slope in zip(net.b, w, strict=True)]
    return (
        Network(w=w, b=b, a=net.a, c=net.c),
        Dataset(x=[scale * at + shift for at in data.x], y=data.y),
    )


@pytest.mark.parametrize(
    ("scale", "shift"), [("1e-300", 0), ("1e-150", 0), ("1e150", 0), (1, "1e9"), (1, "1e20")]
)
def test_any_scale_of_the_inputs_is_served(scale: Number, shift: Number) -> None:
    """The loss and the weights do not change; nor does the dimension of the kernel."""
    found = certify_minimum(*moved(TWO_SIDED, Fraction(scale), Fraction(shift)))
    first = certified(TWO_SIDED)
    assert isinstance(found, Minimum)
    assert (found.nullity, found.sole) == (first.nullity, first.sole)
    assert found.least_positive.lo > 0
    with working_precision(64):
        assert found.fit.loss.overlaps(first.fit.loss)
        assert found.P.ball.overlaps(first.P.ball)
    assert found.floor.lo <= found.least.hi <= found.lambda_max.hi
    assert found.least.lo <= found.least.hi


@pytest.mark.parametrize("scale", ["1e-150", "1e150"])
def test_the_least_sharpness_does_not_see_the_scale_of_a(scale: str) -> None:
    net, q = NEAR[2].network, Fraction(scale)
    far = Network(
        w=[w / q for w in net.w], b=[b / q for b in net.b], a=[a * q for a in net.a], c=net.c
    )
    found, first = certify_minimum(far, NEAR[2].data), certified(NEAR[2])
    assert isinstance(found, Minimum)
    assert abs(float(found.least.ball - first.least.ball)) < 1e-12
    assert found.lambda_max.lo > 10**100


@pytest.mark.parametrize("scale", ["1e-300", "1e-17", "1e20", "1e150"])
@pytest.mark.parametrize("x", [(0, 1, 2, 3), (0, 1, 1, 3)])
def test_labels_are_separated_at_any_scale(scale: str, x: Sequence[int]) -> None:
    q = Fraction(scale)
    data = Dataset(x=[q * at for at in x], y=(-1, -1, 1, 1))
    found = certify_minimum(Network(w=[1 / q], b=[10], a=[1], c=0), data)
    assert isinstance(found, NoMinimum)
    assert found.separation is not None
    assert all(
        y * dict(zip(found.space.x, found.separation.values, strict=True))[at] >= 0
        for at, y in zip(data.x, data.y, strict=True)
    )


def test_standard_inputs_are_exact_and_within_one() -> None:
    net, data = moved(TWO_SIDED, Fraction(7, 3), Fraction(10**9))
    standard = standard_of(data)
    there = standard.network(net)
    inputs = standard.data(data).x
    assert max(map(abs, inputs)) <= 1 < 2 * max(map(abs, inputs))
    assert [there(at) for at in inputs] == [net(at) for at in data.x]
    assert standard_of(Dataset(x=[5, 5], y=[1, -1])).unit == 1


def test_a_column_that_floats_lose_is_no_proposal() -> None:
    tiny = Fraction(1, 10**400)
    data = Dataset(x=(-tiny, tiny, 2 * tiny, 3 * tiny), y=(-1, -1, 1, 1))
    assert find_separation(space_of(Network(w=[1], b=[9], a=[1], c=0), data)) is None


def crowd(k: int) -> tuple[Network, Dataset]:
    """25 inputs with both labels, and k neurons whose kinks are in three gaps."""
    draw = np.random.default_rng(5)
    x = [Fraction(place, 10) for place in range(25) for _ in range(4)]
    y = [label for _ in range(25) for label in (1, -1, *draw.choice([1, -1], 2).tolist())]
    w, b, a = [], [], []
    for _ in range(k):
        kink = Fraction(int(draw.choice([30, 110, 190])) + int(draw.integers(1, 10)), 100)
        w.append(Fraction(int(draw.choice([1, -1]) * draw.integers(1, 10)), 5))
        b.append(-w[-1] * kink)
        a.append(Fraction(int(draw.choice([1, -1]) * draw.integers(1, 10)), 7))
    return Network(w=w, b=b, a=a, c=0), Dataset(x=x, y=y)


def positive(h: StructuredHessian) -> np.ndarray:
    """The positive eigenvalues by numpy, on the data, from the definition of g_j."""
    x, p, w, b, a = (np.array([float(arb(v)) for v in part]) for part in (h.x, h.p, h.w, h.b, h.a))
    on = np.array([[start <= j < stop for start, stop in h.spans] for j in range(len(x))])
    z = np.multiply.outer(x, w) + b
    rows = np.hstack([on * a * x[:, None], on * a, on * z, np.ones((len(x), 1))])
    values = np.linalg.eigvalsh(rows.T @ (p[:, None] * rows))
    return np.asarray(values[values > 1e-13 * values[-1]])


def test_forty_neurons_are_counted_like_their_condensed_form() -> None:
    found = certify_minimum(*crowd(40))
    assert isinstance(found, Minimum)
    sets, cells = len(found.space.sets), len(found.space.cells)
    with working_precision(256):
        h = hessian_at(found.point, found.space, found.fit)
        fewer = merged_cells(h)
        fewest = fewer_neurons(fewer)
        assert (len(fewer.x), len(fewest.a)) == (2 * cells, 2 * sets)
        expected = positive(h)
        for one in (fewer, fewest):
            assert np.allclose(positive(one), expected, rtol=1e-9)
        whole = least_over_rescalings(h, Fraction(1, 10**12))
    assert len(expected) == found.space.dimension == len(found.positive)
    for enclosure, value in zip(found.positive, expected[::-1], strict=True):
        assert abs(float(enclosure.ball) - value) < 1e-9 * expected[-1]
    assert abs(float(whole.value.ball - found.least.ball)) < 1e-8 * expected[-1]


def test_balls_around_zero_leave_the_lower_bound_finite() -> None:
    found = certified(TWO_SIDED)
    with working_precision(64):
        h = hessian_at(found.point, found.space, found.fit)
        m = len(h.x)
        odd = [Fraction(2 * j - m + 1, 3) for j in range(m)]
        assert lower_bound(h, [odd]).is_finite()


def test_where_floats_cannot_search_the_bounds_still_hold() -> None:
    found = certified(TWO_SIDED)
    with working_precision(8192):
        h = hessian_at(found.point, found.space, found.fit)
        far = StructuredHessian(
            x=tuple(arb(v).mid() * 10**400 for v in h.x),
            p=tuple(arb(v).mid() for v in h.p),
            w=tuple(arb(v).mid() / 10**400 for v in h.w),
            b=tuple(arb(v).mid() for v in h.b),
            a=h.a,
            r=h.r,
            spans=h.spans,
        )
        plain = propose(far)
        assert set(plain.factors) == {Fraction(1)}
        assert lower_bound(far, plain.vectors) > 0
        least = least_over_rescalings(far, Fraction(1, 10**12)).value
    assert least.lo <= least.hi


def test_a_kink_on_a_datum_is_refused_without_an_option_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"at datum 1 \(x = 1\)") as caught:
        certify_minimum(Network(w=[1], b=[-1], a=[1], c=0), Dataset(x=(0, 1), y=(1, -1)))
    assert "--at-kinks" not in str(caught.value)


def test_the_numbers_that_are_printed_are_those_of_the_document() -> None:
    found = certified(TWO_SIDED)
    fields = document(found)
    names = {
        "loss of the fit": "loss",
        "P softness": "P",
        "S path sum": "S",
        "P (1 + 2 S)": "t_stat",
        "least lambda_max": "least_lambda_max",
        "  attracted": "attracted_below",
        "  stable": "stable_up_to",
        "  excluded": "excluded_above",
    }
    for prefix, name in names.items():
        (line,) = [text for text in describe(found) if text.startswith(prefix)]
        assert f"[{fields[name]['lo']}, {fields[name]['hi']}]" in line
    assert spells(found.least, "0.47223")


def test_the_middle_of_a_wide_interval_is_not_printed_as_a_number():
    network = Network(w=["1/10"], b=[1], a=[1], c=0)
    data = Dataset(x=[0, 0, 0, 1, 1, 1], y=[1, -1, -1, 1, -1, -1])
    lines = describe(certify_minimum(network, data))
    wide = [line for line in lines if line.startswith(("S path sum", "  excluded by T-stat"))]
    assert len(wide) == 2
    assert all("undecided" in line for line in wide)
    assert not any("undecided" in line for line in lines if "lambda_max" in line)
