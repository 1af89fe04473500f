"""Fewer data and fewer neurons with the same positive eigenvalues of H = G: cheap to count.

Between the kinks g_j is linear in (x_j, 1), so G sees the data of a cell only through
sum p, sum p x and sum p x^2. Two points have the same sums: the mean, minus and plus the
standard deviation, each with half of sum p.

Where R = 0 the positive eigenvalues of H are those of P^(1/2) J J^T P^(1/2) on the data,
and J J^T sees the neurons that share a set A only through two sums: of a_i^2, and of the
2 x 2 matrices (w_i, b_i)(w_i, b_i)^T. Two neurons have the same sums: one with the root
of the first for its a, and a second one with a = 0. Source: proofs_notes/minimum.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from flint import arb

from verify.ball import square_root
from verify.hessian.structured import StructuredHessian
from verify.model import Span

Neuron = tuple[arb, arb, arb]
"""(w, b, a)."""
Point = tuple[arb, arb]
"""(x, p)."""
MOST_ALIKE = 2
"""Neurons with one set, and data of one cell, that are left as they are."""


def _two_points(x: Sequence[arb], p: Sequence[arb]) -> list[Point] | None:
    """Two weighted points with the moments 0, 1, 2 of many, or None where they do not spread."""
    zero = arb(0)
    mass = sum(p, zero)
    mean = sum((weight * at for weight, at in zip(p, x, strict=True)), zero) / mass
    away = [at - mean for at in x]
    # A ball around 0 has no power in flint, so squares are products.
    squares = (weight * far * far for weight, far in zip(p, away, strict=True))
    variance = sum(squares, zero) / mass
    if not variance > 0:
        return None
    spread = variance.sqrt()
    return [(mean - spread, mass / 2), (mean + spread, mass / 2)]


def merged_cells(h: StructuredHessian) -> StructuredHessian:
    """The same H with two data in each cell between kinks that has more.

    They need not lie in the cell: whether a neuron is active there is said by its span.
    """
    ends = sorted({0, len(h.x), *(end for span in h.spans for end in span)})
    points: list[Point] = []
    place = {0: 0}
    for start, stop in pairwise(ends):
        x, p = ([arb(value) for value in part[start:stop]] for part in (h.x, h.p))
        fewer = _two_points(x, p) if len(x) > MOST_ALIKE else None
        points += fewer or zip(x, p, strict=True)
        place[stop] = len(points)
    return replace(
        h,
        x=tuple(at for at, _ in points),
        p=tuple(weight for _, weight in points),
        spans=tuple((place[start], place[stop]) for start, stop in h.spans),
    )


def _pair(members: list[Neuron]) -> list[Neuron] | None:
    """Two neurons with the sums of all members, or None where no pivot is clear of 0.

    Cholesky's factors of [[ww, wb], [wb, bb]], the larger diagonal entry first.
    """
    zero = arb(0)
    ww, wb, bb = (
        sum(terms, zero)
        for terms in zip(*((w * w, w * b, b * b) for w, b, _ in members), strict=True)
    )
    a = arb(square_root(sum((a * a for _, _, a in members), zero)))
    swap = ww.mid() < bb.mid()
    head, tail = (bb, ww) if swap else (ww, bb)
    if not head > 0:
        return None
    first = head.sqrt()
    cross = wb / first
    rest = arb(square_root(tail - cross * cross))
    if swap:
        return [(cross, first, a), (rest, zero, zero)]
    return [(first, cross, a), (zero, rest, zero)]


def _neurons(h: StructuredHessian) -> Iterator[tuple[Span, Neuron]]:
    groups: dict[Span, list[Neuron]] = {}
    for span, w, b, a in zip(h.spans, h.w, h.b, h.a, strict=True):
        if span[0] < span[1]:
            groups.setdefault(span, []).append((arb(w), arb(b), arb(a)))
    for span, members in groups.items():
        fewer = _pair(members) if len(members) > MOST_ALIKE else members
        yield from ((span, neuron) for neuron in fewer or members)


def fewer_neurons(h: StructuredHessian) -> StructuredHessian:
    """A Hessian with r = 0 and the positive eigenvalues of `h`, whose r is 0 too.

    At most two neurons for each activation set of three or more, none that are dead:
    its kernel is smaller.
    """
    zero, found = arb(0), list(_neurons(h))
    return replace(
        h,
        w=tuple(w for _, (w, _, _) in found),
        b=tuple(b for _, (_, b, _) in found),
        a=tuple(a for _, (_, _, a) in found),
        r=tuple((zero, zero) for _ in found),
        spans=tuple(span for span, _ in found),
    )
