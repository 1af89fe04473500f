"""The binary containers of a network or a dataset: NPZ archives and torch state dictionaries.

This room turns bytes into plain Python numbers and strings, and back; what the
numbers mean is said in `verify.formats`. Nothing is unpickled, and nothing is
unpacked before its size is known.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from verify.model import InputError

Entry = float | str
"""A number in a file: a float stands for its exact binary value, a string spells a rational."""

MAX_BYTES = 64 * 2**20
"""Largest file, and largest unpacked archive, that is read (64 MiB)."""

MAX_ENTRIES = 4_000_000
"""Largest number of entries in one list: an exact rational takes about 100 bytes of memory."""


def check_count(count: int, name: str) -> None:
    """Raises InputError if a list of `count` entries is too long to be read."""
    if count > MAX_ENTRIES:
        raise InputError(f"{name} has {count} entries; at most {MAX_ENTRIES} are read")


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Whatever a foreign parser raises on garbage means that the input is bad."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(f"{what} ({reason:.100})") from None


def _open_zip(content: bytes, what: str) -> zipfile.ZipFile:
    """The archive in `content`, whose directory promises at most MAX_BYTES."""
    with _readable(f"the file is not {what}"):
        archive = zipfile.ZipFile(io.BytesIO(content))
    size = sum(member.file_size for member in archive.infolist())
    if size > MAX_BYTES:
        raise InputError(f"the archive unpacks to {size} bytes; at most {MAX_BYTES} are read")
    return archive


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of one member, never more than its directory entry promised."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{member.filename!r} has a compression that numpy does not write")
    with archive.open(member) as stream:
        return stream.read(member.file_size + 1)


def check_names(found: Sequence[object], wanted: Sequence[str], noun: str) -> None:
    """Raises InputError unless `found` is a permutation of `wanted`."""
    extra = [name for name in found if name not in wanted]
    missing = [name for name in wanted if name not in found]
    if extra or missing or len(found) != len(wanted):
        odd = f"unknown {noun} {extra[0]!r:.60}" if extra else f"a duplicate {noun}"
        problem = f"{noun} {missing[0]!r} is missing" if missing else f"there is {odd}"
        raise InputError(f"{problem}; exactly {', '.join(wanted)} are needed")


def _parse_npy(content: bytes, name: str, most: int) -> NDArray[Any]:
    """The array in an .npy file, in at most 1 or 2 dimensions, without numpy's own allocation."""
    stream = io.BytesIO(content)
    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise InputError(f"{name} has .npy version {version}; 1.0 or 2.0 is needed")
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = header(stream)
    if dtype.kind not in "iufU" or (dtype.kind == "f" and dtype.itemsize > 8):
        hint = "float64, float32, integers or unicode strings are needed"
        raise InputError(f"{name} holds {dtype}; {hint}")
    if len(shape) > most:
        allowed = "one dimension is" if most == 1 else "two dimensions are"
        raise InputError(f"{name} has shape {shape}; at most {allowed} allowed")
    check_count(math.prod(shape), name)
    payload = content[stream.tell() :]
    if len(payload) != math.prod(shape) * dtype.itemsize:
        raise InputError(f"{name} is cut short or padded: its size does not match its shape")
    return np.frombuffer(payload, dtype=dtype).reshape(shape)


def read_npz(
    content: bytes, *, lists: Sequence[str], scalars: Sequence[str], tables: Sequence[str] = ()
) -> dict[str, Any]:
    """The named arrays of an NPZ archive as Python lists, and as numbers for `scalars`.

    Those of `tables` may have one dimension or two. Raises InputError for another set
    of names, objects (pickles), booleans, complex numbers, wrong shapes, and an
    archive that is broken or too large.
    """
    with _open_zip(content, "an NPZ archive") as archive:
        members = archive.infolist()
        names = [member.filename.removesuffix(".npy") for member in members]
        check_names(names, [*tables, *lists, *scalars], "array")
        values = {}
        for name, member in zip(names, members, strict=True):
            with _readable(f"{name} is not a readable array"):
                array = _parse_npy(_unpack(archive, member), name, 1 + (name in tables))
            is_list = name in lists or name in tables
            if array.ndim != is_list and not (name in tables and array.ndim == 2):
                needed = "shape (length,)" if is_list else "a single number, shape (),"
                raise InputError(f"{name} has shape {array.shape}; {needed} is needed")
            values[name] = array.tolist()
    return values


def _as_array(entries: Entry | Sequence[Entry], name: str) -> NDArray[Any]:
    """Float64 if every entry is a float, else strings that spell every entry exactly."""
    listed = [entries] if isinstance(entries, Entry) else entries
    shape = () if isinstance(entries, Entry) else (len(listed),)
    if all(isinstance(entry, float) for entry in listed):
        return np.array(listed, dtype=np.float64).reshape(shape)
    texts = [entry if isinstance(entry, str) else str(Fraction(entry)) for entry in listed]
    if 4 * len(texts) * max(map(len, texts)) > MAX_BYTES:
        raise InputError(f"{name} is too large for an NPZ archive of strings; write .json instead")
    return np.array(texts, dtype=np.str_).reshape(shape)


def npz_bytes(values: Mapping[str, Entry | Sequence[Entry]]) -> bytes:
    """An NPZ archive of the named numbers; the same numbers give the same bytes."""
    stream = io.BytesIO()
    arrays: dict[str, Any] = {name: _as_array(value, name) for name, value in values.items()}
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def _torch(suffix: str) -> Any:
    try:
        import torch
    except ImportError:
        message = f"a {suffix} file needs torch, which is not installed: pip install torch"
        raise InputError(message) from None
    return torch


def _shapes(k: int, d: int = 1) -> dict[str, tuple[int, ...]]:
    """The state_dict of nn.Sequential(Linear(d, k), ReLU(), Linear(k, 1))."""
    return {"0.weight": (k, d), "0.bias": (k,), "2.weight": (1, k), "2.bias": (1,)}


def _check_state(torch: Any, state: object, *, any_d: bool) -> dict[str, Any]:
    """The four tensors of a state_dict of the one architecture that is supported.

    The number of inputs is 1, or what the tensors say with `any_d`.
    """
    if not isinstance(state, Mapping):
        raise InputError("the file holds no state_dict; save model.state_dict()")
    check_names(list(state), list(_shapes(0)), "key")
    for name, tensor in state.items():
        if not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            raise InputError(f"{name} is not a tensor of floats")
        check_count(tensor.numel(), name)
    first = tuple(state["0.weight"].shape)
    d = first[1] if any_d and len(first) == 2 else 1
    for name, shape in _shapes(state["0.bias"].numel(), d).items():
        if (found := tuple(state[name].shape)) != shape:
            raise InputError(f"{name} has shape {found}; {shape} is needed")
    return dict(state)


def read_torch(content: bytes, suffix: str, *, any_d: bool = False) -> dict[str, Any]:
    """`w`, `b`, `a` as lists of floats and `c` as a float, from a torch state_dict.

    With `any_d` the network may have several inputs, and w is a list of rows. Raises
    InputError if torch is not installed, and for any other content.
    """
    torch = _torch(suffix)
    _open_zip(content, "a torch file (torch.save of a state_dict)").close()
    with _readable("the file is not a state_dict that torch reads with weights_only=True"):
        loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        state = _check_state(torch, loaded, any_d=any_d)
        w, b, a, c = (state[name].double().flatten().tolist() for name in _shapes(0))
        rows = state["0.weight"].double().tolist() if any_d else w
    return {"w": rows, "b": b, "a": a, "c": c[0]}


def torch_bytes(values: Mapping[str, Any], suffix: str) -> bytes:
    """The float64 state_dict of a network whose every entry is a float.

    Raises InputError if torch is not installed, or if an entry is a string.
    """
    torch = _torch(suffix)
    flat = {name: values[name] if name != "c" else [values[name]] for name in ("w", "b", "a", "c")}
    for name, entries in flat.items():
        for index, entry in enumerate(entries):
            if not isinstance(entry, float):
                where = "c" if name == "c" else f"{name}[{index}]"
                hint = f"no float64, so a {suffix} file cannot hold it; write .json or .npz"
                raise InputError(f"{where} is {hint}")
    shapes = _shapes(len(values["w"])).items()
    state = {
        key: torch.tensor(entries, dtype=torch.float64).reshape(shape)
        for (key, shape), entries in zip(shapes, flat.values(), strict=True)
    }
    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()
