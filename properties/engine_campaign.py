"""The float64 spectrum engine against exact counts, on adversarial instances: one command.

    python -m properties.engine_campaign --instances 100000 --seed 0

Exit status 1 if a statement is false (properties/engine_statements.py says what
one is).
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import numpy as np

from properties.adversarial_networks import WHOLE, Whole
from properties.adversarial_weights import PLANTED
from properties.adversaries import Planted
from properties.engine_statements import (
    Oracle,
    Statement,
    counted,
    enclosed,
    planted_oracle,
    sharpened,
    shifts,
    whole_oracle,
)
from verify.operators.layout import OutOfRange
from verify.spectrum.floating import search
from verify.spectrum.floating.problem import Problem
from verify.spectrum.tracking import Sharpness, certified_lambda_max

FAMILIES = {**PLANTED, **WHOLE}
WIDTHS = (1e-9, 1e-12)
SLOW_SHARE = 1 / 50
"""Share of the networks beyond float64 on which the whole engine, with balls, is asked too."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one family gave; `left` counts enclosures left to balls, [lambda_max, another]."""

    family: str
    instances: int = 0
    statements: int = 0
    unchecked: int = 0
    false: list[str] = field(default_factory=list)
    others: int = 0
    left: dict[float, list[int]] = field(default_factory=lambda: {w: [0, 0] for w in WIDTHS})
    least_width: float = math.inf
    seconds: float = 0.0

    def add(self, statement: Statement, where: str) -> None:
        """Count a statement; a false one is kept with the place to find it again."""
        self.statements += statement.holds is not None
        self.unchecked += statement.holds is None
        if statement.holds is False:
            self.false.append(f"{where}: {statement.text}")

    def merge(self, other: Tally) -> None:
        """Add the counts of another family."""
        for name in ("instances", "statements", "unchecked", "false", "others", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for width, counts in other.left.items():
            self.left[width] = [a + b for a, b in zip(self.left[width], counts, strict=True)]
        self.least_width = min(self.least_width, other.least_width)


def _enclosures(
    random: Random, problem: Problem, oracle: Oracle, tally: Tally
) -> Iterator[Statement]:
    """lambda_max, lambda_min and one more, at both widths."""
    size, top = problem.high.size, None
    for width in WIDTHS:
        found = search.largest(problem, width, top)
        tally.left[width][0] += found is None
        if found is not None:
            top = found
            tally.least_width = min(tally.least_width, (found.hi - found.lo) / found.hi)
            yield from enclosed(found, 1, oracle)
    for j in {size, random.randint(1, size)} if top is not None else ():
        tally.others += 1
        for width in WIDTHS:
            found = search.ranked(problem, j, width, top)
            tally.left[width][1] += found is None
            if found is not None:
                yield from enclosed(found, j, oracle)


def _driven(random: Random, instance: Whole, oracle: Oracle) -> Iterator[Statement]:
    """What `certified_lambda_max` says, started from anywhere."""
    start = random.choice([None, random.uniform(-1, 1), 10.0 ** random.randint(-30, 30)])
    near = None
    if start is not None:
        near = Sharpness(lo=start, hi=start * random.choice([1.0, 1 + 1e-9, 2.0]), engine="")
    parts = (instance.w, instance.b, instance.a, instance.c, instance.x, instance.y)
    width = random.choice(WIDTHS)
    found = certified_lambda_max(*parts, width=width, near=near, formal=True)
    yield from enclosed(found, 1, oracle)


def attack(random: Random, instance: Planted | Whole, tally: Tally) -> Iterator[Statement]:
    """Everything that the engine certifies about one instance, with the truth of each."""
    if isinstance(instance, Whole):
        oracle, base = whole_oracle(instance), instance.rounded()
        # In balls no count at 0 is decided, because 0 is an eigenvalue of R.
        places = shifts(random, base) - {0.0}
    else:
        oracle, places = planted_oracle(instance), shifts(random, instance) | {0.0}
    left_before = tally.left[WIDTHS[0]][0]
    try:
        problem = instance.problem()
    except OutOfRange:
        for counts in tally.left.values():
            counts[0] += 1
    else:
        yield from _enclosures(random, problem, oracle, tally)
        for mu in sorted(places):
            yield from counted(problem, mu, oracle)
            yield from sharpened(problem, mu, oracle)
    slow = tally.left[WIDTHS[0]][0] > left_before
    if isinstance(instance, Whole) and (not slow or random.random() < SLOW_SHARE):
        yield from _driven(random, instance, oracle)


def campaign(family: str, instances: int, seed: int | str) -> Tally:
    """Attack with `instances` of one family; the same seed repeats it."""
    tally, begun = Tally(family=family), time.perf_counter()
    for index in range(instances):
        where = f"{seed} {family} {index}"
        random = Random(where)
        instance = FAMILIES[family](random)
        tally.instances += 1
        for statement in attack(random, instance, tally):
            tally.add(statement, where)
    tally.seconds = time.perf_counter() - begun
    return tally


HEAD = (
    "                                                     left to balls in percent\n"
    "                                                  lambda_max       another one   relative\n"
    "family     instances statements unchecked false  1e-9  1e-12      1e-9  1e-12     width     s"
)


def row(tally: Tally) -> str:
    """One line of the table."""
    shares = [
        100 * tally.left[width][at] / (count or math.nan)
        for at, count in enumerate((tally.instances, tally.others))
        for width in WIDTHS
    ]
    return (
        f"{tally.family:<10} {tally.instances:>9} {tally.statements:>10} {tally.unchecked:>9} "
        f"{len(tally.false):>5} {shares[0]:>5.1f} {shares[1]:>6.1f}    {shares[2]:>6.1f} "
        f"{shares[3]:>6.1f}   {tally.least_width:>7.1e} {tally.seconds:>5.0f}"
    )


def main() -> int:
    """Run the families, print the table and every false statement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--instances", type=int, default=100_000, help="in all (default 100000)")
    parser.add_argument("--seed", default="0", help="repeats a campaign (default 0)")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="only this one")
    given = parser.parse_args()
    families = given.family or list(FAMILIES)
    print(HEAD, flush=True)
    everything = Tally(family="all")
    for at, family in enumerate(families):
        tally = campaign(family, (given.instances + at) // len(families), given.seed)
        print(row(tally), flush=True)
        everything.merge(tally)
    print(row(everything))
    for line in everything.false:
        print(line)
    return 1 if everything.false else 0


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
