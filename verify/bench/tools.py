"""What a tool of the benchmark is: prepare a network, return the question.

`prepare` builds models, tensors and compiled code, which is not timed; the question
that it returns is asked again and again, which is. Everybody gets float64, one
thread and the fastest setting that the tool documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from verify.bench.cases import Arrays


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool says of lambda_max: a value, or the two ends of an enclosure.

    `converged` is the tool's own word on whether it has finished, None if it says nothing.
    """

    low: float
    high: float
    converged: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Where gradient descent has led: theta, 3k + 1 numbers in the order w, b, a, c."""

    theta: list[float]


Question = Callable[[], Answer | Trained]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One competitor. `needs` are distributions; `entries(k, n)` is about how many float64
    numbers it holds at once."""

    name: str
    needs: tuple[str, ...]
    prepare: Callable[[Arrays], Question]
    entries: Callable[[int, int], int]


def no_table(k: int, n: int) -> int:
    """Entries of a tool that never forms an n x k array."""
    return 100 * (k + n)


def activations(k: int, n: int) -> int:
    """Entries of a tool that forms a few n x k arrays."""
    return 12 * n * k


def tool(
    name: str,
    needs: str,
    prepare: Callable[[Arrays], Question],
    entries: Callable[[int, int], int] = activations,
) -> Tool:
    """A Tool; `needs` is a list of words."""
    return Tool(name=name, needs=tuple(needs.split()), prepare=prepare, entries=entries)
