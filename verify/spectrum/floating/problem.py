"""From a network and data in float64 to two exactly known Hessians that enclose the true one.

    lambda_i(low) - radius <= lambda_i(H) <= lambda_i(high) + radius   for every i,

because lambda_i is monotone in G (Loewner order) and moves by at most |R - R~|
(Weyl). Source: proofs_notes/floating.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verify.model import kink_error
from verify.operators.exactly import in_range
from verify.operators.layout import Layout, OutOfRange, arrange
from verify.spectrum.floating.core import COVER, Core, Floats, Ints
from verify.spectrum.floating.outputs import outputs
from verify.spectrum.floating.rows import MOST, compress
from verify.spectrum.floating.weights import COARSE, block_sums, logistic

HEAVIEST = 2.0**20
"""Largest weight p: it bounds what underflow can do (Note, 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Two cores around H, and by how much eigenvalues may leave what lies between them."""

    low: Core
    high: Core
    radius: float


def problem(
    layout: Layout,
    parameters: tuple[Floats, Floats, Floats],
    weights: tuple[Floats, Floats],
    slopes: tuple[Floats, Floats],
) -> Problem:
    """Enclose H given (w, b, a), low <= p <= high and (slope, radius) of l'_j/n, sorted by x.

    p and slopes are those of the mean loss, divided by n. Raises OutOfRange for
    entries so small that error-free products are not available.
    """
    w, b, a = parameters
    if not all(in_range(values) for values in (*parameters, *weights, slopes[0])):
        raise OutOfRange("a parameter, weight or slope is neither 0 nor in [2^-200, 2^200]")
    if not (bool(np.all(weights[1] <= HEAVIEST)) and max(layout.n, layout.k) < MOST):
        raise OutOfRange("a weight of the loss is above 2^20, or there are 2^26 data or neurons")
    rx, r1, radius = block_sums(layout.x, *slopes, layout.start, layout.stop)
    edges, first, last = _edges(layout)

    def core(p: Floats, upper: bool) -> tuple[Core, float]:
        weight, place, bias, offset, excess = compress(layout.x, p, edges, upper)
        found = Core(
            weight=weight,
            place=place,
            bias=bias,
            w=w,
            b=b,
            a=a,
            rx=rx,
            r1=r1,
            start=offset[first],
            stop=offset[last],
        )
        return found, excess

    (low, excess), (high, _) = core(weights[0], False), core(weights[1], True)
    # An excess s of a cell is a matrix of norm at most s sum(a^2 + w^2) (Note, 4).
    radius += excess * float(np.sum(a * a + w * w)) * COVER
    return Problem(low=low, high=high, radius=radius * COVER)


def _edges(layout: Layout) -> tuple[Ints, Ints, Ints]:
    """The cell edges 0 .. n, and each neuron's first and last edge as positions among them."""
    marked = np.zeros(layout.n + 1, np.bool_)
    marked[0] = marked[-1] = True
    marked[layout.start] = True
    marked[layout.stop] = True
    rank = np.cumsum(marked) - 1
    return np.flatnonzero(marked), rank[layout.start], rank[layout.stop]


def logistic_problem(
    w: Floats, b: Floats, a: Floats, c: float, x: Floats, y: Floats, *, formal: bool = False
) -> Problem:
    """Enclose the Hessian of the logistic loss.

    Raises OutOfRange where float64 cannot, and InputError for a datum on a kink
    unless `formal`.
    """
    if not (in_range(a) and in_range(np.array([c]))):
        raise OutOfRange("a parameter is neither 0 nor in [2^-200, 2^200]")
    layout = arrange(w, b, x, y)
    if layout.kink is not None and not formal:
        neuron, datum = layout.kink
        raise kink_error(neuron, datum, Fraction(float(x[datum])))
    f, bound = outputs(w, b, a, c, layout.x, layout.start, layout.stop)
    if not bool(np.all(bound <= COARSE)):
        raise OutOfRange("the outputs of the network are too large for float64")
    low, high, slope, radius = logistic(f, bound, layout.y)
    return problem(layout, (w, b, a), (low, high), (slope, radius))
