"""The dual problem of B_opt for a finite list of neurons, by a barrier and Newton's method.

Maximize nu'y over Z >= 0 with tr Z = 1 and nu with sum nu_j = 0, subject to
(nu'd)^2 < (4/n^2) (d'Zd) <xi xi' + e e', Z> for every neuron of the list. The
barrier's derivatives on the central path are a primal point, that is a network.
Float64: it guides, nothing more. Source: proofs_notes/optimum.md, 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from verify.model import Dataset
from verify.optimum.cells import Floats, Place, inner

SHRINK = 0.2
MOST_STEPS = 100
CENTERED = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Neurons as rows: d scaled to a largest entry of 1, and u, v with d'Zd = u @ entries(Z).

    `upper` are the places on and above the diagonal, `twice` how often each counts in <., .>.
    `twins` has a row e_j - e_{j+1} for each pair of equal x, along which nothing depends on nu.
    """

    y: Floats
    upper: tuple[NDArray[np.intp], NDArray[np.intp]]
    twice: Floats
    scale: Floats
    d: Floats
    u: Floats
    v: Floats
    twins: Floats

    @property
    def n(self) -> int:
        """The number of data."""
        return len(self.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Z of shape (n, n), nu of shape (n,), and the weight mu of the barrier."""

    z: Floats
    nu: Floats
    mu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Per neuron u = d'Zd, v = <xi xi' + e e', Z>, s = nu'd, slack = 4 u v / n^2 - s^2."""

    u: Floats
    v: Floats
    s: Floats
    slack: Floats


def follow(data: Dataset, places: Sequence[Place], width: float) -> tuple[Point, Floats]:
    """The end of the central path at a relative gap of `width`, or where rounding stops it.

    Second, an estimate of a |w| / m for the neuron of each place.
    """
    problem = _problem(data, places)
    n = problem.n
    point = Point(z=np.eye(n) / n, nu=np.zeros(n), mu=1.0)
    point = replace(point, mu=_first_mu(problem, point))
    point, going = _center(problem, point)
    while going and point.mu * (n + 2 * len(places)) > width * (point.nu @ problem.y):
        point, going = _center(problem, replace(point, mu=SHRINK * point.mu))
    at = _values(problem, point.z, point.nu)
    return point, 2 * point.mu * at.s / at.slack / problem.scale


def _problem(data: Dataset, places: Sequence[Place]) -> Problem:
    upper = np.triu_indices(data.n)
    twice = np.where(upper[0] == upper[1], 1.0, 2.0)
    ramps = np.array([cell.ramp(steps) for cell, steps in places])
    scale = ramps.max(axis=1)
    pairs = np.eye(data.n)[:-1] - np.eye(data.n)[1:]
    d = ramps / scale[:, None]
    return Problem(
        y=data.floats()[1],
        upper=upper,
        twice=twice,
        scale=scale,
        d=d,
        u=np.array([np.outer(row, row)[upper] * twice for row in d]),
        v=np.array([inner(cell, data)[upper] * twice for cell, _ in places]),
        twins=pairs[[one == two for one, two in pairwise(data.x)]],
    )


def _values(problem: Problem, z: Floats, nu: Floats) -> Values:
    entries = z[problem.upper]
    u, v, s = problem.u @ entries, problem.v @ entries, problem.d @ nu
    return Values(u=u, v=v, s=s, slack=4 / problem.n**2 * u * v - s * s)


def _first_mu(problem: Problem, point: Point) -> float:
    """A mu at which the start is nearly central: Newton's decrement of y / mu is 1/4."""
    slack = _values(problem, point.z, point.nu).slack
    metric = (problem.d.T * (2 / slack)) @ problem.d
    y = problem.y - problem.y.mean()
    return float(4 * np.sqrt(y @ np.linalg.lstsq(metric, y, rcond=None)[0]))


def _center(problem: Problem, point: Point) -> tuple[Point, bool]:
    """Newton's method for one mu; False where it stalls in rounding errors."""
    for _ in range(MOST_STEPS):
        try:
            dz, dnu, decrement = _newton(problem, point)
        except np.linalg.LinAlgError:
            return point, False
        step = 1.0 if decrement < 0.25 else 1 / (1 + decrement)
        moved = _moved(point, dz, dnu, step)
        while not _inside(problem, moved):
            step /= 2
            if not step > 1e-9:
                return point, False
            moved = _moved(point, dz, dnu, step)
        point = moved
        if decrement < CENTERED:
            return point, True
    return point, False


def _moved(point: Point, dz: Floats, dnu: Floats, step: float) -> Point:
    return replace(point, z=point.z + step * dz, nu=point.nu + step * dnu)


def _inside(problem: Problem, point: Point) -> bool:
    at = _values(problem, point.z, point.nu)
    # A step that is not a number is outside, and LAPACK would refuse it.
    positive = bool(np.all(at.u > 0) and np.all(at.slack > 0) and np.isfinite(point.z).all())
    return positive and bool(np.linalg.eigvalsh(point.z)[0] > 0)


def _newton(problem: Problem, point: Point) -> tuple[Floats, Floats, float]:
    """The step of nu'y/mu + log det Z + sum log slack on tr Z = 1, sum nu = 0; its decrement."""
    n, upper = problem.n, problem.upper
    gradient, hessian = _derivatives(problem, point)
    size = len(gradient)
    fixed = np.zeros((size, 2))
    fixed[:-n, 0], fixed[-n:, 1] = np.eye(n)[upper], 1
    system = np.block([[hessian, fixed], [fixed.T, np.zeros((2, 2))]])
    step = np.linalg.solve(system, np.append(-gradient, [0, 0]))[:size]
    dz = np.zeros((n, n))
    dz[upper] = step[:-n]
    return dz + np.triu(dz, 1).T, step[-n:], math.sqrt(max(0.0, float(-step @ hessian @ step)))


def _derivatives(problem: Problem, point: Point) -> tuple[Floats, Floats]:
    n, k, (rows, columns), twice = problem.n, 4 / problem.n**2, problem.upper, problem.twice
    at = _values(problem, point.z, point.nu)
    gu, gv, gs = k * at.v / at.slack, k * at.u / at.slack, -2 * at.s / at.slack
    u, v, d = problem.u, problem.v, problem.d
    inverse = np.linalg.inv(point.z)
    of_z = inverse[problem.upper] * twice + u.T @ gu + v.T @ gv
    gradient = np.append(of_z, problem.y / point.mu + d.T @ gs)
    # The second derivative of log det Z in the directions B and C is -<B, Z^-1 C Z^-1>.
    straight = inverse[np.ix_(rows, rows)] * inverse[np.ix_(columns, columns)]
    crossed = inverse[np.ix_(rows, columns)] * inverse[np.ix_(columns, rows)]
    mixed = (u.T * (k / at.slack - gu * gv)) @ v
    hessian = np.empty((len(gradient), len(gradient)))
    hessian[:-n, :-n] = mixed + mixed.T - np.outer(twice, twice) / 2 * (straight + crossed)
    hessian[:-n, :-n] -= (u.T * gu**2) @ u + (v.T * gv**2) @ v
    hessian[:-n, -n:] = -(u.T * (gu * gs) + v.T * (gv * gs)) @ d
    hessian[-n:, :-n] = hessian[:-n, -n:].T
    metric = (d.T * (2 / at.slack + gs**2)) @ d
    hessian[-n:, -n:] = -metric - np.trace(metric) * problem.twins.T @ problem.twins
    return gradient, hessian
