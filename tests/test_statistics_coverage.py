"""Replicates, their files, and what is concluded from counts."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from verify.dynamics.truth import Truth, labels
from verify.model import InputError
from verify.statistics import plans
from verify.statistics.bounds import norm_bound
from verify.statistics.coverage import LEAST, coverage, measure, measure_fresh, replicates
from verify.statistics.fits import penalized_likelihood
from verify.statistics.path_norm import supremum
from verify.statistics.rate import Ladder, measure_rate
from verify.statistics.settings import Descent, Penalized, Setting, prepare
from verify.statistics.trial import Row, divergences, trial

WAVE = Truth(height=1.0, waves=1.0)
QUICK = Setting(name="quick", n=40, truth=WAVE, fit=Penalized())
DESCENT = Setting(
    name="trained",
    n=60,
    truth=WAVE,
    low=-0.25,
    high=0.25,
    fit=Descent(k=8, steps=800, eps=0.2, stability=3.0),
)


def rows(measured: list[float], *, bound: float = 1.0, trivial: float = 2.0, admitted: int = 10**9):
    return [
        Row(measured=value, bound=bound, trivial=trivial, admitted=at < admitted)
        for at, value in enumerate(measured)
    ]


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (rows([0.5] * 60), "SUPPORTED"),
        (rows([0.5] * 59 + [1.5]), "UNDECIDED"),
        (rows([0.5] * 40 + [1.5] * 20), "REFUTED"),
        (rows([0.5] * 58), "VACUOUS"),
        (rows([0.5] * 60, admitted=58), "VACUOUS"),
        (rows([0.5] * 60, trivial=1.0), "VACUOUS"),
        (rows([1.5] * 60, trivial=1.0), "REFUTED"),
        (rows([1.5] * 60, admitted=0), "VACUOUS"),
    ],
)
def test_the_verdict_of_a_count(given: list[Row], verdict: str) -> None:
    found = coverage(QUICK, "norm", given)
    assert found.verdict == verdict
    assert found.failures == sum(row.measured > row.bound for row in given if row.admitted)


def test_a_control_scales_the_bound_and_not_the_ratio() -> None:
    found = coverage(QUICK, "norm", rows([0.1, 0.3, 0.4] * 30, trivial=0.5), factor=0.2)
    assert (found.failures, found.admitted, found.verdict) == (60, 90, "REFUTED")
    assert (found.ratio, found.worst) == (0.3, 0.4)
    assert found.useful == found.admitted


def test_equality_is_no_failure() -> None:
    assert coverage(QUICK, "norm", rows([1.0] * LEAST)).failures == 0


def test_the_rows_of_a_replicate_are_what_their_names_say() -> None:
    prepared = prepare(QUICK)
    found = trial(prepared, 7)
    assert set(found) == {"norm", "sharper", "event", "strong"}
    x, y = prepared.x, labels(prepared.f0, noise=0.0, seed=7)
    xi = (y > 0) - 1 / (1 + np.exp(-prepared.f0))
    assert found["norm"].measured == pytest.approx(supremum(x, xi) + 0.5 * abs(xi.mean()))
    assert found["norm"].bound == norm_bound(x, radius=1.0, offset=0.5, delta=0.025)
    assert found["sharper"].bound < found["norm"].bound
    f = penalized_likelihood(x, y, 0.2 * 40**-0.8).f
    p, q = 1 / (1 + np.exp(-prepared.f0)), 1 / (1 + np.exp(-f))
    entropy = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert found["strong"].measured == pytest.approx(entropy.mean())
    height = max(np.abs(f).max(), np.abs(prepared.f0).max())
    slopes = np.diff(f) / np.diff(x)
    variation = np.abs(np.diff(slopes)).sum() + prepared.truth_variation
    tau = max(0.0, np.mean(np.logaddexp(0, -y * f) - np.logaddexp(0, -y * prepared.f0)))
    bound = prepared.strong.bound(variation=variation, height=height, tau=tau)
    assert found["strong"].bound == pytest.approx(bound)


def test_the_chain_admits_by_stability_weakness_and_height() -> None:
    admitted = trial(prepare(DESCENT), 0)["chain"]
    assert admitted.admitted
    assert admitted.trivial <= 0.2 * 60 / prepare(DESCENT).strong.n
    for changed in ({"stability": 0.01}, {"eps": 1e-6}, {"core_level": 0.01, "gamma": 0.02}):
        fit = Descent(**{"k": 8, "steps": 800, "eps": 0.2, "stability": 3.0, **changed})
        other = Setting(name="x", n=60, truth=WAVE, low=-0.25, high=0.25, fit=fit)
        assert not trial(prepare(other), 0)["chain"].admitted


def test_divergences_vanish_at_the_truth_and_nowhere_else() -> None:
    f0 = np.linspace(-3, 3, 7)
    assert (divergences(f0, f0) == 0).all()
    assert (divergences(f0, f0 + 0.1) > 0).all()


def test_replicates_are_resumed_to_the_byte(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    expected = replicates(QUICK, range(5), whole)
    replicates(QUICK, range(3), parts)
    path = parts / "quick.jsonl"
    path.write_text(path.read_text()[:-10])
    done: list[int] = []
    assert replicates(QUICK, range(5), parts, done.append) == expected
    assert done == [2, 3, 4]
    assert path.read_bytes() == (whole / "quick.jsonl").read_bytes()
    done.clear()
    assert replicates(QUICK, range(5), parts, done.append) == expected
    assert done == []


def test_an_infinite_bound_is_kept(tmp_path: Path) -> None:
    whole = Setting(name="whole", n=40, truth=WAVE, fit=Descent(k=4, steps=20))
    first = replicates(whole, range(1), tmp_path)
    assert first[0]["chain"].bound == math.inf
    assert replicates(whole, range(1), tmp_path) == first


def test_a_file_of_other_settings_or_with_a_bad_line_is_refused(tmp_path: Path) -> None:
    replicates(QUICK, range(1), tmp_path)
    other = Setting(name="quick", n=41, truth=WAVE, fit=Penalized())
    with pytest.raises(InputError, match="other settings"):
        replicates(other, range(1), tmp_path)
    path = tmp_path / "quick.jsonl"
    path.write_text(path.read_text() + json.dumps({"seed": 1}) + "\n")
    with pytest.raises(InputError, match="no replicate"):
        replicates(QUICK, range(1), tmp_path)
    path.write_bytes(b"\xff\xfe\n")
    with pytest.raises(InputError, match=r"quick\.jsonl is not text"):
        replicates(QUICK, range(1), tmp_path)
    path.write_text("cut")
    assert len(replicates(QUICK, range(1), tmp_path)) == 1


def test_measure_lists_bounds_then_controls(tmp_path: Path) -> None:
    found = measure(QUICK, range(LEAST), tmp_path)
    assert [(row.bound, row.factor) for row in found] == [
        *(("norm", 1.0), ("sharper", 1.0), ("event", 1.0), ("strong", 1.0)),
        *QUICK.factors,
    ]
    assert [row.verdict for row in found[:3]] == ["SUPPORTED"] * 3
    assert [row.verdict for row in found[4:]] == ["REFUTED"] * 4
    with pytest.raises(InputError, match="no seeds"):
        measure(QUICK, (), tmp_path)
    odd = Setting(name="odd", n=40, truth=WAVE, fit=Penalized(), factors=(("chain", 0.5),))
    with pytest.raises(InputError, match="no bound 'chain'"):
        measure(odd, range(1), tmp_path)


def test_a_rate_falls_with_n(tmp_path: Path) -> None:
    ladder = Ladder(name="ladder", truth=WAVE, fit=Penalized(), sizes=(40, 160, 640))
    found = measure_rate(ladder, 12, tmp_path)
    assert found.low < found.slope < found.high
    assert found.slope < -0.4
    assert list(found.means) == sorted(found.means, reverse=True)
    assert plans.rate_line(found).startswith("ladder ")


def test_fresh_replicates_are_those_that_are_kept(tmp_path: Path) -> None:
    assert measure_fresh(QUICK, range(3)) == measure(QUICK, range(3), tmp_path)
    assert not measure_fresh(QUICK, range(2))[0].failures


def test_plans_have_different_names_and_enough_replicates() -> None:
    for plan in (plans.SMALL, plans.DEEP):
        names = [setting.name for setting, _ in plan]
        assert len(set(names)) == len(names)
        assert all(count >= LEAST for _, count in plan)
    assert len(plans.DEEP) >= 6
