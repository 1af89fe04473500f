"""H of a network on R^d as matrices of balls: its rows g_j, itself, and its n x n counterpart.

For mu > max_i |r_i| the matrix mu I - R is positive definite, and by the Schur
complement mu I - H >= 0 if and only if I - P^{1/2} K P^{1/2} >= 0 with
K = J (mu I - R)^{-1} J^T, J the rows g_j. In closed form, with D_i = mu^2 - |r_i|^2 and
h_ij = 1_ij (a_i <r_i, (x_j, 1)> + mu z_ij),

    mu K_jl = 1 + <(x_j, 1), (x_l, 1)> sum_i a_i^2 1_ij 1_il + sum_i h_ij h_il / D_i.

proofs_notes/space.md.
"""

from __future__ import annotations

from flint import arb, arb_mat

from verify.ball import Scalar
from verify.space.hessian import SpaceHessian, gradient_rows, inner


def as_arb(value: Scalar) -> arb:
    """The scalar as a ball."""
    return value if isinstance(value, arb) else arb(value)


def identity(size: int) -> arb_mat:
    """I."""
    return arb_mat([[int(i == j) for j in range(size)] for i in range(size)])


def jacobian(h: SpaceHessian) -> arb_mat:
    """The rows g_j."""
    return arb_mat([[as_arb(value) for value in row] for row in gradient_rows(h)])


def residual_matrix(h: SpaceHessian) -> arb_mat:
    """R."""
    width = len(h.points[0]) + 1
    rows: list[list[arb | int]] = [[0] * h.size for _ in range(h.size)]
    for i, r in enumerate(h.r):
        last = (i + 1) * width - 1
        for at, value in enumerate(r, start=i * width):
            rows[at][last] = rows[last][at] = as_arb(value)
    return arb_mat(rows)


def full_matrix(h: SpaceHessian, rows: arb_mat) -> arb_mat:
    """H = J^T P J + R from the rows g_j."""
    roots = [as_arb(p).sqrt() for p in h.p]
    scaled = arb_mat(
        [[root * value for value in row] for root, row in zip(roots, rows.table(), strict=True)]
    )
    return scaled.transpose() * scaled + residual_matrix(h)


def counterpart(h: SpaceHessian, mu: arb) -> arb_mat | None:
    """I - P^{1/2} K P^{1/2} of n rows, or None where mu > max_i |r_i| is not certain."""
    n = len(h.p)
    indicators: list[list[arb | int]] = [[0] * len(h.a) for _ in range(n)]
    couplings: list[list[arb | int]] = [[0] * len(h.a) for _ in range(n)]
    for i, (a, r, square) in enumerate(zip(h.a, h.r, h.squared_blocks(), strict=True)):
        gap = mu * mu - square
        if not gap > 0:
            return None
        scale = gap.sqrt()
        for j in h.active[i]:
            indicators[j][i] = as_arb(a)
            couplings[j][i] = (a * inner(r, h.points[j]) + mu * h.z[j][i]) / scale
    ones = arb_mat([[1]] * n)
    total = ones * ones.transpose()
    if h.a:
        shared, coupled = arb_mat(indicators), arb_mat(couplings)
        places = arb_mat([[as_arb(x) for x in at] for at in h.points])
        total += _entrywise(shared * shared.transpose(), places * places.transpose())
        total += coupled * coupled.transpose()
    roots = arb_mat([[(as_arb(p) / mu).sqrt()] for p in h.p])
    return identity(n) - _entrywise(total, roots * roots.transpose())


def _entrywise(one: arb_mat, other: arb_mat) -> arb_mat:
    pairs = zip(one.table(), other.table(), strict=True)
    return arb_mat([[u * v for u, v in zip(*rows, strict=True)] for rows in pairs])
