"""Reading and writing networks and datasets, exactly.

A network is a .json, .npz, .pt or .pth file, a dataset a .csv, .json or .npz
file. A JSON number and a CSV decimal mean the float64 nearest to them, exactly
from there on; a JSON string and a CSV `p/q` are the exact rationals that they
spell. Writing uses a plain number for what float64 holds and `p/q` for the
rest, so that every round trip is exact.

Every failure is an InputError of one line that starts with the path.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

from verify import arrays
from verify.arrays import MAX_BYTES, Entry
from verify.model import Dataset, InputError, Network, exact

AnyPath = str | os.PathLike[str]
Notice = Callable[[str], object]

MAX_DIGITS = 4300
"""Most digits in a run that are read or written: Python's own default limit."""

_TOO_LONG = 10**MAX_DIGITS

NETWORK_SUFFIXES = (".json", ".npz", ".pt", ".pth")
DATASET_SUFFIXES = (".csv", ".json", ".npz")


def read_network(path: AnyPath) -> Network:
    """The network in a .json, .npz, .pt or .pth file.

    JSON: `{"w": [..], "b": [..], "a": [..], "c": ..}`, each entry a number or a
    string such as "1/3". NPZ: arrays of those names, of floats, integers (both
    exact) or strings. Torch: a state_dict of Sequential(Linear(1, k), ReLU(),
    Linear(k, 1)). Raises InputError.
    """
    with about(path):
        suffix = known_suffix(path, NETWORK_SUFFIXES)
        content = content_of(Path(path))
        if suffix == ".json":
            values = json_object(content, ("w", "b", "a", "c"))
        elif suffix == ".npz":
            values = arrays.read_npz(content, lists=("w", "b", "a"), scalars=("c",))
        else:
            values = arrays.read_torch(content, suffix)
        w, b, a = (numbers(values[name], name) for name in ("w", "b", "a"))
        return Network(w=w, b=b, a=a, c=number(values["c"], "c"))


def read_dataset(path: AnyPath, notice: Notice | None = None) -> Dataset:
    """The dataset in a .csv (header `x,y`), .json (`{"x": [..], "y": [..]}`) or .npz file.

    Labels are -1 and 1; labels 0 and 1 with at least one 0 are read as -1 and 1,
    and `notice` is then called with one line that says so. Raises InputError.
    """
    with about(path) as name:
        suffix = known_suffix(path, DATASET_SUFFIXES)
        x, y, places = _columns(content_of(Path(path)), suffix)
        is_zero_one = 0 in y and set(y) <= {0, 1}
        data = Dataset(x=x, y=labels(y, places, is_zero_one=is_zero_one))
    if is_zero_one and notice is not None:
        notice(f"{name}: labels 0 and 1 are read as -1 and 1")
    return data


def write_network(network: Network, path: AnyPath) -> None:
    """Write a network that `read_network` reads back exactly; atomic.

    Raises InputError, also for what the format cannot hold: an entry of more
    than MAX_DIGITS digits, or in a torch file one that is no float64.
    """
    with about(path):
        suffix = known_suffix(path, NETWORK_SUFFIXES)
        values: dict[str, Any] = {
            name: _entries(getattr(network, name), name) for name in ("w", "b", "a")
        }
        values["c"] = _entry(network.c, "c")
        if suffix == ".json":
            content = (json.dumps(values) + "\n").encode()
        elif suffix == ".npz":
            content = arrays.npz_bytes(values)
        else:
            content = arrays.torch_bytes(values, suffix)
        _check_size(len(content))
    write_atomically(path, content)


def write_dataset(data: Dataset, path: AnyPath) -> None:
    """Write a dataset that `read_dataset` reads back exactly; atomic. Raises InputError."""
    with about(path):
        suffix = known_suffix(path, DATASET_SUFFIXES)
        x = _entries(data.x, "x")
        if suffix == ".npz":
            content = arrays.npz_bytes({"x": x, "y": [float(label) for label in data.y]})
        elif suffix == ".json":
            content = (json.dumps({"x": x, "y": data.y}) + "\n").encode()
        else:
            rows = [f"{at},{label}\n" for at, label in zip(x, data.y, strict=True)]
            content = "".join(["x,y\n", *rows]).encode()
        _check_size(len(content))
    write_atomically(path, content)


def write_atomically(path: AnyPath, content: str | bytes) -> None:
    """Write a whole file or leave what was there; text is written as UTF-8, as it stands.

    The new content is written beside the file and moved over it. A link is
    followed; a device or a pipe is refused. Raises InputError.
    """
    with about(path):
        target = Path(path).resolve()
        if target.is_symlink():
            raise InputError("is a loop of links; a path to a file is needed")
        if target.exists() and not target.is_file():
            raise InputError("is not a regular file; it cannot be replaced")
        temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            with temporary.open("xb") as stream:
                stream.write(content.encode() if isinstance(content, str) else content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def about(path: AnyPath) -> Iterator[str]:
    """Say every failure in one line that starts with the path; yields that start."""
    name = str(path) if str(path).isprintable() else repr(str(path))
    try:
        yield name
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    except RecursionError:
        raise InputError(f"{name}: the content is nested too deeply") from None
    except (OSError, RuntimeError, ValueError) as error:
        # A loop of links raises RuntimeError, an impossible file name ValueError.
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name}: {' '.join(reason.split())}") from None


def known_suffix(path: AnyPath, known: Sequence[str]) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in known:
        raise InputError(f"the suffix {suffix!r} is not one of {', '.join(known)}")
    return suffix


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise InputError(f"the file has {size} bytes; at most {MAX_BYTES} (64 MiB) are allowed")


def content_of(file: Path) -> bytes:
    """The bytes of a regular file, after a look at its size."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InputError("is not a regular file")
    _check_size(status.st_size)
    if status.st_size == 0:
        raise InputError("the file is empty")
    return file.read_bytes()


def text_of(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"the file is not UTF-8 text (byte {error.start})") from None


def number(value: object, where: str) -> Fraction:
    """The exact number behind an entry of a file. Raises InputError naming `where`."""
    if isinstance(value, float) and not math.isfinite(value):
        hint = 'a finite float64, or a string such as "1/3", is needed'
        raise InputError(f"{where} is {value}, or beyond the range of float64; {hint}")
    if isinstance(value, str):
        runs = re.findall(r"\d+", value.replace("_", ""))
        if max(map(len, runs), default=0) > MAX_DIGITS:
            raise InputError(f"{where} has more than {MAX_DIGITS} digits in a row")
    return exact(value, where)


def numbers(values: object, name: str) -> list[Fraction]:
    if not isinstance(values, list):
        raise InputError(f"{name} is {values!r:.60}; a list of numbers is needed")
    arrays.check_count(len(values), name)
    return [number(value, f"{name}[{index}]") for index, value in enumerate(values)]


def _entry(value: Fraction, where: str) -> Entry:
    """The float that equals `value`, else the string "p/q". Raises InputError."""
    with suppress(OverflowError):
        if Fraction(nearest := float(value)) == value:
            return nearest
    if max(abs(value.numerator), value.denominator) >= _TOO_LONG:
        raise InputError(f"{where} has more than {MAX_DIGITS} digits in a row")
    return f"{value.numerator}/{value.denominator}"


def _entries(values: Sequence[Fraction], name: str) -> list[Entry]:
    return [_entry(value, f"{name}[{index}]") for index, value in enumerate(values)]


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"the key {twice!r:.60} occurs twice")
    return values


def json_object(content: bytes, keys: Sequence[str]) -> dict[str, Any]:
    """The JSON object in `content`, every number in it read as a float, with exactly `keys`."""
    try:
        values = json.loads(text_of(content), parse_int=float, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error}") from None
    if not isinstance(values, dict):
        raise InputError(f"not a JSON object; one with the keys {', '.join(keys)} is needed")
    arrays.check_names(list(values), keys, "key")
    return values


def _columns(content: bytes, suffix: str) -> tuple[list[Fraction], list[Fraction], list[str]]:
    """x, y and the place of each y in the file, for messages."""
    if suffix == ".csv":
        rows = list(_csv_rows(text_of(content)))
        places = [f"line {line}: y" for line, _, _ in rows]
        return [x for _, x, _ in rows], [y for _, _, y in rows], places
    if suffix == ".json":
        values = json_object(content, ("x", "y"))
    else:
        values = arrays.read_npz(content, lists=("x", "y"), scalars=())
    x, y = numbers(values["x"], "x"), numbers(values["y"], "y")
    return x, y, [f"y[{index}]" for index in range(len(y))]


def _csv_rows(text: str) -> Iterator[tuple[int, Fraction, Fraction]]:
    """(line number, x, y) for each line below the header; blank lines are skipped."""
    arrays.check_count(max(text.count("\n"), text.count("\r")) - 1, "the file")
    is_header = True
    for line, row in enumerate(io.StringIO(text, newline=None), start=1):
        cells = [cell.strip() for cell in row.split(",")]
        if cells == [""]:
            continue
        if is_header:
            if cells != ["x", "y"]:
                raise InputError(f"line {line} is {row.strip()!r:.60}; the header x,y is needed")
            is_header = False
            continue
        if len(cells) != 2:
            raise InputError(f"line {line} has {len(cells)} columns; x,y are two")
        x, y = (csv_number(c, f"line {line}: {name}") for c, name in zip(cells, "xy", strict=True))
        yield line, x, y
    if is_header:
        raise InputError("the file is blank; the header x,y is needed")


def csv_number(text: str, where: str) -> Fraction:
    """A CSV decimal at its nearest float64, or the exact rational p/q. Raises InputError."""
    if "/" in text:
        return number(re.sub(r"\s*/\s*", "/", text), where)
    # float() alone would also take "nan", "1_000" and digits of other scripts.
    try:
        value = float(text if set(text) <= set("0123456789+-.eE") else "none")
    except ValueError:
        message = f"{where} is {text!r:.60}; a decimal number or p/q is needed"
        raise InputError(message) from None
    return number(value, where)


def labels(y: Sequence[Fraction], places: Sequence[str], *, is_zero_one: bool) -> list[int]:
    """Labels -1 and 1. Raises InputError naming the place of the first other one."""
    if is_zero_one:
        return [2 * int(label) - 1 for label in y]
    for label, place in zip(y, places, strict=True):
        if label not in (-1, 1):
            entry = _entry(label, place)
            shown = entry if isinstance(entry, str) else f"{entry:g}"
            hint = "labels are -1 and 1, or 0 and 1 throughout"
            raise InputError(f"{place} is {shown:.60}; {hint}")
    return [int(label) for label in y]
