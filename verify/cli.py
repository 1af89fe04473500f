"""The command `flatcert`: words in, exit status out. The work is done in the rooms below.

Exit status: 0 fine, 1 something is refuted, surviving, vacuous or regressed,
2 bad input or usage, 130 interrupted, 141 output that nobody reads.
"""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.commands import COMMANDS, EXACT, OUT, notice

if TYPE_CHECKING:
    from verify.counterexample import Analysis
    from verify.evidence import Evidence
    from verify.model import Dataset

# One thread for LAPACK, before anything imports numpy: small matrices only get slower with more.
for _name in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_name}_NUM_THREADS", "1")

BASELINE = Path("baseline.json")
UNREAD = 141
"""128 + SIGPIPE, what a shell reports of any program whose output nobody reads."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flatcert")
def cli() -> None:
    """Certified checks of theorems on flatness and generalization of two-layer ReLU networks.

    Start with `flatcert run` (every claim, two minutes) or with
    `flatcert check NETWORK DATA` (your own network).
    """


@cli.command()
@click.option("--profile", type=click.Choice(["default", "ci", "deep"]), default="default")
@click.option("--only", multiple=True, metavar="ID", help="Only this claim; repeat or use commas.")
@click.option("--claims", "claims_file", metavar="FILE.py", help="Attack your own claims instead.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True)
def run(profile: str, only: tuple[str, ...], claims_file: str | None, out: Path) -> int:
    """Attack every claim and refute every false variant.

    Writes results.jsonl, junit.xml and report.html to the output folder. Exit
    status 1 if a claim is refuted or vacuous or a false variant survives.
    """
    from verify.run import main_job

    wanted = tuple(part for entry in only for part in entry.replace(",", " ").split())
    if only and not wanted:
        raise click.UsageError("--only names no claim; `flatcert list` names them all")
    return main_job(profile=profile, only=wanted, claims_file=claims_file, out=out)


@cli.command("list")
def list_claims() -> int:
    """List the claims: id, label in the paper, title."""
    from verify.claims import CLAIMS

    id_width, label_width = (max(len(getattr(c, of)) for c in CLAIMS) for of in ("id", "label"))
    for claim in CLAIMS:
        click.echo(f"{claim.id:<{id_width}}  {claim.label:<{label_width}}  {claim.title}")
    return 0


@cli.command()
@click.argument("id")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True)
def show(id: str, out: Path) -> int:
    """Show a claim: statement, assumptions, controls, proof note, evidence so far."""
    from verify.report.claim_page import print_claim

    print_claim(id, out)
    return 0


@cli.command()
@click.argument("network", type=click.Path())
@click.argument("data", type=click.Path())
@click.option("--eta", type=EXACT, help="Step size: is the network stable, lambda_max <= 2/eta?")
@click.option("--gamma", type=EXACT, help="Level of the uncertain set |f| <= gamma.")
@click.option(
    "--at-kinks",
    type=click.Choice(["refuse", "formal"]),
    default="refuse",
    show_default=True,
    help="A datum on a kink: refuse it, or take relu'(0) = 0 there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(
    network: str,
    data: str,
    eta: Fraction | None,
    gamma: Fraction | None,
    at_kinks: str,
    as_json: bool,
) -> int:
    """Certify the sharpness of NETWORK on DATA and every bound that applies to it.

    NETWORK is .json, .npz or a torch state_dict (.pt); DATA is .csv, .json or .npz. Both
    may have several inputs: w by rows, columns x1,x2,..,y.
    """
    import json

    from verify.assess import assess, describe, document
    from verify.space.formats import read_pair

    found = assess(
        *read_pair(network, data, notice), eta=eta, gamma=gamma, formal=at_kinks == "formal"
    )
    click.echo(json.dumps(document(found)) if as_json else describe(found))
    return 1 if found.refuted else 0


@cli.command()
@click.argument("data", type=click.Path())
@click.option("--margin", type=EXACT, help="Margin m of the network. Default 10, or see --eta.")
@click.option("--eta", type=EXACT, help="Find the least m = 1, 2, 4, .. certified below 2/eta.")
@click.option("--omega", type=EXACT, default="1/2", show_default=True, help="Ramp share of a gap.")
@click.option("--gamma", type=EXACT, default="1", show_default=True, help="Level of uncertainty.")
@click.option(
    "--scaling",
    type=click.Choice(["balanced", "outer-fixed", "unit-outer"]),
    default="balanced",
    show_default=True,
    help="How |a w| is split; unbalanced ones fall like m^2 e^-m.",
)
@click.option("--digits", type=int, default=30, show_default=True, help="Digits of lambda_max.")
@click.option("--truth", type=click.Path(), help="A network file whose output is the true logit.")
@click.option("-o", "--output", type=click.Path(), help="Write the network here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def counterexample(data: str, **options: Any) -> int:
    """Build a network that overfits DATA and is as flat as you like (Theorem 3.1).

    It interpolates any labels on distinct x with margin m exactly; lambda_max is
    certified by balls and compared with mpmath, the bound and the limit law.
    """
    from verify.formats import read_dataset

    found, heading = _analysis(read_dataset(data, notice=notice), **options)
    _print_analysis(found, heading, options["as_json"])
    if options["output"]:
        from verify.formats import write_network

        write_network(found.network, options["output"])
    return 0 if found.margins_exact and found.below_bound and found.agrees is not False else 1


def _analysis(
    data: Dataset, *, margin: Fraction | None, eta: Fraction | None, **options: Any
) -> tuple[Analysis, str]:
    """The analysis asked for, and how its margin was chosen."""
    from verify.counterexample import analyse, least_margin
    from verify.counterexample.words import describe_least
    from verify.formats import read_network
    from verify.model import InputError

    if margin is not None and eta is not None:
        raise InputError("--margin and --eta exclude each other; give one of them")
    truth = read_network(options["truth"]) if options["truth"] else None
    settings = {name: options[name] for name in ("omega", "scaling", "digits", "gamma")}
    if eta is None:
        chosen = Fraction(10) if margin is None else margin
        return analyse(data, margin=chosen, truth=truth, **settings), ""
    if settings["scaling"] != "balanced":
        raise InputError("--eta searches balanced networks; leave --scaling out")
    least = least_margin(data, eta=eta, omega=settings["omega"])
    return analyse(data, margin=least.margin, truth=truth, **settings), describe_least(least)


def _print_analysis(found: Analysis, heading: str, as_json: bool) -> None:
    import json

    from verify.counterexample.words import describe, document

    if as_json:
        click.echo(json.dumps(document(found)))
        return
    for line in [heading] * bool(heading) + list(describe(found)):
        click.echo(line)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path), default=OUT)
@click.option("--baseline", type=click.Path(path_type=Path), default=BASELINE, show_default=True)
def accept(out: Path, baseline: Path) -> int:
    """Accept the results in OUT as the baseline. Only this command writes it."""
    from verify.gate import write_baseline

    write_baseline(_results(out), baseline)
    click.echo(f"accepted: {baseline}")
    return 0


@cli.command()
@click.argument("out", type=click.Path(path_type=Path), default=OUT)
@click.option("--baseline", type=click.Path(path_type=Path), default=BASELINE, show_default=True)
@click.option(
    "--require",
    multiple=True,
    type=click.Choice(["formal", "smt"]),
    help="Fail if this optional method was not run; repeat.",
)
def gate(out: Path, baseline: Path, require: tuple[str, ...]) -> int:
    """Compare the results in OUT with the baseline; exit status 1 if anything is worse."""
    from verify.baseline import read_baseline
    from verify.gate import compare

    findings = compare(_results(out), read_baseline(baseline), require)
    in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    for finding in findings:
        kind = "error" if finding.is_failure else "notice"
        prefix = f"::{kind} title=flatcert gate::" if in_actions else f"{kind}: "
        click.echo(prefix + finding.text)
    failed = any(finding.is_failure for finding in findings)
    click.echo("gate: FAILED" if failed else "gate: passed")
    return 1 if failed else 0


def _results(out: Path) -> list[Evidence]:
    """The lines of a run, with those of `flatcert prove` in the same folder."""
    from verify.evidence import read_evidence
    from verify.formal.ledger import read_ledger

    lines = read_evidence(out / "results.jsonl")
    proved, why_not = read_ledger(out)
    if why_not:
        notice(why_not)
    return [*lines, *proved]


for _command in COMMANDS:
    cli.add_command(_command)


def _silenced(status: int) -> int:
    """The status, after giving the rest of the output to nobody, so that no flush fails at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def main() -> int:
    """Run the command and turn every expected failure into one line and a status."""
    from verify.model import InputError

    # Exact results may be long; what is read is limited by verify.model and verify.formats.
    sys.set_int_max_str_digits(0)
    try:
        status = cli.main(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except (click.ClickException, InputError) as error:
        text = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"flatcert: {' '.join(text.split())}", err=True)
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("flatcert: interrupted", err=True)
        return 130
    except (BrokenPipeError, SystemExit):
        # Whoever read the output has gone; click turns that into SystemExit by itself. The verdict
        # may not have been reached, so this is never 0.
        return _silenced(UNREAD)
    except OSError as error:
        click.echo(f"flatcert: the output cannot be written: {error.strerror}", err=True)
        return _silenced(2)
    return int(status or 0)
