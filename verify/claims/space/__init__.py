"""The theorem family for networks on R^d."""
