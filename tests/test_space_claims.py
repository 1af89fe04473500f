"""The theorem family on R^d: sharp where it says so, and its false variants false by definition."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from mpmath import mp, mpf
from space_oracle import Oracle, as_mpf, dot, norm

from verify.checks import equality_evidence, proof_evidence, witness_evidence
from verify.claim import Verdict, variant
from verify.claims.space import SPACE_FAMILY, SPACE_MASTER, SPACE_T_STAT, on_space
from verify.claims.t_star import T_STAR
from verify.evidence import instance_document
from verify.judge import judge
from verify.quantities import Quantities
from verify.space.examples import BOTH_FANS, FAN, STEEP, fan, oblique
from verify.space.quantities import SpaceInstance
from verify.space.variants import in_space

PAIRS = [(claim, control) for claim in SPACE_FAMILY for control in claim.controls]
IDS = [f"{claim.id}/{control.id}" for claim, control in PAIRS]


@pytest.mark.parametrize(("claim", "control"), PAIRS, ids=IDS)
def test_every_false_variant_is_refuted_where_the_claim_is_not(claim, control) -> None:
    assert witness_evidence(claim, control).verdict == "REFUTED"
    assert judge(claim, control.witness).verdict in (Verdict.CERTIFIED, Verdict.VACUOUS)
    assert control.witness.data.d >= 2


@pytest.mark.parametrize("claim", SPACE_FAMILY, ids=lambda claim: claim.id)
def test_equality_is_exact(claim) -> None:
    for example in claim.equalities:
        assert equality_evidence(claim, example).verdict == "CERTIFIED"
    sharp = {"space-t": 0, "space-tv": 2}
    assert len(claim.equalities) == sharp.get(claim.id, 5 - (claim.id == "space-t-star"))


def test_the_symbolic_step_is_proved() -> None:
    (proof,) = SPACE_MASTER.proofs
    evidence = proof_evidence(SPACE_MASTER, proof)
    assert (evidence.verdict, evidence.tried) == ("CERTIFIED", 571)


def _mean_of_norms(oracle: Oracle) -> mpf:
    q = oracle.law
    return oracle.path_sum(
        lambda beyond: sum(q[j] * norm(oracle.x[j]) for j in beyond) / sum(q[j] for j in beyond)
    )


def _residual(oracle: Oracle, square: Callable[[list[mpf]], mpf]) -> mpf:
    pairs = zip(oracle.slopes, oracle.x, strict=True)
    return sum(abs(s) * mp.sqrt(1 + square(x)) for s, x in pairs) / len(oracle.x)


def _along(oracle: Oracle, x: list[mpf]) -> mpf:
    return max((dot(w, x) / norm(w)) ** 2 for w, _, _ in oracle.neurons)


def _bound(oracle: Oracle, S: mpf) -> mpf:
    return oracle.inverse_D * (1 + 2 * S)


FALSE_BY_DEFINITION: dict[str, tuple[SpaceInstance, Callable[[Oracle], mpf]]] = {
    "T-along-w": (
        STEEP,
        lambda o: o.lambda_max + _residual(o, lambda x: _along(o, x)) - _bound(o, o.path_sum()),
    ),
    "T-max-coordinate": (
        STEEP,
        lambda o: (
            o.lambda_max + _residual(o, lambda x: max(v * v for v in x)) - _bound(o, o.path_sum())
        ),
    ),
    "T-mean-norm": (fan(16), lambda o: o.lambda_max + o.residual - _bound(o, _mean_of_norms(o))),
    "TS-mean-norm": (FAN, lambda o: o.lambda_max + o.largest_r - _bound(o, _mean_of_norms(o))),
    "TS-l1": (
        BOTH_FANS,
        lambda o: (
            o.lambda_max
            + o.largest_r
            - _bound(o, o.path_sum() * sum(map(abs, o.neurons[0][0])) / norm(o.neurons[0][0]))
        ),
    ),
}


@pytest.mark.parametrize("name", FALSE_BY_DEFINITION)
def test_the_witnesses_refute_by_the_definitions_alone(name) -> None:
    instance, margin = FALSE_BY_DEFINITION[name]
    with mp.workdps(40):
        oracle = Oracle(instance)
        assert margin(oracle) < -(mpf(10) ** -6)
        assert oracle.lambda_max + oracle.residual >= _bound(oracle, oracle.path_sum())
    (claim, control) = next(pair for pair in PAIRS if pair[1].id == f"space-{name}")
    found = judge(variant(claim, control), control.witness)
    assert found.margin is not None
    with mp.workdps(40):
        assert abs(float(found.margin.hi) - float(margin(Oracle(control.witness)))) < 1e-6


def test_t_is_attained_in_the_limit_of_oblique_steep_neurons() -> None:
    gaps = []
    for m in (1, 4, 16):
        with mp.workdps(40):
            oracle = Oracle(oblique(m))
            gaps.append(oracle.lambda_max + oracle.residual - _bound(oracle, oracle.path_sum()))
    assert 0 < gaps[2] < gaps[1] / 10 < gaps[0] / 100
    assert gaps[2] == pytest.approx(0.000783, rel=1e-2)  # the gap of the line: |x| is what counts


def test_stationarity_is_decided_exactly_and_needed() -> None:
    assert judge(SPACE_T_STAT, FAN).verdict is Verdict.CERTIFIED
    assert judge(SPACE_T_STAT, STEEP).verdict is Verdict.VACUOUS


def test_an_instance_of_the_line_is_not_taken_for_one_of_space() -> None:
    line = T_STAR.equalities[0]
    with pytest.raises(TypeError, match="R\\^d"):
        judge(SPACE_T_STAT, line)
    with pytest.raises(TypeError, match="R\\^d"):
        in_space(Quantities(instance=line, number=lambda value: value, width=Fraction(0)))


def test_the_document_of_a_witness_suits_the_reader() -> None:
    document = instance_document(BOTH_FANS)
    assert document["network"]["w"] == [["1", "4/3"], ["-1", "-4/3"]]
    assert document["data"]["x"][0] == ["5/4", "0"]


def test_the_family_is_the_univariate_one_with_other_words() -> None:
    assert [claim.id for claim in SPACE_FAMILY] == [
        *("space-master", "space-t", "space-t-star", "space-t-grad", "space-t-stat", "space-tv")
    ]
    assert all(claim.uses == (claim.id.removeprefix("space-"),) for claim in SPACE_FAMILY)
    assert "|x_j|^2" in SPACE_FAMILY[1].stated()
    with pytest.raises(TypeError):
        on_space(T_STAR)  # type: ignore[call-arg]
    assert as_mpf(Fraction(1, 2)) == 0.5
