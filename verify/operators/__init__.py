"""Float64 operators of a network on sorted data, each in O(n + k). Uncertified numbers.

state = evaluate(w, b, a, c, x, y)        # f, p, slopes, r
operator = as_linear_operator(state)      # the Hessian, for scipy
"""

from verify.operators.linear import as_linear_operator, hessian, hessian_vector_product
from verify.operators.network import State, evaluate, gradient, mean_loss
from verify.operators.weights import moments, path_sum, tail_weights, total_variation

__all__ = [
    "State",
    "as_linear_operator",
    "evaluate",
    "gradient",
    "hessian",
    "hessian_vector_product",
    "mean_loss",
    "moments",
    "path_sum",
    "tail_weights",
    "total_variation",
]
