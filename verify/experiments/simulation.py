"""Theorems 3.6 and 3.7 hold with a probability: how often their bounds fail in simulation.

A simulation is never a proof: a line of evidence by method "coverage" is SUPPORTED at best,
and its detail begins with "simulated".
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from verify.claim import Verdict
from verify.claims import claim
from verify.evidence import COVERAGE, Evidence, versions
from verify.formats import write_atomically
from verify.statistics.coverage import CONFIDENCE, Coverage, measure, measure_fresh
from verify.statistics.plans import DEEP, LADDERS, RATE_REPLICATES, SMALL, rate_line, table_line
from verify.statistics.rate import Rate, measure_rate

CLAIM_OF = {
    "norm": "norm-gap",
    "sharper": "norm-gap",
    "event": "weak-to-strong",
    "strong": "weak-to-strong",
    "chain": "weak-to-strong",
}
"""The claim that a simulated bound belongs to (verify.statistics.trial)."""
SETTINGS = tuple(setting.name for setting, _ in SMALL)
Watch = Callable[[str, int], Callable[[int], object]]
"""(what, how many replicates) -> what is called with each replicate that is done."""


def coverage_line(row: Coverage) -> Evidence:
    """One simulated bound as evidence; a shrunken bound is a control, wanted REFUTED."""
    stated = claim(CLAIM_OF[row.bound])
    detail = (
        f"simulated: {row.failures} of {row.admitted} replicates fail, so with {CONFIDENCE:.0%}"
        f" confidence on each side the probability of failure is in [{row.lower:.4f},"
        f" {row.upper:.4f}], allowed {row.level:g}; measured / bound: median {row.ratio:.3g},"
        f" largest {row.worst:.3g}"
    )
    if row.verdict == Verdict.VACUOUS.name:
        detail += f"; the bound is better than what is trivially true in {row.useful} of them"
    return Evidence(
        claim=stated.id,
        control=None if row.factor == 1.0 else f"{row.bound}-times-{row.factor:.10f}".rstrip("0"),
        method=COVERAGE,
        subject=f"{row.setting} {row.bound}",
        verdict=row.verdict,
        statement=stated.stated(),
        tried=row.tried,
        admitted=row.admitted,
        detail=detail,
        seed=row.seed,
        versions=versions(),
    )


def simulate(name: str) -> list[Evidence]:
    """The lines of one setting of the small plan, computed afresh."""
    setting, count = next(entry for entry in SMALL if entry[0].name == name)
    return [coverage_line(row) for row in measure_fresh(setting, range(count))]


def faults(rows: Sequence[Coverage]) -> list[Coverage]:
    """Bounds that are refuted, and shrunken ones that are not."""
    refuted = Verdict.REFUTED.name
    return [row for row in rows if (row.verdict == refuted) is (row.factor == 1.0)]


def _bound_words(name: str, rows: Sequence[Coverage]) -> str:
    own = [row for row in rows if row.bound == name and row.factor == 1.0]
    counts = {word: sum(row.verdict == word for row in own) for word in ("SUPPORTED", "VACUOUS")}
    other = len(own) - sum(counts.values())
    shares = [row.ratio for row in own if row.admitted]
    tight = f"{min(shares):.3g} to {max(shares):.3g}" if shares else "unknown"
    return (
        f"{name} ({CLAIM_OF[name]}): {sum(row.failures for row in own)} failures in"
        f" {sum(row.admitted for row in own)} admitted replicates of {len(own)} settings; upper"
        f" limits of the probability of failure up to {max(row.upper for row in own):.4f}"
        f" ({CONFIDENCE:.0%}, Clopper-Pearson; level {own[0].level:g}); median of measured / bound"
        f" {tight}, largest {max((row.worst for row in own if row.admitted), default=0):.3g};"
        f" {counts['SUPPORTED']} settings SUPPORTED, {counts['VACUOUS']} VACUOUS"
        + (f", {other} other" if other else "")
    )


def coverage_findings(rows: Sequence[Coverage]) -> Iterator[str]:
    """What the simulation says of each bound, of the shrunken ones, and what is vacuous."""
    for name in dict.fromkeys(row.bound for row in rows):
        yield _bound_words(name, rows)
    vacuous = [f"{row.setting} {row.bound}" for row in rows if row.verdict == Verdict.VACUOUS.name]
    if vacuous:
        yield f"VACUOUS, no better than what is trivially true: {', '.join(vacuous)}"
    shrunken = [row for row in rows if row.factor != 1.0]
    refuted = sum(row.verdict == Verdict.REFUTED.name for row in shrunken)
    yield f"{refuted} of {len(shrunken)} shrunken bounds are refuted, as they must be"
    yield from (f"WRONG: {table_line(row)}" for row in faults(rows))
    yield "This is measured by simulation in float64. The proofs are by hand, in proofs_notes."


def rate_findings(rows: Sequence[Rate]) -> Iterator[str]:
    """Each slope with its interval, against the two rates."""
    for row in rows:
        yield f"{rate_line(row)}; {row.replicates} replicates at each n"
    yield "Slopes of log mean excess on log n, Student's 95% interval. Measured by simulation."


def _write(folder: Path, name: str, rows: Sequence[Coverage] | Sequence[Rate], text: str) -> None:
    """NAME.json and NAME.txt in the folder; what is not a number becomes null."""

    def plain(value: object) -> object:
        return value if not isinstance(value, float) or math.isfinite(value) else None

    table = [{key: plain(value) for key, value in asdict(row).items()} for row in rows]
    write_atomically(folder / f"{name}.json", json.dumps(table, indent=1) + "\n")
    write_atomically(folder / f"{name}.txt", text + "\n")


def _finished(
    folder: Path,
    name: str,
    rows: Sequence[Coverage] | Sequence[Rate],
    findings: Iterable[str],
    table: Iterable[str],
) -> list[str]:
    found = [textwrap.fill(line, 100) for line in findings]
    _write(folder, name, rows, "\n".join(found))
    return [*table, "", *found, "", f"figure: {folder / f'{name}.svg'} and {name}.png"]


@contextmanager
def _watched() -> Iterator[Watch]:
    """A progress bar on standard error for each setting, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:

        def watch(name: str, count: int) -> Callable[[int], object]:
            task = bar.add_task(name, total=count)
            return lambda _seed: bar.advance(task)

        yield watch


def run_coverage(folder: Path, *, deep: bool) -> tuple[list[str], bool]:
    """Simulate a plan, write its results; the lines to print, and whether something is wrong.

    Raises InputError for a folder of other settings.
    """
    from verify.experiments.simulation_figure import draw_coverage

    with _watched() as watch:
        rows = [
            row
            for setting, count in (DEEP if deep else SMALL)
            for row in measure(setting, range(count), folder, watch(setting.name, count))
        ]
    draw_coverage(rows, folder)
    found = coverage_findings(rows)
    return _finished(folder, "coverage", rows, found, map(table_line, rows)), bool(faults(rows))


def run_rate(folder: Path) -> tuple[list[str], bool]:
    """Measure every slope, write the results; the lines to print, and False: nothing is claimed.

    Raises InputError for a folder of other settings.
    """
    from verify.experiments.simulation_figure import draw_rate

    with _watched() as watch:
        rows = [
            measure_rate(
                ladder,
                RATE_REPLICATES,
                folder,
                watch(ladder.name, RATE_REPLICATES * len(ladder.sizes)),
            )
            for ladder in LADDERS
        ]
    draw_rate(rows, folder)
    return _finished(folder, "rate", rows, rate_findings(rows), ()), False
