"""Error-free transformations: sums and products of two doubles as exact pairs of doubles.

Sources: T. J. Dekker, Numer. Math. 18 (1971); D. E. Knuth, TAOCP 2, 4.2.2. They
hold in round to nearest as long as no step overflows and no error term
underflows: for operands up to 2^900 whose product is 0 or of magnitude in
[2^-900, 2^1000]. Callers check `in_range` once for their inputs, which keeps
all that they form of them far inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from verify.kernel import kernel

LOWEST = 2.0**-200
HIGHEST = 2.0**200
SPLITTER = 134217729.0  # 2^27 + 1


def in_range(values: NDArray[np.float64]) -> bool:
    """Whether every entry is 0 or of magnitude in [2^-200, 2^200]; False for NaN."""
    sizes = np.abs(values)
    return bool(np.all((sizes == 0) | ((sizes >= LOWEST) & (sizes <= HIGHEST))))


@kernel
def two_sum(a: float, b: float) -> tuple[float, float]:
    """(s, e) with s = fl(a + b) and s + e = a + b exactly."""
    s = a + b
    shadow = s - a
    return s, (a - (s - shadow)) + (b - shadow)


@kernel
def two_product(a: float, b: float) -> tuple[float, float]:
    """(p, e) with p = fl(a b) and p + e = a b exactly, for operands in range."""
    p = a * b
    t = SPLITTER * a
    a_high = t - (t - a)
    a_low = a - a_high
    t = SPLITTER * b
    b_high = t - (t - b)
    b_low = b - b_high
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


@kernel
def sign_of_affine(w: float, x: float, b: float) -> float:
    """A number with the exact sign of w x + b, 0 only if that is 0; operands in range.

    w x = p + e exactly and t = fl(p + b). If t = p + b, then w x + b = t + e and
    rounding keeps its sign. Else b/p is not in [-2, -1/2] (Sterbenz), so |t| >= |p|/2
    up to rounding and |e| <= 2.1 u |t|: with the error of t, at most u |t|, the rest
    cannot turn the sign of t, neither exactly nor in fl(t + e).
    """
    product, error = two_product(w, x)
    return (product + b) + error
