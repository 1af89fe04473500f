"""Weighted total variation of f'' and its parts: tail weights g, S, TV, uncertain sets.

For weights q_j >= 0 on the sorted data and a kink t,

    g+(t) = (sum_{x_j > t} q_j (x_j - t)) * |(sum_{x_j > t} q_j x_j, sum_{x_j > t} q_j)|

and g- is its mirror over x_j < t; with sum q = 1 these are the conditional
forms Pr(X>t)^2 E[X-t | X>t] sqrt(1 + E[X | X>t]^2). Tails are strict, as
relu'(0) = 0 is. Source: the paper's Theorem 3.5; proofs_notes/notation.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from verify.ball import Scalar, magnitude, minimum, square_root
from verify.hessian.structured import StructuredHessian, ToScalar, span_sums
from verify.model import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuronMoments:
    """alpha = sum q relu(z) and beta = (sum q x, sum q) over one neuron's active data."""

    alpha: Scalar
    beta: tuple[Scalar, Scalar]
    size: Scalar
    """|beta|^2; its root is taken only where a claim needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KinkTerm:
    """One distinct kink t: exact jump of f' and path mass by side, with the tail weights there."""

    at: Fraction
    jump: Fraction
    right: Fraction
    left: Fraction
    g_right: Scalar
    g_left: Scalar


def neuron_moments(h: StructuredHessian, q: Sequence[Scalar]) -> list[NeuronMoments]:
    """The moments of every neuron under the weights q (length n, sorted data)."""
    zero = h.p[0] * 0
    mass = span_sums(q, h.spans, zero)
    first = span_sums([weight * x for weight, x in zip(q, h.x, strict=True)], h.spans, zero)
    return [
        NeuronMoments(alpha=w * m1 + b * m0, beta=(m1, m0), size=m1 * m1 + m0 * m0)
        for w, b, m0, m1 in zip(h.w, h.b, mass, first, strict=True)
    ]


def path_sum(h: StructuredHessian, moments: Sequence[NeuronMoments]) -> Scalar:
    """S = sum over neurons with w_i != 0 of alpha_i |a_i| |beta_i|.

    Weights are exact or balls clear of 0: of a ball around 0 nobody knows, and it is left out.
    """
    total = h.p[0] * 0
    for neuron, w, a, (start, stop) in zip(moments, h.w, h.a, h.spans, strict=True):
        if start < stop and w != 0 and a != 0:
            total += neuron.alpha * magnitude(a) * square_root(neuron.size)
    return total


def _tail(t: Scalar, mass: Scalar, first: Scalar) -> Scalar:
    return magnitude(first - t * mass) * square_root(first * first + mass * mass)


def kink_terms(
    network: Network, x: Sequence[Fraction], q: Sequence[Scalar], number: ToScalar
) -> list[KinkTerm]:
    """The distinct kinks of the network, with g+ and g- under weights q on the sorted exact x."""
    zero = number(Fraction(0))
    weighted = [weight * number(at) for weight, at in zip(q, x, strict=True)]
    below, above = (
        [list(accumulate(values, initial=zero)) for values in (q, weighted)],
        [list(accumulate(reversed(values), initial=zero))[::-1] for values in (q, weighted)],
    )
    groups: dict[Fraction, list[tuple[Fraction, Fraction]]] = {}
    for t, w, a in zip(network.kinks(), network.w, network.a, strict=True):
        if t is not None:
            groups.setdefault(t, []).append((w, a))
    terms = []
    for t, members in sorted(groups.items()):
        opened, shut, at = bisect_right(x, t), bisect_left(x, t), number(t)
        terms.append(
            KinkTerm(
                at=t,
                jump=sum((a * abs(w) for w, a in members), Fraction(0)),
                right=sum((abs(a) * w for w, a in members if w > 0), Fraction(0)),
                left=sum((-abs(a) * w for w, a in members if w < 0), Fraction(0)),
                g_right=_tail(at, above[0][opened], above[1][opened]),
                g_left=_tail(at, below[0][shut], below[1][shut]),
            )
        )
    return terms


def total_variation(terms: Sequence[KinkTerm], number: ToScalar) -> Scalar:
    """TV = int |f''| min(g+, g-) = sum over distinct kinks of |jump| min(g+, g-)."""
    total = number(Fraction(0))
    for term in terms:
        total += number(abs(term.jump)) * minimum(term.g_right, term.g_left)
    return total


def uncertain_positions(outs: Sequence[Fraction], gamma: Fraction) -> list[int]:
    """The data with |f_j| <= gamma, decided exactly."""
    return [j for j, f in enumerate(outs) if abs(f) <= gamma]
