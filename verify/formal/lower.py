"""Whether a vector proves the lower bound: the comparison of CertificateCheck.v in integers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verify.formal.outputs import Outputs, residual_error, unit_of_bound
from verify.formal.subject import Subject, gather

Vector = Sequence[int]
"""3k + 1 integers in the order (w_1, b_1, a_1, .., c)."""


def weights(outputs: Outputs) -> list[int]:
    """n p_j rounded down, in units of 2^-slope_bits."""
    one = 1 << outputs.exp_bits
    return [(lo * one << outputs.slope_bits) // (one + lo) ** 2 for lo, _ in outputs.decays]


def proves_lower(
    subject: Subject, outputs: Outputs, r: Sequence[tuple[int, int]], v: Vector, lo: Fraction
) -> bool:
    """Whether v^T H v > lo |v|^2, with n p_j rounded down and the error of the residual counted."""
    parts = [v[i : i + 3] for i in range(0, len(v) - 1, 3)]
    square = sum(entry * entry for entry in v)
    gauss = sum(
        weight * along * along
        for weight, along in zip(
            weights(outputs), _along(subject, outputs, parts, v[-1]), strict=True
        )
    )
    residual = sum(
        2 * (rx * vw + r1 * vb) * va for (rx, r1), (vw, vb, va) in zip(r, parts, strict=True)
    )
    total = gauss + subject.scale * (residual - residual_error(subject) * square)
    claimed = lo.numerator * unit_of_bound(subject, outputs) * subject.scale * square
    return claimed < lo.denominator * total


def _along(subject: Subject, outputs: Outputs, parts: Sequence[Vector], vc: int) -> list[int]:
    """<g_j, v> q d."""
    pairs = list(zip(subject.neurons, parts, strict=True))
    slopes = [a * vw + w * va for (w, _, a), (vw, _, va) in pairs]
    levels = [a * vb + b * va for (_, b, a), (_, vb, va) in pairs]
    return [
        x * gather(on, slopes) + subject.grid * (gather(on, levels) + subject.den * vc)
        for (x, _), on in zip(subject.points, outputs.columns, strict=True)
    ]
