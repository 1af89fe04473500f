"""Sympy derives gradient and Hessian on R^d for d = 2 and 3, and what else the proofs use there.

As in verify/hessian/symbolic.py two neurons under all four activation patterns and c
decide every k and n; d = 2 decides every d, because an entry takes derivatives in at
most two coordinates of x, and what the others add to w_i . x is a constant that b_i
absorbs (proofs_notes/space.md). The loss is an undefined function l. A case is
proved when the difference of both sides reduces to the literal 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement

import sympy as sp

from verify.hessian.case import Case
from verify.hessian.symbolic import PATTERNS, Pattern

Block = Callable[[sp.Matrix], sp.Matrix]
_L = sp.Function("l")


def neuron_block(point: sp.Matrix) -> sp.Matrix:
    """The Hessian of a relu(w . x + b) in (w, b, a) where it is active; `point` is (x, 1)."""
    size = point.rows
    block = sp.zeros(size + 1, size + 1)
    block[:size, size] = point
    block[size, :size] = point.T
    return block


def _point(d: int) -> sp.Matrix:
    return sp.Matrix([*sp.symbols(f"x1:{d + 1}", real=True), 1])


def _neuron(d: int, index: int) -> tuple[sp.Matrix, sp.Symbol]:
    """((w, b), a) of one neuron."""
    names = [f"w{index}_{c}" for c in range(1, d + 1)]
    return sp.Matrix(sp.symbols([*names, f"b{index}"], real=True)), sp.Symbol(
        f"a{index}", real=True
    )


def _case(name: str, left: sp.Expr, right: sp.Expr) -> Case:
    rest = sp.expand(sp.numer(sp.together(left - right)))
    return Case(name=name, difference="0" if rest == 0 else str(rest), proved=rest == 0)


def _closed_form(
    d: int, pattern: Pattern, block: Block
) -> tuple[list[sp.Symbol], sp.Expr, list[sp.Expr], sp.Matrix]:
    """Parameters, f, g and Hess f in the order of the parameters."""
    point = _point(d)
    f = sp.Symbol("c", real=True)
    parameters: list[sp.Symbol] = []
    g: list[sp.Expr] = []
    blocks = []
    for index, active in enumerate(pattern, start=1):
        weights, outer = _neuron(d, index)
        z = weights.dot(point)
        parameters += [*weights, outer]
        g += [*(active * outer * x for x in point), active * z]
        blocks.append(active * block(point))
        f += active * outer * z
    return [*parameters, sp.Symbol("c", real=True)], f, [*g, sp.Integer(1)], sp.diag(*blocks, 0)


def entry_cases(d: int, block: Block = neuron_block) -> Iterator[Case]:
    """Every gradient and Hessian entry of l(f) for two neurons on R^d under the four patterns.

    With m = 2 (d + 2) + 1 parameters these are 4 (m + m (m + 1)/2) cases. Another `block` than the
    true one leaves cases unproved.
    """
    t = sp.Dummy("t")
    for pattern in PATTERNS:
        parameters, f, g, curved = _closed_form(d, pattern, block)
        slope, curvature = (_L(t).diff(t, order).subs(t, f) for order in (1, 2))
        where = f"d = {d}, pattern {pattern[0]}{pattern[1]}"
        slopes = [_L(f).diff(parameter).doit() for parameter in parameters]
        for i, parameter in enumerate(parameters):
            yield _case(f"{where}, gradient {parameter}", slopes[i], slope * g[i])
        for i, j in combinations_with_replacement(range(len(parameters)), 2):
            claimed = curvature * g[i] * g[j] + slope * curved[i, j]
            name = f"{where}, entry ({parameters[i]}, {parameters[j]})"
            yield _case(name, slopes[i].diff(parameters[j]).doit(), claimed)


def block_cases(d: int) -> Iterator[Case]:
    """Spectrum of a block of R, the inverse in the counterpart of H, and the split of |v|^2."""
    t, a, alpha, size = sp.symbols("t a alpha B", real=True)
    r, beta = (sp.Matrix(sp.symbols(f"{name}1:{d + 2}", real=True)) for name in ("r", "beta"))
    whole = t * sp.eye(d + 2) - neuron_block(r)
    square = r.dot(r)
    yield _case(f"d = {d}, det(t I - block(r))", whole.det(), t**d * (t**2 - square))
    tail = sp.Matrix([*r, t])
    inverse = sp.diag(*([1] * (d + 1)), 0) / t + tail * tail.T / (t * (t**2 - square))
    product = whole * inverse
    for i, j in ((i, j) for i in range(d + 2) for j in range(d + 2)):
        yield _case(f"d = {d}, (mu I - block) inverse, entry {i}, {j}", product[i, j], int(i == j))
    v = sp.Matrix([*(a * beta), alpha])
    cross = v.dot(neuron_block(r) * v)
    yield _case(f"d = {d}, v^T block(r) v", cross, 2 * alpha * a * beta.dot(r))
    split = 2 * alpha * sp.Abs(a) * size + (alpha - sp.Abs(a) * size) ** 2
    norm = v.dot(v).subs(beta[d] ** 2, size**2 - sum(entry**2 for entry in beta[:d]))
    yield _case(f"d = {d}, |v|^2 = 2 alpha |a| B + (alpha - |a| B)^2", norm, split)


def space_cases() -> tuple[Case, ...]:
    """All cases for d = 2 and 3. Claim `space-master`."""
    found = [case for d in (2, 3) for case in (*entry_cases(d), *block_cases(d))]
    return tuple(found)
