"""Balls, exact rationals and three-valued truth against Fractions and mpmath."""

from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp, mpf

from verify.ball import (
    Enclosure,
    NotExact,
    Scalar,
    approximate,
    as_fraction,
    ball,
    display,
    dyadic,
    exponential,
    loss_remainder,
    magnitude,
    maximum,
    minimum,
    positive_part,
    rational,
    rounded_decimal,
    sign,
    square_root,
    working_precision,
)

Drawn = tuple[arb, tuple[Fraction, ...]]
NAN = arb("nan")
EPS = Fraction(1, 2**20)
"""A radius has 30 bits, so that a recentred ball is a little wider."""


def exactly(value: arb) -> Fraction:
    """The exact value of a ball of radius zero, by its mantissa and exponent."""
    mantissa, exponent = value.man_exp()
    return int(mantissa) * Fraction(2) ** int(exponent)


def ends(value: arb) -> tuple[Fraction, Fraction]:
    """The exact ends of a finite ball, without ball arithmetic."""
    middle, radius = exactly(value.mid()), exactly(value.rad())
    return middle - radius, middle + radius


def holds(enclosure: Scalar, value: Fraction) -> bool:
    if isinstance(enclosure, fmpq):
        return as_fraction(enclosure) == value
    low, high = ends(enclosure)
    return low <= value <= high


def _drawn(middle: int, radius: int, power: int, steps: list[int]) -> Drawn:
    """A ball around middle/2^power with points of it; steps are eighths of the radius."""
    scale = Fraction(2) ** power
    points = tuple((middle + Fraction(radius * step, 8)) * scale for step in (-8, *steps, 8))
    return arb((middle, power), arb((radius, power))), points


BALLS = st.builds(
    _drawn,
    st.integers(-40, 40),
    st.sampled_from([0, 0, 1, 3, 8, 40, 500]),
    st.sampled_from([-200, -9, -2, 0, 3, 60]),
    st.lists(st.integers(-8, 8), max_size=4),
)
RATIONALS = st.builds(Fraction, st.integers(-30, 30), st.integers(1, 12))


@given(BALLS)
def test_a_sign_is_that_of_every_point_or_it_is_none(drawn: Drawn) -> None:
    value, points = drawn
    assert all(holds(value, point) for point in points)
    low, high = ends(value)
    signs = {(point > 0) - (point < 0) for point in (*points, low, high)}
    assert sign(value) == (signs.pop() if len(signs) == 1 else None)
    expected = True if low >= 0 else False if high < 0 else None
    assert Enclosure.of(value).is_nonnegative() is expected


@given(RATIONALS)
def test_exact_signs_and_parts(value: Fraction) -> None:
    scalar = rational(value)
    assert sign(scalar) == (value > 0) - (value < 0)
    assert Enclosure.of(scalar).is_nonnegative() is (value >= 0)
    assert as_fraction(scalar) == value
    assert holds(positive_part(scalar), max(value, Fraction(0)))
    assert holds(magnitude(scalar), abs(value))
    assert approximate(scalar) == pytest.approx(float(value), rel=4e-16)
    assert holds(ball(value), value)


def test_nothing_is_known_of_nan() -> None:
    assert sign(NAN) is None
    assert Enclosure.of(NAN).is_nonnegative() is None
    for helper in (positive_part, square_root, magnitude, exponential, loss_remainder):
        assert arb(helper(NAN)).is_nan()
    for result in (maximum([NAN], arb(1)), maximum([arb(1)], NAN), minimum(NAN, fmpq(1))):
        assert arb(result).is_nan()


@given(BALLS)
def test_positive_part_and_magnitude_hold_every_value(drawn: Drawn) -> None:
    value, points = drawn
    for point in points:
        assert holds(positive_part(value), max(point, Fraction(0)))
        assert holds(magnitude(value), abs(point))
    top = max(ends(value)[1], Fraction(0))
    assert ends(arb(positive_part(value)))[1] <= top * (1 + EPS)


@given(BALLS, BALLS, RATIONALS)
def test_extremes_hold_every_value_of_mixed_scalars(
    first: Drawn, second: Drawn, third: Fraction
) -> None:
    exact = rational(third)
    for p in first[1]:
        for q in second[1]:
            assert holds(maximum([first[0], exact], second[0]), max(p, q, third))
            assert holds(maximum([first[0]], second[0]), max(p, q))
            assert holds(minimum(first[0], second[0]), min(p, q))
    low = min(ends(first[0])[0], ends(second[0])[0])
    assert ends(arb(minimum(first[0], second[0])))[0] >= low - EPS * abs(low) - EPS * _size(first)


def _size(drawn: Drawn) -> Fraction:
    return max(map(abs, ends(drawn[0])))


@given(st.lists(RATIONALS, max_size=4), RATIONALS)
def test_exact_extremes(values: list[Fraction], floor: Fraction) -> None:
    scalars = [rational(value) for value in values]
    result = maximum(scalars, rational(floor))
    assert isinstance(result, fmpq)
    assert as_fraction(result) == max([floor, *values])
    for value, scalar in zip(values, scalars, strict=True):
        assert holds(minimum(scalar, rational(floor)), min(value, floor))


@given(BALLS)
def test_a_root_holds_the_root_of_every_point_that_has_one(drawn: Drawn) -> None:
    value, points = drawn
    root = square_root(value)
    assert isinstance(root, arb)
    if ends(value)[1] < 0:
        assert root.is_nan()
        return
    low, high = ends(root)
    for point in points:
        if point >= 0:
            assert low <= 0 or low * low <= point
            assert high * high >= point
    assert high * high <= max(ends(value)[1], Fraction(0)) * (1 + EPS) or value > 0


@given(RATIONALS)
@example(Fraction(0))
@example(Fraction(49, 9))
@example(Fraction(10**40 + 1) ** 2 / 7**30)
def test_an_exact_root_is_a_root_or_refused(value: Fraction) -> None:
    square = value * value
    assert holds(square_root(rational(square)), abs(value))
    for irrational in (square + 1, 2 * square, 1 / (square + 3)):
        as_float = mp.sqrt(mpf(irrational.numerator)) % 1, mp.sqrt(mpf(irrational.denominator)) % 1
        if as_float != (0, 0) and value != 0:
            with pytest.raises(NotExact):
                square_root(rational(irrational))


def as_exact(value: mpf) -> Fraction:
    negative, mantissa, exponent, _ = value._mpf_
    return Fraction(-int(mantissa) if negative else int(mantissa)) * Fraction(2) ** int(exponent)


def _mp(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


@given(BALLS)
def test_an_exponential_holds_that_of_every_point(drawn: Drawn) -> None:
    value, points = drawn
    if _size(drawn) > 10**4:
        value, points = ball(points[0] % 9), (points[0] % 9,)
    with mp.workdps(60), working_precision(96):
        result = exponential(value)
        for point in points:
            assert holds(result, as_exact(mp.exp(_mp(point))))


def test_exact_exponentials_are_those_of_lindemann() -> None:
    assert exponential(fmpq(0)) == 1
    assert loss_remainder(fmpq(0)) == 0
    with pytest.raises(NotExact):
        exponential(fmpq(1, 3))
    with pytest.raises(NotExact):
        loss_remainder(fmpq(1, 3))


TIMES = ("0", "1e-4000", "1e-30", "1e-9", "1/4096", "1/1025", "1/1024", "1/1023", "1/3", "7", "900")


@pytest.mark.parametrize("text", TIMES)
def test_the_loss_remainder_is_sound_and_as_tight_as_it_says(text: str) -> None:
    t = Fraction(text)
    with mp.workdps(8200), working_precision(160):
        result = loss_remainder(ball(t))
        assert isinstance(result, arb)
        truth = as_exact(_mp(t) - 1 + mp.exp(-_mp(t))) if t > 0 else Fraction(0)
        low, high = ends(result)
        assert low <= truth <= high
        slack = t * t / 2 * Fraction(1, 2**28)
        if t < Fraction(1, 1024):
            assert t * t / 2 * (1 - t / 3) - slack <= low
            assert high <= t * t / 2 + slack
        else:
            assert high - low <= truth / 2**120


@given(BALLS)
def test_the_loss_remainder_holds_every_nonnegative_point(drawn: Drawn) -> None:
    value, points = drawn
    with mp.workdps(160), working_precision(96):
        for point in (point for point in points if 0 <= point <= 10**4):
            truth = as_exact(_mp(point) - 1 + mp.exp(-_mp(point)))
            assert holds(loss_remainder(value), truth)


@given(BALLS, st.integers(1, 25))
def test_decimals_round_outward(drawn: Drawn, digits: int) -> None:
    low, high = ends(drawn[0])
    lower, upper = (
        Fraction(rounded_decimal(drawn[0], up=up, digits=digits)) for up in (False, True)
    )
    slack = Fraction(1, 10 ** (digits - 1)) + Fraction(1, 2**28)
    assert low - slack * _size(drawn) <= lower <= low
    assert high <= upper <= high + slack * _size(drawn)


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**4), st.integers(-450, 450))
def test_what_is_displayed_is_near_the_number(top: int, bottom: int, power: int) -> None:
    value = Fraction(top, bottom) * Fraction(10) ** power
    text = display(value)
    assert abs(Fraction(text) - value) <= abs(value) / 10**9
    assert len(text) < 30


EXPONENTS = (-(10**12), -(10**6), -745, -1, 1, 745, 10**6, 10**12)


@pytest.mark.parametrize("power", EXPONENTS)
@pytest.mark.parametrize("side", [1, -1])
def test_decimals_round_outward_at_any_exponent(power: int, side: int) -> None:
    with working_precision(160):
        value = side * arb(power).exp()
        lower, upper = (rounded_decimal(value, up=up) for up in (False, True))
    with mp.workdps(60):
        truth = side * mp.exp(power)
        assert mpf(lower) < truth < mpf(upper)
        assert mpf(upper) - mpf(lower) < abs(truth) * mpf(10) ** -18
    assert len(lower) < 50


def test_decimals_of_special_balls() -> None:
    assert [rounded_decimal(arb(0), up=up) for up in (False, True)] == ["0", "0"]
    for unbounded in (NAN, arb(1, arb("inf"))):
        both = [rounded_decimal(unbounded, up=up) for up in (False, True)]
        assert both == ["-Infinity", "Infinity"]


@given(BALLS, RATIONALS)
def test_an_enclosure_answers_as_its_ends_do(drawn: Drawn, value: Fraction) -> None:
    with working_precision(400):
        enclosure = Enclosure.of(drawn[0])
        low, high = dyadic(enclosure.lo), dyadic(enclosure.hi)
        assert (low, high) == ends(drawn[0])
        assert holds(enclosure.ball, low)
        assert holds(enclosure.ball, high)
        for point in (value, *(drawn[1])):
            assert enclosure.contains(point) is (low <= point <= high)
            order = -1 if high <= point else 1 if low > point else None
            assert enclosure.compare(rational(point)) == order
        document = enclosure.as_json()
        assert Fraction(document["lo"]) <= low
        assert Fraction(document["hi"]) >= high


@given(BALLS)
def test_relative_width_is_an_upper_bound(drawn: Drawn) -> None:
    low, high = ends(drawn[0])
    with working_precision(400):
        enclosure = Enclosure.of(drawn[0])
    with working_precision(53):
        width = Fraction(enclosure.relative_width())
    size = max(abs(low), abs(high))
    truth = (high - low) / size if size else Fraction(0)
    assert truth <= width <= truth * (1 + EPS)


def test_precision_is_restored() -> None:
    before = ball(Fraction(1, 3)).rad()
    with working_precision(500):
        assert ball(Fraction(1, 3)).rad() < before
    assert ball(Fraction(1, 3)).rad() == before
