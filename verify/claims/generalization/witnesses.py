"""Exact instances at which the bounds of Theorem 3.7 are sharp, or its assumptions are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from verify.claims.common import instance
from verify.quantities import Instance

F = Fraction
ONE = F(1)
NEAR, NARROW = F(1, 100), F(1, 10**6)
BALANCED, ONE_SIDED = (1, -1, 1, -1), (1, 1, 1, 1)


def with_truth(
    plain: Instance, truth: Sequence[Fraction] | None = None, **extra: Fraction
) -> Instance:
    """The instance with truth values, 0 at every datum by default, and further numbers."""
    values = (F(0),) * plain.data.n if truth is None else tuple(truth)
    return replace(plain, truth=values, extra=extra)


def constant(out: Fraction, *truth: Fraction, low: Fraction = ONE, high: Fraction) -> Instance:
    """f = `out` everywhere, one datum with label 1 for each truth value, and the two levels."""
    plain = instance(tuple(range(len(truth))), (1,) * len(truth), (), out, gamma=high)
    return with_truth(plain, truth, low=low)


def bare_core(places: Sequence[Fraction], *, kept: int, missing: int, at: int = 0) -> Instance:
    """A core at `places` of which the first `kept` remain under q; f = f0 = 0, t = `at`."""
    n = len(places)
    plain = with_truth(instance(places, (1,) * n, (), 0), low=ONE, missing=F(missing), at=F(at))
    return replace(plain, q=tuple(F(j < kept) for j in range(n)))


def mirrored_pair(size: int, labels: Sequence[int], out: int, gamma: Fraction) -> Instance:
    """Two neurons a = size, w = +-100 size on two data at each of +-1/100, output `out` there."""
    w = size / NEAR
    neurons = ((size, w, 0), (size, -w, 0))
    plain = instance((NEAR, NEAR, -NEAR, -NEAR), tuple(labels), neurons, out - size**2, gamma=gamma)
    return with_truth(plain, low=F(0), missing=F(0))


def lopsided(copies: int, size: int) -> Instance:
    """`copies` data at 1/100, one at -1/100, labels 1, and a mirrored pair with far-out kinks."""
    n = copies + 1
    w = size * n * n / NEAR
    b = size - NEAR * w
    x = (NEAR,) * copies + (-NEAR,)
    neurons = ((size, w, b), (size, -w, b))
    plain = instance(x, (1,) * n, neurons, -(size**2), gamma=NARROW)
    return with_truth(plain, low=F(0), missing=F(0))


def false_certainty() -> Instance:
    """Alternating labels fitted with margin 40, where f0 = 0: flat, and certain at every datum."""
    jumps, kinks = (320, -320, -320, 320, 320, -320), (-5, -3, -1, 1, 3, 5)
    ramps = tuple((jump, 1, F(-t, 8)) for jump, t in zip(jumps, kinks, strict=True))
    plain = instance(("-3/4", "-1/4", "1/4", "3/4"), (-1, 1, -1, 1), ramps, -40, gamma=ONE)
    return with_truth(plain, low=F(0), missing=F(0))


def steep_end() -> Instance:
    """A ramp of height 1/100 just before the last datum: TV(f') = 10^4 where h is almost 0."""
    w, height = F(10**5), F(1, 10)
    plain = instance(
        (-1, "-1/2", 0, "1/2", 1), (1, -1, 1, -1, 1), ((height, w, height - w),), 0, gamma=ONE
    )
    return with_truth(plain, low=F(0), missing=F(0))
