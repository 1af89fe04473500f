"""Experiment 4: the paper's two trade-offs, of the step size and of the level gamma.

Step size: a network that equals f0 on the data and is stationary has
lambda_max >= P (1 + 2 TV) (claims t-stat and tv, q = p/P), so that none with f'' that
spends TV(f0) is stable beyond eta* = 2 / (P (1 + 2 TV(f0))). Level: a larger gamma
gives more uncertain data and a wider hull, but a smaller weight Gamma(gamma) in T-gamma.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verify.dynamics.grid import Point, Sweep
from verify.dynamics.store import Columns, Table
from verify.dynamics.truth import Truth
from verify.experiments import plotting
from verify.experiments.common import Experiment, Results, Settings, stated_protocol
from verify.experiments.exclusion import exclusion
from verify.experiments.observe import Setting, gamma_bound, hull, state_of
from verify.experiments.protocols import Changes, both, fixed, instead, told
from verify.experiments.survey import setting_of, survey
from verify.experiments.trends import FEWEST_SEEDS, Floats, ends, estimate, finals, paired, trend
from verify.operators.layout import OutOfRange
from verify.report.drawing import INK, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GAMMAS = tuple(0.25 * number for number in range(1, 17))
_NOTHING = [(np.nan,) * 4] * len(GAMMAS)


def _settings(
    etas: tuple[float, ...], waves: tuple[float, ...], k: int, n: int, amount: float
) -> Settings:
    sweeps: dict[str, Sweep] = {}
    for wave in waves:
        matched = Sweep(
            etas=etas,
            seeds=range(10),
            noises=(0.0,),
            sizes=(n,),
            k=k,
            truth=Truth(waves=wave),
            protocol="time",
            amount=amount,
            checkpoints=1,
        )
        sweeps |= both(f"waves={wave:g}", matched)
    return Settings(sweeps=sweeps)


def truths(settings: Settings) -> list[str]:
    """The time-matched sweeps, one for each truth."""
    return [name for name, sweep in settings.sweeps.items() if sweep.protocol == "time"]


SMALL = _settings((0.1, 0.4, 1.6, 5.0), (1.0, 2.0, 3.0), 60, 100, 10000)
PAPER = _settings((0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 2.4, 5.0), (1.0, 2.0, 3.0), 400, 200, 20000)


def _curve(theta: Floats, setting: Setting) -> list[tuple[float, float, float, float]]:
    try:
        state = state_of(theta, setting.x, setting.y)
    except OutOfRange:
        return _NOTHING
    line = []
    for gamma in GAMMAS:
        spent, bound, count = gamma_bound(state, setting.eta, gamma)
        low, high = hull(setting.x, np.abs(state.f) <= gamma)
        line.append((count / setting.x.size, high - low, spent, bound))
    return line


def _curves(settings: Settings, name: str, columns: Columns, table: Table) -> Columns:
    """n_gamma / n, hull length, int |f''| g_A and its bound for each run's end and each gamma.

    NaN where the run diverged or float64 does not serve.
    """
    sweep = settings.sweeps[name]
    rows = ends(columns)
    found = []
    for row in rows:
        eta, seed, n = columns["eta"][row], int(columns["seed"][row]), int(columns["n"][row])
        point = Point(eta=float(eta), seed=seed, noise=float(columns["noise"][row]), n=n)
        setting = setting_of(sweep, point, settings)
        lost = columns["status"][row] == "diverged"
        found.append(_NOTHING if lost else _curve(table.theta[row], setting))
    stacked = np.array(found)
    names = ("share", "width", "spent", "bound")
    curves = {f"curves/{key}": stacked[:, :, i] for i, key in enumerate(names)}
    return {"curves/gamma": np.array(GAMMAS), "curves/eta": columns["eta"][rows], **curves}


def reference(settings: Settings) -> str:
    """The sweep whose curves in gamma are shown: the middle one."""
    names = truths(settings)
    return names[len(names) // 2]


def compute(settings: Settings, folder: Path, workers: int) -> Results:
    """The survey, "exclusion" (truths, 3) = P, TV, eta* of each truth, and the curves in gamma."""
    results, tables = survey(settings, folder, workers)
    matched = [settings.sweeps[name] for name in truths(settings)]
    excluded = [exclusion(sweep.truth, sweep.sizes[0]) for sweep in matched]
    name = reference(settings)
    curves = _curves(settings, name, results.sweep(name), tables[name])
    arrays = {**results.arrays, "exclusion": np.array(excluded), **curves}
    return Results(settings=settings, arrays=arrays)


def limits(results: Results) -> list[tuple[str, float]]:
    """Each truth's time-matched sweep with its eta*."""
    rows = results.arrays["exclusion"]
    return [(n, float(row[2])) for n, row in zip(truths(results.settings), rows, strict=True)]


def _by_eta(axes: Axes, results: Results, column: str) -> None:
    for style, (name, limit) in enumerate(limits(results)):
        levels, values = finals(results.sweep(name), column)
        plotting.means(axes, levels, values, style, f"{name}, eta* = {limit:.2g}")
        line = plotting.LINES[style % len(plotting.LINES)]
        axes.axvline(limit, linewidth=0.9, **line)
    plotting.plain_log(axes)
    plotting.plain_log(axes, x=True)
    axes.set_xlabel("step size eta (vertical: eta* of each truth)")


def _by_gamma(axes: Axes, results: Results, names: tuple[tuple[str, str], ...]) -> None:
    arrays = results.arrays
    gammas, etas = arrays["curves/gamma"], arrays["curves/eta"]
    for style, eta in enumerate(plotting.few(np.unique(etas), 2)):
        for dashed, (key, label) in enumerate(names):
            values = arrays[f"curves/{key}"][etas == eta].T
            kept = np.where(np.isfinite(values), values, np.nan)
            mean = [estimate(row).mean for row in kept]
            axes.plot(
                gammas,
                mean,
                color=(INK, SHADE)[style],
                linestyle=("-", "--")[dashed],
                marker="os"[style],
                markersize=3,
                linewidth=1.2,
                label=f"{label}, eta = {eta:g}",
            )
    axes.set_xlabel("gamma")


def figure(results: Results) -> Figure:
    """Excess and S by eta for each truth with eta*; uncertain data, hull and bound by gamma."""
    name = reference(results.settings)

    def panels(drawn: Figure) -> None:
        axes = drawn.subplots(2, 2)
        _by_eta(axes[0, 0], results, "excess_inside")
        axes[0, 0].set_ylabel("mean KL (nats)")
        plotting.letter(axes[0, 0], f"excess risk, |x| <= {results.settings.inside:g}")
        low, high = axes[0, 0].get_ylim()
        axes[0, 0].set_ylim(low, 2.5 * high)
        axes[0, 0].legend(fontsize=7, loc="upper left")
        _by_eta(axes[0, 1], results, "S")
        axes[0, 1].set_ylabel("S")
        plotting.letter(axes[0, 1], "path sum S at the end")
        _by_gamma(axes[1, 0], results, (("share", "share of data"), ("width", "length of hull")))
        axes[1, 0].set(ylim=(0, None), ylabel="share; length (of 2)")
        plotting.letter(axes[1, 0], f"uncertain data and their hull, {name}")
        _by_gamma(axes[1, 1], results, (("spent", "int |f''| g_A"), ("bound", "T-gamma bound")))
        axes[1, 1].set_ylabel("weighted variation")
        plotting.plain_log(axes[1, 1], marks=(1.0,))
        plotting.letter(axes[1, 1], f"T-gamma, {name}")
        axes[1, 0].legend(fontsize=7)
        low, high = axes[1, 1].get_ylim()
        axes[1, 1].set_ylim(low, 300.0 * high)
        axes[1, 1].legend(fontsize=7, loc="upper left")

    return plotting.figure_of((7.4, 7.0), stated_protocol(results), panels)


def rises(levels: Floats, values: Floats) -> list[tuple[float, float]]:
    """Neighbouring step sizes between which the excess rises; a U shape hides from its ends."""
    steps = range(len(levels) - 1)
    found = [i for i in steps if paired(values[i], values[i + 1]).sign > 0]
    return [(float(levels[i]), float(levels[i + 1])) for i in found]


def changes(results: Results, kind: Callable[[str], str]) -> Changes:
    """For each truth the change of the excess from the last allowed eta to the largest."""
    found = {}
    for name, limit in limits(results):
        levels, values = finals(results.sweep(kind(name)), "excess_inside")
        last = _allowed(levels, limit)
        if last < len(levels) - 1:
            key = f"the excess of {name} from eta = {levels[last]:g} to {levels[-1]:g}"
            found[key] = paired(values[last], values[-1])
    return found


def _allowed(levels: Floats, limit: float) -> int:
    """The index of the largest eta up to eta*, or 0."""
    return max(int(np.searchsorted(levels, limit, side="right")) - 1, 0)


def _of_truth(name: str, columns: Columns, limit: float) -> tuple[str, bool]:
    """The excess beyond the last allowed eta and where it first rises; is it as the paper says."""
    levels, values = finals(columns, "excess_inside")
    found = rises(levels, values)
    first = f"{found[0][0]:g} and {found[0][1]:g}" if found else "no two neighbours"
    none_early = all(right > limit for _, right in found)
    last = _allowed(levels, limit)
    head = f"{name} (eta* = {limit:.3g}): first rise between {first}"
    if last == len(levels) - 1:
        return f"{head}, no eta is beyond eta*", False
    beyond = paired(values[last], values[-1])
    words = f"{head}; {trend('it', values[[last, -1]])} from eta = {levels[last]:g}"
    return f"{words} to {levels[-1]:g}", beyond.sign > 0 and none_early


def _step_sizes(results: Results) -> str:
    found = [_of_truth(name, results.sweep(name), limit) for name, limit in limits(results)]
    held = sum(agrees for _, agrees in found)
    few = all(len(sweep.seeds) < FEWEST_SEEDS for sweep in results.settings.sweeps.values())
    count = "not tested" if few else f"found for {held} of {len(found)} truths"
    return (
        f"Interior excess by eta: {'; '.join(words for words, _ in found)}. A rise beyond eta*"
        f" and none between neighbours below it is {count}."
    )


def _kept(results: Results, eta: float) -> NDArray[np.bool_]:
    """Which rows of the curves are of this eta and of runs that are not left out."""
    kept = np.isfinite(results.arrays["curves/share"]).all(axis=1)
    return np.asarray(kept & (results.arrays["curves/eta"] == eta))


def best_gamma(results: Results, eta: float) -> tuple[float, float, float]:
    """The gamma with the least mean bound at this eta, that bound, and what is spent there."""
    arrays, chosen = results.arrays, _kept(results, eta)
    means: list[Floats] = []
    for key in ("bound", "spent"):
        values = arrays[f"curves/{key}"][chosen]
        usable = np.isfinite(values).all(axis=0)
        means.append(np.where(usable, np.where(usable, values, 0.0).mean(axis=0), np.inf))
    at = int(np.argmin(means[0]))
    return float(arrays["curves/gamma"][at]), float(means[0][at]), float(means[1][at])


def _levels(results: Results) -> str:
    arrays = results.arrays
    eta = float(arrays["curves/eta"].max())
    if not _kept(results, eta).any():
        return f"Level, {reference(results.settings)}, eta = {eta:g}: no run is left."
    gamma, bound, spent = best_gamma(results, eta)
    shares = arrays["curves/share"][_kept(results, eta)].mean(axis=0)
    gammas = arrays["curves/gamma"]
    where = "inside the range" if gammas[0] < gamma < gammas[-1] else "at an end of the range"
    return (
        f"Level, {reference(results.settings)}, eta = {eta:g}: from gamma = {gammas[0]:g} to"
        f" {gammas[-1]:g} the uncertain share goes from {shares[0]:.3g} to {shares[-1]:.3g}; the"
        f" bound of T-gamma is least at gamma = {gamma:g}, {where}: {bound:.3g} against"
        f" {spent:.3g} spent."
    )


def findings(results: Results) -> tuple[str, ...]:
    """Whether the excess rises beyond eta* of each truth; where the bound in gamma is least."""
    sweep = results.settings.sweeps[fixed(reference(results.settings))]
    matched, other = changes(results, str), changes(results, fixed)
    return _step_sizes(results), _levels(results), told(instead(sweep), matched, other)


EXPERIMENT = Experiment(
    name="trade-offs",
    title="The two trade-offs: step size against TV(f0), and the level gamma of uncertainty",
    small=SMALL,
    paper=PAPER,
    compute=compute,
    figure=figure,
    findings=findings,
    protocol=stated_protocol,
)
