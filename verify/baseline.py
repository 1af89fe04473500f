"""What is kept of an accepted run: verdicts and counts per claim, no machine data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verify.claim import Verdict
from verify.evidence import COVERAGE, TRAINING, Evidence, by_claim, is_refuted_control, overall
from verify.formal.statements import COQ, STATEMENT
from verify.model import InputError

OPTIONAL = {
    "formal": "`flatcert prove`, with Coq installed, runs it",
    "smt": "`flatcert prove`, with the extra smt installed, runs it",
}
"""Methods that need a tool which a machine may lack: where none ran, that is no regression."""
TRAINED = (TRAINING, COVERAGE)
"""Methods that judge networks which a run trains: how many depends a little on the machine."""
Document = dict[str, Any]


def trains(line: Evidence) -> bool:
    """Whether this line judges networks that the run has trained."""
    return line.control is None and line.method in TRAINED


def _theorems(lines: Sequence[Evidence]) -> dict[str, str]:
    """Coq theorem -> "8.16.1 1234567890abcdef": who printed its statement, and the checksum."""
    return {
        line.subject or "": f"{line.versions.get(COQ, '?')} {line.versions[STATEMENT]}"
        for line in lines
        if STATEMENT in line.versions
    }


def summary(lines: Sequence[Evidence]) -> Document:
    """What the baseline keeps: per claim its verdict, methods, admitted instances, controls.

    The verdict is the one without optional methods; those are compared one by one. Of each Coq
    theorem it keeps a checksum of the statement, and which Coq printed that.
    """
    claims: Document = {}
    for claim, group in by_claim(lines).items():
        own = [line for line in group if line.control is None]
        controls = sorted({line.control for line in group if line.control})
        methods: dict[str, str] = {}
        for line in own:
            key = f"{line.method} {line.subject}" if line.subject else line.method
            worst = min(Verdict[line.verdict], Verdict[methods.get(key, line.verdict)])
            methods[key] = worst.name
        claims[claim] = {
            "verdict": overall([line for line in group if line.method not in OPTIONAL]).name,
            "statement": own[0].statement if own else "",
            "cases": {
                "symbolic": sum(line.admitted for line in own if line.method == "symbolic"),
                "exact": sum(line.method == "exact" for line in own),
            },
            "methods": dict(sorted(methods.items())),
            "admitted": sum(line.admitted for line in own if line.method == "search"),
            "networks": {
                f"{line.method} {line.subject}": line.admitted for line in own if trains(line)
            },
            "controls": {
                control: [
                    method
                    for method in ("coverage", "formal", "search", "symbolic", "witness")
                    if is_refuted_control(group, control, method)
                ]
                for control in controls
            },
            "theorems": _theorems(group),
        }
    return {"claims": dict(sorted(claims.items()))}


def read_baseline(path: Path) -> Document:
    """The claims of a baseline file, by id. Raises InputError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        claims: Document = document["claims"]
        for entry in claims.values():
            Verdict[entry["verdict"]], dict(entry["methods"]), int(entry["admitted"])
            dict(entry["controls"]), dict(entry["cases"]), str(entry["statement"])
            dict(entry.setdefault("theorems", {}))
            if min(map(int, entry.setdefault("networks", {}).values()), default=0) < 0:
                raise ValueError("a negative count")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; `flatcert accept` writes a baseline") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path}: not a baseline; `flatcert accept` writes one") from None
    return claims
