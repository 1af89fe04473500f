"""Each experiment in brief, for `flatcert run`: few seeds, short training, all of it certified.

A brief run shows that an experiment works and certifies the networks that it shows.
It has too few seeds to state a trend, and its findings say so.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from verify.claim import Verdict
from verify.claims import claim
from verify.dynamics import store
from verify.dynamics.grid import Point, Sweep
from verify.evidence import TRAINING, Evidence, instance_document, versions
from verify.experiments.certify import FAMILY, rational
from verify.experiments.common import (
    Experiment,
    Results,
    Settings,
    certified,
    load,
    read_header,
    save,
)
from verify.experiments.registry import EXPERIMENTS, experiment, make
from verify.experiments.survey import setting_of
from verify.model import InputError
from verify.quantities import Instance
from verify.report.drawing import embedded
from verify.report.page import Shown

SEEDS, SHORTER, CHECKPOINTS = 3, 5, 4
FOLDER, SAVED, FIGURE = "brief", "experiments", "figure.svg"


def brief(settings: Settings) -> Settings:
    """The first seeds, a fifth of the steps and at most four checkpoints of every sweep."""

    def shorter(sweep: Sweep) -> Sweep:
        return replace(
            sweep,
            seeds=sweep.seeds[:SEEDS],
            amount=sweep.amount / SHORTER,
            checkpoints=min(sweep.checkpoints, CHECKPOINTS),
        )

    return replace(settings, sweeps={name: shorter(s) for name, s in settings.sweeps.items()})


def run_brief(name: str, out: Path) -> list[Evidence]:
    """Run an experiment in brief under `out`, draw it; a line for each claim of the family.

    What an earlier run left there is removed first: old verdicts are no evidence.
    """
    found, folder = experiment(name), out / FOLDER / name
    if folder.exists():
        shutil.rmtree(folder)
    results = found.compute(brief(found.small), folder, 1)
    save(folder, found, results, made_by="flatcert run")
    make(folder)
    return [_line(id, name, results, folder) for id in FAMILY]


def _line(id: str, name: str, results: Results, folder: Path) -> Evidence:
    """How often a claim was certified on the networks of an experiment.

    ERROR where a sweep has fewer networks judged than runs: nothing was checked then.
    """
    sweeps = results.settings.sweeps
    columns = {sweep: results.sweep(sweep)[f"claim {id}"] for sweep in sweeps}
    missed = [name for name in sweeps if _judged(results, name, id) < len(sweeps[name].points())]
    codes = np.concatenate([*columns.values()])
    counts = Counter(Verdict(int(code)) for code in codes)
    asked, outside = counts.total(), counts[Verdict.VACUOUS]
    verdict = min((v for v in counts if v is not Verdict.VACUOUS), default=Verdict.VACUOUS)
    judged = f"{counts[Verdict.CERTIFIED]} of {asked} networks certified, {outside} outside"
    if missed and verdict is not Verdict.REFUTED:
        verdict, judged = Verdict.ERROR, f"{judged}; not every run of {', '.join(missed)} is judged"
    return Evidence(
        claim=id,
        method=TRAINING,
        verdict=verdict.name,
        statement=claim(id).stated(),
        subject=name,
        tried=asked,
        admitted=asked - outside,
        undecided=counts[Verdict.UNDECIDED],
        detail=judged,
        witness=_refuting(id, results, folder) if verdict is Verdict.REFUTED else None,
        versions=versions(),
    )


def _judged(results: Results, sweep: str, id: str) -> int:
    """The number of runs of a sweep with a verdict of this claim on every checkpoint."""
    columns = results.sweep(sweep)
    whole = columns[f"claim {id}"].size == columns["run"].size
    return int(np.unique(columns["run"]).size) if whole else 0


def _refuting(id: str, results: Results, folder: Path) -> dict[str, Any]:
    """The first network of an experiment on which a claim is refuted, in exact rationals."""
    for name, sweep in results.settings.sweeps.items():
        columns = results.sweep(name)
        for row in np.flatnonzero(columns[f"claim {id}"] == int(Verdict.REFUTED)).tolist():
            axes = {axis: columns[axis][row].item() for axis in ("eta", "seed", "noise", "n")}
            setting = setting_of(sweep, Point(**axes), results.settings)
            network, data = rational(store.load(folder / name).theta[row], setting.x, setting.y)
            level, step = Fraction(setting.gamma), Fraction(setting.eta)
            return instance_document(Instance(network=network, data=data, gamma=level, eta=step))
    raise LookupError(f"no network refutes {id}")


def shown(out: Path) -> Iterator[Shown]:
    """The figure and findings of each experiment under `out`: the fullest that is saved there."""
    for name, found in EXPERIMENTS.items():
        places = (out / SAVED / f"{name}-paper", out / SAVED / name, out / FOLDER / name)
        views = (view for place in places if (view := _shown(found, place)))
        yield from islice(views, 1)


def _shown(found: Experiment, folder: Path) -> Shown | None:
    """The view of saved results; None where there are none of this experiment that can be shown.

    Those of another version may lack a column; a figure may be cut off.
    """
    try:
        drawing = (folder / FIGURE).read_text(encoding="utf-8")
        results, header = load(folder), read_header(folder)
        if header["experiment"] != found.name or not drawing.rstrip().endswith("</svg>"):
            return None
        return Shown(
            title=found.title,
            findings=found.findings(results),
            certified=certified(results),
            made_by=header["command"],
            figure=embedded(drawing, found.name),
        )
    except (InputError, OSError, UnicodeDecodeError, KeyError):
        return None
