"""Reading the truth f0, a network file or a CSV file with the header x,f0; held-out data."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from verify import arrays
from verify.formats import (
    Notice,
    about,
    content_of,
    csv_number,
    read_dataset,
    read_network,
    text_of,
)
from verify.model import Dataset, InputError


def shared(data: Dataset, holdout: Dataset) -> int:
    """How many held-out data are training data, too; equal ones as often as both hold them."""
    training, fresh = (Counter(zip(given.x, given.y, strict=True)) for given in (data, holdout))
    return (training & fresh).total()


def doubt(data: Dataset, holdout: Dataset) -> str:
    """A warning where each datum of the one is one of the other, too; "" elsewhere.

    That is no proof of a mistake: equal places with sure labels may repeat by chance.
    """
    if shared(data, holdout) < min(data.n, holdout.n):
        return ""
    told = "held-out datum is also a training datum" if holdout.n <= data.n else "training datum"
    more = "" if holdout.n <= data.n else " is also held out"
    return f"every {told}{more}: this holds only if the network has never seen the held-out labels"


def read_holdout(path: str, data: str, notice: Notice | None) -> Dataset:
    """The held-out data. Raises InputError, also where they are the training file itself."""
    with about(path):
        if Path(data).samefile(path):
            raise InputError(
                "is the training file; held-out labels that the network has never seen are needed"
            )
    return read_dataset(path, notice=notice)


def _rows(text: str) -> Iterator[tuple[int, Fraction, Fraction]]:
    """(line number, x, f0) below the header x,f0; blank lines are skipped."""
    arrays.check_count(text.count("\n"), "the file")
    lines = [
        (number, [cell.strip() for cell in line.split(",")])
        for number, line in enumerate(io.StringIO(text, newline=None), start=1)
        if line.strip()
    ]
    if not lines or lines[0][1] != ["x", "f0"]:
        raise InputError("the first line is not the header x,f0, which is needed")
    for number, cells in lines[1:]:
        if len(cells) != 2:
            raise InputError(f"line {number} has {len(cells)} columns; x,f0 are two")
        x, f0 = (
            csv_number(c, f"line {number}: {n}") for c, n in zip(cells, ("x", "f0"), strict=True)
        )
        yield number, x, f0


def _table(path: str) -> dict[Fraction, Fraction]:
    with about(path):
        known: dict[Fraction, Fraction] = {}
        for number, x, f0 in _rows(text_of(content_of(Path(path)))):
            if known.setdefault(x, f0) != f0:
                raise InputError(f"line {number}: f0 at this x differs from a line above")
        return known


def read_truth(path: str, data: Dataset) -> tuple[Fraction, ...]:
    """f0 at each datum, in the order of the data, from a .csv file or any network file.

    A CSV file needs a line for every x of the data. Raises InputError.
    """
    if Path(path).suffix.lower() != ".csv":
        truth = read_network(path)
        return tuple(truth(x) for x in data.x)
    known = _table(path)
    for j, x in enumerate(data.x):
        if x not in known:
            raise InputError(f"{path}: has no f0 at x[{j}] = {float(x):g} of the data")
    return tuple(known[x] for x in data.x)
