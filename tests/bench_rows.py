"""Rows of the benchmark, as the tests about them need them."""

import io
import math

from rich.console import Console

from verify.bench.cases import Case
from verify.bench.peers import CERTIFIED, DENSE
from verify.bench.record import Descent, Results, Row, Timed
from verify.bench.table import print_results
from verify.bench.tools import Answer
from verify.bench.training import NUMPY, WALK

SMALL = Case(kind="start", k=3, n=7)
OTHER = Case(kind="start", k=4, n=9)
STEPPED = Case(kind="start", k=3, n=7, steps=20)
SEVEN = (10, 20, 40, 80, 160, 320, 640)


def row(tool: str = CERTIFIED, *, case: Case = SMALL, **parts: object) -> Row:
    return Row(case=case, tool=tool, **parts)  # type: ignore[arg-type]


def descent(tool: str = WALK, **parts: object) -> Descent:
    return Descent(case=STEPPED, tool=tool, **parts)  # type: ignore[arg-type]


def answer(low: float, high: float | None = None, converged: bool = True) -> Answer:
    return Answer(low=low, high=low if high is None else high, converged=converged)


def results(**groups: tuple[Timed, ...]) -> Results:
    empty = dict.fromkeys(("compared", "scaling", "misleading", "trained"), ())
    return Results(**{**empty, **groups}, versions={"python": "3"})


def full() -> Results:
    """Two networks, a wrong peer, a missing one, growth and a misled one; descents, two wrong."""
    compared = tuple(
        found
        for case in (SMALL, OTHER)
        for found in (
            row(case=case, answer=answer(1.0, 1.0), reference=1.0, cpu=(4e-4,), wall=(5e-4,)),
            row(DENSE, case=case, answer=answer(1.0), reference=1.0, cpu=(0.1,), extra=3 << 20),
            row("wrong", case=case, answer=answer(-0.18, None, False), reference=1.0, cpu=(0.2,)),
            row("absent", case=case, note="not installed: it"),
            row("large", case=case, note="needs about 9 GiB; at most 8 are given"),
        )
    )
    scaling = tuple(
        row(
            case=Case(kind="start", k=n // 10, n=n),
            answer=answer(1.0),
            cpu=(n * 1e-6,),
            wall=(n * 1e-6,),
        )
        for n in SEVEN
    )
    trained = (
        descent(off=1e-15, cpu=(4e-5, 5e-5)),
        descent(NUMPY, off=1e-15, cpu=(8e-4,)),
        descent("lost", off=1e-3, cpu=(2e-3,)),
        descent("exploded", off=math.inf, cpu=(6e-3,)),
        descent("gone", note="not installed: them"),
    )
    return results(compared=compared, scaling=scaling, misleading=compared[:3], trained=trained)


def printed(found: Results) -> str:
    console = Console(width=80, file=io.StringIO())
    with console.capture() as text:
        print_results(found, console)
    return text.get()
