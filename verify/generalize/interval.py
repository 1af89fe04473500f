"""The interval I of 3.7 and its data, chosen without a look at the labels, and the bound on it."""

from __future__ import annotations

import decimal
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.ball import Enclosure, ball, dyadic
from verify.model import Dataset, InputError, Network, outputs
from verify.statistics.bounds import WeakToStrong, best_coarse, crowding
from verify.statistics.dyadic import slope_jumps
from verify.statistics.risk import mean_loss

Values = Sequence[Fraction]
LEAST = 4
"""Fewer data in I say nothing."""
LARGEST = {"x": 10**150, "f": 10**6, "f0": 10**6}
"""Beyond these x leaves float64, and e^f fills the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The data in I = [low, high], sorted by x: places, labels, f and, where known, f0."""

    low: Fraction
    high: Fraction
    x: tuple[Fraction, ...]
    y: tuple[int, ...]
    outs: tuple[Fraction, ...]
    truth: tuple[Fraction, ...] | None = None

    @property
    def name(self) -> str:
        """I in words."""
        return f"I = [{float(self.low):.6g}, {float(self.high):.6g}]"

    @property
    def height(self) -> Fraction:
        """B: the largest |f| or |f0| on the data in I."""
        return max(abs(value) for value in (*self.outs, *(self.truth or ())))

    def bends(self, values: Values) -> Fraction:
        """TV of the slope of the linear interpolant of `values`, equal at equal places, on I."""
        pairs = list(dict(zip(self.x, values, strict=True)).items())
        return sum((abs(jump) for jump in slope_jumps(pairs).values()), Fraction(0))

    @property
    def losses(self) -> tuple[Enclosure, Enclosure | None]:
        """L_I(f), and L_I(f0) where f0 is known."""
        own = Enclosure.of(mean_loss(self.y, self.outs))
        if self.truth is None:
            return own, None
        return own, Enclosure.of(mean_loss(self.y, self.truth))


def check_sizes(**lists: Values) -> None:
    """Raises InputError unless all |x|, |f| and |f0| are at most LARGEST."""
    for name, values in lists.items():
        most = LARGEST[name]
        if any(abs(value) > most for value in values):
            remedy = "rescale network, truth or data"
            raise InputError(f"some |{name}| is above {float(most):g}, the most allowed; {remedy}")


def part_of(
    network: Network, data: Dataset, ends: tuple[Fraction, Fraction], truth: Values | None = None
) -> Part:
    """The data in I. `truth` is in the order of the data; `ends` are those of I."""
    low, high = ends
    ordered = data.in_order
    known = None if truth is None else [truth[j] for j in data.order]
    kept = [j for j, x in enumerate(ordered.x) if low <= x <= high]
    outs = outputs(network, data)
    return Part(
        low=low,
        high=high,
        x=tuple(ordered.x[j] for j in kept),
        y=tuple(ordered.y[j] for j in kept),
        outs=tuple(outs[j] for j in kept),
        truth=None if known is None else tuple(known[j] for j in kept),
    )


def design_problem(part: Part) -> str:
    """Why the design condition fails on I, or "" where some kappa serves all dyadic levels."""
    if len(part.x) < LEAST:
        return f"{part.name} holds {len(part.x)} data; at least {LEAST} are needed"
    repeated = len(part.x) - len(set(part.x))
    if repeated:
        return f"{repeated} data in {part.name} lie on the x of another one; no kappa serves"
    return ""


def up(value: Fraction | Enclosure) -> float:
    """A float64 at or above a number that is not negative; infinite beyond float64."""
    if isinstance(value, Enclosure):
        # Far beyond float64 a ball is too long for a rational.
        if not value.hi <= sys.float_info.max:
            return math.inf
        value = dyadic(value.hi)
    try:
        near = float(value)
    except OverflowError:
        return math.inf
    return near if math.isinf(near) or Fraction(near) >= value else math.nextafter(near, math.inf)


def theorem_on(
    part: Part, *, delta: float, variation: float, height: float
) -> tuple[WeakToStrong, Fraction]:
    """3.7 on I with l0 from nominal W and B, and kappa. Raises InputError for a bad design."""
    if problem := design_problem(part):
        raise InputError(problem)
    kappa = crowding(part.x, part.low, part.high)
    known = {"n": len(part.x), "length": float(part.high - part.low), "delta": delta}
    coarse = best_coarse(
        n=len(part.x),
        length=known["length"],
        delta=delta,
        variation=variation,
        height=height,
        crowding=up(kappa),
    )
    strong = WeakToStrong(
        n=len(part.x), length=known["length"], coarse=coarse, delta=delta, crowding=up(kappa)
    )
    return strong, kappa


def overfit(part: Part) -> float:
    """tau >= max(0, L_I(f) - L_I(f0)), rounded up; 0 where f0 is not known."""
    own, other = part.losses
    if other is None:
        return 0.0
    return max(0.0, up(Enclosure.of(own.hi - other.lo)) if own.hi > other.lo else 0.0)


def shown(value: Enclosure) -> str:
    """An enclosure by its middle, for reading."""
    return f"{float(value.ball):.6g}"


def exactly_shown(value: Fraction) -> str:
    """A rational to six digits, for reading."""
    return f"{float(ball(value)):.6g}"


def upward(value: float) -> str:
    """A number that is not negative to four digits, rounded up."""
    if math.isinf(value):
        return "infinity"
    context = decimal.Context(prec=4, rounding=decimal.ROUND_CEILING)
    return f"{context.create_decimal(value):g}"
