"""lambda_max(H) once more, by mpmath: another formula, another library, no bound is claimed.

Nothing is shared with the balls but the network: outputs, weights and gradient
rows are summed densely, and the eigenvalue comes from LAPACK's eigenvectors,
refined by Rayleigh quotients at the full precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.model import Dataset, Network

Floats = NDArray[np.float64]
Numbers = list[Any]
"""Numbers of mpmath, which has no types."""

DIGITS = 60
GUARD = 20
MOST_ROWS = 400
MOST_STEPS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Independent:
    """An independent value: decimal strings of lambda_max(H) and of lambda_max(H) e^shift.

    Both are None where it was skipped, and `note` says why. Their `digits`
    digits are those that the residual |H v - rho v| supports.
    """

    value: str | None
    scaled: str | None
    digits: int
    note: str


def independent_lambda_max(network: Network, data: Dataset, shift: Fraction) -> Independent:
    """lambda_max(H) to about 60 digits; `shift` is any number near the least |f(x_j)|.

    Skipped for more than 400 rows of H, and where float64 cannot hold H e^shift.
    """
    rows = 3 * network.k + 1
    if rows > MOST_ROWS:
        note = f"skipped: H has {rows} rows, more than the {MOST_ROWS} that mpmath does quickly"
        return Independent(value=None, scaled=None, digits=0, note=note)
    import mpmath

    with mpmath.workdps(DIGITS + GUARD + _lost_digits(network, data)):
        h = _assemble(mpmath, network, data, shift)
        start = _eigen(h)
        if start is None:
            note = "skipped: the entries of H e^m are beyond float64"
            return Independent(value=None, scaled=None, digits=0, note=note)
        rho, residual = _refine(mpmath, h, *start)
        digits = _supported(mpmath, rho, residual)
        value = rho * mpmath.exp(-_number(mpmath, shift))
        return Independent(
            value=_decimal(mpmath, value, digits),
            scaled=_decimal(mpmath, rho, digits),
            digits=digits,
            note=f"mpmath, {rows} rows, {digits} digits",
        )


def _lost_digits(network: Network, data: Dataset) -> int:
    """Decimal digits that the sum f(x_j) may cancel, generously."""
    reach = 1 + max(abs(x) for x in data.x)
    terms = (abs(a) * (abs(w) * reach + abs(b)) for w, b, a in _neurons(network))
    size = sum(terms, 1 + abs(network.c))
    return len(str(int(size)))


def _neurons(network: Network) -> list[tuple[Fraction, Fraction, Fraction]]:
    return list(zip(network.w, network.b, network.a, strict=True))


def _number(mpmath: Any, value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def _decimal(mpmath: Any, value: Any, digits: int) -> str:
    return str(mpmath.nstr(value, digits, min_fixed=-3, max_fixed=digits, strip_zeros=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scaled:
    """H e^shift: gradient rows g_j, weights p_j e^shift, and the blocks r_i e^shift."""

    rows: list[Numbers]
    columns: list[Numbers]
    weights: Numbers
    blocks: list[tuple[Any, Any]]
    dot: Callable[[Numbers, Numbers], Any]


def _assemble(mpmath: Any, network: Network, data: Dataset, shift: Fraction) -> _Scaled:
    x = [_number(mpmath, value) for value in data.x]
    neurons = [[_number(mpmath, value) for value in triple] for triple in _neurons(network)]
    at, c, zero = _number(mpmath, shift), _number(mpmath, network.c), mpmath.mpf(0)
    rows, weights, slopes = [], [], []
    for xj, y in zip(x, data.y, strict=True):
        z = [w * xj + b for w, b, _ in neurons]
        f = sum((a * zi for (_, _, a), zi in zip(neurons, z, strict=True) if zi > 0), c)
        tail = mpmath.exp(-abs(f))
        peak = mpmath.exp(at - abs(f)) / (1 + tail)
        slopes.append(-y * (peak if y * f > 0 else mpmath.exp(at) / (1 + tail)) / data.n)
        weights.append(peak / (1 + tail) / data.n)
        row: Numbers = []
        for (_, _, a), zi in zip(neurons, z, strict=True):
            row += [a * xj, a, zi] if zi > 0 else [zero] * 3
        rows.append([*row, mpmath.mpf(1)])
    blocks = []
    for w, b, _ in neurons:
        live = [(s, xj) for s, xj in zip(slopes, x, strict=True) if w * xj + b > 0]
        blocks.append((sum((s * xj for s, xj in live), zero), sum((s for s, _ in live), zero)))
    columns = [list(column) for column in zip(*rows, strict=True)]
    return _Scaled(rows=rows, columns=columns, weights=weights, blocks=blocks, dot=mpmath.fdot)


def _times(h: _Scaled, v: Numbers) -> Numbers:
    """H e^shift v."""
    along = [p * h.dot(row, v) for p, row in zip(h.weights, h.rows, strict=True)]
    out = [h.dot(column, along) for column in h.columns]
    for i, (rx, r1) in enumerate(h.blocks):
        out[3 * i] += rx * v[3 * i + 2]
        out[3 * i + 1] += r1 * v[3 * i + 2]
        out[3 * i + 2] += rx * v[3 * i] + r1 * v[3 * i + 1]
    return out


def _eigen(h: _Scaled) -> tuple[Floats, Floats] | None:
    """Eigenvalues and eigenvectors of H e^shift in float64, or None where it overflows."""
    with np.errstate(all="ignore"):
        try:
            rows = np.array(h.rows, dtype=np.float64)
            weights = np.array(h.weights, dtype=np.float64)
            blocks = np.array(h.blocks, dtype=np.float64).reshape(-1, 2)
        except OverflowError:
            return None
        matrix = rows.T @ (weights[:, None] * rows)
    for i, (rx, r1) in enumerate(blocks):
        at = 3 * i
        matrix[[at, at + 1, at + 2, at + 2], [at + 2, at + 2, at, at + 1]] += rx, r1, rx, r1
    if not np.isfinite(matrix).all():
        return None
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors


def _refine(mpmath: Any, h: _Scaled, values: Floats, vectors: Floats) -> tuple[Any, Any]:
    """(rho, |H v - rho v| / |v|), the vector being corrected in LAPACK's eigenbasis."""
    gaps = values[-1] - values
    # Components nearly parallel to the top one are left alone: the correction would blow up.
    inverse = np.divide(1, gaps, out=np.zeros_like(gaps), where=gaps > 1e-10 * abs(values[-1]))
    v = [mpmath.mpf(float(entry)) for entry in vectors[:, -1]]
    best, least = mpmath.mpf(float(values[-1])), mpmath.inf
    for _ in range(MOST_STEPS):
        image, square = _times(h, v), h.dot(v, v)
        rho = h.dot(v, image) / square
        rest = [entry - rho * e for entry, e in zip(image, v, strict=True)]
        size = mpmath.sqrt(h.dot(rest, rest) / square)
        if size > least / 2:
            break
        best, least = rho, size
        if size <= rho * mpmath.mpf(10) ** -(DIGITS + 2):
            break
        direction = np.array([float(e / size) for e in rest])
        step = vectors @ (inverse * (vectors.T @ direction))
        v = [e + size * float(s) for e, s in zip(v, step, strict=True)]
    return best, least


def _supported(mpmath: Any, rho: Any, residual: Any) -> int:
    """Digits d <= 60 with residual <= rho 10^-d: an eigenvalue lies within the residual of rho."""
    if residual == 0:
        return DIGITS
    return max(1, min(DIGITS, int(mpmath.floor(mpmath.log10(rho / residual)))))
