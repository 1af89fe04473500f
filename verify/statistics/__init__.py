"""The statistical side of Theorems 3.6 and 3.7: norm, transfer, robust weight, weak to strong.

What is a theorem for each instance (`path_norm`, `risk`, `transfer`, `weight`, `dyadic`) is
written over exact rationals and balls. What holds with a probability (`bounds`) has a proof by
hand (proofs_notes/norm-gap.md, weak-to-strong.md), and `coverage` counts how often it fails in
simulation: a measurement, never a proof.
"""
