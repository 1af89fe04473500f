"""The settings of the simulations: design, truth, interval, fit. Everything but the labels.

A setting fixes all that a bound may know before it sees labels; `prepare` computes it once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.truth import Truth
from verify.model import InputError
from verify.statistics.bounds import WeakToStrong, best_coarse, check_level, crowding, slope_bound
from verify.statistics.transfer import missing_at_most
from verify.statistics.weight import Core, least_weight

Floats = NDArray[np.float64]
Design = Literal["grid", "midpoints", "jittered", "arcsine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A truth that is linear between knots and constant beyond them.

    Raises InputError for fewer than two knots, other lengths, or knots that do not increase.
    """

    knots: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        steps = np.diff(self.knots)
        if len(self.knots) != len(self.values) or len(self.knots) < 2 or not (steps > 0).all():
            raise InputError("a broken line needs two or more increasing knots, each with a value")

    def __call__(self, x: Floats) -> Floats:
        """f0 at x, of the shape of x."""
        return np.interp(x, self.knots, self.values)

    def slope_variation(self, low: float, high: float) -> float:
        """TV(f0'; (low, high)): the jumps of the slope at knots inside."""
        slopes = np.diff(self.values) / np.diff(self.knots)
        jumps = np.diff(np.concatenate([[0.0], slopes, [0.0]]))
        knots = np.asarray(self.knots)
        return float(np.abs(jumps[(knots > low) & (knots < high)]).sum())


Curve = Truth | Broken


def _sine_travel(u: float) -> float:
    """The integral of |sin| from 0 to u."""
    turns = math.floor(u / math.pi)
    return 2.0 * turns + 1.0 - math.cos(u - math.pi * turns)


def slope_variation(truth: Curve, low: float, high: float) -> float:
    """TV(f0'; (low, high)) = integral of |f0''|, in closed form."""
    if isinstance(truth, Broken):
        return truth.slope_variation(low, high)
    speed = truth.waves * math.pi
    shift = 0.0 if truth.shape == "sin" else math.pi / 2.0
    ends = sorted((speed * low + shift, speed * high + shift))
    return abs(truth.height * speed) * (_sine_travel(ends[1]) - _sine_travel(ends[0]))


def places(design: Design, n: int) -> Floats:
    """n increasing places in [-1, 1]; "jittered" moves a grid by up to a quarter of its spacing."""
    if n < 4:
        raise InputError(f"n is {n}; at least 4 data are needed")
    counts = np.arange(n)
    if design == "grid":
        return np.linspace(-1.0, 1.0, n)
    if design == "midpoints":
        return np.asarray((2.0 * counts + 1.0) / n - 1.0)
    if design == "jittered":
        draw = np.random.default_rng(np.random.SeedSequence(n, spawn_key=(36,)))
        return np.asarray((2.0 * counts + 1.0 + draw.uniform(-0.5, 0.5, n)) / n - 1.0)
    if design == "arcsine":
        return np.asarray(-np.cos(math.pi * (counts + 0.5) / n))
    raise InputError(
        f"the design is {design!r:.40}; grid, midpoints, jittered or arcsine is needed"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalized:
    """Penalized maximum likelihood with mu = strength n^(-4/5), fixed before the labels."""

    strength: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """Gradient descent of k neurons, and what the chain of 3.7 assumes of its result.

    The chain admits a run with certified lambda_max <= stability, mean divergence <= eps over all
    data, and |f| <= gamma on the data in I; its core is |f0| <= core_level < gamma.
    """

    k: int = 40
    eta: float = 1.2
    steps: int = 16_000
    stability: float = 2.0
    eps: float = 0.05
    core_level: float = 1.0
    gamma: float = 3.0


FACTORS = (("norm", 0.125), ("sharper", 0.125), ("event", 0.5), ("strong", 0.005))
"""Controls: these shares of the bounds are exceeded far more often than a level of 1/20 allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One simulation. I = [low, high]; `level` bounds the probability of failure of each bound.

    `radius` and `offset` bound R1 and |c| in 3.6. `variation` and `height` are the nominal W and B
    from which l0 is chosen. `factors` names, for each bound, a shrunken one that must fail.
    """

    name: str
    n: int
    truth: Curve
    fit: Penalized | Descent
    design: Design = "grid"
    low: float = -1.0
    high: float = 1.0
    level: float = 0.05
    radius: float = 1.0
    offset: float = 0.5
    variation: float = 40.0
    height: float = 1.5
    factors: tuple[tuple[str, float], ...] = FACTORS

    def __post_init__(self) -> None:
        check_level(self.level)
        if not -1.0 <= self.low < self.high <= 1.0:
            raise InputError(f"I is [{self.low}, {self.high}]; part of [-1, 1] is needed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A setting with its design x, truth f0 (n,), the data in I (mask), and 3.7 with l0 chosen.

    `basis` (n_I, d') spans the coarse splines on the data in I, with orthonormal columns.
    `slope_limit` is the V of `label_free_slope`.
    """

    setting: Setting
    x: Floats
    f0: Floats
    inside: NDArray[np.bool_]
    strong: WeakToStrong
    basis: Floats
    truth_variation: float
    slope_limit: float

    @property
    def shares(self) -> Floats:
        """The places of the data in I, I mapped to [0, 1]."""
        low, high = self.setting.low, self.setting.high
        return np.asarray((self.x[self.inside] - low) / (high - low))


def coarse_basis(shares: Floats, coarse: int) -> Floats:
    """Orthonormal columns that span the splines with 2^coarse + 1 dyadic nodes at the data."""
    nodes = np.arange(2**coarse + 1)
    tents = np.maximum(0.0, 1.0 - np.abs(shares[:, None] * 2**coarse - nodes))
    left, sizes, _ = np.linalg.svd(tents, full_matrices=False)
    return np.asarray(left[:, sizes > sizes[0] * shares.size * 1e-15])


def label_free_slope(setting: Setting, x: Floats, f0: Floats) -> float:
    """V of 3.7 for `Descent`, from what is known before the labels.

    Infinite where h has a zero in I, NaN for another fit.
    """
    fit = setting.fit
    if not isinstance(fit, Descent):
        return math.nan
    low, gamma = Fraction(fit.core_level), Fraction(fit.gamma)
    members = [Fraction(at) for at in x[np.abs(f0) <= fit.core_level].tolist()]
    missing = missing_at_most(setting.n, Fraction(fit.eps), low, gamma)
    if len(members) <= missing:
        return math.inf
    core = Core(places=members, n=setting.n, missing=missing)
    c0 = float(least_weight(core, Fraction(setting.low), Fraction(setting.high)))
    if c0 == 0.0:
        return math.inf
    return slope_bound(
        stability=fit.stability,
        residual=math.sqrt(1.0 + float(np.square(x).max())),
        height=fit.gamma,
        sure=(len(members) - missing) / setting.n,
        c0=c0,
    )


def prepare(setting: Setting) -> Prepared:
    """What the bounds may know before the labels. Raises InputError if I holds too few data."""
    x = places(setting.design, setting.n)
    inside = (x >= setting.low) & (x <= setting.high)
    exact = [Fraction(at) for at in x[inside].tolist()]
    crowd = float(crowding(exact, Fraction(setting.low), Fraction(setting.high)))
    n, length = len(exact), setting.high - setting.low
    coarse = best_coarse(
        n=n,
        length=length,
        delta=setting.level,
        variation=setting.variation,
        height=setting.height,
        crowding=crowd,
    )
    shares = (x[inside] - setting.low) / length
    f0 = np.asarray(setting.truth(x), dtype=np.float64)
    return Prepared(
        setting=setting,
        x=x,
        f0=f0,
        inside=inside,
        strong=WeakToStrong(n=n, length=length, coarse=coarse, delta=setting.level, crowding=crowd),
        basis=coarse_basis(shares, coarse),
        truth_variation=slope_variation(setting.truth, setting.low, setting.high),
        slope_limit=label_free_slope(setting, x, f0),
    )
