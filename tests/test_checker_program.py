"""The checker of certificates as a whole: what it accepts, rejects, and refuses to read.

One certificate, of a network whose lambda_max is 41/64 exactly, is changed in
every field. The pieces are in test_checker.py, forgeries in test_certificate.py.
"""

import ast
import hashlib
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from verify.spectrum import checker
from verify.spectrum.checker import Malformed, Rejected

F = Fraction
SOURCE = Path(checker.__file__)

NET = [(F(5, 3), F(0), F(1)), (F(-5, 3), F(0), F(1))]
BIAS = F(-5, 4)
POINTS = [(F(3, 4), 1), (F(3, 4), -1), (F(-3, 4), 1), (F(-3, 4), -1)]
TRUTH = F(41, 64)
"""f = 0 on the data and R = 0, so lambda_max is rational; its eigenvector is TOP."""
TOP = [3, 4, 5, -3, 4, 5, 8]
WRITTEN = "5/3 0/1 1/1 -5/3 0/1 1/1 -5/4 -3/4 -1/1 -3/4 1/1 3/4 -1/1 3/4 1/1"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def sealed(fields: dict[str, Any]) -> str:
    body = {name: value for name, value in fields.items() if name != "seal"}
    seal = sha(json.dumps(body, sort_keys=True))
    return json.dumps({**body, "seal": seal})


def certificate(**changes: Any) -> str:
    """A certificate of NET on POINTS, changed as told, under a seal that fits."""
    fields: dict[str, Any] = {
        "format": "flatcert lambda_max 1",
        "subject": sha(WRITTEN),
        "hessian": "exact",
        "lo": "0.640624999999999",
        "hi": "0.640625000000001",
        "eta": "3",
        "stable": True,
        "bits": 128,
        "v": TOP,
    }
    return sealed(fields | changes)


def checked(text: str, neurons: Any = NET, c: Fraction = BIAS, data: Any = POINTS) -> str:
    return checker.check(text, neurons, c, data)


def test_a_right_certificate_is_accepted_and_said_in_one_line() -> None:
    expected = "0.640624999999999 <= lambda_max <= 0.640625000000001 (exact Hessian)"
    assert checked(certificate()) == f"{expected}, stable at eta = 3"
    assert checked(certificate(eta="16/5", stable=False)) == f"{expected}, not stable at eta = 16/5"
    assert (
        checked(certificate(eta="128/41", stable=None)) == f"{expected}, undecided at eta = 128/41"
    )
    assert checked(certificate(eta=None, stable=None)) == expected


def test_the_order_of_data_and_the_layout_of_the_text_do_not_matter() -> None:
    fields = json.loads(certificate())
    shuffled = json.dumps(dict(reversed(fields.items())), indent=3)
    assert checked(shuffled, data=POINTS[::-1]) == checked(certificate())


def test_the_ends_may_touch_the_truth_but_not_pass_it() -> None:
    assert checked(certificate(lo="0.6406249999999999999999999999999"))
    for wrong in ({"lo": "0.64062500000000000001"}, {"lo": "41/64"}):
        with pytest.raises(Rejected, match=r"^v does not prove lo$"):
            checked(certificate(**wrong))
    for wrong in ({"hi": "0.64062499999999999999"}, {"hi": "41/64"}, {"hi": "1/10"}):
        with pytest.raises(Rejected, match=r"^hi is not proved$"):
            checked(certificate(lo="0.1", **wrong))


def test_more_bits_prove_more() -> None:
    close = {"hi": "0.64062500000000000000000000000001"}
    with pytest.raises(Rejected, match=r"^hi is not proved$"):
        checked(certificate(**close))
    assert checked(certificate(bits=300, **close))
    with pytest.raises(Rejected, match=r"^hi is not proved$"):
        checked(certificate(bits=32, lo="0.6"))
    assert checked(certificate(bits=32, lo="0.6", hi="0.6407"))
    assert checked(certificate(bits=4096))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": "flatcert lambda_max 2"}, "its format is not 'flatcert lambda_max 1'"),
        ({"subject": sha(WRITTEN + " ")}, "it is about other data or networks"),
        ({"stable": False}, "lo and hi say stable"),
        ({"stable": None}, "lo and hi say stable"),
        ({"eta": "16/5"}, "lo and hi say not stable"),
        ({"eta": "128/41"}, "lo and hi say undecided"),
        ({"eta": None}, "lo and hi say undecided"),
        ({"eta": None, "stable": False}, "lo and hi say undecided"),
        ({"hessian": "formal"}, "the Hessian here is exact"),
        ({"hessian": "Exact"}, "the Hessian here is exact"),
        ({"v": [0] * 7}, "v does not prove lo"),
        ({"v": [3, 4, 5, -3, 4, 5, 7]}, "v does not prove lo"),
        ({"v": [3, 4, 5, 3, 4, 5, 8]}, "v does not prove lo"),
    ],
)
def test_a_false_field_is_rejected_under_a_right_seal(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Rejected, match=f"^{reason}$"):
        checked(certificate(**changes))


@pytest.mark.parametrize(
    ("eta", "stable"),
    [
        # 2/hi and 2/lo exactly: the first is still stable, the second not yet unstable.
        (F(2) / F("0.640625000000001"), True),
        (F(2) / F("0.640625000000001") + F(1, 10**40), None),
        (F(2) / F("0.640624999999999"), None),
        (F(2) / F("0.640624999999999") + F(1, 10**40), False),
    ],
)
def test_stability_is_decided_by_the_ends_exactly(eta: Fraction, stable: bool | None) -> None:
    for claim in (True, False, None):
        text = certificate(eta=str(eta), stable=claim)
        if claim is stable:
            assert checked(text)
        else:
            with pytest.raises(Rejected, match="lo and hi say"):
                checked(text)


def test_another_instance_is_refused() -> None:
    others: list[tuple[Any, Fraction, Any]] = [
        (NET[::-1], BIAS, POINTS),
        ([NET[0], (F(-5, 3), F(0), F(2))], BIAS, POINTS),
        (NET, F(-5, 4) + F(1, 10**60), POINTS),
        (NET, BIAS, [*POINTS[:3], (F(-3, 4), 1)]),
        (NET, BIAS, [*POINTS, POINTS[0]]),
        (NET, BIAS, POINTS[:3]),
        (NET, BIAS, [*POINTS[:3], (F(-3, 4) + F(1, 10**60), -1)]),
    ]
    for other in others:
        with pytest.raises(Rejected, match=r"^it is about other data or networks$"):
            checked(certificate(), *other)


def test_a_datum_on_a_kink_makes_the_hessian_formal() -> None:
    neurons, data = [(F(1), F(-1), F(1))], [(F(1), 1), (F(2), -1)]
    written = "1/1 -1/1 1/1 0/1 1/1 1/1 2/1 -1/1"
    changes = {
        **{"subject": sha(written), "hessian": "formal", "lo": "0.1", "hi": "3"},
        **{"v": [0, 0, 0, 1], "eta": None, "stable": None},
    }
    assert "(formal Hessian)" in checked(certificate(**changes), neurons, F(0), data)
    with pytest.raises(Rejected, match=r"^the Hessian here is formal$"):
        checked(certificate(**changes | {"hessian": "exact"}), neurons, F(0), data)


def test_any_change_breaks_the_seal() -> None:
    fields = json.loads(certificate())
    for changes in (
        {"eta": "5/2"},
        {"hi": "0.65"},
        {"lo": "0.6"},
        {"bits": 129},
        {"v": [*TOP[:6], 9]},
    ):
        with pytest.raises(Rejected, match=r"^it was altered$"):
            checked(json.dumps(fields | changes))
    with pytest.raises(Rejected, match=r"^it was altered$"):
        checked(json.dumps(fields | {"seal": fields["seal"].upper()}))


def without(name: str) -> str:
    fields = json.loads(certificate())
    del fields[name]
    return json.dumps(fields)


NAMES = "format, subject, hessian, lo, hi, bits, v, eta, stable, seal"
ALL = f"^no object with exactly the fields {NAMES}$"
RANGE = r"^hi and eta must be above 0, bits in 32 \.\. 4096$"
MALFORMED: dict[str, tuple[str, str]] = {
    "nothing": ("", r"^no readable JSON: "),
    "words": ("hello", r"^no readable JSON: "),
    "deep": ("[" * 100_000, r"^no readable JSON: "),
    "array": ("[1]", ALL),
    "pairs": (json.dumps(list(json.loads(certificate()).items())), ALL),
    "number": ("1", ALL),
    "missing": (without("bits"), ALL),
    "extra": (certificate(note="x"), ALL),
    "twice": (certificate().replace("{", '{"hi": "0.7", ', 1), ALL),
    "float v": (certificate(v=[*TOP[:6], 8.0]), r"^v has the wrong type or length$"),
    "short v": (certificate(v=TOP[:6]), r"^v has the wrong type or length$"),
    "long v": (certificate(v=[*TOP, 0]), r"^v has the wrong type or length$"),
    "bool in v": (certificate(v=[*TOP[:6], True]), r"^v has the wrong type or length$"),
    "text v": (certificate(v="3"), r"^v has the wrong type or length$"),
    "object v": (certificate(v={}), r"^v has the wrong type or length$"),
    "text bits": (certificate(bits="128"), r"^bits has the wrong type or length$"),
    "float bits": (certificate(bits=128.0), r"^bits has the wrong type or length$"),
    "null lo": (certificate(lo=None), r"^lo has the wrong type or length$"),
    "number hi": (certificate(hi=1), r"^hi has the wrong type or length$"),
    "number eta": (certificate(eta=3), r"^eta has the wrong type or length$"),
    "text stable": (certificate(stable="true"), r"^stable has the wrong type or length$"),
    "number stable": (certificate(stable=1), r"^stable has the wrong type or length$"),
    "nan": (
        certificate().replace('"0.640625000000001"', "NaN"),
        r"^hi has the wrong type or length$",
    ),
    "nan text": (certificate(hi="nan"), "'nan' is no number of moderate length"),
    "blank lo": (certificate(lo=""), "'' is no number"),
    "words lo": (certificate(lo="half"), "'half' is no number"),
    "underscore": (certificate(lo="1_0"), r" is no number of moderate length$"),
    "other digits": (certificate(lo="\u0661"), r" is no number of moderate length$"),
    "space": (certificate(lo=" 1"), r" is no number of moderate length$"),
    "line": (certificate(lo="1\n"), r" is no number of moderate length$"),
    "zero below": (certificate(lo="1/0"), r" is no number of moderate length$"),
    "zeros below": (certificate(lo="1/000"), r" is no number of moderate length$"),
    "huge hi": (certificate(hi="1e999999999"), r" is no number of moderate length$"),
    "huge eta": (certificate(eta="1e-999999"), r" is no number of moderate length$"),
    "long lo": (certificate(lo="0." + "6" * 3999), r" is no number of moderate length$"),
    "long int": (certificate().replace("128", "1" * 5000), r"^no readable JSON: "),
    "no hi": (certificate(hi="0"), RANGE),
    "negative hi": (certificate(hi="-0.65"), RANGE),
    "zero eta": (certificate(eta="0/1"), RANGE),
    "negative eta": (certificate(eta="-3"), RANGE),
    "few bits": (certificate(bits=31), RANGE),
    "no bits": (certificate(bits=-128), RANGE),
    "true bits": (certificate(bits=True), RANGE),
    "many bits": (certificate(bits=4097), RANGE),
    "absurd bits": (certificate(bits=10**300), RANGE),
    "tiny hi": (
        certificate(hi="1e-99999"),
        r"^hi or an x needs 332321 bits; at most 65536 are handled$",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_certificate_is_said_so_at_once_in_one_line(name: str) -> None:
    text, reason = MALFORMED[name]
    with pytest.raises(Malformed, match=reason) as caught:
        checked(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_limit_on_digits_does_not_matter() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        for name in ("long int", "long lo", "huge hi"):
            with pytest.raises(Malformed):
                checked(MALFORMED[name][0])
    finally:
        sys.set_int_max_str_digits(before)


def test_the_longest_numbers_are_read() -> None:
    assert checker.rational("0." + "6" * 3998) == F(6 * (10**3998 - 1) // 9, 10**3998)
    assert checker.rational("1e99999") == 10**99999
    assert checker.rational("+5/0010") == F(1, 2)
    assert checker.rational("-1.50E+1") == -15


def precision(
    hi: str, x: list[Fraction], monkeypatch: pytest.MonkeyPatch, bits: int = 101
) -> tuple[int, ...]:
    """The precisions of the parts and of the factorization, and the shift, that check chooses."""
    data = [(at, 1) for at in x]
    written = " ".join(f"{at.numerator:x}/{at.denominator:x} 1/1" for at in sorted(x))
    seen: list[Any] = []

    def note(*call: Any) -> bool:
        seen.append((call[1].bits, *call[3:]))
        return True

    monkeypatch.setattr(checker, "stays_below", note)
    changes = {"subject": sha(f"0/1 {written}"), "hi": hi, "eta": None, "stable": None}
    checked(certificate(**changes, v=[1], lo="0", bits=bits), [], F(0), data)
    monkeypatch.undo()
    return tuple(seen[0])


def test_the_precision_follows_the_denominators_and_hi(monkeypatch: pytest.MonkeyPatch) -> None:
    assert precision("1", [F(1)], monkeypatch) == (103, 102, 50)
    assert precision("5/4", [F(3)], monkeypatch) == (102, 102, 50)
    assert precision("1/3", [F(1, 3), F(1, 16), F(0)], monkeypatch) == (108, 106, 50)
    assert precision("1/4", [F(1)], monkeypatch) == (105, 102, 50)
    assert precision("0.26", [F(1)], monkeypatch) == (104, 102, 50)


def test_the_finest_precision_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    # 10^19000 has 63117 binary digits, and the denominator 1 has one.
    assert precision("1e-19000", [F(1)], monkeypatch, bits=2418) == (65536, 2419, 1209)
    with pytest.raises(
        Malformed, match=r"^hi or an x needs 65537 bits; at most 65536 are handled$"
    ):
        precision("1e-19000", [F(1)], monkeypatch, bits=2419)


# --- reading, and the program ---------------------------------------------------------------------

NET_TEXT = '{"w": ["5/3", "-5/3"], "b": [0, 0], "a": [1, 1.0], "c": -1.25}'
JSON_TEXT = '{"x": [0.75, 0.75, "-3/4", -75e-2], "y": [1, -1, 1, -1]}'
CSV_TEXT = "\ufeffx,y\n0.75,1\r\n 3/4 , -1\n\n-0.75,1\n-3/4,-1.0"


def test_networks_and_data_are_read_exactly() -> None:
    read = checker._instance(NET_TEXT, JSON_TEXT)
    assert read == (NET, BIAS, POINTS)
    assert checker._instance(NET_TEXT, CSV_TEXT.removeprefix("\ufeff")) == read
    tenth = '{"w": [0.1], "b": ["0.1"], "a": [12345678901234567890], "c": "1e-3"}'
    neurons, c, data = checker._instance(tenth, "x,y\n0.1,0\n1/10,1\n")
    assert neurons == [(F(0.1), F(1, 10), F(float(12345678901234567890)))]
    assert c == F(1, 1000)
    assert data == [(F(0.1), -1), (F(1, 10), 1)]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [([0, 1, 0], [-1, 1, -1]), ([1, 1], [1, 1]), ([-1, 1], [-1, 1]), ([0, 0], [-1, -1])],
)
def test_labels_0_and_1_are_mapped(labels: list[int], expected: list[int]) -> None:
    text = json.dumps({"x": [1] * len(labels), "y": labels})
    assert [y for _, y in checker._instance(NET_TEXT, text)[2]] == expected


BAD_NETS = [
    '{"w": [1], "b": [1], "a": [1]}',
    '{"w": [1], "b": [1, 2], "a": [1], "c": 0}',
    '{"w": [NaN], "b": [1], "a": [1], "c": 0}',
    '{"w": [1e999], "b": [1], "a": [1], "c": 0}',
    '{"w": [true], "b": [1], "a": [1], "c": 0}',
    '{"w": 1, "b": [1], "a": [1], "c": 0}',
    '{"w": ["1e999999999"], "b": [1], "a": [1], "c": 0}',
    "[1]",
    "5",
    "",
    "[" * 100_000,
]
BAD_DATA = [
    "",
    "x,y",
    "x,y\n1",
    "x,y\n1,1,1",
    "x,z\n1,1",
    "x,y\n1_0,1",
    "x,y\nnan,1",
    "x,y\n1e999,1",
    "x,y\n1,2",
    "x,y\n1,1/2",
    "x,y\n1,-1\n2,0",
    '{"x": [1, 2], "y": [1]}',
    '{"x": [1], "y": [null]}',
    '{"x": [], "y": []}',
    '{"x": [1]}',
]


@pytest.mark.parametrize("text", BAD_NETS)
def test_a_bad_network_is_not_read_at_all(text: str) -> None:
    with pytest.raises((ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)):
        checker._instance(text, JSON_TEXT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"c": certificate(), "n": NET_TEXT, "d": CSV_TEXT}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path) -> int:
    return checker.main([str(folder / name) for name in "cnd"])


def test_the_program_accepts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 0
    assert capsys.readouterr().out == f"accepted: {checked(certificate())}\n"


def test_the_program_rejects(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "c").write_text(certificate(hi="0.640624999999"), encoding="utf-8")
    assert run(folder) == 1
    assert capsys.readouterr().out == "rejected: hi is not proved\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [("c", "{}"), *(("n", text) for text in BAD_NETS), *(("d", text) for text in BAD_DATA)],
)
def test_the_program_refuses_bad_input_in_one_line(
    name: str, text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    assert run(folder) == 2
    out = capsys.readouterr().out
    assert out.startswith("bad input: ")
    assert out.count("\n") == 1


def test_the_program_refuses_missing_files_and_arguments(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert checker.main(["nowhere", "n", "d"]) == 2
    assert checker.main([]) == 2
    assert checker.main(["a"] * 4) == 2
    assert capsys.readouterr().out.count("bad input: ") == 3


def imported(path: Path) -> set[str]:
    """The top-level packages that a source file imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or "").split(".")[0])
    return found


def test_only_the_standard_library_is_imported() -> None:
    assert imported(SOURCE) <= sys.stdlib_module_names
    assert {"verify", "flint"} <= imported(SOURCE.with_name("certificate.py"))


def test_no_float_takes_part_in_a_decision() -> None:
    """Outside the reading of files the source has no float literal and calls no float function."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
            assert not isinstance(node, ast.Div) or function.name in {"_place", "block"}
            if isinstance(node, ast.Name) and node.id in {"float", "round"}:
                assert function.name == "_instance"
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "math":
                assert node.attr in {"ceil", "floor", "isqrt"}


def test_it_runs_alone_without_any_package(folder: Path) -> None:
    (folder / "alone.py").write_bytes(SOURCE.read_bytes())
    names = [str(folder / name) for name in ("alone.py", "c", "n", "d")]
    command = [sys.executable, "-I", "-S", *names]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("accepted: 0.640624999999999 <= lambda_max")
    probe = [sys.executable, "-I", "-S", "-c", "import flint"]
    assert subprocess.run(probe, capture_output=True, check=False).returncode != 0
