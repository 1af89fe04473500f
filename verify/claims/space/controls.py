"""False variants of the theorem family that need several dimensions, and margins of the others.

The ids that start with `space-` are false on R^d only; the margins replace those of
controls of the line that read coordinates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from verify.ball import Scalar, square_root
from verify.claim import Constants, Control, Margin, Sides
from verify.claims import master, t, t_gamma, t_grad, t_star, t_stat
from verify.logistic import softness
from verify.quantities import Quantities
from verify.space import variants
from verify.space.embedding import embedded
from verify.space.examples import BEHIND, STEEP, TURN, assemble, fan
from verify.space.examples import BOTH_FANS as FANS
from verify.space.hessian import Vector, square
from verify.space.hyperplanes import hyperplane_terms
from verify.space.quantities import SpaceInstance, SpaceQuantities
from verify.space.variants import in_space, residual_with
from verify.variation import KinkTerm, total_variation

Change = Callable[[Quantities], Scalar]

RAISED = embedded(t_grad.NEARLY_STATIONARY, ((Fraction(1),),) * 4, TURN)
"""Nearly stationary, with a mean that has a part across the neurons' direction."""


def _with_sum(true: Margin, path_sum: Change, level: Change = lambda q: q.inverse_D) -> Margin:
    """The margin with another S, and another 1/D(q) if told."""

    def changed(quantities: Quantities, constants: Constants) -> Sides:
        lead, slope = (quantities.number(constants[name]) for name in ("lead", "slope"))
        smaller = level(quantities) * (lead + slope * path_sum(quantities))
        return Sides(larger=true(quantities, constants).larger, smaller=smaller)

    return changed


def _with_term(true: Margin, term: Change) -> Margin:
    """The margin with another residual beside lambda_max."""

    def changed(quantities: Quantities, constants: Constants) -> Sides:
        larger = quantities.lambda_max + term(quantities)
        return Sides(larger=larger, smaller=true(quantities, constants).smaller)

    return changed


def _with_variation(variation: Change) -> Margin:
    return lambda quantities, _: Sides(larger=quantities.S, smaller=variation(quantities))


def _rho_along_weights(quantities: Quantities, constants: Constants) -> Sides:
    square = master.split_norm(quantities, constants) * quantities.inverse_D
    rho = variants.rho_along_weights(quantities)
    return Sides(larger=quantities.lambda_max, smaller=square + rho)


def _mean_norm(true: Margin, prefix: str, *, steepness: int) -> Control:
    return Control(
        id=f"space-{prefix}mean-norm",
        text="|E[X | tail]| becomes E[|X| | tail] in the weight",
        why="data of a tail that differ across the neuron's direction cancel in the mean",
        margin=_with_sum(true, variants.path_sum_mean_norm),
        witness=fan(steepness),
    )


OF_MASTER = (
    Control(
        id="space-M-along-w",
        text="beta_i and r_i are replaced by their parts along (u_i, 1) in rho",
        why="the coordinates of x across w couple to a as well",
        margin=_rho_along_weights,
        witness=STEEP,
    ),
)

MARGINS_OF_T: dict[str, Margin] = {
    "T-res-no-sqrt": _with_term(t.margin, residual_with(variants.norm_one)),
    "T-res-absx": _with_term(t.margin, residual_with(variants.norm_without_bias)),
    "g-Pr-power1": _with_sum(t.margin, variants.path_sum_single_power),
    "g-1+E^2": _with_sum(t.margin, variants.path_sum_no_root),
    "g-wrong-side": _with_sum(t.margin, variants.path_sum_wrong_side),
    "T-tail-closed": _with_sum(t.margin, variants.path_sum_closed),
    "q-uniform": _with_sum(t.margin, variants.path_sum_uniform),
    "P-forget-softness": _with_sum(
        t.margin, variants.path_sum_uniform, lambda q: q.number(Fraction(1, 4))
    ),
}
OF_T = (
    Control(
        id="space-T-along-w",
        text="sqrt(1 + |x|^2) becomes sqrt(1 + max_i (u_i . x)^2)",
        why="the coordinates of x across w couple to a as well",
        margin=_with_term(t.margin, residual_with(variants.norm_along_weights)),
        witness=STEEP,
    ),
    Control(
        id="space-T-max-coordinate",
        text="sqrt(1 + |x|^2) becomes sqrt(1 + the largest coordinate squared)",
        why="the block of a neuron has the Euclidean norm of (x, 1)",
        margin=_with_term(t.margin, residual_with(variants.norm_of_largest_coordinate)),
        witness=STEEP,
    ),
    _mean_norm(t.margin, "T-", steepness=16),
)

MARGINS_OF_T_STAR: dict[str, Margin] = {
    "g-Pr-power1": _with_sum(t_star.margin, variants.path_sum_single_power),
    "g-1+E^2": _with_sum(t_star.margin, variants.path_sum_no_root),
    "tail-closed": _with_sum(t_star.margin, variants.path_sum_closed),
}
OF_T_STAR = (
    Control(
        id="space-TS-along-w",
        text="r_i is replaced by its part along (u_i, 1)",
        why="the coordinates of x across w couple to a as well",
        margin=_with_term(t_star.margin, variants.largest_r_along_weights),
        witness=STEEP,
    ),
    Control(
        id="space-TS-l1",
        text="the Euclidean |w| becomes |w|_1",
        why="S does not change when the space is turned, |w|_1 does",
        margin=_with_sum(t_star.margin, variants.path_sum_l1),
        witness=FANS,
    ),
    _mean_norm(t_star.margin, "TS-", steepness=1),
)

OF_T_GRAD = (
    Control(
        id="space-TG-along-w",
        text="beta_i is replaced by its part along (u_i, 1)",
        why="near a stationary point with |alpha| = 1 and small a the whole |beta| is needed",
        margin=_with_term(t_grad.margin, variants.gradient_along_weights),
        witness=RAISED,
    ),
)

MARGINS_OF_T_STAT: dict[str, Margin] = {
    "stat-tail-closed": _with_sum(t_stat.margin, variants.path_sum_closed)
}
OF_T_STAT = (_mean_norm(t_stat.margin, "stat-", steepness=1),)

MARGINS_OF_TV: dict[str, Margin] = {
    "TV-drop-weight": _with_variation(variants.variation_unweighted)
}
OF_TV = (
    Control(
        id="space-one-side",
        text="min(g+(u, t), g+(-u, -t)) becomes g+(u, t), whichever way u points",
        why="a neuron may look the other way and see nothing",
        margin=_with_variation(variants.variation_one_sided),
        witness=BEHIND,
    ),
    Control(
        id="space-mirror-t",
        text="the other side of (u, t) is taken as (-u, t)",
        why="{u . x = t} is {-u . x = -t}",
        margin=_with_variation(variants.variation_mirror),
        witness=BEHIND,
    ),
)


def _uncertain_terms(space: SpaceQuantities, points: Sequence[Vector]) -> list[KinkTerm]:
    """The hyperplanes under the uniform law on the uncertain data, `points` for the (x_j, 1)."""
    weight, members = space.number(Fraction(1, len(space.uncertain))), set(space.uncertain)
    q = [weight if j in members else space.zero for j in range(space.n)]
    return hyperplane_terms(space.instance.network, space.instance.data, points, q, space.number)


def _uncertain_mean_norm(quantities: Quantities) -> Scalar:
    space = in_space(quantities)
    lengths = [(square_root(square(at[:-1])), at[-1]) for at in space.points]
    return total_variation(_uncertain_terms(space, lengths), space.number)


def _uncertain_one_sided(quantities: Quantities) -> Scalar:
    space = in_space(quantities)
    terms = _uncertain_terms(space, space.points)
    return sum((space.number(abs(term.jump)) * term.g_right for term in terms), space.zero)


def _with_uncertain(variation: Change) -> Margin:
    """The margin of T-gamma with another variation."""

    def changed(quantities: Quantities, constants: Constants) -> Sides:
        lead, slope = (quantities.number(constants[name]) for name in ("lead", "slope"))
        smaller = lead + slope * variation(quantities)
        return Sides(larger=t_gamma.margin(quantities, constants).larger, smaller=smaller)

    return changed


def _gamma_along_weights(quantities: Quantities, constants: Constants) -> Sides:
    """T-gamma with the parts of the data along the neurons in the residual."""
    residual = residual_with(variants.norm_along_weights)(quantities)
    share = quantities.number(Fraction(quantities.n, len(quantities.uncertain)))
    return Sides(
        larger=share
        / softness(quantities.number(quantities.gamma))
        * (t_gamma.stability(quantities) + residual),
        smaller=t_gamma.margin(quantities, constants).smaller,
    )


def _lopsided_aslant(copies: int, m: int) -> SpaceInstance:
    """The lopsided family of t-gamma at norm 12/5, its data seen under the cosine 7/25."""
    x, cosine, sine = Fraction(12, 5), Fraction(7, 25), Fraction(24, 25)
    z, narrow = m * Fraction(13, 5), (copies + 1) ** 2
    sides = [(side * x * cosine, side * x * sine) for side in (1, -1)]
    neurons = [
        (Fraction(m), (side * z * narrow / cosine, Fraction(0)), z - z * narrow * x)
        for side in (1, -1)
    ]
    data, labels = [sides[0]] * copies + sides[1:], [1] * (copies + 1)
    return assemble(data, labels, neurons, -m * z, matrix=TURN, gamma=Fraction(0))


OF_T_GAMMA = (
    Control(
        id="space-gamma-along-w",
        text="sqrt(1 + |x|^2) becomes sqrt(1 + max_i (u_i . x)^2) in the residual",
        why="the coordinates of x across w couple to a as well",
        margin=_gamma_along_weights,
        witness=_lopsided_aslant(40, 2),
    ),
    Control(
        id="space-gamma-mean-norm",
        text="|E[X | tail]| becomes E[|X| | tail] in the weight",
        why="data of a tail that differ across the neuron's direction cancel in the mean",
        margin=_with_uncertain(_uncertain_mean_norm),
        witness=replace(fan(16, mirrored=True), gamma=Fraction(0)),
    ),
    Control(
        id="space-gamma-one-side",
        text="min(g+(u, t), g+(-u, -t)) becomes g+(u, t), whichever way u points",
        why="a neuron may look the other way and see nothing",
        margin=_with_uncertain(_uncertain_one_sided),
        witness=replace(BEHIND, gamma=Fraction(0)),
    ),
)
