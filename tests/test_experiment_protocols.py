"""Both protocols: which trends are found again, and which ones are turned round."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.experiment_results import Value, planted, wobble
from verify.experiments import (
    noise,
    smoothness,
    trade_offs,
    uncertain_regions,
    uncertain_sets,
    weak_to_strong,
)
from verify.experiments.protocols import agreement, both, fixed
from verify.experiments.registry import EXPERIMENTS
from verify.experiments.trends import Estimate, paired

RUNS = "runs"
Words = Callable[[int, int], str]
Values = dict[str, Value]


def change(sign: int, count: int = 10) -> Estimate:
    return Estimate(mean=sign, low=sign - 0.5, high=sign + 0.5, count=count, lost=0)


def test_the_runs_are_the_same_but_for_their_steps() -> None:
    matched = noise.SMALL.sweeps[RUNS]
    sweeps = both("name", matched)
    assert list(sweeps) == ["name", "name-fixed-steps"]
    assert sweeps["name"] == matched
    other = sweeps[fixed("name")]
    assert other.points() == matched.points()
    assert other.at(0.1)[-1] == other.at(1.2)[-1] == matched.amount
    assert matched.at(0.1)[-1] == 10 * matched.amount
    assert replace(other, protocol="time", checkpoints=matched.checkpoints) == matched


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name != "false-certainty"])
@pytest.mark.parametrize("kind", ["small", "paper"])
def test_every_experiment_about_step_sizes_is_run_under_both(name: str, kind: str) -> None:
    sweeps = getattr(EXPERIMENTS[name], kind).sweeps.values()
    assert {sweep.protocol for sweep in sweeps} == {"time", "steps"}


def test_the_comparison_counts_what_is_found_again_new_or_reversed() -> None:
    matched = {"a": change(1), "b": change(-1), "c": change(0), "d": change(1), "e": change(0)}
    other = {"a": change(1), "b": change(1), "c": change(-1), "d": change(0), "e": change(0)}
    told = agreement(matched, other)
    assert told == "1 of the 3 time-matched trends found again, 1 not seen there, reversed: b"
    assert agreement(matched, matched).endswith("3 time-matched trends found again, reversed: none")
    assert agreement({"c": change(0)}, {"c": change(1)}) == (
        "no time-matched trend to find again, 1 not seen there"
    )
    few = {**other, "c": change(1, count=9)}
    told = agreement(matched, few)
    assert told == "1 of the 3 time-matched trends found again, too few seeds for c, reversed: b"
    few = {name: change(1, count=9) for name in other}
    assert agreement(matched, few) == "nothing, the seeds are too few"
    assert agreement({}, {}) == "nothing is there to be compared"


def of_smoothness(sign: int) -> Values:
    return {
        "P": lambda eta, seed, *_: 0.1 * np.exp(0.1 * sign * eta + wobble(seed)),
        "S": lambda eta, seed, *_: np.exp(0.1 * sign * eta + wobble(seed)),
        "I": lambda *_: 0.0,
        "lambda_high": lambda *_: 1.0,
    }


def of_sets(sign: int) -> Values:
    return {
        "uncertain": lambda eta, seed, *_: 0.5 + sign * 0.1 * eta + wobble(seed),
        "truth_uncertain": lambda *_: 0.0,
        "overlap": lambda *_: 0.5,
    }


def of_regions(sign: int) -> Values:
    found: Values = {
        f"{kind}_{region}": lambda *_: 1.0
        for kind in ("plain", "weighted")
        for region in ("in", "hull", "out")
    }
    moving: Value = lambda eta, seed, *_: 5 + sign * eta + wobble(seed)  # noqa: E731
    return {**found, "plain_out": moving, "overlap": moving}


def of_noise(sign: int) -> Values:
    return {
        "excess_inside": lambda eta, seed, *_: 1 - sign * eta + wobble(seed) * (1 + eta),
        "excess_risk": lambda *_: 1.0,
        "train_error": lambda *_: 0.5,
        "changes": lambda *_: 1.0,
    }


def of_trade_offs(sign: int) -> Values:
    return {"excess_inside": lambda eta, seed, *_: 3 + sign * 0.1 * eta + wobble(seed) * eta}


def of_transfer(sign: int) -> Values:
    found: Values = {name: lambda *_: 1.0 for name in ("full weight", "excess_all", "excess_core")}
    for high in weak_to_strong.HIGHS:
        names = ("lost", "back lost", "back budget", "weight")
        found |= {f"{name} {high:g}": lambda *_: 1.0 for name in names}
        found[f"budget {high:g}"] = lambda _e, s, rate, _c: 15 + sign * rate + wobble(s) * rate
    return {**found, "core": lambda *_: 50.0}


@pytest.mark.parametrize(
    ("room", "values", "trends"),
    [
        (smoothness, of_smoothness, 2),
        (uncertain_sets, of_sets, 2),
        (uncertain_regions, of_regions, 3),
        (noise, of_noise, 6),
        (trade_offs, of_trade_offs, 3),
        (weak_to_strong, of_transfer, 2),
    ],
)
def test_a_trend_that_fixed_steps_turn_round_is_said_to_be_reversed(room, values, trends) -> None:
    gammas = np.array(trade_offs.GAMMAS)
    more = {f"curves/{key}": np.ones((1, gammas.size)) for key in ("bound", "spent", "share")}
    more |= {"exclusion": np.array([[0.2, 1.0, 2.0]] * 3), "curves/gamma": gammas}
    more |= {"curves/eta": np.array([5.0])}

    def last(matched: int, other: int) -> str:
        signs = {"time": matched, "steps": other}
        sweeps = room.SMALL.sweeps.items()
        given = {name: values(signs[sweep.protocol]) for name, sweep in sweeps}
        return room.findings(planted(room.SMALL, given, more))[-1]

    kept, gone, turned = last(1, 1), last(1, 0), last(1, -1)
    assert f" {trends} of the {trends} time-matched trends found again, reversed: none." in kept
    assert f" 0 of the {trends} time-matched trends found again, reversed: none." in gone
    assert f" 0 of the {trends} time-matched trends found again, reversed: " in turned
    assert not turned.endswith("reversed: none.")
    assert all("With 10000 steps for every eta instead" in text for text in (turned, kept, gone))


def test_changes_are_those_of_the_first_and_last_level() -> None:
    values: Values = {name: lambda eta, *_: eta for name in ("uncertain", "truth_uncertain")}
    found = uncertain_sets.changes(planted(uncertain_sets.SMALL, {RUNS: values}).sweep(RUNS))
    assert found["the uncertain share"] == paired([0.05] * 10, [1.2] * 10)
    assert found["its distance from that of f0"].mean == 0
