"""The policy: what is wrong with a run, and what has become worse than the accepted baseline.

The baseline holds verdicts and counts only, no machine data; `flatcert accept`
alone writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from verify.baseline import OPTIONAL, Document, read_baseline, summary, trains
from verify.claim import Verdict
from verify.claims import note_of
from verify.evidence import (
    MAX_UNDECIDED,
    MIN_ADMITTED,
    Evidence,
    by_claim,
)
from verify.formats import write_atomically
from verify.model import InputError

NOTES = Path(__file__).parent.parent / "proofs_notes"

BAD = {Verdict.REFUTED.name, Verdict.ERROR.name}
SEARCHED_BAD = {*BAD, Verdict.VACUOUS.name, Verdict.UNDECIDED.name}
ENOUGH = Fraction(3, 4)
"""Fewer than this share of the accepted networks is a loss: one of two sweeps is missing, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the gate says: a failure, or a notice that does not fail."""

    text: str
    is_failure: bool = True


def _own_problems(claim: str, lines: Sequence[Evidence]) -> Iterator[str]:
    for line in lines:
        where = f" on {line.subject}" if line.subject else ""
        bad = SEARCHED_BAD if line.method == "search" else BAD
        if line.control is None and line.verdict in bad:
            count = f" ({line.admitted} of {line.tried} instances admitted)"
            why = count if line.method == "search" else f" {line.detail}".rstrip()
            yield f"{claim}: {line.verdict} by {line.method}{where}{why}"


def _is_excused(line: Evidence) -> bool:
    """A search of a false variant that is not expected to find it, with the reason why."""
    return line.method == "search" and line.detail != "" and line.verdict not in BAD


def _surviving(claim: str, lines: Sequence[Evidence]) -> Iterator[str]:
    """Controls that some method should have refuted and did not."""
    for line in lines:
        if line.control and line.verdict != Verdict.REFUTED.name and not _is_excused(line):
            yield (
                f"{claim}: the false variant {line.control} survives"
                f" ({line.verdict} by {line.method})"
            )


def problems(lines: Sequence[Evidence]) -> list[str]:
    """What makes a run fail by itself: refutations, errors, vacuous claims, surviving controls."""
    found = []
    for claim, group in by_claim(lines).items():
        found += [*_own_problems(claim, group), *_surviving(claim, group)]
    return found


def write_baseline(lines: Sequence[Evidence], path: Path) -> None:
    """Accept a run as the baseline.

    InputError where the run itself is not clean, or drops a claim or a false variant that the
    baseline has: a part of a run must not pass for the whole.
    """
    found = problems(lines)
    if not found and path.exists():
        found = [
            f"the run has no {lost}, the baseline has it; make a whole run, or remove {path}"
            for lost in _dropped(read_baseline(path), summary(lines)["claims"])
        ]
    if found:
        raise InputError(f"not accepted: {found[0]}" + _more(found))
    write_atomically(path, json.dumps(summary(lines), indent=2, ensure_ascii=False) + "\n")


def _dropped(baseline: Document, current: Document) -> Iterator[str]:
    for claim, entry in baseline.items():
        if claim not in current:
            yield f"claim {claim}"
            continue
        lost = set(entry["controls"]) - set(current[claim]["controls"])
        yield from (f"false variant {control} of {claim}" for control in sorted(lost))


def _more(found: Sequence[str]) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""


def _not_run(lines: Sequence[Evidence]) -> set[str]:
    return set(OPTIONAL) - {line.method for line in lines}


def _without(accepted: Document, methods: set[str]) -> Document:
    """What was accepted of one claim, less the evidence by these methods."""
    kept = {m: v for m, v in accepted["methods"].items() if m.split()[0] not in methods}
    controls = {c: [m for m in ms if m not in methods] for c, ms in accepted["controls"].items()}
    theorems = {} if "formal" in methods else accepted.get("theorems", {})
    return {**accepted, "methods": kept, "controls": controls, "theorems": theorems}


def _absent(methods: set[str], baseline: Document, require: Sequence[str]) -> Iterator[Finding]:
    """A notice for each optional method that was accepted and has not run; failures if required."""
    accepted = {method.split()[0] for entry in baseline.values() for method in entry["methods"]}
    for method in sorted(methods & (accepted | set(require))):
        text = f"{method}: not run; {OPTIONAL[method]}"
        yield Finding(text=text, is_failure=method in require)


def compare(
    lines: Sequence[Evidence], baseline: Document, require: Sequence[str] = ()
) -> list[Finding]:
    """Every way in which a run is worse than the baseline, one line each; and notices.

    An optional method without any line has not run: a notice, or a failure if `require` names it.
    """
    current: Document = summary(lines)["claims"]
    groups, absent = by_claim(lines), _not_run(lines)
    found = [Finding(text=text) for text in problems(lines)]
    found += _absent(absent, baseline, require)
    found += _printed_otherwise(baseline, current)
    trained = {line.claim for line in lines if trains(line)}
    uncounted = [c for c, entry in baseline.items() if c in trained and not entry["networks"]]
    if uncounted:
        text = f"networks: not compared for {', '.join(uncounted)}, the baseline has no count"
        found.append(Finding(text=f"{text}; `flatcert accept` writes it", is_failure=False))
    for claim, entry in baseline.items():
        accepted = _without(entry, absent)
        if claim not in current:
            found.append(Finding(text=f"{claim}: vanished, the baseline has it"))
            continue
        found += [
            Finding(text=f"{claim}: {text}")
            for text in _weaker(accepted, current[claim], groups[claim])
        ]
        found += [Finding(text=f"{claim}: {text}") for text in _thin(groups[claim], accepted)]
    for claim in current:
        if not (NOTES / note_of(claim)).is_file():
            found.append(Finding(text=f"{claim}: has no note proofs_notes/{note_of(claim)}"))
        if claim not in baseline:
            text = f"{claim}: new, not in the baseline; `flatcert accept` adds it"
            found.append(Finding(text=text, is_failure=False))
    return found


def _changed(accepted: Document, now: Document) -> Iterator[str]:
    """Another statement, or fewer cases behind a proof, under the same verdict."""
    if now["statement"] != accepted["statement"]:
        yield f"the statement changed to: {now['statement']}"
    for method, count in accepted["cases"].items():
        if now["cases"].get(method, 0) < count:
            yield f"only {now['cases'].get(method, 0)} {method} cases, the baseline has {count}"


def _lost_controls(accepted: Document, now: Document, lines: Sequence[Evidence]) -> Iterator[str]:
    excused = {line.control for line in lines if _is_excused(line)}
    for control, methods in accepted["controls"].items():
        lost = [m for m in methods if m not in now["controls"].get(control, [])]
        lost = [m for m in lost if not (m == "search" and control in excused)]
        if lost:
            yield f"the false variant {control} is no longer refuted by {', '.join(lost)}"


def _restated(accepted: Document, now: Document) -> Iterator[str]:
    """Coq theorems that are gone, or whose statement is not what it was; see _printed_otherwise."""
    for name, stated in accepted["theorems"].items():
        found = now["theorems"].get(name)
        if found is None:
            yield f"the Coq theorem {name} is gone, or its statement is not recorded"
        elif found.split()[0] == stated.split()[0] and found != stated:
            yield f"the statement of the Coq theorem {name}, or a definition in it, changed"


def _printed_otherwise(baseline: Document, current: Document) -> Iterator[Finding]:
    """A notice where statements cannot be compared, because versions of Coq print differently."""
    theirs, ours = (
        {
            stated.split()[0]
            for entry in side.values()
            for stated in entry.get("theorems", {}).values()
        }
        for side in (baseline, current)
    )
    if theirs and ours and theirs != ours:
        text = (
            f"not compared, printed by Coq {', '.join(ours)}; the baseline's by {', '.join(theirs)}"
        )
        yield Finding(text=f"formal: statements {text}", is_failure=False)


def _weaker(accepted: Document, now: Document, lines: Sequence[Evidence]) -> Iterator[str]:
    yield from _changed(accepted, now)
    yield from _restated(accepted, now)
    if Verdict[now["verdict"]] < Verdict[accepted["verdict"]]:
        yield f"verdict fell from {accepted['verdict']} to {now['verdict']}"
    for method, verdict in accepted["methods"].items():
        found = now["methods"].get(method)
        if found is None:
            yield f"no evidence by {method} any more, it was {verdict}"
        elif Verdict[found] < Verdict[verdict]:
            yield f"by {method} it fell from {verdict} to {found}"
    yield from _lost_controls(accepted, now, lines)


def _thin(lines: Sequence[Evidence], accepted: Document) -> Iterator[str]:
    for line in lines:
        before = accepted["networks"].get(f"{line.method} {line.subject}", 0)
        if trains(line) and line.admitted < ENOUGH * before:
            what = f"networks or replicates judged by {line.method} on {line.subject}"
            yield f"only {line.admitted} {what}, the baseline has {before}"
        if line.control is None and line.method == "search":
            least = max(MIN_ADMITTED, accepted["admitted"] // 2)
            if line.admitted < least:
                yield f"only {line.admitted} instances admitted, {least} are needed"
            if line.undecided > MAX_UNDECIDED * line.tried:
                yield f"{line.undecided} of {line.tried} instances undecided, more than 1%"
