"""A run as JUnit XML, for the programs that show test results."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from verify.claim import Verdict
from verify.evidence import Evidence
from verify.report.summary import fault, is_excused, line_words
from verify.report.witness import witness_words

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def _legal(text: str) -> str:
    return ILLEGAL.sub("\ufffd", text)


def _name(line: Evidence) -> str:
    return "/".join(part for part in (line.method, line.control, line.subject) if part)


def _outcome(line: Evidence) -> str:
    """failure, error, skipped, or nothing for a pass."""
    word = fault(line)
    if word:
        return "error" if word == "error" else "failure"
    is_outside = line.control is None and line.verdict == Verdict.VACUOUS.name
    return "skipped" if is_outside or is_excused(line) else ""


def junit_xml(lines: Sequence[Evidence]) -> str:
    """One test case per line: class name the claim, name method[/control][/subject].

    A repeated name gets its number. A dataset outside the assumptions and a
    search excused from finding its control are skipped.
    """
    outcomes = [_outcome(line) for line in lines]
    counts = Counter(outcomes)
    totals = {
        "tests": str(len(lines)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
    }
    root = ElementTree.Element("testsuites", totals)
    suite = ElementTree.SubElement(root, "testsuite", {"name": "flatcert", **totals})
    seen: Counter[tuple[str, str]] = Counter()
    for line, outcome in zip(lines, outcomes, strict=True):
        name = _name(line)
        seen[line.claim, name] += 1
        number = seen[line.claim, name]
        attributes = {
            "classname": _legal(line.claim),
            "name": _legal(f"{name} ({number})" if number > 1 else name),
        }
        case = ElementTree.SubElement(suite, "testcase", attributes)
        if outcome:
            message = f"{fault(line) or 'not applicable'}: {line.verdict}; {line_words(line)}"
            element = ElementTree.SubElement(case, outcome, {"message": _legal(message)})
            if line.witness is not None and outcome != "skipped":
                element.text = _legal(witness_words(line.witness))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"
