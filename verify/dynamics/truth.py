"""Where data come from: fixed design points, a truth f0, labels from its law with flipped ones.

x = linspace(-1, 1, n). A label is +1 with probability sigma(f0(x)) and is then
flipped with probability r (the noise), so that the law of the labels that are
seen is q(x) = (1 - 2r) sigma(f0(x)) + r. Risks are against q: the least possible
error on fresh labels is mean min(q, 1 - q).

One seed gives the same uniform numbers for every noise, so that the labels at a
higher noise differ in more flips and in nothing else; they are independent of
the start drawn from that seed, and for different n of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from verify.model import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """f0(x) = height * shape(waves * pi * x). Raises InputError for another shape or no number."""

    shape: Literal["sin", "cos"] = "sin"
    height: float = 1.5
    waves: float = 1.5

    def __post_init__(self) -> None:
        if self.shape not in ("sin", "cos"):
            raise InputError(f"the truth is {self.shape!r:.40}; sin or cos is needed")
        if not (math.isfinite(self.height) and math.isfinite(self.waves)):
            found = f"height {self.height}, waves {self.waves}"
            raise InputError(f"the truth has {found}; finite numbers are needed")

    def __call__(self, x: Floats) -> Floats:
        """f0 at x, of the shape of x."""
        wave = np.sin if self.shape == "sin" else np.cos
        return np.asarray(self.height * wave(self.waves * math.pi * x))


def design(n: int) -> Floats:
    """The points linspace(-1, 1, n). Raises InputError for n < 1."""
    if n < 1:
        raise InputError(f"n is {n}; at least one datum is needed")
    return np.linspace(-1.0, 1.0, n)


def law(f0: Floats, noise: float) -> Floats:
    """q = (1 - 2 noise) sigma(f0) + noise, the probability of label +1 at each point.

    Raises InputError unless 0 <= noise <= 1/2.
    """
    if not 0.0 <= noise <= 0.5:
        raise InputError(f"noise is {noise}; a probability of a flip in [0, 1/2] is needed")
    sigma = 0.5 * (1.0 + np.tanh(0.5 * f0))
    return np.asarray((1.0 - 2.0 * noise) * sigma + noise)


def labels(f0: Floats, *, noise: float, seed: int) -> Floats:
    """Labels -1.0 and 1.0 of the shape of f0, drawn from `law`; InputError as there."""
    clean, n = law(f0, 0.0), f0.size
    law(f0, noise)
    draw = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(n,)))
    first = np.where(draw.random(n) < clean, 1.0, -1.0)
    return np.asarray(np.where(draw.random(n) < noise, -first, first))
