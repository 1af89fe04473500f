"""What the lines of a run say about each claim: counted and worded once, for table and page."""

from __future__ import annotations

import decimal
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.claim import Verdict
from verify.evidence import COVERAGE, Evidence, by_claim, overall

MEANING = {
    Verdict.PROVED: "a proof for every instance: symbolic, formal, or by a finite certified cover",
    Verdict.CERTIFIED: "a mathematical fact about the stated instance, rounding included",
    Verdict.SUPPORTED: "certified on every instance that was tried, or not contradicted by"
    " simulation where the method is coverage; not proved for all",
    Verdict.UNDECIDED: "no precision that was tried decides it",
    Verdict.VACUOUS: "too few instances met the assumptions, or this one does not",
    Verdict.REFUTED: "certified false, with a witness; what is wanted of a false variant",
    Verdict.ERROR: "the check itself broke; nothing is known",
}
"""The words of `verify.claim.Verdict`, best first."""

METHOD_WORDS = {COVERAGE: "simulated"}
INSTANCE_WORDS = {Verdict.VACUOUS.name: "outside"}
MOST_NEURONS, MOST_DATA, MOST_DIGITS = 4, 6, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSummary:
    """One false variant and its lines."""

    id: str
    lines: tuple[Evidence, ...]

    @property
    def text(self) -> str:
        """What is changed and why that is false, from the replay of the stored witness."""
        return next((line.detail for line in self.lines if line.method == "witness"), "")

    def has(self, method: str) -> bool:
        """Whether there is a line of that method."""
        return any(line.method == method for line in self.lines)

    def refuted_by(self, method: str) -> bool:
        """Whether a line of that method refutes it."""
        return any(
            line.method == method and line.verdict == Verdict.REFUTED.name for line in self.lines
        )


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
        found = []
        for method in ("witness", "search", COVERAGE):
            tried = [control for control in self.controls if control.has(method)]
            if tried:
                count = sum(control.refuted_by(method) for control in tried)
                found.append(f"{count}/{len(tried)} {METHOD_WORDS.get(method, method)}")
        return found

    @property
    def simulated(self) -> list[str]:
        """Such as ["13 simulated", "4 vacuous"] over settings and bounds; no proof of anything."""
        found = self.by(COVERAGE)
        vacuous = sum(line.verdict == Verdict.VACUOUS.name for line in found)
        words = [f"{len(found)} {METHOD_WORDS[COVERAGE]}"] if found else []
        return words + ([f"{vacuous} vacuous"] if vacuous else [])

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
    controls = [
        control
        for claim in claims
        for control in claim.controls
        if control.has("witness") or control.has("search")
    ]
    admitted = sum(claim.instances[0] for claim in claims)
    parts = [f"{len(claims)} claims: {verdicts or 'no verdict'}", f"{admitted} instances admitted"]
    if controls:
        by_witness, by_search = (
            sum(control.refuted_by(method) for control in controls)
            for method in ("witness", "search")
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


def short(number: str) -> str:
    """An exact rational as it stands, or, where it is long, six digits of it after a "~"."""
    if len(number) <= MOST_DIGITS:
        return number
    exact = Fraction(number)
    context = decimal.Context(prec=6, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    return (
        f"~{context.divide(decimal.Decimal(exact.numerator), decimal.Decimal(exact.denominator))}"
    )


def _times(number: str, factor: str) -> str:
    ones = {"1": factor, "-1": f"-{factor}"}
    return ones.get(number, f"{short(number)} {factor}")


def _sum(terms: Sequence[str]) -> str:
    """Terms joined by their signs; "~-2" is an approximate -2."""
    total = ""
    for term in terms:
        is_negative, size = term.startswith(("-", "~-")), term.replace("-", "", 1)
        if not total:
            total = term
        elif is_negative:
            total += f" - {size}"
        else:
            total += f" + {term}"
    return total


def _neuron(a: str, w: str, b: str) -> str:
    inner = [_times(w, "x")] if w != "0" else []
    inner += [short(b)] if b != "0" or not inner else []
    return _times(a, f"relu({_sum(inner)})")


def _more(count: int, most: int, what: str) -> str:
    return f", .. ({count} {what} in all)" if count > most else ""


def witness_words(document: dict[str, Any]) -> str:
    """A witness in words: a formula and data for an instance, else its plain entries."""
    if "network" in document and "data" in document:
        return _instance_words(document)
    plain = {key: value for key, value in document.items() if not isinstance(value, (dict, list))}
    return ", ".join(f"{key} = {value}" for key, value in plain.items())


def _instance_words(document: dict[str, Any]) -> str:
    network, data = document["network"], document["data"]
    neurons = list(zip(network["a"], network["w"], network["b"], strict=True))
    terms = [_neuron(*neuron) for neuron in neurons[:MOST_NEURONS]]
    terms += ["..."] if len(neurons) > MOST_NEURONS else []
    terms += [short(network["c"])] if network["c"] != "0" or not terms else []
    formula = _sum(terms)
    pairs = [
        f"({short(x)}, {y:+d})" for x, y in zip(data["x"][:MOST_DATA], data["y"], strict=False)
    ]
    words = f"f(x) = {formula}{_more(len(neurons), MOST_NEURONS, 'neurons')}"
    words += f" on (x, y) = {', '.join(pairs)}{_more(len(data['x']), MOST_DATA, 'data')}"
    for name in ("gamma", "eta"):
        words += f", {name} = {short(document[name])}" if name in document else ""
    if "q" in document:
        weights = ", ".join(short(value) for value in document["q"][:MOST_DATA])
        words += f", weights q ~ ({weights}{', ..' if len(document['q']) > MOST_DATA else ''})"
    return words + (", relu'(0) = 0" if document.get("formal") else "")


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
