"""Crash points: the process dies at each boundary of each flow, and the outcome is the same."""
