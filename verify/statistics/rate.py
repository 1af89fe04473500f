"""The rate in n: the slope of log mean excess risk against log n, with a confidence interval.

Mean over the replicates of mean_I D(f0 || f), at each n of a ladder; then least squares on the
logarithms, with Student's interval from the residuals (so that curvature widens it). The paper
proves n^(-2/5); n^(-4/5) is the natural rate (proofs_notes/weak-to-strong.md). A measurement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from verify.model import InputError
from verify.statistics.coverage import CONFIDENCE, replicates
from verify.statistics.settings import Curve, Descent, Penalized, Setting

PAPER, NATURAL = -0.4, -0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """One truth and one fit at growing n."""

    name: str
    truth: Curve
    fit: Penalized | Descent
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The slope with its 95% interval [low, high], and the mean excess at each n."""

    name: str
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    replicates: int
    slope: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """What the interval says of the two rates."""
        return f"{self._against('-2/5', PAPER)}, {self._against('-4/5', NATURAL)}"

    def _against(self, name: str, exponent: float) -> str:
        if self.high < exponent:
            return f"faster than {name}"
        return f"slower than {name}" if self.low > exponent else f"{name} is in the interval"


def slope_interval(
    sizes: Sequence[float], values: Sequence[float], confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Slope of log values on log sizes by least squares, and its two-sided Student interval.

    Raises InputError for fewer than three sizes, or a value that is not positive.
    """
    from scipy.special import stdtrit

    if len(sizes) != len(values) or len(sizes) < 3 or min(values) <= 0.0:
        raise InputError("a slope needs three or more sizes, each with a positive value")
    x, y = np.log(np.asarray(sizes, float)), np.log(np.asarray(values, float))
    centred = x - x.mean()
    square = float(centred @ centred)
    slope = float(centred @ y) / square
    left = y - y.mean() - slope * centred
    freedom = len(sizes) - 2
    width = float(stdtrit(freedom, 0.5 + confidence / 2.0))
    width *= math.sqrt(float(left @ left) / freedom / square)
    return slope, slope - width, slope + width


def measure_rate(
    ladder: Ladder, count: int, folder: Path, progress: Callable[[int], object] | None = None
) -> Rate:
    """The rate of a ladder with seeds 0 .. count - 1 at each n, kept in `folder`."""
    means = []
    for n in ladder.sizes:
        setting = Setting(name=f"{ladder.name}-{n}", n=n, truth=ladder.truth, fit=ladder.fit)
        found = replicates(setting, range(count), folder, progress)
        means.append(fmean(rows["strong"].measured for rows in found.values()))
    slope, low, high = slope_interval(ladder.sizes, means)
    return Rate(
        name=ladder.name,
        sizes=ladder.sizes,
        means=tuple(means),
        replicates=count,
        slope=slope,
        low=low,
        high=high,
    )
