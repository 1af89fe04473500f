"""Uncertified guesses of the extreme eigenvalues by LAPACK: they only choose where to look."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from flint import arb
from numpy.typing import NDArray

from verify.ball import Scalar
from verify.hessian.structured import StructuredHessian

DENSE_LIMIT = 300
"""Rows of H up to which a dense eigensolver is faster than bisection without a guess."""


def _floats(values: Iterable[Scalar]) -> NDArray[np.float64]:
    return np.array([float(arb(value)) for value in values], dtype=np.float64)


def guess(h: StructuredHessian) -> tuple[arb, arb] | None:
    """Approximate (lambda_min, lambda_max), or None where float64 cannot represent H.

    H is first divided by its largest weight, so that e^{-10^6} is no obstacle.
    """
    if h.size > DENSE_LIMIT:
        return None
    unit = arb(0)
    for value in (*h.p, *(entry for pair in h.r for entry in pair)):
        unit = unit.max(abs(arb(value)))
    unit = unit.mid()
    x, w, b, a = (_floats(values) for values in (h.x, h.w, h.b, h.a))
    p = _floats(value / unit for value in h.p)
    r = _floats(value / unit for pair in h.r for value in pair).reshape(-1, 2)
    with np.errstate(all="ignore"):
        matrix = _matrix(h, x, p, w, b, a, r)
    if not np.isfinite(matrix).all():
        return None
    values = np.linalg.eigvalsh(matrix)
    if not np.isfinite(values).all():
        return None
    return arb(float(values[0])) * unit, arb(float(values[-1])) * unit


def _matrix(h: StructuredHessian, *arrays: NDArray[np.float64]) -> NDArray[np.float64]:
    x, p, w, b, a, r = arrays
    rows = np.zeros((len(x), h.size))
    rows[:, 3 * len(w) :] = 1.0
    for i, (start, stop) in enumerate(h.spans):
        at = slice(start, stop)
        rows[at, 3 * i] = a[i] * x[at]
        rows[at, 3 * i + 1] = a[i]
        rows[at, 3 * i + 2] = w[i] * x[at] + b[i]
    matrix = rows.T @ (p[:, None] * rows)
    for i, (rx, r1) in enumerate(r):
        matrix[3 * i, 3 * i + 2] += rx
        matrix[3 * i + 2, 3 * i] += rx
        matrix[3 * i + 1, 3 * i + 2] += r1
        matrix[3 * i + 2, 3 * i + 1] += r1
    return np.asarray(matrix)
