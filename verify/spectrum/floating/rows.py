"""Data between neighbouring range ends become two rows: G changes by a proved factor only.

For the data of one cell, with P = sum p, a centre m and D1 = sum p (x - m),
D2 = sum p (x - m)^2, and any t > 0,

    sum p (x, 1)(x, 1)^T  <=  P (1 + t) (m, 1)(m, 1)^T + (D2 + D1^2/(P t)) e e^T,   e = (1, 0),

and >= with - for each +. A coefficient below 0 is no row: it is left to the radius.
So after a few passes over the data the cost depends on min(n, k) (Note, 4).
"""

from __future__ import annotations

import numpy as np

from verify.kernel import kernel
from verify.operators.exactly import two_sum
from verify.spectrum.floating.core import COVER, FLOOR, UNIT, Floats, Ints

SHARE = 2.0**-48
"""t above: what the first row is changed by, relative."""
MOST = 1 << 26
"""Fewer data and neurons than this: the second-order error of a compensated sum is below one u."""

ROOM = 2.0**-51
"""sqrt(v) (1 + ROOM), rounded, is at least the root of v, and sqrt(v) (1 - ROOM) at most."""


@kernel
def _first_moment(x: Floats, p: Floats, begin: int, end: int, centre: float) -> float:
    """sum p (x - centre), compensated."""
    total, slip = 0.0, 0.0
    for j in range(begin, end):
        total, fault = two_sum(total, p[j] * (x[j] - centre))
        slip += fault
    return total + slip


@kernel
def _moments(x: Floats, p: Floats, begin: int, end: int) -> tuple[float, float, float, float]:
    """(P, m, D1, D2) of a cell with D1 an upper bound of its size; relative errors below 10 u.

    m is corrected once, so that D1 is no more than rounding; nothing rests on that.
    """
    mass, slip = 0.0, 0.0
    for j in range(begin, end):
        mass, fault = two_sum(mass, p[j])
        slip += fault
    mass += slip
    if x[begin] == x[end - 1] or mass == 0.0:
        return mass, x[begin], 0.0, 0.0
    centre = x[begin] + _first_moment(x, p, begin, end, x[begin]) / mass
    centre += _first_moment(x, p, begin, end, centre) / mass
    one = _first_moment(x, p, begin, end, centre)
    size, two, slip = 0.0, 0.0, 0.0
    for j in range(begin, end):
        d = x[j] - centre
        size += p[j] * abs(d)
        two, fault = two_sum(two, p[j] * (d * d))
        slip += fault
    return mass, centre, abs(one) + 8.0 * UNIT * COVER * size, two + slip


@kernel
def compress(
    x: Floats, p: Floats, edges: Ints, upper: bool
) -> tuple[Floats, Floats, Floats, Ints, float]:
    """(weight, place, bias, offset, excess): rows whose G dominates (`upper`) or is dominated.

    Cell s holds the data edges[s] .. edges[s + 1] - 1; its rows begin at offset[s].
    `excess` is the sum over cells of what D2 - D1^2/(P t) lacks to 0: there is no row
    of negative weight, so the caller widens its radius by it.
    """
    sign = 1.0 if upper else -1.0
    weight, place, bias = np.empty(x.size), np.empty(x.size), np.empty(x.size)
    offset = np.zeros(edges.size, np.int64)
    rows, excess = 0, 0.0
    for s in range(edges.size - 1):
        offset[s] = rows
        begin, end = edges[s], edges[s + 1]
        if end - begin <= 2:
            for j in range(begin, end):
                if p[j] >= FLOOR:
                    weight[rows] = np.sqrt(p[j]) * (1.0 + sign * ROOM)
                    place[rows], bias[rows] = x[j], 1.0
                    rows += 1
            continue
        mass, centre, one, two = _moments(x, p, begin, end)
        if mass < FLOOR:
            continue
        weight[rows] = np.sqrt(mass * (1.0 + sign * (SHARE + 16.0 * UNIT))) * (1.0 + sign * ROOM)
        place[rows], bias[rows] = centre, 1.0
        rows += 1
        spread = _spread(mass, one, two, sign)
        excess += max(-spread, 0.0)
        if spread >= FLOOR:
            weight[rows] = np.sqrt(spread) * (1.0 + sign * ROOM)
            place[rows], bias[rows] = 1.0, 0.0
            rows += 1
    offset[edges.size - 1] = rows
    return weight[:rows].copy(), place[:rows].copy(), bias[:rows].copy(), offset, excess * COVER


@kernel
def _spread(mass: float, one: float, two: float, sign: float) -> float:
    """At least D2 + D1^2/(P t), and FLOOR unless it is 0, for sign 1; at most - for sign -1."""
    extra = one * one / (mass * SHARE) * (1.0 + 32.0 * UNIT) * COVER
    spread = two * (1.0 + sign * 16.0 * UNIT) + sign * extra
    return max(spread, FLOOR) if sign > 0.0 and spread > 0.0 else spread
