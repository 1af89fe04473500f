"""One way to draw: a figure as SVG text that is the same for the same input.

Ink is `currentColor`, so that a figure follows the colours of its page.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FIRST, SECOND, SHADE = "#1b1e23", "#2f7fd1", "#c8671b", "#8a8f98"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "flatcert",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Helvetica", "Arial", "sans-serif"],
    "font.size": 9,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
WIDTH = 6.2


def svg(name: str, height: float, draw: Callable[[Figure], None]) -> str:
    """An <svg> element; its ids start with `name` and a checksum, so that several share a page."""
    import matplotlib
    from matplotlib.figure import Figure

    stream = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure)
        figure.savefig(stream, format="svg", transparent=True, metadata=NO_METADATA, dpi=150)
    text = stream.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    prefix = f"{name}{zlib.crc32(text.encode()):08x}"
    for mark in (' id="', 'href="#', "url(#"):
        text = text.replace(mark, f"{mark}{prefix}-")
    return text
