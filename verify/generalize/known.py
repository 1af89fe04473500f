"""Theorem 3.7 for a network whose truth is known: all is decided but the law of the labels.

W may come from the network, because the event of the theorem does not mention it: W is the slope
variation of the linear interpolant of f - f0 at the data in I, the least of any function with
these values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.ball import Enclosure, ball
from verify.generalize.finding import Answer, Basis, Finding
from verify.generalize.interval import (
    Part,
    check_sizes,
    design_problem,
    exactly_shown,
    overfit,
    part_of,
    shown,
    theorem_on,
    up,
    upward,
)
from verify.generalize.levels import Levels, best_of, choices, choose_ends, most_missing
from verify.generalize.stability import Stability, stability_of
from verify.model import Dataset, Network, outputs
from verify.quantities import Instance, Quantities
from verify.spectrum import WIDTH
from verify.statistics.bounds import WeakToStrong, check_level
from verify.statistics.risk import excess_risk
from verify.statistics.transfer import missing_at_most

SPARE = 1
"""The nominal B exceeds max |f0| on I by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A network against a truth: the numbers that all findings are made of."""

    stability: Stability
    excess: Enclosure
    part: Part
    levels: Levels
    slope: Enclosure | None


def _case(network: Network, data: Dataset, truth: Sequence[Fraction]) -> Case:
    outs = outputs(network, data)
    check_sizes(x=data.x, f=outs, f0=truth)
    part = part_of(network, data, choose_ends(data, truth), truth)
    stability = stability_of(network, data)
    instance = Instance(network=network, data=data)
    quantities = Quantities(instance=instance, number=ball, width=WIDTH)
    residual = Enclosure.of(quantities.residual)
    levels, slope = best_of(choices(network, data, truth, part), stability.top, residual)
    ordered = [truth[j] for j in data.order]
    excess = Enclosure.of(excess_risk(ordered, outs))
    return Case(
        stability=stability,
        excess=excess,
        part=part,
        levels=levels,
        slope=slope,
    )


def _weak(case: Case, n: int) -> Finding:
    levels, core = case.levels, case.levels.core
    allowed = most_missing(core, case.part)
    price = missing_at_most(n, Fraction(up(case.excess)), levels.low, levels.gamma)
    text = (
        f"mean D(f0||f) = {shown(case.excess)} over all data; {core.missing} of"
        f" {len(core.places)} core data |f0| <= {exactly_shown(levels.low)} have |f| >"
        f" {exactly_shown(levels.gamma)} (a count; by mean D alone the"
        f" transfer lemma allows {price}); h > 0 on I needs at most {allowed}"
    )
    over = core.missing - allowed
    return Finding(
        name="weak generalization in the core",
        basis=Basis.THEOREM,
        text=text + (f": {over} too many" if over > 0 else ""),
        holds=over <= 0,
        numbers={
            "eps": case.excess.as_json(),
            "missing": core.missing,
            "core": len(core.places),
            "allowed": allowed,
        },
    )


def _weight(case: Case) -> Finding:
    c0 = case.levels.c0
    text = f"inf of h over {case.part.name} is c0 = {exactly_shown(c0)}"
    return Finding(
        name="robust weight h >= c0 > 0 on I",
        basis=Basis.THEOREM,
        text=text if c0 > 0 else f"h has a zero in {case.part.name}",
        holds=c0 > 0,
        numbers={"c0": str(c0), "interval": [str(case.part.low), str(case.part.high)]},
    )


def _design(part: Part, kappa: Fraction | None) -> Finding:
    text = design_problem(part)
    if kappa is not None:
        text = (
            f"{len(part.x)} data in {part.name}, at most {exactly_shown(kappa)} n 2^-r + 1 of them"
        )
        text += " in each dyadic cell of level r"
    return Finding(name="fixed design", basis=Basis.THEOREM, text=text, holds=kappa is not None)


def _law() -> Finding:
    text = "labels are independent, y_j = 1 with probability sigma(f0_j); x is not random"
    return Finding(name="law of the labels", basis=Basis.ASSUMED, text=text)


def _slope(case: Case) -> Finding:
    own = case.part.bends(case.part.outs)
    numbers = {"measured": str(own)}
    if case.slope is None:
        reason = "an assumption above fails, or V is beyond float64"
        text = f"no V: {reason}; measured on the data in I: {exactly_shown(own)}"
        return Finding(name="TV(f'; I)", basis=Basis.MEASURED, text=text, numbers=numbers)
    text = (
        f"at most V = {upward(up(case.slope))} by stability and h >= c0;"
        f" measured on the data in I: {exactly_shown(own)}"
    )
    return Finding(
        name="TV(f'; I)",
        basis=Basis.THEOREM,
        text=text,
        holds=True,
        numbers={"V": case.slope.as_json(), **numbers},
    )


def _bound(name: str, value: float, free: float, text: str) -> Finding:
    useful = value < free
    said = "below" if useful else "NOT below"
    return Finding(
        name=name,
        basis=Basis.PROBABLE,
        text=(
            f"mean_I D(f0||f) <= {upward(value)}, {text};"
            f" that is {said} the {upward(free)} that is free"
        ),
        holds=useful,
        numbers={"bound": value if math.isfinite(value) else None, "free": free},
    )


def _bounds(case: Case, strong: WeakToStrong, n: int) -> list[Finding]:
    part, truth = case.part, case.part.truth or ()
    height, tau = up(part.height), overfit(part)
    moves = [f - f0 for f, f0 in zip(part.outs, truth, strict=True)]
    # All of the excess may lie in I; and D(f0 || f) is convex in f, so with |f| <= B it is at most
    # what it is at the end on the other side of 0.
    worst = tuple(-part.height if f0 >= 0 else part.height for f0 in truth)
    free = min(up(case.excess) * n / len(part.x), up(Enclosure.of(excess_risk(truth, worst))))
    known = f"B = {upward(height)}, tau = {upward(tau)}, l0 = {strong.coarse}"
    own = up(part.bends(moves))
    found = [
        _bound(
            "strong generalization, W measured",
            strong.bound(variation=own, height=height, tau=tau),
            free,
            f"W = {upward(own)} of f - f0 on the data in I, {known}",
        )
    ]
    if case.slope is not None:
        chain = up(case.slope) + up(part.bends(truth))
        found.append(
            _bound(
                "strong generalization, W from stability",
                strong.bound(variation=chain, height=height, tau=tau),
                free,
                f"W = V + TV(f0'; I) = {upward(chain)}, {known}",
            )
        )
    return found


def _exact_excess(part: Part) -> Finding:
    value = Enclosure.of(excess_risk(part.truth or (), part.outs))
    return Finding(
        name="excess risk on I",
        basis=Basis.MEASURED,
        text=f"mean_I D(f0||f) = {shown(value)}, enclosed by balls",
        numbers={"value": value.as_json()},
    )


def _conclusion(assumptions: Sequence[Finding], results: Sequence[Finding]) -> str:
    failed = [found for found in assumptions if found.holds is False]
    bounds = [found for found in results if found.basis is Basis.PROBABLE]
    useful = [found for found in bounds if found.holds]
    if failed:
        start = f"{failed[0].name} fails, {failed[0].text}"
    else:
        start = "every assumption that can be decided holds"
    if useful:
        return f"{start}; {useful[-1].name}: {useful[-1].text}"
    return f"{start}; " + (
        "at this n the bound says no more than what is free" if bounds else "there is no bound"
    )


def against_truth(
    network: Network, data: Dataset, truth: Sequence[Fraction], *, delta: float
) -> Answer:
    """Which assumptions of 3.7 hold for a network and its truth, and the bound they buy.

    `truth` is f0_j in the order of the data. Raises InputError for a bad delta, or data whose
    core carries no interval.
    """
    check_level(delta)
    case = _case(network, data, truth)
    part = case.part
    nominal = 2 * up(part.bends(part.truth or ())) + 1.0
    strong: WeakToStrong | None = None
    kappa: Fraction | None = None
    if not design_problem(part):
        height = max(abs(value) for value in part.truth or ())
        strong, kappa = theorem_on(part, delta=delta, variation=nominal, height=up(height) + SPARE)
    assumptions = (
        case.stability.finding,
        _design(part, kappa),
        _weak(case, data.n),
        _weight(case),
        _law(),
    )
    bounds = [] if strong is None else _bounds(case, strong, data.n)
    results = (_slope(case), *bounds, _exact_excess(part))
    return Answer(
        heading=f"{network.k} neurons, {data.n} data; the truth f0 is known at each datum",
        delta=delta,
        assumptions=assumptions,
        results=results,
        conclusion=_conclusion(assumptions, results),
    )
