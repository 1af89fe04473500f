"""Targeted search: Hypothesis draws instances and climbs towards the least margin of a claim.

One campaign serves a true claim (nothing may be found), a false variant
(something must be found) and a user's own claim. What it reports as a violation
is certified by `verify.judge` and shrunk by Hypothesis.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings, target
from hypothesis.strategies import SearchStrategy

from verify.claim import Claim, Verdict
from verify.judge import LADDER, Judgement, judge
from verify.quantities import Instance

SEARCH_LADDER = LADDER[:-1]
"""The last rung costs a second: a search counts its instance as undecided and moves on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What a search saw: counts until the first violation, the least margin, the violation.

    `admitted` counts the instances that met every assumption and were decided,
    `undecided` those on which no precision decided. `least_scaled` is the least
    margin / (|larger| + |smaller|) among the admitted ones.
    """

    tried: int
    admitted: int
    undecided: int
    least_scaled: float | None
    least_instance: Instance | None
    violation: Instance | None
    violation_judgement: Judgement | None


class _Violated(Exception):
    """Raised inside a search so that Hypothesis shrinks the instance."""


@dataclass
class _Tally:
    """Counts of one search; local to it."""

    tried: int = 0
    admitted: int = 0
    undecided: int = 0
    best: tuple[float, Instance] | None = None
    found: list[tuple[Instance, Judgement]] = field(default_factory=list)

    def add(self, instance: Instance, judgement: Judgement) -> None:
        """Count an instance, unless Hypothesis is already shrinking a violation."""
        if self.found:
            return
        self.tried += 1
        self.admitted += judgement.verdict in (Verdict.CERTIFIED, Verdict.REFUTED)
        self.undecided += judgement.verdict is Verdict.UNDECIDED
        scaled = judgement.scaled
        if judgement.verdict is Verdict.UNDECIDED:
            return
        if scaled is not None and (self.best is None or scaled < self.best[0]):
            self.best = (scaled, instance)


def search(
    claim: Claim,
    strategy: SearchStrategy[Instance],
    *,
    examples: int,
    seed: int,
    shrink: bool = True,
) -> Campaign:
    """Attack `claim` with up to `examples` instances of `strategy`; the same seed repeats it.

    A false variant needs no `shrink`: that it is refuted is all that is asked.
    """
    tally = _Tally()

    def attack(instance: Instance) -> None:
        judgement = judge(claim, instance, ladder=SEARCH_LADDER)
        tally.add(instance, judgement)
        if judgement.verdict is Verdict.REFUTED:
            # Hypothesis replays the smallest violation last, so the last entry is the shrunk one.
            tally.found.append((instance, judgement))
            raise _Violated(claim.id)
        if judgement.verdict is Verdict.CERTIFIED and judgement.scaled is not None:
            target(-judgement.scaled, label="scaled margin")

    with contextlib.suppress(_Violated):
        _prepared(attack, strategy, examples, seed, shrink)()
    shrunk = tally.found[-1] if tally.found else (None, None)
    return Campaign(
        tried=tally.tried,
        admitted=tally.admitted,
        undecided=tally.undecided,
        least_scaled=tally.best[0] if tally.best else None,
        least_instance=tally.best[1] if tally.best else None,
        violation=shrunk[0],
        violation_judgement=shrunk[1],
    )


def _prepared(
    attack: Callable[[Instance], None],
    strategy: SearchStrategy[Instance],
    examples: int,
    number: int,
    shrink: bool,
) -> Callable[[], None]:
    configured = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.target, *[Phase.shrink] * shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    return seed(number)(configured(given(strategy)(attack)))
