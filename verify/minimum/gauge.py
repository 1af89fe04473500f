"""The least lambda_max over all rescalings (w, b, a) -> (w/t, b/t, t a), enclosed.

Where R = 0, lambda_max is that of the matrix on the data

    K(s) = P^(1/2) (1 1^T + sum_i (s_i A_i + z_i z_i^T / s_i)) P^(1/2),   s_i = t_i^2,
    A_i = a_i^2 (x 1_i (x 1_i)^T + 1_i 1_i^T),   z_i = relu(w_i x + b_i),

convex in the logarithms of s. Any s gives an upper bound. For vectors q^m, any at all,

    least >= [sum_m ((sum q^m)^2) + 2 sum_i sqrt(alpha_i beta_i)] / sum_m sum_j (q^m_j)^2 / p_j

with alpha_i = sum_m q^m A_i q^m and beta_i = sum_m (q^m . z_i)^2: a Rayleigh quotient whose
best s is known. A float search proposes s and q; balls decide. proofs_notes/minimum.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from verify.ball import Enclosure, Scalar, ball, square_root
from verify.hessian.structured import StructuredHessian, span_sums
from verify.model import Span
from verify.spectrum.balls import largest
from verify.spectrum.hint import guess

Floats = NDArray[np.float64]
SMOOTHINGS = tuple(10.0**-power for power in range(1, 10))
"""Temperatures of the smoothed maximum, relative to lambda_max."""
REACH = 40.0
"""How far log s may move from its start, so that no exponential overflows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Least:
    """least lambda_max over the rescalings, and factors t (length k, 1 for the dead) near it."""

    value: Enclosure
    factors: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    """Float columns of K(1): constant (m), outer (k', m, 2) and inner (k', m) of live neurons."""

    constant: Floats
    outer: Floats
    inner: Floats

    def top(self, logs: Floats, heat: float) -> tuple[float, Floats, Floats, Floats]:
        """Smoothed lambda_max of K(exp(logs)), its gradient, left vectors and their weights."""
        root = np.exp(logs / 2)
        columns = np.concatenate(
            [
                self.constant[:, None],
                *(s * part for s, part in zip(root, self.outer, strict=True)),
                (self.inner / root[:, None]).T,
            ],
            axis=1,
        )
        vectors, values, _ = np.linalg.svd(columns, full_matrices=False)
        values = values**2
        shares = np.exp((values - values[0]) / heat)
        value = float(values[0] + heat * np.log(shares.sum()))
        shares /= shares.sum()
        outer = np.einsum("kmc,mv->kcv", self.outer, vectors) ** 2
        inner = (self.inner @ vectors) ** 2
        slope = root**2 * (outer.sum(axis=1) @ shares) - (inner @ shares) / root**2
        return value, slope, vectors, shares


def _frame(h: StructuredHessian) -> tuple[_Frame, list[int], Floats]:
    """The columns, the neurons that are not dead, and the roots of p."""
    live = [i for i, (start, stop) in enumerate(h.spans) if start < stop]
    x, p, w, b, a = (np.array([float(arb(v)) for v in part]) for part in (h.x, h.p, h.w, h.b, h.a))
    root = np.sqrt(p)
    outer, inner = np.zeros((len(live), x.size, 2)), np.zeros((len(live), x.size))
    for place, i in enumerate(live):
        at = slice(*h.spans[i])
        outer[place, at, 0] = a[i] * x[at] * root[at]
        outer[place, at, 1] = a[i] * root[at]
        inner[place, at] = (w[i] * x[at] + b[i]) * root[at]
    return _Frame(constant=root, outer=outer, inner=inner), live, root


def _proposals(frame: _Frame) -> tuple[Floats, Floats, Floats]:
    """Near-optimal log s, and vectors with weights: the minimum of a smoothed maximum, cooled."""
    from scipy.optimize import minimize

    outer = (frame.outer**2).sum(axis=(1, 2))
    logs = np.log((frame.inner**2).sum(axis=1) / outer) / 2
    bounds = [(log - REACH, log + REACH) for log in logs.tolist()]
    scale = frame.top(logs, 1.0)[0]
    for heat in SMOOTHINGS:

        def objective(at: Floats, heat: float = heat * scale) -> tuple[float, Floats]:
            value, slope, _, _ = frame.top(at, heat)
            return value / scale, slope / scale

        found = minimize(
            objective, logs, jac=True, bounds=bounds, options={"gtol": 1e-13, "ftol": 1e-16}
        )
        logs = found.x
    _, _, vectors, shares = frame.top(logs, SMOOTHINGS[-1] * scale)
    kept = shares > 1e-15
    return logs, vectors[:, kept], shares[kept]


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
        level += sum(q, zero) ** 2
        norm += sum((weight * weight / p for weight, p in zip(q, h.p, strict=True)), zero)
        for i, (mass, first) in enumerate(zip(masses, firsts, strict=True)):
            outer[i] += h.a[i] * h.a[i] * (first * first + mass * mass)
            inner[i] += (h.w[i] * first + h.b[i] * mass) ** 2
    pairs = zip(outer, inner, strict=True)
    crossed: Scalar = sum((square_root(one * two) for one, two in pairs), zero)
    return arb((level + 2 * crossed) / norm)


def _balance(w: Scalar, b: Scalar, a: Scalar, span: Span) -> Fraction:
    """A power of two t that brings |a t| near |(w, b)| / t; 1 for a dead neuron."""
    if span[0] == span[1]:
        return Fraction(1)
    mantissa, exponent = ((abs(arb(w)) + abs(arb(b))) / abs(arb(a))).mid().man_exp()
    return Fraction(2) ** ((int(exponent) + int(mantissa).bit_length()) // 2)


def least_over_rescalings(h: StructuredHessian, width: Fraction) -> Least:
    """Enclose the least lambda_max over rescalings of the live neurons of H = G (r = 0).

    `width` is the relative width asked of lambda_max at the proposed rescaling; what
    separates the two bounds beyond that is the duality gap of the float search.
    Raises PrecisionExhausted.
    """
    factors = [_balance(*entry) for entry in zip(h.w, h.b, h.a, h.spans, strict=True)]
    frame, live, root = _frame(rescaled(h, factors))
    vectors, shares = (root[:, None] / np.linalg.norm(root)), np.ones(1)
    if live:
        logs, vectors, shares = _proposals(frame)
        for i, log in zip(live, logs.tolist(), strict=True):
            factors[i] *= Fraction(float(np.exp(log / 2)))
    weighted = root[:, None] * vectors * np.sqrt(shares)
    proposal = [[Fraction(entry) for entry in column] for column in weighted.T.tolist()]
    there = rescaled(h, factors)
    return Least(
        value=Enclosure(
            lo=lower_bound(h, proposal).lower(),
            hi=largest(there, width, guess(there)).hi,
        ),
        factors=tuple(factors),
    )
