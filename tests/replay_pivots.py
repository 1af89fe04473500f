"""Exact rational replays of the cells, the blocks and the pivots; the Hessian and S dense."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product
from types import ModuleType
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from tests.replay import (
    Engine,
    Gap,
    Operands,
    claim,
    exact,
    floats,
    ints,
    rationals,
    root,
    rounded,
    total,
)
from verify.spectrum.exact import roots_above

Work = NDArray[np.float64]
Column = tuple[fmpq, list[fmpq]]


def judge_compress(e: Engine, given: Operands) -> list[Gap]:
    """For each cell: the rows dominate the data, or are dominated up to the excess; not by far.

    Seen from the place of the first row, which is a congruence and shows the room that is left.
    """
    upper, edges = given["upper"][0] > 0, ints(given["edges"])
    *found, offset, excess = e.rows.compress(floats(given["x"]), floats(given["p"]), edges, upper)
    x, p = rationals(given["x"]), rationals(given["p"])
    triples = list(zip(*map(rationals, found), strict=True))
    gaps, sign = [], 1 if upper else -1
    for cell in range(len(edges) - 1):
        data = range(edges[cell], edges[cell + 1])
        mine = triples[offset[cell] : offset[cell + 1]]
        centre = mine[0][1] if mine else x[data[0]]
        seen = [(sign * w * w, t - s * centre, s) for w, t, s in mine]
        seen += [(-sign * p[j], x[j] - centre, fmpq(1)) for j in data]
        seen.append((exact(excess), fmpq(1), fmpq(0)))
        m00, m01, m11 = (
            total(w * q[i] * q[j] for w, *q in seen) for i, j in ((0, 0), (0, 1), (1, 1))
        )
        mass, ends = total(p[j] for j in data), [x[j] for j in data]
        room = exact(2.0**-46) * mass * (max(map(abs, ends)) ** 2 + 1)
        gaps += [
            claim(f"cell {cell} on its side", m00 >= 0 and m11 >= 0),
            Gap(f"cell {cell} semidefinite", m01 * m01, abs(m00 * m11)),
            claim(f"cell {cell} not far", m00 + m11 <= room + 6 * exact(e.core.FLOOR)),
            claim(f"rows of cell {cell}", len(mine) <= len(data)),
            claim("no excess above", excess >= 0 and not (upper and excess > 0)),
            Gap("excess", fmpq(0), exact(excess)),
        ]
    return gaps


def judge_gap(e: Engine, given: Operands) -> list[Gap]:
    mu, rx, r1 = (given[name][0] for name in ("mu", "rx", "r1"))
    d, relative = map(exact, e.pivots.gap(mu, rx, r1))
    truth = exact(mu) ** 2 - exact(rx) ** 2 - exact(r1) ** 2
    if d == 0:
        return [claim("nothing is claimed of 0", relative >= 1)]
    return [Gap("d", abs(d - truth), relative * min(abs(d), abs(truth)))]


def matrix(entries: Sequence[Sequence[fmpq]]) -> fmpq_mat:
    return fmpq_mat([list(row) for row in entries])


def exact_block(mu: fmpq, w: fmpq, b: fmpq, a: fmpq, r: tuple[fmpq, fmpq]) -> list[fmpq]:
    """T^T (mu I - R)^(-1) T of one neuron by a 3 x 3 inverse: entries 00, 01, 11."""
    zero = fmpq(0)
    shifted = matrix([[mu, zero, -r[0]], [zero, mu, -r[1]], [-r[0], -r[1], mu]])
    t = matrix([[a, zero], [zero, a], [w, b]])
    c = t.transpose() * shifted.solve(t)
    return [c[0, 0], c[0, 1], c[1, 1]]


def run_blocks(e: Engine, given: Operands) -> tuple[int, Work]:
    sums = np.zeros((int(given["rows"][0]) + 1, 12))
    neurons = (floats(given[name]) for name in ("w", "b", "a", "rx", "r1"))
    where = ints(given["start"]), ints(given["stop"])
    return e.pivots.blocks(given["mu"][0], *neurons, *where, sums), sums


def judge_blocks(e: Engine, given: Operands) -> list[Gap]:
    outside, sums = run_blocks(e, given)
    mu, rows, cover = exact(given["mu"][0]), int(given["rows"][0]), exact(e.core.COVER)
    w, b, a, rx, r1 = (rationals(given[name]) for name in ("w", "b", "a", "rx", "r1"))
    sizes = [mu * mu - x * x - y * y for x, y in zip(rx, r1, strict=True)]
    if outside < 0:
        least = [abs(d) / (mu * mu + x * x + y * y) for d, x, y in zip(sizes, rx, r1, strict=True)]
        return [claim("some gap is tiny", min(least) <= exact(2.0**-78))]
    truth = [[fmpq(0)] * 6 for _ in range(rows + 1)]
    for i, (start, stop) in enumerate(zip(given["start"], given["stop"], strict=True)):
        if start < stop:
            at, side = (int(start), 0) if stop == rows else (int(stop) - 1, 3)
            for slot, entry in enumerate(exact_block(mu, w[i], b[i], a[i], (rx[i], r1[i]))):
                truth[at][side + slot] += entry
    gaps = [claim("outside", outside == sum(d < 0 for d in sizes))]
    for at, side, slot in product(range(rows + 1), (0, 1), range(3)):
        value, bound = exact(sums[at, 6 * side + slot]), exact(sums[at, 6 * side + 3 + slot])
        error = abs(value - truth[at][3 * side + slot])
        gaps.append(Gap(f"C[{at}, {side}, {slot}]", error, bound * cover))
    return gaps


def zetas(given: Operands) -> list[list[fmpq]]:
    weight, place, bias = (rationals(given[name]) for name in ("weight", "place", "bias"))
    return [[w * t, w * s] for w, t, s in zip(weight, place, bias, strict=True)]


def apply(c: Sequence[fmpq], z: Sequence[fmpq]) -> list[fmpq]:
    return [c[0] * z[0] + c[1] * z[1], c[1] * z[0] + c[2] * z[1]]


def judge_prepare(e: Engine, given: Operands) -> list[Gap]:
    """The true blocks are anywhere within their bounds: `sign` says at which end."""
    z, rows, cover = zetas(given), len(given["weight"]), exact(e.core.COVER)
    sums = floats(given["sums"]).reshape(rows + 1, 12).copy()
    sums[:, [3, 4, 5, 9, 10, 11]] = abs(sums[:, [3, 4, 5, 9, 10, 11]])
    signs = ints(given["sign"]).reshape(rows + 1, 6)
    true = [
        [exact(row[at]) + int(signs[m, i]) * exact(row[at + 3]) for i, at in enumerate((*A, *B))]
        for m, row in enumerate(sums)
    ]
    columns = (floats(given[name]) for name in ("weight", "place", "bias"))
    top = e.pivots.prepare(given["mu"][0], *columns, sums)
    level = [fmpq(0), fmpq(0), 1 / exact(given["mu"][0])]
    largest = float(np.max(np.abs(sums[:rows, :8])))
    gaps, tails = [claim("largest entry", top == largest)], [fmpq(0)] * 4
    for m in range(rows - 1, -1, -1):
        u = [level[i] + total(row[i] for row in true[: m + 1]) for i in range(3)]
        v = [total(row[3 + i] for row in true[m:rows]) for i in range(3)]
        for i, value in enumerate((*apply(u, z[m]), *apply(v, z[m]))):
            at = (0, 1, 4, 5)[i]
            error = abs(exact(sums[m, at]) - value)
            gaps.append(Gap(f"column {at} of {m}", error, exact(sums[m, at + 2]) * cover))
        for i in range(4):
            error = abs(exact(sums[m, 8 + i]) - tails[i])
            gaps.append(Gap(f"column {8 + i} of {m}", error, tails[i] * (cover - 1) / 4))
        for i, value in enumerate((*z[m], *rationals(sums[m, 4:6]))):
            tails[i] += value * value
    return gaps


A, B = (0, 1, 2), (6, 7, 8)


def judge_image(e: Engine, given: Operands) -> list[Gap]:
    """F is within its bounds (`sign` says where); c / d is rounded once more, zeta in t too."""
    state, error = floats(given["state"]).reshape(4, 4), floats(given["error"]).reshape(4, 4)
    r, t, c, bound = floats(given["r"]), floats(given["t"]), np.zeros(4), np.zeros(4)
    image, size, drift = map(exact, e.pivots._image(state, error, r, t, c, bound))
    signs, cover, unit = ints(given["sign"]).reshape(4, 4), exact(e.core.COVER), exact(e.core.UNIT)
    f = [
        [exact(state[i, j]) + int(signs[i, j]) * exact(error[i, j]) for j in range(4)]
        for i in range(4)
    ]
    row, column, d = rationals(r), rationals(t), given["d"][0]
    dots = [total(f[i][j] * row[j] for j in range(4)) for i in range(4)]
    gaps = []
    for i in range(4):
        stored = exact(c[i] / d) * exact(d)
        off = abs(stored - column[i] - dots[i]) + unit * abs(column[i])
        gaps.append(Gap(f"e[{i}]", off, exact(bound[i]) * cover))
    spans = total(
        abs(row[i]) * abs(exact(state[i, j])) * abs(row[j]) for i, j in product(range(4), repeat=2)
    )
    slips = total(
        abs(row[i]) * exact(error[i, j]) * abs(row[j]) for i, j in product(range(4), repeat=2)
    )
    off = abs(image - total(row[i] * dots[i] for i in range(4)))
    slack = (cover - 1) / 2
    gaps += [
        Gap("image", off, (drift + 9 * unit * size) * cover),
        Gap("size", abs(size - spans), slack * spans),
        Gap("drift", abs(drift - slips), slack * slips),
    ]
    return gaps


def judge_update(e: Engine, given: Operands) -> list[Gap]:
    state, error = floats(given["state"]).reshape(4, 4), floats(given["error"]).reshape(4, 4)
    signs, z, d = ints(given["sign"]).reshape(4, 4), floats(given["z"]), given["d"][0]
    true = {
        (i, j): exact(state[i, j])
        + int(signs[i, j]) * exact(error[i, j])
        + exact(d) * exact(z[i]) * exact(z[j])
        for i, j in product(range(4), repeat=2)
    }
    top = e.pivots._update(state, error, z, d)
    gaps = [claim("largest entry", top == float(np.max(np.abs(state))))]
    for (i, j), value in true.items():
        off = abs(exact(state[i, j]) - value)
        gaps.append(Gap(f"F[{i}, {j}]", off, exact(error[i, j]) * exact(e.core.COVER)))
    return gaps


def factored(pivots: ModuleType, given: Operands, sums: Work) -> tuple[Any, list[Column]]:
    """What `factor` returns, and its pivots and columns (D_m, z_m) as it stores them."""
    arguments = [floats(given[name]) for name in ("weight", "place", "bias")]
    shift, inner, seen = given["shift"][0], pivots._update, []

    def record(state: Work, error: Work, z: Work, d: float) -> float:
        seen.append((exact(d), rationals(z)))
        return float(inner(state, error, z, d))

    pivots.__dict__["_update"] = record
    try:
        found = getattr(pivots.factor, "py_func", pivots.factor)(*arguments, shift, sums)
    finally:
        pivots.__dict__["_update"] = inner
    assert found == pivots.factor(*arguments, shift, sums), "compiled code rounds otherwise"
    return found, seen


def residual(
    s: list[list[fmpq]], given: Operands, sums: Work, columns: list[Column]
) -> tuple[fmpq, fmpq]:
    """E = S - shift I - L D L^T: its largest diagonal entry, and the norm of the rest."""
    z, n = zetas(given), len(columns)
    r = [[*(exact(rounded(v)) for v in z[m]), *rationals(sums[m, 4:6])] for m in range(n)]
    lower = [
        [-total(map(fmpq.__mul__, r[row], columns[m][1])) for m in range(row)] + [fmpq(1)]
        for row in range(n)
    ]
    diagonal, rest = [], fmpq(0)
    for m, row in combinations_with_replacement(range(n), 2):
        parts = zip(lower[row], lower[m], columns, strict=False)
        ldl = total(left * right * d for left, right, (d, _) in parts)
        if row == m:
            diagonal.append(abs(s[row][m] - exact(given["shift"][0]) - ldl))
        else:
            rest += 2 * (s[row][m] - ldl) ** 2
    return max(diagonal), root(rest) if rest > 0 else fmpq(0)


def negatives(s: Sequence[Sequence[fmpq]]) -> int:
    """The number of negative eigenvalues of a symmetric matrix, by the signs of chi."""
    return roots_above((-matrix(s)).charpoly(), Fraction(0))
