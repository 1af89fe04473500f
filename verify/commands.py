"""Commands about a network of the user's: certificates, minima; and the benchmark.

Like `cli`, which gathers them, this module imports nothing heavy before it is asked to work.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import click


class Exact(click.ParamType[Fraction]):
    """A number read exactly: 0.1 is 1/10, 1e300 and 2/3 are what they say."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        """The Fraction; a usage error otherwise."""
        from verify.model import InputError, exact

        try:
            return exact(value, (param.opts[-1] if param else "value"))
        except InputError as error:
            raise click.UsageError(str(error), ctx) from None


EXACT = Exact()
OUT = Path("flatcert-out")
NETWORK = click.argument("network", type=click.Path())
DATA = click.argument("data", type=click.Path())


def notice(text: str) -> None:
    """One line to standard error."""
    click.echo(f"flatcert: {text}", err=True)


@click.command()
@NETWORK
@DATA
@click.option("--eta", type=EXACT, help="Step size: also certify whether lambda_max <= 2/eta.")
@click.option(
    "--at-kinks",
    type=click.Choice(["refuse", "formal"]),
    default="refuse",
    show_default=True,
    help="A datum on a kink: refuse it, or take relu'(0) = 0 there.",
)
@click.option("--coq", is_flag=True, help="Write a Coq file that proves the bounds instead.")
@click.option("-o", "--output", type=click.Path(), required=True, help="Write it here.")
def certify(
    network: str, data: str, eta: Fraction | None, at_kinks: str, coq: bool, output: str
) -> int:
    """Write a certificate of lambda_max that anyone can check without this program.

    `flatcert verify-cert` checks it, and so does the file verify/spectrum/checker.py
    alone, with nothing but Python.
    """
    from verify.formats import read_dataset, read_network, write_atomically
    from verify.spectrum import certificate

    subject = read_network(network), read_dataset(data, notice=notice)
    if coq:
        if eta is not None or at_kinks == "formal":
            raise click.UsageError("--coq takes neither --eta nor --at-kinks formal")
        from verify.formal.emit import check_name, coq_certificate, how_to_check

        check_name(output)
        write_atomically(output, coq_certificate(*subject))
        click.echo(f"{output}: {how_to_check(output)}")
        return 0
    text = certificate.certify(*subject, eta=eta, formal=at_kinks == "formal")
    write_atomically(output, text)
    click.echo(f"{output}: {certificate.verify(text, *subject)}; checked in integers")
    return 0


@click.command("verify-cert")
@click.argument("certificate", type=click.Path())
@NETWORK
@DATA
def verify_cert(certificate: str, network: str, data: str) -> int:
    """Check a certificate of lambda_max against NETWORK and DATA, in integers only.

    Exit status 0 if it proves what it claims, 1 if it does not, 2 if it is no certificate.
    """
    from verify.formats import read_dataset, read_network
    from verify.model import InputError
    from verify.spectrum import checker
    from verify.spectrum.certificate import read_certificate, verify

    text = read_certificate(certificate)
    subject = read_network(network), read_dataset(data, notice=notice)
    try:
        click.echo(f"accepted: {verify(text, *subject)}")
    except InputError as error:
        raise InputError(f"{certificate}: {error}") from None
    except checker.Rejected as reason:
        click.echo(f"rejected: {reason}")
        return 1
    return 0


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True)
@click.option(
    "--sizes", multiple=True, metavar="K,N", help="Compare lambda_max at this size only; repeat."
)
@click.option("--quick", is_flag=True, help="Small networks, few repetitions, no memory.")
def bench(out: Path, sizes: tuple[str, ...], quick: bool) -> int:
    """Time our lambda_max and our gradient descent against the tools that are installed.

    The extra `bench` installs them; one that is missing is named. Writes bench.json,
    bench.svg and bench.png; a full run takes about ten minutes. Exit status 1 if a
    certified enclosure is missing, wider than 1e-9 or not right, or if the same
    descent ends elsewhere by another tool.
    """
    from verify.bench import bench as measure

    return measure(out=out, sizes=sizes, quick=quick)


@click.command()
@click.argument("network", type=click.Path())
@click.argument("data", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def minimum(network: str, data: str, as_json: bool) -> int:
    """Certify the minimum with the activation sets of NETWORK on DATA, or that there is none.

    At a certified minimum: the Hessian's spectrum, the step sizes for which gradient
    descent is attracted, and those for which some rescaling of it is stable.
    """
    import json

    from verify.formats import read_dataset, read_network
    from verify.minimum import certify_minimum, describe, document

    found = certify_minimum(read_network(network), read_dataset(data, notice=notice))
    click.echo(json.dumps(document(found)) if as_json else "\n".join(describe(found)))
    return 0


@click.command()
@click.argument("data", type=click.Path(), required=False)
@click.option("--margin", type=EXACT, help="Also bound lambda_max of the networks of this margin.")
@click.option("-o", "--output", type=click.Path(), help="Write the certificate here.")
@click.option("--check", type=click.Path(), help="Check this certificate; search for nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def optimum(
    data: str | None, margin: Fraction | None, output: str | None, check: str | None, as_json: bool
) -> int:
    """Enclose B_opt: how flat a network can be that fits DATA with one large margin.

    Both bounds are proved in exact rationals, for networks of any size. The file
    verify/optimum/checker.py checks a certificate alone, with nothing but Python.
    """
    import json

    from verify.formats import read_dataset, write_atomically
    from verify.model import InputError
    from verify.optimum import describe, describe_margin, document, enclosure, prove
    from verify.spectrum.certificate import read_certificate

    if (data is None) == (check is None):
        raise InputError("give either DATA or --check CERTIFICATE")
    try:
        text = None if check is None else read_certificate(check)
        found = enclosure(read_dataset(str(data), notice=notice)) if text is None else prove(text)
    except InputError as error:
        raise InputError(str(error) if check is None else f"{check}: {error}") from None
    if output:
        write_atomically(output, found.text)
    lines = [*describe(found), *(describe_margin(found, margin) if margin is not None else ())]
    click.echo(json.dumps(document(found)) if as_json else "\n".join(lines))
    return 0


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True)
@click.option("--recheck", is_flag=True, help="Let coqchk check the compiled proofs again.")
def prove(out: Path, recheck: bool) -> int:
    """Compile the Coq proofs anew and print each theorem with the axioms behind it.

    Needs Coq with Coquelicot and Interval; where z3 is installed (the extra smt), it
    decides single steps of the proofs too. Writes formal.jsonl, which `run`, `gate`
    and `accept` read. Exit status 1 if a proof rests on other axioms than those of
    Coq's real numbers and classical logic, or a false variant is not refuted.
    """
    from verify.formal import smt
    from verify.formal.ledger import prove_all, prove_steps, write_ledger
    from verify.formal.words import table

    lines = prove_all(recheck=recheck, done=lambda name: notice(f"compiled {name}"))
    lines += [] if smt.missing() else prove_steps()
    if smt.missing():
        notice(f"smt: not run, {smt.missing()}")
    click.echo("\n".join(table(lines)))
    click.echo(f"evidence: {write_ledger(lines, out)}")
    return int(any(line.verdict == "ERROR" for line in lines))


@click.command()
@click.argument("name", required=False)
@click.option("--paper", is_flag=True, help="The full setting, k = 400: minutes, not seconds.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=OUT / "experiments", show_default=True
)
@click.option("--figure-only", is_flag=True, help="Draw saved results again; train nothing.")
def experiment(name: str | None, paper: bool, out: Path, figure_only: bool) -> int:
    """Run an experiment on training: save results, draw a figure, say what was found.

    Without NAME, list the experiments. An interrupted run goes on where it stopped.
    Exit status 1 if a theorem is refuted on a network that the experiment shows.
    """
    from verify.experiments.registry import folder_of, listing, redraw, refuted, run_experiment

    if name is None:
        if paper or figure_only:
            raise click.UsageError("NAME is needed; `flatcert experiment` lists the names")
        click.echo("\n".join(listing()))
        return 0
    folder = folder_of(name, out, paper=paper)
    lines = redraw(name, folder) if figure_only else run_experiment(name, paper=paper, out=out)
    click.echo("\n".join(lines))
    return int(refuted(folder))


@click.command()
@NETWORK
@DATA
@click.option("--truth", type=click.Path(), help="The truth: a CSV file x,f0, or a network file.")
@click.option("--holdout", type=click.Path(), help="Or data that the network has not seen.")
@click.option("--delta", type=float, default=0.05, show_default=True, help="Allowed chance.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def generalize(
    network: str, data: str, truth: str | None, holdout: str | None, delta: float, as_json: bool
) -> int:
    """Say which assumption of Theorem 3.7 NETWORK meets on DATA, and what bound that buys.

    With the truth every assumption is decided, exactly or by balls; with held-out data
    some are decided with confidence and the others are named as assumptions.
    """
    import json

    from verify import generalize as room
    from verify.formats import read_dataset, read_network
    from verify.model import InputError

    if (truth is None) is (holdout is None):
        raise InputError("one of --truth and --holdout is needed, and not both")
    subject = read_network(network), read_dataset(data, notice=notice)
    if truth is not None:
        known = room.read_truth(truth, subject[1])
        answer = room.against_truth(*subject, known, delta=delta)
    else:
        fresh = room.read_holdout(str(holdout), data, notice)
        answer = room.from_holdout(*subject, fresh, delta=delta)
    click.echo(json.dumps(room.document(answer)) if as_json else "\n".join(room.describe(answer)))
    return 0


@click.command()
@click.option("--deep", is_flag=True, help="Nine settings, 400 replicates of most: four minutes.")
@click.option("--rate", is_flag=True, help="The slopes in n instead: about a minute.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT / "coverage", show_default=True)
def coverage(deep: bool, rate: bool, out: Path) -> int:
    """Simulate Theorems 3.6 and 3.7: how often do their bounds fail, how sharp are they?

    Writes replicates, a table, two figures and findings; a replicate that is there is not
    computed again. Exit status 1 if a bound is refuted, a shrunken one is not, or a
    breakdown of the assumptions is not certified.
    """
    from verify.experiments.simulation import run_coverage, run_rate
    from verify.model import InputError

    if rate and deep:
        raise InputError("--rate and --deep exclude each other; give one of them")
    lines, is_wrong = run_rate(out) if rate else run_coverage(out, deep=deep)
    click.echo("\n".join(lines))
    return int(is_wrong)


COMMANDS: tuple[click.Command, ...] = (
    certify,
    verify_cert,
    minimum,
    optimum,
    prove,
    bench,
    experiment,
    coverage,
    generalize,
)
