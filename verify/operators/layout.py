"""Data sorted by x, and for each neuron the range of data on which it is active: exactly.

Activity w_i x_j + b_i > 0 is monotone in x, so it is a range [start, stop) of
the sorted data that begins at 0 or ends at n. In floats `x > -b/w` and
`w x + b > 0` can disagree; here every decision is an exact sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verify.kernel import kernel
from verify.operators.exactly import in_range, sign_of_affine

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which data each neuron sees.

    `order` (n,) sorts the caller's data, `x` and `y` (n,) are sorted by x;
    neuron i is active exactly on the sorted data start[i] .. stop[i] - 1, a
    suffix if stop[i] = n, else a prefix; a dead neuron has the range 0 .. 0.
    `kink` is a pair (neuron, datum in the caller's numbering) with w x + b = 0,
    or None.
    """

    order: Ints
    x: Floats
    y: Floats
    start: Ints
    stop: Ints
    kink: tuple[int, int] | None

    @property
    def n(self) -> int:
        """The number of data."""
        return int(self.x.size)

    @property
    def k(self) -> int:
        """The number of neurons."""
        return int(self.start.size)


class OutOfRange(ArithmeticError):
    """A number leaves the range in which float64 serves here: 0 or magnitude 2^-200 .. 2^200."""


@kernel
def _edge(w: float, b: float, x: Floats) -> tuple[int, int]:
    """The first datum that is active (w > 0) or not (w < 0), and 1 + one on the kink or 0."""
    low, high = 0, x.size
    falling = w < 0.0
    while low < high:
        middle = (low + high) // 2
        if (sign_of_affine(w, x[middle], b) > 0.0) != falling:
            high = middle
        else:
            low = middle + 1
    at = low if falling else low - 1
    on_kink = 0 <= at < x.size and sign_of_affine(w, x[at], b) == 0.0
    return low, 1 + at if on_kink else 0


@kernel
def _ranges(w: Floats, b: Floats, x: Floats, start: Ints, stop: Ints, odd: Ints) -> None:
    """Fill start and stop by bisection; odd[i] = 1 + sorted place of a datum on kink i, or 0."""
    n = x.size
    for i in range(w.size):
        if w[i] == 0.0:
            stop[i] = n if b[i] > 0.0 else 0
            odd[i] = 1 if b[i] == 0.0 else 0
            continue
        edge, odd[i] = _edge(w[i], b[i], x)
        if w[i] < 0.0:
            stop[i] = edge
        elif edge < n:
            start[i], stop[i] = edge, n


def arrange(w: Floats, b: Floats, x: Floats, y: Floats) -> Layout:
    """Sort the data x, y (n,) and find the active range of each neuron w, b (k,).

    Raises OutOfRange where an entry is so large or small that the exact signs
    are not available in float64.
    """
    if not (in_range(w) and in_range(b) and in_range(x)):
        raise OutOfRange("an entry is neither 0 nor of magnitude in [2^-200, 2^200]")
    order = np.argsort(x, kind="stable")
    sorted_x, k = x[order], w.size
    start, stop, odd = (np.zeros(k, np.int64) for _ in range(3))
    _ranges(w, b, sorted_x, start, stop, odd)
    at = int(np.argmax(odd > 0)) if k else 0
    kink = (at, int(order[odd[at] - 1])) if k and odd[at] > 0 else None
    return Layout(order=order, x=sorted_x, y=y[order], start=start, stop=stop, kink=kink)
