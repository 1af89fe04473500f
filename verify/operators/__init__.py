"""Float64 operators of a network on sorted data, each in O(n + k)."""
