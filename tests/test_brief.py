"""Experiments in brief: what `flatcert run` makes of them, and what the page shows."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.experiment_results import tiny
from verify import jobs
from verify.claim import Verdict
from verify.evidence import overall
from verify.experiments import brief, noise, registry, smoothness
from verify.experiments.certify import FAMILY
from verify.experiments.registry import EXPERIMENTS
from verify.gate import problems
from verify.report.drawing import embedded
from verify.report.page import page_html


@pytest.fixture
def quick(monkeypatch):
    """One experiment, tiny, so that a whole brief run takes a second."""
    found = replace(noise.EXPERIMENT, small=tiny(noise.EXPERIMENT.small))
    monkeypatch.setattr(registry, "EXPERIMENTS", {"noise": found})
    monkeypatch.setattr(brief, "EXPERIMENTS", {"noise": found})
    return found


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_in_brief_an_experiment_is_smaller_and_otherwise_the_same(name):
    full = EXPERIMENTS[name].small
    short = brief.brief(full)
    assert (short.gamma, short.inside) == (full.gamma, full.inside)
    for was, now in zip(full.sweeps.values(), short.sweeps.values(), strict=True):
        assert now.seeds == was.seeds[: brief.SEEDS]
        assert now.amount * brief.SHORTER == was.amount
        assert (now.etas, now.noises, now.sizes, now.k) == (was.etas, was.noises, was.sizes, was.k)


def test_a_run_has_one_line_for_each_claim_and_saves_the_figure(quick, tmp_path):
    stale = tmp_path / "brief" / "noise" / "stale"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    lines = jobs.perform(jobs.Job(kind="training", subject="noise", out=tmp_path))
    assert [line.claim for line in lines] == list(FAMILY)
    assert not stale.exists()
    assert (tmp_path / "brief" / "noise" / "figure.svg").is_file()
    runs = sum(len(sweep.points()) for sweep in brief.brief(quick.small).sweeps.values())
    by_claim = {line.claim: line for line in lines}
    assert by_claim["t-star"].tried == by_claim["t-star"].admitted == 2 * runs
    assert by_claim["t"].tried == 2 * runs
    assert {line.verdict for line in lines} <= {"CERTIFIED", "VACUOUS"}
    assert problems(lines) == []


@pytest.fixture
def made(quick, tmp_path):
    """A brief run, with its results as they were saved."""
    assert list(brief.EXPERIMENTS.values()) == [quick]
    brief.run_brief("noise", tmp_path)
    folder = tmp_path / "brief" / "noise"
    return registry.load(folder), folder


def changed(results, id, row, verdict, sweep="runs"):
    """The results with another verdict of a claim at one network."""
    arrays = dict(results.arrays)
    codes = arrays[f"{sweep}/claim {id}"].copy()
    codes[row] = int(verdict)
    return replace(results, arrays={**arrays, f"{sweep}/claim {id}": codes})


def test_one_refuted_network_refutes_the_claim_and_is_kept_exactly(made):
    results, folder = made
    row = int(np.flatnonzero(results.sweep("runs")["step"] > 0)[1])
    line = brief._line("t", "noise", changed(results, "t", row, Verdict.REFUTED), folder)
    assert line.verdict == "REFUTED"
    assert problems([line]) != []
    theta = brief.store.load(folder / "runs").theta[row]
    exact = [float(brief.Fraction(value)) for value in line.witness["network"]["w"]]
    assert exact == theta[: len(exact)].tolist()
    assert len(line.witness["data"]["x"]) == 12


def test_undecided_is_not_certified_and_outside_alone_is_vacuous(made):
    results, folder = made
    line = brief._line("t", "noise", changed(results, "t", 0, Verdict.UNDECIDED), folder)
    assert (line.verdict, line.undecided) == ("UNDECIDED", 1)
    assert overall([line]) == Verdict.UNDECIDED
    nowhere = results
    for sweep in results.settings.sweeps:
        nowhere = changed(nowhere, "t", slice(None), Verdict.VACUOUS, sweep)
    line = brief._line("t", "noise", nowhere, folder)
    assert (line.verdict, line.admitted) == ("VACUOUS", 0)


@pytest.mark.parametrize("judged", [0, 1])
@pytest.mark.parametrize("sweep", ["runs", "runs-fixed-steps"])
def test_too_few_networks_judged_is_an_error_and_no_silence(made, sweep, judged):
    results, folder = made
    codes = {f"{sweep}/claim t": results.arrays[f"{sweep}/claim t"][:judged]}
    few = replace(results, arrays={**results.arrays, **codes})
    line = brief._line("t", "noise", few, folder)
    assert line.verdict == "ERROR"
    assert problems([line]) != []


def test_what_an_earlier_run_left_and_cannot_be_removed_is_an_error(quick, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / quick.name).symlink_to(tmp_path / "elsewhere")
    (line,) = jobs.perform(jobs.Job(kind="training", subject=quick.name, out=tmp_path))
    assert (line.verdict, line.subject) == ("ERROR", quick.name)


@pytest.mark.usefixtures("made")
def test_the_page_shows_the_fullest_results_that_are_saved(quick, tmp_path):
    (short,) = brief.shown(tmp_path)
    assert short.made_by == "flatcert run"
    registry.run_experiment("noise", paper=False, out=tmp_path / "experiments", workers=1)
    (full,) = brief.shown(tmp_path)
    assert full.made_by == "flatcert experiment noise"
    assert full.findings == quick.findings(registry.load(tmp_path / "experiments" / "noise"))
    page = page_html([], [full])
    assert quick.title in page
    assert page.count("<svg") == 1
    assert "flatcert experiment noise" in page


def _another(folder):
    registry.save(folder, smoothness.EXPERIMENT, registry.load(folder), made_by="other")
    registry.draw(noise.EXPERIMENT, folder)


def _older(folder):
    results = registry.load(folder)
    kept = {key: found for key, found in results.arrays.items() if key != "runs/changes"}
    drawing = (folder / "figure.svg").read_bytes()
    registry.save(folder, noise.EXPERIMENT, replace(results, arrays=kept), made_by="older")
    (folder / "figure.svg").write_bytes(drawing)


def _cut_off(folder):
    drawing = (folder / "figure.svg").read_bytes()
    (folder / "figure.svg").write_bytes(drawing[: len(drawing) // 2])


@pytest.mark.parametrize("change", [_another, _older, _cut_off])
def test_the_page_passes_over_results_that_it_cannot_show(made, tmp_path, change):
    full = tmp_path / "experiments" / "noise"
    full.parent.mkdir()
    made[1].rename(full)
    assert len(list(brief.shown(tmp_path))) == 1
    change(full)
    assert list(brief.shown(tmp_path)) == []


def test_no_experiment_is_shown_where_none_was_made(tmp_path):
    assert list(brief.shown(tmp_path)) == []


def drawn(tmp_path, fraction):
    folder = tmp_path / "figure.svg"
    folder.write_text(
        '<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"\n'
        ' xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        ' <style type="text/css">*{stroke-linejoin: round}</style>\n'
        f' <path id="used" d="M {fraction} 0.26 \nL 3 4" style="fill: #ffffff"/>\n'
        ' <g id="idle">\n  <use xlink:href="#used" x="1.25" y="2"/></g>\n'
        ' <text x="1.004" transform="translate(1.234 5)">eta = 1.234 <!-- b --></text>\n</svg>\n'
    )
    return embedded(folder.read_text(), "one")


def test_an_embedded_figure_is_the_same_picture_in_fewer_letters(tmp_path):
    text = drawn(tmp_path, "1.0499")
    root = ElementTree.fromstring(text)
    path = root.find(".//{*}path")
    use = root.find(".//{*}use")
    assert path.attrib["d"].split() == ["M", "1.0", "0.3", "L", "3", "4"]
    assert path.attrib["style"] == "fill: none"
    assert use.attrib["{http://www.w3.org/1999/xlink}href"] == f"#{path.attrib['id']}"
    assert "idle" not in text
    assert root.find(".//{*}text").text.strip() == "eta = 1.234"
    assert drawn(tmp_path, "7.5") != text


def test_a_style_that_is_used_often_becomes_one_class():
    lines = '<path style="stroke: red"/>' * 3 + '<path style="stroke: blue"/>'
    text = embedded(f"<svg><style>*{{}}</style>{lines}</svg>", "one")
    name = ElementTree.fromstring(text).find("path").attrib["class"]
    assert text.count(f'class="{name}"') == 3
    assert f".{name}{{stroke: red}}" in text
    assert 'style="stroke: blue"' in text


def test_every_experiment_is_a_job_of_the_run(tmp_path):
    found = jobs.extra_jobs(tmp_path)
    assert [job.subject for job in found if job.kind == "training"] == list(EXPERIMENTS)
    assert smoothness.EXPERIMENT.name in EXPERIMENTS


def test_an_experiment_that_breaks_is_an_error_with_its_name(monkeypatch, tmp_path):
    def broken(*_):
        raise ArithmeticError("no such number")

    wrong = replace(noise.EXPERIMENT, compute=broken)
    monkeypatch.setattr(registry, "EXPERIMENTS", {"noise": wrong})
    (line,) = jobs.perform(jobs.Job(kind="training", subject="noise", out=tmp_path))
    assert (line.verdict, line.subject) == ("ERROR", "noise")
    assert "no such number" in line.detail
    assert problems([line]) != []
