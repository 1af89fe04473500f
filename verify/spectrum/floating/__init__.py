"""The spectrum in float64, every rounding error derived: proofs_notes/floating.md."""
