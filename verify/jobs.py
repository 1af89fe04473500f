"""The pieces of the main job: what each one is, and how a worker process does it.

This module and `run` are the only ones below the command that know the
strategies in `properties`.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from verify import checks
from verify.ball import approximate
from verify.claim import Claim, Control, Verdict, variant
from verify.claims import CLAIMS, claim
from verify.evidence import (
    COVERAGE,
    MAX_UNDECIDED,
    MIN_ADMITTED,
    TRAINING,
    Evidence,
    instance_document,
    margin_document,
    versions,
)
from verify.judge import FINE_LADDER, ball_stages
from verify.model import InputError
from verify.quantities import Instance
from verify.user import load_claims

COUNTEREXAMPLE_MARGINS = (10, 100, 10**4, 10**6)
COUNTEREXAMPLE_DIGITS = 55
"""Agreement that is asked of balls and of mpmath at 60 digits and more."""

OF_EXTRAS = {
    "real": "flat-overfit",
    "counterexample": "flat-overfit",
    TRAINING: "t",
    COVERAGE: "weak-to-strong",
}
"""The claim that an error in an extra job is charged to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How hard a run attacks: instances per claim and per control, and whether seeds are fresh."""

    examples: int
    control_examples: int
    fresh: bool


PROFILES = {
    "default": Profile(examples=800, control_examples=3_000, fresh=False),
    "ci": Profile(examples=800, control_examples=3_000, fresh=False),
    "deep": Profile(examples=20_000, control_examples=4_000, fresh=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work that a worker process can do from its description alone.

    `kind` is fixed, search, control, real, counterexample, training or coverage; `subject`
    is the experiment of a training, which writes to the folder `out`, or the setting of a
    simulation, whose lines are those of `claim` or, without one, of every claim.
    """

    kind: str
    claim: str = ""
    control: str | None = None
    profile: str = "default"
    seed: int = 0
    claims_file: str | None = None
    subject: str = ""
    out: Path = Path()


def claims_of(claims_file: str | None) -> tuple[Claim, ...]:
    """The package's claims, or those of a user's file."""
    return CLAIMS if claims_file is None else load_claims(claims_file)


def extra_jobs(out: Path) -> list[Job]:
    """The counterexample, the real data and the experiments in brief, which write to `out`."""
    from verify.experiments.registry import EXPERIMENTS

    training = [Job(kind=TRAINING, subject=name, out=out) for name in EXPERIMENTS]
    return [*training, Job(kind="counterexample"), Job(kind="real")]


def simulations(claims: Sequence[str]) -> tuple[str, ...]:
    """The settings to simulate for these simulated claims: all of the small plan, or none."""
    from verify.experiments.simulation import SETTINGS

    return SETTINGS if claims else ()


def plan(claims: Sequence[Claim], profile: str, claims_file: str | None) -> list[Job]:
    """The jobs that attack these claims."""
    fresh = PROFILES[profile].fresh

    def job(kind: str, claim: str = "", control: str | None = None) -> Job:
        name = f"{claim}/{control}"
        seed = secrets.randbits(32) if fresh else zlib.crc32(name.encode())
        return Job(
            kind=kind,
            claim=claim,
            control=control,
            profile=profile,
            seed=seed,
            claims_file=claims_file,
        )

    simulated = [c.id for c in claims if c.simulated and claims_file is None]
    # One simulation serves every simulated claim; alone, a claim gets its own lines only.
    alone = simulated[0] if len(simulated) == 1 else ""
    jobs = [replace(job(COVERAGE, alone), subject=name) for name in simulations(simulated)]
    jobs += [job("search", claim.id) for claim in claims]
    jobs += [job("fixed", claim.id) for claim in claims]
    jobs += [job("control", claim.id, c.id) for claim in claims for c in claim.controls]
    return jobs


def _fixed(claim: Claim) -> list[Evidence]:
    proofs = [checks.proof_evidence(claim, proof) for proof in claim.proofs]
    return proofs + [checks.equality_evidence(claim, example) for example in claim.equalities]


def search_evidence(claim: Claim, job: Job, examples: int, *, shrink: bool = True) -> Evidence:
    """Attack a claim with its strategy: SUPPORTED, REFUTED, VACUOUS or UNDECIDED."""
    from properties.campaign import search
    from properties.domains import DOMAINS

    if claim.domain not in DOMAINS:
        known = ", ".join(sorted(DOMAINS))
        raise InputError(f"claim {claim.id}: no domain {claim.domain!r}; the domains are {known}")
    found = search(claim, DOMAINS[claim.domain], examples=examples, seed=job.seed, shrink=shrink)
    verdict = Verdict.SUPPORTED
    if found.violation is not None:
        verdict = Verdict.REFUTED
    elif found.admitted < min(MIN_ADMITTED, examples):
        verdict = Verdict.VACUOUS
    elif found.undecided > MAX_UNDECIDED * found.tried:
        verdict = Verdict.UNDECIDED
    shown = found.violation or found.least_instance
    judgement = found.violation_judgement
    return Evidence(
        claim=claim.id,
        method="search",
        verdict=verdict.name,
        statement=claim.stated(),
        tried=found.tried,
        admitted=found.admitted,
        undecided=found.undecided,
        margin=margin_document(judgement.margin) if judgement else None,
        scaled=judgement.scaled if judgement else found.least_scaled,
        bits=judgement.bits if judgement else None,
        witness=instance_document(shown) if shown else None,
        seed=job.seed,
        versions=versions(),
    )


def _control(claim: Claim, control: Control, job: Job) -> list[Evidence]:
    lines = [checks.witness_evidence(claim, control)]
    false_proof = checks.false_proof_evidence(claim, control)
    lines += [false_proof] if false_proof else []
    profile = PROFILES[job.profile]
    # One that is not expected to be found gets no more than a claim does.
    rare = min(profile.examples, profile.control_examples)
    examples = rare if control.unsearchable else profile.control_examples
    found = search_evidence(variant(claim, control), job, examples, shrink=False)
    why = "" if found.verdict == Verdict.REFUTED.name else control.unsearchable or ""
    return [*lines, replace(found, claim=claim.id, control=control.id, detail=why)]


def perform(job: Job) -> list[Evidence]:
    """Do one job; an unexpected exception becomes evidence with verdict ERROR."""
    extra: dict[str, Callable[[], list[Evidence]]] = {
        "real": _real,
        "counterexample": _counterexample,
        TRAINING: partial(_training, job),
        COVERAGE: partial(_coverage, job),
    }
    wanted = job.claim or OF_EXTRAS[job.kind]
    subject = next(c for c in claims_of(job.claims_file) if c.id == wanted)
    try:
        if job.kind in extra:
            return extra[job.kind]()
        if job.kind == "fixed":
            return _fixed(subject)
        if job.kind == "search":
            return [search_evidence(subject, job, PROFILES[job.profile].examples)]
        control = next(c for c in subject.controls if c.id == job.control)
        return _control(subject, control, job)
    except InputError:
        raise
    except Exception as error:
        return [_broken(subject, job, error)]


def _broken(claim: Claim, job: Job, error: Exception) -> Evidence:
    return Evidence(
        claim=claim.id,
        control=job.control,
        method=job.kind,
        subject=job.subject or None,
        verdict=Verdict.ERROR.name,
        statement=claim.stated(),
        tried=0,
        admitted=0,
        detail=f"{type(error).__name__}: {error}",
        seed=job.seed,
        versions=versions(),
    )


def _real() -> list[Evidence]:
    """Every claim about such networks on every real dataset that ships with the package."""
    from verify.claims import NETWORK_CLAIMS
    from verify.claims.space.family import SPACE_FAMILY
    from verify.data import REAL, REAL_IN_SPACE, load
    from verify.space.assess import instance_of
    from verify.space.formats import read_pair

    found = []
    for example in REAL:
        network, data = load(example)
        instance = Instance(network=network, data=data)
        balls = ball_stages(instance, FINE_LADDER)
        found += [
            checks.instance_evidence(c, instance, example.name, balls) for c in NETWORK_CLAIMS
        ]
    for example in REAL_IN_SPACE:
        in_space = instance_of(*read_pair(example.network, example.data))
        balls = ball_stages(in_space, FINE_LADDER)
        found += [checks.instance_evidence(c, in_space, example.name, balls) for c in SPACE_FAMILY]
    return found


def _training(job: Job) -> list[Evidence]:
    """The theorem family on every network of an experiment in brief."""
    from verify.experiments.brief import run_brief

    return run_brief(job.subject, job.out)


def _coverage(job: Job) -> list[Evidence]:
    """How often the bounds that hold in probability fail in one setting."""
    from verify.experiments.simulation import simulate

    return [line for line in simulate(job.subject) if job.claim in ("", line.claim)]


def _counterexample() -> list[Evidence]:
    """Theorem 3.1 on the six-point example: exact margins, lambda_max twice, the bound."""
    from verify.counterexample import EXAMPLE, analyse
    from verify.counterexample.words import document

    flat = claim("flat-overfit")
    lines = []
    for margin in COUNTEREXAMPLE_MARGINS:
        found = analyse(EXAMPLE, margin=Fraction(margin), digits=COUNTEREXAMPLE_DIGITS)
        holds = found.margins_exact and found.below_bound and found.agrees is True
        lines.append(
            Evidence(
                claim=flat.id,
                method="counterexample",
                verdict=(Verdict.CERTIFIED if holds else Verdict.ERROR).name,
                statement=flat.stated(),
                subject=f"m = {margin}",
                detail=f"lambda_max e^m / m = {approximate(found.scaled.ball):.10g}",
                witness=document(found),
                versions=versions(),
            )
        )
    return lines
