"""Theorems 3.6 and 3.7 hold with a probability: how often their bounds fail in simulation.

A simulation is never a proof: a line of evidence by method "coverage" is SUPPORTED at best,
and its detail begins with "simulated". The breakdowns, where an assumption fails, are certified.
"""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from verify.ball import Enclosure, ball, display, rounded_decimal, working_precision
from verify.claim import Control, Sides, Verdict, variant
from verify.claims import claim
from verify.claims.generalization.weight import core_within
from verify.evidence import COVERAGE, Evidence, versions
from verify.formats import write_atomically
from verify.judge import FINE_LADDER, judge
from verify.quantities import Quantities
from verify.space.quantities import quantities_of
from verify.statistics.coverage import CONFIDENCE, Coverage, measure, measure_fresh
from verify.statistics.plans import DEEP, LADDERS, RATE_REPLICATES, SMALL, rate_line, table_line
from verify.statistics.rate import Rate, measure_rate
from verify.statistics.transfer import certain_in_core
from verify.statistics.weight import Core, robust_weight, weighted_variation

if TYPE_CHECKING:
    from verify.experiments.simulation_figure import Breakdown

CLAIM_OF = {
    "norm": "norm-gap",
    "sharper": "norm-gap",
    "event": "weak-to-strong",
    "strong": "weak-to-strong",
    "chain": "weak-to-strong",
}
"""The claim that a simulated bound belongs to (verify.statistics.trial)."""
BREAKDOWNS = ("stability-floor", "stability-certain")
"""The controls of `robust-stability` at which an assumption of Theorem 3.7 fails."""
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


def _spelled(value: Fraction) -> str:
    """An exact rational: as a decimal where ten digits are enough, or else as p/q."""
    shown = display(value)
    return shown if Fraction(shown) == value else str(value)


def _least_at_kink(at: Quantities, core: Core) -> Fraction:
    return min(robust_weight(core, t) for t in at.network.kinks() if t is not None)


def _steep_words(at: Quantities, core: Core, floor: Fraction) -> str:
    """Where h is less than c0 = floor, and what c0 would ask."""
    least, asked = _least_at_kink(at, core), weighted_variation(at.network, core, floor=floor)
    return (
        f"h = {_spelled(least)} at a kink is less than c0 = {_spelled(floor)}; with h + c0 in place"
        f" of h, int |f''| (h + c0) = {_spelled(asked)}"
    )


def _certain_words(at: Quantities, core: Core) -> str:
    """How many core data are certain, and how many may be."""
    certain = certain_in_core(at.truth, at.outs, at.instance.extra["low"], at.gamma)
    return (
        f"{certain} of {len(core.places)} core data have |f| > gamma = {_spelled(at.gamma)},"
        f" where at most m0 = {core.missing} may"
    )


def _certified_words(at: Quantities, core: Core, sides: Sides, why: str) -> str:
    """Bounds of lambda_max and of both sides, each rounded to the side on which it is true."""
    most, allowed, beyond = (
        rounded_decimal(Enclosure.of(value).ball, up=up, digits=4)
        for value, up in (
            (at.lambda_max, True),
            (sides.larger, True),
            (sides.smaller - sides.larger, False),
        )
    )
    spent = weighted_variation(at.network, core)
    # A weight that is larger by 1 everywhere adds TV(f').
    slope = weighted_variation(at.network, core, floor=Fraction(1)) - spent
    return (
        f"lambda_max <= {most}, TV(f') = {_spelled(slope)}, int |f''| h = {_spelled(spent)}; {why}."
        f" The bound allows at most {allowed}: it is false by at least {beyond}"
    )


def breakdown(control: Control) -> Breakdown:
    """What is certified at the witness of a control of `robust-stability`, in words and to draw."""
    from verify.experiments.simulation_figure import Breakdown

    own, one = claim("robust-stability"), control.witness
    false = variant(own, control)
    kept, lost = (judge(each, one, ladder=FINE_LADDER).verdict for each in (own, false))
    floor, rung = false.constants["floor"], FINE_LADDER[0]
    name = "h >= c0" if floor else "weak generalization"
    words = f"WRONG: {control.id} shows no failure of {name}; it is {lost.name}."
    with working_precision(rung.bits):
        at = quantities_of(one, number=ball, width=rung.width)
        core = core_within(at)
        broken = _least_at_kink(at, core) < floor if floor else kept is Verdict.VACUOUS
        fails = broken and lost is Verdict.REFUTED
        if fails:
            why = _steep_words(at, core, floor) if floor else _certain_words(at, core)
            shown = _certified_words(at, core, false.margin(at, false.constants), why)
            words = (
                f"Assumption {name} fails ({control.id}, certified): {shown}."
                f" The claim as stated is {kept.name} here."
            )
    return Breakdown(
        title=f"{name} {'fails' if fails else 'holds'}".replace(">=", "\u2265"),
        instance=one,
        core=core,
        gamma=at.gamma,
        floor=floor,
        words=words,
        is_wrong=not fails,
    )


def breakdowns() -> list[Breakdown]:
    """Where the assumptions of Theorem 3.7 fail: steep ends, and false certainty."""
    controls = {control.id: control for control in claim("robust-stability").controls}
    return [breakdown(controls[name]) for name in BREAKDOWNS]


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
    from verify.experiments.simulation_figure import draw_breakdown, draw_coverage

    with _watched() as watch:
        rows = [
            row
            for setting, count in (DEEP if deep else SMALL)
            for row in measure(setting, range(count), folder, watch(setting.name, count))
        ]
    draw_coverage(rows, folder)
    broken = breakdowns()
    draw_breakdown(broken, folder)
    found = (*coverage_findings(rows), *(each.words for each in broken))
    lines = _finished(folder, "coverage", rows, found, map(table_line, rows))
    lines.append(f"figure: {folder / 'breakdown.svg'} and breakdown.png")
    return lines, bool(faults(rows)) or any(each.is_wrong for each in broken)


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
