"""The theorem family and its siblings under the square and the exponential loss."""
