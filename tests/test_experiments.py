"""Experiments run, save, and are redrawn from what was saved; their words follow the numbers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.experiment_results import columns, planted, tiny, wobble
from verify.claim import Verdict
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
from verify.experiments.certify import certified_sentence
from verify.experiments.common import load, read_settings
from verify.experiments.registry import EXPERIMENTS, listing, make, refuted, run_experiment
from verify.experiments.trends import estimate, finals, paired, trend, verb, verdict
from verify.model import InputError


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_it_runs_saves_and_is_redrawn_without_running(name, tmp_path, monkeypatch):
    small = replace(EXPERIMENTS[name], small=tiny(EXPERIMENTS[name].small))
    monkeypatch.setitem(EXPERIMENTS, name, small)
    lines = run_experiment(name, paper=False, out=tmp_path, workers=1)
    folder = tmp_path / name
    header = json.loads((folder / "results.json").read_text())
    assert header["command"] == f"flatcert experiment {name}"
    assert read_settings(header["settings"]) == small.small
    first = [(folder / file).read_bytes() for file in ("figure.svg", "findings.txt")]
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")

    def never(*_):
        raise AssertionError("a figure needs no run")

    monkeypatch.setitem(EXPERIMENTS, name, replace(small, compute=never))
    for file in ("figure.svg", "figure.png", "findings.txt"):
        (folder / file).unlink()
    assert make(folder) == lines
    assert [(folder / file).read_bytes() for file in ("figure.svg", "findings.txt")] == first
    text = (folder / "findings.txt").read_text()
    assert "REFUTED" not in text
    assert "CERTIFIED" in text
    assert "2 seeds" in " ".join(text.split())
    with pytest.raises(AssertionError, match="needs no run"):
        run_experiment(name, paper=False, out=tmp_path, workers=1)


def test_a_paper_setting_has_its_own_folder_and_command(tmp_path, monkeypatch):
    name = "uncertain-regions"
    full = replace(EXPERIMENTS[name], paper=tiny(EXPERIMENTS[name].paper))
    monkeypatch.setitem(EXPERIMENTS, name, full)
    run_experiment(name, paper=True, out=tmp_path, workers=1)
    folder = tmp_path / f"{name}-paper"
    header = json.loads((folder / "results.json").read_text())
    assert header["command"] == f"flatcert experiment {name} --paper"
    assert not refuted(folder)
    saved = dict(np.load(folder / "results.npz"))
    saved["runs/claim t"][-1] = float(Verdict.REFUTED)
    np.savez(folder / "results.npz", **saved)
    assert refuted(folder)
    assert "(1 REFUTED)" in " ".join(make(folder))


def test_full_settings_are_those_of_the_paper():
    sweeps = rate_sweep.EXPERIMENT.paper.sweeps.values()
    assert all(sweep.k == 400 for sweep in sweeps)
    assert all(sweep.etas[0] == 0.01 and sweep.etas[-1] == 1.2 for sweep in sweeps)
    for found in EXPERIMENTS.values():
        for settings in (found.small, found.paper):
            assert all(len(sweep.seeds) >= 10 for sweep in settings.sweeps.values())


def test_bad_names_and_folders_are_one_line(tmp_path):
    with pytest.raises(InputError, match=r"no experiment 'rates'; .*rate-sweep, .*weak-to-strong"):
        run_experiment("rates", paper=False, out=tmp_path)
    with pytest.raises(InputError, match="no results of an experiment"):
        make(tmp_path)
    (tmp_path / "results.json").write_text('{"experiment": "noise", "settings": {}}')
    with pytest.raises(InputError, match="no readable NPZ"):
        load(tmp_path)
    np.savez(tmp_path / "results.npz", a=np.zeros(1))
    with pytest.raises(InputError, match="does not describe an experiment"):
        load(tmp_path)
    assert [line.split()[0] for line in listing()] == list(EXPERIMENTS)


def test_an_interval_is_that_of_students_t():
    values = np.array([0.3, -0.1, 0.7, 0.2, 0.5, 0.4, np.nan, 0.1, 0.0, 0.6, 0.2])
    found = estimate(values)
    kept = values[np.isfinite(values)]
    low, high = stats.ttest_1samp(kept, 0.0).confidence_interval(0.95)
    assert (found.low, found.high, found.count) == (pytest.approx(low), pytest.approx(high), 10)
    assert found.sign == 1
    assert estimate(-values).sign == -1
    assert estimate(kept - kept.mean()).sign == 0
    assert estimate([]).count == 0
    assert str(estimate([np.nan])) == "not measured"


def test_few_seeds_claim_no_trend():
    change = estimate(np.linspace(1.0, 1.1, 9))
    assert change.sign == 0
    assert verb(change) == "has no stated trend (9 seeds are too few)"
    assert verdict(change, 1) == "not reproduced"
    enough = estimate(np.linspace(1.0, 1.1, 10))
    assert (verb(enough), verdict(enough, 1), verdict(enough, -1)) == (
        "rises",
        "reproduced",
        "reversed",
    )


def test_a_trend_is_paired_by_seed():
    offsets = 100.0 * np.arange(10)
    assert " rises (" in trend("it", np.stack([offsets, offsets + 1 + 0.1 * np.arange(10)]))
    assert paired(offsets, offsets - 1).high == -1.0
    assert "shows no trend" in trend("it", np.stack([offsets, offsets[::-1]]))


def test_diverged_runs_are_left_out_and_counted():
    sweep = rate_sweep.SMALL.sweeps[rate_sweep.TIME]
    values = {"x": lambda *_: 1.0}
    assert np.isnan(finals(columns(sweep, values, "diverged"), "x")[1]).all()
    assert (finals(columns(sweep, values), "x")[1] == 1.0).all()
    level = lambda eta, seed, _r, _c: eta + wobble(seed)  # noqa: E731
    names = ("loss", "excess_inside", "S", "lambda_high")
    each = dict.fromkeys(rate_sweep.SMALL.sweeps, dict.fromkeys(names, level))
    lost = rate_sweep.findings(planted(rate_sweep.SMALL, each, status="diverged"))
    assert "40 runs diverged and are left out" in lost[0]


def test_certified_verdicts_are_counted_and_a_refutation_shows():
    sweep = rate_sweep.SMALL.sweeps[rate_sweep.TIME]
    found = columns(sweep, {})
    sentence = certified_sentence([found, found])
    assert "t 240 CERTIFIED" in sentence
    assert "t-gamma 80 CERTIFIED" in sentence
    assert "none is refuted" in sentence
    found["claim tv"][2] = float(Verdict.REFUTED)
    assert "(1 REFUTED)" in certified_sentence([found])
    assert "tv 39 CERTIFIED, 1 REFUTED" in certified_sentence([found])


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
    ("inside", "outside", "word"), [(-1, 0, ""), (-1, -1, "not "), (1, 0, "not ")]
)
def test_uncertain_regions_words_follow_the_numbers(inside, outside, word):
    def level(sign):
        return lambda eta, seed, _r, _c: 5.0 + sign * eta + wobble(seed)

    values = {f"weighted_{region}": lambda *_: 1.0 for region in ("in", "hull", "out")}
    values |= {"plain_in": level(inside), "plain_hull": level(inside), "plain_out": level(outside)}
    values |= {"overlap": level(inside)}
    name, settings = uncertain_regions.RUNS, uncertain_regions.SMALL
    found = uncertain_regions.findings(planted(settings, {name: values}))
    assert found[1].endswith(f"in the hull and only there is {word}reproduced.")
    assert f"this overlap {'rises' if inside > 0 else 'falls'}" in found[2]
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
    assert f"it {word} (" in found[0]
    assert f"its distance from the share of f0 {word}" in found[0]
    assert f"it {word} from time" in found[1]
    assert ("that it rises: reproduced" if sign > 0 else "that it rises: reversed") in found[1]


@pytest.mark.parametrize(
    ("confident", "rough", "words"),
    [
        (0, -1, "ends smoother, not more confident"),
        (-1, 0, "ends more confident, not smoother"),
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
        "train_error": lambda eta, _s, rate, _c: rate if eta < 1 else 0.5,
        "changes": lambda _e, _s, rate, _c: 200.0 * rate,
    }
    found = noise.findings(planted(noise.SMALL, {"runs": values}))
    assert f"({held})." in found[1]
    assert "in 100 of 120 runs" in found[1]
    assert "eta = 0.1: 10 at r = 0; eta = 1.2: none" in found[1]
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
    assert found[0].count("every eta is below eta*") == 3
    assert f"is found for {'0' if sign > 0 else '3'} of 3" in found[0]


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
    assert "counts above the lemma's budget: 40 of 400" in found[1]


def test_a_folder_of_another_setting_is_refused(tmp_path, monkeypatch):
    name = "uncertain-regions"
    one = replace(EXPERIMENTS[name], small=tiny(EXPERIMENTS[name].small))
    monkeypatch.setitem(EXPERIMENTS, name, one)
    run_experiment(name, paper=False, out=tmp_path, workers=1)
    sweeps = {key: replace(sweep, k=7) for key, sweep in one.small.sweeps.items()}
    other = replace(one, small=replace(one.small, sweeps=sweeps))
    monkeypatch.setitem(EXPERIMENTS, name, other)
    with pytest.raises(InputError, match="other settings"):
        run_experiment(name, paper=False, out=Path(tmp_path), workers=1)
