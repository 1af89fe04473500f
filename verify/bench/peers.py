"""The tools that answer with the largest Hessian eigenvalue, each as one function."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from verify.bench.cases import Arrays, Floats
from verify.bench.frameworks import jax_loss, torch_alone, torch_model
from verify.bench.tools import Answer, Question, no_table, tool

SEED = 0
"""Seed of every random starting vector."""

PRODUCTS = 5000
"""Hessian-vector products that PyHessian may use at its sharp tolerance."""


def _point(value: float, converged: bool | None) -> Answer:
    return Answer(low=float(value), high=float(value), converged=converged)


def _certified(case: Arrays) -> Question:
    from verify.spectrum.tracking import certified_lambda_max

    def ask() -> Answer:
        found = certified_lambda_max(case.w, case.b, case.a, case.c, case.x, case.y)
        return Answer(low=found.lo, high=found.hi, converged=True)

    return ask


def dense_matrix(case: Arrays) -> Floats:
    """H by its closed form (proofs_notes/hessian.md), shape (3k + 1, 3k + 1)."""
    k, n = case.w.size, case.x.size
    z = np.outer(case.x, case.w) + case.b
    active = (z > 0).astype(np.float64)
    margin = case.y * (np.maximum(z, 0.0) @ case.a + case.c)
    decay = np.exp(-np.abs(margin))
    slope = -case.y * np.where(margin > 0, decay, 1.0) / (1.0 + decay) / n
    weight = decay / (1.0 + decay) ** 2 / n
    sides = active * case.a
    rows = np.hstack([sides * case.x[:, None], sides, np.maximum(z, 0.0), np.ones((n, 1))])
    matrix = rows.T @ (weight[:, None] * rows)
    at = np.arange(k)
    for offset, block in ((0, (slope * case.x) @ active), (k, slope @ active)):
        matrix[at + offset, at + 2 * k] += block
        matrix[at + 2 * k, at + offset] += block
    return np.asarray(matrix)


def _dense(case: Arrays) -> Question:
    return lambda: _point(np.linalg.eigvalsh(dense_matrix(case))[-1], True)


def _largest(product: Callable[[Floats], Floats], size: int) -> Answer:
    """The top of the spectrum by ARPACK at machine precision, for any Hessian-vector product."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
    start = np.random.default_rng(SEED).standard_normal(size)
    values = eigsh(operator, k=1, which="LA", v0=start, return_eigenvectors=False)
    return _point(values[0], True)


def _torch_dense(case: Arrays) -> Question:
    torch = torch_alone()
    k = case.w.size
    x, y = torch.from_numpy(case.x), torch.from_numpy(case.y)
    theta = torch.from_numpy(case.theta)

    def loss(point: Any) -> Any:
        w, b, a = point[:k], point[k : 2 * k], point[2 * k : 3 * k]
        outputs = torch.relu(x[:, None] * w + b) @ a + point[3 * k]
        return torch.nn.functional.softplus(-y * outputs).mean()

    def ask() -> Answer:
        return _point(torch.linalg.eigvalsh(torch.func.hessian(loss)(theta))[-1].item(), True)

    return ask


def _torch_products(case: Arrays) -> Question:
    torch = torch_alone()
    model, loss, inputs, labels = torch_model(case)
    parameters = list(model.parameters())
    sizes = [parameter.numel() for parameter in parameters]

    def ask() -> Answer:
        # The gradient's graph is built once and used for every product.
        slopes = torch.autograd.grad(loss(model(inputs), labels), parameters, create_graph=True)

        def product(v: Floats) -> Floats:
            parts = torch.from_numpy(v).split(sizes)
            shaped = [part.view_as(p) for part, p in zip(parts, parameters, strict=True)]
            found = torch.autograd.grad(slopes, parameters, shaped, retain_graph=True)
            return np.asarray(torch.cat([part.flatten() for part in found]).numpy())

        return _largest(product, sum(sizes))

    return ask


def _jax_products(case: Arrays) -> Question:
    jax, loss = jax_loss(case)

    def product(point: Any, v: Any) -> Any:
        return jax.jvp(jax.grad(loss), (point,), (v,))[1]

    theta = jax.numpy.asarray(case.theta)
    compiled = jax.jit(product).lower(theta, theta).compile()
    return lambda: _largest(lambda v: np.asarray(compiled(theta, v)), theta.size)


def _pyhessian(case: Arrays, **settings: float) -> Question:
    import pyhessian

    torch = torch_alone()
    model, loss, inputs, labels = torch_model(case)
    limit = settings.get("maxIter", 100)
    # The library does not say whether its stopping test was met; it clears the gradient once
    # per product, and so can be counted.
    products: list[None] = []
    clear = model.zero_grad

    def counted(*words: Any, **options: Any) -> None:
        products.append(None)
        clear(*words, **options)

    model.zero_grad = counted

    def ask() -> Answer:
        torch.manual_seed(SEED)
        clear(set_to_none=True)
        products.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            hessian = pyhessian.hessian(model, loss, data=(inputs, labels), cuda=False)
        values, _ = hessian.eigenvalues(top_n=1, **settings)
        return _point(values[0], len(products) < limit)

    return ask


def _pyhessian_sharp(case: Arrays) -> Question:
    return _pyhessian(case, tol=1e-12, maxIter=PRODUCTS)


def _curvlinops(case: Arrays) -> Question:
    from curvlinops import HessianLinearOperator

    model, loss, inputs, labels = torch_model(case)
    parameters = list(model.parameters())

    def ask() -> Answer:
        batches = [(inputs, labels)]
        operator = HessianLinearOperator(
            model, loss, parameters, batches, check_deterministic=False
        ).to_scipy()
        return _largest(operator.matvec, operator.shape[0])

    return ask


def _eigenthings(case: Arrays) -> Question:
    import hessian_eigenthings as library

    model, loss, inputs, labels = torch_model(case)
    steps = min(40, 3 * case.w.size + 1)

    def ask() -> Answer:
        operator = library.HessianOperator(model, [(inputs, labels)], library.supervised_loss(loss))
        found = library.lanczos(operator, k=1, max_iter=steps, which="LA", seed=SEED)
        return _point(found.eigenvalues[0].item(), bool(found.converged[0]))

    return ask


def _matrix_and_rows(k: int, n: int) -> int:
    return 2 * (3 * k + 1) * (3 * k + 1 + n)


def _activations_per_row(k: int, n: int) -> int:
    return 5 * (3 * k + 1) * n * k


CERTIFIED = "flatcert, certified"
DENSE = "numpy: dense H, eigvalsh"
TOOLS = {
    peer.name: peer
    for peer in (
        tool(CERTIFIED, "numpy", _certified, no_table),
        tool(DENSE, "numpy", _dense, _matrix_and_rows),
        tool("torch.func.hessian, eigvalsh", "torch", _torch_dense, _activations_per_row),
        tool("torch products, eigsh", "torch scipy", _torch_products),
        tool("jax products, eigsh", "jax jaxlib scipy", _jax_products),
        tool("PyHessian, as it comes", "torch pyhessian", _pyhessian),
        tool("PyHessian, tol=1e-12", "torch pyhessian", _pyhessian_sharp),
        tool("curvlinops, eigsh", "torch scipy curvlinops-for-pytorch", _curvlinops),
        tool("hessian-eigenthings, 40 LA", "torch hessian-eigenthings", _eigenthings),
    )
}
"""Everyone, ourselves first."""
