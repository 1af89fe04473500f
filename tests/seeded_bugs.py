"""Bugs that the exact replays have to catch: one edit each, and the stage where it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """`old`, found once in the module `file`, becomes `new`; `stage` of tests/stages.py judges.

    `term` marks a dropped error term: the values stay right, and their bound becomes false.
    """

    file: str
    old: str
    new: str
    stage: str
    term: bool = False

    @property
    def name(self) -> str:
        """What a test run shows."""
        return f"{self.file}: {self.old.strip()} -> {self.new.strip()}"


def _bug(file: str, stage: str, old: str, new: str) -> Bug:
    return Bug(file=file, old=old, new=new, stage=stage)


def _term(file: str, stage: str, old: str, new: str) -> Bug:
    return Bug(file=file, old=old, new=new, stage=stage, term=True)


BUGS = (
    _bug("exactly", "two_sum", "(a - (s - shadow)) + (b - shadow)", "b - shadow"),
    _bug("exactly", "two_product", "134217729.0", "33554433.0"),
    _bug("exactly", "sign", "(product + b) + error", "product + b"),
    _bug("exponential", "decay", " + j * LN2_LOW", ""),
    _bug("exponential", "decay", "64.0 * UNIT", "UNIT"),
    _term("outputs", "outputs", "UNIT * abs(f[j]) + ", ""),
    _term("outputs", "outputs, cancelling", " + slip * slip * (slope * abs(x[j]) + level)", ""),
    _bug("outputs", "outputs", " + (sums[j, 1] + sums[j, 5]) * x[j]", ""),
    _bug("outputs", "outputs", "(stop[i] - 1, 4)", "(stop[i], 4)"),
    _term("weights", "logistic", "(EXP_ERROR + bound[j])", "EXP_ERROR"),
    _bug("weights", "logistic", "1.02 * (EXP_ERROR", "1.0 * (EXP_ERROR"),
    _bug(
        "weights",
        "logistic",
        "(e if y[j] * f[j] >= 0.0 else 1.0)",
        "(1.0 if y[j] * f[j] >= 0.0 else e)",
    ),
    _term("weights", "logistic", "(1.0 + error) + FLOOR", "(1.0 + error)"),
    _term("weights", "logistic", "error * steep + 2.0 * FLOOR", "error * steep"),
    _term("weights", "block_sums", "slip + UNIT * largest", "UNIT * largest"),
    _term("weights", "block_sums, rounding only", "slip + UNIT * largest", "slip"),
    _term("weights", "block_sums, cancelling", " + second * second * total", ""),
    _bug(
        "rows",
        "compress",
        "np.sqrt(p[j]) * (1.0 + sign * ROOM)",
        "np.sqrt(p[j]) * (1.0 - sign * ROOM)",
    ),
    _bug("rows", "compress", "(SHARE + 16.0 * UNIT)", "(16.0 * UNIT)"),
    _term("rows", "compress", " + sign * extra", ""),
    _term("rows", "compress, crowded", "excess += max(-spread, 0.0)", "pass"),
    _term("problem", "enclosure", "    radius += excess * ", "    0.0 * "),
    _bug("problem", "enclosure", "core(weights[0], False)", "core(weights[0], True)"),
    _bug("pivots", "gap", "(t2 + (t1 + ", "((t1 + "),
    _term(
        "pivots", "gap, cancelling", "UNIT + 64.0 * UNIT * UNIT * (p0 + p1 + p2) / abs(d)", "UNIT"
    ),
    _term("pivots", "blocks, cancelling", " + 1.02 * error", ""),
    _bug("pivots", "blocks", "(stop[i] - 1, 6)", "(stop[i], 6)"),
    _bug("pivots", "blocks", "stop[i] == rows", "start[i] == 0"),
    _term("pivots", "prepare, cancelling", "e0 += sums[m, 3] + UNIT * abs(u0)", "e0 += sums[m, 3]"),
    _term("pivots", "prepare", "e1 += sums[m, 10] + ", "e1 += "),
    _term("pivots", "image", "1.01 * UNIT * abs(c[i]) + slip", "1.01 * UNIT * abs(c[i])"),
    _term("pivots", "image", "6.0 * UNIT * (abs(t[i]) + span) + ", ""),
    _term("pivots", "update", " + UNIT * abs(state[i, j])", ""),
    _term("pivots", "update", "2.02 * UNIT * abs(step) + ", ""),
    _term(
        "pivots",
        "factor",
        "off += sums[m, 6] * sums[m, 6] * p1 + sums[m, 7] * sums[m, 7] * p2",
        "pass",
    ),
    _term("pivots", "factor", "drift + 14.0", "14.0"),
    _term("pivots", "factor", "e[i] += sums[m, 2 + i]", "pass"),
    _bug("pivots", "factor", "np.sqrt(12.0 * off)", "np.sqrt(off)"),
    _bug("pivots", "factor, rounding only", "14.0 * UNIT * size", "0.0"),
    _bug("pivots", "factor", "1.0 - value - shift", "1.0 - value + shift"),
    _bug("pivots", "factor", "1 if d < 0.0 else 0", "1 if d > 0.0 else 0"),
    _bug("core", "mirror", "rx=-core.rx", "rx=core.rx"),
    _bug("search", "counts", "_proved(problem.high, ", "_proved(problem.low, "),
    _bug("search", "counts", "_proved(problem.low, ", "_proved(problem.high, "),
    _term("search", "counts", "mu - problem.radius", "mu"),
    _term("search", "counts", "mu + problem.radius", "mu"),
    _bug("search", "counts", "sign * shift", "shift"),
    _bug("search", "counts", "outside if mu > 0", "outside if mu < 0"),
)
