"""Main theorems of the Coq development that are not compared numerically, and why not."""

from __future__ import annotations

from collections.abc import Mapping

LIMIT = "speaks of derivatives or limits; the closed forms in it are compared as definitions"
EXISTS = "says that something exists; there is no formula of an instance to evaluate"
SPECIAL = "about one network that its file defines; the theorems that it makes sharp are compared"
GENERAL = "holds for every vector or weight; the terms in it are compared as definitions"

NOT_COMPARED: Mapping[str, str] = {
    "BlockNorm.block_eigenvalues": EXISTS,
    "ConditionalWeights.gminus_empty": "the same weight, where no datum lies beyond the kink",
    "ConditionalWeights.gplus_empty": "the same weight, where no datum lies beyond the kink",
    "Counterexample.ramp_network_smooth": "no datum is on a kink of the network that is compared",
    "CounterexampleLimit.flat_bound_limit": LIMIT,
    "CounterexampleLimit.flat_overfit": f"{EXISTS}; its bound is compared in ramp_network_flat",
    "CounterexampleLimit.flat_yet_overfitting": "one_margin_flat and ramp_network_flat together",
    "Eigenvalue.largest_eigenvalue": EXISTS,
    "Gaps.cell_both_labels": EXISTS,
    "Hessian.gradient_entries": LIMIT,
    "Hessian.hessian_entries": LIMIT,
    "Hessian.hessian_table": LIMIT,
    "Hessian.lambda_max_of_loss": LIMIT,
    "Hessian.second_derivative": LIMIT,
    "Kinks.no_hessian_on_kink": LIMIT,
    "Sharp.mirrored_equality": SPECIAL,
    "Sharp.sharp": SPECIAL,
    "Spectrum.lambda_max_exists": EXISTS,
    "Spectrum.lambda_max_le": GENERAL,
    "Structure.R_vanishes": GENERAL,
    "Structure.not_separable": GENERAL,
    "Structure.unique_fit": GENERAL,
    "TGamma.weight_outside_uncertain": "a weight is 0 outside a hull; the weight is compared",
    "Variation.TV_of_function": "about two networks with the same function; TV is compared",
    "Variation.second_difference": EXISTS,
}

OTHER_FILES: Mapping[str, str] = {
    "Divergence": "the inequalities of verify.inequalities, which has two proofs of its own",
    "FaberSchauder": "expansions over infinitely many dyadic points",
    "SlopeVariation": "a supremum over all partitions",
    "WeakToStrong": "means over dyadic levels and a split of the noise",
    "Certificate": "programs that check certificates; they have tests of their own",
    "Controls": "false variants, which the claims refute by their own witnesses",
    "Excess": "means over random labels",
    "Largest": "a maximum over infinitely many directions",
    "NormProcess": "a maximum over infinitely many directions",
    "Robust": "largest terms of a sum, and all subsets of the data",
    "Transfer": "counts of data by Boolean tests, which the reader does not know",
    "WeightForms": "the weight of RobustWeight in other forms",
}
"""Beginnings of file names whose statements are of another kind, and of which."""
