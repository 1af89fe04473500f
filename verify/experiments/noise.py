"""Experiment 3: noise, a large step size against a small one, and when labels are separable.

Labels are flipped with probability r, so they follow q = r + (1 - 2r) sigma(f0), and
the excess is against logit(q). Labels on distinct x that change sign N times along x
are fitted by some network with N neurons: one linear piece for each change.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.dynamics.grid import Sweep
from verify.dynamics.store import Columns
from verify.dynamics.truth import Truth, design, labels
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.protocols import agreement, both, fixed, instead, labelled
from verify.experiments.survey import survey
from verify.experiments.trends import FEWEST_SEEDS, Estimate, Floats, ends, estimate, finals
from verify.report.drawing import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNS = "runs"
APART = 0.008


def _settings(
    etas: tuple[float, ...], noises: tuple[float, ...], k: int, n: int, amount: float
) -> Settings:
    sweep = Sweep(
        etas=etas,
        seeds=range(10),
        noises=noises,
        sizes=(n,),
        k=k,
        truth=Truth(height=4.0),
        protocol="time",
        amount=amount,
        checkpoints=1,
    )
    return Settings(sweeps=both(RUNS, sweep))


SMALL = _settings((0.1, 1.2), (0.0, 0.05, 0.1, 0.2, 0.3, 0.4), 60, 100, 10000)
PAPER = _settings((0.05, 0.2, 1.2), (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4), 400, 200, 20000)


def compute(settings: Settings, folder: Path, workers: int) -> Results:
    """The survey, and N of each row's labels: "runs/changes"."""
    results, _ = survey(settings, folder, workers)
    sweep, columns = settings.sweeps[RUNS], results.sweep(RUNS)
    changes = []
    for seed, noise, n in zip(*(columns[name] for name in ("seed", "noise", "n")), strict=True):
        y = labels(sweep.truth(design(int(n))), noise=float(noise), seed=int(seed))
        changes.append(int((y[1:] != y[:-1]).sum()))
    arrays = {**results.arrays, f"{RUNS}/changes": np.array(changes)}
    return Results(settings=settings, arrays=arrays)


def _etas(results: Results) -> list[float]:
    return plotting.few(results.settings.sweeps[RUNS].etas)


def _excess(axes: Axes, results: Results, column: str) -> None:
    for style, eta in enumerate(_etas(results)):
        levels, values = finals(results.sweep(RUNS), column, "noise", eta=eta)
        plotting.means(axes, levels, values, style, f"eta = {eta:g}", apart=APART)
    plotting.plain_log(axes)
    axes.set(xlabel="flip rate r", ylabel="mean KL (nats)")


def gains(columns: Columns, column: str) -> tuple[Floats, Floats]:
    """Noise levels (L,), and the excess of the least eta less that of the largest (L, seeds)."""
    etas = np.unique(columns["eta"])
    levels, small = finals(columns, column, "noise", eta=float(etas[0]))
    return levels, small - finals(columns, column, "noise", eta=float(etas[-1]))[1]


def advantage(columns: Columns, column: str) -> tuple[Floats, list[Estimate]]:
    """Noise levels, and the mean of the `gains` at each of them."""
    levels, found = gains(columns, column)
    return levels, [estimate(row) for row in found]


def _difference(axes: Axes, results: Results) -> None:
    for style, (name, label) in enumerate(labelled(RUNS)):
        levels, values = gains(results.sweep(name), "excess_inside")
        plotting.means(axes, levels, values, style, label, apart=APART)
    axes.axhline(0.0, color=INK, linewidth=0.8, linestyle=(0, (1, 3)))
    axes.set(xlabel="flip rate r", ylabel="mean KL (nats)")
    plotting.legend_above(axes)


def _labels(axes: Axes, results: Results) -> None:
    columns, sweep = results.sweep(RUNS), results.settings.sweeps[RUNS]
    most = 0.0
    for style, eta in enumerate(_etas(results)):
        levels, values = finals(columns, "train_error", "noise", eta=eta)
        label = f"training error, eta = {eta:g}"
        plotting.means(axes, levels, values, style, label, apart=APART)
        most = max(most, float(np.nanmax(values)))
    levels, values = finals(columns, "changes", "noise", eta=_etas(results)[0])
    label = f"label changes / k, separable where <= 1 (k = {sweep.k})"
    plotting.means(axes, levels, values / sweep.k, 3, label)
    most = max(most, float(np.nanmax(values)) / sweep.k)
    axes.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (1, 3)))
    axes.set(xlabel="flip rate r", ylabel="share", ylim=(0, 1.7 * most))
    axes.legend(fontsize=7, loc="upper left")


def figure(results: Results) -> Figure:
    """Excess by noise for each eta, their difference, and whether the labels can be fitted."""
    etas, inside = _etas(results), f"|x| <= {results.settings.inside:g}"

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(2, 2)
        _excess(axes[0, 0], results, "excess_inside")
        plotting.letter(axes[0, 0], f"excess risk, {inside}")
        axes[0, 0].legend(fontsize=7)
        _excess(axes[0, 1], results, "excess_risk")
        plotting.letter(axes[0, 1], "excess risk, all data")
        _difference(axes[1, 0], results)
        plotting.letter(axes[1, 0], f"eta = {etas[0]:g} less eta = {etas[-1]:g}, {inside}")
        _labels(axes[1, 1], results)
        plotting.letter(axes[1, 1], "fit of the labels")

    return plotting.figure_of((7.4, 6.6), stated_protocol(results), panels)


def _order(results: Results, name: str) -> str:
    """At which levels of noise which step size has the lower interior excess."""
    levels, found = advantage(results.sweep(name), "excess_inside")
    few = 2
    groups: dict[int, list[str]] = {1: [], 0: [], -1: [], few: []}
    for level, difference in zip(levels, found, strict=True):
        kind = difference.sign if difference.count >= FEWEST_SEEDS else few
        groups[kind].append(f"{level:g} ({difference})")
    etas = _etas(results)
    words = {
        1: f"eta = {etas[-1]:g} has the lower interior excess at r =",
        -1: f"eta = {etas[0]:g} has the lower one at r =",
        0: "no difference is shown at r =",
        few: "too few seeds for an order at r =",
    }
    return "; ".join(f"{words[sign]} {', '.join(group)}" for sign, group in groups.items() if group)


def _comparison(results: Results) -> str:
    etas = _etas(results)
    return f"Excess at eta = {etas[0]:g} less that at {etas[-1]:g}: {_order(results, RUNS)}."


def _with_fixed_steps(results: Results) -> str:
    name = fixed(RUNS)
    levels, matched = advantage(results.sweep(RUNS), "excess_inside")
    other = advantage(results.sweep(name), "excess_inside")[1]
    named = [f"r = {level:g}" for level in levels]
    compared = agreement(
        dict(zip(named, matched, strict=True)), dict(zip(named, other, strict=True))
    )
    start = instead(results.settings.sweeps[name])
    return f"{start}: {_order(results, name)}. Protocols compared: {compared}."


def _reproduced(results: Results) -> str:
    held, noisy = _held(results, "excess_inside")
    tested = all(
        e.count >= FEWEST_SEEDS for e in advantage(results.sweep(RUNS), "excess_inside")[1]
    )
    word = "reproduced" if held == noisy > 0 else "not reproduced"
    word = "reproduced at some levels only" if 0 < held < noisy else word
    word = word if tested else "not tested"
    everywhere = _held(results, "excess_risk")[0]
    return (
        f"a lower excess of the larger eta at every r > 0 is {word} ({held} of {noisy});"
        f" over all data it is found at {everywhere} of {noisy}"
    )


def _held(results: Results, column: str) -> tuple[int, int]:
    """At how many of the noisy levels the larger eta is shown to be better, and their number."""
    levels, found = advantage(results.sweep(RUNS), column)
    noisy = [difference for level, difference in zip(levels, found, strict=True) if level > 0]
    return sum(difference.sign > 0 for difference in noisy), len(noisy)


def _separability(results: Results) -> str:
    columns, sweep = results.sweep(RUNS), results.settings.sweeps[RUNS]
    rows = ends(columns)
    separable = columns["changes"][rows] <= sweep.k
    most = int(columns["changes"][rows].max())
    fitted = []
    for eta in _etas(results):
        levels, errors = finals(columns, "train_error", "noise", eta=eta)
        exact = [
            f"{int((row == 0).sum())} at r = {level:g}"
            for level, row in zip(levels, errors, strict=True)
            if (row == 0).any()
        ]
        fitted.append(f"eta = {eta:g}: {', '.join(exact) or 'none'}")
    return (
        f"Labels change sign at most {most} times and are separable by {sweep.k} neurons (N <= k)"
        f" in {int(separable.sum())} of {rows.size} runs; runs that fit every label:"
        f" {'; '.join(fitted)}"
    )


def findings(results: Results) -> tuple[str, ...]:
    """Large against small eta by noise under both protocols; what was separable and fitted."""
    return (
        _comparison(results),
        f"{_separability(results)}; {_reproduced(results)}.",
        _with_fixed_steps(results),
    )


EXPERIMENT = Experiment(
    name="noise",
    title="Noise: excess risk of a small and a large step size as labels are flipped",
    small=SMALL,
    paper=PAPER,
    compute=compute,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
