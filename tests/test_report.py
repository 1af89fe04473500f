"""The report room: what is counted, what is called wrong, and what ends up on paper."""

import io
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from verify import checks
from verify.ball import approximate, ball
from verify.claim import Verdict
from verify.claims import CLAIMS, claim
from verify.counterexample import EXAMPLE
from verify.counterexample.family import margins_table
from verify.data import REAL, RealExample, load
from verify.evidence import Evidence, instance_document, overall
from verify.gate import problems
from verify.model import Dataset, Network
from verify.quantities import Instance, Quantities
from verify.report.figures import (
    counterexample_figure,
    margins_figure,
    network_figure,
    spent,
    uncertain_intervals,
)
from verify.report.graph import claim_graph, direct, layers
from verify.report.junit import junit_xml
from verify.report.page import page_html, write_report
from verify.report.summary import (
    MEANING,
    fault,
    interval,
    line_words,
    scientific,
    summaries,
    totals,
)
from verify.report.table import print_table
from verify.report.witness import short, witness_words

T_STAR = claim("t-star")
WITNESS = instance_document(T_STAR.controls[0].witness)
HALF = Network(w=(1,), b=("-1/2",), a=(2,), c=-1)
HOW = ("witness", "search")
LINE = Dataset(x=(0, 1, 2), y=(-1, 1, 1))


def made(**changes: object) -> Evidence:
    """A search line of t-star on which nothing is wrong."""
    line = Evidence(
        claim="t-star",
        method="search",
        verdict="SUPPORTED",
        statement=T_STAR.stated(),
        tried=400,
        admitted=388,
        undecided=1,
        scaled=3.25e-5,
        witness=WITNESS,
        seed=7,
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def control(method: str = "witness", **changes: object) -> Evidence:
    """A false variant of t-star, refuted."""
    wanted = {"control": "TS-lead", "method": method, "verdict": "REFUTED", "scaled": -5e-4}
    return made(**{**wanted, "margin": {"lo": "-0.25", "hi": "-0.125"}, **changes})


@cache
def run_of_t_star() -> tuple[Evidence, ...]:
    """What a run says about t-star: a search, equalities, controls and the real data, certified."""
    lines = [made(scaled=0.0)]
    lines += [checks.equality_evidence(T_STAR, example) for example in T_STAR.equalities]
    for false in T_STAR.controls:
        found = checks.witness_evidence(T_STAR, false)
        lines += [found, replace(found, method="search", tried=30, admitted=17, detail="")]
    for example in REAL:
        network, data = load(example)
        instance = Instance(network=network, data=data)
        lines.append(checks.instance_evidence(T_STAR, instance, example.name))
    return tuple(lines)


WRONG: dict[str, tuple[str, Evidence]] = {
    "claim": ("refuted", made(verdict="REFUTED")),
    "data": ("refuted", made(method="instance", verdict="REFUTED", subject="mine")),
    "job": ("error", made(method="fixed", verdict="ERROR", detail="ZeroDivisionError: no")),
    "vacuous search": ("vacuous", made(verdict="VACUOUS")),
    "undecided search": ("undecided", made(verdict="UNDECIDED")),
    "witness": ("survives", control(verdict="CERTIFIED", detail="text: why")),
    "proof": ("survives", control("symbolic", verdict="PROVED", witness=None)),
    "search": ("survives", control("search", verdict="SUPPORTED", detail="")),
    "control job": ("error", control("control", verdict="ERROR", detail="boom")),
    "control search": ("error", control("search", verdict="ERROR", detail="boom")),
}
FINE: dict[str, tuple[bool, Evidence]] = {
    "supported": (False, made()),
    "outside": (True, made(method="instance", verdict="VACUOUS", subject="mine")),
    "undecided data": (False, made(method="instance", verdict="UNDECIDED", subject="mine")),
    "step": (False, made(method="symbolic", verdict="CERTIFIED")),
    "refuted control": (False, control()),
    "excused": (True, control("search", verdict="SUPPORTED", detail="one direction attains it")),
}
"""Lines with nothing wrong, and whether JUnit skips them."""


def printed(*lines: Evidence, width: int = 80) -> str:
    """The table as a pipe gets it."""
    stream = io.StringIO()
    print_table(lines, Console(file=stream, width=width))
    return stream.getvalue()


def outcomes(*lines: Evidence) -> list[list[str]]:
    """What JUnit says of each line: a list of failure, error or skipped."""
    cases = ElementTree.fromstring(junit_xml(lines)).iter("testcase")
    return [[child.tag for child in case] for case in cases]


class Page(HTMLParser):
    """The parts of a page that a test asks about; `open` must be empty at the end."""

    VOID = frozenset({"meta", "br", "link", "img", "hr", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.resources: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.ids.update(value for name, value in attrs if name == "id" and value)
        links = ("src", "href", "xlink:href", "data", "action")
        self.resources += [value for name, value in attrs if name in links and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_everywhere(name: str) -> None:
    word, line = WRONG[name]
    assert fault(line) == word
    out = printed(made(), line).splitlines()
    (told,) = [text for text in out if text.startswith(word.upper() + " ")]
    assert "t-star" in told
    assert line.witness is None or "relu(" in told or "f(x) =" in told
    assert f"<strong>{word}</strong>" in page_html([made(), line])
    assert outcomes(line) == [["error" if word == "error" else "failure"]]


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_is_not_accused(name: str) -> None:
    is_skipped, line = FINE[name]
    assert fault(line) == ""
    words = ("ERROR", "REFUTED", "VACUOUS", "UNDECIDED", "SURVIVES")
    assert not [text for text in printed(line).splitlines() if text.startswith(words)]
    assert "What is wrong" not in page_html([line])
    assert outcomes(line) == [["skipped"] if is_skipped else []]


def test_the_gate_agrees_on_what_is_wrong() -> None:
    lines = [line for _, line in (*WRONG.values(), *FINE.values())]
    ours = [line for line in lines if fault(line) != ""]
    assert [bool(problems([line])) for line in ours] == [True] * len(ours)
    others = [line for line in lines if line not in ours]
    assert [problems([line]) for line in others] == [[]] * len(others)


def test_counts_of_a_claim() -> None:
    lines = run_of_t_star()
    (found,) = summaries(lines)
    assert found.verdict is Verdict.SUPPORTED
    assert found.instances == (388, 400, 1)
    assert found.least == 0
    assert found.equalities == len(T_STAR.equalities) > 0
    assert found.refuted == [f"{len(T_STAR.controls)}/{len(T_STAR.controls)} {how}" for how in HOW]
    assert found.real == ["2 certified"]
    assert [one.id for one in found.controls] == [one.id for one in T_STAR.controls]
    assert T_STAR.controls[0].why in found.controls[0].text


def test_a_mixed_claim_is_counted_by_kind() -> None:
    proof = made(method="symbolic", verdict="PROVED", tried=12, admitted=12, scaled=None)
    lines = [
        proof,
        replace(proof, tried=30, admitted=29, verdict="ERROR"),
        control(),
        control("search", verdict="SUPPORTED", detail="rare"),
        made(method="instance", verdict="VACUOUS", subject="one"),
        made(method="instance", verdict="CERTIFIED", subject="two", scaled=-9.0),
    ]
    (found,) = summaries(lines)
    assert found.cases == (41, 42)
    assert found.refuted == ["1/1 witness", "0/1 search"]
    assert found.real == ["1 certified", "1 outside"]
    assert found.least is None
    assert found.instances == (0, 0, 0)


def test_totals_count_claims_and_controls() -> None:
    lines = [made(), made(claim="mine", verdict="REFUTED"), control(), control(claim="mine")]
    text = totals(summaries(lines))
    assert text.startswith("2 claims: 1 SUPPORTED, 1 REFUTED; 776 instances admitted; 2 of 2")
    assert text.endswith("0 by search")


def test_the_table_fits_eighty_columns_of_a_pipe() -> None:
    deep = made(claim="flat-overfit", tried=20000, admitted=19999, scaled=0.0)
    out = printed(*run_of_t_star(), deep)
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    rows = [text for text in out.splitlines() if text.startswith(("t-star", "flat-overfit"))]
    assert [text.split()[1] for text in rows] == ["SUPPORTED", "SUPPORTED"]
    for part in ("388/400", "19999/20000", "0", "2 certified", "1 undec.", "2 equal"):
        assert part in out


@pytest.mark.parametrize("verdict", [verdict.name for verdict in Verdict])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_verdicts_stay_whole(verdict: str, width: int) -> None:
    line = made(claim="a-name-that-is-much-longer-than-usual", verdict=verdict)
    row = next(text for text in printed(line, width=width).splitlines() if text.startswith("a-"))
    assert f" {overall([line]).name} " in row


def test_a_terminal_gets_colour_and_no_codes_of_a_witness() -> None:
    stream = io.StringIO()
    line = made(claim="x\x1b[31m", verdict="ERROR", detail="[bold]a[/bold]\x1b]0;t\x07\nb")
    print_table(
        [line], Console(file=stream, width=100, force_terminal=True, color_system="standard")
    )
    assert "\x1b[1;31m" in stream.getvalue()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert "\x1b" not in plain
    assert "\x07" not in plain
    assert "[bold]a[/bold]" in plain


def test_a_witness_reads_as_a_formula() -> None:
    network = {"w": ["1", "-5/3", "0"], "b": ["-1/2", "0", "1"], "a": ["2", "-1", "1/3"], "c": "-4"}
    document = {
        "network": network,
        "data": {"x": ["3/4", "3602879701896397/36028797018963968"], "y": [1, -1]},
        "q": ["1", "2"],
        "gamma": "1/2",
        "formal": True,
    }
    assert witness_words(document) == (
        "f(x) = 2 relu(x - 1/2) - relu(-5/3 x) + 1/3 relu(1) - 4"
        " on (x, y) = (3/4, +1), (~0.100000, -1), gamma = 1/2, weights q ~ (1, 2), relu'(0) = 0"
    )
    long = {"w": ["1"] * 9, "b": ["0"] * 9, "a": ["1"] * 9, "c": "0"}
    many = witness_words({"network": long, "data": {"x": ["0"] * 50, "y": [1] * 50}})
    assert "(9 neurons in all)" in many
    assert "(50 data in all)" in many
    assert many.count("relu") == 4
    constant = {"w": [], "b": [], "a": [], "c": "0"}
    assert "f(x) = 0 on" in witness_words({"network": constant, "data": {"x": ["0"], "y": [1]}})
    assert witness_words({"margin": "10", "limit": {"lo": "1"}}) == "margin = 10"


def test_a_witness_in_space_with_a_truth_and_another_loss_is_put_into_words() -> None:
    document = {
        "network": {"w": [["1", "0", "-1/2"]], "b": ["3"], "a": ["2"], "c": "0"},
        "data": {"x": [["1", "2", "1/3"]], "y": [-1]},
        "truth": ["1/4"],
        "targets": ["7"],
        "extra": {"low": "1"},
        "loss": "square",
    }
    assert witness_words(document) == (
        "f(x) = 2 relu(x1 - 1/2 x3 + 3) on (x, y) = ((1, 2, 1/3), -1), truth f0 = (1/4),"
        " targets (7), low = 1, square loss"
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("-5/3", "-5/3"),
        (f"1/{3**40}", "~8.22526E-20"),
        (f"-{7**500}", "~-3.54014E+422"),
    ],
)
def test_long_numbers_are_rounded_and_say_so(number: str, shown: str) -> None:
    assert short(number) == shown


@pytest.mark.parametrize(
    ("lo", "hi"),
    [
        ("-0.31005391", "-0.31005389"),
        ("2.4790612345678901234E-434287", "2.4790612345678901235E-434287"),
        ("0", "1.23456789E-9"),
        ("-Infinity", "Infinity"),
    ],
)
def test_intervals_are_rounded_outward(lo: str, hi: str) -> None:
    shown = interval({"lo": lo, "hi": hi})
    low, high = shown.removeprefix("in [").removesuffix("]").split(", ")
    assert len(shown) < 60
    if "Infinity" not in lo:
        with localcontext(prec=60, Emin=-999999999, Emax=999999999):
            assert Decimal(low) <= Decimal(lo) <= Decimal(hi) <= Decimal(high)
    assert interval({"lo": "0", "hi": "0"}) == "exactly 0"


def test_margins_in_short() -> None:
    assert [scientific(value) for value in (None, 0.0, 3.25e-5, -1.0)] == [
        "-",
        "0 (attained)",
        "3.2e-05",
        "-1.0e+00",
    ]
    words = line_words(made(bits=0))
    assert "388 of 400 instances admitted; 1 undecided" in words
    assert "exact arithmetic" in words
    assert "seed 7" in words


def test_junit_counts_and_names() -> None:
    lines = [line for _, line in (*WRONG.values(), *FINE.values())] + [made(), made()]
    root = ElementTree.fromstring(junit_xml(lines))
    cases = list(root.iter("testcase"))
    found = Counter(child.tag for case in cases for child in case)
    for element in (root, *root.iter("testsuite")):
        assert int(element.attrib["tests"]) == len(cases) == len(lines)
        assert int(element.attrib["failures"]) == found["failure"] == 7
        assert int(element.attrib["errors"]) == found["error"] == 3
        assert int(element.attrib["skipped"]) == found["skipped"] == 2
    names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
    assert len(set(names)) == len(names)
    assert ("t-star", "instance/mine") in names
    assert ("t-star", "symbolic/TS-lead") in names


def test_junit_stays_valid_whatever_the_text() -> None:
    hostile = "\x00\x1b[31m<b>&\"']]>\ud800\ufffe\U0001f600"
    line = made(claim=hostile, subject=hostile, detail=hostile, verdict="ERROR")
    text = junit_xml([line])
    case = ElementTree.fromstring(text.encode()).find(".//testcase")
    assert case is not None
    assert "<b>&\"']]>" in case.attrib["classname"]
    assert case.attrib["classname"].endswith("\U0001f600")


def test_the_page_is_whole_offline_and_small(tmp_path: Path) -> None:
    path = write_report(run_of_t_star(), tmp_path)
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "report.html"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["junit.xml", "report.html"]
    page = Page(text)
    assert page.open == []
    assert len(text.encode()) < 500_000
    assert page.resources
    assert all(link.startswith("#") for link in page.resources)
    assert {link[1:] for link in page.resources} <= set(page.ids)
    assert set(re.findall(r"url\(([^)]*)\)", text)) <= {f"#{id}" for id in page.ids}
    assert not re.search(r"@import|<script|<link|<img(?! )", text)
    assert [id for id, count in page.ids.items() if count > 1] == []
    assert page.tags["svg"] == 1 + len(REAL)
    for part in (T_STAR.stated(), T_STAR.label, "proofs_notes/t-star.md", "flatcert run --only"):
        assert part in page.text
    for false in T_STAR.controls:
        assert false.why in page.text
    for word in MEANING.values():
        assert word in page.text


def test_the_page_is_the_same_for_the_same_lines() -> None:
    assert page_html(run_of_t_star()) == page_html(run_of_t_star())


def test_the_page_has_theorem_3_1_and_the_links_between_claims() -> None:
    example = made(
        claim="flat-overfit",
        method="counterexample",
        verdict="CERTIFIED",
        subject="m = 10",
        scaled=None,
        witness={
            "lambda_max": {"lo": "0.03416225", "hi": "0.03416226"},
            "bound": {"lo": "0.2334", "hi": "0.2335"},
            "uncertain": {"length": "13/200"},
        },
    )
    lines = [example, made(claim="hessian"), made(claim="block-norm")]
    page = Page(page_html(lines))
    assert page.open == []
    assert page.tags["svg"] == 3
    for part in ("m = 10", "in [0.0341622, 0.0341623]", "13/200", "B = 75.19525"):
        assert part in page.text


def test_nothing_of_a_claim_becomes_markup() -> None:
    hostile = "<script>alert('$1$')</script>"
    lines = [
        made(claim=hostile, statement=hostile, subject=hostile, detail=hostile),
        control(claim=hostile, control=hostile, detail=hostile, verdict="CERTIFIED"),
    ]
    page = Page(page_html(lines))
    assert page.tags["script"] == 0
    assert hostile in page.text
    assert page.open == []
    assert "flatcert run --claims FILE.py" in page.text


def test_a_page_without_evidence_says_so() -> None:
    page = Page(page_html([]))
    assert page.open == []
    assert "0 claims: no verdict" in page.text


def test_uncertain_intervals_match_the_graph() -> None:
    points = [(0.0, -3.0), (1.0, 3.0), (2.0, 0.5), (3.0, 0.5), (4.0, -7.5)]
    rise, fall = uncertain_intervals(points, 1.0)
    assert rise == pytest.approx((1 / 3, 2 / 3))
    assert fall == pytest.approx((1.8, 3.1875))
    assert uncertain_intervals(points, 0.1)[-1] == pytest.approx((3.05, 3.075))
    assert uncertain_intervals(points, 10.0) == [(0.0, 4.0)]
    assert uncertain_intervals([(0.0, 5.0)], 1.0) == []


@pytest.mark.parametrize("example", REAL, ids=lambda example: example.name)
def test_the_stems_sum_to_the_total_variation(example: RealExample) -> None:
    network, data = load(example)
    instance = Instance(network=network, data=data)
    quantities = Quantities(instance=instance, number=ball, width=Fraction(1, 2**20))
    total = sum(height for _, height in spent(network, data))
    assert total == pytest.approx(approximate(quantities.TV), rel=1e-9)


@pytest.mark.parametrize(
    ("network", "data"),
    [
        (HALF, LINE),
        (Network(w=(), b=(), a=(), c=0), LINE),
        (HALF, Dataset(x=(1,), y=(1,))),
        (Network(w=(1, -1), b=(0, 0), a=(0, 0), c="1/3"), Dataset(x=(1, 1), y=(1, -1))),
    ],
)
def test_small_networks_are_drawn(network: Network, data: Dataset) -> None:
    root = ElementTree.fromstring(network_figure(network, data, Fraction(1, 2)))
    assert root.tag.endswith("svg")


def test_figures_follow_the_ink_of_the_page() -> None:
    figure = margins_figure(run_of_t_star())
    assert "currentColor" in figure
    assert "#000000" not in figure
    assert "date" not in figure.lower()


def test_the_counterexample_is_drawn_to_the_last_decade() -> None:
    rows = margins_table(EXAMPLE, [Fraction(10), Fraction(10**6)])
    figure = counterexample_figure(rows)
    assert "10^-434287" in figure
    assert "B = 75.19525" in figure
    assert figure == counterexample_figure(rows)


def reach(uses: dict[str, list[str]], id: str) -> set[str]:
    """Everything below an id."""
    return {lower for used in uses[id] for lower in {used, *reach(uses, used)}}


def test_only_direct_links_are_drawn_and_none_is_lost() -> None:
    uses = {one.id: list(one.uses) for one in CLAIMS}
    fewer = direct(uses)
    assert all(reach(uses, id) == reach(fewer, id) for id in uses)
    assert sum(map(len, fewer.values())) < sum(map(len, uses.values()))
    for id, chosen in fewer.items():
        for used in chosen:
            rest = fewer | {id: [other for other in chosen if other != used]}
            assert used not in reach(rest, id)


def test_what_is_used_stands_above() -> None:
    uses = {one.id: one.uses for one in CLAIMS}
    found = layers(uses)
    row = {id: index for index, layer in enumerate(found) for id in layer}
    assert set(row) == set(uses)
    assert all(row[below] < row[id] for id in uses for below in uses[id])
    assert claim_graph(uses, {"t": Verdict.PROVED}) == ""
    drawn = claim_graph(uses, {"t": Verdict.PROVED, "t-gamma": Verdict.ERROR, "tv": Verdict.PROVED})
    assert drawn.count('class="edge"') == 2
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
