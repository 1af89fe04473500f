"""Next check (a): lambda_max -> 0 while the test error stays high, trained and constructed.

Trained: gradient descent on few labels, run for long. Constructed: the ramp network of
Theorem 3.1 on the very same labels, whose lambda_max is certified by balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.counterexample import analyse, margins_table
from verify.dynamics.grid import Sweep
from verify.dynamics.measure import TRAPPED
from verify.dynamics.store import Columns
from verify.dynamics.truth import Truth, design, labels
from verify.dynamics.walk import outputs
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.survey import survey
from verify.experiments.trends import Floats, ends, estimate
from verify.model import Dataset
from verify.report.drawing import INK, SECOND, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNS = "runs"
MARGINS = (2, 5, 10, 20, 50, 100, 200)


def _settings(k: int, n: int, amount: float) -> Settings:
    sweep = Sweep(
        etas=(0.5,),
        seeds=range(10),
        noises=(0.0,),
        sizes=(n,),
        k=k,
        truth=Truth(shape="cos", height=2.5, waves=1.0),
        amount=amount,
        checkpoints=14,
    )
    return Settings(sweeps={RUNS: sweep})


SMALL = _settings(200, 20, 300000)
PAPER = _settings(400, 30, 1000000)


def ramps(sweep: Sweep, seed: int) -> tuple[list[float], list[float]]:
    """log10 of lambda_max and the excess risk of Theorem 3.1's networks, one a margin."""
    x = design(sweep.sizes[0])
    f0 = sweep.truth(x)
    y = labels(f0, noise=sweep.noises[0], seed=seed)
    data = Dataset(x=x.tolist(), y=[int(label) for label in y])
    margins = [Fraction(margin) for margin in MARGINS]
    flat = [row.log10_lambda_max for row in margins_table(data, margins)]
    truth = f0.tolist()
    found = [analyse(data, margin=margin, digits=12, truth=truth).excess_risk for margin in margins]
    return flat, [float(risk.ball) for risk in found if risk is not None]


def compute(settings: Settings, folder: Path, workers: int) -> Results:
    """The survey, and by seed and margin "ramps/log10_lambda" and "ramps/excess"."""
    results, _ = survey(settings, folder, workers)
    sweep = settings.sweeps[RUNS]
    found = [ramps(sweep, seed) for seed in sweep.seeds]
    arrays: Columns = {
        **results.arrays,
        "ramps/margin": np.array(MARGINS),
        "ramps/log10_lambda": np.array([flat for flat, _ in found]),
        "ramps/excess": np.array([risk for _, risk in found]),
    }
    return Results(settings=settings, arrays=arrays)


def fitted(columns: Columns) -> Floats:
    """Seeds of the runs that fit every label at the end."""
    last = ends(columns)
    kept = (columns["train_error"][last] == 0.0) & (columns["status"][last] != "diverged")
    return np.asarray(columns["seed"][last][kept], dtype=np.float64)


def _paths(axes: Axes, columns: Columns, name: str, fit: Sequence[float]) -> None:
    for exact, color, dashes in ((False, SHADE, "--"), (True, INK, "-")):
        first = True
        for seed in np.unique(columns["seed"]):
            if (seed in fit) is not exact:
                continue
            rows = (columns["seed"] == seed) & (columns["step"] > 0)
            label = "every label fitted" if exact else "some label missed"
            axes.plot(
                columns["step"][rows],
                columns[name][rows],
                linewidth=1.0,
                label=label if first else None,
                color=color,
                linestyle=dashes,
            )
            first = False
    axes.set(xscale="log", xlabel="steps")


def _functions(axes: Axes, results: Results) -> None:
    columns, sweep = results.sweep(RUNS), results.settings.sweeps[RUNS]
    x = np.linspace(-1.0, 1.0, 601)
    data = design(sweep.sizes[0])
    y = labels(sweep.truth(data), noise=sweep.noises[0], seed=sweep.seeds[0])
    f = outputs(columns["theta"][0], x)
    axes.plot(x, np.arcsinh(sweep.truth(x)), "--", color=SECOND, label="truth f0", linewidth=1.3)
    axes.plot(x, np.arcsinh(f), color=INK, linewidth=1.3, label=f"trained f, seed {sweep.seeds[0]}")
    axes.plot(data, 6.3 * y, "|", color=INK, markersize=6, label="labels (top +1, bottom -1)")
    ticks = (-100, -10, 0, 10, 100)
    axes.set_yticks(np.arcsinh(ticks), [str(tick) for tick in ticks])
    axes.set(xlabel="x", ylabel="logit (asinh scale)", ylim=(-7, 11))
    axes.legend(fontsize=7, loc="upper center", ncols=2)


def _ramps(axes: Axes, results: Results) -> None:
    flat, excess = (results.arrays[f"ramps/{name}"] for name in ("log10_lambda", "excess"))
    for row, (low, high) in enumerate(zip(flat, excess, strict=True)):
        label = None if row else "Theorem 3.1, margins 2 to 200"
        axes.plot(-low, high, "o-", color=INK, markersize=2.5, linewidth=0.7, label=label)
    columns = results.sweep(RUNS)
    last = ends(columns)
    axes.plot(
        -np.log10(columns["lambda_high"][last]),
        columns["excess_risk"][last],
        "s",
        color=SECOND,
        markersize=4,
        label="trained, at the end",
    )
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set(
        yscale="log", xlabel="-log10 lambda_max: flatter to the right", ylabel="mean KL (nats)"
    )
    axes.set_xticks((-1, 0, 1, 10, 100), ["-1", "0", "1", "10", "100"])
    axes.legend(fontsize=7, loc="upper left")


def figure(results: Results) -> Figure:
    """lambda_max and excess along training, a trained function, and the ramp networks."""
    columns, sweep = results.sweep(RUNS), results.settings.sweeps[RUNS]
    fit = fitted(columns).tolist()

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(3, 2)
        shown = (
            ("lambda_high", "largest eigenvalue of the Hessian", "lambda_max"),
            ("loss", "training loss", "loss (nats)"),
            ("excess_risk", "excess risk, all data", "mean KL (nats)"),
            ("uncertain", f"data with |f| <= {results.settings.gamma:g}", "share of data"),
        )
        for axis, (name, title, unit) in zip(axes[:2].flat, shown, strict=True):
            _paths(axis, columns, name, fit)
            axis.set_ylabel(unit)
            plotting.letter(axis, title)
        edge = 2.0 / sweep.etas[0]
        axes[0, 0].axhline(edge, color=SECOND, linewidth=1.0, linestyle=":", label="2/eta")
        axes[0, 0].set_yscale("log")
        axes[0, 0].legend(fontsize=7, loc="lower left")
        axes[0, 1].set_yscale("log")
        _functions(axes[2, 0], results)
        plotting.letter(axes[2, 0], "truth and a trained network")
        _ramps(axes[2, 1], results)
        plotting.letter(axes[2, 1], "flatness against excess risk, all data")

    return plotting.figure_of((7.4, 8.2), stated_protocol(results), panels)


def _trained(results: Results) -> str:
    columns, eta = results.sweep(RUNS), results.settings.sweeps[RUNS].etas[0]
    last = ends(columns)
    fit = np.isin(columns["seed"][last], fitted(columns))
    trapped = int((columns["status"][last] == TRAPPED).sum())
    counted = f"Trained, eta = {eta:g}: {int(fit.sum())} of {last.size} runs fit every label"
    if not fit.any():
        return f"{counted}: a trained network with lambda_max -> 0 is not reproduced."
    chosen = last[fit]
    peaks = [
        float(np.nanmax(columns["lambda_high"][columns["run"] == run]))
        for run in columns["run"][chosen]
    ]
    ratio = columns["lambda_high"][chosen] / np.array(peaks)
    word = f"reproduced in {trapped} of {last.size} runs" if trapped else "not reproduced"
    return (
        f"{counted}; in these, loss {np.median(columns['loss'][chosen]):.2g}, lambda_max"
        f" {np.median(columns['lambda_high'][chosen]):.3g} ({np.median(ratio):.2g} of its peak) and"
        f" excess over all data {np.median(columns['excess_risk'][chosen]):.3g} (medians). Flat"
        " yet overfitting"
        " by training (every datum fitted, lambda_max certified to fall and below 2/eta, worse than"
        f" f = 0 on fresh labels) is {word}."
    )


def _constructed(results: Results) -> str:
    arrays = results.arrays
    margins, flat, excess = (
        arrays[f"ramps/{name}"] for name in ("margin", "log10_lambda", "excess")
    )
    falls = bool((np.diff(flat, axis=1) < 0).all())
    rises = bool((np.diff(excess, axis=1) > 0).all())
    word = "reproduced" if falls and rises else "not reproduced"
    return (
        f"Theorem 3.1 on the same labels, margin {margins[0]} to {margins[-1]}: lambda_max goes"
        f" from 10^{flat[:, 0].mean():.1f} to 10^{flat[:, -1].mean():.0f} (mean exponents) and the"
        f" excess over all data from {estimate(excess[:, 0])} to {estimate(excess[:, -1])}; that"
        f" one falls and the other rises at each margin and seed is {word}."
    )


def findings(results: Results) -> tuple[str, ...]:
    """Whether trained networks become flat while they overfit, and the construction."""
    return _trained(results), _constructed(results)


EXPERIMENT = Experiment(
    name="false-certainty",
    title="Flat, yet overfitting: lambda_max -> 0 with a high test error, trained and constructed",
    small=SMALL,
    paper=PAPER,
    compute=compute,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
