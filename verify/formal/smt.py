"""The algebraic steps of verify.formal.smt_steps, decided by z3 for all real numbers.

A step is proved if z3 finds its negation unsatisfiable; z3 is trusted there. So that no encoding
is vacuous, the same step with its false constant must be refuted: z3 finds a point, and the point
is checked here in exact rationals, where nobody is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from verify.formal.smt_steps import INEQUALITIES, Step
from verify.model import InputError

LIMIT = 50_000_000
"""Units of work (z3's rlimit) for one question: the same answer on every machine."""
DIGITS = 30
"""Decimal digits to which an algebraic number of a model is approximated from below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether a step is proved, and the exact point that refutes its false variant, if known."""

    step: Step
    proved: bool
    point: tuple[Fraction, ...] | None

    @property
    def says(self) -> tuple[str, str]:
        """In words: the step, its false variant."""
        return (
            "proved" if self.proved else "not proved",
            "refuted" if self.point is not None else "not refuted",
        )


def missing() -> str:
    """What this machine lacks, with how to install it; "" if nothing."""
    if find_spec("z3") is None:
        return "z3 is not installed; pip install 'flatcert[smt]'"
    return ""


def version() -> str:
    """The version of z3."""
    return str(_z3().get_version_string())


def results(steps: Sequence[Step] = INEQUALITIES) -> Iterator[Outcome]:
    """Every step, decided. Raises InputError where z3 is not installed."""
    if missing():
        raise InputError(missing())
    for step in steps:
        yield decide(step)


def decide(step: Step) -> Outcome:
    """Ask z3 for a counterexample of the step and of its false variant."""
    proved = _search(step, step.true) is False
    found = _search(step, step.false)
    point = found if isinstance(found, tuple) and refutes(step, step.false, found) else None
    return Outcome(step=step, proved=proved, point=point)


def refutes(step: Step, constant: Fraction, point: Sequence[Fraction]) -> bool:
    """Whether the step with this constant fails at a rational point, in exact arithmetic."""
    return all(value >= 0 for value in step.given(point)) and step.shown(point, constant) < 0


def _search(step: Step, constant: Fraction) -> tuple[Fraction, ...] | bool | None:
    """A point at which the step fails, False if there is none, None if z3 does not know."""
    z3 = _z3()
    variables = [z3.Real(name) for name in step.variables]
    solver = z3.Solver()
    solver.set("rlimit", LIMIT)
    solver.add(*(polynomial >= 0 for polynomial in step.given(variables)))
    solver.add(step.shown(variables, z3.RealVal(str(constant))) < 0)
    answer = solver.check()
    if answer == z3.unsat:
        return False
    if answer != z3.sat:
        return None
    model = solver.model()
    return tuple(_rational(model.eval(one, model_completion=True)) for one in variables)


def _rational(value: Any) -> Fraction:
    """A rational of a model, or a rational close to an algebraic number."""
    if _z3().is_algebraic_value(value):
        value = value.approx(DIGITS)
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def _z3() -> Any:
    import z3

    return z3
