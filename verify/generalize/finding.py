"""What is said of a network: one finding a line, each with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from verify.ball import Truth


class Basis(Enum):
    """What a finding rests on."""

    THEOREM = "theorem"
    """Certified of this network and these data: exact, or in balls; no probability."""
    PROBABLE = "theorem, in probability"
    """Holds with probability at least 1 - delta over labels; proof by hand, float64 evaluation."""
    MEASURED = "measurement"
    """A number of this network and these data, which promises nothing of others."""
    ASSUMED = "assumption"
    """Not checked, and not checkable from what was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the answer. `holds` is None for what is assumed, undecided or no yes or no."""

    name: str
    basis: Basis
    text: str
    holds: Truth = None
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The assumptions of 3.7 for one network, what they buy, and the conclusion in one line."""

    heading: str
    delta: float
    assumptions: tuple[Finding, ...]
    results: tuple[Finding, ...]
    conclusion: str
