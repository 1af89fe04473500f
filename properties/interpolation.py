"""Networks with y_j f(x_j) = m > 0 exactly: ramps for any labels, and pairs that cancel in f.

A cancelling pair (a, w, b), (-a, w, b) moves H but not f; a pair that sees a
crowd of data nearly attains one term of the bound of Theorem 3.1 at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from properties.parts import HALF, REACH, Neuron, assemble, grids, ints
from verify.counterexample.ramps import SCALINGS, ramp_network
from verify.model import Dataset
from verify.quantities import Instance

CELLS = 16


def cancelling(a: Fraction, w: Fraction, kink: Fraction) -> list[Neuron]:
    """Two neurons whose sum is 0 everywhere."""
    return [(a, w, -w * kink), (-a, w, -w * kink)]


def draw_cancelling(draw: DrawFn, x: Sequence[Fraction]) -> list[Neuron]:
    """Up to two cancelling pairs with kinks strictly between neighbours of the sorted x."""
    gaps = [(left, right) for left, right in pairwise(x) if left < right]
    neurons: list[Neuron] = []
    for _ in range(draw(ints(0, 2)) if gaps else 0):
        left, right = gaps[draw(ints(0, len(gaps) - 1))]
        cell, a, w = draw(st.tuples(ints(1, CELLS - 1), ints(-40, 40), ints(-40, 40)))
        kink = left + (right - left) * Fraction(cell, CELLS)
        neurons += cancelling(Fraction(a, 8), Fraction(w or 1, 8), kink)
    return neurons


def draw_margin(draw: DrawFn) -> Fraction:
    """m > 0, from 1/4 to 100, or so large that no float holds e^{-m}."""
    step = draw(ints(1, 400))
    return Fraction(step * 16) if step > 390 else Fraction(step, 4)


@st.composite
def ramps(draw: DrawFn) -> Instance:
    """Any labels on distinct x (some repeated with their label), ramps and cancelling pairs."""
    grid = draw(grids)
    places = sorted(draw(st.lists(ints(-REACH, REACH), min_size=2, max_size=6, unique=True)))
    bits = draw(ints(0, 63))
    labels = [1 if bits >> j & 1 else -1 for j in range(len(places))]
    repeated = draw(ints(0, len(places)))
    points = [grid * place for place in places]
    data = Dataset(x=points + points[:repeated], y=labels + labels[:repeated])
    omega = Fraction(draw(ints(1, CELLS - 1)), CELLS)
    network = ramp_network(
        data, margin=draw_margin(draw), omega=omega, scaling=draw(st.sampled_from(SCALINGS))
    )
    neurons = list(zip(network.a, network.w, network.b, strict=True))
    return assemble(data.x, data.y, neurons + draw_cancelling(draw, points), network.c)


@st.composite
def constant_labels(draw: DrawFn) -> Instance:
    """One label, c = +-m and cancelling pairs: no ramp is needed."""
    grid = draw(grids)
    places = sorted(draw(st.lists(ints(-REACH, REACH), min_size=1, max_size=6)))
    label, points = draw(st.sampled_from((1, -1))), [grid * place for place in places]
    c = label * draw_margin(draw)
    return assemble(points, [label] * len(points), draw_cancelling(draw, points), c)


FAR, LOW, FAINT, STEEP, CLOSE = (Fraction(2) ** e for e in (0, -5, -12, 2, -10))
SCALES = (
    (FAR, LOW, LOW),
    (FAR, FAINT, FAINT),
    (FAR, STEEP, FAINT),
    (FAR, FAINT, STEEP),
    (CLOSE, LOW, LOW),
)
"""Units of X, a and w X: the last four let one term of Theorem 3.1's bound outweigh the rest."""


@st.composite
def crowd(draw: DrawFn) -> Instance:
    """One label, a datum at 0 and a crowd near X, seen by one cancelling pair with kink near 0."""
    unit, outer, inner = draw(st.sampled_from(SCALES))
    x = draw(ints(1, 128)) * unit
    width = Fraction(draw(ints(0, 2)), 1 << 16)
    points = [x * (1 + j * width) for j in range(draw(ints(20, 40)))]
    a, w = draw(ints(1, 64)) * outer, draw(ints(1, 64)) * inner / x
    label, m = draw(st.sampled_from((1, -1))), Fraction(draw(ints(1, 24)))
    pair = cancelling(a, w, x / 1024)
    return assemble([Fraction(0), *points], [label] * (1 + len(points)), pair, label * m)


@st.composite
def kinks_beyond(draw: DrawFn) -> Instance:
    """One label and a cancelling pair whose kink lies outside the data: not what Theorem 3.1 asks.

    For the control that drops that assumption.
    """
    points = [Fraction(draw(ints(0, 16)), 4) for _ in range(draw(ints(1, 3)))]
    a, w, far = draw(st.tuples(ints(1, 16), ints(1, 16), ints(1, 1000)))
    pair = cancelling(Fraction(a, 16), Fraction(w, 16), -far - HALF)
    return assemble(points, [1] * len(points), pair, Fraction(draw(ints(1, 20))))
