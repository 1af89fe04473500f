"""Excess risk at fixed design, exactly: mean divergence, its split into loss and noise, the gap.

D(f0 || f) is the divergence of the law sigma(f) of a label from the law sigma(f0)
(verify/inequalities/divergence.py encloses it without cancellation):

    D(f0 || f) = softplus(f) - softplus(f0) - sigma(f0) (f - f0),   softplus(f) = log(1 + e^f).

With y_j ~ sigma(f0_j), R(f) = E L(f) over fresh labels at the same x_j, and
xi_j = [y_j = 1] - sigma(f0_j):

    R(f) - R(f0) = mean_j D(f0_j || f_j)                          (excess risk)
    R(f) - R(f0) = [L(f) - L(f0)] + <xi, f - f0>_n                (K6)
    R(f) - L(f)  = <xi, f>_n                                      (generalization gap, linear in f)

for every labels y: K6 holds datum by datum. Outputs f_j and truth f0_j are exact rationals in one
order with the labels; results are balls at the working precision. Proofs: proofs_notes/norm-gap.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.ball import Scalar, ball
from verify.hessian.structured import ToScalar
from verify.inequalities.divergence import divergence
from verify.logistic import LOGISTIC, sigmoid
from verify.model import InputError

Rationals = Sequence[Fraction]


def check_lengths(**lists: Sequence[object]) -> None:
    """Raises InputError unless the lists are equally long and not empty."""
    sizes = {name: len(values) for name, values in lists.items()}
    if len(set(sizes.values())) != 1 or not next(iter(sizes.values())):
        found = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise InputError(f"{found} entries; equal numbers of at least one are needed")


def softplus(f: Scalar) -> Scalar:
    """log(1 + e^f), the loss of output f with label -1."""
    return LOGISTIC.value(-1, f)


def total_divergence(truth: Rationals, outs: Rationals) -> Scalar:
    """n times the excess risk: sum_j D(f0_j || f_j)."""
    check_lengths(truth=truth, outs=outs)
    pairs = zip(truth, outs, strict=True)
    total: Scalar = ball(Fraction(0))
    return sum((divergence(f0, f) for f0, f in pairs), total)


def excess_risk(truth: Rationals, outs: Rationals) -> Scalar:
    """R(f) - R(f0) = mean_j D(f0_j || f_j)."""
    return total_divergence(truth, outs) / len(outs)


def noise(labels: Sequence[int], truth: Rationals, number: ToScalar = ball) -> list[Scalar]:
    """xi_j = [y_j = 1] - sigma(f0_j), from labels -1 and 1; rational where f0_j = 0."""
    check_lengths(labels=labels, truth=truth)
    pairs = zip(labels, truth, strict=True)
    # 1 - sigma(t) = sigma(-t) keeps the small numbers accurate.
    return [y * sigmoid(number(-y * f0)) for y, f0 in pairs]


def correlation(xi: Sequence[Scalar], values: Rationals, number: ToScalar = ball) -> Scalar:
    """<xi, v>_n = (1/n) sum_j xi_j v_j."""
    check_lengths(xi=xi, values=values)
    terms = (weight * number(value) for weight, value in zip(xi, values, strict=True))
    return sum(terms, number(Fraction(0))) / len(values)


def mean_loss(labels: Sequence[int], outs: Rationals) -> Scalar:
    """L = (1/n) sum_j log(1 + e^(-y_j f_j))."""
    check_lengths(labels=labels, outs=outs)
    terms = (LOGISTIC.value(y, ball(f)) for y, f in zip(labels, outs, strict=True))
    return sum(terms, ball(Fraction(0))) / len(outs)


def expected_loss(truth: Rationals, outs: Rationals) -> Scalar:
    """R(f) = mean_j [softplus(f_j) - sigma(f0_j) f_j], the loss on fresh labels at the same x."""
    check_lengths(truth=truth, outs=outs)
    pairs = zip(truth, outs, strict=True)
    terms = (softplus(ball(f)) - sigmoid(ball(f0)) * ball(f) for f0, f in pairs)
    return sum(terms, ball(Fraction(0))) / len(outs)


def excess_by_noise(labels: Sequence[int], truth: Rationals, outs: Rationals) -> Scalar:
    """The right side of K6: [L(f) - L(f0)] + <xi, f - f0>_n."""
    moves = [f - f0 for f, f0 in zip(outs, truth, strict=True)]
    gained = mean_loss(labels, outs) - mean_loss(labels, truth)
    return gained + correlation(noise(labels, truth), moves)
