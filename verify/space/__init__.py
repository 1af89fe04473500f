"""Networks on R^d: f(x) = sum_i a_i relu(w_i . x + b_i) + c with w_i and x in R^d.

The univariate rooms remain the path for d = 1; the constructors of `verify.space.model`
lead there by themselves. Mathematics: proofs_notes/space.md.
"""
