"""Run the sweeps of an experiment, then observe and certify each of their checkpoints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.grid import Point, Sweep
from verify.dynamics.store import Columns, Table
from verify.dynamics.sweep import run_numbers, run_sweep
from verify.dynamics.truth import design, labels, law
from verify.experiments.certify import verdicts
from verify.experiments.common import Results, Settings
from verify.experiments.observe import Setting, observe
from verify.experiments.trends import ends

Floats = NDArray[np.float64]


def setting_of(sweep: Sweep, point: Point, settings: Settings) -> Setting:
    """Data, law and levels of one run."""
    x = design(point.n)
    f0 = sweep.truth(x)
    return Setting(
        x=x,
        y=labels(f0, noise=point.noise, seed=point.seed),
        law=law(f0, point.noise),
        eta=point.eta,
        gamma=settings.gamma,
        inside=settings.inside,
    )


def _observed(thetas: Floats, sharpness: Floats, setting: Setting) -> list[dict[str, float]]:
    rows = []
    for theta, high in zip(thetas, sharpness.tolist(), strict=True):
        codes = verdicts(theta, setting.x, setting.y, eta=setting.eta, gamma=setting.gamma)
        named = {f"claim {name}": float(code) for name, code in codes.items()}
        rows.append({**observe(theta, high, setting), **named})
    return rows


def _columns(sweep: Sweep, table: Table, settings: Settings, workers: int) -> Columns:
    from joblib import Parallel, delayed

    run = run_numbers(table.columns)
    groups = [np.flatnonzero(run == number) for number in range(int(run[-1]) + 1)]
    high = table.columns["lambda_high"]
    tasks = (
        delayed(_observed)(table.theta[rows], high[rows], setting_of(sweep, point, settings))
        for point, rows in zip(sweep.points(), groups, strict=True)
    )
    found = [row for rows in Parallel(n_jobs=workers)(tasks) for row in rows]
    observed = {name: np.array([row[name] for row in found]) for name in found[0]}
    return {**table.columns, "run": run, **observed}


def survey(settings: Settings, folder: Path, workers: int) -> tuple[Results, dict[str, Table]]:
    """All sweeps with their observed columns, and the tables with every parameter.

    Of the parameters the results keep those of the last checkpoint of each run of
    the first seed: "SWEEP/theta" with "SWEEP/theta_row", its row in the table.
    """
    arrays: Columns = {}
    tables = {}
    for name, sweep in settings.sweeps.items():
        table = tables[name] = run_sweep(sweep, folder / name, workers=workers)
        columns = _columns(sweep, table, settings, workers)
        rows = ends(columns)
        rows = rows[columns["seed"][rows] == sweep.seeds[0]]
        kept = {"theta": table.theta[rows], "theta_row": rows}
        arrays.update({f"{name}/{key}": value for key, value in {**columns, **kept}.items()})
    return Results(settings=settings, arrays=arrays), tables


def surveyed(settings: Settings, folder: Path, workers: int) -> Results:
    """The `compute` of an experiment that is sweeps and nothing else."""
    return survey(settings, folder, workers)[0]
