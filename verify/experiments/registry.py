"""The experiments by name, and how one is run."""

from __future__ import annotations

from pathlib import Path

from verify.experiments import (
    false_certainty,
    noise,
    rate_sweep,
    smoothness,
    trade_offs,
    uncertain_regions,
    uncertain_sets,
    weak_to_strong,
)
from verify.experiments.certify import refutations
from verify.experiments.common import Experiment, command, draw, load, read_header, save
from verify.model import InputError

EXPERIMENTS: dict[str, Experiment] = {
    found.name: found
    for found in (
        rate_sweep.EXPERIMENT,
        uncertain_regions.EXPERIMENT,
        uncertain_sets.EXPERIMENT,
        smoothness.EXPERIMENT,
        trade_offs.EXPERIMENT,
        noise.EXPERIMENT,
        false_certainty.EXPERIMENT,
        weak_to_strong.EXPERIMENT,
    )
}


def experiment(name: str) -> Experiment:
    """The experiment of that name. Raises InputError that names the known ones."""
    if name not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise InputError(f"there is no experiment {name!r:.60}; the experiments are {known}")
    return EXPERIMENTS[name]


def listing() -> list[str]:
    """One line for each experiment."""
    return [f"{name:<20}{found.title}" for name, found in EXPERIMENTS.items()]


def make(folder: Path) -> list[str]:
    """Figure and findings of the results saved in a folder; the lines to print."""
    return draw(experiment(read_header(folder)["experiment"]), folder)


def redraw(name: str, folder: Path) -> list[str]:
    """`make` of the results of that experiment. Raises InputError where another's lie there."""
    held = read_header(folder)["experiment"]
    if held != name:
        raise InputError(f"{folder} holds results of {held!r:.60}, not of {name!r:.60}")
    return make(folder)


def refuted(folder: Path) -> bool:
    """Whether a theorem is refuted on a network of the saved results: exit status 1."""
    results = load(folder)
    return refutations([results.sweep(name) for name in results.settings.sweeps]) > 0


def folder_of(name: str, out: Path, *, paper: bool) -> Path:
    """Where the results of an experiment lie."""
    return out / (f"{experiment(name).name}-paper" if paper else experiment(name).name)


def run_experiment(name: str, *, paper: bool, out: Path, workers: int = -1) -> list[str]:
    """Run an experiment, or what is missing of it, save it, draw it; the lines to print.

    Raises InputError for an unknown name and for a folder of other settings.
    """
    found, folder = experiment(name), folder_of(name, out, paper=paper)
    results = found.compute(found.paper if paper else found.small, folder, workers)
    save(folder, found, results, made_by=command(name, paper=paper))
    return make(folder)
