"""Open question 3: smoothness against confidence, in the plane of P and S, along training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.dynamics.store import Columns
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, stated_protocol
from verify.experiments.protocols import Changes, fixed, under_fixed_steps
from verify.experiments.survey import surveyed
from verify.experiments.trends import Floats, ends, estimate, finals, paired, verb
from verify.experiments.uncertain_sets import RUNS, settings_along
from verify.report.drawing import FIRST, INK, SECOND, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALL = settings_along((0.05, 0.3, 1.2), 60, 100, 10000, 12)
PAPER = settings_along((0.02, 0.05, 0.2, 0.4, 0.8, 1.2), 400, 200, 20000, 16)

TERMS = ("P", "2PS", "PI", "rho", "gap")
NEAR = 0.1
"""A run is called at the edge where lambda_max differs from 2/eta by at most this share."""


def terms(columns: Columns) -> Columns:
    """lambda_max and its five TERMS by checkpoint, and `smooth` = P (1 + 2 S)."""
    softness, path = columns["P"], columns["S"]
    return {
        **columns,
        "2PS": 2.0 * softness * path,
        "PI": softness * columns["I"],
        "smooth": softness * (1.0 + 2.0 * path),
        "of edge": softness * (1.0 + 2.0 * path) * columns["eta"] / 2.0,
    }


def _plane(axes: Axes, columns: Columns, etas: list[float]) -> None:
    last = ends(columns)
    low, high = 0.7 * float(np.nanmin(columns["S"])), 1.5 * float(np.nanmax(columns["S"]))
    path = np.geomspace(low, high, 100)
    for style, eta in enumerate(etas):
        line = plotting.STYLES[style]
        color, marker = line["color"], line["marker"]
        edge = 2.0 / eta / (1.0 + 2.0 * path)
        axes.plot(edge, path, color=color, linestyle=line["linestyle"], linewidth=0.9)
        of_eta = columns["eta"] == eta
        first = of_eta & (columns["seed"] == columns["seed"][0])
        axes.plot(columns["P"][first], columns["S"][first], color=color, linewidth=0.9)
        rows = last[of_eta[last]]
        axes.plot(
            columns["P"][rows],
            columns["S"][rows],
            marker,
            color=color,
            markersize=4,
            label=f"eta = {eta:g}",
        )
    plotting.plain_log(axes)
    axes.set(xlim=(0, 0.26), ylim=(low, high), xlabel="softness P", ylabel="roughness S (path sum)")
    axes.legend(fontsize=7, loc="lower left")
    plotting.letter(axes, "ends, a path, and P(1 + 2S) = 2/eta")


def _bars(axes: Axes, columns: Columns) -> None:
    fills = ((INK, ""), (FIRST, ""), ("none", "///"), (SECOND, ""), (SHADE, "xx"))
    base: Floats | None = None
    for name, (color, hatch) in zip(TERMS, fills, strict=True):
        levels, values = finals(columns, name)
        height = np.array([estimate(row).mean for row in values]) * levels / 2.0
        start = np.zeros_like(height) if base is None else base
        place = np.arange(levels.size)
        axes.bar(
            place,
            height,
            0.6,
            bottom=start,
            color=color,
            hatch=hatch,
            edgecolor=INK,
            linewidth=0.6,
            label=name,
        )
        base = start + height
    axes.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (1, 3)))
    axes.set_xticks(place, [f"{level:g}" for level in levels])
    axes.set(xlabel="step size eta", ylabel="share of 2/eta", ylim=(0, 1.6))
    axes.legend(fontsize=7, ncols=5, loc="upper left", columnspacing=0.8, handlelength=1.2)
    plotting.letter(axes, "the terms of lambda_max at the end, means")


def figure(results: Results) -> Figure:
    """The plane (P, S) with the edges of stability; the split of lambda_max; P and S in time."""
    columns = terms(results.sweep(RUNS))
    etas = plotting.few(results.settings.sweeps[RUNS].etas)

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(3, 2, height_ratios=(3, 2, 2))
        _plane(axes[0, 0], columns, etas)
        _bars(axes[0, 1], columns)
        names = (
            ("of edge", "P(1 + 2S) along training", "share of 2/eta"),
            ("share", "lambda_max along training", "share of 2/eta"),
            ("P", "softness along training", "P"),
            ("S", "roughness along training", "S"),
        )
        shown = {**columns, "share": columns["lambda_high"] * columns["eta"] / 2.0}
        for axis, (name, title, unit) in zip(axes[1:].flat, names, strict=True):
            for style, eta in enumerate(etas):
                plotting.course(axis, shown, name, style, f"eta = {eta:g}", eta=eta)
            axis.set(xscale="log", xlabel="time = eta * steps", ylabel=unit)
            plotting.letter(axis, title)
        for axis in axes[1]:
            axis.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (1, 3)))
            axis.set_ylim(0, max(1.3, axis.get_ylim()[1]))
        plotting.plain_log(axes[2, 1])
        plotting.legend_above(axes[1, 0])

    return plotting.figure_of((7.4, 8.4), stated_protocol(results), panels)


def at_edge(columns: Columns) -> Floats:
    """P(1 + 2S) over lambda_max at the end of the runs whose lambda_max is near 2/eta."""
    last = ends(columns)
    last = last[columns["status"][last] != "diverged"]
    ratio = columns["lambda_high"][last] * columns["eta"][last] / 2.0
    last = last[np.abs(ratio - 1.0) <= NEAR]
    return np.asarray(columns["smooth"][last] / columns["lambda_high"][last], dtype=np.float64)


def _edge(columns: Columns) -> str:
    found, runs = at_edge(columns), ends(columns).size
    if not found.size:
        return f"No run of {runs} ends with lambda_max within {NEAR:.0%} of 2/eta."
    return (
        f"{found.size} of {runs} runs end with lambda_max within {NEAR:.0%} of 2/eta; of their"
        f" lambda_max, P(1 + 2S) is {found.min():.2g} to {found.max():.2g},"
        f" mean {found.mean():.3g}: that much of the edge of stability it explains."
    )


def changes(columns: Columns) -> Changes:
    """From the least to the largest eta: log(1 + 2S), smoothness, and log P, confidence."""
    logs = {
        "log(1 + 2S)": np.log1p(2.0 * finals(columns, "S")[1]),
        "log P": np.log(finals(columns, "P")[1]),
    }
    return {name: paired(values[0], values[-1]) for name, values in logs.items()}


def _navigation(columns: Columns) -> str:
    levels = np.unique(columns["eta"])
    smooth, confident = changes(columns).values()
    if smooth.sign < 0 and confident.sign >= 0:
        words = "a larger eta ends smoother and is not shown to end more confident"
    elif smooth.sign >= 0 and confident.sign < 0:
        words = "a larger eta ends more confident and is not shown to end smoother"
    elif smooth.sign < 0 and confident.sign < 0:
        words = "a larger eta ends smoother and more confident"
    else:
        words = "a larger eta is shown to end neither smoother nor more confident"
    return (
        f"From eta = {levels[0]:g} to {levels[-1]:g}, log(1 + 2S) {verb(smooth)} ({smooth}) and"
        f" log P {verb(confident)} ({confident}): {words}."
    )


def _in_time(columns: Columns, eta: float) -> str:
    clauses = []
    for name, words in (("P", "softness P"), ("S", "roughness S")):
        time, values = plotting.along(columns, name, eta=eta)
        half = len(values) // 2
        change = paired(values[half], values[-1])
        clauses.append(f"{words} {verb(change)} ({change})")
    return (
        f"At eta = {eta:g}, from time {time[half]:.3g} to {time[-1]:.3g}, {' and '.join(clauses)}."
    )


def findings(results: Results) -> tuple[str, ...]:
    """How much of the edge P(1 + 2S) explains, and what makes larger step sizes flatter."""
    columns, name = terms(results.sweep(RUNS)), fixed(RUNS)
    sweep = results.settings.sweeps[name]
    return (
        _edge(columns),
        _navigation(columns),
        _in_time(columns, sweep.etas[-1]),
        under_fixed_steps(sweep, changes(columns), changes(results.sweep(name))),
    )


EXPERIMENT = Experiment(
    name="smoothness",
    title="Smoothness against confidence: lambda_max = P + 2PS + PI + rho + gap along training",
    small=SMALL,
    paper=PAPER,
    compute=surveyed,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
