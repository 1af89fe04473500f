"""The claims on generalization against their definitions in plain floats, and their strategies."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest

from properties.domains import DOMAINS
from tests.test_domains import sample
from verify.ball import approximate, ball, working_precision
from verify.claim import Verdict
from verify.claims import CLAIMS, GENERALIZATION_CLAIMS, claim
from verify.experiments.weak_to_strong import robust_weight
from verify.judge import judge
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities

Floats = np.ndarray


def draw_case(seed: int) -> Instance:
    """A moderate instance on five or more places of a power of two, with all further numbers."""
    draw = random.Random(seed)
    width = draw.randint(0, 4)
    places = [0, 8, *(draw.randint(0, 8) for _ in range(draw.randint(3, 6)))]
    value = {place: F(draw.randint(-8, 8), 4) for place in places}
    w, b, a = ([F(draw.randint(-9, 9), 7) for _ in range(width)] for _ in range(3))
    network = Network(w=w, b=[v + F(1, 97) for v in b], a=a, c=F(draw.randint(-6, 6), 4))
    return Instance(
        network=network,
        data=Dataset(x=[F(p, 4) - 1 for p in places], y=[draw.choice((-1, 1)) for _ in places]),
        truth=tuple(value[p] for p in places),
        q=tuple(F(abs(value[p]) <= 1 and draw.randint(0, 4) > 0) for p in places),
        gamma=F(3, 2),
        extra={"low": F(1), "missing": F(draw.randint(0, 3)), "at": F(draw.randint(-6, 6), 5)},
    )


class Plain:
    """An instance in float64, by definitions."""

    def __init__(self, one: Instance) -> None:
        net, data = one.network, one.data
        self.x, self.y = (np.array([float(v) for v in part]) for part in (data.x, data.y))
        self.w, self.b, self.a = (np.array([float(v) for v in p]) for p in (net.w, net.b, net.a))
        self.c, self.n = float(net.c), data.n
        self.z = np.outer(self.x, self.w) + self.b
        self.f = np.maximum(self.z, 0.0) @ self.a + self.c
        self.f0 = np.array([float(v) for v in one.truth or ()])
        self.p0, self.p = (1 / (1 + np.exp(-v)) for v in (self.f0, self.f))
        self.q = np.array([float(v) for v in one.q or ()])
        self.gamma = float(one.gamma or 0)
        self.low, self.missing, self.at = (float(one.extra[k]) for k in ("low", "missing", "at"))
        self.core = np.abs(self.f0) <= self.low
        self.xi = (self.y > 0) - self.p0

    def risk(self, chance: Floats, f: Floats) -> float:
        losses = (np.log1p(np.exp(-f)), np.log1p(np.exp(f)))
        return float(np.mean(chance * losses[0] + (1 - chance) * losses[1]))

    @property
    def excess(self) -> float:
        return self.risk(self.p0, self.f) - self.risk(self.p0, self.f0)

    @property
    def training(self) -> tuple[float, float]:
        hits = (self.y > 0).astype(float)
        return self.risk(hits, self.f), self.risk(hits, self.f0)

    def noise_reach(self) -> float:
        """M(xi) on a fine grid of directions."""
        turn = np.linspace(0, 2 * np.pi, 40001)
        reach = np.maximum(np.outer(np.cos(turn), self.x) + np.sin(turn)[:, None], 0.0)
        return float(np.abs(reach @ self.xi).max()) / self.n

    @property
    def path(self) -> float:
        return float((np.abs(self.a) * np.hypot(self.w, self.b)).sum())

    def lambda_max(self) -> float:
        """The largest eigenvalue of the Hessian, by differences of the gradient of log losses."""
        k = self.w.size
        on = (self.z > 0).astype(float)
        rows = np.concatenate(
            [self.a * self.x[:, None] * on, self.a * on, self.z * on, np.ones((self.n, 1))], axis=1
        )
        h = (rows * (self.p * (1 - self.p) / self.n)[:, None]).T @ rows
        slope = (self.p - (self.y > 0)) / self.n
        for i in range(k):
            h[i, 2 * k + i] += (slope * on[:, i] * self.x).sum()
            h[k + i, 2 * k + i] += (slope * on[:, i]).sum()
            h[2 * k + i, i], h[2 * k + i, k + i] = h[i, 2 * k + i], h[k + i, 2 * k + i]
        return float(np.linalg.eigvalsh(h).max())


def divergence(f0: float, f: float) -> float:
    p, q = (1 / (1 + math.exp(-v)) for v in (f0, f))
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def _norm_process(e: Plain) -> float:
    return e.path**2 * e.noise_reach() ** 2 - float(np.mean(e.xi * (e.f - e.c))) ** 2


def _norm_gap(e: Plain) -> float:
    size = e.path * e.noise_reach() + abs(e.c) * abs(float(e.xi.mean()))
    return size - (e.risk(e.p0, e.f) - e.training[0])


def _transfer(e: Plain) -> float:
    lost = int((e.core & (np.abs(e.f) > e.gamma)).sum())
    return e.n * e.excess - lost * divergence(e.low, e.gamma)


def _transfer_back(e: Plain) -> float:
    back = int(((np.abs(e.f0) > e.gamma) & (np.abs(e.f) <= e.low)).sum())
    return e.n * e.excess - back * divergence(e.gamma, e.low)


def _robust_weight(e: Plain) -> float:
    kept, core = e.x[e.q > 0], np.sort(e.x[e.core])
    beyond = kept[kept > e.at]
    g = 0.0
    if beyond.size:
        mean = float(beyond.mean())
        g = (beyond.size / kept.size) ** 2 * (mean - e.at) * math.hypot(1, mean)
    most = core[core > e.at][: max(0, (core > e.at).sum() - int(e.missing))]
    h = float((most - e.at).sum()) * most.size / (e.n * core.size)
    return kept.size / e.n * g - h


def _robust_stability(e: Plain) -> float:
    residual = float(np.mean(np.abs(e.p - (e.y > 0)) * np.hypot(1, e.x)))
    softness = math.exp(-e.gamma) / (1 + math.exp(-e.gamma)) ** 2
    core = e.x[e.core]
    jumps: dict[float, float] = {}
    for w, b, a in zip(e.w, e.b, e.a, strict=True):
        if w != 0:
            key = round(-b / w, 12)
            jumps[key] = jumps.get(key, 0.0) + a * abs(w)
    spent = sum(
        abs(j) * float(robust_weight(core, int(e.missing), e.n, t)) for t, j in jumps.items()
    )
    sure = max(0.0, core.size - e.missing) / (2 * e.n)
    return (e.lambda_max() + residual) / (2 * softness) - sure - spent


def _weak_to_strong(e: Plain) -> float:
    basis = np.column_stack([np.ones_like(e.x), e.x])
    fitted = basis @ np.linalg.lstsq(basis, e.xi, rcond=None)[0]
    rest, low, length = e.xi - fitted, e.x.min(), np.ptp(e.x)
    bends: dict[float, float] = {}
    known = sorted(dict(zip(e.x, e.f0, strict=True)).items())
    for (x, u), (y, v), (z, t) in zip(known, known[1:], known[2:], strict=False):
        bends[round(y, 12)] = -((t - v) / (z - y) - (v - u) / (y - x))
    for w, b, a in zip(e.w, e.b, e.a, strict=True):
        if w != 0 and low < -b / w < low + length:
            bends[round(-b / w, 12)] = bends.get(round(-b / w, 12), 0.0) + a * abs(w)
    variation = sum(map(abs, bends.values()))
    fine = 0.0
    for level in range(3):
        centres = low + length * (np.arange(2**level) + 0.5) / 2**level
        hats = np.maximum(0, 1 - np.abs(e.x - centres[:, None]) * 2 ** (level + 1) / length)
        fine += length * variation / 4 / 2**level * np.abs(hats @ rest).max() / e.n
    height = max(np.abs(e.f).max(), np.abs(e.f0).max())
    softness = math.exp(-height) / (1 + math.exp(-height)) ** 2
    tau = max(0.0, e.training[0] - e.training[1])
    return 2 * float(np.square(fitted).mean()) / softness + 2 * fine + 2 * tau - e.excess


ORACLES: dict[str, Callable[[Plain], float]] = {
    "norm-process": _norm_process,
    "norm-gap": _norm_gap,
    "transfer": _transfer,
    "transfer-back": _transfer_back,
    "robust-weight": _robust_weight,
    "robust-stability": _robust_stability,
    "weak-to-strong": _weak_to_strong,
}
GRID = {"norm-process", "norm-gap"}
"""Their M is found on a grid of directions: right to 1e-6."""


@pytest.mark.parametrize("id", ORACLES)
def test_a_margin_is_the_one_of_its_statement(id: str) -> None:
    subject, seen = claim(id), 0
    for seed in range(40):
        one = draw_case(seed)
        if judge(subject, one).verdict is Verdict.VACUOUS:
            continue
        with working_precision(160):
            quantities = Quantities(instance=one, number=ball, width=F(1, 10**20))
            margin = approximate(subject.margin(quantities, subject.constants).margin.ball)
        tolerance = 1e-5 if id in GRID else 1e-9
        assert margin == pytest.approx(ORACLES[id](Plain(one)), abs=tolerance, rel=tolerance)
        seen += 1
    assert seen >= 10


def test_the_identity_compares_three_numbers() -> None:
    subject = claim("excess-identity")
    for seed in range(20):
        one = draw_case(seed)
        e = Plain(one)
        with working_precision(160):
            quantities = Quantities(instance=one, number=ball, width=F(1, 10**20))
            sides = subject.margin(quantities, subject.constants)
        moved = float((e.f != e.f0).mean())
        assert 1e20 * approximate(sides.larger) * moved == pytest.approx(e.excess)
        assert approximate(sides.smaller) < 1e-40
        split = e.training[0] - e.training[1] + float(np.mean(e.xi * (e.f - e.f0)))
        assert split == pytest.approx(e.excess)


def test_the_identity_is_proved_and_what_is_simulated_never_is() -> None:
    assert any(proof.whole for proof in claim("excess-identity").proofs)
    simulated = [one.id for one in CLAIMS if one.simulated]
    assert simulated == ["norm-gap", "weak-to-strong"]
    for id in simulated:
        assert not claim(id).proofs
        assert "with probability at least 1 - " in claim(id).stated()


def test_an_instance_without_what_a_claim_needs_is_vacuous() -> None:
    bare = replace(draw_case(0), truth=None, extra={}, q=None)
    for one in GENERALIZATION_CLAIMS:
        assert judge(one, bare).verdict is Verdict.VACUOUS
    full = draw_case(0)
    swapped = replace(full, gamma=F(1, 2))
    assert judge(claim("transfer"), swapped).verdict is Verdict.VACUOUS
    nobody = replace(full, extra={**full.extra, "low": F(-1)})
    for id in ("robust-weight", "robust-stability"):
        assert judge(claim(id), nobody).verdict is Verdict.VACUOUS
    far = replace(full, data=replace(full.data, x=(F(0), F(1), *full.data.x[2:])))
    assert judge(claim("weak-to-strong"), far).verdict is Verdict.VACUOUS


def _lost(one: Instance) -> bool:
    pairs = zip(one.truth or (), one.data.x, strict=True)
    low, high = one.extra["low"], one.gamma or F(0)
    return any(abs(f0) <= low and abs(one.network(x)) > high for f0, x in pairs)


def _is_strict(one: Instance) -> bool:
    """Some core data are gone, and h+ at t is positive."""
    core = [x for x, f0 in zip(one.data.x, one.truth or (), strict=True) if f0 == one.extra["low"]]
    beyond = sum(x > one.extra["at"] for x in core)
    return 0 < one.extra["missing"] < beyond and one.extra["missing"] == sum(
        f0 == one.extra["low"] and q == 0
        for f0, q in zip(one.truth or (), one.q or (), strict=True)
    )


REACHED: dict[str, tuple[Callable[[Instance], bool], int]] = {
    "truth-levels": (_lost, 20),
    "core": (_is_strict, 8),
    "robust": (lambda one: one.network.k > 1 and one.extra["missing"] > 0, 10),
    "dyadic-on-kink": (lambda one: one.network.k > 0 and len(set(one.truth or ())) > 1, 20),
    "risk": (
        lambda one: any(
            f0 == one.network(x) for f0, x in zip(one.truth or (), one.data.x, strict=True)
        ),
        8,
    ),
}


@pytest.mark.parametrize("domain", REACHED)
def test_a_strategy_reaches_what_its_claim_is_about(domain: str) -> None:
    holds, least = REACHED[domain]
    assert sum(map(holds, sample(DOMAINS[domain], 100))) >= least
