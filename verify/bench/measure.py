"""Who is asked what, how often, and in which process.

Each tool first answers once in a fresh process, which gives its memory (not
asked of gradient descent); then the tools of one network take turns in one
process, which gives their times.
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

import numpy as np

from verify.bench.cases import COMPARED, MISLEADING, SCALING, TRAINED, Case, Floats, starts
from verify.bench.peers import CERTIFIED, DENSE, TOOLS
from verify.bench.record import Descent, Results, Row
from verify.bench.tools import Answer, Tool
from verify.bench.training import NUMPY, WALK, tools_for

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
"""CPU seconds for all repetitions of one tool on one network; one is always made."""
MOST_REPETITIONS = 30
MOST_BYTES = 8 * 2**30
LIBRARIES = ("flatcert", "numba")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The networks of a run. `repetitions` set means: so many for all, memory not measured."""

    compared: tuple[Case, ...]
    scaling: tuple[Case, ...] = ()
    misleading: tuple[Case, ...] = ()
    trained: tuple[Case, ...] = ()
    repetitions: int | None = None


FULL = Plan(compared=COMPARED, scaling=SCALING, misleading=MISLEADING, trained=TRAINED)
QUICK = Plan(
    compared=starts(((50, 100),)),
    scaling=starts(((10, 100), (100, 1000))),
    misleading=(Case(kind="misfit", k=20, n=30),),
    trained=starts(((50, 100),), steps=1000),
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


def _obstacle(tool: Tool, case: Case) -> str:
    """Why the tool is not asked, or nothing."""
    missing = [need for need in tool.needs if installed(need) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    size = 8 * tool.entries(case.k, case.n)
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


def _replies(
    case: Case, tools: Iterable[str], repetitions: int | None, step: Callable[[str], None]
) -> dict[str, dict[str, Any]]:
    """What each tool replied; where `note` is not empty, it says why there is no answer."""
    found: dict[str, dict[str, Any]] = {}
    for tool in tools:
        step(f"{case.name}: {tool}")
        found[tool] = {"note": _obstacle(tools_for(case)[tool], case)}
        if not found[tool]["note"] and repetitions is None and not case.steps:
            found[tool] = _reply({"case": asdict(case), "tool": tool}, PATIENCE)
    step(f"{case.name}: the tools take turns")
    asked = [tool for tool, reply in found.items() if not reply["note"]]
    most = MOST_REPETITIONS if repetitions is None else repetitions
    request = {"case": asdict(case), "tools": asked, "repetitions": most, "budget": BUDGET}
    reply = _reply(request, PATIENCE + len(asked) * (2 * BUDGET + PATIENCE)) if asked else {}
    for tool in asked:
        found[tool] |= reply.get(tool, reply)
    return found


def rows(
    case: Case, tools: Iterable[str], repetitions: int | None, step: Callable[[str], None]
) -> list[Row]:
    """What each tool says of lambda_max of one network."""
    replies = _replies(case, tools, repetitions, step)
    return _with_reference({tool: _row(case, tool, reply) for tool, reply in replies.items()})


def _times(reply: dict[str, Any]) -> dict[str, Any]:
    return {
        "note": reply["note"],
        "cpu": tuple(reply.get("cpu", ())),
        "wall": tuple(reply.get("wall", ())),
    }


def _row(case: Case, tool: str, reply: dict[str, Any]) -> Row:
    row = Row(case=case, tool=tool, extra=reply.get("extra"), peak=reply.get("peak"))
    answer = Answer(**reply["answer"]) if reply.get("answer") else None
    if answer is not None and not math.isfinite(answer.low + answer.high):
        return replace(row, note=f"its answer is {answer.low}, which is no eigenvalue")
    return replace(row, answer=answer, **_times(reply))


def descents(case: Case, repetitions: int | None, step: Callable[[str], None]) -> list[Descent]:
    """Where each tool's gradient descent on one network leads, and how far off that is.

    Everybody is compared with us, and we with numpy.
    """
    replies = _replies(case, tools_for(case), repetitions, step)
    ends = {
        tool: np.array(reply["answer"]["theta"])
        for tool, reply in replies.items()
        if reply.get("answer")
    }
    start = case.arrays().theta
    found = []
    for tool, reply in replies.items():
        end, right = ends.get(tool), ends.get(NUMPY if tool == WALK else WALK)
        off = None if end is None or right is None else deviation(end, right, start)
        found.append(Descent(case=case, tool=tool, off=off, **_times(reply)))
    return found


def deviation(end: Floats, right: Floats, start: Floats) -> float:
    """The largest difference of an entry, over the longest way that an entry has gone.

    Infinite where that is no number.
    """
    with np.errstate(all="ignore"):
        found = float(np.abs(end - right).max() / np.abs(right - start).max())
    return found if math.isfinite(found) else math.inf


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
        trained=tuple(
            found for case in chosen.trained for found in descents(case, chosen.repetitions, step)
        ),
        versions=versions(),
    )
