"""What is said of one network: exact parts by hand, confidence by simulation, words, bad input."""

from __future__ import annotations

import json
import math
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from verify.ball import Enclosure, ball
from verify.commands import generalize as command
from verify.counterexample import analyse
from verify.formats import write_dataset, write_network
from verify.generalize import against_truth, describe, document, from_holdout, read_truth
from verify.generalize.finding import Answer, Basis, Finding
from verify.generalize.heldout import chernoff_limits, excess_limits, falsely_certain
from verify.generalize.interval import part_of, up, upward
from verify.generalize.levels import choices, choose_ends, most_missing, slope_bound
from verify.generalize.source import doubt, shared
from verify.model import Dataset, InputError, Network
from verify.statistics.bounds import WeakToStrong, best_coarse
from verify.statistics.weight import Core, least_weight

N = 60
GRID = tuple(F(2 * j, N - 1) - 1 for j in range(N))
CALM = Network(w=(1, -1), b=("1/7", "1/7"), a=("1/2", "1/3"), c="-1/4")
TRUTH = tuple(x / 2 for x in GRID)


def data_of(truth: tuple[F, ...], seed: int, places: tuple[F, ...] = GRID) -> Dataset:
    draw = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp([-float(v) for v in truth]))
    return Dataset(x=places, y=np.where(draw.random(len(truth)) < chance, 1, -1).tolist())


DATA = data_of(TRUTH, 0)


def by_name(answer: Answer, start: str) -> Finding:
    found = [f for f in (*answer.assumptions, *answer.results) if f.name.startswith(start)]
    return found[0]


def overfitted() -> tuple[Network, Dataset]:
    data = data_of((F(0),) * N, 1)
    return analyse(data, margin=F(20)).network, data


def test_a_calm_network_meets_every_assumption() -> None:
    answer = against_truth(CALM, DATA, TRUTH, delta=0.05)
    assert [found.holds for found in answer.assumptions] == [True] * 4 + [None]
    assert answer.assumptions[-1].basis is Basis.ASSUMED
    outs = np.array([float(CALM(x)) for x in GRID])
    f0 = np.array([float(v) for v in TRUTH])
    p = 1 / (1 + np.exp(-f0))
    excess = np.log1p(np.exp(outs)) - np.log1p(np.exp(f0)) - p * (outs - f0)
    eps = by_name(answer, "weak").numbers["eps"]
    assert float(eps["lo"]) == pytest.approx(excess.mean())
    low, high = choose_ends(DATA, TRUTH)
    inside = np.array([low <= x <= high for x in GRID])
    assert 10 < inside.sum() < N
    found = by_name(answer, "excess risk on I").numbers["value"]
    assert float(found["lo"]) == pytest.approx(excess[inside].mean())


def test_the_bound_is_that_of_the_theorem() -> None:
    answer = against_truth(CALM, DATA, TRUTH, delta=0.1)
    low, high = choose_ends(DATA, TRUTH)
    inside = np.array([low <= x <= high for x in GRID])
    x = np.array([float(v) for v in GRID])[inside]
    f, f0 = (np.array([float(v) for v in part])[inside] for part in ([*map(CALM, GRID)], TRUTH))
    y = np.array(DATA.y)[inside]
    variation = float(np.abs(np.diff(np.diff(f - f0) / np.diff(x))).sum())
    height = max(np.abs(f).max(), np.abs(f0).max())
    tau = max(0.0, float((np.log1p(np.exp(-y * f)) - np.log1p(np.exp(-y * f0))).mean()))
    known = {"n": int(inside.sum()), "length": float(high - low), "delta": 0.1}
    coarse = best_coarse(**known, variation=1.0, height=float(np.abs(f0).max()) + 1)
    bound = WeakToStrong(**known, coarse=coarse).bound(variation=variation, height=height, tau=tau)
    found = by_name(answer, "strong generalization, W measured")
    assert found.numbers["bound"] == pytest.approx(bound)
    assert found.basis is Basis.PROBABLE
    assert found.holds is (bound < found.numbers["free"])
    chain = by_name(answer, "strong generalization, W from stability")
    assert chain.numbers["bound"] > found.numbers["bound"]


def test_the_interval_does_not_depend_on_labels_or_network() -> None:
    other = data_of(TRUTH, 5)
    assert choose_ends(DATA, TRUTH) == choose_ends(other, TRUTH)
    for name in ("fixed design", "strong generalization, W measured"):
        texts = [
            by_name(against_truth(net, data, TRUTH, delta=0.05), name).text
            for net, data in ((CALM, DATA), (Network(w=(), b=(), a=(), c=0), other))
        ]
        assert ("fixed" in name) is (texts[0] == texts[1])
        assert texts[0].split("l0 = ")[-1][0] == texts[1].split("l0 = ")[-1][0]


def test_v_bounds_the_bends_and_is_the_best_of_the_levels() -> None:
    answer = against_truth(CALM, DATA, TRUTH, delta=0.05)
    bend = by_name(answer, "TV(f'; I)")
    assert F(bend.numbers["measured"]) <= F(bend.numbers["V"]["hi"])
    part = part_of(CALM, DATA, choose_ends(DATA, TRUTH), TRUTH)
    two = Enclosure.of(ball(F(2)))
    bounds = [
        float(slope_bound(one, two, two).ball)
        for one in choices(CALM, DATA, TRUTH, part)
        if one.c0 > 0
    ]
    assert len(bounds) > 2
    assert max(bounds) > min(bounds) > 0


def test_false_certainty_fails_and_says_by_how_much() -> None:
    network, data = overfitted()
    answer = against_truth(network, data, (F(0),) * N, delta=0.05)
    weak = by_name(answer, "weak generalization")
    assert weak.holds is False
    assert weak.numbers["missing"] == weak.numbers["core"] == N
    assert f"{N - weak.numbers['allowed']} too many" in weak.text
    assert by_name(answer, "robust weight").holds is False
    assert by_name(answer, "the Hessian").holds is True
    assert by_name(answer, "TV").basis is Basis.MEASURED
    assert answer.conclusion.startswith("weak generalization in the core fails")


def test_data_on_kinks_leave_no_hessian_and_a_bound_that_needs_none() -> None:
    network = Network(w=(1,), b=(-GRID[30],), a=(1,), c=0)
    answer = against_truth(network, DATA, TRUTH, delta=0.05)
    assert by_name(answer, "the Hessian").holds is False
    names = [found.name for found in answer.results]
    assert "strong generalization, W measured" in names
    assert "strong generalization, W from stability" not in names


def test_equal_places_spoil_the_design() -> None:
    places = GRID[:30] + GRID[:30]
    truth = tuple(x / 2 for x in places)
    answer = against_truth(CALM, data_of(truth, 0, places), truth, delta=0.05)
    assert by_name(answer, "fixed design").holds is False
    assert not [found for found in answer.results if found.name.startswith("strong")]
    assert answer.conclusion.endswith("there is no bound")


def test_the_most_that_may_be_missing_is_the_most() -> None:
    core = Core(places=GRID, n=N, missing=0)
    part = part_of(CALM, DATA, (GRID[20], GRID[40]), TRUTH)
    most = most_missing(core, part)
    for missing, positive in ((most, True), (most + 1, False)):
        other = Core(places=GRID, n=N, missing=missing)
        assert (least_weight(other, part.low, part.high) > 0) is positive
    far = part_of(CALM, DATA, (GRID[0], GRID[-1]), TRUTH)
    assert most_missing(core, far) == -1


def test_chernoff_limits_solve_their_equations() -> None:
    for s, n in ((0, 50), (7, 50), (50, 50)):
        low, high = chernoff_limits(s, n, 0.1)
        assert 0 <= low <= s <= high <= n
        for mu in (low, high):
            if 0 < mu < n:
                rate = mu - s + (s * math.log(s / mu) if s else 0)
                assert rate == pytest.approx(math.log(20.0))
    # They are wider than the exact limits of equal chances, as bounds for unequal ones must be.
    low, high = chernoff_limits(7, 50, 0.1)
    exact = stats.binomtest(7, 50).proportion_ci(0.9, method="exact")
    assert low / 50 < exact.low < exact.high < high / 50


def test_confidence_on_held_out_data_is_kept() -> None:
    draw = np.random.default_rng(2)
    m, delta, wrong = 200, 0.2, np.zeros(3)
    for _ in range(300):
        f0 = draw.uniform(-3, 3, m)
        f = np.where(draw.random(m) < 0.7, f0, draw.uniform(-5, 5, m))
        p = 1 / (1 + np.exp(-f0))
        y = np.where(draw.random(m) < p, 1.0, -1.0)
        _, _, least, most = falsely_certain(f, y, delta)
        true = int(((np.abs(f) > 2) & (np.sign(f) * f0 <= 1)).sum())
        excess = excess_limits(f, y, delta)
        risk = np.mean(p * np.log1p(np.exp(-f)) + (1 - p) * np.log1p(np.exp(f)))
        kl = risk - np.mean(p * np.log1p(np.exp(-f0)) + (1 - p) * np.log1p(np.exp(f0)))
        wrong += [
            not least <= true <= most,
            abs(risk - excess.loss) > excess.error,
            not excess.lower <= kl <= excess.upper,
        ]
    assert (wrong <= 300 * delta).all()


def test_held_out_labels_expose_false_certainty() -> None:
    network, data = overfitted()
    draw = np.random.default_rng(3)
    places = tuple(F(v) for v in draw.uniform(-1, 1, 500).tolist())
    fresh = data_of((F(0),) * 500, 4, places)
    answer = from_holdout(network, data, fresh, delta=0.05)
    weak = by_name(answer, "weak generalization")
    assert weak.holds is False
    assert 0 < weak.numbers["least"] <= weak.numbers["most"] <= 500
    assert answer.conclusion.startswith("weak generalization at the levels 1 and 2 fails")
    limits = by_name(answer, "mean D(f0||f)").numbers
    outs = np.array([float(network(x)) for x in places])
    true = float(np.mean(np.logaddexp(0, outs) - math.log(2) - outs / 2))
    assert 1 < limits["lower"] < true < limits["upper"]


def test_held_out_data_leave_a_calm_network_open_and_name_what_is_assumed() -> None:
    fresh = data_of(TRUTH, 9)
    answer = from_holdout(CALM, DATA, fresh, delta=0.05)
    assert by_name(answer, "weak generalization").holds is None
    assumed = [found.name for found in answer.assumptions if found.basis is Basis.ASSUMED]
    assert assumed == ["law of the labels", "places", "truth on I", "training loss on I"]
    assert "under what is assumed" in answer.conclusion
    with pytest.raises(InputError, match="at least 2"):
        from_holdout(CALM, DATA, Dataset(x=[0], y=[1]), delta=0.05)


def test_words_and_document_separate_theorem_measurement_and_assumption() -> None:
    answer = against_truth(CALM, DATA, TRUTH, delta=0.05)
    text = "\n".join(describe(answer))
    assert "assumed law of the labels (assumption)" in text
    assert "(measurement)" in text
    assert "(theorem, in probability)" in text
    found = document(answer)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [entry["status"] for entry in found["assumptions"]] == ["holds"] * 4 + ["assumed"]
    # At n = 60 the bounds are true and vacuous: not useful, and no failure.
    bounds = [entry for entry in found["results"] if "bound" in entry]
    assert [entry["useful"] for entry in bounds] == [False, False]
    assert "status" not in {key for entry in found["results"] for key in entry}


def test_both_modes_name_what_they_decided_about_weak_generalization() -> None:
    """f = -1 against f0 = 1: mean D = 0.46, yet every core datum stays uncertain."""
    network, truth = Network(w=(), b=(), a=(), c=-1), (F(1),) * N
    told = by_name(against_truth(network, DATA, truth, delta=0.05), "weak")
    fresh = Dataset(x=[F(j) for j in range(2000)], y=[-1] * 538 + [1] * 1462)
    found = by_name(from_holdout(network, DATA, fresh, delta=0.05), "weak")
    assert (told.holds, found.holds) == (True, False)
    assert told.name == "weak generalization in the core"
    assert found.name == "weak generalization at the levels 1 and 2"


@pytest.mark.parametrize("size", [10**7, 10**320])
def test_what_is_too_large_for_the_bounds_is_refused_in_one_line(size: int) -> None:
    wide, tall = tuple(x * size for x in GRID), Network(w=(), b=(), a=(), c=size)
    with pytest.raises(InputError, match=r"some \|f\| is above"):
        against_truth(tall, DATA, TRUTH, delta=0.05)
    with pytest.raises(InputError, match=r"some \|f\| is above"):
        from_holdout(tall, DATA, data_of(TRUTH, 9), delta=0.05)
    with pytest.raises(InputError, match=r"some \|f0\| is above"):
        against_truth(CALM, DATA, (F(size),) * N, delta=0.05)
    if size > 10**150:
        with pytest.raises(InputError, match=r"some \|x\| is above"):
            against_truth(CALM, data_of(TRUTH, 0, wide), TRUTH, delta=0.05)


def test_a_variation_beyond_float64_is_no_variation() -> None:
    answer = against_truth(CALM, DATA, (F(10**5),) * N, delta=0.05)
    found = by_name(answer, "TV(f'")
    assert found.basis is Basis.MEASURED
    assert "or V is beyond float64" in found.text


def test_numbers_round_up() -> None:
    for value in (F(1, 3), F(2, 3), F(1), F(10) ** 400):
        assert up(value) == math.inf or F(up(value)) >= value
    assert upward(0.12344000001) == "0.1235"
    assert upward(math.inf) == "infinity"
    assert up(F(10) ** 400) == math.inf


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_network(CALM, tmp_path / "net.json")
    write_dataset(DATA, tmp_path / "data.json")
    rows = [f"{x},{v}" for x, v in zip(GRID, TRUTH, strict=True)]
    (tmp_path / "truth.csv").write_text("\n".join(["x,f0", "", *rows]) + "\n")
    write_network(Network(w=(1, -1), b=(0, 0), a=("1/2", "-1/2"), c=0), tmp_path / "truth.json")
    return tmp_path


def run(folder: Path, *words: str) -> str:
    subject = [str(folder / "net.json"), str(folder / "data.json")]
    found = CliRunner().invoke(
        command, [*subject, *words], standalone_mode=False, catch_exceptions=False
    )
    return found.output


def test_the_command_reads_a_table_or_a_network_as_the_truth(files: Path) -> None:
    table = run(files, "--truth", str(files / "truth.csv"))
    assert table == run(files, "--truth", str(files / "truth.json"))
    assert table.splitlines()[0] == "2 neurons, 60 data; the truth f0 is known at each datum"
    found = json.loads(run(files, "--truth", str(files / "truth.csv"), "--json"))
    assert found["assumptions"][0]["status"] == "holds"
    write_dataset(data_of(TRUTH, 9), files / "fresh.csv")
    other = run(files, "--holdout", str(files / "fresh.csv"), "--delta", "0.2")
    assert "f0 is unknown" in other
    assert "delta = 0.2" in other


BAD = {
    "header": ("x,y\n0,1\n", "the header x,f0"),
    "empty": ("\n", "the header x,f0"),
    "column": ("x,f0\n0\n", "line 2 has 1 columns"),
    "number": ("x,f0\n0,no\n", "line 2: f0 is 'no'"),
    "twice": ("x,f0\n0,1\n0,2\n", "line 3: f0 at this x differs"),
    "missing": ("x,f0\n0,1\n", "has no f0 at x[0] = -1"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_truth_is_refused_in_one_line(name: str, files: Path) -> None:
    text, said = BAD[name]
    path = files / "bad.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_truth(str(path), DATA)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "one of --truth and --holdout"),
        (("--truth", "a", "--holdout", "b"), "one of --truth and --holdout"),
        (("--truth", "TRUTH", "--delta", "1"), "delta is 1.0"),
        (("--truth", "nowhere.csv"), "nowhere.csv"),
        (("--holdout", "DATA"), "data.json: is the training file"),
    ],
)
def test_bad_words_are_refused(words: tuple[str, ...], said: str, files: Path) -> None:
    paths = {"TRUTH": str(files / "truth.csv"), "DATA": str(files / "data.json")}
    given = [paths.get(word, word) for word in words]
    with pytest.raises(InputError, match=said):
        run(files, *given)


def test_held_out_data_that_lie_in_the_training_data_or_hold_them_raise_a_doubt() -> None:
    fewer = Dataset(x=DATA.x[1:], y=DATA.y[1:])
    assert doubt(DATA, fewer) == doubt(DATA, DATA)
    assert doubt(DATA, DATA).startswith("every held-out datum is also a training datum:")
    assert doubt(fewer, DATA).startswith("every training datum is also held out:")
    assert doubt(DATA, data_of(TRUTH, 9)) == ""
    once, twice = Dataset(x=[0, 1, 2], y=[1, 1, -1]), Dataset(x=[0, 0, 1], y=[1, 1, 1])
    assert (doubt(once, twice), shared(once, twice)) == ("", 2)
    said = from_holdout(CALM, DATA, fewer, delta=0.05)
    assert "59 held-out data (59 of them also training data)" in said.heading
    assert said.conclusion.startswith("doubtful, every held-out datum")
    fresh = tuple(x + F(1, 1000) for x in GRID)
    other = from_holdout(CALM, DATA, data_of(TRUTH, 9, fresh), delta=0.05)
    assert "also training" not in other.heading
    assert not other.conclusion.startswith("doubtful")


def test_no_bound_above_what_is_free_is_called_useful() -> None:
    """f0 = 0: with |f| <= B, D(0 || f) is at most log cosh(B / 2), far below D(B || -B)."""
    network, flat = Network(w=(), b=(), a=(), c=1), (F(0),) * N
    answer = against_truth(network, DATA, flat, delta=0.05)
    free = by_name(answer, "strong generalization, W measured").numbers["free"]
    assert free == pytest.approx(math.log(math.cosh(0.5)))


def test_a_truth_without_a_core_is_refused() -> None:
    with pytest.raises(InputError, match="carry no interval"):
        choose_ends(Dataset(x=[0, 1], y=[1, -1]), (F(0), F(0)))
