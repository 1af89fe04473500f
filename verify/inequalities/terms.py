"""What the bounds of D(f0||f) are made of: evaluated in balls, or as sympy expressions.

A bound is written once, as a function of `Terms`. Its proof evaluates it in
symbols, its claim and its false variants' witnesses in balls.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from verify.ball import ball
from verify.inequalities.divergence import divergence, gap, remainder, softness

Value = Any
"""A ball (`flint.arb`) or an expression of sympy; both know +, -, * and /."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The parts of a bound at truth f0 and output f; s = sigma', t = |f - f0|.

    `soft_far` is s(max(|f0|, |f|)); `above` and `below` are the remainders
    e^t - 1 - t and e^-t - 1 + t.
    """

    divergence: Value
    reverse: Value
    gap: Value
    distance: Value
    soft_truth: Value
    soft_output: Value
    soft_far: Value
    above: Value
    below: Value


def evaluated(f0: Fraction, f: Fraction) -> Terms:
    """The terms in balls, of small relative error; all but the s are exactly 0 at f = f0."""
    t = abs(f - f0)
    return Terms(
        divergence=divergence(f0, f),
        reverse=divergence(f, f0),
        gap=gap(f0, f),
        distance=ball(t),
        soft_truth=softness(f0),
        soft_output=softness(f),
        soft_far=softness(max(abs(f0), abs(f))),
        above=remainder(t),
        below=remainder(-t),
    )
