"""The command of the benchmark from end to end. No time is asserted: how fast anybody is, is the
benchmark's result."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.bench_rows import answer, descent, full, row
from verify.bench import bench, measure
from verify.bench.cases import COMPARED, Case
from verify.bench.measure import QUICK, plan
from verify.bench.peers import CERTIFIED, TOOLS, dense_matrix
from verify.bench.training import NUMPY, WALK, tools_for
from verify.model import InputError


@pytest.mark.slow
def test_a_quick_run_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(out=tmp_path / "new", quick=True) == 0
    text = (tmp_path / "new/bench.json").read_text(encoding="utf-8")
    found = json.loads(text, parse_constant=pytest.fail)
    assert {
        group: len(found[group]) for group in ("compared", "misleading", "scaling", "trained")
    } == {
        "compared": len(TOOLS) * len(QUICK.compared),
        "misleading": len(TOOLS) * len(QUICK.misleading),
        "scaling": len(QUICK.scaling),
        "trained": len(tools_for(QUICK.trained[0])) * len(QUICK.trained),
    }
    ours = [
        line for line in (*found["compared"], *found["misleading"]) if line["tool"] == CERTIFIED
    ]
    for line in ours:
        case = Case(kind=line["network"], k=line["k"], n=line["n"], seed=line["seed"])
        truth = np.linalg.eigvalsh(dense_matrix(case.arrays()))[-1]
        assert line["low"] * (1 - 1e-12) <= truth <= line["high"] * (1 + 1e-12)
        assert line["repetitions"] == QUICK.repetitions
        assert line["cpu_seconds"]["best"] <= line["cpu_seconds"]["median"]
    same = {line["tool"]: line["same_trajectory"] for line in found["trained"] if not line["note"]}
    assert {WALK, NUMPY} <= same.keys()
    assert set(same.values()) == {True}
    assert found["versions"]["numpy"] == np.__version__
    for private in (os.uname().nodename if hasattr(os, "uname") else "?host", str(Path.home())):
        assert private not in text
    assert {"bench.json", "bench.svg", "bench.png"} == {
        p.name for p in (tmp_path / "new").iterdir()
    }
    assert CERTIFIED in capsys.readouterr().out


@pytest.mark.parametrize(
    ("width", "off", "status"), [(1e-10, 1e-10, 0), (1e-8, 1e-10, 1), (1e-10, 1e-8, 1)]
)
def test_the_status(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, width: float, off: float, status: int
) -> None:
    found = replace(
        full(),
        compared=(row(answer=answer(1.0, 1.0 + width), reference=1.0),),
        trained=(descent(off=1e-15), descent(NUMPY, off=off)),
    )
    monkeypatch.setattr(measure, "measure", lambda *_: found)
    assert bench(out=tmp_path) == status


def test_sizes_leave_out_the_rest() -> None:
    chosen = plan([(3, 4), (5, 6)], quick=False)
    assert [(case.k, case.n) for case in chosen.compared] == [(3, 4), (5, 6)]
    assert chosen.scaling == chosen.misleading == chosen.trained == ()
    assert plan([(3, 4)], quick=True).repetitions == QUICK.repetitions
    assert plan([], quick=False).compared == COMPARED


@pytest.mark.parametrize("size", ["400", "400,", "0,5", "-1,5", "4,5,6", "a,b", "1e3,10", ""])
def test_a_size_is_two_numbers(tmp_path: Path, size: str) -> None:
    with pytest.raises(InputError, match="as in 400,100"):
        bench(out=tmp_path, sizes=[size])


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another --out"):
        bench(out=tmp_path / "file" / "below", quick=True)


def _unmeasured(*_: object) -> None:
    raise AssertionError("measured although a file cannot be written")


@pytest.mark.parametrize("name", ["bench.json", "bench.svg", "bench.png"])
@pytest.mark.parametrize("obstacle", ["folder", "link"])
def test_a_file_that_cannot_be_is_found_before_measuring(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, obstacle: str
) -> None:
    if obstacle == "folder":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to(tmp_path / "nowhere" / "file")
    monkeypatch.setattr(measure, "measure", _unmeasured)
    with pytest.raises(InputError, match=name):
        bench(out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_trying_leaves_what_is_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text("earlier", encoding="utf-8")
    (tmp_path / "bench.svg").symlink_to(tmp_path / "elsewhere.svg")
    monkeypatch.setattr(measure, "measure", _unmeasured)
    with pytest.raises(AssertionError, match="measured"):
        bench(out=tmp_path)
    assert (tmp_path / "bench.json").read_text(encoding="utf-8") == "earlier"
    assert {path.name for path in tmp_path.iterdir()} == {"bench.json", "bench.svg"}
