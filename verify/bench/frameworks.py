"""A network of the benchmark as torch and as jax hold it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from verify.bench.cases import Arrays


def torch_alone() -> Any:
    """torch on one thread and in float64, also where a library asks for its default type."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    return torch


def torch_model(case: Arrays) -> tuple[Any, Any, Any, Any]:
    """The network as an nn.Module, the logistic loss, inputs and labels in {0, 1}."""
    torch = torch_alone()
    k = case.w.size
    model = torch.nn.Sequential(torch.nn.Linear(1, k), torch.nn.ReLU(), torch.nn.Linear(k, 1))
    values = (case.w[:, None], case.b, case.a[None, :], np.array([case.c]))
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), values, strict=True):
            parameter.copy_(torch.from_numpy(value))
    inputs, labels = torch.from_numpy(case.x)[:, None], torch.from_numpy(case.y)[:, None]
    return model, torch.nn.BCEWithLogitsLoss(), inputs, (labels + 1.0) / 2.0


def jax_loss(case: Arrays) -> tuple[Any, Callable[[Any], Any]]:
    """jax in float64, and the loss as a function of theta (3k + 1,)."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    k = case.w.size
    x, y = jnp.asarray(case.x), jnp.asarray(case.y)

    def loss(point: Any) -> Any:
        w, b, a = point[:k], point[k : 2 * k], point[2 * k : 3 * k]
        outputs = jax.nn.relu(x[:, None] * w + b) @ a + point[3 * k]
        return jax.nn.softplus(-y * outputs).mean()

    return jax, loss
