"""One claim on the terminal: `flatcert show ID`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from verify.claim import Claim
from verify.claims import claim, note_of
from verify.evidence import Evidence, read_evidence
from verify.gate import NOTES


def _head(found: Claim) -> Iterator[str]:
    yield f"{found.id}: {found.title}"
    yield f"in the paper: {found.label}"
    yield f"statement: {found.stated()}"
    for assumption in found.assumptions:
        yield f"assumes: {assumption.text}"
    if found.uses:
        yield f"rests on: {', '.join(found.uses)}"
    for control in found.controls:
        yield f"false variant {control.id}: {control.text} ({control.why})"


def _evidence_line(line: Evidence) -> str:
    name = line.control or line.subject or ""
    counts = f"{line.admitted} of {line.tried} admitted" if line.tried != 1 else ""
    parts = [line.verdict, "by", line.method, name, counts, line.detail]
    return " ".join(part for part in parts if part)


def print_claim(id: str, out: Path) -> None:
    """Print statement, controls, evidence in `out` and note. Raises InputError for unknown ids."""
    found = claim(id)
    console = Console()
    for text in _head(found):
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    results = out / "results.jsonl"
    lines = (
        [line for line in read_evidence(results) if line.claim == id] if results.is_file() else []
    )
    source = str(results) if lines else "none yet; `flatcert run` makes it"
    console.print(f"evidence so far: {source}", markup=False, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(f"  {_evidence_line(line)}", markup=False, highlight=False, soft_wrap=True)
    note = NOTES / note_of(id)
    console.print()
    console.print(Markdown(note.read_text(encoding="utf-8")) if note.is_file() else "no note")
