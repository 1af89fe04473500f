"""Folders of results that are damaged, cut short or of something else: one line, never a guess."""

import io
import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.experiment_results import planted, wobble
from verify.dynamics import store
from verify.dynamics.grid import Sweep, read_sweep
from verify.dynamics.measure import TRAPPED, verdict
from verify.dynamics.run import Run
from verify.dynamics.sweep import perform, run_sweep
from verify.experiments import noise
from verify.experiments.common import load, save
from verify.experiments.registry import make, refuted
from verify.model import InputError


@pytest.fixture
def saved(tmp_path):
    """A folder with planted results of `noise`."""
    names = ("excess_inside", "excess_risk", "train_error", "changes")
    values = dict.fromkeys(names, lambda _e, seed, _r, _c: 0.2 + wobble(seed))
    results = planted(noise.SMALL, {noise.RUNS: values})
    save(tmp_path, noise.EXPERIMENT, results, made_by="planted")
    return tmp_path


def test_planted_results_are_drawn(saved):
    assert "Made by: planted" in make(saved)
    assert not refuted(saved)


HEADERS = {
    "no object": lambda _: [],
    "no command": lambda header: {k: v for k, v in header.items() if k != "command"},
    "another name": lambda header: {**header, "experiment": "rate-sweep"},
    "a list for a name": lambda header: {**header, "experiment": []},
    "another gamma": lambda header: {
        **header,
        "settings": {**header["settings"], "gamma": 3.0},
    },
}


@pytest.mark.parametrize("change", HEADERS.values(), ids=HEADERS)
def test_a_changed_header_is_one_line(saved, change):
    path = saved / "results.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(InputError, match=r"^[^\n]*(no results of|do not belong)[^\n]*$"):
        make(saved)


@pytest.mark.parametrize("text", ["", "{", "[" * 100000, "\udcff"])
def test_a_header_that_is_no_json_is_one_line(saved, text):
    (saved / "results.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match="no results of an experiment"):
        make(saved)


def test_damaged_numbers_are_one_line(saved):
    path = saved / "results.npz"
    whole = path.read_bytes()
    draw = np.random.default_rng(0)
    single = io.BytesIO()
    np.save(single, np.zeros(3))
    damaged = [b"", whole[: len(whole) // 2], single.getvalue()]
    for _ in range(60):
        changed = bytearray(whole)
        changed[draw.integers(len(whole))] ^= 1 << draw.integers(8)
        damaged.append(bytes(changed))
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"^[^\n]*(no readable NPZ|do not belong)[^\n]*$"):
            load(saved)
    path.unlink()
    with pytest.raises(InputError, match=r"no readable NPZ archive .*; run it again"):
        load(saved)


def test_numbers_of_another_run_are_one_line(saved, tmp_path):
    results = load(saved)
    results.arrays["runs/excess_inside"] += 1.0
    other = tmp_path / "other"
    save(other, noise.EXPERIMENT, results, made_by="planted")
    (saved / "results.npz").write_bytes((other / "results.npz").read_bytes())
    with pytest.raises(InputError, match="do not belong together"):
        make(saved)


def test_results_without_a_column_are_one_line(saved):
    results = load(saved)
    del results.arrays["runs/changes"]
    save(saved, noise.EXPERIMENT, results, made_by="an older version")
    with pytest.raises(InputError, match=r"has no column 'changes'; run it again"):
        make(saved)


def test_a_figure_of_earlier_numbers_does_not_stand_beside_new_ones(saved):
    make(saved)
    drawn = {"figure.svg", "figure.png", "findings.txt"}
    assert drawn <= {path.name for path in saved.iterdir()}
    save(saved, noise.EXPERIMENT, load(saved), made_by="planted")
    assert {path.name for path in saved.iterdir()} == {"results.json", "results.npz"}


SHORT = Sweep(
    etas=(0.1, 0.5), seeds=(0, 1), noises=(0.0,), sizes=(7,), k=4, amount=40, checkpoints=3
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    return folder, run_sweep(SHORT, folder, workers=1)


@pytest.fixture
def copied(whole, tmp_path):
    """A copy of a finished sweep."""
    return Path(shutil.copytree(whole[0], tmp_path / "copy"))


@pytest.fixture
def begun(tmp_path):
    """A sweep of which every run is finished and none is in a table, but for the last one."""
    store.open_folder(tmp_path, SHORT.header())
    for point in SHORT.points()[:-1]:
        store.keep(tmp_path, point.name, perform(SHORT, point, tmp_path))
    return tmp_path


def rewrite(path, change):
    """Change the arrays of an NPZ file."""
    arrays = dict(np.load(path))
    change(arrays)
    np.savez(path, **arrays)


def one_line(folder, words):
    with pytest.raises(InputError, match=words) as caught:
        run_sweep(SHORT, folder, workers=1)
    assert "\n" not in str(caught.value)


def set_to(name, value):
    return lambda arrays: arrays.update({name: value})


ROWS = 4 * 4
TABLES = {
    "column lost": ("table", lambda arrays: arrays.pop("loss"), "'loss' is missing"),
    "no step": ("table", lambda arrays: arrays.pop("step"), "0 entries are needed"),
    "cut": ("table", set_to("loss", np.zeros(3)), f"{ROWS} entries are needed"),
    "words": ("table", set_to("loss", np.array(["a"] * ROWS)), "entries are needed"),
    "one number": ("table", set_to("step", np.array(1)), "entries are needed"),
    "seeds": ("table", set_to("seed", np.arange(ROWS)), "does not hold the runs of this sweep"),
    "wide": ("parameters", set_to("theta", np.zeros((ROWS, 16))), "does not hold the runs"),
    "flat": ("parameters", set_to("theta", np.zeros(ROWS)), "does not hold the runs"),
    "rows": ("parameters", set_to("theta", np.zeros((2, 13))), f"{ROWS} entries are needed"),
}


@pytest.mark.parametrize(("name", "change", "words"), TABLES.values(), ids=TABLES)
def test_a_table_of_something_else_is_one_line(copied, name, change, words):
    rewrite(copied / f"{name}.npz", change)
    one_line(copied, words)


RUN_FILES = {
    "no end": lambda arrays: arrays.pop("end"),
    "no verdict": lambda arrays: arrays.pop("verdict"),
    "words": set_to("status", np.array([1, 2])),
    "no theta": lambda arrays: arrays.pop("theta"),
    "flat": set_to("theta", np.zeros(4)),
    "other k": set_to("theta", np.zeros((4, 16))),
    "other steps": set_to("steps", np.array([0, 1, 5, 40])),
    "real steps": set_to("steps", np.array([0.0, 1.0, 6.0, 40.0])),
    "cut": set_to("loss", np.zeros(1)),
    "short column": set_to("column_loss", np.zeros(1)),
}


@pytest.mark.parametrize("change", RUN_FILES.values(), ids=RUN_FILES)
def test_a_run_of_something_else_is_one_line(begun, change):
    path = begun / "runs" / f"{SHORT.points()[0].name}.npz"
    assert store.read(begun, SHORT.points()[0].name).verdict == "ok"
    rewrite(path, change)
    one_line(begun, "remove it to run that again")
    path.unlink()
    run_sweep(SHORT, begun, workers=1)


@pytest.mark.parametrize("steps", [[], [0, 2, 3], [0, 1, 2, 3, 4, 5, 6]])
def test_an_unfinished_run_of_something_else_is_one_line(begun, steps):
    count = len(steps)
    part = Run(
        steps=np.array(steps, dtype=np.int64),
        theta=np.zeros((count, 13)),
        loss=np.zeros(count),
        status="running",
        end=0,
    )
    store.keep_part(begun, SHORT.points()[-1].name, part)
    one_line(begun, "unfinished run eta=0.5.* is of other settings; remove it")


def test_a_sweep_goes_on_after_an_interruption_before_its_first_run(whole, tmp_path):
    store.open_folder(tmp_path, SHORT.header())
    (tmp_path / "runs").rmdir()
    table = run_sweep(SHORT, tmp_path, workers=1)
    assert table.theta.tobytes() == whole[1].theta.tobytes()


def test_a_header_too_large_for_this_machine_is_one_line():
    for key, value in (("k", 10**13), ("amount", 10**400), ("checkpoints", 10**400)):
        settings = {**SHORT.header()["settings"], key: value}
        with pytest.raises(InputError, match="does not describe a sweep"):
            read_sweep({"settings": settings})


def test_stable_is_decided_without_rounding():
    eta = 0.1
    edge = 2.0 / eta
    assert Fraction(edge) * Fraction(eta) > 2  # the quotient is rounded up
    run = Run(
        steps=np.array([0, 1, 9]), theta=np.zeros((3, 4)), loss=np.ones(3), status="ok", end=9
    )
    columns = {
        "train_error": np.zeros(3),
        "lambda_high": np.array([99.0, 99.0, edge]),
        "lambda_low": np.full(3, 90.0),
        "loss": np.array([3.0, 2.0, 1.0]),
        "test_loss": np.ones(3),
    }
    assert verdict(run, columns, eta=eta) == "ok"
    columns["lambda_high"][-1] = np.nextafter(edge, 0)
    assert verdict(run, columns, eta=eta) == TRAPPED
    columns["lambda_high"][-1] = np.nan
    assert verdict(run, columns, eta=eta) == "ok"
