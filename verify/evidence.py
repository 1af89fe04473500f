"""Evidence: one JSON object a line, and what a set of lines says about a claim.

The fields are a contract with other programs; see the README.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import Any

from verify.ball import Enclosure
from verify.claim import Verdict
from verify.logistic import LOGISTIC
from verify.model import InputError
from verify.quantities import Instance

PARTS = ("flatcert", "hypothesis", "mpmath", "numpy", "python-flint", "sympy")

TRAINING = "training"
"""The method of an experiment: the claims at every network that it trains and shows."""

COVERAGE = "coverage"
"""The method of a simulation: it measures how often a bound in probability fails."""

NAMED = ("instance", TRAINING, COVERAGE)
"""Methods whose subjects are given: one outside the assumptions says nothing either way."""

MIN_ADMITTED = 50
"""Fewer admitted instances than this make a search VACUOUS."""

MAX_UNDECIDED = Fraction(1, 100)
"""A larger share of undecided instances makes a search UNDECIDED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One result. `method` is symbolic, exact, search, witness, instance, counterexample, training
    or coverage.

    For a control, `claim` is the claim that it varies, and the verdict wanted is
    REFUTED. `subject` names the dataset of an instance, the experiment of a training or
    the setting and bound of a simulation. `margin` is the enclosure {"lo", "hi"} and
    `scaled` the least margin / (|larger| + |smaller|).
    """

    claim: str
    method: str
    verdict: str
    statement: str
    control: str | None = None
    subject: str | None = None
    tried: int = 1
    admitted: int = 1
    undecided: int = 0
    margin: dict[str, str] | None = None
    scaled: float | None = None
    witness: dict[str, Any] | None = None
    bits: int | None = None
    seed: int | None = None
    detail: str = ""
    versions: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """The evidence as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)


def versions() -> dict[str, str]:
    """The versions of Python and of the packages on which a verdict rests."""
    found = {"python": platform.python_version()}
    for part in PARTS:
        found[part] = metadata.version(part)
    return found


def _texts(values: Iterable[object]) -> list[Any]:
    """Exact rationals as strings; points of R^d as lists of them."""
    return [_texts(value) if isinstance(value, tuple) else str(value) for value in values]


def instance_document(instance: Instance) -> dict[str, Any]:
    """An instance in exact rational strings; its network and data suit `flatcert check`."""
    network, data = instance.network, instance.data
    document: dict[str, Any] = {
        "network": {
            "w": _texts(network.w),
            "b": _texts(network.b),
            "a": _texts(network.a),
            "c": str(network.c),
        },
        "data": {"x": _texts(data.x), "y": list(data.y)},
    }
    for name in ("q", "truth", "targets"):
        values = getattr(instance, name)
        if values is not None:
            document[name] = _texts(values)
    if instance.extra:
        document["extra"] = {name: str(value) for name, value in instance.extra.items()}
    if instance.loss is not LOGISTIC:
        document["loss"] = instance.loss.name
    for name in ("gamma", "eta"):
        value = getattr(instance, name)
        if value is not None:
            document[name] = str(value)
    if instance.formal:
        document["formal"] = True
    return document


def margin_document(margin: Enclosure | None) -> dict[str, str] | None:
    """An enclosure as decimal strings, rounded outward."""
    return None if margin is None else margin.as_json()


def read_evidence(path: Path) -> list[Evidence]:
    """The evidence in a results.jsonl file; InputError names the first bad line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; `flatcert run` writes it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    found = []
    for number, text in enumerate(lines, start=1):
        try:
            line = Evidence(**json.loads(text))
            Verdict[line.verdict], line.tried + 0, line.admitted + 0, line.undecided + 0
            found.append(line)
        except (TypeError, ValueError, KeyError):
            raise InputError(f"{path}: line {number} is not a piece of evidence") from None
    if not found:
        raise InputError(f"{path}: holds no evidence; `flatcert run` writes it")
    return found


def is_refuted_control(lines: Sequence[Evidence], control: str, method: str) -> bool:
    """Whether some line shows the control refuted by that method."""
    return any(
        line.control == control and line.method == method and line.verdict == Verdict.REFUTED.name
        for line in lines
    )


def overall(lines: Sequence[Evidence]) -> Verdict:
    """The verdict on one claim from all its lines but those of controls.

    The worst of what was found, where a whole proof lifts SUPPORTED to PROVED, but not
    where a part of the claim is simulated: a simulation proves nothing. A given network
    outside the assumptions says nothing either way.
    """
    own = [line for line in lines if line.control is None]
    verdicts = [
        Verdict[line.verdict]
        for line in own
        if not (line.method in NAMED and line.verdict == Verdict.VACUOUS.name)
    ]
    if not verdicts:
        return Verdict.VACUOUS
    worst = min(verdicts)
    if worst < Verdict.SUPPORTED:
        return worst
    simulated = any(line.method == COVERAGE for line in own)
    proved = not simulated and any(line.verdict == Verdict.PROVED.name for line in own)
    return Verdict.PROVED if proved else Verdict.SUPPORTED


def by_claim(lines: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """The lines grouped by claim, in order of first appearance."""
    groups: dict[str, list[Evidence]] = {}
    for line in lines:
        groups.setdefault(line.claim, []).append(line)
    return groups
