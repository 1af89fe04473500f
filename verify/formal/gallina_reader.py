"""Reads terms of Gallina from text: the subset that proofs_notes/coq uses in its statements.

Numerals, names, application, fun, let, if, match on lists, the operators of R and nat,
quantifiers, pairs, lists and the sums of Sums.v. Anything else raises `Unknown`: nothing is
skipped or guessed. Levels and associativity are those of Coq's notations, and `\\sum_` has the
levels that Sums.v gives it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

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
    Quantified,
    Term,
    Unknown,
)

TOKEN = re.compile(
    r"\s*(\\sum_|:=|=>|<->|->|/\\|\\/|<=|>=|<>|::|\+\+|\d+(?![\w.])"
    r"|[A-Za-z_][\w']*(?:\.[A-Za-z_][\w']*)*|[()\[\]{}:;,|+\-*/^<>=~%])"
)
KEYWORDS = frozenset(
    {
        *("fun", "forall", "exists", "let", "in", "if", "then", "else", "match", "with", "end"),
        *("as", "return", "fix", "cofix", "where", "Prop", "Type", "Set"),
    }
)
SORTS = frozenset({"Prop", "Type", "Set"})
LEVELS = {
    **{"->": (99, 99), "<->": (95, 94), "\\/": (85, 85), "/\\": (80, 80)},
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), (70, 69)),
    **{"::": (60, 60), "++": (60, 60), "+": (50, 49), "-": (50, 49), "*": (40, 39), "/": (40, 39)},
    "^": (30, 30),
}
"""Level of an operator, and the level at which its right side is read."""
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
WHOLE, OPERAND, PREFIX, SUM_BODY, BOUND = 200, 10, 35, 40, 50


def tokens(text: str) -> list[str]:
    """The tokens of a text without comments."""
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise Unknown(f"cannot read {text[at : at + 30].strip()!r}")
        found.append(match[1])
        at = match.end()
    return found


def is_name(token: str) -> bool:
    """Whether a token is an identifier and no keyword."""
    return (token[:1].isalpha() or token[:1] == "_") and token not in KEYWORDS


class Reader:
    """Reads terms from tokens, left to right; the only state is the position."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        """The next token, "" at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        """Step over the next token, which has to be one of `expected` if there are any."""
        token = self.peek()
        if token == "" or (expected and token not in expected):
            near = " ".join(self.tokens[max(0, self.at - 5) : self.at + 3])
            raise Unknown(
                f"expected {' or '.join(expected) or 'more'}, found {token!r} in {near!r}"
            )
        self.at += 1
        return token

    def name(self) -> str:
        """Step over an identifier."""
        if not is_name(self.peek()):
            raise Unknown(f"expected a name, found {self.peek()!r}")
        return self.take()

    def term(self, level: int = WHOLE) -> Term:
        """The longest term of at most this level."""
        left = self._prefix()
        while (symbol := self.peek()) in LEVELS and LEVELS[symbol][0] <= level:
            self.take()
            right = self.term(LEVELS[symbol][1])
            following = self.peek()
            joined: Term = Infix(symbol, left, right)
            if symbol in COMPARISONS and following in COMPARISONS:
                self.take()
                joined = Infix("/\\", joined, Infix(following, right, self.term(69)))
            left = joined
        return left

    def _prefix(self) -> Term:
        forms: dict[str, Callable[[], Term]] = {
            "-": lambda: Infix("-", Number(0), self.term(PREFIX)),
            "/": lambda: Infix("/", Number(1), self.term(PREFIX)),
            "fun": lambda: Fun(self.binders("=>"), self.term()),
            "forall": lambda: Quantified("forall", self.binders(","), self.term()),
            "exists": lambda: Quantified("exists", self.binders(","), self.term()),
            "\\sum_": self._sum,
            "let": self._let,
            "if": self._if,
            "match": self._match,
        }
        return forms[self.take()]() if self.peek() in forms else self._application()

    def _application(self) -> Term:
        head, arguments = self._atom(), []
        while is_name(self.peek()) or self.peek().isdigit() or self.peek() in {"(", "["}:
            arguments.append(self._atom())
        return Apply(head, tuple(arguments)) if arguments else head

    def _atom(self) -> Term:
        token = self.peek()
        atom: Term
        if is_name(token) or token in SORTS:
            atom = Name(self.take())
        elif token.isdigit():
            atom = Number(int(self.take()))
        elif token == "(":
            atom = self._parenthesized()
        elif token == "[":
            atom = self._list()
        else:
            raise Unknown(f"no term begins with {token!r}")
        return self._scoped(atom)

    def _scoped(self, atom: Term) -> Term:
        if self.peek() != "%":
            return atom
        self.take()
        scope = self.take("nat", "R", "type")
        return in_nat(atom) if scope == "nat" else atom

    def _parenthesized(self) -> Term:
        self.take("(")
        inner = self.term()
        if self.peek() == "as":
            self.take()
            inner = As(inner, self.name())
        while self.peek() == ",":
            self.take()
            inner = Apply(Global("pair"), (inner, self.term()))
        self.take(")")
        return inner

    def _list(self) -> Term:
        self.take("[")
        items = []
        while self.peek() != "]":
            items.append(self.term())
            if self.peek() != "]":
                self.take(";")
        self.take("]")
        whole: Term = Global("nil")
        for item in reversed(items):
            whole = Infix("::", item, whole)
        return whole

    def _sum(self) -> Term:
        self.take("(")
        name = self.name() if self.peek() != "in" else ""
        below = self.take("<", "in") == "<"
        over = self.term(BOUND)
        self.take(")")
        if below:
            over = Apply(Global("seq"), (Number(0, nat=True), in_nat(over)))
        return Apply(Global("Sum"), (Fun((name,), self.term(SUM_BODY)), over))

    def _let(self) -> Term:
        name = self.name()
        parameters = self.binders(":=") if self.peek() != ":=" else ()
        if not parameters and self.peek() == ":=":
            self.take()
        value = self.term()
        self.take("in")
        return Let(name, Fun(parameters, value) if parameters else value, self.term())

    def _if(self) -> Term:
        test = self.term()
        self.take("then")
        yes = self.term()
        self.take("else")
        return If(test, yes, self.term())

    def _match(self) -> Term:
        subject, cases = self.term(), []
        self.take("with")
        while self.peek() != "end":
            if self.peek() == "|":
                self.take()
            pattern = self.term()
            self.take("=>")
            cases.append((pattern, self.term()))
        self.take("end")
        return Match(subject, tuple(cases))

    def binders(self, end: str) -> tuple[str, ...]:
        """The names in `x (y z : type) {T : Type} : type end`; implicit ones are left out."""
        names: list[str] = []
        while (token := self.peek()) not in {end, ":"}:
            if token in {"(", "{"}:
                self.take()
                group = list(self._names_until_colon())
                self.take(":")
                self.term()
                self.take(")" if token == "(" else "}")
                names += group if token == "(" else []
            else:
                names.append(self.name())
        if self.take(end, ":") != end:
            self.term()
            self.take(end)
        return tuple(names)

    def _names_until_colon(self) -> Iterator[str]:
        while self.peek() != ":":
            yield self.name()


def in_nat(term: Term) -> Term:
    """The same term read in nat_scope: its own numerals and operators, not those of arguments."""
    match term:
        case Number() as number:
            return replace(number, nat=True)
        case Infix(symbol, left, right, _):
            return Infix(symbol, in_nat(left), in_nat(right), nat=True)
        case If(test, yes, no):
            return If(test, in_nat(yes), in_nat(no))
        case _:
            return term


def read(text: str) -> Term:
    """The term that a whole text is."""
    reader = Reader(tokens(text))
    term = reader.term()
    if reader.peek():
        raise Unknown(f"unread: {' '.join(reader.tokens[reader.at :])[:60]!r}")
    return term
