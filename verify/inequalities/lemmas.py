"""The bounds (K1) to (K5) of the divergence D(f0||f), for all real f0 and f, with false variants.

Statements, proofs and sharpness: proofs_notes/kl-bounds.md.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from verify.inequalities.lemma import Lemma, Sides, Variant
from verify.inequalities.terms import Terms, Value


def _pinsker(terms: Terms, c: Value) -> tuple[Value, Value]:
    return terms.divergence, c * terms.gap * terms.gap


def _quadratic(terms: Terms, c: Value) -> tuple[Value, Value]:
    return c * terms.distance * terms.distance, terms.divergence


def _uncertain(terms: Terms, c: Value) -> tuple[Value, Value]:
    return terms.divergence, c * terms.soft_far * terms.distance * terms.distance


def _below(terms: Terms, c: Value) -> tuple[Value, Value]:
    return terms.divergence, c * terms.soft_truth * terms.below


def _above(terms: Terms, c: Value) -> tuple[Value, Value]:
    return c * terms.soft_truth * terms.above, terms.divergence


def _chi(terms: Terms, c: Value) -> tuple[Value, Value]:
    return c * terms.gap * terms.gap / terms.soft_output, terms.divergence


def _swapped(sides: Sides) -> Sides:
    """The same bound with the arguments of D exchanged and nothing else."""

    def exchanged(terms: Terms, c: Value) -> tuple[Value, Value]:
        return sides(replace(terms, divergence=terms.reverse, reverse=terms.divergence), c)

    return exchanged


MILLE = Fraction(1, 1000)
PERCENT = Fraction(1, 100)
NEAR = (Fraction(0), PERCENT)
"""A truth of 0 and an output close to it, where D, t^2/8 and 2 (gap)^2 agree to first order."""

PINSKER = Lemma(
    id="kl-pinsker",
    label="K1",
    title="divergence and difference of probabilities (Pinsker)",
    statement="D >= {constant} (sigma(f) - sigma(f0))^2",
    constant=Fraction(2),
    sides=_pinsker,
    order=1,
    variants=(
        Variant(
            id="pinsker-const",
            text="2 becomes 2 + 1/1000",
            why="near f = f0 = 0 both sides agree to first order",
            constant=2 + MILLE,
            witness=NEAR,
        ),
        Variant(
            id="pinsker-distance",
            text="sigma(f) - sigma(f0) becomes its bound t/4",
            why="then both sides of K2 would be equal",
            sides=lambda terms, c: (terms.divergence, c * terms.distance * terms.distance / 16),
            witness=(Fraction(0), Fraction(1)),
        ),
    ),
)

QUADRATIC = Lemma(
    id="kl-quadratic",
    label="K2",
    title="divergence and squared distance",
    statement="D <= {constant} t^2",
    constant=Fraction(1, 8),
    sides=_quadratic,
    order=2,
    variants=(
        Variant(
            id="quadratic-const",
            text="1/8 becomes 1/8 - 1/1000",
            why="near f = f0 = 0 both sides agree to first order",
            constant=Fraction(1, 8) - MILLE,
            witness=NEAR,
        ),
        Variant(
            id="quadratic-truth",
            text="1/8 becomes s(f0)/2",
            why="the curvature grows on the way from the truth to 0",
            sides=lambda terms, c: (
                4 * c * terms.soft_truth * terms.distance * terms.distance,
                terms.divergence,
            ),
            witness=(Fraction(1), Fraction(0)),
        ),
    ),
)

UNCERTAIN = Lemma(
    id="kl-uncertain",
    label="K3",
    title="squared distance in the uncertain set",
    statement="D >= {constant} s(max(|f|, |f0|)) t^2",
    constant=Fraction(1, 2),
    sides=_uncertain,
    order=2,
    bounded=True,
    variants=(
        Variant(
            id="uncertain-const",
            text="1/2 becomes 1/2 + 1/1000",
            why="near f = f0 both sides agree to first order",
            constant=Fraction(1, 2) + MILLE,
            witness=NEAR,
        ),
        Variant(
            id="uncertain-truth",
            text="the maximum becomes |f0|",
            why="the curvature falls on the way from 0 to f",
            sides=lambda terms, c: (
                terms.divergence,
                c * terms.soft_truth * terms.distance * terms.distance,
            ),
            witness=(Fraction(0), Fraction(1)),
        ),
        Variant(
            id="uncertain-output",
            text="the maximum becomes |f|",
            why="the curvature grows on the way from f0 to 0",
            sides=lambda terms, c: (
                terms.divergence,
                c * terms.soft_output * terms.distance * terms.distance,
            ),
            witness=(Fraction(1), Fraction(0)),
        ),
    ),
)

BELOW = Lemma(
    id="kl-below",
    label="K4, lower side",
    title="divergence from below by the curvature at the truth",
    statement="D >= {constant} s(f0) (e^-t - 1 + t)",
    constant=Fraction(1),
    sides=_below,
    order=2,
    variants=(
        Variant(
            id="below-const",
            text="1 becomes 1 + 1/100",
            why="near f = f0 both sides agree to first order",
            constant=1 + PERCENT,
            witness=(Fraction(0), PERCENT),
        ),
        Variant(
            id="below-remainder",
            text="e^-t - 1 + t becomes e^t - 1 - t",
            why="the larger remainder belongs to the upper side",
            sides=lambda terms, c: (terms.divergence, c * terms.soft_truth * terms.above),
            witness=(Fraction(0), Fraction(1)),
        ),
        Variant(
            id="below-swapped",
            text="D(f0||f) becomes D(f||f0)",
            why="far out the curvature falls like e^-t, and D(f||f0) weighs its far end",
            sides=_swapped(_below),
            witness=(Fraction(5), Fraction(7)),
        ),
    ),
)

ABOVE = Lemma(
    id="kl-above",
    label="K4, upper side",
    title="divergence from above by the curvature at the truth",
    statement="D <= {constant} s(f0) (e^t - 1 - t)",
    constant=Fraction(1),
    sides=_above,
    order=2,
    variants=(
        Variant(
            id="above-const",
            text="1 becomes 1 - 1/100",
            why="near f = f0 both sides agree to first order",
            constant=1 - PERCENT,
            witness=(Fraction(0), PERCENT),
        ),
        Variant(
            id="above-remainder",
            text="e^t - 1 - t becomes e^-t - 1 + t",
            why="the smaller remainder belongs to the lower side",
            sides=lambda terms, c: (c * terms.soft_truth * terms.below, terms.divergence),
            witness=(Fraction(0), Fraction(1)),
        ),
        Variant(
            id="above-swapped",
            text="D(f0||f) becomes D(f||f0)",
            why="towards 0 the curvature grows like e^t, and D(f||f0) weighs its far end",
            sides=_swapped(_above),
            witness=(Fraction(7), Fraction(5)),
        ),
    ),
)

CHI = Lemma(
    id="kl-chi",
    label="K5",
    title="divergence and chi square",
    statement="D <= {constant} (sigma(f) - sigma(f0))^2 / s(f)",
    constant=Fraction(1),
    sides=_chi,
    order=1,
    variants=(
        Variant(
            id="chi-const",
            text="1 becomes 9/10",
            why="for f0 far below f, and f far below 0, both sides are about sigma(f)",
            constant=Fraction(9, 10),
            witness=(Fraction(-20), Fraction(-10)),
        ),
        Variant(
            id="chi-truth",
            text="s(f) becomes s(f0)",
            why="the chi square divides by the variance of the second argument",
            sides=lambda terms, c: (c * terms.gap * terms.gap / terms.soft_truth, terms.divergence),
            witness=(Fraction(0), Fraction(5)),
        ),
        Variant(
            id="chi-swapped",
            text="D(f0||f) becomes D(f||f0)",
            why="the chi square divides by the variance of the second argument",
            sides=_swapped(_chi),
            witness=(Fraction(-10), Fraction(-5)),
        ),
    ),
)

LEMMAS: tuple[Lemma, ...] = (PINSKER, QUADRATIC, UNCERTAIN, BELOW, ABOVE, CHI)
