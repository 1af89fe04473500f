"""The Hessian of the mean loss as a linear map, in O(rows + k), on data or on cells of data.

    H = J^T diag(p) J + R,   J the rows g_j,   R with blocks [[0, r_i], [r_i^T, 0]] (notation.md)

In a cell, a maximal run of sorted data with one activation pattern, g_j is an
affine function of x_j. So H depends on the p_j of a cell only through sum p_j,
their centre and sum p_j (x_j - centre)^2: at most min(n, k + 1) rows remain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from verify.kernel import kernel
from verify.model import InputError
from verify.operators.layout import Floats, Ints
from verify.operators.network import State, vector
from verify.operators.sums import Sight, gather, heights, plus, spread

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator


class Hessian(NamedTuple):
    """What determines H; a named tuple, because kernels take no dataclass.

    Row m of `sight` stands for data with the sum `weight` (rows,) of p, its place
    being their centre, and with `second` (rows,) = sum p (x - centre)^2. Neurons
    a and `pull` (k, 3) as in `State`; H has size 3k + 1.
    """

    sight: Sight
    weight: Floats
    second: Floats
    a: Floats
    pull: Floats


def hessian(state: State) -> Hessian:
    """H with one row per datum."""
    return Hessian(state.sight, state.p, np.zeros(state.layout.n), state.a, state.pull)


@kernel
def cells(edge: Ints, rows: int) -> Ints:
    """The number of the cell of each row, shape (rows,): 0, .., 0, 1, .., from left to right."""
    begins = np.zeros(rows + 1, np.int64)
    for i in range(edge.size):
        begins[abs(edge[i])] = 1
    found = np.zeros(rows, np.int64)
    for row in range(1, rows):
        found[row] = found[row - 1] + begins[row]
    return found


@kernel
def _add_up(values: Floats) -> float:
    total, error = 0.0, 0.0
    for row in range(values.size):
        total, error = plus(total, error, values[row])
    return total + error


@kernel
def condense(
    cell: Ints, place: Floats, weight: Floats, second: Floats
) -> tuple[Floats, Floats, Floats]:
    """The centre, weight and second moment of each cell, shape (number of cells,)."""
    count = cell[-1] + 1
    centres, weights, seconds = np.empty(count), np.empty(count), np.empty(count)
    begin = 0
    for m in range(count):
        end = begin
        while end < cell.size and cell[end] == m:
            end += 1
        weights[m] = _add_up(weight[begin:end])
        centre = place[begin]
        if weights[m] > 0.0:
            centre = _add_up(weight[begin:end] * place[begin:end]) / weights[m]
        # Rounding must not carry the centre out of the cell: z has one sign only inside.
        centre = min(max(centre, place[begin]), place[end - 1])
        centres[m] = centre
        seconds[m] = _add_up(weight[begin:end] * (place[begin:end] - centre) ** 2)
        seconds[m] += _add_up(second[begin:end])
        begin = end
    return centres, weights, seconds


def compress(h: Hessian) -> Hessian:
    """The same H, up to rounding, with one row per cell: later products cost O(min(n, k) + k)."""
    edge, rows = h.sight.edge, h.sight.place.size
    cell = cells(edge, rows)
    place, weight, second = condense(cell, h.sight.place, h.weight, h.second)
    ends = np.append(cell, place.size)
    begins = ends[np.maximum(edge, 0)]
    stops = cell[np.maximum(-edge, 1) - 1] + 1
    moved = np.where(edge < 0, -stops, begins)
    # Edges keep their order, so `order` and `left` stay right.
    sight = h.sight._replace(
        place=place, edge=moved, height=heights(place, moved, h.sight.w, h.sight.b)
    )
    return h._replace(sight=sight, weight=weight, second=second)


@kernel
def multiply(h: Hessian, v: Floats) -> Floats:
    """H v for v of shape (3k + 1,), unchecked, in the order (w_1, b_1, a_1, .., c)."""
    k, sight = h.a.size, h.sight
    slope, level = np.empty(k), np.empty(k)
    for i in range(k):
        at = 3 * i
        dw, db, da = v[at], v[at + 1], v[at + 2]
        slope[i] = h.a[i] * dw + sight.w[i] * da
        level[i] = h.a[i] * db + sight.b[i] * da
    slopes, values = spread(sight, slope, level)
    for m in range(values.size):
        values[m] = h.weight[m] * (values[m] + v[3 * k])
        slopes[m] = h.second[m] * slopes[m]
    sums = gather(sight, values, slopes)
    out = np.empty(3 * k + 1)
    for i in range(k):
        at = 3 * i
        dw, db, da = v[at], v[at + 1], v[at + 2]
        rx, r1 = h.pull[i, 0], h.pull[i, 1]
        out[at] = h.a[i] * sums[i, 0] + rx * da
        out[at + 1] = h.a[i] * sums[i, 1] + r1 * da
        out[at + 2] = sums[i, 2] + (rx * dw + r1 * db)
    out[3 * k] = _add_up(values)
    return out


def hessian_vector_product(h: Hessian, v: ArrayLike) -> Floats:
    """H v for v of shape (3k + 1,) in the order (w_1, b_1, a_1, .., w_k, b_k, a_k, c).

    Raises InputError for another shape and for entries that are not finite.
    """
    given, size = vector(v, "v"), 3 * h.a.size + 1
    if given.size != size:
        raise InputError(f"v has {given.size} entries; 3k + 1 = {size} are needed")
    return multiply(h, given)


def as_linear_operator(state: State) -> LinearOperator:
    """H as a symmetric scipy LinearOperator of shape (3k + 1, 3k + 1), on cells of data."""
    from scipy.sparse.linalg import LinearOperator

    h = compress(hessian(state))

    def product(v: Floats) -> Floats:
        return hessian_vector_product(h, v.ravel())

    size = 3 * h.a.size + 1
    return LinearOperator(shape=(size, size), matvec=product, rmatvec=product, dtype=np.float64)
