"""Which settings are simulated, and how often: a small plan for every run, and a deep one.

`flatcert run` simulates the small plan, `flatcert coverage` either one, and the rate.
"""

from __future__ import annotations

from dataclasses import replace

from verify.dynamics.truth import Truth
from verify.statistics.coverage import LEAST, Coverage
from verify.statistics.rate import Ladder, Rate
from verify.statistics.settings import FACTORS, Broken, Descent, Penalized, Setting

TENT = Broken(knots=(-1.0, 0.0, 1.0), values=(-1.0, 1.0, -1.0))
STEP = Broken(knots=(-1.0, -0.1, 0.1, 1.0), values=(-1.5, -1.5, 1.5, 1.5))
LEVEL_LINE = Broken(knots=(-1.0, 1.0), values=(0.5, 0.5))
WAVE = Truth(shape="sin", height=1.0, waves=1.0)
HILL = Truth(shape="cos", height=1.5, waves=1.0)
STEEP_WAVE = Truth(shape="sin", height=1.5, waves=1.5)

FLAT = Setting(name="level", n=100, truth=LEVEL_LINE, fit=Penalized())
CURVED = Setting(name="cosine", n=400, truth=HILL, fit=Penalized())
BENT = Setting(name="tent", n=800, design="midpoints", truth=TENT, fit=Penalized())
RISING = Setting(name="step", n=800, design="jittered", truth=STEP, fit=Penalized())
CROWDED = Setting(
    name="arcsine", n=800, design="arcsine", low=-0.5, high=0.5, truth=WAVE, fit=Penalized()
)
LARGE = Setting(name="large", n=3200, truth=STEEP_WAVE, fit=Penalized(strength=0.1))
OVERFIT = Setting(name="overfit", n=1600, truth=WAVE, fit=Penalized(strength=0.01))
TRAINED = Setting(
    name="descent",
    n=200,
    truth=WAVE,
    fit=Descent(),
    low=-0.25,
    high=0.25,
    factors=(*FACTORS, ("chain", 1e-4)),
)


TRAINED_FAST = replace(TRAINED, name="descent-small", n=100, fit=Descent(k=20, steps=6000))
AMPLIFIED = replace(
    TRAINED,
    name="amplified",
    n=100_000,
    fit=Descent(k=20, steps=2000, eps=0.02, gamma=2.5),
    variation=1300.0,
    height=2.5,
    factors=(*FACTORS, ("chain", 1e-3)),
)


Plan = tuple[tuple[Setting, int], ...]
"""Settings with the number of replicates of each; seeds are 0, 1, .."""

SMALL: Plan = tuple((setting, LEAST + 1) for setting in (FLAT, CURVED, BENT, CROWDED, TRAINED_FAST))
DEEP: Plan = (
    *((setting, 400) for setting in (FLAT, CURVED, BENT, RISING, CROWDED, LARGE, OVERFIT, TRAINED)),
    (AMPLIFIED, LEAST + 1),
)
RATE_REPLICATES = 200
SIZES = (50, 100, 200, 400, 800, 1600, 3200)
LADDERS = (
    Ladder(name="rate-steep", truth=STEEP_WAVE, fit=Penalized(strength=0.1), sizes=SIZES),
    Ladder(name="rate-wave", truth=WAVE, fit=Penalized(strength=0.2), sizes=SIZES),
    Ladder(name="rate-tent", truth=TENT, fit=Penalized(strength=0.2), sizes=SIZES),
    Ladder(
        name="rate-descent",
        truth=WAVE,
        fit=Descent(steps=8000),
        sizes=(50, 100, 200, 400, 800),
    ),
)


def table_line(row: Coverage) -> str:
    """One row for reading: setting, bound, failures, exact upper limit, tightness, verdict."""
    name = row.bound if row.factor == 1.0 else f"{row.factor:g} {row.bound} (control)"
    counts = f"{row.failures}/{row.admitted} of {row.tried}"
    limits = f"[{row.lower:.4f}, {row.upper:.4f}] against {row.level:g}"
    tightness = f"median {row.ratio:.4f} worst {row.worst:.4f} useful {row.useful}"
    return f"{row.setting:14} {name:26} {counts:16} {limits:28} {tightness:46} {row.verdict}"


def rate_line(row: Rate) -> str:
    """One row for reading: slope with its interval, and what it says of -2/5 and -4/5."""
    interval = f"{row.slope:.3f} in [{row.low:.3f}, {row.high:.3f}]"
    return f"{row.name:14} n = {row.sizes[0]}..{row.sizes[-1]}  slope {interval}  {row.words}"
