"""The terminal table that ends a run: one row per claim, then what is wrong, one line each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from verify.claim import Verdict
from verify.evidence import Evidence
from verify.report.summary import (
    ClaimSummary,
    fault,
    line_words,
    place,
    scientific,
    summaries,
    totals,
)
from verify.report.witness import witness_words

STYLES = {
    Verdict.PROVED: "green",
    Verdict.CERTIFIED: "green",
    Verdict.SUPPORTED: "cyan",
    Verdict.UNDECIDED: "yellow",
    Verdict.VACUOUS: "yellow",
    Verdict.REFUTED: "bold red",
    Verdict.ERROR: "bold red",
}
WIDE = 140
"""From this width on a cell of two parts takes one line."""


def _plain(text: str) -> str:
    """Printable on one line: a witness may hold any text, terminal codes too."""
    return "".join(character if character.isprintable() else " " for character in text)


def _verdict(claim: ClaimSummary, joint: str) -> str:
    """The verdict, and whether a kernel has checked the proof."""
    formal = f"{joint.strip(',')}(formal)" if claim.is_formal else ""
    return f"{claim.verdict.name}{formal}"


def _cells(claim: ClaimSummary, joint: str) -> list[Text]:
    proved, cases = claim.cases
    admitted, tried, undecided = claim.instances
    exact = [f"{proved}/{cases}"] if cases else []
    exact += [f"{claim.equalities} equal"] if claim.equalities else []
    exact += [f"{len(claim.formal)} Coq"] if claim.formal else []
    searched = [f"{admitted}/{tried}", f"{undecided} undec."] if tried else []
    searched += claim.simulated
    return [
        Text(_plain(claim.id)),
        Text(_verdict(claim, joint), style=STYLES[claim.verdict]),
        *(Text(joint.join(parts) or "-") for parts in (exact, searched)),
        Text(scientific(claim.least).removesuffix(" (attained)")),
        *(Text(joint.join(parts) or "-") for parts in (claim.refuted, claim.real)),
    ]


def _table(claims: Sequence[ClaimSummary], *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0))
    table.add_column("claim", overflow="fold")
    table.add_column(
        "verdict", no_wrap=True, min_width=max(len(verdict.name) for verdict in Verdict)
    )
    joint = ", " if wide else "\n"
    heads = (
        "exact\ncases",
        "instances\nadmitted",
        "least\nmargin",
        "controls\nrefuted",
        "real\ndata",
    )
    for head in heads:
        table.add_column(head.replace("\n", " ") if wide else head, overflow="fold")
    for claim in claims:
        table.add_row(*_cells(claim, joint))
    return table


def _fault_line(line: Evidence) -> Text:
    word = fault(line)
    where = f" {line.claim}"
    where += f", false variant {line.control}" if line.control else ""
    where += f", on {line.subject}" if line.subject else ""
    found = f" by {line.method}: {line_words(line)}"
    if line.witness is not None:
        found += f"; {place(line)} {witness_words(line.witness)}"
    text = Text(word.upper(), style=STYLES[Verdict.REFUTED])
    return text.append(_plain(where + found), style="not bold default")


def print_table(lines: Sequence[Evidence], console: Console) -> None:
    """Print the verdict on each claim, the totals, and each thing that is wrong on its own line.

    Colour appears on terminals only. Below 80 columns cells fold and verdicts stay whole.
    """
    claims = summaries(lines)
    console.print(_table(claims, wide=console.width >= WIDE), highlight=False)
    console.print()
    console.print(Text(totals(claims)), highlight=False)
    for line in lines:
        if fault(line):
            console.print(_fault_line(line), highlight=False, soft_wrap=True)
