"""How networks are trained: plain gradient descent, the same in O(n + k), and sweeps of it."""
