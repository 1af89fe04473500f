"""Sweeps: step size x seed x noise x number of data, on all cores, resumed where they stopped.

    grid = Sweep(etas=[0.05, 0.4, 1.2], seeds=range(10), noises=[0.0], sizes=[200],
                 protocol="time", amount=20000)
    table = run_sweep(grid, "folder")

A run depends on its point of the grid and on the settings alone, so neither the
number of workers nor interruptions change a bit of the table. For several
machines, under a dask cluster (the extra `dask`):

    client = distributed.Client("scheduler:8786")
    with joblib.parallel_config(backend="dask"):
        table = run_sweep(grid, "folder")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verify.dynamics import store
from verify.dynamics.grid import AXES, Point, Sweep
from verify.dynamics.measure import TRAPPED, measure, verdict
from verify.dynamics.run import DIVERGED, OK, Run, train
from verify.dynamics.start import start
from verify.dynamics.store import Finished, Table
from verify.dynamics.truth import design, labels, law
from verify.model import InputError

if TYPE_CHECKING:
    from rich.progress import Progress


def perform(grid: Sweep, point: Point, folder: Path) -> Finished:
    """One run of the grid, taken up where an unfinished one lies in the folder."""
    x = design(point.n)
    f0 = grid.truth(x)
    y = labels(f0, noise=point.noise, seed=point.seed)

    def keep(part: Run) -> None:
        store.keep_part(folder, point.name, part)

    run = train(
        start(grid.start, k=grid.k, seed=point.seed),
        x,
        y,
        eta=point.eta,
        at=grid.at(point.eta),
        so_far=_unfinished(grid, point, folder),
        keep=keep,
    )
    columns = measure(run, x, y, law(f0, point.noise), eta=point.eta)
    return Finished(run=run, columns=columns, verdict=verdict(run, columns, eta=point.eta))


def _unfinished(grid: Sweep, point: Point, folder: Path) -> Run | None:
    part = store.read_part(folder, point.name)
    if part is not None and not (_fits(part, grid, point, part.steps[:-1]) and part.steps.size):
        raise _foreign(folder, point, "unfinished")
    return part


def _fits(run: Run, grid: Sweep, point: Point, steps: store.Array) -> bool:
    """Whether the checkpoints are the first ones of this point, with as many parameters."""
    at = grid.at(point.eta)
    return run.theta.shape[1] == 3 * grid.k + 1 and np.array_equal(steps, at[: steps.size])


def _foreign(folder: Path, point: Point, what: str) -> InputError:
    found = f"the {what} run {point.name} in {folder / store.RUNS} is of other settings"
    return InputError(f"{found}; remove it to run that again")


def run_numbers(columns: store.Columns) -> NDArray[np.int64]:
    """0, 0, .., 1, 1, ..: which run a row is of."""
    axes = np.stack([columns[axis].astype(float) for axis in AXES])
    fresh = (axes[:, 1:] != axes[:, :-1]).any(axis=0)
    return np.concatenate([[0], np.cumsum(fresh)]).astype(np.int64)


def _check_table(grid: Sweep, table: Table, folder: Path) -> None:
    """That a table holds the runs of this grid, in their order."""
    run, points = run_numbers(table.columns), grid.points()
    first = np.unique(run, return_index=True)[1]
    found = [tuple(table.columns[axis][row] for axis in AXES) for row in first]
    expected = [tuple(getattr(point, axis) for axis in AXES) for point in points]
    if found != expected or table.theta.shape[1:] != (3 * grid.k + 1,):
        hint = "remove the folder to run it again"
        raise InputError(f"{folder / store.TABLE} does not hold the runs of this sweep; {hint}")


def pending(grid: Sweep, folder: Path) -> list[Point]:
    """The runs that are not on disk yet."""
    if store.is_complete(folder):
        return []
    return [point for point in grid.points() if not store.is_finished(folder, point.name)]


def _named(grid: Sweep, point: Point, folder: Path) -> tuple[Point, Finished]:
    return point, perform(grid, point, folder)


def _results(
    grid: Sweep, points: Sequence[Point], folder: Path, workers: int
) -> Iterator[tuple[Point, Finished]]:
    """Results as they come; the longest runs start first."""
    from joblib import Parallel, delayed

    longest = sorted(points, key=lambda point: -_cost(grid, point))
    parallel = Parallel(n_jobs=workers, return_as="generator_unordered")
    yield from parallel(delayed(_named)(grid, point, folder) for point in longest)


def _cost(grid: Sweep, point: Point) -> float:
    return float(grid.at(point.eta)[-1]) * (point.n + grid.k)


def _bar() -> Progress:
    """A bar with the remaining time; nothing in a worker, or where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    quiet = parent_process() is not None or not console.is_terminal
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    return Progress(*columns, console=console, disable=quiet)


def run_sweep(grid: Sweep, folder: Path | str, *, workers: int = -1) -> Table:
    """Run what is missing of a sweep in `folder`, on `workers` cores (-1: all); the whole table.

    A joblib.parallel_config around the call chooses another backend. Raises
    InputError for a folder of another sweep. A KeyboardInterrupt costs the last
    seconds of the runs at work and nothing else: the same call goes on from there.
    """
    path = Path(folder)
    store.open_folder(path, grid.header())
    missing = pending(grid, path)
    with _bar() as bar:
        task = bar.add_task("training", total=sum(_cost(grid, point) for point in missing))
        for point, finished in _results(grid, missing, path, workers):
            store.keep(path, point.name, finished)
            bar.advance(task, _cost(grid, point))
    if not store.is_complete(path):
        store.close(path, *_gather(grid, path))
    table = store.load(path)
    _check_table(grid, table, path)
    return table


def _gather(grid: Sweep, folder: Path) -> tuple[store.Columns, store.Array]:
    """All runs in one table, in the order of the grid."""
    pieces: dict[str, list[store.Array]] = {}
    thetas = []
    for point in grid.points():
        found = store.read(folder, point.name)
        known = found.run.status in (OK, DIVERGED) and found.verdict in (OK, DIVERGED, TRAPPED)
        if not (known and _fits(found.run, grid, point, found.run.steps)):
            raise _foreign(folder, point, "finished")
        rows = found.run.steps.size
        fixed = {**{axis: getattr(point, axis) for axis in AXES}, "status": found.verdict}
        whole = {name: np.full(rows, value) for name, value in fixed.items()}
        whole["end"] = np.full(rows, found.run.end)
        for name, values in {**whole, **found.columns}.items():
            pieces.setdefault(name, []).append(values)
        thetas.append(found.run.theta)
    return {name: np.concatenate(parts) for name, parts in pieces.items()}, np.concatenate(thetas)
