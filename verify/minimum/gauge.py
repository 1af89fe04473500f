"""The least lambda_max over all rescalings (w, b, a) -> (w/t, b/t, t a), enclosed.

Where R = 0, lambda_max is that of the matrix on the data

    K(s) = P^(1/2) (1 1^T + sum_i (s_i A_i + z_i z_i^T / s_i)) P^(1/2),   s_i = t_i^2,
    A_i = a_i^2 (x 1_i (x 1_i)^T + 1_i 1_i^T),   z_i = relu(w_i x + b_i),

convex in the logarithms of s. Any s gives an upper bound. For vectors q^m, any at all,

    least >= [sum_m ((sum q^m)^2) + 2 sum_i sqrt(alpha_i beta_i)] / sum_m sum_j (q^m_j)^2 / p_j

with alpha_i = sum_m q^m A_i q^m and beta_i = sum_m (q^m . z_i)^2: a Rayleigh quotient whose
best s is known. A float search proposes s and q (cooling.py); balls decide. Source:
proofs_notes/minimum.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from verify.ball import Enclosure, Scalar, ball, maximum, square_root
from verify.hessian.structured import StructuredHessian, span_sums
from verify.minimum.condensed import fewer_neurons
from verify.minimum.cooling import propose
from verify.spectrum.balls import largest
from verify.spectrum.hint import guess


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Least:
    """least lambda_max over the rescalings, and factors t (length k, 1 for the dead) near it."""

    value: Enclosure
    factors: tuple[Fraction, ...]


def rescaled(h: StructuredHessian, factors: Sequence[Fraction]) -> StructuredHessian:
    """H at (w/t, b/t, t a), for r = 0."""
    scales = [ball(t) for t in factors]
    return replace(
        h,
        w=tuple(w / t for w, t in zip(h.w, scales, strict=True)),
        b=tuple(b / t for b, t in zip(h.b, scales, strict=True)),
        a=tuple(a * t for a, t in zip(h.a, scales, strict=True)),
    )


def lower_bound(h: StructuredHessian, vectors: Sequence[Sequence[Fraction]]) -> arb:
    """The bound of the docstring above for any vectors q^m over the inputs, not all 0."""
    zero = arb(0)
    level = norm = zero
    outer, inner = [zero] * len(h.a), [zero] * len(h.a)
    for vector in vectors:
        q = [ball(entry) for entry in vector]
        masses = span_sums(q, h.spans, zero)
        firsts = span_sums([weight * x for weight, x in zip(q, h.x, strict=True)], h.spans, zero)
        # A ball around 0 has no power in flint, so squares are products.
        total = sum(q, zero)
        level += total * total
        norm += sum((weight * weight / p for weight, p in zip(q, h.p, strict=True)), zero)
        for i, (mass, first) in enumerate(zip(masses, firsts, strict=True)):
            outer[i] += h.a[i] * h.a[i] * (first * first + mass * mass)
            along = h.w[i] * first + h.b[i] * mass
            inner[i] += along * along
    pairs = zip(outer, inner, strict=True)
    crossed: Scalar = sum((square_root(one * two) for one, two in pairs), zero)
    return arb((level + 2 * crossed) / norm)


def _power_of_two(value: arb) -> Fraction:
    """A power of two near the root of a positive ball; 1 where the ball is not clear of 0."""
    if not value > 0:
        return Fraction(1)
    mantissa, exponent = value.mid().man_exp()
    return Fraction(2) ** ((int(exponent) + int(mantissa).bit_length()) // 2)


def balanced(h: StructuredHessian) -> list[Fraction]:
    """Powers of two t that bring |t a (x, 1)| near |w x + b| / t on the active data; 1 if dead."""
    factors = []
    for w, b, a, (start, stop) in zip(h.w, h.b, h.a, h.spans, strict=True):
        ends = [arb(h.x[at]) for at in {start, stop - 1}] if start < stop else []
        inner = arb(maximum([abs(w * x + b) for x in ends], arb(0)))
        outer = abs(arb(a)) * arb(maximum([abs(x) for x in ends], arb(1)))
        factors.append(_power_of_two(inner / outer) if ends else Fraction(1))
    return factors


def least_over_rescalings(h: StructuredHessian, width: Fraction, top: arb | None = None) -> Least:
    """Enclose the least lambda_max over rescalings of the live neurons of H = G (r = 0).

    `width` is the relative width asked of lambda_max at the proposed rescaling; what
    separates the two bounds beyond that is the duality gap of the float search.
    `top` is an upper bound of lambda_max(H) itself. Raises PrecisionExhausted.
    """
    start = balanced(h)
    found = propose(rescaled(h, start))
    factors = [t * more for t, more in zip(start, found.factors, strict=True)]
    there = fewer_neurons(rescaled(h, factors))
    high = largest(there, width, guess(there)).hi
    if top is not None and top < high:
        factors, high = [Fraction(1)] * len(factors), top
    low = lower_bound(h, found.vectors).lower()
    return Least(value=Enclosure(lo=low, hi=high), factors=tuple(factors))
