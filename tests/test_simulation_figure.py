"""The breakdowns of Theorem 3.7: sentences with certified numbers, and their figure."""

import math
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from verify.claims import claim
from verify.dynamics.truth import Truth
from verify.experiments import simulation
from verify.experiments.simulation_figure import draw_breakdown
from verify.quantities import Instance
from verify.statistics.coverage import LEAST
from verify.statistics.settings import Penalized, Setting

CONTROLS = {control.id: control for control in claim("robust-stability").controls}
QUICK = Setting(name="quick", n=40, truth=Truth(height=1.0, waves=1.0), fit=Penalized())
SOFTNESS = math.e / (1 + math.e) ** 2


def numbers(words: str) -> dict[str, float]:
    """The stated numbers by what stands before them."""
    names = r"lambda_max|TV\(f'\)|\|f''\| h|c0\)|allows at most|by at least"
    found = re.findall(rf"({names}) ?[<=]* (-?[\dE.-]*\d)", words)
    return {name: float(value) for name, value in found}


def curvature_and_residual(one: Instance) -> tuple[float, float]:
    """lambda_max and res from the dense Hessian in float64, by the chain rule alone."""
    parts = (one.network.w, one.network.b, one.network.a)
    w, b, a = (np.array([float(value) for value in part]) for part in parts)
    k, n = len(w), one.data.n
    hessian, residual = np.zeros((3 * k + 1, 3 * k + 1)), 0.0
    for x, y in zip(map(float, one.data.x), one.data.y, strict=True):
        z = w * x + b
        on = (z > 0).astype(float)
        f = a @ (z * on) + float(one.network.c)
        g = np.concatenate([a * x * on, a * on, z * on, [1.0]])
        slope, chance = -y / (1 + math.exp(y * f)), 1 / (1 + math.exp(-abs(f)))
        hessian += chance * math.exp(-abs(f)) / (1 + math.exp(-abs(f))) * np.outer(g, g) / n
        bend = np.zeros_like(hessian)
        places = np.arange(k)
        bend[places, 2 * k + places] = x * on
        bend[k + places, 2 * k + places] = on
        hessian += slope * (bend + bend.T) / n
        residual += abs(slope) * math.hypot(1, x) / n
    return float(np.linalg.eigvalsh(hessian)[-1]), residual


@pytest.mark.parametrize(
    ("name", "variation", "spent", "asked"),
    [
        # h = 10^-6/25 at the kink of a slope of 10^4.
        ("stability-floor", 1e4, 4e-4, 10.0004),
        # Six kinks of 320 at h = (1 + 3 + 12)/128, and each again on the other side.
        ("stability-certain", 1920.0, 80.0, 80.0),
    ],
)
def test_the_sentence_carries_the_certified_numbers(
    name: str, variation: float, spent: float, asked: float
) -> None:
    found = simulation.breakdown(CONTROLS[name])
    stated = numbers(found.words)
    largest, residual = curvature_and_residual(CONTROLS[name].witness)
    allowed = (largest + residual) / (2 * SOFTNESS) - 1 / 2
    assert (stated["TV(f')"], stated["|f''| h"]) == (variation, spent)
    assert stated.get("c0)", spent) == asked
    for shown, true, side in (
        (stated["lambda_max"], largest, 1),
        (stated["allows at most"], allowed, 1),
        (stated["by at least"], asked - allowed, -1),
    ):
        assert shown == pytest.approx(true, rel=1e-3)
        assert side * shown >= side * true - 1e-9 * abs(true)
    assert not found.is_wrong


def test_the_sentences_say_which_assumption_fails_and_what_the_claim_says() -> None:
    steep, certain = (found.words for found in simulation.breakdowns())
    assert steep.startswith("Assumption h >= c0 fails (stability-floor, certified): ")
    assert "h = 0.00000004 at a kink is less than c0 = 0.001; with h + c0" in steep
    assert steep.endswith("The claim as stated is CERTIFIED here.")
    assert certain.startswith("Assumption weak generalization fails (stability-certain, cert")
    assert "4 of 4 core data have |f| > gamma = 1, where at most m0 = 0 may" in certain
    assert certain.endswith("The claim as stated is VACUOUS here.")


def test_other_numbers_make_another_sentence() -> None:
    control = CONTROLS["stability-floor"]
    larger = simulation.breakdown(replace(control, constants={"floor": Fraction(1, 500)}))
    assert numbers(larger.words)["c0)"] == 20.0004
    harmless = simulation.breakdown(replace(control, constants={"floor": Fraction(1, 10**5)}))
    assert harmless.is_wrong
    assert harmless.words == (
        "WRONG: stability-floor shows no failure of h >= c0; it is CERTIFIED."
    )


def test_a_weight_above_c0_is_no_breakdown_though_the_variant_is_false() -> None:
    steep = CONTROLS["stability-slope"].witness
    inside = replace(
        CONTROLS["stability-floor"], witness=steep, constants={"floor": Fraction(1, 1000)}
    )
    found = simulation.breakdown(inside)
    assert found.is_wrong
    assert found.words == "WRONG: stability-floor shows no failure of h >= c0; it is REFUTED."


def test_a_control_of_a_constant_is_no_breakdown() -> None:
    found = simulation.breakdown(CONTROLS["stability-Gamma"])
    assert found.is_wrong
    assert found.title == "weak generalization holds"


def test_the_figure_is_the_same_each_time_and_holds_its_sentences(tmp_path: Path) -> None:
    found = simulation.breakdowns()
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        draw_breakdown(found, tmp_path / name)
    text = (tmp_path / "first" / "breakdown.svg").read_text()
    assert text == (tmp_path / "second" / "breakdown.svg").read_text()
    assert (tmp_path / "first" / "breakdown.png").read_bytes().startswith(b"\x89PNG")
    for part in ("h \u2265 c0 fails", "weak generalization fails", "8.323", "80.49", "c0 = 0.001"):
        assert part in text


def test_the_command_prints_and_writes_the_breakdowns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "SMALL", ((QUICK, LEAST),))
    lines, is_wrong = simulation.run_coverage(tmp_path, deep=False)
    printed = " ".join("\n".join(lines).split())
    assert not is_wrong
    for found in simulation.breakdowns():
        assert found.words in printed
        assert found.words in " ".join((tmp_path / "coverage.txt").read_text().split())
    assert lines[-1] == f"figure: {tmp_path / 'breakdown.svg'} and breakdown.png"
    assert {"breakdown.svg", "breakdown.png"} <= {path.name for path in tmp_path.iterdir()}
    harmless = replace(CONTROLS["stability-floor"], constants={"floor": Fraction(1, 10**5)})
    broken = simulation.breakdown(harmless)
    monkeypatch.setattr(simulation, "breakdowns", lambda: [broken])
    assert simulation.run_coverage(tmp_path, deep=False)[1]
