"""The numbers by which Coq sees that lo < lambda_max <= hi; it trusts none of them.

Everything is an integer in the units of proofs_notes/coq/CertificateCheck.v. The precisions are
chosen so that its inequalities hold; where they do not, there is no witness.
Derivation: proofs_notes/kernel-certificate.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from verify.formal.lower import Vector, proves_lower, weights
from verify.formal.outputs import (
    SPARE,
    NoWitness,
    Outputs,
    log2,
    read_outputs,
    residual_error,
    residuals,
    unit_of_bound,
)
from verify.formal.riccati import Form, Matrix, Step, follow
from verify.formal.subject import Subject

SPREAD = 64
"""Bits beyond which a larger 1/p_j no longer matters, and is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neuron:
    """No datum lies between low and high, where the neuron switches; and its form."""

    low: int
    high: int
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """sigma(-|f|), a lower bound of n p, one of 1/p, and the matrix after the datum."""

    sigma: int
    weight: int
    inverse: int
    after: Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """All that CertificateCheck.v calls a witness, except the slack."""

    exp_bits: int
    halvings: int
    slope_bits: int
    form_bits: int
    state_bits: int
    constant: int
    neurons: tuple[Neuron, ...]
    data: tuple[Datum, ...]


def find_witness(
    subject: Subject, *, lo: Fraction, hi: Fraction, v: Vector, gap: Fraction
) -> Witness:
    """A witness of lo < lambda_max <= hi, both about `gap` away from lambda_max.

    `v` is nearly an eigenvector. Raises NoWitness where there is none, as for a wrong bound.
    """
    outputs = read_outputs(subject, gap)
    r = residuals(subject, outputs)
    if not proves_lower(subject, outputs, r, v, lo):
        raise NoWitness("the vector does not prove the lower bound")
    bound = hi.numerator * unit_of_bound(subject, outputs) // hi.denominator
    bound -= residual_error(subject)
    form_bits = _form_bits(subject, outputs, gap / hi)
    forms = [
        neuron_form(neuron, pair, bound, form_bits)
        for neuron, pair in zip(subject.neurons, r, strict=True)
    ]
    constant = -(-(subject.den**2 << form_bits) // bound)
    inverses = _inverses(subject, outputs, form_bits)
    steps = list(_steps(subject, outputs, forms, constant, inverses))
    state_bits = _state_bits(steps)
    matrices = follow(steps, state_bits)
    if matrices is None:
        raise NoWitness("the recursion along the data meets a pivot that is not positive")
    switches = _switches(subject)
    rows = zip(outputs.sigma, weights(outputs), inverses, matrices, strict=True)
    return Witness(
        exp_bits=outputs.exp_bits,
        halvings=outputs.halvings,
        slope_bits=outputs.slope_bits,
        form_bits=form_bits,
        state_bits=state_bits,
        constant=constant,
        neurons=tuple(
            Neuron(low=low, high=high, form=form)
            for (low, high), form in zip(switches, forms, strict=True)
        ),
        data=tuple(Datum(sigma=s, weight=w, inverse=i, after=after) for s, w, i, after in rows),
    )


def neuron_form(
    neuron: tuple[int, int, int], r: tuple[int, int], bound: int, form_bits: int
) -> Form:
    """C_i = (a^2 I + e e^T/D)/m, rounded up in the order of forms (the note, section 3)."""
    w, b, a = neuron
    pivot = bound * bound - r[0] * r[0] - r[1] * r[1]
    if bound <= 0 or pivot <= 0:
        raise NoWitness("the bound does not exceed the norm of a neuron's residual block")
    one, two = a * r[0] + bound * w, a * r[1] + bound * b
    whole = bound * pivot

    def over(value: int) -> int:
        return -(-(value << form_bits) // whole) + 1

    mixed = ((2 * one * two << form_bits) + whole) // (2 * whole)
    return over(a * a * pivot + one * one), mixed, over(a * a * pivot + two * two)


def _form_bits(subject: Subject, outputs: Outputs, relative: Fraction) -> int:
    """So many that a few units in every form and matrix are small against the distance to hi."""
    n, k = len(subject.points), len(subject.neurons)
    widest = max(subject.grid, *(abs(x) for x, _ in subject.points))
    needed = log2(Fraction(8 * n * (n + k) * widest**2) / relative) + SPARE
    least = Fraction(4 * subject.den**2 * subject.grid, 1 << outputs.slope_bits)
    return max(0, needed - log2(least))


def _inverses(subject: Subject, outputs: Outputs, form_bits: int) -> list[int]:
    """1/p_j rounded down, in the unit of the forms; cut where p_j does not matter."""
    one = 1 << outputs.exp_bits
    values = [
        ((one + hi) ** 2 * subject.scale << form_bits) // (hi * one << outputs.slope_bits)
        for _, hi in outputs.decays
    ]
    cap = min(values) << SPREAD
    return [min(value, cap) for value in values]


def _switches(subject: Subject) -> Iterator[tuple[int, int]]:
    """For each neuron two inputs around its switch, without a datum between."""
    x = [at for at, _ in subject.points]
    for i, (w, _, _) in enumerate(subject.neurons):
        first = sum(subject.active(i, at) != (w >= 0) for at in x)
        low = x[first - 1] if first > 0 else x[0] - 1
        yield low, x[first] if first < len(x) else x[-1] + 1


def _steps(
    subject: Subject,
    outputs: Outputs,
    forms: Sequence[Form],
    constant: int,
    inverses: Sequence[int],
) -> Iterator[Step]:
    """For each datum the sums U and V of the active forms on both sides, applied to (x, d)."""
    d = subject.grid
    growing = [w >= 0 for w, _, _ in subject.neurons]
    for (x, _), on, inverse in zip(subject.points, outputs.columns, inverses, strict=True):
        sides = []
        for side in (True, False):
            chosen = [
                form for form, a, g in zip(forms, on, growing, strict=True) if a and g is side
            ]
            sides.append([sum(form[i] for form in chosen) for i in range(3)])
        (u1, u2, u3), (v1, v2, v3) = sides
        yield Step(
            z=(x, d),
            uz=(u1 * x + u2 * d, u2 * x + (u3 + constant) * d),
            vz=(v1 * x + v2 * d, v2 * x + v3 * d),
            inverse=inverse,
        )


def _state_bits(steps: Sequence[Step]) -> int:
    """The scale that makes both halves of the state of similar size."""
    ratios = (max(map(abs, s.vz)).bit_length() - max(map(abs, s.z)).bit_length() for s in steps)
    return max(0, *ratios)
