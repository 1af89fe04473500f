"""The main job: every proof, equality, search, control, counterexample and real dataset.

Jobs are small and independent; they run on all cores, and each finished one is
written to disk at once.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from verify.claim import Claim, Verdict
from verify.claims import CLAIMS
from verify.evidence import Evidence
from verify.jobs import Job, claims_of, extra_jobs, perform, plan
from verify.model import InputError


def _ignore_interrupts() -> None:
    # Ctrl-C reaches the whole process group; only the parent answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def perform_all(jobs: Sequence[Job]) -> Generator[list[Evidence], None, None]:
    """The evidence of each job as it finishes, on all cores; closing the iterator stops all."""
    workers = min(len(jobs), os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts)
    try:
        for future in as_completed([pool.submit(perform, job) for job in jobs]):
            yield future.result()
    finally:
        # After `shutdown` the pool forgets its processes, and one of them may be in a long search.
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()


def _selected(claims: Sequence[Claim], only: Sequence[str]) -> list[Claim]:
    known = {claim.id: claim for claim in claims}
    missing = [id for id in only if id not in known]
    if missing:
        raise InputError(f"there is no claim {missing[0]!r}; the claims are {', '.join(known)}")
    return [claim for claim in claims if not only or claim.id in only]


def _prepare(out: Path) -> Path:
    """The file for evidence as it comes; InputError where the folder cannot be written."""
    partial = out / "results.partial.jsonl"
    try:
        out.mkdir(parents=True, exist_ok=True)
        partial.write_text("", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{out}: cannot be written ({error.strerror}); choose another --out"
        ) from None
    return partial


def main_job(*, profile: str, only: Sequence[str], claims_file: str | None, out: Path) -> int:
    """Run all jobs, print the table, write results.jsonl, junit.xml and report.html.

    Returns 1 if something is refuted, vacuous or surviving, else 0. Evidence goes
    to results.partial.jsonl as it comes and becomes results.jsonl at the end, so
    an interrupted run keeps it and leaves an older run's files alone.
    """
    claims = _selected(claims_of(claims_file), only)
    extras = claims_file is None and not only
    jobs = [*(extra_jobs(out) if extras else []), *plan(claims, profile, claims_file)]
    partial = _prepare(out)
    lines: list[Evidence] = []
    results = perform_all(jobs)
    try:
        with partial.open("a", encoding="utf-8") as stream:
            for found in track(results, len(jobs)):
                lines += found
                stream.writelines(f"{line.line()}\n" for line in found)
                stream.flush()
    except KeyboardInterrupt:
        results.close()
        print(f"interrupted: {len(lines)} results are kept in {partial}", file=sys.stderr)
        return 130
    return _finish(_in_order(lines, claims), partial, out, extras=extras)


def track(results: Iterator[list[Evidence]], total: int) -> Iterator[list[Evidence]]:
    """Pass results through, with a progress bar where standard error is a terminal."""
    from rich.console import Console
    from rich.progress import track as bar

    console = Console(stderr=True)
    if not console.is_terminal:
        return results
    return iter(bar(results, description="attacking", total=total, console=console, transient=True))


def _in_order(lines: Sequence[Evidence], claims: Sequence[Claim]) -> list[Evidence]:
    rank = {claim.id: index for index, claim in enumerate((*claims, *CLAIMS))}

    def key(line: Evidence) -> tuple[int, str, str, str]:
        return rank.get(line.claim, -1), line.control or "", line.method, line.subject or ""

    return sorted(lines, key=key)


def _finish(lines: list[Evidence], partial: Path, out: Path, *, extras: bool) -> int:
    from rich.console import Console

    from verify.experiments.brief import shown
    from verify.formal.ledger import read_ledger
    from verify.formats import write_atomically
    from verify.gate import problems
    from verify.report.page import write_report
    from verify.report.table import print_table

    write_atomically(out / "results.jsonl", "".join(f"{line.line()}\n" for line in lines))
    partial.unlink()
    try:
        proved, why_not = read_ledger(out) if extras else ([], "")
    except InputError as error:  # minutes of work are not thrown away for a damaged file
        proved, why_not = [], f"{error}; run `flatcert prove` again"
    known = [*lines, *proved]
    page = write_report(known, out, list(shown(out)) if extras else ())
    print_table(known, Console())
    for replay in save_violations(lines, out):
        print(f"replay: {replay}")
    print(f"report: {page}")
    if why_not:
        print(f"flatcert: {why_not}", file=sys.stderr)
    return 1 if problems(known) else 0


def save_violations(lines: Sequence[Evidence], out: Path) -> list[str]:
    """Write each refuting instance as two files; returns the commands that replay them."""
    from verify.formats import write_atomically

    for old in out.glob("refuted-*.json"):
        old.unlink()
    commands = []
    for line in lines:
        if line.control is None and line.verdict == Verdict.REFUTED.name and line.witness:
            stem = out / f"refuted-{line.claim}"
            for part in ("network", "data"):
                write_atomically(f"{stem}-{part}.json", json.dumps(line.witness[part]) + "\n")
            options = [
                f"--{name} {line.witness[name]}"
                for name in ("eta", "gamma")
                if name in line.witness
            ]
            options += ["--at-kinks formal"] * bool(line.witness.get("formal"))
            words = ["flatcert check", f"{stem}-network.json", f"{stem}-data.json", *options]
            commands.append(" ".join(words))
    return commands
