"""Results of an experiment that never ran: the numbers are planted, so that words can be tested."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from verify.claim import Verdict
from verify.dynamics.grid import Sweep
from verify.experiments.certify import FAMILY
from verify.experiments.common import Results, Settings

Value = Callable[[float, int, float, int], float]
"""A number from eta, seed, noise and the number of the checkpoint, 0 1 2 (the last)."""

CHECKPOINTS = 3


def wobble(seed: int) -> float:
    """Small, different for each seed, of mean 0 over ten seeds."""
    return 0.01 * (((7 * seed) % 10) - 4.5)


def columns(sweep: Sweep, values: Mapping[str, Value], status: str = "ok") -> dict[str, Any]:
    """The columns of a sweep with three checkpoints a run and the given further ones."""
    rows = [
        (point, check, run)
        for run, point in enumerate(sweep.points())
        for check in range(CHECKPOINTS)
    ]
    found = {
        axis: np.array([getattr(point, axis) for point, _, _ in rows])
        for axis in ("eta", "seed", "noise", "n")
    }
    found["run"] = np.array([run for _, _, run in rows])
    found["step"] = np.array([10**check for _, check, _ in rows])
    found["time"] = found["step"] * found["eta"]
    found["status"] = np.array([status] * len(rows))
    for name in FAMILY:
        found[f"claim {name}"] = np.full(len(rows), float(Verdict.CERTIFIED))
    for name, value in values.items():
        found[name] = np.array(
            [value(point.eta, point.seed, point.noise, check) for point, check, _ in rows]
        )
    return found


def planted(
    settings: Settings,
    values: Mapping[str, Mapping[str, Value]],
    more: Mapping[str, Any] | None = None,
    status: str = "ok",
) -> Results:
    """Results with columns for each sweep; `more` are whole arrays.

    A sweep with fixed steps has the numbers of the time-matched one where none are given.
    """
    arrays = {}
    for name, sweep in settings.sweeps.items():
        given = values.get(name) or values[name.removesuffix("-fixed-steps")]
        found = columns(sweep, given, status)
        arrays |= {f"{name}/{key}": array for key, array in found.items()}
    return Results(settings=settings, arrays={**arrays, **(more or {})})


def tiny(settings: Settings) -> Settings:
    """The same experiment on two seeds, few step sizes and noises, few data, few steps."""
    sweeps = {
        name: replace(
            sweep,
            etas=(sweep.etas[0], sweep.etas[-1]) if len(sweep.etas) > 1 else sweep.etas,
            noises=(sweep.noises[0], sweep.noises[-1]) if len(sweep.noises) > 1 else sweep.noises,
            seeds=(0, 1),
            sizes=(12,),
            k=6,
            amount=20,
            checkpoints=min(sweep.checkpoints, 3),
        )
        for name, sweep in settings.sweeps.items()
    }
    return replace(settings, sweeps=sweeps)
