"""Small networks and data for the tests of training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Case:
    """theta (3k + 1,) and data x, y (n,)."""

    theta: Floats
    x: Floats
    y: Floats

    def __str__(self) -> str:
        return f"k={self.theta.size // 3} n={self.x.size}"


def drawn(k: int, n: int, seed: int, *, scale: float = 1.0) -> Case:
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, n).round(1 if seed % 2 else 15)  # every other case has repeated x
    y = rng.choice([-1.0, 1.0], n)
    return Case(theta=rng.normal(0, scale, 3 * k + 1), x=x, y=y)
