"""Stationary points for the structure theorem: what the common strategy leaves out.

All have f = 0 on the data, so that l'_j = -y_j/2 is rational and stationarity exact.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from properties import blocks, shapes
from properties.parts import Neuron, assemble, grids, ints, weigh
from verify.quantities import Instance

either_sign: SearchStrategy[int] = st.sampled_from((1, -1))


@st.composite
def lopsided(draw: DrawFn) -> Instance:
    """As many labels of either kind at any places, then balanced blocks; kinks in any gap.

    The first labels agree in number but not in their mean, so the first moment over
    all data is that of no activation set. A pair of cancelling neurons fills each gap
    that is chosen; with two data in each cell there are as many as there can be.
    """
    grid, side = draw(grids), draw(either_sign)
    places = draw(st.lists(ints(-20, 0), min_size=2, max_size=4))
    places += places[: len(places) % 2]
    labels = [1, -1] * (len(places) // 2)
    neurons: list[Neuron] = []
    cursor = 0
    for _ in range(draw(ints(1, 4))):
        gap = draw(ints(1, 12))
        kink = cursor + Fraction(gap * draw(ints(1, 7)), 8)
        a, w = Fraction(draw(ints(1, 32)), 8), Fraction(draw(ints(1, 16)), 4)
        if draw(ints(0, 3)) > 0:
            neurons += [(sign * a, side * w, -w * grid * kink) for sign in (1, -1)]
        block = blocks.BLOCKS[draw(ints(0, len(blocks.BLOCKS) - 1))]
        places += [cursor + gap + offset for offset, _ in block]
        labels += [label for _, label in block]
        cursor = places[-1]
    points = [side * grid * at for at in places]
    return assemble(points, labels, neurons, Fraction(0))


@st.composite
def weightless(draw: DrawFn) -> Instance:
    """Neurons with a = 0 and kinks at centres of the labels: grad L = 0, but r_i need not vanish.

    Six data at four inputs with labels +, --, ++, -. With a_i = 0 the gradient vanishes
    as soon as sum y_j = 0 and sum_{A_i} y_j z_ij = 0: kinks where F(t) = sum_j y_j
    (x_j - t)_+ is 0 (right-active, two of them) or F(-infinity) (left-active, one).
    """
    grid = draw(grids)
    first, p, q = draw(ints(-20, 12)), draw(ints(2, 12)), draw(ints(1, 12))
    m = draw(ints(1, p - 1))
    places = [first, first + q + m, first + p + 2 * q + m, first + 2 * p + 2 * q + m]
    kinks = [(1, places[1] - q), (1, places[2] - p), (-1, places[3] - m)]
    chosen = draw(st.lists(ints(0, 2), min_size=1, max_size=3, unique=True))
    flip, sign = draw(either_sign), draw(either_sign)
    neurons: list[Neuron] = []
    for side, kink in (kinks[index] for index in chosen):
        w = side * Fraction(draw(ints(1, 16)), 4)
        neurons.append((Fraction(0), flip * w, -w * grid * kink))
    points = [grid * flip * places[at] for at in (0, 1, 1, 2, 2, 3)]
    labels = [sign * label for label in (1, -1, -1, 1, 1, -1)]
    return assemble(points, labels, neurons, Fraction(0))


structure: SearchStrategy[Instance] = weigh(
    (4, blocks.bumps_between_blocks()),
    (6, lopsided()),
    (2, shapes.stationary_twins),
    (1, shapes.one_balanced_point),
    (1, blocks.uneven_pairs()),
)
