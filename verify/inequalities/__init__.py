"""Inequalities in real numbers that the theorems rest on, proved for all reals by machine.

`step` and `rules` are the kernel of proofs, `terms` is what is compared, in
balls and in symbols, `lemmas` states K1 to K5 of proofs_notes/kl-bounds.md with
their false variants, `proofs` derives them, `cover` checks them a second time by
certified boxes. The room knows balls and nothing of networks.
"""
