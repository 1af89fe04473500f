"""Each stage of the float64 engine replayed in exact rationals; seeded bugs are caught."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.record_rounding import STORE, bounds
from tests.replay import Engine, Operands, edited, engine
from tests.searching import climb, worst
from tests.seeded_bugs import BUGS, Bug
from tests.stages import STAGES

STEPS = 600
REACHED = {
    "decay": 0.015,
    "outputs": 0.95,
    "outputs, cancelling": 0.95,
    "logistic": 0.98,
    "logistic, rounding only": 0.04,
    "block_sums": 0.999,
    "block_sums, rounding only": 0.9,
    "block_sums, cancelling": 0.5,
    "compress": 0.5,
    "compress, crowded": 0.5,
    "enclosure": 0.0,
    "gap": 0.95,
    "gap, cancelling": 0.9,
    "blocks": 0.3,
    "blocks, cancelling": 0.3,
    "prepare": 0.99,
    "prepare, rounding only": 0.8,
    "prepare, cancelling": 0.99,
    "image": 0.99,
    "image, rounding only": 0.4,
    "update": 0.99,
    "update, rounding only": 0.99,
    "factor": 0.99,
    "factor, rounding only": 0.4,
    "whole": 0.3,
}
"""What a search must reach of each bound at least: no error is simply 0, no bound is idle."""


def operands_of(stored: dict[str, Any]) -> Operands:
    return {
        name: [float.fromhex(value) for value in values]
        for name, values in stored["operands"].items()
    }


STORED: dict[str, list[dict[str, Any]]] = json.loads(Path(STORE).read_text(encoding="utf-8"))
RECORDS = [(name, record) for name, records in STORED.items() for record in records]
IDS = [f"{name} {at}" for name, records in STORED.items() for at in range(len(records))]


@cache
def engines() -> tuple[Engine, Engine]:
    """The engine as it is imported, and the same sources as plain Python."""
    return engine(), edited("core", "UNIT = 2.0**-53", "UNIT = 2.0**-53")


@pytest.mark.parametrize(("name", "record"), RECORDS, ids=IDS)
def test_recorded_bounds_hold_to_the_last_bit(name: str, record: dict[str, Any]) -> None:
    gaps = STAGES[name].judge(engine(), operands_of(record))
    assert worst(gaps) <= 1
    assert worst(gaps) == pytest.approx(record["worst"], abs=2e-4)
    assert bounds(gaps) == record["bounds"]


def test_records_are_complete_and_include_bad_operands() -> None:
    assert STORED.keys() == REACHED.keys() == {s.name for s in STAGES.values() if s.climbs}
    for name, records in STORED.items():
        assert max(record["worst"] for record in records) >= REACHED[name]


@pytest.mark.parametrize("name", STAGES)
def test_no_error_exceeds_its_bound(name: str, record_property: Any) -> None:
    stage = STAGES[name]
    steps = STEPS if name != "counts" else 40
    ratio, given = climb(engine(), stage, "test", steps)
    record_property("largest error / bound", ratio)
    assert ratio <= 1, given
    assert ratio >= REACHED.get(name, 0) / 4


@pytest.mark.parametrize("name", STAGES)
def test_compiled_code_rounds_as_plain_python(name: str) -> None:
    stage = STAGES[name]
    for seed in range(4 if name == "counts" else 12):
        given = stage.tidy(stage.draw(Random(f"plain {name} {seed}")))
        compiled, plain = (stage.judge(e, given) for e in engines())
        assert compiled == plain


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_seeded_bug_is_caught(bug: Bug) -> None:
    broken, stage = edited(bug.file, bug.old, bug.new), STAGES[bug.stage]
    steps = STEPS if bug.stage != "counts" else 40
    assert any(climb(broken, stage, str(seed), steps)[0] > 1 for seed in range(8))


@pytest.mark.parametrize("stage", sorted({bug.stage for bug in BUGS}))
def test_without_a_bug_the_same_search_finds_nothing(stage: str) -> None:
    steps = STEPS if stage != "counts" else 40
    for seed in range(3):
        assert climb(engines()[1], STAGES[stage], str(seed), steps)[0] <= 1


def test_enough_bugs_are_seeded_everywhere() -> None:
    assert len(BUGS) >= 30
    assert sum(bug.term for bug in BUGS) >= 15
    assert {bug.file for bug in BUGS} >= {"exactly", "exponential", "outputs", "weights", "rows"}
    assert {bug.stage for bug in BUGS} <= STAGES.keys()
