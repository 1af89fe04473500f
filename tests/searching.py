"""A search for the operands of a stage that round worst, relative to the bound it claims.

Mantissas sit near 1 and near 2, at few bits or at all of them; signs cancel, values repeat. The
search changes one double at a time and keeps what brings an error closer to its bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.replay import Engine, Gap, Operands

Judge = Callable[[Engine, Operands], list[Gap]]
WHOLE_NUMBERS = ("start", "stop", "sign", "edges", "upper", "rows", "y", "bias")
"""Not doubles to be nudged: they are drawn anew, all together, or stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: how its operands are drawn, how they are kept admissible, who judges them."""

    name: str
    draw: Callable[[Random], Operands]
    judge: Judge
    tidy: Callable[[Operands], Operands] = lambda given: given
    climbs: bool = True
    """Whether some of its errors have a bound to be compared with."""
    climbs: bool = True


def number(random: Random, spread: int = 3) -> float:
    """A double with an unkind mantissa and an exponent within +-spread."""
    tail = random.choice([0, 1, 2, 3, random.getrandbits(26), random.getrandbits(52)])
    kind = random.randrange(4)
    mantissa = 1.0 + tail * 2.0**-52 if kind else random.randint(1, 15) / 8
    mantissa = 2.0 - max(tail, 1) * 2.0**-52 if kind == 2 else mantissa
    return random.choice([-1.0, 1.0]) * math.ldexp(mantissa, random.randint(-spread, spread))


def numbers(random: Random, count: int, spread: int = 3) -> list[float]:
    return [number(random, spread) for _ in range(count)]


def spans(random: Random, k: int, n: int) -> Operands:
    """Ranges that start at 0 or stop at n, some of them empty."""
    start, stop = [], []
    for _ in range(k):
        edge = random.randint(0, n)
        pair = random.choice([(0, edge), (edge, n), (0, n)])
        begin, end = pair if pair[0] < pair[1] else (0, 0)
        start.append(float(begin))
        stop.append(float(end))
    return {"start": start, "stop": stop}


def signs(random: Random, count: int) -> list[float]:
    return [float(random.choice([-1, 1])) for _ in range(count)]


def positive(*names: str) -> Callable[[Operands], Operands]:
    """The named entries without sign, x in order."""

    def tidy(given: Operands) -> Operands:
        given = {**given, **{name: [abs(v) for v in given[name]] for name in names}}
        return {**given, "x": sorted(given["x"])} if "x" in given else given

    return tidy


def _nudged(random: Random, value: float, others: list[float]) -> float:
    """One ulp off, one bit off, another size, another number, or one that cancels."""
    ways = (
        lambda: math.nextafter(value, random.choice([-math.inf, math.inf])),
        lambda: value * (1.0 + random.choice([-1, 1]) * 2.0 ** -random.randint(1, 52)),
        lambda: value * 2.0 ** random.choice([-1, 1]),
        lambda: number(random),
        lambda: random.choice([-1.0, 1.0]) * random.choice(others),
        lambda: -value,
    )
    found = random.choice(ways)()
    return found if 2.0**-40 < abs(found) < 2.0**40 else value


def moved(random: Random, stage: Stage, given: Operands) -> Operands:
    """The operands with one double changed, or its small integers drawn anew."""
    fresh = {name: list(values) for name, values in given.items()}
    if random.random() < 0.1:
        drawn = stage.draw(random)
        sizes = {name: len(values) for name, values in given.items()}
        if {name: len(values) for name, values in drawn.items()} == sizes:
            fresh.update({name: drawn[name] for name in WHOLE_NUMBERS if name in drawn})
    names = [name for name, values in given.items() if name not in WHOLE_NUMBERS and values]
    others = [value for name in names for value in given[name] if value != 0.0]
    for _ in range(random.choice([1, 1, 2])):
        name = random.choice(names)
        at = random.randrange(len(fresh[name]))
        fresh[name][at] = _nudged(random, fresh[name][at], others)
    return stage.tidy(fresh)


def worst(gaps: list[Gap]) -> float:
    """The largest error / bound; -1 where nothing was judged."""
    return max((gap.ratio() for gap in gaps), default=-1.0)


def climb(e: Engine, stage: Stage, seed: str, steps: int) -> tuple[float, Operands]:
    """The largest ratio that `steps` judgements find, in twelve climbs, and its operands."""
    random, record = Random(f"{stage.name} {seed}"), (-1.0, Operands())
    for _ in range(12):
        here = stage.tidy(stage.draw(random))
        height = worst(stage.judge(e, here))
        for _ in range(steps // 12):
            there = moved(random, stage, here) if height >= 0 else stage.tidy(stage.draw(random))
            ratio = worst(stage.judge(e, there))
            if ratio >= height:
                here, height = there, ratio
        record = max(record, (height, here), key=lambda pair: pair[0])
    return record
