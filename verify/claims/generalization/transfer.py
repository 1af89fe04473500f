"""The transfer lemma: a small excess risk makes the uncertain data of f and f0 overlap."""

from __future__ import annotations

from verify.ball import NotExact, ball, rational
from verify.claim import Claim, Constants, Control, Margin, Sides
from verify.claims.generalization.excess import LEVELS
from verify.claims.generalization.kl import TRUTH
from verify.claims.generalization.witnesses import ONE, F, constant
from verify.inequalities.divergence import k
from verify.quantities import Quantities
from verify.statistics.risk import total_divergence
from verify.statistics.transfer import certain_in_core, uncertain_beyond


def _margin(*, back: bool, swapped: bool = False) -> Margin:
    """Sides share sum_j D(f0_j||f_j) and price k times the count of data that crossed.

    `back` counts data with |f0| > gamma and |f| <= low, at k(gamma, low); else |f0| <= low + slack
    and |f| > gamma, at k(low, gamma). `swapped` takes the other k.
    """

    def margin(quantities: Quantities, constants: Constants) -> Sides:
        pairs = list(zip(quantities.truth, quantities.outs, strict=True))
        low, high = quantities.instance.extra["low"], quantities.gamma
        core = low + constants.get("slack", F(0))
        known = quantities.truth, quantities.outs
        lost, regained = certain_in_core(*known, core, high), uncertain_beyond(*known, low, high)
        count = regained if back else lost
        moved = [pair for pair in pairs if pair[0] != pair[1]]
        if quantities.number is rational and (moved or count):
            raise NotExact("a divergence of different rational outputs is irrational")
        levels = (low, high) if back is swapped else (high, low)
        larger, smaller = quantities.zero, quantities.zero
        if moved:
            truth, outs = zip(*moved, strict=True)
            larger = ball(constants.get("share", ONE)) * total_divergence(truth, outs)
        if count:
            smaller = ball(constants["price"]) * k(*levels) * count
        return Sides(larger=larger, smaller=smaller)

    return margin


SOME = F(3, 2)
PRICE = {"price": F(11, 10)}

TRANSFER = Claim(
    id="transfer",
    label="Theorem 3.7, transfer",
    title="few uncertain data become certain",
    statement=(
        "{share} sum_j D(f0_j||f_j) >= {price} k(low, gamma)"
        " #(j: |f0_j| <= low + {slack}, |f_j| > gamma), k(a, b) = D(a||b)"
    ),
    domain="truth-levels",
    assumptions=(TRUTH, LEVELS),
    constants={"price": ONE, "share": ONE, "slack": F(0)},
    margin=_margin(back=False),
    controls=(
        Control(
            id="transfer-price",
            text="the price k(low, gamma) counts 11/10 times",
            why="f0 = low and f just above gamma cost k(low, gamma) in the limit",
            constants=PRICE,
            witness=constant(F(151, 100), ONE, high=SOME),
        ),
        Control(
            id="transfer-mean",
            text="sum_j D becomes half of it",
            why="all data may pay the least price at once",
            constants={"share": F(1, 2)},
            witness=constant(F(151, 100), ONE, ONE, high=SOME),
        ),
        Control(
            id="transfer-slack",
            text="data with |f0| <= low + 1/4 count at the price of low",
            why="the price falls to 0 as the levels meet",
            constants={"slack": F(1, 4)},
            witness=constant(F(151, 100), F(5, 4), high=SOME),
        ),
        Control(
            id="transfer-levels",
            text="gamma may be below low",
            why="then f = f0 between the levels counts and costs nothing",
            drops=("levels",),
            witness=constant(F(5, 4), F(5, 4), low=SOME, high=ONE),
        ),
    ),
    uses=("excess-identity",),
    equalities=(constant(ONE, ONE, high=SOME),),
)

TRANSFER_BACK = Claim(
    id="transfer-back",
    label="Theorem 3.7, transfer",
    title="few certain data become uncertain",
    statement=(
        "sum_j D(f0_j||f_j) >= {price} k(gamma, low) #(j: |f0_j| > gamma, |f_j| <= low),"
        " k(a, b) = D(a||b)"
    ),
    domain="truth-levels",
    assumptions=(TRUTH, LEVELS),
    constants={"price": ONE},
    margin=_margin(back=True),
    controls=(
        Control(
            id="back-price",
            text="the price k(gamma, low) counts 11/10 times",
            why="f0 just above gamma and f = low cost k(gamma, low) in the limit",
            constants=PRICE,
            witness=constant(ONE, F(1501, 1000), high=SOME),
        ),
        Control(
            id="back-swapped",
            text="the price becomes k(low, gamma)",
            why="k is not symmetric: k(1, 3/2) > k(3/2, 1)",
            margin=_margin(back=True, swapped=True),
            witness=constant(ONE, F(1501, 1000), high=SOME),
        ),
        Control(
            id="back-levels",
            text="gamma may be below low",
            why="then f = f0 between the levels counts and costs nothing",
            drops=("levels",),
            witness=constant(F(5, 4), F(5, 4), low=SOME, high=ONE),
        ),
    ),
    uses=("excess-identity",),
    equalities=(constant(ONE, ONE, high=SOME),),
    note="transfer",
)
