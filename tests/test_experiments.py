"""Experiments run, save, and are redrawn from what was saved; intervals, trends and counts."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.experiment_results import columns, planted, tiny, wobble
from verify.claim import Verdict
from verify.experiments import (
    noise,
    rate_sweep,
)
from verify.experiments.certify import certified_sentence
from verify.experiments.common import load, read_settings, save, stated_protocol
from verify.experiments.registry import (
    EXPERIMENTS,
    listing,
    make,
    redraw,
    refuted,
    run_experiment,
)
from verify.experiments.trends import estimate, finals, paired, trend, verb, verdict
from verify.model import InputError
from verify.report.drawing import embedded

QUICK = ("rate-sweep", "uncertain-regions")


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in EXPERIMENTS],
)
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
    shown = embedded((folder / "figure.svg").read_text(), name)
    fixed = [colour for colour in ("#000000", "#ffffff") if colour in shown]
    assert not fixed, "neither colour serves on a page that may be light or dark"

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
    results = load(folder)
    results.arrays["runs/claim t"][-1] = float(Verdict.REFUTED)
    save(folder, full, results, made_by="a test")
    assert refuted(folder)
    assert make(folder)[-3] == "Made by: a test"
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
    with pytest.raises(InputError, match="no results of an experiment"):
        make(tmp_path)
    for levels in ({"gamma": "x"}, {"gamma": None}, {"gamma": [1.0]}, {"sweeps": []}, {}):
        with pytest.raises(InputError, match="does not describe an experiment"):
            read_settings({**levels, "inside": 0.5})
    for level in (float("nan"), 0.0, -1.0):
        with pytest.raises(InputError, match=f"inside is {level}; a finite positive number"):
            read_settings({"sweeps": {}, "gamma": 1.0, "inside": level})
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
    assert str(found).endswith("] in 10 of 11 seeds")
    assert str(estimate(kept)).endswith("]")
    assert str(estimate([np.nan])) == "not measured"


def test_few_seeds_claim_no_trend():
    change = estimate(np.linspace(1.0, 1.1, 9))
    assert change.sign == 0
    assert verb(change) == "has no stated trend (9 seeds are too few)"
    assert verdict(change, 1) == "not tested"
    assert verdict(estimate(np.linspace(-1.0, 1.0, 10)), 1) == "not reproduced"
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
    values = dict.fromkeys(("excess_inside", "excess_risk"), level)
    protocol = stated_protocol(planted(noise.SMALL, {noise.RUNS: values}, status="diverged"))
    assert protocol.endswith("240 runs diverged and are left out.")
    assert "diverged" not in stated_protocol(planted(noise.SMALL, {noise.RUNS: values}))


def test_certified_verdicts_are_counted_and_a_refutation_shows():
    sweep = rate_sweep.SMALL.sweeps[rate_sweep.TIME]
    found = columns(sweep, {})
    sentence = certified_sentence([found, found])
    assert "t 240 CERTIFIED" in sentence
    assert "t-gamma 240 CERTIFIED" in sentence
    assert "none is refuted" in sentence
    found["claim tv"][2] = float(Verdict.REFUTED)
    assert "(1 REFUTED)" in certified_sentence([found])
    assert "tv 119 CERTIFIED, 1 REFUTED" in certified_sentence([found])


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


def test_results_of_another_experiment_are_not_drawn_under_this_name(tmp_path):
    with pytest.raises(InputError, match="no results of an experiment"):
        redraw("noise", tmp_path)
    header = {"experiment": "smoothness", "command": "", "sha256": ""}
    (tmp_path / "results.json").write_text(json.dumps(header))
    with pytest.raises(InputError, match="holds results of 'smoothness', not of 'noise'"):
        redraw("noise", tmp_path)
