"""One training run: checkpoints on a schedule, divergence as a result, and no step done twice.

    run = train(start("uniform", k=400, seed=0), x, y, eta=0.4, at=geometric(20000, 20))

A run is determined by its arguments, bit for bit: where it is interrupted and
taken up again makes no difference, because the places of the kinks follow from
theta (`verify.dynamics.walk`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.descent import EXPLODED
from verify.dynamics.walk import descend, look
from verify.dynamics.walker import Walker, position, prepare
from verify.model import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 2e7
"""Steps times (n + k) in one call that nothing can interrupt: about a tenth of a second."""
KEEP_EVERY = 5.0
"""Seconds of work that an interruption may cost."""

OK, DIVERGED, RUNNING = "ok", "diverged", "running"
Row = tuple[int, Floats, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Checkpoints of one training run: `steps` (m,), `theta` (m, 3k + 1), `loss` (m,).

    status: `ok`, or `diverged` at step `end`: there the mean of max(-y f, 0), which
    is the loss up to log 2, is no number or beyond EXPLODED times max(1, first
    loss); checkpoints stop before. `running` at step `end`: unfinished, and
    the last row is no checkpoint but where to go on.
    """

    steps: Ints
    theta: Floats
    loss: Floats
    status: str
    end: int


def geometric(steps: int, count: int) -> Ints:
    """0 and at most `count` steps in geometric progression from 1 to `steps`."""
    _check_schedule(steps, count)
    if steps == 0:
        return np.zeros(1, np.int64)
    spread = np.round(np.geomspace(1, steps, count)) if count > 1 else np.array([float(steps)])
    return np.unique(np.concatenate([[0.0], spread])).astype(np.int64)


def linear(steps: int, count: int) -> Ints:
    """0 and at most `count` equidistant steps up to `steps`."""
    _check_schedule(steps, count)
    return np.unique(np.round(np.linspace(0, steps, count + 1))).astype(np.int64)


SCHEDULES = {"geometric": geometric, "linear": linear}


def _check_schedule(steps: int, count: int) -> None:
    if not 0 <= steps < 2**53:
        raise InputError(f"steps is {steps}; a number from 0 to 2^53 is needed")
    if count < 1:
        raise InputError(f"the schedule has {count} checkpoints; at least one is needed")


def _check(eta: float, at: Ints) -> None:
    if not (math.isfinite(eta) and eta > 0):
        raise InputError(f"eta is {eta}; a finite positive step size is needed")
    if not at.size or at[0] < 0 or (np.diff(at) <= 0).any():
        raise InputError("the checkpoints are no increasing list of steps >= 0; use `geometric`")


def _run(rows: list[Row], size: int, status: str, end: int) -> Run:
    steps = np.array([step for step, _, _ in rows], dtype=np.int64)
    theta = np.array([at for _, at, _ in rows], dtype=np.float64).reshape(-1, size)
    loss = np.array([loss for _, _, loss in rows], dtype=np.float64)
    return Run(steps=steps, theta=theta, loss=loss, status=status, end=end)


def _rows(run: Run) -> list[Row]:
    return list(zip(run.steps.tolist(), run.theta, run.loss.tolist(), strict=True))


def _chunks(
    walker: Walker, eta: float, span: tuple[int, int], limit: float
) -> Iterator[tuple[int, bool]]:
    """Move the walker along `span` in calls of a tenth of a second: (step, diverged) after each."""
    step, target = span
    most = max(1, int(CHUNK / (walker.x.size + walker.w.size)))
    while step < target:
        wanted = min(most, target - step)
        taken = descend(walker, eta, wanted, limit)
        step += taken
        yield step, taken < wanted


def _limit(loss: float, n: int) -> float:
    return 2.0 * n * EXPLODED * max(1.0, loss) if math.isfinite(loss) else -1.0


def train(
    theta: Floats,
    x: Floats,
    y: Floats,
    *,
    eta: float,
    at: Ints,
    so_far: Run | None = None,
    keep: Callable[[Run], object] | None = None,
) -> Run:
    """Gradient descent from theta (3k + 1,) on data x, y (n,), with a checkpoint at each step `at`.

    `so_far` is an unfinished run with the same arguments, to be taken up; `keep`
    is called with the unfinished run every KEEP_EVERY seconds. Raises InputError
    as `prepare` does, and for a bad eta or `at`.
    """
    _check(eta, at)
    with np.errstate(over="ignore", invalid="ignore"):
        walker = prepare(theta, x, y)
        limit = _limit(look(walker)[0], x.size)
        rows: list[Row] = []
        step, due = 0, time.monotonic() + KEEP_EVERY
        if so_far is not None:
            *rows, (step, here, _) = _rows(so_far)
            walker = prepare(here, x, y)
        for target in at[len(rows) :].tolist():
            chunks = _chunks(walker, eta, (step, target), limit)
            for step, stopped in chunks:
                if stopped:
                    return _run(rows, theta.size, DIVERGED, step)
                if keep is not None and time.monotonic() >= due:
                    loss, excess = look(walker)
                    if excess <= limit:
                        now = step, position(walker), loss
                        keep(_run([*rows, now], theta.size, RUNNING, step))
                    due = time.monotonic() + KEEP_EVERY
            loss, excess = look(walker)
            if not excess <= limit:
                return _run(rows, theta.size, DIVERGED, target)
            rows.append((target, position(walker), loss))
    return _run(rows, theta.size, OK, int(at[-1]))
