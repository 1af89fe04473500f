"""An answer in words and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verify.generalize.finding import Answer, Basis, Finding

STATUS = {True: "holds", False: "FAILS", None: "open"}


def _status(found: Finding) -> str:
    return "assumed" if found.basis is Basis.ASSUMED else STATUS[found.holds]


def describe(answer: Answer) -> Iterator[str]:
    """The answer, one line for each finding, with what it rests on."""
    yield answer.heading
    yield "Assumptions of Theorem 3.7 (our explicit form):"
    for found in answer.assumptions:
        yield f"  {_status(found):<8}{found.name} ({found.basis.value}): {found.text}"
    yield f"What it buys, delta = {answer.delta:g}:"
    for found in answer.results:
        yield f"  {found.name} ({found.basis.value}): {found.text}"
    yield f"Conclusion: {answer.conclusion}"


def _entry(found: Finding, *, is_result: bool) -> dict[str, Any]:
    # A bound that says no more than what is free does not fail: it is not useful.
    verdict = {"useful": found.holds} if is_result else {"status": _status(found)}
    return {
        "name": found.name,
        "basis": found.basis.value,
        **verdict,
        "text": found.text,
        **found.numbers,
    }


def document(answer: Answer) -> dict[str, Any]:
    """The answer as a JSON object; certified numbers are {"lo", "hi"} decimal strings.

    An assumption has a status, a result says whether it is useful (null: no bound).
    """
    return {
        "heading": answer.heading,
        "delta": answer.delta,
        "assumptions": [_entry(found, is_result=False) for found in answer.assumptions],
        "results": [_entry(found, is_result=True) for found in answer.results],
        "conclusion": answer.conclusion,
    }
