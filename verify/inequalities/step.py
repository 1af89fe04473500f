"""One step of a machine-checked proof: light, so that statements need not load sympy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One identity or one sign; `difference` is what is left over, "0" exactly when proved."""

    name: str
    difference: str
    proved: bool
