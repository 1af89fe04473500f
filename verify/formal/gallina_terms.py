"""Terms of Gallina, the language of Coq's definitions, as far as proofs_notes/coq uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class Unknown(ValueError):
    """A construct that this reader does not know."""


@dataclass(frozen=True, slots=True)
class Number:
    """A numeral, of nat or of R."""

    value: int
    nat: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a name of the development."""

    text: str


@dataclass(frozen=True, slots=True)
class Global:
    """A name of the development that a variable of the same name does not hide."""

    text: str


@dataclass(frozen=True, slots=True)
class Apply:
    """`function argument ..`."""

    function: Term
    arguments: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Fun:
    """`fun x .. => body`."""

    parameters: tuple[str, ...]
    body: Term


@dataclass(frozen=True, slots=True)
class Let:
    """`let name := value in body`."""

    name: str
    value: Term
    body: Term


@dataclass(frozen=True, slots=True)
class If:
    """`if test then yes else no`."""

    test: Term
    yes: Term
    no: Term


@dataclass(frozen=True, slots=True)
class Match:
    """`match subject with pattern => term | .. end`; patterns are terms, `_` is a name."""

    subject: Term
    cases: tuple[tuple[Term, Term], ...]


@dataclass(frozen=True, slots=True)
class As:
    """The pattern `(inner as name)`."""

    inner: Term
    name: str


@dataclass(frozen=True, slots=True)
class Infix:
    """`left symbol right`; `- x` is `0 - x` and `/ x` is `1 / x`, as in Coq's R."""

    symbol: str
    left: Term
    right: Term
    nat: bool = False


@dataclass(frozen=True, slots=True)
class Quantified:
    """`forall x .., body` or `exists x .., body`."""

    word: str
    names: tuple[str, ...]
    body: Term


Term = Number | Name | Global | Apply | Fun | Let | If | Match | As | Infix | Quantified


def bound(pattern: Term) -> frozenset[str]:
    """The variables that a pattern binds."""
    match pattern:
        case Name(text):
            return frozenset({text})
        case Infix("::", left, right):
            return bound(left) | bound(right)
        case As(inner, name):
            return bound(inner) | {name}
        case Global("nil"):
            return frozenset()
        case _:
            raise Unknown(f"this is no pattern: {pattern}")


NOTHING: frozenset[str] = frozenset()
Part = tuple[Term, frozenset[str]]
"""A term inside another one, and the names that are bound there."""


def _plain(*terms: Term) -> tuple[Part, ...]:
    return tuple((term, NOTHING) for term in terms)


PARTS: Mapping[type[Term], Callable[[Any], tuple[Part, ...]]] = {
    Number: lambda _: (),
    Name: lambda _: (),
    Global: lambda _: (),
    Apply: lambda term: _plain(term.function, *term.arguments),
    Fun: lambda term: ((term.body, frozenset(term.parameters)),),
    Quantified: lambda term: ((term.body, frozenset(term.names)),),
    Let: lambda term: (*_plain(term.value), (term.body, frozenset({term.name}))),
    If: lambda term: _plain(term.test, term.yes, term.no),
    Infix: lambda term: _plain(term.left, term.right),
    Match: lambda term: (
        *_plain(term.subject),
        *((body, bound(pattern)) for pattern, body in term.cases),
    ),
}


def free(term: Term) -> frozenset[str]:
    """The variables of a term that nothing inside it binds. Raises Unknown for a bare pattern."""
    if isinstance(term, Name):
        return frozenset({term.text})
    if type(term) not in PARTS:
        raise Unknown(f"this is no term: {term}")
    return NOTHING.union(*(free(part) - names for part, names in PARTS[type(term)](term)))
