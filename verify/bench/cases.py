"""The networks of the benchmark: random ones at the sizes compared, and ones that mislead peers.

Everything is drawn from a seed, so that a case is known by its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """A network (w, b, a of shape (k,), c) and its data (x, y of shape (n,), y = -1 or 1)."""

    w: Floats
    b: Floats
    a: Floats
    c: float
    x: Floats
    y: Floats

    @property
    def theta(self) -> Floats:
        """w, b, a, c in a row, shape (3k + 1,); a copy."""
        return np.concatenate([self.w, self.b, self.a, [self.c]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One network with k neurons and n data, and what is asked of it.

    `kind` names an entry of KINDS. With `steps` it is asked where so many steps of
    gradient descent lead, without what lambda_max is.
    """

    kind: str
    k: int
    n: int
    seed: int = 0
    steps: int = 0

    @property
    def name(self) -> str:
        """What tables call it."""
        steps = f", {self.steps} steps" if self.steps else ""
        return f"{self.kind} k={self.k} n={self.n}{steps}"

    def arrays(self) -> Arrays:
        """Its numbers; the same ones at every call."""
        return KINDS[self.kind](self.k, self.n, np.random.default_rng(self.seed))


def _start(k: int, n: int, rng: np.random.Generator) -> Arrays:
    """A network at the start of training, on noisy labels: f is of order 1 whatever k is."""
    w, b, a = (rng.uniform(-0.5, 0.5, k) for _ in range(3))
    x = rng.uniform(-1.0, 1.0, n)
    likely = 1.0 / (1.0 + np.exp(-1.5 * np.sin(1.5 * np.pi * x)))
    y = np.where(rng.uniform(size=n) < likely, 1.0, -1.0)
    return Arrays(w=w, b=b, a=a * np.sqrt(3.0 / max(k, 1)), c=0.0, x=x, y=y)


def _outputs(net: Arrays) -> Floats:
    return np.asarray(np.maximum(np.outer(net.x, net.w) + net.b, 0.0) @ net.a)


def _scaled(net: Arrays, factor: float) -> Arrays:
    """The same kinks; f grows with the cube of the factor."""
    return replace(net, w=net.w * factor, b=net.b * factor, a=net.a * factor)


def _confident(k: int, n: int, rng: np.random.Generator) -> Arrays:
    """A start whose bias says +8 where every label says -1."""
    return replace(_start(k, n, rng), c=8.0, y=-np.ones(n))


def _misfit(k: int, n: int, rng: np.random.Generator) -> Arrays:
    """A large network that is wrong on every datum."""
    net = _scaled(_start(k, n, rng), 30.0)
    return replace(net, y=np.where(_outputs(net) > 0.0, -1.0, 1.0))


def _saturated(k: int, n: int, rng: np.random.Generator) -> Arrays:
    """A large network that fits every datum but the one on which it is surest."""
    net = _scaled(_start(k, n, rng), 30.0)
    f = _outputs(net)
    labels = np.where(f > 0.0, 1.0, -1.0)
    labels[np.argmax(np.abs(f))] *= -1.0
    return replace(net, y=labels)


KINDS: dict[str, Callable[[int, int, np.random.Generator], Arrays]] = {
    "start": _start,
    "confident": _confident,
    "misfit": _misfit,
    "saturated": _saturated,
}


def starts(sizes: tuple[tuple[int, int], ...], steps: int = 0) -> tuple[Case, ...]:
    """One random start for each (k, n)."""
    return tuple(Case(kind="start", k=k, n=n, steps=steps) for k, n in sizes)


COMPARED = starts(((400, 30), (400, 100), (400, 1000), (400, 10_000), (2000, 100)))
"""Where the tools are compared."""

SCALING = starts(
    tuple((n // 10, n) for n in (1000, 3160, 10_000, 31_600, 100_000, 316_000, 1_000_000))
)
"""How the certified enclosure grows; the others stop on the way."""

TRAINED = starts(((400, 100), (400, 1000)), steps=1000)
"""Where gradient descent is compared."""

MISLEADING = (
    Case(kind="confident", k=400, n=100),
    Case(kind="misfit", k=400, n=100),
    Case(kind="misfit", k=20, n=30),
    Case(kind="saturated", k=400, n=100),
)
"""Networks whose residual part R dominates the Hessian.

The spectrum of R is symmetric about 0. Since H = G + R with G >= 0, lambda_max is at least
|lambda_min|, but here only just: power iteration settles on a mixture of both ends.
"""
