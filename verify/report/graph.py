"""Which claim rests on which, as a small SVG: layers from what is used to what uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from verify.claim import Verdict

WIDE, HIGH, ACROSS, DOWN, EDGE = 118, 40, 16, 34, 4
"""Size of a box, the gaps between boxes and layers, and the border, in pixels."""

Layers = list[list[str]]
Places = Mapping[str, tuple[float, float]]


def direct(uses: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The uses that do not follow along others: the transitive reduction, in the same order."""

    def below(id: str) -> set[str]:
        return {lower for used in uses[id] for lower in {used, *below(used)}}

    return {
        id: [used for used in chosen if not any(used in below(other) for other in chosen)]
        for id, chosen in uses.items()
    }


def layers(uses: Mapping[str, Sequence[str]]) -> Layers:
    """The ids by the longest chain of uses below them; within a layer near what they use.

    An id that uses nothing stands just above its first user. `uses` maps each
    id to ids that are keys too, without cycles.
    """

    def height(id: str) -> int:
        return 1 + max((height(below) for below in uses[id]), default=-1)

    depth = {id: height(id) for id in uses}
    for id in uses:
        users = [depth[user] for user, chosen in uses.items() if id in chosen]
        if not uses[id] and users:
            depth[id] = min(users) - 1
    found: Layers = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for id in uses:
        found[depth[id]].append(id)
    rank: dict[str, float] = {}
    for layer in found:
        means = {id: _mean([rank[below] for below in uses[id]]) for id in layer}
        layer.sort(key=lambda id: (means[id], id))
        rank |= {id: (index + 0.5) / len(layer) for index, id in enumerate(layer)}
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.5


def _places(found: Layers) -> tuple[Places, float, float]:
    """The centre of each box, and the size of the drawing."""
    most = max(len(layer) for layer in found)
    width = most * WIDE + (most - 1) * ACROSS + 2 * EDGE
    places = {}
    for row, layer in enumerate(found):
        room = (width - 2 * EDGE) / len(layer)
        for column, id in enumerate(layer):
            places[id] = (EDGE + (column + 0.5) * room, EDGE + row * (HIGH + DOWN) + HIGH / 2)
    return places, width, len(found) * (HIGH + DOWN) - DOWN + 2 * EDGE


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x0, y0), (x1, y1) = (start[0], start[1] + HIGH / 2), (end[0], end[1] - HIGH / 2 - 3)
    bend = (y1 - y0) / 2
    return (
        f'<path class="edge" d="M{x0:.1f},{y0:.1f} C{x0:.1f},{y0 + bend:.1f}'
        f' {x1:.1f},{y1 - bend:.1f} {x1:.1f},{y1:.1f}" marker-end="url(#uses-tip)"/>'
    )


def claim_graph(uses: Mapping[str, Sequence[str]], verdicts: Mapping[str, Verdict]) -> str:
    """An <svg> of the claims in `verdicts`, each box with its verdict; "" for fewer than two.

    Links to claims without a verdict are left out, and those that follow from others.
    """
    known = direct(
        {id: [below for below in uses.get(id, ()) if below in verdicts] for id in verdicts}
    )
    if len(known) < 2:
        return ""
    places, width, height = _places(layers(known))
    parts = [
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img" aria-label="claims and their uses">',
        '<marker id="uses-tip" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7"'
        ' orient="auto"><path d="M0,0 L6,3 L0,6 z" fill="currentColor"/></marker>',
    ]
    parts += [_arrow(places[below], places[id]) for id in known for below in known[id]]
    for id, verdict in verdicts.items():
        x, y = places[id]
        parts.append(
            f'<g class="{verdict.name}"><rect x="{x - WIDE / 2:.1f}" y="{y - HIGH / 2:.1f}"'
            f' width="{WIDE}" height="{HIGH}" rx="6"/><text x="{x:.1f}" y="{y - 3:.1f}">'
            f"{escape(id if len(id) <= 16 else id[:15] + '..')}</text>"
            f'<text class="small" x="{x:.1f}" y="{y + 12:.1f}">{verdict.name}</text></g>'
        )
    return "\n".join([*parts, "</svg>"])
