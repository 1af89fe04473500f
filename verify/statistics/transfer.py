"""The transfer lemma: a small excess risk makes the uncertain data of f and of f0 overlap.

For 0 <= low < high and k(a, b) = D(a || b), with n eps = sum_j D(f0_j || f_j):

    #{j : |f0_j| <= low,  |f_j| > high} k(low, high) <= n eps      (lost: f is falsely certain)
    #{j : |f0_j| > high,  |f_j| <= low} k(high, low) <= n eps      (back: f is falsely uncertain)

Counts are exact. Proof: proofs_notes/transfer.md.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

from verify.ball import Enclosure, ball, dyadic
from verify.inequalities.divergence import k
from verify.model import InputError
from verify.statistics.risk import Rationals


def check_levels(low: Fraction, high: Fraction) -> None:
    """Raises InputError unless 0 <= low < high."""
    if not 0 <= low < high:
        raise InputError(f"the levels are {low} and {high}; 0 <= low < high is needed")


def certain_in_core(truth: Rationals, outs: Rationals, low: Fraction, high: Fraction) -> int:
    """How many data with |f0_j| <= low have |f_j| > high: the least m0 that is right."""
    return sum(abs(f0) <= low and abs(f) > high for f0, f in zip(truth, outs, strict=True))


def uncertain_beyond(truth: Rationals, outs: Rationals, low: Fraction, high: Fraction) -> int:
    """How many data with |f0_j| > high have |f_j| <= low."""
    return sum(abs(f0) > high and abs(f) <= low for f0, f in zip(truth, outs, strict=True))


def missing_at_most(n: int, eps: Fraction, low: Fraction, high: Fraction) -> int:
    """m0 = floor(n eps / k(low, high)), or that plus 1 where the precision does not tell.

    No more than m0 of the data with |f0_j| <= low have |f_j| > high if the mean divergence is at
    most eps; a larger m0 is still right. Never more than n.
    """
    check_levels(low, high)
    if eps < 0:
        raise InputError(f"eps is {eps}; a mean divergence is not negative")
    most = Enclosure.of(ball(n * eps) / k(low, high)).hi
    return min(n, floor(dyadic(most)))
