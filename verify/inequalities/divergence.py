"""The Kullback-Leibler divergence of two logistic outputs, and its parts, without cancellation.

    D(f0||f) = KL(Bern sigma(f0) || Bern sigma(f)),   the truth f0 first
             = log(1 + p (e^h - 1)) - p h,            p = sigma(f0), h = f - f0

Arguments are exact rationals, so that h is exact: D is exactly 0 at f = f0, and
however close f is to f0 the ball returned has a relative error of about 2^-bits at
a working precision of `bits`. D(-f0||-f) = D(f0||f) arranges p <= 1/2; then
p |h| <= 6 max(1, 1/t) D with t = |h|, which bounds how much the two terms cancel.
Below t = 2^-bits the series is used,

    s(f0) (t^2/2) (1 - t/3) <= D <= s(f0) (t^2/2) e^t.

Source: proofs_notes/kl-bounds.md, with the machine proofs of what is used here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from flint import arb, ctx

from verify.ball import ball, working_precision

GUARD_BITS = 16


def _scale(x: Fraction) -> int:
    """n with 2^(n-1) < |x| < 2^(n+1), for x != 0; 0 or less at 0."""
    return abs(x).numerator.bit_length() - x.denominator.bit_length()


@contextmanager
def _guarded(*values: Fraction, cancelled: int = 0) -> Iterator[None]:
    """Bits for what e^x loses at large x, and for `cancelled` leading bits of a difference."""
    large = sum(max(0, _scale(value) + 1) for value in values)
    with working_precision(ctx.prec + large + max(0, cancelled) + GUARD_BITS):
        yield


def softness(u: Fraction) -> arb:
    """s(u) = sigma(u) sigma(-u)."""
    with _guarded(u):
        precise = _softness(ball(u))
    return +precise


def _sigmoid(u: arb) -> arb:
    return 1 / (1 + (-u).exp())


def _softness(u: arb) -> arb:
    return 1 / (2 + u.exp() + (-u).exp())


def remainder(x: Fraction) -> arb:
    """e^x - 1 - x >= 0, with small relative error and exactly 0 at 0."""
    if x == 0:
        return arb(0)
    if _scale(x) < -ctx.prec:
        size = ball(x)
        return size * size / 2 * (size.exp() if x > 0 else 1 + size / 3).union(arb(1))
    with _guarded(x, cancelled=-_scale(x)):
        precise = ball(x).expm1() - ball(x)
    return +precise


def divergence(f0: Fraction, f: Fraction) -> arb:
    """D(f0||f) >= 0, with small relative error and exactly 0 at f = f0."""
    h = f - f0
    if h == 0:
        return arb(0)
    if f0 > 0:
        f0, h = -f0, -h
    if _scale(h) < -ctx.prec:
        return _near(f0, abs(h))
    with _guarded(f0, h, cancelled=-_scale(h)):
        p = _sigmoid(ball(f0))
        precise = (p * ball(h).expm1()).log1p() - p * ball(h)
    return +precise


def _near(f0: Fraction, t: Fraction) -> arb:
    """Both sides of (K4) at a tiny t, by the series of their remainders."""
    size = ball(t)
    return softness(f0) * size * size / 2 * (1 - size / 3).union(size.exp())


def gap(f0: Fraction, f: Fraction) -> arb:
    """sigma(f) - sigma(f0) = s(f0) (e^h - 1) / (sigma(-f0) + sigma(f0) e^h), no cancellation."""
    h = f - f0
    with _guarded(f0, h):
        base, power = ball(f0), ball(h).exp()
        precise = _softness(base) * ball(h).expm1() / (_sigmoid(-base) + _sigmoid(base) * power)
    return +precise


def k(a: Fraction, b: Fraction) -> arb:
    """k(a, b) = D(a||b), the constant of the transfer lemma between levels a and b of |f|."""
    return divergence(a, b)
