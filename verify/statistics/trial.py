"""One replicate: labels from a seed, a fit, and each bound's two sides. Float64 measurements.

    norm      sup of <xi, f>_n over all networks with R1 <= radius, |c| <= offset  against 3.6
    sharper   the same against 3.6 with mean(1 + x^2) in place of 1 + x_max^2
    event     the largest share of its allowance that any statistic of 3.7's event takes, against 1
    strong    mean_I D(f0 || f) of the fit against 3.7 with W, B, tau of the fit
    chain     the same, descent only, with W = V + TV(f0'; I) and V from stability and h >= c0

`norm` and `event` are suprema over everything the theorem is uniform in, so that a failure of the
theorem's event is seen whatever the fit does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.run import train
from verify.dynamics.start import parts, start
from verify.dynamics.truth import labels, law
from verify.dynamics.walk import outputs
from verify.logistic import LOGISTIC
from verify.spectrum.tracking import certified_lambda_max
from verify.statistics.bounds import Form, WeakToStrong, norm_bound
from verify.statistics.fits import penalized_likelihood
from verify.statistics.path_norm import class_supremum
from verify.statistics.settings import Descent, Prepared

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Both sides of one bound in one replicate, what is trivially true, and whether it applies."""

    measured: float
    bound: float
    trivial: float
    admitted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted function: f at the data (n,), TV(f'; I), certified lambda_max (NaN if not asked)."""

    f: Floats
    variation: float
    sharpness: float


def divergences(f0: Floats, f: Floats) -> Floats:
    """D(f0 || f) in float64, with an absolute error of a few units of the size of f."""
    sigma = law(f0, 0.0)
    return np.asarray(np.logaddexp(0.0, f) - np.logaddexp(0.0, f0) - sigma * (f - f0))


def _penalized(prepared: Prepared, y: Floats, strength: float) -> Fit:
    setting, x = prepared.setting, prepared.x
    spline = penalized_likelihood(x, y, strength * setting.n**-0.8)
    inner = (x[1:-1] > setting.low) & (x[1:-1] < setting.high)
    variation = float(np.abs(spline.jumps[inner]).sum())
    return Fit(f=spline.f, variation=variation, sharpness=math.nan)


def _descended(prepared: Prepared, y: Floats, fit: Descent, seed: int) -> Fit:
    setting, x = prepared.setting, prepared.x
    first = start("uniform", k=fit.k, seed=seed)
    theta = train(first, x, y, eta=fit.eta, at=np.array([fit.steps])).theta[-1]
    w, b, a, c = parts(theta)
    with np.errstate(divide="ignore", invalid="ignore"):
        kinks = -b / w
    places, at = np.unique(
        kinks[(kinks > setting.low) & (kinks < setting.high)], return_inverse=True
    )
    jumps = (a * np.abs(w))[(kinks > setting.low) & (kinks < setting.high)]
    variation = float(np.abs(np.bincount(at, weights=jumps, minlength=places.size)).sum())
    sharpness = certified_lambda_max(w, b, a, float(c[0]), x, y, formal=True)
    return Fit(f=outputs(theta, x), variation=variation, sharpness=sharpness.hi)


def event_share(strong: WeakToStrong, basis: Floats, shares: Floats, xi: Floats) -> float:
    """The largest statistic of 3.7's event over its allowance; the event fails only above 1.

    Hat functions of the levels at which a cell holds two data are summed up; at all higher levels a
    hat meets one datum, and max |xi'| / n, xi' the noise less its coarse part, bounds them all.
    """
    coarse = basis.T @ xi
    rest = xi - basis @ coarse
    found = [float(np.linalg.norm(coarse)) / math.sqrt(strong.n) / strong.coarse_noise()]
    level, most = strong.coarse, 2
    while most > 1:
        scaled = shares * 2.0**level
        cells = np.floor(scaled)
        hats = rest * (1.0 - np.abs(2.0 * (scaled - cells) - 1.0))
        starts = np.flatnonzero(np.diff(cells, prepend=-1.0))
        sums = np.add.reduceat(hats, starts)
        found.append(float(np.abs(sums).max()) / strong.n / strong.hat_noise(level))
        most = int(np.diff(starts, append=shares.size).max())
        level += 1
    single = WeakToStrong(
        n=strong.n, length=strong.length, coarse=strong.coarse, delta=strong.delta, crowding=1e-300
    )
    found.append(float(np.abs(rest).max()) / strong.n / single.hat_noise(level))
    return max(found)


def _norm_rows(prepared: Prepared, xi: Floats) -> dict[str, Row]:
    setting, x = prepared.setting, prepared.x
    radius, offset, delta = setting.radius, setting.offset, setting.level / 2.0
    found = class_supremum(x, xi, radius=radius, offset=offset)
    # Trivial: no correlation exceeds the mean of |f|; and a gap of log 2 is that of no use.
    mean_size = radius * float(np.hypot(1.0, x).mean()) + offset
    trivial = min(math.log(2.0), mean_size)
    forms: dict[str, Form] = {"norm": "stated", "sharper": "sharper"}
    return {
        name: Row(
            measured=found,
            bound=norm_bound(x, radius=radius, offset=offset, delta=delta, form=form),
            trivial=trivial,
        )
        for name, form in forms.items()
    }


def _strong_row(prepared: Prepared, y: Floats, fit: Fit) -> Row:
    inside, strong = prepared.inside, prepared.strong
    f, f0, labels_in = fit.f[inside], prepared.f0[inside], y[inside]
    height = float(max(np.abs(f).max(), np.abs(f0).max()))
    losses = LOGISTIC.float_value(labels_in, f) - LOGISTIC.float_value(labels_in, f0)
    tau = max(0.0, float(losses.mean()))
    variation = fit.variation + prepared.truth_variation
    return Row(
        measured=float(divergences(f0, f).mean()),
        bound=strong.bound(variation=variation, height=height, tau=tau),
        trivial=min(math.log(2.0), height * math.tanh(height / 2.0)),
    )


def _chain_row(prepared: Prepared, strong: Row, fit: Fit, y: Floats, plan: Descent) -> Row:
    inside, n = prepared.inside, prepared.setting.n
    f, f0 = fit.f[inside], prepared.f0[inside]
    losses = LOGISTIC.float_value(y[inside], f) - LOGISTIC.float_value(y[inside], f0)
    weak = float(divergences(prepared.f0, fit.f).mean()) <= plan.eps
    calm = bool(max(np.abs(f).max(), np.abs(f0).max()) <= plan.gamma)
    bound = math.inf
    if math.isfinite(prepared.slope_limit):
        bound = prepared.strong.bound(
            variation=prepared.slope_limit + prepared.truth_variation,
            height=plan.gamma,
            tau=max(0.0, float(losses.mean())),
        )
    return Row(
        measured=strong.measured,
        bound=bound,
        # The premise itself bounds the mean over I.
        trivial=min(strong.trivial, plan.eps * n / prepared.strong.n),
        admitted=fit.sharpness <= plan.stability and weak and calm,
    )


def trial(prepared: Prepared, seed: int) -> dict[str, Row]:
    """The rows of one replicate, by name of the bound; the same seed gives the same bits."""
    setting = prepared.setting
    y = labels(prepared.f0, noise=0.0, seed=seed)
    xi = (y > 0.0) - law(prepared.f0, 0.0)
    rows = _norm_rows(prepared, xi)
    inside = prepared.inside
    share = event_share(prepared.strong, prepared.basis, prepared.shares, xi[inside])
    # |xi| <= 1 alone keeps the coarse statistic below 1/A of its allowance.
    rows["event"] = Row(measured=share, bound=1.0, trivial=1.0 / prepared.strong.coarse_noise())
    if isinstance(setting.fit, Descent):
        fit = _descended(prepared, y, setting.fit, seed)
        rows["strong"] = _strong_row(prepared, y, fit)
        rows["chain"] = _chain_row(prepared, rows["strong"], fit, y, setting.fit)
    else:
        rows["strong"] = _strong_row(prepared, y, _penalized(prepared, y, setting.fit.strength))
    return rows
