"""The event of 3.7 for noise at hand: data on dyadic points of their hull I, l0 = 0.

There every hat function of a level r >= `depth` vanishes on the data, so that what the theorem
bounds for infinitely many hats is the largest of finitely many balls. With Pi the orthogonal
projection on the affine functions at the data,

    A^2  = |Pi xi|^2 / n,        u_r = max over cells |<xi, (1 - Pi) hat>_I|,
    Rsum = sum_{r < depth} (l W 2^-r / 4) u_r,     W = TV(f' - f0'; I),

and f0 is read as linear between the data. Proof: proofs_notes/weak-to-strong.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from verify.ball import Scalar, ball, magnitude, maximum
from verify.model import Network

DEEPEST = 10
ZERO = Fraction(0)


def shares(places: Sequence[Fraction]) -> list[Fraction]:
    """The places of the hull, which has positive length, mapped to [0, 1]."""
    low, high = min(places), max(places)
    return [(x - low) / (high - low) for x in places]


def depth(places: Sequence[Fraction]) -> int | None:
    """The least R <= DEEPEST with all places at multiples of 2^-R of the hull; None without one."""
    if len(set(places)) < 2:
        return None
    finest = max(share.denominator for share in shares(places))
    level = finest.bit_length() - 1
    is_dyadic = finest == 1 << level and level <= DEEPEST
    return level if is_dyadic else None


def split_noise(places: Sequence[Fraction], xi: Sequence[Scalar]) -> tuple[Scalar, list[Scalar]]:
    """(A^2, (1 - Pi) xi) for at least two different places."""
    n, centre = len(places), sum(places, ZERO) / len(places)
    arms = [x - centre for x in places]
    zero: Scalar = ball(ZERO)
    mean = sum(xi, zero) / n
    tilt = sum((v * ball(arm) for v, arm in zip(xi, arms, strict=True)), zero)
    square = ball(sum((arm * arm for arm in arms), ZERO))
    rest: list[Scalar] = [
        v - mean - ball(arm) * tilt / square for v, arm in zip(xi, arms, strict=True)
    ]
    return (mean * mean * n + tilt * tilt / square) / n, rest


def hat_noise(places: Sequence[Fraction], rest: Sequence[Scalar], level: int) -> Scalar:
    """u_level: the largest |<rest, hat>| over the cells of one level."""
    cells: dict[int, Scalar] = {}
    for share, value in zip(shares(places), rest, strict=True):
        scaled = share * 2**level
        cell = scaled.numerator // scaled.denominator
        height = 1 - abs(2 * (scaled - cell) - 1)
        if height > 0:
            cells[cell] = cells.get(cell, ball(ZERO)) + value * ball(height)
    return maximum((magnitude(value) for value in cells.values()), ball(ZERO)) / len(places)


def fine_noise(places: Sequence[Fraction], rest: Sequence[Scalar], variation: Fraction) -> Scalar:
    """Rsum, for places with a `depth`."""
    total: Scalar = ball(ZERO)
    for level in range(depth(places) or 0):
        share = (max(places) - min(places)) * variation / (4 << level)
        total += ball(share) * hat_noise(places, rest, level)
    return total


def slope_jumps(truth: Sequence[tuple[Fraction, Fraction]]) -> dict[Fraction, Fraction]:
    """The jumps of f0' at inner places of its increasing (place, value) pairs."""
    slopes = [(v - u) / (y - x) for (x, u), (y, v) in pairwise(truth)]
    inner = [x for x, _ in truth[1:-1]]
    return {x: after - before for x, (before, after) in zip(inner, pairwise(slopes), strict=True)}


def difference_variation(network: Network, truth: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """W = TV(f' - f0'; I), I the open hull of increasing places, f0 linear between them."""
    low, high = truth[0][0], truth[-1][0]
    jumps = {x: -jump for x, jump in slope_jumps(truth).items()}
    for t, w, a in zip(network.kinks(), network.w, network.a, strict=True):
        if t is not None and low < t < high:
            jumps[t] = jumps.get(t, ZERO) + a * abs(w)
    return sum((abs(jump) for jump in jumps.values()), ZERO)
