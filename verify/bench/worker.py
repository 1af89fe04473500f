"""The child process in which tools run: one request in, one line of JSON out.

Started by `verify.bench.measure` with one thread for every library and kept on
one core where the system can do that.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from verify.bench.cases import Arrays, Case
from verify.bench.tools import Answer, Question, Tool, Trained
from verify.bench.training import tools_for

WARM_UP = Case(kind="start", k=2, n=5)
"""Run before memory is measured: it loads libraries and compiled kernels."""

TURN = 5
"""Questions in a row in one turn: the first of them pays for what others left in the caches."""

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _stay_on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _high_water() -> int:
    """Bytes of the most memory that this process has held since the last reset."""
    if STATUS.exists():
        for line in STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource  # not on Windows, where the reply then says so

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _reset_high_water() -> None:
    # Elsewhere the mark stays, and what is told of a tool's memory is then a lower bound.
    if RESET.exists():
        RESET.write_text("5", encoding="ascii")


def _give_back() -> None:
    """Hand freed memory back to the system: an answer that reused it would look smaller."""
    gc.collect()
    with suppress(ImportError, OSError, AttributeError, TypeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)  # glibc's; another allocator may keep what it likes


def _once(ask: Question) -> tuple[Answer | Trained, float, float]:
    """The answer, its CPU seconds and its wall seconds; no garbage of others is collected."""
    gc.disable()
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = ask()
        return answer, time.process_time() - cpu, time.perf_counter() - wall
    finally:
        gc.enable()


def memory(case: Case, tool: str) -> dict[str, Any]:
    """Memory of one question in this process, beyond what held model, data and libraries."""
    prepare = tools_for(case)[tool].prepare
    prepare(WARM_UP.arrays())()
    ask = prepare(case.arrays())
    _give_back()
    _reset_high_water()
    before = _high_water()
    ask()
    peak = _high_water()
    return {"extra": peak - before, "peak": peak}


def _guarded(act: Callable[[], Any]) -> tuple[Any, str]:
    """A tool that fails is a result, not the end of the benchmark."""
    try:
        return act(), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {error}".splitlines()[0][:160]


def _warm(tool: Tool, arrays: Arrays) -> Question:
    """The tool, prepared for a network, after its first answer."""
    ask = tool.prepare(arrays)
    ask()
    return ask


def timing(
    case: Case, tools: Sequence[str], repetitions: int, budget: float
) -> dict[str, dict[str, Any]]:
    """CPU and wall seconds of every repetition, the tools taking turns.

    Everyone answers once before the clock runs, then `repetitions` times or until
    `budget` CPU seconds are spent, and once at least.
    """
    arrays, everyone = case.arrays(), tools_for(case)
    found: dict[str, dict[str, Any]] = {}
    asks: dict[str, Question] = {}
    for tool in tools:
        ask, note = _guarded(partial(_warm, everyone[tool], arrays))
        found[tool] = {"note": note, "cpu": [], "wall": [], "answer": None}
        if ask is not None:
            asks[tool] = ask
    gc.collect()
    gc.freeze()
    for done in range(0, repetitions, TURN):
        for tool, ask in asks.items():
            _turn(ask, found[tool], min(TURN, repetitions - done), budget)
    return found


def _turn(ask: Question, found: dict[str, Any], most: int, budget: float) -> None:
    """Up to `most` repetitions, added to `found`."""
    gc.collect()
    for _ in range(most):
        if found["cpu"] and sum(found["cpu"]) >= budget:
            return
        answer, cpu, wall = _once(ask)
        found["cpu"].append(cpu)
        found["wall"].append(wall)
        found["answer"] = asdict(answer)


def main() -> None:
    """Answer the request on standard input; the last line of standard output is the reply."""
    request = json.load(sys.stdin)
    case = Case(**request.pop("case"))
    _stay_on_one_core()
    if "tool" in request:
        reply, note = _guarded(partial(memory, case, **request))
        print(json.dumps({"note": note, **(reply or {})}))
    else:
        print(json.dumps(timing(case, **request)))


if __name__ == "__main__":
    main()
