"""The explicit bounds of our Theorems 3.6 and 3.7 at a level delta, in float64.

**Norm (3.6).** Labels y_j ~ sigma(f0_j), independent, fixed x. With probability >= 1 - 2 delta, for
all networks of all widths at once, with R1 = sum |a_i| |(w_i, b_i)|,

    R(f) - L(f) <= R1 [sqrt(2 mean(1 + x^2) / n) + B sqrt(log(1/delta) / (2n))]
                   + |c| sqrt(log(2/delta) / (2n)),       B = sqrt(1 + x_max^2).

The proof gives B = sqrt(mean(1 + x^2)), which is sharper: `norm_bound` has both.

**Weak to strong (3.7).** I an interval of length l with n data in it (n here is their number), at
most kappa n 2^-r + 1 of them in each dyadic cell of level r. For l0 fixed before the labels are
seen, with probability >= 1 - delta, for all f with |f|, |f0| <= B on the data in I at once,

    mean_I D(f0 || f) <= 2 A^2 / Gamma(B) + 2 Rsum + 2 tau,
    A^2  = (d + 2 sqrt(d t) + 2 t) / (4 n),    d = 2^l0 + 1,   t = log(2/delta),
    Rsum = sum_{r >= l0} (l W 2^-r / 4) u_r,   W >= TV(f' - f0'; I),
    u_r  = sqrt((kappa n 2^-r + 1) log(4 2^r 2^(r - l0 + 1) / delta) / (2 n^2)),
    tau  = max(0, L_I(f) - L_I(f0)).

The event does not depend on W, B or tau: these may come from the fit. Only l0 may not.
Proofs: proofs_notes/norm-gap.md and weak-to-strong.md. Bounds are evaluated in plain float64: they
are compared with simulations, not certified.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from verify.model import InputError

Floats = NDArray[np.float64]
Form = Literal["stated", "sharper"]

LEVELS = 64
"""Levels above l0 that Rsum adds up; the rest is below 2^-60 of the first term."""


def check_level(delta: float) -> None:
    """Raises InputError unless 0 < delta < 1."""
    if not 0.0 < delta < 1.0:
        raise InputError(f"delta is {delta}; a probability between 0 and 1 is needed")


def gamma_of(level: float) -> float:
    """Gamma(level) = s(level) = 1 / (2 + 2 cosh(level)), 0 where that underflows."""
    tail = math.exp(-abs(level))
    return tail / (1.0 + tail) ** 2


def norm_bound(
    x: Floats,
    *,
    radius: float,
    offset: float,
    delta: float,
    form: Form = "stated",
) -> float:
    """3.6: the gap of every network with R1 <= radius, |c| <= offset, w. p. >= 1 - 2 delta."""
    check_level(delta)
    n, squares = x.size, 1.0 + np.square(x)
    mean = float(squares.mean())
    spread = float(squares.max()) if form == "stated" else mean
    one = math.sqrt(2.0 * mean / n) + math.sqrt(spread * math.log(1.0 / delta) / (2.0 * n))
    return radius * one + offset * math.sqrt(math.log(2.0 / delta) / (2.0 * n))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakToStrong:
    """What 3.7 knows before the labels: data in I (`n`), |I|, the coarse level l0, delta, kappa.

    Raises InputError for no data, a length or a kappa that is not positive, l0 < 0, or a bad delta.
    """

    n: int
    length: float
    coarse: int
    delta: float
    crowding: float = 1.0

    def __post_init__(self) -> None:
        check_level(self.delta)
        if self.n < 1 or not self.length > 0 or self.coarse < 0 or not self.crowding > 0:
            found = f"n = {self.n}, length {self.length}, l0 = {self.coarse}, {self.crowding}"
            raise InputError(f"the interval has {found}; positive numbers and l0 >= 0 are needed")

    @property
    def dimension(self) -> int:
        """d = 2^l0 + 1, the dimension of the coarse splines."""
        return (1 << self.coarse) + 1

    def coarse_noise(self) -> float:
        """A, a bound of the noise projected on the coarse splines (root mean square)."""
        t, d = math.log(2.0 / self.delta), self.dimension
        return math.sqrt((d + 2.0 * math.sqrt(d * t) + 2.0 * t) / (4.0 * self.n))

    def hat_noise(self, level: int) -> float:
        """u_r, a bound of |<xi, hat>| for every hat function of the level r >= l0."""
        # log(4 2^r 2^(r - l0 + 1) / delta), from its parts: 2^r may be beyond float64.
        log = math.log(4.0 / self.delta) + (2 * level - self.coarse + 1) * math.log(2.0)
        most = self.crowding * self.n * 2.0**-level + 1.0
        return math.sqrt(most * log / 2.0) / self.n

    def fine_noise(self, variation: float) -> float:
        """Rsum for TV(f' - f0'; I) <= variation."""
        levels = range(self.coarse, self.coarse + LEVELS)
        terms = (2.0**-r * self.hat_noise(r) for r in levels)
        return self.length * variation / 4.0 * math.fsum(terms)

    def bound(self, *, variation: float, height: float, tau: float = 0.0) -> float:
        """3.7: mean_I D(f0 || f) for |f|, |f0| <= height, TV(f' - f0'; I) <= variation."""
        softness = gamma_of(height)
        first = 2.0 * self.coarse_noise() ** 2 / softness if softness > 0 else math.inf
        return first + 2.0 * self.fine_noise(variation) + 2.0 * tau


def best_coarse(
    *,
    n: int,
    length: float,
    delta: float,
    variation: float,
    height: float,
    crowding: float = 1.0,
) -> int:
    """The l0 that makes the bound least at nominal values of W and B, which no label may enter."""

    def value(coarse: int) -> float:
        at = WeakToStrong(n=n, length=length, coarse=coarse, delta=delta, crowding=crowding)
        return at.bound(variation=variation, height=height)

    return min(range(n.bit_length() + 1), key=value)


def slope_bound(
    *, stability: float, residual: float, height: float, sure: float, c0: float
) -> float:
    """V = [(stability + res)/Gamma(height) - sure]/(2 c0), sure = (N0 - m0)/n, in float64.

    `residual` = sqrt(1 + x_max^2) makes V free of the labels, because |l'| < 1.
    """
    return ((stability + residual) / gamma_of(height) - sure) / (2.0 * c0)


def crowding(places: Sequence[Fraction], low: Fraction, high: Fraction) -> Fraction:
    """The least kappa >= 1: at most kappa n 2^-r + 1 places in every open dyadic cell of I.

    Decided in rationals; hat functions vanish at the ends of their cell. Raises InputError for
    places outside, or equal places (no kappa serves all levels), or an empty interval.
    """
    if not low < high or not places:
        raise InputError(
            f"[{low}, {high}] with {len(places)} places; data in an interval are needed"
        )
    if len(set(places)) < len(places) or min(places) < low or max(places) > high:
        raise InputError(f"places must be different and in [{low}, {high}]")
    n, kappa, level, most = len(places), Fraction(1), 0, 2
    shares = [(x - low) / (high - low) for x in places]
    while most > 1:
        cells: dict[int, int] = {}
        for share in shares:
            at = share * 2**level
            if at.denominator != 1:
                cell = at.numerator // at.denominator
                cells[cell] = cells.get(cell, 0) + 1
        most = max(cells.values(), default=0)
        kappa = max(kappa, Fraction((most - 1) * 2**level, n))
        level += 1
    return kappa
