"""The robust weight: what no network with few certain core data can avoid, and what it buys."""

from __future__ import annotations

from fractions import Fraction

from verify.claim import Assumption, Claim, Constants, Control, Margin, Sides
from verify.claims.generalization.kl import TRUTH
from verify.claims.generalization.witnesses import NEAR, ONE, F, bare_core
from verify.quantities import Quantities
from verify.statistics.weight import (
    Core,
    core_of,
    right_weight,
    tail_weight,
)


def core_within(quantities: Quantities, *, spared: int = 0) -> Core:
    """The core |f0_j| <= low with m0 = missing, less `spared` where that is not negative."""
    one = quantities.instance
    missing = max(0, int(one.extra["missing"]) - spared)
    return core_of(one.data, one.truth or (), one.extra["low"], missing)


def _kept(quantities: Quantities) -> list[Fraction]:
    """The places of the data with q_j > 0."""
    one = quantities.instance
    pairs = zip(one.data.x, one.q or (), strict=False)
    return [x for x, weight in pairs if weight > 0]


def _has_core(quantities: Quantities) -> bool:
    extra = quantities.instance.extra
    if not {"low", "missing"} <= set(extra) or extra["missing"] < 0:
        return False
    return any(abs(f0) <= extra["low"] for f0 in quantities.truth)


def _few_gone(quantities: Quantities) -> bool:
    one = quantities.instance
    if not one.truth or one.q is None or len(one.q) != quantities.n:
        return False
    rows = list(zip(one.truth, one.q, strict=True))
    gone = sum(abs(f0) <= one.extra["low"] and q <= 0 for f0, q in rows)
    inside = all(abs(f0) <= one.extra["low"] for f0, q in rows if q > 0)
    return inside and gone <= one.extra["missing"] and any(q > 0 for q in one.q)


CORE = Assumption(id="core", text="some datum is in the core |f0_j| <= low", holds=_has_core)
FEW_GONE = Assumption(
    id="few-gone",
    text="data with q_j > 0 are core data, at least one and all but m0 of them",
    holds=_few_gone,
)


def _weight(spared: int) -> Margin:
    """Sides (N'/n) g_q^+(t) and slope h+(t), h+ with m0 - spared in place of m0."""

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        at, number = quantities.instance.extra["at"], quantities.number
        weight = constants["slope"] * right_weight(core_within(quantities, spared=spared), at)
        tail = tail_weight(_kept(quantities), quantities.n, at, number)
        return Sides(larger=tail, smaller=number(weight))

    return margin


ROBUST_WEIGHT = Claim(
    id="robust-weight",
    label="Theorem 3.7, robust weight",
    title="a tail weight that few missing data cannot remove",
    statement="(N'/n) g_q^+(t) >= {slope} h^+(t), q uniform on the core less at most m0 data",
    domain="core",
    assumptions=(TRUTH, CORE, FEW_GONE),
    constants={"slope": ONE},
    margin=_weight(0),
    controls=(
        Control(
            id="weight-slope",
            text="h+ counts 1 + 1/1000 times",
            why="data near 0 have |(E X, 1)| near 1",
            constants={"slope": F(1001, 1000)},
            witness=bare_core((NEAR, NEAR), kept=2, missing=0),
        ),
        Control(
            id="weight-spared",
            text="h+ discards m0 - 1 data in place of m0",
            why="m0 data may be gone",
            margin=_weight(1),
            witness=bare_core((ONE, ONE, ONE), kept=2, missing=1),
        ),
        Control(
            id="weight-gone",
            text="more than m0 core data may be gone",
            why="what is left may lie on one side",
            drops=("few-gone",),
            witness=bare_core((-ONE, ONE, ONE), kept=1, missing=1),
        ),
    ),
    equalities=(bare_core((-ONE, ONE), kept=2, missing=0, at=-2),),
)
