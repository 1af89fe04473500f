"""The figures of the page, as SVG text.

Lines with many ticks or stems are one path each, which keeps the text short.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from verify.ball import approximate, ball, minimum, working_precision
from verify.claim import Verdict
from verify.evidence import Evidence
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities
from verify.report.drawing import FIRST, INK, SECOND, SHADE, svg
from verify.report.summary import ClaimSummary, fault, summaries

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINEAR = 1e-9
"""Scaled margins of at most this size are drawn on a linear axis."""
BITS = 96
LONGEST = 24


class MarginRow(Protocol):
    """Base 10 logarithms at one margin m, as `verify.counterexample.family` tabulates them."""

    @property
    def margin(self) -> Fraction: ...
    @property
    def log10_lambda_max(self) -> float: ...
    @property
    def log10_bound(self) -> float: ...
    @property
    def log10_limit(self) -> float: ...


def _decades(row: MarginRow, value: float) -> float:
    """log10(10^value e^m / m)."""
    m = float(row.margin)
    return value + m / math.log(10) - math.log10(m)


def counterexample_figure(rows: Sequence[MarginRow]) -> str:
    """Flatness of the networks of Theorem 3.1 against their margin m, in two panels.

    Above: -log10 of lambda_max, of the closed-form bound and of B m e^{-m}, where
    positive. Below: lambda_max e^m / m and its bound, which tend to constants.
    The rows are those of balanced ramps.
    """

    def draw(figure: Figure) -> None:
        top, low = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        _flatness(top, rows)
        margins = [float(row.margin) for row in rows]
        found = [10 ** _decades(row, row.log10_lambda_max) for row in rows]
        allowed = [10 ** _decades(row, row.log10_bound) for row in rows]
        limit = 10 ** _decades(rows[-1], rows[-1].log10_limit)
        low.plot(margins, allowed, "--", color=SECOND, marker="s", markersize=3)
        low.plot(margins, found, "o-", color=FIRST, markersize=3.5, linewidth=1)
        low.axhline(limit, color=INK, linestyle=":")
        low.annotate(
            f"B = {limit:.7g}",
            (margins[-1], limit),
            xytext=(0, 5),
            textcoords="offset points",
            ha="right",
        )
        low.set(
            xscale="log", yscale="log", xlabel="margin m = y_j f(x_j), the same for every datum"
        )
        low.set_ylabel("curvature times e^m / m")

    return svg("flat", 5.2, draw)


def _flatness(axes: Axes, rows: Sequence[MarginRow]) -> None:
    curves = (
        ("closed-form bound", "s--", SECOND, [row.log10_bound for row in rows]),
        ("lambda_max of the Hessian, certified", "o-", FIRST, [r.log10_lambda_max for r in rows]),
        ("B m exp(-m)", ":", INK, [row.log10_limit for row in rows]),
    )
    for label, style, color, logarithms in curves:
        shown = [(float(r.margin), -v) for r, v in zip(rows, logarithms, strict=True) if v < 0]
        axes.plot(
            *zip(*shown, strict=True),
            style,
            color=color,
            label=label,
            markersize=3.5,
            linewidth=1.2,
        )
    axes.set(xscale="log", yscale="log", ylabel="-log10 of the curvature: decades below 1")
    axes.legend(loc="lower right")
    last = rows[-1]
    axes.annotate(
        f"lambda_max = 10^{last.log10_lambda_max:.0f}",
        (float(last.margin), -last.log10_lambda_max),
        xytext=(-8, 0),
        textcoords="offset points",
        ha="right",
        va="bottom",
    )


def _spikes(
    places: Iterable[float], low: Iterable[float], high: Iterable[float]
) -> list[list[float]]:
    """Vertical strokes as one path: x and y with breaks."""
    x: list[float] = []
    y: list[float] = []
    for place, bottom, top in zip(places, low, high, strict=True):
        x += [place, place, math.nan]
        y += [bottom, top, math.nan]
    return [x, y]


def _crossings(points: Sequence[tuple[float, float]], gamma: float) -> list[tuple[float, float]]:
    """The points of a piecewise linear graph with its crossings of +-gamma put in."""
    full = [points[0]]
    for (x0, f0), (x1, f1) in pairwise(points):
        shares = [(level - f0) / (f1 - f0) for level in (-gamma, gamma) if f0 != f1]
        full += [(x0 + s * (x1 - x0), f0 + s * (f1 - f0)) for s in sorted(shares) if 0 < s < 1]
        full.append((x1, f1))
    return full


def uncertain_intervals(
    points: Sequence[tuple[float, float]], gamma: float
) -> list[tuple[float, float]]:
    """The maximal intervals of |f| <= gamma for a graph through the points, to float64."""
    merged: list[tuple[float, float]] = []
    full = _crossings(points, gamma)
    for (x0, f0), (x1, f1) in pairwise(full):
        if abs(f0 + f1) / 2 > gamma:
            continue
        if merged and merged[-1][1] == x0:
            merged[-1] = (merged[-1][0], x1)
        else:
            merged.append((x0, x1))
    return merged


def spent(network: Network, data: Dataset) -> list[tuple[float, float]]:
    """Each distinct kink inside the data with |jump| min(g+, g-) under q = p/P."""
    instance = Instance(network=network, data=data, formal=True)
    quantities = Quantities(instance=instance, number=ball, width=Fraction(1, 2**30))
    first, last = data.in_order.x[0], data.in_order.x[-1]
    with working_precision(BITS):
        return [
            (float(term.at), approximate(ball(abs(term.jump)) * minimum(term.g_right, term.g_left)))
            for term in quantities.kinks_under(quantities.q)
            if first < term.at < last
        ]


def network_figure(network: Network, data: Dataset, gamma: Fraction) -> str:
    """f over the data with the uncertain set |f| <= gamma, and where its weighted variation is.

    Below, a stem at each kink: |jump of f'| min(g+, g-) under q = p/P; their sum is TV.
    """
    stems = spent(network, data)
    ends = {float(data.in_order.x[0]), float(data.in_order.x[-1])}
    points = [(x, float(network(x))) for x in sorted(ends | {at for at, _ in stems})]

    def draw(figure: Figure) -> None:
        top, low = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        _graph(top, points, data, float(gamma))
        places, heights = [at for at, _ in stems], [height for _, height in stems]
        low.plot(*_spikes(places, [0.0] * len(stems), heights), color=FIRST, linewidth=1.2)
        low.set(xlabel="x", ylabel="weighted variation\nat each kink", ylim=(0, None))
        figure.legend(loc="outside upper center", ncols=3)

    return svg("net", 4.8, draw)


def _graph(axes: Axes, points: Sequence[tuple[float, float]], data: Dataset, gamma: float) -> None:
    for number, (left, right) in enumerate(uncertain_intervals(points, gamma)):
        label = None if number else f"|f| <= gamma = {gamma:.4g}"
        axes.axvspan(left, right, color=SHADE, alpha=0.25, linewidth=0, label=label)
    x, f = (list(column) for column in zip(*points, strict=True))
    low, high = min(f), max(f)
    unit = (high - low or 1.0) / 100
    axes.plot(x, f, color=INK, linewidth=1.3, label="f")
    kinks = x[1:-1]
    ticks = _spikes(kinks, [v - 2 * unit for v in f[1:-1]], [v + 2 * unit for v in f[1:-1]])
    axes.plot(*ticks, color=INK, linewidth=0.6)
    axes.plot([], [], "|", color=INK, label="kink")
    for sign, color, edge in ((1, FIRST, high + 7 * unit), (-1, SECOND, low - 13 * unit)):
        at = sorted({float(t) for t, y in zip(data.x, data.y, strict=True) if y == sign})
        marks = _spikes(at, [edge] * len(at), [edge + 6 * unit] * len(at))
        axes.plot(*marks, color=color, linewidth=0.8)
        where = "above" if sign > 0 else "below"
        axes.plot([], [], "|", color=color, label=f"data with y = {sign:+d} ({where})")
    for level in (-gamma, gamma):
        if low <= level <= high:
            axes.axhline(level, color=SHADE, linestyle=":", linewidth=0.9)
    room = (x[-1] - x[0] or 1.0) / 50
    axes.set(ylabel="f(x)", xlim=(x[0] - room, x[-1] + room))


def _label(id: str) -> str:
    """A user's id without what a figure cannot print or would take for a formula."""
    return "".join(c for c in id if c.isprintable())[:LONGEST].replace("$", r"\$")


def _margins(claim: ClaimSummary, method: str) -> list[float]:
    """Scaled margins of the false variants that a method refuted, or that survived it.

    Without a method, the claim's own least one.
    """
    if not method:
        return [] if claim.least is None else [claim.least]
    return [
        line.scaled
        for control in claim.controls
        for line in control.lines
        if line.method == method
        and line.scaled is not None
        and (line.verdict == Verdict.REFUTED.name or fault(line))
    ]


def margins_figure(lines: Sequence[Evidence]) -> str:
    """The least scaled margin of each claim by search, and those of its false variants."""
    claims = summaries(lines)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.axvspan(-1.5, 0, color=SHADE, alpha=0.15, linewidth=0)
        axes.axvline(0, color=INK, linewidth=0.8)
        kinds = (
            ("claim, least by search", "", "o", FIRST, 0.0),
            ("false variant, stored witness", "witness", "x", SECOND, -0.22),
            ("false variant, found by search", "search", "|", SECOND, 0.22),
        )
        for label, method, marker, color, shift in kinds:
            found = [_margins(claim, method) for claim in claims]
            x = [value for values in found for value in values]
            y = [row + shift for row, values in enumerate(found) for _ in values]
            axes.plot(x, y, marker, color=color, markersize=5, label=label)
        axes.set_xscale("symlog", linthresh=LINEAR, linscale=1.0)
        ticks = (-1, -1e-3, -1e-6, 0, 1e-6, 1e-3, 1)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set(xlim=(-2.5, 2.5), ylim=(len(claims) - 0.4, -0.6))
        axes.set_yticks(range(len(claims)), [_label(claim.id) for claim in claims])
        axes.set_xlabel(
            "margin / (|larger side| + |smaller side|); shaded: the inequality is violated"
        )
        axes.grid(axis="y", color=SHADE, alpha=0.3)
        figure.legend(loc="outside upper center", ncols=3, handletextpad=0.2, columnspacing=1.2)

    return svg("margins", 1.2 + 0.3 * max(len(claims), 2), draw)
