"""Exact rational replays of whole factorizations and of the counts and enclosures they prove."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, fmpq_poly

from tests.replay import (
    Engine,
    Gap,
    Operands,
    claim,
    exact,
    floats,
    ints,
    rationals,
    rounded,
    total,
)
from tests.replay_pivots import factored, matrix, negatives, residual, run_blocks, zetas
from verify.spectrum.exact import roots_above, roots_at


def judge_factor(e: Engine, given: Operands) -> list[Gap]:
    """The true U zeta and V zeta are within their bounds: `sign` says at which end."""
    z, n = zetas(given), len(given["weight"])
    sums = np.zeros((n + 1, 12))
    sums[:n, :8] = floats(given["columns"]).reshape(n, 8)
    sums[:, [2, 3, 6, 7]] = abs(sums[:, [2, 3, 6, 7]])
    for m in range(n):
        later = [(*z[j], *rationals(sums[j, 4:6])) for j in range(m + 1, n)]
        sums[m, 8:] = [rounded(total(r[i] * r[i] for r in later)) for i in range(4)]
    signs = ints(given["sign"]).reshape(n, 4)
    u, v = (
        [
            [exact(sums[m, at + i]) + int(signs[m, i]) * exact(sums[m, at + 2 + i]) for i in (0, 1)]
            for m in range(n)
        ]
        for at in (0, 4)
    )
    s = [[fmpq(0)] * n for _ in range(n)]
    for m, row in combinations_with_replacement(range(n), 2):
        entry = total(z[row][i] * u[m][i] + v[row][i] * z[m][i] for i in (0, 1))
        s[row][m] = s[m][row] = (1 if row == m else 0) - entry
    return judged_residual(e, given, sums, s)


def judged_residual(e: Engine, given: Operands, sums: Any, s: list[list[fmpq]]) -> list[Gap]:
    """The residual of a factorization of S against its bound, and what it proves about S."""
    (negative, bound, mantissa, exponent), columns = factored(e.pivots, given, sums)
    if negative < 0:
        return []
    largest, rest = residual(s, given, sums, columns)
    shift, pivots = exact(given["shift"][0]), [d for d, _ in columns]
    det = math.prod(pivots, start=fmpq(1))
    off = abs(exact(mantissa) * fmpq(2) ** exponent - det)
    gaps = [
        Gap("residual", largest + rest, exact(bound)),
        Gap("det", off, len(pivots) * exact(e.core.UNIT) * abs(det)),
        claim("negative pivots", negative == sum(d < 0 for d in pivots)),
    ]
    if shift > 0 and exact(bound) <= shift:
        gaps.append(claim("at most", negatives(s) <= negative))
    if shift < 0 and exact(bound) <= -shift:
        gaps.append(claim("at least", negatives(s) >= negative))
    return gaps


def rows_of_core(given: Operands) -> list[list[fmpq]]:
    """h_m: T_i zeta_m on the active neurons, then weight bias for c."""
    w, b, a = (rationals(given[name]) for name in "wba")
    rows = []
    for m, z in enumerate(zetas(given)):
        row: list[fmpq] = []
        for i in range(len(w)):
            seen = given["start"][i] <= m < given["stop"][i]
            part = [a[i] * z[0], a[i] * z[1], w[i] * z[0] + b[i] * z[1]]
            row += part if seen else [fmpq(0)] * 3
        rows.append([*row, z[1]])
    return rows


def blocks_of(pairs: Sequence[tuple[fmpq, fmpq]]) -> list[list[fmpq]]:
    """R with the blocks [[0, r_i], [r_i^T, 0]], and a last row and column 0."""
    size = 3 * len(pairs) + 1
    r = [[fmpq(0)] * size for _ in range(size)]
    for i, pair in enumerate(pairs):
        for offset, entry in enumerate(pair):
            r[3 * i + offset][3 * i + 2] = r[3 * i + 2][3 * i + offset] = entry
    return r


def hessian_of(rows: list[list[fmpq]], r: list[list[fmpq]]) -> fmpq_mat:
    h = matrix(rows)
    return h.transpose() * h + matrix(r)


def exact_s(rows: list[list[fmpq]], r: list[list[fmpq]], mu: fmpq) -> list[list[fmpq]]:
    """S(mu) = I - Z K Z^T from dense matrices."""
    size, h = len(r), matrix(rows)
    shifted = matrix([[(mu if i == j else 0) - r[i][j] for j in range(size)] for i in range(size)])
    k = h * shifted.solve(h.transpose())
    n = len(rows)
    return [[(1 if i == j else 0) - k[i, j] for j in range(n)] for i in range(n)]


def judge_whole(e: Engine, given: Operands) -> list[Gap]:
    """Blocks, running sums and pivots of one core against the S that its definition gives."""
    outside, sums = run_blocks(e, given)
    if outside < 0:
        return []
    columns = (floats(given[name]) for name in ("weight", "place", "bias"))
    e.pivots.prepare(given["mu"][0], *columns, sums)
    r = blocks_of(list(zip(rationals(given["rx"]), rationals(given["r1"]), strict=True)))
    rows, mu = rows_of_core(given), exact(given["mu"][0])
    s = exact_s(rows, r, mu)
    above = outside if mu > 0 else len(r) - outside
    poly = hessian_of(rows, r).charpoly()
    found = claim("inertia", roots_above(poly, plain(mu)) == above + negatives(s))
    return [found, *judged_residual(e, given, sums, s)]


def plain(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def planted(e: Engine, given: Operands) -> tuple[Any, fmpq_mat]:
    """A problem, and a Hessian inside it: p and l' within their bounds by `sign`."""
    n = len(given["x"])
    start, stop = ints(given["start"]), ints(given["stop"])
    x, middle, slope = (floats(given[name]) for name in ("x", "p", "slope"))
    faint = given["faint"][0]
    low, high, radius = middle * (1.0 - faint), middle * (1.0 + faint), abs(slope) * faint
    layout = e.layout.Layout(
        order=np.arange(n), x=x, y=np.ones(n), start=start, stop=stop, kink=None
    )
    network = tuple(floats(given[name]) for name in "wba")
    problem = e.problem.problem(layout, network, (low, high), (slope, radius))
    w, b, a = map(rationals, network)
    at, signs = rationals(x), given["sign"]
    p = rationals(high if signs[0] > 0 else low)
    pull = [s + int(signs[1]) * r for s, r in zip(rationals(slope), rationals(radius), strict=True)]
    pairs, size = [], 3 * len(w) + 1
    for i in range(len(w)):
        seen = range(start[i], stop[i])
        pairs.append((total(pull[j] * at[j] for j in seen), total(pull[j] for j in seen)))
    h = matrix(blocks_of(pairs))
    for j in range(n):
        row = [fmpq(0)] * (size - 1) + [fmpq(1)]
        for i in range(len(w)):
            if start[i] <= j < stop[i]:
                row[3 * i : 3 * i + 3] = [a[i] * at[j], a[i], w[i] * at[j] + b[i]]
        h += matrix([[p[j] * s * t for t in row] for s in row])
    return problem, h


def judge_enclosure(e: Engine, given: Operands) -> list[Gap]:
    """R = 0: the Hessian lies between both cores in the Loewner order, up to the radius."""
    problem, h = planted(e, {**given, "slope": [0.0] * len(given["x"]), "faint": [0.0]})
    room = matrix(blocks_of([(fmpq(0), fmpq(0))] * len(given["w"])))
    for i in range(room.nrows()):
        room[i, i] = exact(problem.radius)
    gaps = [Gap("radius", fmpq(0), exact(problem.radius))]
    for name, sign in (("low", 1), ("high", -1)):
        core = getattr(problem, name)
        form = given | {at: getattr(core, at).tolist() for at in core.__slots__}
        zero = blocks_of([(fmpq(0), fmpq(0))] * len(given["w"]))
        difference = sign * (h - hessian_of(rows_of_core(form), zero)) + room
        gaps.append(claim(f"{name} on its side", negatives(difference.tolist()) == 0))
    return gaps


def probes(h: fmpq_mat, reach: float) -> list[float]:
    """Shifts on both sides of each eigenvalue, closer than `reach`, by a float eigensolver."""
    values = np.linalg.eigvalsh([[rounded(entry) for entry in row] for row in h.tolist()])
    return [float(v * (1.0 + side * reach)) for v in values for side in (-0.9, -0.2, 0.2, 0.9)]


def judge_counts(e: Engine, given: Operands) -> list[Gap]:
    """Counts and enclosures of a problem against chi of a Hessian that it speaks about."""
    problem, h = planted(e, given)
    chi, gaps = h.charpoly(), []
    for mu in [*given["mu"], *probes(h, max(given["faint"][0], 2.0**-45))]:
        most, least = e.search.at_most(problem, mu), e.search.at_least(problem, mu)
        truth = roots_above(chi, Fraction(mu))
        gaps.append(claim("at most", most is None or truth <= most))
        gaps.append(claim("at least", least is None or truth >= least))
    top = e.search.largest(problem, 2.0**-10)
    if top is None:
        return gaps
    gaps.append(claim("largest", holds(chi, top, 1) and top.hi - top.lo <= 2.0**-10 * top.hi))
    for j in range(2, chi.degree() + 1):
        found = e.search.ranked(problem, j, 2.0**-10, top)
        if found is not None:
            narrow = found.hi - found.lo <= 2.0**-10 * top.hi
            gaps.append(claim(f"number {j}", holds(chi, found, j) and narrow))
    return gaps


def holds(chi: fmpq_poly, found: Any, j: int) -> bool:
    """Whether the j-th largest root lies in the interval."""
    low, high = Fraction(found.lo), Fraction(found.hi)
    return roots_above(chi, low) + roots_at(chi, low) >= j > roots_above(chi, high)


def core_of(e: Engine, given: Operands) -> Any:
    """The operands of `judge_whole` as a Core."""
    names = ("weight", "place", "bias", "w", "b", "a", "rx", "r1")
    where = {name: ints(given[name]) for name in ("start", "stop")}
    return e.core.Core(**{name: floats(given[name]) for name in names}, **where)


def judge_mirror(e: Engine, given: Operands) -> list[Gap]:
    """Reflection keeps the characteristic polynomial, and seen twice gives the same core."""
    core = core_of(e, given)
    names = ("weight", "place", "bias", "w", "b", "a", "rx", "r1", "start", "stop")
    other = {name: getattr(e.core.mirrored(core), name).tolist() for name in names}
    polys = []
    for form in (given, other):
        pairs = list(zip(rationals(form["rx"]), rationals(form["r1"]), strict=True))
        polys.append(hessian_of(rows_of_core(form), blocks_of(pairs)).charpoly())
    back = e.core.mirrored(e.core.mirrored(core))
    same = all(
        abs(getattr(back, name)).tolist() == abs(getattr(core, name)).tolist() for name in names
    )
    return [claim("chi", polys[0] == polys[1]), claim("twice", same)]
