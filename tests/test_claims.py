"""The claims as data: their words, constants, controls and sides, and the stored witnesses."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from string import Formatter
from typing import Any

import pytest
from flint import arb
from mpmath import mp, mpf

from tests.witnesses import DIGITS, FALSE, STORED, Evaluated, as_mpf, evaluated, weight_of_g
from verify.ball import Scalar, ball, dyadic, working_precision
from verify.claim import Claim, Control, Verdict, variant
from verify.claims import CLAIMS, claim
from verify.judge import judge
from verify.model import Dataset, InputError, Network
from verify.quantities import Instance, Quantities

IDS = {
    *("hessian", "block-norm", "jensen", "master", "t", "t-gamma"),
    *("t-star", "t-grad", "t-stat", "tv", "flat-overfit", "structure", "calibration", "gaps"),
}
OTHER_LOSSES = {
    *(f"square-{id}" for id in ("master", "t", "t-star", "t-grad", "t-stat")),
    *(f"exponential-{id}" for id in ("master", "t", "t-star", "t-grad")),
}
KL = {f"kl-{name}" for name in ("pinsker", "quadratic", "uncertain", "below", "above", "chi")}
GENERALIZATION = {
    *("excess-identity", "norm-process", "norm-gap", "transfer", "transfer-back"),
    *("robust-weight", "robust-stability", "weak-to-strong"),
}
SPACE_OF_A_LAW = {f"space-{id}" for id in ("master", "t", "t-star", "t-grad", "t-stat", "tv")}
SPACE = {*SPACE_OF_A_LAW, "space-t-gamma"}
IDS |= SPACE | GENERALIZATION | KL | OTHER_LOSSES | {"square-interpolation", "square-loss"}
CONTROLS = [(claim, control) for claim in CLAIMS for control in claim.controls]
each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
each_control = pytest.mark.parametrize(
    ("claim", "control"), CONTROLS, ids=[f"{claim.id}/{control.id}" for claim, control in CONTROLS]
)
each_stored = pytest.mark.parametrize("stored", STORED, ids=lambda stored: stored["id"])

DERIVED = ("square-interpolation", "square-loss", "space-master", "space-t-grad")

UNCONTROLLED_CONSTANTS = {
    (id, "digits"): "a precision of the comparison, not of the theorem"
    for id in ("hessian", "excess-identity")
}
UNDROPPED_ASSUMPTIONS = {
    **{
        (id, "differentiable"): "it enters through t, whose control drops it"
        for id in ("t-gamma", "space-t-gamma")
    },
    **{
        (id, "uncertain"): "without uncertain data the statement divides by 0"
        for id in ("t-gamma", "space-t-gamma")
    },
    ("flat-overfit", "differentiable"): "without it the Hessian is only formal",
    **{
        (id, "probability"): "without it q is no law and the quantities have no meaning"
        for id in (
            "master",
            "t",
            "t-star",
            "t-grad",
            "t-stat",
            "tv",
            *OTHER_LOSSES,
            *SPACE_OF_A_LAW,
        )
    },
    **{
        (id, "truth"): "without a truth the statement has no meaning"
        for id in (*KL, *GENERALIZATION)
    },
    ("robust-weight", "core"): "without a core there is no h",
    ("robust-stability", "core"): "without a core there is no h",
    ("robust-stability", "differentiable"): "it enters through t, whose control drops it",
    ("weak-to-strong", "dyadic"): "at other places the sum over levels is infinite",
    **{
        (id, "differentiable"): "as in the claim for the logistic loss"
        for id in (*OTHER_LOSSES, *DERIVED)
        if id not in ("square-t", "square-t-star", "square-t-stat", "exponential-t")
        and id != "exponential-t-star"
    },
}


def test_the_claims_are_those_of_the_contract() -> None:
    assert {claim.id for claim in CLAIMS} == IDS
    assert len(CLAIMS) == len(IDS)
    for one in CLAIMS:
        assert claim(one.id) is one
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", one.id)
    with pytest.raises(
        InputError, match="there is no claim 'T'; the claims are hessian, "
    ) as caught:
        claim("T")
    assert "\n" not in str(caught.value)


@each_claim
def test_a_statement_prints_every_constant_that_is_checked(claim: Claim) -> None:
    fields = [name for _, name, _, _ in Formatter().parse(claim.statement) if name is not None]
    assert set(fields) == set(claim.constants)
    stated = claim.stated()
    assert not set("{}\n") & set(stated)
    for name in claim.constants:
        marked = replace(claim, constants={**claim.constants, name: Fraction(98765, 4321)})
        assert "98765/4321" in marked.stated()


@each_claim
def test_words_are_there_and_on_one_line(claim: Claim) -> None:
    words = [claim.label, claim.title, claim.domain, *(a.text for a in claim.assumptions)]
    words += [text for control in claim.controls for text in (control.text, control.why)]
    assert all(words)
    assert not any("\n" in text for text in words)
    ids = [control.id for control in claim.controls]
    assert len(set(ids)) == len(ids) > 0


@each_claim
def test_proofs_rest_on_claims_without_a_circle(claim: Claim) -> None:
    by_id = {one.id: one for one in CLAIMS}

    def walk(at: str, path: tuple[str, ...]) -> None:
        assert at not in path
        for used in by_id[at].uses:
            walk(used, (*path, at))

    walk(claim.id, ())


@each_control
def test_a_control_changes_the_claim(claim: Claim, control: Control) -> None:
    for name, value in control.constants.items():
        assert claim.constants[name] != value
    assert set(control.drops) <= {assumption.id for assumption in claim.assumptions}
    assert control.constants or control.drops or control.margin
    false = variant(claim, control)
    assert false.id == f"{claim.id}/{control.id}"
    assert false.controls == ()


@each_control
def test_a_witness_refutes_the_control_and_not_the_claim(claim: Claim, control: Control) -> None:
    judgement = judge(variant(claim, control), control.witness)
    assert judgement.verdict is Verdict.REFUTED
    assert judgement.margin is not None
    assert judgement.margin.hi < 0
    expected = (Verdict.CERTIFIED, Verdict.VACUOUS) if control.drops else (Verdict.CERTIFIED,)
    assert judge(claim, control.witness).verdict in expected


def test_every_constant_has_a_control() -> None:
    bare = {
        (claim.id, name)
        for claim in CLAIMS
        for name in claim.constants
        if not any(name in control.constants for control in claim.controls)
    }
    assert bare == set(UNCONTROLLED_CONSTANTS)


def test_every_assumption_is_dropped_by_some_control() -> None:
    bare = set()
    for one in CLAIMS:
        near = [other for other in CLAIMS if other is one or one.id in other.uses]
        dropped = {name for other in near for control in other.controls for name in control.drops}
        bare |= {(one.id, a.id) for a in one.assumptions if a.id not in dropped}
    assert bare == set(UNDROPPED_ASSUMPTIONS)


@each_claim
def test_equalities_are_exact(claim: Claim) -> None:
    for subject in claim.equalities:
        judgements = [judge(claim, subject, ladder=()), judge(claim, subject)]
        judgement = next(found for found in judgements if found.margin is not None)
        assert judgement.verdict is Verdict.CERTIFIED
        assert judgement.margin is not None
        assert judgement.margin.lo == judgement.margin.hi == 0


def test_the_sharp_claims_say_so() -> None:
    sharp = {claim.id for claim in CLAIMS if claim.equalities}
    assert sharp == {"block-norm", "jensen", "master", "t-star", "t-grad", "t-stat", "tv"} | {
        *("structure", "calibration", "gaps", "square-interpolation", "square-loss"),
        *(id for id in OTHER_LOSSES if not id.endswith("-t")),
        *KL,
        *(SPACE - {"space-t", "space-t-gamma"}),
        *(GENERALIZATION - {"robust-stability", "weak-to-strong"}),
    }


@each_stored
def test_a_stored_witness_is_certified_by_definitions_alone(stored: dict[str, Any]) -> None:
    larger, smaller = FALSE[stored["id"]]
    low, high = Fraction(stored["lhs_upper"]), Fraction(stored["rhs_lower"])
    assert low < high
    with mp.workdps(DIGITS):
        subject, slack = evaluated(stored), mpf(10) ** (10 - DIGITS)
        assert larger(subject) <= as_mpf(low) + slack
        assert smaller(subject) >= as_mpf(high) - slack


@each_stored
def test_a_stored_witness_has_its_control(stored: dict[str, Any]) -> None:
    assert stored["id"] in {control.id for _, control in CONTROLS}


def test_the_stored_witnesses_are_complete() -> None:
    ids = [stored["id"] for stored in STORED]
    assert len(ids) == len(set(ids)) == 17
    assert set(ids) == set(FALSE)


def _instances(count: int) -> Iterator[Instance]:
    """Random instances in which the first two neurons share their kink."""
    for seed in range(count):
        random = Random(seed)

        def draw(random: Random = random) -> Fraction:
            return Fraction(random.randint(-9, 9), random.choice([2, 4, 5]))

        k, n = seed % 4, random.randint(1, 6)
        w, b, a = ([draw() for _ in range(k)] for _ in range(3))
        w[1:2], b[1:2] = ([-2 * value for value in part[: k - 1][:1]] for part in (w, b))
        x, y = [draw() for _ in range(n)], [random.choice([-1, 1]) for _ in range(n)]
        law = tuple(Fraction(random.randint(1, 4)) for _ in range(n))
        yield Instance(
            network=Network(w=w, b=b, a=a, c=draw()),
            data=Dataset(x=x, y=y),
            q=law if seed % 2 else None,
            gamma=Fraction(40) if seed % 3 == 0 else None,
            formal=True,
        )


def _in_mpmath(subject: Instance) -> Evaluated:
    net, data = subject.network, subject.data
    w, b, a, x = ([as_mpf(value) for value in part] for part in (net.w, net.b, net.a, data.x))
    law = None if subject.q is None else [as_mpf(value) for value in subject.q]
    return Evaluated(x=x, y=data.y, w=w, b=b, a=a, c=as_mpf(net.c), q=law)


def _middle(value: Scalar) -> mpf:
    return mpf(arb(value).mid().str(80, radius=False))


def _square(e: Evaluated) -> mpf:
    return (e.v().T * e.v())[0]


def _master(e: Evaluated, _gamma: mpf | None) -> mpf:
    rho = (e.v().T * e.R() * e.v())[0] / _square(e)
    return e.lambda_max() - _square(e) * e.inverse_d() - rho


def _t(e: Evaluated, _gamma: mpf | None) -> mpf:
    return e.lambda_max() + e.residual() - e.inverse_d() * (1 + 2 * e.path_sum())


def _t_gamma(e: Evaluated, gamma: mpf | None) -> mpf:
    outs = sorted(abs(e.f(x)) for x in e.x)
    level = outs[(len(outs) - 1) // 2] if gamma is None else gamma
    member = [mpf(abs(e.f(x)) <= level + mpf(10) ** -40) for x in e.x]
    law, variation = [one / sum(member) for one in member], mpf(0)
    for t in {-b / w for w, b, _ in e.neurons if w != 0}:
        jump = sum(a * abs(w) for w, b, a in e.neurons if w != 0 and -b / w == t)
        g = (e.tail(t, side, law, closed=False, weight=weight_of_g) for side in (1, -1))
        variation += abs(jump) * min(g)
    share = len(e.x) / sum(member) * (2 + mp.exp(level) + mp.exp(-level))
    return share * (e.lambda_max() + e.residual()) - 1 - 2 * variation


def _t_star(e: Evaluated, _gamma: mpf | None) -> mpf:
    return e.lambda_max() + e.largest_r() - e.inverse_d() * (1 + 2 * e.path_sum())


def _t_grad(e: Evaluated, _gamma: mpf | None) -> mpf:
    gradient = e.rows().T * mp.matrix(e.slopes()) / len(e.x)
    inner = [entry for index, entry in enumerate(gradient[:-1]) if index % 3 < 2] or [mpf(0)]
    pairs = list(zip(e.law(), e.x, strict=True))
    active = [[(q, x) for q, x in pairs if w * x + b > 0] for w, b, _ in e.neurons]
    betas = [mp.hypot(sum(q * x for q, x in on), sum(q for q, _ in on)) for on in active]
    cost = max([mpf(0), *betas]) * mp.norm(inner)
    return e.lambda_max() + cost - _square(e) * e.inverse_d()


def _t_stat(e: Evaluated, _gamma: mpf | None) -> mpf:
    return e.lambda_max() - sum(e.p()) * _square(e)


def _jensen(e: Evaluated, _gamma: mpf | None) -> mpf:
    mean, loss = e.residual(lambda _x: mpf(1)), e.loss()
    flat = 1 - mp.exp(-loss)
    return min(flat - mean, 1 - flat, loss - flat)


def _flat_overfit(e: Evaluated, _gamma: mpf | None) -> mpf:
    top, spread = max(x**2 for x in e.x), (max(e.x) - min(e.x)) ** 2
    squares = sum((a**2 * (1 + top) + w**2 * spread for w, _, a in e.neurons), mpf(0))
    level = mp.exp(-max(y * e.f(x) for x, y in zip(e.x, e.y, strict=True)))
    return level * (1 + mp.sqrt(1 + top) + squares) - e.lambda_max()


MARGINS: dict[str, Callable[[Evaluated, mpf | None], mpf]] = {
    "master": _master,
    "t": _t,
    "t-gamma": _t_gamma,
    "t-star": _t_star,
    "t-grad": _t_grad,
    "t-stat": _t_stat,
    "jensen": _jensen,
    "flat-overfit": _flat_overfit,
}


@pytest.mark.parametrize("id", MARGINS)
def test_a_margin_is_the_one_of_the_statement(id: str) -> None:
    subject = claim(id)
    with working_precision(256), mp.workdps(DIGITS):
        for one in _instances(24):
            free = replace(one, q=None) if id == "t-stat" else one
            gamma = None if one.gamma is None else as_mpf(one.gamma)
            quantities = Quantities(instance=free, number=ball, width=Fraction(1, 10**45))
            margin = subject.margin(quantities, subject.constants).margin.ball
            truth = MARGINS[id](_in_mpmath(free), gamma)
            assert abs(_middle(margin) - truth) < mpf(10) ** -38 * (1 + abs(truth))


TIGHT = {"jensen": arb(10) ** -3, "tv": arb(10) ** -30}
"""Radii allowed: that of `jensen` holds an inequality for small losses."""


@pytest.mark.parametrize("id", TIGHT)
def test_a_gap_is_the_difference_of_the_sides(id: str) -> None:
    whole = claim(id)
    for false in (whole, *(variant(whole, control) for control in whole.controls)):
        seen = 0
        with working_precision(256):
            for one in _instances(24):
                quantities = Quantities(instance=one, number=ball, width=Fraction(1, 1024))
                sides = false.margin(quantities, false.constants)
                gap, difference = sides.margin.ball, arb(sides.larger - sides.smaller)
                assert gap.overlaps(difference)
                assert gap.rad() < TIGHT[id]
                seen += dyadic(abs(gap).upper()) > 0
        assert seen > 8
