"""The float64 spectrum engine never certifies what is false: the campaign, in small."""

from __future__ import annotations

from dataclasses import replace
from random import SystemRandom

import pytest

from properties.conftest import PROFILE
from properties.engine_campaign import FAMILIES, campaign
from verify.spectrum.floating import search
from verify.spectrum.floating.search import Pivots

INSTANCES = {"default": 25, "ci": 25, "deep": 4_000}[PROFILE]
SEED = SystemRandom().getrandbits(32) if PROFILE == "deep" else 20251201


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
