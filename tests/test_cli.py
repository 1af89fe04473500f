"""The command as a user meets it: statuses, one-line errors, the JSON contract, the gate."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from verify.claims import CLAIMS

ROOT = Path(__file__).parent.parent
CHALLENGER = (
    str(ROOT / "verify/data/challenger_net.json"),
    str(ROOT / "verify/data/challenger.csv"),
)
SHARP = {
    "n.json": '{"w": ["5/3", "-5/3"], "b": [0, 0], "a": [1, 1], "c": -1.25}',
    "d.json": '{"x": [0.75, 0.75, -0.75, -0.75], "y": [1, -1, 1, -1]}',
}
IDS = [
    *("hessian", "block-norm", "jensen", "master", "t", "t-gamma", "t-star"),
    *("t-grad", "t-stat", "structure", "calibration", "gaps", "tv", "flat-overfit"),
]


def flatcert(
    *words: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify", *words],
        cwd=folder or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def sharp(tmp_path: Path) -> Path:
    for name, text in SHARP.items():
        (tmp_path / name).write_text(text)
    return tmp_path


BAD = {
    "missing": (("check", "nope.json", "d.json"), {}, "nope.json"),
    "not a number": (
        ("check", "b.json", "d.json"),
        {"b.json": '{"w":["z"],"b":[1],"a":[1],"c":0}'},
        "w[0]",
    ),
    "nan": (("check", "b.json", "d.json"), {"b.json": '{"w":[NaN],"b":[1],"a":[1],"c":0}'}, "w[0]"),
    "overflow": (
        ("check", "b.json", "d.json"),
        {"b.json": '{"w":[1e400],"b":[1],"a":[1],"c":0}'},
        "w[0]",
    ),
    "truncated": (("check", "b.json", "d.json"), {"b.json": '{"w":[1,'}, "b.json"),
    "lengths": (
        ("check", "b.json", "d.json"),
        {"b.json": '{"w":[1],"b":[],"a":[1],"c":0}'},
        "equal",
    ),
    "label 2": (("check", "n.json", "b.csv"), {"b.csv": "x,y\n1,2\n"}, "line 2"),
    "empty": (("check", "n.json", "b.csv"), {"b.csv": "x,y\n"}, "empty"),
    "mismatched": (("check", "n.json", "b.json"), {"b.json": '{"x":[1],"y":[]}'}, "equal"),
    "on a kink": (
        ("check", "b.json", "d.json"),
        {"b.json": '{"w":[4],"b":[-3],"a":[1],"c":0}'},
        "neuron 0",
    ),
    "w = b = 0": (
        ("check", "b.json", "d.json"),
        {"b.json": '{"w":[0],"b":[0],"a":[1],"c":0}'},
        "datum 0",
    ),
    "eta 0": (("check", "n.json", "d.json", "--eta", "0"), {}, "eta is 0"),
    "eta word": (("check", "n.json", "d.json", "--eta", "x"), {}, "--eta"),
    "gamma": (("check", "n.json", "d.json", "--gamma=-1"), {}, "gamma is -1"),
    "no folder": (("run", "--out", "/proc/none"), {}, "cannot be written"),
    "no claim": (("run", "--only", "zzz"), {}, "zzz"),
    "no claim named": (("run", "--only", ""), {}, "--only names no claim"),
    "no file": (("run", "--claims", "none.py"), {}, "none.py"),
    "claims that leave": (("run", "--claims", "b.py"), {"b.py": "exit(0)"}, "b.py: SystemExit"),
    "no experiment": (("experiment", "--paper"), {}, "NAME is needed"),
    "coq name": (("certify", "n.json", "d.json", "--coq", "-o", "a-b.v"), {}, "a-b.v: Coq needs"),
    "broken claims": (("run", "--claims", "b.py"), {"b.py": "CLAIMS = 3"}, "CLAIMS"),
    "no results": (("gate", "."), {}, "results.jsonl"),
    "no evidence": (("gate", "."), {"results.jsonl": '{"claim": 1}\n'}, "line 1"),
    "unknown option": (("check", "--zzz"), {}, "--zzz"),
    "opposite labels": (("counterexample", "d.json"), {}, "opposite labels"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_status_2(name: str, sharp: Path) -> None:
    words, files, said = BAD[name]
    for file, text in files.items():
        (sharp / file).write_text(text)
    done = flatcert(*words, folder=sharp)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("flatcert: ")
    assert said in done.stderr


def test_a_huge_file_of_garbage_is_refused_at_once(sharp: Path) -> None:
    with (sharp / "big.json").open("wb") as stream:
        stream.truncate(200_000_000)
    done = flatcert("check", "big.json", "d.json", folder=sharp)
    assert done.returncode == 2
    assert "64 MiB" in done.stderr


def test_check_prints_the_object_of_the_contract(sharp: Path) -> None:
    words = ("check", "n.json", "d.json", "--eta", "2", "--gamma", "1", "--json")
    found = json.loads(flatcert(*words, folder=sharp).stdout)
    low, high = (Fraction(Decimal(found["lambda_max"][end])) for end in ("lo", "hi"))
    assert low <= Fraction(41, 64) <= high
    assert high - low <= Fraction(41, 64) / 10**12
    assert found["stable"] is True
    assert found["uncertain"] == {"count": 4, "hull": [-0.75, 0.75]}
    for name, value in (("P", Fraction(1, 4)), ("S", Fraction(25, 32)), ("TV", Fraction(25, 32))):
        assert Fraction(Decimal(found[name]["lo"])) <= value <= Fraction(Decimal(found[name]["hi"]))
    claims = {entry["id"]: entry for entry in found["claims"]}
    assert list(claims) == IDS
    assert claims["t-star"]["verdict"] == "CERTIFIED"
    assert claims["t-star"]["margin"] == {"lo": "0", "hi": "0"}
    assert claims["flat-overfit"]["verdict"] == "VACUOUS"


@pytest.mark.parametrize(("eta", "stable"), [("3", True), ("4", False), ("128/41", None)])
def test_stability_is_that_of_the_printed_enclosure(sharp: Path, eta: str, stable: object) -> None:
    done = flatcert("check", "n.json", "d.json", "--eta", eta, "--json", folder=sharp)
    assert done.returncode == 0
    assert json.loads(done.stdout)["stable"] is stable


def test_the_formal_hessian_is_named_in_every_line(sharp: Path) -> None:
    (sharp / "k.json").write_text('{"w": [4], "b": [-3], "a": [1], "c": 0}')
    words = ("check", "k.json", "d.json", "--at-kinks", "formal")
    lines = flatcert(*words, folder=sharp).stdout.splitlines()
    assert len(lines) > 12
    assert all("formal Hessian" in line for line in lines)


def test_the_readme_shows_what_check_prints() -> None:
    readme = (ROOT / "README.md").read_text()
    shown = flatcert("check", *CHALLENGER, "--eta", "0.4", "--gamma", "1").stdout
    assert shown in readme


def test_the_readme_claim_is_refuted_shrunk_and_replayed(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "my_claims.py").write_text(next(text for text in blocks if "CLAIMS" in text))
    done = flatcert("run", "--claims", "my_claims.py", "--out", "out", folder=tmp_path)
    assert done.returncode == 1
    assert "REFUTED no-residual" in done.stdout
    files = [f"out/refuted-no-residual-{part}.json" for part in ("network", "data")]
    found = json.loads(flatcert("check", *files, "--json", folder=tmp_path).stdout)
    top = Fraction(Decimal(found["lambda_max"]["hi"]))
    P, S = (Fraction(Decimal(found[name]["lo"])) for name in ("P", "S"))
    assert top < P * (1 + 2 * S)


BROKEN = """
from dataclasses import replace
from fractions import Fraction
from verify.claims import CLAIMS
from verify.claims import claim

true = claim("t-star")
CLAIMS = [replace(true, constants={**true.constants, "slope": Fraction(5, 2)}, equalities=())]
"""


@pytest.mark.slow
def test_a_broken_constant_makes_the_run_and_the_gate_fail(tmp_path: Path) -> None:
    good = flatcert("run", "--only", "t-star", "--out", "out", folder=tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    assert flatcert("accept", "out", folder=tmp_path).returncode == 0
    assert flatcert("gate", "out", folder=tmp_path).returncode == 0
    (tmp_path / "broken.py").write_text(BROKEN)
    bad = flatcert("run", "--claims", "broken.py", "--out", "bad", folder=tmp_path)
    assert bad.returncode == 1
    done = flatcert("gate", "bad", folder=tmp_path, GITHUB_ACTIONS="true")
    assert done.returncode == 1
    assert "::error title=flatcert gate::t-star: REFUTED" in done.stdout
    assert flatcert("accept", "bad", folder=tmp_path).returncode == 2


def test_an_interrupted_run_keeps_evidence_and_no_report(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "verify", "run", "--profile", "deep", "--out", "out"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    partial = tmp_path / "out" / "results.partial.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (partial.exists() and partial.stat().st_size):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert [json.loads(line)["claim"] for line in partial.read_text().splitlines()]
    assert not (tmp_path / "out" / "report.html").exists()
    assert not (tmp_path / "out" / "results.jsonl").exists()


def test_the_counterexample_is_flat_and_saved_exactly(tmp_path: Path) -> None:
    six = '{"x": ["-9/10","-6/10","-2/10","1/10","3/10","8/10"], "y": [1,-1,-1,1,-1,1]}'
    (tmp_path / "six.json").write_text(six)
    done = flatcert("counterexample", "six.json", "--eta", "1e300", "-o", "n.json", folder=tmp_path)
    assert done.returncode == 0
    assert "certified at m = 1024" in done.stdout
    found = json.loads(
        flatcert("check", "n.json", "six.json", "--eta", "1e300", "--json", folder=tmp_path).stdout
    )
    assert found["stable"] is True
    verdicts = {entry["id"]: entry["verdict"] for entry in found["claims"]}
    assert verdicts["flat-overfit"] == "CERTIFIED"


def test_help_and_list_name_what_there_is() -> None:
    assert flatcert().stdout == flatcert("--help").stdout != ""
    listed = [line.split()[0] for line in flatcert("list").stdout.splitlines()]
    assert listed == [claim.id for claim in CLAIMS]
    assert listed[: len(IDS)] == IDS
    assert "lopsided" in flatcert("show", "t-gamma").stdout


def test_a_verdict_that_nobody_reads_is_not_a_pass() -> None:
    words = [sys.executable, "-m", "verify", "check", *CHALLENGER]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(words, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr
