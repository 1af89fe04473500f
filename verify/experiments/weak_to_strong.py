"""Next check (c): the noise level at which weak-to-strong amplification stops.

Transfer lemma, eps = mean D(f0_j || f_j) over all data, f0 the truth of the noisy labels,
k(a, b) = D(a || b), for a level HIGH of HIGHS:

    #{|f0| <= LOW, |f| > HIGH} <= n eps / k(LOW, HIGH)
    #{|f0| > HIGH, |f| <= LOW} <= n eps / k(HIGH, LOW)

With m0 = floor(n eps / k(LOW, HIGH)) of the N0 data of the core |f0| <= LOW perhaps missing
from |f| <= HIGH, the weight h below holds for every network with that eps, whatever the
labels. Amplification needs h > 0 somewhere; where m0 >= N0 there is none.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.dynamics.grid import Point, Sweep
from verify.dynamics.store import Columns
from verify.dynamics.truth import Truth
from verify.dynamics.walk import outputs
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.observe import Setting, divergence, logit
from verify.experiments.protocols import Changes, both, fixed, instead, told
from verify.experiments.survey import setting_of, survey
from verify.experiments.trends import Floats, ends, estimate, finals, paired, trend
from verify.report.drawing import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNS = "runs"
LOW, HIGHS = 1.0, (2.0, 3.0)


def _settings(
    etas: tuple[float, ...], noises: tuple[float, ...], k: int, n: int, amount: float
) -> Settings:
    sweep = Sweep(
        etas=etas,
        seeds=range(10),
        noises=noises,
        sizes=(n,),
        k=k,
        truth=Truth(height=2.5),
        protocol="time",
        amount=amount,
        checkpoints=1,
    )
    return Settings(sweeps=both(RUNS, sweep), gamma=HIGHS[-1])


PAPER_NOISES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.45)

SMALL = _settings((0.1, 1.2), (0.0, 0.1, 0.2, 0.3, 0.4), 60, 100, 10000)
PAPER = _settings((0.05, 0.2, 1.2), PAPER_NOISES, 400, 200, 20000)


def price(a: float, b: float) -> float:
    """k(a, b) = D(a || b), the divergence of sigma(b) from sigma(a)."""
    p, q = (1.0 / (1.0 + math.exp(-logit_value)) for logit_value in (a, b))
    return p * math.log(p / q) + (1.0 - p) * math.log((1.0 - p) / (1.0 - q))


def robust_weight(core: Floats, missing: int, n: int, t: float) -> float:
    """h(t) = min(h+, h-) for the core's places (N0,), `missing` of which may be lost.

    h+(t) = (1/(n N0)) (sum of (x - t)_+ without its `missing` largest terms)
    (#{x > t} - missing)_+, and h- its mirror.
    """
    sides = []
    for arms in (core - t, t - core):
        reach = np.sort(arms[arms > 0])
        left = reach.size - missing
        sides.append(float(reach[:left].sum()) * left if left > 0 else 0.0)
    return min(sides) / (n * core.size) if core.size else 0.0


def transfer(theta: Floats, setting: Setting) -> dict[str, float]:
    """Overlap of the uncertain sets, the lemma's budget and the robust weight of one network.

    The weight is the largest of those between neighbouring data. h > 0 holds somewhere
    exactly if at least 2 m0 + 2 data are in the core, and then between two of them.
    """
    x, n = setting.x, setting.x.size
    f = outputs(theta, x)
    size, truth = np.abs(f), np.abs(logit(setting.law))
    excess = divergence(setting.law, f)
    eps, core = float(excess.mean()), truth <= LOW
    middles = ((x[1:] + x[:-1]) / 2.0).tolist()
    found = {
        "core": float(core.sum()),
        "full weight": max(robust_weight(x[core], 0, n, t) for t in middles),
        "excess_all": eps,
        "excess_core": float(excess[core].mean()) if core.any() else math.nan,
    }
    for high in HIGHS:
        budget = n * eps / price(LOW, high)
        missing = math.floor(min(budget, n))
        found |= {
            f"lost {high:g}": float((core & (size > high)).sum()),
            f"budget {high:g}": budget,
            f"back lost {high:g}": float(((truth > high) & (size <= LOW)).sum()),
            f"back budget {high:g}": n * eps / price(high, LOW),
            f"weight {high:g}": max(robust_weight(x[core], missing, n, t) for t in middles),
        }
    return found


def compute(settings: Settings, folder: Path, workers: int) -> Results:
    """The survey, with the columns of `transfer` for each row."""
    results, tables = survey(settings, folder, workers)
    arrays = dict(results.arrays)
    for name, sweep in settings.sweeps.items():
        columns, found = results.sweep(name), []
        for row, theta in enumerate(tables[name].theta):
            eta, noise = float(columns["eta"][row]), float(columns["noise"][row])
            seed, n = int(columns["seed"][row]), int(columns["n"][row])
            point = Point(eta=eta, seed=seed, noise=noise, n=n)
            found.append(transfer(theta, setting_of(sweep, point, settings)))
        arrays |= {f"{name}/{key}": np.array([row[key] for row in found]) for key in found[0]}
    return Results(settings=settings, arrays=arrays)


def _etas(results: Results) -> list[float]:
    return plotting.few(results.settings.sweeps[RUNS].etas, 3)


def ratios(columns: Columns) -> Columns:
    """The columns with "kept", "share" and "strength", of the core or of h, and more."""
    core = np.where(columns["core"] > 0, columns["core"], np.nan)
    full = np.where(columns["full weight"] > 0, columns["full weight"], np.nan)
    found = {
        **columns,
        "gain": columns["excess_core"] / columns["excess_all"],
        "core share": columns["core"] / columns["n"],
    }
    for high in HIGHS:
        found |= {
            f"kept {high:g}": 1.0 - columns[f"lost {high:g}"] / core,
            f"share {high:g}": columns[f"budget {high:g}"] / core,
            f"strength {high:g}": columns[f"weight {high:g}"] / full,
            f"alive {high:g}": (columns[f"weight {high:g}"] > 0).astype(float),
        }
    return found


def _panel(axes: Axes, results: Results, names: tuple[str, ...]) -> None:
    columns, etas = ratios(results.sweep(RUNS)), _etas(results)
    pairs = [(name, eta) for name in names for eta in (etas[0], etas[-1])]
    for style, (name, eta) in enumerate(pairs):
        levels, values = finals(columns, name, "noise", eta=eta)
        high = f", HIGH = {name.split()[1]}" if len(names) > 1 else ""
        plotting.means(axes, levels, values, style, f"eta = {eta:g}{high}", apart=0.008)
    axes.set_xlabel("flip rate r")


def figure(results: Results) -> Figure:
    """Overlap, budget, robust weight and the excess in the core, by noise and step size."""
    kinds = ("kept", "share", "strength")
    names = [tuple(f"{kind} {high:g}" for high in HIGHS) for kind in kinds]
    titles = (
        (f"core |f0| <= LOW = {LOW:g} that has |f| <= HIGH", "share of the core"),
        ("budget of the transfer lemma", "n eps / k(LOW, HIGH), share of core"),
        ("largest robust weight h", "share of its value at eps = 0"),
        ("excess in the core over that of all data", "ratio"),
    )

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(2, 2)
        for axis, names_of, (title, unit) in zip(
            axes.flat, [*names, ("gain",)], titles, strict=True
        ):
            _panel(axis, results, names_of)
            axis.set_ylabel(unit)
            plotting.letter(axis, title)
        plotting.plain_log(axes[0, 1])
        for axis in (axes[0, 0], axes[1, 1]):
            plotting.legend_above(axis)
        for axis in (axes[0, 1], axes[1, 1]):
            axis.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (1, 3)))

    return plotting.figure_of((7.4, 6.8), protocol(results), panels)


def _listed(levels: Floats) -> str:
    return ", ".join(f"{level:g}" for level in levels)


def stopping(levels: Floats, shares: Floats) -> str:
    """Where h > 0 for at least half of the seeds, in words, from shares of seeds (L,).

    A share is NaN at a level where every run diverged; nothing is said of that level.
    """
    levels, shares = levels[np.isfinite(shares)], shares[np.isfinite(shares)]
    if not levels.size:
        return "cannot be told: every run diverged"
    alive, dead = levels[shares >= 0.5], levels[shares < 0.5]
    if not dead.size:
        return "does not stop at the levels tried"
    if not alive.size:
        return "is at no level tried"
    if dead.min() > alive.max():
        return f"stops at r = {dead.min():g}"
    if dead.max() < alive.min():
        return f"begins at r = {alive.min():g} and does not stop beyond"
    return f"is at r = {_listed(alive)} and not at r = {_listed(dead)}"


def _stops(columns: Columns, etas: list[float]) -> str:
    clauses = []
    for high in HIGHS:
        for eta in (etas[0], etas[-1]):
            levels, alive = finals(columns, f"alive {high:g}", "noise", eta=eta)
            words = stopping(levels, np.array([estimate(row).mean for row in alive]))
            clauses.append(f"HIGH = {high:g}, eta = {eta:g}: it {words}")
    return "; ".join(clauses)


def _lemma(results: Results) -> str:
    """Counts against budgets on all sweeps: the lemma knows no protocol."""
    pairs = [(f"{side}lost {h:g}", f"{side}budget {h:g}") for h in HIGHS for side in ("", "back ")]
    broken = asked = 0
    for name in results.settings.sweeps:
        columns = results.sweep(name)
        last = ends(columns)
        asked += len(pairs) * last.size
        broken += sum(int((columns[n][last] > columns[most][last]).sum()) for n, most in pairs)
    return f"counts above the lemma's budget, both protocols: {broken} of {asked}"


def changes(columns: Columns, etas: list[float]) -> Changes:
    """Of the budget over the core, from the lowest to the highest noise, for two step sizes."""
    found = {}
    for eta in (etas[0], etas[-1]):
        _, share = finals(columns, f"share {HIGHS[-1]:g}", "noise", eta=eta)
        found[f"at eta = {eta:g} it"] = paired(share[0], share[-1])
    return found


def _with_fixed_steps(results: Results, columns: Columns, etas: list[float]) -> str:
    name = fixed(RUNS)
    other = ratios(results.sweep(name))
    start = instead(results.settings.sweeps[name])
    start += f", amplification: {_stops(other, etas)}; the budget over the core"
    return told(start, changes(columns, etas), changes(other, etas))


def findings(results: Results) -> tuple[str, ...]:
    """Where amplification stops for each step size, and whether the lemma held."""
    columns, etas = ratios(results.sweep(RUNS)), _etas(results)
    clauses = []
    for eta in (etas[0], etas[-1]):
        _, share = finals(columns, f"share {HIGHS[-1]:g}", "noise", eta=eta)
        clauses.append(f"{trend('it', share)} at eta = {eta:g}")
    levels, core = finals(columns, "core share", "noise", eta=etas[0])
    shares = [f"{estimate(row).mean:.3g} at r = {r:g}" for r, row in zip(levels, core, strict=True)]
    return (
        "Amplification (robust weight h > 0 somewhere for at least half of the seeds), LOW ="
        f" {LOW:g}, as the flip rate r grows: {_stops(columns, etas)}.",
        f"The budget over the core, HIGH = {HIGHS[-1]:g}, from r = {levels[0]:g} to"
        f" {levels[-1]:g}: {'; '.join(clauses)}; {_lemma(results)}.",
        "Noise flattens the law of the labels, so that the core itself grows with r: its mean share"
        f" of the data is {', '.join(shares)}.",
        _with_fixed_steps(results, columns, etas),
    )


def protocol(results: Results) -> str:
    """The common protocol, and that eps is over all data."""
    return f"{stated_protocol(results)} eps, core and ratio: fixed design, all data included."


EXPERIMENT = Experiment(
    name="weak-to-strong",
    title="Weak to strong: the noise level at which amplification stops",
    small=SMALL,
    paper=PAPER,
    compute=compute,
    figure=figure,
    findings=findings,
    protocol=protocol,
)
