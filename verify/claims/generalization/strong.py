"""Theorem 3.7: from weak to strong generalization, for the noise at hand and in probability."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from verify.ball import NotExact, ball, positive_part, rational
from verify.claim import Assumption, Claim, Constants, Control, Margin, Sides
from verify.claims.common import instance
from verify.claims.generalization.kl import TRUTH
from verify.claims.generalization.witnesses import F, with_truth
from verify.logistic import softness
from verify.quantities import Instance, Quantities
from verify.statistics.dyadic import depth, difference_variation, fine_noise, split_noise
from verify.statistics.risk import excess_risk, mean_loss, noise


def _is_dyadic(quantities: Quantities) -> bool:
    places = quantities.data.in_order.x
    values = dict(zip(places, quantities.truth, strict=True))
    is_function = all(values[x] == f0 for x, f0 in zip(places, quantities.truth, strict=True))
    return is_function and depth(places) is not None


DYADIC = Assumption(
    id="dyadic",
    text="the data lie on dyadic points of their hull I, with one truth value at each place",
    holds=_is_dyadic,
)


def _margin(*, soft: bool = True, truth_bends: bool = True) -> Margin:
    """Sides coarse A^2/Gamma(B) + fine Rsum(W) + tau max(0, L(f) - L(f0)) and mean D(f0||f).

    `soft` = False takes Gamma(0) for Gamma(B); `truth_bends` = False leaves f0 out of W.
    """

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        if quantities.number is rational:
            raise NotExact("noise and divergence are irrational")
        places, labels = quantities.data.in_order.x, quantities.data.in_order.y
        truth, outs = quantities.truth, quantities.outs
        known = sorted(dict(zip(places, truth, strict=True)).items())
        bent = known if truth_bends else [(x, F(0)) for x, _ in known]
        square, rest = split_noise(places, noise(labels, truth))
        height = max(abs(value) for value in (*truth, *outs)) if soft else F(0)
        gained = mean_loss(labels, outs) - mean_loss(labels, truth)
        coarse = ball(constants["coarse"]) * square / softness(ball(height))
        fine = ball(constants["fine"]) * fine_noise(
            places, rest, difference_variation(quantities.network, bent)
        )
        larger = coarse + fine + ball(constants["tau"]) * positive_part(gained)
        return Sides(larger=larger, smaller=excess_risk(truth, outs))

    return margin


CALM = {"x": (-1, 0, 0, 1), "y": (-1, 1, 1, -1)}
"""With f0 = 0 the noise has neither a mean nor a slope: A = 0."""


def _tent(end: Fraction, top: Fraction) -> tuple[tuple[Fraction, int, int], ...]:
    """Neurons for f = end at -1 and 1, top at 0, where c = end."""
    rise = top - end
    return ((rise, 1, 1), (-2 * rise, 1, 0))


def _majority(n: int, y: tuple[int, ...], out: Fraction) -> Instance:
    """f = out and f0 = 0 on n equispaced data whose labels have no slope."""
    return with_truth(instance(tuple(range(n)), y, (), out))


NINE = (1, -1, 1, -1, 1, -1, 1, -1, 1)
BENT = replace(
    with_truth(instance(CALM["x"], (1, -1, -1, 1), (), 0)), truth=(F(-2), F(2), F(2), F(-2))
)
"""f = 0, and a truth that is a tent, with every label against it."""

WEAK_TO_STRONG = Claim(
    id="weak-to-strong",
    label="Theorem 3.7",
    title="from weak to strong generalization",
    statement=(
        "mean_I D(f0||f) <= {coarse} A(xi)^2/Gamma(B) + {fine} R(xi, W) + {tau} tau for every"
        " labels and network; with probability at least 1 - delta A(xi) and R(xi, W) are at most"
        " the A and Rsum(W) of the note for all networks at once"
    ),
    domain="dyadic-on-kink",
    assumptions=(TRUTH, DYADIC),
    constants={"coarse": F(2), "fine": F(2), "tau": F(2)},
    margin=_margin(),
    controls=(
        Control(
            id="strong-coarse",
            text="2 A^2 becomes 9/5 A^2",
            why="a constant f of the training loss of f0 needs 2 as the majority gets small",
            constants={"coarse": F(9, 5)},
            witness=_majority(9, NINE, F(22, 50)),
        ),
        Control(
            id="strong-fine",
            text="2 Rsum becomes 9/10 Rsum",
            why="a tent on noise without mean and slope needs 1",
            constants={"fine": F(9, 10)},
            witness=with_truth(instance(CALM["x"], CALM["y"], _tent(F(92, 100), F(2)), F(92, 100))),
        ),
        Control(
            id="strong-tau",
            text="2 tau becomes 9/10 tau",
            why="without noise in its direction a constant f has the excess tau",
            constants={"tau": F(9, 10)},
            witness=with_truth(instance(CALM["x"], CALM["y"], (), 1)),
        ),
        Control(
            id="strong-Gamma",
            text="Gamma(B) becomes Gamma(0) = 1/4",
            why="where f is large the divergence grows slower than its square",
            margin=_margin(soft=False),
            witness=_majority(5, (1, 1, -1, 1, 1), F(5)),
        ),
        Control(
            id="strong-truth",
            text="W = TV(f') without the bends of f0",
            why="a constant f may miss a truth that bends",
            margin=_margin(truth_bends=False),
            witness=BENT,
        ),
    ),
    uses=("excess-identity", "kl-uncertain", "robust-stability"),
    simulated=True,
)
