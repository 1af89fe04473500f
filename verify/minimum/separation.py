"""Labels that V separates: an exact certificate that no finite stationary point is there.

An element v of V with y_j v(x_j) >= 0 for all data, and > 0 for some, rules out every
stationary point with these activation sets: sum_j l'_j v(x_j) = 0 there, while each
l'_j has the sign of -y_j. A float linear programme proposes v; rationals decide.
Source: proofs_notes/structure.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import fmpq_mat
from numpy.typing import NDArray

from verify.ball import as_fraction, rational
from verify.minimum.space import ONE, ZERO, Space, combination
from verify.model import Span

Floats = NDArray[np.float64]
FINENESS = 40
"""Bits that a proposed coordinate keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """v in V: its weights on the generators and its values at the distinct inputs, exactly.

    `strict` of the data have y_j v(x_j) > 0, and none has y_j v(x_j) < 0. `cell` is
    the range of inputs between occupied gaps that holds one label only, if that is
    the reason.
    """

    weights: tuple[Fraction, ...]
    values: tuple[Fraction, ...]
    strict: int
    cell: Span | None = None


def separation(space: Space, weights: Sequence[Fraction]) -> Separation | None:
    """The certificate that these weights are, or None where some datum is on the wrong side."""
    values = combination(space, weights)
    counts = list(zip(values, space.plus, space.minus, strict=True))
    wrong = any(minus if v > 0 else plus if v < 0 else 0 for v, plus, minus in counts)
    strict = sum(plus + minus for v, plus, minus in counts if v != 0)
    if wrong or strict == 0:
        return None
    return Separation(weights=tuple(weights), values=tuple(values), strict=strict)


def _step_from(space: Space, cut: int) -> list[Fraction]:
    """The indicator of the inputs from position `cut` on, as weights on the generators."""
    weights = [ZERO] * (2 * len(space.sets) + 1)
    if cut == 0:
        weights[0] = ONE
    elif cut < len(space.x):
        index = next(i for i, span in enumerate(space.sets) if cut in span)
        opens = space.sets[index][0] == cut
        weights[2 * index + 2] = ONE if opens else -ONE
        weights[0] = ZERO if opens else ONE
    return weights


def one_label(space: Space) -> Separation | None:
    """The indicator of a cell that holds one label only, with the sign of that label."""
    for start, stop in space.cells:
        plus, minus = sum(space.plus[start:stop]), sum(space.minus[start:stop])
        if plus and minus:
            continue
        sign = 1 if plus else -1
        pairs = zip(_step_from(space, start), _step_from(space, stop), strict=True)
        found = separation(space, [sign * (here - there) for here, there in pairs])
        if found is not None:
            return Separation(
                weights=found.weights, values=found.values, strict=found.strict, cell=(start, stop)
            )
    return None


def _proposal(space: Space, design: Floats) -> tuple[Floats, NDArray[np.bool_]] | None:
    """By a linear programme: coordinates of a v with as many data strictly right as can be.

    Maximize sum t_j under y_j v(x_j) >= t_j, 0 <= t_j <= 1; v(x_j) = 0 where both
    labels occur. At the optimum t_j is 0 or 1, because v may be scaled up.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack

    m, size = design.shape
    both = (np.array(space.plus) > 0) & (np.array(space.minus) > 0)
    sign = np.where(np.array(space.plus) > 0, 1.0, -1.0)
    free = ~both
    values, count = csr_array(design), int(free.sum())
    wrong = csr_array(-sign[free, None] * design[free])
    found = linprog(
        np.concatenate([np.zeros(size), -np.ones(count)]),
        A_ub=hstack([wrong, eye_array(count)]) if count else None,
        b_ub=np.zeros(count) if count else None,
        A_eq=hstack([values[both], csr_array((m - count, count))]) if both.any() else None,
        b_eq=np.zeros(m - count) if both.any() else None,
        bounds=[(None, None)] * size + [(0.0, 1.0)] * count,
    )
    if found.x is None or not np.isfinite(found.x).all():
        return None
    strict = np.zeros(m, dtype=bool)
    strict[free] = found.x[size:] > 0.5
    return np.asarray(found.x[:size]), strict


def on_kernel(rows: Sequence[Sequence[Fraction]], near: Floats) -> list[Fraction]:
    """Rational coordinates with rows * coordinates = 0 exactly: `near`, moved where it must be."""
    size = near.size
    rounded = [Fraction(round(value * 2**FINENESS), 2**FINENESS) for value in near.tolist()]
    if not rows:
        return rounded
    entries = [rational(entry) for row in rows for entry in row]
    reduced, rank = fmpq_mat(len(rows), size, entries).rref()
    for row in reduced.tolist()[:rank]:
        lead = next(i for i, entry in enumerate(row) if entry != 0)
        others = (as_fraction(row[i]) * rounded[i] for i in range(lead + 1, size) if row[i] != 0)
        rounded[lead] = -sum(others, ZERO)
    return rounded


def find_separation(space: Space) -> Separation | None:
    """An exact separating element of V, or None where none was found.

    One with the labels of a cell is not looked for: see one_label. None alone proves
    nothing; a certified fit on V (verify/minimum/fit.py) then does.
    """
    exact = space.design()
    design = np.array(exact, dtype=np.float64)
    scale = np.abs(design).max(axis=0)
    if not scale.all():
        return None
    proposal = _proposal(space, design / scale)
    if proposal is None or not proposal[1].any():
        return None
    near, strict = proposal[0] / scale, proposal[1]
    if not np.isfinite(near).all():
        return None
    tight = [row for row, moves in zip(exact, strict.tolist(), strict=True) if not moves]
    weights = [ZERO] * (2 * len(space.sets) + 1)
    for index, value in zip(space.basis, on_kernel(tight, near), strict=True):
        weights[index] = value
    return separation(space, weights)
