"""Definitions and statements of the Coq development, by name, as terms.

A file is cut into sentences; records, definitions, fixpoints and statements are read, proofs,
notations and tactics are stepped over. A definition inside a section takes the section's
variables that it uses as its first parameters, as it does in Coq once the section is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verify.formal.gallina_reader import Reader, tokens
from verify.formal.gallina_terms import (
    Apply,
    Fun,
    Global,
    Infix,
    Let,
    Name,
    Quantified,
    Term,
    Unknown,
    free,
)
from verify.formal.prove import SOURCES, without_comments

END = re.compile(r"\.(?=\s|$)")
STEPPED_OVER = frozenset(
    {
        *("From", "Require", "Import", "Open", "Notation", "Local", "Ltac", "Implicit", "Context"),
        *("Print", "Check", "Arguments"),
    }
)
DEFINING = frozenset({"Definition", "Fixpoint"})
STATING = frozenset({"Theorem", "Lemma", "Corollary"})
VARIABLES = frozenset({"Variable", "Variables"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record type: the name of its constructor and those of its fields, in order."""

    constructor: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a theorem says: variables, assumptions, outermost first, and the conclusion.

    The assumptions of its section are all there; Coq keeps those that its proof uses.
    """

    variables: frozenset[str]
    assumptions: tuple[Term, ...]
    conclusion: Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text of a statement, and what its section says of names inside it, innermost first."""

    text: str
    variables: tuple[str, ...]
    assumptions: tuple[Term, ...]
    inside: tuple[tuple[str, Term], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that was read; `claims` holds the text of statements, read when asked for."""

    records: Mapping[str, Record]
    definitions: Mapping[str, Term]
    claims: Mapping[str, Source]

    def statement(self, name: str) -> Statement:
        """The statement `File.theorem`."""
        if name not in self.claims:
            raise Unknown(f"there is no statement {name}")
        source = self.claims[name]
        reader = Reader(tokens(source.text))
        variables = [*source.variables, *reader.binders(":")]
        assumptions = [*source.assumptions]
        term = reader.term()
        if reader.peek():
            raise Unknown(f"{name}: unread after its statement: {reader.peek()!r}")
        while True:
            match term:
                case Quantified("forall", names, body):
                    variables += names
                    term = body
                case Infix("->", left, right):
                    assumptions.append(left)
                    term = right
                case _:
                    break
        return Statement(
            variables=frozenset(variables),
            assumptions=tuple(assumptions),
            conclusion=_wrapped(term, source.inside),
        )


@dataclass(slots=True, kw_only=True)
class _Section:
    """An open section: its variables and abbreviations, and the variables its definitions use."""

    variables: list[str] = field(default_factory=list)
    hypotheses: list[Term] = field(default_factory=list)
    lets: dict[str, Term] = field(default_factory=dict)
    uses: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def inside(self) -> tuple[tuple[str, Term], ...]:
        """Names as the section uses them: abbreviations, and definitions without its variables."""
        applied = (
            (name, Apply(Global(name), tuple(map(Name, variables))))
            for name, variables in self.uses.items()
            if variables
        )
        return (*reversed(self.lets.items()), *applied)


def _wrapped(term: Term, inside: Iterable[tuple[str, Term]]) -> Term:
    for name, value in inside:
        if name in free(term):
            term = Let(name, value, term)
    return term


def sentences(text: str) -> Iterator[tuple[str, str]]:
    """(first word, rest) of each sentence outside proofs."""
    inside = False
    for sentence in END.split(without_comments(text)):
        word, _, rest = sentence.strip().partition(" ")
        word = word.strip("\n")
        if word == "Proof" or word.startswith("Proof\n"):
            inside = True
        elif inside:
            inside = word not in {"Qed", "Defined"}
        elif word:
            yield word, rest


def _record(rest: str) -> Record:
    reader = Reader(tokens(rest))
    reader.name()
    reader.take(":=")
    constructor, fields = reader.name(), []
    reader.take("{")
    while reader.peek() != "}":
        fields.append(reader.name())
        reader.take(":")
        reader.term()
        if reader.peek() != "}":
            reader.take(";")
    return Record(constructor=constructor, fields=tuple(fields))


def _body(rest: str) -> tuple[str, Term]:
    """Name and value of `name binders : type := value`."""
    reader = Reader(tokens(rest))
    name = reader.name()
    parameters = reader.binders(":=")
    body = reader.term()
    if reader.peek():
        raise Unknown(f"{name}: unread after its body: {reader.peek()!r}")
    return name, Fun(parameters, body) if parameters else body


def _definition(rest: str, section: _Section) -> tuple[str, Term]:
    """A definition with the section's variables that it uses in front of its parameters."""
    name, term = _body(rest)
    parameters, body = (term.parameters, term.body) if isinstance(term, Fun) else ((), term)
    recursive = name in free(body)
    body = _wrapped(body, [one for one in section.inside() if one[0] not in parameters])
    hidden = free(body) - set(parameters)
    used = tuple(variable for variable in section.variables if variable in hidden)
    section.uses[name] = used
    if recursive and used:
        body = Let(name, Apply(Global(name), tuple(map(Name, used))), body)
    parameters = (*used, *parameters)
    return name, Fun(parameters, body) if parameters else body


@dataclass(slots=True, kw_only=True)
class _File:
    """What has been read of one file so far."""

    module: str
    records: dict[str, Record] = field(default_factory=dict)
    definitions: dict[str, Term] = field(default_factory=dict)
    claims: dict[str, Source] = field(default_factory=dict)
    sections: list[_Section] = field(default_factory=list)

    def add(self, word: str, rest: str) -> None:
        """Read the sentence that begins with `word`."""
        section = self.sections[-1] if self.sections else _Section()
        if word in DEFINING:
            name, term = _definition(rest, section)
            self.definitions[name] = term
        elif word in STATING:
            name, statement = rest.split(None, 1)
            inside = section.inside()
            self.claims[f"{self.module}.{name}"] = Source(
                text=statement,
                variables=tuple(section.variables),
                assumptions=tuple(section.hypotheses),
                inside=inside,
            )
        elif word == "Record":
            record = _record(rest)
            self.records[record.constructor] = record
        else:
            self._around(word, rest, section)

    def _around(self, word: str, rest: str, section: _Section) -> None:
        if word == "Section":
            self.sections.append(_Section())
        elif word == "End":
            self.sections.pop()
        elif word in VARIABLES:
            section.variables += Reader(tokens(f"{rest} =>")).binders("=>")
        elif word == "Hypothesis":
            reader = Reader(tokens(rest))
            reader.name()
            reader.take(":")
            section.hypotheses.append(reader.term())
        elif word == "Let":
            name, term = _body(rest)
            section.lets[name] = term
        elif word not in STEPPED_OVER:
            raise Unknown(f"a sentence begins with {word!r}")


def library(modules: Iterable[str], folder: Path = SOURCES) -> Library:
    """What these files of the development say.

    Raises Unknown, with the file, for what cannot be read.
    """
    records: dict[str, Record] = {}
    definitions: dict[str, Term] = {}
    claims: dict[str, Source] = {}
    for module in modules:
        found = _File(module=module)
        try:
            for word, rest in sentences((folder / f"{module}.v").read_text(encoding="utf-8")):
                found.add(word, rest)
        except Unknown as problem:
            raise Unknown(f"{module}.v: {problem}") from None
        if twice := definitions.keys() & found.definitions.keys():
            raise Unknown(f"{module}.v defines anew: {', '.join(sorted(twice))}")
        records |= found.records
        definitions |= found.definitions
        claims |= found.claims
    return Library(records=records, definitions=definitions, claims=claims)
