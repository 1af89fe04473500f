"""Files: exact round trips, every kind of bad input in one line, and atomic writes."""

import builtins
import io
import json
import os
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from verify import arrays
from verify.formats import (
    MAX_DIGITS,
    read_dataset,
    read_network,
    write_atomically,
    write_dataset,
    write_network,
)
from verify.model import Dataset, InputError, Network

GOOD = {"w": [1.0, -2.0], "b": [0.5, 0.25], "a": [1.0, 3.0], "c": -1.0}
NAN, INF = float("nan"), float("inf")

floats = st.floats(allow_nan=False, allow_infinity=False).map(Fraction)
numbers = st.one_of(
    floats,
    st.fractions(),
    st.integers(-(10**330), 10**330).map(Fraction),
    st.builds(Fraction, st.integers(), st.integers(1, 10**330)),
    st.sampled_from([-0.0, 5e-324, -2.2e-308, 1.7976931348623157e308, 0.1]).map(Fraction),
)
neurons = st.lists(st.tuples(numbers, numbers, numbers), max_size=4)
points = st.lists(st.tuples(numbers, st.sampled_from([-1, 1])), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


def _network(rows: list[tuple[Fraction, ...]], c: Fraction) -> Network:
    w, b, a = ([row[i] for row in rows] for i in range(3))
    return Network(w=w, b=b, a=a, c=c)


def _refusal(read: Callable[[Path], object], path: Path) -> str:
    """The one line with which `read` refuses the file, without the path in front."""
    with pytest.raises(InputError) as caught:
        read(path)
    line = str(caught.value)
    assert len(line.splitlines()) == 1
    assert len(line) < 400 + len(str(path))
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


def _put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _npz(path: Path, **values: Any) -> Path:
    stream = io.BytesIO()
    np.savez(stream, **{name: np.asarray(value) for name, value in values.items()})
    return _put(path, stream.getvalue())


# Round trips


@pytest.mark.parametrize("suffix", [".json", ".npz"])
@given(rows=neurons, c=numbers)
@example(rows=[], c=Fraction(0))
@example(rows=[(Fraction(2**53 + 1), Fraction(1, 3), Fraction(10**400))], c=Fraction(0.1))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_network_comes_back_exactly(
    folder: Path, suffix: str, rows: list[tuple[Fraction, ...]], c: Fraction
) -> None:
    network = _network(rows, c)
    write_network(network, folder / f"net{suffix}")
    assert read_network(folder / f"net{suffix}") == network


@pytest.mark.parametrize("suffix", [".json", ".npz", ".csv"])
@given(rows=points)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_dataset_comes_back_exactly(
    folder: Path, suffix: str, rows: list[tuple[Fraction, int]]
) -> None:
    data = Dataset(x=[x for x, _ in rows], y=[y for _, y in rows])
    said: list[str] = []
    write_dataset(data, folder / f"data{suffix}")
    assert read_dataset(folder / f"data{suffix}", said.append) == data
    assert said == []


def test_floats_are_written_as_numbers_and_other_rationals_as_text(tmp_path: Path) -> None:
    network = Network(w=[0.1, "1/3"], b=[5e-324, 2**53 + 1], a=[1, 10**309], c="-2/7")
    write_network(network, tmp_path / "n.json")
    assert json.loads((tmp_path / "n.json").read_text()) == {
        "w": [0.1, "1/3"],
        "b": [5e-324, "9007199254740993/1"],
        "a": [1.0, f"{10**309}/1"],
        "c": "-2/7",
    }
    write_dataset(Dataset(x=[0.1, "1/10"], y=[1, -1]), tmp_path / "d.csv")
    assert (tmp_path / "d.csv").read_bytes() == b"x,y\n0.1,1\n1/10,-1\n"
    write_network(network, tmp_path / "n.npz")
    with np.load(tmp_path / "n.npz") as stored:
        assert stored["w"].dtype.kind == "U"
        assert stored["w"].tolist() == [str(Fraction(0.1)), "1/3"]
        assert stored["c"].shape == ()
    write_network(Network(**GOOD), tmp_path / "n.npz")
    with np.load(tmp_path / "n.npz") as stored:
        assert {stored[name].dtype for name in "wbac"} == {np.dtype(np.float64)}


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        write_network(Network(**GOOD), tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


# What a number means


def test_a_json_number_is_its_nearest_float_and_a_string_is_exact(tmp_path: Path) -> None:
    text = '{"w": [0.1, "0.1", "1/3"], "b": [9007199254740993, "9007199254740993", 1e2],'
    text += ' "a": [1e-400, "1e-400", -0.0], "c": "1e400"}'
    network = read_network(_put(tmp_path / "n.json", text))
    assert network.w == (Fraction(0.1), Fraction(1, 10), Fraction(1, 3))
    assert network.b == (2**53, 2**53 + 1, 100)
    assert network.a == (0, Fraction(1, 10**400), 0)
    assert network.c == 10**400


def test_a_csv_decimal_is_its_nearest_float_and_a_quotient_is_exact(tmp_path: Path) -> None:
    text = "x,y\n0.1,1\n1/10,-1\n9007199254740993,1\n9007199254740993/1,1\n+.5E1,-1.0\n"
    data = read_dataset(_put(tmp_path / "d.csv", text))
    assert data.x == (Fraction(0.1), Fraction(1, 10), 2**53, 2**53 + 1, 5)
    assert data.y == (1, -1, 1, 1, -1)


def test_npz_holds_floats_integers_and_strings(tmp_path: Path) -> None:
    values = {
        "w": np.array([0.1, 2], dtype=np.float32),
        "b": np.array([2**53 + 1, -3]),
        "a": np.array(["1/3", "0.1"]),
        "c": np.array(0.1, dtype=">f8"),
    }
    network = read_network(_npz(tmp_path / "n.npz", **values))
    assert network.w == (Fraction(float(np.float32(0.1))), 2)
    assert network.b == (2**53 + 1, -3)
    assert network.a == (Fraction(1, 3), Fraction(1, 10))
    assert network.c == Fraction(0.1)
    np.savez_compressed(tmp_path / "z.npz", **values)
    assert read_network(tmp_path / "z.npz") == network


def test_a_tidy_reader_is_tolerant(tmp_path: Path) -> None:
    text = "\ufeff\r\n x , y \r\n\r\n 1 , -1 \r\n 1 / 4,+1\r\r\n-2.5e0 ,1"
    data = read_dataset(_put(tmp_path / "D.CSV", text))
    assert (data.x, data.y) == ((1, Fraction(1, 4), Fraction(-5, 2)), (-1, 1, 1))
    assert read_dataset(_put(tmp_path / "d.json", '\ufeff{"y": [1], "x": [2]}')).x == (2,)


# Labels


@pytest.mark.parametrize(
    ("labels", "expected", "is_said"),
    [
        ([0, 1, 0], (-1, 1, -1), True),
        ([0, 0], (-1, -1), True),
        ([1, 1], (1, 1), False),
        ([-1, 1], (-1, 1), False),
    ],
)
def test_zero_and_one_are_mapped_and_said(
    tmp_path: Path, labels: list[int], expected: tuple[int, ...], is_said: bool
) -> None:
    x = list(range(len(labels)))
    rows = "".join(f"{at},{label}\n" for at, label in zip(x, labels, strict=True))
    paths = [
        _put(tmp_path / "d.csv", f"x,y\n{rows}"),
        _put(tmp_path / "d.json", json.dumps({"x": x, "y": labels})),
        _npz(tmp_path / "d.npz", x=x, y=labels),
    ]
    for path in paths:
        said: list[str] = []
        assert read_dataset(path, said.append).y == expected
        assert read_dataset(path).y == expected
        assert said == [f"{path}: labels 0 and 1 are read as -1 and 1"] * is_said


@pytest.mark.parametrize(
    ("labels", "place", "shown"),
    [
        ("1 2 1", 1, "2"),
        ("0 1 2", 0, "0"),
        ("-1 0 1", 1, "0"),
        ("1 1 1/2", 2, "0.5"),
        ("1 1/3", 1, "1/3"),
    ],
)
def test_another_label_is_refused_where_it_stands(
    tmp_path: Path, labels: str, place: int, shown: str
) -> None:
    cells = labels.split()
    rows = "".join(f"0,{cell}\n" for cell in cells)
    line = _refusal(read_dataset, _put(tmp_path / "d.csv", f"x,y\n\n{rows}"))
    expected = f"is {shown}; labels are -1 and 1, or 0 and 1 throughout"
    assert line == f"line {place + 3}: y {expected}"
    content = json.dumps({"x": [0] * len(cells), "y": cells})
    assert _refusal(read_dataset, _put(tmp_path / "d.json", content)) == f"y[{place}] {expected}"


# Bad content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"w": [1, NaN], "b": [0, 0], "a": [1, 1], "c": 0}', "w[1] is nan"),
        ('{"w": [1], "b": [Infinity], "a": [1], "c": 0}', "b[0] is inf"),
        ('{"w": [1], "b": [0], "a": [-1e400], "c": 0}', "a[0] is -inf"),
        ('{"w": [1], "b": [0], "a": [1], "c": 1' + "0" * 5000 + "}", "c is inf"),
        ('{"w": [true], "b": [0], "a": [1], "c": 0}', "w[0] is True"),
        ('{"w": [1], "b": [null], "a": [1], "c": 0}', "b[0] is None"),
        ('{"w": [1], "b": [0], "a": [[1]], "c": 0}', "a[0] is [1.0]"),
        ('{"w": [1], "b": [0], "a": [1], "c": [0]}', "c is [0.0]"),
        ('{"w": [1], "b": [0], "a": [{"p": 1}], "c": 0}', "a[0] is {'p'"),
        ('{"w": ["nan"], "b": [0], "a": [1], "c": 0}', "w[0] is 'nan'"),
        ('{"w": ["1/0"], "b": [0], "a": [1], "c": 0}', "w[0] is '1/0'; its denominator is zero"),
        ('{"w": ["1\\n2"], "b": [0], "a": [1], "c": 0}', "w[0] is '1\\n2'"),
        ('{"w": ["1e999999999"], "b": [0], "a": [1], "c": 0}', "w[0] is '1e999999999'"),
        ('{"w": ["' + "7" * 4301 + '"], "b": [0], "a": [1], "c": 0}', "w[0] has more than 4300"),
        ('{"w": 3, "b": [0], "a": [1], "c": 0}', "w is 3.0; a list of numbers"),
        ('{"w": "12", "b": [0], "a": [1], "c": 0}', "w is '12'; a list of numbers"),
        ('{"w": [1], "b": [0, 1], "a": [1], "c": 0}', "w, b and a have lengths 1, 2 and 1"),
        ('{"w": [1], "b": [0], "a": [1]}', "key 'c' is missing"),
        ('{"w": [1], "b": [0], "a": [1], "c": 0, "d": 0}', "there is unknown key 'd'"),
        ('{"w": [1], "w": [1], "b": [0], "a": [1], "c": 0}', "the key 'w' occurs twice"),
        ("[1, 2]", "not a JSON object"),
        ('{"w": [1], "b": [0', "not valid JSON"),
        ('{"w": [1]} and more', "not valid JSON"),
        ("   ", "not valid JSON"),
        ("[" * 200_000, "the content is nested too deeply"),
    ],
)
def test_a_bad_network_is_refused_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    line = _refusal(read_network, _put(tmp_path / "n.json", text))
    assert line.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5,1\n1,-1\n", "line 1 is '0.5,1'; the header x,y is needed"),
        ("\n\nX;Y\n0.5;1\n", "line 3 is 'X;Y'; the header x,y is needed"),
        ("y,x\n1,1\n", "line 1 is 'y,x'"),
        ("x,y,z\n1,1,1\n", "line 1 is 'x,y,z'"),
        ("x,y\n1,1\n\n1,1,1\n", "line 4 has 3 columns; x,y are two"),
        ("x,y\r\n1\r\n", "line 2 has 1 columns"),
        ("x,y\n1,1,\n", "line 2 has 3 columns"),
        ("x,y\nred,1\n", "line 2: x is 'red'; a decimal number or p/q is needed"),
        ("x,y\n,1\n", "line 2: x is ''"),
        ("x,y\n1,\n", "line 2: y is ''"),
        ("x,y\nnan,1\n", "line 2: x is 'nan'"),
        ("x,y\n1,1\ninf,1\n", "line 3: x is 'inf'"),
        ("x,y\n1e400,1\n", "line 2: x is inf, or beyond the range of float64"),
        ("x,y\n1_0,1\n", "line 2: x is '1_0'"),
        ("x,y\n٣,1\n", "line 2: x is '٣'"),
        ("x,y\n1/0,1\n", "line 2: x is '1/0'; its denominator is zero"),
        ("x,y\n1/2/3,1\n", "line 2: x is '1/2/3'"),
        ("x,y\n" + "7" * 4301 + "/3,1\n", "line 2: x has more than 4300 digits in a row"),
        ("x,y\n1,1/" + "7" * 4300 + "\n", "line 2: y is 1/777"),
        ("x,y\n", "the dataset is empty"),
        (" \n\n", "the file is blank; the header x,y is needed"),
    ],
)
def test_a_bad_csv_is_refused_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    assert _refusal(read_dataset, _put(tmp_path / "d.csv", text)).startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"x": [1, 2], "y": [1]}', "x has 2 entries and y has 1"),
        ('{"x": [], "y": []}', "the dataset is empty"),
        ('{"x": [1]}', "key 'y' is missing"),
        ('{"x": [1], "y": [true]}', "y[0] is True"),
        ('{"x": [1], "y": ["1e5000"]}', "y[0] has more than 4300 digits"),
    ],
)
def test_a_bad_json_dataset_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    assert _refusal(read_dataset, _put(tmp_path / "d.json", text)).startswith(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"w": [1.0, NAN]}, "w[1] is nan"),
        ({"c": INF}, "c is inf"),
        ({"w": [True, False]}, "w holds bool"),
        ({"w": [1j, 0]}, "w holds complex128"),
        ({"w": [b"1", b"2"]}, "w holds |S1"),
        ({"w": np.array([1, None], dtype=object)}, "w holds object"),
        ({"w": [[1.0, 2.0]]}, "w has shape (1, 2)"),
        ({"w": 1.0}, "w has shape (); shape (length,) is needed"),
        ({"c": [1.0]}, "c has shape (1,); a single number"),
        ({"w": ["1/3", "x"]}, "w[1] is 'x'"),
        ({"w": [1.0]}, "w, b and a have lengths 1, 2 and 2"),
        ({"d": 0.0}, "there is unknown array 'd'"),
    ],
)
def test_a_bad_npz_is_refused(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    path = _npz(tmp_path / "n.npz", **{**GOOD, **changes})
    assert _refusal(read_network, path).startswith(expected)


def _npy(header: str, payload: bytes = b"", *, version: bytes = b"\x01\x00") -> bytes:
    text = header.encode()
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + payload


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (b"", "w is not a readable array"),
        (b"\x93NUMPY", "w is not a readable array"),
        (_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", b"1"), "w is cut short"),
        (
            _npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}"),
            "w has 1000000000000 entries",
        ),
        (
            _npy("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000,)}"),
            "w has 1000000000 entries",
        ),
        (_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"), "w is cut short"),
        (_npy("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", bytes(16)), "w "),
        (_npy("__import__('os').abort()"), "w is not a readable array"),
        (_npy("{}", version=b"\x03\x00"), "w has .npy version (3, 0)"),
    ],
)
def test_a_forged_array_is_refused(tmp_path: Path, member: bytes, expected: str) -> None:
    path = _npz(tmp_path / "n.npz", b=0, a=0, c=0)
    with zipfile.ZipFile(path, "a") as archive:
        # The first array in the archive is the first that is looked at.
        rest = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {"w.npy": member, **rest}.items():
            archive.writestr(name, content)
    assert _refusal(read_network, path).startswith(expected)


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    path = tmp_path / "n.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "wbac":
            archive.writestr(f"{name}.npy", bytes(arrays.MAX_BYTES // 4 + 1))
    assert path.stat().st_size < arrays.MAX_BYTES // 100
    assert _refusal(read_network, path).startswith("the archive unpacks to ")


def test_a_lying_zip_directory_unpacks_no_more_than_it_says(tmp_path: Path) -> None:
    path, size = tmp_path / "n.npz", 30 * 10**6
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "wbac":
            archive.writestr(f"{name}.npy", bytes(size if name == "w" else 1))
    honest = size.to_bytes(4, "little")
    assert path.read_bytes().count(honest) == 2
    _put(path, path.read_bytes().replace(honest, (100).to_bytes(4, "little")))
    tracemalloc.start()
    try:
        line = _refusal(read_network, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert line.startswith("w is not a readable array")
    assert peak < size / 10


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_without_a_bound_is_refused(tmp_path: Path, method: int) -> None:
    path = tmp_path / "n.npz"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in "wbac":
            archive.writestr(f"{name}.npy", b"")
    assert "has a compression that numpy does not write" in _refusal(read_network, path)


def test_a_name_that_occurs_twice_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = _npz(tmp_path / "n.npz", **GOOD)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("w.npy", archive.read("w.npy"))
    assert _refusal(read_network, path).startswith("there is a duplicate array")


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MAX_ENTRIES", 2)
    three: dict[str, list[float]] = {"x": [1, 2, 3], "y": [1, 1, 1]}
    expected = "x has 3 entries; at most 2 are read"
    assert _refusal(read_dataset, _npz(tmp_path / "d.npz", **three)) == expected
    assert _refusal(read_dataset, _put(tmp_path / "d.json", json.dumps(three))) == expected
    for end in ("\n", "\r\n", "\r"):
        path = _put(tmp_path / "d.csv", end.join(["x,y", "1,1", "2,1", ""]))
        assert read_dataset(path).n == 2
        path = _put(tmp_path / "d.csv", end.join(["x,y", "1,1", "2,1", "3,1", ""]))
        assert _refusal(read_dataset, path) == "the file has 3 entries; at most 2 are read"


# Bad files

READERS = [
    *((read_network, suffix) for suffix in (".json", ".npz")),
    *((read_dataset, suffix) for suffix in (".csv", ".json", ".npz")),
]


@pytest.mark.parametrize(("read", "suffix"), READERS)
def test_a_bad_file_is_refused_in_one_line(
    tmp_path: Path, read: Callable[[Path], object], suffix: str
) -> None:
    path = tmp_path / f"file{suffix}"
    assert _refusal(read, path) == "No such file or directory"
    assert _refusal(read, _put(path, b"")) == "the file is empty"
    assert _refusal(read, path / f"below{suffix}") == "Not a directory"
    garbage = b"\x93\xff\x00PK" + np.random.default_rng(0).bytes(5000)
    expected = "the file is not an NPZ archive" if suffix == ".npz" else "the file is not UTF-8"
    assert _refusal(read, _put(path, garbage)).startswith(expected)
    path.unlink()
    path.mkdir()
    assert _refusal(read, path) == "is not a regular file"


@pytest.mark.parametrize(("read", "suffix"), READERS)
def test_a_huge_file_is_refused_unread(
    tmp_path: Path, read: Callable[[Path], object], suffix: str
) -> None:
    path = tmp_path / f"file{suffix}"
    with path.open("wb") as stream:
        stream.truncate(200 * 2**20)
    start = time.perf_counter()
    expected = "the file has 209715200 bytes; at most 67108864 (64 MiB) are allowed"
    assert _refusal(read, path) == expected
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(("read", "suffix"), READERS)
@given(content=st.binary(max_size=200), start=st.sampled_from([b"", b"x,y\n", b'{"x":', b"PK\3\4"]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_raises_nothing_but_an_input_error(
    folder: Path, read: Callable[[Path], object], suffix: str, content: bytes, start: bytes
) -> None:
    _refusal(read, _put(folder / f"garbage{suffix}", start + content))


@pytest.mark.parametrize("cut", range(0, 1000, 37))
def test_a_cut_archive_raises_nothing_but_an_input_error(tmp_path: Path, cut: int) -> None:
    content = _npz(tmp_path / "n.npz", **GOOD).read_bytes()
    _refusal(read_network, _put(tmp_path / "n.npz", content[: cut % len(content)]))


@pytest.mark.parametrize("name", ["net.txt", "net", "net.csv", ".json"])
def test_an_unknown_suffix_names_the_known_ones(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    expected = f"the suffix '{path.suffix}' is not one of .json, .npz, .pt, .pth"
    assert _refusal(read_network, path) == expected
    assert _refusal(lambda at: write_network(Network(**GOOD), at), path) == expected
    data = Dataset(x=[1], y=[1])
    assert "is not one of .csv, .json, .npz" in _refusal(
        lambda at: write_dataset(data, at), tmp_path / "d.pt"
    )


@pytest.mark.parametrize("name", ["a\nb.json", "a\0b.json", "\udcff\ud800.json"])
def test_an_odd_name_stays_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_network(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_loop_of_links_and_a_pipe_are_refused(tmp_path: Path) -> None:
    loop, pipe = tmp_path / "loop.json", tmp_path / "pipe.json"
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    for path in (loop, pipe):
        _refusal(read_network, path)
        _refusal(lambda at: write_network(Network(**GOOD), at), path)
    assert pipe.is_fifo()


# Writing


def test_a_number_with_too_many_digits_cannot_be_written(tmp_path: Path) -> None:
    largest = Fraction(10**MAX_DIGITS - 1, 10**MAX_DIGITS - 3)
    for suffix in (".json", ".npz"):
        path = tmp_path / f"n{suffix}"
        network = Network(w=[-largest], b=[largest], a=[1], c=largest)
        write_network(network, path)
        assert read_network(path) == network
        for value in (Fraction(10**MAX_DIGITS), Fraction(-1, 10**MAX_DIGITS)):
            longer = Network(w=[1], b=[0], a=[1], c=value)
            line = _refusal(lambda at, bad=longer: write_network(bad, at), path)
            assert line == "c has more than 4300 digits in a row"
        assert read_network(path) == network


def test_an_archive_of_strings_too_large_to_read_is_not_written(tmp_path: Path) -> None:
    data = Dataset(x=[Fraction(1, 10**4000), *range(5000)], y=[1] * 5001)
    line = _refusal(lambda at: write_dataset(data, at), tmp_path / "d.npz")
    assert line == "x is too large for an NPZ archive of strings; write .json instead"
    write_dataset(data, tmp_path / "d.json")
    assert read_dataset(tmp_path / "d.json") == data


def test_text_and_bytes_are_written_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, "é\r\nß\n")
    assert path.read_bytes() == "é\r\nß\n".encode()
    write_atomically(str(path), b"\xff\x00")
    assert path.read_bytes() == b"\xff\x00"
    assert list(tmp_path.iterdir()) == [path]


def test_a_written_file_has_the_usual_permissions_and_links_stay(tmp_path: Path) -> None:
    plain, link, file = tmp_path / "plain", tmp_path / "link", tmp_path / "file"
    plain.write_text("")
    link.symlink_to(file)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("broken", ["replace", "open"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = _put(tmp_path / "n.json", "old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, broken, fail)
        line = _refusal(lambda at: write_network(Network(**GOOD), at), path)
    assert line == "No space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _put(tmp_path / "file", "old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_place_is_refused(tmp_path: Path) -> None:
    _put(tmp_path / "file", "")
    places = {
        tmp_path / "missing" / "n.json": "No such file or directory",
        tmp_path / "file" / "n.json": "Not a directory",
        tmp_path: "is not a regular file; it cannot be replaced",
        tmp_path / ("n" * 300): "File name too long",
    }
    for path, expected in places.items():
        assert _refusal(lambda at: write_atomically(at, "text"), path) == expected


# Torch


def test_without_torch_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for suffix in (".pt", ".pth"):
        path = _put(tmp_path / f"n{suffix}", "anything")
        expected = f"a {suffix} file needs torch, which is not installed: pip install torch"
        assert _refusal(read_network, path) == expected
        assert _refusal(lambda at: write_network(Network(**GOOD), at), path) == expected


def test_torch_is_imported_only_for_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = builtins.__import__

    def guarded(name: str, *rest: Any, **named: Any) -> Any:
        assert name != "torch"
        return original(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", guarded)
    write_network(Network(**GOOD), tmp_path / "n.json")
    assert read_network(tmp_path / "n.json") == Network(**GOOD)
    with pytest.raises(AssertionError):
        write_network(Network(**GOOD), tmp_path / "n.pt")


def test_a_torch_model_is_read_as_the_function_that_it_is(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(1, 5), torch.nn.ReLU(), torch.nn.Linear(5, 1))
    path = tmp_path / "n.pt"
    torch.save(model.state_dict(), path)
    network = read_network(path)
    state = model.state_dict()
    assert network.k == 5
    assert network.w == tuple(Fraction(float(value)) for value in state["0.weight"][:, 0])
    for x in (-2.0, -0.25, 0.5, 3.0):
        value = model.double()(torch.tensor([[x]], dtype=torch.float64)).item()
        assert abs(float(network(x)) - value) < 1e-12


@pytest.mark.parametrize("suffix", [".pt", ".pth"])
def test_a_torch_round_trip_is_exact(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("torch")
    path = tmp_path / f"n{suffix}"
    networks = [
        Network(**GOOD),
        Network(w=[], b=[], a=[], c=0.1),
        Network(w=[5e-324, -0.1], b=[1.7e308, 0], a=[2**53, 0.3], c=-1),
    ]
    for network in networks:
        write_network(network, path)
        assert read_network(path) == network
    line = _refusal(lambda at: write_network(Network(w=[1], b=["1/3"], a=[1], c=0), at), path)
    assert line.startswith(f"b[0] is no float64, so a {suffix} file cannot hold it")
    assert read_network(path) == networks[-1]


def test_other_torch_content_is_refused(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    good = {
        "0.weight": torch.ones(2, 1),
        "0.bias": torch.zeros(2),
        "2.weight": torch.ones(1, 2),
        "2.bias": torch.zeros(1),
    }
    cases = [
        ({**good, "2.bias": torch.tensor([NAN])}, "c is nan"),
        ({**good, "0.weight": torch.ones(2, 3)}, "0.weight has shape (2, 3); (2, 1) is needed"),
        ({**good, "0.bias": torch.zeros(3)}, "0.weight has shape (2, 1); (3, 1) is needed"),
        ({**good, "0.bias": torch.zeros(2, dtype=torch.int64)}, "0.bias is not a tensor of floats"),
        ({**good, "0.bias": [0.0, 0.0]}, "0.bias is not a tensor of floats"),
        ({**good, "4.bias": torch.zeros(1)}, "there is unknown key '4.bias'"),
        ({"0.weight": torch.ones(2, 1)}, "key '0.bias' is missing"),
        ([1, 2], "the file holds no state_dict"),
        (torch.nn.Linear(1, 2), "the file is not a state_dict that torch reads"),
    ]
    path = tmp_path / "n.pt"
    for content, expected in cases:
        torch.save(content, path)
        assert _refusal(read_network, path).startswith(expected)
    for content in (b"garbage", b"PK\3\4 garbage", path.read_bytes()[:500]):
        line = _refusal(read_network, _put(path, content))
        assert line.startswith("the file is not a torch file")
