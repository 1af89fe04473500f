"""Stability bounds the robustly weighted variation: the deterministic half of Theorem 3.7."""

from __future__ import annotations

from verify.claim import Assumption, Claim, Constants, Control, Sides
from verify.claims.common import DIFFERENTIABLE
from verify.claims.generalization.kl import TRUTH
from verify.claims.generalization.weight import CORE, core_within
from verify.claims.generalization.witnesses import (
    BALANCED,
    NARROW,
    ONE,
    ONE_SIDED,
    F,
    false_certainty,
    lopsided,
    mirrored_pair,
    steep_end,
)
from verify.logistic import softness
from verify.quantities import Instance, Quantities
from verify.statistics.transfer import certain_in_core
from verify.statistics.weight import weighted_variation


def _few_certain(quantities: Quantities) -> bool:
    one, low = quantities.instance, quantities.instance.extra["low"]
    certain = certain_in_core(quantities.truth, quantities.outs, low, quantities.gamma)
    return certain <= one.extra["missing"]


FEW_CERTAIN = Assumption(
    id="few-certain",
    text="at most m0 core data have |f_j| > gamma (weak generalization)",
    holds=_few_certain,
)


def _stability(quantities: Quantities, constants: Constants) -> Sides:
    """Sides (lambda_max + res)/(2 Gamma(gamma)) - (N0 - m0)_+/(2n) and int |f''| h.

    `residual`, `Gamma`, `lead` and `slope` are factors, `level` is one of gamma; `floor` is
    added to h everywhere.
    """
    core, number = core_within(quantities), quantities.number
    flat = softness(number(constants["level"] * quantities.gamma)) * number(constants["Gamma"])
    larger = quantities.lambda_max + number(constants["residual"]) * quantities.residual
    sure = constants["lead"] * F(max(0, len(core.places) - core.missing), 2 * core.n)
    spent = weighted_variation(quantities.network, core, floor=constants["floor"])
    return Sides(
        larger=larger / (2 * flat) - number(sure), smaller=number(constants["slope"] * spent)
    )


def _control(name: str, constants: Constants, witness: Instance, text: str, why: str) -> Control:
    return Control(id=f"stability-{name}", text=text, why=why, constants=constants, witness=witness)


CONTROLS = (
    _control(
        "residual",
        {"residual": F(0)},
        mirrored_pair(16, ONE_SIDED, 0, NARROW),
        "the residual is left out",
        "it really lowers the curvature away from stationary points",
    ),
    _control(
        "half-residual",
        {"residual": F(1, 2)},
        lopsided(20, 2),
        "the residual counts 1/2 times",
        "steep neurons on lopsided data need all of it in the limit",
    ),
    _control(
        "Gamma",
        {"Gamma": F(4, 3)},
        mirrored_pair(16, BALANCED, 0, NARROW),
        "Gamma(gamma) counts 4/3 times",
        "the softness of the data is at most Gamma(0) = 1/4",
    ),
    _control(
        "level",
        {"level": F(99, 100)},
        mirrored_pair(64, BALANCED, 2, F(2)),
        "Gamma(gamma) becomes Gamma(99/100 gamma)",
        "data with |f| = gamma have softness Gamma(gamma)",
    ),
    _control(
        "lead",
        {"lead": F(2)},
        lopsided(20, 2),
        "(N0 - m0)/(2n) counts twice",
        "the lopsided family tends to equality",
    ),
    _control(
        "slope",
        {"slope": F(1001, 1000)},
        mirrored_pair(64, BALANCED, 0, NARROW),
        "int |f''| h counts 1 + 1/1000 times",
        "the steep mirrored pair attains 1 in the limit",
    ),
    _control(
        "floor",
        {"floor": F(1, 1000)},
        steep_end(),
        "h + 1/1000 in place of h, as if h >= c0 held everywhere",
        "at the end of the core a steep ramp meets one datum and costs nothing",
    ),
    Control(
        id="stability-certain",
        text="more than m0 core data may be certain",
        why="weak generalization fails: false certainty is flat at any total variation",
        drops=("few-certain",),
        witness=false_certainty(),
    ),
)

ROBUST_STABILITY = Claim(
    id="robust-stability",
    label="Theorem 3.7, deterministic half",
    title="stability bounds the robustly weighted variation",
    statement=(
        "(lambda_max + {residual} res)/(2 {Gamma} Gamma({level} gamma)) - {lead} (N0 - m0)_+/(2n)"
        " >= {slope} int |f''| (h + {floor})"
    ),
    domain="robust",
    assumptions=(DIFFERENTIABLE, TRUTH, CORE, FEW_CERTAIN),
    constants={
        "residual": ONE,
        "Gamma": ONE,
        "level": ONE,
        "lead": ONE,
        "slope": ONE,
        "floor": F(0),
    },
    margin=_stability,
    controls=CONTROLS,
    uses=("t", "robust-weight", "transfer"),
    note="robust-weight",
)
