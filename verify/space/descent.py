"""Full-batch gradient descent in float64 for networks on R^d, deterministic from a seed.

As verify/dynamics/descent.py, with w_i and x_j in R^d. Nothing here is certified: training
proposes a network, the other rooms judge it.

    python -m verify.space.descent DATA -o NETWORK.json --k 40 --eta 0.4 --steps 5000 --seed 0

The sums run through numpy's einsum, which calls no BLAS; another build of numpy may
still differ in the last bits.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from verify.formats import AnyPath, write_atomically
from verify.model import InputError, exact
from verify.space.formats import read_any_dataset
from verify.space.model import SpaceDataset, SpaceNetwork

Floats = NDArray[np.float64]
Parameters = tuple[Floats, Floats, Floats, Floats]
"""(w, b, a, c) of shapes (k, d), (k,), (k,) and ()."""


def initial(k: int, d: int, seed: int) -> Parameters:
    """w, b ~ U(-1/2, 1/2), a ~ U(-1/2, 1/2) sqrt(3/k), c = 0, drawn in the order w, b, a."""
    draw = np.random.default_rng(seed)
    w, b, a = (draw.uniform(-0.5, 0.5, shape) for shape in ((k, d), k, k))
    return w, b, a * math.sqrt(3 / k), np.zeros(())


def loss_and_gradient(parameters: Parameters, x: Floats, y: Floats) -> tuple[float, Parameters]:
    """L and its gradient in (w, b, a, c), for data x of shape (n, d) and labels y of shape (n,)."""
    w, b, a, c = parameters
    z = np.einsum("jc,kc->jk", x, w) + b
    hidden = np.maximum(z, 0)
    margin = y * (np.einsum("jk,k->j", hidden, a) + c)
    # dL/df_j = -y_j sigma(-m_j) / n, where log sigma(-m) = -log(1 + e^m) cannot overflow
    slope = -y * np.exp(-np.logaddexp(0, margin)) / len(y)
    pulled = slope[:, None] * (z > 0) * a
    gradient = (
        np.einsum("jk,jc->kc", pulled, x),
        pulled.sum(axis=0),
        np.einsum("j,jk->k", slope, hidden),
        np.asarray(slope.sum()),
    )
    return float(np.logaddexp(0, -margin).mean()), gradient


def train(data: SpaceDataset, *, k: int, eta: float, steps: int, seed: int) -> SpaceNetwork:
    """The network after `steps` steps of size `eta` from `initial(k, d, seed)`.

    Raises InputError for settings out of range, and for divergence.
    """
    if k < 1 or steps < 0 or seed < 0 or not (math.isfinite(eta) and eta > 0):
        told = f"k = {k}, eta = {eta}, steps = {steps}, seed = {seed}"
        raise InputError(f"{told}: k >= 1, eta > 0, steps >= 0 and seed >= 0 are needed")
    x = np.array(data.x, dtype=np.float64)
    y = np.array(data.y, dtype=np.float64)
    parameters = initial(k, data.d, seed)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            _, gradient = loss_and_gradient(parameters, x, y)
            w, b, a, c = (p - eta * g for p, g in zip(parameters, gradient, strict=True))
            parameters = (w, b, a, c)
    if not all(np.isfinite(part).all() for part in parameters):
        raise InputError(f"the descent diverged with eta = {eta:g}; a smaller step size is needed")
    w, b, a, c = parameters
    return SpaceNetwork(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=exact(c.item(), "c"))


OPTIONS = (
    ("k", int, 40, "number of neurons"),
    ("eta", float, 0.4, "step size"),
    ("steps", int, 5000, "number of steps"),
    ("seed", int, 0, "seed of the start"),
)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verify.space.descent", description=__doc__)
    parser.add_argument("data", help="dataset with columns x1,x2,..,y: .csv, .json or .npz")
    parser.add_argument("-o", "--output", required=True, help="network: .json")
    for name, kind, default, text in OPTIONS:
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{text} ({default})")
    return parser.parse_args(words)


def write_network(network: SpaceNetwork, path: AnyPath) -> None:
    """Write a network of float64 entries as JSON; atomic. Raises InputError."""
    values = {
        "w": [list(map(float, row)) for row in network.w],
        "b": list(map(float, network.b)),
        "a": list(map(float, network.a)),
        "c": float(network.c),
    }
    write_atomically(path, json.dumps(values) + "\n")


def main(words: Sequence[str] | None = None) -> int:
    """Train on a file and write the network; 0, or 2 after one line about bad input."""
    given = _arguments(words)
    try:
        data = read_any_dataset(given.data)
        if not isinstance(data, SpaceDataset):
            raise InputError("the data lie on the line; use verify.dynamics.descent")
        settings = {name: getattr(given, name) for name, *_ in OPTIONS}
        write_network(train(data, **settings), given.output)
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
