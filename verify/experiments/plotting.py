"""What the figures share: styles that differ in grey, means with intervals, the caption."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.store import Columns
from verify.experiments.trends import estimate
from verify.report.drawing import FIRST, INK, SECOND, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

STYLES: tuple[dict[str, Any], ...] = (
    {"color": INK, "linestyle": "-", "marker": "o"},
    {"color": FIRST, "linestyle": "--", "marker": "s"},
    {"color": SECOND, "linestyle": "-.", "marker": "^"},
    {"color": SHADE, "linestyle": ":", "marker": "D"},
)
"""Each has a line and a marker of its own, so that colour is never needed."""

LINES = tuple({key: style[key] for key in ("color", "linestyle")} for style in STYLES)
SIZE = 3.5


def few(levels: Sequence[float] | Floats, count: int = 4) -> list[float]:
    """At most `count` of the levels, ends included."""
    found = np.asarray(levels, dtype=float)
    at = np.linspace(0, found.size - 1, min(count, found.size)).round().astype(int)
    return [float(level) for level in found[np.unique(at)]]


def means(
    axes: Axes,
    levels: Floats,
    values: Floats,
    style: int,
    label: str | None,
    *,
    apart: float = 0.0,
) -> None:
    """Means over seeds (the columns of `values`) with 95% intervals, at the levels.

    Each style is moved by `apart` of the axis against the one before, so that their
    intervals do not hide each other.
    """
    found = [estimate(row) for row in values]
    half = [0.0 if e.count < 2 else e.mean - e.low for e in found]
    axes.errorbar(
        levels + (style - 1) * apart * float(np.ptp(levels)),
        [e.mean for e in found],
        yerr=half,
        label=label,
        markersize=SIZE,
        linewidth=1.2,
        elinewidth=0.8,
        capsize=2,
        **STYLES[style % len(STYLES)],
    )


def along(columns: Columns, name: str, **where: float) -> tuple[Floats, Floats]:
    """Times (T,) and values (T, seeds) of the runs `where`; the runs must share a schedule."""
    chosen = columns["status"] != "diverged"
    for key, value in where.items():
        chosen &= columns[key] == value
    runs = [
        np.flatnonzero(chosen & (columns["run"] == run))
        for run in np.unique(columns["run"][chosen])
    ]
    if not runs:
        return np.zeros(0), np.zeros((0, 0))
    values = np.stack([columns[name][rows].astype(float) for rows in runs], axis=1)
    return columns["time"][runs[0]].astype(float), values


def course(axes: Axes, columns: Columns, name: str, style: int, label: str, **where: float) -> None:
    """Mean over seeds along training, from the first step on, with the 95% interval as a band."""
    time, values = along(columns, name, **where)
    shown = time > 0
    found = [estimate(row) for row in values[shown]]
    line = LINES[style % len(LINES)]
    axes.plot(time[shown], [e.mean for e in found], label=label, linewidth=1.3, **line)
    if values.shape[1] > 1:
        low, high = [e.low for e in found], [e.high for e in found]
        axes.fill_between(time[shown], low, high, color=line["color"], alpha=0.15, linewidth=0)


def shade(axes: Axes, x: Floats, inside: NDArray[np.bool_], label: str | None) -> None:
    """Shade the stretches of the increasing grid x (m,) that are `inside`, one box each."""
    edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    turns = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    for number, (start, stop) in enumerate(zip(turns[::2], turns[1::2], strict=True)):
        axes.axvspan(
            edges[start],
            edges[stop],
            color=SHADE,
            alpha=0.3,
            linewidth=0,
            label=None if number else label,
        )


def figure_of(size: tuple[float, float], caption: str, panels: Callable[[Figure], None]) -> Figure:
    """A figure with its panels and, below them, the caption: settings and protocol."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    panels(figure)
    wide = int(size[0] * 18.3)
    figure.supxlabel(
        textwrap.fill(caption, wide).replace("$", r"\$"),
        fontsize=7,
        x=0.01,
        ha="left",
        linespacing=1.2,
    )
    return figure


def plain_log(axes: Axes, *, x: bool = False, marks: tuple[float, ...] = (1.0, 2.0, 5.0)) -> None:
    """A logarithmic axis with ticks at the marks times powers of ten, as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    (axes.set_xscale if x else axes.set_yscale)("log")
    axis = axes.xaxis if x else axes.yaxis
    axis.set_major_locator(LogLocator(subs=marks, numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def legend_above(axes: Axes) -> None:
    """A legend in two columns over the data, for which room is made."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.35 * (high - low))
    axes.legend(fontsize=7, ncols=2, loc="upper center")


def letter(axes: Axes, text: str) -> None:
    """The title of a panel, at its left."""
    axes.set_title(text, fontsize=9, loc="left")
