"""The theorem family on R^d: sharp where it says so, and its false variants false by definition."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from mpmath import mp, mpf
from space_oracle import Oracle, as_mpf, dot, drawn, norm

from verify.ball import rational
from verify.checks import equality_evidence, proof_evidence, witness_evidence
from verify.claim import Verdict, variant
from verify.claims.space.family import (
    SPACE_FAMILY,
    SPACE_MASTER,
    SPACE_T_GAMMA,
    SPACE_T_STAT,
    on_space,
)
from verify.claims.t_star import T_STAR
from verify.evidence import instance_document
from verify.judge import judge
from verify.quantities import Quantities
from verify.space.examples import BOTH_FANS, FAN, STEEP, fan, oblique
from verify.space.quantities import SpaceInstance, SpaceQuantities
from verify.space.variants import in_space

EPSILON = mpf(10) ** -30
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
    sharp = {"space-t": 0, "space-t-gamma": 0, "space-tv": 2}
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


def _uniform_on_uncertain(instance: SpaceInstance) -> SpaceInstance:
    """The instance with q uniform on |f_j| <= gamma; no gamma: the lower median of |f_j|."""
    oracle = Oracle(instance)
    sizes = [abs(oracle.f(x)) for x in oracle.x]
    lower = sorted(sizes)[(len(sizes) - 1) // 2]
    level = lower if instance.gamma is None else as_mpf(instance.gamma)
    return replace(instance, q=tuple(Fraction(int(size <= level + EPSILON)) for size in sizes))


def _gamma_margin(instance: SpaceInstance, variation=Oracle.variation, residual=None) -> mpf:
    """n/(n_gamma Gamma) (2/eta + res) - 1 - 2 TV_A from the definitions alone."""
    oracle = Oracle(_uniform_on_uncertain(instance))
    member = [q > 0 for q in oracle.law]
    sizes = [abs(oracle.f(x)) for x in oracle.x]
    inside = max(size for size, on in zip(sizes, member, strict=True) if on)
    level = inside if instance.gamma is None else as_mpf(instance.gamma)
    share = len(member) / mpf(sum(member)) * (2 + mp.exp(level) + mp.exp(-level))
    curvature = oracle.lambda_max if instance.eta is None else 2 / as_mpf(instance.eta)
    cost = oracle.residual if residual is None else residual(oracle)
    return share * (curvature + cost) - 1 - 2 * variation(oracle)


@pytest.mark.parametrize("gamma", [None, Fraction(3, 2), Fraction(40)])
@pytest.mark.parametrize("eta", [None, Fraction(1, 10**6)])
def test_the_margin_of_theorem_3_5_follows_from_the_definitions(gamma, eta) -> None:
    compared, bent = 0, 0
    for seed in range(12):
        instance = drawn(seed, d=2 + seed % 3, n=6, gamma=gamma, eta=eta)
        found = judge(SPACE_T_GAMMA, instance)
        if found.margin is None:
            continue
        with mp.workdps(40):
            expected = _gamma_margin(instance)
            bent += Oracle(_uniform_on_uncertain(instance)).variation() > EPSILON
            assert abs(float(found.margin.lo) - float(expected)) <= 1e-6 * abs(float(expected))
        compared += 1
    assert compared >= 6
    assert bent >= 2


def test_the_controls_of_theorem_3_5_are_false_by_definition() -> None:
    witness = {c.id.removeprefix("space-gamma-"): c.witness for c in SPACE_T_GAMMA.controls}

    def aslant(oracle: Oracle) -> mpf:
        return _residual(oracle, lambda x: _along(oracle, x))

    with mp.workdps(40):
        assert _gamma_margin(witness["along-w"]) > 1
        assert _gamma_margin(witness["along-w"], residual=aslant) < -1
        fans = witness["mean-norm"]
        assert _gamma_margin(fans) > 1
        assert _gamma_margin(fans, variation=_mean_of_norms) < -100
        behind = witness["one-side"]
        assert Oracle(_uniform_on_uncertain(behind)).variation() == 0 < _gamma_margin(behind)


@pytest.mark.parametrize("cut", [True, False])
def test_hyperplanes_beyond_the_uncertain_data_have_no_weight(cut) -> None:
    fans = fan(1, mirrored=True)
    offset = Fraction(0) if cut else Fraction(-10)
    network = replace(fans.network, b=[offset] * 2, c=Fraction(0))
    moved = replace(fans, network=network, gamma=Fraction(100))
    exact = SpaceQuantities(instance=moved, number=rational, width=Fraction(0))
    assert (exact.uncertain_TV > 0) is cut


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
        *("space-master", "space-t", "space-t-star", "space-t-grad", "space-t-stat", "space-tv"),
        "space-t-gamma",
    ]
    assert all(claim.uses == (claim.id.removeprefix("space-"),) for claim in SPACE_FAMILY)
    assert "|x_j|^2" in SPACE_FAMILY[1].stated()
    with pytest.raises(TypeError):
        on_space(T_STAR)  # type: ignore[call-arg]
    assert as_mpf(Fraction(1, 2)) == 0.5
