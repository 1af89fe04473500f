"""What Coq proved, as evidence that runs, reports and gates read: formal.jsonl.

Its lines count only for the sources that they were made from: after any change of the
development, of the tables of theorems or of the steps they are stale, and nobody reads them
until `flatcert prove` has run again.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from verify.claim import Verdict
from verify.claims import claim
from verify.evidence import Evidence, read_evidence, versions
from verify.formal import prove
from verify.formal.statements import COQ, STATEMENT
from verify.formal.theorems import CERTIFICATES, THEOREMS, Theorem
from verify.formal.twins import TWINS
from verify.formats import write_atomically
from verify.model import InputError

ALL = (*THEOREMS, *TWINS, *CERTIFICATES)
LEDGER = "formal.jsonl"
METHOD, STEPS = "formal", "smt"
MADE_FROM = "coq sources"
ASKING = ("ledger", "prove", "smt", "smt_steps", "statements", "theorems", "twins")


def _line(proven: prove.Proven, made_by: dict[str, str]) -> Evidence:
    """PROVED, CERTIFIED of a part, REFUTED of a false variant; ERROR for a false axiom."""
    theorem = proven.theorem
    good = Verdict.CERTIFIED if theorem.part else Verdict.PROVED
    good = Verdict.REFUTED if theorem.control else good
    names = ", ".join(sorted(name.rpartition(".")[2] for name in proven.axioms)) or "none"
    return Evidence(
        claim=theorem.claim,
        control=theorem.control,
        method=METHOD,
        verdict=(Verdict.ERROR if proven.wrong else good).name,
        statement=claim(theorem.claim).stated(),
        subject=theorem.name,
        detail=proven.wrong or f"{theorem.says}; axioms: {names}",
        versions={**made_by, STATEMENT: proven.statement},
    )


def made_from(folder: Path = prove.SOURCES) -> str:
    """A checksum of the Coq sources and of the files here that say what is asked about them."""
    text = hashlib.sha256(prove.digest(folder).encode())
    for name in ASKING:
        text.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return text.hexdigest()


def prove_all(
    theorems: Sequence[Theorem] = ALL,
    *,
    folder: Path = prove.SOURCES,
    workers: int = 2,
    recheck: bool = False,
    done: Callable[[str], None] = lambda _: None,
) -> list[Evidence]:
    """Compile the development anew; a line for each theorem.

    Raises InputError where Coq is missing, a source would skip a proof, or Coq
    refuses a file; no line is made then.
    """
    lacking = prove.missing()
    if lacking:
        raise InputError(f"not run: {lacking}")
    if escaped := prove.escapes(folder):
        raise InputError(f"a proof is skipped: {escaped[0]}")
    made_by = {**versions(), COQ: str(prove.coq_version()), MADE_FROM: made_from(folder)}
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch)
        prove.build(folder, target, workers, done)
        found = prove.ask(target, theorems)
        if recheck:
            prove.recheck(target)
    return [_line(proven, made_by) for proven in found]


def prove_steps() -> list[Evidence]:
    """The algebraic steps of the proofs and their false variants, by z3: one line each.

    A step is CERTIFIED: it is a part of a proof, and z3 is trusted. Raises InputError without z3.
    """
    from verify.formal import smt

    lines = []
    for found in smt.results():
        step, (holds, fails) = found.step, found.says
        line = Evidence(
            claim=step.claim,
            method=STEPS,
            verdict=(Verdict.CERTIFIED if found.proved else Verdict.UNDECIDED).name,
            statement=claim(step.claim).stated(),
            subject=step.id,
            detail=f"{holds} by z3: {step.text}; its false variant is {fails}",
            versions={**versions(), "z3": smt.version(), MADE_FROM: made_from()},
        )
        # A step whose false variant survives says nothing: its encoding may be empty.
        lines.append(line if found.point else replace(line, verdict=Verdict.ERROR.name))
    return lines


def write_ledger(lines: Sequence[Evidence], out: Path) -> Path:
    """Write the lines to formal.jsonl in the folder `out`; its path."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / LEDGER
    write_atomically(path, "".join(f"{line.line()}\n" for line in lines))
    return path


def read_ledger(out: Path) -> tuple[list[Evidence], str]:
    """The lines of formal.jsonl and "", or no lines and why they do not count."""
    path = out / LEDGER
    if not path.is_file():
        return [], ""
    lines = read_evidence(path)
    if any(line.versions.get(MADE_FROM) != made_from() for line in lines):
        return [], f"{path} is of other sources; run `flatcert prove` again"
    return lines, ""
