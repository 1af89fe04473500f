"""The definitions of the Coq development, each beside what the library computes."""

from __future__ import annotations

from collections.abc import Callable

from verify.ball import Scalar, ball, rational, square_root
from verify.claims.t_stat import gradient
from verify.formal.gallina_drift import Row
from verify.hessian.dense import dense_hessian
from verify.logistic import softness
from verify.quantities import Quantities

NEURONS, DATA = "(seq 0 (k N))", "(seq 0 (n D))"


def _each(term: str, over: str) -> str:
    return f"map (fun i => {term}) {over}"


def _total(value: Callable[[Quantities], list[Scalar]]) -> Callable[[Quantities], Scalar]:
    return lambda quantities: sum(value(quantities), quantities.zero)


def lifted_root(value: Scalar) -> Scalar:
    """The root as a ball, exact or not."""
    return square_root(ball(0) + value)


def training_loss(quantities: Quantities) -> Scalar:
    """L."""
    pairs = zip(quantities.targets, quantities.outs, strict=True)
    terms = (quantities.loss.value(y, quantities.number(f)) for y, f in pairs)
    return sum(terms, quantities.zero) / quantities.n


def _gradient(quantities: Quantities) -> list[Scalar]:
    """grad L: all entries of w, of b, of a, and that of c."""
    bias, *others = gradient(quantities)
    return [*others[0::3], *others[1::3], *others[2::3], bias]


ROWS: tuple[Row, ...] = (
    Row(term=_each("f N (x D i)", DATA), computed=lambda q: [rational(f) for f in q.outs]),
    Row(term=_each("p N D i", DATA), computed=lambda q: list(q.h.p)),
    Row(term=_each("slope N D i", DATA), computed=lambda q: q.slopes),
    Row(term="loss N D", computed=training_loss),
    Row(term="P N D", computed=lambda q: q.P),
    Row(term="res N D", computed=lambda q: q.residual),
    Row(term=_each("rx N D i", NEURONS), computed=lambda q: [r[0] for r in q.h.r]),
    Row(term=_each("r1 N D i", NEURONS), computed=lambda q: [r[1] for r in q.h.r]),
    Row(term="rmax N D", computed=lambda q: q.largest_r),
    Row(
        term="map (fun i => vw (grad N D) i) (seq 0 (k N)) ++ map (fun i => vb (grad N D) i)"
        " (seq 0 (k N)) ++ map (fun i => va (grad N D) i) (seq 0 (k N)) ++ [vc (grad N D)]",
        computed=_gradient,
    ),
    Row(term=_each("alpha N D q i", NEURONS), computed=lambda q: [m.alpha for m in q.moments]),
    Row(term=_each("betax N D q i", NEURONS), computed=lambda q: [m.beta[0] for m in q.moments]),
    Row(term=_each("beta1 N D q i", NEURONS), computed=lambda q: [m.beta[1] for m in q.moments]),
    Row(
        term=_each("betanorm N D q i", NEURONS),
        computed=lambda q: [lifted_root(m.size) for m in q.moments],
    ),
    Row(term="betamax N D q * grad_wb_norm N D", computed=lambda q: q.gradient_residual),
    Row(term="/ Dq N D q", computed=lambda q: q.inverse_D),
    Row(term="norm2 N (vq N D q)", computed=lambda q: q.v_squared),
    Row(
        term="norm2 N (grad N D)",
        computed=lambda q: sum((entry * entry for entry in gradient(q)), q.zero),
    ),
    Row(term="rho N D q", computed=lambda q: q.rho),
    Row(term="pathsum N D q", computed=lambda q: q.S),
    Row(term="imbalance N D q", computed=lambda q: q.v_squared - 1 - 2 * q.S),
    Row(term="TV N D q", computed=lambda q: q.TV),
    Row(
        term="Sum (gplus D q) (kinks N)",
        computed=_total(lambda q: [term.g_right for term in q.kinks_under(q.q)]),
    ),
    Row(
        term="Sum (gminus D q) (kinks N)",
        computed=_total(lambda q: [term.g_left for term in q.kinks_under(q.q)]),
    ),
    Row(
        term="Sum (fun t => t * jump N t) (kinks N)",
        computed=_total(lambda q: [rational(t.at * t.jump) for t in q.kinks_under(q.q)]),
    ),
    Row(term="count N D gamma", computed=lambda q: rational(len(q.uncertain))),
    Row(term="TV N D (uniform_on_uncertain N D gamma)", computed=lambda q: q.uncertain_TV),
    Row(term="s gamma", computed=lambda q: softness(q.number(q.gamma))),
    Row(term="P N D * Sum (soft N D) (seq 0 (n D))", computed=lambda q: q.P),
    Row(term="xmax D ^ 2", computed=lambda q: rational(max(x * x for x in q.data.x))),
    Row(
        term="width D",
        computed=lambda q: rational(q.data.in_order.x[-1] - q.data.in_order.x[0]),
    ),
    Row(
        term="minority D",
        computed=lambda q: rational(min(q.data.y.count(1), q.data.y.count(-1))),
    ),
    Row(
        term="Hq N D all_ones",
        computed=lambda q: sum((sum(row, q.zero) for row in dense_hessian(q.h)), q.zero),
    ),
)
