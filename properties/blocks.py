"""Exactly stationary networks: blocks of balanced data, and bumps that vanish on all of them.

With f = 0 on the data every slope l'_j is -y_j/2. A block balances its labels in
the zeroth and first moment, and no kink lies inside a block, so that on every
activation set sum y_j = sum y_j x_j = 0: all r_i, and grad L, are exactly 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from properties.parts import Neuron, assemble, grids, ints
from verify.quantities import Instance

BLOCKS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((0, 1), (0, -1)),
    ((0, 1), (1, -1), (2, -1), (3, 1)),
    ((0, -1), (2, 1), (4, 1), (6, -1)),
    ((0, 1), (0, -1), (0, 1), (0, -1)),
    ((0, 1), (1, -1), (3, -1), (4, 1)),
    ((0, -1), (1, 1), (1, 1), (2, -1)),
    tuple(enumerate((1, -1, -1, 1, -1, 1, 1, -1))),
)
"""(offset, label) of the data of a block; both moments of the labels are 0."""

CELLS = 8
"""Kinks lie at multiples of 1/CELLS of the gap between two blocks, strictly inside."""


def lay_out(draw: DrawFn) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """(data, gaps): one to three blocks along the line, and the gaps around and between them."""
    kinds = draw(st.lists(ints(0, len(BLOCKS) - 1), min_size=1, max_size=3))
    cursor = draw(ints(-20, 4))
    data, gaps = [], [(cursor - CELLS, cursor)]
    for kind in kinds:
        data += [(cursor + offset, label) for offset, label in BLOCKS[kind]]
        end = data[-1][0]
        cursor = end + draw(ints(1, 12))
        gaps.append((end, cursor))
    return data, gaps


def _neurons(
    kinks: Sequence[Fraction], slopes: Sequence[Fraction], speeds: Sequence[Fraction]
) -> list[Neuron]:
    """Neurons (a, w, b) with kinks, |a w| and sign(w) as given."""
    triples = zip(kinks, slopes, speeds, strict=True)
    return [(slope / w, w, -w * t) for t, slope, w in triples]


def draw_device(draw: DrawFn, gaps: Sequence[tuple[int, int]], grid: Fraction) -> list[Neuron]:
    """Neurons that add up to 0 outside one gap: a triangle of three, or a cancelling pair."""
    left, right = gaps[draw(ints(0, len(gaps) - 1))]
    is_triangle = draw(ints(0, 3)) > 0
    count = 3 if is_triangle else 1
    cells = sorted(draw(st.lists(ints(1, CELLS - 1), min_size=count, max_size=count, unique=True)))
    kinks = [grid * (left + (right - left) * Fraction(cell, CELLS)) for cell in cells]
    slope = Fraction(draw(ints(-32, 32)), 8) / grid
    speeds = [Fraction(draw(ints(1, 16)), 4) for _ in range(3)]
    side = draw(st.sampled_from((1, -1)))
    speeds = [side * speed for speed in speeds]
    if not is_triangle:
        return _neurons(kinks * 2, [slope, -slope], speeds[:2])
    first, second, third = cells
    lengths = (third - second, first - third, second - first)
    return _neurons(kinks, [slope * length for length in lengths], speeds)


@st.composite
def bumps_between_blocks(draw: DrawFn) -> Instance:
    """Balanced blocks, and up to two devices that leave f = 0 on the data."""
    grid = draw(grids)
    data, gaps = lay_out(draw)
    neurons = [n for _ in range(draw(ints(0, 2))) for n in draw_device(draw, gaps, grid)]
    return assemble([grid * x for x, _ in data], [y for _, y in data], neurons, Fraction(0))


@st.composite
def uneven_pairs(draw: DrawFn) -> Instance:
    """Both labels at x1 < x2, a left- and a right-active neuron of equal output; a, w, x free."""
    grid = draw(grids)
    x1 = draw(ints(-20, 20))
    x2 = x1 + draw(ints(2, 20))
    inner = sorted(draw(st.lists(ints(1, CELLS - 1), min_size=2, max_size=2)))
    left, right = (grid * (x1 + (x2 - x1) * Fraction(cell, CELLS)) for cell in inner)
    level = Fraction(draw(ints(-64, 64)), 8)
    w1, w2 = (Fraction(draw(ints(1, 16)), 4) / grid for _ in range(2))
    neurons = [
        (level / (w1 * (left - grid * x1)), -w1, w1 * left),
        (level / (w2 * (grid * x2 - right)), w2, -w2 * right),
    ]
    points = [grid * x1] * 2 + [grid * x2] * 2
    return assemble(points, [1, -1, 1, -1], neurons, -level)
