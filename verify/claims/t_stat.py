"""Theorem T-stat: at a differentiable stationary point no loss term is left."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import Scalar, Truth, sign
from verify.claim import Assumption, Claim, Constants, Control, Sides
from verify.claims import weights
from verify.claims.common import (
    CONSTANT,
    DIFFERENTIABLE,
    ON_KINK,
    PROBABILITY,
    SHARP,
    STEEP,
    UNBALANCED,
)
from verify.claims.master import split_norm
from verify.quantities import Quantities


def gradient(quantities: Quantities) -> list[Scalar]:
    """The entries of grad L: a_i r_i and w_i r_ix + b_i r_i1 for each neuron, and mean l'."""
    h = quantities.h
    entries = [sum(quantities.slopes, quantities.zero) / quantities.n]
    for (rx, r1), w, b, a in zip(h.r, h.w, h.b, h.a, strict=True):
        entries += [a * rx, a * r1, w * rx + b * r1]
    return entries


def _stationary(quantities: Quantities) -> Truth:
    signs = [sign(entry) for entry in gradient(quantities)]
    if any(entry in (-1, 1) for entry in signs):
        return False
    return None if None in signs else True


STATIONARY = Assumption(
    id="stationary", text="the network is a stationary point, grad L = 0", holds=_stationary
)


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_max(H) against (1 + 2 S_q + I_q)/D(q), which is P (1 + 2 S + I) at q = p/P."""
    return Sides(
        larger=quantities.lambda_max,
        smaller=quantities.inverse_D * split_norm(quantities, constants),
    )


def _closed(quantities: Quantities, constants: Constants) -> Sides:
    lead, slope = quantities.number(constants["lead"]), quantities.number(constants["slope"])
    S = weights.path_sum_closed(quantities)
    return Sides(larger=quantities.lambda_max, smaller=quantities.inverse_D * (lead + slope * S))


CONTROLS = (
    Control(
        id="stat-const2",
        text="2 S becomes (2 + 1/1000) S",
        why="the mirrored pair is stationary and attains equality",
        constants={"slope": Fraction(2001, 1000)},
        witness=SHARP,
    ),
    Control(
        id="stat-lead",
        text="the leading 1 becomes 1 + 1/1000",
        why="a constant fit to balanced labels is stationary with lambda_max = P",
        constants={"lead": Fraction(1001, 1000)},
        witness=CONSTANT,
    ),
    Control(
        id="stat-imbalance",
        text="I becomes (1 + 1/1000) I",
        why="the unbalanced mirrored pair attains equality with I > 0",
        constants={"imbalance": Fraction(1001, 1000)},
        witness=UNBALANCED,
    ),
    Control(
        id="stat-anywhere",
        text="the point need not be stationary",
        why="the residual really lowers the curvature of a steep neuron",
        drops=("stationary",),
        domain="plain",
        witness=STEEP,
    ),
    Control(
        id="stat-tail-closed",
        text="tails X >= t while relu'(0) = 0, with data on kinks and any gradient admitted",
        why="a datum on the kink has weight in the closed tail but no part in H",
        drops=("differentiable", "stationary"),
        margin=_closed,
        domain="on-kink",
        witness=ON_KINK,
    ),
)

T_STAT = Claim(
    id="t-stat",
    label="Theorem 3.5, our form T-stat",
    title="stationary points pay no residual",
    statement=(
        "grad L = 0 implies lambda_max(H) >= ({lead} + {slope} S_q + {imbalance} I_q) / D(q);"
        " 1/D(q) = P at q = p/P"
    ),
    domain="stationary",
    assumptions=(DIFFERENTIABLE, PROBABILITY, STATIONARY),
    constants={"lead": Fraction(1), "slope": Fraction(2), "imbalance": Fraction(1)},
    margin=margin,
    controls=CONTROLS,
    uses=("hessian", "master", "t-grad"),
    equalities=(SHARP, UNBALANCED, CONSTANT),
    homogeneous=True,
)
