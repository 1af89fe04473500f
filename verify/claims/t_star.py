"""Theorem T*: the largest residual block in place of the summed residual. Sharp."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.ball import Scalar
from verify.claim import Claim, Constants, Control, Margin, Sides
from verify.claims import weights
from verify.claims.common import (
    CONSTANT,
    DIFFERENTIABLE,
    ON_KINK,
    PROBABILITY,
    SHARP,
    STEEP,
)
from verify.quantities import Quantities


def _sides(quantities: Quantities, constants: Constants, S: Scalar) -> Sides:
    lead, slope, residual = (
        quantities.number(constants[name]) for name in ("lead", "slope", "residual")
    )
    return Sides(
        larger=quantities.lambda_max + residual * quantities.largest_r,
        smaller=quantities.inverse_D * (lead + slope * S),
    )


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_max(H) + max_i |r_i| against (1 + 2 S_q)/D(q)."""
    return _sides(quantities, constants, quantities.S)


def _with_sum(path_sum: Callable[[Quantities], Scalar]) -> Margin:
    return lambda quantities, constants: _sides(quantities, constants, path_sum(quantities))


CONTROLS = (
    Control(
        id="TS-const2",
        text="2 S becomes (2 + 1/1000) S",
        why="the mirrored pair attains equality with S = TV = 25/32",
        constants={"slope": Fraction(2001, 1000)},
        witness=SHARP,
    ),
    Control(
        id="TS-lead",
        text="the leading 1 becomes 1 + 1/1000",
        why="without neurons lambda_max = P",
        constants={"lead": Fraction(1001, 1000)},
        witness=CONSTANT,
    ),
    Control(
        id="TS-res-coeff",
        text="the coefficient of max |r_i| becomes 99/100",
        why="the block of one steep neuron is attained in the limit",
        constants={"residual": Fraction(99, 100)},
        witness=STEEP,
    ),
    Control(
        id="g-Pr-power1",
        text="Pr(X>t)^2 becomes Pr(X>t) in the weight",
        why="a neuron active on half of the mass then counts twice",
        margin=_with_sum(lambda q: weights.path_sum_with(q, weights.single_power)),
        witness=SHARP,
    ),
    Control(
        id="g-1+E^2",
        text="sqrt(1 + E^2) becomes 1 + E^2 in the weight",
        why="|beta| = Pr sqrt(1 + E^2)",
        margin=_with_sum(lambda q: weights.path_sum_with(q, weights.no_root)),
        witness=SHARP,
    ),
    Control(
        id="tail-closed",
        text="tails X >= t while relu'(0) = 0, with data on kinks admitted",
        why="a datum on the kink has weight in the closed tail but no part in H",
        drops=("differentiable",),
        margin=_with_sum(weights.path_sum_closed),
        domain="on-kink",
        witness=ON_KINK,
    ),
)

T_STAR = Claim(
    id="t-star",
    label="Theorem 3.5, our form T*",
    title="the largest residual block suffices",
    statement=(
        "lambda_max(H) + {residual} max_i |r_i| >= ({lead} + {slope} S_q) / D(q),"
        " r_i = (1/n) sum_j l'_j 1_ij (x_j, 1)"
    ),
    domain="weighted",
    assumptions=(DIFFERENTIABLE, PROBABILITY),
    constants={"residual": Fraction(1), "lead": Fraction(1), "slope": Fraction(2)},
    margin=margin,
    controls=CONTROLS,
    uses=("hessian", "master"),
    equalities=(SHARP, CONSTANT),
    homogeneous=True,
)
