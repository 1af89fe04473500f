"""The benchmark: its networks, its own dense Hessian, how it asks, labels and shows. No time is
asserted: how fast anybody is, is the benchmark's result."""

import io
import json
import math
import os
import subprocess
import sys
import types
from dataclasses import asdict, replace
from pathlib import Path

import mpmath
import numpy as np
import pytest
from matplotlib.figure import Figure
from rich.console import Console

from verify.bench import bench, measure, worker
from verify.bench.cases import COMPARED, KINDS, MISLEADING, SCALING, Arrays, Case
from verify.bench.figure import draw, figure_png, figure_svg
from verify.bench.measure import QUICK, plan, rows
from verify.bench.peers import CERTIFIED, DENSE, TOOLS, Answer, Question, Tool, dense_matrix
from verify.bench.record import Results, Row, by_case, relative_width
from verify.bench.table import findings, milliseconds, print_results, reasons
from verify.model import Dataset, InputError, Network
from verify.spectrum import lambda_max

SMALL = Case(kind="start", k=3, n=7)
OTHER = Case(kind="start", k=4, n=9)
SEVEN = (10, 20, 40, 80, 160, 320, 640)


def row(tool: str = CERTIFIED, *, case: Case = SMALL, **parts: object) -> Row:
    return Row(case=case, tool=tool, **parts)  # type: ignore[arg-type]


def answer(low: float, high: float | None = None, converged: bool = True) -> Answer:
    return Answer(low=low, high=low if high is None else high, converged=converged)


def results(**groups: tuple[Row, ...]) -> Results:
    empty: dict[str, tuple[Row, ...]] = {"compared": (), "scaling": (), "misleading": ()}
    return Results(**{**empty, **groups}, versions={"python": "3"})


def by_differences(case: Arrays) -> list[list[mpmath.mpf]]:
    """The Hessian of L by central differences of 1e-20 at 80 digits."""
    k, n, h = case.w.size, case.x.size, mpmath.mpf(10) ** -20
    theta = [mpmath.mpf(float(v)) for v in (*case.w, *case.b, *case.a, case.c)]

    def loss(point: list[mpmath.mpf]) -> mpmath.mpf:
        total = mpmath.mpf(0)
        for x, y in zip(case.x.tolist(), case.y.tolist(), strict=True):
            z = (point[i] * mpmath.mpf(x) + point[k + i] for i in range(k))
            hidden = [max(value, mpmath.mpf(0)) for value in z]
            f = sum(point[2 * k + i] * value for i, value in enumerate(hidden)) + point[-1]
            total += mpmath.log(1 + mpmath.exp(-y * f))
        return total / n

    def moved(*steps: tuple[int, int]) -> mpmath.mpf:
        point = list(theta)
        for index, sign in steps:
            point[index] += sign * h
        return loss(point)

    signs = [(s, t) for s in (1, -1) for t in (1, -1)]
    return [
        [
            sum(s * t * moved((i, s), (j, t)) for s, t in signs) / (4 * h * h)
            for j in range(3 * k + 1)
        ]
        for i in range(3 * k + 1)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_dense_hessian_is_that_of_the_loss(kind: str) -> None:
    case = Case(kind=kind, k=2, n=5, seed=3).arrays()
    with mpmath.workdps(80):
        expected = np.array([[float(v) for v in line] for line in by_differences(case)])
    assert np.abs(dense_matrix(case) - expected).max() <= 1e-13 * np.abs(expected).max()


@pytest.mark.parametrize("kind", KINDS)
def test_dense_and_certified_agree_with_balls(kind: str) -> None:
    arrays = Case(kind=kind, k=3, n=6, seed=1).arrays()
    network = Network(w=arrays.w.tolist(), b=arrays.b.tolist(), a=arrays.a.tolist(), c=arrays.c)
    data = Dataset(x=arrays.x.tolist(), y=arrays.y.astype(int).tolist())
    proved = lambda_max(network, data)
    truth = (float(proved.lo) + float(proved.hi)) / 2
    assert TOOLS[DENSE].prepare(arrays)().low == pytest.approx(truth, rel=1e-12)
    found = TOOLS[CERTIFIED].prepare(arrays)()
    assert found.low <= float(proved.hi)
    assert float(proved.lo) <= found.high
    assert found.high - found.low <= 1e-9 * truth


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_is_known_by_its_numbers(kind: str) -> None:
    case = Case(kind=kind, k=5, n=11, seed=2)
    one, two, other = case.arrays(), case.arrays(), replace(case, seed=4).arrays()
    assert one.w.shape == one.b.shape == one.a.shape == (5,)
    assert one.x.shape == one.y.shape == (11,)
    assert set(one.y.tolist()) <= {-1.0, 1.0}
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in "wbaxy")
    assert not np.array_equal(one.w, other.w)


def test_sizes_are_those_promised() -> None:
    sizes = [(400, 30), (400, 100), (400, 1000), (400, 10_000), (2000, 100)]
    assert [(case.k, case.n) for case in COMPARED] == sizes
    assert all(case.n - 10 < 10 * case.k <= case.n for case in SCALING)
    assert (SCALING[0].n, SCALING[-1].n) == (1000, 1_000_000)


def asymmetry(case: Case) -> float:
    """How far lambda_min is from -lambda_max, relative."""
    values = np.linalg.eigvalsh(dense_matrix(case.arrays()))
    return float(1.0 + values[0] / values[-1])


@pytest.mark.parametrize("case", MISLEADING, ids=lambda case: case.name)
def test_misleading_spectra_are_nearly_symmetric(case: Case) -> None:
    assert 0.0 <= asymmetry(case) < 0.01


def test_a_start_is_not_misleading() -> None:
    assert asymmetry(Case(kind="start", k=400, n=100)) > 0.5


def test_power_iteration_misleads() -> None:
    # The iteration itself, in numpy: it settles far below lambda_max and calls that converged.
    matrix = dense_matrix(MISLEADING[1].arrays())
    v = np.random.default_rng(0).standard_normal(len(matrix))
    v /= np.linalg.norm(v)
    last, value = math.inf, math.nan
    for _ in range(100):
        product = matrix @ v
        last, value = value, float(v @ product)
        v = product / np.linalg.norm(product)
    assert abs(value - last) <= 1e-3 * abs(value)
    assert value < 0.5 * np.linalg.eigvalsh(matrix)[-1]


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


def test_memory_of_one_answer() -> None:
    found, repetitions = measure._first(Case(kind="start", k=300, n=50), DENSE)
    assert 1 <= repetitions <= measure.MOST_REPETITIONS
    size = 901 * 901 * 8
    assert found.note == ""
    assert found.extra is not None
    assert found.peak is not None
    assert size <= found.extra <= 8 * size
    assert found.extra < found.peak


def _allocating(entries: int) -> Tool:
    def prepare(_: Arrays) -> Question:
        return lambda: answer(float(np.ones(entries)[0]))

    return Tool(name="allocates", needs=(), prepare=prepare, entries=lambda k, n: k * n)


@pytest.mark.skipif(not worker.RESET.exists(), reason="the mark can be reset on Linux only")
@pytest.mark.parametrize("mebi", [16, 64])
def test_the_high_water_mark_is_that_of_the_answer(
    monkeypatch: pytest.MonkeyPatch, mebi: int
) -> None:
    np.ones(2**25)  # 256 MiB, before: not the answer's
    monkeypatch.setitem(TOOLS, "allocates", _allocating(mebi * 2**17))
    monkeypatch.setattr(worker, "WARM_UP", SMALL)
    found = worker.memory(SMALL, "allocates")
    assert mebi - 1 <= found["extra"] / 2**20 <= mebi + 4


def test_a_tool_that_is_too_large_is_not_asked() -> None:
    note = measure._obstacle(DENSE, Case(kind="start", k=100_000, n=10))
    assert note.startswith("needs about 1,341 GiB")
    assert measure._obstacle(CERTIFIED, Case(kind="start", k=100_000, n=1_000_000)) == ""


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    present = {"torch": "1", "scipy": None}
    monkeypatch.setattr(measure, "installed", present.get)
    assert measure._obstacle("torch products, eigsh", SMALL) == "not installed: scipy"
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
    request = {"case": asdict(SMALL), "repetitions": {DENSE: 1}}
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

    monkeypatch.setitem(TOOLS, "broken", replace(_allocating(1), prepare=broken))
    found = worker.timing(SMALL, {"broken": 2, DENSE: 2})
    assert found["broken"]["note"] == "ValueError: not today"
    assert found["broken"]["answer"] is None
    assert found[DENSE]["note"] == ""
    assert len(found[DENSE]["cpu"]) == len(found[DENSE]["wall"]) == 2


def test_tools_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def named(name: str) -> Tool:
        def prepare(_: Arrays) -> Question:
            return lambda: asked.append(name) or answer(1.0)

        return replace(_allocating(1), name=name, prepare=prepare)

    for name in "pq":
        monkeypatch.setitem(TOOLS, name, named(name))
    worker.timing(SMALL, {"p": 7, "q": 4})
    assert "".join(asked) == "pq" + "ppppp" + "qqqq" + "pp"


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


@pytest.mark.parametrize(
    ("truth", "low", "right"),
    [
        (0.701, 0.106, False),
        (1.0085, -0.18, False),
        (0.5, -0.5, False),
        (2.0, 2.0 * (1 - 2e-6), False),
        (2.0, 2.0 * (1 + 5e-7), True),
        (2.0, 2.0, True),
    ],
)
def test_right_is_a_label_of_the_error(truth: float, low: float, right: bool) -> None:
    found = row(answer=answer(low), reference=truth)
    assert found.right is right
    assert found.error == pytest.approx((low - truth) / truth, abs=1e-15)


def test_nothing_to_compare_is_not_right() -> None:
    assert row(answer=answer(1.0)).right is None
    assert row(reference=1.0).right is None
    assert row().error is row().best is row().value is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_no_answer(value: float) -> None:
    reply = {"note": "", "answer": asdict(answer(value)), "cpu": [1.0], "wall": [1.0]}
    found = measure._timed(row(DENSE), reply)
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


def test_growth_is_the_power() -> None:
    scaling = tuple(
        row(case=Case(kind="start", k=1, n=n), cpu=(9.0, 3e-7 * n**1.25)) for n in SEVEN
    )
    growth = results(scaling=scaling).growth
    assert growth is not None
    assert growth.exponent == pytest.approx(1.25, rel=1e-12)
    assert growth.factor == pytest.approx(3e-7, rel=1e-10)
    logs = np.log([[r.case.n, r.best] for r in scaling])
    assert growth.exponent == pytest.approx(np.polyfit(*logs.T, 1)[0], rel=1e-10)
    assert results(scaling=scaling[:1]).growth is None


def test_speed_is_against_the_fastest_peer() -> None:
    compared = (
        row(cpu=(0.5, 0.25)),
        row(DENSE, cpu=(100.0,)),
        row("quick peer", cpu=(3.0, 1.0)),
        row("absent", note="not installed: it"),
        row(DENSE, case=OTHER, cpu=(1.0,)),
    )
    (speed,) = results(compared=compared).speeds
    assert (speed.nearest, speed.ratio, speed.over_dense) == ("quick peer", 4.0, 400.0)
    assert "(quick peer) takes 4 times our time" in findings(results(compared=compared))[0]


@pytest.mark.parametrize(
    ("found", "fails"),
    [
        (row(answer=answer(1.0, 1.0 + 1e-10), reference=1.0), False),
        (row(answer=answer(1.0, 1.0 + 1e-10)), False),
        (row(answer=answer(1.0, 1.0 + 1e-8), reference=1.0), True),
        (row(answer=answer(1.0), reference=1.1), True),
        (row(note="no answer within 180 s"), True),
        (row("peer", note="not installed: it"), False),
        (row("peer", answer=answer(1.0), reference=2.0), False),
    ],
)
def test_only_we_can_fail(found: Row, fails: bool) -> None:
    for group in ("compared", "scaling", "misleading"):
        assert bool(results(**{group: (found,)}).failures) is fails


def test_relative_width() -> None:
    assert relative_width(row(answer=answer(2.0, 2.5))) == 0.25
    assert relative_width(row(answer=answer(-2.0, -1.5))) == 0.25
    assert relative_width(row()) == math.inf


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
    reply = worker.timing(SMALL, {CERTIFIED: 1, DENSE: 1})
    found = {tool: measure._timed(row(tool), reply[tool]) for tool in reply}
    compared = tuple(measure._with_reference(found))
    assert bool(results(compared=compared).failures) is fails


def full() -> Results:
    """Two networks, a wrong peer, a missing one, growth and a misled one."""
    compared = tuple(
        found
        for case in (SMALL, OTHER)
        for found in (
            row(case=case, answer=answer(1.0, 1.0), reference=1.0, cpu=(4e-4,), wall=(5e-4,)),
            row(DENSE, case=case, answer=answer(1.0), reference=1.0, cpu=(0.1,), extra=3 << 20),
            row("wrong", case=case, answer=answer(-0.18, None, False), reference=1.0, cpu=(0.2,)),
            row("absent", case=case, note="not installed: it"),
            row("large", case=case, note="needs about 9 GiB; at most 8 are given"),
        )
    )
    scaling = tuple(
        row(
            case=Case(kind="start", k=n // 10, n=n),
            answer=answer(1.0),
            cpu=(n * 1e-6,),
            wall=(n * 1e-6,),
        )
        for n in SEVEN
    )
    return results(compared=compared, scaling=scaling, misleading=compared[:3])


def printed(found: Results) -> str:
    console = Console(width=80, file=io.StringIO())
    with console.capture() as text:
        print_results(found, console)
    return text.get()


def test_the_table_says_everything() -> None:
    text = printed(full())
    assert "0.4 " in text
    assert "-1e+00 x" in text
    assert "-0.18 ? x" in text
    assert "absent: not installed: it" in text
    assert text.count("absent: not installed") == 1
    assert "large, start k=3 n=7, start k=4 n=9: needs about 9 GiB" in text
    assert "n^1.00" in text
    assert " x" not in printed(results(compared=full().compared[:2])).split("x: not right")[0]


def test_reasons_are_told_once_each() -> None:
    assert len(reasons(full())) == 2


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.000413, "0.413"), (0.0941, "94.1"), (17.4, "17,400"), (0.99996, "1,000"), (1.0, "1,000")],
)
def test_milliseconds(seconds: float, text: str) -> None:
    assert milliseconds(seconds) == text


def test_the_figure_shows_who_is_wrong() -> None:
    figure = Figure()
    draw(figure, full())
    growth, compared = figure.axes
    fills = [line.get_markerfacecolor() for line in compared.lines if len(line.get_xdata())]
    assert fills.count("none") == 2
    assert len(fills) == 6
    assert (growth.get_xscale(), growth.get_yscale(), compared.get_yscale()) == ("log",) * 3
    named = [text.get_text() for text in compared.get_legend().get_texts()]
    assert named == [CERTIFIED, DENSE, "wrong"]
    markers = [line.get_marker() for line in compared.lines if not len(line.get_xdata())]
    assert len(set(markers)) == len(markers) == 3


def test_the_figure_in_both_formats() -> None:
    text = figure_svg(full())
    assert text.startswith("<svg")
    assert "fit to CPU: n^1.00" in text
    assert figure_svg(full()) == text
    assert figure_png(full()).startswith(b"\x89PNG")
    assert "growth" not in figure_svg(results(compared=full().compared))


def test_a_quick_run_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(out=tmp_path / "new", quick=True) == 0
    text = (tmp_path / "new/bench.json").read_text(encoding="utf-8")
    found = json.loads(text, parse_constant=pytest.fail)
    assert {group: len(found[group]) for group in ("compared", "misleading", "scaling")} == {
        "compared": len(TOOLS) * len(QUICK.compared),
        "misleading": len(TOOLS) * len(QUICK.misleading),
        "scaling": len(QUICK.scaling),
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
    assert found["versions"]["numpy"] == np.__version__
    for private in (os.uname().nodename if hasattr(os, "uname") else "?host", str(Path.home())):
        assert private not in text
    assert {"bench.json", "bench.svg", "bench.png"} == {
        p.name for p in (tmp_path / "new").iterdir()
    }
    assert CERTIFIED in capsys.readouterr().out


@pytest.mark.parametrize(("width", "status"), [(1e-10, 0), (1e-8, 1)])
def test_the_status_is_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, width: float, status: int
) -> None:
    found = replace(full(), compared=(row(answer=answer(1.0, 1.0 + width), reference=1.0),))
    monkeypatch.setattr(measure, "measure", lambda *_: found)
    assert bench(out=tmp_path) == status


def test_sizes_leave_out_the_rest() -> None:
    chosen = plan([(3, 4), (5, 6)], quick=False)
    assert [(case.k, case.n) for case in chosen.compared] == [(3, 4), (5, 6)]
    assert chosen.scaling == chosen.misleading == ()
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


def test_the_same_rows_by_case() -> None:
    found = by_case(full().compared)
    assert list(found) == [SMALL, OTHER]
    assert found[OTHER][DENSE] == full().compared[6]
