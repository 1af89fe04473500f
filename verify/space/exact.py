"""lambda_max of an exact rational H on R^d: for equality cases, which no ball can decide."""

from __future__ import annotations

from flint import fmpq

from verify.ball import Scalar
from verify.space.hessian import SpaceHessian, dense_hessian, gradient_rows, inner
from verify.spectrum.exact import characteristic, largest_rational


def exact_largest(h: SpaceHessian) -> fmpq:
    """The largest eigenvalue where it is rational, else NotExact.

    Where R = 0 and there are fewer data than parameters it is that of J J^T P, which has
    the same eigenvalues as J^T P J but for zeros; one of them is positive as p > 0.
    """
    is_flat = all(value == 0 for r in h.r for value in r)
    if not is_flat or len(h.p) >= h.size:
        return largest_rational(characteristic(_exactly(dense_hessian(h))))
    rows = gradient_rows(h)
    gram = [[inner(one, other) * p for other, p in zip(rows, h.p, strict=True)] for one in rows]
    return largest_rational(characteristic(_exactly(gram)))


def _exactly(matrix: list[list[Scalar]]) -> list[list[fmpq]]:
    return [[value for value in row if isinstance(value, fmpq)] for row in matrix]
