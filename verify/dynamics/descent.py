"""Full-batch gradient descent in float64, deterministic from a seed.

f(x) = sum_i a_i relu(w_i x + b_i) + c with relu'(0) = 0, and the loss is
L = (1/n) sum_j log(1 + exp(-y_j f(x_j))). Nothing here is certified: training
proposes a network, the other rooms judge it.

    python -m verify.dynamics.descent DATA -o NETWORK --k 400 --eta 0.4 --steps 20000 --seed 0

The sums run through numpy's einsum, which calls no BLAS, so the number of
threads does not matter; another build of numpy may still differ in the last bits.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from verify.formats import read_dataset, write_network
from verify.model import Dataset, InputError, Network, exact

Floats = NDArray[np.float64]
Parameters = tuple[Floats, Floats, Floats, Floats]
"""(w, b, a, c) of shapes (k,), (k,), (k,) and ()."""

EXPLODED = 1e3
"""A loss is called diverged beyond this many times max(1, the first loss)."""


def initial(k: int, seed: int) -> Parameters:
    """w, b ~ U(-1/2, 1/2), a ~ U(-1/2, 1/2) sqrt(3/k), c = 0, drawn in the order w, b, a."""
    draw = np.random.default_rng(seed)
    w, b, a = (draw.uniform(-0.5, 0.5, k) for _ in range(3))
    return w, b, a * math.sqrt(3 / k), np.zeros(())


def loss_and_gradient(parameters: Parameters, x: Floats, y: Floats) -> tuple[float, Parameters]:
    """L and its gradient in (w, b, a, c), for data x and labels y of shape (n,)."""
    w, b, a, c = parameters
    z = np.multiply.outer(x, w) + b
    active = (z > 0).astype(np.float64)
    margin = y * (np.einsum("jk,k->j", np.maximum(z, 0), a) + c)
    losses = np.logaddexp(0, -margin)
    # dL/df_j = -y_j sigma(-m_j) / n, where log sigma(-m) = -log(1 + e^m) cannot overflow
    slope = -y * np.exp(-np.logaddexp(0, margin)) / x.size
    first = np.einsum("j,jk->k", slope * x, active)
    zeroth = np.einsum("j,jk->k", slope, active)
    gradient = a * first, a * zeroth, w * first + b * zeroth, np.asarray(slope.sum())
    return float(losses.mean()), gradient


def _check_loss(loss: float, first: float, step: int, eta: float) -> None:
    if not (math.isfinite(loss) and loss <= EXPLODED * max(1.0, first)):
        hint = "a smaller step size eta, or rescaled data, is needed"
        raise InputError(f"the loss is {loss:.3g} at step {step} with eta = {eta:g}; {hint}")


def train(
    data: Dataset,
    *,
    k: int,
    eta: float,
    steps: int,
    seed: int,
    progress: Callable[[int, float], object] | None = None,
) -> Network:
    """The network after `steps` steps of size `eta` from `initial(k, seed)`.

    `progress` is called with (steps done, loss) now and then and at the end.
    Raises InputError for settings out of range, data beyond float64, and divergence.
    """
    _check_settings(k=k, eta=eta, steps=steps, seed=seed)
    try:
        x, y = data.floats()
    except OverflowError:
        raise InputError(
            "a datum is beyond the range of float64; rescaled data are needed"
        ) from None
    parameters = initial(k, seed)
    every = max(1, steps // 100)
    first = math.nan
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            loss, gradient = loss_and_gradient(parameters, x, y)
            first = loss if step == 0 else first
            _check_loss(loss, first, step, eta)
            if progress is not None and (step % every == 0 or step == steps):
                progress(step, loss)
            if step < steps:
                moved = [p - eta * g for p, g in zip(parameters, gradient, strict=True)]
                parameters = (moved[0], moved[1], moved[2], moved[3])
    w, b, a, c = parameters
    return Network(w=w.tolist(), b=b.tolist(), a=a.tolist(), c=exact(c.item(), "c"))


def _check_settings(*, k: int, eta: float, steps: int, seed: int) -> None:
    if k < 1:
        raise InputError(f"k is {k}; at least one neuron is needed")
    if not (math.isfinite(eta) and eta > 0):
        raise InputError(f"eta is {eta}; a finite positive step size is needed")
    for name, value in (("steps", steps), ("seed", seed)):
        if value < 0:
            raise InputError(f"{name} is {value}; it cannot be negative")


def _progress_line(steps: int) -> Callable[[int, float], None]:
    def show(step: int, loss: float) -> None:
        end = "\n" if step == steps else "\r"
        sys.stderr.write(f"step {step} of {steps}, loss {loss:.6f}{end}")
        sys.stderr.flush()

    return show


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m verify.dynamics.descent",
        description="Train f(x) = sum_i a_i relu(w_i x + b_i) + c by full-batch gradient descent.",
    )
    parser.add_argument("data", help="dataset: .csv, .json or .npz")
    parser.add_argument("-o", "--output", required=True, help="network: .json, .npz or .pt")
    parser.add_argument("--k", type=int, default=400, help="number of neurons (default 400)")
    parser.add_argument("--eta", type=float, default=0.4, help="step size (default 0.4)")
    parser.add_argument("--steps", type=int, default=20000, help="number of steps (default 20000)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the start (default 0)")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Train on a file and write the network; 0, or 2 after one line about bad input."""
    given = _arguments(words)
    try:
        data = read_dataset(given.data, notice=lambda line: sys.stderr.write(line + "\n"))
        network = train(
            data,
            k=given.k,
            eta=given.eta,
            steps=given.steps,
            seed=given.seed,
            progress=_progress_line(given.steps) if sys.stderr.isatty() else None,
        )
        write_network(network, given.output)
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
