"""Crash points: each flow dies at each of its commits, and all ends as though it had not."""
