"""The Hessian of the mean loss of a network on R^d: a low rank part plus small blocks.

    H = sum_j p_j g_j g_j^T + R,   p_j = l''(f_j)/n,
    R = blockdiag over neurons of [[0, r_i], [r_i^T, 0]],
    r_i = (1/n) sum_j l'_j 1_ij (x_j, 1)  in R^{d+1},

in the order (w_1, b_1, a_1, .., w_k, b_k, a_k, c), w_i in R^d. Derived by sympy in
verify/space/symbolic.py for d = 2 and 3; proofs_notes/space.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from verify.ball import Scalar, maximum, square_root
from verify.hessian.structured import ToScalar
from verify.logistic import Loss, Target
from verify.space.model import Point, Preactivations, SpaceDataset, SpaceNetwork, active_sets

Vector = tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceHessian:
    """What determines H. Per datum: (x_j, 1) of length d + 1, p_j, and z_ij of length k.

    Per neuron: a_i, r_i of length d + 1, and the data on which it is active.
    """

    points: tuple[Vector, ...]
    p: tuple[Scalar, ...]
    z: tuple[Vector, ...]
    a: tuple[Scalar, ...]
    r: tuple[Vector, ...]
    active: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """The number of rows of H: k (d + 2) + 1."""
        return len(self.a) * (len(self.points[0]) + 1) + 1

    def squared_blocks(self) -> list[Scalar]:
        """|r_i|^2 for each neuron; |r_i| is the largest eigenvalue of its block of R."""
        return [square(r) for r in self.r]

    def largest_block(self) -> Scalar:
        """max_i |r_i|, 0 without neurons; always <= lambda_max(H)."""
        return square_root(maximum(self.squared_blocks(), self.p[0] * 0))


def square(vector: Sequence[Scalar]) -> Scalar:
    """|v|^2 of a vector of length >= 1."""
    first, *rest = vector
    return sum((value * value for value in rest), first * first)


def inner(one: Sequence[Scalar], other: Sequence[Scalar]) -> Scalar:
    """<u, v> of two vectors of one length >= 1."""
    (first, second), *rest = zip(one, other, strict=True)
    return sum((u * v for u, v in rest), first * second)


def weighted_sums(
    weights: Sequence[Scalar],
    points: Sequence[Vector],
    active: Sequence[Sequence[int]],
    zero: Scalar,
) -> list[Vector]:
    """For each neuron sum_j weight_j (x_j, 1) over its active data; 0 where there are none."""
    rows = [tuple(weight * x for x in at) for weight, at in zip(weights, points, strict=True)]
    nothing = (zero,) * len(points[0])
    return [
        tuple(sum(column, zero) for column in zip(*(rows[j] for j in members), strict=True))
        or nothing
        for members in active
    ]


def homogeneous(data: SpaceDataset, number: ToScalar) -> tuple[Vector, ...]:
    """(x_j, 1) of the sorted data."""
    one = number(Fraction(1))
    return tuple((*map(number, at), one) for at in data.in_order.x)


def space_hessian(
    network: SpaceNetwork,
    points: tuple[Vector, ...],
    z: Preactivations,
    number: ToScalar,
    loss: Loss,
    pairs: Sequence[tuple[Target, Fraction]],
) -> SpaceHessian:
    """H in balls or exact rationals as `number` decides; `pairs` are (target, f_j) by datum.

    `points` are the (x_j, 1) as `number` reads them. Activity is exact; a datum on a
    hyperplane is taken with relu'(0) = 0. Raises NotExact where `number` is exact and
    l', l'' are not.
    """
    zero, n = number(Fraction(0)), len(points)
    active = active_sets(z, network.k)
    at = [(y, number(f)) for y, f in pairs]
    live = any(active)
    slopes = [loss.slope(y, f) / n if live else zero for y, f in at]
    return SpaceHessian(
        points=points,
        p=tuple(loss.curvature(y, f) / n for y, f in at),
        z=tuple(tuple(zero + value for value in row) for row in z),
        a=tuple(map(number, network.a)),
        r=tuple(weighted_sums(slopes, points, active, zero)),
        active=active,
    )


def merge_equal(h: SpaceHessian, x: Sequence[Point]) -> SpaceHessian:
    """The same H with data of equal x merged: g_j depends on x_j alone, so their p add up.

    `x` are the exact sorted inputs behind `h.points`.
    """
    groups = [list(members) for _, members in groupby(range(len(x)), key=x.__getitem__)]
    if len(groups) == len(x):
        return h
    rank = {members[0]: index for index, members in enumerate(groups)}
    zero = h.p[0] * 0
    return replace(
        h,
        points=tuple(h.points[members[0]] for members in groups),
        p=tuple(sum((h.p[j] for j in members), zero) for members in groups),
        z=tuple(h.z[members[0]] for members in groups),
        active=tuple(tuple(rank[j] for j in members if j in rank) for members in h.active),
    )


def gradient_rows(h: SpaceHessian) -> list[list[Scalar]]:
    """g_j = grad f(x_j): n rows of length k (d + 2) + 1."""
    zero, width = h.p[0] * 0, len(h.points[0]) + 1
    rows = [[zero] * h.size for _ in h.points]
    for i, (a, members) in enumerate(zip(h.a, h.active, strict=True)):
        for j in members:
            rows[j][i * width : (i + 1) * width] = [*(a * x for x in h.points[j]), h.z[j][i]]
    for row in rows:
        row[-1] = zero + 1
    return rows


def dense_hessian(h: SpaceHessian) -> list[list[Scalar]]:
    """H written out: k (d + 2) + 1 rows."""
    zero, width = h.p[0] * 0, len(h.points[0]) + 1
    matrix = [[zero] * h.size for _ in range(h.size)]
    for p, row in zip(h.p, gradient_rows(h), strict=True):
        live = [index for index, value in enumerate(row) if value != 0]
        for i in live:
            weighted = p * row[i]
            for j in live:
                matrix[i][j] += weighted * row[j]
    for i, r in enumerate(h.r):
        last = (i + 1) * width - 1
        for at, value in enumerate(r, start=i * width):
            matrix[at][last] += value
            matrix[last][at] += value
    return matrix
