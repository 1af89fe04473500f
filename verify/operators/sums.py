"""Sums over the active pairs (neuron, row) in O(rows + k): the two loops behind every operator.

A row is a place on the line: a datum, or the centre of a cell of data. A neuron
is active on a suffix or on a prefix of the rows, so one walk over the rows in
either direction is enough: in `spread` a neuron joins the running sum where its
range begins, in `gather` it reads the running sum off where its range ends.
Nothing is subtracted from a total. Running sums carry their rounding errors
along (two_sum), so that the error does not grow with the number of terms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from verify.kernel import kernel
from verify.operators.exactly import two_product, two_sum
from verify.operators.layout import Floats, Ints


class Sight(NamedTuple):
    """What the neurons see; a named tuple, because kernels take no dataclass.

    Neuron i is active on the rows edge[i] .. rows - 1 if edge[i] >= 0, so on
    none if edge[i] = rows, and on the rows 0 .. -edge[i] - 1 if edge[i] < 0.
    `place` (rows,) is sorted, `order` (k,) sorts `edge`, of which the first
    `left` are negative; `w`, `b` (k,) are the neurons, and `height` (k,) is
    w x + b at the place where the range begins (suffix) or ends (prefix), the
    least one of the range, so that relu sums add what has one sign.
    """

    place: Floats
    edge: Ints
    order: Ints
    left: int
    w: Floats
    b: Floats
    height: Floats


@kernel
def heights(place: Floats, edge: Ints, w: Floats, b: Floats) -> Floats:
    """w x + b at the edge of each neuron, within one unit in the last place; 0 if it is dead."""
    found = np.zeros(edge.size)
    for i in range(edge.size):
        if edge[i] < place.size:
            at = place[edge[i]] if edge[i] >= 0 else place[-edge[i] - 1]
            product, product_error = two_product(w[i], at)
            total, total_error = two_sum(product, b[i])
            found[i] = total + (product_error + total_error)
    return found


def see(place: Floats, edge: Ints, w: Floats, b: Floats) -> Sight:
    """The sight of neurons w, b (k,) with edges (k,) on sorted places (rows,)."""
    order = np.argsort(edge, kind="stable")
    left = int(np.count_nonzero(edge < 0))
    return Sight(place, edge, order, left, w, b, heights(place, edge, w, b))


@kernel
def plus(total: float, error: float, value: float) -> tuple[float, float]:
    """The running sum total + error and one more value; `error` collects what rounding drops."""
    total, dropped = two_sum(total, value)
    return total, error + dropped


@kernel
def _spread_side(
    sight: Sight,
    members: Ints,
    backward: bool,
    slope: Floats,
    level: Floats,
    slopes: Floats,
    values: Floats,
) -> None:
    """Add up neurons of one side; `members` come in the order in which the walk meets them."""
    rows = sight.place.size
    tilt, tilt_error, base, base_error = 0.0, 0.0, 0.0, 0.0
    step = 0
    for position in range(members.size + 1):
        joins = rows
        if position < members.size:
            edge = sight.edge[members[position]]
            joins = edge + rows if backward else edge
        while step < joins:
            row = rows - 1 - step if backward else step
            slopes[row] += tilt + tilt_error
            values[row] += (tilt + tilt_error) * sight.place[row] + (base + base_error)
            step += 1
        if position < members.size:
            i = members[position]
            tilt, tilt_error = plus(tilt, tilt_error, slope[i])
            base, base_error = plus(base, base_error, level[i])


@kernel
def spread(sight: Sight, slope: Floats, level: Floats) -> tuple[Floats, Floats]:
    """For each row m the sums over its active neurons of slope_i, and of slope_i place_m + level_i.

    `slope` and `level` have shape (k,), the results (rows,).
    """
    slopes, values = np.zeros(sight.place.size), np.zeros(sight.place.size)
    _spread_side(sight, sight.order[sight.left :], False, slope, level, slopes, values)
    _spread_side(sight, sight.order[: sight.left], True, slope, level, slopes, values)
    return slopes, values


@kernel
def _gather_side(
    sight: Sight, members: Ints, forward: bool, weight: Floats, moment: Floats, out: Floats
) -> None:
    """Read off neurons of one side; `members` come in the reverse order of the walk."""
    rows = sight.place.size
    mass, mass_error, lever, lever_error = 0.0, 0.0, 0.0, 0.0
    at, step = 0.0, 0
    for position in range(members.size - 1, -1, -1):
        i = members[position]
        reads = -sight.edge[i] if forward else rows - sight.edge[i]
        while step < reads:
            row = step if forward else rows - 1 - step
            before, at = at, sight.place[row]
            lever, lever_error = plus(lever, lever_error, (mass + mass_error) * (before - at))
            lever, lever_error = plus(lever, lever_error, moment[row])
            mass, mass_error = plus(mass, mass_error, weight[row])
            step += 1
        total, arm = mass + mass_error, lever + lever_error
        out[i, 0] = arm + total * at
        out[i, 1] = total
        out[i, 2] = sight.w[i] * arm + sight.height[i] * total


@kernel
def gather(sight: Sight, weight: Floats, moment: Floats) -> Floats:
    """For each neuron the sums over its active rows m, shape (k, 3):

    of weight_m place_m + moment_m, of weight_m, and of weight_m (w place_m + b) + w moment_m.
    `weight` and `moment` have shape (rows,); the moment is 0 where a row is one datum.
    With weights >= 0 and moments 0 all terms of the last two sums have one sign.
    """
    out = np.zeros((sight.edge.size, 3))
    _gather_side(sight, sight.order[sight.left :], False, weight, moment, out)
    _gather_side(sight, sight.order[: sight.left], True, weight, moment, out)
    return out
