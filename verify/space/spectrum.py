"""A certified enclosure of lambda_max(H) on R^d, at any precision.

Below: the Rayleigh quotient, in balls, of an eigenvector found in float64 and refined
where the width asks for more. Above: mu I - H >= 0 for a mu just above it, shown on H or
on its n x n counterpart, whichever is smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray

from verify.ball import Enclosure, ball, maximum
from verify.space.definite import is_semidefinite
from verify.space.hessian import SpaceHessian
from verify.space.matrices import as_arb, counterpart, full_matrix, identity, jacobian
from verify.spectrum.balls import PrecisionExhausted

FIRST_BITS = 90
"""Bits to which the Rayleigh quotient of a float64 eigenvector is usually right."""
MOST_ROWS = 250
"""Rows of H up to which an eigenvector is refined: each step solves a dense system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """H as rows g_j and, where it is needed, written out."""

    h: SpaceHessian
    rows: arb_mat
    full: arb_mat | None

    def written(self) -> arb_mat:
        """H itself."""
        return full_matrix(self.h, self.rows) if self.full is None else self.full


def largest(h: SpaceHessian, width: Fraction) -> Enclosure:
    """lambda_max(H) within relative width `width`, or PrecisionExhausted.

    `h` is best given with equal data merged.
    """
    if not any(h.active):
        return Enclosure.of(sum(h.p, h.p[0] * 0))
    rows = jacobian(h)
    is_small = h.size <= len(h.p)
    problem = _Problem(h=h, rows=rows, full=full_matrix(h, rows) if is_small else None)
    vector = _guess(h)
    bits = (width.denominator // width.numerator).bit_length()
    steps, reach = 0, FIRST_BITS
    while reach < bits + 8:
        steps, reach = steps + 1, 3 * reach
    for round_ in range(steps + 2):
        low = _rayleigh(problem, vector)
        if round_ >= steps:
            found = _above(problem, low, width)
            if found is not None:
                return found
        if round_ <= steps:
            vector = _refined(problem, vector, low)
    raise PrecisionExhausted("no upper bound near the Rayleigh quotient was proved")


def _above(problem: _Problem, low: arb, width: Fraction) -> Enclosure | None:
    """[Rayleigh quotient, mu] for a mu that is proved, relative width below `width`."""
    lo = low.lower()
    if not lo > 0:
        return None
    hi = (lo * ball(1 + width * Fraction(7, 8))).upper()
    if problem.full is None:
        matrix = counterpart(problem.h, hi)
        if matrix is None:
            return None
    else:
        matrix = identity(problem.h.size) - problem.full * (1 / hi)
    is_proved = is_semidefinite(matrix, width / 6)
    return Enclosure(lo=lo, hi=hi) if is_proved and hi - lo <= ball(width) * hi else None


def _rayleigh(problem: _Problem, vector: list[arb]) -> arb:
    """v^T H v / v^T v = (sum_j p_j <g_j, v>^2 + 2 sum_i <r_i, v_i> v_{a_i}) / |v|^2."""
    column = arb_mat([[value] for value in vector])
    images = (problem.rows * column).entries()
    total = sum((p * image * image for p, image in zip(problem.h.p, images, strict=True)), arb(0))
    width = len(problem.h.points[0]) + 1
    for i, r in enumerate(problem.h.r):
        *part, outer = vector[i * width : (i + 1) * width]
        pairs = zip(r, part, strict=True)
        total += 2 * outer * sum((u * v for u, v in pairs), arb(0))
    return total / sum((value * value for value in vector), arb(0))


def _refined(problem: _Problem, vector: list[arb], shift: arb) -> list[arb]:
    """One step of Rayleigh quotient iteration, on midpoints: a guess again."""
    if problem.h.size > MOST_ROWS:
        raise PrecisionExhausted(f"no eigenvector is refined beyond {MOST_ROWS} rows")
    moved = (problem.written() - identity(problem.h.size) * shift.mid()).mid()
    try:
        found = moved.solve(arb_mat([[value] for value in vector]), algorithm="approx")
    except ZeroDivisionError:
        return vector
    entries = found.mid().entries()
    size = as_arb(maximum((abs(value) for value in entries), arb(0))).mid()
    return [(value / size).mid() for value in entries] if size > 0 else vector


def _floats(values: object) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _guess(h: SpaceHessian) -> list[arb]:
    """A float64 eigenvector of lambda_max as exact numbers; H is divided by its largest weight."""
    weights = (*h.p, *(value for r in h.r for value in r))
    unit = as_arb(maximum((abs(as_arb(value)) for value in weights), arb(0))).mid()
    points, z, r = (
        _floats([[float(as_arb(v)) for v in row] for row in rows])
        for rows in (h.points, h.z, [[v / unit for v in row] for row in h.r])
    )
    p, a = (
        _floats([float(as_arb(v)) for v in values]) for values in ([v / unit for v in h.p], h.a)
    )
    mask = np.zeros(z.shape)
    for i, members in enumerate(h.active):
        mask[list(members), i] = 1.0
    with np.errstate(all="ignore"):
        matrix = _float_matrix(points, z * mask, mask * a, p, r)
    if not np.isfinite(matrix).all():
        raise PrecisionExhausted("the Hessian is beyond float64, in which eigenvectors are guessed")
    return [arb(value) for value in np.linalg.eigh(matrix)[1][:, -1].tolist()]


def _float_matrix(
    points: NDArray[np.float64],
    z: NDArray[np.float64],
    outer: NDArray[np.float64],
    p: NDArray[np.float64],
    r: NDArray[np.float64],
) -> NDArray[np.float64]:
    n, k = z.shape
    width = points.shape[1] + 1
    blocks = np.concatenate([outer[:, :, None] * points[:, None, :], z[:, :, None]], axis=2)
    rows = np.concatenate([blocks.reshape(n, k * width), np.ones((n, 1))], axis=1)
    matrix = rows.T @ (p[:, None] * rows)
    for i in range(k):
        last = (i + 1) * width - 1
        matrix[i * width : last, last] += r[i]
        matrix[last, i * width : last] += r[i]
    return np.asarray(matrix)
