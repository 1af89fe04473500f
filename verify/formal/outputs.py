"""Outputs, exponentials and slopes of a subject in integers, as CertificateCheck.v reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.formal.decay import decay
from verify.formal.subject import Subject, gather

SLACK = 1
"""Units by which the written sigma may be off."""
SPARE = 6
"""Bits by which each error is kept below the distance between lambda_max and its bounds."""
MOST_BITS = 1024
"""Bits of a slope: enough for lambda_max above e^-600 or so."""


class NoWitness(ArithmeticError):
    """An inequality of the checker does not hold with the numbers found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Enclosures of 2^exp_bits e^-|f|, and sigma(-|f|) and l' in units of 2^-slope_bits.

    `columns` says for each datum which neurons are active.
    """

    exp_bits: int
    halvings: int
    slope_bits: int
    columns: tuple[tuple[bool, ...], ...]
    decays: tuple[tuple[int, int], ...]
    sigma: tuple[int, ...]
    slopes: tuple[int, ...]


def read_outputs(subject: Subject, gap: Fraction) -> Outputs:
    """f at the data, exactly, and what follows from it within an error that is small against `gap`.

    An error of 2^-slope_bits in each l' and each n p moves lambda_max by at most `_reach` times
    that. The exponential is off by less than 2^(halvings + 2) of its units.
    """
    slope_bits = max(8, log2(_reach(subject) / gap) + SPARE)
    if slope_bits > MOST_BITS:
        raise NoWitness(f"lambda_max is so small that slopes need {slope_bits} bits")
    columns = tuple(
        tuple(subject.active(i, x) for i in range(len(subject.neurons))) for x, _ in subject.points
    )
    f = _values(subject, columns)
    largest = max(map(abs, f)) // subject.scale
    halvings = max(slope_bits // 3 + 2, largest.bit_length() + 2)
    exp_bits = slope_bits + halvings + SPARE
    decays = tuple(decay(exp_bits, halvings, abs(value), subject.scale) for value in f)
    one, unit = 1 << exp_bits, 1 << slope_bits
    sigma = tuple(_nearest((lo + hi) * unit, 2 * one + lo + hi) for lo, hi in decays)
    signed = tuple(
        -y * (s if y * value >= 0 else unit - s)
        for (_, y), s, value in zip(subject.points, sigma, f, strict=True)
    )
    return Outputs(
        exp_bits=exp_bits,
        halvings=halvings,
        slope_bits=slope_bits,
        columns=columns,
        decays=decays,
        sigma=sigma,
        slopes=signed,
    )


def residuals(subject: Subject, outputs: Outputs) -> list[tuple[int, int]]:
    """r_i with the written slopes, in units of 1/(n d 2^slope_bits)."""
    moments = [slope * x for slope, (x, _) in zip(outputs.slopes, subject.points, strict=True)]
    return [
        (gather(row, moments), subject.grid * gather(row, outputs.slopes))
        for row in zip(*outputs.columns, strict=True)
    ]


def unit_of_bound(subject: Subject, outputs: Outputs) -> int:
    """n d 2^slope_bits."""
    return len(subject.points) * subject.grid << outputs.slope_bits


def residual_error(subject: Subject) -> int:
    """What v^T R v may be off by for |v| = 1, in units of 1/(n d 2^slope_bits)."""
    return SLACK * sum(subject.grid + abs(x) for x, _ in subject.points)


def log2(value: Fraction) -> int:
    """log2 within 1, from above."""
    return value.numerator.bit_length() - value.denominator.bit_length() + 1


def _reach(subject: Subject) -> Fraction:
    """An upper bound of all |g_j|^2 and of all 1 + |x_j|."""
    widest = Fraction(max(abs(x) for x, _ in subject.points), subject.grid)
    squares = sum(
        a * a * (1 + widest**2) + (abs(w) * widest + abs(b)) ** 2 for w, b, a in subject.neurons
    )
    return 1 + widest + Fraction(squares) / subject.den**2


def _values(subject: Subject, columns: Sequence[Sequence[bool]]) -> list[int]:
    """f(x_j) q^2 d."""
    slopes = [a * w for w, _, a in subject.neurons]
    levels = [a * b for _, b, a in subject.neurons]
    return [
        x * gather(on, slopes) + subject.grid * (gather(on, levels) + subject.den * subject.offset)
        for (x, _), on in zip(subject.points, columns, strict=True)
    ]


def _nearest(num: int, den: int) -> int:
    return (2 * num + den) // (2 * den)
