"""Theorem 3.7 where the truth is unknown: what held-out labels say of it, with confidence.

Held-out data are independent of the network, their labels independent with unknown chances
p_j = sigma(f0_j). For fixed x_j and f, m of them, each statement fails with probability at most its
share of delta.

    risk         |R(f) - mean loss| <= sqrt(log(2/d) sum f_j^2 / (2 m^2)), because a loss takes two
                 values |f_j| apart (Hoeffding). mean D = R(f) - R(f0), 0 <= R(f0) <= log 2: the
                 entropy of a label. So R(f) - log 2 <= mean D <= R(f)
    calibration  mean D >= sum_bins (share) 2 (|mean label - mean sigma(f)| - w)_+^2, the mean label
                 of each of K bins of equal |bin| off by at most w = sqrt(log(2K/d) / (2 |bin|)):
                 Pinsker (K1) and Jensen; the bins are by f, not by labels
    certain      N data have |f_j| > gamma. A datum is falsely certain if f0_j is at most low on
                 the side of f. It is misclassified with a chance of at least sigma(-low), any
                 other one with less. With mu = the sum of these chances and the count of mistakes
                 s, Pr(s <= t) <= exp(t - mu - t log(t/mu)) for t < mu, and the same for s >= t >
                 mu (Chernoff): mu is in [lo, hi], and the number of falsely certain data in
                 [(lo - N sigma(-low))/(1 - sigma(-low)), hi/sigma(-low)]. Each one costs at
                 least k(low, gamma) of sum D

Weak generalization at these levels fails where mean D >= k(low, gamma)/2: every true eps then
leaves m0 >= n/2, and h = 0 everywhere. Levels further apart may do; the truth would tell.

Bounds are evaluated in float64. Nothing here is known of f0 itself: what 3.7 needs of it beyond
this is assumed, and named.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from verify.ball import approximate
from verify.generalize.finding import Answer, Basis, Finding
from verify.generalize.interval import (
    Part,
    check_sizes,
    design_problem,
    part_of,
    theorem_on,
    up,
    upward,
)
from verify.generalize.source import doubt, shared
from verify.generalize.stability import stability_of
from verify.inequalities.divergence import k
from verify.logistic import LOGISTIC
from verify.model import Dataset, InputError, Network, outputs
from verify.statistics.bounds import check_level

Floats = NDArray[np.float64]
LOW, HIGH = Fraction(1), Fraction(2)
"""Falsely certain: |f| > HIGH where f0 is at most LOW on the side of f."""
BINS, TURNS = 8, 2.0
NOMINAL_HEIGHT = 2.0


def _sigmoid(t: Floats | float) -> Floats:
    return np.exp(-np.logaddexp(0.0, -np.asarray(t, dtype=np.float64)))


def _root(rises: Callable[[float], bool], low: float, high: float) -> float:
    """Where a monotone condition becomes true, from above, by bisection."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if rises(middle) else (middle, high)
    return high


def chernoff_limits(mistakes: int, count: int, delta: float) -> tuple[float, float]:
    """(lo, hi) around the sum of `count` unequal chances; each end fails with chance <= delta/2."""
    need = math.log(2.0 / delta)

    def rate(mu: float) -> float:
        """mu - s + s log(s / mu), which grows as mu leaves s."""
        return mu - mistakes + (mistakes * math.log(mistakes / mu) if mistakes else 0.0)

    above = _root(lambda mu: rate(mu) >= need, float(mistakes), mistakes + 2 * need + 2 * count + 1)
    below = 0.0
    if mistakes:
        below = mistakes - _root(
            lambda gap: gap >= mistakes or rate(mistakes - gap) >= need, 0.0, float(mistakes)
        )
    return max(0.0, below), min(float(count), above)


def falsely_certain(f: Floats, y: Floats, delta: float) -> tuple[int, int, float, float]:
    """(N, mistakes among them, least, most): limits of the number of falsely certain data."""
    certain = np.abs(f) > float(HIGH)
    count = int(certain.sum())
    mistakes = int((certain & (f * y < 0)).sum())
    chance = float(_sigmoid(-float(LOW)))
    low, high = chernoff_limits(mistakes, count, delta)
    least = max(0.0, (low - count * chance) / (1.0 - chance))
    return count, mistakes, least, min(float(count), high / chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """Mean loss with its error, and limits of mean D: by calibration, by the risk, and above."""

    loss: float
    error: float
    calibration: float
    upper: float

    @property
    def lower(self) -> float:
        """The larger of the two lower limits."""
        return max(self.calibration, self.upper - 2 * self.error - math.log(2.0))


def excess_limits(f: Floats, y: Floats, delta: float) -> Excess:
    """The limits of mean D; risk and calibration each fail with chance at most delta/2."""
    m = f.size
    loss = float(LOGISTIC.float_value(y, f).mean())
    error = math.sqrt(math.log(4.0 / delta) * float(np.square(f).sum()) / 2.0) / m
    calibration = 0.0
    parts = np.array_split(np.argsort(f, kind="stable"), min(BINS, m))
    for part in parts:
        width = math.sqrt(math.log(4.0 * len(parts) / delta) / (2.0 * part.size))
        off = abs(float((y[part] > 0).mean() - _sigmoid(f[part]).mean()))
        calibration += part.size / m * 2.0 * max(0.0, off - width) ** 2
    return Excess(loss=loss, error=error, calibration=calibration, upper=loss + error)


def _weak(f: Floats, y: Floats, excess: Excess, delta: float) -> Finding:
    """`delta` is that of the count; `excess` has its own."""
    count, mistakes, least, most = falsely_certain(f, y, delta)
    price = approximate(k(LOW, HIGH))
    eps = max(excess.lower, least / f.size * price)
    text = (
        f"mean D >= {eps:.4g} at the held-out x, and h > 0 at levels {float(LOW):g} <"
        f" {float(HIGH):g} needs less than {price / 2:.4g}; {count} of {f.size} held-out data have"
        f" |f| > {float(HIGH):g}, {mistakes} of them with the other label: {math.ceil(least)} to"
        f" {math.floor(most)} are falsely certain (f0 at most {float(LOW):g} on that side)"
    )
    return Finding(
        name=f"weak generalization at the levels {float(LOW):g} and {float(HIGH):g}",
        basis=Basis.PROBABLE,
        text=text,
        holds=False if 2 * eps >= price else None,
        numbers={
            "eps": eps,
            "certain": count,
            "mistakes": mistakes,
            "least": least,
            "most": most,
        },
    )


def _risk(excess: Excess, training: float) -> tuple[Finding, Finding]:
    risk = Finding(
        name="held-out risk",
        basis=Basis.PROBABLE,
        text=(
            f"{excess.loss:.4g} +- {excess.error:.4g} at the held-out x;"
            f" training loss {training:.4g}"
        ),
        numbers={"loss": excess.loss, "error": excess.error, "training": training},
    )
    limits = Finding(
        name="mean D(f0||f)",
        basis=Basis.PROBABLE,
        text=f"between {excess.lower:.4g} and {upward(excess.upper)} at the held-out x",
        numbers={"lower": excess.lower, "upper": excess.upper},
    )
    return risk, limits


def _design(part: Part) -> Finding:
    problem = design_problem(part)
    text = problem or f"{len(part.x)} data in {part.name}, the middle half of the inputs"
    return Finding(name="fixed design", basis=Basis.THEOREM, text=text, holds=not problem)


def _assumed(part: Part, own: float, height: float) -> tuple[Finding, ...]:
    texts = (
        ("law of the labels", "all labels are independent given x; held-out data are untouched"),
        ("places", "training data are falsely certain as often as held-out ones"),
        (
            "truth on I",
            f"|f0| <= {upward(height)} and TV(f0'; I) <= {upward(own)}, as for f, on {part.name}",
        ),
        ("training loss on I", "that of f is at most that of f0 (a fitted network's mostly is)"),
    )
    return tuple(Finding(name=n, basis=Basis.ASSUMED, text=text) for n, text in texts)


def _conditional(part: Part, delta: float, own: float, height: float) -> Finding:
    span = float(part.high - part.low)
    nominal = 4.0 * NOMINAL_HEIGHT * TURNS / span
    strong, _ = theorem_on(part, delta=delta, variation=nominal, height=NOMINAL_HEIGHT)
    value = strong.bound(variation=2 * own, height=height)
    useful = value < math.log(2.0)
    return Finding(
        name="strong generalization, if the assumptions hold",
        basis=Basis.PROBABLE,
        text=(
            f"mean_I D(f0||f) <= {upward(value)} with W = {upward(2 * own)}, B = {upward(height)},"
            f" tau = 0, l0 = {strong.coarse}; that is {'below' if useful else 'NOT below'} log 2"
        ),
        holds=useful,
        numbers={"bound": value if math.isfinite(value) else None},
    )


def _middle_half(data: Dataset) -> tuple[Fraction, Fraction]:
    places = data.in_order.x
    return places[data.n // 4], places[max(data.n // 4, (3 * data.n) // 4 - 1)]


def _conclusion(findings: tuple[Finding, ...], bound: Finding | None) -> str:
    failed = [found for found in findings if found.holds is False]
    open_ones = [found for found in findings if found.holds is None]
    checked = [found for found in open_ones if found.basis is not Basis.ASSUMED]
    if failed:
        return f"{failed[0].name} fails: {failed[0].text}"
    start = f"{checked[0].name} is left open" if checked else "nothing that was checked fails"
    if bound is None:
        return f"{start}; there is no bound"
    said = bound.text if bound.holds else "the bound is vacuous at this n"
    return f"{start}; under what is assumed, {said}"


def from_holdout(network: Network, data: Dataset, holdout: Dataset, *, delta: float) -> Answer:
    """What held-out data say of the assumptions of 3.7, and the bound under those left over.

    Half of delta goes to the statements on held-out data, half to the theorem. Raises InputError
    for a bad delta, or fewer than 2 held-out data.
    """
    check_level(delta)
    if holdout.n < 2:
        raise InputError(f"the held-out data are {holdout.n}; at least 2 are needed")
    fresh, fitted = outputs(network, holdout), outputs(network, data)
    check_sizes(x=(*data.x, *holdout.x), f=(*fresh, *fitted))
    f = np.array([float(value) for value in fresh])
    y = np.array(holdout.in_order.y, dtype=np.float64)
    trained = np.array([float(value) for value in fitted])
    training = LOGISTIC.float_value(np.array(data.in_order.y, dtype=np.float64), trained)
    excess = excess_limits(f, y, delta / 4)
    part = part_of(network, data, _middle_half(data))
    assumptions: tuple[Finding, ...] = (
        stability_of(network, data).finding,
        _design(part),
        _weak(f, y, excess, delta / 4),
    )
    results: tuple[Finding, ...] = _risk(excess, float(training.mean()))
    bound: Finding | None = None
    if not design_problem(part):
        own, height = up(part.bends(part.outs)), up(part.height)
        bound = _conditional(part, delta / 2, own, height)
        assumptions = (*assumptions, *_assumed(part, own, height))
        results = (*results, bound)
    again = shared(data, holdout)
    also = f" ({again} of them also training data)" * (again > 0)
    doubtful = f"doubtful, {found}. " if (found := doubt(data, holdout)) else ""
    return Answer(
        heading=(
            f"{network.k} neurons, {data.n} data, {holdout.n} held-out data{also}; f0 is unknown"
        ),
        delta=delta,
        assumptions=assumptions,
        results=results,
        conclusion=f"{doubtful}{_conclusion(assumptions, bound)}",
    )
