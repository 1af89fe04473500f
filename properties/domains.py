"""The domains: strategies of small exact instances, by the names that claims and controls use.

What a domain promises holds by construction, without a filter; tests/test_domains.py
shows that each one reaches the corners where a proof could go wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties import blocks, interpolation, shapes, stationary
from properties.divergences import with_truth
from properties.losses import loss_domains
from properties.parts import (
    REACH,
    assemble,
    calmed,
    draw_bias,
    draw_data,
    draw_neurons,
    draw_wild_bias,
    grids,
    ints,
    signs,
    weigh,
)
from properties.space import space_domains
from properties.truths import truth_domains
from verify.model import Dataset, outputs
from verify.quantities import Instance


@st.composite
def networks_with_data(draw: DrawFn) -> Instance:
    """Up to 5 neurons and 8 data at any scale, no datum on a kink; one in four may saturate.

    Of those most have a wrong label first: where every datum is right and
    saturated, some gaps are of the order of the square of tiny losses.
    """
    grid, places, labels = draw_data(draw)
    points = [grid * place for place in places]
    neurons = draw_neurons(draw, grid, places)
    if draw(ints(0, 3)) < 3:
        calm = calmed(neurons, points)
        return assemble(points, labels, calm, draw_bias(draw, calm, points))
    wild = assemble(points, labels, neurons, draw_wild_bias(draw, neurons, points))
    if draw(ints(0, 3)) == 3:
        return wild
    labels[0] = -1 if wild.network(points[0]) > 0 else 1
    return replace(wild, data=Dataset(x=points, y=labels))


NEAR_EXTREMAL = (
    (2, shapes.constants),
    (1, shapes.one_dead),
    (5, shapes.one_steep),
    (5, shapes.four_mirrored),
    (3, shapes.one_confident),
    (1, shapes.one_balanced_point),
    (2, shapes.nearly_stationary),
)

plain: SearchStrategy[Instance] = weigh((16, networks_with_data()), *NEAR_EXTREMAL)


@st.composite
def weighted(draw: DrawFn) -> Instance:
    """`plain` with q = p/P, or any weights >= 0 of which one at least is positive."""
    instance = draw(plain)
    if draw(ints(0, 2)) < 2:
        return instance
    n = instance.data.n
    q = [Fraction(weight, 8) for weight in draw(st.lists(ints(0, 12), min_size=n, max_size=n))]
    q[draw(ints(0, n - 1))] += 1
    return replace(instance, q=tuple(q))


def curvature_cap(instance: Instance) -> Fraction:
    """A rational above lambda_max(H): max_j |g_j|^2 / 4 + 1 + max_j |x_j|."""
    net, top = instance.network, Fraction(1)
    for x in set(instance.data.x):
        square = Fraction(1)
        for w, b, a in zip(net.w, net.b, net.a, strict=True):
            z = w * x + b
            if z > 0:
                square += a * a * (1 + x * x) + z * z
        top = max(top, square / 4 + 1 + abs(x))
    return top


def power_below(value: Fraction) -> Fraction:
    """A power of two in (value/4, value] for value > 0."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - 1
    return Fraction(2) ** exponent


uneven: SearchStrategy[Instance] = weigh(
    (12, networks_with_data()),
    *NEAR_EXTREMAL,
    (5, shapes.steep_mirrored),
    (4, shapes.crowds),
    (4, shapes.lopsided_twins),
)
"""`plain` and shapes in which only some data are uncertain, or most lie at one point."""


@st.composite
def levels(draw: DrawFn) -> Instance:
    """`uneven` with a level gamma and a step size eta, most of them admitted by Theorem 3.5.

    gamma is absent, 0, |f_j| exactly, or dyadic; eta is absent, certainly stable
    (below 2 / curvature_cap), or larger.
    """
    instance = draw(uneven)
    kind = draw(ints(0, 7))
    gamma: Fraction | None = None
    if kind in (3, 4, 5):
        outs = outputs(instance.network, instance.data)
        gamma = abs(outs[draw(ints(0, len(outs) - 1))])
    elif kind > 5:
        gamma = Fraction(0) if kind == 6 else Fraction(draw(ints(0, 64)), 8)
    eta: Fraction | None = None
    if draw(ints(0, 1)) == 1:
        eta = power_below(2 / curvature_cap(instance)) * Fraction(2) ** draw(ints(-2, 9))
    return replace(instance, gamma=gamma, eta=eta)


@st.composite
def data_on_kinks(draw: DrawFn) -> Instance:
    """Kinks on the grid of the data, the first of them at a datum."""
    grid = draw(grids)
    places = draw(st.lists(ints(-REACH, REACH), min_size=1, max_size=7))
    kinks = [places[0], *draw(st.lists(ints(-REACH, REACH), max_size=3))]
    neurons = []
    for kink in kinks:
        a, w = Fraction(draw(ints(-16, 16)), 4), Fraction(draw(ints(-12, 12)), 4)
        neurons.append((a, w, -w * grid * kink))
    points = [grid * place for place in places]
    bias = draw_bias(draw, neurons, points)
    return assemble(points, signs(draw, len(places)), neurons, bias, formal=True)


LOGISTIC_DOMAINS: Mapping[str, SearchStrategy[Instance]] = {
    "plain": plain,
    "weighted": weighted(),
    "levels": levels(),
    "stationary": weigh(
        (4, blocks.bumps_between_blocks()),
        (2, shapes.stationary_twins),
        (1, shapes.one_balanced_point),
        (1, blocks.uneven_pairs()),
    ),
    "structure": stationary.structure,
    "weightless": stationary.weightless(),
    "on-kink": weigh((1, data_on_kinks()), (1, shapes.twins_on_kinks)),
    "interpolators": weigh(
        (3, interpolation.constant_labels()),
        (8, interpolation.ramps()),
        (4, interpolation.crowd()),
        (2, interpolation.kinks_beyond()),
    ),
}

DOMAINS: Mapping[str, SearchStrategy[Instance]] = {
    **LOGISTIC_DOMAINS,
    **loss_domains(LOGISTIC_DOMAINS),
    "truth": with_truth(plain),
    **truth_domains(LOGISTIC_DOMAINS),
    **space_domains(LOGISTIC_DOMAINS),
}
