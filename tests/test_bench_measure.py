"""How the benchmark asks: in which process, how often, and what becomes of one who fails."""

import math
import subprocess
import sys
import types
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from tests.bench_rows import SMALL, answer, results, row
from verify.bench import measure, worker
from verify.bench.cases import MISLEADING, Arrays, Case
from verify.bench.measure import rows
from verify.bench.peers import CERTIFIED, DENSE, TOOLS, dense_matrix
from verify.bench.record import Row
from verify.bench.tools import Question, Tool


@pytest.fixture(scope="module")
def measured() -> dict[str, Row]:
    return {found.tool: found for found in rows(SMALL, TOOLS, 1, lambda _: None)}


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_answers_or_says_why_not(measured: dict[str, Row], tool: str) -> None:
    found = measured[tool]
    missing = [need for need in TOOLS[tool].needs if measure.installed(need) is None]
    if missing:
        assert found.note == f"not installed: {', '.join(missing)}"
        assert found.answer is None
        return
    truth = np.linalg.eigvalsh(dense_matrix(SMALL.arrays()))[-1]
    assert found.note == ""
    near = 1e-2 if tool == "PyHessian, as it comes" else 3e-6
    assert found.value == pytest.approx(truth, rel=near)
    assert len(found.cpu) == len(found.wall) == 1


@pytest.mark.parametrize("case", [MISLEADING[1], MISLEADING[3]], ids=lambda case: case.name)
def test_pyhessian_is_misled_and_calls_it_converged(case: Case) -> None:
    pytest.importorskip("pyhessian")
    (found,) = rows(case, ["PyHessian, tol=1e-12"], 1, lambda _: None)
    assert found.answer is not None
    assert found.answer.converged
    assert found.answer.low < 0.5 * np.linalg.eigvalsh(dense_matrix(case.arrays()))[-1]


def test_memory_of_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "MOST_REPETITIONS", 2)
    (found,) = rows(Case(kind="start", k=300, n=50), [DENSE], None, lambda _: None)
    size = 901 * 901 * 8
    assert found.note == ""
    assert len(found.cpu) == 2
    assert found.extra is not None
    assert found.peak is not None
    assert size <= found.extra <= 8 * size
    assert found.extra < found.peak


ROOT = Path(__file__).resolve().parent.parent
ALLOCATES = """
import numpy as np
from tests.bench_rows import SMALL, answer
from verify.bench import worker
from verify.bench.tools import Tool

def prepare(_):
    return lambda: answer(float(np.ones({entries})[0]))

worker.WARM_UP = SMALL
worker.tools_for = lambda _: {{
    "allocates": Tool(name="allocates", needs=(), prepare=prepare, entries=lambda k, n: 1)
}}
np.ones(2**25)  # 256 MiB, before: not the answer's
for _ in range(3):
    np.ones(2**21 + 1)  # freed, but kept by an allocator that has met the size before
print(worker.memory(SMALL, "allocates")["extra"])
"""


@pytest.mark.skipif(not worker.RESET.exists(), reason="the mark can be reset on Linux only")
@pytest.mark.parametrize("mebi", [16, 64])
def test_the_high_water_mark_is_that_of_the_answer(mebi: int) -> None:
    """In a process of its own, as it is used: a thread of a test runner has another heap."""
    program = ALLOCATES.format(entries=mebi * 2**17)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert mebi - 1 <= int(done.stdout) / 2**20 <= mebi + 4


def test_a_tool_that_is_too_large_is_not_asked() -> None:
    note = measure._obstacle(TOOLS[DENSE], Case(kind="start", k=100_000, n=10))
    assert note.startswith("needs about 1,341 GiB")
    assert measure._obstacle(TOOLS[CERTIFIED], Case(kind="start", k=100_000, n=1_000_000)) == ""


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    present = {"torch": "1", "scipy": None}
    monkeypatch.setattr(measure, "installed", present.get)
    assert measure._obstacle(TOOLS["torch products, eigsh"], SMALL) == "not installed: scipy"
    assert set(measure.versions()) == {"python", "torch"}


def test_nobody_is_waited_for_without_end() -> None:
    reply = measure._reply({"case": asdict(SMALL), "tool": DENSE}, 0.01)
    assert reply == {"note": "no answer within 0 s"}


def test_a_folder_of_the_same_name_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "verify").mkdir()
    (tmp_path / "verify/__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    request = {"case": asdict(SMALL), "tools": [DENSE], "repetitions": 1, "budget": 1.0}
    assert measure._reply(request, 60)[DENSE]["note"] == ""


def test_a_child_that_breaks_is_reported() -> None:
    unknown = measure._reply({"case": asdict(SMALL), "tool": "nobody"}, 60)
    assert unknown["note"].startswith("KeyError")
    assert "exit status 1" in measure._reply({"case": {"kind": "start"}, "tool": DENSE}, 60)["note"]


def test_a_child_that_is_killed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess(args=[], returncode=-9, stdout="", stderr="")
    monkeypatch.setattr(measure.subprocess, "run", lambda *_, **__: done)
    assert "killed by signal 9" in measure._reply({}, 1.0)["note"]


def test_a_tool_that_raises_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Arrays) -> Question:
        raise ValueError("not today\nnor tomorrow")

    monkeypatch.setitem(TOOLS, "broken", replace(TOOLS[DENSE], prepare=broken))
    found = worker.timing(SMALL, ["broken", DENSE], 2, 60.0)
    assert found["broken"]["note"] == "ValueError: not today"
    assert found["broken"]["answer"] is None
    assert found[DENSE]["note"] == ""
    assert len(found[DENSE]["cpu"]) == len(found[DENSE]["wall"]) == 2


@pytest.mark.parametrize(
    ("budget", "order"), [(60.0, "pq" + "ppppp" + "qqqqq" + "pp" + "qq"), (0.0, "pq" + "p" + "q")]
)
def test_tools_take_turns(monkeypatch: pytest.MonkeyPatch, budget: float, order: str) -> None:
    asked: list[str] = []

    def named(name: str) -> Tool:
        def prepare(_: Arrays) -> Question:
            return lambda: asked.append(name) or answer(1.0)

        return replace(TOOLS[DENSE], name=name, prepare=prepare)

    for name in "pq":
        monkeypatch.setitem(TOOLS, name, named(name))
    found = worker.timing(SMALL, ["p", "q"], 7, budget)
    assert "".join(asked) == order
    assert len(found["p"]["wall"]) == order.count("p") - 1


def test_the_child_has_one_thread_and_this_tree(tmp_path: Path) -> None:
    code = (
        "import os, verify; from verify.bench import worker; worker._stay_on_one_core();"
        "print(verify.__file__, len(getattr(os, 'sched_getaffinity', lambda _: [0])(0)))"
    )
    environment = measure._environment()
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    where, cores = done.stdout.split()
    assert Path(where).parent == Path(measure.__file__).parent.parent
    assert cores == "1"
    assert environment["OPENBLAS_NUM_THREADS"] == environment["NUMBA_NUM_THREADS"] == "1"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_no_answer(value: float) -> None:
    reply = {"note": "", "answer": asdict(answer(value)), "cpu": [1.0], "wall": [1.0]}
    found = measure._row(SMALL, DENSE, reply)
    assert found.answer is None
    assert "no eigenvalue" in found.note


def test_each_is_compared_with_dense_and_dense_with_us() -> None:
    three = {
        tool: row(tool, answer=answer(value))
        for tool, value in ((CERTIFIED, 1.0), (DENSE, 2.0), ("peer", 3.0))
    }
    assert [found.reference for found in measure._with_reference(three)] == [2.0, 1.0, 2.0]
    del three[DENSE]
    assert [found.reference for found in measure._with_reference(three)] == [None, 1.0]


def stub(low: float, high: float) -> types.ModuleType:
    module = types.ModuleType("verify.spectrum.tracking")
    found = types.SimpleNamespace(lo=low, hi=high, engine="stub")
    module.certified_lambda_max = lambda *_, **__: found  # type: ignore[attr-defined]
    return module


@pytest.mark.parametrize(("shift", "fails"), [(0.0, False), (1e-3, True)])
def test_a_false_enclosure_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch, shift: float, fails: bool
) -> None:
    truth = float(np.linalg.eigvalsh(dense_matrix(SMALL.arrays()))[-1])
    name = "verify.spectrum.tracking"
    monkeypatch.setitem(sys.modules, name, stub(truth * (1 + shift), truth * (1 + shift)))
    reply = worker.timing(SMALL, [CERTIFIED, DENSE], 1, 60.0)
    found = {tool: measure._row(SMALL, tool, reply[tool]) for tool in reply}
    compared = tuple(measure._with_reference(found))
    assert bool(results(compared=compared).failures) is fails
