"""Next check (b): the size and the place of uncertain sets through training, by step size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.dynamics.grid import Sweep
from verify.dynamics.store import Columns
from verify.dynamics.truth import design
from verify.dynamics.walk import outputs
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.protocols import Changes, both, fixed, under_fixed_steps
from verify.experiments.survey import survey
from verify.experiments.trends import Floats, estimate, finals, paired, trend, verb, verdict
from verify.report.drawing import INK, SECOND

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNS = "runs"


def settings_along(etas: tuple[float, ...], k: int, n: int, amount: float, count: int) -> Settings:
    """Time-matched runs with `count` checkpoints, and both protocols at the end; gamma = 1."""
    sweep = Sweep(
        etas=etas,
        seeds=range(10),
        noises=(0.0,),
        sizes=(n,),
        k=k,
        protocol="time",
        amount=amount,
        checkpoints=count,
    )
    return Settings(sweeps=both(RUNS, sweep), gamma=1.0)


SMALL = settings_along((0.05, 0.3, 1.2), 60, 100, 10000, 12)
PAPER = settings_along((0.02, 0.05, 0.2, 0.4, 0.8, 1.2), 400, 200, 20000, 16)


def compute(settings: Settings, folder: Path, workers: int) -> Results:
    """The survey, and for each checkpoint which data are uncertain: "runs/member" (rows, n)."""
    results, tables = survey(settings, folder, workers)
    x = design(settings.sweeps[RUNS].sizes[0])
    sizes = [np.abs(outputs(theta, x)) <= settings.gamma for theta in tables[RUNS].theta]
    return Results(settings=settings, arrays={**results.arrays, f"{RUNS}/member": np.stack(sizes)})


def _map(axes: Axes, results: Results, eta: float) -> None:
    """The share of seeds for which a datum is uncertain, by place and time."""
    columns, sweep = results.sweep(RUNS), results.settings.sweeps[RUNS]
    x = design(sweep.sizes[0])
    of_eta = (columns["eta"] == eta) & (columns["time"] > 0) & (columns["status"] != "diverged")
    times = np.unique(columns["time"][of_eta])
    shares = [columns["member"][of_eta & (columns["time"] == t)].mean(axis=0) for t in times]
    image = axes.pcolormesh(
        x, times, np.stack(shares), cmap="Greys", vmin=0, vmax=1, shading="nearest", rasterized=True
    )
    gamma = results.settings.gamma
    crossings = np.flatnonzero(np.diff((np.abs(sweep.truth(x)) <= gamma).astype(int)))
    for at in crossings:
        middle = float(x[at] + x[at + 1]) / 2
        axes.axvline(middle, color=SECOND, linewidth=1.2, linestyle="--")
    label = f"x (dashed: edges of |f0| <= {gamma:g})"
    axes.set(yscale="log", xlabel=label, ylabel="time = eta * steps", ylim=(times[0], times[-1]))
    plotting.letter(axes, f"eta = {eta:g}: share of seeds with |f| <= {gamma:g}")
    if axes.figure is not None:
        axes.figure.colorbar(image, ax=axes, pad=0.02)


def figure(results: Results) -> Figure:
    """Maps of the uncertain data over training; their share, overlap with f0's, and hull."""
    columns, sweep = results.sweep(RUNS), results.settings.sweeps[RUNS]
    gamma = results.settings.gamma
    width = {**columns, "width": columns["hull_high"] - columns["hull_low"]}

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(3, 2)
        for axis, eta in zip(axes[0], plotting.few(sweep.etas, 2), strict=False):
            _map(axis, results, eta)
        names = (
            ("uncertain", f"data with |f| <= {gamma:g}", "share of data"),
            ("overlap", "overlap with f0's uncertain data", "both / at least one"),
            ("width", "hull of the uncertain data", "length (of 2)"),
            ("excess_hull", "excess risk in that hull", "mean KL (nats)"),
        )
        for axis, (name, title, unit) in zip(axes[1:].flat, names, strict=True):
            for style, eta in enumerate(plotting.few(sweep.etas)):
                plotting.course(axis, width, name, style, f"eta = {eta:g}", eta=eta)
            axis.set(xscale="log", xlabel="time = eta * steps", ylabel=unit)
            plotting.letter(axis, title)
        level = float(columns["truth_uncertain"][0])
        axes[1, 0].axhline(level, color=INK, linewidth=0.9, linestyle=(0, (1, 3)), label="truth f0")
        axes[1, 0].legend(fontsize=7, loc="upper right")
        axes[2, 1].set_yscale("log")

    return plotting.figure_of((7.4, 8.2), stated_protocol(results), panels)


def sizes(columns: Columns) -> dict[str, Floats]:
    """The final share of uncertain data, and its distance from that of f0: (L, seeds) each."""
    share, truth = (finals(columns, name)[1] for name in ("uncertain", "truth_uncertain"))
    return {"the uncertain share": share, "its distance from that of f0": np.abs(share - truth)}


def changes(columns: Columns) -> Changes:
    """Of both `sizes`, from the least to the largest eta."""
    return {name: paired(values[0], values[-1]) for name, values in sizes(columns).items()}


def _through_training(results: Results, name: str, what: str, expected: int) -> str:
    columns = results.sweep(RUNS)
    clauses = []
    for eta in plotting.few(results.settings.sweeps[RUNS].etas, 2):
        time, values = plotting.along(columns, name, eta=eta)
        change = paired(values[1], values[-1])
        peak = int(np.argmax([estimate(row).mean for row in values]))
        clauses.append(
            f"at eta = {eta:g} it {verb(change)} from time {time[1]:.3g} to {time[-1]:.0f}"
            f" (change {change}; that it {'rises' if expected > 0 else 'falls'}:"
            f" {verdict(change, expected)}); its mean is highest at time {time[peak]:.3g}"
        )
    return f"{what}: {'; '.join(clauses)}."


def findings(results: Results) -> tuple[str, ...]:
    """The final size against eta and against the truth's; the overlap through training."""
    columns, name = results.sweep(RUNS), fixed(RUNS)
    found, etas = sizes(columns), results.settings.sweeps[RUNS].etas
    seeds = len(results.settings.sweeps[RUNS].seeds)
    told = "; ".join(trend(what, values) for what, values in found.items())
    return (
        f"Share of data with |f| <= {results.settings.gamma:g} at the end, from eta ="
        f" {etas[0]:g} to {etas[-1]:g} over {seeds} seeds: {told}.",
        _through_training(results, "overlap", "Overlap with the uncertain data of f0", 1),
        under_fixed_steps(
            results.settings.sweeps[name], changes(columns), changes(results.sweep(name))
        ),
    )


EXPERIMENT = Experiment(
    name="uncertain-sets",
    title="Uncertain sets through training: size, place, overlap with those of the truth",
    small=SMALL,
    paper=PAPER,
    compute=compute,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
