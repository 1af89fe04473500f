"""Theorem T: stability plus the residual bounds the weighted path sum S, hence weighted TV."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.ball import Scalar, magnitude
from verify.claim import Claim, Constants, Control, Margin, Sides
from verify.claims import weights
from verify.claims.common import (
    CANCELLING_ON_KINK,
    CONFIDENT,
    DEAD,
    DIFFERENTIABLE,
    PROBABILITY,
    STEEP,
    instance,
    one_steep,
)
from verify.quantities import Quantities


def _sides(quantities: Quantities, constants: Constants, S: Scalar, P: Scalar) -> Sides:
    lead, slope, residual = (
        quantities.number(constants[name]) for name in ("lead", "slope", "residual")
    )
    return Sides(
        larger=quantities.lambda_max + residual * quantities.residual,
        smaller=P * (lead + slope * S),
    )


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_max(H) + res against (1 + 2 S_q)/D(q)."""
    return _sides(quantities, constants, quantities.S, quantities.inverse_D)


def _with_sum(path_sum: Callable[[Quantities], Scalar]) -> Margin:
    return lambda quantities, constants: _sides(
        quantities, constants, path_sum(quantities), quantities.inverse_D
    )


def _with_norm(norm: Callable[[Scalar], Scalar]) -> Margin:
    def changed(quantities: Quantities, constants: Constants) -> Sides:
        pairs = zip(quantities.slopes, quantities.h.x, strict=True)
        terms = (magnitude(slope) * norm(x) for slope, x in pairs)
        sides = margin(quantities, constants)
        residual = sum(terms, quantities.zero) / quantities.n
        return Sides(larger=quantities.lambda_max + residual, smaller=sides.smaller)

    return changed


def _quarter(quantities: Quantities, constants: Constants) -> Sides:
    S, P = weights.path_sum_uniform(quantities), quantities.number(Fraction(1, 4))
    return _sides(quantities, constants, S, P)


CONTROLS = (
    Control(
        id="T-const2",
        text="2 S becomes (2 + 1/1000) S",
        why="one steep balanced neuron on one datum closes the gap like 1/M^2",
        constants={"slope": Fraction(2001, 1000)},
        witness=STEEP,
    ),
    Control(
        id="T-lead",
        text="the leading 1 becomes 1 + 1/1000",
        why="the same family closes the gap below P/1000",
        constants={"lead": Fraction(1001, 1000)},
        witness=one_steep(64),
    ),
    Control(
        id="T-drop-residual",
        text="the residual term is left out at a point that is not stationary",
        why="with y = 1 and a > 0 the residual really lowers the curvature",
        constants={"residual": Fraction(0)},
        witness=STEEP,
    ),
    Control(
        id="T-res-coeff",
        text="the residual's coefficient becomes 99/100",
        why="the residual is attained in the limit of steep neurons",
        constants={"residual": Fraction(99, 100)},
        witness=STEEP,
    ),
    Control(
        id="T-res-no-sqrt",
        text="sqrt(1 + x^2) becomes 1",
        why="the block of a neuron has norm sqrt(1 + x^2), not 1",
        margin=_with_norm(lambda x: x * 0 + 1),
        witness=STEEP,
    ),
    Control(
        id="T-res-absx",
        text="sqrt(1 + x^2) becomes |x|",
        why="the bias b has its own coupling to a",
        margin=_with_norm(magnitude),
        witness=STEEP,
    ),
    Control(
        id="g-Pr-power1",
        text="Pr(X>t)^2 becomes Pr(X>t) in the weight",
        why="a neuron active on half of the mass then counts twice",
        margin=_with_sum(lambda q: weights.path_sum_with(q, weights.single_power)),
        witness=instance(("3/4", "-3/4"), (1, 1), ((16, "80/3", 0), (16, "-80/3", 0)), -320),
    ),
    Control(
        id="g-1+E^2",
        text="sqrt(1 + E^2) becomes 1 + E^2 in the weight",
        why="|beta| = Pr sqrt(1 + E^2)",
        margin=_with_sum(lambda q: weights.path_sum_with(q, weights.no_root)),
        witness=STEEP,
    ),
    Control(
        id="g-wrong-side",
        text="g^{sgn w} becomes g^{-sgn w}",
        why="a neuron that is never active then has weight",
        margin=_with_sum(weights.path_sum_wrong_side),
        witness=DEAD,
    ),
    Control(
        id="T-tail-closed",
        text="tails X >= t while relu'(0) = 0, with data on kinks admitted",
        why="a datum on the kink has weight in the closed tail but no part in H",
        drops=("differentiable",),
        margin=_with_sum(weights.path_sum_closed),
        domain="on-kink",
        unsearchable="it takes nineteen data and four cancelling neurons in one arrangement",
        witness=CANCELLING_ON_KINK,
    ),
    Control(
        id="q-uniform",
        text="the tails are taken under the empirical law in place of q ~ s(f_j)",
        why="a neuron may live on a confident datum, where the loss is flat",
        margin=_with_sum(weights.path_sum_uniform),
        witness=CONFIDENT,
    ),
    Control(
        id="P-forget-softness",
        text="P becomes 1/4 and q uniform, as if the loss had constant curvature",
        why="false certainty: confident data do not bend the loss",
        margin=_quarter,
        witness=CONFIDENT,
    ),
)

T = Claim(
    id="t",
    label="Theorem 3.5, our form T",
    title="stability and residual bound the weighted path sum",
    statement=(
        "lambda_max(H) + {residual} (1/n) sum_j |l'_j| sqrt(1 + x_j^2)"
        " >= ({lead} + {slope} S_q) / D(q) for every law q on the data"
    ),
    domain="weighted",
    assumptions=(DIFFERENTIABLE, PROBABILITY),
    constants={"residual": Fraction(1), "lead": Fraction(1), "slope": Fraction(2)},
    margin=margin,
    controls=CONTROLS,
    uses=("hessian", "block-norm", "master", "t-star"),
)
