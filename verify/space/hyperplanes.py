"""The distinct hyperplanes of a network on R^d, with the tail weights on both sides.

A neuron bends f on {w . x + b = 0}. Its reference (v, s) is (w, b) divided by the first
coordinate of w that is not 0, so that two neurons share a hyperplane exactly where
their references agree, also where (u, t) and (-u, -t) are the same one. With
w = m v the weight |w| g(u, t) is |m| times that of the reference,

    (sum_{v.x + s > 0} q_j (v . x_j + s)) * |sum_{v.x + s > 0} q_j (x_j, 1)|,

because g scales with |v|: no root of |w|^2 is ever taken. For d = 1, v = 1 and s = -t.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.ball import Scalar, square_root
from verify.hessian.structured import ToScalar
from verify.space.hessian import Vector, square, weighted_sums
from verify.space.model import Point, SpaceDataset, SpaceNetwork, preactivations
from verify.variation import KinkTerm

Reference = tuple[Point, Fraction]


def reference(w: Point, b: Fraction) -> tuple[Reference, Fraction] | None:
    """((v, s), m) with w = m v and b = m s, None where w = 0."""
    scale = next((value for value in w if value != 0), None)
    if scale is None:
        return None
    return (tuple(value / scale for value in w), b / scale), scale


def grouped(network: SpaceNetwork) -> dict[Reference, list[tuple[Fraction, Fraction]]]:
    """The (m, a) of the neurons on each hyperplane, by reference, ordered by (v, -s)."""
    groups: dict[Reference, list[tuple[Fraction, Fraction]]] = {}
    for w, b, a in zip(network.w, network.b, network.a, strict=True):
        found = reference(w, b)
        if found is not None:
            groups.setdefault(found[0], []).append((found[1], a))
    return dict(sorted(groups.items(), key=lambda item: (item[0][0], -item[0][1])))


def side_weights(
    references: Sequence[Reference],
    data: SpaceDataset,
    points: Sequence[Vector],
    q: Sequence[Scalar],
    number: ToScalar,
) -> list[tuple[Scalar, Scalar]]:
    """(g+, g-) of each reference under the weights q on the sorted data; tails are strict."""
    zero, one = number(Fraction(0)), (Fraction(1),) * len(references)
    probe = SpaceNetwork(
        w=[v for v, _ in references], b=[s for _, s in references], a=one, c=Fraction(0), d=data.d
    )
    z = preactivations(probe, data)
    found = []
    for sign in (1, -1):
        sides = [[j for j, row in enumerate(z) if sign * row[i] > 0] for i in range(probe.k)]
        heads = [sum((q[j] * (sign * z[j][i]) for j in side), zero) for i, side in enumerate(sides)]
        tails = weighted_sums(q, points, sides, zero)
        found.append([head * square_root(square(t)) for head, t in zip(heads, tails, strict=True)])
    return list(zip(*found, strict=True))


def hyperplane_terms(
    network: SpaceNetwork,
    data: SpaceDataset,
    points: Sequence[Vector],
    q: Sequence[Scalar],
    number: ToScalar,
) -> list[KinkTerm]:
    """One term for each hyperplane {v . x = at}; jump and path masses count |w| in units of |v|."""
    groups = grouped(network)
    sides = side_weights(list(groups), data, points, q, number)
    return [
        KinkTerm(
            at=-s,
            jump=sum((a * abs(m) for m, a in members), Fraction(0)),
            right=sum((abs(a) * m for m, a in members if m > 0), Fraction(0)),
            left=sum((-abs(a) * m for m, a in members if m < 0), Fraction(0)),
            g_right=g_right,
            g_left=g_left,
        )
        for ((_, s), members), (g_right, g_left) in zip(groups.items(), sides, strict=True)
    ]
