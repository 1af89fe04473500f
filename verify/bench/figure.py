"""The figure of the benchmark: our growth, every tool at every size, and gradient descent."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from verify.bench.record import OURS, Results, Timed, by_case
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


def _columns(axes: Axes, rows: Sequence[Timed], title: str, unit: tuple[str, float]) -> None:
    """One column of markers for each network; hollow where the answer is not right.

    `unit` has what the axis is called and how many of them make a second.
    """
    label, scale = unit
    columns = by_case(rows)
    tools = [
        tool
        for tool in dict.fromkeys(row.tool for row in rows)
        if any(tool in found and found[tool].best is not None for found in columns.values())
    ]
    for place, tool in enumerate(tools):
        color = FIRST if tool in OURS else INK
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
                axes.plot([column + shift], [scale * row.best], **style, mfc=fill)
    axes.set_xticks(range(len(columns)), [f"k={case.k}\nn={case.n}" for case in columns])
    axes.set(yscale="log", xlim=(-0.5, len(columns) - 0.5), ylabel=label)
    axes.set_title(title, loc="left", fontsize=9)
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


def _lambda_max(axes: Axes, results: Results) -> None:
    title = "Every tool; hollow: not right to 1e-6"
    _columns(axes, results.compared, title, ("CPU time, ms", 1e3))


def _descents(axes: Axes, results: Results) -> None:
    title = "Gradient descent; hollow: not the same descent"
    _columns(axes, results.trained, title, ("CPU time of a step, µs", 1e6))


def _panels(results: Results) -> list[tuple[float, Callable[[Axes, Results], None]]]:
    """Height in inches and drawing of each panel that has rows."""
    panels = (
        (2.8, _growth, results.scaling),
        (4.2, _lambda_max, results.compared),
        (3.4, _descents, results.trained),
    )
    return [(height, panel) for height, panel, rows in panels if rows]


def draw(figure: Figure, results: Results) -> None:
    """Every panel that has rows, one below the other."""
    panels = _panels(results)
    grid = figure.subplots(
        len(panels), 1, height_ratios=[height for height, _ in panels], squeeze=False
    )
    for axes, (_, panel) in zip(grid[:, 0], panels, strict=True):
        panel(axes, results)
    figure.supxlabel(CAPTION, fontsize=6)


def _height(results: Results) -> float:
    return 0.3 + sum(height for height, _ in _panels(results))


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
