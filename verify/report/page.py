"""The report: one HTML file without outside resources, and the JUnit file beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from verify.ball import Enclosure, ball, working_precision
from verify.claim import Claim
from verify.claims import CLAIMS, note_of
from verify.counterexample import EXAMPLE
from verify.data import REAL, RealExample, load
from verify.evidence import Evidence
from verify.formats import write_atomically
from verify.judge import FINE_LADDER
from verify.quantities import Instance, Quantities
from verify.report import summary
from verify.report.figures import counterexample_figure, margins_figure, network_figure
from verify.report.graph import claim_graph
from verify.report.junit import junit_xml
from verify.report.summary import ClaimSummary
from verify.report.witness import witness_words

HERE = Path(__file__).parent
MARGINS = (*(Fraction(digit * 10**e) for e in range(6) for digit in (1, 2, 5)), Fraction(10**6))
"""1, 2, 5, 10, .. 10^6: the last network has lambda_max near 10^-434287."""
COUNTEREXAMPLE = "flat-overfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim as the page shows it; `claim` is None for an id outside the registry."""

    found: ClaimSummary
    claim: Claim | None

    @property
    def note(self) -> str:
        """The path of its proof note."""
        return f"proofs_notes/{note_of(self.claim.id)}" if self.claim else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealView:
    """A real dataset: certified numbers, the verdicts on it and its figure."""

    example: RealExample
    n: int
    k: int
    gamma: Fraction
    uncertain: int
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Evidence, ...]
    figure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An experiment on training as the page shows it: findings in sentences, and a figure as SVG.

    `certified` counts the verdicts on its networks; `made_by` is the command that made
    it; the figure states the protocol.
    """

    title: str
    findings: tuple[str, ...]
    certified: str
    made_by: str
    figure: str


def _facts(quantities: Quantities) -> tuple[tuple[str, str], ...]:
    """Certified enclosures of what the theorems speak about, in words."""
    with working_precision(FINE_LADDER[0].bits):
        scaled = {
            "lambda_max": quantities.lambda_max,
            "P (1 + 2 S)": quantities.P * (1 + ball(2) * quantities.S),
            "P, softness": quantities.P,
            "S, weighted path sum": quantities.S,
            "TV, weighted total variation": quantities.TV,
            "residual term of t": quantities.residual,
        }
        return tuple(
            (name, summary.interval(Enclosure.of(value).as_json()))
            for name, value in scaled.items()
        )


def _real_views(lines: Sequence[Evidence]) -> Iterator[RealView]:
    """A view for each shipped dataset that some line names."""
    for example in REAL:
        named = tuple(line for line in lines if line.subject == example.name)
        if not named:
            continue
        network, data = load(example)
        quantities = Quantities(
            instance=Instance(network=network, data=data), number=ball, width=FINE_LADDER[0].width
        )
        yield RealView(
            example=example,
            n=data.n,
            k=network.k,
            gamma=quantities.gamma,
            uncertain=len(quantities.uncertain),
            facts=_facts(quantities),
            lines=named,
            figure=network_figure(network, data, quantities.gamma),
        )


def _flat_rows(lines: Sequence[Evidence]) -> Iterator[tuple[Evidence, list[str]]]:
    """Each counterexample with lambda_max, its bound and the length of |f| <= 1, in words."""
    for line in lines:
        if line.method == "counterexample":
            facts = line.witness or {}
            ends = [facts.get(name) for name in ("lambda_max", "bound")]
            length = facts.get("uncertain", {}).get("length", "-")
            cells = [summary.interval(end) if end else "-" for end in ends]
            yield line, [*cells, length]


def _flat_figure(lines: Sequence[Evidence]) -> str:
    from verify.counterexample.family import margins_table

    if all(line.claim != COUNTEREXAMPLE for line in lines):
        return ""
    return counterexample_figure(margins_table(EXAMPLE, MARGINS))


def _command(claims: Sequence[ClaimView]) -> str:
    """The command that repeats the run."""
    if any(view.claim is None for view in claims):
        return "flatcert run --claims FILE.py"
    missing = {claim.id for claim in CLAIMS} - {view.found.id for view in claims}
    only = f" --only {','.join(view.found.id for view in claims)}" if missing else ""
    return f"flatcert run{only}"


def page_html(lines: Sequence[Evidence], experiments: Sequence[Shown] = ()) -> str:
    """The whole page; the same for the same lines."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    registry = {claim.id: claim for claim in CLAIMS}
    found = summary.summaries(lines)
    claims = [ClaimView(found=one, claim=registry.get(one.id)) for one in found]
    uses = {claim.id: claim.uses for claim in CLAIMS}
    known = {one.id: one.verdict for one in found if one.id in registry}
    return environment.get_template("page.html.j2").render(
        claims=claims,
        totals=summary.totals(found),
        faults=[line for line in lines if summary.fault(line)],
        graph=claim_graph(uses, known),
        margins=margins_figure(lines) if found else "",
        flat=_flat_figure(lines),
        flat_rows=list(_flat_rows(lines)),
        example=EXAMPLE,
        real=list(_real_views(lines)),
        experiments=experiments,
        meaning=summary.MEANING,
        versions=next((line.versions for line in lines if line.versions), {}),
        command=_command(claims),
        words=summary,
        witness_words=witness_words,
    )


def write_report(lines: Sequence[Evidence], out: Path, experiments: Sequence[Shown] = ()) -> Path:
    """Write report.html and junit.xml into the folder `out`; the path of the page.

    Raises InputError where they cannot be written.
    """
    page = out / "report.html"
    write_atomically(page, page_html(lines, experiments))
    write_atomically(out / "junit.xml", junit_xml(lines))
    return page
