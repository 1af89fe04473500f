"""What the strategies are built from: units, data on a grid, neurons whose kinks miss that grid.

Everything is an integer times a unit, because a targeted search climbs integers
well and because integers are cheap to draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from verify.model import Dataset, Network
from verify.quantities import Instance

Neuron = tuple[Fraction, Fraction, Fraction]
"""(a, w, b)."""

HALF = Fraction(1, 2)
REACH = 24
"""Data lie on the grid -REACH..REACH, times the unit of the draw."""

GRIDS = tuple(Fraction(1, d) for d in (4, 12, 8, 1, 32)) + tuple(
    Fraction(2) ** e for e in (-20, 20, -60, 60)
)
"""Units of the data. On 1/12 lie 5/12, 3/4 and 4/3, where sqrt(1 + x^2) is rational."""
UNITS = tuple(Fraction(2) ** e for e in (-2, -2, -3, 0, 0, 4, -20, 20, -60, 60))
"""Units of parameters."""

NEAR = Fraction(1, 1 << 44)
"""How far a near kink is from its datum, in units of the grid."""

CALM, SATURATED = 128, 1500
"""|f| up to which e^{-2|f|} needs hundreds of bits, and from which it needs thousands."""

grids: SearchStrategy[Fraction] = st.sampled_from(GRIDS)
units: SearchStrategy[Fraction] = st.sampled_from(UNITS)


def ints(low: int, high: int) -> SearchStrategy[int]:
    """Integers from low to high."""
    return st.integers(low, high)


def spread_labels(bits: int, count: int) -> list[int]:
    """`count` labels from 0 <= bits < 2^(count + 1); half of the values make them all equal."""
    if bits >> count & 1:
        return [1 if bits >> j & 1 else -1 for j in range(count)]
    return [1 if bits & 1 else -1] * count


def signs(draw: DrawFn, count: int) -> list[int]:
    """`count` labels -1 or 1; all equal, and mixed, with fair probability."""
    return spread_labels(draw(ints(0, (2 << count) - 1)), count)


def assemble(
    x: Sequence[Fraction],
    y: Sequence[int],
    neurons: Sequence[Neuron],
    c: Fraction,
    **extra: object,
) -> Instance:
    """An instance from data, neurons (a, w, b) and output bias."""
    a, w, b = zip(*neurons, strict=True) if neurons else ((), (), ())
    network = Network(w=w, b=b, a=a, c=c)
    return Instance(network=network, data=Dataset(x=x, y=y), **extra)  # type: ignore[arg-type]


def output(neurons: Sequence[Neuron], at: Fraction) -> Fraction:
    """sum_i a_i relu(w_i at + b_i), exactly."""
    return sum((a * z for a, w, b in neurons if (z := w * at + b) > 0), Fraction(0))


def weigh(*choices: tuple[int, SearchStrategy[Instance]]) -> SearchStrategy[Instance]:
    """One of the strategies, each `weight` times as often as a weight of 1 (one_of has no weights).

    Simplest first: shrinking goes towards it.
    """
    table = [strategy for weight, strategy in choices for _ in range(weight)]
    position = ints(0, len(table) - 1)

    @st.composite
    def chosen(draw: DrawFn) -> Instance:
        return draw(table[draw(position)])

    return chosen()


def draw_data(draw: DrawFn) -> tuple[Fraction, list[int], list[int]]:
    """(grid, positions, labels): 1 to 7 data, or each position with both labels (up to 8)."""
    grid = draw(grids)
    if draw(ints(0, 3)) == 3:
        places = draw(st.lists(ints(-REACH, REACH), min_size=1, max_size=4))
        return grid, places * 2, [1] * len(places) + [-1] * len(places)
    places = draw(st.lists(ints(-REACH, REACH), min_size=1, max_size=7))
    if len(places) > 1 and draw(ints(0, 3)) == 3:
        places[-1] = places[0]
    return grid, places, signs(draw, len(places))


def draw_place(draw: DrawFn, places: Sequence[int], before: Sequence[Fraction]) -> Fraction:
    """A kink in units of the grid, never an integer: between, near to, or far from the data.

    `before` are the kinks so far, one of which may be met again.
    """
    kind = draw(ints(0, 6))
    if kind == 4 and before:
        return before[-1]
    step = draw(ints(-REACH - 8, REACH + 8))
    if kind == 5:
        nudge = NEAR if step < 0 else -NEAR
        return places[step % len(places)] + nudge
    return step * (1 << 12) + HALF if kind == 6 else step + HALF


def draw_neurons(
    draw: DrawFn, grid: Fraction, places: Sequence[int], *, most: int = 5
) -> list[Neuron]:
    """Up to `most` neurons with no datum on a kink, by construction; w = 0 comes with b != 0."""
    outer, inner = draw(units), draw(units)
    count = draw(ints(0, most))
    kinks: list[Fraction] = []
    neurons = []
    for _ in range(count):
        a, w = draw(ints(-16, 16)) * outer, draw(ints(-12, 12)) * inner
        if w == 0:
            neurons.append((a, w, (2 * draw(ints(-6, 6)) + 1) * inner))
            continue
        kinks.append(draw_place(draw, places, kinks))
        neurons.append((a, w, -w * grid * kinks[-1]))
    return neurons


def calmed(neurons: Sequence[Neuron], x: Sequence[Fraction]) -> list[Neuron]:
    """The neurons with every a divided by one power of two, so that |f - c| <= CALM on the data."""
    top = max(abs(output(neurons, at)) for at in x)
    if top <= CALM:
        return list(neurons)
    shift = 1 << math.ceil(top / CALM).bit_length()
    return [(a / shift, w, b) for a, w, b in neurons]


def draw_bias(draw: DrawFn, neurons: Sequence[Neuron], x: Sequence[Fraction]) -> Fraction:
    """c: small, or such that f is 0 or nearly 0 at one datum."""
    kind, step = draw(ints(0, 2)), draw(ints(-40, 40))
    if kind == 1:
        return -output(neurons, x[0])
    return Fraction(step, 1 << 10) - output(neurons, x[-1]) if kind == 2 else Fraction(step, 8)


def draw_wild_bias(draw: DrawFn, neurons: Sequence[Neuron], x: Sequence[Fraction]) -> Fraction:
    """c for neurons of any size: large where they are calm, else such that f = 0 at one datum.

    With |f| beyond thousands on all data no precision tells their tiny losses apart.
    """
    step, first = draw(ints(-40, 40)), output(neurons, x[0])
    return Fraction(step * 30) if abs(first) <= SATURATED else -first
