"""Full-batch gradient descent by everyone: where so many steps lead from a network.

All take the same steps of size ETA down the mean logistic loss, from the same theta, in
float64. Nobody's start is free: the question includes putting the parameters back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from verify.bench.cases import Arrays, Case
from verify.bench.frameworks import jax_loss, torch_alone, torch_model
from verify.bench.peers import TOOLS
from verify.bench.tools import Question, Tool, Trained, activations, no_table, tool

ETA = 0.4
"""The step size."""

Trainer = Callable[..., Question]
"""Called with Arrays and `steps`."""


def _walk(case: Arrays, steps: int) -> Question:
    from verify.dynamics.run import train

    theta, at = case.theta, np.array([steps])

    def ask() -> Trained:
        (end,) = train(theta, case.x, case.y, eta=ETA, at=at).theta
        return Trained(theta=end.tolist())

    return ask


def _numpy(case: Arrays, steps: int) -> Question:
    """Arrays of shape (n, k), reused from step to step, and BLAS for the sums."""
    x, y, n = case.x, case.y, case.x.size
    z, active = np.empty((n, case.w.size)), np.empty((n, case.w.size))

    def ask() -> Trained:
        w, b, a, c = case.w, case.b, case.a, case.c
        for _ in range(steps):
            np.multiply.outer(x, w, out=z)
            np.add(z, b, out=z)
            np.greater(z, 0.0, out=active)
            np.maximum(z, 0.0, out=z)
            slope = -y / (1.0 + np.exp(y * (z @ a + c))) / n
            first, zeroth = (slope * x) @ active, slope @ active
            w, b, a = (
                w - ETA * (a * first),
                b - ETA * (a * zeroth),
                a - ETA * (w * first + b * zeroth),
            )
            c = c - ETA * slope.sum()
        return Trained(theta=np.concatenate([w, b, a, [c]]).tolist())

    return ask


def _torch(case: Arrays, steps: int) -> Question:
    torch = torch_alone()
    model, loss, inputs, labels = torch_model(case)
    parameters = list(model.parameters())
    start = [parameter.detach().clone() for parameter in parameters]

    def ask() -> Trained:
        with torch.no_grad():
            for parameter, value in zip(parameters, start, strict=True):
                parameter.copy_(value)
        optimizer = torch.optim.SGD(parameters, lr=ETA)
        for _ in range(steps):
            optimizer.zero_grad()
            loss(model(inputs), labels).backward()
            optimizer.step()
        flat = torch.cat([parameter.detach().flatten() for parameter in parameters])
        return Trained(theta=flat.tolist())

    return ask


def _jax(case: Arrays, steps: int) -> Question:
    jax, loss = jax_loss(case)

    def step(_: Any, point: Any) -> Any:
        return point - ETA * jax.grad(loss)(point)

    theta = jax.numpy.asarray(case.theta)
    compiled = jax.jit(lambda point: jax.lax.fori_loop(0, steps, step, point)).lower(theta)
    descend = compiled.compile()
    return lambda: Trained(theta=np.asarray(descend(theta)).tolist())


WALK = "flatcert, O(n + k)"
NUMPY = "numpy: n x k arrays"
_TRAINERS: tuple[tuple[str, str, Trainer, Callable[[int, int], int]], ...] = (
    (WALK, "numpy", _walk, no_table),
    (NUMPY, "numpy", _numpy, activations),
    ("torch: nn.Module, SGD", "torch", _torch, activations),
    ("jax: grad, fori_loop, jit", "jax jaxlib", _jax, activations),
)


def tools_for(case: Case) -> dict[str, Tool]:
    """Everyone who answers what is asked of the case, ourselves first."""
    if not case.steps:
        return TOOLS
    return {
        name: tool(name, needs, partial(prepare, steps=case.steps), entries)
        for name, needs, prepare, entries in _TRAINERS
    }
