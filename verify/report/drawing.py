"""One way to draw: a figure as SVG text that is the same for the same input.

Ink is `currentColor`, so that a figure follows the colours of its page.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
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

FONTS = "font-family: 'DejaVu Sans', 'Helvetica', 'Arial', sans-serif; "
BACKGROUND = 'style="fill: #ffffff"'
STYLED = re.compile(r' style="([^"]*)"')
COMMENT, GAP = re.compile(r"<!--.*?-->", re.DOTALL), re.compile(r"(?<=>)\s*\n\s*")
SPACE, LONG = re.compile(r"\s*\n\s*"), re.compile(r"-?\d+\.\d{2,}")
PLACES = re.compile(r' (?:d|x|y|transform)="(?!scale)[^"]*"')
ID, USE = re.compile(r' id="([^"]*)"'), re.compile(r'(?:href="#|url\(#)([^")]+)')


def svg(name: str, height: float, draw: Callable[[Figure], None]) -> str:
    """An <svg> element that `draw` fills, as `embedded` makes it."""
    import matplotlib
    from matplotlib.figure import Figure

    stream = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure)
        figure.savefig(stream, format="svg", transparent=True, metadata=NO_METADATA, dpi=150)
    return embedded(stream.getvalue(), name)


def _shorter(text: str) -> str:
    """The same picture in half the letters: tenths of a point, no comments, no idle ids."""
    used = {name: f"{number:x}" for number, name in enumerate(dict.fromkeys(USE.findall(text)))}

    def renamed(found: re.Match[str]) -> str:
        return f' id="{used[found[1]]}"' if found[1] in used else ""

    text = COMMENT.sub("", text)
    text = PLACES.sub(lambda part: LONG.sub(lambda n: f"{float(n[0]):.1f}", part[0]), text)
    text = USE.sub(lambda found: found[0].replace(found[1], used[found[1]]), text)
    text = ID.sub(renamed, text).replace(FONTS, "").replace(BACKGROUND, 'style="fill: none"')
    return SPACE.sub(" ", GAP.sub("", text))


def _classes(text: str, prefix: str) -> str:
    """Each style that is there more than twice written once, as a class."""
    counts = Counter(STYLED.findall(text))
    names = {s: f"{prefix}c{i:x}" for i, s in enumerate(s for s in counts if counts[s] > 2)}
    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    text = STYLED.sub(lambda s: f' class="{names[s[1]]}"' if s[1] in names else s[0], text)
    return text.replace("</style>", f"{rules}</style>", 1)


def embedded(text: str, name: str) -> str:
    """The <svg> element of a file of ours, ready for a page with others.

    Its ids start with a checksum of `name` and of itself, its ink follows the page's
    colour, and its fonts are the page's.
    """
    text = _shorter(text[text.index("<svg") :]).replace(INK, "currentColor")
    prefix = f"f{zlib.crc32((name + text).encode()):08x}-"
    for mark in (' id="', 'href="#', "url(#"):
        text = text.replace(mark, f"{mark}{prefix}")
    return _classes(text, prefix)
