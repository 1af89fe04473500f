"""Closed forms of Theorem 3.1: bounds, the limit of lambda_max e^m / m, lengths and risks.

Balls are evaluated at the working precision of the caller. Proofs:
proofs_notes/flat-overfit.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.ball import Enclosure, Scalar, ball, exponential, square_root, working_precision
from verify.counterexample.ramps import (
    BALANCED,
    OUTER_FIXED,
    SignChange,
    near_root,
    sign_changes,
    steepness,
)
from verify.hessian.structured import StructuredHessian
from verify.logistic import LOGISTIC, sigmoid, softness
from verify.model import Dataset, Network, active_spans
from verify.spectrum import enclose
from verify.spectrum.balls import largest
from verify.spectrum.hint import guess

ROOT_SLACK = 1 + Fraction(1, 2**50)
"""a^2 and w^2 of a balanced ramp are at most this times 2 m / (omega Delta): w is rounded."""

FAINT = Fraction(1, 2**40)


def _extent(data: Dataset) -> tuple[Fraction, Fraction]:
    """X = max |x_j| and D = x_n - x_1."""
    x = data.in_order.x
    return max(abs(x[0]), abs(x[-1])), x[-1] - x[0]


def bound(network: Network, data: Dataset, margin: Fraction) -> Scalar:
    """e^{-m} (1 + sqrt(1 + X^2) + sum_i (a_i^2 (1 + X^2) + w_i^2 D^2)): that of claim flat-overfit.

    It bounds lambda_max(H) of every network with margin m and all kinks inside the data.
    """
    reach, spread = _extent(data)
    outer = sum((a * a for a in network.a), Fraction(0)) * (1 + reach**2)
    inner = sum((w * w for w in network.w), Fraction(0)) * spread**2
    root = square_root(ball(1 + reach**2))
    return exponential(ball(-margin)) * (root + ball(1 + outer + inner))


def explicit_bound(data: Dataset, margin: Fraction, omega: Fraction) -> Scalar:
    """e^{-m} (1 + sqrt(1 + X^2) + (4 N / (omega delta)) (D^2 + 1 + X^2) m), N sign changes.

    delta is the least gap with a sign change; the last term carries ROOT_SLACK.
    It bounds lambda_max(H) of the balanced ramp network, which it does not mention.
    """
    reach, spread = _extent(data)
    gaps = sign_changes(data)
    polynomial = Fraction(1)
    if gaps:
        least = min(gap.width for gap in gaps)
        per_margin = 4 * len(gaps) / (omega * least) * (spread**2 + 1 + reach**2)
        polynomial += per_margin * margin * ROOT_SLACK
    root = square_root(ball(1 + reach**2))
    return exponential(ball(-margin)) * (root + ball(polynomial))


def floor_of_all(data: Dataset, margin: Fraction) -> Scalar:
    """s(m) (1 + 4 m min(n_+, n_-) / n^2) - sigma(-m) (1/n) sum_j sqrt(1 + x_j^2).

    lambda_max(H) of every network whatever with y_j f(x_j) = m for all j lies above
    it: m e^{-m} is the right order unless all labels agree.
    """
    m, n = ball(margin), data.n
    rarer = min(data.y.count(1), data.y.count(-1))
    roots = sum((square_root(ball(1 + x * x)) for x in data.x), ball(0))
    lead = softness(m) * ball(1 + 4 * margin * rarer / n**2)
    return lead - sigmoid(-m) * roots / n


def _limit_weights(gap: SignChange, omega: Fraction, scaling: str) -> tuple[Scalar, Scalar]:
    """The limits of |a| and w over the powers of m by which lambda_max e^m is divided."""
    kappa = steepness(gap, omega)
    if scaling == BALANCED:
        return square_root(ball(kappa)), square_root(ball(kappa))
    outer = near_root(kappa) if scaling == OUTER_FIXED else Fraction(1)
    return ball(0), ball(kappa / outer)


def _limit_hessian(
    network: Network, data: Dataset, pairs: Sequence[tuple[Scalar, Scalar]]
) -> StructuredHessian:
    """sum_j (1/n) g_j g_j^T for neurons with the given (|a|, w) and the network's kinks."""
    kinks = [ball(t) for t in network.kinks() if t is not None]
    return StructuredHessian(
        x=tuple(ball(x) for x in data.in_order.x),
        p=(ball(Fraction(1, data.n)),) * data.n,
        w=tuple(w for _, w in pairs),
        b=tuple(-w * t for (_, w), t in zip(pairs, kinks, strict=True)),
        a=tuple(a for a, _ in pairs),
        r=((ball(0), ball(0)),) * network.k,
        spans=active_spans(network, data),
        bias=0,
    )


def asymptote(
    network: Network, data: Dataset, *, omega: Fraction, scaling: str, width: Fraction
) -> Enclosure:
    """B, the limit of lambda_max(H) e^m / m of balanced ramps (e^m / m^2 of the others).

    B = lambda_max((1/n) sum_i kappa_i (rho_i^-2 d_i d_i^T + rho_i^2 (xi_i xi_i^T + e_i e_i^T)))
    with kappa_i = |a_i w_i|/m and rho = 1, by its equal: the largest eigenvalue of
    the Gauss-Newton matrix with weights 1/n and neurons of the limit sizes. The
    unbalanced limit keeps d_i d_i^T only. `network` supplies kinks and spans, for any m.
    """
    gaps = sign_changes(data)
    if not gaps:
        return Enclosure.of(ball(0))
    reach, spread = _extent(data)
    # With a = 0 the search has no positive place to start. A faint a = w * share adds a matrix
    # of trace at most sum (w * share)^2 (1 + X^2), by which the enclosure is widened downward.
    share = FAINT * min(width, Fraction(1)) * spread / (1 + reach**2)

    def weights() -> list[tuple[Scalar, Scalar]]:
        pairs = [_limit_weights(gap, omega, scaling) for gap in gaps for _ in range(2)]
        return pairs if scaling == BALANCED else [(w * ball(share), w) for _, w in pairs]

    found = enclose(
        lambda: _limit_hessian(network, data, weights()),
        lambda h: largest(h, width / 2, guess(h)),
        width / 2,
    )
    if scaling == BALANCED:
        return found
    with working_precision(128 + 2 * width.denominator.bit_length()):
        trace = sum((a * a for a, _ in weights()), ball(0)) * ball(1 + reach**2)
        return Enclosure(lo=(found.lo - trace).lower(), hi=found.hi)


def uncertain_length(
    data: Dataset, *, margin: Fraction, omega: Fraction, gamma: Fraction
) -> Fraction:
    """The length of {x in [x_1, x_n] : |f(x)| <= gamma} for the ramp network, exactly.

    (gamma / m) omega sum_k Delta_k for gamma < m; all of x_n - x_1 from gamma = m on,
    because |f| = m between the ramps.
    """
    if gamma >= margin:
        return _extent(data)[1]
    return gamma / margin * omega * sum((gap.width for gap in sign_changes(data)), Fraction(0))


def excess_risk(data: Dataset, margin: Fraction, truth: Sequence[Fraction]) -> Scalar:
    """mean_j KL(Bern sigma(f0_j) || Bern sigma(y_j m)) = m pi + log(1 + e^{-m}) - mean_j h_j.

    pi = (1/n) sum_j sigma(-y_j f0_j), h_j the binary entropy of sigma(f0_j),
    `truth` the values f0_j in the order of the data.
    """
    flips, entropy = ball(0), ball(0)
    for y, value in zip(data.y, truth, strict=True):
        flips += sigmoid(-y * ball(value))
        t = ball(abs(value))
        entropy += LOGISTIC.value(1, t) + t * sigmoid(-t)
    m = ball(margin)
    return m * flips / data.n + LOGISTIC.value(1, m) - entropy / data.n
