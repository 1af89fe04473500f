"""From a claim and an instance to a verdict: a ladder of precisions, then exact arithmetic.

Assumptions and margin are decided one by one, each at the first rung that can.
The exact rung decides equality cases, which no ball can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from verify.ball import (
    Enclosure,
    NotExact,
    Scalar,
    Truth,
    approximate,
    ball,
    magnitude,
    rational,
    working_precision,
)
from verify.claim import Assumption, Claim, Verdict
from verify.logistic import LOGISTIC, Loss, Target
from verify.quantities import Instance, Quantities
from verify.space.quantities import is_dead, parameters, quantities_of
from verify.spectrum import WIDTH, PrecisionExhausted

EXACT_SIZE = 40
"""Rows of H up to which an exact characteristic polynomial is computed."""

SPARE_BITS = 128
"""Working precision around exact arithmetic, for what is only printed."""

FORMAL_UNIT = "formal unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """A step of the ladder: working precision in bits and relative width of lambda_max."""

    bits: int
    width: Fraction


LADDER = tuple(
    Rung(bits=bits, width=Fraction(1, 1 << width))
    for bits, width in ((96, 30), (192, 80), (512, 220), (1536, 700), (5120, 2400))
)
FINE_LADDER = (Rung(bits=160, width=WIDTH), *LADDER[1:])
"""For single instances, whose margin is printed: the first rung is already narrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one instance: CERTIFIED, REFUTED, UNDECIDED or VACUOUS.

    `margin` encloses larger - smaller (None where the assumptions fail),
    `scaled` is margin / (|larger| + |smaller|) at its midpoint, for reports and
    searches only; `bits` is the precision that decided, 0 for exact arithmetic;
    `reason` names the assumption that failed or was not decided.
    """

    verdict: Verdict
    margin: Enclosure | None = None
    scaled: float | None = None
    bits: int | None = None
    reason: str = ""


def _formal_unit(loss: Loss) -> Loss:
    """The loss with l'' = 1 as a formal unit: for networks without active neurons only.

    All data then share one output, H = P e_c e_c^T, and no slope enters H.
    """

    def no_slope(_y: Target, _f: Scalar) -> Scalar:
        raise NotExact("a slope is irrational")

    return replace(loss, name=FORMAL_UNIT, slope=no_slope, curvature=lambda _y, _f: rational(1))


Stages = list[tuple[int, Quantities]]
"""(bits, quantities) in the order in which they are asked; bits 0 is exact arithmetic."""


def ball_stages(instance: Instance, ladder: tuple[Rung, ...]) -> Stages:
    """The rungs of a ladder on one instance; several claims may share them."""
    return [(rung.bits, quantities_of(instance, number=ball, width=rung.width)) for rung in ladder]


def _with_exact(claim: Claim, instance: Instance, balls: Stages) -> Stages:
    """The stages with exact arithmetic after the first rung, where the matrix is small."""
    if parameters(instance) > EXACT_SIZE:
        return balls
    # A dead network outputs c everywhere, where l'' of the logistic loss is one number; at
    # c = 0 the loss itself is rational.
    dead = claim.homogeneous and instance.network.c != 0 and is_dead(instance)
    unit = _formal_unit(LOGISTIC) if dead and instance.loss is LOGISTIC else None
    exactly = quantities_of(instance, number=rational, width=Fraction(0), assumed=unit)
    return [*balls[:1], (0, exactly), *balls[1:]]


def _decide(assumption: Assumption, stages: Stages) -> Truth:
    for bits, quantities in stages:
        if quantities.loss.name == FORMAL_UNIT:
            continue
        with working_precision(bits or SPARE_BITS):
            try:
                holds = assumption.holds(quantities)
            except (NotExact, PrecisionExhausted):
                continue
        if holds is not None:
            return holds
    return None


def _weigh(claim: Claim, bits: int, quantities: Quantities) -> Judgement | None:
    """The verdict on the margin at one stage; None where that stage cannot evaluate it."""
    with working_precision(bits or SPARE_BITS):
        try:
            sides = claim.margin(quantities, claim.constants)
        except (NotExact, PrecisionExhausted):
            return None
        margin = sides.margin
        if quantities.loss.name == FORMAL_UNIT and not margin.lo == margin.hi == 0:
            return None
        size = magnitude(sides.larger) + magnitude(sides.smaller)
        holds = margin.is_nonnegative()
        verdict = {True: Verdict.CERTIFIED, False: Verdict.REFUTED, None: Verdict.UNDECIDED}[holds]
        return Judgement(
            verdict=verdict,
            margin=margin,
            scaled=_scaled(margin, size),
            bits=bits,
        )


def _scaled(margin: Enclosure, size: Scalar) -> float:
    """The middle of margin / size; a margin that is not 0 never shows as 0."""
    middle = approximate((margin.lo + margin.hi) / 2 / size) if size > 0 else 0.0
    if middle == 0 and (margin.lo > 0 or margin.hi < 0):
        return math.copysign(math.ulp(0.0), 1 if margin.lo > 0 else -1)
    return middle


def judge(
    claim: Claim,
    instance: Instance,
    *,
    ladder: tuple[Rung, ...] = LADDER,
    balls: Stages | None = None,
) -> Judgement:
    """The verdict of a claim on an instance, a mathematical fact unless it says UNDECIDED.

    VACUOUS: an assumption certainly fails. REFUTED: every assumption certainly
    holds and the margin is certainly negative. With an empty ladder only exact
    arithmetic is used. `balls` are stages of this instance to reuse.
    """
    stages = _with_exact(claim, instance, balls or ball_stages(instance, ladder))
    for assumption in claim.assumptions:
        holds = _decide(assumption, stages)
        if holds is False:
            return Judgement(verdict=Verdict.VACUOUS, reason=f"it needs: {assumption.text}")
        if holds is None:
            return Judgement(verdict=Verdict.UNDECIDED, reason=f"undecided: {assumption.text}")
    best = Judgement(verdict=Verdict.UNDECIDED, reason="the margin could not be evaluated")
    for bits, quantities in stages:
        found = _weigh(claim, bits, quantities)
        if found is not None:
            best = found
            if found.verdict is not Verdict.UNDECIDED:
                return found
    known = best.margin is None or (best.margin.lo.is_finite() and best.margin.hi.is_finite())
    reason = (
        "the margin is too close to 0 to be decided"
        if known
        else "its numbers are too large to evaluate"
    )
    return replace(best, reason=best.reason or reason)
