"""The interval I from design and truth alone, and the levels low < gamma that serve a network best.

The lemma behind V holds for each choice of levels, so that the best one may be taken after the
fact; I may not depend on the labels, because the event of the theorem is about its dyadic cells.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.ball import Enclosure
from verify.generalize.interval import Part, exactly_shown, up
from verify.model import Dataset, InputError, Network, outputs
from verify.statistics.transfer import certain_in_core
from verify.statistics.weight import (
    Core,
    core_of,
    greatest_weight,
    least_weight,
    slope_variation,
    upper_level,
)

SPARED = 8
"""I is chosen as if one core datum in SPARED were certain."""
SHARE = 4
STEPS = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))
"""gamma - low of the choices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """A choice of levels: low < gamma, the core with its true m0, and the infimum c0 of h on I."""

    low: Fraction
    gamma: Fraction
    core: Core
    c0: Fraction


def nominal_low(truth: Sequence[Fraction]) -> Fraction:
    """1, or the median of |f0| where that is larger."""
    return max(Fraction(1), sorted(map(abs, truth))[len(truth) // 2])


def choose_ends(data: Dataset, truth: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """I: the hull of the data with h at least 1/SHARE of its largest value, free of labels.

    Raises InputError where h is 0 everywhere: too few core data for any interval.
    """
    low = nominal_low(truth)
    places = core_of(data, truth, low, 0).places
    core = Core(places=places, n=data.n, missing=len(places) // SPARED)
    top = greatest_weight(core, places[0], places[-1])
    inside = upper_level(core, top / SHARE, sorted(set(data.x)))
    if top == 0 or len(inside) < 2:
        raise InputError(
            f"{len(places)} data with |f0| <= {exactly_shown(low)} carry no interval;"
            " more of them at different x are needed"
        )
    return inside[0], inside[-1]


def choices(network: Network, data: Dataset, truth: Sequence[Fraction], part: Part) -> list[Levels]:
    """The levels that are tried, each with its true m0."""
    found, outs = [], outputs(network, data)
    ordered = [truth[j] for j in data.order]
    for low in sorted({nominal_low(truth), max(map(abs, truth))}):
        for step in STEPS:
            missing = certain_in_core(ordered, outs, low, low + step)
            core = core_of(data, truth, low, missing)
            c0 = least_weight(core, part.low, part.high)
            found.append(Levels(low=low, gamma=low + step, core=core, c0=c0))
    return found


def slope_bound(levels: Levels, stability: Enclosure, residual: Enclosure) -> Enclosure:
    """V, for c0 > 0."""
    size = {"stability": stability.hi, "residual": residual.hi}
    return Enclosure.of(slope_variation(levels.core, levels.c0, gamma=levels.gamma, **size))


def best_of(
    found: Sequence[Levels], stability: Enclosure | None, residual: Enclosure
) -> tuple[Levels, Enclosure | None]:
    """The levels with the least V below infinity, or those that spare most of the core and None."""
    useful = [one for one in found if one.c0 > 0]
    bounds = [(slope_bound(one, stability, residual), one) for one in useful if stability]
    bounds = [(bound, one) for bound, one in bounds if up(bound) < math.inf]
    if not bounds:
        share = {id(one): Fraction(one.core.missing, len(one.core.places)) for one in found}
        return min(useful or found, key=lambda one: share[id(one)]), None
    least, levels = min(bounds, key=lambda pair: up(pair[0]))
    return levels, least


def most_missing(core: Core, part: Part) -> int:
    """The largest m0 with h > 0 on I for this core, -1 without one."""
    low, high = -1, len(core.places)
    while high - low > 1:
        middle = (low + high) // 2
        other = Core(places=core.places, n=core.n, missing=middle)
        if least_weight(other, part.low, part.high) > 0:
            low = middle
        else:
            high = middle
    return low
