"""What is looked at in one network: the split of lambda_max, uncertain sets, where TV is spent.

    lambda_max = P + 2 P S + P I + rho + gap,    q = p/P        (claim master)

P softness, S roughness (path sum), I imbalance, rho the Rayleigh quotient of R, gap
>= 0. lambda_max is the certified upper end, so the gap is that of the upper end. The
other numbers are float64 (`verify.operators`) and certify nothing; what is certified
is counted by `verify.experiments.certify`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.start import parts
from verify.dynamics.walk import outputs
from verify.operators.layout import OutOfRange
from verify.operators.network import State, evaluate
from verify.operators.weights import (
    moments,
    path_sum,
    same_kink,
    tail_weights,
    total_variation,
)

Floats = NDArray[np.float64]

COLUMNS = (
    *("P", "S", "TV", "I", "rho", "gap", "residual"),
    *("uncertain", "truth_uncertain", "overlap", "hull_low", "hull_high"),
    *("excess_inside", "excess_hull", "bound_gamma", "TV_gamma"),
    *("weighted_in", "weighted_hull", "weighted_out", "plain_in", "plain_hull", "plain_out"),
)


class Setting(NamedTuple):
    """The run that a network comes from: sorted data, the law q of the labels, the levels."""

    x: Floats
    y: Floats
    law: Floats
    eta: float
    gamma: float
    inside: float


def softness(f: Floats | float) -> Floats:
    """s(f) = sigma(f) sigma(-f)."""
    return np.asarray(1.0 / (2.0 + 2.0 * np.cosh(f)))


def divergence(law: Floats, f: Floats) -> Floats:
    """KL(Bern(law) || Bern(sigma(f))) at each point."""
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.where(law > 0, law * np.log(law), 0.0)
        entropy = entropy + np.where(law < 1, (1.0 - law) * np.log1p(-law), 0.0)
    return np.asarray(entropy + law * np.logaddexp(0.0, -f) + (1.0 - law) * np.logaddexp(0.0, f))


def logit(law: Floats) -> Floats:
    """The truth that the labels follow: log(q / (1 - q)), with q = r + (1 - 2r) sigma(f0)."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(law) - np.log1p(-law))


def state_of(theta: Floats, x: Floats, y: Floats) -> State:
    """The network theta (3k + 1,) on data, formal where a datum is on a kink."""
    w, b, a, c = parts(theta)
    return evaluate(w, b, a, float(c[0]), x, y, formal=True)


def split(state: State, sharpness: float) -> dict[str, float]:
    """P, S, I, rho and the gap to `sharpness`; their sum is `sharpness` up to rounding."""
    alpha, beta = moments(state)
    size = np.abs(state.a) * np.hypot(beta[:, 0], beta[:, 1])
    softness_sum, path = float(state.p.sum()), path_sum(state)
    sloped = state.sight.w != 0
    imbalance = np.where(sloped, (alpha - size) ** 2, alpha**2 + size**2).sum()
    square = 1.0 + 2.0 * path + float(imbalance)
    rho = 2.0 * float((alpha * state.a * (beta * state.r).sum(axis=1)).sum()) / square
    return {
        "P": softness_sum,
        "S": path,
        "I": float(imbalance),
        "rho": rho,
        "gap": sharpness - softness_sum * square - rho,
    }


def kink_shares(state: State) -> tuple[Floats, Floats, Floats]:
    """Distinct kinks with the jump of f' there and with |jump| min(g+, g-), q = p/P."""
    sloped = state.sight.w != 0
    g = np.minimum(*tail_weights(state))[sloped]
    w, b, a = state.sight.w[sloped], state.sight.b[sloped], state.a[sloped]
    number = same_kink(w, b)
    first = np.unique(number, return_index=True)[1]
    jump = np.bincount(number, weights=a * np.abs(w))
    places = np.asarray(-b / w)[first]
    return places, np.asarray(jump, dtype=np.float64), np.asarray(np.abs(jump) * g[first])


def hull(x: Floats, uncertain: NDArray[np.bool_]) -> tuple[float, float]:
    """[min, max] of the uncertain data; NaN where there are none."""
    return (float(x[uncertain][0]), float(x[uncertain][-1])) if uncertain.any() else (np.nan,) * 2


def spent(theta: Floats, state: State, gamma: float) -> dict[str, float]:
    """TV in three parts: at |f| <= gamma, elsewhere in the hull of the uncertain data, outside it.

    `weighted` is TV_q, q = p/P; `plain` is the sum of |jump of f'| at kinks within the data.
    """
    x = state.layout.x
    places, jump, weighted = kink_shares(state)
    low, high = hull(x, np.abs(state.f) <= gamma)
    inside = (places >= low) & (places <= high)
    certain = np.abs(outputs(theta, places)) > gamma if places.size else np.zeros(0, bool)
    plain = np.where((places > x[0]) & (places < x[-1]), np.abs(jump), 0.0)
    regions = {"in": ~certain, "hull": certain & inside, "out": certain & ~inside}
    return {
        f"{kind}_{name}": float(values[region].sum())
        for kind, values in (("weighted", weighted), ("plain", plain))
        for name, region in regions.items()
    }


def gamma_bound(state: State, eta: float, gamma: float) -> tuple[float, float, int]:
    """T-gamma: int |f''| g_A, its bound for a network that is stable at eta, and n_gamma."""
    uncertain = np.abs(state.f) <= gamma
    count = int(uncertain.sum())
    if not count:
        return np.nan, np.inf, 0
    bound = state.layout.n / (2.0 * count * float(softness(gamma)))
    bound = bound * (2.0 / eta + residual(state)) - 0.5
    return total_variation(state, uncertain.astype(float)), bound, count


def residual(state: State) -> float:
    """(1/n) sum_j |l'_j| sqrt(1 + x_j^2)."""
    return float((np.abs(state.slope) * np.hypot(1.0, state.layout.x)).sum())


def _mean(values: Floats, chosen: NDArray[np.bool_]) -> float:
    return float(values[chosen].mean()) if chosen.any() else np.nan


def observe(theta: Floats, sharpness: float, setting: Setting) -> dict[str, float]:
    """The COLUMNS of one network; NaN throughout where float64 does not serve."""
    try:
        state = state_of(theta, setting.x, setting.y)
        parts_of = split(state, sharpness)
    except OutOfRange:
        return dict.fromkeys(COLUMNS, np.nan)
    x, f, gamma = setting.x, state.f, setting.gamma
    uncertain, true = np.abs(f) <= gamma, np.abs(logit(setting.law)) <= gamma
    low, high = hull(x, uncertain)
    excess = divergence(setting.law, f)
    weighted, bound, _ = gamma_bound(state, setting.eta, gamma)
    either = int((uncertain | true).sum())
    return {
        **parts_of,
        "TV": total_variation(state),
        "residual": residual(state),
        "uncertain": float(uncertain.mean()),
        "truth_uncertain": float(true.mean()),
        "overlap": float((uncertain & true).sum()) / either if either else np.nan,
        "hull_low": low,
        "hull_high": high,
        "excess_inside": _mean(excess, np.abs(x) <= setting.inside),
        "excess_hull": _mean(excess, (x >= low) & (x <= high)),
        "TV_gamma": weighted,
        "bound_gamma": bound,
        **spent(theta, state, gamma),
    }
