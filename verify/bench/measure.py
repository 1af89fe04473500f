"""Who is asked what, how often, and in which process.

Each tool first answers once in a fresh process, which gives its memory and
tells how often it can be asked; then the tools of one network take turns in
one process, which gives their times.
"""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from verify.bench.cases import COMPARED, MISLEADING, SCALING, Case, starts
from verify.bench.peers import CERTIFIED, DENSE, TOOLS, Answer
from verify.bench.record import Results, Row

ONE_THREAD = {
    **{
        f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "VECLIB_MAXIMUM")
    },
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
PATIENCE = 180.0
"""Seconds after which a tool's first answer is no longer waited for."""
BUDGET = 12.0
"""Seconds for all repetitions of one tool on one network; one is always made."""
MOST_REPETITIONS = 30
MOST_BYTES = 8 * 2**30
LIBRARIES = ("flatcert", "numba")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The networks of a run. `repetitions` set means: so many for all, memory not measured."""

    compared: tuple[Case, ...]
    scaling: tuple[Case, ...] = ()
    misleading: tuple[Case, ...] = ()
    repetitions: int | None = None


FULL = Plan(compared=COMPARED, scaling=SCALING, misleading=MISLEADING)
QUICK = Plan(
    compared=starts(((50, 100),)),
    scaling=starts(((10, 100), (100, 1000))),
    misleading=(Case(kind="misfit", k=20, n=30),),
    repetitions=3,
)


def plan(sizes: Sequence[tuple[int, int]], *, quick: bool) -> Plan:
    """The networks asked for; `sizes` (k, n) leave out everything else."""
    chosen = QUICK if quick else FULL
    if not sizes:
        return chosen
    return Plan(compared=starts(tuple(sizes)), repetitions=chosen.repetitions)


def versions() -> dict[str, str]:
    """The versions of Python and of every package that is there."""
    names = dict.fromkeys((*LIBRARIES, *(need for tool in TOOLS.values() for need in tool.needs)))
    found = {name: installed(name) for name in names}
    present = {name: version for name, version in found.items() if version is not None}
    return {"python": platform.python_version(), **present}


def installed(distribution: str) -> str | None:
    """Its version, or None."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _obstacle(tool: str, case: Case) -> str:
    """Why the tool is not asked, or nothing."""
    missing = [need for need in TOOLS[tool].needs if installed(need) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    size = 8 * TOOLS[tool].entries(case.k, case.n)
    if size > MOST_BYTES:
        return f"needs about {size / 2**30:,.0f} GiB; at most {MOST_BYTES // 2**30} are given"
    return ""


def _environment() -> dict[str, str]:
    """One thread everywhere, and this very tree first, wherever the child starts."""
    paths = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _reply(request: dict[str, Any], patience: float) -> dict[str, Any]:
    """What a fresh child process answers; `note` says why it did not."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "verify.bench.worker"],
            input=json.dumps(request),
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"note": f"no answer within {patience:.0f} s"}
    if done.returncode < 0:
        return {"note": f"killed by signal {-done.returncode}; out of memory, most likely"}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        return {"note": f"exit status {done.returncode}: {' '.join(last)[:160]}"}
    reply: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return reply


def _first(case: Case, tool: str) -> tuple[Row, int]:
    """The row with what the first answer showed, and how many repetitions are affordable."""
    row = Row(case=case, tool=tool)
    found = _reply({"case": asdict(case), "tool": tool}, PATIENCE)
    if found.get("note"):
        return replace(row, note=found["note"]), 0
    affordable = int(BUDGET / max(found["seconds"], 1e-9))
    repetitions = max(1, min(MOST_REPETITIONS, affordable))
    return replace(row, extra=found["extra"], peak=found["peak"]), repetitions


def rows(
    case: Case, tools: Iterable[str], repetitions: int | None, step: Callable[[str], None]
) -> list[Row]:
    """One row for each tool on one network."""
    found: dict[str, Row] = {}
    turns: dict[str, int] = {}
    for tool in tools:
        step(f"{case.name}: {tool}")
        found[tool] = Row(case=case, tool=tool, note=_obstacle(tool, case))
        if not found[tool].note:
            turns[tool] = repetitions or 1
            if repetitions is None:
                found[tool], turns[tool] = _first(case, tool)
    step(f"{case.name}: the tools take turns")
    turns = {tool: count for tool, count in turns.items() if count}
    request = {"case": asdict(case), "repetitions": turns}
    patience = PATIENCE + len(turns) * (2 * BUDGET + PATIENCE)
    reply = _reply(request, patience) if turns else {}
    for tool in turns:
        found[tool] = _timed(found[tool], reply.get(tool, reply))
    return _with_reference(found)


def _timed(row: Row, reply: dict[str, Any]) -> Row:
    answer = Answer(**reply["answer"]) if reply.get("answer") else None
    if answer is not None and not math.isfinite(answer.low + answer.high):
        return replace(row, note=f"its answer is {answer.low}, which is no eigenvalue")
    return replace(
        row,
        note=reply["note"],
        answer=answer,
        cpu=tuple(reply.get("cpu", ())),
        wall=tuple(reply.get("wall", ())),
    )


def _with_reference(found: dict[str, Row]) -> list[Row]:
    """Compare with dense eigvalsh, which is independent of us; where it is missing, with us."""

    def reference(tool: str) -> float | None:
        other = found.get(DENSE)
        if tool == DENSE or other is None or other.value is None:
            other = found.get(CERTIFIED)
        return None if other is None or other.tool == tool else other.value

    return [replace(row, reference=reference(tool)) for tool, row in found.items()]


def measure(chosen: Plan, step: Callable[[str], None]) -> Results:
    """Run the plan; `step` is told what comes next."""

    def group(cases: Sequence[Case], tools: Iterable[str]) -> tuple[Row, ...]:
        names = tuple(tools)
        return tuple(row for case in cases for row in rows(case, names, chosen.repetitions, step))

    return Results(
        compared=group(chosen.compared, TOOLS),
        misleading=group(chosen.misleading, TOOLS),
        scaling=group(chosen.scaling, (CERTIFIED,)),
        versions=versions(),
    )
