"""Training on R^d, and the shipped example that came of it."""

import csv
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import verify.data
from verify.ball import rational
from verify.model import InputError
from verify.space.descent import initial, loss_and_gradient, main, train
from verify.space.formats import read_pair
from verify.space.model import SpaceDataset
from verify.space.quantities import SpaceInstance, SpaceQuantities

HERE = Path(verify.data.__file__).parent
README = (HERE / "README.md").read_text(encoding="utf-8")
NETWORK, DATA = HERE / "masses2_net.json", HERE / "masses2.csv"


def test_the_gradient_is_that_of_finite_differences() -> None:
    draw = np.random.default_rng(3)
    x, y = draw.normal(size=(7, 3)), np.where(draw.random(7) < 0.5, 1.0, -1.0)
    parameters = initial(4, 3, seed=1)
    _, gradient = loss_and_gradient(parameters, x, y)
    for part, wanted in zip(range(4), gradient, strict=True):
        found = np.zeros(wanted.size)
        for index in range(wanted.size):
            sides = []
            for step in (1e-6, -1e-6):
                moved = [np.array(p, dtype=float) for p in parameters]
                moved[part].reshape(-1)[index] += step
                sides.append(loss_and_gradient(tuple(moved), x, y)[0])
            found[index] = (sides[0] - sides[1]) / 2e-6
        assert np.abs(found - wanted.reshape(-1)).max() < 1e-8


def test_training_lowers_the_loss_and_repeats_itself(tmp_path) -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(30, 2))
    y = np.where(x[:, 0] * x[:, 1] > 0, 1, -1)
    data = SpaceDataset(x=x.tolist(), y=y.tolist())
    one, other = (train(data, k=8, eta=0.5, steps=400, seed=2) for _ in range(2))
    assert one == other
    f = np.array([float(one(point)) for point in data.x])
    assert np.logaddexp(0, -y * f).mean() < 0.5
    with pytest.raises(InputError, match="k >= 1"):
        train(data, k=0, eta=0.5, steps=1, seed=0)
    with pytest.raises(InputError, match="diverged"):
        train(data, k=8, eta=1e200, steps=50, seed=0)
    line = tmp_path / "line.csv"
    line.write_text("x,y\n1,1\n")
    assert main([str(line), "-o", str(tmp_path / "n.json"), "--steps", "1"]) == 2


def test_the_shipped_data_are_the_raw_ones_standardized() -> None:
    with (HERE / "masses2_raw.csv").open(encoding="utf-8", newline="") as stream:
        _, *raw = csv.reader(stream)
    with DATA.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == ["x1", "x2", "y"]
    assert len(raw) == len(rows) == 569
    for (radius, texture, malignant), (x1, x2, y) in zip(raw, rows, strict=True):
        assert Fraction(x1) == (Fraction(radius) - 14) / 4
        assert Fraction(x2) == (Fraction(texture) - 20) / 5
        assert int(y) == 2 * int(malignant) - 1
    assert sum(int(row[2]) for row in raw) == 212
    with (HERE / "texture_raw.csv").open(encoding="utf-8", newline="") as stream:
        _, *texture = csv.reader(stream)
    assert [row[1:] for row in raw] == texture


def test_the_shipped_network_is_what_the_readme_says() -> None:
    network, data = read_pair(NETWORK, DATA)
    instance = SpaceInstance(network=network, data=data)
    exact = SpaceQuantities(instance=instance, number=rational, width=Fraction(0))
    assert (network.k, network.d, data.n) == (40, 2, 569)
    assert exact.on_kinks == ()
    f = np.array([float(value) for value in exact.outs])
    y = np.array(data.in_order.y)
    row = re.search(
        r"^\| masses2 \| (0\.\d+) \| (\d+)/569 \|.*\| ([\d.]+) \|$", README, re.MULTILINE
    )
    assert row is not None
    assert np.logaddexp(0, -y * f).mean() == pytest.approx(float(row[1]), abs=5e-5)
    assert (y * f <= 0).sum() == int(row[2])
    assert np.abs(f).max() == pytest.approx(float(row[3]), abs=5e-2)


def test_the_command_in_the_readme_makes_the_network(tmp_path) -> None:
    command = re.search(r"^    python -m verify\.space\.descent (.+)$", README, re.MULTILINE)
    assert command is not None
    words = command[1].replace("verify/data/masses2_net.json", str(tmp_path / "n.json"))
    words = words.replace("verify/data/masses2.csv", str(DATA))
    assert main(words.split()) == 0
    made, _ = read_pair(tmp_path / "n.json", DATA)
    shipped, _ = read_pair(NETWORK, DATA)
    # Another build of numpy may differ in the last bits, and training amplifies them a little.
    difference = [abs(float(u - v)) for u, v in zip(made.a, shipped.a, strict=True)]
    assert max(difference) < 1e-6
