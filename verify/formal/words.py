"""The proved theorems as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from verify.evidence import Evidence


def table(lines: Sequence[Evidence]) -> Iterator[str]:
    """One line for each theorem, then how many there are and what they were made with."""
    wide = max((len(line.subject or "") for line in lines), default=0)
    for line in lines:
        about = f"{line.claim}, false variant {line.control}" if line.control else line.claim
        yield f"{line.verdict:<8} {line.subject or '':<{wide}}  {about}: {line.detail}"
    counts = Counter(line.verdict for line in lines)
    made_by = lines[0].versions if lines else {}
    words = f"{counts['PROVED']} theorems proved, "
    words += f"{counts['CERTIFIED']} parts, steps and single networks"
    wrong = f", {counts['ERROR']} WRONG" if counts["ERROR"] else ""
    refuted = f"{counts['REFUTED']} false variants refuted"
    yield f"{words}, {refuted}{wrong}; Coq {made_by.get('coq', '?')}"
