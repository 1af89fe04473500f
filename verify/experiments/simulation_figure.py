"""The figures of `flatcert coverage`: confidence limits against the level, and the rate in n."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from verify.claim import Verdict
from verify.experiments.plotting import STYLES, figure_of, letter, plain_log
from verify.report.drawing import FIRST, INK, NO_METADATA, SECOND, SHADE, STYLE
from verify.statistics.coverage import Coverage
from verify.statistics.rate import NATURAL, PAPER, Rate

if TYPE_CHECKING:
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
    chance.legend(fontsize=7, loc="lower right")
    letter(chance, "95% limits on each side")
    seen = [row for row in rows if row.admitted]
    for name, marker, word in (("ratio", "|", "median"), ("worst", "x", "largest")):
        values = [getattr(row, name) for row in seen]
        places = [place for place, row in zip(at, rows, strict=True) if row.admitted]
        tight.scatter(values, places, marker=marker, color=SECOND, s=24, label=word)
    plain_log(tight, x=True, marks=(1.0,))
    tight.axvline(1.0, color=INK, linestyle="--", linewidth=1)
    tight.set_xlabel("measured / bound")
    tight.legend(fontsize=7, loc="lower left")
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
