"""The shipped datasets and networks are what verify/data/README.md says."""

import csv
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from verify.data import REAL, RealExample, load
from verify.dynamics.descent import main
from verify.formats import read_network
from verify.model import Dataset, Network, data_on_kinks

HERE = REAL[0].data.parent
README = (HERE / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    python -m verify\.dynamics\.descent (.+)$", README, re.MULTILINE)
STANDARD = {"challenger": (70, 10), "texture": (20, 5)}

# The R packages list these launches by temperature: (degrees F, launches, with distress).
BY_TEMPERATURE = [
    *((53, 1, 1), (57, 1, 1), (58, 1, 1), (63, 1, 1), (66, 1, 0), (67, 3, 0), (68, 1, 0)),
    *((69, 1, 0), (70, 4, 2), (72, 1, 0), (73, 1, 0), (75, 2, 1), (76, 2, 0), (78, 1, 0)),
    *((79, 1, 0), (81, 1, 0)),
]

each_example = pytest.mark.parametrize("example", REAL, ids=lambda example: example.name)


def _raw(name: str) -> list[tuple[Fraction, int]]:
    with (HERE / f"{name}_raw.csv").open(encoding="utf-8", newline="") as stream:
        _, *rows = csv.reader(stream)
    return [(Fraction(value), int(label)) for value, label in rows]


def _hessian(network: Network, data: Dataset) -> NDArray[np.float64]:
    """Dense Hessian of the logistic loss in float64, block by block."""
    (w, b, a, c), (x, y) = network.floats(), data.floats()
    z = np.outer(x, w) + b
    active, hidden = (z > 0) * 1.0, np.maximum(z, 0)
    f = hidden @ a + c
    first, second = -y / (1 + np.exp(y * f)) / data.n, 1 / (2 + 2 * np.cosh(f)) / data.n
    jacobian = np.hstack([active * a * x[:, None], active * a, hidden, np.ones((data.n, 1))])
    hessian = jacobian.T @ (second[:, None] * jacobian)
    i = np.arange(network.k)
    for row, mixed in ((i, (first * x) @ active), (i + network.k, first @ active)):
        hessian[row, i + 2 * network.k] += mixed
        hessian[i + 2 * network.k, row] += mixed
    return hessian


def _table(name: str) -> list[float]:
    """The numbers in the row of README's second table."""
    (row,) = re.findall(rf"^\| {name} \| (0\.\d+ .+)\|$", README, re.MULTILINE)
    return [float(Fraction(number)) for number in re.findall(r"-?\d+(?:[./]\d+)?", row)]


def test_challenger_agrees_with_the_list_by_temperature() -> None:
    rows = _raw("challenger")
    counts = [
        (t, sum(value == t for value, _ in rows), sum(label for value, label in rows if value == t))
        for t, _, _ in BY_TEMPERATURE
    ]
    assert counts == BY_TEMPERATURE
    assert len(rows) == 23
    assert rows[20] == (75, 1)  # the launch in which the two files of UCI differ


def test_texture_agrees_with_the_sums_of_the_file_at_uci() -> None:
    rows = _raw("texture")
    assert len(rows) == 569
    assert sum(value for value, _ in rows) == Fraction("10975.81")
    assert sum(value for value, label in rows if label) == Fraction("4580.24")
    assert sum(label for _, label in rows) == 212
    assert (min(rows)[0], max(rows)[0]) == (Fraction("9.71"), Fraction("39.28"))


@each_example
def test_standardized_data_follow_from_the_raw_file(example: RealExample) -> None:
    _, data = load(example)
    shift, scale = STANDARD[example.name]
    raw = _raw(example.name)
    # Fraction to float rounds to nearest, so this is the float64 nearest to the formula's value.
    assert data.x == tuple(Fraction(float((value - shift) / scale)) for value, _ in raw)
    assert data.y == tuple(2 * label - 1 for _, label in raw)
    assert max(abs(x) for x in data.x) < 4
    assert f"(t - {shift})/{scale}" in README


@each_example
def test_both_classes_meet_at_some_point(example: RealExample) -> None:
    _, data = load(example)
    pairs = set(zip(data.x, data.y, strict=True))
    both = {x for x, _ in pairs if {(x, -1), (x, 1)} <= pairs}
    assert len(both) == {"challenger": 2, "texture": 31}[example.name]


@each_example
def test_no_datum_lies_on_a_kink(example: RealExample) -> None:
    network, data = load(example)
    assert data_on_kinks(network, data) == ()


@each_example
def test_the_networks_are_as_the_table_says(example: RealExample) -> None:
    network, data = load(example)
    (w, b, a, c), (x, y) = network.floats(), data.floats()
    f = np.maximum(np.outer(x, w) + b, 0) @ a + c
    loss = np.log1p(np.exp(-y * f)).mean()
    eigenvalues = np.linalg.eigvalsh(_hessian(network, data))
    found = [loss, np.mean(y * f <= 0), eigenvalues[-1], eigenvalues[0], 5, abs(f).max()]
    np.testing.assert_allclose(_table(example.name), found, rtol=1e-3)
    assert loss < 0.8 * np.log(2)
    assert eigenvalues[-1] < 2 / 0.4
    assert network.k == {"challenger": 20, "texture": 400}[example.name]


def test_each_network_has_its_command() -> None:
    assert len(COMMANDS) == len(REAL)
    for command, example in zip(COMMANDS, REAL, strict=True):
        data, _, network, *_ = command.split()
        assert Path(data).name == example.data.name
        assert Path(network).name == example.network.name


def _run(command: str, example: RealExample, output: Path, **changes: str) -> Network:
    _, _, _, *options = command.split()
    for name, value in changes.items():
        options[options.index(f"--{name}") + 1] = value
    assert main([str(example.data), "-o", str(output), *options]) == 0
    return read_network(output)


def test_the_command_makes_the_challenger_network_again(tmp_path: Path) -> None:
    again = _run(COMMANDS[0], REAL[0], tmp_path / "n.json")
    shipped, _ = load(REAL[0])
    for new, old in zip(again.floats(), shipped.floats(), strict=True):
        np.testing.assert_allclose(new, old, rtol=0, atol=1e-9)


def test_the_command_of_the_texture_network_starts_downhill(tmp_path: Path) -> None:
    network, data = load(REAL[1])
    x, y = data.floats()

    def loss(network: Network) -> float:
        w, b, a, c = network.floats()
        f = np.maximum(np.outer(x, w) + b, 0) @ a + c
        return float(np.log1p(np.exp(-y * f)).mean())

    start, later = (
        loss(_run(COMMANDS[1], REAL[1], tmp_path / "n.npz", steps=steps)) for steps in ("0", "40")
    )
    assert start > later > loss(network)


def test_the_files_are_small_and_named_in_the_readme() -> None:
    files = [path for path in HERE.iterdir() if path.suffix in {".csv", ".json", ".npz"}]
    assert len(files) == 9
    assert sum(path.stat().st_size for path in files) < 50_000
    named = set(re.findall(r"`(\w+\.(?:csv|json|npz))`", README)) | {
        Path(word).name for command in COMMANDS for word in command.split()
    }
    assert {path.name for path in files} <= named
