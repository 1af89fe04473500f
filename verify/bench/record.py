"""What the benchmark found: one row for a tool on a network, and what follows from the rows."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression, median
from typing import Any, TypeVar

from verify.bench.cases import Case
from verify.bench.peers import CERTIFIED, DENSE
from verify.bench.tools import Answer
from verify.bench.training import ETA, WALK

RIGHT = 1e-6
"""A value this near to the reference, relative to it, is labelled right. A label, no verdict."""

WIDTH = 1e-9
"""The relative width that is asked of the certified enclosure."""

SAME = 1e-9
"""Gradient descents that end this near to each other are called the same: rounding puts them
about 1e-14 apart, a step size wrong by one part in a million about 1e-6."""

OURS = (CERTIFIED, WALK)

SETTINGS = (
    "float64, one thread for every library, one core where the system allows; best CPU time after "
    "an untimed answer, the tools taking turns in one process; models, tensors and compiled code "
    "are ready before the clock runs"
)

DESCENT = (
    f"Gradient descent: full batch, step size {ETA:g}; the CPU time of all steps from the start, "
    "over their number; compilation is not counted"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(ABC):
    """One tool on one network.

    `note` says why there is no answer; `cpu` and `wall` are seconds per repetition.
    """

    case: Case
    tool: str
    note: str = ""
    cpu: tuple[float, ...] = ()
    wall: tuple[float, ...] = ()

    @property
    def best(self) -> float | None:
        """Least CPU seconds: of an answer or, where steps were asked for, of one step."""
        least = min(self.cpu, default=None)
        return None if least is None else least / max(self.case.steps, 1)

    @property
    @abstractmethod
    def right(self) -> bool | None:
        """Whether the answer agrees with what it is compared with; None if nothing is there."""

    def timing(self) -> dict[str, Any]:
        """What all rows have in common, for JSON."""
        return {
            "network": self.case.kind,
            "k": self.case.k,
            "n": self.case.n,
            "seed": self.case.seed,
            "tool": self.tool,
            "note": self.note,
            "repetitions": len(self.cpu),
            "cpu_seconds": _summary(self.cpu),
            "wall_seconds": _summary(self.wall),
        }


AnyRow = TypeVar("AnyRow", bound=Timed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Timed):
    """What a tool says of lambda_max.

    `extra` and `peak` are bytes (None where they were not measured), and
    `reference` is what the answer is compared with: dense eigvalsh or, where
    that does not fit or is the row itself, the certified enclosure.
    """

    answer: Answer | None = None
    extra: int | None = None
    peak: int | None = None
    reference: float | None = None

    @property
    def value(self) -> float | None:
        """The answer, or the middle of the enclosure."""
        return None if self.answer is None else (self.answer.low + self.answer.high) / 2

    @property
    def error(self) -> float | None:
        """Signed, relative to the reference."""
        if self.value is None or self.reference is None:
            return None
        return (self.value - self.reference) / abs(self.reference)

    @property
    def right(self) -> bool | None:
        """Whether the error is at most RIGHT; None where there is nothing to compare."""
        return None if self.error is None else abs(self.error) <= RIGHT

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        ends = (None, None) if self.answer is None else (self.answer.low, self.answer.high)
        return {
            **self.timing(),
            "low": ends[0],
            "high": ends[1],
            "says_converged": self.answer and self.answer.converged,
            "reference": self.reference,
            "relative_error": self.error,
            "right": self.right,
            "extra_bytes": self.extra,
            "peak_bytes": self.peak,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent(Timed):
    """Gradient descent by a tool; `off` is how far from ours it ends (ours: from numpy's)."""

    off: float | None = None

    @property
    def right(self) -> bool | None:
        """Whether it has taken the same way."""
        return None if self.off is None else self.off <= SAME

    def document(self) -> dict[str, Any]:
        """The row for JSON."""
        finite = self.off is not None and math.isfinite(self.off)
        return {
            **self.timing(),
            "steps": self.case.steps,
            "cpu_seconds_per_step": self.best,
            "relative_deviation": self.off if finite else None,
            "same_trajectory": self.right,
        }


def _summary(seconds: Sequence[float]) -> dict[str, float] | None:
    return {"best": min(seconds), "median": median(seconds)} if seconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """CPU time of the fastest peer, and of dense eigvalsh, over ours."""

    case: Case
    nearest: str
    ratio: float
    over_dense: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """CPU seconds = factor * n^exponent."""

    exponent: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The rows of one run: all tools compared, our growth, networks that mislead, descents."""

    compared: tuple[Row, ...]
    scaling: tuple[Row, ...]
    misleading: tuple[Row, ...]
    trained: tuple[Descent, ...]
    versions: dict[str, str]

    @property
    def ours(self) -> tuple[Row, ...]:
        """Every row of the certified enclosure."""
        rows = (*self.compared, *self.scaling, *self.misleading)
        return tuple(row for row in rows if row.tool == CERTIFIED)

    @property
    def failures(self) -> tuple[Timed, ...]:
        """Rows of the certified enclosure without an answer, too wide, or not right; descents
        that took another way, and ours also where nobody confirms it."""
        return (
            *(row for row in self.ours if row.right is False or relative_width(row) > WIDTH),
            *(
                row
                for row in self.trained
                if row.right is False or (row.right is None and row.tool == WALK)
            ),
        )

    @property
    def growth(self) -> Growth | None:
        """Least squares of log CPU time against log n over the scaling networks."""
        points = [(row.case.n, row.best) for row in self.scaling if row.best]
        if len({n for n, _ in points}) < 2:
            return None
        slope, level = linear_regression(
            [math.log(n) for n, _ in points], [math.log(best) for _, best in points]
        )
        return Growth(exponent=slope, factor=math.exp(level))

    @property
    def speeds(self) -> tuple[Speed, ...]:
        """One entry for each network on which we and a peer have times to compare."""
        found = []
        for case, rows in by_case((*self.compared, *self.trained)).items():
            times = {tool: row.best for tool, row in rows.items() if row.best is not None}
            own = times.pop(WALK if case.steps else CERTIFIED, None)
            if own is not None and times:
                nearest = min(times, key=lambda tool: times[tool])
                dense = times[DENSE] / own if DENSE in times else None
                ratio = times[nearest] / own
                found.append(Speed(case=case, nearest=nearest, ratio=ratio, over_dense=dense))
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Everything for JSON; nothing in it names a machine."""
        groups: dict[str, Sequence[Row | Descent]] = {
            "compared": self.compared,
            "scaling": self.scaling,
            "misleading": self.misleading,
            "trained": self.trained,
        }
        return {
            "settings": [SETTINGS, DESCENT],
            "versions": self.versions,
            "exponent": None if self.growth is None else self.growth.exponent,
            "speed": [
                {
                    "k": speed.case.k,
                    "n": speed.case.n,
                    "steps": speed.case.steps,
                    "nearest_peer": speed.nearest,
                    "times_faster": speed.ratio,
                    "times_faster_than_dense": speed.over_dense,
                }
                for speed in self.speeds
            ],
            **{name: [row.document() for row in rows] for name, rows in groups.items()},
        }


def by_case(rows: Sequence[AnyRow]) -> dict[Case, dict[str, AnyRow]]:
    """The rows by network, in order, and then by tool."""
    found: dict[Case, dict[str, AnyRow]] = {}
    for row in rows:
        found.setdefault(row.case, {})[row.tool] = row
    return found


def relative_width(row: Row) -> float:
    """Width of the enclosure over its lower end's size; infinite where there is none."""
    if row.answer is None:
        return math.inf
    width = row.answer.high - row.answer.low
    return width / abs(row.answer.low) if row.answer.low else math.inf
