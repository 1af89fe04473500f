"""False weights for the controls: S with one ingredient of the tail weight g changed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from verify.ball import Scalar, magnitude, maximum, square_root
from verify.hessian.structured import span_sums
from verify.model import active_spans
from verify.quantities import Quantities

Weight = Callable[[Scalar, Scalar, Scalar], Scalar]


def path_sum_with(quantities: Quantities, weight: Weight, *, closed: bool = False) -> Scalar:
    """sum_i |a_i w_i| weight(Pr, E[X - t | tail], E[X | tail]) over neurons with active data.

    `closed` takes the tails X >= t, which do not go with relu'(0) = 0.
    """
    h, zero = quantities.h, quantities.zero
    spans = active_spans(quantities.network, quantities.data, closed=closed)
    mass = span_sums(quantities.q, spans, zero)
    first = span_sums([q * x for q, x in zip(quantities.q, h.x, strict=True)], spans, zero)
    total = zero
    for (start, stop), w, b, a, m0, m1 in zip(spans, h.w, h.b, h.a, mass, first, strict=True):
        if start < stop and w != 0 and m0 != 0:
            mean = m1 / m0
            excess = magnitude(mean + b / w)
            total += magnitude(a * w) * weight(m0, excess, mean)
    return total


def single_power(mass: Scalar, excess: Scalar, mean: Scalar) -> Scalar:
    """Pr in place of Pr^2."""
    return mass * excess * square_root(1 + mean * mean)


def no_root(mass: Scalar, excess: Scalar, mean: Scalar) -> Scalar:
    """1 + E^2 in place of its square root."""
    return mass * mass * excess * (1 + mean * mean)


def true_weight(mass: Scalar, excess: Scalar, mean: Scalar) -> Scalar:
    """Pr^2 E[X - t] sqrt(1 + E[X]^2): only the tails may then be wrong."""
    return mass * mass * excess * square_root(1 + mean * mean)


def path_sum_closed(quantities: Quantities) -> Scalar:
    """S with closed tails X >= t."""
    return path_sum_with(quantities, true_weight, closed=True)


def path_sum_wrong_side(quantities: Quantities) -> Scalar:
    """S with g^{-sgn w} in place of g^{sgn w}."""
    terms = quantities.kinks_under(quantities.q)
    number, total = quantities.number, quantities.zero
    for term in terms:
        total += number(term.right) * term.g_left + number(term.left) * term.g_right
    return total


def path_sum_uniform(quantities: Quantities) -> Scalar:
    """S with tails under the empirical law, whatever p is."""
    q = [quantities.number(Fraction(1, quantities.n))] * quantities.n
    total = quantities.zero
    for term in quantities.kinks_under(q):
        right, left = quantities.number(term.right), quantities.number(term.left)
        total += right * term.g_right + left * term.g_left
    return total


def variation_of_larger(quantities: Quantities) -> Scalar:
    """TV with max(g+, g-) in place of min."""
    total = quantities.zero
    for term in quantities.kinks_under(quantities.q):
        jump = quantities.number(abs(term.jump))
        total += jump * maximum([term.g_right], term.g_left)
    return total


def variation_unweighted(quantities: Quantities) -> Scalar:
    """int |f''| without a weight."""
    terms = quantities.kinks_under(quantities.q)
    return quantities.number(sum((abs(term.jump) for term in terms), Fraction(0)))
