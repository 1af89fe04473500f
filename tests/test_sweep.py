"""Sweeps: the grid, the table on disk, interruptions, and workers near and far."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from verify.dynamics import run, store, sweep
from verify.dynamics.grid import Point, Sweep, read_sweep
from verify.dynamics.measure import COLUMNS
from verify.dynamics.run import geometric, train
from verify.dynamics.start import start
from verify.dynamics.store import Table, load
from verify.dynamics.sweep import pending, perform, run_sweep
from verify.dynamics.truth import Truth, design, labels
from verify.model import InputError

ROOT = Path(__file__).resolve().parent.parent
GIVEN: dict[str, Any] = {
    "etas": [0.5, 0.1, 1e6],
    "seeds": [0, 7],
    "noises": [0.0, 0.2],
    "sizes": [9, 12],
    "k": 5,
    "truth": Truth(shape="cos", height=2.0, waves=1.0),
    "amount": 30,
    "checkpoints": 4,
}
GRID = Sweep(**GIVEN)
RUNS = 24


def same(first: Table, second: Table) -> bool:
    columns = all(
        first.columns[name].tobytes() == second.columns[name].tobytes() for name in first.columns
    )
    keys = list(first.columns) == list(second.columns)
    return columns and keys and first.theta.tobytes() == second.theta.tobytes()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Table]:
    folder = tmp_path_factory.mktemp("sweeps") / "whole"
    return folder, run_sweep(GRID, folder, workers=1)


def test_the_table_has_a_row_for_each_checkpoint_of_each_run(whole: tuple[Path, Table]) -> None:
    _, table = whole
    columns = table.columns
    assert list(columns) == ["eta", "seed", "noise", "n", "status", "end", *COLUMNS]
    assert set(columns) == set(table.header["columns"])
    ended = columns["eta"] == 1e6
    assert (columns["status"][ended] == "diverged").all()
    assert (columns["end"][ended] < 30).all()
    assert (columns["end"][~ended] == 30).all()
    rows = list(
        zip(*(columns[name].tolist() for name in ("eta", "seed", "noise", "n")), strict=True)
    )
    assert list(dict.fromkeys(rows)) == [(p.eta, p.seed, p.noise, p.n) for p in GRID.points()]
    steps = columns["step"][~ended].reshape(-1, 5)
    assert (steps == geometric(30, 4)).all()
    assert table.theta.shape == (columns["step"].size, 16)


def test_a_row_is_what_training_by_hand_gives(whole: tuple[Path, Table]) -> None:
    _, table = whole
    columns = table.columns
    chosen = (columns["eta"] == 0.1) & (columns["seed"] == 7)
    chosen &= (columns["noise"] == 0.2) & (columns["n"] == 12) & (columns["step"] == 30)
    row = int(np.flatnonzero(chosen)[0])
    x = design(12)
    y = labels(2 * np.cos(np.pi * x), noise=0.2, seed=7)
    found = train(start("uniform", k=5, seed=7), x, y, eta=0.1, at=np.array([30]))
    assert found.theta[0].tobytes() == table.theta[row].tobytes()
    assert found.loss[0] == columns["loss"][row]


def test_the_files_are_those_that_are_documented(whole: tuple[Path, Table]) -> None:
    folder, table = whole
    assert sorted(files(folder)) == ["header.json", "parameters.npz", "table.npz"]
    assert same(load(folder), table)
    text = (folder / "header.json").read_text()
    assert json.loads(text) == table.header
    assert set(table.header) == {"made by", "settings", "versions", "columns"}
    assert set(table.header["versions"]) == {"numpy", "numba", "llvmlite"}


def test_the_header_alone_reproduces_the_table(whole: tuple[Path, Table], tmp_path: Path) -> None:
    folder, table = whole
    header = json.loads((folder / "header.json").read_text())
    again = read_sweep(header)
    assert again == GRID
    assert same(run_sweep(again, tmp_path / "again", workers=1), table)
    assert files(tmp_path / "again") == files(folder)


def test_a_finished_sweep_is_read_and_not_run(
    whole: tuple[Path, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, table = whole
    monkeypatch.setattr(sweep, "train", None)
    assert pending(GRID, folder) == []
    assert same(run_sweep(GRID, folder, workers=1), table)


def interrupted(monkeypatch: pytest.MonkeyPatch, folder: Path, after: int) -> None:
    """Press Ctrl-C when `after` runs are on disk."""
    keep, kept = store.keep, 0

    def stops(*given: Any) -> None:
        nonlocal kept
        if kept == after:
            raise KeyboardInterrupt
        kept += 1
        keep(*given)

    with monkeypatch.context() as patch:
        patch.setattr(store, "keep", stops)
        with pytest.raises(KeyboardInterrupt):
            run_sweep(GRID, folder, workers=1)


def test_a_sweep_goes_on_where_it_was_interrupted(
    whole: tuple[Path, Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, table = whole
    done = 0
    for more in (0, 5, 1, 11):
        interrupted(monkeypatch, tmp_path, more)
        done += more
        assert len(pending(GRID, tmp_path)) == RUNS - done
        with pytest.raises(InputError, match="the sweep is not over; run it again"):
            load(tmp_path)
    trained = []
    real = train

    def counted(*given: Any, **named: Any) -> Any:
        trained.append(given)
        return real(*given, **named)

    monkeypatch.setattr(sweep, "train", counted)
    assert same(run_sweep(GRID, tmp_path, workers=1), table)
    assert len(trained) == RUNS - done


def test_a_long_run_goes_on_inside(
    whole: tuple[Path, Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, table = whole
    point = GRID.points()[0]
    store.open_folder(tmp_path, GRID.header())
    monkeypatch.setattr(run, "CHUNK", 14.0 * 7)
    monkeypatch.setattr(run, "KEEP_EVERY", 0.0)
    finished = perform(GRID, point, tmp_path)
    part = store.read_part(tmp_path, point.name)
    assert part is not None
    assert (part.status, part.end) == ("running", 30)
    begun: list[int] = []
    prepare = run.prepare

    def watched(theta: Any, x: Any, y: Any) -> Any:
        begun.append(int(theta.tobytes() == part.theta[-1].tobytes()))
        return prepare(theta, x, y)

    monkeypatch.setattr(run, "prepare", watched)
    again = perform(GRID, point, tmp_path)
    assert begun == [0, 1]
    assert again.run.theta.tobytes() == finished.run.theta.tobytes()
    store.keep(tmp_path, point.name, again)
    assert store.read_part(tmp_path, point.name) is None
    assert same(run_sweep(GRID, tmp_path, workers=1), table)


def test_no_part_is_kept_where_the_folder_is_not_reachable(tmp_path: Path) -> None:
    finished = perform(GRID, GRID.points()[0], tmp_path / "elsewhere")
    store.keep_part(tmp_path / "elsewhere", "name", finished.run)
    assert list(tmp_path.iterdir()) == []


def test_the_number_of_workers_does_not_matter(whole: tuple[Path, Table], tmp_path: Path) -> None:
    folder, table = whole
    assert same(run_sweep(GRID, tmp_path / "two", workers=2), table)
    assert files(tmp_path / "two") == files(folder)


def test_two_dask_workers_give_the_same_bits(whole: tuple[Path, Table], tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    folder, table = whole
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=tmp_path
    )
    with cluster, distributed.Client(cluster) as client:
        assert len(client.scheduler_info()["workers"]) == 2
        with joblib.parallel_config(backend="dask"):
            found = run_sweep(GRID, tmp_path / "dask")
        used = client.run(lambda: "verify.dynamics.sweep" in sys.modules)
    assert list(used.values()) == [True, True]
    assert same(found, table)
    assert files(tmp_path / "dask") == files(folder)


PROGRAM = """
import sys
from verify.dynamics.grid import Sweep
from verify.dynamics.sweep import run_sweep
grid = Sweep(etas=[0.1, 0.2, 0.3], seeds=range(40), noises=[0.0], sizes=[40], k=100, amount=200000,
             checkpoints=3)
run_sweep(grid, sys.argv[1], workers=int(sys.argv[2]))
"""


def started(folder: Path, workers: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(workers)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    folder = tmp_path / "slow"
    process = started(folder, 2)
    yield folder, process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_ctrl_c_keeps_what_is_finished(slow: tuple[Path, subprocess.Popen[str]]) -> None:
    folder, process = slow
    deadline = time.monotonic() + 120
    while len(list(folder.glob("runs/eta*.npz"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
        assert process.poll() is None, process.communicate()[1]
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "KeyboardInterrupt" in err
    kept = {path.name: path.read_bytes() for path in folder.glob("runs/eta*.npz")}
    assert 3 <= len(kept) < 120
    assert not list(folder.rglob("*.tmp"))
    grid = read_sweep(json.loads((folder / "header.json").read_text()))
    assert len(pending(grid, folder)) == 120 - len(kept)
    for name in list(kept)[:2]:
        point = next(point for point in grid.points() if f"{point.name}.npz" == name)
        found = store.read(folder, point.name)
        assert found.run.theta.tobytes() == perform(grid, point, Path("no")).run.theta.tobytes()


def test_nothing_is_printed_where_stderr_is_no_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_sweep(Sweep(**{**GIVEN, "etas": [0.5]}), tmp_path, workers=1)
    assert capfd.readouterr() == ("", "")


def test_a_bar_with_the_remaining_time_is_shown_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    run_sweep(Sweep(**{**GIVEN, "etas": [0.5]}), tmp_path, workers=1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "training" in err
    assert "0:00:00" in err


def test_the_protocol_sets_the_number_of_steps() -> None:
    matched = Sweep(**{**GIVEN, "etas": [0.05, 1.2], "protocol": "time", "amount": 24.0})
    assert [int(matched.at(eta)[-1]) for eta in matched.etas] == [480, 20]
    assert [int(GRID.at(eta)[-1]) for eta in GRID.etas] == [30, 30, 30]
    spaced = Sweep(**{**GIVEN, "schedule": "linear", "checkpoints": 3})
    assert spaced.at(0.1).tolist() == [0, 10, 20, 30]


def test_every_point_has_a_file_of_its_own() -> None:
    points = [
        Point(eta=eta, seed=seed, noise=noise, n=n)
        for eta in (0.1, float(np.nextafter(0.1, 1)), 0.11)
        for seed in (1, 11)
        for noise in (0.0, 0.1)
        for n in (1, 10)
    ]
    assert len({point.name for point in points}) == len(set(points)) == 24
    assert points[0].name == "eta=0.1,seed=1,noise=0.0,n=1"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"etas": []}, "etas is"),
        ({"seeds": [1, 1]}, "seeds is .*different numbers"),
        ({"etas": [0.1, 0.0]}, "eta is 0.0"),
        ({"etas": [float("nan")]}, "eta is nan"),
        ({"seeds": [-1]}, "seed is -1"),
        ({"noises": [0.7]}, "noise is 0.7"),
        ({"sizes": [0]}, "n is 0"),
        ({"k": 0}, "k is 0"),
        ({"start": "zero"}, "initialization is 'zero'"),
        ({"protocol": "epochs"}, "protocol is 'epochs'; steps or time"),
        ({"schedule": "log"}, "schedule is 'log'; geometric or linear"),
        ({"amount": 0}, "amount is 0"),
        ({"amount": float("inf")}, "amount is inf"),
        ({"checkpoints": 0}, "0 checkpoints"),
        ({"seeds": ["x"]}, "seeds holds 'x'"),
        ({"seeds": [1.5]}, "seeds holds 1.5"),
    ],
)
def test_settings_that_no_run_could_take_are_refused(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        Sweep(**{**GIVEN, **change})


@pytest.mark.parametrize(
    "header", [{}, {"settings": 3}, {"settings": {"etas": [0.1]}}, {"settings": {"truth": {}}}]
)
def test_a_header_of_something_else_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="does not describe a sweep"):
        read_sweep(header)
    with pytest.raises(InputError, match="eta is -1"):
        read_sweep({"settings": {**GRID.header()["settings"], "etas": [-1.0]}})


def test_a_folder_of_another_sweep_is_left_alone(
    whole: tuple[Path, Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = whole
    before = files(folder)
    with pytest.raises(InputError, match=r"header\.json is of other settings or versions"):
        run_sweep(Sweep(**{**GIVEN, "k": 6}), folder)
    monkeypatch.setattr(sweep, "_results", None)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other results"):
        run_sweep(GRID, tmp_path)
    assert files(folder) == before
    assert [path.name for path in tmp_path.rglob("*")] == ["runs", "mine.txt"]


def test_folders_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(InputError, match="file: "):
        run_sweep(GRID, path)
    with pytest.raises(InputError, match=r"header\.json: No such file"):
        load(tmp_path / "nothing")
    for text in ("[", "3"):
        (tmp_path / "header.json").write_text(text)
        with pytest.raises(InputError, match="it is no JSON"):
            load(tmp_path)


@pytest.mark.parametrize("name", ["table.npz", "parameters.npz"])
@pytest.mark.parametrize("size", [0, 100, 1000])
def test_a_damaged_table_is_refused(
    whole: tuple[Path, Table], tmp_path: Path, name: str, size: int
) -> None:
    for path in whole[0].iterdir():
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content[:size] if path.name == name else content)
    with pytest.raises(InputError, match=f"{name}: no readable NPZ archive"):
        load(tmp_path)
