"""Simulations as evidence: their lines, what they may say at best, the command and its figures."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from verify import jobs
from verify.baseline import summary
from verify.claim import Verdict
from verify.claims import CLAIMS, claim
from verify.commands import coverage as command
from verify.dynamics.truth import Truth
from verify.evidence import COVERAGE, Evidence, overall
from verify.experiments import simulation
from verify.gate import compare, problems
from verify.model import InputError
from verify.report.page import page_html
from verify.report.summary import summaries, totals
from verify.report.table import print_table
from verify.statistics.coverage import LEAST, Coverage
from verify.statistics.rate import Ladder
from verify.statistics.settings import Penalized, Setting

QUICK = Setting(name="quick", n=40, truth=Truth(height=1.0, waves=1.0), fit=Penalized())
ROW = Coverage(
    setting="quick",
    bound="norm",
    factor=1.0,
    level=0.05,
    tried=70,
    admitted=60,
    failures=1,
    useful=55,
    upper=0.0765,
    lower=0.0009,
    ratio=0.25,
    worst=1.125,
    seed=3,
    verdict="UNDECIDED",
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of one small setting, and a ladder of three sizes."""
    monkeypatch.setattr(simulation, "SMALL", ((QUICK, LEAST),))
    ladder = Ladder(name="ladder", truth=QUICK.truth, fit=QUICK.fit, sizes=(20, 40, 80))
    monkeypatch.setattr(simulation, "LADDERS", (ladder,))
    monkeypatch.setattr(simulation, "RATE_REPLICATES", 4)


def line(verdict: str = "SUPPORTED", **changes: object) -> Evidence:
    found = simulation.coverage_line(replace(ROW, verdict=verdict))
    return replace(found, **changes)  # type: ignore[arg-type]


def search(id: str = "norm-gap", verdict: str = "SUPPORTED") -> Evidence:
    stated = claim(id).stated()
    return Evidence(
        claim=id, method="search", verdict=verdict, statement=stated, tried=99, admitted=99
    )


def test_a_row_becomes_a_line_with_its_numbers() -> None:
    found = line("UNDECIDED")
    assert (found.claim, found.method, found.control) == ("norm-gap", "coverage", None)
    assert (found.subject, found.tried, found.admitted, found.seed) == ("quick norm", 70, 60, 3)
    assert found.detail.startswith("simulated: 1 of 60 replicates fail")
    for number in ("[0.0009, 0.0765]", "allowed 0.05", "median 0.25", "largest 1.12"):
        assert number in found.detail
    assert "with probability at least 1 - 2 delta" in found.statement
    assert "in 55 of them" in line("VACUOUS").detail
    control = simulation.coverage_line(replace(ROW, factor=0.0001, bound="chain"))
    assert (control.claim, control.control) == ("weak-to-strong", "chain-times-0.0001")


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([search(), line()], Verdict.SUPPORTED),
        ([search(verdict="PROVED"), line()], Verdict.SUPPORTED),
        ([search(), line("VACUOUS")], Verdict.SUPPORTED),
        ([line("VACUOUS")], Verdict.VACUOUS),
        ([search(), line("UNDECIDED")], Verdict.UNDECIDED),
        ([search(verdict="PROVED"), line("REFUTED")], Verdict.REFUTED),
    ],
)
def test_a_simulation_supports_at_best(lines: list[Evidence], verdict: Verdict) -> None:
    assert overall(lines) is verdict


def test_the_gate_wants_shrunken_bounds_refuted_and_counts_them() -> None:
    good = line("REFUTED", control="norm-times-0.125")
    assert problems([search(), line(), good]) == []
    assert problems([search(), line("VACUOUS"), good]) == []
    bad = problems([search(), line(), replace(good, verdict="SUPPORTED")])
    assert bad == ["norm-gap: the false variant norm-times-0.125 survives (SUPPORTED by coverage)"]
    assert "REFUTED by coverage on quick norm" in problems([line("REFUTED")])[0]
    kept = summary([search(), line(), good])["claims"]
    assert kept["norm-gap"]["methods"]["coverage quick norm"] == "SUPPORTED"
    assert kept["norm-gap"]["controls"] == {"norm-times-0.125": ["coverage"]}
    worse = compare([search(), line("VACUOUS"), replace(good, verdict="UNDECIDED")], kept)
    texts = " ".join(found.text for found in worse if found.is_failure)
    assert "by coverage quick norm it fell from SUPPORTED to VACUOUS" in texts
    assert "norm-times-0.125 is no longer refuted by coverage" in texts


@pytest.mark.parametrize("method", ["training", "coverage"])
def test_the_gate_misses_networks_that_a_run_no_longer_trains(method: str) -> None:
    trained = replace(line(), method=method, admitted=40)
    kept = summary([search(), trained])["claims"]
    place = f"{method} quick norm"
    assert kept["norm-gap"]["networks"] == {place: 40}
    assert compare([search(), replace(trained, admitted=30)], kept) == []
    other = replace(trained, subject="another", admitted=1000)
    (found,) = compare([search(), replace(trained, admitted=29), other], kept)
    what = f"networks or replicates judged by {method} on quick norm, the baseline has 40"
    assert found.text == f"norm-gap: only 29 {what}"
    assert found.is_failure
    older = {"norm-gap": {**kept["norm-gap"], "networks": {}}}
    (notice,) = compare([search(), replace(trained, admitted=1)], older)
    assert notice.text.startswith("networks: not compared for norm-gap, the baseline has no count")
    assert not notice.is_failure
    counted = {**older, "weak-to-strong": kept["norm-gap"]}
    other = "weak-to-strong"
    lines = [search(), trained, search(other), replace(trained, claim=other)]
    (notice,) = [found for found in compare(lines, counted) if found.text.startswith("networks")]
    assert "not compared for norm-gap," in notice.text


def test_reports_say_simulated() -> None:
    lines = [search(), line(), line("VACUOUS", subject="other norm")]
    lines.append(line("REFUTED", control="norm-times-0.125"))
    (found,) = summaries(lines)
    assert found.simulated == ["2 simulated", "1 vacuous"]
    assert found.refuted == ["1/1 simulated"]
    assert "false variants" not in totals([found])
    stream = StringIO()
    print_table(lines, Console(file=stream, width=200))
    assert "2 simulated, 1 vacuous" in stream.getvalue()
    page = page_html(lines)
    assert "measured, never proved" in page
    assert page.count("simulated: 1 of 60 replicates fail") == 3
    assert "measured, never proved" not in page_html([search("t")])


def test_a_run_simulates_for_the_simulated_claims_it_was_asked_for() -> None:
    def planned(*ids: str) -> list[tuple[str, str]]:
        chosen = [claim(id) for id in ids]
        plan = jobs.plan(chosen, "default", None)
        return [(job.claim, job.subject) for job in plan if job.kind == COVERAGE]

    names = simulation.SETTINGS
    assert planned("t", "transfer") == []
    assert planned("norm-gap") == [("norm-gap", name) for name in names]
    assert planned(*(one.id for one in CLAIMS)) == [("", name) for name in names]


@pytest.mark.usefixtures("quick")
def test_a_job_gives_the_lines_of_its_claim() -> None:
    both = jobs.perform(jobs.Job(kind=COVERAGE, subject="quick"))
    assert {found.claim for found in both} == {"norm-gap", "weak-to-strong"}
    assert {found.verdict for found in both if found.control} == {"REFUTED"}
    assert all(found.detail.startswith("simulated: ") for found in both)
    alone = jobs.perform(jobs.Job(kind=COVERAGE, claim="norm-gap", subject="quick"))
    assert alone == [found for found in both if found.claim == "norm-gap"]
    (broken,) = jobs.perform(jobs.Job(kind=COVERAGE, subject="nowhere"))
    assert (broken.verdict, broken.claim, broken.subject) == ("ERROR", "weak-to-strong", "nowhere")


@pytest.mark.usefixtures("quick")
def test_the_command_writes_and_takes_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = CliRunner().invoke(command, ["--out", str(tmp_path)], standalone_mode=False)
    assert first.return_value == 0
    for name in ("quick.jsonl", "coverage.json", "coverage.txt", "coverage.svg", "coverage.png"):
        assert (tmp_path / name).stat().st_size > 100
    text = " ".join((tmp_path / "coverage.txt").read_text().split())
    assert f"norm (norm-gap): 0 failures in {LEAST} admitted replicates of 1 settings" in text
    assert "4 of 4 shrunken bounds are refuted" in text
    assert "measured by simulation" in text
    table = json.loads((tmp_path / "coverage.json").read_text())
    assert [row["bound"] for row in table[:4]] == ["norm", "sharper", "event", "strong"]
    kept = (tmp_path / "quick.jsonl").read_bytes()
    again = CliRunner().invoke(command, ["--out", str(tmp_path)], standalone_mode=False)
    assert again.output == first.output
    assert (tmp_path / "quick.jsonl").read_bytes() == kept
    monkeypatch.setattr(simulation, "SMALL", ((replace(QUICK, n=41), LEAST),))
    with pytest.raises(InputError, match="other settings"):
        simulation.run_coverage(tmp_path, deep=False)


@pytest.mark.usefixtures("quick")
def test_a_survivor_or_a_refuted_bound_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tame = replace(QUICK, factors=(("norm", 0.99),))
    monkeypatch.setattr(simulation, "SMALL", ((tame, LEAST),))
    lines, is_wrong = simulation.run_coverage(tmp_path, deep=False)
    assert is_wrong
    assert any(found.startswith("WRONG: quick") for found in lines)
    assert simulation.faults([replace(ROW, verdict="REFUTED")]) != []
    assert simulation.faults([replace(ROW, verdict="REFUTED", factor=0.5)]) == []


@pytest.mark.usefixtures("quick")
def test_the_rate_has_its_files_and_says_what_its_interval_says(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--rate", "--out", str(tmp_path)], standalone_mode=False)
    assert done.return_value == 0
    text = (tmp_path / "rate.txt").read_text()
    assert text.startswith("ladder")
    assert "4 replicates at each n" in " ".join(text.split())
    (row,) = json.loads((tmp_path / "rate.json").read_text())
    assert row["low"] < row["slope"] < row["high"]
    assert {path.suffix for path in tmp_path.glob("rate.*")} == {".json", ".txt", ".svg", ".png"}


def test_deep_and_rate_exclude_each_other() -> None:
    with pytest.raises(InputError, match="exclude"):
        CliRunner().invoke(
            command, ["--rate", "--deep"], standalone_mode=False, catch_exceptions=False
        )


def test_findings_follow_the_numbers() -> None:
    nothing = replace(ROW, verdict="VACUOUS", admitted=0, ratio=math.nan, worst=math.nan)
    text = " ".join(simulation.coverage_findings([nothing, replace(ROW, setting="b")]))
    assert "VACUOUS, no better than what is trivially true: quick norm" in text
    assert "1 VACUOUS, 1 other" in text
    assert "0 of 0 shrunken" in text
