"""f(x_j) on all data in O(n + k), with a bound of its error (Note, 2).

Sums over active neurons are running sums of exact pairs: each product and each
addition keeps its rounding error in a second accumulator.
"""

from __future__ import annotations

import numpy as np

from verify.kernel import kernel
from verify.operators.exactly import two_product, two_sum
from verify.spectrum.floating.core import COVER, UNIT, Floats, Ints


@kernel
def _add(sums: Floats, at: int, side: int, value: float, error: float) -> None:
    """Add value + error to the pair sums[at, side : side + 2]."""
    total, slip = two_sum(sums[at, side], value)
    sums[at, side] = total
    sums[at, side + 1] += slip + error


@kernel
def _accumulate(w: Floats, b: Floats, a: Floats, start: Ints, stop: Ints, sums: Floats) -> None:
    """sums (n + 1, 8): slope and level as pairs, of suffixes (0-3) and of prefixes (4-7)."""
    n = sums.shape[0] - 1
    for i in range(w.size):
        if start[i] < stop[i]:
            at, side = (start[i], 0) if stop[i] == n else (stop[i] - 1, 4)
            value, error = two_product(a[i], w[i])
            _add(sums, at, side, value, error)
            value, error = two_product(a[i], b[i])
            _add(sums, at, side + 2, value, error)
    for j in range(1, n):
        for side in range(0, 4, 2):
            _add(sums, j, side, sums[j - 1, side], sums[j - 1, side + 1])
    for j in range(n - 2, -1, -1):
        for side in range(4, 8, 2):
            _add(sums, j, side, sums[j + 1, side], sums[j + 1, side + 1])


@kernel
def outputs(
    w: Floats, b: Floats, a: Floats, c: float, x: Floats, start: Ints, stop: Ints
) -> tuple[Floats, Floats]:
    """f and a bound of its absolute error on the sorted data, both of shape (n,)."""
    n = x.size
    sums = np.zeros((n + 1, 8))
    _accumulate(w, b, a, start, stop, sums)
    slope, level = 0.0, abs(c)
    for i in range(w.size):
        slope += abs(a[i] * w[i])
        level += abs(a[i] * b[i])
    slip = 4.0 * (w.size + 8) * UNIT
    f, bound = np.empty(n), np.empty(n)
    for j in range(n):
        p1, e1 = two_product(sums[j, 0], x[j])
        p2, e2 = two_product(sums[j, 4], x[j])
        s, t1 = two_sum(p1, p2)
        s, t2 = two_sum(s, sums[j, 2])
        s, t3 = two_sum(s, sums[j, 6])
        s, t4 = two_sum(s, c)
        rest = (e1 + e2) + (sums[j, 1] + sums[j, 5]) * x[j] + (sums[j, 3] + sums[j, 7])
        f[j] = s + (rest + (t1 + t2 + t3 + t4))
        bound[j] = (UNIT * abs(f[j]) + slip * slip * (slope * abs(x[j]) + level)) * COVER
    return f, bound
