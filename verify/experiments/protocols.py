"""Both protocols: the same runs time-matched and with equally many steps, and what differs.

Time-matched runs take amount / eta steps. With `amount` steps for every eta a small
step size is stopped early, which can turn a trend round: so each trend is asked twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from verify.dynamics.grid import Sweep
from verify.experiments.trends import FEWEST_SEEDS, Estimate, verb

FIXED = "fixed-steps"
Changes = Mapping[str, Estimate]


def fixed(name: str) -> str:
    """The name of the sweep with equally many steps beside the time-matched one."""
    return f"{name}-{FIXED}"


def labelled(name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """(sweep, label in a figure) under both protocols."""
    return (name, "time-matched"), (fixed(name), "fixed steps")


def both(name: str, matched: Sweep) -> dict[str, Sweep]:
    """A time-matched sweep, and the ends of the same runs with equally many steps."""
    return {name: matched, fixed(name): replace(matched, protocol="steps", checkpoints=1)}


def agreement(matched: Changes, other: Changes) -> str:
    """How many of the time-matched trends are found again, and which ones are turned round.

    What has too few seeds left under one of the protocols is named, and not compared.
    """
    few = [n for n in other if min(matched[n].count, other[n].count) < FEWEST_SEEDS]
    if len(few) == len(other):
        return "nothing, the seeds are too few" if few else "nothing is there to be compared"
    signs = {n: (matched[n].sign, found.sign) for n, found in other.items() if n not in few}
    shown = [pair for pair in signs.values() if pair[0]]
    again = sum(first == second for first, second in shown)
    new = sum(first == 0 != second for first, second in signs.values())
    turned = [name for name, (first, second) in signs.items() if first * second < 0]
    more = f", {new} not seen there" if new else ""
    more += f", too few seeds for {', '.join(few)}" if few else ""
    if not shown:
        return f"no time-matched trend to find again{more}"
    return (
        f"{again} of the {len(shown)} time-matched trends found again{more},"
        f" reversed: {', '.join(turned) or 'none'}"
    )


def instead(sweep: Sweep) -> str:
    """The start of a sentence about a sweep with equally many steps."""
    return f"With {sweep.amount:g} steps for every eta instead"


def told(start: str, matched: Changes, other: Changes) -> str:
    """The changes with equally many steps, and how they compare with the time-matched ones."""
    clauses = [f"{name} {verb(change)} ({change})" for name, change in other.items()]
    return f"{start}: {'; '.join(clauses)}. Protocols compared: {agreement(matched, other)}."


def under_fixed_steps(sweep: Sweep, matched: Changes, other: Changes) -> str:
    """As `told`, for changes from the least to the largest eta."""
    ends = f"from eta = {sweep.etas[0]:g} to {sweep.etas[-1]:g}"
    return told(f"{instead(sweep)}, {ends}", matched, other)
