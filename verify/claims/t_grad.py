"""Theorem T-grad: the gradient in place of the residual."""

from __future__ import annotations

from fractions import Fraction

from verify.claim import Claim, Constants, Control, Sides
from verify.claims.common import (
    CONSTANT,
    DIFFERENTIABLE,
    PROBABILITY,
    SHARP,
    STEEP,
    UNBALANCED,
    symmetric_four,
)
from verify.claims.master import split_norm
from verify.quantities import Quantities


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_max(H) + max_i |beta_i| |grad_{w,b} L| against |v_q|^2 / D(q)."""
    gradient = quantities.number(constants["gradient"]) * quantities.gradient_residual
    return Sides(
        larger=quantities.lambda_max + gradient,
        smaller=split_norm(quantities, constants) * quantities.inverse_D,
    )


NEARLY_STATIONARY = symmetric_four(Fraction(1, 20), Fraction(38, 20), Fraction(-1, 1000))

CONTROLS = (
    Control(
        id="TG-const2",
        text="2 S becomes (2 + 1/1000) S",
        why="the mirrored pair attains equality",
        constants={"slope": Fraction(2001, 1000)},
        witness=SHARP,
    ),
    Control(
        id="TG-lead",
        text="the leading 1 becomes 1 + 1/1000",
        why="without neurons lambda_max = P",
        constants={"lead": Fraction(1001, 1000)},
        witness=CONSTANT,
    ),
    Control(
        id="TG-imbalance",
        text="I becomes (1 + 1/1000) I",
        why="the unbalanced mirrored pair attains equality with I > 0",
        constants={"imbalance": Fraction(1001, 1000)},
        witness=UNBALANCED,
    ),
    Control(
        id="TG-drop-gradient",
        text="the gradient term is left out",
        why="away from stationary points R lowers the curvature",
        constants={"gradient": Fraction(0)},
        witness=STEEP,
    ),
    Control(
        id="TG-gradient",
        text="the gradient's coefficient becomes 99/100",
        why="near a stationary point with |alpha| = 1 and small a the term is attained",
        constants={"gradient": Fraction(99, 100)},
        witness=NEARLY_STATIONARY,
    ),
)

T_GRAD = Claim(
    id="t-grad",
    label="Theorem 3.5, our form T-grad",
    title="the gradient bounds what the residual costs",
    statement=(
        "lambda_max(H) + {gradient} max_i |beta_i| |grad_(w,b) L|"
        " >= ({lead} + {slope} S_q + {imbalance} I_q) / D(q)"
    ),
    domain="weighted",
    assumptions=(DIFFERENTIABLE, PROBABILITY),
    constants={
        "gradient": Fraction(1),
        "lead": Fraction(1),
        "slope": Fraction(2),
        "imbalance": Fraction(1),
    },
    margin=margin,
    controls=CONTROLS,
    uses=("hessian", "master"),
    equalities=(SHARP, UNBALANCED, CONSTANT),
    homogeneous=True,
)
