"""The closed-form Hessian and gradient rows written out in full: O(n k^2) work, the dense oracle.

Entries may be balls, exact rationals or floats. Source: Appendix C of the
paper; proofs_notes/hessian.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verify.ball import sign
from verify.hessian.structured import StructuredHessian


def gradient_rows(h: StructuredHessian) -> list[list[Any]]:
    """g_j = grad f(x_j) for the sorted data: n rows of length 3k + bias."""
    rows = []
    for j, x in enumerate(h.x):
        row: list[Any] = []
        for (start, stop), w, b, a in zip(h.spans, h.w, h.b, h.a, strict=True):
            row += [a * x, a, w * x + b] if start <= j < stop else [0 * x] * 3
        rows.append(row + [1 + 0 * x] * h.bias)
    return rows


def dense_hessian(h: StructuredHessian) -> list[list[Any]]:
    """H = sum_j p_j g_j g_j^T + R as a list of 3k + bias rows."""
    zero = 0 * h.p[0]
    matrix = [[zero] * h.size for _ in range(h.size)]
    for p, row in zip(h.p, gradient_rows(h), strict=True):
        _add_square(matrix, p, row)
    for i, (rx, r1) in enumerate(h.r):
        at = 3 * i
        for offset, value in ((0, rx), (1, r1)):
            matrix[at + offset][at + 2] += value
            matrix[at + 2][at + offset] += value
    return matrix


def _add_square(matrix: list[list[Any]], weight: Any, row: Sequence[Any]) -> None:
    live = [index for index, value in enumerate(row) if sign(value) != 0]
    for i in live:
        for j in live:
            matrix[i][j] += weight * row[i] * row[j]
