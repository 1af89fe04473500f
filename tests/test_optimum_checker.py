"""The checker of B_opt: what it accepts, rejects, and refuses to read.

Hand-made certificates for x = 0, 1 with labels + and -, where B_opt = 4 - 2 sqrt 2,
and the one that ships with the package, changed in every field.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from verify.optimum import checker
from verify.optimum.checker import Malformed, Rejected

F = Fraction
SOURCE = Path(checker.__file__)
SHIPPED = json.loads(SOURCE.with_name("six_points.json").read_text(encoding="utf-8"))
Fields = dict[str, Any]


def sealed(fields: Fields) -> str:
    body = {name: value for name, value in fields.items() if name != "seal"}
    seal = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return json.dumps({**body, "seal": seal})


def changed(name: str, change: Callable[[Any], Any]) -> str:
    """The shipped certificate with one field changed, under a seal that fits."""
    return sealed(SHIPPED | {name: change(SHIPPED[name])})


def two_points(**changes: Any) -> str:
    """1.171 <= B_opt <= 1.172 for x = 0, 1, made by hand.

    With Z = diag(z, z') and nu = (v, -v) a neuron that sees x = 0 alone allows v <= z, one that
    sees x = 1 alone v <= sqrt(2) z'. The network has one of each, so its matrix is diagonal.
    """
    fields = {
        "format": "flatcert optimum 1",
        "x": ["0", "1"],
        "y": ["1", "-1"],
        "factor": [["0.7652", "0"], ["0", "0.6438"]],
        "nu": ["0.58553104", "-0.58553104"],
        "lower": "1.171",
        "neurons": neurons(),
        "constant": "-0.1716",
        "upper": "1.172",
    }
    return sealed(fields | changes)


def neurons(**changes: str) -> list[list[str]]:
    """A right-active neuron, changed as told, and a left-active one."""
    names = ("side", "kink", "slope", "outer", "inner")
    row = dict(zip(names, ("1", "1/2", "-1.6568", "0.7654", "2.165"), strict=True))
    return [list((row | changes).values()), ["-1", "1/2", "2.3432", "1.083", "2.164"]]


def constant(**changes: Any) -> str:
    """0 <= B_opt <= 0 for two equal labels, by a network without neurons."""
    zero = {"y": ["1", "1"], "nu": ["0", "0"], "neurons": [], "constant": "1"}
    return two_points(**zero | {"lower": "0", "upper": "0"} | changes)


def test_the_example_is_accepted() -> None:
    proved = checker.check(json.dumps(SHIPPED))
    tenths = [F(ten, 10) for ten in (-9, -6, -2, 1, 3, 8)]
    assert (proved.x, proved.y) == (tenths, [1, -1, -1, 1, -1, 1])
    assert F("7.4849157") <= proved.lower < proved.upper <= F("7.4849165")
    assert len(proved.neurons) == 6


def test_by_hand() -> None:
    proved = checker.check(two_points())
    assert proved.lower < 4 - 2 * F(math.sqrt(2)) < proved.upper
    assert checker.verdict(proved) == "1.171 <= B_opt <= 1.172 for the data 0 +, 1 -"
    assert checker.check(constant()).upper == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nu": ["0.58553105", "-0.58553105"]}, r"fails for a kink in \[0, 1\]"),
        ({"nu": ["0.58553104", "-0.58553103"]}, "add up"),
        ({"factor": [["0", "0"], ["0", "0"]]}, "factor of Z is 0"),
        # Less mass on x = 1, where sqrt(2) z' is then below v.
        ({"factor": [["0.7652", "0"], ["0", "0.6434"]]}, r"fails for a kink in \[0, 1\]"),
        ({"lower": "1.1711"}, "do not reach lower"),
        ({"upper": "1.1717"}, "exceeds upper"),
        ({"constant": "-0.1715"}, "interpolate"),
        ({"y": ["-1", "1"]}, "do not reach lower"),
        ({"y": ["2", "-1"]}, "a label is not"),
        ({"x": ["0", "2"]}, "interpolate"),
        ({"x": ["0", "1/2"]}, r"fails for a kink in \[0, 1/2\]"),
        ({"format": "flatcert optimum 2"}, "format"),
    ],
)
def test_false_statements_by_hand_are_rejected(changes: Fields, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        checker.check(two_points(**changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        # Z kills d = (2, 1) and d = (1, 2): x seen from the kinks 2 and -1.
        ({"factor": [["1"], ["-2"]], "nu": ["0.01", "-0.01"]}, "[1, None]"),
        ({"factor": [["2"], ["-1"]], "nu": ["0.01", "-0.01"]}, "[None, 0]"),
    ],
)
def test_kinks_beyond_the_data_count(changes: Fields, reason: str) -> None:
    with pytest.raises(Rejected) as error:
        checker.check(two_points(**changes, lower="0"))
    assert str(error.value).endswith(reason)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (neurons(side="-1"), "interpolate"),
        (neurons(side="2"), "side"),
        (neurons(side="0"), "side"),
        (neurons(kink="1/3"), "interpolate"),
        (neurons(kink="0"), "kink lies on a datum"),
        (neurons(kink="1"), "kink lies on a datum"),
        (neurons(slope="-1.6569"), "interpolate"),
        (neurons(outer="0.75"), "outer times inner"),
        (neurons(outer="0.77"), "exceeds upper"),
        (neurons(inner="2.16"), "outer times inner"),
        (neurons(inner="2.17"), "exceeds upper"),
        (neurons(outer="-0.7654", inner="-2.165"), "not above 0"),
        (neurons(outer="0"), "not above 0"),
        (neurons()[:1], "interpolate"),
        # Two more that cancel in f: the limit sees them.
        ([*neurons(), ["1", "-1", "1", "1", "1"], ["1", "-1", "-1", "1", "1"]], "exceeds upper"),
    ],
)
def test_false_networks_are_rejected(rows: list[list[str]], reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        checker.check(two_points(neurons=rows))


def test_no_bound_below_zero_and_no_labels_in_conflict() -> None:
    with pytest.raises(Rejected, match="reach lower"):
        checker.check(constant(lower="0.001"))
    with pytest.raises(Rejected, match="exceeds upper"):
        checker.check(constant(upper="-0.001"))
    with pytest.raises(Rejected, match="interpolate"):
        checker.check(constant(x=["1", "1"], y=["1", "-1"]))


def scaled(number: str, factor: str) -> str:
    return str(F(number) * F(factor))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("x", lambda x: [*x[:3], "101/1000", *x[4:]]),
        ("y", lambda y: [*y[:5], "-1"]),
        ("nu", lambda nu: [scaled(one, "1.000001") for one in nu]),
        ("nu", lambda nu: [scaled(nu[0], "0.99"), *nu[1:]]),
        ("factor", lambda rows: [[scaled(one, "0.999999") for one in row] for row in rows]),
        ("factor", lambda rows: rows[::-1]),
        ("factor", lambda rows: [[*row[:-1], "0"] for row in rows]),
        ("lower", lambda low: scaled(low, "1.000001")),
        ("upper", lambda high: scaled(high, "0.9999999")),
        ("constant", lambda c: scaled(c, "1.000001")),
        ("format", lambda text: text + "0"),
        *(("neurons", lambda rows, i=i: rows[:i] + rows[i + 1 :]) for i in range(6)),
    ],
)
def test_every_field_of_the_example_matters(name: str, change: Callable[[Any], Any]) -> None:
    with pytest.raises(Rejected, match="altered"):
        checker.check(json.dumps(SHIPPED | {name: change(SHIPPED[name])}))
    with pytest.raises(Rejected) as error:
        checker.check(changed(name, change))
    assert "altered" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "JSON"),
        ("[" * 10**5, "JSON"),
        ("[]", "fields"),
        ("{}", "fields"),
        (json.dumps(SHIPPED)[:-1] + ', "x": []}', "each once"),
        (json.dumps({**SHIPPED, "more": 1}), "fields"),
        (changed("lower", lambda _: 0.5), "not a text"),
        (changed("x", lambda _: "0"), "not a list"),
        (changed("x", lambda _: []), "length"),
        (changed("nu", lambda nu: nu[1:]), "length"),
        (changed("factor", lambda rows: [rows[0][1:], *rows[1:]]), "length"),
        (changed("factor", lambda rows: [*rows[1:], "0"]), "row is not a list"),
        (changed("neurons", lambda rows: [row[1:] for row in rows]), "neuron is not"),
        *(
            (changed("lower", lambda _, number=number: number), "rational")
            for number in ("1/0", "1e5", "nan", " 1", "1_0", "0x1", "", "9" * 4001, "\u0661")
        ),
        (changed("nu", lambda nu: [0.5, *nu[1:]]), "rational"),
        (changed("nu", lambda nu: [None, *nu[1:]]), "rational"),
        (" " * 8_000_001, "longer"),
    ],
)
def test_what_cannot_be_read_is_malformed(text: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        checker.check(text)


def test_only_the_standard_library_and_no_float() -> None:
    nodes = list(ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    assert modules
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names
    assert not [one for one in nodes if isinstance(one, ast.Constant) and type(one.value) is float]
    assert not {"float", "round"} & {one.id for one in nodes if isinstance(one, ast.Name)}


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        (two_points(), 0, "accepted: 1.171 <= B_opt <= 1.172 for the data 0 +, 1 -\n"),
        (two_points(lower="2"), 1, "rejected: nu and Z do not reach lower\n"),
        ("{}", 2, "bad input: Malformed: "),
        (None, 2, "bad input: FileNotFoundError: "),
    ],
)
def test_it_runs_alone(text: str | None, status: int, says: str, tmp_path: Path) -> None:
    (tmp_path / "alone.py").write_bytes(SOURCE.read_bytes())
    if text is not None:
        (tmp_path / "c.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(tmp_path / "alone.py"), str(tmp_path / "c.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith(says)
