"""The figures of `flatcert coverage`: limits against the level, the rate in n, two breakdowns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.ball import display
from verify.claim import Verdict
from verify.experiments.plotting import STYLES, figure_of, letter, plain_log
from verify.model import Dataset, outputs
from verify.quantities import Instance
from verify.report.drawing import FIRST, INK, NO_METADATA, SECOND, SHADE, STYLE
from verify.statistics.coverage import Coverage
from verify.statistics.rate import NATURAL, PAPER, Rate
from verify.statistics.weight import Core, robust_weight

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 7.2


def _save(figure: Figure, folder: Path, name: str) -> None:
    figure.savefig(folder / f"{name}.svg", metadata=NO_METADATA, dpi=150)
    figure.savefig(folder / f"{name}.png", metadata={"Software": None}, dpi=150)


def _coverage_panels(figure: Figure, rows: Sequence[Coverage]) -> None:
    chance, tight = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1))
    at = np.arange(len(rows))[::-1]
    is_vacuous = np.array([row.verdict == Verdict.VACUOUS.name for row in rows])
    for vacuous, color, word in ((False, FIRST, "useful bound"), (True, SHADE, "vacuous bound")):
        chosen = np.flatnonzero(is_vacuous == vacuous)
        if chosen.size:
            low, high = (
                np.array([getattr(row, end) for row in rows]) for end in ("lower", "upper")
            )
            chance.hlines(
                at[chosen], low[chosen], high[chosen], color=color, linewidth=4, label=word
            )
    chance.axvline(rows[0].level, color=INK, linestyle="--", linewidth=1, label="allowed")
    chance.set_xlim(0, max(2 * rows[0].level, 1.05 * max(row.upper for row in rows)))
    chance.set_xlabel("probability of failure")
    chance.set_yticks(at, [f"{row.setting} {row.bound}" for row in rows], fontsize=7)
    chance.legend(fontsize=7, loc="upper right")
    letter(chance, "95% limits on each side")
    seen = [row for row in rows if row.admitted]
    for name, marker, word in (("ratio", "|", "median"), ("worst", "x", "largest")):
        values = [getattr(row, name) for row in seen]
        places = [place for place, row in zip(at, rows, strict=True) if row.admitted]
        tight.scatter(values, places, marker=marker, color=SECOND, s=24, label=word)
    plain_log(tight, x=True, marks=(1.0,))
    tight.axvline(1.0, color=INK, linestyle="--", linewidth=1)
    tight.set_xlabel("measured / bound")
    tight.legend(fontsize=7, loc="upper left")
    letter(tight, "how sharp")


def draw_coverage(rows: Sequence[Coverage], folder: Path) -> None:
    """coverage.svg and coverage.png: the bounds themselves, without the shrunken ones."""
    import matplotlib

    own = [row for row in rows if row.factor == 1.0]
    counts = sorted({row.tried for row in own})
    caption = (
        f"Simulated, {' or '.join(map(str, counts))} replicates in each setting, level"
        f" {own[0].level:g}: Clopper-Pearson limits of the probability that a bound fails. Vacuous:"
        " the bound is no better than what is trivially true, or too few replicates meet its"
        " assumptions. No proof."
    )
    with matplotlib.rc_context(STYLE):
        size = (WIDE, 1.4 + 0.17 * len(own))
        _save(figure_of(size, caption, lambda f: _coverage_panels(f, own)), folder, "coverage")


def _rate_panel(figure: Figure, rows: Sequence[Rate]) -> None:
    axes = figure.subplots()
    for place, row in enumerate(rows):
        label = f"{row.name}: {row.slope:.2f} [{row.low:.2f}, {row.high:.2f}]"
        style = STYLES[place % len(STYLES)]
        axes.plot(row.sizes, row.means, label=label, linewidth=1.2, markersize=3.5, **style)
    sizes = np.array(sorted({n for row in rows for n in row.sizes}), dtype=float)
    top = max(max(row.means) for row in rows)
    for exponent, dash, word in ((PAPER, (0, (1, 1)), "-2/5"), (NATURAL, (0, (4, 2)), "-4/5")):
        guide = top * (sizes / sizes[0]) ** exponent
        axes.plot(sizes, guide, color=SHADE, linewidth=1, linestyle=dash, label=f"slope {word}")
    plain_log(axes, x=True)
    plain_log(axes)
    axes.set_xlabel("n")
    axes.set_ylabel("mean excess risk (nats)")
    axes.legend(fontsize=7)


def draw_rate(rows: Sequence[Rate], folder: Path) -> None:
    """rate.svg and rate.png: mean excess risk against n, slopes with their intervals."""
    import matplotlib

    caption = (
        f"Simulated, {rows[0].replicates} replicates at each n. In brackets: Student's 95% interval"
        " of the slope from the residuals of a line in the logarithms. Grey: the paper's rate"
        " n^(-2/5) and the natural one n^(-4/5), from the same point."
    )
    with matplotlib.rc_context(STYLE):
        _save(figure_of((WIDE, 4.0), caption, lambda f: _rate_panel(f, rows)), folder, "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """A network at which an assumption of Theorem 3.7 fails, with its core.

    `floor` is the c0 that is added to h, or 0; `words` are what is certified, or what is WRONG.
    """

    title: str
    instance: Instance
    core: Core
    gamma: Fraction
    floor: Fraction
    words: str
    is_wrong: bool


def _grid(shown: Breakdown) -> list[Fraction]:
    """Increasing places of the hull of the data: even, all kinks, and close to both ends."""
    low, *_, high = shown.instance.data.in_order.x
    even = {low + (high - low) * Fraction(i, 800) for i in range(801)}
    near = [(high - low) * Fraction(10.0 ** (-i / 16)) for i in range(16, 128)]
    inside = {t for t in shown.instance.network.kinks() if t is not None and low <= t <= high}
    return sorted(even | inside | {low + d for d in near} | {high - d for d in near})


def _values(shown: Breakdown, at: Sequence[Fraction]) -> list[float]:
    """f at increasing places, exactly, then rounded to be drawn."""
    found = outputs(shown.instance.network, Dataset(x=at, y=(1,) * len(at)))
    return [float(value) for value in found]


def _draw_network(axes: Axes, shown: Breakdown, at: Sequence[Fraction]) -> None:
    """f, f0 and the band |f| <= gamma over the hull, the data with their labels on f."""
    gamma, data = float(shown.gamma), shown.instance.data.in_order
    axes.axhspan(-gamma, gamma, color=SHADE, alpha=0.25, linewidth=0, label="|f| \u2264 \u03b3")
    axes.plot([float(t) for t in at], _values(shown, at), color=INK, linewidth=1.4, label="f")
    truth = [float((shown.instance.truth or ())[j]) for j in shown.instance.data.order]
    x = [float(t) for t in data.x]
    axes.plot(x, truth, color=SECOND, linestyle="--", linewidth=1.8, label="f0")
    outs = _values(shown, data.x)
    for label, marker, face in ((1, "^", INK), (-1, "v", "white")):
        chosen = [j for j, y in enumerate(data.y) if y == label]
        places, heights = [x[j] for j in chosen], [outs[j] for j in chosen]
        drawn = axes.scatter(places, heights, s=30, marker=marker, color=INK, facecolor=face)
        drawn.set(label=f"y = {label:+d}", zorder=3)
    reach = max(2.8 * gamma, 1.6 * max(map(abs, outs)))
    axes.set_ylim(-reach, reach)
    axes.legend(fontsize=7, ncols=5, loc="upper center", handlelength=1.2, columnspacing=0.8)
    letter(axes, shown.title)


def _draw_end(axes: Axes, shown: Breakdown) -> None:
    """An inset with the last kink and the last datum, where they are too close to be seen."""
    high = shown.instance.data.in_order.x[-1]
    last = max(t for t in shown.instance.network.kinks() if t is not None)
    step = high - last
    if not 0 < step < Fraction(1, 100):
        return
    at = [last - 2 * step, last, high]
    inset = axes.inset_axes((0.2, 0.14, 0.46, 0.15))
    inset.plot([float((t - high) / step) for t in at], _values(shown, at), color=INK, linewidth=1.4)
    inset.tick_params(labelsize=7)
    inset.set_xlabel(f"x \u2212 {high}, in units of {display(step)}", fontsize=7, labelpad=1)
    inset.set_ylabel("f", fontsize=7, labelpad=1)
    axes.annotate(
        "",
        xy=(float(high), -0.12 * axes.get_ylim()[1]),
        xytext=(0.68, 0.22),
        textcoords="axes fraction",
        arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 0.8},
    )


def _draw_weight(axes: Axes, shown: Breakdown, at: Sequence[Fraction]) -> None:
    """h over the hull on a logarithmic axis, the kinks on it, and c0 where one is asked."""
    rows = [(float(t), float(weight)) for t in at if (weight := robust_weight(shown.core, t)) > 0]
    axes.plot(*zip(*rows, strict=True), color=FIRST, linewidth=1.4, label="h")
    kinks = [t for t in shown.instance.network.kinks() if t is not None]
    weights = [float(robust_weight(shown.core, t)) for t in kinks]
    axes.scatter(
        [float(t) for t in kinks], weights, marker="x", color=INK, label="kinks of f", zorder=3
    )
    if shown.floor:
        asked = f"c0 = {float(shown.floor):g}"
        axes.axhline(float(shown.floor), color=INK, linestyle="--", linewidth=1, label=asked)
    axes.set_yscale("log")
    axes.set_ylim(min(weights) / 4, 4 * max(weight for _, weight in rows))
    axes.legend(fontsize=7, loc="lower center")
    axes.set_xlabel("x")


def draw_breakdown(found: Sequence[Breakdown], folder: Path) -> None:
    """breakdown.svg and breakdown.png: networks over the robust weight, certified."""
    import matplotlib

    def panels(figure: Figure) -> None:
        grid = figure.subplots(2, len(found), sharex="col", squeeze=False, height_ratios=(3, 2))
        for shown, (top, strip) in zip(found, grid.T, strict=True):
            at = _grid(shown)
            _draw_network(top, shown, at)
            _draw_end(top, shown)
            _draw_weight(strip, shown, at)
        grid[0, 0].set_ylabel("logit")
        grid[1, 0].set_ylabel("robust weight h")

    caption = " ".join(shown.words for shown in found)
    with matplotlib.rc_context(STYLE):
        _save(figure_of((WIDE, 5.6), caption, panels), folder, "breakdown")
