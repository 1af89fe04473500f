"""The tables of the benchmark on the terminal: times, errors, memory, answers, growth."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from verify.bench.cases import Case
from verify.bench.record import (
    DESCENT,
    OURS,
    RIGHT,
    SAME,
    SETTINGS,
    AnyRow,
    Descent,
    Results,
    Row,
    Timed,
    by_case,
    relative_width,
)

MEBI = 2**20
MISLED = (
    "?: the tool itself does not claim to have converged",
    "On the networks that mislead, R dominates: the spectrum is nearly symmetric about 0, and "
    "power iteration settles between its two ends",
)
DISTANCE = (
    "Distance from ours (of ours: from numpy's): the largest difference of a parameter after all "
    f"steps, over the longest way of a parameter; x: more than {SAME:.0e}, not the same descent"
)


def milliseconds(seconds: float) -> str:
    """Three digits, never a power of ten: 0.413, 94.1, 17400."""
    value = 1e3 * seconds
    return f"{value:.3g}" if value < 999.5 else f"{value:,.0f}"


def _microseconds(row: Timed) -> str:
    return "-" if row.best is None else milliseconds(1e3 * row.best)


def _off(row: Descent) -> str:
    return "-" if row.off is None else f"{row.off:.0e}"


def _time(row: Timed) -> str:
    return "-" if row.best is None else milliseconds(row.best)


def _error(row: Row) -> str:
    return "-" if row.error is None else f"{row.error:.0e}"


def _memory(row: Row) -> str:
    return "-" if row.extra is None else f"{row.extra / MEBI:,.1f}"


def _answer(row: Row) -> str:
    """The value, with a question mark where the tool itself does not call it converged."""
    if row.answer is None:
        return "-"
    return f"{row.value:.5g}" + " ?" * (not row.answer.converged)


def _marked(text: str, row: Timed) -> Text:
    """An answer that is not right stands out by its mark; the colour is for terminals."""
    return Text(f"{text} x", style="red") if row.right is False else Text(f"{text}  ")


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 99.5 else f"{ratio:.3g}"


def _grid(
    title: str,
    rows: Sequence[AnyRow],
    cell: Callable[[AnyRow], str],
    head: Callable[[Case], str],
    *,
    mark: Callable[[str, Timed], Text] = _marked,
) -> Table:
    """Tools downwards, networks across."""
    cases = by_case(rows)
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("tool", no_wrap=True)
    for case in cases:
        table.add_column(head(case), justify="right", no_wrap=True)
    for tool in dict.fromkeys(row.tool for row in rows):
        found = [by_tool[tool] for by_tool in cases.values()]
        cells = [mark(cell(row), row) for row in found]
        table.add_row(tool, *cells, style="bold" if tool in OURS else "")
    return table


def _size(case: Case) -> str:
    return f"k={case.k}\nn={case.n}"


def _kind(case: Case) -> str:
    return f"{case.kind}\nk={case.k}\nn={case.n}"


def _growth(rows: Sequence[Row]) -> Table:
    table = Table(title="Growth", title_justify="left", box=None, pad_edge=False)
    for head in ("k", "n", "CPU ms", "wall ms", "MiB more", "MiB in all", "relative width"):
        table.add_column(head, justify="right")
    for row in rows:
        mebi = ["-" if size is None else f"{size / MEBI:,.0f}" for size in (row.extra, row.peak)]
        wall = milliseconds(min(row.wall)) if row.wall else "-"
        width = f"{relative_width(row):.1e}" if row.answer else row.note
        table.add_row(f"{row.case.k:,}", f"{row.case.n:,}", _time(row), wall, *mebi, width)
    return table


def findings(results: Results) -> list[str]:
    """What the run shows, one sentence each."""
    lines = []
    for speed in results.speeds:
        dense = speed.over_dense
        more = f", dense eigvalsh {_times(dense)} times" if dense is not None else ""
        lines.append(
            f"{speed.case.name}: the fastest peer ({speed.nearest}) takes "
            f"{_times(speed.ratio)} times our time{more}"
        )
    widths = [relative_width(row) for row in results.ours]
    if widths:
        lines.append(f"widest certified enclosure, relative: {max(widths):.1e}")
    if results.growth is not None:
        lines.append(f"CPU time grows like n^{results.growth.exponent:.2f} at k = n/10")
    return lines


def reasons(results: Results) -> list[str]:
    """Why a tool has no answer: one line per tool and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in (*results.compared, *results.misleading, *results.scaling, *results.trained):
        if row.note:
            found.setdefault((row.tool, row.note), []).append(row.case.name)
    absent = "not installed"
    return [
        f"{tool}: {note}" if note.startswith(absent) else f"{tool}, {', '.join(names)}: {note}"
        for (tool, note), names in found.items()
    ]


def _descents(rows: Sequence[Descent]) -> list[Table]:
    own = {row.case: row.best for row in rows if row.tool in OURS}

    def over_ours(row: Descent) -> str:
        ours = own.get(row.case)
        return "-" if row.best is None or ours is None else _times(row.best / ours)

    columns = (
        ("CPU microseconds a step", _microseconds),
        ("times our CPU time", over_ours),
        ("distance from ours", _off),
    )
    return [_grid(f"Descent: {title}", rows, cell, _size) for title, cell in columns]


def _tables(results: Results) -> list[Table]:
    """Every table that has rows."""
    rows = results.compared
    tables = [_grid("CPU time, milliseconds", rows, _time, _size)]
    tables.append(_grid("Relative error (of dense eigvalsh: against ours)", rows, _error, _size))
    if any(row.extra is not None for row in rows):
        title = "Memory beyond model and data, MiB"
        tables.append(_grid(title, rows, _memory, _size, mark=lambda text, _: Text(text)))
    if results.misleading:
        title = "Networks that mislead: the answer"
        tables.append(_grid(title, results.misleading, _answer, _kind))
    if results.scaling:
        tables.append(_growth(results.scaling))
    if results.trained:
        tables += _descents(results.trained)
    return tables


def print_results(results: Results, console: Console) -> None:
    """Print the tables, then the findings and what is missing, a line each."""
    for table in _tables(results):
        console.print(table, highlight=False)
        console.print()
    notes = [f"x: not right, that is off by more than {RIGHT:.0e} of the truth (a label)"]
    notes += list(MISLED) if results.misleading else []
    notes += [DESCENT, DISTANCE] if results.trained else []
    for line in (*findings(results), *notes, *reasons(results), SETTINGS):
        console.print(Text(line), highlight=False)
