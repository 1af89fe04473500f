"""Reading networks and datasets of any number of inputs, with the rules of verify.formats.

A file whose points are single numbers is read by verify.formats itself, so that nothing
about d = 1 depends on this module. Every failure is an InputError of one line that
starts with the path.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from verify import arrays
from verify.formats import (
    DATASET_SUFFIXES,
    NETWORK_SUFFIXES,
    AnyPath,
    Notice,
    about,
    content_of,
    csv_number,
    json_object,
    known_suffix,
    labels,
    number,
    numbers,
    read_dataset,
    read_network,
    text_of,
)
from verify.model import Dataset, InputError, Network
from verify.space.model import SpaceDataset, SpaceNetwork, dataset, lifted, network

Pair = tuple[Network, Dataset] | tuple[SpaceNetwork, SpaceDataset]


def read_any_network(path: AnyPath) -> Network | SpaceNetwork:
    """The network in a .json, .npz, .pt or .pth file, whose w may be k rows of d numbers.

    JSON: w is a list of lists; NPZ: w has shape (k, d); torch: a state_dict of
    Sequential(Linear(d, k), ReLU(), Linear(k, 1)). Raises InputError.
    """
    with about(path):
        suffix = known_suffix(path, NETWORK_SUFFIXES)
        values = _network_values(content_of(Path(path)), suffix)
        if _is_table(values["w"]):
            rows = _rows(values["w"], "w")
            b, a = (numbers(values[name], name) for name in ("b", "a"))
            return network(w=rows, b=b, a=a, c=number(values["c"], "c"))
    return read_network(path)


def read_any_dataset(path: AnyPath, notice: Notice | None = None) -> Dataset | SpaceDataset:
    """The dataset in a .csv, .json or .npz file, whose x may be n rows of d numbers.

    CSV: the header x1,..,xd,y; JSON: x is a list of lists; NPZ: x has shape (n, d).
    Labels are read as by `read_dataset`. Raises InputError.
    """
    with about(path) as name:
        suffix = known_suffix(path, DATASET_SUFFIXES)
        found = _points(content_of(Path(path)), suffix)
        if found is not None:
            x, y, places = found
            is_zero_one = 0 in y and set(y) <= {0, 1}
            data = dataset(x=x, y=labels(y, places, is_zero_one=is_zero_one))
            if is_zero_one and notice is not None:
                notice(f"{name}: labels 0 and 1 are read as -1 and 1")
            return data
    return read_dataset(path, notice=notice)


def read_pair(network_path: AnyPath, data_path: AnyPath, notice: Notice | None = None) -> Pair:
    """A network and a dataset with equally many inputs; InputError otherwise.

    A network without neurons suits data of any d.
    """
    found, data = read_any_network(network_path), read_any_dataset(data_path, notice)
    if isinstance(data, SpaceDataset):
        return lifted(found, data.d), data
    if isinstance(found, SpaceNetwork):
        told = f"the network takes {found.d} inputs and the data have one coordinate"
        raise InputError(f"{told}; they must be equal in number")
    return found, data


def _network_values(content: bytes, suffix: str) -> dict[str, Any]:
    if suffix == ".json":
        return json_object(content, ("w", "b", "a", "c"))
    if suffix == ".npz":
        return arrays.read_npz(content, lists=("b", "a"), scalars=("c",), tables=("w",))
    return arrays.read_torch(content, suffix, any_d=True)


def _is_table(values: object) -> bool:
    return isinstance(values, list) and any(isinstance(row, list) for row in values)


def _rows(values: Sequence[object], name: str) -> list[list[Fraction]]:
    arrays.check_count(sum(len(row) for row in values if isinstance(row, list)), name)
    return [numbers(row, f"{name}[{index}]") for index, row in enumerate(values)]


def _points(
    content: bytes, suffix: str
) -> tuple[list[list[Fraction]], list[Fraction], list[str]] | None:
    """x by rows, y, and the place of each y in the file; None where x is a plain list."""
    if suffix == ".csv":
        return _csv_points(text_of(content))
    if suffix == ".json":
        values = json_object(content, ("x", "y"))
    else:
        values = arrays.read_npz(content, lists=("y",), scalars=(), tables=("x",))
    if not _is_table(values["x"]):
        return None
    y = numbers(values["y"], "y")
    return _rows(values["x"], "x"), y, [f"y[{index}]" for index in range(len(y))]


def _csv_points(text: str) -> tuple[list[list[Fraction]], list[Fraction], list[str]] | None:
    lines = _csv_lines(text)
    _, header = next(lines, (0, []))
    names = [f"x{index}" for index in range(1, len(header))] + ["y"]
    if len(header) < 2 or (len(header) == 2 and header != names):
        return None
    if header != names:
        raise InputError(f"the header is {','.join(header)!r:.60}; x,y or x1,x2,..,y is needed")
    arrays.check_count(text.count(","), "the file")
    rows, places = [], []
    for line, cells in lines:
        if len(cells) != len(names):
            raise InputError(f"line {line} has {len(cells)} columns; {','.join(names)} are needed")
        pairs = zip(cells, names, strict=True)
        rows.append([csv_number(cell, f"line {line}: {name}") for cell, name in pairs])
        places.append(f"line {line}: y")
    return [row[:-1] for row in rows], [row[-1] for row in rows], places


def _csv_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) for each line that is not blank."""
    for line, row in enumerate(io.StringIO(text, newline=None), start=1):
        cells = [cell.strip() for cell in row.split(",")]
        if cells != [""]:
            yield line, cells
