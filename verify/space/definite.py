"""That a symmetric matrix of balls is positive semidefinite, by any approximate factor.

For every real L the matrix L L^T is positive semidefinite, so A is too as soon as
A - L L^T is symmetric and diagonally dominant with diagonal >= 0 (Gershgorin). L may
come from anywhere: its errors are in A - L L^T, which balls enclose. This is Rump's
idea (verification of positive definiteness, BIT 46, 2006) without a bound of the
errors of the factorization itself. proofs_notes/space.md.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb, arb_mat

from verify.ball import ball

FLOAT_SHIFT = Fraction(1, 1 << 47)
"""Shift from which a float64 factor is tried; its own errors are of the order of 2^-52."""


def is_semidefinite(matrix: arb_mat, shift: Fraction) -> bool:
    """True only if every symmetric matrix in the balls is positive semidefinite.

    `matrix` minus `shift` I, with entries of the order of 1, is what is factored; its
    least eigenvalue is hoped to be above 0. False says nothing.
    """
    factors = (_float_factor,) * (shift > FLOAT_SHIFT) + (_ball_factor,)
    found = (factor(matrix, shift) for factor in factors)
    return any(L is not None and _dominant(matrix - L * L.transpose()) for L in found)


def _dominant(rest: arb_mat) -> bool:
    for i, row in enumerate(rest.table()):
        others = sum((abs(entry) for j, entry in enumerate(row) if j != i), arb(0))
        if not row[i] >= others:
            return False
    return True


def _float_factor(matrix: arb_mat, shift: Fraction) -> arb_mat | None:
    near = np.array([[float(entry) for entry in row] for row in matrix.table()])
    try:
        factor = np.linalg.cholesky(near - float(shift) * np.eye(len(near)))
    except np.linalg.LinAlgError:
        return None
    return arb_mat(factor.tolist()) if np.isfinite(factor).all() else None


def _ball_factor(matrix: arb_mat, shift: Fraction) -> arb_mat | None:
    """Cholesky's recursion on midpoints at the working precision: a guess like the other one."""
    source, moved = matrix.mid().table(), ball(shift)
    rows: list[list[arb]] = []
    for i, entries in enumerate(source):
        row: list[arb] = []
        for j in range(i):
            pairs = zip(row, rows[j], strict=False)
            rest = entries[j] - sum((u * v for u, v in pairs), arb(0))
            row.append((rest / rows[j][j]).mid())
        pivot = (entries[i] - moved - sum((u * u for u in row), arb(0))).mid()
        if not pivot > 0:
            return None
        rows.append([*row, pivot.sqrt().mid()])
    size = len(rows)
    return arb_mat([[*row, *[0] * (size - len(row))] for row in rows])
