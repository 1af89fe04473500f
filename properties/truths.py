"""Instances with a truth f0: near f, near the levels of certainty, and adversarial for each lemma.

Networks are gentle (|f| of a few units on most data), because a truth and a network that are both
saturated differ by less than most precisions tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties.parts import (
    HALF,
    Neuron,
    assemble,
    calmed,
    draw_bias,
    draw_data,
    draw_neurons,
    grids,
    ints,
    output,
    signs,
    weigh,
)
from verify.quantities import Instance
from verify.statistics.transfer import certain_in_core

Strategies = Mapping[str, SearchStrategy[Instance]]
ZERO = Fraction(0)
STEPS = tuple(Fraction(1, 1 << bits) for bits in (3, 1, 6, 20))
GENTLE = 4


def outs_of(instance: Instance) -> list[Fraction]:
    """f(x_j) in the order of the dataset."""
    return [instance.network(x) for x in instance.data.x]


def gentle(neurons: Sequence[Neuron], points: Sequence[Fraction]) -> list[Neuron]:
    """The neurons with every a divided by one power of two, so that |f - c| <= GENTLE."""
    top = max(abs(output(neurons, at)) for at in points)
    if top <= GENTLE:
        return list(neurons)
    shift = 2 ** (int(top) // GENTLE).bit_length()
    return [(a / shift, w, b) for a, w, b in neurons]


def draw_plain(draw: DrawFn) -> Instance:
    """Up to 5 neurons and 8 data; in three of four draws |f - c| <= GENTLE."""
    grid, places, labels = draw_data(draw)
    points = [grid * place for place in places]
    neurons = draw_neurons(draw, grid, places)
    tame = gentle if draw(ints(0, 3)) < 3 else calmed
    quiet = tame(neurons, points)
    return assemble(points, labels, quiet, draw_bias(draw, quiet, points))


def draw_truth(draw: DrawFn, outs: Sequence[Fraction], marks: Sequence[Fraction]) -> list[Fraction]:
    """f0 at each datum: f itself, near f, near one of the marks, one constant, or anything."""
    kind, step = draw(ints(0, 5)), draw(st.sampled_from(STEPS))
    moves = [draw(ints(-16, 16)) for _ in outs]
    if kind == 0:
        moves = [move * (at % 2) for at, move in enumerate(moves)]
    if kind < 3:
        return [f + step * move for f, move in zip(outs, moves, strict=True)]
    if kind == 3:
        return [
            (marks[move % len(marks)] + step * (move // 8)) * (-1 if move % 3 == 0 else 1)
            for move in moves
        ]
    if kind == 4:
        return [Fraction(moves[0], 8)] * len(outs)
    return [Fraction(move, 4) for move in moves]


@st.composite
def with_truth(draw: DrawFn) -> Instance:
    """A network, data and a truth."""
    plain = draw_plain(draw)
    truth = draw_truth(draw, outs_of(plain), (ZERO, Fraction(1)))
    return replace(plain, truth=tuple(truth))


@st.composite
def with_levels(draw: DrawFn) -> Instance:
    """A truth and two levels, one time in eight the wrong way round.

    Half of the networks are constants just beyond a level or on it, against a truth on the other.
    """
    low, apart = Fraction(draw(ints(0, 24)), 8), Fraction(draw(ints(1, 16)), 8)
    high = low + apart * (1 if draw(ints(0, 7)) < 7 else -HALF)
    plain, step = draw_plain(draw), draw(st.sampled_from(STEPS)) / 16
    kind = draw(ints(0, 7))
    if kind < 4:
        out, mark = ((high + step, low), (low, high + step), (high + step, low + step * 4))[
            kind % 3
        ]
        plain = assemble(plain.data.x, plain.data.y, (), out if draw(ints(0, 1)) else -out)
        side = 1 if out == plain.network.c else -1
        truth = [side * (mark if draw(ints(0, 3)) else out) for _ in plain.data.x]
    else:
        truth = draw_truth(draw, outs_of(plain), (low, low, high + step, low - step, low + step))
    return replace(plain, truth=tuple(truth), gamma=high, extra={"low": low})


@st.composite
def cores(draw: DrawFn) -> Instance:
    """A core in which some data are gone, m0 of them or a few less or more, and a place t."""
    grid, places, labels = draw_data(draw)
    low = Fraction(draw(ints(0, 8)), 8)
    plain = assemble([grid * place for place in places], labels, (), ZERO)
    inside = [draw(ints(0, 7)) > 0 for _ in places]
    inside[0] = True
    truth = tuple(low if within else low + 1 for within in inside)
    core = [j for j, within in enumerate(inside) if within]
    gone = {core[at % len(core)] for at in draw(st.lists(ints(0, 7), max_size=3))} - {core[0]}
    missing = max(0, len(gone) + draw(st.sampled_from((0, 0, 0, 1, -1))))
    q = tuple(Fraction(within and j not in gone) for j, within in enumerate(inside))
    start = min(places) if draw(ints(0, 1)) else places[draw(ints(0, len(places) - 1))]
    at = grid * (start + draw(ints(-8, 4)) * HALF)
    extra = {"low": low, "missing": Fraction(missing), "at": at}
    return replace(plain, truth=truth, q=q, extra=extra)


@st.composite
def near_zero(draw: DrawFn) -> Instance:
    """Steep mirrored neurons on data at +-eps near 0, most of them at eps or as many at each side.

    With one datum at -eps and kinks far out only the crowd counts.
    """
    eps, size = Fraction(1, 1 << draw(ints(4, 20))), 1 << draw(ints(0, 6))
    crowd = draw(ints(1, 20))
    balanced = draw(ints(0, 1))
    others = crowd if balanced else 1
    reach = 1 if balanced else (crowd + 1) ** 2
    w = size * reach / eps
    b = size - eps * w
    neurons = ((Fraction(size), w, b), (Fraction(size), -w, b))
    out = Fraction(draw(ints(0, 2)))
    labels = [1] * (crowd + others) if draw(ints(0, 1)) else [1, -1] * crowd
    labels = labels[: crowd + others] + [1] * (crowd + others - len(labels))
    points = [eps] * crowd + [-eps] * others
    return assemble(points, labels, neurons, out - size * size, gamma=out)


@st.composite
def robust(draw: DrawFn, strategy: SearchStrategy[Instance]) -> Instance:
    """Networks with a level gamma; m0 is what weak generalization needs, a few more, or too few."""
    plain = draw(strategy)
    gamma = plain.gamma
    if gamma is None:
        gamma = max(abs(f) for f in outs_of(plain)) * draw(st.sampled_from((1, HALF)))
    low = Fraction(draw(ints(0, 8)), 8)
    outer = draw(ints(0, 1)) * draw(ints(0, 255))
    truth = tuple(low + (outer >> j & 1) for j in range(plain.data.n))
    certain = certain_in_core(truth, outs_of(plain), low, gamma)
    missing = max(0, certain + draw(st.sampled_from((0, 0, 0, 0, 1, 2, -1, -8))))
    extra = {"low": low, "missing": Fraction(missing)}
    return replace(plain, q=None, truth=truth, gamma=gamma, extra=extra)


def draw_dyadic(draw: DrawFn) -> tuple[Fraction, list[int]]:
    """(grid, places): 2 to 9 integers from 0 to a power of two, both ends among them."""
    grid, last = draw(grids), 1 << draw(ints(0, 4))
    inner = draw(st.lists(ints(0, last), max_size=7))
    return grid, [0, last, *inner]


@st.composite
def dyadic(draw: DrawFn) -> Instance:
    """Data on dyadic points of their hull, and a truth that is a function of the place."""
    grid, places = draw_dyadic(draw)
    points = [grid * place for place in places]
    neurons = gentle(draw_neurons(draw, grid, places, most=3), points)
    plain = assemble(points, signs(draw, len(places)), neurons, draw_bias(draw, neurons, points))
    values = draw_truth(draw, outs_of(plain), (ZERO, Fraction(2)))
    first = dict(zip(reversed(places), reversed(values), strict=True))
    return replace(plain, truth=tuple(first[place] for place in places))


@st.composite
def calm_noise(draw: DrawFn) -> Instance:
    """Data in mirrored pairs on the points of a power of two, f0 constant on them, few neurons.

    Equal labels at mirrored data leave the noise without slope; f is a constant, or a tent.
    """
    last = draw(st.sampled_from((2, 2, 4, 8, 8)))
    half = [(place, draw(ints(0, 1)) * 2 - 1) for place in range(last // 2)]
    rows = [*half, *((last - place, y) for place, y in half)]
    rows += [(last // 2, draw(ints(0, 1)) * 2 - 1)] * draw(ints(1, 2))
    points, labels = [Fraction(x) for x, _ in rows], [y for _, y in rows]
    rise = Fraction(draw(ints(-16, 16)), 8)
    width = Fraction(2, last)
    tent = ((rise, width, ZERO), (-2 * rise, width, Fraction(-1)))
    neurons = tent if draw(ints(0, 1)) else ()
    plain = assemble(points, labels, neurons, Fraction(draw(ints(-16, 16)), 8))
    height = Fraction(draw(ints(-16, 16)), 8) * max(0, draw(ints(-1, 1)))
    truth = tuple(height * y for y in labels) if len(set(points)) == len(points) else ()
    return replace(plain, truth=truth or (ZERO,) * len(rows))


@st.composite
def bare_majority(draw: DrawFn) -> Instance:
    """f0 = 0; a constant on alternating labels, or a tent on four data whose noise has no slope."""
    levels = [Fraction(draw(ints(-16, 16)), 16) for _ in range(2)]
    if draw(ints(0, 3)) == 3:
        n = draw(st.sampled_from((9, 17, 5)))
        alternating = assemble(
            [Fraction(j) for j in range(n)], [1, *[-1, 1] * (n // 2)], (), levels[0]
        )
        return replace(alternating, truth=(ZERO,) * n)
    rise = 2 * (levels[1] - levels[0])
    one = Fraction(1)
    tent = ((rise, one, one), (-2 * rise, one, ZERO))
    points = [-one, ZERO, ZERO, one]
    return replace(assemble(points, [-1, 1, 1, -1], tent, 2 * levels[0]), truth=(ZERO,) * 4)


def truth_domains(domains: Strategies) -> Strategies:
    """The domains of the claims on generalization, by name."""
    return {
        "risk": with_truth(),
        "truth-levels": with_levels(),
        "core": cores(),
        "robust": robust(
            weigh((4, domains["levels"]), (1, domains["interpolators"]), (2, near_zero()))
        ),
        "dyadic-on-kink": weigh((4, dyadic()), (3, calm_noise()), (1, bare_majority())),
    }
