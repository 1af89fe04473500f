"""What the lines of a run say about each claim: counted and worded once, for table and page."""

from __future__ import annotations

import decimal
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from verify.claim import Verdict
from verify.evidence import COVERAGE, Evidence, by_claim, overall

MEANING = {
    Verdict.PROVED: "a proof for every instance: symbolic, formal, or by a finite certified cover",
    Verdict.CERTIFIED: "a mathematical fact about the stated instance, rounding included",
    Verdict.SUPPORTED: "certified on all instances tried (coverage: simulated); not proved for all",
    Verdict.UNDECIDED: "no precision that was tried decides it",
    Verdict.VACUOUS: "too few instances met the assumptions, or this one does not",
    Verdict.REFUTED: "certified false, with a witness; what is wanted of a false variant",
    Verdict.ERROR: "the check itself broke; nothing is known",
}
"""The words of `verify.claim.Verdict`, best first."""

EXACT = ("witness", "search")
INSTANCE_WORDS = {Verdict.VACUOUS.name: "outside"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSummary:
    """One false variant and its lines."""

    id: str
    lines: tuple[Evidence, ...]

    @property
    def text(self) -> str:
        """What is changed and why that is false, from the replay of the stored witness."""
        return next((line.detail for line in self.lines if line.method == "witness"), "")

    def refuted_by(self, method: str) -> bool | None:
        """Whether a line of that method refutes it; None where there is no such line."""
        found = [line.verdict for line in self.lines if line.method == method]
        return Verdict.REFUTED.name in found if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSummary:
    """One claim and all its lines, those of its controls included."""

    id: str
    lines: tuple[Evidence, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict from all its own lines."""
        return overall(self.lines)

    @property
    def own(self) -> list[Evidence]:
        """The lines that are not about a false variant."""
        return [line for line in self.lines if line.control is None]

    def by(self, method: str) -> list[Evidence]:
        """Its own lines of one method."""
        return [line for line in self.own if line.method == method]

    @property
    def statement(self) -> str:
        """The statement as it was checked."""
        return next((line.statement for line in self.own), self.lines[0].statement)

    @property
    def cases(self) -> tuple[int, int]:
        """Symbolic cases: proved, and in all."""
        found = self.by("symbolic")
        return sum(line.admitted for line in found), sum(line.tried for line in found)

    @property
    def equalities(self) -> int:
        """Instances on which the margin is exactly 0."""
        return sum(line.verdict == Verdict.CERTIFIED.name for line in self.by("exact"))

    @property
    def formal(self) -> list[str]:
        """The Coq theorems that prove it, by name."""
        return [
            line.subject or "" for line in self.by("formal") if line.verdict == Verdict.PROVED.name
        ]

    @property
    def is_formal(self) -> bool:
        """PROVED, with a proof that the kernel of Coq has checked."""
        return self.verdict is Verdict.PROVED and bool(self.formal)

    @property
    def instances(self) -> tuple[int, int, int]:
        """Instances of the search: admitted, tried, undecided."""
        found = self.by("search")
        counts = [(line.admitted, line.tried, line.undecided) for line in found]
        admitted, tried, undecided = (
            sum(column) for column in zip((0, 0, 0), *counts, strict=True)
        )
        return admitted, tried, undecided

    @property
    def least(self) -> float | None:
        """The least scaled margin that the search met."""
        return min(
            (line.scaled for line in self.by("search") if line.scaled is not None), default=None
        )

    @property
    def controls(self) -> tuple[ControlSummary, ...]:
        """Its false variants, in order of first appearance."""
        groups: dict[str, list[Evidence]] = {}
        for line in self.lines:
            if line.control is not None:
                groups.setdefault(line.control, []).append(line)
        return tuple(ControlSummary(id=key, lines=tuple(group)) for key, group in groups.items())

    @property
    def refuted(self) -> list[str]:
        """Such as ["6/6 witness", "5/6 search", "4/4 simulated"]; empty without controls."""
        words = {"witness": "witness", "search": "search", COVERAGE: "simulated"}
        asked = {word: [c.refuted_by(how) for c in self.controls] for how, word in words.items()}
        known = {word: [one for one in found if one is not None] for word, found in asked.items()}
        return [f"{sum(found)}/{len(found)} {word}" for word, found in known.items() if found]

    @property
    def simulated(self) -> list[str]:
        """Such as ["13 simulated", "4 vacuous"] over settings and bounds; no proof of anything."""
        found = [line.verdict for line in self.by(COVERAGE)]
        counts = {"simulated": len(found), "vacuous": found.count(Verdict.VACUOUS.name)}
        return [f"{count} {word}" for word, count in counts.items() if count]

    @property
    def real(self) -> list[str]:
        """Such as ["1 certified", "1 outside"] over the named instances."""
        counts = Counter(line.verdict for line in self.by("instance"))
        named = {INSTANCE_WORDS.get(name, name.lower()): count for name, count in counts.items()}
        return [f"{count} {name}" for name, count in sorted(named.items())]


def summaries(lines: Iterable[Evidence]) -> tuple[ClaimSummary, ...]:
    """One summary per claim, in order of first appearance."""
    groups = by_claim(lines)
    return tuple(ClaimSummary(id=key, lines=tuple(group)) for key, group in groups.items())


def totals(claims: Sequence[ClaimSummary]) -> str:
    """The run in one line: claims by verdict, instances admitted, false variants refuted."""
    counts = Counter(claim.verdict for claim in claims)
    verdicts = ", ".join(f"{counts[verdict]} {verdict.name}" for verdict in sorted(counts)[::-1])
    # A shrunken bound of a simulation has neither witness nor search: it is counted per claim.
    known = [control for claim in claims for control in claim.controls]
    controls = [c for c in known if any(c.refuted_by(how) is not None for how in EXACT)]
    admitted = sum(claim.instances[0] for claim in claims)
    parts = [f"{len(claims)} claims: {verdicts or 'no verdict'}", f"{admitted} instances admitted"]
    if controls:
        by_witness, by_search = (
            sum(control.refuted_by(method) is True for control in controls) for method in EXACT
        )
        parts.append(
            f"{by_witness} of {len(controls)} false variants refuted by witness,"
            f" {by_search} by search"
        )
    return "; ".join(parts)


def is_excused(line: Evidence) -> bool:
    """A search for a false variant that need not find it, with the reason in `detail`."""
    unsearched = line.control is not None and line.method == "search" and line.detail != ""
    return unsearched and line.verdict not in (Verdict.REFUTED.name, Verdict.ERROR.name)


def fault(line: Evidence) -> str:
    """What is wrong with a line in one word (error, refuted, ..); empty where nothing is."""
    if line.verdict == Verdict.ERROR.name:
        return "error"
    if line.control is not None:
        return "" if line.verdict == Verdict.REFUTED.name or is_excused(line) else "survives"
    bad = {Verdict.REFUTED.name}
    if line.method == "search":
        bad |= {Verdict.VACUOUS.name, Verdict.UNDECIDED.name}
    return line.verdict.lower() if line.verdict in bad else ""


def scientific(value: float | None) -> str:
    """A scaled margin in two digits; "0 (attained)" for 0, "-" where there is none."""
    if value is None:
        return "-"
    return f"{value:.1e}" if value else "0 (attained)"


def interval(margin: dict[str, str]) -> str:
    """An enclosure in six digits, still rounded outward."""
    ends = []
    for end, rounding in (("lo", decimal.ROUND_FLOOR), ("hi", decimal.ROUND_CEILING)):
        context = decimal.Context(
            prec=6, rounding=rounding, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN
        )
        ends.append(str(context.create_decimal(margin[end])))
    return f"exactly {ends[0]}" if ends[0] == ends[1] == "0" else f"in [{', '.join(ends)}]"


def place(line: Evidence) -> str:
    """What the witness of a line is: where it is false, or the closest that a search came."""
    is_closest = line.method == "search" and line.verdict != Verdict.REFUTED.name
    return "closest at" if is_closest else "at"


def _arithmetic(bits: int) -> str:
    return f"{bits}-bit balls" if bits else "exact arithmetic"


def line_words(line: Evidence) -> str:
    """What one line found, without its verdict."""
    parts = []
    if line.method == "search":
        parts.append(f"{line.admitted} of {line.tried} instances admitted")
        parts += [f"{line.undecided} undecided"] if line.undecided else []
    if line.detail and not (line.control and line.method == "witness"):
        parts.append(line.detail)
    if line.margin is not None:
        parts.append(f"margin {interval(line.margin)}")
    if line.scaled is not None:
        least = "least scaled margin" if line.method == "search" else "scaled"
        parts.append(f"{least} {scientific(line.scaled)}")
    if line.bits is not None:
        parts.append(f"by {_arithmetic(line.bits)}")
    if line.seed is not None:
        parts.append(f"seed {line.seed}")
    return "; ".join(parts)
