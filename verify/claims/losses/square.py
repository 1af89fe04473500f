"""The sibling theorems for the square loss, with the constants that their proofs give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from verify.ball import Scalar, maximum, sign, square_root
from verify.claim import Assumption, Claim, Constants, Control, Margin, Sides
from verify.claims.common import DIFFERENTIABLE, SHARP, instance
from verify.losses import SQUARE
from verify.quantities import Instance, Quantities


def _fitted(base: Instance) -> Instance:
    """The instance with its own outputs as targets."""
    return replace(base, loss=SQUARE, targets=tuple(base.network(x) for x in base.data.x))


def _steep(x: Fraction, norm: Fraction, residual: Fraction) -> Instance:
    """One datum with residual f - y and one balanced steep neuron, active on it."""
    a = Fraction(64)
    w = a * norm / x
    base = instance((x,), (1,), ((a, w, 0),), -a * w * x)
    return replace(base, loss=SQUARE, targets=(-residual,))


FITTED = _fitted(SHARP)
FITTED_CONSTANT = _fitted(instance(("3/4", "-3/4"), (1, -1), (), 0))
STEEP = _steep(Fraction(3, 4), Fraction(5, 4), Fraction(-1))
NEAR_ORIGIN = _steep(Fraction(5, 12), Fraction(13, 12), Fraction(-1))


def _interpolates(quantities: Quantities) -> bool:
    return tuple(quantities.targets) == quantities.outs


INTERPOLATES = Assumption(id="interpolates", text="f(x_j) = y_j for every j", holds=_interpolates)


def _variation(quantities: Quantities, constants: Constants) -> Scalar:
    """lead + slope S; q = p/P is uniform and P = 1."""
    number = quantities.number
    return number(constants["lead"]) + number(constants["slope"]) * quantities.S


def interpolation_margin(quantities: Quantities, constants: Constants) -> Sides:
    """lambda_max(H) against 1 + 2 S."""
    return Sides(larger=quantities.lambda_max, smaller=_variation(quantities, constants))


def _mean_loss(quantities: Quantities) -> Scalar:
    pairs = zip(quantities.targets, quantities.outs, strict=True)
    losses = (quantities.loss.value(y, quantities.number(f)) for y, f in pairs)
    return sum(losses, quantities.zero) / quantities.n


def _reach(quantities: Quantities) -> Scalar:
    """sqrt(1 + x_max^2)."""
    return maximum(quantities.block_norms, quantities.zero)


def _twice_x_max(quantities: Quantities) -> Scalar:
    return quantities.number(2 * max(abs(x) for x in quantities.data.x))


def _with_reach(reach: Callable[[Quantities], Scalar]) -> Margin:
    def margin(quantities: Quantities, constants: Constants) -> Sides:
        residual = square_root(quantities.number(constants["loss"]) * _mean_loss(quantities))
        if sign(residual) != 0:
            residual *= quantities.number(constants["residual"]) * reach(quantities)
        return Sides(
            larger=quantities.lambda_max + residual, smaller=_variation(quantities, constants)
        )

    return margin


TIGHT = (
    Control(
        id="square-slope",
        text="2 S becomes (2 + 1/1000) S",
        why="the mirrored pair that interpolates attains equality",
        constants={"slope": Fraction(2001, 1000)},
        witness=FITTED,
    ),
    Control(
        id="square-lead",
        text="the leading 1 becomes 1 + 1/1000",
        why="without neurons lambda_max = 1",
        constants={"lead": Fraction(1001, 1000)},
        witness=FITTED_CONSTANT,
    ),
)

SQUARE_INTERPOLATION = Claim(
    id="square-interpolation",
    label="Mulayoff, Michaeli, Soudry 2021, our form",
    title="flat interpolators of the square loss vary little",
    statement=(
        "f(x_j) = y_j for all j implies lambda_max(H) >= {lead} + {slope} S under the uniform"
        " law; S >= TV, so lambda_max <= 2/eta gives int |f''| g <= 1/eta - 1/2"
    ),
    domain="square-fitted",
    assumptions=(DIFFERENTIABLE, INTERPOLATES),
    constants={"lead": Fraction(1), "slope": Fraction(2)},
    margin=interpolation_margin,
    controls=(
        *TIGHT,
        Control(
            id="square-anywhere",
            text="f need not interpolate",
            why="a residual lowers the curvature of a steep neuron",
            drops=("interpolates",),
            domain="square-plain",
            witness=STEEP,
        ),
    ),
    uses=("square-t-stat", "tv"),
    equalities=(FITTED, FITTED_CONSTANT),
    note="losses",
)

LOSS_CONSTANTS = {"lead": Fraction(1), "slope": Fraction(2), "residual": Fraction(1)}

SQUARE_LOSS = Claim(
    id="square-loss",
    label="Qiao et al. 2024, our form",
    title="the loss itself bounds the residual of the square loss",
    statement=(
        "lambda_max(H) + {residual} sqrt(1 + x_max^2) sqrt({loss} L) >= {lead} + {slope} S"
        " under the uniform law, L = (1/2n) sum_j (f(x_j) - y_j)^2; S >= TV"
    ),
    domain="square-plain",
    assumptions=(DIFFERENTIABLE,),
    constants={**LOSS_CONSTANTS, "loss": Fraction(2)},
    margin=_with_reach(_reach),
    controls=(
        *TIGHT,
        Control(
            id="square-loss-coeff",
            text="the residual's coefficient becomes 99/100",
            why="one steep neuron on one datum attains it in the limit",
            constants={"residual": Fraction(99, 100)},
            witness=STEEP,
        ),
        Control(
            id="square-loss-root",
            text="sqrt(2 L) becomes sqrt(L)",
            why="mean |f - y| is sqrt(2 L) for one datum",
            constants={"loss": Fraction(1)},
            witness=STEEP,
        ),
        Control(
            id="square-2-x-max",
            text="sqrt(1 + x_max^2) becomes 2 x_max, for x_max below 1/sqrt(3) too",
            why="the bias couples to a even at x = 0",
            margin=_with_reach(_twice_x_max),
            witness=NEAR_ORIGIN,
        ),
    ),
    uses=("square-t", "tv"),
    equalities=(FITTED, FITTED_CONSTANT),
    note="losses",
)
