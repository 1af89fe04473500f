"""Experiment 1: the learning rate, from overfitting to smooth stable solutions (Figure 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from verify.dynamics.grid import Sweep
from verify.dynamics.store import Columns
from verify.dynamics.walk import outputs
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.survey import surveyed
from verify.experiments.trends import (
    diverged,
    estimate,
    finals,
    paired,
    trend,
    verdict,
)
from verify.report.drawing import INK, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TIME, STEPS = "time-matched", "fixed-steps"

PAPER_ETAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2)


def _settings(etas: tuple[float, ...], k: int, n: int, amount: float, checkpoints: int) -> Settings:
    """Both protocols; training is shown under the first one only."""
    matched = Sweep(
        etas=etas,
        seeds=range(10),
        noises=(0.0,),
        sizes=(n,),
        k=k,
        protocol="time",
        amount=amount,
        checkpoints=checkpoints,
    )
    fixed = replace(matched, protocol="steps", checkpoints=1)
    return Settings(sweeps={TIME: matched, STEPS: fixed})


SMALL = _settings((0.05, 0.2, 0.6, 1.2), 60, 100, 10000, 8)
PAPER = _settings(PAPER_ETAS, 400, 200, 20000, 12)

QUANTITIES = (
    ("training loss", "loss", 1),
    ("interior excess risk", "excess_inside", -1),
    ("path sum S", "S", -1),
)
"""(words, column, sign of the change with eta that the paper describes)."""


def _functions(axes: Axes, results: Results) -> None:
    sweep, columns = results.settings.sweeps[TIME], results.sweep(TIME)
    x = np.linspace(-1.0, 1.0, 401)
    axes.plot(x, sweep.truth(x), color=SHADE, linewidth=4, alpha=0.5, label="truth f0")
    for style, eta in enumerate(plotting.few(sweep.etas, 3)):
        at = int(np.flatnonzero(columns["eta"][columns["theta_row"]] == eta)[0])
        f = outputs(columns["theta"][at], x)
        axes.plot(x, f, label=f"eta = {eta:g}", linewidth=1.2, **plotting.LINES[style])
    limit = 2.5 * float(np.abs(sweep.truth(x)).max())
    axes.set(xlabel="x", ylabel="f(x) (logit)", ylim=(-1.9 * limit, limit))
    axes.legend(fontsize=7, ncols=2, loc="lower center")
    plotting.letter(axes, f"learned functions, seed {sweep.seeds[0]}, {TIME}")


def _sharpness(axes: Axes, results: Results) -> None:
    columns = results.sweep(TIME)
    ratio = {**columns, "ratio": columns["lambda_high"] * columns["eta"] / 2.0}
    for style, eta in enumerate(plotting.few(results.settings.sweeps[TIME].etas)):
        plotting.course(axes, ratio, "ratio", style, f"eta = {eta:g}", eta=eta)
    axes.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (1, 3)))
    axes.set(xscale="log", xlabel="time = eta * steps", ylabel="lambda_max / (2/eta)")
    axes.set_ylim(0, max(1.2, axes.get_ylim()[1]))
    plotting.legend_above(axes)
    plotting.letter(axes, f"edge of stability = 1, {TIME}")


def _against_eta(axes: Axes, results: Results, column: str, title: str, unit: str) -> None:
    for style, name in enumerate((TIME, STEPS)):
        levels, values = finals(results.sweep(name), column)
        plotting.means(axes, levels, values, style, name)
    axes.set(xscale="log", xlabel="step size eta", ylabel=unit)
    ticks = plotting.few(levels)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    plotting.letter(axes, title)


def figure(results: Results) -> Figure:
    """Learned functions, lambda_max against 2/eta, and loss, excess, S, uncertain data by eta."""

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(3, 2)
        _functions(axes[0, 0], results)
        _sharpness(axes[0, 1], results)
        inside = f"|x| <= {results.settings.inside:g}"
        _against_eta(axes[1, 0], results, "loss", "training loss at the end", "loss (nats)")
        title = f"excess risk at the end, {inside}"
        _against_eta(axes[1, 1], results, "excess_inside", title, "mean KL (nats)")
        _against_eta(axes[2, 0], results, "S", "path sum S at the end", "S")
        plotting.plain_log(axes[2, 0])
        axes[1, 1].margins(y=0.25)
        axes[1, 1].legend(fontsize=7, loc="upper center", ncols=2)
        title = f"data with |f| <= {results.settings.gamma:g} at the end"
        _against_eta(axes[2, 1], results, "uncertain", title, "share of data")

    return plotting.figure_of((7.4, 8.4), stated_protocol(results), panels)


def _of_protocol(name: str, columns: Columns) -> str:
    clauses = []
    for what, column, expected in QUANTITIES:
        levels, values = finals(columns, column)
        found = verdict(paired(values[0], values[-1]), expected)
        clauses.append(f"{trend(what, values)}: {found}")
    lost = diverged(columns)
    tail = f"; {lost} runs diverged and are left out" if lost else ""
    runs = f"from eta = {levels[0]:g} to {levels[-1]:g} over {values.shape[1]} seeds"
    return f"{name}, {runs}: {'; '.join(clauses)}{tail}."


def _edge(columns: Columns) -> str:
    levels, values = finals(columns, "lambda_high")
    shares = [
        f"{estimate(row * eta / 2.0)} at eta = {eta:g}"
        for eta, row in zip(levels[[0, -1]], values[[0, -1]], strict=True)
    ]
    return f"lambda_max over 2/eta at the end, {TIME}: {' and '.join(shares)}"


def _reversal(results: Results) -> str:
    signs = []
    for name in (TIME, STEPS):
        _, values = finals(results.sweep(name), "excess_inside")
        signs.append(paired(values[0], values[-1]).sign)
    if signs[0] * signs[1] < 0:
        return "the trend of the interior excess reverses from one protocol to the other"
    if signs[0] == signs[1] != 0:
        return "the interior excess has the same trend under both protocols"
    return "a trend of the interior excess is not found under both protocols"


def findings(results: Results) -> tuple[str, ...]:
    """Trends with eta under both protocols, the edge of stability."""
    sweeps = {name: results.sweep(name) for name in (TIME, STEPS)}
    return (
        *(_of_protocol(name, columns) for name, columns in sweeps.items()),
        f"{_edge(sweeps[TIME])}; {_reversal(results)}.",
    )


EXPERIMENT = Experiment(
    name="rate-sweep",
    title="Learning-rate sweep: from overfitting to smooth stable solutions",
    small=SMALL,
    paper=PAPER,
    compute=surveyed,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
