"""Problems for the float64 search whose Hessians are known in exact rationals."""

from collections.abc import Iterator
from functools import cache
from random import Random

from flint import fmpq_poly

from tests.replay import engine
from tests.replay_counts import planted
from tests.stages import STAGES
from verify.spectrum.floating import search
from verify.spectrum.floating.problem import Problem
from verify.spectrum.floating.search import Interval

FINE = 2.0**-38


@cache
def planted_problems(faint: float, scale: float = 1.0) -> list[tuple[Problem, fmpq_poly]]:
    """Problems with their chi; p and l' are known up to a relative `faint`, and scaled."""
    stage, found = STAGES["counts"], []
    for seed in range(24):
        given = stage.draw(Random(f"corner {seed}")) | {"faint": [faint]}
        given |= {name: [value * scale for value in given[name]] for name in ("p", "slope")}
        chosen, h = planted(engine(), stage.tidy(given))
        found.append((chosen, h.charpoly()))
    return found


def tops(faint: float = 2.0**-50) -> Iterator[tuple[Problem, fmpq_poly, Interval]]:
    for chosen, chi in planted_problems(faint):
        top = search.largest(chosen, FINE)
        if top is not None:
            yield chosen, chi, top
