"""Algebraic steps of the proofs, decided by z3; what needs no z3 is tested without it."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from verify.claims import CLAIMS
from verify.formal import smt
from verify.formal.smt_steps import INEQUALITIES, Step
from verify.inequalities.lemmas import LEMMAS
from verify.model import InputError

needs_z3 = pytest.mark.skipif(smt.missing() != "", reason=smt.missing() or "z3 is there")
POINTS = 400


def each(steps: tuple[Step, ...]):
    return pytest.mark.parametrize("step", steps, ids=lambda step: step.id)


@needs_z3
@each(INEQUALITIES)
def test_a_step_is_proved_and_its_false_variant_is_refuted_exactly(step) -> None:
    outcome = smt.decide(step)
    assert outcome.says == ("proved", "refuted")
    assert smt.refutes(step, step.false, outcome.point)


@each(INEQUALITIES)
def test_no_random_rational_point_refutes_a_step(step) -> None:
    rng, admitted = random.Random(step.id), 0
    for _ in range(40 * POINTS):
        point = [Fraction(rng.randint(-12, 24), rng.choice((1, 2, 4, 8))) for _ in step.variables]
        met = all(value >= 0 for value in step.given(point))
        admitted += met
        assert not met or step.shown(point, step.true) >= 0
        if admitted == POINTS:
            break
    assert admitted >= 20


BY_HAND = {
    "am-gm": (1, 1),
    "block-norm": (Fraction(3, 4), Fraction(5, 4), Fraction(3, 4), 1, Fraction(5, 4)),
    "triangle": (3, 4, 5, 3, 4, 5),
    "merged-kinks": (1, 1, 1, 1, 1, 2),
    "pinsker": (Fraction(1, 2),),
    "law-below-softness": (1, 1),
    "flat-gradient": (1, 1, 2, 2, 3, 3),
    "jensen-tangent-2": (1, 1, 1, 0),
}
"""Points at which these steps are equalities, so that any larger constant fails there."""


@pytest.mark.parametrize("id", BY_HAND)
def test_steps_are_sharp_at_points_worked_out_by_hand(id) -> None:
    step = next(step for step in INEQUALITIES if step.id == id)
    point = [Fraction(value) for value in BY_HAND[id]]
    assert step.shown(point, step.true) == 0
    assert smt.refutes(step, step.false, point)
    assert not smt.refutes(step, step.true, point)


def test_a_point_that_breaks_a_condition_refutes_nothing() -> None:
    step = next(step for step in INEQUALITIES if step.id == "law-below-softness")
    assert step.shown([Fraction(2), Fraction(1)], step.true) < 0
    assert not smt.refutes(step, step.true, [Fraction(2), Fraction(1)])


@needs_z3
def test_a_false_step_is_not_proved_and_a_true_variant_is_not_refuted() -> None:
    step = INEQUALITIES[0]
    swapped = smt.decide(replace(step, true=step.false, false=step.true))
    assert swapped.says == ("not proved", "not refuted")


@needs_z3
def test_irrational_counterexamples_are_approximated_and_checked() -> None:
    root = Step(
        id="root",
        claim="t",
        text="x^2 < 2 near the root of 2",
        variables=("x",),
        given=lambda v: [2 * v[0] * v[0] - 3, 3 * v[0] * v[0] * v[0] - 8],
        shown=lambda v, c: 2 - c * v[0] * v[0],
        true=Fraction(0),
        false=Fraction(1),
    )
    assert smt.decide(root).says == ("proved", "refuted")
    knife_edge = replace(root, given=lambda v: [v[0] * v[0] - 2, 2 - v[0] * v[0], v[0]])
    strict = replace(knife_edge, shown=lambda v, c: 1 - c * v[0])
    assert smt.decide(strict).says == ("proved", "not refuted")


@needs_z3
def test_a_question_beyond_the_limit_is_left_open(monkeypatch) -> None:
    monkeypatch.setattr(smt, "LIMIT", 1)
    step = next(step for step in INEQUALITIES if step.id == "triangle")
    assert smt.decide(step).says == ("not proved", "not refuted")


@needs_z3
def test_all_steps_are_decided_in_order_and_the_version_is_known() -> None:
    few = INEQUALITIES[:3]
    assert [outcome.step for outcome in smt.results(few)] == list(few)
    assert smt.version().count(".") >= 2


def test_without_z3_the_reason_is_said_in_one_line(monkeypatch) -> None:
    monkeypatch.setattr(smt, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="z3 is not installed; pip install"):
        next(smt.results())


def test_steps_belong_to_claims_and_change_their_constant() -> None:
    known = {claim.id for claim in CLAIMS} | {lemma.id for lemma in LEMMAS}
    assert len({step.id for step in INEQUALITIES}) == len(INEQUALITIES) >= 20
    for step in INEQUALITIES:
        assert step.claim in known, step.claim
        assert step.true != step.false
