"""A Coq file that proves lo < lambda_max <= hi for one network on one dataset."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from verify.formal.outputs import SLACK, NoWitness
from verify.formal.prove import SOURCES
from verify.formal.subject import Subject, integers
from verify.formal.witness import Witness, find_witness
from verify.model import Dataset, InputError, Network
from verify.spectrum.certificate import certify

DIGITS = 9
"""Decimal digits by which the bounds are close to lambda_max, relative to it."""

HEADER = """\
(** * A certificate of lambda_max: {k} neurons, {n} data

    Written by `flatcert certify --coq`.  The theorem is about the network and the data below,
    whose numbers are exact (each over its common denominator, the data by increasing x).  The
    witness is not trusted: the kernel of Coq evaluates the checker that Certificate.v proves
    sound. *)

From Coq Require Import ZArith List Reals.
From Flatcert Require Import Network Spectrum CertificateCheck Certificate.
Import ListNotations.
Open Scope Z_scope.
"""

NAME = re.compile(r"[A-Za-z]\w*\.v", re.ASCII)

FOOTER = """\
Lemma checked : check instance evidence lower direction upper = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Theorem certified :
  labelled (data_of instance) /\\ smooth (network_of instance) (data_of instance) /\\
  forall lam, is_lambda_max (network_of instance) (data_of instance) lam ->
    (ratio {lo.numerator} {lo.denominator} < lam <= ratio {hi.numerator} {hi.denominator})%R.
Proof. exact (check_sound instance evidence lower direction upper checked). Qed.

Print Assumptions certified.
"""


def coq_certificate(network: Network, data: Dataset) -> str:
    """The text of the file: the same for the same network and data.

    The bounds are within about 1e-9 of lambda_max, relative to it. Raises InputError for a
    datum on a kink, for k n above subject.MOST_PAIRS, a common denominator of more than
    subject.LONGEST bits, and where no witness is found (lambda_max below about e^-600).
    """
    subject = integers(network, data)
    fields = json.loads(certify(network, data))
    low, high = Fraction(fields["lo"]), Fraction(fields["hi"])
    gap = high / 10**DIGITS
    lo, hi = _rounded(low - gap, gap, up=False), _rounded(high + gap, gap, up=True)
    try:
        witness = find_witness(subject, lo=lo, hi=hi, v=fields["v"], gap=gap)
    except NoWitness as reason:
        raise InputError(f"no certificate for Coq: {reason}") from None
    parts = (
        HEADER.format(k=network.k, n=data.n),
        _instance(subject),
        _evidence(witness),
        _bounds(lo, hi, fields["v"]),
        FOOTER.format(lo=lo, hi=hi),
    )
    return "\n".join(parts)


def _rounded(value: Fraction, gap: Fraction, *, up: bool) -> Fraction:
    """A decimal fraction beside `value`, off by at most a tenth of `gap`."""
    power = 1
    while power * gap < 10:
        power *= 10
    whole = value * power
    return Fraction(math.ceil(whole) if up else math.floor(whole), power)


def _z(*values: int) -> str:
    """Integers as arguments of a Coq function."""
    return " ".join(str(value) if value >= 0 else f"({value})" for value in values)


def _list(items: Iterable[str]) -> str:
    return "[" + ";\n   ".join(items) + "]"


def _instance(subject: Subject) -> str:
    neurons = _list(f"Neuron {_z(*neuron)}" for neuron in subject.neurons)
    points = _list(f"({x}, {y})" for x, y in subject.points)
    return (
        f"Definition instance : subject := Subject {_z(subject.den)}\n  {neurons}\n"
        f"  {_z(subject.offset)} {_z(subject.grid)}\n  {points}.\n"
    )


def _evidence(witness: Witness) -> str:
    neurons = _list(f"NeuronHint {_z(one.low, one.high, *one.form)}" for one in witness.neurons)
    data = _list(
        f"DatumHint {_z(one.sigma, one.weight, one.inverse)} (Matrix {_z(*one.after)})"
        for one in witness.data
    )
    return (
        f"Definition evidence : witness := Witness {_z(witness.exp_bits)} {witness.halvings}%nat "
        f"{_z(witness.slope_bits, SLACK, witness.form_bits, witness.state_bits)}\n"
        f"  {_z(witness.constant)}\n  {neurons}\n  {data}.\n"
    )


def _bounds(lo: Fraction, hi: Fraction, v: Sequence[int]) -> str:
    """The bounds as fractions, and the vector whose Rayleigh quotient proves the lower one."""
    parts = _list(f"({v[i]}, {v[i + 1]}, {v[i + 2]})" for i in range(0, len(v) - 1, 3))
    return (
        f"Definition lower := ({lo.numerator}, {lo.denominator}).\n"
        f"Definition upper := ({hi.numerator}, {hi.denominator}).\n"
        f"Definition direction : vector := ({parts}, {v[-1]}).\n"
    )


def check_name(output: str) -> None:
    """InputError for the name of a file that coqc would refuse."""
    if not NAME.fullmatch(Path(output).name):
        raise InputError(f"{output}: Coq needs a name of letters, digits and _ that ends in .v")


def how_to_check(output: str) -> str:
    """The command that has Coq check a certificate, in words."""
    return (
        f"check it with coqc -R {SOURCES} Flatcert {output}"
        f" (once the files there are compiled: {SOURCES / 'README.md'})"
    )
