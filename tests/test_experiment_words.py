"""The words of findings follow the numbers: other numbers, other sentences."""

from dataclasses import replace

import numpy as np
import pytest

from tests.experiment_results import planted, wobble
from verify.experiments import (
    false_certainty,
    noise,
    rate_sweep,
    smoothness,
    trade_offs,
    uncertain_regions,
    uncertain_sets,
    weak_to_strong,
)


def _with_few_seeds(settings):
    sweeps = {name: replace(sweep, seeds=range(9)) for name, sweep in settings.sweeps.items()}
    return replace(settings, sweeps=sweeps)


def _rates(direction, fixed):
    def level(sign):
        return lambda eta, seed, _r, _c: 5.0 + sign * eta + wobble(seed)

    one = {"loss": level(-direction), "excess_inside": level(direction), "S": level(direction)}
    two = {**one, "excess_inside": level(fixed)}
    edge = {"lambda_high": lambda eta, *_: 2.0 / eta}
    sweeps = {rate_sweep.TIME: {**one, **edge}, rate_sweep.STEPS: {**two, **edge}}
    return rate_sweep.findings(planted(rate_sweep.SMALL, sweeps))


def test_rate_sweep_words_follow_the_numbers():
    as_told, against = _rates(-1, 1), _rates(1, 1)
    assert "interior excess risk falls" in as_told[0]
    assert as_told[0].count(": reproduced") == 3
    assert "interior excess risk rises" in as_told[1]
    assert "reverses from one protocol to the other" in as_told[2]
    assert against[0].count(": reversed") == 3
    assert "same trend under both protocols" in against[2]
    assert "not found under both protocols" in _rates(-1, 0)[2]


@pytest.mark.parametrize(
    ("inside", "outside", "word"), [(-1, 1, ""), (-1, -1, "not "), (-2, -1, ""), (1, 2, "not ")]
)
def test_uncertain_regions_words_follow_the_numbers(inside, outside, word):
    def level(sign):
        return lambda eta, seed, _r, _c: 5.0 + sign * eta + wobble(seed)

    values = {f"weighted_{region}": lambda *_: 1.0 for region in ("in", "hull", "out")}
    values |= {"plain_in": level(inside), "plain_hull": level(inside), "plain_out": level(outside)}
    values |= {"overlap": level(inside)}
    name, settings = uncertain_regions.RUNS, uncertain_regions.SMALL
    found = uncertain_regions.findings(planted(settings, {name: values}))
    assert found[1].endswith(f"in the hull more than outside is {word}reproduced.")
    assert (f"): {'reproduced' if inside < 0 else 'reversed'}; outside it") in found[1]
    assert f"this overlap {'rises' if inside > 0 else 'falls'}" in found[2]
    few = _with_few_seeds(settings)
    assert "is not tested." in uncertain_regions.findings(planted(few, {name: values}))[1]
    assert "0.333 [0.333, 0.333] outside the hull" in found[0]


@pytest.mark.parametrize("sign", [1, -1])
def test_uncertain_sets_words_follow_the_numbers(sign):
    values = {
        "uncertain": lambda eta, seed, _r, _c: 0.5 + sign * 0.1 * eta + wobble(seed),
        "truth_uncertain": lambda *_: 0.1,
        "overlap": lambda _e, seed, _r, check: 0.5 + sign * 0.1 * check + wobble(seed) * check,
    }
    found = uncertain_sets.findings(planted(uncertain_sets.SMALL, {"runs": values}))
    word = "rises" if sign > 0 else "falls"
    assert f"the uncertain share {word} (" in found[0]
    assert f"its distance from that of f0 {word}" in found[0]
    assert f"it {word} from time" in found[1]
    assert ("that it rises: reproduced" if sign > 0 else "that it rises: reversed") in found[1]


@pytest.mark.parametrize(
    ("confident", "rough", "words"),
    [
        (0, -1, "ends smoother and is not shown to end more confident"),
        (-1, 0, "ends more confident and is not shown to end smoother"),
        (-1, -1, "ends smoother and more confident"),
        (1, 1, "neither smoother nor more confident"),
    ],
)
def test_smoothness_words_follow_the_numbers(confident, rough, words):
    values = {
        "P": lambda eta, seed, _r, _c: 0.2 * np.exp(0.5 * confident * eta + wobble(seed)),
        "S": lambda eta, seed, _r, _c: 5.0 * np.exp(0.5 * rough * eta + wobble(seed)),
        "I": lambda *_: 0.0,
        "lambda_high": lambda eta, *_: 2.0 / eta if eta > 0.1 else 1.0 / eta,
    }
    settings = smoothness.SMALL
    found = smoothness.findings(planted(settings, {"runs": values}))
    assert words in found[1]
    assert found[0].startswith("20 of 30 runs")
    values["lambda_high"] = lambda eta, *_: 1.0 / eta
    assert smoothness.findings(planted(settings, {"runs": values}))[0].startswith("No run of 30")


@pytest.mark.parametrize(("sign", "held"), [(1, "5 of 5"), (-1, "0 of 5"), (0, "0 of 5")])
def test_noise_words_follow_the_numbers(sign, held):
    def excess(eta, seed, _r, _c):
        return 1.0 - sign * eta + wobble(seed) * (1.0 + eta)

    values = {
        "excess_inside": excess,
        "excess_risk": lambda *given: -excess(*given),
        "train_error": lambda eta, _s, rate, _c: rate if eta < 1 else 0.5,
        "changes": lambda _e, _s, rate, _c: 200.0 * rate,
    }
    found = noise.findings(planted(noise.SMALL, {"runs": values}))
    assert f"({held}); over all data it is found at {5 * (sign < 0)} of 5." in found[1]
    assert "in 100 of 120 runs" in found[1]
    assert "eta = 0.1: 10 at r = 0; eta = 1.2: none" in found[1]
    few = _with_few_seeds(noise.SMALL)
    assert "r > 0 is not tested (0 of 5)" in noise.findings(planted(few, {"runs": values}))[1]
    assert ("eta = 1.2 has the lower interior excess" in found[0]) is (sign > 0)
    assert ("eta = 0.1 has the lower one" in found[0]) is (sign < 0)
    assert ("no difference is shown" in found[0]) is (sign == 0)


@pytest.mark.parametrize(("sign", "held"), [(1, "3 of 3"), (-1, "0 of 3")])
def test_trade_off_words_follow_the_numbers(sign, held):
    def excess(eta, seed, _r, _c):
        return 3.0 + sign * max(eta - 1.6, 0.0) * 0.1 + wobble(seed)

    settings = trade_offs.SMALL
    gammas = np.array(trade_offs.GAMMAS)
    etas = np.repeat([0.1, 5.0], 10)
    curve = np.tile((gammas - 2.0) ** 2 + 1.0, (20, 1))
    more = {"exclusion": np.array([[0.2, 1.0, 2.0]] * 3), "curves/gamma": gammas}
    more |= {"curves/eta": etas, "curves/bound": curve, "curves/spent": curve / 10}
    more |= {"curves/share": curve, "curves/width": curve}
    values = {name: {"excess_inside": excess} for name in settings.sweeps}
    found = trade_offs.findings(planted(settings, values, more))
    assert f"is found for {held} truths" in found[0]
    assert "least at gamma = 2, inside the range: 1 against 0.1 spent" in found[1]
    more["curves/bound"] = np.tile(gammas, (20, 1))
    found = trade_offs.findings(planted(settings, values, more))
    assert "least at gamma = 0.25, at an end of the range" in found[1]
    more["exclusion"] = np.array([[0.2, 1.0, 10.0]] * 3)
    found = trade_offs.findings(planted(settings, values, more))
    assert found[0].count("no eta is beyond eta*") == 3
    assert "is found for 0 of 3" in found[0]
    more["curves/share"][-1] = np.nan
    more["curves/bound"][-1] = np.inf
    lost = trade_offs.findings(planted(settings, values, more))
    assert lost[1] == found[1]
    more["curves/share"][:] = np.nan
    assert trade_offs.findings(planted(settings, values, more))[1].endswith("no run is left.")


def test_with_few_seeds_the_trade_off_is_not_tested_rather_than_found_for_none():
    settings, gammas = _with_few_seeds(trade_offs.SMALL), np.array(trade_offs.GAMMAS)
    more = {f"curves/{key}": np.ones((1, gammas.size)) for key in ("bound", "spent", "share")}
    more |= {"exclusion": np.array([[0.2, 1.0, 2.0]] * 3), "curves/gamma": gammas}
    more |= {"curves/eta": np.array([5.0])}
    values = {name: {"excess_inside": lambda eta, *_: eta} for name in settings.sweeps}
    found = trade_offs.findings(planted(settings, values, more))
    assert found[0].endswith("below it is not tested.")
    assert "truths" not in found[0]


def test_a_rise_below_the_limit_is_not_hidden_by_the_ends():
    def valley(eta, seed, _r, _c):
        return {0.1: 3.0, 0.4: 2.0, 1.6: 3.0, 5.0: 4.0}[eta] + wobble(seed)

    settings, gammas = trade_offs.SMALL, np.array(trade_offs.GAMMAS)
    more = {f"curves/{key}": np.ones((1, gammas.size)) for key in ("bound", "spent", "share")}
    more |= {"exclusion": np.array([[0.2, 1.0, 2.0]] * 3), "curves/gamma": gammas}
    more |= {"curves/eta": np.array([5.0])}
    values = {name: {"excess_inside": valley} for name in settings.sweeps}
    found = trade_offs.findings(planted(settings, values, more))
    assert found[0].count("first rise between 0.4 and 1.6") == 3
    assert "is found for 0 of 3 truths" in found[0]


def _certainty(status, missed, slope, sharper=-1):
    values = {
        "train_error": lambda _e, seed, _r, _c: 0.0 if seed >= missed else 0.1,
        "lambda_high": lambda _e, _s, _r, check: 4.0 / 10.0**check,
        "loss": lambda *_: 0.001,
        "excess_risk": lambda *_: 3.0,
    }
    margins = np.array(false_certainty.MARGINS)
    more = {"ramps/margin": margins, "ramps/log10_lambda": np.tile(sharper * margins, (10, 1))}
    more |= {"ramps/excess": np.tile(slope * margins, (10, 1)) + np.arange(10)[:, None]}
    return false_certainty.findings(planted(false_certainty.SMALL, {"runs": values}, more, status))


def test_false_certainty_words_follow_the_numbers():
    told = _certainty("trapped", 4, 1.0)
    assert "6 of 10 runs fit every label" in told[0]
    assert "0.04 (0.01 of its peak)" in told[0]
    assert told[0].endswith("is reproduced in 10 of 10 runs.")
    assert all("excess over all data" in sentence for sentence in told)
    assert told[1].endswith("is reproduced.")
    untold = _certainty("ok", 4, -1.0)
    assert untold[0].endswith("is not reproduced.")
    assert untold[1].endswith("is not reproduced.")
    assert _certainty("ok", 4, 1.0, sharper=1)[1].endswith("is not reproduced.")
    assert "0 of 10 runs fit every label: a trained" in _certainty("ok", 10, 1.0)[0]


def test_where_amplification_stops_is_said_as_it_is():
    levels = np.array([0.0, 0.1, 0.2, 0.3])
    cases = {
        (1.0, 1.0, 1.0, 0.5): "does not stop at the levels tried",
        (0.4, 0.0, 0.0, 0.0): "is at no level tried",
        (1.0, 0.8, 0.4, 0.0): "stops at r = 0.2",
        (0.0, 0.4, 0.6, 1.0): "begins at r = 0.2 and does not stop beyond",
        (1.0, 0.0, 1.0, 0.0): "is at r = 0, 0.2 and not at r = 0.1, 0.3",
        (1.0, 1.0, np.nan, 0.0): "stops at r = 0.3",
        (np.nan, np.nan, np.nan, np.nan): "cannot be told: every run diverged",
    }
    for shares, words in cases.items():
        assert weak_to_strong.stopping(levels, np.array(shares)) == words


@pytest.mark.parametrize("sign", [1, -1])
def test_weak_to_strong_words_follow_the_numbers(sign):
    values = {
        "core": lambda *_: 50.0,
        "full weight": lambda *_: 1.0,
        "excess_all": lambda *_: 0.1,
        "excess_core": lambda *_: 0.1,
    }
    for high in weak_to_strong.HIGHS:
        values |= {
            f"lost {high:g}": lambda _e, _s, rate, _c: 20.0 * (rate > 0.3),
            f"back lost {high:g}": lambda *_: 0.0,
            f"budget {high:g}": lambda _e, s, rate, _c: 15 + sign * 10 * rate + wobble(s),
            f"back budget {high:g}": lambda *_: 1.0,
            f"weight {high:g}": lambda _e, _s, rate, _c: float(sign * (rate - 0.25) < 0),
        }
    found = weak_to_strong.findings(planted(weak_to_strong.SMALL, {"runs": values}))
    assert ("stops at r = 0.3" if sign > 0 else "begins at r = 0.3") in found[0]
    assert f"it {'rises' if sign > 0 else 'falls'} (" in found[1]
    assert "counts above the lemma's budget, both protocols: 80 of 800" in found[1]
    assert "share of the data is 0.5 at r = 0, 0.5 at r = 0.1," in found[2]
