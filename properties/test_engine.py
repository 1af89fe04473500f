"""The float64 spectrum engine never certifies what is false: the campaign, in small."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from itertools import pairwise
from random import SystemRandom

import numpy as np
import pytest

from properties.adversaries import Floats
from properties.conftest import PROFILE
from properties.engine_campaign import FAMILIES, campaign, main
from verify.operators.layout import Ints
from verify.spectrum.floating import problem, rows, search
from verify.spectrum.floating.core import FLOOR, UNIT
from verify.spectrum.floating.search import Pivots

INSTANCES = {"default": 16, "ci": 16, "deep": 4_000}[PROFILE]
SEED = SystemRandom().getrandbits(32) if PROFILE == "deep" else 20251201
Rows = tuple[Floats, Floats, Floats, Ints, float]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_statement_is_false(family: str) -> None:
    tally = campaign(family, INSTANCES, SEED)
    assert tally.false == []
    assert tally.statements > 20 * INSTANCES
    assert tally.unchecked < tally.statements / 50


def test_an_engine_without_error_bounds_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = search.pivots

    def careless(core: search.Core, mu: float, shift: float) -> Pivots | None:
        found = honest(core, mu, shift)
        return None if found is None else replace(found, bound=found.bound / 64)

    monkeypatch.setattr(search, "pivots", careless)
    assert campaign("far_off", 40, 0).false


def _first_guess(x: Floats, p: Floats, edges: Ints, upper: bool) -> Rows:
    """Rows as they once were: the centre is not corrected, a row of negative weight left out."""
    sign = 1.0 if upper else -1.0
    made: list[tuple[float, float, float]] = []
    offset = []
    for begin, end in pairwise(edges.tolist()):
        offset.append(len(made))
        at, share = x[begin:end], p[begin:end]
        mass = math.fsum(share)
        if end - begin <= 2 or at[0] == at[-1] or mass == 0.0:
            weight, place, bias, *_ = rows.compress(at, share, np.array([0, end - begin]), upper)
            made += zip(weight.tolist(), place.tolist(), bias.tolist(), strict=True)
            continue
        centre = float(at[0] + (share * (at - at[0])).sum() / mass)
        d = at - centre
        one = abs(math.fsum(share * d)) + 8.0 * UNIT * math.fsum(share * np.abs(d))
        spread = math.fsum(share * d * d) + sign * one * one / (mass * rows.SHARE)
        made.append((math.sqrt(mass * (1.0 + sign * rows.SHARE)), centre, 1.0))
        if spread >= FLOOR:
            made.append((math.sqrt(spread), 1.0, 0.0))
    weight, place, bias = np.array(made).reshape(-1, 3).T.copy()
    return weight, place, bias, np.array([*offset, len(made)]), 0.0


@pytest.mark.parametrize("family", ["beside", "remote", "cornered", "overlooked", "outlying"])
def test_an_engine_that_leaves_out_negative_rows_is_caught(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problem, "compress", _first_guess)
    assert campaign(family, 60, 0).false


def test_the_command_reports_what_is_false(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "engine_campaign --instances 30 --seed 0 --family overlooked"
    monkeypatch.setattr(sys, "argv", command.split())
    assert main() == 0
    before = capsys.readouterr().out
    monkeypatch.setattr(problem, "compress", _first_guess)
    assert main() == 1
    after = capsys.readouterr().out
    assert len(before.splitlines()) == 5
    assert "\n0 overlooked " in after
    assert "exactly (" in after
