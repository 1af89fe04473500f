"""The Hessian of the loss: derived symbolically, written out densely, and in O(n + k) numbers."""
