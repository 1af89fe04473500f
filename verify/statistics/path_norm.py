"""The largest noise correlation of one neuron of unit norm, in one dimension: exact and in floats.

    M(xi) = max over |(w, b)| = 1 of |(1/n) sum_j xi_j relu(w x_j + b)|

is the Rademacher-like supremum behind Theorem 3.6: over all networks with path norm
R1 = sum |a_i| |(w_i, b_i)| <= r the supremum of <xi, f - c>_n is r M(xi).

A neuron is active on a suffix or a prefix of the sorted data, or on all of them. Where the active
set is A, the correlation is linear, <S_A, (w, b)> with S_A = (1/n) sum_A xi_j (x_j, 1), and the
(w, b) of that pattern form a closed cone of the plane whose end rays have a datum on the kink. A
linear function on the unit vectors of such a cone is largest at S_A / |S_A| if that lies in the
cone, and else at an end ray. So M is the largest of O(n) numbers: |S_A| where S_A or -S_A is in
its cone, and |<S, (w, b)>| at the 2n end rays. Proof: proofs_notes/norm-gap.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from verify.ball import Scalar, maximum, sign, square_root
from verify.hessian.structured import ToScalar
from verify.model import InputError, Network

Floats = NDArray[np.float64]


def path_norm(network: Network, number: ToScalar) -> Scalar:
    """R1 = sum_i |a_i| |(w_i, b_i)|; NotExact over the rationals where a root is irrational."""
    total = number(Fraction(0))
    for w, b, a in zip(network.w, network.b, network.a, strict=True):
        if a != 0:
            total += number(abs(a)) * square_root(number(w * w + b * b))
    return total


def _merged(x: Floats, xi: Floats) -> tuple[Floats, Floats]:
    """Distinct sorted places, and the sum of xi at each."""
    if x.ndim != 1 or x.shape != xi.shape or not x.size:
        raise InputError(f"x and xi have shapes {x.shape} and {xi.shape}; both must be (n,), n > 0")
    places, at = np.unique(x, return_inverse=True)
    return places, np.bincount(at, weights=xi, minlength=places.size).astype(np.float64)


def _one_side(x: Floats, mass: Floats, first: Floats) -> float:
    """The largest value over right-active neurons whose kink lies at or between the data.

    `mass` and `first` (m,) are the sums of xi and xi x over the data from place m on.
    """
    ends = np.abs(first - x * mass) / np.hypot(1.0, x)
    level = first[1:] * x[:-1] + mass[1:], first[1:] * x[1:] + mass[1:]
    inside = np.minimum(*level) * np.maximum(*level) <= 0.0
    sizes = np.hypot(first[1:], mass[1:])[inside]
    return float(max(ends.max(), sizes.max(initial=0.0)))


def supremum(x: Floats, xi: Floats) -> float:
    """M(xi) for data x and weights xi of shape (n,), in any order: float64, O(n log n)."""
    places, sums = _merged(np.asarray(x, np.float64), np.asarray(xi, np.float64))
    moments = sums * places
    suffix = np.cumsum(sums[::-1])[::-1], np.cumsum(moments[::-1])[::-1]
    # The mirror image x -> -x turns left-active neurons into right-active ones.
    prefix = np.cumsum(sums)[::-1], -np.cumsum(moments)[::-1]
    best = max(_one_side(places, *suffix), _one_side(-places[::-1], *prefix))
    mass, first = suffix[0][0], suffix[1][0]
    if (first * places[0] + mass) * (first * places[-1] + mass) >= 0.0:
        best = max(best, float(np.hypot(first, mass)))
    return best / x.size


def class_supremum(x: Floats, xi: Floats, *, radius: float, offset: float) -> float:
    """The largest <xi, f>_n over networks of every width with R1 <= radius and |c| <= offset."""
    return radius * supremum(x, xi) + offset * abs(float(np.mean(xi)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extremes:
    """Bounds of the largest squared candidate: `low` is reached, `high` is not exceeded."""

    low: Scalar
    high: Scalar

    def with_value(self, value: Scalar) -> _Extremes:
        return _Extremes(low=maximum([value], self.low), high=maximum([value], self.high))


def _line(first: Scalar, mass: Scalar, x: Scalar) -> int | None:
    return sign(first * x + mass)


def _straddles(first: Scalar, mass: Scalar, left: Scalar, right: Scalar, same: bool) -> bool | None:
    """Whether the line's signs at two places agree (`same`) or do not, zero counting as both."""
    signs = _line(first, mass, left), _line(first, mass, right)
    if 0 in signs:
        return True
    if None in signs:
        return None
    return (signs[0] == signs[1]) is same


def _with_pattern(
    found: _Extremes, first: Scalar, mass: Scalar, ends: tuple[Scalar, Scalar], same: bool
) -> _Extremes:
    size = first * first + mass * mass
    inside = _straddles(first, mass, *ends, same)
    if inside:
        return found.with_value(size)
    if inside is None:
        # On the unit circle a value is never above the vector's length, in the cone or not.
        return _Extremes(low=found.low, high=maximum([size], found.high))
    return found


def squared_supremum(
    x: Sequence[Scalar], xi: Sequence[Scalar], count: int
) -> tuple[Scalar, Scalar]:
    """(low, high) around M(xi)^2 for `count` data at the places x, xi added up at each place.

    M^2 is rational where x and xi are, and then low = high. With balls, a cone whose membership
    is not decided widens the enclosure and cannot make it wrong. Raises InputError unless x is
    certainly increasing.
    """
    if not x or len(x) != len(xi):
        raise InputError(f"x and xi have {len(x)} and {len(xi)} entries; equal numbers are needed")
    if any(sign(b - a) != 1 for a, b in pairwise(x)):
        raise InputError("x does not certainly increase; sort it and add up xi at equal places")
    zero = x[0] * 0
    found = _Extremes(low=zero, high=zero)
    moments = [weight * at for weight, at in zip(xi, x, strict=True)]
    for places, sums, firsts in (
        (list(x), list(xi), moments),
        ([-at for at in reversed(x)], list(reversed(xi)), [-m for m in reversed(moments)]),
    ):
        mass = list(accumulate(reversed(sums)))[::-1]
        first = list(accumulate(reversed(firsts)))[::-1]
        for m, at in enumerate(places):
            end = first[m] - at * mass[m]
            found = found.with_value(end * end / (1 + at * at))
            if m > 0:
                found = _with_pattern(found, first[m], mass[m], (places[m - 1], at), same=False)
    total = sum(moments, zero), sum(xi, zero)
    found = _with_pattern(found, *total, (x[0], x[-1]), same=True)
    return found.low / count**2, found.high / count**2
