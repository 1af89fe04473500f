"""The recursion along the data: matrices Phi_j that Coq compares datum by datum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Form = tuple[int, int, int]
Pair = tuple[int, int]
Matrix = tuple[int, ...]
"""Ten entries: the diagonal, then the rows above the diagonal."""
ABOVE = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A datum z = (x, d), U z, V z and 1/p, in the unit of the forms."""

    z: Pair
    uz: Pair
    vz: Pair
    inverse: int


def follow(steps: Sequence[Step], state_bits: int) -> list[Matrix] | None:
    """The matrix after each datum, or None at a pivot <= 0.

    Phi + e e^T/D is rounded to integers; two units on the diagonal make up for the rounding
    of a row.
    """
    phi: Matrix = (0,) * 10
    found = []
    for step in steps:
        pivot, e = _eliminate(phi, step, state_bits)
        if pivot <= 0:
            return None
        squares = [
            old - (-(value * value) // pivot) + 2 for old, value in zip(phi, e, strict=False)
        ]
        mixed = [
            old + (2 * e[i] * e[j] + pivot) // (2 * pivot)
            for old, (i, j) in zip(phi[4:], ABOVE, strict=True)
        ]
        phi = (*squares, *mixed)
        found.append(phi)
    return found


def _eliminate(phi: Matrix, step: Step, state_bits: int) -> tuple[int, list[int]]:
    """The pivot D and the vector e of one datum."""
    (x, d), (u1, u2), (v1, v2) = step.z, step.uz, step.vz
    r = [x << state_bits, d << state_bits, v1, v2]
    product = [phi[i] * r[i] for i in range(4)]
    for entry, (i, j) in zip(phi[4:], ABOVE, strict=True):
        product[i] += entry * r[j]
        product[j] += entry * r[i]
    own = step.inverse - (x * (u1 + v1) + d * (u2 + v2))
    pivot = (own << 2 * state_bits) - sum(p * q for p, q in zip(product, r, strict=True))
    s = (u1 << state_bits, u2 << state_bits, r[0] << state_bits, r[1] << state_bits)
    return pivot, [p + q for p, q in zip(product, s, strict=True)]
