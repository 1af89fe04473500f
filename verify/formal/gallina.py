"""Evaluates terms of the Coq development: `Values` turns its definitions into Python functions.

Numbers are those of verify.formal.gallina_numbers. A name that is defined nowhere, a proposition
where a number should be, a missing case: everything that has no value raises `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from verify.ball import Rational, rational
from verify.formal.gallina_library import Library
from verify.formal.gallina_numbers import (
    BUILT_IN,
    Function,
    Made,
    Value,
    in_nat,
    in_reals,
    natural,
    power,
    real,
)
from verify.formal.gallina_terms import (
    Apply,
    As,
    Fun,
    Global,
    If,
    Infix,
    Let,
    Match,
    Name,
    Number,
    Term,
    Unknown,
)

Scope = Mapping[str, Value]
LASTING = (Made, Function, int, Rational)
"""Arguments by which a result is found again: never balls, whose equality is no identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The definitions of a library as Python values, at one working precision.

    Each definition is evaluated once, and so is each of their functions at the same arguments.
    """

    library: Library
    known: dict[str, Value] = field(default_factory=dict)
    results: dict[tuple[int, tuple[Value, ...]], tuple[Term, Value]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Value:
        """The value of a name of the development or of Coq's library. Raises Unknown."""
        if name not in self.known:
            self.known[name] = self._find(name)
        return self.known[name]

    def _find(self, name: str) -> Value:
        if name in self.library.definitions:
            return self.of(self.library.definitions[name], {})
        if name in self.library.records:
            fields = self.library.records[name].fields
            return Function(
                len(fields), lambda *given: Made(name, dict(zip(fields, given, strict=True)))
            )
        if any(name in record.fields for record in self.library.records.values()):
            return Function(1, lambda made: made.fields[name])
        if name in BUILT_IN:
            return BUILT_IN[name]
        raise Unknown(f"the name {name} is not known")

    def of(self, term: Term, scope: Scope) -> Value:
        """The value of a term whose variables have the values in `scope`. Raises Unknown."""
        match term:
            case Number(value, nat):
                return value if nat else rational(value)
            case Name(text):
                return scope[text] if text in scope else self[text]
            case Global(text):
                return self[text]
            case Infix():
                return self._infix(term, scope)
            case _:
                return self._compound(term, scope)

    def _compound(self, term: Term, scope: Scope) -> Value:
        match term:
            case Apply(function, arguments):
                return self.of(function, scope)(*(self.of(one, scope) for one in arguments))
            case Fun(names, body):
                return Function(len(names), lambda *given: self._called(names, body, given, scope))
            case Let(name, value, body):
                return self.of(body, {**scope, name: self.of(value, scope)})
            case If(test, yes, no):
                return self.of(yes if self._holds(test, scope) else no, scope)
            case Match(subject, cases):
                return self._chosen(self.of(subject, scope), cases, scope)
        raise Unknown(f"this has no value: {term}")

    def _called(
        self, names: tuple[str, ...], body: Term, given: tuple[Value, ...], scope: Scope
    ) -> Value:
        inner = {**scope, **dict(zip(names, given, strict=True))}
        if scope or not all(isinstance(one, LASTING) for one in given):
            return self.of(body, inner)
        key = (id(body), given)
        if key not in self.results:
            # The body is kept, or another one could come to have its id.
            self.results[key] = (body, self.of(body, inner))
        return self.results[key][1]

    def _holds(self, test: Term, scope: Scope) -> bool:
        value = self.of(test, scope)
        if not isinstance(value, bool):
            raise Unknown(f"this is no test: {test}")
        return value

    def _infix(self, term: Infix, scope: Scope) -> Value:
        left, right = self.of(term.left, scope), self.of(term.right, scope)
        match term.symbol:
            case "::":
                return [left, *right]
            case "++":
                return [*left, *right]
            case "^":
                return power(real(left), right)
        if term.nat:
            return in_nat(term.symbol, natural(left), natural(right))
        return in_reals(term.symbol, real(left), real(right))

    def _chosen(self, value: Value, cases: Sequence[tuple[Term, Term]], scope: Scope) -> Value:
        for pattern, body in cases:
            found = matched(pattern, value)
            if found is not None:
                return self.of(body, {**scope, **found})
        raise Unknown(f"no case for {value}")


def matched(pattern: Term, value: Value) -> dict[str, Value] | None:
    """What a pattern's variables become, None where it does not fit the list."""
    match pattern:
        case Name(text):
            return {} if text == "_" else {text: value}
        case As(inner, name):
            found = matched(inner, value)
            return None if found is None else {**found, name: value}
        case Global("nil"):
            return None if value else {}
        case Infix("::", first, rest) if value:
            one, others = matched(first, value[0]), matched(rest, value[1:])
            return None if one is None or others is None else {**one, **others}
        case Infix("::"):
            return None
    raise Unknown(f"this is no pattern: {pattern}")
