"""What an experiment is, and how its results are kept, drawn and put into words.

    results.json   which experiment, with which settings and versions, by which command, and a
                   digest of both files: damaged or mixed ones are refused, not drawn
    results.npz    the numbers, one array a column
    figure.svg, figure.png, findings.txt   made from these two alone
    NAME/          the sweep called NAME (verify.dynamics.store)

A sentence of findings is made from the numbers, so that other numbers make another sentence.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from verify import __version__
from verify.dynamics.grid import Sweep, read_sweep
from verify.dynamics.store import Columns, read_arrays
from verify.experiments.certify import certified_sentence
from verify.experiments.trends import diverged
from verify.formats import write_atomically
from verify.model import InputError
from verify.report.drawing import NO_METADATA, STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADER, NUMBERS, WORDS = "results.json", "results.npz", "findings.txt"
FIGURES = ("figure.svg", "figure.png")
DIGEST = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Named sweeps, the level gamma of |f| <= gamma, and `inside`: |x| <= inside is the interior.

    Label-pure ends of the data run to infinity, so that an excess over all data
    says little; it is compared over the interior, which is the same for every run,
    and over the hull of the uncertain data.
    """

    sweeps: Mapping[str, Sweep]
    gamma: float = 2.0
    inside: float = 0.6

    def header(self) -> dict[str, Any]:
        """What `read_settings` needs, with the versions and the columns of each sweep."""
        sweeps = {name: sweep.header() for name, sweep in self.sweeps.items()}
        return {"gamma": self.gamma, "inside": self.inside, "sweeps": sweeps}


def read_settings(header: Mapping[str, Any]) -> Settings:
    """The settings of a header. Raises InputError for a header that describes none."""
    try:
        sweeps = {name: read_sweep(found) for name, found in header["sweeps"].items()}
        levels = {name: float(header[name]) for name in ("gamma", "inside")}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError("the header does not describe an experiment") from None
    for name, level in levels.items():
        if not (math.isfinite(level) and level > 0):
            raise InputError(f"{name} is {level}; a finite positive number is needed")
    return Settings(sweeps=sweeps, **levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The settings and the numbers: "SWEEP/COLUMN" -> one entry a checkpoint, and some more."""

    settings: Settings
    arrays: Columns

    def sweep(self, name: str) -> Columns:
        """The columns of one sweep by their own names."""
        start = f"{name}/"
        return {k.removeprefix(start): v for k, v in self.arrays.items() if k.startswith(start)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One experiment: small and full settings, the numbers, their figure and their words."""

    name: str
    title: str
    small: Settings
    paper: Settings
    compute: Callable[[Settings, Path, int], Results]
    figure: Callable[[Results], Figure]
    findings: Callable[[Results], tuple[str, ...]]
    protocol: Callable[[Results], str]


def several(numbers: Any) -> str:
    """Numbers as "0.05, 0.4, 1.2", many as "0, 1, .., 9"."""
    shown = [f"{number:g}" for number in numbers]
    return ", ".join(shown if len(shown) <= 10 else [*shown[:2], "..", shown[-1]])


def describe(sweep: Sweep) -> tuple[str, str, str]:
    """A sweep in words: its truth, its protocol, its grid and network."""
    truth, plural = sweep.truth, "s" * (len(sweep.seeds) > 1)
    per_eta = "" if sweep.protocol == "steps" else "/eta"
    return (
        f"f0 = {truth.height:g} {truth.shape}({truth.waves:g} pi x)",
        f"{sweep.amount:g}{per_eta} steps for each run",
        f"n = {several(sweep.sizes)}, flip rate {several(sweep.noises)}, k = {sweep.k},"
        f" eta in {several(sweep.etas)}, {len(sweep.seeds)} seed{plural}",
    )


def _sweeps_in_words(sweeps: Mapping[str, Sweep]) -> str:
    """What every sweep has in common is said once."""
    described = {name: describe(sweep) for name, sweep in sweeps.items()}
    columns = list(zip(*described.values(), strict=True))
    shared = [len(set(column)) == 1 for column in columns]
    own = [
        f"{name}: {', '.join(part for part, once in zip(parts, shared, strict=True) if not once)}"
        for name, parts in described.items()
        if not all(shared)
    ]
    common = [column[0] for column, once in zip(columns, shared, strict=True) if once]
    return "; ".join([*own, *common])


def stated_protocol(results: Results) -> str:
    """Every sweep in words, what they share, and where quantities are evaluated."""
    settings = results.settings
    starts = {sweep.start for sweep in settings.sweeps.values()}
    protocols = {sweep.protocol for sweep in settings.sweeps.values()}
    unnamed = " Where no protocol is named, runs are time-matched." * (len(protocols) > 1)
    lost = sum(diverged(results.sweep(name)) for name in settings.sweeps)
    return (
        f"{_sweeps_in_words(settings.sweeps)}.{unnamed} Full-batch gradient descent in float64"
        f" from the {' or '.join(starts)} start, x = linspace(-1, 1, n); gamma ="
        f" {settings.gamma:g};"
        " excess risk: mean KL (nats) of the network from the law of the labels, over the data with"
        f" |x| <= {settings.inside:g} (interior) where no other region is named. Intervals: 95% t"
        " over seeds, of paired differences where a change is stated."
        f"{f' {lost} runs diverged and are left out.' if lost else ''}"
    )


def command(name: str, *, paper: bool) -> str:
    """The command that makes these results."""
    return f"flatcert experiment {name}{' --paper' * paper}"


def save(folder: Path, experiment: Experiment, results: Results, *, made_by: str) -> None:
    """Write header and numbers to the folder; `made_by` is the command that makes them.

    Figures and words of earlier numbers go first: they must not stand beside these.
    """
    header = {
        "experiment": experiment.name,
        "command": made_by,
        "made by": f"flatcert {__version__}",
        "settings": results.settings.header(),
    }
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **results.arrays)
    numbers = stream.getvalue()
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in (*FIGURES, WORDS):
        (folder / earlier).unlink(missing_ok=True)
    write_atomically(folder / NUMBERS, numbers)
    sealed = {**header, DIGEST: _digest(header, numbers)}
    write_atomically(folder / HEADER, json.dumps(sealed, indent=2) + "\n")


def _digest(header: Mapping[str, Any], numbers: bytes) -> str:
    """SHA-256 of a header, but for its digest, and of the bytes of the numbers."""
    rest = {key: value for key, value in header.items() if key != DIGEST}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode() + numbers).hexdigest()


def read_header(folder: Path) -> dict[str, Any]:
    """The header of saved results. Raises InputError where there are none."""
    try:
        found = json.loads((folder / HEADER).read_text(encoding="utf-8"))
        texts = [found[key] for key in ("experiment", "command", DIGEST)]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        texts = [None]
    if not all(isinstance(text, str) for text in texts):
        hint = "run the experiment without --figure-only first"
        raise InputError(f"{folder / HEADER}: no results of an experiment; {hint}")
    return dict(found)


def load(folder: Path) -> Results:
    """Saved results. Raises InputError where there are none, or damaged or mixed ones."""
    header, path = read_header(folder), folder / NUMBERS
    arrays = read_arrays(path, "run it again")
    if _digest(header, path.read_bytes()) != header[DIGEST]:
        hint = "one of them is damaged or of another run; run it again"
        raise InputError(f"{path} and {HEADER} do not belong together: {hint}")
    return Results(settings=read_settings(header.get("settings", {})), arrays=arrays)


def certified(results: Results) -> str:
    """One sentence: how often each claim was certified on the networks of all sweeps."""
    return certified_sentence([results.sweep(name) for name in results.settings.sweeps])


def draw(experiment: Experiment, folder: Path) -> list[str]:
    """Figure and findings from saved results; the lines to print. Raises InputError as `load` does.

    Results of another version may lack a column; that is said in one line, too.
    """
    results, made = load(folder), read_header(folder)["command"]
    try:
        _draw_figure(experiment, results, folder)
        lines = [experiment.title, "", *experiment.findings(results), ""]
        lines += [certified(results), f"Protocol. {experiment.protocol(results)}"]
    except KeyError as missing:
        raise InputError(f"{folder / NUMBERS} has no column {missing}; run it again") from missing
    lines += [f"Made by: {made}"]
    text = "\n".join(textwrap.fill(line, 100, break_long_words=False) for line in lines)
    write_atomically(folder / WORDS, text + "\n")
    return [*text.splitlines(), "", f"figure: {folder / 'figure.svg'} and figure.png"]


def _draw_figure(experiment: Experiment, results: Results, folder: Path) -> None:
    import matplotlib

    with matplotlib.rc_context(STYLE):
        figure = experiment.figure(results)
        for name, metadata in zip(FIGURES, (NO_METADATA, {"Software": None}), strict=True):
            stream = io.BytesIO()
            kind = name.rpartition(".")[2]
            figure.savefig(stream, format=kind, metadata=metadata, dpi=150)
            write_atomically(folder / name, stream.getvalue())
