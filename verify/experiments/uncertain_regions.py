"""Experiment 2: where a network is uncertain, and where its weighted variation is spent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from verify.dynamics.grid import Point, Sweep
from verify.dynamics.store import Columns
from verify.dynamics.walk import outputs
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.observe import hull, kink_shares, state_of
from verify.experiments.protocols import Changes, both, fixed, labelled, under_fixed_steps
from verify.experiments.survey import setting_of, surveyed
from verify.experiments.trends import (
    FEWEST_SEEDS,
    Floats,
    estimate,
    finals,
    paired,
    trend,
    verdict,
)
from verify.report.drawing import FIRST, INK, SECOND, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNS = "runs"
REGIONS = ("in", "hull", "out")
PLACES = {
    "in": "at |f| <= gamma",
    "hull": "elsewhere in the hull of the uncertain data",
    "out": "outside the hull",
}
KINDS = {"weighted": "weighted TV, q = p/P", "plain": "unweighted, sum of |jump of f'|"}


def _settings(etas: tuple[float, ...], k: int, n: int, amount: float) -> Settings:
    sweep = Sweep(
        etas=etas,
        seeds=range(10),
        noises=(0.0,),
        sizes=(n,),
        k=k,
        protocol="time",
        amount=amount,
        checkpoints=1,
    )
    return Settings(sweeps=both(RUNS, sweep), gamma=1.0)


SMALL = _settings((0.05, 0.2, 1.2), 60, 100, 10000)
PAPER = _settings((0.02, 0.05, 0.2, 0.4, 0.8, 1.2), 400, 200, 20000)


def shares(columns: Columns, kind: str) -> dict[str, tuple[Floats, Floats]]:
    """Region -> step sizes (L,) and shares (L, seeds) of the variation; the three add up to 1."""
    parts = {region: finals(columns, f"{kind}_{region}") for region in REGIONS}
    total = np.sum([values for _, values in parts.values()], axis=0)
    with np.errstate(invalid="ignore"):
        return {region: (levels, values / total) for region, (levels, values) in parts.items()}


def _one(top: Axes, low: Axes, results: Results, eta: float) -> None:
    sweep, gamma, columns = (
        results.settings.sweeps[RUNS],
        results.settings.gamma,
        results.sweep(RUNS),
    )
    at = int(np.flatnonzero(columns["eta"][columns["theta_row"]] == eta)[0])
    theta = columns["theta"][at]
    point = Point(eta=eta, seed=sweep.seeds[0], noise=sweep.noises[0], n=sweep.sizes[0])
    setting = setting_of(sweep, point, results.settings)
    x = np.linspace(-1.0, 1.0, 801)
    f, truth = outputs(theta, x), sweep.truth(x)
    state = state_of(theta, setting.x, setting.y)
    plotting.shade(top, x, np.abs(f) <= gamma, f"|f| <= {gamma:g}")
    plotting.shade(low, x, np.abs(f) <= gamma, None)
    top.plot(x, truth, color=SECOND, linewidth=1.2, linestyle="--", label="truth f0")
    top.plot(x, f, color=INK, linewidth=1.4, label="learned f")
    limit = 3.0 * float(np.abs(truth).max())
    strip = np.where(np.abs(truth) <= gamma, -0.92 * limit, np.nan)
    top.plot(x, strip, color=SECOND, linewidth=4, solid_capstyle="butt", label=f"|f0| <= {gamma:g}")
    for level in (-gamma, gamma):
        top.axhline(level, color=SHADE, linewidth=0.8, linestyle=":")
    for end in hull(setting.x, np.abs(state.f) <= gamma):
        low.axvline(end, color=INK, linewidth=0.9, linestyle="--")
    places, _, weighted = kink_shares(state)
    low.vlines(places, 0.0, weighted, color=FIRST, linewidth=1.3)
    top.set(ylim=(-limit, limit), xlim=(-1.03, 1.03))
    low.set(xlabel="x", ylim=(0, None), xlim=(-1.03, 1.03))
    plotting.letter(top, f"eta = {eta:g}, seed {sweep.seeds[0]}")


def _bars(axes: Axes, columns: Columns, kind: str) -> None:
    hatches = {"in": "", "hull": "///", "out": "xx"}
    colors = {"in": FIRST, "hull": "none", "out": SHADE}
    found = shares(columns, kind)
    for shift, region in zip((-0.27, 0.0, 0.27), REGIONS, strict=True):
        levels, values = found[region]
        estimates = [estimate(row) for row in values]
        half = [0.0 if e.count < 2 else e.mean - e.low for e in estimates]
        axes.bar(
            np.arange(levels.size) + shift,
            [e.mean for e in estimates],
            0.25,
            yerr=half,
            color=colors[region],
            edgecolor=INK,
            linewidth=0.7,
            hatch=hatches[region],
            error_kw={"linewidth": 0.8, "capsize": 2, "ecolor": INK},
            label=PLACES[region],
        )
    axes.set_xticks(range(levels.size), [f"{level:g}" for level in levels])
    axes.set(xlabel="step size eta", ylim=(0, 1.5), yticks=(0, 0.5, 1))
    plotting.letter(axes, KINDS[kind])


def _both(axes: Axes, results: Results, title: str, value: Callable[[Columns], Floats]) -> None:
    etas = np.array(results.settings.sweeps[RUNS].etas)
    for style, (name, label) in enumerate(labelled(RUNS)):
        plotting.means(axes, etas, value(results.sweep(name)), style, label)
    plotting.plain_log(axes, x=True)
    axes.set(xlabel="step size eta", ylim=(0, None))
    plotting.legend_above(axes)
    plotting.letter(axes, title)


def figure(results: Results) -> Figure:
    """Truth and learned function with their uncertain sets; where TV is; both protocols by eta."""
    columns = results.sweep(RUNS)

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(4, 2, height_ratios=(3, 2, 3, 2.5))
        for column, eta in enumerate(plotting.few(results.settings.sweeps[RUNS].etas, 2)):
            _one(axes[0, column], axes[1, column], results, eta)
        axes[0, 0].set_ylabel("logit")
        axes[1, 0].set_ylabel("weighted TV\nat each kink\n(dashed: hull)")
        axes[0, 0].legend(fontsize=7, ncols=2, loc="upper left", borderaxespad=0.2)
        for axis, kind in zip(axes[2], KINDS, strict=True):
            _bars(axis, columns, kind)
        axes[2, 0].set_ylabel("share of the total")
        axes[2, 0].legend(loc="upper left", fontsize=7)
        title = "sum of |jump of f'| in the hull"
        _both(axes[3, 0], results, title, lambda c: next(iter(variation(c).values())))
        title = "overlap with f0's uncertain data"
        _both(axes[3, 1], results, title, lambda c: finals(c, "overlap")[1])
        axes[3, 1].set_ylabel("both / at least one")

    return plotting.figure_of((7.4, 9.8), stated_protocol(results), panels)


def _spending(columns: Columns, gamma: float) -> str:
    clauses = []
    for row in (0, -1):
        found = {region: values[row] for region, (_, values) in shares(columns, "weighted").items()}
        levels = shares(columns, "weighted")["in"][0]
        shown = ", ".join(f"{estimate(found[region])} {PLACES[region]}" for region in REGIONS)
        clauses.append(f"at eta = {levels[row]:g}: {shown}")
    return f"Shares of the weighted TV, gamma = {gamma:g}: {'; '.join(clauses)}."


def variation(columns: Columns) -> dict[str, Floats]:
    """Sum of |jump of f'| in the hull and outside, and the share outside: (L, seeds) each."""
    parts = {region: finals(columns, f"plain_{region}")[1] for region in REGIONS}
    return {
        "the sum of |jump of f'| in the hull": parts["in"] + parts["hull"],
        "that outside": parts["out"],
        "the share of it outside": shares(columns, "plain")["out"][1],
    }


def changes(columns: Columns) -> Changes:
    """Of the `variation` and the overlap, from the least to the largest eta."""
    found = {**variation(columns), "the overlap": finals(columns, "overlap")[1]}
    return {name: paired(values[0], values[-1]) for name, values in found.items()}


def _constraint(columns: Columns) -> str:
    inside, outside, share = variation(columns).values()
    falls, moves = (paired(values[0], values[-1]) for values in (inside, share))
    # No trend outside is no evidence that eta does not act there; a growing share outside is.
    found = "reproduced" if falls.sign < 0 < moves.sign else "not reproduced"
    found = "not tested" if min(falls.count, moves.count) < FEWEST_SEEDS else found
    return (
        f"Sum of |jump of f'| from the least to the largest eta: {trend('in the hull it', inside)}:"
        f" {verdict(falls, -1)}; {trend('outside it', outside)};"
        f" {trend('the share outside', share)}; that a larger eta acts in the hull more"
        f" than outside is {found}."
    )


def findings(results: Results) -> tuple[str, ...]:
    """Where the weighted TV is, whether eta acts mainly there, and the overlap with the truth's."""
    columns, name = results.sweep(RUNS), fixed(RUNS)
    levels, overlap = finals(columns, "overlap")
    return (
        _spending(columns, results.settings.gamma),
        _constraint(columns),
        f"Data uncertain in f and f0 over data uncertain in one of them, from eta = {levels[0]:g}"
        f" to {levels[-1]:g}: {trend('this overlap', overlap)}.",
        under_fixed_steps(
            results.settings.sweeps[name], changes(columns), changes(results.sweep(name))
        ),
    )


EXPERIMENT = Experiment(
    name="uncertain-regions",
    title="Uncertain regions: where |f| <= gamma, and where the weighted variation is spent",
    small=SMALL,
    paper=PAPER,
    compute=surveyed,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
