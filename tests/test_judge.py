"""Verdicts on synthetic claims whose truth is known, and what the formal unit may decide."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb

from verify.ball import NotExact, Scalar, as_fraction, ball, dyadic, exponential, rational
from verify.claim import Assumption, Claim, Control, Sides, Verdict, variant
from verify.claims import NETWORK_CLAIMS
from verify.claims.common import instance
from verify.judge import EXACT_SIZE, FINE_LADDER, LADDER, Rung, ball_stages, judge
from verify.logistic import LOGISTIC
from verify.model import Network
from verify.quantities import Instance, Quantities
from verify.spectrum.balls import PrecisionExhausted

Side = Callable[[Quantities], Scalar]

PLAIN = instance(("3/4", "-1/2"), (1, -1), ((1, 1, "1/3"),), "1/5")
AT_ZERO = instance(("3/4",), (1,), (), 0)
DEAD = instance(("3/4", "-3/4"), (1, 1), ((1, 1, -10), (2, -1, -10)), 1)
FIRST = LADDER[0].bits


def claim(
    larger: Side, smaller: Side, *assumptions: Assumption, homogeneous: bool = False
) -> Claim:
    return Claim(
        id="synthetic",
        label="none",
        title="a synthetic claim",
        statement="larger >= smaller",
        domain="plain",
        assumptions=assumptions,
        constants={},
        margin=lambda q, _constants: Sides(larger=larger(q), smaller=smaller(q)),
        controls=(),
        homogeneous=homogeneous,
    )


def constant(text: str) -> Side:
    return lambda quantities: quantities.number(Fraction(text))


def one_by_roundabout(quantities: Quantities) -> Scalar:
    """e * e^-1: equal to 1, which no ball can show."""
    one = quantities.number(Fraction(1))
    return exponential(one) * exponential(-one)


def one_plus(power: int) -> Side:
    tiny = Fraction(1, 2 ** abs(power)) * (1 if power > 0 else -1)
    return lambda quantities: quantities.number(1 + tiny)


def decision(value: bool | None, text: str = "it holds") -> Assumption:
    return Assumption(id="a", text=text, holds=lambda _quantities: value)


def test_a_plain_margin_is_decided_on_the_first_rung() -> None:
    judgement = judge(claim(constant("1/3"), constant("1/7")), PLAIN)
    assert (judgement.verdict, judgement.bits) == (Verdict.CERTIFIED, FIRST)
    assert judgement.margin is not None
    assert dyadic(judgement.margin.lo) <= Fraction(4, 21) <= dyadic(judgement.margin.hi)
    assert judgement.scaled == pytest.approx(4 / 10)
    assert judgement.reason == ""


def test_a_false_claim_is_refuted_with_its_margin() -> None:
    judgement = judge(claim(constant("-2"), constant("1/7")), PLAIN)
    assert (judgement.verdict, judgement.bits) == (Verdict.REFUTED, FIRST)
    assert judgement.margin is not None
    assert dyadic(judgement.margin.lo) <= Fraction(-15, 7) <= dyadic(judgement.margin.hi)
    assert judgement.scaled == -1.0


@pytest.mark.parametrize("text", ["1/3", "0", "-7/11"])
def test_equality_of_rationals_is_decided_exactly(text: str) -> None:
    judgement = judge(claim(constant(text), constant(text)), PLAIN)
    assert judgement.verdict is Verdict.CERTIFIED
    assert judgement.margin is not None
    if text != "0":
        assert judgement.bits == 0
    assert judgement.margin.lo == judgement.margin.hi == 0
    assert judgement.scaled == 0.0


def test_equality_of_irrationals_is_never_decided() -> None:
    for larger, smaller in ((one_by_roundabout, constant("1")), (constant("1"), one_by_roundabout)):
        judgement = judge(claim(larger, smaller), PLAIN)
        assert judgement.verdict is Verdict.UNDECIDED
        assert judgement.bits == LADDER[-1].bits
        assert judgement.reason == "the margin is too close to 0 to be decided"
        assert judgement.margin is not None
        assert judgement.margin.contains(0)


@pytest.mark.parametrize(("power", "rung"), [(60, 0), (150, 1), (400, 2), (1000, 3), (4000, 4)])
@pytest.mark.parametrize("side", [1, -1])
def test_a_close_margin_takes_the_precision_it_needs(power: int, rung: int, side: int) -> None:
    judgement = judge(claim(one_plus(side * power), one_by_roundabout), PLAIN)
    assert judgement.verdict is (Verdict.CERTIFIED if side > 0 else Verdict.REFUTED)
    assert judgement.bits == LADDER[rung].bits
    assert judgement.margin is not None
    assert (judgement.margin.lo > 0) is (side > 0)


def _never(error: type[ArithmeticError]) -> Side:
    def side(_quantities: Quantities) -> Scalar:
        raise error("never")

    return side


@pytest.mark.parametrize("error", [NotExact, PrecisionExhausted])
def test_a_margin_that_cannot_be_evaluated_is_undecided(error: type[ArithmeticError]) -> None:
    judgement = judge(claim(_never(error), constant("1")), PLAIN)
    assert judgement.verdict is Verdict.UNDECIDED
    assert judgement.reason == "the margin could not be evaluated"
    assert judgement.margin is None


def test_nan_decides_nothing() -> None:
    judgement = judge(claim(lambda _quantities: arb("nan"), constant("1")), PLAIN)
    assert judgement.verdict is Verdict.UNDECIDED


def test_a_failed_assumption_is_vacuous_whatever_the_margin() -> None:
    for larger in ("-1", "5"):
        judgement = judge(claim(constant(larger), constant("1"), decision(False)), PLAIN)
        assert judgement.verdict is Verdict.VACUOUS
        assert judgement.reason == "it needs: it holds"
        assert judgement.margin is None


def test_an_undecided_assumption_never_refutes() -> None:
    for larger in ("-1", "5"):
        judgement = judge(claim(constant(larger), constant("1"), decision(None)), PLAIN)
        assert judgement.verdict is Verdict.UNDECIDED
        assert judgement.reason == "undecided: it holds"


def test_assumptions_are_asked_in_turn() -> None:
    false = claim(constant("-1"), constant("1"), decision(True), decision(False, "the second"))
    assert judge(false, PLAIN).reason == "it needs: the second"
    held = claim(constant("-1"), constant("1"), decision(True), decision(True))
    assert judge(held, PLAIN).verdict is Verdict.REFUTED


def _at_width(least: Fraction) -> Assumption:
    """Decided only where lambda_max is asked for within a width, or exactly."""

    def holds(quantities: Quantities) -> bool | None:
        if quantities.number is rational:
            raise NotExact("not in rationals")
        return True if quantities.width <= least else None

    return Assumption(id="fine", text="fine", holds=holds)


def test_an_assumption_may_need_more_precision_than_the_margin() -> None:
    fine = claim(constant("1"), constant("2"), _at_width(LADDER[2].width))
    assert judge(fine, PLAIN).verdict is Verdict.REFUTED
    assert judge(fine, PLAIN).bits == FIRST
    assert judge(fine, PLAIN, ladder=LADDER[:2]).verdict is Verdict.UNDECIDED


def test_an_assumption_that_only_rationals_decide() -> None:
    def holds(quantities: Quantities) -> bool | None:
        return True if quantities.number is rational else None

    exact = Assumption(id="exact", text="exact", holds=holds)
    assert judge(claim(constant("1"), constant("2"), exact), PLAIN).verdict is Verdict.REFUTED


def test_with_an_empty_ladder_only_exact_arithmetic_is_used() -> None:
    judgement = judge(claim(constant("1/3"), constant("1/7")), PLAIN, ladder=())
    assert (judgement.verdict, judgement.bits) == (Verdict.CERTIFIED, 0)
    undecided = judge(claim(one_plus(60), one_by_roundabout), PLAIN, ladder=())
    assert undecided.verdict is Verdict.UNDECIDED
    assert undecided.margin is None


def test_exact_arithmetic_is_left_out_for_large_matrices() -> None:
    k = EXACT_SIZE // 3 + 1
    network = Network(w=[1] * k, b=[1] * k, a=[1] * k, c=0)
    large = Instance(network=network, data=PLAIN.data)
    third = claim(constant("1/3"), constant("1/3"))
    assert judge(third, large).verdict is Verdict.UNDECIDED
    fitting = replace(large, network=Network(w=[1] * 13, b=[1] * 13, a=[1] * 13, c=0))
    assert judge(third, fitting).bits == 0


def test_stages_can_be_shared_between_claims() -> None:
    stages = ball_stages(PLAIN, FINE_LADDER)
    first = judge(claim(lambda q: q.lambda_max, constant("0")), PLAIN, balls=stages)
    assert first.bits == FINE_LADDER[0].bits
    assert "lambda_max" in vars(stages[0][1])
    second = judge(claim(constant("0"), lambda q: q.lambda_max), PLAIN, balls=stages)
    assert (first.verdict, second.verdict) == (Verdict.CERTIFIED, Verdict.REFUTED)
    assert first.margin is not None
    assert first.margin.relative_width() <= float(FINE_LADDER[0].width)


def test_a_ladder_of_one_rung_is_taken_as_it_is() -> None:
    rung = Rung(bits=300, width=Fraction(1, 10**50))
    judgement = judge(claim(lambda q: q.lambda_max, constant("0")), PLAIN, ladder=(rung,))
    assert judgement.bits == 300
    assert judgement.margin is not None
    assert judgement.margin.relative_width() <= 1e-49


def _p(quantities: Quantities) -> Scalar:
    return quantities.P


def test_the_formal_unit_serves_homogeneous_claims_only() -> None:
    # With l'' = 1 as a unit P is 1, while P = s(1) < 1: the equality is false.
    assert judge(claim(_p, constant("1")), DEAD).verdict is Verdict.REFUTED
    assert judge(claim(_p, constant("1")), DEAD, ladder=()).verdict is Verdict.UNDECIDED
    honest = claim(_p, lambda q: q.lambda_max, homogeneous=True)
    judgement = judge(honest, DEAD)
    assert (judgement.verdict, judgement.bits) == (Verdict.CERTIFIED, 0)
    assert judge(replace(honest, homogeneous=False), DEAD).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("factor", ["1/2", "2"])
def test_the_formal_unit_decides_equality_only(factor: str) -> None:
    scaled = claim(_p, lambda q: q.number(Fraction(factor)) * q.lambda_max, homogeneous=True)
    assert judge(scaled, DEAD, ladder=()).verdict is Verdict.UNDECIDED
    expected = Verdict.CERTIFIED if factor == "1/2" else Verdict.REFUTED
    assert judge(scaled, DEAD).verdict is expected
    assert judge(scaled, DEAD).bits == FIRST


def test_at_output_zero_the_loss_itself_is_rational() -> None:
    judgement = judge(claim(_p, constant("1/4"), homogeneous=True), AT_ZERO, ladder=())
    assert (judgement.verdict, judgement.bits) == (Verdict.CERTIFIED, 0)


def test_a_network_that_acts_has_no_formal_unit() -> None:
    equal = claim(_p, _p, homogeneous=True)
    assert judge(equal, PLAIN, ladder=()).verdict is Verdict.UNDECIDED


HOMOGENEOUS = [claim for claim in NETWORK_CLAIMS if claim.homogeneous]
DEADS = (
    DEAD,
    replace(DEAD, q=(Fraction(1), Fraction(3))),
    instance(("3/4", "-4/3", 0), (1, -1, 1), ((5, 3, -99), (0, 0, -1)), -2),
    instance((0,), (-1,), (), 3),
)


def _sides(claim: Claim, subject: Instance, level: Fraction) -> tuple[Fraction, Fraction]:
    """Both sides in rationals where l'' = level and no slope is known."""

    def unknown(_y: int, _f: Scalar) -> Scalar:
        raise NotExact("a slope")

    loss = replace(LOGISTIC, slope=unknown, curvature=lambda _y, _f: rational(level))
    quantities = Quantities(instance=subject, number=rational, width=Fraction(0), assumed=loss)
    sides = claim.margin(quantities, claim.constants)
    return as_fraction(sides.larger), as_fraction(sides.smaller)


def _variants(claim: Claim) -> list[Claim]:
    controls: tuple[Control, ...] = claim.controls
    return [claim, *(variant(claim, control) for control in controls)]


@pytest.mark.parametrize("claim", HOMOGENEOUS, ids=lambda claim: claim.id)
def test_what_is_declared_homogeneous_scales_with_the_curvature(claim: Claim) -> None:
    for subject in DEADS:
        for false in _variants(claim):
            larger, smaller = _sides(false, subject, Fraction(1))
            assert larger > 0
            for level in (Fraction(1, 7), Fraction(5)):
                assert _sides(false, subject, level) == (level * larger, level * smaller)


@pytest.mark.parametrize("claim", HOMOGENEOUS, ids=lambda claim: claim.id)
def test_dead_networks_attain_what_is_declared_homogeneous(claim: Claim) -> None:
    free = replace(claim, assumptions=())
    for subject in (DEADS[0], *DEADS[2:]):
        judgement = judge(free, subject)
        assert (judgement.verdict, judgement.bits) == (Verdict.CERTIFIED, 0)


def test_balls_and_rationals_are_the_only_numbers() -> None:
    numbers = {quantities.number for _, quantities in ball_stages(PLAIN, LADDER)}
    assert numbers == {ball}
