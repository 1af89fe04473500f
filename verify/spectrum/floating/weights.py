"""Weights p_j and slopes l'_j of the logistic loss, and the blocks r_i, with error bounds.

Everything per datum is divided by n, so p_j = l''(f_j)/n (Note, 2 and 3).
"""

from __future__ import annotations

import numpy as np

from verify.kernel import kernel
from verify.operators.exactly import two_product, two_sum
from verify.spectrum.floating.core import COVER, FLOOR, UNIT, Floats, Ints
from verify.spectrum.floating.exponential import EXP_ERROR, LARGEST, decay

COARSE = 2.0**-7
"""Outputs less certain than this are left to balls."""


@kernel
def logistic(f: Floats, bound: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """(low, high, slope, radius), each (n,): low <= p <= high and |l'/n - slope| <= radius."""
    n = f.size
    low, high, slope, radius = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for j in range(n):
        size = abs(f[j])
        e = decay(size) if size <= LARGEST else 0.0
        error = 1.02 * (EXP_ERROR + bound[j]) + 10.0 * UNIT
        p = e / ((1.0 + e) * (1.0 + e)) / n
        high[j] = p * (1.0 + error) + FLOOR
        low[j] = p * (1.0 - error) - FLOOR
        low[j] = low[j] if low[j] >= FLOOR else 0.0
        steep = (e if y[j] * f[j] >= 0.0 else 1.0) / (1.0 + e) / n
        radius[j] = error * steep + 2.0 * FLOOR
        slope[j] = -y[j] * steep if steep >= FLOOR else 0.0
    return low, high, slope, radius


@kernel
def block_sums(
    x: Floats, slope: Floats, radius: Floats, start: Ints, stop: Ints
) -> tuple[Floats, Floats, float]:
    """(rx, r1, bound): r_i = sum over active data of l'_j (x_j, 1)/n, all |errors| <= bound."""
    n = x.size
    ends = np.zeros((2, n + 1, 2))
    total, slip = 0.0, 0.0
    for side in range(2):
        hx, lx, h1, l1 = 0.0, 0.0, 0.0, 0.0
        for step in range(n):
            j = step if side == 0 else n - 1 - step
            value, error = two_product(slope[j], x[j])
            hx, fault = two_sum(hx, value)
            lx += fault + error
            h1, fault = two_sum(h1, slope[j])
            l1 += fault
            at = j + 1 if side == 0 else j
            ends[side, at, 0], ends[side, at, 1] = hx + lx, h1 + l1
    for j in range(n):
        slip += radius[j] * (1.0 + abs(x[j]))
        total += abs(slope[j]) * (1.0 + abs(x[j]))
    rx, r1 = np.zeros(start.size), np.zeros(start.size)
    largest = 0.0
    for i in range(start.size):
        if start[i] < stop[i]:
            side, at = (1, start[i]) if stop[i] == n else (0, stop[i])
            sx, s1 = ends[side, at, 0], ends[side, at, 1]
            largest = max(largest, abs(sx) + abs(s1))
            rx[i], r1[i] = sx if abs(sx) >= FLOOR else 0.0, s1 if abs(s1) >= FLOOR else 0.0
    second = 4.0 * (n + 8) * UNIT
    bound = slip + UNIT * largest + second * second * total + 2.0 * FLOOR
    return rx, r1, bound * COVER
