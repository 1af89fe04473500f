"""The logistic loss in balls, exact rationals and floats, against mpmath and sympy."""

import warnings
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq
from mpmath import mp, mpf

from verify.ball import NotExact, ball, working_precision
from verify.logistic import LOGISTIC, sigmoid, softness

LABELS = (-1, 1)
PARTS = ("value", "slope", "curvature")
SIZES = ("0", "1e-30", "1e-8", "1", "30", "745", "1e3", "1e6", "1e12")
POINTS = tuple(Fraction(text) * side for text in SIZES for side in (1, -1))
BITS = 128
FLOAT_SIZES = (
    *(0.0, 5e-324, 1e-300, 1e-30, 1e-16, 1e-8, 0.1, 1.0, 2.5, 17.0, 36.7, 37.5, 100.0, 700.0),
    *(708.3, 709.7, 710.0, 720.3, 744.4, 745.0, 745.2, 746.0, 1e3, 1e6, 1e12, 1e300, 1.7e308),
)
FLOATS = np.array([side * size for size in FLOAT_SIZES for side in (1.0, -1.0)])
ULPS = 4


def by_mpmath(part: str, y: int, f: Any) -> Any:
    """l, l' or l'' from e^{-|f|}, in the caller's mpmath precision."""
    margin, tail = y * f, mpmath.exp(-abs(f))
    if part == "value":
        return mpmath.log1p(tail) + max(-margin, mpf(0))
    if part == "curvature":
        return tail / (1 + tail) ** 2
    return -y * (tail if margin > 0 else mpf(1)) / (1 + tail)


def as_mpf(value: Fraction) -> Any:
    return mpf(value.numerator) / value.denominator


def as_ball(value: Any) -> arb:
    """The exact dyadic number that an mpf is."""
    sign, mantissa, exponent, _ = value._mpf_
    return arb((-int(mantissa) if sign else int(mantissa), int(exponent)))


@pytest.mark.parametrize("f", POINTS, ids=str)
@pytest.mark.parametrize("y", LABELS)
@pytest.mark.parametrize("part", PARTS)
def test_balls_are_right_and_tight(part: str, y: int, f: Fraction) -> None:
    with working_precision(BITS):
        enclosure = getattr(LOGISTIC, part)(y, ball(f))
        assert enclosure.rad() <= abs(enclosure.mid()) * arb(2) ** -100
    with mp.workdps(60), working_precision(1024):
        assert enclosure.contains(as_ball(by_mpmath(part, y, as_mpf(f))))


@pytest.mark.parametrize("f", ["-19/7", "-1", "-3/1000", "1/3", "2", "41/2"])
@pytest.mark.parametrize("y", LABELS)
def test_balls_are_the_derivatives_that_sympy_finds(y: int, f: str) -> None:
    t = sp.Symbol("t")
    value = sp.log(1 + sp.exp(-y * t))
    for order, part in enumerate(PARTS):
        digits = str(sp.N(value.diff(t, order).subs(t, sp.Rational(f)), 60))
        with working_precision(BITS):
            enclosure = getattr(LOGISTIC, part)(y, ball(Fraction(f)))
        with working_precision(1024):
            assert enclosure.contains(arb(digits).mid())


@pytest.mark.parametrize(("low", "high"), [("-1", "1"), ("-3", "1/2"), ("0", "800"), ("-9", "-8")])
@pytest.mark.parametrize("y", LABELS)
@pytest.mark.parametrize("part", PARTS)
def test_a_wide_ball_holds_every_value(part: str, y: int, low: str, high: str) -> None:
    first, last = Fraction(low), Fraction(high)
    with working_precision(BITS):
        enclosure = getattr(LOGISTIC, part)(y, ball(first).union(ball(last)))
    for step in range(9):
        inside = first + (last - first) * Fraction(step, 8)
        with mp.workdps(60), working_precision(1024):
            assert enclosure.contains(as_ball(by_mpmath(part, y, as_mpf(inside))))


@pytest.mark.parametrize("y", LABELS)
def test_exact_where_the_result_is_rational(y: int) -> None:
    slope, curvature = LOGISTIC.slope(y, fmpq(0)), LOGISTIC.curvature(y, fmpq(0))
    assert isinstance(slope, fmpq)
    assert isinstance(curvature, fmpq)
    assert (slope, curvature) == (fmpq(-y, 2), fmpq(1, 4))
    assert (sigmoid(fmpq(0)), softness(fmpq(0))) == (fmpq(1, 2), fmpq(1, 4))


@pytest.mark.parametrize("f", [fmpq(1, 2), fmpq(-3), fmpq(1, 10**40)])
@pytest.mark.parametrize("y", LABELS)
@pytest.mark.parametrize("part", PARTS)
def test_not_exact_where_the_result_is_irrational(part: str, y: int, f: fmpq) -> None:
    with pytest.raises(NotExact):
        getattr(LOGISTIC, part)(y, f)


@pytest.mark.parametrize("y", LABELS)
def test_the_loss_itself_is_irrational_at_zero_too(y: int) -> None:
    with pytest.raises(NotExact):
        LOGISTIC.value(y, fmpq(0))


@pytest.mark.parametrize("f", ["-700", "-1/3", "0", "5", "1e6"])
def test_sigma_and_softness(f: str) -> None:
    with working_precision(BITS):
        right, left, soft = sigmoid(ball(Fraction(f))), sigmoid(ball(-Fraction(f))), None
        soft = softness(ball(Fraction(f)))
    with mp.workdps(60), working_precision(1024):
        at = as_mpf(Fraction(f))
        assert right.contains(as_ball(-by_mpmath("slope", 1, -at)))
        assert left.contains(as_ball(-by_mpmath("slope", 1, at)))
        assert soft.contains(as_ball(by_mpmath("curvature", 1, at)))


def _float_results(part: str, y: int) -> np.ndarray:
    function = getattr(LOGISTIC, f"float_{part}")
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error")
        return function(np.full(FLOATS.shape, float(y)), FLOATS)


@pytest.mark.parametrize("y", LABELS)
@pytest.mark.parametrize("part", PARTS)
def test_floats_are_within_a_few_units_in_the_last_place(part: str, y: int) -> None:
    found = _float_results(part, y)
    assert found.shape == FLOATS.shape
    assert found.dtype == np.float64
    with mp.workdps(60):
        for f, value in zip(FLOATS, found, strict=True):
            right = by_mpmath(part, y, mpf(float(f)))
            unit = mpf(float(np.spacing(abs(float(right)))))
            assert abs(mpf(float(value)) - right) <= ULPS * unit, (f, value)


@pytest.mark.parametrize("y", LABELS)
def test_floats_at_the_ends(y: int) -> None:
    far = y * np.array([1e3, 1e6, 1e12, 1e300])
    labels = np.full(4, float(y))
    assert LOGISTIC.float_value(labels, far).tolist() == [0.0] * 4
    assert LOGISTIC.float_value(labels, -far).tolist() == np.abs(far).tolist()
    assert LOGISTIC.float_slope(labels, -far).tolist() == [-y] * 4
    assert np.abs(LOGISTIC.float_slope(labels, far)).tolist() == [0.0] * 4
    assert LOGISTIC.float_curvature(labels, far).tolist() == [0.0] * 4
    assert LOGISTIC.float_curvature(labels, -far).tolist() == [0.0] * 4


def test_floats_keep_the_shape_and_do_not_write_to_their_arguments() -> None:
    y, f = np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([[0.0, 3.0], [-2.0, 800.0]])
    y_before, f_before = y.copy(), f.copy()
    for part in PARTS:
        both = getattr(LOGISTIC, f"float_{part}")(y, f)
        single = [
            float(getattr(LOGISTIC, f"float_{part}")(np.array([u]), np.array([v]))[0])
            for u, v in zip(y.ravel(), f.ravel(), strict=True)
        ]
        assert both.shape == (2, 2)
        assert both.ravel() == pytest.approx(single, rel=1e-15, abs=0)
    assert (y == y_before).all()
    assert (f == f_before).all()
