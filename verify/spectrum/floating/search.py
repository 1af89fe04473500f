"""Counts and enclosures of eigenvalues in float64: facts, or None where the bounds do not close.

From S(mu) - c I = L D L^T + E with |E| <= c follows S >= L D L^T, so S has at
most as many negative eigenvalues as D; from S + c I at least as many. Where to
look is guessed by the same pivots without their bounds (proofs_notes/floating.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from verify.spectrum.floating.core import Core, mirrored
from verify.spectrum.floating.pivots import CEILING, blocks, extent, factor, prepare
from verify.spectrum.floating.problem import Problem

SHIFT = 2.0**-44
"""First bound tried for the error of a factorization; it costs as much in relative width."""
LARGEST_SHIFT = 2.0**-10
LEAST_MU = 2.0**-100
MOST_MU = 2.0**190
SPLITS = (1 / 2, 3 / 8, 11 / 16, 1 / 5)
FINE = 2.0**-47
"""Relative distance at which the uncertified search stops."""
STRETCH = (2.0**-43, 2.0**-40, 2.0**-36, 2.0**-32, 2.0**-28, 2.0**-24, 2.0**-20)
"""Relative distances from the guess at which a count is tried, as far as the width allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """lo <= eigenvalue <= hi, certified."""

    lo: float
    hi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivots:
    """Eigenvalues above mu by the pivots of S(mu) - shift I, the error bound, and det S."""

    above: int
    bound: float
    mantissa: float
    exponent: int


def pivots(core: Core, mu: float, shift: float) -> Pivots | None:
    """Factor at mu; None out of range, where some |r_i| is too near |mu|, a pivot too small."""
    if not LEAST_MU <= abs(mu) <= MOST_MU:
        return None
    sums = np.zeros((core.weight.size + 1, 12))
    outside = blocks(mu, core.w, core.b, core.a, core.rx, core.r1, core.start, core.stop, sums)
    if outside < 0:
        return None
    if not prepare(mu, core.weight, core.place, core.bias, sums) < CEILING:
        return None
    negative, bound, mantissa, exponent = factor(core.weight, core.place, core.bias, shift, sums)
    if negative < 0:
        return None
    above = negative + (outside if mu > 0 else core.size - outside)
    return Pivots(above=above, bound=bound, mantissa=mantissa, exponent=exponent)


def _proved(core: Core, mu: float, sign: float) -> int | None:
    """At most (sign 1) or at least (sign -1) so many eigenvalues of the core lie above mu."""
    for reflect in (False, True):
        form = mirrored(core) if reflect else core
        shift = SHIFT
        while shift < LARGEST_SHIFT:
            found = pivots(form, mu, sign * shift)
            if found is None:
                break
            if found.bound <= shift:
                return found.above
            shift = max(2.0 * found.bound, 4.0 * shift)
    return None


def at_most(problem: Problem, mu: float) -> int | None:
    """A certified upper bound of the number of eigenvalues of H above mu."""
    return _proved(problem.high, math.nextafter(mu - problem.radius, -math.inf), 1.0)


def at_least(problem: Problem, mu: float) -> int | None:
    """A certified lower bound of the number of eigenvalues of H above mu."""
    return _proved(problem.low, math.nextafter(mu + problem.radius, math.inf), -1.0)


def count_above(problem: Problem, mu: float) -> int | None:
    """The number of eigenvalues of H above mu, with multiplicity; None where it is not decided."""
    most = at_most(problem, mu)
    return most if most is not None and most == at_least(problem, mu) else None


def _probes(low: float, high: float) -> Iterator[float]:
    """Where a bracket may be cut: geometrically if it is wide and positive."""
    wide = low > 0.0 and high > 4.0 * low
    for split in SPLITS:
        yield low * (high / low) ** split if wide else low + split * (high - low)


def _secant(low: Pivots | None, high: Pivots | None, bracket: tuple[float, float]) -> float | None:
    """The zero of the line through the determinants at both ends, if they differ in sign."""
    if low is None or high is None or low.above - high.above != 1:
        return None
    scale = low.exponent - high.exponent
    if not -900 < scale < 900:
        return None
    ratio = math.ldexp(abs(low.mantissa / high.mantissa), scale)
    return bracket[0] + ratio / (1.0 + ratio) * (bracket[1] - bracket[0])


def locate(core: Core, j: int, bracket: tuple[float, float], fine: float) -> float:
    """A guess of the j-th largest eigenvalue inside the bracket, to an absolute `fine`.

    Bisection by uncertified counts, with a secant step of the determinant
    wherever the last step halved the bracket.
    """
    low, high = bracket
    below, above = pivots(core, low, 0.0), pivots(core, high, 0.0)
    halved = True
    while high - low > fine:
        guess = _secant(below, above, (low, high)) if halved else None
        for mu in (guess, *_probes(low, high)):
            found = pivots(core, mu, 0.0) if mu is not None and low < mu < high else None
            if mu is not None and found is not None:
                break
        else:
            break
        size = high - low
        if found.above >= j:
            low, below = mu, found
        else:
            high, above = mu, found
        halved = high - low <= size / 2
    return (low + high) / 2


def top_bracket(core: Core) -> tuple[float, float] | None:
    """Guesses below and above lambda_max, from max|r_i| and the entry of c upwards."""
    low = max(extent(core.weight, core.bias, core.rx, core.r1))
    if not LEAST_MU <= low <= MOST_MU:
        return None
    high = 2.0 * low
    while high <= MOST_MU:
        found = pivots(core, high, 0.0)
        if found is not None and found.above == 0:
            return low, high
        low, high = high, 4.0 * high
    return None


def around(core: Core, j: int, near: Interval, unit: float) -> tuple[float, float] | None:
    """A bracket of the j-th eigenvalue close to where it was, or None if it moved far."""
    for reach in (2.0**-14, 2.0**-8, 2.0**-4):
        low, high = near.lo - reach * unit, near.hi + reach * unit
        below, above = pivots(core, low, 0.0), pivots(core, high, 0.0)
        if below is not None and above is not None and above.above < j <= below.above:
            return low, high
    return None


def certify(problem: Problem, j: int, guess: float, unit: float, width: float) -> Interval | None:
    """An interval of at most `width * unit` around the guess that is proved to hold the j-th."""
    half = width / 2.125
    reaches = [*(reach for reach in STRETCH if reach < half), half]
    low = high = None
    for reach in reaches:
        if low is None:
            mu = guess - reach * unit
            count = at_least(problem, mu)
            low = mu if count is not None and count >= j else None
        if high is None:
            mu = guess + reach * unit
            count = at_most(problem, mu)
            high = mu if count is not None and count < j else None
        if low is not None and high is not None:
            return Interval(lo=low, hi=high)
    return None


def largest(problem: Problem, width: float, near: Interval | None = None) -> Interval | None:
    """lambda_max(H) within relative width `width`, proved, or None. `near` is a warm start."""
    core = problem.high
    bracket = None if near is None else around(core, 1, near, near.hi)
    bracket = bracket or top_bracket(core)
    if bracket is None:
        return None
    guess = locate(core, 1, bracket, FINE * bracket[1])
    return certify(problem, 1, guess, guess, width)


def ranked(problem: Problem, j: int, width: float, top: Interval) -> Interval | None:
    """The j-th largest eigenvalue within `width * lambda_max`, proved, or None.

    `top` encloses lambda_max; all eigenvalues lie above -max|r_i|.
    """
    core = problem.high
    block, _ = extent(core.weight, core.bias, core.rx, core.r1)
    bracket = (-block - 2.0**-30 * top.hi, top.hi + 2.0**-30 * top.hi)
    guess = locate(core, j, bracket, FINE * top.hi)
    return certify(problem, j, guess, top.lo, width)
