"""What a lemma on the divergence D(f0||f) is, and its evaluation in balls.

A lemma is one function from `Terms` to its two sides. `proofs.lemma_steps` proves it
in symbols for all real f0 and f; `sides_at` evaluates it at exact f0 and f. A false
variant replaces the constant or the sides: the same procedure must leave a step of
it unproved, and at its exact witness the same evaluation must be certainly negative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb

from verify.ball import ball
from verify.inequalities.terms import Terms, Value, evaluated

Sides = Callable[[Terms, Value], tuple[Value, Value]]
"""(terms, constant) -> (larger side, smaller side)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A false form of a lemma, with exact f0 and f at which it fails."""

    id: str
    text: str
    why: str
    witness: tuple[Fraction, Fraction]
    constant: Fraction | None = None
    sides: Sides | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lemma:
    """A bound of D(f0||f) that holds for all real f0 and f.

    `order` is how often its proof integrates; `bounded` says that the proof moves
    on the segment |u| <= max(|f0|, |f|) rather than on a half-line.
    """

    id: str
    label: str
    title: str
    statement: str
    constant: Fraction
    sides: Sides
    order: int
    variants: tuple[Variant, ...]
    bounded: bool = False


def false_form(lemma: Lemma, variant: Variant) -> Lemma:
    """The false lemma that a variant stands for."""
    constant = lemma.constant if variant.constant is None else variant.constant
    return replace(
        lemma,
        id=f"{lemma.id}/{variant.id}",
        constant=constant,
        sides=variant.sides or lemma.sides,
        variants=(),
    )


def sides_at(lemma: Lemma, f0: Fraction, f: Fraction) -> tuple[arb, arb]:
    """(larger, smaller) in balls at exact f0 and f; both are exactly 0 at f = f0."""
    larger, smaller = lemma.sides(evaluated(f0, f), ball(lemma.constant))
    return larger, smaller
