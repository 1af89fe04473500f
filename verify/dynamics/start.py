"""Where training starts: theta = (w_1 .. w_k, b_1 .. b_k, a_1 .. a_k, c) drawn from a seed.

`uniform`: w, b ~ U(-1/2, 1/2), a ~ U(-1/2, 1/2) sqrt(3/k), c = 0. Our setting for the
paper's experiments, of which we only know "random initialization": the variance of a
falls as 1/k, so that f on [-1, 1] is of order 1/10 at the start for every k. The
shipped networks started so (verify/data/README.md).

`torch`: what Sequential(Linear(1, k), ReLU(), Linear(k, 1)) starts from in PyTorch:
every weight and bias of a Linear layer ~ U(-1/sqrt(m), 1/sqrt(m)) for m inputs, so
w, b ~ U(-1, 1) and a, c ~ U(-1/sqrt(k), 1/sqrt(k)). Source: torch.nn.Linear, section
"Variables"; the law is PyTorch's, the random numbers are numpy's.

Draws come from numpy's PCG64 in the order w, b, a, c.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.descent import initial
from verify.model import InputError

Floats = NDArray[np.float64]


def uniform(k: int, seed: int) -> Floats:
    """theta (3k + 1,): w, b ~ U(-1/2, 1/2), a ~ U(-1/2, 1/2) sqrt(3/k), c = 0."""
    w, b, a, c = initial(k, seed)
    return np.concatenate([w, b, a, c.reshape(1)])


def torch(k: int, seed: int) -> Floats:
    """theta (3k + 1,): w, b ~ U(-1, 1) and a, c ~ U(-1/sqrt(k), 1/sqrt(k))."""
    draw = np.random.default_rng(seed)
    hidden = draw.uniform(-1.0, 1.0, 2 * k)
    return np.concatenate([hidden, draw.uniform(-1.0, 1.0, k + 1) / math.sqrt(k)])


STARTS: dict[str, Callable[[int, int], Floats]] = {"uniform": uniform, "torch": torch}


def start(name: str, *, k: int, seed: int) -> Floats:
    """theta (3k + 1,) of the initialization `name`. Raises InputError for bad arguments."""
    if name not in STARTS:
        raise InputError(f"the initialization is {name!r:.40}; {' or '.join(STARTS)} is needed")
    if k < 1:
        raise InputError(f"k is {k}; at least one neuron is needed")
    if seed < 0:
        raise InputError(f"seed is {seed}; it cannot be negative")
    return STARTS[name](k, seed)


def parts(theta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Views w, b, a (k,) and c (1,) of theta (3k + 1,). Raises InputError for another shape."""
    if theta.ndim != 1 or theta.size < 4 or theta.size % 3 != 1:
        raise InputError(f"theta has shape {theta.shape}; (3k + 1,) with k >= 1 is needed")
    k = theta.size // 3
    return theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], theta[3 * k :]
