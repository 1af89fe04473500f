"""False ingredients for the controls on R^d: weights, norms and blocks with one part changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from verify.ball import Scalar, magnitude, maximum, square_root
from verify.quantities import Quantities
from verify.space.hessian import Vector, inner, square, weighted_sums
from verify.space.hyperplanes import grouped, side_weights
from verify.space.model import Point
from verify.space.quantities import SpaceMoments, SpaceQuantities


def in_space(quantities: Quantities) -> SpaceQuantities:
    """The quantities of an instance in R^d; TypeError for one of the line."""
    if not isinstance(quantities, SpaceQuantities):
        raise TypeError("this claim is about instances in R^d")
    return quantities


def _path_sum(
    quantities: SpaceQuantities,
    value: Callable[[SpaceMoments], Scalar],
    moments: Sequence[SpaceMoments] | None = None,
) -> Scalar:
    """sum of |a_i| value(moments) over neurons with w_i != 0 and mass on their active side."""
    triples = zip(
        quantities.instance.network.w, quantities.h.a, moments or quantities.moments, strict=True
    )
    terms = (magnitude(a) * value(m) for w, a, m in triples if any(w) and m.beta[-1] != 0)
    return sum(terms, quantities.zero)


def _true(m: SpaceMoments) -> Scalar:
    return m.alpha * square_root(m.size)


def path_sum_single_power(quantities: Quantities) -> Scalar:
    """S with Pr in place of Pr^2."""
    return _path_sum(in_space(quantities), lambda m: _true(m) / m.beta[-1])


def path_sum_no_root(quantities: Quantities) -> Scalar:
    """S with 1 + |E|^2 in place of its root."""
    return _path_sum(in_space(quantities), lambda m: m.alpha * m.size / m.beta[-1])


def path_sum_closed(quantities: Quantities) -> Scalar:
    """S with closed tails u . X >= t."""
    space = in_space(quantities)
    return _path_sum(space, _true, space.moments_under(space.q, closed=True))


def path_sum_uniform(quantities: Quantities) -> Scalar:
    """S with tails under the empirical law, whatever p is."""
    space = in_space(quantities)
    return _path_sum(
        space, _true, space.moments_under([space.number(Fraction(1, space.n))] * space.n)
    )


def path_sum_mean_norm(quantities: Quantities) -> Scalar:
    """S with E[|X| | tail] in place of |E[X | tail]|."""
    space = in_space(quantities)
    sizes = [(square_root(square(at[:-1])), at[-1]) for at in space.h.points]
    sums = weighted_sums(space.q, sizes, space.h.active, space.zero)
    moments = [
        SpaceMoments(alpha=m.alpha, beta=beta, size=square(beta))
        for m, beta in zip(space.moments, sums, strict=True)
    ]
    return _path_sum(space, _true, moments)


def path_sum_l1(quantities: Quantities) -> Scalar:
    """S with |w|_1 in place of the Euclidean |w|."""
    space = in_space(quantities)
    total = space.zero
    for w, a, m in zip(space.instance.network.w, space.h.a, space.moments, strict=True):
        if any(w):
            length = square_root(space.number(sum((v * v for v in w), Fraction(0))))
            total += magnitude(a) * _true(m) * space.number(sum(map(abs, w), Fraction(0))) / length
    return total


def path_sum_wrong_side(quantities: Quantities) -> Scalar:
    """S with g(-u, -t) in place of g(u, t)."""
    number, total = quantities.number, quantities.zero
    for term in quantities.kinks_under(quantities.q):
        total += number(term.right) * term.g_left + number(term.left) * term.g_right
    return total


def variation_one_sided(quantities: Quantities) -> Scalar:
    """TV with g+ of the reference orientation in place of min(g+(u, t), g+(-u, -t))."""
    terms = quantities.kinks_under(quantities.q)
    return sum((quantities.number(abs(t.jump)) * t.g_right for t in terms), quantities.zero)


def variation_mirror(quantities: Quantities) -> Scalar:
    """TV with g+(-u, t) for the other side: the direction turned and the offset left as it was."""
    space = in_space(quantities)
    groups = grouped(space.instance.network)
    places = (space.instance.data, space.h.points, space.q, space.number)
    own = side_weights(list(groups), *places)
    other = side_weights([(tuple(-v for v in u), s) for u, s in groups], *places)
    total = space.zero
    for members, (here, _), (there, _) in zip(groups.values(), own, other, strict=True):
        jump = space.number(abs(sum((a * abs(m) for m, a in members), Fraction(0))))
        total -= jump * maximum([-here], -there)
    return total


def variation_unweighted(quantities: Quantities) -> Scalar:
    """The seminorm without a weight: sum over hyperplanes of |sum of a_i |w_i||."""
    space = in_space(quantities)
    total = space.zero
    for (v, _), members in grouped(space.instance.network).items():
        jump = space.number(abs(sum((a * abs(m) for m, a in members), Fraction(0))))
        total += jump * square_root(space.number(sum((u * u for u in v), Fraction(0))))
    return total


def _projected(w: Point, vector: Vector, quantities: SpaceQuantities) -> Vector:
    """(<u, v>, v_1) for a vector (v, v_1) of R^{d+1} and u = w/|w|; (0, v_1) for w = 0."""
    if not any(w):
        return quantities.zero, vector[-1]
    direction = [quantities.number(value) for value in w]
    return inner(direction, vector[:-1]) / square_root(square(direction)), vector[-1]


def residual_with(
    norm: Callable[[SpaceQuantities, Vector], Scalar],
) -> Callable[[Quantities], Scalar]:
    """(1/n) sum_j |l'_j| norm(x_j, 1) with another norm than the Euclidean one."""

    def residual(quantities: Quantities) -> Scalar:
        space = in_space(quantities)
        pairs = zip(space.slopes, space.h.points, strict=True)
        return sum((magnitude(s) * norm(space, at) for s, at in pairs), space.zero) / space.n

    return residual


def norm_one(_quantities: SpaceQuantities, at: Vector) -> Scalar:
    """1."""
    return at[-1]


def norm_without_bias(_quantities: SpaceQuantities, at: Vector) -> Scalar:
    """|x|."""
    return square_root(square(at[:-1]))


def norm_of_largest_coordinate(quantities: SpaceQuantities, at: Vector) -> Scalar:
    """sqrt(1 + max_c x_c^2)."""
    return square_root(1 + maximum((x * x for x in at[:-1]), quantities.zero))


def norm_along_weights(quantities: SpaceQuantities, at: Vector) -> Scalar:
    """sqrt(1 + max_i <u_i, x>^2) over the neurons."""
    parts = (_projected(w, at, quantities)[0] for w in quantities.instance.network.w)
    return square_root(1 + maximum((part * part for part in parts), quantities.zero))


def largest_r_along_weights(quantities: Quantities) -> Scalar:
    """max_i |r_i| with r_i replaced by its part along (u_i, 1)."""
    space = in_space(quantities)
    pairs = zip(space.instance.network.w, space.h.r, strict=True)
    parts = (square(_projected(w, r, space)) for w, r in pairs)
    return square_root(maximum(parts, space.zero))


def rho_along_weights(quantities: Quantities) -> Scalar:
    """rho_q with beta_i and r_i replaced by their parts along (u_i, 1)."""
    space = in_space(quantities)
    total = space.zero
    for w, m, a, r in zip(
        space.instance.network.w, space.moments, space.h.a, space.h.r, strict=True
    ):
        total += m.alpha * a * inner(_projected(w, m.beta, space), _projected(w, r, space))
    return 2 * total / space.v_squared


def gradient_along_weights(quantities: Quantities) -> Scalar:
    """max_i |beta_i| |grad_{w,b} L| with beta_i replaced by its part along (u_i, 1)."""
    space = in_space(quantities)
    pairs = zip(space.instance.network.w, space.moments, strict=True)
    beta = maximum((square(_projected(w, m.beta, space)) for w, m in pairs), space.zero)
    blocks = zip(space.h.a, space.h.squared_blocks(), strict=True)
    return square_root(beta * sum((a * a * size for a, size in blocks), space.zero))
