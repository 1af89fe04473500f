"""The robust weight h: a weight on f'' that no network with a small excess risk can avoid.

The core A0 = {j : |f0_j| <= low} has N0 data, of which at most m0 may be certain under f
(proofs_notes/transfer.md). With n data in all,

    h+(t) = (1/(n N0)) [sum over A0 of (x - t)_+ without its m0 largest terms]
                       * (#{x in A0 : x > t} - m0)_+,        h- its mirror,  h = min(h+, h-).

For q uniform on A0 less at most m0 points, N' = its size: (N'/n) g_q^{+-}(t) >= h^{+-}(t). So for a
network with at most m0 core data outside |f| <= gamma

    int |f''| h <= (stability + res)/(2 Gamma(gamma)) - (N0 - m0)/(2 n),

stability = lambda_max(H), or 2/eta if lambda_max <= 2/eta. h+ does not rise and h- does not fall,
so inf and sup over an interval are exact. Proofs: proofs_notes/robust-weight.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise

from verify.ball import Scalar, ball, square_root
from verify.hessian.structured import ToScalar
from verify.logistic import softness
from verify.model import Dataset, InputError, Network

ZERO = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Core:
    """The places of the core (N0,), repetitions counted, out of n data; at most `missing` may go.

    Raises InputError for an empty core, more places than data, or a negative number.
    """

    places: Sequence[Fraction]
    n: int
    missing: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", tuple(sorted(self.places)))
        if not 0 < len(self.places) <= self.n:
            raise InputError(f"the core has {len(self.places)} of {self.n} data; 1 to n are needed")
        if self.missing < 0:
            raise InputError(f"{self.missing} data are missing; a number >= 0 is needed")

    @cached_property
    def mirrored(self) -> Core:
        """The core under x -> -x."""
        return Core(places=[-x for x in self.places], n=self.n, missing=self.missing)

    @cached_property
    def sums(self) -> Sequence[Fraction]:
        """The sums of the first 0, 1, .., N0 places."""
        return tuple(accumulate(self.places, initial=ZERO))


def core_of(data: Dataset, truth: Sequence[Fraction], low: Fraction, missing: int) -> Core:
    """The core |f0_j| <= low of the data, truth in the order of the data."""
    pairs = zip(data.x, truth, strict=True)
    return Core(places=[x for x, f0 in pairs if abs(f0) <= low], n=data.n, missing=missing)


def _of_reach(core: Core, beyond: Fraction, t: Fraction) -> Fraction:
    """h+ at t where the core data that count as beyond t are those right of `beyond`."""
    start, stop = bisect_right(core.places, beyond), len(core.places) - core.missing
    if stop <= start:
        return ZERO
    rise = core.sums[stop] - core.sums[start] - (stop - start) * t
    return rise * (stop - start) / (core.n * len(core.places))


def right_weight(core: Core, t: Fraction) -> Fraction:
    """h+(t)."""
    return _of_reach(core, t, t)


def left_weight(core: Core, t: Fraction) -> Fraction:
    """h-(t)."""
    return right_weight(core.mirrored, -t)


def robust_weight(core: Core, t: Fraction) -> Fraction:
    """h(t) = min(h+(t), h-(t))."""
    return min(right_weight(core, t), left_weight(core, t))


def _check_interval(low: Fraction, high: Fraction) -> None:
    if not low <= high:
        raise InputError(f"the interval is [{low}, {high}]; its ends are the wrong way round")


def least_weight(core: Core, low: Fraction, high: Fraction) -> Fraction:
    """The infimum of h over [low, high]: h+ does not rise and h- does not fall."""
    _check_interval(low, high)
    return min(right_weight(core, high), left_weight(core, low))


def _top_of_piece(core: Core, u: Fraction, v: Fraction) -> Fraction:
    """sup of h over (u, v), with no core datum inside: two lines, one falling and one rising."""
    falls = _of_reach(core, u, u), _of_reach(core, u, v)
    rises = _of_reach(core.mirrored, -v, -u), _of_reach(core.mirrored, -v, -v)
    if falls[1] >= rises[1]:
        return rises[1]
    if falls[0] <= rises[0]:
        return falls[0]
    share = (falls[0] - rises[0]) / ((falls[0] - rises[0]) + (rises[1] - falls[1]))
    return falls[0] + share * (falls[1] - falls[0])


def greatest_weight(core: Core, low: Fraction, high: Fraction) -> Fraction:
    """The supremum of h over [low, high] (over its interior, where low < high)."""
    _check_interval(low, high)
    if low == high:
        return robust_weight(core, low)
    ends = sorted({low, high} | {x for x in core.places if low < x < high})
    # h = h- up to where h+ falls below it, and h+ from there on: only pieces nearby matter.
    turn = bisect_left(ends, True, key=lambda t: right_weight(core, t) <= left_weight(core, t))
    near = ends[max(0, turn - 2) : turn + 3]
    return max(_top_of_piece(core, u, v) for u, v in pairwise(near))


def upper_level(core: Core, level: Fraction, at: Sequence[Fraction]) -> list[Fraction]:
    """Those of the increasing places `at` with h >= level, which are consecutive."""
    start = bisect_left(at, True, key=lambda t: left_weight(core, t) >= level)
    stop = bisect_left(at, True, key=lambda t: right_weight(core, t) < level)
    return list(at[start:stop])


def tail_weight(kept: Sequence[Fraction], n: int, t: Fraction, number: ToScalar) -> Scalar:
    """(N'/n) g_q^+(t) for q uniform on the N' places `kept`, repetitions counted, of n data.

    NotExact over the rationals where the root is irrational.
    """
    reach = [x for x in kept if x > t]
    first, rise = sum(reach, ZERO), sum((x - t for x in reach), ZERO)
    tail = square_root(number(first * first + len(reach) ** 2)) * number(rise)
    return tail * number(Fraction(1, n * max(1, len(kept))))


def weighted_variation(network: Network, core: Core, *, floor: Fraction = ZERO) -> Fraction:
    """int |f''| (h + floor), exactly: the sum over kinks t of |jump of f' at t| (h(t) + floor)."""
    jumps: dict[Fraction, Fraction] = {}
    for t, w, a in zip(network.kinks(), network.w, network.a, strict=True):
        if t is not None:
            jumps[t] = jumps.get(t, ZERO) + a * abs(w)
    kinks = [(t, abs(jump)) for t, jump in jumps.items() if jump]
    return sum((size * (robust_weight(core, t) + floor) for t, size in kinks), ZERO)


def slope_variation(
    core: Core, c0: Fraction, *, stability: Scalar, residual: Scalar, gamma: Fraction
) -> Scalar:
    """V >= TV(f'; I) where h >= c0 > 0 on I, by claim robust-stability.

    For every network with lambda_max <= `stability`, res <= `residual`, and at most
    core.missing core data with |f_j| > gamma. Raises InputError for c0 <= 0.
    """
    if c0 <= 0:
        raise InputError(f"h >= {c0} is no help; c0 > 0 is needed")
    sure = ball(Fraction(max(0, len(core.places) - core.missing), core.n))
    return ((stability + residual) / softness(ball(gamma)) - sure) / (2 * ball(c0))
