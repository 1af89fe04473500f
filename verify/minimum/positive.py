"""The positive eigenvalues of H = G at a stationary point, and the proof of their number."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from verify.ball import Enclosure, ball
from verify.hessian.structured import StructuredHessian
from verify.spectrum.balls import SPLITS, PrecisionExhausted, count_above, largest, ranked
from verify.spectrum.hint import guess

DEPTH = 13
"""Positive eigenvalues are looked for down to about 2^-(2^(DEPTH - 1)) lambda_max."""
MOST_EIGENVALUES = 60
"""Positive eigenvalues that are enclosed one by one; of more only the number is certified."""


def spectrum(
    h: StructuredHessian, rank: int, width: Fraction
) -> tuple[tuple[Enclosure, ...], Enclosure]:
    """The positive eigenvalues, and the least of them, which is proved to be above 0.

    H = J^T diag(p) J has at most `rank` of them, the dimension of V; that the last is
    above 0 is a count, so the kernel has dimension 3k + 1 - rank exactly. The width is
    relative to lambda_max, and of the first and last one relative to themselves.
    Raises PrecisionExhausted.
    """
    top = largest(h, width, guess(h))
    last = _least_positive(h, rank, top, width)
    if rank > MOST_EIGENVALUES or rank == 1:
        return (top,), last
    inner = (ranked(h, j, top.hi, width) for j in range(2, rank))
    return (top, *inner, last), last


def _probe(h: StructuredHessian, rank: int, low: arb, high: arb) -> tuple[arb, bool]:
    """A point between low and high where the count is decided, and whether it is `rank`."""
    for split in SPLITS:
        ratio = ball(split)
        wide = high > 4 * low
        mu = (low * (high / low) ** ratio if wide else low + ratio * (high - low)).mid()
        count = count_above(h, mu)
        if count is not None:
            return mu, count == rank
    raise PrecisionExhausted("the number of positive eigenvalues is undecided")


def _least_positive(h: StructuredHessian, rank: int, top: Enclosure, width: Fraction) -> Enclosure:
    """Eigenvalue number `rank`, the last that may be positive; no count exceeds it."""
    high = top.hi
    for power in range(DEPTH):
        floor = (top.lo * arb(2) ** -(2**power)).mid()
        low, reached = _probe(h, rank, floor / 2, floor)
        if reached:
            break
        high = low
    else:
        raise PrecisionExhausted("the least positive eigenvalue is not told from 0")
    while high - low > ball(width) * high:
        mu, reached = _probe(h, rank, low, high)
        low, high = (mu, high) if reached else (low, mu)
    return Enclosure(lo=low, hi=high)
