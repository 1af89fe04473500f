"""How hard the properties are attacked: all knobs are here.

`HYPOTHESIS_PROFILE` selects default, ci or deep; deep draws fresh examples.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
from hypothesis import settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")

settings.register_profile("default", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("deep", deadline=None, max_examples=5_000, derandomize=False)
settings.load_profile(PROFILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Instances per claim and per false variant, and the seed of the searches."""

    examples: int
    control_examples: int
    seed: int | None


EFFORTS = {
    "default": Effort(examples=250, control_examples=3_000, seed=20251201),
    "ci": Effort(examples=250, control_examples=3_000, seed=20251201),
    "deep": Effort(examples=20_000, control_examples=4_000, seed=None),
}


@pytest.fixture
def effort() -> Effort:
    """The effort of the chosen profile."""
    return EFFORTS[PROFILE]
