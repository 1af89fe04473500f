"""The proofs of K1 to K5: complete, proved, able to fail; their kernel; the second route."""

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from mpmath import mp

from tests.test_inequalities import each_lemma, each_variant, holds
from tests.witnesses import as_mpf
from verify.ball import working_precision
from verify.inequalities.cover import Box, apart, cover, gap_over, slopes
from verify.inequalities.lemma import Lemma, Variant, false_form, sides_at
from verify.inequalities.lemmas import LEMMAS
from verify.inequalities.proofs import (
    DIRECTIONS,
    F0,
    M,
    V,
    evaluation_steps,
    lemma_steps,
    symbolic_terms,
)
from verify.inequalities.rules import Cone, NotRational, fraction, nonneg, rise, same, vanishes
from verify.inequalities.terms import evaluated

X = sp.Symbol("x", real=True)
U = sp.Symbol("u", nonnegative=True)
CONE = Cone(free=(X,), slack=(U,))
E = sp.exp(X)


@each_lemma
def test_every_step_is_proved(lemma: Lemma) -> None:
    found = lemma_steps(lemma)
    assert [step for step in found if not step.proved or step.difference != "0"] == []
    # On each side: KL = Bregman at the start and its derivative, then `order` starts and one sign.
    assert len({step.name for step in found}) == len(found) == 2 * (2 + lemma.order + 1)
    assert all(any(step.name.startswith(side) for side in DIRECTIONS) for step in found)


@each_variant
def test_a_false_variant_leaves_its_sign_unproved(lemma: Lemma, variant: Variant) -> None:
    left = [step for step in lemma_steps(false_form(lemma, variant)) if not step.proved]
    assert left
    assert all(step.difference != "0" for step in left)
    # What fails is the inequality, not the identities or the reach of the procedure.
    assert all(step.name.endswith(f"derivative {lemma.order} is >= 0") for step in left)
    assert all("log" not in step.difference and "sign" not in step.difference for step in left)


def test_what_the_evaluation_uses_is_proved() -> None:
    found = evaluation_steps()
    assert [step for step in found if not step.proved] == []
    assert len({step.name for step in found}) == len(found) == 28


@pytest.mark.parametrize("side", DIRECTIONS.values())
def test_the_symbols_of_a_proof_are_what_the_balls_evaluate(side: int) -> None:
    f0, t = Fraction(-7, 5), Fraction(9, 4)
    with working_precision(53):
        terms, balls = symbolic_terms(side), evaluated(f0, f0 + side * t)
    far = max(abs(f0), abs(f0 + side * t))
    with mp.workdps(60):
        point = {"f0": as_mpf(f0), "v": as_mpf(t), "m": as_mpf(far)}
        for name in terms.__dataclass_fields__:
            function = sp.lambdify((F0, V, M), getattr(terms, name), mpmath)
            assert holds(getattr(balls, name), function(*point.values())), name


# --- the kernel ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        E,
        1 / (1 + E),
        sp.exp(U) - 1,
        1 - sp.exp(-U),
        U * E + sp.exp(-X),
        (E - 1) ** 2,
        (E - 3) ** 2 * (sp.exp(2 * U) - 1) / (1 + E) ** 3,
        (1 - sp.exp(U)) * (-2 - E),
        sp.exp(X + U) - sp.exp(X - U),
        sp.Integer(0),
        E - E,
    ],
)
def test_signs_that_are_proved(expression: sp.Expr) -> None:
    step = nonneg("sign", expression, CONE)
    assert (step.proved, step.difference) == (True, "0")


@pytest.mark.parametrize(
    "expression",
    [
        -E,
        E - 1,
        1 - E,
        X,
        sp.exp(-U) - 1,
        (E - 1) ** 3,
        -((E - 1) ** 2),
        1 / (E - 1),
        1 / (E - 1) ** 2,
        1 / (sp.exp(U) - 1),
        1 / U**2,
        sp.log(1 + E),
        sp.Abs(E - 1),
        sp.cos(2) * E,
        E / 2.0,
        E + sp.cos(2) * E * sp.exp(U),
        sp.exp(X**2),
        sp.exp(X / 2),
        sp.exp(sp.Symbol("y", real=True)),
        sp.sqrt(2) * E,
        sp.Integer(-1),
        sp.Symbol("z") ** 2,
    ],
)
def test_signs_that_are_not(expression: sp.Expr) -> None:
    """They are false, undefined somewhere, or beyond the rules, such as log(1 + e^x)."""
    step = nonneg("sign", expression, CONE)
    assert not step.proved
    assert step.difference != "0"


def test_factors_are_multiplied_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sp, "factor_list", lambda _: (1, [(sp.Symbol("y", positive=True), 1)]))
    assert not nonneg("wrong factors", E, CONE).proved


def test_identities() -> None:
    assert vanishes("zero", sp.exp(2 * X) - E * E, CONE).proved
    assert vanishes("zero", (E**2 - 1) / (E + 1) - E + 1, CONE).proved
    for wrong in (E, U, sp.log(E + 1) - sp.log(E), sp.exp(X + U) - E, 0 / (E - 1) + X):
        assert not vanishes("zero", wrong, CONE).proved
    with pytest.raises(NotRational, match="exp"):
        fraction(sp.exp(X * U), CONE)


def proved(found: Any) -> list[bool]:
    return [step.proved for step in found]


def test_rise_needs_every_start_and_the_last_sign() -> None:
    assert proved(rise("exp", sp.exp(U) - 1 - U - U**2 / 2, U, 3, CONE)) == [True] * 4
    assert proved(rise("start", sp.exp(U) - 2, U, 1, CONE)) == [False, True]
    assert proved(rise("slope", sp.exp(U) - 1 - 2 * U, U, 2, CONE)) == [True, False, True]
    assert proved(rise("sign", 1 + U - sp.exp(U), U, 2, CONE)) == [True, True, False]


def test_same_needs_start_and_derivative() -> None:
    pair = (sp.log(1 + sp.exp(U)), U + sp.log(1 + sp.exp(-U)))
    assert proved(same("log", *pair, U, CONE)) == [True, True]
    assert proved(same("start", pair[0] + 1, pair[1], U, CONE)) == [False, True]
    assert proved(same("slope", pair[0], pair[1] + U, U, CONE)) == [True, False]


def test_a_cone_places_the_variables_it_replaces() -> None:
    """|x| <= y as x = u - w, y = u + w: e^y - e^x >= 0 there, and not without the cone."""
    y, w = sp.Symbol("y", real=True), sp.Symbol("w", nonnegative=True)
    within = Cone(free=(), slack=(U, w), point={X: U - w, y: U + w})
    assert nonneg("right", sp.exp(y) - E, within).proved
    assert nonneg("left", sp.exp(y) - sp.exp(-X), within).proved
    assert not nonneg("other way", E - sp.exp(y), within).proved
    assert not nonneg("free", sp.exp(y) - E, Cone(free=(X, y), slack=())).proved


# --- the second route ---------------------------------------------------------------------

APART = apart(Fraction(1), Fraction(6), Fraction(3))


@each_lemma
def test_boxes_away_from_equality_are_covered(lemma: Lemma) -> None:
    found = cover(lemma, APART, 20_000)
    assert (found.left, found.negative) == ((), ())
    assert found.proved > 100


REACHED = {
    *("pinsker-distance", "quadratic-truth", "uncertain-truth", "uncertain-output"),
    *("below-remainder", "below-swapped", "above-remainder", "above-swapped"),
    *("chi-truth", "chi-swapped"),
}
"""Variants that are false on a box of the cover; the constants are tight at h = 0 or far out."""


@each_variant
def test_a_cover_finds_a_box_where_a_variant_is_false(lemma: Lemma, variant: Variant) -> None:
    found = cover(false_form(lemma, variant), APART, 4_000)
    assert bool(found.negative) == (variant.id in REACHED)


def test_a_cover_that_is_cut_short_says_so() -> None:
    found = cover(LEMMAS[0], APART, 5)
    assert found.left
    assert found.proved < 5


@each_lemma
def test_a_box_encloses_the_gap_at_its_points(lemma: Lemma) -> None:
    box = apart(Fraction(1), Fraction(2), Fraction(1, 2))[1]
    for stated in (lemma, *(false_form(lemma, variant) for variant in lemma.variants)):
        enclosure = gap_over(stated, box)
        for truth in (Fraction(-1, 2), Fraction(1, 7), Fraction(1, 2)):
            for step in (Fraction(-2), Fraction(-7, 5), Fraction(-1)):
                larger, smaller = sides_at(stated, truth, truth + step)
                assert enclosure.contains(larger - smaller)


@pytest.mark.parametrize("truth", [Fraction(-3), Fraction(2, 3), Fraction(3)])
@pytest.mark.parametrize("side", DIRECTIONS.values())
def test_the_slopes_written_by_hand_are_the_derivatives(side: int, truth: Fraction) -> None:
    t, tiny = Fraction(9, 4), Fraction(1, 2**30)
    box = Box(truth=truth, truth_radius=tiny, step=side * t, step_radius=tiny)
    terms, over = symbolic_terms(side), slopes(box)
    far = F0 if abs(truth) > abs(truth + side * t) else F0 + side * V
    with mp.workdps(60):
        for name in terms.__dataclass_fields__:
            term, slope = getattr(terms, name).subs(M, far), getattr(over, name)
            wanted = (term, term.diff(F0), side * term.diff(V))
            for enclosure, form in zip((slope.value, slope.truth, slope.step), wanted, strict=True):
                value = sp.lambdify((F0, V), form, mpmath)(as_mpf(truth), as_mpf(t))
                assert holds(enclosure, mp.mpf(value)), name
                assert enclosure.rad() < 2**-20
