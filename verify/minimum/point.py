"""A stationary network with given activation sets: the fit on V, split among the neurons.

With every a_i kept, f on the data is linear in (w, b, c), so the nearest network
that outputs the fit is a least-norm correction. Whether it keeps the activation
sets is decided in balls. Source: proofs_notes/minimum.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat

from verify.ball import Truth, ball, maximum, sign
from verify.hessian.structured import StructuredHessian
from verify.minimum.fit import Fit
from verify.minimum.space import Space, expanded, weights_of
from verify.model import Network, Span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Point:
    """A network in balls, exact in a, whose outputs on the data are those of a fit.

    `keeps` says whether it has the activation sets it was made for; only then it is a
    stationary point.
    """

    a: tuple[Fraction, ...]
    w: tuple[arb, ...]
    b: tuple[arb, ...]
    c: arb
    keeps: Truth


def corrections(network: Network, space: Space, fit: Fit) -> list[arb]:
    """Least-norm changes of the generators' weights that turn f on the data into the fit."""
    table = space.coordinates
    here = expanded(space, weights_of(network, space))
    change = [goal - ball(value) for goal, value in zip(fit.coordinates, here, strict=True)]
    gram = arb_mat((table * table.transpose()).inv())
    column = gram * arb_mat(len(change), 1, change)
    return list((arb_mat(table.transpose()) * column).entries())


def _all(truths: list[Truth]) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _is(value: arb, side: int) -> Truth:
    found = sign(value)
    return None if found is None else found == side


def beside(span: Span, m: int) -> tuple[set[int], set[int]]:
    """The positions next to the ends of a set, within it and without it, among m inputs."""
    start, stop = span
    if start == stop:
        return set(), {0, m - 1}
    return {start, stop - 1}, {start - 1, stop} & set(range(m))


def has_set(space: Space, span: Span, slope: arb, level: arb) -> Truth:
    """Whether slope x + level is positive on the inputs of `span` and negative on the others.

    It is affine, so it is enough to look next to the ends.
    """

    def at(position: int) -> arb:
        return slope * ball(space.x[position]) + level

    inside, outside = beside(span, len(space.x))
    return _all(
        [_is(at(position), 1) for position in inside]
        + [_is(at(position), -1) for position in outside]
    )


def stationary_point(network: Network, space: Space, fit: Fit) -> Point:
    """The network with the given a, nearest in the generators' weights, that outputs the fit."""
    change = corrections(network, space, fit)
    shares = {
        span: sum(
            (a * a for a, own in zip(network.a, space.spans, strict=True) if own == span),
            Fraction(0),
        )
        for span in space.sets
    }
    index = {span: 2 * position + 1 for position, span in enumerate(space.sets)}
    w, b, keeps = [], [], []
    for a, w0, b0, span in zip(network.a, network.w, network.b, space.spans, strict=True):
        part = ball(a / shares[span]) if span in index else arb(0)
        steps = [part * change[index[span] + i] if span in index else arb(0) for i in (0, 1)]
        w.append(ball(w0) + steps[0])
        b.append(ball(b0) + steps[1])
        keeps.append(has_set(space, span, w[-1], b[-1]))
    return Point(
        a=tuple(network.a),
        w=tuple(w),
        b=tuple(b),
        c=ball(network.c) + change[0],
        keeps=_all(keeps),
    )


def distance(network: Network, point: Point) -> arb:
    """The largest difference of an entry of (w, b, c), for a network with the same a."""
    pairs = [*zip(network.w, point.w, strict=True), *zip(network.b, point.b, strict=True)]
    pairs.append((network.c, point.c))
    return arb(maximum((abs(here - ball(there)) for there, here in pairs), arb(0)))


def misplaced(network: Network, space: Space, fit: Fit) -> Span | None:
    """An activation set that no stationary point with these sets and signs of a can have.

    Where the data determine the part h = u x + v of a set and all its neurons have
    a_i of one sign, that sign times h is a positive sum of their w_i x + b_i: it is
    positive on the set and negative beside it. None where no set is certainly wrong.
    """
    goal = corrections(network, space, fit)
    total = [ball(old) + new for old, new in zip(weights_of(network, space), goal, strict=True)]
    for position, (span, known) in enumerate(zip(space.sets, space.determined(), strict=True)):
        signs = {
            1 if a > 0 else -1 for a, own in zip(network.a, space.spans, strict=True) if own == span
        }
        if known and len(signs) == 1:
            (side,) = signs
            slope, level = (side * total[2 * position + 1 + i] for i in (0, 1))
            if has_set(space, span, slope, level) is False:
                return span
    return None


def hessian_at(point: Point, space: Space, fit: Fit) -> StructuredHessian:
    """H = G at the stationary point, over the distinct inputs: r = 0 by the structure theorem."""
    zero = arb(0)
    return StructuredHessian(
        x=tuple(ball(x) for x in space.x),
        p=fit.p,
        w=point.w,
        b=point.b,
        a=tuple(ball(a) for a in point.a),
        r=tuple((zero, zero) for _ in point.a),
        spans=space.spans,
    )
