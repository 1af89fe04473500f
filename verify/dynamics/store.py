"""Results of a sweep on disk: a JSON header, one tidy table, and the parameters of each row.

    header.json     what was run, with which versions: enough to run it again
    table.npz       one array a column, one entry a row: a checkpoint of a run
    parameters.npz  `theta` (rows, 3k + 1) = (w_1 .. w_k, b_1 .. b_k, a_1 .. a_k, c)
    runs/           while the sweep goes on: finished runs, and unfinished ones (.part.npz)

Every file is written whole or not at all, so that an interruption at any moment
leaves a folder from which the sweep goes on.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.run import Run
from verify.formats import write_atomically
from verify.model import InputError

Array = NDArray[Any]
Columns = dict[str, Array]

HEADER, TABLE, PARAMETERS, RUNS = "header.json", "table.npz", "parameters.npz", "runs"
REMOVE = "remove it to run that again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A run that is over: its checkpoints, their measured columns, and the verdict."""

    run: Run
    columns: Columns
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A whole sweep: `columns` name -> (rows,), `theta` (rows, 3k + 1), and the header."""

    header: dict[str, Any]
    columns: Columns
    theta: Array


def _write(path: Path, arrays: Mapping[str, Array]) -> None:
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    write_atomically(path, stream.getvalue())


def read_arrays(path: Path, hint: str) -> Columns:
    """The arrays of an NPZ file. Raises InputError with the hint, whatever is wrong with it."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive makes zipfile, zlib and numpy raise anything
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: no readable NPZ archive ({reason:.80}); {hint}") from None


def _check(path: Path, arrays: Columns, names: Iterable[str], rows: int, hint: str) -> None:
    """That the arrays `names` are there, of numbers (`status`: words), with `rows` entries."""
    for name in names:
        found = arrays.get(name)
        kinds = "U" if name == "status" else "iuf"
        if found is None or found.shape[:1] != (rows,) or found.dtype.kind not in kinds:
            what = "is missing" if found is None else f"is {found.dtype} of shape {found.shape}"
            raise InputError(f"{path}: {name!r:.40} {what}; {rows} entries are needed; {hint}")


def open_folder(folder: Path, header: Mapping[str, Any]) -> None:
    """Make the folder of a new sweep, or check that it holds this one.

    Raises InputError for a folder of another sweep, or one that cannot be written.
    """
    path = folder / HEADER
    if path.exists():
        if read_header(folder) != json.loads(json.dumps(header)):
            hint = "choose another folder, or remove this one"
            raise InputError(f"{path} is of other settings or versions; {hint}")
    elif any((folder / name).exists() for name in (TABLE, PARAMETERS, RUNS)):
        raise InputError(f"{folder} holds other results without {HEADER}; choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_atomically(path, json.dumps(header, indent=2) + "\n")
        if not is_complete(folder):
            (folder / RUNS).mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}") from None


def read_header(folder: Path) -> dict[str, Any]:
    """The header of the sweep in a folder. Raises InputError."""
    path = folder / HEADER
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise InputError(f"{path}: {reason}; the folder of a sweep is needed") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: it is no JSON object; the folder of a sweep is needed")
    return found


def is_complete(folder: Path) -> bool:
    """Whether the table is there."""
    return (folder / TABLE).exists()


def _path(folder: Path, name: str) -> Path:
    return folder / RUNS / f"{name}.npz"


def _part(folder: Path, name: str) -> Path:
    return folder / RUNS / f"{name}.part.npz"


def is_finished(folder: Path, name: str) -> bool:
    """Whether the run called `name` is on disk."""
    return _path(folder, name).exists()


def _arrays(run: Run) -> Columns:
    return {
        "steps": run.steps,
        "theta": run.theta,
        "loss": run.loss,
        "status": np.array(run.status),
        "end": np.array(run.end),
    }


def _run(path: Path, arrays: Columns) -> Run:
    """The run in a file; its other arrays but `verdict` are columns of the same length."""
    whole = {"status", "end", "verdict"}
    try:
        status, end = str(arrays["status"]), int(arrays["end"])
        steps, theta, loss = (arrays[name] for name in ("steps", "theta", "loss"))
        _check(path, arrays, arrays.keys() - whole, np.size(steps), REMOVE)
        if theta.ndim == 2 and steps.dtype == np.int64:
            return Run(steps=steps, theta=theta, loss=loss, status=status, end=end)
    except (KeyError, TypeError, ValueError):
        pass
    raise InputError(f"{path}: it does not describe a run; {REMOVE}")


def keep_part(folder: Path, name: str, run: Run) -> None:
    """Write an unfinished run, unless the folder is not reachable from this machine."""
    if (folder / RUNS).is_dir():
        _write(_part(folder, name), _arrays(run))


def read_part(folder: Path, name: str) -> Run | None:
    """The unfinished run, if there is one."""
    path = _part(folder, name)
    return _run(path, read_arrays(path, REMOVE)) if path.exists() else None


def keep(folder: Path, name: str, finished: Finished) -> None:
    """Write a finished run and drop the unfinished one."""
    columns = {f"column_{key}": values for key, values in finished.columns.items()}
    verdict = {"verdict": np.array(finished.verdict)}
    _write(_path(folder, name), {**_arrays(finished.run), **columns, **verdict})
    _part(folder, name).unlink(missing_ok=True)


def read(folder: Path, name: str) -> Finished:
    """The finished run called `name`. Raises InputError if it cannot be read."""
    path = _path(folder, name)
    arrays = read_arrays(path, REMOVE)
    columns = {
        key.removeprefix("column_"): values
        for key, values in arrays.items()
        if key.startswith("column_")
    }
    return Finished(run=_run(path, arrays), columns=columns, verdict=str(arrays.get("verdict")))


def close(folder: Path, columns: Columns, theta: Array) -> None:
    """Write the table of all runs, then drop the files of single runs."""
    _write(folder / PARAMETERS, {"theta": theta})
    _write(folder / TABLE, columns)
    shutil.rmtree(folder / RUNS)


def load(folder: Path | str) -> Table:
    """The table of a sweep that is over. Raises InputError if it is not, or is damaged."""
    path = Path(folder)
    header = read_header(path)
    if not is_complete(path):
        raise InputError(f"{path}: the sweep is not over; run it again to let it go on")
    hint = "remove the folder to run it again"
    columns = read_arrays(path / TABLE, hint)
    arrays = read_arrays(path / PARAMETERS, hint)
    rows = np.size(columns.get("step", ()))
    _check(path / TABLE, columns, header.get("columns", {}), rows, hint)
    _check(path / PARAMETERS, arrays, ["theta"], rows, hint)
    return Table(header=header, columns=columns, theta=arrays["theta"])
