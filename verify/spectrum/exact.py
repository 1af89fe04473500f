"""Eigenvalues of an exact rational symmetric matrix, from its characteristic polynomial.

Independent of the recursion in balls.py: it serves equality cases, which no
ball can decide, and it is the oracle of the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_mat, fmpq_poly

from verify.ball import NotExact, rational


def characteristic(matrix: Sequence[Sequence[fmpq]]) -> fmpq_poly:
    """det(t I - M) for a rational matrix given by rows."""
    size = len(matrix)
    return fmpq_mat(size, size, [fmpq(entry) for row in matrix for entry in row]).charpoly()


def roots_above(polynomial: fmpq_poly, shift: Fraction) -> int:
    """The exact number of roots above `shift`, with multiplicity, when all roots are real.

    Descartes' rule of signs is an equality for real-rooted polynomials.
    """
    moved = polynomial(fmpq_poly([rational(shift), 1]))
    signs = [coefficient > 0 for coefficient in moved.coeffs() if coefficient != 0]
    return sum(one != two for one, two in pairwise(signs))


def roots_at(polynomial: fmpq_poly, shift: Fraction) -> int:
    """The exact multiplicity of `shift` as a root."""
    moved = polynomial(fmpq_poly([rational(shift), 1])).coeffs()
    return next((power for power, coefficient in enumerate(moved) if coefficient != 0), 0)


def largest_rational(polynomial: fmpq_poly) -> fmpq:
    """The largest root of a real-rooted polynomial, where it is rational; else NotExact."""
    _, factors = polynomial.numer().factor()
    roots = [fmpq(-factor[0], factor[1]) for factor, _ in factors if factor.degree() == 1]
    if roots:
        best = max(roots)
        if roots_above(polynomial, Fraction(int(best.p), int(best.q))) == 0:
            return best
    raise NotExact("the largest eigenvalue is irrational")
