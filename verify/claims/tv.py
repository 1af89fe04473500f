"""Weighted total variation is at most the path sum: TV_q <= S_q."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import Enclosure, minimum, positive_part, sign
from verify.claim import Claim, Constants, Control, Sides
from verify.claims import weights
from verify.claims.common import BEYOND, DEAD, PROBABILITY, SHARP
from verify.quantities import Quantities


def margin(quantities: Quantities, constants: Constants) -> Sides:
    """S_q against TV_q, with the slack of each kink summed so that equality comes out as 0.

    At one kink, with m = min(g+, g-) and exact rational path masses:
    (sum |a w| - |sum a |w||) m + right (g+ - m) + left (g- - m).
    """
    number, scale = quantities.number, constants["scale"]
    slack = open_end = quantities.zero
    for term in quantities.kinks_under(quantities.q):
        excess = term.g_right - term.g_left
        cancelled = number(term.right + term.left - abs(term.jump))
        slack += cancelled * minimum(term.g_right, term.g_left)
        for mass, over in ((number(term.right), excess), (number(term.left), -excess)):
            share = mass * positive_part(over)
            if sign(over) is None:
                open_end += share
            else:
                slack += share
    if scale != 1:
        slack += number(1 - scale) * quantities.TV
    # What equal tails leave open lies between 0 and their undecided excess.
    gap = Enclosure(lo=Enclosure.of(slack).lo, hi=Enclosure.of(slack + open_end).hi)
    return Sides(larger=quantities.S, smaller=number(scale) * quantities.TV, gap=gap)


def _larger_weight(quantities: Quantities, _constants: Constants) -> Sides:
    return Sides(larger=quantities.S, smaller=weights.variation_of_larger(quantities))


def _no_weight(quantities: Quantities, _constants: Constants) -> Sides:
    return Sides(larger=quantities.S, smaller=weights.variation_unweighted(quantities))


CONTROLS = (
    Control(
        id="g-max",
        text="min(g+, g-) becomes max(g+, g-)",
        why="the side on which a neuron is dead then counts",
        margin=_larger_weight,
        witness=DEAD,
    ),
    Control(
        id="TV-drop-weight",
        text="the weight g becomes 1: unweighted path norm",
        why="a kink beyond the data is free",
        margin=_no_weight,
        witness=BEYOND,
    ),
    Control(
        id="TV-scale",
        text="TV becomes (1 + 1/1000) TV",
        why="for one kink with equal tails S = TV",
        constants={"scale": Fraction(1001, 1000)},
        witness=SHARP,
    ),
)

TV = Claim(
    id="tv",
    label="Theorem 3.5, weighted total variation",
    title="weighted total variation is at most the path sum",
    statement="S_q >= {scale} TV_q, TV_q = int |f''| min(g+, g-), coincident kinks merged",
    domain="weighted",
    assumptions=(PROBABILITY,),
    constants={"scale": Fraction(1)},
    margin=margin,
    controls=CONTROLS,
    equalities=(SHARP,),
)
