"""The log-log figure of the benchmark: our growth, and every tool at every size compared."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verify.bench.peers import CERTIFIED
from verify.bench.record import Results, Row, by_case
from verify.report.drawing import FIRST, INK, SHADE, STYLE, WIDTH, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = "osD^v<>pPX"
"""One for each tool, so that the figure can be read without colour."""
SPREAD = 0.6
"""How much of its column the markers of one network take up."""
CAPTION = (
    "float64, one thread, one core; best of several, the tools taking turns in one process; "
    "models and compiled code ready before"
)


def _growth(axes: Axes, results: Results) -> None:
    """CPU and wall time against n, with the fitted power."""
    rows = [row for row in results.scaling if row.best is not None]
    sizes = [row.case.n for row in rows]
    wall = [1e3 * min(row.wall) for row in rows]
    cpu = [1e3 * min(row.cpu) for row in rows]
    axes.plot(sizes, wall, ls="", marker="s", ms=8, mfc="none", mec=SHADE, label="wall")
    axes.plot(sizes, cpu, ls="", marker="o", ms=4, color=FIRST, label="CPU")
    if results.growth is not None:
        power, factor = results.growth.exponent, results.growth.factor
        fitted = [1e3 * factor * n**power for n in sizes]
        axes.plot(sizes, fitted, "--", color=INK, lw=1, label=f"fit to CPU: n^{power:.2f}")
    axes.set(xscale="log", yscale="log", xlabel="data n, with k = n/10 neurons")
    axes.set_ylabel("time, ms")
    axes.set_title("Certified enclosure of lambda_max: growth", loc="left", fontsize=9)
    axes.legend(loc="upper left")


def _compared(axes: Axes, rows: Sequence[Row]) -> None:
    """One column of markers for each network; hollow where the answer is not right."""
    columns = by_case(rows)
    tools = [
        tool
        for tool in dict.fromkeys(row.tool for row in rows)
        if any(tool in found and found[tool].best is not None for found in columns.values())
    ]
    for place, tool in enumerate(tools):
        color = FIRST if tool == CERTIFIED else INK
        shift = SPREAD * (place / max(len(tools) - 1, 1) - 0.5)
        style: dict[str, Any] = {
            "ls": "",
            "marker": MARKERS[place % len(MARKERS)],
            "ms": 6,
            "mec": color,
        }
        axes.plot([], [], **style, mfc=color, label=tool)
        for column, found in enumerate(columns.values()):
            row = found[tool]
            if row.best is not None:
                fill = "none" if row.right is False else color
                axes.plot([column + shift], [1e3 * row.best], **style, mfc=fill)
    axes.set_xticks(range(len(columns)), [f"k={case.k}\nn={case.n}" for case in columns])
    axes.set(yscale="log", xlim=(-0.5, len(columns) - 0.5), ylabel="CPU time, ms")
    axes.set_title("Every tool; hollow: not right to 1e-6", loc="left", fontsize=9)
    axes.grid(axis="y", color=SHADE, lw=0.4, alpha=0.5)
    axes.vlines(
        [column + 0.5 for column in range(len(columns) - 1)],
        *axes.get_ylim(),
        color=SHADE,
        lw=0.4,
        alpha=0.5,
    )
    if tools:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, fontsize=7)


def draw(figure: Figure, results: Results) -> None:
    """Both panels; without scaling networks the lower one only."""
    if results.scaling:
        top, low = figure.subplots(2, 1, height_ratios=(2, 3))
        _growth(top, results)
    else:
        low = figure.subplots()
    _compared(low, results.compared)
    figure.supxlabel(CAPTION, fontsize=6)


def _height(results: Results) -> float:
    return 7.0 if results.scaling else 4.6


def figure_svg(results: Results) -> str:
    """The figure as an <svg> element; ink follows the page."""
    return svg("bench", _height(results), lambda figure: draw(figure, results))


def figure_png(results: Results) -> bytes:
    """The figure as a PNG image on white."""
    import matplotlib
    from matplotlib.figure import Figure

    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, _height(results)), layout="constrained")
        draw(figure, results)
        figure.savefig(stream, format="png", dpi=150)
    return stream.getvalue()
