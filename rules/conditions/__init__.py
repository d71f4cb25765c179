"""The conditions of `match`."""
