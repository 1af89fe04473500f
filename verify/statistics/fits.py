"""Penalized maximum likelihood: the linear spline with knots at the data that minimizes

    L(f) + mu TV(f'),     L(f) = (1/n) sum_j log(1 + e^(-y_j f_j)),  TV(f') = |D f|_1,

D f the jumps of the slope at the inner data. A primal-dual interior-point method: at a weight tau
of the barrier the central path is grad L(f) + D^T u = 0, D f = 2 tau u / (mu^2 - u^2), |u| < mu,
and a Newton step solves one pentadiagonal system (scipy.linalg.solveh_banded), so a step costs
O(n). It ends when the duality gap, which bounds the distance to the least value of the
objective, is below a share of the objective. Float64; nothing here is certified.

The dual: for |u| <= mu with p_j = [y_j = 1] - n (D^T u)_j in [0, 1] the least value is at least
(1/n) sum_j H(p_j), H the entropy, because the conjugate of L at v is -(1/n) sum H([y = 1] + n v).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verify.logistic import LOGISTIC
from verify.model import InputError

Floats = NDArray[np.float64]

MOST_STEPS = 200
SHARE = 1e-7
"""The duality gap that ends the iteration, as a share of the objective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spline:
    """The fit on sorted data: f (n,), its jumps of slope at inner data (n - 2,), loss, gap, steps.

    `gap` bounds objective - least objective (up to rounding), where objective = loss + mu TV(f').
    """

    f: Floats
    jumps: Floats
    loss: float
    gap: float
    steps: int


def jumps_of(x: Floats, f: Floats) -> Floats:
    """D f: the jumps of the slope of the linear spline through (x_j, f_j), at inner data."""
    return np.diff(np.diff(f) / np.diff(x))


def _transposed(x: Floats, u: Floats) -> Floats:
    """D^T u (n,) for u (n - 2,)."""
    edge = np.zeros(1)
    slopes = np.diff(np.concatenate([edge, u, edge])) / np.diff(x)
    return np.diff(np.concatenate([edge, slopes, edge]))


def _bands(x: Floats, weights: Floats, added: Floats) -> Floats:
    """D diag(weights) D^T + diag(added), in the lower form (3, n - 2) of solveh_banded."""
    inverse = 1.0 / np.diff(x)
    left, right = inverse[:-1], inverse[1:]
    middle = -(left + right)
    bands = np.zeros((3, left.size))
    bands[0] = left**2 * weights[:-2] + middle**2 * weights[1:-1] + right**2 * weights[2:] + added
    shared = middle[:-1] * left[1:] * weights[1:-2]
    bands[1, :-1] = shared + right[:-1] * middle[1:] * weights[2:-1]
    bands[2, :-2] = right[:-2] * left[2:] * weights[2:-2]
    return bands


def _entropy(p: Floats) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(q > 0.0, -q * np.log(q), 0.0) for q in (p, 1.0 - p)]
    return float((parts[0] + parts[1]).mean())


def dual_value(x: Floats, y: Floats, u: Floats) -> float:
    """A lower bound of the least objective, from the multiplier u scaled until it is feasible."""
    positive = (y > 0).astype(np.float64)
    pull = x.size * _transposed(x, u)
    # p = [y = 1] - s pull must lie in [0, 1]; s = 0 always does, with value 0.
    room = np.where(y > 0, pull, -pull)
    if (room < 0.0).any():
        return 0.0
    p = positive - min(1.0, 1.0 / max(float(room.max()), 1e-300)) * pull
    return _entropy(np.clip(p, 0.0, 1.0))


def _check(x: Floats, y: Floats, mu: float) -> None:
    if x.ndim != 1 or x.shape != y.shape or x.size < 3:
        raise InputError(f"x and y have shapes {x.shape} and {y.shape}; at least 3 data are needed")
    if not (np.diff(x) > 0).all():
        raise InputError("x does not increase strictly; sorted, different places are needed")
    if not mu > 0:
        raise InputError(f"mu is {mu}; a positive penalty is needed")


def _residuals(
    x: Floats, y: Floats, f: Floats, u: Floats, mu: float, tau: float
) -> tuple[Floats, Floats]:
    first = LOGISTIC.float_slope(y, f) / x.size + _transposed(x, u)
    return first, jumps_of(x, f) - 2.0 * tau * u / (mu * mu - u * u)


def _step(
    x: Floats, y: Floats, f: Floats, u: Floats, mu: float, tau: float
) -> tuple[Floats, Floats]:
    """The Newton direction (df, du) of the central path."""
    from scipy.linalg import solveh_banded

    first, second = _residuals(x, y, f, u, mu, tau)
    square = mu * mu - u * u
    soft = 2.0 * tau * (mu * mu + u * u) / (square * square)
    inverse = x.size / LOGISTIC.float_curvature(y, f)
    right = second - jumps_of(x, inverse * first)
    du = solveh_banded(_bands(x, inverse, soft), right, lower=True, check_finite=False)
    return -inverse * (first + _transposed(x, du)), du


def _length(u: Floats, du: Floats, mu: float) -> float:
    """How far along du, at most 1, the multiplier stays well inside |u| < mu."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(du > 0, (mu - u) / du, np.where(du < 0, -(mu + u) / du, np.inf))
    return min(1.0, 0.99 * float(room.min(initial=np.inf)))


def penalized_likelihood(x: Floats, y: Floats, mu: float) -> Spline:
    """The penalized maximum likelihood spline for labels y (n,) = -1 or 1 on increasing x (n,).

    Raises InputError for other data. `gap` tells how far the result may be from the optimum.
    """
    _check(x, y, mu)
    f, u, tau = np.zeros(x.size), np.zeros(x.size - 2), 0.1 / x.size
    loss, gap, steps = math.log(2.0), math.log(2.0), 0
    objective = loss
    while gap > SHARE * objective and steps < MOST_STEPS:
        try:
            df, du = _step(x, y, f, u, mu, tau)
        except np.linalg.LinAlgError:
            # Rounding spoiled the system; the gap says how far the last fit may be off.
            break
        size = _length(u, du, mu)
        f, u, steps = f + size * df, u + size * du, steps + 1
        loss = float(LOGISTIC.float_value(y, f).mean())
        objective = loss + mu * float(np.abs(jumps_of(x, f)).sum())
        gap = objective - dual_value(x, y, u)
        tau = min(tau, 0.05 * gap / x.size)
    return Spline(f=f, jumps=jumps_of(x, f), loss=loss, gap=gap, steps=steps)
