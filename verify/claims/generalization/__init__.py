"""Section 3: divergences (K1 to K6), and the weak-to-strong Theorems 3.6 and 3.7."""
