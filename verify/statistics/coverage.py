"""How often a bound fails in simulation, with exact confidence limits; replicates kept on disk.

A replicate is determined by its setting and its seed. Each setting has one file NAME.jsonl: a first
line that says what it is of, then one line a replicate, appended as it is done. A run takes up what
is there; a last line cut short by an interruption is dropped.

    REFUTED    the lower limit of the probability of failure is above the level
    VACUOUS    else, and most replicates have a bound no better than what is trivially true, or
               fewer than LEAST of them meet the assumptions
    SUPPORTED  else, and the upper limit is at most the level
    UNDECIDED  else: more replicates are needed

This is a measurement: SUPPORTED is no proof, and REFUTED has the confidence of its limits.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from verify.formats import write_atomically
from verify.model import InputError
from verify.statistics.binomial import lower_limit, upper_limit
from verify.statistics.settings import Setting, prepare
from verify.statistics.trial import Row, trial

Rows = dict[str, Row]
LEAST = 59
"""0 failures of 59 are the first to put the 95% upper limit below 1/20."""
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One bound (times `factor`) in one setting over replicates with seeds first, first + 1, ..

    `ratio` is the median of measured / bound and `worst` the largest one, both for factor 1 and
    over admitted replicates (NaN without any); `useful` counts bounds below what is trivially true.
    """

    setting: str
    bound: str
    factor: float
    level: float
    tried: int
    admitted: int
    failures: int
    useful: int
    upper: float
    lower: float
    ratio: float
    worst: float
    seed: int
    verdict: str


def _verdict(row: Coverage) -> str:
    if row.lower > row.level:
        return "REFUTED"
    if row.admitted < LEAST or 2 * row.useful < row.admitted:
        return "VACUOUS"
    return "SUPPORTED" if row.upper <= row.level else "UNDECIDED"


def coverage(
    setting: Setting, name: str, rows: Sequence[Row], *, factor: float = 1.0, seed: int = 0
) -> Coverage:
    """The coverage of `factor` times the bound `name`, from one row a replicate.

    A control (factor < 1) is not called vacuous for its size: it has to fail, not to be useful.
    """
    admitted = [row for row in rows if row.admitted]
    count = len(admitted)
    failures = sum(row.measured > factor * row.bound for row in admitted)
    useful = sum(row.bound < row.trivial for row in admitted)
    ratios = [row.measured / row.bound for row in admitted]
    found = Coverage(
        setting=setting.name,
        bound=name,
        factor=factor,
        level=setting.level,
        tried=len(rows),
        admitted=count,
        failures=failures,
        useful=useful if factor == 1.0 else count,
        upper=upper_limit(failures, count, CONFIDENCE) if count else 1.0,
        lower=lower_limit(failures, count, CONFIDENCE) if count else 0.0,
        ratio=statistics.median(ratios) if ratios else float("nan"),
        worst=max(ratios, default=float("nan")),
        seed=seed,
        verdict="",
    )
    return Coverage(**{**asdict(found), "verdict": _verdict(found)})


def _header(setting: Setting) -> dict[str, Any]:
    kinds = {"truth": type(setting.truth).__name__, "fit": type(setting.fit).__name__}
    return {"kinds": kinds, "setting": asdict(setting)}


def _line(seed: int, rows: Mapping[str, Row]) -> str:
    # Floats as text in hexadecimal: exact, and infinity has a spelling too.
    parts = {
        name: [row.measured.hex(), row.bound.hex(), row.trivial.hex(), row.admitted]
        for name, row in rows.items()
    }
    return json.dumps({"seed": seed, "rows": parts}) + "\n"


def _rows(parts: Mapping[str, Sequence[Any]]) -> Rows:
    return {
        name: Row(
            measured=float.fromhex(measured),
            bound=float.fromhex(bound),
            trivial=float.fromhex(trivial),
            admitted=bool(admitted),
        )
        for name, (measured, bound, trivial, admitted) in parts.items()
    }


def _kept(path: Path, setting: Setting) -> dict[int, Rows]:
    """The replicates on disk by seed; a file without a whole first line is begun anew."""
    first = json.dumps(_header(setting)) + "\n"
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text; remove the file") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); remove it") from None
    whole = text[: text.rfind("\n") + 1]
    if not whole:
        write_atomically(path, first)
        return {}
    lines = whole.splitlines()
    if lines[0] + "\n" != first:
        raise InputError(f"{path} is of other settings; choose another folder, or remove it")
    try:
        found = [json.loads(line) for line in lines[1:]]
        kept = {int(item["seed"]): _rows(item["rows"]) for item in found}
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} holds a line that is no replicate; remove the file") from None
    if whole != text:
        write_atomically(path, whole)
    return kept


def replicates(
    setting: Setting,
    seeds: Iterable[int],
    folder: Path,
    progress: Callable[[int], object] | None = None,
) -> dict[int, Rows]:
    """The rows of every seed, computed where they are not in `folder` yet.

    Raises InputError for a file of other settings, or one that is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{setting.name}.jsonl"
    kept = _kept(path, setting)
    wanted = list(seeds)
    missing = [seed for seed in wanted if seed not in kept]
    if missing:
        prepared = prepare(setting)
        with path.open("a", encoding="utf-8") as file:
            for seed in missing:
                kept[seed] = trial(prepared, seed)
                file.write(_line(seed, kept[seed]))
                file.flush()
                if progress is not None:
                    progress(seed)
    return {seed: kept[seed] for seed in wanted}


def coverages(setting: Setting, found: Mapping[int, Rows]) -> list[Coverage]:
    """The coverage of each bound over replicates by seed, then of each control of the setting.

    Raises InputError without replicates, and for a control of a bound that is not there.
    """
    if not found:
        raise InputError("no seeds; at least one replicate is needed")
    names = list(next(iter(found.values())))
    wanted = [(name, 1.0) for name in names] + list(setting.factors)
    if unknown := {name for name, _ in wanted} - set(names):
        raise InputError(f"there is no bound {min(unknown)!r} in setting {setting.name}")
    return [
        coverage(
            setting, name, [rows[name] for rows in found.values()], factor=factor, seed=min(found)
        )
        for name, factor in wanted
    ]


def measure(
    setting: Setting,
    seeds: Sequence[int],
    folder: Path,
    progress: Callable[[int], object] | None = None,
) -> list[Coverage]:
    """The coverages of a setting, replicates taken from `folder` or added to it."""
    return coverages(setting, replicates(setting, seeds, folder, progress))


def measure_fresh(setting: Setting, seeds: Sequence[int]) -> list[Coverage]:
    """The coverages of a setting from replicates that are computed now and kept nowhere."""
    prepared = prepare(setting)
    return coverages(setting, {seed: trial(prepared, seed) for seed in seeds})
