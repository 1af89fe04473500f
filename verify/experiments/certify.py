"""The theorem family on every checkpoint that is shown: certified verdicts, counted.

float64 parameters are exact rationals, so a verdict is a fact about that very network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from verify.claim import Verdict
from verify.claims import claim
from verify.dynamics.start import parts
from verify.dynamics.store import Columns
from verify.judge import LADDER, ball_stages, judge
from verify.model import Dataset, Network
from verify.quantities import Instance

Floats = NDArray[np.float64]

FAMILY = ("master", "t", "t-star", "t-grad", "tv", "t-gamma")


def rational(theta: Floats, x: Floats, y: Floats) -> tuple[Network, Dataset]:
    """The network and data as the exact rationals that their float64 numbers are."""
    w, b, a, c = parts(theta)
    network = Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=Fraction(float(c[0])))
    return network, Dataset(x=x.tolist(), y=[int(label) for label in y])


def verdicts(theta: Floats, x: Floats, y: Floats, *, eta: float, gamma: float) -> dict[str, int]:
    """Claim id -> Verdict value for each claim of the FAMILY."""
    network, data = rational(theta, x, y)
    instance = Instance(network=network, data=data, eta=Fraction(eta), gamma=Fraction(gamma))
    balls = ball_stages(instance, LADDER)
    return {name: int(judge(claim(name), instance, balls=balls).verdict) for name in FAMILY}


def refutations(sweeps: Sequence[Columns]) -> int:
    """The number of verdicts REFUTED on all checkpoints of these sweeps."""
    codes = [columns[f"claim {name}"] for columns in sweeps for name in FAMILY]
    return sum(int((code == int(Verdict.REFUTED)).sum()) for code in codes)


def certified_sentence(sweeps: Sequence[Columns]) -> str:
    """How often each claim was certified, vacuous, undecided or refuted, over all checkpoints."""
    clauses, refuted = [], refutations(sweeps)
    for name in FAMILY:
        codes = np.concatenate([columns[f"claim {name}"] for columns in sweeps])
        counts = Counter(int(code) for code in codes)
        shown = [f"{counts[int(v)]} {v.name}" for v in sorted(Verdict)[::-1] if counts[int(v)]]
        clauses.append(f"{name} {', '.join(shown)}")
    verdict = "none is refuted" if not refuted else f"{refuted} REFUTED"
    return f"Certified checks on the networks of these runs ({verdict}): {'; '.join(clauses)}."
