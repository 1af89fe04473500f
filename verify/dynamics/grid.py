"""The grid of a sweep and its settings, to and from the JSON header of its results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from itertools import product
from typing import Any

import numpy as np

from verify import __version__
from verify.dynamics.measure import COLUMNS
from verify.dynamics.run import SCHEDULES, Ints
from verify.dynamics.start import start
from verify.dynamics.truth import Truth, design, law
from verify.model import InputError

AXES = ("eta", "seed", "noise", "n")
PROTOCOLS = {
    "steps": "every run takes `amount` steps",
    "time": "every run takes amount / eta steps, so that eta * steps is the same",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run of a grid."""

    eta: float
    seed: int
    noise: float
    n: int

    @property
    def name(self) -> str:
        """A file name that no other point has."""
        return f"eta={self.eta!r},seed={self.seed},noise={self.noise!r},n={self.n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A grid of runs and the settings that they share.

    `start` names an entry of `start.STARTS`, `protocol` one of PROTOCOLS, `schedule`
    one of `run.SCHEDULES`, with at most `checkpoints` checkpoints besides step 0.
    Raises InputError for what no run could take.
    """

    etas: Sequence[float]
    seeds: Sequence[int]
    noises: Sequence[float]
    sizes: Sequence[int]
    k: int = 400
    truth: Truth = field(default_factory=Truth)
    start: str = "uniform"
    protocol: str = "steps"
    amount: float = 20000
    schedule: str = "geometric"
    checkpoints: int = 20

    def __post_init__(self) -> None:
        for name, kind in (("etas", float), ("seeds", int), ("noises", float), ("sizes", int)):
            object.__setattr__(self, name, _axis(getattr(self, name), name, kind))
        for name, known in (("protocol", PROTOCOLS), ("schedule", SCHEDULES)):
            if getattr(self, name) not in known:
                found = f"{name} is {getattr(self, name)!r:.40}"
                raise InputError(f"{found}; {' or '.join(known)} is needed")
        for eta in self.etas:
            if not (math.isfinite(eta) and eta > 0):
                raise InputError(f"eta is {eta}; a finite positive step size is needed")
            self.at(eta)
        for seed in self.seeds:
            start(self.start, k=self.k, seed=seed)
        for noise, n in product(self.noises, self.sizes):
            law(design(n), noise)

    def at(self, eta: float) -> Ints:
        """The checkpoints of a run at this step size."""
        steps = self.amount if self.protocol == "steps" else self.amount / eta
        if not (math.isfinite(steps) and round(steps) >= 1):
            raise InputError(f"amount is {self.amount}; at least one step is needed")
        return SCHEDULES[self.schedule](round(steps), self.checkpoints)

    def points(self) -> list[Point]:
        """The grid, in the order of the table."""
        axes = product(self.etas, self.seeds, self.noises, self.sizes)
        return [Point(eta=eta, seed=seed, noise=noise, n=n) for eta, seed, noise, n in axes]

    def header(self) -> dict[str, Any]:
        """What `read_sweep` needs, the versions that made it, and what the columns mean."""
        return {
            "made by": f"flatcert {__version__}",
            "settings": asdict(self),
            "versions": {name: metadata.version(name) for name in ("numpy", "numba", "llvmlite")},
            "columns": {
                "eta": "step size",
                "seed": "seed of the start and of the labels",
                "noise": "probability with which a label is flipped",
                "n": "number of data",
                "status": "ok, diverged, or trapped (verify.dynamics.measure)",
                "end": "last step, or the one at which the run diverged",
                **COLUMNS,
            },
        }


def _axis(values: Iterable[Any], name: str, kind: type) -> tuple[Any, ...]:
    given = tuple(values)
    for value in given:
        if isinstance(value, bool) or not isinstance(value, (int, np.integer, kind)):
            needed = "whole numbers are" if kind is int else "numbers are"
            raise InputError(f"{name} holds {value!r:.40}; {needed} needed")
    found = tuple(kind(value) for value in given)
    if not found or len(set(found)) < len(found):
        raise InputError(f"{name} is {list(found)!r:.60}; a list of different numbers is needed")
    return found


def read_sweep(header: dict[str, Any]) -> Sweep:
    """The sweep that a header describes. Raises InputError for another header or bad settings."""
    try:
        settings = dict(header["settings"])
        return Sweep(**{**settings, "truth": Truth(**settings["truth"])})
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, OverflowError, MemoryError):
        raise InputError("the header does not describe a sweep") from None
