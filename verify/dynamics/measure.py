"""What one looks at in a training run, and the paper's two failure signatures.

*Divergence* is found while training (`verify.dynamics.run`). The *interpolation
trap* (loss -> 0, lambda_max -> 0, test error high) is called by four facts about
the checkpoints, none of which rests on a threshold of our own:

    every datum is fitted, so that growing outputs send the loss to 0;
    the last point is stable, lambda_max <= 2/eta, certified;
    loss and lambda_max are lower than at the last checkpoint of the first half;
    fresh labels cost more than log 2 on average: the network is worse than f = 0.

lambda_max is certified (`verify.spectrum`), the formal one where a datum is on a
kink, and NaN where no precision encloses it. The other numbers are plain float64.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.run import DIVERGED, Run
from verify.dynamics.start import parts
from verify.dynamics.walk import outputs
from verify.spectrum.balls import PrecisionExhausted
from verify.spectrum.tracking import Sharpness, certified_lambda_max

Floats = NDArray[np.float64]

TRAPPED = "trapped"

COLUMNS = {
    "step": "gradient steps taken",
    "time": "eta times step",
    "loss": "mean training loss",
    "train_error": "fraction of training data with y f <= 0",
    "test_loss": "expected loss of a fresh label, mean over the design points",
    "excess_risk": "test_loss less that of the law of the labels: mean KL(q || sigma(f))",
    "test_error": "probability that the sign of f misses a fresh label; f = 0 counts as a miss",
    "excess_error": "test_error less the least possible, mean min(q, 1 - q)",
    "largest_output": "max |f| on the data",
    "lambda_low": "certified lower bound of lambda_max of the Hessian",
    "lambda_high": "certified upper bound of lambda_max of the Hessian",
}


def _entropy(q: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = [np.where(p > 0.0, -p * np.log(p), 0.0) for p in (q, 1.0 - q)]
    return np.asarray(terms[0] + terms[1])


def risks(f: Floats, q: Floats) -> dict[str, float]:
    """Risks of outputs f (n,) where labels are +1 with probability q (n,); keys as in COLUMNS."""
    loss = q * np.logaddexp(0.0, -f) + (1.0 - q) * np.logaddexp(0.0, f)
    missed = np.where(f > 0.0, 1.0 - q, np.where(f < 0.0, q, 1.0))
    return {
        "test_loss": float(loss.mean()),
        "excess_risk": float((loss - _entropy(q)).mean()),
        "test_error": float(missed.mean()),
        "excess_error": float((missed - np.minimum(q, 1.0 - q)).mean()),
    }


def _sharpness(theta: Floats, x: Floats, y: Floats, near: Sharpness | None) -> Sharpness | None:
    w, b, a, c = parts(theta)
    try:
        return certified_lambda_max(w, b, a, float(c[0]), x, y, near=near, formal=True)
    except PrecisionExhausted:
        return None


def measure(run: Run, x: Floats, y: Floats, q: Floats, *, eta: float) -> dict[str, NDArray[Any]]:
    """The COLUMNS of a run on data x, y (n,), one entry a checkpoint; q (n,) is the labels' law."""
    rows: list[dict[str, float]] = []
    near: Sharpness | None = None
    for step, theta, loss in zip(run.steps.tolist(), run.theta, run.loss.tolist(), strict=True):
        f = outputs(theta, x)
        near = _sharpness(theta, x, y, near)
        rows.append(
            {
                "step": step,
                "time": eta * step,
                "loss": loss,
                "train_error": float(np.mean(y * f <= 0.0)),
                **risks(f, q),
                "largest_output": float(np.abs(f).max()),
                "lambda_low": near.lo if near else math.nan,
                "lambda_high": near.hi if near else math.nan,
            }
        )
    return {
        name: np.array([row[name] for row in rows], dtype=np.int64 if name == "step" else None)
        for name in COLUMNS
    }


def verdict(run: Run, columns: dict[str, NDArray[Any]], *, eta: float) -> str:
    """`diverged`, `trapped` (the interpolation trap) or `ok`, from the `measure` of a run."""
    if run.status == DIVERGED or run.steps.size < 2:
        return run.status
    half = int(np.searchsorted(run.steps, run.steps[-1] / 2, side="right")) - 1
    fitted = columns["train_error"][-1] == 0.0
    sharpest = float(columns["lambda_high"][-1])
    stable = math.isfinite(sharpest) and Fraction(sharpest) * Fraction(eta) <= 2
    falling = columns["loss"][-1] < columns["loss"][half]
    flatter = columns["lambda_high"][-1] < columns["lambda_low"][half]
    useless = columns["test_loss"][-1] > math.log(2.0)
    return TRAPPED if fitted and stable and falling and flatter and useless else run.status
