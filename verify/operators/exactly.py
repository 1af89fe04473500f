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
UNSURE = 2


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
def sign_of_affine(w: float, x: float, b: float) -> int:
    """The exact sign of w x + b as -1, 0 or 1, or UNSURE; operands in range.

    w x + b = h + l + r exactly, with h = fl(h + l) and |r| far smaller: the sign
    is that of h where h outweighs the rest, and of r where h + l vanishes.
    """
    product, product_error = two_product(w, x)
    total, total_error = two_sum(product, b)
    errors, rest = two_sum(product_error, total_error)
    high, low = two_sum(total, errors)
    if high == 0.0:
        high, low, rest = rest, 0.0, 0.0
    if abs(high) > 2.0 * (abs(low) + abs(rest)):
        return 1 if high > 0.0 else -1
    return 0 if high == 0.0 else UNSURE
