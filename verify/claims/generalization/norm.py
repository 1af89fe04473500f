"""Theorem 3.6: the path norm bounds the noise that a network can pick up, and so the gap."""

from __future__ import annotations

from fractions import Fraction

from verify.ball import (
    Enclosure,
    NotExact,
    Scalar,
    ball,
    magnitude,
    positive_part,
    rational,
    square_root,
)
from verify.claim import Claim, Constants, Control, Sides
from verify.claims.common import instance
from verify.claims.generalization.kl import TRUTH
from verify.claims.generalization.witnesses import ONE, F, with_truth
from verify.quantities import Instance, Quantities
from verify.statistics.path_norm import path_norm, squared_supremum
from verify.statistics.risk import correlation, expected_loss, mean_loss, noise


def _by_place(quantities: Quantities) -> dict[Fraction, Scalar]:
    """The noise added up at each place, in increasing order."""
    xi = noise(quantities.data.in_order.y, quantities.truth, quantities.number)
    sums: dict[Fraction, Scalar] = {}
    for at, weight in zip(quantities.data.in_order.x, xi, strict=True):
        sums[at] = sums[at] + weight if at in sums else weight
    return sums


def _squared_supremum(quantities: Quantities) -> Scalar:
    """M(xi)^2; a ball around it where the precision does not tell which pattern attains it."""
    sums = _by_place(quantities)
    places = [quantities.number(at) for at in sums]
    low, high = squared_supremum(places, list(sums.values()), quantities.n)
    return high if low == high else Enclosure.of(low).lo.union(Enclosure.of(high).hi)


def _reach(quantities: Quantities) -> Scalar:
    """<xi, f - c>_n, 0 exactly where f = c on the data or the noise cancels at each place."""
    sums, network = _by_place(quantities), quantities.network
    moves = [network(at) - network.c for at in sums]
    return correlation(list(sums.values()), moves, quantities.number) * len(sums) / quantities.n


def _process(quantities: Quantities, constants: Constants) -> Sides:
    """Sides scale R1^2 M(xi)^2 and <xi, f - c>_n^2."""
    size, found = path_norm(quantities.network, quantities.number), _reach(quantities)
    larger = quantities.number(constants["scale"]) * size * size * _squared_supremum(quantities)
    return Sides(larger=larger, smaller=found * found)


def _gap(quantities: Quantities, constants: Constants) -> Sides:
    """Sides path R1 M(xi) + offset |c| |mean xi| and R(f) - L(f).

    The gap between them is that of <xi, f - c> from its bound, and |c mean xi| - c mean xi: for a
    constant f both may be 0.
    """
    if quantities.number is rational:
        raise NotExact("the loss is irrational")
    labels, truth, outs = quantities.data.in_order.y, quantities.truth, quantities.outs
    mean = correlation(noise(labels, truth), [ONE] * quantities.n)
    drift = ball(quantities.network.c) * mean
    first = path_norm(quantities.network, ball) * square_root(_squared_supremum(quantities))
    first *= ball(constants["path"])
    sure = first - _reach(quantities)
    rest = ball(constants["offset"] - 1) * magnitude(drift) + positive_part(-2 * drift)
    return Sides(
        larger=first + ball(constants["offset"]) * magnitude(drift),
        smaller=expected_loss(truth, outs) - mean_loss(labels, outs),
        gap=Enclosure.of(sure + rest),
    )


def unit_neuron(c: int = 0) -> Instance:
    """One datum at 3/4 and the neuron relu(3x/5 + 4/5), which attains M(xi)."""
    return with_truth(instance(("3/4",), (1,), ((1, "3/5", "4/5"),), c))


FLAT = with_truth(instance((0,), (1,), (), 1))

NORM_PROCESS = Claim(
    id="norm-process",
    label="Theorem 3.6, deterministic half",
    title="the path norm bounds the correlation with the noise",
    statement="{scale} R1^2 M(xi)^2 >= <xi, f - c>_n^2 for every labels",
    domain="risk",
    assumptions=(TRUTH,),
    constants={"scale": ONE},
    margin=_process,
    controls=(
        Control(
            id="norm-scale",
            text="99/100 of it",
            why="a neuron of unit norm attains M(xi)",
            constants={"scale": F(99, 100)},
            witness=unit_neuron(),
        ),
    ),
    equalities=(unit_neuron(),),
    note="norm-gap",
)

NORM_GAP = Claim(
    id="norm-gap",
    label="Theorem 3.6",
    title="a small path norm bounds the generalization gap",
    statement=(
        "R(f) - L(f) <= {path} R1 M(xi) + {offset} |c| |mean xi| for every labels and network; with"
        " probability at least 1 - 2 delta that is at most R1 [sqrt(2 mean(1 + x^2)/n) + sqrt(1 +"
        " x_max^2) sqrt(log(1/delta)/(2n))] + |c| sqrt(log(2/delta)/(2n)) for all networks at once"
    ),
    domain="risk",
    assumptions=(TRUTH,),
    constants={"path": ONE, "offset": ONE},
    margin=_gap,
    controls=(
        Control(
            id="gap-path",
            text="R1 M(xi) counts 99/100 times",
            why="a neuron of unit norm attains M(xi)",
            constants={"path": F(99, 100)},
            witness=unit_neuron(),
        ),
        Control(
            id="gap-offset",
            text="|c| |mean xi| counts 99/100 times",
            why="a constant network has this gap",
            constants={"offset": F(99, 100)},
            witness=FLAT,
        ),
    ),
    uses=("norm-process", "excess-identity"),
    equalities=(FLAT, unit_neuron()),
    simulated=True,
)
