"""Files with several inputs: what is read, what is refused, and `flatcert check` on them."""

import json
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner
from mpmath import mp
from space_oracle import Oracle

from verify.assess import assess
from verify.cli import cli
from verify.formats import read_dataset, read_network
from verify.model import Dataset, InputError, Network
from verify.space.assess import instance_of
from verify.space.formats import read_any_dataset, read_any_network, read_pair
from verify.space.model import SpaceDataset, SpaceNetwork

NETWORK = {"w": [["1/3", 0.25], [1, -1]], "b": [0.1, "1/7"], "a": [1, -2], "c": 0.5}
READ = SpaceNetwork(w=[["1/3", 0.25], [1, -1]], b=[0.1, "1/7"], a=[1, -2], c=0.5)
CSV = "x1,x2,y\n0.5,1,1\n\n-0.3, 2/3 ,0\n1e-1,-2,1\n"
DATA = SpaceDataset(x=[[0.5, 1], [-0.3, "2/3"], [0.1, -2]], y=[1, -1, 1])


@pytest.fixture
def files(tmp_path):
    def write(name: str, content: object):
        path = tmp_path / name
        if isinstance(content, dict) and name.endswith(".npz"):
            np.savez(path, **content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_every_format_gives_the_same_network_and_data(files) -> None:
    assert read_any_network(files("n.json", NETWORK)) == READ
    plain = {"w": [[0.5, 0.25], [1.0, -1.0]], "b": [0.5, 1.0], "a": [1.0, -2.0], "c": 0.5}
    by_array = {name: np.array(value) for name, value in plain.items()}
    assert read_any_network(files("n.npz", by_array)) == read_any_network(files("m.json", plain))
    told = []
    assert read_any_dataset(files("d.csv", CSV), told.append) == DATA
    assert len(told) == 1
    assert "labels 0 and 1" in told[0]
    table = {"x": [[0.5, 1], [-0.3, "2/3"], [0.1, -2]], "y": [1, -1, 1]}
    assert read_any_dataset(files("d.json", table)) == DATA
    array = {"x": np.array([[0.5, 1], [0.25, 2]]), "y": np.array([1, -1])}
    assert read_any_dataset(files("d.npz", array)) == SpaceDataset(
        x=[[0.5, 1], [0.25, 2]], y=[1, -1]
    )


def test_strings_in_an_array_are_exact(files) -> None:
    array = {"x": np.array([["1/3", "2"], ["0.1", "1"]]), "y": np.array([1, -1])}
    assert read_any_dataset(files("d.npz", array)).x[1][0] == Fraction(1, 10)


def test_one_input_is_read_as_it_always_was(files) -> None:
    flat = files("n.json", {"w": [1, "1/3"], "b": [0, 1], "a": [1, 2], "c": 0.1})
    column = files("c.json", {"w": [[1], ["1/3"]], "b": [0, 1], "a": [1, 2], "c": 0.1})
    assert read_any_network(flat) == read_network(flat) == read_any_network(column)
    assert type(read_any_network(column)) is Network
    rows = "0.1,1\n1/3,-1\n"
    line = files("d.csv", "x,y\n" + rows)
    assert read_any_dataset(line) == read_dataset(line)
    assert read_any_dataset(files("e.csv", "x1,y\n" + rows)) == read_dataset(line)
    array = files("d.npz", {"x": np.array([0.5, 1.0]), "y": np.array([1, -1])})
    assert type(read_any_dataset(array)) is Dataset


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("n.json", {**NETWORK, "w": [[1, 2], [3]]}, r"w\[0\] has 2 coordinates and w\[1\] has 1"),
        ("n.json", {**NETWORK, "w": [[1, 2], 3]}, r"w\[1\] is 3.0; a list of numbers"),
        ("n.json", {**NETWORK, "w": [[1, 2], [3, "x"]]}, r"w\[1\]\[1\] is 'x'"),
        ("n.json", {**NETWORK, "w": [[1, [2]], [3, 4]]}, r"w\[0\]\[1\] is \[2.0\]"),
        ("n.json", {"w": [[1, 2]], "b": [1], "a": [1]}, "key 'c' is missing"),
        ("n.json", {**NETWORK, "b": [1]}, "lengths 2, 1 and 2"),
        ("n.txt", "", "suffix '.txt'"),
        ("n.json", "[", "not valid JSON"),
    ],
)
def test_bad_networks_are_refused_in_one_line(files, name, content, message) -> None:
    path = files(name, content)
    with pytest.raises(InputError, match=message) as caught:
        read_any_network(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("d.csv", "x1,x3,y\n1,2,1\n", "the header is 'x1,x3,y'; x,y or x1,x2,..,y"),
        ("d.csv", "x1,x2,y\n1,2\n", "line 2 has 2 columns; x1,x2,y"),
        ("d.csv", "x1,x2,y\n1,none,1\n", "line 2: x2 is 'none'"),
        ("d.csv", "x1,x2,y\n1,2,3\n", "line 2: y is 3; labels"),
        ("d.csv", "x1,x2,y\n", "the dataset is empty"),
        ("d.csv", "y\n1\n", "the header x,y is needed"),
        ("d.csv", "a,b\n1,1\n", "the header x,y is needed"),
        ("d.csv", "\n\n", "the header x,y is needed"),
        ("d.json", {"x": [[1, 2], [3]], "y": [1, 1]}, r"x\[0\] has 2 coordinates and x\[1\] has 1"),
        ("d.json", {"x": [[1, 2]], "y": [1, 1]}, "x has 1 entries and y has 2"),
    ],
)
def test_bad_data_are_refused_in_one_line(files, name, content, message) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_any_dataset(files(name, content))
    assert "\n" not in str(caught.value)


def test_arrays_of_three_dimensions_are_refused(files) -> None:
    array = {"x": np.zeros((2, 2, 2)), "y": np.array([1, -1])}
    with pytest.raises(InputError, match="at most two dimensions"):
        read_any_dataset(files("d.npz", array))
    with pytest.raises(InputError, match="at most one dimension"):
        read_any_dataset(files("e.npz", {"x": np.zeros((2, 2)), "y": np.zeros((2, 1))}))


def test_a_torch_model_with_several_inputs(tmp_path) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
    torch.save(model.state_dict(), tmp_path / "n.pt")
    found = read_any_network(tmp_path / "n.pt")
    assert (found.d, found.k) == (3, 4)
    x = torch.tensor([0.5, -0.25, 2.0])
    assert float(found([0.5, -0.25, 2])) == pytest.approx(float(model(x).detach()), abs=1e-5)


def test_network_and_data_must_agree(files) -> None:
    network, data = files("n.json", NETWORK), files("d.csv", CSV)
    assert read_pair(network, data) == (READ, DATA)
    with pytest.raises(InputError, match="takes 2 inputs and the data have one coordinate"):
        read_pair(network, files("e.csv", "x,y\n1,1\n"))
    three = files("f.csv", "x1,x2,x3,y\n1,1,1,1\n")
    with pytest.raises(InputError, match="takes 2 inputs and the data have 3"):
        read_pair(network, three)
    constant = files("c.json", {"w": [], "b": [], "a": [], "c": 1})
    found, _ = read_pair(constant, three)
    assert isinstance(found, SpaceNetwork)
    assert found.d == 3
    with pytest.raises(InputError, match="both must agree"):
        instance_of(READ, Dataset(x=[1], y=[1]))


def test_an_assessment_agrees_with_the_definitions() -> None:
    found = assess(READ, DATA, eta=Fraction(1), gamma=Fraction(1))
    terms = dict(found.terms)
    with mp.workdps(40):
        oracle = Oracle(found.instance)
        P, S = sum(oracle.p), oracle.path_sum()
        wanted = {
            "2/lambda_max": 2 / oracle.lambda_max,
            "residual": oracle.residual,
            "max |r_i|": oracle.largest_r,
            "gradient": oracle.gradient_residual(),
            "T gives": P * (1 + 2 * S) - oracle.residual,
            "T* gives": P * (1 + 2 * S) - oracle.largest_r,
            "T-grad gives": P * oracle.v_squared - oracle.gradient_residual(),
            "(M) gives": P * oracle.v_squared + oracle.rho,
        }
        assert wanted.keys() == terms.keys()
        for name, value in wanted.items():
            assert abs(float(terms[name].ball) - float(value)) < 1e-11, name
        assert abs(float(found.lambda_max.ball) - float(oracle.lambda_max)) < 1e-11
        assert abs(float(found.TV.ball) - float(oracle.variation())) < 1e-12
    assert found.stable is True
    assert len(found.uncertain) == sum(abs(READ(x)) <= 1 for x in DATA.x)
    assert not found.refuted


def run(*words: str):
    return CliRunner().invoke(cli, ["check", *words], standalone_mode=False)


def test_the_command_reads_and_describes_it(files) -> None:
    network, data = str(files("n.json", NETWORK)), str(files("d.csv", CSV))
    words = run(network, data, "--eta", "1", "--gamma", "1")
    assert words.exit_code == 0
    assert words.return_value == 0
    assert "2 neurons, 3 data on R^2" in words.output
    assert "at eta = 1: stable" in words.output
    assert words.output.count("CERTIFIED") == 6
    machine = json.loads(run(network, data, "--json").stdout)
    assert machine["lambda_min"] is None
    assert float(machine["terms"]["(M) gives"]["hi"]) <= float(machine["lambda_max"]["lo"])
    assert {line["id"] for line in machine["claims"]} >= {"space-t", "space-tv"}


def test_a_datum_on_a_hyperplane_is_refused_or_taken_formally(files) -> None:
    network = str(files("n.json", {"w": [[1, 1]], "b": [-1], "a": [1], "c": 0}))
    data = str(files("d.csv", "x1,x2,y\n1,0,1\n2,2,-1\n"))
    refused = run(network, data)
    assert isinstance(refused.exception, InputError)
    assert "neuron 0 has w . x + b = 0 at datum 0 (x = (1, 0))" in str(refused.exception)
    formal = run(network, data, "--at-kinks", "formal")
    assert formal.return_value == 0
    assert "formal Hessian" in formal.output
