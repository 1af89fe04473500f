"""The master inequality (M): the Rayleigh quotient of H at v_q, with its exact split."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import Scalar
from verify.claim import Claim, Constants, Control, Proof, Sides
from verify.claims.common import (
    CONSTANT,
    DIFFERENTIABLE,
    PROBABILITY,
    SHARP,
    STEEP,
    UNBALANCED,
)
from verify.hessian.case import Case
from verify.quantities import Quantities


def split_norm(quantities: Quantities, constants: Constants) -> Scalar:
    """lead + slope S + imbalance I, equal to |v_q|^2 for the true constants 1, 2, 1.

    Written as |v_q|^2 plus what the constants change, so that it stays rational
    where S alone is not.
    """
    number = quantities.number
    square = quantities.v_squared + number(constants["lead"] - 1)
    if constants["slope"] != 2:
        square += number(constants["slope"] - 2) * quantities.S
    if constants["imbalance"] != 1:
        imbalance = quantities.v_squared - 1 - 2 * quantities.S
        square += number(constants["imbalance"] - 1) * imbalance
    return square


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_max(H) against |v_q|^2 / D(q) + rho_q."""
    rho = quantities.number(constants["gradient"]) * quantities.rho
    square = split_norm(quantities, constants)
    return Sides(larger=quantities.lambda_max, smaller=square * quantities.inverse_D + rho)


def _split() -> tuple[Case, ...]:
    from verify.hessian.symbolic import split_cases

    return split_cases()


CONTROLS = (
    Control(
        id="M-slope",
        text="2 S becomes (2 + 1/1000) S",
        why="the mirrored pair attains equality",
        constants={"slope": Fraction(2001, 1000)},
        witness=SHARP,
    ),
    Control(
        id="M-lead",
        text="the leading 1 becomes 1 + 1/1000",
        why="without neurons lambda_max = P",
        constants={"lead": Fraction(1001, 1000)},
        witness=CONSTANT,
    ),
    Control(
        id="M-imbalance",
        text="I becomes (1 + 1/1000) I",
        why="the unbalanced mirrored pair attains equality with I > 0",
        constants={"imbalance": Fraction(1001, 1000)},
        witness=UNBALANCED,
    ),
    Control(
        id="M-drop-rho",
        text="rho is left out at a point that is not stationary",
        why="R is indefinite: it can lower the Rayleigh quotient",
        constants={"gradient": Fraction(0)},
        witness=STEEP,
    ),
    Control(
        id="M-rho",
        text="rho becomes (99/100) rho",
        why="for one steep neuron v_q is an eigenvector in the limit",
        constants={"gradient": Fraction(99, 100)},
        witness=STEEP,
    ),
)

MASTER = Claim(
    id="master",
    label="Theorem 3.5, master inequality (M)",
    title="the curvature along v_q, split exactly",
    statement=(
        "lambda_max(H) >= |v_q|^2 / D(q) + {gradient} rho_q,"
        " |v_q|^2 = {lead} + {slope} S_q + {imbalance} I_q,"
        " rho_q = 2 sum_i alpha_i <beta_i, grad_(w_i,b_i) L> / |v_q|^2"
    ),
    domain="weighted",
    assumptions=(DIFFERENTIABLE, PROBABILITY),
    constants={
        "lead": Fraction(1),
        "slope": Fraction(2),
        "imbalance": Fraction(1),
        "gradient": Fraction(1),
    },
    margin=margin,
    controls=CONTROLS,
    proofs=(
        Proof(
            shows="per neuron alpha^2 + a^2 B^2 = 2 alpha |a| B + (alpha - |a| B)^2",
            cases=_split,
            whole=False,
        ),
    ),
    uses=("hessian",),
    equalities=(SHARP, UNBALANCED, CONSTANT),
    homogeneous=True,
)
