"""Writes tests/rounding.json: operands of each stage and the bounds claimed on them.

    NUMBA_DISABLE_JIT=1 python -m tests.record_rounding

Run it when a bound or a stage changes on purpose, and read the difference: a bound that grew is a
loss, a bound that shrank has to be derived in proofs_notes/floating.md. Eight draws as they come,
and the worst operands of a long search.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from tests.replay import Engine, Gap, Operands, engine, rounded
from tests.searching import Stage, climb, worst
from tests.stages import STAGES

STORE = Path(__file__).parent / "rounding.json"
STEPS = 20000


def bounds(gaps: list[Gap]) -> dict[str, str]:
    """What the stage claims, to the last bit; a claim without room is not recorded."""
    return {gap.what: rounded(gap.bound).hex() for gap in gaps if gap.bound > 0}


def _recorded(e: Engine, stage: Stage, given: Operands) -> dict[str, object]:
    gaps = stage.judge(e, given)
    operands = {name: [value.hex() for value in values] for name, values in given.items()}
    return {"operands": operands, "bounds": bounds(gaps), "worst": round(worst(gaps), 4)}


def main() -> None:
    e, found = engine(), {}
    for stage in STAGES.values():
        if stage.climbs:
            drawn = [stage.tidy(stage.draw(Random(f"{stage.name} {seed}"))) for seed in range(8)]
            drawn.append(climb(e, stage, "record", STEPS)[1])
            found[stage.name] = [_recorded(e, stage, given) for given in drawn]
    parts = [
        f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, records)) + "\n]"
        for name, records in found.items()
    ]
    STORE.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
