"""The only door to python-flint: balls, exact rationals and three-valued truth.

A ball (`arb`) is a midpoint with a rigorous radius; every operation on balls
returns a ball that contains the true result, rounding included. A `Scalar` is
either a ball or an exact rational (`fmpq`), and the formulas of the library
are written once for both.

Traps that this room exists to keep out of the others: a float such as 0.1 is
not 1/10 (so nothing here takes a float); two overlapping balls compare False
both with `<` and with `>=` (so decisions go through `sign`); Python's
`max(0, ball)` is not a ReLU (so `positive_part` is).
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx, fmpq

Scalar = arb | fmpq
Rational = fmpq
Truth = bool | None
"""True and False are mathematical facts; None means "not decided"."""


class NotExact(ArithmeticError):
    """An exact evaluation met a number that is not rational."""


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Evaluate balls with `bits` bits inside the block, then restore the precision."""
    with ctx.workprec(bits):
        yield


def rational(value: Fraction | int) -> fmpq:
    """The exact rational `value` in python-flint's form."""
    return fmpq(value.numerator, value.denominator)


def ball(value: Fraction | int) -> arb:
    """The tightest ball around the exact rational `value` at the working precision."""
    return arb(rational(value))


def as_fraction(value: fmpq) -> Fraction:
    """A python-flint rational as a standard one."""
    return Fraction(int(value.p), int(value.q))


def dyadic(value: arb) -> Fraction:
    """The exact value of a ball of radius zero (not for astronomically large exponents)."""
    mantissa, exponent = value.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def sign(value: Scalar) -> int | None:
    """-1, 0 or 1 where that is certain, else None (a ball that touches zero, or NaN)."""
    if value > 0:
        return 1
    if value < 0:
        return -1
    return 0 if value == 0 else None


def magnitude(value: Scalar) -> Scalar:
    """|value|."""
    if isinstance(value, arb):
        return abs(value)
    return -value if value < 0 else value


def approximate(value: Scalar) -> float:
    """A float near a scalar's midpoint: for reports and searches, never for a verdict."""
    return float(arb(value))


def square_root(value: Scalar) -> Scalar:
    """The root of a non-negative scalar; a ball that straddles zero is cut there first.

    Raises NotExact for a rational that is not the square of a rational.
    """
    if isinstance(value, arb):
        return value.sqrt() if value > 0 or value < 0 else arb(0).union(value.upper().sqrt())
    numerator, denominator = value.p.isqrt(), value.q.isqrt()
    if numerator * numerator != value.p or denominator * denominator != value.q:
        raise NotExact("a square root is irrational")
    return fmpq(numerator, denominator)


def exponential(value: Scalar) -> Scalar:
    """e^value; NotExact for a rational other than 0 (Lindemann)."""
    if isinstance(value, arb):
        return value.exp()
    if value != 0:
        raise NotExact("e^q is irrational at a rational q other than 0")
    return fmpq(1)


def loss_remainder(value: Scalar) -> Scalar:
    """t - (1 - e^{-t}) for t >= 0, without cancellation: t^2/2 (1 - t/3) <= it <= t^2/2."""
    if isinstance(value, arb) and value < arb(1) / 1024:
        return value * value / 2 * (1 - value / 3).union(arb(1))
    return value - 1 + exponential(-value)


def positive_part(value: Scalar) -> Scalar:
    """max(value, 0), sound for balls that straddle zero."""
    if isinstance(value, arb):
        if value > 0 or value < 0:
            return value if value > 0 else arb(0)
        return arb(0).union(value.upper())
    return value if value > 0 else fmpq(0)


def maximum(values: Iterable[Scalar], floor: Scalar) -> Scalar:
    """The largest of `floor` and `values`, sound for overlapping balls."""
    best = floor
    for value in values:
        if isinstance(best, arb) or isinstance(value, arb):
            best = arb(best).max(arb(value))
        elif value > best:
            best = value
    return best


def minimum(first: Scalar, second: Scalar) -> Scalar:
    """The smaller of two scalars, sound for overlapping balls."""
    return -maximum([-first], -second)


def display(value: Fraction, digits: int = 10) -> str:
    """A rational in decimal to some digits, whatever its size: for reading, not for a verdict."""
    context = decimal.Context(prec=digits, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    quotient = context.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))
    quotient = quotient.normalize(context)
    return f"{quotient}" if abs(quotient.adjusted()) > digits else f"{quotient:f}"


def rounded_decimal(value: arb, *, up: bool, digits: int = 20) -> str:
    """A decimal string on the stated side of every point of `value`.

    The result is a true bound whatever the exponent (1e-434294 and far beyond).
    """
    if not value.is_finite():
        return "Infinity" if up else "-Infinity"
    with working_precision(4 * digits + 32):
        edge = value.upper() if up else value.lower()
        if edge == 0:
            return "0"
        mantissa, radius, exponent = (int(part) for part in edge.mid_rad_10exp(digits + 4))
    bound = mantissa + radius if up else mantissa - radius
    excess = max(0, len(str(abs(bound))) - digits)
    # Floor division rounds towards -infinity, so -((-b) // d) rounds towards +infinity.
    cut = -(-bound // 10**excess) if up else bound // 10**excess
    return _spelled(cut, exponent + excess)


def _spelled(mantissa: int, exponent: int) -> str:
    """mantissa * 10^exponent as text, for exponents beyond what `decimal` can hold too."""
    sign_text, figures = "-" * (mantissa < 0), str(abs(mantissa))
    leading = exponent + len(figures) - 1
    figures = figures.rstrip("0") or "0"
    if -7 < leading < 21:
        value = decimal.Decimal(f"{sign_text}{figures}E{leading - len(figures) + 1}")
        return f"{value:f}"
    fraction = f".{figures[1:]}" * (len(figures) > 1)
    return f"{sign_text}{figures[0]}{fraction}E{leading:+d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A certified interval: lo <= value <= hi, both ends exact dyadic numbers."""

    lo: arb
    hi: arb

    @staticmethod
    def of(value: Scalar) -> Enclosure:
        """The interval that a scalar stands for."""
        as_ball = arb(value)
        return Enclosure(lo=as_ball.lower(), hi=as_ball.upper())

    @property
    def ball(self) -> arb:
        """A ball that contains the interval."""
        return self.lo.union(self.hi)

    @property
    def digits(self) -> int:
        """Decimal digits that show the ends apart: 20, or more for a narrower interval."""
        width = self.relative_width()
        return (
            20
            if width == 0 or not math.isfinite(width)
            else max(20, 3 + math.ceil(-math.log10(width)))
        )

    @property
    def lower(self) -> str:
        """A decimal string at or below `lo`."""
        return rounded_decimal(self.lo, up=False, digits=self.digits)

    @property
    def upper(self) -> str:
        """A decimal string at or above `hi`."""
        return rounded_decimal(self.hi, up=True, digits=self.digits)

    def relative_width(self) -> float:
        """An upper bound of (hi - lo) / max(|lo|, |hi|); 0 for the interval [0, 0]."""
        size = abs(self.lo).max(abs(self.hi))
        if self.lo == self.hi:
            return 0.0
        return math.nextafter(float(((self.hi - self.lo) / size).upper()), math.inf)

    def contains(self, value: Fraction | int) -> bool:
        """Whether the exact rational lies in the interval, decided in rationals."""
        return dyadic(self.lo) <= value <= dyadic(self.hi)

    def is_nonnegative(self) -> Truth:
        """Whether every point is >= 0: a fact, or None where the interval straddles 0."""
        if self.lo >= 0:
            return True
        return False if self.hi < 0 else None

    def compare(self, value: Scalar) -> int | None:
        """-1 if the interval lies below or at `value`, 1 if above, None if it straddles it."""
        if self.hi <= value:
            return -1
        return 1 if self.lo > value else None

    def as_json(self) -> dict[str, str]:
        """`{"lo": .., "hi": ..}` as decimal strings, rounded outward."""
        return {"lo": self.lower, "hi": self.upper}
