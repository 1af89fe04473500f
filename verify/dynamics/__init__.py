"""How networks are trained: plain gradient descent."""
