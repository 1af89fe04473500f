"""From columns to what may be said of them: final values, intervals over seeds, trends in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.store import Columns

Floats = NDArray[np.float64]

FEWEST_SEEDS = 10
"""Below this number of seeds no trend is claimed."""


def ends(columns: Columns) -> NDArray[np.int64]:
    """The last row of each run; runs lie one after the other."""
    run = columns["run"]
    return np.flatnonzero(np.append(run[1:] != run[:-1], True))


def finals(columns: Columns, name: str, axis: str = "eta", **where: float) -> tuple[Floats, Floats]:
    """Levels (L,) of an axis of the grid and the final values (L, seeds); NaN where diverged."""
    rows = ends(columns)
    for key, value in where.items():
        rows = rows[columns[key][rows] == value]
    levels, at = np.unique(columns[axis][rows], return_inverse=True)
    seeds, seed = np.unique(columns["seed"][rows], return_inverse=True)
    values = np.full((levels.size, seeds.size), np.nan)
    values[at, seed] = np.where(
        columns["status"][rows] == "diverged", np.nan, columns[name][rows].astype(float)
    )
    return levels, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over `count` seeds with its 95% t interval; NaN ends for fewer than 2.

    `lost` seeds have no finite number and are left out.
    """

    mean: float
    low: float
    high: float
    count: int
    lost: int

    @property
    def sign(self) -> int:
        """1 or -1 where the interval excludes 0 and seeds suffice, else 0."""
        if self.count < FEWEST_SEEDS:
            return 0
        return int(self.low > 0) - int(self.high < 0)

    def __str__(self) -> str:
        if self.count == 0:
            return "not measured"
        told = f" in {self.count} of {self.count + self.lost} seeds" if self.lost else ""
        return f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]{told}"


def estimate(values: Any) -> Estimate:
    """The mean over seeds; what is not finite is left out."""
    from scipy.stats import t

    given = np.asarray(values, dtype=float)
    kept = given[np.isfinite(given)]
    lost = int(given.size - kept.size)
    if not kept.size:
        return Estimate(mean=math.nan, low=math.nan, high=math.nan, count=0, lost=lost)
    mean = float(kept.mean())
    half = math.nan
    if kept.size > 1:
        error = float(kept.std(ddof=1)) / math.sqrt(kept.size)
        half = float(t.ppf(0.975, kept.size - 1)) * error
    return Estimate(mean=mean, low=mean - half, high=mean + half, count=int(kept.size), lost=lost)


def paired(first: Any, last: Any) -> Estimate:
    """The mean of last - first, seed by seed."""
    return estimate(np.asarray(last, dtype=float) - np.asarray(first, dtype=float))


def verb(change: Estimate) -> str:
    """rises, falls, shows no trend, or why none may be claimed."""
    if change.count < FEWEST_SEEDS:
        return f"has no stated trend ({change.count} seeds are too few)"
    return {1: "rises", -1: "falls", 0: "shows no trend"}[change.sign]


def trend(what: str, values: Floats) -> str:
    """One clause on the paired change from the first to the last level (rows of `values`)."""
    change = paired(values[0], values[-1])
    first, last = (estimate(row).mean for row in (values[0], values[-1]))
    return f"{what} {verb(change)} ({first:.3g} to {last:.3g}, change {change})"


def verdict(change: Estimate, expected: int) -> str:
    """Whether a change has the sign that the paper expects."""
    if change.count < FEWEST_SEEDS:
        return "not tested"
    if change.sign == 0:
        return "not reproduced"
    return "reproduced" if change.sign == expected else "reversed"


def diverged(columns: Columns) -> int:
    """The number of runs that diverged."""
    return int((columns["status"][ends(columns)] == "diverged").sum())
