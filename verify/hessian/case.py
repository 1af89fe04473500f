"""One case of a symbolic proof: light, so that claims need not load sympy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One identity: `difference` is left minus right side, "0" exactly when proved."""

    name: str
    difference: str
    proved: bool
