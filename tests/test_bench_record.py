"""What the benchmark makes of its rows: labels, failures, tables and the figure."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.bench_rows import OTHER, SEVEN, SMALL, answer, full, printed, results, row
from verify.bench.cases import Case
from verify.bench.figure import draw, figure_png, figure_svg
from verify.bench.peers import CERTIFIED, DENSE
from verify.bench.record import Row, by_case, relative_width
from verify.bench.table import findings, milliseconds, reasons


@pytest.mark.parametrize(
    ("truth", "low", "right"),
    [
        (0.701, 0.106, False),
        (1.0085, -0.18, False),
        (0.5, -0.5, False),
        (2.0, 2.0 * (1 - 2e-6), False),
        (2.0, 2.0 * (1 + 5e-7), True),
        (2.0, 2.0, True),
    ],
)
def test_right_is_a_label_of_the_error(truth: float, low: float, right: bool) -> None:
    found = row(answer=answer(low), reference=truth)
    assert found.right is right
    assert found.error == pytest.approx((low - truth) / truth, abs=1e-15)


def test_nothing_to_compare_is_not_right() -> None:
    assert row(answer=answer(1.0)).right is None
    assert row(reference=1.0).right is None
    assert row().error is row().best is row().value is None


def test_growth_is_the_power() -> None:
    scaling = tuple(
        row(case=Case(kind="start", k=1, n=n), cpu=(9.0, 3e-7 * n**1.25)) for n in SEVEN
    )
    growth = results(scaling=scaling).growth
    assert growth is not None
    assert growth.exponent == pytest.approx(1.25, rel=1e-12)
    assert growth.factor == pytest.approx(3e-7, rel=1e-10)
    logs = np.log([[r.case.n, r.best] for r in scaling])
    assert growth.exponent == pytest.approx(np.polyfit(*logs.T, 1)[0], rel=1e-10)
    assert results(scaling=scaling[:1]).growth is None


def test_speed_is_against_the_fastest_peer() -> None:
    compared = (
        row(cpu=(0.5, 0.25)),
        row(DENSE, cpu=(100.0,)),
        row("quick peer", cpu=(3.0, 1.0)),
        row("absent", note="not installed: it"),
        row(DENSE, case=OTHER, cpu=(1.0,)),
    )
    (speed,) = results(compared=compared).speeds
    assert (speed.nearest, speed.ratio, speed.over_dense) == ("quick peer", 4.0, 400.0)
    assert "(quick peer) takes 4 times our time" in findings(results(compared=compared))[0]


@pytest.mark.parametrize(
    ("found", "fails"),
    [
        (row(answer=answer(1.0, 1.0 + 1e-10), reference=1.0), False),
        (row(answer=answer(1.0, 1.0 + 1e-10)), False),
        (row(answer=answer(1.0, 1.0 + 1e-8), reference=1.0), True),
        (row(answer=answer(1.0), reference=1.1), True),
        (row(note="no answer within 180 s"), True),
        (row("peer", note="not installed: it"), False),
        (row("peer", answer=answer(1.0), reference=2.0), False),
    ],
)
def test_only_we_can_fail(found: Row, fails: bool) -> None:
    for group in ("compared", "scaling", "misleading"):
        assert bool(results(**{group: (found,)}).failures) is fails


def test_relative_width() -> None:
    assert relative_width(row(answer=answer(2.0, 2.5))) == 0.25
    assert relative_width(row(answer=answer(-2.0, -1.5))) == 0.25
    assert relative_width(row()) == math.inf


def test_the_table_says_everything() -> None:
    text = printed(full())
    assert "0.4 " in text
    assert "-1e+00 x" in text
    assert "-0.18 ? x" in text
    assert "absent: not installed: it" in text
    assert text.count("absent: not installed") == 1
    assert "large, start k=3 n=7, start k=4 n=9: needs about 9 GiB" in text
    assert "n^1.00" in text
    assert " x" not in printed(results(compared=full().compared[:2])).split("x: not right")[0]


def test_reasons_are_told_once_each() -> None:
    assert len(reasons(full())) == 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.000413, "0.413"), (0.0941, "94.1"), (17.4, "17,400"), (0.99996, "1,000"), (1.0, "1,000")],
)
def test_milliseconds(seconds: float, text: str) -> None:
    assert milliseconds(seconds) == text


def test_the_figure_shows_who_is_wrong() -> None:
    figure = Figure()
    draw(figure, full())
    growth, compared, _ = figure.axes
    fills = [line.get_markerfacecolor() for line in compared.lines if len(line.get_xdata())]
    assert fills.count("none") == 2
    assert len(fills) == 6
    assert (growth.get_xscale(), growth.get_yscale(), compared.get_yscale()) == ("log",) * 3
    named = [text.get_text() for text in compared.get_legend().get_texts()]
    assert named == [CERTIFIED, DENSE, "wrong"]
    markers = [line.get_marker() for line in compared.lines if not len(line.get_xdata())]
    assert len(set(markers)) == len(markers) == 3


def test_the_figure_in_both_formats() -> None:
    text = figure_svg(full())
    assert text.startswith("<svg")
    assert "fit to CPU: n^1.00" in text
    assert figure_svg(full()) == text
    assert figure_png(full()).startswith(b"\x89PNG")
    assert "growth" not in figure_svg(results(compared=full().compared))


def test_the_same_rows_by_case() -> None:
    found = by_case(full().compared)
    assert list(found) == [SMALL, OTHER]
    assert found[OTHER][DENSE] == full().compared[6]
